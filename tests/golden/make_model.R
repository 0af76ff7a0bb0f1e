# SPDX-License-Identifier: GPL-3.0-or-later
# Rscript make_model.R: regressions by R survey of the data sets of make_golden.R, as model.csv beside this script; and
# one data set more, tests/data/golden/apimobility.csv.
#
# model.csv has `case,figure,statistic,value`.  A figure is `PART TERM LEVEL` as in the table of trygg_model_table(), with
# `.` for an empty one; of a covariance `FIGURE & FIGURE`.  What a case is stands in tests/test_model.c.
#
# svyglm is stopped where its deviance no longer moves at all, as its usual end leaves half of the digits.  Standard
# errors of average predictions come from the stacked influences of coefficients and averaging, with svyrecvar():
# svypredmeans() adds the two variances as if they were independent.  Its estimates are checked against.
suppressMessages(library(survey))
options(survey.lonely.psu = "remove", digits = 17, warn = 1)
script <- sub("--file=", "", grep("--file=", commandArgs(), value = TRUE, fixed = TRUE)[1], fixed = TRUE)
here <- dirname(script)
source(file.path(here, "mixture.R"))

golden <- list()
put <- function(case, figure, statistic, value)
  golden[[length(golden) + 1]] <<- c(case, figure, statistic, sprintf("%.17g", as.numeric(value)))

read_data <- function(name) {
  data <- read.csv(file.path(here, "..", "data", "golden", paste0(name, ".csv")), na.strings = "")
  data
}

# A second fit begins at the end of the first: the working weights that standard errors rest on are those before the last
# step.
# The call holds what it was called with, since regTermTest() evaluates it again.
fit <- function(formula, design, family) suppressWarnings({
  first <- svyglm(formula, design, family = family, control = glm.control(epsilon = 1e-17, maxit = 60))
  eval(bquote(svyglm(.(formula), .(design), family = .(family), control = glm.control(epsilon = 1e-17, maxit = 60),
                     start = .(coef(first)))))
})

