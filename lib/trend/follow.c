/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which waves are before a measure and which since, and the figures of its sides in them. */
#include <trend/measures.h>

#include <math.h>
#include <string.h>

const tg_row *tg_follow_row(const tg_follow *follow, tg_measure_cell cell) {
  const tg_measures *all = follow->all;
  size_t domain = follow->sides->domain + cell.wave * follow->sides->count + cell.side;
  return &all->made->rows[domain * all->estimates->tally->indicators.count + follow->indicator];
}

double tg_follow_value(const tg_follow *follow, tg_measure_cell cell, double *slope) {
  return follow->all->scale->link(tg_follow_row(follow, cell)->estimate, slope);
}

double tg_follow_time(const tg_follow *follow, size_t wave) {
  const trygg_estimates *estimates = follow->all->estimates;
  return estimates->tally->design->responses->waves[estimates->waves[wave]].time;
}

/* 0 where one of the sides has no figure; `flags` then gains why. */
static int has_figures(const tg_follow *follow, size_t wave, unsigned *flags) {
  const tg_measure_cell cells[] = {{wave, TG_REACHED}, {wave, TG_COMPARED + follow->comparison}};
  int all = 1;
  double slope;
  for (size_t i = 0; i < 2; i++)
    if (isnan(tg_follow_value(follow, cells[i], &slope))) {
      *flags |= tg_follow_row(follow, cells[i])->flags;
      all = 0;
    }
  return all;
}

int tg_follow_breaks(const tg_follow *follow, size_t from, size_t to) {
  const tg_measures *all = follow->all;
  return !all->across_breaks &&
         tg_codebook_break(all->estimates->tally->design->responses->codebook,
                           all->estimates->tally->indicators.list[follow->indicator].row,
                           tg_follow_time(follow, from), tg_follow_time(follow, to));
}

/* The waves before the last one ahead of the measure that are across a break from it are no part of its past. */
static void leave_out_broken(tg_follow *follow) {
  size_t first = follow->before_count;
  if (!first)
    return;
  while (first > 0 && !tg_follow_breaks(follow, follow->before[first - 1], tg_follow_last(follow)))
    first--;
  if (first)
    follow->flags = TG_FLAG_BREAK;
  follow->before_count -= first;
  memmove(follow->before, follow->before + first, follow->before_count * sizeof *follow->before);
}

static trygg_status find_waves(tg_follow *follow, double start, trygg_error *error) {
  size_t waves = follow->all->estimates->wave_count;
  unsigned without = 0;
  follow->before = tg_memory_new(waves, sizeof *follow->before);
  follow->after = tg_memory_new(waves, sizeof *follow->after);
  if (!follow->before || !follow->after)
    return tg_error_memory(error);
  for (size_t w = 0; w < waves; w++)
    if (tg_follow_time(follow, w) >= start)
      follow->after[follow->after_count++] = w;
    else if (has_figures(follow, w, &without))
      follow->before[follow->before_count++] = w;
  follow->flags = without ? without : TG_FLAG_FEW_WAVES;
  leave_out_broken(follow);
  return TRYGG_OK;
}

static int is_followed(const tg_measures *all, const tg_measure_row *measure, const tg_indicator *indicator) {
  const char *cursor = measure->indicators, *word;
  size_t length;
  if (all->scale->of_shares && !indicator->type->is_share)
    return 0;
  if (!*cursor)
    return 1;
  while ((word = tg_text_word(&cursor, &length)))
    if (tg_text_equal(word, length, indicator->name))
      return 1;
  return 0;
}

static trygg_status find_start(const trygg_codebook *codebook, const tg_measure_row *measure, double *start,
                               trygg_error *error) {
  *start = tg_codebook_wave_time(codebook, measure->start);
  if (!isnan(*start))
    return TRYGG_OK;
  return tg_error_at(
      error, TRYGG_ECODEBOOK, "waves.csv", 0, 0, "wave",
      "the time of wave `%s`, in which the measure `%s` began, is not known; give its decimal year "
      "in waves.csv",
      measure->start, measure->name);
}

trygg_status tg_follow_create(tg_measures *all, trygg_error *error) {
  const tg_indicators *indicators = &all->estimates->tally->indicators;
  const trygg_codebook *codebook = all->estimates->tally->design->responses->codebook;
  trygg_status status = TRYGG_OK;
  size_t most = 0;
  for (size_t m = 0; m < codebook->measure_count; m++)
    most += codebook->measures[m].comparison_count * indicators->count;
  all->follows = tg_memory_new(most, sizeof *all->follows);
  if (!all->follows)
    return tg_error_memory(error);
  for (size_t m = 0; m < codebook->measure_count; m++) {
    const tg_measure_row *measure = &codebook->measures[m];
    double start;
    TRY(find_start(codebook, measure, &start, error));
    for (size_t k = 0; k < indicators->count; k++)
      for (size_t c = 0; c < measure->comparison_count && is_followed(all, measure, &indicators->list[k]);
           c++) {
        tg_follow *follow = &all->follows[all->follow_count++];
        *follow = (tg_follow){.all = all, .sides = &all->sides[m], .comparison = c, .indicator = k};
        TRY(find_waves(follow, start, error));
      }
  }
cleanup:
  return status;
}

void tg_follow_clear(tg_measures *all) {
  for (size_t i = 0; i < all->follow_count; i++) {
    tg_memory_free(all->follows[i].before);
    tg_memory_free(all->follows[i].after);
  }
  tg_memory_free(all->follows);
}
