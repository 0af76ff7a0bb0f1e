/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The manual of a program, made from its description and the registry of options. */
#include "program.h"

#include <string.h>

#define WIDTH 80

/* Characters of `length` bytes of UTF-8. */
static size_t characters(const char *text, size_t length) {
  size_t count = 0;

  for (size_t i = 0; i < length; i++)
    count += ((unsigned char)text[i] & 0xC0) != 0x80;
  return count;
}

/* A paragraph from column `indent` on, broken at blanks; a new line in it begins another. */
static void put_paragraph(program_text *out, int indent, const char *text) {
  size_t column = 0;

  while (*text != '\0') {
    size_t length = strcspn(text, " \n"), wide = characters(text, length);
    if (column > 0 && column + 1 + wide > WIDTH) {
      program_text_put(out, "\n");
      column = 0;
    }
    if (column == 0)
      program_text_format(out, "%*s", indent, "");
    else
      program_text_put(out, " ");
    program_text_append(out, text, length);
    column = (column == 0 ? (size_t)indent : column + 1) + wide;
    text += length;
    if (*text == '\n') {
      program_text_put(out, "\n");
      column = 0;
    }
    text += *text != '\0';
  }
  program_text_put(out, "\n");
}

static void put_heading(const struct program *program, program_text *out, const char *english,
                        const char *swedish) {
  program_text_format(out, "%s%s\n", out->length > 0 ? "\n" : "", program_say(program, english, swedish));
}

/* What the library says in English on values and what stands for an argument, in Swedish; what is not here is
 * said in English.  Values of an option first, arguments with an empty value. */
struct translation {
  const char *option, *value, *text;
};

