/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Response rates: formulas, and the table of them. */
#include <responses/rates.h>

#include <math.h>
#include <string.h>

#include <base/error.h>
#include <base/memory.h>
#include <table/table.h>

const char *const tg_rates_names[TG_RATES] = {
    [TG_RATE_RR1] = "rr1",
    [TG_RATE_RR2] = "rr2",
    [TG_RATE_RR3] = "rr3",
    [TG_RATE_RR4] = "rr4",
    [TG_RATE_RR5] = "rr5",
    [TG_RATE_RR6] = "rr6",
    [TG_RATE_SVARSANDEL] = "svarsandel",
};

const char *const tg_rates_dispositions[TG_DISPOSITIONS] = {"I", "P", "R", "NC", "O", "UH", "UO", "NE"};

static double ratio(double numerator, double denominator) {
  return denominator > 0 ? numerator / denominator : (double)NAN;
}

int64_t tg_rates_numerator(const int64_t counts[TG_DISPOSITIONS], tg_rate rate) {
  int with_partial =
      rate == TG_RATE_RR2 || rate == TG_RATE_RR4 || rate == TG_RATE_RR6 || rate == TG_RATE_SVARSANDEL;
  return counts[TG_DISPOSITION_I] + (with_partial ? counts[TG_DISPOSITION_P] : 0);
}

/* With everybody accounted for the svarsandel is RR2; it is kept by its own name, since that is what
 * Swedish reports print. */
void tg_rates_compute(const int64_t counts[TG_DISPOSITIONS], double rates[TG_RATES], double *e) {
  double eligible = 0, all = 0;
  for (int d = 0; d < TG_DISPOSITIONS; d++) {
    all += (double)counts[d];
    eligible += d <= TG_DISPOSITION_O ? (double)counts[d] : 0;
  }
  double unknown = (double)(counts[TG_DISPOSITION_UH] + counts[TG_DISPOSITION_UO]);
  double overcoverage = (double)counts[TG_DISPOSITION_NE];
  *e = ratio(eligible, eligible + overcoverage);
  double share = unknown > 0 ? *e * unknown : 0;
  const double denominators[TG_RATES] = {
      [TG_RATE_RR1] = eligible + unknown,
      [TG_RATE_RR2] = eligible + unknown,
      [TG_RATE_RR3] = eligible + share,
      [TG_RATE_RR4] = eligible + share,
      [TG_RATE_RR5] = eligible,
      [TG_RATE_RR6] = eligible,
      [TG_RATE_SVARSANDEL] = all - overcoverage,
  };
  for (int rate = 0; rate < TG_RATES; rate++)
    rates[rate] = ratio((double)tg_rates_numerator(counts, (tg_rate)rate), denominators[rate]);
}

/* ---- the table ---------------------------------------------------------------------------- */

enum { WAVE_COLUMN, VARIABLES_COLUMN, CATEGORY_COLUMN, SAMPLE_COLUMN, I_COLUMN };
enum { E_COLUMN = I_COLUMN + TG_DISPOSITIONS, RR1_COLUMN, COLUMNS = RR1_COLUMN + TG_RATES };

#define KEY(column, text)                                                                                    \
  { .name = column, .type = TRYGG_TEXT, .role = TRYGG_KEY, .help = text }
#define CASES(column, text)                                                                                  \
  { .name = column, .type = TRYGG_INTEGER, .role = TRYGG_VALUE, .help = text }
#define SHARE(column, text)                                                                                  \
  { .name = column, .type = TRYGG_NUMBER, .role = TRYGG_VALUE, .help = text, .scaled = 1 }

