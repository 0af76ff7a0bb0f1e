/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Control limits of many areas. */
#ifndef TG_INFERENCE_FUNNEL_H
#define TG_INFERENCE_FUNNEL_H

#include <stddef.h>

/* Mean square of z, a tenth at each end drawn in to the next one; 1 for none.  z is sorted. */
double tg_funnel_phi(double *z, size_t count);

/* Of a share of so many answers: the normal deviate of its place in the binomial distribution about the target (mid-p);
 * and the share that has a certain deviate, 0 or 1 where none has. */
double tg_funnel_deviate(double share, double answers, double target);
double tg_funnel_limit(double answers, double target, double deviate);

#endif
