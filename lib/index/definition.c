/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading indices.csv: sections, weights, knots and their presets. */
#include <index/definition.h>

#include <math.h>
#include <string.h>

#include <base/error.h>
#include <base/number.h>
#include <base/options.h>
#include <base/text.h>

static trygg_status fault(const tg_index_row *row, const char *field, trygg_error *error, const char *what) {
  return tg_error_at(error, TRYGG_ECODEBOOK, row->file, row->line, 0, field, "%s", what);
}

/* Ways to write knots.  `points_at` knots are all there is: a preset is a short way to write two of them. */
static trygg_status add_knot(tg_index_item *item, double share, double points, trygg_error *error) {
  size_t capacity = item->knot_count;
  if (tg_memory_grow((void **)&item->knots, &capacity, item->knot_count + 1, sizeof *item->knots))
    return tg_error_memory(error);
  item->knots[item->knot_count++] = (tg_knot){share, points};
  return TRYGG_OK;
}

/* ratio r: min(6, 2 p / r): 2 at the reference share r, 6 at three times it. */
static trygg_status preset_ratio(tg_index_item *item, const double *number, trygg_error *error) {
  trygg_status status;
  if (!(number[0] > 0))
    return fault(item->row, "knots", error, "`ratio R` needs a reference share R above 0");
  status = add_knot(item, 0, 0, error);
  return status == TRYGG_OK ? add_knot(item, 3 * number[0], 6, error) : status;
}

/* z r s: 2 + (p - r) / s, between 0 and 6. */
static trygg_status preset_z(tg_index_item *item, const double *number, trygg_error *error) {
  trygg_status status;
  if (!(number[1] > 0))
    return fault(item->row, "knots", error, "`z R S` needs a standard deviation S above 0");
  status = add_knot(item, number[0] - 2 * number[1], 0, error);
  return status == TRYGG_OK ? add_knot(item, number[0] + 4 * number[1], 6, error) : status;
}

static const struct {
  const char *name;
  size_t numbers;
  trygg_status (*run)(tg_index_item *item, const double *number, trygg_error *error);
} presets[] = {{"ratio", 1, preset_ratio}, {"z", 2, preset_z}};

static trygg_status read_pair(tg_index_item *item, const char *word, size_t length, trygg_error *error) {
  const char *colon = memchr(word, ':', length);
  double share, points;
  if (!colon || tg_number_parse(word, (size_t)(colon - word), 0, &share) ||
      tg_number_parse(colon + 1, length - (size_t)(colon + 1 - word), 0, &points))
    return fault(item->row, "knots", error,
                 "knots are `share:points` pairs as `0:0 0.10:2 0.30:6`, or `ratio R`, or `z R S`");
  if (item->knot_count && share <= item->knots[item->knot_count - 1].share)
    return fault(item->row, "knots", error, "the shares of knots must increase");
  return add_knot(item, share, points, error);
}

static trygg_status read_knots(tg_index_item *item, trygg_error *error) {
  const char *cursor = item->row->knots, *word, *begin = cursor;
  size_t length;
  trygg_status status = TRYGG_OK;
  word = tg_text_word(&cursor, &length);
  for (size_t p = 0; word && p < sizeof presets / sizeof *presets; p++) {
    double number[2] = {0};
    size_t count = 0;
    if (!tg_text_equal(word, length, presets[p].name))
      continue;
    while ((word = tg_text_word(&cursor, &length)))
      if (count == presets[p].numbers || tg_number_parse(word, length, 0, &number[count++]))
        return fault(item->row, "knots", error, "presets are `ratio R` and `z R S` with numbers R and S");
    if (count != presets[p].numbers)
      return fault(item->row, "knots", error, "presets are `ratio R` and `z R S` with numbers R and S");
    return presets[p].run(item, number, error);
  }
  for (cursor = begin; status == TRYGG_OK && (word = tg_text_word(&cursor, &length));)
    status = read_pair(item, word, length, error);
  if (status == TRYGG_OK && item->knot_count < 2)
    return fault(item->row, "knots", error, "an item needs at least two knots, as `0:0 0.30:6`");
  return status;
}

