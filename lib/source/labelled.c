/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files with labels: which they are, where their texts lie, what their times mean. */
#include <source/labelled_parse.h>

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <base/memory.h>
#include <base/text.h>

#define ARENA_SIZE ((size_t)256 << 10)

/* ---- which files ------------------------------------------------------------------------- */

#define BEGINNING 600 /* bytes that tell */

static int is_sav(const unsigned char *bytes, size_t length) {
  return length >= 4 && (memcmp(bytes, "$FL2", 4) == 0 || memcmp(bytes, "$FL3", 4) == 0);
}

/* Behind 200 bytes of greetings and a table of 256 characters, with line ends between. */
static int is_por(const unsigned char *bytes, size_t length) {
  for (size_t i = 400; i + 8 <= length; i++)
    if (memcmp(bytes + i, "SPSSPORT", 8) == 0)
      return 1;
  return 0;
}

/* Formats before 117: the version, the byte order, a 1 and a 0. */
static int is_dta(const unsigned char *bytes, size_t length) {
  return (length >= 11 && memcmp(bytes, "<stata_dta>", 11) == 0) ||
         (length >= 4 && bytes[0] >= 104 && bytes[0] <= 115 && (bytes[1] == 1 || bytes[1] == 2) &&
          bytes[2] == 1 && bytes[3] == 0);
}

static int is_sas(const unsigned char *bytes, size_t length) {
  static const unsigned char magic[32] = {0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,
                                          0,    0xC2, 0xEA, 0x81, 0x60, 0xB3, 0x14, 0x11, 0xCF, 0xBD, 0x92,
                                          0x08, 0x00, 0x09, 0xC7, 0x31, 0x8C, 0x18, 0x1F, 0x10, 0x11};
  return length >= sizeof magic && memcmp(bytes, magic, sizeof magic) == 0;
}

static const struct {
  const char *name;
  int (*is)(const unsigned char *bytes, size_t length);
} kinds[TG_LABELLED_KINDS] = {[TG_LABELLED_SAV] = {"SPSS", is_sav},
                              [TG_LABELLED_POR] = {"SPSS", is_por},
                              [TG_LABELLED_DTA] = {"Stata", is_dta},
                              [TG_LABELLED_SAS] = {"SAS", is_sas}};

const char *tg_labelled_kind_name(tg_labelled_kind kind) {
  return kinds[kind].name;
}

/* TG_LABELLED_KINDS where it is none. */
static tg_labelled_kind kind_of(const void *bytes, size_t length) {
  int kind = 0;
  while (kind < TG_LABELLED_KINDS && !kinds[kind].is(bytes, length < BEGINNING ? length : BEGINNING))
    kind++;
  return (tg_labelled_kind)kind;
}

int tg_labelled_is_memory(const void *bytes, size_t length) {
  return bytes && kind_of(bytes, length) < TG_LABELLED_KINDS;
}

/* Reads the beginning of a regular file; how many bytes, or -1. */
static ssize_t begin_of(int descriptor, unsigned char out[BEGINNING]) {
  size_t length = 0;
  while (length < BEGINNING) {
    ssize_t got = pread(descriptor, out + length, BEGINNING - length, (off_t)length);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return -1;
    if (got == 0)
      break;
    length += (size_t)got;
  }
  return (ssize_t)length;
}

trygg_status tg_labelled_is_file(const char *path, int *is, trygg_error *error) {
  struct stat about;
  unsigned char beginning[BEGINNING];
  *is = 0;
  if (!path || strcmp(path, "-") == 0 || stat(path, &about) != 0 || !S_ISREG(about.st_mode))
    return TRYGG_OK; /* a pipe cannot be looked at without taking from it */
  int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (descriptor < 0)
    return TRYGG_OK; /* who opens it says why not */
  ssize_t length = begin_of(descriptor, beginning);
  int code = errno;
  close(descriptor);
  if (length < 0)
    return tg_error_at(error, TRYGG_EIO, path, 0, 0, NULL, "the file cannot be read (system error %d)", code);
  *is = tg_labelled_is_memory(beginning, (size_t)length);
  return TRYGG_OK;
}

