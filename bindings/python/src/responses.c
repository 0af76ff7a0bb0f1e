/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loading, and what is known of what was loaded. */
#include "extension.h"

#include "columns.h"

static PyObject *load_files(PyObject *module, PyObject *args) {
  tg_call self = {0};
  PyObject *capsule, *files, *dict;
  trygg_load_options options = {0};
  trygg_responses *responses;
  trygg_status status;
  const char *const *paths;
  size_t count;
  void *codebook;
  (void)module;
  if (!PyArg_ParseTuple(args, "OOO!", &capsule, &files, &PyDict_Type, &dict))
    return NULL;
  codebook = PyCapsule_GetPointer(capsule, CODEBOOK);
  paths = codebook ? tg_texts(files, &count, &self.keep) : NULL;
  if (!paths || tg_read_options(&self, dict, tg_load_options, &options, sizeof options))
    return tg_give_up(&self);
  Py_BEGIN_ALLOW_THREADS;
  status = trygg_responses_load(codebook, paths, count, &options, &responses, &self.error);
  Py_END_ALLOW_THREADS;
  return tg_finish(&self, status, responses, RESPONSES);
}

/* Load a stream, which is consumed.  Its producer may be Python code and take the lock by itself. */
static PyObject *load_stream(PyObject *capsule, struct ArrowArrayStream *stream, PyObject *dict) {
  tg_call self = {0};
  trygg_load_options options = {0};
  trygg_responses *responses;
  trygg_status status;
  void *codebook = PyCapsule_GetPointer(capsule, CODEBOOK);
  if (!codebook || tg_read_options(&self, dict, tg_load_options, &options, sizeof options)) {
    stream->release(stream);
    return tg_give_up(&self);
  }
  Py_BEGIN_ALLOW_THREADS;
  status = trygg_responses_load_arrow(codebook, stream, &options, &responses, &self.error);
  Py_END_ALLOW_THREADS;
  return tg_finish(&self, status, responses, RESPONSES);
}

/* From a capsule of the Arrow PyCapsule interface. */
static PyObject *load_arrow(PyObject *module, PyObject *args) {
  PyObject *capsule, *stream_capsule, *dict;
  struct ArrowArrayStream *source, stream;
  (void)module;
  if (!PyArg_ParseTuple(args, "OOO!", &capsule, &stream_capsule, &PyDict_Type, &dict))
    return NULL;
  source = PyCapsule_GetPointer(stream_capsule, "arrow_array_stream");
  if (!source)
    return NULL;
  if (!source->release) {
    PyErr_SetString(PyExc_ValueError, "the Arrow stream has been read already");
    return NULL;
  }
  stream = *source;
  source->release = NULL;
  return load_stream(capsule, &stream, dict);
}

/* From a list of (name, cells, mask, dictionary): see columns.h. */
static PyObject *load_columns(PyObject *module, PyObject *args) {
  PyObject *capsule, *list, *dict, *result = NULL;
  struct ArrowArrayStream stream;
  tg_columns columns;
  (void)module;
  if (!PyArg_ParseTuple(args, "OOO!", &capsule, &list, &PyDict_Type, &dict))
    return NULL;
  if (!tg_columns_open(&columns, list, &stream))
    result = load_stream(capsule, &stream, dict);
  tg_columns_close(&columns);
  return result;
}

static PyObject *responses_count(PyObject *module, PyObject *capsule) {
  void *responses = PyCapsule_GetPointer(capsule, RESPONSES);
  (void)module;
  return responses ? PyLong_FromSize_t(trygg_responses_count(responses)) : NULL;
}

static PyObject *responses_memory(PyObject *module, PyObject *capsule) {
  void *responses = PyCapsule_GetPointer(capsule, RESPONSES);
  (void)module;
  return responses ? PyLong_FromSize_t(trygg_responses_memory(responses)) : NULL;
}

static const char *wave_at(const void *self, size_t i) {
  return trygg_responses_wave(self, i);
}

static PyObject *responses_waves(PyObject *module, PyObject *capsule) {
  void *responses = PyCapsule_GetPointer(capsule, RESPONSES);
  (void)module;
  return responses ? tg_text_list(wave_at, responses) : NULL;
}

static const char *warning_at(const void *self, size_t i) {
  return trygg_responses_warning(self, i);
}

static PyObject *responses_warnings(PyObject *module, PyObject *capsule) {
  void *responses = PyCapsule_GetPointer(capsule, RESPONSES);
  (void)module;
  return responses ? tg_text_list(warning_at, responses) : NULL;
}

/* Functions from responses to a table. */
#define TABLE_OF(name, call)                                                                                 \
  static PyObject *name(PyObject *module, PyObject *capsule) {                                               \
    tg_call self = {0};                                                                                      \
    trygg_table *table;                                                                                      \
    trygg_status status;                                                                                     \
    void *from = PyCapsule_GetPointer(capsule, RESPONSES);                                                   \
    (void)module;                                                                                            \
    if (!from)                                                                                               \
      return NULL;                                                                                           \
    Py_BEGIN_ALLOW_THREADS;                                                                                  \
    status = call(from, &table, &self.error);                                                                \
    Py_END_ALLOW_THREADS;                                                                                    \
    return tg_finish(&self, status, table, TABLE);                                                           \
  }
TABLE_OF(responses_account, trygg_responses_account)
TABLE_OF(responses_rates, trygg_responses_rates)

static PyObject *responses_codes(PyObject *module, PyObject *args) {
  tg_call self = {0};
  PyObject *capsule;
  const char *variable;
  trygg_table *table;
  trygg_status status;
  void *responses;
  (void)module;
  if (!PyArg_ParseTuple(args, "Os", &capsule, &variable))
    return NULL;
  responses = PyCapsule_GetPointer(capsule, RESPONSES);
  if (!responses)
    return NULL;
  Py_BEGIN_ALLOW_THREADS;
  status = trygg_responses_codes(responses, variable, &table, &self.error);
  Py_END_ALLOW_THREADS;
  return tg_finish(&self, status, table, TABLE);
}

PyMethodDef tg_responses_methods[] = {
    {"load_files", load_files, METH_VARARGS, "Load data files."},
    {"load_arrow", load_arrow, METH_VARARGS, "Load an Arrow stream."},
    {"load_columns", load_columns, METH_VARARGS, "Load columns."},
    {"responses_count", responses_count, METH_O, "Records accepted."},
    {"responses_memory", responses_memory, METH_O, "Bytes that the columns take."},
    {"responses_waves", responses_waves, METH_O, "Codes of the waves."},
    {"responses_warnings", responses_warnings, METH_O, "What was odd in the data."},
    {"responses_account", responses_account, METH_O, "Where every record went."},
    {"responses_codes", responses_codes, METH_VARARGS, "Values of a variable that occur."},
    {"responses_rates", responses_rates, METH_O, "Response rates."},
    {NULL, NULL, 0, NULL}};
