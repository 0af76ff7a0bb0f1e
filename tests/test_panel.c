/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Waves that share persons or clusters: covariance by hand, identities, who may not be linked, and whether the errors of
 * changes are right over many samples. */
#include <estimate/estimate.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <base/memory.h>
#include <base/number.h>
#include <design/panel.h>
#include <design/replicates.h>
#include <trygg/disclosure.h>
#include <trygg/trend.h>

#include "fixture.h"

#define PANEL "form_id,waves\nt,panel\n"
#define APART "form_id,waves\nt,independent\n"
#define SURVEY "type,name,role\ninteger,year,wave\ntext,id,id\ntext,area,stratum\ndecimal,y,\n"
#define POPULATIONS                                                                                          \
  "type,name,role\ninteger,year,wave\ntext,id,id\ntext,area,stratum\ninteger,people,fpc\ndecimal,y,\n"
#define MEAN "name,type,variable\nm,mean,y\n"

static fixture load(const char *settings, const char *survey, const char *data) {
  return fixture_load(
      &(fixture_texts){.settings = settings, .survey = survey, .indicators = MEAN, .data = data});
}

/* The second wave's mean less the first one's. */
static trygg_contrast change_of(const trygg_estimates *estimates, size_t first, size_t second) {
  trygg_contrast contrast;
  trygg_error error = {0};
  ck_ok(trygg_inference_contrast(estimates, (const size_t[]){first, second}, (const double[]){-1, 1}, 2, 0,
                                 &contrast, &error));
  return contrast;
}

static trygg_contrast change(const fixture *f) {
  trygg_estimates *estimates = fixture_estimate(f, NULL, NULL);
  trygg_contrast contrast = change_of(estimates, 0, 1);
  trygg_estimate_free(estimates);
  return contrast;
}

static double covariance(const fixture *f) {
  trygg_estimates *estimates = fixture_estimate(f, NULL, NULL);
  trygg_error error = {0};
  double matrix[4];
  ck_ok(trygg_estimate_covariance(estimates, (const size_t[]){0, 1}, 2, matrix, &error));
  ck_assert(matrix[1] == matrix[2]);
  trygg_estimate_free(estimates);
  return matrix[1];
}

/* ---- by hand ------------------------------------------------------------------------------------- */

#define SIX                                                                                                  \
  "year,id,area,people,y\n2010,a,N,24,1\n2010,b,N,24,4\n2010,c,N,24,2\n2010,d,N,24,8\n2010,e,N,24,5\n"       \
  "2010,f,N,24,7\n2011,f,N,24,9\n2011,e,N,24,5\n2011,d,N,24,9\n2011,c,N,24,4\n2011,b,N,24,4\n2011,a,N,24,2\n"

START_TEST(all_in_both_waves_give_the_paired_t_test) {
  /* changes 1 0 2 1 0 2: mean 1, s^2 = 4/5; a quarter of the people was asked */
  fixture f =
      load(PANEL, _i ? POPULATIONS : "type,name,role\ninteger,year,wave\ntext,id,id\ndecimal,y,\n", SIX);
  trygg_contrast c = change(&f);
  ck_near(c.estimate, 1, 1e-15);
  ck_near(c.se, sqrt((_i ? 0.75 : 1) * 0.8 / 6), 1e-14);
  ck_near(c.df, 5, 0);
  fixture_free(&f);
}
END_TEST

START_TEST(equal_answers_leave_a_change_without_error) {
  fixture f = load(
      PANEL, SURVEY,
      "year,id,area,y\n1,a,N,.1\n1,b,N,.7\n1,c,S,.3\n1,d,S,.9\n2,a,N,.1\n2,b,N,.7\n2,c,S,.3\n2,d,S,.9\n");
  trygg_contrast c = change(&f);
  ck_near(c.se, 0, 0);
  fixture_free(&f);
}
END_TEST

