/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files one by one: what files.csv and recodes.csv say of each, and what was done to it. */
#include <responses/files.h>

#include <string.h>

#include <base/memory.h>
#include <base/text.h>
#include <responses/load.h>
#include <source/fixed.h>

static int field_of(const char *const *names, const size_t *lengths, size_t count, const char *name,
                    size_t *out) {
  for (*out = 0; *out < count; ++*out) {
    size_t length = lengths[*out];
    const char *trimmed = tg_text_trim(names[*out], &length);
    if (tg_text_equal(trimmed, length, name))
      return 1;
  }
  *out = TG_NONE;
  return 0;
}

/* The constant of a variable in the file, or NULL. */
static const char *constant_of(const tg_file_row *row, const trygg_codebook *codebook, const char *name) {
  for (size_t i = 0; row && i < row->constant_count; i++)
    if (strcmp(codebook->variables[row->constants[i].variable].name, name) == 0)
      return row->constants[i].text;
  return NULL;
}

const tg_file_row *tg_files_find(const tg_load *load, const char *file) {
  return tg_codebook_file(load->codebook, file);
}

/* Fixed columns become delimited records while they are read. */
static trygg_status arrange(const tg_file_row *about, const tg_record_layout *layout, tg_source *source,
                            trygg_error *error) {
  const char *name = tg_source_name(source);
  if (!layout)
    return tg_error_at(
        error, TRYGG_ECODEBOOK, name, 0, 0, NULL,
        "files.csv (line %lld) says that the file has fixed columns, and no row of layout.csv is for it",
        (long long)about->line);
  return tg_source_arrange(source, layout->columns, layout->column_count,
                           about && about->decimal ? about->decimal : '.', error);
}

trygg_status tg_files_describe(const trygg_codebook *codebook, const trygg_load_options *options,
                               tg_source *source, tg_records_options *out, const tg_record_layout **layout,
                               trygg_error *error) {
  trygg_status status = TRYGG_OK;
  const char *name = tg_source_name(source);
  const tg_file_row *about = tg_codebook_file(codebook, name);
  const tg_record_layout *found = tg_codebook_layout(codebook, name);
  int fixed = found || (about && about->delimiter == TG_FIXED_DELIMITER);
  *out = (tg_records_options){.delimiter = fixed                       ? TG_FIXED_DELIMITER
                                           : about && about->delimiter ? about->delimiter
                                                                       : options->delimiter,
                              .max_field = options->max_field,
                              .max_columns = options->max_columns,
                              .max_record = options->max_record,
                              .headless = fixed};
  if (layout)
    *layout = found;
  if (about && about->encoding)
    TRY(tg_source_expect(source, about->encoding, error));
  if (fixed)
    TRY(arrange(about, found, source, error));
cleanup:
  return status;
}

int tg_files_reads(const trygg_codebook *codebook, const char *name, size_t length) {
  for (size_t i = 0; i < codebook->recode_count; i++)
    if (tg_text_equal(name, length, codebook->recodes[i].from))
      return 1;
  return 0;
}

/* ---- recodes ------------------------------------------------------------------------------------- */

/* A row that names this file by its pattern reads a column that is not there: a misspelt name is likely. */
static trygg_status warn_absent(tg_load *load, const tg_recode_row *row) {
  char text[300];
  if (row->pattern[0] == '\0')
    return TRYGG_OK;
  tg_text_print(
      text, sizeof text,
      "recodes.csv (line %lld) reads `%.100s` from the column `%.100s`, which the file does not have",
      (long long)row->line, load->codebook->variables[row->variable].name, row->from);
  return tg_load_warn(load, load->file, text);
}

static trygg_status add_step(tg_load *load, tg_file_slot *slot, const tg_recode_row *row, tg_file_cell from) {
  tg_file_step *grown = tg_memory_resize(slot->steps, slot->step_count + 1, sizeof *grown);
  if (!grown)
    return tg_error_memory(load->error);
  slot->steps = grown;
  grown[slot->step_count++] = (tg_file_step){.row = row, .from = from};
  return TRYGG_OK;
}

/* The rows for a variable in this file, in their order; none where no row finds its column. */
static trygg_status plan_variable(tg_load *load, tg_load_variable *variable, const char *const *names,
                                  const size_t *lengths, size_t count, tg_file_slot *slot) {
  trygg_status status = TRYGG_OK;
  const trygg_codebook *codebook = load->codebook;
  for (size_t i = 0; i < codebook->recode_count; i++) {
    const tg_recode_row *row = &codebook->recodes[i];
    tg_file_cell from;
    if (row->variable != variable->index ||
        (row->pattern[0] && !tg_codebook_pattern(row->pattern, load->file)))
      continue;
    from.text = constant_of(load->plan.row, codebook, row->from);
    if (!field_of(names, lengths, count, row->from, &from.field) && !from.text)
      TRY(warn_absent(load, row));
    else
      TRY(add_step(load, slot, row, from));
  }
cleanup:
  return status;
}

