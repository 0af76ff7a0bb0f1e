/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Estimates of records that are not kept, from inside. */
#ifndef TG_ESTIMATE_STREAM_H
#define TG_ESTIMATE_STREAM_H

#include <trygg/estimate.h>

/* What is streamed; see trygg_estimate_stream(). */
typedef struct tg_stream_source {
  trygg_codebook *codebook;
  const char *const *files;
  size_t file_count;
  const trygg_load_options *load;
  size_t window; /* records of a window, as in tg_window_options */
} tg_stream_source;

trygg_status tg_stream_estimate(const tg_stream_source *source, const trygg_design_options *design,
                                const trygg_estimate_options *const *tables, size_t count,
                                trygg_estimates **out, trygg_responses **responses, trygg_error *error);

#endif
