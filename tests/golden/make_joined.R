# SPDX-License-Identifier: GPL-3.0-or-later
# Rscript make_joined.R: trends over waves of three methods, joined by two parallel rounds, as joined.csv beside this
# script: `design,bridge,scale,indicator,sex,test,estimate,se`, and the made-up survey data/golden/joined.csv.
#
# Everything is svycontrast() on totals of the stacked waves: each figure is an expression of them.
suppressMessages(library(survey))
options(digits = 17, warn = 1)
script <- sub("--file=", "", grep("--file=", commandArgs(), value = TRUE, fixed = TRUE)[1], fixed = TRUE)
here <- dirname(script)
path <- file.path(here, "..", "data", "golden", "joined.csv")

if (!file.exists(path)) {
  RNGkind("Mersenne-Twister", "Inversion", "Rejection")
  set.seed(2017)
  frame <- expand.grid(person = 1:7, cluster = 1:8, stratum = c("A", "B", "C"), wave = c(2012, 2015, 2017, 2020, 2023),
                       stringsAsFactors = FALSE)
  n <- nrow(frame)
  level <- rnorm(24, 0, 0.4)[as.integer(factor(paste(frame$stratum, frame$cluster)))]
  at <- match(frame$wave, c(2012, 2015, 2017, 2020, 2023))
  frame$method <- c("a", "a", "b", "c", "c")[at]
  both <- frame$wave %in% c(2017, 2020) & runif(n) < 0.45
  frame$method[both] <- c("a", "b")[match(frame$wave[both], c(2017, 2020))]
  shift <- c(a = 0, b = 0.5, c = 0.2)[frame$method]
  frame$weight <- round(exp(rnorm(n, 3, 0.4)), 2)
  frame$sex <- 1 + (runif(n) < 0.5)
  frame$age <- round(runif(n, 16, 84))
  trend <- 0.08 * (frame$wave - 2017)
  frame$afraid <- as.integer(runif(n) < plogis(-0.5 + shift + level + trend + 0.6 * (frame$sex == 2) - 0.01 * frame$age))
  frame$score <- round(20 + 4 * shift + 3 * level + 8 * trend + rnorm(n, 0, 4) + 0.05 * frame$age, 1)
  frame$afraid[runif(n) < 0.04] <- NA
  frame <- frame[, c("wave", "stratum", "cluster", "weight", "method", "sex", "age", "afraid", "score")]
  write.csv(frame, path, row.names = FALSE, quote = FALSE, na = "")
}
data <- read.csv(path)
golden <- list()

# Waves, each with the method whose figure it is; those of the old method beside the new one.
times <- c(2012, 2015.5, 2017, 2020, 2023)
waves <- c(2012, 2015, 2017, 2020, 2023)
methods <- c("a", "a", "b", "c", "c")
old <- list(list(wave = 2017, method = "a"), list(wave = 2020, method = "b"))

links <- list(difference = list(of = "(%s)", back = "(%s)"), ratio = list(of = "log(%s)", back = "exp(%s)"),
              odds = list(of = "log((%1$s) / (1 - (%1$s)))", back = "(1 / (1 + exp(-(%s))))"))

for (kind in c("independent", "overlapping")) for (indicator in c("afraid", "score")) for (sex in c("", "1", "2")) {
  inside <- (if (sex == "") TRUE else data$sex == sex) & !is.na(data[[indicator]])
  sums <- data.frame(row.names = seq_len(nrow(data)))
  add <- function(name, wave, method) {
    here <- inside & data$wave == wave & data$method == method
    sums[[paste0("y", name)]] <<- ifelse(here, data[[indicator]], 0)
    sums[[paste0("x", name)]] <<- as.numeric(here)
  }
  for (i in 1:5) add(i, waves[i], methods[i])
  for (b in 1:2) add(paste0("o", b), old[[b]]$wave, old[[b]]$method)
  all <- cbind(data[, c("wave", "stratum", "cluster", "weight")], sums)
  design <- if (kind == "overlapping") svydesign(~cluster, strata = ~stratum, weights = ~weight, nest = TRUE, data = all)
            else svydesign(~cluster, strata = ~interaction(wave, stratum), weights = ~weight, nest = TRUE, data = all)
  totals <- svytotal(as.formula(paste("~", paste(names(sums), collapse = "+"))), design)
  figure <- function(name) sprintf("(y%s / x%s)", name, name)
  for (bridge in c("difference", if (indicator == "afraid") "odds" else "ratio"))
    for (scale in c("difference", "ratio", if (indicator == "afraid") "odds")) {
      g <- links[[bridge]]
      shift <- sprintf("(%s - %s)", sprintf(g$of, figure(c(3, 4))), sprintf(g$of, figure(c("o1", "o2"))))
      point <- figure(1:5)
      for (b in 1:2) for (i in seq_len(b + 1)) # each bridge moves what the ones before it have moved
        point[i] <- sprintf(g$back, sprintf("%s + %s", sprintf(g$of, point[i]), shift[b]))
      point <- sprintf(links[[scale]]$of, point)
      put <- function(test, expression, logarithm) {
        found <- svycontrast(totals, list(parse(text = expression)[[1]]))
        value <- coef(found)[[1]]
        se <- SE(found)[[1]]
        if (logarithm) { value <- exp(value); se <- se * value }
        golden[[length(golden) + 1]] <<- c(kind, bridge, scale, indicator, sex, test, sprintf("%.17g", c(value, se)))
      }
      slope <- (times - mean(times)) / sum((times - mean(times))^2)
      put("linear", paste(sprintf("%.17g * %s", slope, point), collapse = " + "), scale != "difference")
      put("since_first", paste(point[5], "-", point[1]), scale != "difference")
      put("pairs 2015 2017", paste(point[3], "-", point[2]), scale != "difference")
      put("pairs 2012 2020", paste(point[4], "-", point[1]), scale != "difference")
      if (scale == "difference") for (b in 1:2) put(paste("bridge", old[[b]]$wave), shift[b], bridge != "difference")
      pooled <- sprintf("((%s + %s) / 2)", point[1:4], point[2:5])
      if (scale == "difference") {
        middle <- (times[1:4] + times[2:5]) / 2
        slope <- (middle - mean(middle)) / sum((middle - mean(middle))^2)
        put("pooled linear", paste(sprintf("%.17g * %s", slope, pooled), collapse = " + "), FALSE)
      }
    }
}

lines <- vapply(golden, paste, "", collapse = ",")
writeLines(c("design,bridge,scale,indicator,sex,test,estimate,se", lines), file.path(here, "joined.csv"))
