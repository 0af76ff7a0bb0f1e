#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The shared library exports what the public headers mark TRYGG_API, no more and no less.
set -eu
cd "${top_srcdir:-.}"
library=${top_builddir:-.}/.libs/libtrygg.so
[ -f "$library" ] || {
  echo "no shared ELF library in this build"
  exit 77
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
awk -f tests/check/code.awk include/trygg/*.h | sed 's/^[^:]*:[^:]*://' | grep -v '^#' | tr '\n' ' ' | tr ';' '\n' |
  awk 'sub(/.*TRYGG_API/, "") {
      if (match($0, /trygg_[a-z0-9_]+[ \t]*\(/)) name = substr($0, RSTART, RLENGTH - 1)
      else name = $NF
      gsub(/[ \t\[\]*(]/, "", name)
      print name
    }' | LC_ALL=C sort -u >"$work/declared"
${NM:-nm} -D --defined-only "$library" | awk 'NF == 3 && $2 != "A" { sub(/@.*/, "", $3); print $3 }' | LC_ALL=C sort -u >"$work/exported"
missing=$(LC_ALL=C comm -23 "$work/declared" "$work/exported")
foreign=$(LC_ALL=C comm -13 "$work/declared" "$work/exported")
[ -z "$missing" ] || echo "$missing" | sed 's/^/declared in a header, not exported: /'
[ -z "$foreign" ] || echo "$foreign" | sed 's/^/exported, in no header: /'
[ -z "$missing$foreign" ] || exit 1
echo "$(wc -l <"$work/exported") names exported, each in a header"
