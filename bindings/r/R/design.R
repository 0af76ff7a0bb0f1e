# SPDX-License-Identifier: GPL-3.0-or-later
# Designs without a survey folder: a data frame, and formulas that say which columns are what.

# The terms of a one-sided formula as named columns: bare names, and expressions evaluated in the data.  None for
# NULL, ~0 and ~1.
formula_columns <- function(formula, data) {
  if (is.null(formula)) return(list())
  if (!inherits(formula, "formula") || length(formula) != 2) {
    stop("a one-sided formula such as ~x is expected here", call. = FALSE)
  }
  labels <- attr(stats::terms(formula), "term.labels")
  columns <- lapply(labels, function(label) {
    term <- str2lang(label)
    if (is.name(term)) {
      column <- data[[as.character(term)]]
      if (is.null(column)) stop(no_column(as.character(term), names(data)), call. = FALSE)
      return(column)
    }
    unknown <- setdiff(all.vars(term), c(names(data), ls(environment(formula)), "T", "F", "pi"))
    if (length(unknown)) stop(no_column(unknown[1], names(data)), call. = FALSE)
    column <- eval(term, data, environment(formula))
    if (length(column) != nrow(data)) {
      stop("`", label, "` is ", length(column), " long, but the data have ", nrow(data), " records", call. = FALSE)
    }
    column
  })
  plain <- gsub("^`|`$", "", labels)
  names(columns) <- plain
  for (i in which(!vapply(labels, function(label) is.name(str2lang(label)), NA) | grepl("[[:space:]]", plain))) {
    names(columns)[i] <- column_name(plain[i])
    if (is.null(attr(columns[[i]], "label"))) attr(columns[[i]], "label") <- labels[i]
  }
  columns
}

# An expression as a name without blanks and signs.
column_name <- function(label) gsub("^[.]+|[.]+$", "", gsub("[.]{2,}", ".", make.names(label)))

no_column <- function(name, names) {
  distance <- utils::adist(name, names, ignore.case = TRUE)
  near <- which.min(distance)
  paste0("the data have no column `", name, "`",
         if (length(near) && distance[near] <= max(1, nchar(name) / 3)) paste0("; is it `", names[near], "`?"))
}

# The columns of a role, a stage each, as a list of list(role, name, values).
role_columns <- function(role, given, data) {
  if (is.character(given)) stop("`", role, "` is a formula such as ~", given[1], ", or the values themselves", call. = FALSE)
  columns <- if (is.null(given) || inherits(given, "formula")) formula_columns(given, data) else list(given)
  if (is.null(names(columns))) names(columns) <- rep(role, length(columns))
  Map(function(values, name, stage) {
    if (length(values) != nrow(data)) {
      stop("`", role, "` is ", length(values), " long, but the data have ", nrow(data), " records", call. = FALSE)
    }
    list(role = paste0(role, if (stage > 1) stage), name = name, values = values)
  }, columns, names(columns), seq_along(columns))
}

check_numbers <- function(role, what) {
  if (!is.numeric(role$values)) {
    stop("the ", what, " `", role$name, "` is no number but a ", class(role$values)[1],
         if (is.factor(role$values)) "; as.numeric(as.character()) makes numbers of its levels", call. = FALSE)
  }
  if (anyNA(role$values)) {
    stop("the ", what, " `", role$name, "` is missing in ", sum(is.na(role$values)),
         " records; leave them out, or give them one", call. = FALSE)
  }
}

lonely_option <- function(lonely) {
  if (is.null(lonely)) return(NULL)
  switch(lonely, remove = , certainty = "certainty", lonely)
}

new_design <- function(data, roles, settings = list(), ...) {
  structure(list(data = data, roles = unname(roles), settings = settings, options = some(...)), class = "trygg_design")
}

