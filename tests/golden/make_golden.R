# SPDX-License-Identifier: GPL-3.0-or-later
# Rscript make_golden.R OUTDIR: data sets and the numbers R survey finds in them, as OUTDIR/*.csv and OUTDIR/golden.csv.
#
# golden.csv has `case,key,statistic,value`.  A key is `wave|by-codes|indicator`; of a covariance `KEY & KEY`; of a
# contrast `C * KEY + C * KEY ...`; of a trend `by-codes|indicator|test`.  What a case is (survey folder, by, where,
# lonely rule, ...) stands in tests/test_golden.c.
#
# Where a golden.csv stands beside this script and OUTDIR is another folder, the two are compared, and the exit
# status is 1 when a number has moved by more than 1e-9 of itself.
#
# Seven things are not asked of survey 4.1-1, because it does not have them or has them wrong:
# - lonely.psu = "adjust" for anything whose linearised values do not sum to 0 (totals): it adds z^2 instead of
#   (z - zbar)^2, zbar the mean over all clusters (mended in 4.2).  `variance()` below does it by the formula.
# - covariances between domains: svyby(covmat = TRUE) has zeros there.  They come from svyrecvar() on all
#   linearised values at once, which is checked to agree with svyby and svyratio where those have an answer.
# - svyciprop(method = "asin"): an angle below 0 is squared without being stopped at 0, so that a limit below nothing
#   comes out above it (0.0003 for 0.022 of 183 schools).  By the formula, checked against it elsewhere.
# - svyquantile() at a share below that of the smallest value: it answers with the second smallest, while
#   min { y : F(y) >= p } is the smallest.  By the formula, checked against it elsewhere.
# - svyquantile(qrule = "shahvaish") and svyquantile(interval.type = "score"): see rule_called() and score_shares().
# - Wilson's interval, which came with 4.5: by the formula.
suppressMessages(library(survey))
options(survey.lonely.psu = "remove", digits = 17, warn = 1)

arguments <- commandArgs(trailingOnly = TRUE)
if (length(arguments) != 1) stop("usage: Rscript make_golden.R OUTDIR")
out <- arguments[1]
dir.create(out, showWarnings = FALSE, recursive = TRUE)

# ---- writing -----------------------------------------------------------------------------------------

number <- function(x) ifelse(is.finite(x), sprintf("%.17g", x), "NaN")
golden <- list()
put <- function(case, key, statistic, value)
  golden[[length(golden) + 1]] <<- c(case, key, statistic, number(as.numeric(value)))

write_data <- function(data, name) {
  text <- data
  for (column in names(text))
    text[[column]] <- if (is.numeric(text[[column]]))
      ifelse(is.na(text[[column]]), "", sprintf("%.15g", text[[column]]))
    else ifelse(is.na(text[[column]]), "", as.character(text[[column]]))
  path <- file.path(out, paste0(name, ".csv"))
  write.csv(text, path, row.names = FALSE, quote = FALSE)
  # What was written is what is analysed.
  read.csv(path, na.strings = "", colClasses = sapply(data, function(x) if (is.numeric(x)) "numeric" else "character"))
}

# ---- estimates ---------------------------------------------------------------------------------------

# The design with the records of a domain that have a positive weight and all they need: for n, df.
counted <- function(design, inside) design[which(inside & weights(design, "sampling") > 0), ]

# One row: estimate, se, df, deff, n, weighted_n.  `type` is total, mean (shares too), ratio.
row <- function(case, design, key, type, y, x = NULL, inside = TRUE, deff = TRUE, missing_is_zero = FALSE) {
  ok <- inside & !is.na(y) & (if (is.null(x)) TRUE else !is.na(x)) & rep(TRUE, nrow(design))
  d <- design
  d$variables$.y <- ifelse(ok, y, 0) # a calibrated design keeps its records
  d$variables$.x <- if (is.null(x)) 1 else ifelse(ok, x, 0)
  d <- d[which(ok), ]
  s <- switch(type,
    total = svytotal(~.y, d, deff = "replace"),
    mean = svymean(~.y, d, deff = "replace"),
    ratio = svyratio(~.y, ~.x, d, deff = "replace"))
  put(case, key, "estimate", coef(s))
  # What is left of equal numbers is rounding, whose last bits are nobody's.
  put(case, key, "se", ifelse(SE(s) < 1e-13 * abs(coef(s)), 0, SE(s)))
  # What calibration leaves of a certain total is nothing, or rounding.
  if (deff && !(length(design$postStrata) && SE(s) < 1e-10 * abs(coef(s))))
    put(case, key, "deff", if (type == "ratio") attr(s, "deff") else deff(s))
  put(case, key, "df", degf(counted(design, ok)))
  put(case, key, "n", sum(weights(d, "sampling") > 0))
  put(case, key, "weighted_n", sum(weights(d, "sampling")))
  invisible(s)
}

# min { y : F(y) >= p }, the rule "math".
smallest <- function(y, w, p) {
  if (is.na(p) || p < 0 || p > 1) return(NaN)
  order <- order(y)
  share <- cumsum(w[order]) / sum(w)
  y[order][which(share >= p * (1 - 1e-14))[1]]
}

# Quantile by the rule "math", Woodruff's interval and standard error.
quantile_row <- function(case, design, key, y, p, inside = TRUE) {
  ok <- inside & !is.na(y)
  design$variables$.y <- y
  d <- counted(design, ok)
  y <- d$variables$.y
  w <- weights(d, "sampling")
  df <- degf(d)
  q <- smallest(y, w, p)
  d$variables$.below <- as.numeric(y <= q)
  limits <- as.numeric(confint(svymean(~.below, d), df = df))
  ends <- c(smallest(y, w, limits[1]), smallest(y, w, limits[2]))
  se <- diff(ends) / (2 * qt(0.975, df))
  if (min(p, limits[1]) > w[order(y)][1] / sum(w)) {
    native <- svyquantile(~.y, d, p, interval.type = "mean", qrule = "math", df = df)$.y
    stopifnot(all.equal(as.numeric(native), c(q, ends, se), tolerance = 1e-12))
  }
  put(case, key, "estimate", q)
  put(case, key, "se", se)
  put(case, key, "df", df)
  put(case, key, "lower:wald", ends[1])
  put(case, key, "upper:wald", ends[2])
  scored <- sapply(score_shares(d, y, p, qt(0.975, df)), function(l) smallest(y, w, l))
  put(case, key, "lower:score", scored[1])
  put(case, key, "upper:score", scored[2])
}

# A rule of survey.  Its qrule_shahvaish() subtracts half of a raw weight from sums of weights whose mean is 1, so that
# the answer depends on the unit of the weights (apiclus1: 684 for a median of 652); with weights of mean 1 it is right.
rule_called <- function(rule) {
  invert <- get(paste0("qrule_", rule), asNamespace("survey"))
  if (rule == "shahvaish") function(y, w, p) invert(y, w / mean(w), p) else invert
}

# Limits of the score test as shares: p -+ t SE on the step of F where the test begins, and where it ends.  svyquantile()
# finds the place by uniroot(), which ends a hair before or after it: its limits are these, or the value beside.
score_shares <- function(d, y, p, t) {
  steps <- sort(unique(y))
  f <- t(sapply(steps, function(v) { m <- svymean(~.below, update(d, .below = as.numeric(y <= v))); c(coef(m), SE(m)) }))
  f[nrow(f), 1] <- 1
  shares <- sapply(c(-1, 1), function(sign) {
    at <- which(f[, 1] - p >= sign * t * f[, 2])[1]
    share <- p + sign * t * f[if (at == nrow(f)) at - 1 else at, 2]
    before <- if (at > 1) f[at - 1, 1] else 0
    if (at > 1 && share <= before) (before + f[at, 1]) / 2 else share
  })
  native <- survey:::ffullerCI(y, NA, p, d, survey:::qrule_math, 0.05, degf(d))
  if (all(weights(d) == weights(d)[1])) for (k in 1:2) {
    step <- which(f[, 1] >= shares[k])[1]
    stopifnot(native[k] %in% steps[step + -1:1])
  }
  shares
}

# Quantile by any rule of survey, its standard error, and its limits by the kinds of intervals for F(q).
rule_row <- function(case, design, key, y, p, rule, inside = TRUE) {
  design$variables$.y <- y
  d <- counted(design, inside & !is.na(y))
  # Equal values by weight: some rules depend on their order.
  d <- d[order(d$variables$.y, weights(d, "sampling")), ]
  y <- d$variables$.y
  w <- weights(d, "sampling")
  df <- degf(d)
  invert <- rule_called(rule)
  q <- invert(y, w, p)
  m <- svymean(~.below, update(d, .below = as.numeric(y <= q)))
  f <- as.numeric(coef(m))
  se <- as.numeric(SE(m))
  t <- qt(0.975, df)
  n <- f * (1 - f) / se^2 * (qt(0.025, nrow(d) - 1) / qt(0.025, df))^2
  limits <- list(wald = f + c(-t, t) * se, logit = plogis(qlogis(f) + c(-t, t) * se / (f * (1 - f))),
                 beta = c(qbeta(0.025, n * f, n * (1 - f) + 1), qbeta(0.975, n * f + 1, n * (1 - f))),
                 score = score_shares(d, y, p, t))
  put(case, key, "estimate", q)
  for (kind in names(limits)) {
    ends <- sapply(limits[[kind]], function(l) if (l < 0 || l > 1) NaN else invert(y, w, l))
    put(case, key, paste0("lower:", kind), ends[1])
    put(case, key, paste0("upper:", kind), ends[2])
    if (kind == "wald") put(case, key, "se", diff(ends) / (2 * t))
    if (kind == "score") next
    native <- svyquantile(~.y, d, p, qrule = invert, df = df,
                          interval.type = c(wald = "mean", logit = "xlogit", beta = "beta")[kind])$.y
    stopifnot(all.equal(as.numeric(native)[1:3], as.numeric(c(q, ends)), tolerance = 1e-10))
  }
}

# Every kind of interval for a share.
intervals <- function(case, design, key, y, inside = TRUE, level = 0.95) {
  design$variables$.y <- y
  d <- counted(design, inside & !is.na(y))
  df <- degf(d)
  both <- function(name, limits) {
    put(case, key, paste0("lower:", name), limits[1])
    put(case, key, paste0("upper:", name), limits[2])
  }
  ci <- function(method) attr(svyciprop(~.y, d, method = method, df = df, level = level), "ci")
  both("logit", ci("xlogit"))
  both("wald", ci("mean"))
  both("beta", ci("beta"))
  m <- svymean(~.y, d)
  p <- coef(m)
  t <- qt((1 + level) / 2, df)
  angles <- asin(sqrt(p)) + c(-1, 1) * t * sqrt(vcov(m)[1]) / (2 * sqrt(p * (1 - p)))
  stopifnot(all.equal(sin(angles)^2, as.numeric(ci("asin")), check.attributes = FALSE, tolerance = 1e-10))
  both("asin", sin(pmin(pmax(angles, 0), pi / 2))^2)
  # The likelihood ratio by its definition; survey draws a spline through ten points of it.
  w <- weights(d, "sampling") / mean(weights(d, "sampling"))
  deviance <- function(q) -2 * sum(w * ifelse(d$variables$.y == 1, log(q), log(1 - q)))
  effect <- vcov(m)[1] / (p * (1 - p) / sum(w))
  excess <- function(q) (deviance(q) - deviance(p)) / effect - t^2
  solve_for <- function(ends) uniroot(excess, ends, tol = 1e-16, maxiter = 10000)$root
  likely <- c(solve_for(c(p * 1e-6, p)), solve_for(c(p, 1 - (1 - p) * 1e-6)))
  stopifnot(all.equal(likely, as.numeric(ci("likelihood")), tolerance = 0.02))
  both("likelihood", likely)
  n <- p * (1 - p) / vcov(m)[1]
  half <- t * sqrt(p * (1 - p) / n + t^2 / (4 * n^2))
  both("wilson", (p + t^2 / (2 * n) + c(-half, half)) / (1 + t^2 / n))
}

