/* SPDX-License-Identifier: GPL-3.0-or-later */
/* derived.csv: variables made from others, in order; responses computes them. */
#include <codebook/reader.h>

#include <math.h>
#include <string.h>

#include <base/number.h>
#include <base/text.h>

enum { DER_NAME, DER_TYPE, DER_RULE, DER_FROM, DER_CODES, DER_FIELDS };

static const tg_sheet_field fields[DER_FIELDS] = {
    [DER_NAME] = {"name", 1, "name of the new variable"},
    [DER_TYPE] = {"type", 1, "its type, as in survey.csv"},
    [DER_RULE] = {"rule", 1, "product, sum, difference, cap, bands, prefix, count or first"},
    [DER_FROM] = {"from", 1, "variables it is made from, declared before it, with blanks between"},
    [DER_CODES] = {"codes", 0, "bands 16..24=1 25..44=2; cap and prefix: a number; count: the codes counted"},
};

#define TYPE(type) (1u << (type))
#define NUMBERS (TYPE(TG_INTEGER) | TYPE(TG_DECIMAL))
#define MEASURED (NUMBERS | TYPE(TG_DATE) | TYPE(TG_SELECT_ONE))
#define ANYTHING ((1u << TG_VARIABLE_TYPES) - 1u)
#define SINGLE (ANYTHING & ~TYPE(TG_SELECT_MULTIPLE))

typedef struct build {
  trygg_codebook *codebook;
  const tg_sheet_row *row;
  tg_variable *variable;
  tg_rule *rule;
} build;

typedef trygg_status (*codes_function)(build *made, trygg_error *error);

static trygg_status read_nothing(build *made, trygg_error *error);
static trygg_status read_cap(build *made, trygg_error *error);
static trygg_status read_bands(build *made, trygg_error *error);
static trygg_status read_prefix(build *made, trygg_error *error);
static trygg_status read_counted(build *made, trygg_error *error);
static trygg_status check_first(build *made, trygg_error *error);

static const struct {
  const char *name;
  size_t least, most;  /* variables it is made from */
  unsigned from, into; /* types */
  codes_function read; /* the cell `codes` */
} rules[TG_RULES] = {
    [TG_RULE_PRODUCT] = {"product", 1, SIZE_MAX, MEASURED, NUMBERS, read_nothing},
    [TG_RULE_SUM] = {"sum", 1, SIZE_MAX, MEASURED, NUMBERS, read_nothing},
    [TG_RULE_DIFFERENCE] = {"difference", 2, 2, MEASURED, NUMBERS, read_nothing},
    [TG_RULE_CAP] = {"cap", 1, 1, MEASURED & ~TYPE(TG_DATE), NUMBERS, read_cap},
    [TG_RULE_BANDS] = {"bands", 1, 1, MEASURED & ~TYPE(TG_DATE), TYPE(TG_SELECT_ONE) | TYPE(TG_STRING),
                       read_bands},
    [TG_RULE_PREFIX] = {"prefix", 1, 1, TYPE(TG_SELECT_ONE) | TYPE(TG_STRING),
                        TYPE(TG_SELECT_ONE) | TYPE(TG_STRING), read_prefix},
    [TG_RULE_COUNT] = {"count", 1, SIZE_MAX, ANYTHING, NUMBERS, read_counted},
    [TG_RULE_FIRST] = {"first", 1, SIZE_MAX, SINGLE, SINGLE, check_first},
};

/* ---- one row ------------------------------------------------------------------------------------------ */

static trygg_status find_rule(const tg_sheet_row *row, int *out, trygg_error *error) {
  const char *names[TG_RULES];
  for (size_t i = 0; i < TG_RULES; i++)
    names[i] = rules[i].name;
  return tg_sheet_choose(row, DER_RULE, names, TG_RULES, out, error);
}

