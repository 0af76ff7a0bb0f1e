/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every fuzz target has: the entry that libFuzzer and replay.c call, and checks that stop it. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold for every input; the fuzzer takes the abort for a finding. */
#define HOLDS(condition)                                                                                     \
  do {                                                                                                       \
    if (!(condition)) {                                                                                      \
      fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition);                         \
      abort();                                                                                               \
    }                                                                                                        \
  } while (0)

/* What an error must look like after a call that failed with `status`. */
#define HOLDS_ERROR(code, met)                                                                               \
  do {                                                                                                       \
    HOLDS((int)(met).status == (int)(code));                                                                 \
    HOLDS((code) != TRYGG_EINTERNAL);                                                                        \
    HOLDS((met).message[0] != '\0');                                                                         \
    HOLDS((met).line >= 0 && (met).column >= 0);                                                             \
    HOLDS(memchr((met).message, '\0', sizeof(met).message) != NULL);                                         \
  } while (0)

#endif
