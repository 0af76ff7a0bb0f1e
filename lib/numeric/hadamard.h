/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hadamard matrices: entries +1 and -1, H H' = n I. */
#ifndef TG_NUMERIC_HADAMARD_H
#define TG_NUMERIC_HADAMARD_H

#include <base/error.h>

#define TG_HADAMARD_MOST ((size_t)4096) /* largest order made here: 16 MiB */

/* Smallest order of at least `least` that is constructed here; 0 when it would be past TG_HADAMARD_MOST. */
size_t tg_hadamard_order(size_t least);

/* The matrix of an order that tg_hadamard_order gave: out[row * order + column].  Row 0 and column 0 are all +1. */
trygg_status tg_hadamard_fill(size_t order, signed char *out, trygg_error *error);

#endif
