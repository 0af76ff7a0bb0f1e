# SPDX-License-Identifier: GPL-3.0-or-later
# Designs without a survey folder: a data frame, and formulas that say which columns are what.

# The variables of a one-sided formula; none for NULL, ~0 and ~1.
formula_names <- function(formula) if (is.null(formula)) character() else all.vars(formula)

# Columns of a one-sided formula that may hold expressions, as in svydesign.
one_column <- function(formula, data, role) {
  names <- formula_names(formula)
  if (length(names) > 1) stop("`", role, "` is one column")
  if (length(names)) names else NULL
}

trygg_design <- function(ids = ~1, strata = NULL, weights = NULL, fpc = NULL, data,
                         lonely = getOption("survey.lonely.psu", "fail")) {
  lonely <- switch(lonely, fail = "fail", remove = , certainty = "certainty", lonely)
  columns <- c(formula_names(ids), formula_names(strata), formula_names(weights), formula_names(fpc))
  unknown <- setdiff(columns, names(data))
  if (length(unknown)) stop("the data have no column `", unknown[1], "`")
  if (!is.null(weights) && any(is.na(data[[formula_names(weights)]]))) stop("a weight is missing")
  roles <- data.frame(
    type = c(rep("text", length(formula_names(ids)) + length(formula_names(strata))),
             rep("decimal", length(formula_names(weights)) + length(formula_names(fpc)))),
    name = columns,
    role = c(rep("cluster", length(formula_names(ids))), rep("stratum", length(formula_names(strata))),
             rep("weight", length(one_column(weights, data, "weights"))), rep("fpc", length(one_column(fpc, data, "fpc"))))
  )
  structure(list(data = data, roles = roles, lonely = lonely), class = "trygg_design")
}

print.trygg_design <- function(x, ...) {
  cat("A design of", nrow(x$data), "records\n")
  for (i in seq_len(nrow(x$roles))) cat("  ", x$roles$role[i], ": ", x$roles$name[i], "\n", sep = "")
  invisible(x)
}

as_trygg <- function(design) {
  if (inherits(design, "trygg_design")) return(design)
  if (!inherits(design, "survey.design2")) stop("only designs of svydesign() can be taken over; not replicate weights")
  if (!is.null(design$postStrata)) stop("calibrated designs cannot be taken over")
  data <- design$variables
  data$.weight <- stats::weights(design)
  data$.id <- design$cluster[[1]]
  fpc <- design$fpc$popsize
  if (!is.null(fpc)) {
    if (ncol(fpc) > 1) stop("finite populations of later stages cannot be taken over")
    data$.fpc <- fpc[, 1]
  }
  if (design$has.strata) data$.stratum <- design$strata[[1]]
  trygg_design(ids = if (anyDuplicated(data$.id)) ~.id else ~1, strata = if (design$has.strata) ~.stratum,
               weights = ~.weight, fpc = if (!is.null(fpc)) ~.fpc, data = data)
}

as_survey <- function(design) {
  formula <- function(role) {
    names <- design$roles$name[design$roles$role == role]
    if (length(names)) stats::reformulate(sprintf("`%s`", names))
  }
  ids <- formula("cluster")
  survey::svydesign(ids = if (is.null(ids)) ~1 else ids, strata = formula("stratum"), weights = formula("weight"),
                    fpc = formula("fpc"), data = design$data, nest = TRUE)
}

# The values of a column as codes.
codes_of <- function(column) if (is.factor(column)) levels(column) else sort(unique(as.character(plain_column(column)[!is.na(column)])))

# Estimate `indicators` (rows of indicators.csv, or none: the variables themselves) of the design's own small survey.
design_table <- function(design, variables, indicators, by, where, choices, ...) {
  design <- as_trygg(design)
  domains <- setdiff(c(by, sub("=.*", "", where)), c(design$roles$name, names(variables)))
  rows <- rbind(
    design$roles,
    data.frame(type = unname(variables), name = names(variables), role = rep("", length(variables)))[!names(variables) %in% design$roles$name, ],
    data.frame(type = rep("text", length(domains)), name = domains, role = rep("domain", length(domains)))
  )
  unknown <- setdiff(rows$name, names(design$data))
  if (length(unknown)) stop("the data have no column `", unknown[1], "`")
  tables <- c(settings = "form_id,wave\ndesign,all\n", survey = sheet(rows))
  if (length(choices)) {
    tables["choices"] <- sheet(data.frame(list_name = rep(names(choices), lengths(choices)), name = unlist(choices, use.names = FALSE),
                                          label = ""))
  }
  if (!is.null(indicators)) tables["indicators"] <- sheet(indicators)
  responses <- trygg_read(trygg_survey(tables), design$data[rows$name])
  trygg_estimate(trygg_sample(responses, lonely = design$lonely), if (is.null(indicators)) names(variables) else indicators$name,
                 by = if (length(by)) by, where = where, ...)
}

