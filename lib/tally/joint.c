/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sums over the records of a joint, once an indicator, added up by aim:
 *   t_j = sum of (q / g) x_j w y',   l_j = sum over units of factor v_j w y',
 * v as tally/auxiliary.h has it: known for each cluster, and for a record linear in its weight. */
#include <tally/joint.h>

#include <base/keys.h>
#include <base/memory.h>

#define RUN ((size_t)1024)

void tg_joint_free(tg_joint *j) {
  if (!j)
    return;
  tg_auxiliary_free(j->auxiliary);
  tg_memory_free(j->of);
  tg_memory_free(j->place);
  tg_memory_free(j->pattern);
  tg_sparse_clear(&j->pairs);
  tg_memory_free(j);
}

/* ---- making it --------------------------------------------------------------------------------- */

static int by_entry(const tg_tally *tally) {
  return !tally->design->cluster;
}

/* Cell by cell: places of entries, where these count. */
static uint32_t *place_entries(const tg_tally *tally) {
  uint32_t *place = tg_memory_new(tally->entry_count, sizeof *place);
  for (size_t e = 0; place && e < tally->entry_count; e++) {
    if (by_entry(tally))
      place[tally->cell_entries[e]] = (uint32_t)e;
    else
      place[e] = tally->entry_cell[e];
  }
  return place;
}

static trygg_status number_joints(const tg_tally *tally, tg_joint *j, trygg_error *error) {
  const tg_patterns *patterns = &tally->design->calibration->patterns;
  size_t records = tally->design->responses->count;
  trygg_status status = TRYGG_OK;
  uint32_t *place = place_entries(tally);
  uint64_t *keys = tg_memory_new(records, sizeof *keys), *distinct = NULL;
  j->of = tg_memory_new(records, sizeof *j->of);
  if (!place || !keys || !j->of) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t i = 0; i < records; i++)
    keys[i] = tally->entry[i] == TG_RANK_NONE
                  ? TG_KEY_NONE
                  : (uint64_t)place[tally->entry[i]] * patterns->count + patterns->of[i];
  TRY(tg_keys_rank(keys, records, j->of, &distinct, &j->count, error));
  j->place = tg_memory_new(j->count, sizeof *j->place);
  j->pattern = tg_memory_new(j->count, sizeof *j->pattern);
  if (!j->place || !j->pattern) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t k = 0; k < j->count; k++) {
    j->place[k] = (uint32_t)(distinct[k] / patterns->count);
    j->pattern[k] = (uint32_t)(distinct[k] % patterns->count);
  }
cleanup:
  tg_memory_free(place);
  tg_memory_free(keys);
  tg_memory_free(distinct);
  return status;
}

/* First joint of a cell after `from`, which belong to cells in order. */
static size_t end_of_cell(const tg_tally *tally, const tg_joint *j, size_t from, size_t cell) {
  size_t end = by_entry(tally) ? tally->cell_begin[cell + 1] : cell + 1;
  while (from < j->count && j->place[from] < end)
    from++;
  return from;
}

/* Aims of a cell: those its records have, or its clusters. */
static trygg_status pair_aims(const tg_tally *tally, tg_joint *j, trygg_error *error) {
  const tg_patterns *patterns = &tally->design->calibration->patterns;
  const tg_sparse *clusters = &j->auxiliary->clusters;
  trygg_status status = TRYGG_OK;
  tg_sparse_sum met;
  size_t joint = 0;
  int failed =
      tg_sparse_begin_sum(&met, patterns->aim_count) || tg_sparse_begin(&j->pairs, tally->cell_count);
  for (size_t c = 0; c < tally->cell_count && !failed; c++) {
    for (size_t end = end_of_cell(tally, j, joint, c); joint < end; joint++)
      for (size_t k = patterns->begin[j->pattern[joint]]; k < patterns->begin[j->pattern[joint] + 1]; k++)
        tg_sparse_add(&met, patterns->column[k], 0);
    for (size_t e = tally->cell_begin[c]; e < tally->cell_begin[c + 1] && clusters->rows; e++) {
      uint32_t cluster = tally->entry_unit[tally->cell_entries[e]];
      for (size_t k = clusters->begin[cluster]; k < clusters->begin[cluster + 1]; k++)
        tg_sparse_add(&met, clusters->list[k].column, 0);
    }
    failed = tg_sparse_end_row(&j->pairs, &met);
  }
  if (failed)
    status = tg_error_memory(error);
  tg_sparse_clear_sum(&met);
  return status;
}