# ---- linearised values, covariances, contrasts -------------------------------------------------------------

# Weighted linearised values of one estimate over all records of the design, its value, and who counts.
linear <- function(design, type, y, x = 1, inside = TRUE, w = weights(design, "sampling")) {
  y <- y + 0 * seq_len(nrow(design))
  x <- x + 0 * y * 0
  ok <- inside & !is.na(y) & !is.na(x) & rep(TRUE, nrow(design))
  y[!ok] <- 0
  x[!ok] <- 0
  if (type == "total") return(list(value = sum(w * y), u = w * y, ok = ok & w > 0))
  value <- sum(w * y) / sum(w * x)
  list(value = value, u = w * (y - value * x) / sum(w * x), ok = ok & w > 0)
}

# Covariance matrix of the columns of u.  `group` of each record: where "adjust" and "average" look (a wave).
variance <- function(u, design, lonely = "remove", group = rep(1, nrow(design))) {
  u <- as.matrix(u)
  if (!is.null(design$panel)) return(panel_variance(u, design$panel))
  recvar <- function(z) svyrecvar(z, design$cluster, design$strata, design$fpc, postStrata = design$postStrata)
  options(survey.lonely.psu = "remove")
  if (lonely == "remove") return(recvar(u))
  stratum <- as.character(design$strata[, 1])
  psus <- design$fpc$sampsize[, 1]
  population <- if (is.null(design$fpc$popsize)) rep(Inf, length(psus)) else design$fpc$popsize[, 1]
  f <- ifelse(is.finite(population), psus / population, 0)
  alone <- psus == 1 & f < 1
  total <- 0
  for (g in unique(group)) {
    inside <- group == g
    part <- recvar(u * inside)
    strata <- length(unique(stratum[inside]))
    lost <- length(unique(stratum[inside & alone]))
    if (lonely == "average") part <- part * strata / (strata - lost)
    if (lonely == "adjust") {
      clusters <- length(unique(design$cluster[inside, 1]))
      mean <- colSums(u[inside, , drop = FALSE]) / clusters
      for (h in unique(stratum[inside & alone])) {
        one <- inside & stratum == h
        z <- colSums(u[one, , drop = FALSE]) - mean
        part <- part + (1 - f[one][1]) * outer(z, z)
      }
    }
    total <- total + part
  }
  total
}

# Samples of waves of their own that share persons: deviations from the mean of the stratum in the wave, multiplied where
# the same person comes twice.  survey knows one sample, whose size is that of the union; see docs/survey-folder.md.
# panel: person, wave, stratum, population (Inf: not finite) of each record.
panel_variance <- function(u, panel) {
  cell <- paste(panel$wave, panel$stratum)
  n <- ave(u[, 1], cell, FUN = length)
  f <- n / panel$population
  e <- apply(u, 2, function(z) (z - ave(z, cell)) * sqrt(n / (n - 1)))
  total <- matrix(0, ncol(u), ncol(u))
  for (i in seq_along(n)) for (j in which(panel$person == panel$person[i])) {
    in_other <- function(a, b) mean(panel$person[cell == cell[a]] %in% panel$person[panel$wave == panel$wave[b]])
    most <- sqrt((1 - f[i]) * (1 - f[j]))
    kept <- if (i == j) most else 1 - sqrt(f[i] * f[j] / (in_other(i, j) * in_other(j, i)))
    kept <- max(-most, min(most, kept))
    total <- total + kept * outer(e[i, ], e[j, ])
  }
  total
}

union_df <- function(design, parts, coefficients = rep(1, length(parts))) {
  met <- Reduce(`|`, lapply(parts[coefficients != 0], `[[`, "ok"))
  if (!is.null(design$panel))
    return(length(unique(design$panel$person[met])) - length(unique(design$panel$stratum[met])))
  # Not degf(), which looks at the design's own weights: indicators may have others.
  length(unique(design$cluster[met, 1])) - length(unique(design$strata[met, 1]))
}

# All pairs of a named list of linearised estimates.
covariances <- function(case, design, parts, ...) {
  v <- variance(sapply(parts, `[[`, "u"), design, ...)
  for (i in seq_along(parts)) for (j in seq_len(i))
    put(case, paste(names(parts)[j], "&", names(parts)[i]), "covariance", v[j, i])
  invisible(v)
}

contrast <- function(case, design, parts, coefficients, ...) {
  v <- variance(sapply(parts, `[[`, "u"), design, ...)
  estimate <- sum(coefficients * sapply(parts, `[[`, "value"))
  se <- sqrt(drop(coefficients %*% v %*% coefficients))
  df <- union_df(design, parts, coefficients)
  key <- paste(sprintf("%.17g * %s", coefficients, names(parts)), collapse = " + ")
  put(case, key, "estimate", estimate)
  put(case, key, "se", se)
  put(case, key, "df", df)
  put(case, key, "p", 2 * pt(-abs(estimate / se), df))
  put(case, key, "lower", estimate - qt(0.975, df) * se)
}

# ---- trends over waves ---------------------------------------------------------------------------------------

# `parts`: linearised estimates, one a wave, in time order.
trends <- function(case, key, design, parts, time, ...) {
  theta <- sapply(parts, `[[`, "value")
  v <- variance(sapply(parts, `[[`, "u"), design, ...)
  k <- length(theta)
  line <- function(test, coefficients) {
    estimate <- sum(coefficients * theta)
    se <- sqrt(drop(coefficients %*% v %*% coefficients))
    df <- union_df(design, parts, coefficients)
    put(case, paste0(key, "|", test), "estimate", estimate)
    put(case, paste0(key, "|", test), "se", se)
    put(case, paste0(key, "|", test), "df2", df)
    put(case, paste0(key, "|", test), "p", 2 * pt(-abs(estimate / se), df))
  }
  line("difference", c(rep(0, k - 2), -1, 1))
  line("linear", (time - mean(time)) / sum((time - mean(time))^2))
  weight <- 1 / diag(v)
  centred <- time - sum(weight * time) / sum(weight)
  line("wls_slope", weight * centred / sum(weight * centred^2))
  change <- cbind(diag(k - 1), -1)
  d <- change %*% theta
  wald <- drop(t(d) %*% solve(change %*% v %*% t(change), d))
  q <- k - 1
  nu <- union_df(design, parts)
  if (nu - q + 1 > 0) {
    f <- wald * (nu - q + 1) / (nu * q)
    put(case, paste0(key, "|heterogeneity"), "statistic", f)
    put(case, paste0(key, "|heterogeneity"), "df1", q)
    put(case, paste0(key, "|heterogeneity"), "df2", nu - q + 1)
    put(case, paste0(key, "|heterogeneity"), "p", pf(f, q, nu - q + 1, lower.tail = FALSE))
  }
  if (k >= 3) {
    rank <- suppressWarnings(cor.test(time, theta, method = "kendall", exact = TRUE))
    put(case, paste0(key, "|mann_kendall"), "estimate", rank$estimate)
    put(case, paste0(key, "|mann_kendall"), "p", rank$p.value)
    pairs <- combn(k, 2)
    put(case, paste0(key, "|sen_slope"), "estimate",
        median((theta[pairs[2, ]] - theta[pairs[1, ]]) / (time[pairs[2, ]] - time[pairs[1, ]])))
  }
}

# Regression of the records on the time of their wave.
record_slopes <- function(case, key, design, y, time, inside = TRUE, logit = TRUE) {
  design$variables$.y <- y
  design$variables$.t <- time - mean(time) # the slope is the same, its rounding smaller
  d <- counted(design, inside & !is.na(y))
  fits <- list(record_linear = svyglm(.y ~ .t, d))
  if (logit)
    fits$record_logit <- suppressWarnings(
      svyglm(.y ~ .t, d, family = quasibinomial(), control = list(epsilon = 1e-15, maxit = 100)))
  for (test in names(fits)) {
    table <- summary(fits[[test]], df.resid = degf(d) - 1)$coefficients
    put(case, paste0(key, "|", test), "estimate", table[2, 1])
    put(case, paste0(key, "|", test), "se", table[2, 2])
    put(case, paste0(key, "|", test), "df2", degf(d) - 1)
    put(case, paste0(key, "|", test), "p", table[2, 4])
  }
}

# ---- schools of California (survey's api) ------------------------------------------------------------------------

data(api)
schools <- function(data, more) data.frame(
  data[more], stype = as.character(data$stype), sch_wide = as.character(data$sch.wide),
  comp_imp = as.character(data$comp.imp), awards = as.character(data$awards), enroll = data$enroll,
  api_stu = data$api.stu, api99 = data$api99, api00 = data$api00, acs_core = data$acs.core, ell = data$ell,
  meals = data$meals, pw = data$pw)

api_rows <- function(case, design, where, inside) {
  v <- design$variables
  row(case, design, paste0(where, "enroll_total"), "total", v$enroll, inside = inside)
  row(case, design, paste0(where, "enroll_mean"), "mean", v$enroll, inside = inside)
  row(case, design, paste0(where, "api_mean"), "mean", v$api00, inside = inside)
  row(case, design, paste0(where, "core_mean"), "mean", v$acs_core, inside = inside)
  row(case, design, paste0(where, "wide"), "mean", as.numeric(v$sch_wide == "Yes"), inside = inside)
  row(case, design, paste0(where, "wide_count"), "total", as.numeric(v$sch_wide == "Yes"), inside = inside)
  row(case, design, paste0(where, "tested"), "ratio", v$api_stu, v$enroll, inside = inside)
}

api_quantiles <- function(case, design, where, inside = TRUE)
  for (p in c(0.1, 0.25, 0.5, 0.75, 0.9))
    quantile_row(case, design, paste0(where, "api_", sub("0.", "p", p, fixed = TRUE)), design$variables$api00, p, inside)

# Data of tests/test_peers.c, whose numbers are printed elsewhere.
data(election)
data(yrbs)
invisible(write_data(apisrs[, c("api00", "enroll", "pw", "fpc")], "apisrs"))
invisible(write_data(election_pps[, c("Bush", "Kerry", "Nader", "wt")], "election"))
# Of each cluster and answer the sum of weights, which is all a share and its error are made of.
youth <- aggregate(weight ~ stratum + psu + qn8, transform(yrbs, qn8 = ifelse(is.na(qn8), 9, qn8)), sum)
youth$qn8[youth$qn8 == 9] <- NA
invisible(write_data(youth, "yrbs"))

strat <- write_data(schools(apistrat, "fpc"), "apistrat")
dstrat <- svydesign(id = ~1, strata = ~stype, weights = ~pw, fpc = ~fpc, data = strat)
api_rows("strat", dstrat, "||", TRUE)
api_quantiles("strat", dstrat, "||")
for (code in c("E", "H", "M"))
  row("strat", dstrat, paste0("||stype=", code), "mean", as.numeric(strat$stype == code), deff = FALSE)
