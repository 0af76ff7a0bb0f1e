# SPDX-License-Identifier: GPL-3.0-or-later
# Surveys from labelled data frames, as package haven reads them.

# What kind of missing answer a label speaks of.
missing_kind <- function(label) {
  kinds <- c(dont_know = "don'?t know|not know|vet ej|vet inte|d\\.?k\\.?$", refused = "refus|v\u00e4grar|vill inte",
             not_applicable = "not applicable|inapplicable|ej aktuell|ej relevant|skip")
  kind <- rep("no_answer", length(label))
  for (name in rev(names(kinds))) kind[grepl(kinds[[name]], label, ignore.case = TRUE)] <- name
  kind
}

# Codes of a column: levels, or labelled values and the others that occur; those that its owner declared missing, and
# tagged missing values, are of a kind.  NULL for a column without labels.
labelled_codes <- function(column) {
  if (is.factor(column)) return(data.frame(name = levels(column), label = levels(column), missing = rep("", nlevels(column))))
  labels <- attr(column, "labels")
  if (is.null(labels)) return(NULL)
  tags <- if (is.double(labels) && has("haven")) haven::na_tag(labels) else rep(NA_character_, length(labels))
  values <- unclass(column)
  attributes(values) <- NULL
  values <- unique(values[!is.na(values)])
  plain <- unclass(labels)[is.na(tags) & !is.na(labels)]
  values <- sort(c(unname(plain), setdiff(values, plain)))
  range <- attr(column, "na_range")
  user <- values %in% attr(column, "na_values")
  if (length(range) == 2) user <- user | (values >= range[1] & values <= range[2])
  label <- names(plain)[match(values, plain)]
  label[is.na(label)] <- ""
  tags_here <- if (is.double(column) && has("haven")) haven::na_tag(column) else character()
  every <- union(stats::na.omit(tags), stats::na.omit(tags_here))
  tagged <- names(labels)[match(every, tags)]
  tagged[is.na(tagged)] <- ""
  data.frame(name = c(format_codes(values), if (length(every)) paste0(".", every)), label = c(label, tagged),
             missing = c(ifelse(user, missing_kind(label), ""), missing_kind(tagged)))
}

# Columns of a file that SPSS wrote, read without the kinds of missing answers.
warn_lost_kinds <- function(data) {
  lost <- vapply(data, function(column) {
    inherits(column, "haven_labelled") && !inherits(column, "haven_labelled_spss") && anyNA(column) &&
      any(grepl("missing|saknas|uteblivet|vet ej|vet inte|no answer|don'?t know|refus", names(attr(column, "labels")), ignore.case = TRUE) &
          !attr(column, "labels") %in% column) && !(is.double(column) && has("haven") && any(!is.na(haven::na_tag(column))))
  }, NA)
  if (any(lost)) {
    warning(paste0("`", utils::head(names(data)[lost], 5), "`", collapse = ", "), if (sum(lost) > 5) paste(" and", sum(lost) - 5, "others"),
            " have labels of missing answers whose codes are gone; read SPSS files with `user_na = TRUE`, else the kinds of ",
            "missing answers are lost", call. = FALSE)
  }
}

# Types, missing values, labels and codes of the columns of a data frame; `numbers` are such by their roles.
describe_columns <- function(data, numbers = character()) {
  codes <- lapply(data, labelled_codes)
  number <- vapply(names(data), function(name) { # one whose only labels are of missing answers is a number too
    !is.null(codes[[name]]) && is.numeric(data[[name]]) && !is.factor(data[[name]]) &&
      all(codes[[name]]$missing != "" | codes[[name]]$label == "")
  }, NA)
  type <- vapply(names(data), function(name) {
    column <- data[[name]]
    if (number[[name]] || name %in% numbers) return("decimal")
    if (!is.null(codes[[name]])) return(list_type(name))
    if (is.logical(column)) return("select_one yes_no")
    if (inherits(column, "Date") || inherits(column, "POSIXt")) return("date")
    if (is.numeric(column)) "decimal" else "text"
  }, "")
  missing <- vapply(names(data), function(name) {
    kinds <- codes[[name]][codes[[name]]$missing != "", ]
    if (number[[name]] && nrow(kinds)) paste(kinds$name, kinds$missing, sep = "=", collapse = " ") else ""
  }, "")
  kept <- codes[startsWith(type, "select_one") & type != "select_one yes_no"]
  if (any(type == "select_one yes_no")) kept$yes_no <- data.frame(name = c("0", "1"), label = c("FALSE", "TRUE"), missing = "")
  list(rows = data.frame(type = type, name = names(data), label = labels_of(data, names(data)), missing = missing), choices = kept)
}

trygg_codebook <- function(data, roles = character(), form_id = "data", wave = "all") {
  unknown <- setdiff(roles, names(data))
  if (length(unknown)) stop(no_column(unknown[1], names(data)))
  warn_lost_kinds(data)
  described <- describe_columns(data, roles[names(roles) %in% c("weight", "fpc", "replicate")])
  rows <- cbind(described$rows, role = ifelse(names(data) %in% roles, names(roles)[match(names(data), roles)], ""))
  tables <- c(settings = sheet(data.frame(form_id = form_id, wave = if ("wave" %in% names(roles)) "" else wave)),
              survey = sheet(rows))
  if (length(described$choices)) tables["choices"] <- sheet(lists_of(described$choices))
  trygg_survey(tables)
}
