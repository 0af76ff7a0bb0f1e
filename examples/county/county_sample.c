/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fieldwork: who is drawn, who answers how and when, and the file that the county gets. */
#include "county.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_rng.h>
#include <zlib.h>

enum {
  GROSS = 320,   /* persons drawn an area and wave: equal, so the weights are very unequal */
  BLANK = -1,    /* an empty cell */
  LAST_DAY = 90, /* of the fieldwork, from 1 September to 30 November */
  LINE = 1024    /* longer than any line */
};

/* What became of a person who was drawn; the codes of `utfall`. */
typedef enum outcome {
  OUTCOME_ANSWERED = 1,
  OUTCOME_PARTIAL,
  OUTCOME_REFUSED,
  OUTCOME_NOT_REACHED,
  OUTCOME_PREVENTED,
  OUTCOME_NOT_ELIGIBLE,
  OUTCOME_RETURNED
} outcome;

typedef struct person {
  county_cell cell;
  int years, adults;
  outcome outcome;
  bool counts; /* an answer in time that is not broken off too early: these carry the weights */
  bool paper, no_household_weight;
  int day;
  int number;
  int answers[ITEMS];
  bool twice;       /* answered on paper and on the web */
  int twice_from;   /* the second form is empty from this section on */
  bool twice_first; /* and is the first of the two in the file */
} person;

/* ---- drawing ------------------------------------------------------------------------------- */

static bool chance(gsl_rng *random, double probability) {
  return gsl_rng_uniform(random) < probability;
}

/* One of 0..count-1 with these probabilities. */
static int choose(gsl_rng *random, const double *probability, int count) {
  double left = gsl_rng_uniform(random);
  for (int i = 0; i + 1 < count; i++) {
    left -= probability[i];
    if (left < 0)
      return i;
  }
  return count - 1;
}

static int between(gsl_rng *random, int low, int high) {
  return low + (int)gsl_rng_uniform_int(random, (unsigned long)(high - low + 1));
}

static void draw_who(gsl_rng *random, person *who) {
  double ages[COUNTY_AGES], classes[COUNTY_CLASSES], adults[3];
  for (int i = 0; i < COUNTY_AGES; i++)
    ages[i] = county_age_share(who->cell.area, i);
  for (int i = 0; i < COUNTY_CLASSES; i++)
    classes[i] = county_class_share(i);
  who->cell.sex = between(random, 0, COUNTY_SEXES - 1);
  who->cell.age = choose(random, ages, COUNTY_AGES);
  who->cell.class = choose(random, classes, COUNTY_CLASSES);
  who->years = between(random, county_ages[who->cell.age][0], county_ages[who->cell.age][1]);
  for (int i = 0; i < 3; i++)
    adults[i] = county_adults_share(who->cell.age, i + 1);
  who->adults = 1 + choose(random, adults, 3);
}

/* Who answers depends on the area alone, not on the answers: then N / n is the right weight. */
static bool draw_outcome(gsl_rng *random, person *who) {
  static const double response[COUNTY_WAVES] = {0.56, 0.54, 0.50, 0.47, 0.43};
  static const double otherwise[3] = {0.25, 0.70, 0.05}; /* refused, not reached, prevented */
  if (chance(random, 0.015))
    who->outcome = OUTCOME_NOT_ELIGIBLE;
  else if (chance(random, 0.03))
    who->outcome = OUTCOME_RETURNED;
  else if (chance(random, response[who->cell.wave] - 0.04 * county_areas[who->cell.area].disadvantage))
    who->outcome = OUTCOME_ANSWERED;
  else
    who->outcome = (outcome)((int)OUTCOME_REFUSED + choose(random, otherwise, 3));
  return who->outcome == OUTCOME_ANSWERED;
}

/* When and how the form came in, and whether it was broken off: returns the first section without answers,
 * SECTIONS where there is none. */
static int draw_form(gsl_rng *random, person *who) {
  static const double paper[COUNTY_WAVES] = {0.70, 0.60, 0.50, 0.35, 0.25};
  who->counts = true;
  who->paper = chance(random, paper[who->cell.wave] + 0.1 * (who->cell.age - 1.5));
  who->no_household_weight = chance(random, 0.01);
  double days = (who->paper ? 32 : 24) * -log(1 - gsl_rng_uniform(random));
  who->day = days < LAST_DAY ? (int)days : between(random, 0, LAST_DAY);
  if (chance(random, 0.015)) {
    who->day = LAST_DAY + between(random, 1, 25);
    who->counts = false;
  } else if (chance(random, 0.03)) {
    who->outcome = OUTCOME_PARTIAL;
    if (chance(random, 0.3)) {
      who->counts = false;
      return between(random, SECTION_NEIGHBOURHOOD, SECTION_TRAFFIC);
    }
    return between(random, SECTION_UNSAFETY, SECTION_HEALTH);
  } else if (chance(random, 0.012)) {
    who->twice = true;
    who->twice_from = between(random, SECTION_WORRY, SECTION_HEALTH);
    who->twice_first = chance(random, 0.5);
  }
  return SECTIONS;
}