START_TEST(nobody_in_both_waves_gives_independence) {
  static const char data[] =
      "year,id,area,y\n1,a,N,1\n1,b,N,7\n1,c,S,3\n1,d,S,9\n2,e,N,2\n2,f,N,3\n2,g,S,3\n2,h,S,8\n";
  fixture f = load(PANEL, SURVEY, data), apart = load(APART, SURVEY, data);
  trygg_contrast c = change(&f), d = change(&apart);
  ck_assert(covariance(&f) == 0);
  ck_assert(c.se == d.se && c.df == d.df && c.df == 4);
  fixture_free(&f);
  fixture_free(&apart);
}
END_TEST

START_TEST(some_in_both_waves_covary_by_their_products) {
  /* b and c are in both; means 4 and 6 of three, so that e is -3 0 3 and then -2 1 1: C = 3/2 (0 x 1 + 3 x -2) / 9 */
  static const char data[] = "year,id,y\n1,a,1\n1,b,4\n1,c,7\n2,c,4\n2,b,7\n2,d,7\n";
  fixture f = load(PANEL, "type,name,role\ninteger,year,wave\ntext,id,id\ndecimal,y,\n", data);
  trygg_contrast c = change(&f);
  ck_near(covariance(&f), -1, 1e-14);
  ck_near(c.se * c.se, 9.0 / 3 + 3.0 / 3 + 2, 1e-14); /* s^2 = 9 and 3 */
  ck_near(c.df, 3, 0);                                /* four people */
  fixture_free(&f);
}
END_TEST

START_TEST(who_moved_counts_as_the_others) {
  /* c moved from S to N.  Deviations: a -1, b 1 (of N), c -2, d 2 (of S); then a -3, b 0, c 3 (of N of three), d -1, e 1
   * (of S); n/(n - 1) is 2, then 3/2 and 2; everyone weighs 1/4, then 1/5. */
  static const char data[] =
      "year,id,area,y\n1,a,N,3\n1,b,N,5\n1,c,S,2\n1,d,S,6\n2,a,N,1\n2,b,N,4\n2,c,N,7\n2,d,S,5\n2,e,S,7\n";
  double products = sqrt(2 * 1.5) * (-1 * -3 + 1 * 0) + sqrt(2 * 1.5) * (-2 * 3) + sqrt(2 * 2) * (2 * -1);
  fixture f = load(PANEL, SURVEY, data);
  ck_near(covariance(&f), products / 20, 1e-14);
  ck_near(change(&f).df, 5 - 2, 0);
  fixture_free(&f);
}
END_TEST

START_TEST(samples_that_meet_by_chance_do_not_covary) {
  /* Of 9 people 3 and 3 were asked, one of them twice, as 3 x 3 / 9 says; two of them: 1 - t = 1/2 (Tam 1984) */
  static const char *const data[] = {
      "year,id,area,people,y\n1,a,N,9,1\n1,b,N,9,4\n1,c,N,9,7\n2,c,N,9,4\n2,d,N,9,7\n2,e,N,9,7\n",
      "year,id,area,people,y\n1,a,N,9,1\n1,b,N,9,4\n1,c,N,9,7\n2,c,N,9,4\n2,b,N,9,7\n2,d,N,9,7\n"};
  fixture f = load(PANEL, POPULATIONS, data[_i]);
  ck_near(covariance(&f) + 1, _i ? -1.0 / 2 + 1 : 1, 1e-15);
  fixture_free(&f);
}
END_TEST