static const struct translation swedish[] = {
    {"ci", "logit", "på logoddsen, räknat tillbaka; stannar inom 0–1"},
    {"ci", "wald", "skattning ± t medelfel"},
    {"ci", "wilson", "Wilsons intervall med det effektiva antalet svar"},
    {"calibrate", "linear", "minsta ändringen i kvadrat; vikter som skulle bli negativa godtas inte"},
    {"calibrate", "rake", "proportionell anpassning (raking): vikterna förblir positiva"},
    {"funnel", "none", "gränser för urvalsfelet ensamt"},
    {"funnel", "multiplicative",
     "gränser vidgade efter hur mycket områdena sprider sig därutöver, små som stora"},
    {"funnel", "additive",
     "gränser för områden som verkligen skiljer sig lite: de stora områdenas sluter sig inte"},
    {"adjust", "holm", "risken för något falskt fynd högst 1 - level (Holm)"},
    {"adjust", "bh", "den väntade andelen falska av fynden högst 1 - level (Benjamini-Hochberg)"},
    {"adjust", "by", "detsamma, hur testen än beror av varandra (Benjamini-Yekutieli)"},
    {"adjust", "none", "p-värdena som de är"},
    {"calibrate", "logit", "vikterna ändras med faktorer mellan L och U"},
    {"calibrate", "truncated", "som linear, med faktorerna stoppade vid L och U"},
    {"calibrate", "given", "vikterna är redan kalibrerade och ändras inte; urvalsfelet tar hänsyn till det"},
    {"response", "classes", "efter andelen som svarat i varje klass av det som är känt för alla i urvalet"},
    {"response", "propensity", "efter var och ens sannolikhet att svara, ur en logistisk modell"},
    {"response", "quantiles", "efter klasser av den sannolikheten; quantiles:5 ger fem"},
    {"trim", "weight", "gränserna är vikter, som i weight:0.5,8"},
    {"trim", "median", "gränserna är multiplar av medianvikten, som i median:0.3,3"},
    {"trim", "mean", "gränserna är multiplar av medelvikten, som i mean:5"},
    {"ci", "beta", "Korns och Graubards, exakt för det effektiva antalet svar"},
    {"ci", "asin", "på arcussinus av kvadratroten, räknat tillbaka"},
    {"ci", "likelihood", "av likelihoodkvoten med det effektiva antalet svar"},
    {"ci", "score",
     "det som ett scoretest inte förkastar: för andelar Wilsons, för kvantiler Franciscos och Fullers"},
    {"against", "rest", "varje grupp med alla andra som har en kod: med resten av länet"},
    {"against", "total", "varje grupp med alla, gruppen själv inräknad; överlappet räknas in"},
    {"against", "pairs", "varje grupp med varje annan"},
    {"against", "wave", "varje grupp, och alla, med mätningen före"},
    {"against", "reference", "varje grupp, och alla, med publicerade värden i references.csv"},
    {"against", "measure",
     "de som en åtgärd i measures.csv nådde: deras förändring sedan före den, minus jämförelsegruppens"},
    {"against", "VAR=CODE", "varje grupp med den som har koden, övriga koder lika"},
    {"nonresponse", "answers", "sena svar mot tidiga, svarssätt mot svarssätt"},
    {"nonresponse", "sample", "hur jämnt de i urvalet svarade, efter det --on vet om dem (R-indikatorer)"},
    {"nonresponse", "weights", "med urvalets vikter, och med de kalibrerade, justerade eller trimmade"},
    {"nonresponse", "tipping",
     "hur många av dem som inte svarat som måste ha ett svar för att andelen ska vara en annan"},
    {"scale", "difference", "a minus b, i värdenas enhet"},
    {"scale", "ratio", "a genom b: för andelar den relativa risken"},
    {"scale", "odds", "oddset för a genom oddset för b; bara andelar"},
    {"test", "difference", "den senaste mätningen minus den före; t"},
    {"test", "bridge", "hur långt mätningarna före en ny metod flyttats: vad den fann minus den gamla; t"},
    {"test", "pairs", "varje mätning minus varje tidigare; t"},
    {"test", "since_base", "varje senare mätning minus mätningen --base; t"},
    {"test", "linear", "rät linje genom skattningarna, per år, med deras kovarians; t"},
    {"test", "wls_slope", "samma linje, mätningarna vägda med 1/varians; t"},
    {"test", "heterogeneity", "är alla mätningar lika; justerad Wald-F"},
    {"test", "record_linear", "linjär regression av individerna på tiden, per år; t"},
    {"test", "record_logit", "logistisk regression av individerna på tiden, logodds per år; t"},
    {"test", "record_linear_adjusted", "record_linear med bakgrunden i --on i regressionen; t"},
    {"test", "record_logit_adjusted", "record_logit med bakgrunden i --on i regressionen; t"},
    {"test", "mann_kendall",
     "klassisk: rangtest av den blotta serien; S, exakt till och med 10 mätningar, tau-b"},
    {"test", "sen_slope", "klassisk: medianen av lutningarna mellan mätningar, per år; p från mann_kendall"},
    {"test", "since_first", "den senaste mätningen minus den första; t"},
    {"test", "since_earlier", "den senaste mätningen minus medelvärdet av dem före; t"},
    {"test", "control",
     "senaste mätningen mot gränser som de före sätter, efter hur de skiljer sig och hur säkra de är; t"},
    {"test", "detectable", "minsta förändring sedan mätningen före som skulle upptäckas i 4 urval av 5"},
    {"test", "equivalent",
     "är förändringen sedan mätningen före inom +-marginalen; det mindre t av två, gränser på 2 nivå - 1"},
    {"test", "no_worse", "är en försämring mindre än marginalen; t, gränser på 2 nivå - 1"},
    {"test", "quadratic", "ortonormal kvadratisk kontrast över de verkliga tiderna: böjer trenden; t"},
    {"test", "cubic", "ortonormal kubisk kontrast; t"},
    {"test", "gls_slope", "samma linje med generaliserad minstakvadrat, med mätningarnas kovarians; t"},
    {"test", "lack_of_fit", "avviker mätningarna från linjen i gls_slope; justerad Wald-F"},
    {"test", "cochran_armitage",
     "stiger andelar med tiden, med Raos och Scotts korrektion; X2, lutning per år"},
    {"test", "jonckheere",
     "är ett senare svar oftare högre än lägre, över par av mätningar, enligt urvalet; t"},
    {"test", "pooled_slope",
     "varje områdes lutning, dragen mot allas medelvärde så långt den kan vara slump; t för medelvärdet"},
    {"test", "pooled_spread",
     "hur långt områdenas lutningar verkligen ligger från varandra, som standardavvikelse; Cochrans Q"},
    {"test", "pooled_range", "mellan vilka gränser lutningen i ytterligare ett område skulle ligga"},
    {"test", "pooled_share", "hur mycket av lutningarnas spridning som inte är slump: I2"},
    {"test", "joinpoint",
     "två linjer som möts i mätningen `at`; största |t| för en ändrad lutning, p ur dragningar"},
    {"test", "joinpoint_last",
     "lutningen efter den sista brytpunkt som BIC väljer, som om den vore given; t, finner lutningar i 12 till 17 % av serier utan lutning"},
    {"test", "level_change", "nivåförändring när en åtgärd började, vid sidan av linjer före och efter; t"},
    {"test", "slope_change", "ändrad lutning när en åtgärd började, per år; t"},
    {"test", "mann_kendall_design",
     "rangtest för en serie som går åt ett håll, med mätningarnas kovarians; S, tau-a"},
    {"test", "sen_slope_design", "vägd median av lutningarna mellan mätningar, med deras kovarians, per år"},
    {"test", "siegel_slope", "medianen av medianlutningarna från varje mätning, per år"},
    {"test", "cochran_armitage_classic",
     "klassisk: samma sak som om svaren vore ett obundet slumpmässigt urval; X2"},
    {"test", "jonckheere_classic",
     "klassisk: jonckheere som om svaren vore ett obundet slumpmässigt urval; J, till och med 100 svar exakt eller ur dragningar"},
    {"test", "regional", "klassisk: Mann-Kendall över alla områden, som får vara korrelerade; S, tau-a"},
    {"test", "page",
     "klassisk: Pages L med områdena som oberoende block; L, medelvärdet av rangkorrelationer"},
    {"test", "seasonal_page",
     "klassisk: Pages L med årstiderna som block; L, medelvärdet av rangkorrelationer"},
    {"test", "partial_mann_kendall",
     "klassisk: Mann-Kendall utöver en kovariats trend; S, korrelationen mellan de två S"},
    {"test", "cox_stuart", "klassisk: sista tredjedelen mot första, teckentest; ökningar, deras andel"},
    {"test", "seasonal", "klassisk: Mann-Kendall inom årstiderna; S, tau-a"},
    {"test", "seasonal_correlated", "klassisk: samma sak, årstiderna korrelerade"},
    {"test", "seasonal_slope", "klassisk: medianen av lutningarna inom årstiderna; p från seasonal"},
    {"test", "hamed_rao",
     "klassisk: Mann-Kendall med Hameds och Raos varians för autokorrelation; finner trender i 7 till 10 % av serier utan trend; S, tau-b"},
    {"test", "yue_wang", "klassisk: Mann-Kendall med Yues och Wangs varians; S, tau-b"},
    {"test", "prewhitened", "klassisk: Mann-Kendall utan det som varje mätning ärver av den förra; S, tau-b"},
    {"test", "trend_free", "klassisk: samma sak, med trenden borttagen medan arvet mäts; S, tau-b"},
    {"test", "block_bootstrap", "klassisk: S bland dem från omdragna block av serien; S, tau-b"},
    {"test", "pettitt", "klassisk: nivåskifte i mätningen `at`, med ranger; K"},
    {"test", "buishand", "klassisk: samma sak med kumulativa avvikelser; R"},
    {"test", "snht", "klassisk: samma sak med medelvärdena före och efter; T"},
    {"test", "all", "alla"},
    {"test", "rao_scott", "beror svaren på gruppen; Pearsons chi2 med andra ordningens korrektion, F"},
    {"test", "rao_scott_first", "detsamma med första ordningens korrektion, chi2"},
    {"test", "rao_scott_exact", "detsamma, p inte av F utan av den vägda summa av chi2 som det står för"},
    {"test", "wald", "detsamma med Walds testvärde; F, för snällt där klustren är få"},
    {"test", "adjusted_wald", "detsamma, justerat för få kluster; F"},
    {"test", "t", "andra gruppen minus första; t"},
    {"test", "wilcoxon", "andra gruppens medelrang minus förstas; t"},
    {"test", "kruskal_wallis", "skiljer sig medelrangerna; F"},
    {"test", "van_der_waerden", "detsamma med normalpoäng för rangerna; F"},
    {"test", "median", "skiljer sig andelarna över den gemensamma medianen; F"},
    {"test", "goodness_of_fit",
     "har alla svar tillsammans de väntade andelarna; chi2, andra ordningens korrektion"},
    {"test", "change", "förändring sedan den sista mätningen före, minus jämförelsens; t"},
    {"test", "spillover", "en jämförelses förändring minus den sista jämförelsens i measures.csv; t"},
    {"test", "agree", "förändrades alla jämförelser lika; justerad Wald-F"},
    {"test", "pretrend", "var skillnaden densamma i alla mätningar före; justerad Wald-F"},
    {"test", "pretrend_slope", "skillnadens lutning före, per år; t"},
    {"test", "pretrend_detectable", "minsta lutning före, per år, som skulle upptäckas i 4 urval av 5"},
    {"test", "lead", "placebo: skillnaden i en tidigare mätning minus den i den sista före; t"},
    {"test", "placebo", "placebo: en tidigare mätning som om åtgärden hade börjat då; t"},
    {"test", "placebo_areas",
     "förändringen, dess |t| i rang bland dem för varje område som om det hade haft åtgärden"},
    {"test", "trend_adjusted", "förändring från linjen genom skillnaderna före; t"},
    {"test", "synthetic",
     "modell: minus den blandning av områden som var mest lik det före; gränser givet vikterna"},
    {"test", "synthetic_fit", "modell: roten ur medelkvadraten av det som skilde dem åt före"},
    {"test", "synthetic_weights", "modell: varje områdes vikt i blandningen"},
    {"test", "synthetic_rank",
     "modell: samma mått efter genom före, i rang bland dem för varje område som om det hade haft åtgärden"},
    {"family", "logistic", "logodds för en andel; exp(koefficienten) är en oddskvot"},
    {"family", "poisson", "logaritmen av ett medelantal; exp(koefficienten) är en kvot mellan antal"},
    {"family", "linear", "medelvärdet självt; koefficienterna är skillnader"},
    {"part", "prediction", "andelen eller medelvärdet om alla hade svaret, allt annat som det är"},
    {"part", "difference",
     "mellan andelarna för svaret och för det som jämförs med; för ett tal av en enhet mer"},
    {"part", "ratio", "oddskvot i en logistisk, kvot mellan antal i en Poissonregression"},
    {"part", "coefficient", "på modellens skala: logodds, logaritmer, eller medelvärdet självt"},
    {"part", "test", "har variabeln alls betydelse: wald, eller de test som anges"},
    {"format", "table", "text i kolumner, för människor"},
    {"format", "csv", "komma, decimalpunkt, koder, andelar 0–1; för program"},
    {"format", "csv-sv", "semikolon, decimalkomma, etiketter, procent; för ett svenskt kalkylprogram"},
    {"format", "json", "rader som objekt, med uppgift om hur de togs fram"},
    {"format", "svg", "ett diagram med intervall"},
    {"format", "html", "en fil med diagram, tabell och hur siffrorna togs fram"},
    {"where", "", "VAR=KOD[,KOD]"},
    {"wave", "", "M,M"},
    {"ci", "", "SORT"},
    {"variance", "", "METOD"},
    {"against", "", "SORT"},
    {"nonresponse", "", "SORT"},
    {"scale", "", "SKALA"},
    {"variance", "taylor", "linjärisering (Taylor, Woodruff)"},
    {"variance", "jackknife", "ett kluster i taget utelämnas, och stratumets andra står för det"},
    {"variance", "brr", "balanserade halvstickprov i designer med två kluster per stratum"},
    {"variance", "fay", "halvstickprov där den andra halvan behåller andelen RHO av sin vikt"},
    {"variance", "bootstrap", "Raos och Wus omskalade bootstrap med n - 1 kluster per stratum"},
    {"variance", "canty-davison", "Cantys och Davisons bootstrap ur en population av kopior"},
    {"variance", "preston", "Prestons bootstrap av hälften av enheterna i varje steg"},
    {"variance", "sdr", "successiva differenser i datas ordning, för systematiska urval"},
    {"variance", "given", "replikatvikterna i data"},
    {"lonely", "", "REGEL"},
    {"test", "", "LISTA"},
    {"covariate", "", "INDIKATOR"},
    {"base", "", "MÄTNING"},
    {"expected", "", "KOD:ANDEL,..."},
    {"outcome", "", "INDIKATOR"},
    {"family", "", "FAMILJ"},
    {"reference", "", "VILKEN"},
    {"part", "", "LISTA"},
    {"adjust", "", "METOD"},
    {"output", "", "FIL"},
    {"lang", "", "SPRÅK"},
    {"delimiter", "", "TECKEN"},
    {"decimal", "", "TECKEN"},
    {"progress", "", "NÄR"},
    {"color", "", "NÄR"},
};

