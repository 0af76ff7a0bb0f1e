#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The version stands in configure.ac; CHANGELOG.md tells its history, the packages have the same; nothing else repeats
# it.
set -eu
cd "${top_srcdir:-.}"
version=$(sed -n 's/^AC_INIT(\[libtrygg\],\[\([^]]*\)\].*/\1/p' configure.ac)
[ -n "$version" ] || {
  echo "configure.ac: no AC_INIT([libtrygg],[VERSION])"
  exit 1
}
failed=0
pattern="(^|[^0-9.])$(echo "$version" | sed 's/\./\\./g')([^0-9.]|\$)"
# Comments may show what a version looks like.
found=$(find include lib examples tests Makefile.am autogen.sh .ci README.md -type f \
    \( -name '*.[ch]' -o -name '*.in' -o -name '*.am' -o -name '*.sh' -o -name '*.cc' -o -name '*.py' -o -name '*.md' -o -name run \) \
    -not -path include/trygg/version.h -exec grep -nE "$pattern" {} /dev/null \; 2>/dev/null |
  grep -vE '^[^:]*:[0-9]+:[ \t]*(/\*|\*)' || :)
if [ -n "$found" ]; then
  echo "version $version is written down outside configure.ac:"
  echo "$found"
  failed=1
fi
grep -q "^## $version" CHANGELOG.md || {
  echo "CHANGELOG.md has no section '## $version'"
  failed=1
}
grep -q "^version = \"$version\"" bindings/python/pyproject.toml || {
  echo "bindings/python/pyproject.toml does not have the version $version"
  failed=1
}
grep -q "^Version: $version\$" bindings/r/DESCRIPTION || {
  echo "bindings/r/DESCRIPTION does not have the version $version"
  failed=1
}
[ $failed = 0 ] && echo "version $version stands in configure.ac alone, and in the packages"
exit $failed
