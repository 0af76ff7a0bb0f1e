# SPDX-License-Identifier: GPL-3.0-or-later
# What package survey's own tests hold (the files named below, of its source package), through this package: our own code,
# with its data sets and the numbers that its saved output has.  What does not apply is listed in docs/r-survey-tests.md,
# each with its reason.
if (!requireNamespace("survey", quietly = TRUE)) quit()
suppressMessages(library(survey))
library(trygg)
options(survey.lonely.psu = "fail")
for (name in c("api", "fpc", "scd", "mu284", "hospital", "nhanes", "election")) data(list = name, package = "survey")

same <- function(found, expected, tolerance = 1e-9) {
  found <- as.vector(unlist(found))
  expected <- as.vector(unlist(expected))
  stopifnot(length(found) == length(expected), abs(found - expected) <= tolerance * pmax(abs(expected), 1e-12))
}
both <- function(b, a, tolerance = 1e-9) same(c(unlist(coef(b)), unlist(SE(b))), c(unlist(coef(a)), unlist(SE(a))), tolerance)
# The digits that a saved output has.
prints <- function(found, expected, digits) stopifnot(round(as.vector(found), digits) == expected)
fails <- function(expression, says) {
  error <- tryCatch(expression, error = identity)
  stopifnot(inherits(error, "error"), grepl(says, conditionMessage(error)))
}
quiet <- function(expression) suppressWarnings(expression)
clusters <- svydesign(id = ~dnum, weights = ~pw, data = apiclus1, fpc = ~fpc)
strata <- svydesign(id = ~1, strata = ~stype, weights = ~pw, data = apistrat, fpc = ~fpc)
stages <- svydesign(id = ~dnum + snum, fpc = ~fpc1 + fpc2, data = apiclus2)
ours <- as_trygg(clusters)
types <- data.frame(stype = c("E", "H", "M"), Freq = c(4421, 755, 1018))
wide <- data.frame(sch.wide = c("No", "Yes"), Freq = c(1072, 5122))

# ---- lonely.psu.R: lonely by design, with a finite population, in a domain -------------------------------------
lonely <- function(rule, ...) trygg_design(strata = ~dnum, weights = ~pw, data = apiclus1, lonely = rule, ...)
fails(trygg_mean(~api00, lonely("fail")), "one cluster|lonely|single")
for (rule in list(c("remove", 5.8058), c("certainty", 5.8058), c("adjust", 5.8281), c("average", 6.0096))) {
  mean <- trygg_mean(~api00, lonely(rule[1]))
  prints(coef(mean), 644.17, 2)
  prints(SE(mean), as.numeric(rule[2]), 4)
}
for (rule in c("fail", "remove", "certainty", "adjust", "average")) {
  prints(SE(trygg_mean(~api00, lonely(rule, fpc = ifelse(apiclus1$dnum == 413, 1, 1000)))), 5.7344, 4)
}
without <- subset(apiclus1, dnum != 413)
within <- function(...) subset(trygg_design(strata = ~dnum, weights = ~pw, data = without, ...), seq_len(nrow(without)) != 31)
for (rule in c("fail", "remove", "certainty", "adjust", "average")) {
  mean <- trygg_mean(~api00, within(lonely = rule))
  prints(c(coef(mean), SE(mean)), c(645.14, 5.8909), c(2, 4))
}
prints(SE(trygg_mean(~api00, within(lonely = "adjust", domain_lonely = TRUE))), 5.9119, 4)
prints(SE(trygg_mean(~api00, within(lonely = "average", domain_lonely = TRUE))), 6.0914, 4)
options(survey.adjust.domain.lonely = TRUE, survey.lonely.psu = "average")
prints(SE(trygg_mean(~api00, within())), 6.0914, 4) # the options themselves
options(survey.adjust.domain.lonely = FALSE, survey.lonely.psu = "fail")
five <- data.frame(h = c(1, 1, 2, 2, 3), psu = 1:5, w = c(10.5, 10.5, 20, 20, 15), age = c(30.5, 40.5, 35, 52, 44))
for (rule in list(c("remove", 126625), c("certainty", 126625), c("adjust", 127579.81), c("average", 189937.5))) {
  design <- trygg_design(ids = ~psu, strata = ~h, weights = ~w, data = five, lonely = rule[1])
  same(vcov(trygg_total(~age, design)), as.numeric(rule[2]), 1e-7)
}

