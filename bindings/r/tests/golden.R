# SPDX-License-Identifier: GPL-3.0-or-later
# The frozen numbers of R survey (tests/golden/golden.csv of the source tree, TRYGG_SOURCE), which the tests of the C
# library and the Python package read too: estimates, standard errors, degrees of freedom, design effects, covariances.
library(trygg)

root <- file.path(Sys.getenv("TRYGG_SOURCE"), "tests")
if (!file.exists(file.path(root, "golden", "golden.csv"))) {
  cat("skipped: TRYGG_SOURCE does not say where the frozen numbers are\n")
  quit()
}
golden <- utils::read.csv(file.path(root, "golden", "golden.csv"), colClasses = c(value = "character"))
golden$number <- suppressWarnings(as.numeric(golden$value))

types <- "stype,E,4421\nstype,H,755\nstype,M,1018\n"
index <- paste0(types, "api99,,3914069\n")
both <- paste0(types, "sch_wide,No,1072\nsch_wide,Yes,5122\n")
# name, folder, by, and options of the design and the estimates; as in tests/test_golden.c.
case <- function(name, folder, by = NULL, where = NULL, pool = FALSE, also = NULL, settings = NULL, margins = NULL, ...) {
  list(name = name, folder = folder, by = by, where = where, pool = pool, also = also, settings = settings, margins = margins,
       design = list(...))
}
cases <- list(
  case("strat", "apistrat", also = "stype"), case("strat by comp_imp", "apistrat", "comp_imp"),
  case("strat by comp_imp stype", "apistrat", c("comp_imp", "stype")), case("strat where awards", "apistrat", where = "awards=Yes"),
  case("clus1", "apiclus1"), case("clus1 by stype", "apiclus1", "stype"), case("clus1 by comp_imp", "apiclus1", "comp_imp"),
  case("clus2", "apiclus2"), case("clus2 by stype", "apiclus2", "stype"), case("years overlapping", "apiyears"),
  case("years independent", "apiyears", settings = "waves\nindependent\n"), case("lonely census", "lonely", lonely = "fail"),
  case("five certainty", "five"), case("five adjust", "five", lonely = "adjust"), case("five average", "five", lonely = "average"),
  case("fpc", "fpc"), case("fpc where x", "fpc", where = "x=4.0001.."), case("scd", "scd"), case("nhanes", "nhanes"),
  case("nhanes by age", "nhanes", "age"), case("nhanes by race sex", "nhanes", c("race", "sex")), case("county certainty", "county"),
  case("county adjust", "county", lonely = "adjust"), case("county average", "county", lonely = "average"),
  case("county by sex", "county", "sex"), case("county by sex area", "county", c("sex", "area")),
  case("county where area", "county", where = "area=N"), case("county pooled", "county", pool = TRUE), case("stages", "apistages"),
  case("stages by stype", "apistages", "stype"), case("mu284", "mu284"), case("three stages", "stages3"),
  case("three stages by sex", "stages3", "sex"), case("alone adjust", "alone", "stype", lonely = "adjust"),
  case("panel certainty", "panel"), case("panel by sex", "panel", "sex"), case("panel pooled", "panel", pool = TRUE),
  case("clus1 jackknife", "apiclus1", variance = "jackknife"), case("strat jackknife", "apistrat", variance = "jackknife"),
  case("strat by stype jackknife", "apistrat", "stype", variance = "jackknife"), case("scd brr", "scd", variance = "brr"),
  case("scd fay", "scd", variance = "fay:0.3"), case("halves brr", "halves", variance = "brr"),
  case("halves by sex fay", "halves", "sex", variance = "fay:0.5"), case("given bootstrap", "apirep"),
  case("given jk1", "apirep", settings = "replicate_type\nJK1\n"),
  case("calibrated strata", "apiclus1", margins = types, calibrate = "linear"),
  case("calibrated strata by comp_imp", "apiclus1", "comp_imp", margins = types, calibrate = "linear"),
  case("calibrated linear by comp_imp", "apiclus1", "comp_imp", margins = index, calibrate = "linear"),
  case("calibrated rake by comp_imp", "apiclus1", "comp_imp", margins = index, calibrate = "rake"),
  case("calibrated logit", "apiclus1", margins = index, calibrate = "logit:0.4,2"),
  case("calibrated truncated", "apiclus1", margins = index, calibrate = "truncated:0.45,1.8"),
  case("calibrated margins", "apiclus1", margins = both, calibrate = "rake"),
  case("calibrated spread", "apiclus1", margins = index, calibrate = "rake", spread = "enroll")
)

