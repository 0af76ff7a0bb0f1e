/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts as small numbers: given in the order they come, renumbered by bytes at the end. */
#ifndef TG_RESPONSES_DICTIONARY_H
#define TG_RESPONSES_DICTIONARY_H

#include <responses/responses.h>

#define TG_DICTIONARY_EMPTY 0u                         /* index of an empty cell */
#define TG_DICTIONARY_MISSING(kind) ((uint32_t)(kind)) /* index of a missing kind that no text stands for */

/* Zero-initialise. */
typedef struct tg_dictionary_builder {
  char *bytes;
  size_t used, capacity;
  size_t *offsets; /* of text i; offsets[count] is the end */
  size_t count, offset_capacity;
  uint32_t *slots; /* open addressing; 0: free */
  size_t slot_count;
} tg_dictionary_builder;

/* Index of a text, added when new (*is_new may be NULL); 0, or -1 without memory or with too many texts. */
int tg_dictionary_add(tg_dictionary_builder *builder, const char *text, size_t length, uint32_t *index,
                      int *is_new);

/* Make the indexes of missing kinds valid before any text is added; 0, or -1 without memory. */
int tg_dictionary_begin(tg_dictionary_builder *builder);

/* Text of an index, borrowed until the next add. */
const char *tg_dictionary_text(const tg_dictionary_builder *builder, uint32_t index);

/* Keep what `indexes` uses, sort, and rewrite the indexes.  The builder is cleared on success. */
trygg_status tg_dictionary_finish(tg_dictionary_builder *builder, const tg_variable *variable,
                                  uint32_t *indexes, size_t count, tg_dictionary *out, trygg_error *error);

void tg_dictionary_builder_clear(tg_dictionary_builder *builder);
void tg_dictionary_clear(tg_dictionary *dictionary);

#endif
