/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sums of squares of replicate differences d = theta_r - theta:
 *
 *   V = scale [ sum q d^2 - 2 m sum q d + m^2 sum q ],  q the replicate's factor, m the mean of d, 0 with mse
 *
 * A replicate without an estimate is left out of that statistic, and nothing is scaled up for it (R survey's svrVar(),
 * which leaves it out of all that are asked for together). */
#include <estimate/replicates.h>

#include <math.h>

int tg_squares_create(tg_squares *squares, size_t count, int full) {
  *squares = (tg_squares){.count = count, .full = full};
  squares->replicates = tg_memory_new(count, sizeof *squares->replicates);
  squares->rscales = tg_memory_new(count, sizeof *squares->rscales);
  squares->plain = tg_memory_new(count, sizeof *squares->plain);
  squares->scaled = tg_memory_new(count, sizeof *squares->scaled);
  squares->products = tg_memory_new(full ? count * count : count, sizeof *squares->products);
  squares->dropped = tg_memory_new(count, 1);
  return squares->replicates && squares->rscales && squares->plain && squares->scaled && squares->products &&
                 squares->dropped
             ? 0
             : -1;
}

void tg_squares_clear(tg_squares *squares) {
  tg_memory_free(squares->replicates);
  tg_memory_free(squares->rscales);
  tg_memory_free(squares->plain);
  tg_memory_free(squares->scaled);
  tg_memory_free(squares->products);
  tg_memory_free(squares->dropped);
  *squares = (tg_squares){0};
}

static void add_sums(tg_squares *squares, size_t s, double difference, double rscale, double times) {
  squares->replicates[s] += rscale > 0 ? times : 0;
  squares->rscales[s] += rscale * times;
  squares->plain[s] += rscale > 0 ? times * difference : 0;
  squares->scaled[s] += rscale * times * difference;
}

void tg_squares_add(tg_squares *squares, size_t s, double difference, double rscale, double times) {
  if (!isfinite(difference)) {
    squares->dropped[s] = 1;
    return;
  }
  add_sums(squares, s, difference, rscale, times);
  squares->products[s] += rscale * times * difference * difference;
}

void tg_squares_add_all(tg_squares *squares, double *difference, double rscale, double times) {
  size_t count = squares->count;
  for (size_t s = 0; s < count; s++)
    if (!squares->full)
      tg_squares_add(squares, s, difference[s], rscale, times);
    else if (isfinite(difference[s]))
      add_sums(squares, s, difference[s], rscale, times);
    else {
      squares->dropped[s] = 1;
      difference[s] = 0;
    }
  for (size_t s = 0; s < count && squares->full; s++)
    for (size_t t = 0; t < count && difference[s] != 0; t++)
      squares->products[s * count + t] += rscale * times * difference[s] * difference[t];
}

void tg_squares_merge(tg_squares *squares, const tg_squares *other) {
  size_t count = squares->count;
  for (size_t s = 0; s < count; s++) {
    squares->replicates[s] += other->replicates[s];
    squares->rscales[s] += other->rscales[s];
    squares->plain[s] += other->plain[s];
    squares->scaled[s] += other->scaled[s];
    squares->dropped[s] |= other->dropped[s];
  }
  for (size_t i = 0; i < (squares->full ? count * count : count); i++)
    squares->products[i] += other->products[i];
}

/* Covariance of two statistics, before the scale; the same one twice: its variance. */
static double covariance(const tg_squares *squares, size_t s, size_t t, int mse) {
  double product = squares->products[squares->full ? s * squares->count + t : s];
  double m = mse ? 0 : squares->plain[s] / squares->replicates[s],
         n = mse ? 0 : squares->plain[t] / squares->replicates[t];
  if (!(squares->replicates[s] > 0) ||
      !(squares->replicates[t] > 0)) /* all of a population has no replicates, and no error */
    return squares->dropped[s] || squares->dropped[t] ? NAN : 0;
  return product - m * squares->scaled[t] - n * squares->scaled[s] +
         m * n * fmin(squares->rscales[s], squares->rscales[t]);
}

void tg_squares_finish(const tg_squares *squares, const tg_plan *plan, size_t outputs, double *variance,
                       unsigned char *dropped) {
  const tg_replicates *replicates = plan->estimates->tally->design->replicates;
  for (size_t s = 0; s < squares->count; s++) {
    size_t o = plan->output[s];
    double own = replicates->scale * covariance(squares, s, s, replicates->mse);
    if (dropped)
      dropped[o] |= squares->dropped[s];
    variance[squares->full ? o * outputs + o : o] += own < 0 ? 0 : own;
    for (size_t t = 0; t < s && squares->full; t++) {
      double value = replicates->scale * covariance(squares, s, t, replicates->mse);
      if (plan->group[s] != plan->group[t])
        continue;
      variance[o * outputs + plan->output[t]] += value;
      variance[plan->output[t] * outputs + o] += value;
    }
  }
}
