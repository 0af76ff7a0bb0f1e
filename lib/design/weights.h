/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weights that are not in the data: from the sizes of strata, and calibrated. */
#ifndef TG_DESIGN_WEIGHTS_H
#define TG_DESIGN_WEIGHTS_H

#include <design/design.h>

/* Give the design the weights that strata.csv and the options make.  Strata and populations are there. */
trygg_status tg_weights_make(trygg_design *design, const trygg_design_options *options, trygg_error *error);

/* Whether the weights are more than those that people were drawn by. */
int tg_weights_are_made(const trygg_design *design);

/* Make of other weights that the same people were drawn by, replicates of them, what was made of the design's own. */
trygg_status tg_weights_remake(const trygg_design *design, double *weight, trygg_error *error);

/* Records that are not kept can only have the weights of the data: TRYGG_EINVAL when others are asked for. */
trygg_status tg_weights_check_stream(const trygg_codebook *codebook, const trygg_design_options *options,
                                     trygg_error *error);

#endif
