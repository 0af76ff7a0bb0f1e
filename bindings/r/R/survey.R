# SPDX-License-Identifier: GPL-3.0-or-later
# Surveys, their responses, and samples that can be estimated from.

# A result of the library, or the condition `trygg_error` that says where and why it failed.
checked <- function(result, call = sys.call(-1)) {
  if (!inherits(result, "trygg_failure")) return(result)
  if (isTRUE(attr(result, "interrupted"))) interrupt(call)
  place <- if (result$file == "(arrays)") {
    paste0("record ", result$line, if (nzchar(result$field)) paste0(", `", result$field, "`"))
  } else if (nzchar(result$file)) {
    paste(c(result$file, if (result$line > 0) result$line, if (result$column > 0) result$column), collapse = ":")
  }
  text <- paste(c(place, result$message), collapse = ": ")
  stop(structure(class = c("trygg_error", "error", "condition"), c(list(message = text, call = call), result[-1])))
}

# NULL options are left to the library.
some <- function(...) Filter(Negate(is.null), list(...))

# As when R itself is interrupted: those who wait for it hear of it, else back to the prompt.
interrupt <- function(call) {
  signalCondition(structure(class = c("interrupt", "condition"), list(message = "interrupted", call = call)))
  invokeRestart("abort")
}

# Whether a package that need not be there is.
has <- function(package) requireNamespace(package, quietly = TRUE)

# A progress function of stage, done and total: cli's bar where cli is, else a line once there is something to wait for.
reporter <- function(progress) {
  if (is.null(progress)) progress <- getOption("trygg.progress", interactive())
  if (!is.function(progress)) {
    if (!isTRUE(progress)) return(NULL)
    progress <- if (has("cli")) cli_reporter() else line_reporter()
  }
  function(stage, done, total) suspendInterrupts(progress(stage, done, total)) # which the library asks about itself
}

line_reporter <- function() {
  begun <- proc.time()[["elapsed"]]
  function(stage, done, total) {
    if (proc.time()[["elapsed"]] - begun < 1) return(invisible())
    message("\r", stage, " ", done, if (total > 0) paste(" of", total), appendLF = total > 0 && done >= total)
  }
}

cli_reporter <- function() {
  bar <- list(stage = "")
  function(stage, done, total) {
    if (bar$stage != stage) {
      bar <<- list(stage = stage, id = cli::cli_progress_bar(stage, total = if (total > 0) total else NA, .auto_close = FALSE))
    }
    cli::cli_progress_update(set = done, id = bar$id)
    if (total > 0 && done >= total) {
      cli::cli_progress_done(id = bar$id)
      bar <<- list(stage = "")
    }
  }
}

trygg_survey <- function(folder) {
  if (!is.character(folder) || !length(folder) || anyNA(folder) || (length(folder) > 1 && is.null(names(folder)))) {
    stop("a survey is the path of its folder, or the texts of its tables, named by them")
  }
  handle <- if (length(folder) == 1 && is.null(names(folder))) {
    checked(.Call(r_codebook_read, enc2utf8(path.expand(folder))))
  } else {
    checked(.Call(r_codebook_build, vapply(folder, enc2utf8, "")))
  }
  structure(list(handle = handle), class = "trygg_survey")
}

