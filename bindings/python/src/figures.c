/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Figures with their covariance.  Matrices leave as bytes of doubles, row by row. */
#include "extension.h"

static PyObject *matrix_bytes(const double *matrix, size_t count) {
  return PyBytes_FromStringAndSize((const char *)matrix, (Py_ssize_t)(count * sizeof *matrix));
}

static PyObject *covariance(PyObject *module, PyObject *args) {
  tg_call self = {0};
  PyObject *capsule, *list, *result;
  trygg_status status;
  size_t count, *rows;
  double *matrix;
  void *estimates;
  (void)module;
  if (!PyArg_ParseTuple(args, "OO", &capsule, &list))
    return NULL;
  estimates = PyCapsule_GetPointer(capsule, ESTIMATES);
  rows = estimates ? tg_rows(list, &count, &self.keep) : NULL;
  matrix = rows ? tg_keep_new(&self.keep, count * count, sizeof *matrix) : NULL;
  if (!matrix)
    return tg_give_up(&self);
  Py_BEGIN_ALLOW_THREADS;
  status = trygg_estimate_covariance(estimates, rows, count, matrix, &self.error);
  Py_END_ALLOW_THREADS;
  result = status == TRYGG_OK ? matrix_bytes(matrix, count * count) : tg_raise(&self.error);
  tg_keep_clear(&self.keep);
  return result;
}

/* (estimate, se, df, lower, upper, statistic, p) */
static PyObject *contrast(PyObject *module, PyObject *args) {
  tg_call self = {0};
  PyObject *capsule, *list, *numbers;
  trygg_contrast c;
  trygg_status status;
  size_t count, coefficient_count, *rows;
  double *coefficients, level;
  void *estimates;
  (void)module;
  if (!PyArg_ParseTuple(args, "OOOd", &capsule, &list, &numbers, &level))
    return NULL;
  estimates = PyCapsule_GetPointer(capsule, ESTIMATES);
  rows = estimates ? tg_rows(list, &count, &self.keep) : NULL;
  coefficients = rows ? tg_numbers(numbers, &coefficient_count, &self.keep) : NULL;
  if (coefficients && coefficient_count != count) {
    PyErr_SetString(PyExc_ValueError, "each row needs a coefficient");
    coefficients = NULL;
  }
  if (!coefficients)
    return tg_give_up(&self);
  Py_BEGIN_ALLOW_THREADS;
  status = trygg_inference_contrast(estimates, rows, coefficients, count, level, &c, &self.error);
  Py_END_ALLOW_THREADS;
  if (tg_done(&self, status))
    return NULL;
  return Py_BuildValue("(ddddddd)", c.estimate, c.se, c.df, c.lower, c.upper, c.statistic, c.p);
}

static PyObject *number_list(const size_t *numbers, size_t count) {
  PyObject *list = PyList_New((Py_ssize_t)count);
  for (size_t i = 0; list && i < count; i++) {
    PyObject *item = PyLong_FromSize_t(numbers[i]);
    if (!item) {
      Py_CLEAR(list);
    } else {
      PyList_SetItem(list, (Py_ssize_t)i, item);
    }
  }
  return list;
}

/* (totals, stratum of each cluster): bytes of clusters x rows doubles, and a list. */
static PyObject *influence(PyObject *module, PyObject *args) {
  tg_call self = {0};
  PyObject *capsule, *design_capsule, *list, *result;
  trygg_status status;
  size_t count, clusters, *rows, *strata;
  double *totals;
  void *estimates, *design;
  (void)module;
  if (!PyArg_ParseTuple(args, "OOO", &capsule, &design_capsule, &list))
    return NULL;
  estimates = PyCapsule_GetPointer(capsule, ESTIMATES);
  design = estimates ? PyCapsule_GetPointer(design_capsule, DESIGN) : NULL;
  rows = design ? tg_rows(list, &count, &self.keep) : NULL;
  clusters = trygg_design_clusters(design);
  totals = rows ? tg_keep_new(&self.keep, clusters * count, sizeof *totals) : NULL;
  strata = totals ? tg_keep_new(&self.keep, clusters, sizeof *strata) : NULL;
  if (!strata)
    return tg_give_up(&self);
  Py_BEGIN_ALLOW_THREADS;
  status = trygg_estimate_influence(estimates, rows, count, totals, strata, &self.error);
  Py_END_ALLOW_THREADS;
  result = status == TRYGG_OK
               ? Py_BuildValue("(NN)", matrix_bytes(totals, clusters * count), number_list(strata, clusters))
               : tg_raise(&self.error);
  tg_keep_clear(&self.keep);
  return result;
}

