# SPDX-License-Identifier: GPL-3.0-or-later
# Rscript make_phases.R: samples of two phases, as ../data/golden/phases_*.csv, and what variances are by the definition
# with the joint probabilities of both phases (Horvitz & Thompson 1952), as phases.csv beside this script:
# `data,group,indicator,statistic,value`; the statistic is `estimate`, `se`, `df` (R's) or `cov GROUP INDICATOR`.
#
# Where R survey's twophase(method = "full") is right, its numbers must be the same.  Where the first phase is stratified or
# has stages it is not (4.1-1 and 4.4): Dcheck_multi_subset() looks sample sizes of all records up by places among the drawn.
# Without finite populations it takes draws of the first phase for independent ones, so that these have them.
suppressMessages(library(survey))
options(survey.lonely.psu = "fail", digits = 17, warn = 1)
script <- sub("--file=", "", grep("--file=", commandArgs(), value = TRUE, fixed = TRUE)[1], fixed = TRUE)
here <- dirname(script)
data(api)
data(mu284)

golden <- list()
put <- function(data, group, indicator, statistic, value)
  golden[[length(golden) + 1]] <<- c(data, group, indicator, statistic, sprintf("%.17g", as.numeric(value)))

# Answers of the first phase alone are not written.
write_data <- function(data, name) {
  for (column in intersect(c("y", "x", "a"), names(data))) data[[column]][data$sub == 0] <- NA
  for (column in names(data)) if (is.numeric(data[[column]])) data[[column]] <- ifelse(is.na(data[[column]]), "", sprintf("%.15g", data[[column]]))
  path <- file.path(here, "..", "data", "golden", paste0("phases_", name, ".csv"))
  write.csv(data, path, row.names = FALSE, quote = FALSE)
  read.csv(path)
}

# Linearised values of the indicators of a group, and their estimates.
values <- function(v, w, inside) {
  total <- function(y) list(sum(w * y * inside), w * y * inside)
  ratio <- function(y, x) { r <- sum(w * y * inside) / sum(w * x * inside); list(r, w * (y - r * x) * inside / sum(w * x * inside)) }
  list(total = total(v$y), mean = ratio(v$y, 1), share = ratio(v$a, 1), ratio = ratio(v$y, v$x), count = total(v$a))
}

# pi_ij of simple random sampling of n of N units of each stratum; f is n / N.
pairs_of <- function(unit, stratum, n, f) {
  pi <- outer(f, f)
  same <- outer(stratum, stratum, "==")
  pi[same] <- (f * (n - 1) / (n / f - 1))[row(pi)][same]
  same <- outer(unit, unit, "==")
  pi[same] <- f[row(pi)][same]
  pi
}
units_in <- function(unit, stratum) ave(seq_along(unit), stratum, FUN = function(i) length(unique(unit[i])))

joint_of <- function(data) {
  rows <- as.character(seq_len(nrow(data)))
  column <- function(name, otherwise) if (is.null(data[[name]])) otherwise else as.character(data[[name]])
  s <- data$sub == 1
  h <- column("h", rep("1", nrow(data)))
  unit <- paste(h, column("c", rows))
  n <- units_in(unit, h)
  first <- pairs_of(unit[s], h[s], n[s], (n / data$n1)[s])
  if (!is.null(data$d)) {
    later <- paste(unit, data$d)
    m <- units_in(later, unit)
    within <- pairs_of(later[s], unit[s], m[s], (m / data$n2)[s])
    first <- first * ifelse(outer(unit[s], unit[s], "=="), within, outer(diag(within), diag(within)))
  }
  k <- column("k", rep("1", nrow(data)))
  again <- paste(k, column("e", rows))
  all <- units_in(again, k)
  drawn <- units_in(again[s], k[s])
  first * pairs_of(again[s], k[s], drawn, drawn / all[s])
}

