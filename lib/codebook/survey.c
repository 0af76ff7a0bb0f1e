/* SPDX-License-Identifier: GPL-3.0-or-later */
/* survey.csv: the variables, what they are for and which of their cells are missing. */
#include <codebook/reader.h>

#include <string.h>

#include <base/number.h>
#include <base/text.h>
#include <codebook/labels.h>

enum { SURVEY_TYPE, SURVEY_NAME, SURVEY_ROLE, SURVEY_MISSING, SURVEY_EMPTY, SURVEY_FIELDS };

static const tg_sheet_field fields[SURVEY_FIELDS] = {
    [SURVEY_TYPE] = {"type", 1, "select_one LIST, select_multiple LIST, integer, decimal, text or date"},
    [SURVEY_NAME] = {"name", 1, "the column in the data; rep1..rep160 stands for a range of columns"},
    [SURVEY_ROLE] = {"role", 0,
                     "what the variable is for: id wave weight stratum cluster fpc domain status source "
                     "date household replicate inclusion; stratum2 cluster2 fpc2 ... at later stages"},
    [SURVEY_MISSING] = {"missing", 0, "codes that are no answer, as 88=dont_know 99=no_answer"},
    [SURVEY_EMPTY] = {"empty", 0, "what an empty cell means: a code or a kind of missing (no_answer)"},
};

const char *const tg_survey_types[TG_VARIABLE_TYPES] = {
    [TG_SELECT_ONE] = "select_one", [TG_SELECT_MULTIPLE] = "select_multiple",
    [TG_INTEGER] = "integer",       [TG_DECIMAL] = "decimal",
    [TG_STRING] = "text",           [TG_DATE] = "date",
};

/* What is asked of a variable with a role. */
#define TYPE(type) (1u << (type))
#define NUMBERS (TYPE(TG_INTEGER) | TYPE(TG_DECIMAL))
#define ANYTHING ((1u << TG_VARIABLE_TYPES) - 1u)
#define KEYS (ANYTHING & ~TYPE(TG_SELECT_MULTIPLE) & ~TYPE(TG_DATE))

static const struct {
  const char *name;
  int staged;     /* may carry a stage: stratum2 */
  int several;    /* more than one variable may have it */
  unsigned types; /* that it may have */
} roles[TG_ROLES] = {
    [TG_ROLE_NONE] = {"", 0, 1, ANYTHING},
    [TG_ROLE_ID] = {"id", 0, 1, KEYS},
    [TG_ROLE_WAVE] = {"wave", 0, 0, KEYS},
    [TG_ROLE_WEIGHT] = {"weight", 0, 0, NUMBERS},
    [TG_ROLE_STRATUM] = {"stratum", 1, 1, KEYS},
    [TG_ROLE_CLUSTER] = {"cluster", 1, 1, KEYS},
    [TG_ROLE_FPC] = {"fpc", 1, 0, NUMBERS},
    [TG_ROLE_DOMAIN] = {"domain", 0, 1, ANYTHING},
    [TG_ROLE_STATUS] = {"status", 0, 0, TYPE(TG_SELECT_ONE)},
    [TG_ROLE_SOURCE] = {"source", 0, 0, KEYS},
    [TG_ROLE_DATE] = {"date", 0, 0, TYPE(TG_DATE)},
    [TG_ROLE_HOUSEHOLD] = {"household", 0, 0, KEYS},
    [TG_ROLE_REPLICATE] = {"replicate", 0, 1, NUMBERS},
    [TG_ROLE_INCLUSION] = {"inclusion", 1, 0, NUMBERS},
};

/* ---- one row ---------------------------------------------------------------------------------- */

trygg_status tg_survey_parse_type(const tg_sheet_row *row, size_t field, tg_variable *pattern,
                                  trygg_error *error) {
  const char *cursor = row->cells[field];
  size_t length, list_length, rest_length;
  const char *word = tg_text_word(&cursor, &length);
  const char *list = tg_text_word(&cursor, &list_length), *rest = tg_text_word(&cursor, &rest_length);
  int type = 0;
  while (type < TG_VARIABLE_TYPES && !(word && tg_text_equal(word, length, tg_survey_types[type])))
    type++;
  if (type == TG_VARIABLE_TYPES) {
    char shown[80];
    tg_text_print(shown, sizeof shown, "%s", tg_sheet_show(word ? word : "", word ? length : 0).text);
    return tg_sheet_fail(
        error, TRYGG_ENAME, row, field,
        "`%s` is no type%s (known: select_one LIST, select_multiple LIST, integer, decimal, text, "
        "date)",
        shown, TG_SUGGESTED(tg_text_nearest(shown, TG_VARIABLE_TYPES, tg_text_name_at, tg_survey_types)));
  }
  pattern->type = (tg_variable_type)type;
  int coded = tg_variable_is_coded(pattern);
  if (coded != (list != NULL) || rest)
    return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, field,
                         coded ? "`%s` must be followed by the name of one list of choices.csv"
                               : "nothing may follow the type `%s`",
                         tg_survey_types[type]);
  if (list && !(pattern->list = tg_memory_text(list, list_length)))
    return tg_error_memory(error);
  return TRYGG_OK;
}

