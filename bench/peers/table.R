# SPDX-License-Identifier: GPL-3.0-or-later
# Means and linearised standard errors of 40 items by municipality with data.table, as an expert writes it by hand:
# table.R FILE THREADS
suppressMessages(library(data.table))
arguments <- commandArgs(TRUE)
setDTthreads(as.integer(arguments[2]))
items <- sprintf("q%02d", 1:40)
d <- fread(arguments[1], showProgress = FALSE, select = c("muni", "stratum", "psu", "weight", items))
for (q in items)
  set(d, which(d[[q]] >= 7), q, NA)

# Cluster totals of w y and w, their linearised form, and its variance over the clusters of each stratum.
item <- function(q, clusters) {
  e <- data.table(y = d[[q]], weight = d$weight, muni = d$muni, stratum = d$stratum, psu = d$psu)
  x <- e[!is.na(y), .(wy = sum(weight * y), w = sum(weight)), by = .(muni, stratum, psu)]
  m <- x[, .(mean = sum(wy) / sum(w), W = sum(w)), keyby = muni]
  x <- m[x, on = "muni"][, u := (wy - mean * w) / W]
  v <- x[, .(s = sum(u), s2 = sum(u^2)), by = .(muni, stratum)][clusters, on = "stratum", nomatch = NULL]
  v <- v[, .(error = sqrt(sum(N / (N - 1) * (s2 - s^2 / N)))), keyby = muni]
  m[v, on = "muni"]
}
seconds <- system.time({
  clusters <- unique(d[, .(stratum, psu)])[, .N, by = stratum]
  table <- lapply(items, item, clusters)
})[["elapsed"]]
say <- function(key, value) cat(key, format(value, digits = 17), "\n")
say("seconds", seconds)
say("first_mean", table[[1]]$mean[1])
say("first_error", table[[1]]$error[1])
say("means", sum(sapply(table, function(t) sum(t$mean))))
say("errors", sum(sapply(table, function(t) sum(t$error))))
