#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The test programs once more under sv_SE.UTF-8, where strtod and printf use a decimal comma.
set -eu
builddir=${top_builddir:-.}
programs=${TEST_PROGRAMS:-}
[ -n "$programs" ] || {
  echo 'no test programs'
  exit 77
}
name=sv_SE.UTF-8
in_force() { [ "$(LC_ALL=$name locale decimal_point 2>/dev/null)" = , ]; }
if ! in_force; then
  mkdir -p "$builddir/tests/locale"
  if ! localedef -i sv_SE -f UTF-8 "$builddir/tests/locale/$name" >"$builddir/tests/locale/log" 2>&1; then
    cat "$builddir/tests/locale/log"
    echo "no Swedish locale here and localedef cannot make one (Debian: apt-get install locales)"
    exit 77
  fi
  LOCPATH=$builddir/tests/locale
  export LOCPATH
fi
in_force || {
  echo "$name has no decimal comma"
  exit 99
}
LC_ALL=$name TRYGG_EXPECT_DECIMAL_COMMA=1
export LC_ALL TRYGG_EXPECT_DECIMAL_COMMA
failed=0
cd "$builddir"
for program in $programs; do
  echo "== $program"
  result=0
  "./$program" || result=$?
  case $result in
  0) ;;
  77) echo "skipped" ;;
  *)
    echo "FAILED under $name: $program"
    failed=1
    ;;
  esac
done
exit $failed
