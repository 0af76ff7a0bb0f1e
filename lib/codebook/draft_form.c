/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drafting from an XLSForm: its sheets `survey`, `choices` and `settings`, each saved as CSV. */
#include <codebook/draft.h>

#include <string.h>
#include <sys/stat.h>

#include <codebook/labels.h>
#include <source/records.h>

#define MAX_SHEET_BYTES (UINT64_C(64) << 20)
#define MOST_GROUPS 64
#define MOST_MASK_CODES 48 /* of a select_multiple */

/* ---- sheets ------------------------------------------------------------------------------- */

enum {
  CELL_TYPE,
  CELL_NAME,
  CELL_LIST,
  CELL_RELEVANT,
  CELL_TITLE,
  CELL_FORM,
  CELL_VERSION,
  CELL_LANGUAGE,
  CELLS
};

/* What columns are called; XLSForm has had several spellings. */
static const struct {
  const char *name;
  int cell;
} columns[] = {
    {"type", CELL_TYPE},
    {"name", CELL_NAME},
    {"value", CELL_NAME},
    {"list_name", CELL_LIST},
    {"list name", CELL_LIST},
    {"relevant", CELL_RELEVANT},
    {"relevance", CELL_RELEVANT},
    {"form_title", CELL_TITLE},
    {"title", CELL_TITLE},
    {"form_id", CELL_FORM},
    {"id_string", CELL_FORM},
    {"version", CELL_VERSION},
    {"default_language", CELL_LANGUAGE},
};

#define NO_COLUMN SIZE_MAX

typedef struct form_reader form_reader;

/* A row with its cells found; "" where the sheet has no such column. */
typedef struct form_row {
  const char *cells[CELLS];
  const char *labels[TG_LANGUAGES];
  int64_t line;
} form_row;

struct form_reader {
  trygg_draft *draft;
  const char *file;
  trygg_status (*take)(form_reader *reader, const form_row *row, trygg_error *error);
  int has_header;
  size_t cells[CELLS];
  size_t labels[TG_LANGUAGES];
  tg_names names;          /* of lists */
  unsigned char *relevant; /* [MOST_GROUPS] the group is asked of some only */
  size_t groups, repeats,
      deep; /* open groups; those that are repeats; repeats deeper than MOST_GROUPS are an error */
  unsigned char *is_repeat; /* [MOST_GROUPS] */
  int has_groups;
};

/* `label`, `label::Svenska (sv)`, `label:English`: 0 and the language, 1 an unknown language, -1 no label. */
static int label_language(const char *name, tg_language *out) {
  *out = TG_DEFAULT_LANGUAGE;
  if (strncmp(name, "label", 5) != 0)
    return -1;
  name += 5;
  if (*name == '\0')
    return 0;
  if (*name != ':')
    return -1;
  name += strspn(name, ": ");
  return tg_labels_language(name, strlen(name), out) == 0 ? 0 : 1;
}

static trygg_status take_header(form_reader *reader, const tg_record *record, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t unknown = NO_COLUMN;
  for (size_t i = 0; i < CELLS; i++)
    reader->cells[i] = NO_COLUMN;
  for (size_t i = 0; i < TG_LANGUAGES; i++)
    reader->labels[i] = NO_COLUMN;
  for (size_t i = 0; i < record->count; i++) {
    tg_language language;
    int known = label_language(record->fields[i], &language);
    if (known == 0 && reader->labels[language] == NO_COLUMN)
      reader->labels[language] = i;
    if (known == 1 && unknown == NO_COLUMN)
      unknown = i;
    else if (known == 1)
      TRY(tg_draft_say(reader->draft, TG_DRAFT_OUT_LANGUAGE, "", record->fields[i], error));
    for (size_t k = 0; k < sizeof columns / sizeof *columns; k++)
      if (tg_text_same(record->fields[i], columns[k].name) && reader->cells[columns[k].cell] == NO_COLUMN)
        reader->cells[columns[k].cell] = i;
  }
  /* A third language serves where there is no other label. */
  int labelled = 0;
  for (size_t i = 0; i < TG_LANGUAGES; i++)
    labelled |= reader->labels[i] != NO_COLUMN;
  if (unknown != NO_COLUMN && !labelled)
    reader->labels[TG_DEFAULT_LANGUAGE] = unknown;
  else if (unknown != NO_COLUMN)
    TRY(tg_draft_say(reader->draft, TG_DRAFT_OUT_LANGUAGE, "", record->fields[unknown], error));
  reader->has_header = 1;
cleanup:
  return status;
}

