#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Each public header compiles alone as C11 and as C++11, each internal one alone as C11.
set -eu
cd "${top_srcdir:-.}"
build=${top_builddir:-.}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
count=0
compile() { # LANGUAGE HEADER COMPILER...
  language=$1 header=$2
  shift 2
  count=$((count + 1))
  printf '#include <%s>\nextern int nothing;\n' "$header" >"$work/one.$language"
  "$@" -Iinclude -I"$build/include" -fsyntax-only -Werror "$work/one.$language" >"$work/log" 2>&1 || {
    echo "<$header> does not compile alone as $language:"
    cat "$work/log"
    failed=1
  }
}
[ -n "${CXX:-}" ] || echo 'no C++ compiler: headers are checked as C only'
for path in include/trygg.h include/trygg/*.h "$build"/include/trygg/version.h; do
  header=${path#"$build/"}
  header=${header#include/}
  compile c "$header" ${CC:-cc} -std=c11 -Wall -Wextra -Wpedantic -Wstrict-prototypes
  [ -z "${CXX:-}" ] || compile cc "$header" $CXX -std=c++11 -Wall -Wextra -Wpedantic
done
for path in lib/*/*.h; do
  compile c "${path#lib/}" ${CC:-cc} -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Ilib ${CHECK_INCLUDES:-}
done
[ $failed = 0 ] && echo "$count compilations, each header alone"
exit $failed
