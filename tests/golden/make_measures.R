# SPDX-License-Identifier: GPL-3.0-or-later
# Rscript make_measures.R: follow-up of the measure of tests/data/golden/measures by R survey, as measures.csv beside this
# script: `indicator,scale,comparison,test,wave,what,value`.  The waves are one sample of clusters: the stacked records are a
# design, its estimates by side and wave have their covariance from svyby(), and every test is svycontrast() of them.
suppressMessages(library(survey))
options(digits = 17, warn = 1)
script <- sub("--file=", "", grep("--file=", commandArgs(), value = TRUE, fixed = TRUE)[1], fixed = TRUE)
here <- dirname(script)
data <- read.csv(file.path(here, "..", "data", "golden", "measures.csv"), na.strings = "")
data$unsafe <- as.numeric(data$unsafe == 1)
waves <- sort(unique(data$wave))
start <- 2018
before <- waves[waves < start]
after <- waves[waves >= start]
comparisons <- list(near = "B", distant = c("C", "D"), rest = c("B", "C", "D", "E", "F"))

golden <- list()
put <- function(indicator, scale, comparison, test, wave, ...) {
  values <- c(...)
  for (name in names(values))
    golden[[length(golden) + 1]] <<- c(indicator, scale, comparison, test, wave, name,
                                       sprintf("%.17g", as.numeric(values[[name]])))
}

# Estimates of any sets of areas, wave by wave, and their covariance: each set is a domain of its own copy of the records
# that has the same clusters, by influence functions.
figures <- function(indicator, sets) {
  design <- svydesign(~cluster, strata = ~stratum, weights = ~weight, data = data)
  y <- data[[indicator]]
  cells <- expand.grid(wave = waves, set = names(sets), stringsAsFactors = FALSE)
  inside <- mapply(function(w, s) as.numeric(data$wave == w & data$area %in% sets[[s]] & !is.na(y)), cells$wave, cells$set)
  value <- colSums(inside * data$weight * ifelse(is.na(y), 0, y)) / colSums(inside * data$weight)
  influence <- sapply(seq_along(value), function(k)
    inside[, k] * (ifelse(is.na(y), 0, y) - value[k]) / sum(inside[, k] * data$weight))
  total <- svytotal(influence, design)
  # The same by svymean() of one domain, to be sure.
  one <- svymean(as.formula(paste0("~", indicator)), subset(design, inside[, 1] == 1), na.rm = TRUE)
  stopifnot(all.equal(c(coef(one), SE(one)), c(value[1], sqrt(vcov(total)[1, 1])), check.attributes = FALSE, tolerance = 1e-12))
  list(cells = cells, value = value, vcov = vcov(total), inside = inside)
}

links <- list(difference = list(g = identity, slope = function(x) 1 + 0 * x, back = identity),
              ratio = list(g = log, slope = function(x) 1 / x, back = exp),
              odds = list(g = qlogis, slope = function(x) 1 / (x * (1 - x)), back = exp))

# Clusters less strata that have a record in any of the cells.
df_of <- function(f, used) {
  met <- rowSums(f$inside[, used, drop = FALSE]) > 0
  length(unique(data$cluster[met])) - length(unique(data$stratum[met]))
}

