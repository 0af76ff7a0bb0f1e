# SPDX-License-Identifier: GPL-3.0-or-later
# Pictures of what may be published: a point a row, with its interval.

# Words of pictures, in the languages of the library.
word <- function(name, language) {
  words <- list(all = c("All", "Alla"), whole = c("Whole index", "Hela indexet"), share = c("per cent", "procent"),
                points = c("points", "po\u00e4ng"), difference = c("difference", "skillnad"),
                "difference share" = c("difference, percentage points", "skillnad, procentenheter"), ratio = c("ratio", "kvot"),
                odds_ratio = c("odds ratio", "oddskvot"), hidden = c("rows have no figure that may be shown", "rader har inget tal som f\u00e5r visas"))
  words[[name]][1 + identical(language, "sv")]
}

# Cells of several columns in one text a row, without empty ones.
joined <- function(columns, sep) {
  columns <- lapply(columns, function(column) ifelse(is.na(column), "", as.character(column)))
  Reduce(function(a, b) paste0(a, ifelse(a == "" | b == "", "", sep), b), columns)
}

# Whether an indicator, or a variable's answer VAR=CODE, is a share.
is_share <- function(survey, indicators) {
  grepl("=", indicators, fixed = TRUE) | vapply(indicators, function(name) trygg_declared(survey, name, "type") %in% c("share", "any"), NA)
}

# The rows of a published result that have a figure: what they are called, in the words of the survey.
picture <- function(result, min_n = NULL, language = NULL) {
  table <- publish(as_table(result), min_n)
  frame <- as.data.frame(table)
  value <- intersect(c("estimate", "points", "difference", "ratio", "odds_ratio"), names(frame))[1]
  if (is.na(value)) stop("this result has no figures to draw", call. = FALSE)
  survey <- attr(table, "survey")
  keys <- names(frame)[attr(table, "keys")]
  about <- intersect(c("indicator", "index"), keys)
  by <- setdiff(keys, c(about, "wave", "section", "a", "b", "term", "level", "against", "test", "part", "method", "waves"))
  name_of <- function(names) vapply(names, function(name) if (is.na(name) || name == "") "" else trygg_label(survey, name, NULL, language), "")
  code_of <- function(variables, codes) {
    mapply(function(variable, code) if (is.na(code) || code == "") "" else trygg_label(survey, variable, code, language), variables, codes)
  }
  subjects <- lapply(about, function(name) name_of(frame[[name]]))
  if ("section" %in% keys) {
    section <- name_of(frame$section)
    section[section == ""] <- word("whole", language)
    one <- length(unique(subjects[[1]])) == 1
    subjects <- c(if (!one) subjects, list(section))
  }
  several <- function(column) length(unique(column)) > 1
  rows <- c(lapply(by, function(name) code_of(name, frame[[name]])), if (!length(by)) frame[intersect("a", keys)],
            Filter(several, frame[intersect("b", keys)]),
            if ("term" %in% keys) list(name_of(frame$term), code_of(frame$term, frame$level)))
  row <- if (length(rows)) joined(unname(rows), ", ") else rep("", nrow(frame))
  row[row == ""] <- if (length(by)) word("all", language) else ""
  share <- value %in% c("estimate", "difference") && length(about) && !"test" %in% keys &&
    all(frame$part[!is.na(frame[[value]])] == "prediction") && all(is_share(survey, unique(frame[[about]])))
  factor <- if (share) 100 else 1
  numbers <- function(name) if (name %in% names(frame)) factor * frame[[name]] else rep(NA_real_, nrow(frame))
  data <- data.frame(panel = joined(c(subjects, unname(as.list(frame[intersect(c("test", "part", "method"), keys)]))), ": "), row = row,
                     wave = if ("wave" %in% keys) frame$wave else rep("", nrow(frame)), value = numbers(value), low = numbers("lower"),
                     high = numbers("upper"))
  data <- data[!is.na(data$value), ]
  data$panel <- factor(data$panel, unique(data$panel))
  data$row <- factor(data$row, unique(data$row))
  about_value <- if (share) paste0(sub("estimate", "", value), if (value == "difference") " ", "share") else value
  list(data = data, value = if (about_value == "estimate") "" else word(about_value, language), hidden = sum(is.na(frame[[value]])),
       title = if ("section" %in% keys && one) name_of(frame[[about]][1]) else if (nlevels(data$panel) == 1) levels(data$panel))
}

