/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drafting from an SPSS, Stata or SAS file: its labels and the values it declares missing. */
#include <codebook/draft.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <base/number.h>
#include <source/labelled.h>

/* ---- cells ------------------------------------------------------------------------------- */

/* The cell as text, in `number` where it is one; NULL where it is empty. */
static const char *cell_of(const tg_labelled_column *column, size_t row, char number[TG_NUMBER_SIZE]) {
  if (column->texts)
    return column->texts[row];
  return isnan(column->numbers[row]) ? NULL : tg_number_format(number, column->numbers[row]);
}

/* Whether SPSS declares a value missing. */
static int is_declared(const tg_labelled_column *column, const char *text) {
  double number;
  int numeric = tg_number_parse(text, strlen(text), '.', &number) == 0;
  for (size_t i = 0; i < column->range_count; i++) {
    const tg_labelled_range *range = &column->ranges[i];
    if (range->text ? strcmp(range->text, text) == 0
                    : numeric && number >= range->low && number <= range->high)
      return 1;
  }
  return 0;
}

/* Stata's and SAS's .a to .z, in a column of numbers. */
static int is_tag(const tg_labelled_column *column, const char *text) {
  return !column->is_text && ((text[0] >= 'a' && text[0] <= 'z') || text[0] == '_') && text[1] == '\0';
}

static const char *label_of(const tg_labelled_column *column, const char *text) {
  for (size_t i = 0; i < column->code_count; i++)
    if (strcmp(column->codes[i].text, text) == 0)
      return column->codes[i].label;
  return NULL;
}

/* Kind of missing of a value: by its label, and where the file declares it missing at least no_answer. */
static tg_missing kind_of(const tg_labelled_column *column, const char *text, tg_draft_reason *reason) {
  tg_missing kind = tg_draft_label_kind(label_of(column, text));
  int declared = is_declared(column, text) || is_tag(column, text);
  *reason = declared ? TG_DRAFT_MISSING_DECLARED : TG_DRAFT_MISSING_LABEL;
  return kind != TG_VALID ? kind : declared ? TG_NO_ANSWER : TG_VALID;
}

static trygg_status say_missing(trygg_draft *draft, const char *variable, const char *text, tg_missing kind,
                                tg_draft_reason reason, trygg_error *error) {
  char detail[192];
  tg_text_print(detail, sizeof detail, "%.100s=%s", text, tg_missing_name(kind));
  return tg_draft_say(draft, reason, variable, detail, error);
}

/* ---- lists --------------------------------------------------------------------------------- */

static size_t answers_with_labels(const tg_labelled_column *column) {
  size_t count = 0;
  tg_draft_reason reason;
  for (size_t i = 0; i < column->code_count; i++)
    count += kind_of(column, column->codes[i].text, &reason) == TG_VALID;
  return count;
}

/* Answers in the data that have no label. */
static size_t answers_without(const tg_labelled_column *column, const tg_draft_profile *profile) {
  size_t count = 0;
  tg_draft_reason reason;
  for (size_t i = 0; i < profile->value_count; i++)
    count += !label_of(column, profile->values[i].text) &&
             kind_of(column, profile->values[i].text, &reason) == TG_VALID;
  return count;
}

/* Labelled answers make codes of a column, unless it has many values without a label: an age whose 99 alone
 * is labelled is a number. */
static int is_coded(const tg_labelled_column *column, const tg_draft_profile *profile) {
  size_t with = answers_with_labels(column);
  if (column->is_date || with == 0)
    return 0;
  if (profile->many) /* the names of 500 villages, all labelled */
    return with >= TG_DRAFT_VALUES;
  size_t without = answers_without(column, profile);
  return without == 0 || (with >= 2 && with + without <= TG_DRAFT_CODES);
}

/* A code of the variable's list, with what is known of it. */
static trygg_status put_code(trygg_draft *draft, tg_draft_list *list, const tg_labelled_column *column,
                             const char *text, trygg_error *error) {
  tg_draft_reason reason;
  const char *label = label_of(column, text);
  size_t length = strlen(text);
  const char *trimmed = tg_text_trim(text, &length);
  if (length == 0)
    return TRYGG_OK;
  for (size_t i = 0; i < list->count; i++)
    if (tg_text_equal(trimmed, length, list->codes[i].text))
      return TRYGG_OK;
  tg_draft_code *code = tg_draft_add_code(list, trimmed, length);
  if (!code || (label && !(code->labels.text[TG_DEFAULT_LANGUAGE] = tg_memory_string(label))))
    return tg_error_memory(error);
  code->missing = kind_of(column, text, &reason);
  return code->missing == TG_VALID
             ? TRYGG_OK
             : say_missing(draft, column->name, code->text, code->missing, reason, error);
}

