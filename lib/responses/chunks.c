/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text behind the header in chunks of whole records, scanned by several threads and judged in order. */
#include <string.h>

#include <base/memory.h>
#include <base/pipeline.h>
#include <base/thread.h>
#include <responses/load.h>
#include <responses/scan.h>
#include <source/cut.h>

#define CHUNK_BYTES ((size_t)256 << 10) /* with its columns within a processor's second cache */
#define FIRST_ROWS 256
#define PROGRESS_BYTES (UINT64_C(1) << 20)

/* One slot of the pipeline. */
typedef struct text_chunk {
  char *text; /* [capacity + TG_SCAN_SLACK] */
  size_t capacity;
  size_t length, whole; /* bytes read; those of whole records */
  int has_quotes;
  size_t used;   /* bytes scanned */
  int64_t lines; /* physical lines scanned */
  uint64_t raw;  /* bytes of the source behind it and all before */
  tg_scan scan;
  tg_piece piece;
} text_chunk;

typedef struct chunk_reader {
  tg_load *load;
  tg_records *records;
  tg_source *source;
  const trygg_progress *progress;
  text_chunk *chunks;
  size_t count;
  size_t longest;
  char *carry; /* text behind the last whole record */
  size_t carried, carry_capacity;
  int no_memory, ended; /* ended: the text has no more bytes */
  int64_t lines;        /* of the chunks taken */
  uint64_t text, raw;   /* bytes of the chunks taken: of text, of the source */
  uint64_t reported;    /* bytes of text when progress was reported last */
  size_t first;         /* records before this file */
} chunk_reader;

/* ---- reading -------------------------------------------------------------------------------------- */

static int make_room(char **block, size_t *capacity, size_t needed) {
  if (*capacity >= needed)
    return 0;
  tg_memory_wipe(*block, *block ? *capacity + TG_SCAN_SLACK : 0);
  *capacity = 0;
  *block = tg_memory_new(needed + TG_SCAN_SLACK, 1);
  if (!*block)
    return -1;
  *capacity = needed;
  return 0;
}

/* Twice the room with the text kept. */
static int enlarge(text_chunk *chunk) {
  size_t capacity = chunk->capacity * 2;
  char *larger = tg_memory_new(capacity + TG_SCAN_SLACK, 1);
  if (!larger)
    return -1;
  memcpy(larger, chunk->text, chunk->length);
  tg_memory_wipe(chunk->text, chunk->capacity + TG_SCAN_SLACK);
  chunk->text = larger;
  chunk->capacity = capacity;
  return 0;
}

/* Text up to that length or the end. */
static void fill(chunk_reader *reader, text_chunk *chunk, size_t length) {
  size_t most = reader->load->reading.read_size;
  while (chunk->length < length && !reader->ended) {
    size_t got = 0, wanted = length - chunk->length;
    tg_records_text(reader->records, chunk->text + chunk->length, most && most < wanted ? most : wanted,
                    &got);
    chunk->length += got;
    reader->ended = got == 0;
  }
}

/* Keep what lies behind the whole records for the next chunk. */
static void carry(chunk_reader *reader, text_chunk *chunk) {
  size_t left = chunk->length - chunk->whole;
  if (make_room(&reader->carry, &reader->carry_capacity, left) != 0) {
    reader->no_memory = 1;
    return;
  }
  if (left)
    memcpy(reader->carry, chunk->text + chunk->whole, left);
  reader->carried = left;
  memset(chunk->text + chunk->length, 0, TG_SCAN_SLACK);
}

static int read_chunk(void *context, size_t slot) {
  chunk_reader *reader = context;
  text_chunk *chunk = &reader->chunks[slot];
  size_t wanted = reader->load->reading.piece;
  if (wanted == 0)
    wanted = CHUNK_BYTES;
  chunk->length = chunk->whole = chunk->used = 0;
  chunk->lines = 0;
  if (reader->no_memory || make_room(&chunk->text, &chunk->capacity, wanted + reader->carried) != 0) {
    reader->no_memory = 1;
    return 0;
  }
  if (reader->carried)
    memcpy(chunk->text, reader->carry, reader->carried);
  chunk->length = reader->carried;
  for (size_t length = wanted + reader->carried;; length = chunk->capacity) {
    fill(reader, chunk, length);
    chunk->whole = tg_cut_whole(chunk->text, chunk->length, &chunk->has_quotes);
    /* A record that is longer than all limits is left to libcsv, which refuses it. */
    if (chunk->whole > 0 || reader->ended || chunk->length > reader->longest)
      break;
    if (enlarge(chunk) != 0) {
      reader->no_memory = 1;
      return 0;
    }
  }
  carry(reader, chunk);
  chunk->raw = tg_source_used(reader->source);
  return !reader->no_memory && !reader->ended && chunk->whole > 0;
}

/* ---- scanning ------------------------------------------------------------------------------------- */

static void scan_chunk(void *context, size_t slot) {
  chunk_reader *reader = context;
  text_chunk *chunk = &reader->chunks[slot];
  tg_piece_reset(&chunk->piece, 0);
  if (chunk->whole > 0)
    tg_scan_text(&chunk->scan, &chunk->piece, chunk->text, chunk->whole, chunk->has_quotes, &chunk->used,
                 &chunk->lines);
}

/* ---- taking --------------------------------------------------------------------------------------- */

