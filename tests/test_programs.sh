#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What the programs do as a user sees it: exit codes, messages, output, all or nothing.
set -u
top_srcdir=${top_srcdir:-.}
top_builddir=${top_builddir:-.}
programs=${TRYGG_PROGRAMS:-$top_builddir/examples}
[ -x "$programs/trygg-estimate" ] || programs=$top_builddir
[ -x "$programs/trygg-estimate" ] || {
  echo "no trygg-estimate in $top_builddir; build the programs, or name their folder in TRYGG_PROGRAMS"
  exit 99
}
programs=$(cd "$programs" && pwd)
top_srcdir=$(cd "$top_srcdir" && pwd)
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
cd "$work" || exit 99
LC_ALL=C NO_COLOR=1
export LC_ALL NO_COLOR
unset LANG LC_MESSAGES || :

passed=0 failed=0
good() { passed=$((passed + 1)); }
bad() {
  failed=$((failed + 1))
  echo "FAIL: $*"
  [ ! -s err ] || sed 's/^/    | /' err | head -n 5
}
# that WHAT COMMAND...: the command is true.
that() {
  what=$1
  shift
  if "$@" >/dev/null 2>&1; then good; else bad "$what: $*"; fi
}
has() { grep -q -e "$2" "$1"; }
lacks() { ! grep -q -e "$2" "$1"; }
empty() { [ ! -s "$1" ]; }
lines() { [ "$(wc -l <"$1")" -eq "$2" ]; }

# run PROGRAM ARGUMENTS...: into the files out and err, exit code into $code.
run() {
  name=$1
  shift
  code=0
  "$programs/trygg-$name" "$@" >out 2>err </dev/null || code=$?
  cat out err >>everything
}
# works PROGRAM ARGUMENTS...
works() {
  run "$@"
  if [ $code = 0 ] && [ -s out ]; then good; else bad "exit $code: trygg-$*"; fi
}
# refuses CODE PATTERN PROGRAM ARGUMENTS...: that exit code, one line that matches, and no output.
refuses() {
  wanted=$1 pattern=$2
  shift 2
  run "$@"
  if [ "$code" = "$wanted" ] && empty out && lines err 1 && has err "^trygg-$1: .*$pattern"; then
    good
  else
    bad "exit $code, not $wanted with \`$pattern\`: trygg-$*"
  fi
}
# column NAME: cells of a column of the CSV in out.
column() {
  awk -F, -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i; next } { print $at }' out
}

# ---- a survey with few respondents ---------------------------------------------------------

canary=Kanariefogel
mkdir folder
cat >folder/settings.csv <<'END'
form_title,form_id,version,default_language
Liten undersökning,liten,1,sv
END
cat >folder/survey.csv <<'END'
type,name,label,label::English (en),role
integer,ar,År,Year,wave
integer,lopnummer,Löpnummer,Serial number,id
select_one kommun,kommun,Kommun,Municipality,domain
select_one kon,kon,Kön,Sex,domain
decimal,vikt,Vikt,Weight,weight
select_one ja_nej,otrygg,Otrygg?,Unsafe?,
select_one ja_nej,utsatt,Utsatt?,Victim?,
integer,kvallar,Kvällar ute,Evenings out,
text,fritext,Fritext,Remarks,
integer,se,Namne,Namesake,
END
cat >folder/choices.csv <<'END'
list_name,name,label,label::English (en),missing
kommun,0380,Uppsala,Uppsala,
kommun,0319,Älvkarleby,Älvkarleby,
kommun,0330,Knivsta,Knivsta,
kon,1,Man,Man,
kon,2,Kvinna,Woman,
ja_nej,1,Ja,Yes,
ja_nej,2,Nej,No,
ja_nej,8,Vet ej,Do not know,dont_know
END
cat >folder/indicators.csv <<'END'
name,label,label::English (en),type,variable,numerator,denominator,better
otrygga,Otrygga,Unsafe,share,otrygg,1,valid,low
utsatta,Utsatta,Victims,share,utsatt,1,valid,low
kvallar_ute,Kvällar ute,Evenings out,mean,kvallar,,,
END
cat >folder/indices.csv <<'END'
index,section,indicator,weight,knots
trygghet,oro,otrygga,1,0:0 0.5:3 1:6
trygghet,brott,utsatta,1,0:0 0.5:3 1:6
END
# 2020 and 2024; Uppsala 60 a year, Älvkarleby 40, Knivsta 8; some without a sex.
awk -v canary=$canary 'BEGIN {
  print "ar,lopnummer,kommun,kon,vikt,otrygg,utsatt,kvallar,fritext,se"
  for (year = 2020; year <= 2024; year += 4)
    for (i = 1; i <= 108; i++)
      printf "%d,%d,%s,%s,%s,%s,%d,%d,%s %d,%d\n", year, i, i <= 60 ? "0380" : i <= 100 ? "0319" : "0330",
        i % 27 == 0 ? "" : i % 2 + 1, 1 + i % 3 / 2, i % 17 == 0 ? 8 : i % (year == 2020 ? 3 : 4) == 0 ? 1 : 2,
        i % 5 == 0 ? 1 : 2, i % 7, canary, i, i % 4
}' >data.csv
gzip -c data.csv >packed # a name that does not say so

