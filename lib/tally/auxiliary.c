/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stratum by stratum: its units' auxiliary values, what all of them have set about the mean, and their products. */
#include <tally/auxiliary.h>

#include <math.h>

#include <base/memory.h>
#include <tally/residual.h>

int tg_auxiliary_suits(const trygg_design *design) {
  return design->calibration && !design->response && tg_design_has_one_stage(design) &&
         !tg_design_looks_at_domains(design) && !(design->lonely_count && design->lonely == TG_LONELY_ADJUST);
}

void tg_auxiliary_free(tg_auxiliary *a) {
  if (!a)
    return;
  tg_memory_free(a->factor);
  tg_memory_free(a->mean_weight);
  tg_sparse_clear(&a->clusters);
  tg_sparse_clear(&a->centres);
  tg_sparse_clear(&a->rests);
  tg_sparse_clear(&a->squares);
  tg_memory_free(a);
}

/* ---- making it --------------------------------------------------------------------------------- */

/* Records of a stratum that have one pattern, their weights about the stratum's mean. */
typedef struct group {
  double n, sum, squares;
} group;

typedef struct maker {
  tg_auxiliary *to;
  const tg_patterns *patterns;
  const double *weight;
  size_t *begin;     /* records of each cluster, or stratum: */
  uint32_t *records; /* records[begin[u]..begin[u + 1]) */
  tg_sparse_sum sum;
  double *centre;  /* of each aim, in the stratum at hand */
  double *squares; /* A, aims x aims, the lower half */
  group *groups;   /* of each pattern; 0 between strata */
  uint32_t *met;   /* patterns */
  size_t met_count;
} maker;

/* Records in the order of their units. */
static int order_records(maker *m) {
  const trygg_design *design = m->to->design;
  const uint32_t *unit = design->cluster ? design->cluster : design->stratum;
  size_t units = design->cluster ? design->cluster_count : design->stratum_count,
         n = design->responses->count;
  m->begin = tg_memory_new(units + 2, sizeof *m->begin);
  m->records = tg_memory_new(n, sizeof *m->records);
  if (!m->begin || !m->records)
    return -1;
  for (size_t i = 0; i < n; i++)
    m->begin[unit[i] + 2]++;
  for (size_t u = 0; u < units; u++)
    m->begin[u + 2] += m->begin[u + 1];
  for (size_t i = 0; i < n; i++)
    m->records[m->begin[unit[i] + 1]++] = (uint32_t)i;
  return 0;
}

/* From the sums of v over a stratum and how many of its units have each: the centres.  Their row ends. */
static int end_centres(maker *m, size_t stratum, const double *units) {
  double n = (double)m->to->design->strata[stratum].clusters;
  tg_sparse_sum *sum = &m->sum;
  for (size_t k = 0; k < sum->met_count; k++) {
    uint32_t aim = sum->met[k];
    double met = units ? units[aim] : (double)sum->times[aim];
    m->centre[aim] = sum->value[aim] = met == n ? sum->value[aim] / n : 0;
  }
  return tg_sparse_end_row(&m->to->centres, sum);
}

static void add_product(maker *m, uint32_t i, uint32_t j, double product) {
  m->squares[i > j ? i * m->patterns->aim_count + j : j * m->patterns->aim_count + i] += product;
}

/* The sums of v are complete: the end of a stratum. */
static int end_stratum(maker *m, size_t stratum) {
  double scale = m->to->factor[stratum] / (double)m->to->design->strata[stratum].clusters;
  tg_sparse_sum *sum = &m->sum;
  for (size_t k = 0; k < sum->met_count; k++) {
    uint32_t i = sum->met[k];
    m->centre[i] = 0;
    for (size_t l = 0; l <= k; l++)
      add_product(m, i, sum->met[l], -scale * sum->value[i] * sum->value[sum->met[l]]);
  }
  return tg_sparse_end_row(&m->to->rests, sum);
}

static int add_cluster(maker *m, size_t cluster) {
  const tg_patterns *p = m->patterns;
  for (size_t r = m->begin[cluster]; r < m->begin[cluster + 1]; r++) {
    double w = m->weight[m->records[r]];
    size_t pattern = p->of[m->records[r]];
    for (size_t k = p->begin[pattern]; k < p->begin[pattern + 1] && w > 0; k++)
      tg_sparse_add(&m->sum, p->column[k], w * p->value[k]);
  }
  return tg_sparse_end_row(&m->to->clusters, &m->sum);
}