# Tests of the coefficients `at` beside Wald's: regTermTest(method = "LRT") and "WorkingWald", svyscoretest(method = "working")
# and "pseudoscore", which survey 4.1-1 does not have yet.  They are worked out here, as the two calls end in an approximation
# of p and fit by the usual deviance, and held against the two where they are.  A quasi-score is adjusted for few
# clusters as Wald's test is.
#   x, w, y     of the records in the model;  recvar  the covariance of the sum of their influences
term_tests <- function(case, term, m, x, w, y, at, nu, recvar, formula = NULL, design = NULL) {
  family <- m$family
  unit <- mean(w)
  w <- w / unit
  offset <- if (is.null(m$offset)) rep(0, nrow(x)) else m$offset
  deviance_at <- function(mu) sum(family$dev.resids(y, mu, w))
  mu <- family$linkinv(drop(x %*% coef(m)) + offset)
  null <- NULL
  for (i in 1:2)
    null <- suppressWarnings(glm.fit(x[, -at, drop = FALSE], y, weights = w, family = family, offset = offset, start = null$coefficients,
                                     control = glm.control(epsilon = 1e-17, maxit = 60)))
  eta0 <- offset + if (length(at) < ncol(x)) drop(x[, -at, drop = FALSE] %*% null$coefficients) else 0
  mu0 <- family$linkinv(eta0)
  corrected <- function(test, form, v0, v, native = NULL) {
    a <- Re(eigen(solve(v0, v), only.values = TRUE)$values)
    df1 <- sum(a)^2 / sum(a^2)
    statistic <- form / sum(a)
    p <- mixture(form, a, nu)
    figure <- paste(test, term, ".")
    put(case, figure, "statistic", statistic)
    put(case, figure, "df1", df1)
    put(case, figure, "df2", nu)
    if (p > 1e-6) put(case, figure, "p", p)
    if (!is.null(native))
      stopifnot(all.equal(as.numeric(native$chisq) / sum(Re(native$lambda)), statistic, tolerance = 1e-5),
                all.equal(sum(Re(native$lambda))^2 / sum(Re(native$lambda)^2), df1, tolerance = 1e-5),
                abs(as.numeric(native$p) - p) < 0.25 * p + 1e-6)
  }
  m$call$start <- NULL # of another length
  # Without a variable R fits the records that lack it too, and compares likelihoods of different records.
  native <- function(method) if (is.null(formula) || anyNA(design$variables[all.vars(formula)])) NULL else suppressWarnings(regTermTest(m, formula, method = method))
  v <- vcov(m)[at, at, drop = FALSE]
  v0 <- solve(crossprod(x, x * (w * family$mu.eta(drop(x %*% coef(m)) + offset))))[at, at, drop = FALSE]
  corrected("working_wald", drop(coef(m)[at] %*% solve(v0, coef(m)[at])), v0, v, native("WorkingWald"))
  corrected("likelihood_ratio", deviance_at(mu0) - deviance_at(mu), v0, v, native("LRT"))
  information <- crossprod(x, x * (w * family$mu.eta(eta0)))
  rest <- if (length(at) < ncol(x)) solve(information[-at, -at, drop = FALSE], information[-at, at, drop = FALSE])
  efficient <- x[, at, drop = FALSE] - if (is.null(rest)) 0 else x[, -at, drop = FALSE] %*% rest
  u <- efficient * (w * (y - mu0))
  s <- colSums(u)
  vs <- recvar(u)
  corrected("score", drop(s %*% solve(crossprod(efficient, efficient * (w * family$mu.eta(eta0))), s)),
            crossprod(efficient, efficient * (w * family$mu.eta(eta0))), vs)
  q <- length(at)
  form <- drop(s %*% solve(vs, s))
  figure <- paste("quasi_score", term, ".")
  if (q == 1) { # in the units of the weights
    put(case, figure, "estimate", s * unit)
    put(case, figure, "se", sqrt(vs[1, 1]) * unit)
  }
  put(case, figure, "statistic", form * (nu - q + 1) / (q * nu))
  put(case, figure, "p", pf(form * (nu - q + 1) / (q * nu), q, nu - q + 1, lower.tail = FALSE))
  # ... which forgets the offset (survey 4.4).
  if (is.null(m$offset) && !is.null(native("WorkingWald")) && exists("svyscoretest", asNamespace("survey"))) {
    working <- svyscoretest(m, formula, method = "working")
    pseudo <- svyscoretest(m, formula, method = "pseudoscore")
    a <- Re(eigen(solve(crossprod(efficient, efficient * (w * family$mu.eta(eta0))), vs), only.values = TRUE)$values)
    found <- as.numeric(golden[[which(sapply(golden, function(g) g[1] == case && g[2] == paste("score", term, ".") && g[3] == "statistic"))]][4])
    stopifnot(all.equal(working[[1]], found, tolerance = 1e-5),
              all.equal(working[["p"]], pf(found, sum(a)^2 / sum(a^2), nu, lower.tail = FALSE), tolerance = 1e-5),
              all.equal(pseudo[[1]], form, tolerance = 1e-5))
    cat(case, term, "as svyscoretest\n")
  }
}

