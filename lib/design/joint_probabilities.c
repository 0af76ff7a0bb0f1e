/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Joint probabilities that whoever drew the sample knows: joint.csv, and the two forms with the D of it. */
#include <design/inclusion.h>

#include <math.h>
#include <string.h>

#include <base/error.h>
#include <base/number.h>
#include <base/text.h>
#include <design/codes.h>
#include <design/populations.h>

/* Probabilities that are written in several places may differ by the rounding of their decimals. */
#define SAME 1e-6

void tg_joint_probabilities_apply(const tg_inclusion_block *block, const double *z, double *out) {
  size_t n = block->count;
  for (size_t i = 0; i < n; i++) {
    const double *row = block->joint + i * n;
    out[i] = 0;
    for (size_t j = 0; j < n; j++)
      out[i] += row[j] * (block->yates_grundy ? z[j] - z[i] : z[j]);
  }
}

/* ---- clusters by what they are called ----------------------------------------------------------------------- */

typedef struct book {
  trygg_design *design;
  tg_names exact, tidy;     /* "stratum, line feed, codes" as written; with numbers as numbers */
  char **keys;              /* both, of each cluster */
  unsigned char *ambiguous; /* of each cluster: another one has the same tidy name */
  const tg_joint_row *last; /* the row whose strata are at hand */
  size_t stratum;           /* ... the first of them, and TG_NONE */
} book;

/* Numbers are written in one way: a spreadsheet turns 0380 into 380. */
static void put_tidy(tg_text *out, const char *codes) {
  const char *word;
  size_t length;
  for (int first = 1; (word = tg_text_word(&codes, &length)); first = 0) {
    char number[TG_NUMBER_SIZE];
    double value;
    tg_text_format(out, "%s", first ? "" : " ");
    if (tg_number_parse(word, length, 0, &value) == 0)
      tg_text_put(out, tg_number_format(number, value));
    else
      tg_text_format(out, "%.*s", (int)length, word);
  }
}

static void put_key(tg_text *out, size_t stratum, const char *codes, int tidy) {
  tg_text_format(out, "%zu\n", stratum);
  if (tidy)
    put_tidy(out, codes);
  else
    tg_text_put(out, codes);
}

static trygg_status put_cluster(book *b, size_t cluster, const char *codes, trygg_error *error) {
  size_t before;
  for (int tidy = 0; tidy < 2; tidy++) {
    tg_names *names = tidy ? &b->tidy : &b->exact;
    tg_text key = {0};
    put_key(&key, b->design->cluster_stratum[cluster], codes, tidy);
    b->keys[2 * cluster + (size_t)tidy] = key.bytes;
    if (key.failed)
      return tg_error_memory(error);
    before = tg_names_find(names, key.bytes, key.length);
    if (before != SIZE_MAX)
      b->ambiguous[before] = 1;
    else if (tg_names_put(names, key.bytes, cluster))
      return tg_error_memory(error);
  }
  return TRYGG_OK;
}

/* The codes of a record's cluster with one blank between. */
static void put_codes(const trygg_design *design, size_t record, tg_text *out) {
  const trygg_codebook *codebook = design->responses->codebook;
  int first = 1;
  for (size_t v = tg_codebook_find_role(codebook, TG_ROLE_CLUSTER, 1, 0); v != TG_NONE;
       v = tg_codebook_find_role(codebook, TG_ROLE_CLUSTER, 1, v + 1), first = 0)
    tg_text_format(out, "%s%s", first ? "" : " ", tg_codes_text(&design->responses->columns[v], record));
}

static trygg_status open_book(book *b, trygg_error *error) {
  const trygg_design *design = b->design;
  trygg_status status = TRYGG_OK;
  b->keys = tg_memory_new(2 * design->cluster_count, sizeof *b->keys);
  b->ambiguous = tg_memory_new(design->cluster_count, 1);
  if (!b->keys || !b->ambiguous)
    return tg_error_memory(error);
  for (size_t i = 0; i < design->responses->count && status == TRYGG_OK; i++) {
    tg_text codes = {0};
    if (b->keys[2 * design->cluster[i]])
      continue;
    put_codes(design, i, &codes);
    status = codes.failed ? tg_error_memory(error) : put_cluster(b, design->cluster[i], codes.bytes, error);
    tg_text_free(&codes);
  }
  return status;
}

static void close_book(book *b) {
  tg_names_clear(&b->exact);
  tg_names_clear(&b->tidy);
  for (size_t i = 0; b->keys && i < 2 * b->design->cluster_count; i++)
    tg_memory_free(b->keys[i]);
  tg_memory_free(b->keys);
  tg_memory_free(b->ambiguous);
}

/* The cluster of a stratum that codes mean, or TG_NONE. */
static trygg_status look_up(const book *b, size_t stratum, const char *codes, size_t *out,
                            trygg_error *error) {
  *out = TG_NONE;
  for (int tidy = 0; tidy < 2 && *out == TG_NONE; tidy++) {
    tg_text key = {0};
    put_key(&key, stratum, codes, tidy);
    if (key.failed) {
      tg_text_free(&key);
      return tg_error_memory(error);
    }
    *out = tg_names_find(tidy ? &b->tidy : &b->exact, key.bytes, key.length);
    if (tidy && *out != TG_NONE && b->ambiguous[*out])
      *out = TG_NONE;
    tg_text_free(&key);
  }
  return TRYGG_OK;
}

/* ---- rows ------------------------------------------------------------------------------------------------------ */

