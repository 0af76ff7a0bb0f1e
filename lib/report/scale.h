/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An axis: round limits and ticks. */
#ifndef TG_REPORT_SCALE_H
#define TG_REPORT_SCALE_H

#include <stddef.h>

typedef struct tg_scale {
  double least, most; /* that are to be shown */
  double low, high;   /* the ends of the axis, at first multiples of step */
  double first;       /* the first tick, at first low */
  double step;        /* 1, 2 or 5 times a power of ten */
  size_t ticks;       /* first, first + step, ... */
  int decimals;       /* that the ticks need */
  double from, to;    /* where low and high lie on paper */
} tg_scale;

/* Cover least..most with about `wanted` ticks.  Zero is included where that costs at most this part of the axis. */
tg_scale tg_scale_make(double least, double most, size_t wanted, double zero);

/* Let the axis end a little beyond what is shown, where the last step at an end is mostly empty. */
void tg_scale_trim(tg_scale *scale);

/* The place of a value between `from` and `to`. */
double tg_scale_place(const tg_scale *scale, double value);

double tg_scale_tick(const tg_scale *scale, size_t tick);

#endif
