/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every test program shares: running a suite, comparing numbers, temporary folders. */
#ifndef TESTS_SUPPORT_H
#define TESTS_SUPPORT_H

#include <check.h>
#include <stddef.h>

#include <trygg/error.h>

/* setlocale(LC_ALL, ""), run the suite, print the summary; what main returns. */
int run_suite(Suite *suite);

/* |a - b| <= tolerance * max(|b|, tiny); NaN equals NaN. */
int nearly(double a, double b, double tolerance);
#define ck_near(a, b, tolerance)                                                                       \
  do {                                                                                                 \
    double ck_a = (a), ck_b = (b);                                                                     \
    ck_assert_msg(nearly(ck_a, ck_b, tolerance), "%s = %.17g, expected %.17g", #a, ck_a, ck_b);         \
  } while (0)

/* Fails with the error's place and message. */
#define ck_ok(call)                                                                                     \
  do {                                                                                                  \
    trygg_status ck_status = (call);                                                                    \
    ck_assert_msg(ck_status == TRYGG_OK, "%s: %s:%lld:%d %s: %s", #call, error.file, (long long)error.line, \
                  (int)error.column, error.field, error.message);                                       \
  } while (0)

/* A new empty folder; removed with all in it when the program ends.  Static storage, copied. */
const char *temporary_folder(void);

/* Write a file FOLDER/NAME and return its path (lives until the program ends). */
const char *write_file(const char *folder, const char *name, const void *bytes, size_t length);
const char *write_text(const char *folder, const char *name, const char *text);

/* Folder of the test sources, from the environment variable srcdir (else "."), then /tests. */
const char *tests_folder(void);
/* Top of the source tree. */
const char *source_folder(void);

#endif
