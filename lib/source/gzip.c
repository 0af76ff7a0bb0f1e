/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The loop over gzip members.
 *
 * gzread() is no basis for a load that must be whole: it takes a truncated member, a file
 * that goes on after the last member, and a plain tail for a normal end. */
#include <source/gzip.h>

#include <base/memory.h>
#include <source/inflate.h>

struct tg_gzip {
  tg_inflate *member;
  char *name;
  int between;     /* the last member ended, no byte of another was seen */
  int64_t members; /* whole ones so far */
};

trygg_status tg_gzip_create(const char *name, tg_gzip **out, trygg_error *error) {
  tg_gzip *gzip = tg_memory_new(1, sizeof *gzip);
  *out = NULL;
  if (!gzip)
    return tg_error_memory(error);
  gzip->name = tg_memory_string(name);
  trygg_status status = gzip->name ? tg_inflate_create(&gzip->member, error) : tg_error_memory(error);
  if (status == TRYGG_OK)
    *out = gzip;
  else
    tg_gzip_free(gzip);
  return status;
}

static trygg_status damaged(const tg_gzip *gzip, const char *what, trygg_error *error) {
  return tg_error_at(error, TRYGG_EPARSE, gzip->name, 0, 0, NULL,
                     "the gzip data %s (member %lld); nothing was loaded: fetch the file again", what,
                     (long long)gzip->members + 1);
}

/* What a fault means to the user. */
static trygg_status refuse(const tg_gzip *gzip, tg_inflate_result result, trygg_error *error) {
  static const char *const words[] = {
      [TG_INFLATE_DICTIONARY] = "need a dictionary that gzip does not have",
      [TG_INFLATE_HEADER] = "have a damaged header",
      [TG_INFLATE_CHECKSUM] = "do not match their checksum",
      [TG_INFLATE_LENGTH] = "do not have the length that their end states",
      [TG_INFLATE_EITHER] = "do not have the length that their end states, or do not match their checksum",
      [TG_INFLATE_CONTENT] = "are damaged",
  };
  return result == TG_INFLATE_NO_MEMORY ? tg_error_memory(error) : damaged(gzip, words[result], error);
}

/* Begin the next member, or find out that there is none.  1 when inflating may go on. */
static trygg_status next_member(tg_gzip *gzip, const unsigned char *bytes, size_t length, int *ready,
                                trygg_error *error) {
  *ready = 0;
  if (length == 0)
    return TRYGG_OK;
  if (bytes[0] != 0x1f)
    return tg_error_at(
        error, TRYGG_EPARSE, gzip->name, 0, 0, NULL,
        "after the end of the gzip data (member %lld) come bytes that are no gzip; nothing was loaded: "
        "compress the whole text again",
        (long long)gzip->members);
  if (tg_inflate_begin(gzip->member) != 0)
    return tg_error_set(error, TRYGG_EINTERNAL, "zlib does not start again");
  gzip->between = 0;
  *ready = 1;
  return TRYGG_OK;
}

trygg_status tg_gzip_inflate(tg_gzip *gzip, const unsigned char *bytes, size_t length, int last,
                             unsigned char *out, size_t size, size_t *used, size_t *produced,
                             trygg_error *error) {
  *used = *produced = 0;
  while (*produced < size) {
    if (gzip->between) {
      int ready = 0;
      trygg_status status = next_member(gzip, bytes + *used, length - *used, &ready, error);
      if (status != TRYGG_OK && *produced > 0)
        return TRYGG_OK; /* the text before the fault first; the next call meets it again */
      if (status != TRYGG_OK || !ready)
        return status;
    }
    size_t took, gave;
    tg_inflate_result result = tg_inflate_step(gzip->member, bytes + *used, length - *used, out + *produced,
                                               size - *produced, &took, &gave);
    *used += took;
    *produced += gave;
    if (result == TG_INFLATE_END) {
      gzip->members++;
      gzip->between = 1;
      continue;
    }
    if (result != TG_INFLATE_MORE)
      return *produced > 0 ? TRYGG_OK : refuse(gzip, result, error);
    if (took == 0 && gave == 0) { /* it wants more input */
      if (last && *used == length && *produced == 0)
        return damaged(gzip, "end in the middle: the file was cut short", error);
      return TRYGG_OK;
    }
  }
  return TRYGG_OK;
}

void tg_gzip_free(tg_gzip *gzip) {
  if (!gzip)
    return;
  tg_inflate_free(gzip->member);
  tg_memory_free(gzip->name);
  tg_memory_free(gzip);
}
