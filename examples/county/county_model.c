/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The made-up county: its areas, its people and what they would answer. */
#include "county.h"

#include <math.h>

const int county_waves[COUNTY_WAVES] = {2012, 2014, 2017, 2020, 2024};

/* Håbo, Älvkarleby, Knivsta, Heby, Tierp, Uppsala, Enköping, Östhammar */
const int county_municipalities[COUNTY_MUNICIPALITIES] = {305, 319, 330, 331, 360, 380, 381, 382};

const int county_ages[COUNTY_AGES][2] = {{16, 29}, {30, 44}, {45, 64}, {65, 84}};

const double county_incidents[3] = {0.7, 0.2, 0.1};

/* Populations are of the right order; all else about the areas is invented. */
const county_area county_areas[COUNTY_AREAS] = {
    /* code    people growth  young  disadv. drift */
    {30501, 4500, 0.008, 0.35, 0.3, 0.0},   {30502, 4200, 0.008, 0.35, 0.0, 0.0},
    {30503, 4100, 0.006, 0.25, -0.3, 0.0},  {30504, 3200, 0.003, 0.10, -0.6, 0.0},
    {31901, 2300, 0.001, 0.30, 0.6, -0.2},  {31902, 2100, 0.001, 0.30, 0.3, -0.2},
    {31903, 1700, 0.000, 0.20, 0.1, -0.2},  {31904, 1100, -0.002, 0.05, -0.4, 0.0},
    {33001, 4200, 0.020, 0.45, 0.1, 0.0},   {33002, 3800, 0.022, 0.45, -0.3, 0.0},
    {33003, 1900, 0.010, 0.30, -0.5, 0.0},  {33004, 2600, 0.008, 0.15, -0.8, 0.0},
    {33101, 1800, 0.001, 0.25, 0.3, 0.0},   {33102, 1700, 0.001, 0.25, 0.1, 0.0},
    {33103, 3900, 0.000, 0.20, 0.0, 0.0},   {33104, 3600, -0.001, 0.05, -0.5, 0.0},
    {36001, 2600, 0.003, 0.35, 0.8, -0.7},  {36002, 2500, 0.003, 0.35, 0.5, -0.7},
    {36003, 5600, 0.001, 0.25, 0.1, -0.4},  {36004, 5500, 0.000, 0.05, -0.4, -0.2},
    {38001, 21000, 0.012, 0.80, 0.2, 0.0},  {38002, 19500, 0.010, 0.70, -0.5, 0.0},
    {38003, 18000, 0.014, 0.60, -0.2, 0.0}, {38004, 16500, 0.012, 0.60, 1.4, 0.3},
    {38005, 15500, 0.015, 0.90, 0.3, 0.0},  {38006, 14500, 0.008, 0.40, -0.7, 0.0},
    {38007, 13500, 0.012, 0.60, 1.1, -0.2}, {38008, 12000, 0.020, 0.50, -0.1, 0.0},
    {38009, 14000, 0.010, 0.35, -0.2, 0.0}, {38010, 9500, 0.006, 0.25, -0.1, 0.0},
    {38011, 8500, 0.003, 0.10, -0.6, 0.0},  {38012, 7000, 0.004, 0.10, -0.5, 0.0},
    {38101, 9200, 0.009, 0.45, 0.7, 0.4},   {38102, 8600, 0.009, 0.40, 0.2, 0.3},
    {38103, 4300, 0.006, 0.25, 0.0, 0.1},   {38104, 9400, 0.004, 0.10, -0.5, 0.0},
    {38201, 2500, 0.002, 0.30, 0.2, 0.0},   {38202, 2400, 0.002, 0.30, 0.0, 0.0},
    {38203, 6200, 0.001, 0.20, -0.2, 0.0},  {38204, 5300, 0.000, 0.05, -0.6, 0.0},
};

/* Scales, mildest answer first. */
static const county_scale safe = {4, {1, 2, 3, 4}};
static const county_scale evening = {5, {1, 2, 3, 4, 5}}; /* 5: does not go out because of it */
static const county_scale problem = {3, {1, 2, 3}};
static const county_scale yes = {2, {2, 1}};
static const county_scale often = {5, {5, 4, 3, 2, 1}};
static const county_scale drinking = {4, {4, 3, 2, 1}};
static const county_scale trust = {5, {1, 2, 3, 4, 5}};
static const county_scale evenings = {8, {0, 1, 2, 3, 4, 5, 6, 7}};

/* clang-format off */
#define ASIDE(code, young, old) {COUNTY_##code, young, old}
#define NONE {0, 0, 0}

