/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What names, labels and codes usually mean: the registries behind a draft's guesses. */
#include <codebook/draft.h>

#include <string.h>

/* ---- kinds of missing by the words of a label ------------------------------------------------- */

/* Looked for anywhere in a short label, in ASCII small letters; the first that fits. */
static const struct {
  const char *words;
  tg_missing kind;
} phrases[] = {
    {"vet ej", TG_DONT_KNOW},
    {"vet inte", TG_DONT_KNOW},
    {"ingen uppfattning", TG_DONT_KNOW},
    {"kan inte ta st", TG_DONT_KNOW},
    {"don't know", TG_DONT_KNOW},
    {"don\xE2\x80\x99t know", TG_DONT_KNOW},
    {"dont know", TG_DONT_KNOW},
    {"do not know", TG_DONT_KNOW},
    {"no opinion", TG_DONT_KNOW},
    {"vill inte svara", TG_REFUSED},
    {"vill ej svara", TG_REFUSED},
    {"vill inte uppge", TG_REFUSED},
    {"vill ej uppge", TG_REFUSED},
    {"refus", TG_REFUSED},
    {"prefer not", TG_REFUSED},
    {"inte aktuell", TG_NOT_APPLICABLE},
    {"ej aktuell", TG_NOT_APPLICABLE},
    {"ej till\xC3\xA4mpl", TG_NOT_APPLICABLE},
    {"not applicable", TG_NOT_APPLICABLE},
    {"inapplicable", TG_NOT_APPLICABLE},
    {"ej tillfr\xC3\xA5g", TG_NOT_ASKED},
    {"inte tillfr\xC3\xA5g", TG_NOT_ASKED},
    {"not asked", TG_NOT_ASKED},
    {"flera svar", TG_MULTIPLE},
    {"dubbelmark", TG_MULTIPLE},
    {"multiple answers", TG_MULTIPLE},
    {"multiple responses", TG_MULTIPLE},
    {"ol\xC3\xA4slig", TG_ILLEGIBLE},
    {"illegible", TG_ILLEGIBLE},
    {"avbr\xC3\xB6t", TG_BROKE_OFF},
    {"broke off", TG_BROKE_OFF},
    {"ej svar", TG_NO_ANSWER},
    {"inget svar", TG_NO_ANSWER},
    {"svar saknas", TG_NO_ANSWER},
    {"uppgift saknas", TG_NO_ANSWER},
    {"ej besvara", TG_NO_ANSWER},
    {"partiellt bortfall", TG_NO_ANSWER},
    {"no answer", TG_NO_ANSWER},
    {"not answered", TG_NO_ANSWER},
    {"not stated", TG_NO_ANSWER},
};

#define LONGEST_LABEL 40 /* an answer in a whole sentence may hold such words too */

static size_t lower(char *out, size_t size, const char *text) {
  size_t length = 0;
  for (; text[length] && length + 1 < size; length++)
    out[length] = text[length] >= 'A' && text[length] <= 'Z' ? (char)(text[length] | 32) : text[length];
  out[length] = '\0';
  return text[length] ? size : length;
}

tg_missing tg_draft_label_kind(const char *label) {
  char small[LONGEST_LABEL + 1];
  if (!label || lower(small, sizeof small, label) > LONGEST_LABEL)
    return TG_VALID;
  for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++)
    if (strstr(small, phrases[i].words))
      return phrases[i].kind;
  return TG_VALID;
}

/* ---- roles by names ------------------------------------------------------------------------------ */

