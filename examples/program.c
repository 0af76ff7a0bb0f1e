/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The harness of the programs: load, estimate, show progress, write all or nothing. */
#include "program.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define MOST_WARNINGS 10

/* ---- what goes wrong ------------------------------------------------------------------- */

trygg_status program_fail(struct program *program, trygg_status status, const char *format, ...) {
  va_list arguments;

  program->error = (trygg_error){.status = status};
  va_start(arguments, format);
  vsnprintf(program->error.message, sizeof program->error.message, format, arguments);
  va_end(arguments);
  return status;
}

/* NAME: FILE:LINE:COLUMN (FIELD): message, with the parts that are known. */
static void print_error(const struct program *program) {
  const trygg_error *error = &program->error;
  program_text line = {0};

  program_text_format(&line, "%s: ", program->description->name);
  program_text_put(&line, error->file);
  if (error->line > 0)
    program_text_format(&line, "%s%lld", *error->file ? ":" : "line ", (long long)error->line);
  if (error->line > 0 && error->column > 0)
    program_text_format(&line, ":%d", (int)error->column);
  if (*error->field)
    program_text_format(&line, "%s(%s)", *error->file || error->line > 0 ? " " : "", error->field);
  if (*error->file || error->line > 0 || *error->field)
    program_text_put(&line, ": ");
  program_text_put(&line, *error->message ? error->message : trygg_error_text((trygg_status)error->status));
  fprintf(stderr, "%s\n", line.failed ? "out of memory" : line.bytes);
  program_text_free(&line);
}

/* A choice of auto, always, never. */
static int wanted(const char *choice, int automatic) {
  if (choice == NULL || strcmp(choice, "auto") == 0)
    return automatic;
  return strcmp(choice, "always") == 0;
}

/* ---- language ---------------------------------------------------------------------------- */

