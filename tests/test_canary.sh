#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# No answer of a person leaves the programs: every cell of a data file is a marker of its own, the file has one fault
# after another, and no marker may be in what the programs say, write or leave behind.
#
# Codes of waves, strata and domains are no answers: they are the keys of tables.  Codes of up to ten letters and
# digits that the codebook does not know are listed by trygg-check, as its contract says; longer ones are not.
set -u
top_builddir=${top_builddir:-.}
programs=${TRYGG_PROGRAMS:-$top_builddir/examples}
[ -x "$programs/trygg-estimate" ] || {
  echo "no trygg-estimate in $programs; build the programs, or name their folder in TRYGG_PROGRAMS"
  exit 99
}
programs=$(cd "$programs" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
cd "$work" || exit 99
LC_ALL=C NO_COLOR=1
export LC_ALL NO_COLOR
unset LANG LC_MESSAGES || :
passed=0 failed=0

# ---- a survey, and data whose every cell can be told ------------------------------------------

mkdir folder said
cat >folder/settings.csv <<'END'
form_title,form_id,version,lonely
Canaries,canaries,1,adjust
END
cat >folder/survey.csv <<'END'
type,name,role,missing
text,id,id,
integer,wave,wave,
text,s,stratum,
decimal,w,weight,
select_one area,area,domain,
select_one yn,q1,,
select_one yn,q2,,
select_multiple kinds,kinds,,
integer,income,,
decimal,height,,
text,remark,,
date,born,,
END
cat >folder/choices.csv <<'END'
list_name,name,missing
area,A,
area,B,
yn,1,
yn,2,
kinds,theft,
kinds,fraud,
END
cat >folder/indicators.csv <<'END'
name,type,variable,numerator
afraid,share,q1,1
hit,share,q2,1
income,mean,income,
median,quantile,income,0.5
END
cat >folder/indices.csv <<'END'
index,section,indicator,weight,knots
i,a,afraid,1,0:0 1:6
i,b,hit,1,0:0 1:6
END
header=id,wave,s,w,area,q1,q2,kinds,income,height,remark,born
# records FIRST LAST WAVE: numbers are markers too, with digits that no sum of a few gives.
records() {
  awk -v from="$1" -v to="$2" -v wave="$3" 'BEGIN {
    for (i = from; i <= to; i++)
      printf "Kanarie-id-%05d,%d,%s,%d.7731%03d,%s,%d,%d,%s,%d7731,%d.97731%03d,\"Kanarie-remark-%05d, and \"\"more\"\"\",19%02d-%02d-%02d\n",
        i, wave, i % 2 ? "n" : "m", 1 + i % 3, i, i % 3 ? "A" : "B", 1 + i % 2, 1 + (i % 5 > 1),
        i % 2 ? "theft" : "fraud", 20000 + i * 13, 1 + i % 2, i, i, 30 + i % 60, 1 + i % 12, 1 + i % 28
  }'
}
{
  echo $header
  records 1 60 2020
  records 61 120 2024
} >sound.csv
# What may not be seen: whole cells of ids, weights, heights, remarks and days of birth.  An income may: a median
# over all is the answer of somebody.
sed 1d sound.csv | awk -F, '{ print $1; print $4; print $10; print substr($11, 2); print $NF }' | sort -u >markers
extra='Kanarie|Kana"rie|-7731\.'

