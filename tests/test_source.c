/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes in: gzip, encodings, records, limits and every fault with its place. */
#include "support.h"

#include <fcntl.h>
#include <iconv.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <base/memory.h>
#include <base/text.h>
#include <source/dialect.h>
#include <source/records.h>

static trygg_error error;

/* ---- what the tests read with ------------------------------------------------------- */

/* The whole text of a source, read `step` bytes at a time; NUL-terminated, freed by the caller. */
static trygg_status read_all(tg_source *source, size_t step, tg_text *out) {
  char piece[4096];
  size_t length = 0;
  trygg_status status;
  do {
    status = tg_source_read(source, piece, step, &length, &error);
    tg_text_append(out, piece, length);
  } while (status == TRYGG_OK && length > 0);
  return status;
}

static trygg_status read_bytes(const void *bytes, size_t length, size_t step, tg_text *out,
                               const char **encoding) {
  tg_source *source = NULL;
  trygg_status status = tg_source_open_memory("memory.csv", bytes, length, NULL, &source, &error);
  if (status == TRYGG_OK)
    status = read_all(source, step, out);
  if (encoding)
    *encoding = status == TRYGG_OK ? tg_source_encoding(source) : "";
  tg_source_free(source);
  return status;
}

/* gzip `text`, with a header that has a name and a time, as gzip(1) writes it. */
static size_t gzip(const char *text, size_t length, unsigned char *out, size_t size) {
  z_stream stream;
  gz_header header;
  memset(&stream, 0, sizeof stream);
  memset(&header, 0, sizeof header);
  header.time = 0x5F3C2B1A;
  header.name = (Bytef *)(uintptr_t) "answers.csv";
  header.os = 3;
  ck_assert_int_eq(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  deflateSetHeader(&stream, &header);
  stream.next_in = (z_const Bytef *)(uintptr_t)text;
  stream.avail_in = (uInt)length;
  stream.next_out = out;
  stream.avail_out = (uInt)size;
  ck_assert_int_eq(deflate(&stream, Z_FINISH), Z_STREAM_END);
  size_t made = size - stream.avail_out;
  deflateEnd(&stream);
  return made;
}

/* Records as text: "line:field|field\n". */
static trygg_status write_record(void *context, const tg_record *record, trygg_error *why) {
  tg_text *out = context;
  (void)why;
  tg_text_format(out, "%lld:", (long long)record->line);
  for (size_t i = 0; i < record->count; i++) {
    ck_assert_uint_eq(strlen(record->fields[i]), record->lengths[i]);
    tg_text_format(out, "%s%s", i ? "|" : "", record->fields[i]);
  }
  tg_text_putc(out, '\n');
  return TRYGG_OK;
}

static trygg_status split(const void *bytes, size_t length, const tg_records_options *options, tg_text *out,
                          char *delimiter) {
  tg_source *source = NULL;
  trygg_status status = tg_source_open_memory("memory.csv", bytes, length, NULL, &source, &error);
  if (status == TRYGG_OK)
    status = tg_records_read(source, options, write_record, out, delimiter, &error);
  tg_source_free(source);
  return status;
}

#define ck_split(text, expected)                                                                             \
  do {                                                                                                       \
    tg_text out = {0};                                                                                       \
    ck_ok(split(text, sizeof(text) - 1, NULL, &out, NULL));                                                  \
    ck_assert_str_eq(out.bytes, expected);                                                                   \
    tg_text_free(&out);                                                                                      \
  } while (0)

/* ---- files ----------------------------------------------------------------------------- */

START_TEST(files_are_read_whole_and_named) {
  tg_source *source;
  tg_text out = {0};
  const char *path = write_text(temporary_folder(), "a.csv", "a,b\n1,2\n");
  ck_ok(tg_source_open(path, NULL, &source, &error));
  ck_assert_str_eq(tg_source_name(source), path);
  ck_assert_uint_eq(tg_source_total(source), 8);
  ck_ok(read_all(source, 3, &out));
  ck_assert_str_eq(out.bytes, "a,b\n1,2\n");
  ck_assert_uint_eq(tg_source_done(source), 8);
  tg_source_free(source);
  tg_text_free(&out);
}
END_TEST

START_TEST(only_a_regular_file_has_a_size) {
  const char *folder = temporary_folder();
  ck_assert_uint_eq(tg_source_size(write_text(folder, "a.csv", "a,b\n1,2\n")), 8);
  ck_assert_uint_eq(tg_source_size(folder), 0);
  ck_assert_uint_eq(tg_source_size("/nowhere/at/all.csv"), 0);
  ck_assert_uint_eq(tg_source_size(NULL), 0);
}
END_TEST

START_TEST(missing_files_and_folders_are_refused_by_name) {
  tg_source *source = (tg_source *)&error;
  ck_assert_int_eq(tg_source_open("/nowhere/at/all.csv", NULL, &source, &error), TRYGG_EIO);
  ck_assert_ptr_null(source);
  ck_assert_str_eq(error.file, "/nowhere/at/all.csv");
  ck_assert_ptr_nonnull(strstr(error.message, "no such file"));
  ck_assert_int_eq(tg_source_open(temporary_folder(), NULL, &source, &error), TRYGG_EIO);
  ck_assert_ptr_nonnull(strstr(error.message, "folder"));
  ck_assert_int_eq(tg_source_open("", NULL, &source, &error), TRYGG_EINVAL);
  ck_assert_int_eq(tg_source_open(NULL, NULL, &source, &error), TRYGG_EINVAL);
  ck_assert_int_eq(tg_source_open_memory(NULL, "x", 1, NULL, &source, &error), TRYGG_EINVAL);
  ck_assert_int_eq(tg_source_open_memory("x", NULL, 1, NULL, &source, &error), TRYGG_EINVAL);
}
END_TEST

START_TEST(empty_input_is_refused) {
  tg_text out = {0};
  unsigned char packed[200];
  ck_assert_int_eq(read_bytes("", 0, 10, &out, NULL), TRYGG_EPARSE);
  ck_assert_ptr_nonnull(strstr(error.message, "is empty"));
  ck_assert_str_eq(error.file, "memory.csv");
  ck_assert_int_eq(read_bytes("\xEF\xBB\xBF", 3, 10, &out, NULL), TRYGG_EPARSE);
  ck_assert_int_eq(read_bytes("\xFF\xFE", 2, 10, &out, NULL), TRYGG_EPARSE);
  ck_assert_ptr_nonnull(strstr(error.message, "is empty"));
  ck_assert_int_eq(read_bytes("\xFE\xFF", 2, 10, &out, NULL), TRYGG_EPARSE);
  ck_assert_int_eq(read_bytes(packed, gzip("", 0, packed, sizeof packed), 10, &out, NULL), TRYGG_EPARSE);
  ck_assert_ptr_nonnull(strstr(error.message, "is empty"));
  tg_text_free(&out);
}
END_TEST

START_TEST(standard_input_and_pipes_are_read) {
  int ends[2], kept = dup(STDIN_FILENO);
  ck_assert_int_eq(pipe(ends), 0);
  ck_assert_int_eq(write(ends[1], "a\n1\n", 4), 4);
  close(ends[1]);
  dup2(ends[0], STDIN_FILENO);
  close(ends[0]);
  tg_source *source;
  tg_text out = {0};
  ck_ok(tg_source_open("-", NULL, &source, &error));
  ck_assert_str_eq(tg_source_name(source), "(stdin)");
  ck_assert_uint_eq(tg_source_total(source), 0);
  ck_ok(read_all(source, 10, &out));
  ck_assert_str_eq(out.bytes, "a\n1\n");
  tg_source_free(source);
  ck_assert_int_ge(fcntl(STDIN_FILENO, F_GETFD), 0); /* not ours to close */
  dup2(kept, STDIN_FILENO);
  close(kept);
  tg_text_free(&out);
}
END_TEST

START_TEST(a_file_that_changes_while_it_is_read_is_refused) {
  const char *folder = temporary_folder();
  size_t length = 600000;
  char *text = tg_memory_new(length, 1);
  memset(text, 'x', length);
  const char *path = write_file(folder, "changing.csv", text, length);
  tg_source *source;
  char piece[100];
  size_t got;
  tg_text out = {0};
  ck_ok(tg_source_open(path, NULL, &source, &error));
  ck_ok(tg_source_read(source, piece, sizeof piece, &got, &error));
  ck_assert_int_eq(truncate(path, 300000), 0);
  ck_assert_int_eq(read_all(source, 4096, &out), TRYGG_EIO);
  ck_assert_ptr_nonnull(strstr(error.message, "changed while it was read"));
  ck_assert_int_eq(tg_source_read(source, piece, sizeof piece, &got, &error), TRYGG_EIO); /* stays failed */
  ck_assert_uint_eq(got, 0);
  tg_source_free(source);
  tg_text_free(&out);
  tg_memory_free(text);
}
END_TEST

START_TEST(a_read_that_fails_is_an_error) {
  tg_source *source = NULL;
  tg_text out = {0};
  if (tg_source_open("/proc/self/mem", NULL, &source, &error) != TRYGG_OK)
    return; /* only Linux has a file whose first byte cannot be read */
  ck_assert_int_eq(read_all(source, 100, &out), TRYGG_EIO);
  ck_assert_str_eq(error.file, "/proc/self/mem");
  tg_source_free(source);
  tg_text_free(&out);
}
END_TEST

/* ---- gzip ------------------------------------------------------------------------------ */

static const char seed[] = "id,wave,q1\n1,2024,3\n2,2024,88\n3,2024,1\n4,2023,2\n5,2023,99\n";

START_TEST(gzip_is_seen_by_content_whatever_the_read_size) {
  unsigned char packed[400];
  size_t length = gzip(seed, strlen(seed), packed, sizeof packed);
  static const size_t steps[] = {1, 2, 7, 64, 4096};
  for (size_t i = 0; i < 5; i++) {
    tg_text out = {0};
    ck_ok(read_bytes(packed, length, steps[i], &out, NULL));
    ck_assert_str_eq(out.bytes, seed);
    tg_text_free(&out);
  }
}
END_TEST

START_TEST(gzip_members_follow_each_other) {
  unsigned char packed[1000];
  size_t length = gzip("a,b\n1,", 6, packed, sizeof packed);
  length += gzip("", 0, packed + length, sizeof packed - length);
  length += gzip("2\n3,4\n", 6, packed + length, sizeof packed - length);
  tg_text out = {0};
  ck_ok(read_bytes(packed, length, 100, &out, NULL));
  ck_assert_str_eq(out.bytes, "a,b\n1,2\n3,4\n");
  tg_text_free(&out);
}
END_TEST

START_TEST(every_truncation_of_gzip_is_refused) {
  unsigned char packed[800];
  size_t first = gzip(seed, strlen(seed), packed, sizeof packed);
  size_t length = first + gzip(seed, strlen(seed), packed + first, sizeof packed - first);
  for (size_t cut = 0; cut < length; cut++) {
    if (cut == first) /* a whole file of its own */
      continue;
    tg_text out = {0};
    ck_assert_msg(read_bytes(packed, cut, 4096, &out, NULL) == TRYGG_EPARSE, "%zu of %zu bytes were accepted",
                  cut, length);
    ck_assert_str_eq(error.file, "memory.csv");
    tg_text_free(&out);
  }
}
END_TEST

START_TEST(a_flipped_bit_in_gzip_never_changes_what_is_read) {
  unsigned char packed[400];
  size_t length = gzip(seed, strlen(seed), packed, sizeof packed), accepted = 0;
  for (size_t bit = 0; bit < length * 8; bit++) {
    tg_text out = {0};
    packed[bit / 8] ^= (unsigned char)(1u << bit % 8);
    if (read_bytes(packed, length, 4096, &out, NULL) == TRYGG_OK) {
      accepted++;
      ck_assert_str_eq(out.bytes, seed);
    }
    packed[bit / 8] ^= (unsigned char)(1u << bit % 8);
    tg_text_free(&out);
  }
  /* Time, extra flags, system, text flag and the stored name carry no content; nothing else may pass. */
  ck_assert_uint_le(accepted, 8 * (4 + 1 + 1 + 12) + 1);
}
END_TEST

START_TEST(bytes_after_gzip_are_refused) {
  unsigned char packed[400];
  static const struct {
    const char *bytes;
    size_t length;
  } tails[] = {{"\0", 1},       {"\0\0\0\0\0\0\0\0", 8}, {"x", 1}, {"9,9\n", 4}, {"\x1f", 1},
               {"\x1f\x8b", 2}, {"\x1f\x8c\x08\0", 4}};
  size_t length = gzip(seed, strlen(seed), packed, sizeof packed);
  for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
    tg_text out = {0};
    memcpy(packed + length, tails[i].bytes, tails[i].length);
    ck_assert_int_eq(read_bytes(packed, length + tails[i].length, 4096, &out, NULL), TRYGG_EPARSE);
    tg_text_free(&out);
  }
}
END_TEST

