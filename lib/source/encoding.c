/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UTF-8 checked, Windows-1252 and UTF-16 seen and converted, everything else refused by name. */
#include <source/encoding.h>

#include <string.h>

#include <base/text.h>

/* Unicode of the Windows-1252 bytes 0x80..0x9F (Unicode Consortium, CP1252.TXT); 0 where there is none.
 * The bytes above stand for themselves. */
static const uint16_t windows_1252[32] = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178,
};

/* Beginnings of files that people take for CSV. */
static const struct {
  const char *bytes;
  size_t length;
  const char *what;
} signatures[] = {
    {"\xFF\xFE\0\0", 4, "UTF-32 text"},
    {"\0\0\xFE\xFF", 4, "UTF-32 text"},
    {"PK\x03\x04", 4, "an Excel or LibreOffice workbook (or another ZIP archive)"},
    {"\xD0\xCF\x11\xE0", 4, "an old Excel workbook"},
    {"\x1F\x8B", 2, "gzip data within gzip data"},
    {"BZh", 3, "bzip2 data"},
    {"\xFD"
     "7zXZ",
     5, "xz data"},
    {"\x28\xB5\x2F\xFD", 4, "zstd data"},
    {"$FL2", 4, "an SPSS file"},
    {"$FL3", 4, "an SPSS file"},
    {"%PDF", 4, "a PDF document"},
};

static trygg_status refuse_as(const tg_encoding *encoding, const char *what, trygg_error *error) {
  return tg_error_at(error, TRYGG_EPARSE, encoding->file, 0, 0, NULL,
                     "the file is %s, not plain text; save it as CSV in UTF-8", what);
}

/* UTF-16 by its mark, U+FEFF, or by the NUL that is every other byte of ASCII text; *skip is what the mark takes. */
static int is_wide(const unsigned char *bytes, size_t length, size_t *skip) {
  *skip = length >= 2 && (memcmp(bytes, "\xFF\xFE", 2) == 0 || memcmp(bytes, "\xFE\xFF", 2) == 0) ? 2 : 0;
  if (*skip)
    return bytes[0] == 0xFF ? TG_ENCODING_LOW_FIRST : TG_ENCODING_HIGH_FIRST;
  if (length < 4 || !bytes[0] == !bytes[1] || !bytes[0] != !bytes[2] || !bytes[1] != !bytes[3])
    return 0;
  return bytes[0] ? TG_ENCODING_LOW_FIRST : TG_ENCODING_HIGH_FIRST;
}

int tg_encoding_is_empty(const unsigned char *bytes, size_t length) {
  size_t skip;
  if (length == 3)
    return memcmp(bytes, "\xEF\xBB\xBF", 3) == 0;
  return length == 0 || (length == 2 && is_wide(bytes, length, &skip));
}

static trygg_status refuse_declared(const tg_encoding *encoding, const char *met, trygg_error *error) {
  return tg_error_at(
      error, TRYGG_EPARSE, encoding->file, 0, 0, NULL,
      "the file is declared as %s, but it %s; correct `encoding` in files.csv, or leave it empty",
      encoding->expected, met);
}

/* Skip the mark; refuse what is no text. */
static trygg_status look_at_beginning(tg_encoding *encoding, const unsigned char *bytes, size_t length,
                                      size_t *skip, trygg_error *error) {
  int declared_wide = encoding->expected && strcmp(encoding->expected, "UTF-16") == 0;
  encoding->started = 1;
  if (length >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) {
    encoding->marked = 1;
    *skip = 3;
    return declared_wide ? refuse_declared(encoding, "begins with the mark of UTF-8", error) : TRYGG_OK;
  }
  for (size_t i = 0; i < sizeof signatures / sizeof signatures[0]; i++)
    if (length >= signatures[i].length && memcmp(bytes, signatures[i].bytes, signatures[i].length) == 0)
      return refuse_as(encoding, signatures[i].what, error);
  encoding->wide = is_wide(bytes, length, skip);
  if (declared_wide && !encoding->wide)
    return refuse_declared(encoding, "does not begin as UTF-16 does", error);
  if (encoding->expected && !declared_wide && encoding->wide)
    return refuse_declared(encoding, "begins as UTF-16 does", error);
  return TRYGG_OK;
}

