/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A survey folder checked, and the account of where every record of its data went. */
#include "program.h"

#include <stdio.h>
#include <string.h>

/* What the folder holds, in a few lines; reading and checking it was the harness's work. */
static trygg_status describe(struct program *program) {
  trygg_codebook *codebook = program->codebook;
  program_text *out = &program->out;
  const char **items = NULL;
  size_t count = 0;
  trygg_status status = trygg_index_items(codebook, NULL, &items, &count, &program->error);

  if (status != TRYGG_OK)
    return status;
  trygg_index_free_items(items);
  program_text_format(out, "%s: %s\n", program->options.survey, trygg_codebook_title(codebook));
  program_text_format(out, "  %6zu %s\n", trygg_codebook_variables(codebook),
                      program_say(program, "variables", "variabler"));
  program_text_format(out, "  %6zu %s\n", trygg_codebook_indicators(codebook),
                      program_say(program, "indicators", "indikatorer"));
  program_text_format(out, "  %6zu %s\n", count,
                      program_say(program, "indicators in indices", "indikatorer i index"));
  program_text_format(out, "  %6zu %s\n", trygg_codebook_warnings(codebook),
                      program_say(program, "warnings", "varningar"));
  program_text_put(out,
                   program_say(program, "The survey folder is in order.\n", "Enkätmappen är i ordning.\n"));
  return TRYGG_OK;
}

/* ---- the account for people ---------------------------------------------------------------- */

/* Columns that UTF-8 takes on a terminal. */
static size_t width_of(const char *text) {
  size_t width = 0;

  for (; *text != '\0'; text++)
    width += ((unsigned char)*text & 0xC0) != 0x80;
  return width;
}

static void put_padded(program_text *out, const char *text, size_t width, int right) {
  int blanks = width > width_of(text) ? (int)(width - width_of(text)) : 0;

  program_text_format(out, "%*s%s%*s", right ? blanks : 0, "", text, right ? 0 : blanks, "");
}

/* Counts as a table with a heading and, where `total`, a last column that sums each row. */
static void put_counts(struct program *program, const program_counts *counts, const char *heading,
                       int total) {
  program_text *out = &program->out;
  const char *all = program_say(program, "All", "Alla");
  size_t first = width_of(heading);

  for (size_t i = 0; i < counts->row_count; i++) {
    size_t width = width_of(program_count_label(program, counts->rows[i]));
    first = width > first ? width : first;
  }
  program_text_put(out, "\n");
  put_padded(out, heading, first, 0);
  for (size_t k = 0; k < counts->column_count; k++) {
    const char *label = program_count_label(program, counts->columns[k]);
    put_padded(out, *label != '\0' ? label : "-", (width_of(label) < 7 ? 7 : width_of(label)) + 2, 1);
  }
  if (total)
    put_padded(out, all, 9, 1);
  for (size_t i = 0; i < counts->row_count; i++) {
    program_text_put(out, "\n");
    put_padded(out, program_count_label(program, counts->rows[i]), first, 0);
    for (size_t k = 0; k < counts->column_count; k++) {
      size_t width = width_of(program_count_label(program, counts->columns[k]));
      program_text_format(out, "%*lld", (int)(width < 7 ? 7 : width) + 2,
                          (long long)counts->counts[i * counts->column_count + k]);
    }
    if (total)
      program_text_format(out, "%9lld", (long long)program_count_total(counts, counts->rows[i]));
  }
  program_text_put(out, "\n");
}

/* What was done to each file: how it was read in its line, then constants and recodes with their cells. */
static void put_files(struct program *program, const trygg_table *account) {
  program_text *out = &program->out;
  size_t file = trygg_table_find(account, "file"), name = trygg_table_find(account, "account"),
         reason = trygg_table_find(account, "reason"), count = trygg_table_find(account, "count");
  const char *before = NULL;

  for (size_t row = 0; row < trygg_table_rows(account); row++) {
    const char *of = trygg_table_text(account, row, file), *text = trygg_table_text(account, row, reason);
    if (strcmp(trygg_table_text(account, row, name), "file") != 0)
      continue;
    int begins = before == NULL || strcmp(before, of) != 0;
    if (begins)
      program_text_format(out, "\n%s", of);
    if (strncmp(text, "recode ", 7) == 0 || strncmp(text, "rename ", 7) == 0 ||
        strncmp(text, "constant ", 9) == 0)
      program_text_format(out, "\n%9lld  %s", (long long)trygg_table_integer(account, row, count), text);
    else
      program_text_format(out, "%s%s", begins ? ": " : ", ", text);
    before = of;
  }
  if (before != NULL)
    program_text_put(out, "\n");
}

/* ---- response rates for people ------------------------------------------------------------------ */

