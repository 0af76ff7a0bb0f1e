/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kinds of missing answers, and numbers that carry one in the payload of a NaN. */
#include <codebook/codebook.h>

#include <math.h>
#include <string.h>

#include <base/text.h>

const char *const tg_missing_names[TG_MISSING_KINDS] = {
    [TG_VALID] = "valid",           [TG_NO_ANSWER] = "no_answer",           [TG_DONT_KNOW] = "dont_know",
    [TG_REFUSED] = "refused",       [TG_NOT_APPLICABLE] = "not_applicable", [TG_NOT_ASKED] = "not_asked",
    [TG_MULTIPLE] = "multiple",     [TG_ILLEGIBLE] = "illegible",           [TG_BROKE_OFF] = "broke_off",
    [TG_SUPPRESSED] = "suppressed", [TG_UNKNOWN_CODE] = "unknown_code",
};

const char *tg_missing_name(tg_missing kind) {
  return tg_missing_names[kind];
}

int tg_missing_find(const char *name, size_t length, tg_missing *out) {
  for (int kind = 0; kind < TG_MISSING_KINDS; kind++)
    if (tg_text_equal(name, length, tg_missing_names[kind])) {
      *out = (tg_missing)kind;
      return 0;
    }
  return -1;
}

/* A quiet NaN whose payload spells "tg" before the kind, so that a NaN made by
 * arithmetic or by R (payload 1954) is not taken for one of ours. */
#define QUIET_NAN UINT64_C(0x7ff8000000000000)
#define OURS UINT64_C(0x0000746700000000)
#define KIND_BITS UINT64_C(0xff)

double tg_missing_number(tg_missing kind) {
  uint64_t bits = QUIET_NAN | OURS | (uint64_t)kind;
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

tg_missing tg_missing_of(double value) {
  if (!isnan(value))
    return TG_VALID;
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  uint64_t kind = bits & KIND_BITS;
  int ours = (bits & ~(KIND_BITS | UINT64_C(0x8000000000000000))) == (QUIET_NAN | OURS);
  return ours && kind > TG_VALID && kind < TG_MISSING_KINDS ? (tg_missing)kind : TG_NO_ANSWER;
}
