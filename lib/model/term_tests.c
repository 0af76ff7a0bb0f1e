/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The registry of tests of terms, the fit without a term, and the correction that statistics of a simple random sample
 * need.
 *
 * Twice the difference of log likelihoods, and the forms by the inverse of the information, are under the hypothesis
 * distributed as the sum of l Z^2 with normal Z, l the eigenvalues of V0^-1 V: V the covariance of what is tested under the
 * design, V0 that under the model (Rao & Scott 1984, Ann. Stat. 12:46-60; Lumley & Scott 2014, Scand. J. Stat. 41:88-103).
 * All l are 1 where weights are equal, records independent and the model true. */
#include <model/term_tests.h>

#include <math.h>
#include <string.h>

#include <base/text.h>
#include <numeric/mixture.h>
#include <numeric/solve.h>

const tg_term_test tg_term_tests[] = {
    {"wald", "by the coefficients and their covariance, adjusted for few clusters; F", 0, tg_term_wald_run},
    {"working_wald",
     "by the coefficients and the covariance they would have in a simple random sample, Rao and Scott's "
     "correction; F, p exact",
     0, tg_term_wald_run_working},
    {"likelihood_ratio",
     "by the likelihoods with and without the term, Rao and Scott's correction; F, p exact", 1,
     tg_term_likelihood_run},
    {"score",
     "by how the likelihood of the model without the term rises towards it, Rao and Scott's correction; F, p exact",
     1, tg_term_score_run},
    {"quasi_score", "by the same rise and its covariance, adjusted for few clusters; F", 1,
     tg_term_score_run_quasi},
};

const size_t tg_term_test_count = sizeof tg_term_tests / sizeof *tg_term_tests;

const char *trygg_model_term_test(size_t i) {
  return i < tg_term_test_count ? tg_term_tests[i].name : NULL;
}

const char *trygg_model_term_test_help(size_t i) {
  return i < tg_term_test_count ? tg_term_tests[i].help : NULL;
}

static const char *test_name_at(const void *context, size_t i) {
  (void)context;
  return tg_term_tests[i].name;
}

const tg_term_test *tg_term_test_find(const char *name, trygg_error *error) {
  const char *nearest;
  for (size_t i = 0; i < tg_term_test_count; i++)
    if (!strcmp(tg_term_tests[i].name, name))
      return &tg_term_tests[i];
  nearest = tg_text_nearest(name, tg_term_test_count, test_name_at, NULL);
  tg_error_at(error, TRYGG_ENAME, NULL, 0, 0, "test", "no test of terms `%s`; did you mean `%s`?", name,
              nearest ? nearest : tg_term_tests->name);
  return NULL;
}

/* ---- the model without a term -------------------------------------------------------------------- */

static void clear_null(tg_null_model *null) {
  tg_memory_free(null->x);
  tg_memory_free(null->eta);
  tg_memory_free(null->mean);
  tg_memory_free(null->inverse);
  *null = (tg_null_model){0};
}

static trygg_status fit_null(const trygg_model *model, size_t first, size_t count, tg_null_model *null,
                             int *fits, trygg_error *error) {
  const tg_frame *frame = &model->frame;
  trygg_status status = TRYGG_OK;
  size_t p = null->columns = model->columns - count;
  tg_regress_data data = {NULL, frame->row_weight, frame->row_y, frame->rows, p, frame->offset};
  tg_regress_end end = TG_REGRESS_DONE;
  double *b = tg_memory_new(2 * p, sizeof *b);
  null->x = tg_memory_new(frame->rows * p, sizeof *null->x);
  null->eta = tg_memory_new(frame->rows, sizeof *null->eta);
  null->mean = tg_memory_new(frame->rows, sizeof *null->mean);
  null->inverse = tg_memory_new(p * p, sizeof *null->inverse);
  if (!b || !null->x || !null->eta || !null->mean || !null->inverse) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t row = 0; row < frame->rows; row++)
    for (size_t j = 0; j < p; j++)
      null->x[row * p + j] = frame->x[row * model->columns + (j < first ? j : j + count)];
  data.x = null->x;
  for (size_t row = 0; p == 0 && frame->offset && row < frame->rows; row++)
    null->eta[row] = frame->offset[row];
  if (p > 0)
    TRY(tg_regress_fit(&data, model->family->regress, b, b + p, null->eta, null->inverse, &end, error));
  for (size_t row = 0; row < frame->rows; row++)
    null->mean[row] = model->family->regress->mean(null->eta[row]);
  *fits = end == TG_REGRESS_DONE;
