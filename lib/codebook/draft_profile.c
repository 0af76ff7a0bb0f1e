/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is seen of a column: its values as long as they are few, and of the others what kind they are. */
#include <codebook/draft.h>

#include <math.h>
#include <string.h>

#include <base/number.h>

#define SLOTS 1024 /* more than twice TG_DRAFT_VALUES, a power of two */

trygg_status tg_draft_profile_begin(tg_draft_profile *profile, const char *name, char decimal,
                                    trygg_error *error) {
  *profile = (tg_draft_profile){
      .name = name, .role = tg_draft_name_role(name), .decimal = decimal, .low = INFINITY, .high = -INFINITY};
  profile->apart = tg_memory_new(tg_draft_apart_count, sizeof *profile->apart);
  profile->slots = tg_memory_new(SLOTS, sizeof *profile->slots);
  if (profile->apart && profile->slots)
    return TRYGG_OK;
  tg_draft_profile_clear(profile);
  return tg_error_memory(error);
}

void tg_draft_profile_clear(tg_draft_profile *profile) {
  tg_memory_free(profile->apart);
  tg_memory_wipe(profile->values, profile->value_capacity * sizeof *profile->values);
  tg_memory_free(profile->slots);
  tg_memory_free(profile->hashes);
  *profile = (tg_draft_profile){0};
}

/* Room for one more value; what moves is wiped where it was.  0, or -1 without memory. */
static int grow_values(tg_draft_profile *profile) {
  if (profile->value_count < profile->value_capacity)
    return 0;
  size_t capacity = profile->value_capacity ? 2 * profile->value_capacity : 16;
  struct tg_draft_value *larger = tg_memory_new(capacity, sizeof *larger);
  if (!larger)
    return -1;
  if (profile->value_count)
    memcpy(larger, profile->values, profile->value_count * sizeof *larger);
  tg_memory_wipe(profile->values, profile->value_capacity * sizeof *larger);
  profile->values = larger;
  profile->value_capacity = capacity;
  return 0;
}

/* Count a value among the distinct ones; 1 when it is there, 0 when there are too many, -1 without memory. */
static int count_value(tg_draft_profile *profile, const char *text, size_t length) {
  if (length > TG_DRAFT_LENGTH || profile->many) {
    profile->many = 1;
    return 0;
  }
  size_t slot = (size_t)tg_names_hash(TG_NAMES_HASH, text, length) & (SLOTS - 1);
  for (; profile->slots[slot]; slot = (slot + 1) & (SLOTS - 1)) {
    struct tg_draft_value *value = &profile->values[profile->slots[slot] - 1];
    if (tg_text_equal(text, length, value->text)) {
      value->count++;
      return 1;
    }
  }
  if (profile->value_count == TG_DRAFT_VALUES) {
    profile->many = 1;
    return 0;
  }
  if (grow_values(profile) != 0)
    return -1;
  struct tg_draft_value *value = &profile->values[profile->value_count++];
  memcpy(value->text, text, length);
  value->count = 1;
  profile->slots[slot] = (uint16_t)profile->value_count;
  return 1;
}

static void count_number(tg_draft_profile *profile, const char *text, size_t length, double number,
                         size_t times) {
  int whole = number == floor(number);
  profile->numbers += times;
  profile->whole += whole ? times : 0;
  profile->negative += number < 0 ? times : 0;
  profile->zeros += length > 1 && text[0] == '0' && text[1] >= '0' && text[1] <= '9' ? times : 0;
  for (size_t i = 0; whole && fabs(number) < 10000 && i < tg_draft_apart_count; i++)
    if (number == tg_draft_aparts[i].code) {
      profile->apart[i] += times;
      return;
    }
  profile->low = number < profile->low ? number : profile->low;
  profile->high = number > profile->high ? number : profile->high;
}

/* What kind of text it is that occurred so many times. */
static void classify(tg_draft_profile *profile, const char *text, size_t length, size_t times) {
  double number;
  if (tg_number_parse(text, length, profile->decimal, &number) == 0)
    count_number(profile, text, length, number, times);
  else
    profile->dates += tg_codebook_parse_date(text, length, &number) == 0 ? times : 0;
}

/* Values that are kept are judged once each. */
void tg_draft_profile_end(tg_draft_profile *profile) {
  for (size_t i = 0; i < profile->value_count; i++)
    classify(profile, profile->values[i].text, strlen(profile->values[i].text), profile->values[i].count);
}

/* What programs write for nothing. */
static int is_nothing(const char *text, size_t length) {
  if (length > 0 && text[0] != '#' && text[0] != 'N' && text[0] != '.')
    return 0;
  return length == 0 || tg_text_equal(text, length, "#NULL!") || tg_text_equal(text, length, "NA") ||
         tg_text_equal(text, length, ".");
}

trygg_status tg_draft_profile_take(tg_draft_profile *profile, const char *text, size_t length, uint64_t wave,
                                   trygg_error *error) {
  text = tg_text_trim(text, &length);
  profile->cells++;
  if (is_nothing(text, length)) {
    profile->empty++;
    return TRYGG_OK;
  }
  int kept = count_value(profile, text, length);
  if (kept < 0)
    return tg_error_memory(error);
  if (kept == 0)
    classify(profile, text, length, 1);
  if (profile->role != TG_ROLE_ID)
    return TRYGG_OK;
  if (tg_memory_grow((void **)&profile->hashes, &profile->hash_capacity, profile->hash_count + 1,
                     sizeof *profile->hashes) != 0)
    return tg_error_memory(error);
  profile->hashes[profile->hash_count++] = tg_names_hash(wave, text, length);
  return TRYGG_OK;
}
