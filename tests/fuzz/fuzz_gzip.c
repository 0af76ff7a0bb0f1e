/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The source: damaged gzip is never accepted as other content, and the read size changes nothing.
 *
 * An input that begins with M is a recipe: its second byte says how many members the text behind the
 * fourth is packed into, the next two which damage is done.  Any other input is the file itself. */
#include "fuzz.h"

#include <zlib.h>

#include <source/source.h>

#define MOST ((size_t)1 << 18)

typedef struct result {
  trygg_status status;
  char *bytes;
  size_t length;
  trygg_error error;
} result;

static result read_source(const uint8_t *data, size_t size, size_t step) {
  tg_source_limits limits = {MOST, 200};
  tg_source *source = NULL;
  result met = {.bytes = malloc(MOST + 1)};
  HOLDS(met.bytes);
  met.status = tg_source_open_memory("input", data, size, &limits, &source, &met.error);
  HOLDS(met.status == TRYGG_OK);
  for (;;) {
    char *piece = malloc(step);
    size_t got = 0;
    HOLDS(piece);
    met.status = tg_source_read(source, piece, step, &got, &met.error);
    HOLDS(got <= step && (met.status == TRYGG_OK || got == 0));
    /* Windows-1252 grows to up to three bytes a byte. */
    HOLDS(met.length + got <= 3 * MOST);
    if (met.length + got > MOST)
      met.bytes = realloc(met.bytes, 3 * MOST + 1);
    HOLDS(met.bytes);
    if (got)
      memcpy(met.bytes + met.length, piece, got);
    met.length += got;
    free(piece);
    if (met.status != TRYGG_OK || got == 0)
      break;
  }
  if (met.status != TRYGG_OK)
    HOLDS_ERROR(met.status, met.error);
  else
    HOLDS(memchr(met.bytes, '\0', met.length) == NULL);
  tg_source_free(source);
  return met;
}

static int equal(const result *a, const result *b) {
  return a->length == b->length && memcmp(a->bytes, b->bytes, a->length) == 0;
}

/* zlib in one go: the whole input as members and nothing else.  Length, or SIZE_MAX. */
static size_t inflate_all(const uint8_t *data, size_t size, uint8_t *out, size_t room) {
  size_t in = 0, made = 0;
  do {
    z_stream stream;
    memset(&stream, 0, sizeof stream);
    HOLDS(inflateInit2(&stream, 15 + 16) == Z_OK);
    stream.next_in = (Bytef *)(uintptr_t)(data + in);
    stream.avail_in = (uInt)(size - in);
    stream.next_out = out + made;
    stream.avail_out = (uInt)(room - made);
    int code = inflate(&stream, Z_FINISH);
    in = size - stream.avail_in;
    made = room - stream.avail_out;
    inflateEnd(&stream);
    if (code != Z_STREAM_END)
      return SIZE_MAX;
  } while (in < size);
  return made;
}

static void check_file(const uint8_t *data, size_t size) {
  result whole = read_source(data, size, 65536), slow = read_source(data, size, 1 + size % 13);
  HOLDS(whole.status == slow.status && whole.error.line == slow.error.line);
  HOLDS(whole.status != TRYGG_OK || equal(&whole, &slow));
  if (size > 0 && data[0] == 0x1f) {
    uint8_t *out = malloc(MOST + 1);
    HOLDS(out);
    size_t length = inflate_all(data, size, out, MOST + 1);
    HOLDS(whole.status != TRYGG_OK || length != SIZE_MAX);
    if (whole.status == TRYGG_OK) {
      result plain = read_source(out, length, 4096);
      HOLDS(plain.status == TRYGG_OK && equal(&plain, &whole));
      free(plain.bytes);
    }
    free(out);
  }
  free(whole.bytes);
  free(slow.bytes);
}

static size_t pack(const uint8_t *text, size_t length, int level, uint8_t *out, size_t room) {
  z_stream stream;
  memset(&stream, 0, sizeof stream);
  HOLDS(deflateInit2(&stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  stream.next_in = (Bytef *)(uintptr_t)text;
  stream.avail_in = (uInt)length;
  stream.next_out = out;
  stream.avail_out = (uInt)room;
  HOLDS(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  deflateEnd(&stream);
  return room - stream.avail_out;
}

/* One damage: 0 none, 1 a bit, 2 cut, 3 a byte put in, 4 a byte taken out, 5 a byte behind. */
static size_t damage(uint8_t *packed, size_t length, int kind, size_t at) {
  switch (kind) {
  case 1:
    packed[at / 8 % length] ^= (uint8_t)(1u << at % 8);
    return length;
  case 2:
    return at % length;
  case 3:
    at %= length;
    memmove(packed + at + 1, packed + at, length - at);
    packed[at] = (uint8_t)(at * 31);
    return length + 1;
  case 4:
    at %= length;
    memmove(packed + at, packed + at + 1, length - at - 1);
    return length - 1;
  case 5:
    packed[length] = (uint8_t)at;
    return length + 1;
  default:
    return length;
  }
}

/* A file cut between its members is a whole file with the text up to there. */
static int is_whole_at(const result *met, const uint8_t *text, const size_t *ends, size_t count) {
  int found = 0;
  for (size_t i = 0; i < count && !found; i++) {
    result whole = read_source(text, ends[i], 4096);
    found = whole.status == TRYGG_OK && equal(met, &whole);
    free(whole.bytes);
  }
  return found;
}

static void check_recipe(const uint8_t *data, size_t size) {
  const uint8_t *text = data + 4;
  size_t length = size - 4, members = 1 + data[1] % 4, room = 4 * (length + 100), packed_length = 0, done = 0;
  size_t ends[5] = {0}; /* of the text after so many members */
  uint8_t *packed = malloc(room);
  HOLDS(packed);
  for (size_t i = 0; i < members; i++) {
    size_t part = i + 1 == members ? length - done : (length - done) * ((size_t)data[1] / 4 % 8) / 8;
    packed_length += pack(text + done, part, data[1] % 10, packed + packed_length, room - packed_length);
    done += part;
    ends[i + 1] = done;
  }
  int kind = data[2] % 6;
  size_t at = ((size_t)data[2] / 6 << 8 | data[3]) * (kind == 1 ? 1 : 1 + packed_length / 97);
  result plain = read_source(text, length, 4096);
  packed_length = damage(packed, packed_length, kind, at);
  result met = read_source(packed, packed_length, 1 + data[3] % 200);
  /* Text that is gzip itself: unpacked as a file, refused within gzip. */
  int twice = length > 0 && (text[0] == 0x1f || (length > 2 && text[1] == 0x8b && text[2] == 8));
  if (kind == 0 && !twice && met.status != TRYGG_ELIMIT)
    HOLDS(met.status == plain.status);
  if (met.status == TRYGG_OK && !twice && plain.status == TRYGG_OK)
    HOLDS(equal(&met, &plain) || (kind == 2 && is_whole_at(&met, text, ends, members)));
  free(plain.bytes);
  free(met.bytes);
  free(packed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size > 65536)
    return 0;
  if (size > 4 && data[0] == 'M')
    check_recipe(data, size);
  else
    check_file(data, size);
  return 0;
}