static int reads_one_column(const tg_file_slot *slot) {
  for (size_t i = 1; i < slot->step_count; i++)
    if (strcmp(slot->steps[i].row->from, slot->steps[0].row->from) != 0)
      return 0;
  return slot->step_count > 0;
}

/* Recoded variables, the wave before the others, since rows can be for single waves. */
static trygg_status plan_recodes(tg_load *load, const char *const *names, const size_t *lengths,
                                 size_t count) {
  trygg_status status = TRYGG_OK;
  tg_file_plan *plan = &load->plan;
  if (load->codebook->recode_count == 0)
    return TRYGG_OK;
  plan->slots = tg_memory_new(load->codebook->derived_begin, sizeof *plan->slots);
  if (!plan->slots)
    return tg_error_memory(load->error);
  for (int others = 0; others <= 1; others++)
    for (size_t i = 0; i < load->codebook->derived_begin; i++) {
      tg_load_variable *variable = &load->variables[i];
      tg_file_slot *slot = &plan->slots[plan->slot_count];
      if ((variable->variable->role != TG_ROLE_WAVE) != others)
        continue;
      status = plan_variable(load, variable, names, lengths, count, slot);
      if (status == TRYGG_OK && reads_one_column(slot) &&
          !(slot->known = tg_memory_new(TG_FILES_KNOWN, sizeof *slot->known)))
        status = tg_error_memory(load->error);
      plan->slot_count += slot->step_count > 0; /* also on failure, to be freed */
      if (status != TRYGG_OK)
        return status;
      if (slot->step_count == 0)
        continue;
      slot->variable = variable;
      load->fields[load->all_count++] = variable;
      slot->own.text = constant_of(plan->row, load->codebook, variable->variable->name);
      if (field_of(names, lengths, count, variable->variable->name, &slot->own.field))
        load->fields[slot->own.field] = NULL;
      variable->in_file = 1;
    }
  return status;
}

static int is_recoded(const tg_file_plan *plan, const tg_load_variable *variable) {
  for (size_t i = 0; i < plan->slot_count; i++)
    if (plan->slots[i].variable == variable)
      return 1;
  return 0;
}

/* ---- constants ------------------------------------------------------------------------------------- */

static trygg_status plan_constants(tg_load *load, const char *const *names, const size_t *lengths,
                                   size_t count, int64_t line) {
  tg_file_plan *plan = &load->plan;
  const tg_file_row *row = plan->row;
  size_t field;
  if (!row)
    return TRYGG_OK;
  plan->values = tg_memory_new(row->constant_count, sizeof *plan->values);
  if (!plan->values)
    return tg_error_memory(load->error);
  for (size_t i = 0; i < row->constant_count; i++) {
    tg_load_variable *variable = &load->variables[row->constants[i].variable];
    const char *name = variable->variable->name;
    if (field_of(names, lengths, count, name, &field))
      return tg_error_at(
          load->error, TRYGG_ECODEBOOK, load->file, line, field + 1, name,
          "`%.100s` is a column of the file, and files.csv (line %lld) gives the whole file one "
          "value; leave one of them out",
          name, (long long)row->line);
    variable->in_file = 1;
    variable->question = 0; /* nobody answered it */
    if (is_recoded(plan, variable))
      continue;
    load->fields[load->all_count++] = variable;
    plan->values[plan->value_count++] =
        (tg_file_value){variable, row->constants[i].text, strlen(row->constants[i].text)};
  }
  return TRYGG_OK;
}

/* Constants and recodes have either decimal sign, whatever the file has. */
void tg_files_fill(const tg_file_plan *plan, tg_piece *piece) {
  size_t count = piece->count;
  char decimal = piece->decimal;
  piece->decimal = '\0';
  for (piece->count = 0; piece->count < count; piece->count++)
    for (size_t i = 0; i < plan->value_count; i++)
      plan->values[i].variable->convert(piece, plan->values[i].variable, plan->values[i].text,
                                        plan->values[i].length);
  piece->count = count;
  piece->decimal = decimal;
}

/* ---- the whole file ----------------------------------------------------------------------------------- */

trygg_status tg_files_begin(tg_load *load, const char *const *names, const size_t *lengths, size_t count,
                            int64_t line) {
  trygg_status status = TRYGG_OK;
  tg_file_plan *plan = &load->plan;
  tg_files_clear_plan(plan);
  plan->row = tg_files_find(load, load->file);
  if (!plan->row && load->codebook->file_count > 0)
    TRY(tg_load_warn(load, load->file, "no pattern in the column `file` of files.csv matches this file"));
  TRY(plan_recodes(load, names, lengths, count));
  TRY(plan_constants(load, names, lengths, count, line));
  plan->wave = (tg_file_cell){TG_NONE, load->codebook->settings.wave};
  if (load->wave) {
    const char *name = load->wave->variable->name;
    plan->wave.text = constant_of(plan->row, load->codebook, name);
    (void)field_of(names, lengths, count, name, &plan->wave.field);
  }
cleanup:
  return status;
}

