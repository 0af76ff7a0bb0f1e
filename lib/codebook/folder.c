/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A survey folder: which tables are in it, and reading them. */
#include <codebook/reader.h>

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <base/text.h>
#include <source/source.h>

/* A table is edited by hand; more than this is no table. */
#define MAX_TABLE_BYTES (UINT64_C(256) << 20)

typedef struct folder_list {
  const char *folder;
  char **names; /* of the files that end in .csv, sorted */
  size_t count;
} folder_list;

static void clear_list(folder_list *list) {
  for (size_t i = 0; i < list->count; i++)
    tg_memory_free(list->names[i]);
  tg_memory_free(list->names);
  *list = (folder_list){0};
}

/* Whether a file looks like a table; lock files of spreadsheets begin with a dot or `~`. */
static int is_table_file(const char *name) {
  size_t length = strlen(name);
  return length > 4 && name[0] != '.' && name[0] != '~' && tg_text_same(name + length - 4, ".csv");
}

static int by_bytes(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

static trygg_status append_name(folder_list *list, const char *name, trygg_error *error) {
  char **grown = tg_sheet_room(list->names, list->count, sizeof *grown);
  if (!grown)
    return tg_error_memory(error);
  list->names = grown;
  if (!(list->names[list->count] = tg_memory_string(name)))
    return tg_error_memory(error);
  list->count++;
  return TRYGG_OK;
}

static trygg_status list_folder(const char *folder, folder_list *out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  *out = (folder_list){.folder = folder};
  DIR *stream = opendir(folder);
  if (!stream && errno == ENOMEM)
    return tg_error_memory(error);
  if (!stream)
    return tg_error_at(error, TRYGG_EIO, folder, 0, 0, NULL,
                       errno == ENOTDIR  ? "this is a file; give the survey folder that holds settings.csv"
                       : errno == ENOENT ? "there is no such survey folder; check the path"
                                         : "the survey folder cannot be opened; check its permissions");
  for (const struct dirent *entry; (entry = readdir(stream));)
    if (is_table_file(entry->d_name))
      TRY(append_name(out, entry->d_name, error));
  if (out->count)
    qsort(out->names, out->count, sizeof *out->names, by_bytes);
cleanup:
  closedir(stream);
  if (status != TRYGG_OK)
    clear_list(out);
  return status;
}

/* "FOLDER/NAME.csv" or, without suffix, "FOLDER/NAME"; NULL without memory. */
static char *path_of(const char *folder, const char *name, const char *suffix) {
  size_t length = strlen(folder);
  tg_text path = {0};
  tg_text_append(&path, folder, length);
  if (length && folder[length - 1] != '/')
    tg_text_putc(&path, '/');
  tg_text_put(&path, name);
  tg_text_put(&path, suffix);
  if (path.failed) {
    tg_text_free(&path);
    return NULL;
  }
  return path.bytes;
}

static int has_table(const folder_list *list, const char *name) {
  for (size_t i = 0; i < list->count; i++)
    if (tg_text_equal(list->names[i], strlen(list->names[i]) - 4, name) &&
        strcmp(list->names[i] + strlen(name), ".csv") == 0)
      return 1;
  return 0;
}

static trygg_status read_table(trygg_codebook *codebook, size_t kind, const char *path, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  const tg_source_limits limits = {.bytes = MAX_TABLE_BYTES};
  tg_source *source = NULL;
  TRY(tg_source_open(path, &limits, &source, error));
  TRY(tg_reader_take(codebook, kind, source, error));
cleanup:
  tg_source_free(source);
  return status;
}

/* Read one table of the contract, or say why not. */
static trygg_status visit_table(trygg_codebook *codebook, const folder_list *list, size_t kind,
                                trygg_error *error) {
  trygg_status status = TRYGG_OK;
  const tg_sheet *sheet = tg_reader_sheet(kind);
  int present = has_table(list, sheet->name);
  if (!present && !sheet->required)
    return TRYGG_OK;
  char *path = path_of(list->folder, sheet->name, ".csv");
  if (!path)
    return tg_error_memory(error);
  if (!present) {
    char wanted[64];
    tg_text_print(wanted, sizeof wanted, "%s.csv", sheet->name);
    const char *near = tg_text_nearest(wanted, list->count, tg_text_name_at, list->names);
    status =
        tg_error_at(error, TRYGG_EIO, path, 0, 0, NULL, "the survey folder has no `%s` and needs one%s%s%s",
                    wanted, near ? "; rename `" : "", near ? TG_SHOWN(near) : "", near ? "`?" : "");
  } else if (!sheet->add) {
    status =
        tg_error_at(error, TRYGG_EUNSUPPORTED, path, 0, 0, NULL,
                    "table `%s` (%s) is not yet read by this version; move it out of the folder to go on "
                    "without it",
                    sheet->name, sheet->help);
  } else {
    status = read_table(codebook, kind, path, error);
  }
  tg_memory_free(path);
  return status;
}

/* Files that are no table of the contract, the misspelt ones among them. */
static trygg_status warn_other_files(trygg_codebook *codebook, const folder_list *list, trygg_error *error) {
  for (size_t i = 0; i < list->count; i++) {
    size_t kind, length = strlen(list->names[i]) - 4;
    if (strcmp(list->names[i] + length, ".csv") == 0 && tg_reader_find(list->names[i], length, &kind))
      continue;
    char text[300], stem[96];
    tg_text_print(stem, sizeof stem, "%.*s", (int)(length < 95 ? length : 95), list->names[i]);
    const char *near = tg_reader_nearest(stem);
    tg_text_print(text, sizeof text, "this is no table of a survey folder and is left out%s%s%s",
                  near ? "; did you mean `" : "", near ? near : "", near ? ".csv`?" : "");
    char *path = path_of(list->folder, list->names[i], "");
    trygg_status status = path ? tg_reader_warn(codebook, path, 0, text, error) : tg_error_memory(error);
    tg_memory_free(path);
    if (status != TRYGG_OK)
      return status;
  }
  return TRYGG_OK;
}

trygg_status trygg_codebook_read(const char *folder, trygg_codebook **out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  trygg_codebook *codebook = NULL;
  folder_list list = {0};
  if (out)
    *out = NULL;
  if (!folder || !out)
    return tg_error_set(error, TRYGG_EINVAL, "no folder or no place for the codebook is given");
  TRY(trygg_codebook_create(&codebook, error));
  TRY(list_folder(folder, &list, error));
  for (size_t kind = 0; tg_reader_sheet(kind); kind++)
    TRY(visit_table(codebook, &list, kind, error));
  if (codebook->reader->sheets[TG_SETTINGS].count == 0) {
    char *path = path_of(folder, "settings", ".csv");
    status = path ? tg_error_at(error, TRYGG_ECODEBOOK, path, 2, 0, NULL,
                                "the table has no row; it needs one, for instance with form_id and version")
                  : tg_error_memory(error);
    tg_memory_free(path);
    goto cleanup;
  }
  TRY(warn_other_files(codebook, &list, error));
  TRY(trygg_codebook_finish(codebook, error));
cleanup:
  clear_list(&list);
  if (status == TRYGG_OK)
    *out = codebook;
  else
    trygg_codebook_free(codebook);
  return status;
}
