# SPDX-License-Identifier: GPL-3.0-or-later
# P(sum of a Z^2 > x chi2 / df) by Imhof's inversion of the characteristic function (1961, Biometrika 48:419-426), with the
# saddle point approximation beside it, which is R's own where CompQuadForm is not installed.
mixture <- function(x, a, df) {
  lambda <- c(a, -x / df)
  h <- c(rep(1, length(a)), df)
  scale <- max(abs(lambda * h))
  lambda <- lambda / scale
  f <- Vectorize(function(u) sin(sum(h * atan(lambda * u)) / 2) / u / exp(sum(h * log1p(lambda^2 * u^2)) / 4))
  cuts <- c(0, 2^(-4:6), Inf)
  whole <- sum(sapply(seq_along(cuts)[-1], function(i) integrate(f, cuts[i - 1], cuts[i], rel.tol = 1e-12, abs.tol = 1e-16,
                                                                 subdivisions = 10000L, stop.on.error = FALSE)$value))
  0.5 + whole / pi
}