/* Clusters [first, end) are those of a stratum. */
static int add_clusters(maker *m, size_t stratum, size_t first, size_t end) {
  tg_sparse *rows = &m->to->clusters;
  double factor = m->to->factor[stratum];
  size_t values = rows->begin[rows->rows];
  for (size_t i = first; i < end; i++)
    if (add_cluster(m, i))
      return -1;
  for (size_t v = values; v < rows->begin[rows->rows]; v++)
    tg_sparse_add(&m->sum, rows->list[v].column, rows->list[v].value);
  if (end_centres(m, stratum, NULL))
    return -1;
  for (size_t i = first; i < end; i++)
    for (size_t v = rows->begin[i]; v < rows->begin[i + 1]; v++) {
      uint32_t aim = rows->list[v].column;
      double value = rows->list[v].value -= m->centre[aim];
      tg_sparse_add(&m->sum, aim, value);
      for (size_t u = rows->begin[i]; u <= v; u++)
        add_product(m, aim, rows->list[u].column, factor * value * rows->list[u].value);
    }
  return end_stratum(m, stratum);
}

static void group_records(maker *m, size_t stratum) {
  double weight = 0, n = 0;
  for (size_t r = m->begin[stratum]; r < m->begin[stratum + 1]; r++)
    if (m->weight[m->records[r]] > 0) {
      weight += m->weight[m->records[r]];
      n++;
    }
  m->to->mean_weight[stratum] = n > 0 ? weight / n : 0;
  for (size_t r = m->begin[stratum]; r < m->begin[stratum + 1]; r++) {
    uint32_t pattern = m->patterns->of[m->records[r]];
    double d = m->weight[m->records[r]] - m->to->mean_weight[stratum];
    if (!(m->weight[m->records[r]] > 0))
      continue;
    if (m->groups[pattern].n++ == 0)
      m->met[m->met_count++] = pattern;
    m->groups[pattern].sum += d;
    m->groups[pattern].squares += d * d;
  }
}

/* Sums of v over the records of one pattern, and of their products: with v = x d + g,
 * sum of v_i v_j = x_i x_j sum d^2 + (x_i g_j + x_j g_i) sum d + g_i g_j n. */
static void add_group(maker *m, uint32_t pattern, double factor, double mean) {
  const tg_patterns *p = m->patterns;
  const group *of = &m->groups[pattern];
  for (size_t k = p->begin[pattern]; k < p->begin[pattern + 1]; k++) {
    double x = p->value[k], g = x * mean - m->centre[p->column[k]];
    tg_sparse_add(&m->sum, p->column[k], x * of->sum + g * of->n);
    for (size_t l = p->begin[pattern]; l <= k; l++) {
      double other = p->value[l], h = other * mean - m->centre[p->column[l]];
      add_product(m, p->column[k], p->column[l],
                  factor * (x * other * of->squares + (x * h + other * g) * of->sum + g * h * of->n));
    }
  }
}

static int add_records(maker *m, size_t stratum, double *units) {
  const tg_patterns *p = m->patterns;
  double mean;
  group_records(m, stratum);
  mean = m->to->mean_weight[stratum];
  for (size_t i = 0; i < m->met_count; i++) {
    const group *of = &m->groups[m->met[i]];
    for (size_t k = p->begin[m->met[i]]; k < p->begin[m->met[i] + 1]; k++) {
      units[p->column[k]] = (m->sum.times[p->column[k]] ? units[p->column[k]] : 0) + of->n;
      tg_sparse_add(&m->sum, p->column[k], p->value[k] * (of->sum + mean * of->n));
    }
  }
  if (end_centres(m, stratum, units))
    return -1;
  for (size_t i = 0; i < m->met_count; i++) {
    add_group(m, m->met[i], m->to->factor[stratum], mean);
    m->groups[m->met[i]] = (group){0};
  }
  m->met_count = 0;
  return end_stratum(m, stratum);
}

static int end_squares(maker *m) {
  size_t n = m->patterns->aim_count;
  for (size_t i = 0; i < n; i++) {
    for (size_t j = 0; j <= i; j++)
      if (m->squares[i * n + j] != 0)
        tg_sparse_add(&m->sum, (uint32_t)j, m->squares[i * n + j]);
    if (tg_sparse_end_row(&m->to->squares, &m->sum))
      return -1;
  }
  return 0;
}

static int add_strata(maker *m, double *units) {
  const trygg_design *design = m->to->design;
  size_t first = 0, end;
  for (size_t h = 0; h < design->stratum_count; h++, first = end) {
    for (end = first; design->cluster && end < design->cluster_count && design->cluster_stratum[end] == h;)
      end++;
    if (design->cluster ? add_clusters(m, h, first, end) : add_records(m, h, units))
      return -1;
  }
  return end_squares(m);
}

