# SPDX-License-Identifier: GPL-3.0-or-later
# Results: data frames of every figure, whose printed form is what may be published.

new_table <- function(handle, survey) {
  columns <- .Call(r_table, handle)
  rows <- if (length(columns)) length(columns[[1]]) else 0L
  structure(columns, handle = handle, survey = survey, row.names = seq_len(rows), class = c("trygg_table", "data.frame"))
}

as.data.frame.trygg_table <- function(x, ...) {
  for (name in setdiff(names(attributes(x)), c("names", "row.names", "class"))) attr(x, name) <- NULL
  structure(x, class = "data.frame")
}

publish <- function(table, min_n = NULL) UseMethod("publish")

publish.trygg_table <- function(table, min_n = NULL) {
  if (inherits(table, "trygg_published") && is.null(min_n)) return(table)
  option <- if (!is.null(min_n)) if (min_n == 0) -1 else min_n
  publication <- checked(.Call(r_publish, attr(table, "handle"), some(min_n = option)))
  result <- new_table(.Call(r_publication_table, publication), attr(table, "survey"))
  structure(result, publication = publication, class = c("trygg_published", class(result)))
}

publish.default <- function(table, min_n = NULL) {
  if (is.null(attr(table, "table"))) stop("a result of this package is expected, not a ", class(table)[1])
  publish(attr(table, "table"), min_n)
}

write_published <- function(table, file = NULL, format = "csv", min_n = NULL, language = NULL, title = NULL,
                            width = NULL, color = FALSE, trend = NULL) {
  table <- publish(table, min_n)
  if (!is.null(trend)) trend <- attr(publish(trend, min_n), "publication")
  text <- checked(.Call(r_write, attr(table, "publication"), format, attr(table, "survey")$handle,
                        some(language = language, title = title, width = width, color = as.integer(color),
                             trend = trend)))
  if (is.null(file)) return(text)
  connection <- file(file, "wb")
  on.exit(close(connection))
  writeBin(charToRaw(text), connection)
  invisible(table)
}

# Not the quantiles of the figures: what may be published, with what it rests on.
summary.trygg_table <- function(object, min_n = NULL, ...) publish(as_table(object), min_n)

print.trygg_table <- function(x, min_n = NULL, language = NULL, ...) {
  if (is.null(attr(x, "handle"))) return(print(as.data.frame(x), ...)) # a part of a table
  color <- interactive() && has("cli") && cli::num_ansi_colors() > 1
  cat(write_published(x, format = "table", min_n = min_n, language = language, color = color))
  invisible(x)
}

print.trygg_published <- print.trygg_table

# ---- estimates -----------------------------------------------------------------------------------

# What each row is called: its wave where there are several, codes and indicator.
row_labels <- function(table) {
  keys <- as.list(as.data.frame(table))[attr(table, "keys")]
  if (length(unique(keys$wave)) < 2) keys$wave <- NULL
  unname(apply(do.call(cbind, keys), 1, function(cells) paste(cells[!is.na(cells) & nzchar(cells)], collapse = " ")))
}

estimate_rows <- function(table, rows) {
  if (is.character(rows)) {
    labels <- row_labels(table)
    unknown <- setdiff(rows, labels)
    if (length(unknown)) {
      stop("`", unknown[1], "` is no row of the estimates; the first ones are ", paste0("`", utils::head(labels, 3), "`", collapse = ", "),
           call. = FALSE)
    }
    rows <- match(rows, labels)
  }
  if (!is.numeric(rows) || anyNA(rows)) stop("rows are names or numbers", call. = FALSE)
  as.integer(rows)
}

coef.trygg_estimates <- function(object, ...) setNames(object$estimate, row_labels(object))

vcov.trygg_estimates <- function(object, rows = seq_len(nrow(object)), ...) {
  labels <- row_labels(object)
  rows <- estimate_rows(object, rows)
  matrix <- checked(.Call(r_covariance, attr(object, "estimates"), rows))
  dimnames(matrix) <- list(labels[rows], labels[rows])
  matrix
}

SE.trygg_estimates <- function(object, ...) setNames(object$se, row_labels(object))

deff.trygg_estimates <- function(object, ...) setNames(object$deff, row_labels(object))

