/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Survey folders: what they mean when read, where they are wrong, and that calls say the same. */
#include "support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <codebook/codebook.h>
#include <codebook/reader.h>

/* ---- a survey with every table ---------------------------------------------------------------- */

typedef struct table_text {
  const char *name, *text;
} table_text;

static const table_text whole[] = {
    {"settings",
     "form_title,form_id,version,default_language,waves,pool,lonely,duplicates,min_answered,closes,answers\n"
     "Trygghet,trygg,2024-1,Svenska (sv),overlapping,sum,adjust,\"source:web,paper\",\"0,5\","
     "2020=2020-12-01 2024=2024-12-01,labels\n"},
    {"choices", "list_name,name,label::Svenska (sv),label::English (en),missing,score,disposition\n"
                "worry,1,Mycket ofta,Very often,,4,\n"
                "worry,2,Ibland,Sometimes,,2,\n"
                "worry,3,Aldrig,Never,,0,\n"
                "worry,8,Vet ej,Do not know,dont_know,,\n"
                "mode,web,Webb,Web,,,\n"
                "mode,paper,Papper,Paper,,,\n"
                "state,10,Svar,Answer,,,I\n"
                "state,20,Vägran,Refusal,,,R\n"
                "municipality,0380,Uppsala,,,,\n"
                "municipality,0381,Enköping,,,,\n"
                "county,03,Uppsala län,,,,\n"
                "ages,1,16-24,,,,\n"
                "ages,2,25-44,,,,\n"
                "ages,3,45-,,,,\n"},
    {"survey", "type,name,label,label::en,role,missing,empty\n"
               "text,person,Löpnummer,,id,,\n"
               "integer,year,År,Year,wave,,\n"
               "decimal,vikt,Vikt,,weight,,\n"
               "select_one municipality,kommun,Kommun,Municipality,stratum,,\n"
               "integer,area,,,stratum,,\n"
               "select_one state,status,,,status,,\n"
               "select_one mode,mode,,,source,,\n"
               "date,answered,,,date,,\n"
               "integer,age,Ålder,Age,domain,999=refused,not_asked\n"
               "select_one worry,q1..q3,Oro,Worry,,99=no_answer 8=dont_know,3\n"
               "select_multiple worry,marks,,,,,not_applicable\n"
               "text,note,,,,-=no_answer,\n"},
    {"derived", "name,label,type,rule,from,codes\n"
                "ageband,Ålder,select_one ages,bands,age,16..24=1 25..44=2 45..=3\n"
                "agetext,,text,bands,age,..17=young 18..=old\n"
                "county,,select_one county,prefix,kommun,2\n"
                "worries,,integer,count,q1 q2 q3,1..2\n"
                "capped,,integer,cap,worries,2\n"
                "points,,decimal,sum,q1 q2,\n"
                "best,,select_one worry,first,q1 q2,\n"
                "later,,integer,difference,capped worries,\n"
                "both,,decimal,product,vikt age,\n"},
    {"indicators",
     "name,label,topic,type,variable,numerator,denominator,where,weight,min_valid,low,high,better,sensitive\n"
     "worried,Orolig,fear,share,q1,1 2,valid,kommun=0380 age=16..29,vikt,,,,low,\n"
     "scale,,,scale,q1 -q2,,,,,1,1,3,,\n"},
    {"indices", "index,section,indicator,weight,knots,label\n"
                "trygg,,,,,Trygghetsindex\n"
                "trygg,fear,,2,,Otrygghet\n"
                "trygg,fear,worried,1,0:0 0.10:2 0.30:6,\n"},
    {"waves", "wave,time,label\n2020,\"2020,75\",Hösten 2020\n2024,2024.75,\n"},
    {"breaks", "wave,indicator,kind,note\n2024,worried,break,New question\n2024,,,\n"},
    {"strata", "wave,stratum,population,sample,collapse\n2024,0380 1,180000,2000,a\n2024,0381 1,35000,,\n"},
    {"files", "file,kommun,area,delimiter,decimal,encoding,age\n"
              "upps*.csv,380,1,;,\",\",latin1,\nenk?.csv,0381,2,tab,.,UTF-8,45\n"},
    {"recodes", "variable,from,codes,to,wave,file\n"
                "q1,,1..2,1,2020,\nq1,,3 4,3,2020 2024,upps*\nq2,oro_2020,,,,\nage,alder,9,refused,,\n"
                "kommun,,\"Norra delen\",380,,\n"},
    {"sample", "wave,variables,category,disposition,count\n2024,,,,3000\n2024,kommun area,380  1,NE,12\n"},
    {"references",
     "wave,variables,category,indicator,estimate,se,lower,upper,level,n,source\n"
     "2024,area kommun,1 380,worried,\"0,25\",0.01,,,,1200,NTU\n,,,worried,0.3,,0.2,0.4,0.9,,\n"},
    {"measures", "name,label,where,comparison,comparison_name,start,indicators\n"
                 "light,Belysning,kommun=0380 area=1,kommun=0381,near,2024,worried\n"
                 "guards,,kommun=0381,,,2024,\n"
                 "light,,kommun=0380 area=1,area=1,,2024,worried\n"},
    {"standards",
     "standard,variables,category,people\nlan,kommun area,380 1,\"24,1\"\nlan,kommun area,0381 2,30\n"},
};

enum { TABLES = sizeof whole / sizeof *whole };

/* A folder of the whole survey, with one table given another text (NULL: left out). */
static const char *write_folder(const char *changed, const char *text) {
  const char *folder = temporary_folder();
  for (size_t i = 0; i < TABLES; i++) {
    char name[64];
    int same = changed && strcmp(changed, whole[i].name) == 0;
    snprintf(name, sizeof name, "%s.csv", whole[i].name);
    if (!same || text)
      write_text(folder, name, same ? text : whole[i].text);
  }
  return folder;
}

static trygg_codebook *read_whole(void) {
  trygg_error error = {0};
  trygg_codebook *codebook = NULL;
  ck_ok(trygg_codebook_read(write_folder(NULL, NULL), &codebook, &error));
  return codebook;
}

static const tg_variable *variable_of(const trygg_codebook *codebook, const char *name) {
  size_t at = tg_codebook_find_variable(codebook, name, strlen(name));
  ck_assert_msg(at != TG_NONE, "no variable %s", name);
  return &codebook->variables[at];
}

static size_t code_of(const tg_variable *variable, const char *text, int *by_number) {
  return tg_variable_code(variable, text, strlen(text), by_number);
}

START_TEST(settings_are_read) {
  trygg_codebook *codebook = read_whole();
  const tg_settings *settings = &codebook->settings;
  ck_assert_str_eq(settings->title, "Trygghet");
  ck_assert_str_eq(trygg_codebook_title(codebook), "trygg 2024-1");
  ck_assert_int_eq(settings->waves, TG_WAVES_OVERLAPPING);
  ck_assert_int_eq(settings->pool, TG_POOL_SUM);
  ck_assert_int_eq(settings->lonely, TG_LONELY_ADJUST);
  ck_assert_int_eq(settings->duplicates, TG_DUPLICATES_SOURCE);
  ck_assert_uint_eq(settings->duplicate_source_count, 2);
  ck_assert_str_eq(settings->duplicate_sources[1], "paper");
  ck_near(settings->min_answered, 0.5, 0);
  ck_assert_uint_eq(settings->closing_count, 2);
  ck_assert_str_eq(settings->closes[1].wave, "2024");
  ck_near(settings->closes[1].date, 20058, 0);
  ck_assert_int_eq(settings->answers_are_labels, 1);
  ck_assert_uint_eq(trygg_codebook_warnings(codebook), 0);
  trygg_codebook_free(codebook);
}
END_TEST

START_TEST(variables_know_type_role_and_codes) {
  trygg_codebook *codebook = read_whole();
  int by_number;
  ck_assert_uint_eq(trygg_codebook_variables(codebook), 14 + 9);
  ck_assert_str_eq(trygg_codebook_variable(codebook, 10), "q2");
  ck_assert_ptr_null(trygg_codebook_variable(codebook, 23));
  const tg_variable *q = variable_of(codebook, "q3");
  ck_assert_int_eq(q->type, TG_SELECT_ONE);
  ck_assert_uint_eq(q->code_count, 5); /* four of the list, then 99 */
  ck_assert_str_eq(q->codes[4].text, "99");
  ck_assert_int_eq(q->codes[4].missing, TG_NO_ANSWER);
  ck_assert_int_eq(q->codes[3].missing, TG_DONT_KNOW);
  ck_near(q->codes[0].score, 4, 0);
  ck_assert(isnan(q->codes[4].score));
  ck_assert_int_eq(q->empty, TG_VALID);
  ck_assert_uint_eq(q->empty_code, 2);
  const tg_variable *age = variable_of(codebook, "age");
  ck_assert_int_eq(age->role, TG_ROLE_DOMAIN);
  ck_assert_int_eq(age->empty, TG_NOT_ASKED);
  ck_assert_uint_eq(code_of(age, "999", &by_number), 0);
  ck_assert_uint_eq(code_of(age, "17", &by_number), TG_NONE);
  ck_assert_int_eq(variable_of(codebook, "person")->empty, TG_NO_ANSWER);
  ck_assert_str_eq(variable_of(codebook, "status")->codes[1].disposition, "R");
  size_t first = tg_codebook_find_role(codebook, TG_ROLE_STRATUM, 1, 0);
  ck_assert_uint_eq(first, 3);
  ck_assert_uint_eq(tg_codebook_find_role(codebook, TG_ROLE_STRATUM, 1, first + 1), 4);
  ck_assert_uint_eq(tg_codebook_find_role(codebook, TG_ROLE_CLUSTER, 1, 0), TG_NONE);
  trygg_codebook_free(codebook);
}
END_TEST

