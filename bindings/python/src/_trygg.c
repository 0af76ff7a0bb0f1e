/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The library for Python, in the limited API: handles are capsules, options come by keyword through the tables below,
 * results leave as tables.  What users see is the package trygg on top. */
#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030b0000
#include <Python.h>

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <trygg.h>

/* ---- errors ------------------------------------------------------------------------------ */

/* trygg._errors.Error(message, code, file, line, column, field) */
static PyObject *raise_error(const trygg_error *error) {
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

/* ---- handles ------------------------------------------------------------------------------ */

#define CODEBOOK "trygg.codebook"
#define RESPONSES "trygg.responses"
#define DESIGN "trygg.design"
#define ESTIMATES "trygg.estimates"
#define MODEL "trygg.model"
#define TABLE "trygg.table"
#define PUBLICATION "trygg.publication"

static void free_handle(PyObject *capsule) {
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
  const char *name = PyCapsule_GetName(capsule);
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    if (!strcmp(name, kinds[i].name))
      kinds[i].free(PyCapsule_GetPointer(capsule, name));
}

static PyObject *wrap(trygg_status status, void *handle, const char *name, const trygg_error *error) {
  return status == TRYGG_OK ? PyCapsule_New(handle, name, free_handle) : raise_error(error);
}

/* ---- memory of one call --------------------------------------------------------------------- */

/* Blocks that live as long as a call. */
typedef struct keep {
  void **blocks;
  size_t count, capacity;
} keep;

static void *keep_new(keep *k, size_t count, size_t size) {
  void *block;
  if (k->count == k->capacity) {
    size_t capacity = k->capacity ? 2 * k->capacity : 16;
    void **larger = realloc(k->blocks, capacity * sizeof *larger);
    if (!larger)
      return PyErr_NoMemory();
    k->blocks = larger;
    k->capacity = capacity;
  }
  block = calloc(count ? count : 1, size);
  if (!block)
    return PyErr_NoMemory();
  return k->blocks[k->count++] = block;
}

static void keep_clear(keep *k) {
  while (k->count > 0)
    free(k->blocks[--k->count]);
  free(k->blocks);
  *k = (keep){0};
}

/* A sequence of texts as an array that borrows them; the sequence must outlive it. */
static const char *const *text_array(PyObject *sequence, size_t *count, keep *k) {
  Py_ssize_t length = PySequence_Size(sequence);
  const char **texts;
  if (length < 0 || PyUnicode_Check(sequence)) {
    PyErr_SetString(PyExc_TypeError, "a list of names was expected");
    return NULL;
  }
  texts = keep_new(k, (size_t)length, sizeof *texts);
  for (Py_ssize_t i = 0; texts && i < length; i++) {
    PyObject *item = PySequence_GetItem(sequence, i);
    texts[i] = item ? PyUnicode_AsUTF8AndSize(item, NULL) : NULL;
    Py_XDECREF(item); /* the sequence keeps it */
    if (!texts[i])
      return NULL;
  }
  *count = (size_t)length;
  return texts;
}

/* A sequence of numbers as an array. */
static double *number_array(PyObject *sequence, size_t *count, keep *k) {
  Py_ssize_t length = PySequence_Size(sequence);
  double *numbers = length < 0 ? NULL : keep_new(k, (size_t)length, sizeof *numbers);
  for (Py_ssize_t i = 0; numbers && i < length; i++) {
    PyObject *item = PySequence_GetItem(sequence, i);
    numbers[i] = item ? PyFloat_AsDouble(item) : 0;
    Py_XDECREF(item);
    if (PyErr_Occurred())
      return NULL;
  }
  *count = (size_t)length;
  return numbers;
}

/* ---- options ---------------------------------------------------------------------------------- */

typedef enum option_kind {
  TEXT,
  TEXTS,
  NUMBERS,
  CHARACTER,
  INT,
  INT64,
  DOUBLE,
  PROGRESS,
  CODEBOOK_HANDLE
} option_kind;

/* A field of an option struct. */
typedef struct option {
  const char *name;
  option_kind kind;
  size_t offset, count_offset;
} option;

#define FIELD(type, field, kind)                                                                             \
  { #field, kind, offsetof(type, field), 0 }
#define LIST(type, name, field, count)                                                                       \
  { name, TEXTS, offsetof(type, field), offsetof(type, count) }
#define VECTOR(type, name, field, count)                                                                     \
  { name, NUMBERS, offsetof(type, field), offsetof(type, count) }

static const option load_options[] = {FIELD(trygg_load_options, delimiter, CHARACTER),
                                      FIELD(trygg_load_options, decimal, CHARACTER),
                                      FIELD(trygg_load_options, threads, INT),
                                      FIELD(trygg_load_options, max_field, INT64),
                                      FIELD(trygg_load_options, max_columns, INT64),
                                      FIELD(trygg_load_options, max_record, INT64),
                                      FIELD(trygg_load_options, max_bytes, INT64),
                                      FIELD(trygg_load_options, max_ratio, INT64),
                                      FIELD(trygg_load_options, progress, PROGRESS),
                                      FIELD(trygg_load_options, keep_rejected, INT),
                                      {0}};
static const option design_options[] = {
    FIELD(trygg_design_options, lonely, TEXT),    FIELD(trygg_design_options, domain_lonely, INT),
    FIELD(trygg_design_options, variance, TEXT),  FIELD(trygg_design_options, seed, INT64),
    FIELD(trygg_design_options, calibrate, TEXT), FIELD(trygg_design_options, spread, TEXT),
    FIELD(trygg_design_options, households, INT), {0}};
static const option estimate_options[] = {
    LIST(trygg_estimate_options, "indicators", indicators, indicator_count),
    LIST(trygg_estimate_options, "by", by, by_count),
    LIST(trygg_estimate_options, "where", where, where_count),
    LIST(trygg_estimate_options, "waves", waves, wave_count),
    FIELD(trygg_estimate_options, pool, INT),
    FIELD(trygg_estimate_options, df, TEXT),
    FIELD(trygg_estimate_options, threads, INT),
    FIELD(trygg_estimate_options, progress, PROGRESS),
    {0}};
static const option inference_options[] = {
    FIELD(trygg_inference_options, level, DOUBLE), FIELD(trygg_inference_options, ci, TEXT), {0}};
static const option index_options[] = {
    LIST(trygg_index_options, "names", names, name_count), FIELD(trygg_index_options, level, DOUBLE), {0}};
static const option trend_options[] = {LIST(trygg_trend_options, "tests", tests, test_count),
                                       FIELD(trygg_trend_options, level, DOUBLE),
                                       FIELD(trygg_trend_options, adjust, TEXT),
                                       FIELD(trygg_trend_options, across_breaks, INT),
                                       FIELD(trygg_trend_options, min_n, INT64),
                                       {0}};
static const option model_options[] = {FIELD(trygg_model_options, outcome, TEXT),
                                       LIST(trygg_model_options, "on", on, on_count),
                                       FIELD(trygg_model_options, family, TEXT),
                                       FIELD(trygg_model_options, reference, TEXT),
                                       FIELD(trygg_model_options, no_intercept, INT),
                                       LIST(trygg_model_options, "where", where, where_count),
                                       LIST(trygg_model_options, "waves", waves, wave_count),
                                       FIELD(trygg_model_options, df, TEXT),
                                       FIELD(trygg_model_options, threads, INT),
                                       FIELD(trygg_model_options, progress, PROGRESS),
                                       {0}};
static const option model_table_options[] = {LIST(trygg_model_table_options, "parts", parts, part_count),
                                             FIELD(trygg_model_table_options, level, DOUBLE),
                                             {0}};
static const option comparison_options[] = {FIELD(trygg_comparison_options, against, TEXT),
                                            FIELD(trygg_comparison_options, scale, TEXT),
                                            FIELD(trygg_comparison_options, level, DOUBLE),
                                            FIELD(trygg_comparison_options, adjust, TEXT),
                                            FIELD(trygg_comparison_options, across_breaks, INT),
                                            FIELD(trygg_comparison_options, min_n, INT64),
                                            {0}};
static const option group_test_options[] = {
    LIST(trygg_group_test_options, "tests", tests, test_count),
    VECTOR(trygg_group_test_options, "expected", expected, expected_count),
    FIELD(trygg_group_test_options, adjust, TEXT),
    FIELD(trygg_group_test_options, min_n, INT64),
    {0}};
static const option disclosure_options[] = {FIELD(trygg_disclosure_options, min_n, INT64), {0}};
static const option report_options[] = {
    FIELD(trygg_report_options, language, TEXT), FIELD(trygg_report_options, codebook, CODEBOOK_HANDLE),
    FIELD(trygg_report_options, color, INT),     FIELD(trygg_report_options, width, INT),
    FIELD(trygg_report_options, title, TEXT),    {0}};

/* A call with options: what it keeps, and how it hears of progress. */
typedef struct call {
  keep keep;
  trygg_progress progress;
  PyObject *report;                   /* called with stage, done, total; NULL: none */
  PyObject *type, *value, *traceback; /* what it raised */
  trygg_error error;
} call;

/* On the caller's thread, without the interpreter's lock: Ctrl-C is seen here, too. */
static int report_progress(void *user, const char *stage, uint64_t done, uint64_t total) {
  call *self = user;
  PyGILState_STATE state = PyGILState_Ensure();
  int failed = PyErr_CheckSignals();
  if (!failed && self->report) {
    PyObject *result = PyObject_CallFunction(self->report, "sKK", stage, (unsigned long long)done,
                                             (unsigned long long)total);
    failed = result ? 0 : -1;
    Py_XDECREF(result);
  }
  if (failed)
    PyErr_Fetch(&self->type, &self->value, &self->traceback);
  PyGILState_Release(state);
  return failed;
}

static int set_option(call *self, const option *option, PyObject *value, char *to) {
  Py_ssize_t length;
  const char *text;
  switch (option->kind) {
  case TEXT:
    *(const char **)to = PyUnicode_AsUTF8AndSize(value, NULL);
    break;
  case CHARACTER:
    text = PyUnicode_AsUTF8AndSize(value, &length);
    if (text && length != 1)
      PyErr_Format(PyExc_ValueError, "`%s` is one character", option->name);
    else if (text)
      *to = *text;
    break;
  case INT:
    *(int *)to = (int)PyLong_AsLong(value);
    break;
  case INT64:
    *(int64_t *)to = PyLong_AsLongLong(value);
    break;
  case DOUBLE:
    *(double *)to = PyFloat_AsDouble(value);
    break;
  case CODEBOOK_HANDLE:
    *(void **)to = PyCapsule_GetPointer(value, CODEBOOK);
    break;
  case PROGRESS:
    self->report = value;
    break;
  case TEXTS: /* read_options has the count's place */
  case NUMBERS:
    break;
  }
  return PyErr_Occurred() ? -1 : 0;
}

/* Fill `options`, a zeroed struct of `size` bytes, from a dict; None stands for the default. */
static int read_options(call *self, PyObject *dict, const option *table, void *options, size_t size) {
  PyObject *key, *value;
  Py_ssize_t position = 0;
  memcpy(options, &size, sizeof size);
  self->progress = (trygg_progress){sizeof self->progress, report_progress, self};
  for (const option *option = table; option->name; option++)
    if (option->kind == PROGRESS)
      *(const trygg_progress **)((char *)options + option->offset) = &self->progress;
  while (dict != Py_None && PyDict_Next(dict, &position, &key, &value)) {
    const option *option = table;
    const char *name = PyUnicode_AsUTF8AndSize(key, NULL);
    if (!name)
      return -1;
    while (option->name && strcmp(option->name, name) != 0)
      option++;
    if (!option->name) {
      PyErr_Format(PyExc_TypeError, "there is no option `%s`", name);
      return -1;
    }
    if (value == Py_None)
      continue;
    if (option->kind == TEXTS || option->kind == NUMBERS) {
      size_t *count = (size_t *)(void *)((char *)options + option->count_offset);
      const void **to = (const void **)(void *)((char *)options + option->offset);
      *to = option->kind == TEXTS ? (const void *)text_array(value, count, &self->keep)
                                  : (const void *)number_array(value, count, &self->keep);
    } else {
      set_option(self, option, value, (char *)options + option->offset);
    }
    if (PyErr_Occurred())
      return -1;
  }
  return 0;
}

/* The end of a call: its handle, or what was raised in it. */
static PyObject *finish(call *self, trygg_status status, void *handle, const char *name) {
  keep_clear(&self->keep);
  if (self->type) {
    PyErr_Restore(self->type, self->value, self->traceback);
    return NULL;
  }
  return wrap(status, handle, name, &self->error);
}

static PyObject *give_up(call *self) {
  keep_clear(&self->keep);
  return NULL;
}

/* ---- codebooks --------------------------------------------------------------------------------- */

static PyObject *codebook_read(PyObject *module, PyObject *args) {
  call self = {0};
  trygg_codebook *codebook;
  trygg_status status;
  const char *folder;
  (void)module;
  if (!PyArg_ParseTuple(args, "s", &folder))
    return NULL;
  Py_BEGIN_ALLOW_THREADS;
  status = trygg_codebook_read(folder, &codebook, &self.error);
  Py_END_ALLOW_THREADS;
  return finish(&self, status, codebook, CODEBOOK);
}

/* From a list of (table, CSV text). */
static PyObject *codebook_build(PyObject *module, PyObject *args) {
  call self = {0};
  trygg_codebook *codebook = NULL;
  trygg_status status;
  PyObject *tables;
  (void)module;
  if (!PyArg_ParseTuple(args, "O", &tables))
    return NULL;
  status = trygg_codebook_create(&codebook, &self.error);
  for (Py_ssize_t i = 0; status == TRYGG_OK && i < PySequence_Size(tables); i++) {
    PyObject *pair = PySequence_GetItem(tables, i);
    const char *name, *text;
    Py_ssize_t length;
    if (!pair || !PyArg_ParseTuple(pair, "ss#", &name, &text, &length)) {
      Py_XDECREF(pair);
      trygg_codebook_free(codebook);
      return NULL;
    }
    status = trygg_codebook_add_csv(codebook, name, text, (size_t)length, &self.error);
    Py_DECREF(pair);
  }
  if (status == TRYGG_OK)
    status = trygg_codebook_finish(codebook, &self.error);
  if (status != TRYGG_OK)
    trygg_codebook_free(codebook);
  return finish(&self, status, codebook, CODEBOOK);
}

/* A list of the texts that at(handle, 0), at(handle, 1), ... give, to the first NULL. */
static PyObject *text_list(const char *(*at)(const void *, size_t), const void *handle) {
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

/* Functions whose result is a list of texts that a handle lends. */
#define TEXT_LIST(name, handle, call)                                                                        \
  static const char *name##_at(const void *self, size_t i) {                                                 \
    return call(self, i);                                                                                    \
  }                                                                                                          \
  static PyObject *name(PyObject *module, PyObject *capsule) {                                               \
    void *self = PyCapsule_GetPointer(capsule, handle);                                                      \
    (void)module;                                                                                            \
    return self ? text_list(name##_at, self) : NULL;                                                         \
  }
TEXT_LIST(codebook_variables, CODEBOOK, trygg_codebook_variable)
TEXT_LIST(codebook_indicators, CODEBOOK, trygg_codebook_indicator)
TEXT_LIST(codebook_warnings, CODEBOOK, trygg_codebook_warning)
TEXT_LIST(codebook_domains, CODEBOOK, trygg_codebook_domain)
TEXT_LIST(responses_waves, RESPONSES, trygg_responses_wave)
TEXT_LIST(responses_warnings, RESPONSES, trygg_responses_warning)

/* The names of a registry of the library. */
static const char *format_name(size_t i) {
  const trygg_report_format *format = trygg_report_formats(i);
  return format ? format->name : NULL;
}

static const struct {
  const char *name;
  const char *(*at)(size_t);
} registries[] = {{"indicator", trygg_indicator_type},
                  {"interval", trygg_inference_interval},
                  {"test", trygg_trend_test},
                  {"against", trygg_inference_against},
                  {"variance", trygg_design_variance},
                  {"calibration", trygg_design_calibration},
                  {"scale", trygg_inference_scale},
                  {"group_test", trygg_inference_group_test},
                  {"family", trygg_model_family},
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
      return text_list(registry_at, &i);
  PyErr_Format(PyExc_ValueError, "there is no registry `%s`", name);
  return NULL;
}

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

static PyObject *codebook_title(PyObject *module, PyObject *capsule) {
  void *codebook = PyCapsule_GetPointer(capsule, CODEBOOK);
  (void)module;
  return codebook ? PyUnicode_FromString(trygg_codebook_title(codebook)) : NULL;
}

/* ---- responses ------------------------------------------------------------------------------------ */

static PyObject *load_files(PyObject *module, PyObject *args) {
  call self = {0};
  PyObject *capsule, *files, *dict;
  trygg_load_options options = {0};
  trygg_responses *responses;
  trygg_status status;
  const char *const *paths;
  size_t count;
  void *codebook;
  (void)module;
  if (!PyArg_ParseTuple(args, "OOO", &capsule, &files, &dict))
    return NULL;
  codebook = PyCapsule_GetPointer(capsule, CODEBOOK);
  paths = codebook ? text_array(files, &count, &self.keep) : NULL;
  if (!paths || read_options(&self, dict, load_options, &options, sizeof options))
    return give_up(&self);
  Py_BEGIN_ALLOW_THREADS;
  status = trygg_responses_load(codebook, paths, count, &options, &responses, &self.error);
  Py_END_ALLOW_THREADS;
  return finish(&self, status, responses, RESPONSES);
}

/* From a capsule of the Arrow PyCapsule interface, whose stream is consumed. */
static PyObject *load_arrow(PyObject *module, PyObject *args) {
  call self = {0};
  PyObject *capsule, *stream_capsule, *dict;
  trygg_load_options options = {0};
  trygg_responses *responses;
  trygg_status status;
  struct ArrowArrayStream *source, stream;
  void *codebook;
  (void)module;
  if (!PyArg_ParseTuple(args, "OOO", &capsule, &stream_capsule, &dict))
    return NULL;
  codebook = PyCapsule_GetPointer(capsule, CODEBOOK);
  source = codebook ? PyCapsule_GetPointer(stream_capsule, "arrow_array_stream") : NULL;
  if (!source || read_options(&self, dict, load_options, &options, sizeof options))
    return give_up(&self);
  stream = *source;
  source->release = NULL;
  /* The producer may be Python code and take the lock by itself. */
  Py_BEGIN_ALLOW_THREADS;
  status = trygg_responses_load_arrow(codebook, &stream, &options, &responses, &self.error);
  Py_END_ALLOW_THREADS;
  return finish(&self, status, responses, RESPONSES);
}

/* Numbers of a buffer (an array, a numpy array) as doubles; 1 when it was one. */
static int take_buffer(PyObject *column, Py_ssize_t rows, double *numbers) {
  Py_buffer view;
  const char *format;
  int known = 1;
  if (!PyObject_CheckBuffer(column) || PyObject_GetBuffer(column, &view, PyBUF_CONTIG_RO | PyBUF_FORMAT)) {
    PyErr_Clear();
    return 0;
  }
  format = view.ndim == 1 && view.shape && view.shape[0] == rows && view.format ? view.format : "";
  if (!strcmp(format, "d"))
    memcpy(numbers, view.buf, (size_t)rows * sizeof *numbers);
  else if (!strcmp(format, "l") || !strcmp(format, "q"))
    for (Py_ssize_t i = 0; i < rows; i++)
      numbers[i] = (double)((const long long *)view.buf)[i];
  else if (!strcmp(format, "i"))
    for (Py_ssize_t i = 0; i < rows; i++)
      numbers[i] = (double)((const int *)view.buf)[i];
  else
    known = 0;
  PyBuffer_Release(&view);
  return known;
}

/* A column of the caller's as an array: numbers of a buffer or sequence as doubles (None is NaN), else texts (None is
 * NULL), which the sequence keeps. */
static int take_column(PyObject *column, Py_ssize_t rows, trygg_array *out, keep *k) {
  PyObject *item;
  double *numbers = keep_new(k, (size_t)rows, sizeof *numbers);
  const char **texts = NULL;
  out->type = TRYGG_ARRAY_DOUBLE;
  out->values = numbers;
  if (numbers && take_buffer(column, rows, numbers))
    return 0;
  for (Py_ssize_t i = 0; numbers && i < rows; i++) {
    item = PySequence_GetItem(column, i);
    if (!item)
      return -1;
    if (PyUnicode_Check(item) && !texts) { /* texts after all: what came before was missing, or is no text */
      texts = keep_new(k, (size_t)rows, sizeof *texts);
      for (Py_ssize_t j = 0; texts && j < i; j++)
        if (!isnan(numbers[j]))
          PyErr_SetString(PyExc_TypeError, "a column mixes numbers and texts");
      out->type = TRYGG_ARRAY_TEXT;
      out->values = texts;
    }
    if (texts)
      texts[i] = item == Py_None ? NULL : PyUnicode_AsUTF8AndSize(item, NULL);
    else
      numbers[i] = item == Py_None ? (double)NAN : PyFloat_AsDouble(item);
    Py_DECREF(item);
    if (PyErr_Occurred())
      return -1;
  }
  return numbers ? 0 : -1;
}

/* From names and as many sequences of equal length. */
static PyObject *load_columns(PyObject *module, PyObject *args) {
  call self = {0};
  PyObject *capsule, *names, *columns, *dict;
  trygg_load_options options = {0};
  trygg_responses *responses;
  trygg_status status;
  trygg_array *arrays;
  const char *const *texts;
  size_t count;
  Py_ssize_t rows = -1;
  void *codebook;
  (void)module;
  if (!PyArg_ParseTuple(args, "OOOO", &capsule, &names, &columns, &dict))
    return NULL;
  codebook = PyCapsule_GetPointer(capsule, CODEBOOK);
  texts = codebook ? text_array(names, &count, &self.keep) : NULL;
  arrays = texts ? keep_new(&self.keep, count, sizeof *arrays) : NULL;
  for (size_t i = 0; arrays && i < count; i++) {
    PyObject *column = PySequence_GetItem(columns, (Py_ssize_t)i);
    Py_ssize_t length = column ? PySequence_Size(column) : -1;
    arrays[i].name = texts[i];
    if (rows < 0)
      rows = length;
    if (length >= 0 && length != rows)
      PyErr_Format(PyExc_ValueError, "column `%s` has another length than the first one", texts[i]);
    else if (length >= 0)
      take_column(column, rows, &arrays[i], &self.keep);
    Py_XDECREF(column); /* the list keeps it */
    if (PyErr_Occurred())
      return give_up(&self);
  }
  if (!arrays || read_options(&self, dict, load_options, &options, sizeof options))
    return give_up(&self);
  Py_BEGIN_ALLOW_THREADS;
  status =
      trygg_responses_load_arrays(codebook, arrays, count, (size_t)rows, &options, &responses, &self.error);
  Py_END_ALLOW_THREADS;
  return finish(&self, status, responses, RESPONSES);
}

static PyObject *responses_count(PyObject *module, PyObject *capsule) {
  void *responses = PyCapsule_GetPointer(capsule, RESPONSES);
  (void)module;
  return responses ? PyLong_FromSize_t(trygg_responses_count(responses)) : NULL;
}

/* Functions from a handle to a table. */
#define TABLE_OF(name, handle, call_name)                                                                    \
  static PyObject *name(PyObject *module, PyObject *capsule) {                                               \
    call self = {0};                                                                                         \
    trygg_table *table;                                                                                      \
    trygg_status status;                                                                                     \
    void *from = PyCapsule_GetPointer(capsule, handle);                                                      \
    (void)module;                                                                                            \
    if (!from)                                                                                               \
      return NULL;                                                                                           \
    Py_BEGIN_ALLOW_THREADS;                                                                                  \
    status = call_name(from, &table, &self.error);                                                           \
    Py_END_ALLOW_THREADS;                                                                                    \
    return finish(&self, status, table, TABLE);                                                              \
  }
TABLE_OF(responses_account, RESPONSES, trygg_responses_account)
TABLE_OF(responses_rates, RESPONSES, trygg_responses_rates)
TABLE_OF(design_weights, DESIGN, trygg_design_weights)
TABLE_OF(design_margins, DESIGN, trygg_design_margins)

static PyObject *responses_codes(PyObject *module, PyObject *args) {
  call self = {0};
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
  return finish(&self, status, table, TABLE);
}

/* ---- from a handle and options to another handle ------------------------------------------------------- */

#define STEP(name, from_name, options_name, options_type, type, to_name, call_name)                          \
  static PyObject *name(PyObject *module, PyObject *args) {                                                  \
    call self = {0};                                                                                         \
    PyObject *capsule, *dict;                                                                                \
    options_type options = {0};                                                                              \
    type *result;                                                                                            \
    trygg_status status;                                                                                     \
    void *from;                                                                                              \
    (void)module;                                                                                            \
    if (!PyArg_ParseTuple(args, "OO", &capsule, &dict))                                                      \
      return NULL;                                                                                           \
    from = PyCapsule_GetPointer(capsule, from_name);                                                         \
    if (!from || read_options(&self, dict, options_name, &options, sizeof options))                          \
      return give_up(&self);                                                                                 \
    Py_BEGIN_ALLOW_THREADS;                                                                                  \
    status = call_name(from, &options, &result, &self.error);                                                \
    Py_END_ALLOW_THREADS;                                                                                    \
    return finish(&self, status, result, to_name);                                                           \
  }
STEP(design_create, RESPONSES, design_options, trygg_design_options, trygg_design, DESIGN,
     trygg_design_create)
STEP(estimate_create, DESIGN, estimate_options, trygg_estimate_options, trygg_estimates, ESTIMATES,
     trygg_estimate_create)
STEP(inference_table, ESTIMATES, inference_options, trygg_inference_options, trygg_table, TABLE,
     trygg_inference_table)
STEP(index_table, ESTIMATES, index_options, trygg_index_options, trygg_table, TABLE, trygg_index_table)
STEP(trend_table, ESTIMATES, trend_options, trygg_trend_options, trygg_table, TABLE, trygg_trend_table)
STEP(model_create, DESIGN, model_options, trygg_model_options, trygg_model, MODEL, trygg_model_create)
STEP(model_table, MODEL, model_table_options, trygg_model_table_options, trygg_table, TABLE,
     trygg_model_table)
STEP(compare_table, ESTIMATES, comparison_options, trygg_comparison_options, trygg_table, TABLE,
     trygg_inference_compare)
STEP(group_test_table, ESTIMATES, group_test_options, trygg_group_test_options, trygg_table, TABLE,
     trygg_inference_test_groups)
STEP(publish, TABLE, disclosure_options, trygg_disclosure_options, trygg_publication, PUBLICATION,
     trygg_disclosure_publish)

/* Estimates of a stream of files that is not kept: the handles of the estimates and of what is known of the responses. */
static PyObject *estimate_stream(PyObject *module, PyObject *args) {
  call self = {0}, other = {0};
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
  if (!PyArg_ParseTuple(args, "OOOOO", &capsule, &files, &load, &design, &estimate))
    return NULL;
  codebook = PyCapsule_GetPointer(capsule, CODEBOOK);
  paths = codebook ? text_array(files, &count, &self.keep) : NULL;
  if (!paths || read_options(&other, estimate, estimate_options, &estimating, sizeof estimating) ||
      read_options(&other, design, design_options, &designing, sizeof designing) ||
      read_options(&self, load, load_options, &loading, sizeof loading)) {
    give_up(&other);
    return give_up(&self);
  }
  estimating.progress = NULL; /* reading tells all there is to tell */
  Py_BEGIN_ALLOW_THREADS;
  status = trygg_estimate_stream(codebook, paths, count, &loading, &designing, &tables, 1, &estimates,
                                 &responses, &self.error);
  Py_END_ALLOW_THREADS;
  keep_clear(&other.keep);
  made = finish(&self, status, estimates, ESTIMATES);
  if (!made)
    return NULL;
  from = PyCapsule_New(responses, RESPONSES, free_handle);
  return from ? Py_BuildValue("(NN)", made, from) : NULL;
}

static PyObject *design_facts(PyObject *module, PyObject *capsule) {
  void *design = PyCapsule_GetPointer(capsule, DESIGN);
  (void)module;
  return design ? Py_BuildValue("(nnd)", (Py_ssize_t)trygg_design_strata(design),
                                (Py_ssize_t)trygg_design_clusters(design), trygg_design_population(design))
                : NULL;
}

/* The indicators that indices need. */
static PyObject *index_items(PyObject *module, PyObject *args) {
  call self = {0};
  PyObject *capsule, *dict, *list;
  trygg_index_options options = {0};
  const char **items = NULL;
  size_t count;
  trygg_status status;
  void *codebook;
  (void)module;
  if (!PyArg_ParseTuple(args, "OO", &capsule, &dict))
    return NULL;
  codebook = PyCapsule_GetPointer(capsule, CODEBOOK);
  if (!codebook || read_options(&self, dict, index_options, &options, sizeof options))
    return give_up(&self);
  status = trygg_index_items(codebook, &options, &items, &count, &self.error);
  keep_clear(&self.keep);
  if (status != TRYGG_OK)
    return raise_error(&self.error);
  list = PyList_New((Py_ssize_t)count);
  for (size_t i = 0; list && i < count; i++)
    PyList_SetItem(list, (Py_ssize_t)i, PyUnicode_FromString(items[i]));
  trygg_index_free_items(items);
  return list;
}

/* ---- covariances ------------------------------------------------------------------------------------------ */

/* A sequence of whole numbers as rows. */
static size_t *row_array(PyObject *sequence, size_t *count, keep *k) {
  Py_ssize_t length = PySequence_Size(sequence);
  size_t *rows = length < 0 ? NULL : keep_new(k, (size_t)length, sizeof *rows);
  for (Py_ssize_t i = 0; rows && i < length; i++) {
    PyObject *item = PySequence_GetItem(sequence, i);
    rows[i] = item ? PyLong_AsSize_t(item) : 0;
    Py_XDECREF(item);
    if (PyErr_Occurred())
      return NULL;
  }
  *count = (size_t)length;
  return rows;
}

/* The matrix as bytes of doubles, row by row. */
static PyObject *covariance(PyObject *module, PyObject *args) {
  call self = {0};
  PyObject *capsule, *sequence, *result;
  trygg_status status;
  size_t count, *rows;
  double *matrix;
  void *estimates;
  (void)module;
  if (!PyArg_ParseTuple(args, "OO", &capsule, &sequence))
    return NULL;
  estimates = PyCapsule_GetPointer(capsule, ESTIMATES);
  rows = estimates ? row_array(sequence, &count, &self.keep) : NULL;
  matrix = rows ? keep_new(&self.keep, count * count, sizeof *matrix) : NULL;
  if (!matrix)
    return give_up(&self);
  Py_BEGIN_ALLOW_THREADS;
  status = trygg_estimate_covariance(estimates, rows, count, matrix, &self.error);
  Py_END_ALLOW_THREADS;
  result = status == TRYGG_OK
               ? PyBytes_FromStringAndSize((const char *)matrix, (Py_ssize_t)(count * count * sizeof *matrix))
               : raise_error(&self.error);
  keep_clear(&self.keep);
  return result;
}

/* (estimate, se, df, lower, upper, statistic, p) */
static PyObject *contrast(PyObject *module, PyObject *args) {
  call self = {0};
  PyObject *capsule, *sequence, *numbers;
  trygg_contrast c;
  trygg_status status;
  size_t count, coefficient_count, *rows;
  double *coefficients, level;
  void *estimates;
  (void)module;
  if (!PyArg_ParseTuple(args, "OOOd", &capsule, &sequence, &numbers, &level))
    return NULL;
  estimates = PyCapsule_GetPointer(capsule, ESTIMATES);
  rows = estimates ? row_array(sequence, &count, &self.keep) : NULL;
  coefficients = rows ? number_array(numbers, &coefficient_count, &self.keep) : NULL;
  if (coefficients && coefficient_count != count) {
    PyErr_SetString(PyExc_ValueError, "each row needs a coefficient");
    coefficients = NULL;
  }
  if (!coefficients)
    return give_up(&self);
  Py_BEGIN_ALLOW_THREADS;
  status = trygg_inference_contrast(estimates, rows, coefficients, count, level, &c, &self.error);
  Py_END_ALLOW_THREADS;
  keep_clear(&self.keep);
  if (status != TRYGG_OK)
    return raise_error(&self.error);
  return Py_BuildValue("(ddddddd)", c.estimate, c.se, c.df, c.lower, c.upper, c.statistic, c.p);
}

/* ---- tables ---------------------------------------------------------------------------------------------------- */

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
    return raise_error(&error);
  }
  result = PyCapsule_New(stream, "arrow_array_stream", free_stream);
  if (!result) {
    stream->release(stream);
    free(stream);
  }
  return result;
}

static PyObject *publication_table(PyObject *module, PyObject *capsule) {
  void *publication = PyCapsule_GetPointer(capsule, PUBLICATION);
  (void)module;
  return publication
             ? PyCapsule_New(trygg_table_retain(trygg_disclosure_table(publication)), TABLE, free_handle)
             : NULL;
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
  call self = {0};
  PyObject *capsule, *dict, *result;
  trygg_report_options options = {0};
  written out = {0};
  const char *format;
  trygg_status status;
  void *publication;
  (void)module;
  if (!PyArg_ParseTuple(args, "OsO", &capsule, &format, &dict))
    return NULL;
  publication = PyCapsule_GetPointer(capsule, PUBLICATION);
  if (!publication || read_options(&self, dict, report_options, &options, sizeof options))
    return give_up(&self);
  status = trygg_report_write(publication, format, &options, take_bytes, &out, &self.error);
  keep_clear(&self.keep);
  result = status == TRYGG_OK ? PyBytes_FromStringAndSize(out.bytes, (Py_ssize_t)out.length)
                              : raise_error(&self.error);
  free(out.bytes);
  return result;
}

static PyObject *version(PyObject *module, PyObject *nothing) {
  (void)module;
  (void)nothing;
  return PyUnicode_FromString(trygg_version());
}

/* ---- the module ---------------------------------------------------------------------------------------------------- */

static PyMethodDef methods[] = {
    {"version", version, METH_NOARGS, "Version of the library."},
    {"registry", registry, METH_VARARGS, "Names of a registry: indicator, interval, test, flag, format."},
    {"codebook_read", codebook_read, METH_VARARGS, "Read a survey folder."},
    {"codebook_build", codebook_build, METH_VARARGS, "Make a codebook of (table, CSV text) pairs."},
    {"codebook_variables", codebook_variables, METH_O, "Names of variables."},
    {"codebook_indicators", codebook_indicators, METH_O, "Names of indicators."},
    {"codebook_warnings", codebook_warnings, METH_O, "What was odd in the folder."},
    {"codebook_domains", codebook_domains, METH_O, "Variables whose role is domain."},
    {"codebook_label", codebook_label, METH_VARARGS, "Label of a name, or of a code of a variable."},
    {"codebook_title", codebook_title, METH_O, "Form id and version."},
    {"load_files", load_files, METH_VARARGS, "Load data files."},
    {"load_arrow", load_arrow, METH_VARARGS, "Load an Arrow stream."},
    {"load_columns", load_columns, METH_VARARGS, "Load columns."},
    {"responses_count", responses_count, METH_O, "Records accepted."},
    {"responses_waves", responses_waves, METH_O, "Codes of the waves."},
    {"responses_warnings", responses_warnings, METH_O, "What was odd in the data."},
    {"responses_account", responses_account, METH_O, "Where every record went."},
    {"responses_codes", responses_codes, METH_VARARGS, "Values of a variable that occur."},
    {"responses_rates", responses_rates, METH_O, "Response rates."},
    {"design_create", design_create, METH_VARARGS, "Describe the sample."},
    {"design_weights", design_weights, METH_O, "What the weights are like."},
    {"design_margins", design_margins, METH_O, "Margins before and after calibration."},
    {"design_facts", design_facts, METH_O, "Strata, clusters, sum of the weights."},
    {"estimate_create", estimate_create, METH_VARARGS, "Estimate."},
    {"estimate_stream", estimate_stream, METH_VARARGS, "Estimate from files that are not kept."},
    {"inference_table", inference_table, METH_VARARGS, "Estimates with intervals."},
    {"index_items", index_items, METH_VARARGS, "Indicators that indices need."},
    {"index_table", index_table, METH_VARARGS, "Indices."},
    {"trend_table", trend_table, METH_VARARGS, "Tests of change and trend."},
    {"compare_table", compare_table, METH_VARARGS, "Comparisons of groups, waves and published figures."},
    {"group_test_table", group_test_table, METH_VARARGS, "Tests of all groups at once."},
    {"model_create", model_create, METH_VARARGS, "Fit a regression."},
    {"model_table", model_table, METH_VARARGS, "A model as a table."},
    {"covariance", covariance, METH_VARARGS, "Covariance matrix of rows."},
    {"contrast", contrast, METH_VARARGS, "A linear combination of rows."},
    {"publish", publish, METH_VARARGS, "Protect a table."},
    {"publication_table", publication_table, METH_O, "The protected table."},
    {"write", write_report, METH_VARARGS, "A publication in a format."},
    {"table_columns", table_columns, METH_O, "Cells by column."},
    {"table_keys", table_keys, METH_O, "Columns that say which row it is."},
    {"table_notes", table_notes, METH_O, "Provenance."},
    {"table_stream", table_stream, METH_O, "An Arrow stream capsule."},
    {NULL, NULL, 0, NULL}};

static PyModuleDef_Slot slots[] = {{0, NULL}};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT,
                                        "trygg._trygg",
                                        "Calls of libtrygg; use the package trygg.",
                                        0,
                                        methods,
                                        slots,
                                        NULL,
                                        NULL,
                                        NULL};

PyMODINIT_FUNC PyInit__trygg(void);
PyMODINIT_FUNC PyInit__trygg(void) {
  return PyModuleDef_Init(&definition);
}
