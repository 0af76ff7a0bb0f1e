/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Generalised least squares over the waves. */
#ifndef TG_TREND_GLS_H
#define TG_TREND_GLS_H

#include <trend/trend.h>

#define TG_GLS_COLUMNS 4 /* most regressors */

/* Coefficients c of regressor `which` of X (count x columns, row-major, of full rank), so that its estimate is
 * c' theta; finding->misfit and df_lost are what tg_gls_finish() needs, no_test is set when a regressor follows from
 * the others. */
trygg_status tg_gls_coefficients(const tg_span *span, const double *x, size_t columns, size_t which,
                                 double *c, tg_finding *finding, trygg_error *error);

#endif