# ---- bycovmat.R, svyby_se.R: errors and covariances agree, also where a cell is empty ------------------------------
replicates <- as.svrepdesign(clusters)
for (design in list(replicates, clusters)) {
  b <- trygg_mean(~api00 + api99, as_trygg(design), by = ~comp.imp + sch.wide)
  same(as.matrix(SE(b)), sqrt(diag(vcov(b))))
  both(b, svyby(~api00 + api99, ~comp.imp + sch.wide, design, svymean))
}
both(trygg_total(~enroll, as_trygg(strata), by = ~stype), svyby(~enroll, ~stype, strata, svytotal, vartype = c("ci", "se")))

# ---- by_covmat_nodrop.R: contrasts of domains, calibrated to what the strata are anyway -----------------------------
weighted <- svydesign(id = ~1, strata = ~stype, weights = ~pw, data = apistrat, fpc = ~fpc)
a <- trygg_total(~enroll, as_trygg(weighted), by = ~comp.imp)
b <- trygg_total(~enroll, trygg_calibrate(weighted, types), by = ~comp.imp)
# survey 4.1 fails on it, so that both are totals of what counts up in the one domain and down in the other.
difference <- function(design) svytotal(~I(ifelse(comp.imp == "No", enroll, -enroll)), design)
both(svycontrast(a, c(1, -1)), difference(weighted))
both(svycontrast(b, c(1, -1)), difference(calibrate(weighted, ~stype + 0, c(4421, 755, 1018))))
same(coef(svycontrast(a, c(1, -1))), coef(svycontrast(b, c(1, -1))), 1e-4) # weights are printed with two decimals

# ---- svyby-strings.R: codes are texts ------------------------------------------------------------------------------
b <- trygg_share(~cname, ours, by = ~both)
stopifnot(dim(b) == c(2, 23))
both(b, svyby(~cname, ~both, update(clusters, cname = factor(cname)), svymean))

# ---- caleg.R, regpredict.R: a ratio and a regression are calibration -------------------------------------------------
enroll <- sum(apipop$enroll, na.rm = TRUE)
schools <- sum(!is.na(apipop$enroll))
ratio <- trygg_ratio(~api.stu, ~enroll, as_trygg(strata))
byratio <- trygg_calibrate(strata, c(enroll = enroll))
a <- calibrate(strata, ~enroll - 1, enroll, variance = 2)
same(coef(ratio) * enroll, coef(svytotal(~api.stu, a)))
sample <- trygg_survey(c(
  settings = "form_id,wave,calibrate,calibrate_spread\na,1,linear,enroll\n", margins = paste0("variables,category,total\nenroll,,", enroll, "\n"),
  survey = paste0("type,name,role\ntext,stype,stratum\ndecimal,pw,weight\ndecimal,fpc,fpc\ndecimal,enroll,\ndecimal,api.stu,\n"),
  indicators = "name,type,variable\nstudents,total,api.stu\n"))
spread <- trygg_estimate(trygg_read(sample, apistrat[c("stype", "pw", "fpc", "enroll", "api.stu")]), "students")
both(spread, svytotal(~api.stu, a))
same(spread$se, SE(ratio) * enroll, 1e-9)
b <- trygg_total(~api.stu, trygg_calibrate(strata, c("(Intercept)" = schools, enroll = enroll)))
both(b, svytotal(~api.stu, calibrate(strata, ~enroll, c(schools, enroll))))
several <- setdiff(names(which(table(apiclus2$dnum) > 1)), "639")
of_cluster <- function(d) c("(Intercept)" = nrow(d), api99 = sum(d$api99))
byhand <- calibrate(svydesign(~dnum + snum, fpc = ~fpc1 + fpc2, data = subset(apiclus2, dnum %in% several)), ~api99,
                    lapply(split(subset(apipop, dnum %in% several), subset(apipop, dnum %in% several)$dnum), of_cluster), stage = 1)
