#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The package for Python or R, built from a copy against the library of the build tree.
# usage: bindings/build.sh python|r FOLDER     builds in FOLDER; FOLDER/library is what PYTHONPATH or R_LIBS names
#        bindings/build.sh find python|r       prints the interpreter that can build it; 1 and a reason without one
# top_srcdir, top_builddir: where things are; PYTHON: looked at first; RPATH: where the library will be installed.
set -eu
top=$(cd "${top_srcdir:-.}" && pwd)
build=$(cd "${top_builddir:-.}" && pwd)

find_python() {
  for candidate in ${PYTHON:-} python3 /usr/bin/python3; do
    if "$candidate" -c 'import os, sys, sysconfig, setuptools
sys.exit(sys.version_info < (3, 11) or not os.path.exists(sysconfig.get_path("include") + "/Python.h"))' 2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
  echo 'no Python 3.11 or later with its headers and setuptools (Debian: python3-dev python3-setuptools)'
  return 1
}

find_r() {
  if command -v R >/dev/null 2>&1 && [ -f "$(R RHOME)/etc/Makeconf" ]; then
    command -v R
  else
    echo 'no R that builds packages (Debian: r-base-core)'
    return 1
  fi
}

build_python() {
  CFLAGS="${CFLAGS-} -Wall -Wextra -Werror" "$interpreter" setup.py -q build --build-lib ../library
}

build_r() {
  mkdir -p ../library
  R CMD INSTALL --library=../library .
}

case ${1-} in
find)
  "find_$2"
  exit
  ;;
python | r) ;;
*)
  sed -n 's/^# usage: /usage: /p; s/^#  */       /p' "$0" >&2
  exit 2
  ;;
esac
[ -f "$build/.libs/libtrygg.so" ] || {
  echo 'the library was built without a shared one'
  exit 1
}
interpreter=$("find_$1") || {
  echo "$interpreter"
  exit 1
}
rm -rf "$2/copy" "$2/library"
mkdir -p "$2"
cp -R "$top/bindings/$1" "$2/copy"
chmod -R u+w "$2/copy"
cd "$2/copy"
LD_LIBRARY_PATH=$build/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
TRYGG_CFLAGS="-I$top/include -I$build/include"
TRYGG_LIBS="-L$build/.libs -ltrygg${RPATH:+ -Wl,--enable-new-dtags,-rpath,$RPATH}"
export LD_LIBRARY_PATH TRYGG_CFLAGS TRYGG_LIBS
"build_$1" >../build.log 2>&1 || {
  cat ../build.log
  exit 1
}
