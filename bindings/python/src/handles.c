/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Errors, capsules, and the memory of a call. */
#include "extension.h"

#include <stdlib.h>
#include <string.h>

/* trygg._errors.Error(message, code, file, line, column, field) */
PyObject *tg_raise(const trygg_error *error) {
  PyObject *module = PyImport_ImportModule("trygg._errors");
  PyObject *type = module ? PyObject_GetAttrString(module, "Error") : NULL;
  PyObject *value =
      type ? PyObject_CallFunction(type, "sisLis", error->message, (int)error->status, error->file,
                                   (long long)error->line, (int)error->column, error->field)
           : NULL;
  if (value)
    PyErr_SetObject(type, value);
  Py_XDECREF(value);
  Py_XDECREF(type);
  Py_XDECREF(module);
  return NULL;
}

static void free_named(void *handle, const char *name) {
  static const struct {
    const char *name;
    void (*free)(void *);
  } kinds[] = {{CODEBOOK, (void (*)(void *))trygg_codebook_free},
               {RESPONSES, (void (*)(void *))trygg_responses_free},
               {DESIGN, (void (*)(void *))trygg_design_free},
               {ESTIMATES, (void (*)(void *))trygg_estimate_free},
               {MODEL, (void (*)(void *))trygg_model_free},
               {TABLE, (void (*)(void *))trygg_table_free},
               {PUBLICATION, (void (*)(void *))trygg_disclosure_free}};
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    if (!strcmp(name, kinds[i].name))
      kinds[i].free(handle);
}

static void free_capsule(PyObject *capsule) {
  const char *name = PyCapsule_GetName(capsule);
  free_named(PyCapsule_GetPointer(capsule, name), name);
}

PyObject *tg_wrap(void *handle, const char *name) {
  PyObject *capsule = PyCapsule_New(handle, name, free_capsule);
  if (!capsule)
    free_named(handle, name);
  return capsule;
}

PyObject *tg_text_list(const char *(*at)(const void *, size_t), const void *handle) {
  PyObject *list = PyList_New(0);
  const char *text;
  for (size_t i = 0; list && (text = at(handle, i)) != NULL; i++) {
    PyObject *item = PyUnicode_FromString(text);
    if (!item || PyList_Append(list, item)) {
      Py_CLEAR(list);
    }
    Py_XDECREF(item);
  }
  return list;
}

void *tg_keep_new(tg_keep *keep, size_t count, size_t size) {
  void *block;
  if (keep->count == keep->capacity) {
    size_t capacity = keep->capacity ? 2 * keep->capacity : 16;
    void **larger = realloc(keep->blocks, capacity * sizeof *larger);
    if (!larger)
      return PyErr_NoMemory();
    keep->blocks = larger;
    keep->capacity = capacity;
  }
  block = calloc(count ? count : 1, size);
  if (!block)
    return PyErr_NoMemory();
  return keep->blocks[keep->count++] = block;
}

void tg_keep_clear(tg_keep *keep) {
  while (keep->count > 0)
    free(keep->blocks[--keep->count]);
  free(keep->blocks);
  *keep = (tg_keep){0};
}

/* An array of as many elements as the list or tuple has; NULL when something was raised. */
static void *array_of(PyObject *list, size_t size, size_t *count, tg_keep *keep) {
  Py_ssize_t length;
  if (!PyList_Check(list) && !PyTuple_Check(list)) {
    PyErr_SetString(PyExc_TypeError, "a list was expected");
    return NULL;
  }
  length = PySequence_Size(list);
  *count = (size_t)length;
  return length < 0 ? NULL : tg_keep_new(keep, (size_t)length, size);
}

/* An item of a list or tuple, which keeps it. */
static PyObject *item_at(PyObject *list, size_t i) {
  return PyList_Check(list) ? PyList_GetItem(list, (Py_ssize_t)i) : PyTuple_GetItem(list, (Py_ssize_t)i);
}

const char *const *tg_texts(PyObject *list, size_t *count, tg_keep *keep) {
  const char **texts = array_of(list, sizeof *texts, count, keep);
  for (size_t i = 0; texts && i < *count; i++) {
    PyObject *item = item_at(list, i);
    if (item && !PyUnicode_Check(item))
      PyErr_SetString(PyExc_TypeError, "a name was expected, which is a text");
    texts[i] = item && PyUnicode_Check(item) ? PyUnicode_AsUTF8AndSize(item, NULL) : NULL;
    if (!texts[i])
      return NULL;
  }
  return texts;
}

double *tg_numbers(PyObject *list, size_t *count, tg_keep *keep) {
  double *numbers = array_of(list, sizeof *numbers, count, keep);
  for (size_t i = 0; numbers && i < *count; i++) {
    PyObject *item = item_at(list, i);
    numbers[i] = item ? PyFloat_AsDouble(item) : 0;
    if (PyErr_Occurred())
      return NULL;
  }
  return numbers;
}

size_t *tg_rows(PyObject *list, size_t *count, tg_keep *keep) {
  size_t *rows = array_of(list, sizeof *rows, count, keep);
  for (size_t i = 0; rows && i < *count; i++) {
    PyObject *item = item_at(list, i);
    rows[i] = item ? PyLong_AsSize_t(item) : 0;
    if (PyErr_Occurred())
      return NULL;
  }
  return rows;
}
