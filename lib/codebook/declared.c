/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the survey folder declares about an indicator or variable, for programs that lay out results. */
#include <codebook/codebook.h>

#include <stddef.h>
#include <string.h>

/* Columns of indicators.csv, each where its text is kept. */
static const struct {
  const char *name;
  size_t offset;
} columns[] = {
    {"topic", offsetof(tg_indicator_row, topic)},
    {"type", offsetof(tg_indicator_row, type)},
    {"variable", offsetof(tg_indicator_row, variable)},
    {"numerator", offsetof(tg_indicator_row, numerator)},
    {"denominator", offsetof(tg_indicator_row, denominator)},
    {"where", offsetof(tg_indicator_row, where)},
    {"weight", offsetof(tg_indicator_row, weight)},
    {"min_valid", offsetof(tg_indicator_row, min_valid)},
    {"low", offsetof(tg_indicator_row, low)},
    {"high", offsetof(tg_indicator_row, high)},
    {"better", offsetof(tg_indicator_row, better)},
    {"sensitive", offsetof(tg_indicator_row, sensitive)},
};

const char *trygg_codebook_declared(const trygg_codebook *codebook, const char *indicator,
                                    const char *column) {
  size_t row;

  if (codebook == NULL || indicator == NULL || column == NULL)
    return NULL;
  row = tg_codebook_find_indicator(codebook, indicator, strlen(indicator));
  for (size_t i = 0; row != TG_NONE && i < sizeof columns / sizeof *columns; i++)
    if (strcmp(columns[i].name, column) == 0) {
      const char *text;
      memcpy(&text, (const char *)&codebook->indicators[row] + columns[i].offset, sizeof text);
      return text == NULL ? "" : text;
    }
  return NULL;
}

const char *trygg_codebook_domain(const trygg_codebook *codebook, size_t domain) {
  size_t variable = codebook == NULL ? TG_NONE : tg_codebook_find_role(codebook, TG_ROLE_DOMAIN, 1, 0);

  for (size_t i = 0; variable != TG_NONE && i < domain; i++)
    variable = tg_codebook_find_role(codebook, TG_ROLE_DOMAIN, 1, variable + 1);
  return variable == TG_NONE ? NULL : codebook->variables[variable].name;
}

const char *trygg_codebook_form_title(const trygg_codebook *codebook) {
  if (codebook == NULL)
    return "";
  if (codebook->settings.title != NULL && *codebook->settings.title != '\0')
    return codebook->settings.title;
  return trygg_codebook_title(codebook);
}
