/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Do the intervals hold what they promise?  Samples of the county survey, whose truth is known, say.
 *
 * usage: simulate_coverage SURVEY FOLDER [SURVEYS]     e.g. examples/surveys/county bench/county
 *
 * Seeds 1 to SURVEYS (2,000) each give a survey of five waves, which are independent samples: 10,000 in all.  Every
 * share is estimated in each for the county, its municipalities and the sexes, without calibration and with, and for
 * each kind of interval the samples are counted whose interval contains the truth of their wave.
 *
 * The goal was fixed before the first run.  Where a cell's (a domain's and indicator's) expected numerator and complement are each at least 20
 * effective cases and it has at least 30 df, 95 % logit intervals cover in 94 to 96 % of samples on average over
 * cells and in 93 to 97 % in each, beta intervals in at least 94 % on average.  The other cells are printed, not
 * judged: their estimates carry the flag `unreliable`. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <trygg.h>

#include <base/thread.h>

#include "../examples/county/county.h"

#define LEVEL 0.95
#define NAME 64
#define BATCH ((size_t)20) /* surveys of one task */

static const char *const kinds[] = {"logit", "beta", "wald"};
static const char *const calibrations[] = {NULL, "linear"};
static const char *const by_names[] = {"kommun", "kon"};
enum { KINDS = 3, CALIBRATIONS = 2, BYS = 2, TOTALS = BYS };

/* A share in a wave and domain. */
typedef struct cell {
  char wave[8], code[8], indicator[NAME];
  int by; /* number of the by-variable; TOTALS: the whole county */
  double truth;
} cell;

/* What the samples said of a cell, under one calibration. */
typedef struct counts {
  double estimated, covered[KINDS], effective, df;
} counts;

typedef struct simulation {
  const char *folder;
  trygg_codebook *codebook;
  cell *cells;
  size_t cell_count, surveys, tasks;
  counts *counts; /* [(task * CALIBRATIONS + calibration) * cell_count + cell] */
} simulation;

static void *need(size_t count, size_t size) {
  void *block = calloc(count ? count : 1, size);
  if (!block)
    exit(1);
  return block;
}

static void fail(const char *what, const trygg_error *error) {
  fprintf(stderr, "simulate_coverage: %s: %s %s\n", what, error->file, error->message);
  exit(1);
}

/* ---- the truth ------------------------------------------------------------------------- */

static int is_share(const trygg_codebook *codebook, const char *indicator) {
  const char *type = trygg_codebook_declared(codebook, indicator, "type");
  return type && (!strcmp(type, "share") || !strcmp(type, "any"));
}

/* A line of the truth, `wave,domain,indicator,truth`, domain `all` or `VAR=CODE`; 0 where it is not about a share. */
static int read_cell(const trygg_codebook *codebook, char *line, cell *out) {
  char domain[NAME], *equals;
  if (sscanf(line, "%7[^,],%63[^,],%63[^,],%lf", out->wave, domain, out->indicator, &out->truth) != 4)
    return 0;
  out->by = TOTALS;
  equals = strchr(domain, '=');
  for (int k = 0; equals && k < BYS; k++)
    if ((size_t)(equals - domain) == strlen(by_names[k]) &&
        !strncmp(domain, by_names[k], strlen(by_names[k])))
      out->by = k;
  if (equals)
    snprintf(out->code, sizeof out->code, "%s", equals + 1);
  return is_share(codebook, out->indicator);
}

static void read_truth(simulation *s) {
  char line[256];
  FILE *file = tmpfile();
  if (!file || county_write_truth(file)) {
    fprintf(stderr, "simulate_coverage: the truth cannot be written\n");
    exit(1);
  }
  rewind(file);
  s->cells = need(10000, sizeof *s->cells);
  while (s->cell_count < 10000 && fgets(line, sizeof line, file))
    s->cell_count += (size_t)read_cell(s->codebook, line, &s->cells[s->cell_count]);
  fclose(file);
}

/* ---- one sample ------------------------------------------------------------------------ */

