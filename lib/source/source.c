/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes of a file, standard input or memory; inflated, limited and handed on as UTF-8. */
#include <source/source.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <base/memory.h>
#include <base/text.h>
#include <source/encoding.h>
#include <source/fixed.h>
#include <source/gzip.h>

#define RAW_SIZE ((size_t)128 << 10)
#define PLAIN_SIZE ((size_t)256 << 10)
#define DIRECT_SIZE ((size_t)64 << 10)
#define DEFAULT_BYTES (UINT64_C(16) << 30)
#define DEFAULT_RATIO UINT64_C(200)
#define RATIO_FROM (UINT64_C(1) << 20)

struct tg_source {
  char *name;
  int descriptor; /* -1: memory */
  int close;
  const unsigned char *memory;
  struct stat before; /* of a regular file: it must not change while it is read */
  int regular;
  uint64_t total, done; /* raw bytes */
  uint64_t consumed;    /* raw bytes that inflating has used */
  uint64_t given;       /* bytes once inflated */
  tg_source_limits limits;
  int started, raw_ended, ended;
  trygg_status failed;
  tg_gzip *gzip;              /* NULL for plain input */
  unsigned char *raw, *plain; /* raw only for gzip */
  size_t raw_begin, raw_end;
  size_t plain_begin, plain_end;
  tg_encoding encoding;
  tg_fixed *fixed; /* NULL: the text is given as it is */
};

static trygg_status cannot_open(const char *name, int code, trygg_error *error) {
  static const struct {
    int code;
    const char *text;
  } reasons[] = {
      {ENOENT, "there is no such file"},
      {ENOTDIR, "there is no such file"},
      {EACCES, "permission to read it is missing"},
      {EPERM, "permission to read it is missing"},
      {EISDIR, "it is a folder; give a file"},
      {EMFILE, "too many files are open"},
      {ENFILE, "too many files are open"},
      {EIO, "the disk reports an error"},
  };
  if (code == ENOMEM)
    return tg_error_memory(error);
  for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
    if (reasons[i].code == code)
      return tg_error_at(error, TRYGG_EIO, name, 0, 0, NULL, "the file cannot be read: %s", reasons[i].text);
  return tg_error_at(error, TRYGG_EIO, name, 0, 0, NULL, "the file cannot be read (system error %d)", code);
}

static trygg_status create(const char *name, const tg_source_limits *limits, tg_source **out,
                           trygg_error *error) {
  tg_source *source = tg_memory_new(1, sizeof *source);
  *out = NULL;
  if (!source)
    return tg_error_memory(error);
  source->descriptor = -1;
  source->name = tg_memory_string(name);
  source->plain = tg_memory_new(PLAIN_SIZE, 1);
  if (!source->name || !source->plain) {
    tg_source_free(source);
    return tg_error_memory(error);
  }
  source->encoding.file = source->name;
  if (limits)
    source->limits = *limits;
  if (source->limits.bytes == 0)
    source->limits.bytes = DEFAULT_BYTES;
  if (source->limits.ratio == 0)
    source->limits.ratio = DEFAULT_RATIO;
  *out = source;
  return TRYGG_OK;
}

trygg_status tg_source_open(const char *path, const tg_source_limits *limits, tg_source **out,
                            trygg_error *error) {
  int standard = path && strcmp(path, "-") == 0;
  tg_source *source = NULL;
  *out = NULL;
  if (!path || !*path)
    return tg_error_set(error, TRYGG_EINVAL, "a file name is empty");
  trygg_status status = create(standard ? "(stdin)" : path, limits, &source, error);
  if (status != TRYGG_OK)
    return status;
  source->descriptor = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  source->close = !standard;
  int code = source->descriptor < 0 ? errno : 0;
  if (!code && fstat(source->descriptor, &source->before) != 0)
    code = errno;
  if (!code && S_ISDIR(source->before.st_mode))
    code = EISDIR;
  if (code) {
    status = cannot_open(source->name, code, error);
    tg_source_free(source);
    return status;
  }
  /* Standard input may be a file that another program has already read a part of. */
  source->regular = S_ISREG(source->before.st_mode) && !standard;
  source->total = source->regular ? (uint64_t)source->before.st_size : 0;
  *out = source;
  return TRYGG_OK;
}

uint64_t tg_source_size(const char *path) {
  struct stat about;
  return path && stat(path, &about) == 0 && S_ISREG(about.st_mode) ? (uint64_t)about.st_size : 0;
}

trygg_status tg_source_open_memory(const char *name, const void *bytes, size_t length,
                                   const tg_source_limits *limits, tg_source **out, trygg_error *error) {
  *out = NULL;
  if (!name || (!bytes && length))
    return tg_error_set(error, TRYGG_EINVAL, "the name or the bytes of a memory source are NULL");
  trygg_status status = create(name, limits, out, error);
  if (status != TRYGG_OK)
    return status;
  (*out)->memory = bytes;
  (*out)->total = length;
  return TRYGG_OK;
}

