/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From records to the rows of a regression.  The score of a canonical family is linear in the outcome, so records with
 * the same background need only their sums: a national survey on five questions has some thousand rows. */
#include <model/model.h>

#include <math.h>
#include <string.h>

#include <base/keys.h>
#include <base/text.h>
#include <numeric/sum.h>

#define RUN ((size_t)1024)

/* What is only needed while the frame is built. */
typedef struct building {
  trygg_model *model;
  const trygg_responses *responses;
  tg_frame *frame;
  uint64_t *keys; /* of each record: its pattern so far; TG_KEY_NONE: not in the model */
  uint32_t **
      ranks; /* of each term and record: category or value, then level; TG_RANK_NONE: missing; last the offset's */
  size_t *rank_counts;
} building;

static double weight_of(const tg_frame *frame, size_t record) {
  return frame->weight ? frame->weight[record] : 1;
}

/* A number of a record's wave, or NaN where the record is of no cell of the model. */
static double number_of_cell(const building *b, size_t record) {
  const tg_tally *tally = b->model->estimates->tally;
  return b->model->by_cell[tally->entry_cell[tally->entry[record]]];
}

static double number_of(const building *b, size_t variable, size_t record) {
  const tg_column *column;
  if (variable == TG_NONE)
    return number_of_cell(b, record);
  column = &b->responses->columns[variable];
  return column->present ? tg_column_number(column, record) : NAN;
}

/* ---- the outcome ------------------------------------------------------------------------------- */

static trygg_status check_outcome(const building *b, double y, trygg_error *error) {
  const tg_family *family = b->model->family;
  if (y >= family->low && y <= family->high)
    return TRYGG_OK;
  return tg_error_at(error, TRYGG_EDATA, NULL, 0, 0, "family",
                     "`%s` takes outcomes from 0%s, but `%s` has others; choose --family linear",
                     family->name, isinf(family->high) ? " upwards" : " to 1",
                     tg_model_indicator(b->model)->name);
}

static trygg_status read_outcome(building *b, trygg_error *error) {
  const tg_tally *tally = b->model->estimates->tally;
  double y[RUN], x[RUN];
  unsigned char state[RUN];
  tg_values values = {y, x, state};
  trygg_status status = TRYGG_OK;
  for (size_t first = 0; first < b->frame->records; first += RUN) {
    size_t rest = b->frame->records - first, count = rest < RUN ? rest : RUN;
    tg_indicator_evaluate(tg_model_indicator(b->model), b->responses, first, count, &values);
    for (size_t i = 0; i < count; i++) {
      size_t record = first + i;
      b->keys[record] = TG_KEY_NONE;
      if (tally->entry[record] == TG_RANK_NONE || state[i] != TG_INSIDE ||
          !(weight_of(b->frame, record) > 0) || (b->model->by_cell && isnan(number_of_cell(b, record))))
        continue;
      TRY(check_outcome(b, y[i], error));
      b->frame->y[record] = y[i];
      b->keys[record] = 0;
    }
  }
cleanup:
  return status;
}

/* Large, close outcomes are taken from the first of them, as long as no difference is rounded (Knuth 1997, TAOCP 2,
 * 4.2.2, theorem B gives the error of a difference). */
static void shift_outcome(building *b) {
  tg_frame *frame = b->frame;
  size_t i = 0;
  double shift;
  while (i < frame->records && frame->pattern[i] == TG_RANK_NONE)
    i++;
  if (i == frame->records || !b->model->family->regress->is_linear || !b->model->intercept)
    return;
  shift = frame->y[i];
  for (; i < frame->records; i++) {
    double y = frame->y[i], d = y - shift, back = d - y;
    if (frame->pattern[i] != TG_RANK_NONE && (y - (d - back)) + (-shift - back) != 0)
      return;
  }
  frame->shift = shift;
  for (i = 0; i < frame->records; i++)
    frame->y[i] -= shift;
}

/* ---- background -------------------------------------------------------------------------------- */