read_text <- function(path) {
  text <- readChar(path, file.size(path), useBytes = TRUE)
  Encoding(text) <- "UTF-8"
  text
}
met <- 0
furthest <- 0
near <- function(found, expected, scale = abs(expected), tolerance = 1e-10) {
  known <- !is.nan(expected) & !is.na(expected)
  stopifnot(is.na(found) == !known)
  off <- abs(found - expected)[known] / pmax(abs(expected), scale)[known]
  off[is.nan(off)] <- 0
  stopifnot(off <= tolerance)
  met <<- met + length(found)
  furthest <<- max(furthest, off)
}
for (it in cases) {
  folder <- file.path(root, "data", "golden", it$folder)
  tables <- vapply(c(settings = "settings", survey = "survey", choices = "choices", indicators = "indicators"),
                   function(name) read_text(file.path(folder, paste0(name, ".csv"))), "")
  if (!is.null(it$settings)) tables["settings"] <- it$settings
  if (!is.null(it$margins)) tables["margins"] <- paste0("variables,category,total\n", it$margins)
  survey <- trygg_survey(tables)
  sample <- do.call(trygg_sample, c(list(trygg_read(survey, paste0(folder, ".csv"))), it$design))
  table <- trygg_estimate(sample, c(trygg_names(survey, "indicators"), it$also), by = it$by, where = it$where, pool = it$pool)
  frame <- as.data.frame(table)
  text <- function(column) ifelse(is.na(frame[[column]]), "", frame[[column]])
  keys <- paste(if (it$pool) "" else text("wave"), if (is.null(it$by)) "" else trimws(do.call(paste, lapply(it$by, text))),
                frame$indicator, sep = "|")
  if (!is.null(frame$wave) && !it$pool && !any(grepl("^[^|]+\\|", golden$key[golden$case == it$name]))) keys <- sub("^[^|]*", "", keys)
  rows <- golden[golden$case == it$name, ]
  for (statistic in c("estimate", "se", "df", "deff", "n", "weighted_n")) {
    these <- rows[rows$statistic == statistic & !grepl(" [&*] ", rows$key) & rows$key %in% keys, ]
    place <- match(these$key, keys)
    scale <- if (statistic == "se") 1e-3 * abs(frame$estimate[place]) * 1e-10 else 0
    near(frame[[statistic]][place], these$number, scale)
  }
  these <- rows[grepl(" & ", rows$key) & !grepl(" \\* ", rows$key), ]
  if (nrow(these)) {
    pairs <- do.call(rbind, strsplit(these$key, " & ", fixed = TRUE))
    pairs <- matrix(match(pairs, keys), ncol = 2)
    stopifnot(!anyNA(pairs))
    rows_needed <- unique(as.vector(pairs))
    covariance <- vcov(table, rows = rows_needed)
    at <- cbind(match(pairs[, 1], rows_needed), match(pairs[, 2], rows_needed))
    near(covariance[at], these$number, sqrt(diag(covariance)[at[, 1]] * diag(covariance)[at[, 2]]))
  }
}
cat(met, "frozen numbers met, the furthest", signif(furthest, 2), "of itself away\n")
stopifnot(met > 2000)
