/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the values of options are read, and the closed lists that some are taken from. */
#include "program_values.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* ---- closed lists of values ---------------------------------------------------------- */

const char *program_format_name(size_t i) {
  const trygg_report_format *format = trygg_report_formats(i);

  return format != NULL ? format->name : NULL;
}

const char *program_format_help(size_t i) {
  const trygg_report_format *format = trygg_report_formats(i);

  return format != NULL ? format->help : NULL;
}

const char *program_lonely_name(size_t i) {
  static const char *const names[] = {"fail", "certainty", "adjust", "average", "collapse"};

  return i < COUNT(names) ? names[i] : NULL;
}

const char *program_reference_name(size_t i) {
  static const char *const names[] = {"first", "common"};

  return i < COUNT(names) ? names[i] : NULL;
}

/* The tests of terms of the library, and `none`. */
const char *program_model_test_name(size_t i) {
  const char *name = trygg_model_term_test(i);
  return name != NULL || i == 0 || trygg_model_term_test(i - 1) == NULL ? name : "none";
}

const char *program_model_test_help(size_t i) {
  return trygg_model_term_test(i) != NULL ? trygg_model_term_test_help(i) : "no test of terms";
}

/* The tests of the library, and `all`. */
const char *program_trend_test_name(size_t i) {
  const char *name = trygg_trend_test(i);
  return name != NULL || i == 0 || trygg_trend_test(i - 1) == NULL ? name : "all";
}

const char *program_trend_test_help(size_t i) {
  return trygg_trend_test(i) != NULL ? trygg_trend_help(i) : "all of them";
}

/* What groups are compared with, and the follow-up of measures. */
const char *program_against_name(size_t i) {
  const char *name = trygg_inference_against(i);

  return name != NULL || trygg_inference_against(i - 1) == NULL ? name : "measure";
}

const char *program_against_help(size_t i) {
  return trygg_inference_against(i) != NULL
             ? trygg_inference_against_help(i)
             : "those whom a measure of measures.csv reached: their change since before it, less that of those "
               "compared with";
}

static size_t count_group_tests(void) {
  size_t count = 0;

  while (trygg_inference_group_test(count) != NULL)
    count++;
  return count;
}

/* The tests of groups, those of measures, and `all` of the latter. */
const char *program_compare_test_name(size_t i) {
  size_t groups = count_group_tests();
  const char *name = i < groups ? trygg_inference_group_test(i) : trygg_trend_measure_test(i - groups);

  return name != NULL || trygg_trend_measure_test(i - groups - 1) == NULL ? name : "all";
}

const char *program_compare_test_help(size_t i) {
  size_t groups = count_group_tests();
  const char *help = i < groups ? trygg_inference_group_test_help(i) : trygg_trend_measure_help(i - groups);

  return help != NULL ? help : "those of measures, all of them";
}

enum { NONRESPONSE_KINDS = 4 };

const char *program_nonresponse_name(size_t i) {
  static const char *const names[NONRESPONSE_KINDS] = {"answers", "sample", "weights", "tipping"};

  return i < NONRESPONSE_KINDS ? names[i] : NULL;
}

const char *program_nonresponse_help(size_t i) {
  static const char *const helps[NONRESPONSE_KINDS] = {
      "late answers against early ones, mode against mode",
      "how evenly those who were drawn answered, by what --on knows of them (R-indicators)",
      "by the weights people were drawn by, and by those calibrated, adjusted or trimmed",
      "how many of the silent must have an answer for the share to be elsewhere"};

  return i < NONRESPONSE_KINDS ? helps[i] : NULL;
}

const char *program_language_name(size_t i) {
  static const char *const names[] = {"en", "sv"};

  return i < COUNT(names) ? names[i] : NULL;
}

const char *program_when_name(size_t i) {
  static const char *const names[] = {"auto", "always", "never"};

  return i < COUNT(names) ? names[i] : NULL;
}

/* ---- faults of usage ------------------------------------------------------------------- */

