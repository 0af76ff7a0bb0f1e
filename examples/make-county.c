/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Make a county safety survey with known truth, for surveys/county: DIR/data.csv.gz, DIR/truth.csv. */
#include "county/county.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <gsl/gsl_errno.h>

static const char help[] =
    "Usage: make-county [--seed N] DIR\n"
    "Make a county safety survey whose truth is known, for the survey folder surveys/county.\n"
    "Writes DIR/data.csv.gz and DIR/truth.csv (wave,domain,indicator,truth); DIR is made if need be.\n"
    "\n"
    "  --seed N  whom the sample draws, 0 to 4294967295 (default 1); the same N gives the same file\n"
    "  --help    this text\n";

/* A whole number of 32 bits, digits only; 0, or -1. */
static int read_seed(const char *text, unsigned long *seed) {
  unsigned long long value = 0;
  if (!*text || strlen(text) > 10)
    return -1;
  for (; *text; text++) {
    if (*text < '0' || *text > '9')
      return -1;
    value = value * 10 + (unsigned)(*text - '0');
  }
  *seed = (unsigned long)value;
  return value <= 4294967295u ? 0 : -1;
}

static int usage(const char *what, const char *which) {
  fprintf(stderr, "make-county: %s%s; see make-county --help\n", what, which);
  return 2;
}

/* DIR/name; NULL without memory. */
static char *path_of(const char *directory, const char *name) {
  size_t size = strlen(directory) + strlen(name) + 2;
  char *path = malloc(size);
  if (path)
    snprintf(path, size, "%s/%s", directory, name);
  return path;
}

static int write_truth_file(const char *path) {
  FILE *out = fopen(path, "w");
  if (!out)
    return -1;
  int failed = county_write_truth(out);
  return fclose(out) || failed ? -1 : 0;
}

static int make(const char *directory, unsigned long seed) {
  int status = 1;
  char *data = path_of(directory, "data.csv.gz"), *truth = path_of(directory, "truth.csv");
  errno = 0;
  if (!data || !truth)
    fprintf(stderr, "make-county: out of memory\n");
  else if (mkdir(directory, 0777) && errno != EEXIST)
    fprintf(stderr, "make-county: cannot make `%s`: %s\n", directory, strerror(errno));
  else if (errno = 0, county_write_data(data, seed))
    fprintf(stderr, "make-county: cannot write `%s`: %s\n", data,
            errno ? strerror(errno) : "out of memory or disk");
  else if (errno = 0, write_truth_file(truth))
    fprintf(stderr, "make-county: cannot write `%s`: %s\n", truth, errno ? strerror(errno) : "write error");
  else
    status = 0;
  free(data);
  free(truth);
  return status;
}

int main(int count, char **arguments) {
  const char *directory = NULL;
  unsigned long seed = 1;
  gsl_set_error_handler_off();
  for (int i = 1; i < count; i++) {
    const char *argument = arguments[i];
    if (!strcmp(argument, "--help"))
      return fputs(help, stdout) < 0 || fflush(stdout) ? 1 : 0;
    if (!strcmp(argument, "--seed") && i + 1 < count)
      argument = arguments[++i];
    else if (!strncmp(argument, "--seed=", 7))
      argument += 7;
    else if (*argument == '-')
      return usage("no such option, or its value is missing: ", argument);
    else if (directory)
      return usage("one directory only, met also ", argument);
    else {
      directory = argument;
      continue;
    }
    if (read_seed(argument, &seed))
      return usage("--seed takes a whole number from 0 to 4294967295, not ", argument);
  }
  if (!directory)
    return usage("the directory to write to is missing", "");
  return make(directory, seed);
}
