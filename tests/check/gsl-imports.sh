#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# GSL aborts the host on arguments it dislikes, even on some valid ones, and whenever an allocation fails.
# What the library may import of it is listed here, each with why it cannot do so.
set -eu
allowed() {
  cat <<'EOF'
gsl_cdf_ugaussian_P      a rational function, total for every double
gsl_cdf_ugaussian_Q      the same
gsl_cdf_ugaussian_Pinv   a rational function of p; 0 and 1 give infinities
gsl_ran_chisq            uniform and normal draws alone; with 32 bits a number its ziggurat never asks for an integer
gsl_rng_mt19937          a const table; its set and get are plain integer arithmetic on the caller's state
EOF
}
build=${top_builddir:-.}
library=$build/.libs/libtrygg.so
if [ -f "$library" ]; then
  met=$(${NM:-nm} -D --undefined-only "$library")
else
  library=$build/.libs/libtrygg.a
  [ -f "$library" ] || {
    echo 'no library to look into'
    exit 77
  }
  met=$(${NM:-nm} --undefined-only "$library" 2>/dev/null)
fi
met=$(echo "$met" | awk '$NF ~ /^_?(gsl|cblas)_/ { sub(/@.*/, "", $NF); print $NF }' | sort -u)
failed=0
for name in $met; do
  allowed | grep -q "^$name " || {
    echo "the library imports $name; look at when it calls GSL's error handler, then list it here with the reason why not"
    failed=1
  }
done
for name in $(allowed | awk '{ print $1 }'); do
  echo "$met" | grep -qx "$name" || {
    echo "$name is listed here, but the library no longer imports it"
    failed=1
  }
done
[ $failed = 0 ] && echo "imports of GSL:" $met
exit $failed
