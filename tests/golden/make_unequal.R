# SPDX-License-Identifier: GPL-3.0-or-later
# Rscript make_unequal.R: samples with inclusion probabilities of their own, as ../data/golden/pps*.csv, and what R survey
# finds in them, as unequal.csv beside this script: `data,inclusion,group,indicator,statistic,value`; the statistic is
# `estimate`, `se` or `cov GROUP INDICATOR`.
#
# What survey 4.1-1 does not have is done by its formula on linearised values, checked against survey where it has it:
# - Yates and Grundy's form, and Overton's and Hartley and Rao's probabilities, of clusters: survey takes them of records;
# - covariances between groups.
# HR() sets a pair to 0 where the two probabilities add up to exactly 1; these data have none.
suppressMessages(library(survey))
options(survey.lonely.psu = "fail", digits = 17, warn = 1)
script <- sub("--file=", "", grep("--file=", commandArgs(), value = TRUE, fixed = TRUE)[1], fixed = TRUE)
here <- dirname(script)
data(election)
data(api)

golden <- list()
put <- function(data, inclusion, group, indicator, statistic, value)
  golden[[length(golden) + 1]] <<- c(data, inclusion, group, indicator, statistic, sprintf("%.17g", as.numeric(value)))
write_data <- function(data, name) {
  for (column in names(data)) data[[column]] <- if (is.numeric(data[[column]])) sprintf("%.15g", data[[column]]) else data[[column]]
  path <- file.path(here, "..", "data", "golden", paste0(name, ".csv"))
  write.csv(data, path, row.names = FALSE, quote = FALSE)
  read.csv(path)
}

# ---- forms ---------------------------------------------------------------------------------------------------

overton <- function(p) { n <- length(p); f <- outer(p, p, "+") / 2; d <- 1 - (n - f) / (n - 1); diag(d) <- 1 - p; d }
hartley <- function(p) { n <- length(p); f <- outer(p, p, "+"); d <- 1 - (n - f + mean(p)) / (n - 1); diag(d) <- 1 - p; d }
table_d <- function(p, joint) { d <- (joint - outer(p, p)) / joint; diag(d) <- 1 - p; d }
form <- function(name, d, p, x, y) {
  if (name == "brewer") { n <- length(p); return(n / (n - 1) * sum((1 - p) * (x - mean(x)) * (y - mean(y)))) }
  if (name == "poisson") return(sum((1 - p) * x * y))
  if (grepl("horvitz", name)) return(sum(d * outer(x, y)))
  -sum(d * outer(x, x, "-") * outer(y, y, "-")) / 2
}

# Linearised values of the indicators of a group, and their estimates.
values <- function(v, w, inside) {
  total <- function(y) list(sum(w * y * inside), w * y * inside)
  ratio <- function(y, x) { r <- sum(w * y * inside) / sum(w * x * inside); list(r, w * (y - r * x) * inside / sum(w * x * inside)) }
  list(total = total(v$y), mean = ratio(v$y, 1), share = ratio(v$a, 1), ratio = ratio(v$y, v$x), count = total(v$a))
}

by_formula <- function(data, v, w, inclusion, variance) {
  groups <- list(all = rep(TRUE, nrow(v)), g1 = v$g == 1, g2 = v$g == 2)
  u <- list()
  for (group in names(groups)) {
    f <- values(v, w, groups[[group]])
    for (i in names(f)) {
      put(data, inclusion, group, i, "estimate", f[[i]][[1]])
      u[[paste(group, i)]] <- f[[i]][[2]]
      put(data, inclusion, group, i, "se", sqrt(variance(f[[i]][[2]], f[[i]][[2]])))
    }
  }
  for (pair in list(c("all mean", "all share"), c("g1 mean", "g2 mean"), c("g1 total", "all total"), c("g1 share", "g2 count"))) {
    s <- strsplit(pair[2], " ")[[1]]
    put(data, inclusion, s[1], s[2], paste("cov", pair[1]), variance(u[[pair[1]]], u[[pair[2]]]))
  }
  u
}

# survey's own standard errors of the same; it cannot take subsets of all of these designs, so groups are factors 0 and 1.
by_survey <- function(design, u, variance) {
  for (group in c("all", "g1", "g2")) {
    inside <- if (group == "all") 1 + 0 * design$variables$y else as.integer(design$variables$g == substr(group, 2, 2))
    for (name in c("y", "x", "a")) design$variables[[paste0(name, ".in")]] <- design$variables[[name]] * inside
    design$variables$inside <- inside
    native <- sapply(list(total = svytotal(~y.in, design), mean = svyratio(~y.in, ~inside, design), share = svyratio(~a.in, ~inside, design),
                          ratio = svyratio(~y.in, ~x.in, design), count = svytotal(~a.in, design)), function(s) as.numeric(SE(s)))
    ours <- sapply(names(native), function(i) sqrt(variance(u[[paste(group, i)]], u[[paste(group, i)]])))
    if (!isTRUE(all.equal(native, ours, tolerance = 1e-9))) { print(group); print(rbind(native, ours)); stop("survey disagrees") }
  }
}

