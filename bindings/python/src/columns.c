/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Columns of the caller's as an Arrow stream of our own: buffers (arrays, numpy) are borrowed, whatever the width of
 * their numbers; lists become numbers or texts.  Nothing is copied but what a batch needs, so that an import costs
 * what is kept of it.  The stream must be read and released before tg_columns_close(), which needs the interpreter's
 * lock; its callbacks need none. */
#include "extension.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "columns.h"

#define BATCH 65536 /* rows, where a column must be gathered; else all rows are one batch */

/* ---- one column ---------------------------------------------------------------------------- */

struct tg_column {
  const char *name;
  const char *format;      /* Arrow's, or in words what no answers can be read from */
  size_t width;            /* bytes of a value; 0: texts */
  Py_buffer view, mask;    /* obj is NULL where there is none */
  const char *values;      /* the first one */
  Py_ssize_t stride;       /* bytes from one value to the next */
  int signed_codes;        /* values are codes of a dictionary, below 0 for none */
  char *gathered;          /* values of a batch whose stride is not their width */
  unsigned char *validity; /* bits of a batch */
  const void *buffers[3];
  const void *dictionary_buffers[3];
  struct ArrowSchema schema, dictionary_schema;
  struct ArrowArray array, dictionary;
};

/* Texts of a list one after the other, and where each begins; None is empty. */
static int gather_texts(PyObject *list, Py_ssize_t rows, tg_keep *keep, const void *buffers[3]) {
  int64_t *offsets = tg_keep_new(keep, (size_t)rows + 1, sizeof *offsets);
  char *bytes = NULL;
  for (int pass = 0; pass < 2; pass++) {
    if (!offsets || (pass && !(bytes = tg_keep_new(keep, (size_t)offsets[rows] + 1, 1))))
      return -1;
    for (Py_ssize_t i = 0; i < rows; i++) {
      Py_ssize_t length = 0;
      PyObject *item = PySequence_GetItem(list, i);
      const char *text = item && item != Py_None ? PyUnicode_AsUTF8AndSize(item, &length) : "";
      if (text && pass)
        memcpy(bytes + offsets[i], text, (size_t)length);
      Py_XDECREF(item);
      if (!item || !text)
        return -1;
      offsets[i + 1] = offsets[i] + length;
    }
  }
  buffers[1] = offsets;
  buffers[2] = bytes;
  return 0;
}

/* What numbers of a buffer are in Arrow; "" for what is left to its items. */
static const char *number_format(const Py_buffer *view) {
  static const char *const signs[] = {"c", "s", "", "i", "", "", "", "l"};
  static const char *const naturals[] = {"C", "S", "", "I", "", "", "", "L"};
  const char *format = view->format ? view->format : "B";
  size_t at = (size_t)view->itemsize - 1;
  if (*format == '@' || *format == '=')
    format++;
  if (strlen(format) != 1 || at > 7)
    return "";
  if (strchr("bhilqn", *format))
    return signs[at];
  if (strchr("?BHILQN", *format))
    return naturals[at];
  return *format == 'f' ? "f" : *format == 'd' ? "g" : "";
}

/* Borrow a buffer; 1 when the column is one whose numbers Arrow knows, -1 when something was raised. */
static int borrow(tg_column *self, PyObject *column) {
  const char *format;
  if (!PyObject_CheckBuffer(column))
    return 0;
  if (PyObject_GetBuffer(column, &self->view, PyBUF_STRIDED_RO | PyBUF_FORMAT)) {
    PyErr_Clear();
    self->view.obj = NULL;
    return 0;
  }
  if (self->view.ndim != 1) {
    PyErr_Format(PyExc_ValueError, "column `%s` has %d dimensions, where one was expected", self->name,
                 self->view.ndim);
    return -1;
  }
  format = number_format(&self->view);
  if (!*format) {
    PyBuffer_Release(&self->view);
    self->view.obj = NULL;
    return 0;
  }
  self->format = format;
  self->width = (size_t)self->view.itemsize;
  self->values = self->view.buf;
  self->stride = self->view.strides[0];
  return 1;
}

/* Numbers of a list; None is NaN. */
static int take_numbers(tg_column *self, PyObject *list, Py_ssize_t rows, tg_keep *keep) {
  double *numbers = tg_keep_new(keep, (size_t)rows, sizeof *numbers);
  for (Py_ssize_t i = 0; numbers && i < rows; i++) {
    PyObject *item = PySequence_GetItem(list, i);
    numbers[i] = !item || item == Py_None ? (double)NAN : PyFloat_AsDouble(item);
    Py_XDECREF(item);
    if (PyErr_Occurred())
      return -1;
  }
  self->format = "g";
  self->width = sizeof *numbers;
  self->stride = sizeof *numbers;
  self->values = (const char *)numbers;
  return numbers ? 0 : -1;
}

