/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Control limits of many areas. */
#ifndef TG_INFERENCE_FUNNEL_H
#define TG_INFERENCE_FUNNEL_H

#include <stddef.h>

/* Mean square of z, a tenth at each end drawn in to the next one; 1 for none.  z is sorted. */
double tg_funnel_phi(double *z, size_t count);

#endif
