/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A survey folder drafted from data, a labelled file or an XLSForm, so that an own file reaches a table soon. */
#include "program.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST_NOTES 20 /* of a kind on the terminal; README.txt has them all */

/* ---- the folder: all of it, or nothing --------------------------------------------------------- */

static trygg_status cannot(struct program *program, const char *path, int why) {
  program_fail(program, TRYGG_EIO, "cannot write the folder: %s", strerror(why));
  snprintf(program->error.file, sizeof program->error.file, "%s", path);
  return TRYGG_EIO;
}

/* 0, or errno. */
static int write_file(const char *folder, const char *name, const char *text) {
  char path[PATH_MAX];
  FILE *file = NULL;
  int why = 0;

  if ((size_t)snprintf(path, sizeof path, "%s/%s", folder, name) >= sizeof path)
    return ENAMETOOLONG;
  file = fopen(path, "wx");
  if (file == NULL)
    return errno;
  if (fputs(text, file) < 0 || fflush(file) != 0 || fsync(fileno(file)) != 0)
    why = errno;
  if (fclose(file) != 0 && why == 0)
    why = errno;
  return why;
}

static void remove_draft(const char *folder, const trygg_draft *draft) {
  char path[PATH_MAX];
  const char *name;

  for (size_t i = 0; (name = trygg_codebook_draft_file(draft, i)) != NULL; i++)
    if ((size_t)snprintf(path, sizeof path, "%s/%s", folder, name) < sizeof path)
      unlink(path);
  rmdir(folder);
}

/* Written beside and renamed, which only an absent or an empty folder lets happen: no file is overwritten. */
static trygg_status write_folder(struct program *program, const char *folder, const trygg_draft *draft) {
  char beside[PATH_MAX];
  const char *name;
  size_t length = strlen(folder);
  mode_t mask = umask(0);
  int why = 0;

  umask(mask);
  while (length > 1 && folder[length - 1] == '/')
    length--;
  if ((size_t)snprintf(beside, sizeof beside, "%.*s.XXXXXX", (int)length, folder) >= sizeof beside)
    return cannot(program, folder, ENAMETOOLONG);
  if (mkdtemp(beside) == NULL)
    return cannot(program, folder, errno);
  for (size_t i = 0; why == 0 && (name = trygg_codebook_draft_file(draft, i)) != NULL; i++)
    why = write_file(beside, name, trygg_codebook_draft_text(draft, i));
  if (why == 0 && program_interrupted())
    why = EINTR;
  if (why == 0 && (chmod(beside, 0777 & ~mask) != 0 || rename(beside, folder) != 0))
    why = errno;
  if (why == 0)
    return TRYGG_OK;
  remove_draft(beside, draft);
  if (why != ENOTEMPTY && why != EEXIST && why != ENOTDIR)
    return cannot(program, folder, why);
  program_fail(program, TRYGG_EIO,
               "there is something here already, and nothing is overwritten; name a new folder");
  snprintf(program->error.file, sizeof program->error.file, "%s", folder);
  return TRYGG_EIO;
}

/* ---- what is said of it ---------------------------------------------------------------------------- */

/* The notes of a kind below a heading. */
static void put_notes(struct program *program, const trygg_draft *draft, const char *kind,
                      const char *heading) {
  const char *note, *met;
  size_t count = 0;

  for (size_t i = 0; (note = trygg_codebook_draft_note(draft, i, &met)) != NULL; i++) {
    if (strcmp(met, kind) != 0)
      continue;
    if (count == 0)
      program_text_format(&program->out, "\n%s\n", heading);
    if (count < MOST_NOTES) {
      program_text_put(&program->out, "  ");
      program_text_put(&program->out, note);
      program_text_put(&program->out, "\n");
    }
    count++;
  }
  if (count > MOST_NOTES)
    program_text_format(&program->out, program_say(program, "  and %zu more\n", "  och %zu till\n"),
                        count - MOST_NOTES);
}