static int same_list(const tg_draft_list *a, const tg_draft_list *b) {
  if (a->count != b->count)
    return 0;
  for (size_t i = 0; i < a->count; i++) {
    const char *x = a->codes[i].labels.text[TG_DEFAULT_LANGUAGE],
               *y = b->codes[i].labels.text[TG_DEFAULT_LANGUAGE];
    if (strcmp(a->codes[i].text, b->codes[i].text) != 0 || a->codes[i].missing != b->codes[i].missing || !x ||
        !y || strcmp(x, y) != 0)
      return 0;
  }
  return 1;
}

/* The list just added, or an earlier one that says the same. */
static size_t settle_list(trygg_draft *draft) {
  size_t last = draft->list_count - 1;
  for (size_t i = 0; i < last; i++)
    if (same_list(&draft->lists[i], &draft->lists[last])) {
      tg_draft_clear_list(&draft->lists[last]);
      draft->list_count--;
      return i;
    }
  return last;
}

/* Answers by size, then the kinds of missing. */
static int by_code(const void *a, const void *b) {
  const tg_draft_code *x = a, *y = b;
  double p = 0, q = 0;
  if ((x->missing == TG_VALID) != (y->missing == TG_VALID))
    return x->missing == TG_VALID ? -1 : 1;
  int x_number = tg_number_parse(x->text, strlen(x->text), 0, &p) == 0;
  int y_number = tg_number_parse(y->text, strlen(y->text), 0, &q) == 0;
  if (x_number && y_number && p != q)
    return p < q ? -1 : 1;
  return x_number != y_number ? y_number - x_number : strcmp(x->text, y->text);
}

/* The file's labels, and the codes that only the data have and that are nobody's own words. */
static trygg_status take_list(trygg_draft *draft, const tg_labelled_column *column,
                              const tg_draft_profile *profile, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_text bare = {0};
  tg_draft_list *list = tg_draft_add_list(draft, column->name);
  if (!list)
    return tg_error_memory(error);
  for (size_t i = 0; i < column->code_count; i++)
    TRY(put_code(draft, list, column, column->codes[i].text, error));
  for (size_t i = 0; i < profile->value_count; i++) {
    const struct tg_draft_value *value = &profile->values[i];
    if (label_of(column, value->text) || (column->is_text && value->count < TG_DRAFT_FEW))
      continue;
    TRY(put_code(draft, list, column, value->text, error));
    tg_text_format(&bare, "%s%s", bare.length ? " " : "", value->text);
  }
  if (bare.length)
    qsort(list->codes, list->count, sizeof *list->codes, by_code);
  if (bare.length)
    TRY(tg_draft_say(draft, TG_DRAFT_CODE_UNLABELLED, column->name, bare.bytes, error));
  if (list->count > 0) {
    draft->variables[draft->variable_count - 1].list = settle_list(draft);
  } else { /* only blanks had a label */
    tg_draft_clear_list(list);
    draft->list_count--;
    draft->variables[draft->variable_count - 1].type = column->is_text ? TG_STRING : TG_DECIMAL;
  }
cleanup:
  tg_text_free(&bare);
  return status;
}

/* ---- variables ------------------------------------------------------------------------------- */

/* Values that the labels or the file call missing, of a variable that has no list. */
static trygg_status take_missing(trygg_draft *draft, const tg_labelled_column *column,
                                 const tg_draft_profile *profile, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_draft_variable *variable = &draft->variables[draft->variable_count - 1];
  for (size_t i = 0; i < column->code_count + profile->value_count + column->range_count; i++) {
    char number[TG_NUMBER_SIZE];
    size_t at = i - column->code_count, range = at - profile->value_count;
    const char *text = i < column->code_count       ? column->codes[i].text
                       : at < profile->value_count  ? profile->values[at].text
                       : column->ranges[range].text ? column->ranges[range].text
                       : column->ranges[range].low == column->ranges[range].high
                           ? tg_number_format(number, column->ranges[range].low)
                           : "";
    tg_draft_reason reason;
    tg_missing kind = kind_of(column, text, &reason);
    size_t k = 0;
    while (k < variable->missing_count && strcmp(variable->missing[k].text, text) != 0)
      k++;
    /* Pairs are separated by blanks and hold one equals sign. */
    if (kind == TG_VALID || k < variable->missing_count || *text == '\0' || strpbrk(text, " =\t"))
      continue;
    if (!tg_draft_add_missing(variable, text, strlen(text), kind)) {
      status = tg_error_memory(error);
      goto cleanup;
    }
    TRY(say_missing(draft, column->name, text, kind, reason, error));
  }
cleanup:
  return status;
}

