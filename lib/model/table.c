/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A model as a table, part by part: one row of the registry a part. */
#include <model/term_tests.h>

#include <math.h>
#include <string.h>

#include <base/number.h>
#include <base/options.h>
#include <base/text.h>

static const tg_column_description columns[] = {
    {"indicator", TRYGG_TEXT, TRYGG_KEY, "the outcome", 0},
    {"part", TRYGG_TEXT, TRYGG_KEY, "what kind of figure it is", 0},
    {"term", TRYGG_TEXT, TRYGG_KEY, "background variable; (intercept); (all) of them together", 0},
    {"level", TRYGG_TEXT, TRYGG_KEY, "its code; empty for a number", 0},
    {"against", TRYGG_TEXT, TRYGG_KEY, "the code it is compared with", 0},
    {"n", TRYGG_INTEGER, TRYGG_VALUE, "records of that level in the model", 0},
    {"estimate", TRYGG_NUMBER, TRYGG_VALUE, "prediction, difference, ratio or coefficient", 1},
    {"se", TRYGG_NUMBER, TRYGG_VALUE, "standard error", 1},
    {"lower", TRYGG_NUMBER, TRYGG_VALUE, "lower confidence limit", 1},
    {"upper", TRYGG_NUMBER, TRYGG_VALUE, "upper confidence limit", 1},
    {"statistic", TRYGG_NUMBER, TRYGG_VALUE, "t, or F of a test", 0},
    {"df1", TRYGG_NUMBER, TRYGG_VALUE, "degrees of freedom of the numerator; 1 for t", 0},
    {"df2", TRYGG_NUMBER, TRYGG_VALUE, "degrees of freedom of the denominator, or of t", 0},
    {"p", TRYGG_NUMBER, TRYGG_VALUE, "two-sided p-value", 0},
    {"flag", TRYGG_TEXT, TRYGG_FLAG, "flags, separated by spaces", 0},
};

/* A table in the making. */
typedef struct writing {
  const trygg_model *model;
  trygg_table *table;
  const tg_interval *interval; /* of predicted shares */
  double level;
  const tg_term_test *const *tests;
  size_t test_count;
  trygg_error *error;
} writing;

/* A row before it is written; NaN and NULL are empty. */
typedef struct row {
  const char *part, *term, *level, *against;
  double n; /* respondents it rests on, which are also shown where `level` is given */
  double estimate, se, lower, upper, statistic, df1, df2, p;
  tg_unit unit;
} row;

typedef trygg_status (*part_writer)(const writing *w, const char *part);

static trygg_status write_row(const writing *w, const row *r) {
  trygg_status status = TRYGG_OK;
  const trygg_model *model = w->model;
  trygg_table *table = w->table;
  double cells[] = {r->estimate, r->se, r->lower, r->upper, r->statistic, r->df1, r->df2, r->p};
  unsigned flags = (model->lonely ? TG_FLAG_LONELY : 0) | (r->df2 > 0 ? 0 : TG_FLAG_NO_DF);
  size_t column = 0;
  TRY(tg_table_add_row(table, w->error));
  TRY(tg_table_set_text(table, column++, tg_model_indicator(model)->name, w->error));
  TRY(tg_table_set_text(table, column++, r->part, w->error));
  TRY(tg_table_set_text(table, column++, r->term, w->error));
  TRY(tg_table_set_text(table, column++, r->level, w->error));
  TRY(tg_table_set_text(table, column++, r->against, w->error));
  tg_table_set_integer(table, column++, (int64_t)r->n);
  for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
    tg_table_set_number(table, column++, cells[i]);
  TRY(tg_table_set_flags(table, column, flags, w->error));
  tg_table_set_base(table, (int64_t)r->n);
  tg_table_set_unit(table, r->unit);
cleanup:
  return status;
}

static double figure_se(const trygg_model *model, size_t figure) {
  return sqrt(model->covariance[figure * model->value_count + figure]);
}

/* A row of a term that is tested against 0 by t. */
static row tested_row(const writing *w, const char *part, double estimate, double se) {
  tg_limits limits = tg_inference_symmetric(estimate, se, w->model->df, w->level);
  return (row){.part = part,
               .n = w->model->n,
               .estimate = estimate,
               .se = se,
               .lower = limits.lower,
               .upper = limits.upper,
               .statistic = se > 0 ? estimate / se : NAN,
               .df1 = 1,
               .df2 = w->model->df,
               .p = tg_inference_p(estimate, se, w->model->df),
               .unit = TG_UNIT_NUMBER};
}

