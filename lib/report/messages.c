/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every text that people read in a report, in English and Swedish: one row a text. */
#include <report/messages.h>

#include <string.h>

#define NBSP "\xc2\xa0"
#define NDASH "\xe2\x80\x93"

static const struct {
  const char *group, *name;
  const char *texts[TG_MESSAGE_LANGUAGES];
} messages[] = {
    /* Headers of columns. */
    {"column", "wave", {"Wave", "Mätning"}},
    {"column", "waves", {"Waves", "Mätningar"}},
    {"column", "indicator", {"Indicator", "Indikator"}},
    {"column", "index", {"Index", "Index"}},
    {"column", "section", {"Section", "Delområde"}},
    {"column", "test", {"Test", "Test"}},
    {"column", "a", {"Group", "Grupp"}},
    {"column", "b", {"Compared with", "Jämfört med"}},
    {"column", "groups", {"Groups", "Grupper"}},
    {"column", "part", {"Figure", "Mått"}},
    {"column", "term", {"Background", "Bakgrund"}},
    {"column", "level", {"Answer", "Svar"}},
    {"column", "against", {"Compared with", "Jämfört med"}},
    {"column", "n", {"Answers", "Antal svar"}},
    {"column", "weighted_n", {"Weighted number", "Viktat antal"}},
    {"column", "estimate", {"Estimate", "Skattning"}},
    {"column", "difference", {"Difference", "Skillnad"}},
    {"column", "ratio", {"Ratio", "Kvot"}},
    {"column", "odds_ratio", {"Odds ratio", "Oddskvot"}},
    {"column", "points", {"Points", "Poäng"}},
    {"column", "se", {"Std. error", "Medelfel"}},
    {"column", "df", {"df", "Frihetsgrader"}},
    {"column", "df1", {"df 1", "Frihetsgrader 1"}},
    {"column", "df2", {"df 2", "Frihetsgrader 2"}},
    {"column", "lower", {"Lower limit", "Nedre gräns"}},
    {"column", "upper", {"Upper limit", "Övre gräns"}},
    {"column", "deff", {"Design effect", "Designeffekt"}},
    {"column", "statistic", {"Statistic", "Testvärde"}},
    {"column", "p", {"p-value", "p-värde"}},
    {"column", "p_adjusted", {"Adjusted p", "Justerat p"}},
    {"column", "rank", {"Rank", "Rang"}},
    {"column", "rank_lower", {"Rank, from", "Rang, från"}},
    {"column", "rank_upper", {"Rank, to", "Rang, till"}},
    {"column", "flag", {"Note", "Anmärkning"}},
    {"column", "file", {"File", "Fil"}},
    {"column", "stratum", {"Stratum", "Stratum"}},
    {"column", "variable", {"Variable", "Variabel"}},
    {"column", "account", {"Account", "Redovisning"}},
    {"column", "reason", {"Reason", "Orsak"}},
    {"column", "count", {"Count", "Antal"}},
    {"column", "interval", {"Interval", "Intervall"}},
    {"column", "interval_95", {"95% interval", "95" NBSP "% intervall"}},
    {"column", "interval_90", {"90% interval", "90" NBSP "% intervall"}},
    {"column", "interval_99", {"99% interval", "99" NBSP "% intervall"}},
    {"column", "rank_interval", {"Rank interval", "Rangintervall"}},

    /* What a row is, where its key is empty. */
    {"total", "wave", {"All waves", "Alla mätningar"}},
    {"total", "section", {"Whole index", "Hela indexet"}},
    {"total", "*", {"All", "Alla"}},

    /* Tests. */
    {"test", "difference", {"Latest change", "Senaste förändringen"}},
    {"test", "linear", {"Linear trend per year", "Linjär trend per år"}},
    {"test", "quadratic", {"Quadratic trend", "Kvadratisk trend"}},
    {"test", "cubic", {"Cubic trend", "Kubisk trend"}},
    {"test", "wls_slope", {"Weighted slope per year", "Viktad lutning per år"}},
    {"test", "gls_slope", {"GLS slope per year", "GLS-lutning per år"}},
    {"test", "heterogeneity", {"Any difference between waves", "Någon skillnad mellan mätningarna"}},
    {"test", "record_linear", {"Slope per year, records", "Lutning per år, individer"}},
    {"test", "record_logit", {"Logit slope per year, records", "Logitlutning per år, individer"}},
    {"test", "joinpoint", {"Joinpoint", "Brytpunkt"}},
    {"test", "level_change", {"Change of level", "Nivåförändring"}},
    {"test", "slope_change", {"Change of slope", "Lutningsförändring"}},
    {"test", "mann_kendall", {"Mann" NDASH "Kendall", "Mann" NDASH "Kendall"}},
    {"test", "sen_slope", {"Sen's slope per year", "Sens lutning per år"}},
    {"test", "mann_kendall_design", {"Mann" NDASH "Kendall, design", "Mann" NDASH "Kendall, design"}},
    {"test", "sen_slope_design", {"Sen's slope per year, design", "Sens lutning per år, design"}},
    {"test", "cochran_armitage", {"Cochran" NDASH "Armitage", "Cochran" NDASH "Armitage"}},
    {"test", "jonckheere", {"Jonckheere", "Jonckheere"}},
    {"test", "pettitt", {"Pettitt", "Pettitt"}},

    {"test", "rao_scott", {"Rao" NDASH "Scott, second order (F)", "Rao" NDASH "Scott, andra ordningen (F)"}},
    {"test",
     "rao_scott_first",
     {"Rao" NDASH "Scott, first order (chi square)", "Rao" NDASH "Scott, första ordningen (chi2)"}},
    {"test", "wald", {"Wald (F)", "Wald (F)"}},
    {"test", "adjusted_wald", {"Adjusted Wald (F)", "Justerad Wald (F)"}},
    {"test", "t", {"Difference of means (t)", "Skillnad mellan medelvärden (t)"}},
    {"test", "wilcoxon", {"Wilcoxon (t)", "Wilcoxon (t)"}},
    {"test", "kruskal_wallis", {"Kruskal" NDASH "Wallis (F)", "Kruskal" NDASH "Wallis (F)"}},
    {"test", "van_der_waerden", {"Van der Waerden (F)", "Van der Waerden (F)"}},
    {"test", "median", {"Median (F)", "Median (F)"}},
    {"test", "goodness_of_fit", {"Goodness of fit (chi square)", "Anpassning (chi2)"}},

    /* Parts of a regression, and terms that are no variable. */
    {"part",
     "prediction",
     {"If everybody had this answer, other things as they are",
      "Om alla hade detta svar, allt annat oförändrat"}},
    {"part", "difference", {"Difference, other things equal", "Skillnad, allt annat lika"}},
    {"part", "odds_ratio", {"Odds ratio, other things equal", "Oddskvot, allt annat lika"}},
    {"part", "rate_ratio", {"Rate ratio, other things equal", "Kvot mellan antal, allt annat lika"}},
    {"part", "coefficient", {"Coefficient", "Koefficient"}},
    {"part", "test", {"Does it matter at all (Wald F)", "Har det någon betydelse (Walds F)"}},
    {"term", "(intercept)", {"Intercept", "Intercept"}},
    {"term", "(all)", {"All background together", "All bakgrund tillsammans"}},

    /* The account of a load. */
    {"account", "read", {"records read", "lästa poster"}},
    {"account", "accepted", {"accepted", "godtagna"}},
    {"account", "duplicate", {"duplicates", "dubbletter"}},
    {"account", "rejected", {"rejected", "bortsorterade"}},
    {"account", "missing", {"missing", "bortfall"}},
    {"account", "unknown_code", {"unknown code", "okänd kod"}},
    {"account", "recoded_by_number", {"read as a number", "tolkad som tal"}},
    {"reason", "disposition_R", {"refusal", "ville inte svara"}},
    {"reason", "disposition_NC", {"no contact", "ej kontakt"}},
    {"reason", "disposition_O", {"other non-response", "annat bortfall"}},
    {"reason", "disposition_UH", {"unknown household", "okänt hushåll"}},
    {"reason", "disposition_UO", {"unknown, other", "okänt, annat"}},
    {"reason", "disposition_NE", {"not eligible", "övertäckning"}},
    {"reason", "disposition_unknown", {"unknown disposition", "okänt utfall"}},
    {"reason", "no_wave", {"no wave", "mätning saknas"}},
    {"reason", "late", {"too late", "för sent"}},
    {"reason", "too_few_answers", {"too few answers", "för få besvarade frågor"}},
    {"reason", "no_answer", {"no answer", "ej svar"}},
    {"reason", "dont_know", {"do not know", "vet ej"}},
    {"reason", "refused", {"refused", "vill inte svara"}},
    {"reason", "not_applicable", {"not applicable", "ej aktuellt"}},
    {"reason", "not_asked", {"not asked", "frågan ej ställd"}},
    {"reason", "multiple", {"several marks", "flera kryss"}},
    {"reason", "illegible", {"illegible", "oläsligt"}},
    {"reason", "broke_off", {"broke off", "avbröt"}},
    {"reason", "suppressed", {"suppressed", "undertryckt"}},
    {"reason", "unknown_code", {"unknown code", "okänd kod"}},
    {"reason", "no_weight", {"no weight", "vikt saknas"}},

    /* Groups of a comparison. */
    {"group", "rest", {"the rest", "övriga"}},
    {"group", "total", {"all", "alla"}},
    {"group", "reference", {"reference", "referens"}},

    /* Flags in a table, and what they say below it. */
    {"flag", "suppressed", {"suppressed", "för få svar"}},
    {"flag", "unreliable", {"unreliable", "osäker"}},
    {"flag", "lonely", {"lonely stratum", "ensamt stratum"}},
    {"flag", "no_df", {"no interval", "inget intervall"}},
    {"flag", "boundary", {"boundary", "0 eller 100" NBSP "%"}},
    {"flag", "not_asked", {"not asked", "ej ställd"}},
    {"flag", "item_missing", {"item missing", "delbortfall"}},
    {"flag", "incomplete", {"incomplete", "ofullständig"}},
    {"flag", "break", {"break", "tidsseriebrott"}},
    {"flag", "no_se", {"no standard error", "inget medelfel"}},
    {"flag", "model", {"model", "modell"}},
    {"flag", "empty", {"no answer", "inga svar"}},
    {"flag", "few_waves", {"few waves", "få mätningar"}},
    {"footnote",
     "suppressed",
     {"too few answers to publish, shown as ..", "för få svar för att redovisas, visas som .."}},
    {"footnote",
     "unreliable",
     {"too few answers for the interval to be trusted", "för få svar för att lita på intervallet"}},
    {"footnote",
     "lonely",
     {"a stratum with a single sampling unit took part in the uncertainty",
      "ett stratum med ett enda kluster ingår i osäkerheten"}},
    {"footnote",
     "no_df",
     {"the interval cannot be computed: no degrees of freedom",
      "intervallet kan inte beräknas: inga frihetsgrader"}},
    {"footnote",
     "boundary",
     {"everybody or nobody; the interval is exact", "alla eller ingen; intervallet är exakt"}},
    {"footnote",
     "not_asked",
     {"the question was not asked in that wave", "frågan ställdes inte i den mätningen"}},
    {"footnote",
     "item_missing",
     {"missing answers count as 0 in the total", "uteblivna svar räknas som 0 i summan"}},
    {"footnote", "incomplete", {"an item of the index is missing", "en del av indexet saknas"}},
    {"footnote",
     "break",
     {"the series breaks between these waves: they cannot be compared",
      "tidsserien bryts mellan mätningarna: de kan inte jämföras"}},
    {"footnote", "no_se", {"the figure has no standard error", "värdet saknar medelfel"}},
    {"footnote", "model", {"the figure comes from a model", "värdet kommer från en modell"}},
    {"footnote", "empty", {"no valid answer in the cell", "inget giltigt svar i gruppen"}},
    {"footnote", "few_waves", {"too few waves for the test", "för få mätningar för testet"}},
    {"footnote", "missing", {"- means not available", "- betyder att uppgift saknas"}},

    /* Units. */
    {"unit", "percent", {"%", "%"}},
    {"unit", "cell_percent", {"%", NBSP "%"}},
    {"unit", "points_of_percent", {"pp", "procentenheter"}},
    {"unit", "cell_points_of_percent", {NBSP "pp", NBSP "p.e."}},
    {"unit", "points", {"points", "poäng"}},

    /* Keys of provenance notes. */
    {"note", "disclosure", {"Disclosure control", "Sekretess"}},
    {"note", "suppressed_rows", {"Suppressed rows", "Rader som inte redovisas"}},
    {"note", "complement_rows", {"Of these, to protect others", "Varav för att skydda andra"}},
    {"note", "codebook", {"Survey folder", "Enkätmapp"}},
    {"note", "survey", {"Survey", "Undersökning"}},
    {"note", "definition", {"Definition", "Definition"}},
    {"note", "method", {"Method", "Metod"}},
    {"note", "variance", {"Variance", "Varians"}},
    {"note", "ci", {"Interval", "Intervall"}},
    {"note", "level", {"Level", "Konfidensgrad"}},
    {"note", "lonely", {"Lonely strata", "Ensamma strata"}},
    {"note", "domain_lonely", {"Also where a group leaves one cluster", "Även där en grupp lämnar ett kluster"}},
    {"note", "df", {"Degrees of freedom", "Frihetsgrader"}},
    {"note", "where", {"Only", "Endast"}},
    {"note", "library", {"Library version", "Biblioteksversion"}},
    {"note", "records", {"Respondents", "Svarande"}},
    {"note", "strata", {"Strata", "Strata"}},
    {"note", "clusters", {"Sampling units", "Kluster"}},
    {"note", "waves", {"Waves", "Mätningar"}},
    {"note", "by_missing", {"Without a code of the breakdown", "Utan kod i uppdelningen"}},
    {"note", "by", {"By", "Uppdelat på"}},
    {"note", "break", {"Break in the series", "Tidsseriebrott"}},
    {"note", "program", {"Made by", "Framställd av"}},
    {"note", "version", {"Version", "Version"}},
    {"note", "family", {"Regression", "Regression"}},
    {"note", "model_n", {"Respondents in the model", "Svarande i modellen"}},
    {"note", "left_out", {"Left out for want of background", "Utelämnade då bakgrund saknas"}},
    {"note", "adjust", {"Adjustment of p", "Justering av p"}},
    {"note", "scale", {"Scale", "Skala"}},

    /* Values of provenance notes, where they are words of the library: `note_value.KEY VALUE`. */
    {"note_value", "waves independent", {"independent", "oberoende"}},
    {"note_value", "waves overlapping", {"overlapping", "överlappande"}},
    {"note_value", "variance taylor", {"taylor", "Taylorlinearisering"}},
    {"note_value", "lonely fail", {"fail", "tillåts inte"}},
    {"note_value", "lonely certainty", {"certainty", "räknas som totalundersökta"}},
    {"note_value", "lonely adjust", {"adjust", "jämförs med medelvärdet över alla kluster"}},
    {"note_value", "lonely average", {"average", "får de andra stratas genomsnittliga varians"}},
    {"note_value", "domain_lonely yes", {"yes", "ja"}},
    {"note_value", "df domain", {"domain", "i redovisningsgruppen"}},
    {"note_value", "df design", {"design", "i hela designen"}},
    {"note_value", "df given", {"given", "angivet tal"}},
    {"note_value", "ci logit", {"logit", "logit"}},
    {"note_value", "ci wald", {"wald", "Wald"}},
    {"note_value", "ci wilson", {"wilson", "Wilson"}},
    {"note_value", "ci beta", {"beta", "beta (Korn" NDASH "Graubard)"}},
    {"note_value", "scale difference", {"difference", "skillnad"}},
    {"note_value", "scale ratio", {"ratio", "kvot"}},
    {"note_value", "scale odds", {"odds ratio", "oddskvot"}},
    {"note_value", "family logistic", {"logistic", "logistisk"}},
    {"note_value", "family poisson", {"poisson", "Poisson"}},
    {"note_value", "family linear", {"linear", "linjär"}},
    {"note_value", "adjust none", {"none", "ingen"}},
    {"note_value", "adjust holm", {"holm", "Holm"}},
    {"note_value", "adjust bh", {"bh", "Benjamini" NDASH "Hochberg"}},
    {"note_value", "disclosure unprotected", {"unprotected", "oskyddad"}},
    {"note_value", "disclosure min_n", {"min_n", "minsta antal svarande"}},

    /* Words of charts and pages. */
    {"word", "break", {"break in series", "tidsseriebrott"}},
    {"word", "suppressed", {"too few answers", "för få svar"}},
    {"word", "no_figure", {"no figure can be shown", "inget värde kan visas"}},
    {"word", "unavailable", {"not available", "uppgift saknas"}},
    {"word", "wave_before", {"the wave before", "mätningen före"}},
    {"word", "chart", {"Chart", "Diagram"}},
    {"word", "chart_of", {"Chart of figures with their intervals:", "Diagram över värden med intervall:"}},
    {"word", "rows", {"rows", "rader"}},
    {"word", "per_unit", {"per unit", "per enhet"}},
    {"word", "to", {"to", "till"}},
    {"word", "highest", {"highest", "högst"}},
    {"word", "lowest", {"lowest", "lägst"}},
    {"word", "more_rows", {"more rows are in the table only", "rader till finns bara i tabellen"}},
    {"word", "provenance", {"How the figures were made", "Så har siffrorna tagits fram"}},
    {"word", "table", {"Table", "Tabell"}},
    {"word", "no_rows", {"(no rows)", "(inga rader)"}},
};

#define MESSAGES (sizeof messages / sizeof *messages)

const char *tg_messages_find(tg_message_language language, const char *group, const char *name) {
  for (size_t i = 0; i < MESSAGES; i++)
    if (strcmp(messages[i].name, name) == 0 && strcmp(messages[i].group, group) == 0)
      return messages[i].texts[language];
  return NULL;
}

const char *tg_messages_text(tg_message_language language, const char *group, const char *name) {
  const char *text = tg_messages_find(language, group, name);

  return text != NULL ? text : name;
}

int tg_messages_at(size_t position, const char **group, const char **name,
                   const char *texts[TG_MESSAGE_LANGUAGES]) {
  if (position >= MESSAGES)
    return -1;
  *group = messages[position].group;
  *name = messages[position].name;
  memcpy(texts, messages[position].texts, sizeof messages[position].texts);
  return 0;
}