static trygg_status add_derived(trygg_codebook *codebook, const tg_sheet_row *row, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_variable pattern = {0};
  const char *name = row->cells[DER_NAME];
  int kind;
  TRY(find_rule(row, &kind, error));
  TRY(tg_survey_parse_type(row, DER_TYPE, &pattern, error));
  if (!(rules[kind].into & TYPE(pattern.type))) {
    status = tg_sheet_fail(error, TRYGG_ECODEBOOK, row, DER_TYPE,
                           "the rule `%s` cannot make a variable of type `%s`", rules[kind].name,
                           tg_survey_types[pattern.type]);
    goto cleanup;
  }
  TRY(tg_survey_append(codebook, row, DER_NAME, name, strlen(name), &pattern, error));
  tg_variable *variable = &codebook->variables[codebook->variable_count - 1];
  variable->rule = tg_memory_new(1, sizeof *variable->rule);
  if (variable->rule)
    variable->rule->kind = (tg_rule_kind)kind;
  else
    status = tg_error_memory(error);
cleanup:
  tg_memory_free(pattern.list);
  return status;
}

const tg_sheet tg_derived_sheet = {
    .name = "derived",
    .help = "variables made from others",
    .labelled = 1,
    .fields = fields,
    .field_count = DER_FIELDS,
    .add = add_derived,
};

/* ---- the variables it is made from -------------------------------------------------------------------- */

static trygg_status add_source(build *made, const char *word, size_t length, trygg_error *error) {
  trygg_codebook *codebook = made->codebook;
  tg_rule *rule = made->rule;
  size_t at = tg_codebook_find_variable(codebook, word, length),
         self = (size_t)(made->variable - codebook->variables);
  if (at == TG_NONE) {
    trygg_error place = tg_sheet_place(made->row, DER_FROM);
    return tg_codebook_unknown_variable(codebook, word, length, &place, error);
  }
  if (at >= self)
    return tg_sheet_fail(error, TRYGG_ECODEBOOK, made->row, DER_FROM,
                         "`%s` is not made yet here; move its row above this one",
                         codebook->variables[at].name);
  if (!(rules[rule->kind].from & TYPE(codebook->variables[at].type)))
    return tg_sheet_fail(error, TRYGG_ECODEBOOK, made->row, DER_FROM,
                         "the rule `%s` cannot take `%s`, which is %s", rules[rule->kind].name,
                         codebook->variables[at].name, tg_survey_types[codebook->variables[at].type]);
  size_t *grown = tg_sheet_room(rule->from, rule->from_count, sizeof *grown);
  if (!grown)
    return tg_error_memory(error);
  rule->from = grown;
  rule->from[rule->from_count++] = at;
  return TRYGG_OK;
}

static trygg_status read_from(build *made, trygg_error *error) {
  const char *cursor = made->row->cells[DER_FROM], *word;
  size_t length, least = rules[made->rule->kind].least, most = rules[made->rule->kind].most;
  while ((word = tg_text_word(&cursor, &length))) {
    trygg_status status = add_source(made, word, length, error);
    if (status != TRYGG_OK)
      return status;
  }
  if (made->rule->from_count < least || made->rule->from_count > most)
    return tg_sheet_fail(error, TRYGG_ECODEBOOK, made->row, DER_FROM,
                         "the rule `%s` takes %s, and %lld are given", rules[made->rule->kind].name,
                         most == 1 ? "one variable" : "two variables", (long long)made->rule->from_count);
  return TRYGG_OK;
}

/* ---- the cell `codes` ----------------------------------------------------------------------------------- */

static trygg_status read_nothing(build *made, trygg_error *error) {
  if (made->row->cells[DER_CODES][0] == '\0')
    return TRYGG_OK;
  return tg_sheet_fail(error, TRYGG_ECODEBOOK, made->row, DER_CODES,
                       "the rule `%s` takes no codes; leave the cell empty", rules[made->rule->kind].name);
}

