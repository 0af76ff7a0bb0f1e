/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Change between the last waves and over the years, tested. */
#include <stdlib.h>
#include <string.h>

#include "program.h"

/* An SVG picture needs these, whatever --test says: the line, whether it fits, where it bends. */
static const char *const drawn[] = {"linear", "lack_of_fit", "joinpoint"};

static int is_picture(const struct program *program, const char *format) {
  return program->options.format != NULL && strcmp(program->options.format, format) == 0;
}

/* The tests of --test, and for a picture what it needs besides. */
static trygg_status choose_tests(struct program *program, program_list *out) {
  const program_list *given = &program->options.tests;
  int failed = 0, all = given->count == 1 && strcmp(given->items[0], "all") == 0;

  for (size_t i = 0; i < given->count; i++)
    failed |= program_list_add(out, given->items[i]) != 0;
  for (size_t i = 0; i < sizeof drawn / sizeof *drawn && is_picture(program, "svg") && !all; i++) {
    size_t k = 0;
    while (k < given->count && strcmp(given->items[k], drawn[i]) != 0)
      k++;
    if (k == given->count)
      failed |= program_list_add(out, drawn[i]) != 0;
  }
  return failed ? program_fail(program, TRYGG_ENOMEM, "out of memory") : TRYGG_OK;
}

/* Said once a --by: the table has it in its notes. */
static void note_published(struct program *program, const trygg_table *table) {
  for (size_t i = 0; i < trygg_table_notes(table); i++)
    if (strcmp(trygg_table_note_key(table, i), "published_passed_over") == 0 &&
        strcmp(trygg_table_note_text(table, i), "0") != 0)
      program_text_format(
          &program->notes, "%s %s\n", trygg_table_note_text(table, i),
          program_say(
              program, "published figures are in no series: the data, or a source before, have their wave",
              "publicerade värden ingår inte i någon serie: data, eller en tidigare källa, har deras mätning"));
}

static trygg_status make(struct program *program, const trygg_estimates *estimates, trygg_table **out) {
  const program_options *given = &program->options;
  program_list tests = {0};
  trygg_status status = choose_tests(program, &tests);
  trygg_trend_options options = {.size = sizeof options,
                                 .tests = tests.items,
                                 .test_count = tests.count,
                                 .level = given->level,
                                 .adjust = given->adjust,
                                 .across_breaks = given->across_breaks,
                                 .min_n = program_min_n(program),
                                 .start = given->start,
                                 .margin = given->margin,
                                 .covariate = given->covariate,
                                 .scale = given->scale,
                                 .base = given->base,
                                 .references = given->references,
                                 .pool_waves = given->pool_waves,
                                 .on = given->on.items,
                                 .on_count = given->on.count};

  if (status == TRYGG_OK)
    status = trygg_trend_table(estimates, &options, out, &program->error);
  if (status == TRYGG_OK)
    note_published(program, *out);
  free(tests.items);
  return status;
}

static trygg_status estimate(struct program *program, const trygg_estimates *estimates, trygg_table **out) {
  trygg_inference_options options = {.size = sizeof options, .level = program->options.level};

  return trygg_inference_table(estimates, &options, out, &program->error);
}

/* The picture of a trend is that of the estimates, with the line in it; a page has the tests beside. */
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
  const program_options *given = &program->options;
  trygg_table *table = NULL;
  trygg_status status;

  if (given->references && given->where.count > 0)
    return program_fail(program, TRYGG_EINVAL,
                        "published figures are of whole groups; leave out --references or --where");
  status = program_make_table(program, &given->indicators, &given->waves, make, &table);
  if (status == TRYGG_OK)
    status = is_picture(program, "svg") || is_picture(program, "html") ? draw(program, table)
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