# ---- records: the votes of 40 counties, drawn by Tille's method ------------------------------------------------

pps <- data.frame(id = seq_len(nrow(election_pps)), p = election_pps$p, y = election_pps$Bush, x = election_pps$votes,
                  a = as.integer(election_pps$Nader > 500), g = 1 + (election_pps$Kerry > election_pps$Bush),
                  Bush = election_pps$Bush, Kerry = election_pps$Kerry, Nader = election_pps$Nader)
joint <- as.matrix(election_jointprob)
pairs <- which(upper.tri(joint), arr.ind = TRUE)
pps <- write_data(pps, "pps")
written <- write_data(data.frame(a = pairs[, 1], b = pairs[, 2], probability = joint[pairs]), "pps_joint")
joint[pairs] <- written$probability
joint <- ifelse(upper.tri(joint), joint, t(joint))
diag(joint) <- pps$p
w <- 1 / pps$p
designs <- list(
  brewer = svydesign(id = ~1, fpc = ~p, data = pps, pps = "brewer"),
  poisson = svydesign(id = ~1, fpc = ~p, data = pps, pps = poisson_sampling(pps$p)),
  `overton:horvitz-thompson` = svydesign(id = ~1, fpc = ~p, data = pps, pps = "overton"),
  `overton:yates-grundy` = svydesign(id = ~1, fpc = ~p, data = pps, pps = "overton", variance = "YG"),
  `hartley-rao:horvitz-thompson` = svydesign(id = ~1, fpc = ~p, data = pps, pps = HR()),
  `hartley-rao` = svydesign(id = ~1, fpc = ~p, data = pps, pps = HR(), variance = "YG"),
  `joint:horvitz-thompson` = svydesign(id = ~1, fpc = ~p, data = pps, pps = ppsmat(joint, tolerance = 0)),
  joint = svydesign(id = ~1, fpc = ~p, data = pps, pps = ppsmat(joint, tolerance = 0), variance = "YG"))
for (inclusion in names(designs)) {
  d <- switch(sub(":.*", "", inclusion), overton = overton(pps$p), `hartley-rao` = hartley(pps$p), joint = table_d(pps$p, joint), 0)
  variance <- function(x, y) form(inclusion, d, pps$p, x, y)
  u <- by_formula("pps", pps, w, inclusion, variance)
  by_survey(designs[[inclusion]], u, variance)
  votes <- svytotal(~Bush + Kerry + Nader, designs[[inclusion]])
  for (i in 1:3) {
    put("pps", inclusion, "all", names(coef(votes))[i], "estimate", coef(votes)[[i]])
    put("pps", inclusion, "all", names(coef(votes))[i], "se", SE(votes)[[i]])
    for (j in seq_len(i - 1)) put("pps", inclusion, "all", names(coef(votes))[i], paste("cov all", names(coef(votes))[j]), vcov(votes)[i, j])
  }
}

# Calibrated: linear to the known votes and the number of counties.
to <- c(`(Intercept)` = 4600, x = sum(election$votes))
calibrated <- calibrate(designs$brewer, ~x, to)
for (i in c("y", "a")) {
  t <- svytotal(as.formula(paste0("~", i)), calibrated)
  name <- c(y = "total", a = "count")[[i]]
  put("pps", "brewer calibrated", "all", name, "estimate", coef(t)[[1]])
  put("pps", "brewer calibrated", "all", name, "se", SE(t)[[1]])
}
print(to[["x"]])

# ---- clusters in strata, with the probabilities of conditional Poisson sampling -----------------------------------

