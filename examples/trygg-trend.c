/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Change between the last waves and over the years, tested. */
#include "program.h"

static trygg_status make(struct program *program, const trygg_estimates *estimates, trygg_table **out) {
  const program_options *given = &program->options;
  trygg_trend_options options = {.size = sizeof options,
                                 .tests = given->tests.items,
                                 .test_count = given->tests.count,
                                 .level = given->level,
                                 .adjust = given->adjust,
                                 .across_breaks = given->across_breaks,
                                 .min_n = program_min_n(program),
                                 .start = given->start};

  return trygg_trend_table(estimates, &options, out, &program->error);
}

static trygg_status run(struct program *program) {
  trygg_table *table = NULL;
  trygg_status status =
      program_make_table(program, &program->options.indicators, &program->options.waves, make, &table);

  if (status == TRYGG_OK)
    status = program_write_table(program, table);
  trygg_table_free(table);
  return status;
}

static const program_description description = {
    .name = "trygg-trend",
    .bit = PROGRAM_TREND,
    .purpose = {"what has changed, and whether it can be noise",
                "vad som har ändrats, och om det kan vara brus"},
    .text =
        {"Tests the series of each indicator and group: the change between the last two waves and trends over "
         "the actual years, with intervals and p-values that are adjusted for the number of tests. Trends use "
         "the waves since the last declared break.",
         "Prövar varje indikators serie i varje grupp: förändringen mellan de två senaste mätningarna och trender "
         "över de verkliga åren, med intervall och p-värden som är justerade för antalet test. Trender använder "
         "mätningarna efter det senaste tidsseriebrottet."},
    .example = "trygg-trend examples/surveys/county data.csv.gz\n"
               "trygg-trend --test difference,linear --by kommun examples/surveys/county data.csv.gz\n"
               "trygg-trend --indicator otrygg_kvall --format svg --output trend.svg examples/surveys/county "
               "data.csv.gz",
    .run = run,
};

int main(int count, char **arguments) {
  return program_main(&description, count, arguments);
}
