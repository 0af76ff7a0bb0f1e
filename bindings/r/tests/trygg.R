# SPDX-License-Identifier: GPL-3.0-or-later
# The package by itself, and with the frames and generics of other packages where they are.
library(trygg)

same <- function(found, expected, tolerance = 1e-9) {
  found <- as.vector(found)
  expected <- as.vector(expected)
  stopifnot(length(found) == length(expected), all(abs(found - expected) <= tolerance * abs(expected)))
}
fails <- function(expression, class = "error") {
  stopifnot(inherits(tryCatch(expression, error = identity), class))
}

# ---- without other packages ------------------------------------------------------------------------
small <- data.frame(w = c(1, 1, 2, 1), x = c(1, NA, 4, 2), g = c("\u00e5", NA, "\u00f6", "\u00f6"), k = c(1L, 2L, NA, 2L))
design <- trygg_design(weights = ~w, data = small)
mean <- trygg_mean(~x, design)
same(coef(mean), 11 / 4)
by <- trygg_mean(~x, design, by = ~g)
stopifnot(identical(by$g, c("\u00e5", "\u00f6")), all.equal(by$x, c(1, 10 / 3)))
share <- trygg_share(~k, design)
same(coef(share), c(1 / 3, 2 / 3))
fails(trygg_mean(~y, design))
fails(trygg_mean(~x, design, ci = "logitt"), "trygg_error")
error <- tryCatch(trygg_survey(c(settings = "form_id\nx\n", survey = "type,name\nselect_one nowhere,x\n")), error = identity)
stopifnot(inherits(error, "trygg_error"), error$line > 0, grepl("nowhere", conditionMessage(error)))
stopifnot("logit" %in% trygg_names("interval"), "linear" %in% trygg_names("test"))

labelled <- data.frame(q = c(1, 2, 9, 1), w = 1)
attr(labelled$q, "labels") <- c(Yes = 1, No = 2, `Don't know` = 9)
attr(labelled$q, "na_values") <- 9
class(labelled$q) <- c("haven_labelled_spss", "haven_labelled", "vctrs_vctr", "double")
responses <- trygg_read(trygg_codebook(labelled, c(weight = "w")), labelled)
same(coef(trygg_estimate(responses, "q")), c(2, 1) / 3)

if (requireNamespace("haven", quietly = TRUE)) {
  tagged <- data.frame(q = haven::labelled(c(1, 2, haven::tagged_na("r"), NA), c(Yes = 1, No = 2, Refused = haven::tagged_na("r"))))
  responses <- trygg_read(trygg_codebook(tagged), tagged)
  same(coef(trygg_estimate(responses, "q")), c(1, 1) / 2)
  account <- as.data.frame(trygg_account(responses))
  reasons <- account[account$variable %in% "q", ]
  stopifnot(identical(sort(reasons$reason), c("no_answer", "refused")), reasons$count == 1)
}
if (requireNamespace("generics", quietly = TRUE)) {
  tidied <- generics::tidy(trygg_mean(~x, design), conf.int = TRUE)
  stopifnot(identical(tidied$term, "x"), tidied$conf.low < tidied$estimate, tidied$n == 3)
}

# ---- kinds of missing answers ---------------------------------------------------------------------------
kinds <- function(responses, variable) {
  account <- as.data.frame(trygg_account(responses))
  rows <- account[account$variable %in% variable & account$account == "missing", ]
  setNames(rows$count, rows$reason)
}
labelled <- data.frame(q = c(1, 2, 9, 98, 97, 3, NA), age = c(30, 41, 999, 52, 999, 18, 70), w = 1)
attr(labelled$q, "labels") <- c(Yes = 1, No = 2, `Don't know` = 98, Refused = 97)
attr(labelled$q, "na_range") <- c(97, Inf)
attr(labelled$age, "labels") <- c(`No answer` = 999)
attr(labelled$age, "na_values") <- 999
attr(labelled$age, "label") <- "How old are you?"
for (name in c("q", "age")) class(labelled[[name]]) <- c("haven_labelled_spss", "haven_labelled", "vctrs_vctr", "double")
survey <- trygg_codebook(labelled, c(weight = "w"))
responses <- trygg_read(survey, labelled)
same(coef(trygg_estimate(responses, "q")), c(1, 1, 1, 1) / 4) # 3 and 9 have no label, and are answers all the same
stopifnot(identical(kinds(responses, "q")[c("dont_know", "refused", "no_answer")], c(dont_know = 1, refused = 1, no_answer = 1)))
same(coef(trygg_estimate(responses, "age")), mean(c(30, 41, 52, 18, 70)))
stopifnot(identical(kinds(responses, "age"), c(no_answer = 2)), trygg_label(survey, "age") == "How old are you?")

if (requireNamespace("haven", quietly = TRUE)) {
  path <- tempfile(fileext = ".sav")
  written <- data.frame(q = haven::labelled_spss(c(1, 2, 8, 9, 1), c(Ja = 1, Nej = 2, `Vet ej` = 8, Uteblivet = 9), na_values = c(8, 9)))
  haven::write_sav(written, path)
  whole <- haven::read_sav(path, user_na = TRUE)
  responses <- trygg_read(trygg_codebook(whole), whole)
  same(coef(trygg_estimate(responses, "q")), c(2, 1) / 3)
  stopifnot(identical(kinds(responses, "q")[c("dont_know", "no_answer")], c(dont_know = 1, no_answer = 1)))
  plain <- haven::read_sav(path)
  warned <- tryCatch(trygg_codebook(plain), warning = conditionMessage)
  stopifnot(grepl("user_na = TRUE", warned), grepl("`q`", warned))
  stopifnot(grepl("user_na", tryCatch(trygg_read(trygg_codebook(whole), plain), warning = conditionMessage)))
}

