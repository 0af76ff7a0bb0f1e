# SPDX-License-Identifier: GPL-3.0-or-later
# Designs and results of package survey, taken over and answered to.
if (!requireNamespace("survey", quietly = TRUE)) quit()
suppressMessages(library(survey))
library(trygg)
data(api)

same <- function(found, expected, tolerance = 1e-9) {
  found <- as.vector(unlist(found))
  expected <- as.vector(unlist(expected))
  stopifnot(length(found) == length(expected), abs(found - expected) <= tolerance * abs(expected))
}
fails <- function(expression, says) {
  error <- tryCatch(expression, error = identity)
  stopifnot(inherits(error, "error"), grepl(says, conditionMessage(error)))
}
both <- function(b, a, tolerance = 1e-9) same(c(unlist(coef(b)), unlist(SE(b))), c(unlist(coef(a)), unlist(SE(a))), tolerance)

srs <- svydesign(id = ~1, fpc = ~fpc, data = apisrs)
clusters <- svydesign(id = ~dnum, weights = ~pw, fpc = ~fpc, data = apiclus1)
strata <- svydesign(id = ~1, strata = ~stype, weights = ~pw, fpc = ~fpc, data = apistrat)
stages <- svydesign(id = ~dnum + snum, fpc = ~fpc1 + fpc2, data = apiclus2)
replaced <- svydesign(id = ~dnum + snum, weights = ~pw, data = apiclus2)

# ---- designs there and back ------------------------------------------------------------------------------------
taken <- function(theirs, tolerance = 1e-9) {
  ours <- as_trygg(theirs)
  back <- as_survey(ours)
  stopifnot(degf(back) == degf(theirs))
  for (design in list(ours, as_trygg(back))) {
    both(trygg_mean(~api00, design), svymean(~api00, theirs), tolerance)
    both(trygg_total(~enroll, design), svytotal(~enroll, theirs, na.rm = TRUE), tolerance)
    both(trygg_mean(~api00, design, by = ~stype), svyby(~api00, ~stype, theirs, svymean), tolerance)
  }
  both(svyby(~api00, ~stype, back, svymean), svyby(~api00, ~stype, theirs, svymean), tolerance)
  stopifnot(as.data.frame(trygg_mean(~api00, ours))$df == degf(theirs))
}
types <- data.frame(stype = c("E", "H", "M"), Freq = c(4421, 755, 1018))
wide <- data.frame(sch.wide = c("No", "Yes"), Freq = c(1072, 5122))
totals <- c("(Intercept)" = 6194, stypeH = 755, stypeM = 1018, api99 = 3914069)
for (design in list(srs, clusters, strata, stages, replaced)) taken(design)
taken(postStratify(clusters, ~stype, types))
taken(rake(clusters, list(~stype, ~sch.wide), list(types, wide), control = list(epsilon = 1e-10, maxit = 100)))
taken(rake(clusters, list(~stype, ~sch.wide), list(types, wide)), 1e-4) # stops where its tables change by less than 1
taken(calibrate(clusters, ~stype + api99, totals))
taken(calibrate(clusters, ~stype + api99, totals, calfun = "raking"))
taken(calibrate(clusters, ~stype + api99, totals, calfun = "logit", bounds = c(0.4, 2)))
taken(calibrate(clusters, ~stype + api99, totals, bounds = c(0.45, 1.8)))
taken(calibrate(clusters, ~api99 - 1, totals["api99"]))
taken(calibrate(strata, ~api99, totals[c("(Intercept)", "api99")]))
for (type in c("JK1", "bootstrap")) taken(as.svrepdesign(clusters, type = type))
taken(as.svrepdesign(clusters, type = "JK1", mse = TRUE))
taken(as.svrepdesign(strata, type = "JKn"))
both(trygg_mean(~api00, subset(as_trygg(clusters), stype == "E")), svymean(~api00, subset(clusters, stype == "E")))
both(svymean(~api00, as_survey(subset(as_trygg(clusters), stype == "E"))), svymean(~api00, subset(clusters, stype == "E")))
taken(subset(clusters, api00 > 0))
fails(as_trygg(subset(clusters, dnum != 637)), "lost 1 clusters")
fails(as_trygg(calibrate(calibrate(clusters, ~stype, totals[1:3]), ~api99, totals[c(1, 4)])), "2 times")
fails(as_trygg(glm(api00 ~ api99, data = apiclus1)), "svydesign")
fails(as_trygg(apiclus1), "trygg_design")
data(election)
fails(as_trygg(svydesign(id = ~1, fpc = ~p, data = election_pps, pps = "brewer")), "pps")

