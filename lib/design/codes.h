/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Codes of strata and units become numbers in the canonical order of the codes. */
#ifndef TG_DESIGN_CODES_H
#define TG_DESIGN_CODES_H

#include <design/design.h>

/* Combined categories of several columns, as one key a record in mixed radix: the first column varies slowest,
 * so increasing keys are the canonical order of the combinations.  Zero-initialise. */
typedef struct tg_codes {
  const trygg_responses *responses;
  uint64_t *keys; /* of each record */
  uint64_t radix; /* product of the counts so far */
  tg_categories parts[16];
  size_t part_count;
  uint32_t *scratch;
} tg_codes;

/* Begin with what the codes are read within, one of `count` numbers a record (NULL: all 0). */
trygg_status tg_codes_begin(tg_codes *codes, const trygg_responses *responses, const uint32_t *within,
                            size_t count, trygg_error *error);

/* Then all variables with a role at a stage; TRYGG_EDATA for a record without a value. */
trygg_status tg_codes_combine(tg_codes *codes, tg_role role, int stage, trygg_error *error);
void tg_codes_clear(tg_codes *codes);

/* Numbers of the combinations, in the order of what they are within and their codes. */
typedef struct tg_numbers {
  uint32_t *of_record;
  uint32_t *within;   /* of each number */
  uint64_t *distinct; /* its key */
  size_t count;
} tg_numbers;

/* Number the combinations, `within_count` being what begin() was given. */
trygg_status tg_codes_number(const tg_codes *codes, size_t within_count, tg_numbers *out, trygg_error *error);
void tg_codes_clear_numbers(tg_numbers *numbers);

/* The code of a record in a column that has one, borrowed. */
const char *tg_codes_text(const tg_column *column, size_t record);

#endif
