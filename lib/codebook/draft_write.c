/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables of a draft and its README.txt, as texts. */
#include <codebook/draft.h>

#include <string.h>

#include <codebook/reader.h>

/* What the spreadsheets of the language open by a double click. */
typedef struct csv_dialect {
  char delimiter;
  const char *mark;
} csv_dialect;

static csv_dialect dialect_of(const trygg_draft *draft) {
  return draft->swedish ? (csv_dialect){';', "\xEF\xBB\xBF"} : (csv_dialect){',', ""};
}

static const char *const role_words[TG_ROLES] = {[TG_ROLE_NONE] = "",
                                                 [TG_ROLE_ID] = "id",
                                                 [TG_ROLE_WAVE] = "wave",
                                                 [TG_ROLE_WEIGHT] = "weight",
                                                 [TG_ROLE_STRATUM] = "stratum",
                                                 [TG_ROLE_CLUSTER] = "cluster",
                                                 [TG_ROLE_FPC] = "fpc",
                                                 [TG_ROLE_DOMAIN] = "domain",
                                                 [TG_ROLE_STATUS] = "status",
                                                 [TG_ROLE_SOURCE] = "source",
                                                 [TG_ROLE_DATE] = "date",
                                                 [TG_ROLE_HOUSEHOLD] = "household",
                                                 [TG_ROLE_REPLICATE] = "replicate",
                                                 [TG_ROLE_INCLUSION] = "inclusion"};

/* ---- cells ------------------------------------------------------------------------------- */

/* A cell, in quotes where it needs them; line ends become blanks. */
static void put_cell(tg_text *out, const csv_dialect *dialect, int first, const char *cell) {
  if (!first)
    tg_text_putc(out, dialect->delimiter);
  if (!cell)
    return;
  int quoted = strpbrk(cell, ",;\t\"\r\n") != NULL || cell[0] == ' ';
  if (quoted)
    tg_text_putc(out, '"');
  for (; *cell; cell++) {
    if (*cell == '"')
      tg_text_putc(out, '"');
    tg_text_putc(out, *cell == '\r' || *cell == '\n' ? ' ' : *cell);
  }
  if (quoted)
    tg_text_putc(out, '"');
}

static void put_row(tg_text *out, const csv_dialect *dialect, const char *const *cells, size_t count) {
  for (size_t i = 0; i < count; i++)
    put_cell(out, dialect, i == 0, cells[i]);
  tg_text_putc(out, '\n');
}

