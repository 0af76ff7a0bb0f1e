# SPDX-License-Identifier: GPL-3.0-or-later
# The package against package survey, and against the programs where TRYGG_SOURCE and TRYGG_PROGRAMS name them.
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
  stopifnot(sum(account$count[account$variable %in% "q" & account$reason == "no_answer"]) == 2)
}
if (requireNamespace("generics", quietly = TRUE)) {
  tidied <- generics::tidy(trygg_mean(~x, design), conf.int = TRUE)
  stopifnot(identical(tidied$term, "x"), tidied$conf.low < tidied$estimate, tidied$n == 3)
}

# ---- package survey ----------------------------------------------------------------------------------------
if (requireNamespace("survey", quietly = TRUE)) {
  data(api, package = "survey")
  theirs <- survey::svydesign(id = ~dnum, weights = ~pw, fpc = ~fpc, data = apiclus1)
  ours <- trygg_design(ids = ~dnum, weights = ~pw, fpc = ~fpc, data = apiclus1)
  a <- survey::svymean(~api00 + api99, theirs)
  b <- trygg_mean(~api00 + api99, ours)
  same(coef(b), coef(a))
  same(survey::SE(b), survey::SE(a))
  same(vcov(b), vcov(a))
  same(confint(b), confint(a, df = survey::degf(theirs)))
  same(survey::SE(survey::svycontrast(b, c(1, -1))), survey::SE(survey::svycontrast(a, c(1, -1))), 1e-7)
  a <- survey::svyby(~api00, ~stype, theirs, survey::svymean, covmat = TRUE)
  b <- trygg_mean(~api00, ours, by = ~stype)
  same(coef(b), coef(a))
  same(survey::SE(b), survey::SE(a))
  same(vcov(b), vcov(a))
  a <- survey::svytotal(~enroll, theirs)
  b <- trygg_total(~enroll, as_trygg(theirs))
  same(c(coef(b), survey::SE(b)), c(coef(a), survey::SE(a)))
  a <- survey::svyratio(~api.stu, ~enroll, theirs)
  b <- trygg_ratio(~api.stu, ~enroll, ours)
  same(c(coef(b), survey::SE(b)), c(coef(a), survey::SE(a)))
  a <- survey::svymean(~stype, theirs)
  b <- trygg_share(~stype, ours)
  same(c(coef(b), survey::SE(b)), c(coef(a), survey::SE(a)))
  same(survey::SE(survey::svymean(~api00, as_survey(ours))), survey::SE(survey::svymean(~api00, theirs)))
  stratified <- trygg_design(strata = ~stype, weights = ~pw, fpc = ~fpc, data = apistrat)
  same(coef(trygg_quantile(~api00, stratified, 0.25)), 565)
  alone <- subset(transform(apistrat, alone = ifelse(snum == snum[1], "one", as.character(stype))))
  fails(trygg_mean(~api00, trygg_design(strata = ~alone, weights = ~pw, data = alone)), "trygg_error")
  options(survey.lonely.psu = "adjust")
  adjusted <- trygg_mean(~api00, trygg_design(strata = ~alone, weights = ~pw, data = alone))
  same(survey::SE(adjusted), survey::SE(survey::svymean(~api00, survey::svydesign(~1, strata = ~alone, weights = ~pw,
                                                                                  data = alone))))
  options(survey.lonely.psu = "fail")
}

# ---- the county's survey, as the programs have it ---------------------------------------------------------------
programs <- Sys.getenv("TRYGG_PROGRAMS")
source_folder <- Sys.getenv("TRYGG_SOURCE")
if (nzchar(programs) && nzchar(source_folder)) {
  folder <- tempfile()
  invisible(system2(file.path(programs, "make-county"), folder, stdout = FALSE, stderr = FALSE))
  file <- file.path(folder, "data.csv.gz")
  survey_folder <- file.path(source_folder, "examples", "surveys", "county")
  program <- function(name, ...) {
    out <- tempfile()
    system2(file.path(programs, paste0("trygg-", name)), c("--format", "csv", "--min-n", "0", ..., survey_folder, file), stdout = out)
    readChar(out, file.size(out), useBytes = TRUE)
  }
  as_written <- function(table) {
    text <- write_published(table, min_n = 0)
    Encoding(text) <- "bytes"
    text
  }
  equal <- function(a, b) stopifnot(identical(charToRaw(a), charToRaw(b)))
  responses <- trygg_read(trygg_survey(survey_folder), file)
  equal(as_written(trygg_estimate(responses, by = "kommun")), program("estimate", "--by", "kommun"))
  equal(as_written(trygg_index(responses, by = "kommun")), program("index", "--by", "kommun"))
  equal(as_written(trygg_trend(responses, by = "kommun")), program("trend", "--by", "kommun"))
  equal(as_written(trygg_compare(responses, "otrygg_kvall", by = "kommun")),
        program("compare", "--by", "kommun", "--indicator", "otrygg_kvall"))
  equal(as_written(trygg_test_groups(responses, "otrygg_kvall", by = "kommun", tests = "rao_scott")),
        program("compare", "--by", "kommun", "--indicator", "otrygg_kvall", "--test", "rao_scott"))
  calibrated <- trygg_sample(responses, calibrate = "rake")
  equal(as_written(trygg_estimate(calibrated, "otrygg_kvall", by = "kommun")),
        program("estimate", "--by", "kommun", "--indicator", "otrygg_kvall", "--calibrate", "rake"))
  stopifnot(nrow(trygg_weights(calibrated)) > 0, nrow(trygg_margins(calibrated)) > 0)
  tables <- list.files(survey_folder, "[.]csv$", full.names = TRUE)
  texts <- setNames(vapply(tables, function(path) readChar(path, file.size(path), useBytes = TRUE), ""), sub("[.]csv$", "", basename(tables)))
  Encoding(texts) <- "UTF-8"
  texts["settings"] <- sub("complete", "first", texts["settings"])
  survey <- trygg_survey(texts)
  equal(as_written(trygg_stream(survey, file, "otrygg_kvall", by = "kommun")),
        as_written(trygg_estimate(trygg_read(survey, file), "otrygg_kvall", by = "kommun")))
  series <- trygg_estimate(responses, "otrygg_kvall", waves = c("2020", "2024"))
  change <- trygg_contrast(series, c("2020 otrygg_kvall" = -1, "2024 otrygg_kvall" = 1))
  test <- trygg_trend(responses, "otrygg_kvall", tests = "difference", waves = c("2020", "2024"))
  stopifnot(change$estimate == test$estimate, change$se == test$se, change$p == test$p)
  stopifnot("coefficient" %in% trygg_model(responses, "otrygg_kvall", c("kon", "kommun"), waves = "2024")$part)
  stopifnot(any(grepl("min_n 30", capture.output(print(series)))))
  hidden <- publish(trygg_estimate(responses, "ran", by = c("delomrade", "kon"), waves = "2024"), 100)
  stopifnot(any(grepl("suppressed", hidden$flag)), all(is.na(hidden$estimate[grepl("suppressed", hidden$flag)])))
  account <- subset(as.data.frame(trygg_account(responses)), is.na(variable) | variable == "")
  count <- function(kind) sum(account$count[account$account == kind])
  stopifnot(count("read") == count("accepted") + count("duplicate") + count("rejected"), count("accepted") == length(responses))
  seen <- 0
  trygg_read(trygg_survey(survey_folder), file, progress = function(stage, done, total) seen <<- seen + 1)
  stopifnot(seen > 0)
  fails(trygg_read(trygg_survey(survey_folder), file, progress = function(stage, done, total) stop("enough")))
}
