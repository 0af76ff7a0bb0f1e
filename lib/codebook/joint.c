/* SPDX-License-Identifier: GPL-3.0-or-later */
/* joint.csv: with what probability two units of a stratum were drawn together. */
#include <codebook/reader.h>

#include <math.h>

enum { JOINT_WAVE, JOINT_STRATUM, JOINT_A, JOINT_B, JOINT_PROBABILITY, JOINT_FIELDS };

static const tg_sheet_field fields[JOINT_FIELDS] = {
    [JOINT_WAVE] = {"wave", 0, "the wave; may be empty where there is only one"},
    [JOINT_STRATUM] = {"stratum", 0,
                       "code of the stratum; several stratum variables: their codes with blanks between"},
    [JOINT_A] = {"a", 1, "code of a cluster; several cluster variables: their codes with blanks between"},
    [JOINT_B] = {"b", 1, "code of another cluster; of the same: its own probability"},
    [JOINT_PROBABILITY] = {"probability", 1, "that both were drawn"},
};

static trygg_status add_joint(trygg_codebook *codebook, const tg_sheet_row *row, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  double probability;
  TRY(tg_sheet_number(row, JOINT_PROBABILITY, &probability, error));
  if (!(probability > 0 && probability <= 1))
    return tg_sheet_fail(
        error, TRYGG_ECODEBOOK, row, JOINT_PROBABILITY,
        "a probability lies above 0 and is at most 1; of units that are never drawn together no "
        "variance is known, so choose `brewer` in settings.csv");
  tg_joint_row *grown = tg_sheet_room(codebook->joint, codebook->joint_count, sizeof *grown);
  if (!grown)
    return tg_error_memory(error);
  codebook->joint = grown;
  tg_joint_row *kept = &grown[codebook->joint_count++];
  kept->probability = probability;
  kept->line = row->line;
  kept->wave = tg_sheet_copy(row, JOINT_WAVE);
  kept->stratum = tg_category_tidy(row->cells[JOINT_STRATUM]);
  kept->a = tg_category_tidy(row->cells[JOINT_A]);
  kept->b = tg_category_tidy(row->cells[JOINT_B]);
  kept->file = tg_memory_string(row->file);
  if (!kept->wave || !kept->stratum || !kept->a || !kept->b || !kept->file)
    status = tg_error_memory(error);
cleanup:
  return status;
}

const tg_sheet tg_joint_sheet = {
    .name = "joint",
    .help = "probabilities that two clusters were drawn together",
    .fields = fields,
    .field_count = JOINT_FIELDS,
    .add = add_joint,
};

void tg_joint_clear(trygg_codebook *codebook) {
  for (size_t i = 0; i < codebook->joint_count; i++) {
    tg_joint_row *row = &codebook->joint[i];
    tg_memory_free(row->wave);
    tg_memory_free(row->stratum);
    tg_memory_free(row->a);
    tg_memory_free(row->b);
    tg_memory_free(row->file);
  }
  tg_memory_free(codebook->joint);
}

trygg_status tg_joint_link(trygg_codebook *codebook, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  for (size_t i = 0; i < codebook->joint_count; i++) {
    const tg_sheet_row *row = codebook->reader->sheets[TG_JOINT].rows[i];
    if (i == 0 && (tg_codebook_find_role(codebook, TG_ROLE_INCLUSION, 1, 0) == TG_NONE ||
                   tg_codebook_find_role(codebook, TG_ROLE_CLUSTER, 1, 0) == TG_NONE))
      return tg_sheet_fail(
          error, TRYGG_ECODEBOOK, row, JOINT_A,
          "the table needs a variable with the role `cluster`, which names the units, and one with "
          "the role `inclusion`, their probabilities");
    TRY(tg_category_wave(codebook, row, JOINT_WAVE, error));
    if (row->cells[JOINT_STRATUM][0] && tg_codebook_find_role(codebook, TG_ROLE_STRATUM, 1, 0) == TG_NONE)
      return tg_sheet_fail(error, TRYGG_ECODEBOOK, row, JOINT_STRATUM,
                           "no variable of survey.csv has the role `stratum`; leave the column empty");
  }
cleanup:
  return status;
}
