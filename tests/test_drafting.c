/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drafts of survey folders: whatever the source holds, its draft is a survey folder that its data load with. */
#include <stdlib.h>
#include <string.h>

#include <trygg/responses.h>

#include <base/memory.h>
#include <base/text.h>
#include <codebook/codebook.h>
#include <numeric/random.h>
#include <responses/responses.h>

#include "support.h"

/* The drafted folder as a codebook. */
static trygg_codebook *take_draft(const trygg_draft *draft) {
  static const char *const tables[] = {"settings", "survey", "choices", "indicators"};
  trygg_error error;
  trygg_codebook *codebook;
  ck_ok(trygg_codebook_create(&codebook, &error));
  for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
    const char *text = trygg_codebook_draft_text(draft, i);
    ck_assert_int_eq(strncmp(trygg_codebook_draft_file(draft, i), tables[i], strlen(tables[i])), 0);
    ck_ok(trygg_codebook_add_csv(codebook, tables[i], text, strlen(text), &error));
  }
  ck_ok(trygg_codebook_finish(codebook, &error));
  ck_assert_uint_eq(trygg_codebook_warnings(codebook), 0);
  return codebook;
}

static trygg_codebook *draft_text(const char *text, const trygg_draft_options *options) {
  trygg_error error;
  trygg_draft *draft;
  const char *path = write_text(temporary_folder(), "data.csv", text);
  ck_ok(trygg_codebook_draft(path, options, &draft, &error));
  trygg_codebook *codebook = take_draft(draft);
  ck_assert_uint_gt(trygg_codebook_draft_variables(draft), 0);
  trygg_codebook_draft_free(draft);
  return codebook;
}

static const tg_variable *variable_of(const trygg_codebook *codebook, const char *name) {
  size_t at = tg_codebook_find_variable(codebook, name, strlen(name));
  ck_assert_uint_ne(at, TG_NONE);
  return &codebook->variables[at];
}

/* ---- any table ------------------------------------------------------------------------------- */

static const char *const headings[] = {"id",    "vikt",    "ar",         "q1",    "Q1[SQ001]", "\"a;b\"",
                                       "alder", "psu",     "fpc",        "kon",   "\xC3\xA5r", "h\xC3\xB6jd",
                                       "#x",    "stratum", "submitdate", "source"};
static const char *const cells[] = {"1",       "2",       "8",        "9",   "99",         "-1",   "0380",
                                    "1.5",     "",        ".",        "NA",  "2024-11-30", "Ja",   "Nej",
                                    "\"a b\"", "\"x,y\"", "01",       "1.0", "\"vet ej\"", "=1",   "-",
                                    "88=a",    "1e3",     "\xC3\xA5", "5",   "#NULL!",     "2024", "\"\"\"\"",
                                    "999",     "..",      "\"a\nb\"", "@"};

/* Columns of a few kinds of cell each, so that lists, numbers and mixtures all come up. */
static void make_table(tg_random *random, tg_text *out) {
  size_t columns = 1 + tg_random_below(random, sizeof headings / sizeof *headings);
  size_t rows = tg_random_below(random, 40), kinds[16][3];
  for (size_t i = 0; i < columns; i++) {
    tg_text_format(out, "%s%s", i ? "," : "", headings[i]);
    for (size_t k = 0; k < 3; k++)
      kinds[i][k] = tg_random_below(random, sizeof cells / sizeof *cells);
  }
  tg_text_putc(out, '\n');
  for (size_t row = 0; row < rows; row++) {
    for (size_t i = 0; i < columns; i++)
      tg_text_format(out, "%s%s", i ? "," : "", cells[kinds[i][tg_random_below(random, 3)]]);
    tg_text_putc(out, '\n');
  }
}

START_TEST(every_table_drafts_to_a_folder_in_order) {
  static tg_random random;
  trygg_error error;
  tg_random_seed(&random, 1 + (uint64_t)_i, 0);
  for (int repeat = 0; repeat < 100; repeat++) {
    tg_text text = {0};
    make_table(&random, &text);
    ck_assert(!text.failed);
    trygg_codebook *codebook = draft_text(text.bytes, NULL);
    trygg_responses *responses = NULL;
    trygg_status status =
        trygg_responses_load_memory(codebook, "data.csv", text.bytes, text.length, NULL, &responses, &error);
    if (status == TRYGG_EDATA && strstr(error.message, "no record was accepted"))
      status = TRYGG_OK; /* no rows, or a wave and a weight that are always empty */
    ck_assert_msg(status == TRYGG_OK, "%s: %s\n%s", error.field, error.message, text.bytes);
    trygg_responses_free(responses);
    trygg_codebook_free(codebook);
    tg_text_free(&text);
  }
}
END_TEST

