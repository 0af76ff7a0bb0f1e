/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One page: the index, the worst problems, what changed, and what it rests on. */
#include "program_page.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORST 5         /* problems shown */
#define MOST_CHANGES 40 /* sentences on changes */
#define MOST_DRAWN 12   /* indicators drawn over the waves */

/* ---- the index --------------------------------------------------------------------------------- */

static trygg_status make_index(struct program *program, const trygg_estimates *estimates, trygg_table **out) {
  trygg_index_options options = {.size = sizeof options,
                                 .names = program->options.indices.items,
                                 .name_count = program->options.indices.count,
                                 .level = program->options.level};

  return trygg_index_table(estimates, &options, out, &program->error);
}

/* The whole index by area, then its sections for all of them. */
static trygg_status add_index(struct program_page *page) {
  struct program *program = page->program;
  trygg_table *table = NULL, *whole = NULL, *sections = NULL;
  trygg_estimates *estimates = NULL;
  const trygg_publication *published = NULL;
  trygg_status status = program_make_table(program, &page->items, &page->latest, make_index, &table);

  if (status == TRYGG_OK)
    status = trygg_table_select(table, "section", "", &whole, &program->error);
  if (status == TRYGG_OK)
    status = program_page_publish(page, whole, &published);
  if (status == TRYGG_OK)
    program_page_add(
        page, program_say(program, "The index", "Indexet"),
        program_say(program,
                    "0 is hardly any problem, 6 is alarming. The lines are intervals: where they "
                    "overlap a lot, areas cannot be told apart.",
                    "0 är nästan inga problem, 6 är alarmerande. Linjerna är intervall: där de överlappar "
                    "mycket går områden inte att skilja åt."),
        published, TRYGG_REPORT_BOTH);
  if (status == TRYGG_OK)
    status = program_estimate(program, &page->items, NULL, &page->latest, &estimates);
  if (status == TRYGG_OK)
    status = make_index(program, estimates, &sections);
  if (status == TRYGG_OK)
    status = program_page_publish(page, sections, &published);
  if (status == TRYGG_OK)
    program_page_add(page, program_say(program, "Sections of the index", "Indexets delområden"), NULL,
                     published, TRYGG_REPORT_BOTH);
  trygg_estimate_free(estimates);
  trygg_table_free(table);
  trygg_table_free(whole);
  trygg_table_free(sections);
  return status;
}

/* ---- the worst problems ------------------------------------------------------------------------ */

typedef struct problem {
  const char *indicator;
  double share;
} problem;

static int is_share(const struct program *program, const char *indicator) {
  const char *type = trygg_codebook_declared(program->codebook, indicator, "type");

  return type != NULL && (*type == '\0' || strcmp(type, "share") == 0 || strcmp(type, "any") == 0);
}

/* A share of which less is better; where the folder does not say, more is taken to be worse. */
static int is_problem(const struct program *program, const char *indicator) {
  const char *better = trygg_codebook_declared(program->codebook, indicator, "better");

  return is_share(program, indicator) && better != NULL && strcmp(better, "high") != 0;
}

static int compare_problems(const void *a, const void *b) {
  const problem *one = a, *two = b;

  if (one->share != two->share)
    return one->share < two->share ? 1 : -1;
  return strcmp(one->indicator, two->indicator);
}

/* Estimates of some indicators for everybody in some waves, protected. */
static trygg_status estimate_all(struct program_page *page, const program_list *indicators,
                                 const program_list *waves, const trygg_publication **out) {
  struct program *program = page->program;
  trygg_inference_options options = {
      .size = sizeof options, .level = program->options.level, .ci = program->options.ci};
  trygg_estimates *estimates = NULL;
  trygg_table *table = NULL;
  trygg_status status = program_estimate(program, indicators, NULL, waves, &estimates);

  if (status == TRYGG_OK)
    status = trygg_inference_table(estimates, &options, &table, &program->error);
  if (status == TRYGG_OK)
    status = program_page_publish(page, table, out);
  trygg_table_free(table);
  trygg_estimate_free(estimates);
  return status;
}

