/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How those who answered stand for those who did not, as a table. */
#include <design/response.h>

#include <math.h>

#include <table/table.h>

enum { WAVE, CLASS, DRAWN, ANSWERED, RATE, LOWEST, HIGHEST, COLUMNS };

static const tg_column_description columns[COLUMNS] = {
    [WAVE] = {"wave", TRYGG_TEXT, TRYGG_KEY, "the wave", 0},
    [CLASS] = {"class", TRYGG_TEXT, TRYGG_KEY, "the class", 0},
    [DRAWN] = {"drawn", TRYGG_INTEGER, TRYGG_VALUE, "people drawn", 0},
    [ANSWERED] = {"answered", TRYGG_INTEGER, TRYGG_VALUE, "of them those who answered", 0},
    [RATE] = {"rate", TRYGG_NUMBER, TRYGG_VALUE, "weighted share that answered", 1},
    [LOWEST] = {"factor_lowest", TRYGG_NUMBER, TRYGG_VALUE, "lowest factor by which weights grew", 0},
    [HIGHEST] = {"factor_highest", TRYGG_NUMBER, TRYGG_VALUE, "highest factor", 0},
};

/* A row of the groups [first, end), with the name of one of them or none. */
static trygg_status add_row(const tg_response *r, size_t first, size_t end, const char *name,
                            trygg_table *table, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  tg_response_group all = {0};
  double lowest = INFINITY, highest = -INFINITY;
  for (size_t g = first; g < end; g++) {
    const tg_response_group *group = &r->groups[g];
    all.drawn += group->drawn;
    all.answered += group->answered;
    all.weight += group->weight;
    all.weighted += group->weighted;
    if (group->answered > 0) {
      lowest = fmin(lowest, 1 / group->propensity);
      highest = fmax(highest, 1 / group->propensity);
    }
  }
  TRY(tg_table_add_row(table, error));
  TRY(tg_table_set_text(table, WAVE, r->responses->waves[r->groups[first].wave].code, error));
  TRY(tg_table_set_text(table, CLASS, name, error));
  tg_table_set_base(table, (int64_t)all.drawn);
  tg_table_set_unit(table, TG_UNIT_SHARE);
  tg_table_set_integer(table, DRAWN, (int64_t)all.drawn);
  tg_table_set_integer(table, ANSWERED, (int64_t)all.answered);
  tg_table_set_number(table, RATE, all.weighted / all.weight);
  tg_table_set_number(table, LOWEST, isfinite(lowest) ? lowest : NAN);
  tg_table_set_number(table, HIGHEST, isfinite(highest) ? highest : NAN);
cleanup:
  return status;
}

static trygg_status add_class(const tg_response *r, size_t group, trygg_table *table, trygg_error *error) {
  tg_text name = {0};
  trygg_status status;
  tg_response_put_name(r, &r->groups[group], &name);
  status = name.failed ? tg_error_memory(error) : add_row(r, group, group + 1, name.bytes, table, error);
  tg_text_free(&name);
  return status;
}

trygg_status trygg_design_nonresponse(const trygg_design *design, trygg_table **out, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  trygg_table *table = NULL;
  const tg_response *r;
  if (!design || !out)
    return tg_error_set(error, TRYGG_EINVAL, "a design and a place for the table were expected");
  *out = NULL;
  r = design->response;
  TRY(tg_table_create(&table, error));
  TRY(tg_table_add_columns(table, columns, COLUMNS, error));
  for (size_t g = 0; r && g < r->group_count && r->choice.method->classes; g++)
    TRY(add_class(r, g, table, error));
  for (size_t w = 0; r && w < r->responses->wave_count && !r->choice.method->classes; w++)
    if (r->waves[w].groups)
      TRY(add_row(r, r->waves[w].first_group, r->waves[w].first_group + r->waves[w].groups, "", table,
                  error));
  *out = table;
  table = NULL;
cleanup:
  trygg_table_free(table);
  return status;
}
