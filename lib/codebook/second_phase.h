/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What settings.csv says of a second phase: which records of the sample were drawn once more, and how. */
#ifndef TG_CODEBOOK_SECOND_PHASE_H
#define TG_CODEBOOK_SECOND_PHASE_H

#include <codebook/variables.h>

struct tg_sheet_row;

typedef struct tg_second_phase {
  char *drawn_text, *strata_text, *clusters_text,
      *inclusion_text; /* as they were written, "" where not given */
  tg_code_set drawn;   /* what a record of the second phase has; of no variable where there is none */
  int declared;
  size_t *strata, *clusters; /* variables */
  size_t stratum_count, cluster_count;
  size_t inclusion; /* a number: the probability to be drawn, TG_NONE where a fixed number was */
} tg_second_phase;

/* The columns, in the order phase2, phase2_strata, phase2_clusters, phase2_inclusion. */
#define TG_SECOND_PHASE_FIELDS 4
void tg_second_phase_list(tg_second_phase *phase, char **texts[TG_SECOND_PHASE_FIELDS]);

/* From the texts to variables; `fields` are their columns. */
trygg_status tg_second_phase_link(trygg_codebook *codebook, const struct tg_sheet_row *row,
                                  const size_t fields[TG_SECOND_PHASE_FIELDS], trygg_error *error);
void tg_second_phase_clear(tg_second_phase *phase);

#endif
