/* SPDX-License-Identifier: GPL-3.0-or-later */
/* choices.csv: lists of codes, and the codes of a variable. */
#include <codebook/reader.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <base/number.h>
#include <base/text.h>
#include <codebook/labels.h>

enum { CHOICE_LIST, CHOICE_NAME, CHOICE_MISSING, CHOICE_SCORE, CHOICE_DISPOSITION, CHOICE_FIELDS };

static const tg_sheet_field fields[CHOICE_FIELDS] = {
    [CHOICE_LIST] = {"list_name", 1, "the list that `select_one LIST` in survey.csv names"},
    [CHOICE_NAME] = {"name", 1, "the code as it stands in the data"},
    [CHOICE_MISSING] = {"missing", 0, "empty for an answer, else the kind of missing, as dont_know"},
    [CHOICE_SCORE] = {"score", 0, "number used by means and scales instead of the code"},
    [CHOICE_DISPOSITION] = {"disposition", 0, "on the list of the status variable: I P R NC O UH UO NE"},
};

/* AAPOR's final dispositions: interview, partial, refusal, no contact, other, unknown household,
 * unknown other, not eligible. */
const char *const tg_choices_dispositions[TG_DISPOSITIONS] = {"I", "P", "R", "NC", "O", "UH", "UO", "NE"};

/* ---- codes ----------------------------------------------------------------------------------- */

tg_code *tg_choices_append(tg_code **codes, size_t *count, const char *text, size_t length) {
  tg_code *grown = tg_sheet_room(*codes, *count, sizeof *grown);
  if (!grown)
    return NULL;
  *codes = grown;
  tg_code *code = &grown[*count];
  if (!(code->text = tg_memory_text(text, length)))
    return NULL;
  if (tg_number_parse(text, length, 0, &code->number) != 0)
    code->number = (double)NAN;
  code->score = (double)NAN;
  ++*count;
  return code;
}

trygg_status tg_choices_kind(const tg_sheet_row *row, size_t field, const char *text, size_t length,
                             tg_missing *out, trygg_error *error) {
  if (tg_missing_find(text, length, out) == 0 && *out != TG_VALID && *out != TG_UNKNOWN_CODE)
    return TRYGG_OK;
  char word[80];
  tg_text_print(word, sizeof word, "%s", tg_sheet_show(text, length).text);
  const char *near = tg_text_nearest(word, TG_UNKNOWN_CODE - 1, tg_text_name_at, tg_missing_names + 1);
  return tg_sheet_fail(
      error, TRYGG_ENAME, row, field,
      "`%s` is no kind of missing%s (known: no_answer dont_know refused not_applicable not_asked "
      "multiple illegible broke_off suppressed)",
      word, TG_SUGGESTED(near));
}

/* ---- the table --------------------------------------------------------------------------------- */

/* The list of a row, made when it is new. */
static tg_list *list_of(tg_codebook_reader *reader, const char *name) {
  size_t at = tg_names_find(&reader->list_names, name, strlen(name));
  if (at != SIZE_MAX)
    return &reader->lists[at];
  tg_list *grown = tg_sheet_room(reader->lists, reader->list_count, sizeof *grown);
  if (!grown)
    return NULL;
  reader->lists = grown;
  tg_list *list = &grown[reader->list_count];
  if (!(list->name = tg_memory_string(name)))
    return NULL;
  if (tg_names_put(&reader->list_names, list->name, reader->list_count) != 0) {
    tg_memory_free(list->name);
    return NULL;
  }
  reader->list_count++;
  return list;
}

static trygg_status read_disposition(const tg_sheet_row *row, tg_code *code, trygg_error *error) {
  int chosen;
  if (row->cells[CHOICE_DISPOSITION][0] == '\0')
    return TRYGG_OK;
  trygg_status status =
      tg_sheet_choose(row, CHOICE_DISPOSITION, tg_choices_dispositions, TG_DISPOSITIONS, &chosen, error);
  if (status == TRYGG_OK)
    tg_text_print(code->disposition, sizeof code->disposition, "%s", tg_choices_dispositions[chosen]);
  return status;
}

static trygg_status add_choice(trygg_codebook *codebook, const tg_sheet_row *row, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  const char *name = row->cells[CHOICE_NAME], *kind = row->cells[CHOICE_MISSING];
  tg_list *list = list_of(codebook->reader, row->cells[CHOICE_LIST]);
  if (!list)
    return tg_error_memory(error);
  if (tg_names_find(&list->code_names, name, strlen(name)) != SIZE_MAX)
    return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, CHOICE_NAME,
                         "code `%s` is in list `%s` a second time; keep one of the rows", TG_SHOWN(name),
                         TG_SHOWN(list->name));
  if (list->code_count >= TG_MAX_CODES)
    return tg_sheet_fail(error, TRYGG_ELIMIT, row, CHOICE_NAME, "a list may have at most %d codes",
                         (int)TG_MAX_CODES);
  tg_code *code = tg_choices_append(&list->codes, &list->code_count, name, strlen(name));
  if (!code || tg_names_put(&list->code_names, code->text, list->code_count - 1) != 0 ||
      tg_labels_copy(&code->labels, &row->labels) != 0)
    return tg_error_memory(error);
  if (kind[0])
    TRY(tg_choices_kind(row, CHOICE_MISSING, kind, strlen(kind), &code->missing, error));
  TRY(tg_sheet_number(row, CHOICE_SCORE, &code->score, error));
  TRY(read_disposition(row, code, error));
