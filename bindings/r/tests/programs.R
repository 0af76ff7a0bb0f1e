# SPDX-License-Identifier: GPL-3.0-or-later
# The package gives the programs' figures to the last bit.  TRYGG_SOURCE is the source tree, TRYGG_PROGRAMS the folder of
# the programs, TRYGG_REAL that of the real surveys, which are not part of the project.
library(trygg)

programs <- Sys.getenv("TRYGG_PROGRAMS")
source_folder <- Sys.getenv("TRYGG_SOURCE")
if (!nzchar(programs) || !nzchar(source_folder)) {
  cat("skipped: TRYGG_PROGRAMS and TRYGG_SOURCE do not say where the programs are\n")
  quit()
}
real <- Sys.getenv("TRYGG_REAL", file.path(source_folder, "..", "shared", "real"))

fails <- function(expression, class = "error") {
  stopifnot(inherits(tryCatch(expression, error = identity), class))
}
program <- function(name, survey, file, ...) {
  out <- tempfile()
  status <- system2(file.path(programs, paste0("trygg-", name)), shQuote(c("--format", "csv", "--min-n", "0", ..., survey, file)),
                    stdout = out, stderr = FALSE)
  stopifnot(status == 0)
  readChar(out, file.size(out), useBytes = TRUE)
}
as_written <- function(table) {
  text <- write_published(table, min_n = 0)
  Encoding(text) <- "bytes"
  text
}
equal <- function(a, b) stopifnot(identical(charToRaw(a), charToRaw(b)))
# The numbers of a CSV text, which has as many digits as bring the same bits back, are those of the data frame.  R's own
# reading of 17 digits may be off by the last bit, so that they are written and compared as texts.
same_bits <- function(table, text) {
  frame <- as.data.frame(table)
  read <- utils::read.csv(text = text, colClasses = "character", na.strings = character())
  for (name in names(read)[vapply(frame[names(read)], is.numeric, NA)]) {
    number <- frame[[name]]
    shown <- read[[name]] != ""
    stopifnot(identical(shown, !is.na(number)))
    number <- number[shown]
    same <- Reduce(`|`, lapply(c("%.15g", "%.16g", "%.17g"), function(digits) sprintf(digits, number) == read[[name]][shown]))
    stopifnot(same, abs(as.numeric(read[[name]][shown]) - number) <= 4e-16 * abs(number))
  }
}
# Every row of a reference file, `wave,group_var,group,indicator,n,sum_w,est,se` of 12 digits; how far the furthest is off.
against_reference <- function(table, path, by) {
  frame <- as.data.frame(table)
  expected <- utils::read.csv(path, colClasses = "character", na.strings = "NaN", quote = "\"")
  numbers <- suppressWarnings(as.numeric(expected$est))
  expected <- expected[expected$group_var %in% c("all", by) & expected$group %in% c("all", frame[[by]]) & !is.na(numbers), ]
  key <- function(wave, group, indicator) paste(wave, ifelse(is.na(group), "all", group), indicator)
  row <- match(key(expected$wave, expected$group, expected$indicator), key(frame$wave, frame[[by]], frame$indicator))
  stopifnot(nrow(expected) > 0, !anyNA(row), as.numeric(expected$n) == frame$n[row])
  off <- max(abs(frame$estimate[row] / as.numeric(expected$est) - 1), abs(frame$se[row] / as.numeric(expected$se) - 1),
             abs(frame$weighted_n[row] / as.numeric(expected$sum_w) - 1))
  stopifnot(off < 1e-9)
  cat(nrow(expected), "reference rows, largest relative difference", signif(off, 2), "\n")
}

# ---- measures ------------------------------------------------------------------------------------------------
golden <- file.path(source_folder, "tests", "data", "golden")
followed <- trygg_read(trygg_survey(file.path(golden, "measures")), file.path(golden, "measures.csv"))
equal(as_written(trygg_measures(followed, by = "area", tests = "all", scale = "ratio")),
      program("compare", file.path(golden, "measures"), file.path(golden, "measures.csv"), "--against", "measure", "--by", "area", "--test", "all",
              "--scale", "ratio"))
stopifnot("synthetic_rank" %in% trygg_names("measure_test"))

# ---- the county --------------------------------------------------------------------------------------------
folder <- tempfile()
invisible(system2(file.path(programs, "make-county"), folder, stdout = FALSE, stderr = FALSE))
file <- file.path(folder, "data.csv.gz")
county <- file.path(source_folder, "examples", "surveys", "county")
survey <- trygg_survey(county)
responses <- trygg_read(survey, file)
run <- function(name, ...) program(name, county, file, ...)

