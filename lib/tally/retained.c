/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Totals of clusters add up over cells and indicators.  Where records are clusters, the moments of an entry are those of one
 * indicator with one pair of coefficients: terms of the same cell become one. */
#include <tally/retained.h>

#include <math.h>

#include <base/keys.h>
#include <base/memory.h>
#include <base/thread.h>
#include <design/panel.h>
#include <tally/joint.h>

#define CHUNK ((size_t)64) /* outputs of a task */

/* The sums are those of units of one stage, drawn alike; a rule that looks at others than the listed strata, or at what the domain left
 * of them, takes more. */
static int design_suits(const tg_tally *tally) {
  const trygg_design *design = tally->design;
  return tg_design_has_one_stage(design) && !tg_design_looks_at_domains(design) &&
         !(design->lonely_count && design->lonely == TG_LONELY_ADJUST) &&
         (tally->joint || !tg_design_has_residuals(design));
}

/* y and R x of two numbers may be so alike that their moments cancel; waves of a panel share units, whose sums are of one
 * wave. */
static int output_suits(const tg_retained *what, size_t output) {
  const tg_tally *tally = what->tally;
  int one_wave = tg_panel_is_linked(tally->design);
  for (size_t t = what->begin[output]; t < what->begin[output + 1]; t++) {
    const tg_term *term = &what->terms[t];
    uint32_t first_cell = what->terms[what->begin[output]].cell;
    if (!isnan(term->threshold) ||
        (one_wave && tally->cells[term->cell].wave != tally->cells[first_cell].wave))
      return 0;
    if (!tally->design->cluster && (term->indicator != what->terms[what->begin[output]].indicator ||
                                    tally->indicators.list[term->indicator].denominator_variable != TG_NONE))
      return 0;
  }
  return 1;
}

/* ---- one task ------------------------------------------------------------------------------------ */

typedef struct context {
  const tg_retained *what;
  unsigned char *known;
  double *variance, *df;
  uint32_t *used; /* indicators, and their sums by aim, in the place of each */
  size_t used_count;
  tg_joint_sums **sums;
} context;

typedef struct task {
  const context *of;
  tg_workspace *workspace;
  tg_auxiliary_work auxiliary;
  tg_term *terms;  /* one a cell */
  uint32_t *place; /* of each cell's term; TG_RANK_NONE */
} task;

static void clear_task(task *t) {
  tg_workspace_free(t->workspace);
  tg_auxiliary_clear(&t->auxiliary);
  tg_memory_free(t->terms);
  tg_memory_free(t->place);
}

static trygg_status begin_task(task *t, trygg_error *error) {
  const tg_tally *tally = t->of->what->tally;
  t->workspace = tg_workspace_create(tally);
  t->terms = tg_memory_new(tally->cell_count, sizeof *t->terms);
  t->place = tg_memory_new(tally->cell_count, sizeof *t->place);
  if (!t->workspace || !t->terms || !t->place ||
      (tally->joint && tg_auxiliary_begin(tally->joint->auxiliary, &t->auxiliary)))
    return tg_error_memory(error);
  for (size_t c = 0; c < tally->cell_count; c++)
    t->place[c] = TG_RANK_NONE;
  return TRYGG_OK;
}

/* Terms about the shift of their cell, those of one cell added up. */
static size_t join_cells(task *t, const tg_term *terms, size_t count) {
  const tg_tally *tally = t->of->what->tally;
  size_t joined = 0;
  for (size_t i = 0; i < count; i++) {
    tg_term term = terms[i];
    uint32_t *place = &t->place[term.cell];
    double shift = tally->shift[term.indicator * tally->cell_count + term.cell];
    term.x += term.y * (shift - term.shift);
    term.shift = shift;
    if (*place == TG_RANK_NONE) {
      *place = (uint32_t)joined;
      t->terms[joined++] = term;
      continue;
    }
    t->terms[*place].y += term.y;
    t->terms[*place].x += term.x;
  }
  for (size_t i = 0; i < joined; i++)
    t->place[t->terms[i].cell] = TG_RANK_NONE;
  return joined;
}