/* Room for all records of the file at once, as far as can be seen: growing copies, and fresh memory is slow. */
static trygg_status reserve(chunk_reader *reader, const text_chunk *chunk) {
  tg_load *load = reader->load;
  uint64_t total = tg_source_total(reader->source);
  size_t needed = load->count + chunk->piece.count;
  if (load->windows || needed <= load->responses->capacity || total == 0 || chunk->raw == 0 ||
      chunk->raw >= total)
    return TRYGG_OK;
  double records = (double)(needed - reader->first) * ((double)total / (double)chunk->raw) * 1.05 + 1024;
  return records < 1e9 ? tg_record_reserve(load, reader->first + (size_t)records) : TRYGG_OK;
}

static trygg_status take_chunk(void *context, size_t slot, int *stop, trygg_error *error) {
  chunk_reader *reader = context;
  text_chunk *chunk = &reader->chunks[slot];
  trygg_status status = TRYGG_OK;
  if (chunk->piece.no_memory)
    return tg_error_memory(error);
  chunk->piece.line = reader->lines;
  TRY(reserve(reader, chunk));
  TRY(tg_record_take(reader->load, &chunk->piece));
  tg_files_move_counts(&chunk->scan.plan, &reader->load->plan);
  reader->lines += chunk->lines;
  reader->text += chunk->whole;
  reader->raw = chunk->raw;
  *stop = chunk->used < chunk->whole;
cleanup:
  return status;
}

static trygg_status report(void *context, trygg_error *error) {
  chunk_reader *reader = context;
  if (reader->text - reader->reported < PROGRESS_BYTES)
    return TRYGG_OK;
  reader->reported = reader->text;
  return tg_thread_progress(reader->progress, "load", reader->raw, tg_source_total(reader->source), error);
}

/* ---- all of it ------------------------------------------------------------------------------------- */

/* Text that was read and not taken, from the chunk that stopped the scanner on, back to libcsv. */
static trygg_status give_back(chunk_reader *reader, size_t read, size_t taken, size_t slots, int64_t lines) {
  trygg_status status = TRYGG_OK;
  size_t size = reader->carried, from = taken > 0 ? taken - 1 : 0, to = 0;
  for (size_t i = from; i < read; i++)
    size += reader->chunks[i % slots].whole - reader->chunks[i % slots].used * (i + 1 == taken);
  char *text = tg_memory_new(size, 1);
  if (!text)
    return tg_error_memory(reader->load->error);
  for (size_t i = from; i < read; i++) {
    const text_chunk *chunk = &reader->chunks[i % slots];
    size_t skip = i + 1 == taken ? chunk->used : 0;
    memcpy(text + to, chunk->text + skip, chunk->whole - skip);
    to += chunk->whole - skip;
  }
  if (reader->carried)
    memcpy(text + to, reader->carry, reader->carried);
  status = tg_records_give_back(reader->records, text, size, lines);
  tg_memory_wipe(text, size);
  return status;
}

static trygg_status open_chunks(chunk_reader *reader, size_t count) {
  trygg_status status = TRYGG_OK;
  tg_load *load = reader->load;
  reader->count = count;
  for (size_t i = 0; i < count && status == TRYGG_OK; i++) {
    text_chunk *chunk = &reader->chunks[i];
    if (!chunk->piece.load)
      status = tg_piece_open(&chunk->piece, load, FIRST_ROWS, load->error);
    if (status == TRYGG_OK && !chunk->scan.fields)
      status = tg_scan_open(&chunk->scan, load, tg_records_delimiter(reader->records), reader->longest,
                            load->error);
  }
  return status;
}

static void close_chunks(chunk_reader *reader, size_t count) {
  for (size_t i = 0; i < count && reader->chunks; i++) {
    tg_piece_close(&reader->chunks[i].piece);
    tg_scan_close(&reader->chunks[i].scan);
    tg_memory_wipe(reader->chunks[i].text, reader->chunks[i].text ? reader->chunks[i].capacity : 0);
  }
  tg_memory_wipe(reader->carry, reader->carry ? reader->carry_capacity : 0);
  tg_memory_free(reader->chunks);
}

trygg_status tg_chunks_read(tg_load *load, tg_records *records, tg_source *source,
                            const trygg_progress *progress) {
  trygg_status status = TRYGG_OK;
  int threads = tg_thread_count(load->options.threads, SIZE_MAX);
  size_t slots = threads > 1 ? (size_t)threads + 2 : 1, read = 1, taken = 1;
  chunk_reader reader = {.load = load, .records = records, .source = source, .progress = progress};
  tg_pipeline pipeline = {read_chunk, scan_chunk, take_chunk, report, &reader};
  uint64_t field = load->options.max_field ? load->options.max_field : UINT64_C(1) << 20;
  uint64_t record = load->options.max_record ? load->options.max_record : UINT64_C(1) << 24;
  reader.longest = (size_t)(field < record ? field : record);
  reader.first = load->count;
  reader.lines = tg_records_line(records) - 1;
  int64_t before = reader.lines;
  reader.chunks = tg_memory_new(slots, sizeof *reader.chunks);
  if (!reader.chunks)
    return tg_error_memory(load->error);
  /* Threads are not worth starting before it is known that there is more than one chunk. */
  TRY(open_chunks(&reader, 1));
  int more = read_chunk(&reader, 0), stop = 0;
  scan_chunk(&reader, 0);
  TRY(take_chunk(&reader, 0, &stop, load->error));
  if (more && !stop) {
    TRY(report(&reader, load->error));
    TRY(open_chunks(&reader, slots));
    TRY(tg_pipeline_run(&pipeline, threads, slots, &read, &taken, load->error));
  }
  TRY(reader.no_memory ? tg_error_memory(load->error)
                       : give_back(&reader, read, taken, slots, reader.lines - before));
cleanup:
  close_chunks(&reader, slots);
  return status;
}
