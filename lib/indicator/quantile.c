/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Type quantile: its probability, and the rule by which the value is read off the distribution. */
#include <indicator/types.h>

#include <string.h>

#include <base/number.h>
#include <base/text.h>

/* The nine definitions of Hyndman & Fan (1996, Am. Stat. 50:361-365) with weights, as R survey has them, and Shah &
 * Vaish's (2006, Proc. ASA Section on Survey Research Methods), whose weights have the mean 1. */
static const tg_quantile_rule rules[] = {
    {"math", "the first value at which F reaches p", TG_QUANTILE_STEPS, 0, 0, 0},
    {"school", "the mean of two values where F equals p between them", TG_QUANTILE_STEPS, 0.5, 0, 0},
    {"hf1", "as math", TG_QUANTILE_STEPS, 0, 0, 0},
    {"hf2", "as school", TG_QUANTILE_STEPS, 0.5, 0, 0},
    {"hf3", "the nearest even value", TG_QUANTILE_STEPS, 0, 0, 1},
    {"hf4", "linear between the values of F", TG_QUANTILE_LINES, 1, 0, 0},
    {"hf5", "linear between the middles of the steps of F", TG_QUANTILE_LINES, 0.5, 0, 0},
    {"hf6", "linear, values at k/(n + 1)", TG_QUANTILE_LINES, 1, 1, 0},
    {"hf7", "linear, values at (k - 1)/(n - 1); what spreadsheets do", TG_QUANTILE_LINES, 0, -1, 0},
    {"hf8", "linear, values at (k - 1/3)/(n + 1/3)", TG_QUANTILE_LINES, 2.0 / 3, 1.0 / 3, 0},
    {"hf9", "linear, values at (k - 3/8)/(n + 1/4)", TG_QUANTILE_LINES, 0.625, 0.25, 0},
    {"shahvaish", "the last value at or below p of those at k/(n + 1)", TG_QUANTILE_POINTS, 0.5, 0, 0},
};

enum { RULES = sizeof rules / sizeof *rules };

static const char *name_at(const void *context, size_t i) {
  (void)context;
  return rules[i].name;
}

/* The probability, and behind it a rule. */
trygg_status tg_quantile_compile(tg_indicator *indicator, const trygg_codebook *codebook,
                                 const trygg_error *place, trygg_error *error) {
  const char *cursor = indicator->row->numerator, *word;
  size_t length = 0;
  (void)codebook;
  word = tg_text_word(&cursor, &length);
  if (!word || tg_number_parse(word, length, 0, &indicator->probability) ||
      !(indicator->probability > 0 && indicator->probability < 1))
    return tg_error_at(
        error, TRYGG_ECODEBOOK, place->file, place->line, 0, "numerator",
        "a quantile needs its probability, a number between 0 and 1, in the column `numerator`");
  indicator->rule = rules;
  word = tg_text_word(&cursor, &length);
  for (size_t i = 0; word && i < RULES; i++)
    if (tg_text_equal(word, length, rules[i].name)) {
      indicator->rule = &rules[i];
      return TRYGG_OK;
    }
  if (word) {
    char text[32];
    const char *nearest;
    tg_text_print(text, sizeof text, "%.*s", (int)length, word);
    nearest = tg_text_nearest(text, RULES, name_at, NULL);
    return tg_error_at(
        error, TRYGG_ENAME, place->file, place->line, 0, "numerator",
        "no rule of quantiles is called `%s`; did you mean `%s`? Known: math school hf1 ... hf9 shahvaish",
        text, nearest ? nearest : rules->name);
  }
  return TRYGG_OK;
}
