# SPDX-License-Identifier: GPL-3.0-or-later
# What goes wrong is an R error that says what was met and what to do; nothing kills R.
library(trygg)

# The expression fails as an R error whose message matches `says`.
fails <- function(expression, says, class = "error") {
  error <- tryCatch(expression, error = identity)
  if (!inherits(error, class) || !grepl(says, conditionMessage(error))) {
    stop("expected an error like `", says, "`, met: ", if (inherits(error, "error")) conditionMessage(error) else "no error")
  }
}
frame <- data.frame(w = c(1, 1, 2, 1), x = c(1, 2, 4, 2), g = factor(c("a", "a", "b", "b")), h = c("s", "s", "s", "t"), d = 1:4)
changed <- function(column, values) {
  frame[[column]] <- values
  frame
}
design <- trygg_design(weights = ~w, data = frame)
mean <- trygg_mean(~x, design)

# ---- columns and weights ----------------------------------------------------------------------------------------
fails(trygg_design(weights = ~v, data = frame), "no column `v`")
fails(trygg_design(ids = ~clustre, weights = ~w, data = cbind(frame, cluster = 1)), "is it `cluster`")
fails(trygg_design(weights = ~g, data = frame), "`g` is no number but a factor")
fails(trygg_design(weights = ~h, data = frame), "`h` is no number but a character")
fails(trygg_design(weights = ~w, data = changed("w", c(1, NA, 1, NA))), "`w` is missing in 2 records")
fails(trygg_mean(~x, trygg_design(weights = ~w, data = changed("w", c(1, -1, 1, 1)))), "negative weight", "trygg_error")
fails(trygg_mean(~x, trygg_design(weights = ~w, data = changed("w", c(1, Inf, 1, 1)))), "record 2.*no number", "trygg_error")
fails(trygg_design(weights = 1:3, data = frame), "3 long, but the data have 4")
fails(trygg_design(weights = "w", data = frame), "formula such as ~w")
fails(trygg_design(weights = ~w + x, data = frame), "one column")
stopifnot(inherits(tryCatch(trygg_design(data = frame), warning = identity), "warning"))
fails(trygg_mean(~x, trygg_design(ids = ~d, weights = ~w, data = changed("d", c(1, NA, 3, 4)))), "1 records have no value", "trygg_error")
fails(trygg_mean(~x, trygg_design(strata = ~h, weights = ~w, data = frame)), "[Oo]ne cluster|lonely|alone", "trygg_error")
fails(trygg_mean(~x, trygg_design(weights = ~w, fpc = ~d, data = frame)), "population", "trygg_error")
fails(trygg_replicates(~w, "^none", frame), "at least two")
fails(trygg_replicates(~w, data.frame(1:3, 1:3), frame), "3 long")

# ---- what is estimated -------------------------------------------------------------------------------------------
fails(trygg_mean(~y, design), "no column `y`")
fails(trygg_mean("x", design), "one-sided formula")
fails(trygg_mean(x ~ g, design), "one-sided formula")
fails(trygg_mean(~g, design), "trygg_share")
fails(trygg_mean(~x, frame), "trygg_design")
fails(trygg_mean(~x, design, by = ~k), "no column `k`")
fails(trygg_mean(~x, design, by = ~x), "cannot be both")
fails(trygg_mean(~x, design, where = "g=c"), "`c` is no code", "trygg_error")
fails(trygg_mean(~x, design, where = "k=c"), "no column `k`")
fails(trygg_mean(~x, design, ci = "logitt"), "did you mean `logit`", "trygg_error")
fails(trygg_mean(~x, design, level = 2), "between 0 and 1", "trygg_error")
fails(trygg_mean(~x, design, level = NA), "one number")
fails(trygg_mean(~x, design, level = "a"), "one number")
fails(trygg_mean(~x, design, level = c(0.9, 0.95)), "one number")
fails(trygg_mean(~x, design, df = "many"), "degrees of freedom", "trygg_error")
fails(trygg_mean(~x, trygg_design(weights = ~w, data = changed("x", c(1, NA, 2, 2))), na.rm = FALSE), "missing in 1 records")
fails(trygg_quantile(~x, design, 2), "between 0 and 1")
fails(trygg_share(~g, design, of = "c"), "no record has the value `c`")
fails(trygg_ratio(~x, ~w + d, design), "one column over another")
fails(trygg_calibrate(design, data.frame(g = "a", Freq = 1)), "2 records have a category")
fails(trygg_calibrate(design, c(1, 2)), "named by their columns")
fails(trygg_calibrate(design, data.frame(g = "a", n = 1)), "Freq")
fails(trygg_mean(~x, trygg_calibrate(design, c(x = 1e6), "logit:0.9,1.1")), "cannot be met", "trygg_error")
fails(trygg_mean(~x, trygg_calibrate(design, c(x = 10), "loget:1,2")), "logit", "trygg_error")
fails(subset(design, x), "condition")