# What was drawn once more, by columns without a role of their own that the settings name.
second_phase <- function(phase2, strata, clusters, inclusion, data) {
  columns <- Map(function(given, role) {
    found <- role_columns(role, given, data)
    if (length(found) > 1) found[[1]]$values <- do.call(paste, lapply(unname(found), function(it) as.character(it$values)))
    if (length(found)) list(role = role, name = paste(vapply(found, `[[`, "", "name"), collapse = ", "), values = found[[1]]$values)
  }, list(phase2, strata, clusters, inclusion), c("phase2", "phase2_strata", "phase2_clusters", "phase2_inclusion"))
  columns <- Filter(Negate(is.null), unname(columns))
  if (!length(columns)) return(NULL)
  if (columns[[1]]$role != "phase2") stop("`phase2` says who was drawn once more: a condition such as ~I(form == 2)", call. = FALSE)
  if (anyNA(columns[[1]]$values) || !all(columns[[1]]$values %in% 0:1)) {
    stop("`phase2` is TRUE or FALSE in every record", call. = FALSE)
  }
  columns[[1]]$values <- as.integer(columns[[1]]$values)
  roles <- vapply(columns, `[[`, "", "role")
  list(roles = columns, settings = as.list(setNames(paste0(".", roles, ifelse(roles == "phase2", "=1", "")), roles)))
}

trygg_design <- function(ids = ~1, strata = NULL, weights = NULL, fpc = NULL, data, wave = NULL, overlapping = FALSE,
                         lonely = getOption("survey.lonely.psu", "fail"),
                         domain_lonely = getOption("survey.adjust.domain.lonely", FALSE), inclusion = NULL,
                         inclusion_method = NULL, phase2 = NULL, phase2_strata = NULL, phase2_clusters = NULL,
                         phase2_inclusion = NULL, ...) {
  if (!is.data.frame(data)) data <- as.data.frame(data)
  weights <- role_columns("weight", weights, data)
  roles <- c(role_columns("cluster", ids, data), role_columns("stratum", strata, data), weights,
             role_columns("fpc", fpc, data), role_columns("inclusion", inclusion, data), role_columns("wave", wave, data))
  phase <- second_phase(phase2, phase2_strata, phase2_clusters, phase2_inclusion, data)
  if (sum(vapply(roles, function(role) grepl("^wave", role$role), NA)) > 1) stop("the wave is one column")
  if (length(weights) > 1) stop("the weight is one column")
  for (role in roles) if (grepl("^(weight|fpc|inclusion)", role$role)) check_numbers(role, sub("[0-9]+$", "", role$role))
  if (length(weights) == 0 && is.null(inclusion)) warning("no weights are given: each record counts once", call. = FALSE)
  settings <- c(some(waves = if (overlapping) "overlapping", inclusion = inclusion_method), phase$settings)
  new_design(data, c(roles, phase$roles), settings, lonely = lonely_option(lonely), domain_lonely = as.integer(domain_lonely), ...)
}

# `repweights`: a formula, a regular expression of names, or columns.
trygg_replicates <- function(weights, repweights, data, type = "other", scale = NULL, rscales = NULL, rho = NULL,
                             mse = getOption("survey.replicates.mse", FALSE)) {
  if (!is.data.frame(data)) data <- as.data.frame(data)
  weights <- role_columns("weight", weights, data)
  columns <- if (is.character(repweights)) {
    data[grepl(repweights, names(data))]
  } else if (inherits(repweights, "formula")) {
    formula_columns(repweights, data)
  } else {
    as.data.frame(repweights)
  }
  if (length(columns) < 2) stop("replicate weights are at least two columns")
  if (length(columns[[1]]) != nrow(data)) {
    stop("the replicate weights are ", length(columns[[1]]), " long, but the data have ", nrow(data), " records")
  }
  roles <- Map(function(values, name) list(role = "replicate", name = name, values = values), unname(as.list(columns)),
               names(columns))
  for (role in c(weights, roles)) check_numbers(role, role$role)
  exact <- function(x) if (!is.null(x)) paste(format(as.numeric(x), digits = 17, trim = TRUE), collapse = " ")
  settings <- some(replicate_type = type, replicate_scale = exact(scale), replicate_rscales = exact(rscales),
                   replicate_rho = exact(rho), replicate_mse = if (!is.null(mse)) as.character(as.integer(mse)))
  new_design(data, c(weights, roles), settings)
}

