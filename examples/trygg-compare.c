/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Groups with one another, an area with the rest, now with before, ours with what others published. */
#include "program.h"

#include <stdlib.h>
#include <string.h>

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

static int follows_measures(const program_options *given) {
  return given->against != NULL && strcmp(given->against, "measure") == 0;
}

static trygg_status follow_up(struct program *program, const trygg_estimates *estimates, trygg_table **out) {
  const program_options *given = &program->options;
  trygg_measure_options options = {.size = sizeof options,
                                   .tests = given->tests.items,
                                   .test_count = given->tests.count,
                                   .scale = given->scale,
                                   .level = given->level,
                                   .adjust = given->adjust,
                                   .across_breaks = given->across_breaks,
                                   .min_n = program_min_n(program)};

  return trygg_trend_measures(estimates, &options, out, &program->error);
}

/* All groups at once, or all answers with what they should be, where --test or --expected asks for it. */
static trygg_status test(struct program *program, const trygg_estimates *estimates, trygg_table **out) {
  static const char *const fit[] = {"goodness_of_fit"};
  const program_options *given = &program->options;
  trygg_group_test_options options = {.size = sizeof options,
                                      .tests = given->tests.count > 0 ? given->tests.items : fit,
                                      .test_count = given->tests.count > 0 ? given->tests.count : 1,
                                      .adjust = given->adjust,
                                      .min_n = program_min_n(program),
                                      .expected_texts = given->expected.items,
                                      .expected_text_count = given->expected.count};

  return trygg_inference_test_groups(estimates, &options, out, &program->error);
}

/* Control limits of all groups, where --funnel asks for them. */
static trygg_status draw_limits(struct program *program, const trygg_estimates *estimates,
                                trygg_table **out) {
  const program_options *given = &program->options;
  trygg_funnel_options options = {.size = sizeof options,
                                  .target = given->target,
                                  .dispersion = given->funnel,
                                  .level = given->level,
                                  .adjust = given->adjust,
                                  .min_n = program_min_n(program)};

  return trygg_inference_funnel(estimates, &options, out, &program->error);
}

/* ---- those who did not answer ---------------------------------------------------------------- */

static trygg_status find_tipping(struct program *program, const trygg_estimates *estimates,
                                 trygg_table **out) {
  trygg_tipping_options options = {.size = sizeof options, .level = program->options.level};

  return trygg_model_tipping(estimates, &options, out, &program->error);
}

static trygg_estimate_options what_to_estimate(const struct program *program, const program_list *by) {
  const program_options *given = &program->options;

  return (trygg_estimate_options){.size = sizeof(trygg_estimate_options),
                                  .indicators = given->indicators.items,
                                  .indicator_count = given->indicators.count,
                                  .by = by->items,
                                  .by_count = by->count,
                                  .where = given->where.items,
                                  .where_count = given->where.count,
                                  .waves = given->waves.items,
                                  .wave_count = given->waves.count,
                                  .pool = given->pool,
                                  .df = given->df,
                                  .threads = given->threads,
                                  .progress = &program->progress};
}

static trygg_nonresponse_options how_to_compare(const struct program *program,
                                                const trygg_estimate_options *what) {
  return (trygg_nonresponse_options){.size = sizeof(trygg_nonresponse_options),
                                     .estimates = what,
                                     .level = program->options.level,
                                     .adjust = program->options.adjust,
                                     .min_n = program_min_n(program)};
}

static trygg_status compare_answers(struct program *program, trygg_table **out) {
  const program_list none = {0};
  const trygg_estimate_options what = what_to_estimate(program, &none);
  const trygg_nonresponse_options options = how_to_compare(program, &what);

  return trygg_model_nonresponse(program->design, &options, out, &program->error);
}

/* A table for each --by. */
static trygg_status compare_weights(struct program *program, trygg_table **out) {
  const program_list none = {0}, *by = program->options.by_count > 0 ? program->options.by : &none;
  size_t count = program->options.by_count > 0 ? program->options.by_count : 1;
  trygg_table **tables = calloc(count, sizeof *tables);
  trygg_status status = tables == NULL ? program_fail(program, TRYGG_ENOMEM, "out of memory") : TRYGG_OK;

  for (size_t i = 0; i < count && status == TRYGG_OK; i++) {
    const trygg_estimate_options what = what_to_estimate(program, &by[i]);
    const trygg_nonresponse_options options = how_to_compare(program, &what);

    status = trygg_model_weighting(program->design, &options, &tables[i], &program->error);
    if (status == TRYGG_OK)
      program_note_missing_codes(program, &by[i], tables[i]);
  }
  if (status == TRYGG_OK)
    status = trygg_table_bind(tables, count, out, &program->error);
  for (size_t i = 0; i < count && tables != NULL; i++)
    trygg_table_free(tables[i]);
  free(tables);
  return status;
}