trygg_status tg_joint_create(const tg_tally *tally, tg_joint **out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_joint *j = tg_memory_new(1, sizeof *j);
  *out = NULL;
  if (!j)
    return tg_error_memory(error);
  TRY(tg_auxiliary_create(tally->design, &j->auxiliary, error));
  TRY(number_joints(tally, j, error));
  TRY(pair_aims(tally, j, error));
  *out = j;
  j = NULL;
cleanup:
  tg_joint_free(j);
  return status;
}

/* ---- an indicator ---------------------------------------------------------------------------------- */

/* Over the records of a joint: w y' and w x, times what makes w of a record its d q (where patterns say it: 1); where
 * records are clusters, also as they are and times the weight's distance from the mean of the stratum. */
typedef struct joint_sums {
  double ty, tx, y, x, dy, dx;
} joint_sums;

typedef struct gatherer {
  const tg_tally *tally;
  const tg_joint *joint;
  size_t indicator;
  const double *weight, *design_weight;
  joint_sums *of;     /* of each joint */
  uint32_t *position; /* of each aim, among the pairs of the cell at hand */
  tg_values values;
  double *storage;
} gatherer;

static void add_record(const gatherer *g, size_t record, size_t i) {
  uint32_t joint = g->joint->of[record];
  double w = g->weight ? g->weight[record] : 1, x = g->values.x[i], y, d;
  const tg_tally *tally = g->tally;
  const double *own = tally->design->calibration->own;
  joint_sums *of;
  if (joint == TG_RANK_NONE || g->values.state[i] != TG_INSIDE || !(w > 0))
    return;
  y = w * (g->values.y[i] -
           tally->shift[g->indicator * tally->cell_count + tally->entry_cell[tally->entry[record]]] * x);
  x *= w;
  of = &g->of[joint];
  of->ty += own ? y * own[record] : y;
  of->tx += own ? x * own[record] : x;
  if (!by_entry(tally))
    return;
  d = g->design_weight[record] - g->joint->auxiliary->mean_weight[tally->design->stratum[record]];
  of->y += y;
  of->x += x;
  of->dy += y * d;
  of->dx += x * d;
}

static void add_records(gatherer *g) {
  const trygg_responses *responses = g->tally->design->responses;
  for (size_t first = 0; first < responses->count; first += RUN) {
    size_t count = responses->count - first < RUN ? responses->count - first : RUN;
    tg_indicator_evaluate(&g->tally->indicators.list[g->indicator], responses, first, count, &g->values);
    for (size_t i = 0; i < count; i++)
      add_record(g, first + i, i);
  }
}

/* The regression of another weight's sums is nothing: it was not calibrated. */
static void fold_joint(const gatherer *g, size_t joint, tg_joint_sums *out) {
  const tg_calibration *calibration = g->tally->design->calibration;
  const tg_patterns *p = &calibration->patterns;
  const joint_sums *of = &g->of[joint];
  size_t pattern = g->joint->pattern[joint];
  double by = calibration->own ? 1 : calibration->regression[pattern];
  if (g->weight != g->design_weight)
    return;
  for (size_t k = p->begin[pattern]; k < p->begin[pattern + 1]; k++) {
    tg_joint_sums *to = &out[g->position[p->column[k]]];
    to->ty += by * p->value[k] * of->ty;
    to->tx += by * p->value[k] * of->tx;
  }
}

/* v = x d + x m - centre, for the records of a joint in a stratum; what all of the stratum have, and these records have
 * not, does not exist. */
static void fold_records(const gatherer *g, size_t joint, size_t stratum, const double *centre,
                         tg_joint_sums *out) {
  const tg_auxiliary *a = g->joint->auxiliary;
  const tg_patterns *p = &g->tally->design->calibration->patterns;
  const joint_sums *of = &g->of[joint];
  size_t pattern = g->joint->pattern[joint];
  for (size_t k = p->begin[pattern]; k < p->begin[pattern + 1]; k++) {
    tg_joint_sums *to = &out[g->position[p->column[k]]];
    double x = p->value[k], rest = x * a->mean_weight[stratum] - centre[p->column[k]];
    to->ly += a->factor[stratum] * (x * of->dy + rest * of->y);
    to->lx += a->factor[stratum] * (x * of->dx + rest * of->x);
  }
}