/* A number's distinct values. */
static trygg_status rank_numbers(const building *b, size_t variable, size_t t, trygg_error *error) {
  size_t records = b->frame->records;
  uint64_t *keys = tg_memory_new(records, sizeof *keys), *distinct = NULL;
  trygg_status status;
  if (!keys)
    return tg_error_memory(error);
  for (size_t i = 0; i < records; i++) {
    double value;
    keys[i] = TG_KEY_NONE;
    if (b->keys[i] == TG_KEY_NONE)
      continue;
    value = number_of(b, variable, i);
    if (isnan(value))
      continue;
    value += 0.0; /* -0 is 0 */
    memcpy(&keys[i], &value, sizeof value);
  }
  status = tg_keys_rank(keys, records, b->ranks[t], &distinct, &b->rank_counts[t], error);
  tg_memory_free(distinct);
  tg_memory_free(keys);
  return status;
}

/* The logarithm of nothing is no number. */
static trygg_status check_exposure(const building *b, trygg_error *error) {
  const tg_column *column = &b->responses->columns[b->model->offset];
  for (size_t i = 0; i < b->frame->records && column->present; i++)
    if (b->keys[i] != TG_KEY_NONE && tg_column_number(column, i) <= 0)
      return tg_error_at(
          error, TRYGG_EDATA, NULL, 0, 0, "exposure",
          "`%s` is 0 or less in some record, and has no logarithm; leave those out by --where, or give a "
          "variable above 0",
          column->variable->name);
  return TRYGG_OK;
}

static trygg_status rank_offset(building *b, trygg_error *error) {
  size_t t = b->model->term_count;
  if (b->model->offset == TG_NONE)
    return TRYGG_OK;
  b->ranks[t] = tg_memory_new(b->frame->records, sizeof **b->ranks);
  if (!b->ranks[t])
    return tg_error_memory(error);
  if (b->model->exposure) {
    trygg_status status = check_exposure(b, error);
    if (status != TRYGG_OK)
      return status;
  }
  return rank_numbers(b, b->model->offset, t, error);
}

static trygg_status rank_background(building *b, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  TRY(rank_offset(b, error));
  for (size_t t = 0; t < b->model->term_count; t++) {
    tg_model_term *term = &b->model->terms[t];
    b->ranks[t] = tg_memory_new(b->frame->records, sizeof **b->ranks);
    if (!b->ranks[t])
      return tg_error_memory(error);
    if (!term->is_factor) {
      TRY(rank_numbers(b, term->variable, t, error));
      continue;
    }
    TRY(tg_column_categories(&b->responses->columns[term->variable], b->frame->records, b->ranks[t],
                             &term->categories, error));
    b->rank_counts[t] = term->categories.count;
  }
cleanup:
  return status;
}

static void leave_out_missing(building *b) {
  trygg_model *model = b->model;
  for (size_t i = 0; i < b->frame->records; i++) {
    int missing = 0;
    if (b->keys[i] == TG_KEY_NONE)
      continue;
    for (size_t t = 0; t < model->term_count; t++)
      if (b->ranks[t][i] == TG_RANK_NONE) {
        model->terms[t].missing++;
        missing = 1;
      }
    if (model->offset != TG_NONE && b->ranks[model->term_count][i] == TG_RANK_NONE) {
      model->unset++;
      missing = 1;
    }
    if (missing) {
      b->keys[i] = TG_KEY_NONE;
      model->left_out++;
      continue;
    }
    model->n++;
  }
}