/* ---- guesses ---------------------------------------------------------------------------------- */

START_TEST(codes_stand_apart_from_answers_or_do_not) {
  static const struct {
    const char *cells; /* with blanks between */
    const char *code;
    tg_missing kind;
  } cases[] = {
      {"1 2 3 4 8 9", "8", TG_DONT_KNOW},
      {"1 2 3 4 8 9", "9", TG_NO_ANSWER},
      {"1 2 3 4 5 6 7 8 9", "9", TG_VALID},
      {"0 1 2 3 4 5 6 7 8 9 10 98 99", "9", TG_VALID},
      {"0 5 10 98 99", "98", TG_DONT_KNOW},
      {"1 2 -1", "-1", TG_NO_ANSWER},
      {"-2 -1 0 1 2", "-1", TG_VALID},
      {"1 2 77", "77", TG_NO_ANSWER},
      {"8 9", "9", TG_VALID},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    tg_text text = {0};
    const char *word;
    tg_text_put(&text, "x,q\n");
    for (int repeat = 0; repeat < 5; repeat++)
      for (const char *cursor = cases[i].cells; *cursor;) {
        size_t length;
        if ((word = tg_text_word(&cursor, &length)))
          tg_text_format(&text, "1,%.*s\n", (int)length, word);
      }
    trygg_codebook *codebook = draft_text(text.bytes, NULL);
    const tg_variable *variable = variable_of(codebook, "q");
    int by_number;
    size_t code = tg_variable_code(variable, cases[i].code, strlen(cases[i].code), &by_number);
    ck_assert_uint_ne(code, TG_NONE);
    ck_assert_msg(variable->codes[code].missing == cases[i].kind, "%s in %s", cases[i].code, cases[i].cells);
    trygg_codebook_free(codebook);
    tg_text_free(&text);
  }
}
END_TEST

START_TEST(a_rare_text_makes_no_codes) {
  trygg_codebook *codebook = draft_text("x,q\n1,Ja\n1,Ja\n1,Ja\n1,Nej\n1,Nej\n1,Nej\n1,Min granne\n", NULL);
  ck_assert_int_eq(variable_of(codebook, "q")->type, TG_STRING);
  ck_assert_uint_eq(variable_of(codebook, "q")->code_count, 0);
  trygg_codebook_free(codebook);
}
END_TEST

START_TEST(delimiter_and_decimal_sign_can_be_said) {
  trygg_draft_options options = {.size = sizeof options, .delimiter = ';', .decimal = ','};
  trygg_codebook *codebook = draft_text("vikt;b,c\n1,5;1\n2,25;2\n", &options);
  ck_assert_int_eq(variable_of(codebook, "vikt")->role, TG_ROLE_WEIGHT);
  trygg_codebook_free(codebook);
  options.decimal = '.';
  codebook = draft_text("vikt;b\n1,5;1\n2,25;2\n", &options);
  ck_assert_int_eq(variable_of(codebook, "vikt")->role, TG_ROLE_NONE);
  trygg_codebook_free(codebook);
}
END_TEST

static int has_note(const trygg_draft *draft, const char *kind, const char *text) {
  const char *met, *note;
  for (size_t i = 0; (note = trygg_codebook_draft_note(draft, i, &met)); i++)
    if (strcmp(met, kind) == 0 && strstr(note, text))
      return 1;
  return 0;
}

START_TEST(a_form_in_other_languages_keeps_the_first_and_names_the_rest) {
  static const struct {
    const char *columns, *label, *out, *kept;
  } cases[] = {{"label::fi,label::no", "Ik\xC3\xA4", "label::no", "label::fi"},
               {"label::fi,label::en", "Alder", "label::fi", "label::en"},
               {"labelled,label::no", "Alder", "label::fi", "label::no"}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    trygg_error error;
    trygg_draft *draft;
    const char *folder = temporary_folder();
    tg_text survey = {0};
    tg_text_format(&survey, "type,name,%s\ninteger,alder,Ik\xC3\xA4,Alder\n", cases[i].columns);
    write_text(folder, "survey.csv", survey.bytes);
    ck_ok(trygg_codebook_draft(folder, NULL, &draft, &error));
    trygg_codebook *codebook = take_draft(draft);
    ck_assert_str_eq(trygg_codebook_label(codebook, "alder", NULL), cases[i].label);
    ck_assert_int_eq(has_note(draft, "left_out", cases[i].out), i != 2);
    ck_assert(!has_note(draft, "left_out", cases[i].kept));
    trygg_codebook_free(codebook);
    trygg_codebook_draft_free(draft);
    tg_text_free(&survey);
  }
}
END_TEST

