#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# trygg-codebook: drafts that the other programs read as they are, what is guessed, and what never comes into one.
set -u
top_srcdir=${top_srcdir:-.}
top_builddir=${top_builddir:-.}
programs=${TRYGG_PROGRAMS:-$top_builddir/examples}
[ -x "$programs/trygg-codebook" ] || {
  echo "no trygg-codebook in $programs; build the programs, or name their folder in TRYGG_PROGRAMS"
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
# that WHAT COMMAND...: the command is true.
that() {
  what=$1
  shift
  if "$@" >/dev/null 2>&1; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAIL: $what: $*"
    [ ! -s err ] || sed 's/^/    | /' err | head -n 5
  fi
}
has() { grep -q -e "$2" "$1"; }
lacks() { ! grep -q -e "$2" "$1"; }
run() { # PROGRAM ARGUMENTS...: into out and err, exit code into $code
  name=$1
  shift
  code=0
  "$programs/trygg-$name" "$@" >out 2>err </dev/null || code=$?
}
works() {
  run "$@"
  that "trygg-$*" test "$code" = 0
}
refuses() { # CODE PATTERN PROGRAM ARGUMENTS...
  wanted=$1 pattern=$2
  shift 2
  run "$@"
  that "exit $wanted, not $code: trygg-$*" test "$code" = "$wanted"
  that "message of trygg-$*" has err "$pattern"
  that "no output of trygg-$*" test ! -s out
}
# row FOLDER TABLE PATTERN: the table has such a row.
row() { has "$1/$2.csv" "$3"; }

# ---- a bare CSV -----------------------------------------------------------------------------

canary=Kanariefogel
awk -v canary=$canary 'BEGIN {
  srand(1)
  print "lopnr;ar;kommun;vikt;alder;q1;q2;q3;val;svarsdatum;fritext;epost;tom;stratum;psu"
  for (i = 1; i <= 240; i++)
    printf "%d;%d;%04d;%s;%d;%d;%d;%d;%s;2024-%02d-%02d;%s;%s@example.org;;%d;%d\n", i, 2023 + i % 2,
      i % 3 == 0 ? 380 : 381, (100 + i) / 8 "", i == 9 || i == 19 ? 999 : 16 + i % 70, i % 5 == 0 ? 8 : 1 + i % 4,
      i % 11 == 0 ? 99 : i % 11, i % 7 + 1, i % 3 ? "Ja" : "Nej", 1 + i % 9, 1 + i % 28,
      i % 40 == 0 ? canary " " i : "", canary i, 1 + i % 4, 1 + i % 20
}' | sed 's/\([0-9]\)\.\([0-9]\)/\1,\2/' >data.csv
works codebook data.csv mine
that "the source's records" has out '15 variables from 240 records'
for table in settings survey choices indicators; do
  that "$table.csv" test -s mine/$table.csv
done
that "an id" row mine survey '^integer,lopnr,,id,'
that "a wave" row mine survey '^integer,ar,,wave,'
that "codes with zeros in front" row mine survey '^select_one kommun,kommun,,domain,'
that "a code as it is written" row mine choices '^kommun,0380,'
that "a weight with a decimal comma" row mine survey '^decimal,vikt,,weight,'
that "a number with a missing code" row mine survey '^integer,alder,,,999=no_answer,'
that "a question with codes" row mine survey '^select_one q1,q1,,,,'
that "8 stands apart from 1 to 4" row mine choices '^q1,8,,dont_know,'
that "99 stands apart from 1 to 10" row mine choices '^q2,99,,no_answer,'
that "7 does not stand apart from 1 to 6" row mine choices '^q3,7,,,'
that "texts that all repeat" row mine choices '^val,Ja,'
printf "q\n" >labels.csv
for answer in Trygg Otrygg "Vet ej" Trygg Otrygg "Vet ej" Trygg Otrygg "Vet ej"; do echo "$answer" >>labels.csv; done
works codebook labels.csv labels
that "a label as a code" row labels choices "^q,Vet ej,,dont_know,"
that "and why" has out "q: Vet ej=dont_know, by its label"
that "a date" row mine survey '^date,svarsdatum,,date,'
that "texts that do not" row mine survey '^text,fritext,'
that "an empty column" row mine survey '^text,tom,'
that "a stratum" row mine survey '^select_one stratum,stratum,,stratum,'
that "a cluster" row mine survey '^select_one psu,psu,,cluster,'
that "each guess has its reason" has mine/README.txt 'q1: 8=dont_know, since it stands apart'
that "no one's own words" test -z "$(cat mine/* out err | grep $canary)"
works check mine
that "no warning" has out ' 0 warnings'
works check mine data.csv
works estimate mine data.csv --format csv --indicator q1 --by kommun
that "a table by municipality" has out '0380'
works codebook data.csv other --lang sv
that "a Swedish spreadsheet opens it" row other survey '^select_one q1;q1;'
that "in Swedish" has other/README.txt 'efter namnet'
works check other data.csv

