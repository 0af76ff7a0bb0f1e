/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drafting from the cells of a table: each column's profile, and what it makes probable. */
#include <codebook/draft.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <base/number.h>
#include <source/records.h>

#define PLAIN_CODES 12 /* so few different numbers are codes however short the file is */

/* ---- kinds of missing ----------------------------------------------------------------------- */

/* Which candidates stand apart, from the answers outwards. */
static void find_apart(const tg_draft_profile *profile, unsigned char *missing) {
  double high = profile->high;
  for (size_t i = 0; i < tg_draft_apart_count; i++) {
    const tg_draft_apart *candidate = &tg_draft_aparts[i];
    missing[i] = 0;
    if (profile->apart[i] == 0 || profile->told)
      continue;
    if (candidate->code < 0)
      missing[i] = profile->low >= 0 && profile->high >= profile->low;
    else if (profile->high >= profile->low && candidate->code - high >= candidate->gap)
      missing[i] = 1;
    else
      high = candidate->code > high ? candidate->code : high;
  }
}

/* The candidate that a text is, or SIZE_MAX. */
static size_t candidate_of(const char *text) {
  double number;
  if (tg_number_parse(text, strlen(text), 0, &number) == 0)
    for (size_t i = 0; i < tg_draft_apart_count; i++)
      if (number == tg_draft_aparts[i].code)
        return i;
  return SIZE_MAX;
}

static trygg_status say_apart(trygg_draft *draft, const char *variable, const char *code, tg_missing kind,
                              trygg_error *error) {
  char detail[64];
  tg_text_print(detail, sizeof detail, "%s=%s", code, tg_missing_name(kind));
  return tg_draft_say(draft, TG_DRAFT_MISSING_APART, variable, detail, error);
}

/* Codes of a number that are no answers. */
static trygg_status take_missing(trygg_draft *draft, const tg_draft_profile *profile, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  unsigned char *missing = tg_memory_new(tg_draft_apart_count, 1);
  if (!missing)
    return tg_error_memory(error);
  find_apart(profile, missing);
  for (size_t i = 0; i < tg_draft_apart_count; i++) {
    char code[TG_NUMBER_SIZE];
    if (!missing[i])
      continue;
    tg_number_format_integer(code, tg_draft_aparts[i].code);
    if (!tg_draft_add_missing(&draft->variables[draft->variable_count - 1], code, strlen(code),
                              tg_draft_aparts[i].kind)) {
      status = tg_error_memory(error);
      goto cleanup;
    }
    TRY(say_apart(draft, profile->name, code, tg_draft_aparts[i].kind, error));
  }
cleanup:
  tg_memory_free(missing);
  return status;
}

/* ---- lists ------------------------------------------------------------------------------------ */

/* Numbers by size, then texts by bytes. */
static int by_value(const void *a, const void *b) {
  const struct tg_draft_value *x = a, *y = b;
  double p, q;
  int x_number = tg_number_parse(x->text, strlen(x->text), 0, &p) == 0;
  int y_number = tg_number_parse(y->text, strlen(y->text), 0, &q) == 0;
  if (x_number && y_number && p != q)
    return p < q ? -1 : 1;
  return x_number != y_number ? y_number - x_number : strcmp(x->text, y->text);
}

