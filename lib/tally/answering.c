/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answering as the last stage of the sample.
 *
 * design/response.h takes who answers for a property of people, so that the sample's variance is that over a population of
 * which some answer.  That population is one of many: people answer or do not with probability p, each by himself
 * (Fay 1991; Shao & Steel 1999, JASA 94:254-265; Kim & Rao 2009, Biometrika 96:917-932).  Over all of them a statistic
 * varies by  sum over the population of p (1 - p) (e/p)^2,  e what is left of its values by the columns of the
 * response, of which those who were drawn and answered give
 *
 *   Cov(a, b) = sum over who answered of F (1 - p) z_a z_b,    z = w v - w x'B for classes, w v - d x'B for a model,
 *
 * F the share of the population that was drawn: of the record's strata of all stages together.  It is one more stage, drawn
 * person by person (Poisson), whose part of the variance counts by the fractions of the stages above it as any other's;
 * without finite populations F is 0, and the first stage has it all.  z is the residual that the sample's variance looks
 * at, but that the response's columns count x gap/(1 - p) in the place of x gap: gap is what w or p x'B of the drawn leaves. */
#include <tally/answering.h>

#include <base/memory.h>
#include <design/phases.h>
#include <design/response.h>

struct tg_spread_answering {
  const tg_response *response;
  size_t behind;    /* the first output of the response */
  double *fraction; /* F of each record */
  double *z;        /* of what is touched, in its order */
  double *products; /* [output * count + output], the lower half */
};

void tg_spread_answering_free(tg_spread_answering *a) {
  if (!a)
    return;
  tg_memory_free(a->fraction);
  tg_memory_free(a->z);
  tg_memory_free(a->products);
  tg_memory_free(a);
}

/* The stratum of a record at the last stage, and its unit there. */
static const tg_stratum *last_stratum(const trygg_design *design, size_t record, size_t *unit) {
  const tg_stage *last = design->stage_count ? &design->stages[design->stage_count - 1] : NULL;
  if (!last) {
    *unit = design->cluster ? design->cluster[record] : record;
    return &design->strata[design->cluster ? design->cluster_stratum[*unit] : design->stratum[record]];
  }
  *unit = last->unit ? last->unit[record] : record;
  return &design->strata[last->first + (last->unit ? last->unit_stratum[*unit] : last->stratum[record])];
}

/* F of all records; returns whether some is above 0. */
static int find_fractions(const trygg_design *design, double *fraction) {
  const tg_inclusion_stage *unequal = tg_inclusion_of(design, design->stage_count);
  int some = 0;
  for (size_t i = 0; i < design->responses->count; i++) {
    size_t unit;
    const tg_stratum *stratum = last_stratum(design, i, &unit);
    fraction[i] = stratum->scale * (unequal ? unequal->probability[unit] : stratum->fraction);
    some |= fraction[i] > 0;
  }
  /* Probabilities of records stand in the order of their strata. */
  for (size_t k = 0; unequal && unequal->order && k < design->responses->count; k++) {
    size_t record = unequal->order[k], unit;
    fraction[record] = last_stratum(design, record, &unit)->scale * unequal->probability[k];
  }
  for (size_t i = 0; design->phases && i < design->responses->count; i++)
    if (design->phases->expansion[i] > 0)
      fraction[i] /= design->phases->expansion[i];
  return some;
}

int tg_spread_answering_begin(tg_spread *s) {
  const trygg_design *design = s->design;
  tg_spread_answering *a;
  if (!design->response)
    return 0;
  a = s->answering = tg_memory_new(1, sizeof *a);
  if (!a)
    return -1;
  a->response = design->response;
  a->behind = s->count - design->response->column_count;
  a->fraction = tg_memory_new(design->responses->count, sizeof *a->fraction);
  a->z = tg_memory_new(s->count, sizeof *a->z);
  if (!a->fraction || !a->z)
    return -1;
  if (!find_fractions(design, a->fraction)) {
    tg_spread_answering_free(a);
    s->answering = NULL;
  }
  return 0;
}

int tg_spread_answering_begin_products(tg_spread *s) {
  s->answering->products = tg_memory_new(s->count * s->count, sizeof *s->answering->products);
  return s->answering->products ? 0 : -1;
}

/* 1 - p of who answered. */
static double chance_of_silence(const tg_response *response, size_t record) {
  return response->choice.method->classes ? response->gap[record] / response->weight[record]
                                          : 1 - response->groups[response->of[record]].propensity;
}

void tg_spread_answering_add(tg_spread *s, size_t record) {
  tg_spread_answering *a = s->answering;
  double silence, factor;
  if (!a->products || !(a->response->weight[record] > 0))
    return;
  silence = chance_of_silence(a->response, record);
  factor = a->fraction[record] * silence;
  if (!(factor > 0))
    return;
  for (size_t k = 0; k < s->touched_count; k++) {
    size_t p = s->touched[k];
    a->z[k] = s->u[p] / (p >= a->behind ? silence : 1);
    for (size_t l = 0; l <= k; l++) {
      size_t q = s->touched[l];
      a->products[p > q ? p * s->count + q : q * s->count + p] += factor * a->z[k] * a->z[l];
    }
  }
}

void tg_spread_answering_finish(const tg_spread *s, double *matrix) {
  size_t m = s->count;
  for (size_t p = 0; p < m; p++)
    for (size_t q = 0; q <= p; q++) {
      matrix[p * m + q] += s->answering->products[p * m + q];
      matrix[q * m + p] = matrix[p * m + q];
    }
}