double tg_definition_points(const tg_index_item *item, double share, double *slope) {
  const tg_knot *k = item->knots;
  size_t last = item->knot_count - 1;
  double sign = item->reversed ? -1 : 1;
  if (item->reversed)
    share = 1 - share;
  *slope = 0;
  if (share < k[0].share)
    return k[0].points;
  if (share >= k[last].share)
    return k[last].points;
  while (share < k[last].share)
    last--;
  *slope = sign * (k[last + 1].points - k[last].points) / (k[last + 1].share - k[last].share);
  return k[last].points + sign * *slope * (share - k[last].share);
}

/* ---- structure ------------------------------------------------------------------------- */

static trygg_status find_definition(tg_index_definitions *all, const char *name, tg_index_definition **out,
                                    trygg_error *error) {
  for (size_t i = 0; i < all->count; i++)
    if (!strcmp(all->list[i].name, name)) {
      *out = &all->list[i];
      return TRYGG_OK;
    }
  if (tg_memory_grow((void **)&all->list, &all->capacity, all->count + 1, sizeof *all->list))
    return tg_error_memory(error);
  *out = &all->list[all->count++];
  **out = (tg_index_definition){.name = name};
  return TRYGG_OK;
}

static trygg_status find_section(tg_index_definition *definition, const char *name, tg_index_section **out,
                                 trygg_error *error) {
  for (size_t i = 0; i < definition->section_count; i++)
    if (!strcmp(definition->sections[i].name, name)) {
      *out = &definition->sections[i];
      return TRYGG_OK;
    }
  if (tg_memory_grow((void **)&definition->sections, &definition->section_capacity,
                     definition->section_count + 1, sizeof *definition->sections))
    return tg_error_memory(error);
  *out = &definition->sections[definition->section_count++];
  **out = (tg_index_section){.name = name, .weight = 1};
  return TRYGG_OK;
}

static trygg_status read_weight(const tg_index_row *row, double *out, trygg_error *error) {
  *out = 1;
  if (*row->weight && (tg_number_parse(row->weight, strlen(row->weight), 0, out) || *out < 0))
    return fault(row, "weight", error, "a weight is a number of at least 0");
  return TRYGG_OK;
}

static trygg_status add_item(const trygg_codebook *codebook, tg_index_section *section,
                             const tg_index_row *row, trygg_error *error) {
  trygg_status status;
  tg_index_item *item;
  const tg_indicator_row *indicator;
  if (tg_memory_grow((void **)&section->items, &section->item_capacity, section->item_count + 1,
                     sizeof *section->items))
    return tg_error_memory(error);
  item = &section->items[section->item_count++];
  *item = (tg_index_item){.row = row};
  item->indicator = tg_codebook_find_indicator(codebook, row->indicator, strlen(row->indicator));
  if (item->indicator == TG_NONE)
    return tg_error_at(error, TRYGG_ENAME, row->file, row->line, 0, "indicator", "no indicator `%s`",
                       row->indicator);
  indicator = &codebook->indicators[item->indicator];
  item->reversed = !strcmp(indicator->better, "high");
  if (item->reversed && *indicator->type && strcmp(indicator->type, "share") &&
      strcmp(indicator->type, "any"))
    return fault(row, "indicator", error, "an indicator with better = high enters an index only as a share");
  status = read_weight(row, &item->weight, error);
  return status == TRYGG_OK ? read_knots(item, error) : status;
}

static int wanted(const char *const *names, size_t count, const char *name) {
  for (size_t i = 0; i < count; i++)
    if (!strcmp(names[i], name))
      return 1;
  return count == 0;
}

static trygg_status check_names(const tg_index_definitions *all, const char *const *names, size_t count,
                                trygg_error *error) {
  for (size_t i = 0; i < count; i++) {
    size_t k = 0;
    while (k < all->count && strcmp(all->list[k].name, names[i]))
      k++;
    if (k == all->count)
      return tg_error_at(error, TRYGG_ENAME, NULL, 0, 0, "index", "indices.csv has no index `%s`", names[i]);
  }
  return TRYGG_OK;
}

