/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fieldwork account: counts kept while loading. */
#include <responses/account.h>

#include <string.h>

#include <base/memory.h>

/* What the account calls each fate.  Rejections with a disposition are found by it. */
static const struct {
  const char *account, *reason, *disposition;
} fates[TG_FATES] = {
    [TG_FATE_ACCEPTED] = {"accepted", NULL, NULL},
    [TG_FATE_FIRST_PHASE] = {"accepted", "first_phase", NULL},
    [TG_FATE_DUPLICATE] = {"duplicate", NULL, NULL},
    [TG_FATE_REFUSAL] = {"rejected", "disposition_R", "R"},
    [TG_FATE_NON_CONTACT] = {"rejected", "disposition_NC", "NC"},
    [TG_FATE_OTHER] = {"rejected", "disposition_O", "O"},
    [TG_FATE_UNKNOWN_HOUSEHOLD] = {"rejected", "disposition_UH", "UH"},
    [TG_FATE_UNKNOWN_OTHER] = {"rejected", "disposition_UO", "UO"},
    [TG_FATE_NOT_ELIGIBLE] = {"rejected", "disposition_NE", "NE"},
    [TG_FATE_DISPOSITION_UNKNOWN] = {"rejected", "disposition_unknown", NULL},
    [TG_FATE_NO_WAVE] = {"rejected", "no_wave", NULL},
    [TG_FATE_NO_WEIGHT] = {"rejected", "no_weight", NULL},
    [TG_FATE_LATE] = {"rejected", "late", NULL},
    [TG_FATE_TOO_FEW_ANSWERS] = {"rejected", "too_few_answers", NULL},
};

const char *tg_account_reason(tg_fate fate) {
  return fates[fate].reason;
}

const char *tg_account_name(tg_fate fate) {
  return fates[fate].account;
}

tg_fate tg_account_disposition(const char *disposition) {
  if (strcmp(disposition, "I") == 0 || strcmp(disposition, "P") == 0)
    return TG_FATE_ACCEPTED;
  for (int fate = 0; fate < TG_FATES; fate++)
    if (fates[fate].disposition && strcmp(fates[fate].disposition, disposition) == 0)
      return (tg_fate)fate;
  return TG_FATE_DISPOSITION_UNKNOWN;
}

int tg_account_is_silent(tg_fate fate) {
  return fate >= TG_FATE_REFUSAL && fate != TG_FATE_NOT_ELIGIBLE && fate != TG_FATE_NO_WAVE &&
         fate != TG_FATE_NO_WEIGHT;
}

/* ---- counting ------------------------------------------------------------------------- */

static size_t pair_slot(const tg_account *account, uint64_t key) {
  size_t mask = account->pair_slots - 1;
  size_t slot = (size_t)(key * UINT64_C(0x9E3779B97F4A7C15) >> 20) & mask;
  while (account->pairs[slot].key && account->pairs[slot].key != key)
    slot = (slot + 1) & mask;
  return slot;
}

static int grow_pairs(tg_account *account) {
  if ((account->pair_count + 1) * 2 <= account->pair_slots)
    return 0;
  size_t old_slots = account->pair_slots, slots = old_slots ? old_slots * 2 : 64;
  tg_account_pair *old = account->pairs, *pairs = tg_memory_new(slots, sizeof *pairs);
  if (!pairs)
    return -1;
  account->pairs = pairs;
  account->pair_slots = slots;
  for (size_t i = 0; i < old_slots; i++)
    if (old[i].key)
      pairs[pair_slot(account, old[i].key)] = old[i];
  tg_memory_free(old);
  return 0;
}

int tg_account_pair_id(tg_account *account, uint32_t a, uint32_t b, uint32_t *id, int *is_new) {
  uint64_t key = ((uint64_t)a << 32 | b) + 1;
  *is_new = 0;
  if (grow_pairs(account) != 0 || account->pair_count >= UINT32_MAX - 1)
    return -1;
  tg_account_pair *pair = &account->pairs[pair_slot(account, key)];
  if (pair->key == 0) {
    *pair = (tg_account_pair){key, (uint32_t)++account->pair_count};
    *is_new = 1;
  }
  *id = pair->id;
  return 0;
}

int tg_account_add_file(tg_account *account, const char *name) {
  if (tg_memory_grow((void **)&account->files, &account->file_capacity, account->file_count + 1,
                     sizeof(char *)) != 0)
    return -1;
  account->files[account->file_count] = tg_memory_string(name);
  return account->files[account->file_count] ? (account->file_count++, 0) : -1;
}

int tg_account_note(tg_account *account, const char *text, int64_t count) {
  if (tg_memory_grow((void **)&account->notes, &account->note_capacity, account->note_count + 1,
                     sizeof *account->notes) != 0)
    return -1;
  tg_account_about *note = &account->notes[account->note_count];
  *note = (tg_account_about){(uint32_t)account->file_count - 1, tg_memory_string(text), count};
  return note->text ? (account->note_count++, 0) : -1;
}

int tg_account_reject(tg_account *account, uint32_t file, int64_t line, tg_fate fate) {
  if (!account->keeps_rejected)
    return 0;
  if (tg_memory_grow((void **)&account->rejected, &account->rejected_capacity, account->rejected_count + 1,
                     sizeof *account->rejected) != 0)
    return -1;
  account->rejected[account->rejected_count++] = (tg_account_rejected){file, fate, line};
  return 0;
}

int64_t tg_account_total(const tg_account *account, tg_fate fate) {
  int64_t total = 0;
  for (size_t i = 0; i < account->cell_count; i++)
    total += account->cells[i].fates[fate];
  return total;
}

void tg_account_free(tg_account *account) {
  if (!account)
    return;
  for (size_t i = 0; i < account->file_count; i++)
    tg_memory_free(account->files[i]);
  for (size_t i = 0; i < account->cell_count; i++)
    tg_memory_free(account->cells[i].stratum);
  for (size_t i = 0; i < account->wave_count; i++)
    tg_memory_free(account->waves[i]);
  for (size_t i = 0; i < account->note_count; i++)
    tg_memory_free(account->notes[i].text);
  tg_memory_free(account->notes);
  tg_memory_free(account->rejected);
  tg_memory_free(account->files);
  tg_memory_free(account->cells);
  tg_memory_free(account->waves);
  tg_memory_free(account->pairs);
  tg_memory_free(account->cell_of_pair);
  tg_memory_free(account->unknown);
  tg_memory_free(account->recoded);
  tg_memory_free(account);
}
