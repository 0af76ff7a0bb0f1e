/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <tally/sparse.h>

#include <base/memory.h>

int tg_sparse_begin(tg_sparse *s, size_t rows) {
  *s = (tg_sparse){.begin = tg_memory_new(rows + 1, sizeof *s->begin)};
  return s->begin ? 0 : -1;
}

void tg_sparse_clear(tg_sparse *s) {
  tg_memory_free(s->begin);
  tg_memory_free(s->list);
  *s = (tg_sparse){0};
}

int tg_sparse_begin_sum(tg_sparse_sum *s, size_t columns) {
  *s = (tg_sparse_sum){.value = tg_memory_new(columns, sizeof *s->value),
                       .times = tg_memory_new(columns, sizeof *s->times),
                       .met = tg_memory_new(columns, sizeof *s->met)};
  return s->value && s->times && s->met ? 0 : -1;
}

void tg_sparse_clear_sum(tg_sparse_sum *s) {
  tg_memory_free(s->value);
  tg_memory_free(s->times);
  tg_memory_free(s->met);
  *s = (tg_sparse_sum){0};
}

void tg_sparse_reset(tg_sparse_sum *s) {
  for (size_t k = 0; k < s->met_count; k++) {
    s->value[s->met[k]] = 0;
    s->times[s->met[k]] = 0;
  }
  s->met_count = 0;
}

int tg_sparse_end_row(tg_sparse *s, tg_sparse_sum *sum) {
  size_t at = s->begin[s->rows];
  if (tg_memory_grow((void **)&s->list, &s->capacity, at + sum->met_count, sizeof *s->list))
    return -1;
  for (size_t k = 0; k < sum->met_count; k++)
    s->list[at + k] = (tg_sparse_value){sum->met[k], sum->value[sum->met[k]]};
  s->begin[++s->rows] = at + sum->met_count;
  tg_sparse_reset(sum);
  return 0;
}