/* The problems with the largest published shares into `worst`; *of is how many were compared. */
static trygg_status find_worst(struct program_page *page, program_list *worst, size_t *of) {
  struct program *program = page->program;
  const trygg_publication *published = NULL;
  problem *problems = calloc(page->items.count + 1, sizeof *problems);
  trygg_status status = TRYGG_ENOMEM;
  size_t count = 0;

  if (problems != NULL)
    status = estimate_all(page, &page->items, &page->latest, &published);
  for (size_t row = 0; status == TRYGG_OK && row < trygg_table_rows(trygg_disclosure_table(published));
       row++) {
    const trygg_table *table = trygg_disclosure_table(published);
    const char *name = trygg_table_text(table, row, trygg_table_find(table, "indicator"));
    double share = trygg_table_number(table, row, trygg_table_find(table, "estimate"));
    for (size_t i = 0; i < page->items.count && count < page->items.count && !isnan(share); i++)
      if (strcmp(page->items.items[i], name) == 0 && is_problem(program, name))
        problems[count++] = (problem){page->items.items[i], share};
  }
  qsort(problems, count, problems != NULL ? sizeof *problems : 1, compare_problems);
  for (size_t i = 0; status == TRYGG_OK && i < count && i < WORST; i++)
    if (program_list_add(worst, problems[i].indicator) != 0)
      status = TRYGG_ENOMEM;
  free(problems);
  *of = count;
  return status == TRYGG_ENOMEM ? program_fail(program, status, "out of memory") : status;
}

static trygg_status add_worst(struct program_page *page) {
  struct program *program = page->program;
  const trygg_publication *published = NULL;
  program_text *note = program_page_text(page);
  program_list worst = {0};
  size_t of = 0;
  trygg_status status = find_worst(page, &worst, &of);

  program_text_format(
      note,
      program_say(program,
                  "The largest shares of the %zu problems %s, in %s. Where intervals "
                  "overlap the order is not certain.",
                  "De största andelarna av %zu problem %s, %s. Där intervall överlappar är ordningen "
                  "inte säker."),
      of,
      page->borrowed != NULL ? program_say(program, "in the index", "i indexet")
                             : program_say(program, "in the survey", "i undersökningen"),
      page->latest.items[0]);
  if (status == TRYGG_OK && worst.count > 0)
    status = estimate_all(page, &worst, &page->latest, &published);
  if (status == TRYGG_OK && worst.count > 0)
    program_page_add(page, program_say(program, "The worst problems", "De värsta problemen"), note->bytes,
                     published, TRYGG_REPORT_BOTH);
  free(worst.items);
  return status;
}

/* ---- what changed ------------------------------------------------------------------------------ */

static const char *const change_tests[] = {"difference", "linear"};

static int is_difference(const trygg_table *table, size_t row) {
  return strcmp(trygg_table_text(table, row, trygg_table_find(table, "test")), change_tests[0]) == 0;
}

/* Count the tests and those that hold when so many are made; those of the latest change have a sentence each, and the
 * indicators that changed, a few of them, go into `changed`. */
static trygg_status add_changes(struct program_page *page, const trygg_table *table, size_t *tested,
                                size_t *found, program_list *changed) {
  size_t p = trygg_table_find(table, "p_adjusted"), name = trygg_table_find(table, "indicator");

  for (size_t row = 0; row < trygg_table_rows(table); row++) {
    const char *indicator = trygg_table_text(table, row, name);
    program_text *sentence;
    size_t i = 0;
    if (trygg_table_missing(table, row, p))
      continue;
    ++*tested;
    if (trygg_table_number(table, row, p) >= 1 - program_page_confidence(page))
      continue;
    while (i < changed->count && strcmp(changed->items[i], indicator) != 0)
      i++;
    if (i == changed->count && i < MOST_DRAWN && program_list_add(changed, indicator) != 0)
      return program_fail(page->program, TRYGG_ENOMEM, "out of memory");
    if (++*found > MOST_CHANGES || !is_difference(table, row))
      continue;
    sentence = program_page_text(page);
    program_page_change(page, table, row, is_share(page->program, indicator) ? 100 : 1, sentence);
    program_page_say(page, NULL, sentence);
  }
  return TRYGG_OK;
}

