/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Classes in which enough people answered.
 *
 * Classes stand in the order of their variables and codes.  One that is too small is joined with the neighbour that has
 * the same codes of more of the variables, from the first on; of two alike, with the one of which fewer answered. */
#include <design/response.h>

#include <math.h>
#include <string.h>

#include <base/number.h>
#include <base/text.h>
#include <numeric/sum.h>

/* How many of the variables, from the first on, two records have alike. */
static size_t alike(const tg_response *r, size_t a, size_t b) {
  size_t v = 0;
  while (v < r->variable_count && r->category[v][a] == r->category[v][b])
    v++;
  return v;
}

/* The neighbour (one before or behind) that a class is joined with; SIZE_MAX where it is its wave's only one. */
static size_t neighbour(const tg_response *r, const tg_response_group *classes, size_t count, size_t k) {
  int before = k > 0 && classes[k - 1].wave == classes[k].wave,
      behind = k + 1 < count && classes[k + 1].wave == classes[k].wave;
  size_t left, right;
  if (!before || !behind)
    return before ? k - 1 : behind ? k + 1 : SIZE_MAX;
  left = classes[k].part ? 0 : alike(r, classes[k - 1].last, classes[k].first);
  right = classes[k].part ? 0 : alike(r, classes[k].last, classes[k + 1].first);
  if (left != right)
    return left > right ? k - 1 : k + 1;
  return classes[k - 1].answered <= classes[k + 1].answered ? k - 1 : k + 1;
}

static void join(tg_response_group *classes, size_t *count, size_t first) {
  tg_response_group *into = &classes[first], *from = into + 1;
  into->last = from->last;
  into->last_part = from->last_part;
  into->drawn += from->drawn;
  into->answered += from->answered;
  into->weight += from->weight;
  into->weighted += from->weighted;
  memmove(from, from + 1, (*count - first - 2) * sizeof *from);
  (*count)--;
}

/* "1 16-24", or of joined ones "1 16-24 .. 1 25-34" */
static void put_codes(const tg_response *r, size_t record, tg_text *out) {
  for (size_t v = 0; v < r->variable_count; v++)
    tg_text_format(out, "%s%s", v ? " " : "",
                   r->category[v][record] < r->names[v].count ? r->names[v].names[r->category[v][record]]
                                                              : "");
}

void tg_response_put_name(const tg_response *r, const tg_response_group *group, tg_text *out) {
  if (group->part && group->part == group->last_part)
    tg_text_format(out, "%d", group->part);
  else if (group->part)
    tg_text_format(out, "%d .. %d", group->part, group->last_part);
  else {
    put_codes(r, group->first, out);
    if (alike(r, group->first, group->last) == r->variable_count)
      return;
    tg_text_put(out, " .. ");
    put_codes(r, group->last, out);
  }
}

static trygg_status refuse(const tg_response *r, const tg_response_group *group, int alone,
                           trygg_error *error) {
  char drawn[TG_NUMBER_SIZE], answered[TG_NUMBER_SIZE], least[TG_NUMBER_SIZE];
  const char *wave = r->responses->waves[group->wave].code;
  tg_text name = {0};
  trygg_status status;
  tg_response_put_name(r, group, &name);
  status =
      name.failed
          ? tg_error_memory(error)
          : tg_error_at(
                error, TRYGG_EDESIGN, NULL, 0, 0, "response",
                "class `%s`%s%s has %s who answered of %s drawn, and %s are wanted; %s", name.bytes,
                *wave ? " of wave " : "", wave, tg_number_format(answered, group->answered),
                tg_number_format(drawn, group->drawn), tg_number_format(least, r->least),
                alone ? "there is none to join it with; lower `response_least`"
                      : "let small classes be joined (`response_collapse`), name fewer variables, or lower "
                        "`response_least`");
  tg_text_free(&name);
  return status;
}

/* Join until all are large enough; place[g] is the class that group g ends in. */
static trygg_status join_small(const tg_response *r, tg_response_group *classes, size_t *count,
                               trygg_error *error) {
  for (;;) {
    size_t smallest = 0, other;
    for (size_t k = 1; k < *count; k++)
      if (classes[k].answered < classes[smallest].answered)
        smallest = k;
    if (classes[smallest].answered >= r->least)
      return TRYGG_OK;
    other = neighbour(r, classes, *count, smallest);
    if (!r->collapse || other == SIZE_MAX)
      return refuse(r, &classes[smallest], other == SIZE_MAX && r->collapse, error);
    join(classes, count, other < smallest ? other : smallest);
  }
}

/* Classes are runs of groups: a group is in the last class that begins at or before it. */
static void settle(tg_response *r, const tg_response_group *classes, size_t count, uint32_t *place) {
  for (size_t g = 0, k = 0; g < r->group_count; g++) {
    k += k + 1 < count && classes[k + 1].first == r->groups[g].first;
    place[g] = (uint32_t)k;
  }
  for (size_t i = 0; i < r->responses->count; i++)
    r->of[i] = place[r->of[i]];
  memcpy(r->groups, classes, count * sizeof *classes);
  r->group_count = r->column_count = count;
  memset(r->waves, 0, r->responses->wave_count * sizeof *r->waves);
  for (size_t k = count; k-- > 0;) {
    tg_response_wave *wave = &r->waves[classes[k].wave];
    wave->first_group = wave->first_column = k;
    wave->groups++;
    wave->columns++;
    r->groups[k].propensity = classes[k].weight > 0 ? classes[k].weighted / classes[k].weight : 1;
  }
}

trygg_status tg_response_make_classes(tg_response *r, const double *base, trygg_error *error) {
  trygg_status status = TRYGG_OK;
  size_t count = r->group_count;
  tg_response_group *classes = tg_memory_new(count, sizeof *classes);
  uint32_t *place = tg_memory_new(count, sizeof *place);
  (void)base;
  if (!classes || !place) {
    status = tg_error_memory(error);
    goto cleanup;
  }
  memcpy(classes, r->groups, count * sizeof *classes);
  TRY(join_small(r, classes, &count, error));
  settle(r, classes, count, place);
cleanup:
  tg_memory_free(classes);
  tg_memory_free(place);
  return status;
}
