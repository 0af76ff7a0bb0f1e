#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Builds the fuzz targets with clang's libFuzzer under ASan and UBSan, runs each, and writes what came of it to
# tests/fuzz/results.txt.  make fuzz FUZZ_SECONDS=600 FUZZ_TARGETS='csv gzip number folder estimate labelled'
set -eu
seconds=${FUZZ_SECONDS:-600}
targets=${FUZZ_TARGETS:-csv gzip number folder estimate labelled}
clang=${CLANG:-clang}
top=$(cd "${top_srcdir:-.}" && pwd)
build=${top_builddir:-.}/fuzz
results=${FUZZ_RESULTS:-$top/tests/fuzz/results.txt}
command -v "$clang" >/dev/null || {
  echo 'make fuzz needs clang with its libFuzzer (Debian: apt-get install clang libclang-rt-14-dev)' >&2
  exit 1
}
mkdir -p "$build/objects"
build=$(cd "$build" && pwd)
libraries=${FUZZ_LIBS:--lgsl -lgslcblas -lcsv -lz -lm -lpthread}
case $libraries in
*readstat*) readstat=-DHAVE_READSTAT ;;
*) readstat= ;;
esac
flags="-std=gnu11 -g -O1 -fno-omit-frame-pointer -ffp-contract=off -D_GNU_SOURCE
  -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
  -I$top/include -I$build/include -I$top/lib ${FUZZ_CPPFLAGS:-} $readstat"

# The version header, as configure makes it; the number does not matter here.
mkdir -p "$build/include/trygg"
printf '#define TRYGG_VERSION "0"\n' >"$build/include/trygg/version.h"

objects=
for source in "$top"/lib/*/*.c; do
  object=$build/objects/$(echo "${source#"$top"/lib/}" | tr / _ | sed 's/c$/o/')
  $clang $flags -c "$source" -o "$object"
  objects="$objects $object"
done
for target in $targets; do
  $clang $flags -fsanitize=fuzzer,address,undefined -I"$top/tests/fuzz" "$top/tests/fuzz/fuzz_$target.c" $objects \
    -o "$build/fuzz_$target" $libraries
done

# Findings stay in the build folder; what the fuzzer learns stays out of the seeds.
{
  echo "# $(date +%F): make fuzz FUZZ_SECONDS=$seconds; $($clang --version | head -n 1); $(getconf _NPROCESSORS_ONLN) cores"
  echo 'target seconds runs coverage features findings'
} >"$build/results"
failed=0
for target in $targets; do
  mkdir -p "$build/$target.corpus" "$build/$target.findings"
  echo "$target: $seconds s"
  code=0
  UBSAN_OPTIONS=print_stacktrace=1 ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1 \
    "$build/fuzz_$target" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=1024 -print_final_stats=1 \
    -artifact_prefix="$build/$target.findings/" "$build/$target.corpus" "$top/tests/fuzz/corpus/$target" \
    >"$build/$target.log" 2>&1 || code=$?
  awk -v target="$target" -v code=$code '
    / cov: / { for (i = 1; i < NF; i++) { if ($i == "cov:") cov = $(i + 1); if ($i == "ft:") ft = $(i + 1) } }
    /^Done / { runs = $2; seconds = $5 }
    /stat::number_of_executed_units/ { if (!runs) runs = $2 }
    END { print target, seconds + 0, runs + 0, cov + 0, ft + 0, code ? "FOUND" : "none" }' "$build/$target.log" \
    >>"$build/results"
  [ $code = 0 ] || {
    failed=1
    tail -n 25 "$build/$target.log"
    echo "the input: $build/$target.findings"
  }
done
cp "$build/results" "$results"
cat "$results"
exit $failed
