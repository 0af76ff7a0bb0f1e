#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Branch and line coverage of the rooms by the tests, from gcov alone: builds the library and its tests once more with
# --coverage in BUILD/coverage, runs them, and prints a line a room.  `make coverage`; COVERAGE_ROOMS names rooms.
# usage: tests/coverage.sh [FOLDER]     only summarise the .gcda files below FOLDER
set -eu
top=$(cd "${top_srcdir:-.}" && pwd)
rooms=${COVERAGE_ROOMS:-$(sed -n "s/^order='\(.*\)'/\1/p" "$top/tests/check/layers.sh")}
files=${COVERAGE_FILES:-}

build_and_test() {
  mkdir -p "$build"
  cd "$build"
  [ -f Makefile ] || "$top/configure" --disable-shared CFLAGS='-O0 -g --coverage' >configure.log 2>&1 || {
    tail -n 5 configure.log
    exit 1
  }
  find . -name '*.gcda' -exec rm -f {} +
  make -j "$(getconf _NPROCESSORS_ONLN)" all >make.log 2>&1 || {
    tail -n 20 make.log
    exit 1
  }
  # A test that ends in _exit writes no counts: Check must not fork.
  CK_FORK=no make -j "$(getconf _NPROCESSORS_ONLN)" check >check.log 2>&1 || echo "some tests failed: $build/check.log"
}

# "FILE lines run branches taken" for each source of the library.
count() {
  find "$build" -name '*.gcda' | sort | while read -r data; do
    (cd "$(dirname "$data")" && ${GCOV:-gcov} -b -c -t "$(basename "$data")" 2>/dev/null)
  done | awk '
    / 0:Source:/ { file = $0; sub(/.* 0:Source:/, "", file); keep = sub(/^.*lib\//, "", file) && file ~ /\.c$/; next }
    !keep { next }
    /^branch +[0-9]+ / { branches[file]++; taken[file] += !/never executed|taken 0( |$)/; next }
    /^ *#####:|^ *=====:/ { lines[file]++; next }
    /^ *[0-9]+\*?: *[1-9]/ { lines[file]++; run[file]++ }
    END { for (file in lines) print file, lines[file], run[file] + 0, branches[file] + 0, taken[file] + 0 }' | sort
}

if [ $# -gt 0 ]; then
  build=$(cd "$1" && pwd)
else
  build=$(cd "${top_builddir:-.}" && pwd)/coverage
  build_and_test
fi
count | awk -v rooms="$rooms" -v files="$files" '
  function percent(part, whole) { return whole ? sprintf("%.1f %%", 100 * part / whole) : "-" }
  function show(name, l, r, b, t) { printf "%-28s %8d %9s %9d %9s\n", name, l, percent(r, l), b, percent(t, b) }
  BEGIN { printf "%-28s %8s %9s %9s %9s\n", "room", "lines", "run", "branches", "taken" }
  {
    room = $1
    sub(/\/.*/, "", room)
    l[room] += $2; r[room] += $3; b[room] += $4; t[room] += $5
    if (files)
      show($1, $2, $3, $4, $5)
  }
  END {
    count = split(rooms, order, " ")
    for (i = 1; i <= count; i++) {
      room = order[i]
      if (!(room in l))
        continue
      show(room, l[room], r[room], b[room], t[room])
      L += l[room]; R += r[room]; B += b[room]; T += t[room]
    }
    show("all", L, R, B, T)
    exit !L
  }'
