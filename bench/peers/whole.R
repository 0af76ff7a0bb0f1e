# SPDX-License-Identifier: GPL-3.0-or-later
# From file to a table of 40 weighted means by municipality with data.table, without standard errors:
# whole.R FILE THREADS TABLE
suppressMessages(library(data.table))
arguments <- commandArgs(TRUE)
threads <- as.integer(arguments[2])
setDTthreads(threads)
items <- sprintf("q%02d", 1:40)
mean_of <- function(x, w) {
  valid <- !is.na(x) & x < 7
  sum(w[valid] * x[valid]) / sum(w[valid])
}
seconds <- system.time({
  d <- fread(arguments[1], nThread = threads, showProgress = FALSE, select = c("muni", "weight", items))
  means <- d[, lapply(.SD, mean_of, weight), keyby = muni, .SDcols = items]
  fwrite(means, arguments[3])
})[["elapsed"]]
say <- function(key, value) cat(key, format(value, digits = 17), "\n")
say("seconds", seconds)
say("first_mean", means$q01[1])
say("means", sum(as.matrix(means[, ..items])))