static trygg_status run_output(task *t, size_t output, trygg_error *error) {
  const context *c = t->of;
  const tg_tally *tally = c->what->tally;
  const tg_term *terms = c->what->terms + c->what->begin[output];
  size_t count = c->what->begin[output + 1] - c->what->begin[output];
  tg_statistic_sums sums;
  if (!tally->design->cluster) {
    count = join_cells(t, terms, count);
    terms = t->terms;
  }
  tg_tally_statistic(tally, terms, count, t->workspace, &sums);
  c->variance[output] = sums.variance;
  if (c->df)
    c->df[output] = sums.df;
  if (!tally->joint)
    return TRYGG_OK;
  for (size_t i = 0; i < count; i++) {
    double shift = tally->shift[terms[i].indicator * tally->cell_count + terms[i].cell];
    tg_joint_add(tally->joint, c->sums[terms[i].indicator], terms[i].cell, terms[i].y,
                 terms[i].x + terms[i].y * (shift - terms[i].shift), &t->auxiliary);
  }
  return tg_auxiliary_variance(tally->joint->auxiliary, sums.strata, sums.count, sums.variance, &t->auxiliary,
                               &c->variance[output], error);
}

static trygg_status run_chunk(void *opaque, size_t chunk, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  const context *c = opaque;
  task t = {.of = c};
  TRY(begin_task(&t, error));
  for (size_t o = chunk * CHUNK; o < c->what->outputs && o < (chunk + 1) * CHUNK; o++)
    if (c->known[o])
      TRY(run_output(&t, o, error));
cleanup:
  clear_task(&t);
  return status;
}

/* ---- all of them ----------------------------------------------------------------------------------- */

static trygg_status gather(void *opaque, size_t i, trygg_error *error) {
  const context *c = opaque;
  return tg_joint_gather(c->what->tally, c->used[i], &c->sums[c->used[i]], error);
}

static trygg_status gather_used(context *c, trygg_error *error) {
  const tg_tally *tally = c->what->tally;
  unsigned char *met = tg_memory_new(tally->indicators.all, 1);
  c->used = tg_memory_new(tally->indicators.all, sizeof *c->used);
  c->sums = tg_memory_new(tally->indicators.all, sizeof *c->sums);
  if (!met || !c->used || !c->sums) {
    tg_memory_free(met);
    return tg_error_memory(error);
  }
  for (size_t o = 0; o < c->what->outputs; o++)
    for (size_t t = c->what->begin[o]; c->known[o] && t < c->what->begin[o + 1]; t++)
      if (!met[c->what->terms[t].indicator]) {
        met[c->what->terms[t].indicator] = 1;
        c->used[c->used_count++] = c->what->terms[t].indicator;
      }
  tg_memory_free(met);
  return tg_thread_run(tg_thread_count(c->what->threads, c->used_count), c->used_count, gather, c, NULL, NULL,
                       error);
}

trygg_status tg_retained_variances(const tg_retained *what, unsigned char *known, double *variance,
                                   double *df, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t chunks = (what->outputs + CHUNK - 1) / CHUNK;
  context c = {.what = what, .known = known, .variance = variance, .df = df};
  for (size_t o = 0; o < what->outputs; o++)
    known[o] = design_suits(what->tally) && output_suits(what, o);
  if (what->tally->joint)
    TRY(gather_used(&c, error));
  TRY(tg_thread_run(tg_thread_count(what->threads, chunks), chunks, run_chunk, &c, NULL, NULL, error));
cleanup:
  for (size_t i = 0; i < c.used_count; i++)
    tg_memory_free(c.sums[c.used[i]]);
  tg_memory_free(c.sums);
  tg_memory_free(c.used);
  return status;
}
