/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calibrated weights within bounds.
 *
 * For weights that are held at their bounds the margins are met by the others: lambda solves the calibration equations of
 * those with the totals less what the held ones add.  Held are those whose d F(q x'lambda) is beyond a bound, until they are
 * those of which it was assumed.  Where that goes in circles, who was held once stays so. */
#include <design/trim.h>

#include <math.h>
#include <string.h>

#include <base/number.h>
#include <base/text.h>

enum { CIRCLING = 20, MOST_ROUNDS = 200 };
enum { FREE, AT_LOWER, AT_UPPER };
#define NOTHING 1e-9 /* of a total: what rounding leaves of it when all its weights are held */

typedef struct rounds {
  tg_trim *trim;
  tg_calibration *calibration;
  tg_calibration rest;   /* the same margins less what is held */
  const double *base;    /* before calibration; NULL: 1 */
  double *free;          /* base of those that are not held, else 0 */
  double *sums, *factor; /* of patterns */
  unsigned char *held;
  size_t held_count;
} rounds;

static trygg_status begin(rounds *r, trygg_error *error) {
  const tg_patterns *patterns = &r->calibration->patterns;
  size_t records = r->trim->records;
  r->rest = *r->calibration;
  r->rest.patterns.aims = tg_memory_new(patterns->aim_count, sizeof *patterns->aims);
  r->free = tg_memory_new(records, sizeof *r->free);
  r->held = tg_memory_new(records, 1);
  r->sums = tg_memory_new(patterns->count, 3 * sizeof *r->sums);
  if (!r->rest.patterns.aims || !r->free || !r->held || !r->sums)
    return tg_error_memory(error);
  r->factor = r->sums + patterns->count;
  return TRYGG_OK;
}

static void clear(rounds *r) {
  tg_memory_free(r->rest.patterns.aims);
  tg_memory_free(r->free);
  tg_memory_free(r->held);
  tg_memory_free(r->sums);
}

static double base_of(const rounds *r, size_t record) {
  return r->base ? r->base[record] : 1;
}

/* Hold the weights that have come beyond their bounds and, unless `forever`, let those go that have not; returns how many
 * changed. */
static size_t hold(rounds *r, const double *factor, int forever) {
  tg_trim *trim = r->trim;
  size_t changed = 0;
  r->held_count = 0;
  for (size_t g = 0; g < trim->group_count; g++)
    for (size_t k = trim->begin[g]; k < trim->begin[g + 1]; k++) {
      size_t i = trim->member[k];
      double weight = base_of(r, i) * factor[r->calibration->patterns.of[i]];
      unsigned char held = weight > trim->groups[g].upper   ? AT_UPPER
                           : weight < trim->groups[g].lower ? AT_LOWER
                           : forever                        ? r->held[i]
                                                            : FREE;
      changed += held != r->held[i];
      r->held[i] = held;
      r->held_count += held != FREE;
      r->free[i] = held == FREE ? base_of(r, i) : 0;
      trim->weight[i] = held == FREE       ? weight
                        : held == AT_UPPER ? trim->groups[g].upper
                                           : trim->groups[g].lower;
    }
  return changed;
}

/* Totals less what is held. */
static void reduce_totals(rounds *r) {
  const tg_patterns *p = &r->calibration->patterns;
  tg_aim *aims = r->rest.patterns.aims;
  memcpy(aims, p->aims, p->aim_count * sizeof *aims);
  for (size_t i = 0; i < r->trim->records; i++) {
    size_t pattern = p->of[i];
    for (size_t k = p->begin[pattern]; k < p->begin[pattern + 1] && r->held[i]; k++)
      aims[p->column[k]].total -= r->trim->weight[i] * (p->value[k] + aims[p->column[k]].centre);
  }
  for (size_t j = 0; j < p->aim_count; j++)
    if (fabs(aims[j].total) <= NOTHING * fabs(p->aims[j].total))
      aims[j].total = 0;
}

/* Each number of people by itself: what its members come to within their bounds. */
static trygg_status check_reach(const rounds *r, trygg_error *error) {
  const tg_patterns *p = &r->calibration->patterns;
  const tg_trim *trim = r->trim;
  double *least = tg_memory_new(p->aim_count, 2 * sizeof *least), *most = least ? least + p->aim_count : NULL;
  trygg_status status = TRYGG_OK;
  if (!least)
    return tg_error_memory(error);
  for (size_t g = 0; g < trim->group_count; g++)
    for (size_t m = trim->begin[g]; m < trim->begin[g + 1]; m++)
      for (size_t k = p->begin[p->of[trim->member[m]]]; k < p->begin[p->of[trim->member[m]] + 1]; k++) {
        least[p->column[k]] += trim->groups[g].lower;
        most[p->column[k]] += trim->groups[g].upper;
      }
  for (size_t j = 0; j < p->aim_count && status == TRYGG_OK; j++) {
    const tg_aim *aim = &p->aims[j];
    char total[TG_NUMBER_SIZE], reach[TG_NUMBER_SIZE];
    int low = aim->total<least[j] * (1 - NOTHING), high = aim->total> most[j] * (1 + NOTHING);
    if (aim->people && (low || high))
      status = tg_error_at(
          error, TRYGG_EDESIGN, aim->row->file, aim->row->line, 0, "total",
          "`%s` %s has %s people, and weights within the bounds of trimming come to %s at %s; widen "
          "the bounds, or join the category with another",
          aim->row->names, aim->category, tg_number_fixed(total, aim->total, 1),
          tg_number_fixed(reach, low ? least[j] : most[j], 1), low ? "least" : "most");
  }
  tg_memory_free(least);
  return status;
}

/* What the others cannot do. */
static trygg_status say_held(const rounds *r, const trygg_error *fault, trygg_error *error) {
  char held[TG_NUMBER_SIZE];
  return tg_error_at(error, (trygg_status)fault->status, fault->file, fault->line, fault->column,
                     fault->field,
                     "with %s weights held at the bounds of trimming, the totals less theirs are not met: %s",
                     tg_number_format_integer(held, (int64_t)r->held_count), fault->message);
}

static trygg_status solve(rounds *r, trygg_error *error) {
  trygg_error fault = {0};
  trygg_status status;
  reduce_totals(r);
  status = tg_pattern_sums(&r->rest.patterns, r->free, r->trim->records, 1, r->sums, error);
  if (status != TRYGG_OK)
    return status;
  status = tg_calibrate_factors(&r->rest, r->sums, r->factor, &fault);
  if (status == TRYGG_ENOMEM)
    return tg_error_memory(error);
  return status == TRYGG_OK ? TRYGG_OK : say_held(r, &fault, error);
}

/* A wave that keeps its weights has nothing by which the others could take over what is cut. */
static trygg_status check_waves(const tg_trim *trim, const trygg_responses *responses,
                                const tg_calibration *calibration, trygg_error *error) {
  for (size_t i = 0; i < trim->records; i++) {
    size_t wave = responses->wave[i];
    if (trim->before[i] > 0 && !calibration->patterns.waves[wave].aims)
      return tg_error_at(
          error, TRYGG_EDESIGN, NULL, 0, 0, "trim",
          "trimmed weights are calibrated again, and wave %s has no rows in margins.csv; add its "
          "totals, or trim without calibrating",
          responses->waves[wave].code);
  }
  return TRYGG_OK;
}

static trygg_status refuse_circles(const rounds *r, trygg_error *error) {
  char held[TG_NUMBER_SIZE];
  return tg_error_at(
      error, TRYGG_EDESIGN, NULL, 0, 0, "trim",
      "no weights within the bounds of trimming meet the margins: with %s of them held others are "
      "pushed beyond; widen the bounds",
      tg_number_format_integer(held, (int64_t)r->held_count));
}

trygg_status tg_trim_calibrated(tg_trim *trim, const trygg_responses *responses, tg_calibration *calibration,
                                const double *base, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  rounds r = {.trim = trim, .calibration = calibration, .base = base};
  int round = 0;
  TRY(check_waves(trim, responses, calibration, error));
  TRY(check_reach(&r, error));
  TRY(begin(&r, error));
  memcpy(r.factor, calibration->factor, calibration->patterns.count * sizeof *r.factor);
  for (; hold(&r, r.factor, round > CIRCLING); round++)
    TRY(round < MOST_ROUNDS ? solve(&r, error) : refuse_circles(&r, error));
  if (round)
    TRY(tg_calibrate_settle(calibration, base, trim->weight, error));
cleanup:
  clear(&r);
  return status;
}
