# SPDX-License-Identifier: GPL-3.0-or-later
# Designs of package survey taken over, and handed back.

as_trygg <- function(design, ...) UseMethod("as_trygg")

as_trygg.trygg_design <- function(design, ...) design

as_trygg.default <- function(design, ...) {
  if (is.data.frame(design)) stop("a design is expected: trygg_design(weights = ~w, data = frame) makes one of a data frame", call. = FALSE)
  stop("designs of svydesign() and svrepdesign() can be taken over, but this is a ", class(design)[1],
       if (inherits(design, "twophase")) ", whose variances leave parts out; make it with method = \"full\"", call. = FALSE)
}

# A subset of a design keeps the numbers of clusters, not the clusters: their zeros would be gone.
check_whole <- function(design) {
  stratum <- as.character(design$strata[[1]])
  found <- tapply(as.character(design$cluster[[1]]), stratum, function(ids) length(unique(ids)))
  drawn <- tapply(design$fpc$sampsize[, 1], stratum, max)
  if (any(found < drawn)) {
    stop("this is a subset that has lost ", sum(drawn - found), " clusters of its design; take over the whole design, ",
         "and use subset() on what comes of it", call. = FALSE)
  }
}

as_trygg.survey.design2 <- function(design, ...) {
  if (inherits(design, "DBIsvydesign")) stop("designs whose data are in a data base cannot be taken over; read them first")
  if (!is.null(design$pps) && !isFALSE(design$pps)) stop("designs with joint probabilities (pps) cannot be taken over")
  check_whole(design)
  fpc <- design$fpc$popsize
  if (!is.null(fpc) && all(is.infinite(fpc))) fpc <- NULL
  stages <- if (is.null(fpc)) 1 else min(ncol(fpc), ncol(design$cluster))
  role <- function(role, stage, name, values) list(role = paste0(role, if (stage > 1) stage), name = name, values = values)
  roles <- list()
  for (stage in seq_len(stages)) {
    ids <- design$cluster[[stage]]
    strata <- as.character(design$strata[[min(stage, ncol(design$strata))]])
    if (anyDuplicated(ids)) roles <- c(roles, list(role("cluster", stage, names(design$cluster)[stage], as.character(ids))))
    if (stage <= ncol(design$strata) && length(unique(strata)) > 1) {
      roles <- c(roles, list(role("stratum", stage, names(design$strata)[stage], strata)))
    }
    if (!is.null(fpc)) roles <- c(roles, list(role("fpc", stage, "fpc", as.numeric(fpc[, stage]))))
  }
  taken <- calibration_of(design)
  roles <- c(roles, list(role("weight", 1, "weights", taken$weights)))
  result <- new_design(design$variables, roles, lonely = lonely_option(getOption("survey.lonely.psu", "fail")),
                       domain_lonely = as.integer(isTRUE(getOption("survey.adjust.domain.lonely"))))
  if (is.null(taken$made)) result else calibrated(result, taken$made, taken$method)
}

categories <- function(index, totals, number) {
  name <- sprintf(".margin%d", number)
  index <- match(index, sort(unique(index)))
  list(rows = data.frame(variables = name, category = as.character(seq_along(totals)), total = as.numeric(totals)),
       columns = setNames(list(index), name), codes = setNames(list(seq_along(totals)), name))
}