static const char *role_name_at(const void *context, size_t i) {
  (void)context;
  return roles[i + 1].name;
}

/* "stratum2" is role `stratum` at stage 2. */
static trygg_status parse_role(const tg_sheet_row *row, tg_variable *pattern, trygg_error *error) {
  const char *cell = row->cells[SURVEY_ROLE];
  size_t length = strlen(cell), letters = length;
  while (letters > 0 && cell[letters - 1] >= '0' && cell[letters - 1] <= '9')
    letters--;
  int64_t stage = 1;
  int role = TG_ROLE_NONE, staged = letters < length;
  if (staged && tg_number_parse_integer(cell + letters, length - letters, &stage) != 0)
    stage = 0;
  while (role < TG_ROLES &&
         !(tg_text_equal(cell, letters, roles[role].name) && (!staged || roles[role].staged)))
    role++;
  if (role == TG_ROLES || stage < 1)
    return tg_sheet_fail(
        error, TRYGG_ENAME, row, SURVEY_ROLE,
        "`%s` is no role%s (known: id wave weight stratum cluster fpc domain status source date "
        "household replicate inclusion)",
        TG_SHOWN(cell), TG_SUGGESTED(tg_text_nearest(cell, TG_ROLES - 1, role_name_at, NULL)));
  if (stage > TG_MAX_STAGES)
    return tg_sheet_fail(error, TRYGG_ELIMIT, row, SURVEY_ROLE, "a sample may have at most %d stages",
                         TG_MAX_STAGES);
  if (!(roles[role].types & TYPE(pattern->type)))
    return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, SURVEY_TYPE,
                         "a variable of type `%s` cannot have the role `%s`", tg_survey_types[pattern->type],
                         roles[role].name);
  pattern->role = (tg_role)role;
  pattern->stage = (int)stage;
  return TRYGG_OK;
}

trygg_status tg_survey_append(trygg_codebook *codebook, const tg_sheet_row *row, size_t field,
                              const char *name, size_t length, const tg_variable *pattern,
                              trygg_error *error) {
  trygg_status status = tg_sheet_check_name(row, field, name, length, error);
  if (status != TRYGG_OK)
    return status;
  size_t before = tg_codebook_find_variable(codebook, name, length);
  if (before != TG_NONE)
    return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, field,
                         "variable `%s` is there a second time (first in %s:%lld)",
                         tg_sheet_show(name, length).text, codebook->variables[before].file,
                         (long long)codebook->variables[before].line);
  if (codebook->variable_count >= TG_MAX_VARIABLES)
    return tg_sheet_fail(error, TRYGG_ELIMIT, row, field, "a survey may have at most %d variables",
                         (int)TG_MAX_VARIABLES);
  tg_variable *grown = tg_sheet_room(codebook->variables, codebook->variable_count, sizeof *grown);
  if (!grown)
    return tg_error_memory(error);
  codebook->variables = grown;
  tg_variable *variable = &grown[codebook->variable_count++];
  *variable = (tg_variable){.type = pattern->type,
                            .role = pattern->role,
                            .stage = pattern->stage,
                            .empty = TG_NO_ANSWER,
                            .empty_code = TG_NONE,
                            .line = row->line,
                            .row = row};
  variable->name = tg_memory_text(name, length);
  variable->file = tg_memory_string(row->file);
  if (pattern->list)
    variable->list = tg_memory_string(pattern->list);
  if (!variable->name || !variable->file || (pattern->list && !variable->list) ||
      tg_labels_copy(&variable->labels, &row->labels) != 0 ||
      tg_names_put(&codebook->variable_names, variable->name, codebook->variable_count - 1) != 0)
    return tg_error_memory(error);
  return TRYGG_OK;
}

/* The whole number that ends name[0..length), with how many digits; -1 when there is none. */
static int64_t final_number(const char *name, size_t length, size_t *digits) {
  int64_t number = -1;
  *digits = 0;
  while (*digits < length && *digits < 9 && name[length - *digits - 1] >= '0' &&
         name[length - *digits - 1] <= '9')
    ++*digits;
  return tg_number_parse_integer(name + length - *digits, *digits, &number) == 0 ? number : -1;
}

