/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What columns, codes, indicators and flags are called in the reader's language. */
#include <report/label.h>

#include <math.h>
#include <string.h>

#include <base/number.h>
#include <codebook/codebook.h>
#include <report/figure.h>
#include <table/flag.h>
#include <trygg/model.h>

const char *tg_label_language(const tg_view *view) {
  return view->language == TG_MESSAGE_SWEDISH ? "sv" : "en";
}

/* A by-variable may be called like a column of another program (`a`, `test`): its name says nothing then. */
static int is_variable(const tg_view *view, size_t column) {
  return tg_table_is_domain(view->table, column) &&
         strcmp(trygg_table_name(view->table, column), "wave") != 0;
}

const char *tg_label_column(const tg_view *view, size_t column) {
  const char *name = trygg_table_name(view->table, column);
  const char *message = is_variable(view, column) ? NULL : tg_messages_find(view->language, "column", name);

  if (message != NULL)
    return message;
  return view->codebook != NULL ? trygg_codebook_label(view->codebook, name, tg_label_language(view)) : name;
}

/* An indicator, index or section; `VAR=CODE` is a variable's answer. */
static void put_named(const tg_view *view, const char *name, tg_text *out) {
  const char *language = tg_label_language(view), *equal = strchr(name, '=');
  char variable[128];

  if (view->codebook == NULL) {
    tg_text_put(out, name);
  } else if (equal == NULL || (size_t)(equal - name) >= sizeof variable) {
    tg_text_put(out, trygg_codebook_label(view->codebook, name, language));
  } else {
    tg_text_print(variable, sizeof variable, "%.*s", (int)(equal - name), name);
    tg_text_put(out, trygg_codebook_label(view->codebook, variable, language));
    tg_text_put(out, ": ");
    tg_text_put(out, trygg_codebook_code_label(view->codebook, variable, equal + 1, language));
  }
}

/* The areas of VAR=CODE,CODE without the variable, as a comparison of measures.csv is called. */
static void put_areas(const tg_view *view, const char *name, tg_text *out) {
  const char *codes = strchr(name, '=');
  char variable[128], code[128];

  if (codes == NULL || view->codebook == NULL) {
    tg_text_put(out, name);
    return;
  }
  tg_text_print(variable, sizeof variable, "%.*s", (int)(codes - name), name);
  while (*codes != '\0') {
    size_t length = strcspn(++codes, ",");
    tg_text_print(code, sizeof code, "%.*s", (int)length, codes);
    tg_text_put(out, trygg_codebook_code_label(view->codebook, variable, code, tg_label_language(view)));
    codes += length;
    tg_text_put(out, *codes != '\0' ? ", " : "");
  }
}

/* Groups of a comparison: VAR=CODE, several with blanks between; codes may have blanks too.  `areas`: the names of the
 * codes will do. */
static void put_group(const tg_view *view, const char *name, int areas, tg_text *out) {
  while (*name != '\0') {
    const char *end = name + strlen(name), *message;
    char one[256];
    for (const char *blank = strchr(name, ' '); blank != NULL && *end == '\0';
         blank = strchr(blank + 1, ' ')) {
      size_t length = strcspn(blank + 1, "= ");
      if (blank[1 + length] == '=' && view->codebook != NULL &&
          tg_codebook_find_variable(view->codebook, blank + 1, length) != TG_NONE)
        end = blank;
    }
    tg_text_print(one, sizeof one, "%.*s", (int)(end - name), name);
    message = tg_messages_find(view->language, "group", one);
    if (message != NULL)
      tg_text_put(out, message);
    else if (areas)
      put_areas(view, one, out);
    else
      put_named(view, one, out);
    name = end + (*end == ' ' ? 1 : 0);
    tg_text_put(out, *name != '\0' ? ", " : "");
  }
}

/* The label of the wave variable's code, else of waves.csv, which alone is there where settings name the wave. */
static void put_wave(const tg_view *view, const char *code, size_t length, tg_text *out) {
  const trygg_codebook *codebook = view->codebook;
  size_t variable = codebook == NULL ? TG_NONE : tg_codebook_find_role(codebook, TG_ROLE_WAVE, 1, 0);
  tg_language language = view->language == TG_MESSAGE_SWEDISH ? TG_SWEDISH : TG_ENGLISH;
  char copy[128];

  if (variable != TG_NONE && length < sizeof copy) {
    tg_text_print(copy, sizeof copy, "%.*s", (int)length, code);
    tg_text_put(out, trygg_codebook_code_label(codebook, codebook->variables[variable].name, copy,
                                               tg_label_language(view)));
    return;
  }
  for (size_t i = 0; codebook != NULL && i < codebook->wave_count; i++) {
    const tg_wave_row *wave = &codebook->waves[i];
    if (tg_text_equal(code, length, wave->wave)) {
      tg_text_put(out, tg_labels_text(&wave->labels, language, wave->wave));
      return;
    }
  }
  tg_text_append(out, code, length);
}