print.trygg_survey <- function(x, ...) {
  cat(.Call(r_title, x$handle), ": ", sep = "")
  cat("a survey of", length(trygg_names(x, "variables")), "variables and", length(trygg_names(x, "indicators")),
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

# What indicators.csv says of an indicator; NA for an indicator or column that is not there.
trygg_declared <- function(survey, indicator, column) {
  unlist(lapply(setNames(indicator, indicator), function(name) .Call(r_declared, survey$handle, name, column)))
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
plain_column <- function(column, name = "a column") {
  if (is.list(column) || !is.null(dim(column))) {
    stop("`", name, "` holds ", if (is.list(column)) "lists" else "a matrix", "; a column has one value a record", call. = FALSE)
  }
  if (is.factor(column)) return(as.character(column))
  if (inherits(column, "Date")) return(format(column, "%Y-%m-%d"))
  if (inherits(column, "POSIXt")) return(format(column, "%Y-%m-%dT%H:%M:%S"))
  if (inherits(column, "integer64")) {
    package <- "bit64" # which whoever made the column has
    loadNamespace(package)
    return(as.character(column))
  }
  if (is.double(column) && inherits(column, "haven_labelled") && has("haven")) {
    tag <- haven::na_tag(column)
    if (any(!is.na(tag))) {
      text <- format_codes(as.double(unclass(column)))
      text[is.na(column)] <- NA
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

# The Arrow stream of an object of package nanoarrow or arrow, or NULL.
arrow_stream <- function(data) {
  if (inherits(data, "nanoarrow_array_stream")) return(data)
  if (inherits(data, c("ArrowTabular", "Dataset", "arrow_dplyr_query", "Scanner"))) {
    data <- getExportedValue("arrow", "as_record_batch_reader")(data)
  }
  if (!inherits(data, "RecordBatchReader")) return(NULL)
  stream <- .Call(r_arrow_new)
  data$export_to_c(stream)
  stream
}

# A result as an Arrow stream, which packages nanoarrow and arrow take.
trygg_arrow <- function(table) checked(.Call(r_arrow_export, attr(as_table(table), "handle")))

as_table <- function(result) {
  table <- if (inherits(result, "trygg_table")) result else attr(result, "table")
  if (is.null(attr(table, "handle"))) stop("a whole result is expected, not a part of one", call. = FALSE)
  table
}

trygg_read <- function(survey, data, ..., progress = NULL) {
  if (!inherits(survey, "trygg_survey")) stop("the first argument is a survey: trygg_survey(folder) makes one")
  options <- some(progress = reporter(progress), ...)
  options[] <- lapply(options, function(option) if (is.logical(option)) as.integer(option) else option)
  handle <- if (is.character(data)) {
    .Call(r_load_files, survey$handle, enc2utf8(path.expand(data)), options)
  } else if (!is.null(stream <- arrow_stream(data))) {
    .Call(r_load_arrow, survey$handle, stream, options)
  } else if (is.list(data)) {
    warn_lost_kinds(data)
    .Call(r_load_columns, survey$handle, Map(plain_column, as.list(data), names(data)), options)
  } else {
    stop("data are paths of files, a data frame, or an Arrow table or stream, not a ", class(data)[1])
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

trygg_rejected <- function(responses) new_table(checked(.Call(r_rejected, responses$handle)), responses$survey)

summary.trygg_responses <- function(object, ...) {
  data.frame(responses = length(object), waves = length(trygg_names(object, "waves")),
             warnings = length(trygg_names(object, "warnings")), bytes = .Call(r_memory, unclass(object)$handle))
}

trygg_codes <- function(responses, variable) {
  new_table(checked(.Call(r_codes, responses$handle, variable)), responses$survey)
}

# The first argument is no `responses`, of which the option `response` would be an abbreviation.
trygg_sample <- function(data, ...) {
  if (inherits(data, "trygg_sample")) return(data)
  if (inherits(data, c("trygg_design", "survey.design", "svyrep.design"))) return(design_sample(as_trygg(data)))
  if (!inherits(data, "trygg_responses")) {
    stop("responses of trygg_read() or a sample of trygg_sample() are expected, not a ", class(data)[1], call. = FALSE)
  }
  options <- some(...)
  options[] <- lapply(options, function(option) if (is.logical(option)) as.integer(option) else option)
  handle <- checked(.Call(r_design, data$handle, options))
  structure(list(handle = handle, survey = data$survey), class = "trygg_sample")
}

print.trygg_sample <- function(x, ...) {
  sizes <- trygg_sizes(x)
  cat("A sample of", sizes$clusters, "clusters in", sizes$strata, "strata, for a population of",
      format(sizes$population, big.mark = " "), "\n")
  invisible(x)
}

# Strata, clusters and sum of the weights, over all waves.
trygg_sizes <- function(sample) {
  data.frame(as.list(setNames(.Call(r_sizes, trygg_sample(sample)$handle), c("strata", "clusters", "population"))))
}

# Each stratum of the first stage: its clusters in the sample, and which fraction of all they are (0: not known).
trygg_strata <- function(sample) as.data.frame(.Call(r_strata, trygg_sample(sample)$handle))

trygg_nonresponse_weights <- function(sample) new_table(checked(.Call(r_nonresponse_weights, sample$handle)), sample$survey)

trygg_weights <- function(sample) new_table(checked(.Call(r_weights, sample$handle)), sample$survey)

trygg_margins <- function(sample) new_table(checked(.Call(r_margins, sample$handle)), sample$survey)

estimate_options <- function(indicators, by, where, waves, pool, df, threads, progress) {
  some(indicators = indicators, by = by, where = where, waves = waves, pool = as.integer(pool),
       df = if (!is.null(df)) as.character(df), threads = threads, progress = reporter(progress))
}

estimates_of <- function(sample, indicators, by, where, ...) {
  checked(.Call(r_estimate, sample$handle, estimate_options(indicators, by, c(where, sample$where), ...)), sys.call(-1))
}

new_estimates <- function(estimates, survey, level, ci, design = NULL) {
  table <- new_table(checked(.Call(r_inference, estimates, some(level = level, ci = ci)), sys.call(-1)), survey)
  structure(table, estimates = estimates, design = design, level = level, ci = ci, class = c("trygg_estimates", class(table)))
}

trygg_estimate <- function(sample, indicators = NULL, by = NULL, where = NULL, waves = NULL, pool = FALSE, df = NULL,
                           level = 0.95, ci = NULL, threads = NULL, progress = NULL) {
  sample <- trygg_sample(sample)
  estimates <- estimates_of(sample, indicators, by, where, waves, pool, df, threads, progress)
  new_estimates(estimates, sample$survey, level, ci, sample$handle)
}

trygg_stream <- function(survey, files, indicators = NULL, by = NULL, where = NULL, waves = NULL, pool = FALSE,
                         df = NULL, level = 0.95, ci = NULL, lonely = NULL, progress = NULL, ...) {
  estimates <- checked(.Call(r_stream, survey$handle, enc2utf8(path.expand(files)),
                             some(progress = reporter(progress), ...), some(lonely = lonely),
                             estimate_options(indicators, by, where, waves, pool, df, NULL, FALSE)))
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

trygg_funnel <- function(sample, indicators = NULL, by, target = 0, dispersion = "none", where = NULL, waves = NULL,
                         pool = FALSE, df = NULL, level = 0.95, adjust = "holm", min_n = 0, threads = NULL, progress = NULL) {
  sample <- trygg_sample(sample)
  estimates <- estimates_of(sample, indicators, by, where, waves, pool, df, threads, progress)
  options <- some(target = target, dispersion = dispersion, level = level, adjust = adjust, min_n = min_n)
  new_table(checked(.Call(r_funnel, estimates, options)), sample$survey)
}

trygg_test_groups <- function(sample, indicators = NULL, by, tests = NULL, expected = NULL, where = NULL, waves = NULL,
                              pool = FALSE, df = NULL, adjust = "holm", min_n = 0, threads = NULL, progress = NULL) {
  sample <- trygg_sample(sample)
  estimates <- estimates_of(sample, indicators, by, where, waves, pool, df, threads, progress)
  named <- !is.null(names(expected))
  options <- some(tests = tests, expected = if (!is.null(expected) && !named) as.numeric(expected),
                  expected_texts = if (named) paste(names(expected), format(expected, digits = 17, trim = TRUE), sep = ":"),
                  adjust = adjust, min_n = min_n)
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
                        adjust = "holm", across_breaks = FALSE, min_n = 0, start = NULL, margin = NULL, covariate = NULL,
                        scale = "difference", base = NULL, references = FALSE, pool_waves = 1, on = NULL,
                        threads = NULL, progress = NULL) {
  sample <- trygg_sample(sample)
  estimates <- estimates_of(sample, indicators, by, where, waves, FALSE, NULL, threads, progress)
  options <- some(tests = tests, level = level, adjust = adjust, across_breaks = as.integer(across_breaks),
                  min_n = min_n, start = start, margin = margin, covariate = covariate, scale = scale,
                  base = if (!is.null(base)) as.character(base), references = as.integer(references),
                  pool_waves = as.integer(pool_waves), on = on)
  new_table(checked(.Call(r_trend, estimates, options)), sample$survey)
}

# Follow-up of the measures of measures.csv, taken by the variables `by`.
trygg_measures <- function(sample, indicators = NULL, by, tests = NULL, scale = "difference", where = NULL, waves = NULL,
                           level = 0.95, adjust = "holm", across_breaks = FALSE, min_n = 0, threads = NULL, progress = NULL) {
  sample <- trygg_sample(sample)
  estimates <- estimates_of(sample, indicators, by, where, waves, FALSE, NULL, threads, progress)
  options <- some(tests = tests, scale = scale, level = level, adjust = adjust,
                  across_breaks = as.integer(across_breaks), min_n = min_n)
  new_table(checked(.Call(r_measures, estimates, options)), sample$survey)
}

# A series that was published or computed elsewhere: `covariance` a matrix, or standard errors of independent samples.
trygg_series <- function(time, estimate, covariance = NULL, df = Inf, tests = NULL, level = 0.95, adjust = "holm", start = NULL,
                         margin = NULL, scale = "difference", base = NULL) {
  if (!is.null(covariance) && !is.matrix(covariance)) covariance <- diag(as.numeric(covariance)^2, length(covariance))
  if (!is.null(covariance)) storage.mode(covariance) <- "double"
  new_table(checked(.Call(r_series, as.numeric(time), as.numeric(estimate), covariance, if (is.finite(df)) df else 0,
                          some(tests = tests, level = level, adjust = adjust, start = start, margin = margin, scale = scale,
                               base = if (!is.null(base)) as.character(base)))), NULL)
}
