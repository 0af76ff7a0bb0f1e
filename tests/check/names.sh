#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Internal names are tg_<file>_<verb>, where <file> is a file or a registry row of the room
# that declares it, or a type;
# public functions are trygg_<room>_<verb>; nothing else leaves a source file.
set -eu
cd "${top_srcdir:-.}"
here=tests/check
failed=0
faults=$(mktemp)
trap 'rm -f "$faults"' EXIT

# Every function a header declares, as FILE:LINE:NAME.
declared() {
  awk -f $here/code.awk "$@" | awk '
    { file = $0; sub(/:[^:]*:.*/, "", file)
      line = $0; sub(/^[^:]*:/, "", line); sub(/:.*/, "", line)
      code = $0; sub(/^[^:]*:[^:]*:/, "", code) }
    code ~ /^(static|typedef|#|[ \t]|\})/ { next }
    match(code, /(tg|trygg)_[a-z0-9_]+\(/) {
      if (code ~ /^#/) next
      print file ":" line ":" substr(code, RSTART, RLENGTH - 1)
    }'
}

types=$(awk -f $here/code.awk lib/*/*.h | sed 's/^[^:]*:[^:]*://' |
  grep -oE '(struct|enum|[}]) +tg_[a-z0-9_]+|typedef .*[ (*]tg_[a-z0-9_]+(;|[)])' | grep -oE 'tg_[a-z0-9_]+[;)]?$' |
  tr -d ';)' | sort -u)
for header in lib/*/*.h; do
  # first words of the rows of the room's registries: {"name", ...
  owners="$types $(sed -n 's/^ *{"\([a-z0-9]*\)[a-z0-9_]*",.*/tg_\1/p' "$(dirname "$header")"/*.c | sort -u)"
  for file in "$(dirname "$header")"/*.[ch]; do
    file=${file##*/}
    owners="$owners tg_${file%.[ch]}"
  done
  declared "$header" | while IFS=: read -r where line name; do
    known=
    for owner in $owners trygg; do
      case $name in
      "$owner" | "$owner"_* | "${owner%s}"_*) known=yes ;;
      esac
    done
    [ -n "$known" ] || echo "$where:$line: $name begins with no file or row of its room and no type"
  done
done >"$faults"
if [ -s "$faults" ]; then
  cat "$faults"
  failed=1
fi

for header in include/trygg/*.h; do
  room=$(basename "$header" .h)
  [ "$room" != error ] || continue
  bad=$(declared "$header" | grep -vE ":trygg_${room}_" || :)
  if [ -n "$bad" ]; then
    echo "$bad" | sed "s/\$/ should begin with trygg_${room}_/"
    failed=1
  fi
done

# What the objects define for others to see.
core=${top_builddir:-.}/.libs/libtrygg_core.a
if [ -f "$core" ]; then
  bad=$(${NM:-nm} --defined-only -g "$core" 2>/dev/null | awk 'NF == 3 && $3 !~ /^(tg|trygg)_/ && $3 !~ /^__/ { print $3 }' | sort -u)
  if [ -n "$bad" ]; then
    echo "$bad" | sed 's/^/make it static or give it its prefix: /'
    failed=1
  fi
fi

[ $failed = 0 ] && echo "names are as CONTRIBUTING.md says"
exit $failed