/* A type for what has no list: numbers are judged without the values that are no answers. */
static trygg_status take_plain(trygg_draft *draft, const tg_labelled_column *column,
                               const tg_draft_profile *profile, trygg_error *error) {
  if (column->texts && !column->is_date && !column->is_text) { /* numbers with tags among them */
    tg_variable_type type = profile->whole == profile->numbers ? TG_INTEGER : TG_DECIMAL;
    trygg_status status =
        tg_draft_add_variable(draft, column->name, type) ? TRYGG_OK : tg_error_memory(error);
    if (status == TRYGG_OK)
      status = tg_draft_take_role(draft, profile, error);
    return status;
  }
  if (column->is_date && profile->dates + profile->empty < profile->cells) {
    trygg_status status =
        tg_draft_add_variable(draft, column->name, TG_DATE) ? TRYGG_OK : tg_error_memory(error);
    return status == TRYGG_OK ? tg_draft_take_role(draft, profile, error) : status;
  }
  return tg_draft_take_profile(draft, profile, error);
}

static trygg_status take_column(trygg_draft *draft, const tg_labelled *file, const tg_labelled_column *column,
                                uint64_t wave_of_row(const void *, size_t), const void *context,
                                trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_draft_profile profile;
  TRY(tg_draft_profile_begin(&profile, column->name, '.', error));
  for (size_t row = 0; row < file->rows; row++) {
    char number[TG_NUMBER_SIZE];
    const char *text = cell_of(column, row, number);
    TRY(tg_draft_profile_take(&profile, text ? text : "", text ? strlen(text) : 0, wave_of_row(context, row),
                              error));
  }
  tg_draft_profile_end(&profile);
  profile.told = column->range_count > 0;
  for (size_t i = 0; i < column->code_count; i++)
    profile.told |= tg_draft_label_kind(column->codes[i].label) != TG_VALID;
  if (is_coded(column, &profile)) {
    if (!tg_draft_add_variable(draft, column->name, TG_SELECT_ONE)) {
      status = tg_error_memory(error);
      goto cleanup;
    }
    TRY(take_list(draft, column, &profile, error));
    TRY(tg_draft_take_role(draft, &profile, error));
  } else {
    TRY(take_plain(draft, column, &profile, error));
    tg_draft_variable *variable = &draft->variables[draft->variable_count - 1];
    if (variable->list == TG_NONE)
      TRY(take_missing(draft, column, &profile, error));
  }
  tg_draft_variable *variable = &draft->variables[draft->variable_count - 1];
  if (column->label && !(variable->labels.text[TG_DEFAULT_LANGUAGE] = tg_memory_string(column->label)))
    status = tg_error_memory(error);
cleanup:
  tg_draft_profile_clear(&profile);
  return status;
}

/* ---- the whole ----------------------------------------------------------------------------------- */

static uint64_t wave_of_row(const void *context, size_t row) {
  const tg_labelled_column *wave = context;
  char number[TG_NUMBER_SIZE];
  const char *text = wave ? cell_of(wave, row, number) : NULL;
  return text ? tg_names_hash(TG_NAMES_HASH, text, strlen(text) + 1) : TG_NAMES_HASH;
}

static trygg_status take_file(trygg_draft *draft, const tg_labelled *file, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  const tg_labelled_column *wave = NULL;
  int weighted = 0;
  for (size_t i = 0; i < file->column_count && !wave; i++)
    if (tg_draft_name_role(file->columns[i].name) == TG_ROLE_WAVE)
      wave = &file->columns[i];
  for (size_t i = 0; i < file->column_count; i++) {
    const char *name = file->columns[i].name;
    if (!tg_draft_name_is_good(name))
      TRY(tg_draft_say(draft, TG_DRAFT_OUT_NAME, "", name, error));
    else if (tg_draft_find(draft, name) != TG_NONE)
      TRY(tg_draft_say(draft, TG_DRAFT_OUT_TWICE, "", name, error));
    else
      TRY(take_column(draft, file, &file->columns[i], wave_of_row, wave, error));
  }
  for (size_t i = 0; i < draft->variable_count; i++)
    weighted |= draft->variables[i].role == TG_ROLE_WEIGHT;
  if (!weighted)
    TRY(tg_draft_say(draft, TG_DRAFT_NO_ROLE_WEIGHT, "", "", error));
cleanup:
  return status;
}

trygg_status tg_draft_labelled(trygg_draft *draft, const char *path, const trygg_draft_options *options,
                               trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_labelled_options wanted = {.max_bytes = options->max_bytes, .progress = options->progress};
  tg_labelled file = {0};
  TRY(tg_labelled_read(path, &wanted, &file, error));
  draft->records = (int64_t)file.rows;
  if (file.title && !(draft->settings[TG_DRAFT_TITLE] = tg_memory_string(file.title))) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  TRY(take_file(draft, &file, error));
cleanup:
  tg_labelled_clear(&file);
  return status;
}
