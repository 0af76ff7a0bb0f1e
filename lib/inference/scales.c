/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The registry of scales on which two estimates are compared. */
#include <inference/compare.h>

#include <math.h>
#include <string.h>

static double identity(double estimate, double *slope) {
  *slope = 1;
  return estimate;
}

static double itself(double linked) {
  return linked;
}

/* d log R = dR / R */
static double logarithm(double estimate, double *slope) {
  *slope = 1 / estimate;
  return estimate > 0 ? log(estimate) : NAN;
}

/* d log(p / (1 - p)) = dp / (p (1 - p)) */
static double log_odds(double estimate, double *slope) {
  *slope = 1 / (estimate * (1 - estimate));
  return estimate > 0 && estimate < 1 ? log(estimate / (1 - estimate)) : NAN;
}

static double expit(double linked) {
  return 1 / (1 + exp(-linked));
}

const tg_contrast_scale tg_contrast_scales[] = {
    {"difference", "a less b, in the unit of the figures", "difference", 0, 0, identity, itself, itself},
    {"ratio", "a over b: of shares, the relative risk", "ratio", 0, 1, logarithm, exp, exp},
    {"odds", "odds of a over odds of b; shares only", "odds_ratio", 1, 1, log_odds, exp, expit},
};

const size_t tg_contrast_scale_count = sizeof tg_contrast_scales / sizeof *tg_contrast_scales;

static const char *name_at(const void *context, size_t i) {
  (void)context;
  return tg_contrast_scales[i].name;
}

trygg_status tg_scales_find(const char *name, const tg_contrast_scale **out, trygg_error *error) {
  const char *nearest;
  for (size_t i = 0; i < tg_contrast_scale_count; i++)
    if (!name || !strcmp(tg_contrast_scales[i].name, name)) {
      *out = &tg_contrast_scales[i];
      return TRYGG_OK;
    }
  nearest = tg_text_nearest(name, tg_contrast_scale_count, name_at, NULL);
  return tg_error_at(error, TRYGG_ENAME, NULL, 0, 0, "scale", "no scale is called `%s`; did you mean `%s`?",
                     name, nearest ? nearest : tg_contrast_scales->name);
}

const char *trygg_inference_scale(size_t i) {
  return i < tg_contrast_scale_count ? tg_contrast_scales[i].name : NULL;
}

const char *trygg_inference_scale_help(size_t i) {
  return i < tg_contrast_scale_count ? tg_contrast_scales[i].help : NULL;
}