: >everything
figures="estimate trend index"
without_by="check estimate trend index report"
all="check estimate compare trend index report"

# ---- help and version -----------------------------------------------------------------------

: >manuals
for program in $all model; do
  works $program --help
  cat out >>manuals
  that "help is aligned for a terminal" test "$(awk 'length > 110' out | wc -l)" = 0
  that "help names the exit codes" has out '^EXIT STATUS'
  works $program --lang sv --help
  that "Swedish help" has out '^BESKRIVNING'
  works $program --version
  that "version" has out "^trygg-$program (libtrygg) [0-9]"
  that "version names the inflater" has out "^gzip is inflated by "
done
options=$(sed -n 's/^    {"\([a-z-]*\)", .*PROGRAM_.*/\1/p; s/^    {"\([a-z-]*\)", .*FIGURES.*/\1/p' \
  "$top_srcdir/examples/program_options.c")
that "the registry of options can be read" test "$(echo $options | wc -w)" -ge 20
for option in $options; do
  that "help mentions --$option" has manuals "^    --$option"
  that "docs/programs.md mentions --$option" has "$top_srcdir/docs/programs.md" "\`--$option"
done
flags=$(sed -n 's/^    {TG_FLAG_[A-Z_]*, "\([a-z_]*\)",.*/\1/p' "$top_srcdir/lib/table/flag.c")
listed=$(tr '\n' ' ' <"$top_srcdir/docs/programs.md" | sed 's/.*`\(suppressed [^`]*\)`.*/\1/')
that "docs/programs.md lists the flags" test "$(echo $listed)" = "$(echo $flags)"
for program in estimate compare trend model report; do
  works $program --help
  grep '^            [a-z_-]*: ' out >values.en
  works $program --lang sv --help
  grep '^            [a-z_-]*: ' out >values.sv
  that "values are listed in $program --help" test -s values.sv
  that "and what they are is said in Swedish" test -z "$(grep -Fx -f values.en values.sv)"
done
that "arguments are named in Swedish" has out '^    --output FIL$'
for word in logit wilson rest reference odds difference mann_kendall csv-sv holm; do
  that "help lists $word from the library" has manuals $word
done

# ---- what comes out -------------------------------------------------------------------------

works check folder
that "the folder's parts are counted" has out '^ *3 indicators$'
works check folder data.csv
that "records are accounted for" has out '^records read .* 216$'
that "missing answers are accounted for" has out '^otrygg '
works check --format csv folder data.csv
that "the account's columns" has out '^file,wave,stratum,variable,account,reason,count,share$'
that "how the file was read" has out '^data.csv,,,,file,"delimiter ,",216,$'
that "read = accepted + duplicates + rejected" awk -F, '
  $4 == "" && $5 == "read" { read += $7 }
  $4 == "" && $5 ~ /^(accepted|duplicate|rejected)$/ { kept += $7 }
  END { exit !(read == 216 && kept == read) }' out

works estimate --format csv --min-n 0 --indicator utsatta --wave 2024 folder data.csv
cp out plain.csv
that "columns of trygg-estimate" has out \
  '^wave,indicator,n,weighted_n,estimate,se,df,lower,upper,deff,flag$'
# A share under simple random sampling with weights: linearised, p and V = n/(n-1) sum((w (y - p) / sum w)^2).
that "share and standard error" awk -F, '
  FNR == 1 { next }
  NR == FNR { if ($1 == 2024) { n++; w[n] = $5; y[n] = $7 == 1; sum += $5; hits += $5 * y[n] } next }
  { p = hits / sum; for (i = 1; i <= n; i++) { z = w[i] * (y[i] - p) / sum; v += z * z }
    se = sqrt(v * n / (n - 1)); a = $5 / p - 1; b = $6 / se - 1
    exit !($3 == n && a < 1e-12 && a > -1e-12 && b < 1e-12 && b > -1e-12) }' data.csv out

for data in packed -; do
  "$programs/trygg-estimate" --format csv --min-n 0 --indicator utsatta --wave 2024 folder $data \
    <data.csv >out 2>err
  that "the same from $data" cmp out plain.csv
done
# The same in UTF-16, from a file, gzipped, from standard input and from a FIFO, and so the tables of the folder.
mkdir wide
for table in folder/*.csv; do
  { printf '\377\376'; iconv -f UTF-8 -t UTF-16LE "$table"; } >"wide/${table#*/}"
