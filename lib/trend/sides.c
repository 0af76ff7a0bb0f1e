/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whom a measure reached, whom it is compared with, and the areas these are made of, each as a set of cells of one
 * tally in every wave: whatever they share is then accounted for.
 *
 * An area is a code of the first variable in `where`; what else stands there holds for the areas compared with too. */
#include <trend/measures.h>

#include <string.h>

typedef struct conditions {
  tg_conditions where, *comparisons;
} conditions;

/* ---- which cells -------------------------------------------------------------------------------------- */

static size_t by_position(const tg_tally *tally, size_t variable) {
  size_t k = 0;
  while (k < tally->by_count && tally->by[k] != variable)
    k++;
  return k;
}

static int meets_one(const tg_tally *tally, const tg_code_set *set, const tg_cell *cell) {
  size_t k = by_position(tally, set->variable);
  return tg_code_set_has(set, &tally->design->responses->codebook->variables[set->variable],
                         tally->categories[k].names[cell->by[k]]);
}

/* Whether a cell meets the conditions from `first` on, all of whose variables are by-variables. */
static int meets(const tg_tally *tally, const tg_conditions *list, size_t first, const tg_cell *cell) {
  for (size_t i = first; i < list->count; i++)
    if (!meets_one(tally, &list->sets[i], cell))
      return 0;
  return 1;
}

/* The area of a cell: the position of its code. */
static size_t area_of(const tg_tally *tally, const conditions *of, const tg_cell *cell) {
  return cell->by[by_position(tally, of->where.sets[0].variable)];
}

static int is_compared(const tg_tally *tally, const conditions *of, size_t comparison, const tg_cell *cell) {
  return meets(tally, &of->comparisons[comparison], 0, cell) && !meets(tally, &of->where, 0, cell);
}

/* Whether a cell is of an area that could have had the measure. */
static int is_area(const tg_tally *tally, const conditions *of, size_t comparison, const tg_cell *cell) {
  return is_compared(tally, of, comparison, cell) && meets(tally, &of->where, 1, cell);
}

/* What a side is, for one measure. */
typedef struct side {
  enum { REACHED, COMPARED, AREA, OTHERS } what;
  size_t comparison, area;
} side;

/* The others of an area are those of its comparison and those whom the measure reached. */
static int belongs(const tg_tally *tally, const conditions *of, side s, const tg_cell *cell) {
  int reached = meets(tally, &of->where, 0, cell);
  switch (s.what) {
  case REACHED:
    return reached;
  case COMPARED:
    return is_compared(tally, of, s.comparison, cell);
  case AREA:
    return is_area(tally, of, s.comparison, cell) && area_of(tally, of, cell) == s.area;
  default:
    return (reached || is_area(tally, of, s.comparison, cell)) && area_of(tally, of, cell) != s.area;
  }
}

static trygg_status gather(const trygg_estimates *estimates, size_t wave, const conditions *of, side s,
                           tg_domain *out, trygg_error *error) {
  const tg_tally *tally = estimates->tally;
  *out = (tg_domain){.wave = estimates->waves[wave], .group = TG_TOTAL_DOMAIN};
  out->cells = tg_memory_new(tally->cell_count, sizeof *out->cells);
  if (!out->cells)
    return tg_error_memory(error);
  for (size_t c = 0; c < tally->cell_count; c++) {
    const tg_cell *cell = &tally->cells[c];
    if (cell->wave == out->wave && !cell->by_missing && belongs(tally, of, s, cell))
      out->cells[out->cell_count++] = (uint32_t)c;
  }
  return TRYGG_OK;
}

/* ---- the conditions of a measure ----------------------------------------------------------------------- */

static void clear_conditions(conditions *of, size_t count) {
  tg_conditions_clear(&of->where);
  for (size_t i = 0; of->comparisons && i < count; i++)
    tg_conditions_clear(&of->comparisons[i]);
  tg_memory_free(of->comparisons);
  *of = (conditions){0};
}

static trygg_status check_variables(const trygg_estimates *estimates, const tg_measure_row *measure,
                                    const tg_conditions *list, trygg_error *error) {
  const tg_tally *tally = estimates->tally;
  for (size_t i = 0; i < list->count; i++)
    if (by_position(tally, list->sets[i].variable) == tally->by_count)
      return tg_error_at(error, TRYGG_EINVAL, NULL, 0, 0, "by",
                         "the measure `%s` was taken by `%s`; name that by-variable", measure->name,
                         tally->design->responses->codebook->variables[list->sets[i].variable].name);
  return TRYGG_OK;
}

static trygg_status read_conditions(const trygg_estimates *estimates, const tg_measure_row *measure,
                                    conditions *out, trygg_error *error) {
  const trygg_codebook *codebook = estimates->tally->design->responses->codebook;
  trygg_error place = {.line = measure->line};
  trygg_status status = TRYGG_OK;
  out->comparisons = tg_memory_new(measure->comparison_count, sizeof *out->comparisons);
  if (!out->comparisons)
    return tg_error_memory(error);
  TRY(tg_conditions_parse(codebook, measure->where, &place, &out->where, error));
  TRY(check_variables(estimates, measure, &out->where, error));
  for (size_t i = 0; i < measure->comparison_count; i++) {
    TRY(tg_conditions_parse(codebook, measure->comparisons[i].conditions, &place, &out->comparisons[i],
                            error));
    TRY(check_variables(estimates, measure, &out->comparisons[i], error));
  }
cleanup:
  return status;
}

