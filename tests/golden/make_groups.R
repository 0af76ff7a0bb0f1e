# SPDX-License-Identifier: GPL-3.0-or-later
# Rscript make_groups.R: tests between groups by R survey of the data sets of make_golden.R, as groups.csv beside this
# script: `folder,by,indicator,test,statistic,value`.
#
# Ranks of tied values: svyranktest() averages mid-ranks by record, which depends on the order of the data where weights
# differ.  The scores here are those of the weighted distribution, checked against svyranktest() where weights are equal.
suppressMessages(library(survey))
options(survey.lonely.psu = "remove", digits = 17, warn = 1)
script <- sub("--file=", "", grep("--file=", commandArgs(), value = TRUE, fixed = TRUE)[1], fixed = TRUE)
here <- dirname(script)
source(file.path(here, "mixture.R"))
read_data <- function(name) read.csv(file.path(here, "..", "data", "golden", paste0(name, ".csv")), na.strings = "")

golden <- list()
put <- function(folder, by, indicator, test, ...) {
  values <- c(...)
  for (name in names(values))
    golden[[length(golden) + 1]] <<- c(folder, by, indicator, test, name, sprintf("%.17g", as.numeric(values[[name]])))
}

tables <- function(folder, by, indicator, design) {
  f <- as.formula(paste("~", indicator, "+", by))
  second <- svychisq(f, design, statistic = "F")
  first <- svychisq(f, design, statistic = "Chisq")
  # The statistic that is referred to chi square; R's own is before the correction.
  q <- first$parameter[[1]]
  put(folder, by, indicator, "rao_scott", statistic = second$statistic[[1]], df1 = second$parameter[[1]],
      df2 = second$parameter[[2]], p = second$p.value[[1]])
  put(folder, by, indicator, "rao_scott_first", statistic = qchisq(first$p.value[[1]], q, lower.tail = FALSE), df1 = q,
      p = first$p.value[[1]])
  stopifnot(all.equal(qchisq(first$p.value[[1]], q, lower.tail = FALSE), second$statistic[[1]] * q, tolerance = 1e-8))
  saddle <- svychisq(f, design, statistic = "saddlepoint")
  cells <- svymean(as.formula(paste("~ interaction(factor(", indicator, "), factor(", by, ")) - 1")),
                   design[which(!is.na(design$variables[[by]]) & !is.na(design$variables[[indicator]])), ])
  n <- nrow(design) # as svychisq() scales its table; it cancels
  levels <- expand.grid(a = seq_along(unique(na.omit(design$variables[[indicator]]))),
                        b = seq_along(unique(na.omit(design$variables[[by]]))))
  main <- model.matrix(~ factor(a) + factor(b), levels)
  contrasts <- qr.resid(qr(main), model.matrix(~ factor(a) * factor(b), levels)[, -seq_len(ncol(main)), drop = FALSE])
  inverse <- diag(ifelse(coef(cells) == 0, 0, 1 / coef(cells)))
  delta <- solve(t(contrasts) %*% (inverse / n) %*% contrasts,
                 t(contrasts) %*% inverse %*% vcov(cells) %*% inverse %*% contrasts)
  a <- Re(eigen(delta, only.values = TRUE)$values)
  x2 <- second$statistic[[1]] * sum(a)
  stopifnot(all.equal(x2, saddle$statistic[[1]], tolerance = 1e-6),
            all.equal(sum(a)^2 / sum(a^2), second$parameter[[1]], tolerance = 1e-8))
  p <- mixture(x2, a, second$parameter[[2]])
  cat(folder, by, indicator, "exact", p, "saddle point", saddle$p.value[[1]], "F", second$p.value[[1]], "\n")
  if (p > 1e-6)
    put(folder, by, indicator, "rao_scott_exact", statistic = second$statistic[[1]], df1 = second$parameter[[1]],
        df2 = second$parameter[[2]], p = p)
  for (test in c("Wald", "adjWald")) {
    w <- svychisq(f, design, statistic = test)
    put(folder, by, indicator, c(Wald = "wald", adjWald = "adjusted_wald")[[test]], statistic = w$statistic[[1]],
        df1 = w$parameter[[1]], df2 = w$parameter[[2]], p = w$p.value[[1]])
  }
}

two_means <- function(folder, by, indicator, design) {
  t <- svyttest(as.formula(paste(indicator, "~", by)), design)
  put(folder, by, indicator, "t", statistic = t$statistic[[1]], df2 = t$parameter[[1]], estimate = t$estimate[[1]],
      p = t$p.value[[1]])
}

