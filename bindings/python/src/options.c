/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Options from keywords, progress, and Ctrl-C. */
#include "extension.h"

#include <limits.h>
#include <string.h>

/* On the caller's thread, without the interpreter's lock: Ctrl-C is seen here, too. */
static int report_progress(void *user, const char *stage, uint64_t done, uint64_t total) {
  tg_call *self = user;
  PyGILState_STATE state = PyGILState_Ensure();
  int failed = PyErr_CheckSignals();
  if (!failed && self->report) {
    PyObject *result = PyObject_CallFunction(self->report, "sKK", stage, (unsigned long long)done,
                                             (unsigned long long)total);
    failed = result ? 0 : -1;
    Py_XDECREF(result);
  }
  if (failed && !self->type)
    PyErr_Fetch(&self->type, &self->value, &self->traceback);
  PyGILState_Release(state);
  return failed;
}

static void set_number(const tg_option *option, PyObject *value, char *to) {
  long long number = PyLong_AsLongLong(value);
  if (PyErr_Occurred())
    return;
  if (option->kind == TG_OPTION_INT && (number < INT_MIN || number > INT_MAX))
    PyErr_Format(PyExc_ValueError, "`%s` is out of range", option->name);
  else if (option->kind == TG_OPTION_UINT64 && number < 0)
    PyErr_Format(PyExc_ValueError, "`%s` must not be negative", option->name);
  else if (option->kind == TG_OPTION_INT)
    *(int *)(void *)to = (int)number;
  else
    *(int64_t *)(void *)to = number; /* a uint64_t of the same bits */
}

static void set_character(const tg_option *option, PyObject *value, char *to) {
  Py_ssize_t length;
  const char *text = PyUnicode_AsUTF8AndSize(value, &length);
  if (text && length != 1)
    PyErr_Format(PyExc_ValueError, "`%s` is one character", option->name);
  else if (text)
    *to = *text;
}

/* A text, whose owner keeps it as long as the dict lives. */
static const char *text_of(const tg_option *option, PyObject *value) {
  Py_ssize_t length;
  const char *text;
  if (!PyUnicode_Check(value)) {
    PyErr_Format(PyExc_TypeError, "`%s` is a text", option->name);
    return NULL;
  }
  text = PyUnicode_AsUTF8AndSize(value, &length);
  if (text && strlen(text) != (size_t)length) {
    PyErr_Format(PyExc_ValueError, "`%s` has a zero byte in it", option->name);
    return NULL;
  }
  return text;
}

static int set_option(tg_call *self, const tg_option *option, PyObject *value, char *options) {
  char *to = options + option->offset;
  size_t *count = (size_t *)(void *)(options + option->count_offset);
  switch (option->kind) {
  case TG_OPTION_TEXT:
    *(const char **)(void *)to = text_of(option, value);
    break;
  case TG_OPTION_TEXTS:
    *(const char *const **)(void *)to = tg_texts(value, count, &self->keep);
    break;
  case TG_OPTION_NUMBERS:
    *(const double **)(void *)to = tg_numbers(value, count, &self->keep);
    break;
  case TG_OPTION_CHARACTER:
    set_character(option, value, to);
    break;
  case TG_OPTION_INT:
  case TG_OPTION_INT64:
  case TG_OPTION_UINT64:
    set_number(option, value, to);
    break;
  case TG_OPTION_DOUBLE:
    *(double *)(void *)to = PyFloat_AsDouble(value);
    break;
  case TG_OPTION_CODEBOOK:
    *(void **)(void *)to = PyCapsule_GetPointer(value, CODEBOOK);
    break;
  case TG_OPTION_ESTIMATES:
    *(void **)(void *)to = PyCapsule_GetPointer(value, ESTIMATES);
    break;
  case TG_OPTION_PUBLICATION:
    *(void **)(void *)to = PyCapsule_GetPointer(value, PUBLICATION);
    break;
  case TG_OPTION_PROGRESS:
    self->report = value;
    break;
  case TG_OPTION_NESTED: /* the caller's */
    break;
  }
  return PyErr_Occurred() ? -1 : 0;
}

int tg_read_options(tg_call *self, PyObject *dict, const tg_option *table, void *options, size_t size) {
  PyObject *key, *value;
  Py_ssize_t position = 0;
  memcpy(options, &size, sizeof size);
  self->progress = (trygg_progress){sizeof self->progress, report_progress, self};
  for (const tg_option *option = table; option->name; option++)
    if (option->kind == TG_OPTION_PROGRESS)
      *(const trygg_progress **)(void *)((char *)options + option->offset) = &self->progress;
  while (PyDict_Next(dict, &position, &key, &value)) {
    const tg_option *option = table;
    const char *name = PyUnicode_AsUTF8AndSize(key, NULL);
    if (!name)
      return -1;
    while (option->name && strcmp(option->name, name) != 0)
      option++;
    if (!option->name) {
      PyErr_Format(PyExc_TypeError, "there is no option `%s`", name);
      return -1;
    }
    if (value != Py_None && set_option(self, option, value, options))
      return -1;
  }
  return PyErr_Occurred() ? -1 : 0;
}

int tg_done(tg_call *self, trygg_status status) {
  tg_keep_clear(&self->keep);
  if (self->type) {
    PyErr_Restore(self->type, self->value, self->traceback);
    return -1;
  }
  if (status != TRYGG_OK)
    tg_raise(&self->error);
  return status == TRYGG_OK ? 0 : -1;
}

PyObject *tg_finish(tg_call *self, trygg_status status, void *handle, const char *name) {
  PyObject *capsule = status == TRYGG_OK ? tg_wrap(handle, name) : NULL;
  if (tg_done(self, status)) { /* also what was raised when the work was done already */
    Py_XDECREF(capsule);
    return NULL;
  }
  return capsule;
}

PyObject *tg_give_up(tg_call *self) {
  tg_keep_clear(&self->keep);
  return NULL;
}