done
{ printf '\376\377'; iconv -f UTF-8 -t UTF-16BE data.csv; } >wide.txt
gzip -c wide.txt >wide.gz
mkfifo wide.pipe
cat wide.txt >wide.pipe &
for data in wide.txt wide.gz wide.pipe -; do
  "$programs/trygg-estimate" --format csv --min-n 0 --indicator utsatta --wave 2024 wide "$data" >out 2>err <wide.txt || :
  that "the same from $data in UTF-16" cmp -s out plain.csv
done
works check --format csv wide wide.txt
that "UTF-16 is accounted for" has out '^wide.txt,,,,file,encoding UTF-16,216,$'
# Streamed: the same bytes from every kind of input, by several tables at once; what needs the records is refused.
mkfifo streamed.pipe
cat data.csv >streamed.pipe &
for data in data.csv packed streamed.pipe -; do
  "$programs/trygg-estimate" --stream --format csv --min-n 0 --indicator utsatta --wave 2024 folder $data \
    <data.csv >out 2>err
  that "the same streamed from $data" cmp out plain.csv
done
sed '/^2024/d' data.csv >earlier.csv
sed '/^2020/d' data.csv | gzip >later.gz
works estimate --format csv --min-n 5 --by kommun --by kon,kommun --where otrygg=1,2 folder earlier.csv later.gz
cp out kept.csv
cp err kept.err
for threads in 1 2; do
  works estimate --stream --threads $threads --format csv --min-n 5 --by kommun --by kon,kommun --where otrygg=1,2 \
    folder earlier.csv later.gz
  that "several tables streamed on $threads threads" cmp out kept.csv
  that "with the same notes" cmp err kept.err
done
cp -R folder quantiles
echo 'median,Median,Median,quantile,kvallar,0.5,,' >>quantiles/indicators.csv
refuses 2 '(median): .*cannot be estimated from a stream: a quantile needs all values at once' \
  estimate --stream quantiles data.csv
works estimate --stream --indicator utsatta quantiles data.csv
refuses 2 'trygg-trend takes no --stream' trend --stream folder data.csv
refuses 2 'leave out --references or --where' trend --references --where kon=1 folder data.csv
sed '100s/,1,/,1,x,/' data.csv >ragged.csv
echo old >result.csv
refuses 1 'ragged.csv:100' estimate --stream --output result.csv folder ragged.csv
that "a stream that fails leaves the old file" test "$(cat result.csv)" = old

for program in $figures; do
  works $program --format csv --threads 1 --by kommun folder data.csv
  cp out one
  works $program --format csv --threads 2 --by kommun folder data.csv
  that "1 and 2 threads give the same bytes" cmp out one
  for format in table csv csv-sv json svg; do
    works $program --format $format folder data.csv
  done
  works $program --format html folder data.csv
done
tr ',.' ';,' <data.csv >swedish.csv
works estimate --format csv --min-n 0 --indicator utsatta --wave 2024 folder swedish.csv
that "semicolon and decimal comma are seen" cmp out plain.csv
works estimate --delimiter ';' --decimal , --format csv --min-n 0 --indicator utsatta --wave 2024 folder swedish.csv
that "semicolon and decimal comma as said" cmp out plain.csv

works estimate --format csv --by kon --by=kommun --wave 2024 --indicator otrygga folder data.csv
that "columns of several --by are put together" has out '^wave,kon,kommun,indicator,n,'
that "a total, two sexes, three municipalities" lines out 7
that "who has no code is counted" has err '^trygg-estimate: 4 .* kon'
cp -r folder letters
sed 's/,kommun,Kommun,/,g,Kommun,/; s/,kon,Kön,/,b,Kön,/' folder/survey.csv >letters/survey.csv
sed '1s/kommun,kon/g,b/' data.csv >letters.csv
works estimate --format csv --by g --by b --wave 2024 --indicator otrygga letters letters.csv
that "by-columns stand before the indicator whatever they are called" has out '^wave,g,b,indicator,n,'
rm -r letters letters.csv
works estimate --format csv --by kommun,kon --wave 2024 --indicator otrygga folder data.csv
that "a cross has its cells and the total" lines out 8
works estimate --format csv --min-n 0 --where kommun=0380,0319 --where kon=1 --wave 2024 --indicator otrygga \
  folder data.csv
that "conditions make a domain" lines out 2
works estimate --format csv --pool --indicator otrygga folder data.csv
that "a pooled row has no wave" has out '^,otrygga,'
works estimate --format csv --min-n 0 --indicator otrygg,kvallar --wave 2024 folder data.csv
that "a variable's answers are shares" has out ',otrygg=1,'
works estimate --format csv --level 0.90 --indicator utsatta --wave 2024 folder data.csv
that "a lower level, a shorter interval" test "$(column lower)" != "$(awk -F, 'NR == 2 { print $8 }' plain.csv)"
for kind in wald wilson beta; do
  works estimate --ci $kind --format csv --indicator utsatta folder data.csv
