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
command -v R >/dev/null 2>&1 && [ -f "$(R RHOME)/etc/Makeconf" ] || skip 'no R that builds packages'

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
mkdir "$work/library"
cp -R "$top/bindings/r" "$work/trygg"
chmod -R u+w "$work/trygg"
cd "$work"
export LD_LIBRARY_PATH="$build/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
TRYGG_CFLAGS="-I$top/include -I$build/include" TRYGG_LIBS="-L$build/.libs -ltrygg" \
  R CMD INSTALL --library="$work/library" trygg >build.log 2>&1 || {
  cat build.log
  exit 1
}
R_LIBS=$work/library TRYGG_SOURCE=$top TRYGG_PROGRAMS=$build/examples Rscript "$top/bindings/r/tests/trygg.R"
