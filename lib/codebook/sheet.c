/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of a table as texts, and the checks that need nothing but the row. */
#include <codebook/sheet.h>

#include <math.h>
#include <string.h>

#include <base/number.h>
#include <base/text.h>
#include <codebook/labels.h>

enum { MAX_NAME = 128 };

/* ---- headers --------------------------------------------------------------------------- */

static const char *field_name_at(const void *context, size_t i) {
  const tg_sheet *sheet = context;
  return i < sheet->field_count ? sheet->fields[i].name : "label";
}

static const char *nearest_field(const tg_sheet *sheet, const char *name) {
  return tg_text_nearest(name, sheet->field_count + (sheet->labelled ? 1 : 0), field_name_at, sheet);
}

/* Meaning of a column called `name`, or TG_SHEET_NOTHING. */
static int meaning_of(const tg_sheet *sheet, const char *name, size_t length) {
  char plain[MAX_NAME];
  if (length >= sizeof plain)
    return TG_SHEET_NOTHING;
  memcpy(plain, name, length);
  plain[length] = '\0';
  for (size_t i = 0; i < sheet->field_count; i++)
    if (tg_text_same(plain, sheet->fields[i].name))
      return (int)i;
  if (!sheet->labelled)
    return sheet->open && length ? TG_SHEET_OTHER : TG_SHEET_NOTHING;
  if (tg_text_same(plain, "label"))
    return TG_SHEET_LABEL + TG_DEFAULT_LANGUAGE;
  tg_language language;
  if (length > 7 && memcmp(plain, "label::", 7) == 0 &&
      tg_labels_language(plain + 7, length - 7, &language) == 0)
    return TG_SHEET_LABEL + (int)language;
  return TG_SHEET_NOTHING;
}

/* Whether two columns say the same thing. */
static int same_column(const tg_sheet_header *header, size_t i, size_t j) {
  if (header->meaning[i] != header->meaning[j] || header->meaning[i] == TG_SHEET_NOTHING)
    return 0;
  return header->meaning[i] != TG_SHEET_OTHER || strcmp(header->names[i], header->names[j]) == 0;
}

/* Fails when a column is there twice, or a required one not at all. */
static trygg_status check_header(const tg_sheet_header *header, int64_t line, const char *const *names,
                                 trygg_error *error) {
  for (size_t i = 0; i < header->count; i++)
    for (size_t j = 0; j < i; j++)
      if (same_column(header, i, j))
        return tg_error_at(error, TRYGG_ECODEBOOK, header->file, line, i + 1, TG_SHOWN(names[i]),
                           "column `%s` is there a second time (first as column %d); keep one of them",
                           TG_SHOWN(names[i]), (int)j + 1);
  for (size_t field = 0; field < header->sheet->field_count; field++) {
    size_t i = 0;
    if (!header->sheet->fields[field].required)
      continue;
    while (i < header->count && header->meaning[i] != (int)field)
      i++;
    if (i < header->count)
      continue;
    const char *name = header->sheet->fields[field].name;
    const char *near = tg_text_nearest(name, header->count, tg_text_name_at, names);
    return tg_error_at(error, TRYGG_ENAME, header->file, line, 0, name,
                       "table `%s` needs a column `%s` and has none%s%s%s", header->sheet->name, name,
                       near ? "; is it the one called `" : "", near ? TG_SHOWN(near) : "", near ? "`?" : "");
  }
  return TRYGG_OK;
}

trygg_status tg_sheet_header_create(const tg_sheet *sheet, const char *file, int64_t line,
                                    const char *const *names, size_t count, tg_sheet_unknown unknown,
                                    void *context, tg_sheet_header *out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  *out = (tg_sheet_header){.sheet = sheet, .file = file, .count = count};
  out->meaning = tg_memory_new(count, sizeof *out->meaning);
  out->names = tg_memory_new(count, sizeof *out->names);
  if (!out->meaning || !out->names) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t i = 0; i < count; i++) {
    size_t length = names[i] ? strlen(names[i]) : 0;
    const char *name = tg_text_trim(names[i] ? names[i] : "", &length);
    out->meaning[i] = meaning_of(sheet, name, length);
    if (out->meaning[i] != TG_SHEET_OTHER)
      continue;
    out->other_count++;
    if (!(out->names[i] = tg_memory_text(name, length))) {
      status = tg_error_memory(error);
      goto cleanup;
    }
  }
  TRY(check_header(out, line, names, error));
  for (size_t i = 0; i < count; i++)
    if (out->meaning[i] == TG_SHEET_NOTHING && names[i] && names[i][0] != '\0')
      TRY(unknown(context, names[i], nearest_field(sheet, names[i]), error));
cleanup:
  if (status != TRYGG_OK)
    tg_sheet_header_clear(out);
  return status;
}