static const tg_column_description columns[COLUMNS] = {
    KEY("wave", "wave"),
    KEY("variables", "variables that make the category; empty: the whole wave"),
    KEY("category", "their codes, with blanks between"),
    CASES("sample", "all that was sent out: the sum of the dispositions"),
    CASES("I", "complete interviews"),
    CASES("P", "partial interviews"),
    CASES("R", "refusals and break-offs"),
    CASES("NC", "not reached"),
    CASES("O", "other eligible ones without an interview"),
    CASES("UH", "unknown if there is a household"),
    CASES("UO", "unknown for other reasons, such as nothing heard"),
    CASES("NE", "not eligible: overcoverage"),
    SHARE("e", "share of eligible ones among those of whom it is known"),
    SHARE("rr1", "I / (I+P+R+NC+O+UH+UO)"),
    SHARE("rr2", "(I+P) / (I+P+R+NC+O+UH+UO)"),
    SHARE("rr3", "I / (I+P+R+NC+O+e(UH+UO))"),
    SHARE("rr4", "(I+P) / (I+P+R+NC+O+e(UH+UO))"),
    SHARE("rr5", "I / (I+P+R+NC+O)"),
    SHARE("rr6", "(I+P) / (I+P+R+NC+O)"),
    SHARE("svarsandel", "(I+P) / (sample - NE)"),
};

static trygg_status add_group(trygg_table *table, const tg_rates_group *group, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  const char *keys[] = {group->wave, group->names, group->category};
  double rates[TG_RATES], e;
  int64_t sample = 0;
  TRY(tg_table_add_row(table, error));
  tg_table_set_unit(table, TG_UNIT_SHARE);
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
    if (keys[i][0])
      TRY(tg_table_set_text(table, i, keys[i], error));
  for (int d = 0; d < TG_DISPOSITIONS; d++) {
    sample += group->counts[d];
    tg_table_set_integer(table, (size_t)(I_COLUMN + d), group->counts[d]);
  }
  if (!group->known || group->contradicts)
    return TRYGG_OK;
  tg_table_set_integer(table, SAMPLE_COLUMN, sample);
  tg_rates_compute(group->counts, rates, &e);
  tg_table_set_number(table, E_COLUMN, e);
  for (int rate = 0; rate < TG_RATES; rate++)
    tg_table_set_number(table, (size_t)(RR1_COLUMN + rate), rates[rate]);
cleanup:
  return status;
}

static trygg_status add_notes(trygg_table *table, const tg_rates *rates, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  int unknown = 0, contradicts = 0;
  for (size_t i = 0; i < rates->count; i++) {
    unknown |= !rates->groups[i].known;
    contradicts |= rates->groups[i].contradicts;
  }
  TRY(tg_table_set_note(table, "e",
                        "the share of eligible cases among those of known eligibility, (I+P+R+NC+O) / "
                        "(I+P+R+NC+O+NE), is taken to hold for UH and UO",
                        error));
  TRY(tg_table_set_note(table, "dispositions",
                        "late answers count as O, records with too few answers as R, duplicates and records "
                        "without wave or weight not at all",
                        error));
  if (unknown)
    TRY(tg_table_set_note(table, "no_sample",
                          "nothing says how many were asked: give sample.csv, or a status variable with the "
                          "dispositions of those who did not answer",
                          error));
  if (contradicts)
    TRY(tg_table_set_note(table, "sample_mismatch",
                          "rates are left out where the dispositions are not as many as sample.csv says were "
                          "sent out",
                          error));
cleanup:
  return status;
}

trygg_status trygg_responses_rates(const trygg_responses *responses, trygg_table **out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  trygg_table *table = NULL;
  tg_rates rates = {0};
  if (!out)
    return tg_error_set(error, TRYGG_EINVAL, "there is no place for the response rates");
  *out = NULL;
  if (!responses)
    return tg_error_set(error, TRYGG_EINVAL, "there are no responses to count");
  TRY(tg_rates_collect(responses, &rates, error));
  TRY(tg_table_create(&table, error));
  TRY(tg_table_add_columns(table, columns, COLUMNS, error));
  for (size_t i = 0; i < rates.count; i++)
    TRY(add_group(table, &rates.groups[i], error));
  TRY(add_notes(table, &rates, error));
  *out = table;
  table = NULL;
cleanup:
  trygg_table_free(table);
  tg_rates_clear(&rates);
  return status;
}