ranks <- function(folder, by, indicator, design) {
  d <- design[which(!is.na(design$variables[[by]]) & !is.na(design$variables[[indicator]])), ]
  y <- d$variables[[indicator]]
  w <- weights(d, "sampling")
  rank <- sapply(y, function(v) sum(w[y < v]) + sum(w[y == v]) / 2) / sum(w)
  d$variables$.g <- factor(d$variables[[by]])
  k <- nlevels(d$variables$.g)
  scores <- list(wilcoxon = rank, kruskal_wallis = rank, van_der_waerden = qnorm(rank), median = as.numeric(rank > 0.5))
  for (test in names(scores)) {
    if (test == "wilcoxon" && k != 2) next
    d$variables$.s <- scores[[test]]
    m <- svyglm(.s ~ .g, d)
    b <- coef(m)[-1]
    f <- drop(b %*% solve(vcov(m)[-1, -1], b)) / (k - 1)
    nu <- degf(d) - (k - 1)
    if (all(w == w[1])) {
      native <- svyranktest(as.formula(paste(indicator, "~", by)), d,
                            test = c(wilcoxon = "wilcoxon", kruskal_wallis = "KruskalWallis",
                                     van_der_waerden = "vanderWaerden", median = "median")[[test]])
      stopifnot(all.equal(as.numeric(native$p.value), pf(f, k - 1, nu, lower.tail = FALSE), tolerance = 1e-9))
    }
    if (test == "wilcoxon")
      put(folder, by, indicator, test, statistic = b[[1]] / SE(m)[[2]], df2 = nu, estimate = b[[1]], se = SE(m)[[2]],
          p = pf(f, 1, nu, lower.tail = FALSE))
    else put(folder, by, indicator, test, statistic = f, df1 = k - 1, df2 = nu, p = pf(f, k - 1, nu, lower.tail = FALSE))
  }
}

fit <- function(folder, indicator, design, expected) {
  g <- svygofchisq(as.formula(paste("~", indicator)), expected, design, na.rm = TRUE)
  put(folder, "-", indicator, "goodness_of_fit", statistic = g$statistic[[1]] / g$parameter[[1]], df1 = g$parameter[[2]],
      p = pchisq(g$statistic[[1]] / g$parameter[[1]], g$parameter[[2]], lower.tail = FALSE))
  g
}

clus1 <- read_data("apiclus1")
dclus1 <- svydesign(id = ~dnum, weights = ~pw, fpc = ~fpc, data = clus1)
tables("apiclus1", "stype", "sch_wide", dclus1)
tables("apiclus1", "stype", "comp_imp", dclus1)
two_means("apiclus1", "comp_imp", "enroll", dclus1)
ranks("apiclus1", "comp_imp", "ell", dclus1)
ranks("apiclus1", "stype", "ell", dclus1)
g <- fit("apiclus1", "stype", dclus1, c(0.7, 0.15, 0.15))
stopifnot(all.equal(g$statistic[[1]], 297.259946, tolerance = 1e-8), all.equal(g$parameter[[1]], 71.19048462, tolerance = 1e-8))

strat <- read_data("apistrat")
dstrat <- svydesign(id = ~1, strata = ~stype, weights = ~pw, fpc = ~fpc, data = strat)
tables("apistrat", "comp_imp", "sch_wide", dstrat)
tables("apistrat", "awards", "stype", dstrat)
two_means("apistrat", "comp_imp", "api00", dstrat)
ranks("apistrat", "comp_imp", "api00", dstrat)
ranks("apistrat", "stype", "enroll", dstrat)

# Calibrated weights: svychisq(), svyttest() and svyglm() all take the residuals of a post-stratified design, and so does
# svyranktest(), which is a svyglm() of the ranks.
met <- postStratify(dclus1, ~stype, data.frame(stype = c("E", "H", "M"), Freq = c(4421, 755, 1018)))
tables("calibrated", "comp_imp", "sch_wide", met)
tables("calibrated", "awards", "stype", met)
tables("calibrated", "stype", "sch_wide", met)
two_means("calibrated", "comp_imp", "enroll", met)
ranks("calibrated", "comp_imp", "ell", met)
ranks("calibrated", "awards", "api00", met)
fit("calibrated", "awards", met, c(0.35, 0.65))

nhanes <- read_data("nhanes")
for (name in c("race", "age", "sex")) nhanes[[name]] <- factor(nhanes[[name]])
dnhanes <- svydesign(id = ~psu, strata = ~stratum, weights = ~weight, nest = TRUE, data = nhanes)
tables("nhanes", "race", "chol", dnhanes)
tables("nhanes", "sex", "chol", dnhanes)
tables("nhanes", "age", "race", dnhanes)
# Several variables cross: groups are their combinations.
dnhanes <- update(dnhanes, crossed = interaction(race, sex, drop = TRUE))
golden_before <- length(golden)
tables("nhanes", "crossed", "chol", dnhanes)
for (i in (golden_before + 1):length(golden)) golden[[i]][2] <- "race+sex"
dstrat <- update(dstrat, crossed = interaction(awards, sch_wide, drop = TRUE))
golden_before <- length(golden)
tables("apistrat", "crossed", "stype", dstrat)
tables("apistrat", "crossed", "comp_imp", dstrat)
for (i in (golden_before + 1):length(golden)) golden[[i]][2] <- "awards+sch_wide"
fit("nhanes", "race", dnhanes, c(0.15, 0.65, 0.12, 0.08))

golden <- as.data.frame(do.call(rbind, golden))
names(golden) <- c("folder", "by", "indicator", "test", "statistic", "value")
write.csv(golden, file.path(here, "groups.csv"), row.names = FALSE, quote = FALSE)
cat(nrow(golden), "numbers\n")
