/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The variance of a total of cluster totals, and the rules for lonely clusters. */
#include <base/error.h>
#include <design/design.h>

/* Core (Cochran 1977, Sampling Techniques, 5.4 and 9A.11; ultimate clusters: Wolter 2007, 1.4):
 *
 *   V = sum_h (1 - f_h) n_h / (n_h - 1) sum_i (z_hi - zbar_h)^2
 *
 * A stratum within a unit of an earlier stage counts c_h times that, c_h the product of the sampling fractions of the
 * units above it: V = V_1 + sum_i f_1 V_2(i), and so on (Särndal, Swensson & Wretman 1992, 4.3.1; Cochran 10.3).
 *
 * Lonely strata (n_h = 1, f_h < 1), within each group g of strata (a wave, of one stage):
 *   certainty   they add nothing;
 *   adjust      they add (1 - f_h) (z_h1 - zbar_g)^2, zbar_g the mean over all clusters of the group (of all groups
 *               for a regression over waves, whose z add up to 0 over them all)
 *               (R survey's lonely.psu = "adjust" since 4.2; Lumley 2010, Complex Surveys, 3.2.1);
 *   average     the other strata's variance is scaled by H_g / H_g,ok. */
static double factor(const tg_stratum *stratum) {
  if (stratum->unequal) /* inclusion.h has the rest */
    return stratum->scale;
  return stratum->scale * stratum->remaining * (double)stratum->clusters / ((double)stratum->clusters - 1);
}

/* Lists are short or touch one group, groups are few: a group's facts are gathered when it is met. */
typedef struct group_facts {
  double clusters; /* n over its strata */
  double strata, lonely;
} group_facts;

static group_facts facts_of(const trygg_design *design, size_t group) {
  group_facts facts = {0};
  for (size_t h = 0; h < tg_design_all_strata(design); h++)
    if (design->strata[h].group == group) {
      facts.clusters += (double)design->strata[h].clusters;
      facts.strata++;
      facts.lonely += tg_stratum_is_lonely(&design->strata[h]);
    }
  return facts;
}

/* Weight of the distance between a stratum's mean and that of its group; 0 where the stratum has a spread of its own.
 * A unit that only the domain leaves alone has others that are 0, which the usual formula takes about their mean:
 * n_h (zbar_h - zbar_g)^2 moves that to zbar_g. */
static double weight_of_distance(const tg_stratum *stratum, int alone) {
  if (tg_stratum_is_lonely(stratum))
    return stratum->scale * stratum->remaining;
  return alone ? factor(stratum) * (double)stratum->clusters : 0;
}

/* Sum over the lonely strata of groups [from, to) of (1 - f)(z_a - zbar_a)(z_b - zbar_b). */
static double adjusted_groups(const trygg_design *design, size_t from, size_t to, const tg_adjusted *a,
                              const tg_adjusted *b) {
  double total_a = 0, total_b = 0, result = 0, clusters = 0;
  for (size_t h = 0; h < tg_design_all_strata(design); h++)
    if (design->strata[h].group >= from && design->strata[h].group < to) {
      total_a += a->sum[h];
      total_b += b->sum[h];
      clusters += (double)design->strata[h].clusters;
    }
  for (size_t h = 0; h < tg_design_all_strata(design); h++) {
    const tg_stratum *stratum = &design->strata[h];
    double n = (double)stratum->clusters, weight;
    if (stratum->group < from || stratum->group >= to)
      continue;
    weight = weight_of_distance(stratum, a->alone[h] && b->alone[h]);
    if (weight > 0)
      result += weight * (a->sum[h] / n - total_a / clusters) * (b->sum[h] / n - total_b / clusters);
  }
  return result;
}

double tg_variance_adjusted(const trygg_design *design, const tg_adjusted *a, const tg_adjusted *b,
                            int across) {
  size_t step = across ? design->group_count : 1;
  double result = 0;
  for (size_t group = 0; group < tg_design_all_groups(design); group += step)
    result += adjusted_groups(design, group, group + step, a, b);
  return result;
}

void tg_variance_factors(const trygg_design *design, double *result) {
  size_t strata = tg_design_all_strata(design);
  for (size_t h = 0; h < strata; h++)
    result[h] =
        design->strata[h].clusters > 1 || design->strata[h].independent ? factor(&design->strata[h]) : 0;
  if (!design->lonely_count || design->lonely != TG_LONELY_AVERAGE || design->domain_lonely)
    return;
  for (size_t group = 0; group < tg_design_all_groups(design); group++) {
    group_facts facts = facts_of(design, group);
    for (size_t h = 0; h < strata; h++)
      if (design->strata[h].group == group && facts.strata > facts.lonely)
        result[h] *= facts.strata / (facts.strata - facts.lonely);
  }
}

/* The usual case: no lonely stratum anywhere, one pass over the list. */
static double plain(const trygg_design *design, const tg_stratum_sums *list, size_t count) {
  double result = 0;
  for (size_t i = 0; i < count; i++) {
    const tg_stratum *stratum = &design->strata[list[i].stratum];
    if (stratum->clusters > 1)
      result += factor(stratum) * list[i].squares;
  }
  return result;
}

/* With the rule `adjust`: sum over the group's lonely strata, those outside the list included. */
static double adjusted_list(const trygg_design *design, size_t group, const group_facts *facts,
                            const tg_stratum_sums *list, size_t count) {
  double total = 0, result = 0, mean, outside = 0;
  for (size_t i = 0; i < count; i++)
    if (design->strata[list[i].stratum].group == group)
      total += list[i].sum;
  mean = total / facts->clusters;
  for (size_t h = 0; h < design->stratum_count; h++)
    if (design->strata[h].group == group && tg_stratum_is_lonely(&design->strata[h]))
      outside += design->strata[h].remaining;
  for (size_t i = 0; i < count; i++) {
    const tg_stratum *stratum = &design->strata[list[i].stratum];
    if (stratum->group != group || !tg_stratum_is_lonely(stratum))
      continue;
    outside -= stratum->remaining;
    result += stratum->remaining * (list[i].sum - mean) * (list[i].sum - mean);
  }
  return result + (outside > 0 ? outside : 0) * mean * mean;
}

double tg_variance_total(const trygg_design *design, const tg_stratum_sums *list, size_t count,
                         int *lonely_met) {
  double result = 0;
  if (!design->lonely_count)
    return plain(design, list, count);
  for (size_t group = 0; group < design->group_count; group++) {
    group_facts facts;
    double part = 0;
    int met = 0, touched = 0;
    for (size_t i = 0; i < count; i++) {
      const tg_stratum *stratum = &design->strata[list[i].stratum];
      if (stratum->group != group)
        continue;
      touched = 1;
      met |= tg_stratum_is_lonely(stratum);
      if (stratum->clusters > 1)
        part += factor(stratum) * list[i].squares;
    }
    if (!touched)
      continue;
    facts = facts_of(design, group);
    if (facts.lonely > 0 && design->lonely == TG_LONELY_AVERAGE && facts.strata > facts.lonely) {
      part *= facts.strata / (facts.strata - facts.lonely);
      met = 1;
    }
    if (facts.lonely > 0 && design->lonely == TG_LONELY_ADJUST)
      part += adjusted_list(design, group, &facts, list, count);
    *lonely_met |= met;
    result += part;
  }
  return result;
}
