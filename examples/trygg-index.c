/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The safety index with its intervals and ranks. */
#include "program.h"

static trygg_index_options index_options(const struct program *program) {
  return (trygg_index_options){.size = sizeof(trygg_index_options),
                               .names = program->options.indices.items,
                               .name_count = program->options.indices.count,
                               .level = program->options.level};
}

static trygg_status make(struct program *program, const trygg_estimates *estimates, trygg_table **out) {
  trygg_index_options options = index_options(program);

  return trygg_index_table(estimates, &options, out, &program->error);
}

static trygg_status run(struct program *program) {
  trygg_index_options options = index_options(program);
  program_list items = {0};
  trygg_table *table = NULL;
  trygg_status status =
      trygg_index_items(program->codebook, &options, &items.items, &items.count, &program->error);

  if (status == TRYGG_OK && items.count == 0)
    status = program_fail(program, TRYGG_ECODEBOOK,
                          "the survey folder `%s` declares no index; add indices.csv to it",
                          program->options.survey);
  if (status == TRYGG_OK)
    status = program_make_table(program, &items, &program->options.waves, make, &table);
  if (status == TRYGG_OK)
    status = program_write_table(program, table);
  trygg_table_free(table);
  trygg_index_free_items(items.items);
  return status;
}

static const program_description description = {
    .name = "trygg-index",
    .bit = PROGRAM_INDEX,
    .purpose = {"the safety index, 0 hardly any problem to 6 alarming",
                "trygghetsindex, 0 nästan inga problem till 6 alarmerande"},
    .text =
        {"Computes the indices of indices.csv: points of each section and of the whole (an empty section), with "
         "standard errors that know that the same respondents answered all items, and ranks among the groups of "
         "a wave with limits.",
         "Beräknar de index som står i indices.csv: poäng för varje delområde och för helheten (tomt delområde), "
         "med medelfel som räknar med att samma personer besvarat alla frågor, och rang bland grupperna i en "
         "mätning med gränser."},
    .example = "trygg-index --wave 2024 --by kommun examples/surveys/county data.csv.gz\n"
               "trygg-index --format csv examples/surveys/county data.csv.gz",
    .run = run,
};

int main(int count, char **arguments) {
  return program_main(&description, count, arguments);
}
