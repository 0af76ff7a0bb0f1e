/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replicate weights: matrices and random numbers behind them, what each method must give exactly, edges. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <trygg/index.h>
#include <trygg/inference.h>

#include <base/memory.h>
#include <base/number.h>
#include <design/replicates.h>
#include <numeric/hadamard.h>
#include <numeric/rank.h>
#include <numeric/random.h>

#include "fixture.h"

static trygg_error error;

/* ---- matrices and random numbers ------------------------------------------------------------- */

/* Rows as bits: their product is n less twice the places where they differ. */
static size_t count_faults(size_t n, const signed char *h) {
  size_t words = (n + 63) / 64, wrong = 0;
  uint64_t *bits = calloc(n * words, sizeof *bits);
  for (size_t i = 0; i < n * n; i++) {
    wrong += abs(h[i]) != 1;
    bits[i / n * words + i % n / 64] |= (uint64_t)(h[i] < 0) << (i % n % 64);
  }
  for (size_t i = 0; i < n; i++) {
    wrong += h[i] != 1 || h[i * n] != 1;
    for (size_t j = 0; j < i; j++) {
      size_t differ = 0;
      for (size_t k = 0; k < words; k++)
        differ += (size_t)__builtin_popcountll(bits[i * words + k] ^ bits[j * words + k]);
      wrong += n > 1 && 2 * differ != n;
    }
  }
  free(bits);
  return wrong;
}

START_TEST(rows_of_hadamard_matrices_are_orthogonal) {
  size_t orders = 0;
  for (size_t least = 1, n; (n = tg_hadamard_order(least)) <= 520; least = n + 1) {
    signed char *h = malloc(n * n);
    ck_ok(tg_hadamard_fill(n, h, &error));
    ck_assert_msg(count_faults(n, h) == 0, "order %zu", n);
    free(h);
    orders++;
  }
  ck_assert_uint_ge(orders, 100);
}
END_TEST

START_TEST(orders_are_what_the_constructions_cover) {
  static const size_t covered[] = {1,  2,  4,  8,  12, 16, 20, 24, 28, 32, 36,
                                   40, 44, 48, 56, 60, 64, 68, 72, 76, 80};
  for (size_t i = 0; i < sizeof covered / sizeof *covered; i++)
    ck_assert_uint_eq(tg_hadamard_order(covered[i]), covered[i]);
  ck_assert_uint_eq(tg_hadamard_order(0), 1);
  ck_assert_uint_eq(tg_hadamard_order(3), 4);
  ck_assert_uint_eq(tg_hadamard_order(52), 56); /* 51 is no prime, 25 no prime but its power */
  ck_assert_uint_eq(tg_hadamard_order(TG_HADAMARD_MOST), TG_HADAMARD_MOST);
  ck_assert_uint_eq(tg_hadamard_order(TG_HADAMARD_MOST + 1), 0);
  ck_assert_int_eq(tg_hadamard_fill(6, (signed char *)&error, &error), TRYGG_EINVAL);
}
END_TEST

START_TEST(indices_are_even) {
  tg_random random;
  size_t met[7] = {0};
  tg_random_seed(&random, 11, 3);
  for (size_t i = 0; i < 70000; i++) {
    uint32_t index = tg_random_index(&random, 7);
    ck_assert_uint_lt(index, 7);
    met[index]++;
  }
  for (size_t i = 0; i < 7; i++) /* five standard errors of a binomial count */
    ck_assert_msg(fabs((double)met[i] - 10000) < 5 * sqrt(70000.0 * 6 / 49), "%zu: %zu times", i, met[i]);
  ck_assert_uint_eq(tg_random_index(&random, 1), 0);
  ck_assert_uint_eq(tg_random_index(&random, 0), 0);
  for (size_t i = 0; i < 1000; i++)
    ck_assert_uint_lt(tg_random_index(&random, 0xC0000001u), 0xC0000001u);
}
END_TEST

START_TEST(rank_counts_independent_columns) {
  double identity[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1}, zeros[6] = {0},
         scaled[8] = {1e-9, 2e-9, 1e9, 5, 2e-9, 4e-9, -1e9, 7}, tiny[4] = {1, 1, 1, 1 + 1e-9};
  ck_assert_uint_eq(tg_rank_matrix(identity, 3, 3, 1e-7), 3);
  ck_assert_uint_eq(tg_rank_matrix(zeros, 2, 3, 1e-7), 0);
  ck_assert_uint_eq(tg_rank_matrix(scaled, 2, 4, 1e-7), 2);
  ck_assert_uint_eq(tg_rank_matrix(tiny, 2, 2, 1e-7), 1);
}
END_TEST

/* ---- made surveys ------------------------------------------------------------------------------ */

/* A survey of random numbers: `strata` of `clusters` clusters each, of `records` records. */
typedef struct made {
  size_t strata, clusters, records;
  const char *roles; /* of stratum, cluster, fpc, with blanks between; "-" takes one away */
  double fraction;   /* sampled */
  int backwards;     /* the records from the last to the first */
  const char *settings, *variance, *lonely;
  uint64_t seed;
} made;

static char data[1 << 20];

/* What was written: w y of each record. */
static double products[8192];

static void write_record(const made *m, size_t r, char **end) {
  size_t in_stratum = m->clusters * m->records, h = r / in_stratum, c = r % in_stratum / m->records;
  char fraction[TG_NUMBER_SIZE], weight[TG_NUMBER_SIZE], y[TG_NUMBER_SIZE];
  tg_random random;
  double u[5], lift, w, value;
  tg_random_seed(&random, 5, h * 1000 + c);
  lift = tg_random_uniform(&random);
  tg_random_seed(&random, 7, r);
  for (size_t i = 0; i < 5; i++)
    u[i] = tg_random_uniform(&random);
  w = floor(10000 * (10 + 90 * u[0])) / 10000;
  value = floor(1000 * (10 * lift + 5 * u[2])) / 1000;
  products[r] = w * value;
  *end += sprintf(*end, "%zu,%zu,%s,%s,%d,%s,%s\n", h, c, tg_number_format(fraction, m->fraction),
                  tg_number_format(weight, w), 1 + (u[1] < 0.4), tg_number_format(y, value),
                  u[3] < 0.1                ? ""
                  : u[3] < 0.4 + 0.3 * lift ? "1"
                                            : "0");
}

