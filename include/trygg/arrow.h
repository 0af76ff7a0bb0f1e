/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * @file arrow.h
 * @brief Tables out by Apache Arrow's C data and C stream interface; trygg_responses_load_arrow() takes data in.
 *
 * The interface is a few structs that producer and consumer share within a process; no Arrow library is needed.
 * pandas, polars, pyarrow, DuckDB, R's nanoarrow and others speak it.  The structs and their guards are those of
 * the specification (https://arrow.apache.org/docs/format/CDataInterface.html), word for word, so that this header
 * and others that have them can be included together.
 */
#ifndef TRYGG_ARROW_H
#define TRYGG_ARROW_H

#include <stdint.h>

#include <trygg/table.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
  // Array type description
  const char *format;
  const char *name;
  const char *metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema **children;
  struct ArrowSchema *dictionary;

  // Release callback
  void (*release)(struct ArrowSchema *);
  // Opaque producer-specific data
  void *private_data;
};

struct ArrowArray {
  // Array data description
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void **buffers;
  struct ArrowArray **children;
  struct ArrowArray *dictionary;

  // Release callback
  void (*release)(struct ArrowArray *);
  // Opaque producer-specific data
  void *private_data;
};

#endif // ARROW_C_DATA_INTERFACE

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

struct ArrowArrayStream {
  // Callbacks providing stream functionality
  int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
  int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);
  const char *(*get_last_error)(struct ArrowArrayStream *);

  // Release callback
  void (*release)(struct ArrowArrayStream *);

  // Opaque producer-specific data
  void *private_data;
};

#endif // ARROW_C_STREAM_INTERFACE

#ifdef __cplusplus
}
#endif

TRYGG_BEGIN_DECLS

/**
 * Hand out a table as an Arrow stream of one batch.
 *
 * Numbers are float64, integers int64, texts utf8, all nullable; a missing cell is null.  The notes of the table are
 * the metadata of the schema.
 *
 * @param[out] out  Yours to release; it retains the table and serves one thread at a time.  Its `release` is NULL on
 *                  failure.
 * @retval TRYGG_ELIMIT  The texts of a column take more than 2 GiB.
 */
TRYGG_API trygg_status trygg_arrow_export(trygg_table *table, struct ArrowArrayStream *out,
                                          trygg_error *error);

TRYGG_END_DECLS

#endif /* TRYGG_ARROW_H */
