/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Samples of two phases: against R survey (tests/golden/phases.csv), what must hold without a reference, edges and
 * refusals. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <trygg/inference.h>
#include <trygg/model.h>
#include <trygg/trend.h>

#include <base/memory.h>
#include <base/number.h>
#include <design/phases.h>
#include <design/response.h>
#include <tally/influence.h>

#include "fixture.h"

static trygg_error error;

#define CHOICES "list_name,name\nyn,0\nyn,1\ng,1\ng,2\nk,1\nk,2\nh,a\nh,b\nw,2020\nw,2024\n"
#define INDICATORS                                                                                           \
  "name,type,variable,numerator,denominator\ntotal,total,y,,\nmean,mean,y,,\nshare,share,a,1,\n"             \
  "ratio,ratio,y,,x\ncount,total,a,1,\n"
#define ANSWERS                                                                                              \
  "integer,sub,\ndecimal,w,weight\ndecimal,y,\ndecimal,x,\nselect_one yn,a,\nselect_one g,g,domain\n"

#define FIRST_PHASE "variables,category,total\ng,,\nv,,\n"

/* ---- against R ------------------------------------------------------------------------------------------ */

static const struct golden {
  const char *data, *survey, *settings, *margins; /* "pbc raking": what is calibrated to the first phase */
  int df_of_units; /* the first phase has fewer degrees of freedom than R's, which are those of the second */
} cases[] = {
    {"rei", "type,name,role\ninteger,n1,fpc\ninteger,k,\n" ANSWERS, "phase2,phase2_strata\nsub=1,k\n", NULL,
     0},
    {"mu284", "type,name,role\ninteger,c,cluster\ninteger,k,\ninteger,n1,fpc\n" ANSWERS,
     "phase2,phase2_strata\nsub=1,k\n", NULL, 1},
    {"pbc", "type,name,role\ninteger,n1,fpc\n" ANSWERS, "phase2\nsub=1\n", NULL, 0},
    {"pbc linear", "type,name,role\ninteger,n1,fpc\ndecimal,v,\n" ANSWERS, "phase2,calibrate\nsub=1,linear\n",
     FIRST_PHASE, 0},
    {"pbc raking", "type,name,role\ninteger,n1,fpc\ndecimal,v,\n" ANSWERS, "phase2,calibrate\nsub=1,rake\n",
     FIRST_PHASE, 0},
    {"nwtco", "type,name,role\ninteger,n1,fpc\ninteger,k,\n" ANSWERS, "phase2,phase2_strata\nsub=1,k\n", NULL,
     0},
    {"strata", "type,name,role\ntext,h,stratum\ninteger,n1,fpc\ntext,k,\n" ANSWERS,
     "phase2,phase2_strata\nsub=1,k\n", NULL, 1},
    {"clusters", "type,name,role\ninteger,c,cluster\ninteger,n1,fpc\ntext,k,\n" ANSWERS,
     "phase2,phase2_strata\nsub=1,k\n", NULL, 1},
    {"stages",
     "type,name,role\ninteger,c,cluster\ninteger,d,cluster2\ninteger,n1,fpc\ninteger,n2,fpc2\ntext,k,\n" ANSWERS,
     "phase2,phase2_strata\nsub=1,k\n", NULL, 1},
    {"counties", "type,name,role\ninteger,n1,fpc\ninteger,e,\n" ANSWERS, "phase2,phase2_clusters\nsub=1,e\n",
     NULL, 0},
    {"districts", "type,name,role\ninteger,c,cluster\ninteger,n1,fpc\ninteger,e,\n" ANSWERS,
     "phase2,phase2_clusters\nsub=1,e\n", NULL, 0},
};
enum { case_count = sizeof cases / sizeof *cases };

static fixture load(const struct golden *of) {
  char path[4096], *data;
  fixture f;
  snprintf(path, sizeof path, "%s/data/golden/phases_%.*s.csv", tests_folder(), (int)strcspn(of->data, " "),
           of->data);
  data = fixture_read_text(path);
  f = fixture_load(&(fixture_texts){.settings = of->settings,
                                    .survey = of->survey,
                                    .choices = CHOICES,
                                    .indicators = INDICATORS,
                                    .margins = of->margins,
                                    .data = data});
  free(data);
  return f;
}

static size_t find_row(const trygg_estimates *e, const char *group, const char *indicator) {
  const char *code = group[0] == 'g' ? group + 1 : NULL;
  size_t row = trygg_estimate_find(e, "", code ? &code : NULL, indicator);
  ck_assert_msg(row != SIZE_MAX, "%s %s", group, indicator);
  return row;
}

/* *scale: what the number's digits are counted by; those of a covariance of what does not vary together by the errors. */
static double value_of(const trygg_estimates *e, const char *group, const char *indicator, char *statistic,
                       double *scale) {
  size_t rows[2] = {find_row(e, group, indicator), 0};
  trygg_estimate met = trygg_estimate_get(e, rows[0]);
  double matrix[4];
  char *cursor = NULL;
  *scale = 0;
  if (!strcmp(statistic, "estimate"))
    return met.estimate;
  if (!strcmp(statistic, "se"))
    return met.se;
  if (!strcmp(statistic, "df"))
    return met.df;
  ck_assert_str_eq(strtok_r(statistic, " ", &cursor), "cov");
  group = strtok_r(NULL, " ", &cursor);
  rows[1] = find_row(e, group, strtok_r(NULL, " ", &cursor));
  ck_ok(trygg_estimate_covariance(e, rows, 2, matrix, &error));
  ck_near(matrix[0], met.se * met.se, 1e-12);
  *scale = 1e-3 * met.se * trygg_estimate_get(e, rows[1]).se;
  return matrix[1];
}

