/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Expected shares written as texts: CODE:SHARE of each answer to a question, or the share of hits. */
#include <inference/groups.h>

#include <math.h>
#include <string.h>

#include <base/number.h>
#include <base/text.h>

static trygg_status fault(trygg_error *error, const char *what) {
  return tg_error_at(error, TRYGG_EINVAL, NULL, 0, 0, "expected", "%s", what);
}

/* The code of an indicator that is one answer: what stands behind VAR= in its name. */
static const char *code_at(const void *context, size_t i) {
  const trygg_estimates *estimates = context;
  return strchr(estimates->tally->indicators.list[i].name, '=') + 1;
}

static trygg_status unknown_code(const trygg_estimates *estimates, size_t answers, const char *text,
                                 size_t length, trygg_error *error) {
  char code[64];
  const char *nearest;
  tg_text_print(code, sizeof code, "%.*s", (int)length, text);
  nearest = tg_text_nearest(code, answers, code_at, estimates);
  return tg_error_at(error, TRYGG_ENAME, NULL, 0, 0, "expected", "the question has no answer `%s`%s%s%s",
                     code, nearest ? "; did you mean `" : "", nearest ? nearest : "", nearest ? "`?" : "");
}

/* CODE:SHARE into the place of the code; the code is what stands before the last colon. */
static trygg_status read_answer(const trygg_estimates *estimates, size_t answers, const char *text,
                                double *out, trygg_error *error) {
  const char *colon = strrchr(text, ':');
  size_t length = colon ? (size_t)(colon - text) : 0, i = 0;
  if (!colon)
    return fault(error, "write each answer's code and share, as 1:0.48 2:0.52");
  while (i < answers && !tg_text_equal(text, length, code_at(estimates, i)))
    i++;
  if (i == answers)
    return unknown_code(estimates, answers, text, length, error);
  if (!isnan(out[i]))
    return fault(error, "an answer is there twice");
  if (tg_number_parse(colon + 1, strlen(colon + 1), '.', &out[i]) || !(out[i] > 0) || isinf(out[i]))
    return fault(error, "expected shares are numbers above 0, as in 1:0.48");
  return TRYGG_OK;
}

static trygg_status read_question(const trygg_estimates *estimates, size_t answers,
                                  const trygg_group_test_options *options, double *out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  for (size_t i = 0; i < answers; i++)
    out[i] = NAN;
  for (size_t i = 0; i < options->expected_text_count; i++)
    TRY(read_answer(estimates, answers, options->expected_texts[i], out, error));
  for (size_t i = 0; i < answers; i++)
    if (isnan(out[i]))
      return tg_error_at(error, TRYGG_EINVAL, NULL, 0, 0, "expected", "the answer `%s` has no expected share",
                         code_at(estimates, i));
cleanup:
  return status;
}

trygg_status tg_expected_read(const trygg_estimates *estimates, const trygg_group_test_options *options,
                              double **out, size_t *count, trygg_error *error) {
  size_t answers = tg_groups_answers(estimates, 0);
  const char *text = options->expected_texts[0];
  *count = answers > 1 ? answers : 2;
  *out = tg_memory_new(*count, sizeof **out);
  if (!*out)
    return tg_error_memory(error);
  if (estimates->tally->indicators.count != answers)
    return fault(error, "expected shares are those of one question or share; name it alone");
  if (answers > 1)
    return read_question(estimates, answers, options, *out, error);
  if (options->expected_text_count != 1 || tg_number_parse(text, strlen(text), '.', *out) ||
      !(**out > 0 && **out < 1))
    return fault(error, "of a share, the expected share is one number between 0 and 1");
  (*out)[1] = 1 - **out;
  return TRYGG_OK;
}
