# SPDX-License-Identifier: GPL-3.0-or-later
# Versions of the R peers, in one line.
version_of <- function(name) if (requireNamespace(name, quietly = TRUE)) paste(name, packageVersion(name))
cat(paste(c(paste("R", getRversion()), version_of("data.table"), version_of("survey")), collapse = ", "), "\n")