# ---- surveys and results ----------------------------------------------------------------------------------------------
fails(trygg_survey("/nowhere/at/all"), "no such survey folder", "trygg_error")
fails(trygg_survey(NA), "path of its folder")
fails(trygg_survey(c(settings = "a\nb\n", survey = NA)), "path of its folder")
fails(trygg_survey(c("a\nb\n", "c\nd\n")), "named by them")
error <- tryCatch(trygg_survey(c(settings = "form_id\nx\n", survey = "type,name\nselect_one nowhere,x\n")), error = identity)
stopifnot(inherits(error, "trygg_error"), error$file == "survey", error$line == 2, grepl("nowhere", conditionMessage(error)))
survey <- trygg_survey(c(settings = "form_id,wave\nx,1\n", survey = "type,name,role\ndecimal,w,weight\ndecimal,x,\n"))
fails(trygg_read(survey, list(w = 1:2, x = 1:3)), "3 long")
fails(trygg_read(survey, list(1:2, 1:2)), "names")
fails(trygg_read(survey, data.frame(w = 1:2, x = I(list(1, 2)))), "one value a record")
fails(trygg_read(survey, changed("x", matrix(1:8, 4))), "one value a record")
fails(trygg_read(survey, data.frame(x = 1)), "`w`", "trygg_error")
fails(trygg_read(survey, NULL), "data frame")
fails(trygg_read(survey, 3), "data frame")
fails(trygg_read(survey, "/nowhere.csv"), "nowhere", "trygg_error")
fails(trygg_read(survey, frame, thread = 2), "no option `thread`")
fails(trygg_read(frame, frame), "trygg_survey")
fails(trygg_estimate(frame), "trygg_read")
responses <- trygg_read(survey, frame)
fails(trygg_sample(responses, variance = "bootstrap:x"), "bootstrap", "trygg_error")
fails(trygg_sample(responses, lonely = 3), "one text")
fails(trygg_estimate(responses, "y"), "`y`", "trygg_error")
fails(trygg_representativity(responses, "x"), "keep_silent|codes", "trygg_error")
fails(trygg_representativity(frame, "x"), "keep_silent")
fails(trygg_rejected(responses), "keep_rejected", "trygg_error")
fails(trygg_tipping(frame), "trygg_estimate")
table <- trygg_estimate(responses, "x")
fails(vcov(table, rows = "y"), "no row of the estimates")
fails(vcov(table, rows = 99L), "past the last", "trygg_error")
fails(vcov(table, rows = -1L), "past the last", "trygg_error")
fails(vcov(table, rows = NA), "names or numbers")
fails(trygg_contrast(table, c(y = 1)), "no row of the estimates")
fails(trygg_contrast(frame, c(y = 1)), "result")
fails(publish(frame), "result of this package")
fails(write_published(table, format = "cvs"), "did you mean `csv`", "trygg_error")
fails(write_published(table, language = "xx"), "language", "trygg_error")
fails(trygg_names("nothing"), "no texts `nothing`")
fails(plot(publish(table, 1000)), "may be published")
for (part in list(table[1, ], table["estimate"], head(table, 0))) capture.output(print(part))
path <- tempfile()
saveRDS(list(table, responses, mean), path)
loaded <- readRDS(path)
for (use in list(quote(vcov(loaded[[1]])), quote(print(loaded[[1]])), quote(trygg_estimate(loaded[[2]])), quote(print(loaded[[3]])))) {
  fails(eval(use), "saved in a file")
}
stopifnot(identical(as.data.frame(loaded[[1]]), as.data.frame(table)), identical(coef(loaded[[3]]), coef(mean)))

# ---- the beta distribution's far ends, huge and tiny weights ---------------------------------------------------------------
for (hits in c(1, 300, 299999)) {
  many <- data.frame(w = 1, x = rep(c(1, 0), c(hits, 3e5 - hits)))
  for (ci in trygg_names("interval")) {
    limits <- tryCatch(confint(trygg_share(~x, trygg_design(weights = ~w, data = many)), ci = ci, level = 0.999999), error = identity)
    if (!inherits(limits, "error")) stopifnot(is.finite(limits))
  }
}
for (weights in list(c(1e-300, 1e300, 1, 1), c(0, 0, 0, 1), c(0, 0, 0, 0), rep(5e-324, 4))) {
  result <- tryCatch(trygg_share(~x, trygg_design(weights = ~w, data = changed("w", weights))), error = identity)
  stopifnot(inherits(result, "trygg_stat") || inherits(result, "trygg_error"))
}

# ---- small and empty ------------------------------------------------------------------------------------------------------------
none <- tryCatch(trygg_mean(~x, trygg_design(weights = ~w, data = frame[0, ])), error = identity)
stopifnot(inherits(none, "error") || is.na(coef(none)))
one <- trygg_mean(~x, trygg_design(weights = ~w, data = frame[1, ], lonely = "certainty"))
stopifnot(coef(one) == 1)
missing <- trygg_mean(~x, trygg_design(weights = ~w, data = changed("x", NA_real_)), by = ~g)
stopifnot(nrow(as.data.frame(missing)) >= 1, is.na(as.data.frame(missing)$estimate))

# ---- Ctrl-C ------------------------------------------------------------------------------------------------------------------------
# A second R reads for a long time and is interrupted; it hears of it, and goes on.
if (.Platform$OS.type == "unix") {
  script <- tempfile(fileext = ".R")
  data <- tempfile(fileext = ".csv")
  writeLines(c("w,x", rep(c("1,2", "2,3"), 1e6)), data)
  writeLines(c("library(trygg)",
               "survey <- trygg_survey(c(settings = 'form_id,wave\nx,1\n', survey = 'type,name,role\ndecimal,w,weight\ndecimal,x,\n'))",
               "options(trygg.progress = commandArgs(TRUE) == 'bar')",
               "system(paste('(sleep 0.3; kill -INT', Sys.getpid(), ') >/dev/null 2>&1 &'))",
               "heard <- tryCatch({",
               paste0("  trygg_read(survey, rep('", data, "', 200), threads = 1)"),
               "  'read'", "}, interrupt = function(condition) 'interrupted')",
               "stopifnot(identical(heard, 'interrupted'))", "cat('went on\n')"), script)
  for (bar in c("none", "bar")) {
    said <- system2(file.path(R.home("bin"), "Rscript"), c(script, bar), stdout = TRUE, stderr = TRUE)
    if (!any(grepl("went on", said))) stop(paste(said, collapse = "\n"))
  }
}
