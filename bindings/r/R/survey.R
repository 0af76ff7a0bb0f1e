# SPDX-License-Identifier: GPL-3.0-or-later
# Surveys, their responses, and samples that can be estimated from.

# A result of the library, or the condition `trygg_error` that says where and why it failed.
checked <- function(result, call = sys.call(-1)) {
  if (!inherits(result, "trygg_failure")) return(result)
  place <- c(result$file, if (result$line > 0) result$line, if (result$column > 0) result$column)
  text <- if (nzchar(result$file)) paste0(paste(place, collapse = ":"), ": ", result$message) else result$message
  stop(structure(class = c("trygg_error", "error", "condition"), c(list(message = text, call = call), result[-1])))
}

# NULL options are left to the library.
some <- function(...) Filter(Negate(is.null), list(...))

# A progress function of stage, done and total: cli's bar where cli is, else a line.
reporter <- function(progress) {
  if (is.null(progress) || identical(progress, FALSE)) return(NULL)
  if (is.function(progress)) return(progress)
  if (requireNamespace("cli", quietly = TRUE)) {
    bars <- new.env()
    return(function(stage, done, total) {
      if (is.null(bars[[stage]])) {
        bars[[stage]] <- cli::cli_progress_bar(stage, total = if (total > 0) total else NA, .envir = bars)
      }
      cli::cli_progress_update(set = done, id = bars[[stage]], .envir = bars)
    })
  }
  function(stage, done, total) message("\r", stage, " ", done, if (total > 0) paste(" of", total), appendLF = FALSE)
}

trygg_survey <- function(folder) {
  handle <- if (length(folder) == 1 && is.null(names(folder))) {
    checked(.Call(r_codebook_read, enc2utf8(path.expand(folder))))
  } else {
    checked(.Call(r_codebook_build, vapply(folder, enc2utf8, "")))
  }
  structure(list(handle = handle), class = "trygg_survey")
}

print.trygg_survey <- function(x, ...) {
  cat("A survey of", length(trygg_names(x, "variables")), "variables and", length(trygg_names(x, "indicators")),
      "indicators\n")
  invisible(x)
}

trygg_names <- function(of, what = c("variables", "indicators", "domains", "warnings", "waves")) {
  what <- match.arg(what)
  if (inherits(of, "trygg_survey") && what == "warnings") what <- "codebook_warnings"
  if (is.character(of)) .Call(r_texts, NULL, of) else .Call(r_texts, of$handle, what)
}

trygg_label <- function(survey, name, code = NULL, language = NULL) {
  .Call(r_label, survey$handle, name, code, language)
}

# A table of a survey folder as CSV.
sheet <- function(rows) {
  cells <- vapply(rows, function(column) {
    column <- as.character(column)
    column[is.na(column)] <- ""
    quoted <- grepl("[\",\n]", column)
    column[quoted] <- paste0("\"", gsub("\"", "\"\"", column[quoted], fixed = TRUE), "\"")
    column
  }, character(NROW(rows)))
  lines <- if (NROW(rows) == 1) paste(cells, collapse = ",") else apply(cells, 1, paste, collapse = ",")
  enc2utf8(paste0(paste(c(paste(names(rows), collapse = ","), lines), collapse = "\n"), "\n"))
}

# A column as what the library takes: doubles, integers or texts.
plain_column <- function(column) {
  if (is.factor(column)) return(as.character(column))
  if (inherits(column, "Date")) return(format(column, "%Y-%m-%d"))
  if (inherits(column, "POSIXt")) return(format(column, "%Y-%m-%dT%H:%M:%S"))
  if (is.double(column) && inherits(column, "haven_labelled") && requireNamespace("haven", quietly = TRUE)) {
    tag <- haven::na_tag(column)
    if (any(!is.na(tag))) {
      text <- as.character(unclass(column))
      attributes(text) <- NULL
      text[!is.na(tag)] <- paste0(".", tag[!is.na(tag)])
      return(text)
    }
  }
  if (is.logical(column)) return(as.integer(column))
  if (is.numeric(column) || is.character(column)) {
    attributes(column) <- NULL
    return(column)
  }
  as.character(column)
}

trygg_read <- function(survey, data, ..., progress = NULL) {
  options <- some(progress = reporter(progress), ...)
  handle <- if (is.character(data)) {
    .Call(r_load_files, survey$handle, enc2utf8(path.expand(data)), options)
  } else {
    .Call(r_load_columns, survey$handle, lapply(as.list(data), plain_column), options)
  }
  structure(list(handle = checked(handle), survey = survey), class = "trygg_responses")
}

length.trygg_responses <- function(x) .Call(r_count, unclass(x)$handle)

print.trygg_responses <- function(x, ...) {
  cat(length(x), "responses of the waves", paste(trygg_names(x, "waves"), collapse = ", "), "\n")
  invisible(x)
}

trygg_account <- function(responses) new_table(checked(.Call(r_account, responses$handle)), responses$survey)

trygg_rates <- function(responses) new_table(checked(.Call(r_rates, responses$handle)), responses$survey)

trygg_codes <- function(responses, variable) {
  new_table(checked(.Call(r_codes, responses$handle, variable)), responses$survey)
}