# ---- other columns --------------------------------------------------------------------------------------------
mixed <- data.frame(w = 1, l = c(TRUE, FALSE, NA, TRUE), f = factor(c("b", "a", "b", NA), c("b", "a")), i = c(1L, NA, 3L, 4L))
mixed$day <- as.Date("2024-09-01") + 0:3
mixed$time <- as.POSIXct("2024-09-01 12:00:00", tz = "UTC") + 3600 * 0:3
survey <- trygg_codebook(mixed, c(weight = "w", date = "day"))
responses <- trygg_read(survey, mixed)
same(coef(trygg_estimate(responses, "l")), c(1, 2) / 3)
same(coef(trygg_estimate(responses, "f")), c(2, 1) / 3)
same(coef(trygg_estimate(responses, "i")), 8 / 3)
days <- as.data.frame(trygg_account(responses))
stopifnot(sum(days$account == "day") == 4, identical(sort(days$reason[days$account == "day"])[1], "2024-09-01"))
design <- trygg_design(weights = ~w, data = mixed)
by <- trygg_mean(~i, design, by = ~f)
stopifnot(identical(levels(by$f), c("b", "a")), identical(as.character(by$f), c("b", "a")))
by <- trygg_mean(~i, design, by = ~l)
stopifnot(identical(by$l, c(FALSE, TRUE)))
same(coef(trygg_mean(~I(i * 2), design)), 16 / 3)
same(coef(trygg_share(~f, design, of = "b")), 2 / 3)
same(coef(trygg_mean(~i, subset(design, l))), 2.5)

# ---- Arrow, by C streams alone ----------------------------------------------------------------------------------
source <- data.frame(w = c(1, 2, 3), q = c("\u00e5", NA, "\u00f6"), x = c(1.5, NA, 4))
table <- trygg_mean(~x, trygg_design(weights = ~w, data = source), by = ~q)
stream <- trygg_arrow(table)
stopifnot(inherits(stream, "nanoarrow_array_stream"))
survey <- trygg_survey(c(settings = "form_id,wave\na,1\n",
                         survey = "type,name,role\ntext,q,domain\ninteger,n,\ndecimal,estimate,\ndecimal,weighted_n,weight\n"))
back <- trygg_read(survey, stream)
frame <- as.data.frame(table)
stopifnot(length(back) == nrow(frame), identical(as.data.frame(trygg_codes(back, "q"))$code, c("\u00e5", "\u00f6")))
same(coef(trygg_estimate(back, "n")), sum(frame$weighted_n * frame$n) / sum(frame$weighted_n))
fails(trygg_read(survey, stream)) # once only
fails(trygg_read(survey, trygg_arrow(frame)))
# Nothing stays of 10,000 imports and exports.
resident <- function() {
  invisible(gc())
  as.numeric(strsplit(readLines("/proc/self/statm"), " ")[[1]][2]) * 4096
}
if (file.exists("/proc/self/statm") && !nzchar(Sys.getenv("LD_PRELOAD"))) {
  for (i in 1:3000) trygg_read(survey, trygg_arrow(table))
  before <- resident()
  for (i in 1:10000) trygg_read(survey, trygg_arrow(table))
  stopifnot(resident() - before < 2e6)
}

# ---- a series without a survey -------------------------------------------------------------------------------------
nile <- as.numeric(datasets::Nile)
series <- trygg_series(1871:1970, nile, tests = c("mann_kendall", "sen_slope", "linear"))
same(series$p[series$test == "mann_kendall"], 3.65826292166e-5, 1e-8)
same(series$estimate[series$test == "sen_slope"], -2.6)
stopifnot(grepl("no_se", series$flag[series$test == "linear"]), any(grepl("2[.]60", capture.output(print(series)))))
known <- trygg_series(c(2012, 2014, 2017), c(0.2, 0.25, 0.3), c(0.01, 0.01, 0.02), tests = "difference")
same(c(known$estimate, known$se), c(0.05, sqrt(5) / 100))
same(trygg_series(c(2012, 2014, 2017), c(0.2, 0.25, 0.3), diag(c(0.01, 0.01, 0.02)^2), tests = "difference")$p, known$p)
fails(trygg_series(1:3, 1:2))
fails(trygg_series(c(2, 1), 1:2), "trygg_error")
stopifnot("linear" %in% trygg_names("usual_test"), length(trygg_names("usual_test")) < length(trygg_names("test")))

# ---- progress -----------------------------------------------------------------------------------------------------
for (progress in list(TRUE, FALSE, NULL)) stopifnot(length(trygg_read(survey, trygg_arrow(table), progress = progress)) == nrow(frame))

# Weights that make up for those who did not answer.
drawn <- trygg_read(trygg_survey(c(
  settings = "form_id,wave\nx,1\n", survey = "type,name,role\nselect_one d,d,status\nselect_one g,g,\nselect_one y,y,\n",
  choices = "list_name,name,disposition\nd,1,I\nd,2,R\ng,1,\ng,2,\ny,0,\ny,1,\n", indicators = "name,type,variable,numerator\nshare,share,y,1\n")),
  data.frame(d = rep(c("1", "2", "1", "2"), c(60, 40, 40, 60)), g = rep(c("1", "2"), each = 100), y = rep(c("1", "0"), 100)), keep_silent = TRUE)
classes <- trygg_nonresponse_weights(trygg_sample(drawn, response = "classes", response_on = "g"))
stopifnot(classes$drawn == 100, classes$answered == c(60, 40), all.equal(classes$rate, c(0.6, 0.4)), "classes" %in% trygg_names("response"))