print.trygg_design <- function(x, ...) {
  cat("A design of", nrow(x$data), "records\n")
  roles <- vapply(x$roles, function(role) role$role, "")
  for (role in x$roles[roles != "replicate"]) cat("  ", role$role, ": ", role$name, "\n", sep = "")
  if (any(roles == "replicate")) cat("  ", sum(roles == "replicate"), " replicate weights of type ", x$settings$replicate_type, "\n", sep = "")
  if (!is.null(x$margins)) {
    cat("  calibrated by ", x$options$calibrate, " to ", nrow(x$margins), " totals\n", sep = "")
  }
  if (!is.null(x$within)) cat("  within ", sum(x$within), " of the records\n", sep = "")
  invisible(x)
}

dim.trygg_design <- function(x) dim(x$data)

# Part of the records, as a domain: the design keeps all of them.
subset.trygg_design <- function(x, subset, ...) {
  inside <- eval(substitute(subset), x$data, parent.frame())
  if (!is.logical(inside) || length(inside) != nrow(x$data)) stop("`subset` is to be a condition on the columns of the data")
  x$within <- (inside %in% TRUE) & (if (is.null(x$within)) TRUE else x$within)
  x
}

weights.trygg_design <- function(object, ...) {
  for (role in object$roles) if (role$role == "weight") return(as.numeric(role$values))
  rep(1, nrow(object$data))
}

# ---- calibration -----------------------------------------------------------------------------------------

# Empty totals are those of the first phase of a sample; how many there are comes with any codes, if only one.
first_phase_margin <- function(margin, number, data) {
  columns <- formula_columns(margin, data)
  if (all(vapply(columns, is.numeric, NA))) columns <- c(list(rep("all", nrow(data))), columns)
  names(columns) <- sprintf(".first%d_%d", number, seq_along(columns))
  coded <- names(columns)[!vapply(columns, is.numeric, NA)]
  codes <- lapply(setNames(coded, coded), function(name) seq_along(unique(as.character(columns[[name]]))))
  for (name in coded) columns[[name]] <- match(as.character(columns[[name]]), sort(unique(as.character(columns[[name]]))))
  list(rows = data.frame(variables = names(columns), category = "", total = NA_real_),
       columns = lapply(columns, as.numeric), codes = codes)
}

# Totals of the population as rows of margins.csv and the columns that they are about.
margin_of <- function(margin, number, data) {
  if (inherits(margin, "formula")) return(first_phase_margin(margin, number, data))
  if (is.numeric(margin) && !is.table(margin)) {
    names <- names(margin)
    if (is.null(names) || !all(nzchar(names))) stop("totals of numbers are named by their columns: c(age = 1234)", call. = FALSE)
    intercept <- names == "(Intercept)"
    unknown <- setdiff(names[!intercept], names(data))
    if (length(unknown)) stop(no_column(unknown[1], names(data)), call. = FALSE)
    columns <- lapply(setNames(names[!intercept], sprintf(".total%d_%d", number, seq_along(names)[!intercept])),
                      function(name) as.numeric(data[[name]]))
    rows <- data.frame(variables = ifelse(intercept, "", sprintf(".total%d_%d", number, seq_along(names))), category = "",
                       total = as.numeric(margin))
    return(list(rows = rows, columns = columns, codes = list()))
  }
  margin <- as.data.frame(margin)
  about <- setdiff(names(margin), "Freq")
  if (!"Freq" %in% names(margin) || !length(about)) {
    stop("a margin is a table of population counts, or a data frame of categories and `Freq`", call. = FALSE)
  }
  unknown <- setdiff(about, names(data))
  if (length(unknown)) stop(no_column(unknown[1], names(data)), call. = FALSE)
  key <- function(frame) do.call(paste, c(lapply(unname(as.list(frame[about])), as.character), sep = "\r"))
  place <- match(key(data), key(margin))
  if (anyNA(place)) {
    stop(sum(is.na(place)), " records have a category of ", paste(about, collapse = " and "),
         " that the margin has no total for", call. = FALSE)
  }
  name <- sprintf(".margin%d", number)
  list(rows = data.frame(variables = name, category = as.character(seq_len(nrow(margin))), total = as.numeric(margin$Freq)),
       columns = setNames(list(place), name), codes = setNames(list(seq_len(nrow(margin))), name))
}

