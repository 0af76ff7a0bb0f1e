# SPDX-License-Identifier: GPL-3.0-or-later
# Rscript make_adjusted.R: slopes of records over waves with background in the regression, by R survey's svyglm of the data
# sets of make_golden.R, as adjusted.csv beside this script: `folder,by,group,indicator,on,test,statistic,value`.
#
# svyglm is stopped where its deviance no longer moves at all, as its usual end leaves half of the digits.  A variable that
# is the same in a whole group is not in that group's regression.
suppressMessages(library(survey))
options(survey.lonely.psu = "remove", digits = 17, warn = 1)
script <- sub("--file=", "", grep("--file=", commandArgs(), value = TRUE, fixed = TRUE)[1], fixed = TRUE)
here <- dirname(script)
read_data <- function(name) read.csv(file.path(here, "..", "data", "golden", paste0(name, ".csv")), na.strings = "")

golden <- list()
put <- function(...) golden[[length(golden) + 1]] <<- c(...)

# A second fit begins at the end of the first: the working weights that standard errors rest on are those before the last
# step.
fit <- function(formula, design, family) suppressWarnings({
  first <- svyglm(formula, design, family = family, control = glm.control(epsilon = 1e-17, maxit = 60))
  eval(bquote(svyglm(.(formula), .(design), family = .(family), control = glm.control(epsilon = 1e-17, maxit = 60),
                     start = .(coef(first)))))
})

# `y` of each record, NA outside; `on` the background, codes as factors.
slope <- function(folder, design, time, indicator, y, on, logit, by = "", group = "") {
  inside <- if (by == "") TRUE else design$variables[[by]] %in% group
  terms <- design$variables[on]
  d <- design
  d$variables <- cbind(d$variables, .y = y, .t = time - mean(time))
  d <- d[which(inside & !is.na(y) & complete.cases(terms) & weights(design, "sampling") > 0), ]
  varies <- on[sapply(on, function(name) length(unique(d$variables[[name]])) > 1)]
  code <- ifelse(sapply(terms[varies], is.character) | varies %in% c("sex", "afraid"), paste0("factor(", varies, ")"), varies)
  formula <- reformulate(c(".t", code), ".y")
  for (test in c("record_linear_adjusted", if (logit) "record_logit_adjusted")) {
    m <- fit(formula, d, if (test == "record_linear_adjusted") gaussian() else quasibinomial())
    df <- degf(d) + 1 - length(coef(m))
    values <- c(estimate = coef(m)[[".t"]], se = sqrt(vcov(m)[".t", ".t"]), df2 = df)
    values["p"] <- 2 * pt(-abs(values[["estimate"]] / values[["se"]]), df)
    for (name in names(values))
      put(folder, by, group, indicator, paste(on, collapse = "+"), test, name, sprintf("%.17g", values[[name]]))
  }
}

# Independent waves, weights of 0, background that some did not answer.
county <- read_data("county")
dcounty <- svydesign(id = ~cluster, strata = ~interaction(wave, stratum), weights = ~weight, nest = TRUE, data = county)
worried <- ifelse(is.na(county$q1) | county$q1 == 8, NA, as.numeric(county$q1 %in% 1:2))
slope("county", dcounty, county$wave, "worried", worried, c("sex", "area"), TRUE)
slope("county", dcounty, county$wave, "worried", worried, c("sex", "z"), TRUE)
slope("county", dcounty, county$wave, "x_mean", county$x, c("sex", "area", "z"), FALSE)
for (sex in 1:2) {
  slope("county", dcounty, county$wave, "worried", worried, c("sex", "area"), TRUE, "sex", sex)
  slope("county", dcounty, county$wave, "x_mean", county$x, c("sex", "z"), FALSE, "sex", sex)
}

# The same clusters in every wave, of finite populations.
panel <- read_data("panel")
dpanel <- svydesign(id = ~cluster, strata = ~stratum, fpc = ~clusters, weights = ~weight, nest = TRUE, data = panel)
slope("panel", dpanel, panel$wave, "afraid", panel$afraid, c("sex", "score"), TRUE)
slope("panel", dpanel, panel$wave, "score_mean", panel$score, c("sex", "afraid"), FALSE)
for (sex in 1:2)
  slope("panel", dpanel, panel$wave, "afraid", panel$afraid, c("score", "sex"), TRUE, "sex", sex)

# The districts of apiclus1 in 1999 and 2000.
years <- read_data("apiyears")
dyears <- svydesign(id = ~dnum, weights = ~pw, fpc = ~fpc, data = years)
slope("apiyears", dyears, years$year, "score_mean", years$score, "comp_imp", FALSE)

golden <- do.call(rbind, golden)
colnames(golden) <- c("folder", "by", "group", "indicator", "on", "test", "statistic", "value")
write.csv(golden, file.path(here, "adjusted.csv"), row.names = FALSE, quote = FALSE)
