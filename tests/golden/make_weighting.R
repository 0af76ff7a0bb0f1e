# SPDX-License-Identifier: GPL-3.0-or-later
# Rscript make_weighting.R: estimates before and after calibration, and the standard error of their difference, of the data
# sets of make_golden.R, as weighting.csv beside this script: `case,by,indicator,statistic,value`.
#
# By influence functions: after, w (u - x'B) with B the regression of u on x by the weights before; before, d u; the
# difference of the two goes to svyrecvar().  Each of the two has the standard error of package survey (checked below), and
# the difference is near that of a jackknife which calibrates anew (checked below too).
suppressMessages(library(survey))
options(digits = 17, warn = 1)
script <- sub("--file=", "", grep("--file=", commandArgs(), value = TRUE, fixed = TRUE)[1], fixed = TRUE)
here <- dirname(script)
read_data <- function(name) read.csv(file.path(here, "..", "data", "golden", paste0(name, ".csv")), na.strings = "")

golden <- list()
put <- function(case, by, indicator, statistic, value)
  golden[[length(golden) + 1]] <<- c(case, by, indicator, statistic, sprintf("%.17g", value))

# Weights by Newton's method until nothing is left.
weigh <- function(x, d, totals, raking) {
  lambda <- rep(0, ncol(x))
  for (i in 1:60) {
    w <- if (raking) d * exp(drop(x %*% lambda)) else d * (1 + drop(x %*% lambda))
    lambda <- lambda + solve(crossprod(x * sqrt(if (raking) w else d)), totals - colSums(x * w))
  }
  stopifnot(max(abs(colSums(x * w) / totals - 1)) < 1e-13)
  w
}

zero <- function(y, inside) ifelse(inside & !is.na(y), y, 0)

# Numerator and denominator of each indicator; a total has no denominator; `slope` is that of a function of the ratio.
parts <- function(data) list(
  enroll_total = list(y = data$enroll),
  enroll_mean = list(y = data$enroll, x = !is.na(data$enroll)),
  api_mean = list(y = data$api00, x = !is.na(data$api00)),
  core_mean = list(y = data$acs_core, x = !is.na(data$acs_core)),
  wide = list(y = data$sch_wide == "Yes", x = !is.na(data$sch_wide)),
  wide_count = list(y = data$sch_wide == "Yes"),
  tested = list(y = data$api_stu, x = data$enroll),
  log_odds = list(y = data$sch_wide == "Yes", x = !is.na(data$sch_wide), f = qlogis, slope = function(p) 1 / (p * (1 - p))))

estimate <- function(part, w, inside) {
  y <- zero(as.numeric(part$y), inside)
  if (is.null(part$x)) return(list(value = sum(w * y), u = y))
  x <- zero(as.numeric(part$x) * !is.na(part$y), inside)
  r <- sum(w * y) / sum(w * x)
  u <- (y - r * x) / sum(w * x)
  if (is.null(part$f)) list(value = r, u = u) else list(value = part$f(r), u = part$slope(r) * u)
}

measure <- function(case, design, formula, totals, raking) {
  data <- design$variables
  x <- model.matrix(formula, data)
  d <- weights(design)
  w <- weigh(x, d, totals[colnames(x)], raking)
  se <- function(z) sqrt(drop(svyrecvar(as.matrix(z), design$cluster, design$strata, design$fpc)))
  replicates <- as.svrepdesign(design, type = if (design$has.strata) "JKn" else "JK1")
  d_r <- weights(replicates, "analysis")
  w_r <- apply(d_r, 2, function(v) weigh(x, v, totals[colnames(x)], raking))
  for (by in c("-", "comp_imp")) for (code in if (by == "-") "" else c("No", "Yes")) for (name in names(parts(data))) {
    inside <- if (by == "-") rep(TRUE, nrow(data)) else data[[by]] == code
    part <- parts(data)[[name]]
    before <- estimate(part, d, inside)
    after <- estimate(part, w, inside)
    rest <- after$u - x %*% solve(crossprod(x * sqrt(d)), crossprod(x, d * after$u))
    if (!(se(d * before$u) > 0) || !is.finite(before$value)) next # a share of 0 or 1
    put(case, code, name, "before", before$value)
    put(case, code, name, "before_se", se(d * before$u))
    put(case, code, name, "after", after$value)
    put(case, code, name, "after_se", se(w * rest))
    put(case, code, name, "difference", after$value - before$value)
    put(case, code, name, "se", se(w * rest - d * before$u))
    moved <- sapply(seq_len(ncol(d_r)), function(r)
      estimate(part, w_r[, r], inside)$value - estimate(part, d_r[, r], inside)$value)
    jackknife <- sqrt(drop(svrVar(moved, replicates$scale, replicates$rscales, coef = after$value - before$value)))
    ratio <- jackknife / se(w * rest - d * before$u)
    cat(sprintf("%-15s %-4s %-14s jackknife / linearised %.3f\n", case, code, name, ratio))
    stopifnot(if (ncol(d_r) > 100) abs(ratio - 1) < 0.1 else ratio > 0.8 && ratio < 2) # 200 records, or 15 clusters
  }
}

# The standard errors of package survey.
check <- function(case, design, calibrated, indicator, formula) {
  of <- function(statistic) as.numeric(Filter(function(g) g[1] == case && g[2] == "" && g[3] == indicator && g[4] == statistic,
                                              golden)[[1]][5])
  stopifnot(all.equal(SE(svymean(formula, design))[[1]], of("before_se"), tolerance = 1e-12),
            all.equal(SE(svymean(formula, calibrated))[[1]], of("after_se"), tolerance = 1e-12))
}

clus1 <- read_data("apiclus1")
clus1$stype <- factor(clus1$stype)
dclus1 <- svydesign(id = ~dnum, weights = ~pw, fpc = ~fpc, data = clus1)
strat <- read_data("apistrat")
dstrat <- svydesign(id = ~1, strata = ~stype, weights = ~pw, fpc = ~fpc, data = strat)
types <- c("(Intercept)" = 6194, stypeH = 755, stypeM = 1018)
types_and_index <- c(types, api99 = 3914069)
wide_and_index <- c("(Intercept)" = 6194, sch_wideYes = 5122, api99 = 3914069)
measure("poststratified", dclus1, ~stype, types, FALSE)
measure("linear", dclus1, ~stype + api99, types_and_index, FALSE)
measure("rake", dclus1, ~stype + api99, types_and_index, TRUE)
measure("records", dstrat, ~sch_wide + api99, wide_and_index, FALSE)
check("poststratified", dclus1, calibrate(dclus1, ~stype, types), "api_mean", ~api00)
check("linear", dclus1, calibrate(dclus1, ~stype + api99, types_and_index), "enroll_mean", ~enroll)
check("records", dstrat, calibrate(dstrat, ~sch_wide + api99, wide_and_index), "api_mean", ~api00)

lines <- vapply(golden, paste, "", collapse = ",")
writeLines(c("case,by,indicator,statistic,value", lines), file.path(here, "weighting.csv"))
