/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one registry of options, and how the command line is read by it. */
#include "program.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* ---- closed lists of values ---------------------------------------------------------- */

static const char *format_name(size_t i) {
  const trygg_report_format *format = trygg_report_formats(i);

  return format != NULL ? format->name : NULL;
}

static const char *format_help(size_t i) {
  const trygg_report_format *format = trygg_report_formats(i);

  return format != NULL ? format->help : NULL;
}

static const char *lonely_name(size_t i) {
  static const char *const names[] = {"fail", "certainty", "adjust", "average", "collapse"};

  return i < COUNT(names) ? names[i] : NULL;
}

static const char *adjust_name(size_t i) {
  static const char *const names[] = {"holm", "bh", "none"};

  return i < COUNT(names) ? names[i] : NULL;
}

static const char *reference_name(size_t i) {
  static const char *const names[] = {"first", "common"};

  return i < COUNT(names) ? names[i] : NULL;
}

static const char *model_test_name(size_t i) {
  static const char *const names[] = {"wald", "none"};

  return i < COUNT(names) ? names[i] : NULL;
}

/* The tests of the library, and `all`. */
static const char *trend_test_name(size_t i) {
  const char *name = trygg_trend_test(i);
  return name != NULL || i == 0 || trygg_trend_test(i - 1) == NULL ? name : "all";
}

static const char *trend_test_help(size_t i) {
  return trygg_trend_test(i) != NULL ? trygg_trend_help(i) : "all of them";
}

enum { NONRESPONSE_KINDS = 4 };

static const char *nonresponse_name(size_t i) {
  static const char *const names[NONRESPONSE_KINDS] = {"answers", "sample", "weights", "tipping"};

  return i < NONRESPONSE_KINDS ? names[i] : NULL;
}

static const char *nonresponse_help(size_t i) {
  static const char *const helps[NONRESPONSE_KINDS] = {
      "late answers against early ones, mode against mode",
      "how evenly those who were drawn answered, by what --on knows of them (R-indicators)",
      "by the weights people were drawn by, and by those calibrated, adjusted or trimmed",
      "how many of the silent must have an answer for the share to be elsewhere"};

  return i < NONRESPONSE_KINDS ? helps[i] : NULL;
}

static const char *language_name(size_t i) {
  static const char *const names[] = {"en", "sv"};

  return i < COUNT(names) ? names[i] : NULL;
}

static const char *when_name(size_t i) {
  static const char *const names[] = {"auto", "always", "never"};

  return i < COUNT(names) ? names[i] : NULL;
}

/* ---- faults of usage ------------------------------------------------------------------- */

