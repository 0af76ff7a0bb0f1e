/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drafting a survey folder: what kind of source it is, and the parts of a draft. */
#include <codebook/draft.h>

#include <string.h>
#include <sys/stat.h>

#include <codebook/labels.h>
#include <codebook/sheet.h>
#include <source/labelled.h>

/* ---- parts ------------------------------------------------------------------------------- */

tg_draft_variable *tg_draft_add_variable(trygg_draft *draft, const char *name, tg_variable_type type) {
  tg_draft_variable *grown = tg_sheet_room(draft->variables, draft->variable_count, sizeof *grown);
  if (!grown)
    return NULL;
  draft->variables = grown;
  tg_draft_variable *variable = &grown[draft->variable_count];
  *variable = (tg_draft_variable){.type = type, .list = TG_NONE};
  if (!(variable->name = tg_memory_string(name)))
    return NULL;
  draft->variable_count++;
  return variable;
}

tg_draft_list *tg_draft_add_list(trygg_draft *draft, const char *name) {
  tg_draft_list *grown = tg_sheet_room(draft->lists, draft->list_count, sizeof *grown);
  if (!grown)
    return NULL;
  draft->lists = grown;
  if (!(grown[draft->list_count].name = tg_memory_string(name)))
    return NULL;
  return &grown[draft->list_count++];
}

/* One more code at the end of an array; NULL without memory. */
static tg_draft_code *add_code(tg_draft_code **codes, size_t *count, const char *text, size_t length) {
  tg_draft_code *grown = tg_sheet_room(*codes, *count, sizeof *grown);
  if (!grown)
    return NULL;
  *codes = grown;
  if (!(grown[*count].text = tg_memory_text(text, length)))
    return NULL;
  return &grown[(*count)++];
}

tg_draft_code *tg_draft_add_code(tg_draft_list *list, const char *text, size_t length) {
  return add_code(&list->codes, &list->count, text, length);
}

tg_draft_code *tg_draft_add_missing(tg_draft_variable *variable, const char *text, size_t length,
                                    tg_missing kind) {
  tg_draft_code *code = add_code(&variable->missing, &variable->missing_count, text, length);
  if (code)
    code->missing = kind;
  return code;
}

size_t tg_draft_find(const trygg_draft *draft, const char *name) {
  for (size_t i = 0; i < draft->variable_count; i++)
    if (strcmp(draft->variables[i].name, name) == 0)
      return i;
  return TG_NONE;
}

int tg_draft_name_is_good(const char *name) {
  size_t length = strlen(name);
  if (length == 0 || length >= 128 || name[0] == '-' || strstr(name, ".."))
    return 0;
  for (const unsigned char *byte = (const unsigned char *)name; *byte; byte++)
    if (*byte <= ' ' || *byte == 0x7F || *byte == ',' || *byte == '=' || *byte == '"' ||
        (*byte == 0xC2 && byte[1] <= 0xA0))
      return 0;
  return 1;
}

static void clear_codes(tg_draft_code *codes, size_t count) {
  for (size_t i = 0; i < count; i++) {
    tg_memory_free(codes[i].text);
    tg_labels_clear(&codes[i].labels);
  }
  tg_memory_free(codes);
}

void tg_draft_clear_list(tg_draft_list *list) {
  clear_codes(list->codes, list->count);
  tg_memory_free(list->name);
  *list = (tg_draft_list){0};
}

/* ---- the whole --------------------------------------------------------------------------- */

static trygg_status take_options(trygg_draft_options *to, const trygg_draft_options *options,
                                 trygg_error *error) {
  *to = (trygg_draft_options){.size = sizeof *to};
  if (!options)
    return TRYGG_OK;
  if (options->size < sizeof options->size)
    return tg_error_set(error, TRYGG_EINVAL,
                        "`size` of the draft options is not set to sizeof(trygg_draft_options)");
  memcpy(to, options, options->size < sizeof *to ? options->size : sizeof *to);
  if (to->delimiter && !strchr(",;\t", to->delimiter))
    return tg_error_set(error, TRYGG_EINVAL, "the delimiter can be `,` `;` or a tab");
  if (to->decimal && !strchr(".,", to->decimal))
    return tg_error_set(error, TRYGG_EINVAL, "the decimal sign can be `.` or `,`");
  return TRYGG_OK;
}