/* How what changed went over the waves, with the trends; where nothing did, the worst problems. */
static trygg_status add_series(struct program_page *page, program_list *changed) {
  const trygg_publication *published = NULL;
  size_t of;
  trygg_status status = changed->count > 0 ? TRYGG_OK : find_worst(page, changed, &of);

  if (status == TRYGG_OK && changed->count > 0)
    status = estimate_all(page, changed, &page->program->options.waves, &published);
  if (published != NULL)
    program_page_add(page, NULL, NULL, published, TRYGG_REPORT_CHART);
  return status;
}

static trygg_status make_changes(struct program_page *page, trygg_table **out) {
  struct program *program = page->program;
  trygg_trend_options options = {.size = sizeof options,
                                 .tests = change_tests,
                                 .test_count = sizeof change_tests / sizeof *change_tests,
                                 .level = program->options.level,
                                 .min_n = program_min_n(program)}; /* adjusted for their number by default */
  trygg_estimates *estimates = NULL;
  trygg_status status = program_estimate(program, &page->items, NULL, &program->options.waves, &estimates);

  if (status == TRYGG_OK)
    status = trygg_trend_table(estimates, &options, out, &program->error);
  trygg_estimate_free(estimates);
  return status;
}

/* What the tests say together. */
static void put_verdict(const struct program_page *page, size_t tested, size_t found, program_text *out) {
  const struct program *program = page->program;

  if (tested == 0)
    program_text_put(out,
                     program_say(program, "No change can be tested: there are not two comparable waves.",
                                 "Ingen förändring kan prövas: det finns inte två jämförbara mätningar."));
  else
    program_text_format(
        out,
        found == 0
            ? program_say(program,
                          "No change can be shown: none of %zu tests holds when so many are "
                          "made. That does not prove that nothing changed.",
                          "Ingen förändring kan visas: inget av %zu test är signifikant efter justering för "
                          "antalet test. Det bevisar inte att inget har ändrats.")
            : program_say(program,
                          "Of %zu tests these hold when so many are made; what is not "
                          "mentioned may have changed without it showing.",
                          "Av %zu test är dessa signifikanta efter justering för antalet test; annat kan ha "
                          "ändrats utan att det syns."),
        tested);
}

static trygg_status add_change(struct program_page *page) {
  struct program *program = page->program;
  program_text *note = program_page_text(page);
  program_list changed = {0};
  trygg_table *table = NULL;
  size_t heading = page->section_count, tested = 0, found = 0;
  trygg_status status = make_changes(page, &table);

  program_page_add(page, program_say(program, "What has changed", "Vad som har ändrats"), NULL, NULL,
                   TRYGG_REPORT_BOTH);
  if (status == TRYGG_ECODEBOOK) { /* waves without a time: the rest of the page stands */
    program_text_put(note, program->error.message);
    page->sections[heading].note = note->bytes;
    return TRYGG_OK;
  }
  if (status == TRYGG_OK)
    status = program_page_publish(page, table, &page->trend);
  trygg_table_free(table);
  if (status == TRYGG_OK)
    status = add_changes(page, trygg_disclosure_table(page->trend), &tested, &found, &changed);
  if (status == TRYGG_OK && tested > 0)
    status = add_series(page, &changed);
  free(changed.items);
  if (status != TRYGG_OK)
    return status;
  put_verdict(page, tested, found, note);
  page->sections[heading].note = note->bytes;
  if (tested > 0)
    program_page_add(page, NULL, NULL, page->trend, TRYGG_REPORT_TABLE);
  return TRYGG_OK;
}

/* ---- what it rests on -------------------------------------------------------------------------- */

static int64_t count_in(const program_counts *counts, const char *row, size_t column) {
  for (size_t i = 0; i < counts->row_count; i++)
    if (strcmp(counts->rows[i], row) == 0)
      return counts->counts[i * counts->column_count + column];
  return 0;
}

