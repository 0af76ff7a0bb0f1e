/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Samples whose units have inclusion probabilities of their own: against R survey (tests/golden/unequal.csv), what must
 * hold without a reference, edges and refusals. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <trygg/inference.h>

#include <base/memory.h>
#include <base/number.h>
#include <design/inclusion.h>

#include "fixture.h"

static trygg_error error;

#define PPS                                                                                                  \
  "type,name,role\ninteger,id,cluster\ndecimal,p,inclusion\ndecimal,y,\ndecimal,x,\nselect_one yn,a,\n"      \
  "select_one g,g,domain\ninteger,Bush,\ninteger,Kerry,\ninteger,Nader,\n"
#define RECORDS                                                                                              \
  "type,name,role\ninteger,id,\ndecimal,p,inclusion\ndecimal,y,\ndecimal,x,\nselect_one yn,a,\n"             \
  "select_one g,g,domain\ninteger,Bush,\ninteger,Kerry,\ninteger,Nader,\n"
#define CLUSTERS                                                                                              \
  "type,name,role\ntext,h,stratum\ntext,c,cluster\ndecimal,p,inclusion\ninteger,m,\ndecimal,y,\ndecimal,x,\n" \
  "select_one yn,a,\nselect_one g,g,domain\ndecimal,w,weight\n"
#define STAGES                                                                                               \
  "type,name,role\ninteger,dnum,cluster\ninteger,snum,cluster2\ninteger,fpc2,\ndecimal,p,inclusion\n"        \
  "decimal,p2,inclusion2\ndecimal,y,\ndecimal,x,\nselect_one yn,a,\nselect_one g,g,domain\n"
#define CHOICES "list_name,name\nyn,0\nyn,1\ng,1\ng,2\n"
#define INDICATORS                                                                                           \
  "name,type,variable,numerator,denominator\ntotal,total,y,,\nmean,mean,y,,\nshare,share,a,1,\n"             \
  "ratio,ratio,y,,x\ncount,total,a,1,\n"
#define VOTES INDICATORS "Bush,total,Bush,,\nKerry,total,Kerry,,\nNader,total,Nader,,\n"

/* ---- against R ------------------------------------------------------------------------------------------ */

static const struct golden {
  const char *data, *inclusion, *survey, *indicators, *margins;
} cases[] = {
    {"pps", "brewer", RECORDS, VOTES, NULL},
    {"pps", "brewer", PPS, VOTES, NULL},
    {"pps", "poisson", RECORDS, VOTES, NULL},
    {"pps", "poisson", PPS, VOTES, NULL},
    {"pps", "overton:horvitz-thompson", RECORDS, VOTES, NULL},
    {"pps", "overton:yates-grundy", PPS, VOTES, NULL},
    {"pps", "hartley-rao:horvitz-thompson", PPS, VOTES, NULL},
    {"pps", "hartley-rao", RECORDS, VOTES, NULL},
    {"pps", "joint:horvitz-thompson", PPS, VOTES, NULL},
    {"pps", "joint", PPS, VOTES, NULL},
    {"pps", "brewer calibrated", RECORDS, INDICATORS, "variables,category,total\n,,4600\nx,,116199105\n"},
    {"pps", "brewer calibrated", PPS, INDICATORS, "variables,category,total\n,,4600\nx,,116199105\n"},
    {"ppsclusters", "brewer", CLUSTERS, INDICATORS, NULL},
    {"ppsclusters", "poisson", CLUSTERS, INDICATORS, NULL},
    {"ppsclusters", "overton:horvitz-thompson", CLUSTERS, INDICATORS, NULL},
    {"ppsclusters", "overton:yates-grundy", CLUSTERS, INDICATORS, NULL},
    {"ppsclusters", "hartley-rao:horvitz-thompson", CLUSTERS, INDICATORS, NULL},
    {"ppsclusters", "hartley-rao", CLUSTERS, INDICATORS, NULL},
    {"ppsclusters", "joint:horvitz-thompson", CLUSTERS, INDICATORS, NULL},
    {"ppsclusters", "joint", CLUSTERS, INDICATORS, NULL},
    {"ppsstages", "brewer", STAGES, INDICATORS, NULL},
};
enum { case_count = sizeof cases / sizeof *cases };

static char *read_golden(const char *name) {
  char path[4096];
  snprintf(path, sizeof path, "%s/data/golden/%s.csv", tests_folder(), name);
  return fixture_read_text(path);
}