START_TEST(cells_match_codes_as_text_then_as_number) {
  trygg_codebook *codebook = read_whole();
  const tg_variable *kommun = variable_of(codebook, "kommun"), *q = variable_of(codebook, "q1");
  int by_number;
  ck_assert_uint_eq(code_of(kommun, " 0381 ", &by_number), 1);
  ck_assert_int_eq(by_number, 0);
  ck_assert_uint_eq(code_of(kommun, "381", &by_number), 1);
  ck_assert_int_eq(by_number, 1);
  ck_assert_uint_eq(code_of(q, "2,0", &by_number), 1);
  ck_assert_uint_eq(code_of(q, "7", &by_number), TG_NONE);
  ck_assert_uint_eq(code_of(q, "", &by_number), TG_NONE);
  ck_assert_uint_eq(tg_variable_code_by_label(q, "Never", 5), 2);
  ck_assert_uint_eq(tg_variable_code_by_label(q, " Ibland ", 8), 1);
  ck_assert_uint_eq(tg_variable_code_by_label(q, "Nev", 3), TG_NONE);
  trygg_codebook_free(codebook);
}
END_TEST

/* A list long enough to be searched by order must answer as a short one does. */
START_TEST(long_lists_match_as_short_ones) {
  trygg_error error = {0};
  trygg_codebook *codebook = NULL;
  ck_ok(trygg_codebook_create(&codebook, &error));
  const char *survey[] = {"type", "name"}, *row[] = {"select_one areas", "area"},
             *choice[] = {"list_name", "name"};
  ck_ok(trygg_codebook_add(codebook, "survey", survey, row, 2, &error));
  char text[16];
  for (int i = 0; i < 400; i++) {
    snprintf(text, sizeof text, "%04d", i * 7 % 400);
    ck_ok(trygg_codebook_add(codebook, "choices", choice, (const char *[]){"areas", text}, 2, &error));
  }
  ck_ok(trygg_codebook_add(codebook, "choices", choice, (const char *[]){"areas", "7"}, 2, &error));
  ck_ok(trygg_codebook_add(codebook, "choices", choice, (const char *[]){"areas", "x"}, 2, &error));
  ck_ok(trygg_codebook_finish(codebook, &error));
  const tg_variable *area = variable_of(codebook, "area");
  int by_number;
  for (size_t i = 0; i < 402; i++) {
    ck_assert_uint_eq(code_of(area, area->codes[i].text, &by_number), i);
    ck_assert_int_eq(by_number, 0);
  }
  ck_assert_uint_eq(code_of(area, "7.0", &by_number), TG_NONE); /* 0007 and 7 */
  ck_assert_uint_eq(code_of(area, "14", &by_number), 2);
  ck_assert_int_eq(by_number, 1);
  ck_assert_uint_eq(code_of(area, "4000", &by_number), TG_NONE);
  ck_assert_uint_eq(code_of(area, "0007x", &by_number), TG_NONE);
  trygg_codebook_free(codebook);
}
END_TEST

START_TEST(labels_follow_the_language) {
  trygg_codebook *codebook = read_whole();
  ck_assert_str_eq(trygg_codebook_label(codebook, "kommun", NULL), "Kommun");
  ck_assert_str_eq(trygg_codebook_label(codebook, "kommun", "en"), "Municipality");
  ck_assert_str_eq(trygg_codebook_label(codebook, "vikt", "en"), "Vikt");
  ck_assert_str_eq(trygg_codebook_label(codebook, "status", "sv"), "status");
  ck_assert_str_eq(trygg_codebook_label(codebook, "worried", NULL), "Orolig");
  ck_assert_str_eq(trygg_codebook_label(codebook, "trygg", NULL), "Trygghetsindex");
  ck_assert_str_eq(trygg_codebook_label(codebook, "fear", "sv"), "Otrygghet");
  ck_assert_str_eq(trygg_codebook_label(codebook, "nobody", "sv"), "nobody");
  /* default_language is sv and the choices have no plain label. */
  ck_assert_str_eq(trygg_codebook_code_label(codebook, "q1", "1", NULL), "Mycket ofta");
  ck_assert_str_eq(trygg_codebook_code_label(codebook, "q1", "1", "en"), "Very often");
  ck_assert_str_eq(trygg_codebook_code_label(codebook, "q1", "77", "en"), "77");
  ck_assert_str_eq(trygg_codebook_code_label(codebook, "nothing", "1", "en"), "1");
  ck_assert_str_eq(trygg_codebook_code_label(codebook, "year", "2020", "sv"), "Hösten 2020");
  trygg_codebook_free(codebook);
}
END_TEST

START_TEST(derived_variables_have_their_rules) {
  trygg_codebook *codebook = read_whole();
  ck_assert_uint_eq(codebook->derived_begin, 14);
  const tg_variable *band = variable_of(codebook, "ageband"), *text = variable_of(codebook, "agetext");
  ck_assert_int_eq(band->rule->kind, TG_RULE_BANDS);
  ck_assert_uint_eq(band->rule->band_count, 3);
  ck_near(band->rule->bands[1].lower, 25, 0);
  ck_near(band->rule->bands[1].upper, 44, 0);
  ck_assert_uint_eq(band->rule->bands[1].code, 1);
  ck_assert(isinf(band->rule->bands[2].upper));
  ck_assert_uint_eq(text->code_count, 2);
  ck_assert_str_eq(text->codes[text->rule->bands[0].code].text, "young");
  ck_near(variable_of(codebook, "county")->rule->number, 2, 0);
  const tg_rule *count = variable_of(codebook, "worries")->rule;
  ck_assert_uint_eq(count->from_count, 3);
  ck_assert_str_eq(codebook->variables[count->from[2]].name, "q3");
  ck_assert_int_eq(count->sets[2].codes[1], 1);
  ck_assert_int_eq(count->sets[2].codes[2], 0);
  ck_near(variable_of(codebook, "capped")->rule->number, 2, 0);
  ck_assert_int_eq(variable_of(codebook, "best")->rule->kind, TG_RULE_FIRST);
  ck_assert_ptr_null(variable_of(codebook, "age")->rule);
  trygg_codebook_free(codebook);
}
END_TEST

START_TEST(other_tables_keep_their_rows) {
  trygg_codebook *codebook = read_whole();
  ck_assert_uint_eq(trygg_codebook_indicators(codebook), 2);
  ck_assert_str_eq(trygg_codebook_indicator(codebook, 1), "scale");
  const tg_indicator_row *row = &codebook->indicators[0];
  ck_assert_str_eq(row->numerator, "1 2");
  ck_assert_str_eq(row->min_valid, "");
  ck_assert_str_eq(row->better, "low");
  ck_assert_int_eq((int)row->line, 2);
  ck_assert_uint_eq(codebook->index_count, 3);
  ck_assert_str_eq(codebook->indices[2].knots, "0:0 0.10:2 0.30:6");
  ck_near(tg_codebook_wave_time(codebook, "2020"), 2020.75, 0);
  ck_near(tg_codebook_wave_time(codebook, " 2016"), 2016, 0);
  ck_assert(isnan(tg_codebook_wave_time(codebook, "V1")));
  ck_assert_uint_eq(codebook->breaks[0].indicator, 0);
  ck_assert_uint_eq(codebook->breaks[1].indicator, TG_NONE);
  ck_assert_str_eq(codebook->breaks[0].note, "New question");
  ck_assert_uint_eq(codebook->strata_count, 2);
  ck_assert_str_eq(codebook->strata[0].stratum, "0380 1");
  ck_near(codebook->strata[0].population, 180000, 0);
  ck_assert(isnan(codebook->strata[1].sample));
  trygg_codebook_free(codebook);
}
END_TEST

/* ---- sets and conditions ------------------------------------------------------------------------- */

static trygg_status parse_set(const trygg_codebook *codebook, const char *variable, const char *text,
                              tg_code_set *set, trygg_error *error) {
  return tg_code_set_parse(codebook, tg_codebook_find_variable(codebook, variable, strlen(variable)), text,
                           NULL, set, error);
}