# The weights before a calibration, the totals it met, and how.  A design holds what calibrate(), postStratify() and
# rake() left in it: groups and weights, or a model matrix in its QR decomposition and the factors of the weights.
calibration_of <- function(design) {
  weights <- as.numeric(1 / design$prob)
  calibrations <- design$postStrata
  if (!length(calibrations)) return(list(weights = weights))
  if (length(calibrations) > 1) stop("this design was calibrated ", length(calibrations), " times; once can be taken over")
  last <- calibrations[[1]]
  if (inherits(last, "raking")) {
    made <- Map(function(index, number) categories(as.vector(index), rowsum(weights, as.vector(index))[, 1], number), last, seq_along(last))
    return(list(weights = as.numeric(Reduce(`*`, 1 / design$allprob)), made = made, method = "rake"))
  }
  if (!inherits(last, "greg_calibration")) {
    return(list(weights = as.numeric(attr(last, "oldweights")), method = "linear",
                made = list(categories(as.vector(last), rowsum(weights, as.vector(last))[, 1], 1))))
  }
  if (last$stage != 0 || is.null(last$w)) stop("calibration at a later stage cannot be taken over")
  half <- weights / as.numeric(last$w) # the calibrated weight is g half^2, and $w is g half
  zero <- weights == 0
  half[zero] <- 0
  matrix <- qr.X(last$qr)[, seq_len(ncol(last$qr$qr)), drop = FALSE] / ifelse(zero, 1, half)
  g <- ifelse(zero, 1, weights / half^2)
  method <- distance_of(g[!zero], matrix[!zero, , drop = FALSE], design$call)
  names <- sprintf(".total1_%d", seq_len(ncol(matrix)))
  totals <- colSums(matrix * weights)
  constant <- apply(matrix, 2, function(x) all(abs(x - 1) < 1e-9))
  made <- list(rows = data.frame(variables = ifelse(constant, "", names), category = "", total = totals), codes = list(),
               columns = lapply(setNames(which(!constant), names[!constant]), function(i) as.numeric(matrix[, i])))
  list(weights = half^2, made = list(made), method = method)
}

# By which distance factors g were made of a model matrix: that whose inverse is linear in the matrix.  The limits of
# some are in the call alone, and are tried.
distance_of <- function(g, matrix, call) {
  linear <- function(values, at = TRUE) {
    fit <- stats::lm.fit(matrix[at, , drop = FALSE], values[at])
    max(abs(fit$residuals)) < 1e-6 * max(1, abs(values[at]))
  }
  if (linear(g - 1)) return("linear")
  if (all(g > 0) && linear(log(g))) return("rake")
  limits <- tryCatch(as.numeric(unlist(eval(as.list(call)$bounds, list(), globalenv()))), error = function(e) NULL)
  if (length(limits) == 2 && all(is.finite(limits))) {
    given <- paste(format(limits, digits = 15, trim = TRUE), collapse = ",")
    low <- limits[1]
    high <- limits[2]
    if (all(g > low & g < high) && linear(log((g - low) * (high - 1) / ((high - g) * (1 - low))))) return(paste0("logit:", given))
    inside <- g > low + 1e-9 & g < high - 1e-9
    if (any(inside) && linear(g - 1, inside)) return(paste0("truncated:", given))
  }
  stop("how this design was calibrated cannot be seen from it; take over the design before calibration, and use ",
       "trygg_calibrate()", call. = FALSE)
}

# The strata and units of the second phase of all records are in the formulas alone.
as_trygg.twophase2 <- function(design, ...) {
  if (length(design$phase2$postStrata) || length(design$phase1$full$postStrata)) {
    stop("this design of two phases was calibrated; take it over before that, and use trygg_calibrate(design, ~x)", call. = FALSE)
  }
  call <- design$phase2$call
  if (!is.null(call$probs)) stop("second phases with probabilities of their own cannot be taken over; use trygg_design(phase2_inclusion = )")
  if (ncol(design$phase2$cluster) > 1) stop("second phases of several stages cannot be taken over")
  data <- design$phase1$full$variables
  columns <- function(formula) if (!is.null(formula)) formula_columns(if (inherits(formula, "formula")) formula else eval(formula), data)
  ids <- columns(call$ids)
  phase <- second_phase(design$subset, columns(call$strata)[[1]], if (length(ids) && anyDuplicated(ids[[1]])) ids[[1]], NULL, data)
  result <- as_trygg(design$phase1$full)
  result$roles <- c(result$roles, phase$roles)
  result$settings <- c(result$settings, phase$settings)
  inside <- is.finite(design$prob)
  if (!all(inside)) {
    result$within <- rep(FALSE, nrow(data))
    result$within[which(design$subset)[inside]] <- TRUE
  }
  result
}

as_trygg.svyrep.design <- function(design, ...) {
  result <- trygg_replicates(as.numeric(stats::weights(design, "sampling")), as.data.frame(stats::weights(design, "analysis")),
                             design$variables, type = "other", scale = design$scale, rscales = design$rscales,
                             mse = isTRUE(design$mse))
  result$df <- design$degf
  result
}

