/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Estimates with their intervals, by wave and group. */
#include "program.h"

static trygg_status make(struct program *program, const trygg_estimates *estimates, trygg_table **out) {
  trygg_inference_options options = {
      .size = sizeof options, .level = program->options.level, .ci = program->options.ci};

  return trygg_inference_table(estimates, &options, out, &program->error);
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
    .name = "trygg-estimate",
    .bit = PROGRAM_ESTIMATE,
    .purpose = {"how many, with the uncertainty of every figure",
                "hur många, med osäkerheten i varje siffra"},
    .text =
        {"Estimates indicators from a survey with the design's standard errors: a row for each wave, group and "
         "indicator with n, weighted n, estimate, standard error, degrees of freedom, interval, design effect "
         "and flags.",
         "Skattar indikatorer ur en enkät med designens medelfel: en rad för varje mätning, grupp och indikator "
         "med n, viktat n, skattning, medelfel, frihetsgrader, intervall, designeffekt och flaggor."},
    .example =
        "trygg-estimate --by kommun --wave 2024 examples/surveys/county data.csv.gz\n"
        "trygg-estimate --indicator otrygg_kvall --by kon,aldersgrupp examples/surveys/county data.csv.gz\n"
        "trygg-estimate --format csv-sv --output tabell.csv examples/surveys/county data.csv.gz",
    .run = run,
};

int main(int count, char **arguments) {
  return program_main(&description, count, arguments);
}
