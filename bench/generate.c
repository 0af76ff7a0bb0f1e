/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A survey of any size, invented: the data that bench/run measures with; bench/survey is its folder.
 *
 * usage: generate ROWS SEED >data.csv
 *
 * 300 strata lie within 290 municipalities, clusters of about 165 people within strata.  q01..q40 are answers
 * 0-6 that depend on cluster and year, 1.5 % of them 9 (don't know), 1 % 99 (refused), 2 % empty; v1..v6 are 0
 * or 1.  Every twentieth note is quoted, with commas, doubled quotes or line ends in it. */
#include <stdio.h>
#include <stdlib.h>

#include <numeric/random.h>

enum { strata = 300, municipalities = 290, items = 40, events = 6, years = 9 };

static tg_random numbers;

static unsigned below(unsigned count) {
  return (unsigned)tg_random_below(&numbers, count);
}

static void print_header(void) {
  fputs("id,wave,muni,area,stratum,psu,weight,gender,age", stdout);
  for (int q = 1; q <= items; q++)
    printf(",q%02d", q);
  for (int v = 1; v <= events; v++)
    printf(",v%d", v);
  fputs(",note\n", stdout);
}

/* The sum of three uniform numbers is bell-shaped enough; clusters and years move it. */
static void print_item(unsigned item, unsigned cluster, unsigned year) {
  unsigned kind = below(1000);
  double u = tg_random_uniform(&numbers) + tg_random_uniform(&numbers) + tg_random_uniform(&numbers);
  int answer = (int)(2.2 * u + 0.09 * ((cluster + item) % 5) - 0.02 * year);
  if (kind < 15)
    fputs(",9", stdout);
  else if (kind < 25)
    fputs(",99", stdout);
  else if (kind < 45)
    putchar(',');
  else
    printf(",%d", answer > 6 ? 6 : answer);
}

static void print_event(unsigned event) {
  unsigned kind = below(1000);
  putchar(',');
  if (kind >= 10)
    putchar(kind < 60 + 20 * event ? '1' : '0');
}

static void print_note(void) {
  unsigned kind = below(100);
  if (kind < 2)
    printf(",\"dark street, no lights near stop %u\"\n", below(1000));
  else if (kind < 4)
    printf(",\"line one\nline two, item %u\"\n", below(1000));
  else if (kind < 5)
    printf(",\"said \"\"unsafe\"\" after %u\"\n", 18 + below(6));
  else
    fputs(kind < 30 ? ",feels safe at home\n" : ",\n", stdout);
}

int main(int count, char **arguments) {
  unsigned long rows = count == 3 ? strtoul(arguments[1], NULL, 10) : 0;
  unsigned clusters = rows / 50000 < 10 ? 10 : rows / 50000 > 99 ? 99 : (unsigned)(rows / 50000);
  if (!rows) {
    fputs("usage: generate ROWS SEED >data.csv\n", stderr);
    return 2;
  }
  tg_random_seed(&numbers, strtoul(arguments[2], NULL, 10), 0);
  print_header();
  for (unsigned long row = 1; row <= rows; row++) {
    unsigned year = below(years), stratum = below(strata), cluster = below(clusters);
    unsigned municipality = 101 + stratum * municipalities / strata;
    double u = tg_random_uniform(&numbers) * tg_random_uniform(&numbers);
    printf("%lu,%u,%u,%u,%u,%u,%.4f", row, 2015 + year, municipality, 10 * municipality + below(5),
           stratum + 1, 100 * (stratum + 1) + cluster, 20 + 200 * u + 0.3 * stratum);
    printf(",%u,%u", 1 + below(2), 16 + below(70));
    for (unsigned q = 0; q < items; q++)
      print_item(q, cluster, year);
    for (unsigned v = 0; v < events; v++)
      print_event(v);
    print_note();
  }
  return fflush(stdout) || ferror(stdout) ? 1 : 0;
}
