/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Methods of adjusting for those who did not answer, and what all of them do. */
#include <design/response.h>

#include <math.h>
#include <string.h>

#include <base/number.h>
#include <base/text.h>

enum { LEAST = 20, PARTS = 5, MOST_PARTS = 100 };

static const tg_response_method methods[] = {
    {"classes", "by the share that answered in each class of what is known of everybody drawn", 0, 1,
     tg_response_make_classes},
    {"propensity", "by each person's probability to answer, of a logistic model", 0, 0,
     tg_response_make_model},
    {"quantiles", "by classes of that probability; quantiles:5 makes five", 1, 1, tg_response_make_quantiles},
};

enum { METHODS = sizeof methods / sizeof *methods };

const char *trygg_design_response(size_t i) {
  return i < METHODS ? methods[i].name : NULL;
}

const char *trygg_design_response_help(size_t i) {
  return i < METHODS ? methods[i].help : NULL;
}

static const char *name_at(const void *context, size_t i) {
  (void)context;
  return methods[i].name;
}

static trygg_status read_number(const char *colon, tg_response_choice *choice, trygg_error *error) {
  choice->parts = PARTS;
  if (!colon ||
      (choice->method->numbered && !tg_number_parse_integer(colon + 1, strlen(colon + 1), &choice->parts) &&
       choice->parts >= 2 && choice->parts <= MOST_PARTS))
    return TRYGG_OK;
  return tg_error_at(error, TRYGG_EINVAL, NULL, 0, 0, "response",
                     choice->method->numbered
                         ? "`%s` wants a whole number of classes from 2 to 100, as in quantiles:5"
                         : "`%s` has nothing behind a colon; quantiles:5 has",
                     choice->method->name);
}

trygg_status tg_response_parse(const char *text, tg_response_choice *out, trygg_error *error) {
  const char *colon = text ? strchr(text, ':') : NULL, *nearest;
  size_t length = !text ? 0 : colon ? (size_t)(colon - text) : strlen(text);
  char word[64];
  *out = (tg_response_choice){0};
  if (!text || !*text || !strcmp(text, "none"))
    return TRYGG_OK;
  for (size_t i = 0; i < METHODS; i++)
    if (tg_text_equal(text, length, methods[i].name)) {
      out->method = &methods[i];
      return read_number(colon, out, error);
    }
  tg_text_print(word, sizeof word, "%.*s", (int)(length < 40 ? length : 40), text);
  nearest = tg_text_nearest(word, METHODS, name_at, NULL);
  return tg_error_at(
      error, TRYGG_ENAME, NULL, 0, 0, "response",
      "no adjustment for non-response is called `%s`; %s%s%s classes, propensity or quantiles:5", word,
      nearest ? "did you mean `" : "give", nearest ? nearest : "", nearest ? "`? It takes" : "");
}

trygg_status tg_response_check_columns(size_t count, trygg_error *error) {
  char number[TG_NUMBER_SIZE];
  if (count <= TG_RESPONSE_COLUMNS)
    return TRYGG_OK;
  return tg_error_at(error, TRYGG_ELIMIT, NULL, 0, 0, "response_on",
                     "these variables make %s classes or terms, more than 1000; leave one out, or make bands",
                     tg_number_format_integer(number, (int64_t)count));
}

void tg_response_free(tg_response *r) {
  if (!r)
    return;
  for (size_t v = 0; v < r->variable_count; v++) {
    if (r->category)
      tg_memory_free(r->category[v]);
    if (r->names)
      tg_categories_clear(&r->names[v]);
  }
  for (size_t w = 0; r->waves && w < r->responses->wave_count; w++)
    tg_semidefinite_clear(&r->waves[w].normal);
  tg_memory_free(r->method);
  tg_memory_free(r->variables);
  tg_memory_free(r->category);
  tg_memory_free(r->names);
  tg_memory_free(r->of);
  tg_memory_free(r->groups);
  tg_memory_free(r->waves);
  tg_memory_free(r->x);
  tg_memory_free(r->x_begin);
  tg_memory_free(r->weight);
  tg_memory_free(r->gap);
  tg_memory_free(r->cross);
  tg_memory_free(r);
}

/* ---- weights -------------------------------------------------------------------------------------------- */

/* Everybody drawn has a weight, and some did not answer. */
static trygg_status check_drawn(const tg_response *r, const double *base, trygg_error *error) {
  size_t silent = 0, unweighted = 0;
  char number[TG_NUMBER_SIZE];
  for (size_t i = 0; i < r->responses->count; i++) {
    silent += r->responses->silent[i] == TG_DID_NOT_ANSWER;
    unweighted += base && !(base[i] >= 0);
  }
  if (unweighted)
    return tg_error_at(
        error, TRYGG_EDATA, NULL, 0, 0, "response",
        "%s of those who did not answer have no weight; give everybody who was drawn the weight of the "
        "design, or sizes of strata in strata.csv",
        tg_number_format_integer(number, (int64_t)unweighted));
  if (silent)
    return TRYGG_OK;
  return tg_error_at(
      error, TRYGG_EDATA, NULL, 0, 0, "response",
      "the data hold nobody who was drawn and did not answer; non-response is adjusted for by their "
      "records, with a status variable whose codes have a disposition");
}

static void set_weights(tg_response *r, const double *base) {
  for (size_t i = 0; i < r->responses->count; i++) {
    double p = r->groups[r->of[i]].propensity, d = base ? base[i] : 1;
    int answered = !r->responses->silent[i];
    r->weight[i] = answered ? d / p : 0;
    r->gap[i] = r->choice.method->classes ? r->weight[i] - d : d * (answered - p);
  }
}

