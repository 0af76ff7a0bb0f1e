/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Within a run records are added up in their order; runs are merged with compensated sums. */
#include <tally/runs.h>

#include <indicator/single.h>
#include <tally/team.h>

static void add_moments(tg_moments *m, int is_first, double wx, double wy) {
  double dx, dy;
  if (is_first) {
    m->ax = wx;
    m->ay = wy;
  }
  dx = wx - m->ax;
  dy = wy - m->ay;
  m->sx += dx;
  m->sy += dy;
  m->sxx += dx * dx;
  m->sxy += dx * dy;
  m->syy += dy * dy;
}

/* y of the cell's first record, so that y' of equal values is 0 and large close ones do not cancel.  A share
 * has no large numbers to take away, and a small one would lose digits by it; a ratio's x may be near 0. */
double tg_runs_shift(const tg_indicator *indicator, double x, double y) {
  int is_mean = indicator->estimand == TG_RATIO && indicator->denominator_variable == TG_NONE;
  return is_mean && !indicator->type->is_share ? y / x : 0;
}

/* Records at `position` of the block at hand.  Sums stay in registers over the run. */
static tg_partial add_records(const tg_gather *g, const tg_run *run, const uint16_t *position,
                              const double *weight) {
  tg_partial s = {0};
  tg_other_sums others = g->to->others[run->entry];
  tg_moments moments = g->to->moments ? g->to->moments[run->entry] : (tg_moments){0};
  double *shift_of_cell = &g->to->shift[g->tally->entry_cell[run->entry]], shift = *shift_of_cell;
  for (size_t k = 0; k < run->count; k++) {
    size_t i = position[k];
    double w = weight[k], x, y;
    if (g->values.state[i] != TG_INSIDE) {
      s.qn[1] += g->values.state[i] == TG_ITEM_MISSING ? TG_GATHER_MISSING : 0;
      continue;
    }
    x = g->values.x[i];
    y = g->values.y[i];
    if (isnan(shift))
      shift = tg_runs_shift(g->indicator, x, y);
    y -= shift * x;
    add_moments(&moments, others.n == 0, w * x, w * y);
    s.xy += (tg_pair){w * x, w * y};
    s.qn += (tg_pair){w * y * y, 1};
    others.n++;
    others.weight += w;
    others.qxx += w * x * x;
    others.qxy += w * x * y;
  }
  *shift_of_cell = shift;
  g->to->others[run->entry] = others;
  if (g->to->moments)
    g->to->moments[run->entry] = moments;
  return s;
}

const tg_partial *tg_runs_find_table(const tg_gather *g, const tg_run *run, const uint16_t *position) {
  tg_entry_sums *entry = &g->to->entries[run->entry];
  uint32_t cell = g->tally->entry_cell[run->entry];
  for (size_t k = 0; !g->to->tables[cell] && k < run->count; k++) {
    uint8_t code = g->codes[position[k]];
    if (g->values.state[code] == TG_INSIDE) {
      g->to->shift[cell] = tg_runs_shift(g->indicator, 1, g->values.y[code]);
      g->to->tables[cell] = g->to->answers + g->to->table_of[code] * TG_SINGLE_ANSWERS;
    }
  }
  entry->answers = g->to->tables[cell];
  return entry->answers ? entry->answers : g->to->answers;
}

static inline void add_answer(tg_partial *s, const tg_partial *answer, double weight) {
  s->xy += answer->xy * (tg_pair){weight, weight};
  s->qn += answer->qn * (tg_pair){weight, 1};
}

/* Records of a clustered design, where x is 1 and answers say all, so that nothing has to be decided. */
static tg_partial add_answers(const tg_gather *g, const tg_run *run, const uint16_t *position,
                              const double *weight) {
  const tg_partial *answers = tg_runs_table(g, run, position);
  tg_partial s = {0};
  for (size_t k = 0; k < run->count; k++)
    add_answer(&s, &answers[g->codes[position[k]]], weight[k]);
  return s;
}

/* The same with moments. */
static tg_partial add_moments_of_answers(const tg_gather *g, const tg_run *run, const uint16_t *position,
                                         const double *weight) {
  const uint8_t *codes = g->codes;
  const tg_partial *answers = tg_runs_table(g, run, position);
  tg_moments *m = &g->to->moments[run->entry];
  tg_partial s = {0};
  tg_pair about, sums = {m->sx, m->sy}, squares = {m->sxx, m->syy};
  double product = m->sxy;
  for (size_t k = 0; m->ax == 0 && k < run->count; k++) { /* w x of the first record inside is not 0 */
    const tg_partial *answer = &answers[codes[position[k]]];
    m->ax = weight[k] * answer->xy[0];
    m->ay = weight[k] * answer->xy[1];
  }
  about = (tg_pair){m->ax, m->ay};
  for (size_t k = 0; k < run->count; k++) {
    const tg_partial *answer = &answers[codes[position[k]]];
    tg_pair xy = answer->xy * (tg_pair){weight[k], weight[k]};
    tg_pair d = xy - about * (tg_pair){answer->xy[0], answer->xy[0]}; /* 0 outside */
    s.xy += xy;
    s.qn += answer->qn * (tg_pair){weight[k], 1};
    sums += d;
    squares += d * d;
    product += d[0] * d[1];
  }
  *m = (tg_moments){m->ax, m->ay, sums[0], sums[1], squares[0], product, squares[1]};
  return s;
}

static tg_partial run_sums(const tg_gather *g, const tg_run *run, const uint16_t *position,
                           const double *weight) {
  if (!g->codes)
    return add_records(g, run, position, weight);
  if (g->to->moments)
    return add_moments_of_answers(g, run, position, weight);
  return add_answers(g, run, position, weight);
}

/* Answers of the block, or values where those do not say all. */
static void look_at(tg_gather *g, size_t first) {
  size_t left = g->records->count - first;
  if (g->column)
    g->codes = g->column + first;
  else if (!g->codes)
    tg_indicator_evaluate(g->indicator, g->records, first, left < TG_BLOCK ? left : TG_BLOCK, &g->values);
}

void tg_runs_add(tg_gather *team, size_t count, size_t block, uint32_t *answers) {
  size_t first = block * TG_BLOCK;
  int together;
  for (size_t i = 0; i < count; i++)
    look_at(&team[i], first);
  together = tg_team_suits(team, count);
  if (together)
    tg_team_add(team, block, answers);
  for (size_t i = 0; i < count && !together; i++) {
    const tg_gather *g = &team[i];
    const uint16_t *position = g->blocks->position + first;
    const double *weight = g->blocks->weight + first;
    for (size_t r = 0; r < g->blocks->run_count[block]; r++) {
      const tg_run *run = &g->blocks->runs[block][r];
      tg_partial s = run_sums(g, run, position, weight);
      tg_runs_merge(&g->to->entries[run->entry], &s);
      position += run->count;
      weight += run->count;
    }
  }
}

void tg_runs_settle(const tg_gathered *to) {
  for (size_t e = 0; e < to->entry_count; e++) {
    tg_entry_sums *entry = &to->entries[e];
    double missing = floor(entry->sums.qn[1] / TG_GATHER_MISSING);
    entry->missing += (uint32_t)missing;
    entry->n += (uint32_t)(entry->sums.qn[1] - missing * TG_GATHER_MISSING);
    entry->sums.qn[1] = 0;
  }
}
