/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Final dispositions by wave and category: of the records, completed by what sample.csv says was sent out. */
#include <responses/rates.h>

#include <string.h>

#include <base/error.h>
#include <base/memory.h>
#include <base/text.h>
#include <responses/account.h>

#define CROSSED_MOST ((size_t)1 << 24) /* combinations of codes of the variables of a category */

/* What a rejection says about the person; TG_DISPOSITIONS: nothing.  A record that stops early is a break-off,
 * which AAPOR counts with the refusals; one that is late was eligible and gave no interview in time. */
static const tg_disposition of_fate[TG_FATES] = {
    [TG_FATE_ACCEPTED] = TG_DISPOSITIONS,
    [TG_FATE_FIRST_PHASE] = TG_DISPOSITIONS,
    [TG_FATE_DUPLICATE] = TG_DISPOSITIONS,
    [TG_FATE_REFUSAL] = TG_DISPOSITION_R,
    [TG_FATE_NON_CONTACT] = TG_DISPOSITION_NC,
    [TG_FATE_OTHER] = TG_DISPOSITION_O,
    [TG_FATE_UNKNOWN_HOUSEHOLD] = TG_DISPOSITION_UH,
    [TG_FATE_UNKNOWN_OTHER] = TG_DISPOSITION_UO,
    [TG_FATE_NOT_ELIGIBLE] = TG_DISPOSITION_NE,
    [TG_FATE_DISPOSITION_UNKNOWN] = TG_DISPOSITION_UO,
    [TG_FATE_NO_WAVE] = TG_DISPOSITIONS,
    [TG_FATE_NO_WEIGHT] = TG_DISPOSITIONS,
    [TG_FATE_LATE] = TG_DISPOSITION_O,
    [TG_FATE_TOO_FEW_ANSWERS] = TG_DISPOSITION_R,
};

typedef struct collection {
  const trygg_responses *responses;
  const trygg_codebook *codebook;
  tg_rates *out;
  size_t capacity;
  unsigned char *partial; /* [code of the status variable] */
  const tg_column *status;
  int status_knows; /* its list has dispositions of people who did not answer */
  trygg_error *error;
} collection;

/* ---- groups ------------------------------------------------------------------------------------ */

/* Position of a group, SIZE_MAX where there is none; added when it is new and `add` says so. */
static trygg_status find_group(collection *all, const char *wave, const char *names, const char *category,
                               int add, size_t *out) {
  trygg_status status = TRYGG_OK;
  tg_rates *rates = all->out;
  tg_text key = {0};
  tg_text_format(&key, "%s\n%s\n%s", wave, names, category);
  if (key.failed ||
      tg_memory_grow((void **)&rates->groups, &all->capacity, rates->count + 1, sizeof *rates->groups) != 0) {
    status = tg_error_memory(all->error);
    goto cleanup;
  }
  *out = tg_names_find(&rates->keys, key.bytes, key.length);
  if (*out != SIZE_MAX || !add)
    goto cleanup;
  tg_rates_group *group = &rates->groups[rates->count];
  *group = (tg_rates_group){.wave = wave,
                            .names = names,
                            .category = tg_memory_string(category),
                            .known = all->status_knows,
                            .is_stratum = names[0] && strcmp(names, rates->strata) == 0,
                            .sent = -1};
  if (!group->category || tg_names_put(&rates->keys, key.bytes, rates->count) != 0) {
    tg_memory_free(group->category);
    status = tg_error_memory(all->error);
    goto cleanup;
  }
  group->key = key.bytes;
  key = (tg_text){0};
  *out = rates->count++;
cleanup:
  tg_text_free(&key);
  return status;
}

/* Whether a row of sample.csv is about a wave; an empty one is about the only wave. */
static int is_about(const tg_sample_row *row, const char *wave) {
  return !row->wave[0] || strcmp(row->wave, wave) == 0;
}

/* The wave itself, then the categories that sample.csv names for it, else its strata. */
static trygg_status add_wave(collection *all, const char *wave) {
  trygg_status status = TRYGG_OK;
  const tg_account *account = all->responses->account;
  size_t group, before = all->out->count;
  TRY(find_group(all, wave, "", "", 1, &group));
  if (group < before)
    return TRYGG_OK;
  for (size_t i = 0; i < all->codebook->sample_count; i++) {
    const tg_sample_row *row = &all->codebook->sample[i];
    if (is_about(row, wave) && row->names[0])
      TRY(find_group(all, wave, row->names, row->category, 1, &group));
  }
  if (all->out->count > before + 1 || !all->out->strata[0])
    return TRYGG_OK;
  for (size_t i = 0; i < account->cell_count; i++) {
    const tg_account_cell *cell = &account->cells[i];
    if (cell->wave != TG_NO_WAVE && strcmp(account->waves[cell->wave], wave) == 0)
      TRY(find_group(all, wave, all->out->strata, cell->stratum, 1, &group));
  }
cleanup:
  return status;
}