done
works estimate --df design --variance taylor --lonely adjust --format csv folder data.csv
works estimate --df 12 --format csv --wave 2024 --indicator utsatta folder data.csv
that "degrees of freedom as said" test "$(column df)" = 12

for against in rest total pairs kommun=0380; do
  works compare --format csv --threads 1 --by kommun --against $against folder data.csv
  cp out one
  works compare --format csv --threads 2 --by kommun --against $against folder data.csv
  that "1 and 2 threads give the same bytes" cmp out one
  that "columns of trygg-compare" has out \
    '^wave,kommun,indicator,a,b,difference,se,df,lower,upper,statistic,p,p_adjusted,flag$'
  for format in table csv-sv json svg html; do
    works compare --format $format --by kommun --against $against folder data.csv
  done
done
# Against the difference of two estimates.
works estimate --format csv --min-n 0 --by kon --wave 2024 --indicator utsatta folder data.csv
cp out shares.csv
works compare --format csv --min-n 0 --by kon --against kon=1 --wave 2024 --indicator utsatta folder data.csv
that "women less men" awk -F, 'FNR == 1 { next } NR == FNR { share[$2] = $6; next }
  { d = share[2] - share[1] - $6; exit !($2 == 2 && $4 == "kon=2" && $5 == "kon=1" && d < 1e-12 && d > -1e-12) }' \
  shares.csv out
works compare --format csv --scale odds --against rest --by kon folder data.csv
that "odds ratios are called so" has out ',a,b,odds_ratio,se,'
works compare --format csv --against wave --indicator otrygga folder data.csv
that "the wave before" has out '^2024,otrygga,2024,2020,'
works compare --lang sv --against wave --by kommun folder data.csv
that "what it is compared with, in Swedish" has out '^Jämfört med: 2020$'
printf 'indicator,estimate,lower,upper,source\notrygga,0.2,0.1,0.3,NTU\n' >folder/references.csv
works compare --format csv --against reference folder data.csv
that "published figures" has out '^2024,otrygga,total,NTU,'
printf 'indicator,estimate\notrygga,20\n' >folder/references.csv
refuses 1 'references.csv:2 (estimate): .*0.28' compare --against reference folder data.csv
rm folder/references.csv shares.csv
refuses 1 'no published figures' compare --against reference folder data.csv
refuses 2 'name a by-variable' compare folder data.csv
refuses 2 'did you mean `rest`' compare --against rset --by kon folder data.csv
refuses 1 'no measures' compare --against measure --by kon folder data.csv
cp -r folder measured
printf 'name,label,where,start\nljus,Belysning,kommun=0380,2024\n' >measured/measures.csv
works compare --against measure --by kommun --min-n 0 --format csv measured data.csv
that "a measure is followed" has out '^2024,otrygga,ljus,rest,change,[0-9]*,,[-0-9.e]*,1,'
works compare --against measure --by kommun --min-n 0 --test all --scale ratio --lang sv measured data.csv
that "every test of measures has a name in Swedish" has out 'Syntetiskt: rang'
works compare --against measure --by kommun --min-n 0 --test placebo_areas --format csv measured data.csv
that "only the tests asked for" lacks out ',change,'
refuses 2 'did you mean `pretrend`' compare --against measure --by kommun --test pretrnd measured data.csv
refuses 2 'leave out --against' compare --against measure --by kommun --expected 1:1 measured data.csv
refuses 1 'no test of measures `rao_scott`' compare --against measure --by kommun --test rao_scott measured data.csv
refuses 1 'no test of groups `pretrend`' compare --by kommun --test pretrend measured data.csv
refuses 2 'name that by-variable' compare --against measure measured data.csv
refuses 1 'did you mean `kon`' compare --against kom=1 --by kon folder data.csv

works trend --format csv --test linear,difference --adjust bh --indicator otrygga folder data.csv
that "columns of trygg-trend" has out \
  '^indicator,test,waves,at,statistic,df1,df2,estimate,se,lower,upper,p,p_adjusted,flag$'
that "the tests asked for" lines out 3
printf 'wave,indicator,kind,note\n2024,,break,\n' >folder/breaks.csv
works trend --format csv --test difference --indicator otrygga folder data.csv
that "no difference across a break" has out ',break$'
works trend --format csv --test linear --across-breaks --indicator otrygga folder data.csv
that "a trend across a break where asked for" has out ',2020 2024,'
rm folder/breaks.csv

works compare --by kon --test rao_scott,t,wilcoxon --wave 2024 --format csv folder data.csv
that "columns of tests of all groups at once" has out \
  '^wave,indicator,test,groups,n,statistic,df1,df2,estimate,se,p,p_adjusted,flag$'
