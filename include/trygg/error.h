/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file error.h
 * @brief How a call fails, how long work shows progress, and how it is stopped.
 *
 * Every fallible call returns a ::trygg_status and takes an optional pointer to
 * a ::trygg_error as its last argument.  The error lives on the caller's stack:
 * the library has no error state of its own, never prints, never aborts.
 * On failure an output handle is NULL and the inputs are as they were before.
 */
#ifndef TRYGG_ERROR_H
#define TRYGG_ERROR_H

#include <stddef.h>
#include <stdint.h>

#include <trygg/config.h>

TRYGG_BEGIN_DECLS

/** What went wrong, by what the caller can do about it. */
typedef enum trygg_status {
  TRYGG_OK = 0,       /**< Done. */
  TRYGG_ENOMEM,       /**< Memory ran out. */
  TRYGG_EINVAL,       /**< An argument is not allowed. */
  TRYGG_EIO,          /**< A file could not be opened, read or written. */
  TRYGG_EPARSE,       /**< A file is not what it should be: ragged, truncated, not a number. */
  TRYGG_ELIMIT,       /**< A limit of the load options was passed. */
  TRYGG_ENAME,        /**< A name is not known: variable, indicator, column, option. */
  TRYGG_ECODEBOOK,    /**< The survey folder contradicts itself. */
  TRYGG_EDATA,        /**< The data contradict the survey folder: negative weight, duplicate. */
  TRYGG_EDESIGN,      /**< The sampling design cannot give a variance: lonely cluster, FPC. */
  TRYGG_ENUMERIC,     /**< A computation did not converge or left the range of a double. */
  TRYGG_EUNSUPPORTED, /**< Part of the contract, not built yet; the message says so. */
  TRYGG_ECANCELLED,   /**< The progress callback asked to stop. */
  TRYGG_EINTERNAL     /**< A mistake in the library; please report it. */
} trygg_status;

/**
 * Where and why a call failed.  The layout is frozen.
 *
 * Line and column are 1-based, 0 where they do not apply.  Strings are UTF-8
 * and always end in NUL; too long ones are cut at a whole character.  The
 * message never holds a respondent's answer.
 */
typedef struct trygg_error {
  int32_t status;    /**< A ::trygg_status. */
  int32_t column;    /**< Field of the record, counted from 1. */
  int64_t line;      /**< Physical line on which the record starts. */
  char file[256];    /**< File as the caller named it. */
  char field[64];    /**< Column, variable or option. */
  char message[512]; /**< One sentence: what was met, what was expected, what to do. */
} trygg_error;

/** A short English text for @p status, for instance "out of memory"; never NULL, borrowed. */
TRYGG_API const char *trygg_error_text(trygg_status status);

/** Progress of a long call, and the way to stop it. */
typedef struct trygg_progress {
  size_t size; /**< sizeof(trygg_progress). */
  /**
   * Called on the caller's own thread, at least once a second of work.
   * @p stage is an untranslated word (`load`, `tally`, `covariance`), @p done of
   * @p total are bytes or records; total is 0 where unknown.  Return non-zero to
   * stop: the call then fails with ::TRYGG_ECANCELLED.  Must not longjmp.
   */
  int (*report)(void *user, const char *stage, uint64_t done, uint64_t total);
  void *user; /**< Handed to @ref report. */
} trygg_progress;

/** The version of the library that runs, as in "0.1.0"; borrowed, never NULL. */
TRYGG_API const char *trygg_version(void);

/**
 * What the library was built to do some things with, one sentence, as in "gzip is inflated by zlib; SPSS, Stata and SAS
 * files are read by ReadStat"; results do not depend on it.  Borrowed, never NULL.
 */
TRYGG_API const char *trygg_version_libraries(void);

TRYGG_END_DECLS

#endif /* TRYGG_ERROR_H */