/* Waves in their order; then those of which no record was accepted. */
static trygg_status add_waves(collection *all) {
  trygg_status status = TRYGG_OK;
  const trygg_responses *responses = all->responses;
  for (size_t w = 0; w < responses->wave_count; w++)
    TRY(add_wave(all, responses->waves[w].code));
  for (size_t w = 0; w < responses->account->wave_count; w++)
    TRY(add_wave(all, responses->account->waves[w]));
cleanup:
  return status;
}

/* ---- records that were accepted ------------------------------------------------------------------ */

static int is_silent(const collection *all, size_t record) {
  return all->responses->silent && all->responses->silent[record];
}

static int is_partial(const collection *all, size_t record) {
  size_t code = all->status ? tg_column_code(all->status, record) : TG_NONE;
  return code != TG_NONE && all->partial[code];
}

/* The variables of a category, and which group each combination of their codes is. */
typedef struct crossing {
  const char *names;
  size_t count; /* of variables */
  tg_categories *categories;
  uint32_t **indexes; /* [variable][record] */
  size_t size;        /* combinations */
  uint32_t *groups;   /* [wave * size + combination]: group + 1, 0: none */
} crossing;

static void clear_crossing(crossing *cross) {
  for (size_t i = 0; i < cross->count; i++) {
    if (cross->categories)
      tg_categories_clear(&cross->categories[i]);
    if (cross->indexes)
      tg_memory_free(cross->indexes[i]);
  }
  tg_memory_free(cross->categories);
  tg_memory_free(cross->indexes);
  tg_memory_free(cross->groups);
}

static trygg_status open_crossing(const collection *all, const char *names, crossing *out) {
  trygg_status status = TRYGG_OK;
  const trygg_responses *responses = all->responses;
  const char *cursor = names, *word;
  size_t length, at = 0;
  *out = (crossing){.names = names, .size = 1};
  while (tg_text_word(&cursor, &length))
    out->count++;
  out->categories = tg_memory_new(out->count, sizeof *out->categories);
  out->indexes = tg_memory_new(out->count, sizeof *out->indexes);
  if (!out->categories || !out->indexes)
    return tg_error_memory(all->error);
  for (cursor = names; (word = tg_text_word(&cursor, &length)); at++) {
    size_t variable = tg_codebook_find_variable(all->codebook, word, length);
    if (!(out->indexes[at] = tg_memory_new(responses->count, sizeof(uint32_t))))
      return tg_error_memory(all->error);
    TRY(tg_column_categories(&responses->columns[variable], responses->count, out->indexes[at],
                             &out->categories[at], all->error));
    size_t codes = out->categories[at].count ? out->categories[at].count : 1;
    if (codes > CROSSED_MOST / out->size / (responses->wave_count ? responses->wave_count : 1))
      return tg_error_set(all->error, TRYGG_ELIMIT,
                          "the variables `%s` of sample.csv have too many combinations of codes", names);
    out->size *= codes;
  }
  if (!(out->groups = tg_memory_new(out->size * responses->wave_count, sizeof *out->groups)))
    return tg_error_memory(all->error);
cleanup:
  return status;
}

/* Combination of the codes of a category, SIZE_MAX where no record has one of them. */
static size_t combination_of(const crossing *cross, const char *category) {
  const char *cursor = category, *word = category;
  size_t combination = 0, length = strlen(category);
  for (size_t i = 0; i < cross->count; i++) {
    size_t code = 0;
    if (cross->count > 1 && !(word = tg_text_word(&cursor, &length)))
      return SIZE_MAX;
    while (code < cross->categories[i].count &&
           !tg_text_equal(word, length, cross->categories[i].names[code]))
      code++;
    if (code == cross->categories[i].count)
      return SIZE_MAX;
    combination = combination * cross->categories[i].count + code;
  }
  return combination;
}

