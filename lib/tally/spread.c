/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Spread of linear statistics over units, and their covariances.
 *
 *   Cov(p, q) = sum_s c_s (1 - f_s) n_s/(n_s - 1) sum_i (u_pi - ubar_ps) (u_qi - ubar_qs)
 *
 * over the strata s of all stages and their n_s units i; c_s is the product of the fractions f of the units that s lies
 * in, 1 at the first stage (Särndal, Swensson & Wretman 1992, 4.3.1, unfolded; R survey's svyrecvar).  Units without a
 * record of the domain have u = 0 and are not listed: n_s knows them.
 *
 * Nothing may cancel.  Variances are summed about the first value met in the stratum, which also keeps exact zeros.
 * Products are summed about the mean where every unit of the stratum is listed, which is when large totals vary little;
 * where some are not, the zeros among them are the variation. */
#include <tally/spread.h>

#include <float.h>
#include <math.h>

#include <base/error.h>
#include <base/memory.h>
#include <tally/answering.h>
#include <tally/forms.h>
#include <tally/phases.h>

/* What is left of variances that a covariance takes away is rounding below this share of them. */
#define NOTHING_LEFT 1e-13

/* Levels of the stages whose units are kept: those that contain others, and records where forms need all of them. */
static int begin_levels(tg_spread *s) {
  const trygg_design *design = s->design;
  for (size_t l = 0; l <= design->stage_count; l++) {
    const tg_stage *stage = l ? &design->stages[l - 1] : NULL;
    const uint32_t *unit = stage ? stage->unit : design->cluster;
    tg_spread_level *level = &s->levels[s->level_count];
    if (!unit && !tg_inclusion_of(design, l))
      break;
    s->records_are_units = !unit;
    s->level_count++;
    *level = stage ? (tg_spread_level){.units = stage->unit_count,
                                       .first = stage->first,
                                       .strata = stage->stratum_count,
                                       .unit_stratum = unit ? stage->unit_stratum : stage->stratum,
                                       .parent = stage->parent}
                   : (tg_spread_level){.units = design->cluster_count,
                                       .strata = design->stratum_count,
                                       .unit_stratum = unit ? design->cluster_stratum : design->stratum};
    level->u = tg_memory_new(level->units * s->count, sizeof *level->u);
    level->met = tg_memory_new(level->units * s->count, 1);
    if (!level->u || !level->met)
      return -1;
  }
  return design->inclusion ? tg_spread_forms_begin(s) : 0;
}

int tg_spread_begin(tg_spread *s, const trygg_design *design, size_t count, int records) {
  size_t strata = tg_design_all_strata(design);
  *s = (tg_spread){.design = design, .count = count, .strata = strata};
  s->across = tg_memory_new(count, 1);
  s->second = tg_memory_new(count, 1);
  s->u = tg_memory_new(count, sizeof *s->u);
  s->met = tg_memory_new(count, 1);
  s->touched = tg_memory_new(count, sizeof *s->touched);
  s->of = tg_memory_new(count * strata, sizeof *s->of);
  s->factor = tg_memory_new(strata, sizeof *s->factor);
  if (!s->across || !s->second || !s->u || !s->met || !s->touched || !s->of || !s->factor)
    return -1;
  tg_variance_factors(design, s->factor);
  if (records && begin_levels(s) != 0)
    return -1;
  if (records && tg_spread_answering_begin(s) != 0)
    return -1;
  return design->phases ? tg_spread_phases_begin(s) : 0;
}

void tg_spread_clear(tg_spread *s) {
  void *blocks[] = {s->across, s->second, s->u,      s->met,  s->touched, s->of,
                    s->factor, s->share,  s->centre, s->rest, s->about,   s->products};
  for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
    tg_memory_free(blocks[i]);
  for (size_t l = 0; l < s->level_count; l++) {
    tg_memory_free(s->levels[l].u);
    tg_memory_free(s->levels[l].met);
  }
  tg_link_clear(&s->link);
  tg_spread_forms_free(s->forms);
  tg_spread_phases_free(s->phases);
  tg_spread_answering_free(s->answering);
  *s = (tg_spread){0};
}

/* ---- units ------------------------------------------------------------------------------------- */

static void add_products(tg_spread *s, size_t h) {
  for (size_t k = 0; k < s->touched_count; k++) {
    size_t o = s->touched[k], at = o * s->strata + h;
    s->about[k] = (s->u[o] - s->centre[at]) * (s->share ? s->share[at] : 1);
    s->rest[at] += s->about[k];
  }
  for (size_t k = 0; k < s->touched_count && s->products; k++) {
    size_t p = s->touched[k];
    double weighted = s->factor[h] * s->about[k];
    for (size_t l = 0; l <= k; l++) {
      size_t q = s->touched[l];
      s->products[p > q ? p * s->count + q : q * s->count + p] += weighted * s->about[l];
    }
  }
}

/* The unit at hand is complete and lies in this stratum; its number, or TG_NONE of a later stage. */
static void add_unit(tg_spread *s, size_t h, size_t unit) {
  if (s->about && s->design->strata[h].unequal)
    return;
  if (s->about) {
    add_products(s, h);
    if (unit != TG_NONE)
      tg_link_add(&s->link, unit, (uint32_t)h, s->touched, s->about, s->touched_count);
    return;
  }
  for (size_t k = 0; k < s->touched_count; k++) {
    size_t o = s->touched[k];
    tg_stratum_spread *spread = &s->of[o * s->strata + h];
    double d;
    if (spread->n == 0)
      spread->first = s->u[o];
    d = s->u[o] - spread->first;
    spread->n++;
    spread->sum += d;
    spread->squares += d * d;
  }
}

static void next_unit(tg_spread *s) {
  for (size_t k = 0; k < s->touched_count; k++) {
    s->u[s->touched[k]] = 0;
    s->met[s->touched[k]] = 0;
  }
  s->touched_count = 0;
}

/* The unit at hand is part of a unit of a level. */
static void keep(tg_spread *s, const tg_spread_level *to, size_t unit) {
  for (size_t k = 0; k < s->touched_count; k++) {
    size_t o = s->touched[k];
    to->u[unit * s->count + o] += s->u[o];
    to->met[unit * s->count + o] = 1;
  }
}

void tg_spread_add_cluster(tg_spread *s, size_t cluster) {
  add_unit(s, s->design->cluster_stratum[cluster], cluster);
  next_unit(s);
}

void tg_spread_add_record(tg_spread *s, size_t record) {
  const trygg_design *design = s->design;
  const tg_stage *last = design->stage_count ? &design->stages[design->stage_count - 1] : NULL;
  size_t l = s->level_count - 1;
  if (s->phases)
    tg_spread_phases_add(s, record);
  if (s->answering)
    tg_spread_answering_add(s, record);
  if (s->records_are_units)
    keep(s, &s->levels[l], record);
  else if (!design->cluster)
    add_unit(s, design->stratum[record], record);
  else {
    if (last && !last->unit)
      add_unit(s, last->first + last->stratum[record], TG_NONE);
    keep(s, &s->levels[l], l == 0 ? design->cluster[record] : design->stages[l - 1].unit[record]);
  }
  next_unit(s);
}

/* From the last stage to the first: each unit joins its stratum, and the unit it lies in. */
static void add_levels(tg_spread *s) {
  for (size_t l = s->level_count; l-- > 0;) {
    const tg_spread_level *at = &s->levels[l];
    if (tg_inclusion_of(s->design, l))
      tg_spread_forms_add(s, l);
    for (size_t i = 0; i < at->units; i++) {
      size_t stratum = at->unit_stratum[i];
      for (size_t o = 0; o < s->count; o++)
        if (at->met[i * s->count + o]) {
          tg_spread_touch(s, o, at->u[i * s->count + o]);
          at->u[i * s->count + o] = 0;
          at->met[i * s->count + o] = 0;
        }
      add_unit(s, at->first + stratum, l == 0 ? i : TG_NONE);
      if (l > 0)
        keep(s, at - 1, at->parent[stratum]);
      next_unit(s);
    }
  }
}

/* ---- domains that leave one unit in a stratum ------------------------------------------------------ */

/* The design has more units there, but one alone has somebody in the domain. */
static int is_alone(const tg_spread *s, size_t o, size_t h) {
  const tg_stratum *stratum = &s->design->strata[h];
  return s->design->domain_lonely && s->of[o * s->strata + h].n == 1 && stratum->clusters > 1 &&
         stratum->remaining > 0 && stratum->scale > 0;
}

/* Rule `average` by domains: lonely strata, by design or by the domain, get the mean of the others of their wave and stage
 * that have somebody in it (R survey with survey.adjust.domain.lonely). */
static void share_group(tg_spread *s, size_t o, size_t group) {
  double met = 0, lost = 0, share;
  for (size_t h = 0; h < s->strata; h++)
    if (s->design->strata[h].group == group && s->of[o * s->strata + h].n > 0) {
      met++;
      lost += is_alone(s, o, h) || tg_stratum_is_lonely(&s->design->strata[h]);
    }
  share = met > lost ? sqrt(met / (met - lost)) : 1;
  for (size_t h = 0; h < s->strata; h++)
    if (s->design->strata[h].group == group)
      s->share[o * s->strata + h] = is_alone(s, o, h) ? 0 : share;
}

int tg_spread_settle(tg_spread *s) {
  add_levels(s);
  if (s->phases && tg_spread_phases_settle(s) != 0)
    return -1;
  if (s->about)
    return tg_link_settle(&s->link, s->factor, s->rest, s->strata);
  if (!s->design->domain_lonely || s->design->lonely != TG_LONELY_AVERAGE)
    return 0;
  s->share = tg_memory_new(s->count * s->strata, sizeof *s->share);
  if (!s->share)
    return -1;
  for (size_t o = 0; o < s->count; o++)
    for (size_t group = 0; group < tg_design_all_groups(s->design); group++)
      share_group(s, o, group);
  return 0;
}

/* ---- results ------------------------------------------------------------------------------------------ */

/* Squares about the mean over all units of the stratum, those not listed being 0. */
static double squares_of(const tg_spread *s, size_t o, size_t h) {
  const tg_stratum_spread *spread = &s->of[o * s->strata + h];
  double n = (double)s->design->strata[h].clusters, mean = spread->first + spread->sum / spread->n;
  double squares = spread->squares - spread->sum * spread->sum / spread->n;
  if (squares < 8 * DBL_EPSILON * spread->squares)
    squares = 0;
  if (n > spread->n)
    squares += mean * mean * spread->n * (n - spread->n) / n;
  return squares;
}

/* What linked waves add; a difference of equal answers leaves rounding. */
static double with_linked(const tg_spread *s, double variance, size_t o) {
  double both;
  if (!s->link.design)
    return variance;
  both = variance + s->link.cross[s->link.full ? o * s->count + o : o];
  return fabs(both) < NOTHING_LEFT * variance ? 0 : both;
}

static double variance_of(const tg_spread *s, size_t o) {
  double result = tg_spread_forms_variance(s->forms, o);
  for (size_t h = 0; h < s->strata; h++) {
    size_t at = o * s->strata + h;
    if (s->of[at].n == 0 || s->design->strata[h].clusters < 2 || s->design->strata[h].unequal)
      continue;
    if (s->share)
      result += s->factor[h] * squares_of(s, o, h) * s->share[at] * s->share[at];
    else
      result += s->factor[h] * squares_of(s, o, h);
  }
  return with_linked(s, result, o);
}

/* What the rule `adjust` looks at, of all outputs; NULL sums where it is not asked for. */
typedef struct adjusting {
  double *sums;
  unsigned char *alone;
} adjusting;

static void adjusting_clear(adjusting *a) {
  tg_memory_free(a->sums);
  tg_memory_free(a->alone);
}

static trygg_status adjusting_begin(const tg_spread *s, adjusting *a, trygg_error *error) {
  const trygg_design *design = s->design;
  *a = (adjusting){0};
  if (design->lonely != TG_LONELY_ADJUST || (!design->lonely_count && !design->domain_lonely))
    return TRYGG_OK;
  a->sums = tg_memory_new(s->count * s->strata, sizeof *a->sums);
  a->alone = tg_memory_new(s->count * s->strata, 1);
  if (!a->sums || !a->alone)
    return tg_error_memory(error);
  for (size_t o = 0; o < s->count; o++)
    for (size_t h = 0; h < s->strata; h++) {
      const tg_stratum_spread *spread = &s->of[o * s->strata + h];
      a->sums[o * s->strata + h] = spread->first * spread->n + spread->sum;
      a->alone[o * s->strata + h] = (unsigned char)is_alone(s, o, h);
    }
  return TRYGG_OK;
}

static double adjusted(const tg_spread *s, const adjusting *a, size_t p, size_t q) {
  tg_adjusted x, y;
  if (!a->sums)
    return 0;
  x = (tg_adjusted){a->sums + p * s->strata, a->alone + p * s->strata};
  y = (tg_adjusted){a->sums + q * s->strata, a->alone + q * s->strata};
  return tg_variance_adjusted(s->design, &x, &y, s->across[p] && s->across[q]);
}

trygg_status tg_spread_variances(const tg_spread *s, double *variances, trygg_error *error) {
  adjusting a;
  trygg_status status = adjusting_begin(s, &a, error);
  for (size_t o = 0; status == TRYGG_OK && o < s->count; o++)
    variances[o] = variance_of(s, o) + adjusted(s, &a, o, o);
  adjusting_clear(&a);
  if (status == TRYGG_OK && s->phases)
    status = tg_spread_phases_finish(s, 0, variances, error);
  return status;
}

int tg_spread_needs_products(const tg_spread *s) {
  if (!tg_panel_is_linked(s->design))
    return 0;
  for (size_t o = 0; o < s->count; o++) {
    size_t group = TG_NONE;
    for (size_t h = 0; h < s->design->stratum_count; h++)
      if (s->of[o * s->strata + h].n > 0) {
        if (group != TG_NONE && group != s->design->strata[h].group)
          return 1;
        group = s->design->strata[h].group;
      }
  }
  return 0;
}

int tg_spread_begin_products(tg_spread *s, int full) {
  s->centre = tg_memory_new(s->count * s->strata, sizeof *s->centre);
  s->rest = tg_memory_new(s->count * s->strata, sizeof *s->rest);
  s->about = tg_memory_new(s->count, sizeof *s->about);
  s->products = full ? tg_memory_new(s->count * s->count, sizeof *s->products) : NULL;
  if (!s->centre || !s->rest || !s->about || (full && !s->products) ||
      tg_link_begin(&s->link, s->design, s->count, full) ||
      (s->phases && tg_spread_phases_begin_products(s, full)) ||
      (s->answering && full && tg_spread_answering_begin_products(s)))
    return -1;
  for (size_t o = 0; o < s->count; o++)
    for (size_t h = 0; h < s->strata; h++) {
      const tg_stratum_spread *spread = &s->of[o * s->strata + h];
      if (spread->n > 0 && spread->n == (double)s->design->strata[h].clusters)
        s->centre[o * s->strata + h] = spread->first + spread->sum / spread->n;
    }
  return 0;
}

static double covariance_of(const tg_spread *s, size_t p, size_t q) {
  const double *x = s->rest + p * s->strata, *y = s->rest + q * s->strata;
  double result = s->products[p * s->count + q];
  for (size_t h = 0; h < s->strata; h++)
    result -= s->factor[h] * x[h] * y[h] / (double)s->design->strata[h].clusters;
  return s->link.design ? result + s->link.cross[p * s->count + q] : result;
}

trygg_status tg_spread_matrix(const tg_spread *s, double *matrix, trygg_error *error) {
  size_t m = s->count;
  adjusting a;
  trygg_status status;
  TRY(adjusting_begin(s, &a, error));
  for (size_t p = 0; p < m; p++)
    matrix[p * m + p] = variance_of(s, p);
  for (size_t p = 0; p < m; p++)
    for (size_t q = 0; q < p; q++) /* nothing varies with what does not vary */
      matrix[p * m + q] = matrix[p * m + p] == 0 || matrix[q * m + q] == 0 ? 0 : covariance_of(s, p, q);
  for (size_t p = 0; p < m; p++)
    for (size_t q = 0; q <= p; q++) {
      matrix[p * m + q] += adjusted(s, &a, p, q);
      matrix[q * m + p] = matrix[p * m + q];
    }
  if (s->phases)
    TRY(tg_spread_phases_finish(s, 1, matrix, error));
  if (s->answering)
    tg_spread_answering_finish(s, matrix);
cleanup:
  adjusting_clear(&a);
  return status;
}

typedef struct met_by {
  const tg_spread *spread;
  size_t output;
} met_by;

static int is_met(const void *context, size_t stratum) {
  const met_by *m = context;
  return m->spread->of[m->output * m->spread->strata + stratum].n > 0;
}

/* Units and strata that come in several waves count once. */
void tg_spread_df(const tg_spread *s, size_t count, double *df) {
  for (size_t o = 0; o < count; o++) {
    met_by m = {s, o};
    df[o] = s->link.design ? -s->link.again[o] : 0;
    for (size_t h = 0; h < s->design->stratum_count; h++)
      if (is_met(&m, h))
        df[o] += s->of[o * s->strata + h].n - !tg_panel_is_again(s->design->panel, h, is_met, &m);
  }
  if (s->phases)
    tg_spread_phases_df(s, count, df);
}