int tg_files_copy_plan(const tg_file_plan *plan, tg_file_plan *out) {
  if (plan->slot_count == 0)
    return 0;
  *out = *plan;
  out->values = NULL;
  out->value_count = 0;
  out->slot_count = 0;
  out->slots = tg_memory_new(plan->slot_count, sizeof *out->slots);
  if (!out->slots)
    return -1;
  for (size_t i = 0; i < plan->slot_count; i++) {
    tg_file_slot *slot = &out->slots[out->slot_count++];
    *slot = plan->slots[i];
    slot->steps = tg_memory_new(slot->step_count, sizeof *slot->steps);
    slot->known = slot->known ? tg_memory_new(TG_FILES_KNOWN, sizeof *slot->known) : NULL;
    if (!slot->steps || (plan->slots[i].known && !slot->known))
      return -1;
    memcpy(slot->steps, plan->slots[i].steps, slot->step_count * sizeof *slot->steps);
    slot->unmatched = 0;
    for (size_t k = 0; k < slot->step_count; k++)
      slot->steps[k].count = 0;
  }
  return 0;
}

void tg_files_move_counts(tg_file_plan *copy, tg_file_plan *plan) {
  for (size_t i = 0; i < copy->slot_count; i++) {
    tg_file_slot *from = &copy->slots[i], *to = &plan->slots[i];
    to->unmatched += from->unmatched;
    from->unmatched = 0;
    for (size_t k = 0; k < from->step_count; k++) {
      to->steps[k].count += from->steps[k].count;
      from->steps[k].count = 0;
    }
  }
}

void tg_files_clear_plan(tg_file_plan *plan) {
  for (size_t i = 0; i < plan->slot_count; i++) {
    tg_memory_free(plan->slots[i].steps);
    tg_memory_wipe(plan->slots[i].known, plan->slots[i].known ? TG_FILES_KNOWN * sizeof(tg_file_known) : 0);
  }
  tg_memory_free(plan->slots);
  tg_memory_free(plan->values);
  *plan = (tg_file_plan){0};
}

/* ---- the account ----------------------------------------------------------------------------------------- */

/* "recode f12 from q7: 4 5 = 4 in 2020", or "rename q7 to f12 in 2020". */
static void describe_step(const tg_file_slot *slot, const tg_recode_row *row, tg_text *out) {
  const char *name = slot->variable->variable->name;
  int own = strcmp(row->from, name) == 0;
  if (row->unchanged && !own)
    tg_text_format(out, "rename %s to %s", row->from, name);
  else
    tg_text_format(out, "recode %s%s%s: %s = %s", name, own ? "" : " from ", own ? "" : row->from,
                   row->whole[0] ? row->whole : "*",
                   row->unchanged ? "as it is"
                   : row->to[0]   ? row->to
                                  : "(empty)");
  for (size_t i = 0; i < row->wave_count; i++)
    tg_text_format(out, "%s%s", i ? " " : " in ", row->waves[i]);
}

static trygg_status note(tg_load *load, tg_text *text, int64_t count) {
  int failed = text->failed || tg_account_note(load->responses->account, text->bytes, count) != 0;
  tg_text_clear(text);
  return failed ? tg_error_memory(load->error) : TRYGG_OK;
}

static trygg_status note_recodes(tg_load *load, tg_text *text) {
  trygg_status status = TRYGG_OK;
  for (size_t i = 0; i < load->plan.slot_count; i++) {
    const tg_file_slot *slot = &load->plan.slots[i];
    for (size_t k = 0; k < slot->step_count; k++) {
      describe_step(slot, slot->steps[k].row, text);
      TRY(note(load, text, slot->steps[k].count));
    }
    if (slot->unmatched > 0) {
      tg_text_format(text, "recode %s: unmatched", slot->variable->variable->name);
      TRY(note(load, text, slot->unmatched));
    }
  }
cleanup:
  return status;
}

trygg_status tg_files_account(tg_load *load, char delimiter, const char *encoding) {
  trygg_status status = TRYGG_OK;
  const tg_file_row *row = load->plan.row;
  tg_text text = {0};
  if (delimiter) {
    const char sign[] = {delimiter, '\0'};
    tg_text_format(&text, "delimiter %s",
                   delimiter == '\t'                 ? "tab"
                   : delimiter == TG_FIXED_DELIMITER ? "fixed"
                                                     : sign);
    TRY(note(load, &text, -1));
    tg_text_format(&text, "decimal %s", load->decimal == '.' ? "." : load->decimal == ',' ? "," : "either");
    TRY(note(load, &text, -1));
  }
  if (encoding) {
    tg_text_format(&text, "encoding %s", encoding);
    TRY(note(load, &text, -1));
  }
  for (size_t i = 0; row && i < row->constant_count; i++) {
    tg_text_format(&text, "constant %s=%s", load->codebook->variables[row->constants[i].variable].name,
                   row->constants[i].text);
    TRY(note(load, &text, -1));
  }
  TRY(note_recodes(load, &text));
cleanup:
  tg_text_free(&text);
  return status;
}