START_TEST(gzip_within_gzip_is_refused) {
  unsigned char inner[400], outer[600];
  size_t length = gzip(seed, strlen(seed), inner, sizeof inner);
  length = gzip((const char *)inner, length, outer, sizeof outer);
  tg_text out = {0};
  ck_assert_int_eq(read_bytes(outer, length, 100, &out, NULL), TRYGG_EPARSE);
  ck_assert_ptr_nonnull(strstr(error.message, "gzip data within gzip data"));
  tg_text_free(&out);
}
END_TEST

START_TEST(plain_text_followed_by_gzip_is_refused) {
  unsigned char bytes[500] = "a,b\n1,2\n";
  size_t length = 8 + gzip(seed, strlen(seed), bytes + 8, sizeof bytes - 8);
  tg_text out = {0};
  ck_assert_int_eq(read_bytes(bytes, length, 100, &out, NULL), TRYGG_EPARSE);
  ck_assert_int_eq(error.line, 3);
  tg_text_free(&out);
}
END_TEST

START_TEST(inflated_bytes_and_their_ratio_are_limited) {
  size_t length = 4 << 20;
  char *text = tg_memory_new(length, 1);
  unsigned char *packed = tg_memory_new(100000, 1);
  memset(text, 'a', length);
  size_t size = gzip(text, length, packed, 100000);
  tg_source_limits limits = {0, 0};
  tg_source *source;
  tg_text out = {0};
  ck_ok(tg_source_open_memory("bomb", packed, size, &limits, &source, &error));
  ck_assert_int_eq(read_all(source, 4096, &out), TRYGG_ELIMIT);
  ck_assert_ptr_nonnull(strstr(error.message, "max_ratio"));
  ck_assert_uint_lt(out.length, 3 << 20);
  tg_source_free(source);
  tg_text_free(&out);
  limits.ratio = 2000;
  limits.bytes = length - 1;
  ck_ok(tg_source_open_memory("bomb", packed, size, &limits, &source, &error));
  ck_assert_int_eq(read_all(source, 4096, &out), TRYGG_ELIMIT);
  ck_assert_ptr_nonnull(strstr(error.message, "max_bytes"));
  tg_source_free(source);
  tg_text_free(&out);
  limits.bytes = length;
  ck_ok(tg_source_open_memory("bomb", packed, size, &limits, &source, &error));
  ck_ok(read_all(source, 4096, &out));
  ck_assert_uint_eq(out.length, length);
  tg_source_free(source);
  tg_text_free(&out);
  limits.bytes = 7;
  ck_ok(tg_source_open_memory("plain", "12345678", 8, &limits, &source, &error));
  ck_assert_int_eq(read_all(source, 4096, &out), TRYGG_ELIMIT);
  tg_source_free(source);
  tg_text_free(&out);
  tg_memory_free(text);
  tg_memory_free(packed);
}
END_TEST