# Coefficients in the order of the model, with their names here; rows outside the model have no influence.
#   names    figure of each coefficient
#   factors  list(name = levels) for average predictions;  numbers: names for average effects
#   terms    list(name = positions of its coefficients) for Wald tests
model <- function(case, formula, design, family, names, factors = list(), numbers = character(), terms = list()) {
  wanted <- terms
  terms <- stats::terms
  m <- fit(formula, design, family)
  b <- coef(m)
  v <- vcov(m)
  stopifnot(length(b) == length(names), length(unique(names)) == length(names))
  nu <- m$df.residual
  put(case, ".", "df", nu)
  for (i in seq_along(b)) {
    put(case, paste("coefficient", names[i]), "estimate", b[i])
    put(case, paste("coefficient", names[i]), "se", sqrt(v[i, i]))
    put(case, paste("coefficient", names[i]), "p", 2 * pt(-abs(b[i] / sqrt(v[i, i])), nu))
  }
  for (i in seq_along(b)) for (j in seq_len(i - 1))
    put(case, paste("coefficient", names[j], "& coefficient", names[i]), "covariance", v[i, j])
  for (term in names(wanted)) {
    at <- wanted[[term]]
    w <- drop(b[at] %*% solve(v[at, at], b[at]))
    q <- length(at)
    native <- if (term != "(all)") regTermTest(m, as.formula(paste("~", attr(wanted, "formula")[[term]]))) else NULL
    if (!is.null(native)) stopifnot(all.equal(as.numeric(native$Ftest), w / q, tolerance = 1e-8), native$ddf == nu)
    f <- w * (nu - q + 1) / (q * nu)
    put(case, paste("wald", term, "."), "statistic", f)
    put(case, paste("wald", term, "."), "p", pf(f, q, nu - q + 1, lower.tail = FALSE))
  }

  # Influences over all records of the design.
  w <- weights(design, "sampling")
  x <- model.matrix(m)
  inside <- match(rownames(x), rownames(design$variables))
  w <- w[inside]
  offset <- if (is.null(m$offset)) 0 else m$offset
  eta <- drop(x %*% b) + offset
  mu <- family$linkinv(eta)
  slope <- family$mu.eta(eta)
  a <- solve(crossprod(x, x * (w * slope)))
  u <- (x * (w * (m$y - mu))) %*% a
  # svyrecvar wants all rows of the design that is whole: a subset keeps its strata and clusters in the fpc object.
  recvar <- function(z) svyrecvar(as.matrix(z), design$cluster[inside, , drop = FALSE],
                                  design$strata[inside, , drop = FALSE], lapply_fpc(design$fpc, inside))
  lapply_fpc <- function(fpc, rows) {
    fpc$popsize <- if (is.null(fpc$popsize)) NULL else fpc$popsize[rows, , drop = FALSE]
    fpc$sampsize <- fpc$sampsize[rows, , drop = FALSE]
    fpc
  }
  stopifnot(all.equal(recvar(u), v, check.attributes = FALSE, tolerance = 1e-9))
  for (term in names(wanted))
    term_tests(case, term, m, x, w, m$y, wanted[[term]], nu, recvar,
               if (term != "(all)") as.formula(paste("~", attr(wanted, "formula")[[term]])), design)
  for (name in names(factors)) {
    values <- list()
    ms <- NULL
    us <- NULL
    for (level in factors[[name]]) {
      xl <- x
      xl[, attr(x, "assign") == which(attr(terms(m), "term.labels") == name)] <- 0
      if (paste0(name, level) %in% colnames(x)) xl[, paste0(name, level)] <- 1
      el <- drop(xl %*% b) + offset
      ml <- sum(w * family$linkinv(el)) / sum(w)
      g <- colSums(w * family$mu.eta(el) * xl) / sum(w)
      ul <- w * (family$linkinv(el) - ml) / sum(w) + drop(u %*% g)
      put(case, paste("prediction", name, level), "estimate", ml)
      put(case, paste("prediction", name, level), "se", sqrt(recvar(ul)))
      ms <- c(ms, ml)
      us <- cbind(us, ul)
    }
    for (l in seq_along(ms)[-1]) {
      put(case, paste("difference", name, factors[[name]][l]), "estimate", ms[l] - ms[1])
      put(case, paste("difference", name, factors[[name]][l]), "se", sqrt(recvar(us[, l] - us[, 1])))
    }
  }
  for (name in numbers) {
    at <- which(colnames(x) == name)
    h <- 1e-5
    bend <- (family$mu.eta(eta + h) - family$mu.eta(eta - h)) / (2 * h)
    if (family$family == "quasibinomial") bend <- slope * (1 - 2 * mu)
    if (family$family == "quasipoisson") bend <- mu
    if (family$family == "gaussian") bend <- 0 * mu
    value <- sum(w * slope * b[at]) / sum(w)
    g <- colSums(w * bend * b[at] * x) / sum(w)
    g[at] <- g[at] + sum(w * slope) / sum(w)
    ul <- w * (slope * b[at] - value) / sum(w) + drop(u %*% g)
    put(case, paste("effect", name, "."), "estimate", value)
    put(case, paste("effect", name, "."), "se", sqrt(recvar(ul)))
  }
  invisible(m)
}

with_formulas <- function(positions, formulas) { attr(positions, "formula") <- formulas; positions }

# ---- schools --------------------------------------------------------------------------------------------------------

clus1 <- read_data("apiclus1")
dclus1 <- svydesign(id = ~dnum, weights = ~pw, fpc = ~fpc, data = clus1)
m <- model("clus1 linear", api00 ~ stype + ell + meals, dclus1, gaussian(),
           c("(intercept) .", "stype H", "stype M", "ell .", "meals ."), list(stype = c("E", "H", "M")), c("ell", "meals"),
           with_formulas(list(stype = 2:3, ell = 4, meals = 5, "(all)" = 2:5), list(stype = "stype", ell = "ell", meals = "meals")))
