/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The two inflaters behind one step.  Both check the header with its own checksum, the content, and at its end CRC-32
 * and length; what they held of answers is wiped. */
#include <source/inflate.h>

#include <string.h>

#include <base/memory.h>

#define MOST ((size_t)1 << 30) /* both count in 32 bits */

static size_t at_most(size_t length) {
  return length < MOST ? length : MOST;
}

#ifdef HAVE_ISAL

#include <isa-l/igzip_lib.h>

struct tg_inflate {
  struct inflate_state state;
  struct isal_gzip_header header;
  int in_header;
  tg_inflate_result fault; /* kept here: the state does not remember it */
};

trygg_status tg_inflate_create(tg_inflate **out, trygg_error *error) {
  *out = tg_memory_new(1, sizeof **out);
  if (!*out)
    return tg_error_memory(error);
  isal_inflate_init(&(*out)->state);
  (void)tg_inflate_begin(*out);
  return TRYGG_OK;
}

/* The header is read by a call of its own: isal_inflate would forget its flags where a read ends within it. */
int tg_inflate_begin(tg_inflate *member) {
  isal_inflate_reset(&member->state);
  isal_gzip_header_init(&member->header);
  member->state.crc_flag = ISAL_GZIP_NO_HDR_VER;
  member->in_header = 1;
  member->fault = TG_INFLATE_MORE;
  return 0;
}

static tg_inflate_result result_of(int code) {
  return code >= 0                         ? TG_INFLATE_MORE
         : code == ISAL_INVALID_WRAPPER    ? TG_INFLATE_HEADER
         : code == ISAL_UNSUPPORTED_METHOD ? TG_INFLATE_HEADER
         : code == ISAL_INCORRECT_CHECKSUM ? TG_INFLATE_EITHER
                                           : TG_INFLATE_CONTENT;
}

/* Reserved flags mean a header that nobody can read (RFC 1952, section 2.3.1.2). */
static tg_inflate_result take_header(tg_inflate *member) {
  int code = isal_read_gzip_header(&member->state, &member->header);
  if (code < 0 || member->header.flags & 0xE0)
    return TG_INFLATE_HEADER;
  member->in_header = code != ISAL_DECOMP_OK;
  return TG_INFLATE_MORE;
}

tg_inflate_result tg_inflate_step(tg_inflate *member, const unsigned char *bytes, size_t length,
                                  unsigned char *out, size_t size, size_t *used, size_t *produced) {
  struct inflate_state *state = &member->state;
  size_t in = at_most(length), room = at_most(size);
  *used = *produced = 0;
  if (member->fault != TG_INFLATE_MORE)
    return member->fault;
  state->next_in = (uint8_t *)(uintptr_t)bytes;
  state->avail_in = (uint32_t)in;
  state->next_out = out;
  state->avail_out = (uint32_t)room;
  if (member->in_header)
    member->fault = take_header(member);
  if (!member->in_header && member->fault == TG_INFLATE_MORE)
    member->fault = result_of(isal_inflate(state));
  *used = in - state->avail_in;
  *produced = room - state->avail_out;
  if (member->fault != TG_INFLATE_MORE)
    return member->fault;
  return !member->in_header && state->block_state == ISAL_BLOCK_FINISH ? TG_INFLATE_END : TG_INFLATE_MORE;
}

void tg_inflate_free(tg_inflate *member) {
  tg_memory_wipe(member, sizeof *member);
}

#else

#include <zlib.h>

#include <source/block.h>

struct tg_inflate {
  z_stream stream;
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

trygg_status tg_inflate_create(tg_inflate **out, trygg_error *error) {
  tg_inflate *member = tg_memory_new(1, sizeof *member);
  *out = NULL;
  if (!member)
    return tg_error_memory(error);
  member->stream.zalloc = allocate;
  member->stream.zfree = release;
  /* 15: the largest window; 16: a gzip wrapper and nothing else. */
  int code = inflateInit2(&member->stream, 15 + 16);
  if (code != Z_OK) {
    tg_memory_free(member);
    return code == Z_MEM_ERROR ? tg_error_memory(error)
                               : tg_error_set(error, TRYGG_EINTERNAL, "zlib does not start (code %d)", code);
  }
  *out = member;
  return TRYGG_OK;
}

int tg_inflate_begin(tg_inflate *member) {
  return inflateReset(&member->stream) == Z_OK ? 0 : -1;
}

/* What zlib's message says. */
static tg_inflate_result result_of(const char *message) {
  static const struct {
    const char *start;
    tg_inflate_result result;
  } messages[] = {
      {"incorrect header check", TG_INFLATE_HEADER}, {"header crc mismatch", TG_INFLATE_HEADER},
      {"unknown compression", TG_INFLATE_HEADER},    {"unknown header", TG_INFLATE_HEADER},
      {"incorrect data check", TG_INFLATE_CHECKSUM}, {"incorrect length check", TG_INFLATE_LENGTH},
  };
  for (size_t i = 0; message && i < sizeof messages / sizeof messages[0]; i++)
    if (strncmp(message, messages[i].start, strlen(messages[i].start)) == 0)
      return messages[i].result;
  return TG_INFLATE_CONTENT;
}

tg_inflate_result tg_inflate_step(tg_inflate *member, const unsigned char *bytes, size_t length,
                                  unsigned char *out, size_t size, size_t *used, size_t *produced) {
  z_stream *stream = &member->stream;
  size_t in = at_most(length), room = at_most(size);
  stream->next_in = (z_const Bytef *)(uintptr_t)bytes;
  stream->avail_in = (uInt)in;
  stream->next_out = out;
  stream->avail_out = (uInt)room;
  int code = inflate(stream, Z_NO_FLUSH);
  *used = in - stream->avail_in;
  *produced = room - stream->avail_out;
  switch (code) {
  case Z_OK:
  case Z_BUF_ERROR:
    return TG_INFLATE_MORE;
  case Z_STREAM_END:
    return TG_INFLATE_END;
  case Z_MEM_ERROR:
    return TG_INFLATE_NO_MEMORY;
  case Z_NEED_DICT:
    return TG_INFLATE_DICTIONARY;
  default:
    return result_of(stream->msg);
  }
}

void tg_inflate_free(tg_inflate *member) {
  if (!member)
    return;
  inflateEnd(&member->stream);
  tg_memory_free(member);
}

#endif