/* ---- encodings --------------------------------------------------------------------------- */

START_TEST(utf8_passes_unchanged_and_loses_its_mark) {
  static const char text[] = "\xEF\xBB\xBF"
                             "kommun,gr\xC3\xA4ns\n\xC3\x85r,\xF0\x9F\x98\x80\n\xE2\x82\xAC\n";
  for (size_t step = 1; step <= 9; step++) {
    tg_text out = {0};
    const char *encoding;
    ck_ok(read_bytes(text, sizeof text - 1, step, &out, &encoding));
    ck_assert_str_eq(out.bytes, text + 3);
    ck_assert_str_eq(encoding, "UTF-8");
    tg_text_free(&out);
  }
}
END_TEST

START_TEST(utf8_is_whole_across_the_ends_of_buffers) {
  size_t pairs = 300000;
  char *text = tg_memory_new(2 * pairs + 2, 1);
  for (size_t shift = 0; shift < 2; shift++) {
    tg_text out = {0};
    const char *encoding;
    text[0] = 'x';
    for (size_t i = 0; i < pairs; i++)
      memcpy(text + shift + 2 * i, "\xC3\xA5", 2);
    text[shift + 2 * pairs] = '\0';
    ck_ok(read_bytes(text, shift + 2 * pairs, 4096, &out, &encoding));
    ck_assert_str_eq(encoding, "UTF-8");
    ck_assert_uint_eq(out.length, shift + 2 * pairs);
    ck_assert_int_eq(memcmp(out.bytes, text, out.length), 0);
    tg_text_free(&out);
  }
  tg_memory_free(text);
}
END_TEST

START_TEST(windows_1252_is_seen_and_converted) {
  for (size_t step = 1; step <= 5; step++) {
    tg_text out = {0};
    const char *encoding;
    static const char text[] = "namn;\xE5r\nK\xF6ping;\x80 5\x96"
                               "6 \x9F\n";
    ck_ok(read_bytes(text, sizeof text - 1, step, &out, &encoding));
    ck_assert_str_eq(out.bytes, "namn;år\nKöping;€ 5–6 Ÿ\n");
    ck_assert_str_eq(encoding, "Windows-1252");
    tg_text_free(&out);
  }
  tg_text out = {0};
  ck_ok(read_bytes("a\n\xC3", 3, 10, &out, NULL)); /* a lead byte at the very end is a letter */
  ck_assert_str_eq(out.bytes, "a\nÃ");
  tg_text_free(&out);
}
END_TEST

START_TEST(bytes_that_windows_1252_does_not_have_are_refused_with_their_line) {
  static const char bytes[] = "\x81\x8D\x8F\x90\x9D";
  for (size_t i = 0; i < 5; i++) {
    char text[] = "a\r\n\xE5\r\r\nb\n?";
    tg_text out = {0};
    text[sizeof text - 2] = bytes[i];
    ck_assert_int_eq(read_bytes(text, sizeof text - 1, 3, &out, NULL), TRYGG_EPARSE);
    ck_assert_int_eq(error.line, 5);
    ck_assert_ptr_nonnull(strstr(error.message, "Windows-1252"));
    tg_text_free(&out);
  }
}
END_TEST

START_TEST(mixed_encodings_are_refused_with_their_line) {
  tg_text out = {0};
  ck_assert_int_eq(read_bytes("a\n\xC3\xA5\nb\n\xE5\n", 9, 100, &out, NULL), TRYGG_EPARSE);
  ck_assert_int_eq(error.line, 4);
  ck_assert_ptr_nonnull(strstr(error.message, "mixes encodings"));
  ck_assert_int_eq(read_bytes("\xEF\xBB\xBF"
                              "a\n\xE5\n",
                              7, 100, &out, NULL),
                   TRYGG_EPARSE);
  ck_assert_int_eq(error.line, 2);
  ck_assert_ptr_nonnull(strstr(error.message, "mark of UTF-8"));
  /* overlong, a surrogate, beyond Unicode: no UTF-8 either */
  ck_assert_int_eq(read_bytes("\xC3\xA5\xC0\xAF", 4, 100, &out, NULL), TRYGG_EPARSE);
  ck_assert_int_eq(read_bytes("\xC3\xA5\xED\xA0\x80", 5, 100, &out, NULL), TRYGG_EPARSE);
  ck_assert_int_eq(read_bytes("\xC3\xA5\xF4\x90\x80\x80", 6, 100, &out, NULL), TRYGG_EPARSE);
  ck_assert_int_eq(read_bytes("\xC3\xA5\xE2\x82", 4, 100, &out, NULL), TRYGG_EPARSE);
  tg_text_free(&out);
}
END_TEST

/* UTF-8 as another implementation writes it in UTF-16; the bytes made. */
static size_t widen(const char *text, size_t length, const char *to, char *out, size_t size) {
  iconv_t converter = iconv_open(to, "UTF-8");
  char *in = (char *)(uintptr_t)text, *at = out;
  size_t left = size;
  ck_assert(converter != (iconv_t)-1);
  ck_assert_uint_eq(iconv(converter, &in, &length, &at, &left), 0);
  iconv_close(converter);
  return size - left;
}

