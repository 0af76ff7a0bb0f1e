/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loading from memory: every record is accounted for, whatever the file, settings, limits and threads.
 *
 * The first byte of the input chooses the settings, the others are the file. */
#include "fuzz.h"

#include <math.h>

#include <responses/responses.h>

static const char survey[] = "type,name,label,role,missing,empty\n"
                             "text,id,,id,,\n"
                             "text,wave,,wave,,\n"
                             "text,stratum,,stratum,,\n"
                             "decimal,w,,weight,,\n"
                             "select_one area,area,,domain,,\n"
                             "select_one scale,q1,,,88=dont_know 99=refused,\n"
                             "select_one scale,q2,,,,not_applicable\n"
                             "select_multiple crime,crimes,,,99=no_answer,\n"
                             "integer,age,,,999=refused,\n"
                             "decimal,money,,,,\n"
                             "text,note,,,-=no_answer,\n"
                             "date,day,,date,,\n"
                             "select_one state,state,,status,,\n"
                             "select_one mode,mode,,source,,\n";
static const char small[] = "type,name,role\ndecimal,w,weight\nselect_one scale,q1,\n";
static const char one[] = "type,name\nselect_one scale,q1\n";
static const char choices[] = "list_name,name,label,missing,score,disposition\n"
                              "area,0380,Uppsala,,,\narea,0381,Enkoping,,,\n"
                              "scale,1,Never,,10,\nscale,2,Seldom,,,\nscale,3,Often,,30,\n"
                              "crime,theft,,,,\ncrime,fraud,,,,\ncrime,threat,,,,\n"
                              "state,10,,,,I\nstate,11,,,,P\nstate,20,,,,R\n"
                              "mode,web,,,,\nmode,paper,,,,\n";
static const char derived[] =
    "name,type,rule,from,codes\nold,text,bands,age,..30=a 31..=b\n"
    "kind,text,prefix,note,1\nmany,integer,count,q1 q2,1\nsum,decimal,sum,age money,\n"
    "some,select_one scale,first,q1 q2,\n";

static const char layout[] = "name,start,width,decimals\nid,1,2,\nwave,3,4,\nstratum,7,1,\nw,8,4,2\narea,12,4,\n"
                             "q1,16,2,\nq2,16,1,\nstate,18,2,\nmode,20,5,\nday,25,10,\nage,35,3,\nnote,38,,\n";

/* One row a value of the first byte, modulo the number of those before the last one, which is for 240 to 255. */
static const struct {
  const char *settings, *survey, *derived;
  trygg_load_options options;
  const char *layout; /* not NULL: the columns are fixed */
} cases[] = {
    {"form_id\nf\n", survey, derived, {0}, NULL},
    {"form_id\nf\n", small, NULL, {0}, NULL},
    {"form_id\nf\n", one, NULL, {0}, NULL},
    {"form_id,duplicates\nf,first\n", survey, NULL, {0}, NULL},
    {"form_id,duplicates,min_answered\nf,last,0.5\n", survey, derived, {0}, NULL},
    {"form_id,duplicates,closes\nf,complete,2024=2024-06-01\n", survey, NULL, {0}, NULL},
    {"form_id,duplicates\nf,\"source:web,paper\"\n", survey, NULL, {.threads = 2}, NULL},
    {"form_id,answers\nf,labels\n", small, NULL, {.delimiter = ';', .decimal = ','}, NULL},
    {"form_id\nf\n", small, NULL, {.delimiter = '\t'}, NULL},
    {"form_id\nf\n", small, NULL, {.max_field = 20, .max_columns = 5, .max_record = 60}, NULL},
    {"form_id\nf\n", survey, NULL, {.max_bytes = 300, .max_ratio = 2}, NULL},
    {"form_id,min_answered\nf,2\n", survey, NULL, {.decimal = ',', .threads = 3}, NULL},
    {"form_id,duplicates\nf,last\n", survey, derived, {.threads = 2}, layout},
};

enum { CASES = sizeof cases / sizeof *cases };

static trygg_codebook *codebooks[CASES];

static void add(trygg_codebook *codebook, const char *table, const char *text) {
  trygg_error error = {0};
  if (text && trygg_codebook_add_csv(codebook, table, text, strlen(text), &error) != TRYGG_OK) {
    fprintf(stderr, "%s:%d: %s\n", table, (int)error.line, error.message);
    abort();
  }
}