/* rep1..rep160, or w001..w080 with zeros in front. */
static trygg_status append_range(trygg_codebook *codebook, const tg_sheet_row *row, const char *dots,
                                 const tg_variable *pattern, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  const char *first = row->cells[SURVEY_NAME], *last = dots + 2;
  size_t first_length = (size_t)(dots - first), last_length = strlen(last), first_digits, last_digits;
  int64_t from = final_number(first, first_length, &first_digits),
          to = final_number(last, last_length, &last_digits);
  size_t stem = first_length - first_digits;
  if (from < 0 || to < from || last_length - last_digits != stem || memcmp(first, last, stem) != 0)
    return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, SURVEY_NAME,
                         "`%s` is no range of columns; write it as rep1..rep160", TG_SHOWN(first));
  for (int64_t number = from; number <= to; number++) {
    char name[200], digits[TG_NUMBER_SIZE];
    size_t width = strlen(tg_number_format_integer(digits, number));
    int zeros = first_digits == last_digits && width < first_digits ? (int)(first_digits - width) : 0;
    tg_text_print(name, sizeof name, "%.*s%.*s%s", (int)(stem < 150 ? stem : 150), first, zeros, "000000000",
                  digits);
    TRY(tg_survey_append(codebook, row, SURVEY_NAME, name, strlen(name), pattern, error));
  }
cleanup:
  return status;
}

static trygg_status add_variable(trygg_codebook *codebook, const tg_sheet_row *row, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_variable pattern = {0};
  const char *name = row->cells[SURVEY_NAME], *dots = strstr(name, "..");
  TRY(tg_survey_parse_type(row, SURVEY_TYPE, &pattern, error));
  TRY(parse_role(row, &pattern, error));
  if (dots)
    TRY(append_range(codebook, row, dots, &pattern, error));
  else
    TRY(tg_survey_append(codebook, row, SURVEY_NAME, name, strlen(name), &pattern, error));
cleanup:
  tg_memory_free(pattern.list);
  return status;
}

const tg_sheet tg_survey_sheet = {
    .name = "survey",
    .help = "the variables, one a row",
    .required = 1,
    .labelled = 1,
    .fields = fields,
    .field_count = SURVEY_FIELDS,
    .add = add_variable,
};

/* ---- codes -------------------------------------------------------------------------------------- */

/* One pair 88=dont_know. */
static trygg_status add_missing(tg_variable *variable, const char *pair, size_t length, trygg_error *error) {
  const tg_sheet_row *row = variable->row;
  const char *equals = memchr(pair, '=', length);
  tg_missing kind;
  if (!equals || equals == pair)
    return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, SURVEY_MISSING,
                         "`%s` is no pair of a code and a kind; write it as 99=no_answer",
                         tg_sheet_show(pair, length).text);
  size_t code_length = (size_t)(equals - pair);
  trygg_status status =
      tg_choices_kind(row, SURVEY_MISSING, equals + 1, length - code_length - 1, &kind, error);
  if (status != TRYGG_OK)
    return status;
  int by_number;
  size_t at = tg_variable_code(variable, pair, code_length, &by_number);
  if (at != TG_NONE && variable->codes[at].missing != TG_VALID && variable->codes[at].missing != kind)
    return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, SURVEY_MISSING,
                         "code `%s` is already %s, and cannot be %s too", TG_SHOWN(variable->codes[at].text),
                         tg_missing_name(variable->codes[at].missing), tg_missing_name(kind));
  if (at == TG_NONE && !tg_choices_append(&variable->codes, &variable->code_count, pair, code_length))
    return tg_error_memory(error);
  variable->codes[at == TG_NONE ? variable->code_count - 1 : at].missing = kind;
  return TRYGG_OK;
}

static const char *code_name_at(const void *context, size_t i) {
  return ((const tg_variable *)context)->codes[i].text;
}

/* A code before a kind of missing: a survey may call a code `refused`. */
static trygg_status read_empty(tg_variable *variable, trygg_error *error) {
  const char *cell = variable->row->cells[SURVEY_EMPTY];
  int by_number;
  if (cell[0] == '\0')
    return TRYGG_OK;
  variable->empty_code = tg_variable_code(variable, cell, strlen(cell), &by_number);
  if (variable->empty_code != TG_NONE) {
    variable->empty = TG_VALID;
    return TRYGG_OK;
  }
  if (tg_missing_find(cell, strlen(cell), &variable->empty) == 0 && variable->empty != TG_VALID &&
      variable->empty != TG_UNKNOWN_CODE)
    return TRYGG_OK;
  const char *near = tg_text_nearest(cell, TG_UNKNOWN_CODE - 1, tg_text_name_at, tg_missing_names + 1);
  if (!near)
    near = tg_text_nearest(cell, variable->code_count, code_name_at, variable);
  return tg_sheet_fail(error, TRYGG_ENAME, variable->row, SURVEY_EMPTY,
                       "`%s` is neither a code of `%s` nor a kind of missing%s", TG_SHOWN(cell),
                       TG_SHOWN(variable->name), TG_SUGGESTED(near));
}