cv.trygg_estimates <- function(object, ...) SE.trygg_estimates(object) / coef(object)

limit_names <- function(level) {
  ends <- c((1 - level) / 2, 1 - (1 - level) / 2)
  paste(format(100 * ends, trim = TRUE, digits = 3), "%")
}

estimates_handle <- function(result) {
  handle <- attr(if (inherits(result, "trygg_table")) result else attr(result, "table"), "estimates")
  if (is.null(handle)) stop("estimates of trygg_estimate() are expected, not a ", class(result)[1], call. = FALSE)
  handle
}

# What each cluster adds to the estimates: a row a cluster, a column an estimate, for variances of one's own.
trygg_influence <- function(estimates, rows = NULL) {
  table <- if (inherits(estimates, "trygg_table")) estimates else attr(estimates, "table")
  handle <- estimates_handle(estimates)
  if (is.null(attr(table, "design"))) stop("estimates of a stream have no records to compute influence from")
  rows <- if (is.null(rows)) seq_len(nrow(table)) else estimate_rows(table, rows)
  matrix <- checked(.Call(r_influence, handle, attr(table, "design"), rows))
  strata <- attr(matrix, "strata")
  structure(t(structure(matrix, strata = NULL)), dimnames = list(NULL, row_labels(table)[rows]), stratum = strata)
}

confint.trygg_estimates <- function(object, parm = seq_len(nrow(object)), level = 0.95, ci = attr(object, "ci"), ...) {
  table <- checked(.Call(r_inference, attr(object, "estimates"), some(level = level, ci = ci)))
  columns <- .Call(r_table, table)
  limits <- cbind(columns$lower, columns$upper)
  dimnames(limits) <- list(row_labels(object), limit_names(level))
  limits[parm, , drop = FALSE]
}

trygg_contrast <- function(estimates, coefficients, level = 0.95) {
  if (!inherits(estimates, "trygg_table")) estimates <- as_table(estimates)
  estimates_handle(estimates)
  rows <- estimate_rows(estimates, if (is.null(names(coefficients))) seq_along(coefficients) else names(coefficients))
  as.data.frame(checked(.Call(r_contrast, attr(estimates, "estimates"), rows, as.numeric(coefficients), level)))
}

tidy.trygg_estimates <- function(x, conf.int = FALSE, conf.level = 0.95, ...) {
  frame <- as.data.frame(x)
  keys <- frame[attr(x, "keys") & names(frame) != "indicator"]
  tidied <- cbind(term = frame$indicator, keys, data.frame(estimate = frame$estimate, std.error = frame$se, df = frame$df,
                                                          n = frame$n, deff = frame$deff))
  if (conf.int) {
    limits <- confint(x, level = conf.level)
    tidied$conf.low <- limits[, 1]
    tidied$conf.high <- limits[, 2]
  }
  tidied
}

# Any other result, by the names that tidy tables have.
tidy.trygg_table <- function(x, ...) {
  frame <- as.data.frame(x)
  tidy_names <- c(difference = "estimate", ratio = "estimate", odds_ratio = "estimate", points = "estimate", se = "std.error",
                  lower = "conf.low", upper = "conf.high", p = "p.value", p_adjusted = "adj.p.value", indicator = "term",
                  index = "term")
  if (inherits(x, "trygg_model")) tidy_names["term"] <- "variable"
  known <- names(frame) %in% names(tidy_names)
  names(frame)[known] <- tidy_names[names(frame)[known]]
  frame
}

glance.trygg_table <- function(x, ...) {
  notes <- attr(x, "notes")
  number <- function(name) unname(suppressWarnings(as.numeric(notes[name])))
  data.frame(nobs = number("records"), strata = number("strata"), clusters = number("clusters"))
}

glance.trygg_stat <- function(x, ...) glance.trygg_table(attr(x, "table"))

glance.trygg_by <- glance.trygg_stat

# ---- the classes of package survey ---------------------------------------------------------------------

# The rows of a total as a `svystat`.
new_stat <- function(table, statistic) {
  value <- setNames(table$estimate, table$indicator)
  deff <- table$deff
  if (length(deff) > 1) deff <- diag(deff) # what survey's deff() takes the diagonal of
  structure(value, var = unname(vcov(table)), statistic = statistic, deff = deff, table = table,
            class = c("trygg_stat", "svystat"))
}