/* "64348 records were read: 30119 accepted, 348 duplicates, ...", then a line for each wave. */
static void put_answers(struct program_page *page, const program_counts *counts) {
  const struct program *program = page->program;
  program_text *all = program_page_text(page), *waves = program_page_text(page);
  int first = 1;

  program_text_format(all, program_say(program, "%lld records were read: ", "%lld poster lästes: "),
                      (long long)program_count_total(counts, "read"));
  for (size_t i = 0; i < counts->row_count; i++) {
    if (strcmp(counts->rows[i], "read") == 0)
      continue;
    program_text_format(all, "%s%lld %s", first ? "" : ", ",
                        (long long)program_count_total(counts, counts->rows[i]),
                        program_count_label(program, counts->rows[i]));
    first = 0;
  }
  program_text_put(all, ".");
  program_page_say(page, program_say(program, "Answers", "Svar"), all);
  for (size_t k = 0; k < counts->column_count; k++) {
    int64_t read = count_in(counts, "read", k), accepted = count_in(counts, "accepted", k);
    program_text_format(waves,
                        program_say(program, "%s%s: %lld of %lld records used (",
                                    "%s%s: %lld av %lld poster "
                                    "används ("),
                        k == 0 ? "" : "; ", counts->columns[k], (long long)accepted, (long long)read);
    program_page_number(page, waves, read > 0 ? 100 * (double)accepted / (double)read : 0);
    program_text_put(waves, program_say(program, "%)", "\xc2\xa0%)"));
  }
  program_text_put(waves, ".");
  program_page_say(page, NULL, waves);
}

static trygg_status add_answers(struct program_page *page) {
  struct program *program = page->program;
  const trygg_publication *published = NULL;
  program_counts counts = {0};
  trygg_table *table = NULL;
  trygg_status status = trygg_responses_account(program->responses, &table, &program->error);

  if (status == TRYGG_OK)
    status = program_page_publish(page, table, &published);
  if (status == TRYGG_OK)
    status = program_count(program, trygg_disclosure_table(published), PROGRAM_RECORDS, &counts);
  if (status == TRYGG_OK)
    put_answers(page, &counts);
  program_clear_counts(&counts);
  trygg_table_free(table);
  return status;
}

/* ---- the page ---------------------------------------------------------------------------------- */

/* The indicators of the index; where there is none, the shares of the folder. */
static trygg_status find_items(struct program_page *page) {
  struct program *program = page->program;
  trygg_index_options options = {.size = sizeof options,
                                 .names = program->options.indices.items,
                                 .name_count = program->options.indices.count};
  trygg_status status =
      trygg_index_items(program->codebook, &options, &page->borrowed, &page->items.count, &program->error);

  if (status != TRYGG_OK || page->items.count > 0) {
    page->items.items = page->borrowed;
    return status;
  }
  trygg_index_free_items(page->borrowed);
  page->borrowed = NULL;
  for (size_t i = 0; i < trygg_codebook_indicators(program->codebook); i++) {
    const char *name = trygg_codebook_indicator(program->codebook, i);
    if (is_share(program, name) && program_list_add(&page->items, name) != 0)
      return program_fail(program, TRYGG_ENOMEM, "out of memory");
  }
  if (page->items.count == 0)
    return program_fail(program, TRYGG_ECODEBOOK,
                        "the survey folder `%s` declares no index and no share; add them to indices.csv and "
                        "indicators.csv",
                        program->options.survey);
  return TRYGG_OK;
}

/* The last wave in time, of those of --wave where it is given. */
static trygg_status find_latest(struct program_page *page) {
  struct program *program = page->program;
  const program_list *given = &program->options.waves;
  const char *latest = NULL;

  for (size_t i = 0; i < trygg_responses_waves(program->responses); i++) {
    const char *wave = trygg_responses_wave(program->responses, i);
    for (size_t k = 0; k < given->count; k++)
      if (strcmp(given->items[k], wave) == 0)
        latest = wave;
    if (given->count == 0)
      latest = wave;
  }
  if (latest == NULL)
    return program_fail(program, TRYGG_ENAME, "the data have no such wave; see trygg-check");
  return program_list_add(&page->latest, latest) == 0 ? TRYGG_OK
                                                      : program_fail(program, TRYGG_ENOMEM, "out of memory");
}