START_TEST(files_recodes_and_sample_are_linked_to_variables) {
  trygg_codebook *codebook = read_whole();
  ck_assert_uint_eq(codebook->file_count, 2);
  const tg_file_row *file = tg_codebook_file(codebook, "/data/uppsala.csv.gz");
  ck_assert_ptr_eq(file, &codebook->files[0]);
  ck_assert_ptr_null(tg_codebook_file(codebook, "knivsta.csv"));
  ck_assert_int_eq(file->delimiter, ';');
  ck_assert_int_eq(file->decimal, ',');
  ck_assert_str_eq(file->encoding, "ISO-8859-1");
  ck_assert_uint_eq(file->constant_count, 2); /* the empty age is none */
  ck_assert_str_eq(file->constants[0].text, "0380");
  ck_assert_str_eq(codebook->variables[file->constants[1].variable].name, "area");
  ck_assert_int_eq(codebook->files[1].delimiter, '\t');
  ck_assert_uint_eq(codebook->files[1].constant_count, 3);
  const tg_recode_row *rows = codebook->recodes;
  ck_assert_uint_eq(codebook->recode_count, 5);
  ck_assert_str_eq(rows[0].from, "q1");
  ck_assert_ptr_null(rows[0].codes[0].text);
  ck_near(rows[0].codes[0].upper, 2, 0);
  ck_assert_uint_eq(rows[1].code_count, 2);
  ck_assert_uint_eq(rows[1].wave_count, 2);
  ck_assert_str_eq(rows[1].pattern, "upps*");
  ck_assert(rows[2].unchanged && !rows[3].unchanged);
  ck_assert_int_eq(rows[3].kind, TG_REFUSED);
  ck_assert_str_eq(rows[4].to, "0380"); /* as choices.csv writes it */
  ck_assert_uint_eq(codebook->sample_count, 2);
  ck_assert_int_eq(codebook->sample[0].disposition, TG_DISPOSITIONS);
  ck_assert_int_eq(codebook->sample[1].disposition, TG_DISPOSITION_NE);
  ck_assert_str_eq(codebook->sample[1].category, "0380 1");
  ck_assert_uint_eq(codebook->sample[1].variable_count, 2);
  trygg_codebook_free(codebook);
}
END_TEST

START_TEST(published_figures_are_linked_to_indicators_and_codes) {
  trygg_codebook *codebook = read_whole();
  const tg_published_row *rows = codebook->published;
  ck_assert_uint_eq(codebook->published_count, 2);
  ck_assert_str_eq(rows[0].category, "1 0380"); /* as choices.csv writes it */
  ck_assert_str_eq(codebook->variables[rows[0].variables[1]].name, "kommun");
  ck_assert_str_eq(codebook->indicators[rows[0].indicator].name, "worried");
  ck_near(rows[0].estimate, 0.25, 0);
  ck_near(rows[0].n, 1200, 0);
  ck_assert(isnan(rows[0].lower) && isnan(rows[0].level) && isnan(rows[1].se));
  ck_assert_str_eq(rows[0].source, "NTU");
  ck_assert_str_eq(rows[1].wave, "");
  ck_near(rows[1].level, 0.9, 0);
  trygg_codebook_free(codebook);
}
END_TEST

START_TEST(sets_hold_codes_numbers_days_and_texts) {
  trygg_codebook *codebook = read_whole();
  trygg_error error = {0};
  tg_code_set set;
  ck_ok(parse_set(codebook, "q1", "3, 1", &set, &error));
  ck_assert(set.codes[0] && !set.codes[1] && set.codes[2] && !set.codes[3]);
  tg_code_set_clear(&set);
  ck_ok(parse_set(codebook, "q1", "2..99", &set, &error)); /* a range leaves the kinds of missing out */
  ck_assert(!set.codes[0] && set.codes[1] && set.codes[2] && !set.codes[3] && !set.codes[4]);
  tg_code_set_clear(&set);
  ck_ok(parse_set(codebook, "q1", "8", &set, &error)); /* unless they are named */
  ck_assert(set.codes[3]);
  tg_code_set_clear(&set);
  ck_ok(parse_set(codebook, "age", "16..24 30 65..", &set, &error));
  ck_assert_uint_eq(set.interval_count, 3);
  ck_near(set.intervals[0][1], 24, 0);
  ck_near(set.intervals[1][0], 30, 0);
  ck_assert(isinf(set.intervals[2][1]));
  tg_code_set_clear(&set);
  ck_ok(parse_set(codebook, "answered", "1970-01-02..2000-03-01", &set, &error));
  ck_near(set.intervals[0][0], 1, 0);
  ck_near(set.intervals[0][1], 11017, 0);
  tg_code_set_clear(&set);
  ck_ok(parse_set(codebook, "note", "a b", &set, &error));
  ck_assert_uint_eq(set.text_count, 2);
  ck_assert_str_eq(set.texts[1], "b");
  tg_code_set_clear(&set);
  ck_ok(parse_set(codebook, "year", "2024", &set, &error)); /* a key is stored as text */
  ck_assert_str_eq(set.texts[0], "2024");
  tg_code_set_clear(&set);
  ck_assert_int_eq(parse_set(codebook, "mode", "papper", &set, &error), TRYGG_ENAME);
  ck_assert_ptr_nonnull(strstr(error.message, "did you mean `paper`"));
  ck_assert_int_eq(parse_set(codebook, "q1", "40..50", &set, &error), TRYGG_ENAME);
  ck_assert_int_eq(parse_set(codebook, "q1", "3..1", &set, &error), TRYGG_EPARSE);
  ck_assert_int_eq(parse_set(codebook, "q1", " ", &set, &error), TRYGG_ENAME);
  ck_assert_int_eq(parse_set(codebook, "age", "old", &set, &error), TRYGG_EPARSE);
  trygg_codebook_free(codebook);
}
END_TEST

START_TEST(conditions_append_and_failures_leave_them) {
  trygg_codebook *codebook = read_whole();
  trygg_error error = {0}, place = {.line = 7, .column = 3, .file = "here.csv", .field = "where"};
  tg_conditions conditions = {0};
  ck_ok(tg_conditions_parse(codebook, "kommun=0380,381  age=16..29", NULL, &conditions, &error));
  ck_ok(tg_conditions_parse(codebook, "", NULL, &conditions, &error));
  ck_ok(tg_conditions_parse(codebook, NULL, NULL, &conditions, &error));
  ck_assert_uint_eq(conditions.count, 2);
  ck_assert(conditions.sets[0].codes[0] && conditions.sets[0].codes[1]);
  ck_assert_int_eq(tg_conditions_parse(codebook, "q1=1 komun=0380", &place, &conditions, &error),
                   TRYGG_ENAME);
  ck_assert_uint_eq(conditions.count, 2);
  ck_assert_str_eq(error.file, "here.csv");
  ck_assert_int_eq((int)error.line, 7);
  ck_assert_int_eq((int)error.column, 3);
  ck_assert_str_eq(error.field, "where");
  ck_assert_ptr_nonnull(strstr(error.message, "did you mean `kommun`"));
  ck_assert_int_eq(tg_conditions_parse(codebook, "q1", NULL, &conditions, &error), TRYGG_EPARSE);
  tg_conditions_clear(&conditions);
  trygg_codebook_free(codebook);
}
END_TEST

START_TEST(missing_kinds_travel_in_numbers) {
  tg_missing kind;
  for (int i = TG_NO_ANSWER; i < TG_MISSING_KINDS; i++) {
    double number = tg_missing_number((tg_missing)i);
    ck_assert(isnan(number));
    ck_assert_int_eq(tg_missing_of(number), i);
    ck_assert_int_eq(
        tg_missing_find(tg_missing_name((tg_missing)i), strlen(tg_missing_name((tg_missing)i)), &kind), 0);
    ck_assert_int_eq(kind, i);
  }
  ck_assert_int_eq(tg_missing_of(-0.0), TG_VALID);
  ck_assert_int_eq(tg_missing_of(INFINITY), TG_VALID);
  ck_assert_int_eq(tg_missing_of(NAN), TG_NO_ANSWER);
  ck_assert_int_eq(tg_missing_find("dont_know", 4, &kind), -1);
}
END_TEST

