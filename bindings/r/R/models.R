# SPDX-License-Identifier: GPL-3.0-or-later
# Regressions, and those who did not answer.

# The variable of offset(x) or offset(log(x)) in a formula.
formula_offset <- function(formula) {
  terms <- stats::terms(formula)
  where <- attr(terms, "offset")
  if (is.null(where)) return(list())
  if (length(where) > 1) stop("a formula of a model has one offset at most")
  inner <- attr(terms, "variables")[[where + 1]][[2]]
  if (is.name(inner)) list(offset = as.character(inner))
  else if (is.call(inner) && identical(inner[[1]], as.name("log")) && is.name(inner[[2]])) list(exposure = as.character(inner[[2]]))
  else stop("an offset is a variable or the log of one: offset(x), offset(log(x))")
}

trygg_model <- function(sample, outcome, on = NULL, family = NULL, reference = NULL, intercept = TRUE, parts = NULL,
                        where = NULL, waves = NULL, df = NULL, level = 0.95, tests = NULL, offset = NULL, exposure = NULL,
                        threads = NULL, progress = NULL) {
  sample <- trygg_sample(sample)
  if (inherits(outcome, "formula")) {
    if (length(outcome) != 3) stop("a formula of a model has an outcome and a background: y ~ x + z")
    on <- c(attr(stats::terms(outcome), "term.labels"), on)
    if (attr(stats::terms(outcome), "intercept") == 0) intercept <- FALSE
    known <- formula_offset(outcome)
    if (is.null(offset)) offset <- known$offset
    if (is.null(exposure)) exposure <- known$exposure
    outcome <- deparse(outcome[[2]])
  }
  where <- c(where, sample$where)
  options <- some(outcome = outcome, on = on, family = family, reference = reference, no_intercept = as.integer(!intercept),
                  where = where, waves = waves, df = if (!is.null(df)) as.character(df), offset = offset, exposure = exposure,
                  threads = threads, progress = reporter(progress))
  model <- checked(.Call(r_model, sample$handle, options))
  table <- new_table(checked(.Call(r_model_table, model, some(parts = parts, level = level, tests = tests))), sample$survey)
  structure(table, model = model, class = c("trygg_model", class(table)))
}

# The figures of a part, and what each is called: its term and level.
model_figures <- function(model, part) {
  figures <- as.data.frame(.Call(r_model_figures, attr(model, "model")))
  rows <- which(figures$part == part)
  if (!length(rows)) stop("the model has no part `", part, "`; there are ", paste(unique(figures$part), collapse = ", "), call. = FALSE)
  names <- ifelse(figures$term == "", "(Intercept)", ifelse(figures$level == "", figures$term,
                                                            paste(figures$term, figures$level, sep = "=")))
  list(rows = rows, names = names[rows], estimate = figures$estimate[rows], se = figures$se[rows])
}

coef.trygg_model <- function(object, part = "coefficient", ...) {
  figures <- model_figures(object, part)
  setNames(figures$estimate, figures$names)
}

vcov.trygg_model <- function(object, part = "coefficient", ...) {
  figures <- model_figures(object, part)
  matrix <- .Call(r_model_covariance, attr(object, "model"), figures$rows)
  dimnames(matrix) <- list(figures$names, figures$names)
  matrix
}

SE.trygg_model <- function(object, part = "coefficient", ...) {
  figures <- model_figures(object, part)
  setNames(figures$se, figures$names)
}

confint.trygg_model <- function(object, parm, level = 0.95, part = "coefficient", ...) {
  figures <- model_figures(object, part)
  half <- stats::qt(1 - (1 - level) / 2, df.residual(object)) * figures$se
  limits <- cbind(figures$estimate - half, figures$estimate + half)
  dimnames(limits) <- list(figures$names, limit_names(level))
  if (missing(parm)) limits else limits[parm, , drop = FALSE]
}

df.residual.trygg_model <- function(object, ...) .Call(r_model_summary, attr(object, "model"))$df.residual

nobs.trygg_model <- function(object, ...) .Call(r_model_summary, attr(object, "model"))$nobs

glance.trygg_model <- function(x, ...) {
  summary <- .Call(r_model_summary, attr(x, "model"))
  data.frame(family = summary$family, nobs = summary$nobs, left.out = summary$left.out, df.residual = summary$df.residual,
             r.squared = if (summary$family == "linear") 1 - summary$residual / summary$total else NA_real_)
}

# ---- those who did not answer --------------------------------------------------------------------------------

trygg_nonresponse <- function(sample, indicators = NULL, where = NULL, waves = NULL, df = NULL, level = 0.95,
                              adjust = "holm", min_n = 0, threads = NULL, progress = NULL) {
  sample <- trygg_sample(sample)
  what <- estimate_options(indicators, NULL, c(where, sample$where), waves, FALSE, df, threads, progress)
  new_table(checked(.Call(r_nonresponse, sample$handle, what, some(level = level, adjust = adjust, min_n = min_n))), sample$survey)
}

trygg_weighting <- function(sample, indicators = NULL, by = NULL, where = NULL, waves = NULL, pool = FALSE, df = NULL, level = 0.95,
                            adjust = "holm", min_n = 0, threads = NULL, progress = NULL) {
  sample <- trygg_sample(sample)
  what <- estimate_options(indicators, by, c(where, sample$where), waves, pool, df, threads, progress)
  new_table(checked(.Call(r_weighting, sample$handle, what, some(level = level, adjust = adjust, min_n = min_n))), sample$survey)
}

trygg_representativity <- function(drawn, on, estimates = NULL, waves = NULL, level = 0.95, drawn_weight = NULL) {
  if (!inherits(drawn, "trygg_responses")) stop("everybody who was drawn is expected: trygg_read(survey, data, keep_silent = TRUE)")
  handle <- if (!is.null(estimates)) estimates_handle(estimates)
  new_table(checked(.Call(r_representativity, drawn$handle, handle, some(on = on, waves = waves, level = level, drawn_weight = drawn_weight))),
            drawn$survey)
}

trygg_tipping <- function(estimates, level = 0.95, ci = NULL) {
  new_table(checked(.Call(r_tipping, estimates_handle(estimates), some(level = level, ci = ci))), attr(as_table(estimates), "survey"))
}