const county_item county_items[ITEMS] = {
    /* name, section, scale, {exceed}, latent, woman, age, area, change, jump, aside, owner */
    [ITEM_OVERALL] = {"trygg_omrade", SECTION_OVERALL, &safe, {.62, .13, .03},
                      1.0, .30, .10, .55, .10, .25, NONE, 0},
    [ITEM_VANDALISM] = {"grann_skadegorelse", SECTION_NEIGHBOURHOOD, &problem, {.42, .10},
                        .7, .0, -.15, .60, -.25, .10, ASIDE(DONT_KNOW, .03, .06), 0},
    [ITEM_GRAFFITI] = {"grann_klotter", SECTION_NEIGHBOURHOOD, &problem, {.35, .08},
                       .6, .0, .10, .55, -.30, .05, ASIDE(DONT_KNOW, .03, .06), 0},
    [ITEM_LITTER] = {"grann_skrap", SECTION_NEIGHBOURHOOD, &problem, {.55, .17},
                     .6, .10, -.10, .50, .05, .10, ASIDE(DONT_KNOW, .01, .03), 0},
    [ITEM_DRUNKENNESS] = {"grann_berusade", SECTION_NEIGHBOURHOOD, &problem, {.38, .09},
                          .8, .10, -.20, .65, -.10, .10, ASIDE(DONT_KNOW, .03, .08), 0},
    [ITEM_DRUG_TRADE] = {"grann_narkotika", SECTION_NEIGHBOURHOOD, &problem, {.25, .07},
                         .9, .0, -.35, .75, .45, .15, ASIDE(DONT_KNOW, .08, .18), 0},
    [ITEM_GANGS] = {"grann_gang", SECTION_NEIGHBOURHOOD, &problem, {.28, .07},
                    .9, .10, -.15, .70, .20, .15, ASIDE(DONT_KNOW, .04, .10), 0},
    [ITEM_SPEEDING] = {"trafik_fort", SECTION_TRAFFIC, &problem, {.70, .28},
                       .4, .10, .15, -.05, .05, .10, ASIDE(DONT_KNOW, .01, .02), 0},
    [ITEM_RECKLESS] = {"trafik_buskorning", SECTION_TRAFFIC, &problem, {.55, .19},
                       .5, .05, .05, .25, .20, .10, ASIDE(DONT_KNOW, .02, .03), 0},
    [ITEM_PARKING] = {"trafik_parkering", SECTION_TRAFFIC, &problem, {.40, .11},
                      .4, .0, .0, .30, .0, .05, ASIDE(DONT_KNOW, .03, .06), 0},
    [ITEM_ASSAULT] = {"utsatt_misshandel", SECTION_PERSON_CRIME, &yes, {.035},
                      .8, -.30, -.60, .30, .0, .20, NONE, 0},
    [ITEM_THREAT] = {"utsatt_hot", SECTION_PERSON_CRIME, &yes, {.058},
                     .9, .10, -.45, .30, .05, .20, NONE, 0},
    [ITEM_ROBBERY] = {"utsatt_ran", SECTION_PERSON_CRIME, &yes, {.035},
                      .7, -.20, -.50, .35, .10, .15, NONE, 0},
    [ITEM_SEXUAL] = {"utsatt_sexualbrott", SECTION_PERSON_CRIME, &yes, {.025},
                     .7, 1.10, -.80, .15, .10, .30, NONE, 0},
    [ITEM_FRAUD] = {"utsatt_bedrageri", SECTION_PERSON_CRIME, &yes, {.065},
                    .5, .0, .10, .05, .60, .10, NONE, 0},
    [ITEM_HARASSMENT] = {"utsatt_trakasserier", SECTION_PERSON_CRIME, &yes, {.046},
                         .9, .20, -.40, .20, .05, .15, NONE, 0},
    [ITEM_INCIDENTS] = {"utsatt_antal", SECTION_PERSON_CRIME, NULL, {0}, 0, 0, 0, 0, 0, 0, NONE, 0},
    [ITEM_REPORTED] = {"utsatt_anmalda", SECTION_PERSON_CRIME, NULL, {0}, 0, 0, 0, 0, 0, 0, NONE, 0},
    [ITEM_HAS_CAR] = {"har_bil", SECTION_HOUSEHOLD_CRIME, &yes, {.80},
                      -.2, -.10, .30, -.70, .0, .0, NONE, 0},
    [ITEM_HAS_BICYCLE] = {"har_cykel", SECTION_HOUSEHOLD_CRIME, &yes, {.84},
                          -.1, .0, -.40, -.10, .0, .0, NONE, 0},
    [ITEM_BURGLARY] = {"hus_inbrott", SECTION_HOUSEHOLD_CRIME, &yes, {.050},
                       .4, .0, .05, .20, -.30, .10, NONE, 0},
    [ITEM_CAR_CRIME] = {"hus_bilbrott", SECTION_HOUSEHOLD_CRIME, &yes, {.080},
                        .4, .0, -.10, .40, -.40, .05, NONE, ITEM_HAS_CAR},
    [ITEM_BICYCLE_THEFT] = {"hus_cykelstold", SECTION_HOUSEHOLD_CRIME, &yes, {.110},
                            .3, .0, -.35, .50, -.10, .10, NONE, ITEM_HAS_BICYCLE},
    [ITEM_WORRY_BURGLARY] = {"oro_inbrott", SECTION_WORRY, &often, {.80, .52, .17, .04},
                             1.1, .15, .10, .15, -.20, .25, NONE, 0},
    [ITEM_WORRY_ASSAULT] = {"oro_overfall", SECTION_WORRY, &often, {.68, .38, .11, .03},
                            1.2, .50, -.15, .35, .05, .25, NONE, 0},
    [ITEM_WORRY_SEXUAL] = {"oro_sexualbrott", SECTION_WORRY, &often, {.35, .17, .05, .015},
                           1.0, 1.90, -.60, .20, .10, .25, NONE, 0},
    [ITEM_WORRY_FRAUD] = {"oro_bedrageri", SECTION_WORRY, &often, {.75, .46, .16, .04},
                          1.0, .10, .35, .05, .55, .20, NONE, 0},
    [ITEM_WORRY_SOCIETY] = {"oro_samhallet", SECTION_WORRY, &often, {.93, .76, .36, .10},
                            1.0, .20, .25, .05, .30, .15, NONE, 0},
    [ITEM_UNSAFE_EVENING] = {"ute_kvall", SECTION_UNSAFETY, &evening, {.54, .135, .04, .018},
                             1.2, 1.05, .0, .60, .05, .35, {6, .02, .10}, 0},
    [ITEM_UNSAFE_DAY] = {"ute_dag", SECTION_UNSAFETY, &safe, {.28, .05, .012},
                         1.0, .35, .05, .55, .05, .25, NONE, 0},
    [ITEM_UNSAFE_STOP] = {"ute_hallplats", SECTION_UNSAFETY, &safe, {.52, .14, .035},
                          1.1, .90, -.10, .45, .05, .30, ASIDE(NOT_APPLICABLE, .08, .30), 0},
    [ITEM_EVENINGS] = {"kvallar_antal", SECTION_UNSAFETY, &evenings, {.88, .70, .48, .29, .16, .08, .03},
                       -.4, -.25, -.55, -.10, .0, .0, NONE, 0},
    [ITEM_OTHER_ROUTE] = {"und_vag", SECTION_AVOIDANCE, &often, {.55, .30, .10, .03},
                          1.2, 1.10, -.30, .40, .05, .25, NONE, 0},
    [ITEM_REFRAINED] = {"und_aktivitet", SECTION_AVOIDANCE, &often, {.42, .20, .06, .02},
                        1.2, .90, -.05, .30, .05, .25, NONE, 0},
    [ITEM_TRUST_POLICE] = {"fort_polis", SECTION_TRUST, &trust, {.85, .43, .14, .05},
                           .5, -.25, -.10, .20, -.35, .15, ASIDE(DONT_KNOW, .05, .03), 0},
    [ITEM_TRUST_JUSTICE] = {"fort_ratt", SECTION_TRUST, &trust, {.83, .47, .18, .06},
                            .5, -.05, .15, .15, -.15, .15, ASIDE(DONT_KNOW, .08, .06), 0},
    [ITEM_POLICE_CARES] = {"polis_bryr", SECTION_TRUST, &trust, {.93, .70, .30, .10},
                           .5, -.10, -.05, .10, -.15, .10, ASIDE(DONT_KNOW, .25, .20), 0},
    [ITEM_BINGE] = {"alk_berusad", SECTION_ALCOHOL_DRUGS, &drinking, {.66, .30, .06},
                    .2, -.55, -.55, .0, -.25, .0, NONE, 0},
    [ITEM_DRUGS_OFFERED] = {"drog_erbjuden", SECTION_ALCOHOL_DRUGS, &yes, {.090},
                            .4, -.40, -1.10, .25, .25, .05, NONE, 0},
    [ITEM_VIOLENCE_PHYSICAL] = {"vald_fysiskt", SECTION_VIOLENCE, &yes, {.022},
                                .8, .50, -.40, .20, .0, .15, ASIDE(REFUSED, .02, .02), 0},
    [ITEM_VIOLENCE_PSYCHOLOGICAL] = {"vald_psykiskt", SECTION_VIOLENCE, &yes, {.042},
                                     .9, .55, -.35, .15, .05, .15, ASIDE(REFUSED, .02, .02), 0},
    [ITEM_DISCRIMINATION] = {"diskriminerad", SECTION_DISCRIMINATION, &yes, {.090},
                             .7, .40, -.45, .30, .10, .05, ASIDE(DONT_KNOW, .06, .06), 0},
    [ITEM_HEALTH] = {"halsa", SECTION_HEALTH, &trust, {.70, .25, .06, .015},
                     .5, .15, .40, .20, .10, .0, NONE, 0},
    [ITEM_PEOPLE_TRUSTED] = {"tillit", SECTION_HEALTH, &yes, {.72},
                             -.6, .0, .15, -.40, -.10, -.05, ASIDE(DONT_KNOW, .05, .05), 0},
    [ITEM_YEARS] = {"boendetid", SECTION_HEALTH, NULL, {0}, 0, 0, 0, 0, 0, 0, NONE, 0},
};
/* clang-format on */