/* ---- models ------------------------------------------------------------------------------------ */

/* [(part, term, level, against, n, estimate, se)] */
static PyObject *model_figures(PyObject *module, PyObject *capsule) {
  trygg_model *model = PyCapsule_GetPointer(capsule, MODEL);
  PyObject *list = model ? PyList_New(0) : NULL;
  (void)module;
  for (size_t i = 0; list && i < trygg_model_count(model); i++) {
    trygg_model_figure f = trygg_model_get(model, i);
    PyObject *item =
        Py_BuildValue("(ssssLdd)", f.part, f.term, f.level, f.against, (long long)f.n, f.estimate, f.se);
    if (!item || PyList_Append(list, item)) {
      Py_CLEAR(list);
    }
    Py_XDECREF(item);
  }
  return list;
}

/* Of the first `count` figures, or all there are. */
static PyObject *model_covariance(PyObject *module, PyObject *args) {
  tg_call self = {0};
  PyObject *capsule, *result;
  Py_ssize_t wanted;
  size_t count;
  double *matrix;
  trygg_model *model;
  (void)module;
  if (!PyArg_ParseTuple(args, "On", &capsule, &wanted))
    return NULL;
  model = PyCapsule_GetPointer(capsule, MODEL);
  count = model ? trygg_model_count(model) : 0;
  count = wanted >= 0 && (size_t)wanted < count ? (size_t)wanted : count;
  matrix = model ? tg_keep_new(&self.keep, count * count, sizeof *matrix) : NULL;
  if (!matrix)
    return tg_give_up(&self);
  for (size_t a = 0; a < count; a++)
    for (size_t b = 0; b < count; b++)
      matrix[a * count + b] = trygg_model_covariance(model, a, b);
  result = matrix_bytes(matrix, count * count);
  tg_keep_clear(&self.keep);
  return result;
}

/* {name: what} of trygg_model_summary */
static PyObject *model_summary(PyObject *module, PyObject *capsule) {
  trygg_model *model = PyCapsule_GetPointer(capsule, MODEL);
  trygg_model_summary s = trygg_model_summarize(model);
  (void)module;
  return model ? Py_BuildValue("{sssLsLsdsdsdsdsdsn}", "family", s.family, "n", (long long)s.n, "left_out",
                               (long long)s.left_out, "weighted_n", s.weighted_n, "df", s.df, "outcome",
                               s.outcome, "residual", s.residual, "total", s.total, "coefficients",
                               (Py_ssize_t)s.coefficients)
               : NULL;
}

/* {name: what} of a test of a term, or of all of them for None. */
static PyObject *model_test(PyObject *module, PyObject *args) {
  PyObject *capsule;
  const char *term, *test;
  trygg_model_finding found;
  trygg_error error;
  trygg_model *model;
  (void)module;
  if (!PyArg_ParseTuple(args, "Ozz", &capsule, &term, &test))
    return NULL;
  model = PyCapsule_GetPointer(capsule, MODEL);
  if (!model)
    return NULL;
  if (trygg_model_test_by(model, test, term, &found, &error) != TRYGG_OK)
    return tg_raise(&error);
  return Py_BuildValue("{sdsdsdsdsdsd}", "statistic", found.statistic, "df1", found.df1, "df2", found.df2, "p",
                       found.p, "estimate", found.estimate, "se", found.se);
}

PyMethodDef tg_figure_methods[] = {
    {"covariance", covariance, METH_VARARGS, "Covariance matrix of rows."},
    {"contrast", contrast, METH_VARARGS, "A linear combination of rows."},
    {"influence", influence, METH_VARARGS, "What each cluster adds to rows."},
    {"model_figures", model_figures, METH_O, "Coefficients, predictions and effects."},
    {"model_covariance", model_covariance, METH_VARARGS, "Covariance matrix of the first figures."},
    {"model_summary", model_summary, METH_O, "What a model rests on."},
    {"model_test", model_test, METH_VARARGS, "A test of a term."},
    {NULL, NULL, 0, NULL}};
