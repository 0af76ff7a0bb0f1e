#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The Python package, built from a copy against the library of the build tree, and its tests.
set -eu
top=$(cd "${top_srcdir:-.}" && pwd)
build=$(cd "${top_builddir:-.}" && pwd)
skip() {
  echo "skipped: $1"
  exit 77
}
[ -f "$build/.libs/libtrygg.so" ] || skip 'the library was built without a shared one'
python=$(sh "$top/bindings/build.sh" find python) || skip "$python"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
sh "$top/bindings/build.sh" python "$work"
cd "$work/copy"
LD_LIBRARY_PATH=$build/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} PYTHONPATH=$work/library \
  TRYGG_SOURCE=$top TRYGG_PROGRAMS=$build/examples "$python" -W error -m unittest discover -q -s tests
