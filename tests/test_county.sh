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

# Measures that nobody took, of which the truth is known: each municipality with the one before.  And one that is planted:
# every second one of those in Tierp who were unsafe late in the evening is safe since 2020.
cp -r "$survey" "$work/measured"
{
  echo 'name,where,comparison,start'
  previous=0382
  for municipality in 0305 0319 0330 0331 0360 0380 0381 0382; do
    echo "m$municipality,kommun=$municipality,kommun=$previous,2020"
    previous=$municipality
  done
} >"$work/measured/measures.csv"
cp -r "$work/measured" "$work/planted"
printf 'name,where,comparison,start,indicators\nplanted,kommun=0360,kommun=0381,2020,otrygg_kvall\n' >"$work/planted/measures.csv"

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
  "$programs/trygg-compare" --against measure --by kommun --test change --adjust none --format csv --min-n 0 \
    --progress never "$work/measured" "$work/data/data.csv.gz" >"$work/changes.csv" 2>/dev/null
  gzip -dc "$work/data/data.csv.gz" | awk -F, -v OFS=, '
    NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
    NR > 1 && $at["kommun"] == "0360" && $at["ar"] >= 2020 && $at["ute_kvall"] ~ /^[345]$/ && ++met % 2 { $at["ute_kvall"] = 1 }
    { print }' >"$work/planted.csv"
  "$programs/trygg-compare" --against measure --by kommun --test change --adjust none --format csv --min-n 0 \
    --progress never "$work/planted" "$work/planted.csv" 2>/dev/null >>"$work/changes.csv"
  awk -F, '
    FILENAME ~ /truth/ { truth[$1, $2, $3] = $4; next }
    FILENAME ~ /measures/ { where[$1] = $2; other[$1] = $3; next }
    $1 == "wave" { for (i = 1; i <= NF; i++) at[$i] = i; next }
    $at["se"] + 0 > 0 && $at["indicator"] != "antal_otrygga" {
      name = $at["name"]; k = $at["indicator"]; wave = $at["wave"]; kind = name == "planted" ? "planted" : "pairs"
      true = (kind == "planted" ? 0.5 : 1) * truth[wave, where[name], k] - truth[2017, where[name], k]
      true -= truth[wave, other[name], k] - truth[2017, other[name], k]
      z = ($at["estimate"] - true) / $at["se"]
      count[kind]++; squares[kind] += z * z; found[kind] += $at["p"] < 0.05
      if (kind == "pairs" && (true / $at["se"])^2 < 0.04) { count["absent"]++; found["absent"] += $at["p"] < 0.05 }
    }
    END { for (kind in count) printf "%s %d %d %.17g\n", kind, count[kind], found[kind], squares[kind] }' \
    "$work/data/truth.csv" "$work/measured/measures.csv" "$work/planted/measures.csv" "$work/changes.csv" >>"$work/effects"
done

awk '{ cells += $1; far += $2; sum += $3; squares += $4 }
  END {
    printf "%d cells of 20 surveys: |z| > 3 in %d (%.3f %%), mean z %.4f, variance %.4f\n", cells, far,
           100 * far / cells, sum / cells, squares / cells
    exit !(cells > 40000 && far <= 0.006 * cells && squares / cells > 0.9 && squares / cells < 1.1)
  }' "$work/z"

awk '{ count[$1] += $2; found[$1] += $3; squares[$1] += $4 }
  END {
    printf "%d effects of measures: variance of z %.4f; found where there is none %d of %d, where one is planted %d of %d\n",
           count["pairs"], squares["pairs"] / count["pairs"], found["absent"], count["absent"], found["planted"], count["planted"]
    exit !(count["pairs"] > 10000 && squares["pairs"] / count["pairs"] > 0.9 && squares["pairs"] / count["pairs"] < 1.1 &&
           found["absent"] > 0.035 * count["absent"] && found["absent"] < 0.065 * count["absent"] &&
           count["planted"] == 40 && found["planted"] > 32 && squares["planted"] / 40 < 1.6)
  }' "$work/effects"

"$programs/trygg-trend" --format csv --min-n 0 --by kommun --test linear,wls_slope,record_linear,record_logit \
  --progress never "$survey" "$work/data/data.csv.gz" >"$work/trends.csv" 2>/dev/null
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
  { rows++; if ($at["waves"] ~ /201[24].*20(17|2)/) { print "a slope runs across 2017: " $0; bad = 1 } }
  END { print rows " slopes, none across the break of 2017"; exit bad || rows < 400 }' "$work/trends.csv"
"$programs/trygg-trend" --format csv --min-n 0 --across-breaks --indicator otrygg_kvall --test linear \
  --progress never "$survey" "$work/data/data.csv.gz" 2>/dev/null | grep -q '2012 2014 2017 2020 2024' ||
  { echo "--across-breaks did not use every wave"; exit 1; }
"$programs/trygg-trend" --across-breaks --indicator otrygg_kvall --test linear --lang en --progress never "$survey" \
  "$work/data/data.csv.gz" 2>/dev/null | grep -q '2012–2024, across a break in the series: up ' ||
  { echo "--across-breaks is not said in the sentence"; exit 1; }

# Pictures of the trends: nine panels on a page, and what changed on the report.
"$programs/trygg-trend" --format html --lang sv --by kommun --indicator otrygg_kvall --progress never "$survey" \
  "$work/data/data.csv.gz" >"$work/trend.html" 2>/dev/null
[ "$(grep -c '>2024: ' "$work/trend.html")" = 9 ] || { echo "the page does not have nine panels"; exit 1; }
grep -q '<p>Otrygg ute sen kväll.*, Tierp, 2017–2024, efter tidsseriebrottet: .* procentenheter om året' "$work/trend.html" ||
  { echo "the page does not say what changed"; exit 1; }
"$programs/trygg-report" --lang en --progress never "$survey" "$work/data/data.csv.gz" >"$work/report.html" 2>/dev/null
[ "$(grep -c '>linear trend<' "$work/report.html")" = 1 ] || { echo "the report does not draw what changed"; exit 1; }
