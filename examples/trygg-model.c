/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which background goes with an indicator, other things equal. */
#include "program.h"

#include <stdlib.h>
#include <string.h>

/* Who left a question of the background unanswered is in no part of the model. */
static void note_left_out(struct program *program, const trygg_model *model) {
  trygg_model_summary summary = trygg_model_summarize(model);

  if (summary.left_out > 0)
    program_text_format(&program->notes,
                        program_say(program,
                                    "%lld records lack some of the background and "
                                    "are left out; %lld are in the model\n",
                                    "%lld poster saknar någon bakgrund och är inte "
                                    "med; %lld är med i modellen\n"),
                        (long long)summary.left_out, (long long)summary.n);
}

static int is_tested(const struct program *program) {
  const program_list *tests = &program->options.tests;

  for (size_t i = 0; i < tests->count; i++)
    if (strcmp(tests->items[i], "none") == 0)
      return 0;
  return 1;
}

/* The parts asked for, or all but coefficients; without tests where --test none. */
static trygg_status choose_parts(struct program *program, program_list *parts) {
  const program_options *given = &program->options;
  int tested = is_tested(program);

  for (size_t i = 0; trygg_model_part(i) != NULL; i++) {
    const char *part = trygg_model_part(i);
    int wanted = given->parts.count == 0 && strcmp(part, "coefficient") != 0;
    for (size_t k = 0; k < given->parts.count; k++)
      wanted |= strcmp(part, given->parts.items[k]) == 0;
    if (wanted && (tested || strcmp(part, "test") != 0) && program_list_add(parts, part) != 0)
      return program_fail(program, TRYGG_ENOMEM, "out of memory");
  }
  if (parts->count == 0)
    return program_fail(program, TRYGG_EINVAL, "--test none leaves nothing of --part test");
  return TRYGG_OK;
}

static trygg_status fit(struct program *program, trygg_model **out) {
  const program_options *given = &program->options;
  trygg_model_options options = {.size = sizeof options,
                                 .outcome = given->outcome,
                                 .on = given->on.items,
                                 .on_count = given->on.count,
                                 .family = given->family,
                                 .reference = given->reference,
                                 .where = given->where.items,
                                 .where_count = given->where.count,
                                 .waves = given->waves.items,
                                 .wave_count = given->waves.count,
                                 .df = given->df,
                                 .threads = given->threads,
                                 .offset = given->offset,
                                 .exposure = given->exposure,
                                 .progress = &program->progress};

  return trygg_model_create(program->design, &options, out, &program->error);
}

static trygg_status run(struct program *program) {
  const program_options *given = &program->options;
  trygg_model_table_options options = {.size = sizeof options, .level = given->level};
  program_list parts = {0};
  trygg_model *model = NULL;
  trygg_table *table = NULL;
  trygg_status status = choose_parts(program, &parts);

  options.parts = parts.items;
  options.part_count = parts.count;
  if (is_tested(program)) {
    options.tests = given->tests.items;
    options.test_count = given->tests.count;
  }
  if (status == TRYGG_OK)
    status = fit(program, &model);
  if (status == TRYGG_OK)
    status = trygg_model_table(model, &options, &table, &program->error);
  if (status == TRYGG_OK) {
    note_left_out(program, model);
    status = program_write_table(program, table);
  }
  trygg_table_free(table);
  trygg_model_free(model);
  free(parts.items);
  return status;
}

static const program_description description = {
    .name = "trygg-model",
    .bit = PROGRAM_MODEL,
    .needs = {"outcome", "on"},
    .purpose = {"which background goes with an indicator, other things equal",
                "vilken bakgrund som hänger ihop med en indikator, allt annat lika"},
    .text =
        {"Fits one regression of an indicator on background and shows, for each answer to each background question, the "
         "share there would be if everybody gave that answer and kept the rest of their background; how much that "
         "differs from the answer it is compared with; odds or rate ratios; and whether each variable matters at all. "
         "All waves are taken together unless --wave is given.",
         "Anpassar en regression av en indikator på bakgrund och visar, för varje svar på varje bakgrundsfråga, den andel "
         "det skulle vara om alla gav det svaret och behöll sin övriga bakgrund; hur mycket det skiljer från svaret det "
         "jämförs med; odds- eller antalskvoter; och om variabeln alls har betydelse. Alla mätningar tas "
         "tillsammans om inte --wave anges."},
    .example =
        "trygg-model --outcome otrygg_kvall --on kon,aldersgrupp --wave 2024 examples/surveys/county data.csv.gz\n"
        "trygg-model --outcome otrygg_kvall --on 'kon*aldersgrupp' --wave 2024 examples/surveys/county data.csv.gz\n"
        "trygg-model --outcome otrygg_kvall --on kon=1,aldersgrupp --part prediction --format svg \\\n"
        "  --output modell.svg examples/surveys/county data.csv.gz",
    .run = run,
};

int main(int count, char **arguments) {
  return program_main(&description, count, arguments);
}