/* Whether the first cell that is not None is a text; -1 when something was raised. */
static int holds_texts(PyObject *list, Py_ssize_t rows) {
  int texts = 0, found = 0;
  for (Py_ssize_t i = 0; i < rows && !found; i++) {
    PyObject *item = PySequence_GetItem(list, i);
    if (!item)
      return -1;
    found = item != Py_None;
    texts = found && PyUnicode_Check(item);
    Py_DECREF(item);
  }
  return texts;
}

/* A list of cells of which no answers can be made is refused by the library, where it is a variable. */
static int take_list(tg_column *self, PyObject *list, Py_ssize_t rows, tg_keep *keep) {
  int texts = holds_texts(list, rows), failed = texts < 0;
  if (texts > 0) {
    failed = gather_texts(list, rows, keep, self->buffers);
    self->format = "U";
  } else if (!failed) {
    failed = take_numbers(self, list, rows, keep);
  }
  if (failed && PyErr_ExceptionMatches(PyExc_TypeError)) {
    PyErr_Clear();
    self->format = texts ? "texts and other cells" : "numbers and other cells";
    failed = 0;
  }
  return failed ? -1 : 0;
}

/* The values that codes stand for, a list of texts. */
static int take_dictionary(tg_column *self, PyObject *values, tg_keep *keep) {
  Py_ssize_t count = PySequence_Size(values);
  if (count < 0 || gather_texts(values, count, keep, self->dictionary_buffers))
    return -1;
  self->signed_codes = 1;
  self->dictionary = (struct ArrowArray){.length = count, .n_buffers = 3};
  self->dictionary.buffers = self->dictionary_buffers;
  self->dictionary_schema = (struct ArrowSchema){.format = "U", .flags = ARROW_FLAG_NULLABLE};
  return 0;
}

/* True where a cell is missing. */
static int take_mask(tg_column *self, PyObject *mask, Py_ssize_t rows) {
  if (PyObject_GetBuffer(mask, &self->mask, PyBUF_CONTIG_RO | PyBUF_FORMAT))
    return -1;
  if (self->mask.itemsize == 1 && self->mask.len == rows)
    return 0;
  PyErr_Format(PyExc_ValueError, "the mask of column `%s` is no byte a row", self->name);
  return -1;
}

static int take_column(tg_column *self, PyObject *column, PyObject *mask, PyObject *dictionary,
                       Py_ssize_t rows, tg_keep *keep) {
  int borrowed;
  Py_ssize_t length = PyUnicode_Check(column) ? -1 : PySequence_Size(column);
  if (length < 0) {
    PyErr_Format(PyExc_TypeError, "column `%s` is no list or array of cells", self->name);
    return -1;
  }
  if (length != rows) {
    PyErr_Format(PyExc_ValueError, "column `%s` has %zd rows, the first column has %zd: they must be alike",
                 self->name, length, rows);
    return -1;
  }
  borrowed = borrow(self, column);
  if (borrowed < 0 || (!borrowed && take_list(self, column, rows, keep)))
    return -1;
  if (dictionary != Py_None && take_dictionary(self, dictionary, keep))
    return -1;
  if (mask != Py_None && take_mask(self, mask, rows))
    return -1;
  if (self->width && self->stride != (Py_ssize_t)self->width &&
      !(self->gathered = tg_keep_new(keep, BATCH, self->width)))
    return -1;
  if ((self->signed_codes || mask != Py_None) &&
      !(self->validity = tg_keep_new(keep, (size_t)rows / 8 + 1, 1)))
    return -1;
  return 0;
}

/* ---- the stream ------------------------------------------------------------------------------ */

/* All that is handed out belongs to tg_columns. */
static void release_schema(struct ArrowSchema *schema) {
  schema->release = NULL;
}

static void release_array(struct ArrowArray *array) {
  array->release = NULL;
}

static void release_stream(struct ArrowArrayStream *stream) {
  stream->release = NULL;
}

static int get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out) {
  tg_columns *self = stream->private_data;
  for (size_t i = 0; i < self->count; i++) {
    tg_column *column = &self->columns[i];
    column->schema =
        (struct ArrowSchema){.format = column->format,
                             .name = column->name,
                             .flags = ARROW_FLAG_NULLABLE,
                             .dictionary = column->signed_codes ? &column->dictionary_schema : NULL,
                             .release = release_schema};
    column->dictionary_schema.release = release_schema;
    self->schemas[i] = &column->schema;
  }
  *out = (struct ArrowSchema){.format = "+s",
                              .name = "",
                              .n_children = (int64_t)self->count,
                              .children = self->schemas,
                              .release = release_schema};
  return 0;
}