/* The variable added last gets a list of its values. */
static trygg_status take_list(trygg_draft *draft, const tg_draft_profile *profile, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  unsigned char *missing = tg_memory_new(tg_draft_apart_count, 1);
  struct tg_draft_value *sorted = tg_memory_new(profile->value_count, sizeof *sorted);
  tg_draft_list *list = tg_draft_add_list(draft, profile->name);
  if (!missing || !sorted || !list) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  draft->variables[draft->variable_count - 1].list = draft->list_count - 1;
  if (profile->value_count)
    memcpy(sorted, profile->values, profile->value_count * sizeof *sorted);
  qsort(sorted, profile->value_count, sizeof *sorted, by_value);
  find_apart(profile, missing);
  for (size_t i = 0; i < profile->value_count; i++) {
    tg_draft_code *code = tg_draft_add_code(list, sorted[i].text, strlen(sorted[i].text));
    if (!code) {
      status = tg_error_memory(error);
      goto cleanup;
    }
    size_t candidate = profile->numbers > 0 ? candidate_of(sorted[i].text) : SIZE_MAX;
    if (candidate == SIZE_MAX && (code->missing = tg_draft_label_kind(code->text)) != TG_VALID) {
      char detail[TG_DRAFT_LENGTH + 32];
      tg_text_print(detail, sizeof detail, "%s=%s", code->text, tg_missing_name(code->missing));
      TRY(tg_draft_say(draft, TG_DRAFT_MISSING_LABEL, profile->name, detail, error));
    } else if (candidate != SIZE_MAX && missing[candidate]) {
      code->missing = tg_draft_aparts[candidate].kind;
      TRY(say_apart(draft, profile->name, code->text, code->missing, error));
    }
  }
cleanup:
  tg_memory_wipe(sorted, sorted ? profile->value_count * sizeof *sorted : 0);
  tg_memory_free(missing);
  return status;
}

/* ---- types ------------------------------------------------------------------------------------- */

/* Few texts, each of which several respondents gave. */
static int has_words(const tg_draft_profile *profile) {
  if (profile->many || profile->value_count == 0 || profile->value_count > TG_DRAFT_CODES)
    return 0;
  for (size_t i = 0; i < profile->value_count; i++)
    if (profile->values[i].count < TG_DRAFT_FEW || strpbrk(profile->values[i].text, "@\"\n\r"))
      return 0;
  return 1;
}

/* Few whole numbers; one or two digits are nobody's own words, more must repeat. */
static int has_codes(const tg_draft_profile *profile) {
  size_t filled = profile->cells - profile->empty;
  if (profile->many || profile->numbers != filled || profile->whole != filled ||
      profile->value_count > TG_DRAFT_CODES)
    return 0;
  if (profile->value_count > PLAIN_CODES && filled < 5 * profile->value_count)
    return 0;
  for (size_t i = 0; i < profile->value_count; i++)
    if (strlen(profile->values[i].text) > 2 && profile->values[i].count < TG_DRAFT_FEW)
      return 0;
  return 1;
}

typedef struct guess {
  tg_variable_type type;
  tg_draft_reason reason;
  char detail[TG_NUMBER_SIZE];
} guess;

/* The type that the cells make probable; a name that is known for a role may decide. */
static guess guess_type(const tg_draft_profile *profile) {
  size_t filled = profile->cells - profile->empty;
  tg_role role = profile->role;
  int number = role == TG_ROLE_WEIGHT || role == TG_ROLE_FPC || role == TG_ROLE_WAVE ||
               tg_draft_name_counts(profile->name);
  guess made = {TG_STRING, TG_DRAFT_TYPE_TEXT, ""};
  if (filled == 0) {
    made.reason = TG_DRAFT_TYPE_EMPTY;
  } else if (profile->dates == filled) {
    made = (guess){TG_DATE, TG_DRAFT_TYPE_DATE, ""};
  } else if (role == TG_ROLE_ID && !profile->zeros && profile->whole == filled) {
    made = (guess){TG_INTEGER, TG_DRAFT_TYPE_NUMBER, "integer"};
  } else if (role == TG_ROLE_ID) {
    made.reason = profile->zeros ? TG_DRAFT_TYPE_ZEROS : TG_DRAFT_TYPE_TEXT;
  } else if (!number && has_codes(profile)) {
    made = (guess){TG_SELECT_ONE, TG_DRAFT_TYPE_CODES, ""};
    tg_number_format_integer(made.detail, (int64_t)profile->value_count);
  } else if (profile->numbers < filled && has_words(profile)) {
    made = (guess){TG_SELECT_ONE, TG_DRAFT_TYPE_WORDS, ""};
    tg_number_format_integer(made.detail, (int64_t)profile->value_count);
  } else if (profile->numbers == filled && profile->zeros > 0 && profile->whole == filled && !number) {
    made.reason = TG_DRAFT_TYPE_ZEROS;
  } else if (profile->numbers == filled) {
    made = (guess){profile->whole == filled ? TG_INTEGER : TG_DECIMAL, TG_DRAFT_TYPE_NUMBER, ""};
    tg_text_print(made.detail, sizeof made.detail, "%s", profile->whole == filled ? "integer" : "decimal");
  }
  return made;
}