that "tests where they apply" lines out 9 # two shares by three tests, a mean by two, the header
works compare --by kommun --test rao_scott --wave 2024 --indicator otrygg --format csv folder data.csv
that "a question is tested with all its answers" has out '^2024,otrygg,rao_scott,,,,,,,,,,suppressed$'
works compare --by kommun --test kruskal_wallis --min-n 0 --lang sv folder data.csv
that "tests have names in Swedish" has out 'Kruskal'
refuses 2 'leave out --against' compare --by kon --test t --against total folder data.csv
refuses 2 'rao_scott' compare --by kon --test linear folder data.csv
refuses 2 'give them' compare --by kon --test goodness_of_fit folder data.csv
works compare --indicator kon --expected 2:0.5,1:0.5 --wave 2024 --min-n 0 --format csv folder data.csv
that "expected shares are tested" has out '^2024,kon,goodness_of_fit,1,[0-9]*,[0-9.e-]*,1,'
refuses 2 'no expected share' compare --indicator kon --expected 2:0.5 folder data.csv
refuses 2 'leave out --against' compare --indicator kon --expected 1:1,2:1 --against total folder data.csv
refuses 2 'no groups' compare --test t folder data.csv

works model --outcome otrygga --on kon=2,kommun,kvallar --format csv folder data.csv
that "columns of trygg-model" has out \
  '^indicator,part,term,level,against,n,estimate,se,lower,upper,statistic,df1,df2,p,flag$'
that "small levels are suppressed" has out '^otrygga,prediction,kommun,0330,,,.*,suppressed$'
that "the level to compare with is as said" has out '^otrygga,difference,kon,1,2,[0-9]'
that "no coefficients unless asked for" lacks out ',coefficient,'
that "who lacks background is counted" has err '^trygg-model: [0-9]* records lack some of the background'
works model --outcome otrygg=1 --on kon --part coefficient --family linear --format csv folder data.csv
that "parts as asked for" lines out 3
that "other programs' tests are not this one's" has out ',coefficient,(intercept),'
works model --outcome kvallar_ute --on kon --test none --wave 2024 --where kommun=0380 --format json folder data.csv
that "no tests where none are wanted" lacks out '"test"'
that "the domain is noted" has out 'ar=2024 kommun=0380'
works model --outcome otrygga --on kon,kvallar --reference common --lang sv folder data.csv
that "parts have headings in Swedish" has out '^Skillnad, allt annat lika$'
that "a number is per unit" has out 'per enhet'
works model --outcome otrygga --on kon --format svg folder data.csv
that "the chart is of the predictions" has out 'If everybody had this answer'
works model --outcome otrygga --on 'kon*kommun' --min-n 0 --format csv folder data.csv
that "interactions have a row" has out '^otrygga,prediction,kon:kommun,1:0380,'
works model --outcome otrygga --on 'kon*kvallar' --lang sv folder data.csv
that "interactions have labels" has out ' × '
refuses 1 'did you mean `kommun`' model --outcome otrygga --on 'kon*komun' folder nothing.csv
refuses 2 'by themselves' model --outcome otrygga --on kon:kommun folder data.csv
refuses 2 '--outcome INDICATOR is missing' model --on kon folder data.csv
refuses 2 '--on VAR,VAR is missing' model --outcome otrygga folder data.csv
refuses 2 'nothing of --part test' model --outcome otrygga --on kon --part test --test none folder data.csv
refuses 2 'takes no --by' model --outcome otrygga --on kon --by kommun folder data.csv
refuses 2 'takes no --on' estimate --on kon folder data.csv
refuses 2 'wald' model --outcome otrygga --on kon --test linear folder data.csv
refuses 1 'did you mean `otrygga`' model --outcome otryga --on kon folder nothing.csv
refuses 1 'did you mean `kommun`' model --outcome otrygga --on komun=0380 folder nothing.csv
refuses 1 'kon=3' model --outcome otrygga --on kon=3 folder data.csv
refuses 1 'the same `kon`' model --outcome otrygga --on kon --where kon=1 folder data.csv

works index --format csv --by kommun --wave 2024 --min-n 0 folder data.csv
that "columns of trygg-index" has out \
  '^wave,kommun,index,section,n,points,se,df,lower,upper,rank,rank_lower,rank_upper,flag$'
that "points are 6 times the share here" awk -F, 'NR == FNR { p = 6 * $5; next }
  $2 == "" && $4 == "brott" { d = $6 - p; found = d < 1e-9 && d > -1e-9 } END { exit !found }' plain.csv out
works index --index trygghet folder data.csv

works report folder data.csv
that "the report is a page" has out '^<!DOCTYPE html>'
that "the report shows the worst" has out 'The worst problems'
that "the report says when nothing can be shown" has out 'No change can be shown'
that "the report counts the answers" has out '216 records were read: 216 accepted'
works report --format html --lang sv --by kon folder data.csv
that "the report in Swedish" has out 'De värsta problemen'