START_TEST(calibrated_waves_covary_by_their_residuals) {
  /* Each wave is made to have 6 men and 9 women, so that they weigh 2 and 3; residuals are about the mean of the sex. */
  static const double y[2][6] = {{1, 4, 2, 8, 5, 7}, {2, 4, 4, 9, 5, 9}};
  char data[400], *at = data + sprintf(data, "year,id,sex,y\n");
  double squares = 0, mean[2][2] = {{0}};
  fixture f;
  for (int wave = 0; wave < 2; wave++)
    for (int i = 0; i < 6; i++) {
      at += sprintf(at, "%d,p%d,%d,%g\n", wave + 1, i, i / 3 + 1, y[wave][i]);
      mean[wave][i / 3] += y[wave][i] / 3;
    }
  for (int i = 0; i < 6; i++) {
    double residual = y[1][i] - mean[1][i / 3] - y[0][i] + mean[0][i / 3];
    squares += pow((i / 3 + 2) * residual / 15, 2);
  }
  f = fixture_load(&(fixture_texts){
      .settings = PANEL,
      .survey = "type,name,role\ninteger,year,wave\ntext,id,id\nselect_one sex,sex,\ndecimal,y,\n",
      .choices = "list_name,name\nsex,1\nsex,2\n",
      .margins = "wave,variables,category,total\n1,sex,1,6\n1,sex,2,9\n2,sex,1,6\n2,sex,2,9\n",
      .indicators = MEAN,
      .data = data,
      .calibrate = "linear"});
  ck_near(change(&f).se, sqrt(6.0 / 5 * squares), 1e-13);
  fixture_free(&f);
}
END_TEST

START_TEST(a_census_does_not_covary) {
  fixture f =
      load(PANEL, POPULATIONS,
           "year,id,area,people,y\n1,a,N,3,1\n1,b,N,3,4\n1,c,N,3,7\n2,c,N,9,4\n2,b,N,9,7\n2,a,N,9,6\n");
  ck_assert(covariance(&f) == 0);
  fixture_free(&f);
}
END_TEST

/* ---- clusters ------------------------------------------------------------------------------------- */

#define CLUSTERS "type,name,role\ninteger,year,wave\ntext,area,stratum\ntext,school,cluster\ndecimal,y,\n"

START_TEST(a_cluster_may_change_stratum) {
  /* as persons, with two records a cluster of which each has half of y */
  static const char data[] =
      "year,id,area,y\n1,a,N,3\n1,b,N,5\n1,c,S,2\n1,d,S,6\n2,a,N,1\n2,b,N,4\n2,c,N,7\n2,d,S,5\n2,e,S,7\n";
  static const char halves[] =
      "year,area,school,y\n1,N,a,2\n1,N,a,1\n1,N,b,5\n1,N,b,0\n1,S,c,1\n1,S,c,1\n1,S,d,6\n1,S,d,0\n2,N,a,1\n2,N,a,0\n"
      "2,N,b,4\n2,N,b,0\n2,N,c,3\n2,N,c,4\n2,S,d,5\n2,S,d,0\n2,S,e,0\n2,S,e,7\n";
  fixture persons = load(PANEL, SURVEY, data), clusters = load(PANEL, CLUSTERS, halves);
  trygg_contrast p = change(&persons), c = change(&clusters);
  ck_near(4 * covariance(&clusters), covariance(&persons), 1e-14);
  ck_near(2 * c.se, p.se, 1e-14);
  ck_near(c.df, p.df, 0);
  fixture_free(&persons);
  fixture_free(&clusters);
}
END_TEST

START_TEST(clusters_that_stay_are_one_sample) {
  /* the same in every wave: overlapping and panel are one */
  static const char data[] =
      "year,area,school,y\n1,N,1,3\n1,N,1,5\n1,N,2,2\n1,S,3,6\n1,S,4,1\n1,S,5,4\n2,N,1,7\n2,N,2,5\n"
      "2,N,2,7\n2,S,3,1\n2,S,4,0\n2,S,4,2\n2,S,5,2\n";
  fixture panel = load(PANEL, CLUSTERS, data), same = load("form_id,waves\nt,overlapping\n", CLUSTERS, data);
  trygg_contrast p = change(&panel), s = change(&same);
  ck_near(p.se, s.se, 1e-14);
  ck_near(p.df, s.df, 0);
  fixture_free(&panel);
  fixture_free(&same);
}
END_TEST

