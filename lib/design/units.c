/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stratum is the path wave (where waves are independent), codes of its variables; a cluster is its stratum and the
 * codes of its own variables.  Codes are numbered as they are met (responses/pool.h). */
#include <design/replicates.h>
#include <design/units.h>

#include <string.h>

#include <base/keys.h>
#include <design/populations.h>
#include <numeric/sum.h>
#include <responses/pool.h>

#define MOST_PARTS 16

/* Strata or clusters. */
typedef struct level {
  size_t first, count; /* its parts */
  tg_keys steps, ends; /* ends: the units */
  uint32_t *paths;     /* [unit * (count + 1)]: what it lies in, then its codes */
  size_t path_capacity;
  uint32_t *numbers; /* of the window's units */
  uint32_t *places;  /* of each number in the order of the design */
} level;

struct tg_units {
  const trygg_codebook *codebook;
  int independent, clustered;
  struct {
    size_t variable;
    tg_pool pool;
    tg_categories categories; /* at the end */
    uint32_t *places;
  } parts[MOST_PARTS];
  size_t part_count;
  level strata, clusters;
  size_t *records;    /* of each stratum */
  double *population; /* of each stratum, 0: not met */
  size_t record_capacity, population_capacity;
  char **waves; /* codes, in the order they were met */
  size_t wave_count, wave_capacity;
  uint32_t *wave_places;
  tg_sum weight;
};

static trygg_status find_parts(tg_units *units, tg_role role, level *of, trygg_error *error) {
  const trygg_codebook *codebook = units->codebook;
  of->first = units->part_count;
  for (size_t v = tg_codebook_find_role(codebook, role, 1, 0); v != TG_NONE;
       v = tg_codebook_find_role(codebook, role, 1, v + 1)) {
    if (units->part_count == MOST_PARTS)
      return tg_error_set(error, TRYGG_EDESIGN, "more than 16 stratum and cluster variables");
    units->parts[units->part_count++].variable = v;
    of->count++;
  }
  return TRYGG_OK;
}

trygg_status tg_units_create(const trygg_codebook *codebook, tg_units **out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_units *units = tg_memory_new(1, sizeof *units);
  *out = NULL;
  if (!units)
    return tg_error_memory(error);
  units->codebook = codebook;
  if (codebook->settings.waves == TG_WAVES_PANEL) {
    tg_units_free(units);
    return tg_error_at(error, TRYGG_EUNSUPPORTED, NULL, 0, 0, "waves",
                       "a panel finds the same persons in several waves, which needs all records at once, and they are "
                       "not kept when they are streamed; load them");
  }
  units->independent = codebook->settings.waves != TG_WAVES_OVERLAPPING;
  TRY(find_parts(units, TG_ROLE_STRATUM, &units->strata, error));
  TRY(find_parts(units, TG_ROLE_CLUSTER, &units->clusters, error));
  units->clustered = units->clusters.count > 0;
  *out = units;
  units = NULL;
cleanup:
  tg_units_free(units);
  return status;
}

static void clear_level(level *of) {
  tg_keys_clear(&of->steps);
  tg_keys_clear(&of->ends);
  tg_memory_free(of->paths);
  tg_memory_free(of->numbers);
  tg_memory_free(of->places);
}

void tg_units_free(tg_units *units) {
  if (!units)
    return;
  for (size_t k = 0; k < units->part_count; k++) {
    tg_pool_clear(&units->parts[k].pool);
    tg_categories_clear(&units->parts[k].categories);
    tg_memory_free(units->parts[k].places);
  }
  clear_level(&units->strata);
  clear_level(&units->clusters);
  for (size_t w = 0; w < units->wave_count; w++)
    tg_memory_free(units->waves[w]);
  tg_memory_free(units->waves);
  tg_memory_free(units->wave_places);
  tg_memory_free(units->records);
  tg_memory_free(units->population);
  tg_memory_free(units);
}