# pi_ij of all samples of n units with probabilities proportional to the product of odds.
conditional <- function(odds, n) {
  samples <- combn(length(odds), n)
  chance <- apply(samples, 2, function(s) prod(odds[s]))
  chance <- chance / sum(chance)
  joint <- matrix(0, length(odds), length(odds))
  for (k in seq_along(chance)) joint[samples[, k], samples[, k]] <- joint[samples[, k], samples[, k]] + chance[k]
  joint
}
set.seed(3)
size <- list(c(3, 5, 2, 8, 4, 6, 9), c(1, 2, 3, 4, 5, 6), c(7, 2, 9, 4, 5, 3, 8, 6))
drawn <- list(c(2, 4, 5, 7), c(3, 5), c(1, 3, 5, 6, 8))
all_joint <- NULL
rows <- NULL
for (h in 1:3) {
  pi <- conditional(size[[h]] / 5, length(drawn[[h]]))[drawn[[h]], drawn[[h]]]
  code <- sprintf("%02d", drawn[[h]])
  for (i in seq_along(code)) {
    n <- 2 + (i + h) %% 4
    rows <- rbind(rows, data.frame(h = letters[h], c = code[i], p = pi[i, i], m = 1 + i %% 3, y = round(10 * size[[h]][drawn[[h]][i]] + rnorm(n, 0, 8), 2),
                                   x = round(runif(n, 3, 9), 2), a = rbinom(n, 1, 0.4), g = rbinom(n, 1, 0.5) + 1))
    for (j in seq_len(i - 1)) all_joint <- rbind(all_joint, data.frame(stratum = letters[h], a = code[j], b = code[i], probability = pi[i, j]))
  }
}
rows$w <- rows$m / rows$p
clusters <- write_data(rows, "ppsclusters")
clusters$c <- sprintf("%02d", clusters$c)
all_joint <- write_data(all_joint, "ppsclusters_joint")
unit <- paste(clusters$h, clusters$c)
first <- !duplicated(unit)
p <- clusters$p[first]
stratum <- clusters$h[first]
key <- unit[first]
joint <- outer(p, p)
diag(joint) <- p
for (r in seq_len(nrow(all_joint))) {
  i <- match(paste(all_joint$stratum[r], sprintf("%02d", as.integer(all_joint$a[r]))), key)
  j <- match(paste(all_joint$stratum[r], sprintf("%02d", as.integer(all_joint$b[r]))), key)
  joint[i, j] <- joint[j, i] <- all_joint$probability[r]
}
# A later stage is left out, so that weights m / p are fixed numbers.
native <- list(brewer = svydesign(id = ~c, strata = ~h, fpc = ~p, weights = ~w, data = clusters, pps = "brewer", nest = TRUE),
               `joint:horvitz-thompson` = svydesign(id = ~1, fpc = ~p, probs = ~prob, data = transform(clusters, prob = 1 / w),
                 pps = ppsmat(joint[match(unit, key), match(unit, key)], tolerance = 0)))
for (inclusion in names(designs)) {
  variance <- function(x, y) {
    sum(sapply(unique(stratum), function(h) {
      s <- stratum == h
      d <- switch(sub(":.*", "", inclusion), overton = overton(p[s]), `hartley-rao` = hartley(p[s]), joint = table_d(p[s], joint[s, s]), 0)
      form(inclusion, d, p[s], rowsum(x, unit, reorder = FALSE)[s], rowsum(y, unit, reorder = FALSE)[s])
    }))
  }
  u <- by_formula("ppsclusters", clusters, clusters$w, inclusion, variance)
  if (!is.null(native[[inclusion]])) by_survey(native[[inclusion]], u, variance)
}

# ---- two stages: districts by size, then schools ------------------------------------------------------------------

schools <- table(apipop$dnum)
v <- apiclus2[, c("dnum", "snum", "fpc2")]
v$p <- pmin(0.9, round(3 * 40 * as.numeric(schools[as.character(v$dnum)]) / sum(schools), 6))
v$p2 <- ave(v$snum, v$dnum, FUN = length) / v$fpc2
v$y <- apiclus2$api00
v$x <- apiclus2$api99
v$a <- as.integer(apiclus2$awards == "Yes")
v$g <- 1 + (apiclus2$stype != "E")
stages <- write_data(v, "ppsstages")
design <- svydesign(id = ~dnum + snum, fpc = ~p + p2, data = stages, pps = "brewer")
w <- 1 / (stages$p * stages$p2)
stopifnot(all.equal(unname(weights(design)), w))
u <- by_formula("ppsstages", stages, w, "brewer", function(x, y) {
  v <- survey:::svyrecvar(cbind(x, y), design$cluster, design$strata, design$fpc)
  v[1, 2]
})
by_survey(design, u, function(x, y) survey:::svyrecvar(cbind(x), design$cluster, design$strata, design$fpc)[1, 1])

golden <- do.call(rbind, golden)
colnames(golden) <- c("data", "inclusion", "group", "indicator", "statistic", "value")
write.csv(golden, file.path(here, "unequal.csv"), row.names = FALSE, quote = FALSE)