static trygg_status take_record(void *context, const tg_record *record, trygg_error *error) {
  form_reader *reader = context;
  form_row row = {.line = record->line};
  if (!reader->has_header)
    return take_header(reader, record, error);
  for (size_t i = 0; i < CELLS; i++)
    row.cells[i] = reader->cells[i] < record->count ? record->fields[reader->cells[i]] : "";
  for (size_t i = 0; i < TG_LANGUAGES; i++)
    row.labels[i] = reader->labels[i] < record->count ? record->fields[reader->labels[i]] : "";
  return reader->take(reader, &row, error);
}

/* FOLDER/NAME.csv through `take`; *exists 0 where it is not there. */
static trygg_status read_sheet(form_reader *reader, const char *folder, const char *name,
                               trygg_status (*take)(form_reader *, const form_row *, trygg_error *),
                               int needed, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_source_limits limits = {.bytes = MAX_SHEET_BYTES};
  tg_source *source = NULL;
  tg_text path = {0};
  struct stat about;
  tg_text_format(&path, "%s/%s.csv", folder, name);
  if (path.failed) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  if (!needed && stat(path.bytes, &about) != 0)
    goto cleanup;
  TRY(tg_source_open(path.bytes, &limits, &source, error));
  reader->file = tg_source_name(source);
  reader->has_header = 0;
  reader->take = take;
  TRY(tg_records_read(source, NULL, take_record, reader, NULL, error));
  reader->file = NULL;
cleanup:
  tg_source_free(source);
  tg_text_free(&path);
  return status;
}

static trygg_status fail(const form_reader *reader, const form_row *row, const char *message,
                         trygg_error *error) {
  return tg_error_at(error, TRYGG_EPARSE, reader->file, row->line, 0, NULL, "%s", message);
}

static trygg_status copy_labels(tg_labels *to, const form_row *row, trygg_error *error) {
  for (int language = 0; language < TG_LANGUAGES; language++) {
    size_t length = strlen(row->labels[language]);
    const char *text = tg_text_trim(row->labels[language], &length);
    if (length && !(to->text[language] = tg_memory_text(text, length)))
      return tg_error_memory(error);
  }
  return TRYGG_OK;
}

/* ---- choices ------------------------------------------------------------------------------- */

static trygg_status take_choice(form_reader *reader, const form_row *row, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  trygg_draft *draft = reader->draft;
  size_t length = strlen(row->cells[CELL_LIST]), name_length = strlen(row->cells[CELL_NAME]);
  const char *trimmed = tg_text_trim(row->cells[CELL_LIST], &length);
  const char *name = tg_text_trim(row->cells[CELL_NAME], &name_length);
  char list_name[128];
  if (length == 0 || name_length == 0)
    return TRYGG_OK;
  if (length >= sizeof list_name)
    return fail(reader, row, "the name of the list is too long (128 bytes)", error);
  tg_text_print(list_name, sizeof list_name, "%.*s", (int)length, trimmed);
  size_t at = 0;
  while (at < draft->list_count && strcmp(draft->lists[at].name, list_name) != 0)
    at++;
  if (at == draft->list_count && !tg_draft_add_list(draft, list_name))
    return tg_error_memory(error);
  tg_draft_list *list = &draft->lists[at];
  for (size_t i = 0; i < list->count; i++)
    if (tg_text_equal(name, name_length, list->codes[i].text))
      return tg_draft_say(draft, TG_DRAFT_OUT_CODE, list_name, list->codes[i].text, error);
  tg_draft_code *code = tg_draft_add_code(list, name, name_length);
  if (!code)
    return tg_error_memory(error);
  TRY(copy_labels(&code->labels, row, error));
  for (int language = 0; language < TG_LANGUAGES && code->missing == TG_VALID; language++)
    code->missing = tg_draft_label_kind(code->labels.text[language]);
  if (code->missing != TG_VALID) {
    char detail[192];
    tg_text_print(detail, sizeof detail, "%.100s=%s", code->text, tg_missing_name(code->missing));
    TRY(tg_draft_say(draft, TG_DRAFT_MISSING_LABEL, list_name, detail, error));
  }
cleanup:
  return status;
}

