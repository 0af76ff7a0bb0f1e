/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Time the library's own work, for bench/run to put beside that of others.
 *
 * usage: measure load|table|rake|raking|bootstrap SURVEY DATA THREADS [INDICATOR]
 *
 * `load` times loading DATA; `table` loads it untimed and times the estimates with standard errors of all
 * indicators (or of one) by municipality, five times; `rake` the making of a design with raked weights, strata and
 * clusters and all, `raking` that less the making of the same design with the weights of the file, in turn and as
 * medians, so that a late repeat does not count.  Prints lines `key value`: seconds, and figures that must come out the
 * same whoever computes them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <trygg/estimate.h>

#define REPEATS 5

static trygg_error error;

static void need(trygg_status status) {
  if (status == TRYGG_OK)
    return;
  fprintf(stderr, "measure: %s %lld: %s\n", error.file, (long long)error.line, error.message);
  exit(1);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* Means of two columns show that the right values were loaded in the right places. */
static void print_loaded(const trygg_responses *responses, trygg_design *design) {
  static const char *const names[] = {"age", "m01"};
  trygg_estimate_options options = {.size = sizeof options, .indicators = names, .indicator_count = 2};
  trygg_estimates *estimates = NULL;
  need(trygg_estimate_create(design, &options, &estimates, &error));
  printf("rows %zu\n", trygg_responses_count(responses));
  printf("bytes_a_row %.1f\n",
         (double)trygg_responses_memory(responses) / (double)trygg_responses_count(responses));
  printf("weights %.17g\n", trygg_design_population(design));
  printf("age %.17g\n", trygg_estimate_get(estimates, 0).estimate);
  printf("q01 %.17g\n", trygg_estimate_get(estimates, 1).estimate);
  trygg_estimate_free(estimates);
}

/* Sums over the cells of the table, and its first cell. */
static void print_table(const trygg_estimates *estimates) {
  double means = 0, errors = 0;
  int first = 1;
  for (size_t row = 0; row < trygg_estimate_count(estimates); row++) {
    trygg_estimate cell = trygg_estimate_get(estimates, row);
    if (!*trygg_estimate_by(estimates, row, 0))
      continue;
    means += cell.estimate;
    errors += cell.se;
    if (first)
      printf("first_mean %.17g\nfirst_error %.17g\n", cell.estimate, cell.se);
    first = 0;
  }
  printf("means %.17g\nerrors %.17g\n", means, errors);
}

static void time_table(trygg_design *design, int threads, const char *indicator) {
  const char *by = "muni";
  trygg_estimate_options options = {.size = sizeof options, .by = &by, .by_count = 1, .threads = threads};
  trygg_estimates *estimates = NULL;
  options.indicators = &indicator;
  options.indicator_count = indicator ? 1 : 0;
  for (int i = 0; i < REPEATS; i++) {
    double start = now();
    trygg_estimate_free(estimates);
    need(trygg_estimate_create(design, &options, &estimates, &error));
    printf("seconds %.6f\n", now() - start);
  }
  print_table(estimates);
  trygg_estimate_free(estimates);
}

/* Seconds of making the design anew. */
static double time_design(trygg_responses *responses, const trygg_design_options *options,
                          trygg_design **design) {
  double start = now();
  trygg_design_free(*design);
  need(trygg_design_create(responses, options, design, &error));
  return now() - start;
}

static int in_order(const void *a, const void *b) {
  const double *x = a, *y = b;
  return (*x > *y) - (*x < *y);
}

static double median(double *seconds) {
  qsort(seconds, REPEATS, sizeof *seconds, in_order);
  return seconds[REPEATS / 2];
}

/* Weights raked to the folder's margins; what they say of a question that is none of the margins. */
static void time_rake(trygg_responses *responses, int threads, int alone) {
  const char *variable = "v4";
  trygg_design_options raked = {.size = sizeof raked, .calibrate = "rake", .threads = threads};
  trygg_design_options plain = {.size = sizeof plain, .threads = threads};
  trygg_estimate_options what = {
      .size = sizeof what, .indicators = &variable, .indicator_count = 1, .pool = 1};
  trygg_design *design = NULL, *other = NULL;
  trygg_estimates *estimates;
  double with[REPEATS], without[REPEATS] = {0};
  for (int i = 0; i < REPEATS; i++) {
    without[i] = alone ? time_design(responses, &plain, &other) : 0;
    with[i] = time_design(responses, &raked, &design);
  }
  printf("seconds %.6f\n", median(with) - median(without));
  printf("population %.17g\n", trygg_design_population(design));
  need(trygg_estimate_create(design, &what, &estimates, &error));
  printf("share %.17g\n", trygg_estimate_get(estimates, 0).estimate);
  trygg_estimate_free(estimates);
  trygg_design_free(design);
  trygg_design_free(other);
}

/* Every item's mean over the waves with 500 bootstrap replicates. */
static void time_bootstrap(trygg_responses *responses, int threads) {
  trygg_design_options options = {.size = sizeof options, .variance = "bootstrap:500", .threads = threads};
  trygg_estimate_options what = {.size = sizeof what, .pool = 1, .threads = threads};
  trygg_design *design = NULL;
  trygg_estimates *estimates = NULL;
  double means = 0;
  for (int i = 0; i < REPEATS; i++) {
    double start = now();
    trygg_estimate_free(estimates);
    trygg_design_free(design);
    need(trygg_design_create(responses, &options, &design, &error));
    need(trygg_estimate_create(design, &what, &estimates, &error));
    printf("seconds %.6f\n", now() - start);
  }
  for (size_t row = 0; row < trygg_estimate_count(estimates); row++)
    means += trygg_estimate_get(estimates, row).estimate;
  printf("means %.17g\n", means);
  trygg_estimate_free(estimates);
  trygg_design_free(design);
}

int main(int count, char **arguments) {
  trygg_codebook *codebook = NULL;
  trygg_responses *responses = NULL;
  trygg_design *design = NULL;
  trygg_load_options options = {.size = sizeof options};
  double start;
  const char *task = count >= 5 ? arguments[1] : "";
  int load = !strcmp(task, "load"), table = !strcmp(task, "table"), alone = !strcmp(task, "raking");
  int rake = alone || !strcmp(task, "rake");
  if (!load && !table && !rake && strcmp(task, "bootstrap")) {
    fputs("usage: measure load|table|rake|raking|bootstrap SURVEY DATA THREADS [INDICATOR]\n", stderr);
    return 2;
  }
  options.threads = atoi(arguments[4]);
  need(trygg_codebook_read(arguments[2], &codebook, &error));
  start = now();
  need(trygg_responses_load(codebook, (const char *const *)&arguments[3], 1, &options, &responses, &error));
  if (load)
    printf("seconds %.6f\n", now() - start);
  if (load || table)
    need(trygg_design_create(responses, NULL, &design, &error));
  if (load)
    print_loaded(responses, design);
  else if (rake)
    time_rake(responses, options.threads, alone);
  else if (!table)
    time_bootstrap(responses, options.threads);
  else
    time_table(design, options.threads, count > 5 ? arguments[5] : NULL);
  trygg_design_free(design);
  trygg_responses_free(responses);
  trygg_codebook_free(codebook);
  return 0;
}
