/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Codebooks, and the names that the library knows. */
#include "extension.h"

#include <string.h>

static PyObject *codebook_read(PyObject *module, PyObject *args) {
  tg_call self = {0};
  trygg_codebook *codebook;
  trygg_status status;
  const char *folder;
  (void)module;
  if (!PyArg_ParseTuple(args, "s", &folder))
    return NULL;
  Py_BEGIN_ALLOW_THREADS;
  status = trygg_codebook_read(folder, &codebook, &self.error);
  Py_END_ALLOW_THREADS;
  return tg_finish(&self, status, codebook, CODEBOOK);
}

/* From a list of (table, CSV text). */
static PyObject *codebook_build(PyObject *module, PyObject *args) {
  tg_call self = {0};
  trygg_codebook *codebook = NULL;
  trygg_status status;
  PyObject *tables;
  (void)module;
  if (!PyArg_ParseTuple(args, "O!", &PyList_Type, &tables))
    return NULL;
  status = trygg_codebook_create(&codebook, &self.error);
  for (Py_ssize_t i = 0; status == TRYGG_OK && i < PyList_Size(tables); i++) {
    const char *name, *text;
    Py_ssize_t length;
    if (!PyArg_ParseTuple(PyList_GetItem(tables, i), "ss#", &name, &text, &length)) {
      trygg_codebook_free(codebook);
      return NULL;
    }
    status = trygg_codebook_add_csv(codebook, name, text, (size_t)length, &self.error);
  }
  if (status == TRYGG_OK)
    status = trygg_codebook_finish(codebook, &self.error);
  if (status != TRYGG_OK)
    trygg_codebook_free(codebook);
  return tg_finish(&self, status, codebook, CODEBOOK);
}

/* Functions whose result is a list of texts that a codebook lends. */
#define TEXT_LIST(name, call)                                                                                \
  static const char *name##_at(const void *self, size_t i) {                                                 \
    return call(self, i);                                                                                    \
  }                                                                                                          \
  static PyObject *name(PyObject *module, PyObject *capsule) {                                               \
    void *self = PyCapsule_GetPointer(capsule, CODEBOOK);                                                    \
    (void)module;                                                                                            \
    return self ? tg_text_list(name##_at, self) : NULL;                                                      \
  }
TEXT_LIST(codebook_variables, trygg_codebook_variable)
TEXT_LIST(codebook_indicators, trygg_codebook_indicator)
TEXT_LIST(codebook_warnings, trygg_codebook_warning)
TEXT_LIST(codebook_domains, trygg_codebook_domain)

static PyObject *codebook_label(PyObject *module, PyObject *args) {
  PyObject *capsule;
  const char *name, *code, *language;
  void *codebook;
  (void)module;
  if (!PyArg_ParseTuple(args, "Oszz", &capsule, &name, &code, &language))
    return NULL;
  codebook = PyCapsule_GetPointer(capsule, CODEBOOK);
  if (!codebook)
    return NULL;
  return PyUnicode_FromString(code ? trygg_codebook_code_label(codebook, name, code, language)
                                   : trygg_codebook_label(codebook, name, language));
}

/* What indicators.csv says of an indicator; None where it has no such indicator or column. */
static PyObject *codebook_declared(PyObject *module, PyObject *args) {
  PyObject *capsule;
  const char *indicator, *column, *text;
  void *codebook;
  (void)module;
  if (!PyArg_ParseTuple(args, "Oss", &capsule, &indicator, &column))
    return NULL;
  codebook = PyCapsule_GetPointer(capsule, CODEBOOK);
  if (!codebook)
    return NULL;
  text = trygg_codebook_declared(codebook, indicator, column);
  if (!text)
    Py_RETURN_NONE;
  return PyUnicode_FromString(text);
}

static PyObject *codebook_title(PyObject *module, PyObject *capsule) {
  void *codebook = PyCapsule_GetPointer(capsule, CODEBOOK);
  (void)module;
  return codebook ? PyUnicode_FromString(trygg_codebook_title(codebook)) : NULL;
}

/* ---- registries of the library --------------------------------------------------------------- */

static const char *format_name(size_t i) {
  const trygg_report_format *format = trygg_report_formats(i);
  return format ? format->name : NULL;
}

/* The tests that are run when none is named. */
static const char *usual_test(size_t i) {
  size_t at = 0;
  for (; trygg_trend_test(at); at++)
    if (trygg_trend_usual(at) && i-- == 0)
      break;
  return trygg_trend_test(at);
}

static const struct {
  const char *name;
  const char *(*at)(size_t);
} registries[] = {{"indicator", trygg_indicator_type},
                  {"interval", trygg_inference_interval},
                  {"test", trygg_trend_test},
                  {"usual_test", usual_test},
                  {"trim", trygg_design_trim},
                  {"response", trygg_design_response},
                  {"against", trygg_inference_against},
                  {"variance", trygg_design_variance},
                  {"calibration", trygg_design_calibration},
                  {"scale", trygg_inference_scale},
                  {"adjustment", trygg_inference_adjustment},
                  {"dispersion", trygg_inference_dispersion},
                  {"group_test", trygg_inference_group_test},
                  {"measure_test", trygg_trend_measure_test},
                  {"family", trygg_model_family},
                  {"part", trygg_model_part},
                  {"term_test", trygg_model_term_test},
                  {"flag", trygg_table_flag},
                  {"format", format_name}};

static const char *registry_at(const void *self, size_t i) {
  return registries[*(const size_t *)self].at(i);
}

static PyObject *registry(PyObject *module, PyObject *args) {
  const char *name;
  (void)module;
  if (!PyArg_ParseTuple(args, "s", &name))
    return NULL;
  for (size_t i = 0; i < sizeof registries / sizeof *registries; i++)
    if (!strcmp(name, registries[i].name))
      return tg_text_list(registry_at, &i);
  PyErr_Format(PyExc_ValueError, "there is no registry `%s`", name);
  return NULL;
}

static PyObject *version(PyObject *module, PyObject *nothing) {
  (void)module;
  (void)nothing;
  return PyUnicode_FromString(trygg_version());
}

PyMethodDef tg_codebook_methods[] = {
    {"version", version, METH_NOARGS, "Version of the library."},
    {"registry", registry, METH_VARARGS, "Names of a registry: indicator, interval, test, flag, format."},
    {"codebook_read", codebook_read, METH_VARARGS, "Read a survey folder."},
    {"codebook_build", codebook_build, METH_VARARGS, "Make a codebook of (table, CSV text) pairs."},
    {"codebook_variables", codebook_variables, METH_O, "Names of variables."},
    {"codebook_indicators", codebook_indicators, METH_O, "Names of indicators."},
    {"codebook_warnings", codebook_warnings, METH_O, "What was odd in the folder."},
    {"codebook_domains", codebook_domains, METH_O, "Variables whose role is domain."},
    {"codebook_label", codebook_label, METH_VARARGS, "Label of a name, or of a code of a variable."},
    {"codebook_declared", codebook_declared, METH_VARARGS, "A cell of indicators.csv."},
    {"codebook_title", codebook_title, METH_O, "Form id and version."},
    {NULL, NULL, 0, NULL}};
