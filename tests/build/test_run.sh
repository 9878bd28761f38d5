# SPDX-License-Identifier: MIT
# The test runner counts right: nothing that failed may look like success.
. tests/helper/tap.sh
tap_dir
mkdir -p "$tmp/tests/alone"

# A script $1 that prints $2 (with \n) and exits with $3.
fake() {
  {
    printf 'printf %s\n' "'$2'"
    echo "${3:-exit 0}"
  } >"$tmp/$1"
  chmod +x "$tmp/$1"
}

# The last line and status of a run over the fakes named.
run() {
  want=$2
  name=$1
  shift 2
  programs=
  for p in "$@"; do programs="$programs $tmp/$p"; done
  # shellcheck disable=SC2086
  B=$tmp/b sh tests/run.sh $programs >"$tmp/out" 2>&1
  got="status $?"
  got="$(tail -n 1 "$tmp/out"), $got"
  [ "$got" = "$want" ]
  tap "run: $name" $?
  [ "$got" = "$want" ] || echo "# got: $got"
}

fake good.sh '1..2\nok 1 - a\nok 2 - b\n'
fake good2.sh '1..2\nok 1 - a\nok 2 - b\n'
fake bad.sh '1..2\nok 1 - a\nnot ok 2 - b\n' 'exit 1'
fake short.sh '1..3\nok 1 - a\nok 2 - b\n'
fake crash.sh '1..2\nok 1 - a\nok 2 - b\n' 'kill -SEGV $$'
fake status.sh '1..2\nok 1 - a\nok 2 - b\n' 'exit 3'
fake silent.sh ''
fake noplan.sh 'ok 1 - a\n'
fake extra.sh '1..1\nok 1 - a\nok 2 - b\n'
fake skip.sh '1..2\nok 1 - a\nok 2 - b # SKIP no moon\n'
fake allskip.sh '1..1\nok 1 - b # SKIP no moon\n'
fake bail.sh '1..2\nok 1 - a\n' 'exit 1'
fake secret.sh '1..1\nok 1 - a\n# zx-test-\163ecret-1\n'
printf '# timeout: 1\necho 1..1\necho ok 1 - a\nsleep 30\n' >"$tmp/slow.sh"
printf '#!/bin/sh\nexit 0\n' >"$tmp/tests/alone/fine"
printf '#!/bin/sh\nexit 4\n' >"$tmp/tests/alone/broken"
chmod +x "$tmp"/tests/alone/*

run 'all ok is success' '2 passed, 0 failed, status 0' good.sh
run 'sums are over all programs' '4 passed, 0 failed, status 0' good.sh good2.sh
run 'a failed test is a failure' '3 passed, 1 failed, status 1' good.sh bad.sh
run 'fewer results than planned is a failure' \
  '2 passed, 1 failed, status 1' short.sh
run 'more results than planned is a failure' \
  '2 passed, 1 failed, status 1' extra.sh
run 'a crash after good results is a failure' \
  '2 passed, 1 failed, status 1' crash.sh
run 'an exit status after good results is a failure' \
  '2 passed, 1 failed, status 1' status.sh
run 'stopping early is a failure' '1 passed, 1 failed, status 1' bail.sh
run 'no output is a failure' '0 passed, 1 failed, status 1' silent.sh
run 'no plan is a failure' '1 passed, 1 failed, status 1' noplan.sh
run 'a program that hangs is stopped and a failure' \
  '1 passed, 1 failed, status 1' slow.sh
run 'a program that is not there is a failure' \
  '2 passed, 1 failed, status 1' good.sh missing.sh
run 'a skip is neither' '1 passed, 0 failed, status 0' skip.sh
run 'only skips is no success' '0 passed, 0 failed, status 1' allskip.sh
run 'nothing to run is no success' '0 passed, 0 failed, status 1'
run 'a silent program of its own counts by its status' \
  '1 passed, 0 failed, status 0' tests/alone/fine
run 'and fails by its status' '0 passed, 1 failed, status 1' tests/alone/broken
run 'a secret in the output is a failure' \
  '1 passed, 1 failed, status 1' secret.sh

out=$(B=$tmp/b sh tests/run.sh "$tmp/skip.sh" "$tmp/bad.sh" 2>&1)
echo "$out" | grep -q '^skip .*skip.sh: b # SKIP no moon'
tap 'run: skips are listed with their reason' $?
echo "$out" | grep -q '^not ok 2 - b'
tap 'run: the output of what failed is shown' $?
! echo "$out" | grep -q '^ok 1 - a # '
tap 'run: the output of what passed is not' $?

done_testing
