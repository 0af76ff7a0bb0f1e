/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Variances of linear statistics over units with probabilities of their own, part of tally/spread.h. */
#ifndef TG_TALLY_FORMS_H
#define TG_TALLY_FORMS_H

#include <tally/spread.h>

/* Make spread->forms; 0, or -1 without memory. */
int tg_spread_forms_begin(tg_spread *spread);
void tg_spread_forms_free(tg_spread_forms *forms);

/* The totals of a level are complete: add what its strata give to the variances, or to the products. */
void tg_spread_forms_add(tg_spread *spread, size_t level);

/* Of an output, over all strata that were added; 0 without forms. */
double tg_spread_forms_variance(const tg_spread_forms *forms, size_t output);

#endif
