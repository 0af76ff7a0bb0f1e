/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A made-up county whose true safety is known: who lives there, what they would answer, who is asked. */
#ifndef COUNTY_H
#define COUNTY_H

#include <stdio.h>

/* Everything is invented except the codes and names of the eight municipalities of Uppsala county.
 *
 * A person belongs to an area, a sex, an age group and a latent class that nobody observes.  Given these,
 * the answers to different questions are independent; the class ties them together, so those who worry are
 * more often unsafe too.  Every truth is therefore a finite sum over areas, sexes, ages and classes, with no
 * simulation in it.
 *
 * Residents are drawn with replacement within an area, so no finite population correction applies. */

enum {
  COUNTY_WAVES = 5,
  COUNTY_MUNICIPALITIES = 8,
  COUNTY_AREAS = 40, /* the strata */
  COUNTY_SEXES = 2,  /* code 1 man, 2 woman: index 0, 1 */
  COUNTY_AGES = 4,
  COUNTY_CLASSES = 5,
  COUNTY_ANSWERS = 8 /* most answers of a question */
};

/* Codes that are no substantive answer; choices.csv says what they mean. */
enum {
  COUNTY_ILLEGIBLE = 76,
  COUNTY_MULTIPLE = 77,
  COUNTY_REFUSED = 96,
  COUNTY_NOT_APPLICABLE = 97,
  COUNTY_DONT_KNOW = 98
};

/* Sections of the form, in order: who breaks off does so between two of them. */
typedef enum county_section {
  SECTION_OVERALL, /* one question without which a form does not count */
  SECTION_NEIGHBOURHOOD,
  SECTION_TRAFFIC,
  SECTION_PERSON_CRIME,
  SECTION_HOUSEHOLD_CRIME,
  SECTION_WORRY,
  SECTION_UNSAFETY,
  SECTION_AVOIDANCE,
  SECTION_TRUST,
  SECTION_ALCOHOL_DRUGS,
  SECTION_VIOLENCE,
  SECTION_DISCRIMINATION,
  SECTION_HEALTH,
  SECTIONS
} county_section;

/* The questions, in the order of the form and of the columns. */
typedef enum county_item_id {
  ITEM_OVERALL,
  ITEM_VANDALISM,
  ITEM_GRAFFITI,
  ITEM_LITTER,
  ITEM_DRUNKENNESS,
  ITEM_DRUG_TRADE,
  ITEM_GANGS,
  ITEM_SPEEDING,
  ITEM_RECKLESS,
  ITEM_PARKING,
  ITEM_ASSAULT,
  ITEM_THREAT,
  ITEM_ROBBERY,
  ITEM_SEXUAL,
  ITEM_FRAUD,
  ITEM_HARASSMENT,
  ITEM_INCIDENTS, /* how many, over the six above */
  ITEM_REPORTED,  /* how many of them were reported to the police */
  ITEM_HAS_CAR,
  ITEM_HAS_BICYCLE,
  ITEM_BURGLARY,
  ITEM_CAR_CRIME,
  ITEM_BICYCLE_THEFT,
  ITEM_WORRY_BURGLARY,
  ITEM_WORRY_ASSAULT,
  ITEM_WORRY_SEXUAL,
  ITEM_WORRY_FRAUD,
  ITEM_WORRY_SOCIETY,
  ITEM_UNSAFE_EVENING,
  ITEM_UNSAFE_DAY,
  ITEM_UNSAFE_STOP,
  ITEM_EVENINGS,
  ITEM_OTHER_ROUTE,
  ITEM_REFRAINED,
  ITEM_TRUST_POLICE,
  ITEM_TRUST_JUSTICE,
  ITEM_POLICE_CARES,
  ITEM_BINGE,
  ITEM_DRUGS_OFFERED,
  ITEM_VIOLENCE_PHYSICAL,
  ITEM_VIOLENCE_PSYCHOLOGICAL,
  ITEM_DISCRIMINATION,
  ITEM_HEALTH,
  ITEM_PEOPLE_TRUSTED,
  ITEM_YEARS,
  ITEMS
} county_item_id;

/* The answers of a kind of question, from the mildest to the most severe. */
typedef struct county_scale {
  int count;
  int codes[COUNTY_ANSWERS];
} county_scale;

typedef struct county_item {
  const char *name; /* the column */
  county_section section;
  const county_scale *scale;         /* NULL: a number that depends on other answers */
  double exceed[COUNTY_ANSWERS - 1]; /* P(more severe than answer 0, 1, ...) for the reference person */
  /* What adds to the logit of each of these: */
  double latent; /* times the value of the latent class */
  double woman;
  double age;          /* times -1, -1/3, 1/3, 1 from the youngest group to the oldest */
  double area;         /* times the area's disadvantage */
  double change;       /* a decade */
  double jump;         /* from 2017 on, when the method changed */
  struct {             /* the answer beside the scale: don't know, refused, ... */
    int code;          /* 0: none */
    double young, old; /* its probability in the youngest and in the oldest group */
  } aside;
  county_item_id owner; /* asked only of those who answered 1 to this question; 0: of everybody */
} county_item;

typedef struct county_area {
  int code;            /* municipality * 100 + running number */
  double people;       /* 16-84 years old in 2012 */
  double growth;       /* a year */
  double young;        /* 0: ages as in the countryside, 1: as among students */
  double disadvantage; /* in 2017 */
  double drift;        /* of the disadvantage, a decade */
} county_area;

/* Who somebody is. */
typedef struct county_cell {
  int wave, area, sex, age, class;
} county_cell;

extern const int county_waves[COUNTY_WAVES];
extern const int county_municipalities[COUNTY_MUNICIPALITIES];
extern const county_area county_areas[COUNTY_AREAS];
extern const county_item county_items[ITEMS];
extern const int county_ages[COUNTY_AGES][2]; /* youngest and oldest of each group */

static inline int county_municipality(int area) {
  return county_areas[area].code / 100;
}

/* Residents of an area, a whole number. */
double county_people(int area, int wave);

/* Probabilities of the age groups of an area, and of the latent classes. */
double county_age_share(int area, int age);
double county_class_share(int class);

/* Probability of 1, 2 or 3 adults in the household. */
double county_adults_share(int age, int adults);

/* Probabilities of the answers of an item, in the order of its scale, and last (at scale->count) of the
 * answer aside. */
void county_answers(const county_item *item, const county_cell *cell, double probability[COUNTY_ANSWERS + 1]);

/* A victim of one of the six crimes met 1, 2 or 3 incidents of it with these probabilities. */
extern const double county_incidents[3];

/* Probability that an incident is reported to the police. */
double county_reported(const county_cell *cell);

/* Write `wave,domain,indicator,truth`; 0, or -1 when writing fails. */
int county_write_truth(FILE *out);

/* Draw the samples of all waves and write them as CSV, gzipped where the name ends in .gz; 0, or -1 with errno or a
 * zlib failure. */
int county_write_data(const char *path, unsigned long seed);

/* Text of `value` (not negative) with `decimals` decimals and a point, in any locale; returns its end. */
char *county_put_fixed(char *text, double value, int decimals);

#endif