/* ---- what is refused ------------------------------------------------------------------------------ */

START_TEST(what_cannot_be_linked_is_refused) {
  static const struct {
    const char *survey, *data, *variance;
    trygg_status status;
    const char *message;
  } cases[] = {
      {"type,name,role\ninteger,year,wave\ndecimal,y,\n", "year,y\n1,1\n2,1\n", NULL, TRYGG_ECODEBOOK,
       "role `id`"},
      {SURVEY, "year,id,area,y\n1,,N,1\n1,,N,2\n", NULL, TRYGG_EDESIGN, "no record has an id"},
      {SURVEY, "year,id,area,y\n1,a,N,1\n1,a,N,2\n", NULL, TRYGG_EDATA, "same id in the same wave"},
      {CLUSTERS, "year,area,school,y\n1,N,1,1\n1,S,1,2\n2,N,1,2\n", NULL, TRYGG_EDESIGN, "`1 N` and `1 S`"},
      {SURVEY, SIX, "jackknife", TRYGG_EDESIGN, "every wave for itself"},
      {SURVEY, SIX, "brr", TRYGG_EDESIGN, "every wave for itself"},
      {"type,name,role\ninteger,year,wave\ntext,school,cluster\ninteger,n,fpc\ntext,id,cluster2\ninteger,many,fpc2\n"
       "decimal,y,\n",
       "year,school,n,id,many,y\n1,1,9,a,4,1\n1,1,9,b,4,1\n1,2,9,c,4,3\n1,2,9,d,4,2\n", NULL,
       TRYGG_EUNSUPPORTED, "later stages"},
  };
  trygg_error error = fixture_refuse(&(fixture_texts){.settings = PANEL,
                                                      .survey = cases[_i].survey,
                                                      .indicators = MEAN,
                                                      .data = cases[_i].data,
                                                      .variance = cases[_i].variance},
                                     cases[_i].status);
  ck_assert_msg(strstr(error.message, cases[_i].message) != NULL, "%s", error.message);
}
END_TEST

START_TEST(streams_are_refused_with_the_reason) {
  fixture f = load(PANEL, SURVEY, SIX);
  const char *path = write_text(temporary_folder(), "six.csv", SIX);
  trygg_estimate_options options = {.size = sizeof options};
  const trygg_estimate_options *table = &options;
  trygg_estimates *estimates = NULL;
  trygg_responses *responses = NULL;
  trygg_error error = {0};
  ck_assert_int_eq(
      trygg_estimate_stream(f.codebook, &path, 1, NULL, NULL, &table, 1, &estimates, &responses, &error),
      TRYGG_EUNSUPPORTED);
  ck_assert_ptr_null(estimates);
  ck_assert_ptr_nonnull(strstr(error.message, "not kept when they are streamed"));
  fixture_free(&f);
}
END_TEST

/* ---- who is who ------------------------------------------------------------------------------------ */

START_TEST(ids_are_compared_whole) {
  /* (1, 23) is not (12, 3); who has no id, or half of one, is in one wave */
  static const char data[] =
      "year,home,no,y\n1,1,23,1\n1,5,5,4\n1,,9,2\n1,7,7,0\n2,12,3,4\n2,5,5,4\n2,,9,1\n2,8,7,8\n";
  fixture f = load(PANEL, "type,name,role\ninteger,year,wave\ntext,home,id\ntext,no,id\ndecimal,y,\n", data);
  ck_assert_uint_eq(tg_panel_overlap(f.design, 0, 1), 1);
  ck_near(change(&f).df, 7 - 1, 0);
  fixture_free(&f);
}
END_TEST

