/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Option structs of callers, who may have been compiled against an older or a newer header. */
#ifndef TG_BASE_OPTIONS_H
#define TG_BASE_OPTIONS_H

#include <base/error.h>

/* Copy what the caller gave (NULL: nothing) into `out`, which is `known` bytes: fields the caller does not know are
 * 0, fields we do not know are left.  Every option struct begins with its size; TRYGG_EINVAL when it is not set.
 * `name` is the type's, for the message. */
trygg_status tg_options_take(void *out, size_t known, const void *given, const char *name,
                             trygg_error *error);

/* A list of `count` names may be empty, but neither it nor a name in it may be NULL. */
trygg_status tg_options_list(const char *const *list, size_t count, const char *field, trygg_error *error);

#endif