/* Who a comparison rests on: the smaller of two levels. */
static void name_levels(row *r, const trygg_model *model, const tg_model_term *term, size_t level) {
  r->term = tg_model_variable(model, term)->name;
  if (!term->is_factor)
    return;
  r->level = tg_model_level_name(term, level);
  r->n = term->n[level];
  if (term->reference == TG_NONE)
    return;
  r->against = tg_model_level_name(term, term->reference);
  r->n = fmin(r->n, term->n[term->reference]);
}

/* The intercept is about those who have every level that others are compared with. */
static double intercept_base(const trygg_model *model) {
  double base = model->n;
  for (size_t t = 0; t < model->term_count; t++)
    if (model->terms[t].reference != TG_NONE)
      base = fmin(base, model->terms[t].n[model->terms[t].reference]);
  return base;
}

/* ---- parts --------------------------------------------------------------------------------------- */

static trygg_status write_prediction(const writing *w, const char *part, const char *term, const char *level,
                                     double n, size_t figure) {
  const trygg_model *model = w->model;
  row r = tested_row(w, part, model->value[figure], figure_se(model, figure));
  tg_share share = {r.estimate, r.se, n, model->df};
  r.term = term;
  r.level = level;
  r.n = n;
  r.statistic = r.df1 = r.p = NAN; /* nobody asks whether a share is 0 */
  r.unit = tg_inference_unit(tg_model_indicator(model));
  if (r.unit == TG_UNIT_SHARE && r.estimate > 0 && r.estimate < 1 && r.se > 0 && model->df > 0) {
    tg_limits limits = w->interval->run(&share, 1 - w->level);
    r.lower = limits.lower;
    r.upper = limits.upper;
  }
  return write_row(w, &r);
}

static trygg_status write_predictions(const writing *w, const char *part) {
  trygg_status status = TRYGG_OK;
  for (size_t t = 0; t < w->model->term_count; t++) {
    const tg_model_term *term = &w->model->terms[t];
    for (size_t l = 0; term->is_factor && l < term->level_count; l++)
      TRY(write_prediction(w, part, tg_model_variable(w->model, term)->name, tg_model_level_name(term, l),
                           term->n[l], term->output + l));
  }
  for (size_t i = 0; i < w->model->interaction_count; i++) {
    const tg_model_interaction *joint = &w->model->interactions[i];
    for (size_t k = 0; joint->numbers == 0 && k < joint->output_count; k++)
      TRY(write_prediction(w, part, joint->name, joint->level[k], joint->n[k], joint->output + k));
  }
cleanup:
  return status;
}

/* Prediction at the level less that at the one compared with; the effect of one unit of a number. */
static trygg_status write_difference(const writing *w, const char *part, const tg_model_term *term,
                                     size_t level) {
  const trygg_model *model = w->model;
  size_t a = term->output + level, b = term->output + term->reference, k = model->value_count;
  const double *v = model->covariance;
  row r;
  if (term->is_factor)
    r = tested_row(w, part, model->value[a] - model->value[b],
                   sqrt(fmax(v[a * k + a] + v[b * k + b] - 2 * v[a * k + b], 0)));
  else
    r = tested_row(w, part, model->value[term->output], figure_se(model, term->output));
  name_levels(&r, model, term, level);
  r.unit = tg_model_indicator(model)->type->is_share ? TG_UNIT_CHANGE : TG_UNIT_NUMBER;
  return write_row(w, &r);
}

#define MOST_CORNERS ((size_t)1 << TG_MODEL_JOINED)

/* Whom a combination is compared with: with bit k of i, corner i has the level compared with in the k-th factor. */
static size_t find_corners(const trygg_model *model, const tg_model_interaction *joint, size_t at,
                           size_t corner[MOST_CORNERS]) {
  size_t level[TG_MODEL_JOINED], reference[TG_MODEL_JOINED], mixed[TG_MODEL_JOINED];
  size_t count = (size_t)1 << (joint->order - joint->numbers);
  tg_interactions_levels(model, joint, at, level);
  tg_interactions_levels(model, joint, tg_interactions_reference(model, joint), reference);
  for (size_t i = 0; i < count; i++) {
    for (size_t side = 0; side < joint->order; side++)
      mixed[side] = side < joint->order - joint->numbers && i >> side & 1 ? reference[side] : level[side];
    corner[i] = tg_interactions_at(model, joint, mixed);
  }
  return count;
}

