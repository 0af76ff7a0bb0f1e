/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Variances of statistics that the retained sums of a tally know, without another look at the records; one look an
 * indicator where the design is calibrated. */
#ifndef TG_TALLY_RETAINED_H
#define TG_TALLY_RETAINED_H

#include <tally/tally.h>

/* Terms of one output after the other: those of output o are terms[begin[o]..begin[o + 1]), in any order. */
typedef struct tg_retained {
  const tg_tally *tally;
  const tg_term *terms;
  const size_t *begin;
  size_t outputs;
  int threads;
} tg_retained;

/* Fill variance[o] and df[o] (NULL: not wanted) where known[o] is set to 1; others are left for records. */
trygg_status tg_retained_variances(const tg_retained *what, unsigned char *known, double *variance,
                                   double *df, trygg_error *error);

#endif
