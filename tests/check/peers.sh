#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Lists every known answer of docs/evidence.md with where it is tested or why not, and fails where the file that is
# named does not have the case.
set -eu
cd "${top_srcdir:-.}"
failed=0
for case in A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 B1 B2 B3 B4 B5 B6 B7 B8 B9 B10 B11 C Q D1 D2 D3 D4 D5 D6 \
  L1 L2 L3 M1 M2 M3 M4 M5 M6 M7 M8 M9 S1 S2 S3 T1 T2 T3 T4 T5 T6 T7 T8 W1 W2 W3 W4 W5 \
  K1 K2 K3 K4 K5 K6 K7 K8 K9 K10 K11 K12 K13; do
  row=$(grep -E "^\| $case \|" docs/evidence.md || true)
  if [ -z "$row" ]; then
    echo "docs/evidence.md has no row of $case"
    failed=1
    continue
  fi
  echo "$row"
  file=$(printf '%s\n' "$row" | sed -n 's/.*| `\(tests[^`]*\)`.*/\1/p')
  name=$case
  # T1 to T5 stand for all between.
  case $case in T[2-4]) name=T1 ;; esac
  if [ -n "$file" ] && ! grep -qE "(^|[^A-Za-z0-9])$name([^A-Za-z0-9]|\$)" "$file"; then
    echo "$file does not name $case"
    failed=1
  fi
done
[ $failed = 0 ] && echo "every known answer is tested, or has a reason"
exit $failed
