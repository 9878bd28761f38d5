#!/bin/sh
# SPDX-License-Identifier: MIT
# The examples that are bots give back what they took: under Valgrind, or as
# they were built with SAN=1, which finds leaks itself. They are spoken to, and
# end when Discord takes their token back (close 4004), or as they are asked to.
. tests/helper/tap.sh
tap_dir
pids=
trap 'kill $pids 2>/dev/null; rm -rf "$tmp"' EXIT
here=$(pwd)
case $B in /*) ;; *) B=$here/$B ;; esac
BAD=99 # no exit code of an example
ASAN_OPTIONS=exitcode=$BAD:detect_leaks=1
UBSAN_OPTIONS=exitcode=$BAD
PYTHONDONTWRITEBYTECODE=1
export ASAN_OPTIONS UBSAN_OPTIONS PYTHONDONTWRITEBYTECODE
unset BOT_OWNER_ID

if ! command -v python3 >/dev/null; then
  tap_skip 'examples: give back what they took' 'needs python3'
  done_testing
fi
if [ -n "$SAN" ]; then
  watch=
elif command -v valgrind >/dev/null; then
  watch="valgrind -q --leak-check=full --error-exitcode=$BAD"
else
  tap_skip 'examples: give back what they took' 'needs valgrind, or SAN=1'
  done_testing
fi

# Valgrind gives up on debug information it does not know, as 3.19 does on that
# of newer compilers; without it, it only names no lines.
bare=
if [ -n "$watch" ] && ! valgrind -q "$B/zoryx-sandbox" --help >/dev/null 2>&1
then
  bare=1
fi
program() {
  if [ -n "$bare" ]; then
    ${STRIP:-strip} -g -o "$tmp/$1.bare" "$B/examples/$1" &&
      echo "$tmp/$1.bare"
  else
    echo "$B/examples/$1"
  fi
}

# within SECONDS TEST: until the test holds
within() {
  i=$(($1 * 10))
  until eval "$2"; do
    i=$((i - 1))
    [ $i -gt 0 ] || return 1
    sleep 0.1
  done
}

# A sandbox and an example in it: $url, $bot, $log.
up() {
  dir=$tmp/$1
  log=$dir/log
  program=$(program "$1")
  mkdir "$dir"
  "$B/zoryx-sandbox" --port 0 >"$dir/box" 2>&1 &
  pids="$pids $!"
  within 20 'grep -q DISCORD_TOKEN= "$dir/box"'
  DISCORD_TOKEN=$(sed -n 's/.*DISCORD_TOKEN=\([^ ]*\).*/\1/p' "$dir/box")
  ZX_API_URL=$(sed -n 's/.*ZX_API_URL=\([^ ]*\).*/\1/p' "$dir/box")
  export DISCORD_TOKEN ZX_API_URL
  url=$(echo "$ZX_API_URL" | grep -o 'http://[0-9.]*:[0-9]*')
  # shellcheck disable=SC2086 # a command line
  (cd "$dir" && exec $watch "$program") >"$log" 2>&1 &
  bot=$!
  pids="$pids $bot"
}

# over EXAMPLE CODE: it has ended so, and nothing was found
over() {
  within 60 '! kill -0 $bot 2>/dev/null'
  ended=$?
  [ $ended -eq 0 ] || kill -KILL "$bot"
  wait "$bot"
  code=$?
  tap "examples: $1 ends with nothing left (exit code $2)" \
    $((ended || code != $2))
  [ $code -eq "$2" ] || sed 's/^/# /' "$log"
}
taken_back() {
  python3 - "$url" <<'END'
import sys
import urllib.request
urllib.request.urlopen(urllib.request.Request(
    sys.argv[1] + "/sandbox/faults", method="POST",
    data=b'{"fault":"close","code":4004}',
    headers={"Content-Type": "application/json"}), timeout=10)
END
}
said() { # SCRIPT ARGUMENT ...
  script=tests/examples/$1
  shift
  python3 "$script" "$@" >"$tmp/said" 2>&1
  tap "examples: $example is spoken to" $?
  sed 's/^/# /' "$tmp/said"
}

example=03_confirm
up $example
said confirm.py "$url"
taken_back
over $example 1

example=07_roll
up $example
said say.py "$url" member '!roll 20' '🎲' '!roll 1' sides
taken_back
over $example 1

example=10_lws
up $example
said say.py "$url" member '!work' 'The host has worked'
taken_back
over $example 1

example=moderator
up $example
said say.py "$url" admin '!warn {member} spam' 'Warning 1 for' \
  '!warn {member} noise' 'Warning 2 for' \
  '!warn {member} more' 'an hour of silence' \
  '!warnings {member}' 'noise' '!pardon {member}' 'Forgotten' \
  '!backupcreate' 'Backup Created'
kill -TERM "$bot"
over $example 0
done_testing
