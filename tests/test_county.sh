#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Twenty county surveys with known truth: estimates by municipality and sex must scatter about the truth as their
# standard errors say (|z| > 3 in at most 0.6 % of cells), and no slope may run across the declared break.
set -eu
[ -z "${SANITIZER_CFLAGS:-}" ] || { echo "skipped: twenty surveys take too long under sanitizers; test_programs.sh runs the same code"; exit 77; }
top=${top_srcdir:-.}
build=${top_builddir:-.}
survey=$top/examples/surveys/county
programs=${TRYGG_PROGRAMS:-$build/examples}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
export LC_ALL=C

for seed in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  "$programs/make-county" --seed "$seed" "$work/data" >/dev/null 2>&1
  "$programs/trygg-estimate" --format csv --min-n 0 --by kommun --by kon --progress never "$survey" \
    "$work/data/data.csv.gz" >"$work/estimates.csv" 2>/dev/null
  awk -F, '
    FNR == NR {
      if (FNR == 1) { for (i = 1; i <= NF; i++) at[$i] = i; next }
      domain = "all"
      if ($at["kommun"] != "") domain = "kommun=" $at["kommun"]
      if ($at["kon"] != "") domain = "kon=" $at["kon"]
      if ($at["se"] + 0 > 0) { key = $at["wave"] "," domain "," $at["indicator"]
        estimate[key] = $at["estimate"]; se[key] = $at["se"] }
      next
    }
    FNR > 1 && ($1 "," $2 "," $3) in se {
      key = $1 "," $2 "," $3; z = (estimate[key] - $4) / se[key]
      cells++; if (z > 3 || z < -3) far++; sum += z; squares += z * z
    }
    END { printf "%d %d %.17g %.17g\n", cells, far, sum, squares }' "$work/estimates.csv" "$work/data/truth.csv" >>"$work/z"
done

awk '{ cells += $1; far += $2; sum += $3; squares += $4 }
  END {
    printf "%d cells of 20 surveys: |z| > 3 in %d (%.3f %%), mean z %.4f, variance %.4f\n", cells, far,
           100 * far / cells, sum / cells, squares / cells
    exit !(cells > 40000 && far <= 0.006 * cells && squares / cells > 0.9 && squares / cells < 1.1)
  }' "$work/z"

"$programs/trygg-trend" --format csv --min-n 0 --by kommun --test linear,wls_slope,record_linear,record_logit \
  --progress never "$survey" "$work/data/data.csv.gz" >"$work/trends.csv" 2>/dev/null
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
  { rows++; if ($at["waves"] ~ /201[24].*20(17|2)/) { print "a slope runs across 2017: " $0; bad = 1 } }
  END { print rows " slopes, none across the break of 2017"; exit bad || rows < 400 }' "$work/trends.csv"
"$programs/trygg-trend" --format csv --min-n 0 --across-breaks --indicator otrygg_kvall --test linear \
  --progress never "$survey" "$work/data/data.csv.gz" 2>/dev/null | grep -q '2012 2014 2017 2020 2024' ||
  { echo "--across-breaks did not use every wave"; exit 1; }

# Pictures of the trends: nine panels on a page, and what changed on the report.
"$programs/trygg-trend" --format html --lang sv --by kommun --indicator otrygg_kvall --progress never "$survey" \
  "$work/data/data.csv.gz" >"$work/trend.html" 2>/dev/null
[ "$(grep -c '>2024: ' "$work/trend.html")" = 9 ] || { echo "the page does not have nine panels"; exit 1; }
grep -q '<p>Otrygg ute sen kväll.*, Tierp, 2017–2024, efter tidsseriebrottet: .* procentenheter om året' "$work/trend.html" ||
  { echo "the page does not say what changed"; exit 1; }
"$programs/trygg-report" --lang en --progress never "$survey" "$work/data/data.csv.gz" >"$work/report.html" 2>/dev/null
[ "$(grep -c '>linear trend<' "$work/report.html")" = 1 ] || { echo "the report does not draw what changed"; exit 1; }