static void count_crossing(const collection *all, const crossing *cross) {
  const trygg_responses *responses = all->responses;
  for (size_t i = 0; i < all->out->count; i++) {
    const tg_rates_group *group = &all->out->groups[i];
    size_t combination =
        strcmp(group->names, cross->names) == 0 ? combination_of(cross, group->category) : SIZE_MAX;
    for (size_t w = 0; w < responses->wave_count && combination != SIZE_MAX; w++)
      if (strcmp(responses->waves[w].code, group->wave) == 0)
        cross->groups[w * cross->size + combination] = (uint32_t)i + 1;
  }
  for (size_t record = 0; record < responses->count; record++) {
    size_t combination = is_silent(all, record) ? SIZE_MAX : 0;
    for (size_t i = 0; i < cross->count && combination != SIZE_MAX; i++)
      combination = cross->indexes[i][record] == UINT32_MAX
                        ? SIZE_MAX
                        : combination * cross->categories[i].count + cross->indexes[i][record];
    uint32_t group =
        combination == SIZE_MAX ? 0 : cross->groups[responses->wave[record] * cross->size + combination];
    if (group)
      all->out->groups[group - 1].counts[is_partial(all, record) ? TG_DISPOSITION_P : TG_DISPOSITION_I]++;
  }
}

/* Interviews by wave; waves of the responses are the first groups with an empty set of variables. */
static trygg_status count_waves(collection *all) {
  trygg_status status = TRYGG_OK;
  const trygg_responses *responses = all->responses;
  int64_t(*counts)[2] = tg_memory_new(responses->wave_count, sizeof *counts);
  size_t group;
  if (!counts)
    return tg_error_memory(all->error);
  for (size_t record = 0; record < responses->count; record++)
    if (!is_silent(all, record))
      counts[responses->wave[record]][is_partial(all, record)]++;
  for (size_t w = 0; w < responses->wave_count; w++) {
    TRY(find_group(all, responses->waves[w].code, "", "", 1, &group));
    all->out->groups[group].counts[TG_DISPOSITION_I] += counts[w][0];
    all->out->groups[group].counts[TG_DISPOSITION_P] += counts[w][1];
  }
cleanup:
  tg_memory_free(counts);
  return status;
}

/* By category: each set of variables once. */
static trygg_status count_categories(const collection *all) {
  const tg_rates *rates = all->out;
  for (size_t i = 0; i < rates->count; i++) {
    size_t first = 0;
    while (strcmp(rates->groups[first].names, rates->groups[i].names) != 0)
      first++;
    if (first < i || !rates->groups[i].names[0])
      continue;
    crossing cross;
    trygg_status status = open_crossing(all, rates->groups[i].names, &cross);
    if (status == TRYGG_OK)
      count_crossing(all, &cross);
    clear_crossing(&cross);
    if (status != TRYGG_OK)
      return status;
  }
  return TRYGG_OK;
}

/* ---- records that were not ------------------------------------------------------------------------- */

static void add_fates(tg_rates_group *group, const tg_account_cell *cell) {
  for (int fate = 0; fate < TG_FATES; fate++)
    if (of_fate[fate] != TG_DISPOSITIONS)
      group->counts[of_fate[fate]] += cell->fates[fate];
}

/* Rejected records are known by wave and stratum only: categories of other variables have from sample.csv what
 * they have. */
static trygg_status count_rejected(collection *all) {
  trygg_status status = TRYGG_OK;
  const tg_account *account = all->responses->account;
  size_t group;
  for (size_t i = 0; i < account->cell_count; i++) {
    const tg_account_cell *cell = &account->cells[i];
    if (cell->wave == TG_NO_WAVE)
      continue;
    TRY(find_group(all, account->waves[cell->wave], "", "", 1, &group));
    add_fates(&all->out->groups[group], cell);
    if (!all->out->strata[0])
      continue;
    TRY(find_group(all, account->waves[cell->wave], all->out->strata, cell->stratum, 0, &group));
    if (group != SIZE_MAX)
      add_fates(&all->out->groups[group], cell);
  }
cleanup:
  return status;
}

/* ---- what was sent out --------------------------------------------------------------------------------- */

static void take_sample(const collection *all) {
  for (size_t i = 0; i < all->out->count; i++) {
    tg_rates_group *group = &all->out->groups[i];
    for (size_t k = 0; k < all->codebook->sample_count; k++) {
      const tg_sample_row *row = &all->codebook->sample[k];
      if (!is_about(row, group->wave) || strcmp(row->names, group->names) != 0 ||
          strcmp(row->category, group->category) != 0)
        continue;
      group->known = 1;
      if (row->disposition == TG_DISPOSITIONS) {
        group->sent = row->count;
      } else {
        group->given[row->disposition] = 1;
        group->counts[row->disposition] = row->count;
      }
    }
  }
}

