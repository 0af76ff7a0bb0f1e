/* SPDX-License-Identifier: GPL-3.0-or-later */
/* settings.csv on replicate weights that the data bring along: which method made them, and what their squared
 * differences are multiplied by.
 *
 *   V = scale * sum_r rscales_r (theta_r - centre)^2,  centre the mean of the theta_r, or with mse the full estimate
 *
 * Types, fixed factors and defaults are those of R survey's svrepdesign(). */
#include <codebook/reader.h>

#include <math.h>
#include <string.h>

#include <base/number.h>
#include <base/text.h>

/* What a type leaves open. */
enum { FIXED, DEFAULTED, REQUIRED };

static const struct {
  const char *name;
  int scale, rscales;
  int mse; /* the default */
} types[TG_REPLICATE_TYPES] = {
    [TG_REPLICATE_NONE] = {"", FIXED, FIXED, 0},
    [TG_REPLICATE_BRR] = {"BRR", FIXED, FIXED, 0},
    [TG_REPLICATE_FAY] = {"Fay", FIXED, FIXED, 0},
    [TG_REPLICATE_JK1] = {"JK1", DEFAULTED, DEFAULTED, 0},
    [TG_REPLICATE_JKN] = {"JKn", DEFAULTED, REQUIRED, 0},
    [TG_REPLICATE_JK2] = {"JK2", FIXED, FIXED, 0},
    [TG_REPLICATE_BOOTSTRAP] = {"bootstrap", DEFAULTED, DEFAULTED, 0},
    [TG_REPLICATE_SUCCESSIVE] = {"successive-difference", FIXED, FIXED, 1},
    [TG_REPLICATE_ACS] = {"ACS", FIXED, FIXED, 1},
    [TG_REPLICATE_OTHER] = {"other", REQUIRED, DEFAULTED, 0},
};

const char *tg_replicates_type(tg_replicate_type type) {
  return types[type].name;
}

static trygg_status refuse_fixed(const tg_sheet_row *row, size_t field, tg_replicate_type type,
                                 trygg_error *error) {
  return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, field,
                       "type `%s` has a fixed factor; leave the cell empty, or declare the type `other`",
                       types[type].name);
}

static trygg_status require(const tg_sheet_row *row, size_t field, tg_replicate_type type,
                            trygg_error *error) {
  return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, field,
                       "type `%s` needs this; whoever made the replicate weights knows it", types[type].name);
}

static trygg_status read_factor(const tg_sheet_row *row, size_t field, int rule, tg_replicate_type type,
                                double *out, trygg_error *error) {
  trygg_status status = tg_sheet_number(row, field, out, error);
  if (status != TRYGG_OK)
    return status;
  if (isnan(*out))
    return rule == REQUIRED ? require(row, field, type, error) : TRYGG_OK;
  if (rule == FIXED)
    return refuse_fixed(row, field, type, error);
  if (!(*out > 0))
    return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, field, "the factor must be above 0");
  return TRYGG_OK;
}

/* Numbers with blanks between, one for all replicates or one each. */
static trygg_status read_rscales(tg_replicate_settings *settings, const tg_sheet_row *row, size_t field,
                                 trygg_error *error) {
  const char *cursor = row->cells[field], *word;
  size_t length;
  while ((word = tg_text_word(&cursor, &length))) {
    double *grown = tg_sheet_room(settings->rscales, settings->rscale_count, sizeof *grown);
    if (!grown)
      return tg_error_memory(error);
    settings->rscales = grown;
    if (tg_number_parse(word, length, 0, &grown[settings->rscale_count]) ||
        !(grown[settings->rscale_count] >= 0))
      return tg_sheet_fail(error, TRYGG_EPARSE, row, field,
                           "`%s` is no factor; write one number for all replicates, or one for each with "
                           "blanks between",
                           tg_sheet_show(word, length).text);
    settings->rscale_count++;
  }
  if (settings->rscale_count && types[settings->type].rscales == FIXED)
    return refuse_fixed(row, field, settings->type, error);
  if (!settings->rscale_count && types[settings->type].rscales == REQUIRED)
    return require(row, field, settings->type, error);
  return TRYGG_OK;
}