model("clus1 logistic", (sch_wide == "Yes") * 1 ~ stype + ell, dclus1, quasibinomial(),
      c("(intercept) .", "stype H", "stype M", "ell ."), list(stype = c("E", "H", "M")), "ell",
      with_formulas(list(stype = 2:3, ell = 4, "(all)" = 2:4), list(stype = "stype", ell = "ell")))
model("clus1 poisson", enroll ~ stype + meals, dclus1, quasipoisson(),
      c("(intercept) .", "stype H", "stype M", "meals ."), list(stype = c("E", "H", "M")), "meals",
      with_formulas(list(stype = 2:3, meals = 4), list(stype = "stype", meals = "meals")))

strat <- read_data("apistrat")
strat$comp_imp <- factor(strat$comp_imp, c("Yes", "No")) # most schools met it
dstrat <- svydesign(id = ~1, strata = ~stype, weights = ~pw, fpc = ~fpc, data = strat)
model("strat common", (sch_wide == "Yes") * 1 ~ comp_imp, dstrat, quasibinomial(),
      c("(intercept) .", "comp_imp No"), list(comp_imp = c("Yes", "No")))
strat$comp_imp <- factor(strat$comp_imp, c("No", "Yes"))
dstrat <- svydesign(id = ~1, strata = ~stype, weights = ~pw, fpc = ~fpc, data = strat)
model("strat where stype", api00 ~ comp_imp + meals, subset(dstrat, stype != "M"), gaussian(),
      c("(intercept) .", "comp_imp Yes", "meals ."), list(comp_imp = c("No", "Yes")), "meals")

# Districts as the only stage.
clus2 <- read_data("apiclus2")
dclus2 <- svydesign(id = ~dnum, weights = ~pw, data = clus2)
model("clus2 linear", api00 ~ ell + meals, dclus2, gaussian(), c("(intercept) .", "ell .", "meals ."), numbers = "meals")
model("clus2 logistic", (sch_wide == "Yes") * 1 ~ ell + meals, dclus2, quasibinomial(),
      c("(intercept) .", "ell .", "meals ."), numbers = "meals")

# Offsets: per pupil tested, against the index of the year before, and on the scale of odds.
model("clus1 exposure", enroll ~ stype + meals + offset(log(api_stu)), dclus1, quasipoisson(),
      c("(intercept) .", "stype H", "stype M", "meals ."), list(stype = c("E", "H", "M")), "meals",
      with_formulas(list(stype = 2:3, meals = 4, "(all)" = 2:4), list(stype = "stype", meals = "meals")))
model("clus1 offset", api00 ~ ell + stype + offset(api99), dclus1, gaussian(),
      c("(intercept) .", "ell .", "stype H", "stype M"), list(stype = c("E", "H", "M")), "ell",
      with_formulas(list(stype = 3:4, ell = 2), list(stype = "stype", ell = "ell")))

# Both stages, as in the examples of ?svyglm.
data(api)
mobility <- with(apiclus2, data.frame(dnum, snum, fpc1, fpc2 = as.numeric(fpc2), w = fpc1 / 40 * as.numeric(fpc2) /
  ave(snum, dnum, FUN = length), api00, sch_wide = sch.wide, ell, meals, mobility))
write.csv(format(mobility, digits = 15, trim = TRUE), file.path(here, "..", "data", "golden", "apimobility.csv"),
          row.names = FALSE, quote = FALSE)
mobility <- read_data("apimobility")
dmobility <- svydesign(id = ~dnum + snum, fpc = ~fpc1 + fpc2, weights = ~w, data = mobility)
m <- model("stages linear", api00 ~ ell + meals + mobility, dmobility, gaussian(),
           c("(intercept) .", "ell .", "meals .", "mobility ."), numbers = "ell",
           terms = with_formulas(list("(all)" = 2:4), list()))
# Known before: notes on peers, T6 and T7.
stopifnot(all.equal(as.numeric(coef(m)), c(811.4907225, -2.0591641824, -1.7771813339, 0.3252517488), tolerance = 1e-9),
          all.equal(as.numeric(SE(m)), c(30.23383027, 1.3798436533, 1.0830020888, 0.6103138166), tolerance = 1e-9),
          m$df.residual == 36)
m <- model("stages logistic", (sch_wide == "Yes") * 1 ~ ell + meals + mobility, dmobility, quasibinomial(),
           c("(intercept) .", "ell .", "meals .", "mobility ."), numbers = c("ell", "mobility"),
           terms = with_formulas(list("(all)" = 2:4), list()))