static trygg_status count_interval(const simulation *s, const trygg_estimates *estimates, int by, int kind,
                                   counts *to, trygg_error *error) {
  trygg_inference_options options = {.size = sizeof options, .level = LEVEL, .ci = kinds[kind]};
  trygg_table *table;
  trygg_status status = trygg_inference_table(estimates, &options, &table, error);
  size_t lower, upper;
  if (status != TRYGG_OK)
    return status;
  lower = trygg_table_find(table, "lower");
  upper = trygg_table_find(table, "upper");
  for (size_t c = 0; c < s->cell_count; c++) {
    const cell *at = &s->cells[c];
    const char *code = at->code;
    size_t row;
    trygg_estimate e;
    if (at->by != by && !(by == 0 && at->by == TOTALS))
      continue;
    row = trygg_estimate_find(estimates, at->wave, at->by == TOTALS ? NULL : &code, at->indicator);
    e = trygg_estimate_get(estimates, row);
    if (row == SIZE_MAX || trygg_table_missing(table, row, lower))
      continue;
    to[c].covered[kind] += trygg_table_number(table, row, lower) <= at->truth &&
                           at->truth <= trygg_table_number(table, row, upper);
    if (kind == 0) { /* what does not depend on the kind is counted once */
      to[c].estimated++;
      to[c].effective += e.deff > 0 ? (double)e.n / e.deff : (double)e.n;
      to[c].df += e.df;
    }
  }
  trygg_table_free(table);
  return TRYGG_OK;
}

static trygg_status count_design(const simulation *s, trygg_responses *responses, const char *calibrate,
                                 counts *to, trygg_error *error) {
  trygg_design_options options = {.size = sizeof options, .calibrate = calibrate};
  trygg_design *design;
  trygg_status status = trygg_design_create(responses, &options, &design, error);
  for (int by = 0; by < BYS && status == TRYGG_OK; by++) {
    trygg_estimate_options estimate = {
        .size = sizeof estimate, .by = &by_names[by], .by_count = 1, .threads = 1};
    trygg_estimates *estimates;
    status = trygg_estimate_create(design, &estimate, &estimates, error);
    for (int kind = 0; kind < KINDS && status == TRYGG_OK; kind++)
      status = count_interval(s, estimates, by, kind, to, error);
    trygg_estimate_free(estimates);
  }
  trygg_design_free(design);
  return status;
}

static trygg_status run_sample(const simulation *s, size_t task, size_t seed, trygg_error *error) {
  char path[4096];
  const char *file = path;
  trygg_load_options options = {.size = sizeof options, .threads = 1};
  trygg_responses *responses;
  trygg_status status;
  snprintf(path, sizeof path, "%s/coverage-%zu.csv", s->folder, task);
  if (county_write_data(path, seed)) {
    fprintf(stderr, "simulate_coverage: cannot write %s\n", path);
    exit(1);
  }
  status = trygg_responses_load(s->codebook, &file, 1, &options, &responses, error);
  for (size_t k = 0; k < CALIBRATIONS && status == TRYGG_OK; k++)
    status = count_design(s, responses, calibrations[k],
                          s->counts + (task * CALIBRATIONS + k) * s->cell_count, error);
  trygg_responses_free(responses);
  unlink(path);
  return status;
}

static trygg_status run_task(void *opaque, size_t task, trygg_error *error) {
  const simulation *s = opaque;
  trygg_status status = TRYGG_OK;
  for (size_t seed = task * BATCH + 1; seed <= (task + 1) * BATCH && seed <= s->surveys && status == TRYGG_OK;
       seed++)
    status = run_sample(s, task, seed, error);
  return status;
}

/* ---- what came of it ----------------------------------------------------------------------- */

static void merge(const simulation *s) {
  size_t width = CALIBRATIONS * s->cell_count;
  for (size_t task = 1; task < s->tasks; task++)
    for (size_t c = 0; c < width; c++) {
      counts *to = &s->counts[c];
      const counts *from = &s->counts[task * width + c];
      to->estimated += from->estimated;
      to->effective += from->effective;
      to->df += from->df;
      for (int kind = 0; kind < KINDS; kind++)
        to->covered[kind] += from->covered[kind];
    }
}