trygg_sample <- function(responses, ...) {
  if (inherits(responses, "trygg_sample")) return(responses)
  handle <- checked(.Call(r_design, responses$handle, some(...)))
  structure(list(handle = handle, survey = responses$survey), class = "trygg_sample")
}

trygg_weights <- function(sample) new_table(checked(.Call(r_weights, sample$handle)), sample$survey)

trygg_margins <- function(sample) new_table(checked(.Call(r_margins, sample$handle)), sample$survey)

estimate_options <- function(indicators, by, where, waves, pool, df, threads, progress) {
  some(indicators = indicators, by = by, where = where, waves = waves, pool = as.integer(pool),
       df = if (!is.null(df)) as.character(df), threads = threads, progress = reporter(progress))
}

estimates_of <- function(sample, ...) checked(.Call(r_estimate, sample$handle, estimate_options(...)), sys.call(-1))

new_estimates <- function(estimates, survey, level, ci) {
  table <- new_table(checked(.Call(r_inference, estimates, some(level = level, ci = ci))), survey)
  structure(table, estimates = estimates, level = level, ci = ci, class = c("trygg_estimates", class(table)))
}

trygg_estimate <- function(sample, indicators = NULL, by = NULL, where = NULL, waves = NULL, pool = FALSE, df = NULL,
                           level = 0.95, ci = NULL, threads = NULL, progress = NULL) {
  sample <- trygg_sample(sample)
  estimates <- estimates_of(sample, indicators, by, where, waves, pool, df, threads, progress)
  new_estimates(estimates, sample$survey, level, ci)
}

trygg_stream <- function(survey, files, indicators = NULL, by = NULL, where = NULL, waves = NULL, pool = FALSE,
                         df = NULL, level = 0.95, ci = NULL, lonely = NULL, progress = NULL, ...) {
  estimates <- checked(.Call(r_stream, survey$handle, enc2utf8(path.expand(files)),
                             some(progress = reporter(progress), ...), some(lonely = lonely),
                             estimate_options(indicators, by, where, waves, pool, df, NULL, NULL)))
  new_estimates(estimates, survey, level, ci)
}

trygg_compare <- function(sample, indicators = NULL, against = "rest", scale = "difference", by = NULL, where = NULL,
                          waves = NULL, pool = FALSE, df = NULL, level = 0.95, adjust = "holm", across_breaks = FALSE,
                          min_n = 0, threads = NULL, progress = NULL) {
  sample <- trygg_sample(sample)
  estimates <- estimates_of(sample, indicators, by, where, waves, pool, df, threads, progress)
  options <- some(against = against, scale = scale, level = level, adjust = adjust,
                  across_breaks = as.integer(across_breaks), min_n = min_n)
  new_table(checked(.Call(r_compare, estimates, options)), sample$survey)
}

trygg_test_groups <- function(sample, indicators = NULL, by, tests = NULL, expected = NULL, where = NULL, waves = NULL,
                              pool = FALSE, df = NULL, adjust = "holm", min_n = 0, threads = NULL, progress = NULL) {
  sample <- trygg_sample(sample)
  estimates <- estimates_of(sample, indicators, by, where, waves, pool, df, threads, progress)
  options <- some(tests = tests, expected = if (!is.null(expected)) as.numeric(expected), adjust = adjust, min_n = min_n)
  new_table(checked(.Call(r_test_groups, estimates, options)), sample$survey)
}

trygg_index <- function(sample, indices = NULL, by = NULL, where = NULL, waves = NULL, level = 0.95, threads = NULL,
                        progress = NULL) {
  sample <- trygg_sample(sample)
  options <- some(names = indices, level = level)
  items <- checked(.Call(r_index_items, sample$survey$handle, options))
  estimates <- estimates_of(sample, items, by, where, waves, FALSE, NULL, threads, progress)
  new_table(checked(.Call(r_index, estimates, options)), sample$survey)
}

trygg_trend <- function(sample, indicators = NULL, tests = NULL, by = NULL, where = NULL, waves = NULL, level = 0.95,
                        adjust = "holm", across_breaks = FALSE, min_n = 0, threads = NULL, progress = NULL) {
  sample <- trygg_sample(sample)
  estimates <- estimates_of(sample, indicators, by, where, waves, FALSE, NULL, threads, progress)
  options <- some(tests = tests, level = level, adjust = adjust, across_breaks = as.integer(across_breaks),
                  min_n = min_n)
  new_table(checked(.Call(r_trend, estimates, options)), sample$survey)
}

trygg_model <- function(sample, outcome, on = NULL, family = NULL, reference = NULL, parts = NULL, where = NULL,
                        waves = NULL, df = NULL, level = 0.95, threads = NULL, progress = NULL) {
  sample <- trygg_sample(sample)
  options <- some(outcome = outcome, on = on, family = family, reference = reference, where = where, waves = waves,
                  df = if (!is.null(df)) as.character(df), threads = threads, progress = reporter(progress))
  model <- checked(.Call(r_model, sample$handle, options))
  new_table(checked(.Call(r_model_table, model, some(parts = parts, level = level))), sample$survey)
}