coef.trygg_stat <- function(object, ...) {
  setNames(attr(object, "table")$estimate, attr(object, "table")$indicator)
}

vcov.trygg_stat <- function(object, ...) {
  matrix <- attr(object, "var")
  dimnames(matrix) <- list(names(coef(object)), names(coef(object)))
  matrix
}

SE.trygg_stat <- function(object, ...) setNames(attr(object, "table")$se, names(coef(object)))

confint.trygg_stat <- function(object, parm = seq_along(coef(object)), level = 0.95, ...) {
  limits <- confint(attr(object, "table"), level = level, ...)
  rownames(limits) <- names(coef(object))
  limits[parm, , drop = FALSE]
}

as.data.frame.trygg_stat <- function(x, ...) as.data.frame(attr(x, "table"))

print.trygg_stat <- function(x, ...) {
  print(attr(x, "table"), ...)
  invisible(x)
}

summary.trygg_stat <- function(object, ...) summary(attr(object, "table"), ...)

deff.trygg_stat <- function(object, ...) setNames(attr(object, "table")$deff, names(coef(object)))

tidy.trygg_stat <- function(x, ...) tidy.trygg_estimates(attr(x, "table"), ...)

# The rows of domains as a `svyby`: a row a domain, the statistics and then their standard errors as columns.
new_by <- function(table, by, statistic, call) {
  frame <- as.data.frame(table)
  keys <- frame[names(by)]
  inside <- Reduce(`&`, lapply(keys, function(key) !is.na(key) & nzchar(key)))
  values <- Map(restore_type, keys, by)
  rows <- which(inside)
  rows <- rows[do.call(order, c(rev(unname(lapply(values, `[`, rows))), list(rows)))]
  domain <- do.call(paste, c(unname(keys[rows, , drop = FALSE]), sep = "."))
  domains <- unique(domain)
  indicators <- unique(frame$indicator[rows])
  place <- outer(domains, indicators, function(d, i) rows[match(paste(d, i, sep = "\r"),
                                                                paste(domain, frame$indicator[rows], sep = "\r"))])
  estimates <- matrix(frame$estimate[place], length(domains), dimnames = list(NULL, indicators))
  errors <- matrix(frame$se[place], length(domains))
  colnames(errors) <- if (length(indicators) > 1) paste("se", indicators, sep = ".") else "se"
  result <- data.frame(lapply(values, `[`, rows[match(domains, domain)]), estimates, errors, check.names = FALSE,
                       row.names = domains)
  matrix <- vcov(table, as.vector(place))
  names <- if (length(indicators) > 1) paste(rep(domains, length(indicators)), rep(indicators, each = length(domains)),
                                             sep = ":") else domains
  dimnames(matrix) <- list(names, names)
  structure(result, var = matrix, call = call, table = table, rows = as.vector(place),
            svyby = list(margins = seq_along(by), nstats = length(indicators), vars = 1L, deffs = FALSE,
                         statistic = statistic, variables = indicators, vartype = "se"),
            class = c("trygg_by", "svyby", "data.frame"))
}

# Codes as the values of the column that they came from.
restore_type <- function(codes, column) {
  if (is.factor(column)) return(factor(codes, levels(column)))
  if (is.logical(column)) return(codes == "1")
  if (is.numeric(column) && !is.object(column)) return(as.numeric(codes))
  codes
}

print.trygg_by <- function(x, ...) {
  print(attr(x, "table"), ...)
  invisible(x)
}

summary.trygg_by <- function(object, ...) summary(attr(object, "table"), ...)

deff.trygg_by <- function(object, ...) {
  setNames(attr(object, "table")$deff[attr(object, "rows")], rownames(attr(object, "var")))
}

as.data.frame.trygg_by <- function(x, ...) as.data.frame(attr(x, "table"))

confint.trygg_by <- function(object, parm, level = 0.95, ...) {
  limits <- confint(attr(object, "table"), level = level, ...)[attr(object, "rows"), , drop = FALSE]
  rownames(limits) <- rownames(attr(object, "var"))
  if (missing(parm)) limits else limits[parm, , drop = FALSE]
}

tidy.trygg_by <- function(x, ...) tidy.trygg_estimates(attr(x, "table"), ...)
