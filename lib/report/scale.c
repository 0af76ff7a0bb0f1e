/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An axis: round limits and ticks. */
#include <report/scale.h>

#include <math.h>

/* The smallest of 1, 2, 5 times a power of ten that is not below `size`. */
static double round_step(double size) {
  double power = pow(10, floor(log10(size))), part = size / power;

  return power * (part <= 1.0000001 ? 1 : part <= 2.0000001 ? 2 : part <= 5.0000001 ? 5 : 10);
}

tg_scale tg_scale_make(double least, double most, size_t wanted, double zero) {
  tg_scale scale = {0};

  if (!isfinite(least) || !isfinite(most) || least > most)
    least = 0, most = 1;
  if (least > 0 && least <= most * zero)
    least = 0;
  if (most < 0 && most >= least * zero)
    most = 0;
  if (most - least <= fabs(most) * 1e-9)
    most = least + (least == 0 ? 1 : fabs(least) * 0.1);
  scale.step = round_step((most - least) / (double)(wanted > 0 ? wanted : 1));
  scale.low = floor(least / scale.step + 1e-9) * scale.step;
  scale.high = ceil(most / scale.step - 1e-9) * scale.step;
  scale.first = scale.low;
  scale.least = least;
  scale.most = most;
  scale.ticks = (size_t)lround((scale.high - scale.low) / scale.step) + 1;
  scale.decimals = scale.step >= 1 ? 0 : (int)ceil(-log10(scale.step) - 1e-9);
  return scale;
}

#define EMPTY 0.4  /* of a step */
#define BEYOND 0.1 /* of a step */

void tg_scale_trim(tg_scale *scale) {
  if (scale->ticks > 3 && scale->high - scale->most > EMPTY * scale->step) {
    scale->high = scale->most + BEYOND * scale->step;
    scale->ticks--;
  }
  if (scale->ticks > 3 && scale->least - scale->low > EMPTY * scale->step) {
    scale->low = scale->least - BEYOND * scale->step;
    scale->first += scale->step;
    scale->ticks--;
  }
}

double tg_scale_place(const tg_scale *scale, double value) {
  return scale->from + (value - scale->low) / (scale->high - scale->low) * (scale->to - scale->from);
}

double tg_scale_tick(const tg_scale *scale, size_t tick) {
  double value = scale->first + (double)tick * scale->step;

  return fabs(value) < scale->step * 1e-6 ? 0 : value;
}