static int is_odd(size_t bits) {
  int odd = 0;
  for (; bits; bits >>= 1)
    odd ^= bits & 1;
  return odd;
}

static void name_combination(row *r, const trygg_model *model, const tg_model_interaction *joint, size_t at) {
  size_t corner[MOST_CORNERS], corners = find_corners(model, joint, at, corner);
  r->term = joint->name;
  r->level = joint->level[at];
  r->against = joint->level[corner[corners - 1]];
  for (size_t i = 0; i < corners; i++)
    r->n = fmin(r->n, joint->n[corner[i]]);
}

/* How much a difference differs: (lm - am) - (lb - ab) of predictions, l - a of the effects of a number, and so on. */
static trygg_status write_second_difference(const writing *w, const char *part,
                                            const tg_model_interaction *joint, size_t at) {
  const trygg_model *model = w->model;
  size_t corner[MOST_CORNERS], corners = find_corners(model, joint, at, corner), k = model->value_count;
  double value = 0, variance = 0;
  row r;
  for (size_t i = 0; i < corners; i++) {
    size_t a = joint->output + corner[i];
    value += is_odd(i) ? -model->value[a] : model->value[a];
    for (size_t j = 0; j < corners; j++) {
      double v = model->covariance[a * k + joint->output + corner[j]];
      variance += is_odd(i ^ j) ? -v : v;
    }
  }
  r = tested_row(w, part, value, sqrt(fmax(variance, 0)));
  name_combination(&r, model, joint, at);
  r.unit = tg_model_indicator(model)->type->is_share ? TG_UNIT_CHANGE : TG_UNIT_NUMBER;
  return write_row(w, &r);
}

/* What one unit of a number makes at a level. */
static trygg_status write_effect(const writing *w, const char *part, const tg_model_interaction *joint,
                                 size_t at) {
  const trygg_model *model = w->model;
  row r = tested_row(w, part, model->value[joint->output + at], figure_se(model, joint->output + at));
  r.term = joint->name;
  r.level = joint->level[at];
  r.n = joint->n[at];
  r.unit = tg_model_indicator(model)->type->is_share ? TG_UNIT_CHANGE : TG_UNIT_NUMBER;
  return write_row(w, &r);
}

static trygg_status write_differences(const writing *w, const char *part) {
  trygg_status status = TRYGG_OK;
  for (size_t t = 0; t < w->model->term_count; t++) {
    const tg_model_term *term = &w->model->terms[t];
    if (!term->is_factor)
      TRY(write_difference(w, part, term, 0));
    for (size_t l = 0; term->reference != TG_NONE && l < term->level_count; l++)
      if (l != term->reference)
        TRY(write_difference(w, part, term, l));
  }
  for (size_t i = 0; i < w->model->interaction_count; i++) {
    const tg_model_interaction *joint = &w->model->interactions[i];
    for (size_t k = 0; joint->numbers && k < joint->output_count; k++)
      TRY(write_effect(w, part, joint, k));
    for (size_t c = 0; joint->output_count && c < joint->column_count; c++)
      TRY(write_second_difference(w, part, joint,
                                  tg_interactions_of_column(w->model, joint, joint->column + c)));
  }
cleanup:
  return status;
}

/* exp of a coefficient and its limits; by the delta method its standard error is exp(b) se. */
static void exponentiate(row *r) {
  r->estimate = exp(r->estimate);
  r->se *= r->estimate;
  r->lower = exp(r->lower);
  r->upper = exp(r->upper);
}

static trygg_status write_column(const writing *w, const char *part, const tg_model_term *term, size_t level,
                                 int ratio) {
  size_t column = term->is_factor ? tg_model_column(term, level) : term->column;
  row r = tested_row(w, part, w->model->value[column], figure_se(w->model, column));
  name_levels(&r, w->model, term, level);
  if (ratio)
    exponentiate(&r);
  return write_row(w, &r);
}

static trygg_status write_columns(const writing *w, const char *part, int ratio) {
  trygg_status status = TRYGG_OK;
  for (size_t t = 0; t < w->model->term_count; t++) {
    const tg_model_term *term = &w->model->terms[t];
    for (size_t l = 0; l < (term->is_factor ? term->level_count : 1); l++)
      if (!term->is_factor || l != term->reference)
        TRY(write_column(w, part, term, l, ratio));
  }
  for (size_t i = 0; i < w->model->interaction_count; i++) {
    const tg_model_interaction *joint = &w->model->interactions[i];
    for (size_t c = joint->column; c < joint->column + joint->column_count; c++) {
      row r = tested_row(w, part, w->model->value[c], figure_se(w->model, c));
      name_combination(&r, w->model, joint, tg_interactions_of_column(w->model, joint, c));
      if (ratio)
        exponentiate(&r);
      TRY(write_row(w, &r));
    }
  }
cleanup:
  return status;
}