trygg_status tg_draft_take_profile(trygg_draft *draft, const tg_draft_profile *profile, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  guess made = guess_type(profile);
  if (!tg_draft_add_variable(draft, profile->name, made.type))
    return tg_error_memory(error);
  TRY(tg_draft_say(draft, made.reason, profile->name, made.detail, error));
  if (made.type == TG_SELECT_ONE)
    TRY(take_list(draft, profile, error));
  TRY(tg_draft_take_role(draft, profile, error));
  if ((made.type == TG_INTEGER || made.type == TG_DECIMAL) &&
      draft->variables[draft->variable_count - 1].role == TG_ROLE_NONE)
    TRY(take_missing(draft, profile, error));
cleanup:
  return status;
}

/* ---- roles --------------------------------------------------------------------------------------- */

static int by_hash(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

/* Cells of an id that repeat another one. */
static size_t repeats(const tg_draft_profile *profile) {
  size_t count = 0;
  if (profile->hash_count)
    qsort(profile->hashes, profile->hash_count, sizeof *profile->hashes, by_hash);
  for (size_t i = 1; i < profile->hash_count; i++)
    count += profile->hashes[i] == profile->hashes[i - 1];
  return count;
}

/* Roles that one variable can have; 1 when another has it already. */
static int is_taken(const trygg_draft *draft, tg_role role) {
  if (role == TG_ROLE_DOMAIN)
    return 0;
  for (size_t i = 0; i + 1 < draft->variable_count; i++)
    if (draft->variables[i].role == role)
      return 1;
  return 0;
}

static const char *role_word(tg_role role) {
  static const char *const words[TG_ROLES] = {
      [TG_ROLE_ID] = "id",           [TG_ROLE_WAVE] = "wave",
      [TG_ROLE_WEIGHT] = "weight",   [TG_ROLE_STRATUM] = "stratum",
      [TG_ROLE_CLUSTER] = "cluster", [TG_ROLE_FPC] = "fpc",
      [TG_ROLE_DOMAIN] = "domain",   [TG_ROLE_SOURCE] = "source",
      [TG_ROLE_DATE] = "date",       [TG_ROLE_HOUSEHOLD] = "household"};
  return words[role] ? words[role] : "";
}

trygg_status tg_draft_take_role(trygg_draft *draft, const tg_draft_profile *profile, trygg_error *error) {
  tg_draft_variable *variable = &draft->variables[draft->variable_count - 1];
  tg_role role = tg_draft_name_role(variable->name);
  int number = variable->type == TG_INTEGER || variable->type == TG_DECIMAL;
  if (role == TG_ROLE_NONE || (profile && profile->cells > 0 && profile->empty == profile->cells))
    return TRYGG_OK;
  if ((role == TG_ROLE_DATE) != (variable->type == TG_DATE) || variable->type == TG_SELECT_MULTIPLE)
    return TRYGG_OK;
  if ((role == TG_ROLE_WEIGHT || role == TG_ROLE_FPC) && (!number || (profile && profile->negative > 0)))
    return tg_draft_say(draft, TG_DRAFT_ROLE_NO_WEIGHT, variable->name, "", error);
  if (is_taken(draft, role))
    return tg_draft_say(draft, TG_DRAFT_ROLE_TAKEN, variable->name, role_word(role), error);
  size_t again = role == TG_ROLE_ID && profile ? repeats(profile) : 0;
  if (again > 0) {
    char detail[TG_NUMBER_SIZE];
    tg_number_format_integer(detail, (int64_t)again);
    return tg_draft_say(draft, TG_DRAFT_ROLE_NO_ID, variable->name, detail, error);
  }
  variable->role = role;
  return tg_draft_say(draft, TG_DRAFT_ROLE_BY_NAME, variable->name, role_word(role), error);
}

/* ---- a delimited file ------------------------------------------------------------------------------ */

typedef struct table_reader {
  trygg_draft *draft;
  const char *file;
  char delimiter, decimal;
  tg_draft_profile *profiles;
  char **names;
  size_t count; /* of columns; 0 before the header */
  size_t wave;  /* the column whose name is one of a wave, TG_NONE */
  int64_t records;
} table_reader;

/* A first row that is mostly numbers and dates is a respondent's: nothing of it may become a name. */
static int is_answers(const tg_record *record) {
  size_t count = 0;
  double number;
  for (size_t i = 0; i < record->count; i++)
    count += tg_number_parse(record->fields[i], record->lengths[i], 0, &number) == 0 ||
             tg_codebook_parse_date(record->fields[i], record->lengths[i], &number) == 0;
  return 2 * count > record->count;
}

static trygg_status take_header(table_reader *reader, const tg_record *record, trygg_error *error) {
  if (is_answers(record))
    return tg_error_at(
        error, TRYGG_EPARSE, reader->file, record->line, 0, NULL,
        "the first row holds numbers where the names of columns were expected; put a row of names "
        "before the answers");
  reader->profiles = tg_memory_new(record->count, sizeof *reader->profiles);
  reader->names = tg_memory_new(record->count, sizeof *reader->names);
  if (!reader->profiles || !reader->names)
    return tg_error_memory(error);
  reader->count = record->count;
  reader->wave = TG_NONE;
  if (!reader->decimal)
    reader->decimal = reader->delimiter == ',' ? '.' : '\0';
  for (size_t i = 0; i < record->count; i++) {
    size_t length = record->lengths[i];
    const char *name = tg_text_trim(record->fields[i], &length);
    if (!(reader->names[i] = tg_memory_text(name, length)))
      return tg_error_memory(error);
    trygg_status status =
        tg_draft_profile_begin(&reader->profiles[i], reader->names[i], reader->decimal, error);
    if (status != TRYGG_OK)
      return status;
    if (reader->wave == TG_NONE && reader->profiles[i].role == TG_ROLE_WAVE)
      reader->wave = i;
  }
  return TRYGG_OK;
}

static trygg_status take_record(void *context, const tg_record *record, trygg_error *error) {
  table_reader *reader = context;
  trygg_status status = TRYGG_OK;
  if (reader->count == 0)
    return take_header(reader, record, error);
  if (record->count != reader->count)
    return tg_error_at(
        error, TRYGG_EPARSE, reader->file, record->line, 0, NULL,
        "the record has %zu field%s, the header %zu; give each record a field for each column, and "
        "put fields that hold the delimiter in quotes",
        record->count, record->count == 1 ? "" : "s", reader->count);
  uint64_t wave = TG_NAMES_HASH;
  if (reader->wave != TG_NONE)
    wave = tg_names_hash(wave, record->fields[reader->wave], record->lengths[reader->wave] + 1);
  for (size_t i = 0; i < record->count; i++)
    TRY(tg_draft_profile_take(&reader->profiles[i], record->fields[i], record->lengths[i], wave, error));
  reader->records++;
cleanup:
  return status;
}

/* LimeSurvey's own columns; the first two of them tell an export. */
static int is_lime(const char *name) {
  static const char *const names[] = {"submitdate", "lastpage",  "startlanguage", "seed",
                                      "startdate",  "datestamp", "ipaddr",        "refurl"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp(name, names[i]) == 0)
      return 1 + (i < 2);
  return 0;
}

static int is_lime_export(const table_reader *reader) {
  int marks = 0, own = 0;
  for (size_t i = 0; i < reader->count; i++) {
    marks += is_lime(reader->names[i]) == 2;
    own += is_lime(reader->names[i]) > 0;
  }
  return marks >= 1 && own >= 2;
}

static trygg_status take_column(table_reader *reader, size_t i, int lime, trygg_error *error) {
  trygg_draft *draft = reader->draft;
  const char *name = reader->names[i];
  char position[TG_NUMBER_SIZE], detail[TG_NUMBER_SIZE];
  tg_number_format_integer(position, (int64_t)i + 1);
  if (!tg_draft_name_is_good(name))
    return tg_draft_say(draft, TG_DRAFT_OUT_NAME, "", position, error);
  if (tg_draft_find(draft, name) != TG_NONE)
    return tg_draft_say(draft, TG_DRAFT_OUT_TWICE, "", position, error);
  if (lime && strcmp(name, "submitdate") == 0) {
    tg_number_format_integer(detail, (int64_t)reader->profiles[i].empty);
    trygg_status status = tg_draft_say(draft, TG_DRAFT_ABOUT_LIME, "", detail, error);
    return status == TRYGG_OK ? tg_draft_take_profile(draft, &reader->profiles[i], error) : status;
  }
  if (lime && is_lime(name))
    return tg_draft_say(draft, TG_DRAFT_OUT_SERVICE, name, "LimeSurvey", error);
  return tg_draft_take_profile(draft, &reader->profiles[i], error);
}

static int has_role(const trygg_draft *draft, tg_role role) {
  for (size_t i = 0; i < draft->variable_count; i++)
    if (draft->variables[i].role == role)
      return 1;
  return 0;
}

static trygg_status add_code(tg_draft_list *list, const char *text, const char *english, const char *swedish,
                             const char *disposition, int in_swedish, trygg_error *error) {
  tg_draft_code *code = tg_draft_add_code(list, text, strlen(text));
  if (!code || !(code->labels.text[TG_DEFAULT_LANGUAGE] = tg_memory_string(in_swedish ? swedish : english)))
    return tg_error_memory(error);
  code->disposition = disposition;
  return TRYGG_OK;
}

/* A response that was never sent in is a partial one: recodes.csv makes a status of submitdate, whose empty cells mean
 * the code `incomplete`. */
static trygg_status add_lime_status(trygg_draft *draft, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  const char *name = tg_draft_find(draft, "status") == TG_NONE ? "status" : "submit_status";
  if (tg_draft_find(draft, "submitdate") == TG_NONE || tg_draft_find(draft, name) != TG_NONE ||
      has_role(draft, TG_ROLE_STATUS))
    return TRYGG_OK;
  tg_draft_list *list = tg_draft_add_list(draft, name);
  if (!list)
    return tg_error_memory(error);
  TRY(add_code(list, "complete", "Sent in", "Inskickat", "I", draft->swedish, error));
  TRY(add_code(list, "incomplete", "Not sent in", "Ej inskickat", "P", draft->swedish, error));
  tg_draft_variable *variable = tg_draft_add_variable(draft, name, TG_SELECT_ONE);
  if (!variable)
    return tg_error_memory(error);
  variable->role = TG_ROLE_STATUS;
  variable->list = draft->list_count - 1;
  variable->empty_code = "incomplete";
  variable->from = "submitdate";
  variable->to = "complete";
cleanup:
  return status;
}

trygg_status tg_draft_columns(trygg_draft *draft, const char *path, const trygg_draft_options *options,
                              trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_source_limits limits = {.bytes = options->max_bytes};
  tg_records_options records = {.delimiter = options->delimiter, .progress = options->progress};
  table_reader reader = {.draft = draft, .decimal = options->decimal};
  tg_source *source = NULL;
  TRY(tg_source_open(path, &limits, &source, error));
  reader.file = tg_source_name(source);
  TRY(tg_records_read(source, &records, take_record, &reader, &reader.delimiter, error));
  draft->records = reader.records;
  int lime = is_lime_export(&reader);
  for (size_t i = 0; i < reader.count; i++) {
    tg_draft_profile_end(&reader.profiles[i]);
    TRY(take_column(&reader, i, lime, error));
  }
  if (lime)
    TRY(add_lime_status(draft, error));
  if (!has_role(draft, TG_ROLE_WEIGHT))
    TRY(tg_draft_say(draft, TG_DRAFT_NO_ROLE_WEIGHT, "", "", error));
cleanup:
  for (size_t i = 0; i < reader.count; i++) {
    if (reader.profiles)
      tg_draft_profile_clear(&reader.profiles[i]);
    if (reader.names)
      tg_memory_free(reader.names[i]);
  }
  tg_memory_free(reader.profiles);
  tg_memory_free(reader.names);
  tg_source_free(source);
  return status;
}
