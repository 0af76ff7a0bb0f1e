#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# From a fresh clone to a working build: bootstrap, a demonstration, or all tests.
set -eu

usage() {
  cat <<'EOF'
usage: ./autogen.sh [demo | check | --help]

  (nothing)  make ./configure from configure.ac, for those who build by hand:
             ./autogen.sh && mkdir -p build && cd build && ../configure && make
  demo       install what is missing, build in build/, make a county's survey with
             known truth and show what the programs say about it
  check      install what is missing, build in build/ and run every test

On Debian and Ubuntu missing packages are installed by apt-get, through sudo only if you
are not root and something is missing.  On other systems they are named, and it stops.
What the tools print goes to build/autogen.log.
EOF
}

cd "$(dirname "$0")"
top=$(pwd)
build=$top/build
log=$build/autogen.log
survey=examples/surveys/county
packages= # for Python and R; asked for by check
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)

# ---- what is needed ----------------------------------------------------------------------

# What it is for | when | how to see that it is there | packages: apt | dnf | brew | pacman
needs() {
  cat <<'EOF'
autoconf|bootstrap|have autoreconf|autoconf|autoconf|autoconf|autoconf
automake|bootstrap|have automake|automake|automake|automake|automake
libtool|bootstrap|have libtoolize glibtoolize|libtool|libtool|libtool|libtool
make|always|have make|make|make|make|make
a C compiler|always|have gcc clang cc|gcc|gcc|gcc|gcc
the C library's headers|always|header stdio.h|libc6-dev|glibc-devel||glibc
pkg-config|always|have pkg-config|pkg-config|pkgconf-pkg-config|pkgconf|pkgconf
GSL|always|pkg-config --exists gsl|libgsl-dev|gsl-devel|gsl|gsl
libcsv|always|header csv.h|libcsv-dev|libcsv-devel|libcsv|libcsv
zlib|always|pkg-config --exists zlib|zlib1g-dev|zlib-devel|zlib|zlib
Check|check|pkg-config --exists check|check|check-devel|check|check
ReadStat, which is optional|check|header readstat.h|libreadstat-dev|readstat-devel|readstat|readstat
a C++ compiler|check|have g++ clang++ c++|g++|gcc-c++|gcc|gcc
Python 3|check|have python3|python3|python3|python3|python
Python's headers|check|python_has Python.h|python3-dev|python3-devel|python3|python
Python's setuptools|check|python_has setuptools|python3-setuptools|python3-setuptools|python-setuptools|python-setuptools
R|check|have R|r-base-core|R-core-devel|r|r
R's survey, which is optional|check|r_has survey|r-cran-survey|||
R's MASS, for package survey's tests|check|r_has MASS|r-cran-mass|||
a Swedish locale|check|swedish|locales|glibc-locale-source||glibc
EOF
}

# Some Python 3 has the header or module named.
python_has() {
  for python in python3 /usr/bin/python3; do
    "$python" -c 'import importlib.util, os, sys, sysconfig
what = sys.argv[1]
there = os.path.exists(os.path.join(sysconfig.get_path("include"), what)) or importlib.util.find_spec(what.split(".")[0])
sys.exit(not there)' "$1" 2>/dev/null && return
  done
  return 1
}

# R has the package named, or cannot get it here.
r_has() { ! have apt-get || Rscript -e "quit(status = !requireNamespace('$1', quietly = TRUE))" >/dev/null 2>&1; }

# Any of the commands named.
have() {
  for command in "$@"; do
    command -v "$command" >/dev/null 2>&1 && return
  done
  return 1
}

header() {
  for compiler in gcc clang cc; do
    if have $compiler; then
      echo "#include <$1>" | $compiler -E - >/dev/null 2>&1
      return
    fi
  done
  return 1
}

swedish() {
  [ "$(LC_ALL=sv_SE.UTF-8 locale decimal_point 2>/dev/null)" = , ] ||
    { have localedef && [ -f /usr/share/i18n/locales/sv_SE ]; } ||
    ! have locale # no glibc: nothing to install
}