/* ---- answering ------------------------------------------------------------------------------ */

/* A question left without a usable answer: equally often on paper and on the web, but paper has more ways. */
static int draw_unusable(gsl_rng *random, const person *who) {
  double way = gsl_rng_uniform(random);
  if (who->paper && way < 0.25)
    return COUNTY_MULTIPLE;
  if (who->paper && way < 0.40)
    return COUNTY_ILLEGIBLE;
  return BLANK;
}

/* Batteries are answered whole or not at all, so that "any of these" is not blurred by single gaps. */
static bool is_battery(county_section section) {
  return section == SECTION_PERSON_CRIME || section == SECTION_HOUSEHOLD_CRIME || section == SECTION_VIOLENCE;
}

static int answer_question(gsl_rng *random, const person *who, county_item_id id) {
  const county_item *item = &county_items[id];
  double probability[COUNTY_ANSWERS + 1];
  if (item->owner && who->answers[item->owner] != 1)
    return COUNTY_NOT_APPLICABLE;
  county_answers(item, &who->cell, probability);
  int answer = choose(random, probability, item->scale->count + (item->aside.code != 0));
  bool single = item->section != SECTION_OVERALL && !is_battery(item->section);
  if (single && chance(random, 0.02))
    return item->scale->count < COUNTY_ANSWERS ? draw_unusable(random, who) : BLANK;
  return answer < item->scale->count ? item->scale->codes[answer] : item->aside.code;
}

/* The numbers that follow from other answers. */
static int answer_number(gsl_rng *random, const person *who, county_item_id id) {
  int count = 0;
  switch (id) {
  case ITEM_INCIDENTS:
    for (int crime = ITEM_ASSAULT; crime <= ITEM_HARASSMENT; crime++)
      if (who->answers[crime] == 1)
        count += 1 + choose(random, county_incidents, 3);
    return count;
  case ITEM_REPORTED:
    for (int i = 0; i < who->answers[ITEM_INCIDENTS]; i++)
      count += chance(random, county_reported(&who->cell));
    return count;
  default: /* years in the area: more often few than many, never more than the age */
    return (int)(who->years * pow(gsl_rng_uniform(random), 1.8));
  }
}

static void draw_answers(gsl_rng *random, person *who, int broken_off) {
  bool battery[SECTIONS];
  for (int section = 0; section < SECTIONS; section++)
    battery[section] = !is_battery((county_section)section) || !chance(random, 0.02);
  for (int id = 0; id < ITEMS; id++) {
    int section = (int)county_items[id].section;
    if (section >= broken_off || !battery[section])
      who->answers[id] = BLANK;
    else if (county_items[id].scale)
      who->answers[id] = answer_question(random, who, (county_item_id)id);
    else
      who->answers[id] = answer_number(random, who, (county_item_id)id);
  }
}

/* ---- writing -------------------------------------------------------------------------------- */

static char *put_integer(char *text, int value) {
  return county_put_fixed(text, value, 0);
}

static char *put_padded(char *text, int value, int digits) {
  int limit = 1;
  for (int i = 1; i < digits; i++)
    limit *= 10;
  for (; value < limit && limit > 1; limit /= 10)
    *text++ = '0';
  return put_integer(text, value);
}

static char *put_text(char *text, const char *from) {
  size_t length = strlen(from);
  memcpy(text, from, length);
  return text + length;
}

/* `day` days after 1 September. */
static char *put_date(char *text, int year, int day) {
  static const int lengths[] = {30, 31, 30, 31};
  int month = 0;
  for (; day >= lengths[month]; month++)
    day -= lengths[month];
  text = put_integer(text, year);
  *text++ = '-';
  text = put_padded(text, 9 + month, 2);
  *text++ = '-';
  return put_padded(text, day + 1, 2);
}