/* ... where a program means another thing by the same words: the tests of trygg-model. */
static const struct translation swedish_model[] = {
    {"test", "wald", "med koefficienterna och deras kovarians, justerat för få kluster; F"},
    {"test", "working_wald",
     "med koefficienterna och den kovarians de haft i ett obundet slumpmässigt urval, Raos och Scotts korrektion; F, p exakt"},
    {"test", "likelihood_ratio",
     "med likelihooden med och utan variabeln, Raos och Scotts korrektion; F, p exakt"},
    {"test", "score",
     "med hur likelihooden för modellen utan variabeln stiger mot den, Raos och Scotts korrektion; F, p exakt"},
    {"test", "quasi_score", "med samma stigning och dess kovarians, justerat för få kluster; F"},
    {"test", "none", "inget test av bakgrunden"},
};

static const char *find_translation(const struct translation *rows, size_t count, const char *option,
                                    const char *value) {
  for (size_t i = 0; i < count; i++)
    if (strcmp(rows[i].option, option) == 0 && strcmp(rows[i].value, value) == 0)
      return rows[i].text;
  return NULL;
}

static const char *in_language(const struct program *program, const char *option, const char *value,
                               const char *english) {
  const char *text = NULL;

  if (program->language != PROGRAM_SWEDISH)
    return english;
  if (program->description->bit == PROGRAM_MODEL)
    text = find_translation(swedish_model, sizeof swedish_model / sizeof *swedish_model, option, value);
  if (text == NULL)
    text = find_translation(swedish, sizeof swedish / sizeof *swedish, option, value);
  return text != NULL ? text : english;
}