/* Space-separated waves: the first and the last, as codes, since two labels are too long for a column. */
static void put_waves(const char *codes, tg_text *out) {
  const char *word, *last = NULL;
  size_t length, last_length = 0;

  while ((word = tg_text_word(&codes, &length)) != NULL) {
    if (last == NULL)
      tg_text_append(out, word, length);
    else
      last_length = length;
    last = word;
  }
  if (last_length == 0)
    return;
  tg_text_put(out, "\xe2\x80\x93");
  tg_text_append(out, last, last_length);
}

/* Only where there are estimates: in an account of records an empty key is just empty. */
static void put_total(const tg_view *view, size_t column, const char *name, tg_text *out) {
  const char *total = tg_messages_find(view->language, "total", is_variable(view, column) ? "*" : name);

  if (tg_view_has_scaled(view) && total != NULL)
    tg_text_put(out, total);
}

/* The columns whose texts are neither indicators nor codes of a variable of their name. */
static const struct {
  const char *column, *group; /* group of messages; NULL: shown as it is */
} worded_columns[] = {
    {"test", "test"},       {"account", "account"},   {"reason", "reason"},    {"a", "group"},
    {"b", "group"},         {"part", "part"},         {"term", "term"},        {"file", NULL},
    {"stratum", NULL},      {"variable", NULL},       {"method", "method"},    {"measure", "measure"},
    {"silent_at", "group"}, {"position", "position"}, {"comparison", "group"},
};

/* A variable, or several with colons between. */
static void put_term(const tg_view *view, const char *text, tg_text *out) {
  for (const char *colon; (colon = strchr(text, ':')) != NULL; text = colon + 1) {
    char variable[64];

    tg_text_print(variable, sizeof variable, "%.*s", (int)(colon - text), text);
    put_named(view, variable, out);
    tg_text_put(out, " \xc3\x97 ");
  }
  put_named(view, text, out);
}

/* Append the text of such a column, of a group or term also the label of what it names; 0 when `name` is none. */
static int put_worded(const tg_view *view, const char *name, const char *text, tg_text *out) {
  for (size_t i = 0; i < sizeof worded_columns / sizeof *worded_columns; i++) {
    const char *group = worded_columns[i].group, *message;
    if (strcmp(worded_columns[i].column, name) != 0)
      continue;
    message = group == NULL ? NULL : tg_messages_find(view->language, group, text);
    if (message == NULL && group != NULL && strcmp(group, "group") == 0)
      put_group(view, text, strcmp(name, "comparison") == 0, out);
    else if (message == NULL && group != NULL && strcmp(group, "term") == 0)
      put_term(view, text, out);
    else
      tg_text_put(out, message != NULL ? message : text);
    return 1;
  }
  return 0;
}

/* Labels of the codes of a variable, or of several with colons between. */
static void put_answers(const tg_view *view, const char *variables, const char *codes, tg_text *out) {
  const char *colon = strchr(variables, ':'), *second = colon ? strchr(codes, ':') : NULL;
  char variable[64], code[64];

  if (second == NULL) { /* of factors and a number: the factors' */
    tg_text_print(variable, sizeof variable, "%.*s", (int)strcspn(variables, ":"), variables);
    tg_text_put(out, view->codebook == NULL ? codes
                                            : trygg_codebook_code_label(view->codebook, variable, codes,
                                                                        tg_label_language(view)));
    return;
  }
  tg_text_print(variable, sizeof variable, "%.*s", (int)(colon - variables), variables);
  tg_text_print(code, sizeof code, "%.*s", (int)(second - codes), codes);
  put_answers(view, variable, code, out);
  tg_text_put(out, ", ");
  put_answers(view, colon + 1, second + 1, out);
}

static int is_test_of_term(const char *part) {
  const char *test;

  for (size_t i = 0; (test = trygg_model_term_test(i)) != NULL; i++)
    if (strcmp(test, part) == 0)
      return 1;
  return 0;
}

/* The answer of a regression's term, which the variable of the same row has; empty where it is a number. */
static int put_answer(const tg_view *view, size_t row, const char *name, const char *code, tg_text *out) {
  size_t term = tg_table_find_fixed(view->table, "term"), part = tg_table_find_fixed(view->table, "part");
  const char *variable;

  if (term == SIZE_MAX || part == SIZE_MAX || (strcmp(name, "level") != 0 && strcmp(name, "against") != 0))
    return 0;
  variable = trygg_table_text(view->table, row, term);
  if (*code != '\0')
    put_answers(view, variable, code, out);
  else if (strcmp(name, "level") == 0 && *variable != '(' &&
           !is_test_of_term(trygg_table_text(view->table, row, part)))
    tg_text_put(out, tg_view_word(view, "per_unit"));
  return 1;
}

