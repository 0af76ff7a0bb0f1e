/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Change between the last waves and over the years, tested. */
#include <string.h>

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
                                 .start = given->start,
                                 .margin = given->margin,
                                 .covariate = given->covariate};

  return trygg_trend_table(estimates, &options, out, &program->error);
}

static trygg_status estimate(struct program *program, const trygg_estimates *estimates, trygg_table **out) {
  trygg_inference_options options = {.size = sizeof options, .level = program->options.level};

  return trygg_inference_table(estimates, &options, out, &program->error);
}

/* The picture of a trend is that of the estimates, with the line in it. */
static trygg_status draw(struct program *program, trygg_table *tests) {
  const program_options *given = &program->options;
  trygg_report_options options = program_report_options(program);
  trygg_publication *trend = NULL, *publication = NULL;
  trygg_table *table = NULL;
  size_t noted = program->notes.length; /* what there is to say has been said of the tests */
  trygg_status status;

  status = program_make_table(program, &given->indicators, &given->waves, estimate, &table);
  program->notes.length = noted;
  if (program->notes.bytes != NULL)
    program->notes.bytes[noted] = '\0';
  if (status == TRYGG_OK)
    status = program_publish(program, tests, &trend);
  if (status == TRYGG_OK)
    status = program_publish(program, table, &publication);
  options.trend = trend;
  if (status == TRYGG_OK)
    status = trygg_report_write(publication, given->format, &options, program_sink, &program->out,
                                &program->error);
  trygg_disclosure_free(publication);
  trygg_disclosure_free(trend);
  trygg_table_free(table);
  return status;
}

static trygg_status run(struct program *program) {
  const char *format = program->options.format;
  trygg_table *table = NULL;
  trygg_status status =
      program_make_table(program, &program->options.indicators, &program->options.waves, make, &table);

  if (status == TRYGG_OK)
    status = format != NULL && strcmp(format, "svg") == 0 ? draw(program, table)
                                                          : program_write_table(program, table);
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