static fixture load(const struct golden *of, const char *lonely) {
  char settings[128], joint_name[64], *data = read_golden(of->data), *joint = NULL;
  fixture f;
  snprintf(settings, sizeof settings, "version,inclusion\n1,%.*s\n", (int)strcspn(of->inclusion, " "),
           of->inclusion);
  snprintf(joint_name, sizeof joint_name, "%s_joint", of->data);
  if (!strncmp(of->inclusion, "joint", 5))
    joint = read_golden(joint_name);
  f = fixture_load(&(fixture_texts){.settings = settings,
                                    .survey = of->survey,
                                    .choices = CHOICES,
                                    .indicators = of->indicators,
                                    .margins = of->margins,
                                    .calibrate = of->margins ? "linear" : NULL,
                                    .joint = joint,
                                    .lonely = lonely,
                                    .data = data});
  free(data);
  free(joint);
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
  double matrix[4], se = trygg_estimate_get(e, rows[0]).se;
  char *cursor = NULL;
  *scale = 0;
  if (!strcmp(statistic, "estimate"))
    return trygg_estimate_get(e, rows[0]).estimate;
  if (!strcmp(statistic, "se"))
    return se;
  ck_assert_str_eq(strtok_r(statistic, " ", &cursor), "cov");
  group = strtok_r(NULL, " ", &cursor);
  rows[1] = find_row(e, group, strtok_r(NULL, " ", &cursor));
  ck_ok(trygg_estimate_covariance(e, rows, 2, matrix, &error));
  ck_near(matrix[0], se * se, 1e-12);
  *scale = 1e-3 * se * trygg_estimate_get(e, rows[1]).se;
  return matrix[1];
}