fails(as_trygg(byhand), "later stage")

# ---- domain.R: a domain mean is a ratio and a coefficient ---------------------------------------------------------------
dfpc <- trygg_design(ids = ~psuid, strata = ~stratid, weights = ~weight, data = fpc)
inside <- trygg_mean(~x, subset(dfpc, x > 4))
prints(c(coef(inside), SE(inside)), c(6.195, 0.7555), c(3, 4))
by <- trygg_mean(~x, dfpc, by = ~I(x > 4))
prints(c(coef(by), SE(by)), c(3.314286, 6.195, 0.3117042, 0.7555129), c(6, 3, 7, 7))
both(inside, trygg_ratio(~I(x * (x > 4)), ~I(as.numeric(x > 4)), dfpc))
for (theirs in list(strata, calibrate(clusters, ~stype + api99, c(6194, 755, 1018, 3914069)),
                    rake(clusters, list(~stype, ~sch.wide), list(types, wide), control = list(epsilon = 1e-10, maxit = 100)))) {
  design <- as_trygg(theirs)
  mean <- trygg_mean(~api00, subset(design, comp.imp == "Yes"))
  both(mean, svymean(~api00, subset(theirs, comp.imp == "Yes")))
  both(mean, trygg_ratio(~I(api00 * (comp.imp == "Yes")), ~I(as.numeric(comp.imp == "Yes")), design))
  frame <- data.frame(design$data[c("api00", "comp.imp")])
  regression <- svyglm(api00 ~ comp.imp - 1, theirs)
  same(SE(mean), SE(regression)["comp.impYes"])
}

# ---- deff.R: design effects of Tsuchiya's ten firms ------------------------------------------------------------------------
firms <- data.frame(y = c(15, 143, 21, 51, 337, 50, 274, 145, 15, 86), srs = 100, pps = c(20, 200, 11, 25, 550, 30, 250, 100, 10, 55))
srs <- trygg_mean(~y, trygg_design(weights = ~srs, data = firms))
prints(c(coef(srs), SE(srs)), c(113.7, 35.626), c(1, 3))
same(deff(srs), 1)
pps <- trygg_mean(~y, trygg_design(weights = ~pps, data = firms))
prints(c(coef(pps), SE(pps), deff(pps)), c(243.914, 48.752, 1.9741), c(3, 3, 4))
pps <- trygg_total(~y, trygg_design(weights = ~pps, data = firms))
prints(c(coef(pps), SE(pps)), c(305136, 184965), 0)
prints(deff(pps), 18.157, 3)