intervals("strat", dstrat, "||wide", as.numeric(strat$sch_wide == "Yes"))
for (imp in c("No", "Yes")) {
  inside <- strat$comp_imp == imp
  api_rows("strat by comp_imp", dstrat, paste0("|", imp, "|"), inside)
  intervals("strat by comp_imp", dstrat, paste0("|", imp, "|core_low"), as.numeric(strat$acs_core <= 26), inside)
}
for (imp in c("No", "Yes")) for (type in c("E", "H", "M"))
  api_rows("strat by comp_imp stype", dstrat, paste0("|", imp, " ", type, "|"),
           strat$comp_imp == imp & strat$stype == type)
api_rows("strat where awards", dstrat, "||", strat$awards == "Yes")

dplain <- svydesign(id = ~1, weights = ~pw, data = strat)
api_rows("strat unstratified", dplain, "||", TRUE)

parts <- list("|No|api_mean" = linear(dstrat, "mean", strat$api00, inside = strat$comp_imp == "No"),
              "|Yes|api_mean" = linear(dstrat, "mean", strat$api00, inside = strat$comp_imp == "Yes"),
              "|No|tested" = linear(dstrat, "ratio", strat$api_stu, strat$enroll, strat$comp_imp == "No"),
              "|Yes|enroll_total" = linear(dstrat, "total", strat$enroll, inside = strat$comp_imp == "Yes"),
              "||wide" = linear(dstrat, "mean", as.numeric(strat$sch_wide == "Yes")))
v <- covariances("strat by comp_imp", dstrat, parts)
by <- vcov(svyby(~api00, ~comp_imp, dstrat, svymean, covmat = TRUE))
stopifnot(all.equal(diag(by), diag(v)[1:2], check.attributes = FALSE, tolerance = 1e-12))
contrast("strat by comp_imp", dstrat, parts[1:2], c(-1, 1))
both <- svymean(~api00 + api99 + enroll, dstrat)
v <- covariances("strat", dstrat, list("||api_mean" = linear(dstrat, "mean", strat$api00),
                                       "||api99_mean" = linear(dstrat, "mean", strat$api99),
                                       "||enroll_mean" = linear(dstrat, "mean", strat$enroll)))
stopifnot(all.equal(vcov(both), v, check.attributes = FALSE, tolerance = 1e-12))
change <- svycontrast(both, c(api00 = 1, api99 = -1))
put("strat", "1 * ||api_mean + -1 * ||api99_mean", "estimate", coef(change))
put("strat", "1 * ||api_mean + -1 * ||api99_mean", "se", SE(change))

clus1 <- write_data(schools(apiclus1, c("dnum", "fpc")), "apiclus1")
dclus1 <- svydesign(id = ~dnum, weights = ~pw, fpc = ~fpc, data = clus1)
api_rows("clus1", dclus1, "||", TRUE)
api_quantiles("clus1", dclus1, "||")
row("clus1", dclus1, "||no_ell", "mean", as.numeric(clus1$ell == 0))
intervals("clus1", dclus1, "||no_ell", as.numeric(clus1$ell == 0))
for (type in c("E", "H", "M")) {
  api_rows("clus1 by stype", dclus1, paste0("|", type, "|"), clus1$stype == type)
  quantile_row("clus1 by stype", dclus1, paste0("|", type, "|api_p5"), clus1$api00, 0.5, clus1$stype == type)
}
intervals("clus1 by stype", dclus1, "|E|wide", as.numeric(clus1$sch_wide == "Yes"), clus1$stype == "E")
intervals("clus1 by stype", dclus1, "|H|wide", as.numeric(clus1$sch_wide == "Yes"), clus1$stype == "H")
parts <- list()
for (type in c("E", "H", "M"))
  parts[[paste0("|", type, "|api_mean")]] <- linear(dclus1, "mean", clus1$api00, inside = clus1$stype == type)
v <- covariances("clus1 by stype", dclus1, parts)
byratio <- svyratio(~I(api00 * (stype == "E")), ~I(1 * (stype == "E")), dclus1)
stopifnot(all.equal(vcov(byratio)[1], v[1, 1], tolerance = 1e-12))
contrast("clus1 by stype", dclus1, parts, c(1, -1, 0))
contrast("clus1 by stype", dclus1, parts, c(-0.5, 1, -0.5))

# One stage only, without finite populations.
clus2 <- write_data(schools(apiclus2, "dnum"), "apiclus2")
dclus2 <- svydesign(id = ~dnum, weights = ~pw, data = clus2)
api_rows("clus2", dclus2, "||", TRUE)
for (type in c("E", "H", "M"))
  api_rows("clus2 by stype", dclus2, paste0("|", type, "|"), clus2$stype == type)

# The districts of apiclus1 in 1999 and 2000: overlapping waves, and the same taken for independent ones.
both_years <- years <- write_data(rbind(data.frame(clus1[c("dnum", "comp_imp", "pw", "fpc")], year = 1999, score = clus1$api99),
                          data.frame(clus1[c("dnum", "comp_imp", "pw", "fpc")], year = 2000, score = clus1$api00)),
                    "apiyears")
dsame <- svydesign(id = ~dnum, weights = ~pw, fpc = ~fpc, data = years)
dapart <- svydesign(id = ~dnum, strata = ~year, nest = TRUE, weights = ~pw, fpc = ~fpc, data = years)
year_parts <- function(design, name, inside = TRUE, middle = "") {
  parts <- list()
  for (year in c(1999, 2000))
    parts[[paste0(year, "|", middle, "|", name)]] <- linear(design, "mean", years$score, inside = inside & years$year == year)
  parts
}
for (case in c("years overlapping", "years panel", "years independent")) { # all districts in both: one analysis
  design <- if (case == "years independent") dapart else dsame
  covariances(case, design, year_parts(design, "score_mean"))
  contrast(case, design, year_parts(design, "score_mean"), c(-1, 1))
  record_slopes(case, "|score_mean", design, years$score, years$year, logit = FALSE)
  trends(case, "|score_mean", design, year_parts(design, "score_mean"), c(1999, 2000))
}
# Difference in differences between schools that met their target and the others.
for (case in c("years overlapping by comp_imp", "years panel by comp_imp"))
  contrast(case, dsame, c(year_parts(dsame, "score_mean", years$comp_imp == "No", "No"),
                          year_parts(dsame, "score_mean", years$comp_imp == "Yes", "Yes")), c(1, -1, -1, 1))

# ---- lonely clusters ---------------------------------------------------------------------------------------------

lonely <- clus1[c("dnum", "api00", "enroll", "pw")]
lonely$fpc <- ifelse(lonely$dnum == 413, 1, 1000)
lonely <- write_data(lonely, "lonely")
dlonely <- svydesign(id = ~1, strata = ~dnum, weights = ~pw, data = lonely)
stopifnot(sum(lonely$dnum == 413) == 1)
for (rule in c("certainty", "adjust", "average")) {
  case <- paste("lonely", rule)
  options(survey.lonely.psu = rule)
  row(case, dlonely, "||api_mean", "mean", lonely$api00)
  row(case, dlonely, "||grade", "ratio", lonely$api00, lonely$enroll)
  options(survey.lonely.psu = "remove")
  total <- linear(dlonely, "total", lonely$enroll)
  v <- variance(total$u, dlonely, if (rule == "certainty") "remove" else rule)
  put(case, "||enroll_total", "estimate", total$value)
  put(case, "||enroll_total", "se", sqrt(v[1]))
  covariances(case, dlonely, list("||enroll_total" = total, "||api_mean" = linear(dlonely, "mean", lonely$api00)),
              lonely = if (rule == "certainty") "remove" else rule)
}
# A stratum that is all of its population is not lonely.
row("lonely census", svydesign(id = ~1, strata = ~dnum, weights = ~pw, fpc = ~fpc, data = lonely),
    "||api_mean", "mean", lonely$api00)

# Worked by hand: totals of clusters 320.25 425.25 | 700 1040 | 660, mean of all 629.1.
five <- write_data(data.frame(stratum = c(1, 1, 2, 2, 3), psu = 1:5, weight = c(10.5, 10.5, 20, 20, 15),
                              age = c(30.5, 40.5, 35, 52, 44)), "five")
put("five certainty", "||age_total", "se", sqrt(126625))
put("five adjust", "||age_total", "se", sqrt(126625 + (660 - 629.1)^2))
put("five average", "||age_total", "se", sqrt(126625 * 3 / 2))
options(survey.lonely.psu = "certainty")
stopifnot(all.equal(vcov(svytotal(~age, svydesign(~psu, strata = ~stratum, weights = ~weight, data = five)))[1], 126625))
options(survey.lonely.psu = "remove")

# ---- small classics ----------------------------------------------------------------------------------------------

data(fpc)
small <- write_data(fpc, "fpc")
for (case in c("fpc", "no fpc")) {
  design <- if (case == "fpc") svydesign(id = ~psuid, strata = ~stratid, weights = ~weight, fpc = ~Nh, data = small, nest = TRUE)
            else svydesign(id = ~psuid, strata = ~stratid, weights = ~weight, data = small, nest = TRUE)
  row(case, design, "||x_mean", "mean", small$x)
  row(case, design, "||x_total", "total", small$x)
  row(paste(case, "where x"), design, "||x_mean", "mean", small$x, inside = small$x > 4)
  row(paste(case, "where x"), design, "||x_total", "total", small$x, inside = small$x > 4)
}

data(scd)
ambulances <- write_data(scd, "scd")
dscd <- svydesign(id = ~ambulance, strata = ~ESA, weights = ~rep(1, 6), data = ambulances, nest = TRUE)
row("scd", dscd, "||survival", "ratio", ambulances$alive, ambulances$arrests)
row("scd", dscd, "||alive_total", "total", ambulances$alive)

# ---- a health survey (survey's nhanes) ------------------------------------------------------------------------------

data(nhanes)
health <- write_data(data.frame(psu = nhanes$SDMVPSU, stratum = nhanes$SDMVSTRA, weight = nhanes$WTMEC2YR,
                                chol = nhanes$HI_CHOL, race = nhanes$race, age = as.integer(nhanes$agecat),
                                sex = nhanes$RIAGENDR), "nhanes")
dhealth <- svydesign(id = ~psu, strata = ~stratum, weights = ~weight, nest = TRUE, data = health)
row("nhanes", dhealth, "||high", "mean", health$chol)
row("nhanes", dhealth, "||high_count", "total", health$chol)
intervals("nhanes", dhealth, "||high", health$chol)
parts <- list()
for (age in 1:4) {
  key <- paste0("|", age, "|high")
  row("nhanes by age", dhealth, key, "mean", health$chol, inside = health$age == age)
  intervals("nhanes by age", dhealth, key, health$chol, health$age == age)
  parts[[key]] <- linear(dhealth, "mean", health$chol, inside = health$age == age)
}
covariances("nhanes by age", dhealth, parts)
for (degree in 1:3)
  contrast("nhanes by age", dhealth, parts, round(contr.poly(4)[, degree], 12))
for (sex in 1:2) for (race in 1:4) {
  inside <- health$race == race & health$sex == sex
  row("nhanes by race sex", dhealth, paste0("|", race, " ", sex, "|high"), "mean", health$chol, inside = inside)
}

# ---- made-up waves: missing values, zero and alternative weights, a lonely stratum ---------------------------------

