/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weights that make up for who did not answer, under every kind of sample: the errors are those of what each person drawn
 * adds (design/response.h), which a survey that everybody answered can tell, and of the chance in who answers
 * (tally/answering.h). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <trygg/inference.h>

#include <base/number.h>
#include <design/response.h>

#include "fixture.h"

static trygg_error error;

#define CHOICES "list_name,name,disposition\ng,1,\ng,2,\ns,1,I\ns,2,R\n"
#define REST "decimal,w,weight\nselect_one g,g,\nselect_one s,s,status\ndecimal,y,\n"
#define HEAD "t,id,h,c,p,n1,n2,w,g,s,y\n"

/* Two waves, which some persons and all clusters are in; units of all stages. */
static const char waves[] = HEAD
    "2020,1,a,1,0.5,8,9,2,1,1,3\n2020,2,a,1,0.25,8,9,4,2,2,\n2020,3,a,2,0.4,8,6,2.5,1,1,7\n2020,4,a,2,0.5,8,6,2,2,1,4\n"
    "2020,5,a,3,0.8,8,5,1.25,1,2,\n2020,6,a,3,0.2,8,5,5,2,1,6\n2020,7,b,4,0.5,7,4,2,1,1,9\n2020,8,b,4,0.4,7,4,2.5,2,2,\n"
    "2020,9,b,5,0.5,7,6,2,1,1,2\n2020,10,b,5,0.3,7,6,3.25,2,1,8\n2024,1,a,1,0.5,8,9,2,1,2,\n2024,2,a,1,0.25,8,9,4,2,1,5\n"
    "2024,3,a,2,0.4,8,6,2.5,1,1,6\n2024,14,a,2,0.5,8,6,2,2,1,1\n2024,15,a,3,0.8,8,5,1.25,1,1,7\n2024,6,a,3,0.2,8,5,5,2,2,\n"
    "2024,7,b,4,0.5,7,4,2,1,1,4\n2024,8,b,4,0.4,7,4,2.5,2,1,3\n2024,19,b,5,0.5,7,6,2,1,2,\n2024,20,b,5,0.3,7,6,3.25,2,1,9\n";

/* F of a record, what was drawn of the population. */
typedef enum share { NOTHING, OWN, STAGES, OWN_THEN_STAGE } share;

static const struct design {
  const char *name, *settings, *survey;
  share drawn;
} designs[] = {
    {"records by Brewer", "version,inclusion\n1,brewer\n",
     "type,name,role\ninteger,t,wave\ntext,h,stratum\ndecimal,p,inclusion\n" REST, OWN},
    {"Poisson", "version,inclusion\n1,poisson\n",
     "type,name,role\ninteger,t,wave\ntext,h,stratum\ndecimal,p,inclusion\n" REST, OWN},
    {"Hartley and Rao", "version,inclusion\n1,hartley-rao:horvitz-thompson\n",
     "type,name,role\ninteger,t,wave\ntext,h,stratum\ndecimal,p,inclusion\n" REST, OWN},
    {"two stages", "version\n1\n",
     "type,name,role\ninteger,t,wave\ntext,h,stratum\ninteger,c,cluster\ninteger,n1,fpc\ninteger,n2,fpc2\n" REST,
     STAGES},
    {"probabilities at the second stage", "version,inclusion\n1,brewer\n",
     "type,name,role\ninteger,t,wave\ntext,h,stratum\ninteger,c,cluster\ninteger,n1,fpc\ndecimal,p,inclusion2\n" REST,
     OWN_THEN_STAGE},
    {"a panel", "version,waves\n1,panel\n",
     "type,name,role\ninteger,t,wave\ninteger,id,id\ntext,h,stratum\n" REST, NOTHING},
    {"a panel of clusters", "version,waves\n1,panel\n",
     "type,name,role\ninteger,t,wave\ntext,h,stratum\ninteger,c,cluster\n" REST, NOTHING},
    {"the same clusters", "version,waves\n1,overlapping\n",
     "type,name,role\ninteger,t,wave\ntext,h,stratum\ninteger,c,cluster\n" REST, NOTHING},
    {"lonely units", "version,lonely\n1,adjust\n",
     "type,name,role\ninteger,t,wave\ntext,h,stratum\ninteger,c,stratum\n" REST, NOTHING},
};
enum { design_count = sizeof designs / sizeof *designs };

static fixture load(const struct design *of, const char *data, const char *response) {
  return fixture_load(&(fixture_texts){.settings = of->settings,
                                       .survey = of->survey,
                                       .choices = CHOICES,
                                       .indicators = "name,type,variable\ntotal,total,y\n",
                                       .data = data,
                                       .response = response,
                                       .response_on = {response ? "g" : NULL},
                                       .response_least = 1});
}

static void find_matrix(const fixture *f, double matrix[4]) {
  trygg_estimates *e = fixture_estimate(f, NULL, NULL);
  size_t rows[2] = {trygg_estimate_find(e, "2020", NULL, "total"),
                    trygg_estimate_find(e, "2024", NULL, "total")};
  ck_assert(rows[0] != SIZE_MAX && rows[1] != SIZE_MAX);
  ck_ok(trygg_estimate_covariance(e, rows, 2, matrix, &error));
  for (size_t k = 0; k < 2; k++)
    ck_near(pow(trygg_estimate_get(e, rows[k]).se, 2), matrix[3 * k], 1e-11);
  trygg_estimate_free(e);
}

/* A cell of a line of the data, from 0. */
static double cell(const char *line, size_t column) {
  double value;
  const char *end;
  while (column-- > 0)
    line = strchr(line, ',') + 1;
  end = line + strcspn(line, ",\n");
  return tg_number_parse(line, (size_t)(end - line), '.', &value) ? NAN : value;
}

