/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Handles as external pointers, and errors as lists that R code raises. */
#include <string.h>

#include "package.h"

SEXP text_new(const char *text) {
  return text ? Rf_mkCharCE(text, CE_UTF8) : NA_STRING;
}

SEXP text_new_vector(const char *text) {
  return Rf_ScalarString(text_new(text));
}

SEXP failure_new(const trygg_error *error) {
  static const char *const names[] = {"message", "code", "file", "line", "column", "field", ""};
  SEXP list = PROTECT(Rf_mkNamed(VECSXP, (const char **)names));
  SET_VECTOR_ELT(list, 0, text_new_vector(error->message));
  SET_VECTOR_ELT(list, 1, Rf_ScalarInteger(error->status));
  SET_VECTOR_ELT(list, 2, text_new_vector(error->file));
  SET_VECTOR_ELT(list, 3, Rf_ScalarReal((double)error->line));
  SET_VECTOR_ELT(list, 4, Rf_ScalarInteger(error->column));
  SET_VECTOR_ELT(list, 5, text_new_vector(error->field));
  Rf_setAttrib(list, R_ClassSymbol, Rf_mkString("trygg_failure"));
  UNPROTECT(1);
  return list;
}

static const struct {
  const char *name;
  void (*free)(void *);
} kinds[KINDS] = {
    [CODEBOOK] = {"codebook", (void (*)(void *))trygg_codebook_free},
    [RESPONSES] = {"responses", (void (*)(void *))trygg_responses_free},
    [DESIGN] = {"design", (void (*)(void *))trygg_design_free},
    [ESTIMATES] = {"estimates", (void (*)(void *))trygg_estimate_free},
    [MODEL] = {"model", (void (*)(void *))trygg_model_free},
    [TABLE] = {"table", (void (*)(void *))trygg_table_free},
    [PUBLICATION] = {"publication", (void (*)(void *))trygg_disclosure_free},
};

static void finalize(SEXP pointer) {
  void *handle = R_ExternalPtrAddr(pointer);
  const char *name = CHAR(PRINTNAME(R_ExternalPtrTag(pointer)));
  for (int i = 0; handle && i < KINDS; i++)
    if (!strcmp(name, kinds[i].name))
      kinds[i].free(handle);
  R_ClearExternalPtr(pointer);
}

SEXP handle_new(kind of) {
  SEXP pointer = PROTECT(R_MakeExternalPtr(NULL, Rf_install(kinds[of].name), R_NilValue));
  R_RegisterCFinalizerEx(pointer, finalize, TRUE);
  UNPROTECT(1);
  return pointer;
}

void *handle_get(SEXP pointer, kind of) {
  if (TYPEOF(pointer) != EXTPTRSXP || R_ExternalPtrTag(pointer) != Rf_install(kinds[of].name))
    Rf_error("this is not a result of the package that can be used here (%s)", kinds[of].name);
  if (!R_ExternalPtrAddr(pointer))
    Rf_error(
        "this was saved in a file, which keeps figures only: as.data.frame() has them, and computing it anew the rest");
  return R_ExternalPtrAddr(pointer);
}

SEXP handle_finish(SEXP pointer, trygg_status status, void *handle, const trygg_error *error) {
  if (status != TRYGG_OK)
    return failure_new(error);
  R_SetExternalPtrAddr(pointer, handle);
  return pointer;
}
