/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of malformed inputs: each has a name, and its status, line, column and a word of its message. */
#include "support.h"

#include <string.h>
#include <zlib.h>

#include <base/memory.h>
#include <base/text.h>
#include <responses/responses.h>
#include <source/source.h>
#include <trygg/design.h>
#include <trygg/index.h>
#include <trygg/indicator.h>

static trygg_error error;

/* ---- the survey that the data files belong to --------------------------------------------------- */

typedef struct table_text {
  const char *name, *text;
} table_text;

static const table_text tables[] = {
    {"settings", "form_title,form_id,version\nTest,test,1\n"},
    {"survey", "type,name,role\ntext,id,id\ninteger,wave,wave\ntext,s,stratum\ntext,c,cluster\n"
               "decimal,w,weight\nselect_one yn,q1,\ninteger,age,\ndecimal,x,\ndate,day,date\n"},
    {"choices", "list_name,name,missing\nyn,1,\nyn,2,\nyn,9,dont_know\n"},
    {"indicators", "name,type,variable,numerator\nyes,share,q1,1\n"},
};

#define HEADER "id,wave,s,c,w,q1,age,x,day\n"
#define FIXED "name,start,width\nid,1,1\nwave,2,4\nw,6,4\ns,1,1\nc,1,1\n"
#define SOUND "a,2024,s,c,1,1,30,1.5,2024-03-01\n"

enum { TABLES = sizeof tables / sizeof *tables };

static trygg_status add(trygg_codebook *codebook, const char *table, const char *text) {
  return trygg_codebook_add_csv(codebook, table, text, strlen(text), &error);
}

/* The survey above with one table given another text, or one more table. */
static trygg_status build(const char *changed, const char *bytes, size_t length, trygg_codebook **out) {
  trygg_codebook *codebook = NULL;
  int known = 0;
  trygg_status status = trygg_codebook_create(&codebook, &error);
  for (size_t i = 0; i < TABLES && status == TRYGG_OK; i++) {
    int same = changed && strcmp(changed, tables[i].name) == 0;
    known |= same;
    status = same ? trygg_codebook_add_csv(codebook, changed, bytes, length, &error)
                  : add(codebook, tables[i].name, tables[i].text);
  }
  if (status == TRYGG_OK && changed && !known)
    status = trygg_codebook_add_csv(codebook, changed, bytes, length, &error);
  if (status == TRYGG_OK)
    status = trygg_codebook_finish(codebook, &error);
  if (status == TRYGG_OK)
    status = trygg_indicator_check(codebook, &error);
  if (status == TRYGG_OK)
    status = trygg_index_check(codebook, &error);
  *out = status == TRYGG_OK ? codebook : NULL;
  if (status != TRYGG_OK)
    trygg_codebook_free(codebook);
  return status;
}

/* ---- bytes that are made --------------------------------------------------------------------------- */

enum { ROOM = 1 << 17 };