/* Categories that the model's records have become levels 0, 1, ... */
static trygg_status find_levels(building *b, size_t t, trygg_error *error) {
  tg_model_term *term = &b->model->terms[t];
  size_t count = b->rank_counts[t];
  uint32_t *level_of = tg_memory_new(count, sizeof *level_of);
  term->n = tg_memory_new(count, sizeof *term->n);
  term->level = tg_memory_new(count, sizeof *term->level);
  if (!level_of || !term->n || !term->level) {
    tg_memory_free(level_of);
    return tg_error_memory(error);
  }
  for (size_t i = 0; i < b->frame->records; i++)
    if (b->keys[i] != TG_KEY_NONE)
      term->n[b->ranks[t][i]]++;
  for (size_t c = 0; c < count; c++)
    if (term->n[c] > 0) {
      level_of[c] = (uint32_t)term->level_count;
      term->n[term->level_count] = term->n[c];
      term->level[term->level_count++] = c;
    }
  for (size_t i = 0; i < b->frame->records; i++)
    if (b->keys[i] != TG_KEY_NONE)
      b->ranks[t][i] = level_of[b->ranks[t][i]];
  b->rank_counts[t] = term->level_count;
  tg_memory_free(level_of);
  return TRYGG_OK;
}

static const char *level_name_at(const void *context, size_t i) {
  return tg_model_level_name(context, i);
}

static trygg_status choose_reference(const trygg_model *model, tg_model_term *term, int common,
                                     trygg_error *error) {
  const char *nearest, *named = term->wanted;
  term->reference = 0;
  for (size_t l = 1; common && !named && l < term->level_count; l++)
    if (term->n[l] > term->n[term->reference])
      term->reference = l;
  if (!named)
    return TRYGG_OK;
  while (term->reference < term->level_count && strcmp(tg_model_level_name(term, term->reference), named))
    term->reference++;
  if (term->reference < term->level_count)
    return TRYGG_OK;
  nearest = tg_text_nearest(named, term->level_count, level_name_at, term);
  return tg_error_at(
      error, TRYGG_ENAME, NULL, 0, 0, "on",
      "nobody in the model has `%s=%s`, which the others should be compared with; the nearest is `%s`",
      tg_model_variable(model, term)->name, named, nearest ? nearest : tg_model_level_name(term, 0));
}

/* Levels, references and columns of all terms. */
static trygg_status lay_columns(building *b, int common, trygg_error *error) {
  trygg_model *model = b->model;
  int whole = !model->intercept; /* the first factor keeps all its levels */
  trygg_status status = TRYGG_OK;
  model->columns = model->intercept != 0;
  for (size_t t = 0; t < model->term_count; t++) {
    tg_model_term *term = &model->terms[t];
    term->column = model->columns;
    term->column_count = 1;
    if (term->is_factor) {
      TRY(find_levels(b, t, error));
      if (term->level_count < 2 && !model->in_part)
        return tg_error_at(error, TRYGG_EDATA, NULL, 0, 0, "on",
                           "all records in the model have the same `%s`; leave it out",
                           tg_model_variable(model, term)->name);
      if (!whole || term->wanted)
        TRY(choose_reference(model, term, common, error));
      term->column_count = term->level_count - (term->reference != TG_NONE);
      whole = 0;
    }
    model->columns += term->column_count;
  }
  TRY(tg_interactions_lay(model, error));
  model->value_count = model->columns;
  for (size_t t = 0; t < model->term_count; t++) {
    model->terms[t].output = model->value_count;
    model->value_count += model->terms[t].is_factor ? model->terms[t].level_count : 1;
  }
  tg_interactions_lay_outputs(model);
  if (model->value_count > TG_MODEL_COLUMNS)
    return tg_error_at(error, TRYGG_ELIMIT, NULL, 0, 0, "on",
                       "the background has %zu levels, more than %zu: join some with bands in derived.csv",
                       model->value_count - model->columns, TG_MODEL_COLUMNS / 2);
cleanup:
  return status;
}

/* Records of each combination of levels. */
static void count_combinations(building *b) {
  for (size_t k = 0; k < b->model->interaction_count; k++) {
    tg_model_interaction *joint = &b->model->interactions[k];
    for (size_t i = 0; i < b->frame->records; i++) {
      size_t levels[TG_MODEL_JOINED];
      if (b->keys[i] == TG_KEY_NONE)
        continue;
      for (size_t side = 0; side < joint->order; side++)
        levels[side] = b->model->terms[joint->term[side]].is_factor ? b->ranks[joint->term[side]][i] : 0;
      joint->n[tg_interactions_at(b->model, joint, levels)]++;
    }
  }
}

