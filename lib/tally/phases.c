/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each part of a variance of two phases (design/phases.h) is that of a sample of its own: a spread beside the spread of the
 * first phase, to which the same records come. */
#include <tally/phases.h>

#include <math.h>
#include <string.h>

#include <base/error.h>
#include <base/memory.h>
#include <design/phases.h>

/* Parts differ in sign; what is left of them when they cancel is rounding below this share. */
#define NOTHING_LEFT 1e-13

struct tg_spread_phases {
  tg_spread of[TG_PHASE_PARTS];
};

int tg_spread_phases_begin(tg_spread *s) {
  const tg_phases *phases = s->design->phases;
  s->phases = tg_memory_new(1, sizeof *s->phases);
  if (!s->phases)
    return -1;
  for (size_t k = 0; k < TG_PHASE_PARTS; k++)
    if (phases->parts[k] && tg_spread_begin(&s->phases->of[k], phases->parts[k], s->count, 1) != 0)
      return -1;
  return 0;
}

void tg_spread_phases_free(tg_spread_phases *phases) {
  for (size_t k = 0; k < TG_PHASE_PARTS && phases; k++)
    if (phases->of[k].design)
      tg_spread_clear(&phases->of[k]);
  tg_memory_free(phases);
}

/* What varies with the second phase alone has no part in the first. */
static void forget_second(tg_spread *s) {
  size_t left = 0;
  for (size_t t = 0; t < s->touched_count; t++) {
    size_t o = s->touched[t];
    if (!s->second[o]) {
      s->touched[left++] = (uint32_t)o;
      continue;
    }
    s->u[o] = 0;
    s->met[o] = 0;
  }
  s->touched_count = left;
}

/* Of a unit drawn by itself sqrt(1 - p) z counts, but in pairs, of which there are none. */
void tg_spread_phases_add(tg_spread *s, size_t record) {
  const double *root = s->design->phases->root;
  for (size_t k = 0; k < TG_PHASE_PARTS && s->touched_count; k++) {
    tg_spread *part = &s->phases->of[k];
    if (!part->design)
      continue;
    for (size_t t = 0; t < s->touched_count; t++)
      if (k == TG_PHASE_SECOND || !s->second[s->touched[t]])
        tg_spread_touch(part, s->touched[t], s->u[s->touched[t]] * (root ? root[record] : 1));
    tg_spread_add_record(part, record);
  }
  forget_second(s);
}

int tg_spread_phases_settle(tg_spread *s) {
  for (size_t k = 0; k < TG_PHASE_PARTS; k++) {
    tg_spread *part = &s->phases->of[k];
    if (!part->design)
      continue;
    memcpy(part->across, s->across, s->count);
    if (tg_spread_settle(part) != 0)
      return -1;
  }
  return 0;
}

int tg_spread_phases_begin_products(tg_spread *s, int full) {
  for (size_t k = 0; k < TG_PHASE_PARTS; k++)
    if (s->phases->of[k].design && tg_spread_begin_products(&s->phases->of[k], full) != 0)
      return -1;
  return 0;
}

/* Nothing varies with what does not vary. */
static void clear_nothing(double *values, const double *size, size_t count, int full) {
  for (size_t o = 0; o < count; o++) {
    size_t at = full ? o * count + o : o;
    if (!(fabs(values[at]) < NOTHING_LEFT * size[at]))
      continue;
    for (size_t p = 0; p < count && full; p++)
      values[o * count + p] = values[p * count + o] = 0;
    values[at] = 0;
  }
}

trygg_status tg_spread_phases_finish(const tg_spread *s, int full, double *values, trygg_error *error) {
  size_t count = full ? s->count * s->count : s->count;
  trygg_status status = TRYGG_OK;
  double *part = tg_memory_new(count, sizeof *part), *size = tg_memory_new(count, sizeof *size);
  if (!part || !size) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t i = 0; i < count; i++)
    size[i] = fabs(values[i]);
  for (size_t k = 0; k < TG_PHASE_PARTS; k++) {
    const tg_spread *of = &s->phases->of[k];
    if (!of->design)
      continue;
    TRY(full ? tg_spread_matrix(of, part, error) : tg_spread_variances(of, part, error));
    for (size_t i = 0; i < count; i++) {
      values[i] += part[i];
      size[i] += fabs(part[i]);
    }
  }
  clear_nothing(values, size, s->count, full);
cleanup:
  tg_memory_free(part);
  tg_memory_free(size);
  return status;
}

void tg_spread_phases_df(const tg_spread *s, size_t count, double *df) {
  const tg_spread *second = &s->phases->of[TG_PHASE_SECOND];
  for (size_t o = 0; o < count; o++) {
    double own = 0;
    for (size_t g = 0; g < second->strata; g++)
      if (second->of[o * second->strata + g].n > 0)
        own += second->of[o * second->strata + g].n - 1;
    df[o] = fmin(df[o], own);
  }
}