static trygg_codebook *codebook_of(size_t i) {
  trygg_error error = {0};
  if (codebooks[i])
    return codebooks[i];
  HOLDS(trygg_codebook_create(&codebooks[i], &error) == TRYGG_OK);
  add(codebooks[i], "settings", cases[i].settings);
  add(codebooks[i], "survey", cases[i].survey);
  add(codebooks[i], "choices", choices);
  add(codebooks[i], "derived", cases[i].derived);
  add(codebooks[i], "layout", cases[i].layout);
  HOLDS(trygg_codebook_finish(codebooks[i], &error) == TRYGG_OK);
  return codebooks[i];
}

/* records read = accepted + duplicates + rejected, and accepted is what there is. */
static void check_account(const trygg_responses *responses) {
  trygg_table *table = NULL;
  trygg_error error = {0};
  int64_t read = 0, accepted = 0, other = 0;
  HOLDS(trygg_responses_account(responses, &table, &error) == TRYGG_OK);
  size_t variable = trygg_table_find(table, "variable"), account = trygg_table_find(table, "account"),
         count = trygg_table_find(table, "count");
  for (size_t i = 0; i < trygg_table_rows(table); i++) {
    const char *what = trygg_table_text(table, i, account);
    int64_t n = trygg_table_integer(table, i, count);
    HOLDS(n >= 0);
    if (*trygg_table_text(table, i, variable))
      continue;
    if (strcmp(what, "read") == 0)
      read += n;
    else if (strcmp(what, "accepted") == 0)
      accepted += n;
    else if (strcmp(what, "duplicate") == 0 || strcmp(what, "rejected") == 0)
      other += n;
  }
  HOLDS(read == accepted + other);
  HOLDS(accepted == (int64_t)trygg_responses_count(responses));
  HOLDS(accepted > 0);
  trygg_table_free(table);
}

/* Every value is a code of the codebook, a finite number, a text, or missing for a named reason. */
static void check_columns(const trygg_responses *responses) {
  for (size_t v = 0; v < responses->column_count; v++) {
    const tg_column *column = &responses->columns[v];
    for (size_t i = 0; i < responses->count; i++) {
      tg_missing missing = tg_column_missing(column, i);
      HOLDS(missing < TG_MISSING_KINDS);
      if (missing != TG_VALID)
        continue;
      if (column->kind == TG_COLUMN_NUMBER)
        HOLDS(isfinite(column->values.number[i]));
      if (column->kind == TG_COLUMN_CODE8 || column->kind == TG_COLUMN_CODE16)
        HOLDS(tg_column_code(column, i) != TG_NONE);
      if (column->kind == TG_COLUMN_TEXT)
        HOLDS(column->values.text[i] < column->dictionary.count);
      if (column->variable->role == TG_ROLE_WEIGHT)
        HOLDS(column->values.number[i] >= 0);
    }
  }
  for (size_t i = 0; i < responses->count; i++)
    HOLDS(responses->wave[i] < responses->wave_count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  trygg_error error = {0};
  trygg_responses *responses = (trygg_responses *)&error;
  if (size == 0 || size > 65536)
    return 0;
  size_t which = data[0] >= 240 ? CASES - 1 : data[0] % (CASES - 1);
  trygg_load_options options = cases[which].options;
  options.size = sizeof options;
  if (options.threads == 0)
    options.threads = 1;
  /* Its own copy, so that reading past the end is seen. */
  char *bytes = malloc(size);
  HOLDS(bytes);
  memcpy(bytes, data + 1, size - 1);
  trygg_status status =
      trygg_responses_load_memory(codebook_of(which), "input", bytes, size - 1, &options, &responses, &error);
  free(bytes);
  if (status == TRYGG_OK) {
    check_account(responses);
    check_columns(responses);
    trygg_responses_free(responses);
  } else {
    HOLDS(responses == NULL);
    HOLDS_ERROR(status, error);
    HOLDS(status != TRYGG_EINVAL && status != TRYGG_ENOMEM);
    HOLDS(strcmp(error.file, "input") == 0);
  }
  return 0;
}