START_TEST(the_duplicate_that_is_kept_is_linked) {
  static const char data[] =
      "year,id,area,y\n1,a,N,1\n1,b,N,4\n1,a,N,7\n1,c,N,4\n2,b,N,7\n2,a,N,7\n2,d,N,4\n2,b,N,2\n";
  static const char once[] = "year,id,area,y\n1,b,N,4\n1,a,N,7\n1,c,N,4\n2,a,N,7\n2,d,N,4\n2,b,N,2\n";
  fixture f = load("form_id,waves,duplicates\nt,panel,last\n", SURVEY, data), g = load(PANEL, SURVEY, once);
  ck_assert_uint_eq(f.responses->count, 6);
  ck_assert_uint_eq(tg_panel_overlap(f.design, 0, 1), 2);
  ck_near(change(&f).se, change(&g).se, 1e-15);
  fixture_free(&f);
  fixture_free(&g);
}
END_TEST

START_TEST(persons_cost_four_bytes_a_record_and_only_in_panels) {
  fixture panel = load(PANEL, SURVEY, SIX), apart = load(APART, SURVEY, SIX);
  ck_assert_uint_eq(trygg_responses_memory(panel.responses) - trygg_responses_memory(apart.responses),
                    12 * 4);
  ck_assert_ptr_null(apart.responses->person);
  fixture_free(&panel);
  fixture_free(&apart);
}
END_TEST

/* ---- what is told ---------------------------------------------------------------------------------- */

static const char *note_of(const trygg_table *table, const char *key) {
  for (size_t i = 0; i < trygg_table_notes(table); i++)
    if (!strcmp(trygg_table_note_key(table, i), key))
      return trygg_table_note_text(table, i);
  return NULL;
}

START_TEST(tables_say_how_many_are_in_both_waves_unless_they_are_few) {
  static const struct {
    int64_t min_n;
    const char *note;
  } cases[] = {{-1, "2010 & 2011: 6"}, {6, "2010 & 2011: 6"}, {7, "2010 & 2011: <7"}};
  fixture f = load(PANEL, SURVEY, SIX);
  trygg_estimates *estimates = fixture_estimate(&f, NULL, NULL);
  trygg_table *table = NULL;
  trygg_publication *publication = NULL;
  trygg_error error = {0};
  ck_ok(trygg_trend_table(estimates, NULL, &table, &error));
  ck_assert_str_eq(note_of(table, "waves"), "panel");
  ck_ok(trygg_disclosure_publish(
      table, &(trygg_disclosure_options){.size = sizeof(trygg_disclosure_options), .min_n = cases[_i].min_n},
      &publication, &error));
  ck_assert_str_eq(note_of(trygg_disclosure_table(publication), "overlap"), cases[_i].note);
  ck_assert_str_eq(note_of(table, "overlap"), "2010 & 2011: 6");
  trygg_disclosure_free(publication);
  trygg_table_free(table);
  trygg_estimate_free(estimates);
  fixture_free(&f);
}
END_TEST

/* ---- many samples ----------------------------------------------------------------------------------- */

typedef struct people {
  double y[2];
  int area[2];
  double order; /* of being drawn */
} people;

enum { areas = 2, in_area = 400, asked = 60, half = asked / 2 };

/* xorshift64*: the test draws its own people. */
static uint64_t state;

static double uniform(void) {
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return (double)((state * UINT64_C(2685821657736338717)) >> 11) / 9007199254740992.0;
}

static double normal(void) {
  double sum = 0;
  for (int i = 0; i < 12; i++)
    sum += uniform();
  return sum - 6;
}

static people *make_people(void) {
  people *all = calloc(areas * in_area, sizeof *all);
  ck_assert_ptr_nonnull(all);
  for (int i = 0; i < areas * in_area; i++) {
    double lasting = normal();
    int here = i / in_area, moves = i % in_area < 40; /* as many move one way as the other */
    all[i].area[0] = here;
    all[i].area[1] = moves ? 1 - here : here;
    for (int wave = 0; wave < 2; wave++)
      all[i].y[wave] = 10 + wave + 5 * all[i].area[wave] + 2 * lasting + normal();
  }
  return all;
}