/* Both orders of bytes, with and without the mark. */
static const struct {
  const char *mark, *name;
} orders[] = {{"\xFF\xFE", "UTF-16LE"}, {"\xFE\xFF", "UTF-16BE"}, {"", "UTF-16LE"}, {"", "UTF-16BE"}};

static size_t make_utf16(size_t order, const char *text, size_t length, char *out, size_t size) {
  size_t mark = strlen(orders[order].mark);
  memcpy(out, orders[order].mark, mark);
  return mark + widen(text, length, orders[order].name, out + mark, size - mark);
}

START_TEST(utf16_is_seen_and_converted_in_both_orders) {
  static const char text[] =
      "namn;år\r\nKöping;€ 5\n\xF0\x9F\x98\x80;\xF4\x8F\xBF\xBF\xEE\x80\x80\xED\x9F\xBF\n";
  char wide[400];
  unsigned char packed[600];
  size_t length = make_utf16((size_t)_i, text, sizeof text - 1, wide, sizeof wide);
  size_t size = gzip(wide, length, packed, sizeof packed);
  for (size_t step = 1; step <= 9; step++) {
    tg_text out = {0};
    const char *encoding;
    ck_ok(read_bytes(wide, length, step, &out, &encoding));
    ck_assert_str_eq(out.bytes, text);
    ck_assert_str_eq(encoding, "UTF-16");
    tg_text_clear(&out);
    ck_ok(read_bytes(packed, size, step, &out, &encoding));
    ck_assert_str_eq(out.bytes, text);
    tg_text_free(&out);
  }
}
END_TEST

START_TEST(utf16_is_whole_across_the_ends_of_buffers) {
  size_t most = 800000;
  char *text = tg_memory_new(most, 1), *wide = tg_memory_new(2 * most, 1);
  for (size_t shift = 0; shift < 4; shift++) { /* units and pairs lie across every end */
    size_t length = 0;
    tg_text out = {0};
    const char *encoding;
    memcpy(text, "a;b\n", length = 4);
    memset(text + 4, 'x', shift);
    for (length += shift; length + 10 < most; length += 10)
      memcpy(text + length, "a\xC3\xA5\xF0\x9F\x98\x80\xE2\x82\xAC", 10);
    size_t size = make_utf16((size_t)_i, text, length, wide, 2 * most);
    ck_ok(read_bytes(wide, size, 4093, &out, &encoding));
    ck_assert_str_eq(encoding, "UTF-16");
    ck_assert_uint_eq(out.length, length);
    ck_assert_int_eq(memcmp(out.bytes, text, length), 0);
    tg_text_free(&out);
  }
  tg_memory_free(text);
  tg_memory_free(wide);
}
END_TEST