static int write_header(gzFile file) {
  char line[LINE], *end = put_text(line, "ar,lopnummer,kommun,delomrade,kon,alder,vuxna,bestand,utfall,"
                                         "svarssatt,svarsdatum,vikt,vikt_hushall");
  for (int id = 0; id < ITEMS; id++) {
    *end++ = ',';
    end = put_text(end, county_items[id].name);
  }
  *end++ = '\n';
  return gzwrite(file, line, (unsigned)(end - line)) > 0 ? 0 : -1;
}

/* What the register says of everybody who was drawn. */
static char *put_register(char *text, const person *who) {
  text = put_integer(text, county_waves[who->cell.wave]);
  *text++ = ',';
  text = put_padded(text, who->number, 5);
  *text++ = ',';
  text = put_padded(text, county_municipality(who->cell.area), 4);
  *text++ = ',';
  text = put_padded(text, county_areas[who->cell.area].code, 6);
  *text++ = ',';
  text = put_integer(text, who->cell.sex + 1);
  *text++ = ',';
  text = put_integer(text, who->years);
  *text++ = ',';
  text = put_integer(text, who->adults);
  *text++ = ',';
  text = county_put_fixed(text, county_people(who->cell.area, who->cell.wave), 0);
  *text++ = ',';
  return put_integer(text, (int)who->outcome);
}

static int write_person(gzFile file, const person *who, double weight) {
  char line[LINE], *end = put_register(line, who);
  bool answered = who->outcome == OUTCOME_ANSWERED || who->outcome == OUTCOME_PARTIAL;
  *end++ = ',';
  if (answered)
    end = put_text(end, who->paper ? "1" : "2");
  *end++ = ',';
  if (answered)
    end = put_date(end, county_waves[who->cell.wave], who->day);
  *end++ = ',';
  if (answered)
    end = county_put_fixed(end, weight, 6);
  *end++ = ',';
  if (answered && !who->no_household_weight)
    end = county_put_fixed(end, weight / who->adults, 6);
  for (int id = 0; id < ITEMS; id++) {
    *end++ = ',';
    if (answered && who->answers[id] != BLANK)
      end = put_integer(end, who->answers[id]);
  }
  *end++ = '\n';
  return gzwrite(file, line, (unsigned)(end - line)) > 0 ? 0 : -1;
}

/* The other form of somebody who answered twice: the same answers, but not all of them. */
static person second_form(const person *first) {
  person second = *first;
  second.paper = !first->paper;
  second.day = first->day + 7 < LAST_DAY ? first->day + 7 : LAST_DAY;
  for (int id = 0; id < ITEMS; id++) {
    bool mark = second.answers[id] == COUNTY_MULTIPLE || second.answers[id] == COUNTY_ILLEGIBLE;
    if (mark || (int)county_items[id].section >= first->twice_from)
      second.answers[id] = BLANK;
  }
  return second;
}

static int write_forms(gzFile file, const person *who, double weight) {
  if (!who->twice)
    return write_person(file, who, weight);
  person second = second_form(who);
  const person *order[2] = {who->twice_first ? &second : who, who->twice_first ? who : &second};
  return write_person(file, order[0], weight) || write_person(file, order[1], weight) ? -1 : 0;
}

/* `drawn` is room for the GROSS persons of an area. */
static int sample_area(gsl_rng *random, gzFile file, int wave, int area, person *drawn) {
  int counted = 0;
  for (int i = 0; i < GROSS; i++) {
    person *who = &drawn[i];
    *who = (person){.cell = {.wave = wave, .area = area}, .number = area * GROSS + i + 1};
    draw_who(random, who);
    if (draw_outcome(random, who))
      draw_answers(random, who, draw_form(random, who));
    counted += who->counts;
  }
  double weight = county_people(area, wave) / counted;
  for (int i = 0; i < GROSS; i++)
    if (write_forms(file, &drawn[i], weight))
      return -1;
  return 0;
}

int county_write_data(const char *path, unsigned long seed) {
  gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
  size_t length = strlen(path);
  bool zipped = length > 3 && !strcmp(path + length - 3, ".gz");
  gzFile file = gzopen(path, zipped ? "wb6" : "wbT"); /* zlib's own header: no name and no time in it */
  person *drawn = malloc(GROSS * sizeof *drawn);
  int failed = !random || !file || !drawn || write_header(file);
  if (random)
    gsl_rng_set(random, seed);
  for (int wave = 0; wave < COUNTY_WAVES && !failed; wave++)
    for (int area = 0; area < COUNTY_AREAS && !failed; area++)
      failed = sample_area(random, file, wave, area, drawn);
  if (file && gzclose(file) != Z_OK)
    failed = 1;
  free(drawn);
  gsl_rng_free(random);
  return failed ? -1 : 0;
}