trygg_calibrate <- function(design, margins, method = "linear") {
  design <- as_trygg(design)
  if (is.data.frame(margins) || !is.list(margins)) margins <- list(margins)
  made <- Map(margin_of, margins, seq_along(margins), MoreArgs = list(data = design$data))
  calibrated(design, made, sub("^raking$", "rake", method))
}

calibrated <- function(design, made, method) {
  design$margins <- do.call(rbind, lapply(made, `[[`, "rows"))
  design$margin_columns <- do.call(c, lapply(unname(made), `[[`, "columns"))
  design$margin_codes <- do.call(c, lapply(unname(made), `[[`, "codes"))
  design$options$calibrate <- method
  design
}

# ---- estimates -------------------------------------------------------------------------------------------

# The values of a column as codes, with labels.
codes_of <- function(column) {
  if (is.logical(column)) return(data.frame(name = c("0", "1"), label = c("FALSE", "TRUE"), missing = ""))
  codes <- labelled_codes(column)
  if (is.null(codes)) {
    values <- plain_column(column)
    codes <- data.frame(name = format_codes(sort(unique(values[!is.na(values)]))), label = "", missing = "")[seq_along(unique(values[!is.na(values)])), ]
  }
  codes$name <- trimws(codes$name)
  codes[nzchar(codes$name) & !duplicated(codes$name), ]
}

format_codes <- function(values) {
  if (is.double(values)) format(values, digits = 15, trim = TRUE, drop0trailing = TRUE, scientific = FALSE) else as.character(values)
}

list_type <- function(names) sprintf("select_one %s", names)

lists_of <- function(codes) {
  if (length(codes)) do.call(rbind, Map(function(name, rows) cbind(list_name = rep(name, nrow(rows)), rows), names(codes), codes))
}

plain_codes <- function(codes) data.frame(name = as.character(codes), label = rep("", length(codes)), missing = rep("", length(codes)))

labels_of <- function(columns, names) {
  labels <- names
  for (name in names) {
    label <- attr(columns[[name]], "label")
    if (is.character(label) && length(label) == 1) labels[names == name] <- label
  }
  labels
}

