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

publish.default <- function(table, min_n = NULL) publish(attr(table, "table"), min_n)

write_published <- function(table, file = NULL, format = "csv", min_n = NULL, language = NULL, title = NULL,
                            width = NULL) {
  table <- publish(table, min_n)
  text <- checked(.Call(r_write, attr(table, "publication"), format, attr(table, "survey")$handle,
                        some(language = language, title = title, width = width)))
  if (is.null(file)) return(text)
  connection <- file(file, "wb")
  on.exit(close(connection))
  writeBin(charToRaw(text), connection)
  invisible(table)
}

print.trygg_table <- function(x, min_n = NULL, language = NULL, ...) {
  if (is.null(attr(x, "handle"))) return(print(as.data.frame(x), ...)) # a part of a table
  cat(write_published(x, format = "table", min_n = min_n, language = language))
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
  if (is.character(rows)) rows <- match(rows, row_labels(table))
  if (anyNA(rows)) stop("a row that is no row of the estimates")
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

confint.trygg_estimates <- function(object, parm = seq_len(nrow(object)), level = 0.95, ci = attr(object, "ci"), ...) {
  table <- checked(.Call(r_inference, attr(object, "estimates"), some(level = level, ci = ci)))
  columns <- .Call(r_table, table)
  limits <- cbind(columns$lower, columns$upper)
  ends <- c((1 - level) / 2, 1 - (1 - level) / 2)
  dimnames(limits) <- list(row_labels(object), paste(format(100 * ends, trim = TRUE, digits = 3), "%"))
  limits[parm, , drop = FALSE]
}

trygg_contrast <- function(estimates, coefficients, level = 0.95) {
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

glance.trygg_estimates <- function(x, ...) {
  notes <- attr(x, "notes")
  data.frame(nobs = as.numeric(notes["respondents"]), strata = as.numeric(notes["strata"]),
             clusters = as.numeric(notes["clusters"]))
}

# ---- the classes of package survey ---------------------------------------------------------------------

# The rows of a total as a `svystat`.
new_stat <- function(table, statistic) {
  value <- setNames(table$estimate, table$indicator)
  structure(value, var = unname(vcov(table)), statistic = statistic, table = table, class = c("trygg_stat", "svystat"))
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

summary.trygg_stat <- function(object, ...) attr(object, "table")

tidy.trygg_stat <- function(x, ...) tidy.trygg_estimates(attr(x, "table"), ...)

# The rows of domains as a `svyby`: a row a domain, the statistics and then their standard errors as columns.
new_by <- function(table, by, statistic, call) {
  frame <- as.data.frame(table)
  inside <- Reduce(`&`, lapply(by, function(name) !is.na(frame[[name]]) & nzchar(frame[[name]])))
  rows <- which(inside)
  domain <- do.call(paste, c(unname(frame[rows, by, drop = FALSE]), sep = "."))
  domains <- unique(domain)
  indicators <- unique(frame$indicator[rows])
  first <- rows[match(domains, domain)]
  place <- outer(domains, indicators, function(d, i) rows[match(paste(d, i, sep = "\r"),
                                                                paste(domain, frame$indicator[rows], sep = "\r"))])
  values <- matrix(frame$estimate[place], length(domains), dimnames = list(NULL, indicators))
  errors <- matrix(frame$se[place], length(domains))
  colnames(errors) <- if (length(indicators) > 1) paste("se", indicators, sep = ".") else "se"
  result <- data.frame(frame[first, by, drop = FALSE], values, errors, check.names = FALSE, row.names = domains)
  order <- as.vector(place)
  matrix <- vcov(table, order)
  names <- if (length(indicators) > 1) paste(rep(domains, length(indicators)), rep(indicators, each = length(domains)),
                                             sep = ":") else domains
  dimnames(matrix) <- list(names, names)
  structure(result, var = matrix, call = call, table = table, rows = order,
            svyby = list(margins = seq_along(by), nstats = length(indicators), vars = 1L, deffs = FALSE,
                         statistic = statistic, variables = indicators, vartype = "se"),
            class = c("trygg_by", "svyby", "data.frame"))
}

print.trygg_by <- function(x, ...) {
  print(attr(x, "table"), ...)
  invisible(x)
}

summary.trygg_by <- function(object, ...) attr(object, "table")

confint.trygg_by <- function(object, parm, level = 0.95, ...) {
  limits <- confint(attr(object, "table"), level = level, ...)[attr(object, "rows"), , drop = FALSE]
  rownames(limits) <- rownames(attr(object, "var"))
  if (missing(parm)) limits else limits[parm, , drop = FALSE]
}

tidy.trygg_by <- function(x, ...) tidy.trygg_estimates(attr(x, "table"), ...)