# Old generated files are made again; a tarball brings them along.
needs_bootstrap() {
  [ ! -f configure ] || [ ! -f Makefile.in ] || [ -n "$(find configure.ac Makefile.am -newer configure)" ]
}

# Packages that are missing for mode $1 under the package manager in column $2.
# shellcheck disable=SC2034 # columns are read by name
missing_packages() {
  needs | while IFS='|' read -r what when seen apt dnf brew pacman; do
    case $when in
    bootstrap) needs_bootstrap || continue ;;
    check) [ "$1" = check ] || continue ;;
    esac
    eval "$seen" >/dev/null 2>&1 && continue
    eval "echo \"\$$2\""
  done | sort -u | tr '\n' ' ' | sed 's/^ *//; s/ *$//'
}

# ---- progress ------------------------------------------------------------------------------

ticker=
stop_ticker() {
  [ -z "$ticker" ] || kill "$ticker" 2>/dev/null || :
  ticker=
}
trap stop_ticker EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say() { printf '%s\n' "$*"; }

# step LABEL COMMAND...: one line with seconds; what the command prints goes to the log.
step() {
  label=$1
  shift
  begin=$(date +%s)
  printf '  %-52s' "$label"
  if [ -t 1 ]; then
    (
      while sleep 1; do
        printf '\r  %-52s%5d s ...' "$label" $(($(date +%s) - begin))
      done
    ) &
    ticker=$!
  fi
  printf '\n==== %s: %s\n' "$label" "$*" >>"$log"
  result=0
  "$@" >>"$log" 2>&1 </dev/null || result=$?
  stop_ticker
  [ ! -t 1 ] || printf '\r  %-52s' "$label"
  printf '%5d s' $(($(date +%s) - begin))
  [ ! -t 1 ] || printf '    '
  if [ $result -ne 0 ]; then
    printf '  FAILED\n'
    return $result
  fi
  printf '\n'
}

give_up() {
  {
    say ""
    say "The last lines of the log:"
    tail -n "${lines:-25}" "$log" | sed 's/^/  | /'
    say ""
    say "$1"
    say "Everything is in $log"
  } >&2
  exit 1
}

# ---- set-up --------------------------------------------------------------------------------

refuse_in_tree() {
  if [ -f config.status ]; then
    say "This folder was configured in place, and a build in build/ cannot stand beside that." >&2
    say "Cure:  make distclean     (or, if that fails:  rm -f config.status Makefile)" >&2
    say "Then run ./autogen.sh $1 again." >&2
    exit 1
  fi
  case $top in
  *[[:space:]]*)
    say "The path of this folder has a blank in it, which make cannot handle: $top" >&2
    say "Move or clone the project to a path without blanks." >&2
    exit 1
    ;;
  esac
}

apt_get() {
  if [ "$(id -u)" = 0 ]; then
    env DEBIAN_FRONTEND=noninteractive apt-get "$@"
  else
    sudo env DEBIAN_FRONTEND=noninteractive apt-get "$@"
  fi
}

install_missing() {
  wanted=$(missing_packages "$1" apt)
  if [ -z "$wanted" ]; then
    say "  nothing to install"
    return 0
  fi
  if ! have apt-get; then
    {
      say "Some of what the build needs is missing here.  Install it with the line that fits:"
      say "  dnf install $(missing_packages "$1" dnf)"
      say "  brew install $(missing_packages "$1" brew)"
      say "  pacman -S $(missing_packages "$1" pacman)"
      say "Then run ./autogen.sh $1 again."
    } >&2
    exit 1
  fi
  say "  to install: $wanted"
  if [ "$(id -u)" != 0 ]; then
    if ! have sudo; then
      say "Neither root nor sudo; as root run:  apt-get update && apt-get install $wanted" >&2
      exit 1
    fi
    sudo -n true 2>/dev/null || sudo -v || exit 1 # asks for the password before the step hides it
  fi
  step "apt-get update" apt_get -q update || give_up "The package lists could not be fetched."
  # shellcheck disable=SC2086 # a list of words
  step "apt-get install" apt_get -q -y --no-install-recommends install $wanted ||
    give_up "Not all packages could be installed."
  wanted=$(missing_packages "$1" apt)
  [ -z "$wanted" ] || give_up "Still not usable after the installation: $wanted"
}

