#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every source file stands in Makefile.am, the umbrella header has every public header in flow order, and nothing else
# is kept at the top.
set -eu
cd "${top_srcdir:-.}"
failed=0
for file in $(find lib include examples tests \( -name '*.[ch]' -o -name '*.cc' -o -name '*.py' \) -not -path 'tests/golden/*' \
    -not -path 'include/trygg/version.h' | sort); do
  name=$file
  case $file in
  tests/test_*.c) name=${file%.c} ;;
  esac
  grep -qE "(^|[ =])$name( |\\\\|\$)" Makefile.am || {
    echo "Makefile.am does not name $name"
    failed=1
  }
done

order='error version table arrow codebook responses indicator design estimate inference model index trend disclosure report'
wanted=$(for room in $order; do
  if [ -f include/trygg/$room.h ] || [ -f include/trygg/$room.h.in ]; then echo "$room"; fi
done)
met=$(sed -n 's|^#include <trygg/\(.*\)\.h>.*|\1|p' include/trygg.h)
if [ "$met" != "$wanted" ]; then
  echo "include/trygg.h includes:" $met
  echo "it should include:      " $wanted
  failed=1
fi
top='.ci .clang-format .editorconfig .gitignore CHANGELOG.md CONTRIBUTING.md COPYING Makefile.am README.md autogen.sh bench
bindings configure.ac docs examples include lib tests'
for name in $(git ls-files 2>/dev/null | cut -d/ -f1 | sort -u); do
  echo $top | tr ' ' '\n' | grep -qxF -e "$name" || {
    echo "$name does not belong at the top"
    failed=1
  }
done
[ $failed = 0 ] && echo "every file is named"
exit $failed