enum { WAVE = 0, PROBABILITY = 4, CLUSTERS = 5, MEMBERS = 6, WEIGHT = 7, GROUP = 8, ANSWER = 10 };

static double drawn_share(share kind, const char *line) {
  double clusters = line[strcspn(line, "ab")] == 'a' ? 3 : 2, members = 2;
  double stage = clusters / cell(line, CLUSTERS);
  return kind == NOTHING  ? 0
         : kind == OWN    ? cell(line, PROBABILITY)
         : kind == STAGES ? stage * members / cell(line, MEMBERS)
                          : stage * cell(line, PROBABILITY);
}

/* The same people, who all answered with what each adds to the total: u / d, u = r w y - (r w - d) B. */
static char *write_shares(const fixture *f, const struct design *of, double chance[2]) {
  const tg_response *response = f->design->response;
  double sums[2][2] = {{0, 0}, {0, 0}}, all[2][2] = {{0, 0}, {0, 0}};
  char *out = NULL;
  size_t size;
  FILE *to = open_memstream(&out, &size);
  const char *line = waves + strlen(HEAD);
  fputs(HEAD, to);
  for (size_t i = 0; i < f->responses->count; i++, line = strchr(line, '\n') + 1) {
    size_t w = cell(line, WAVE) > 2022, g = cell(line, GROUP) > 1;
    all[w][g] += cell(line, WEIGHT);
    sums[w][g] += response->weight[i] > 0 ? response->weight[i] * cell(line, ANSWER) : 0;
  }
  line = waves + strlen(HEAD);
  for (size_t i = 0; i < f->responses->count; i++, line = strchr(line, '\n') + 1) {
    size_t w = cell(line, WAVE) > 2022, g = cell(line, GROUP) > 1;
    double b = sums[w][g] / all[w][g], d = cell(line, WEIGHT), weight = response->weight[i];
    double y = weight > 0 ? cell(line, ANSWER) : 0;
    char number[TG_NUMBER_SIZE];
    fprintf(to, "%.*s,1,%s\n", (int)(strchr(line, '\n') - line - (weight > 0 ? 4 : 3)), line,
            tg_number_format(number, (weight * y - (weight - d) * b) / d));
    if (weight > 0)
      chance[w] += drawn_share(of->drawn, line) * (1 - d / weight) * pow(weight * (y - b), 2);
  }
  fclose(to);
  return out;
}

START_TEST(errors_are_those_of_what_each_person_adds) {
  const struct design *of = &designs[_i];
  fixture f = load(of, waves, "classes"), all;
  double chance[2] = {0, 0}, met[4], expected[4];
  char *data = write_shares(&f, of, chance);
  all = load(of, data, NULL);
  find_matrix(&f, met);
  find_matrix(&all, expected);
  ck_assert_msg(of->drawn == NOTHING ? chance[0] == 0 : chance[0] > 0, "%s", of->name);
  for (size_t k = 0; k < 2; k++)
    ck_near(met[3 * k], expected[3 * k] + chance[k], 1e-10);
  ck_near(met[1], expected[1], 1e-10);
  free(data);
  fixture_free(&f);
  fixture_free(&all);
}
END_TEST

/* Waves of a panel, or of the same clusters, covary; others do not. */
START_TEST(waves_covary_where_they_share_units) {
  fixture f = load(&designs[_i], waves, "classes");
  double matrix[4];
  find_matrix(&f, matrix);
  ck_assert_msg((matrix[1] != 0) == (strstr(designs[_i].settings, "waves") != NULL), "%s", designs[_i].name);
  fixture_free(&f);
}
END_TEST

/* A model with a parameter for each class has the classes' probabilities, and their errors. */
START_TEST(a_model_of_the_classes_is_the_classes) {
  fixture classes = load(&designs[_i], waves, "classes"), model = load(&designs[_i], waves, "propensity");
  double a[4], b[4];
  find_matrix(&classes, a);
  find_matrix(&model, b);
  for (size_t k = 0; k < 4; k++)
    ck_near(b[k], a[k], 1e-9);
  fixture_free(&classes);
  fixture_free(&model);
}
END_TEST

/* Who did not answer is found in other waves by the id, which must then be of one person. */
START_TEST(a_person_of_a_panel_is_drawn_once) {
  static const char *const twice[] = {"2020,1,a,1,,,,2,1,1,3\n2020,1,a,1,,,,2,1,2,\n",
                                      "2020,1,a,1,,,,2,1,2,\n2020,1,a,1,,,,2,1,1,3\n",
                                      "2020,1,a,1,,,,2,1,2,\n2020,1,a,1,,,,2,1,2,\n"};
  char data[256] = HEAD;
  trygg_error met;
  strcat(data, twice[_i]);
  met = fixture_refuse(&(fixture_texts){.settings = "version,waves,duplicates\n1,panel,last\n",
                                        .survey = designs[5].survey,
                                        .choices = CHOICES,
                                        .data = data,
                                        .response = "classes",
                                        .response_on = {"g"}},
                       TRYGG_EDATA);
  ck_assert_msg(strstr(met.message, "also who did not answer") != NULL, "%s", met.message);
}
END_TEST

static Suite *answering_suite(void) {
  Suite *suite = suite_create("answering");
  TCase *exact = tcase_create("exact");
  tcase_add_loop_test(exact, errors_are_those_of_what_each_person_adds, 0, design_count);
  tcase_add_loop_test(exact, waves_covary_where_they_share_units, 0, design_count);
  tcase_add_loop_test(exact, a_model_of_the_classes_is_the_classes, 0, design_count);
  tcase_add_loop_test(exact, a_person_of_a_panel_is_drawn_once, 0, 3);
  suite_add_tcase(suite, exact);
  return suite;
}

int main(void) {
  return run_suite(answering_suite());
}