bootstrap() { autoreconf -fi; }
configure() { (cd "$build" && "$top/configure" $packages); }
compile() { make -C "$build" -j "$jobs" all; }

set_up() {
  refuse_in_tree "$1"
  mkdir -p "$build"
  : >"$log"
  say "Setting up in build/, what the tools say goes to build/autogen.log"
  install_missing "$1"
  if needs_bootstrap; then
    step "bootstrap (autoreconf)" bootstrap || give_up "autoreconf failed."
  fi
  step "configure" configure || give_up "configure failed; its own log is $build/config.log"
  step "build" compile || give_up "The build failed."
}

# ---- demo ----------------------------------------------------------------------------------

# show PROGRAM ARGUMENTS...: the command as a user would type it, then what it prints.
show() {
  program=$1
  shift
  say ""
  say "\$ $program $*"
  "$build/examples/$program" "$@" 2>>"$log" || {
    tail -n 3 "$log" >&2
    say "$program failed; what it said is in $log" >&2
    exit 1
  }
}

demo() {
  set_up demo
  data=build/demo/data.csv.gz
  step "make the county's survey (five waves)" "$build/examples/make-county" --seed 1 build/demo ||
    give_up "make-county failed."

  few=otrygg_kvall,orolig_inbrott,utsatt_person,fortroende_polis
  show trygg-check "$survey" "$data"
  show trygg-estimate --wave 2024 "$survey" "$data"
  show trygg-estimate --wave 2024 --by kommun --indicator otrygg_kvall "$survey" "$data"
  show trygg-trend --indicator $few "$survey" "$data"
  show trygg-index "$survey" "$data"

  say ""
  step "chart" "$build/examples/trygg-estimate" --indicator $few --format svg --output build/demo/chart.svg \
    "$survey" "$data" || give_up "The chart could not be drawn."
  step "one-page report" "$build/examples/trygg-report" --format html --output build/demo/report.html \
    "$survey" "$data" || give_up "The report could not be written."
  say ""
  say "chart   $build/demo/chart.svg"
  say "report  $build/demo/report.html"
  say "data    $build/demo/data.csv.gz, with the truth behind it in truth.csv"
}

# ---- check ---------------------------------------------------------------------------------

tests() { make -C "$build" -j "$jobs" check; }
install_copy() {
  rm -rf "$build/stage"
  make -C "$build" install DESTDIR="$build/stage"
}
foreign_hosts() { make -C "$build" installcheck DESTDIR="$build/stage"; }

check() {
  packages='--with-python --with-r'
  set_up check
  if ! step "tests (make check)" tests; then
    grep -hE '^(FAIL|ERROR): ' "$log" | sort -u | sed 's/^/  /' >&2
    lines=60
    [ ! -s "$build/test-suite.log" ] || tail -n 40 "$build/test-suite.log" >>"$log"
    give_up "Tests failed; each has its log beside it in $build/tests"
  fi
  for skipped in $(sed -n 's/^SKIP: //p' "$log" | sort -u); do
    say "  skipped $skipped: $(tail -n 2 "$build/${skipped%.sh}.log" | head -n 1)"
  done
  grep -hE '^skipped: ' "$build"/tests/*.log | sort -u | sed 's/^/  /' || :
  step "install a copy in build/stage" install_copy || give_up "make install failed."
  step "C++, Python and R hosts on the copy" foreign_hosts || give_up "A foreign host failed on the installed library."
  say ""
  say "All tests passed:$(grep -hE '^# (TOTAL|PASS|SKIP):' "$log" | tail -n 3 | tr -d '#' | tr -s ' \n' ' ')"
}

case ${1-} in
'')
  have autoreconf || {
    say "autoreconf is missing (Debian: apt-get install autoconf automake libtool pkg-config)" >&2
    exit 1
  }
  autoreconf -fi
  say "Now:  mkdir -p build && cd build && ../configure && make"
  ;;
demo) demo ;;
check) check ;;
-h | --help | help) usage ;;
*)
  usage >&2
  exit 2
  ;;
esac
