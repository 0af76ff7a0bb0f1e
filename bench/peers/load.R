# SPDX-License-Identifier: GPL-3.0-or-later
# Load a CSV with data.table: load.R FILE THREADS
suppressMessages(library(data.table))
arguments <- commandArgs(TRUE)
threads <- as.integer(arguments[2])
setDTthreads(threads)
seconds <- system.time(d <- fread(arguments[1], nThread = threads, showProgress = FALSE))[["elapsed"]]
say <- function(key, value) cat(key, format(value, digits = 17), "\n")
say("seconds", seconds)
say("rows", nrow(d))
say("bytes_a_row", round(as.numeric(object.size(d)) / nrow(d), 1))
say("weights", sum(d$weight))
say("age", d[, sum(weight * age) / sum(weight)])
say("q01", d[q01 < 7, sum(weight * q01) / sum(weight)])
