/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The handle of loaded responses. */
#include <responses/responses.h>

#include <string.h>

#include <base/memory.h>
#include <base/text.h>
#include <responses/account.h>
#include <responses/columns.h>

size_t tg_responses_answered(const trygg_responses *responses) {
  size_t silent = 0;
  for (size_t w = 0; w < responses->wave_count; w++)
    silent += responses->waves[w].silent;
  return trygg_responses_count(responses) - silent;
}

size_t trygg_responses_count(const trygg_responses *responses) {
  return responses ? responses->count + responses->released : 0;
}

size_t trygg_responses_memory(const trygg_responses *responses) {
  if (!responses)
    return 0;
  size_t bytes = responses->count * (sizeof *responses->wave + (responses->person ? sizeof *responses->person : 0));
  for (size_t i = 0; i < responses->column_count; i++) {
    const tg_column *column = &responses->columns[i];
    if (column->present)
      bytes +=
          responses->count * tg_columns_stored_width(column) + column->dictionary.size +
          column->dictionary.count * (sizeof *column->dictionary.texts + sizeof *column->dictionary.missing);
  }
  return bytes;
}

static const char *wave_name_at(const void *context, size_t i) {
  return ((const trygg_responses *)context)->waves[i].code;
}

trygg_status tg_responses_mark_waves(const trygg_responses *responses, const char *const *codes, size_t count,
                                     unsigned char **marks, trygg_error *error) {
  *marks = tg_memory_new(responses->wave_count, 1);
  if (!*marks)
    return tg_error_memory(error);
  if (!count)
    memset(*marks, 1, responses->wave_count);
  for (size_t i = 0; i < count; i++) {
    size_t w = 0;
    while (w < responses->wave_count && strcmp(responses->waves[w].code, codes[i]))
      w++;
    if (w == responses->wave_count) {
      const char *nearest = tg_text_nearest(codes[i], responses->wave_count, wave_name_at, responses);
      if (!nearest && responses->wave_count)
        nearest = responses->waves[responses->wave_count - 1].code;
      return tg_error_at(error, TRYGG_ENAME, NULL, 0, 0, "wave",
                         "the data have no wave `%s`; the nearest is `%s`", codes[i], nearest ? nearest : "");
    }
    (*marks)[w] = 1;
  }
  return TRYGG_OK;
}

size_t trygg_responses_waves(const trygg_responses *responses) {
  return responses ? responses->wave_count : 0;
}

const char *trygg_responses_wave(const trygg_responses *responses, size_t wave) {
  return responses && wave < responses->wave_count ? responses->waves[wave].code : NULL;
}

size_t trygg_responses_warnings(const trygg_responses *responses) {
  return responses ? responses->warning_count : 0;
}

const char *trygg_responses_warning(const trygg_responses *responses, size_t warning) {
  return responses && warning < responses->warning_count ? responses->warnings[warning] : NULL;
}

trygg_responses *trygg_responses_retain(trygg_responses *responses) {
  if (responses)
    tg_references_take(&responses->references);
  return responses;
}

void trygg_responses_free(trygg_responses *responses) {
  if (!responses || !tg_references_drop(&responses->references))
    return;
  for (size_t i = 0; i < responses->column_count; i++)
    tg_columns_clear(&responses->columns[i], responses->capacity);
  for (size_t i = 0; i < responses->wave_count; i++)
    tg_memory_free(responses->waves[i].code);
  for (size_t i = 0; i < responses->warning_count; i++)
    tg_memory_free(responses->warnings[i]);
  tg_account_free(responses->account);
  tg_memory_free(responses->columns);
  tg_memory_free(responses->wave);
  tg_memory_free(responses->person);
  tg_memory_free(responses->silent);
  tg_memory_free(responses->waves);
  tg_memory_free(responses->asked);
  tg_memory_free(responses->warnings);
  trygg_codebook_free(responses->codebook);
  tg_memory_free(responses);
}