/* ---- survey --------------------------------------------------------------------------------- */

typedef enum form_what {
  FORM_VARIABLE,
  FORM_SELECT, /* the list stands behind */
  FORM_CALCULATE,
  FORM_GROUP,
  FORM_REPEAT,
  FORM_END,
  FORM_SERVICE,
  FORM_NOTHING /* no data at all */
} form_what;

static const struct {
  const char *name;
  form_what what;
  tg_variable_type type;
} types[] = {
    {"select_one", FORM_SELECT, TG_SELECT_ONE},
    {"select one", FORM_SELECT, TG_SELECT_ONE},
    {"select_multiple", FORM_SELECT, TG_SELECT_MULTIPLE},
    {"select multiple", FORM_SELECT, TG_SELECT_MULTIPLE},
    {"integer", FORM_VARIABLE, TG_INTEGER},
    {"int", FORM_VARIABLE, TG_INTEGER},
    {"decimal", FORM_VARIABLE, TG_DECIMAL},
    {"range", FORM_VARIABLE, TG_DECIMAL},
    {"text", FORM_VARIABLE, TG_STRING},
    {"string", FORM_VARIABLE, TG_STRING},
    {"barcode", FORM_VARIABLE, TG_STRING},
    {"hidden", FORM_VARIABLE, TG_STRING},
    {"time", FORM_VARIABLE, TG_STRING},
    {"date", FORM_VARIABLE, TG_DATE},
    {"datetime", FORM_VARIABLE, TG_DATE},
    {"today", FORM_VARIABLE, TG_DATE},
    {"calculate", FORM_CALCULATE, TG_STRING},
    {"begin group", FORM_GROUP, TG_STRING},
    {"begin_group", FORM_GROUP, TG_STRING},
    {"begin repeat", FORM_REPEAT, TG_STRING},
    {"begin_repeat", FORM_REPEAT, TG_STRING},
    {"end group", FORM_END, TG_STRING},
    {"end_group", FORM_END, TG_STRING},
    {"end repeat", FORM_END, TG_STRING},
    {"end_repeat", FORM_END, TG_STRING},
    {"note", FORM_NOTHING, TG_STRING},
    {"start", FORM_SERVICE, TG_STRING},
    {"end", FORM_SERVICE, TG_STRING},
    {"deviceid", FORM_SERVICE, TG_STRING},
    {"username", FORM_SERVICE, TG_STRING},
    {"phonenumber", FORM_SERVICE, TG_STRING},
    {"phone_number", FORM_SERVICE, TG_STRING},
    {"simserial", FORM_SERVICE, TG_STRING},
    {"subscriberid", FORM_SERVICE, TG_STRING},
    {"email", FORM_SERVICE, TG_STRING},
    {"audit", FORM_SERVICE, TG_STRING},
};

/* The row of `types` whose name begins a type cell, the longest; *rest is what follows.  SIZE_MAX for none. */
static size_t find_type(const char *cell, const char **rest) {
  size_t best = SIZE_MAX, best_length = 0;
  for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
    size_t length = strlen(types[i].name);
    char begin[32];
    tg_text_print(begin, sizeof begin, "%.*s", (int)length, cell);
    if (length > best_length && tg_text_same(begin, types[i].name) &&
        (cell[length] == '\0' || cell[length] == ' ')) {
      best = i;
      best_length = length;
    }
  }
  *rest = cell + best_length;
  return best;
}

static trygg_status open_group(form_reader *reader, const form_row *row, int repeat, trygg_error *error) {
  if (reader->groups == MOST_GROUPS)
    return fail(reader, row, "groups are nested more than 64 deep", error);
  reader->relevant[reader->groups] = row->cells[CELL_RELEVANT][0] != '\0';
  reader->is_repeat[reader->groups] = (unsigned char)repeat;
  reader->repeats += (size_t)repeat;
  reader->groups++;
  reader->has_groups = 1;
  return TRYGG_OK;
}

static trygg_status close_group(form_reader *reader, const form_row *row, trygg_error *error) {
  if (reader->groups == 0)
    return fail(reader, row, "a group ends here that was not begun", error);
  reader->groups--;
  reader->repeats -= reader->is_repeat[reader->groups];
  return TRYGG_OK;
}