/* The values of an option: a line each where the library says what they are, else in one line. */
static void put_values(const struct program *program, const program_option *option, program_text *out) {
  program_text line = {0};
  const char *name;

  for (size_t i = 0; (name = option->value(i)) != NULL; i++) {
    const char *help = option->value_help != NULL ? option->value_help(i) : NULL;
    if (help != NULL) {
      size_t waves = option->value_waves != NULL ? option->value_waves(i) : 0;
      program_text_format(&line, "%s: %s", name, in_language(program, option->name, name, help));
      if (waves > 2)
        program_text_format(&line, program_say(program, "; from %zu waves", "; från %zu mätningar"), waves);
      put_paragraph(out, 12, line.failed ? name : line.bytes);
      program_text_free(&line);
    } else {
      program_text_format(&line, "%s%s", i == 0 ? program_say(program, "One of: ", "Ett av: ") : ", ", name);
    }
  }
  if (line.length > 0)
    put_paragraph(out, 8, line.bytes);
  out->failed |= line.failed;
  program_text_free(&line);
}

static void put_options(const struct program *program, program_text *out) {
  const program_option *option;

  for (size_t i = 0; (option = program_option_at(i)) != NULL; i++) {
    if (!(option->programs & program->description->bit))
      continue;
    program_text_format(out, "    --%s%s%s\n", option->name, option->argument != NULL ? " " : "",
                        option->argument != NULL ? in_language(program, option->name, "", option->argument)
                                                 : "");
    put_paragraph(out, 8, option->help[program->language]);
    if (option->value != NULL)
      put_values(program, option, out);
  }
}

