/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The variance of a total of cluster totals, and the rules for lonely clusters. */
#include <base/error.h>
#include <design/design.h>

/* Core (Cochran 1977, Sampling Techniques, 5.4 and 9A.11; ultimate clusters: Wolter 2007, 1.4):
 *
 *   V = sum_h (1 - f_h) n_h / (n_h - 1) sum_i (z_hi - zbar_h)^2
 *
 * Lonely strata (n_h = 1, f_h < 1), within each group g of strata (a wave):
 *   certainty   they add nothing;
 *   adjust      they add (1 - f_h) (z_h1 - zbar_g)^2, zbar_g the mean over all clusters of the group (of all groups
 *               for a regression over waves, whose z add up to 0 over them all)
 *               (R survey's lonely.psu = "adjust" since 4.2; Lumley 2010, Complex Surveys, 3.2.1);
 *   average     the other strata's variance is scaled by H_g / H_g,ok. */
static double factor(const tg_stratum *stratum) {
  return stratum->remaining * (double)stratum->clusters / ((double)stratum->clusters - 1);
}

#define EVERY_GROUP SIZE_MAX

static int in_group(const tg_stratum *stratum, size_t group) {
  return group == EVERY_GROUP || stratum->group == group;
}

/* Lists are short or touch one group, groups are few: a group's facts are gathered when it is met. */
typedef struct group_facts {
  double clusters; /* n over its strata */
  double strata, lonely;
} group_facts;

static group_facts facts_of(const trygg_design *design, size_t group) {
  group_facts facts = {0};
  for (size_t h = 0; h < design->stratum_count; h++)
    if (in_group(&design->strata[h], group)) {
      facts.clusters += (double)design->strata[h].clusters;
      facts.strata++;
      facts.lonely += tg_stratum_is_lonely(&design->strata[h]);
    }
  return facts;
}

/* Sum over the lonely strata of a group of (1 - f)(z_a - zbar_a)(z_b - zbar_b). */
static double adjusted_group(const trygg_design *design, size_t group, const double *sum_a,
                             const double *sum_b) {
  double total_a = 0, total_b = 0, result = 0, clusters = facts_of(design, group).clusters;
  for (size_t h = 0; h < design->stratum_count; h++)
    if (in_group(&design->strata[h], group)) {
      total_a += sum_a[h];
      total_b += sum_b[h];
    }
  for (size_t h = 0; h < design->stratum_count; h++)
    if (in_group(&design->strata[h], group) && tg_stratum_is_lonely(&design->strata[h]))
      result +=
          design->strata[h].remaining * (sum_a[h] - total_a / clusters) * (sum_b[h] - total_b / clusters);
  return result;
}

double tg_variance_adjusted(const trygg_design *design, const double *sum_a, const double *sum_b,
                            int across) {
  double result = 0;
  if (!design->lonely_count || design->lonely != TG_LONELY_ADJUST)
    return 0;
  if (across)
    return adjusted_group(design, EVERY_GROUP, sum_a, sum_b);
  for (size_t group = 0; group < design->group_count; group++)
    result += adjusted_group(design, group, sum_a, sum_b);
  return result;
}

void tg_variance_factors(const trygg_design *design, double *result) {
  for (size_t h = 0; h < design->stratum_count; h++)
    result[h] = design->strata[h].clusters > 1 ? factor(&design->strata[h]) : 0;
  if (!design->lonely_count || design->lonely != TG_LONELY_AVERAGE)
    return;
  for (size_t group = 0; group < design->group_count; group++) {
    group_facts facts = facts_of(design, group);
    for (size_t h = 0; h < design->stratum_count; h++)
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

trygg_status tg_design_check_group(const trygg_design *design, size_t group, trygg_error *error) {
  if (design->lonely != TG_LONELY_FAIL || !design->lonely_count)
    return TRYGG_OK;
  for (size_t h = 0; h < design->stratum_count; h++)
    if (design->strata[h].group == group && tg_stratum_is_lonely(&design->strata[h]))
      return tg_error_set(
          error, TRYGG_EDESIGN,
          "stratum `%s` has only one cluster, which gives no variance; choose --lonely certainty, "
          "adjust or average, or set `lonely` in settings.csv",
          design->strata[h].name);
  return TRYGG_OK;
}
