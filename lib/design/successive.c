/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Successive difference replication, for systematic samples whose order in the data is that of the draw (Fay & Train
 * 1995, Proc. ASA Gov. Stat. Sect., 154-159; Ash 2014, Survey Methodology 40:47-59).
 *
 *   change of unit i in replicate r = sqrt(1 - f_h) 2^(-3/2) (H_ra - H_rb),  V = 4/R sum_r (theta_r - theta)^2
 *
 * a is the row of unit i and b that of the next one, the last unit's next being the first of its stratum.  Where every
 * unit has a row of its own, a linear statistic gets
 *
 *   sum_h (1 - f_h)/2 [sum_i (z_i - z_i+1)^2 + (z_n - z_1)^2]
 *
 * exactly.  With more units than rows the rows are gone through again in larger steps; their number without the one of
 * all +1 is a prime, so that every step meets all of them and a pair comes back late. */
#include <math.h>
#include <string.h>

#include <base/error.h>
#include <design/replicates.h>

#define MOST_OF_CLUSTERS ((size_t)500) /* replicates */
#define MOST_OF_RECORDS ((size_t)164)

static int is_prime(size_t n) {
  for (size_t d = 2; d * d <= n; d++)
    if (n % d == 0)
      return 0;
  return n > 1;
}

/* Place in the data of each unit: its first record. */
static size_t *first_records(const trygg_design *design, size_t units) {
  size_t *first = tg_memory_new(units, sizeof *first);
  for (size_t i = design->responses->count; first && i-- > 0;)
    first[design->cluster ? design->cluster[i] : i] = i;
  return first;
}

/* Row of the t-th unit of all. */
static size_t row_at(size_t t, size_t prime) {
  size_t step = t / prime % ((prime - 1) / 2) + 1;
  return 1 + t % prime * step % prime;
}

/* Units of a stratum in the order of the data, by insertion of what is mostly in order. */
static void sort_units(size_t *units, size_t count, const size_t *first) {
  for (size_t i = 1; i < count; i++) {
    size_t unit = units[i], k = i;
    for (; k > 0 && first[units[k - 1]] > first[unit]; k--)
      units[k] = units[k - 1];
    units[k] = unit;
  }
}

static trygg_status assign_rows(tg_replicates *replicates, const trygg_design *design, trygg_error *error) {
  size_t units = replicates->unit_count, prime = replicates->sign_count - 1, t = 0;
  size_t *first = first_records(design, units), *sorted = tg_memory_new(units, sizeof *sorted);
  replicates->row = tg_memory_new(2 * units, sizeof *replicates->row);
  if (!first || !sorted || !replicates->row) {
    tg_memory_free(first);
    tg_memory_free(sorted);
    return tg_error_memory(error);
  }
  for (size_t h = 0; h < design->stratum_count; h++) {
    size_t begin = replicates->begin[h], count = replicates->begin[h + 1] - begin;
    for (size_t i = 0; i < count; i++)
      sorted[i] = replicates->order ? replicates->order[begin + i] : begin + i;
    if (design->cluster)
      sort_units(sorted, count, first);
    for (size_t i = 0; i < count; i++) {
      replicates->row[2 * sorted[i]] = row_at(t + i, prime);
      replicates->row[2 * sorted[i] + 1] = row_at(i + 1 < count ? t + i + 1 : t, prime);
    }
    t += count;
  }
  tg_memory_free(first);
  tg_memory_free(sorted);
  return TRYGG_OK;
}

trygg_status tg_successive_prepare(tg_replicates *replicates, const trygg_design *design,
                                   trygg_error *error) {
  size_t most = design->cluster ? MOST_OF_CLUSTERS : MOST_OF_RECORDS;
  size_t least = replicates->unit_count < most ? replicates->unit_count + 1 : most;
  trygg_status status = TRYGG_OK;
  for (least = least < 8 ? 8 : least; least % 4 || !is_prime(least - 1);)
    least++;
  TRY(tg_replicates_strata(replicates, design, error));
  TRY(tg_replicates_signs(replicates, least, error));
  replicates->count = replicates->sign_count;
  replicates->scale = 4 / (double)replicates->count;
  for (size_t h = 0; h < design->stratum_count; h++)
    replicates->step[h] = sqrt(design->strata[h].remaining / 8);
  TRY(assign_rows(replicates, design, error));
cleanup:
  return status;
}

void tg_successive_draw(const tg_replicates *replicates, const trygg_design *design, size_t h, size_t first,
                        size_t count, tg_replicate_stream *stream, int16_t *draws) {
  size_t begin = replicates->begin[h], units = replicates->begin[h + 1] - begin;
  (void)design;
  (void)stream;
  for (size_t i = 0; i < units; i++) {
    size_t unit = replicates->order ? replicates->order[begin + i] : begin + i;
    for (size_t k = 0; k < count; k++) {
      const signed char *signs = replicates->signs + (first + k) * replicates->sign_count;
      draws[i * TG_LANES + k] =
          (int16_t)(signs[replicates->row[2 * unit]] - signs[replicates->row[2 * unit + 1]]);
    }
  }
}
