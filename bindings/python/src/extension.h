/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The library for Python, in the limited API: handles are capsules, options come by keyword, results leave as tables.
 * What users see is the package trygg on top.  Here is what the parts of the extension share. */
#ifndef TG_EXTENSION_H
#define TG_EXTENSION_H

#define PY_SSIZE_T_CLEAN
#ifndef Py_LIMITED_API
#define Py_LIMITED_API 0x030b0000
#endif
#include <Python.h>

#include <trygg.h>

#include "option_tables.h"

/* ---- handles (handles.c) ------------------------------------------------------------------- */

/* Names of capsules. */
#define CODEBOOK "trygg.codebook"
#define RESPONSES "trygg.responses"
#define DESIGN "trygg.design"
#define ESTIMATES "trygg.estimates"
#define MODEL "trygg.model"
#define TABLE "trygg.table"
#define PUBLICATION "trygg.publication"

/* Raise trygg.Error; returns NULL. */
PyObject *tg_raise(const trygg_error *error);

/* A capsule that frees the handle; the handle is freed where there is no memory for one. */
PyObject *tg_wrap(void *handle, const char *name);

/* A list of the texts that at(handle, 0), at(handle, 1), ... give, to the first NULL. */
PyObject *tg_text_list(const char *(*at)(const void *, size_t), const void *handle);

/* ---- memory of one call (handles.c) ---------------------------------------------------------- */

/* Blocks that live as long as a call. */
typedef struct tg_keep {
  void **blocks;
  size_t count, capacity;
} tg_keep;

void *tg_keep_new(tg_keep *keep, size_t count, size_t size);
void tg_keep_clear(tg_keep *keep);

/* A list of texts as an array that borrows them; the list must outlive it.  NULL when something was raised. */
const char *const *tg_texts(PyObject *list, size_t *count, tg_keep *keep);
double *tg_numbers(PyObject *list, size_t *count, tg_keep *keep);
size_t *tg_rows(PyObject *list, size_t *count, tg_keep *keep);

/* ---- a call with options (options.c) --------------------------------------------------------- */

/* What a call keeps, and how it hears of progress. */
typedef struct tg_call {
  tg_keep keep;
  trygg_progress progress;
  PyObject *report;                   /* called with stage, done, total; NULL: none */
  PyObject *type, *value, *traceback; /* what it raised */
  trygg_error error;
} tg_call;

/* Fill `options`, a zeroed struct of `size` bytes, from a dict; None stands for the default.  -1 when something was
 * raised. */
int tg_read_options(tg_call *call, PyObject *dict, const tg_option *table, void *options, size_t size);

/* The end of a call: its handle, or what was raised in it. */
PyObject *tg_finish(tg_call *call, trygg_status status, void *handle, const char *name);

/* The end of one that has no handle: 0 when all went well, else -1 and something is raised. */
int tg_done(tg_call *call, trygg_status status);

/* The end of a call whose arguments were wrong; returns NULL. */
PyObject *tg_give_up(tg_call *call);

/* ---- functions of the module ------------------------------------------------------------------- */

extern PyMethodDef tg_codebook_methods[], tg_responses_methods[], tg_estimate_methods[], tg_figure_methods[],
    tg_table_methods[];

#endif /* TG_EXTENSION_H */