/* The file's name without folders and suffixes, for form_id. */
static char *form_of(const char *source) {
  size_t length = strlen(source);
  while (length > 1 && source[length - 1] == '/')
    length--;
  size_t begin = length;
  while (begin > 0 && source[begin - 1] != '/')
    begin--;
  size_t end = begin;
  while (end < length && source[end] != '.')
    end++;
  if (end == begin || strcmp(source, "-") == 0)
    return tg_memory_string("draft");
  return tg_memory_text(source + begin, end - begin);
}

trygg_status trygg_codebook_draft(const char *source, const trygg_draft_options *options, trygg_draft **out,
                                  trygg_error *error) {
  trygg_status status = TRYGG_OK;
  trygg_draft_options chosen;
  struct stat about;
  trygg_draft *draft = NULL;
  if (out)
    *out = NULL;
  if (!source || !*source || !out)
    return tg_error_set(error, TRYGG_EINVAL, "no source or no place for the draft is given");
  TRY(take_options(&chosen, options, error));
  draft = tg_memory_new(1, sizeof *draft);
  if (!draft || !(draft->source = tg_memory_string(source)) ||
      !(draft->settings[TG_DRAFT_FORM] = form_of(source))) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  draft->swedish = tg_language_find(chosen.language) == TG_SWEDISH;
  draft->records = -1;
  int labelled;
  TRY(tg_labelled_is_file(source, &labelled, error));
  if (strcmp(source, "-") != 0 && stat(source, &about) == 0 && S_ISDIR(about.st_mode))
    TRY(tg_draft_form(draft, source, error));
  else if (labelled)
    TRY(tg_draft_labelled(draft, source, &chosen, error));
  else
    TRY(tg_draft_columns(draft, source, &chosen, error));
  if (draft->variable_count == 0) {
    status = tg_error_at(error, TRYGG_EDATA, source, 0, 0, NULL,
                         "no column has a name that a survey folder can hold; give the columns names without "
                         "blanks, commas and equals signs");
    goto cleanup;
  }
  TRY(tg_draft_write(draft, error));
cleanup:
  if (status == TRYGG_OK)
    *out = draft;
  else
    trygg_codebook_draft_free(draft);
  return status;
}

const char *trygg_codebook_draft_file(const trygg_draft *draft, size_t file) {
  return draft && file < TG_DRAFT_FILES ? draft->files[file].name : NULL;
}

const char *trygg_codebook_draft_text(const trygg_draft *draft, size_t file) {
  return draft && file < TG_DRAFT_FILES ? draft->files[file].text : NULL;
}

size_t trygg_codebook_draft_variables(const trygg_draft *draft) {
  return draft ? draft->variable_count : 0;
}

int64_t trygg_codebook_draft_records(const trygg_draft *draft) {
  return draft ? draft->records : -1;
}

const char *trygg_codebook_draft_note(const trygg_draft *draft, size_t note, const char **kind) {
  if (!draft || note >= draft->note_count)
    return NULL;
  if (kind)
    *kind = tg_draft_kind(draft->notes[note].reason);
  return draft->notes[note].text;
}

void trygg_codebook_draft_free(trygg_draft *draft) {
  if (!draft)
    return;
  for (size_t i = 0; i < draft->variable_count; i++) {
    tg_memory_free(draft->variables[i].name);
    tg_labels_clear(&draft->variables[i].labels);
    clear_codes(draft->variables[i].missing, draft->variables[i].missing_count);
  }
  for (size_t i = 0; i < draft->list_count; i++)
    tg_draft_clear_list(&draft->lists[i]);
  for (size_t i = 0; i < draft->note_count; i++) {
    tg_memory_free(draft->notes[i].variable);
    tg_memory_free(draft->notes[i].text);
  }
  for (size_t i = 0; i < TG_DRAFT_SETTINGS; i++)
    tg_memory_free(draft->settings[i]);
  for (size_t i = 0; i < TG_DRAFT_FILES; i++)
    tg_memory_free(draft->files[i].text);
  tg_memory_free(draft->variables);
  tg_memory_free(draft->lists);
  tg_memory_free(draft->notes);
  tg_memory_free(draft->source);
  tg_memory_free(draft);
}