/* Line feeds among the bytes, 16 at a time; *returns is not 0 when there is a CR. */
static size_t count_feeds(const unsigned char *bytes, size_t length, int *returns) {
  typedef unsigned char vector __attribute__((vector_size(16)));
  const vector zero = {0};
  size_t count = 0, i = 0;
  vector carriage = zero;
  while (i + 16 <= length) {
    vector feeds = zero, sixteen;
    for (int k = 0; k < 255 && i + 16 <= length; k++, i += 16) {
      memcpy(&sixteen, bytes + i, 16);
      feeds -= (vector)(sixteen == zero + '\n'); /* true is 255, that is -1 */
      carriage |= (vector)(sixteen == zero + '\r');
    }
    for (int k = 0; k < 16; k++)
      count += feeds[k];
  }
  for (int k = 0; k < 16; k++)
    *returns |= carriage[k];
  for (; i < length; i++) {
    count += bytes[i] == '\n';
    *returns |= bytes[i] == '\r';
  }
  return count;
}

static void count_lines(tg_encoding *encoding, const unsigned char *bytes, size_t length) {
  int returns = 0;
  if (length == 0)
    return;
  size_t feeds = count_feeds(bytes, length, &returns);
  const unsigned char *end = bytes + length, *at;
  if (!returns)
    encoding->lines += (int64_t)feeds - (bytes[0] == '\n' && encoding->after_cr);
  else {
    for (at = bytes; (at = memchr(at, '\n', (size_t)(end - at))) != NULL; at++)
      encoding->lines += at == bytes ? !encoding->after_cr : at[-1] != '\r';
    for (at = bytes; (at = memchr(at, '\r', (size_t)(end - at))) != NULL; at++)
      encoding->lines++;
  }
  encoding->after_cr = end[-1] == '\r';
}

/* How many bytes from the start are ASCII without NUL, up to 32 at a time. */
static size_t plain_prefix(const unsigned char *bytes, size_t length) {
  const uint64_t high = UINT64_C(0x8080808080808080), ones = UINT64_C(0x0101010101010101);
  size_t i = 0;
  while (i + 32 <= length) {
    uint64_t words[4];
    memcpy(words, bytes + i, 32);
    if ((words[0] | (words[0] - ones) | words[1] | (words[1] - ones) | words[2] | (words[2] - ones) |
         words[3] | (words[3] - ones)) &
        high)
      break;
    i += 32;
  }
  while (i + 8 <= length) {
    uint64_t word;
    memcpy(&word, bytes + i, 8);
    if ((word | (word - ones)) & high)
      break;
    i += 8;
  }
  while (i < length && bytes[i] != 0 && bytes[i] < 0x80)
    i++;
  return i;
}

/* 1 when the bytes are the beginning of a sequence whose end is not there yet. */
static int is_cut(const unsigned char *bytes, size_t length) {
  size_t whole = bytes[0] >= 0xF0 ? 4 : bytes[0] >= 0xE0 ? 3 : 2;
  if (bytes[0] < 0xC2 || bytes[0] > 0xF4 || length >= whole)
    return 0;
  for (size_t i = 1; i < length; i++)
    if ((bytes[i] & 0xC0) != 0x80)
      return 0;
  return 1;
}

/* Put a sequence of bytes into `pending`. */
static void put_sequence(tg_encoding *encoding, const unsigned char *bytes, size_t length) {
  memcpy(encoding->pending, bytes, length);
  encoding->pending_begin = 0;
  encoding->pending_end = length;
}

