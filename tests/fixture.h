/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small surveys built from texts, for tests of the rooms from indicator on. */
#ifndef TESTS_FIXTURE_H
#define TESTS_FIXTURE_H

#include <trygg/estimate.h>

#include "support.h"

/* What a small survey is made of; NULL texts are left out. */
typedef struct fixture_texts {
  const char *settings, *survey, *choices, *indicators, *indices, *waves, *breaks, *strata, *references,
      *derived, *margins, *standards, *measures, *joint;
  const char *data;
  const char *lonely; /* overrides settings */
  const char *variance;
  uint64_t seed;
  const char *calibrate, *spread;
  int households;
  const char *response, *response_on[4]; /* with those who did not answer */
  double response_least;
  int response_collapse;
  const char *trim;
  int trim_strata;
  int domain_lonely;
} fixture_texts;

/* A loaded small survey. */
typedef struct fixture {
  trygg_codebook *codebook;
  trygg_responses *responses;
  trygg_design *design;
} fixture;

/* Each step must succeed, else the test fails with the error's text. */
fixture fixture_load(const fixture_texts *texts);
void fixture_free(fixture *f);

/* Estimates by up to one variable (NULL: totals), where up to one condition holds (NULL: all). */
trygg_estimates *fixture_estimate(const fixture *f, const char *by, const char *where);

/* The estimate of an indicator in a wave and by-code (NULL: the total); the test fails when there is none. */
trygg_estimate fixture_get(const trygg_estimates *estimates, const char *wave, const char *by,
                           const char *indicator);

/* Loading and designing must fail with this status; returns the error. */
trygg_error fixture_refuse(const fixture_texts *texts, trygg_status status);

/* All of a file, ended by NUL; yours to free. */
char *fixture_read_text(const char *path);

/* Take roles, each with a blank behind, out of a survey.csv that has the role last: ",stratum\n" becomes ",\n". */
void fixture_drop_roles(char *survey, const char *roles);

/* A folder of tests/data/golden with its data; `derived` is a table more, `lonely` overrides settings (NULL: neither). */
fixture fixture_golden(const char *folder, const char *derived, const char *lonely);

#endif
