# SPDX-License-Identifier: GPL-3.0-or-later
# Prints C code as FILE:LINE:CODE without comments and without what stands in quotes.
FNR == 1 { comment = 0 }
{
  code = ""
  rest = $0
  while (rest != "") {
    if (comment) {
      end = index(rest, "*/")
      if (!end)
        break
      rest = substr(rest, end + 2)
      comment = 0
      code = code " "
    } else if (match(rest, /\/\*|\/\/|"(\\.|[^"\\])*"|'(\\.|[^'\\])*'/)) {
      met = substr(rest, RSTART, RLENGTH)
      code = code substr(rest, 1, RSTART - 1)
      rest = substr(rest, RSTART + RLENGTH)
      if (met == "//")
        break
      if (met == "/*")
        comment = 1
      else
        code = code substr(met, 1, 1) substr(met, 1, 1)
    } else {
      code = code rest
      break
    }
  }
  print FILENAME ":" FNR ":" code
}
