/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sums and variance of one indicator over a domain, from the entries of its cells. */
#include <tally/tally.h>

#include <float.h>

/* A stratum while a domain is worked on. */
typedef struct stratum_state {
  double n;       /* records or clusters that are not zero */
  double mean;    /* of those, while merging moments */
  double squares; /* about the mean */
  double sum;
} stratum_state;

struct tg_workspace {
  stratum_state *strata; /* zero between calls */
  uint32_t *strata_met;
  size_t strata_count;
  double *totals; /* of clusters; zero between calls */
  unsigned char *cluster_seen, *stratum_seen;
  uint32_t *clusters_met;
  size_t cluster_count;
  tg_stratum_sums *list;
};

tg_workspace *tg_workspace_create(const tg_tally *tally) {
  size_t strata = tally->design->stratum_count;
  size_t clusters = tally->design->cluster ? tally->design->cluster_count : 0;
  tg_workspace *w = tg_memory_new(1, sizeof *w);
  if (!w)
    return NULL;
  w->strata = tg_memory_new(strata, sizeof *w->strata);
  w->strata_met = tg_memory_new(strata, sizeof *w->strata_met);
  w->stratum_seen = tg_memory_new(strata, 1);
  w->list = tg_memory_new(strata, sizeof *w->list);
  w->totals = tg_memory_new(clusters, sizeof *w->totals);
  w->cluster_seen = tg_memory_new(clusters, 1);
  w->clusters_met = tg_memory_new(clusters, sizeof *w->clusters_met);
  if (w->strata && w->strata_met && w->stratum_seen && w->list && w->totals && w->cluster_seen &&
      w->clusters_met)
    return w;
  tg_workspace_free(w);
  return NULL;
}

void tg_workspace_free(tg_workspace *w) {
  if (!w)
    return;
  tg_memory_free(w->strata);
  tg_memory_free(w->strata_met);
  tg_memory_free(w->stratum_seen);
  tg_memory_free(w->list);
  tg_memory_free(w->totals);
  tg_memory_free(w->cluster_seen);
  tg_memory_free(w->clusters_met);
  tg_memory_free(w);
}

static void meet_stratum(tg_workspace *w, uint32_t h) {
  if (!w->stratum_seen[h]) {
    w->stratum_seen[h] = 1;
    w->strata_met[w->strata_count++] = h;
  }
}

static void meet_cluster(tg_workspace *w, uint32_t i) {
  if (!w->cluster_seen[i]) {
    w->cluster_seen[i] = 1;
    w->clusters_met[w->cluster_count++] = i;
  }
}

static void reset(tg_workspace *w) {
  for (size_t k = 0; k < w->strata_count; k++) {
    w->strata[w->strata_met[k]] = (stratum_state){0};
    w->stratum_seen[w->strata_met[k]] = 0;
  }
  for (size_t k = 0; k < w->cluster_count; k++) {
    w->totals[w->clusters_met[k]] = 0;
    w->cluster_seen[w->clusters_met[k]] = 0;
  }
  w->strata_count = w->cluster_count = 0;
}

/* The same linear form for values with another shift: a (y - c x) + b x = a (y - d x) + (b + a (d - c)) x. */
static double reshift(double a, double b, double from, double to) {
  return b + a * (to - from);
}

static void add_cell(tg_domain_sums *out, const tg_cell_sums *cell, double shift) {
  double d = shift - out->shift; /* y - out->shift x = y' + d x */
  out->n += cell->n;
  out->weight += cell->weight;
  out->qxx += cell->qxx;
  out->qxy += cell->qxy + d * cell->qxx;
  out->qyy += cell->qyy + 2 * d * cell->qxy + d * d * cell->qxx;
  out->missing += cell->missing;
}

void tg_tally_domain(const tg_tally *tally, size_t indicator, const uint32_t *cells, size_t count,
                     tg_workspace *w, tg_domain_sums *out) {
  const tg_sums *sums = tally->sums + indicator * tally->entry_count;
  const double *shift = tally->shift + indicator * tally->cell_count;
  const trygg_design *design = tally->design;
  *out = (tg_domain_sums){.shift = count ? shift[cells[0]] : 0};
  for (size_t k = 0; k < count; k++) {
    double d = shift[cells[k]] - out->shift;
    add_cell(out, &tally->cell_sums[indicator * tally->cell_count + cells[k]], shift[cells[k]]);
    for (size_t i = tally->cell_begin[cells[k]]; i < tally->cell_begin[cells[k] + 1]; i++) {
      uint32_t e = tally->cell_entries[i], unit = tally->entry_unit[e];
      out->x += sums[e].x;
      out->y += sums[e].y + d * sums[e].x;
      if (sums[e].n == 0)
        continue;
      if (design->cluster)
        meet_cluster(w, unit);
      meet_stratum(w, design->cluster ? design->cluster_stratum[unit] : unit);
    }
  }
  out->strata = (double)w->strata_count;
  out->clusters = design->cluster ? (double)w->cluster_count : out->n;
  reset(w);
}

/* Moments of u = a w (y - shift x) + b w x over an entry, merged into its stratum (Chan, Golub & LeVeque 1983, Am. Stat. 37,
 * formula 2.1): nothing cancels, so the variance cannot come out negative. */