# Two phases: Särndal's example, two stages as two phases (survey's tests/twophase.R), clusters, calibration to the first.
rei <- data.frame(N = 300, w = 15, h = rep(1:2, c(12, 8)), sub = 1:20 %in% c(1:5, 13:15), v = 1:20, y = c(1:5, rep(NA, 7), 6:8, rep(NA, 5)))
theirs <- twophase(id = list(~1, ~1), strata = list(NULL, ~h), fpc = list(~N, NULL), subset = ~sub, data = rei)
for (ours in list(as_trygg(theirs), trygg_design(weights = ~w, fpc = ~N, data = rei, phase2 = ~sub, phase2_strata = ~h))) {
  both(trygg_total(~y, ours), svytotal(~y, theirs))
  both(trygg_mean(~y, ours, by = ~h), svyby(~y, ~h, theirs, svymean))
  same(SE(trygg_total(~y, subset(ours, y > 3.5)))^2, 70761.47, 1e-7)
  stopifnot(as.data.frame(trygg_mean(~y, ours))$df == 6)
  both(trygg_total(~y, trygg_calibrate(ours, ~v)), svytotal(~y, calibrate(theirs, ~v, phase = 2)))
}
both(trygg_mean(~y, as_trygg(subset(theirs, y > 3.5))), svymean(~y, subset(theirs, y > 3.5)))
data(mu284)
cut <- mu284[c(1:15, rep(1:5, mu284$n2[1:5] - 3)), ]
cut$sub <- rep(c(TRUE, FALSE), c(15, 19))
cut$id <- seq_len(nrow(cut))
both(trygg_total(~y1, as_trygg(twophase(list(~id1, ~id), strata = list(NULL, ~id1), fpc = list(~n1, NULL), data = cut, subset = ~sub))),
     svytotal(~y1, svydesign(id = ~id1 + id2, fpc = ~n1 + n2, data = mu284)))
half <- unique(apiclus1$dnum)[c(1:4, 7:12)]
theirs <- twophase(list(~dnum, ~dnum), fpc = list(~fpc, NULL), data = apiclus1, subset = ~I(dnum %in% half))
both(trygg_mean(~api00, as_trygg(theirs)), svymean(~api00, theirs))
fails(as_trygg(twophase(list(~1, ~1), strata = list(NULL, ~h), fpc = list(~N, NULL), subset = ~sub, data = rei, method = "approx")), "full")
fails(as_trygg(calibrate(twophase(list(~1, ~1), fpc = list(~N, NULL), subset = ~sub, data = rei), ~v, phase = 2)), "before")
fails(trygg_design(data = rei, phase2_strata = ~h), "once more")
fails(trygg_design(data = rei, phase2 = ~y), "TRUE or FALSE")
fails(as_survey(ours), "not handed back")
# Probabilities of their own.
voted <- transform(election_pps, y = Bush)
both(trygg_total(~y, trygg_design(data = voted, inclusion = ~p)), svytotal(~y, svydesign(id = ~1, fpc = ~p, data = voted, pps = "brewer")))
both(trygg_total(~y, trygg_design(data = voted, inclusion = ~p, inclusion_method = "poisson")),
     svytotal(~y, svydesign(id = ~1, fpc = ~p, data = voted, pps = poisson_sampling(voted$p))))