static trygg_status read_cap(build *made, trygg_error *error) {
  trygg_status status = tg_sheet_number(made->row, DER_CODES, &made->rule->number, error);
  if (status == TRYGG_OK && isnan(made->rule->number))
    status = tg_sheet_fail(error, TRYGG_ECODEBOOK, made->row, DER_CODES,
                           "the rule `cap` needs the largest value it lets through");
  return status;
}

/* A code of the result; a text variable gets the codes as they are met. */
static trygg_status result_code(build *made, const char *code, size_t length, size_t *out,
                                trygg_error *error) {
  tg_variable *variable = made->variable;
  int by_number;
  *out = tg_variable_code(variable, code, length, &by_number);
  if (*out != TG_NONE)
    return TRYGG_OK;
  if (variable->type == TG_STRING) {
    if (!tg_choices_append(&variable->codes, &variable->code_count, code, length))
      return tg_error_memory(error);
    *out = variable->code_count - 1;
    return TRYGG_OK;
  }
  trygg_error place = tg_sheet_place(made->row, DER_CODES);
  return tg_codes_check(made->codebook, (size_t)(variable - made->codebook->variables), code, length, &place,
                        error);
}

/* 16..24 with either end open; 5 alone is 5..5.  -1 when it is none of these. */
static int parse_band(const char *text, size_t length, tg_band *band) {
  const char *dots = NULL;
  for (size_t i = 0; i + 1 < length && !dots; i++)
    if (text[i] == '.' && text[i + 1] == '.')
      dots = text + i;
  band->lower = -(double)INFINITY;
  band->upper = (double)INFINITY;
  if (!dots) {
    int fault = tg_number_parse(text, length, 0, &band->lower);
    band->upper = band->lower;
    return fault;
  }
  size_t before = (size_t)(dots - text), after = length - before - 2;
  if ((before && tg_number_parse(text, before, 0, &band->lower) != 0) ||
      (after && tg_number_parse(dots + 2, after, 0, &band->upper) != 0) || before + after == 0)
    return -1;
  return band->lower <= band->upper ? 0 : -1;
}

static trygg_status add_band(build *made, const char *word, size_t length, trygg_error *error) {
  tg_rule *rule = made->rule;
  const char *equals = memchr(word, '=', length);
  size_t before = equals ? (size_t)(equals - word) : 0;
  tg_band band;
  if (!equals || before + 1 == length || parse_band(word, before, &band) != 0)
    return tg_sheet_fail(error, TRYGG_EPARSE, made->row, DER_CODES,
                         "`%s` is no band; write it as 16..24=1, and 65..=5 where it is open",
                         tg_sheet_show(word, length).text);
  /* Bands may share an end, as 0..10 and 10..20 do; the first then has it. */
  for (size_t i = 0; i < rule->band_count; i++)
    if (band.lower < rule->bands[i].upper && rule->bands[i].lower < band.upper)
      return tg_sheet_fail(error, TRYGG_ECODEBOOK, made->row, DER_CODES, "band `%s` overlaps an earlier one",
                           tg_sheet_show(word, length).text);
  trygg_status status = result_code(made, equals + 1, length - before - 1, &band.code, error);
  if (status != TRYGG_OK)
    return status;
  tg_band *grown = tg_sheet_room(rule->bands, rule->band_count, sizeof *grown);
  if (!grown)
    return tg_error_memory(error);
  rule->bands = grown;
  rule->bands[rule->band_count++] = band;
  return TRYGG_OK;
}

static trygg_status read_bands(build *made, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  const char *cursor = made->row->cells[DER_CODES], *word;
  size_t length;
  while ((word = tg_text_word(&cursor, &length)))
    TRY(add_band(made, word, length, error));
  if (made->rule->band_count == 0)
    status = tg_sheet_fail(error, TRYGG_ECODEBOOK, made->row, DER_CODES,
                           "the rule `bands` needs bands, as 16..24=1 25..44=2");
cleanup:
  return status;
}