/* ---- patterns ---------------------------------------------------------------------------------- */

static trygg_status find_patterns(building *b, trygg_error *error) {
  tg_frame *frame = b->frame;
  trygg_status status = TRYGG_OK;
  uint64_t *distinct = NULL, radix = 1;
  for (size_t t = 0; t < b->model->term_count + (b->model->offset != TG_NONE); t++) {
    uint64_t count = b->rank_counts[t];
    if (radix > (UINT64_C(1) << 60) / count) {
      size_t found = 0;
      TRY(tg_keys_rank(b->keys, frame->records, frame->pattern, &distinct, &found, error));
      tg_memory_free(distinct);
      distinct = NULL;
      for (size_t i = 0; i < frame->records; i++)
        b->keys[i] = frame->pattern[i] == TG_RANK_NONE ? TG_KEY_NONE : frame->pattern[i];
      radix = found;
    }
    for (size_t i = 0; i < frame->records; i++)
      if (b->keys[i] != TG_KEY_NONE)
        b->keys[i] = b->keys[i] * count + b->ranks[t][i];
    radix *= count;
  }
  TRY(tg_keys_rank(b->keys, frame->records, frame->pattern, &distinct, &frame->rows, error));
cleanup:
  tg_memory_free(distinct);
  return status;
}

static int allocate_rows(tg_frame *frame, size_t columns, int offset) {
  frame->first = tg_memory_new(frame->rows, sizeof *frame->first);
  frame->count = tg_memory_new(frame->rows, sizeof *frame->count);
  frame->row_weight = tg_memory_new(frame->rows, sizeof *frame->row_weight);
  frame->row_y = tg_memory_new(frame->rows, sizeof *frame->row_y);
  frame->hits = tg_memory_new(frame->rows, sizeof *frame->hits);
  frame->misses = tg_memory_new(frame->rows, sizeof *frame->misses);
  frame->x = columns && frame->rows > SIZE_MAX / columns
                 ? NULL
                 : tg_memory_new(frame->rows * columns, sizeof *frame->x);
  frame->offset = offset ? tg_memory_new(frame->rows, sizeof *frame->offset) : NULL;
  return frame->first && frame->count && frame->row_weight && frame->row_y && frame->hits && frame->misses &&
                 frame->x && (frame->offset || !offset)
             ? 0
             : -1;
}

static trygg_status sum_rows(building *b, trygg_error *error) {
  tg_frame *frame = b->frame;
  const tg_family *family = b->model->family;
  tg_sum *weight = tg_memory_new(frame->rows, sizeof *weight), *y = tg_memory_new(frame->rows, sizeof *y);
  if (!weight || !y) {
    tg_memory_free(weight);
    tg_memory_free(y);
    return tg_error_memory(error);
  }
  for (size_t i = 0; i < frame->records; i++) {
    uint32_t row = frame->pattern[i];
    double w = frame->scale * weight_of(frame, i);
    if (row == TG_RANK_NONE)
      continue;
    if (frame->count[row]++ == 0)
      frame->first[row] = i;
    tg_sum_add(&weight[row], w);
    tg_sum_add(&y[row], w * frame->y[i]);
    frame->hits[row] += frame->y[i] + frame->shift != family->low;
    frame->misses[row] += frame->y[i] + frame->shift != family->high;
  }
  for (size_t row = 0; row < frame->rows; row++) {
    frame->row_weight[row] = tg_sum_value(&weight[row]);
    frame->row_y[row] = tg_sum_value(&y[row]) / frame->row_weight[row];
  }
  tg_memory_free(weight);
  tg_memory_free(y);
  return TRYGG_OK;
}

/* Weights are brought near 1, where their products neither overflow nor vanish, by an even power of 2, whose root rounds
 * nothing. */
