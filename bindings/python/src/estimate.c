/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Designs, estimates, models, and the tables that are made of them. */
#include "extension.h"

/* From a handle and options to another handle. */
#define STEP(name, from_name, options_name, options_type, type, to_name, call)                               \
  static PyObject *name(PyObject *module, PyObject *args) {                                                  \
    tg_call self = {0};                                                                                      \
    PyObject *capsule, *dict;                                                                                \
    options_type options = {0};                                                                              \
    type *result;                                                                                            \
    trygg_status status;                                                                                     \
    void *from;                                                                                              \
    (void)module;                                                                                            \
    if (!PyArg_ParseTuple(args, "OO!", &capsule, &PyDict_Type, &dict))                                       \
      return NULL;                                                                                           \
    from = PyCapsule_GetPointer(capsule, from_name);                                                         \
    if (!from || tg_read_options(&self, dict, options_name, &options, sizeof options))                       \
      return tg_give_up(&self);                                                                              \
    Py_BEGIN_ALLOW_THREADS;                                                                                  \
    status = call(from, &options, &result, &self.error);                                                     \
    Py_END_ALLOW_THREADS;                                                                                    \
    return tg_finish(&self, status, result, to_name);                                                        \
  }
STEP(design_create, RESPONSES, tg_design_options, trygg_design_options, trygg_design, DESIGN,
     trygg_design_create)
STEP(estimate_create, DESIGN, tg_estimate_options, trygg_estimate_options, trygg_estimates, ESTIMATES,
     trygg_estimate_create)
