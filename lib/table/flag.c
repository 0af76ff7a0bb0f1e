/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Flags of result rows: one row a flag. */
#include <table/flag.h>

#include <string.h>

#include <trygg/table.h>

static const struct {
  unsigned bit;
  const char *name, *help;
} flags_known[TG_FLAG_COUNT] = {
    {TG_FLAG_SUPPRESSED, "suppressed", "too few answers to publish"},
    {TG_FLAG_UNRELIABLE, "unreliable", "too few effective cases for the interval to be trusted"},
    {TG_FLAG_LONELY, "lonely", "a stratum with a single sampling unit took part in the variance"},
    {TG_FLAG_NO_DF, "no_df", "no degrees of freedom, hence no interval"},
    {TG_FLAG_BOUNDARY, "boundary", "a share of exactly 0 or 1"},
    {TG_FLAG_NOT_ASKED, "not_asked", "the question was not asked in that wave"},
    {TG_FLAG_ITEM_MISSING, "item_missing", "missing answers count as 0 in the total"},
    {TG_FLAG_INCOMPLETE, "incomplete", "an item of the index is missing"},
    {TG_FLAG_BREAK, "break", "the series breaks between these waves"},
    {TG_FLAG_NO_SE, "no_se", "the figure has no standard error"},
    {TG_FLAG_MODEL, "model", "the figure comes from a model"},
    {TG_FLAG_EMPTY, "empty", "no valid answer in the cell"},
    {TG_FLAG_FEW_WAVES, "few_waves", "too few waves for the test"},
    {TG_FLAG_IMPOSSIBLE, "impossible", "not even if all or none of the silent had the answer"},
    {TG_FLAG_CANNOT_REJECT, "cannot_reject",
     "with so few waves or areas the test finds nothing, whatever happened"},
    {TG_FLAG_NEGATIVE_VARIANCE, "negative_variance", "the estimate of the variance is negative"},
    {TG_FLAG_BRIDGED, "bridged", "earlier waves were moved to where the new method would have found them"},
    {TG_FLAG_NO_FIT, "no_fit", "the regression cannot be fitted to these records"},
};

const char *tg_flag_text(char out[TG_FLAG_SIZE], unsigned flags) {
  size_t used = 0;

  for (size_t i = 0; i < TG_FLAG_COUNT; i++) {
    size_t length = strlen(flags_known[i].name);
    if (!(flags & flags_known[i].bit) || used + length + 2 > TG_FLAG_SIZE)
      continue;
    if (used > 0)
      out[used++] = ' ';
    memcpy(out + used, flags_known[i].name, length);
    used += length;
  }
  out[used] = '\0';
  return out;
}

static unsigned find_bit(const char *word, size_t length) {
  for (size_t i = 0; i < TG_FLAG_COUNT; i++)
    if (strlen(flags_known[i].name) == length && memcmp(flags_known[i].name, word, length) == 0)
      return flags_known[i].bit;
  return 0;
}

unsigned tg_flag_parse(const char *text) {
  unsigned flags = 0;

  while (text != NULL && *text != '\0') {
    size_t length = strcspn(text, " ");
    flags |= find_bit(text, length);
    text += length;
    text += strspn(text, " ");
  }
  return flags;
}

unsigned tg_flag_bit(size_t i) {
  return i < TG_FLAG_COUNT ? flags_known[i].bit : 0;
}

const char *trygg_table_flag(size_t flag) {
  return flag < TG_FLAG_COUNT ? flags_known[flag].name : NULL;
}

const char *trygg_table_flag_help(size_t flag) {
  return flag < TG_FLAG_COUNT ? flags_known[flag].help : NULL;
}