static trygg_status link_codes(trygg_codebook *codebook, tg_variable *variable, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  const char *cursor = variable->row->cells[SURVEY_MISSING], *pair;
  size_t length;
  if (variable->list)
    TRY(tg_choices_use(codebook, variable, SURVEY_TYPE, error));
  while ((pair = tg_text_word(&cursor, &length)))
    TRY(add_missing(variable, pair, length, error));
  TRY(read_empty(variable, error));
  TRY(tg_choices_sort(variable, error));
cleanup:
  return status;
}

/* ---- roles --------------------------------------------------------------------------------------- */

/* Every answer code of the status variable says whether the record is an interview. */
static trygg_status check_status(const tg_variable *variable, trygg_error *error) {
  for (size_t i = 0; i < variable->code_count; i++)
    if (variable->codes[i].missing == TG_VALID && variable->codes[i].disposition[0] == '\0')
      return tg_sheet_fail(
          error, TRYGG_ECODEBOOK, variable->row, SURVEY_ROLE,
          "code `%s` of the status variable has no disposition; give one of I P R NC O UH UO NE in "
          "choices.csv",
          TG_SHOWN(variable->codes[i].text));
  return TRYGG_OK;
}

/* Units of a later stage lie in clusters of the one before; what was drawn of them counts for nothing until it is known
 * what was drawn of those (Särndal, Swensson & Wretman 1992, 4.3), so that an fpc2 alone is a role gone missing. */
static trygg_status check_stage(const trygg_codebook *codebook, const tg_variable *variable,
                                trygg_error *error) {
  int counted = variable->role == TG_ROLE_FPC || variable->role == TG_ROLE_INCLUSION;
  tg_role needed = counted ? TG_ROLE_FPC : TG_ROLE_CLUSTER;
  char before[16] = "";
  if (variable->stage < 2)
    return TRYGG_OK;
  if (variable->stage > 2)
    tg_text_print(before, sizeof before, "%d", variable->stage - 1);
  if (counted && tg_codebook_find_role(codebook, TG_ROLE_INCLUSION, variable->stage - 1, 0) != TG_NONE)
    needed = TG_ROLE_CLUSTER;
  for (int i = 0; i < 2; i++, needed = TG_ROLE_CLUSTER)
    if (tg_codebook_find_role(codebook, needed, variable->stage - 1, 0) == TG_NONE)
      return tg_sheet_fail(error, TRYGG_ECODEBOOK, variable->row, SURVEY_ROLE,
                           "role `%s%d` needs a variable with the role `%s%s`, the stage before",
                           roles[variable->role].name, variable->stage, roles[needed].name, before);
  return TRYGG_OK;
}

static trygg_status check_roles(const trygg_codebook *codebook, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t first[TG_ROLES][TG_MAX_STAGES + 1];
  for (int role = 0; role < TG_ROLES; role++)
    for (int stage = 0; stage <= TG_MAX_STAGES; stage++)
      first[role][stage] = TG_NONE;
  for (size_t i = 0; i < codebook->derived_begin; i++) {
    const tg_variable *variable = &codebook->variables[i];
    size_t *before = &first[variable->role][variable->stage];
    TRY(check_stage(codebook, variable, error));
    if (*before != TG_NONE && !roles[variable->role].several)
      return tg_sheet_fail(error, TRYGG_ECODEBOOK, variable->row, SURVEY_ROLE,
                           "`%s` has the role `%s` already; only one variable can have it",
                           codebook->variables[*before].name, roles[variable->role].name);
    *before = i;
    if (variable->role == TG_ROLE_INCLUSION &&
        tg_codebook_find_role(codebook, TG_ROLE_FPC, variable->stage, 0) != TG_NONE)
      return tg_sheet_fail(
          error, TRYGG_ECODEBOOK, variable->row, SURVEY_ROLE,
          "units drawn with probabilities of their own (`inclusion`) have no common fraction "
          "(`fpc`); keep one of the two roles");
    if (variable->role == TG_ROLE_STATUS)
      TRY(check_status(variable, error));
  }
cleanup:
  return status;
}

trygg_status tg_survey_link(trygg_codebook *codebook, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  if (codebook->derived_begin == 0)
    return tg_error_at(error, TRYGG_ECODEBOOK, "survey", 0, 0, NULL,
                       "table `survey` has no variable; give each column of the data a row");
  for (size_t i = 0; i < codebook->derived_begin; i++)
    TRY(link_codes(codebook, &codebook->variables[i], error));
  TRY(check_roles(codebook, error));
  TRY(tg_replicates_link(codebook, error));
cleanup:
  return status;
}