START_TEST(dates_are_days_of_the_calendar) {
  double days;
  ck_assert_int_eq(tg_codebook_parse_date("1970-01-01", 10, &days), 0);
  ck_near(days, 0, 0);
  ck_assert_int_eq(tg_codebook_parse_date(" 2024-02-29T08:00", 17, &days), 0);
  ck_near(days, 19782, 0);
  ck_assert_int_eq(tg_codebook_parse_date("1900-03-01 x", 12, &days), 0);
  ck_near(days, -25508, 0);
  static const char *const wrong[] = {"2023-02-29",  "1900-02-29", "2024-13-01", "2024-00-10", "2024-1-1",
                                      "2024-01-011", "24-01-01",   "",           "2024/01/01", "2024-04-31"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    ck_assert_msg(tg_codebook_parse_date(wrong[i], strlen(wrong[i]), &days) == -1, "%s", wrong[i]);
}
END_TEST

static trygg_status add_csv(trygg_codebook *codebook, const char *table, const char *text,
                            trygg_error *error) {
  return trygg_codebook_add_csv(codebook, table, text, strlen(text), error);
}

/* ---- calls say what folders say ------------------------------------------------------------------- */

static trygg_status build_whole(trygg_codebook **out, trygg_error *error) {
  trygg_status status = trygg_codebook_create(out, error);
  for (size_t i = TABLES; i-- > 0 && status == TRYGG_OK;) /* in another order than the folder */
    status = trygg_codebook_add_csv(*out, whole[i].name, whole[i].text, strlen(whole[i].text), error);
  if (status == TRYGG_OK)
    status = trygg_codebook_finish(*out, error);
  if (status != TRYGG_OK) {
    trygg_codebook_free(*out);
    *out = NULL;
  }
  return status;
}

START_TEST(calls_in_any_order_equal_the_folder) {
  trygg_error error = {0};
  trygg_codebook *read = read_whole(), *built = NULL;
  ck_ok(build_whole(&built, &error));
  ck_assert_uint_eq(strlen(read->hash), 16);
  ck_assert_str_eq(built->hash, read->hash);
  ck_assert_uint_eq(built->variable_count, read->variable_count);
  ck_assert_uint_eq(variable_of(built, "worries")->rule->from_count, 3);
  trygg_codebook *other = NULL;
  ck_ok(trygg_codebook_read(write_folder("waves", "wave,time\n2020,2020.5\n2024,2024.75\n"), &other, &error));
  ck_assert_str_ne(other->hash, read->hash);
  trygg_codebook_free(other);
  trygg_codebook_free(read);
  trygg_codebook_free(built);
}
END_TEST

START_TEST(rows_of_calls_leave_out_what_is_empty) {
  trygg_error error = {0};
  trygg_codebook *rows = NULL, *text = NULL;
  ck_ok(trygg_codebook_create(&rows, &error));
  ck_ok(trygg_codebook_create(&text, &error));
  ck_ok(trygg_codebook_add(rows, "survey", (const char *[]){"name", "type"},
                           (const char *[]){"age", "integer"}, 2, &error));
  ck_ok(trygg_codebook_add(rows, "survey", (const char *[]){"type", "name", "role", "label"},
                           (const char *[]){"decimal", "w", NULL, ""}, 4, &error));
  ck_ok(add_csv(text, "survey", "type,name,role\ninteger,age,\n,,\ndecimal,w,\n", &error));
  ck_ok(trygg_codebook_finish(rows, &error));
  ck_ok(trygg_codebook_finish(text, &error));
  ck_assert_str_eq(rows->hash, text->hash);
  ck_assert_str_eq(trygg_codebook_title(rows), "");
  trygg_codebook_free(rows);
  trygg_codebook_free(text);
}
END_TEST

START_TEST(a_failed_call_changes_nothing) {
  trygg_error error = {0};
  trygg_codebook *codebook = NULL;
  const char *columns[] = {"type", "name", "nmae"}, *wrong[] = {"integr", "b", ""},
             *right[] = {"integer", "a", ""};
  ck_ok(trygg_codebook_create(&codebook, &error));
  ck_assert_int_eq(trygg_codebook_finish(codebook, &error), TRYGG_ECODEBOOK); /* no variable */
  ck_assert_int_eq(trygg_codebook_add(codebook, "survey", columns, wrong, 3, &error), TRYGG_ENAME);
  ck_assert_str_eq(error.file, "survey");
  ck_assert_int_eq((int)error.line, 2);
  ck_assert_int_eq((int)error.column, 1);
  ck_assert_str_eq(error.field, "type");
  ck_assert_uint_eq(trygg_codebook_warnings(codebook), 0);
  ck_ok(trygg_codebook_add(codebook, "survey", columns, right, 3, &error));
  ck_ok(trygg_codebook_add(codebook, "survey", columns, (const char *[]){"text", "c", ""}, 3, &error));
  ck_assert_uint_eq(trygg_codebook_warnings(codebook), 1); /* once, not a row */
  ck_assert_int_eq(add_csv(codebook, "survey", "type,name\ntext,d\ntext,\n", &error), TRYGG_ECODEBOOK);
  ck_assert_int_eq((int)error.line, 3);
  ck_assert_int_eq(trygg_codebook_add(codebook, "survye", columns, right, 3, &error), TRYGG_ENAME);
  ck_assert_ptr_nonnull(strstr(error.message, "`survey`"));
  ck_assert_int_eq(trygg_codebook_add(codebook, "policy", columns, right, 3, &error), TRYGG_EUNSUPPORTED);
  ck_assert_int_eq(
      trygg_codebook_add(codebook, "survey", columns, (const char *[]){"text", "\xff", ""}, 3, &error),
      TRYGG_EPARSE);
  ck_assert_uint_eq(trygg_codebook_variables(codebook), 0); /* nothing is to be seen before the end */
  ck_ok(trygg_codebook_finish(codebook, &error));
  ck_assert_uint_eq(trygg_codebook_variables(codebook), 2);
  ck_assert_int_eq(trygg_codebook_finish(codebook, &error), TRYGG_EINVAL);
  ck_assert_int_eq(trygg_codebook_add(codebook, "survey", columns, right, 3, &error), TRYGG_EINVAL);
  ck_assert_int_eq(add_csv(codebook, "survey", "type,name\n", &error), TRYGG_EINVAL);
  ck_assert_ptr_eq(trygg_codebook_retain(codebook), codebook);
  trygg_codebook_free(codebook);
  ck_assert_str_eq(trygg_codebook_variable(codebook, 1), "c");
  trygg_codebook_free(codebook);
  trygg_codebook_free(NULL);
}
END_TEST

/* A codebook that cannot be finished can be mended by one more row. */
START_TEST(a_failed_finish_can_be_mended) {
  trygg_error error = {0};
  trygg_codebook *codebook = NULL;
  ck_ok(trygg_codebook_create(&codebook, &error));
  ck_ok(trygg_codebook_add(codebook, "survey", (const char *[]){"type", "name"},
                           (const char *[]){"select_one yesno", "q"}, 2, &error));
  ck_assert_int_eq(trygg_codebook_finish(codebook, &error), TRYGG_ENAME);
  ck_ok(trygg_codebook_add(codebook, "choices", (const char *[]){"list_name", "name"},
                           (const char *[]){"yesno", "1"}, 2, &error));
  ck_ok(trygg_codebook_finish(codebook, &error));
  ck_assert_uint_eq(variable_of(codebook, "q")->code_count, 1);
  trygg_codebook_free(codebook);
}
END_TEST

/* ---- folders as they come ---------------------------------------------------------------------------- */

static const char *made_by_excel(const char *text) {
  static char out[512];
  size_t length = 0;
  for (const unsigned char *c = (const unsigned char *)text; *c; c++) /* Latin-1 of two-byte UTF-8 */
    out[length++] = (char)(*c == 0xC3 ? *++c + 0x40 : *c);
  out[length] = '\0';
  return out;
}

START_TEST(swedish_spreadsheets_are_read) {
  trygg_error error = {0};
  trygg_codebook *codebook = NULL;
  const char *folder = temporary_folder();
  write_text(folder, "settings.csv", made_by_excel("sep=;\r\nform_id;min_answered\r\nEnkät;0,5\r\n"));
  write_text(folder, "survey.csv",
             "\xEF\xBB\xBFtype;name;label;missing\r\nselect_one ja;oro;Ängslan;9=no_answer\r\n;;;\r\n");
  write_text(folder, "choices.csv", made_by_excel("list_name;name;label;score\r\nja;1;Är rädd;1,5\r\n"));
  write_text(folder, ".~lock.survey.csv", "x");
  ck_ok(trygg_codebook_read(folder, &codebook, &error));
  ck_assert_str_eq(trygg_codebook_title(codebook), "Enkät");
  ck_near(codebook->settings.min_answered, 0.5, 0);
  ck_assert_str_eq(trygg_codebook_label(codebook, "oro", NULL), "Ängslan");
  ck_assert_str_eq(trygg_codebook_code_label(codebook, "oro", "1", "sv"), "Är rädd");
  ck_near(codebook->variables[0].codes[0].score, 1.5, 0);
  ck_assert_uint_eq(trygg_codebook_warnings(codebook), 0);
  trygg_codebook_free(codebook);
}
END_TEST

START_TEST(strange_files_and_columns_warn) {
  trygg_error error = {0};
  trygg_codebook *codebook = NULL;
  const char *folder = write_folder("waves", "wave,time,labl,label::fi\n2020,2020,,\n2024,2024,,\n");
  write_text(folder, "indicaters.csv", "name\n");
  write_text(folder, "data.csv", "a\n");
  ck_ok(trygg_codebook_read(folder, &codebook, &error));
  ck_assert_uint_eq(trygg_codebook_warnings(codebook), 4);
  const char *column = trygg_codebook_warning(codebook, 0), *language = trygg_codebook_warning(codebook, 1);
  ck_assert_ptr_nonnull(strstr(column, "/waves.csv:1: column `labl`"));
  ck_assert_ptr_nonnull(strstr(column, "did you mean `label`?"));
  ck_assert_ptr_nonnull(strstr(language, "en and sv"));
  ck_assert_ptr_nonnull(strstr(trygg_codebook_warning(codebook, 2), "/data.csv:0: "));
  ck_assert_ptr_nonnull(strstr(trygg_codebook_warning(codebook, 3), "did you mean `indicators.csv`?"));
  ck_assert_ptr_null(trygg_codebook_warning(codebook, 4));
  trygg_codebook_free(codebook);
}
END_TEST

START_TEST(folders_that_cannot_be_read_say_why) {
  trygg_error error = {0};
  trygg_codebook *codebook = (trygg_codebook *)&error;
  ck_assert_int_eq(trygg_codebook_read("/nonexistent/survey", &codebook, &error), TRYGG_EIO);
  ck_assert_ptr_null(codebook);
  ck_assert_str_eq(error.file, "/nonexistent/survey");
  const char *folder = write_folder("survey", NULL);
  ck_assert_int_eq(trygg_codebook_read(folder, &codebook, &error), TRYGG_EIO);
  ck_assert_ptr_nonnull(strstr(error.file, "/survey.csv"));
  ck_assert_int_eq(trygg_codebook_read(write_text(folder, "Survey.csv", ""), &codebook, &error), TRYGG_EIO);
  ck_assert_int_eq(trygg_codebook_read(folder, &codebook, &error), TRYGG_EIO);
  ck_assert_ptr_nonnull(strstr(error.message, "rename `Survey.csv`"));
  static const char *const unread[] = {"policy"};
  for (size_t i = 0; i < sizeof unread / sizeof *unread; i++) {
    char name[32];
    snprintf(name, sizeof name, "%s.csv", unread[i]);
    folder = write_folder(NULL, NULL);
    write_text(folder, name, "a\n");
    ck_assert_int_eq(trygg_codebook_read(folder, &codebook, &error), TRYGG_EUNSUPPORTED);
    ck_assert_ptr_nonnull(strstr(error.file, name));
    ck_assert_ptr_nonnull(strstr(error.message, "not yet"));
  }
  ck_assert_int_eq(trygg_codebook_read(NULL, &codebook, &error), TRYGG_EINVAL);
}
END_TEST

/* ---- every fault has a place and a cure ------------------------------------------------------------------- */

static const table_text small[] = {
    {"settings", "form_id\nt\n"},
    {"choices", "list_name,name,missing,disposition\nyesno,1,,I\nyesno,2,,\nyesno,9,dont_know,\n"},
    {"survey", "type,name,role\nselect_one yesno,q1,\ninteger,age,\ndecimal,w,weight\ntext,s,stratum\n"
               "integer,year,wave\nselect_multiple yesno,m,\n"},
    {"indicators", "name,type,variable\nworried,share,q1\n"},
};

static const struct fault {
  const char *table, *text;
  trygg_status status;
  int line, column;
  const char *field, *part; /* of the message */
} faults[] = {
    /* Any table. */
    {"survey", "", TRYGG_EPARSE, -1, 0, "", ""},
    {"survey", "type,name\ntext,a,b\n", TRYGG_EPARSE, 2, 0, "", "3 cells where the header has 2"},
    {"survey", "type,name\ntext,\"a\n", TRYGG_EPARSE, 2, 2, "", "quote"},
    {"survey", "type,nmae\ntext,a\n", TRYGG_ENAME, 1, 0, "name", "is it the one called `nmae`"},
    {"survey", "type,name,Type\ntext,a,\n", TRYGG_ECODEBOOK, 1, 3, "Type", "a second time"},
    {"survey", "type,name,label::sv,label::Svenska (sv)\ntext,a,,\n", TRYGG_ECODEBOOK, 1, 4,
     "label::Svenska (sv)", ""},
    {"survey", "type,name\ntext,\n", TRYGG_ECODEBOOK, 2, 2, "name", "is empty"},
    {"survey", "type,name\n", TRYGG_ECODEBOOK, 0, 0, "", "no variable"},
    /* settings */
    {"settings", "form_id\n", TRYGG_ECODEBOOK, 2, 0, "", "no row"},
    {"settings", "form_id\na\nb\n", TRYGG_ECODEBOOK, 3, 0, "", "second row"},
    {"settings", "waves\noverlaping\n", TRYGG_ENAME, 2, 1, "waves", "did you mean `overlapping`"},
    {"settings", "pool\nmean\n", TRYGG_ENAME, 2, 1, "pool", "average sum equal"},
    {"settings", "form_id,lonely\na,colapse\n", TRYGG_ENAME, 2, 2, "lonely", ""},
    {"settings", "domain_lonely\nja\n", TRYGG_ENAME, 2, 1, "domain_lonely", "no yes"},
    {"settings", "replicate_rho\n\"0,3\"\n", TRYGG_ECODEBOOK, 2, 1, "replicate_rho", "`replicate_type` too"},
    {"settings", "replicate_type\nbrr\n", TRYGG_ENAME, 2, 1, "replicate_type", "did you mean `BRR`"},
    {"settings", "replicate_type,replicate_scale\nBRR,0.5\n", TRYGG_ECODEBOOK, 2, 2, "replicate_scale",
     "declare the type `other`"},
    {"settings", "replicate_type,replicate_scale\nother,\n", TRYGG_ECODEBOOK, 2, 2, "replicate_scale",
     "needs this"},
    {"settings", "replicate_type,replicate_scale\nother,0\n", TRYGG_ECODEBOOK, 2, 2, "replicate_scale",
     "above 0"},
    {"settings", "replicate_type,replicate_rscales\nJKn,\n", TRYGG_ECODEBOOK, 2, 2, "replicate_rscales",
     "needs this"},
    {"settings", "replicate_type,replicate_rscales\nJKn,0.5 x\n", TRYGG_EPARSE, 2, 2, "replicate_rscales",
     "`x` is no factor"},
    {"settings", "replicate_type,replicate_rho\nFay,\n", TRYGG_ECODEBOOK, 2, 2, "replicate_rho", "needs rho"},
    {"settings", "replicate_type,replicate_rho\nFay,1\n", TRYGG_ECODEBOOK, 2, 2, "replicate_rho", "below 1"},
    {"settings", "replicate_type,replicate_rho\nBRR,0.3\n", TRYGG_ECODEBOOK, 2, 2, "replicate_rho",
     "only type `Fay`"},
    {"settings", "replicate_type,replicate_mse\nBRR,yes\n", TRYGG_ENAME, 2, 2, "replicate_mse", "`yes`"},
    {"settings", "replicate_type\nBRR\n", TRYGG_ECODEBOOK, 2, 1, "replicate_type", "no variable"},
    {"settings", "duplicates\nfirts\n", TRYGG_ENAME, 2, 1, "duplicates", "did you mean `first`"},
    {"settings", "duplicates\nsource:\n", TRYGG_ECODEBOOK, 2, 1, "duplicates", "names no source"},
    {"settings", "duplicates\n\"source:A,B\"\n", TRYGG_ECODEBOOK, 2, 1, "duplicates", "role `source`"},
    {"settings", "min_answered\nhalf\n", TRYGG_EPARSE, 2, 1, "min_answered", "`half` is no number"},
    {"settings", "min_answered\n-1\n", TRYGG_ECODEBOOK, 2, 1, "min_answered", "negative"},
    {"settings", "closes\n2024-02-30\n", TRYGG_EPARSE, 2, 1, "closes", "no closing day"},
    {"settings", "closes\n=2024-02-20\n", TRYGG_EPARSE, 2, 1, "closes", "no closing day"},
    {"settings", "closes\n2020=2024-02-20 2020=2024-02-21\n", TRYGG_ECODEBOOK, 2, 1, "closes",
     "two closing days"},
    {"settings", "closes\n2024-02-20\n", TRYGG_ECODEBOOK, 2, 1, "closes", "role `date`"},
    {"settings", "answers\nlabel\n", TRYGG_ENAME, 2, 1, "answers", "did you mean `labels`"},
    {"settings", "wave\n2024\n", TRYGG_ECODEBOOK, 2, 1, "wave", "`year`"},
    /* survey */
    {"survey", "type,name\nselectone yesno,a\n", TRYGG_ENAME, 2, 1, "type", "did you mean `select_one`"},
    {"survey", "type,name\nselect_one,a\n", TRYGG_ECODEBOOK, 2, 1, "type", "one list"},
    {"survey", "type,name\nselect_one a b,a\n", TRYGG_ECODEBOOK, 2, 1, "type", "one list"},
    {"survey", "type,name\ninteger yesno,a\n", TRYGG_ECODEBOOK, 2, 1, "type", "nothing may follow"},
    {"survey", "type,name\ntext,x\nselect_one yesn,a\n", TRYGG_ENAME, 3, 1, "type", "did you mean `yesno`"},
    {"survey", "name,type\na b,text\n", TRYGG_ECODEBOOK, 2, 1, "name", "blank"},
    {"survey", "name,type\n\"a,b\",text\n", TRYGG_ECODEBOOK, 2, 1, "name", "comma"},
    {"survey", "name,type\n-a,text\n", TRYGG_ECODEBOOK, 2, 1, "name", "begins with"},
    {"survey", "name,type\na\x01,text\n", TRYGG_ECODEBOOK, 2, 1, "name", "printed"},
    {"survey", "name,type\na,text\na,text\n", TRYGG_ECODEBOOK, 3, 1, "name", "a second time"},
    {"survey", "name,type\nr2,text\nr1..r3,text\n", TRYGG_ECODEBOOK, 3, 1, "name",
     "`r2` is there a second time"},
    {"survey", "name,type\nr3..r1,text\n", TRYGG_ECODEBOOK, 2, 1, "name", "rep1..rep160"},
    {"survey", "name,type\nr1..s3,text\n", TRYGG_ECODEBOOK, 2, 1, "name", "rep1..rep160"},
    {"survey", "name,type\nr1..r999999999,text\n", TRYGG_ELIMIT, 2, 1, "name", "100000"},
    {"survey", "name,type,role\na,integer,wieght\n", TRYGG_ENAME, 2, 3, "role", "did you mean `weight`"},
    {"survey", "name,type,role\na,integer,weight2\n", TRYGG_ENAME, 2, 3, "role", "no role"},
    {"survey", "name,type,role\na,integer,stratum0\n", TRYGG_ENAME, 2, 3, "role", "no role"},
    {"survey", "name,type,role\na,integer,fpc2\n", TRYGG_ECODEBOOK, 2, 3, "role",
     "needs a variable with the role `fpc`"},
    {"survey", "name,type,role\na,text,cluster\nb,integer,fpc2\n", TRYGG_ECODEBOOK, 3, 3, "role",
     "role `fpc`"},
    {"survey", "name,type,role\na,text,cluster2\n", TRYGG_ECODEBOOK, 2, 3, "role", "the role `cluster`"},
    {"survey", "name,type,role\na,text,cluster\nb,text,stratum3\n", TRYGG_ECODEBOOK, 3, 3, "role",
     "the role `cluster2`"},
    {"survey", "name,type,role\na,text,stratum10\n", TRYGG_ELIMIT, 2, 3, "role", "9 stages"},
    {"survey", "name,type,role\na,text,cluster\nb,integer,fpc\nc,integer,fpc\n", TRYGG_ECODEBOOK, 4, 3,
     "role", "already"},
    {"survey", "name,type,role\nr1..r80,decimal,replicate\n", TRYGG_ECODEBOOK, 2, 0, "role",
     "without `replicate_type`"},
    {"survey", "name,type,role\na,text,weight\n", TRYGG_ECODEBOOK, 2, 2, "type",
     "cannot have the role `weight`"},
    {"survey", "name,type,role\na,text,date\n", TRYGG_ECODEBOOK, 2, 2, "type", "cannot have the role `date`"},
    {"survey", "name,type,role\na,integer,weight\nb,integer,weight\n", TRYGG_ECODEBOOK, 3, 3, "role",
     "`a` has the role"},
    {"survey", "name,type,role\na,select_one yesno,status\n", TRYGG_ECODEBOOK, 2, 3, "role", "code `2`"},
    {"survey", "name,type,missing\na,integer,9=dontknow\n", TRYGG_ENAME, 2, 3, "missing",
     "did you mean `dont_know`"},
    {"survey", "name,type,missing\na,integer,9=valid\n", TRYGG_ENAME, 2, 3, "missing", "no kind of missing"},
    {"survey", "name,type,missing\na,integer,9 = refused\n", TRYGG_ECODEBOOK, 2, 3, "missing",
     "99=no_answer"},
    {"survey", "name,type,missing\na,select_one yesno,9=refused\n", TRYGG_ECODEBOOK, 2, 3, "missing",
     "already dont_know"},
    {"survey", "name,type,empty\na,integer,refusd\n", TRYGG_ENAME, 2, 3, "empty", "did you mean `refused`"},
    {"survey", "name,type,empty\na,select_one yesno,3\n", TRYGG_ENAME, 2, 3, "empty", "neither a code"},
    /* choices */
    {"choices", "list_name,name\nyesno,1\nyesno,1\n", TRYGG_ECODEBOOK, 3, 2, "name", "second time"},
    {"choices", "list_name,name,missing\nyesno,1,refuse\n", TRYGG_ENAME, 2, 3, "missing",
     "did you mean `refused`"},
    {"choices", "list_name,name,score\nyesno,1,high\n", TRYGG_EPARSE, 2, 3, "score", "no number"},
    {"choices", "list_name,name,disposition\nyesno,1,X\n", TRYGG_ENAME, 2, 3, "disposition",
     "I P R NC O UH UO NE"},
    /* indicators and indices */
    {"indicators", "name,type,variable\nx,share,q2\n", TRYGG_ENAME, 2, 3, "variable", "did you mean `q1`"},
    {"indicators", "name,type,variable\nx,scale,q1 -agee\n", TRYGG_ENAME, 2, 3, "variable",
     "did you mean `age`"},
    {"indicators", "name,type,variable\nx,share,q1\nx,share,q1\n", TRYGG_ECODEBOOK, 3, 1, "name", "line 2"},
    {"indicators", "name,type,variable\nage,share,q1\n", TRYGG_ECODEBOOK, 2, 1, "name", "not made from"},
    {"indicators", "name,type,variable,weight\nx,share,q1,W\n", TRYGG_ENAME, 2, 4, "weight",
     "no variable is called `W`"},
    {"indicators", "name,type,variable,weight\nx,share,q1,s\n", TRYGG_ECODEBOOK, 2, 4, "weight",
     "integer or decimal"},
    {"indicators", "name,type,variable,where\nx,share,q1,ages=3\n", TRYGG_ENAME, 2, 4, "where",
     "did you mean `age`"},
    {"indicators", "name,type,variable,where\nx,share,q1,q1=7\n", TRYGG_ENAME, 2, 4, "where",
     "no code of `q1`"},
    {"indicators", "name,type,variable,where\nx,share,q1,q1>7\n", TRYGG_EPARSE, 2, 4, "where", "VAR=CODE"},
    {"indices", "index,section,indicator\ni,,worrid\n", TRYGG_ENAME, 2, 3, "indicator",
     "did you mean `worried`"},
    {"indices", "index,weight\ni,-1\n", TRYGG_ECODEBOOK, 2, 2, "weight", "negative"},
    {"indices", "index,weight\ni,x\n", TRYGG_EPARSE, 2, 2, "weight", "no number"},
    {"indices", "index,indicator\ni,worried\ni,worried\n", TRYGG_ECODEBOOK, 3, 2, "indicator", "line 2"},
    /* waves, breaks, strata */
    {"waves", "wave,time\n2024,spring\n", TRYGG_EPARSE, 2, 2, "time", "no number"},
    {"waves", "wave,time\n2024,2024\n2024,2025\n", TRYGG_ECODEBOOK, 3, 1, "wave", "second time"},
    {"breaks", "wave,indicator\n2017,woried\n", TRYGG_ENAME, 2, 2, "indicator", "did you mean `worried`"},
    {"breaks", "wave,kind\n2017,bridge\n", TRYGG_ECODEBOOK, 2, 0, "parallel", "VAR=CODE"},
    {"breaks", "wave,kind,parallel\n2017,bridge,q1=7\n", TRYGG_ENAME, 2, 3, "parallel", "no code"},
    {"breaks", "wave,kind,parallel,scale\n2017,bridge,q1=1,odd\n", TRYGG_ENAME, 2, 4, "scale", "odds"},
    {"breaks", "wave,scale\n2017,odds\n", TRYGG_ECODEBOOK, 2, 2, "scale", "bridge"},
    {"breaks", "wave,kind\n2017,brake\n", TRYGG_ENAME, 2, 2, "kind", "break"},
    {"breaks", "wave,parallel\n2017,q1=1\n", TRYGG_ECODEBOOK, 2, 2, "parallel", "bridge"},
    {"strata", "stratum,population\na,\"0,2\"\n", TRYGG_ECODEBOOK, 2, 2, "population", "at least one"},
    {"strata", "stratum,population,sample\na,10,11\n", TRYGG_ECODEBOOK, 2, 3, "sample", "larger"},
    {"strata", "stratum,sample\na,-1\n", TRYGG_ECODEBOOK, 2, 2, "sample", "negative"},
    {"strata", "wave,stratum\n1,a\n2,a\n1,a\n", TRYGG_ECODEBOOK, 4, 2, "stratum", "line 2"},
    /* files */
    {"files", "file,dec\na,.\n", TRYGG_ENAME, 2, 2, "dec", "no variable of survey.csv"},
    {"files", "file,delimeter\na,;\n", TRYGG_ENAME, 2, 2, "delimeter", "did you mean `delimiter`"},
    {"files", "file,q1,q1\na,1,1\n", TRYGG_ECODEBOOK, 1, 3, "q1", "a second time"},
    {"files", "file,delimiter\na,|\n", TRYGG_ENAME, 2, 2, "delimiter", "known: , ; tab"},
    {"files", "file,decimal\na,;\n", TRYGG_ENAME, 2, 2, "decimal", "known: . ,"},
    {"files", "file,encoding\na,EBCDIC\n", TRYGG_ENAME, 2, 2, "encoding", "Windows-1252"},
    {"files", "file,q1\na,3\n", TRYGG_ENAME, 2, 2, "q1", "no code of `q1`"},
    {"files", "file,age\na,old\n", TRYGG_ECODEBOOK, 2, 2, "age", "no value of `age`, whose type is integer"},
    {"files", "q1,file\n1,\n", TRYGG_ECODEBOOK, 2, 2, "file", "is empty"},
    /* recodes */
    {"recodes", "variable,codes,to\nq2,1,2\n", TRYGG_ENAME, 2, 1, "variable", "did you mean `q1`"},
    {"recodes", "variable,codes,to\nq1,3..1,2\n", TRYGG_EPARSE, 2, 2, "codes", "no range"},
    {"recodes", "variable,codes,to\nq1,1,7\n", TRYGG_ENAME, 2, 3, "to", "no code of `q1`"},
    {"recodes", "variable,codes,to\nage,1,refusd\n", TRYGG_ENAME, 2, 3, "to", "did you mean `refused`"},
    {"recodes", "variable,codes,to,wave\nyear,1,2,2020\n", TRYGG_ECODEBOOK, 2, 4, "wave", "one wave only"},
    {"recodes", "variable,codes,to\nm,1,1 2\n", TRYGG_ENAME, 2, 3, "to", "no code of `m`"},
    /* sample */
    {"sample", "wave,disposition,count\n1,,many\n", TRYGG_EPARSE, 2, 3, "count", "no count"},
    {"sample", "wave,disposition,count\n1,,-1\n", TRYGG_EPARSE, 2, 3, "count", "from 0 on"},
    {"sample", "wave,disposition,count\n1,X,1\n", TRYGG_ENAME, 2, 2, "disposition", "I P R NC O UH UO NE"},
    {"sample", "wave,count\n,1\n", TRYGG_ECODEBOOK, 2, 1, "wave", "say which it is"},
    {"sample", "wave,variables,category,count\n1,q2,1,1\n", TRYGG_ENAME, 2, 2, "variables",
     "did you mean `q1`"},
    {"sample", "wave,variables,category,count\n1,m,1,1\n", TRYGG_ECODEBOOK, 2, 2, "variables", "groups"},
    {"sample", "wave,variables,category,count\n1,q1,7,1\n", TRYGG_ENAME, 2, 3, "category", "no code of `q1`"},
    {"sample", "wave,variables,category,count\n1,q1 s,1,1\n", TRYGG_ECODEBOOK, 2, 3, "category",
     "one code a variable"},
    {"sample", "wave,variables,category,count\n1,,1,1\n", TRYGG_ECODEBOOK, 2, 3, "category", "names 0"},
    {"sample", "wave,disposition,count\n1,I,1\n1,I,2\n", TRYGG_ECODEBOOK, 3, 2, "disposition", "line 2"},
    /* references */
    {"measures", "name,where,start\nm,q1=1,2024\nm,q1=1,2024\n", TRYGG_ECODEBOOK, 3, 1, "name", "line 2"},
    {"measures", "name,where,start,comparison,comparison_name\nm,q1=1,2024,q1=2,near\nm,q1=1,2024,,near\n",
     TRYGG_ECODEBOOK, 3, 5, "comparison_name", "compared with `near` in line 2"},
    {"measures", "name,where,start,comparison\nm,q1=1,2024,q1=2\nm,q1=3,2024,\n", TRYGG_ECODEBOOK, 3, 2,
     "where", "another `where` in line 2"},
    {"measures", "name,where,start,comparison\nm,q1=1,2024,\"q1=1,2\"\n", TRYGG_ECODEBOOK, 2, 4, "comparison",
     "codes of `q1` are both"},
    {"measures", "name,where,start,comparison\nm,age=16..24 s=a,2024,s=a age=20..30\n", TRYGG_ECODEBOOK, 2, 4,
     "comparison", "are both"},
    {"measures", "name,where,start\nm n,q1=1,2024\n", TRYGG_ECODEBOOK, 2, 1, "name", "blank"},
    {"measures", "name,where,start\nm,q7=1,2024\n", TRYGG_ENAME, 2, 2, "where", "`q7`"},
    {"measures", "name,where,start,comparison\nm,q1=1,2024,q1=7\n", TRYGG_ENAME, 2, 4, "comparison", "`7`"},
    {"measures", "name,where,start,indicators\nm,q1=1,2024,worrid\n", TRYGG_ENAME, 2, 4, "indicators",
     "`worried`"},
    {"measures", "name,where\nm,q1=1\n", TRYGG_ENAME, 1, 0, "start", "start"},
    {"standards", "standard,variables,category,people\np,q1,1,0\n", TRYGG_ECODEBOOK, 2, 4, "people",
     "above 0"},
    {"standards", "standard,variables,category,people\np,q1,1,x\n", TRYGG_EPARSE, 2, 4, "people",
     "no number"},
    {"standards", "standard,variables,category,people\np,q7,1,5\n", TRYGG_ENAME, 2, 2, "variables", "`q7`"},
    {"standards", "standard,variables,category,people\np,q1,7,5\n", TRYGG_ENAME, 2, 3, "category", "`7`"},
    {"standards", "standard,variables,category,people\np,q1,1,5\np,s,1,5\n", TRYGG_ECODEBOOK, 3, 2,
     "variables", "line 2"},
    {"references", "indicator,estimate\nworrid,0.2\n", TRYGG_ENAME, 2, 1, "indicator",
     "did you mean `worried`"},
    {"references", "indicator\nworried\n", TRYGG_ENAME, 1, 0, "estimate", "estimate"},
    {"references", "indicator,estimate\nworried,high\n", TRYGG_EPARSE, 2, 2, "estimate", "no number"},
    {"references", "indicator,estimate,se\nworried,0.2,-1\n", TRYGG_ECODEBOOK, 2, 3, "se", "not negative"},
    {"references", "indicator,estimate,lower\nworried,0.2,0.1\n", TRYGG_ECODEBOOK, 2, 0, "upper",
     "both limits"},
    {"references", "indicator,estimate,upper\nworried,0.2,0.3\n", TRYGG_ECODEBOOK, 2, 0, "lower",
     "both limits"},
    {"references", "indicator,estimate,lower,upper\nworried,0.2,0.3,0.4\n", TRYGG_ECODEBOOK, 2, 3, "lower",
     "above the estimate"},
    {"references", "indicator,estimate,lower,upper\nworried,0.5,0.3,0.4\n", TRYGG_ECODEBOOK, 2, 4, "upper",
     "below the estimate"},
    {"references", "indicator,estimate,lower,upper,level\nworried,0.3,0.2,0.4,95\n", TRYGG_ECODEBOOK, 2, 5,
     "level", "between 0 and 1"},
    {"references", "indicator,estimate,level\nworried,0.3,0.95\n", TRYGG_ECODEBOOK, 2, 3, "level",
     "belongs to an interval"},
    {"references", "indicator,estimate,n\nworried,0.3,12.5\n", TRYGG_ECODEBOOK, 2, 3, "n", "whole number"},
    {"references", "variables,category,indicator,estimate\nq1,7,worried,0.3\n", TRYGG_ENAME, 2, 2, "category",
     "no code of `q1`"},
    {"references", "indicator,estimate,source\nworried,0.3,a\nworried,0.4,b\nworried,0.4,a\n",
     TRYGG_ECODEBOOK, 4, 1, "indicator", "line 2"},
    /* derived */
    {"derived", "name,type,rule,from\nd,integer,summ,age\n", TRYGG_ENAME, 2, 3, "rule", "did you mean `sum`"},
    {"derived", "name,type,rule,from\nd,text,sum,age\n", TRYGG_ECODEBOOK, 2, 2, "type", "cannot make"},
    {"derived", "name,type,rule,from\nage,integer,sum,age\n", TRYGG_ECODEBOOK, 2, 1, "name", "a second time"},
    {"derived", "name,type,rule,from\nd,integer,sum,agee\n", TRYGG_ENAME, 2, 4, "from", "did you mean `age`"},
    {"derived", "name,type,rule,from\nd,integer,sum,e\ne,integer,sum,age\n", TRYGG_ECODEBOOK, 2, 4, "from",
     "above"},
    {"derived", "name,type,rule,from\nd,integer,sum,d\n", TRYGG_ECODEBOOK, 2, 4, "from", "above"},
    {"derived", "name,type,rule,from\nd,integer,sum,s\n", TRYGG_ECODEBOOK, 2, 4, "from", "cannot take `s`"},
    {"derived", "name,type,rule,from\nd,integer,difference,age\n", TRYGG_ECODEBOOK, 2, 4, "from",
     "two variables"},
    {"derived", "name,type,rule,from,codes\nd,integer,sum,age,3\n", TRYGG_ECODEBOOK, 2, 5, "codes",
     "takes no codes"},
    {"derived", "name,type,rule,from,codes\nd,integer,cap,age,\n", TRYGG_ECODEBOOK, 2, 5, "codes", "largest"},
    {"derived", "name,type,rule,from,codes\nd,text,bands,age,\n", TRYGG_ECODEBOOK, 2, 5, "codes", "16..24=1"},
    {"derived", "name,type,rule,from,codes\nd,text,bands,age,24..16=1\n", TRYGG_EPARSE, 2, 5, "codes",
     "no band"},
    {"derived", "name,type,rule,from,codes\nd,text,bands,age,1..5=a 4..6=b\n", TRYGG_ECODEBOOK, 2, 5, "codes",
     "overlaps"},
    {"derived", "name,type,rule,from,codes\nd,select_one yesno,bands,age,1..5=4\n", TRYGG_ENAME, 2, 5,
     "codes", "no code"},
    {"derived", "name,type,rule,from,codes\nd,select_one yeson,bands,age,1..5=4\n", TRYGG_ENAME, 2, 2, "type",
     "`yesno`"},
    {"derived", "name,type,rule,from,codes\nd,text,prefix,s,0\n", TRYGG_EPARSE, 2, 5, "codes", "characters"},
    {"derived", "name,type,rule,from,codes\nd,text,prefix,age,2\n", TRYGG_ECODEBOOK, 2, 4, "from",
     "cannot take"},
    {"derived", "name,type,rule,from,codes\nd,integer,count,q1 m,4\n", TRYGG_ENAME, 2, 5, "codes",
     "no code of `q1`"},
    {"derived", "name,type,rule,from\nd,integer,first,s\n", TRYGG_ECODEBOOK, 2, 4, "from", "cannot become"},
};

/* The small survey with one table of its own, read as a folder. */
static trygg_status read_fault(const struct fault *fault, trygg_codebook **codebook, trygg_error *error) {
  const char *folder = temporary_folder();
  char name[64];
  for (size_t i = 0; i < sizeof small / sizeof *small; i++) {
    snprintf(name, sizeof name, "%s.csv", small[i].name);
    write_text(folder, name, small[i].text);
  }
  snprintf(name, sizeof name, "%s.csv", fault->table);
  write_text(folder, name, fault->text);
  return trygg_codebook_read(folder, codebook, error);
}

START_TEST(faults_have_place_status_and_cure) {
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
    const struct fault *fault = &faults[i];
    trygg_error error = {0};
    trygg_codebook *codebook = NULL;
    trygg_status status = read_fault(fault, &codebook, &error);
    char file[64];
    snprintf(file, sizeof file, "%s%s", fault->line ? "/" : "", fault->table);
    ck_assert_msg(status == fault->status && error.status == (int)status && !codebook &&
                      (fault->line < 0 || error.line == fault->line) && error.column == fault->column &&
                      strcmp(error.field, fault->field) == 0 && strstr(error.file, file) &&
                      strstr(error.message, fault->part),
                  "%s <%s>: status %d, %s:%lld:%d %s: %s", fault->table, fault->text, (int)status, error.file,
                  (long long)error.line, (int)error.column, error.field, error.message);
  }
}
END_TEST