works estimate --lang sv folder data.csv
that "Swedish by --lang" has out 'Indikator'
LC_ALL=sv_SE.UTF-8 "$programs/trygg-estimate" folder data.csv >out 2>err </dev/null
that "Swedish by the locale" has out 'Indikator'
LC_ALL=sv_SE.UTF-8 "$programs/trygg-estimate" --lang en folder data.csv >out 2>err </dev/null
that "--lang before the locale" has out 'Indicator'
LC_ALL=sv_SE.UTF-8 "$programs/trygg-estimate" --format csv --min-n 0 --level 0.95 --indicator utsatta --wave 2024 \
  folder data.csv >out 2>err </dev/null
that "csv does not know the locale" cmp out plain.csv
works estimate --format csv-sv --wave 2024 folder data.csv
that "csv-sv has semicolons and a decimal comma" has out ';[0-9]*,[0-9]'
that "csv-sv has digits for people" lacks out ',[0-9]\{11\}'
that "csv-sv begins with a byte order mark" test "$(head -c 3 out | od -An -tx1 | tr -d ' ')" = efbbbf

escape=$(printf '\033')
works estimate --color never folder data.csv
that "no colours" lacks out "$escape"
works estimate --color auto folder data.csv
that "no colours where there is no terminal" lacks out "$escape"
works estimate --color always folder data.csv
works estimate --progress always folder data.csv
that "no progress in the output" lacks out 'reading'
works estimate --progress never folder data.csv
that "no progress where it is not wanted" empty err

# ---- disclosure -------------------------------------------------------------------------------

works estimate --format csv --by kommun --wave 2024 --indicator utsatta folder data.csv
that "a small area keeps its key and flag only" has out '^2024,0330,utsatta,,,,,,,,,suppressed$'
that "suppressed rows are counted" has err 'rows are suppressed'
works estimate --format csv --by kommun --wave 2024 --indicator utsatta --min-n 5 folder data.csv
that "--min-n 5 shows it" lacks out suppressed
works estimate --format csv --by kon --wave 2024 --indicator kvallar_ute folder data.csv
that "the few without a sex are not given back" has out '^2024,1,kvallar_ute,,,,,,,,,suppressed$'
that "the other cell is shown" has out '^2024,2,kvallar_ute,5'
works estimate --format csv --by kon --wave 2024 --indicator kvallar_ute --min-n 4 folder data.csv
that "those who may be published are" lacks out suppressed
awk -F, 'BEGIN { OFS = "," } $4 == "" && seen[$1]++ { $4 = 1 } { print }' data.csv >one.csv
works estimate --by kon --wave 2024 folder one.csv
that "one record is one" has err ': 1 record is in'
works estimate --format json --by kommun --min-n 0 folder data.csv
that "without rules the output says so" has out unprotected

# ---- faults of usage ----------------------------------------------------------------------------

refuses 2 'no survey folder' estimate
refuses 2 'no data file' estimate folder
refuses 2 'did you mean --wave' estimate --wavee 2024 folder data.csv
refuses 2 'there is no option -x' estimate -x folder data.csv
refuses 2 'takes no --test' estimate --test linear folder data.csv
refuses 2 'wants a value' estimate folder data.csv --by
refuses 2 'takes no value' estimate --pool=1 folder data.csv
refuses 2 'did you mean `wald`' estimate --ci wlad folder data.csv
refuses 2 'give logit, .* or ' estimate --ci exact folder data.csv
refuses 2 'did you mean `wald`? It takes logit, ' estimate --ci wlad folder data.csv
refuses 2 'give holm, bh, by or none' trend --adjust foo folder data.csv
refuses 2 'give en or sv' estimate --lang de folder data.csv
refuses 2 'did you mean `jackknife`' estimate --variance jacknife folder data.csv
refuses 2 'as in bootstrap:500' estimate --variance bootstrap:1 folder data.csv
refuses 2 'as in fay:0.3' estimate --variance fay folder data.csv
refuses 2 'behind a colon' estimate --variance jackknife:3 folder data.csv
refuses 2 'from 1 to' estimate --seed 0 folder data.csv
refuses 1 'names no replicate weights' estimate --variance given folder data.csv
refuses 2 'did you mean `linear`' trend --test difference,linaer folder data.csv
refuses 2 'did you mean `csv`' estimate --format cvs folder data.csv
refuses 2 'empty name' estimate --by kommun,,kon folder data.csv
refuses 2 'VAR=CODE' estimate --where kommun folder data.csv
refuses 2 'between 0 and 1' estimate --level 95 folder data.csv
refuses 2 'between 0 and 1' estimate --level 0,95 folder data.csv
refuses 2 'whole number' estimate --threads 0 folder data.csv
refuses 2 'whole number' estimate --min-n -1 folder data.csv
refuses 2 'domain, design' estimate --df -3 folder data.csv
refuses 2 'tab' estimate --delimiter '|' folder data.csv
refuses 2 'html only' report --format csv folder data.csv
refuses 2 'folder alone' check --format csv folder
refuses 2 'another format' check --format svg folder data.csv
refuses 2 '`se`' estimate --by se folder data.csv
for later in '--format px'; do
  # shellcheck disable=SC2086 # an option and its value
  refuses 2 'not yet' estimate $later folder data.csv