static const struct {
  const char *column;
  const char *texts[PROGRAM_LANGUAGES];
} rate_rows[] = {
    {"sample", {"sent out", "utsända"}},
    {"NE", {"not eligible", "övertäckning"}},
    {"I", {"complete", "hela svar"}},
    {"P", {"partial", "ofullständiga svar"}},
    {"rr1", {"RR1", "RR1"}},
    {"rr2", {"RR2", "RR2"}},
    {"rr3", {"RR3", "RR3"}},
    {"rr4", {"RR4", "RR4"}},
    {"rr5", {"RR5", "RR5"}},
    {"rr6", {"RR6", "RR6"}},
    {"svarsandel", {"svarsandel", "svarsandel"}},
};

/* A count as it is, a share as per cent with one decimal. */
static void put_rate(struct program *program, const trygg_table *rates, size_t row, size_t column,
                     size_t width) {
  double value = trygg_table_number(rates, row, column);
  long long tenths = (long long)(value * 1000 + 0.5);
  char text[32] = "..";

  if (trygg_table_type(rates, column) == TRYGG_INTEGER && !trygg_table_missing(rates, row, column))
    snprintf(text, sizeof text, "%lld", (long long)trygg_table_integer(rates, row, column));
  else if (!trygg_table_missing(rates, row, column))
    snprintf(text, sizeof text, "%lld%s%lld %%", tenths / 10, program_say(program, ".", ","), tenths % 10);
  put_padded(&program->out, text, width, 1);
}

/* The rates of whole waves, when there are any; csv and json of the account have those of categories. */
static void put_rates(struct program *program, const trygg_table *rates) {
  program_text *out = &program->out;
  size_t rr1 = trygg_table_find(rates, "rr1"), variables = trygg_table_find(rates, "variables"), known = 0;
  const char *heading = program_say(program, "Response rates", "Svarsandelar");
  enum { WIDTH = 20 };

  for (size_t row = 0; row < trygg_table_rows(rates); row++)
    known += !trygg_table_missing(rates, row, rr1);
  if (known == 0)
    return;
  program_text_put(out, "\n");
  put_padded(out, heading, WIDTH, 0);
  for (size_t i = 0; i <= sizeof rate_rows / sizeof *rate_rows; i++) {
    if (i > 0)
      put_padded(out, rate_rows[i - 1].texts[program->language], WIDTH, 0);
    for (size_t row = 0; row < trygg_table_rows(rates); row++) {
      const char *wave = trygg_table_text(rates, row, 0);
      size_t width = (width_of(wave) < 7 ? 7 : width_of(wave)) + 2;
      if (*trygg_table_text(rates, row, variables) != '\0')
        continue;
      if (i == 0)
        put_padded(out, *wave != '\0' ? wave : "-", width, 1);
      else
        put_rate(program, rates, row, trygg_table_find(rates, rate_rows[i - 1].column), width);
    }
    program_text_put(out, "\n");
  }
}

/* ---- all of it ------------------------------------------------------------------------------------ */

/* The account in short: what was done to the files, records by wave, response rates, then for each variable why
 * answers are missing. */
static trygg_status summarise(struct program *program, trygg_table *table) {
  trygg_publication *publication = NULL;
  trygg_table *rates = NULL;
  program_counts counts = {0};
  trygg_status status = describe(program);

  if (status == TRYGG_OK)
    status = program_publish(program, table, &publication);
  if (status == TRYGG_OK)
    put_files(program, trygg_disclosure_table(publication));
  if (status == TRYGG_OK)
    status = program_count(program, trygg_disclosure_table(publication), PROGRAM_RECORDS, &counts);
  if (status == TRYGG_OK)
    put_counts(program, &counts, program_say(program, "Records", "Poster"), 1);
  program_clear_counts(&counts);
  if (status == TRYGG_OK)
    status = trygg_responses_rates(program->responses, &rates, &program->error);
  if (status == TRYGG_OK)
    put_rates(program, rates);
  trygg_table_free(rates);
  if (status == TRYGG_OK)
    status = program_count(program, trygg_disclosure_table(publication), PROGRAM_ANSWERS, &counts);
  if (status == TRYGG_OK && counts.row_count > 0)
    put_counts(program, &counts, program_say(program, "No answer in", "Svar saknas i"), 0);
  program_clear_counts(&counts);
  trygg_disclosure_free(publication);
  return status;
}

/* Weights that were made have something to tell: the tables of who did not answer, of weights and of margins. */
enum { NONRESPONSE, WEIGHTS, MARGINS, STORIES };

static int were_made(trygg_table *const *tables) {
  const trygg_table *weights = tables[WEIGHTS];

  return trygg_table_rows(tables[NONRESPONSE]) > 0 || trygg_table_rows(tables[MARGINS]) > 0 ||
         (trygg_table_rows(weights) > 0 &&
          !trygg_table_missing(weights, 0, trygg_table_find(weights, "trimmed_high")));
}