/* The next stratum, from `stratum` on, that a row is about. */
static size_t next_stratum(const trygg_design *design, const tg_joint_row *row, size_t stratum) {
  tg_strata_row about = {.wave = row->wave, .stratum = row->stratum};
  while (stratum < design->stratum_count) {
    if (!*row->stratum)
      about.stratum = (char *)design->strata[stratum].codes;
    if (tg_populations_row_matches(design, &about, &design->strata[stratum]))
      return stratum;
    stratum++;
  }
  return TG_NONE;
}

static trygg_status refuse(const tg_joint_row *row, const char *fault, trygg_error *error) {
  return tg_error_at(error, TRYGG_EDESIGN, row->file, row->line, 0, "probability", "%s", fault);
}

/* Place of a cluster in its stratum, and its probability. */
static size_t place_of(const trygg_design *design, size_t stratum, size_t cluster, double *probability) {
  const tg_inclusion_stage *stage = &design->inclusion->stages[0];
  *probability = stage->probability[cluster];
  return cluster - stage->begin[stratum];
}

/* Bounds of the probability of two events (Fréchet 1935). */
static trygg_status check_bounds(const tg_joint_row *row, double p, double q, trygg_error *error) {
  if (row->probability > fmin(p, q) * (1 + SAME))
    return refuse(row, "both units are drawn more often than one of them; compare the role inclusion", error);
  if (row->probability < (p + q - 1) * (1 - SAME))
    return refuse(
        row,
        "both units are drawn less often than the probability of each allows; compare the role inclusion",
        error);
  return TRYGG_OK;
}

static trygg_status take_pair(book *b, const tg_joint_row *row, size_t stratum, size_t one, size_t two,
                              trygg_error *error) {
  double p, q, *d = b->design->inclusion->joint[stratum];
  size_t n = b->design->strata[stratum].clusters;
  size_t i = place_of(b->design, stratum, one, &p), j = place_of(b->design, stratum, two, &q);
  trygg_status status = TRYGG_OK;
  if (i == j)
    return fabs(row->probability - p) <= SAME * p
               ? TRYGG_OK
               : refuse(row, "the unit has another probability in the role inclusion; make them agree",
                        error);
  TRY(check_bounds(row, p, q, error));
  if (!isnan(d[i * n + j]) && fabs(row->probability - d[i * n + j]) > SAME * row->probability)
    return refuse(row, "this pair is there already, with another probability; take one of the rows away",
                  error);
  d[i * n + j] = d[j * n + i] = row->probability;
cleanup:
  return status;
}

/* Pairs of which a unit is not in the data are of no use; a misspelt one leaves its pair open, which is seen below. */
static trygg_status take_row(book *b, const tg_joint_row *row, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t one, two;
  int same = b->last && !strcmp(b->last->stratum, row->stratum) && !strcmp(b->last->wave, row->wave);
  if (!same)
    b->stratum = next_stratum(b->design, row, 0);
  b->last = row;
  for (size_t h = b->stratum; h != TG_NONE; h = next_stratum(b->design, row, h + 1)) {
    TRY(look_up(b, h, row->a, &one, error));
    TRY(look_up(b, h, row->b, &two, error));
    if (one != TG_NONE && two != TG_NONE)
      TRY(take_pair(b, row, h, one, two, error));
  }
cleanup:
  return status;
}

static const char *codes_of(const book *b, size_t cluster) {
  return strchr(b->keys[2 * cluster], '\n') + 1;
}

/* From pi_ij to D_ij. */
static trygg_status finish(const book *b, size_t stratum, trygg_error *error) {
  const trygg_design *design = b->design;
  const tg_inclusion_stage *stage = &design->inclusion->stages[0];
  size_t n = design->strata[stratum].clusters, first = stage->begin[stratum];
  double *d = design->inclusion->joint[stratum];
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) {
      double p = stage->probability[first + i], q = stage->probability[first + j];
      if (i != j && isnan(d[i * n + j]))
        return tg_error_at(
            error, TRYGG_EDESIGN, design->responses->codebook->joint[0].file, 0, 0, "probability",
            "clusters `%s` and `%s` of stratum `%s` have no joint probability; add it, or choose `brewer` as `inclusion` "
            "of settings.csv",
            codes_of(b, first + i), codes_of(b, first + j), design->strata[stratum].name);
      d[i * n + j] = i == j ? 1 - p : (d[i * n + j] - p * q) / d[i * n + j];
    }
  return TRYGG_OK;
}

trygg_status tg_joint_probabilities_read(trygg_design *design, trygg_error *error) {
  const trygg_codebook *codebook = design->responses->codebook;
  trygg_status status = TRYGG_OK;
  book b = {.design = design};
  double **joint = design->inclusion->joint = tg_memory_new(design->stratum_count, sizeof *joint);
  if (!joint)
    return tg_error_memory(error);
  for (size_t h = 0; h < design->stratum_count; h++) {
    size_t n = design->strata[h].clusters;
    joint[h] = n < SIZE_MAX / (n + 1) ? tg_memory_new(n * n, sizeof **joint) : NULL;
    if (!joint[h])
      return tg_error_memory(error);
    for (size_t k = 0; k < n * n; k++)
      joint[h][k] = NAN;
  }
  TRY(open_book(&b, error));
  for (size_t i = 0; i < codebook->joint_count; i++)
    TRY(take_row(&b, &codebook->joint[i], error));
  for (size_t h = 0; h < design->stratum_count; h++)
    TRY(finish(&b, h, error));
cleanup:
  close_book(&b);
  return status;
}