START_TEST(utf16_that_is_none_is_refused_with_its_line) {
  static const struct {
    const char *bytes; /* the high byte first, behind two lines */
    size_t length;
    const char *word;
  } cases[] = {
      {"\xD8\x3D\0a", 4, "surrogate"},
      {"\xDE\0\0a", 4, "surrogate"},
      {"\xD8\x3D", 2, "surrogate"},
      {"\xD8\x3D\xD8\x3D\xDE\0", 6, "surrogate"},
      {"\xDE\0\xD8\x3D", 4, "surrogate"},
      {"\0a\0\0\0b", 6, "NUL"},
      {"\0", 1, "in the middle of a character"},
      {"\xD8\x3D\xDE", 3, "in the middle of a character"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    for (size_t step = 1; step < 4; step++)
      for (size_t swapped = 0; swapped < 2; swapped++) {
        char bytes[40] = "\xFE\xFF\0i\0\r\0\n\0a\0\r\0b";
        size_t length = 14 + cases[i].length;
        tg_text out = {0};
        memcpy(bytes + 14, cases[i].bytes, cases[i].length);
        for (size_t k = 0; swapped && k + 1 < length; k += 2) {
          char first = bytes[k];
          bytes[k] = bytes[k + 1];
          bytes[k + 1] = first;
        }
        ck_assert_int_eq(read_bytes(bytes, length, step, &out, NULL), TRYGG_EPARSE);
        ck_assert_msg(strstr(error.message, cases[i].word) != NULL, "%zu: %s", i, error.message);
        ck_assert_int_eq(error.line, 3);
        ck_assert_int_eq(memcmp(out.bytes, "i\r\na\rb", 6), 0); /* the text before it was given */
        tg_text_free(&out);
      }
}
END_TEST

START_TEST(utf16_declared_and_not_there_is_refused) {
  static const struct {
    const char *expected, *bytes;
    size_t length;
    const char *word;
  } cases[] = {
      {"UTF-16", "a;b\n1;2\n", 8, "does not begin as UTF-16"},
      {"UTF-16",
       "\xEF\xBB\xBF"
       "a;b\n",
       7, "mark of UTF-8"},
      {"UTF-8",
       "\xFF\xFE"
       "a\0\n\0",
       6, "begins as UTF-16"},
      {"Windows-1252", "\0a\0;\0b\0\n", 8, "begins as UTF-16"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    tg_source *source = NULL;
    tg_text out = {0};
    ck_ok(tg_source_open_memory("declared.csv", cases[i].bytes, cases[i].length, NULL, &source, &error));
    ck_ok(tg_source_expect(source, cases[i].expected, &error));
    ck_assert_int_eq(read_all(source, 100, &out), TRYGG_EPARSE);
    ck_assert_msg(strstr(error.message, cases[i].word) && strstr(error.message, cases[i].expected), "%s",
                  error.message);
    ck_assert_str_eq(tg_source_encoding(source), cases[i].expected);
    ck_assert_int_eq(tg_source_expect(source, "EBCDIC", &error), TRYGG_EUNSUPPORTED);
    tg_source_free(source);
    tg_text_free(&out);
  }
}
END_TEST

START_TEST(nul_is_refused_with_its_line) {
  tg_text out = {0};
  ck_assert_int_eq(read_bytes("a,b\n1,2\n3,\0\n", 12, 100, &out, NULL), TRYGG_EPARSE);
  ck_assert_int_eq(error.line, 3);
  ck_assert_ptr_nonnull(strstr(error.message, "NUL"));
  ck_assert_int_eq(read_bytes("a\rb\r\0", 5, 100, &out, NULL), TRYGG_EPARSE);
  ck_assert_int_eq(error.line, 3);
  tg_text_free(&out);
}
END_TEST

START_TEST(other_formats_are_refused_by_name) {
  static const struct {
    const char *bytes;
    size_t length;
    const char *word;
  } cases[] = {
      {"\xFF\xFE\0\0a\0\0\0", 8, "UTF-32"},
      {"PK\x03\x04....", 8, "workbook"},
      {"\xD0\xCF\x11\xE0....", 8, "Excel"},
      {"$FL2@(#)", 8, "SPSS"},
      {"BZh91AY&", 8, "bzip2"},
      {"%PDF-1.7", 8, "PDF"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    tg_text out = {0};
    ck_assert_int_eq(read_bytes(cases[i].bytes, cases[i].length, 100, &out, NULL), TRYGG_EPARSE);
    ck_assert_msg(strstr(error.message, cases[i].word) != NULL, "%s", error.message);
    ck_assert_ptr_nonnull(strstr(error.message, "UTF-8")); /* what to do */
    tg_text_free(&out);
  }
}
END_TEST

/* ---- records ------------------------------------------------------------------------------- */

START_TEST(records_have_fields_and_their_line) {
  ck_split("a,b\n1,2\n3,4\n", "1:a|b\n2:1|2\n3:3|4\n");
  ck_split("a,b\n1,2", "1:a|b\n2:1|2\n");
  ck_split("a,b\r\n1,2\r\n", "1:a|b\n2:1|2\n");
  ck_split("a,b\r1,2\r3,4", "1:a|b\n2:1|2\n3:3|4\n");
  ck_split("a,b\n,\n1,\n,2\n", "1:a|b\n2:|\n3:1|\n4:|2\n");
  ck_split("a,b\n1,2,3\n4\n", "1:a|b\n2:1|2|3\n3:4\n"); /* the width is for the caller to judge */
}
END_TEST

START_TEST(quoted_fields_keep_what_is_in_them) {
  ck_split("a,b\n\"x,y\",\"say \"\"no\"\"\"\n", "1:a|b\n2:x,y|say \"no\"\n");
  ck_split("a,b\n\"l1\nl2\r\nl3\",2\n3,4\n", "1:a|b\n2:l1\nl2\r\nl3|2\n5:3|4\n");
  ck_split("a,b\n\"l1\rl2\",2\r3,4\n", "1:a|b\n2:l1\rl2|2\n4:3|4\n");
  ck_split("a,b\n\" x \", y \n", "1:a|b\n2: x |y\n"); /* blanks around an unquoted field are trimmed */
  ck_split("a,b\n\"\",\"\"\n", "1:a|b\n2:|\n");
}
END_TEST

START_TEST(blank_lines_are_no_records_but_in_one_column) {
  ck_split("\n\na,b\n\n1,2\n  \n\r\n3,4\n\n", "3:a|b\n5:1|2\n8:3|4\n");
  ck_split("a\n1\n\n  \n2\n\n", "1:a\n2:1\n3:\n4:\n5:2\n6:\n");
  ck_split("a\r\n1\r\n\r\n2\r\n", "1:a\n2:1\n3:\n4:2\n");
  ck_split("a\r1\r\r2", "1:a\n2:1\n3:\n4:2\n");
  ck_split("a\n\"x\n\ny\"\n", "1:a\n2:x\n\ny\n"); /* a blank line within quotes is text */
  ck_split("a\tb\n\t\n", "1:a|b\n2:|\n");
}
END_TEST

START_TEST(delimiters_are_seen_in_the_header) {
  static const struct {
    const char *text;
    char delimiter;
  } cases[] = {{"a,b\n1,2\n", ','},
               {"a;b\n1,5;2\n", ';'},
               {"a\tb\n1\t2\n", '\t'},
               {"a\n1\n", ','},
               {"\"a;x;y\",b\n1,2\n", ','},
               {"a;b,c;d\n1;2,5;3\n", ';'},
               {"sep=|\na|b\n1|2\n", '|'},
               {"SEP=;\r\na;b\r\n1;2\r\n", ';'},
               {"\"sep=,\"\na,b\n1,2\n", ','},
               {"\n\na;b\n", ';'},
               {"\"a\n,,,\";b\n", ';'},
               {"sep=\na\n", ','}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    tg_text out = {0};
    char delimiter = 0;
    ck_ok(split(cases[i].text, strlen(cases[i].text), NULL, &out, &delimiter));
    ck_assert_msg(delimiter == cases[i].delimiter, "%s: %d", cases[i].text, delimiter);
    tg_text_free(&out);
  }
  ck_split("sep=;\na;b\n1,5;2\n", "2:a|b\n3:1,5|2\n");
  ck_split("separate,x\n1,2\n", "1:separate|x\n2:1|2\n");
  ck_split("sep=;\r\na;b\r\n1;2\r\n", "2:a|b\n3:1|2\n");
}
END_TEST

START_TEST(a_separator_line_is_one_only_as_excel_writes_it) {
  static const struct {
    const char *text;
    size_t length;
    char delimiter;
  } cases[] = {{"sep=;", 5, ';'},
               {"sep=;\r", 6, ';'},
               {"SeP=:\n1", 6, ':'},
               {"sep=[\r\n\n", 7, '['},
               {"sep=\t\n", 6, '\t'},
               {"\"sep=,\"", 7, ','},
               {"\"sep=,\"\r\n", 9, ','},
               {"", 0, 0},
               {"\"", 0, 0},
               {"se", 0, 0},
               {"sep=", 0, 0},
               {"sep=a\n", 0, 0},
               {"sep=Z\n", 0, 0},
               {"sep=5\n", 0, 0},
               {"sep= \n", 0, 0},
               {"sep=\"\n", 0, 0},
               {"sep=\x7F\n", 0, 0},
               {"sep=;x\n", 0, 0},
               {"\"sep=;", 0, 0},
               {"\"sep=;x\"\n", 0, 0},
               {"\"sep=;\"x\n", 0, 0}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char delimiter = 0;
    size_t length = tg_dialect_separator(cases[i].text, strlen(cases[i].text), &delimiter);
    ck_assert_msg(length == cases[i].length && delimiter == cases[i].delimiter, "%s: %zu, %d", cases[i].text,
                  length, delimiter);
  }
}
END_TEST

START_TEST(a_given_delimiter_wins) {
  tg_records_options options = {.delimiter = ';'};
  tg_text out = {0};
  ck_ok(split("a,b,c;d\n1,2,3;4\n", 16, &options, &out, NULL));
  ck_assert_str_eq(out.bytes, "1:a,b,c|d\n2:1,2,3|4\n");
  tg_text_free(&out);
}
END_TEST

START_TEST(a_final_control_z_is_no_record) {
  ck_split("a,b\r\n1,2\r\n\x1a", "1:a|b\n2:1|2\n");
  ck_split("a,b\n1,2\x1a", "1:a|b\n2:1|2\n");
  ck_split("a,b\n1\x1a,2\n", "1:a|b\n2:1\x1a|2\n");
}
END_TEST

START_TEST(faults_of_quotes_have_line_and_column) {
  static const struct {
    const char *text;
    int line, column;
    const char *word;
  } cases[] = {
      {"a,b\n1,2\n3,\"x\n4,5\n", 3, 2, "never closed"},
      {"a,b\n1,\"", 2, 2, "never closed"},
      {"a,b\n\"l1\nl2\",\"x\n4,5\n", 2, 2, "never closed"},
      {"a,b\n1,2\n\"x\"y,3\n", 3, 1, "after its closing quote"},
      {"a,b\n1,\"x\" \"y\"\n", 2, 2, "after its closing quote"},
      {"a,b\n1,x\"y\n", 2, 2, "does not begin with one"},
      {"a,b\n\n\n1,2 \"\n", 4, 2, "does not begin with one"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    tg_text out = {0};
    ck_assert_int_eq(split(cases[i].text, strlen(cases[i].text), NULL, &out, NULL), TRYGG_EPARSE);
    ck_assert_int_eq(error.line, cases[i].line);
    ck_assert_int_eq(error.column, cases[i].column);
    ck_assert_str_eq(error.file, "memory.csv");
    ck_assert_msg(strstr(error.message, cases[i].word) != NULL, "%s", error.message);
    tg_text_free(&out);
  }
}
END_TEST

START_TEST(a_file_of_blank_lines_has_no_header) {
  tg_text out = {0};
  ck_assert_int_eq(split("\n \n\n", 4, NULL, &out, NULL), TRYGG_EPARSE);
  ck_assert_ptr_nonnull(strstr(error.message, "header"));
  ck_assert_int_eq(split("sep=;\n", 6, NULL, &out, NULL), TRYGG_EPARSE);
  tg_text_free(&out);
}
END_TEST

START_TEST(fields_columns_and_records_are_limited) {
  tg_text out = {0};
  tg_records_options options = {.max_field = 5};
  ck_ok(split("a,b\n12345,\"12345\"\n", 18, &options, &out, NULL));
  ck_assert_str_eq(out.bytes, "1:a|b\n2:12345|12345\n");
  ck_assert_int_eq(split("a,b\n1,2\n1,123456\n", 17, &options, &out, NULL), TRYGG_ELIMIT);
  ck_assert_int_eq(error.line, 3);
  ck_assert_int_eq(error.column, 2);
  ck_assert_ptr_nonnull(strstr(error.message, "max_field"));
  ck_assert_int_eq(split("a,b\n1,\"123\n456\"\n", 16, &options, &out, NULL), TRYGG_ELIMIT);
  ck_assert_int_eq(error.line, 2);
  options = (tg_records_options){.max_columns = 3};
  ck_ok(split("a,b,c\n1,2,3\n", 12, &options, &out, NULL));
  ck_assert_int_eq(split("a,b,c\n1,2,3,4\n", 14, &options, &out, NULL), TRYGG_ELIMIT);
  ck_assert_int_eq(error.line, 2);
  ck_assert_int_eq(error.column, 4);
  options = (tg_records_options){.max_record = 8};
  ck_ok(split("a,b\n123,567\n1,2\n", 16, &options, &out, NULL));
  ck_assert_int_eq(split("a,b\n123,5678\n", 13, &options, &out, NULL), TRYGG_ELIMIT);
  ck_assert_int_eq(error.line, 2);
  ck_assert_int_eq(split("a,b\n\"1\n2\n3\n4\n\",5", 16, &options, &out, NULL), TRYGG_ELIMIT);
  ck_assert_ptr_nonnull(strstr(error.message, "max_record"));
  options = (tg_records_options){.max_field = UINT64_MAX};
  ck_assert_int_eq(split("a\n", 2, &options, &out, NULL), TRYGG_EINVAL);
  tg_text_free(&out);
}
END_TEST

/* An open quote does not take the rest of a large file into memory. */
START_TEST(an_open_quote_stops_at_the_field_limit) {
  size_t length = 3 << 20;
  char *text = tg_memory_new(length, 1);
  tg_text out = {0};
  for (size_t i = 0; i < length; i += 4)
    memcpy(text + i, "1,2\n", 4);
  text[8] = '"';
  ck_assert_int_eq(split(text, length, NULL, &out, NULL), TRYGG_ELIMIT);
  ck_assert_int_eq(error.line, 3);
  ck_assert_ptr_nonnull(strstr(error.message, "quote"));
  tg_memory_free(text);
  tg_text_free(&out);
}
END_TEST

static trygg_status count_record(void *context, const tg_record *record, trygg_error *why) {
  int64_t *seen = context;
  (void)why;
  /* records of 1, 2 or 3 physical lines, numbered by their first line */
  ck_assert_int_eq(record->line, seen[1]);
  ck_assert_uint_eq(record->count, 2);
  seen[1] += 1 + (seen[0] == 0 ? 0 : seen[0] % 3);
  seen[0]++;
  return TRYGG_OK;
}

START_TEST(lines_are_exact_across_the_ends_of_buffers) {
  static const char *const ends[] = {"\n", "\r\n", "\r"};
  for (size_t e = 0; e < 3; e++) {
    tg_text text = {0};
    int64_t seen[2] = {0, 1};
    tg_text_format(&text, "a,b%s", ends[e]);
    for (int i = 1; text.length < 1200000; i++)
      tg_text_format(&text, "%d,\"%s%s%s%s\"%s", i * 7919, "x", i % 3 > 0 ? ends[e] : "",
                     i % 3 > 1 ? ends[e] : "", i % 5 ? "y" : "a longer piece of text", ends[e]);
    tg_source *source;
    ck_ok(tg_source_open_memory("m", text.bytes, text.length, NULL, &source, &error));
    ck_ok(tg_records_read(source, NULL, count_record, seen, NULL, &error));
    ck_assert_int_gt(seen[0], 30000);
    tg_source_free(source);
    tg_text_free(&text);
  }
}
END_TEST

START_TEST(long_fields_and_many_columns_are_whole) {
  size_t size = 900000;
  tg_text text = {0}, out = {0};
  tg_text_put(&text, "a,b\n1,");
  for (size_t i = 0; i < size; i++)
    tg_text_putc(&text, (char)('a' + i % 26));
  tg_text_put(&text, "\n2,3\n");
  ck_ok(split(text.bytes, text.length, NULL, &out, NULL));
  ck_assert_uint_eq(out.length, 6 + 4 + size + 1 + 6);
  ck_assert_int_eq(memcmp(out.bytes + 10, text.bytes + 6, size), 0);
  tg_text_clear(&text);
  tg_text_clear(&out);
  for (int row = 0; row < 2; row++)
    for (int i = 0; i < 4096; i++)
      tg_text_format(&text, "%d%s", i, i == 4095 ? "\n" : ";");
  ck_ok(split(text.bytes, text.length, NULL, &out, NULL));
  ck_assert_ptr_nonnull(strstr(out.bytes, "|4094|4095\n2:0|1|"));
  tg_text_free(&text);
  tg_text_free(&out);
}
END_TEST

static trygg_status refuse_third(void *context, const tg_record *record, trygg_error *why) {
  ++*(int *)context;
  return record->line == 3 ? tg_error_at(why, TRYGG_EDATA, "f", record->line, 0, NULL, "no") : TRYGG_OK;
}

START_TEST(a_callback_stops_the_reading) {
  tg_source *source;
  int calls = 0;
  ck_ok(tg_source_open_memory("m", "a\n1\n2\n3\n", 8, NULL, &source, &error));
  ck_assert_int_eq(tg_records_read(source, NULL, refuse_third, &calls, NULL, &error), TRYGG_EDATA);
  ck_assert_int_eq(calls, 3);
  ck_assert_int_eq(error.line, 3);
  tg_source_free(source);
}
END_TEST

/* ---- against a plain reading of the grammar --------------------------------------------------- */

typedef struct plain_reader {
  const char *text;
  size_t length, at;
  int64_t line;
  char delimiter;
} plain_reader;

static int is_blank_at(const plain_reader *reader, size_t at) {
  return at < reader->length && (reader->text[at] == ' ' || reader->text[at] == '\t') &&
         reader->text[at] != reader->delimiter;
}

static int is_end_at(const plain_reader *reader, size_t at) {
  return at == reader->length || reader->text[at] == '\n' || reader->text[at] == '\r';
}

static void skip_end(plain_reader *reader) {
  if (reader->at == reader->length)
    return;
  reader->at += reader->text[reader->at] == '\r' && reader->at + 1 < reader->length &&
                        reader->text[reader->at + 1] == '\n'
                    ? 2
                    : 1;
  reader->line++;
}

/* A field in quotes, from behind the first one; 0 when it is no proper one. */
static int quoted_field(plain_reader *reader, tg_text *out) {
  for (;;) {
    if (reader->at == reader->length)
      return 0;
    size_t begin = reader->at;
    if (is_end_at(reader, begin))
      skip_end(reader);
    else if (reader->text[reader->at++] == '"') {
      if (reader->at == reader->length || reader->text[reader->at] != '"')
        break;
      reader->at++;
      tg_text_putc(out, '"');
      continue;
    }
    tg_text_append(out, reader->text + begin, reader->at - begin);
  }
  while (is_blank_at(reader, reader->at))
    reader->at++;
  return is_end_at(reader, reader->at) || reader->text[reader->at] == reader->delimiter;
}

static int plain_field(plain_reader *reader, tg_text *out) {
  size_t begin = reader->at, end;
  for (; !is_end_at(reader, reader->at) && reader->text[reader->at] != reader->delimiter; reader->at++)
    if (reader->text[reader->at] == '"')
      return 0;
  for (end = reader->at; end > begin && is_blank_at(reader, end - 1);)
    end--;
  tg_text_append(out, reader->text + begin, end - begin);
  return 1;
}

/* What write_record would write; 0 when the text is at fault, in a record that begins on *line. */
static int read_plainly(const char *text, size_t length, char delimiter, tg_text *out, int64_t *line) {
  plain_reader reader = {text, length, 0, 1, delimiter};
  size_t columns = 0;
  while (reader.at < length) {
    size_t count = 0, first = reader.at;
    *line = reader.line;
    while (is_blank_at(&reader, first))
      first++;
    if (first == length)
      break;
    if (is_end_at(&reader, first)) {
      if (columns == 1)
        tg_text_format(out, "%lld:\n", (long long)*line);
      reader.at = first;
      skip_end(&reader);
      continue;
    }
    tg_text_format(out, "%lld:", (long long)*line);
    for (;; reader.at++) {
      if (count++)
        tg_text_putc(out, '|');
      while (is_blank_at(&reader, reader.at))
        reader.at++;
      int quoted = reader.at < length && text[reader.at] == '"';
      reader.at += (size_t)quoted;
      if (!(quoted ? quoted_field : plain_field)(&reader, out))
        return 0;
      if (is_end_at(&reader, reader.at))
        break;
    }
    tg_text_putc(out, '\n');
    skip_end(&reader);
    columns = columns ? columns : count;
  }
  return 1;
}

static uint32_t random_state;

static uint32_t next_random(uint32_t below) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 17;
  random_state ^= random_state << 5;
  return random_state % below;
}

/* `length` bytes of whole records, few and long. */
static void put_records(tg_text *text, char delimiter, size_t length) {
  static char filler[16384];
  memset(filler, 'x', sizeof filler);
  while (length > 0) {
    size_t part = length <= sizeof filler ? length : sizeof filler / 2;
    tg_text_format(text, "%c%c", 'a', delimiter);
    tg_text_append(text, filler, part - 3);
    tg_text_putc(text, '\n');
    length -= part;
  }
}

/* `before` bytes of whole records come first, so that the text lies across the end of a buffer. */
static void check_random(size_t before, uint32_t number) {
  static const char alphabet[] = "ab,,,\"\"\"\n\n\r  \t;";
  char delimiter = ",;\t"[number % 3];
  tg_text text = {0}, met = {0}, expected = {0};
  tg_records_options options = {.delimiter = delimiter};
  int64_t line = 0;
  random_state = number * 2654435761u + 1;
  put_records(&text, delimiter, before);
  for (size_t count = 1 + next_random(40); count > 0; count--)
    tg_text_putc(&text, alphabet[next_random(sizeof alphabet - 1)]);
  int sound = read_plainly(text.bytes, text.length, delimiter, &expected, &line);
  trygg_status status = split(text.bytes, text.length, &options, &met, NULL);
  if (!met.bytes || !expected.bytes) /* nothing but blank lines, or a fault at once */
    ck_assert_int_eq(status, TRYGG_EPARSE);
  else if (sound)
    ck_assert_msg(status == TRYGG_OK && strcmp(met.bytes, expected.bytes) == 0, "number %u: %s", number,
                  error.message);
  else
    ck_assert_msg(status == TRYGG_EPARSE && error.line == line, "number %u: line %lld, expected %lld", number,
                  (long long)error.line, (long long)line);
  tg_text_free(&text);
  tg_text_free(&met);
  tg_text_free(&expected);
}

START_TEST(random_texts_are_split_as_the_grammar_says) {
  for (uint32_t number = 1; number <= 4000; number++)
    check_random(0, number);
}
END_TEST

START_TEST(random_texts_across_the_end_of_a_buffer_are_split_the_same) {
  for (uint32_t number = 1; number <= 90; number++)
    check_random(((size_t)256 << 10) - number % 45, number);
}
END_TEST

START_TEST(limits_beyond_memory_are_refused) {
  const tg_records_options cases[] = {
      {.max_field = UINT64_MAX}, {.max_record = UINT64_MAX}, {.max_columns = UINT64_MAX}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    tg_text out = {0};
    ck_assert_int_eq(split("a\n1\n", 4, &cases[i], &out, NULL), TRYGG_EINVAL);
    ck_assert_ptr_nonnull(strstr(error.message, "larger than memory"));
    ck_assert_ptr_null(out.bytes);
  }
}
END_TEST

/* The buffer ends before, within and behind the header's CRLF, and well within the header. */
START_TEST(a_header_across_the_end_of_a_buffer_leaves_the_text_behind_it) {
  static const size_t ends[] = {((size_t)256 << 10) - 1, (size_t)256 << 10, ((size_t)256 << 10) + 1, 300000};
  for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
    tg_text text = {0}, out = {0};
    tg_source *source = NULL;
    tg_records *records = NULL;
    char behind[100];
    size_t length;
    tg_text_put(&text, "a,");
    while (text.length < ends[i] - 1)
      tg_text_putc(&text, 'b');
    tg_text_put(&text, "\r\n1,2\r\n");
    ck_ok(tg_source_open_memory("m", text.bytes, text.length, NULL, &source, &error));
    ck_ok(tg_records_open(source, NULL, write_record, &out, &records, &error));
    ck_ok(tg_records_header(records));
    ck_assert_int_eq(tg_records_line(records), 2);
    ck_assert_uint_eq(out.length, ends[i] + 2); /* "1:a|bbb", with its end for that of the line */
    ck_ok(tg_records_text(records, behind, sizeof behind, &length));
    ck_assert_uint_eq(length, 5);
    ck_assert_int_eq(memcmp(behind, "1,2\r\n", 5), 0);
    ck_ok(tg_records_give_back(records, behind, length, 0));
    ck_ok(tg_records_rest(records));
    ck_assert_str_eq(out.bytes + ends[i] + 2, "2:1|2\n");
    tg_records_free(records);
    tg_source_free(source);
    tg_text_free(&text);
    tg_text_free(&out);
  }
}
END_TEST

/* ---- progress, memory ----------------------------------------------------------------------- */

static int count_reports(void *user, const char *stage, uint64_t done, uint64_t total) {
  int *left = user;
  ck_assert_str_eq(stage, "load");
  ck_assert_uint_le(done, total);
  return --*left == 0;
}

START_TEST(progress_is_reported_every_mebibyte_and_can_stop) {
  tg_text text = {0}, out = {0};
  while (text.length < 5 << 20)
    tg_text_put(&text, "1234567,1234567\n");
  int left = 1000;
  trygg_progress progress = {sizeof progress, count_reports, &left};
  tg_records_options options = {.progress = &progress};
  ck_ok(split(text.bytes, text.length, &options, &out, NULL));
  ck_assert_int_ge(1000 - left, 4);
  left = 2;
  ck_assert_int_eq(split(text.bytes, text.length, &options, &out, NULL), TRYGG_ECANCELLED);
  tg_text_free(&text);
  tg_text_free(&out);
}
END_TEST

static trygg_status ignore_record(void *context, const tg_record *record, trygg_error *why) {
  (void)why;
  *(size_t *)context += record->count;
  return TRYGG_OK;
}

START_TEST(memory_that_runs_out_is_an_error_and_leaks_nothing) {
  unsigned char packed[400];
  size_t length = gzip(seed, strlen(seed), packed, sizeof packed);
  for (int for_ever = 0; for_ever < 2; for_ever++) {
    trygg_status status = TRYGG_ENOMEM;
    long k = 0;
    for (; status != TRYGG_OK; k++) {
      tg_source *source = NULL;
      size_t fields = 0;
      tg_memory_fail(k, for_ever);
      status = tg_source_open_memory("m", packed, length, NULL, &source, &error);
      if (status == TRYGG_OK)
        status = tg_records_read(source, NULL, ignore_record, &fields, NULL, &error);
      tg_memory_fail(-1, 0);
      tg_source_free(source);
      ck_assert(status == TRYGG_ENOMEM || (status == TRYGG_OK && fields == 18));
    }
    ck_assert_int_gt(k, 9);
  }
}
END_TEST

static Suite *source_suite(void) {
  Suite *suite = suite_create("source");
  TCase *files = tcase_create("files"), *packed = tcase_create("gzip"), *text = tcase_create("encoding"),
        *records = tcase_create("records");
  tcase_add_test(files, files_are_read_whole_and_named);
  tcase_add_test(files, only_a_regular_file_has_a_size);
  tcase_add_test(files, missing_files_and_folders_are_refused_by_name);
  tcase_add_test(files, empty_input_is_refused);
  tcase_add_test(files, standard_input_and_pipes_are_read);
  tcase_add_test(files, a_file_that_changes_while_it_is_read_is_refused);
  tcase_add_test(files, a_read_that_fails_is_an_error);
  suite_add_tcase(suite, files);
  tcase_add_test(packed, gzip_is_seen_by_content_whatever_the_read_size);
  tcase_add_test(packed, gzip_members_follow_each_other);
  tcase_add_test(packed, every_truncation_of_gzip_is_refused);
  tcase_add_test(packed, a_flipped_bit_in_gzip_never_changes_what_is_read);
  tcase_add_test(packed, bytes_after_gzip_are_refused);
  tcase_add_test(packed, gzip_within_gzip_is_refused);
  tcase_add_test(packed, plain_text_followed_by_gzip_is_refused);
  tcase_add_test(packed, inflated_bytes_and_their_ratio_are_limited);
  suite_add_tcase(suite, packed);
  tcase_add_test(text, utf8_passes_unchanged_and_loses_its_mark);
  tcase_add_test(text, utf8_is_whole_across_the_ends_of_buffers);
  tcase_add_test(text, windows_1252_is_seen_and_converted);
  tcase_add_test(text, bytes_that_windows_1252_does_not_have_are_refused_with_their_line);
  tcase_add_test(text, mixed_encodings_are_refused_with_their_line);
  tcase_add_loop_test(text, utf16_is_seen_and_converted_in_both_orders, 0, sizeof orders / sizeof orders[0]);
  tcase_add_loop_test(text, utf16_is_whole_across_the_ends_of_buffers, 0, sizeof orders / sizeof orders[0]);
  tcase_add_test(text, utf16_that_is_none_is_refused_with_its_line);
  tcase_add_test(text, utf16_declared_and_not_there_is_refused);
  tcase_add_test(text, nul_is_refused_with_its_line);
  tcase_add_test(text, other_formats_are_refused_by_name);
  suite_add_tcase(suite, text);
  tcase_add_test(records, records_have_fields_and_their_line);
  tcase_add_test(records, quoted_fields_keep_what_is_in_them);
  tcase_add_test(records, blank_lines_are_no_records_but_in_one_column);
  tcase_add_test(records, delimiters_are_seen_in_the_header);
  tcase_add_test(records, a_separator_line_is_one_only_as_excel_writes_it);
  tcase_add_test(records, a_given_delimiter_wins);
  tcase_add_test(records, limits_beyond_memory_are_refused);
  tcase_add_test(records, a_header_across_the_end_of_a_buffer_leaves_the_text_behind_it);
  tcase_add_test(records, a_final_control_z_is_no_record);
  tcase_add_test(records, faults_of_quotes_have_line_and_column);
  tcase_add_test(records, a_file_of_blank_lines_has_no_header);
  tcase_add_test(records, fields_columns_and_records_are_limited);
  tcase_add_test(records, an_open_quote_stops_at_the_field_limit);
  tcase_add_test(records, lines_are_exact_across_the_ends_of_buffers);
  tcase_add_test(records, long_fields_and_many_columns_are_whole);
  tcase_add_test(records, a_callback_stops_the_reading);
  tcase_add_test(records, random_texts_are_split_as_the_grammar_says);
  tcase_add_test(records, random_texts_across_the_end_of_a_buffer_are_split_the_same);
  tcase_add_test(records, progress_is_reported_every_mebibyte_and_can_stop);
  tcase_add_test(records, memory_that_runs_out_is_an_error_and_leaks_nothing);
  tcase_set_timeout(records, 60);
  suite_add_tcase(suite, records);
  return suite;
}

int main(void) {
  return run_suite(source_suite());
}