static int by_order(const void *a, const void *b) {
  const people *p = *(people *const *)a, *q = *(people *const *)b;
  return (p->order > q->order) - (p->order < q->order);
}

static char *put(char *text, int wave, int person, int area, double y) {
  char number[TG_NUMBER_SIZE]; /* a locale may write a comma */
  return text + sprintf(text, "%d,%d,%d,%d,%s\n", wave, person, area, in_area, tg_number_format(number, y));
}

/* Sixty of each area; in the second wave half of them, wherever they live now, and new ones up to sixty of each area. */
static void draw(people *all, char *text) {
  people *drawn[areas * in_area];
  unsigned char kept[areas * in_area] = {0};
  int got[2][areas] = {{0}}, kept_of[areas] = {0};
  for (int i = 0; i < areas * in_area; i++) {
    drawn[i] = &all[i];
    all[i].order = uniform();
  }
  qsort(drawn, areas * in_area, sizeof *drawn, by_order);
  text += sprintf(text, "year,id,area,people,y\n");
  for (int i = 0; i < areas * in_area; i++) {
    people *p = drawn[i];
    if (got[0][p->area[0]]++ < asked) {
      text = put(text, 1, (int)(p - all), p->area[0], p->y[0]);
      kept[p - all] = kept_of[p->area[0]]++ < half;
    }
  }
  for (int i = 0; i < areas * in_area; i++) {
    people *p = drawn[i];
    if (kept[p - all]) {
      got[1][p->area[1]]++;
      text = put(text, 2, (int)(p - all), p->area[1], p->y[1]);
    }
  }
  for (int i = areas * in_area;
       i-- > 0;) { /* from the other end: nobody else of the first wave, but for a few */
    people *p = drawn[i];
    if (!kept[p - all] && got[1][p->area[1]] < asked) {
      got[1][p->area[1]]++;
      text = put(text, 2, (int)(p - all), p->area[1], p->y[1]);
    }
  }
}

START_TEST(errors_of_changes_are_right_over_many_samples) {
  enum { samples = 1500 };
  static char text[24000];
  double sum = 0, squares = 0, variance = 0, apart_variance = 0, covered = 0, truth = 0;
  people *all;
  state = 20240517;
  all = make_people();
  for (int i = 0; i < areas * in_area; i++)
    truth += (all[i].y[1] - all[i].y[0]) / (areas * in_area);
  for (int s = 0; s < samples; s++) {
    fixture panel, apart;
    trygg_contrast c, d;
    draw(all, text);
    panel = load(PANEL, POPULATIONS, text);
    apart = load(APART, POPULATIONS, text);
    c = change(&panel);
    d = change(&apart);
    sum += c.estimate;
    squares += (c.estimate - truth) * (c.estimate - truth);
    variance += c.se * c.se / samples;
    apart_variance += d.se * d.se / samples;
    covered += (c.lower <= truth && truth <= c.upper) / (double)samples;
    fixture_free(&panel);
    fixture_free(&apart);
  }
  free(all);
  /* the variance of 1,500 estimates is known to 3.7 % */
  ck_assert_msg(fabs(sum / samples - truth) < 4 * sqrt(squares) / samples, "%g, truth %g", sum / samples,
                truth);
  ck_assert_msg(fabs(variance / (squares / samples) - 1) < 0.1, "estimated %g, true %g", variance,
                squares / samples);
  ck_assert_msg(apart_variance / (squares / samples) > 1.35, "independent %g, true %g", apart_variance,
                squares / samples);
  ck_assert_msg(covered > 0.93 && covered < 0.97, "covered %g", covered);
  printf(
      "change of a rotating panel: true %.5f, estimated %.5f, as if independent %.5f; 95 %% covers %.1f %%\n",
      squares / samples, variance, apart_variance, 100 * covered);
}
END_TEST

/* ---- replicates, threads, memory --------------------------------------------------------------------- */