static trygg_status write_ratios(const writing *w, const char *part) {
  (void)part;
  return w->model->family->ratio ? write_columns(w, w->model->family->ratio, 1) : TRYGG_OK;
}

static trygg_status write_coefficients(const writing *w, const char *part) {
  trygg_status status = TRYGG_OK;
  if (w->model->intercept) {
    row r = tested_row(w, part, w->model->value[0], figure_se(w->model, 0));
    r.term = "(intercept)";
    r.n = intercept_base(w->model);
    TRY(write_row(w, &r));
  }
  TRY(write_columns(w, part, 0));
cleanup:
  return status;
}

static trygg_status write_test(const writing *w, const tg_term_test *test, const char *name, size_t first,
                               size_t count) {
  trygg_model_finding found;
  trygg_status status = tg_term_test_run(test, w->model, first, count, &found, w->error);
  row r = {.part = test->name, .term = name, .n = w->model->n, .unit = TG_UNIT_NUMBER};
  if (status != TRYGG_OK)
    return status;
  r.lower = r.upper = NAN;
  r.estimate = found.estimate;
  r.se = found.se;
  r.statistic = found.statistic;
  r.df1 = found.df1;
  r.df2 = found.df2;
  r.p = found.p;
  return write_row(w, &r);
}

static trygg_status write_tests_by(const writing *w, const tg_term_test *test) {
  const trygg_model *model = w->model;
  size_t first = model->intercept != 0;
  trygg_status status = TRYGG_OK;
  for (size_t t = 0; t < model->term_count; t++)
    TRY(write_test(w, test, tg_model_variable(model, &model->terms[t])->name, model->terms[t].column,
                   model->terms[t].column_count));
  for (size_t i = 0; i < model->interaction_count; i++)
    TRY(write_test(w, test, model->interactions[i].name, model->interactions[i].column,
                   model->interactions[i].column_count));
  if (model->term_count > 1)
    TRY(write_test(w, test, "(all)", first, model->columns - first));
cleanup:
  return status;
}

static trygg_status write_tests(const writing *w, const char *part) {
  trygg_status status = TRYGG_OK;
  (void)part;
  for (size_t i = 0; i < w->test_count; i++)
    TRY(write_tests_by(w, w->tests[i]));
cleanup:
  return status;
}

static const struct {
  const char *name, *help;
  part_writer write;
} parts[] = {
    {"prediction", "share or mean there would be if everybody had the level, other things as they are",
     write_predictions},
    {"difference",
     "between predictions at a level and at the one compared with; of a number, for one unit more",
     write_differences},
    {"ratio", "odds_ratio of a logistic, rate_ratio of a Poisson regression", write_ratios},
    {"coefficient", "on the scale of the model: log odds, log rate, or the mean itself", write_coefficients},
    {"test", "does the term matter at all: `wald`, or the tests that are named", write_tests},
};

enum { part_count = sizeof parts / sizeof *parts };

const char *trygg_model_part(size_t i) {
  return i < part_count ? parts[i].name : NULL;
}

const char *trygg_model_part_help(size_t i) {
  return i < part_count ? parts[i].help : NULL;
}

static const char *part_name_at(const void *context, size_t i) {
  (void)context;
  return parts[i].name;
}

/* wanted[i]: part i is asked for. */
static trygg_status choose_parts(const trygg_model_table_options *options, unsigned char *wanted,
                                 trygg_error *error) {
  memset(wanted, options->part_count == 0, part_count);
  for (size_t i = 0; i < options->part_count; i++) {
    size_t k = 0;
    const char *nearest;
    while (k < part_count && strcmp(parts[k].name, options->parts[i]))
      k++;
    if (k < part_count) {
      wanted[k] = 1;
      continue;
    }
    nearest = tg_text_nearest(options->parts[i], part_count, part_name_at, NULL);
    return tg_error_at(error, TRYGG_ENAME, NULL, 0, 0, "part", "a model has no part `%s`; did you mean `%s`?",
                       options->parts[i], nearest ? nearest : parts->name);
  }
  return TRYGG_OK;
}