# ---- kalton.R, badcal.R: weights after calibration ---------------------------------------------------------------------------
cells <- expand.grid(a = factor(1:4), b = factor(1:3))
sample <- cells[rep(1:12, c(20, 50, 100, 30, 40, 140, 50, 100, 40, 310, 50, 70)), ]
population <- cells[rep(1:12, c(80, 60, 170, 55, 40, 150, 60, 165, 55, 340, 200, 125)), ]
sample$cell <- sample$a:sample$b
equal <- quiet(trygg_design(data = sample))
factors <- function(design) matrix(coef(trygg_total(~one, design, by = ~a + b)) / c(20, 50, 100, 30, 40, 140, 50, 100, 40, 310, 50, 70), 4)
sample$one <- 1
equal$data <- sample
joint <- as.data.frame(xtabs(~a + b, population))
margins <- list(xtabs(~a, population), xtabs(~b, population))
prints(factors(trygg_calibrate(equal, list(joint))), c(4, 1.2, 1.7, 1.83, 1, 1.07, 1.2, 1.65, 1.38, 1.1, 4, 1.79), 2)
prints(factors(trygg_calibrate(equal, margins, "rake")), c(1.81, 1.08, 2.2, 1.83, 1.45, 0.87, 1.76, 1.47, 2.02, 1.21, 2.45, 2.04), 2)
prints(factors(trygg_calibrate(equal, margins)), c(1.82, 1.09, 2.19, 1.83, 1.5, 0.78, 1.88, 1.52, 1.97, 1.24, 2.34, 1.98), 2)
prints(factors(trygg_calibrate(equal, margins, "logit:0.5,2.2")), c(1.87, 1.08, 2.17, 1.89, 1.46, 0.74, 2.09, 1.49, 1.98, 1.27, 2.18, 1.99), 2)
prints(factors(trygg_calibrate(equal, margins, "truncated:0.5,2.2")), c(1.81, 1.08, 2.2, 1.83, 1.48, 0.75, 2, 1.5, 1.99, 1.26, 2.2, 2), 2)
equal$data$an <- as.numeric(sample$a)
equal$data$bn <- as.numeric(sample$b)
numbers <- c("(Intercept)" = nrow(population), an = sum(as.numeric(population$a)), bn = sum(as.numeric(population$b)))
prints(factors(trygg_calibrate(equal, numbers)), c(1.21, 1.43, 1.66, 1.88, 1.17, 1.4, 1.62, 1.85, 1.14, 1.36, 1.59, 1.81), 2)
ten <- trygg_design(weights = rep(10, 10), data = data.frame(x = rep(1:2, c(4, 6)), one = 1))
ten <- lapply(c("linear", "rake"), function(method) trygg_total(~one, trygg_calibrate(ten, data.frame(x = 1:2, Freq = c(10000, 5000)), method), by = ~x))
same(coef(ten[[1]]), c(10000, 5000))
same(coef(ten[[2]]), c(10000, 5000))

# ---- check.R, fpc.R: every way to say which column is what --------------------------------------------------------------------
prints(c(coef(trygg_mean(~x, dfpc)), SE(trygg_mean(~x, dfpc))), c(5.448148, 0.7412683), c(6, 7))
prints(SE(trygg_mean(~x, trygg_design(~0, ~stratid, ~weight, data = fpc))), 0.7412683, 7)
prints(SE(trygg_mean(~x, trygg_design(fpc$psuid, fpc$stratid, fpc$weight, data = fpc["x"]))), 0.7412683, 7)
prints(SE(trygg_mean(~x, trygg_design(~0, ~stratid, ~I(1 / (1 / weight)), data = fpc))), 0.7412683, 7)
for (size in list(~Nh, ~I(nh / Nh), fpc$Nh)) {
  for (ids in list(~psuid, ~1, ~interaction(stratid, psuid))) {
    prints(SE(trygg_mean(~x, trygg_design(ids, ~stratid, ~weight, size, fpc))), 0.6160407, 7)
  }
}
both(trygg_mean(~x, quiet(trygg_design(~psuid, ~stratid, data = fpc))), svymean(~x, quiet(svydesign(~psuid, strata = ~stratid, data = fpc, nest = TRUE))))
both(trygg_mean(~x, trygg_design(~psuid, weights = ~weight, data = fpc)), svymean(~x, svydesign(~psuid, weights = ~weight, data = fpc)))
both(trygg_mean(~x, trygg_design(~stratid + psuid, weights = ~weight, data = fpc)), svymean(~x, svydesign(~stratid + psuid, weights = ~weight, data = fpc)))