static fixture rotating(const char *variance, int finite) {
  static const char *const tables[] = {"settings", "survey", "choices", "indicators", "../rotating"};
  char path[4096], *text[5];
  fixture f;
  for (size_t i = 0; i < 5; i++) {
    snprintf(path, sizeof path, "%s/data/golden/rotating/%s.csv", tests_folder(), tables[i]);
    text[i] = fixture_read_text(path);
  }
  if (!finite)
    fixture_drop_roles(text[1], "fpc ");
  f = fixture_load(&(fixture_texts){.settings = text[0],
                                    .survey = text[1],
                                    .choices = text[2],
                                    .indicators = text[3],
                                    .data = text[4],
                                    .variance = variance});
  for (size_t i = 0; i < 5; i++)
    free(text[i]);
  return f;
}

START_TEST(a_bootstrap_draws_persons_for_all_their_waves) {
  /* 8,000 replicates know a variance to 1.6 % */
  fixture linear = rotating("taylor", 0), drawn = rotating("bootstrap:8000", 0);
  trygg_estimates *a = fixture_estimate(&linear, NULL, NULL), *b = fixture_estimate(&drawn, NULL, NULL);
  for (size_t k = 0; k < a->tally->indicators.count; k++) {
    size_t first = tg_estimate_row(a, 1, TG_TOTAL_DOMAIN, k),
           second = tg_estimate_row(a, 2, TG_TOTAL_DOMAIN, k);
    double one = change_of(a, first, second).se, other = change_of(b, first, second).se;
    double apart = hypot(trygg_estimate_get(a, first).se, trygg_estimate_get(a, second).se);
    ck_assert_msg(fabs(other / one - 1) < 0.04, "%g, linearised %g", other, one);
    ck_assert(one < apart);
  }
  trygg_estimate_free(a);
  trygg_estimate_free(b);
  fixture_free(&linear);
  fixture_free(&drawn);
}
END_TEST

START_TEST(bootstrap_weights_are_never_negative) {
  fixture f = rotating("bootstrap:64", 1);
  size_t units = f.design->replicates->unit_count;
  double *changes = calloc(units * TG_LANES, sizeof *changes);
  trygg_error error = {0};
  for (size_t first = 0; first < 64; first += TG_LANES) {
    ck_ok(tg_replicates_changes(f.design, first, TG_LANES, changes, &error));
    for (size_t i = 0; i < units * TG_LANES; i++)
      ck_assert(changes[i] > -1);
    for (size_t l = 0; l < f.design->panel->linked_count; l++) { /* one sign a person */
      const tg_panel *panel = f.design->panel;
      size_t i = panel->members[panel->begin[l]], j = panel->members[panel->begin[l] + 1];
      if (tg_panel_stratum(f.design, i) == tg_panel_stratum(f.design, j))
        ck_assert(changes[i * TG_LANES] == changes[j * TG_LANES]);
    }
  }
  free(changes);
  fixture_free(&f);
}
END_TEST

START_TEST(threads_change_no_bit) {
  fixture f = rotating(NULL, 1);
  const char *by = "sex";
  trygg_table *tables[2] = {NULL, NULL};
  trygg_error error = {0};
  for (int i = 0; i < 2; i++) {
    trygg_estimate_options options = {.size = sizeof options, .by = &by, .by_count = 1, .threads = i ? 7 : 1};
    trygg_estimates *estimates = NULL;
    ck_ok(trygg_estimate_create(f.design, &options, &estimates, &error));
    ck_ok(trygg_trend_table(estimates, NULL, &tables[i], &error));
    trygg_estimate_free(estimates);
  }
  for (size_t r = 0; r < trygg_table_rows(tables[0]); r++)
    for (size_t c = 0; c < trygg_table_columns(tables[0]); c++)
      if (trygg_table_type(tables[0], c) == TRYGG_NUMBER) {
        double a = trygg_table_number(tables[0], r, c), b = trygg_table_number(tables[1], r, c);
        ck_assert(memcmp(&a, &b, sizeof a) == 0);
      }
  trygg_table_free(tables[0]);
  trygg_table_free(tables[1]);
  fixture_free(&f);
}
END_TEST

