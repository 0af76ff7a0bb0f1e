/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Jonckheere and Terpstra's trend in answers that have an order, by the design: over all pairs of waves
 *
 *   J = 2/(K(K-1)) sum_{v<w} [P(y_v < y_w) - P(y_v > y_w)]
 *
 * (Jonckheere 1954, Biometrika 41:133-145, whose sum weighs pairs by the sizes of their samples; those are the survey's doing,
 * so pairs count the same here).  With H_v(y) = P(y_v < y) + P(y_v = y)/2 by the weights of wave v, a record of wave w has
 * the score
 *
 *   s = sum_{v<w} (2 H_v(y) - 1) + sum_{v>w} (1 - 2 H_v(y))
 *
 * and J is the sum over waves of the mean scores over K(K-1).  A record's influence is twice as much, as it takes part as an
 * earlier and as a later one: 2 w (s - mean of its wave) / (sum of its wave's weights) / (K(K-1)) (Serfling 1980,
 * Approximation Theorems of Mathematical Statistics, 5.2).  Of a share J is the mean difference of its waves. */
#include <math.h>
#include <string.h>

#include <base/keys.h>
#include <base/memory.h>
#include <inference/ranked.h>
#include <tally/influence.h>
#include <trend/tests.h>

typedef struct scoring {
  tg_ranked_list records;
  size_t waves;
  double *score;        /* of each record of the data */
  double *sum, *mean;   /* of each wave: weights, mean score */
  double *below, *tied; /* of each wave: weights below a value and at it */
} scoring;

static void add_weights(scoring *s) {
  for (size_t i = 0; i < s->records.count; i++)
    s->sum[s->records.group[s->records.list[i].record]] += s->records.list[i].weight;
}

/* Score of a value in wave w: how much oftener it is on the side of time than against it. */
static double score_at(const scoring *s, size_t w) {
  double score = 0;
  for (size_t v = 0; v < s->waves; v++) {
    double above = 2 * (s->below[v] + s->tied[v] / 2) / s->sum[v] - 1;
    score += v < w ? above : v > w ? -above : 0;
  }
  return score;
}

static void score_records(scoring *s) {
  const tg_ranked *list = s->records.list;
  size_t count = s->records.count;
  for (size_t i = 0, end; i < count; i = end) {
    memset(s->tied, 0, s->waves * sizeof *s->tied);
    for (end = i; end < count && list[end].y == list[i].y; end++)
      s->tied[s->records.group[list[end].record]] += list[end].weight;
    for (size_t k = i; k < end; k++) {
      size_t w = s->records.group[list[k].record];
      s->score[list[k].record] = score_at(s, w);
      s->mean[w] += list[k].weight * s->score[list[k].record] / s->sum[w];
    }
    for (size_t w = 0; w < s->waves; w++)
      s->below[w] += s->tied[w];
  }
}

static void fill(const void *context, size_t first, size_t records, double *u, unsigned char *inside) {
  const scoring *s = context;
  double pairs = (double)s->waves * (double)(s->waves - 1);
  for (size_t i = 0; i < records; i++) {
    size_t record = first + i, w = s->records.group[record];
    inside[i] = w != TG_RANK_NONE;
    if (inside[i])
      u[i] = 2 * (s->records.weight ? s->records.weight[record] : 1) * (s->score[record] - s->mean[w]) /
             (s->sum[w] * pairs);
  }
}

static trygg_status judge(const tg_span *span, const scoring *s, double level, tg_finding *finding,
                          trygg_error *error) {
  const trygg_estimates *estimates = span->series->estimates;
  tg_influence influence = {estimates->tally->design, 1, fill, s, 0, s->records.weight};
  tg_influence_degrees degrees;
  tg_given given = {NAN, NAN, level, NULL};
  trygg_status status = TRYGG_OK;
  TRY(tg_influence_covariance(&influence, &given.variance, &degrees, error));
  given.df = estimates->df_rule == TG_DF_GIVEN    ? estimates->df_given
             : estimates->df_rule == TG_DF_DESIGN ? degrees.design
                                                  : degrees.domain;
  finding->estimate = 0;
  for (size_t w = 0; w < s->waves; w++)
    finding->estimate += s->mean[w] / ((double)s->waves * (double)(s->waves - 1));
  TRY(tg_linear_finish(span, &given, finding, error));
cleanup:
  return status;
}

trygg_status tg_jonckheere_finish(const tg_span *span, const tg_given *given, tg_finding *finding,
                                  trygg_error *error) {
  const trygg_estimates *estimates = span->series->estimates;
  size_t records = estimates->tally->design->responses->count, n = span->count;
  scoring s = {.waves = n};
  trygg_status status = TRYGG_OK;
  double *memory = tg_memory_new(4 * n, sizeof *memory);
  size_t *domains = tg_memory_new(n, sizeof *domains);
  s.score = tg_memory_new(records, sizeof *s.score);
  if (!memory || !domains || !s.score) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  s.sum = memory;
  s.mean = memory + n;
  s.below = memory + 2 * n;
  s.tied = memory + 3 * n;
  for (size_t i = 0; i < n; i++)
    domains[i] = estimates->rows[tg_span_row(span, i)].domain;
  TRY(tg_ranked_read(estimates, span->series->indicator, domains, n, &s.records, error));
  add_weights(&s);
  score_records(&s);
  TRY(judge(span, &s, given->level, finding, error));
cleanup:
  tg_ranked_clear(&s.records);
  tg_memory_free(s.score);
  tg_memory_free(domains);
  tg_memory_free(memory);
  return status;
}