set.seed(20121)
pick <- function(n, from, p) from[findInterval(runif(n), cumsum(p)) + 1]
made <- list()
for (wave in c(2012, 2016, 2019, 2024)) for (stratum in c("A", "B", "C", "D")) {
  clusters <- if (wave == 2019 && stratum == "D") 1 else 3 + floor(3 * runif(1))
  for (cluster in seq_len(clusters)) {
    n <- 2 + floor(4 * runif(1))
    lift <- runif(1)
    q <- function() ifelse(runif(n) < 0.12, NA, 1 + floor(5 * (0.7 * runif(n) + 0.3 * lift)))
    d <- data.frame(wave, stratum, cluster, weight = round(20 + 300 * runif(n)^2, 3), hw = round(10 + 90 * runif(n), 3),
                    sex = pick(n, 1:2, c(0.5, 0.5)), area = pick(n, c("N", "S", "W", NA), c(0.4, 0.3, 0.25, 0.05)),
                    q1 = pick(n, c(1, 2, 3, 4, 8, NA), c(0.15, 0.2, 0.25, 0.2, 0.1, 0.1)), q2 = q(), q3 = q(), q4 = q(),
                    x = ifelse(runif(n) < 0.1, NA, round(50 + 20 * lift + 10 * runif(n) + 0.4 * (wave - 2012), 2)),
                    z = ifelse(runif(n) < 0.05, NA, round(100 + 30 * runif(n), 2)))
    if (wave == 2012) d$q4 <- NA
    d$weight[runif(n) < 0.06] <- 0
    if (stratum == "B" && cluster == 2) d$weight <- 0 # a whole cluster
    d$hw[runif(n) < 0.1] <- NA
    d$hw[runif(n) < 0.05] <- 0
    made[[length(made) + 1]] <- d
  }
}
county <- write_data(do.call(rbind, made), "county")
county_design <- function(weight) {
  data <- county
  data$.w <- weight
  svydesign(id = ~cluster, strata = ~interaction(wave, stratum), weights = ~.w, nest = TRUE, data = data)
}
dcounty <- county_design(county$weight)
dhouse <- county_design(ifelse(is.na(county$hw), 0, county$hw))

items <- function(data, reverse) {
  m <- cbind(data$q2, data$q3, 6 - data$q4)
  valid <- rowSums(!is.na(m))
  ifelse(valid >= 2, (rowSums(m, na.rm = TRUE) / pmax(valid, 1) - 1) / 4 * 100, NA)
}
any_low <- function(data) {
  m <- cbind(data$q2, data$q3)
  hit <- rowSums(m <= 2, na.rm = TRUE) > 0
  ifelse(hit, 1, ifelse(rowSums(!is.na(m)) == 2, 0, NA))
}
hit1 <- as.numeric(county$q1 %in% 1:2)
county_values <- list(
  worried = list("mean", ifelse(is.na(county$q1) | county$q1 == 8, NA, hit1)),
  worried_dk = list("mean", ifelse(is.na(county$q1), NA, hit1)),
  worried_all = list("mean", hit1),
  worried_women = list("mean", ifelse(is.na(county$q1) | county$q1 == 8 | county$sex != 2, NA, hit1)),
  low_any = list("mean", any_low(county)),
  points = list("mean", items(county)),
  x_mean = list("mean", county$x),
  x_total = list("total", county$x),
  worried_count = list("total", ifelse(is.na(county$q1) | county$q1 == 8, NA, hit1)),
  x_per_z = list("ratio", county$x, county$z))
house_value <- ifelse(is.na(county$q1) | county$q1 == 8 | is.na(county$hw), NA, hit1)
waves <- c(2012, 2016, 2019, 2024)
part_of <- function(name, inside) {
  v <- county_values[[name]]
  linear(dcounty, v[[1]], v[[2]], if (length(v) > 2) v[[3]] else 1, inside)
}
value_row <- function(case, key, name, inside, ...) {
  v <- county_values[[name]]
  row(case, dcounty, paste0(key, name), v[[1]], v[[2]], if (length(v) > 2) v[[3]] else NULL, inside, ...)
}
for (wave in waves) {
  for (name in names(county_values)) value_row("county certainty", paste0(wave, "||"), name, county$wave == wave)
  row("county certainty", dhouse, paste0(wave, "||worried_house"), "mean", house_value, inside = county$wave == wave)
  quantile_row("county certainty", dcounty, paste0(wave, "||x_median"), county$x, 0.5, county$wave == wave)
  intervals("county certainty", dcounty, paste0(wave, "||worried"), county_values$worried[[2]], county$wave == wave)
}
for (wave in c(2016, 2019)) for (sex in 1:2) for (name in c("worried", "x_total", "x_per_z", "points"))
  value_row("county by sex", paste0(wave, "|", sex, "|"), name, county$wave == wave & county$sex == sex)
for (wave in c(2012, 2024)) for (sex in 1:2) for (area in c("N", "S", "W")) for (name in c("worried", "x_mean"))
  value_row("county by sex area", paste0(wave, "|", sex, " ", area, "|"), name,
            county$wave == wave & county$sex == sex & county$area %in% area, deff = FALSE)
for (name in c("worried", "x_total"))
  value_row("county where area", "2024||", name, county$wave == 2024 & county$area %in% "N")

# Between indicators, by their own weights, waves and domains.
parts <- list("2016||worried" = part_of("worried", county$wave == 2016),
              "2016||worried_house" = { l <- linear(dhouse, "mean", house_value, inside = county$wave == 2016); l },
              "2016||x_per_z" = part_of("x_per_z", county$wave == 2016),
              "2016||x_total" = part_of("x_total", county$wave == 2016),
              "2019||points" = part_of("points", county$wave == 2019))
covariances("county certainty", dcounty, parts)
contrast("county certainty", dcounty, parts[c(1, 2)], c(1, -1))

for (rule in c("adjust", "average")) {
  case <- paste("county", rule)
  for (wave in c(2016, 2019)) for (name in c("worried", "x_total", "x_mean")) {
    l <- part_of(name, county$wave == wave)
    put(case, paste0(wave, "||", name), "se", sqrt(variance(l$u, dcounty, rule, county$wave)[1]))
    if (name != "x_total") { # 4.1-1 is right where linearised values sum to 0
      options(survey.lonely.psu = rule)
      native <- svymean(~.y, local({ d <- dcounty; d$variables$.y <- county_values[[name]][[2]]
                                     d[which(county$wave == wave & !is.na(county_values[[name]][[2]])), ] }))
      options(survey.lonely.psu = "remove")
      stopifnot(all.equal(SE(native)[1], sqrt(variance(l$u, dcounty, rule, county$wave)[1]), tolerance = 1e-12,
                          check.attributes = FALSE))
    }
  }
  contrast(case, dcounty, list("2016||x_total" = part_of("x_total", county$wave == 2016),
                               "2019||x_total" = part_of("x_total", county$wave == 2019)), c(-1, 1), rule, county$wave)
}

for (name in c("worried", "x_mean", "points", "x_total", "x_per_z")) {
  parts <- lapply(waves, function(wave) part_of(name, county$wave == wave))
  trends("county certainty", paste0("|", name), dcounty, parts, waves)
}
record_slopes("county certainty", "|worried", dcounty, county_values$worried[[2]], county$wave)
record_slopes("county certainty", "|low_any", dcounty, county_values$low_any[[2]], county$wave)
record_slopes("county certainty", "|x_mean", dcounty, county$x, county$wave, logit = FALSE)
# The linearised values of a regression sum to 0 over all waves, so that 4.1-1 is right here.
options(survey.lonely.psu = "adjust")
record_slopes("county adjust", "|worried", dcounty, county_values$worried[[2]], county$wave)
record_slopes("county adjust", "|x_mean", dcounty, county$x, county$wave, logit = FALSE)
options(survey.lonely.psu = "remove")
record_slopes("county by sex", "2|worried", dcounty, county_values$worried[[2]], county$wave, county$sex == 2)

# Pooled over waves.
for (name in c("worried", "x_mean", "x_per_z")) value_row("county pooled", "||", name, TRUE)
for (how in c("average", "sum", "equal")) {
  case <- paste("county pooled", how)
  one <- lapply(waves, function(wave) part_of("x_total", county$wave == wave))
  scale <- if (how == "sum") 1 else 1 / 4
  u <- scale * Reduce(`+`, lapply(one, `[[`, "u"))
  put(case, "||x_total", "estimate", scale * sum(sapply(one, `[[`, "value")))
  put(case, "||x_total", "se", sqrt(variance(u, dcounty)[1]))
}
for (name in c("worried", "x_per_z")) {
  one <- lapply(waves, function(wave) part_of(name, county$wave == wave))
  put("county pooled equal", paste0("||", name), "estimate", mean(sapply(one, `[[`, "value")))
  put("county pooled equal", paste0("||", name), "se", sqrt(variance(Reduce(`+`, lapply(one, `[[`, "u")) / 4, dcounty)[1]))
}

# ---- made-up panel: the same clusters in every wave ------------------------------------------------------------------

made <- list()
for (stratum in 1:4) for (cluster in seq_len(if (stratum == 4) 1 else 5)) {
  lift <- runif(1)
  for (wave in c(2005, 2008, 2010, 2013, 2018, 2020)) {
    if (stratum == 2 && cluster == 3 && wave > 2010) next # left the panel
    n <- 3 + floor(4 * runif(1))
    made[[length(made) + 1]] <- data.frame(
      wave, stratum, cluster, clusters = c(20, 8, 60, 9)[stratum], weight = round(50 + 100 * runif(n), 2),
      sex = pick(n, 1:2, c(0.45, 0.55)), afraid = ifelse(runif(n) < 0.08, NA, as.numeric(runif(n) < 0.15 + 0.35 * lift +
        0.012 * (wave - 2005))), score = ifelse(runif(n) < 0.05, NA, round(10 + 8 * lift + 3 * runif(n) - 0.1 * (wave - 2005), 1)))
  }
}
panel <- write_data(do.call(rbind, made), "panel")
dpanel <- svydesign(id = ~cluster, strata = ~stratum, fpc = ~clusters, weights = ~weight, nest = TRUE, data = panel)
years <- c(2005, 2008, 2010, 2013, 2018, 2020)
panel_part <- function(type, y, inside) linear(dpanel, type, y, inside = inside)
for (wave in years) {
  row("panel certainty", dpanel, paste0(wave, "||afraid"), "mean", panel$afraid, inside = panel$wave == wave)
  row("panel certainty", dpanel, paste0(wave, "||score_total"), "total", panel$score, inside = panel$wave == wave)
}
parts <- lapply(years, function(wave) panel_part("mean", panel$afraid, panel$wave == wave))
names(parts) <- paste0(years, "||afraid")
covariances("panel certainty", dpanel, parts)
for (rule in c("adjust", "average"))
  covariances(paste("panel", rule), dpanel, parts[1:3], rule)
trends("panel certainty", "|afraid", dpanel, parts, years)
trends("panel certainty", "|score_mean", dpanel,
       lapply(years, function(wave) panel_part("mean", panel$score, panel$wave == wave)), years)
for (sex in 1:2)
  trends("panel by sex", paste0(sex, "|afraid"), dpanel,
         lapply(years, function(wave) panel_part("mean", panel$afraid, panel$wave == wave & panel$sex == sex)), years)