follow <- function(indicator, scale) {
  f <- figures(indicator, c(list(reached = "A"), comparisons))
  link <- links[[scale]]
  theta <- structure(link$g(f$value), names = paste0("k", seq_along(f$value)))
  V <- f$vcov * outer(link$slope(f$value), link$slope(f$value))
  attr(theta, "var") <- V
  class(theta) <- "svystat"
  at <- function(wave, set) which(f$cells$wave == wave & f$cells$set == set)
  row <- function(...) { # at(), coefficient, at(), coefficient ...
    c <- numeric(length(f$value))
    arguments <- list(...)
    for (i in seq(1, length(arguments), 2)) c[arguments[[i]]] <- c[arguments[[i]]] + arguments[[i + 1]]
    c
  }
  gap <- function(wave, set) row(at(wave, "reached"), 1, at(wave, set), -1)
  t_test <- function(comparison, test, wave, c) {
    k <- svycontrast(theta, c)
    df <- df_of(f, c != 0)
    value <- link$back(coef(k)[[1]])
    se <- SE(k)[[1]]
    limits <- link$back(coef(k)[[1]] + c(-1, 1) * qt(0.975, df) * se)
    put(indicator, scale, comparison, test, wave, estimate = value, se = if (scale == "difference") se else se * value, df2 = df,
        lower = limits[1], upper = limits[2], statistic = coef(k)[[1]] / se, p = 2 * pt(-abs(coef(k)[[1]] / se), df))
  }
  f_test <- function(comparison, test, wave, C) {
    d <- C %*% coef(theta)
    q <- nrow(C)
    df <- df_of(f, colSums(C != 0) > 0)
    F <- drop(t(d) %*% solve(C %*% V %*% t(C), d)) * (df - q + 1) / (df * q)
    put(indicator, scale, comparison, test, wave, statistic = F, df1 = q, df2 = df - q + 1,
        p = pf(F, q, df - q + 1, lower.tail = FALSE))
  }
  base <- max(before)
  for (name in names(comparisons)) {
    D <- function(wave) gap(wave, name)
    for (w in after) t_test(name, "change", w, D(w) - D(base))
    line <- lm.fit(cbind(1, before), diag(length(before)))$coefficients
    f_test(name, "pretrend", base, t(sapply(before[-length(before)], function(w) D(w) - D(base))))
    slope <- drop(sapply(before, D) %*% line[2, ])
    t_test(name, "pretrend_slope", base, slope)
    df <- df_of(f, slope != 0)
    se <- SE(svycontrast(theta, slope))[[1]]
    put(indicator, scale, name, "pretrend_detectable", base,
        estimate = link$back((qt(0.975, df) + qt(0.8, df)) * se))
    for (w in before[-length(before)]) t_test(name, "lead", w, D(w) - D(base))
    for (i in 2:length(before)) t_test(name, "placebo", before[i], D(before[i]) - D(before[i - 1]))
    for (w in after) t_test(name, "trend_adjusted", w, D(w) - drop(sapply(before, D) %*% (line[1, ] + line[2, ] * w)))
  }
  spill <- function(name, w) (gap(w, "rest") - gap(base, "rest")) - (gap(w, name) - gap(base, name))
  for (w in after) {
    for (name in c("near", "distant")) t_test(name, "spillover", w, spill(name, w))
    f_test("", "agree", w, rbind(spill("near", w), spill("distant", w)))
  }
}

# Each area against all the others: |t| of the one with the measure among them.
rank_areas <- function(indicator) {
  areas <- LETTERS[1:6]
  f <- figures(indicator, c(structure(as.list(areas), names = areas),
                            structure(lapply(areas, function(a) setdiff(areas, a)), names = paste0("not", areas))))
  at <- function(wave, set) which(f$cells$wave == wave & f$cells$set == set)
  for (w in after) {
    t <- sapply(areas, function(a) {
      c <- numeric(length(f$value))
      c[at(w, a)] <- 1
      c[at(max(before), a)] <- -1
      c[at(w, paste0("not", a))] <- -1
      c[at(max(before), paste0("not", a))] <- 1
      abs(sum(c * f$value)) / sqrt(drop(c %*% f$vcov %*% c))
    })
    put(indicator, "difference", "rest", "placebo_areas", w, p = mean(t >= t[1]), areas = length(areas))
  }
}

# The error of the effect with the weights of synthetic.csv (make_synthetic.py), taken as given.
synthetic_errors <- function(indicator) {
  areas <- LETTERS[1:6]
  f <- figures(indicator, structure(as.list(areas), names = areas))
  weights <- read.csv(file.path(here, "synthetic.csv"))
  weights <- weights[weights$indicator == indicator & weights$what == "weight", ]
  for (w in after) {
    c <- numeric(length(f$value))
    c[f$cells$wave == w & f$cells$set == "A"] <- 1
    for (i in seq_len(nrow(weights))) c[f$cells$wave == w & f$cells$set == weights$area[i]] <- -weights$value[i]
    put(indicator, "difference", "rest", "synthetic", w, estimate = sum(c * f$value),
        se = sqrt(drop(c %*% f$vcov %*% c)), df2 = df_of(f, c != 0))
  }
}

follow("score", "difference")
follow("unsafe", "difference")
follow("unsafe", "ratio")
follow("unsafe", "odds")
for (indicator in c("score", "unsafe")) {
  rank_areas(indicator)
  synthetic_errors(indicator)
}
golden <- do.call(rbind, golden)
colnames(golden) <- c("indicator", "scale", "comparison", "test", "wave", "what", "value")
write.csv(golden, file.path(here, "measures.csv"), row.names = FALSE, quote = FALSE)