/* --lang, else the locale that messages are in. */
static program_language find_language(const program_options *options) {
  static const char *const variables[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
  const char *name = options->language;

  for (size_t i = 0; name == NULL && i < sizeof variables / sizeof *variables; i++) {
    name = getenv(variables[i]);
    if (name != NULL && *name == '\0')
      name = NULL;
  }
  return name != NULL && strncmp(name, "sv", 2) == 0 ? PROGRAM_SWEDISH : PROGRAM_ENGLISH;
}

const char *program_say(const struct program *program, const char *english, const char *swedish) {
  return program->language == PROGRAM_SWEDISH ? swedish : english;
}

const char *program_label(const struct program *program, const char *name) {
  return trygg_codebook_label(program->codebook, name, program_say(program, "en", "sv"));
}

/* ---- from files to tables ------------------------------------------------------------------ */

#define TRY(call)                                                                                            \
  do {                                                                                                       \
    status = (call);                                                                                         \
    if (status != TRYGG_OK)                                                                                  \
      goto cleanup;                                                                                          \
  } while (0)

static trygg_load_options load_options(const struct program *program) {
  const program_options *options = &program->options;

  return (trygg_load_options){.size = sizeof(trygg_load_options),
                              .delimiter = options->delimiter,
                              .decimal = options->decimal,
                              .threads = options->threads,
                              .progress = &program->progress,
                              .keep_silent = options->response == NULL                ? 0
                                             : strcmp(options->response, "none") == 0 ? -1
                                                                                      : 1,
                              .keep_rejected = options->rejected != NULL};
}

static trygg_status load(struct program *program) {
  const program_options *options = &program->options;
  trygg_error *error = &program->error;
  trygg_load_options load = load_options(program);
  trygg_design_options design = {.size = sizeof design,
                                 .lonely = options->lonely,
                                 .calibrate = options->calibrate,
                                 .response = options->response,
                                 .response_on = options->response_on.items,
                                 .response_on_count = options->response_on.count,
                                 .response_least = options->response_least,
                                 .response_collapse = options->response_collapse,
                                 .trim = options->trim,
                                 .trim_strata = options->trim_strata,
                                 .variance = options->variance,
                                 .seed = (uint64_t)options->seed,
                                 .threads = (int)options->threads};
  trygg_status status = TRYGG_OK;

  TRY(trygg_codebook_read(options->survey, &program->codebook, error));
  TRY(trygg_indicator_check(program->codebook, error));
  TRY(trygg_index_check(program->codebook, error));
  TRY(program_check_names(program));
  if (options->data_count == 0 || options->stream)
    return TRYGG_OK;
  TRY(trygg_responses_load(program->codebook, (const char *const *)options->data, options->data_count, &load,
                           &program->responses, error));
  TRY(trygg_design_create(program->responses, &design, &program->design, error));

cleanup:
  return status;
}

static trygg_estimate_options estimate_options(const struct program *program, const program_list *indicators,
                                               const program_list *by, const program_list *waves) {
  const program_options *options = &program->options;
  const program_list none = {0};

  indicators = indicators != NULL ? indicators : &none;
  by = by != NULL ? by : &none;
  waves = waves != NULL ? waves : &none;
  return (trygg_estimate_options){.size = sizeof(trygg_estimate_options),
                                  .indicators = indicators->items,
                                  .indicator_count = indicators->count,
                                  .by = by->items,
                                  .by_count = by->count,
                                  .where = options->where.items,
                                  .where_count = options->where.count,
                                  .waves = waves->items,
                                  .wave_count = waves->count,
                                  .pool = options->pool,
                                  .df = options->df,
                                  .threads = options->threads,
                                  .progress = &program->progress};
}

trygg_status program_estimate(struct program *program, const program_list *indicators, const program_list *by,
                              const program_list *waves, trygg_estimates **out) {
  trygg_estimate_options options = estimate_options(program, indicators, by, waves);

  return trygg_estimate_create(program->design, &options, out, &program->error);
}

/* Records in no cell are said once a --by. */
void program_note_missing_codes(struct program *program, const program_list *by, const trygg_table *table) {
  for (size_t i = 0; i < trygg_table_notes(table); i++) {
    if (strcmp(trygg_table_note_key(table, i), "by_missing") != 0)
      continue;
    program_text_format(&program->notes, "%s %s", trygg_table_note_text(table, i),
                        strcmp(trygg_table_note_text(table, i), "1") == 0
                            ? program_say(program, "record is in the total and in no cell, without a code of",
                                          "post ingår i totalen men inte i någon grupp, utan kod för")
                            : program_say(program,
                                          "records are in the total and in no cell, without a code of",
                                          "poster ingår i totalen men inte i någon grupp, utan kod för"));
    for (size_t k = 0; k < by->count; k++)
      program_text_format(&program->notes, "%s%s", k == 0 ? " " : ", ", by->items[k]);
    program_text_put(&program->notes, "\n");
  }
}

/* Estimates for each --by from one reading of the files. */
static trygg_status stream(struct program *program, const program_list *indicators, const program_list *by,
                           size_t count, const program_list *waves, trygg_estimates **out) {
  const program_options *given = &program->options;
  trygg_status status = TRYGG_OK;
  trygg_load_options load = load_options(program);
  trygg_design_options design = {.size = sizeof design,
                                 .lonely = given->lonely,
                                 .calibrate = given->calibrate,
                                 .response = given->response,
                                 .response_on = given->response_on.items,
                                 .response_on_count = given->response_on.count,
                                 .response_least = given->response_least,
                                 .response_collapse = given->response_collapse,
                                 .trim = given->trim,
                                 .trim_strata = given->trim_strata,
                                 .variance = given->variance,
                                 .seed = (uint64_t)given->seed};
  trygg_estimate_options *options = calloc(count, sizeof *options);
  const trygg_estimate_options **tables = calloc(count, sizeof *tables);

  if (options == NULL || tables == NULL) {
    status = program_fail(program, TRYGG_ENOMEM, "out of memory");
    goto cleanup;
  }
  for (size_t i = 0; i < count; i++) {
    options[i] = estimate_options(program, indicators, &by[i], waves);
    tables[i] = &options[i];
  }
  TRY(trygg_estimate_stream(program->codebook, (const char *const *)given->data, given->data_count, &load,
                            &design, tables, count, out, &program->responses, &program->error));

cleanup:
  free(options);
  free(tables);
  return status;
}

trygg_status program_make_table(struct program *program, const program_list *indicators,
                                const program_list *waves, program_maker make, trygg_table **out) {
  const program_list none = {0}, *by = program->options.by_count > 0 ? program->options.by : &none;
  size_t count = program->options.by_count > 0 ? program->options.by_count : 1;
  trygg_table **tables = calloc(count, sizeof *tables);
  trygg_estimates **estimates = calloc(count, sizeof *estimates);
  trygg_status status = TRYGG_OK;

  *out = NULL;
  if (tables == NULL || estimates == NULL) {
    status = program_fail(program, TRYGG_ENOMEM, "out of memory");
    goto cleanup;
  }
  if (program->options.stream)
    TRY(stream(program, indicators, by, count, waves, estimates));
  for (size_t i = 0; i < count; i++) {
    if (!program->options.stream)
      TRY(program_estimate(program, indicators, &by[i], waves, &estimates[i]));
    TRY(make(program, estimates[i], &tables[i]));
    program_note_missing_codes(program, &by[i], tables[i]);
    trygg_estimate_free(estimates[i]);
    estimates[i] = NULL;
  }
  TRY(trygg_table_bind(tables, count, out, &program->error));

cleanup:
  for (size_t i = 0; i < count; i++) {
    if (estimates != NULL)
      trygg_estimate_free(estimates[i]);
    if (tables != NULL)
      trygg_table_free(tables[i]);
  }
  free(estimates);
  free(tables);
  return status;
}

int64_t program_min_n(const struct program *program) {
  int64_t min_n = program->options.min_n;

  return min_n == 0 ? TRYGG_DISCLOSURE_MIN_N : min_n > 0 ? min_n : 0;
}

trygg_status program_publish(struct program *program, trygg_table *table, trygg_publication **out) {
  trygg_disclosure_options rules = {.size = sizeof rules, .min_n = program->options.min_n};
  trygg_status status = trygg_disclosure_publish(table, &rules, out, &program->error);

  if (status == TRYGG_OK && trygg_disclosure_suppressed(*out) > 0)
    program_text_format(&program->notes,
                        program_say(program,
                                    trygg_disclosure_suppressed(*out) == 1
                                        ? "%zu of %zu rows is suppressed (--min-n %lld)\n"
                                        : "%zu of %zu rows are suppressed (--min-n %lld)\n",
                                    "%zu av %zu rader redovisas inte (--min-n %lld)\n"),
                        trygg_disclosure_suppressed(*out), trygg_table_rows(table),
                        (long long)program_min_n(program));
  return status;
}

trygg_report_options program_report_options(const struct program *program) {
  const program_options *options = &program->options;
  const char *no_color = getenv("NO_COLOR");
  int terminal = options->output == NULL && isatty(STDOUT_FILENO);
  int plain = no_color != NULL && *no_color != '\0';
  struct winsize window;
  trygg_report_options report = {.size = sizeof report,
                                 .language = program_say(program, "en", "sv"),
                                 .codebook = program->codebook,
                                 .color = wanted(options->color, terminal && !plain)};

  if (options->language == NULL && options->format != NULL && strcmp(options->format, "csv-sv") == 0)
    report.language = NULL;
  if (terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 0)
    report.width = window.ws_col;
  return report;
}

trygg_status program_write_table(struct program *program, trygg_table *table) {
  const char *format = program->options.format != NULL ? program->options.format : "table";
  trygg_report_options options = program_report_options(program);
  trygg_publication *publication = NULL;
  trygg_status status = TRYGG_OK;

  TRY(program_publish(program, table, &publication));
  TRY(trygg_report_write(publication, format, &options, program_sink, &program->out, &program->error));

cleanup:
  trygg_disclosure_free(publication);
  return status;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static void print_warnings(const struct program *program, size_t count,
                           const char *(*warning)(const struct program *, size_t)) {
  const char *name = program->description->name;

  for (size_t i = 0; i < count && i < MOST_WARNINGS; i++)
    fprintf(stderr, "%s: %s: %s\n", name, program_say(program, "warning", "varning"), warning(program, i));
  if (count > MOST_WARNINGS)
    fprintf(stderr,
            count == MOST_WARNINGS + 1
                ? program_say(program, "%s: and %zu more warning\n", "%s: och %zu varning till\n")
                : program_say(program, "%s: and %zu more warnings\n", "%s: och %zu varningar till\n"),
            name, count - MOST_WARNINGS);
}

static const char *codebook_warning(const struct program *program, size_t i) {
  return trygg_codebook_warning(program->codebook, i);
}

static const char *responses_warning(const struct program *program, size_t i) {
  return trygg_responses_warning(program->responses, i);
}

static void print_notes(const struct program *program) {
  if (program->codebook != NULL)
    print_warnings(program, trygg_codebook_warnings(program->codebook), codebook_warning);
  if (program->responses != NULL)
    print_warnings(program, trygg_responses_warnings(program->responses), responses_warning);
  for (const char *line = program->notes.bytes; line != NULL && *line != '\0';) {
    const char *end = strchr(line, '\n');
    fprintf(stderr, "%s: %.*s\n", program->description->name, (int)(end - line), line);
    line = end + 1;
  }
}

static int run(struct program *program) {
  trygg_status status;

  program_catch_signals();
  program_show_progress(program, wanted(program->options.progress, isatty(STDERR_FILENO)));
  status = program->description->operands[0] != NULL ? TRYGG_OK : load(program);
  if (status == TRYGG_OK)
    status = program->description->run(program);
  if (status == TRYGG_OK && program_interrupted())
    status = TRYGG_ECANCELLED;
  program_clear_progress();
  if (status == TRYGG_OK)
    status = program_write_output(program);
  if (status != TRYGG_OK && program_interrupted())
    return 128 + program_interrupted();
  if (status == TRYGG_OK)
    print_notes(program);
  else
    print_error(program);
  return status == TRYGG_OK ? 0 : status == TRYGG_EINVAL ? 2 : 1;
}

/* What --help and --version say. */
static int tell(struct program *program) {
  trygg_status status;

  if (program->options.help)
    program_write_manual(program, &program->out);
  else
    program_text_format(&program->out, "%s (libtrygg) %s\n%s\n", program->description->name, trygg_version(),
                        trygg_version_libraries());
  program->options.output = NULL;
  status = program_write_output(program);
  if (status != TRYGG_OK)
    print_error(program);
  return status == TRYGG_OK ? 0 : 1;
}

int program_main(const program_description *description, int count, char **arguments) {
  struct program program = {.description = description};
  int code = program_read_options(&program, count, arguments);

  program.language = find_language(&program.options);
  if (code == 0)
    code = program.options.help || program.options.version ? tell(&program) : run(&program);
  trygg_design_free(program.design);
  trygg_responses_free(program.responses);
  trygg_codebook_free(program.codebook);
  program_text_free(&program.out);
  if (program.rejected.bytes != NULL)
    memset(program.rejected.bytes, 0, program.rejected.capacity);
  program_text_free(&program.rejected);
  program_text_free(&program.notes);
  program_clear_options(&program.options);
  return code;
}
