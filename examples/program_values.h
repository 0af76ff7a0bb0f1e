/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the registry of options (program_options.c) is made of. */
#ifndef PROGRAM_VALUES_H
#define PROGRAM_VALUES_H

#include "program.h"

/* Say what is wrong with the command line; 2, the exit code. */
int program_usage(const struct program *program, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* What an option sets. */
void *program_target(struct program *program, const program_option *option);

/* Closed lists of values, NULL after the last, and what there is to say of them. */
const char *program_format_name(size_t i);
const char *program_format_help(size_t i);
const char *program_lonely_name(size_t i);
const char *program_reference_name(size_t i);
const char *program_model_test_name(size_t i);
const char *program_model_test_help(size_t i);
const char *program_trend_test_name(size_t i);
const char *program_trend_test_help(size_t i);
const char *program_against_name(size_t i);
const char *program_against_help(size_t i);
const char *program_compare_test_name(size_t i);
const char *program_compare_test_help(size_t i);
const char *program_nonresponse_name(size_t i);
const char *program_nonresponse_help(size_t i);
const char *program_language_name(size_t i);
const char *program_when_name(size_t i);

/* Read a value, NULL for an option without one; 0, or the exit code after a message. */
int program_set_choice(struct program *program, const program_option *option, char *value);
int program_set_text(struct program *program, const program_option *option, char *value);
int program_set_flag(struct program *program, const program_option *option, char *value);
int program_set_list(struct program *program, const program_option *option, char *value);
int program_set_by(struct program *program, const program_option *option, char *value);
int program_set_against(struct program *program, const program_option *option, char *value);
int program_set_where(struct program *program, const program_option *option, char *value);
int program_set_level(struct program *program, const program_option *option, char *value);
int program_set_df(struct program *program, const program_option *option, char *value);
int program_set_seed(struct program *program, const program_option *option, char *value);
int program_set_variance(struct program *program, const program_option *option, char *value);
int program_set_threads(struct program *program, const program_option *option, char *value);
int program_set_start(struct program *program, const program_option *option, char *value);
int program_set_target(struct program *program, const program_option *option, char *value);
int program_set_least(struct program *program, const program_option *option, char *value);
int program_set_pool_waves(struct program *program, const program_option *option, char *value);
int program_set_margin(struct program *program, const program_option *option, char *value);
int program_set_min_n(struct program *program, const program_option *option, char *value);
int program_set_method(struct program *program, const program_option *option, char *value);
int program_set_delimiter(struct program *program, const program_option *option, char *value);
int program_set_decimal(struct program *program, const program_option *option, char *value);

#endif
