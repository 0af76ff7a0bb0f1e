#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The Python package, built from a copy against the library of the build tree, and its tests.
set -eu
top=${top_srcdir:-.}
build=$(cd "${top_builddir:-.}" && pwd)
skip() {
  echo "skipped: $1"
  exit 77
}
[ -f "$build/.libs/libtrygg.so" ] || skip 'the library was built without a shared one'
python=
for candidate in ${PYTHON:-} python3 /usr/bin/python3; do
  if "$candidate" -c 'import os, sys, sysconfig, setuptools
sys.exit(sys.version_info < (3, 11) or not os.path.exists(sysconfig.get_path("include") + "/Python.h"))' 2>/dev/null; then
    python=$candidate
    break
  fi
done
[ -n "$python" ] || skip 'no Python 3.11 or later with its headers and setuptools'

top=$(cd "$top" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
cp -R "$top/bindings/python" "$work/python"
chmod -R u+w "$work/python"
cd "$work/python"
TRYGG_CFLAGS="-I$top/include -I$build/include" TRYGG_LIBS="-L$build/.libs -ltrygg" \
  CFLAGS='-Wall -Wextra -Werror' "$python" setup.py -q build --build-lib library >build.log 2>&1 || {
  cat build.log
  exit 1
}
LD_LIBRARY_PATH=$build/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} PYTHONPATH=$work/python/library \
  TRYGG_SOURCE=$top TRYGG_PROGRAMS=$build/examples "$python" -W error -m unittest -q tests/test_trygg.py
