# SPDX-License-Identifier: MIT
# Runs test programs and scripts two at a time and counts their TAP results.
# Called by `make test`; arguments are programs and scripts, B names the build.
#
# One line per program, the whole output of those that failed, every skip with
# its reason, and last "N passed, N failed". WRAP, when set, is put before each
# program (WRAP='valgrind -q --error-exitcode=9 --leak-check=full').
#
# A script may ask for more than 300 s with a line "# timeout: 600"; LIMIT, when
# set, is for all that do not (an emulated machine is slow).

B=${B:-build}
logs=$B/test-logs
export B

# Runs $1 and leaves its output and exit status in the log folder.
run_one() {
  log=$logs/$(echo "${1#"$B"/}" | tr / :)
  limit=${LIMIT:-300}
  case $1 in
  *.sh)
    asked=$(sed -n 's/^# timeout: \([0-9][0-9]*\)$/\1/p' "$1" | head -n 1)
    limit=${asked:-$limit}
    set -- "$1" sh "$1"
    ;;
  *)
    # shellcheck disable=SC2086 # WRAP is a command line
    set -- "$1" $WRAP "$1"
    ;;
  esac
  name=$1
  shift
  begin=$(date +%s)
  CMOCKA_MESSAGE_OUTPUT=TAP timeout -k 10 "$limit" "$@" \
    >"$log.log" 2>&1 </dev/null
  status=$?
  [ $status -eq 124 ] && echo "# stopped after $limit s" >>"$log.log"
  count "$name" $status "$log.log" >"$log.count"
  read -r passed failed skipped note <"$log.count"
  word=ok
  [ "$failed" -gt 0 ] && word=FAIL
  took=$(($(date +%s) - begin))
  line="$passed passed"
  [ "$failed" -gt 0 ] && line="$line, $failed failed"
  [ "$skipped" -gt 0 ] && line="$line, $skipped skipped"
  [ $took -gt 1 ] && line="$line, $took s"
  printf '%-4s %s: %s%s\n' $word "${name#"$B"/}" "$line" "${note:+ ($note)}"
}

# Prints "passed failed skipped note" for program $1, exit status $2, log $3.
count() {
  case $1 in
  */tests/alone/*)
    if [ "$2" -eq 0 ]; then echo 1 0 0; else echo "0 1 0 exit status $2"; fi
    return
    ;;
  esac
  awk -v status="$2" '
    /^1\.\.[0-9]+/ { plan += substr($1, 4); planned = 1 }
    /^(not )?ok( |$)/ {
      seen++
      if ($0 ~ /# *[Ss][Kk][Ii][Pp]/) skipped++
      else if ($1 == "ok") passed++
      else failed++
    }
    END {
      lost = plan - seen
      if (!planned) note = "no plan"
      else if (lost > 0) note = lost " of " plan " results missing"
      else if (lost < 0) note = "more results than planned"
      else if (status && !failed) note = "all ok"
      if (note != "" && lost < 1) lost = 1
      if (lost < 0) lost = 0
      if (status == 124 || status == 137) note = "timed out"
      else if (status > 128) note = note ", signal " status - 128
      else if (status && note != "") note = note ", exit status " status
      print passed + 0, failed + lost, skipped + 0, note
    }' "$3"
}

if [ "$1" = --one ]; then
  run_one "$2"
  exit 0
fi

rm -rf "$logs"
mkdir -p "$logs" || exit 1
# No test may find the token of whoever runs it.
unset DISCORD_TOKEN
[ $# -gt 0 ] && printf '%s\n' "$@" | xargs -n 1 -P 2 sh "$0" --one

for c in "$logs"/*.count; do
  [ -f "$c" ] || continue
  read -r _ failed _ <"$c"
  [ "$failed" -gt 0 ] || continue
  echo
  echo "---- ${c%.count}.log"
  cat "${c%.count}.log"
done

# "ok 3 - name # SKIP why"; cmocka names no reason, zx_test_skip() says it in a
# line before.
for log in "$logs"/*.log; do
  [ -f "$log" ] || continue
  awk -v from="$(basename "$log" .log | tr : /)" '
    sub(/^# skipped: /, "") { why = $0 }
    /^(not )?ok( |$)/ && /# *[Ss][Kk][Ii][Pp]/ {
      sub(/^(not )?ok *[0-9]* *-* */, "")
      print "skip " from ": " $0 (why == "" ? "" : ": " why)
    }
    /^(not )?ok( |$)/ { why = "" }' "$log"
done

secrets=$(dirname "$0")/helper/secrets.txt
leaks=$(cd "$logs" && grep -l -F -f "$OLDPWD/$secrets" ./*.log 2>/dev/null)
for log in $leaks; do
  echo "FAIL $log: shows a test secret"
done

# A program that left no count was not run to its end.
leaked=$(echo "$leaks" | wc -w)
cat "$logs"/*.count 2>/dev/null | awk -v asked=$# -v leaks="$leaked" '
  { passed += $1; failed += $2 }
  END {
    failed += leaks + asked - NR
    print passed + 0 " passed, " failed + 0 " failed"
    exit failed > 0 || passed == 0
  }'