void tg_sheet_header_clear(tg_sheet_header *header) {
  for (size_t i = 0; i < header->count && header->names; i++)
    tg_memory_free(header->names[i]);
  tg_memory_free(header->names);
  tg_memory_free(header->meaning);
  *header = (tg_sheet_header){0};
}

/* ---- rows ------------------------------------------------------------------------------ */

static int is_utf8(const char *text, size_t length) {
  for (size_t i = 0; i < length;) {
    size_t step = tg_text_utf8(text + i, length - i);
    if (step == 0)
      return 0;
    i += step;
  }
  return 1;
}

/* Keep a cell that only an open sheet understands, and the name of its column before it. */
static char *take_other(tg_sheet_row *row, const char *name, size_t column, const char *cell, size_t length,
                        char *end) {
  size_t name_length = strlen(name) + 1;
  memcpy(end, name, name_length);
  memcpy(end + name_length, cell, length);
  row->others[row->other_count++] = (tg_sheet_other){end, end + name_length, (int32_t)column + 1};
  return end + name_length + length + 1;
}

/* Copy the trimmed cells behind one another and point at them. */
static trygg_status take_cells(tg_sheet_row *row, const tg_sheet_header *header, const char *const *cells,
                               trygg_error *error) {
  char *end = row->text;
  for (size_t i = 0; i < header->count; i++) {
    int meaning = header->meaning[i];
    size_t length = meaning != TG_SHEET_NOTHING && cells[i] ? strlen(cells[i]) : 0;
    const char *cell = length ? tg_text_trim(cells[i], &length) : "";
    if (meaning == TG_SHEET_NOTHING)
      continue;
    if (!is_utf8(cell, length))
      return tg_error_at(error, TRYGG_EPARSE, row->file, row->line, i + 1, NULL,
                         "the cell is not UTF-8 text; convert it first");
    if (meaning >= TG_SHEET_LABEL && meaning != TG_SHEET_OTHER) {
      char **label = &row->labels.text[meaning - TG_SHEET_LABEL];
      if (length && !(*label = tg_memory_text(cell, length)))
        return tg_error_memory(error);
      continue;
    }
    if (meaning == TG_SHEET_OTHER) {
      end = take_other(row, header->names[i], i, cell, length, end);
      continue;
    }
    row->positions[meaning] = (int32_t)i + 1;
    row->cells[meaning] = end;
    memcpy(end, cell, length);
    end += length + 1;
  }
  return TRYGG_OK;
}

static trygg_status check_required(const tg_sheet_row *row, trygg_error *error) {
  for (size_t i = 0; i < row->sheet->field_count; i++)
    if (row->sheet->fields[i].required && row->cells[i][0] == '\0')
      return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, i, "`%s` is empty and must be given: %s",
                           row->sheet->fields[i].name, row->sheet->fields[i].help);
  return TRYGG_OK;
}

static int all_empty(const tg_sheet_header *header, const char *const *cells) {
  for (size_t i = 0; i < header->count; i++) {
    size_t length = cells[i] ? strlen(cells[i]) : 0;
    if (length)
      (void)tg_text_trim(cells[i], &length);
    if (length)
      return 0;
  }
  return 1;
}

trygg_status tg_sheet_row_create(const tg_sheet_header *header, int64_t line, const char *const *cells,
                                 int skip_empty, tg_sheet_row **out, trygg_error *error) {
  trygg_status status = TRYGG_ENOMEM;
  *out = NULL;
  if (skip_empty && all_empty(header, cells))
    return TRYGG_OK;
  size_t fields = header->sheet->field_count, bytes = 1;
  for (size_t i = 0; i < header->count; i++)
    bytes += (cells[i] ? strlen(cells[i]) : 0) + 1 + (header->names[i] ? strlen(header->names[i]) + 1 : 0);
  tg_sheet_row *row = tg_memory_new(1, sizeof *row);
  if (!row)
    return tg_error_memory(error);
  row->sheet = header->sheet;
  row->file = header->file;
  row->line = line;
  row->cells = tg_memory_new(fields, sizeof *row->cells);
  row->positions = tg_memory_new(fields, sizeof *row->positions);
  row->others = tg_memory_new(header->other_count, sizeof *row->others);
  row->text = tg_memory_new(bytes, 1);
  if (!row->cells || !row->positions || !row->others || !row->text) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  for (size_t i = 0; i < fields; i++)
    row->cells[i] = "";
  TRY(take_cells(row, header, cells, error));
  TRY(check_required(row, error));
  *out = row;
cleanup:
  if (status != TRYGG_OK)
    tg_sheet_row_free(row);
  return status;
}

