#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Calls the library does not make: those that act on the host process, everywhere; those that obey the
# locale or allocate, outside base.
set -eu
cd "${top_srcdir:-.}"
process='abort exit _exit _Exit quick_exit atexit assert setlocale uselocale longjmp siglongjmp setjmp sigsetjmp signal sigaction
  raise puts putchar perror vprintf gsl_set_error_handler gsl_set_error_handler_off gsl_error
  getenv setenv putenv system popen rand srand random srandom tmpfile tmpnam mktemp'
outside_base='strtod strtof strtold strtol strtoll strtoul strtoull atof atoi atol atoll sscanf fscanf scanf
  printf fprintf sprintf snprintf vsprintf vsnprintf vfprintf dprintf asprintf vasprintf strftime localeconv strcoll
  malloc calloc realloc reallocarray free strdup strndup alloca'

check() { # WHY WORDS FILES...
  why=$1
  words=$(echo $2 | tr ' ' '|')
  shift 2
  awk -f tests/check/code.awk "$@" /dev/null | awk -v words="(^|[^A-Za-z0-9_.>])($words)[ \t]*\\\\(" -v why="$why" '
    {
      code = $0
      sub(/^[^:]*:[^:]*:/, "", code)
      match($0, /^[^:]*:[^:]*/)
      place = substr($0, 1, RLENGTH)
      while (match(code, words)) {
        met = substr(code, RSTART, RLENGTH)
        code = substr(code, RSTART + RLENGTH)
        gsub(/[^A-Za-z0-9_]/, "", met)
        print place ": " met "(): " why
        faults++
      }
    }
    END { exit faults > 0 }'
}

failed=0
all=$(find lib -name '*.[ch]' | sort)
outside=$(find lib -name '*.[ch]' -not -path 'lib/base/*' | sort)
check 'acts on the host process' "$process printf" $outside || failed=1
check 'acts on the host process' "$process" $(find lib/base -name '*.[ch]' | sort) || failed=1
check 'obeys the locale or allocates; use base/number.h, base/text.h, base/memory.h' "$outside_base" $outside || failed=1
[ $failed = 0 ] && echo "$(echo $all | wc -w) files, no bare call"
exit $failed