static fixture make(const made *m) {
  static char survey[512];
  char stratum[16] = "stratum", cluster[16] = "cluster", fpc[16] = "fpc", *end = data;
  size_t count = m->strata * m->clusters * m->records;
  if (m->roles)
    ck_assert_int_eq(sscanf(m->roles, "%15s %15s %15s", stratum, cluster, fpc), 3);
  snprintf(
      survey, sizeof survey,
      "type,name,role\ninteger,h,%s\ninteger,c,%s\ndecimal,f,%s\ndecimal,w,weight\nselect_one sex,sex,domain\n"
      "decimal,y,\nselect_one yn,a,\n",
      *stratum == '-' ? "" : stratum, *cluster == '-' ? "" : cluster, *fpc == '-' ? "" : fpc);
  end += sprintf(end, "h,c,f,w,sex,y,a\n");
  for (size_t r = 0; r < count; r++)
    write_record(m, m->backwards ? count - 1 - r : r, &end);
  return fixture_load(&(fixture_texts){
      .settings = m->settings,
      .survey = survey,
      .choices = "list_name,name\nsex,1\nsex,2\nyn,0\nyn,1\n",
      .indicators =
          "name,type,variable,numerator,denominator\ntotal,total,y,,\nmean,mean,y,,\nshare,share,a,1,\n"
          "count,total,a,1,\nratio,ratio,y,,w\nmedian,quantile,y,0.5,\n",
      .data = data,
      .lonely = m->lonely,
      .variance = m->variance,
      .seed = m->seed});
}

static double se_of(const made *m, const char *sex, const char *indicator) {
  fixture f = make(m);
  trygg_estimates *e = fixture_estimate(&f, "sex", NULL);
  double se = fixture_get(e, "", sex, indicator).se;
  trygg_estimate_free(e);
  fixture_free(&f);
  return se;
}

/* The same survey by two methods. */
static void compare_methods(made m, const char *a, const char *b, const char *indicator, double tolerance) {
  static const char *const sexes[] = {NULL, "1", "2"};
  for (size_t i = 0; i < 3; i++) {
    double first, second;
    m.variance = a;
    first = se_of(&m, sexes[i], indicator);
    m.variance = b;
    second = se_of(&m, sexes[i], indicator);
    ck_assert_msg(second > 0, "%s has no error", b);
    ck_near(first, second, tolerance);
  }
}

static const made designs[] = {
    {.strata = 5, .clusters = 4, .records = 6, .fraction = 0.3},
    {.strata = 1, .clusters = 9, .records = 5, .fraction = 0.2, .roles = "- cluster fpc"},
    {.strata = 5, .clusters = 4, .records = 6, .fraction = 0.3, .roles = "stratum cluster -"},
    {.strata = 4, .clusters = 3, .records = 9, .fraction = 0.3, .roles = "stratum - fpc"},
    {.strata = 1, .clusters = 20, .records = 4, .fraction = 0.5, .roles = "- - -"},
};

/* ---- what each method gives exactly --------------------------------------------------------------- */

START_TEST(jackknife_gives_totals_the_linearised_error) {
  compare_methods(designs[_i], "jackknife", "taylor", "total", 1e-12);
  compare_methods(designs[_i], "jackknife", "taylor", "count", 1e-12);
}
END_TEST

START_TEST(jackknife_of_means_is_near_the_linearised_error) {
  compare_methods(designs[_i], "jackknife", "taylor", "mean", 0.2);
  compare_methods(designs[_i], "jackknife", "taylor", "ratio", 0.2);
}
END_TEST

START_TEST(balanced_half_samples_give_totals_the_linearised_error) {
  static const char *const methods[] = {"brr", "fay:0.3", "fay:0"};
  for (size_t strata = 1; strata <= 16; strata += 5)
    for (size_t i = 0; i < 3; i++) {
      made m = {.strata = strata, .clusters = 2, .records = 6, .fraction = 0.4};
      compare_methods(m, methods[i], "taylor", "total", 1e-12);
      m.roles = "stratum cluster -";
      compare_methods(m, methods[i], "taylor", "count", 1e-12);
    }
}
END_TEST

START_TEST(fay_without_rho_is_brr) {
  compare_methods((made){.strata = 7, .clusters = 2, .records = 8, .fraction = 0.3}, "fay:0", "brr", "mean",
                  0);
}
END_TEST

/* sum_h (1 - f)/2 [sum_i (z_i - z_i+1)^2 + (z_n - z_1)^2] */
START_TEST(successive_differences_of_totals_are_their_formula) {
  for (size_t clusters = 2; clusters <= 9; clusters++) {
    made m = {.strata = 3, .clusters = clusters, .records = 5, .fraction = 0.25, .variance = "sdr"};
    fixture f = make(&m);
    trygg_estimates *e = fixture_estimate(&f, NULL, NULL);
    double z[3][9] = {{0}}, variance = 0;
    for (size_t r = 0; r < 3 * clusters * 5; r++)
      z[r / (clusters * 5)][r % (clusters * 5) / 5] += products[r];
    for (size_t h = 0; h < 3; h++)
      for (size_t i = 0; i < clusters; i++)
        variance += 0.75 / 2 * pow(z[h][i] - z[h][(i + 1) % clusters], 2);
    ck_near(fixture_get(e, "", NULL, "total").se, sqrt(variance), 1e-12);
    trygg_estimate_free(e);
    fixture_free(&f);
  }
}
END_TEST

START_TEST(successive_differences_follow_the_order_of_the_data) {
  made m = {.strata = 2, .clusters = 7, .records = 5, .fraction = 0.25, .variance = "sdr"};
  double forwards = se_of(&m, NULL, "total");
  m.backwards = 1; /* neighbours stay neighbours */
  ck_near(se_of(&m, NULL, "total"), forwards, 1e-12);
}
END_TEST

/* Systematic samples of ordered populations: rows come back when there are more records than rows. */
START_TEST(successive_differences_work_with_more_units_than_rows) {
  made m = {.strata = 2, .clusters = 200, .records = 3, .fraction = 0.1, .roles = "stratum - -"};
  double plain, successive;
  m.variance = "taylor";
  plain = se_of(&m, NULL, "total");
  m.variance = "sdr"; /* records of a cluster are alike, which successive differences see */
  successive = se_of(&m, NULL, "total");
  ck_assert_msg(successive > 0.3 * plain && successive < 1.2 * plain, "%g beside %g", successive, plain);
}
END_TEST

/* ---- bootstraps ------------------------------------------------------------------------------------- */

/* The standard error of the standard error is se / sqrt(2 R) = 1.1 % with 4,000 replicates: six of them. */
START_TEST(bootstrap_converges_to_the_linearised_error) {
  static const char *const indicators[] = {"total", "mean", "share", "ratio"};
  for (size_t i = 0; i < 4; i++)
    compare_methods(designs[_i], "bootstrap:4000", "taylor", indicators[i], i == 0 ? 0.07 : 0.15);
}
END_TEST

/* Its factor is right on average over strata, which here are of one size. */
START_TEST(canty_davison_converges_to_the_linearised_error) {
  compare_methods(designs[_i], "canty-davison:4000", "taylor", "total", 0.07);
}
END_TEST

START_TEST(preston_converges_to_the_linearised_error) {
  compare_methods(designs[_i], "preston:4000", "taylor", "total", 0.07);
  compare_methods(designs[_i], "preston:4000", "taylor", "ratio", 0.15);
}
END_TEST