record_slopes("panel certainty", "|afraid", dpanel, panel$afraid, panel$wave)
record_slopes("panel certainty", "|score_mean", dpanel, panel$score, panel$wave, logit = FALSE)
record_slopes("panel by sex", "1|afraid", dpanel, panel$afraid, panel$wave, panel$sex == 1)
row("panel pooled", dpanel, "||afraid", "mean", panel$afraid)
total <- panel_part("total", panel$score, TRUE)
put("panel pooled", "||score_total", "estimate", total$value / 6)
put("panel pooled", "||score_total", "se", sqrt(variance(total$u / 6, dpanel)[1]))
put("panel pooled adjust", "||score_total", "se", sqrt(variance(total$u / 6, dpanel, "adjust")[1]))

# ---- functions of estimates --------------------------------------------------------------------------------------------

# `parts`: numbers for each record of the design whose means are the parts; `formula` of their names.
function_row <- function(case, design, key, parts, formula, inside = TRUE) {
  ok <- inside & complete.cases(as.data.frame(parts)) & rep(TRUE, nrow(design))
  for (name in names(parts)) design$variables[[name]] <- parts[[name]]
  d <- design[which(ok), ]
  found <- svycontrast(svymean(make.formula(names(parts)), d), formula)
  put(case, key, "estimate", coef(found))
  put(case, key, "se", SE(found))
  put(case, key, "df", degf(counted(design, ok)))
  put(case, key, "n", sum(weights(d, "sampling") > 0))
  invisible(found)
}

# Numbers less their mean, which no moment about the mean depends on: R's own sums cancel otherwise.
function_rows <- function(case, design, where, inside = TRUE) {
  v <- design$variables
  ok <- inside & rep(TRUE, nrow(v))
  y <- v$api00 - mean(v$api00[ok])
  z <- v$api99 - mean(v$api99[ok])
  factor <- sum(ok) / (sum(ok) - 1)
  found <- function_row(case, design, paste0(where, "api_variance"), list(y = y, yy = y^2),
                        bquote(.(factor) * (yy - y^2)), ok)
  native <- svyvar(~api00, design[which(ok), ])
  stopifnot(all.equal(c(coef(found), SE(found)), c(coef(native), SE(native)), check.attributes = FALSE, tolerance = 1e-9))
  function_row(case, design, paste0(where, "api_deviation"), list(y = y, yy = y^2),
               bquote(sqrt(.(factor) * (yy - y^2))), ok)
  function_row(case, design, paste0(where, "api_correlation"), list(y = y, z = z, yy = y^2, zz = z^2, yz = y * z),
               quote((yz - y * z) / sqrt((yy - y^2) * (zz - z^2))), ok)
  function_row(case, design, paste0(where, "api_variation"), list(y = y, yy = y^2, m = v$api00),
               bquote(sqrt(.(factor) * (yy - y^2)) / m), ok)
  function_row(case, design, paste0(where, "log_odds"), list(p = as.numeric(v$sch_wide == "Yes")),
               quote(log(p / (1 - p))), ok)
  function_row(case, design, paste0(where, "rise"), list(a = v$api00, b = v$api99, f = v$enroll),
               quote(100 * (a - b) / f^0.5 - exp(-a / b)), ok)
}
function_rows("clus1", dclus1, "||")
function_rows("strat", dstrat, "||")
for (type in c("E", "M")) function_rows("clus1 by stype", dclus1, paste0("|", type, "|"), clus1$stype == type)

# A ratio as a formula of totals is the ratio.
for (case in c("clus1", "strat")) {
  d <- list(clus1 = dclus1, strat = dstrat)[[case]]
  ratio <- svyratio(~api_stu, ~enroll, d)
  put(case, "||tested_again", "estimate", coef(ratio))
  put(case, "||tested_again", "se", SE(ratio))
}

# Cronbach's alpha of three items, one reversed, all answered.
for (wave in setdiff(waves, 2012)) { # q4 came later
  m <- cbind(a = county$q2, b = county$q3, c = 6 - county$q4) - 3
  parts <- list(a = m[, 1], b = m[, 2], f = m[, 3], aa = m[, 1]^2, bb = m[, 2]^2, ff = m[, 3]^2,
                s = rowSums(m), ss = rowSums(m)^2)
  found <- function_row("county certainty", dcounty, paste0(wave, "||points_alpha"), parts,
               quote(3 / 2 * (1 - (aa - a^2 + bb - b^2 + ff - f^2) / (ss - s^2))), county$wave == wave)
  d <- update(dcounty, q4r = 6 - q4)
  native <- svycralpha(~q2 + q3 + q4r, d[which(county$wave == wave & complete.cases(m)), ])
  stopifnot(all.equal(as.numeric(coef(found)), as.numeric(native), tolerance = 1e-10))
}

# Shares and means standardised to the schools of the state.
population <- data.frame(stype = c("E", "H", "M"), Freq = c(4421, 755, 1018))
standard <- svystandardize(dclus1, by = ~stype, over = ~comp_imp, population = population)
for (imp in c("No", "Yes")) for (name in c("wide", "api")) {
  d <- update(standard, .y = if (name == "wide") as.numeric(sch_wide == "Yes") else api00)
  found <- svymean(~.y, d[which(clus1$comp_imp == imp), ])
  key <- paste0("|", imp, "|", name, "_standard")
  put("clus1 by comp_imp", key, "estimate", coef(found))
  put("clus1 by comp_imp", key, "se", SE(found))
}
whole <- svystandardize(dclus1, by = ~stype, population = population)
found <- svymean(~api00, whole)
put("clus1", "||api_standard", "estimate", coef(found))
put("clus1", "||api_standard", "se", SE(found))

# The share with high cholesterol standardised to a population of ages and sexes, in each race and in all.  The population
# is that of indicators.csv.
answered <- health[!is.na(health$chol), ]
us <- expand.grid(age = 1:4, sex = 1:2)
us$Freq <- c(42.8, 41.2, 41.9, 21.0, 40.9, 40.1, 43.2, 26.4)
for (name in c("age", "sex", "race")) health[[paste0(name, "f")]] <- factor(health[[name]])
dfactors <- svydesign(id = ~psu, strata = ~stratum, weights = ~weight, nest = TRUE, data = health)
for (over in c("race", "all")) {
  standard <- svystandardize(dfactors, by = ~agef + sexf, over = if (over == "race") ~racef else ~1, population = us,
                             excluding.missing = ~chol)
  for (race in if (over == "race") 1:4 else 0) {
    found <- svymean(~chol, if (race) standard[which(standard$variables$race == race), ] else standard)
    key <- if (race) paste0("|", race, "|high_standard") else "||high_standard"
    case <- if (race) "nhanes by race" else "nhanes"
    put(case, key, "estimate", coef(found))
    put(case, key, "se", SE(found))
    # By hand: the population's shares times the cells' shares.
    cells <- sapply(seq_len(8), function(g) with(answered[answered$age == us$age[g] & answered$sex == us$sex[g] &
      (race == 0 | answered$race == race), ], sum(weight * chol) / sum(weight)))
    stopifnot(all.equal(sum(us$Freq / sum(us$Freq) * cells), as.numeric(coef(found)), tolerance = 1e-12))
  }
}

for (rule in c("school", "hf3", "hf4", "hf5", "hf6", "hf7", "hf8", "hf9", "shahvaish")) {
  for (p in c(0.25, 0.6)) rule_row("clus1", dclus1, paste0("||api_", rule, "_", p * 100), clus1$api00, p, rule)
  rule_row("strat", dstrat, paste0("||api_", rule, "_60"), strat$api00, 0.6, rule)
  # Of 25 equal weights 15 are 0.6 of all but for R's rounding.
  if (!rule %in% c("school", "hf3", "shahvaish"))
    rule_row("clus1 by stype", dclus1, paste0("|M|api_", rule, "_60"), clus1$api00, 0.6, rule, clus1$stype == "M")
}

# ---- comparisons -----------------------------------------------------------------------------------------------------

# Key: that of the row, then what it is compared with and the scale, with ~ between.
comparison <- function(case, design, key, against, scale, a, b) {
  link <- switch(scale, difference = identity, ratio = log, odds = qlogis)
  slope <- switch(scale, difference = function(x) 1, ratio = function(x) 1 / x, odds = function(x) 1 / (x * (1 - x)))
  back <- if (scale == "difference") identity else exp
  linked <- link(a$value) - link(b$value)
  se <- sqrt(drop(variance(slope(a$value) * a$u - slope(b$value) * b$u, design)))
  df <- union_df(design, list(a, b))
  key <- paste(key, against, scale, sep = " ~ ")
  put(case, key, "value", back(linked))
  put(case, key, "se", se * if (scale == "difference") 1 else back(linked))
  put(case, key, "df", df)
  put(case, key, "statistic", linked / se)
  put(case, key, "p", 2 * pt(-abs(linked / se), df))
  put(case, key, "upper", back(linked + qt(0.975, df) * se))
  invisible(c(linked, se))
}

# The rest by regression on being in the group: the same difference and standard error.
for (type in c("E", "H", "M")) {
  inside <- clus1$stype == type
  for (name in c("api00", "enroll", "wide")) {
    y <- if (name == "wide") as.numeric(clus1$sch_wide == "Yes") else clus1[[name]]
    key <- paste0("|", type, "|", c(api00 = "api_mean", enroll = "enroll_mean", wide = "wide")[name])
    part <- linear(dclus1, "mean", y, inside = inside)
    rest <- linear(dclus1, "mean", y, inside = !inside)
    met <- comparison("clus1 by stype", dclus1, key, "rest", "difference", part, rest)
    d <- update(dclus1, .y = y, .inside = as.numeric(inside))
    fit <- svyglm(.y ~ .inside, d)
    stopifnot(all.equal(c(coef(fit)[2], SE(fit)[2]), met, check.attributes = FALSE, tolerance = 1e-10))
    all_of_them <- linear(dclus1, "mean", y)
    comparison("clus1 by stype", dclus1, key, "total", "difference", part, all_of_them)
    comparison("clus1 by stype", dclus1, key, "rest", "ratio", part, rest)
    if (name == "wide") comparison("clus1 by stype", dclus1, key, "rest", "odds", part, rest)
    if (type != "E")
      comparison("clus1 by stype", dclus1, key, "stype=E", "difference", part,
                 linear(dclus1, "mean", y, inside = clus1$stype == "E"))
  }
}
# svycontrast() for a ratio and for odds, from four totals whose covariance R has.
d <- update(dclus1, hit = as.numeric(sch_wide == "Yes"), high = as.numeric(stype == "H"), low = as.numeric(stype != "H"))
totals <- svytotal(~I(hit * high) + high + I(hit * low) + low, d)
names(totals) <- attr(totals, "names") <- paste0("t", 1:4)
dimnames(attr(totals, "var")) <- list(names(totals), names(totals))
part <- linear(dclus1, "mean", as.numeric(clus1$sch_wide == "Yes"), inside = clus1$stype == "H")
rest <- linear(dclus1, "mean", as.numeric(clus1$sch_wide == "Yes"), inside = clus1$stype != "H")
for (scale in c("ratio", "odds")) {
  native <- if (scale == "ratio") svycontrast(totals, quote(log((t1 / t2) / (t3 / t4))))
            else svycontrast(totals, quote(log((t1 / (t2 - t1)) / (t3 / (t4 - t3)))))
  met <- comparison("clus1 by stype", dclus1, paste0("|H|wide"), "stype=E;M", scale, part, rest)
  stopifnot(all.equal(c(coef(native), SE(native)), met, check.attributes = FALSE, tolerance = 1e-10))
}