/* Points and weights of five-point Gauss-Hermite quadrature for a standard normal latent value (Abramowitz
 * and Stegun, 25.4.46, with x scaled by sqrt 2). */
static const double class_value[COUNTY_CLASSES] = {-2.8569700138728, -1.3556261799742659, 0,
                                                   1.3556261799742659, 2.8569700138728};
static const double class_share[COUNTY_CLASSES] = {
    0.01125741132772071, 0.2220759220056126, 0.5333333333333333, 0.2220759220056126, 0.01125741132772071};

double county_people(int area, int wave) {
  const county_area *here = &county_areas[area];
  return floor(here->people * pow(1 + here->growth, county_waves[wave] - county_waves[0]) + 0.5);
}

double county_age_share(int area, int age) {
  static const double countryside[COUNTY_AGES] = {0.16, 0.20, 0.36, 0.28},
                      students[COUNTY_AGES] = {0.40, 0.28, 0.19, 0.13};
  double young = county_areas[area].young;
  return (1 - young) * countryside[age] + young * students[age];
}

double county_class_share(int class) {
  return class_share[class];
}

double county_adults_share(int age, int adults) {
  static const double share[COUNTY_AGES][3] = {
      {.30, .40, .30}, {.22, .70, .08}, {.22, .58, .20}, {.38, .58, .04}};
  return share[age][adults - 1];
}