START_TEST(numbers_are_those_of_survey) {
  fixture f = load(&cases[_i]);
  trygg_estimates *e = fixture_estimate(&f, "g", NULL);
  char path[4096], line[512];
  size_t compared = 0;
  double largest = 0;
  FILE *file;
  snprintf(path, sizeof path, "%s/golden/phases.csv", tests_folder());
  file = fopen(path, "r");
  ck_assert_ptr_nonnull(file);
  while (fgets(line, sizeof line, file)) {
    char *cell = NULL, *data = strtok_r(line, ",", &cell), *group = strtok_r(NULL, ",", &cell),
         *indicator = strtok_r(NULL, ",", &cell), *statistic = strtok_r(NULL, ",", &cell),
         *text = strtok_r(NULL, ",\n", &cell);
    double value, met, scale;
    if (strcmp(data, cases[_i].data) || (!strcmp(statistic, "df") && cases[_i].df_of_units))
      continue;
    ck_assert_int_eq(tg_number_parse(text, strlen(text), '.', &value), 0);
    met = value_of(e, group, indicator, statistic, &scale);
    scale = fmax(scale, fabs(value));
    ck_assert_msg(fabs(met - value) <= 1e-10 * scale, "%s %s %s: %.17g, expected %.17g", group, indicator,
                  statistic, met, value);
    largest = fmax(largest, fabs(met - value) / scale);
    compared++;
  }
  fclose(file);
  printf("%s: %zu numbers, largest difference %.1e\n", cases[_i].data, compared, largest);
  ck_assert_uint_ge(compared, 24);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

static trygg_estimate get(const fixture *f, const char *wave, const char *group, const char *indicator) {
  trygg_estimates *e = fixture_estimate(f, "g", NULL);
  trygg_estimate result = fixture_get(e, wave, group, indicator);
  trygg_estimate_free(e);
  return result;
}

/* M6 of docs/evidence.md: Särndal, Swensson & Wretman 1992, (9.4.14), the part of the population above 3.5; the printed
 * digits.  Of a census nothing but the second phase varies: 15^2 (12^2 (1 - 5/12)/5 * 6.2 + 8^2 (1 - 3/8)/3 * 1) of a total;
 * what it leaves is the first phase's. */
START_TEST(the_example_is_as_printed) {
  fixture f = load(&cases[0]), census;
  trygg_estimates *e = fixture_estimate(&f, "g", NULL);
  double total = fixture_get(e, "", "2", "total").se, mean = fixture_get(e, "", "2", "mean").se, second;
  char text[TG_NUMBER_SIZE], path[4096], *data;
  snprintf(path, sizeof path, "%s/data/golden/phases_rei.csv", tests_folder());
  data = fixture_read_text(path);
  for (char *at = data; (at = strstr(at, "\n300,")) != NULL;)
    memcpy(at, "\n 20,", 5);
  census = fixture_load(&(fixture_texts){.settings = cases[0].settings,
                                         .survey = cases[0].survey,
                                         .choices = CHOICES,
                                         .indicators = INDICATORS,
                                         .data = data});
  free(data);
  second = pow(get(&census, "", "2", "total").se, 2);
  fixture_free(&census);
  ck_near(second, 26436, 1e-12);
  tg_number_fixed(text, total * total - second, 2);
  ck_assert_str_eq(text, "44325.47");
  tg_number_fixed(text, total * total, 2);
  ck_assert_str_eq(text, "70761.47");
  tg_number_fixed(text, mean * mean, 7);
  ck_assert_str_eq(text, "0.3292258");
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

/* ---- what must hold without a reference ------------------------------------------------------------------ */

#define SETTINGS "phase2,phase2_strata\nsub=1,k\n"
#define TWO_PHASES                                                                                           \
  "type,name,role\ninteger,n,fpc\ninteger,k,\ninteger,sub,\ndecimal,w,weight\ndecimal,y,\nselect_one g,g,domain\n"
#define TOTALS "name,type,variable\ntotal,total,y\nmean,mean,y\n"

static fixture small(const char *settings, const char *survey, const char *data, const char *lonely) {
  return fixture_load(&(fixture_texts){.settings = settings,
                                       .survey = survey,
                                       .choices = CHOICES,
                                       .indicators = TOTALS,
                                       .lonely = lonely,
                                       .data = data});
}

static double se_of(const char *settings, const char *survey, const char *data, const char *lonely,
                    const char *group, const char *indicator) {
  fixture f = small(settings, survey, data, lonely);
  double se = get(&f, "", group, indicator).se;
  fixture_free(&f);
  return se;
}

/* A second phase that draws everybody adds nothing. */
START_TEST(a_second_phase_of_all_is_one_phase) {
  static const char data[] = "c,n,k,sub,w,y,g\n1,9,1,1,3,2.5,1\n1,9,1,1,3,4,2\n2,9,2,1,3,1,1\n2,9,1,1,3,7,1\n"
                             "3,9,2,1,3,3,2\n3,9,2,1,3,5,2\n";
  static const char survey[] = "type,name,role\ninteger,c,cluster\ninteger,n,fpc\ninteger,k,\ninteger,sub,\n"
                               "decimal,w,weight\ndecimal,y,\nselect_one g,g,domain\n";
  static const char *const groups[] = {NULL, "1", "2"};
  static const char *const indicators[] = {"total", "mean"};
  for (size_t k = 0; k < 6; k++)
    ck_near(se_of(SETTINGS, survey, data, NULL, groups[k / 2], indicators[k % 2]),
            se_of(NULL, survey, data, NULL, groups[k / 2], indicators[k % 2]), 1e-13);
}
END_TEST

/* A first phase of the whole population leaves a stratified sample. */
START_TEST(a_first_phase_of_all_is_a_stratified_sample) {
  static const char both[] =
      "n,k,sub,w,y,g\n9,1,1,1,2.5,1\n9,1,1,1,4,2\n9,1,0,1,,1\n9,1,0,1,,1\n9,1,1,1,1,1\n"
      "9,2,1,1,3,2\n9,2,1,1,5,2\n9,2,0,1,,2\n9,2,0,1,,1\n";
  static const char one[] =
      "n,k,w,y,g\n5,1,1.66666666666666667,2.5,1\n5,1,1.66666666666666667,4,2\n5,1,1.66666666666666667,1,1\n"
      "4,2,2,3,2\n4,2,2,5,2\n";
  static const char survey[] =
      "type,name,role\ninteger,n,fpc\ninteger,k,stratum\ndecimal,w,weight\ndecimal,y,\nselect_one g,g,domain\n";
  static const char *const groups[] = {NULL, "1", "2"};
  static const char *const indicators[] = {"total", "mean"};
  for (size_t k = 0; k < 6; k++)
    ck_near(se_of(SETTINGS, TWO_PHASES, both, NULL, groups[k / 2], indicators[k % 2]),
            se_of(NULL, survey, one, NULL, groups[k / 2], indicators[k % 2]), 1e-13);
}
END_TEST

/* How many there are of each stratum of the second phase is known from the first, and of all of them: nothing varies. */
START_TEST(known_totals_do_not_vary) {
  static const char data[] =
      "n,k,sub,w,y,g\n90,1,1,10,1,1\n90,1,1,10,1,1\n90,1,0,10,,1\n90,1,0,10,,1\n90,1,1,10,1,1\n"
      "90,2,1,10,1,2\n90,2,1,10,1,2\n90,2,0,10,,2\n90,2,0,10,,2\n";
  ck_near(se_of(SETTINGS, TWO_PHASES, data, NULL, NULL, "total"), 0, 0);
  ck_near(se_of(SETTINGS, TWO_PHASES, data, NULL, "1", "mean"), 0, 0);
  ck_assert_double_gt(se_of(SETTINGS, TWO_PHASES, data, NULL, "1", "total"), 0);
}
END_TEST

/* ---- all samples of both phases ---------------------------------------------------------------------------- */

/* A population, and how it is drawn from: in each stratum h `first[h]` of its units c; then at most `second` of the units e
 * of each stratum k, or each by itself with probability p. */
enum { PEOPLE = 8 };
typedef struct plan {
  const char *settings, *survey;
  int h[PEOPLE], c[PEOPLE], k[PEOPLE], e[PEOPLE]; /* units are numbered from 0 */
  int units[2], first[2]; /* of each h, from which c = units of the strata before are counted */
  int second;             /* 0: Poisson */
} plan;

static const double answers[PEOPLE] = {3, -2, 14, -7, 25, 1, 8, 4.5};
static const double chances[PEOPLE] = {0.5, 0.25, 0.75, 0.5, 1, 0.4, 0.6, 0.9};

#define PLAN                                                                                                                \
  "type,name,role\ninteger,h,stratum\ninteger,c,cluster\ninteger,n,fpc\ninteger,k,\ninteger,e,\ninteger,sub,\ndecimal,p,\n" \
  "decimal,w,weight\ndecimal,y,\nselect_one g,g,domain\n"
static const plan plans[] = {
    /* strata that cross those of the first phase */
    {SETTINGS,
     PLAN,
     {0, 0, 0, 0, 1, 1, 1, 1},
     {0, 1, 2, 3, 4, 5, 6, 7},
     {1, 1, 2, 2, 1, 2, 1, 2},
     {0, 1, 2, 3, 4, 5, 6, 7},
     {4, 4},
     {3, 2},
     2},
    /* clusters, then records of them by strata that cross these */
    {SETTINGS,
     PLAN,
     {0},
     {0, 0, 1, 1, 2, 2, 3, 3},
     {1, 1, 1, 2, 2, 2, 1, 2},
     {0, 1, 2, 3, 4, 5, 6, 7},
     {4, 0},
     {3, 0},
     2},
    /* records, then clusters that lie across them */
    {"phase2,phase2_clusters\nsub=1,e\n",
     PLAN,
     {0, 0, 0, 0, 1, 1, 1, 1},
     {0, 1, 2, 3, 4, 5, 6, 7},
     {1, 1, 1, 1, 1, 1, 1, 1},
     {0, 1, 2, 3, 0, 1, 2, 2},
     {4, 4},
     {2, 3},
     2},
    /* clusters, then some of these */
    {"phase2,phase2_clusters\nsub=1,e\n",
     PLAN,
     {0},
     {0, 0, 1, 1, 2, 2, 3, 3},
     {1, 1, 1, 1, 1, 1, 1, 1},
     {0, 0, 1, 1, 2, 2, 3, 3},
     {4, 0},
     {3, 0},
     2},
    /* clusters, then records one by one */
    {"phase2,phase2_inclusion\nsub=1,p\n",
     PLAN,
     {0},
     {0, 0, 1, 1, 2, 2, 3, 3},
     {1, 1, 1, 1, 1, 1, 1, 1},
     {0, 1, 2, 3, 4, 5, 6, 7},
     {4, 0},
     {2, 0},
     0},
};

static int is_first(const plan *p, unsigned units) {
  int drawn[2] = {0, 0};
  for (int c = 0; c < p->units[0] + p->units[1]; c++)
    drawn[c >= p->units[0]] += units >> c & 1;
  return !(units >> (p->units[0] + p->units[1])) && drawn[0] == p->first[0] && drawn[1] == p->first[1];
}

static int in_first(const plan *p, unsigned units, size_t i) {
  return units >> p->c[i] & 1;
}

/* Units e of stratum k that are in the first phase. */
static unsigned units_of(const plan *p, unsigned units, int k) {
  unsigned met = 0;
  for (size_t i = 0; i < PEOPLE; i++)
    if (in_first(p, units, i) && p->k[i] == k)
      met |= 1u << p->e[i];
  return met;
}

/* The chance of this second phase, given the first; 0: it is none. */
static double chance_of(const plan *p, unsigned units, unsigned drawn) {
  double chance = 1;
  unsigned all = units_of(p, units, 1) | units_of(p, units, 2);
  if (drawn & ~all)
    return 0;
  for (int e = 0; e < PEOPLE && !p->second; e++)
    if (all >> e & 1)
      chance *= drawn >> e & 1 ? chances[e] : 1 - chances[e];
  for (int k = 1; k <= 2 && p->second; k++) {
    int n = __builtin_popcount(units_of(p, units, k)), m = n < p->second ? n : p->second;
    if (__builtin_popcount(units_of(p, units, k) & drawn) != m)
      return 0;
    chance /= m == n ? 1 : n * (n - 1) / 2; /* m is 2 */
  }
  return chance;
}

static void write_sample(const plan *p, unsigned units, unsigned drawn, char *data) {
  data += sprintf(data, "h,c,n,k,e,sub,p,w,y,g\n");
  for (size_t i = 0; i < PEOPLE; i++) {
    char chance[TG_NUMBER_SIZE], weight[TG_NUMBER_SIZE], answer[TG_NUMBER_SIZE];
    int sub = drawn >> p->e[i] & 1;
    if (!in_first(p, units, i))
      continue;
    data += sprintf(data, "%d,%d,%d,%d,%d,%d,%s,%s,%s,%d\n", p->h[i], p->c[i], p->units[p->h[i]], p->k[i],
                    p->e[i], sub, tg_number_format(chance, chances[p->e[i]]),
                    tg_number_format(weight, (double)p->units[p->h[i]] / p->first[p->h[i]]),
                    sub ? tg_number_format(answer, answers[i]) : "", 1 + (int)(i % 2));
  }
}

typedef struct moments {
  double chance, mean, square, estimated;
} moments;

/* What each record adds to the totals of all and of a group; a variance below 0 has no standard error, and counts. */
typedef struct shares {
  double u[2 * PEOPLE];
  unsigned char inside[PEOPLE];
} shares;

static void fill(const void *context, size_t first, size_t records, double *u, unsigned char *inside) {
  const shares *s = context;
  memcpy(u, s->u + 2 * first, 2 * records * sizeof *u);
  memcpy(inside, s->inside + first, records);
}

static void find_variances(const fixture *f, const shares *s, double matrix[4]) {
  tg_influence_degrees degrees;
  tg_influence influence = {f->design, 2, fill, s, 1, f->design->weight};
  ck_ok(tg_influence_covariance(&influence, matrix, &degrees, &error));
}

static void add_sample(const plan *p, unsigned units, unsigned drawn, double chance, moments m[2]) {
  char data[2048];
  fixture f;
  double total[2] = {0, 0}, matrix[4];
  shares s = {.u = {0}};
  size_t record = 0;
  for (size_t k = 0; k < 2; k++)
    m[k].chance += chance;
  if (!drawn)
    return; /* nobody answered: the total is 0 */
  write_sample(p, units, drawn, data);
  f = small(p->settings, p->survey, data, "certainty");
  for (size_t i = 0; i < PEOPLE; i++) {
    if (!in_first(p, units, i))
      continue;
    s.inside[record] = drawn >> p->e[i] & 1;
    for (size_t k = 0; k < 2 && s.inside[record]; k++)
      total[k] += s.u[2 * record + k] = k == 0 || i % 2 ? f.design->weight[record] * answers[i] : 0;
    record++;
  }
  find_variances(&f, &s, matrix);
  ck_near(get(&f, "", NULL, "total").estimate, total[0], 1e-13);
  if (matrix[0] > 0)
    ck_near(get(&f, "", NULL, "total").se, sqrt(matrix[0]), 1e-12);
  for (size_t k = 0; k < 2; k++) {
    m[k].mean += chance * total[k];
    m[k].square += chance * total[k] * total[k];
    m[k].estimated += chance * matrix[3 * k];
  }
  fixture_free(&f);
}

START_TEST(variances_are_right_on_average_over_all_samples) {
  const plan *p = &plans[_i];
  moments m[2] = {{0, 0, 0, 0}, {0, 0, 0, 0}};
  double all[2] = {0, 0};
  size_t firsts = 0;
  for (unsigned units = 0; units < 1u << PEOPLE; units++)
    firsts += is_first(p, units);
  for (unsigned units = 0; units < 1u << PEOPLE; units++)
    for (unsigned drawn = 0; is_first(p, units) && drawn < 1u << PEOPLE; drawn++) {
      double chance = chance_of(p, units, drawn) / firsts;
      if (chance > 0)
        add_sample(p, units, drawn, chance, m);
    }
  for (size_t i = 0; i < PEOPLE; i++) {
    all[0] += answers[i];
    all[1] += i % 2 ? answers[i] : 0;
  }
  for (size_t k = 0; k < 2; k++) {
    ck_near(m[k].chance, 1, 1e-13);
    ck_near(m[k].mean, all[k], 1e-12);
    ck_near(m[k].estimated, m[k].square - m[k].mean * m[k].mean, 1e-11);
  }
}
END_TEST

/* ---- waves --------------------------------------------------------------------------------------------------- */

#define WAVES                                                                                                           \
  "type,name,role\nselect_one w,t,wave\ninteger,c,cluster\ninteger,n,fpc\ninteger,k,\ninteger,sub,\ndecimal,w,weight\n" \
  "decimal,y,\nselect_one g,g,domain\n"
#define ROUNDS                                                                                                      \
  "t,tk,c,n,k,sub,w,y,g\n2020,1,1,9,1,1,3,2.5,1\n2020,1,1,9,1,1,3,4,2\n2020,2,2,9,2,1,3,1,1\n2020,1,2,9,1,0,3,,1\n" \
  "2020,2,3,9,2,1,3,3,2\n2020,2,3,9,2,0,3,,2\n2024,3,1,9,1,1,3,6,2\n2024,3,2,9,1,1,3,5,1\n2024,3,2,9,1,0,3,,1\n"    \
  "2024,4,3,9,2,1,3,9,1\n2024,4,3,9,2,1,3,7,2\n2024,4,1,9,2,0,3,,2\n"

static void find_pair(const fixture *f, const char *by, const char *waves[2], const char *codes[2],
                      double matrix[4]) {
  trygg_estimates *e = fixture_estimate(f, by, NULL);
  size_t rows[2];
  for (size_t k = 0; k < 2; k++) {
    rows[k] = trygg_estimate_find(e, waves[k], codes[k] ? &codes[k] : NULL, "mean");
    ck_assert_uint_ne(rows[k], SIZE_MAX);
  }
  ck_ok(trygg_estimate_covariance(e, rows, 2, matrix, &error));
  trygg_estimate_free(e);
}

START_TEST(independent_waves_do_not_covary) {
  fixture f = small(SETTINGS, WAVES, ROUNDS, "certainty");
  const char *waves[] = {"2020", "2024"}, *codes[] = {NULL, NULL};
  double matrix[4];
  find_pair(&f, "g", waves, codes, matrix);
  ck_assert(matrix[0] > 0 && matrix[3] > 0);
  ck_near(matrix[1], 0, 0);
  fixture_free(&f);
}
END_TEST

/* Waves of the same clusters are one first phase, of which each wave draws records of its own: as groups of one wave whose
 * strata of the second phase are those of both waves. */
START_TEST(overlapping_waves_are_one_first_phase) {
  static const char settings[] = "waves,phase2,phase2_strata\noverlapping,sub=1,k\n";
  static const char stacked[] =
      "type,name,role\nselect_one w,t,domain\ninteger,tk,\ninteger,c,cluster\ninteger,n,fpc\ninteger,sub,\n"
      "decimal,w,weight\ndecimal,y,\n";
  fixture f = small(settings, WAVES, ROUNDS, "certainty");
  fixture g = small("phase2,phase2_strata\nsub=1,tk\n", stacked, ROUNDS, "certainty");
  const char *waves[] = {"2020", "2024"}, *none[] = {NULL, NULL}, *empty[] = {"", ""};
  double a[4], b[4];
  find_pair(&f, "g", waves, none, a);
  find_pair(&g, "t", empty, waves, b);
  for (size_t k = 0; k < 4; k++)
    ck_near(a[k], b[k], 1e-12);
  ck_assert_double_ne(a[1], 0);
  fixture_free(&f);
  fixture_free(&g);
}
END_TEST

START_TEST(changes_are_tested) {
  fixture f = small(SETTINGS, WAVES, ROUNDS, "certainty");
  trygg_estimates *e = fixture_estimate(&f, NULL, NULL);
  size_t rows[2] = {trygg_estimate_find(e, "2020", NULL, "mean"),
                    trygg_estimate_find(e, "2024", NULL, "mean")};
  double coefficients[2] = {-1, 1};
  trygg_contrast change;
  ck_ok(trygg_inference_contrast(e, rows, coefficients, 2, 0.95, &change, &error));
  ck_near(change.se, hypot(trygg_estimate_get(e, rows[0]).se, trygg_estimate_get(e, rows[1]).se), 1e-13);
  ck_near(change.df, trygg_estimate_get(e, rows[0]).df + trygg_estimate_get(e, rows[1]).df, 0);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

/* ---- what comes after ---------------------------------------------------------------------------------------- */

#define SAMPLE                                                                                                        \
  "n,k,sub,w,y,g\n40,1,1,4,2.5,1\n40,1,1,4,4,2\n40,1,0,4,,1\n40,1,0,4,,1\n40,1,1,4,1,1\n40,2,1,4,3,2\n40,2,1,4,5,2\n" \
  "40,2,0,4,,2\n40,2,0,4,,1\n40,2,1,4,7,1\n"

/* Calibrated to the number of people, a total has the error of the mean that many times. */
START_TEST(calibration_knows_both_phases) {
  fixture plain = small(SETTINGS, TWO_PHASES, SAMPLE, NULL), f;
  double mean = get(&plain, "", NULL, "mean").se;
  f = fixture_load(&(fixture_texts){.settings = SETTINGS,
                                    .survey = TWO_PHASES,
                                    .choices = CHOICES,
                                    .indicators = TOTALS,
                                    .margins = "variables,category,total\n,,44\n",
                                    .calibrate = "linear",
                                    .data = SAMPLE});
  ck_near(trygg_design_population(f.design), 44, 1e-14);
  ck_near(get(&f, "", NULL, "total").se, 44 * mean, 1e-13);
  ck_near(get(&f, "", NULL, "mean").se, mean, 1e-13);
  fixture_free(&plain);
  fixture_free(&f);
}
END_TEST

/* Who did not answer, all in one class, leaves the mean of those who did: a domain of both phases. */
START_TEST(non_response_is_of_the_second_phase) {
  static const char survey[] =
      "type,name,role\ninteger,n,fpc\ninteger,k,\ninteger,sub,\nselect_one s,s,status\ndecimal,w,weight\n"
      "decimal,y,\nselect_one g,g,domain\n";
  static const char derived[] = "name,type,rule,from,codes\nall,select_one all,bands,n,0..=1\n";
  static const char choices[] = CHOICES "all,1\ns,i\ns,r\n";
  static const char data[] =
      "n,k,sub,s,w,y,g\n40,1,1,i,4,2.5,1\n40,1,1,r,4,,2\n40,1,0,,4,,1\n40,1,0,,4,,1\n40,1,1,i,4,1,1\n"
      "40,2,1,i,4,3,2\n40,2,1,i,4,5,2\n40,2,0,,4,,2\n40,2,0,r,4,,1\n40,2,1,r,4,,1\n40,2,1,i,4,8,1\n";
  char with[512] = "list_name,name,disposition\n";
  fixture plain, f;
  trygg_error met;
  trygg_table *table = NULL;
  trygg_status representativity;
  double chance = 0;
  const char *at = choices + strlen("list_name,name\n");
  while (*at) {
    size_t length = strcspn(at, "\n");
    sprintf(with + strlen(with), "%.*s,%s\n", (int)length, at,
            !strncmp(at, "s,i", 3)   ? "I"
            : !strncmp(at, "s,r", 3) ? "R"
                                     : "");
    at += length + 1;
  }
  f = fixture_load(&(fixture_texts){.settings = SETTINGS,
                                    .survey = survey,
                                    .choices = with,
                                    .indicators = TOTALS,
                                    .derived = derived,
                                    .response = "classes",
                                    .response_on = {"all"},
                                    .response_least = 1,
                                    .data = data});
  met = fixture_refuse(&(fixture_texts){.settings = "phase2,phase2_strata,calibrate\nsub=1,k,rake\n",
                                        .survey = survey,
                                        .choices = with,
                                        .derived = derived,
                                        .margins = "variables,category,total\ng,,\n",
                                        .response = "classes",
                                        .response_on = {"all"},
                                        .response_least = 1,
                                        .data = data},
                       TRYGG_EDESIGN);
  ck_assert_msg(strstr(met.message, "known totals") != NULL, "%s", met.message);
  representativity = trygg_model_representativity(f.responses, NULL, &table, &error);
  ck_assert_int_eq(representativity, TRYGG_EUNSUPPORTED);
  /* The one who refused in the first phase is not of the sample; answers missing instead of a status. */
  plain = small(SETTINGS, TWO_PHASES,
                "n,k,sub,w,y,g\n40,1,1,4,2.5,1\n40,1,1,4,,2\n40,1,0,4,,1\n40,1,0,4,,1\n40,1,1,4,1,1\n"
                "40,2,1,4,3,2\n40,2,1,4,5,2\n40,2,0,4,,2\n40,2,1,4,,1\n40,2,1,4,8,1\n",
                NULL);
  ck_near(get(&f, "", NULL, "mean").estimate, get(&plain, "", NULL, "mean").estimate, 1e-14);
  /* ... but for the chance in who answers: F (1 - p) z^2 of five people, F = (10/40)/expansion (tally/answering.h). */
  for (size_t i = 0; i < f.responses->count; i++) {
    double w = f.design->response->weight[i], y = f.responses->columns[5].values.number[i];
    if (w > 0)
      chance += f.design->strata[0].fraction / f.design->phases->expansion[i] *
                (1 - f.design->response->groups[0].propensity) *
                pow(w * (y - get(&f, "", NULL, "mean").estimate), 2);
  }
  chance /= pow(trygg_design_population(f.design), 2);
  ck_near(f.design->strata[0].fraction, 0.25, 1e-15);
  ck_near(pow(get(&f, "", NULL, "mean").se, 2), pow(get(&plain, "", NULL, "mean").se, 2) + chance, 1e-12);
  ck_near(trygg_design_population(f.design), trygg_design_population(plain.design), 1e-14);
  fixture_free(&plain);
  fixture_free(&f);
}
END_TEST

/* ---- edges --------------------------------------------------------------------------------------------------- */

/* Nobody's status or answers are asked for outside the second phase; a status that is there counts. */
START_TEST(the_account_knows_the_first_phase) {
  static const char survey[] =
      "type,name,role\ntext,id,id\ninteger,sub,\nselect_one s,s,status\ndecimal,w,weight\ndecimal,y,\n";
  static const char choices[] = "list_name,name,disposition\ns,i,I\ns,r,R\n";
  fixture f = fixture_load(&(fixture_texts){
      .settings = "min_answered,duplicates,phase2\n1,last,sub=1..2\n",
      .survey = survey,
      .choices = choices,
      .indicators = TOTALS,
      .data =
          "id,sub,s,w,y\na,1,i,2,3\nb,0,,2,\nc,0,r,2,\nd,2,i,2,5\ne,,i,2,\nf,1,,2,4\nb,0,,2,\ng,1,i,2,\n"});
  trygg_estimates *e = fixture_estimate(&f, NULL, NULL);
  trygg_estimate met = fixture_get(e, "", NULL, "total");
  ck_assert_uint_eq(trygg_responses_count(f.responses), 4); /* a d, and of the first phase b e */
  ck_near(met.n, 2, 0);
  ck_near(met.estimate, 2 * 2 * (3 + 5), 1e-15);
  ck_near(met.weighted_n, 8, 1e-15);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

/* Of the drawn of stratum 2, one: V2 of stratum 1, 3 x 3/2 x ... and what the rule makes of the other. */
START_TEST(lone_units_follow_the_rule) {
  static const char data[] =
      "n,k,sub,w,y,g\n6,1,1,1,3,1\n6,1,1,1,5,1\n6,1,0,1,,1\n6,1,0,1,,1\n6,2,1,1,4,1\n6,2,0,1,,1\n";
  double plain = 0.5 * 2 * 2 * 4, mean = (2 * 3 + 2 * 5 + 2 * 4) / 3.0; /* z: 6, 10, 8; a census first */
  fixture f;
  trygg_estimates *e = NULL;
  ck_near(se_of(SETTINGS, TWO_PHASES, data, "certainty", NULL, "total"), sqrt(plain), 1e-14);
  ck_near(se_of(SETTINGS, TWO_PHASES, data, "adjust", NULL, "total"), sqrt(plain + 0.5 * pow(8 - mean, 2)),
          1e-14);
  ck_near(se_of(SETTINGS, TWO_PHASES, data, "average", NULL, "total"), sqrt(2 * plain), 1e-14);
  f = small(SETTINGS, TWO_PHASES, data, NULL);
  ck_assert_int_eq(trygg_estimate_create(f.design, NULL, &e, &error), TRYGG_EDESIGN);
  ck_assert_msg(strstr(error.message, "stratum `2` of the second phase") != NULL, "%s", error.message);
  fixture_free(&f);
  f = small(SETTINGS, TWO_PHASES, data, "certainty");
  ck_assert_uint_ne(get(&f, "", NULL, "mean").flags & TRYGG_FLAG_LONELY, 0);
  fixture_free(&f);
}
END_TEST

/* Of a stratum of 6 four were drawn first and one of each pair then: 1 - D2 of a lone unit is its fraction 1/2, and
 * V1 = (1 - f) n/(n - 1) (sum z^2 - (sum z)^2/n) - 1/2 (1 - f) sum z^2. */
START_TEST(lone_units_are_halved_in_the_first_phase) {
  static const char data[] = "n,k,sub,w,y,g\n6,1,1,1.5,3,1\n6,1,0,1.5,,1\n6,2,1,1.5,5,1\n6,2,0,1.5,,1\n";
  double squares = 81 + 225, variance = 4.0 / 9 * (squares - 24.0 * 24 / 4) - 0.5 / 3 * squares;
  ck_near(se_of(SETTINGS, TWO_PHASES, data, "certainty", NULL, "total"), sqrt(variance), 1e-14);
}
END_TEST

START_TEST(degrees_of_freedom_are_those_of_the_smaller_phase) {
  static const char survey[] = "type,name,role\ninteger,c,cluster\ninteger,n,fpc\ninteger,k,\ninteger,sub,\n"
                               "decimal,w,weight\ndecimal,y,\nselect_one g,g,domain\n";
  static const char data[] =
      "c,n,k,sub,w,y,g\n1,9,1,1,3,2.5,1\n1,9,1,1,3,4,2\n2,9,2,1,3,1,1\n2,9,1,0,3,,1\n3,9,2,1,3,3,2\n"
      "3,9,2,1,3,5,2\n4,9,1,0,3,,2\n5,9,1,1,3,5,1\n5,9,1,1,3,8,1\n";
  fixture f = small(SETTINGS, survey, data, NULL);
  trygg_estimate_options options = {.size = sizeof options, .df = "design"};
  trygg_estimates *e = NULL;
  ck_near(get(&f, "", NULL, "mean").df, 3, 0); /* clusters 1 2 3 5; of 7 records in 2 strata it would be 5 */
  ck_near(get(&f, "", "1", "mean").df, 2, 0);
  ck_ok(trygg_estimate_create(f.design, &options, &e, &error));
  ck_near(fixture_get(e, "", NULL, "mean").df, 4, 0); /* five clusters */
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

static const struct {
  const char *settings, *survey, *data, *margins, *lonely, *variance;
  trygg_status status;
  const char *says;
} refusals[] = {
    {.settings = "phase2_strata\nk\n", .status = TRYGG_ECODEBOOK, .says = "needs `phase2`"},
    {.settings = "phase2\nsub\n", .status = TRYGG_EPARSE, .says = "no condition"},
    {.settings = "phase2\nsob=1\n", .status = TRYGG_ENAME, .says = "did you mean `sub`"},
    {.settings = "phase2\nsub=1 k=1\n", .status = TRYGG_ECODEBOOK, .says = "one condition"},
    {.settings = "phase2,phase2_strata\nsub=1,kk\n", .status = TRYGG_ENAME, .says = "`kk`"},
    {.settings = "phase2,phase2_strata\nsub=1,k k k k k k k k k\n",
     .status = TRYGG_ECODEBOOK,
     .says = "twice"},
    {.settings = "phase2,phase2_inclusion\nsub=1,g\n", .status = TRYGG_ECODEBOOK, .says = "no number"},
    {.settings = "phase2,phase2_strata,phase2_inclusion\nsub=1,k,w\n",
     .status = TRYGG_ECODEBOOK,
     .says = "one by one"},
    {.settings = "phase2,phase2_inclusion\nsub=1,w\n", .status = TRYGG_EDESIGN, .says = "at most 1"},
    {.settings = "phase2\nsub=7\n", .status = TRYGG_EDATA, .says = "no record is in the second phase"},
    {.data = "n,k,sub,w,y,g\n6,1,1,1,3,1\n6,2,0,1,5,1\n",
     .status = TRYGG_EDESIGN,
     .says = "stratum `2` of the second phase has 1 units"},
    {.data = "n,k,sub,w,y,g\n6,1,1,1,3,1\n6,,0,1,5,1\n", .status = TRYGG_EDATA, .says = "no value in `k`"},
    {.settings = "phase2,phase2_clusters\nsub=1,k\n",
     .data = "n,k,sub,w,y,g\n6,1,1,1,3,1\n6,1,0,1,5,1\n",
     .status = TRYGG_EDESIGN,
     .says = "some of its records"},
    {.settings = "phase2,domain_lonely\nsub=1,yes\n",
     .lonely = "adjust",
     .status = TRYGG_EDESIGN,
     .says = "domain_lonely"},
    {.settings = "waves,wave,phase2\npanel,2020,sub=1\n",
     .survey =
         "type,name,role\ninteger,n,fpc\ninteger,k,cluster\ninteger,sub,\ndecimal,w,weight\ndecimal,y,\nselect_one g,g,domain\n",
     .status = TRYGG_EDESIGN,
     .says = "independent"},
    {.survey =
         "type,name,role\ninteger,n,\ninteger,k,\ninteger,sub,inclusion\ndecimal,w,weight\ndecimal,y,\nselect_one g,g,domain\n",
     .data = "n,k,sub,w,y,g\n6,1,1,1,3,1\n",
     .status = TRYGG_EDESIGN,
     .says = "drawn alike"},
    {.settings = "phase2,calibrate\nsub=1,rake\n",
     .margins = "variables,category,total\n,,44\ng,,\n",
     .status = TRYGG_EDESIGN,
     .says = "or none"},
    {.variance = "bootstrap", .status = TRYGG_EDESIGN, .says = "choose --variance taylor"},
    {.variance = "jackknife", .status = TRYGG_EDESIGN, .says = "two phases"},
};

START_TEST(what_does_not_fit_is_refused) {
  fixture_texts texts = {.settings = refusals[_i].settings ? refusals[_i].settings : SETTINGS,
                         .survey = refusals[_i].survey ? refusals[_i].survey : TWO_PHASES,
                         .choices = CHOICES,
                         .margins = refusals[_i].margins,
                         .lonely = refusals[_i].lonely,
                         .variance = refusals[_i].variance,
                         .data = refusals[_i].data ? refusals[_i].data : SAMPLE};
  trygg_error met = fixture_refuse(&texts, refusals[_i].status);
  ck_assert_msg(strstr(met.message, refusals[_i].says) != NULL, "%s", met.message);
}
END_TEST

START_TEST(a_stream_is_refused) {
  fixture f = small(SETTINGS, TWO_PHASES, SAMPLE, NULL);
  const char *path = write_text(temporary_folder(), "sample.csv", SAMPLE);
  const trygg_estimate_options *table = NULL;
  trygg_estimates *e = NULL;
  ck_assert_int_eq(trygg_estimate_stream(f.codebook, &path, 1, NULL, NULL, &table, 1, &e, NULL, &error),
                   TRYGG_EINVAL);
  ck_assert_msg(strstr(error.message, "two phases") != NULL, "%s", error.message);
  fixture_free(&f);
}
END_TEST

START_TEST(every_allocation_may_fail) {
  static const size_t tried[] = {0, 6, 7, 8};
  fixture f = load(&cases[tried[_i]]);
  const char *by = "g";
  trygg_estimate_options asked = {.size = sizeof asked, .by = &by, .by_count = 1};
  size_t rows[2] = {0, 1};
  double matrix[4];
  long at = 0;
  trygg_status status;
  do {
    trygg_design *design = NULL;
    trygg_estimates *estimates = NULL;
    tg_memory_fail(at++, 0);
    status = trygg_design_create(f.responses, NULL, &design, &error);
    if (status == TRYGG_OK)
      status = trygg_estimate_create(design, &asked, &estimates, &error);
    if (status == TRYGG_OK)
      status = trygg_estimate_covariance(estimates, rows, 2, matrix, &error);
    tg_memory_fail(-1, 0);
    ck_assert_msg(status == TRYGG_OK || status == TRYGG_ENOMEM, "%s", error.message);
    trygg_estimate_free(estimates);
    trygg_design_free(design);
  } while (status != TRYGG_OK);
  ck_assert_int_gt((int)at, 150);
  fixture_free(&f);
}
END_TEST

START_TEST(every_allocation_of_the_settings_may_fail) {
  static const char *const tables[][2] = {{"settings", "phase2,phase2_strata,phase2_clusters\nsub=1,k g,n\n"},
                                          {"survey", TWO_PHASES},
                                          {"choices", CHOICES}};
  long at = 0;
  trygg_status status;
  do {
    trygg_codebook *codebook = NULL;
    trygg_responses *responses = NULL;
    tg_memory_fail(at++, 0);
    status = trygg_codebook_create(&codebook, &error);
    for (size_t i = 0; i < 3 && status == TRYGG_OK; i++)
      status = trygg_codebook_add_csv(codebook, tables[i][0], tables[i][1], strlen(tables[i][1]), &error);
    if (status == TRYGG_OK)
      status = trygg_codebook_finish(codebook, &error);
    if (status == TRYGG_OK)
      status =
          trygg_responses_load_memory(codebook, "sample", SAMPLE, strlen(SAMPLE), NULL, &responses, &error);
    tg_memory_fail(-1, 0);
    ck_assert_msg(status == TRYGG_OK || status == TRYGG_ENOMEM, "%s", error.message);
    trygg_responses_free(responses);
    trygg_codebook_free(codebook);
  } while (status != TRYGG_OK);
  ck_assert_int_gt((int)at, 60);
}
END_TEST

START_TEST(threads_change_no_bit) {
  fixture f = load(&cases[_i]);
  const char *by = "g";
  trygg_estimate_options options = {.size = sizeof options, .by = &by, .by_count = 1, .threads = 1};
  trygg_estimates *one = NULL, *three = NULL;
  ck_ok(trygg_estimate_create(f.design, &options, &one, &error));
  options.threads = 3;
  ck_ok(trygg_estimate_create(f.design, &options, &three, &error));
  for (size_t i = 0; i < trygg_estimate_count(one); i++) {
    double a = trygg_estimate_get(one, i).se, b = trygg_estimate_get(three, i).se;
    ck_assert(!memcmp(&a, &b, sizeof a));
  }
  trygg_estimate_free(one);
  trygg_estimate_free(three);
  fixture_free(&f);
}
END_TEST

static void add_edges(TCase *edges) {
  tcase_add_test(edges, the_account_knows_the_first_phase);
  tcase_add_test(edges, lone_units_follow_the_rule);
  tcase_add_test(edges, lone_units_are_halved_in_the_first_phase);
  tcase_add_test(edges, degrees_of_freedom_are_those_of_the_smaller_phase);
  tcase_add_loop_test(edges, what_does_not_fit_is_refused, 0, (int)(sizeof refusals / sizeof *refusals));
  tcase_add_test(edges, a_stream_is_refused);
  tcase_add_loop_test(edges, every_allocation_may_fail, 0, 4);
  tcase_add_test(edges, every_allocation_of_the_settings_may_fail);
  tcase_add_loop_test(edges, threads_change_no_bit, 0, case_count);
}

static Suite *phases_suite(void) {
  Suite *suite = suite_create("phases");
  TCase *golden = tcase_create("golden"), *exact = tcase_create("exact"), *edges = tcase_create("edges");
  tcase_set_timeout(exact, 60);
  tcase_set_timeout(edges, 60);
  tcase_add_loop_test(golden, numbers_are_those_of_survey, 0, case_count);
  tcase_add_test(golden, the_example_is_as_printed);
  tcase_add_test(exact, a_second_phase_of_all_is_one_phase);
  tcase_add_test(exact, a_first_phase_of_all_is_a_stratified_sample);
  tcase_add_test(exact, known_totals_do_not_vary);
  tcase_add_loop_test(exact, variances_are_right_on_average_over_all_samples, 0,
                      (int)(sizeof plans / sizeof *plans));
  tcase_add_test(exact, independent_waves_do_not_covary);
  tcase_add_test(exact, overlapping_waves_are_one_first_phase);
  tcase_add_test(exact, changes_are_tested);
  tcase_add_test(exact, calibration_knows_both_phases);
  tcase_add_test(exact, non_response_is_of_the_second_phase);
  add_edges(edges);
  suite_add_tcase(suite, golden);
  suite_add_tcase(suite, exact);
  suite_add_tcase(suite, edges);
  return suite;
}

int main(void) {
  return run_suite(phases_suite());
}