done
refuses 2 'wants a year' trend --start then folder data.csv
works trend --test all --format csv --indicator otrygga folder data.csv
that "all tests are run" has out ',snht,'
refuses 2 'did you mean `rake`' estimate --calibrate raek folder data.csv
refuses 1 'no margins.csv' estimate --calibrate rake folder data.csv
refuses 2 'two factors' estimate --calibrate logit:3 folder data.csv
refuses 2 'names a data file' estimate --output data.csv folder data.csv
that "and the data are there" lines data.csv 217

# ---- faults of data -----------------------------------------------------------------------------

refuses 1 'nowhere' estimate nowhere data.csv
refuses 1 'nothing.csv' estimate folder nothing.csv
refuses 1 'did you mean `otrygga`' estimate --indicator otryga folder data.csv
refuses 1 'did you mean `kommun`' estimate --by komun folder data.csv
refuses 1 '2023' estimate --wave 2023 folder data.csv
refuses 1 '9999' estimate --where kommun=9999 folder data.csv
refuses 1 'give the variable, `kommun`' estimate --indicator kommun=0380 folder data.csv
# Names are looked at before the data are.
refuses 1 'did you mean `otrygga`' estimate --indicator otryga folder nothing.csv
refuses 1 'did you mean `kommun`' estimate --by kon --by komun folder nothing.csv
refuses 1 'did you mean `kommun`' trend --where komun=0380 folder nothing.csv
refuses 1 'no index `tryghet`' index --index tryghet folder nothing.csv
refuses 1 'did you mean `trygghet`\|no index `tryghet`' index --index tryghet folder data.csv

# spoil SED: data.csv with its line 50 (a record) changed.
spoil() { sed "50{$1;}" data.csv >spoilt.csv; }
for program in $all; do
  spoil 's/$/,1/'
  refuses 1 'spoilt.csv:50' $program folder spoilt.csv
  spoil 's/,[^,]*$//'
  refuses 1 'spoilt.csv:50' $program folder spoilt.csv
  spoil 's/^\([^,]*,[^,]*,[^,]*,[^,]*\),[^,]*/\1,-1/'
  refuses 1 'spoilt.csv:50' $program folder spoilt.csv
  spoil "s/^\([^,]*,[^,]*,[^,]*,[^,]*\),[^,]*/\1,$canary/"
  refuses 1 'spoilt.csv:50' $program folder spoilt.csv
  spoil 's/Kanarie/"Kanarie/'
  refuses 1 'spoilt.csv:50' $program folder spoilt.csv
  spoil 's/Kanarie/Ka\x01narie/'
  tr '\001' '\000' <spoilt.csv >nul.csv
  refuses 1 'nul.csv:50' $program folder nul.csv
  : >nothing.csv
  refuses 1 'nothing.csv' $program folder nothing.csv
  rm nothing.csv
  head -c 900 packed >short.gz
  refuses 1 'short.gz' $program folder short.gz
  cp packed flipped.gz
  size=$(wc -c <packed)
  printf '\125\252\125' | dd of=flipped.gz bs=1 seek=$((size / 2)) conv=notrunc 2>/dev/null
  refuses 1 'flipped.gz' $program folder flipped.gz
done

cp -r folder misspelt
sed 's/,otrygg,1,/,otryg,1,/' folder/indicators.csv >misspelt/indicators.csv
for program in $all; do
  refuses 1 'indicators.csv:2.*otrygg' $program misspelt data.csv
done
refuses 1 'indicators.csv:2.*otrygg' check misspelt
cp folder/indicators.csv misspelt/indicators.csv
echo 'topic,min_n,min_count' >misspelt/policy.csv
refuses 1 'policy.csv.*not yet' check misspelt
rm -r misspelt

# ---- many files, one set ------------------------------------------------------------------------

cp -r folder pooled
awk -F, 'BEGIN { OFS = "," } NR == 1 || $1 == 2024 { print $2, $3, $4, $5 "", $6, $7, $8 }' data.csv |
  sed '1s/otrygg/trygghet/; 2s/^\([^,]*,[^,]*,[^,]*\),[^,]*,/\1,,/' >y24.csv # the first without a weight