# ---- rakecheck.R: raking two ways, replicates, a joint margin -----------------------------------------------------------------
raked <- trygg_calibrate(clusters, list(types, wide), "rake")
b <- trygg_mean(~api00, raked)
prints(c(coef(b), SE(b)), c(641.23, 23.704), c(2, 3))
both(b, svymean(~api00, calibrate(clusters, ~stype + sch.wide, c(6194, 755, 1018, 5122), calfun = "raking", epsilon = 1e-12)))
totals <- trygg_total(~enroll, raked)
prints(c(coef(totals), SE(totals)) / 1000, c(3647.3, 400.6), 1)
joint <- list(xtabs(~stype + sch.wide, apipop), data.frame(comp.imp = c("No", "Yes"), Freq = c(1712, 4482)))
b <- trygg_mean(~api00, trygg_calibrate(clusters, joint, "rake"))
prints(c(coef(b), SE(b)), c(642.61, 22.731), c(2, 3))
jackknife <- trygg_design(ids = ~dnum, weights = ~pw, fpc = ~fpc, data = apiclus1, variance = "jackknife")
b <- trygg_mean(~api00, trygg_calibrate(jackknife, list(types, wide), "rake"))
prints(c(coef(b), SE(b)), c(641.23, 26.874), c(2, 3))

# ---- quantile.R, newquantile.R, qrule-swiss.R, quantiles-chile.R ------------------------------------------------------------------
probabilities <- c(0.2, 0.5, 0.9)
quantiles <- function(x, design) vapply(probabilities, function(p) coef(trygg_quantile(x, design, p)), 1)
same(quantiles(~ell, ours), quantile(apiclus1$ell, probabilities, type = 1))
set.seed(42)
frame <- data.frame(x = exp(rnorm(1000)), w = 1)
for (p in c(0.01, 0.1, 0.5, 0.9, 0.99)) {
  a <- svyquantile(~x, svydesign(~1, weights = ~w, data = frame), p, ci = TRUE)
  b <- trygg_quantile(~x, trygg_design(weights = ~w, data = frame), p)
  same(coef(b), coef(a))
  same(confint(b), confint(a))
}
ten <- data.frame(x = 1:10, fpc = 10)
probabilities <- c(0.01, 0.05, 0.1, 0.15, seq(0.21, 0.81, 0.1), 0.85, 0.9, 0.95, 0.99)
stopifnot(diff(quantiles(~x, trygg_design(fpc = ~fpc, weights = rep(1, 10), data = ten))) >= 0)

# ---- multistage.R (Särndal, Swensson & Wretman), multistage-rcpp.R: lonely clusters by stage and domain ---------------------------
municipalities <- trygg_design(ids = ~id1 + id2, fpc = ~n1 + n2, weights = ~I(n1 / 5 * n2 / 3), data = mu284)
b <- trygg_total(~y1, municipalities)
prints(c(coef(b), SE(b)), c(15080, 2274.2547), c(0, 4))
grown <- rbind(transform(mu284, stratum = 1, y2 = y1 + c(0, 2, 1, 0, -1, 2, 0, 3, 0, 0, -1, -1, 1, -1, 0)),
               transform(mu284, stratum = 2, y2 = y1 + c(-1, 0, -1, 0, -1, 0, 0, 1, 2, -1, 1, 1, 0, 1, 0)),
               transform(mu284[1, ], stratum = 3, y2 = y1 + 2))
grown$alone <- grown$stratum == 1 | (grown$stratum == 2 & grown$id1 == 19)
theirs <- svydesign(id = ~id1 + id2, strata = ~stratum, fpc = ~n1 + n2, data = grown, nest = TRUE)
whole <- svydesign(id = ~id1 + id2, strata = ~stratum, fpc = ~n1 + n2, data = subset(grown, stratum != 3), nest = TRUE)
for (rule in c("certainty", "remove", "average", "adjust")) {
  options(survey.lonely.psu = rule)
  # Totals under `adjust` were mended in survey 4.2; under `average` it has no number where a stage within is all lonely.
  if (!rule %in% c("adjust", "average")) both(trygg_total(~y1 + y2, as_trygg(theirs)), svytotal(~y1 + y2, theirs))
  if (rule != "average") both(trygg_mean(~y1 + y2, as_trygg(theirs)), svymean(~y1 + y2, theirs))
  for (adjust in c(FALSE, TRUE)) {
    options(survey.adjust.domain.lonely = adjust)
    both(trygg_mean(~y1 + y2, subset(as_trygg(whole), alone)), quiet(svymean(~y1 + y2, subset(whole, alone))))
  }
  options(survey.adjust.domain.lonely = FALSE)
}
options(survey.lonely.psu = "fail")
same(SE(trygg_share(~stype, as_trygg(svydesign(~1, strata = ~stype, weights = ~I(fpc / c(E = 100, H = 50, M = 50)[as.character(stype)]), data = apistrat)))), c(0, 0, 0))
nobody <- trygg_mean(~y1, subset(as_trygg(whole), id1 == "Nonexistent"))
stopifnot(is.na(coef(nobody)), attr(nobody, "table")$n == 0)