/* Put a character as UTF-8 into `pending` (RFC 3629, section 3). */
static void put_character(tg_encoding *encoding, uint32_t code) {
  static const unsigned char leads[] = {0, 0, 0xC0, 0xE0, 0xF0};
  size_t length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  unsigned char bytes[4];
  for (size_t i = length - 1; i > 0; i--, code >>= 6)
    bytes[i] = (unsigned char)(0x80 | (code & 0x3F));
  bytes[0] = (unsigned char)(leads[length] | code);
  put_sequence(encoding, bytes, length);
}

static int put_windows(tg_encoding *encoding, unsigned char byte) {
  unsigned code = byte < 0xA0 && !encoding->latin ? windows_1252[byte - 0x80] : byte;
  if (code == 0)
    return -1;
  put_character(encoding, code);
  return 0;
}

static trygg_status refuse_nul(const tg_encoding *encoding, trygg_error *error) {
  return tg_error_at(error, TRYGG_EPARSE, encoding->file, encoding->lines + 1, 0, NULL,
                     "a NUL %s, which no text has; the file is damaged or no CSV",
                     encoding->wide ? "character" : "byte");
}

/* A message for the byte that cannot be; `encoding->lines` counts the lines before it. */
static trygg_status refuse_byte(const tg_encoding *encoding, unsigned char byte, trygg_error *error) {
  int64_t line = encoding->lines + 1;
  if (byte == 0)
    return refuse_nul(encoding, error);
  if (encoding->windows)
    return tg_error_at(error, TRYGG_EPARSE, encoding->file, line, 0, NULL,
                       "a byte that neither UTF-8 nor Windows-1252 has; save the file as CSV in UTF-8");
  return tg_error_at(
      error, TRYGG_EPARSE, encoding->file, line, 0, NULL,
      "%s, but this line has bytes that are no UTF-8: the file mixes encodings; save it as CSV in UTF-8",
      encoding->expected ? "the file is declared as UTF-8"
      : encoding->marked ? "the file begins with the mark of UTF-8"
                         : "earlier lines are UTF-8");
}

static size_t drain(tg_encoding *encoding, char *out, size_t size) {
  size_t count = encoding->pending_end - encoding->pending_begin;
  count = count < size ? count : size;
  memcpy(out, encoding->pending + encoding->pending_begin, count);
  encoding->pending_begin += count;
  return count;
}

/* ---- UTF-16 ------------------------------------------------------------------------------------- */

static uint32_t unit_at(const tg_encoding *encoding, const unsigned char *bytes) {
  int low_first = encoding->wide == TG_ENCODING_LOW_FIRST;
  return low_first ? bytes[0] | (uint32_t)bytes[1] << 8 : bytes[1] | (uint32_t)bytes[0] << 8;
}

static int is_high_surrogate(uint32_t unit) {
  return (unit & 0xFC00) == 0xD800;
}
static int is_low_surrogate(uint32_t unit) {
  return (unit & 0xFC00) == 0xDC00;
}

/* The character that bytes[0..length) begin with, and the bytes it takes; 0: its rest is not there, or it is none. */
static size_t take_character(const tg_encoding *encoding, const unsigned char *bytes, size_t length,
                             uint32_t *code) {
  *code = length >= 2 ? unit_at(encoding, bytes) : 0;
  if (*code == 0 || is_low_surrogate(*code))
    return 0;
  if (!is_high_surrogate(*code))
    return 2;
  uint32_t second = length >= 4 ? unit_at(encoding, bytes + 2) : 0;
  if (!is_low_surrogate(second))
    return 0;
  /* RFC 2781, section 2.2 */
  *code = 0x10000 + ((*code & 0x3FF) << 10 | (second & 0x3FF));
  return 4;
}

/* Why there is no character; TRYGG_OK: its rest may still come. */
static trygg_status refuse_units(const tg_encoding *encoding, const unsigned char *bytes, size_t length,
                                 int last, trygg_error *error) {
  int64_t line = encoding->lines + 1;
  uint32_t unit = length >= 2 ? unit_at(encoding, bytes) : 0;
  if (length < 2 || (length == 3 && is_high_surrogate(unit)))
    return last ? tg_error_at(error, TRYGG_EPARSE, encoding->file, line, 0, NULL,
                              "the UTF-16 text ends in the middle of a character: the file was cut short")
                : TRYGG_OK;
  if (unit == 0)
    return refuse_nul(encoding, error);
  if (length == 2 && is_high_surrogate(unit) && !last)
    return TRYGG_OK;
  return tg_error_at(error, TRYGG_EPARSE, encoding->file, line, 0, NULL,
                     "half of a surrogate pair without the other half, which no UTF-16 text has; the file is "
                     "damaged: save it as CSV in UTF-8");
}

