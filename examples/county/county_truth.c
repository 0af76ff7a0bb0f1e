/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The truth of every indicator of surveys/county/indicators.csv, summed over all kinds of residents. */
#include "county.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* How an indicator is made of its items `first`..`last`. */
typedef enum indicator_kind {
  SHARE,    /* answers in `numerator` over those that are no missing */
  TOTAL,    /* residents with an answer in `numerator` */
  ANY,      /* code 1 to any of the items */
  MEAN,     /* of the codes */
  REVERSED, /* of 6 minus the code */
  SCALE,    /* 0-100 over items whose code 1 is the most */
  INCIDENTS,
  REPORTED /* incidents reported over incidents */
} indicator_kind;

typedef struct indicator {
  const char *name;
  indicator_kind kind;
  county_item_id first, last;
  const char *numerator; /* codes of one digit */
  bool with_aside;       /* don't know is in the denominator */
  bool household;        /* weighted by one over the adults of the household */
} indicator;

/* A one-item indicator, and one over several. */
#define ONE(item) item, item

static const indicator indicators[] = {
    {"otrygg_allmant", SHARE, ONE(ITEM_OVERALL), "34", false, false},
    {"antal_otrygga", TOTAL, ONE(ITEM_OVERALL), "34", false, false},
    {"skadegorelse", SHARE, ONE(ITEM_VANDALISM), "3", false, false},
    {"klotter", SHARE, ONE(ITEM_GRAFFITI), "3", false, false},
    {"nedskrapning", SHARE, ONE(ITEM_LITTER), "3", false, false},
    {"berusade", SHARE, ONE(ITEM_DRUNKENNESS), "3", false, false},
    {"narkotikahandel", SHARE, ONE(ITEM_DRUG_TRADE), "3", true, false},
    {"gang", SHARE, ONE(ITEM_GANGS), "3", false, false},
    {"fortkorning", SHARE, ONE(ITEM_SPEEDING), "3", false, false},
    {"buskorning", SHARE, ONE(ITEM_RECKLESS), "3", false, false},
    {"felparkering", SHARE, ONE(ITEM_PARKING), "3", false, false},
    {"misshandel", SHARE, ONE(ITEM_ASSAULT), "1", false, false},
    {"hot", SHARE, ONE(ITEM_THREAT), "1", false, false},
    {"ran", SHARE, ONE(ITEM_ROBBERY), "1", false, false},
    {"sexualbrott", SHARE, ONE(ITEM_SEXUAL), "1", false, false},
    {"bedrageri", SHARE, ONE(ITEM_FRAUD), "1", false, false},
    {"trakasserier", SHARE, ONE(ITEM_HARASSMENT), "1", false, false},
    {"utsatt_person", ANY, ITEM_ASSAULT, ITEM_HARASSMENT, "1", false, false},
    {"handelser", INCIDENTS, ITEM_ASSAULT, ITEM_HARASSMENT, "1", false, false},
    {"anmalningsgrad", REPORTED, ITEM_ASSAULT, ITEM_HARASSMENT, "1", false, false},
    {"inbrott", SHARE, ONE(ITEM_BURGLARY), "1", false, true},
    {"bilbrott", SHARE, ONE(ITEM_CAR_CRIME), "1", false, true},
    {"cykelstold", SHARE, ONE(ITEM_BICYCLE_THEFT), "1", false, true},
    {"utsatt_hushall", ANY, ITEM_BURGLARY, ITEM_BICYCLE_THEFT, "1", false, true},
    {"orolig_inbrott", SHARE, ONE(ITEM_WORRY_BURGLARY), "12", false, false},
    {"orolig_overfall", SHARE, ONE(ITEM_WORRY_ASSAULT), "12", false, false},
    {"orolig_sexualbrott", SHARE, ONE(ITEM_WORRY_SEXUAL), "12", false, false},
    {"orolig_bedrageri", SHARE, ONE(ITEM_WORRY_FRAUD), "12", false, false},
    {"orolig_samhallet", SHARE, ONE(ITEM_WORRY_SOCIETY), "12", false, false},
    {"oroskala", SCALE, ITEM_WORRY_BURGLARY, ITEM_WORRY_SOCIETY, "", false, false},
    {"otrygg_kvall", SHARE, ONE(ITEM_UNSAFE_EVENING), "345", true, false},
    {"otrygg_dag", SHARE, ONE(ITEM_UNSAFE_DAY), "34", false, false},
    {"otrygg_hallplats", SHARE, ONE(ITEM_UNSAFE_STOP), "34", false, false},
    {"kvallar_ute", MEAN, ONE(ITEM_EVENINGS), "", false, false},
    {"valt_annan_vag", SHARE, ONE(ITEM_OTHER_ROUTE), "12", false, false},
    {"avstatt_aktivitet", SHARE, ONE(ITEM_REFRAINED), "12", false, false},
    {"fortroende_polis", SHARE, ONE(ITEM_TRUST_POLICE), "12", true, false},
    {"fortroende_ratt", SHARE, ONE(ITEM_TRUST_JUSTICE), "12", true, false},
    {"polisen_bryr_sig", SHARE, ONE(ITEM_POLICE_CARES), "12", false, false},
    {"riskdrickande", SHARE, ONE(ITEM_BINGE), "12", false, false},
    {"erbjuden_narkotika", SHARE, ONE(ITEM_DRUGS_OFFERED), "1", false, false},
    {"fysiskt_vald", SHARE, ONE(ITEM_VIOLENCE_PHYSICAL), "1", false, false},
    {"psykiskt_vald", SHARE, ONE(ITEM_VIOLENCE_PSYCHOLOGICAL), "1", false, false},
    {"vald_nara", ANY, ITEM_VIOLENCE_PHYSICAL, ITEM_VIOLENCE_PSYCHOLOGICAL, "1", false, false},
    {"diskriminering", SHARE, ONE(ITEM_DISCRIMINATION), "1", false, false},
    {"god_halsa", SHARE, ONE(ITEM_HEALTH), "12", false, false},
    {"halsa_medel", REVERSED, ONE(ITEM_HEALTH), "", false, false},
    {"tillit_andra", SHARE, ONE(ITEM_PEOPLE_TRUSTED), "1", false, false},
};

