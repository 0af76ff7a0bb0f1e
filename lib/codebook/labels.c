/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Labels in several languages. */
#include <codebook/labels.h>

#include <string.h>

#include <base/text.h>

/* What a language is called in a column `label::...`, in brackets or alone. */
static const struct {
  const char *name;
  tg_language language;
} languages[] = {
    {"en", TG_ENGLISH},       {"sv", TG_SWEDISH},      {"English", TG_ENGLISH},
    {"Engelska", TG_ENGLISH}, {"Swedish", TG_SWEDISH}, {"Svenska", TG_SWEDISH},
};

static int find_language(const char *name, tg_language *out) {
  for (size_t i = 0; i < sizeof languages / sizeof *languages; i++)
    if (tg_text_same(name, languages[i].name)) {
      *out = languages[i].language;
      return 0;
    }
  return -1;
}

tg_language tg_language_find(const char *name) {
  tg_language language = TG_DEFAULT_LANGUAGE;
  if (name)
    (void)find_language(name, &language);
  return language;
}

int tg_labels_language(const char *text, size_t length, tg_language *out) {
  char name[32];
  text = tg_text_trim(text, &length);
  const char *open = length ? memchr(text, '(', length) : NULL;
  if (open && text[length - 1] == ')') {
    size_t before = (size_t)(open - text) + 1;
    text += before;
    length -= before + 1;
    text = tg_text_trim(text, &length);
  }
  if (length >= sizeof name)
    return -1;
  memcpy(name, text, length);
  name[length] = '\0';
  return find_language(name, out);
}

const char *tg_labels_text(const tg_labels *labels, tg_language language, const char *name) {
  if (labels->text[language])
    return labels->text[language];
  for (int any = 0; any < TG_LANGUAGES; any++)
    if (labels->text[any])
      return labels->text[any];
  return name;
}

int tg_labels_copy(tg_labels *to, const tg_labels *from) {
  *to = (tg_labels){0};
  for (int i = 0; i < TG_LANGUAGES; i++)
    if (from->text[i] && !(to->text[i] = tg_memory_string(from->text[i]))) {
      tg_labels_clear(to);
      return -1;
    }
  return 0;
}

int tg_labels_default(tg_labels *labels, tg_language language) {
  if (labels->text[TG_DEFAULT_LANGUAGE] || !labels->text[language])
    return 0;
  labels->text[TG_DEFAULT_LANGUAGE] = tg_memory_string(labels->text[language]);
  return labels->text[TG_DEFAULT_LANGUAGE] ? 0 : -1;
}

int tg_labels_empty(const tg_labels *labels) {
  for (int i = 0; i < TG_LANGUAGES; i++)
    if (labels->text[i])
      return 0;
  return 1;
}

void tg_labels_clear(tg_labels *labels) {
  for (int i = 0; i < TG_LANGUAGES; i++)
    tg_memory_free(labels->text[i]);
  *labels = (tg_labels){0};
}