design_result <- function(table, by, statistic, call) {
  if (length(by)) new_by(table, by, statistic, call) else new_stat(table, statistic)
}

trygg_share <- function(x, design, by = NULL, where = NULL, of = NULL, ...) {
  call <- match.call()
  design <- as_trygg(design)
  names <- formula_names(x)
  choices <- lapply(design$data[names], codes_of)
  variables <- setNames(paste("select_one", names), names)
  indicators <- if (!is.null(of)) data.frame(name = paste0(names, "_share"), type = "share", variable = names,
                                             numerator = paste(of, collapse = " "))
  by <- formula_names(by)
  design_result(design_table(design, variables, indicators, by, where, choices, ...), by, "mean", call)
}

number_statistic <- function(x, design, by, where, type, statistic, call, extra = list(), ...) {
  names <- formula_names(x)
  variables <- setNames(rep("decimal", length(names)), names)
  indicators <- if (!is.null(type)) {
    do.call(data.frame, c(list(name = paste0(names, "_", type), type = type, variable = names), extra))
  }
  by <- formula_names(by)
  design_result(design_table(design, variables, indicators, by, where, list(), ...), by, statistic, call)
}

trygg_mean <- function(x, design, by = NULL, where = NULL, ...) {
  number_statistic(x, design, by, where, NULL, "mean", match.call(), ...)
}

trygg_total <- function(x, design, by = NULL, where = NULL, ...) {
  number_statistic(x, design, by, where, "total", "total", match.call(), ...)
}

trygg_quantile <- function(x, design, probability = 0.5, by = NULL, where = NULL, ...) {
  number_statistic(x, design, by, where, "quantile", "quantile", match.call(),
                   extra = list(numerator = format(probability, digits = 15)), ...)
}

trygg_ratio <- function(numerator, denominator, design, by = NULL, where = NULL, ...) {
  call <- match.call()
  names <- c(formula_names(numerator), formula_names(denominator))
  if (length(names) != 2) stop("a ratio is of one column over another")
  indicators <- data.frame(name = paste0(names[1], "_per_", names[2]), type = "ratio", variable = names[1],
                           denominator = names[2])
  by <- formula_names(by)
  table <- design_table(design, setNames(c("decimal", "decimal"), names), indicators, by, where, list(), ...)
  design_result(table, by, "ratio", call)
}

# ---- codebooks of labelled data frames ---------------------------------------------------------------------

# Codes of a column: levels, or labelled values; those that its owner declared missing are user-missing.
labelled_codes <- function(column) {
  if (is.factor(column)) return(data.frame(name = levels(column), label = levels(column), missing = ""))
  labels <- attr(column, "labels")
  if (is.null(labels)) return(NULL)
  range <- attr(column, "na_range")
  user <- labels %in% attr(column, "na_values")
  if (length(range) == 2) user <- user | (labels >= range[1] & labels <= range[2])
  code <- as.character(unclass(labels))
  if (is.double(labels) && requireNamespace("haven", quietly = TRUE)) {
    tag <- haven::na_tag(labels)
    code[!is.na(tag)] <- paste0(".", tag[!is.na(tag)])
    user <- user | !is.na(tag)
  }
  data.frame(name = code, label = names(labels), missing = ifelse(user %in% TRUE, "no_answer", ""))[!is.na(code), ]
}

trygg_codebook <- function(data, roles = character(), form_id = "data", wave = "all") {
  codes <- lapply(data, labelled_codes)
  type <- vapply(names(data), function(name) {
    column <- data[[name]]
    if (!is.null(codes[[name]])) return(paste("select_one", name))
    if (inherits(column, "Date") || inherits(column, "POSIXt")) return("date")
    if (is.numeric(column)) "decimal" else "text"
  }, "")
  kept <- Filter(Negate(is.null), codes)
  for (name in names(kept)) {
    if (inherits(data[[name]], "haven_labelled") && !inherits(data[[name]], "haven_labelled_spss") &&
        any(grepl("missing|saknas|vet ej|no answer", kept[[name]]$label, ignore.case = TRUE))) {
      warning("`", name, "` has labels that speak of missing answers but declares none; read SPSS files with ",
              "`user_na = TRUE`, else the kinds of missing answers are lost", call. = FALSE)
    }
  }
  rows <- data.frame(type = type, name = names(data), role = unname(ifelse(names(data) %in% roles, names(roles)[match(names(data), roles)], "")))
  tables <- c(settings = sheet(data.frame(form_id = form_id, wave = if ("wave" %in% names(roles)) "" else wave)),
              survey = sheet(rows))
  if (length(kept)) {
    choices <- do.call(rbind, Map(function(name, rows) cbind(list_name = name, rows), names(kept), kept))
    tables["choices"] <- sheet(choices)
  }
  trygg_survey(tables)
}