# ---- degf-subset.R, degf-svrepdesign.R ---------------------------------------------------------------------------------------------
halves <- 2 * cbind(c(1, 0, 1, 0, 1, 0), c(1, 0, 0, 1, 0, 1), c(0, 1, 1, 0, 0, 1), c(0, 1, 0, 1, 1, 0))
df <- function(design) attr(trygg_mean(~alive, design), "table")$df
brr <- quiet(svrepdesign(data = scd, type = "BRR", repweights = halves))
stopifnot(df(as_trygg(brr)) == 3)
for (degf in c(4, 2)) {
  brr$degf <- degf # what the argument of that name sets from survey 4.2 on
  stopifnot(df(as_trygg(brr)) == degf, df(subset(as_trygg(brr), arrests >= 200)) == degf, degf(as_survey(as_trygg(brr))) == degf)
}

# ---- na_weights.R, toy_example_for_postStratify.R ------------------------------------------------------------------------------------
fails(trygg_design(weights = ~pw, data = rbind(apisrs, transform(apisrs, pw = NA))), "200 records")
doubled <- rbind(apisrs, transform(apisrs, pw = 0))
b <- trygg_total(~enroll, trygg_design(weights = ~pw, data = doubled))
same(coef(b), coef(svytotal(~enroll, svydesign(~1, weights = ~pw, data = apisrs))))

# ---- svycontrast.R, contrast-replicates.R ----------------------------------------------------------------------------------------------
a <- svyby(~log(enroll), ~stype, replicates, svymean, covmat = TRUE)
b <- trygg_mean(~log(enroll), as_trygg(replicates), by = ~stype)
same(vcov(svycontrast(b, quote(exp(E - H)))), vcov(svycontrast(a, quote(exp(E - H)))))

# ---- test-svyciprop.R: intervals of a share are longer towards a half ----------------------------------------------------------------------
cars <- quiet(trygg_design(data = mtcars))
share <- trygg_share(~am, cars, of = 1)
for (ci in setdiff(trygg_names("interval"), c("wald", "score"))) {
  limits <- confint(share, ci = ci)
  stopifnot(coef(share) - limits[1] < limits[2] - coef(share))
}
limits <- confint(share, ci = "wald")
same(coef(share) - limits[1], limits[2] - coef(share))
for (method in list(c("xlogit", "logit", 1e-6), c("asin", "asin", 1e-9), c("beta", "beta", 1e-9), c("mean", "wald", 1e-9),
                    c("likelihood", "likelihood", 0.02))) { # survey draws a spline through ten points of the likelihood
  same(confint(share, ci = method[2]), confint(svyciprop(~am, quiet(svydesign(~0, data = mtcars)), method = method[1])), as.numeric(method[3]))
}

# ---- api.R: the examples of the data -------------------------------------------------------------------------------------------------------------
both(trygg_mean(~api00, as_trygg(stages)), svymean(~api00, stages))
both(trygg_total(~enroll, as_trygg(stages)), svytotal(~enroll, stages, na.rm = TRUE))
prints(c(coef(trygg_mean(~api00, as_trygg(stages))), SE(trygg_mean(~api00, as_trygg(stages)))), c(670.81, 30.099), c(2, 3))
both(trygg_mean(~api00, trygg_design(weights = ~pw, fpc = ~fpc, data = apisrs)), svymean(~api00, svydesign(~1, weights = ~pw, fpc = ~fpc, data = apisrs)))
b <- trygg_mean(~I(HI_CHOL == 1), quiet(trygg_design(~SDMVPSU, ~SDMVSTRA, ~WTMEC2YR, data = nhanes)), by = ~race)
both(b, svyby(~HI_CHOL, ~race, svydesign(~SDMVPSU, strata = ~SDMVSTRA, weights = ~WTMEC2YR, nest = TRUE, data = nhanes), svymean, na.rm = TRUE))

