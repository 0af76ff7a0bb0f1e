/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finite populations of strata, and which row of strata.csv is about a stratum. */
#ifndef TG_DESIGN_POPULATIONS_H
#define TG_DESIGN_POPULATIONS_H

#include <design/design.h>

/* The finite population of each stratum of a stage (1, 2, ...) as the records have it (0: not met yet), by the strata's
 * `numbers` (NULL: as they stand). */
trygg_status tg_populations_gather(const trygg_design *design, int stage, size_t variable,
                                   const uint32_t *numbers, double *population, trygg_error *error);

/* Set them: those; or at the first stage, where no variable has the role fpc, those of strata.csv.  Where both are there
 * they must agree. */
trygg_status tg_populations_set(trygg_design *design, int stage, const double *population,
                                trygg_error *error);

/* Both, of records that are all there. */
trygg_status tg_populations_read(trygg_design *design, int stage, trygg_error *error);

/* Is the row of strata.csv about the stratum: its wave (none: every wave), and its codes with blanks between. */
int tg_populations_row_matches(const trygg_design *design, const tg_strata_row *row,
                               const tg_stratum *stratum);

#endif
