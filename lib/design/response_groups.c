/* SPDX-License-Identifier: GPL-3.0-or-later */
/* People drawn of one wave with the same known background. */
#include <design/response.h>

#include <math.h>
#include <string.h>

#include <base/keys.h>
#include <base/number.h>
#include <numeric/sum.h>

/* Classes need few values; a model takes numbers as they are. */
static trygg_status check_variable(const tg_response *r, const tg_variable *variable, trygg_error *error) {
  int is_number = variable->type == TG_INTEGER || variable->type == TG_DECIMAL;
  if (variable->type == TG_SELECT_ONE || variable->type == TG_STRING ||
      (is_number && r->choice.method->make != tg_response_make_classes))
    return TRYGG_OK;
  return tg_error_at(
      error, TRYGG_EINVAL, NULL, 0, 0, "response_on",
      is_number ? "`%s` is a number, and classes need codes; make bands of it in derived.csv, or adjust "
                  "by propensity or quantiles"
                : "`%s` has no codes; name what the register knows of everybody, such as sex and age",
      variable->name);
}

static trygg_status open_variables(tg_response *r, trygg_error *error) {
  const trygg_responses *responses = r->responses;
  size_t n = r->variable_count;
  trygg_status status = TRYGG_OK;
  if (!n)
    return tg_error_at(error, TRYGG_EINVAL, NULL, 0, 0, "response_on",
                       "name what is known of everybody who was drawn, such as sex and age");
  r->category = tg_memory_new(n, sizeof *r->category);
  r->names = tg_memory_new(n, sizeof *r->names);
  if (!r->category || !r->names)
    return tg_error_memory(error);
  for (size_t v = 0; v < n; v++) {
    const tg_column *column = &responses->columns[r->variables[v]];
    TRY(check_variable(r, column->variable, error));
    if (!(r->category[v] = tg_memory_new(responses->count, sizeof **r->category)))
      return tg_error_memory(error);
    TRY(tg_column_categories(column, responses->count, r->category[v], &r->names[v], error));
  }
cleanup:
  return status;
}

static trygg_status check_known(const tg_response *r, const double *base, trygg_error *error) {
  for (size_t v = 0; v < r->variable_count; v++) {
    size_t missing = 0;
    char number[TG_NUMBER_SIZE];
    for (size_t i = 0; i < r->responses->count; i++)
      missing += r->category[v][i] == TG_RANK_NONE && (!base || base[i] > 0);
    if (missing)
      return tg_error_at(
          error, TRYGG_EDATA, NULL, 0, 0, r->responses->codebook->variables[r->variables[v]].name,
          "%s of those who were drawn have no `%s`; give them a code, or leave the variable out",
          tg_number_format_integer(number, (int64_t)missing),
          r->responses->codebook->variables[r->variables[v]].name);
  }
  return TRYGG_OK;
}

/* Wave, then variable by variable: ranks of the pairs of the rank so far and the category. */
static trygg_status number_groups(tg_response *r, trygg_error *error) {
  size_t records = r->responses->count;
  trygg_status status = TRYGG_OK;
  uint64_t *keys = tg_memory_new(records, sizeof *keys), *distinct = NULL;
  r->of = tg_memory_new(records, sizeof *r->of);
  if (!keys || !r->of) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t i = 0; i < records; i++)
    r->of[i] = r->responses->wave[i];
  for (size_t v = 0; v < r->variable_count; v++) {
    for (size_t i = 0; i < records; i++)
      keys[i] = (uint64_t)r->of[i] * (r->names[v].count + 1) +
                (r->category[v][i] == TG_RANK_NONE ? r->names[v].count : r->category[v][i]);
    tg_memory_free(distinct);
    distinct = NULL;
    TRY(tg_keys_rank(keys, records, r->of, &distinct, &r->group_count, error));
  }
cleanup:
  tg_memory_free(keys);
  tg_memory_free(distinct);
  return status;
}

static trygg_status sum_groups(tg_response *r, const double *base, trygg_error *error) {
  size_t records = r->responses->count;
  tg_sum *sums = tg_memory_new(r->group_count, 2 * sizeof *sums);
  r->groups = tg_memory_new(r->group_count, sizeof *r->groups);
  if (!sums || !r->groups) {
    tg_memory_free(sums);
    return tg_error_memory(error);
  }
  for (size_t i = records; i-- > 0;)
    r->groups[r->of[i]].first = r->groups[r->of[i]].last = i;
  for (size_t i = 0; i < records; i++) {
    tg_response_group *group = &r->groups[r->of[i]];
    double d = base ? base[i] : 1;
    int answered = !r->responses->silent[i];
    group->wave = r->responses->wave[i];
    group->drawn += d > 0;
    group->answered += d > 0 && answered;
    tg_sum_add(&sums[2 * r->of[i]], d);
    tg_sum_add(&sums[2 * r->of[i] + 1], answered ? d : 0);
  }
  for (size_t g = 0; g < r->group_count; g++) {
    r->groups[g].weight = tg_sum_value(&sums[2 * g]);
    r->groups[g].weighted = tg_sum_value(&sums[2 * g + 1]);
  }
  tg_memory_free(sums);
  return TRYGG_OK;
}

trygg_status tg_response_group_records(tg_response *r, const double *base, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  TRY(open_variables(r, error));
  TRY(check_known(r, base, error));
  TRY(number_groups(r, error));
  TRY(sum_groups(r, base, error));
  for (size_t g = r->group_count; g-- > 0;) {
    tg_response_wave *wave = &r->waves[r->groups[g].wave];
    wave->first_group = g;
    wave->groups++;
  }
cleanup:
  return status;
}