/* ---- windows -------------------------------------------------------------------------------------------- */

static trygg_status add_waves(tg_units *units, const trygg_responses *window, trygg_error *error) {
  while (units->wave_count < window->wave_count) {
    if (tg_memory_grow((void **)&units->waves, &units->wave_capacity, units->wave_count + 1,
                       sizeof *units->waves) != 0)
      return tg_error_memory(error);
    units->waves[units->wave_count] = tg_memory_string(window->waves[units->wave_count].code);
    if (!units->waves[units->wave_count])
      return tg_error_memory(error);
    units->wave_count++;
  }
  return TRYGG_OK;
}

/* Codes of the window's units, taken from a record of each: paths[unit * (count + 1) + 1 + k]. */
static trygg_status read_codes(tg_units *units, const level *of, const trygg_responses *window,
                               const uint32_t *unit, uint32_t *paths, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_categories categories = {0};
  uint32_t *numbers = NULL, *index = tg_memory_new(window->count, sizeof *index);
  if (!index)
    return tg_error_memory(error);
  for (size_t k = 0; k < of->count; k++) {
    TRY(tg_column_categories(&window->columns[units->parts[of->first + k].variable], window->count, index,
                             &categories, error));
    numbers = tg_memory_new(categories.count, sizeof *numbers);
    if (!numbers) {
      status = tg_error_memory(error);
      goto cleanup;
    }
    TRY(tg_pool_add(&units->parts[of->first + k].pool, &categories, numbers, error));
    for (size_t i = 0; i < window->count; i++)
      paths[unit[i] * (of->count + 1) + 1 + k] = numbers[index[i]];
    tg_memory_free(numbers);
    numbers = NULL;
    tg_categories_clear(&categories);
  }
cleanup:
  tg_categories_clear(&categories);
  tg_memory_free(numbers);
  tg_memory_free(index);
  return status;
}

/* Number the window's units by their paths. */
static trygg_status number(level *of, const uint32_t *paths, size_t count, trygg_error *error) {
  size_t length = of->count + 1;
  tg_memory_free(of->numbers);
  of->numbers = tg_memory_new(count, sizeof *of->numbers);
  if (!of->numbers)
    return tg_error_memory(error);
  for (size_t i = 0; i < count; i++) {
    size_t known = of->ends.used;
    if (tg_keys_add_path(&of->steps, &of->ends, paths + i * length, length, &of->numbers[i]) != 0 ||
        tg_memory_grow((void **)&of->paths, &of->path_capacity, of->ends.used * length, sizeof *of->paths) !=
            0)
      return tg_error_memory(error);
    for (size_t k = 0; k < length && of->ends.used > known; k++)
      of->paths[known * length + k] = paths[i * length + k];
  }
  return TRYGG_OK;
}

static trygg_status add_strata(tg_units *units, const trygg_design *window, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t known = units->strata.ends.used, length = units->strata.count + 1;
  uint32_t *paths = tg_memory_new(window->stratum_count * length, sizeof *paths);
  if (!paths)
    return tg_error_memory(error);
  for (size_t h = 0; h < window->stratum_count && units->independent; h++)
    paths[h * length] = (uint32_t)window->strata[h].group;
  TRY(read_codes(units, &units->strata, window->responses, window->stratum, paths, error));
  TRY(number(&units->strata, paths, window->stratum_count, error));
  if (tg_memory_grow((void **)&units->records, &units->record_capacity, units->strata.ends.used,
                     sizeof *units->records) != 0 ||
      tg_memory_grow((void **)&units->population, &units->population_capacity, units->strata.ends.used,
                     sizeof *units->population) != 0) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t h = known; h < units->strata.ends.used; h++) {
    units->records[h] = 0;
    units->population[h] = 0;
  }
  for (size_t h = 0; h < window->stratum_count; h++)
    units->records[units->strata.numbers[h]] += window->strata[h].clusters;