/* Who was drawn: a variable by its label, and its codes by theirs. */
static int put_drawn(const tg_view *view, size_t row, const char *name, const char *text, tg_text *out) {
  size_t variable = tg_table_find_fixed(view->table, "variable");

  if (tg_table_find_fixed(view->table, "measure") == SIZE_MAX || variable == SIZE_MAX || *text == '\0')
    return 0;
  if (strcmp(name, "variable") == 0)
    put_named(view, text, out);
  else if (strcmp(name, "category") == 0 && view->codebook != NULL)
    tg_text_put(out, trygg_codebook_code_label(view->codebook, trygg_table_text(view->table, row, variable),
                                               text, tg_label_language(view)));
  else
    return 0;
  return 1;
}

void tg_label_cell(const tg_view *view, size_t row, size_t column, tg_text *out) {
  const char *name = trygg_table_name(view->table, column),
             *text = trygg_table_text(view->table, row, column);

  if (text == NULL) {
    if (!trygg_table_missing(view->table, row, column))
      tg_text_number(out, trygg_table_number(view->table, row, column));
  } else if (!is_variable(view, column) &&
             (put_answer(view, row, name, text, out) || put_drawn(view, row, name, text, out))) {
    return;
  } else if (*text == '\0') {
    put_total(view, column, name, out);
  } else if (is_variable(view, column)) {
    tg_text_put(out, view->codebook == NULL
                         ? text
                         : trygg_codebook_code_label(view->codebook, name, text, tg_label_language(view)));
  } else if (strcmp(name, "wave") == 0) {
    put_wave(view, text, strlen(text), out);
  } else if (strcmp(name, "waves") == 0 || strcmp(name, "since") == 0) {
    put_waves(text, out);
  } else if (!put_worded(view, name, text, out)) {
    put_named(view, text, out);
  }
}

void tg_label_flags(const tg_view *view, size_t row, tg_text *out) {
  unsigned flags = tg_view_flags(view, row);
  int first = 1;

  for (size_t i = 0; i < TG_FLAG_COUNT; i++) {
    if (!(flags & tg_flag_bit(i)))
      continue;
    if (!first)
      tg_text_put(out, ", ");
    tg_text_put(out, tg_messages_text(view->language, "flag", trygg_table_flag(i)));
    first = 0;
  }
}

/* 1 when a figure is missing in a row that is not suppressed. */
static int has_unavailable(const tg_view *view, size_t row) {
  for (size_t i = 0; i < trygg_table_columns(view->table); i++)
    if (tg_view_kind(view, i) == TG_KIND_SCALED && trygg_table_missing(view->table, row, i))
      return 1;
  return 0;
}

void tg_label_footnotes(const tg_view *view, void (*line)(void *user, const char *name, const char *text),
                        void *user) {
  unsigned flags = 0;
  int unavailable = 0;

  for (size_t row = 0; row < trygg_table_rows(view->table); row++) {
    unsigned of_row = tg_view_flags(view, row);
    flags |= of_row;
    unavailable |= !(of_row & TG_FLAG_SUPPRESSED) && has_unavailable(view, row);
  }
  for (size_t i = 0; i < TG_FLAG_COUNT; i++)
    if (flags & tg_flag_bit(i))
      line(user, tg_messages_text(view->language, "flag", trygg_table_flag(i)),
           tg_messages_text(view->language, "footnote", trygg_table_flag(i)));
  if (unavailable)
    line(user, NULL, tg_messages_text(view->language, "footnote", "missing"));
}

const char *tg_label_note(const tg_view *view, size_t note) {
  return tg_messages_text(view->language, "note", trygg_table_note_key(view->table, note));
}

/* "95 %", with as many decimals as the level has. */
static void put_level(const tg_view *view, double level, tg_text *out) {
  double percent = level * 100;
  int decimals = 0;

  while (decimals < 6 && fabs(percent - nearbyint(percent * pow(10, decimals)) / pow(10, decimals)) > 1e-9)
    decimals++;
  tg_figure_put(view, percent, decimals, out);
  tg_text_put(out, tg_figure_unit(view, TG_UNIT_SHARE));
}

void tg_label_note_text(const tg_view *view, size_t note, tg_text *out) {
  const char *key = trygg_table_note_key(view->table, note), *text = trygg_table_note_text(view->table, note);
  size_t word = strcspn(text, " ");
  char name[128];
  const char *message;
  double level;

  tg_text_print(name, sizeof name, "%s %.*s", key, (int)word, text);
  message = tg_messages_find(view->language, "note_value", name);
  if (message != NULL) {
    tg_text_put(out, message);
    tg_text_put(out, text + word);
  } else if (view->language == TG_MESSAGE_SWEDISH && strcmp(key, "level") == 0 &&
             tg_number_parse(text, strlen(text), '.', &level) == 0) {
    put_level(view, level, out);
  } else {
    tg_text_put(out, text);
  }
}
