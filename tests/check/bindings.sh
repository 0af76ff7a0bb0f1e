#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every public function is called by the Python package and by the R package, or bindings/absent.txt says why not: NAME,
# blanks, the reason.
set -eu
cd "${top_srcdir:-.}"
failed=0
absent=bindings/absent.txt
functions=$(sed -n 's/^TRYGG_API .*[ *]\(trygg_[a-z0-9_]*\)(.*/\1/p' include/trygg/*.h | sort -u)
for name in $functions; do
  if grep -qwh "$name" bindings/python/src/*.c && grep -qwh "$name" bindings/r/src/*.c; then
    ! grep -q "^$name " $absent || {
      echo "$absent excuses $name, which both packages call"
      failed=1
    }
  elif ! grep -qE "^$name +[^ ]" $absent; then
    echo "$name is not called by both packages, and $absent does not say why"
    failed=1
  fi
done
while read -r name _; do
  case " $(echo $functions) " in
  *" $name "*) ;;
  *)
    echo "$absent excuses $name, which is no public function"
    failed=1
    ;;
  esac
done <$absent
# Options by keyword: every field of an option struct has its row.
awk '
  FNR == 1 { inside = 0 }
  FILENAME ~ /option_tables/ && /^#define STRUCT/ { table = $3; known[table] = 1 }
  FILENAME ~ /option_tables/ { rows[table] = rows[table] " " $0; next }
  /^typedef struct trygg_[a-z_]*_options \{/ { inside = 1; name = $3; next }
  /^\}/ { inside = 0 }
  inside && known[name] && /^  ([a-z]|  *\*[a-z])/ {
    sub(/\/\*.*/, "")
    if (match($0, /[a-z_]+;/)) {
      field = substr($0, RSTART, RLENGTH - 1)
      if (field != "size" && rows[name] !~ "[( ]" field "[,)]") {
        print "bindings/python/src/option_tables.c has no row for " field " of " name
        faults = 1
      }
    }
  }
  END { exit faults }' bindings/python/src/option_tables.c include/trygg/*.h || failed=1
# The same in R: a row, or code that fills the field.
cat bindings/r/src/*.c | awk '
  FILENAME == "-" { text = text " " $0; next }
  FNR == 1 { inside = 0 }
  /^typedef struct trygg_[a-z_]*_options \{/ { inside = 1; name = $3; next }
  /^\}/ { inside = 0 }
  inside && index(text, name) && /^  [a-z]/ {
    sub(/\/\*.*/, "")
    if (match($0, /[a-z_]+;/)) {
      field = substr($0, RSTART, RLENGTH - 1)
      if (field != "size" && text !~ name ", *(\"[a-z_]*\", *)?([a-z_]*, *)?" field "[,)]" && text !~ "options\\." field " =") {
        print "bindings/r/src/options.c has no row for " field " of " name
        faults = 1
      }
    }
  }
  END { exit faults }' - include/trygg/*.h || failed=1
# Each package is installable on its own, so each has the tables of options.
for name in option_tables.h option_tables.c; do
  [ ! -f bindings/r/src/$name ] || cmp bindings/python/src/$name bindings/r/src/$name || failed=1
done
[ $failed = 0 ] && echo "$(echo "$functions" | wc -l) public functions are in both packages or excused"
exit $failed