static const char *const random_methods[] = {"bootstrap:40", "canty-davison:37", "preston:40"};

/* ---- several stages ------------------------------------------------------------------------------------- */

/* Two strata of blocks, then houses, then people; with two stages houses are people. */
typedef struct nested {
  size_t blocks, houses, people;
  const char *fraction[3]; /* drawn at each stage */
  int backwards;
  const char *margins;
} nested;

static fixture nest(const nested *m, const char *variance) {
  char *end = data + sprintf(data, "s,b,h,f1,f2,f3,w,g,y\n");
  size_t count = 2 * m->blocks * m->houses * m->people;
  for (size_t i = 0; i < count; i++) {
    size_t r = m->backwards ? count - 1 - i : i, h = r / m->people, b = h / m->houses;
    tg_random random;
    double lift, more;
    tg_random_seed(&random, 3, b);
    lift = tg_random_uniform(&random);
    tg_random_seed(&random, 4, h);
    more = tg_random_uniform(&random);
    tg_random_seed(&random, 6, r);
    end += sprintf(end, "%zu,%zu,%zu,%s,%s,%s,%zu,%zu,%zu\n", b / m->blocks, b % m->blocks, h % m->houses,
                   m->fraction[0], m->fraction[1], m->people > 1 ? m->fraction[2] : "1", 2 + r % 3, 1 + r % 2,
                   (size_t)(40 * lift + 60 * more + 50 * tg_random_uniform(&random)));
  }
  return fixture_load(&(fixture_texts){
      .survey =
          m->people > 1
              ? "type,name,role\ninteger,s,stratum\ninteger,b,cluster\ninteger,h,cluster2\ndecimal,f1,fpc\n"
                "decimal,f2,fpc2\ndecimal,f3,fpc3\ndecimal,w,weight\nselect_one g,g,domain\ninteger,y,\n"
              : "type,name,role\ninteger,s,stratum\ninteger,b,cluster\ndecimal,f1,fpc\ndecimal,f2,fpc2\n"
                "decimal,w,weight\nselect_one g,g,domain\ninteger,y,\n",
      .choices = "list_name,name\ng,1\ng,2\n",
      .indicators =
          "name,type,variable,denominator,numerator\ntotal,total,y,,\nmean,mean,y,,\nratio,ratio,y,w,\n"
          "median,quantile,y,,0.5\n",
      .margins = m->margins,
      .data = data,
      .lonely = "certainty",
      .calibrate = m->margins ? "linear" : NULL,
      .variance = variance});
}

static const nested nests[] = {
    {5, 4, 1, {"0.5", "0.25", ""}, 0, NULL}, {4, 3, 3, {"0.6", "0.5", "0.2"}, 0, NULL},
    {3, 5, 2, {"1", "0.3", "0.5"}, 0, NULL}, {1, 6, 2, {"1", "0.5", "0.4"}, 0, NULL},
    {4, 1, 3, {"0.7", "1", "0.3"}, 0, NULL}, {7, 2, 2, {"0.9", "0.9", "0.9"}, 0, NULL},
    {4, 3, 3, {"0.6", "1", "0.2"}, 1, NULL},
};

static void compare_nested(const nested *m, const char *g, const char *indicator, double tolerance) {
  fixture a = nest(m, "taylor"), b = nest(m, "preston:4000");
  trygg_estimates *x = fixture_estimate(&a, "g", NULL), *y = fixture_estimate(&b, "g", NULL);
  ck_assert_double_gt(fixture_get(x, "", g, indicator).se, 0);
  ck_near(fixture_get(y, "", g, indicator).se, fixture_get(x, "", g, indicator).se, tolerance);
  trygg_estimate_free(x);
  trygg_estimate_free(y);
  fixture_free(&a);
  fixture_free(&b);
}

/* As for one stage: six standard errors of a standard error from 4,000 replicates. */
START_TEST(preston_converges_to_the_linearised_error_of_all_stages) {
  compare_nested(&nests[_i], NULL, "total", 0.07);
  compare_nested(&nests[_i], "1", "total", 0.07);
  compare_nested(&nests[_i], NULL, "ratio", 0.15);
}
END_TEST

START_TEST(preston_gives_quantiles_of_stages_an_error) {
  compare_nested(&nests[1], NULL, "median", 0.35);
}
END_TEST