/* The data are read once more, with those who did not answer. */
static trygg_status describe_sample(struct program *program, trygg_table **out) {
  const program_options *given = &program->options;
  const trygg_load_options load = {.size = sizeof load,
                                   .delimiter = given->delimiter,
                                   .decimal = given->decimal,
                                   .threads = given->threads,
                                   .progress = &program->progress,
                                   .keep_silent = 1};
  trygg_representativity_options options = {.size = sizeof options,
                                            .on = given->on.items,
                                            .on_count = given->on.count,
                                            .waves = given->waves.items,
                                            .wave_count = given->waves.count,
                                            .level = given->level,
                                            .drawn_weight = given->drawn_weight};
  trygg_estimates *estimates = NULL;
  trygg_responses *drawn = NULL;
  trygg_status status;

  for (size_t i = 0; i < given->data_count; i++)
    if (strcmp(given->data[i], "-") == 0)
      return program_fail(program, TRYGG_EINVAL,
                          "--nonresponse sample reads the data twice; give a file, not -");
  status = program_estimate(program, &given->indicators, NULL, &given->waves, &estimates);
  if (status == TRYGG_OK)
    status = trygg_responses_load(program->codebook, (const char *const *)given->data, given->data_count,
                                  &load, &drawn, &program->error);
  options.estimates = estimates;
  if (status == TRYGG_OK)
    status = trygg_model_representativity(drawn, &options, out, &program->error);
  trygg_responses_free(drawn);
  trygg_estimate_free(estimates);
  return status;
}

static trygg_status look_at_nonresponse(struct program *program, trygg_table **out) {
  const program_options *given = &program->options;
  int sample = strcmp(given->nonresponse, "sample") == 0,
      weights = strcmp(given->nonresponse, "weights") == 0,
      tipping = strcmp(given->nonresponse, "tipping") == 0;

  if (given->against != NULL || given->scale != NULL || given->tests.count > 0 || given->expected.count > 0 ||
      given->funnel != NULL)
    return program_fail(
        program, TRYGG_EINVAL,
        "--nonresponse has comparisons of its own; leave out --against, --scale, --test, --expected and --funnel");
  if (!tipping && !weights && (given->by_count > 0 || given->pool))
    return program_fail(program, TRYGG_EINVAL, "--nonresponse %s takes no --by and no --pool",
                        given->nonresponse);
  if (sample != (given->on.count > 0) || (sample && given->where.count > 0))
    return program_fail(
        program, TRYGG_EINVAL,
        sample ? "--nonresponse sample needs --on, what is known of all who were drawn, and takes "
                 "no --where"
               : "--on goes with --nonresponse sample");
  if (sample)
    return describe_sample(program, out);
  if (weights)
    return compare_weights(program, out);
  return tipping ? program_make_table(program, &given->indicators, &given->waves, find_tipping, out)
                 : compare_answers(program, out);
}

static trygg_status run(struct program *program) {
  const program_options *given = &program->options;
  int tested = given->tests.count > 0 || given->expected.count > 0, limits = given->funnel != NULL,
      measures = follows_measures(given);
  trygg_table *table = NULL;
  trygg_status status;

  if (given->nonresponse != NULL || given->on.count > 0) {
    status = given->nonresponse == NULL
                 ? program_fail(program, TRYGG_EINVAL, "--on goes with --nonresponse sample")
                 : look_at_nonresponse(program, &table);
    if (status == TRYGG_OK)
      status = program_write_table(program, table);
    trygg_table_free(table);
    return status;
  }

  if (limits && (tested || given->against != NULL || given->scale != NULL))
    return program_fail(
        program, TRYGG_EINVAL,
        "--funnel compares all groups with one figure; leave out --against, --scale, --test and "
        "--expected");
  if (!limits && given->target > 0)
    return program_fail(program, TRYGG_EINVAL, "--target goes with --funnel");
  if (measures ? given->expected.count > 0 : tested && (given->against != NULL || given->scale != NULL))
    return program_fail(
        program, TRYGG_EINVAL,
        "--test looks at all groups at once; leave out --against and --scale, or --test and --expected");
  status = program_make_table(program, &given->indicators, &given->waves,
                              limits     ? draw_limits
                              : measures ? follow_up
                              : tested   ? test
                                         : make,
                              &table);
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
         "of comparisons. What the two sides have in common is accounted for: people, sampling units, waves. "
         "Follows up measures too: was the change greater where one was taken than elsewhere?",
         "Jämför varje grupp med övriga, med alla, med en viss grupp, med varandra, med mätningen före eller med "
         "publicerade värden: skillnaden med intervall och ett p-värde som är justerat för antalet jämförelser. "
         "Det som båda sidor har gemensamt räknas in: personer, kluster, mätningar. Följer också upp åtgärder: blev "
         "ändringen större där något gjordes än på andra håll?"},
    .example =
        "trygg-compare --wave 2024 --by kommun examples/surveys/county data.csv.gz\n"
        "trygg-compare --wave 2024 --by kon --against kon=1 examples/surveys/county data.csv.gz\n"
        "trygg-compare --wave 2024 --by kommun --test rao_scott examples/surveys/county data.csv.gz\n"
        "trygg-compare --wave 2024 --by kommun --funnel none "
        "examples/surveys/county data.csv.gz\n"
        "trygg-compare --wave 2024 --nonresponse weights --calibrate rake examples/surveys/county data.csv.gz\n"
        "trygg-compare --wave 2024 --nonresponse tipping examples/surveys/county data.csv.gz\n"
        "trygg-compare --against wave --by kommun --indicator otrygg_kvall examples/surveys/county "
        "data.csv.gz\n"
        "trygg-compare --against measure --by kommun --test all examples/surveys/county data.csv.gz",
    .run = run,
};

int main(int count, char **arguments) {
  return program_main(&description, count, arguments);
}
