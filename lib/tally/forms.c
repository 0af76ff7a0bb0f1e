/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Over the strata s whose units have inclusion probabilities of their own,
 *
 *   Cov(p, q) = sum_s c_s sum_i (u_qi - u_q0) out_i,  out = A_s (u_p - u_p0)
 *
 * A_s the symmetric matrix of the design (design/inclusion.h), c_s as in tally/spread.c, and u_0 the value of the first unit
 * where a constant does not vary, so that nothing cancels and exact zeros stay, else 0.  Units without a record of the
 * domain have u = 0 and count. */
#include <tally/forms.h>

#include <base/memory.h>

struct tg_spread_forms {
  double *variances; /* of each output */
  double *u, *out;   /* of the units of a stratum */
  size_t *met;       /* outputs that a stratum has */
  size_t met_count;
  int centred;
};

int tg_spread_forms_begin(tg_spread *s) {
  tg_spread_forms *forms = s->forms = tg_memory_new(1, sizeof *forms);
  size_t most = 0;
  if (!forms)
    return -1;
  for (size_t h = 0; h < s->strata; h++)
    most = s->design->strata[h].clusters > most ? s->design->strata[h].clusters : most;
  forms->centred = s->design->inclusion->method->centred || s->design->inclusion->yates_grundy;
  forms->variances = tg_memory_new(s->count, sizeof *forms->variances);
  forms->u = tg_memory_new(most, sizeof *forms->u);
  forms->out = tg_memory_new(most, sizeof *forms->out);
  forms->met = tg_memory_new(s->count, sizeof *forms->met);
  return forms->variances && forms->u && forms->out && forms->met ? 0 : -1;
}

void tg_spread_forms_free(tg_spread_forms *forms) {
  if (!forms)
    return;
  tg_memory_free(forms->variances);
  tg_memory_free(forms->u);
  tg_memory_free(forms->out);
  tg_memory_free(forms->met);
  tg_memory_free(forms);
}

double tg_spread_forms_variance(const tg_spread_forms *forms, size_t output) {
  return forms ? forms->variances[output] : 0;
}

/* Units of a stratum: level->u[unit * outputs + output]. */
typedef struct stratum_units {
  const tg_spread *spread;
  const tg_spread_level *level;
  const size_t *order; /* NULL: first, first + 1, ... */
  size_t first;
  tg_inclusion_block block;
} stratum_units;

static size_t at(const stratum_units *units, size_t k, size_t output) {
  size_t unit = units->order ? units->order[units->first + k] : units->first + k;
  return unit * units->spread->count + output;
}

static void find_met(const stratum_units *units, tg_spread_forms *forms) {
  forms->met_count = 0;
  for (size_t o = 0; o < units->spread->count; o++)
    for (size_t k = 0; k < units->block.count; k++)
      if (units->level->met[at(units, k, o)]) {
        forms->met[forms->met_count++] = o;
        break;
      }
}

static double origin(const stratum_units *units, const tg_spread_forms *forms, size_t output) {
  return forms->centred ? units->level->u[at(units, 0, output)] : 0;
}

static double product(const stratum_units *units, const tg_spread_forms *forms, size_t output) {
  double sum = 0, first = origin(units, forms, output);
  for (size_t k = 0; k < units->block.count; k++)
    sum += (units->level->u[at(units, k, output)] - first) * forms->out[k];
  return sum;
}

static void add_stratum(tg_spread *s, const stratum_units *units, double factor) {
  tg_spread_forms *forms = s->forms;
  find_met(units, forms);
  for (size_t a = 0; a < forms->met_count; a++) {
    size_t p = forms->met[a];
    double first = origin(units, forms, p);
    for (size_t k = 0; k < units->block.count; k++) {
      forms->u[k] = units->level->u[at(units, k, p)] - first;
      forms->out[k] = 0;
    }
    s->design->inclusion->method->apply(&units->block, forms->u, forms->out);
    if (!s->about) /* of two passes, the first */
      forms->variances[p] += factor * product(units, forms, p);
    for (size_t b = 0; b <= a && s->products; b++)
      s->products[p * s->count + forms->met[b]] += factor * product(units, forms, forms->met[b]);
  }
}

void tg_spread_forms_add(tg_spread *s, size_t level) {
  const tg_spread_level *of = &s->levels[level];
  const tg_inclusion_stage *stage = tg_inclusion_of(s->design, level);
  for (size_t h = 0; h < of->strata; h++) {
    stratum_units units = {s, of, stage->order, stage->begin[h], tg_inclusion_block_of(s->design, level, h)};
    if (s->factor[of->first + h] > 0)
      add_stratum(s, &units, s->factor[of->first + h]);
  }
}
