/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names on the command line, checked against the survey folder before any data are read. */
#include "program.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Insertions, deletions and replacements that make `b` of `a`; long words are far from everything. */
static size_t distance(const char *a, const char *b) {
  size_t row[64], length = strlen(b);

  if (length >= COUNT(row))
    return SIZE_MAX;
  for (size_t k = 0; k <= length; k++)
    row[k] = k;
  for (size_t i = 1; a[i - 1] != '\0'; i++) {
    size_t before = row[0];
    row[0] = i;
    for (size_t k = 1; k <= length; k++) {
      size_t replaced = before + (a[i - 1] != b[k - 1]);
      before = row[k];
      row[k] = row[k] < row[k - 1] ? row[k] + 1 : row[k - 1] + 1;
      if (replaced < row[k])
        row[k] = replaced;
    }
  }
  return row[length];
}

const char *program_nearer(const char *word, const char *best, size_t *least, const char *candidate) {
  size_t steps = distance(word, candidate);

  if (steps >= *least || steps > strlen(candidate) / 3 + 1)
    return best;
  *least = steps;
  return candidate;
}

/* ---- what the folder knows --------------------------------------------------------------------- */

typedef const char *(*name_at)(const trygg_codebook *codebook, size_t i);

/* 1 when the `length` bytes at `name` are one of the names. */
static int is_known(const struct program *program, name_at names, const char *name, size_t length) {
  const char *known;

  for (size_t i = 0; (known = names(program->codebook, i)) != NULL; i++)
    if (strlen(known) == length && memcmp(known, name, length) == 0)
      return 1;
  return 0;
}

static int is_variable(const struct program *program, const char *name, size_t length) {
  return is_known(program, trygg_codebook_variable, name, length);
}

/* "no KIND is called `x`; did you mean `y`?", about an option. */
static trygg_status unknown(struct program *program, const char *option, const char *kind, const char *name,
                            const name_at *names, size_t count) {
  const char *best = NULL, *known;
  size_t least = SIZE_MAX;

  for (size_t k = 0; k < count; k++)
    for (size_t i = 0; (known = names[k](program->codebook, i)) != NULL; i++)
      best = program_nearer(name, best, &least, known);
  if (best != NULL)
    program_fail(program, TRYGG_ENAME, "no %s is called `%s`; did you mean `%s`?", kind, name, best);
  else
    program_fail(program, TRYGG_ENAME,
                 "no %s is called `%s`; `trygg-check %s` lists what the survey folder has", kind, name,
                 program->options.survey);
  strcpy(program->error.field, option);
  return TRYGG_ENAME;
}

/* ---- the options ----------------------------------------------------------------------------------- */

static trygg_status check_indicator(struct program *program, const char *name) {
  static const name_at names[] = {trygg_codebook_indicator, trygg_codebook_variable};
  size_t length = strcspn(name, "=");

  if (is_known(program, trygg_codebook_indicator, name, strlen(name)) ||
      is_variable(program, name, strlen(name)))
    return TRYGG_OK;
  if (name[length] == '=' && is_variable(program, name, length)) {
    program_fail(program, TRYGG_ENAME,
                 "no indicator is called `%s`; give the variable, `%.*s`, for the shares of all its answers",
                 name, (int)length, name);
    strcpy(program->error.field, "indicator");
    return TRYGG_ENAME;
  }
  return unknown(program, "indicator", "indicator", name, names, COUNT(names));
}

static trygg_status check_by(struct program *program, const char *name) {
  static const name_at names[] = {trygg_codebook_variable};

  return is_variable(program, name, strlen(name)) ? TRYGG_OK
                                                  : unknown(program, "by", "variable", name, names, 1);
}

/* VAR, or VAR of VAR=CODE; which codes it has is checked by the library. */
static trygg_status check_variable(struct program *program, const char *option, const char *text) {
  static const name_at names[] = {trygg_codebook_variable};
  size_t length = strcspn(text, "=");
  char name[64] = "";

  while (length > 0 && text[length - 1] == ' ')
    length--;
  if (length >= sizeof name || is_variable(program, text, length))
    return TRYGG_OK;
  memcpy(name, text, length);
  return unknown(program, option, "variable", name, names, 1);
}

static trygg_status check_where(struct program *program, const char *condition) {
  return check_variable(program, "where", condition);
}

/* A variable, or two with * or : between. */
static trygg_status check_on(struct program *program, const char *term) {
  const char *sign =
      strchr(term, '=') == NULL && !is_variable(program, term, strlen(term)) ? strpbrk(term, "*:") : NULL;
  char first[64];
  trygg_status status;

  if (sign == NULL || (size_t)(sign - term) >= sizeof first)
    return check_variable(program, "on", term);
  memcpy(first, term, (size_t)(sign - term));
  first[sign - term] = '\0';
  status = check_variable(program, "on", first);
  return status == TRYGG_OK ? check_on(program, sign + 1) : status;
}

/* An indicator, a variable, or VAR=CODE. */
static trygg_status check_outcome(struct program *program, const char *name) {
  static const name_at names[] = {trygg_codebook_indicator, trygg_codebook_variable};

  if (is_known(program, trygg_codebook_indicator, name, strlen(name)) ||
      is_variable(program, name, strcspn(name, "=")))
    return TRYGG_OK;
  return unknown(program, "outcome", "indicator", name, names, COUNT(names));
}

static trygg_status check_list(struct program *program, const program_list *list,
                               trygg_status (*check)(struct program *, const char *)) {
  for (size_t i = 0; i < list->count; i++) {
    trygg_status status = check(program, list->items[i]);
    if (status != TRYGG_OK)
      return status;
  }
  return TRYGG_OK;
}

static trygg_status check_indices(struct program *program) {
  const program_list *indices = &program->options.indices;
  trygg_index_options options = {
      .size = sizeof options, .names = indices->items, .name_count = indices->count};
  const char **items = NULL;
  size_t count = 0;
  trygg_status status = trygg_index_items(program->codebook, &options, &items, &count, &program->error);

  trygg_index_free_items(items);
  return status;
}

trygg_status program_check_names(struct program *program) {
  const program_options *options = &program->options;
  trygg_status status = check_list(program, &options->indicators, check_indicator);

  for (size_t i = 0; status == TRYGG_OK && i < options->by_count; i++)
    status = check_list(program, &options->by[i], check_by);
  if (status == TRYGG_OK)
    status = check_list(program, &options->where, check_where);
  if (status == TRYGG_OK && options->outcome != NULL)
    status = check_outcome(program, options->outcome);
  if (status == TRYGG_OK)
    status = check_list(program, &options->on, check_on);
  if (status == TRYGG_OK && options->indices.count > 0)
    status = check_indices(program);
  return status;
}