stopifnot(all.equal(as.numeric(coef(m)), c(0.82118306853, -0.05462042047, 0.0287345552, 0.01460175748), tolerance = 1e-8),
          all.equal(as.numeric(SE(m)), c(0.75561873669, 0.02220249436, 0.01799132201, 0.03018219393), tolerance = 1e-5))

# ---- nhanes ---------------------------------------------------------------------------------------------------------

nhanes <- read_data("nhanes")
nhanes$score <- nhanes$age
nhanes$square <- nhanes$age^2
for (name in c("race", "sex", "age")) nhanes[[name]] <- factor(nhanes[[name]])
dnhanes <- svydesign(id = ~psu, strata = ~stratum, weights = ~weight, nest = TRUE, data = nhanes)
m <- model("nhanes trend", chol ~ score, dnhanes, quasibinomial(), c("(intercept) .", "score ."), numbers = "score")
stopifnot(all.equal(coef(m)[[2]], 0.6025289705, tolerance = 1e-9), all.equal(SE(m)[[2]], 0.04722495689, tolerance = 1e-6))
m <- model("nhanes quadratic", chol ~ score + square, dnhanes, quasibinomial(), c("(intercept) .", "score .", "square ."),
           terms = with_formulas(list(square = 3, "(all)" = 2:3), list(square = "square")))
model("nhanes background", chol ~ race + age + sex, dnhanes, quasibinomial(),
      c("(intercept) .", paste("race", 2:4), paste("age", 2:4), "sex 2"),
      list(race = as.character(1:4), age = as.character(1:4), sex = c("1", "2")), character(),
      with_formulas(list(race = 2:4, age = 5:7, sex = 8, "(all)" = 2:8), list(race = "race", age = "age", sex = "sex")))
model("nhanes rates", chol ~ race + sex, dnhanes, quasipoisson(), c("(intercept) .", paste("race", 2:4), "sex 2"),
      list(race = as.character(1:4), sex = c("1", "2")))
model("nhanes shares", chol ~ race + sex, dnhanes, gaussian(), c("(intercept) .", paste("race", 2:4), "sex 2"),
      list(race = as.character(1:4), sex = c("1", "2")))
model("nhanes women", chol ~ race, subset(dnhanes, sex == "2"), quasibinomial(), c("(intercept) .", paste("race", 2:4)),
      list(race = as.character(1:4)))

# ---- interactions ---------------------------------------------------------------------------------------------------