/* A file that grew, shrank or was replaced while it was read gave a mixture of two. */
static trygg_status check_unchanged(const tg_source *source, trygg_error *error) {
  struct stat now;
  if (!source->regular)
    return TRYGG_OK;
  if (fstat(source->descriptor, &now) != 0)
    return cannot_open(source->name, errno, error);
  if (now.st_size == source->before.st_size && source->done == (uint64_t)now.st_size &&
      now.st_mtim.tv_sec == source->before.st_mtim.tv_sec &&
      now.st_mtim.tv_nsec == source->before.st_mtim.tv_nsec)
    return TRYGG_OK;
  return tg_error_at(error, TRYGG_EIO, source->name, 0, 0, NULL,
                     "the file changed while it was read; load it again once it is written");
}

/* Up to `size` raw bytes; sets raw_ended at the end. */
static trygg_status read_raw(tg_source *source, unsigned char *out, size_t size, size_t *length,
                             trygg_error *error) {
  *length = 0;
  if (source->descriptor < 0) {
    size_t left = (size_t)(source->total - source->done);
    *length = left < size ? left : size;
    if (*length)
      memcpy(out, source->memory + source->done, *length);
  } else {
    ssize_t got;
    do
      got = read(source->descriptor, out, size);
    while (got < 0 && errno == EINTR);
    if (got < 0)
      return cannot_open(source->name, errno, error);
    *length = (size_t)got;
  }
  source->done += *length;
  if (*length == 0) {
    source->raw_ended = 1;
    return check_unchanged(source, error);
  }
  return TRYGG_OK;
}

static trygg_status check_limits(const tg_source *source, trygg_error *error) {
  if (source->given > source->limits.bytes)
    return tg_error_at(
        error, TRYGG_ELIMIT, source->name, 0, 0, NULL,
        "the file has more than %llu bytes of text; raise the limit max_bytes if that is right",
        (unsigned long long)source->limits.bytes);
  if (source->gzip && source->given > RATIO_FROM && source->given / source->limits.ratio > source->consumed)
    return tg_error_at(
        error, TRYGG_ELIMIT, source->name, 0, 0, NULL,
        "the gzip data grow more than %llu times when they are unpacked; raise the limit max_ratio "
        "if that is right",
        (unsigned long long)source->limits.ratio);
  return TRYGG_OK;
}

/* More inflated bytes behind plain_end; sets `ended` at the end. */
static trygg_status fill_inflated(tg_source *source, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t used = 0, produced = 0;
  while (produced == 0 && !source->ended) {
    if (source->raw_begin == source->raw_end && !source->raw_ended) {
      size_t length = 0;
      TRY(read_raw(source, source->raw, RAW_SIZE, &length, error));
      source->raw_begin = 0;
      source->raw_end = length;
    }
    TRY(tg_gzip_inflate(source->gzip, source->raw + source->raw_begin, source->raw_end - source->raw_begin,
                        source->raw_ended, source->plain + source->plain_end, PLAIN_SIZE - source->plain_end,
                        &used, &produced, error));
    source->raw_begin += used;
    source->consumed += used;
    source->ended = produced == 0 && source->raw_ended && source->raw_begin == source->raw_end;
  }
  source->plain_end += produced;
  source->given += produced;
cleanup:
  return status;
}

/* More bytes behind plain_end, whatever the input is. */
static trygg_status fill(tg_source *source, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  if (source->plain_begin > 0) {
    memmove(source->plain, source->plain + source->plain_begin, source->plain_end - source->plain_begin);
    source->plain_end -= source->plain_begin;
    source->plain_begin = 0;
  }
  if (source->gzip) {
    TRY(fill_inflated(source, error));
  } else {
    size_t length = 0;
    TRY(read_raw(source, source->plain + source->plain_end, PLAIN_SIZE - source->plain_end, &length, error));
    source->plain_end += length;
    source->given += length;
    source->ended = source->raw_ended;
  }
  TRY(check_limits(source, error));
cleanup:
  return status;
}

static trygg_status fill_beginning(tg_source *source, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  while (source->plain_end < TG_ENCODING_BEGINNING && !source->ended)
    TRY(fill(source, error));
cleanup:
  return status;
}

/* Damaged magic bytes are still taken for gzip, so that inflate names the damage: no text begins with the
 * first one or has the last two there. */
static int is_gzip(const unsigned char *bytes, size_t length) {
  return (length > 0 && bytes[0] == 0x1f) || (length > 2 && bytes[1] == 0x8b && bytes[2] == 0x08);
}

/* Look at the first bytes: gzip or not, empty or not. */
static trygg_status start(tg_source *source, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  TRY(fill_beginning(source, error));
  if (is_gzip(source->plain, source->plain_end)) {
    source->raw = tg_memory_new(RAW_SIZE > PLAIN_SIZE ? RAW_SIZE : PLAIN_SIZE, 1);
    if (!source->raw) {
      status = tg_error_memory(error);
      goto cleanup;
    }
    memcpy(source->raw, source->plain, source->plain_end);
    source->raw_end = source->plain_end;
    source->plain_end = 0;
    source->given = 0;
    source->ended = 0;
    TRY(tg_gzip_create(source->name, &source->gzip, error));
    TRY(fill_beginning(source, error));
  }
  if (tg_encoding_is_empty(source->plain, source->plain_end))
    status = tg_error_at(error, TRYGG_EPARSE, source->name, 0, 0, NULL,
                         "the file is empty; a table with a header row was expected");
  source->started = 1;
cleanup:
  return status;
}

