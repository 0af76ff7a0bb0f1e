/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file indicator.h
 * @brief What an indicator can be, and whether those of a codebook make sense.
 *
 * Indicators are declared in `indicators.csv`; estimation compiles them.  This
 * header only lists the types and checks a codebook without data.
 */
#ifndef TRYGG_INDICATOR_H
#define TRYGG_INDICATOR_H

#include <trygg/codebook.h>

TRYGG_BEGIN_DECLS

/** Name of the @p i-th indicator type (`share`, `mean`, ...), or NULL past the last; borrowed. */
TRYGG_API const char *trygg_indicator_type(size_t i);

/** One line of help on the @p i-th indicator type, or NULL; borrowed. */
TRYGG_API const char *trygg_indicator_help(size_t i);

/**
 * Check every indicator of a finished codebook: type, variables, numerator,
 * denominator, where, weight, bounds; and that published shares are shares.
 *
 * @retval TRYGG_ENAME      An unknown type, variable or code; the message has the nearest.
 * @retval TRYGG_ECODEBOOK  A column is missing, or does not fit the type.
 */
TRYGG_API trygg_status trygg_indicator_check(const trygg_codebook *codebook, trygg_error *error);

TRYGG_END_DECLS

#endif /* TRYGG_INDICATOR_H */