# As model(), with average predictions and effects from model matrices of changed data.
#   at      list(FIGURE = list(variable = level, ...)): predictions
#   slopes  list(FIGURE = list(of = number, variable = level, ...)): effects
#   second  list(FIGURE = c(+ + - -)): combinations of what was named before, by name
interactions <- function(case, formula, design, family, names, at = list(), slopes = list(), second = list(), terms = list()) {
  m <- fit(formula, design, family)
  b <- coef(m)
  v <- vcov(m)
  nu <- m$df.residual
  stopifnot(length(b) == length(names))
  put(case, ".", "df", nu)
  for (i in seq_along(b)) {
    put(case, paste("coefficient", names[i]), "estimate", b[i])
    put(case, paste("coefficient", names[i]), "se", sqrt(v[i, i]))
  }
  for (term in names(terms)) {
    positions <- which(attr(model.matrix(m), "assign") == which(attr(stats::terms(m), "term.labels") == term))
    w <- drop(b[positions] %*% solve(v[positions, positions], b[positions]))
    q <- length(positions)
    native <- regTermTest(m, as.formula(paste("~", term)))
    stopifnot(all.equal(as.numeric(native$Ftest), w / q, tolerance = 1e-8))
    f <- w * (nu - q + 1) / (q * nu)
    put(case, paste("wald", terms[[term]], "."), "statistic", f)
    put(case, paste("wald", terms[[term]], "."), "p", pf(f, q, nu - q + 1, lower.tail = FALSE))
  }
  x <- model.matrix(m)
  inside <- match(rownames(x), rownames(design$variables))
  w <- weights(design, "sampling")[inside]
  eta <- drop(x %*% b)
  a <- solve(crossprod(x, x * (w * family$mu.eta(eta))))
  u <- (x * (w * (m$y - family$linkinv(eta)))) %*% a
  recvar <- function(z) {
    whole <- matrix(0, nrow(design$variables), NCOL(z))
    whole[inside, ] <- z
    svyrecvar(whole, design$cluster, design$strata, design$fpc)
  }
  changed <- function(settings, shift = NULL, by = 0) {
    data <- design$variables[inside, ]
    for (name in setdiff(names(settings), "of")) data[[name]] <- factor(settings[[name]], levels(data[[name]]))
    if (!is.null(shift)) data[[shift]] <- data[[shift]] + by
    model.matrix(delete.response(stats::terms(m)), model.frame(delete.response(stats::terms(m)), data, xlev = m$xlevels))
  }
  # Without a term that others contain, update() puts its columns into theirs.
  top <- function(term) {
    parts <- strsplit(setdiff(attr(stats::terms(m), "term.labels"), term), ":")
    !any(sapply(parts, function(p) all(strsplit(term, ":")[[1]] %in% p)))
  }
  for (term in names(terms))
    term_tests(case, terms[[term]], m, x, w, m$y,
               which(attr(x, "assign") == which(attr(stats::terms(m), "term.labels") == term)), nu, recvar,
               if (top(term)) as.formula(paste("~", term)), design)
  values <- list()
  influences <- list()
  keep <- function(figure, value, influence) {
    values[[figure]] <<- value
    influences[[figure]] <<- influence
    put(case, figure, "estimate", value)
    put(case, figure, "se", sqrt(recvar(influence)))
  }
  for (figure in names(at)) {
    xl <- changed(at[[figure]])
    el <- drop(xl %*% b)
    ml <- sum(w * family$linkinv(el)) / sum(w)
    g <- colSums(w * family$mu.eta(el) * xl) / sum(w)
    keep(figure, ml, w * (family$linkinv(el) - ml) / sum(w) + drop(u %*% g))
  }
  for (figure in names(slopes)) {
    of <- slopes[[figure]]$of
    xl <- changed(slopes[[figure]])
    # Polynomials up to the second degree: the central difference is exact.
    d <- (changed(slopes[[figure]], of, 1) - changed(slopes[[figure]], of, -1)) / 2
    el <- drop(xl %*% b)
    change <- drop(d %*% b)
    slope <- family$mu.eta(el)
    bend <- switch(family$family, quasibinomial = slope * (1 - 2 * family$linkinv(el)), quasipoisson = slope, 0 * el)
    value <- sum(w * slope * change) / sum(w)
    g <- colSums(w * (bend * change * xl + slope * d)) / sum(w)
    keep(figure, value, w * (slope * change - value) / sum(w) + drop(u %*% g))
  }
  for (figure in names(second)) {
    parts <- names(second[[figure]])
    keep(figure, sum(second[[figure]] * unlist(values[parts])),
         Reduce(`+`, Map(`*`, second[[figure]], influences[parts])))
  }
  invisible(m)
}

both <- function(a, b, as, bs) {
  found <- list()
  for (x in as) for (y in bs) found[[paste0("prediction ", a, ":", b, " ", x, ":", y)]] <- setNames(list(x, y), c(a, b))
  found
}
corners <- function(a, b, as, bs) {
  found <- list()
  name <- function(x, y) paste0("prediction ", a, ":", b, " ", x, ":", y)
  for (x in as[-1]) for (y in bs[-1])
    found[[paste0("difference ", a, ":", b, " ", x, ":", y)]] <-
      setNames(c(1, -1, -1, 1), c(name(x, y), name(as[1], y), name(x, bs[1]), name(as[1], bs[1])))
  found
}

interactions("nhanes race sex", chol ~ race * sex, dnhanes, quasibinomial(),
             c("(intercept) .", paste("race", 2:4), "sex 2", paste0("race:sex ", 2:4, ":2")),
             c(both("race", "sex", as.character(1:4), c("1", "2")),
               list("prediction race 3" = list(race = "3"), "prediction sex 2" = list(sex = "2"))),
             second = corners("race", "sex", as.character(1:4), c("1", "2")),
             terms = list("race:sex" = "race:sex", sex = "sex"))
interactions("nhanes score race", chol ~ score + race + score:race, dnhanes, quasibinomial(),
             c("(intercept) .", "score .", paste("race", 2:4), paste("race:score", 2:4)),
             list("prediction race 2" = list(race = "2")),
             c(list("effect score ." = list(of = "score")),
               setNames(lapply(1:4, function(r) list(of = "score", race = as.character(r))), paste("effect race:score", 1:4))),
             second = setNames(lapply(2:4, function(r) setNames(c(1, -1), paste("effect race:score", c(r, 1)))),
                               paste("difference race:score", 2:4)),
             terms = list("score:race" = "race:score"))
