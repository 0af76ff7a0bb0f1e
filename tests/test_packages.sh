#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The blocks for Python and R in the documents, run as they stand by packages that were built from copies, in a folder
# in which examples/ and tests/ are the sources' and build/demo has the county survey of `./autogen.sh demo`.
set -eu
top=$(cd "${top_srcdir:-.}" && pwd)
build=$(cd "${top_builddir:-.}" && pwd)
skip() {
  echo "skipped: $1"
  exit 77
}
[ -f "$build/.libs/libtrygg.so" ] || skip 'the library was built without a shared one'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
mkdir -p "$work/here/build"
ln -s "$top/examples" "$top/tests" "$work/here"
"${TRYGG_PROGRAMS:-$build/examples}/make-county" --seed 1 "$work/here/build/demo" >/dev/null 2>&1
export LD_LIBRARY_PATH="$build/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" PYTHONPATH="$work/python/library" \
  R_LIBS="$work/r/library" LC_ALL=C.UTF-8
ran=0 missing=
for language in python r; do
  interpreter=$(sh "$top/bindings/build.sh" find $language) || {
    missing=$interpreter
    continue
  }
  [ $language = python ] || interpreter='Rscript --vanilla'
  sh "$top/bindings/build.sh" $language "$work/$language"
  for document in README.md bindings/python/README.md bindings/r/README.md; do
    blocks=$(awk -v fence="^\`\`\`$language\$" -v base="$work/block" '
      $0 ~ fence { inside = 1; n++; file = base n; printf "" >file; next }
      /^```/ { if (inside) close(file); inside = 0; next }
      inside { print >file }
      END { print n + 0 }' "$top/$document")
    for block in $(seq "$blocks"); do
      (cd "$work/here" && $interpreter "$work/block$block") >"$work/said" 2>&1 || {
        echo "$document: block $block of $language fails:"
        cat "$work/said"
        exit 1
      }
      ran=$((ran + 1))
    done
  done
done
echo "$ran blocks for Python and R in the documents run"
[ -z "$missing" ] || skip "$missing"
[ $ran -ge 5 ]