enum { INDICATORS = sizeof indicators / sizeof *indicators };

/* Numerator and denominator of an indicator, a resident. */
typedef struct fraction {
  double top, bottom;
} fraction;

static double owners(const county_item *item, const county_cell *cell) {
  double answers[COUNTY_ANSWERS + 1];
  if (!item->owner)
    return 1;
  county_answers(&county_items[item->owner], cell, answers);
  return answers[1]; /* yes is the second answer of its scale */
}

static fraction share(const indicator *of, const county_cell *cell) {
  const county_item *item = &county_items[of->first];
  double answers[COUNTY_ANSWERS + 1], among = owners(item, cell);
  fraction sum = {0, 0};
  county_answers(item, cell, answers);
  for (int k = 0; k < item->scale->count; k++) {
    sum.bottom += among * answers[k];
    if (strchr(of->numerator, '0' + item->scale->codes[k]))
      sum.top += among * answers[k];
  }
  if (of->with_aside)
    sum.bottom += among * answers[item->scale->count];
  return sum;
}

/* A hit is a yes to any item; none is a no to all of them, or not being asked. */
static fraction any(const indicator *of, const county_cell *cell) {
  double unhit = 1, none = 1;
  for (int i = (int)of->first; i <= (int)of->last; i++) {
    double answers[COUNTY_ANSWERS + 1], among = owners(&county_items[i], cell);
    county_answers(&county_items[i], cell, answers);
    unhit *= 1 - among * answers[1];
    none *= among * answers[0] + (1 - among);
  }
  return (fraction){1 - unhit, 1 - unhit + none};
}

/* Mean over the items of the expectation of scale + slope * code. */
static fraction mean(const indicator *of, const county_cell *cell, double start, double slope) {
  fraction sum = {0, 1};
  int items = (int)of->last - (int)of->first + 1;
  for (int i = (int)of->first; i <= (int)of->last; i++) {
    double answers[COUNTY_ANSWERS + 1];
    const county_scale *scale = county_items[i].scale;
    county_answers(&county_items[i], cell, answers);
    for (int k = 0; k < scale->count; k++)
      sum.top += answers[k] * (start + slope * scale->codes[k]) / items;
  }
  return sum;
}

static fraction incidents(const indicator *of, const county_cell *cell) {
  fraction sum = {0, 1};
  for (int i = (int)of->first; i <= (int)of->last; i++) {
    double answers[COUNTY_ANSWERS + 1];
    county_answers(&county_items[i], cell, answers);
    sum.top += answers[1] * (county_incidents[0] + 2 * county_incidents[1] + 3 * county_incidents[2]);
  }
  return sum;
}