interactions("nhanes square", chol ~ score + I(score^2) + sex, dnhanes, quasibinomial(),
             c("(intercept) .", "score .", "score:score .", "sex 2")[c(1, 2, 3, 4)],
             list("prediction sex 1" = list(sex = "1")), list("effect score ." = list(of = "score")),
             terms = list("I(score^2)" = "score:score"))
interactions("clus1 numbers", api00 ~ ell * meals + stype, update(dclus1, stype = factor(stype)), gaussian(),
             c("(intercept) .", "ell .", "meals .", "stype H", "stype M", "ell:meals ."),
             list("prediction stype H" = list(stype = "H")),
             list("effect ell ." = list(of = "ell"), "effect meals ." = list(of = "meals")),
             terms = list("ell:meals" = "ell:meals"))
interactions("clus1 counts", enroll ~ stype * sch_wide, update(dclus1, stype = factor(stype), sch_wide = factor(sch_wide)),
             quasipoisson(),
             c("(intercept) .", "stype H", "stype M", "sch_wide Yes", "stype:sch_wide H:Yes", "stype:sch_wide M:Yes"),
             both("stype", "sch_wide", c("E", "H", "M"), c("No", "Yes")),
             second = corners("stype", "sch_wide", c("E", "H", "M"), c("No", "Yes")),
             terms = list("stype:sch_wide" = "stype:sch_wide"))

# ---- waves ----------------------------------------------------------------------------------------------------------

panel <- read_data("panel")
panel$year <- panel$wave
panel$sex <- factor(panel$sex)
dpanel <- svydesign(id = ~cluster, strata = ~stratum, fpc = ~clusters, weights = ~weight, nest = TRUE, data = panel)
model("panel", afraid ~ sex + score, dpanel, quasibinomial(), c("(intercept) .", "sex 2", "score ."),
      list(sex = c("1", "2")), "score")
options(survey.lonely.psu = "adjust")
m <- fit(afraid ~ sex + score, dpanel, quasibinomial())
for (i in 1:3) put("panel adjust", paste("coefficient", c("(intercept) .", "sex 2", "score .")[i]), "se", SE(m)[i])
options(survey.lonely.psu = "remove")

county <- read_data("county")
for (name in c("sex", "area", "wave")) county[[name]] <- factor(county[[name]])
county$worried <- ifelse(county$q1 %in% c(1:4), as.numeric(county$q1 %in% 1:2), NA)
dcounty <- svydesign(id = ~cluster, strata = ~interaction(wave, stratum), weights = ~weight, nest = TRUE,
                     data = county[!is.na(county$weight), ])
model("county", worried ~ wave + sex + area + x, dcounty, quasibinomial(),
      c("(intercept) .", "wave 2016", "wave 2019", "wave 2024", "sex 2", "area S", "area W", "x ."),
      list(sex = c("1", "2"), area = c("N", "S", "W")), "x",
      with_formulas(list(wave = 2:4, sex = 5, area = 6:7, x = 8, "(all)" = 2:8),
                    list(wave = "wave", sex = "sex", area = "area", x = "x")))

model("county offset", worried ~ sex + area + offset(x), dcounty, quasibinomial(),
      c("(intercept) .", "sex 2", "area S", "area W"), list(sex = c("1", "2"), area = c("N", "S", "W")), character(),
      with_formulas(list(area = 3:4), list(area = "area")))
interactions("county three", worried ~ sex * area * x, dcounty, quasibinomial(),
             c("(intercept) .", "sex 2", "area S", "area W", "x .", "sex:area 2:S", "sex:area 2:W", "sex:x 2", "area:x S",
               "area:x W", "sex:area:x 2:S", "sex:area:x 2:W"),
             c(both("sex", "area", c("1", "2"), c("N", "S", "W")), list("prediction sex 2" = list(sex = "2"))),
             c(list("effect x ." = list(of = "x"), "effect sex:x 2" = list(of = "x", sex = "2"),
                    "effect area:x W" = list(of = "x", area = "W")),
               setNames(lapply(1:6, function(i) list(of = "x", sex = c("1", "2")[(i - 1) %/% 3 + 1], area = c("N", "S", "W")[(i - 1) %% 3 + 1])),
                        paste0("effect sex:area:x ", rep(1:2, each = 3), ":", c("N", "S", "W")))),
             second = c(corners("sex", "area", c("1", "2"), c("N", "S", "W")),
                        setNames(lapply(c("S", "W"), function(l) setNames(c(1, -1, -1, 1), paste0("effect sex:area:x ", c(paste0("2:", l), "2:N", paste0("1:", l), "1:N")))),
                                 paste0("difference sex:area:x 2:", c("S", "W")))),
             terms = list("sex:area:x" = "sex:area:x", "area:x" = "area:x"))
