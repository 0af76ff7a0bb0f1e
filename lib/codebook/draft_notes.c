/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why a draft says what it says: one row a reason, its words in English and Swedish. */
#include <codebook/draft.h>

#include <string.h>

#include <codebook/sheet.h>

/* `%` stands for the detail. */
static const struct {
  const char *kind, *english, *swedish;
} reasons[TG_DRAFT_REASONS] = {
    [TG_DRAFT_ROLE_BY_NAME] = {"role", "role %, by its name", "roll %, efter namnet"},
    [TG_DRAFT_ROLE_TAKEN] = {"role", "could also be %, which another variable has already",
                             "kunde också vara %, som en annan variabel redan är"},
    [TG_DRAFT_ROLE_NO_WEIGHT] =
        {"role", "called like a weight, but some of its cells are no numbers from 0 on: no role",
         "heter som en vikt, men några celler är inte tal från 0: ingen roll"},
    [TG_DRAFT_ROLE_NO_ID] =
        {"role",
         "called like an id, but % cells repeat another one: no role; give it the role id "
         "and say in settings.csv what `duplicates` keep",
         "heter som ett id, men % celler upprepar en annan: ingen roll; ge den rollen id och "
         "ange i settings.csv vad `duplicates` behåller"},
    [TG_DRAFT_NO_ROLE_WEIGHT] =
        {"about",
         "no column is called like a weight: every record counts once, unless survey.csv "
         "gives one the role weight",
         "ingen kolumn heter som en vikt: varje post räknas en gång, om inte survey.csv ger "
         "någon rollen weight"},
    [TG_DRAFT_TYPE_CODES] = {"type", "select_one, since it has few different numbers (%)",
                             "select_one, eftersom den har få olika tal (%)"},
    [TG_DRAFT_TYPE_WORDS] = {"type", "select_one, since its few texts (%) all occur several times",
                             "select_one, eftersom dess få texter (%) alla förekommer flera gånger"},
    [TG_DRAFT_TYPE_ZEROS] = {"type", "text, since its numbers begin with zeros, as codes do",
                             "text, eftersom dess tal börjar med nollor, som koder"},
    [TG_DRAFT_TYPE_NUMBER] = {"type", "%: numbers, not a few codes", "%: tal, inte några få koder"},
    [TG_DRAFT_TYPE_DATE] = {"type", "date, since every cell is one",
                            "date, eftersom varje cell är ett datum"},
    [TG_DRAFT_TYPE_TEXT] = {"type", "text, since its cells are neither numbers nor few texts that repeat",
                            "text, eftersom cellerna varken är tal eller få texter som upprepas"},
    [TG_DRAFT_TYPE_EMPTY] = {"type", "text, since all its cells are empty",
                             "text, eftersom alla celler är tomma"},
    [TG_DRAFT_TYPE_FORM] = {"type", "the form says %", "formuläret säger %"},
    [TG_DRAFT_MISSING_APART] = {"missing", "%, since it stands apart from the other values",
                                "%, eftersom den står skild från övriga värden"},
    [TG_DRAFT_MISSING_LABEL] = {"missing", "%, by its label", "%, efter etiketten"},
    [TG_DRAFT_MISSING_DECLARED] = {"missing", "%, since the file declares it missing",
                                   "%, eftersom filen anger den som saknad"},
    [TG_DRAFT_CODE_UNLABELLED] = {"type", "codes without a label in the file: %",
                                  "koder utan etikett i filen: %"},
    [TG_DRAFT_EMPTY_RELEVANT] =
        {"missing", "an empty cell is not_applicable, since the form asks it of some only (relevant)",
         "en tom cell är not_applicable, eftersom formuläret bara frågar vissa (relevant)"},
    [TG_DRAFT_OUT_NAME] =
        {"left_out",
         "column % has no name that survey.csv can hold (no blanks, commas, equals signs, at most "
         "127 bytes); rename it in the data",
         "kolumn % har ett namn som survey.csv inte kan ha (blanksteg, komma, likhetstecken, mer än "
         "127 byte); byt namn i data"},
    [TG_DRAFT_OUT_TWICE] = {"left_out", "column % has a name that an earlier one has; rename it in the data",
                            "kolumn % heter som en tidigare; byt namn i data"},
    [TG_DRAFT_OUT_TYPE] = {"left_out", "a survey folder has no type like %",
                           "en enkätmapp har ingen typ som %"},
    [TG_DRAFT_OUT_SERVICE] = {"left_out", "written by the survey tool (%), no answer",
                              "skriven av enkätverktyget (%), inget svar"},
    [TG_DRAFT_OUT_REPEAT] = {"left_out", "within a repeat (%), whose answers stand in another file",
                             "inom en upprepning (%), vars svar står i en annan fil"},
    [TG_DRAFT_OUT_CHOICES] = {"left_out", "its list % is not in choices.csv",
                              "dess lista % finns inte i choices.csv"},
    [TG_DRAFT_OUT_MANY] = {"left_out",
                           "a select_multiple can have 48 codes at most without blanks; list % has others",
                           "en select_multiple kan ha högst 48 koder utan blanksteg; listan % har andra"},
    [TG_DRAFT_OUT_LIST] = {"left_out", "list % is used by no variable", "listan % används av ingen variabel"},
    [TG_DRAFT_OUT_CODE] = {"left_out", "code % is in its list a second time",
                           "koden % finns en andra gång i sin lista"},
    [TG_DRAFT_OUT_LANGUAGE] = {"left_out", "labels in column %, which is neither English nor Swedish",
                               "etiketter i kolumn %, som varken är engelska eller svenska"},
    [TG_DRAFT_ABOUT_LIME] =
        {"about",
         "an export of LimeSurvey: % records have an empty submitdate, that is, are incomplete. The status that "
         "recodes.csv makes of it has them as partial interviews (P), which count as answers; for another "
         "disposition change choices.csv, or set min_answered in settings.csv (0.5: half of the questions)",
         "en export från LimeSurvey: % poster har tom submitdate, det vill säga är ofullständiga. Den status "
         "som recodes.csv gör av den har dem som delvis besvarade (P), vilka räknas som svar; för en annan "
         "disposition, ändra choices.csv, eller sätt min_answered i settings.csv (0.5: hälften av frågorna)"},
    [TG_DRAFT_ABOUT_GROUPS] =
        {"about", "the form has groups: export the data without the names of groups in the headings",
         "formuläret har grupper: exportera data utan gruppnamn i rubrikerna"},
    [TG_DRAFT_ABOUT_LOAD] = {"about", "%", "%"},
};

const char *tg_draft_kind(tg_draft_reason reason) {
  return reasons[reason].kind;
}

trygg_status tg_draft_say(trygg_draft *draft, tg_draft_reason reason, const char *variable,
                          const char *detail, trygg_error *error) {
  const char *words = draft->swedish ? reasons[reason].swedish : reasons[reason].english;
  const char *hole = strchr(words, '%');
  tg_text text = {0};
  tg_draft_note *grown = tg_sheet_room(draft->notes, draft->note_count, sizeof *grown);
  if (!grown)
    return tg_error_memory(error);
  draft->notes = grown;
  if (*variable)
    tg_text_format(&text, "%s: ", variable);
  tg_text_append(&text, words, hole ? (size_t)(hole - words) : strlen(words));
  if (hole) {
    tg_text_put(&text, detail);
    tg_text_put(&text, hole + 1);
  }
  char *copy = tg_memory_string(variable);
  if (!copy || text.failed) {
    tg_memory_free(copy);
    tg_text_free(&text);
    return tg_error_memory(error);
  }
  draft->notes[draft->note_count++] = (tg_draft_note){reason, copy, text.bytes};
  return TRYGG_OK;
}
