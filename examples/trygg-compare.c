/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Groups with one another, an area with the rest, now with before, ours with what others published. */
#include "program.h"

static trygg_status make(struct program *program, const trygg_estimates *estimates, trygg_table **out) {
  const program_options *given = &program->options;
  trygg_comparison_options options = {.size = sizeof options,
                                      .against = given->against,
                                      .scale = given->scale,
                                      .level = given->level,
                                      .adjust = given->adjust,
                                      .across_breaks = given->across_breaks,
                                      .min_n = program_min_n(program)};

  return trygg_inference_compare(estimates, &options, out, &program->error);
}

/* All groups at once, where --test asks for it. */
static trygg_status test(struct program *program, const trygg_estimates *estimates, trygg_table **out) {
  const program_options *given = &program->options;
  trygg_group_test_options options = {.size = sizeof options,
                                      .tests = given->tests.items,
                                      .test_count = given->tests.count,
                                      .adjust = given->adjust,
                                      .min_n = program_min_n(program)};

  return trygg_inference_test_groups(estimates, &options, out, &program->error);
}

static trygg_status run(struct program *program) {
  const program_options *given = &program->options;
  trygg_table *table = NULL;
  trygg_status status;

  if (given->tests.count > 0 && (given->against != NULL || given->scale != NULL))
    return program_fail(program, TRYGG_EINVAL,
                        "--test looks at all groups at once; leave out --against and --scale, or --test");
  status = program_make_table(program, &given->indicators, &given->waves,
                              given->tests.count > 0 ? test : make, &table);
  if (status == TRYGG_OK)
    status = program_write_table(program, table);
  trygg_table_free(table);
  return status;
}

static const program_description description = {
    .name = "trygg-compare",
    .bit = PROGRAM_COMPARE,
    .purpose = {"where it differs, and from what", "var det skiljer sig, och från vad"},
    .text =
        {"Compares each group with the rest, with all, with one group, with each other, with the wave before or "
         "with published figures: the difference with its interval and a p-value that is adjusted for the number "
         "of comparisons. What the two sides have in common is accounted for: people, sampling units, waves.",
         "Jämför varje grupp med övriga, med alla, med en viss grupp, med varandra, med mätningen före eller med "
         "publicerade värden: skillnaden med intervall och ett p-värde som är justerat för antalet jämförelser. "
         "Det som båda sidor har gemensamt räknas in: personer, kluster, mätningar."},
    .example = "trygg-compare --wave 2024 --by kommun examples/surveys/county data.csv.gz\n"
               "trygg-compare --wave 2024 --by kon --against kon=1 examples/surveys/county data.csv.gz\n"
               "trygg-compare --wave 2024 --by kommun --test rao_scott examples/surveys/county data.csv.gz\n"
               "trygg-compare --against wave --by kommun --indicator otrygg_kvall examples/surveys/county "
               "data.csv.gz",
    .run = run,
};

int main(int count, char **arguments) {
  return program_main(&description, count, arguments);
}
