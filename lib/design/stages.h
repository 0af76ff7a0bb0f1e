/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stages after the first. */
#ifndef TG_DESIGN_STAGES_H
#define TG_DESIGN_STAGES_H

#include <base/text.h>
#include <design/design.h>

/* Add the stages after the first as far as they add to a variance: below a unit that stands for others without a count
 * of them, all variance is in the stages above (Särndal, Swensson & Wretman 1992, 4.6: sampled with replacement). */
trygg_status tg_stages_add(trygg_design *design, trygg_error *error);

/* 1 when there are some to add. */
int tg_stages_matter(const trygg_design *design);

/* Stratum of a record at a stage (1, 2, ...): an index into design->strata. */
size_t tg_stages_stratum(const trygg_design *design, int stage, size_t record);

/* "stratum `A`", or at a later stage "stratum `A`, cluster `12`, stage 2,". */
void tg_stages_title(const trygg_design *design, size_t stratum, tg_text *out);

#endif