plot.trygg_table <- function(x, min_n = NULL, language = NULL, ...) {
  picture <- picture(x, min_n, language)
  data <- picture$data
  if (!nrow(data)) stop("no row of this result may be published; a smaller `min_n` would say otherwise", call. = FALSE)
  label <- paste(if (nlevels(data$panel) > 1) data$panel, data$row, if (length(unique(data$wave)) > 1) data$wave)
  place <- rev(seq_len(nrow(data)))
  range <- range(data$value, data$low, data$high, finite = TRUE)
  old <- graphics::par(mar = c(4, min(20, 1 + 0.5 * max(nchar(label))), 3, 1))
  on.exit(graphics::par(old))
  graphics::plot(data$value, place, xlim = range, ylim = c(0.5, nrow(data) + 0.5), yaxt = "n", ylab = "", xlab = picture$value,
                 pch = 19, main = paste(strwrap(picture$title, 60), collapse = "\n"), cex.main = 1, ...)
  graphics::segments(data$low, place, data$high, place)
  graphics::axis(2, place, label, las = 1, tick = FALSE)
  invisible(x)
}

autoplot.trygg_table <- function(object, min_n = NULL, language = NULL, ...) {
  picture <- picture(object, min_n, language)
  data <- picture$data
  if (!nrow(data)) stop("no row of this result may be published; a smaller `min_n` would say otherwise", call. = FALSE)
  waves <- length(unique(data$wave)) > 1
  caption <- if (picture$hidden > 0) paste(picture$hidden, word("hidden", language))
  aes <- ggplot2::aes
  if (waves) {
    many <- nlevels(data$row) > 1
    if (!many) data$row <- factor("")
    chart <- ggplot2::ggplot(data, aes(x = .data$wave, y = .data$value, group = .data$row)) +
      ggplot2::geom_ribbon(aes(ymin = .data$low, ymax = .data$high), fill = "#0072B2", alpha = 0.2) +
      ggplot2::geom_line(colour = "#0072B2") + ggplot2::geom_point(colour = "#0072B2", size = 1) +
      ggplot2::labs(x = NULL, y = picture$value, caption = caption)
    return(chart + (if (nlevels(data$panel) > 1 && many) ggplot2::facet_grid(panel ~ row, scales = "free_y", labeller = ggplot2::label_wrap_gen(18)) else
      if (many) ggplot2::facet_wrap("row") else ggplot2::facet_wrap("panel", scales = "free_y", labeller = ggplot2::label_wrap_gen(40))) +
      ggplot2::ggtitle(picture$title) + ggplot2::theme_minimal())
  }
  chart <- ggplot2::ggplot(data, aes(x = .data$value, y = factor(.data$row, rev(levels(.data$row))))) +
    ggplot2::geom_linerange(aes(xmin = .data$low, xmax = .data$high), colour = "#0072B2", na.rm = TRUE) +
    ggplot2::geom_point(colour = "#0072B2") + ggplot2::labs(x = picture$value, y = NULL, caption = caption)
  if (nlevels(data$panel) > 1) {
    chart <- chart + ggplot2::facet_wrap("panel", scales = "free_x", labeller = ggplot2::label_wrap_gen(40))
  }
  chart + ggplot2::ggtitle(picture$title) + ggplot2::theme_minimal()
}

autoplot.trygg_stat <- function(object, ...) autoplot.trygg_table(object, ...)

autoplot.trygg_by <- autoplot.trygg_stat
