/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The loop over gzip members, on inflate() itself.
 *
 * gzread() is no basis for a load that must be whole: it takes a truncated member, a file
 * that goes on after the last member, and a plain tail for a normal end.  inflate() with
 * windowBits 15+16 takes exactly one member and checks its header, CRC-32 and length. */
#include <source/gzip.h>

#include <string.h>
#include <zlib.h>

#include <base/memory.h>
#include <source/block.h>

struct tg_gzip {
  z_stream stream;
  char *name;
  int open;        /* stream is initialised */
  int between;     /* the last member ended, no byte of another was seen */
  int64_t members; /* whole ones so far */
};

static voidpf allocate(voidpf opaque, uInt items, uInt size) {
  (void)opaque;
  if (size && items > SIZE_MAX / size)
    return Z_NULL;
  return tg_block_new((size_t)items * size);
}

static void release(voidpf opaque, voidpf block) {
  (void)opaque;
  tg_block_free(block);
}

trygg_status tg_gzip_create(const char *name, tg_gzip **out, trygg_error *error) {
  tg_gzip *gzip = tg_memory_new(1, sizeof *gzip);
  *out = NULL;
  if (!gzip)
    return tg_error_memory(error);
  gzip->name = tg_memory_string(name);
  gzip->stream.zalloc = allocate;
  gzip->stream.zfree = release;
  /* 15: the largest window; 16: a gzip wrapper and nothing else. */
  int code = gzip->name ? inflateInit2(&gzip->stream, 15 + 16) : Z_MEM_ERROR;
  gzip->open = code == Z_OK;
  if (code != Z_OK) {
    tg_gzip_free(gzip);
    return code == Z_MEM_ERROR ? tg_error_memory(error)
                               : tg_error_set(error, TRYGG_EINTERNAL, "zlib does not start (code %d)", code);
  }
  *out = gzip;
  return TRYGG_OK;
}

static trygg_status damaged(const tg_gzip *gzip, const char *what, trygg_error *error) {
  return tg_error_at(error, TRYGG_EPARSE, gzip->name, 0, 0, NULL,
                     "the gzip data %s (member %lld); nothing was loaded: fetch the file again", what,
                     (long long)gzip->members + 1);
}

/* What inflate's refusal means to the user. */
static trygg_status refuse(const tg_gzip *gzip, int code, trygg_error *error) {
  if (code == Z_MEM_ERROR)
    return tg_error_memory(error);
  if (code == Z_NEED_DICT)
    return damaged(gzip, "need a dictionary that gzip does not have", error);
  const char *reason = gzip->stream.msg ? gzip->stream.msg : "";
  static const struct {
    const char *start, *text;
  } reasons[] = {
      {"incorrect header check", "have a damaged header"},
      {"header crc mismatch", "have a damaged header"},
      {"unknown compression", "have a damaged header"},
      {"unknown header", "have a damaged header"},
      {"incorrect data check", "do not match their checksum"},
      {"incorrect length check", "do not have the length that their end states"},
  };
  for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
    if (strncmp(reason, reasons[i].start, strlen(reasons[i].start)) == 0)
      return damaged(gzip, reasons[i].text, error);
  }
  return damaged(gzip, "are damaged", error);
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
  if (inflateReset(&gzip->stream) != Z_OK)
    return tg_error_set(error, TRYGG_EINTERNAL, "zlib does not start again");
  gzip->between = 0;
  *ready = 1;
  return TRYGG_OK;
}

trygg_status tg_gzip_inflate(tg_gzip *gzip, const unsigned char *bytes, size_t length, int last,
                             unsigned char *out, size_t size, size_t *used, size_t *produced,
                             trygg_error *error) {
  z_stream *stream = &gzip->stream;
  *used = *produced = 0;
  const size_t most = (size_t)1 << 30; /* zlib counts in unsigned int */
  while (*produced < size) {
    if (gzip->between) {
      int ready = 0;
      trygg_status status = next_member(gzip, bytes + *used, length - *used, &ready, error);
      if (status != TRYGG_OK && *produced > 0)
        return TRYGG_OK; /* the text before the fault first; the next call meets it again */
      if (status != TRYGG_OK || !ready)
        return status;
    }
    size_t in = length - *used, room = size - *produced;
    in = in < most ? in : most;
    room = room < most ? room : most;
    stream->next_in = (z_const Bytef *)(uintptr_t)(bytes + *used);
    stream->avail_in = (uInt)in;
    stream->next_out = out + *produced;
    stream->avail_out = (uInt)room;
    int code = inflate(stream, Z_NO_FLUSH);
    size_t took = in - stream->avail_in, gave = room - stream->avail_out;
    *used += took;
    *produced += gave;
    if (code == Z_STREAM_END) {
      gzip->members++;
      gzip->between = 1;
      continue;
    }
    if (code != Z_OK && code != Z_BUF_ERROR)
      return *produced > 0 ? TRYGG_OK : refuse(gzip, code, error);
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
  if (gzip->open)
    inflateEnd(&gzip->stream);
  tg_memory_free(gzip->name);
  tg_memory_free(gzip);
}
