/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Partial R-indicators: how much of the spread of propensities goes along a variable, and what it adds to the others; the
 * formulas stand in representativity.c and evenness.c. */
#include <model/representativity.h>

#include <math.h>
#include <string.h>

#include <base/keys.h>

trygg_status tg_representativity_add_row(const tg_representativity *w, const tg_drawn_row *r) {
  trygg_status status = TRYGG_OK;
  const char *texts[] = {r->wave, r->measure, r->variable, r->category};
  size_t column = 0;
  int known = r->se > 0;
  TRY(tg_table_add_row(w->table, w->error));
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    TRY(tg_table_set_text(w->table, column++, texts[i], w->error));
  tg_table_set_integer(w->table, column++, (int64_t)r->n);
  tg_table_set_number(w->table, column++, r->estimate);
  tg_table_set_number(w->table, column++, known ? r->se : NAN);
  tg_table_set_number(w->table, column++, known ? fmax(r->low, r->estimate - w->z * r->se) : NAN);
  tg_table_set_number(w->table, column++, known ? fmin(r->high, r->estimate + w->z * r->se) : NAN);
  TRY(tg_table_set_flags(w->table, column, r->flags, w->error));
  tg_table_set_base(w->table, r->base);
  tg_table_set_unit(w->table, r->unit);
cleanup:
  return status;
}

/* S and its standard error as a row; `known`: the fit has a variance. */
static tg_drawn_row spread_row(const char *wave, const char *measure, const char *variable,
                               const char *category, double n, const tg_evenness *found, int known,
                               int64_t base) {
  double square = known ? found->square - found->excess : found->square;
  return (tg_drawn_row){wave,
                        measure,
                        variable,
                        category,
                        n,
                        sqrt(fmax(0, square)),
                        known && found->square > 0 ? sqrt(found->variance / found->plain) / 2 : NAN,
                        0,
                        1,
                        base,
                        known ? 0 : TG_FLAG_NO_SE,
                        TG_UNIT_NUMBER};
}

/* Categories' rates as a model of their own, a column each. */
static trygg_status find_between(const tg_representativity *w, const tg_drawn_figures *f,
                                 const tg_drawn_category *of, size_t count, tg_evenness *out, int *known) {
  double *memory = tg_memory_new(2 * count * count + 3 * count, sizeof *memory), *v, *weight, *square, *rho;
  tg_propensities fit;
  trygg_status status;
  if (!memory)
    return tg_error_memory(w->error);
  v = memory + count * count;
  weight = v + count * count;
  square = weight + count;
  rho = square + count;
  *known = 1;
  for (size_t k = 0; k < count; k++) {
    double p = of[k].n > 0 ? of[k].answered / of[k].weight : 0.5;
    memory[k * count + k] = 1;
    weight[k] = of[k].weight;
    square[k] = of[k].square;
    rho[k] = p;
    *known &= p > 0 && p < 1;
    if (of[k].n > 0 && p > 0 && p < 1)
      v[k * count + k] = of[k].square / (of[k].weight * of[k].weight * p * (1 - p));
  }
  fit = (tg_propensities){count, count, memory, weight, square, rho, v, f->n, f->whole};
  status = tg_evenness_find(&fit, NULL, 1, NULL, out, w->error);
  tg_memory_free(memory);
  return status;
}

/* Rate and partial R of each category of a variable, then the variable's.  With the sample fixed, the rates of a category
 * and of the others are independent: rho_k - mean = (1 - W_k/W)(rho_k - rho_others). */
static trygg_status add_categories(const tg_representativity *w, const char *wave, const tg_drawn_figures *f,
                                   size_t v, const tg_drawn_category *of, double *total, double *least) {
  const char *name = w->drawn->codebook->variables[w->variables[v]].name;
  trygg_status status = TRYGG_OK;
  for (size_t k = 0; k < w->categories[v].count; k++) {
    double rate = of[k].answered / of[k].weight, share = of[k].weight / f->whole,
           others = f->whole - of[k].weight;
    double other = (f->whole * f->mean - of[k].answered) / others;
    double variance = rate * (1 - rate) * of[k].square / of[k].weight / of[k].weight;
    tg_drawn_row r = {wave,
                      "response_rate",
                      name,
                      w->categories[v].names[k],
                      of[k].n,
                      rate,
                      sqrt(variance),
                      0,
                      1,
                      (int64_t)of[k].n,
                      0,
                      TG_UNIT_SHARE};
    if (of[k].n == 0)
      continue;
    *least = fmin(*least, of[k].n);
    *total += share * (rate - f->mean) * (rate - f->mean);
    TRY(tg_representativity_add_row(w, &r));
    r.measure = "partial";
    r.unit = TG_UNIT_NUMBER;
    r.estimate = sqrt(share) * (rate - f->mean);
    r.se = of[k].n < f->n
               ? sqrt(share) * (1 - share) *
                     sqrt(variance + other * (1 - other) * (f->square - of[k].square) / others / others)
               : NAN;
    r.low = -1;
    TRY(tg_representativity_add_row(w, &r));
  }
cleanup:
  return status;
}

