/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What settings.csv says of replicate weights in the data. */
#ifndef TG_CODEBOOK_REPLICATES_H
#define TG_CODEBOOK_REPLICATES_H

#include <trygg/codebook.h>

struct tg_sheet_row;

/* Which method made the replicate weights in the data (R survey's names). */
typedef enum tg_replicate_type {
  TG_REPLICATE_NONE,
  TG_REPLICATE_BRR,
  TG_REPLICATE_FAY,
  TG_REPLICATE_JK1,
  TG_REPLICATE_JKN,
  TG_REPLICATE_JK2,
  TG_REPLICATE_BOOTSTRAP,
  TG_REPLICATE_SUCCESSIVE,
  TG_REPLICATE_ACS,
  TG_REPLICATE_OTHER,
  TG_REPLICATE_TYPES
} tg_replicate_type;

const char *tg_replicates_type(tg_replicate_type type);

typedef struct tg_replicate_settings {
  tg_replicate_type type;
  double scale; /* NaN: the type's own */
  double *rscales;
  size_t rscale_count;            /* 0: all 1; 1: the same for all */
  double rho;                     /* NaN but for Fay */
  int mse;                        /* differences from the full estimate, not from the replicates' mean */
  const struct tg_sheet_row *row; /* (internal) while the codebook is read */
  size_t type_field, rscales_field;
} tg_replicate_settings;

/* The columns, in the order replicate_type, _scale, _rscales, _rho, _mse. */
#define TG_REPLICATE_FIELDS 5

trygg_status tg_replicates_read(tg_replicate_settings *settings, const struct tg_sheet_row *row,
                                const size_t fields[TG_REPLICATE_FIELDS], trygg_error *error);

/* Replicate weights and what they mean must both be there, and fit. */
trygg_status tg_replicates_link(trygg_codebook *codebook, trygg_error *error);

#endif