static trygg_status all_of_it(trygg_codebook *codebook, const char *variance, trygg_error *error) {
  trygg_responses *responses = NULL;
  trygg_design *design = NULL;
  trygg_estimates *estimates = NULL;
  trygg_table *table = NULL;
  trygg_estimate_options options = {.size = sizeof options, .threads = 1};
  trygg_design_options ways = {.size = sizeof ways, .variance = variance};
  trygg_status status =
      trygg_responses_load_memory(codebook, "data.csv", SIX, strlen(SIX), NULL, &responses, error);
  if (status == TRYGG_OK)
    status = trygg_design_create(responses, &ways, &design, error);
  if (status == TRYGG_OK)
    status = trygg_estimate_create(design, &options, &estimates, error);
  if (status == TRYGG_OK)
    status = trygg_trend_table(estimates, NULL, &table, error);
  ck_assert((status == TRYGG_OK) == (table != NULL));
  trygg_table_free(table);
  trygg_estimate_free(estimates);
  trygg_design_free(design);
  trygg_responses_free(responses);
  return status;
}

START_TEST(every_allocation_may_fail) {
  fixture f = load(PANEL, POPULATIONS, SIX);
  trygg_error error = {0};
  long after = 0;
  trygg_status status;
  do {
    tg_memory_fail(after++, _i % 2);
    status = all_of_it(f.codebook, _i < 2 ? "taylor" : "bootstrap:9", &error);
    tg_memory_fail(-1, 0);
    ck_assert_msg(status == TRYGG_OK || status == TRYGG_ENOMEM, "%s", error.message);
  } while (status != TRYGG_OK);
  ck_assert_int_gt(after, 100);
  fixture_free(&f);
}
END_TEST

int main(void) {
  Suite *suite = suite_create("panel");
  TCase *tests = tcase_create("panel"), *slow = tcase_create("simulation");
  tcase_add_loop_test(tests, all_in_both_waves_give_the_paired_t_test, 0, 2);
  tcase_add_test(tests, equal_answers_leave_a_change_without_error);
  tcase_add_test(tests, nobody_in_both_waves_gives_independence);
  tcase_add_test(tests, some_in_both_waves_covary_by_their_products);
  tcase_add_test(tests, who_moved_counts_as_the_others);
  tcase_add_loop_test(tests, samples_that_meet_by_chance_do_not_covary, 0, 2);
  tcase_add_test(tests, calibrated_waves_covary_by_their_residuals);
  tcase_add_test(tests, a_census_does_not_covary);
  tcase_add_test(tests, a_cluster_may_change_stratum);
  tcase_add_test(tests, clusters_that_stay_are_one_sample);
  tcase_add_loop_test(tests, what_cannot_be_linked_is_refused, 0, 7);
  tcase_add_test(tests, streams_are_refused_with_the_reason);
  tcase_add_test(tests, ids_are_compared_whole);
  tcase_add_test(tests, the_duplicate_that_is_kept_is_linked);
  tcase_add_test(tests, persons_cost_four_bytes_a_record_and_only_in_panels);
  tcase_add_loop_test(tests, tables_say_how_many_are_in_both_waves_unless_they_are_few, 0, 3);
  tcase_add_test(tests, a_bootstrap_draws_persons_for_all_their_waves);
  tcase_add_test(tests, bootstrap_weights_are_never_negative);
  tcase_add_test(tests, threads_change_no_bit);
  tcase_add_loop_test(tests, every_allocation_may_fail, 0, 4);
  tcase_set_timeout(tests, 120);
  tcase_add_test(slow, errors_of_changes_are_right_over_many_samples);
  tcase_set_timeout(slow, 300);
  suite_add_tcase(suite, tests);
  suite_add_tcase(suite, slow);
  return run_suite(suite);
}
