/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Codes of strata and units become numbers in the canonical order of the codes. */
#ifndef TG_DESIGN_CODES_H
#define TG_DESIGN_CODES_H

#include <design/design.h>
#include <responses/combine.h>

#define TG_CODES_MOST ((size_t)16) /* variables */

/* Variables whose codes together say which one.  Zero-initialise. */
typedef struct tg_codes {
  const trygg_responses *responses;
  tg_combination combination; /* what codes are read within, if anything, then a part a variable */
  size_t first;               /* its first variable */
  size_t variables[TG_CODES_MOST];
} tg_codes;

/* Begin with what the codes are read within (NULL: nothing; taken over), then all variables with a role at a stage. */
trygg_status tg_codes_begin(tg_codes *codes, const trygg_design *design, tg_part *within, tg_role role,
                            int stage, trygg_error *error);
void tg_codes_clear(tg_codes *codes);

/* The same with variables that are named. */
trygg_status tg_codes_begin_with(tg_codes *codes, const trygg_design *design, tg_part *within,
                                 const size_t *variables, size_t count, trygg_error *error);

/* Numbers of the combinations, in the order of what they are within and their codes. */
typedef struct tg_numbers {
  uint32_t *of_record;
  uint32_t *within; /* of each number; 0: nothing */
  uint64_t *keys;   /* of the combination */
  size_t count;
} tg_numbers;

/* Number them; TRYGG_EDATA for a record without a value. */
trygg_status tg_codes_number(const tg_codes *codes, tg_numbers *out, trygg_error *error);
void tg_codes_clear_numbers(tg_numbers *numbers);

/* The code of a record in a column that has one, borrowed. */
const char *tg_codes_text(const tg_column *column, size_t record);

#endif