tables <- list(list(), list(by = "kommun"), list(by = c("delomrade", "kon")), list(by = "kommun", waves = "2024"))
for (options in tables) {
  arguments <- c(if (!is.null(options$by)) c("--by", paste(options$by, collapse = ",")), if (!is.null(options$waves)) c("--wave", options$waves))
  text <- run("estimate", arguments)
  table <- do.call(trygg_estimate, c(list(responses), options))
  equal(as_written(table), text)
  same_bits(table, text)
}
equal(as_written(trygg_index(responses, by = "kommun")), run("index", "--by", "kommun"))
equal(as_written(trygg_trend(responses, by = "kommun")), run("trend", "--by", "kommun"))
equal(as_written(trygg_trend(responses, "otrygg_kvall", on = c("kon", "aldersgrupp"))),
      run("trend", "--indicator", "otrygg_kvall", "--on", "kon,aldersgrupp"))
equal(as_written(trygg_compare(responses, "otrygg_kvall", by = "kommun")), run("compare", "--by", "kommun", "--indicator", "otrygg_kvall"))
equal(as_written(trygg_funnel(responses, "otrygg_kvall", by = "kommun", dispersion = "additive", target = 0.3)),
      run("compare", "--by", "kommun", "--indicator", "otrygg_kvall", "--funnel", "additive", "--target", "0.3"))
equal(as_written(trygg_test_groups(responses, "otrygg_kvall", by = "kommun", tests = "rao_scott")),
      run("compare", "--by", "kommun", "--indicator", "otrygg_kvall", "--test", "rao_scott"))
equal(as_written(trygg_model(responses, "otrygg_kvall", c("kon", "kommun"), waves = "2024", parts = setdiff(trygg_names("part"), "coefficient"))),
      run("model", "--outcome", "otrygg_kvall", "--on", "kon,kommun", "--wave", "2024"))
for (calibrate in c("rake", "linear")) {
  calibrated <- trygg_sample(responses, calibrate = calibrate)
  equal(as_written(trygg_estimate(calibrated, "otrygg_kvall", by = "kommun")),
        run("estimate", "--by", "kommun", "--indicator", "otrygg_kvall", "--calibrate", calibrate))
}
stopifnot(nrow(trygg_weights(calibrated)) > 0, nrow(trygg_margins(calibrated)) > 0)
equal(as_written(trygg_estimate(trygg_sample(responses, variance = "bootstrap:50"), "otrygg_kvall", by = "kommun")),
      run("estimate", "--by", "kommun", "--indicator", "otrygg_kvall", "--variance", "bootstrap:50"))

# The picture of a trend, with its fitted lines and sentences, is the program's.
series <- trygg_estimate(responses, "otrygg_kvall", by = "kommun")
trend <- trygg_trend(responses, "otrygg_kvall", by = "kommun", tests = c("linear", "lack_of_fit", "joinpoint"))
picture <- write_published(series, format = "svg", min_n = 0, language = "en", trend = trend)
Encoding(picture) <- "bytes"
equal(picture, run("trend", "--by", "kommun", "--indicator", "otrygg_kvall", "--format", "svg", "--lang", "en"))
stopifnot(grepl("not clearly bent", picture, useBytes = TRUE),
          !grepl("linear trend", write_published(series, format = "svg", language = "en")))
fails(write_published(series, format = "svg", trend = 1))

# The same records as a data frame, and estimates that do not keep records.
connection <- gzfile(file)
frame <- utils::read.csv(connection, sep = ";", colClasses = "character", encoding = "UTF-8", check.names = FALSE)
if (length(frame) == 1) frame <- utils::read.csv(gzfile(file), colClasses = "character", encoding = "UTF-8", check.names = FALSE)
equal(as_written(trygg_estimate(trygg_read(survey, frame), by = "kommun")), run("estimate", "--by", "kommun"))
tables <- list.files(county, "[.]csv$", full.names = TRUE)
texts <- setNames(vapply(tables, function(path) readChar(path, file.size(path), useBytes = TRUE), ""), sub("[.]csv$", "", basename(tables)))
Encoding(texts) <- "UTF-8"
texts["settings"] <- sub("complete", "first", texts["settings"])
first <- trygg_survey(texts)
streamed <- trygg_stream(first, file, "otrygg_kvall", by = "kommun")
equal(as_written(streamed), as_written(trygg_estimate(trygg_read(first, file), "otrygg_kvall", by = "kommun")))
fails(trygg_influence(streamed))

