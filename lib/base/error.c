/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Errors on the caller's stack, their short texts, and the version. */
#include <base/error.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <base/text.h>
#include <trygg/version.h>

static const char *const status_texts[] = {
    [TRYGG_OK] = "done",
    [TRYGG_ENOMEM] = "out of memory",
    [TRYGG_EINVAL] = "an argument is not allowed",
    [TRYGG_EIO] = "a file could not be read or written",
    [TRYGG_EPARSE] = "a file is not what it should be",
    [TRYGG_ELIMIT] = "a limit was passed",
    [TRYGG_ENAME] = "a name is not known",
    [TRYGG_ECODEBOOK] = "the survey folder contradicts itself",
    [TRYGG_EDATA] = "the data contradict the survey folder",
    [TRYGG_EDESIGN] = "the sampling design cannot give a variance",
    [TRYGG_ENUMERIC] = "a computation did not converge or left the range of a number",
    [TRYGG_EUNSUPPORTED] = "not supported yet",
    [TRYGG_ECANCELLED] = "stopped on request",
    [TRYGG_EINTERNAL] = "a mistake in the library",
};

const char *trygg_error_text(trygg_status status) {
  size_t index = (size_t)status;
  if (index >= sizeof status_texts / sizeof *status_texts)
    return "unknown status";
  return status_texts[index];
}

const char *trygg_version(void) {
  return TRYGG_VERSION;
}

#ifdef HAVE_ISAL
#define INFLATER "ISA-L"
#else
#define INFLATER "zlib"
#endif
#ifdef HAVE_READSTAT
#define LABELLED "are read by ReadStat"
#else
#define LABELLED "are not read: built without ReadStat"
#endif

const char *trygg_version_libraries(void) {
  return "gzip is inflated by " INFLATER "; SPSS, Stata and SAS files " LABELLED;
}

/* Copy as clean UTF-8: stray bytes and control characters become '?', so that an
 * error can be shown on a terminal or decoded by a foreign host as it stands. */
static void copy_clean(char *out, size_t size, const char *text) {
  size_t used = 0, length = text ? strlen(text) : 0;
  for (size_t i = 0; i < length;) {
    size_t bytes = tg_text_utf8(text + i, length - i);
    int printable = bytes > 1 || (bytes == 1 && (unsigned char)text[i] >= 0x20 && text[i] != 0x7f);
    if (bytes == 0)
      bytes = 1;
    if (used + bytes >= size)
      break;
    if (printable)
      memcpy(out + used, text + i, bytes);
    else
      out[used] = '?';
    used += printable ? bytes : 1;
    i += bytes;
  }
  memset(out + used, 0, size - used);
}

/* A cut text may end inside a character; drop what is left of that one. */
static void drop_partial(char *text) {
  size_t length = strlen(text), start = length;
  while (start > 0 && length - start < 3 && ((unsigned char)text[start - 1] & 0xc0) == 0x80)
    start--;
  if (start > 0 && (unsigned char)text[start - 1] >= 0xc0 &&
      tg_text_utf8(text + start - 1, length - start + 1) == 0)
    text[start - 1] = '\0';
}

static trygg_status fill(trygg_error *error, trygg_status status, const char *file, int64_t line,
                         size_t column, const char *field, const char *format, va_list arguments)
    TG_FORMAT(7, 0);

static trygg_status fill(trygg_error *error, trygg_status status, const char *file, int64_t line,
                         size_t column, const char *field, const char *format, va_list arguments) {
  if (!error)
    return status;
  /* The arguments may point into *error (a lower error being extended), so
   * everything is built beside it first. */
  trygg_error built = {.status = (int32_t)status, .line = line};
  char message[sizeof built.message];
  built.column = column > INT32_MAX ? INT32_MAX : (int32_t)column;
  int length = vsnprintf(message, sizeof message, format, arguments);
  if (length < 0)
    copy_clean(built.message, sizeof built.message, trygg_error_text(status));
  else {
    if ((size_t)length >= sizeof message)
      drop_partial(message);
    copy_clean(built.message, sizeof built.message, message);
  }
  copy_clean(built.file, sizeof built.file, file);
  copy_clean(built.field, sizeof built.field, field);
  *error = built;
  return status;
}

trygg_status tg_error_set(trygg_error *error, trygg_status status, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fill(error, status, NULL, 0, 0, NULL, format, arguments);
  va_end(arguments);
  return status;
}

trygg_status tg_error_at(trygg_error *error, trygg_status status, const char *file, int64_t line,
                         size_t column, const char *field, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fill(error, status, file, line, column, field, format, arguments);
  va_end(arguments);
  return status;
}

trygg_status tg_error_memory(trygg_error *error) {
  return tg_error_set(error, TRYGG_ENOMEM, "%s", trygg_error_text(TRYGG_ENOMEM));
}
