/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small surveys built from texts. */
#include "fixture.h"

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
                {"strata", texts->strata}};
  trygg_status status = trygg_codebook_create(&f->codebook, error);
  for (size_t i = 0; status == TRYGG_OK && i < sizeof tables / sizeof *tables; i++)
    status = add(f->codebook, tables[i].table, tables[i].text, error);
  return status == TRYGG_OK ? trygg_codebook_finish(f->codebook, error) : status;
}

static trygg_status load(const fixture_texts *texts, fixture *f, trygg_error *error) {
  trygg_design_options options = {.size = sizeof options, .lonely = texts->lonely};
  trygg_status status = build(texts, f, error);
  if (status == TRYGG_OK)
    status = trygg_responses_load_memory(f->codebook, "data.csv", texts->data, strlen(texts->data), NULL,
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