# One result says what another does.
series <- trygg_estimate(responses, "otrygg_kvall", waves = c("2020", "2024"))
change <- trygg_contrast(series, c("2020 otrygg_kvall" = -1, "2024 otrygg_kvall" = 1))
test <- trygg_trend(responses, "otrygg_kvall", tests = "difference", waves = c("2020", "2024"))
stopifnot(change$estimate == test$estimate, change$se == test$se, change$p == test$p)
stopifnot(any(grepl("min_n 30", capture.output(print(series)))))
hidden <- publish(trygg_estimate(responses, "ran", by = c("delomrade", "kon"), waves = "2024"), 100)
stopifnot(any(grepl("suppressed", hidden$flag)), all(is.na(hidden$estimate[grepl("suppressed", hidden$flag)])))
account <- subset(as.data.frame(trygg_account(responses)), is.na(variable) | variable == "")
count <- function(kind) sum(account$count[account$account == kind])
stopifnot(count("read") == count("accepted") + count("duplicate") + count("rejected"), count("accepted") == length(responses))

# A model's coefficients and predictions with their covariance, its tests and what it rests on.
model <- trygg_model(responses, "otrygg_kvall", c("kon", "kommun"), waves = "2024")
frame <- as.data.frame(model)
rows <- frame$part == "coefficient"
stopifnot(identical(unname(coef(model)), frame$estimate[rows]), identical(unname(sqrt(diag(vcov(model)))), frame$se[rows]),
          all.equal(unname(confint(model)), cbind(frame$lower[rows], frame$upper[rows]), tolerance = 1e-12),
          identical(unname(coef(model, "prediction")), frame$estimate[frame$part == "prediction"]),
          nrow(vcov(model, "prediction")) == sum(frame$part == "prediction"), nobs(model) > 0, df.residual(model) == frame$df2[rows][1])
fails(coef(model, "nothing"))

# Influence totals give the standard errors back (one stage, no finite populations are left out).
sample <- trygg_sample(responses)
estimates <- trygg_estimate(sample, "otrygg_kvall", by = "kommun", waves = "2024")
influence <- trygg_influence(estimates)
strata <- trygg_strata(sample)
stopifnot(nrow(influence) == trygg_sizes(sample)$clusters, nrow(strata) == trygg_sizes(sample)$strata)
h <- attr(influence, "stratum")
n <- strata$clusters[h]
means <- apply(influence, 2, function(z) stats::ave(z, h))
variance <- colSums(ifelse(n > 1, (1 - strata$fraction[h]) * n / (n - 1), 0) * (influence - means)^2)
stopifnot(all.equal(unname(sqrt(variance)), estimates$se, tolerance = 1e-12))

# Those who did not answer.
stopifnot(nrow(trygg_nonresponse(responses)) > 0, all(c("tipping", "rate") %in% names(trygg_tipping(series))))
equal(as_written(trygg_nonresponse(sample)), run("compare", "--nonresponse", "answers"))
equal(as_written(trygg_weighting(trygg_sample(responses, calibrate = "rake"), "otrygg_kvall", waves = "2024")),
      run("compare", "--nonresponse", "weights", "--calibrate", "rake", "--wave", "2024", "--indicator", "otrygg_kvall"))
fails(trygg_weighting(sample))
stopifnot(trygg_declared(survey, "otrygg_kvall", "type") == "share", is.na(trygg_declared(survey, "nothing", "type")))
stopifnot(summary(responses)$bytes > 0, summary(responses)$responses == length(responses))

seen <- 0
invisible(trygg_read(survey, file, progress = function(stage, done, total) seen <<- seen + 1))
stopifnot(seen > 0)
fails(trygg_read(survey, file, progress = function(stage, done, total) stop("enough")))

# ---- the real ones --------------------------------------------------------------------------------------------
surveys <- list("enusc-2024" = list(file = "enusc-2024/enusc2024.csv.gz", by = "rph_sexo"),
                "gss-fear" = list(file = "gss-fear/gss_fear.csv.gz", by = "sex"),
                "ncvs-2021" = list(file = "ncvs-2021/ncvs2021_household.csv.gz", by = NULL))
for (name in names(surveys)) {
  file <- file.path(real, surveys[[name]]$file)
  by <- surveys[[name]]$by
  if (!file.exists(file)) {
    cat("skipped:", file, "is not there; set TRYGG_REAL to the folder of the real surveys\n")
    next
  }
  folder <- file.path(source_folder, "examples", "surveys", name)
  responses <- trygg_read(trygg_survey(folder), file)
  table <- trygg_estimate(responses, by = by)
  text <- program("estimate", folder, file, if (!is.null(by)) c("--by", by))
  equal(as_written(table), text)
  same_bits(table, text)
  reference <- file.path(real, name, "reference.csv")
  cat(name, ": ", nrow(table), " rows equal the program's to the last bit\n", sep = "")
  if (!file.exists(reference)) next
  against_reference(table, reference, by)
}
