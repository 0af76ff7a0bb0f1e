/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs a fuzz target, without the fuzzer, over its seeds: replay_NAME takes tests/fuzz/corpus/NAME, or the
 * files and folders that are named. */
#include "fuzz.h"

#include <dirent.h>
#include <sys/stat.h>

static size_t inputs;

static void run_file(const char *path) {
  FILE *file = fopen(path, "rb");
  uint8_t *bytes = NULL;
  size_t length = 0, got = 0;
  if (!file) {
    fprintf(stderr, "%s cannot be read\n", path);
    exit(99);
  }
  do {
    bytes = realloc(bytes, length + 65536);
    HOLDS(bytes);
    length += got = fread(bytes + length, 1, 65536, file);
  } while (got > 0);
  fclose(file);
  /* Exactly as many bytes as there are, so that reading past the end is seen. */
  uint8_t *exact = malloc(length ? length : 1);
  HOLDS(exact);
  memcpy(exact, bytes, length);
  free(bytes);
  printf("%s\n", path); /* the last line names the input of a crash */
  fflush(stdout);
  LLVMFuzzerTestOneInput(exact, length);
  free(exact);
  inputs++;
}

static void run_path(const char *path) {
  DIR *folder = opendir(path);
  struct dirent *entry;
  if (!folder) {
    run_file(path);
    return;
  }
  while ((entry = readdir(folder))) {
    char inside[4096];
    if (entry->d_name[0] == '.')
      continue;
    snprintf(inside, sizeof inside, "%s/%s", path, entry->d_name);
    run_path(inside);
  }
  closedir(folder);
}

int main(int count, char **words) {
  for (int i = 1; i < count; i++)
    run_path(words[i]);
  if (count < 2) {
    char path[4096];
    const char *top = getenv("srcdir"), *name = strstr(words[0], "replay_"), *next;
    while (name && (next = strstr(name + 1, "replay_")))
      name = next;
    snprintf(path, sizeof path, "%s/tests/fuzz/corpus/%s", top && *top ? top : ".", name ? name + 7 : "");
    run_path(path);
  }
  printf("%zu inputs\n", inputs);
  return inputs > 0 ? 0 : 1;
}