cleanup:
  tg_memory_free(paths);
  return status;
}

static trygg_status add_clusters(tg_units *units, const trygg_design *window, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t length = units->clusters.count + 1;
  uint32_t *paths = tg_memory_new(window->cluster_count * length, sizeof *paths);
  if (!paths)
    return tg_error_memory(error);
  for (size_t i = 0; i < window->cluster_count; i++)
    paths[i * length] = units->strata.numbers[window->cluster_stratum[i]];
  TRY(read_codes(units, &units->clusters, window->responses, window->cluster, paths, error));
  TRY(number(&units->clusters, paths, window->cluster_count, error));
cleanup:
  tg_memory_free(paths);
  return status;
}

trygg_status tg_units_add(tg_units *units, const trygg_design *window, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t fpc = tg_codebook_find_role(units->codebook, TG_ROLE_FPC, 1, 0);
  TRY(add_waves(units, window->responses, error));
  TRY(add_strata(units, window, error));
  if (units->clustered)
    TRY(add_clusters(units, window, error));
  if (fpc != TG_NONE)
    TRY(tg_populations_gather(window, 1, fpc, units->strata.numbers, units->population, error));
  for (size_t i = 0; i < window->responses->count; i++)
    tg_sum_add(&units->weight, window->weight ? window->weight[i] : 1);
cleanup:
  return status;
}

const uint32_t *tg_units_numbers(const tg_units *units) {
  return units->clustered ? units->clusters.numbers : units->strata.numbers;
}

/* ---- the end -------------------------------------------------------------------------------------------- */

static trygg_status place_waves(tg_units *units, const trygg_responses *responses, trygg_error *error) {
  units->wave_places = tg_memory_new(units->wave_count, sizeof *units->wave_places);
  if (!units->wave_places)
    return tg_error_memory(error);
  for (size_t w = 0; w < units->wave_count; w++)
    for (size_t i = 0; i < responses->wave_count; i++)
      if (!strcmp(units->waves[w], responses->waves[i].code))
        units->wave_places[w] = (uint32_t)i;
  return TRYGG_OK;
}

static trygg_status place_codes(tg_units *units, trygg_error *error) {
  for (size_t k = 0; k < units->part_count; k++) {
    size_t count = tg_pool_count(&units->parts[k].pool);
    trygg_status status;
    units->parts[k].places = tg_memory_new(count, sizeof *units->parts[k].places);
    if (!units->parts[k].places)
      return tg_error_memory(error);
    status = tg_pool_finish(&units->parts[k].pool, &units->codebook->variables[units->parts[k].variable],
                            units->parts[k].places, &units->parts[k].categories, error);
    if (status != TRYGG_OK)
      return status;
  }
  return TRYGG_OK;
}

/* Order of the units by where they lie (`outer`, NULL: nowhere) and their codes: places, and met[place]. */
static trygg_status place_units(const tg_units *units, level *of, const uint32_t *outer, uint32_t **met,
                                trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t count = of->ends.used, length = of->count + 1, distinct_count;
  uint64_t *distinct = NULL, *keys = tg_memory_new(count, sizeof *keys);
  of->places = tg_memory_new(count, sizeof *of->places);
  *met = tg_memory_new(count, sizeof **met);
  if (!keys || !of->places || !*met) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t i = 0; i < count; i++) {
    keys[i] = outer ? outer[of->paths[i * length]] : 0;
    for (size_t k = 0; k < of->count; k++) {
      size_t radix = units->parts[of->first + k].categories.count;
      if (keys[i] > UINT64_MAX / 2 / radix - 1) {
        status = tg_error_set(error, TRYGG_EDESIGN, "too many combinations of strata and clusters");
        goto cleanup;
      }
      keys[i] = keys[i] * radix + units->parts[of->first + k].places[of->paths[i * length + 1 + k]];
    }
  }
  TRY(tg_keys_rank(keys, count, of->places, &distinct, &distinct_count, error));
  for (size_t i = 0; i < count; i++)
    (*met)[of->places[i]] = (uint32_t)i;
