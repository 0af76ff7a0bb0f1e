/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Waves in which two methods ran side by side (`bridge` in breaks.csv).  What an indicator says of such a wave is what
 * the new method found: records that mark the old one are outside its denominator.  Behind the indicator stands the
 * same one for the records of the old method, so that what the two differ by is a difference of two estimates of one
 * survey. */
#include <indicator/types.h>

#include <string.h>

#include <base/error.h>

#define RUN ((size_t)256)

static int has_bridge(const tg_indicator *indicator, size_t which) {
  for (size_t i = 0; i < indicator->bridge_count; i++)
    if (indicator->bridges[i] == which)
      return 1;
  return 0;
}

trygg_status tg_bridges_find(tg_indicator *indicator, const tg_indicator *whole,
                             const trygg_codebook *codebook, trygg_error *error) {
  if (indicator->borrows)
    return TRYGG_OK;
  for (size_t b = 0; b < codebook->break_count; b++) {
    const tg_break_row *row = &codebook->breaks[b];
    if (!row->parallel.count || has_bridge(indicator, b) ||
        !((whole && has_bridge(whole, b)) || tg_codebook_break_is_of(codebook, row, indicator->row)))
      continue;
    if (!indicator->bridges)
      indicator->bridges = tg_memory_new(codebook->break_count, sizeof *indicator->bridges);
    if (!indicator->bridges)
      return tg_error_memory(error);
    indicator->bridges[indicator->bridge_count++] = b;
  }
  indicator->is_old |= whole && whole->is_old;
  return TRYGG_OK;
}

/* Mark the records first..first+count-1 that the old method asked in the bridge's wave. */
static void mark(const tg_break_row *bridge, const trygg_responses *responses, size_t first, size_t count,
                 unsigned char *old) {
  unsigned char keep[RUN];
  size_t wave = 0;
  while (wave < responses->wave_count && strcmp(responses->waves[wave].code, bridge->wave))
    wave++;
  memset(keep, 1, count);
  tg_conditions_apply(&bridge->parallel, responses, first, count, keep);
  for (size_t i = 0; i < count; i++)
    old[i] |= keep[i] && responses->wave[first + i] == wave;
}

void tg_bridges_apply(const tg_indicator *indicator, const trygg_responses *responses, size_t first,
                      size_t count, unsigned char *state) {
  for (size_t done = 0, run; done < count; done += run) {
    unsigned char old[RUN] = {0};
    run = count - done < RUN ? count - done : RUN;
    for (size_t b = 0; b < indicator->bridge_count; b++)
      mark(&responses->codebook->breaks[indicator->bridges[b]], responses, first + done, run, old);
    for (size_t i = 0; i < run; i++)
      if (old[i] != indicator->is_old)
        state[done + i] = TG_OUTSIDE;
  }
}