int program_usage(const struct program *program, const char *format, ...) {
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

void *program_target(struct program *program, const program_option *option) {
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
    code = program_usage(program, "--%s %s is not yet built; give %s", option->name, value, values.bytes);
  else if (best != NULL)
    code = program_usage(program, "--%s has no value `%s`; did you mean `%s`? It takes %s", option->name,
                         value, best, values.bytes);
  else
    code = program_usage(program, "--%s has no value `%s`; give %s", option->name, value, values.bytes);
  program_text_free(&values);
  return code;
}

int program_set_choice(struct program *program, const program_option *option, char *value) {
  int code = check_choice(program, option, value);

  if (code == 0)
    *(const char **)program_target(program, option) = value;
  return code;
}

int program_set_text(struct program *program, const program_option *option, char *value) {
  *(const char **)program_target(program, option) = value;
  return *value != '\0' ? 0 : program_usage(program, "--%s is empty", option->name);
}

int program_set_flag(struct program *program, const program_option *option, char *value) {
  (void)value;
  *(int *)program_target(program, option) = 1;
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
      return program_usage(program, "--%s has an empty name; write names with commas between, as in A,B",
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

int program_set_list(struct program *program, const program_option *option, char *value) {
  return add_words(program, option, program_target(program, option), value);
}

int program_set_by(struct program *program, const program_option *option, char *value) {
  program_options *options = &program->options;
  program_list *larger = realloc(options->by, (options->by_count + 1) * sizeof *larger);

  if (larger == NULL)
    return no_memory(program);
  options->by = larger;
  larger[options->by_count] = (program_list){0};
  return add_words(program, option, &larger[options->by_count++], value);
}

/* A kind of comparison, or a group. */
int program_set_against(struct program *program, const program_option *option, char *value) {
  const char *equal = strchr(value, '=');

  if (equal == NULL || equal == value || equal[1] == '\0')
    return program_set_choice(program, option, value);
  program->options.against = value;
  return 0;
}

int program_set_where(struct program *program, const program_option *option, char *value) {
  const char *equal = strchr(value, '=');

  if (equal == NULL || equal == value || equal[1] == '\0')
    return program_usage(program, "--%s wants VAR=CODE or VAR=CODE,CODE", option->name);
  return program_list_add(program_target(program, option), value) == 0 ? 0 : no_memory(program);
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

int program_set_level(struct program *program, const program_option *option, char *value) {
  double level = read_decimal(value);

  if (!(level > 0 && level < 1))
    return program_usage(program, "--%s wants a number between 0 and 1, as in 0.95", option->name);
  program->options.level = level;
  return 0;
}

int program_set_df(struct program *program, const program_option *option, char *value) {
  if (strcmp(value, "domain") != 0 && strcmp(value, "design") != 0 && !(read_decimal(value) > 0))
    return program_usage(program, "--%s wants domain, design or a number above 0", option->name);
  program->options.df = value;
  return 0;
}

/* A whole number up to a million; -1 for anything else. */
static int read_whole(const char *text) {
  double value = strchr(text, '.') == NULL ? read_decimal(text) : -1;

  return value >= 0 && value <= 1e6 ? (int)value : -1;
}

int program_set_seed(struct program *program, const program_option *option, char *value) {
  int seed = read_whole(value);

  if (seed < 1)
    return program_usage(program, "--%s wants a whole number from 1 to 1000000", option->name);
  program->options.seed = seed;
  return 0;
}

/* A method, some with a number behind a colon, which the library knows about. */
int program_set_variance(struct program *program, const program_option *option, char *value) {
  trygg_error error = {0};

  if (trygg_design_variance_check(value, &error) != TRYGG_OK)
    return program_usage(program, "--%s: %s", option->name, error.message);
  program->options.variance = value;
  return 0;
}

int program_set_threads(struct program *program, const program_option *option, char *value) {
  int threads = read_whole(value);

  if (threads < 1 || threads > 1024)
    return program_usage(program, "--%s wants a whole number from 1 to 1024", option->name);
  program->options.threads = threads;
  return 0;
}

int program_set_start(struct program *program, const program_option *option, char *value) {
  program->options.start = read_decimal(value);
  return program->options.start > 0
             ? 0
             : program_usage(program, "--%s wants a year, as in 2021 or 2021.5", option->name);
}

int program_set_least(struct program *program, const program_option *option, char *value) {
  int least = read_whole(value);

  if (least < 1)
    return program_usage(program, "--%s wants a whole number from 1 to 1000000", option->name);
  program->options.response_least = least;
  return 0;
}

int program_set_margin(struct program *program, const program_option *option, char *value) {
  program->options.margin = read_decimal(value);
  return program->options.margin > 0
             ? 0
             : program_usage(program, "--%s wants a number above 0, as in 0.02 for two percentage points",
                             option->name);
}

int program_set_target(struct program *program, const program_option *option, char *value) {
  program->options.target = read_decimal(value);
  return program->options.target > 0
             ? 0
             : program_usage(program, "--%s wants a number above 0, as in 0.25 for a share of 25 per cent",
                             option->name);
}

int program_set_pool_waves(struct program *program, const program_option *option, char *value) {
  program->options.pool_waves = read_whole(value);
  return program->options.pool_waves > 0
             ? 0
             : program_usage(program, "--%s wants a whole number of waves, as in 2", option->name);
}

int program_set_min_n(struct program *program, const program_option *option, char *value) {
  int min_n = read_whole(value);

  if (min_n < 0)
    return program_usage(program, "--%s wants a whole number; 0 turns all rules off", option->name);
  program->options.min_n = min_n > 0 ? min_n : -1;
  return 0;
}

/* The word before a colon is one of a list, or none; what stands behind it, the library reads. */
int program_set_method(struct program *program, const program_option *option, char *value) {
  char *colon = strchr(value, ':');
  int code = 0;

  if (colon != NULL)
    *colon = '\0';
  if (strcmp(value, "none") != 0)
    code = check_choice(program, option, value);
  if (colon != NULL)
    *colon = ':';
  *(const char **)program_target(program, option) = value;
  return code;
}

int program_set_delimiter(struct program *program, const program_option *option, char *value) {
  if (strcmp(value, "tab") == 0 || strcmp(value, "\\t") == 0)
    value = "\t";
  if (*value == '\0' || value[1] != '\0' || strchr(",;\t", *value) == NULL)
    return program_usage(program, "--%s wants one of , ; tab", option->name);
  program->options.delimiter = *value;
  return 0;
}

int program_set_decimal(struct program *program, const program_option *option, char *value) {
  if (strcmp(value, ".") != 0 && strcmp(value, ",") != 0)
    return program_usage(program, "--%s wants . or ,", option->name);
  program->options.decimal = *value;
  return 0;
}