printf 'file,ar\ny24*,2024\n' >pooled/files.csv
printf 'variable,from,codes,to\notrygg,trygghet,1,2\notrygg,trygghet,2,1\n' >pooled/recodes.csv
printf 'wave,disposition,count\n2024,,200\n2024,NE,20\n' >pooled/sample.csv
works check --format csv --rejected rejected.csv pooled y24.csv
that "a constant is told" has out '^y24.csv,,,,file,constant ar=2024,108,$'
that "a recode is told" has out '^y24.csv,,,,file,recode otrygg from trygghet: 1 = 2,'
that "a response rate is told" has out '^,2024,,,response_rate,svarsandel,107,0.594'
that "the rejected record is written" lines rejected.csv 2
that "with its reason" has rejected.csv '^y24.csv,2,no_weight,1,'
that "for its owner alone" test "$(ls -l rejected.csv | cut -c1-10)" = -rw-------
works check --lang sv pooled y24.csv
that "rates are for people too" has out '^svarsandel  *59,4 %$'
refuses 2 'rejected names a data file' check --rejected y24.csv pooled y24.csv
refuses 2 'only you can read' check --rejected - pooled y24.csv
refuses 2 'is for data' check --rejected other.csv pooled
that "nothing was written" test ! -e other.csv
refuses 2 'takes no --rejected' estimate --rejected other.csv pooled y24.csv
rm -r pooled

# ---- all or nothing -----------------------------------------------------------------------------

echo old >result.csv
run estimate --format csv --output result.csv folder data.csv
that "--output writes the file and nothing else" test $code = 0 -a ! -s out
that "the file is complete" has result.csv '^wave,indicator'
that "with the mode of any new file" test "$(ls -l result.csv | cut -c1-10)" = "$(ls -l data.csv | cut -c1-10)"
echo old >result.csv
spoil 's/$/,1/'
refuses 1 'spoilt.csv' estimate --format csv --output result.csv folder spoilt.csv
that "a failure leaves the old file" test "$(cat result.csv)" = old
code=$(
  ulimit -f 0
  "$programs/trygg-estimate" --output result.csv folder data.csv >/dev/null 2>&1
  echo $?
)
that "a file that cannot be written fails" test "$code" = 1
that "and the old one is as it was" test "$(cat result.csv)" = old
ln -s result.csv link.csv
run estimate --format csv --output link.csv folder data.csv
that "a link stays a link" test -h link.csv
that "and what it points at is new" has result.csv '^wave,indicator'
refuses 1 'nofolder/result.csv' estimate --output nofolder/result.csv folder data.csv
mkdir closed
chmod 555 closed
if ! : >closed/probe; then
  refuses 1 'closed/result.csv' estimate --output closed/result.csv folder data.csv
else
  rm closed/probe # root may write anywhere
fi 2>/dev/null
refuses 1 'folder: cannot write' estimate --output folder folder data.csv
if [ -c /dev/full ]; then
  refuses 1 '/dev/full: cannot write' estimate --output /dev/full folder data.csv
  that "a device is still one" test -c /dev/full
  code=0
  "$programs/trygg-estimate" folder data.csv >/dev/full 2>err </dev/null || code=$?
  that "a full standard output fails" test $code = 1
  that "with one message" lines err 1
fi

# A program that waits for data is told to stop.
echo old >result.csv
mkfifo pipe
{
  cat data.csv
  sleep 2
} >pipe &
"$programs/trygg-estimate" --output result.csv folder - <pipe >out 2>err &
pid=$!
sleep 1
kill -TERM $pid
code=0
wait $pid || code=$?
wait
that "a signal stops it with its own exit code, not $code" test $code = 143
that "nothing is written" empty out
that "the old file is as it was" test "$(cat result.csv)" = old
that "no temporary file is left" test -z "$(find . -name '.*result*')"

# ---- nothing leaks --------------------------------------------------------------------------------

sed "60s/,[^,]*,[^,]*,[^,]*,[^,]*,[^,]*\$/,$canary,2,3,x,1/" data.csv >unknown.csv
for program in $without_by; do
  works $program folder unknown.csv
done
works compare --by kommun folder unknown.csv
works check --format csv folder unknown.csv
that "no answer was printed" lacks everything $canary

# ---- the county ------------------------------------------------------------------------------------

if [ -x "$programs/make-county" ] && [ -d "$top_srcdir/examples/surveys/county" ]; then
  "$programs/make-county" county >/dev/null 2>err || bad "make-county"
  county=$top_srcdir/examples/surveys/county
  for program in $without_by; do
    works $program "$county" county/data.csv.gz
  done
  works compare --by kommun "$county" county/data.csv.gz
  works estimate --by kommun --format csv "$county" county/data.csv.gz
  that "every figure is a number or missing" lacks out ',-*\(nan\|inf\),'
  refuses 1 'did you mean `klotter`' estimate --indicator kloter "$county" county/data.csv.gz
else
  echo "skipped: the county's survey (make-county is not built)"
fi

echo "$passed passed, $failed failed"
[ $failed = 0 ]