/* tg_encoding_convert of UTF-16 behind the mark. */
static trygg_status convert_wide(tg_encoding *encoding, const unsigned char *bytes, size_t length, int last,
                                 char *out, size_t size, size_t *used, size_t *produced, trygg_error *error) {
  const size_t low = encoding->wide == TG_ENCODING_LOW_FIRST ? 0 : 1;
  size_t in = 0, put = 0, step;
  uint32_t code;
  do {
    put += drain(encoding, out + put, size - put);
    for (; put < size && length - in >= 2 && !bytes[in + 1 - low] && bytes[in + low] - 1u < 0x7F; in += 2)
      out[put++] = (char)bytes[in + low]; /* ASCII but NUL */
    step = put < size ? take_character(encoding, bytes + in, length - in, &code) : 0;
    if (step)
      put_character(encoding, code);
    in += step;
  } while (step);
  count_lines(encoding, (const unsigned char *)out, put);
  *used = in;
  *produced = put;
  /* The text before a fault first: which fault comes first must not depend on the buffers. */
  return put > 0 || in == length ? TRYGG_OK : refuse_units(encoding, bytes + in, length - in, last, error);
}

/* ---- all of them -------------------------------------------------------------------------------- */

trygg_status tg_encoding_convert(tg_encoding *encoding, const unsigned char *bytes, size_t length, int last,
                                 char *out, size_t size, size_t *used, size_t *produced, trygg_error *error) {
  size_t in = 0, put = 0, skipped = 0;
  *used = *produced = 0;
  if (!encoding->started) {
    trygg_status status = look_at_beginning(encoding, bytes, length, &skipped, error);
    if (status != TRYGG_OK)
      return status;
    in = skipped;
  }
  if (encoding->wide) {
    trygg_status status =
        convert_wide(encoding, bytes + in, length - in, last, out, size, used, produced, error);
    *used += in;
    return status;
  }
  for (;;) {
    put += drain(encoding, out + put, size - put);
    if (put == size || in == length)
      break;
    size_t most = length - in < size - put ? length - in : size - put;
    size_t plain = plain_prefix(bytes + in, most);
    memcpy(out + put, bytes + in, plain);
    in += plain;
    put += plain;
    if (plain == most)
      continue;
    size_t sequence =
        bytes[in] && !encoding->windows ? tg_text_utf8((const char *)bytes + in, length - in) : 0;
    if (sequence > 1) {
      encoding->multibyte = 1;
      put_sequence(encoding, bytes + in, sequence);
      in += sequence;
      continue;
    }
    if (bytes[in] && !encoding->windows && !last && is_cut(bytes + in, length - in))
      break;
    if (bytes[in] && !encoding->multibyte && !encoding->marked && !encoding->expected)
      encoding->windows = 1;
    if (!bytes[in] || !encoding->windows || put_windows(encoding, bytes[in]) != 0) {
      if (put > 0) /* the text before it first: which fault comes first must not depend on the buffers */
        break;
      count_lines(encoding, bytes, in);
      return refuse_byte(encoding, bytes[in], error);
    }
    in++;
  }
  count_lines(encoding, bytes + skipped, in - skipped);
  *used = in;
  *produced = put;
  return TRYGG_OK;
}

size_t tg_encoding_take(tg_encoding *encoding, const unsigned char *bytes, size_t length) {
  if (!encoding->started || encoding->wide || encoding->pending_begin < encoding->pending_end)
    return 0;
  length = plain_prefix(bytes, length);
  count_lines(encoding, bytes, length);
  return length;
}