# The tables and columns of a design's own small survey: `variables` types, named by columns that are lists.
small_survey <- function(design, variables, columns, choices, indicators, missing = rep("", length(variables))) {
  internal <- sprintf(".%s", vapply(design$roles, function(role) role$role, ""))
  counts <- if (length(internal)) ave(seq_along(internal), internal, FUN = seq_along)
  replicate <- internal == ".replicate"
  internal[replicate] <- paste0(internal[replicate], counts[replicate])
  values <- setNames(lapply(design$roles, function(role) role$values), internal)
  roles <- vapply(design$roles, function(role) role$role, "")
  margins <- design$margin_columns
  rows <- rbind(
    data.frame(type = ifelse(grepl("^(weight|fpc|inclusion|replicate|phase2$|phase2_inclusion)", roles), "decimal", "text"), name = internal,
               role = ifelse(grepl("^phase2_(strata|clusters)", roles), "domain", ifelse(grepl("^phase2", roles), "", roles)), label = internal, missing = rep("", length(internal))),
    data.frame(type = unname(variables), name = names(variables), role = rep("", length(variables)),
               label = labels_of(columns, names(variables)), missing = missing),
    data.frame(type = ifelse(names(margins) %in% names(design$margin_codes), list_type(names(margins)), rep("decimal", length(margins))),
               name = as.character(names(margins)), role = rep("", length(margins)), label = as.character(names(margins)), missing = rep("", length(margins)))
  )
  columns <- c(values, columns, margins)
  if (!is.null(design$within)) {
    rows <- rbind(rows, data.frame(type = "select_one .within", name = ".within", role = "", label = ".within", missing = ""))
    columns$.within <- as.integer(design$within)
    choices$.within <- plain_codes(0:1)
  }
  wave <- if ("wave" %in% roles) "" else "all"
  tables <- c(settings = sheet(data.frame(c(list(form_id = "design", wave = wave), design$settings))), survey = sheet(rows))
  lists <- lists_of(c(choices, lapply(design$margin_codes, plain_codes)))
  if (!is.null(lists)) tables["choices"] <- sheet(lists)
  if (!is.null(design$margins)) tables["margins"] <- sheet(design$margins)
  if (!is.null(indicators)) tables["indicators"] <- sheet(indicators)
  list(tables = tables, columns = columns)
}

# Estimate `indicators` (rows of indicators.csv, or none: the variables themselves) of `columns`, by the columns `by`.
design_table <- function(design, columns, type, indicators, by, where, progress = NULL, df = design$df, ...) {
  where_names <- setdiff(sub("=.*", "", where), c(names(columns), names(by)))
  unknown <- setdiff(where_names, names(design$data))
  if (length(unknown)) stop(no_column(unknown[1], names(design$data)), call. = FALSE)
  domains <- c(by[setdiff(names(by), names(columns))], as.list(design$data[where_names]))
  coded <- c(if (type == "select") columns else columns[names(columns) %in% names(by)], domains)
  choices <- lapply(coded, codes_of)
  if (type != "select" && any(names(columns) %in% names(by))) {
    stop("`", intersect(names(columns), names(by))[1], "` cannot be both what is estimated and the domains; give one of ",
         "them another name", call. = FALSE)
  }
  types <- c(setNames(if (type == "select") list_type(names(columns)) else rep(type, length(columns)), names(columns)),
             setNames(list_type(names(domains)), names(domains)))
  survey <- small_survey(design, types, c(columns, domains), choices, indicators)
  responses <- trygg_read(trygg_survey(survey$tables), survey$columns, progress = progress)
  sample <- do.call(trygg_sample, c(list(responses), design$options))
  trygg_estimate(sample, if (is.null(indicators)) names(columns) else indicators$name, by = if (length(by)) names(by),
                 where = c(where, if (!is.null(design$within)) ".within=1"), progress = progress, df = df, ...)
}

# Where there are several waves, they are domains too.
design_result <- function(table, by, statistic, call) {
  waves <- unique(as.character(table$wave))
  if (length(waves) > 1) by <- c(list(wave = character()), by)
  if (length(by)) new_by(table, by, statistic, call) else new_stat(table, statistic)
}

# All the columns of the data of a design as a sample, for models, comparisons and trends.
design_sample <- function(design) {
  data <- design$data[vapply(design$data, function(column) is.null(dim(column)) && !is.list(column), NA)]
  data <- data[!grepl("[[:space:]]|[.][.]", names(data))]
  warn_lost_kinds(data)
  described <- describe_columns(data)
  survey <- small_survey(design, setNames(described$rows$type, names(data)), as.list(data), described$choices, NULL,
                         described$rows$missing)
  responses <- trygg_read(trygg_survey(survey$tables), survey$columns, progress = FALSE)
  sample <- do.call(trygg_sample, c(list(responses), design$options))
  if (!is.null(design$within)) sample$where <- ".within=1"
  sample
}