START_TEST(an_indicator_may_be_called_like_its_variable) {
  trygg_error error = {0};
  trygg_codebook *codebook = NULL;
  struct fault fault = {.table = "indicators",
                        .text = "name,type,variable,label\nage,mean,age,Mean age\nq1,share,q1,\n"};
  ck_ok(read_fault(&fault, &codebook, &error));
  ck_assert_uint_eq(tg_codebook_find_indicator(codebook, "age", 3), 0);
  ck_assert_uint_eq(tg_codebook_find_variable(codebook, "age", 3), 1);
  ck_assert_str_eq(trygg_codebook_label(codebook, "age", NULL), "Mean age");
  trygg_codebook_free(codebook);
}
END_TEST

START_TEST(waves_that_are_known_are_checked) {
  trygg_error error = {0};
  trygg_codebook *codebook = NULL;
  ck_assert_int_eq(trygg_codebook_read(write_folder("breaks", "wave\n2023\n"), &codebook, &error),
                   TRYGG_ENAME);
  ck_assert_ptr_nonnull(strstr(error.message, "did you mean `2020`?"));
  ck_assert_int_eq((int)error.line, 2);
  ck_assert_int_eq((int)error.column, 1);
  ck_assert_int_eq(trygg_codebook_read(write_folder("strata", "wave,stratum\n202,x\n"), &codebook, &error),
                   TRYGG_ENAME);
  ck_assert_int_eq(
      trygg_codebook_read(write_folder("settings", "closes\n2021=2021-01-01\n"), &codebook, &error),
      TRYGG_ENAME);
  ck_assert_int_eq(
      trygg_codebook_read(write_folder("settings", "duplicates\n\"source:web,papper\"\n"), &codebook, &error),
      TRYGG_ENAME);
  ck_assert_ptr_nonnull(strstr(error.message, "did you mean `paper`?"));
}
END_TEST

