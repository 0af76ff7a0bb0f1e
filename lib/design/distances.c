/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The registry of distances, and how one is asked for. */
#include <design/distance.h>

#include <trygg/design.h>

#include <math.h>
#include <string.h>

#include <base/number.h>
#include <base/text.h>

const tg_distance tg_distances[] = {
    {"linear", "the smallest change in squares; weights may turn negative, which is refused", 0, 0, -INFINITY,
     INFINITY, tg_distance_linear_factor, tg_distance_linear_slope},
    {"rake", "raking: weights stay positive", 0, 0, 0, INFINITY, tg_distance_rake_factor,
     tg_distance_rake_slope},
    {"logit", "weights change by factors between L and U", 1, 0, 0, 0, tg_distance_logit_factor,
     tg_distance_logit_slope},
    {"truncated", "linear, with factors stopped at L and U", 1, 0, 0, 0, tg_distance_truncated_factor,
     tg_distance_truncated_slope},
    {"given", "the weights are calibrated already and stay; the sampling error knows it", 0, 1, 1, 1,
     tg_distance_given_factor, tg_distance_given_slope},
};

const size_t tg_distance_count = sizeof tg_distances / sizeof *tg_distances;

static const char *name_at(const void *context, size_t i) {
  (void)context;
  return tg_distances[i].name;
}

static trygg_status read_bounds(const char *text, tg_distance_choice *choice, trygg_error *error) {
  const char *comma = strchr(text, ',');
  if (!comma || tg_number_parse(text, (size_t)(comma - text), '.', &choice->lower) ||
      tg_number_parse(comma + 1, strlen(comma + 1), '.', &choice->upper) ||
      !(choice->lower >= 0 && choice->lower < 1 && choice->upper > 1))
    return tg_error_at(error, TRYGG_EINVAL, NULL, 0, 0, "calibrate",
                       "`%s` wants two factors, from 0 to 1 and above 1, as in %s:0.3,3", choice->row->name,
                       choice->row->name);
  return TRYGG_OK;
}

trygg_status tg_distance_parse(const char *text, tg_distance_choice *out, trygg_error *error) {
  const char *colon = text ? strchr(text, ':') : NULL, *nearest;
  size_t length = !text ? 0 : colon ? (size_t)(colon - text) : strlen(text);
  char word[64];
  *out = (tg_distance_choice){0};
  if (!text || !*text || !strcmp(text, "none"))
    return TRYGG_OK;
  for (size_t i = 0; i < tg_distance_count; i++)
    if (tg_text_equal(text, length, tg_distances[i].name)) {
      out->row = &tg_distances[i];
      out->lower = out->row->lowest;
      out->upper = out->row->highest;
      if (out->row->bounded)
        return read_bounds(colon ? colon + 1 : "", out, error);
      if (!colon)
        return TRYGG_OK;
      return tg_error_at(error, TRYGG_EINVAL, NULL, 0, 0, "calibrate",
                         "`%s` has no bounds; logit and truncated do", out->row->name);
    }
  tg_text_print(word, sizeof word, "%.*s", (int)(length < 40 ? length : 40), text);
  nearest = tg_text_nearest(word, tg_distance_count, name_at, NULL);
  return tg_error_at(error, TRYGG_ENAME, NULL, 0, 0, "calibrate",
                     "no calibration is called `%s`; %s%s%s linear, rake, logit:L,U, truncated:L,U or given",
                     word, nearest ? "did you mean `" : "give", nearest ? nearest : "",
                     nearest ? "`? It takes" : "");
}

const char *trygg_design_calibration(size_t i) {
  return i < tg_distance_count ? tg_distances[i].name : NULL;
}

const char *trygg_design_calibration_help(size_t i) {
  return i < tg_distance_count ? tg_distances[i].help : NULL;
}
