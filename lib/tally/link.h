/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the waves of a panel covary by the units that are in several of them (design/panel.c).
 *
 * While the units of each wave come for the second time, about the centres of their strata, those that are linked are kept;
 * when all have come, their products are added up, over each pair of waves. */
#ifndef TG_TALLY_LINK_H
#define TG_TALLY_LINK_H

#include <design/panel.h>

/* A value of a unit, about the centre. */
typedef struct tg_link_value {
  uint32_t output;
  double about;
} tg_link_value;

/* What one unit of one wave has touched: values[begin .. end). */
typedef struct tg_link_part {
  uint32_t linked, stratum;
  size_t begin, end;
} tg_link_part;

typedef struct tg_link {
  const trygg_design *design; /* NULL: no unit is linked, and all this does nothing */
  size_t count;               /* outputs */
  int full;
  tg_link_part *parts;
  size_t part_count, part_capacity;
  tg_link_value *values;
  size_t value_count, value_capacity;
  int failed;    /* without memory */
  double *again; /* of each output: units that came once more, in another wave */
  double *cross; /* result: of each output, or with `full` [output * count + output], the lower half */
  double *sums;  /* [link * count + output]: of units in both, about the centre */
  double *at;    /* of each output: the value of the unit at hand */
  uint32_t *stamp;
} tg_link;

/* 0, or -1 without memory; to be cleared in either case. */
int tg_link_begin(tg_link *link, const trygg_design *design, size_t count, int full);
void tg_link_clear(tg_link *link);

/* A unit of the first stage, whose values about the centre are about[k] of output touched[k]. */
void tg_link_add(tg_link *link, size_t unit, uint32_t stratum, const uint32_t *touched, const double *about,
                 size_t count);

/* All have come: `factor` is of each stratum; rest[output * strata + stratum] the sums about the centre.  0, or -1 without
 * memory. */
int tg_link_settle(tg_link *link, const double *factor, const double *rest, size_t strata);

#endif
