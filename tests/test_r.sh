#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The R package, built from a copy against the library of the build tree, and its tests.
set -eu
top=$(cd "${top_srcdir:-.}" && pwd)
build=$(cd "${top_builddir:-.}" && pwd)
skip() {
  echo "skipped: $1"
  exit 77
}
[ -f "$build/.libs/libtrygg.so" ] || skip 'the library was built without a shared one'
r=$(sh "$top/bindings/build.sh" find r) || skip "$r"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
sh "$top/bindings/build.sh" r "$work"
export LD_LIBRARY_PATH="$build/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" R_LIBS="$work/library"
export TRYGG_SOURCE="$top" TRYGG_PROGRAMS="$build/examples"
for test in "$top"/bindings/r/tests/*.R; do
  echo "$(basename "$test"):"
  (cd "$work" && Rscript "$test")
done