cleanup:
  tg_memory_free(keys);
  tg_memory_free(distinct);
  return status;
}

/* The stratum of a number, as design.c makes it. */
static trygg_status make_stratum(const tg_units *units, const trygg_responses *responses, uint32_t met,
                                 tg_stratum *out, trygg_error *error) {
  const uint32_t *path = units->strata.paths + met * (units->strata.count + 1);
  const char *names[MOST_PARTS + 1];
  size_t count = 0;
  const char *wave = units->independent && responses->wave_count > 1 ? units->waves[path[0]] : NULL;
  for (size_t k = 0; k < units->strata.count; k++)
    names[count++] = tg_pool_name(&units->parts[units->strata.first + k].pool, path[1 + k]);
  trygg_status status = tg_design_name_stratum(out, wave, names, count, error);
  out->group = units->independent ? units->wave_places[path[0]] : 0;
  out->clusters = units->clustered ? 0 : units->records[met];
  return status;
}

static trygg_status make_strata(tg_units *units, trygg_design *design, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  uint32_t *met = NULL;
  TRY(place_units(units, &units->strata, units->independent ? units->wave_places : NULL, &met, error));
  design->strata = tg_memory_new(units->strata.ends.used, sizeof *design->strata);
  if (!design->strata) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t h = 0; h < units->strata.ends.used; h++) {
    design->stratum_count++;
    TRY(make_stratum(units, design->responses, met[h], &design->strata[h], error));
  }
cleanup:
  tg_memory_free(met);
  return status;
}

static trygg_status make_clusters(tg_units *units, trygg_design *design, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  level *of = &units->clusters;
  uint32_t *met = NULL;
  TRY(place_units(units, of, units->strata.places, &met, error));
  design->cluster = tg_memory_new(0, sizeof *design->cluster);
  design->cluster_stratum = tg_memory_new(of->ends.used, sizeof *design->cluster_stratum);
  if (!design->cluster || !design->cluster_stratum) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  design->cluster_count = of->ends.used;
  for (size_t i = 0; i < of->ends.used; i++) {
    design->cluster_stratum[i] = units->strata.places[of->paths[met[i] * (of->count + 1)]];
    design->strata[design->cluster_stratum[i]].clusters++;
  }
cleanup:
  tg_memory_free(met);
  return status;
}

trygg_status tg_units_finish(tg_units *units, trygg_responses *responses, const trygg_design_options *options,
                             trygg_design **out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  trygg_design *design = NULL;
  double *population = NULL;
  *out = NULL;
  TRY(tg_design_begin(responses, options, &design, error));
  design->population = tg_sum_value(&units->weight);
  design->group_count = units->independent && responses->wave_count ? responses->wave_count : 1;
  TRY(place_waves(units, responses, error));
  TRY(place_codes(units, error));
  TRY(make_strata(units, design, error));
  if (units->clustered)
    TRY(make_clusters(units, design, error));
  else
    for (size_t h = 0; h < design->stratum_count; h++)
      design->cluster_count += design->strata[h].clusters;
  population = tg_memory_new(design->stratum_count, sizeof *population);
  if (!population) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t h = 0; h < design->stratum_count; h++)
    population[units->strata.places[h]] = units->population[h];
  TRY(tg_populations_set(design, 1, population, error));
  TRY(tg_design_settle(design, 0, error));
  TRY(tg_replicates_create(design, options, error));
  *out = design;
  design = NULL;
cleanup:
  tg_memory_free(population);
  trygg_design_free(design);
  return status;
}

const uint32_t *tg_units_places(const tg_units *units) {
  return units->clustered ? units->clusters.places : units->strata.places;
}

const uint32_t *tg_units_waves(const tg_units *units) {
  return units->wave_places;
}
