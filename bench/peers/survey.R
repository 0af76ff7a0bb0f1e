# SPDX-License-Identifier: GPL-3.0-or-later
# Mean and standard error of one item by municipality with R survey: survey.R FILE
suppressMessages({library(data.table); library(survey)})
d <- as.data.frame(fread(commandArgs(TRUE)[1], showProgress = FALSE, select = c("muni", "stratum", "psu", "weight", "q01")))
d$q01[d$q01 >= 7] <- NA
design <- svydesign(ids = ~psu, strata = ~stratum, weights = ~weight, nest = TRUE, data = d)
seconds <- system.time(table <- svyby(~q01, ~muni, design, svymean, na.rm = TRUE))[["elapsed"]]
say <- function(key, value) cat(key, format(value, digits = 17), "\n")
say("seconds", seconds)
say("first_mean", table$q01[1])
say("first_error", table$se[1])
say("means", sum(table$q01))
say("errors", sum(table$se))
