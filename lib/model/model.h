/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A regression from inside: its terms, the patterns of background its records have, and its figures. */
#ifndef TG_MODEL_MODEL_H
#define TG_MODEL_MODEL_H

#include <trygg/model.h>

#include <inference/inference.h>
#include <model/families.h>
#include <tally/influence.h>

#define TG_MODEL_COLUMNS ((size_t)2000) /* most coefficients and predictions */
#define TG_MODEL_JOINED ((size_t)8)     /* most variables of an interaction */

/* A background variable.  Levels are the categories that the model's records have. */
typedef struct tg_model_term {
  size_t variable;
  int is_factor;
  tg_categories categories; /* of a factor, those without records included */
  size_t *level;            /* category of each level */
  size_t level_count;
  size_t reference; /* level that the others are compared with; TG_NONE: each level has a column */
  size_t column, column_count;
  size_t output;      /* first prediction of a factor, effect of a number */
  double *n;          /* records of each level */
  double missing;     /* records that lack an answer, of those with an outcome */
  int implied;        /* only a*b named it so far */
  const char *wanted; /* the level it was asked to be compared with, while the model is made; NULL: none */
} tg_model_term;

/* Background variables together, or a number with itself.  Levels are the combinations, those of the last term
 * fastest; a number has one. */
typedef struct tg_model_interaction {
  char *name;                   /* a:b */
  size_t term[TG_MODEL_JOINED]; /* factors before numbers */
  size_t order, numbers;        /* how many, and how many of them are numbers */
  size_t column, column_count;
  size_t output,
      output_count; /* predictions at each combination, or effects of one number at each; 0: none */
  char **level;     /* "CODE:CODE" of each combination, without numbers */
  double *n;        /* records of each */
  size_t level_count;
} tg_model_interaction;

/* Records and their patterns, for the fit and for tests that fit again.  Records with the same background share a pattern, which has
 * one row of the regression: the sums of its records say all about the fit. */
typedef struct tg_frame {
  size_t records;
  uint32_t *pattern;    /* of each record; TG_RANK_NONE: not in the model */
  double *y;            /* outcome of each record, less `shift` */
  const double *weight; /* of each record; NULL: 1 */
  double scale;         /* a power of 2 that brings weights near 1 */
  double shift;         /* taken from every outcome where nothing is lost by it */
  size_t rows;
  size_t *first;              /* a record of each pattern */
  double *count;              /* records of each pattern */
  double *row_weight, *row_y; /* sum of scale * w, and weighted mean of y */
  double *hits, *misses; /* records with an outcome other than the lowest, the highest the family takes */
  double *x;             /* rows x columns */
  double *offset;        /* of each row; NULL: none */
} tg_frame;

struct trygg_model {
  tg_references references;
  trygg_estimates *estimates; /* of the outcome over the domain: says which records, weights and df rule */
  size_t outcome;             /* its indicator there */
  const double
      *by_cell; /* of a slope: a number of each cell of its tally, the first term; NaN: its records are
                                 not in the model.  NULL: a model of variables alone */
  int in_part;  /* of the records whose levels are known to be right, so that some may be missing */
  char *only;   /* the waves and conditions, as given; NULL: none */
  const tg_family *family;
  int intercept;
  size_t offset; /* variable that eta has as it is; TG_NONE: none */
  int exposure;  /* ... or rather its logarithm */
  double unset;  /* records that lack it, of those with an outcome */
  tg_model_term *terms;
  size_t term_count, columns;
  tg_model_interaction *interactions;
  size_t interaction_count;
  double n, weight, left_out;
  double mean, residual, total; /* of trygg_model_summary */
  double df;
  int lonely;
  double *value; /* coefficients, then predictions and effects */
  size_t value_count;
  double *covariance;
  tg_frame frame;
  double *eta;     /* of each row of the frame */
  double *inverse; /* of the information, (X' scale W slope X)^-1 */
};

static inline const tg_indicator *tg_model_indicator(const trygg_model *model) {
  return &model->estimates->tally->indicators.list[model->outcome];
}

static inline const tg_variable *tg_model_variable(const trygg_model *model, const tg_model_term *term) {
  return &model->estimates->tally->design->responses->codebook->variables[term->variable];
}