/* Where nothing is left and the caller has much room, bytes go straight to the caller; from the first one on that is
 * no ASCII they are put back, for conversion. */
static trygg_status read_directly(tg_source *source, char *buffer, size_t size, size_t *length,
                                  trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t got = 0;
  if (source->gzip || source->ended || source->plain_begin < source->plain_end || size < DIRECT_SIZE)
    return TRYGG_OK;
  TRY(read_raw(source, (unsigned char *)buffer, size < PLAIN_SIZE ? size : PLAIN_SIZE, &got, error));
  source->given += got;
  source->ended = source->raw_ended;
  TRY(check_limits(source, error));
  *length = tg_encoding_take(&source->encoding, (const unsigned char *)buffer, got);
  memcpy(source->plain, buffer + *length, got - *length);
  source->plain_begin = 0;
  source->plain_end = got - *length;
cleanup:
  return status;
}

static trygg_status read_text(tg_source *source, char *buffer, size_t size, size_t *length,
                              trygg_error *error) {
  trygg_status status = TRYGG_OK;
  if (!source->started)
    TRY(start(source, error));
  *length = 0;
  TRY(read_directly(source, buffer, size, length, error));
  while (*length == 0) {
    size_t used = 0;
    TRY(tg_encoding_convert(&source->encoding, source->plain + source->plain_begin,
                            source->plain_end - source->plain_begin, source->ended, buffer, size, &used,
                            length, error));
    source->plain_begin += used;
    if (*length > 0 || size == 0 || (source->ended && source->plain_begin == source->plain_end))
      break;
    TRY(fill(source, error));
  }
cleanup:
  return status;
}

static trygg_status read_lines(void *context, char *buffer, size_t size, size_t *length, trygg_error *error) {
  return read_text(context, buffer, size, length, error);
}

trygg_status tg_source_read(tg_source *source, char *buffer, size_t size, size_t *length,
                            trygg_error *error) {
  *length = 0;
  if (source->failed != TRYGG_OK)
    return tg_error_at(error, source->failed, source->name, 0, 0, NULL, "reading the file failed before");
  source->failed = source->fixed
                       ? tg_fixed_read(source->fixed, read_lines, source, buffer, size, length, error)
                       : read_text(source, buffer, size, length, error);
  if (source->failed != TRYGG_OK)
    *length = 0;
  return source->failed;
}

const char *tg_source_name(const tg_source *source) {
  return source->name;
}
uint64_t tg_source_done(const tg_source *source) {
  return source->done;
}
uint64_t tg_source_total(const tg_source *source) {
  return source->total;
}
uint64_t tg_source_used(const tg_source *source) {
  uint64_t left = source->plain_end - source->plain_begin;
  if (!source->gzip)
    return source->done - left;
  return source->given
             ? (uint64_t)((double)source->consumed * (double)(source->given - left) / (double)source->given)
             : 0;
}
trygg_status tg_source_expect(tg_source *source, const char *encoding, trygg_error *error) {
  tg_encoding *about = &source->encoding;
  about->expected = encoding;
  about->latin = strcmp(encoding, "ISO-8859-1") == 0;
  about->windows = about->latin || strcmp(encoding, "Windows-1252") == 0;
  if (about->windows || strcmp(encoding, "UTF-8") == 0 || strcmp(encoding, "UTF-16") == 0)
    return TRYGG_OK;
  return tg_error_at(error, TRYGG_EUNSUPPORTED, source->name, 0, 0, NULL,
                     "files in %s are not read; save the file as CSV in UTF-8", encoding);
}

trygg_status tg_source_arrange(tg_source *source, const tg_fixed_column *columns, size_t count, char decimal,
                               trygg_error *error) {
  return tg_fixed_create(source->name, columns, count, decimal, &source->fixed, error);
}

const char *tg_source_encoding(const tg_source *source) {
  if (source->encoding.expected)
    return source->encoding.expected;
  return source->encoding.windows ? "Windows-1252" : source->encoding.wide ? "UTF-16" : "UTF-8";
}

int tg_source_guessed(const tg_source *source) {
  return source->encoding.windows && !source->encoding.expected;
}

void tg_source_free(tg_source *source) {
  if (!source)
    return;
  if (source->close && source->descriptor >= 0)
    close(source->descriptor);
  tg_gzip_free(source->gzip);
  tg_fixed_free(source->fixed);
  tg_memory_wipe(source->raw, source->raw ? PLAIN_SIZE : 0);
  tg_memory_wipe(source->plain, source->plain ? PLAIN_SIZE : 0);
  tg_memory_free(source->name);
  tg_memory_wipe(source, sizeof *source);
}