/* Without --by the areas are the first variable with the role domain. */
static trygg_status find_areas(struct program_page *page) {
  struct program *program = page->program;
  const char *domain = trygg_codebook_domain(program->codebook, 0);

  if (program->options.by_count > 0 || domain == NULL)
    return TRYGG_OK;
  program->options.by = calloc(1, sizeof *program->options.by);
  if (program->options.by == NULL || program_list_add(program->options.by, domain) != 0)
    return program_fail(program, TRYGG_ENOMEM, "out of memory");
  program->options.by_count = 1;
  return TRYGG_OK;
}

static trygg_status write_page(struct program_page *page) {
  struct program *program = page->program;
  trygg_report_options options = program_report_options(program);
  program_text lead = {0};
  const char *lines[1];
  trygg_report_page whole = {.size = sizeof whole,
                             .title = trygg_codebook_form_title(program->codebook),
                             .lead = lines,
                             .lead_count = 1,
                             .sections = page->sections,
                             .section_count = page->section_count};
  trygg_status status;

  program_text_format(&lead,
                      program_say(program, "The latest wave is %s. Every figure has its ",
                                  "Den senaste mätningen är %s. Varje siffra har sitt "),
                      page->latest.items[0]);
  options.trend = page->trend;
  program_page_level(page, &lead);
  program_text_put(&lead, program_say(program, " interval: the survey asked some and speaks of all.",
                                      "-intervall: enkäten frågade ett urval men uttalar sig om alla."));
  lines[0] = lead.bytes;
  status = trygg_report_write_page(&whole, &options, program_sink, &program->out, &program->error);
  program_text_free(&lead);
  return status;
}

static trygg_status compose(struct program_page *page) {
  trygg_status status = find_items(page);

  if (status == TRYGG_OK)
    status = find_latest(page);
  if (status == TRYGG_OK)
    status = find_areas(page);
  if (status == TRYGG_OK && page->borrowed != NULL)
    status = add_index(page);
  if (status == TRYGG_OK)
    status = add_worst(page);
  if (status == TRYGG_OK)
    status = add_change(page);
  if (status == TRYGG_OK)
    status = add_answers(page);
  return status == TRYGG_OK ? write_page(page) : status;
}

static trygg_status run(struct program *program) {
  const char *format = program->options.format;
  struct program_page *page;
  trygg_status status;

  if (format != NULL && strcmp(format, "html") != 0)
    return program_fail(program, TRYGG_EINVAL, "a page has the format html only, not %s", format);
  page = calloc(1, sizeof *page);
  if (page == NULL)
    return program_fail(program, TRYGG_ENOMEM, "out of memory");
  page->program = program;
  status = compose(page);
  program_page_clear(page);
  free(page);
  return status;
}

static const program_description description = {
    .name = "trygg-report",
    .bit = PROGRAM_REPORT,
    .purpose = {"one page of HTML on how safe people are", "en HTML-sida om hur trygga människor är"},
    .text =
        {"Writes a page that needs no other file: the index of the latest wave by area (--by; else the first "
         "variable with the role domain), its sections, the five worst problems, what has changed as far as that "
         "can be shown, and how many answered.",
         "Skriver en sida som inte behöver någon annan fil: indexet i den senaste mätningen efter område (--by; "
         "annars den första variabeln med rollen domain), dess delområden, de fem värsta problemen, vad som har "
         "ändrats så långt det kan visas, och hur många som svarade."},
    .example = "trygg-report --output report.html examples/surveys/county data.csv.gz\n"
               "trygg-report --lang sv --by kommun --output sida.html examples/surveys/county data.csv.gz",
    .run = run,
};

int main(int count, char **arguments) {
  return program_main(&description, count, arguments);
}