static int usage(const struct program *program, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static int usage(const struct program *program, const char *format, ...) {
  const char *name = program->description->name;
  va_list arguments;

  fprintf(stderr, "%s: ", name);
  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  va_end(arguments);
  fprintf(stderr, " (see %s --help)\n", name);
  return 2;
}

static int no_memory(const struct program *program) {
  fprintf(stderr, "%s: out of memory\n", program->description->name);
  return 1;
}

/* ---- values -------------------------------------------------------------------------------- */

static void *target(struct program *program, const program_option *option) {
  return (char *)&program->options + option->target;
}

/* 1 when `value`, up to a colon, is in the list of values to come. */
static int is_later(const program_option *option, const char *value) {
  char word[64];

  return option->later != NULL &&
         (size_t)snprintf(word, sizeof word, " %.*s ", (int)strcspn(value, ":"), value) < sizeof word &&
         strstr(option->later, word) != NULL;
}

/* The values of an option in one line: "a, b or c". */
static void list_values(const program_option *option, program_text *out) {
  const char *name, *next = option->value(0);

  for (size_t i = 0; (name = next) != NULL; i++) {
    next = option->value(i + 1);
    program_text_format(out, "%s%s", i == 0 ? "" : next == NULL ? " or " : ", ", name);
  }
}

static int check_choice(const struct program *program, const program_option *option, const char *value) {
  const char *best = NULL, *name;
  size_t least = SIZE_MAX;
  program_text values = {0};
  int code;

  for (size_t i = 0; (name = option->value(i)) != NULL; i++) {
    if (strcmp(name, value) == 0)
      return 0;
    best = program_nearer(value, best, &least, name);
  }
  list_values(option, &values);
  if (values.failed)
    code = no_memory(program);
  else if (is_later(option, value))
    code = usage(program, "--%s %s is not yet built; give %s", option->name, value, values.bytes);
  else if (best != NULL)
    code = usage(program, "--%s has no value `%s`; did you mean `%s`? It takes %s", option->name, value, best,
                 values.bytes);
  else
    code = usage(program, "--%s has no value `%s`; give %s", option->name, value, values.bytes);
  program_text_free(&values);
  return code;
}

static int set_choice(struct program *program, const program_option *option, char *value) {
  int code = check_choice(program, option, value);

  if (code == 0)
    *(const char **)target(program, option) = value;
  return code;
}

static int set_text(struct program *program, const program_option *option, char *value) {
  *(const char **)target(program, option) = value;
  return *value != '\0' ? 0 : usage(program, "--%s is empty", option->name);
}

static int set_flag(struct program *program, const program_option *option, char *value) {
  (void)value;
  *(int *)target(program, option) = 1;
  return 0;
}

/* Words between commas, each checked where the values are a closed list.  The commas become ends of texts. */
static int add_words(struct program *program, const program_option *option, program_list *list, char *value) {
  for (char *word = value, *end; word != NULL; word = end) {
    int code = 0;
    end = strchr(word, ',');
    if (end != NULL)
      *end++ = '\0';
    if (*word == '\0')
      return usage(program, "--%s has an empty name; write names with commas between, as in A,B",
                   option->name);
    if (option->value != NULL)
      code = check_choice(program, option, word);
    if (code != 0)
      return code;
    if (program_list_add(list, word) != 0)
      return no_memory(program);
  }
  return 0;
}

static int set_list(struct program *program, const program_option *option, char *value) {
  return add_words(program, option, target(program, option), value);
}

static int set_by(struct program *program, const program_option *option, char *value) {
  program_options *options = &program->options;
  program_list *larger = realloc(options->by, (options->by_count + 1) * sizeof *larger);

  if (larger == NULL)
    return no_memory(program);
  options->by = larger;
  larger[options->by_count] = (program_list){0};
  return add_words(program, option, &larger[options->by_count++], value);
}

/* A kind of comparison, or a group. */
static int set_against(struct program *program, const program_option *option, char *value) {
  const char *equal = strchr(value, '=');

  if (equal == NULL || equal == value || equal[1] == '\0')
    return set_choice(program, option, value);
  program->options.against = value;
  return 0;
}

static int set_where(struct program *program, const program_option *option, char *value) {
  const char *equal = strchr(value, '=');

  if (equal == NULL || equal == value || equal[1] == '\0')
    return usage(program, "--%s wants VAR=CODE or VAR=CODE,CODE", option->name);
  return program_list_add(target(program, option), value) == 0 ? 0 : no_memory(program);
}

/* A decimal with a point (digits/10^k is the nearest double whatever the locale); -1 for anything else. */
static double read_decimal(const char *text) {
  double digits = 0, scale = 1;
  int count = 0, fraction = 0;

  for (; *text != '\0'; text++) {
    if (*text == '.' && !fraction) {
      fraction = 1;
      continue;
    }
    if (*text < '0' || *text > '9' || ++count > 15)
      return -1;
    digits = digits * 10 + (*text - '0');
    scale = fraction ? scale * 10 : scale;
  }
  return count > 0 ? digits / scale : -1;
}

static int set_level(struct program *program, const program_option *option, char *value) {
  double level = read_decimal(value);

  if (!(level > 0 && level < 1))
    return usage(program, "--%s wants a number between 0 and 1, as in 0.95", option->name);
  program->options.level = level;
  return 0;
}

static int set_df(struct program *program, const program_option *option, char *value) {
  if (strcmp(value, "domain") != 0 && strcmp(value, "design") != 0 && !(read_decimal(value) > 0))
    return usage(program, "--%s wants domain, design or a number above 0", option->name);
  program->options.df = value;
  return 0;
}

/* A whole number up to a million; -1 for anything else. */
static int read_whole(const char *text) {
  double value = strchr(text, '.') == NULL ? read_decimal(text) : -1;

  return value >= 0 && value <= 1e6 ? (int)value : -1;
}

static int set_seed(struct program *program, const program_option *option, char *value) {
  int seed = read_whole(value);

  if (seed < 1)
    return usage(program, "--%s wants a whole number from 1 to 1000000", option->name);
  program->options.seed = seed;
  return 0;
}

/* A method, some with a number behind a colon, which the library knows about. */
static int set_variance(struct program *program, const program_option *option, char *value) {
  trygg_error error = {0};

  if (trygg_design_variance_check(value, &error) != TRYGG_OK)
    return usage(program, "--%s: %s", option->name, error.message);
  program->options.variance = value;
  return 0;
}

static int set_threads(struct program *program, const program_option *option, char *value) {
  int threads = read_whole(value);

  if (threads < 1 || threads > 1024)
    return usage(program, "--%s wants a whole number from 1 to 1024", option->name);
  program->options.threads = threads;
  return 0;
}

static int set_start(struct program *program, const program_option *option, char *value) {
  program->options.start = read_decimal(value);
  return program->options.start > 0 ? 0
                                    : usage(program, "--%s wants a year, as in 2021 or 2021.5", option->name);
}

static int set_margin(struct program *program, const program_option *option, char *value) {
  program->options.margin = read_decimal(value);
  return program->options.margin > 0
             ? 0
             : usage(program, "--%s wants a number above 0, as in 0.02 for two percentage points",
                     option->name);
}

static int set_min_n(struct program *program, const program_option *option, char *value) {
  int min_n = read_whole(value);

  if (min_n < 0)
    return usage(program, "--%s wants a whole number; 0 turns all rules off", option->name);
  program->options.min_n = min_n > 0 ? min_n : -1;
  return 0;
}

/* The word before a colon is one of a list, or none; what stands behind it, the library reads. */
static int set_method(struct program *program, const program_option *option, char *value) {
  char *colon = strchr(value, ':');
  int code = 0;

  if (colon != NULL)
    *colon = '\0';
  if (strcmp(value, "none") != 0)
    code = check_choice(program, option, value);
  if (colon != NULL)
    *colon = ':';
  *(const char **)target(program, option) = value;
  return code;
}

static int set_delimiter(struct program *program, const program_option *option, char *value) {
  if (strcmp(value, "tab") == 0 || strcmp(value, "\\t") == 0)
    value = "\t";
  if (*value == '\0' || value[1] != '\0' || strchr(",;\t", *value) == NULL)
    return usage(program, "--%s wants one of , ; tab", option->name);
  program->options.delimiter = *value;
  return 0;
}

static int set_decimal(struct program *program, const program_option *option, char *value) {
  if (strcmp(value, ".") != 0 && strcmp(value, ",") != 0)
    return usage(program, "--%s wants . or ,", option->name);
  program->options.decimal = *value;
  return 0;
}

/* ---- the registry -------------------------------------------------------------------------- */

#define FIGURES (PROGRAM_ESTIMATE | PROGRAM_COMPARE | PROGRAM_TREND | PROGRAM_INDEX | PROGRAM_REPORT)
#define TARGET(field) .target = offsetof(program_options, field)

static const program_option options[] = {
    {"indicator", "A,B", PROGRAM_ESTIMATE | PROGRAM_COMPARE | PROGRAM_TREND, TARGET(indicators),
     .set = set_list,
     .help =
         {"Indicators to estimate; default all. A variable of survey.csv is taken too: the shares of its answers "
          "as VAR=CODE, or the mean of a number.",
          "Indikatorer att skatta; annars alla. Även en variabel i survey.csv: svarens andelar som VAR=KOD, eller "
          "medelvärdet av ett tal."}},
    {"outcome", "INDICATOR", PROGRAM_MODEL, TARGET(outcome), .set = set_text,
     .help = {"What is explained: an indicator, a number variable, or one answer as VAR=CODE.",
              "Det som förklaras: en indikator, en variabel med tal, eller ett svar som VAR=KOD."}},
    {"on", "VAR,VAR", PROGRAM_MODEL, TARGET(on), .set = set_list,
     .help =
         {"Background variables: those with codes by level, numbers per unit. VAR=CODE: the level that the "
          "others are compared with. VAR*VAR: two and their interaction, or a number and its square; VAR:VAR: that "
          "alone.",
          "Bakgrund: variabler med koder per svarsalternativ, tal per enhet. VAR=KOD: alternativet som de andra "
          "jämförs med. VAR*VAR: två och deras samspel, eller ett tal och dess kvadrat; VAR:VAR: bara det."}},
    {"on", "VAR,VAR", PROGRAM_COMPARE, TARGET(on), .set = set_list,
     .help = {"For --nonresponse sample: variables with codes that are known of everybody who was drawn.",
              "För --nonresponse sample: variabler med koder som är kända för alla i urvalet."}},
    {"family", "FAMILY", PROGRAM_MODEL, TARGET(family), .set = set_choice, .value = trygg_model_family,
     .value_help = trygg_model_family_help,
     .help = {"Kind of regression; default logistic for shares, poisson for totals, else linear.",
              "Slags regression; annars logistic för andelar, poisson för summor, annars linear."}},
    {"reference", "WHICH", PROGRAM_MODEL, TARGET(reference), .set = set_choice, .value = reference_name,
     .help =
         {"Level compared with where --on names none: the first that somebody has, or the most common.",
          "Alternativet att jämföra med där --on inte säger något: det första som någon har, eller det vanligaste."}},
    {"part", "LIST", PROGRAM_MODEL, TARGET(parts), .set = set_list, .value = trygg_model_part,
     .value_help = trygg_model_part_help,
     .help = {"Parts of the table; default all but coefficient.",
              "Tabellens delar; annars alla utom coefficient."}},
    {"index", "A,B", PROGRAM_INDEX | PROGRAM_REPORT, TARGET(indices), .set = set_list,
     .help = {"Indices of indices.csv; default all.", "Index i indices.csv; annars alla."}},
    {"by", "VAR,VAR", FIGURES, .set = set_by,
     .help =
         {"Groups: each combination of codes, and the total. Repeated: a table for each, put below one another.",
          "Grupper: varje kombination av koder, och totalen. Upprepad: en tabell för varje, under varandra."}},
    {"where", "VAR=CODE[,CODE]", FIGURES | PROGRAM_MODEL, TARGET(where), .set = set_where,
     .help =
         {"Only respondents with one of these codes, as a domain: the design keeps all records. Repeated: all "
          "conditions must hold.",
          "Bara svarande med någon av koderna, som en redovisningsgrupp: designen behåller alla poster. Upprepad: "
          "alla villkor måste gälla."}},
    {"wave", "W,W", FIGURES | PROGRAM_MODEL, TARGET(waves), .set = set_list,
     .help = {"Waves to use; default all.", "Mätningar som används; annars alla."}},
    {"pool", NULL, PROGRAM_ESTIMATE | PROGRAM_COMPARE | PROGRAM_INDEX, TARGET(pool), .set = set_flag,
     .help = {"One figure over the waves together; the wave is then empty.",
              "Ett värde för mätningarna tillsammans; mätningen är då tom."}},
    {"stream", NULL, PROGRAM_ESTIMATE, TARGET(stream), .set = set_flag,
     .help =
         {"Add the records up as they are read and keep none, so that files may be larger than memory; the figures "
          "are the same. What needs all records at once, as quantiles do, is refused.",
          "Summera posterna medan de läses och behåll ingen, så att filerna får vara större än minnet; värdena blir "
          "desamma. Det som kräver alla poster på en gång, som kvantiler, avvisas."}},
    {"level", "0.95", FIGURES | PROGRAM_MODEL, .set = set_level,
     .help = {"Confidence level of intervals.", "Intervallens konfidensgrad."}},
    {"ci", "KIND", PROGRAM_ESTIMATE | PROGRAM_REPORT, TARGET(ci), .set = set_choice,
     .value = trygg_inference_interval, .value_help = trygg_inference_interval_help,
     .help = {"Interval of a share.", "Intervall för en andel."}},
    {"df", "domain|design|N", FIGURES | PROGRAM_MODEL, TARGET(df), .set = set_df,
     .help = {"Degrees of freedom: clusters less strata of the domain (default), of the design, or a number.",
              "Frihetsgrader: kluster minus strata i gruppen (annars), i designen, eller ett tal."}},
    {"variance", "METHOD", FIGURES | PROGRAM_MODEL, .set = set_variance, .value = trygg_design_variance,
     .value_help = trygg_design_variance_help,
     .help =
         {"How the sampling error is computed; default taylor, or given where the survey folder names replicate "
          "weights. bootstrap:R makes R replicates (500), fay:RHO is as in fay:0.3.",
          "Hur urvalsfelet beräknas; annars taylor, eller given där enkätmappen anger replikatvikter. "
          "bootstrap:R gör R replikat (500), fay:RHO skrivs som fay:0.3."}},
    {"seed", "N", FIGURES | PROGRAM_MODEL, .set = set_seed,
     .help =
         {"Where the random numbers of a bootstrap begin; default 1. The same seed gives the same figures.",
          "Var en bootstraps slumptal börjar; annars 1. Samma tal ger samma siffror."}},
    {"lonely", "RULE", FIGURES | PROGRAM_MODEL, TARGET(lonely), .set = set_choice, .value = lonely_name,
     .help = {"What to do with a single cluster in a stratum; default as in settings.csv.",
              "Vad som görs med ett ensamt kluster i ett stratum; annars som i settings.csv."}},
    {"calibrate", "METHOD", PROGRAM_ALL, TARGET(calibrate), .set = set_method,
     .value = trygg_design_calibration, .value_help = trygg_design_calibration_help,
     .help =
         {"Make the weights meet the totals of margins.csv, and let the sampling error know it; logit and truncated "
          "want bounds, as in logit:0.3,3. none: the weights as they are. Default as in settings.csv.",
          "Låt vikterna stämma med totalerna i margins.csv, och låt urvalsfelet ta hänsyn till det; logit och truncated "
          "vill ha gränser, som i logit:0.3,3. none: vikterna som de är. Annars som i settings.csv."}},
    {"response", "METHOD", PROGRAM_ALL, TARGET(response), .set = set_method, .value = trygg_design_response,
     .value_help = trygg_design_response_help,
     .help =
         {"Let the weights of those who answered make up for those who were drawn and did not, whose records the data "
          "must hold; before calibration. none: the weights as they are. Default as in settings.csv.",
          "Låt vikterna för dem som svarat ersätta dem i urvalet som inte svarat, vars poster måste finnas i data; före "
          "kalibrering. none: vikterna som de är. Annars som i settings.csv."}},
    {"response-on", "VAR,VAR", PROGRAM_ALL, TARGET(response_on), .set = set_list,
     .help =
         {"What --response goes by: variables known of everybody who was drawn. Default as in settings.csv.",
          "Vad --response går efter: variabler som är kända för alla i urvalet. Annars som i settings.csv."}},
    {"response-collapse", NULL, PROGRAM_ALL, TARGET(response_collapse), .set = set_flag,
     .help = {"Join classes in which too few answered with a neighbour, instead of refusing them.",
              "Slå ihop klasser där för få svarat med en granne, i stället för att inte godta dem."}},
    {"trim", "BOUNDS", PROGRAM_ALL, TARGET(trim), .set = set_method, .value = trygg_design_trim,
     .value_help = trygg_design_trim_help,
     .help =
         {"Cut weights that are beyond bounds and let the others take over what was cut; calibrated weights meet their "
          "totals again. median:3 is an upper bound, median:0.3,3 a lower one too. none: no bounds. Default as in "
          "settings.csv.",
          "Kapa vikter som ligger utanför gränser och låt de andra ta över det som kapas; kalibrerade vikter får stämma "
          "igen. median:3 är en övre gräns, median:0.3,3 har även en undre. none: inga gränser. Annars som i "
          "settings.csv."}},
    {"trim-strata", NULL, PROGRAM_ALL, TARGET(trim_strata), .set = set_flag,
     .help = {"Trim each stratum by itself, instead of each wave.",
              "Trimma varje stratum för sig, i stället för varje mätning."}},
    {"test", "LIST", PROGRAM_TREND, TARGET(tests), .set = set_list, .value = trend_test_name,
     .value_help = trend_test_help,
     .help =
         {"Tests, with commas between; default difference, linear, wls_slope, lack_of_fit, heterogeneity, the two on "
          "records, "
          "mann_kendall and sen_slope.",
          "Test, med komman emellan; annars difference, linear, wls_slope, lack_of_fit, heterogeneity, de två på "
          "posterna, "
          "mann_kendall och sen_slope."}},
    {"start", "YEAR", PROGRAM_TREND, .set = set_start,
     .help = {"When the measure began that level_change and slope_change follow up, as in 2021.5.",
              "När åtgärden började som level_change och slope_change följer upp, som i 2021.5."}},
    {"margin", "NUMBER", PROGRAM_TREND, .set = set_margin,
     .help =
         {"A change that does not matter, for equivalent and no_worse; of a share 0.02 is two percentage points.",
          "En förändring utan betydelse, för equivalent och no_worse; av en andel är 0.02 två procentenheter."}},
    {"test", "LIST", PROGRAM_COMPARE, TARGET(tests), .set = set_list, .value = trygg_inference_group_test,
     .value_help = trygg_inference_group_test_help,
     .help = {"Instead of comparing groups one by one: test whether they differ, all at once.",
              "I stället för att jämföra grupper en och en: pröva om de skiljer sig, alla på en gång."}},
    {"expected", "CODE:SHARE,...", PROGRAM_COMPARE, TARGET(expected), .set = set_list,
     .help =
         {"For --test goodness_of_fit, which is meant where no test is named: what share each answer to the question "
          "in --indicator should have, or, of a share, one number. Numbers of people do as well.",
          "För --test goodness_of_fit, som menas där inget test anges: vilken andel varje svar på frågan i --indicator "
          "borde ha, eller, för en andel, ett tal. Det går lika bra med antal personer."}},
    {"test", "wald|none", PROGRAM_MODEL, TARGET(tests), .set = set_list, .value = model_test_name,
     .help = {"Whether the terms are tested, each as a whole: adjusted Wald F.",
              "Om bakgrunden prövas, varje variabel som helhet: justerat Wald-F."}},
    {"against", "KIND", PROGRAM_COMPARE, TARGET(against), .set = set_against,
     .value = trygg_inference_against, .value_help = trygg_inference_against_help,
     .help = {"What to compare with; default rest.", "Vad som jämförs med; annars rest."}},
    {"nonresponse", "KIND", PROGRAM_COMPARE, TARGET(nonresponse), .set = set_choice,
     .value = nonresponse_name, .value_help = nonresponse_help,
     .help = {"Instead of comparing groups: what those who did not answer may do to the figures.",
              "I stället för att jämföra grupper: vad de som inte svarat kan göra med siffrorna."}},
    {"scale", "SCALE", PROGRAM_COMPARE, TARGET(scale), .set = set_choice, .value = trygg_inference_scale,
     .value_help = trygg_inference_scale_help,
     .help = {"How the two are compared; default difference.", "Hur de jämförs; annars difference."}},
    {"adjust", "METHOD", PROGRAM_COMPARE | PROGRAM_TREND, TARGET(adjust), .set = set_choice,
     .value = adjust_name,
     .help = {"Adjustment for many tests, over the rows of one test in one table.",
              "Justering för många test, över raderna för ett test i en tabell."}},
    {"across-breaks", NULL, PROGRAM_COMPARE | PROGRAM_TREND, TARGET(across_breaks), .set = set_flag,
     .help = {"Let trends and comparisons of waves run across the breaks declared in breaks.csv.",
              "Låt trender och jämförelser av mätningar gå över de tidsseriebrott som står i breaks.csv."}},
    {"threads", "N", PROGRAM_ALL, .set = set_threads,
     .help = {"Threads; default as many as there are processors. The result is the same for any number.",
              "Trådar; annars så många som det finns processorer. Resultatet blir detsamma."}},
    {"min-n", "N", PROGRAM_ALL, .set = set_min_n,
     .help =
         {"Suppress figures that rest on fewer respondents; default 30. 0 turns all disclosure rules off.",
          "Redovisa inte värden som bygger på färre svarande; annars 30. 0 stänger av all sekretess."}},
    {"format", "FORMAT", PROGRAM_ALL, TARGET(format), .set = set_choice, .value = format_name,
     .value_help = format_help, .later = " jsonstat px ", .help = {"Form of the output.", "Utdatas form."}},
    {"output", "FILE", PROGRAM_ALL, TARGET(output), .set = set_text,
     .help = {"Write there instead of to standard output; an old file stays as it was unless all went well.",
              "Skriv dit i stället för till standard ut; en gammal fil blir kvar om något går fel."}},
    {"rejected", "FILE", PROGRAM_CHECK, TARGET(rejected), .set = set_text,
     .help =
         {"Write the records that were not accepted there as CSV, with file, line and reason. They are people's "
          "answers: only you can read the file, and they are written nowhere else.",
          "Skriv de poster som inte godtogs dit som CSV, med fil, rad och orsak. Det är människors svar: bara du "
          "kan läsa filen, och de skrivs ingen annanstans."}},
    {"lang", "LANGUAGE", PROGRAM_ALL | PROGRAM_CODEBOOK, TARGET(language), .set = set_choice,
     .value = language_name,
     .help = {"Language; default as the locale says.", "Språk; annars som datorns inställning."}},
    {"delimiter", "CHARACTER", PROGRAM_ALL | PROGRAM_CODEBOOK, .set = set_delimiter,
     .help = {"What stands between the fields of the data: , ; or tab; default as seen in the header.",
              "Vad som skiljer fälten i data: , ; eller tab; annars som rubrikraden visar."}},
    {"decimal", "CHARACTER", PROGRAM_ALL | PROGRAM_CODEBOOK, .set = set_decimal,
     .help = {"Decimal sign of the data: . or ,", "Decimaltecken i data: . eller ,"}},
    {"progress", "WHEN", PROGRAM_ALL | PROGRAM_CODEBOOK, TARGET(progress), .set = set_choice,
     .value = when_name,
     .help = {"Show progress on standard error; auto: when that is a terminal.",
              "Visa förloppet på standard fel; auto: när det är en terminal."}},
    {"color", "WHEN", PROGRAM_ALL, TARGET(color), .set = set_choice, .value = when_name,
     .help = {"Colours in tables; auto: on a terminal, unless NO_COLOR is set.",
              "Färger i tabeller; auto: i en terminal, om inte NO_COLOR är satt."}},
    {"help", NULL, PROGRAM_ALL | PROGRAM_CODEBOOK, TARGET(help), .set = set_flag,
     .help = {"This text.", "Den här texten."}},
    {"version", NULL, PROGRAM_ALL | PROGRAM_CODEBOOK, TARGET(version), .set = set_flag,
     .help = {"The version.", "Versionen."}},
};

const program_option *program_option_at(size_t i) {
  return i < COUNT(options) ? &options[i] : NULL;
}

/* ---- the command line ------------------------------------------------------------------------ */

/* The option called by the `length` bytes at `name`; NULL after a message. */
static const program_option *find_option(const struct program *program, const char *name, size_t length) {
  const char *best = NULL;
  size_t least = SIZE_MAX;
  int foreign = 0;
  char word[64];

  snprintf(word, sizeof word, "%.*s", length < sizeof word ? (int)length : (int)sizeof word - 1, name);
  for (size_t i = 0; i < COUNT(options); i++) {
    const program_option *option = &options[i];
    if (strcmp(option->name, word) == 0) {
      if (option->programs & program->description->bit)
        return option;
      foreign = 1; /* another program's, unless a row below is this one's */
    }
    if (option->programs & program->description->bit)
      best = program_nearer(word, best, &least, option->name);
  }
  if (foreign)
    usage(program, "%s takes no --%s", program->description->name, word);
  else if (best != NULL)
    usage(program, "there is no option --%s; did you mean --%s?", word, best);
  else
    usage(program, "there is no option --%s", word);
  return NULL;
}

/* Set the option in arguments[*at], which may take the argument behind it. */
static int read_option(struct program *program, int count, char **arguments, int *at) {
  char *name = arguments[*at] + 2, *value = strchr(name, '=');
  const program_option *option =
      find_option(program, name, value != NULL ? (size_t)(value - name) : strlen(name));

  if (option == NULL)
    return 2;
  if (option->argument == NULL && value != NULL)
    return usage(program, "--%s takes no value", option->name);
  if (option->argument != NULL && value == NULL && *at + 1 >= count)
    return usage(program, "--%s wants a value: --%s %s", option->name, option->name, option->argument);
  if (option->argument == NULL)
    return option->set(program, option, NULL);
  return option->set(program, option, value != NULL ? value + 1 : arguments[++*at]);
}

/* 0, or 2 after a message on an option that the program cannot do without. */
static int check_needs(struct program *program) {
  for (size_t k = 0; k < COUNT(program->description->needs); k++)
    for (size_t i = 0; program->description->needs[k] != NULL && i < COUNT(options); i++)
      if (strcmp(options[i].name, program->description->needs[k]) == 0 &&
          *(void **)target(program, &options[i]) == NULL) /* a text, or a list's items */
        return usage(program, "--%s %s is missing", options[i].name, options[i].argument);
  return 0;
}

int program_read_options(struct program *program, int count, char **arguments) {
  program_options *given = &program->options;
  int operands = 1, ended = 0, code;

  for (int i = 1; i < count; i++) {
    char *argument = arguments[i];
    if (ended || *argument != '-' || argument[1] == '\0')
      arguments[operands++] = argument;
    else if (strcmp(argument, "--") == 0)
      ended = 1;
    else if (strcmp(argument, "-h") == 0)
      given->help = 1;
    else if (argument[1] != '-')
      return usage(program, "there is no option %s", argument);
    else if ((code = read_option(program, count, arguments, &i)) != 0)
      return code;
  }
  if (given->help || given->version)
    return 0;
  if (program->description->operands[0] != NULL && operands != 3)
    return usage(program, "it takes two names, as in %s %s", program->description->name,
                 program->description->operands[0]);
  if (operands == 1)
    return usage(program, "no survey folder was given");
  given->survey = arguments[1];
  given->data = arguments + 2;
  given->data_count = (size_t)operands - 2;
  if (given->data_count == 0 && !program->description->data_optional)
    return usage(program, "no data file was given behind the survey folder `%s` (- is standard input)",
                 given->survey);
  return check_needs(program);
}

void program_clear_options(program_options *given) {
  for (size_t i = 0; i < given->by_count; i++)
    free(given->by[i].items);
  free(given->by);
  free(given->indicators.items);
  free(given->where.items);
  free(given->waves.items);
  free(given->indices.items);
  free(given->tests.items);
  free(given->on.items);
  free(given->parts.items);
  free(given->response_on.items);
  free(given->expected.items);
  *given = (program_options){0};
}