: >said/everything
# quiet NAME COMMAND...: whatever the command says, no marker is in it, and nothing is left in the folder.
quiet() {
  name=$1
  shift
  find . -type f -not -path './said/*' | sort >said/before
  code=0
  "$@" >said/out 2>said/err </dev/null || code=$?
  find . -type f -not -path './said/*' | sort >said/after
  cat said/out said/err >>said/everything
  if grep -q -F -f markers said/out said/err || grep -q -E "$extra" said/out said/err; then
    failed=$((failed + 1))
    echo "FAIL: $name (exit $code) tells a cell:"
    {
      grep -h -o -F -f markers said/out said/err
      grep -h -o -E ".{0,40}($extra).{0,20}" said/out said/err
    } | sort | uniq -c | head -n 5 | sed 's/^/    | /'
  elif [ $code -gt 2 ]; then
    failed=$((failed + 1))
    echo "FAIL: $name ends with $code"
    head -n 5 said/err | sed 's/^/    | /'
  elif ! cmp -s said/before said/after; then
    failed=$((failed + 1))
    echo "FAIL: $name leaves files: $(comm -13 said/before said/after | tr '\n' ' ')"
  elif [ ! -s said/out ] && [ ! -s said/err ]; then
    failed=$((failed + 1))
    echo "FAIL: $name says nothing at all"
  else
    passed=$((passed + 1))
  fi
}
# every NAME FILES...: all programs on these files.
every() {
  what=$1
  shift
  for program in check estimate trend index report; do
    quiet "trygg-$program, $what" "$programs/trygg-$program" folder "$@"
  done
  quiet "trygg-compare, $what" "$programs/trygg-compare" --by area folder "$@"
  quiet "trygg-check in Swedish, $what" "$programs/trygg-check" --lang sv --format json folder "$@"
  quiet "trygg-estimate with progress, $what" "$programs/trygg-estimate" --progress always --by area --min-n 5 \
    folder "$@"
}
# fault NAME AWK: the sound file, changed by an awk program.
fault() {
  awk -v header=$header "$2" sound.csv >fault.csv
  every "$1" fault.csv
}

# ---- the markers would be found ----------------------------------------------------------------

grep -q -F -f markers sound.csv || {
  echo "FAIL: the markers are not in the data"
  exit 1
}
[ "$(wc -l <markers)" -ge 600 ] || {
  echo "FAIL: only $(wc -l <markers) markers"
  exit 1
}

# ---- one fault after another -----------------------------------------------------------------------

every "a sound file" sound.csv
fault "a record too short" 'NR == 9 { sub(/,[^,]*$/, "") } 1'
fault "a record too long" 'NR == 9 { $0 = $0 ",Kanarie-odd-field" } 1'
fault "a quote never closed" 'NR == 9 { $0 = "\"" $0 } 1'
fault "text after a quote" 'NR == 9 { $0 = "\"Kanarie-odd\"more," $0 } 1'
fault "a quote within a field" 'NR == 9 { sub(/^Kanarie/, "Kana\"rie") } 1'
fault "a negative weight" 'BEGIN { FS = OFS = "," } NR == 9 { $4 = "-7731.7731" } 1'
fault "a weight that is a word" 'BEGIN { FS = OFS = "," } NR == 9 { $4 = "Kanarie-odd-weight" } 1'
fault "no weight at all" 'BEGIN { FS = OFS = "," } NR > 1 { $4 = "" } 1'
fault "an id twice" '1; NR == 9 { print }'
fault "codes that are not known" 'BEGIN { FS = OFS = "," } NR % 7 == 3 { $6 = "Kanarie-odd-code"; $8 = "Kanarie-odd-kind" } 1'
fault "numbers that are none" 'BEGIN { FS = OFS = "," } NR % 7 == 3 { $9 = "Kanarie-odd-income"; $10 = "Kanarie-odd-height" } 1'
fault "dates that are none" 'BEGIN { FS = OFS = "," } NR % 7 == 3 { $NF = "Kanarie-odd-day" } 1'
fault "no header row" 'NR > 1'
fault "a line before the header" 'NR == 1 { print "Kanarie-odd,,,,,,,,,,," } 1'
fault "a column twice" 'NR == 1 { sub(/born/, "w") } 1'
fault "a column without a name" 'NR == 1 { sub(/remark/, "") } 1'
fault "a weight column under another name" 'NR == 1 { sub(/,w,/, ",W,") } 1'
fault "another delimiter" '{ gsub(/,/, "|") } 1'
fault "a wave that is empty" 'BEGIN { FS = OFS = "," } NR == 9 { $2 = "" } 1'
fault "a stratum that is empty" 'BEGIN { FS = OFS = "," } NR == 9 { $3 = "" } 1'
fault "a record that goes over lines" 'NR == 9 { sub(/more/, "Kanarie-odd\nmore") } NR == 12 { sub(/,[^,]*$/, "") } 1'
fault "only one record" 'NR < 3'
fault "no record" 'NR < 2'

