/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lonely rule `collapse`. */
#ifndef TG_DESIGN_COLLAPSE_H
#define TG_DESIGN_COLLAPSE_H

#include <design/design.h>

/* Join each lonely stratum of the first stage with one that strata.csv declares to be like it: what is joined is one
 * stratum from then on, also for degrees of freedom and replicates.  One that finds no company stays lonely. */
trygg_status tg_collapse_strata(trygg_design *design, trygg_error *error);

#endif