/* Of those sent out who are not accounted for nobody knows anything: UO. */
static void complete(tg_rates_group *group) {
  int64_t rest = group->sent;
  if (group->sent < 0)
    return;
  for (int d = 0; d < TG_DISPOSITIONS; d++)
    rest -= group->counts[d];
  if (rest < 0 || (rest > 0 && group->given[TG_DISPOSITION_UO]))
    group->contradicts = 1;
  else
    group->counts[TG_DISPOSITION_UO] += rest;
}

/* A wave of which sample.csv has categories only is the sum of them: of the first set of variables. */
static void sum_wave(const collection *all, tg_rates_group *wave) {
  const char *names = NULL;
  int64_t sums[TG_DISPOSITIONS] = {0},
          answers = wave->counts[TG_DISPOSITION_I] + wave->counts[TG_DISPOSITION_P];
  for (size_t k = 0; k < all->codebook->sample_count; k++) {
    const tg_sample_row *row = &all->codebook->sample[k];
    if (!is_about(row, wave->wave))
      continue;
    if (!row->names[0])
      return;
    if (!names)
      names = row->names;
  }
  if (!names)
    return;
  for (size_t i = 0; i < all->out->count; i++) {
    const tg_rates_group *group = &all->out->groups[i];
    if (strcmp(group->wave, wave->wave) != 0 || strcmp(group->names, names) != 0)
      continue;
    wave->contradicts |= group->contradicts;
    for (int d = 0; d < TG_DISPOSITIONS; d++)
      sums[d] += group->counts[d];
  }
  /* Answers in no category of sample.csv: what was sent out is then not known for all of the wave. */
  wave->contradicts |= sums[TG_DISPOSITION_I] + sums[TG_DISPOSITION_P] < answers;
  wave->known = 1;
  memcpy(wave->counts, sums, sizeof sums);
}

/* ---- all of it ------------------------------------------------------------------------------------------ */

static trygg_status name_strata(collection *all) {
  tg_text text = {0};
  tg_text_put(&text, "");
  for (size_t i = 0; i < all->codebook->variable_count; i++) {
    const tg_variable *variable = &all->codebook->variables[i];
    if (variable->role == TG_ROLE_STRATUM && variable->stage <= 1)
      tg_text_format(&text, "%s%s", text.length ? " " : "", variable->name);
  }
  all->out->strata = text.bytes;
  return text.failed ? tg_error_memory(all->error) : TRYGG_OK;
}

static trygg_status read_status(collection *all) {
  size_t index = tg_codebook_find_role(all->codebook, TG_ROLE_STATUS, 1, 0);
  if (index == TG_NONE)
    return TRYGG_OK;
  const tg_variable *variable = &all->codebook->variables[index];
  all->status = &all->responses->columns[index];
  if (!(all->partial = tg_memory_new(variable->code_count, 1)))
    return tg_error_memory(all->error);
  for (size_t i = 0; i < variable->code_count; i++) {
    const char *disposition = variable->codes[i].disposition;
    all->partial[i] = strcmp(disposition, "P") == 0;
    all->status_knows |= disposition[0] && strcmp(disposition, "P") != 0 && strcmp(disposition, "I") != 0;
  }
  return TRYGG_OK;
}

trygg_status tg_rates_collect(const trygg_responses *responses, tg_rates *out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  collection all = {.responses = responses, .codebook = responses->codebook, .out = out, .error = error};
  *out = (tg_rates){0};
  TRY(name_strata(&all));
  TRY(read_status(&all));
  TRY(add_waves(&all));
  TRY(count_waves(&all));
  TRY(count_categories(&all));
  TRY(count_rejected(&all));
  take_sample(&all);
  for (size_t i = 0; i < out->count; i++)
    complete(&out->groups[i]);
  for (size_t i = 0; i < out->count; i++)
    if (!out->groups[i].names[0])
      sum_wave(&all, &out->groups[i]);
cleanup:
  tg_memory_free(all.partial);
  return status;
}

void tg_rates_clear(tg_rates *rates) {
  for (size_t i = 0; i < rates->count; i++) {
    tg_memory_free(rates->groups[i].category);
    tg_memory_free(rates->groups[i].key);
  }
  tg_names_clear(&rates->keys);
  tg_memory_free(rates->groups);
  tg_memory_free(rates->strata);
  *rates = (tg_rates){0};
}