static trygg_status write_made(struct program *program, trygg_table *const *tables) {
  static const char *const titles[STORIES][2] = {
      {"Non-response", "Bortfall"}, {"Weights", "Vikter"}, {"Margins", "Marginaler"}};
  trygg_status status = TRYGG_OK;

  for (size_t i = 0; i < STORIES && status == TRYGG_OK; i++) {
    if (trygg_table_rows(tables[i]) == 0)
      continue;
    program_text_format(&program->out, "\n%s\n", program_say(program, titles[i][0], titles[i][1]));
    status = program_write_table(program, tables[i]);
  }
  return status;
}

/* What became of the weights: tables of their own, or with the account in one. */
static trygg_status add_weights(struct program *program, int words, trygg_table **table) {
  trygg_table *tables[1 + STORIES] = {*table}, **made = tables + 1, *all = NULL;
  trygg_status status = trygg_design_nonresponse(program->design, &made[NONRESPONSE], &program->error);

  if (status == TRYGG_OK)
    status = trygg_design_weights(program->design, &made[WEIGHTS], &program->error);
  if (status == TRYGG_OK)
    status = trygg_design_margins(program->design, &made[MARGINS], &program->error);
  if (status == TRYGG_OK && were_made(made) && !words) {
    status = trygg_table_bind(tables, 1 + STORIES, &all, &program->error);
    if (status == TRYGG_OK) {
      trygg_table_free(*table);
      *table = all;
    }
  } else if (status == TRYGG_OK && were_made(made)) {
    status = write_made(program, made);
  }
  for (size_t i = 0; i < STORIES; i++)
    trygg_table_free(made[i]);
  return status;
}

/* The records for --rejected, in memory until all went well. */
static trygg_status take_rejected(struct program *program) {
  const trygg_load_options load = {
      .size = sizeof load, .delimiter = program->options.delimiter, .decimal = program->options.decimal};

  if (program->options.rejected == NULL)
    return TRYGG_OK;
  return trygg_responses_write_rejected(program->responses, &load, program_sink, &program->rejected,
                                        &program->error);
}

static trygg_status run(struct program *program) {
  const char *format = program->options.format;
  int words = format == NULL || strcmp(format, "table") == 0;
  trygg_table *table = NULL;
  trygg_status status;

  if (program->responses == NULL && program->options.rejected != NULL)
    return program_fail(program, TRYGG_EINVAL,
                        "--rejected is for data; give a data file behind the survey folder");
  if (program->responses == NULL)
    return words
               ? describe(program)
               : program_fail(program, TRYGG_EINVAL,
                              "--format %s is for data; a survey folder alone is described in words", format);
  status = take_rejected(program);
  if (status == TRYGG_OK)
    status = trygg_responses_account(program->responses, &table, &program->error);
  if (status == TRYGG_OK && words)
    status = summarise(program, table);
  if (status == TRYGG_OK)
    status = add_weights(program, words, &table);
  if (status == TRYGG_OK && !words)
    status = program_write_table(program, table);
  trygg_table_free(table);
  return status;
}

static const program_description description = {
    .name = "trygg-check",
    .bit = PROGRAM_CHECK,
    .data_optional = 1,
    .purpose = {"whether a survey folder and its data are in order",
                "om en enkätmapp och dess data är i ordning"},
    .text =
        {"Reads a survey folder and says what is wrong with it, by file, line and column. With data it prints the "
         "account: what was done to each file; records read are those accepted, the duplicates and those rejected by "
         "reason; response rates, where sample.csv or a status variable says who was asked; and for each variable "
         "codes that are unknown and answers that are missing. The table is the short form, "
         "summed over files and strata; csv and json have every row.",
         "Läser en enkätmapp och säger vad som är fel i den, med fil, rad och kolumn. Med data skrivs en "
         "redovisning: vad som gjorts med varje fil; lästa poster är de godtagna, dubbletterna och de bortsorterade "
         "efter orsak; svarsandelar, där sample.csv eller en statusvariabel säger vilka som tillfrågats; och för varje "
         "variabel okända koder och saknade svar. Tabellen är kortformen, summerad över filer och "
         "strata; csv och json har varje rad."},
    .example = "trygg-check examples/surveys/county\n"
               "trygg-check examples/surveys/county data.csv.gz\n"
               "trygg-check --format csv examples/surveys/county data.csv.gz\n"
               "trygg-check --rejected rejected.csv examples/surveys/county data.csv.gz",
    .run = run,
};

int main(int count, char **arguments) {
  return program_main(&description, count, arguments);
}
