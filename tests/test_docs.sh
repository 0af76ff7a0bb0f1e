#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs the ```console blocks of README.md and docs/*.md: lines after `$ ` (continued after `> `) are commands, the
# others what they must print, to the letter.  Blocks of one file share a folder, in which examples/ is the sources' and
# build/demo has the county survey of `./autogen.sh demo`.
set -eu
top=$(cd "${top_srcdir:-.}" && pwd)
programs=$(cd "${TRYGG_PROGRAMS:-${top_builddir:-.}/examples}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
export LC_ALL=C.UTF-8 PATH="$programs:$PATH"
unset LANGUAGE NO_COLOR 2>/dev/null || :

"$programs/make-county" --seed 1 "$work/county" >/dev/null 2>&1
failed=0 ran=0
for document in "$top/README.md" "$top"/docs/*.md; do
  grep -q '^```console' "$document" || continue
  name=$(basename "$document" .md)
  mkdir -p "$work/$name/build"
  ln -s "$top/examples" "$work/$name/examples"
  ln -s "$work/county" "$work/$name/build/demo"
  blocks=$(awk -v base="$work/$name-block" '
    /^```console/ { inside = 1; n++; commands = base n ".sh"; expected = base n ".out"
      printf "" >commands; printf "" >expected; next }
    /^```/ { if (inside) { close(commands); close(expected) } inside = 0; next }
    inside && /^[$>] / { print substr($0, 3) >commands; next }
    inside && /^>$/ { print "" >commands; next }
    inside { print >expected }
    END { print n + 0 }' "$document")
  block=1
  while [ "$block" -le "$blocks" ]; do
    commands=$work/$name-block$block.sh expected=$work/$name-block$block.out
    # A spreadsheet's line ends are not shown in a document.
    (cd "$work/$name" && sh "$commands") 2>/dev/null | tr -d '\r' >"$work/got" || :
    ran=$((ran + 1))
    if ! diff -u "$expected" "$work/got" >"$work/diff"; then
      echo "$(basename "$document"): block $block prints something else:"
      sed 's/^/  $ /' "$commands"
      cat "$work/diff"
      failed=$((failed + 1))
    fi
    block=$((block + 1))
  done
done
echo "$ran blocks of commands in the documents, $failed with other output"
[ "$ran" -gt 0 ] && [ "$failed" -eq 0 ]