freeze <- function(name, design, data, is_right = TRUE) {
  v <- data[data$sub == 1, ]
  joint <- joint_of(data)
  w <- 1 / diag(joint)
  stopifnot(all.equal(unname(w), unname(1 / design$prob), tolerance = 1e-12))
  d <- 1 - outer(diag(joint), diag(joint)) / joint
  diag(d) <- 1 - diag(joint)
  variance <- function(x, y) sum(d * outer(x, y))
  groups <- list(all = rep(TRUE, nrow(v)), g1 = v$g == 1, g2 = v$g == 2)
  u <- list()
  for (group in names(groups)) {
    inside <- if (group == "all") design else suppressWarnings(subset(design, groups[[group]]))
    native <- if (is_right) list(total = svytotal(~y, inside), mean = svymean(~y, inside), share = svymean(~a, inside), count = svytotal(~a, inside))
    f <- values(v, w, groups[[group]])
    for (i in names(f)) {
      part <- variance(f[[i]][[2]], f[[i]][[2]])
      if (!is.null(native[[i]])) stopifnot(all.equal(as.numeric(coef(native[[i]])), f[[i]][[1]], tolerance = 1e-11),
                                           all.equal(as.numeric(SE(native[[i]])), sqrt(part), tolerance = 1e-9))
      put(name, group, i, "estimate", f[[i]][[1]])
      put(name, group, i, "se", sqrt(part))
      u[[paste(group, i)]] <- f[[i]][[2]]
    }
    put(name, group, "mean", "df", degf(inside))
  }
  for (pair in list(c("all mean", "all share"), c("g1 mean", "g2 mean"), c("g1 total", "all total"), c("g1 share", "g2 count"))) {
    s <- strsplit(pair[2], " ")[[1]]
    put(name, s[1], s[2], paste("cov", pair[1]), variance(u[[pair[1]]], u[[pair[2]]]))
  }
}

# A fixed number of each stratum (0: all), by a draw that is frozen in the data.
draw <- function(stratum, size) {
  sub <- rep(0, length(stratum))
  for (s in sort(unique(stratum))) {
    all <- which(stratum == s)
    n <- size[[as.character(s)]]
    sub[if (n == 0) all else all[sample.int(length(all), n)]] <- 1
  }
  sub
}
schools <- function(v) data.frame(y = v$api00, x = v$api99, a = as.integer(v$awards == "Yes"), g = 1 + (v$sch.wide == "Yes"))

# ---- examples of R's own tests and of the books -----------------------------------------------------------------

# Särndal, Swensson & Wretman 1992, 9.4 (M6 of docs/evidence.md).
rei <- data.frame(n1 = 300, w = 15, k = rep(1:2, c(12, 8)), sub = as.integer(1:20 %in% c(1:5, 13:15)), y = c(1:12, 6:13), x = 1:20 / 4,
                  a = rep(c(0, 1, 1), length.out = 20), g = 1 + (c(1:12, 6:13) > 3.5))
rei <- write_data(rei, "rei")
freeze("rei", twophase(id = list(~1, ~1), strata = list(NULL, ~k), fpc = list(~n1, NULL), subset = ~I(sub == 1), data = rei), rei)

# Two stages as two phases: all of a drawn cluster, then some of it.
v <- mu284[c(1:15, rep(1:5, mu284$n2[1:5] - 3)), ]
v <- data.frame(c = v$id1, n1 = v$n1, w = 10, k = v$id1, sub = rep(c(1, 0), c(15, 19)), y = v$y1, x = 20 + seq_len(nrow(v)) %% 7,
                a = as.integer(v$y1 > 43), g = 1 + seq_len(nrow(v)) %% 2)
v <- write_data(v, "mu284")
freeze("mu284", twophase(id = list(~c, ~1), strata = list(NULL, ~k), fpc = list(~n1, NULL), subset = ~I(sub == 1), data = v), v)

# Simple random sampling in both, and a case-cohort study, in which one stratum is taken whole.
data(pbc, package = "survival")
v <- data.frame(n1 = 5000, w = 5000 / nrow(pbc), sub = as.integer(is.na(pbc$trt)), v = pbc$age, y = pbc$bili, x = pbc$age, a = as.integer(pbc$status == 2),
                g = 1 + (pbc$sex == "f"))