/* ---- texts ------------------------------------------------------------------------------- */

/* Blocks that hold the texts of cells. */
struct tg_labelled_arena {
  struct tg_labelled_arena *next;
  size_t used, size;
  char bytes[];
};

static void clear_arena(struct tg_labelled_arena *arena) {
  while (arena) {
    struct tg_labelled_arena *next = arena->next;
    tg_memory_wipe(arena, sizeof *arena + arena->size);
    arena = next;
  }
}

void tg_labelled_clear(tg_labelled *labelled) {
  for (size_t i = 0; i < labelled->column_count; i++) {
    tg_labelled_column *column = &labelled->columns[i];
    tg_memory_free(column->name);
    tg_memory_free(column->label);
    tg_memory_wipe(column->numbers, column->numbers ? labelled->rows * sizeof *column->numbers : 0);
    tg_memory_free(column->texts);
    for (size_t k = 0; k < column->code_count; k++) {
      tg_memory_free(column->codes[k].text);
      tg_memory_free(column->codes[k].label);
    }
    for (size_t k = 0; k < column->range_count; k++)
      tg_memory_free(column->ranges[k].text);
    tg_memory_free(column->codes);
    tg_memory_free(column->ranges);
  }
  clear_arena(labelled->arena);
  tg_memory_free(labelled->columns);
  tg_memory_free(labelled->title);
  *labelled = (tg_labelled){0};
}

char *tg_labelled_keep(tg_labelled *out, const char *text, size_t length) {
  struct tg_labelled_arena *arena = out->arena;
  if (!arena || arena->size - arena->used <= length) {
    size_t size = length + 1 > ARENA_SIZE ? length + 1 : ARENA_SIZE;
    arena = tg_memory_new(1, sizeof *arena + size);
    if (!arena)
      return NULL;
    arena->size = size;
    arena->next = out->arena;
    out->arena = arena;
  }
  char *copy = arena->bytes + arena->used;
  memcpy(copy, text, length);
  copy[length] = '\0';
  arena->used += length + 1;
  return copy;
}

/* ---- times --------------------------------------------------------------------------------- */

/* By the first letters of the format, longer ones first. */
tg_labelled_time tg_labelled_time_of(tg_labelled_kind kind, const char *format) {
  static const struct {
    tg_labelled_kind kind;
    const char *format;
    tg_labelled_time time;
  } formats[] = {
      {TG_LABELLED_SAV, "DATE", TG_LABELLED_SPSS_SECONDS},
      {TG_LABELLED_SAV, "ADATE", TG_LABELLED_SPSS_SECONDS},
      {TG_LABELLED_SAV, "EDATE", TG_LABELLED_SPSS_SECONDS},
      {TG_LABELLED_SAV, "SDATE", TG_LABELLED_SPSS_SECONDS},
      {TG_LABELLED_SAV, "JDATE", TG_LABELLED_SPSS_SECONDS},
      {TG_LABELLED_SAV, "YMDHMS", TG_LABELLED_SPSS_SECONDS},
      {TG_LABELLED_DTA, "%td", TG_LABELLED_DAYS},
      {TG_LABELLED_DTA, "%d", TG_LABELLED_DAYS},
      {TG_LABELLED_DTA, "%tc", TG_LABELLED_MILLISECONDS},
      {TG_LABELLED_DTA, "%tC", TG_LABELLED_MILLISECONDS},
      {TG_LABELLED_SAS, "DATETIME", TG_LABELLED_SECONDS},
      {TG_LABELLED_SAS, "DATE", TG_LABELLED_DAYS},
      {TG_LABELLED_SAS, "YYMMDD", TG_LABELLED_DAYS},
      {TG_LABELLED_SAS, "DDMMYY", TG_LABELLED_DAYS},
      {TG_LABELLED_SAS, "MMDDYY", TG_LABELLED_DAYS},
  };
  if (kind == TG_LABELLED_POR)
    kind = TG_LABELLED_SAV;
  for (size_t i = 0; format && i < sizeof formats / sizeof *formats; i++)
    if (formats[i].kind == kind && strncmp(format, formats[i].format, strlen(formats[i].format)) == 0)
      return formats[i].time;
  return TG_LABELLED_NO_TIME;
}