# Our own calibration and replicates.
ours <- trygg_design(ids = ~dnum, weights = ~pw, fpc = ~fpc, data = apiclus1)
both(trygg_mean(~api00, trygg_calibrate(ours, types)), svymean(~api00, postStratify(clusters, ~stype, types)))
both(trygg_mean(~api00, trygg_calibrate(ours, xtabs(~stype, apipop))), svymean(~api00, postStratify(clusters, ~stype, xtabs(~stype, apipop))))
both(trygg_mean(~api00, trygg_calibrate(ours, list(types, c(api99 = 3914069)))), svymean(~api00, calibrate(clusters, ~stype + api99, totals)))
both(trygg_mean(~api00, trygg_calibrate(ours, list(types, wide), "rake")),
     svymean(~api00, calibrate(clusters, ~stype + sch.wide, c(6194, 755, 1018, 5122), calfun = "raking")), 1e-6)
data(scd)
halves <- 2 * cbind(c(1, 0, 1, 0, 1, 0), c(1, 0, 0, 1, 0, 1), c(0, 1, 1, 0, 0, 1), c(0, 1, 0, 1, 1, 0))
theirs <- svrepdesign(data = scd, type = "BRR", repweights = halves, weights = ~I(rep(1, 6)), combined.weights = TRUE)
b <- trygg_ratio(~alive, ~arrests, trygg_replicates(~I(rep(1, 6)), halves, scd, "BRR"))
both(b, svyratio(~alive, ~arrests, theirs))

# ---- what a svystat and a svyby are ---------------------------------------------------------------------------------
a <- svymean(~api00 + api99, clusters, deff = "replace")
b <- trygg_mean(~api00 + api99, ours)
stopifnot(inherits(b, "svystat"))
both(b, a)
same(vcov(b), vcov(a))
same(cv(b), cv(a))
same(deff(b), deff(a))
same(confint(b), confint(a, df = degf(clusters)))
same(SE(svycontrast(b, c(1, -1))), SE(svycontrast(a, c(1, -1))), 1e-7)
same(SE(svycontrast(b, quote(api00 / api99))), SE(svycontrast(a, quote(api00 / api99))))
a <- svyby(~api00, ~stype, clusters, svymean, covmat = TRUE, deff = "replace")
b <- trygg_mean(~api00, ours, by = ~stype)
stopifnot(inherits(b, "svyby"), identical(rownames(b), rownames(a)), identical(levels(b$stype), levels(a$stype)))
both(b, a)
same(vcov(b), vcov(a))
same(cv(b), cv(a))
same(deff(b), a$DEff.api00)
same(SE(svycontrast(b, c(E = 1, H = -1))), SE(svycontrast(a, c(E = 1, H = -1))))
a <- svyby(~api00 + api99, ~stype + sch.wide, clusters, svymean)
b <- trygg_mean(~api00 + api99, ours, by = ~stype + sch.wide)
stopifnot(identical(rownames(b), rownames(a)), identical(names(coef(b)), names(coef(a))))
both(b, a)
same(ftable(b), ftable(a))
pdf(NULL)
for (result in list(trygg_mean(~api00 + api99, ours), trygg_mean(~api00, ours, by = ~stype), b)) {
  barplot(result)
  if (inherits(result, "svystat")) plot(result)
}
dotchart(trygg_mean(~api00, ours, by = ~stype))
plot(as.data.frame(b)$estimate)
plot(attr(b, "table"), min_n = 0)
invisible(dev.off())
shares <- trygg_share(~I(api00 > 700) + stype, ours)
both(shares, svymean(~I(api00 > 700) + stype, clusters))
both(trygg_ratio(~api.stu, ~enroll, ours), svyratio(~api.stu, ~enroll, clusters))
same(coef(trygg_quantile(~api00, as_trygg(strata), 0.25)), 565)
influence <- attr(svymean(~api00, clusters, influence = TRUE), "influence")
same(sort(trygg_influence(trygg_mean(~api00, ours))), sort(rowsum(as.vector(influence), apiclus1$dnum)))

