/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one registry of options. */
#include "program_values.h"

#define FIGURES (PROGRAM_ESTIMATE | PROGRAM_COMPARE | PROGRAM_TREND | PROGRAM_INDEX | PROGRAM_REPORT)
#define TARGET(field) .target = offsetof(program_options, field)

static const program_option options[] = {
    {"indicator", "A,B", PROGRAM_ESTIMATE | PROGRAM_COMPARE | PROGRAM_TREND, TARGET(indicators),
     .set = program_set_list,
     .help =
         {"Indicators to estimate; default all. A variable of survey.csv is taken too: the shares of its answers "
          "as VAR=CODE, or the mean of a number.",
          "Indikatorer att skatta; annars alla. Även en variabel i survey.csv: svarens andelar som VAR=KOD, eller "
          "medelvärdet av ett tal."}},
    {"outcome", "INDICATOR", PROGRAM_MODEL, TARGET(outcome), .set = program_set_text,
     .help = {"What is explained: an indicator, a number variable, or one answer as VAR=CODE.",
              "Det som förklaras: en indikator, en variabel med tal, eller ett svar som VAR=KOD."}},
    {"on", "VAR,VAR", PROGRAM_MODEL, TARGET(on), .set = program_set_list,
     .help =
         {"Background variables: those with codes by level, numbers per unit. VAR=CODE: the level that the "
          "others are compared with. VAR*VAR: two and their interaction, or a number and its square; VAR:VAR: that "
          "alone; VAR*VAR*VAR: three, every two of them, and all three.",
          "Bakgrund: variabler med koder per svarsalternativ, tal per enhet. VAR=KOD: alternativet som de andra "
          "jämförs med. VAR*VAR: två och deras samspel, eller ett tal och dess kvadrat; VAR:VAR: bara det; "
          "VAR*VAR*VAR: tre, varje par av dem, och alla tre."}},
    {"on", "VAR,VAR", PROGRAM_TREND, TARGET(on), .set = program_set_list,
     .help =
         {"Background that the slopes of records are adjusted for, written as for trygg-model: record_linear_adjusted "
          "and record_logit_adjusted.",
          "Bakgrund som individernas lutning justeras för, skriven som för trygg-model: record_linear_adjusted och "
          "record_logit_adjusted."}},
    {"on", "VAR,VAR", PROGRAM_COMPARE, TARGET(on), .set = program_set_list,
     .help = {"For --nonresponse sample: variables with codes that are known of everybody who was drawn.",
              "För --nonresponse sample: variabler med koder som är kända för alla i urvalet."}},
    {"drawn-weight", "VAR", PROGRAM_COMPARE, TARGET(drawn_weight), .set = program_set_text,
     .help =
         {"For --nonresponse sample: the weight that everybody was drawn by, a number in the data; default 1 each.",
          "För --nonresponse sample: vikten som alla drogs med, ett tal i data; annars 1 för var och en."}},
    {"family", "FAMILY", PROGRAM_MODEL, TARGET(family), .set = program_set_choice,
     .value = trygg_model_family, .value_help = trygg_model_family_help,
     .help = {"Kind of regression; default logistic for shares, poisson for totals, else linear.",
              "Slags regression; annars logistic för andelar, poisson för summor, annars linear."}},
    {"exposure", "VAR", PROGRAM_MODEL, TARGET(exposure), .set = program_set_text,
     .help =
         {"A number that says how much there was to count in, as years or persons: its logarithm is added as it is.",
          "Ett tal som säger hur mycket det fanns att räkna i, som år eller personer: dess logaritm läggs till som den är."}},
    {"offset", "VAR", PROGRAM_MODEL, TARGET(offset), .set = program_set_text,
     .help = {"A number added to the linear predictor as it is, without a coefficient.",
              "Ett tal som läggs till den linjära prediktorn som det är, utan koefficient."}},
    {"reference", "WHICH", PROGRAM_MODEL, TARGET(reference), .set = program_set_choice,
     .value = program_reference_name,
     .help =
         {"Level compared with where --on names none: the first that somebody has, or the most common.",
          "Alternativet att jämföra med där --on inte säger något: det första som någon har, eller det vanligaste."}},
    {"part", "LIST", PROGRAM_MODEL, TARGET(parts), .set = program_set_list, .value = trygg_model_part,
     .value_help = trygg_model_part_help,
     .help = {"Parts of the table; default all but coefficient.",
              "Tabellens delar; annars alla utom coefficient."}},
    {"index", "A,B", PROGRAM_INDEX | PROGRAM_REPORT, TARGET(indices), .set = program_set_list,
     .help = {"Indices of indices.csv; default all.", "Index i indices.csv; annars alla."}},
    {"by", "VAR,VAR", FIGURES, .set = program_set_by,
     .help =
         {"Groups: each combination of codes, and the total. Repeated: a table for each, put below one another.",
          "Grupper: varje kombination av koder, och totalen. Upprepad: en tabell för varje, under varandra."}},
    {"where", "VAR=CODE[,CODE]", FIGURES | PROGRAM_MODEL, TARGET(where), .set = program_set_where,
     .help =
         {"Only respondents with one of these codes, as a domain: the design keeps all records. Repeated: all "
          "conditions must hold.",
          "Bara svarande med någon av koderna, som en redovisningsgrupp: designen behåller alla poster. Upprepad: "
          "alla villkor måste gälla."}},
    {"wave", "W,W", FIGURES | PROGRAM_MODEL, TARGET(waves), .set = program_set_list,
     .help = {"Waves to use; default all.", "Mätningar som används; annars alla."}},
    {"pool", NULL, PROGRAM_ESTIMATE | PROGRAM_COMPARE | PROGRAM_INDEX, TARGET(pool), .set = program_set_flag,
     .help = {"One figure over the waves together; the wave is then empty.",
              "Ett värde för mätningarna tillsammans; mätningen är då tom."}},
    {"stream", NULL, PROGRAM_ESTIMATE, TARGET(stream), .set = program_set_flag,
     .help =
         {"Add the records up as they are read and keep none, so that files may be larger than memory; the figures "
          "are the same. What needs all records at once, as quantiles do, is refused.",
          "Summera posterna medan de läses och behåll ingen, så att filerna får vara större än minnet; värdena blir "
          "desamma. Det som kräver alla poster på en gång, som kvantiler, avvisas."}},
    {"level", "0.95", FIGURES | PROGRAM_MODEL, .set = program_set_level,
     .help = {"Confidence level of intervals.", "Intervallens konfidensgrad."}},
    {"ci", "KIND", PROGRAM_ESTIMATE | PROGRAM_REPORT, TARGET(ci), .set = program_set_choice,
     .value = trygg_inference_interval, .value_help = trygg_inference_interval_help,
     .help = {"Interval of a share.", "Intervall för en andel."}},
    {"df", "domain|design|N", FIGURES | PROGRAM_MODEL, TARGET(df), .set = program_set_df,
     .help = {"Degrees of freedom: clusters less strata of the domain (default), of the design, or a number.",
              "Frihetsgrader: kluster minus strata i gruppen (annars), i designen, eller ett tal."}},
    {"variance", "METHOD", FIGURES | PROGRAM_MODEL, .set = program_set_variance,
     .value = trygg_design_variance, .value_help = trygg_design_variance_help,
     .help =
         {"How the sampling error is computed; default taylor, or given where the survey folder names replicate "
          "weights. bootstrap:R makes R replicates (500), fay:RHO is as in fay:0.3.",
          "Hur urvalsfelet beräknas; annars taylor, eller given där enkätmappen anger replikatvikter. "
          "bootstrap:R gör R replikat (500), fay:RHO skrivs som fay:0.3."}},
    {"seed", "N", FIGURES | PROGRAM_MODEL, .set = program_set_seed,
     .help =
         {"Where the random numbers of a bootstrap begin; default 1. The same seed gives the same figures.",
          "Var en bootstraps slumptal börjar; annars 1. Samma tal ger samma siffror."}},
    {"lonely", "RULE", FIGURES | PROGRAM_MODEL, TARGET(lonely), .set = program_set_choice,
     .value = program_lonely_name,
     .help = {"What to do with a single cluster in a stratum; default as in settings.csv.",
              "Vad som görs med ett ensamt kluster i ett stratum; annars som i settings.csv."}},
    {"calibrate", "METHOD", PROGRAM_ALL, TARGET(calibrate), .set = program_set_method,
     .value = trygg_design_calibration, .value_help = trygg_design_calibration_help,
     .help =
         {"Make the weights meet the totals of margins.csv, and let the sampling error know it; logit and truncated "
          "want bounds, as in logit:0.3,3. none: the weights as they are. Default as in settings.csv.",
          "Låt vikterna stämma med totalerna i margins.csv, och låt urvalsfelet ta hänsyn till det; logit och truncated "
          "vill ha gränser, som i logit:0.3,3. none: vikterna som de är. Annars som i settings.csv."}},
    {"response", "METHOD", PROGRAM_ALL, TARGET(response), .set = program_set_method,
     .value = trygg_design_response, .value_help = trygg_design_response_help,
     .help =
         {"Let the weights of those who answered make up for those who were drawn and did not, whose records the data "
          "must hold; before calibration. none: the weights as they are. Default as in settings.csv.",
          "Låt vikterna för dem som svarat ersätta dem i urvalet som inte svarat, vars poster måste finnas i data; före "
          "kalibrering. none: vikterna som de är. Annars som i settings.csv."}},
    {"response-on", "VAR,VAR", PROGRAM_ALL, TARGET(response_on), .set = program_set_list,
     .help =
         {"What --response goes by: variables known of everybody who was drawn. Default as in settings.csv.",
          "Vad --response går efter: variabler som är kända för alla i urvalet. Annars som i settings.csv."}},
    {"response-least", "N", PROGRAM_ALL, .set = program_set_least,
     .help =
         {"How many must have answered in a class of --response. Default as in settings.csv, else 20.",
          "Hur många som måste ha svarat i en klass för --response. Annars som i settings.csv, annars 20."}},
    {"response-collapse", NULL, PROGRAM_ALL, TARGET(response_collapse), .set = program_set_flag,
     .help = {"Join classes in which too few answered with a neighbour, instead of refusing them.",
              "Slå ihop klasser där för få svarat med en granne, i stället för att inte godta dem."}},
    {"trim", "BOUNDS", PROGRAM_ALL, TARGET(trim), .set = program_set_method, .value = trygg_design_trim,
     .value_help = trygg_design_trim_help,
     .help =
         {"Cut weights that are beyond bounds and let the others take over what was cut; calibrated weights meet their "
          "totals again. median:3 is an upper bound, median:0.3,3 a lower one too. none: no bounds. Default as in "
          "settings.csv.",
          "Kapa vikter som ligger utanför gränser och låt de andra ta över det som kapas; kalibrerade vikter får stämma "
          "igen. median:3 är en övre gräns, median:0.3,3 har även en undre. none: inga gränser. Annars som i "
          "settings.csv."}},
    {"trim-strata", NULL, PROGRAM_ALL, TARGET(trim_strata), .set = program_set_flag,
     .help = {"Trim each stratum by itself, instead of each wave.",
              "Trimma varje stratum för sig, i stället för varje mätning."}},
    {"test", "LIST", PROGRAM_TREND, TARGET(tests), .set = program_set_list, .value = program_trend_test_name,
     .value_help = program_trend_test_help, .value_waves = trygg_trend_waves,
     .help =
         {"Tests, with commas between; default difference, linear, wls_slope, lack_of_fit, heterogeneity, the two on "
          "records, "
          "mann_kendall and sen_slope.",
          "Test, med komman emellan; annars difference, linear, wls_slope, lack_of_fit, heterogeneity, de två på "
          "posterna, "
          "mann_kendall och sen_slope."}},
    {"start", "YEAR", PROGRAM_TREND, .set = program_set_start,
     .help = {"When the measure began that level_change and slope_change follow up, as in 2021.5.",
              "När åtgärden började som level_change och slope_change följer upp, som i 2021.5."}},
    {"margin", "NUMBER", PROGRAM_TREND, .set = program_set_margin,
     .help =
         {"A change that does not matter, for equivalent and no_worse; of a share 0.02 is two percentage points.",
          "En förändring utan betydelse, för equivalent och no_worse; av en andel är 0.02 två procentenheter."}},
    {"covariate", "INDICATOR", PROGRAM_TREND, TARGET(covariate), .set = program_set_text,
     .help =
         {"For partial_mann_kendall: the indicator, among those in --indicator, beyond whose trend to look.",
          "För partial_mann_kendall: den indikator, bland dem i --indicator, vars trend räknas bort."}},
    {"base", "WAVE", PROGRAM_TREND, TARGET(base), .set = program_set_text,
     .help = {"The wave that since_base compares later ones with.",
              "Mätningen som since_base jämför senare med."}},
    {"references", NULL, PROGRAM_TREND, TARGET(references), .set = program_set_flag,
     .help =
         {"Take the published figures of references.csv into the series, for waves that the data do not have.",
          "Ta med publicerade värden i references.csv i serien, för mätningar som inte finns i data."}},
    {"pool-waves", "N", PROGRAM_TREND, .set = program_set_pool_waves,
     .help = {"Make each point of a series the mean of N waves that follow each other.",
              "Låt varje punkt i serien vara medelvärdet av N mätningar i följd."}},
    {"test", "LIST", PROGRAM_COMPARE, TARGET(tests), .set = program_set_list,
     .value = program_compare_test_name, .value_help = program_compare_test_help,
     .help =
         {"Instead of comparing groups one by one: test whether they differ, all at once. From change on: what "
          "--against measure looks at; default change, agree, pretrend.",
          "I stället för att jämföra grupper en och en: pröva om de skiljer sig, alla på en gång. Från change: det "
          "som --against measure ser på; annars change, agree, pretrend."}},
    {"expected", "CODE:SHARE,...", PROGRAM_COMPARE, TARGET(expected), .set = program_set_list,
     .help =
         {"For --test goodness_of_fit, which is meant where no test is named: what share each answer to the question "
          "in --indicator should have, or, of a share, one number. Numbers of people do as well.",
          "För --test goodness_of_fit, som menas där inget test anges: vilken andel varje svar på frågan i --indicator "
          "borde ha, eller, för en andel, ett tal. Det går lika bra med antal personer."}},
    {"test", "LIST", PROGRAM_MODEL, TARGET(tests), .set = program_set_list, .value = program_model_test_name,
     .value_help = program_model_test_help,
     .help = {"How the terms are tested, each as a whole; default wald.",
              "Hur bakgrunden prövas, varje variabel som helhet; annars wald."}},
    {"against", "KIND", PROGRAM_COMPARE, TARGET(against), .set = program_set_against,
     .value = program_against_name, .value_help = program_against_help,
     .help = {"What to compare with; default rest.", "Vad som jämförs med; annars rest."}},
    {"nonresponse", "KIND", PROGRAM_COMPARE, TARGET(nonresponse), .set = program_set_choice,
     .value = program_nonresponse_name, .value_help = program_nonresponse_help,
     .help = {"Instead of comparing groups: what those who did not answer may do to the figures.",
              "I stället för att jämföra grupper: vad de som inte svarat kan göra med siffrorna."}},
    {"scale", "SCALE", PROGRAM_COMPARE | PROGRAM_TREND, TARGET(scale), .set = program_set_choice,
     .value = trygg_inference_scale, .value_help = trygg_inference_scale_help,
     .help = {"How the two are compared; default difference.", "Hur de jämförs; annars difference."}},
    {"funnel", "MODEL", PROGRAM_COMPARE, TARGET(funnel), .set = program_set_choice,
     .value = trygg_inference_dispersion, .value_help = trygg_inference_dispersion_help,
     .help =
         {"Instead of comparing groups: control limits of 95 and 99.8 % about the figure of all, or --target, and "
          "who is outside; with --format svg a funnel plot.",
          "I stället för att jämföra grupper: kontrollgränser på 95 och 99,8 % kring värdet för alla, eller "
          "--target, och vilka som ligger utanför; med --format svg ett trattdiagram."}},
    {"target", "NUMBER", PROGRAM_COMPARE, .set = program_set_target,
     .help = {"What --funnel compares with, as in 0.25 for 25 per cent; default the figure of all.",
              "Vad --funnel jämför med, som 0.25 för 25 procent; annars värdet för alla."}},
    {"adjust", "METHOD", PROGRAM_COMPARE | PROGRAM_TREND, TARGET(adjust), .set = program_set_choice,
     .value = trygg_inference_adjustment, .value_help = trygg_inference_adjustment_help,
     .help = {"Adjustment for many tests, over the rows of one test in one table.",
              "Justering för många test, över raderna för ett test i en tabell."}},
    {"across-breaks", NULL, PROGRAM_COMPARE | PROGRAM_TREND, TARGET(across_breaks), .set = program_set_flag,
     .help = {"Let trends and comparisons of waves run across the breaks declared in breaks.csv.",
              "Låt trender och jämförelser av mätningar gå över de tidsseriebrott som står i breaks.csv."}},
    {"threads", "N", PROGRAM_ALL, .set = program_set_threads,
     .help = {"Threads; default as many as there are processors. The result is the same for any number.",
              "Trådar; annars så många som det finns processorer. Resultatet blir detsamma."}},
    {"min-n", "N", PROGRAM_ALL, .set = program_set_min_n,
     .help =
         {"Suppress figures that rest on fewer respondents; default 30. 0 turns all disclosure rules off.",
          "Redovisa inte värden som bygger på färre svarande; annars 30. 0 stänger av all sekretess."}},
    {"format", "FORMAT", PROGRAM_ALL, TARGET(format), .set = program_set_choice, .value = program_format_name,
     .value_help = program_format_help, .later = " jsonstat px ",
     .help = {"Form of the output.", "Utdatas form."}},
    {"output", "FILE", PROGRAM_ALL, TARGET(output), .set = program_set_text,
     .help = {"Write there instead of to standard output; an old file stays as it was unless all went well.",
              "Skriv dit i stället för till standard ut; en gammal fil blir kvar om något går fel."}},
    {"rejected", "FILE", PROGRAM_CHECK, TARGET(rejected), .set = program_set_text,
     .help =
         {"Write the records that were not accepted there as CSV, with file, line and reason. They are people's "
          "answers: only you can read the file, and they are written nowhere else.",
          "Skriv de poster som inte godtogs dit som CSV, med fil, rad och orsak. Det är människors svar: bara du "
          "kan läsa filen, och de skrivs ingen annanstans."}},
    {"lang", "LANGUAGE", PROGRAM_ALL | PROGRAM_CODEBOOK, TARGET(language), .set = program_set_choice,
     .value = program_language_name,
     .help = {"Language; default as the locale says.", "Språk; annars som datorns inställning."}},
    {"delimiter", "CHARACTER", PROGRAM_ALL | PROGRAM_CODEBOOK, .set = program_set_delimiter,
     .help = {"What stands between the fields of the data: , ; or tab; default as seen in the header.",
              "Vad som skiljer fälten i data: , ; eller tab; annars som rubrikraden visar."}},
    {"decimal", "CHARACTER", PROGRAM_ALL | PROGRAM_CODEBOOK, .set = program_set_decimal,
     .help = {"Decimal sign of the data: . or ,", "Decimaltecken i data: . eller ,"}},
    {"progress", "WHEN", PROGRAM_ALL | PROGRAM_CODEBOOK, TARGET(progress), .set = program_set_choice,
     .value = program_when_name,
     .help = {"Show progress on standard error; auto: when that is a terminal.",
              "Visa förloppet på standard fel; auto: när det är en terminal."}},
    {"color", "WHEN", PROGRAM_ALL, TARGET(color), .set = program_set_choice, .value = program_when_name,
     .help = {"Colours in tables; auto: on a terminal, unless NO_COLOR is set.",
              "Färger i tabeller; auto: i en terminal, om inte NO_COLOR är satt."}},
    {"help", NULL, PROGRAM_ALL | PROGRAM_CODEBOOK, TARGET(help), .set = program_set_flag,
     .help = {"This text.", "Den här texten."}},
    {"version", NULL, PROGRAM_ALL | PROGRAM_CODEBOOK, TARGET(version), .set = program_set_flag,
     .help = {"The version.", "Versionen."}},
};

const program_option *program_option_at(size_t i) {
  return i < sizeof options / sizeof *options ? &options[i] : NULL;
}
