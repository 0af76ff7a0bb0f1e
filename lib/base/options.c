/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Option structs that grow without breaking those who use them. */
#include <base/options.h>

#include <string.h>

trygg_status tg_options_take(void *out, size_t known, const void *given, const char *name,
                             trygg_error *error) {
  size_t size = known;
  memset(out, 0, known);
  if (given) {
    memcpy(&size, given, sizeof size);
    if (size < sizeof size)
      return tg_error_at(error, TRYGG_EINVAL, NULL, 0, 0, "size",
                         "the options' `size` is not set; initialise them with {.size = sizeof(%s)}", name);
    memcpy(out, given, size < known ? size : known);
  }
  memcpy(out, &known, sizeof known);
  return TRYGG_OK;
}

trygg_status tg_options_list(const char *const *list, size_t count, const char *field, trygg_error *error) {
  for (size_t i = 0; i < count; i++)
    if (!list || !list[i])
      return tg_error_at(error, TRYGG_EINVAL, NULL, 0, 0, field, "the list of names has a NULL where a name should be");
  return TRYGG_OK;
}