cleanup:
  tg_memory_free(b);
  return status;
}

/* ---- running a test --------------------------------------------------------------------------------- */

trygg_status tg_term_test_correct(double form, double *a, double *b, size_t size, double df,
                                  trygg_model_finding *out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  double sum = 0, squares = 0, *values = tg_memory_new(size, sizeof *values);
  if (!values)
    return tg_error_memory(error);
  status = tg_solve_pencil(a, b, size, values, error);
  if (status == TRYGG_ENUMERIC) { /* nothing to hold the statistic against */
    status = TRYGG_OK;
    goto cleanup;
  }
  TRY(status);
  for (size_t i = 0; i < size; i++) {
    values[i] = fmax(values[i], 0); /* rounding */
    sum += values[i];
    squares += values[i] * values[i];
  }
  out->df2 = df;
  if (!(sum > 0) || !(df > 0))
    goto cleanup;
  out->df1 = sum * sum / squares;
  out->statistic = fmax(form, 0) / sum;
  out->p = tg_mixture_upper(fmax(form, 0), values, size, df);
cleanup:
  tg_memory_free(values);
  return status;
}

trygg_status tg_term_test_run(const tg_term_test *test, const trygg_model *model, size_t first, size_t count,
                              trygg_model_finding *out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_null_model null = {0};
  tg_term_trial trial = {model, first, count, NULL};
  int fits = 1;
  *out = (trygg_model_finding){NAN, NAN, NAN, NAN, NAN, NAN};
  if (test->needs_null) {
    TRY(fit_null(model, first, count, &null, &fits, error));
    trial.null = &null;
  }
  if (fits)
    TRY(test->run(&trial, out, error));
cleanup:
  clear_null(&null);
  return status;
}

/* Names of terms, then of interactions. */
static const char *term_name_at(const void *context, size_t t) {
  const trygg_model *model = context;
  return t < model->term_count ? tg_model_variable(model, &model->terms[t])->name
                               : model->interactions[t - model->term_count].name;
}

/* The columns of a term or an interaction; with NULL all but the intercept. */
static trygg_status find_columns(const trygg_model *model, const char *name, size_t *first, size_t *count,
                                 trygg_error *error) {
  size_t t = 0, terms = model->term_count + model->interaction_count;
  const char *nearest;
  *first = model->intercept != 0;
  *count = model->columns - *first;
  if (!name)
    return TRYGG_OK;
  while (t < terms && strcmp(term_name_at(model, t), name))
    t++;
  if (t < model->term_count) {
    *first = model->terms[t].column;
    *count = model->terms[t].column_count;
    return TRYGG_OK;
  }
  if (t < terms) {
    *first = model->interactions[t - model->term_count].column;
    *count = model->interactions[t - model->term_count].column_count;
    return TRYGG_OK;
  }
  nearest = tg_text_nearest(name, terms, term_name_at, model);
  return tg_error_at(error, TRYGG_ENAME, NULL, 0, 0, "term", "the model has no term `%s`%s%s%s", name,
                     nearest ? "; did you mean `" : "", nearest ? nearest : "", nearest ? "`?" : "");
}

trygg_status trygg_model_test_by(const trygg_model *model, const char *test, const char *term,
                                 trygg_model_finding *out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  const tg_term_test *found;
  size_t first, count;
  if (!model || !out)
    return tg_error_set(error, TRYGG_EINVAL, "a model and a place for the result were expected");
  found = tg_term_test_find(test ? test : "wald", error);
  if (!found)
    return TRYGG_ENAME;
  TRY(find_columns(model, term, &first, &count, error));
  TRY(tg_term_test_run(found, model, first, count, out, error));
cleanup:
  return status;
}

trygg_status trygg_model_test(const trygg_model *model, const char *term, double *statistic, double *df1,
                              double *df2, double *p, trygg_error *error) {
  trygg_model_finding finding;
  trygg_status status = TRYGG_OK;
  if (!model || !statistic || !df1 || !df2 || !p)
    return tg_error_set(error, TRYGG_EINVAL, "a model and places for the result were expected");
  TRY(trygg_model_test_by(model, "wald", term, &finding, error));
  *statistic = finding.statistic;
  *df1 = finding.df1;
  *df2 = finding.df2;
  *p = finding.p;
cleanup:
  return status;
}