static void merge_entry(stratum_state *stratum, const tg_sums *sums, const tg_moments *m, double a,
                        double b) {
  double n = sums->n, mean = tg_tally_linear(a, m->ay + m->sy / n, b, m->ax + m->sx / n);
  double yy = m->syy - m->sy * m->sy / n, xx = m->sxx - m->sx * m->sx / n, xy = m->sxy - m->sx * m->sy / n;
  double squares = a * a * yy + 2 * a * b * xy + b * b * xx, size = a * a * m->syy + b * b * m->sxx;
  double delta = mean - stratum->mean, both = stratum->n + n;
  /* What is left of a difference of equal numbers is rounding. */
  if (squares < 8 * DBL_EPSILON * size)
    squares = 0;
  stratum->squares += squares + delta * delta * stratum->n * n / both;
  stratum->mean += delta * n / both;
  stratum->sum += tg_tally_linear(a, sums->y, b, sums->x);
  stratum->n = both;
}

static void add_records(const tg_tally *tally, size_t indicator, uint32_t cell, double a, double own,
                        tg_workspace *w) {
  const tg_sums *sums = tally->sums + indicator * tally->entry_count;
  const tg_moments *moments = tally->moments + indicator * tally->entry_count;
  for (size_t i = tally->cell_begin[cell]; i < tally->cell_begin[cell + 1]; i++) {
    uint32_t e = tally->cell_entries[i], h = tally->entry_unit[e];
    if (sums[e].n == 0)
      continue;
    meet_stratum(w, h);
    merge_entry(&w->strata[h], &sums[e], &moments[e], a, own);
  }
}

static void add_clusters(const tg_tally *tally, size_t indicator, uint32_t cell, double a, double own,
                         tg_workspace *w) {
  const tg_sums *sums = tally->sums + indicator * tally->entry_count;
  for (size_t i = tally->cell_begin[cell]; i < tally->cell_begin[cell + 1]; i++) {
    uint32_t e = tally->cell_entries[i];
    if (sums[e].n == 0)
      continue;
    meet_cluster(w, tally->entry_unit[e]);
    w->totals[tally->entry_unit[e]] += tg_tally_linear(a, sums[e].y, own, sums[e].x);
  }
}

static void settle_clusters(const tg_tally *tally, tg_workspace *w) {
  const uint32_t *stratum_of = tally->design->cluster_stratum;
  for (size_t k = 0; k < w->cluster_count; k++) {
    stratum_state *stratum = &w->strata[stratum_of[w->clusters_met[k]]];
    meet_stratum(w, stratum_of[w->clusters_met[k]]);
    stratum->n++;
    stratum->sum += w->totals[w->clusters_met[k]];
  }
  for (size_t k = 0; k < w->strata_count; k++)
    w->strata[w->strata_met[k]].mean = w->strata[w->strata_met[k]].sum / w->strata[w->strata_met[k]].n;
  for (size_t k = 0; k < w->cluster_count; k++) {
    stratum_state *stratum = &w->strata[stratum_of[w->clusters_met[k]]];
    double d = w->totals[w->clusters_met[k]] - stratum->mean;
    if (d * d > 16 * DBL_EPSILON * DBL_EPSILON * stratum->mean * stratum->mean * stratum->n)
      stratum->squares += d * d;
  }
}

/* A cell's w (a (y - shift x) + b x) joins the statistic. */
static void add_to_variance(const tg_tally *tally, size_t indicator, uint32_t cell, double a, double b,
                            double shift, tg_workspace *w) {
  double own = reshift(a, b, shift, tally->shift[indicator * tally->cell_count + cell]);
  if (tally->design->cluster)
    add_clusters(tally, indicator, cell, a, own, w);
  else
    add_records(tally, indicator, cell, a, own, w);
}

/* Everything was added. */
static void finish_variance(const tg_tally *tally, tg_workspace *w, tg_statistic_sums *out) {
  double records = 0;
  int lonely = 0;
  if (tally->design->cluster)
    settle_clusters(tally, w);
  for (size_t k = 0; k < w->strata_count; k++) {
    uint32_t h = w->strata_met[k];
    const stratum_state *stratum = &w->strata[h];
    double n = (double)tally->design->strata[h].clusters;
    /* The other n_h - n clusters of the design have the total 0. */
    double zeros = n > stratum->n ? stratum->mean * stratum->mean * stratum->n * (n - stratum->n) / n : 0;
    w->list[k] = (tg_stratum_sums){h, stratum->sum, stratum->squares + zeros};
    records += stratum->n;
  }
  *out = (tg_statistic_sums){
      .df = records - (double)w->strata_count, .strata = w->list, .count = w->strata_count};
  out->variance = tg_variance_total(tally->design, w->list, w->strata_count, &lonely);
  out->lonely = lonely;
  reset(w);
}

double tg_tally_variance(const tg_tally *tally, size_t indicator, const uint32_t *cells, size_t count,
                         double a, double b, double shift, tg_workspace *w, int *lonely_met) {
  tg_statistic_sums sums;
  for (size_t k = 0; k < count; k++)
    add_to_variance(tally, indicator, cells[k], a, b, shift, w);
  finish_variance(tally, w, &sums);
  *lonely_met |= sums.lonely;
  return sums.variance;
}

void tg_tally_statistic(const tg_tally *tally, const tg_term *terms, size_t count, tg_workspace *w,
                        tg_statistic_sums *out) {
  for (size_t t = 0; t < count; t++)
    add_to_variance(tally, terms[t].indicator, terms[t].cell, terms[t].y, terms[t].x, terms[t].shift, w);
  finish_variance(tally, w, out);
}