START_TEST(codes_of_several_words_are_for_select_one) {
  trygg_error error = {0};
  trygg_codebook *codebook = NULL;
  struct fault fault = {.table = "choices", .text = "list_name,name\nyesno,a b\n"};
  ck_assert_int_eq(read_fault(&fault, &codebook, &error), TRYGG_ECODEBOOK);
  ck_assert_int_eq((int)error.line, 7); /* the select_multiple of survey.csv */
  fault.text = "list_name,name\nyesno,1\nother,a b\n";
  ck_ok(read_fault(&fault, &codebook, &error));
  trygg_codebook_free(codebook);
  ck_ok(trygg_codebook_create(&codebook, &error));
  ck_ok(add_csv(codebook, "survey", "type,name\nselect_one r,region\n", &error));
  ck_ok(add_csv(codebook, "choices", "list_name,name\nr,Norra delen\nr,Södra\n", &error));
  ck_ok(trygg_codebook_finish(codebook, &error));
  tg_code_set set;
  ck_ok(parse_set(codebook, "region", "Norra delen", &set, &error));
  ck_assert(set.codes[0] && !set.codes[1]);
  tg_code_set_clear(&set);
  trygg_codebook_free(codebook);
}
END_TEST

/* ---- size and memory -------------------------------------------------------------------------------------- */