for (type in c("E", "H", "M")) for (imp in c("No", "Yes")) {
  inside <- strat$comp_imp == imp & strat$stype == type
  key <- paste0("|", imp, " ", type, "|api_mean")
  part <- linear(dstrat, "mean", strat$api00, inside = inside)
  comparison("strat by comp_imp stype", dstrat, key, "rest", "difference", part,
             linear(dstrat, "mean", strat$api00, inside = !inside))
  if (imp == "Yes")
    comparison("strat by comp_imp stype", dstrat, key, "comp_imp=No", "difference", part,
               linear(dstrat, "mean", strat$api00, inside = strat$comp_imp == "No" & strat$stype == type))
  comparison("strat by comp_imp stype", dstrat, paste0("|", imp, " ", type, "|tested"), "total", "ratio",
             linear(dstrat, "ratio", strat$api_stu, strat$enroll, inside),
             linear(dstrat, "ratio", strat$api_stu, strat$enroll))
}

# With the wave before: the same districts, so that the covariance is large.
for (imp in c("No", "Yes")) {
  key <- paste0("2000|", imp, "|score_mean")
  now <- linear(dsame, "mean", both_years$score, inside = both_years$year == 2000 & both_years$comp_imp == imp)
  comparison("years overlapping by comp_imp", dsame, key, "wave", "difference", now,
             linear(dsame, "mean", both_years$score, inside = both_years$year == 1999 & both_years$comp_imp == imp))
}
for (sex in 1:2) for (wave in c(2012, 2016, 2019, 2024)) {
  part <- part_of("worried", county$wave == wave & county$sex == sex)
  comparison("county by sex", dcounty, paste0(wave, "|", sex, "|worried"), "total", "difference", part,
             part_of("worried", county$wave == wave))
  if (wave > 2012)
    comparison("county by sex", dcounty, paste0(wave, "|", sex, "|worried"), "wave", "odds", part,
               part_of("worried", county$wave == c("2016" = 2012, "2019" = 2016, "2024" = 2019)[paste(wave)] &
                                  county$sex == sex))
}

# ---- several stages ----------------------------------------------------------------------------------------------------

# Districts, then schools: R takes the weights from both fractions.
stages <- schools(apiclus2, c("dnum", "snum", "fpc1", "fpc2"))
stages$w <- weights(svydesign(id = ~dnum + snum, fpc = ~fpc1 + fpc2, data = apiclus2))
stages <- write_data(stages, "apistages")
dstages <- svydesign(id = ~dnum + snum, weights = ~w, fpc = ~fpc1 + fpc2, data = stages)
api_rows("stages", dstages, "||", TRUE)
api_quantiles("stages", dstages, "||")
intervals("stages", dstages, "||wide", as.numeric(stages$sch_wide == "Yes"))
for (type in c("E", "H", "M"))
  api_rows("stages by stype", dstages, paste0("|", type, "|"), stages$stype == type)
parts <- list("|E|api_mean" = linear(dstages, "mean", stages$api00, inside = stages$stype == "E"),
              "|H|api_mean" = linear(dstages, "mean", stages$api00, inside = stages$stype == "H"),
              "||enroll_total" = linear(dstages, "total", stages$enroll),
              "||tested" = linear(dstages, "ratio", stages$api_stu, stages$enroll))
covariances("stages by stype", dstages, parts)
contrast("stages by stype", dstages, parts[1:2], c(-1, 1))

data(mu284)
mu <- write_data(data.frame(mu284, w = mu284$n1 / 5 * mu284$n2 / 3), "mu284")
dmu <- svydesign(id = ~id1 + id2, weights = ~w, fpc = ~n1 + n2, data = mu)
row("mu284", dmu, "||y_total", "total", mu$y1)
row("mu284", dmu, "||y_mean", "mean", mu$y1)
# Särndal, Swensson & Wretman 1992, p. 143: variance 5172234 of the total 15080.
stopifnot(abs(vcov(svytotal(~y1, dmu)) - 5172234) < 1)

# Made up: strata, blocks, within them strata of houses, within the houses people.  One stratum takes all its blocks, some
# blocks have one house in the sample of some stratum, some houses all their people.
made <- list()
for (region in c("N", "S", "W")) {
  blocks <- c(N = 9, S = 14, W = 4)[[region]]
  drawn <- c(N = 4, S = 5, W = 4)[[region]]
  for (block in seq_len(drawn)) for (kind in c("flat", "villa")) {
    houses <- 2 + floor(6 * runif(1))
    kept <- if (region == "S" && block == 2) 1 else min(houses, 2 + floor(2 * runif(1)))
    for (house in seq_len(kept)) {
      people <- 1 + floor(5 * runif(1))
      asked <- if (house == 1) people else min(people, 1 + floor(3 * runif(1)))
      made[[length(made) + 1]] <- data.frame(
        region, block, blocks, kind, house, houses, people,
        weight = round(blocks / drawn * houses / kept * people / asked, 4), sex = pick(asked, 1:2, c(0.5, 0.5)),
        afraid = ifelse(runif(asked) < 0.1, NA, as.numeric(runif(asked) < 0.2 + 0.1 * block / drawn + 0.2 * (kind == "flat"))),
        score = round(1000 + 3 * block + 2 * house + 4 * runif(asked), 2))
    }
  }
}
three <- write_data(do.call(rbind, made), "stages3")
three$person <- seq_len(nrow(three))
dthree <- svydesign(id = ~block + house + person, strata = ~region + kind, weights = ~weight,
                    fpc = ~blocks + houses + people, nest = TRUE, data = three)
dtwo <- svydesign(id = ~block + house, strata = ~region + kind, weights = ~weight, fpc = ~blocks + houses, nest = TRUE, data = three)
for (case in c("three stages", "two of three stages")) {
  design <- if (case == "three stages") dthree else dtwo
  row(case, design, "||afraid", "mean", three$afraid)
  row(case, design, "||score_mean", "mean", three$score)
  row(case, design, "||score_total", "total", three$score)
  quantile_row(case, design, "||score_median", three$score, 0.5)
  for (sex in 1:2) {
    inside <- three$sex == sex
    row(paste(case, "by sex"), design, paste0("|", sex, "|afraid"), "mean", three$afraid, inside = inside)
    row(paste(case, "by sex"), design, paste0("|", sex, "|score_total"), "total", three$score, inside = inside)
  }
  parts <- list("|1|afraid" = linear(design, "mean", three$afraid, inside = three$sex == 1),
                "|2|afraid" = linear(design, "mean", three$afraid, inside = three$sex == 2),
                "|1|score_total" = linear(design, "total", three$score, inside = three$sex == 1),
                "||score_total" = linear(design, "total", three$score))
  covariances(paste(case, "by sex"), design, parts)
  contrast(paste(case, "by sex"), design, parts[1:2], c(-1, 1))
}

# ---- strata where only the domain leaves a cluster alone ------------------------------------------------------------------

alone <- write_data(data.frame(clus1[c("dnum", "stype", "api00", "enroll", "pw")]), "alone")
dalone <- svydesign(id = ~1, strata = ~dnum, weights = ~pw, data = alone)
for (rule in c("adjust", "average")) {
  options(survey.lonely.psu = rule, survey.adjust.domain.lonely = TRUE)
  for (type in c("E", "H", "M")) {
    inside <- alone$stype == type
    suppressWarnings(row(paste("alone", rule), dalone, paste0("|", type, "|api_mean"), "mean", alone$api00, inside = inside))
  }
  suppressWarnings(row(paste("alone", rule), dalone, "||api_mean", "mean", alone$api00))
  options(survey.lonely.psu = "remove", survey.adjust.domain.lonely = FALSE)
}

# ---- replicates --------------------------------------------------------------------------------------------------------

set.seed(20122)
# Numbers of a design of replicate weights; `parts` are named functions of weights and data.
replicated <- function(case, design, parts, covariance = names(parts)) {
  theta <- withReplicates(design, function(w, data) sapply(parts, function(f) f(w, data)), return.replicates = TRUE)
  value <- as.numeric(theta$theta)
  for (i in seq_along(parts)) {
    one <- svrVar(theta$replicates[, i], design$scale, design$rscales, mse = design$mse, coef = value[i])
    put(case, names(parts)[i], "estimate", value[i])
    put(case, names(parts)[i], "se", sqrt(one))
  }
  v <- attr(theta$theta, "var")
  # A replicate that lacks one estimate is left out of them all here, of that estimate alone in the library.
  if (anyNA(theta$replicates)) return(invisible())
  for (i in seq_along(covariance)) for (j in seq_len(i - 1)) {
    at <- match(covariance[c(j, i)], names(parts))
    put(case, paste(covariance[j], "&", covariance[i]), "covariance", v[at[1], at[2]])
  }
}
of_total <- function(y, inside = TRUE) function(w, data) {
  y <- eval(y, data)
  sum((w * y)[eval(inside, data) & !is.na(y)])
}
of_ratio <- function(y, x, inside = TRUE) function(w, data) {
  y <- eval(y, data)
  x <- eval(x, data) + 0 * y
  ok <- eval(inside, data) & !is.na(y + x)
  sum((w * y)[ok]) / sum((w * x)[ok])
}
of_mean <- function(y, inside = TRUE) of_ratio(y, quote(1), inside)
school_parts <- function(middle = "", inside = TRUE) {
  parts <- list(of_total(quote(enroll), inside), of_mean(quote(api00), inside), of_mean(quote(acs_core), inside),
                of_mean(quote(as.numeric(sch_wide == "Yes")), inside), of_ratio(quote(api_stu), quote(enroll), inside))
  names(parts) <- paste0("|", middle, "|", c("enroll_total", "api_mean", "core_mean", "wide", "tested"))
  parts
}
by_type <- function() c(school_parts("E", quote(stype == "E")), school_parts("H", quote(stype == "H")),
                        school_parts("M", quote(stype == "M")))

# Jackknife: one stratum (JK1), several (JKn), of clusters and of records, with finite populations.
jclus1 <- as.svrepdesign(dclus1, type = "JK1")
replicated("clus1 jackknife", jclus1, school_parts())
srs <- svymean(~api00, dclus1, deff = "replace")
put("clus1 jackknife", "||api_mean", "deff", vcov(svymean(~api00, jclus1))[1] / (vcov(srs)[1] / deff(srs)))
replicated("clus1 by stype jackknife", jclus1, by_type())
stopifnot(all.equal(as.numeric(SE(svyby(~api00, ~stype, jclus1, svymean))),
                    sapply(by_type()[c(2, 7, 12)], function(f) SE(withReplicates(jclus1, f))), check.attributes = FALSE))
jstrat <- as.svrepdesign(dstrat, type = "JKn")
replicated("strat jackknife", jstrat, school_parts())
replicated("strat by stype jackknife", jstrat, by_type())
replicated("clus2 jackknife", as.svrepdesign(dclus2, type = "JK1"), school_parts())
jhealth <- as.svrepdesign(dhealth, type = "JKn")
replicated("nhanes jackknife", jhealth, list("||high" = of_mean(quote(chol)), "||high_count" = of_total(quote(chol))))
jcounty <- as.svrepdesign(dscd, type = "JKn")
survival <- list("||survival" = of_ratio(quote(alive), quote(arrests)), "||alive_total" = of_total(quote(alive)))
replicated("scd jackknife", jcounty, survival)