static trygg_status find_scale(building *b, trygg_error *error) {
  tg_frame *frame = b->frame;
  tg_sum sum = {0, 0};
  int exponent;
  for (size_t i = 0; i < frame->records; i++)
    if (frame->pattern[i] != TG_RANK_NONE)
      tg_sum_add(&sum, weight_of(frame, i));
  b->model->weight = tg_sum_value(&sum);
  if (!isfinite(b->model->weight) || !(b->model->weight > 0))
    return tg_error_set(error, TRYGG_ENUMERIC, "the sum of the weights leaves the range of numbers");
  frexp(b->model->weight / b->model->n, &exponent);
  frame->scale = ldexp(1, -2 * (exponent / 2));
  return TRYGG_OK;
}

static void fill_rows(building *b) {
  const trygg_model *model = b->model;
  for (size_t row = 0; row < b->frame->rows; row++) {
    double *x = b->frame->x + row * model->columns;
    if (model->intercept)
      x[0] = 1;
    if (model->offset != TG_NONE) {
      double value = tg_column_number(&b->responses->columns[model->offset], b->frame->first[row]);
      b->frame->offset[row] = model->exposure ? log(value) : value;
    }
    for (size_t t = 0; t < model->term_count; t++) {
      const tg_model_term *term = &model->terms[t];
      size_t record = b->frame->first[row];
      if (term->is_factor) {
        size_t column = tg_model_column(term, b->ranks[t][record]);
        if (column != TG_NONE)
          x[column] = 1;
      } else {
        x[term->column] = number_of(b, term->variable, record);
      }
    }
    tg_interactions_fill(model, x);
  }
}

static trygg_status build(building *b, int common, trygg_error *error) {
  trygg_model *model = b->model;
  trygg_status status = TRYGG_OK;
  TRY(read_outcome(b, error));
  TRY(rank_background(b, error));
  leave_out_missing(b);
  if (model->n == 0)
    return tg_error_at(error, TRYGG_EDATA, NULL, 0, 0, "outcome",
                       "no record has both an answer to `%s` and to all of the background",
                       tg_model_indicator(model)->name);
  TRY(lay_columns(b, common, error));
  count_combinations(b);
  TRY(find_patterns(b, error));
  shift_outcome(b);
  TRY(find_scale(b, error));
  if (allocate_rows(b->frame, model->columns, model->offset != TG_NONE)) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  TRY(sum_rows(b, error));
  fill_rows(b);
cleanup:
  return status;
}

trygg_status tg_frame_create(trygg_model *model, int common, tg_frame *out, trygg_error *error) {
  const trygg_design *design = model->estimates->tally->design;
  trygg_status status = TRYGG_OK;
  building b = {.model = model, .responses = design->responses, .frame = out};
  *out = (tg_frame){.records = design->responses->count};
  out->weight = tg_design_weight(design, tg_model_indicator(model)->weight);
  out->pattern = tg_memory_new(out->records, sizeof *out->pattern);
  out->y = tg_memory_new(out->records, sizeof *out->y);
  b.keys = tg_memory_new(out->records, sizeof *b.keys);
  b.ranks = tg_memory_new(model->term_count + 1, sizeof *b.ranks);
  b.rank_counts = tg_memory_new(model->term_count + 1, sizeof *b.rank_counts);
  if (!out->pattern || !out->y || !b.keys || !b.ranks || !b.rank_counts)
    status = tg_error_memory(error);
  else
    status = build(&b, common, error);
  for (size_t t = 0; b.ranks && t < model->term_count + 1; t++)
    tg_memory_free(b.ranks[t]);
  tg_memory_free(b.ranks);
  tg_memory_free(b.rank_counts);
  tg_memory_free(b.keys);
  return status; /* the caller clears the frame */
}

void tg_frame_clear(tg_frame *frame) {
  void *blocks[] = {frame->pattern, frame->y,    frame->first,  frame->count, frame->row_weight,
                    frame->row_y,   frame->hits, frame->misses, frame->x,     frame->offset};
  for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
    tg_memory_free(blocks[i]);
  *frame = (tg_frame){0};
}
