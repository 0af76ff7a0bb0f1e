/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The registry of families. */
#include <model/families.h>

#include <math.h>
#include <string.h>

#include <base/text.h>
#include <trygg/model.h>

const tg_family tg_families[] = {
    {"logistic", "log odds of a share; exp(coefficient) is an odds ratio", &tg_logistic_regress,
     tg_logistic_bend, 0, 1, "odds_ratio", tg_logistic_suits},
    {"poisson", "log of a mean count; exp(coefficient) is a rate ratio", &tg_poisson_regress, tg_poisson_bend,
     0, INFINITY, "rate_ratio", tg_poisson_suits},
    {"linear", "the mean itself; coefficients are differences", &tg_linear_regress, tg_linear_bend, -INFINITY,
     INFINITY, NULL, tg_linear_suits},
};

const size_t tg_family_count = sizeof tg_families / sizeof *tg_families;

const char *trygg_model_family(size_t i) {
  return i < tg_family_count ? tg_families[i].name : NULL;
}

const char *trygg_model_family_help(size_t i) {
  return i < tg_family_count ? tg_families[i].help : NULL;
}

static const char *name_at(const void *context, size_t i) {
  (void)context;
  return tg_families[i].name;
}

const tg_family *tg_family_find(const char *name, const tg_indicator_type *type, trygg_error *error) {
  const char *nearest;
  for (size_t i = 0; i < tg_family_count; i++)
    if (name ? !strcmp(tg_families[i].name, name) : tg_families[i].suits(type))
      return &tg_families[i];
  nearest = name ? tg_text_nearest(name, tg_family_count, name_at, NULL) : NULL;
  tg_error_at(error, TRYGG_ENAME, NULL, 0, 0, "family", "no family `%s`; did you mean `%s`?",
              name ? name : "", nearest ? nearest : tg_families->name);
  return NULL;
}