static trygg_status begin(const trygg_responses *responses, tg_response_request *request, tg_response *r,
                          trygg_error *error) {
  size_t n = responses->count;
  r->responses = responses;
  r->variables = request->variables;
  r->variable_count = request->variable_count;
  request->variables = NULL;
  r->least = request->least > 0 ? request->least : LEAST;
  r->collapse = request->collapse;
  r->method = tg_memory_string(request->method);
  r->waves = tg_memory_new(responses->wave_count, sizeof *r->waves);
  r->weight = tg_memory_new(n, sizeof *r->weight);
  r->gap = tg_memory_new(n, sizeof *r->gap);
  return r->method && r->waves && r->weight && r->gap ? TRYGG_OK : tg_error_memory(error);
}

trygg_status tg_response_create(const trygg_responses *responses, tg_response_request *request,
                                tg_response **out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_response_choice choice;
  tg_response *r = NULL;
  *out = NULL;
  TRY(tg_response_parse(request->method, &choice, error));
  if (!choice.method)
    return TRYGG_OK;
  r = tg_memory_new(1, sizeof *r);
  if (!r)
    return tg_error_memory(error);
  r->choice = choice;
  TRY(begin(responses, request, r, error));
  TRY(check_drawn(r, request->weight, error));
  TRY(tg_response_group_records(r, request->weight, error));
  TRY(choice.method->make(r, request->weight, error));
  TRY(tg_response_check_columns(r->column_count, error));
  set_weights(r, request->weight);
  *out = r;
  r = NULL;
cleanup:
  tg_response_free(r);
  return status;
}

/* ---- other weights ---------------------------------------------------------------------------------------- */

/* Sums of the weights over the groups, of the drawn and of those who answered. */
static void sum_groups(const tg_response *r, const double *weight, tg_response_group *groups) {
  memcpy(groups, r->groups, r->group_count * sizeof *groups);
  for (size_t g = 0; g < r->group_count; g++)
    groups[g].weight = groups[g].weighted = 0;
  for (size_t i = 0; i < r->responses->count; i++) {
    groups[r->of[i]].weight += weight[i];
    groups[r->of[i]].weighted += r->responses->silent[i] ? 0 : weight[i];
  }
}

trygg_status tg_response_weights(const tg_response *r, double *weight, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_response_group *groups = tg_memory_new(r->group_count, sizeof *groups);
  if (!groups)
    return tg_error_memory(error);
  sum_groups(r, weight, groups);
  for (size_t w = 0; w < r->responses->wave_count && !r->choice.method->classes; w++)
    TRY(tg_response_fit(r, w, groups, error));
  for (size_t g = 0; g < r->group_count; g++) {
    if (r->choice.method->classes)
      groups[g].propensity = groups[g].weight > 0 ? groups[g].weighted / groups[g].weight : 1;
    if (!(groups[g].propensity > 0)) {
      status = tg_error_set(error, TRYGG_EDESIGN, "a class has nobody who answered");
      goto cleanup;
    }
  }
  for (size_t i = 0; i < r->responses->count; i++)
    weight[i] = r->responses->silent[i] ? 0 : weight[i] / groups[r->of[i]].propensity;
cleanup:
  tg_memory_free(groups);
  return status;
}

/* ---- what a variance needs ---------------------------------------------------------------------------------- */

/* What is calibrated by w x has w x'B taken away: v becomes v - x'B, here for all B at once. */
trygg_status tg_response_connect(tg_response *r, const tg_calibration *c, trygg_error *error) {
  size_t aims = c->patterns.aim_count;
  r->cross = tg_memory_new(r->column_count * aims, sizeof *r->cross);
  if (!r->cross)
    return tg_error_memory(error);
  for (size_t i = 0; i < r->responses->count; i++) {
    size_t first, count, pattern = c->patterns.of[i];
    const double *x = tg_response_columns(r, i, &first, &count);
    double w = c->weight[i] * tg_response_lean(r, i);
    for (size_t j = 0; j < count && w > 0; j++)
      for (size_t k = c->patterns.begin[pattern]; k < c->patterns.begin[pattern + 1]; k++)
        r->cross[(first + j) * aims + c->patterns.column[k]] += w * x[j] * c->patterns.value[k];
  }
  return TRYGG_OK;
}

trygg_status tg_response_regress(const tg_response *r, const double *t, const double *calibrated, size_t aims,
                                 double *b, trygg_error *error) {
  double *work = tg_memory_new(r->column_count, 2 * sizeof *work),
         *rest = work ? work + r->column_count : NULL;
  if (!work)
    return tg_error_memory(error);
  for (size_t i = 0; i < r->column_count; i++) {
    rest[i] = t[i];
    for (size_t j = 0; j < aims && calibrated; j++)
      rest[i] -= r->cross[i * aims + j] * calibrated[j];
  }
  for (size_t w = 0; w < r->responses->wave_count; w++) {
    const tg_response_wave *wave = &r->waves[w];
    if (!r->choice.method->classes)
      tg_semidefinite_solve(&wave->normal, rest + wave->first_column, b + wave->first_column, work);
    for (size_t g = wave->first_group; g < wave->first_group + wave->groups && r->choice.method->classes; g++)
      b[g] = r->groups[g].weight > 0 ? rest[g] / r->groups[g].weight : 0;
  }
  tg_memory_free(work);
  return TRYGG_OK;
}
