/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weights of those who answered that stand for those who did not: w = d / p, p their probability to answer, estimated from
 * what is known of everybody who was drawn.
 *
 * With classes p is the weighted share of a class that answered, so that w = d D/R of the sums D of the drawn and R of
 * those who answered.  With a model p = 1/(1 + exp(-x'b)), b from  sum over the drawn of d (r - p) x = 0.
 *
 * Both make w a function of the sample that was drawn, and the variance is that of what each person drawn adds (the
 * answering taken as a property of people, as in Fay 1991 and Shao & Steel 1999, JASA 94:254-265): with v the statistic's
 * values, r = 1 for who answered,
 *
 *   classes   r w v - (r w - d) x'B,       B = (sum of r w x x')^-1 sum of r w v x          (x: the class)
 *   model     r w v - d (r - p) x'B,       B = (sum of d p (1 - p) x x')^-1 sum of r w (1 - p) v x
 *
 * (Kim & Kim 2007, Can. J. Stat. 35:501-514).  The sample is drawn from a population of which some answer; that
 * they do by chance, which counts where much of it is drawn, is tally/answering.c's. */
#ifndef TG_DESIGN_RESPONSE_H
#define TG_DESIGN_RESPONSE_H

#include <base/text.h>
#include <design/calibrate.h>

typedef struct tg_response tg_response;

/* One row a method. */
typedef struct tg_response_method {
  const char *name, *help;
  int numbered; /* may have a number behind a colon */
  int classes;  /* weights grow by classes, else by what a model gives */
  trygg_status (*make)(tg_response *response, const double *base, trygg_error *error);
} tg_response_method;

/* A method as it was asked for. */
typedef struct tg_response_choice {
  const tg_response_method *method; /* NULL: none */
  int64_t parts;                    /* of quantiles */
} tg_response_choice;

/* Understand `classes`, `propensity`, `quantiles` and `quantiles:N`; NULL, "" and `none` are none. */
trygg_status tg_response_parse(const char *text, tg_response_choice *out, trygg_error *error);

/* Those drawn of one wave and background: a class, or a row of the model. */
typedef struct tg_response_group {
  size_t first, last; /* a record of its first background and of its last */
  size_t wave;
  int part, last_part;     /* of quantiles: the lowest and the highest of them, from 1 */
  double drawn, answered;  /* records */
  double weight, weighted; /* sums of d of the drawn, and of those who answered */
  double propensity;       /* p */
} tg_response_group;

/* Columns x of a wave: classes have one each. */
typedef struct tg_response_wave {
  size_t first_group, groups;
  size_t first_column, columns;
  tg_semidefinite normal; /* of the model */
} tg_response_wave;

struct tg_response {
  tg_response_choice choice;
  char *method; /* as it was asked for */
  const trygg_responses *responses;
  size_t *variables; /* what is known of everybody, in order */
  size_t variable_count;
  uint32_t **category; /* [variable][record] */
  tg_categories *names;
  double least;              /* that must have answered in a class */
  int collapse;              /* else it is joined with a neighbour, or refused */
  uint32_t *of;              /* group of each record */
  tg_response_group *groups; /* in the order wave, variables */
  size_t group_count;
  tg_response_wave *waves;
  double *x; /* of the model: of each group the columns of its wave, from x_begin on */
  size_t *x_begin;
  size_t column_count;
  double *weight; /* w of each record, 0 for who did not answer */
  double *gap;    /* of each record: r w - d, or d (r - p) with a model */
  double *
      cross; /* [column * aims + aim]: sum of w z x, z that of the calibration that comes after; NULL without one */
};

typedef struct tg_response_request {
  const char *method;
  size_t *variables; /* becomes the response's */
  size_t variable_count;
  double least;
  int collapse;
  const double *weight; /* d of each record; NULL: 1 */
} tg_response_request;

/* Adjust for those who did not answer.  NULL where no method is asked for.  TRYGG_EDESIGN names a class of which too few
 * answered, and a model that runs off; TRYGG_EDATA records of which not all is known. */
enum { TG_RESPONSE_COLUMNS = 1000 }; /* most classes, or terms of the models */

trygg_status tg_response_create(const trygg_responses *responses, tg_response_request *request,
                                tg_response **out, trygg_error *error);
void tg_response_free(tg_response *response);

/* The same for other weights of the people drawn (replicates), in their place; classes of quantiles stay. */
trygg_status tg_response_weights(const tg_response *response, double *weight, trygg_error *error);

/* ---- what a variance needs ------------------------------------------------------------------------ */

/* The weights went on to be calibrated. */
trygg_status tg_response_connect(tg_response *response, const tg_calibration *calibration,
                                 trygg_error *error);

/* A record of value z = w v adds this times z x to t. */
static inline double tg_response_lean(const tg_response *response, size_t record) {
  return response->choice.method->classes ? 1 : 1 - response->groups[response->of[record]].propensity;
}

/* Columns of a record, of which it has x; those of classes are 1. */
static inline const double *tg_response_columns(const tg_response *response, size_t record, size_t *first,
                                                size_t *count) {
  static const double one = 1;
  size_t group = response->of[record];
  const tg_response_wave *wave = &response->waves[response->groups[group].wave];
  if (response->choice.method->classes) {
    *first = group;
    *count = 1;
    return &one;
  }
  *first = wave->first_column;
  *count = wave->columns;
  return response->x + response->x_begin[group];
}

/* B from t, and from B of the calibration after (NULL: none); b may be t. */
trygg_status tg_response_regress(const tg_response *response, const double *t, const double *calibrated,
                                 size_t aims, double *b, trygg_error *error);

/* ---- steps --------------------------------------------------------------------------------------------- */

/* TRYGG_ELIMIT where they are too many. */
trygg_status tg_response_check_columns(size_t count, trygg_error *error);

/* Groups of those who have the same background; base: d (NULL: 1). */
trygg_status tg_response_group_records(tg_response *response, const double *base, trygg_error *error);

/* Join neighbouring groups until each has enough who answered, and give each its share: response_classes.c. */
trygg_status tg_response_make_classes(tg_response *response, const double *base, trygg_error *error);

/* Fit the model; and make classes of its quantiles: response_model.c. */
trygg_status tg_response_make_model(tg_response *response, const double *base, trygg_error *error);
trygg_status tg_response_make_quantiles(tg_response *response, const double *base, trygg_error *error);

/* What a class is called: its codes, of joined ones the first and the last; or its quantile. */
void tg_response_put_name(const tg_response *response, const tg_response_group *group, tg_text *out);

/* Set the propensities of all groups of a wave from sums of d, in weight and weighted of `groups`. */
trygg_status tg_response_fit(const tg_response *response, size_t wave, tg_response_group *groups,
                             trygg_error *error);

#endif