/* Whether only some are asked: the question or a group around it has a condition. */
static int is_conditional(const form_reader *reader, const form_row *row) {
  if (row->cells[CELL_RELEVANT][0])
    return 1;
  for (size_t i = 0; i < reader->groups; i++)
    if (reader->relevant[i])
      return 1;
  return 0;
}

/* The list that follows `select_one`; TG_NONE once it was said why the variable is left out. */
static trygg_status find_list(form_reader *reader, const char *name, tg_variable_type type, const char *rest,
                              size_t *out, trygg_error *error) {
  trygg_draft *draft = reader->draft;
  size_t length, word_length;
  const char *list = tg_text_word(&rest, &length), *more = tg_text_word(&rest, &word_length);
  char shown[80];
  *out = TG_NONE;
  tg_text_print(shown, sizeof shown, "%.*s", (int)(length < 79 ? length : 79), list ? list : "");
  for (size_t i = 0; i < draft->list_count && list; i++)
    if (tg_text_equal(list, length, draft->lists[i].name))
      *out = i;
  if (*out == TG_NONE)
    return tg_draft_say(draft, TG_DRAFT_OUT_CHOICES, name, shown, error);
  tg_draft_list *found = &draft->lists[*out];
  int has_other = 0, blanks = 0;
  for (size_t i = 0; i < found->count; i++) {
    has_other |= strcmp(found->codes[i].text, "other") == 0;
    blanks |= strchr(found->codes[i].text, ' ') != NULL;
  }
  if (more && tg_text_equal(more, word_length, "or_other") && !has_other &&
      !tg_draft_add_code(found, "other", 5))
    return tg_error_memory(error);
  if (type != TG_SELECT_MULTIPLE || (found->count <= MOST_MASK_CODES && !blanks))
    return TRYGG_OK;
  *out = TG_NONE;
  return tg_draft_say(draft, TG_DRAFT_OUT_MANY, name, shown, error);
}

static trygg_status add_question(form_reader *reader, const form_row *row, const char *name,
                                 tg_variable_type type, size_t list, int calculated, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  trygg_draft *draft = reader->draft;
  tg_role role = tg_draft_name_role(name);
  if (calculated && (role == TG_ROLE_WEIGHT || role == TG_ROLE_FPC))
    type = TG_DECIMAL;
  if (tg_draft_find(draft, name) != TG_NONE)
    return tg_draft_say(draft, TG_DRAFT_OUT_TWICE, "", name, error);
  tg_draft_variable *variable = tg_draft_add_variable(draft, name, type);
  if (!variable)
    return tg_error_memory(error);
  variable->list = list;
  TRY(copy_labels(&variable->labels, row, error));
  if (is_conditional(reader, row)) {
    variable->empty = TG_NOT_APPLICABLE;
    TRY(tg_draft_say(draft, TG_DRAFT_EMPTY_RELEVANT, name, "", error));
  }
  if (calculated)
    TRY(tg_draft_say(draft, TG_DRAFT_TYPE_FORM, name, "calculate", error));
  if (type == TG_DATE && tg_text_same(row->cells[CELL_TYPE], "today") && role == TG_ROLE_NONE) {
    variable->role = TG_ROLE_DATE;
    for (size_t i = 0; i + 1 < draft->variable_count; i++)
      if (draft->variables[i].role == TG_ROLE_DATE)
        variable->role = TG_ROLE_NONE;
  }
  if (variable->role == TG_ROLE_NONE)
    TRY(tg_draft_take_role(draft, NULL, error));
cleanup:
  return status;
}