START_TEST(ten_thousand_variables_are_found) {
  trygg_error error = {0};
  trygg_codebook *codebook = NULL;
  ck_ok(trygg_codebook_create(&codebook, &error));
  ck_ok(trygg_codebook_add(codebook, "survey", (const char *[]){"type", "name"},
                           (const char *[]){"integer", "item00001..item10000"}, 2, &error));
  ck_ok(trygg_codebook_finish(codebook, &error));
  ck_assert_uint_eq(trygg_codebook_variables(codebook), 10000);
  char name[16];
  for (size_t i = 0; i < 10000; i++) {
    snprintf(name, sizeof name, "item%05u", (unsigned)i + 1);
    ck_assert_uint_eq(tg_codebook_find_variable(codebook, name, strlen(name)), i);
  }
  ck_assert_uint_eq(tg_codebook_find_variable(codebook, "item1", 5), TG_NONE);
  trygg_codebook_free(codebook);
}
END_TEST

START_TEST(memory_that_runs_out_is_said_and_leaks_nothing) {
  trygg_error error = {0};
  trygg_codebook *codebook = NULL;
  trygg_status status = TRYGG_ENOMEM;
  long tries = 0;
  for (; status == TRYGG_ENOMEM; tries++) {
    tg_memory_fail(tries, 0);
    status = build_whole(&codebook, &error);
    tg_memory_fail(-1, 0);
    ck_assert_msg(status == TRYGG_OK || !codebook, "try %ld", tries);
  }
  ck_ok(status);
  ck_assert_int_gt(tries, 500);
  trygg_codebook_free(codebook);
}
END_TEST

