/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Output of the programs: complete or not at all, also when a signal comes. */
#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- signals ----------------------------------------------------------------------------- */

static volatile sig_atomic_t interrupted;   /* the signal that asked to stop */
static const char *volatile temporary_file; /* to be removed when the user will not wait */

/* The first signal lets the library stop at its next report; the second one does not wait for that. */
static void on_signal(int number) {
  if (interrupted) {
    const char *file = temporary_file;
    if (file != NULL)
      unlink(file);
    _exit(128 + number);
  }
  interrupted = number;
}

void program_catch_signals(void) {
  static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};

  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    struct sigaction old, action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    sigemptyset(&action.sa_mask);
    if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
      sigaction(numbers[i], &action, NULL);
  }
  signal(SIGXFSZ, SIG_IGN); /* a file that grows too large is a failed write like any other */
}

int program_interrupted(void) {
  return (int)interrupted;
}

/* ---- output, all or nothing ---------------------------------------------------------------- */

static int write_all(int file, const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t written = write(file, bytes, length);
    if (written < 0 && errno == EINTR && !interrupted)
      continue;
    if (written <= 0)
      return -1;
    bytes += written;
    length -= (size_t)written;
  }
  return 0;
}

/* What is written where; `option` named the place. */
typedef struct destination {
  const program_text *text;
  const char *path, *option;
  mode_t mode; /* of a new file, 0: as new files have it */
} destination;

static trygg_status cannot_write(struct program *program, const destination *to, const char *path, int why) {
  if (interrupted)
    return program_fail(program, TRYGG_ECANCELLED, "stopped");
  program_fail(program, TRYGG_EIO, "cannot write: %s; free space or choose another place with %s",
               strerror(why), to->option);
  snprintf(program->error.file, sizeof program->error.file, "%s", path);
  return TRYGG_EIO;
}

/* Terminals, pipes and devices have no old content to keep. */
static trygg_status write_in_place(struct program *program, const destination *to, const char *path,
                                   int file) {
  int failed = file < 0 || write_all(file, to->text->bytes, to->text->length) != 0, why = errno;

  if (file > STDERR_FILENO && close(file) != 0 && !failed) {
    failed = 1;
    why = errno;
  }
  return failed ? cannot_write(program, to, path, why) : TRYGG_OK;
}

/* All of the text in an open file, with its mode, on the disk; 0, or errno. */
static int fill(const destination *to, int file) {
  mode_t mask = umask(0), mode = to->mode != 0 ? to->mode : 0666 & ~mask;
  int why = 0;

  umask(mask);
  if (write_all(file, to->text->bytes, to->text->length) != 0 || fchmod(file, mode) != 0 || fsync(file) != 0)
    why = errno;
  if (close(file) != 0 && why == 0)
    why = errno;
  return why;
}

/* A file is written beside the old one and takes its place when it is complete and on the disk.  Until then nobody
 * else can read it: mkstemp gives it to its owner alone. */
static trygg_status write_beside(struct program *program, const destination *to, const char *path) {
  const char *slash = strrchr(path, '/');
  int folder = slash == NULL ? 0 : (int)(slash - path) + 1, file, why;
  char name[PATH_MAX];

  if ((size_t)snprintf(name, sizeof name, "%.*s.%s.XXXXXX", folder, path, path + folder) >= sizeof name)
    return cannot_write(program, to, path, ENAMETOOLONG);
  file = mkstemp(name);
  if (file < 0)
    return cannot_write(program, to, path, errno);
  temporary_file = name;
  why = fill(to, file);
  if (why == 0 && interrupted)
    why = EINTR;
  if (why == 0 && rename(name, path) != 0)
    why = errno;
  if (why != 0)
    unlink(name);
  temporary_file = NULL;
  return why != 0 ? cannot_write(program, to, path, why) : TRYGG_OK;
}

static trygg_status write_text(struct program *program, const destination *to) {
  const char *path = to->path;
  char target[PATH_MAX];
  struct stat what;

  if (stat(path, &what) == 0) {
    for (size_t i = 0; i < program->options.data_count; i++) {
      struct stat data;
      if (stat(program->options.data[i], &data) == 0 && data.st_dev == what.st_dev &&
          data.st_ino == what.st_ino)
        return program_fail(program, TRYGG_EINVAL, "%s names a data file; it was left as it is", to->option);
    }
    if (S_ISDIR(what.st_mode))
      return cannot_write(program, to, path, EISDIR);
    if (!S_ISREG(what.st_mode) && to->mode != 0)
      return program_fail(program, TRYGG_EINVAL, "%s wants a file that only you can read", to->option);
    if (!S_ISREG(what.st_mode))
      return write_in_place(program, to, path, open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC));
    if (realpath(path, target) != NULL)
      path = target; /* behind a link */
  }
  return write_beside(program, to, path);
}

/* The rejected records, before the output that tells of them. */
static trygg_status write_rejected(struct program *program) {
  const destination to = {&program->rejected, program->options.rejected, "--rejected", 0600};

  if (program->rejected.failed)
    return program_fail(program, TRYGG_ENOMEM, "out of memory");
  if (strcmp(to.path, "-") == 0)
    return program_fail(program, TRYGG_EINVAL, "--rejected wants a file that only you can read");
  if (program->options.output != NULL && strcmp(program->options.output, to.path) == 0)
    return program_fail(program, TRYGG_EINVAL, "--rejected and --output name the same file");
  return write_text(program, &to);
}

trygg_status program_write_output(struct program *program) {
  const destination to = {&program->out, program->options.output, "--output", 0};
  trygg_status status = TRYGG_OK;

  if (program->out.failed)
    return program_fail(program, TRYGG_ENOMEM, "out of memory");
  if (program->options.rejected != NULL && !program->options.help && !program->options.version)
    status = write_rejected(program);
  if (status != TRYGG_OK)
    return status;
  if (to.path == NULL || strcmp(to.path, "-") == 0)
    return write_in_place(program, &to, "standard output", STDOUT_FILENO);
  return write_text(program, &to);
}
