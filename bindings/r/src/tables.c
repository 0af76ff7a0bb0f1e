/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables as lists of columns, and publications as texts. */
#include <stdlib.h>
#include <string.h>

#include "package.h"

#include <trygg/arrow.h>

static SEXP column_of(const trygg_table *table, size_t column) {
  size_t rows = trygg_table_rows(table);
  int is_text = trygg_table_type(table, column) == TRYGG_TEXT;
  SEXP result = PROTECT(Rf_allocVector(is_text ? STRSXP : REALSXP, (R_xlen_t)rows));
  for (size_t i = 0; i < rows; i++) {
    int missing = trygg_table_missing(table, i, column);
    if (is_text)
      SET_STRING_ELT(result, (R_xlen_t)i, missing ? NA_STRING : text_new(trygg_table_text(table, i, column)));
    else
      REAL(result)[i] = missing ? NA_REAL : trygg_table_number(table, i, column);
  }
  UNPROTECT(1);
  return result;
}

/* A list of columns, with the attributes `keys` (names of the key columns) and `notes` (texts named by their keys). */
SEXP r_table(SEXP handle) {
  const trygg_table *table = handle_get(handle, TABLE);
  size_t columns = trygg_table_columns(table), notes = trygg_table_notes(table);
  SEXP list = PROTECT(Rf_allocVector(VECSXP, (R_xlen_t)columns));
  SEXP names = PROTECT(Rf_allocVector(STRSXP, (R_xlen_t)columns));
  SEXP keys = PROTECT(Rf_allocVector(LGLSXP, (R_xlen_t)columns));
  SEXP texts = PROTECT(Rf_allocVector(STRSXP, (R_xlen_t)notes));
  SEXP note_names = PROTECT(Rf_allocVector(STRSXP, (R_xlen_t)notes));
  for (size_t i = 0; i < columns; i++) {
    SET_STRING_ELT(names, (R_xlen_t)i, text_new(trygg_table_name(table, i)));
    LOGICAL(keys)[i] = trygg_table_role(table, i) == TRYGG_KEY;
    SET_VECTOR_ELT(list, (R_xlen_t)i, column_of(table, i));
  }
  for (size_t i = 0; i < notes; i++) {
    SET_STRING_ELT(note_names, (R_xlen_t)i, text_new(trygg_table_note_key(table, i)));
    SET_STRING_ELT(texts, (R_xlen_t)i, text_new(trygg_table_note_text(table, i)));
  }
  Rf_setAttrib(texts, R_NamesSymbol, note_names);
  Rf_setAttrib(list, R_NamesSymbol, names);
  Rf_setAttrib(list, Rf_install("keys"), keys);
  Rf_setAttrib(list, Rf_install("notes"), texts);
  UNPROTECT(5);
  return list;
}

/* ---- Arrow -------------------------------------------------------------------------------------- */

static void free_stream(SEXP pointer) {
  struct ArrowArrayStream *stream = R_ExternalPtrAddr(pointer);
  R_ClearExternalPtr(pointer);
  if (stream && stream->release)
    stream->release(stream);
  free(stream);
}

/* An empty stream, of the class that package nanoarrow has for external pointers to one. */
SEXP r_arrow_new(void) {
  SEXP pointer = PROTECT(R_MakeExternalPtr(NULL, R_NilValue, R_NilValue));
  struct ArrowArrayStream *stream;
  R_RegisterCFinalizerEx(pointer, free_stream, TRUE);
  Rf_setAttrib(pointer, R_ClassSymbol, Rf_mkString("nanoarrow_array_stream"));
  stream = calloc(1, sizeof *stream);
  if (!stream)
    Rf_error("memory is short");
  R_SetExternalPtrAddr(pointer, stream);
  UNPROTECT(1);
  return pointer;
}

SEXP r_arrow_export(SEXP handle) {
  SEXP pointer = PROTECT(r_arrow_new());
  trygg_error error;
  trygg_status status = trygg_arrow_export(handle_get(handle, TABLE), R_ExternalPtrAddr(pointer), &error);
  UNPROTECT(1);
  return status == TRYGG_OK ? pointer : failure_new(&error);
}

/* ---- publications --------------------------------------------------------------------------------- */

SEXP r_publication_table(SEXP handle) {
  SEXP pointer = PROTECT(handle_new(TABLE));
  R_SetExternalPtrAddr(pointer, trygg_table_retain(trygg_disclosure_table(handle_get(handle, PUBLICATION))));
  UNPROTECT(1);
  return pointer;
}

/* What a writer has given so far; freed with the external pointer that holds it, whatever R does. */
typedef struct written {
  char *bytes;
  size_t length, capacity;
} written;

static void free_written(SEXP pointer) {
  written *out = R_ExternalPtrAddr(pointer);
  R_ClearExternalPtr(pointer);
  if (out)
    free(out->bytes);
  free(out);
}

static int take_bytes(void *user, const char *bytes, size_t length) {
  written *out = user;
  if (out->length + length > out->capacity) {
    size_t capacity = 2 * (out->length + length);
    char *larger = realloc(out->bytes, capacity);
    if (!larger)
      return 1;
    out->bytes = larger;
    out->capacity = capacity;
  }
  memcpy(out->bytes + out->length, bytes, length);
  out->length += length;
  return 0;
}

SEXP r_write(SEXP publication, SEXP format, SEXP codebook, SEXP list) {
  SEXP holder = PROTECT(R_MakeExternalPtr(NULL, R_NilValue, R_NilValue)), result;
  call self;
  trygg_report_options options = {0};
  written *out;
  trygg_status status;
  void *from = handle_get(publication, PUBLICATION);
  const char *name = options_text(format, "format");
  options_read(&self, list, report_options, &options, sizeof options);
  if (codebook != R_NilValue)
    options.codebook = handle_get(codebook, CODEBOOK);
  R_RegisterCFinalizerEx(holder, free_written, TRUE);
  out = calloc(1, sizeof *out);
  if (!out)
    Rf_error("memory is short");
  R_SetExternalPtrAddr(holder, out);
  status = trygg_report_write(from, name, &options, take_bytes, out, &self.error);
  if (status != TRYGG_OK)
    result = failure_new(&self.error);
  else if (out->length > INT32_MAX)
    Rf_error("this is more text than R takes in one piece; let the programs write it");
  else
    result = Rf_ScalarString(Rf_mkCharLenCE(out->bytes ? out->bytes : "", (int)out->length, CE_UTF8));
  PROTECT(result);
  free_written(holder);
  UNPROTECT(2);
  return result;
}

SEXP r_version(void) {
  return Rf_mkString(trygg_version());
}