static void describe(struct program *program, const char *folder, const trygg_draft *draft) {
  program_text *out = &program->out;
  int64_t records = trygg_codebook_draft_records(draft);

  program_text_format(
      out, program_say(program, "%s: a draft of %zu variables", "%s: ett utkast med %zu variabler"), folder,
      trygg_codebook_draft_variables(draft));
  if (records >= 0)
    program_text_format(out, program_say(program, " from %lld records", " från %lld poster"),
                        (long long)records);
  program_text_put(out, "\n");
  put_notes(program, draft, "about", program_say(program, "To know", "Att veta"));
  put_notes(program, draft, "role", program_say(program, "Roles, guessed", "Roller, gissade"));
  put_notes(program, draft, "missing",
            program_say(program, "Codes that are no answer, guessed", "Koder som inte är svar, gissade"));
  put_notes(program, draft, "left_out", program_say(program, "Left out", "Utelämnat"));
  program_text_format(out,
                      program_say(program, "\nEvery guess and its reason: %s/README.txt\n",
                                  "\nVarje gissning med skäl: %s/README.txt\n"),
                      folder);
}

static trygg_status run(struct program *program) {
  const program_options *options = &program->options;
  const char *folder = options->data[0];
  trygg_draft_options chosen = {.size = sizeof chosen,
                                .language = program_say(program, "en", "sv"),
                                .delimiter = options->delimiter,
                                .decimal = options->decimal,
                                .progress = &program->progress};
  trygg_draft *draft = NULL;
  trygg_status status = trygg_codebook_draft(options->survey, &chosen, &draft, &program->error);

  if (status == TRYGG_OK)
    status = write_folder(program, folder, draft);
  if (status == TRYGG_OK)
    describe(program, folder, draft);
  trygg_codebook_draft_free(draft);
  return status;
}

static const program_description description = {
    .name = "trygg-codebook",
    .bit = PROGRAM_CODEBOOK,
    .operands = {"[OPTIONS] SOURCE FOLDER", "[VAL] KÄLLA MAPP"},
    .operand_text =
        {"SOURCE is a CSV file, gzipped or not (- is standard input); an SPSS, Stata or SAS file, where ReadStat was "
         "there when the library was built; or a folder with the sheets survey.csv and choices.csv of an XLSForm. "
         "FOLDER must not be there yet, or be empty: nothing is overwritten.",
         "KÄLLA är en CSV-fil, även gzip (- är standard in); en fil från SPSS, Stata eller SAS, om ReadStat fanns när "
         "biblioteket byggdes; eller en mapp med bladen survey.csv och choices.csv i en XLSForm. MAPP får inte finnas, "
         "eller ska vara tom: inget skrivs över."},
    .purpose = {"a survey folder drafted from data, a labelled file or an XLSForm",
                "ett utkast till enkätmapp från data, en fil med etiketter eller en XLSForm"},
    .text =
        {"Looks at a source and writes the tables of a survey folder: types, lists of codes, kinds of missing and "
         "roles. What the source does not say is guessed; each guess stands with its reason in the folder's "
         "README.txt. No text of a respondent comes into the folder: texts are taken for codes only where every one "
         "of a column is short and occurs at least three times.",
         "Tittar på en källa och skriver tabellerna i en enkätmapp: typer, kodlistor, slag av saknade svar och roller. "
         "Det som källan inte säger gissas; varje gissning står med sitt skäl i mappens README.txt. Ingen text från "
         "en svarande hamnar i mappen: texter tas för koder bara där alla i en kolumn är korta och förekommer minst "
         "tre gånger."},
    .example = "trygg-codebook data.csv mine\n"
               "trygg-codebook survey.sav mine\n"
               "trygg-codebook --lang sv xlsform/ mine",
    .run = run,
};

int main(int count, char **arguments) {
  return program_main(&description, count, arguments);
}