# ---- back ------------------------------------------------------------------------------------------------------

as_survey <- function(design) {
  if (!inherits(design, "trygg_design")) stop("a design of trygg_design() is expected")
  if (!requireNamespace("survey", quietly = TRUE)) stop("package survey is not installed")
  for (role in design$roles) {
    if (grepl("^(phase2|inclusion)", role$role)) stop("designs of two phases and of inclusion probabilities are not handed back; make them with survey's own twophase() or svydesign()")
  }
  frame <- function(role) {
    found <- Filter(function(it) grepl(paste0("^", role, "[0-9]?$"), it$role), design$roles)
    if (length(found)) as.data.frame(setNames(lapply(found, `[[`, "values"), vapply(found, `[[`, "", "role")))
  }
  formula <- function(columns) if (length(columns)) stats::reformulate(names(columns))
  data <- design$data
  if (!is.null(frame("replicate"))) {
    settings <- design$settings
    numbers <- function(text) if (!is.null(text)) as.numeric(strsplit(text, " ")[[1]])
    made <- survey::svrepdesign(repweights = as.data.frame(lapply(Filter(function(it) it$role == "replicate", design$roles), `[[`, "values"),
                                                           col.names = seq_along(Filter(function(it) it$role == "replicate", design$roles))),
                                weights = stats::weights(design), data = data, type = settings$replicate_type,
                                scale = numbers(settings$replicate_scale), rscales = numbers(settings$replicate_rscales),
                                rho = numbers(settings$replicate_rho), combined.weights = TRUE,
                                mse = identical(settings$replicate_mse, "1"))
    if (!is.null(design$df)) made$degf <- design$df
  } else {
    ids <- frame("cluster")
    fpc <- frame("fpc")
    strata <- frame("stratum")
    depth <- max(1, length(fpc), length(ids))
    if (length(ids) < depth) {
      if (is.null(ids)) ids <- data.frame(cluster = seq_len(nrow(data))) else ids[[paste0("cluster", depth)]] <- seq_len(nrow(data))
    }
    if (length(strata) && length(strata) < depth) for (stage in (length(strata) + 1):depth) strata[[paste0("stratum", stage)]] <- 1
    made <- survey::svydesign(ids = stats::reformulate(names(ids)), strata = formula(strata), fpc = formula(fpc),
                              weights = stats::weights(design), nest = TRUE,
                              data = cbind(data, ids, if (is.null(strata)) data[0] else strata, if (is.null(fpc)) data[0] else fpc))
  }
  if (!is.null(design$margins)) made <- calibrate_back(made, design)
  if (is.null(design$within)) made else made[design$within, ]
}

calibrate_back <- function(made, design) {
  method <- strsplit(design$options$calibrate, ":")[[1]]
  if (method[1] == "given") stop("survey has no name for weights that were calibrated elsewhere; hand back the design without them")
  limits <- if (length(method) > 1) as.numeric(strsplit(method[2], ",")[[1]]) else c(-Inf, Inf)
  margins <- design$margins
  coded <- names(design$margin_codes)
  for (name in names(design$margin_columns)) {
    values <- design$margin_columns[[name]]
    made$variables[[name]] <- if (name %in% coded) factor(values) else values
  }
  count <- function(name) sum(margins$total[margins$variables == name])
  everybody <- if ("" %in% margins$variables) count("") else if (length(coded)) count(coded[1])
  totals <- c(if (!is.null(everybody)) c("(Intercept)" = everybody), unlist(lapply(names(design$margin_columns), function(name) {
    rows <- margins[margins$variables == name, ]
    if (name %in% coded) setNames(rows$total[-1], paste0(name, rows$category[-1])) else setNames(rows$total, name)
  })))
  formula <- stats::reformulate(names(design$margin_columns), intercept = !is.null(everybody))
  result <- survey::calibrate(made, formula, totals, calfun = switch(method[1], linear = , truncated = "linear", rake = "raking", logit = "logit"),
                              bounds = limits, epsilon = 1e-12, maxit = 200)
  result$call <- bquote(calibrate(bounds = .(limits))) # where as_trygg() finds them again
  result
}