# Half-samples, by Sylvester's matrices; strata in the order of their codes.
sylvester <- function(n) if (n == 1) matrix(1) else { h <- sylvester(n / 2); rbind(cbind(h, h), cbind(h, -h)) }
replicated("scd brr", as.svrepdesign(dscd, type = "BRR", hadamard.matrix = sylvester(4)), survival)
replicated("scd fay", as.svrepdesign(dscd, type = "Fay", fay.rho = 0.3, hadamard.matrix = sylvester(4)), survival)
halves <- data.frame(stratum = rep(1:7, each = 14), cluster = rep(rep(1:2, each = 7), 7))
halves$weight <- round(20 + 60 * runif(98), 2)
halves$sex <- pick(98, 1:2, c(0.5, 0.5))
halves$score <- ifelse(runif(98) < 0.1, NA, round(10 + halves$stratum + 2 * halves$cluster + 4 * runif(98), 1))
halves$afraid <- as.numeric(runif(98) < 0.2 + 0.02 * halves$stratum)
halves <- write_data(halves, "halves")
dhalves <- svydesign(id = ~cluster, strata = ~stratum, weights = ~weight, nest = TRUE, data = halves)
halves_parts <- function(middle = "", inside = TRUE) {
  parts <- list(of_mean(quote(score), inside), of_total(quote(score), inside), of_mean(quote(afraid), inside),
                of_ratio(quote(score), quote(weight), inside))
  names(parts) <- paste0("|", middle, "|", c("score_mean", "score_total", "afraid", "rate"))
  parts
}
half_rows <- function(design, case) {
  replicated(case, design, halves_parts())
  replicated(sub(" ", " by sex ", case), design, c(halves_parts("1", quote(sex == 1)), halves_parts("2", quote(sex == 2))))
  for (p in c(0.25, 0.5, 0.9)) {
    key <- paste0("||score_", sub("0.", "p", p, fixed = TRUE))
    q <- svyquantile(~score, design, p, interval.type = "quantile", na.rm = TRUE)$score
    put(case, key, "estimate", q[1])
    put(case, key, "se", q[4])
  }
}
half_rows(as.svrepdesign(dhalves, type = "BRR", hadamard.matrix = sylvester(8)), "halves brr")
half_rows(as.svrepdesign(dhalves, type = "Fay", fay.rho = 0.5, hadamard.matrix = sylvester(8)), "halves fay")

# Given replicate weights: any set will do, under every type.
boot <- data.frame(dnum = unique(clus1$dnum))
for (r in 1:20) boot[[paste0("r", r)]] <- tabulate(1 + floor(15 * runif(14)), 15) * 15 / 14
given <- clus1[c("stype", "enroll", "api_stu", "api00", "acs_core", "sch_wide", "pw")]
for (r in 1:20) given[[paste0("r", r)]] <- round(clus1$pw * boot[match(clus1$dnum, boot$dnum), r + 1], 9)
given <- write_data(given, "apirep")
factors <- round(0.5 + runif(20), 3)
factors[7] <- 0
rep_weights <- function(...) suppressWarnings(svrepdesign(weights = ~pw, repweights = "^r[0-9]+$", data = given, combined.weights = TRUE, ...))
types <- list(brr = rep_weights(type = "BRR"), "brr mse" = rep_weights(type = "BRR", mse = TRUE),
              fay = rep_weights(type = "Fay", rho = 0.3), jk1 = rep_weights(type = "JK1"),
              "jk1 scale" = rep_weights(type = "JK1", scale = 0.5, mse = TRUE),
              jkn = rep_weights(type = "JKn", rscales = factors), "jkn mse" = rep_weights(type = "JKn", rscales = factors, mse = TRUE),
              jk2 = rep_weights(type = "JK2"), bootstrap = rep_weights(type = "bootstrap"),
              acs = rep_weights(type = "ACS", mse = TRUE), successive = rep_weights(type = "successive-difference", mse = FALSE),
              other = rep_weights(type = "other", scale = 0.25, rscales = factors))
for (type in names(types)) replicated(paste("given", type), types[[type]], school_parts())
replicated("given by stype bootstrap", types$bootstrap, by_type())
contrast_of <- function(case, design, a, b, f, g) {
  theta <- withReplicates(design, function(w, data) f(w, data) - g(w, data))
  key <- paste0("1 * ", a, " + -1 * ", b)
  put(case, key, "estimate", coef(theta))
  put(case, key, "se", SE(theta))
}
contrast_of("given by stype bootstrap", types$bootstrap, "|E|api_mean", "|H|api_mean",
            of_mean(quote(api00), quote(stype == "E")), of_mean(quote(api00), quote(stype == "H")))
for (type in c("bootstrap", "brr mse")) for (p in c(0.1, 0.25, 0.5, 0.75, 0.9)) {
  key <- paste0("||api_", sub("0.", "p", p, fixed = TRUE))
  q <- svyquantile(~api00, types[[type]], p, interval.type = "quantile")$api00
  put(paste("given", type), key, "estimate", q[1])
  put(paste("given", type), key, "se", q[4])
  df <- degf(types[[type]])
  put(paste("given", type), key, "df", df)
  # Woodruff's interval with the replicates' error of the share, by the formula: see above.
  shares <- as.numeric(confint(svymean(~I(as.numeric(api00 <= q[1])), types[[type]]), df = df))
  ends <- c(smallest(given$api00, given$pw, shares[1]), smallest(given$api00, given$pw, shares[2]))
  native <- svyquantile(~api00, types[[type]], p, interval.type = "mean", df = df)$api00
  if (p > 0.1) stopifnot(all.equal(as.numeric(native[2:3]), ends))
  put(paste("given", type), key, "lower:wald", ends[1])
  put(paste("given", type), key, "upper:wald", ends[2])
}

# ---- calibrated -------------------------------------------------------------------------------------------------------

# The numbers of a calibrated design, in all and in domains, and the covariances between domains.
calibrated_rows <- function(case, design) {
  v <- design$variables
  row(case, design, "||enroll_total", "total", v$enroll)
  row(case, design, "||api_mean", "mean", v$api00)
  row(case, design, "||api99_mean", "mean", v$api99)
  row(case, design, "||wide", "mean", as.numeric(v$sch_wide == "Yes"))
  row(case, design, "||wide_count", "total", as.numeric(v$sch_wide == "Yes"))
  row(case, design, "||tested", "ratio", v$api_stu, v$enroll)
  row(case, design, "||core_mean", "mean", v$acs_core)
  for (imp in c("No", "Yes")) {
    inside <- v$comp_imp == imp
    where <- paste0("|", imp, "|")
    row(paste(case, "by comp_imp"), design, paste0(where, "enroll_total"), "total", v$enroll, inside = inside)
    row(paste(case, "by comp_imp"), design, paste0(where, "api_mean"), "mean", v$api00, inside = inside)
    row(paste(case, "by comp_imp"), design, paste0(where, "wide"), "mean", as.numeric(v$sch_wide == "Yes"),
        inside = inside)
    row(paste(case, "by comp_imp"), design, paste0(where, "core_mean"), "mean", v$acs_core, inside = inside)
    row(paste(case, "by comp_imp"), design, paste0(where, "tested"), "ratio", v$api_stu, v$enroll, inside = inside)
  }
  inner <- function(name, type, y, x, inside = TRUE) setNames(list(linear(design, type, y, x, inside)), name)
  parts <- c(inner("|No|api_mean", "mean", v$api00, 1, v$comp_imp == "No"),
             inner("|Yes|api_mean", "mean", v$api00, 1, v$comp_imp == "Yes"),
             inner("|No|tested", "ratio", v$api_stu, v$enroll, v$comp_imp == "No"),
             inner("||enroll_total", "total", v$enroll, 1))
  u <- sapply(parts, `[[`, "u")
  covariance <- svyrecvar(u, design$cluster, design$strata, design$fpc, postStrata = design$postStrata)
  for (i in seq_along(parts)) for (j in seq_len(i))
    put(paste(case, "by comp_imp"), paste(names(parts)[j], "&", names(parts)[i]), "covariance", covariance[j, i])
  change <- c(-1, 1, 0, 0)
  key <- paste(sprintf("%.17g * %s", change[1:2], names(parts)[1:2]), collapse = " + ")
  put(paste(case, "by comp_imp"), key, "estimate", parts[[2]]$value - parts[[1]]$value)
  put(paste(case, "by comp_imp"), key, "se", sqrt(drop(change %*% covariance %*% change)))
}

# Woodruff's standard error of a median of calibrated weights.
calibrated_median <- function(case, design) {
  v <- design$variables
  w <- weights(design, "sampling")
  q <- smallest(v$api00, w, 0.5)
  design$variables$.below <- as.numeric(v$api00 <= q)
  limits <- as.numeric(confint(svymean(~.below, design), df = degf(design)))
  put(case, "||api_p5", "estimate", q)
  put(case, "||api_p5", "se", (smallest(v$api00, w, limits[2]) - smallest(v$api00, w, limits[1])) / (2 * qt(0.975, degf(design))))
}

# As calibrate(), which stops at 1e-7 by default and wants the package MASS: the equations are solved by Newton's method
# with halved steps until nothing is left, and what R keeps for its variance is kept.
metrics <- list(
  linear = list(g = function(u, b) 1 + u, slope = function(u, b) rep(1, length(u))),
  raking = list(g = function(u, b) exp(u), slope = function(u, b) exp(u)),
  truncated = list(g = function(u, b) pmin(pmax(1 + u, b[1]), b[2]),
                   slope = function(u, b) as.numeric(1 + u > b[1] & 1 + u < b[2])),
  logit = list(
    g = function(u, b) {
      e <- exp(u * (b[2] - b[1]) / ((1 - b[1]) * (b[2] - 1)))
      (b[1] * (b[2] - 1) + b[2] * (1 - b[1]) * e) / (b[2] - 1 + (1 - b[1]) * e)
    },
    slope = function(u, b) {
      a <- (b[2] - b[1]) / ((1 - b[1]) * (b[2] - 1))
      e <- exp(u * a)
      (b[2] - b[1]) * a * (b[2] - 1) * (1 - b[1]) * e / (b[2] - 1 + (1 - b[1]) * e)^2
    }))

exactly <- function(design, formula, population, calfun = "linear", bounds = NULL, variance = rep(1, nrow(design)),
                    aggregate.stage = NULL) {
  x <- model.matrix(formula, model.frame(formula, model.frame(design)))
  if (!is.null(aggregate.stage)) x <- apply(x, 2, function(column) ave(column, design$cluster[[aggregate.stage]]))
  population <- population[colnames(x)]
  d <- weights(design)
  metric <- metrics[[calfun]]
  lambda <- rep(0, ncol(x))
  rest <- function(lambda) population - colSums(x * d * metric$g(drop(x %*% lambda) / variance, bounds))
  for (i in 1:100) {
    u <- drop(x %*% lambda) / variance
    step <- solve(crossprod(x * sqrt(d * metric$slope(u, bounds) / variance)), rest(lambda))
    while (i < 50 && !(sum((rest(lambda + step) / population)^2) < sum((rest(lambda) / population)^2)) &&
           max(abs(rest(lambda) / population)) > 1e-12) step <- step / 2
    lambda <- lambda + step
    if (max(abs(rest(lambda) / population)) < 1e-15) break
  }
  stopifnot(max(abs(rest(lambda) / population)) < 1e-13)
  g <- metric$g(drop(x %*% lambda) / variance, bounds)
  design$prob <- design$prob / g
  kept <- list(qr = qr(x * sqrt(d / variance)), w = g * sqrt(d * variance), stage = 0, index = NULL)
  class(kept) <- c("greg_calibration", "gen_raking")
  design$postStrata <- c(design$postStrata, list(kept))
  design
}

