/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables: their cells, Arrow, what may be published of them, and that in the library's formats. */
#include "extension.h"

#include <stdlib.h>
#include <string.h>

static PyObject *cell(const trygg_table *table, size_t row, size_t column) {
  if (trygg_table_missing(table, row, column))
    Py_RETURN_NONE;
  switch (trygg_table_type(table, column)) {
  case TRYGG_NUMBER:
    return PyFloat_FromDouble(trygg_table_number(table, row, column));
  case TRYGG_INTEGER:
    return PyLong_FromLongLong(trygg_table_integer(table, row, column));
  default:
    return PyUnicode_FromString(trygg_table_text(table, row, column));
  }
}

static PyObject *cells(const trygg_table *table, size_t column) {
  size_t rows = trygg_table_rows(table);
  PyObject *list = PyList_New((Py_ssize_t)rows);
  for (size_t row = 0; list && row < rows; row++) {
    PyObject *item = cell(table, row, column);
    if (!item) {
      Py_CLEAR(list);
    } else {
      PyList_SetItem(list, (Py_ssize_t)row, item);
    }
  }
  return list;
}

/* {name: cells}, in the order of the columns; missing cells are None. */
static PyObject *table_columns(PyObject *module, PyObject *capsule) {
  trygg_table *table = PyCapsule_GetPointer(capsule, TABLE);
  PyObject *dict = table ? PyDict_New() : NULL;
  (void)module;
  for (size_t i = 0; dict && i < trygg_table_columns(table); i++) {
    PyObject *list = cells(table, i);
    if (!list || PyDict_SetItemString(dict, trygg_table_name(table, i), list)) {
      Py_CLEAR(dict);
    }
    Py_XDECREF(list);
  }
  return dict;
}

/* [(key, text)] */
static PyObject *table_notes(PyObject *module, PyObject *capsule) {
  trygg_table *table = PyCapsule_GetPointer(capsule, TABLE);
  PyObject *list = table ? PyList_New((Py_ssize_t)trygg_table_notes(table)) : NULL;
  (void)module;
  for (size_t i = 0; list && i < trygg_table_notes(table); i++) {
    PyObject *note = Py_BuildValue("(ss)", trygg_table_note_key(table, i), trygg_table_note_text(table, i));
    if (!note) {
      Py_CLEAR(list);
    } else {
      PyList_SetItem(list, (Py_ssize_t)i, note);
    }
  }
  return list;
}

/* Names of the columns that say which row it is. */
static PyObject *table_keys(PyObject *module, PyObject *capsule) {
  trygg_table *table = PyCapsule_GetPointer(capsule, TABLE);
  PyObject *list = table ? PyList_New(0) : NULL;
  (void)module;
  for (size_t i = 0; list && i < trygg_table_columns(table); i++) {
    PyObject *name = PyUnicode_FromString(trygg_table_name(table, i));
    if (!name || (trygg_table_role(table, i) == TRYGG_KEY && PyList_Append(list, name))) {
      Py_CLEAR(list);
    }
    Py_XDECREF(name);
  }
  return list;
}

static void free_stream(PyObject *capsule) {
  struct ArrowArrayStream *stream = PyCapsule_GetPointer(capsule, "arrow_array_stream");
  if (stream->release) /* nobody consumed it */
    stream->release(stream);
  free(stream);
}

static PyObject *table_stream(PyObject *module, PyObject *capsule) {
  trygg_table *table = PyCapsule_GetPointer(capsule, TABLE);
  struct ArrowArrayStream *stream = table ? calloc(1, sizeof *stream) : NULL;
  PyObject *result;
  trygg_error error;
  (void)module;
  if (!stream)
    return table ? PyErr_NoMemory() : NULL;
  if (trygg_arrow_export(table, stream, &error) != TRYGG_OK) {
    free(stream);
    return tg_raise(&error);
  }
  result = PyCapsule_New(stream, "arrow_array_stream", free_stream);
  if (!result) {
    stream->release(stream);
    free(stream);
  }
  return result;
}

static PyObject *publish(PyObject *module, PyObject *args) {
  tg_call self = {0};
  PyObject *capsule, *dict;
  trygg_disclosure_options options = {0};
  trygg_publication *publication;
  trygg_status status;
  void *table;
  (void)module;
  if (!PyArg_ParseTuple(args, "OO!", &capsule, &PyDict_Type, &dict))
    return NULL;
  table = PyCapsule_GetPointer(capsule, TABLE);
  if (!table || tg_read_options(&self, dict, tg_disclosure_options, &options, sizeof options))
    return tg_give_up(&self);
  Py_BEGIN_ALLOW_THREADS;
  status = trygg_disclosure_publish(table, &options, &publication, &self.error);
  Py_END_ALLOW_THREADS;
  return tg_finish(&self, status, publication, PUBLICATION);
}

static PyObject *publication_table(PyObject *module, PyObject *capsule) {
  void *publication = PyCapsule_GetPointer(capsule, PUBLICATION);
  (void)module;
  return publication ? tg_wrap(trygg_table_retain(trygg_disclosure_table(publication)), TABLE) : NULL;
}

/* ---- reports ----------------------------------------------------------------------------------------------------- */

/* What a writer has given so far. */
typedef struct written {
  char *bytes;
  size_t length, capacity;
} written;

static int take_bytes(void *user, const char *bytes, size_t length) {
  written *out = user;
  if (out->length + length > out->capacity) {
    size_t capacity = 2 * (out->length + length);
    char *larger = realloc(out->bytes, capacity);
    if (!larger)
      return -1;
    out->bytes = larger;
    out->capacity = capacity;
  }
  memcpy(out->bytes + out->length, bytes, length);
  out->length += length;
  return 0;
}

/* A publication in a format, as bytes. */
static PyObject *write_report(PyObject *module, PyObject *args) {
  tg_call self = {0};
  PyObject *capsule, *dict, *result;
  trygg_report_options options = {0};
  written out = {0};
  const char *format;
  trygg_status status;
  void *publication;
  (void)module;
  if (!PyArg_ParseTuple(args, "OsO!", &capsule, &format, &PyDict_Type, &dict))
    return NULL;
  publication = PyCapsule_GetPointer(capsule, PUBLICATION);
  if (!publication || tg_read_options(&self, dict, tg_report_options, &options, sizeof options))
    return tg_give_up(&self);
  status = trygg_report_write(publication, format, &options, take_bytes, &out, &self.error);
  tg_keep_clear(&self.keep);
  result = status == TRYGG_OK ? PyBytes_FromStringAndSize(out.bytes, (Py_ssize_t)out.length)
                              : tg_raise(&self.error);
  free(out.bytes);
  return result;
}

PyMethodDef tg_table_methods[] = {{"publish", publish, METH_VARARGS, "Protect a table."},
                                  {"publication_table", publication_table, METH_O, "The protected table."},
                                  {"write", write_report, METH_VARARGS, "A publication in a format."},
                                  {"table_columns", table_columns, METH_O, "Cells by column."},
                                  {"table_keys", table_keys, METH_O, "Columns that say which row it is."},
                                  {"table_notes", table_notes, METH_O, "Provenance."},
                                  {"table_stream", table_stream, METH_O, "An Arrow stream capsule."},
                                  {NULL, NULL, 0, NULL}};