START_TEST(numbers_are_those_of_survey) {
  fixture f = load(&cases[_i], NULL);
  trygg_estimates *e = fixture_estimate(&f, "g", NULL);
  char path[4096], line[512];
  size_t compared = 0;
  double largest = 0;
  FILE *file;
  snprintf(path, sizeof path, "%s/golden/unequal.csv", tests_folder());
  file = fopen(path, "r");
  ck_assert_ptr_nonnull(file);
  while (fgets(line, sizeof line, file)) {
    char *cell = NULL, *data = strtok_r(line, ",", &cell), *inclusion = strtok_r(NULL, ",", &cell),
         *group = strtok_r(NULL, ",", &cell), *indicator = strtok_r(NULL, ",", &cell),
         *statistic = strtok_r(NULL, ",", &cell), *text = strtok_r(NULL, ",\n", &cell);
    double value, met, scale;
    if (strcmp(data, cases[_i].data) || strcmp(inclusion, cases[_i].inclusion))
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
  printf("%s %s: %zu numbers, largest difference %.1e\n", cases[_i].data, cases[_i].inclusion, compared,
         largest);
  ck_assert_uint_ge(compared, 4);
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

/* M5 of docs/evidence.md: the printed digits. */
static const struct printed {
  size_t of; /* case */
  const char *bush, *kerry, *nader;
} printed[] = {{0, "2447628.89", "2450786.54", "102420.24"},
               {4, "2939607.85", "1964631.63", "104372.84"},
               {8, "2604404.48", "2523712.37", "102325.56"},
               {9, "2406525.81", "2408090.52", "101663.66"}};

START_TEST(votes_are_as_printed) {
  fixture f = load(&cases[printed[_i].of], NULL);
  trygg_estimates *e = fixture_estimate(&f, NULL, NULL);
  const char *const names[] = {"Bush", "Kerry", "Nader"};
  const char *const wanted[] = {printed[_i].bush, printed[_i].kerry, printed[_i].nader};
  for (size_t k = 0; k < 3; k++) {
    char text[TG_NUMBER_SIZE];
    tg_number_fixed(text, fixture_get(e, "", NULL, names[k]).se, 2);
    ck_assert_str_eq(text, wanted[k]);
  }
  trygg_estimate_free(e);
  fixture_free(&f);
}
END_TEST

/* ---- what must hold without a reference ------------------------------------------------------------------ */

static fixture small(const char *inclusion, const char *data, const char *joint, const char *lonely) {
  char settings[128];
  snprintf(settings, sizeof settings, "version,inclusion\n1,%s\n", inclusion);
  return fixture_load(&(fixture_texts){
      .settings = settings,
      .survey =
          "type,name,role\ntext,h,stratum\ntext,c,cluster\ndecimal,p,inclusion\ndecimal,y,\nselect_one g,g,domain\n",
      .choices = CHOICES,
      .indicators = "name,type,variable\ntotal,total,y\nmean,mean,y\n",
      .joint = joint,
      .lonely = lonely,
      .data = data});
}

static trygg_estimate total_of(const fixture *f, const char *group) {
  trygg_estimates *e = fixture_estimate(f, "g", NULL);
  trygg_estimate result = fixture_get(e, "", group, "total");
  trygg_estimate_free(e);
  return result;
}

static double se_of(const char *inclusion, const char *data, const char *joint, const char *lonely,
                    const char *group) {
  fixture f = small(inclusion, data, joint, lonely);
  double se = total_of(&f, group).se;
  fixture_free(&f);
  return se;
}

/* Four of 16 and 3 of 12 by simple random sampling: pi_ij = n (n - 1) / N (N - 1). */
#define EQUAL                                                                                                \
  "h,c,p,y,g\na,1,0.25,3,1\na,2,0.25,5.5,1\na,3,0.25,1,2\na,4,0.25,9,2\nb,1,0.25,4,1\nb,2,0.25,4.5,2\nb,3,0.25,7,1\n"
#define EQUAL_JOINT                                                                                          \
  "stratum,a,b,probability\na,1,2,0.05\na,1,3,0.05\na,1,4,0.05\na,2,3,0.05\na,2,4,0.05\na,3,4,0.05\n"        \
  "b,1,2,0.0454545454545454545\nb,2,3,0.0454545454545454545\nb,3,1,0.0454545454545454545\n"

START_TEST(equal_probabilities_are_simple_random_sampling) {
  static const char *const methods[] = {"brewer",
                                        "overton",
                                        "overton:horvitz-thompson",
                                        "hartley-rao",
                                        "hartley-rao:horvitz-thompson",
                                        "joint",
                                        "joint:horvitz-thompson"};
  static const char *const groups[] = {NULL, "1", "2"};
  for (size_t k = 0; k < 3; k++) {
    fixture f = fixture_load(&(fixture_texts){
        .survey =
            "type,name,role\ntext,h,stratum\ntext,c,cluster\ndecimal,p,fpc\ndecimal,y,\nselect_one g,g,domain\n",
        .choices = CHOICES,
        .indicators = "name,type,variable\ntotal,total,y\n",
        .data = EQUAL});
    double se = 4 * total_of(&f, groups[k]).se; /* its weights are 1 */
    int joint = !strncmp(methods[_i], "joint", 5);
    ck_near(se_of(methods[_i], EQUAL, joint ? EQUAL_JOINT : NULL, NULL, groups[k]), se, 1e-13);
    fixture_free(&f);
  }
}
END_TEST

/* With the sample's mean D_ij = -(q_i + q_j - qbar) / (n - 1), and 1/2 sum_ij (q_i + q_j - qbar) (z_i - z_j)^2 is
 * n sum_i q_i (z_i - zbar)^2. */
START_TEST(brewer_is_hartley_and_rao_by_yates_and_grundy) {
  fixture a = load(&cases[0], NULL), b = load(&cases[7], NULL);
  static const char *const groups[] = {NULL, "1", "2"};
  for (size_t k = 0; k < 3; k++)
    ck_near(total_of(&a, groups[k]).se, total_of(&b, groups[k]).se, 1e-12);
  fixture_free(&a);
  fixture_free(&b);
}
END_TEST

/* All samples of 3 of 6 units, with chances proportional to the product of odds: the variance estimators that know the
 * joint probabilities are right on average, in each form. */
enum { UNITS = 6, DRAWN = 3 };
static const double odds[UNITS] = {1, 1.2, 1.1, 0.9, 1.15, 1}, answers[UNITS] = {3, -2, 14, -7, 25, 1};

static void find_chances(double *chance, double joint[UNITS][UNITS]) {
  double all = 0;
  memset(joint, 0, sizeof(double[UNITS][UNITS]));
  for (unsigned s = 0; s < 1u << UNITS; s++) {
    chance[s] = __builtin_popcount(s) == DRAWN;
    for (size_t i = 0; i < UNITS; i++)
      chance[s] *= s >> i & 1 ? odds[i] : 1;
    all += chance[s];
  }
  for (unsigned s = 0; s < 1u << UNITS; s++)
    for (size_t i = 0; i < UNITS; i++)
      for (size_t j = 0; j < UNITS; j++)
        joint[i][j] += s >> i & s >> j & 1 ? chance[s] / all : 0;
  for (unsigned s = 0; s < 1u << UNITS; s++)
    chance[s] /= all;
}

/* A row of the data, with a point in every locale; its length. */
static int write_unit(char *out, size_t i, double probability) {
  char p[TG_NUMBER_SIZE], y[TG_NUMBER_SIZE];
  return sprintf(out, "s,%zu,%s,%s,1\n", i, tg_number_format(p, probability),
                 tg_number_format(y, answers[i]));
}

static void write_sample(unsigned s, double joint[UNITS][UNITS], char *data, char *table) {
  data += sprintf(data, "h,c,p,y,g\n");
  table += sprintf(table, "stratum,a,b,probability\n");
  for (size_t i = 0; i < UNITS; i++)
    if (s >> i & 1)
      data += write_unit(data, i, joint[i][i]);
  for (size_t i = 0; i < UNITS; i++)
    for (size_t j = 0; j < i; j++) {
      char number[TG_NUMBER_SIZE];
      table += sprintf(table, "s,%zu,%zu,%s\n", i, j, tg_number_format(number, joint[i][j]));
    }
}

static double square_of(const trygg_estimate *e) {
  return e->flags & TRYGG_FLAG_NEGATIVE_VARIANCE ? NAN : e->se * e->se;
}

START_TEST(variances_are_right_on_average_over_all_samples) {
  double chance[1u << UNITS], joint[UNITS][UNITS], mean = 0, square = 0, estimated = 0;
  char data[1024], table[2048];
  find_chances(chance, joint);
  for (unsigned s = 0; s < 1u << UNITS; s++) {
    fixture f;
    trygg_estimate e;
    if (!(chance[s] > 0))
      continue;
    write_sample(s, joint, data, table);
    f = small(_i ? "joint" : "joint:horvitz-thompson", data, table, NULL);
    e = total_of(&f, NULL);
    mean += chance[s] * e.estimate;
    square += chance[s] * e.estimate * e.estimate;
    estimated += chance[s] * square_of(&e);
    fixture_free(&f);
  }
  ck_near(mean, 34, 1e-13);
  ck_near(estimated, square - mean * mean, 1e-11);
}
END_TEST

/* All subsets of 5 units that are drawn one by one; with none there is no sample, and nothing to estimate from. */
START_TEST(poisson_is_right_on_average_over_all_samples) {
  static const double p[5] = {0.2, 0.5, 0.9, 0.35, 1};
  double mean = 0, square = 0, estimated = 0;
  for (unsigned s = 0; s < 32; s++) {
    char data[512], *end = data + sprintf(data, "h,c,p,y,g\n");
    double chance = 1;
    fixture f;
    trygg_estimate e;
    for (size_t i = 0; i < 5; i++) {
      chance *= s >> i & 1 ? p[i] : 1 - p[i];
      if (s >> i & 1)
        end += write_unit(end, i, p[i]);
    }
    if (chance == 0)
      continue;
    f = small("poisson", data, NULL, NULL);
    e = total_of(&f, NULL);
    mean += chance * e.estimate;
    square += chance * e.estimate * e.estimate;
    estimated += chance * square_of(&e);
    fixture_free(&f);
  }
  ck_near(mean, 33, 1e-13);
  ck_near(estimated, square - mean * mean, 1e-12);
}
END_TEST

/* y is proportional to pi, so that every sample has the same total. */
START_TEST(proportional_answers_do_not_vary) {
  static const char *const methods[] = {"brewer", "overton", "hartley-rao"};
  ck_near(se_of(methods[_i], "h,c,p,y,g\na,1,0.5,1,1\na,2,0.25,0.5,1\na,3,0.125,0.25,1\na,4,0.5,1,1\n", NULL,
                NULL, NULL),
          0, 0);
}
END_TEST

START_TEST(order_of_records_and_spelling_of_codes_change_nothing) {
  static const char joint[] = "stratum,a,b,probability\na,1,2,0.2\na,1,0010,0.1\na,2,10,0.12\n";
  double se =
      se_of("joint", "h,c,p,y,g\na,01,0.5,3,1\na,01,0.5,1,2\na,02,0.6,4,1\na,10,0.3,2,1\n", joint, NULL, "1");
  ck_assert_double_gt(se, 0);
  ck_near(
      se_of("joint", "h,c,p,y,g\na,10,0.3,2,1\na,02,0.6,4,1\na,01,0.5,1,2\na,01,0.5,3,1\n", joint, NULL, "1"),
      se, 1e-14);
  ck_near(
      se_of("joint", "h,c,p,y,g\na,1,0.5,3,1\na,1,0.5,1,2\na,2,0.6,4,1\na,10,0.3,2,1\n", joint, NULL, "1"),
      se, 0);
}
END_TEST

/* Two districts of a stratum, then schools by simple random sampling: as fpc2 and as probabilities. */
START_TEST(later_stages_may_have_fractions) {
  static const char data[] = "c,d,p,f,w,y,g\n1,1,0.5,0.25,8,3,1\n1,2,0.5,0.25,8,5,1\n1,3,0.5,0.25,8,4,2\n"
                             "2,1,0.4,0.5,5,6,1\n2,2,0.4,0.5,5,1,2\n";
  fixture_texts texts = {
      .survey = "type,name,role\ninteger,c,cluster\ninteger,d,cluster2\ndecimal,p,inclusion\ndecimal,f,fpc2\n"
                "decimal,w,weight\ndecimal,y,\nselect_one g,g,domain\n",
      .choices = CHOICES,
      .indicators = "name,type,variable\ntotal,total,y\nmean,mean,y\n",
      .data = data};
  fixture a = fixture_load(&texts), b;
  /* V = 2 (0.5 (z_1 - zbar)^2 + 0.6 (z_2 - zbar)^2) + 0.5 x 0.75 x 3/2 x 64 x 2 + 0.4 x 0.5 x 2 x 25 x 12.5 */
  double z1 = 96, z2 = 35, mean = (z1 + z2) / 2;
  double variance = 2 * (0.5 * pow(z1 - mean, 2) + 0.6 * pow(z2 - mean, 2)) + 72 + 125;
  ck_near(total_of(&a, NULL).se, sqrt(variance), 1e-14);
  texts.survey =
      "type,name,role\ninteger,c,cluster\ninteger,d,cluster2\ndecimal,p,inclusion\ndecimal,f,inclusion2\n"
      "decimal,y,\nselect_one g,g,domain\n";
  b = fixture_load(&texts);
  ck_near(total_of(&b, NULL).estimate, total_of(&a, NULL).estimate, 1e-15);
  ck_near(total_of(&b, NULL).se, sqrt(variance), 1e-14);
  ck_near(total_of(&b, "1").se, total_of(&a, "1").se, 1e-14);
  fixture_free(&a);
  fixture_free(&b);
}
END_TEST

/* ---- edges -------------------------------------------------------------------------------------------------- */

#define PAIR "h,c,p,y,g\na,1,0.5,3,1\na,2,0.5,3.5,2\n"

/* D = (0.1 - 0.25) / 0.1 = -1.5: Horvitz and Thompson's V = 0.5 (36 + 49) - 3 x 42 < 0.  With 0.4 D = 0.375, and Yates
 * and Grundy's is -0.375 x 1^2. */
START_TEST(negative_variances_are_flagged) {
  static const char *const tables[] = {"a,b,probability\n1,2,0.1\n", "a,b,probability\n1,2,0.4\n"};
  static const char *const methods[] = {"joint:horvitz-thompson", "joint"};
  for (size_t k = 0; k < 2; k++) {
    fixture f = small(methods[k], PAIR, tables[k], NULL);
    trygg_estimates *e = fixture_estimate(&f, "g", NULL);
    trygg_estimate met = fixture_get(e, "", NULL, "total");
    size_t rows[2] = {find_row(e, "all", "total"), find_row(e, "g1", "total")};
    double coefficients[2] = {1, 0}, matrix[4];
    trygg_contrast contrast;
    ck_near(met.estimate, 13, 0);
    ck_assert(isnan(met.se) && isnan(met.deff));
    ck_assert_uint_eq(met.flags & (TRYGG_FLAG_NEGATIVE_VARIANCE | TRYGG_FLAG_NO_SE),
                      TRYGG_FLAG_NEGATIVE_VARIANCE | TRYGG_FLAG_NO_SE);
    ck_ok(trygg_inference_contrast(e, rows, coefficients, 2, 0.95, &contrast, &error));
    ck_assert(isnan(contrast.se) && isnan(contrast.p) && isnan(contrast.lower));
    ck_ok(trygg_estimate_covariance(e, rows, 2, matrix, &error));
    ck_assert(isnan(matrix[0]) && isnan(matrix[1]));
    trygg_estimate_free(e);
    fixture_free(&f);
    ck_assert_double_gt(se_of(methods[1 - k], PAIR, tables[k], NULL, NULL), 0);
  }
}
END_TEST

START_TEST(all_units_drawn_for_certain_do_not_vary) {
  static const char *const methods[] = {"brewer", "overton", "overton:horvitz-thompson", "hartley-rao",
                                        "poisson"};
  static const char all[] = "h,c,p,y,g\na,1,1,3,1\na,2,1,1,1\na,3,1,8,2\nb,1,1,2,1\n";
  ck_near(se_of(methods[_i], all, NULL, NULL, NULL), 0, 0);
  ck_near(se_of(methods[_i], all, NULL, NULL, "1"), 0, 0);
}
END_TEST

#define LONE "h,c,p,y,g\na,1,0.5,3,1\na,2,0.25,1,1\na,3,0.25,2,2\nb,1,0.2,2,1\n"

START_TEST(lone_units_follow_the_rule) {
  double plain = 1.5 * (0.75 * 4 + 0.75 * 4), mean = (6.0 + 4 + 8 + 10) / 4;
  fixture f;
  trygg_estimate met;
  trygg_estimates *e = NULL;
  ck_near(se_of("brewer", LONE, NULL, "certainty", NULL), sqrt(plain), 1e-14);
  ck_near(se_of("brewer", LONE, NULL, "adjust", NULL), sqrt(plain + 0.8 * pow(10 - mean, 2)), 1e-14);
  ck_near(se_of("brewer", LONE, NULL, "average", NULL), sqrt(2 * plain), 1e-14);
  ck_near(se_of("poisson", LONE, NULL, NULL, NULL), sqrt(0.5 * 36 + 0.75 * (16 + 64) + 0.8 * 100), 1e-14);
  f = small("brewer", LONE, NULL, NULL);
  ck_assert_int_eq(trygg_estimate_create(f.design, NULL, &e, &error), TRYGG_EDESIGN);
  ck_assert_msg(strstr(error.message, "only one cluster") != NULL, "%s", error.message);
  fixture_free(&f);
  f = small("brewer", LONE, NULL, "certainty");
  met = total_of(&f, NULL);
  ck_assert_uint_ne(met.flags & TRYGG_FLAG_LONELY, 0);
  fixture_free(&f);
}
END_TEST

START_TEST(one_unit_has_no_df) {
  fixture f = small("poisson", "h,c,p,y,g\na,1,0.5,3,1\n", NULL, NULL);
  trygg_estimate met = total_of(&f, NULL);
  ck_near(met.se, sqrt(0.5 * 36), 1e-14);
  ck_assert_uint_ne(met.flags & TRYGG_FLAG_NO_DF, 0);
  fixture_free(&f);
}
END_TEST

/* Missing answers are a domain: their units stay in the design. */
START_TEST(missing_answers_stay_in_the_design) {
  double se = se_of("brewer", "h,c,p,y,g\na,1,0.5,3,1\na,2,0.25,,1\na,3,0.5,1,1\n", NULL, NULL, NULL);
  ck_near(se, se_of("brewer", "h,c,p,y,g\na,1,0.5,3,1\na,2,0.25,0,1\na,3,0.5,1,1\n", NULL, NULL, NULL),
          1e-15);
}
END_TEST

static const struct {
  const char *settings, *survey, *data, *joint, *strata, *lonely, *variance;
  trygg_status status;
  const char *says;
} refusals[] = {
    {.data = "h,c,p,y,g\na,1,0,3,1\n",
     .status = TRYGG_EDESIGN,
     .says = "stratum `a` has a unit whose inclusion"},
    {.data = "h,c,p,y,g\na,1,1.5,3,1\n", .status = TRYGG_EDESIGN, .says = "at most 1"},
    {.data = "h,c,p,y,g\na,1,0.5,3,1\na,1,0.4,3,1\n",
     .status = TRYGG_EDESIGN,
     .says = "two inclusion probabilities"},
    {.data = "h,c,p,y,g\na,1,,3,1\n", .status = TRYGG_EDESIGN, .says = "is missing"},
    {.settings = "version,inclusion\n1,bruwer\n", .status = TRYGG_ENAME, .says = "did you mean `brewer`"},
    {.settings = "version,inclusion\n1,brewer:yates-grundy\n",
     .status = TRYGG_EINVAL,
     .says = "nothing behind a colon"},
    {.settings = "version,inclusion\n1,overton:x\n", .status = TRYGG_EINVAL, .says = "horvitz-thompson"},
    {.settings = "version,inclusion\n1,joint\n", .status = TRYGG_EDESIGN, .says = "no joint.csv"},
    {.settings = "version,inclusion\n1,brewer\n",
     .survey = "type,name,role\ntext,h,stratum\ntext,c,cluster\n",
     .status = TRYGG_EDESIGN,
     .says = "needs a variable with the role `inclusion`"},
    {.survey = "type,name,role\ntext,h,stratum\ntext,c,cluster\ndecimal,p,inclusion\ndecimal,y,fpc\n",
     .status = TRYGG_ECODEBOOK,
     .says = "keep one of the two roles"},
    {.survey = "type,name,role\ntext,h,stratum\ntext,c,cluster\ndecimal,p,inclusion2\n",
     .status = TRYGG_ECODEBOOK,
     .says = "the stage before"},
    {.survey = "type,name,role\ntext,h,stratum\ntext,c,\ndecimal,p,inclusion\n",
     .joint = "a,b,probability\n1,2,0.2\n",
     .status = TRYGG_ECODEBOOK,
     .says = "role `cluster`"},
    {.joint = "a,b,probability\n1,2,0\n", .status = TRYGG_ECODEBOOK, .says = "above 0"},
    {.joint = "a,b,probability\n1,2,0.6\n", .status = TRYGG_EDESIGN, .says = "more often than one of them"},
    {.joint = "a,b,probability\n1,2,0.2\n2,1,0.3\n",
     .status = TRYGG_EDESIGN,
     .says = "with another probability"},
    {.joint = "a,b,probability\n1,2,0.2\n2,2,0.3\n", .status = TRYGG_EDESIGN, .says = "make them agree"},
    {.joint = "a,b,probability\n1,3,0.2\n",
     .status = TRYGG_EDESIGN,
     .says = "clusters `1` and `2` of stratum `a` have no"},
    {.joint = "stratum,a,b,probability\nb,1,2,0.2\n",
     .status = TRYGG_EDESIGN,
     .says = "have no joint probability"},
    {.data = "h,c,p,y,g\na,1,0.9,3,1\na,2,0.9,1,1\n",
     .joint = "a,b,probability\n1,2,0.7\n",
     .status = TRYGG_EDESIGN,
     .says = "less often"},
    {.variance = "bootstrap", .status = TRYGG_EDESIGN, .says = "take the role inclusion away"},
    {.variance = "preston", .status = TRYGG_EDESIGN, .says = "choose --variance taylor"},
    {.settings = "version,waves,wave\n1,panel,2024\n",
     .status = TRYGG_EDESIGN,
     .says = "take the role inclusion away"},
    {.lonely = "collapse", .status = TRYGG_EDESIGN, .says = "choose --lonely certainty"},
    {.strata = "stratum,population\na,100\n",
     .status = TRYGG_EDESIGN,
     .says = "leave the populations of strata.csv empty"},
    {.survey = "type,name,role\ntext,h,stratum\ntext,c,cluster\ndecimal,p,inclusion\ndecimal,y,inclusion2\n",
     .data = "h,c,p,y,g\na,1,0.5,1,1\na,2,0.5,1,2\n",
     .joint = "a,b,probability\n1,2,0.2\n",
     .status = TRYGG_EDESIGN,
     .says = "first stage"},
    {.survey = "type,name,role\ntext,h,stratum\ntext,c,cluster\ndecimal,p,inclusion\ndecimal,y,fpc2\n",
     .data = "h,c,p,y,g\na,1,0.5,1,1\na,2,0.5,1,2\n",
     .status = TRYGG_EDESIGN,
     .says = "role weight"},
};

START_TEST(what_does_not_fit_is_refused) {
  fixture_texts texts = {
      .settings = refusals[_i].settings ? refusals[_i].settings
                  : refusals[_i].joint  ? "version,inclusion\n1,joint\n"
                                        : NULL,
      .survey = refusals[_i].survey
                    ? refusals[_i].survey
                    : "type,name,role\ntext,h,stratum\ntext,c,cluster\ndecimal,p,inclusion\ndecimal,y,\n",
      .choices = CHOICES,
      .joint = refusals[_i].joint,
      .strata = refusals[_i].strata,
      .lonely = refusals[_i].lonely,
      .variance = refusals[_i].variance,
      .data = refusals[_i].data ? refusals[_i].data : PAIR};
  trygg_error met = fixture_refuse(&texts, refusals[_i].status);
  ck_assert_msg(strstr(met.message, refusals[_i].says) != NULL, "%s", met.message);
}
END_TEST

START_TEST(every_allocation_may_fail) {
  static const size_t tried[] = {0, 18, 19, 20, 11};
  fixture f = load(&cases[tried[_i]], NULL);
  trygg_design_options options = {.size = sizeof options,
                                  .calibrate = cases[tried[_i]].margins ? "linear" : NULL};
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
    status = trygg_design_create(f.responses, &options, &design, &error);
    if (status == TRYGG_OK)
      status = trygg_estimate_create(design, &asked, &estimates, &error);
    if (status == TRYGG_OK)
      status = trygg_estimate_covariance(estimates, rows, 2, matrix, &error);
    tg_memory_fail(-1, 0);
    ck_assert_msg(status == TRYGG_OK || status == TRYGG_ENOMEM, "%s", error.message);
    trygg_estimate_free(estimates);
    trygg_design_free(design);
  } while (status != TRYGG_OK);
  ck_assert_int_gt((int)at, 80);
  fixture_free(&f);
}
END_TEST

/* The table's own rows are read while the folder is. */
START_TEST(every_allocation_of_a_joint_table_may_fail) {
  static const char *const tables[][2] = {{"settings", "version,inclusion\n1,joint\n"},
                                          {"survey", "type,name,role\ntext,c,cluster\ndecimal,p,inclusion\n"},
                                          {"joint", "a,b,probability\n1,2,0.2\n1,3,0.2\n2,3,0.1\n"}};
  long at = 0;
  trygg_status status;
  do {
    trygg_codebook *codebook = NULL;
    tg_memory_fail(at++, 0);
    status = trygg_codebook_create(&codebook, &error);
    for (size_t i = 0; i < 3 && status == TRYGG_OK; i++)
      status = trygg_codebook_add_csv(codebook, tables[i][0], tables[i][1], strlen(tables[i][1]), &error);
    if (status == TRYGG_OK)
      status = trygg_codebook_finish(codebook, &error);
    tg_memory_fail(-1, 0);
    ck_assert(status == TRYGG_OK || status == TRYGG_ENOMEM);
    trygg_codebook_free(codebook);
  } while (status != TRYGG_OK);
  ck_assert_int_gt((int)at, 30);
}
END_TEST

START_TEST(threads_change_no_bit) {
  fixture f = load(&cases[_i], NULL);
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
  tcase_add_test(edges, negative_variances_are_flagged);
  tcase_add_loop_test(edges, all_units_drawn_for_certain_do_not_vary, 0, 5);
  tcase_add_test(edges, lone_units_follow_the_rule);
  tcase_add_test(edges, one_unit_has_no_df);
  tcase_add_test(edges, missing_answers_stay_in_the_design);
  tcase_add_loop_test(edges, what_does_not_fit_is_refused, 0, (int)(sizeof refusals / sizeof *refusals));
  tcase_add_loop_test(edges, every_allocation_may_fail, 0, 5);
  tcase_add_test(edges, every_allocation_of_a_joint_table_may_fail);
  tcase_add_loop_test(edges, threads_change_no_bit, 0, case_count);
}

static Suite *unequal_suite(void) {
  Suite *suite = suite_create("unequal");
  TCase *golden = tcase_create("golden"), *exact = tcase_create("exact"), *edges = tcase_create("edges");
  tcase_add_loop_test(golden, numbers_are_those_of_survey, 0, case_count);
  tcase_add_loop_test(golden, votes_are_as_printed, 0, (int)(sizeof printed / sizeof *printed));
  tcase_add_loop_test(exact, equal_probabilities_are_simple_random_sampling, 0, 7);
  tcase_add_test(exact, brewer_is_hartley_and_rao_by_yates_and_grundy);
  tcase_add_loop_test(exact, variances_are_right_on_average_over_all_samples, 0, 2);
  tcase_add_test(exact, poisson_is_right_on_average_over_all_samples);
  tcase_add_loop_test(exact, proportional_answers_do_not_vary, 0, 3);
  tcase_add_test(exact, order_of_records_and_spelling_of_codes_change_nothing);
  tcase_add_test(exact, later_stages_may_have_fractions);
  suite_add_tcase(suite, golden);
  add_edges(edges);
  suite_add_tcase(suite, exact);
  suite_add_tcase(suite, edges);
  return suite;
}

int main(void) {
  return run_suite(unequal_suite());
}