static size_t pack(const char *text, size_t length, unsigned char *out) {
  z_stream stream;
  memset(&stream, 0, sizeof stream);
  ck_assert_int_eq(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  stream.next_in = (z_const Bytef *)(uintptr_t)text;
  stream.avail_in = (uInt)length;
  stream.next_out = out;
  stream.avail_out = ROOM / 2;
  ck_assert_int_eq(deflate(&stream, Z_FINISH), Z_STREAM_END);
  deflateEnd(&stream);
  return ROOM / 2 - stream.avail_out;
}

typedef size_t (*maker)(const char *text, size_t length, unsigned char *out);

static size_t cut_in_the_middle(const char *text, size_t length, unsigned char *out) {
  return pack(text, length, out) / 2;
}
static size_t cut_checksum(const char *text, size_t length, unsigned char *out) {
  return pack(text, length, out) - 8;
}
static size_t cut_length(const char *text, size_t length, unsigned char *out) {
  return pack(text, length, out) - 4;
}
static size_t cut_header(const char *text, size_t length, unsigned char *out) {
  pack(text, length, out);
  return 5;
}
static size_t cut_to_two_bytes(const char *text, size_t length, unsigned char *out) {
  pack(text, length, out);
  return 2;
}
static size_t cut_to_one_byte(const char *text, size_t length, unsigned char *out) {
  pack(text, length, out);
  return 1;
}
static size_t two_members(const char *text, size_t length, unsigned char *out) {
  size_t first = pack(text, length / 2, out);
  return first + pack(text + length / 2, length - length / 2, out + first);
}
static size_t cut_second_member(const char *text, size_t length, unsigned char *out) {
  return two_members(text, length, out) - 12;
}
static size_t second_header_only(const char *text, size_t length, unsigned char *out) {
  size_t first = pack(text, length, out);
  memcpy(out + first, out, 10);
  return first + 10;
}
static size_t second_checksum_wrong(const char *text, size_t length, unsigned char *out) {
  size_t all = two_members(text, length, out);
  out[all - 7] ^= 1;
  return all;
}
static size_t checksum_wrong(const char *text, size_t length, unsigned char *out) {
  size_t all = pack(text, length, out);
  out[all - 8] ^= 1;
  return all;
}
static size_t length_wrong(const char *text, size_t length, unsigned char *out) {
  size_t all = pack(text, length, out);
  out[all - 4] ^= 1;
  return all;
}
static size_t content_wrong(const char *text, size_t length, unsigned char *out) {
  size_t all = pack(text, length, out);
  out[all / 2] ^= 16;
  return all;
}
static size_t method_wrong(const char *text, size_t length, unsigned char *out) {
  size_t all = pack(text, length, out);
  out[2] = 7;
  return all;
}
static size_t flags_reserved(const char *text, size_t length, unsigned char *out) {
  size_t all = pack(text, length, out);
  out[3] = 0xE0;
  return all;
}
static size_t magic_wrong(const char *text, size_t length, unsigned char *out) {
  size_t all = pack(text, length, out);
  out[0] ^= 1;
  return all;
}
static size_t zeros_behind(const char *text, size_t length, unsigned char *out) {
  size_t all = pack(text, length, out);
  memset(out + all, 0, 512);
  return all + 512;
}
static size_t text_behind(const char *text, size_t length, unsigned char *out) {
  size_t all = pack(text, length, out);
  memcpy(out + all, SOUND, sizeof SOUND - 1);
  return all + sizeof SOUND - 1;
}
static size_t packed_behind_text(const char *text, size_t length, unsigned char *out) {
  memcpy(out, text, length);
  return length + pack(text, length, out + length);
}
static size_t packed_twice(const char *text, size_t length, unsigned char *out) {
  unsigned char inner[4096];
  size_t once = pack(text, length, inner);
  return pack((const char *)inner, once, out);
}
static size_t packed(const char *text, size_t length, unsigned char *out) {
  return pack(text, length, out);
}
/* Three MiB of blank lines. */
static size_t bomb(const char *text, size_t length, unsigned char *out) {
  size_t size = 3u << 20;
  char *large = tg_memory_new(size, 1);
  memset(large, '\n', size);
  memcpy(large, text, length);
  size_t all = pack(large, size, out);
  tg_memory_free(large);
  return all;
}
/* ASCII in UTF-16; the bytes 1 and 2 become half a surrogate pair: the low one, the high one. */
static size_t utf16(const char *text, size_t length, unsigned char *out) {
  out[0] = 0xFF;
  out[1] = 0xFE;
  for (size_t i = 0; i < length; i++) {
    out[2 + 2 * i] = (unsigned char)text[i];
    out[3 + 2 * i] = text[i] == 1 ? 0xDC : text[i] == 2 ? 0xD8 : 0;
  }
  return 2 + 2 * length;
}
static size_t utf16_cut(const char *text, size_t length, unsigned char *out) {
  return utf16(text, length, out) - 3;
}
static size_t utf16_big(const char *text, size_t length, unsigned char *out) {
  size_t all = utf16(text, length, out);
  for (size_t i = 0; i < all; i += 2) {
    unsigned char first = out[i];
    out[i] = out[i + 1];
    out[i + 1] = first;
  }
  return all;
}
static size_t utf16_big_cut(const char *text, size_t length, unsigned char *out) {
  return utf16_big(text, length, out) - 3;
}
static size_t utf16_without_mark(const char *text, size_t length, unsigned char *out) {
  size_t all = utf16(text, length, out);
  memmove(out, out + 2, all - 2);
  return all - 2;
}
/* The text, then a field of 200 bytes. */
static size_t long_field(const char *text, size_t length, unsigned char *out) {
  memcpy(out, text, length);
  memset(out + length, 'x', 200);
  out[length + 200] = '\n';
  return length + 201;
}
/* Hand out lines that were collected. */
static size_t give(tg_text *lines, unsigned char *out) {
  size_t length = lines->length;
  ck_assert(!lines->failed && length < ROOM);
  memcpy(out, lines->bytes, length);
  tg_text_free(lines);
  return length;
}

/* Records of 5,000 waves. */
static size_t many_waves(const char *text, size_t length, unsigned char *out) {
  tg_text lines = {0};
  tg_text_append(&lines, text, length);
  for (size_t i = 0; i < 5000; i++)
    tg_text_format(&lines, "%zu,%zu,s,c,1,1\n", i, i);
  return give(&lines, out);
}
static size_t many_columns(const char *text, size_t length, unsigned char *out) {
  tg_text lines = {0};
  tg_text_append(&lines, text, length);
  for (size_t i = 0; i < 200; i++)
    tg_text_format(&lines, "c%zu%s", i, i == 199 ? "\n" : ",");
  return give(&lines, out);
}

/* ---- the list ------------------------------------------------------------------------------------- */

typedef struct malformed {
  const char *name;
  const char *bytes; /* the file, what it is made from, or a table of the survey folder */
  size_t length;
  maker make;
  const char *table, *text; /* a table that differs for this file; without text, `bytes` is it */
  int limits;               /* 1: small fields and few, 2: a small file, 3: small records */
  trygg_status status;
  int line, column;
  const char *word;
} malformed;

#define BYTES(text) .bytes = text, .length = sizeof(text) - 1

static const malformed list[] = {
    /* a file without records, or without a header */
    {.name = "empty_file", BYTES(""), .status = TRYGG_EPARSE, .word = "file is empty"},
    {.name = "only_a_mark_of_utf8", BYTES("\xEF\xBB\xBF"), .status = TRYGG_EPARSE,
     .word = "file is empty"},
    {.name = "only_a_line_end", BYTES("\n"), .status = TRYGG_EPARSE, .word = "only blank lines"},
    {.name = "only_blank_lines", BYTES("\n  \n\r\n\t\n"), .status = TRYGG_EPARSE,
     .word = "only blank lines"},
    {.name = "only_a_separator_line", BYTES("sep=;\n"), .status = TRYGG_EPARSE,
     .word = "only blank lines"},
    {.name = "only_control_z", BYTES("\x1A"), .status = TRYGG_EPARSE, .word = "only blank lines"},
    {.name = "header_without_records", BYTES(HEADER), .status = TRYGG_EDATA,
     .word = "no record was accepted of 0"},
    {.name = "header_without_line_end", BYTES("id,wave,s,c,w,q1,age,x,day"), .status = TRYGG_EDATA,
     .word = "no record was accepted of 0"},
    {.name = "header_and_blank_lines", BYTES(HEADER "\n\n\r\n"), .status = TRYGG_EDATA,
     .word = "no record was accepted of 0"},
    {.name = "no_header_row", BYTES(SOUND "b,2024,s,c,1,1,31,1.5,2024-03-01\n"), .status = TRYGG_EPARSE,
     .line = 1, .column = 6, .word = "number 6"},
    {.name = "header_in_second_line", BYTES("Survey 2024,,,,,,,,\n" HEADER SOUND), .status = TRYGG_EPARSE,
     .line = 1, .column = 2, .word = "has no name"},
    /* header rows */
    {.name = "column_twice", BYTES("id,wave,s,c,w,q1,age,w,day\n" SOUND), .status = TRYGG_EPARSE,
     .line = 1, .column = 8, .word = "same name"},
    {.name = "column_twice_after_trimming", BYTES("id,wave,s,c,w,q1,age,\" w \",day\n" SOUND),
     .status = TRYGG_EPARSE, .line = 1, .column = 8, .word = "same name"},
    {.name = "column_without_name", BYTES("id,wave,s,c,w,q1,,x,day\n" SOUND), .status = TRYGG_EPARSE,
     .line = 1, .column = 7, .word = "has no name"},
    {.name = "last_column_without_name",
     BYTES("id,wave,s,c,w,q1,age,x,day,\n" "a,2024,s,c,1,1,30,1.5,2024-03-01,\n"), .status = TRYGG_EPARSE,
     .line = 1, .column = 10, .word = "has no name"},
    {.name = "name_of_blanks", BYTES("id,wave,s,c,w,q1,age,x,\"  \"\n" SOUND), .status = TRYGG_EPARSE,
     .line = 1, .column = 9, .word = "has no name"},
    {.name = "weight_missing", BYTES("id,wave,s,c,q1,age,x,day\na,2024,s,c,1,30,1.5,2024-03-01\n"),
     .status = TRYGG_ENAME, .line = 1, .word = "no column `w`"},
    {.name = "weight_in_capitals", BYTES("id,wave,s,c,W,q1,age,x,day\n" SOUND), .status = TRYGG_ENAME,
     .line = 1, .word = "no column `w`"},
    {.name = "id_missing", BYTES("wave,s,c,w,q1\n2024,s,c,1,1\n"), .status = TRYGG_ENAME, .line = 1,
     .word = "no column `id`"},
    {.name = "wave_missing", BYTES("id,s,c,w,q1\na,s,c,1,1\n"), .status = TRYGG_ENAME, .line = 1,
     .word = "no column `wave`"},
    {.name = "stratum_missing", BYTES("id,wave,c,w,q1\na,2024,c,1,1\n"), .status = TRYGG_ENAME, .line = 1,
     .word = "no column `s`"},
    {.name = "cluster_missing", BYTES("id,wave,s,w,q1\na,2024,s,1,1\n"), .status = TRYGG_ENAME, .line = 1,
     .word = "no column `c`"},
    {.name = "other_delimiter", BYTES("id|wave|s|c|w|q1\na|2024|s|c|1|1\n"), .status = TRYGG_ENAME,
     .line = 1, .word = "no column `id`"},
    {.name = "separator_line_lies", BYTES("sep=;\n" HEADER SOUND), .status = TRYGG_ENAME, .line = 2,
     .word = "no column `id`"},
    {.name = "open_quote_in_header", BYTES("id,wave,s,\"c,w,q1\na,2024,s,c,1,1\n"), .status = TRYGG_EPARSE,
     .line = 1, .column = 4, .word = "never closed"},
    {.name = "quote_in_header_name", BYTES("id,wa\"ve,s,c,w,q1\n"), .status = TRYGG_EPARSE, .line = 1,
     .column = 2, .word = "does not begin with one"},
    /* records */
    {.name = "field_too_few", BYTES(HEADER "a,2024,s,c,1,1,30,1.5\n"), .status = TRYGG_EPARSE, .line = 2,
     .word = "fields, the header"},
    {.name = "field_too_many", BYTES(HEADER "a,2024,s,c,1,1,30,1.5,2024-03-01,\n"), .status = TRYGG_EPARSE,
     .line = 2, .word = "fields, the header"},
    {.name = "one_field", BYTES(HEADER SOUND "\nb\n"), .status = TRYGG_EPARSE, .line = 4,
     .word = "1 field, the header"},
    {.name = "delimiter_unquoted_in_text",
     BYTES(HEADER SOUND "b, junior,2024,s,c,1,1,31,1.5,2024-03-01\n"), .status = TRYGG_EPARSE, .line = 3,
     .word = "fields, the header"},
    {.name = "decimal_comma_in_comma_file", BYTES(HEADER "a,2024,s,c,1,5,1,30,1.5,2024-03-01\n"),
     .status = TRYGG_EPARSE, .line = 2, .word = "fields, the header"},
    {.name = "records_joined",
     BYTES(HEADER "a,2024,s,c,1,1,30,1.5,2024-03-01b,2024,s,c,1,1,30,1.5,2024-03-01\n"),
     .status = TRYGG_EPARSE, .line = 2, .word = "fields, the header"},
    {.name = "record_cut_at_the_end", BYTES(HEADER SOUND "b,2024,s,c,1"), .status = TRYGG_EPARSE,
     .line = 3, .word = "fields, the header"},
    {.name = "ragged_after_quoted_newlines",
     BYTES(HEADER "\"a\nb\r\nc\",2024,s,c,1,1,30,1.5,2024-03-01\nd\n"), .status = TRYGG_EPARSE, .line = 5,
     .word = "1 field, the header"},
    {.name = "ragged_in_cr_file", BYTES("id,wave,s,c,w,q1\ra,2024,s,c,1,1\rb,2024\r"),
     .status = TRYGG_EPARSE, .line = 3, .word = "fields, the header"},
    {.name = "ragged_in_mixed_ends", BYTES("id,wave,s,c,w,q1\r\na,2024,s,c,1,1\rb,2024,s,c,1,1\nc\r\n"),
     .status = TRYGG_EPARSE, .line = 4, .word = "1 field, the header"},
    {.name = "footer_line", BYTES(HEADER SOUND "Total: 1\n"), .status = TRYGG_EPARSE, .line = 3,
     .word = "1 field, the header"},
    /* quotes */
    {.name = "quote_never_closed", BYTES(HEADER "a,2024,s,c,1,1,30,1.5,\"2024\n" SOUND),
     .status = TRYGG_EPARSE, .line = 2, .column = 9, .word = "never closed"},
    {.name = "quote_never_closed_in_first_field", BYTES(HEADER "\"a,2024,s,c,1,1,30,1.5,2024-03-01\n"),
     .status = TRYGG_EPARSE, .line = 2, .column = 1, .word = "never closed"},
    {.name = "quote_opens_at_the_end", BYTES(HEADER "a,2024,s,c,1,1,30,1.5,\""), .status = TRYGG_EPARSE,
     .line = 2, .column = 9, .word = "never closed"},
    {.name = "quote_never_closed_over_lines", BYTES(HEADER SOUND "\"b\n\n\n"), .status = TRYGG_EPARSE,
     .line = 3, .column = 1, .word = "never closed"},
    {.name = "text_after_closing_quote", BYTES(HEADER "\"a\"b,2024,s,c,1,1,30,1.5,2024-03-01\n"),
     .status = TRYGG_EPARSE, .line = 2, .column = 1, .word = "closing quote"},
    {.name = "two_quoted_in_one_field", BYTES(HEADER "\"a\" \"b\",2024,s,c,1,1,30,1.5,2024-03-01\n"),
     .status = TRYGG_EPARSE, .line = 2, .column = 1, .word = "closing quote"},
    {.name = "quote_inside_plain_field", BYTES(HEADER "a 15\" b,2024,s,c,1,1,30,1.5,2024-03-01\n"),
     .status = TRYGG_EPARSE, .line = 2, .column = 1, .word = "does not begin with one"},
    {.name = "quote_ends_plain_field", BYTES(HEADER SOUND "b\",2024,s,c,1,1,30,1.5,2024-03-01\n"),
     .status = TRYGG_EPARSE, .line = 3, .column = 1, .word = "does not begin with one"},
    {.name = "backslash_before_quote", BYTES(HEADER "\"a\\\"b\",2024,s,c,1,1,30,1.5,2024-03-01\n"),
     .status = TRYGG_EPARSE, .line = 2, .column = 1, .word = "closing quote"},
    {.name = "three_quotes", BYTES(HEADER "\"\"\",2024,s,c,1,1,30,1.5,2024-03-01\n"),
     .status = TRYGG_EPARSE, .line = 2, .column = 1, .word = "never closed"},
    /* limits */
    {.name = "field_beyond_limit", BYTES(HEADER SOUND), .make = long_field, .limits = 1,
     .status = TRYGG_ELIMIT, .line = 3, .column = 1, .word = "max_field"},
    {.name = "field_in_quotes_beyond_limit",
     BYTES(HEADER "\"0123456789012345678901234567890123456789012345678901234567890123456789\""
           ",2024,s,c,1,1,30,1.5,2024-03-01\n"),
     .limits = 1, .status = TRYGG_ELIMIT, .line = 2, .column = 1, .word = "max_field"},
    {.name = "columns_beyond_limit", BYTES(""), .make = many_columns, .limits = 1, .status = TRYGG_ELIMIT,
     .line = 1, .column = 101, .word = "max_columns"},
    {.name = "record_beyond_limit",
     BYTES(HEADER SOUND "b,2024,s,c,1,1,30,1.5,\n"
           "c,2024,s,c,1.000000000000000000000000,1,30,1.5,2024-03-01 00:00:00\n"),
     .limits = 3, .status = TRYGG_ELIMIT, .line = 4, .word = "max_record"},
    {.name = "open_quote_beyond_limit", BYTES(HEADER "a,2024,s,c,1,1,30,1.5,\"2024\n" SOUND SOUND SOUND),
     .limits = 3, .status = TRYGG_ELIMIT, .line = 2, .word = "max_record"},
    {.name = "bytes_beyond_limit",
     BYTES(HEADER SOUND SOUND SOUND SOUND SOUND SOUND SOUND SOUND SOUND SOUND SOUND SOUND), .limits = 2,
     .status = TRYGG_ELIMIT, .word = "max_bytes"},
    {.name = "inflated_bytes_beyond_limit",
     BYTES(HEADER SOUND SOUND SOUND SOUND SOUND SOUND SOUND SOUND SOUND SOUND SOUND SOUND), .make = packed,
     .limits = 2, .status = TRYGG_ELIMIT, .word = "max_bytes"},
    {.name = "gzip_bomb", BYTES(HEADER SOUND), .make = bomb, .status = TRYGG_ELIMIT, .word = "max_ratio"},
    /* gzip */
    {.name = "gzip_cut_in_the_middle", BYTES(HEADER SOUND), .make = cut_in_the_middle,
     .status = TRYGG_EPARSE, .word = "end in the middle"},
    {.name = "gzip_cut_checksum", BYTES(HEADER SOUND), .make = cut_checksum, .status = TRYGG_EPARSE,
     .word = "end in the middle"},
    {.name = "gzip_cut_length", BYTES(HEADER SOUND), .make = cut_length, .status = TRYGG_EPARSE,
     .word = "end in the middle"},
    {.name = "gzip_cut_header", BYTES(HEADER SOUND), .make = cut_header, .status = TRYGG_EPARSE,
     .word = "end in the middle"},
    {.name = "gzip_cut_to_two_bytes", BYTES(HEADER SOUND), .make = cut_to_two_bytes,
     .status = TRYGG_EPARSE, .word = "end in the middle"},
    {.name = "gzip_cut_to_one_byte", BYTES(HEADER SOUND), .make = cut_to_one_byte, .status = TRYGG_EPARSE,
     .word = "end in the middle"},
    {.name = "gzip_cut_second_member", BYTES(HEADER SOUND), .make = cut_second_member,
     .status = TRYGG_EPARSE, .word = "member 2"},
    {.name = "gzip_second_header_only", BYTES(HEADER SOUND), .make = second_header_only,
     .status = TRYGG_EPARSE, .word = "member 2"},
    {.name = "gzip_second_checksum_wrong", BYTES(HEADER SOUND), .make = second_checksum_wrong,
     .status = TRYGG_EPARSE, .word = "checksum (member 2"},
    {.name = "gzip_checksum_wrong", BYTES(HEADER SOUND), .make = checksum_wrong, .status = TRYGG_EPARSE,
     .word = "checksum"},
    {.name = "gzip_length_wrong", BYTES(HEADER SOUND), .make = length_wrong, .status = TRYGG_EPARSE,
     .word = "length that their end"},
    {.name = "gzip_content_wrong", BYTES(HEADER SOUND), .make = content_wrong, .status = TRYGG_EPARSE,
     .word = "checksum"},
    {.name = "gzip_method_wrong", BYTES(HEADER SOUND), .make = method_wrong, .status = TRYGG_EPARSE,
     .word = "damaged header"},
    {.name = "gzip_flags_reserved", BYTES(HEADER SOUND), .make = flags_reserved, .status = TRYGG_EPARSE,
     .word = "damaged header"},
    {.name = "gzip_magic_wrong", BYTES(HEADER SOUND), .make = magic_wrong, .status = TRYGG_EPARSE,
     .word = "damaged header"},
    {.name = "gzip_zeros_behind", BYTES(HEADER SOUND), .make = zeros_behind, .status = TRYGG_EPARSE,
     .word = "no gzip"},
    {.name = "gzip_text_behind", BYTES(HEADER SOUND), .make = text_behind, .status = TRYGG_EPARSE,
     .word = "no gzip"},
    {.name = "gzip_packed_behind_text", BYTES(HEADER SOUND), .make = packed_behind_text,
     .status = TRYGG_EPARSE, .line = 3, .word = "NUL"},
    {.name = "gzip_packed_twice", BYTES(HEADER SOUND), .make = packed_twice, .status = TRYGG_EPARSE,
     .word = "gzip data within gzip"},
    {.name = "gzip_of_nothing", BYTES(""), .make = packed, .status = TRYGG_EPARSE,
     .word = "file is empty"},
    {.name = "gzip_of_a_nul", BYTES(HEADER "a,\0\n"), .make = packed, .status = TRYGG_EPARSE, .line = 2,
     .word = "NUL"},
    {.name = "gzip_of_ragged", BYTES(HEADER SOUND "b\n"), .make = two_members, .status = TRYGG_EPARSE,
     .line = 3, .word = "1 field, the header"},
    {.name = "gzip_of_half_a_unit", BYTES("\xFF\xFE" "i\0d\0\n\0a"), .make = packed, .status = TRYGG_EPARSE,
     .line = 2, .word = "in the middle of a character"},
    /* encodings, and files that are no text */
    {.name = "utf16_cut_in_a_unit", BYTES(HEADER SOUND), .make = utf16_cut, .status = TRYGG_EPARSE, .line = 2,
     .word = "in the middle of a character"},
    {.name = "utf16_big_endian_cut_in_a_unit", BYTES(HEADER), .make = utf16_big_cut, .status = TRYGG_EPARSE,
     .line = 1, .word = "in the middle of a character"},
    {.name = "utf16_low_surrogate_first", BYTES(HEADER "b\1,2024,"), .make = utf16, .status = TRYGG_EPARSE,
     .line = 2, .word = "surrogate"},
    {.name = "utf16_high_surrogate_alone", BYTES(HEADER SOUND "b\2,2024,"), .make = utf16_big,
     .status = TRYGG_EPARSE, .line = 3, .word = "surrogate"},
    {.name = "utf16_high_surrogate_twice", BYTES(HEADER SOUND "b,\2\2\1,2024,"), .make = utf16_without_mark,
     .status = TRYGG_EPARSE, .line = 3, .word = "surrogate"},
    {.name = "utf16_high_surrogate_last", BYTES(HEADER "b\2"), .make = utf16, .status = TRYGG_EPARSE,
     .line = 2, .word = "surrogate"},
    {.name = "utf16_nul", BYTES(HEADER SOUND "b\0,2024,"), .make = utf16, .status = TRYGG_EPARSE, .line = 3,
     .word = "NUL character"},
    {.name = "utf16_ragged", BYTES(HEADER SOUND "b,2024\n"), .make = utf16_big, .status = TRYGG_EPARSE,
     .line = 3, .word = "fields, the header"},
    {.name = "utf16_weight_a_word", BYTES(HEADER "b,2024,s,c,much,1,30,1.5,\n"), .make = utf16,
     .status = TRYGG_EDATA, .line = 2, .column = 5, .word = "no number"},
    {.name = "utf16_mark_alone", BYTES(""), .make = utf16, .status = TRYGG_EPARSE, .word = "file is empty"},
    {.name = "utf16_declared_but_utf8", BYTES(HEADER SOUND), .table = "files",
     .text = "file,encoding\n*,UTF-16\n", .status = TRYGG_EPARSE, .word = "does not begin as UTF-16"},
    {.name = "utf8_declared_but_utf16", BYTES(HEADER SOUND), .make = utf16, .table = "files",
     .text = "file,encoding\n*,UTF-8\n", .status = TRYGG_EPARSE, .word = "begins as UTF-16"},
    {.name = "utf32", BYTES("\xFF\xFE\0\0i\0\0\0d\0\0\0"), .status = TRYGG_EPARSE, .word = "UTF-32"},
    {.name = "nul_in_a_field", BYTES(HEADER SOUND "b,2024,s,\0,1,1,30,1.5,2024-03-01\n"),
     .status = TRYGG_EPARSE, .line = 3, .word = "NUL"},
    {.name = "nul_at_the_end", BYTES(HEADER SOUND "\0"), .status = TRYGG_EPARSE, .line = 3, .word = "NUL"},
    {.name = "nul_in_header", BYTES("id,wave\0,s\n"), .status = TRYGG_EPARSE, .line = 1, .word = "NUL"},
    {.name = "nuls_instead_of_text", BYTES("\0\0\0\0\0\0\0\0"), .status = TRYGG_EPARSE, .line = 1,
     .word = "NUL"},
    {.name = "utf8_then_windows_1252",
     BYTES(HEADER "\xC3\xA5,2024,s,c,1,1,30,1.5,2024-03-01\n\xE5,2024,s,c,1,1,30,1.5,2024-03-01\n"),
     .status = TRYGG_EPARSE, .line = 3, .word = "mixes encodings"},
    {.name = "mark_then_windows_1252",
     BYTES("\xEF\xBB\xBF" HEADER "\xE5,2024,s,c,1,1,30,1.5,2024-03-01\n"), .status = TRYGG_EPARSE,
     .line = 2, .word = "mark of UTF-8"},
    {.name = "byte_of_no_encoding", BYTES(HEADER "\xE5\x81,2024,s,c,1,1,30,1.5,2024-03-01\n"),
     .status = TRYGG_EPARSE, .line = 2, .word = "neither UTF-8 nor"},
    {.name = "utf8_overlong", BYTES(HEADER "\xC3\xA5\xC0\xAF,2024,s,c,1,1,30,1.5,2024-03-01\n"),
     .status = TRYGG_EPARSE, .line = 2, .word = "mixes encodings"},
    {.name = "utf8_surrogate", BYTES(HEADER "\xC3\xA5\xED\xA0\x80,2024,s,c,1,1,30,1.5,2024-03-01\n"),
     .status = TRYGG_EPARSE, .line = 2, .word = "mixes encodings"},
    {.name = "utf8_beyond_unicode",
     BYTES(HEADER "\xC3\xA5\xF4\x90\x80\x80,2024,s,c,1,1,30,1.5,2024-03-01\n"), .status = TRYGG_EPARSE,
     .line = 2, .word = "mixes encodings"},
    {.name = "utf8_cut_at_the_end", BYTES(HEADER "\xC3\xA5,2024,s,c,1,1,30,1.5,\xE2\x82"),
     .status = TRYGG_EPARSE, .line = 2, .word = "mixes encodings"},
    {.name = "utf8_lone_continuation", BYTES(HEADER "\xC3\xA5,2024,s,c,1,1,30,1.5,\x80\n"),
     .status = TRYGG_EPARSE, .line = 2, .word = "mixes encodings"},
    {.name = "workbook", BYTES("PK\x03\x04\x14\0\6\0"), .status = TRYGG_EPARSE, .word = "workbook"},
    {.name = "old_workbook", BYTES("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), .status = TRYGG_EPARSE,
     .word = "workbook"},
    {.name = "spss_file", BYTES("$FL2@(#) SPSS DATA FILE"), .status = TRYGG_EPARSE, .word = "SPSS"},
    {.name = "bzip2_file", BYTES("BZh91AY&SY"), .status = TRYGG_EPARSE, .word = "bzip2"},
    {.name = "xz_file", BYTES("\xFD" "7zXZ\0"), .status = TRYGG_EPARSE, .word = "xz"},
    {.name = "zstd_file", BYTES("\x28\xB5\x2F\xFD$"), .status = TRYGG_EPARSE, .word = "zstd"},
    {.name = "pdf_file", BYTES("%PDF-1.7\n"), .status = TRYGG_EPARSE, .word = "PDF"},
    /* weights and other numbers of the design */
    {.name = "weight_negative", BYTES(HEADER "a,2024,s,c,-1,1,30,1.5,2024-03-01\n"), .status = TRYGG_EDATA,
     .line = 2, .column = 5, .word = "negative weight"},
    {.name = "weight_negative_tiny", BYTES(HEADER SOUND "b,2024,s,c,-1e-300,1,30,1.5,2024-03-01\n"),
     .status = TRYGG_EDATA, .line = 3, .column = 5, .word = "negative weight"},
    {.name = "weight_a_word", BYTES(HEADER "a,2024,s,c,one,1,30,1.5,2024-03-01\n"), .status = TRYGG_EDATA,
     .line = 2, .column = 5, .word = "no number where"},
    {.name = "weight_infinite", BYTES(HEADER "a,2024,s,c,inf,1,30,1.5,2024-03-01\n"),
     .status = TRYGG_EDATA, .line = 2, .column = 5, .word = "no number where"},
    {.name = "weight_nan", BYTES(HEADER "a,2024,s,c,nan,1,30,1.5,2024-03-01\n"), .status = TRYGG_EDATA,
     .line = 2, .column = 5, .word = "no number where"},
    {.name = "weight_hexadecimal", BYTES(HEADER "a,2024,s,c,0x10,1,30,1.5,2024-03-01\n"),
     .status = TRYGG_EDATA, .line = 2, .column = 5, .word = "no number where"},
    {.name = "weight_beyond_double", BYTES(HEADER "a,2024,s,c,1e400,1,30,1.5,2024-03-01\n"),
     .status = TRYGG_EDATA, .line = 2, .column = 5, .word = "no number where"},
    {.name = "weight_below_double", BYTES(HEADER "a,2024,s,c,1e-400,1,30,1.5,2024-03-01\n"),
     .status = TRYGG_EDATA, .line = 2, .column = 5, .word = "no number where"},
    {.name = "weight_with_unit", BYTES(HEADER "a,2024,s,c,1.5 kg,1,30,1.5,2024-03-01\n"),
     .status = TRYGG_EDATA, .line = 2, .column = 5, .word = "no number where"},
    {.name = "weight_per_cent", BYTES(HEADER "a,2024,s,c,50%,1,30,1.5,2024-03-01\n"),
     .status = TRYGG_EDATA, .line = 2, .column = 5, .word = "no number where"},
    {.name = "weight_with_thousands", BYTES(HEADER "a,2024,s,c,1 000,1,30,1.5,2024-03-01\n"),
     .status = TRYGG_EDATA, .line = 2, .column = 5, .word = "no number where"},
    {.name = "weight_decimal_comma_quoted", BYTES(HEADER "a,2024,s,c,\"1,5\",1,30,1.5,2024-03-01\n"),
     .status = TRYGG_EDATA, .line = 2, .column = 5, .word = "no number where"},
    {.name = "weight_unicode_minus", BYTES(HEADER "a,2024,s,c,\xE2\x88\x92" "1,1,30,1.5,2024-03-01\n"),
     .status = TRYGG_EDATA, .line = 2, .column = 5, .word = "no number where"},
    {.name = "weight_sign_only", BYTES(HEADER "a,2024,s,c,-,1,30,1.5,2024-03-01\n"), .status = TRYGG_EDATA,
     .line = 2, .column = 5, .word = "no number where"},
    {.name = "weight_two_points", BYTES(HEADER "a,2024,s,c,1.2.3,1,30,1.5,2024-03-01\n"),
     .status = TRYGG_EDATA, .line = 2, .column = 5, .word = "no number where"},
    {.name = "weight_exponent_without_digits", BYTES(HEADER "a,2024,s,c,1e,1,30,1.5,2024-03-01\n"),
     .status = TRYGG_EDATA, .line = 2, .column = 5, .word = "no number where"},
    {.name = "weight_always_empty",
     BYTES(HEADER "a,2024,s,c,,1,30,1.5,2024-03-01\nb,2024,s,c,NA,1,30,1.5,2024-03-01\n"),
     .status = TRYGG_EDATA, .word = "no_weight 2"},
    {.name = "population_a_word", BYTES("s,w,n,q1\na,1,many,1\n"),
     .table = "survey", .text = "type,name,role\ntext,s,stratum\ndecimal,w,weight\n"
           "integer,n,fpc\nselect_one yn,q1,\n",
     .status = TRYGG_EDATA, .line = 2, .column = 3, .word = "no number where"},
    {.name = "population_smaller_than_sample", BYTES("s,w,n,q1\na,1,2,1\na,1,2,1\na,1,2,2\n"),
     .table = "survey", .text = "type,name,role\ntext,s,stratum\ndecimal,w,weight\n"
           "integer,n,fpc\nselect_one yn,q1,\n",
     .status = TRYGG_EDESIGN, .word = "population of 2 but 3"},
    {.name = "population_differs_in_stratum", BYTES("s,w,n,q1\na,1,10,1\na,1,11,1\n"),
     .table = "survey", .text = "type,name,role\ntext,s,stratum\ndecimal,w,weight\n"
           "integer,n,fpc\nselect_one yn,q1,\n",
     .status = TRYGG_EDESIGN, .word = "two finite populations"},
    {.name = "population_empty", BYTES("s,w,n,q1\na,1,,1\na,1,,1\n"),
     .table = "survey", .text = "type,name,role\ntext,s,stratum\ndecimal,w,weight\n"
           "integer,n,fpc\nselect_one yn,q1,\n",
     .status = TRYGG_EDESIGN, .word = "without a finite population"},
    {.name = "stratum_empty", BYTES(HEADER "a,2024,,c,1,1,30,1.5,2024-03-01\n"), .status = TRYGG_EDATA,
     .word = "no value in `s`"},
    {.name = "cluster_empty", BYTES(HEADER "a,2024,s,,1,1,30,1.5,2024-03-01\n"), .status = TRYGG_EDATA,
     .word = "no value in `c`"},
    /* ids, waves, dates */
    {.name = "id_twice", BYTES(HEADER SOUND SOUND), .status = TRYGG_EDATA, .line = 3,
     .word = "as on line 2"},
    {.name = "id_twice_with_blanks", BYTES(HEADER SOUND "\" a \",2024,s,c,1,1,30,1.5,2024-03-01\n"),
     .status = TRYGG_EDATA, .line = 3, .word = "as on line 2"},
    {.name = "wave_always_empty", BYTES(HEADER "a,,s,c,1,1,30,1.5,2024-03-01\n"), .status = TRYGG_EDATA,
     .word = "no_wave 1"},
    {.name = "waves_too_many", BYTES("id,wave,s,c,w,q1\n"), .make = many_waves, .status = TRYGG_ELIMIT,
     .line = 4098, .word = "4096"},
    {.name = "all_late", BYTES(HEADER "a,2024,s,c,1,1,30,1.5,2024-06-02\n"),
     .table = "settings", .text = "form_id,closes\nt,2024=2024-06-01\n", .status = TRYGG_EDATA,
     .word = "late 1"},
    {.name = "date_missing_where_it_closes", BYTES("id,wave,s,c,w,q1\na,2024,s,c,1,1\n"),
     .table = "settings", .text = "form_id,closes\nt,2024=2024-06-01\n", .status = TRYGG_ENAME, .line = 1,
     .word = "no column `day`"},
    {.name = "too_few_answers", BYTES(HEADER "a,2024,s,c,1,,,,2024-06-02\n"),
     .table = "settings", .text = "form_id,min_answered\nt,2\n", .status = TRYGG_EDATA,
     .word = "too_few_answers 1"},
    {.name = "wave_column_beside_setting", BYTES(HEADER SOUND),
     .table = "settings", .text = "form_id,wave\nt,2024\n", .status = TRYGG_ECODEBOOK, .line = 2,
     .column = 2, .word = "must stay empty"},
    {.name = "survey_without_its_list", BYTES("w,q1\n1,1\n"),
     .table = "survey", .text = "type,name,role\ndecimal,w,weight\nselect_one ny,q1,\n",
     .status = TRYGG_ENAME, .line = 3, .column = 1, .word = "did you mean `yn`"},
    /* fixed columns */
    {.name = "fixed_record_cut", BYTES("a20241.50\nb2024\n"), .table = "layout", .text = FIXED,
     .status = TRYGG_EPARSE, .line = 2, .column = 6, .word = "the record has 5 characters"},
    {.name = "fixed_record_empty_but_one", BYTES("a20241.50\nb\n"), .table = "layout", .text = FIXED,
     .status = TRYGG_EPARSE, .line = 2, .column = 2, .word = "up to character 9"},
    {.name = "fixed_record_shifted", BYTES("a20241.50x\nb2024 1.50x\n"), .table = "layout", .text = FIXED,
     .status = TRYGG_EPARSE, .line = 2, .column = 10, .word = "the first one 10"},
    {.name = "fixed_weight_a_word", BYTES("a20241.50\n\nb2024much\n"), .table = "layout", .text = FIXED,
     .status = TRYGG_EDATA, .line = 3, .column = 6, .word = "no number"},
    {.name = "fixed_is_csv", BYTES("id;w\na;1\n"), .table = "layout", .text = FIXED,
     .status = TRYGG_EPARSE, .line = 1, .column = 2, .word = "layout.csv has columns up to"},
    {.name = "fixed_nul", BYTES("a20241.50\nb2024\0.50\n"), .table = "layout", .text = FIXED,
     .status = TRYGG_EPARSE, .line = 2, .word = "NUL"},
    {.name = "fixed_mixed_encodings", BYTES("\xC3\xA5" "20241.50\n\xE5" "20241.50\n"), .table = "layout", .text = FIXED,
     .status = TRYGG_EPARSE, .line = 2, .word = "mixes encodings"},
    {.name = "fixed_blank", BYTES("\n  \n"), .table = "layout", .text = FIXED, .status = TRYGG_EDATA,
     .word = "no record"},
    {.name = "fixed_gzip_cut", BYTES("a20241.50\nb20242.50\n"), .make = cut_checksum, .table = "layout", .text = FIXED,
     .status = TRYGG_EPARSE, .word = "end in the middle"},
    {.name = "fixed_id_twice", BYTES("a20241.50\na20241.50\n"), .table = "layout", .text = FIXED,
     .status = TRYGG_EDATA, .line = 2, .word = "on line 1"},
    {.name = "layout_start_of_zero", BYTES("name,start,width\nid,0,1\n"), .table = "layout", .status = TRYGG_EPARSE,
     .line = 2, .column = 2, .word = "is no start"},
    {.name = "layout_end_before_start", BYTES("name,start,end\nid,4,3\n"), .table = "layout",
     .status = TRYGG_ECODEBOOK, .line = 2, .column = 3, .word = "before it starts"},
    {.name = "layout_overlap", BYTES("name,start,width\nid,1,4\nw,4,2\n"), .table = "layout",
     .status = TRYGG_ECODEBOOK, .line = 3, .column = 2, .word = "not in part"},
    {.name = "layout_decimals_of_a_code", BYTES("name,start,width,decimals\nq1,1,2,1\n"), .table = "layout",
     .status = TRYGG_ECODEBOOK, .line = 2, .column = 4, .word = "cannot have decimals"},
    {.name = "files_fixed_without_layout", BYTES("file,delimiter\n*,fixed\n"), .table = "files",
     .status = TRYGG_ECODEBOOK, .line = 2, .column = 2, .word = "no layout.csv"},
    /* tables of the survey folder */
    {.name = "folder_table_empty", BYTES(""), .table = "survey", .status = TRYGG_EPARSE,
     .word = "file is empty"},
    {.name = "folder_table_blank", BYTES("\n\n"), .table = "survey", .status = TRYGG_EPARSE,
     .word = "only blank lines"},
    {.name = "folder_header_only", BYTES("type,name\n"), .table = "survey", .status = TRYGG_ECODEBOOK,
     .word = "no variable"},
    {.name = "folder_unknown_table", BYTES("type,name\ninteger,a\n"), .table = "surveys",
     .status = TRYGG_ENAME, .word = "did you mean `survey`"},
    {.name = "folder_row_too_long", BYTES("type,name\ninteger,a,b\n"), .table = "survey",
     .status = TRYGG_EPARSE, .line = 2, .word = "has 3 cells"},
    {.name = "folder_quote_open", BYTES("type,name\ninteger,\"a\n"), .table = "survey",
     .status = TRYGG_EPARSE, .line = 2, .column = 2, .word = "never closed"},
    {.name = "folder_nul", BYTES("type,name\ninteger,a\0\n"), .table = "survey", .status = TRYGG_EPARSE,
     .line = 2, .word = "NUL"},
    {.name = "folder_utf16_cut", BYTES("\xFF\xFEt\0y\0p\0e"), .table = "survey", .status = TRYGG_EPARSE,
     .line = 1, .word = "in the middle of a character"},
    {.name = "folder_utf16_type_unknown", BYTES("\xFE\xFF\0t\0y\0p\0e\0,\0n\0a\0m\0e\0\n\0r\0e\0a\0l\0,\0a\0\n"),
     .table = "survey", .status = TRYGG_ENAME, .line = 2, .column = 1, .word = "real"},
    {.name = "folder_mixed_encodings", BYTES("type,name,label\ninteger,a,\xC3\x85\ninteger,b,\xC5\n"),
     .table = "survey", .status = TRYGG_EPARSE, .line = 3, .word = "mixes encodings"},
    {.name = "folder_column_twice", BYTES("type,name,name\ninteger,a,b\n"), .table = "survey",
     .status = TRYGG_ECODEBOOK, .line = 1, .column = 3, .word = "a second time"},
    {.name = "folder_required_column_missing", BYTES("typ,name\ninteger,a\n"), .table = "survey",
     .status = TRYGG_ENAME, .line = 1, .word = "is it the one called `typ`"},
    {.name = "folder_name_empty", BYTES("type,name\ninteger,\n"), .table = "survey",
     .status = TRYGG_ECODEBOOK, .line = 2, .column = 2, .word = "is empty and must"},
    {.name = "folder_type_unknown", BYTES("type,name\nintegre,a\n"), .table = "survey",
     .status = TRYGG_ENAME, .line = 2, .column = 1, .word = "did you mean `integer`"},
    {.name = "folder_list_unknown", BYTES("type,name\nselect_one no,a\n"), .table = "survey",
     .status = TRYGG_ENAME, .line = 2, .column = 1, .word = "no list of choices"},
    {.name = "folder_role_unknown", BYTES("type,name,role\ninteger,a,wieght\n"), .table = "survey",
     .status = TRYGG_ENAME, .line = 2, .column = 3, .word = "did you mean `weight`"},
    {.name = "folder_two_weights", BYTES("type,name,role\ninteger,a,weight\ninteger,b,weight\n"),
     .table = "survey", .status = TRYGG_ECODEBOOK, .line = 3, .column = 3,
     .word = "has the role `weight` already"},
    {.name = "folder_text_as_weight", BYTES("type,name,role\ntext,a,weight\n"), .table = "survey",
     .status = TRYGG_ECODEBOOK, .line = 2, .column = 1, .word = "cannot have the role"},
    {.name = "folder_variable_twice", BYTES("type,name\ninteger,q1\ninteger,q1\n"), .table = "survey",
     .status = TRYGG_ECODEBOOK, .line = 3, .column = 2, .word = "a second time"},
    {.name = "folder_range_backwards", BYTES("type,name\ninteger,q9..q1\n"), .table = "survey",
     .status = TRYGG_ECODEBOOK, .line = 2, .column = 2, .word = "no range of columns"},
    {.name = "folder_range_huge", BYTES("type,name\ninteger,q1..q99999999999999999999\n"),
     .table = "survey", .status = TRYGG_ECODEBOOK, .line = 2, .column = 2, .word = "no range of columns"},
    {.name = "folder_missing_kind_unknown", BYTES("type,name,missing\ninteger,q1,9=dontknow\n"),
     .table = "survey", .status = TRYGG_ENAME, .line = 2, .column = 3, .word = "did you mean `dont_know`"},
    {.name = "folder_missing_without_kind", BYTES("type,name,missing\ninteger,q1,9=\n"), .table = "survey",
     .status = TRYGG_ENAME, .line = 2, .column = 3, .word = "no kind of missing"},
    {.name = "folder_empty_means_nothing", BYTES("type,name,empty\nselect_one yn,q1,7\n"),
     .table = "survey", .status = TRYGG_ENAME, .line = 2, .column = 3, .word = "neither a code"},
    {.name = "folder_code_twice", BYTES("list_name,name\nyn,1\nyn,1\n"), .table = "choices",
     .status = TRYGG_ECODEBOOK, .line = 3, .column = 2, .word = "a second time"},
    {.name = "folder_score_a_word", BYTES("list_name,name,score\nyn,1,high\n"), .table = "choices",
     .status = TRYGG_EPARSE, .line = 2, .column = 3, .word = "is no number"},
    {.name = "folder_score_infinite", BYTES("list_name,name,score\nyn,1,1e999\n"), .table = "choices",
     .status = TRYGG_EPARSE, .line = 2, .column = 3, .word = "is no number"},
    {.name = "folder_disposition_unknown", BYTES("list_name,name,disposition\nyn,1,Z\n"),
     .table = "choices", .status = TRYGG_ENAME, .line = 2, .column = 3, .word = "not known as"},
    {.name = "folder_settings_two_rows", BYTES("form_id\na\nb\n"), .table = "settings",
     .status = TRYGG_ECODEBOOK, .line = 3, .word = "second row"},
    {.name = "folder_setting_unknown", BYTES("form_id,lonely\na,ajust\n"), .table = "settings",
     .status = TRYGG_ENAME, .line = 2, .column = 2, .word = "did you mean `adjust`"},
    {.name = "folder_date_of_no_calendar", BYTES("form_id,closes\na,2023-02-29\n"), .table = "settings",
     .status = TRYGG_EPARSE, .line = 2, .column = 2, .word = "no closing day"},
    {.name = "folder_min_answered_negative", BYTES("form_id,min_answered\na,-0.5\n"), .table = "settings",
     .status = TRYGG_ECODEBOOK, .line = 2, .column = 2, .word = "cannot be negative"},
    {.name = "indicator_type_unknown", BYTES("name,type,variable\ni,shares,q1\n"), .table = "indicators",
     .status = TRYGG_ENAME, .line = 2, .word = "did you mean `share`"},
    {.name = "indicator_variable_unknown", BYTES("name,type,variable\ni,share,q2\n"),
     .table = "indicators", .status = TRYGG_ENAME, .line = 2, .column = 3, .word = "did you mean `q1`"},
    {.name = "indicator_code_unknown", BYTES("name,type,variable,numerator\ni,share,q1,7\n"),
     .table = "indicators", .status = TRYGG_ENAME, .line = 2, .word = "is no code of"},
    {.name = "indicator_without_variable", BYTES("name,type,variable,numerator\ni,share,,1\n"),
     .table = "indicators", .status = TRYGG_ECODEBOOK, .line = 2, .word = "needs a variable"},
    {.name = "indicator_without_numerator", BYTES("name,type,variable\ni,share,q1\n"),
     .table = "indicators", .status = TRYGG_ECODEBOOK, .line = 2, .word = "problem answers"},
    {.name = "indicator_condition_of_no_form",
     BYTES("name,type,variable,numerator,where\ni,share,q1,1,age>16\n"), .table = "indicators",
     .status = TRYGG_EPARSE, .line = 2, .column = 5, .word = "is no condition"},
    {.name = "indicator_quantile_of_two", BYTES("name,type,variable,numerator\ni,quantile,age,2\n"),
     .table = "indicators", .status = TRYGG_ECODEBOOK, .line = 2, .word = "between 0 and 1"},
    {.name = "indicator_ratio_without_denominator", BYTES("name,type,variable\ni,ratio,age\n"),
     .table = "indicators", .status = TRYGG_ECODEBOOK, .line = 2, .word = "needs a variable"},
    {.name = "indicator_scale_without_bounds", BYTES("name,type,variable\ni,scale,q1\n"),
     .table = "indicators", .status = TRYGG_ECODEBOOK, .line = 2, .word = "below `high`"},
    {.name = "indicator_scale_bound_a_word", BYTES("name,type,variable,low,high\ni,scale,q1,one,2\n"),
     .table = "indicators", .status = TRYGG_ECODEBOOK, .line = 2, .word = "a number was expected"},
    {.name = "indicator_min_valid_negative",
     BYTES("name,type,variable,low,high,min_valid\ni,scale,q1,1,2,-1\n"), .table = "indicators",
     .status = TRYGG_ECODEBOOK, .line = 2, .word = "whole number from 1"},
    {.name = "indicator_better_unknown",
     BYTES("name,type,variable,numerator,better\ni,share,q1,1,lower\n"), .table = "indicators",
     .status = TRYGG_ECODEBOOK, .line = 2, .word = "better is"},
    {.name = "index_item_unknown", BYTES("index,section,indicator,weight,knots\nx,a,no,1,0:0 1:6\n"),
     .table = "indices", .status = TRYGG_ENAME, .line = 2, .column = 3, .word = "is called `no`"},
    {.name = "index_weight_negative", BYTES("index,section,indicator,weight,knots\nx,a,yes,-1,0:0 1:6\n"),
     .table = "indices", .status = TRYGG_ECODEBOOK, .line = 2, .column = 4, .word = "cannot be negative"},
    {.name = "index_weights_all_zero", BYTES("index,section,indicator,weight,knots\nx,a,yes,0,0:0 1:6\n"),
     .table = "indices", .status = TRYGG_ECODEBOOK, .word = "no item with"},
    {.name = "index_knots_not_rising",
     BYTES("index,section,indicator,weight,knots\nx,a,yes,1,0.5:0 0.5:6\n"), .table = "indices",
     .status = TRYGG_ECODEBOOK, .line = 2, .word = "must increase"},
    {.name = "index_knots_no_pairs", BYTES("index,section,indicator,weight,knots\nx,a,yes,1,0 6\n"),
     .table = "indices", .status = TRYGG_ECODEBOOK, .line = 2, .word = "share:points"},
    {.name = "index_knots_missing", BYTES("index,section,indicator,weight,knots\nx,a,yes,1,\n"),
     .table = "indices", .status = TRYGG_ECODEBOOK, .line = 2, .word = "two knots"},
    {.name = "index_preset_of_zero", BYTES("index,section,indicator,weight,knots\nx,a,yes,1,ratio 0\n"),
     .table = "indices", .status = TRYGG_ECODEBOOK, .line = 2, .word = "above 0"},
    {.name = "index_preset_unknown", BYTES("index,section,indicator,weight,knots\nx,a,yes,1,rato 0.2\n"),
     .table = "indices", .status = TRYGG_ECODEBOOK, .line = 2, .word = "share:points"},
    {.name = "wave_time_a_word", BYTES("wave,time\n2024,autumn\n"), .table = "waves",
     .status = TRYGG_EPARSE, .line = 2, .column = 2, .word = "is no number"},
    {.name = "wave_twice", BYTES("wave,time\n2024,2024\n2024,2025\n"), .table = "waves",
     .status = TRYGG_ECODEBOOK, .line = 3, .column = 1, .word = "a second time"},
    {.name = "break_of_unknown_indicator", BYTES("wave,indicator\n2024,no\n"), .table = "breaks",
     .status = TRYGG_ENAME, .line = 2, .column = 2, .word = "is called `no`"},
    {.name = "strata_population_of_a_half", BYTES("stratum,population\ns,0.5\n"), .table = "strata",
     .status = TRYGG_ECODEBOOK, .line = 2, .column = 2, .word = "at least one unit"},
    {.name = "strata_sample_larger", BYTES("stratum,population,sample\ns,10,11\n"), .table = "strata",
     .status = TRYGG_ECODEBOOK, .line = 2, .column = 3, .word = "larger than the population"},
    {.name = "derived_rule_unknown", BYTES("name,type,rule,from\nd,integer,summ,age\n"),
     .table = "derived", .status = TRYGG_ENAME, .line = 2, .column = 3, .word = "did you mean `sum`"},
    {.name = "derived_from_itself", BYTES("name,type,rule,from\nd,integer,sum,d\n"), .table = "derived",
     .status = TRYGG_ECODEBOOK, .line = 2, .column = 4, .word = "not made yet"},
    {.name = "derived_bands_overlap", BYTES("name,type,rule,from,codes\nd,text,bands,age,1..5=a 4..9=b\n"),
     .table = "derived", .status = TRYGG_ECODEBOOK, .line = 2, .column = 5, .word = "overlaps"},
    {.name = "derived_band_backwards", BYTES("name,type,rule,from,codes\nd,text,bands,age,9..5=a\n"),
     .table = "derived", .status = TRYGG_EPARSE, .line = 2, .column = 5, .word = "is no band"},
    {.name = "derived_cap_a_word", BYTES("name,type,rule,from,codes\nd,integer,cap,age,much\n"),
     .table = "derived", .status = TRYGG_EPARSE, .line = 2, .column = 5, .word = "is no number"},
};

enum { LISTED = sizeof list / sizeof *list };

/* ---- each is met as the list says -------------------------------------------------------------- */

/* Load the file and describe its design, as every user of the data does. */
static trygg_status load(const malformed *one, const unsigned char *bytes, size_t length) {
  trygg_load_options options = {.size = sizeof options};
  trygg_codebook *codebook = NULL;
  trygg_responses *responses = (trygg_responses *)&error;
  trygg_design *design = NULL;
  options.max_field = one->limits == 1 ? 64 : 0;
  options.max_columns = one->limits == 1 ? 100 : 0;
  options.max_bytes = one->limits == 2 ? 300 : 0;
  options.max_record = one->limits == 3 ? 60 : 0;
  trygg_status status = build(one->table, one->text, one->text ? strlen(one->text) : 0, &codebook);
  if (status != TRYGG_OK)
    return status;
  status = trygg_responses_load_memory(codebook, "data.csv", bytes, length, &options, &responses, &error);
  ck_assert_msg((status == TRYGG_OK) == (responses != NULL), "%s", one->name);
  if (status == TRYGG_OK)
    status = trygg_design_create(responses, NULL, &design, &error);
  trygg_design_free(design);
  trygg_responses_free(responses);
  trygg_codebook_free(codebook);
  return status;
}

static trygg_status run(const malformed *one) {
  trygg_status status;
  memset(&error, 0, sizeof error);
  if (one->table && !one->text) {
    trygg_codebook *codebook = NULL;
    status = build(one->table, one->bytes, one->length, &codebook);
    ck_assert_msg((status == TRYGG_OK) == (codebook != NULL), "%s", one->name);
    trygg_codebook_free(codebook);
    return status;
  }
  unsigned char *made = tg_memory_new(ROOM, 1);
  size_t length = one->length;
  if (one->make)
    length = one->make(one->bytes, one->length, made);
  else
    memcpy(made, one->bytes, length);
  /* Exactly as many bytes as there are, so that reading past the end is seen. */
  unsigned char *exact = tg_memory_new(length, 1);
  memcpy(exact, made, length);
  tg_memory_free(made);
  status = load(one, exact, length);
  tg_memory_free(exact);
  return status;
}

START_TEST(every_malformed_input_has_its_status_place_and_word) {
  const malformed *one = &list[_i];
  trygg_status status = run(one);
  ck_assert_msg(status == one->status && error.line == one->line && error.column == one->column &&
                    strstr(error.message, one->word),
                "%s: status %d at %lld:%d, expected %d at %d:%d with \"%s\": %s", one->name, (int)status,
                (long long)error.line, (int)error.column, (int)one->status, one->line, one->column, one->word,
                error.message);
  ck_assert_int_eq(error.status, (int)status);
}
END_TEST

/* ---- cells that are no answer ------------------------------------------------------------------ */

/* The file is sound, the cell is not: it is missing, counted under `reason` (empty: as no answer). */
static const struct {
  const char *name, *variable, *cell, *reason;
} cells[] = {
    {"number_infinite", "x", "inf", "inf"},
    {"number_nan", "x", "nan", "nan"},
    {"number_hexadecimal", "x", "0x1p3", "0x1p3"},
    {"number_beyond_double", "x", "1e400", "1e400"},
    {"number_below_double", "x", "-1e-400", "-1e-400"},
    {"number_with_underline", "x", "1_000", "1_000"},
    {"number_with_thousands", "x", "1 000", "(text)"},
    {"number_with_two_points", "x", "1.2.3", "1.2.3"},
    {"number_with_decimal_comma", "x", "1,5", "(text)"},
    {"number_with_two_signs", "x", "--1", "--1"},
    {"number_without_exponent", "x", "1e", "1e"},
    {"number_with_unicode_minus", "x", "\xE2\x88\x92" "5", "(text)"},
    {"number_a_half", "x", "\xC2\xBD", "(text)"},
    {"number_per_cent", "x", "5%", "(text)"},
    {"number_a_point", "x", ".", ""},
    {"number_a_sign", "x", "-", "-"},
    {"number_not_available", "x", "NA", ""},
    {"number_of_spss_null", "x", "#NULL!", ""},
    {"number_of_excel_fault", "x", "#DIV/0!", "(text)"},
    {"number_over_lines", "x", "1\n2", "(text)"},
    {"integer_with_fraction", "age", "30.5", "30.5"},
    {"integer_of_small_power", "age", "1e-1", "1e-1"},
    {"integer_a_word", "age", "thirty", "thirty"},
    {"integer_a_long_word", "age", "thirty years old", "(text)"},
    {"code_not_listed", "q1", "3", "3"},
    {"code_with_fraction", "q1", "1.5", "1.5"},
    {"code_with_letter", "q1", "1x", "1x"},
    {"code_twice", "q1", "1 2", "(text)"},
    {"code_label", "q1", "Yes", "Yes"},
    {"code_negative", "q1", "-1", "-1"},
    {"date_not_in_calendar", "day", "2023-02-29", "2023-02-29"},
    {"date_of_month_13", "day", "2024-13-01", "2024-13-01"},
    {"date_of_day_0", "day", "2024-03-00", "2024-03-00"},
    {"date_with_slashes", "day", "01/03/2024", "(text)"},
    {"date_without_century", "day", "24-03-01", "24-03-01"},
    {"date_without_hyphens", "day", "20240301", "20240301"},
    {"date_a_year", "day", "2024", "2024"},
    {"date_with_tail", "day", "2024-03-01x", "(text)"},
    {"date_of_excel", "day", "45352", "45352"},
};

static int64_t counted(const trygg_responses *responses, const char *variable, const char *what,
                       const char *reason) {
  trygg_table *table = NULL;
  int64_t sum = 0;
  ck_ok(trygg_responses_account(responses, &table, &error));
  for (size_t row = 0; row < trygg_table_rows(table); row++)
    if (strcmp(trygg_table_text(table, row, trygg_table_find(table, "variable")), variable) == 0 &&
        strcmp(trygg_table_text(table, row, trygg_table_find(table, "account")), what) == 0 &&
        strcmp(trygg_table_text(table, row, trygg_table_find(table, "reason")), reason) == 0)
      sum += trygg_table_integer(table, row, trygg_table_find(table, "count"));
  trygg_table_free(table);
  return sum;
}

START_TEST(every_cell_that_is_no_answer_is_missing_and_counted) {
  static const char *const variables[] = {"q1", "age", "x", "day"};
  trygg_codebook *codebook = NULL;
  trygg_responses *responses = NULL;
  tg_text data = {0};
  ck_ok(build(NULL, NULL, 0, &codebook));
  tg_text_put(&data, HEADER SOUND "b,2024,s,c,1");
  for (size_t i = 0; i < 4; i++)
    tg_text_format(&data, ",\"%s\"", strcmp(variables[i], cells[_i].variable) == 0 ? cells[_i].cell : "");
  tg_text_putc(&data, '\n');
  ck_ok(trygg_responses_load_memory(codebook, "data.csv", data.bytes, data.length, NULL, &responses, &error));
  ck_assert_uint_eq(trygg_responses_count(responses), 2);
  const char *variable = cells[_i].variable;
  size_t at = tg_codebook_find_variable(codebook, variable, strlen(variable));
  ck_assert_msg(tg_column_missing(&responses->columns[at], 1) ==
                    (*cells[_i].reason ? TG_UNKNOWN_CODE : TG_NO_ANSWER),
                "%s", cells[_i].name);
  ck_assert_msg(counted(responses, variable, *cells[_i].reason ? "unknown_code" : "missing",
                        *cells[_i].reason ? cells[_i].reason : "no_answer") == 1,
                "%s", cells[_i].name);
  trygg_responses_free(responses);
  trygg_codebook_free(codebook);
  tg_text_free(&data);
}
END_TEST

enum { CELLS = sizeof cells / sizeof *cells };

START_TEST(the_list_is_long_and_names_nothing_twice) {
  ck_assert_int_ge(LISTED, 120);
  for (size_t i = 0; i < LISTED; i++) {
    ck_assert_msg(list[i].status != TRYGG_OK && *list[i].word, "%s", list[i].name);
    for (size_t k = 0; k < i; k++)
      ck_assert_str_ne(list[i].name, list[k].name);
    for (size_t k = 0; k < CELLS; k++)
      ck_assert_str_ne(list[i].name, cells[k].name);
  }
}
END_TEST

/* ---- gzip seeds, cut and flipped everywhere ---------------------------------------------------- */

static const char seed[] = HEADER SOUND "b,2024,s,c,2,2,44,2.5,2024-03-02\nc,2024,t,d,1,9,,,\n";

/* One member at `level`, with the header fields asked for. */
static size_t add_member(const char *text, size_t length, int level, int fields, unsigned char *out) {
  z_stream stream;
  gz_header header;
  memset(&stream, 0, sizeof stream);
  memset(&header, 0, sizeof header);
  header.os = 3;
  header.hcrc = fields;
  header.name = fields ? (Bytef *)(uintptr_t) "a.csv" : Z_NULL;
  header.comment = fields ? (Bytef *)(uintptr_t) "made by hand" : Z_NULL;
  header.extra = fields ? (Bytef *)(uintptr_t) "AP\2\0xy" : Z_NULL;
  header.extra_len = fields ? 6 : 0;
  ck_assert_int_eq(deflateInit2(&stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  deflateSetHeader(&stream, &header);
  stream.next_in = (z_const Bytef *)(uintptr_t)text;
  stream.avail_in = (uInt)length;
  stream.next_out = out;
  stream.avail_out = 1000;
  ck_assert_int_eq(deflate(&stream, Z_FINISH), Z_STREAM_END);
  deflateEnd(&stream);
  return 1000 - stream.avail_out;
}

/* The seed in members that end where `ends` says; the last end is the seed's. */
static const struct {
  const char *name;
  int level, fields;
  size_t ends[4];
} seeds[] = {
    {"one member", 6, 0, {sizeof seed - 1}},
    {"one member with every header field", 9, 1, {sizeof seed - 1}},
    {"one stored member", 0, 0, {sizeof seed - 1}},
    {"two members", 6, 0, {40, sizeof seed - 1}},
    {"two members, cut at a line", 1, 1, {sizeof HEADER SOUND - 1, sizeof seed - 1}},
    {"an empty member first", 6, 0, {0, sizeof seed - 1}},
    {"an empty member between", 6, 0, {50, 50, sizeof seed - 1}},
    {"an empty member last", 6, 0, {sizeof seed - 1, sizeof seed - 1}},
    {"four members", 9, 0, {1, 30, 60, sizeof seed - 1}},
};

enum { SEEDS = sizeof seeds / sizeof *seeds };

/* Pack a seed; begins[] gets where members begin, *count how many there are. */
static size_t pack_seed(size_t which, unsigned char *out, size_t begins[4], size_t *count) {
  size_t made = 0, from = 0;
  *count = 0;
  while (*count < 4) {
    size_t end = seeds[which].ends[*count];
    begins[(*count)++] = made;
    made += add_member(seed + from, end - from, seeds[which].level, seeds[which].fields, out + made);
    from = end;
    if (end == sizeof seed - 1 && (*count == 4 || seeds[which].ends[*count] != end))
      break;
  }
  return made;
}

/* What a source gives, all of it. */
static trygg_status inflate_all(const unsigned char *bytes, size_t length, tg_text *out) {
  char piece[512];
  size_t got = 0;
  tg_source *source = NULL;
  unsigned char *exact = tg_memory_new(length, 1);
  memcpy(exact, bytes, length);
  trygg_status status = tg_source_open_memory("data.csv.gz", exact, length, NULL, &source, &error);
  do {
    if (status == TRYGG_OK)
      status = tg_source_read(source, piece, sizeof piece, &got, &error);
    if (status == TRYGG_OK)
      tg_text_append(out, piece, got);
  } while (status == TRYGG_OK && got > 0);
  tg_source_free(source);
  tg_memory_free(exact);
  return status;
}

START_TEST(every_flipped_bit_is_refused_or_changes_nothing) {
  unsigned char bytes[4000];
  size_t begins[4], count, length = pack_seed((size_t)_i, bytes, begins, &count), accepted = 0;
  for (size_t bit = 0; bit < length * 8; bit++) {
    tg_text out = {0};
    bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
    if (inflate_all(bytes, length, &out) == TRYGG_OK) {
      accepted++;
      ck_assert_msg(out.length == sizeof seed - 1 && memcmp(out.bytes, seed, out.length) == 0,
                    "%s, bit %zu: accepted as another text", seeds[_i].name, bit);
    }
    bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
    tg_text_free(&out);
  }
  /* Time, extra flags, system and the flag `text`, unless a header checksum covers them; and what fills
   * the last byte. */
  ck_assert_uint_le(accepted, count * ((seeds[_i].fields ? 0 : 8 * (4 + 1 + 1) + 1) + 7));
}
END_TEST

START_TEST(every_cut_is_refused_but_between_members) {
  unsigned char bytes[4000];
  size_t begins[4], count, length = pack_seed((size_t)_i, bytes, begins, &count);
  for (size_t cut = 0; cut < length; cut++) {
    tg_text out = {0};
    int between = 0;
    trygg_status status = inflate_all(bytes, cut, &out);
    for (size_t i = 1; i < count; i++)
      between |= cut == begins[i];
    /* What ends with a member is a whole file: nobody can know of the members behind it. */
    ck_assert_msg(between || status == TRYGG_EPARSE, "%s, cut to %zu of %zu bytes: status %d", seeds[_i].name,
                  cut, length, (int)status);
    ck_assert_msg(status != TRYGG_OK || memcmp(out.bytes, seed, out.length) == 0, "%s, cut to %zu",
                  seeds[_i].name, cut);
    tg_text_free(&out);
  }
}
END_TEST

START_TEST(members_that_come_twice_are_read_twice) {
  unsigned char bytes[4000];
  size_t begins[4], count, length = pack_seed((size_t)_i, bytes, begins, &count);
  tg_text out = {0};
  ck_ok(inflate_all(bytes, length, &out));
  ck_assert_str_eq(out.bytes, seed);
  tg_text_clear(&out);
  memcpy(bytes + length, bytes, length);
  ck_ok(inflate_all(bytes, 2 * length, &out));
  ck_assert_uint_eq(out.length, 2 * (sizeof seed - 1));
  tg_text_free(&out);
}
END_TEST

static Suite *malformed_suite(void) {
  Suite *suite = suite_create("malformed");
  TCase *tests = tcase_create("malformed"), *seeds_of_gzip = tcase_create("gzip seeds");
  tcase_add_loop_test(tests, every_malformed_input_has_its_status_place_and_word, 0, LISTED);
  tcase_add_loop_test(tests, every_cell_that_is_no_answer_is_missing_and_counted, 0, CELLS);
  tcase_add_test(tests, the_list_is_long_and_names_nothing_twice);
  suite_add_tcase(suite, tests);
  tcase_set_timeout(seeds_of_gzip, 120);
  tcase_add_loop_test(seeds_of_gzip, every_flipped_bit_is_refused_or_changes_nothing, 0, SEEDS);
  tcase_add_loop_test(seeds_of_gzip, every_cut_is_refused_but_between_members, 0, SEEDS);
  tcase_add_loop_test(seeds_of_gzip, members_that_come_twice_are_read_twice, 0, SEEDS);
  suite_add_tcase(suite, seeds_of_gzip);
  return suite;
}

int main(void) {
  return run_suite(malformed_suite());
}