STEP(model_create, DESIGN, tg_model_options, trygg_model_options, trygg_model, MODEL, trygg_model_create)
#define TABLE_STEP(name, from_name, options, call)                                                           \
  STEP(name, from_name, tg_##options, trygg_##options, trygg_table, TABLE, call)
TABLE_STEP(inference_table, ESTIMATES, inference_options, trygg_inference_table)
TABLE_STEP(index_table, ESTIMATES, index_options, trygg_index_table)
TABLE_STEP(trend_table, ESTIMATES, trend_options, trygg_trend_table)
TABLE_STEP(measure_table, ESTIMATES, measure_options, trygg_trend_measures)
TABLE_STEP(compare_table, ESTIMATES, comparison_options, trygg_inference_compare)
TABLE_STEP(funnel_table, ESTIMATES, funnel_options, trygg_inference_funnel)
TABLE_STEP(group_test_table, ESTIMATES, group_test_options, trygg_inference_test_groups)
TABLE_STEP(tipping_table, ESTIMATES, tipping_options, trygg_model_tipping)
TABLE_STEP(model_table, MODEL, model_table_options, trygg_model_table)
TABLE_STEP(representativity_table, RESPONSES, representativity_options, trygg_model_representativity)

/* From a design to a table. */
#define TABLE_OF(name, call)                                                                                 \
  static PyObject *name(PyObject *module, PyObject *capsule) {                                               \
    tg_call self = {0};                                                                                      \
    trygg_table *table;                                                                                      \
    trygg_status status;                                                                                     \
    void *from = PyCapsule_GetPointer(capsule, DESIGN);                                                      \
    (void)module;                                                                                            \
    if (!from)                                                                                               \
      return NULL;                                                                                           \
    Py_BEGIN_ALLOW_THREADS;                                                                                  \
    status = call(from, &table, &self.error);                                                                \
    Py_END_ALLOW_THREADS;                                                                                    \
    return tg_finish(&self, status, table, TABLE);                                                           \
  }
TABLE_OF(design_weights, trygg_design_weights)
TABLE_OF(design_margins, trygg_design_margins)
TABLE_OF(design_nonresponse, trygg_design_nonresponse)

static PyObject *design_facts(PyObject *module, PyObject *capsule) {
  void *design = PyCapsule_GetPointer(capsule, DESIGN);
  (void)module;
  return design ? Py_BuildValue("(nnd)", (Py_ssize_t)trygg_design_strata(design),
                                (Py_ssize_t)trygg_design_clusters(design), trygg_design_population(design))
                : NULL;
}

/* [(name, clusters, fraction)] */
static PyObject *design_stratum(PyObject *module, PyObject *capsule) {
  void *design = PyCapsule_GetPointer(capsule, DESIGN);
  PyObject *list = design ? PyList_New(0) : NULL;
  (void)module;
  for (size_t i = 0; list && i < trygg_design_strata(design); i++) {
    trygg_stratum stratum = trygg_design_stratum(design, i);
    PyObject *item = Py_BuildValue("(snd)", stratum.name ? stratum.name : "", (Py_ssize_t)stratum.clusters,
                                   stratum.fraction);
    if (!item || PyList_Append(list, item)) {
      Py_CLEAR(list);
    }
    Py_XDECREF(item);
  }
  return list;
}

typedef trygg_status (*nonresponse_call)(trygg_design *, const trygg_nonresponse_options *, trygg_table **,
                                         trygg_error *);

/* Of non-response, what to estimate and how to compare are two dicts. */
static PyObject *compare_design(PyObject *args, nonresponse_call make) {
  tg_call self = {0}, other = {0};
  PyObject *capsule, *estimate, *dict, *result;
  trygg_estimate_options estimating = {0};
  trygg_nonresponse_options options = {0};
  trygg_table *table;
  trygg_status status;
  void *design;
  if (!PyArg_ParseTuple(args, "OO!O!", &capsule, &PyDict_Type, &estimate, &PyDict_Type, &dict))
    return NULL;
  design = PyCapsule_GetPointer(capsule, DESIGN);
  if (!design || tg_read_options(&self, estimate, tg_estimate_options, &estimating, sizeof estimating) ||
      tg_read_options(&other, dict, tg_nonresponse_options, &options, sizeof options)) {
    tg_give_up(&other);
    return tg_give_up(&self);
  }
  options.estimates = &estimating;
  Py_BEGIN_ALLOW_THREADS;
  status = make(design, &options, &table, &self.error);
  Py_END_ALLOW_THREADS;
  result = tg_finish(&self, status, table, TABLE);
  tg_keep_clear(&other.keep);
  return result;
}

static PyObject *nonresponse_table(PyObject *module, PyObject *args) {
  (void)module;
  return compare_design(args, trygg_model_nonresponse);
}

static PyObject *weighting_table(PyObject *module, PyObject *args) {
  (void)module;
  return compare_design(args, trygg_model_weighting);
}

/* A series from elsewhere: times, estimates, their covariance row by row or None, degrees of freedom, options. */
static PyObject *trend_series(PyObject *module, PyObject *args) {
  tg_call self = {0};
  PyObject *times, *figures, *matrix, *dict;
  trygg_trend_options options = {0};
  trygg_table *table;
  trygg_status status;
  size_t counts[3];
  const double *time, *estimate, *covariance = NULL;
  double df;
  (void)module;
  if (!PyArg_ParseTuple(args, "OOOdO!", &times, &figures, &matrix, &df, &PyDict_Type, &dict))
    return NULL;
  time = tg_numbers(times, &counts[0], &self.keep);
  estimate = time ? tg_numbers(figures, &counts[1], &self.keep) : NULL;
  if (estimate && matrix != Py_None)
    covariance = tg_numbers(matrix, &counts[2], &self.keep);
  if (estimate && !PyErr_Occurred() &&
      (counts[0] != counts[1] || (covariance && counts[2] != counts[0] * counts[0])))
    PyErr_SetString(PyExc_ValueError, "times, estimates and covariance must be of one length");
  if (PyErr_Occurred() || tg_read_options(&self, dict, tg_trend_options, &options, sizeof options))
    return tg_give_up(&self);
  status = trygg_trend_series(time, estimate, covariance, counts[0], df, &options, &table, &self.error);
  return tg_finish(&self, status, table, TABLE);
}

/* Estimates of a stream of files that is not kept: the handles of the estimates and of what is known of the
 * responses. */
static PyObject *estimate_stream(PyObject *module, PyObject *args) {
  tg_call self = {0}, other = {0};
  PyObject *capsule, *files, *load, *design, *estimate, *made, *from;
  trygg_load_options loading = {0};
  trygg_design_options designing = {0};
  trygg_estimate_options estimating = {0};
  const trygg_estimate_options *tables = &estimating;
  trygg_estimates *estimates;
  trygg_responses *responses;
  trygg_status status;
  const char *const *paths;
  size_t count;
  void *codebook;
  (void)module;
  if (!PyArg_ParseTuple(args, "OOO!O!O!", &capsule, &files, &PyDict_Type, &load, &PyDict_Type, &design,
                        &PyDict_Type, &estimate))
    return NULL;
  codebook = PyCapsule_GetPointer(capsule, CODEBOOK);
  paths = codebook ? tg_texts(files, &count, &self.keep) : NULL;
  if (!paths || tg_read_options(&other, estimate, tg_estimate_options, &estimating, sizeof estimating) ||
      tg_read_options(&other, design, tg_design_options, &designing, sizeof designing) ||
      tg_read_options(&self, load, tg_load_options, &loading, sizeof loading)) {
    tg_give_up(&other);
    return tg_give_up(&self);
  }
  estimating.progress = NULL; /* reading tells all there is to tell */
  Py_BEGIN_ALLOW_THREADS;
  status = trygg_estimate_stream(codebook, paths, count, &loading, &designing, &tables, 1, &estimates,
                                 &responses, &self.error);
  Py_END_ALLOW_THREADS;
  tg_keep_clear(&other.keep);
  from = status == TRYGG_OK ? tg_wrap(responses, RESPONSES) : NULL;
  made = tg_finish(&self, status, estimates, ESTIMATES);
  if (made && from)
    return Py_BuildValue("(NN)", made, from);
  Py_XDECREF(made);
  Py_XDECREF(from);
  return NULL;
}

/* The indicators that indices need. */
static PyObject *index_items(PyObject *module, PyObject *args) {
  tg_call self = {0};
  PyObject *capsule, *dict, *list;
  trygg_index_options options = {0};
  const char **items = NULL;
  size_t count;
  trygg_status status;
  void *codebook;
  (void)module;
  if (!PyArg_ParseTuple(args, "OO!", &capsule, &PyDict_Type, &dict))
    return NULL;
  codebook = PyCapsule_GetPointer(capsule, CODEBOOK);
  if (!codebook || tg_read_options(&self, dict, tg_index_options, &options, sizeof options))
    return tg_give_up(&self);
  status = trygg_index_items(codebook, &options, &items, &count, &self.error);
  if (tg_done(&self, status))
    return NULL;
  list = PyList_New(0);
  for (size_t i = 0; list && i < count; i++) {
    PyObject *item = PyUnicode_FromString(items[i]);
    if (!item || PyList_Append(list, item)) {
      Py_CLEAR(list);
    }
    Py_XDECREF(item);
  }
  trygg_index_free_items(items);
  return list;
}

PyMethodDef tg_estimate_methods[] = {
    {"design_create", design_create, METH_VARARGS, "Describe the sample."},
    {"design_weights", design_weights, METH_O, "What the weights are like."},
    {"design_nonresponse", design_nonresponse, METH_O, "How weights make up for who did not answer."},
    {"design_margins", design_margins, METH_O, "Margins before and after calibration."},
    {"design_facts", design_facts, METH_O, "Strata, clusters, sum of the weights."},
    {"design_stratum", design_stratum, METH_O, "The strata: name, clusters, sampling fraction."},
    {"estimate_create", estimate_create, METH_VARARGS, "Estimate."},
    {"estimate_stream", estimate_stream, METH_VARARGS, "Estimate from files that are not kept."},
    {"inference_table", inference_table, METH_VARARGS, "Estimates with intervals."},
    {"index_items", index_items, METH_VARARGS, "Indicators that indices need."},
    {"index_table", index_table, METH_VARARGS, "Indices."},
    {"trend_table", trend_table, METH_VARARGS, "Tests of change and trend."},
    {"measure_table", measure_table, METH_VARARGS, "Follow-up of measures."},
    {"trend_series", trend_series, METH_VARARGS, "Tests of a series from elsewhere."},
    {"compare_table", compare_table, METH_VARARGS, "Comparisons of groups, waves and published figures."},
    {"funnel_table", funnel_table, METH_VARARGS, "Control limits of all groups."},
    {"group_test_table", group_test_table, METH_VARARGS, "Tests of all groups at once."},
    {"model_create", model_create, METH_VARARGS, "Fit a regression."},
    {"model_table", model_table, METH_VARARGS, "A model as a table."},
    {"nonresponse_table", nonresponse_table, METH_VARARGS, "Late with early answers, modes with each other."},
    {"weighting_table", weighting_table, METH_VARARGS, "Before and after weighting."},
    {"representativity_table", representativity_table, METH_VARARGS, "How evenly people answered."},
    {"tipping_table", tipping_table, METH_VARARGS, "How different the silent must be."},
    {NULL, NULL, 0, NULL}};