/* What messages call a term; the number of each cell is no variable. */
static inline const char *tg_model_term_name(const trygg_model *model, const tg_model_term *term) {
  return term->variable == TG_NONE ? "time" : tg_model_variable(model, term)->name;
}

static inline const char *tg_model_level_name(const tg_model_term *term, size_t level) {
  return term->categories.names[term->level[level]];
}

/* Column of a level of a factor; TG_NONE for the one that others are compared with. */
static inline size_t tg_model_column(const tg_model_term *term, size_t level) {
  if (term->reference == TG_NONE || level < term->reference)
    return term->column + level;
  return level == term->reference ? TG_NONE : term->column + level - 1;
}

/* What each record of a row adds to statistics: scale * w * (apart + (y - mean) * along), both [row * count + statistic];
 * `apart` may be NULL.  mean: of each row. */
typedef struct tg_addends {
  const tg_frame *frame;
  size_t count;
  const double *mean, *apart, *along;
} tg_addends;

/* The covariance of such statistics under the design (count x count). */
trygg_status tg_model_spread(const trygg_model *model, const tg_addends *addends, double *covariance,
                             tg_influence_degrees *degrees, trygg_error *error);

/* Fit the frame, into eta, inverse and value, which are there; `step` is room for as many numbers as there are columns. */
trygg_status tg_model_fit(trygg_model *model, const tg_frame *frame, double *step, trygg_error *error);

/* df and lonely of the model, once its covariance is known. */
void tg_model_find_df(trygg_model *model, const tg_influence_degrees *degrees);

/* ---- steps, one file each ---------------------------------------------------------------------- */

/* Read the names of the background variables.  Levels and columns come with the frame. */
trygg_status tg_terms_create(trygg_model *model, const trygg_model_options *options, trygg_error *error);

/* The variable that eta has as it is, if any. */
trygg_status tg_terms_find_offset(trygg_model *model, const trygg_model_options *options, trygg_error *error);

/* interactions.c.  Where a*b or a:b has its first sign; NULL: it is one variable. */
const char *tg_interactions_sign(const trygg_model *model, const char *text);

/* Read the names of interactions, once the terms are known; then their columns, once those of terms are laid; then their
 * predictions and effects, behind those of terms. */
trygg_status tg_interactions_create(trygg_model *model, const trygg_model_options *options,
                                    trygg_error *error);
trygg_status tg_interactions_lay(trygg_model *model, trygg_error *error);
void tg_interactions_lay_outputs(trygg_model *model);
void tg_interactions_clear(trygg_model *model);

/* The combination of levels, one a term; its levels; that of a column; and the one that others are compared with. */
size_t tg_interactions_at(const trygg_model *model, const tg_model_interaction *joint, const size_t *levels);
void tg_interactions_levels(const trygg_model *model, const tg_model_interaction *joint, size_t at,
                            size_t *levels);
size_t tg_interactions_of_column(const trygg_model *model, const tg_model_interaction *joint, size_t column);
size_t tg_interactions_reference(const trygg_model *model, const tg_model_interaction *joint);

/* The products in a row whose other columns are there; and how all columns change with a number. */
void tg_interactions_fill(const trygg_model *model, double *x);
void tg_interactions_slope(const trygg_model *model, const tg_model_term *number, const double *x,
                           double *slope);

/* Levels, patterns, and the rows of the regression.  `common`: where no level is named, compare with the one that has
 * most records, else with the first. */
trygg_status tg_frame_create(trygg_model *model, int common, tg_frame *out, trygg_error *error);
void tg_frame_clear(tg_frame *frame);

/* TRYGG_ENUMERIC where a term follows from those before it, or the outcome does not vary at a level. */
trygg_status tg_faults_check(const trygg_model *model, const tg_frame *frame, trygg_error *error);

/* ... and the message when the fit ran off in the direction `step`. */
trygg_status tg_faults_diverged(const trygg_model *model, const tg_frame *frame, const double *step,
                                trygg_error *error);

/* Predictions and effects into model->value, and for each pattern and value what a record of it adds:
 * scale * w * (apart + (y - mean) * along), both [pattern * value_count + value]. */
trygg_status tg_predictions_linearize(trygg_model *model, const tg_frame *frame, const double *eta,
                                      const double *inverse, double *apart, double *along,
                                      trygg_error *error);

#endif
