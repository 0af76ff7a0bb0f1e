/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of numbers most of which are 0. */
#ifndef TG_TALLY_SPARSE_H
#define TG_TALLY_SPARSE_H

#include <stddef.h>
#include <stdint.h>

typedef struct tg_sparse_value {
  uint32_t column;
  double value;
} tg_sparse_value;

/* Row r is list[begin[r]..begin[r + 1]).  Rows are filled one after the other. */
typedef struct tg_sparse {
  size_t *begin;
  size_t rows; /* filled */
  tg_sparse_value *list;
  size_t capacity;
} tg_sparse;

/* A row while it is added up: columns in the order in which they were met. */
typedef struct tg_sparse_sum {
  double *value; /* of each column; 0 between rows */
  size_t *times; /* how often it was met */
  uint32_t *met;
  size_t met_count;
} tg_sparse_sum;

/* Room for so many rows or columns; 0, or -1 without memory; to be cleared in either case. */
int tg_sparse_begin(tg_sparse *sparse, size_t rows);
void tg_sparse_clear(tg_sparse *sparse);
int tg_sparse_begin_sum(tg_sparse_sum *sum, size_t columns);
void tg_sparse_clear_sum(tg_sparse_sum *sum);

static inline void tg_sparse_add(tg_sparse_sum *sum, uint32_t column, double value) {
  if (sum->times[column]++ == 0)
    sum->met[sum->met_count++] = column;
  sum->value[column] += value;
}

/* The sum is the next row; a new one begins.  0, or -1 without memory. */
int tg_sparse_end_row(tg_sparse *sparse, tg_sparse_sum *sum);

/* Begin a new sum. */
void tg_sparse_reset(tg_sparse_sum *sum);

#endif