/* ---- the sides ---------------------------------------------------------------------------------------- */

/* Append the areas of a comparison, each with its others, to the list of sides. */
static trygg_status add_areas(const tg_tally *tally, const conditions *of, size_t comparison,
                              tg_measure_sides *sides, side **list, size_t *capacity, trygg_error *error) {
  const tg_categories *areas = &tally->categories[by_position(tally, sides->variable)];
  unsigned char *met = tg_memory_new(areas->count, 1);
  trygg_status status = TRYGG_OK;
  if (!met)
    return tg_error_memory(error);
  for (size_t c = 0; c < tally->cell_count; c++)
    if (!tally->cells[c].by_missing && is_area(tally, of, comparison, &tally->cells[c]))
      met[area_of(tally, of, &tally->cells[c])] = 1;
  sides->pools[comparison] = sides->count;
  for (size_t a = 0; a < areas->count && status == TRYGG_OK; a++) {
    if (!met[a])
      continue;
    if (tg_memory_grow((void **)list, capacity, sides->count + 2, sizeof **list)) {
      status = tg_error_memory(error);
      continue;
    }
    (*list)[sides->count++] = (side){AREA, comparison, a};
    (*list)[sides->count++] = (side){OTHERS, comparison, a};
    sides->pool_counts[comparison]++;
  }
  tg_memory_free(met);
  return status;
}

static trygg_status list_sides(const tg_measures *all, const conditions *of, tg_measure_sides *sides,
                               side **list, trygg_error *error) {
  const tg_tally *tally = all->estimates->tally;
  size_t comparisons = sides->measure->comparison_count, capacity = 0;
  trygg_status status = TRYGG_OK;
  sides->pools = tg_memory_new(comparisons, sizeof *sides->pools);
  sides->pool_counts = tg_memory_new(comparisons, sizeof *sides->pool_counts);
  if (!sides->pools || !sides->pool_counts ||
      tg_memory_grow((void **)list, &capacity, comparisons + 1, sizeof **list))
    return tg_error_memory(error);
  sides->variable = of->where.sets[0].variable;
  (*list)[sides->count++] = (side){REACHED, 0, 0};
  for (size_t i = 0; i < comparisons; i++)
    (*list)[sides->count++] = (side){COMPARED, i, 0};
  for (size_t i = 0; i < comparisons && all->needs & TG_MEASURE_AREAS; i++)
    TRY(add_areas(tally, of, i, sides, list, &capacity, error));
  sides->codes = tg_memory_new(sides->count, sizeof *sides->codes);
  if (!sides->codes)
    return tg_error_memory(error);
  for (size_t i = 0; i < sides->count; i++)
    if ((*list)[i].what == AREA)
      sides->codes[i] = tally->categories[by_position(tally, sides->variable)].names[(*list)[i].area];
cleanup:
  return status;
}

static trygg_status add_domains(const tg_measures *all, tg_measure_sides *sides, tg_domain **domains,
                                size_t *count, size_t *capacity, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  conditions of = {0};
  side *list = NULL;
  TRY(read_conditions(all->estimates, sides->measure, &of, error));
  TRY(list_sides(all, &of, sides, &list, error));
  sides->domain = *count;
  if (tg_memory_grow((void **)domains, capacity, *count + all->estimates->wave_count * sides->count,
                     sizeof **domains)) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t w = 0; w < all->estimates->wave_count; w++)
    for (size_t i = 0; i < sides->count; i++) {
      (*domains)[*count] = (tg_domain){0};
      TRY(gather(all->estimates, w, &of, list[i], &(*domains)[(*count)++], error));
    }
cleanup:
  clear_conditions(&of, sides->measure->comparison_count);
  tg_memory_free(list);
  return status;
}

trygg_status tg_sides_create(tg_measures *all, trygg_error *error) {
  const trygg_codebook *codebook = all->estimates->tally->design->responses->codebook;
  size_t count = 0, capacity = 0;
  trygg_status status = TRYGG_OK;
  tg_domain *domains = NULL;
  if (!codebook->measure_count)
    return tg_error_at(error, TRYGG_ECODEBOOK, NULL, 0, 0, "measures",
                       "the survey folder has no measures; write them in measures.csv");
  all->sides = tg_memory_new(codebook->measure_count, sizeof *all->sides);
  if (!all->sides)
    return tg_error_memory(error);
  for (size_t m = 0; m < codebook->measure_count; m++) {
    all->sides[m].measure = &codebook->measures[m];
    TRY(add_domains(all, &all->sides[m], &domains, &count, &capacity, error));
  }
  status = tg_estimate_of_domains(all->estimates, domains, count, &all->made, error);
  domains = NULL;
cleanup:
  tg_domains_clear(domains, domains ? count : 0);
  return status;
}

void tg_sides_clear(tg_measures *all) {
  size_t count = all->estimates ? all->estimates->tally->design->responses->codebook->measure_count : 0;
  for (size_t m = 0; all->sides && m < count; m++) {
    tg_memory_free(all->sides[m].pools);
    tg_memory_free(all->sides[m].pool_counts);
    tg_memory_free((void *)all->sides[m].codes);
  }
  tg_memory_free(all->sides);
  trygg_estimate_free(all->made);
}