# The same file in other dialects makes the same tables.
iconv -f UTF-8 -t WINDOWS-1252 data.csv >windows 2>/dev/null || cp data.csv windows
gzip -c windows >packed
for source in windows packed; do
  works codebook $source $source-folder
  that "the same from $source" cmp mine/survey.csv $source-folder/survey.csv
done
"$programs/trygg-codebook" - stdin-folder <data.csv >out 2>err
that "the same from standard input" cmp mine/choices.csv stdin-folder/choices.csv

# ---- nothing is overwritten -------------------------------------------------------------------

cp mine/survey.csv before
refuses 1 'nothing is overwritten' codebook data.csv mine
that "the old table is there" cmp before mine/survey.csv
mkdir empty
works codebook data.csv empty
that "an empty folder is filled" test -s empty/survey.csv
: >file
refuses 1 'nothing is overwritten' codebook data.csv file
refuses 1 'cannot write' codebook data.csv no/such/place
that "nothing is left beside" test -z "$(ls -d ./*.?????? 2>/dev/null | grep -E '/(mine|file)\.[A-Za-z0-9]{6}$')"
refuses 2 'SOURCE FOLDER' codebook data.csv
refuses 2 'takes no --by' codebook data.csv folder --by kommun
refuses 1 'no such file' codebook nothing.csv folder
printf 'a,b\n1\n' >ragged.csv
refuses 1 'ragged.csv:2' codebook ragged.csv folder
printf 'a b,c=d\n1,2\n' >names.csv
refuses 1 'no column has a name' codebook names.csv folder
printf '17,2,Kanariefogel,2024-11-30\n18,1,x,2024-11-30\n' >headless.csv
refuses 1 'headless.csv:1.*names of columns' codebook headless.csv folder
that "the first person's words are not shown" lacks err Kanariefogel
that "no folder of a failure" test ! -e folder

# ---- ids and weights that are none ------------------------------------------------------------

printf 'id,vikt,q\n1,1,1\n1,-1,2\n2,1,1\n' >odd.csv
works codebook odd.csv odd
that "a repeated id has no role" row odd survey '^integer,id,,,'
that "and is said" has out 'id: called like an id, but 1 cells repeat'
that "a negative weight has no role" row odd survey 'vikt,,,'
that "and it is said that no weight is there" has out 'no column is called like a weight'
printf 'a,a,b c,q\n1,1,1,1\n' >twice.csv
works codebook twice.csv twice
that "a column of the same name" has out 'column 2 has a name that an earlier one has'
that "a name with a blank" has out 'column 3 has no name'

# ---- LimeSurvey -------------------------------------------------------------------------------

awk 'BEGIN {
  print "\"id\",\"submitdate\",\"lastpage\",\"startlanguage\",\"seed\",\"startdate\",\"datestamp\",\"Q1[SQ001]\",\"Q1[SQ002]\",\"Q2\",\"Q2[other]\""
  for (i = 1; i <= 60; i++)
    printf "\"%d\",\"%s\",\"%d\",\"sv\",\"%d\",\"2024-10-01 10:00:00\",\"2024-10-01 10:10:00\",\"%s\",\"%s\",\"%s\",\"%s\"\n", i,
      i % 6 ? "2024-10-" 10 + i % 20 " 12:00:00" : "", i % 6 ? 4 : 1, 1000 + i, "A" i % 4 + 1, i % 6 ? "A" i % 3 + 1 : "",
      i % 6 ? (i % 2 ? "Y" : "N") : "", i == 5 ? "nagot eget" : ""
}' >lime.csv
works codebook lime.csv lime
that "array items keep their names" row lime survey '^select_one Q1\[SQ001\],Q1\[SQ001\],'
that "their codes" row lime choices '^Q1\[SQ001\],A4,'
that "the date of answering" row lime survey '^date,submitdate,,date,'
that "the id" row lime survey '^integer,id,,id,'
that "the tool's own columns are left out" lacks lime/survey.csv 'lastpage\|seed\|startdate'
that "incomplete ones are counted" has out '10 records have an empty submitdate'
that "own words are left out" lacks lime/choices.csv 'nagot'
that "a status is made of it" row lime survey '^select_one status,status,,status,,incomplete$'
that "by recodes" row lime recodes '^status,submitdate,,complete$'
that "with dispositions" row lime choices '^status,incomplete,Not sent in,,,P$'
works check lime lime.csv
# 100 were asked, 50 answered to the end, 10 in part, of 40 nothing is known.
printf 'disposition,count\n,100\n' >lime/sample.csv
works check --format csv lime lime.csv
for line in ',,,,disposition,I,50,' ',,,,disposition,P,10,' ',,,,disposition,UO,40,' ',,,,response_rate,rr1,50,0.5' \
  ',,,,response_rate,rr2,60,0.6' ',,,,response_rate,rr6,60,1'; do
  that "response rates know them apart: $line" grep -qFx "$line" out