/* Coverage over a group of cells. */
typedef struct summary {
  size_t cells;
  double sum[KINDS], least[KINDS], most[KINDS];
} summary;

static void add_cell(summary *to, const double *coverage) {
  for (int kind = 0; kind < KINDS; kind++) {
    to->sum[kind] += coverage[kind];
    to->least[kind] = to->cells ? fmin(to->least[kind], coverage[kind]) : coverage[kind];
    to->most[kind] = to->cells ? fmax(to->most[kind], coverage[kind]) : coverage[kind];
  }
  to->cells++;
}

static void print_summary(const char *calibration, const char *group, const summary *of) {
  for (int kind = 0; kind < KINDS && of->cells; kind++)
    printf("%s,%s,%s,%zu,%.4f,%.4f,%.4f\n", calibration, group, kinds[kind], of->cells,
           of->sum[kind] / (double)of->cells, of->least[kind], of->most[kind]);
}

/* A domain and indicator over the waves, which are samples of their own: coverage, and whether every wave has cases
 * enough to be judged.  0 where some sample had no estimate at all. */
static int cover(const simulation *s, size_t calibration, size_t first, double *coverage, int *is_judged) {
  size_t stride = s->cell_count / COUNTY_WAVES;
  double estimated = 0;
  *is_judged = 1;
  memset(coverage, 0, KINDS * sizeof *coverage);
  for (size_t c = first; c < s->cell_count; c += stride) {
    const counts *n = &s->counts[calibration * s->cell_count + c];
    double truth = s->cells[c].truth, effective = n->effective / n->estimated;
    if (n->estimated == 0)
      return 0;
    *is_judged &= effective * fmin(truth, 1 - truth) >= 20 && n->df / n->estimated >= 30;
    estimated += n->estimated;
    for (int kind = 0; kind < KINDS; kind++)
      coverage[kind] += n->covered[kind];
  }
  for (int kind = 0; kind < KINDS; kind++)
    coverage[kind] /= estimated;
  return 1;
}

/* 1 when the cells that are judged meet the goal. */
static int judge(const simulation *s, size_t calibration) {
  const char *name = calibrations[calibration] ? calibrations[calibration] : "none";
  summary judged = {0}, others = {0};
  double coverage[KINDS], logit, beta;
  int is_judged;
  for (size_t c = 0; c < s->cell_count / COUNTY_WAVES; c++)
    if (cover(s, calibration, c, coverage, &is_judged))
      add_cell(is_judged ? &judged : &others, coverage);
  print_summary(name, "judged", &judged);
  print_summary(name, "unreliable", &others);
  logit = judged.sum[0] / (double)judged.cells;
  beta = judged.sum[1] / (double)judged.cells;
  return judged.cells && logit >= 0.94 && logit <= 0.96 && judged.least[0] >= 0.93 &&
         judged.most[0] <= 0.97 && beta >= 0.94;
}

int main(int argc, char **argv) {
  simulation s = {.surveys = argc > 3 ? (size_t)strtoul(argv[3], NULL, 10) : 2000};
  trygg_error error = {0};
  int met = 1;
  if (argc < 3) {
    fprintf(stderr, "usage: simulate_coverage SURVEY FOLDER [SURVEYS]\n");
    return 2;
  }
  s.folder = argv[2];
  if (trygg_codebook_read(argv[1], &s.codebook, &error))
    fail("survey", &error);
  read_truth(&s);
  s.tasks = (s.surveys + BATCH - 1) / BATCH;
  s.counts = need(s.tasks * CALIBRATIONS * s.cell_count, sizeof *s.counts);
  if (tg_thread_run(tg_thread_count(0, s.tasks), s.tasks, run_task, &s, NULL, NULL, &error))
    fail("sample", &error);
  merge(&s);
  printf("calibration,cells,interval,count,mean,least,most\n");
  for (size_t k = 0; k < CALIBRATIONS; k++)
    met &= judge(&s, k);
  printf("# %zu samples; the goal is %s\n", s.surveys * COUNTY_WAVES, met ? "met" : "not met");
  free(s.cells);
  free(s.counts);
  trygg_codebook_free(s.codebook);
  return !met;
}