static trygg_status take_question(form_reader *reader, const form_row *row, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  trygg_draft *draft = reader->draft;
  size_t length = strlen(row->cells[CELL_TYPE]), list = TG_NONE;
  char cell[256], name[128];
  const char *rest, *trimmed = tg_text_trim(row->cells[CELL_TYPE], &length);
  if (length == 0)
    return TRYGG_OK;
  tg_text_print(cell, sizeof cell, "%.*s", (int)(length < 255 ? length : 255), trimmed);
  size_t type = find_type(cell, &rest), name_length = strlen(row->cells[CELL_NAME]);
  trimmed = tg_text_trim(row->cells[CELL_NAME], &name_length);
  tg_text_print(name, sizeof name, "%.*s", (int)(name_length < 127 ? name_length : 127), trimmed);
  form_what what = type == SIZE_MAX ? FORM_VARIABLE : types[type].what;
  if (what == FORM_GROUP || what == FORM_REPEAT)
    return open_group(reader, row, what == FORM_REPEAT, error);
  if (what == FORM_END)
    return close_group(reader, row, error);
  if (what == FORM_NOTHING)
    return TRYGG_OK;
  if (type == SIZE_MAX)
    return tg_draft_say(draft, TG_DRAFT_OUT_TYPE, name, cell, error);
  if (what == FORM_SERVICE)
    return tg_draft_say(draft, TG_DRAFT_OUT_SERVICE, name, cell, error);
  if (!tg_draft_name_is_good(name))
    return tg_draft_say(draft, TG_DRAFT_OUT_NAME, "", name, error);
  if (reader->repeats > 0)
    return tg_draft_say(draft, TG_DRAFT_OUT_REPEAT, name, cell, error);
  if (what == FORM_SELECT) {
    TRY(find_list(reader, name, types[type].type, rest, &list, error));
    if (list == TG_NONE)
      goto cleanup;
  }
  TRY(add_question(reader, row, name, types[type].type, list, what == FORM_CALCULATE, error));
cleanup:
  return status;
}

/* ---- settings --------------------------------------------------------------------------------- */

static trygg_status take_settings(form_reader *reader, const form_row *row, trygg_error *error) {
  static const struct {
    int cell, setting;
  } pairs[] = {{CELL_TITLE, TG_DRAFT_TITLE}, {CELL_FORM, TG_DRAFT_FORM}, {CELL_VERSION, TG_DRAFT_VERSION}};
  trygg_draft *draft = reader->draft;
  tg_language language = TG_DEFAULT_LANGUAGE;
  const char *spoken = row->cells[CELL_LANGUAGE];
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
    const char *text = row->cells[pairs[i].cell];
    if (!*text)
      continue;
    tg_memory_free(draft->settings[pairs[i].setting]);
    if (!(draft->settings[pairs[i].setting] = tg_memory_string(text)))
      return tg_error_memory(error);
  }
  if (*spoken && !draft->settings[TG_DRAFT_LANGUAGE] &&
      tg_labels_language(spoken, strlen(spoken), &language) == 0 &&
      !(draft->settings[TG_DRAFT_LANGUAGE] = tg_memory_string(language == TG_SWEDISH ? "sv" : "en")))
    return tg_error_memory(error);
  return TRYGG_OK;
}

/* ---- the whole ----------------------------------------------------------------------------------- */

static trygg_status say_unused(trygg_draft *draft, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  for (size_t i = 0; i < draft->list_count; i++) {
    size_t k = 0;
    while (k < draft->variable_count && draft->variables[k].list != i)
      k++;
    if (k == draft->variable_count)
      TRY(tg_draft_say(draft, TG_DRAFT_OUT_LIST, "", draft->lists[i].name, error));
  }
cleanup:
  return status;
}

trygg_status tg_draft_form(trygg_draft *draft, const char *folder, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  form_reader reader = {.draft = draft};
  reader.relevant = tg_memory_new(MOST_GROUPS, 1);
  reader.is_repeat = tg_memory_new(MOST_GROUPS, 1);
  if (!reader.relevant || !reader.is_repeat) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  TRY(read_sheet(&reader, folder, "choices", take_choice, 0, error));
  TRY(read_sheet(&reader, folder, "survey", take_question, 1, error));
  if (reader.groups > 0) {
    status = tg_error_at(error, TRYGG_EPARSE, folder, 0, 0, NULL,
                         "the sheet `survey` begins a group that never ends; add its `end group`");
    goto cleanup;
  }
  TRY(read_sheet(&reader, folder, "settings", take_settings, 0, error));
  if (reader.has_groups)
    TRY(tg_draft_say(draft, TG_DRAFT_ABOUT_GROUPS, "", "", error));
  TRY(say_unused(draft, error));
cleanup:
  tg_memory_free(reader.relevant);
  tg_memory_free(reader.is_repeat);
  return status;
}