/* Year, month and day of days since 1970-01-01 (Howard Hinnant, civil_from_days). */
static void put_date(char out[TG_NUMBER_SIZE], int64_t days) {
  int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
  int64_t day_of_era = z - era * 146097;
  int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t mp = (5 * day_of_year + 2) / 153, month = mp < 10 ? mp + 3 : mp - 9;
  int64_t year = year_of_era + era * 400 + (month <= 2);
  tg_text_print(out, TG_NUMBER_SIZE, "%04d-%02d-%02d", (int)year, (int)month,
                (int)(day_of_year - (153 * mp + 2) / 5 + 1));
}

void tg_labelled_put_day(char out[TG_NUMBER_SIZE], tg_labelled_time time, double value) {
  static const struct {
    double unit;  /* of a day */
    double epoch; /* of zero, in days since 1970-01-01 */
  } times[] = {
      [TG_LABELLED_NO_TIME] = {1, 0},
      [TG_LABELLED_SPSS_SECONDS] = {86400, -141428},
      [TG_LABELLED_DAYS] = {1, -3653},
      [TG_LABELLED_SECONDS] = {86400, -3653},
      [TG_LABELLED_MILLISECONDS] = {86400000, -3653},
  };
  double days = floor(value / times[time].unit) + times[time].epoch;
  if (days >= -719162 && days <= 2932896)
    put_date(out, (int64_t)days);
  else
    tg_number_format(out, value);
}

/* ---- reading ------------------------------------------------------------------------------- */

static trygg_status parse(const tg_labelled_input *input, const tg_labelled_options *options,
                          tg_labelled *out, trygg_error *error) {
  if (input->kind == TG_LABELLED_KINDS)
    return tg_error_at(error, TRYGG_EPARSE, input->name, 0, 0, NULL, "this is no SPSS, Stata or SAS file");
  trygg_status status = tg_labelled_parse(input, options, out, error);
  if (status != TRYGG_OK)
    tg_labelled_clear(out);
  return status;
}

trygg_status tg_labelled_read(const char *path, const tg_labelled_options *options, tg_labelled *out,
                              trygg_error *error) {
  unsigned char beginning[BEGINNING];
  struct stat about;
  *out = (tg_labelled){0};
  tg_labelled_input input = {.name = path, .descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)};
  if (input.descriptor < 0 || fstat(input.descriptor, &about) != 0 || !S_ISREG(about.st_mode)) {
    if (input.descriptor >= 0)
      close(input.descriptor);
    return tg_error_at(error, TRYGG_EIO, path, 0, 0, NULL, "the file cannot be read");
  }
  input.size = (uint64_t)about.st_size;
  input.kind = kind_of(beginning, begin_of(input.descriptor, beginning));
  trygg_status status = parse(&input, options, out, error);
  close(input.descriptor);
  return status;
}

trygg_status tg_labelled_read_memory(const char *name, const void *bytes, size_t length,
                                     const tg_labelled_options *options, tg_labelled *out,
                                     trygg_error *error) {
  *out = (tg_labelled){0};
  tg_labelled_input input = {.name = name, .descriptor = -1, .bytes = bytes, .size = length};
  input.kind = bytes ? kind_of(bytes, length) : TG_LABELLED_KINDS;
  return parse(&input, options, out, error);
}