done
sed 's/,P$/,R/' lime/choices.csv >choices && cp choices lime/choices.csv
works check --format csv lime lime.csv
that "as another disposition they are no answers" grep -q '^lime.csv,.*,accepted,,50,' out
that "and lower the rate" grep -qFx ',,,,response_rate,rr2,50,0.5' out
sed 's/,R$/,P/' lime/choices.csv >choices && cp choices lime/choices.csv
rm lime/sample.csv
works estimate lime lime.csv --format csv --min-n 0 --indicator 'Q1[SQ001]'
that "an array item is estimated" has out 'Q1\[SQ001\]=A4,60,'
sed '1s/min_answered/MIN/; 2s/^\(.*\),\([^,]*\),\([^,]*\)$/\1,0.5,\3/; 1s/MIN/min_answered/' lime/settings.csv >settings
cp settings lime/settings.csv
works check lime lime.csv
that "min_answered rejects the incomplete" has out 'rejected: .* 10$'

# ---- XLSForm ----------------------------------------------------------------------------------

mkdir form
cat >form/survey.csv <<'END'
type,name,label::English (en),label::Svenska (sv),label::Suomi (fi),relevant,constraint,required
start,start,,,,,,
deviceid,deviceid,,,,,,
today,today,,,,,,
note,intro,Welcome,Välkommen,,,,
begin group,bakgrund,About you,Om dig,,,,
integer,alder,Age,Ålder,,,. > 15,yes
select_one kon,kon,Sex,Kön,,,,yes
end group,,,,,,,
select_one trygg,kvall,"Out alone, late","Ute ensam, sent",,,,
select_multiple plats,platser,Which places?,Vilka platser?,,${kvall} > 2,,
select_one_from_file byar.csv,by,Village,By,,,,
begin_repeat,brott,Crimes,Brott,,,,
text,vad,What,Vad,,,,
end_repeat,,,,,,,
begin_group,bil,Car,Bil,,${har_bil} = 1,,
select_one trygg or_other,parkering,Parking,Parkering,,,,
end_group,,,,,,,
decimal,vikt,,,,,,
calculate,kod,,,,,,
geopoint,plats_gps,Where,Var,,,,
END
cat >form/choices.csv <<'END'
list_name;name;label::English (en);label::Svenska (sv)
kon;1;Man;Man
kon;2;Woman;Kvinna
trygg;1;Safe;Trygg
trygg;2;Unsafe;Otrygg
trygg;2;Unsafe again;Otrygg igen
trygg;88;Don't know;Vet ej
plats;park;Park;Park
plats;torg;Square;Torg
oanvand;1;x;x
END
cat >form/settings.csv <<'END'
form_title,form_id,version,default_language
Trygg i byn,trygg_by,7,Svenska (sv)
END
works codebook form converted
that "labels in both languages" row converted survey '^type,name,label,label::English (en),label::Svenska (sv),role'
that "a title" row converted settings '^Trygg i byn,trygg_by,7,sv,'
that "a question" row converted survey '^select_one trygg,kvall,,"Out alone, late","Ute ensam, sent",,,$'
that "by its label no answer" row converted choices "^trygg,88,,Don't know,Vet ej,dont_know,"
that "asked of some" row converted survey '^select_multiple plats,platser,.*,not_applicable$'
that "a group that is asked of some" row converted survey 'parkering,.*,not_applicable$'
that "or_other has its code" row converted choices '^trygg,other,'
that "the day" row converted survey '^date,today,,,,date,'
that "a weight" row converted survey '^decimal,vikt,,,,weight,'
for name in start deviceid by vad plats_gps; do
  that "$name is left out" lacks converted/survey.csv ",$name,"
  that "$name is said" has converted/README.txt "^  $name: "
done
that "a note is no question" lacks converted/survey.csv intro
that "an unused list is left out" lacks converted/choices.csv oanvand
that "a third language is said" has out 'label::Suomi (fi)'
that "groups in headings are said" has out 'without the names of groups'
works check converted
that "no warning of a form" has out ' 0 warnings'
printf 'alder,kon,kvall,platser,parkering,vikt,kod,today\n44,1,2,park torg,,1,x,2024-10-01\n31,2,1,,1,1,y,2024-10-02\n' >answers.csv
works check converted answers.csv
printf 'type,name\nend group,\n' >form/survey.csv
refuses 1 'survey.csv:2' codebook form folder
printf 'type,name\nbegin group,g\ntext,a\n' >form/survey.csv
refuses 1 'never ends' codebook form folder
rm form/survey.csv
refuses 1 'survey.csv' codebook form folder

# ---- labelled files ----------------------------------------------------------------------------

printf '$FL2 and then nothing' >broken.sav
run codebook broken.sav folder
that "a damaged .sav is refused" test "$code" = 1
that "and said to be SPSS" has err 'SPSS'

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
