/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A survey folder checked, and the account of where every record of its data went. */
#include "program.h"

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

/* The account in short: records by wave, then for each variable why answers are missing. */
static trygg_status summarise(struct program *program, trygg_table *table) {
  trygg_publication *publication = NULL;
  program_counts counts = {0};
  trygg_status status = describe(program);

  if (status == TRYGG_OK)
    status = program_publish(program, table, &publication);
  if (status == TRYGG_OK)
    status = program_count(program, trygg_disclosure_table(publication), PROGRAM_RECORDS, &counts);
  if (status == TRYGG_OK)
    put_counts(program, &counts, program_say(program, "Records", "Poster"), 1);
  program_clear_counts(&counts);
  if (status == TRYGG_OK)
    status = program_count(program, trygg_disclosure_table(publication), PROGRAM_ANSWERS, &counts);
  if (status == TRYGG_OK && counts.row_count > 0)
    put_counts(program, &counts, program_say(program, "No answer in", "Svar saknas i"), 0);
  program_clear_counts(&counts);
  trygg_disclosure_free(publication);
  return status;
}

static trygg_status run(struct program *program) {
  const char *format = program->options.format;
  int words = format == NULL || strcmp(format, "table") == 0;
  trygg_table *table = NULL;
  trygg_status status;

  if (program->responses == NULL)
    return words
               ? describe(program)
               : program_fail(program, TRYGG_EINVAL,
                              "--format %s is for data; a survey folder alone is described in words", format);
  status = trygg_responses_account(program->responses, &table, &program->error);
  if (status == TRYGG_OK)
    status = words ? summarise(program, table) : program_write_table(program, table);
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
         "account: records read are those accepted, the duplicates and those rejected by reason; and for each "
         "variable codes that are unknown and answers that are missing. The table is the short form, "
         "summed over files and strata; csv and json have every row.",
         "Läser en enkätmapp och säger vad som är fel i den, med fil, rad och kolumn. Med data skrivs en "
         "redovisning: lästa poster är de godtagna, dubbletterna och de bortsorterade efter orsak; och för varje "
         "variabel okända koder och saknade svar. Tabellen är kortformen, summerad över filer och "
         "strata; csv och json har varje rad."},
    .example = "trygg-check examples/surveys/county\n"
               "trygg-check examples/surveys/county data.csv.gz\n"
               "trygg-check --format csv examples/surveys/county data.csv.gz",
    .run = run,
};

int main(int count, char **arguments) {
  return program_main(&description, count, arguments);
}