refuse_missing <- function(columns, na.rm) {
  for (name in names(columns)) {
    if (!na.rm && anyNA(columns[[name]])) {
      stop("`", name, "` is missing in ", sum(is.na(columns[[name]])), " records; na.rm = TRUE leaves them out as a domain",
           call. = FALSE)
    }
  }
}

trygg_share <- function(x, design, by = NULL, where = NULL, of = NULL, na.rm = TRUE, ...) {
  call <- match.call()
  design <- as_trygg(design)
  columns <- formula_columns(x, design$data)
  by <- formula_columns(by, design$data)
  refuse_missing(columns, na.rm)
  names <- names(columns)
  indicators <- if (!is.null(of)) {
    columns <- lapply(columns, function(column) {
      strange <- setdiff(as.character(of), as.character(if (is.factor(column)) levels(column) else column))
      if (length(strange)) stop("no record has the value `", strange[1], "` that a share is wanted of", call. = FALSE)
      structure(ifelse(is.na(column), NA_integer_, as.integer(as.character(column) %in% as.character(of))), label = attr(column, "label"))
    })
    data.frame(name = paste0(names, "_share"), type = "share", variable = names, numerator = "1")
  }
  design_result(design_table(design, columns, "select", indicators, by, where, ...), by, "mean", call)
}

number_columns <- function(formula, design, na.rm) {
  columns <- formula_columns(formula, design$data)
  for (name in names(columns)) {
    if (is.factor(columns[[name]]) || is.character(columns[[name]])) {
      stop("`", name, "` is no number but a ", class(columns[[name]])[1], "; trygg_share() estimates shares of its values",
           call. = FALSE)
    }
    if (is.logical(columns[[name]])) columns[[name]] <- as.integer(columns[[name]])
  }
  refuse_missing(columns, na.rm)
  columns
}

number_statistic <- function(x, design, by, where, na.rm, type, statistic, call, extra = list(), ...) {
  design <- as_trygg(design)
  columns <- number_columns(x, design, na.rm)
  names <- names(columns)
  indicators <- if (!is.null(type)) do.call(data.frame, c(list(name = paste0(names, "_", type), type = type, variable = names), extra))
  by <- formula_columns(by, design$data)
  design_result(design_table(design, columns, "decimal", indicators, by, where, ...), by, statistic, call)
}

trygg_mean <- function(x, design, by = NULL, where = NULL, na.rm = TRUE, ...) {
  number_statistic(x, design, by, where, na.rm, NULL, "mean", match.call(), ...)
}

trygg_total <- function(x, design, by = NULL, where = NULL, na.rm = TRUE, ...) {
  number_statistic(x, design, by, where, na.rm, "total", "total", match.call(), ...)
}

trygg_quantile <- function(x, design, probability = 0.5, by = NULL, where = NULL, na.rm = TRUE, ...) {
  if (!is.numeric(probability) || length(probability) != 1 || !(probability > 0 && probability < 1)) {
    stop("`probability` is one number between 0 and 1")
  }
  number_statistic(x, design, by, where, na.rm, "quantile", "quantile", match.call(),
                   extra = list(numerator = format(probability, digits = 15)), ...)
}

trygg_ratio <- function(numerator, denominator, design, by = NULL, where = NULL, na.rm = TRUE, ...) {
  call <- match.call()
  design <- as_trygg(design)
  columns <- c(number_columns(numerator, design, na.rm), number_columns(denominator, design, na.rm))
  if (length(columns) != 2) stop("a ratio is of one column over another")
  indicators <- data.frame(name = paste0(names(columns)[1], "_per_", names(columns)[2]), type = "ratio",
                           variable = names(columns)[1], denominator = names(columns)[2])
  by <- formula_columns(by, design$data)
  design_result(design_table(design, columns, "decimal", indicators, by, where, ...), by, "ratio", call)
}