void tg_sheet_row_free(tg_sheet_row *row) {
  if (!row)
    return;
  tg_labels_clear(&row->labels);
  tg_memory_free(row->cells);
  tg_memory_free(row->positions);
  tg_memory_free(row->others);
  tg_memory_free(row->text);
  tg_memory_free(row);
}

/* ---- messages and cells ------------------------------------------------------------------ */

trygg_error tg_sheet_place(const tg_sheet_row *row, size_t field) {
  trygg_error place = {0};
  (void)tg_error_at(&place, TRYGG_OK, row->file, row->line, (size_t)row->positions[field],
                    row->sheet->fields[field].name, "%s", "");
  return place;
}

tg_sheet_shown tg_sheet_show(const char *text, size_t length) {
  tg_sheet_shown shown;
  size_t kept = 0, room = sizeof shown.text - sizeof "...";
  while (kept < length) {
    size_t step = tg_text_utf8(text + kept, length - kept);
    if (step == 0 || kept + step > room)
      break;
    kept += step;
  }
  memcpy(shown.text, text, kept);
  memcpy(shown.text + kept, kept < length ? "..." : "", kept < length ? 4 : 1);
  return shown;
}

tg_sheet_shown tg_sheet_suggest(const char *near) {
  tg_sheet_shown shown = {""};
  if (near)
    tg_text_print(shown.text, sizeof shown.text, "; did you mean `%s`?", near);
  return shown;
}

trygg_status tg_sheet_choose(const tg_sheet_row *row, size_t field, const char *const *words, size_t count,
                             int *out, trygg_error *error) {
  const char *cell = row->cells[field];
  for (size_t i = 0; i < count; i++)
    if (strcmp(cell, words[i]) == 0) {
      *out = (int)i;
      return TRYGG_OK;
    }
  const char *near = tg_text_nearest(cell, count, tg_text_name_at, words);
  tg_text list = {0};
  for (size_t i = 0; i < count; i++) {
    tg_text_put(&list, i ? " " : "");
    tg_text_put(&list, words[i]);
  }
  trygg_status status =
      list.failed
          ? tg_error_memory(error)
          : tg_sheet_fail(error, TRYGG_ENAME, row, field, "`%s` is not known as %s%s (known: %s)",
                          TG_SHOWN(cell), row->sheet->fields[field].name, TG_SUGGESTED(near), list.bytes);
  tg_text_free(&list);
  return status;
}

trygg_status tg_sheet_number(const tg_sheet_row *row, size_t field, double *out, trygg_error *error) {
  const char *cell = row->cells[field];
  *out = (double)NAN;
  if (cell[0] == '\0' || tg_number_parse(cell, strlen(cell), 0, out) == 0)
    return TRYGG_OK;
  return tg_sheet_fail(error, TRYGG_EPARSE, row, field, "`%s` is no number; write it as 12.5 or 12,5",
                       TG_SHOWN(cell));
}

trygg_status tg_sheet_check_name(const tg_sheet_row *row, size_t field, const char *name, size_t length,
                                 trygg_error *error) {
  const char *what = length == 0          ? "is empty"
                     : length >= MAX_NAME ? "is too long (128 bytes)"
                     : name[0] == '-'     ? "begins with `-`"
                                          : NULL;
  for (size_t i = 0; i < length && !what; i++) {
    unsigned char byte = (unsigned char)name[i];
    if (byte == ' ' || (byte == 0xC2 && i + 1 < length && (unsigned char)name[i + 1] == 0xA0))
      what = "has a blank in it";
    else if (byte < 0x20 || byte == 0x7F ||
             (byte == 0xC2 && i + 1 < length && (unsigned char)name[i + 1] < 0xA0))
      what = "has a character that cannot be printed";
    else if (byte == ',' || byte == '=')
      what = "has a comma or an equals sign in it";
  }
  if (!what)
    return TRYGG_OK;
  return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, field, "the name `%s` %s; use letters, digits and `_`",
                       tg_sheet_show(name, length).text, what);
}

trygg_status tg_sheet_copy_cells(const tg_sheet_row *row, char **const *texts, const size_t *fields,
                                 size_t count, trygg_error *error) {
  for (size_t i = 0; i < count; i++)
    if (!(*texts[i] = tg_sheet_copy(row, fields[i])))
      return tg_error_memory(error);
  return TRYGG_OK;
}

/* Arrays hold 4, 8, 16, ... elements, so a count that is such a number means full. */
void *tg_sheet_room(void *array, size_t count, size_t size) {
  if (count == 0 && !array)
    array = tg_memory_new(4, size);
  else if (count >= 4 && (count & (count - 1)) == 0)
    array = tg_memory_resize(array, 2 * count, size);
  if (array)
    memset((char *)array + count * size, 0, size);
  return array;
}
