#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Functions, sources and headers that are longer than we like are listed; much longer ones fail.
set -eu
cd "${top_srcdir:-.}"
awk '
  BEGIN {
    aim["function"] = 60; aim["source"] = 500; aim["header"] = 250
    most["function"] = 100; most["source"] = 700; most["header"] = 450
  }
  function judge(kind, lines, what) {
    count[kind]++
    if (lines > aim[kind])
      print (lines > most[kind] ? "TOO LONG" : "long"), kind, what ": " lines " lines, aim " aim[kind] ", limit " most[kind]
    if (lines > most[kind])
      faults++
  }
  function finish() {
    if (name != "")
      judge(name ~ /\.h$/ ? "header" : "source", lines, name)
  }
  FNR == 1 { finish(); name = FILENAME; begin = 0 }
  { lines = FNR }
  # A function begins at a line that opens in column one and ends at a brace in column one.
  /^[A-Za-z_].*\(/ && !/;[ \t]*(\/\*.*)?$/ && !begin && !/^(typedef|enum|struct [a-z_]+ \{)/ {
    begin = FNR
    title = $0
    sub(/\(.*/, "", title)
    sub(/.*[ *]/, "", title)
  }
  begin && /^[^ \t}].*;[ \t]*$/ { begin = 0 }
  begin && /^[ \t].*\);[ \t]*$/ && !open { begin = 0 }
  begin == FNR && /\}[ \t]*$/ { begin = 0 } # all on one line
  begin && /\{[ \t]*$/ { open = 1 }
  /^\}/ {
    if (begin && open)
      judge("function", FNR - begin + 1, FILENAME ":" begin ": " title)
    begin = open = 0
  }
  END {
    finish()
    print count["function"] + 0 " functions, " count["source"] + 0 " sources, " count["header"] + 0 " headers; " faults + 0 " over the limit"
    exit faults > 0
  }' $(find lib include examples -name '*.[ch]' | sort)