static trygg_status read_rho(tg_replicate_settings *settings, const tg_sheet_row *row, size_t field,
                             trygg_error *error) {
  trygg_status status = tg_sheet_number(row, field, &settings->rho, error);
  int given = !isnan(settings->rho), fay = settings->type == TG_REPLICATE_FAY;
  if (status != TRYGG_OK)
    return status;
  if (given != fay)
    return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, field,
                         fay ? "type `Fay` needs rho, from 0 to below 1" : "only type `Fay` has a rho");
  if (given && !(settings->rho >= 0 && settings->rho < 1))
    return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, field, "rho lies from 0 to below 1");
  return TRYGG_OK;
}

trygg_status tg_replicates_read(tg_replicate_settings *settings, const tg_sheet_row *row,
                                const size_t fields[TG_REPLICATE_FIELDS], trygg_error *error) {
  static const char *const mse_names[] = {"0", "1"};
  const char *names[TG_REPLICATE_TYPES - 1];
  trygg_status status = TRYGG_OK;
  int chosen = -1;
  for (int i = 1; i < TG_REPLICATE_TYPES; i++)
    names[i - 1] = types[i].name;
  settings->row = row;
  settings->type_field = fields[0];
  settings->rscales_field = fields[2];
  if (row->cells[fields[0]][0])
    TRY(tg_sheet_choose(row, fields[0], names, TG_REPLICATE_TYPES - 1, &chosen, error));
  settings->type = (tg_replicate_type)(chosen + 1);
  settings->mse = types[settings->type].mse;
  for (size_t i = 1; i < TG_REPLICATE_FIELDS && settings->type == TG_REPLICATE_NONE; i++)
    if (row->cells[fields[i]][0]) {
      status = tg_sheet_fail(error, TRYGG_ECODEBOOK, row, fields[i],
                             "replicate weights need a `replicate_type` too");
      goto cleanup;
    }
  if (settings->type == TG_REPLICATE_NONE)
    goto cleanup;
  TRY(read_factor(row, fields[1], types[settings->type].scale, settings->type, &settings->scale, error));
  TRY(read_rscales(settings, row, fields[2], error));
  TRY(read_rho(settings, row, fields[3], error));
  if (row->cells[fields[4]][0])
    TRY(tg_sheet_choose(row, fields[4], mse_names, 2, &settings->mse, error));
cleanup:
  return status;
}

trygg_status tg_replicates_link(trygg_codebook *codebook, trygg_error *error) {
  tg_replicate_settings *settings = &codebook->settings.replicates;
  size_t count = 0, first = TG_NONE;
  for (size_t v = 0; v < codebook->derived_begin; v++)
    if (codebook->variables[v].role == TG_ROLE_REPLICATE) {
      first = first == TG_NONE ? v : first;
      count++;
    }
  if (count && settings->type == TG_REPLICATE_NONE)
    return tg_error_at(
        error, TRYGG_ECODEBOOK, codebook->variables[first].file, codebook->variables[first].line, 0, "role",
        "replicate weights mean nothing without `replicate_type` in settings.csv: BRR, Fay, JK1, "
        "JKn, JK2, bootstrap, successive-difference, ACS or other");
  if (!count && settings->type != TG_REPLICATE_NONE)
    return tg_sheet_fail(error, TRYGG_ECODEBOOK, settings->row, settings->type_field,
                         "no variable of survey.csv has the role `replicate`");
  if (count == 1)
    return tg_error_at(error, TRYGG_ECODEBOOK, codebook->variables[first].file,
                       codebook->variables[first].line, 0, "role",
                       "one replicate weight gives no variance; name them all, as rep1..rep160");
  if (settings->rscale_count > 1 && settings->rscale_count != count)
    return tg_sheet_fail(error, TRYGG_ECODEBOOK, settings->row, settings->rscales_field,
                         "there are %zu factors for %zu replicate weights", settings->rscale_count, count);
  return TRYGG_OK;
}
