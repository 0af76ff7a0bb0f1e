/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How far long work has come, on standard error. */
#include "program.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define INTERVAL 100000000 /* nanoseconds between two pictures of the bar */

static const struct {
  const char *stage;
  const char *texts[PROGRAM_LANGUAGES];
} stages[] = {
    {"load", {"reading", "läser"}},
    {"tally", {"adding up", "summerar"}},
    {"covariance", {"covariances", "kovarianser"}},
};

/* The bar on standard error; nothing of it is left at the end. */
static struct {
  int shown;             /* wanted at all */
  int drawn;             /* something is on the line */
  struct timespec since; /* of the last picture */
} bar;

void program_clear_progress(void) {
  if (bar.drawn)
    fprintf(stderr, "\r\033[K");
  bar.drawn = 0;
}

static void draw_bar(program_language language, const char *stage, uint64_t done, uint64_t total) {
  static const char full[] = "##############################";
  int share = total > 0 ? (int)((double)(done < total ? done : total) / (double)total * 100) : 0;
  int width = (int)(sizeof full - 1), filled = share * width / 100;
  const char *text = stage;

  for (size_t i = 0; i < sizeof stages / sizeof *stages; i++)
    if (strcmp(stages[i].stage, stage) == 0)
      text = stages[i].texts[language];
  if (total > 0)
    fprintf(stderr, "\r\033[K%s %3d %% [%.*s%*s]", text, share, filled, full, width - filled, "");
  else
    fprintf(stderr, "\r\033[K%s %llu", text, (unsigned long long)done);
  bar.drawn = 1;
}

static int report(void *user, const char *stage, uint64_t done, uint64_t total) {
  const struct program *program = user;
  struct timespec now;

  if (program_interrupted())
    return 1;
  if (!bar.shown || clock_gettime(CLOCK_MONOTONIC, &now) != 0)
    return 0;
  if (bar.drawn &&
      (int64_t)(now.tv_sec - bar.since.tv_sec) * 1000000000 + (now.tv_nsec - bar.since.tv_nsec) < INTERVAL)
    return 0;
  bar.since = now;
  draw_bar(program->language, stage, done, total);
  return 0;
}

void program_show_progress(struct program *program, int shown) {
  bar.shown = shown;
  program->progress = (trygg_progress){sizeof program->progress, report, program};
}
