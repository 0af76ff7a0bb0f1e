# SPDX-License-Identifier: GPL-3.0-or-later
# Pictures of what may be published: a point a row, with its interval.

# The rows of a published result that have a figure: what they are called, in the words of the survey.
picture <- function(result, min_n = NULL, language = NULL) {
  table <- publish(as_table(result), min_n)
  frame <- as.data.frame(table)
  value <- intersect(c("estimate", "points", "difference", "ratio", "odds_ratio"), names(frame))[1]
  if (is.na(value)) stop("this result has no figures to draw", call. = FALSE)
  survey <- attr(table, "survey")
  keys <- names(frame)[attr(table, "keys")]
  about <- intersect(c("indicator", "index"), keys)
  test <- intersect(c("test", "part", "method", "waves"), keys)
  by <- setdiff(keys, c(about, test, "wave", "section", "a", "b", "term", "level", "against"))
  call_it <- function(name) if (is.na(name) || name == "") "" else trygg_label(survey, name, NULL, language)
  label <- function(name) {
    codes <- frame[[name]]
    text <- vapply(codes, function(code) if (is.na(code) || code == "") "" else trygg_label(survey, name, code, language), "")
    factor(text, unique(text))
  }
  text_of <- function(columns, ...) {
    columns <- Filter(function(column) any(!is.na(column) & as.character(column) != ""), columns)
    if (!length(columns)) return(rep("", nrow(frame)))
    apply(do.call(cbind, lapply(columns, as.character)), 1, function(cells) paste(cells[!is.na(cells) & cells != ""], ...))
  }
  rows <- c(lapply(by, label), unname(as.list(frame[intersect(c("a", "b", "term", "level"), keys)])))
  panels <- c(lapply(about, function(name) vapply(frame[[name]], call_it, "")), unname(as.list(frame[intersect("section", keys)])),
              unname(as.list(frame[test])))
  data <- data.frame(panel = text_of(panels, collapse = ": "), row = text_of(rows, collapse = " / "),
                     wave = if ("wave" %in% keys) frame$wave else "", value = frame[[value]],
                     low = if ("lower" %in% names(frame)) frame$lower else NA_real_,
                     high = if ("upper" %in% names(frame)) frame$upper else NA_real_)
  whole <- if (identical(language, "sv")) "Alla" else "All"
  data$row[data$row == ""] <- whole
  data <- data[!is.na(data$value), ]
  data$panel <- factor(data$panel, unique(data$panel))
  data$row <- factor(data$row, unique(data$row))
  list(data = data, value = if (value == "estimate") "" else gsub("_", " ", value), hidden = sum(is.na(frame[[value]])))
}

plot.trygg_table <- function(x, min_n = NULL, language = NULL, ...) {
  picture <- picture(x, min_n, language)
  data <- picture$data
  if (!nrow(data)) stop("no row of this result may be published; a smaller `min_n` would say otherwise", call. = FALSE)
  label <- paste(if (nlevels(data$panel) > 1) data$panel, data$row, if (length(unique(data$wave)) > 1) data$wave)
  place <- rev(seq_len(nrow(data)))
  range <- range(data$value, data$low, data$high, finite = TRUE)
  old <- graphics::par(mar = c(4, min(20, 1 + 0.5 * max(nchar(label))), 2, 1))
  on.exit(graphics::par(old))
  graphics::plot(data$value, place, xlim = range, ylim = c(0.5, nrow(data) + 0.5), yaxt = "n", ylab = "", xlab = picture$value,
                 pch = 19, main = if (nlevels(data$panel) == 1) levels(data$panel) else "", ...)
  graphics::segments(data$low, place, data$high, place)
  graphics::axis(2, place, label, las = 1, tick = FALSE)
  invisible(x)
}

autoplot.trygg_table <- function(object, min_n = NULL, language = NULL, ...) {
  picture <- picture(object, min_n, language)
  data <- picture$data
  if (!nrow(data)) stop("no row of this result may be published; a smaller `min_n` would say otherwise", call. = FALSE)
  waves <- length(unique(data$wave)) > 1
  caption <- if (picture$hidden > 0) paste(picture$hidden, "rows have no figure that may be shown")
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
      (if (nlevels(data$panel) == 1) ggplot2::ggtitle(levels(data$panel))) + ggplot2::theme_minimal())
  }
  chart <- ggplot2::ggplot(data, aes(x = .data$value, y = factor(.data$row, rev(levels(.data$row))))) +
    ggplot2::geom_linerange(aes(xmin = .data$low, xmax = .data$high), colour = "#0072B2", na.rm = TRUE) +
    ggplot2::geom_point(colour = "#0072B2") + ggplot2::labs(x = picture$value, y = NULL, caption = caption)
  if (nlevels(data$panel) > 1) {
    chart <- chart + ggplot2::facet_wrap("panel", scales = "free_x", labeller = ggplot2::label_wrap_gen(40))
  } else {
    chart <- chart + ggplot2::ggtitle(levels(data$panel))
  }
  chart + ggplot2::theme_minimal()
}

autoplot.trygg_stat <- function(object, ...) autoplot.trygg_table(object, ...)

autoplot.trygg_by <- autoplot.trygg_stat