# ---- regTermTest-missing.R, svyglm in these files: regressions -------------------------------------------------------------------------------------
frame <- apiclus2[c("dnum", "pw", "api00", "ell", "meals", "mobility")]
model <- trygg_model(trygg_read(trygg_codebook(frame, c(cluster = "dnum", weight = "pw")), frame), "api00", c("ell", "meals", "mobility"))
theirs <- svyglm(api00 ~ ell + meals + mobility, svydesign(~dnum, weights = ~pw, data = frame))
same(c(coef(model), SE(model)), c(coef(theirs), SE(theirs)), 1e-8)
same(vcov(model), vcov(theirs), 1e-8)
wald <- regTermTest(theirs, ~ell + meals + mobility)
test <- subset(as.data.frame(model), part == "wald" & term == "(all)")
same(test$df1, wald$df)
whole <- frame[stats::complete.cases(frame), ]
tested <- trygg_model(trygg_read(trygg_codebook(whole, c(cluster = "dnum", weight = "pw")), whole), api00 ~ ell + meals + mobility,
                      parts = "test", tests = trygg_names("term_test"))
for (test in list(c("likelihood_ratio", "LRT"), c("working_wald", "WorkingWald"))) {
  found <- subset(as.data.frame(tested), part == test[1] & term == "mobility")
  native <- regTermTest(svyglm(api00 ~ ell + meals + mobility, svydesign(~dnum, weights = ~pw, data = whole)), ~mobility, method = test[2])
  same(c(found$statistic, found$df2), c(native$chisq / sum(native$lambda), native$ddf), 1e-8)
}
exposed <- trygg_model(as_trygg(strata), enroll ~ stype + offset(log(api.stu)), family = "poisson")
theirs <- svyglm(enroll ~ stype + offset(log(api.stu)), strata, family = quasipoisson(), epsilon = 1e-14)
same(c(coef(exposed), SE(exposed)), c(coef(theirs), SE(theirs)), 1e-7)
three <- trygg_model(as_trygg(strata), api00 ~ sch.wide * comp.imp * ell)
theirs <- svyglm(api00 ~ sch.wide * comp.imp * ell, strata)
same(sort(unname(coef(three))), sort(unname(coef(theirs))), 1e-8)
same(sort(unname(SE(three))), sort(unname(SE(theirs))), 1e-8)

# ---- rss_scores.R: Rao, Scott & Skinner's score tests, 10.73, -32.61 and 99.1 in print --------------------------------------------------------
path <- file.path(Sys.getenv("TRYGG_SOURCE"), "tests", "data", "golden", "myco.csv")
if (file.exists(path)) {
  myco <- utils::read.csv(path)
  scores <- as.data.frame(trygg_model(trygg_design(~1, ~interaction(age, leprosy), ~weight, data = myco), leprosy ~ recent + scar,
                                      family = "logistic", parts = "test", tests = c("score", "quasi_score")))
  scar <- subset(scores, term == "scar" & part == "quasi_score")
  same(c(scar$statistic, scar$estimate, scar$se^2), c(10.73, -32.61, 99.1), 4e-3)
  if (exists("svyscoretest", asNamespace("survey"))) {
    full <- svyglm(leprosy ~ recent + scar, svydesign(~1, strata = ~interaction(age, leprosy), weights = ~weight, data = myco), family = quasibinomial())
    same(subset(scores, part == "quasi_score" & term == "recent")$statistic, getFromNamespace("svyscoretest", "survey")(full, ~recent, method = "pseudoscore")[[1]], 1e-5)
  }
}
