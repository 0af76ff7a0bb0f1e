/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every test program shares: running a suite, comparing numbers, temporary folders. */
#include "support.h"

#include <dirent.h>
#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { most_folders = 4096 };

static char *folders[most_folders];
static size_t folder_count;
static char *paths[most_folders * 4];
static size_t path_count;
static pid_t owner; /* Check forks a process a test: each removes what it made itself */

static void give_up(const char *what, const char *name) {
  fprintf(stderr, "tests/support: %s: %s\n", what, name);
  _exit(99);
}

static void remove_folder(const char *folder) {
  DIR *stream = opendir(folder);
  struct dirent *entry;
  while (stream && (entry = readdir(stream))) {
    char path[4096];
    struct stat about;
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
      continue;
    snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
    if (lstat(path, &about) == 0 && S_ISDIR(about.st_mode))
      remove_folder(path);
    else
      unlink(path);
  }
  if (stream)
    closedir(stream);
  rmdir(folder);
}

static void remove_all(void) {
  if (owner == getpid())
    for (size_t i = 0; i < folder_count; i++)
      remove_folder(folders[i]);
  for (size_t i = 0; i < folder_count; i++)
    free(folders[i]);
  for (size_t i = 0; i < path_count; i++)
    free(paths[i]);
  folder_count = path_count = 0;
}

static void own(void) {
  if (owner == getpid())
    return;
  if (owner == 0)
    atexit(remove_all);
  else /* a fork: the parent's folders are the parent's */
    folder_count = path_count = 0;
  owner = getpid();
}

int run_suite(Suite *suite) {
  if (!setlocale(LC_ALL, ""))
    fprintf(stderr, "warning: the locale of the environment is not installed\n");
  if (getenv("TRYGG_EXPECT_DECIMAL_COMMA") && strcmp(localeconv()->decimal_point, ",") != 0) {
    fprintf(stderr, "TRYGG_EXPECT_DECIMAL_COMMA is set, but the locale's decimal sign is `%s`\n",
            localeconv()->decimal_point);
    return EXIT_FAILURE;
  }
  SRunner *runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int nearly(double a, double b, double tolerance) {
  if (isnan(a) || isnan(b))
    return isnan(a) && isnan(b);
  if (a == b)
    return 1;
  return isfinite(a) && isfinite(b) && fabs(a - b) <= tolerance * fmax(fabs(b), DBL_MIN);
}

const char *temporary_folder(void) {
  own();
  const char *top = getenv("TMPDIR");
  char path[4096];
  snprintf(path, sizeof path, "%s/trygg-test-XXXXXX", top && *top ? top : "/tmp");
  if (!mkdtemp(path))
    give_up("no temporary folder", path);
  if (folder_count == most_folders)
    give_up("too many temporary folders", path);
  folders[folder_count] = strdup(path);
  return folders[folder_count++];
}

const char *write_file(const char *folder, const char *name, const void *bytes, size_t length) {
  own();
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "wb");
  if (!file)
    give_up("cannot write", path);
  size_t written = length ? fwrite(bytes, 1, length, file) : 0;
  if (fclose(file) != 0 || written != length)
    give_up("cannot write", path);
  if (path_count == most_folders * 4)
    give_up("too many files", path);
  paths[path_count] = strdup(path);
  return paths[path_count++];
}

const char *write_text(const char *folder, const char *name, const char *text) {
  return write_file(folder, name, text, strlen(text));
}

const char *source_folder(void) {
  const char *folder = getenv("srcdir");
  if (!folder || !*folder)
    folder = getenv("top_srcdir");
  return folder && *folder ? folder : ".";
}

const char *tests_folder(void) {
  static char folder[4096];
  snprintf(folder, sizeof folder, "%s/tests", source_folder());
  return folder;
}