cleanup:
  return status;
}

const tg_sheet tg_choices_sheet = {
    .name = "choices",
    .help = "lists of codes and what they mean",
    .required = 1,
    .labelled = 1,
    .fields = fields,
    .field_count = CHOICE_FIELDS,
    .add = add_choice,
};

void tg_choices_clear(tg_codebook_reader *reader) {
  for (size_t i = 0; i < reader->list_count; i++) {
    tg_codebook_clear_codes(reader->lists[i].codes, reader->lists[i].code_count);
    tg_names_clear(&reader->lists[i].code_names);
    tg_memory_free(reader->lists[i].name);
  }
  tg_memory_free(reader->lists);
  tg_names_clear(&reader->list_names);
  reader->lists = NULL;
  reader->list_count = 0;
  reader->code_total = 0;
}

/* ---- codes of a variable ------------------------------------------------------------------------ */

static const char *list_name_at(const void *context, size_t i) {
  return ((const tg_codebook_reader *)context)->lists[i].name;
}

/* A code of several words cannot stand in a cell that lists codes with blanks between. */
static trygg_status check_words(const tg_variable *variable, size_t field, trygg_error *error) {
  for (size_t i = 0; i < variable->code_count && variable->type == TG_SELECT_MULTIPLE; i++)
    if (strchr(variable->codes[i].text, ' '))
      return tg_sheet_fail(
          error, TRYGG_ECODEBOOK, variable->row, field,
          "code `%s` of list `%s` has a blank, which separates the answers of a select_multiple",
          TG_SHOWN(variable->codes[i].text), TG_SHOWN(variable->list));
  return TRYGG_OK;
}

trygg_status tg_choices_use(trygg_codebook *codebook, tg_variable *variable, size_t field,
                            trygg_error *error) {
  tg_codebook_reader *reader = codebook->reader;
  size_t at = tg_names_find(&reader->list_names, variable->list, strlen(variable->list));
  if (at == SIZE_MAX)
    return tg_sheet_fail(
        error, TRYGG_ENAME, variable->row, field, "no list of choices is called `%s`%s",
        TG_SHOWN(variable->list),
        TG_SUGGESTED(tg_text_nearest(variable->list, reader->list_count, list_name_at, reader)));
  const tg_list *list = &reader->lists[at];
  reader->code_total += list->code_count;
  if (reader->code_total > TG_MAX_ALL_CODES)
    return tg_sheet_fail(error, TRYGG_ELIMIT, variable->row, field,
                         "the variables have more than %d codes together", (int)TG_MAX_ALL_CODES);
  for (size_t i = 0; i < list->code_count; i++) {
    const tg_code *from = &list->codes[i];
    tg_code *code =
        tg_choices_append(&variable->codes, &variable->code_count, from->text, strlen(from->text));
    if (!code || tg_labels_copy(&code->labels, &from->labels) != 0)
      return tg_error_memory(error);
    code->missing = from->missing;
    code->score = from->score;
    memcpy(code->disposition, from->disposition, sizeof code->disposition);
  }
  return check_words(variable, field, error);
}

/* ---- orders for look-up -------------------------------------------------------------------------- */

typedef struct code_rank {
  const char *text;
  double number;
  uint32_t code;
} code_rank;

static int by_text(const void *a, const void *b) {
  return strcmp(((const code_rank *)a)->text, ((const code_rank *)b)->text);
}

static int by_number(const void *a, const void *b) {
  const code_rank *x = a, *y = b;
  return x->number != y->number ? (x->number < y->number ? -1 : 1)
                                : (x->code > y->code) - (x->code < y->code);
}

trygg_status tg_choices_sort(tg_variable *variable, trygg_error *error) {
  enum { FEW = 12 };
  size_t count = variable->code_count, numbers = 0;
  if (count <= FEW)
    return TRYGG_OK;
  code_rank *ranks = tg_memory_new(count, sizeof *ranks);
  variable->text_order = tg_memory_new(count, sizeof *variable->text_order);
  variable->number_order = tg_memory_new(count, sizeof *variable->number_order);
  if (!ranks || !variable->text_order || !variable->number_order) {
    tg_memory_free(ranks);
    return tg_error_memory(error);
  }
  for (size_t i = 0; i < count; i++)
    ranks[i] = (code_rank){variable->codes[i].text, variable->codes[i].number, (uint32_t)i};
  qsort(ranks, count, sizeof *ranks, by_text);
  for (size_t i = 0; i < count; i++)
    variable->text_order[i] = ranks[i].code;
  for (size_t i = 0; i < count; i++)
    if (!isnan(ranks[i].number))
      ranks[numbers++] = ranks[i];
  qsort(ranks, numbers, sizeof *ranks, by_number);
  for (size_t i = 0; i < numbers; i++)
    variable->number_order[i] = ranks[i].code;
  variable->number_count = numbers;
  tg_memory_free(ranks);
  return TRYGG_OK;
}