static trygg_status check_weights(const tg_index_definition *definition, trygg_error *error) {
  double total = 0;
  for (size_t g = 0; g < definition->section_count; g++) {
    const tg_index_section *section = &definition->sections[g];
    double sum = 0;
    for (size_t i = 0; i < section->item_count; i++)
      sum += section->items[i].weight;
    if (!(sum > 0))
      return tg_error_at(error, TRYGG_ECODEBOOK, "indices.csv", 0, 0, "weight",
                         "section `%s` of index `%s` has no item with a weight above 0", section->name,
                         definition->name);
    total += section->weight;
  }
  if (!(total > 0))
    return tg_error_at(error, TRYGG_ECODEBOOK, "indices.csv", 0, 0, "weight",
                       "index `%s` has no section with a weight above 0", definition->name);
  return TRYGG_OK;
}

trygg_status tg_definition_read(const trygg_codebook *codebook, const char *const *names, size_t count,
                                tg_index_definitions *out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  *out = (tg_index_definitions){0};
  for (size_t i = 0; i < codebook->index_count; i++) {
    const tg_index_row *row = &codebook->indices[i];
    tg_index_definition *definition = NULL;
    tg_index_section *section = NULL;
    /* A row of neither section nor indicator only labels the index. */
    if (!wanted(names, count, row->index) || (!*row->section && !*row->indicator))
      continue;
    TRY(find_definition(out, row->index, &definition, error));
    TRY(find_section(definition, row->section, &section, error));
    TRY(*row->indicator ? add_item(codebook, section, row, error)
                        : read_weight(row, &section->weight, error));
  }
  TRY(check_names(out, names, count, error));
  for (size_t i = 0; i < out->count; i++)
    TRY(check_weights(&out->list[i], error));
cleanup:
  if (status != TRYGG_OK)
    tg_definition_clear(out);
  return status;
}

void tg_definition_clear(tg_index_definitions *all) {
  for (size_t d = 0; d < all->count; d++) {
    for (size_t g = 0; g < all->list[d].section_count; g++) {
      tg_index_section *section = &all->list[d].sections[g];
      for (size_t i = 0; i < section->item_count; i++)
        tg_memory_free(section->items[i].knots);
      tg_memory_free(section->items);
    }
    tg_memory_free(all->list[d].sections);
  }
  tg_memory_free(all->list);
  *all = (tg_index_definitions){0};
}

trygg_status trygg_index_check(const trygg_codebook *codebook, trygg_error *error) {
  trygg_status status;
  tg_index_definitions all;
  if (!codebook || !codebook->finished)
    return tg_error_set(error, TRYGG_EINVAL, "a finished codebook was expected");
  status = tg_definition_read(codebook, NULL, 0, &all, error);
  tg_definition_clear(&all);
  return status;
}

trygg_status trygg_index_items(const trygg_codebook *codebook, const trygg_index_options *options,
                               const char ***items, size_t *count, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_index_definitions all = {0};
  trygg_index_options chosen;
  unsigned char *used = NULL;
  if (!codebook || !items || !count)
    return tg_error_set(error, TRYGG_EINVAL, "a codebook and places for the result were expected");
  *items = NULL;
  *count = 0;
  TRY(tg_options_take(&chosen, sizeof chosen, options, "trygg_index_options", error));
  TRY(tg_options_list(chosen.names, chosen.name_count, "index", error));
  TRY(tg_definition_read(codebook, chosen.names, chosen.name_count, &all, error));
  used = tg_memory_new(codebook->indicator_count, 1);
  *items = tg_memory_new(codebook->indicator_count, sizeof **items);
  if (!used || !*items) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t d = 0; d < all.count; d++)
    for (size_t g = 0; g < all.list[d].section_count; g++)
      for (size_t i = 0; i < all.list[d].sections[g].item_count; i++)
        used[all.list[d].sections[g].items[i].indicator] = 1;
  for (size_t i = 0; i < codebook->indicator_count; i++)
    if (used[i])
      (*items)[(*count)++] = codebook->indicators[i].name;
cleanup:
  tg_definition_clear(&all);
  tg_memory_free(used);
  if (status != TRYGG_OK) {
    tg_memory_free((void *)*items);
    *items = NULL;
  }
  return status;
}

void trygg_index_free_items(const char **items) {
  tg_memory_free((void *)items);
}