static void fold_cluster(const gatherer *g, size_t entry, tg_joint_sums *out) {
  const tg_auxiliary *a = g->joint->auxiliary;
  const tg_sums *of = &g->tally->sums[g->indicator * g->tally->entry_count + entry];
  uint32_t cluster = g->tally->entry_unit[entry];
  double factor = a->factor[g->tally->design->cluster_stratum[cluster]];
  for (size_t k = a->clusters.begin[cluster]; k < a->clusters.begin[cluster + 1]; k++) {
    tg_joint_sums *to = &out[g->position[a->clusters.list[k].column]];
    to->ly += factor * a->clusters.list[k].value * of->y;
    to->lx += factor * a->clusters.list[k].value * of->x;
  }
}

/* The joints of an entry, whose stratum's centres are at hand meanwhile. */
static size_t fold_entry(const gatherer *g, size_t joint, size_t place, double *centre, tg_joint_sums *out) {
  const tg_sparse *centres = &g->joint->auxiliary->centres;
  size_t stratum = g->tally->entry_unit[g->tally->cell_entries[place]];
  for (size_t k = centres->begin[stratum]; k < centres->begin[stratum + 1]; k++)
    centre[centres->list[k].column] = centres->list[k].value;
  for (; joint < g->joint->count && g->joint->place[joint] == place; joint++) {
    fold_joint(g, joint, out);
    fold_records(g, joint, stratum, centre, out);
  }
  return joint;
}

static void fold(const gatherer *g, double *centre, tg_joint_sums *out) {
  const tg_tally *tally = g->tally;
  const tg_joint *j = g->joint;
  size_t joint = 0;
  for (size_t c = 0; c < tally->cell_count; c++) {
    for (size_t k = j->pairs.begin[c]; k < j->pairs.begin[c + 1]; k++)
      g->position[j->pairs.list[k].column] = (uint32_t)k;
    for (size_t place = tally->cell_begin[c]; place < tally->cell_begin[c + 1]; place++) {
      if (by_entry(tally))
        joint = fold_entry(g, joint, place, centre, out);
      else
        fold_cluster(g, tally->cell_entries[place], out);
    }
    for (size_t end = end_of_cell(tally, j, joint, c); joint < end; joint++)
      fold_joint(g, joint, out);
  }
}

trygg_status tg_joint_gather(const tg_tally *tally, size_t indicator, tg_joint_sums **out,
                             trygg_error *error) {
  const tg_joint *j = tally->joint;
  size_t aims = tally->design->calibration->patterns.aim_count;
  gatherer g = {.tally = tally, .joint = j, .indicator = indicator, .design_weight = tally->design->weight};
  double *centre = tg_memory_new(aims, sizeof *centre);
  tg_joint_sums *result = tg_memory_new(j->pairs.begin[j->pairs.rows], sizeof *result);
  trygg_status status = TRYGG_OK;
  g.weight = tg_design_weight(tally->design, tally->indicators.list[indicator].weight);
  g.of = tg_memory_new(j->count, sizeof *g.of);
  g.position = tg_memory_new(aims, sizeof *g.position);
  g.storage = tg_memory_new(2 * RUN, sizeof *g.storage);
  g.values = (tg_values){g.storage, g.storage ? g.storage + RUN : NULL, tg_memory_new(RUN, 1)};
  if (centre && result && g.of && g.position && g.storage && g.values.state) {
    add_records(&g);
    fold(&g, centre, result);
    *out = result;
    result = NULL;
  } else
    status = tg_error_memory(error);
  tg_memory_free(result);
  tg_memory_free(centre);
  tg_memory_free(g.of);
  tg_memory_free(g.position);
  tg_memory_free(g.storage);
  tg_memory_free(g.values.state);
  return status;
}

void tg_joint_add(const tg_joint *j, const tg_joint_sums *sums, uint32_t cell, double y, double x,
                  tg_auxiliary_work *work) {
  for (size_t k = j->pairs.begin[cell]; k < j->pairs.begin[cell + 1]; k++) {
    work->t[j->pairs.list[k].column] += tg_tally_linear(y, sums[k].ty, x, sums[k].tx);
    work->l[j->pairs.list[k].column] += tg_tally_linear(y, sums[k].ly, x, sums[k].lx);
  }
}
