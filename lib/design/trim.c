/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bounds, and weights within them that add up to what they did. */
#include <design/trim.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <base/number.h>
#include <base/text.h>
#include <numeric/sum.h>

#define ROUNDING 1e-12 /* of a sum that bounds just reach */
enum { MOST_STEPS = 200 };

/* ---- what bounds are multiples of ------------------------------------------------------------------ */

static double one(const double *sorted, size_t count) {
  (void)sorted;
  (void)count;
  return 1;
}

static double median(const double *sorted, size_t count) {
  return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2;
}

static double mean(const double *sorted, size_t count) {
  tg_sum sum = {0};
  for (size_t i = 0; i < count; i++)
    tg_sum_add(&sum, sorted[i]);
  return tg_sum_value(&sum) / (double)count;
}

static const tg_trim_kind kinds[] = {
    {"weight", "the bounds are weights, as in weight:0.5,8", one},
    {"median", "the bounds are multiples of the median weight, as in median:0.3,3", median},
    {"mean", "the bounds are multiples of the mean weight, as in mean:5", mean},
};

enum { KINDS = sizeof kinds / sizeof *kinds };

const char *trygg_design_trim(size_t i) {
  return i < KINDS ? kinds[i].name : NULL;
}

const char *trygg_design_trim_help(size_t i) {
  return i < KINDS ? kinds[i].help : NULL;
}

static const char *name_at(const void *context, size_t i) {
  (void)context;
  return kinds[i].name;
}

/* `U`, `L,U` or `L,`. */
static trygg_status read_bounds(const char *text, tg_trim_choice *choice, trygg_error *error) {
  const char *comma = strchr(text, ','), *upper = comma ? comma + 1 : text;
  int fault = 0;
  choice->lower = 0;
  choice->upper = INFINITY;
  if (comma && comma > text)
    fault |= tg_number_parse(text, (size_t)(comma - text), '.', &choice->lower);
  if (*upper || !comma || comma == text)
    fault |= tg_number_parse(upper, strlen(upper), '.', &choice->upper);
  if (!fault && choice->lower >= 0 && choice->upper > choice->lower)
    return TRYGG_OK;
  return tg_error_at(error, TRYGG_EINVAL, NULL, 0, 0, "trim",
                     "`%s` wants its highest, or its lowest and its highest, as in %s:3 or %s:0.3,3",
                     choice->kind->name, choice->kind->name, choice->kind->name);
}

trygg_status tg_trim_parse(const char *text, tg_trim_choice *out, trygg_error *error) {
  const char *colon = text ? strchr(text, ':') : NULL, *nearest;
  size_t length = !text ? 0 : colon ? (size_t)(colon - text) : strlen(text);
  char word[64];
  *out = (tg_trim_choice){0};
  if (!text || !*text || !strcmp(text, "none"))
    return TRYGG_OK;
  for (size_t i = 0; i < KINDS; i++)
    if (tg_text_equal(text, length, kinds[i].name)) {
      out->kind = &kinds[i];
      return read_bounds(colon ? colon + 1 : "", out, error);
    }
  tg_text_print(word, sizeof word, "%.*s", (int)(length < 40 ? length : 40), text);
  nearest = tg_text_nearest(word, KINDS, name_at, NULL);
  return tg_error_at(error, TRYGG_ENAME, NULL, 0, 0, "trim",
                     "weights are not trimmed by `%s`; %s%s%s weight:L,U, median:L,U or mean:L,U", word,
                     nearest ? "did you mean `" : "give", nearest ? nearest : "",
                     nearest ? "`? It takes" : "");
}

/* ---- groups ------------------------------------------------------------------------------------------ */