void program_write_manual(const struct program *program, program_text *out) {
  const program_description *description = program->description;

  put_heading(program, out, "NAME", "NAMN");
  program_text_format(out, "    %s - %s\n", description->name, description->purpose[program->language]);
  put_heading(program, out, "SYNOPSIS", "ANROP");
  program_text_format(out, "    %s %s\n", description->name,
                      description->operands[0] != NULL ? description->operands[program->language]
                      : description->data_optional
                          ? program_say(program, "[OPTIONS] SURVEY [DATA...]", "[VAL] ENKÄTMAPP [DATA...]")
                          : program_say(program, "[OPTIONS] SURVEY DATA...", "[VAL] ENKÄTMAPP DATA..."));
  put_heading(program, out, "DESCRIPTION", "BESKRIVNING");
  put_paragraph(out, 4, description->text[program->language]);
  put_paragraph(
      out, 4,
      description->operands[0] != NULL
          ? description->operand_text[program->language]
          : program_say(
                program,
                "SURVEY is a survey folder. DATA are CSV files, gzipped or not; - is standard input. The "
                "result goes to standard output, all else to standard error.",
                "ENKÄTMAPP är en mapp som beskriver enkäten. DATA är CSV-filer, även gzip; - är standard "
                "in. Resultatet går till standard ut, allt annat till standard fel."));
  put_heading(program, out, "OPTIONS", "VAL");
  put_options(program, out);
  put_heading(program, out, "EXIT STATUS", "SLUTKOD");
  put_paragraph(
      out, 4,
      program_say(program,
                  "0 done; 1 the data or the estimate failed; 2 the program was called wrongly; 130 stopped "
                  "by Ctrl-C. Unless it is 0, nothing was written.",
                  "0 klart; 1 fel i data eller skattning; 2 felaktigt anrop; 130 avbrutet med Ctrl-C. Om "
                  "den inte är 0 har inget skrivits."));
  put_heading(program, out, "EXAMPLES", "EXEMPEL");
  for (const char *line = description->example; *line != '\0';) {
    size_t length = strcspn(line, "\n");
    program_text_format(out, "    %.*s\n", (int)length, line);
    line += length + (line[length] != '\0');
  }
}