/* Whole names, in small letters without `_`; or beginnings, where they end in `*`. */
static const struct {
  const char *name;
  tg_role role;
} names[] = {
    {"id", TG_ROLE_ID},
    {"respid", TG_ROLE_ID},
    {"respondentid", TG_ROLE_ID},
    {"respondent", TG_ROLE_ID},
    {"responseid", TG_ROLE_ID},
    {"caseid", TG_ROLE_ID},
    {"personid", TG_ROLE_ID},
    {"lopnr*", TG_ROLE_ID},
    {"lopnummer", TG_ROLE_ID},
    {"l\xC3\xB6pnr", TG_ROLE_ID},
    {"l\xC3\xB6pnummer", TG_ROLE_ID},
    {"svarsid", TG_ROLE_ID},
    {"uuid", TG_ROLE_ID},
    {"idnr", TG_ROLE_ID},
    {"vikt", TG_ROLE_WEIGHT},
    {"vikt1", TG_ROLE_WEIGHT},
    {"kalvikt", TG_ROLE_WEIGHT},
    {"kalibreradvikt", TG_ROLE_WEIGHT},
    {"individvikt", TG_ROLE_WEIGHT},
    {"personvikt", TG_ROLE_WEIGHT},
    {"weight", TG_ROLE_WEIGHT},
    {"weights", TG_ROLE_WEIGHT},
    {"wt", TG_ROLE_WEIGHT},
    {"wgt", TG_ROLE_WEIGHT},
    {"pweight", TG_ROLE_WEIGHT},
    {"pw", TG_ROLE_WEIGHT},
    {"finalweight", TG_ROLE_WEIGHT},
    {"stratum", TG_ROLE_STRATUM},
    {"strata", TG_ROLE_STRATUM},
    {"strat", TG_ROLE_STRATUM},
    {"psu", TG_ROLE_CLUSTER},
    {"cluster", TG_ROLE_CLUSTER},
    {"clusterid", TG_ROLE_CLUSTER},
    {"kluster", TG_ROLE_CLUSTER},
    {"fpc", TG_ROLE_FPC},
    {"wave", TG_ROLE_WAVE},
    {"year", TG_ROLE_WAVE},
    {"ar", TG_ROLE_WAVE},
    {"\xC3\xA5r", TG_ROLE_WAVE},
    {"matar", TG_ROLE_WAVE},
    {"m\xC3\xA4t\xC3\xA5r", TG_ROLE_WAVE},
    {"undersokningsar", TG_ROLE_WAVE},
    {"unders\xC3\xB6knings\xC3\xA5r", TG_ROLE_WAVE},
    {"matning", TG_ROLE_WAVE},
    {"m\xC3\xA4tning", TG_ROLE_WAVE},
    {"omgang", TG_ROLE_WAVE},
    {"omg\xC3\xA5ng", TG_ROLE_WAVE},
    {"kommun*", TG_ROLE_DOMAIN},
    {"municipality*", TG_ROLE_DOMAIN},
    {"stadsdel*", TG_ROLE_DOMAIN},
    {"omrade*", TG_ROLE_DOMAIN},
    {"omr\xC3\xA5"
     "de*",
     TG_ROLE_DOMAIN},
    {"region", TG_ROLE_DOMAIN},
    {"lan", TG_ROLE_DOMAIN},
    {"l\xC3\xA4n", TG_ROLE_DOMAIN},
    {"kon", TG_ROLE_DOMAIN},
    {"k\xC3\xB6n", TG_ROLE_DOMAIN},
    {"sex", TG_ROLE_DOMAIN},
    {"gender", TG_ROLE_DOMAIN},
    {"aldersgrupp", TG_ROLE_DOMAIN},
    {"\xC3\xA5ldersgrupp", TG_ROLE_DOMAIN},
    {"agegroup", TG_ROLE_DOMAIN},
    {"submitdate", TG_ROLE_DATE},
    {"svarsdatum", TG_ROLE_DATE},
    {"inkomstdatum", TG_ROLE_DATE},
    {"source", TG_ROLE_SOURCE},
    {"kalla", TG_ROLE_SOURCE},
    {"k\xC3\xA4lla", TG_ROLE_SOURCE},
    {"svarssatt", TG_ROLE_SOURCE},
    {"svarss\xC3\xA4tt", TG_ROLE_SOURCE},
    {"hushallsid", TG_ROLE_HOUSEHOLD},
    {"hush\xC3\xA5llsid", TG_ROLE_HOUSEHOLD},
    {"householdid", TG_ROLE_HOUSEHOLD},
    {"hhid", TG_ROLE_HOUSEHOLD},
};

tg_role tg_draft_name_role(const char *name) {
  char small[64];
  size_t length = 0;
  for (; *name && length + 1 < sizeof small; name++)
    if (*name >= 'A' && *name <= 'Z')
      small[length++] = (char)(*name | 32);
    else if ((unsigned char)name[0] == 0xC3 &&
             ((unsigned char)name[1] == 0x85 || (unsigned char)name[1] == 0x84 ||
              (unsigned char)name[1] == 0x96) &&
             length + 2 < sizeof small) {
      small[length++] = *name++; /* Å Ä Ö */
      small[length++] = (char)(*name | 32);
    } else if (*name != '_')
      small[length++] = *name;
  small[length] = '\0';
  for (size_t i = 0; i < sizeof names / sizeof *names && !*name; i++) {
    size_t known = strlen(names[i].name);
    int open = names[i].name[known - 1] == '*';
    known -= (size_t)open;
    if (strncmp(small, names[i].name, known) == 0 && (open || small[known] == '\0'))
      return names[i].role;
  }
  return TG_ROLE_NONE;
}

/* ---- numbers by names ------------------------------------------------------------------------------- */

int tg_draft_name_counts(const char *name) {
  static const char *const words[] = {"antal", "alder", "\xC3\xA5lder", "age", "count", "number"};
  char small[64];
  if (lower(small, sizeof small, name) >= sizeof small)
    return 0;
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    const char *found = strstr(small, words[i]);
    size_t length = strlen(words[i]);
    /* A word of its own: `age`, not `page` or `agegroup`. */
    if (found && (found == small || found[-1] == '_') && (found[length] == '\0' || found[length] == '_'))
      return 1;
  }
  return 0;
}

/* ---- codes that stand apart ------------------------------------------------------------------------- */

/* From the smallest on; negative ones need that all answers are 0 or more. */
const tg_draft_apart tg_draft_aparts[] = {
    {-99, TG_NO_ANSWER, 0},     {-98, TG_DONT_KNOW, 0},     {-88, TG_DONT_KNOW, 0},
    {-9, TG_NO_ANSWER, 0},      {-8, TG_DONT_KNOW, 0},      {-1, TG_NO_ANSWER, 0},
    {8, TG_DONT_KNOW, 2},       {9, TG_NO_ANSWER, 2},       {66, TG_NO_ANSWER, 11},
    {76, TG_NO_ANSWER, 11},     {77, TG_NO_ANSWER, 11},     {88, TG_DONT_KNOW, 11},
    {97, TG_NO_ANSWER, 11},     {98, TG_DONT_KNOW, 11},     {99, TG_NO_ANSWER, 11},
    {888, TG_DONT_KNOW, 100},   {998, TG_DONT_KNOW, 100},   {999, TG_NO_ANSWER, 100},
    {8888, TG_DONT_KNOW, 1000}, {9998, TG_DONT_KNOW, 1000}, {9999, TG_NO_ANSWER, 1000},
};
const size_t tg_draft_apart_count = sizeof tg_draft_aparts / sizeof *tg_draft_aparts;