/* What the rule makes of the answers of a select must be codes of the result, so that none is lost unseen. */
static trygg_status check_results(build *made, const tg_variable *from, size_t characters,
                                  trygg_error *error) {
  for (size_t i = 0; i < from->code_count; i++) {
    const char *text = from->codes[i].text;
    size_t length = 0, step;
    int by_number;
    for (size_t seen = 0; seen < characters && (step = tg_text_utf8(text + length, strlen(text + length)));
         seen++)
      length += step;
    if (from->codes[i].missing != TG_VALID ||
        tg_variable_code(made->variable, text, length, &by_number) != TG_NONE)
      continue;
    return tg_sheet_fail(error, TRYGG_ECODEBOOK, made->row, DER_TYPE,
                         "code `%s` of `%s` becomes `%s`, which is not in list `%s`", TG_SHOWN(text),
                         TG_SHOWN(from->name), tg_sheet_show(text, length).text,
                         TG_SHOWN(made->variable->list));
  }
  return TRYGG_OK;
}

static trygg_status read_prefix(build *made, trygg_error *error) {
  const char *cell = made->row->cells[DER_CODES];
  const tg_variable *from = &made->codebook->variables[made->rule->from[0]];
  int64_t characters = 0;
  if (tg_number_parse_integer(cell, strlen(cell), &characters) != 0 || characters < 1 || characters > 1000)
    return tg_sheet_fail(error, TRYGG_EPARSE, made->row, DER_CODES,
                         "the rule `prefix` needs how many characters to keep, as 4");
  made->rule->number = (double)characters;
  if (made->variable->type == TG_SELECT_ONE && from->type == TG_SELECT_ONE)
    return check_results(made, from, (size_t)characters, error);
  return TRYGG_OK;
}

static trygg_status read_counted(build *made, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_rule *rule = made->rule;
  trygg_error place = tg_sheet_place(made->row, DER_CODES);
  rule->sets = tg_memory_new(rule->from_count, sizeof *rule->sets);
  if (!rule->sets)
    return tg_error_memory(error);
  for (size_t i = 0; i < rule->from_count; i++)
    TRY(tg_code_set_parse(made->codebook, rule->from[i], made->row->cells[DER_CODES], &place, &rule->sets[i],
                          error));
cleanup:
  return status;
}

/* The first answer is taken over as it is, so it must fit the result. */
static trygg_status check_first(build *made, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_variable_type into = made->variable->type;
  unsigned fits = into == TG_SELECT_ONE || into == TG_STRING ? TYPE(TG_SELECT_ONE) | TYPE(TG_STRING)
                  : into == TG_DATE                          ? TYPE(TG_DATE)
                                                             : NUMBERS | TYPE(TG_SELECT_ONE);
  TRY(read_nothing(made, error));
  for (size_t i = 0; i < made->rule->from_count; i++) {
    const tg_variable *from = &made->codebook->variables[made->rule->from[i]];
    if (!(fits & TYPE(from->type)))
      return tg_sheet_fail(error, TRYGG_ECODEBOOK, made->row, DER_FROM, "`%s` is %s and cannot become %s",
                           TG_SHOWN(from->name), tg_survey_types[from->type], tg_survey_types[into]);
    if (into == TG_SELECT_ONE && from->type == TG_SELECT_ONE)
      TRY(check_results(made, from, SIZE_MAX, error));
  }
cleanup:
  return status;
}

/* ---- all of them ------------------------------------------------------------------------------------------ */

trygg_status tg_derived_link(trygg_codebook *codebook, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  for (size_t i = codebook->derived_begin; i < codebook->variable_count; i++) {
    tg_variable *variable = &codebook->variables[i];
    build made = {.codebook = codebook, .row = variable->row, .variable = variable, .rule = variable->rule};
    if (variable->list)
      TRY(tg_choices_use(codebook, variable, DER_TYPE, error));
    TRY(read_from(&made, error));
    TRY(rules[variable->rule->kind].read(&made, error));
    TRY(tg_choices_sort(variable, error));
  }
cleanup:
  return status;
}
