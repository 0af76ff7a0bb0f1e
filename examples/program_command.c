/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the command line is read by the registry of options. */
#include "program_values.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The option called by the `length` bytes at `name`; NULL after a message. */
static const program_option *find_option(const struct program *program, const char *name, size_t length) {
  const program_option *option;
  const char *best = NULL;
  size_t least = SIZE_MAX;
  int foreign = 0;
  char word[64];

  snprintf(word, sizeof word, "%.*s", length < sizeof word ? (int)length : (int)sizeof word - 1, name);
  for (size_t i = 0; (option = program_option_at(i)) != NULL; i++) {
    if (strcmp(option->name, word) == 0) {
      if (option->programs & program->description->bit)
        return option;
      foreign = 1; /* another program's, unless a row below is this one's */
    }
    if (option->programs & program->description->bit)
      best = program_nearer(word, best, &least, option->name);
  }
  if (foreign)
    program_usage(program, "%s takes no --%s", program->description->name, word);
  else if (best != NULL)
    program_usage(program, "there is no option --%s; did you mean --%s?", word, best);
  else
    program_usage(program, "there is no option --%s", word);
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
    return program_usage(program, "--%s takes no value", option->name);
  if (option->argument != NULL && value == NULL && *at + 1 >= count)
    return program_usage(program, "--%s wants a value: --%s %s", option->name, option->name,
                         option->argument);
  if (option->argument == NULL)
    return option->set(program, option, NULL);
  return option->set(program, option, value != NULL ? value + 1 : arguments[++*at]);
}

/* 0, or 2 after a message on an option that the program cannot do without. */
static int check_needs(struct program *program) {
  const program_option *option;

  for (size_t k = 0; k < sizeof program->description->needs / sizeof *program->description->needs; k++)
    for (size_t i = 0; program->description->needs[k] != NULL && (option = program_option_at(i)) != NULL; i++)
      if (strcmp(option->name, program->description->needs[k]) == 0 &&
          *(void **)program_target(program, option) == NULL) /* a text, or a list's items */
        return program_usage(program, "--%s %s is missing", option->name, option->argument);
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
      return program_usage(program, "there is no option %s", argument);
    else if ((code = read_option(program, count, arguments, &i)) != 0)
      return code;
  }
  if (given->help || given->version)
    return 0;
  if (program->description->operands[0] != NULL && operands != 3)
    return program_usage(program, "it takes two names, as in %s %s", program->description->name,
                         program->description->operands[0]);
  if (operands == 1)
    return program_usage(program, "no survey folder was given");
  given->survey = arguments[1];
  given->data = arguments + 2;
  given->data_count = (size_t)operands - 2;
  if (given->data_count == 0 && !program->description->data_optional)
    return program_usage(
        program, "no data file was given behind the survey folder `%s` (- is standard input)", given->survey);
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