/* What the variable adds to all the others: of each category, then of it. */
static trygg_status add_conditional(const tg_representativity *w, const char *wave, const tg_drawn_figures *f,
                                    size_t v, const tg_drawn_category *of, double least) {
  const char *name = w->drawn->codebook->variables[w->variables[v]].name;
  size_t rows = w->pattern_count, cells = 0;
  uint64_t *keys = tg_memory_new(rows, sizeof *keys), *distinct = NULL, below = 1;
  uint32_t *cell = tg_memory_new(rows, sizeof *cell);
  unsigned char *counts = tg_memory_new(rows, 1);
  tg_propensities fit = tg_representativity_fit(w, f);
  tg_evenness found;
  trygg_status status = TRYGG_OK;
  tg_drawn_row r;
  if (!keys || !cell || !counts) {
    status = tg_error_memory(w->error);
    goto cleanup;
  }
  for (size_t u = v + 1; u < w->count; u++)
    below *= w->categories[u].count;
  for (size_t i = 0; i < rows; i++) /* the digits without the variable's */
    keys[i] = w->patterns[i].key / below / w->categories[v].count * below + w->patterns[i].key % below;
  TRY(tg_keys_rank(keys, rows, cell, &distinct, &cells, w->error));
  for (size_t k = 0; k < w->categories[v].count; k++) {
    if (of[k].n == 0)
      continue;
    for (size_t i = 0; i < rows; i++)
      counts[i] = tg_representativity_category(w, w->patterns[i].key, v) == k;
    TRY(tg_evenness_find(&fit, cell, cells, counts, &found, w->error));
    r = spread_row(wave, "conditional", name, w->categories[v].names[k], of[k].n, &found, w->fitted,
                   (int64_t)of[k].n);
    TRY(tg_representativity_add_row(w, &r));
  }
  TRY(tg_evenness_find(&fit, cell, cells, NULL, &found, w->error));
  r = spread_row(wave, "conditional", name, NULL, f->n, &found, w->fitted, (int64_t)least);
  TRY(tg_representativity_add_row(w, &r));
  r = (tg_drawn_row){wave, "conditional_unadjusted", name, NULL,          f->n, sqrt(found.square), NAN, 0,
                     1,    (int64_t)least,           0,    TG_UNIT_NUMBER};
  TRY(tg_representativity_add_row(w, &r));
cleanup:
  tg_memory_free(keys);
  tg_memory_free(distinct);
  tg_memory_free(cell);
  tg_memory_free(counts);
  return status;
}

trygg_status tg_representativity_add_variable(const tg_representativity *w, const char *wave,
                                              const tg_drawn_figures *f, size_t v, tg_drawn_category *of) {
  size_t count = w->categories[v].count;
  const char *name = w->drawn->codebook->variables[w->variables[v]].name;
  trygg_status status = TRYGG_OK;
  tg_evenness between;
  double total = 0, least = f->n;
  int known;
  tg_drawn_row r;
  memset(of, 0, count * sizeof *of);
  for (size_t i = 0; i < w->pattern_count; i++) {
    const tg_drawn_pattern *from = &w->patterns[i];
    tg_drawn_category *into = &of[tg_representativity_category(w, from->key, v)];
    into->n += from->n;
    into->weight += from->weight;
    into->square += from->square;
    into->answered += from->answered;
  }
  TRY(add_categories(w, wave, f, v, of, &total, &least));
  TRY(find_between(w, f, of, count, &between, &known));
  r = spread_row(wave, "partial", name, NULL, f->n, &between, known, (int64_t)least);
  TRY(tg_representativity_add_row(w, &r));
  r = (tg_drawn_row){wave, "partial_unadjusted", name, NULL,          f->n, sqrt(total), NAN, 0,
                     1,    (int64_t)least,       0,    TG_UNIT_NUMBER};
  TRY(tg_representativity_add_row(w, &r));
  if (w->count > 1)
    TRY(add_conditional(w, wave, f, v, of, least));
cleanup:
  return status;
}