awk 'NR == 9 { printf "Kanarie-odd%c,", 0 } 1' sound.csv >fault.csv
every "a NUL" fault.csv
{
  cat sound.csv
  printf 'Kanarie-odd-\303\245,2024,n,1,A,1,1,theft,1,1,x,1950-01-01\nKanarie-odd-\345,2024,n,1\n'
} >fault.csv
every "mixed encodings" fault.csv
{
  cat sound.csv
  printf 'Kanarie-odd-\345\201,2024,n,1\n'
} >fault.csv
every "a byte of no encoding" fault.csv
{
  echo $header
  awk 'BEGIN { printf "\""; for (i = 0; i < 60000; i++) printf "Kanarie-odd-long-field" }'
} >fault.csv
every "a field beyond the limit" fault.csv
rm fault.csv
gzip -c sound.csv >sound.gz
every "gzip" sound.gz
length=$(wc -c <sound.gz)
head -c $((length - 4)) sound.gz >fault.gz
every "gzip cut short" fault.gz
cat sound.gz sound.csv >fault.gz
every "text behind gzip" fault.gz
{
  head -c $((length - 8)) sound.gz
  printf 'Kana'
  tail -c 4 sound.gz
} >fault.gz
every "gzip with a wrong checksum" fault.gz
cat sound.csv sound.gz >fault.gz
every "gzip behind text" fault.gz
rm fault.gz
every "an id in two files" sound.csv sound.gz

# ---- a panel, whose ids outlive the load as numbers ---------------------------------------------------

sed 's/lonely$/lonely,waves/; s/adjust$/certainty,panel/' folder/settings.csv >said/settings
cp said/settings folder/settings.csv
{
  echo $header
  records 1 60 2020
  records 31 90 2024
} >panel.csv
every "a panel" panel.csv
fault "a panel with an id twice" '1; NR == 9 { print }'
for format in table csv csv-sv json jsonstat px svg html; do
  quiet "panel, format $format" "$programs/trygg-trend" --format $format --min-n 0 folder panel.csv
done
quiet "panel, bootstrap" "$programs/trygg-trend" --variance bootstrap:50 --by area --min-n 0 folder panel.csv
quiet "panel, jackknife" "$programs/trygg-trend" --variance jackknife folder panel.csv
quiet "panel, stream" "$programs/trygg-estimate" --stream --indicator afraid folder panel.csv
grep -q 'In both waves: 2020 & 2024: 30' said/everything || {
  failed=$((failed + 1))
  echo "FAIL: the panel was not linked"
}
sed 's/,waves$//; s/certainty,panel$/adjust/' said/settings >folder/settings.csv

# ---- what can be asked for ------------------------------------------------------------------------------

for format in table csv csv-sv json jsonstat px svg html; do
  quiet "format $format" "$programs/trygg-estimate" --format $format --by area folder sound.csv
done
for words in "--by id" "--by born" "--indicator remark" "--indicator Kanaari" "--where remark=x" \
  "--where id=x" "--where income=x" "--where q1=7" "--wave 2021" "--by remarks" \
  "--where born=2020-01-01..1900-01-01"; do
  quiet "$words" "$programs/trygg-estimate" $words folder sound.csv
done
quiet "a full disk" sh -c '"$1"/trygg-estimate folder sound.csv >/dev/full' sh "$programs"
quiet "a folder that is no survey" "$programs/trygg-check" sound.csv sound.csv
quiet "data in place of the survey" "$programs/trygg-estimate" sound.csv folder

echo "$passed passed, $failed failed; $(wc -l <markers) markers, $(wc -c <said/everything) bytes said"
[ $failed = 0 ]
