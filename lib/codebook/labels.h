/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Labels in several languages: which column is which, copies, and freeing. */
#ifndef TG_CODEBOOK_LABELS_H
#define TG_CODEBOOK_LABELS_H

#include <codebook/codebook.h>

/* The language of `Svenska (sv)`, `sv`, `English`; -1 where it is neither Swedish nor English. */
int tg_labels_language(const char *text, size_t length, tg_language *out);

/* Copy what is given; 0, or -1 without memory (then *to holds nothing). */
int tg_labels_copy(tg_labels *to, const tg_labels *from);

/* Let the default language be `language` where no plain `label` is given; 0, or -1 without memory. */
int tg_labels_default(tg_labels *labels, tg_language language);

int tg_labels_empty(const tg_labels *labels);
void tg_labels_clear(tg_labels *labels);

#endif