static double logistic(double x) {
  return 1 / (1 + exp(-x));
}

/* -1 for the youngest group to 1 for the oldest. */
static double age_score(int age) {
  return 2.0 * age / (COUNTY_AGES - 1) - 1;
}

/* Decades since the method changed. */
static double decades(int wave) {
  return (county_waves[wave] - 2017) / 10.0;
}

/* Cumulative logit (McCullagh 1980, J. R. Statist. Soc. B 42, 109-142), which all answers of a scale share:
 * logit P(more severe than k) = logit exceed_k + latent + woman + age + area + change + jump */
void county_answers(const county_item *item, const county_cell *cell,
                    double probability[COUNTY_ANSWERS + 1]) {
  const county_area *area = &county_areas[cell->area];
  double disadvantage = area->disadvantage + area->drift * decades(cell->wave);
  double shift = item->latent * class_value[cell->class] + item->woman * cell->sex +
                 item->age * age_score(cell->age) + item->area * disadvantage +
                 item->change * decades(cell->wave) + item->jump * (county_waves[cell->wave] >= 2017);
  double old = (age_score(cell->age) + 1) / 2;
  double aside = item->aside.code ? (1 - old) * item->aside.young + old * item->aside.old : 0;
  int count = item->scale->count;
  double above = 1;
  for (int k = 0; k < count; k++) {
    double next = 0;
    if (k + 1 < count)
      next = logistic(log(item->exceed[k] / (1 - item->exceed[k])) + shift);
    probability[k] = (1 - aside) * (above - next);
    above = next;
  }
  probability[count] = aside;
}

double county_reported(const county_cell *cell) {
  return logistic(-0.8 + 0.35 * age_score(cell->age) - 0.15 * class_value[cell->class] -
                  0.1 * decades(cell->wave));
}
