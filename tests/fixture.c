/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small surveys built from texts. */
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static trygg_status add(trygg_codebook *codebook, const char *table, const char *text, trygg_error *error) {
  return text ? trygg_codebook_add_csv(codebook, table, text, strlen(text), error) : TRYGG_OK;
}

static trygg_status build(const fixture_texts *texts, fixture *f, trygg_error *error) {
  const struct {
    const char *table, *text;
  } tables[] = {{"settings", texts->settings ? texts->settings : "form_title,form_id,version\nTest,test,1\n"},
                {"survey", texts->survey},
                {"choices", texts->choices ? texts->choices : "list_name,name\nyn,1\n"},
                {"indicators", texts->indicators},
                {"indices", texts->indices},
                {"waves", texts->waves},
                {"breaks", texts->breaks},
                {"references", texts->references},
                {"strata", texts->strata},
                {"derived", texts->derived},
                {"margins", texts->margins},
                {"standards", texts->standards},
                {"measures", texts->measures},
                {"joint", texts->joint}};
  trygg_status status = trygg_codebook_create(&f->codebook, error);
  for (size_t i = 0; status == TRYGG_OK && i < sizeof tables / sizeof *tables; i++)
    status = add(f->codebook, tables[i].table, tables[i].text, error);
  return status == TRYGG_OK ? trygg_codebook_finish(f->codebook, error) : status;
}

static trygg_status load(const fixture_texts *texts, fixture *f, trygg_error *error) {
  trygg_design_options options = {.size = sizeof options,
                                  .lonely = texts->lonely,
                                  .variance = texts->variance,
                                  .seed = texts->seed,
                                  .calibrate = texts->calibrate,
                                  .spread = texts->spread,
                                  .households = texts->households,
                                  .response = texts->response,
                                  .response_on = texts->response_on,
                                  .response_least = texts->response_least,
                                  .response_collapse = texts->response_collapse,
                                  .trim = texts->trim,
                                  .trim_strata = texts->trim_strata,
                                  .domain_lonely = texts->domain_lonely};
  const trygg_load_options load = {.size = sizeof load, .keep_silent = texts->response != NULL};
  trygg_status status = build(texts, f, error);
  while (options.response_on_count < 4 && texts->response_on[options.response_on_count])
    options.response_on_count++;
  if (status == TRYGG_OK)
    status = trygg_responses_load_memory(f->codebook, "data.csv", texts->data, strlen(texts->data), &load,
                                         &f->responses, error);
  if (status == TRYGG_OK)
    status = trygg_design_create(f->responses, &options, &f->design, error);
  return status;
}

fixture fixture_load(const fixture_texts *texts) {
  fixture f = {0};
  trygg_error error = {0};
  ck_ok(load(texts, &f, &error));
  return f;
}

trygg_error fixture_refuse(const fixture_texts *texts, trygg_status status) {
  fixture f = {0};
  trygg_error error = {0};
  trygg_status met = load(texts, &f, &error);
  ck_assert_msg(met == status, "status %d, expected %d: %s", (int)met, (int)status, error.message);
  ck_assert_ptr_null(f.design);
  ck_assert_int_gt((int)strlen(error.message), 10);
  fixture_free(&f);
  return error;
}

void fixture_free(fixture *f) {
  trygg_codebook_free(f->codebook);
  trygg_responses_free(f->responses);
  trygg_design_free(f->design);
}

trygg_estimates *fixture_estimate(const fixture *f, const char *by, const char *where) {
  trygg_estimate_options options = {.size = sizeof options,
                                    .by = &by,
                                    .by_count = by != NULL,
                                    .where = &where,
                                    .where_count = where != NULL};
  trygg_estimates *estimates = NULL;
  trygg_error error = {0};
  ck_ok(trygg_estimate_create(f->design, &options, &estimates, &error));
  return estimates;
}

trygg_estimate fixture_get(const trygg_estimates *estimates, const char *wave, const char *by,
                           const char *indicator) {
  size_t row = trygg_estimate_find(estimates, wave, by ? &by : NULL, indicator);
  ck_assert_msg(row != SIZE_MAX, "no estimate of %s in wave %s, domain %s", indicator, wave,
                by ? by : "(total)");
  return trygg_estimate_get(estimates, row);
}

char *fixture_read_text(const char *path) {
  FILE *file = fopen(path, "rb");
  char *text;
  long length;
  ck_assert_msg(file != NULL, "cannot open %s", path);
  fseek(file, 0, SEEK_END);
  length = ftell(file);
  rewind(file);
  text = calloc((size_t)length + 1, 1);
  ck_assert_ptr_nonnull(text);
  ck_assert_uint_eq(fread(text, 1, (size_t)length, file), (size_t)length);
  fclose(file);
  return text;
}

void fixture_drop_roles(char *survey, const char *roles) {
  for (const char *end; (end = strchr(roles, ' ')); roles = end + 1) {
    char mark[64], *at;
    snprintf(mark, sizeof mark, ",%.*s\n", (int)(end - roles), roles);
    while ((at = strstr(survey, mark)))
      memmove(at + 1, at + strlen(mark) - 1, strlen(at + strlen(mark) - 1) + 1);
  }
}

fixture fixture_golden(const char *folder, const char *derived, const char *lonely) {
  static const char *const tables[] = {"settings", "survey", "choices", "indicators"};
  trygg_design_options options = {.size = sizeof options, .lonely = lonely};
  fixture f = {0};
  trygg_error error = {0};
  char path[4096];
  const char *file = path;
  ck_ok(trygg_codebook_create(&f.codebook, &error));
  for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
    char *text;
    snprintf(path, sizeof path, "%s/data/golden/%s/%s.csv", tests_folder(), folder, tables[i]);
    text = fixture_read_text(path);
    ck_ok(trygg_codebook_add_csv(f.codebook, tables[i], text, strlen(text), &error));
    free(text);
  }
  if (derived)
    ck_ok(trygg_codebook_add_csv(f.codebook, "derived", derived, strlen(derived), &error));
  ck_ok(trygg_codebook_finish(f.codebook, &error));
  snprintf(path, sizeof path, "%s/data/golden/%s.csv", tests_folder(), folder);
  ck_ok(trygg_responses_load(f.codebook, &file, 1, NULL, &f.responses, &error));
  ck_ok(trygg_design_create(f.responses, &options, &f.design, &error));
  return f;
}
