#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A room includes only rooms to its left; only numeric sees GSL, only source sees zlib, ISA-L, libcsv and ReadStat;
# programs see only the public interface.
set -eu
cd "${top_srcdir:-.}"
order='base numeric source table codebook responses indicator design tally estimate inference model index trend disclosure report'
failed=0
gateways='gsl=numeric zlib.h=source csv.h=source readstat.h=source isa-l=source'

awk -v order="$order" -v gateways="$gateways" '
  BEGIN {
    count = split(order, rooms, " ")
    for (i = 1; i <= count; i++)
      rank[rooms[i]] = i
    rank["arrow"] = rank["table"] # a second header of table: the structs of another standard
    rank["error"] = rank["config"] = rank["version"] = 1 # what base shows
    split(gateways, pairs, " ")
    for (i in pairs) {
      split(pairs[i], pair, "=")
      gateway[pair[1]] = pair[2]
    }
  }
  function fault(text) {
    print FILENAME ":" FNR ": " text
    faults++
  }
  FNR == 1 { # lib/ROOM/file or include/trygg/ROOM.h
    split(FILENAME, path, "/")
    room = path[1] == "lib" ? path[2] : path[3]
    sub(/\.h$/, "", room)
    if (!(room in rank))
      fault("`" room "` is no room; rooms are " order)
    files++
  }
  /^[ \t]*#[ \t]*include/ {
    met = $0
    sub(/^[ \t]*#[ \t]*include[ \t]*/, "", met)
    quoted = substr(met, 1, 1) == "\""
    met = substr(met, 2)
    sub(/[>"].*$/, "", met)
    if (quoted)
      fault("write #include <room/header.h>, not \"" met "\"")
    parts = split(met, part, "/")
    if ((part[1] in gateway) && gateway[part[1]] != room)
      fault("only " gateway[part[1]] " may include " met)
    if (parts == 1)
      next
    other = part[1]
    if (other == "trygg") {
      other = part[2]
      sub(/\.h$/, "", other)
      if (!(other in rank))
        fault("trygg/" part[2] " is of no room")
    } else if (path[1] == "include" && (other in rank))
      fault("a public header cannot include " met ", which is not installed")
    if ((other in rank) && rank[other] > rank[room])
      fault(room " includes " met ", which is to its right")
  }
  END {
    print files " files, " faults + 0 " faults"
    exit faults > 0
  }' lib/*/*.[ch] include/trygg/*.h || failed=1

# shellcheck disable=SC2046 # names of files are words
awk -v order="$order" '
  BEGIN {
    count = split(order, rooms, " ")
    for (i = 1; i <= count; i++)
      internal[rooms[i]] = 1
  }
  /^[ \t]*#[ \t]*include/ {
    met = $2
    gsub(/[<">]/, "", met)
    split(met, part, "/")
    if ((part[1] in internal) && met ~ /\//) {
      print FILENAME ":" FNR ": a program sees <trygg/...>, not " met
      faults++
    }
  }
  END { exit faults > 0 }' $(find examples -name '*.[ch]') /dev/null || failed=1
exit $failed