START_TEST(preston_calibrates_replicates_of_stages) {
  nested m = nests[1];
  fixture f;
  trygg_estimates *e;
  m.margins = "variables,category,total\ng,1,80\ng,2,70\n";
  compare_nested(&m, NULL, "mean", 0.15);
  f = nest(&m, "preston:50");
  e = fixture_estimate(&f, "g", NULL);
  ck_assert_double_gt(fixture_get(e, "", "1", "total").se, 0);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

/* Two blocks of two people, f1 = 0.36 and f2 = 0.75: lambda 0.8 and sqrt(0.36 x 0.25) = 0.3.  The block that is not
 * drawn loses 0.8; who is drawn in the other gains 0.8 + 0.3 sqrt 2, who is not 0.8 - 0.3 sqrt 2. */
START_TEST(preston_changes_weights_as_by_hand) {
  nested m = {2, 2, 1, {"0.36", "0.75", ""}, 0, NULL};
  fixture f = nest(&m, "preston:64");
  double changes[8 * TG_LANES], more = 0.8 + 0.3 * sqrt(2), less = 0.8 - 0.3 * sqrt(2);
  size_t met[2][2] = {{0, 0}, {0, 0}};
  ck_assert_uint_eq(f.responses->count, 8);
  for (size_t first = 0; first < 64; first += TG_LANES) {
    ck_ok(tg_replicates_changes(f.design, first, TG_LANES, changes, &error));
    for (size_t k = 0; k < TG_LANES; k++)
      for (size_t s = 0; s < 2; s++) {
        const double *c = changes + s * 4 * TG_LANES + k;
        size_t kept = c[0] < -0.7 ? 1 : 0, out = 1 - kept;
        size_t drawn = c[kept * 2 * TG_LANES] > 1 ? 0 : 1;
        ck_near(c[out * 2 * TG_LANES], -0.8, 1e-15);
        ck_near(c[(out * 2 + 1) * TG_LANES], -0.8, 1e-15);
        ck_near(c[(kept * 2 + drawn) * TG_LANES], more, 1e-15);
        ck_near(c[(kept * 2 + 1 - drawn) * TG_LANES], less, 1e-15);
        met[kept][drawn]++;
      }
  }
  for (size_t i = 0; i < 4; i++) /* 32 of 128 are expected, with a standard deviation of 4.9 */
    ck_assert(met[i / 2][i % 2] > 12 && met[i / 2][i % 2] < 52);
  fixture_free(&f);
}
END_TEST

/* Three clusters of one stage, f = 0.28: one is drawn, lambda = sqrt(0.72 / 2) = 0.6, and gains 2 x 0.6. */
START_TEST(preston_of_one_stage_as_by_hand) {
  made m = {.strata = 1, .clusters = 3, .records = 1, .fraction = 0.28, .variance = "preston:8"};
  fixture f = make(&m);
  double changes[3 * TG_LANES];
  ck_ok(tg_replicates_changes(f.design, 0, TG_LANES, changes, &error));
  for (size_t k = 0; k < TG_LANES; k++) {
    size_t drawn = 0;
    for (size_t i = 0; i < 3; i++)
      drawn += changes[i * TG_LANES + k] > 0;
    ck_assert_uint_eq(drawn, 1);
    for (size_t i = 0; i < 3; i++)
      ck_near(changes[i * TG_LANES + k], changes[i * TG_LANES + k] > 0 ? 1.2 : -0.6, 1e-15);
  }
  fixture_free(&f);
}
END_TEST

START_TEST(other_replicates_of_stages_are_refused) {
  static const char *const others[] = {"jackknife", "bootstrap", "canty-davison", "sdr"};
  char text[] = "type,name,role\ninteger,b,cluster\ndecimal,f1,fpc\ndecimal,f2,fpc2\ninteger,y,\n";
  fixture_texts texts = {.survey = text,
                         .choices = "list_name,name\ng,1\n",
                         .data = "b,f1,f2,y\n1,0.5,0.5,1\n1,0.5,0.5,2\n2,0.5,0.5,3\n2,0.5,0.5,4\n",
                         .variance = others[_i]};
  trygg_error met = fixture_refuse(&texts, TRYGG_EDESIGN);
  ck_assert_msg(strstr(met.message, "choose --variance preston") != NULL, "%s", met.message);
}
END_TEST

START_TEST(every_allocation_of_stages_may_fail) {
  fixture f = nest(&nests[1], "taylor");
  trygg_design_options options = {.size = sizeof options, .variance = "preston:9", .lonely = "certainty"};
  long at = 0;
  trygg_status status;
  do {
    trygg_design *design = NULL;
    trygg_estimates *estimates = NULL;
    tg_memory_fail(at++, 0);
    status = trygg_design_create(f.responses, &options, &design, &error);
    if (status == TRYGG_OK)
      status = trygg_estimate_create(design, NULL, &estimates, &error);
    tg_memory_fail(-1, 0);
    ck_assert(status == TRYGG_OK || status == TRYGG_ENOMEM);
    trygg_estimate_free(estimates);
    trygg_design_free(design);
  } while (status != TRYGG_OK);
  ck_assert_int_gt((int)at, 60);
  fixture_free(&f);
}
END_TEST

START_TEST(threads_change_no_bit_of_stages) {
  fixture f = nest(&nests[1], "preston:33");
  trygg_estimates *one = NULL, *two = NULL;
  trygg_estimate_options options = {.size = sizeof options, .threads = 1};
  ck_ok(trygg_estimate_create(f.design, &options, &one, &error));
  options.threads = 3;
  ck_ok(trygg_estimate_create(f.design, &options, &two, &error));
  for (size_t i = 0; i < trygg_estimate_count(one); i++) {
    double a = trygg_estimate_get(one, i).se, b = trygg_estimate_get(two, i).se;
    ck_assert(!memcmp(&a, &b, sizeof a));
  }
  trygg_estimate_free(one);
  trygg_estimate_free(two);
  fixture_free(&f);
}
END_TEST

START_TEST(threads_and_runs_change_no_bit) {
  for (size_t d = 0; d < sizeof designs / sizeof *designs; d++) {
    made m = designs[d];
    fixture f;
    trygg_estimates *one = NULL, *more = NULL;
    trygg_estimate_options options = {.size = sizeof options, .threads = 1};
    m.variance = random_methods[_i];
    f = make(&m);
    ck_ok(trygg_estimate_create(f.design, &options, &one, &error));
    for (options.threads = 2; options.threads < 5; options.threads++) {
      ck_ok(trygg_estimate_create(f.design, &options, &more, &error));
      for (size_t i = 0; i < trygg_estimate_count(one); i++) {
        double a = trygg_estimate_get(one, i).se, b = trygg_estimate_get(more, i).se;
        ck_assert(!memcmp(&a, &b, sizeof a));
      }
      trygg_estimate_free(more);
    }
    trygg_estimate_free(one);
    fixture_free(&f);
  }
}
END_TEST

START_TEST(seeds_make_the_difference) {
  made m = {.strata = 5, .clusters = 4, .records = 6, .fraction = 0.3, .variance = random_methods[_i]};
  double first = se_of(&m, NULL, "mean"), other;
  ck_assert(se_of(&m, NULL, "mean") == first);
  m.seed = 1;
  ck_assert(se_of(&m, NULL, "mean") == first);
  m.seed = 2;
  other = se_of(&m, NULL, "mean");
  ck_assert(other != first);
  ck_near(other, first, 0.5);
}
END_TEST

START_TEST(clusters_have_their_draws_whatever_the_order_of_records) {
  made m = {.strata = 5, .clusters = 4, .records = 6, .fraction = 0.3, .variance = random_methods[_i]};
  double first = se_of(&m, "1", "ratio");
  m.backwards = 1;
  ck_near(se_of(&m, "1", "ratio"), first, 1e-12);
}
END_TEST

/* ---- the several waves of a contrast ------------------------------------------------------------------ */

START_TEST(independent_waves_do_not_vary_together) {
  static const char *const methods[] = {"taylor", "jackknife", "bootstrap:30", "brr", "sdr"};
  static const char text[] =
      "t,c,w,y\n1,1,2,3\n1,1,3,5\n1,2,2,8\n1,3,4,1\n1,4,4,2\n2,1,2,9\n2,2,3,5\n2,2,2,7\n2,3,2,0\n2,4,1,1\n";
  for (size_t i = 0; i < 5; i++) {
    fixture f = fixture_load(&(fixture_texts){
        .survey =
            i == 3
                ? "type,name,role\ninteger,t,wave\ninteger,c,\ndecimal,w,weight\ndecimal,y,\ninteger,s,stratum\n"
                : "type,name,role\ninteger,t,wave\ninteger,c,cluster\ndecimal,w,weight\ndecimal,y,\n",
        .indicators = "name,type,variable\nmean,mean,y\n",
        .data =
            i == 3
                ? "t,s,c,w,y\n1,1,1,2,3\n1,1,2,3,4\n1,2,1,1,7\n1,2,2,2,9\n2,1,1,2,1\n2,1,2,4,8\n2,2,1,1,2\n2,2,2,2,6\n"
                : text,
        .variance = methods[i]});
    trygg_estimates *e = fixture_estimate(&f, NULL, NULL);
    size_t rows[2] = {trygg_estimate_find(e, "1", NULL, "mean"), trygg_estimate_find(e, "2", NULL, "mean")};
    double plus_minus[2] = {-1, 1}, v[4];
    trygg_contrast c;
    ck_ok(trygg_inference_contrast(e, rows, plus_minus, 2, 0, &c, &error));
    ck_ok(trygg_estimate_covariance(e, rows, 2, v, &error));
    ck_assert(v[1] == 0 && v[2] == 0);
    ck_near(c.se, hypot(trygg_estimate_get(e, rows[0]).se, trygg_estimate_get(e, rows[1]).se), 1e-12);
    trygg_estimate_free(e);
    fixture_free(&f);
  }
}
END_TEST

/* ---- influence totals ------------------------------------------------------------------------------------ */

/* The variance that callers compute of them is the library's, for every kind of estimate. */
START_TEST(influence_totals_give_the_covariance) {
  made m = designs[_i];
  fixture f = make(&m);
  trygg_estimates *e = fixture_estimate(&f, "sex", NULL);
  size_t count = trygg_estimate_count(e), clusters = trygg_design_clusters(f.design), *rows, *strata;
  size_t number = trygg_design_strata(f.design);
  double *z = calloc(clusters * count, sizeof *z), *v = calloc(count * count, sizeof *v);
  rows = calloc(count, sizeof *rows);
  strata = calloc(clusters, sizeof *strata);
  for (size_t i = 0; i < count; i++)
    rows[i] = i;
  ck_ok(trygg_estimate_covariance(e, rows, count, v, &error));
  ck_ok(trygg_estimate_influence(e, rows, count, z, strata, &error));
  for (size_t a = 0; a < count; a++)
    for (size_t b = 0; b <= a; b++) {
      double sum = 0;
      for (size_t h = 0; h < number; h++) {
        trygg_stratum stratum = trygg_design_stratum(f.design, h);
        double n = (double)stratum.clusters, mean_a = 0, mean_b = 0, both = 0;
        for (size_t i = 0; i < clusters; i++)
          if (strata[i] == h) {
            mean_a += z[i * count + a] / n;
            mean_b += z[i * count + b] / n;
          }
        for (size_t i = 0; i < clusters; i++)
          if (strata[i] == h)
            both += (z[i * count + a] - mean_a) * (z[i * count + b] - mean_b);
        sum += (1 - stratum.fraction) * n / (n - 1) * both;
      }
      ck_assert_msg(fabs(sum - v[a * count + b]) <= 1e-11 * sqrt(v[a * count + a] * v[b * count + b]),
                    "%zu, %zu: %.17g, expected %.17g", a, b, sum, v[a * count + b]);
    }
  rows[0] = count;
  ck_assert_int_eq(trygg_estimate_influence(e, rows, 1, z, NULL, &error), TRYGG_EINVAL);
  ck_assert_int_eq(trygg_estimate_influence(NULL, rows, 1, z, NULL, &error), TRYGG_EINVAL);
  ck_assert_ptr_null(trygg_design_stratum(f.design, number).name);
  ck_assert_ptr_nonnull(trygg_design_stratum(f.design, 0).name);
  free(z);
  free(v);
  free(rows);
  free(strata);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

START_TEST(every_allocation_of_influence_may_fail) {
  fixture f = make(&designs[0]);
  trygg_estimates *e = fixture_estimate(&f, "sex", NULL);
  size_t rows[2] = {0, 5};
  double z[2 * 20];
  long at = 0;
  trygg_status status;
  do {
    tg_memory_fail(at++, 0);
    status = trygg_estimate_influence(e, rows, 2, z, NULL, &error);
    tg_memory_fail(-1, 0);
    ck_assert(status == TRYGG_OK || status == TRYGG_ENOMEM);
  } while (status != TRYGG_OK);
  ck_assert_int_gt((int)at, 5);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

/* ---- given weights, by hand ----------------------------------------------------------------------------- */

#define GIVEN "type,name,role\ndecimal,w,weight\ndecimal,r1..r2,replicate\nselect_one yn,a,\ndecimal,y,\n"
#define GIVEN_SETTINGS "replicate_type,replicate_scale,replicate_mse\nother,0.5,1\n"

static const fixture_texts given = {
    .settings = GIVEN_SETTINGS,
    .survey = GIVEN,
    .choices = "list_name,name\nyn,0\nyn,1\n",
    .indicators = "name,type,variable,numerator\na,share,a,1\ny,total,y,\nq,quantile,y,0.5\n",
    .indices = "index,indicator,knots\nsafety,a,0:0 0.5:1 1:6\n",
    .data = "w,r1,r2,a,y\n1,2,0,1,1\n1,0,2,1,2\n1,2,1,0,3\n1,0,1,0,4\n"};

/* Shares of 2/4: 2/4 in the first replicate (2 of 4), 2/4 in the second; totals 10: 8 and 11; medians 2: 1 and 2. */
START_TEST(given_weights_by_hand) {
  fixture f = fixture_load(&given);
  trygg_estimates *e = fixture_estimate(&f, NULL, NULL);
  ck_near(fixture_get(e, "", NULL, "a").se, 0, 0);
  ck_near(fixture_get(e, "", NULL, "y").se, sqrt(0.5 * (4 + 1)), 1e-15);
  ck_near(fixture_get(e, "", NULL, "q").estimate, 2, 0);
  ck_near(fixture_get(e, "", NULL, "q").se, sqrt(0.5 * 1), 1e-15);
  ck_near(fixture_get(e, "", NULL, "y").df, 1, 0); /* the rank of two columns less one */
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

/* A share of 2/4 is at a corner: 3/4 and 1/4 give 3.5 and 0.5 points beside 1, where a line would give 1 +- slope / 4. */
START_TEST(points_are_computed_anew_in_each_replicate) {
  fixture_texts texts = given;
  fixture f;
  trygg_estimates *e;
  trygg_table *table = NULL;
  texts.data = "w,r1,r2,a,y\n1,1,0,1,1\n1,2,1,1,2\n1,1,2,0,3\n1,0,1,0,4\n";
  f = fixture_load(&texts);
  e = fixture_estimate(&f, NULL, NULL);
  ck_near(fixture_get(e, "", NULL, "a").se, 0.25, 1e-15);
  ck_ok(trygg_index_table(e, NULL, &table, &error));
  ck_near(trygg_table_number(table, 0, trygg_table_find(table, "points")), 1, 0);
  ck_near(trygg_table_number(table, 0, trygg_table_find(table, "se")), sqrt(0.5 * (2.5 * 2.5 + 0.5 * 0.5)),
          1e-15);
  trygg_table_free(table);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

START_TEST(replicates_that_equal_the_weights_give_no_error) {
  fixture_texts texts = given;
  fixture f;
  trygg_estimates *e;
  texts.data = "w,r1,r2,a,y\n1,1,1,1,1\n2,2,2,1,2\n3,3,3,0,3\n1,1,1,0,4\n";
  f = fixture_load(&texts);
  e = fixture_estimate(&f, NULL, NULL);
  for (size_t i = 0; i < trygg_estimate_count(e); i++)
    ck_near(trygg_estimate_get(e, i).se, 0, 0);
  ck_near(trygg_estimate_get(e, 0).df, 0, 0);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

START_TEST(folder_with_replicate_weights_can_be_linearised_all_the_same) {
  fixture_texts texts = given;
  fixture f;
  texts.variance = "taylor";
  f = fixture_load(&texts);
  ck_assert_ptr_null(f.design->replicates);
  fixture_free(&f);
}
END_TEST

START_TEST(record_without_replicate_weight_is_refused) {
  fixture_texts texts = given;
  trygg_error met;
  texts.data = "w,r1,r2,a,y\n1,1,1,1,1\n2,2,,1,2\n";
  met = fixture_refuse(&texts, TRYGG_EDATA);
  ck_assert_str_eq(met.field, "r2");
}
END_TEST

/* ---- edges ------------------------------------------------------------------------------------------------ */

static const char *const every_method[] = {"jackknife",        "brr",        "fay:0.5", "bootstrap:20",
                                           "canty-davison:20", "preston:20", "sdr",     "taylor"};
enum { methods = sizeof every_method / sizeof *every_method };

START_TEST(census_has_no_error) {
  made m = {.strata = 3, .clusters = 2, .records = 4, .fraction = 1, .variance = every_method[_i]};
  if (strcmp(every_method[_i], "canty-davison:20") != 0) { /* nothing can be drawn: refused below */
    ck_near(se_of(&m, NULL, "total"), 0, 0);
    ck_near(se_of(&m, "1", "mean"), 0, 0);
  }
}
END_TEST

START_TEST(one_cluster_has_no_error_and_no_df) {
  fixture f;
  trygg_estimates *e;
  made m = {.strata = 1,
            .clusters = 1,
            .records = 6,
            .fraction = 0.5,
            .variance = every_method[_i],
            .lonely = "certainty"};
  if (!strcmp(every_method[_i], "canty-davison:20"))
    return;
  f = make(&m);
  e = fixture_estimate(&f, NULL, NULL);
  ck_near(fixture_get(e, "", NULL, "mean").se, 0, 0);
  ck_near(fixture_get(e, "", NULL, "mean").df, 0, 0);
  ck_assert_uint_ne(fixture_get(e, "", NULL, "mean").flags & TRYGG_FLAG_NO_DF, 0);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

static fixture_texts small(const char *variance, const char *lonely, const char *rows) {
  return (fixture_texts){
      .survey =
          "type,name,role\ninteger,h,stratum\ninteger,c,cluster\ndecimal,w,weight\nselect_one g,g,domain\ndecimal,y,\n",
      .choices = "list_name,name\ng,1\ng,2\n",
      .indicators = "name,type,variable,numerator\nmean,mean,y,\nmedian,quantile,y,0.5\n",
      .data = rows,
      .lonely = lonely,
      .variance = variance};
}

/* Group 2 is in one cluster of each stratum: half-samples and draws without it have no mean. */
START_TEST(domain_that_is_empty_in_some_replicates_is_unreliable) {
  fixture_texts texts =
      small(every_method[_i], NULL,
            "h,c,w,g,y\n1,1,1,1,3\n1,1,2,2,5\n1,2,1,1,4\n2,1,2,1,7\n2,2,1,1,1\n2,2,3,1,2\n");
  fixture f = fixture_load(&texts);
  trygg_estimates *e = fixture_estimate(&f, "g", NULL);
  trygg_estimate one = fixture_get(e, "", "1", "mean"), two = fixture_get(e, "", "2", "mean");
  ck_assert(one.se > 0 && isfinite(one.se));
  ck_near(two.estimate, 5, 0);
  ck_assert_msg(isnan(two.se) || two.se == 0, "se %g", two.se);
  ck_assert_uint_ne(two.flags & (TRYGG_FLAG_UNRELIABLE | TRYGG_FLAG_NO_SE), 0);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

START_TEST(records_of_weight_zero_change_nothing_but_their_clusters_count) {
  fixture_texts with = small(every_method[_i], NULL,
                             "h,c,w,g,y\n1,1,1,1,3\n1,1,0,1,99\n1,2,1,1,4\n2,1,2,1,7\n2,2,1,1,1\n"),
                without =
                    small(every_method[_i], NULL, "h,c,w,g,y\n1,1,1,1,3\n1,2,1,1,4\n2,1,2,1,7\n2,2,1,1,1\n");
  fixture a = fixture_load(&with), b = fixture_load(&without);
  trygg_estimates *e = fixture_estimate(&a, NULL, NULL), *f = fixture_estimate(&b, NULL, NULL);
  ck_near(fixture_get(e, "", NULL, "mean").se, fixture_get(f, "", NULL, "mean").se, 1e-14);
  trygg_estimate_free(e);
  trygg_estimate_free(f);
  fixture_free(&a);
  fixture_free(&b);
}
END_TEST

START_TEST(jackknife_gives_quantiles_no_error) {
  made m = {.strata = 3, .clusters = 4, .records = 4, .fraction = 0.5, .variance = "jackknife"};
  fixture f = make(&m);
  trygg_estimates *e = fixture_estimate(&f, NULL, NULL);
  trygg_estimate median = fixture_get(e, "", NULL, "median");
  ck_assert(isfinite(median.estimate) && isnan(median.se));
  ck_assert_uint_ne(median.flags & TRYGG_FLAG_NO_SE, 0);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

START_TEST(bootstrap_gives_quantiles_an_error_near_woodruffs) {
  compare_methods((made){.strata = 6, .clusters = 6, .records = 12, .fraction = 0.2}, "bootstrap:1000",
                  "taylor", "median", 0.35);
}
END_TEST

static const struct {
  const char *variance, *lonely;
  size_t strata, clusters;
  trygg_status status;
  const char *says;
} refusals[] = {
    {"brr", NULL, 3, 3, TRYGG_EDESIGN, "two clusters a stratum, and stratum `0` has 3"},
    {"fay:0.5", NULL, 3, 4, TRYGG_EDESIGN, "two clusters"},
    {"fay", NULL, 3, 2, TRYGG_EINVAL, "rho"},
    {"fay:1", NULL, 3, 2, TRYGG_EINVAL, "rho"},
    {"fay:x", NULL, 3, 2, TRYGG_EINVAL, "rho"},
    {"brr:3", NULL, 3, 2, TRYGG_EINVAL, "colon"},
    {"bootstrap:1", NULL, 3, 2, TRYGG_EINVAL, "from 2"},
    {"bootstrap:1e3", NULL, 3, 2, TRYGG_EINVAL, "from 2"},
    {"bootstrap:100001", NULL, 3, 2, TRYGG_EINVAL, "100000"},
    {"bootstrp", NULL, 3, 2, TRYGG_ENAME, "did you mean `bootstrap`"},
    {"", NULL, 3, 2, TRYGG_ENAME, "no way"},
    {"given", NULL, 3, 2, TRYGG_EDESIGN, "names no replicate weights"},
    {"jackknife", "adjust", 3, 1, TRYGG_EDESIGN, "--lonely adjust has no form"},
    {"bootstrap", "average", 3, 1, TRYGG_EDESIGN, "--lonely average has no form"},
    {"canty-davison", "certainty", 3, 1, TRYGG_EDESIGN, "two clusters"},
};

START_TEST(what_does_not_suit_is_refused) {
  char rows[512], *end = rows + sprintf(rows, "h,c,w,g,y\n");
  fixture_texts texts;
  trygg_error met;
  for (size_t h = 0; h < refusals[_i].strata; h++)
    for (size_t c = 0; c < refusals[_i].clusters; c++)
      end += sprintf(end, "%zu,%zu,1,1,%zu\n", h, c, h + c);
  texts = small(refusals[_i].variance, refusals[_i].lonely, rows);
  met = fixture_refuse(&texts, refusals[_i].status);
  ck_assert_msg(strstr(met.message, refusals[_i].says) != NULL, "%s", met.message);
}
END_TEST

START_TEST(methods_are_named_and_checked) {
  size_t count = 0;
  while (trygg_design_variance(count)) {
    ck_assert_ptr_nonnull(trygg_design_variance_help(count));
    if (strcmp(trygg_design_variance(count), "fay") != 0)
      ck_ok(trygg_design_variance_check(trygg_design_variance(count), &error));
    count++;
  }
  ck_assert_uint_eq(count, 9);
  ck_assert_str_eq(trygg_design_variance(0), "taylor");
  ck_assert_ptr_null(trygg_design_variance_help(count));
  ck_ok(trygg_design_variance_check("fay:0.3", &error));
  ck_ok(trygg_design_variance_check("bootstrap:200", &error));
  ck_assert_int_eq(trygg_design_variance_check("fay", &error), TRYGG_EINVAL);
  ck_assert_int_eq(trygg_design_variance_check("nothing", &error), TRYGG_ENAME);
  ck_assert_int_eq(trygg_design_variance_check(NULL, &error), TRYGG_EINVAL);
}
END_TEST

START_TEST(df_are_no_more_than_the_replicates_have) {
  made m = {.strata = 5, .clusters = 8, .records = 4, .fraction = 0.3, .variance = "bootstrap:12"};
  fixture f = make(&m);
  trygg_estimates *e = fixture_estimate(&f, NULL, NULL), *design = NULL;
  trygg_estimate_options options = {.size = sizeof options, .df = "design"};
  ck_near(fixture_get(e, "", NULL, "mean").df, 11, 0);
  ck_ok(trygg_estimate_create(f.design, &options, &design, &error));
  ck_near(fixture_get(design, "", NULL, "mean").df, 11, 0);
  trygg_estimate_free(e);
  trygg_estimate_free(design);
  fixture_free(&f);
}
END_TEST

/* ---- calibrated weights ---------------------------------------------------------------------------------------- */

static fixture_texts calibrated(const char *variance) {
  return (fixture_texts){
      .survey = "type,name,role\ninteger,c,cluster\ndecimal,w,weight\nselect_one g,g,domain\ndecimal,y,\n",
      .choices = "list_name,name\ng,1\ng,2\n",
      .indicators = "name,type,variable,numerator\nfirst,total,g,1\nmean,mean,y,\n",
      .margins = "variables,category,total\ng,1,40\ng,2,60\n",
      .calibrate = "linear",
      .data =
          "c,w,g,y\n1,5,1,3\n1,6,2,5\n2,7,1,4\n2,5,2,9\n3,6,1,7\n3,8,2,1\n4,5,1,1\n4,4,2,2\n5,9,1,6\n5,9,2,8\n",
      .variance = variance};
}

START_TEST(replicates_meet_the_margins_that_the_weights_meet) {
  static const char *const variances[] = {"jackknife", "bootstrap:100", "sdr"};
  for (size_t i = 0; i < 3; i++) {
    fixture_texts texts = calibrated(variances[i]);
    fixture f = fixture_load(&texts);
    trygg_estimates *e = fixture_estimate(&f, NULL, NULL);
    ck_near(fixture_get(e, "", NULL, "first").estimate, 40, 1e-12);
    ck_assert(fixture_get(e, "", NULL, "first").se < 1e-10);
    ck_assert(fixture_get(e, "", NULL, "mean").se > 0.1);
    trygg_estimate_free(e);
    fixture_free(&f);
  }
}
END_TEST

START_TEST(weights_calibrated_elsewhere_cannot_be_calibrated_anew) {
  fixture_texts texts = calibrated("jackknife");
  texts.calibrate = "given";
  texts.margins = "variables,category,total\ng,,\n";
  ck_assert_ptr_nonnull(strstr(fixture_refuse(&texts, TRYGG_EDESIGN).message, "--variance taylor"));
}
END_TEST

START_TEST(every_allocation_of_calibrated_replicates_may_fail) {
  fixture_texts texts = calibrated(NULL);
  fixture f = fixture_load(&texts);
  long at = 0;
  trygg_status status;
  do {
    trygg_design_options how = {
        .size = sizeof how, .variance = _i ? "jackknife" : "bootstrap:9", .calibrate = "linear"};
    trygg_estimate_options what = {.size = sizeof what, .threads = 1};
    trygg_design *design = NULL;
    trygg_estimates *estimates = NULL;
    tg_memory_fail(at++, 0);
    status = trygg_design_create(f.responses, &how, &design, &error);
    if (status == TRYGG_OK)
      status = trygg_estimate_create(design, &what, &estimates, &error);
    tg_memory_fail(-1, 0);
    ck_assert(status == TRYGG_OK || status == TRYGG_ENOMEM);
    trygg_estimate_free(estimates);
    trygg_design_free(design);
  } while (status != TRYGG_OK);
  ck_assert_int_gt((int)at, 50);
  fixture_free(&f);
}
END_TEST

/* ---- without memory ------------------------------------------------------------------------------------------ */

/* Design, estimates, a contrast and a covariance, each allocation failing in turn. */
static trygg_status everything(const fixture *f, const char *variance) {
  trygg_design_options how = {.size = sizeof how, .variance = variance, .lonely = "certainty"};
  const char *by = "sex";
  trygg_estimate_options what = {.size = sizeof what, .by = &by, .by_count = 1, .threads = 1};
  trygg_design *design = NULL;
  trygg_estimates *estimates = NULL;
  size_t rows[2] = {0, 1};
  double both[2] = {1, -1}, v[4];
  trygg_contrast c;
  trygg_status status = trygg_design_create(f->responses, &how, &design, &error);
  if (status == TRYGG_OK)
    status = trygg_estimate_create(design, &what, &estimates, &error);
  if (status == TRYGG_OK)
    status = trygg_inference_contrast(estimates, rows, both, 2, 0, &c, &error);
  if (status == TRYGG_OK)
    status = trygg_estimate_covariance(estimates, rows, 2, v, &error);
  trygg_estimate_free(estimates);
  trygg_design_free(design);
  return status;
}

START_TEST(every_allocation_may_fail) {
  made m = {.strata = 2, .clusters = 2, .records = 3, .fraction = 0.5};
  fixture f = make(&m);
  long at = 0;
  trygg_status status;
  do {
    tg_memory_fail(at++, 0);
    status = everything(&f, every_method[_i]);
    tg_memory_fail(-1, 0);
    ck_assert(status == TRYGG_OK || status == TRYGG_ENOMEM);
  } while (status != TRYGG_OK);
  ck_assert_int_gt((int)at, 50);
  fixture_free(&f);
}
END_TEST

START_TEST(every_allocation_of_given_weights_may_fail) {
  fixture f = fixture_load(&given);
  long at = 0;
  trygg_status status;
  do {
    trygg_design *design = NULL;
    trygg_estimates *estimates = NULL;
    trygg_table *table = NULL;
    tg_memory_fail(at++, 0);
    status = trygg_design_create(f.responses, NULL, &design, &error);
    if (status == TRYGG_OK)
      status = trygg_estimate_create(design, NULL, &estimates, &error);
    if (status == TRYGG_OK)
      status = trygg_index_table(estimates, NULL, &table, &error);
    tg_memory_fail(-1, 0);
    ck_assert(status == TRYGG_OK || status == TRYGG_ENOMEM);
    trygg_table_free(table);
    trygg_estimate_free(estimates);
    trygg_design_free(design);
  } while (status != TRYGG_OK);
  ck_assert_int_gt((int)at, 50);
  fixture_free(&f);
}
END_TEST

static void add_exact(TCase *tests) {
  int count = (int)(sizeof designs / sizeof *designs);
  tcase_add_loop_test(tests, jackknife_gives_totals_the_linearised_error, 0, count);
  tcase_add_loop_test(tests, jackknife_of_means_is_near_the_linearised_error, 0, count);
  tcase_add_test(tests, balanced_half_samples_give_totals_the_linearised_error);
  tcase_add_test(tests, fay_without_rho_is_brr);
  tcase_add_test(tests, successive_differences_of_totals_are_their_formula);
  tcase_add_test(tests, successive_differences_follow_the_order_of_the_data);
  tcase_add_test(tests, successive_differences_work_with_more_units_than_rows);
  tcase_add_loop_test(tests, bootstrap_converges_to_the_linearised_error, 0, count);
  tcase_add_loop_test(tests, canty_davison_converges_to_the_linearised_error, 0, count);
  tcase_add_loop_test(tests, preston_converges_to_the_linearised_error, 0, count);
  tcase_add_loop_test(tests, threads_and_runs_change_no_bit, 0, 3);
  tcase_add_loop_test(tests, seeds_make_the_difference, 0, 3);
  tcase_add_loop_test(tests, clusters_have_their_draws_whatever_the_order_of_records, 0, 3);
  tcase_add_test(tests, independent_waves_do_not_vary_together);
}

static void add_stages(TCase *tests) {
  tcase_add_loop_test(tests, preston_converges_to_the_linearised_error_of_all_stages, 0,
                      (int)(sizeof nests / sizeof *nests));
  tcase_add_test(tests, preston_gives_quantiles_of_stages_an_error);
  tcase_add_test(tests, preston_calibrates_replicates_of_stages);
  tcase_add_test(tests, preston_changes_weights_as_by_hand);
  tcase_add_test(tests, preston_of_one_stage_as_by_hand);
  tcase_add_loop_test(tests, other_replicates_of_stages_are_refused, 0, 4);
  tcase_add_test(tests, every_allocation_of_stages_may_fail);
  tcase_add_test(tests, threads_change_no_bit_of_stages);
}

static void add_edges(TCase *tests) {
  tcase_add_loop_test(tests, influence_totals_give_the_covariance, 0,
                      (int)(sizeof designs / sizeof *designs));
  tcase_add_test(tests, every_allocation_of_influence_may_fail);
  tcase_add_test(tests, given_weights_by_hand);
  tcase_add_test(tests, points_are_computed_anew_in_each_replicate);
  tcase_add_test(tests, replicates_that_equal_the_weights_give_no_error);
  tcase_add_test(tests, folder_with_replicate_weights_can_be_linearised_all_the_same);
  tcase_add_test(tests, record_without_replicate_weight_is_refused);
  tcase_add_loop_test(tests, census_has_no_error, 0, methods);
  tcase_add_loop_test(tests, one_cluster_has_no_error_and_no_df, 0, methods);
  tcase_add_loop_test(tests, domain_that_is_empty_in_some_replicates_is_unreliable, 0, methods);
  tcase_add_loop_test(tests, records_of_weight_zero_change_nothing_but_their_clusters_count, 0, methods);
  tcase_add_test(tests, jackknife_gives_quantiles_no_error);
  tcase_add_test(tests, bootstrap_gives_quantiles_an_error_near_woodruffs);
  tcase_add_loop_test(tests, what_does_not_suit_is_refused, 0, (int)(sizeof refusals / sizeof *refusals));
  tcase_add_test(tests, methods_are_named_and_checked);
  tcase_add_test(tests, df_are_no_more_than_the_replicates_have);
  tcase_add_test(tests, replicates_meet_the_margins_that_the_weights_meet);
  tcase_add_test(tests, weights_calibrated_elsewhere_cannot_be_calibrated_anew);
  tcase_add_loop_test(tests, every_allocation_of_calibrated_replicates_may_fail, 0, 2);
  tcase_add_loop_test(tests, every_allocation_may_fail, 0, methods);
  tcase_add_test(tests, every_allocation_of_given_weights_may_fail);
}

static Suite *replicates_suite(void) {
  Suite *suite = suite_create("replicates");
  TCase *numbers = tcase_create("numbers"), *exact = tcase_create("exact"), *edges = tcase_create("edges");
  tcase_set_timeout(exact, 120);
  tcase_add_test(numbers, rows_of_hadamard_matrices_are_orthogonal);
  tcase_add_test(numbers, orders_are_what_the_constructions_cover);
  tcase_add_test(numbers, indices_are_even);
  tcase_add_test(numbers, rank_counts_independent_columns);
  add_exact(exact);
  add_stages(exact);
  add_edges(edges);
  suite_add_tcase(suite, numbers);
  suite_add_tcase(suite, exact);
  suite_add_tcase(suite, edges);
  return suite;
}

int main(void) {
  return run_suite(replicates_suite());
}