three <- list()
for (a in 1:4) for (b in 1:2) for (c in 1:2)
  three[[paste0("prediction age:sex:chosen ", a, ":", b, ":", c("a", "b")[c])]] <- list(age = as.character(a), sex = as.character(b), chosen = c("a", "b")[c])
third <- list()
for (a in 2:4) {
  name <- function(a, b, c) paste0("prediction age:sex:chosen ", a, ":", b, ":", c)
  third[[paste0("difference age:sex:chosen ", a, ":2:b")]] <-
    setNames(c(1, -1, -1, 1, -1, 1, 1, -1), c(name(a, 2, "b"), name(1, 2, "b"), name(a, 1, "b"), name(1, 1, "b"),
                                              name(a, 2, "a"), name(1, 2, "a"), name(a, 1, "a"), name(1, 1, "a")))
}
nhanes$chosen <- factor(ifelse(nhanes$race %in% c("2", "3"), "b", "a"))
dchosen <- svydesign(id = ~psu, strata = ~stratum, weights = ~weight, nest = TRUE, data = nhanes)
interactions("nhanes three", chol ~ age * sex * chosen, dchosen, gaussian(),
             c("(intercept) .", paste("age", 2:4), "sex 2", "chosen b", paste0("age:sex ", 2:4, ":2"),
               paste0("age:chosen ", 2:4, ":b"), "sex:chosen 2:b", paste0("age:sex:chosen ", 2:4, ":2:b")),
             c(three, both("age", "sex", as.character(1:4), c("1", "2"))), second = c(third, corners("age", "sex", as.character(1:4), c("1", "2"))),
             terms = list())

# ---- leprosy ---------------------------------------------------------------------------------------------------------

# T8: the simulated case-control study of Rao, Scott & Skinner (1998, Stat. Sinica 8:1059-1070), after Clayton & Hills (1993,
# Statistical Models in Epidemiology, table 18.1), whose non-cases in the population are 17327 ... 6479; survey's data(myco)
# since 4.2.  Cases and as many controls of six ages, with and without a scar of vaccination.
age <- c(7.5, 12.5, 17.5, 22.5, 27.5, 32.5)
population <- c(17327, 13172, 10325, 8026, 5981, 6479)
cases <- rbind(c(11, 28, 16, 20, 36, 47), c(14, 22, 28, 19, 11, 6))
controls <- rbind(c(10, 19, 6, 13, 35, 49), c(15, 31, 38, 26, 12, 4))
rows <- list()
for (case in 1:0) for (i in 1:6) for (scar in 0:1)
  rows[[length(rows) + 1]] <- data.frame(age = age[i], scar = scar, leprosy = case,
                                         weight = if (case) 1 else population[i] / sum(controls[, i]),
                                         recent = (age[i] + 7.5)^-2)[rep(1, (if (case) cases else controls)[scar + 1, i]), ]
write.csv(format(do.call(rbind, rows), digits = 15, trim = TRUE, scientific = FALSE), file.path(here, "..", "data", "golden", "myco.csv"),
          row.names = FALSE, quote = FALSE)
myco <- read_data("myco")
dmyco <- svydesign(id = ~1, strata = ~interaction(age, leprosy), weights = ~weight, data = myco)
model("myco", leprosy ~ recent + scar, dmyco, quasibinomial(), c("(intercept) .", "recent .", "scar ."), numbers = "scar",
      terms = with_formulas(list(recent = 2, scar = 3), list(recent = "recent", scar = "scar")))

golden <- as.data.frame(do.call(rbind, golden))
names(golden) <- c("case", "figure", "statistic", "value")
stopifnot(!any(duplicated(golden[1:3])), !any(grepl(",", as.matrix(golden), fixed = TRUE)))
write.csv(golden, file.path(here, "model.csv"), row.names = FALSE, quote = FALSE)
cat(nrow(golden), "numbers\n")