static int by_size(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Members by counting, so that many strata take no longer than one wave. */
static trygg_status make_groups(tg_trim *trim, const trygg_design *design, int by_stratum,
                                trygg_error *error) {
  const trygg_responses *responses = design->responses;
  trim->group_count = by_stratum ? design->stratum_count : responses->wave_count;
  trim->groups = tg_memory_new(trim->group_count, sizeof *trim->groups);
  trim->begin = tg_memory_new(trim->group_count + 2, sizeof *trim->begin);
  trim->member = tg_memory_new(trim->records, sizeof *trim->member);
  if (!trim->groups || !trim->begin || !trim->member)
    return tg_error_memory(error);
  for (size_t g = 0; g < trim->group_count; g++)
    trim->groups[g].name = by_stratum ? design->strata[g].name : responses->waves[g].code;
  for (size_t i = 0; i < trim->records; i++)
    trim->begin[(by_stratum ? design->stratum[i] : responses->wave[i]) + 2] += trim->before[i] > 0;
  for (size_t g = 0; g < trim->group_count; g++)
    trim->begin[g + 2] += trim->begin[g + 1];
  for (size_t i = 0; i < trim->records; i++)
    if (trim->before[i] > 0)
      trim->member[trim->begin[(by_stratum ? design->stratum[i] : responses->wave[i]) + 1]++] = i;
  return TRYGG_OK;
}

static trygg_status set_bounds(tg_trim *trim, const tg_trim_choice *choice, trygg_error *error) {
  double *sorted = tg_memory_new(trim->records, sizeof *sorted);
  if (!sorted)
    return tg_error_memory(error);
  for (size_t g = 0; g < trim->group_count; g++) {
    size_t count = trim->begin[g + 1] - trim->begin[g];
    double unit = 1;
    for (size_t i = 0; i < count; i++)
      sorted[i] = trim->before[trim->member[trim->begin[g] + i]];
    if (count) {
      qsort(sorted, count, sizeof *sorted, by_size);
      unit = choice->kind->unit(sorted, count);
    }
    trim->groups[g].lower = choice->lower * unit;
    trim->groups[g].upper = choice->upper * unit;
  }
  tg_memory_free(sorted);
  return TRYGG_OK;
}

/* ---- within bounds, the sum as it was ------------------------------------------------------------------ */

static double within(double weight, const tg_trim_group *group) {
  return fmin(group->upper, fmax(group->lower, weight));
}

/* Sum of the group's weights moved by `change` and held within the bounds, and how many move with it. */
static double sum_at(const tg_trim *trim, size_t g, double change, size_t *moving) {
  tg_sum sum = {0};
  *moving = 0;
  for (size_t k = trim->begin[g]; k < trim->begin[g + 1]; k++) {
    double weight = trim->weight[trim->member[k]] + change, held = within(weight, &trim->groups[g]);
    tg_sum_add(&sum, held);
    *moving += weight == held;
  }
  return tg_sum_value(&sum);
}

/* The bounds leave no room for the sum: by how much. */
static trygg_status check_room(const tg_trim *trim, size_t g, double sum, trygg_error *error) {
  const tg_trim_group *group = &trim->groups[g];
  double n = (double)(trim->begin[g + 1] - trim->begin[g]);
  double least = n * group->lower, most = n * group->upper;
  char count[TG_NUMBER_SIZE], met[TG_NUMBER_SIZE], bound[TG_NUMBER_SIZE], reach[TG_NUMBER_SIZE],
      needed[TG_NUMBER_SIZE];
  int low = sum < least * (1 - ROUNDING);
  if (!low && sum <= most * (1 + ROUNDING))
    return TRYGG_OK;
  return tg_error_at(
      error, TRYGG_EDESIGN, NULL, 0, 0, "trim",
      "the weights of %s%s%s add up to %s, but %s weights of %s at %s to %s; the %s bound must be a weight of "
      "%s or %s",
      group->name && *group->name ? "`" : "all", group->name ? group->name : "",
      group->name && *group->name ? "`" : "", tg_number_fixed(met, sum, 1), tg_number_format(count, n),
      tg_number_format(bound, low ? group->lower : group->upper), low ? "least" : "most",
      tg_number_fixed(reach, low ? least : most, 1), low ? "lowest" : "highest",
      tg_number_format(needed, sum / n), low ? "less" : "more");
}

/* First what is beyond is cut and all the others get the same share of it; where that pushes some of them over, all
 * weights v become min(U, max(L, v + c)), the c for which they add up: where repeating the first step ends.  The sum
 * is piecewise linear in c and never falls, so that Newton's steps between known sides end at it. */
static void redistribute(tg_trim *trim, size_t g, double sum) {
  const tg_trim_group *group = &trim->groups[g];
  double change = 0, low = -INFINITY, high = INFINITY, cut;
  size_t inside = 0, beyond, moving;
  tg_sum trimmings = {0};
  for (size_t k = trim->begin[g]; k < trim->begin[g + 1]; k++) {
    double weight = trim->before[trim->member[k]];
    tg_sum_add(&trimmings, weight - within(weight, group));
    inside += weight == within(weight, group);
  }
  beyond = trim->begin[g + 1] - trim->begin[g] - inside;
  cut = inside ? tg_sum_value(&trimmings) / (double)inside : 0;
  for (size_t k = trim->begin[g]; k < trim->begin[g + 1] && beyond; k++) {
    double *weight = &trim->weight[trim->member[k]];
    *weight = *weight == within(*weight, group) ? *weight + cut : within(*weight, group);
  }
  for (int step = 0; step < MOST_STEPS; step++) {
    double rest = sum - sum_at(trim, g, change, &moving), next;
    if (fabs(rest) <= 4e-16 * sum)
      break;
    *(rest > 0 ? &low : &high) = change;
    next = moving ? change + rest / (double)moving : NAN;
    if (!(next > low && next < high)) {
      if (isinf(low) || isinf(high)) /* nothing moves: to where all would be at the other bound */
        next = rest > 0 ? change + fmin(group->upper, sum) : change - sum;
      else
        next = (low + high) / 2;
    }
    if (next == change)
      break;
    change = next;
  }
  for (size_t k = trim->begin[g]; k < trim->begin[g + 1]; k++) {
    double *weight = &trim->weight[trim->member[k]];
    *weight = within(*weight + change, group);
  }
}

static trygg_status trim_groups(tg_trim *trim, trygg_error *error) {
  for (size_t g = 0; g < trim->group_count; g++) {
    tg_sum sum = {0};
    trygg_status status;
    for (size_t k = trim->begin[g]; k < trim->begin[g + 1]; k++)
      tg_sum_add(&sum, trim->before[trim->member[k]]);
    if ((status = check_room(trim, g, tg_sum_value(&sum), error)) != TRYGG_OK)
      return status;
    redistribute(trim, g, tg_sum_value(&sum));
  }
  return TRYGG_OK;
}

/* ---- all of it ---------------------------------------------------------------------------------------------- */

void tg_trim_free(tg_trim *trim) {
  if (!trim)
    return;
  tg_memory_free(trim->method);
  tg_memory_free(trim->groups);
  tg_memory_free(trim->begin);
  tg_memory_free(trim->member);
  tg_memory_free(trim->before);
  tg_memory_free(trim->weight);
  tg_memory_free(trim);
}

static trygg_status begin(const trygg_design *design, const char *method, tg_trim *trim, trygg_error *error) {
  size_t n = trim->records = design->responses->count;
  trim->method = tg_memory_string(method);
  trim->before = tg_memory_new(n, sizeof *trim->before);
  trim->weight = tg_memory_new(n, sizeof *trim->weight);
  if (!trim->method || !trim->before || !trim->weight)
    return tg_error_memory(error);
  for (size_t i = 0; i < n; i++)
    trim->before[i] = trim->weight[i] = design->weight ? design->weight[i] : 1;
  return TRYGG_OK;
}

trygg_status tg_trim_create(trygg_design *design, const char *method, int by_stratum, tg_trim **out,
                            trygg_error *error) {
  tg_calibration *calibration = design->calibration;
  trygg_status status = TRYGG_OK;
  tg_trim_choice choice;
  tg_trim *trim = NULL;
  *out = NULL;
  TRY(tg_trim_parse(method, &choice, error));
  if (!choice.kind)
    return TRYGG_OK;
  if (calibration && calibration->distance.row->keeps)
    return tg_error_at(
        error, TRYGG_EDESIGN, NULL, 0, 0, "trim",
        "weights that were calibrated elsewhere stay as they are; trim them with --calibrate rake, "
        "or another that can meet their totals again");
  trim = tg_memory_new(1, sizeof *trim);
  if (!trim)
    return tg_error_memory(error);
  TRY(begin(design, method, trim, error));
  TRY(make_groups(trim, design, by_stratum, error));
  TRY(set_bounds(trim, &choice, error));
  TRY(calibration
          ? tg_trim_calibrated(trim, design->responses, calibration, tg_design_base_weight(design), error)
          : trim_groups(trim, error));
  *out = trim;
  trim = NULL;
cleanup:
  tg_trim_free(trim);
  return status;
}