START_TEST(folders_survive_without_memory) {
  trygg_error error = {0};
  trygg_codebook *codebook = NULL;
  trygg_status status = TRYGG_ENOMEM;
  const char *folder = write_folder("waves", "wave,time,note\n2020,2020,\n2024,2024,\n");
  for (long tries = 0; status == TRYGG_ENOMEM; tries += tries < 60 ? 1 : 41) {
    tg_memory_fail(tries, 1);
    status = trygg_codebook_read(folder, &codebook, &error);
    tg_memory_fail(-1, 0);
  }
  ck_ok(status);
  ck_assert_uint_eq(trygg_codebook_warnings(codebook), 1);
  trygg_codebook_free(codebook);
}
END_TEST

/* ---- the page for statisticians ------------------------------------------------------------------------------ */

START_TEST(the_page_names_every_table_and_column) {
  char path[4096], wanted[64];
  snprintf(path, sizeof path, "%s/docs/survey-folder.md", source_folder());
  FILE *file = fopen(path, "rb");
  ck_assert_msg(file != NULL, "%s", path);
  static char text[200000];
  text[fread(text, 1, sizeof text - 1, file)] = '\0';
  fclose(file);
  const tg_sheet *sheet;
  for (size_t i = 0; (sheet = tg_reader_sheet(i)); i++) {
    snprintf(wanted, sizeof wanted, "`%s.csv`", sheet->name);
    ck_assert_msg(strstr(text, wanted) != NULL, "%s", wanted);
    for (size_t field = 0; field < sheet->field_count; field++) {
      snprintf(wanted, sizeof wanted, "`%s`", sheet->fields[field].name);
      ck_assert_msg(strstr(text, wanted) != NULL, "%s of %s", wanted, sheet->name);
    }
  }
}
END_TEST

static Suite *codebook_suite(void) {
  Suite *suite = suite_create("codebook");
  TCase *tests = tcase_create("codebook");
  tcase_set_timeout(tests, 120);
  tcase_add_test(tests, settings_are_read);
  tcase_add_test(tests, variables_know_type_role_and_codes);
  tcase_add_test(tests, cells_match_codes_as_text_then_as_number);
  tcase_add_test(tests, long_lists_match_as_short_ones);
  tcase_add_test(tests, labels_follow_the_language);
  tcase_add_test(tests, derived_variables_have_their_rules);
  tcase_add_test(tests, other_tables_keep_their_rows);
  tcase_add_test(tests, files_recodes_and_sample_are_linked_to_variables);
  tcase_add_test(tests, published_figures_are_linked_to_indicators_and_codes);
  tcase_add_test(tests, sets_hold_codes_numbers_days_and_texts);
  tcase_add_test(tests, conditions_append_and_failures_leave_them);
  tcase_add_test(tests, missing_kinds_travel_in_numbers);
  tcase_add_test(tests, dates_are_days_of_the_calendar);
  tcase_add_test(tests, calls_in_any_order_equal_the_folder);
  tcase_add_test(tests, rows_of_calls_leave_out_what_is_empty);
  tcase_add_test(tests, a_failed_call_changes_nothing);
  tcase_add_test(tests, a_failed_finish_can_be_mended);
  tcase_add_test(tests, swedish_spreadsheets_are_read);
  tcase_add_test(tests, strange_files_and_columns_warn);
  tcase_add_test(tests, folders_that_cannot_be_read_say_why);
  tcase_add_test(tests, faults_have_place_status_and_cure);
  tcase_add_test(tests, an_indicator_may_be_called_like_its_variable);
  tcase_add_test(tests, waves_that_are_known_are_checked);
  tcase_add_test(tests, codes_of_several_words_are_for_select_one);
  tcase_add_test(tests, ten_thousand_variables_are_found);
  tcase_add_test(tests, memory_that_runs_out_is_said_and_leaks_nothing);
  tcase_add_test(tests, folders_survive_without_memory);
  tcase_add_test(tests, the_page_names_every_table_and_column);
  suite_add_tcase(suite, tests);
  return suite;
}

int main(void) {
  return run_suite(codebook_suite());
}