/* The tests asked for, in the order in which they are named; to be freed. */
static trygg_status choose_tests(const trygg_model_table_options *options, const tg_term_test ***tests,
                                 size_t *count, trygg_error *error) {
  *count = options->test_count ? options->test_count : 1;
  *tests = tg_memory_new(*count, sizeof **tests);
  if (!*tests)
    return tg_error_memory(error);
  (*tests)[0] = tg_term_tests;
  for (size_t i = 0; i < options->test_count; i++) {
    (*tests)[i] = tg_term_test_find(options->tests[i], error);
    if (!(*tests)[i])
      return TRYGG_ENAME;
  }
  return TRYGG_OK;
}

/* ---- provenance ---------------------------------------------------------------------------------- */

static const tg_variable *offset_of(const trygg_model *model) {
  return &model->estimates->tally->design->responses->codebook->variables[model->offset];
}

static trygg_status note_offset(const writing *w) {
  if (w->model->offset == TG_NONE)
    return TRYGG_OK;
  return tg_table_add_note(w->table, w->model->exposure ? "exposure" : "offset", offset_of(w->model)->name,
                           w->error);
}

/* How many lack an answer to which variable: "age 12, sex 3". */
static trygg_status note_missing(const writing *w) {
  trygg_status status = TRYGG_OK;
  tg_text text = {0};
  char number[TG_NUMBER_SIZE];
  int met = 0;
  if (w->model->left_out == 0)
    return TRYGG_OK;
  tg_text_format(&text, "%s (", tg_number_format_integer(number, (int64_t)w->model->left_out));
  for (size_t t = 0; t < w->model->term_count; t++)
    if (w->model->terms[t].missing > 0)
      tg_text_format(&text, "%s%s %s", met++ ? ", " : "",
                     tg_model_variable(w->model, &w->model->terms[t])->name,
                     tg_number_format_integer(number, (int64_t)w->model->terms[t].missing));
  if (w->model->unset > 0)
    tg_text_format(&text, "%s%s %s", met ? ", " : "", offset_of(w->model)->name,
                   tg_number_format_integer(number, (int64_t)w->model->unset));
  tg_text_putc(&text, ')');
  status =
      text.failed ? tg_error_memory(w->error) : tg_table_add_note(w->table, "left_out", text.bytes, w->error);
  tg_text_free(&text);
  return status;
}

static trygg_status add_notes(const writing *w) {
  trygg_status status = TRYGG_OK;
  char number[TG_NUMBER_SIZE];
  TRY(tg_inference_add_notes(w->table, w->model->estimates, w->level, w->error));
  TRY(tg_table_add_note(w->table, "family", w->model->family->name, w->error));
  TRY(tg_table_add_note(w->table, "model_n", tg_number_format_integer(number, (int64_t)w->model->n),
                        w->error));
  if (w->model->only)
    TRY(tg_table_add_note(w->table, "where", w->model->only, w->error));
  TRY(note_offset(w));
  TRY(note_missing(w));
cleanup:
  return status;
}

trygg_status trygg_model_table(const trygg_model *model, const trygg_model_table_options *options,
                               trygg_table **out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  trygg_model_table_options chosen;
  unsigned char wanted[part_count];
  const tg_term_test **tests = NULL;
  writing w = {.model = model, .error = error};
  if (!out)
    return tg_error_set(error, TRYGG_EINVAL, "no place for the table was given");
  *out = NULL;
  if (!model)
    return tg_error_set(error, TRYGG_EINVAL, "no model was given");
  TRY(tg_options_take(&chosen, sizeof chosen, options, "trygg_model_table_options", error));
  TRY(tg_options_list(chosen.parts, chosen.part_count, "part", error));
  TRY(choose_parts(&chosen, wanted, error));
  TRY(tg_options_list(chosen.tests, chosen.test_count, "test", error));
  TRY(choose_tests(&chosen, &tests, &w.test_count, error));
  w.tests = tests;
  TRY(tg_inference_level(chosen.level, &w.level, error));
  w.interval = tg_interval_find(NULL, error);
  TRY(tg_table_create(&w.table, error));
  TRY(tg_table_add_columns(w.table, columns, sizeof columns / sizeof *columns, error));
  TRY(add_notes(&w));
  for (size_t i = 0; i < part_count; i++)
    if (wanted[i])
      TRY(parts[i].write(&w, parts[i].name));
  *out = w.table;
  w.table = NULL;
cleanup:
  tg_memory_free(tests);
  trygg_table_free(w.table);
  return status;
}