static fraction expect(const indicator *of, const county_cell *cell) {
  fraction sum;
  switch (of->kind) {
  case ANY:
    return any(of, cell);
  case MEAN:
    return mean(of, cell, 0, 1);
  case REVERSED:
    return mean(of, cell, 6, -1);
  case SCALE: /* (5 - code) / (5 - 1) * 100 */
    return mean(of, cell, 125, -25);
  case INCIDENTS:
    return incidents(of, cell);
  case REPORTED:
    sum.bottom = incidents(of, cell).top;
    sum.top = sum.bottom * county_reported(cell);
    return sum;
  case SHARE:
  case TOTAL:
    break;
  }
  return share(of, cell);
}

static double inverse_adults(int age) {
  double sum = 0;
  for (int adults = 1; adults <= 3; adults++)
    sum += county_adults_share(age, adults) / adults;
  return sum;
}

/* The table's domains: all, each municipality, each sex. */
enum { DOMAINS = 1 + COUNTY_MUNICIPALITIES + COUNTY_SEXES };

static bool in_domain(int domain, const county_cell *cell) {
  if (domain == 0)
    return true;
  if (domain <= COUNTY_MUNICIPALITIES)
    return county_municipality(cell->area) == county_municipalities[domain - 1];
  return cell->sex == domain - 1 - COUNTY_MUNICIPALITIES;
}

static void add_cell(const county_cell *cell, fraction sums[DOMAINS][INDICATORS]) {
  double people = county_people(cell->area, cell->wave) / COUNTY_SEXES *
                  county_age_share(cell->area, cell->age) * county_class_share(cell->class);
  for (int i = 0; i < INDICATORS; i++) {
    double weight = indicators[i].household ? people * inverse_adults(cell->age) : people;
    fraction part = expect(&indicators[i], cell);
    for (int domain = 0; domain < DOMAINS; domain++)
      if (in_domain(domain, cell)) {
        sums[domain][i].top += weight * part.top;
        sums[domain][i].bottom += weight * part.bottom;
      }
  }
}

static int write_wave(FILE *out, int wave, fraction sums[DOMAINS][INDICATORS]) {
  char name[32], number[40];
  for (int domain = 0; domain < DOMAINS; domain++) {
    if (domain == 0)
      strcpy(name, "all");
    else if (domain <= COUNTY_MUNICIPALITIES)
      snprintf(name, sizeof name, "kommun=%04d", county_municipalities[domain - 1]);
    else
      snprintf(name, sizeof name, "kon=%d", domain - COUNTY_MUNICIPALITIES);
    for (int i = 0; i < INDICATORS; i++) {
      bool total = indicators[i].kind == TOTAL;
      double truth = total ? sums[domain][i].top : sums[domain][i].top / sums[domain][i].bottom;
      *county_put_fixed(number, truth, total ? 4 : 10) = '\0';
      if (fprintf(out, "%d,%s,%s,%s\n", county_waves[wave], name, indicators[i].name, number) < 0)
        return -1;
    }
  }
  return 0;
}

int county_write_truth(FILE *out) {
  if (fputs("wave,domain,indicator,truth\n", out) < 0)
    return -1;
  for (int wave = 0; wave < COUNTY_WAVES; wave++) {
    fraction sums[DOMAINS][INDICATORS] = {{{0, 0}}};
    county_cell cell = {.wave = wave};
    for (cell.area = 0; cell.area < COUNTY_AREAS; cell.area++)
      for (cell.sex = 0; cell.sex < COUNTY_SEXES; cell.sex++)
        for (cell.age = 0; cell.age < COUNTY_AGES; cell.age++)
          for (cell.class = 0; cell.class < COUNTY_CLASSES; cell.class ++)
            add_cell(&cell, sums);
    if (write_wave(out, wave, sums))
      return -1;
  }
  return 0;
}

char *county_put_fixed(char *text, double value, int decimals) {
  char digits[32];
  int count = 0;
  double scale = 1;
  for (int i = 0; i < decimals; i++)
    scale *= 10;
  long long whole = llround(value * scale);
  for (; whole || count <= decimals; whole /= 10)
    digits[count++] = (char)('0' + whole % 10);
  while (count) {
    *text++ = digits[--count];
    if (count == decimals && decimals)
      *text++ = '.';
  }
  return text;
}