START_TEST(faults_of_the_caller_are_said) {
  trygg_error error;
  trygg_draft *draft = (trygg_draft *)1;
  trygg_draft_options odd = {.size = sizeof odd, .delimiter = '|'}, unset = {.delimiter = ';'};
  ck_assert_int_eq(trygg_codebook_draft(NULL, NULL, &draft, &error), TRYGG_EINVAL);
  ck_assert_ptr_null(draft);
  ck_assert_int_eq(trygg_codebook_draft("x.csv", NULL, NULL, &error), TRYGG_EINVAL);
  ck_assert_int_eq(trygg_codebook_draft("x.csv", &odd, &draft, &error), TRYGG_EINVAL);
  ck_assert_int_eq(trygg_codebook_draft("x.csv", &unset, &draft, &error), TRYGG_EINVAL);
  ck_assert_int_eq(trygg_codebook_draft("/no/such.csv", NULL, &draft, &error), TRYGG_EIO);
  ck_assert_ptr_null(trygg_codebook_draft_file(NULL, 0));
  ck_assert_ptr_null(trygg_codebook_draft_note(NULL, 0, NULL));
  trygg_codebook_draft_free(NULL);
}
END_TEST

/* ---- memory -------------------------------------------------------------------------------------- */

static void draft_without_memory(const char *source) {
  trygg_status status = TRYGG_ENOMEM;
  for (long k = 0; status == TRYGG_ENOMEM; k++) {
    trygg_error error;
    trygg_draft *draft;
    tg_memory_fail(k, 0);
    status = trygg_codebook_draft(source, NULL, &draft, &error);
    tg_memory_fail(-1, 0);
    ck_assert(status == TRYGG_OK || status == TRYGG_ENOMEM);
    ck_assert((status == TRYGG_OK) == (draft != NULL));
    trygg_codebook_draft_free(draft);
  }
}

START_TEST(a_table_without_memory_leaves_nothing) {
  draft_without_memory(write_text(temporary_folder(), "data.csv",
                                  "id,submitdate,lastpage,vikt,q,b c,q\n1,2024-01-01,1,1.5,1,x,y\n"
                                  "1,2024-01-02,1,2.5,8,x,y\n2,,1,3,2,x,y\n"));
}
END_TEST

START_TEST(a_form_without_memory_leaves_nothing) {
  const char *folder = temporary_folder();
  write_text(folder, "survey.csv",
             "type,name,label::sv,relevant\nbegin group,g,,${a}=1\nselect_one l or_other,q,Fr\xC3\xA5ga,\n"
             "end group,,,\nselect_multiple l,m,,\nnote,n,,\nstart,s,,\ncalculate,vikt,,\ngeopoint,p,,\n");
  write_text(folder, "choices.csv", "list_name,name,label::sv,label::fi\nl,1,Ja,\nl,2,Vet ej,\nu,1,,\n");
  write_text(folder, "settings.csv", "form_title,form_id,default_language\nT,f,sv\n");
  draft_without_memory(folder);
}
END_TEST

static Suite *drafting_suite(void) {
  Suite *suite = suite_create("drafting");
  TCase *tests = tcase_create("drafting");
  tcase_set_timeout(tests, 60);
  tcase_add_loop_test(tests, every_table_drafts_to_a_folder_in_order, 0, 4);
  tcase_add_test(tests, codes_stand_apart_from_answers_or_do_not);
  tcase_add_test(tests, a_rare_text_makes_no_codes);
  tcase_add_test(tests, delimiter_and_decimal_sign_can_be_said);
  tcase_add_test(tests, a_form_in_other_languages_keeps_the_first_and_names_the_rest);
  tcase_add_test(tests, faults_of_the_caller_are_said);
  tcase_add_test(tests, a_table_without_memory_leaves_nothing);
  tcase_add_test(tests, a_form_without_memory_leaves_nothing);
  suite_add_tcase(suite, tests);
  return suite;
}

int main(void) {
  return run_suite(drafting_suite());
}
