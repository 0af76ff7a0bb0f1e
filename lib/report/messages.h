/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every text that people read in a report, in English and Swedish. */
#ifndef TG_REPORT_MESSAGES_H
#define TG_REPORT_MESSAGES_H

#include <stddef.h>

typedef enum tg_message_language {
  TG_MESSAGE_ENGLISH,
  TG_MESSAGE_SWEDISH,
  TG_MESSAGE_LANGUAGES
} tg_message_language;

/* The text `group.name`, for instance ("column", "estimate"); NULL where there is none. */
const char *tg_messages_find(tg_message_language language, const char *group, const char *name);

/* The same for a text that is known to exist; the name itself where it does not. */
const char *tg_messages_text(tg_message_language language, const char *group, const char *name);

/* Position in the table, for tests and lists: 0 and both texts filled in, or -1 after the last one. */
int tg_messages_at(size_t position, const char **group, const char **name,
                   const char *texts[TG_MESSAGE_LANGUAGES]);

#endif