/* A code of a batch. */
static int64_t code_at(const char *values, size_t width, size_t i) {
  int8_t byte;
  int16_t half;
  int32_t word;
  int64_t code;
  switch (width) {
  case 1:
    memcpy(&byte, values + i, sizeof byte);
    return byte;
  case 2:
    memcpy(&half, values + 2 * i, sizeof half);
    return half;
  case 4:
    memcpy(&word, values + 4 * i, sizeof word);
    return word;
  default:
    memcpy(&code, values + 8 * i, sizeof code);
    return code;
  }
}

/* Bits of the rows of a batch that hold something. */
static void mark_valid(const tg_column *self, const char *values, size_t begin, size_t rows) {
  const char *mask = self->mask.obj ? (const char *)self->mask.buf + begin : NULL;
  memset(self->validity, 0, rows / 8 + 1);
  for (size_t i = 0; i < rows; i++)
    if (!(mask && mask[i]) && !(self->signed_codes && code_at(values, self->width, i) < 0))
      self->validity[i / 8] |= (unsigned char)(1u << (i % 8));
}

static void turn(tg_column *self, size_t begin, size_t rows) {
  self->array = (struct ArrowArray){
      .length = (int64_t)rows, .n_buffers = self->width ? 2 : 3, .null_count = 0, .release = release_array};
  self->array.buffers = self->buffers;
  if (self->width) {
    const char *values = self->values + (Py_ssize_t)begin * self->stride;
    for (size_t i = 0; self->gathered && i < rows; i++)
      memcpy(self->gathered + i * self->width, values + (Py_ssize_t)i * self->stride, self->width);
    values = self->gathered ? self->gathered : values;
    self->buffers[1] = values;
    if (self->validity) {
      mark_valid(self, values, begin, rows);
      self->array.null_count = -1;
      self->buffers[0] = self->validity;
    }
  } else {
    self->array.offset = (int64_t)begin;
  }
  if (self->signed_codes) {
    self->array.dictionary = &self->dictionary;
    self->dictionary.release = release_array;
  }
}

static int get_next(struct ArrowArrayStream *stream, struct ArrowArray *out) {
  tg_columns *self = stream->private_data;
  size_t rows = self->rows - self->next;
  if (rows > BATCH && self->gathers)
    rows = BATCH;
  if (rows == 0) {
    *out = (struct ArrowArray){0};
    return 0;
  }
  for (size_t i = 0; i < self->count; i++) {
    turn(&self->columns[i], self->next, rows);
    self->arrays[i] = &self->columns[i].array;
  }
  *out = (struct ArrowArray){.length = (int64_t)rows,
                             .n_buffers = 1,
                             .n_children = (int64_t)self->count,
                             .buffers = self->no_buffer,
                             .children = self->arrays,
                             .release = release_array};
  self->next += rows;
  return 0;
}

static const char *get_last_error(struct ArrowArrayStream *stream) {
  (void)stream;
  return NULL;
}

/* ---- open and close ---------------------------------------------------------------------------- */

int tg_columns_open(tg_columns *self, PyObject *list, struct ArrowArrayStream *out) {
  Py_ssize_t count = PyList_Check(list) ? PyList_Size(list) : -1;
  *self = (tg_columns){0};
  if (count < 0) {
    PyErr_SetString(PyExc_TypeError, "a list of columns was expected");
    return -1;
  }
  self->columns = tg_keep_new(&self->keep, (size_t)count, sizeof *self->columns);
  self->schemas = self->columns ? tg_keep_new(&self->keep, (size_t)count, sizeof *self->schemas) : NULL;
  self->arrays = self->schemas ? tg_keep_new(&self->keep, (size_t)count, sizeof *self->arrays) : NULL;
  if (!self->arrays)
    return -1;
  for (Py_ssize_t i = 0; i < count; i++) {
    PyObject *column, *mask, *dictionary;
    tg_column *to = &self->columns[i];
    if (!PyArg_ParseTuple(PyList_GetItem(list, i), "sOOO", &to->name, &column, &mask, &dictionary))
      return -1;
    self->count++;
    if (i == 0 && !PyUnicode_Check(column)) {
      Py_ssize_t rows = PySequence_Size(column);
      PyErr_Clear();
      self->rows = rows < 0 ? 0 : (size_t)rows;
    }
    if (take_column(to, column, mask, dictionary, (Py_ssize_t)self->rows, &self->keep))
      return -1;
    self->gathers |= to->gathered != NULL;
  }
  *out = (struct ArrowArrayStream){get_schema, get_next, get_last_error, release_stream, self};
  return 0;
}

void tg_columns_close(tg_columns *self) {
  for (size_t i = 0; i < self->count; i++) {
    if (self->columns[i].view.obj)
      PyBuffer_Release(&self->columns[i].view);
    if (self->columns[i].mask.obj)
      PyBuffer_Release(&self->columns[i].mask);
  }
  tg_keep_clear(&self->keep);
}