by_type <- c("(Intercept)" = 6194, stypeH = 755, stypeM = 1018)
types_and_index <- c(by_type, api99 = 3914069)
types_and_wide <- c(by_type, sch_wideYes = 5122)
clus1$stype <- factor(clus1$stype)
dclus1 <- svydesign(id = ~dnum, weights = ~pw, fpc = ~fpc, data = clus1)
calibrations <- list(
  "calibrated strata" = postStratify(dclus1, ~stype, data.frame(stype = c("E", "H", "M"), Freq = c(4421, 755, 1018))),
  "calibrated linear" = exactly(dclus1, ~stype + api99, types_and_index),
  "calibrated rake" = exactly(dclus1, ~stype + api99, types_and_index, calfun = "raking"),
  "calibrated logit" = exactly(dclus1, ~stype + api99, types_and_index, calfun = "logit", bounds = c(0.4, 2)),
  "calibrated truncated" = exactly(dclus1, ~stype + api99, types_and_index, calfun = "truncated", bounds = c(0.45, 1.8)),
  "calibrated margins" = exactly(dclus1, ~stype + sch_wide, types_and_wide, calfun = "raking"),
  "calibrated spread" = exactly(dclus1, ~stype + api99, types_and_index, calfun = "raking", variance = clus1$enroll))
native <- calibrate(dclus1, ~stype + api99, types_and_index)
stopifnot(all.equal(SE(svytotal(~enroll, native)), SE(svytotal(~enroll, calibrations[["calibrated linear"]])), tolerance = 1e-12))
for (case in names(calibrations)) {
  calibrated_rows(case, calibrations[[case]])
  calibrated_median(case, calibrations[[case]])
  put(case, "weights", "lowest factor", min(weights(calibrations[[case]]) / weights(dclus1)))
  put(case, "weights", "highest factor", max(weights(calibrations[[case]]) / weights(dclus1)))
}
stopifnot(all.equal(weights(rake(dclus1, list(~stype, ~sch_wide), list(
  data.frame(stype = c("E", "H", "M"), Freq = c(4421, 755, 1018)), data.frame(sch_wide = c("No", "Yes"), Freq = c(1072, 5122))),
  control = list(epsilon = 1e-10, maxit = 1000))), weights(calibrations[["calibrated margins"]]), tolerance = 1e-9))

# A stratified sample of records; one weight a district, as if it were a household.
dstrat <- svydesign(id = ~1, strata = ~stype, weights = ~pw, fpc = ~fpc, data = strat)
calibrated_rows("calibrated records", exactly(dstrat, ~sch_wide + api99, c("(Intercept)" = 6194, sch_wideYes = 5122, api99 = 3914069),
                                              calfun = "raking"))
calibrated_rows("calibrated households",
                exactly(dclus1, ~stype, by_type, aggregate.stage = 1))
# Weights that are calibrated to their own totals.
own <- colSums(model.matrix(~stype + api99, clus1) * weights(dclus1))
calibrated_rows("calibrated given", exactly(dclus1, ~stype + api99, own))
# The ratio estimator is calibration to one total with q = 1 / x.
ratio <- exactly(dstrat, ~enroll - 1, c(enroll = 3811472), variance = strat$enroll)
s <- svyratio(~api_stu, ~enroll, dstrat)
row("calibrated ratio", ratio, "||stu_total", "total", ratio$variables$api_stu, deff = FALSE)
stopifnot(all.equal(coef(svytotal(~api_stu, ratio)), 3811472 * coef(s), tolerance = 1e-12, check.attributes = FALSE))

# Trends of calibrated weights: the panel, made to meet people by wave and sex.
panel_people <- data.frame(wave = rep(c(2005, 2008, 2010, 2013, 2018, 2020), each = 2), sex = 1:2,
                           Freq = c(3200, 4100, 3300, 4000, 3400, 3900, 3300, 4200, 3200, 4100, 3500, 3800))
panel$cell <- factor(paste(panel$wave, panel$sex))
dmet <- postStratify(svydesign(id = ~cluster, strata = ~stratum, fpc = ~clusters, weights = ~weight, nest = TRUE, data = panel),
                     ~cell, data.frame(cell = paste(panel_people$wave, panel_people$sex), Freq = panel_people$Freq))
years <- unique(panel_people$wave)
for (name in c("afraid", "score_mean")) {
  y <- if (name == "afraid") panel$afraid else panel$score
  parts <- lapply(years, function(wave) linear(dmet, "mean", y, inside = panel$wave == wave))
  names(parts) <- paste0(years, "||", name)
  for (k in seq_along(years)) row("calibrated panel", dmet, names(parts)[k], "mean", y, inside = panel$wave == years[k])
  covariances("calibrated panel", dmet, parts)
  contrast("calibrated panel", dmet, parts, c(-1, 0, 0, 0, 0, 1))
  trends("calibrated panel", paste0("|", name), dmet, parts, years)
  record_slopes("calibrated panel", paste0("|", name), dmet, y, panel$wave, logit = name == "afraid")
}

# Calibrated anew in every replicate.
types_again <- data.frame(stype = c("E", "H", "M"), Freq = c(4421, 755, 1018))
replicated("calibrated strata jackknife", postStratify(jclus1, ~stype, types_again), school_parts())
replicated("calibrated linear jackknife",
           calibrate(jclus1, ~stype + api99, c("(Intercept)" = 6194, stypeH = 755, stypeM = 1018, api99 = 3914069)),
           school_parts())

# ---- made-up panels of persons ---------------------------------------------------------------------------------------

# The same persons in every wave: one stratified sample of persons, whose answers of a wave are so many variables.
set.seed(20123)
persons <- function(count) data.frame(person = sprintf("P%03d", seq_len(count)), sex = pick(count, 1:2, c(0.5, 0.5)),
                                      area = pick(count, c("N", "S", "W"), c(0.3, 0.5, 0.2)), lift = runif(count))
people <- c(N = 120, S = 1000, W = 66)
answer <- function(data, wave, empty = 0.06) {
  n <- nrow(data)
  data.frame(wave, data["person"], data["area"], people = people[data$area], weight = round(50 + 100 * runif(n), 2), data["sex"],
             afraid = ifelse(runif(n) < empty, NA, as.numeric(runif(n) < 0.1 + 0.5 * data$lift + 0.03 * (wave - 2015))),
             score = ifelse(runif(n) < empty, NA, round(10 + 8 * data$lift + 3 * runif(n) - 0.2 * (wave - 2015), 1)))
}
person_years <- c(2015, 2016, 2019)
all_persons <- persons(90)
cohort <- write_data(do.call(rbind, lapply(person_years, function(wave) answer(all_persons, wave))), "cohort")
dcohort <- svydesign(id = ~person, strata = ~area, fpc = ~people, weights = ~weight, data = cohort)
dcohort_without <- svydesign(id = ~person, strata = ~area, weights = ~weight, data = cohort)
person_parts <- function(design, name, inside = TRUE) {
  data <- design$variables
  parts <- lapply(person_years, function(wave)
    linear(design, "mean", data[[sub("_mean", "", name)]], inside = inside & data$wave == wave))
  setNames(parts, paste0(person_years, "||", name))
}
person_numbers <- function(case, design) {
  covariances(case, design, person_parts(design, "afraid"))
  contrast(case, design, person_parts(design, "afraid"), c(0, -1, 1))
  for (name in c("afraid", "score_mean")) {
    trends(case, paste0("|", name), design, person_parts(design, name), person_years)
    for (sex in 1:2)
      trends(paste(case, "by sex"), paste0(sex, "|", name), design,
             person_parts(design, name, design$variables$sex == sex), person_years)
  }
}
for (case in c("cohort", "cohort no fpc")) {
  design <- if (case == "cohort") dcohort else dcohort_without
  person_numbers(case, design)
  record_slopes(case, "|afraid", design, cohort$afraid, cohort$wave)
  record_slopes(case, "|score_mean", design, cohort$score, cohort$wave, logit = FALSE)
}
row("cohort pooled", dcohort, "||afraid", "mean", cohort$afraid)
row("cohort pooled", dcohort, "||score_mean", "mean", cohort$score)

# Half of the persons are new in each wave, and some of the others have moved.
groups <- split(persons(160), rep(1:4, each = 40))
moved <- function(data) {
  away <- runif(nrow(data)) < 0.125
  data$area[away] <- pick(sum(away), c("N", "S", "W"), c(1, 1, 1) / 3)
  data
}
rotating <- write_data(do.call(rbind, lapply(1:3, function(w) {
  data <- answer(moved(rbind(groups[[w]], groups[[w + 1]])), person_years[w])
  data$score[is.na(data$score)] <- 0
  data
})), "rotating")
drotating <- svydesign(id = ~1, weights = ~weight, data = rotating)
drotating$panel <- list(person = rotating$person, wave = rotating$wave, stratum = rotating$area, population = rotating$people)
person_numbers("rotating", drotating)
drotating$panel$population <- Inf
person_numbers("rotating no fpc", drotating)
# Without strata, survey's one sample of the 160 persons is the same, but for its n/(n - 1) where each wave has 80.
dunion <- svydesign(id = ~person, weights = ~weight, data = rotating)
parts <- person_parts(dunion, "score_mean")
for (case in list(c(0, -1, 1), c(-1, 0, 1), c(-1, 1, 0), c(0, 0, 1)))
  put("rotating no strata", paste(sprintf("%.17g * %s", case, names(parts)), collapse = " + "), "se",
      sqrt(drop(case %*% variance(sapply(parts, `[[`, "u"), dunion) %*% case) * 80 / 79 * 159 / 160))

# ---- out -------------------------------------------------------------------------------------------------------------

golden <- as.data.frame(do.call(rbind, golden))
names(golden) <- c("case", "key", "statistic", "value")
stopifnot(!any(duplicated(golden[1:3])), !any(grepl(",", as.matrix(golden), fixed = TRUE)))
write.csv(golden, file.path(out, "golden.csv"), row.names = FALSE, quote = FALSE)
cat(nrow(golden), "numbers in", file.path(out, "golden.csv"), "\n")

script <- sub("--file=", "", grep("--file=", commandArgs(), value = TRUE, fixed = TRUE)[1], fixed = TRUE)
frozen_path <- file.path(dirname(script), "golden.csv")
if (file.exists(frozen_path) && normalizePath(frozen_path) != normalizePath(file.path(out, "golden.csv"))) {
  read_text <- function(path) read.csv(path, colClasses = "character", check.names = FALSE)
  frozen <- read_text(frozen_path)
  stopifnot(identical(frozen[1:3], read_text(file.path(out, "golden.csv"))[1:3]))
  a <- as.numeric(golden$value)
  b <- as.numeric(frozen$value)
  moved <- which(is.nan(a) != is.nan(b) | abs(a - b) > 1e-9 * pmax(abs(b), 1e-12))
  for (i in moved) cat("moved:", golden$case[i], golden$key[i], golden$statistic[i], frozen$value[i], "->", golden$value[i], "\n")
  for (name in setdiff(list.files(out, "[.]csv$"), "golden.csv"))
    if (!identical(readLines(file.path(out, name)), readLines(file.path(dirname(script), "..", "data", "golden", name))))
      moved <- c(moved, cat("other data:", name, "\n"), 1)
  if (length(moved)) quit(status = 1)
  cat("the frozen numbers and data are the same\n")
}