#define PUT_ROW(out, dialect, ...)                                                                           \
  put_row(out, dialect, (const char *const[]){__VA_ARGS__},                                                  \
          sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

/* Which label columns a table gets: the plain one always. */
typedef struct label_columns {
  int has[TG_LANGUAGES];
} label_columns;

static const char *const label_names[TG_LANGUAGES] = {[TG_DEFAULT_LANGUAGE] = "label",
                                                      [TG_ENGLISH] = "label::English (en)",
                                                      [TG_SWEDISH] = "label::Svenska (sv)"};

static void see_labels(label_columns *columns, const tg_labels *labels) {
  for (int language = 0; language < TG_LANGUAGES; language++)
    columns->has[language] |= labels->text[language] != NULL;
}

static void put_labels(tg_text *out, const csv_dialect *dialect, const label_columns *columns,
                       const tg_labels *labels) {
  for (int language = 0; language < TG_LANGUAGES; language++)
    if (columns->has[language])
      put_cell(out, dialect, 0, labels ? labels->text[language] : label_names[language]);
}

/* ---- tables -------------------------------------------------------------------------------- */

static void write_settings(const trygg_draft *draft, const csv_dialect *dialect, tg_text *out) {
  PUT_ROW(out, dialect, "form_title", "form_id", "version", "default_language", "lonely", "min_answered",
          "answers");
  PUT_ROW(out, dialect, draft->settings[TG_DRAFT_TITLE], draft->settings[TG_DRAFT_FORM],
          draft->settings[TG_DRAFT_VERSION] ? draft->settings[TG_DRAFT_VERSION] : "draft",
          draft->settings[TG_DRAFT_LANGUAGE], NULL, NULL, NULL);
}

static void put_missing(tg_text *out, const tg_draft_variable *variable) {
  for (size_t i = 0; i < variable->missing_count; i++)
    tg_text_format(out, "%s%s=%s", i ? " " : "", variable->missing[i].text,
                   tg_missing_name(variable->missing[i].missing));
}

static void write_survey(const trygg_draft *draft, const csv_dialect *dialect, tg_text *out) {
  label_columns columns = {.has = {[TG_DEFAULT_LANGUAGE] = 1}};
  for (size_t i = 0; i < draft->variable_count; i++)
    see_labels(&columns, &draft->variables[i].labels);
  put_cell(out, dialect, 1, "type");
  put_cell(out, dialect, 0, "name");
  put_labels(out, dialect, &columns, NULL);
  PUT_ROW(out, dialect, NULL, "role", "missing", "empty");
  for (size_t i = 0; i < draft->variable_count; i++) {
    const tg_draft_variable *variable = &draft->variables[i];
    tg_text type = {0}, missing = {0};
    tg_text_put(&type, tg_survey_types[variable->type]);
    if (variable->list != TG_NONE)
      tg_text_format(&type, " %s", draft->lists[variable->list].name);
    put_missing(&missing, variable);
    put_cell(out, dialect, 1, type.bytes);
    put_cell(out, dialect, 0, variable->name);
    put_labels(out, dialect, &columns, &variable->labels);
    PUT_ROW(out, dialect, NULL, role_words[variable->role], missing.bytes,
            variable->empty != TG_VALID ? tg_missing_name(variable->empty) : variable->empty_code);
    out->failed |= type.failed || missing.failed;
    tg_text_free(&type);
    tg_text_free(&missing);
  }
}

static int is_used(const trygg_draft *draft, size_t list) {
  for (size_t i = 0; i < draft->variable_count; i++)
    if (draft->variables[i].list == list)
      return 1;
  return 0;
}

static void write_choices(const trygg_draft *draft, const csv_dialect *dialect, tg_text *out) {
  label_columns columns = {.has = {[TG_DEFAULT_LANGUAGE] = 1}};
  int dispositions = 0;
  for (size_t i = 0; i < draft->list_count; i++)
    for (size_t k = 0; k < draft->lists[i].count; k++) {
      see_labels(&columns, &draft->lists[i].codes[k].labels);
      dispositions |= draft->lists[i].codes[k].disposition != NULL;
    }
  put_cell(out, dialect, 1, "list_name");
  put_cell(out, dialect, 0, "name");
  put_labels(out, dialect, &columns, NULL);
  put_row(out, dialect, (const char *const[]){NULL, "missing", "score", "disposition"}, dispositions ? 4 : 3);
  for (size_t i = 0; i < draft->list_count; i++)
    for (size_t k = 0; k < draft->lists[i].count && is_used(draft, i); k++) {
      const tg_draft_code *code = &draft->lists[i].codes[k];
      put_cell(out, dialect, 1, draft->lists[i].name);
      put_cell(out, dialect, 0, code->text);
      put_labels(out, dialect, &columns, &code->labels);
      const char *missing = code->missing == TG_VALID ? NULL : tg_missing_name(code->missing);
      put_row(out, dialect, (const char *const[]){NULL, missing, NULL, code->disposition},
              dispositions ? 4 : 3);
    }
}

static void write_indicators(const trygg_draft *draft, const csv_dialect *dialect, tg_text *out) {
  (void)draft;
  PUT_ROW(out, dialect, "name", "label", "topic", "type", "variable", "numerator", "denominator", "where",
          "better");
}

/* Nothing where no variable is made of another column. */
static void write_recodes(const trygg_draft *draft, const csv_dialect *dialect, tg_text *out) {
  int begun = 0;
  for (size_t i = 0; i < draft->variable_count; i++) {
    const tg_draft_variable *variable = &draft->variables[i];
    if (!variable->from)
      continue;
    if (!begun) {
      tg_text_put(out, dialect->mark);
      PUT_ROW(out, dialect, "variable", "from", "codes", "to");
    }
    begun = 1;
    PUT_ROW(out, dialect, variable->name, variable->from, NULL, variable->to);
  }
}

/* ---- README.txt -------------------------------------------------------------------------------- */

static const struct {
  const char *kind, *english, *swedish;
} sections[] = {
    {"about", "About the source", "Om källan"},
    {"role", "Roles (survey.csv, column role)", "Roller (survey.csv, kolumnen role)"},
    {"missing", "Codes that are no answer (survey.csv and choices.csv, column missing)",
     "Koder som inte är svar (survey.csv och choices.csv, kolumnen missing)"},
    {"type", "Types (survey.csv, column type)", "Typer (survey.csv, kolumnen type)"},
    {"left_out", "Left out", "Utelämnat"},
};

static void write_readme(const trygg_draft *draft, const csv_dialect *dialect, tg_text *out) {
  (void)dialect;
  tg_text_format(
      out,
      draft->swedish
          ? "Den här enkätmappen är ett utkast från %s.\n"
            "Allt nedan är gissningar: gå igenom dem, rätta tabellerna och ta sedan bort den här filen.\n"
            "Vad koderna heter (choices.csv, label) och vad som räknas som ett problem (indicators.csv) "
            "kan ingen gissa.\n"
          : "This survey folder is a draft from %s.\n"
            "All below are guesses: go through them, mend the tables, then remove this file.\n"
            "What the codes are called (choices.csv, label) and what counts as a problem "
            "(indicators.csv) cannot be guessed.\n",
      draft->source);
  for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
    int begun = 0;
    for (size_t k = 0; k < draft->note_count; k++) {
      if (strcmp(tg_draft_kind(draft->notes[k].reason), sections[i].kind) != 0)
        continue;
      if (!begun)
        tg_text_format(out, "\n%s\n", draft->swedish ? sections[i].swedish : sections[i].english);
      begun = 1;
      tg_text_format(out, "  %s\n", draft->notes[k].text);
    }
  }
}

/* ---- the whole --------------------------------------------------------------------------------- */

trygg_status tg_draft_write(trygg_draft *draft, trygg_error *error) {
  static const struct {
    const char *name;
    void (*write)(const trygg_draft *draft, const csv_dialect *dialect, tg_text *out);
  } writers[TG_DRAFT_FILES] = {{"settings.csv", write_settings}, {"survey.csv", write_survey},
                               {"choices.csv", write_choices},   {"indicators.csv", write_indicators},
                               {"README.txt", write_readme},     {"recodes.csv", write_recodes}};
  csv_dialect chosen = dialect_of(draft);
  for (size_t i = 0; i < TG_DRAFT_FILES; i++) {
    tg_text text = {0};
    if (writers[i].write != write_recodes)
      tg_text_put(&text, chosen.mark);
    writers[i].write(draft, &chosen, &text);
    if (text.failed) {
      tg_text_free(&text);
      return tg_error_memory(error);
    }
    draft->files[i].name = text.length > 0 ? writers[i].name : NULL;
    draft->files[i].text = text.bytes;
  }
  return TRYGG_OK;
}