v <- write_data(v, "pbc")
design <- twophase(id = list(~1, ~1), fpc = list(~n1, NULL), subset = ~I(sub == 1), data = v)
freeze("pbc", design, v)
# Calibrated to what the first phase has of both: survey's own numbers, of groups by variables that are 0 outside, for
# subset() leaves the residuals there out.
for (method in c("linear", "raking")) {
  calibrated <- calibrate(design, phase = 2, formula = ~factor(g) + v, calfun = method, epsilon = 1e-13)
  for (group in c("all", "g1", "g2")) {
    sample <- calibrated$phase1$sample$variables
    inside <- if (group == "all") 1 + 0 * sample$g else as.integer(sample$g == substr(group, 2, 2))
    calibrated$phase1$sample$variables <- cbind(sample[names(design$phase1$sample$variables)], inside = inside, y.in = sample$y * inside, a.in = sample$a * inside)
    native <- list(total = svytotal(~y.in, calibrated), mean = svyratio(~y.in, ~inside, calibrated), share = svyratio(~a.in, ~inside, calibrated),
                   count = svytotal(~a.in, calibrated))
    for (i in names(native)) {
      put(paste("pbc", method), group, i, "estimate", coef(native[[i]])[[1]])
      put(paste("pbc", method), group, i, "se", SE(native[[i]])[[1]])
    }
  }
}
data(nwtco, package = "survival")
v <- data.frame(n1 = 15710, w = 10, k = nwtco$rel, sub = as.integer(nwtco$in.subcohort | nwtco$rel), y = nwtco$age, x = nwtco$stage, a = nwtco$rel,
                g = nwtco$histol)
v <- write_data(v[c(which(v$k == 1), which(v$k == 0)[1:1000]), ], "nwtco")
freeze("nwtco", twophase(id = list(~1, ~1), strata = list(NULL, ~k), fpc = list(~n1, NULL), subset = ~I(sub == 1), data = v), v)

# ---- every kind of first phase -------------------------------------------------------------------------------------

set.seed(11)
v <- cbind(schools(apistrat), h = apistrat$stype, n1 = apistrat$fpc, w = apistrat$fpc / ave(apistrat$fpc, apistrat$stype, FUN = length), k = as.character(apistrat$comp.imp))
v$sub <- draw(v$k, list(No = 25, Yes = 40))
v <- write_data(v, "strata")
freeze("strata", twophase(id = list(~1, ~1), strata = list(~h, ~k), fpc = list(~n1, NULL), subset = ~I(sub == 1), data = v), v, FALSE)

v <- cbind(schools(apiclus1), c = apiclus1$dnum, n1 = apiclus1$fpc, w = 757 / 15, k = as.character(apiclus1$stype))
v$sub <- draw(v$k, list(E = 50, H = 0, M = 11))
v <- write_data(v, "clusters")
freeze("clusters", twophase(id = list(~c, ~1), strata = list(NULL, ~k), fpc = list(~n1, NULL), subset = ~I(sub == 1), data = v), v)

v <- cbind(schools(apiclus2), c = apiclus2$dnum, d = apiclus2$snum, n1 = apiclus2$fpc1, n2 = apiclus2$fpc2, w = apiclus2$pw, k = as.character(apiclus2$stype))
v$sub <- draw(v$k, list(E = 40, H = 14, M = 13))
v <- write_data(v, "stages")
freeze("stages", twophase(id = list(~c + d, ~1), strata = list(NULL, ~k), fpc = list(~n1 + n2, NULL), subset = ~I(sub == 1), data = v), v, FALSE)

# ---- clusters in the second phase ------------------------------------------------------------------------------------

# Counties, which lie across a sample of schools; and districts, which were drawn first.
v <- cbind(schools(apisrs), n1 = apisrs$fpc, w = apisrs$pw, e = apisrs$cnum)
some <- sort(unique(v$e))
v$sub <- as.integer(v$e %in% some[sample.int(length(some), 18)])
v <- write_data(v, "counties")
freeze("counties", twophase(id = list(~1, ~e), fpc = list(~n1, NULL), subset = ~I(sub == 1), data = v), v)

v <- cbind(schools(apiclus1), c = apiclus1$dnum, n1 = apiclus1$fpc, w = 757 / 15, e = apiclus1$dnum)
some <- sort(unique(v$e))
v$sub <- as.integer(v$e %in% some[sample.int(length(some), 9)])
v <- write_data(v, "districts")
freeze("districts", twophase(id = list(~c, ~e), fpc = list(~n1, NULL), subset = ~I(sub == 1), data = v), v)

golden <- do.call(rbind, golden)
colnames(golden) <- c("data", "group", "indicator", "statistic", "value")
write.csv(golden, file.path(here, "phases.csv"), row.names = FALSE, quote = FALSE)
