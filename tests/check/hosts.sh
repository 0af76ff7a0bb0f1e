#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The installed library meets foreign hosts: a C++ program built by pkg-config, and Python's ctypes.
# Run by `make installcheck`, which says where things are; DESTDIR is where they were staged.
set -eu
stage=${DESTDIR:-}
library=$stage$libdir/libtrygg.so
[ -f "$library" ] || {
  echo "$library is not there; make install first (a static build has no hosts to meet)"
  exit 0
}
[ -z "${SANITIZER_CFLAGS:-}" ] || {
  echo 'a library with sanitizers cannot be loaded by a foreign host; skipped'
  exit 0
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
PKG_CONFIG_PATH=$stage$pkgconfigdir
export PKG_CONFIG_PATH
[ -z "$stage" ] || {
  PKG_CONFIG_SYSROOT_DIR=$stage
  export PKG_CONFIG_SYSROOT_DIR
}
LD_LIBRARY_PATH=$stage$libdir${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH

for needed in "${CXX:-}:a C++ compiler (Debian: apt-get install g++)" "${PYTHON:-}:Python 3 (Debian: apt-get install python3)"; do
  [ -n "${needed%%:*}" ] || {
    echo "make installcheck needs ${needed#*:}, and configure found none" >&2
    exit 1
  }
done

# shellcheck disable=SC2046,SC2086 # flags are words
$CXX -std=c++11 -Wall -Wextra -Wpedantic -Werror "$top_srcdir/tests/cxx_host.cc" \
  $(${PKG_CONFIG:-pkg-config} --cflags --libs trygg) -o "$work/cxx_host"
"$work/cxx_host" "$(${PKG_CONFIG:-pkg-config} --modversion trygg)"

"$PYTHON" "$top_srcdir/tests/abi_host.py" "$library"

[ -z "${pythondir:-}" ] || PYTHONPATH=$stage$pythondir "$PYTHON" -c 'import trygg
print("trygg for Python", trygg.__version__, trygg.registry("interval"))'
[ -z "${rdir:-}" ] || R_LIBS=$stage$rdir Rscript -e 'library(trygg); cat("trygg for R", format(packageVersion("trygg")), "\n")'

for program in "$stage$bindir"/trygg-*; do
  [ -x "$program" ] || continue
  "$program" --version </dev/null >"$work/version" || {
    echo "$program --version failed" >&2
    exit 1
  }
  [ -s "$work/version" ] || {
    echo "$program --version printed nothing" >&2
    exit 1
  }
done
echo 'foreign hosts are content'