static int begin_maker(maker *m) {
  const trygg_design *design = m->to->design;
  size_t aims = m->patterns->aim_count, records = design->cluster ? 0 : m->patterns->count;
  if (order_records(m) || tg_sparse_begin_sum(&m->sum, aims))
    return -1;
  m->centre = tg_memory_new(aims, sizeof *m->centre);
  m->squares = tg_memory_new(aims, aims * sizeof *m->squares + 1);
  m->groups = tg_memory_new(records, sizeof *m->groups);
  m->met = tg_memory_new(records, sizeof *m->met);
  return m->centre && m->squares && m->groups && m->met ? 0 : -1;
}

static int make(tg_auxiliary *a) {
  const trygg_design *design = a->design;
  const tg_patterns *patterns = &design->calibration->patterns;
  maker m = {.to = a, .patterns = patterns, .weight = design->calibration->weight};
  double *units = tg_memory_new(patterns->aim_count, sizeof *units);
  int failed = !units || begin_maker(&m) || add_strata(&m, units);
  void *blocks[] = {m.begin, m.records, m.centre, m.squares, m.groups, m.met, units};
  for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
    tg_memory_free(blocks[i]);
  tg_sparse_clear_sum(&m.sum);
  return failed;
}

trygg_status tg_auxiliary_create(const trygg_design *design, tg_auxiliary **out, trygg_error *error) {
  tg_auxiliary *a = tg_memory_new(1, sizeof *a);
  *out = NULL;
  if (!a)
    return tg_error_memory(error);
  a->design = design;
  a->factor = tg_memory_new(design->stratum_count, sizeof *a->factor);
  a->mean_weight = tg_memory_new(design->stratum_count, sizeof *a->mean_weight);
  if (!a->factor || !a->mean_weight ||
      tg_sparse_begin(&a->clusters, design->cluster ? design->cluster_count : 0) ||
      tg_sparse_begin(&a->centres, design->stratum_count) ||
      tg_sparse_begin(&a->rests, design->stratum_count) ||
      tg_sparse_begin(&a->squares, design->calibration->patterns.aim_count)) {
    tg_auxiliary_free(a);
    return tg_error_memory(error);
  }
  tg_variance_factors(design, a->factor);
  if (make(a)) {
    tg_auxiliary_free(a);
    return tg_error_memory(error);
  }
  *out = a;
  return TRYGG_OK;
}

/* ---- a statistic ----------------------------------------------------------------------------------- */

int tg_auxiliary_begin(const tg_auxiliary *a, tg_auxiliary_work *work) {
  size_t aims = a->design->calibration->patterns.aim_count;
  *work = (tg_auxiliary_work){tg_memory_new(aims, sizeof(double)), tg_memory_new(aims, sizeof(double)),
                              tg_memory_new(aims, sizeof(double))};
  return work->t && work->l && work->b ? 0 : -1;
}

void tg_auxiliary_clear(tg_auxiliary_work *work) {
  tg_memory_free(work->t);
  tg_memory_free(work->l);
  tg_memory_free(work->b);
  *work = (tg_auxiliary_work){0};
}

/* B'A B from the lower half of A. */
static double square(const tg_sparse *squares, const double *b) {
  double result = 0;
  for (size_t i = 0; i < squares->rows; i++) {
    double row = 0;
    if (b[i] == 0)
      continue;
    for (size_t k = squares->begin[i]; k < squares->begin[i + 1]; k++)
      row += (squares->list[k].column == i ? 1 : 2) * squares->list[k].value * b[squares->list[k].column];
    result += b[i] * row;
  }
  return result;
}

trygg_status tg_auxiliary_variance(const tg_auxiliary *a, const tg_stratum_sums *strata, size_t count,
                                   double whole, tg_auxiliary_work *work, double *variance,
                                   trygg_error *error) {
  const tg_calibration *calibration = a->design->calibration;
  size_t aims = calibration->patterns.aim_count;
  double cross = 0, rest, uncertainty;
  trygg_status status = TRYGG_OK;
  for (size_t s = 0; s < count; s++) {
    size_t h = strata[s].stratum;
    double mean = a->factor[h] * strata[s].sum / (double)a->design->strata[h].clusters;
    for (size_t k = a->rests.begin[h]; k < a->rests.begin[h + 1]; k++)
      work->l[a->rests.list[k].column] -= mean * a->rests.list[k].value;
  }
  TRY(tg_calibrate_regress(calibration, work->t, work->b, error));
  for (size_t j = 0; j < aims; j++) {
    cross += work->b[j] * work->l[j];
    work->t[j] = work->l[j] = 0;
  }
  TRY(tg_calibrate_uncertainty(calibration, work->b, work->b, &uncertainty, error));
  rest = whole - 2 * cross + square(&a->squares, work->b);
  if (rest < TG_RESIDUAL_NOTHING * (whole + fabs(cross)))
    rest = 0;
  *variance = rest + uncertainty;
cleanup:
  return status;
}