# ---- lonely clusters, by R's option -----------------------------------------------------------------------------------
alone <- transform(apistrat, alone = ifelse(snum == snum[1], "one", as.character(stype)))
fails(trygg_mean(~api00, trygg_design(strata = ~alone, weights = ~pw, data = alone)), "one cluster|single|lonely")
for (rule in c("remove", "certainty", "adjust", "average")) {
  options(survey.lonely.psu = rule)
  both(trygg_mean(~api00, trygg_design(strata = ~alone, weights = ~pw, data = alone)),
       svymean(~api00, svydesign(~1, strata = ~alone, weights = ~pw, data = alone)))
}
options(survey.lonely.psu = "fail")

# ---- pictures ------------------------------------------------------------------------------------------------------------
if (requireNamespace("ggplot2", quietly = TRUE)) {
  chart <- ggplot2::autoplot(b, min_n = 0)
  stopifnot(inherits(chart, "ggplot"), nrow(chart$data) == nrow(as.data.frame(b)))
  built <- ggplot2::ggplot_build(chart)
  same(sort(built$data[[2]]$x), sort(as.data.frame(b)$estimate))
  protected <- ggplot2::autoplot(b)
  stopifnot(nrow(protected$data) < nrow(chart$data))
}

# ---- a design as a sample: models, groups, comparisons, waves -----------------------------------------------------------
a <- svyglm(api00 ~ ell + meals + mobility, clusters)
b <- trygg_model(ours, api00 ~ ell + meals + mobility)
same(c(coef(b), SE(b)), c(coef(a), SE(a)), 1e-8)
same(vcov(b), vcov(a), 1e-7)
same(confint(b), confint(a, ddf = a$df.residual), 1e-7)
stopifnot(df.residual(b) == a$df.residual, nobs(b) == nrow(apiclus1))
a <- svyglm(I(sch.wide == "Yes") ~ ell + meals, subset(clusters, stype == "E"), family = quasibinomial,
            control = list(epsilon = 1e-14, maxit = 100))
b <- trygg_model(subset(ours, stype == "E"), "sch.wide=Yes", c("ell", "meals"), family = "logistic")
same(c(coef(b), SE(b)), c(coef(a), SE(a)), 1e-6)
a <- svychisq(~sch.wide + stype, clusters)
b <- trygg_test_groups(clusters, "sch.wide", by = "stype", tests = "rao_scott")
same(c(b$statistic, b$p), c(a$statistic, a$p.value), 1e-8)
b <- trygg_compare(clusters, "api00", by = "stype", against = "stype=E")
a <- svycontrast(svyby(~api00, ~stype, clusters, svymean, covmat = TRUE), c(E = -1, H = 1, M = 0))
same(c(b$difference[1], b$se[1]), c(coef(a), SE(a)))
stopifnot(trygg_sizes(ours)$clusters == 15, all.equal(trygg_strata(ours)$fraction, 15 / 757))
long <- rbind(transform(apiclus1, year = 1999, api = api99), transform(apiclus1, year = 2000, api = api00))
years <- trygg_design(ids = ~dnum, weights = ~pw, fpc = ~fpc, wave = ~year, overlapping = TRUE, data = long)
by <- trygg_mean(~api, years)
stopifnot(inherits(by, "svyby"), identical(by$wave, c("1999", "2000")))
a <- svymean(~I(api00 - api99), clusters)
same(c(diff(coef(by)), SE(svycontrast(by, c(-1, 1)))), c(coef(a), SE(a)))
trend <- trygg_trend(years, "api", tests = "difference")
same(c(trend$estimate, trend$se), c(coef(a), SE(a)))
