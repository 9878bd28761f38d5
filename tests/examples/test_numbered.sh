#!/bin/sh
# SPDX-License-Identifier: MIT
# Each numbered example is short and does what its first lines say.
. tests/helper/tap.sh
tap_dir
pids=
trap 'kill $pids 2>/dev/null; rm -rf "$tmp"' EXIT
here=$(pwd)
case $B in /*) ;; *) B=$here/$B ;; esac
E=$B/examples
box=$B/zoryx-sandbox
SHARD_IPC_SECRET=known-to-these-examples-only
export SHARD_IPC_SECRET

# within SECONDS TEST: until the test holds
within() {
  i=$(($1 * 10))
  until eval "$2"; do
    i=$((i - 1))
    [ $i -gt 0 ] || return 1
    sleep 0.1
  done
}
has() { # NAME FILE TEXT
  if grep -qF -- "$3" "$2"; then tap "$1" 0; else
    tap "$1" 1
    sed 's/^/# /' "$2"
  fi
}

long=
for f in examples/[0-9]*.c*; do
  n=$(grep -v '^[[:space:]]*$' "$f" | grep -cv '^ *\(/\*\| \*\|#include\)')
  [ "$n" -lt 80 ] || long="$long $f:$n"
done
tap_none 'examples: each has fewer than 80 lines of code' "$long"

# 01
echo '{"op":"x_hi","data":{"n":1},"source":"a"}' |
  "$E/01_frames" -w >"$tmp/frames"
tap 'examples: 01 writes a frame with its length before it' \
  "$([ "$(head -c 4 "$tmp/frames" | od -An -tx1 | tr -d ' ')" = 00000029 ]
    echo $?)"
"$E/01_frames" <"$tmp/frames" >"$tmp/out"
has 'examples: 01 reads it again' "$tmp/out" 'x_hi from "a": {"n":1}'
printf '\0\0\0\5abc' | "$E/01_frames" >"$tmp/out" 2>&1
tap 'examples: 01 fails when the input ends inside a frame' \
  "$([ $? -ne 0 ]; echo $?)"

# 02, 08
"$E/02_hub" hub 0 >"$tmp/hub" 2>&1 &
pids="$pids $!"
within 5 'grep -q port "$tmp/hub"'
port=$(sed -n 's/^port //p' "$tmp/hub")
"$E/02_hub" east "$port" >"$tmp/east" 2>&1 &
pids="$pids $!"
mkfifo "$tmp/stdin"
"$E/08_poll" "$port" <"$tmp/stdin" >"$tmp/poll" 2>&1 &
poll=$!
pids="$pids $poll"
exec 3>"$tmp/stdin"
within 5 'grep -q "joined: poll" "$tmp/hub" && grep -q "joined: east" "$tmp/hub"'
"$E/02_hub" west "$port" 'hello "you"' >"$tmp/west" 2>&1
tap 'examples: 02 a client asks all, is answered and ends' $?
has 'examples: 02 the other process answered' "$tmp/west" 'east answered {"heard":true'
within 5 'grep -q "says: hello" "$tmp/east"'
has 'examples: 02 and printed what was said' "$tmp/east" 'west says: hello "you"'
exec 3>&-
wait $poll
tap 'examples: 08 a loop of the host ends with its input' $?
has 'examples: 08 and got what was said' "$tmp/poll" 'hello \"you\"'
SHARD_IPC_SECRET='' "$E/02_hub" hub 0 >"$tmp/out" 2>&1
has 'examples: 02 without a secret says so' "$tmp/out" SHARD_IPC_SECRET

# 04
"$E/04_health" >"$tmp/health"
has 'examples: 04 tells of the slow shard' "$tmp/health" \
  'minute 3: ALERT, shard 1, High latency: 2500ms'
tap 'examples: 04 one alert, one recovery' \
  "$([ "$(grep -c '^minute' "$tmp/health")" = 2 ] &&
    grep -q 'minute 7: RECOVERED' "$tmp/health"; echo $?)"
has 'examples: 04 what Prometheus reads' "$tmp/health" \
  'zoryx_shard_messages_total{shard="0"} 183'

# 05, 06 need a Discord
"$B/zoryx-sandbox" --port 0 >"$tmp/box" 2>&1 &
pids="$pids $!"
within 5 'grep -q DISCORD_TOKEN= "$tmp/box"'
DISCORD_TOKEN=$(sed -n 's/.*DISCORD_TOKEN=\([^ ]*\).*/\1/p' "$tmp/box")
ZX_API_URL=$(sed -n 's/.*ZX_API_URL=\([^ ]*\).*/\1/p' "$tmp/box")
export DISCORD_TOKEN ZX_API_URL
"$E/05_rest" GET /users/@me >"$tmp/out" 2>&1
has 'examples: 05 a request and its answer' "$tmp/out" '"bot":true'
"$E/05_rest" GET /nonsense >"$tmp/out" 2>&1
has 'examples: 05 an error in words' "$tmp/out" 'HTTP 404'
gateway=$("$E/05_rest" GET /gateway | sed 's/.*"url": *"\([^"]*\)".*/\1/')
"$E/06_shard" "$gateway" >"$tmp/shard" 2>&1 &
pids="$pids $!"
within 10 'grep -q GUILD_CREATE "$tmp/shard"'
has 'examples: 06 becomes ready' "$tmp/shard" '-- ready'
has 'examples: 06 prints the events' "$tmp/shard" '2 GUILD_CREATE'

# 07, 10, moderator: bots; each in a sandbox of its own, for two identifies in 5 s
asks() { # EXAMPLE PERSONA MESSAGE ANSWER ...
  log=$tmp/$tap_count.log
  example=$1
  shift
  mkdir "$tmp/$tap_count.d" # a state file of its own
  (cd "$tmp/$tap_count.d" && exec "$box" --port 0 --run "$E/$example") >"$log" 2>&1 &
  pids="$pids $!"
  within 5 'grep -q "http://127" "$log"'
  python3 "$here/tests/examples/say.py" \
    "$(sed -n 's|.*\(http://127.0.0.1:[0-9]*\)/ *$|\1|p' "$log" | head -n 1)" \
    "$@" >"$tmp/said" 2>&1
  tap "examples: $example answers $2" $?
  sed 's/^/# /' "$tmp/said"
}
if command -v python3 >/dev/null; then
  PYTHONDONTWRITEBYTECODE=1
  export PYTHONDONTWRITEBYTECODE
  unset DISCORD_TOKEN ZX_API_URL
  asks 07_roll member '!roll 20' '🎲 ([1-9]|1[0-9]|20)$'
  asks 07_roll member '!roll 1' 'sides'
  asks 10_lws member '!work' 'The host has worked [0-9]+ times'
  asks moderator admin '!warn {member} spam' 'Warning 1 for' \
    '!warn {member} more spam' 'Warning 2 for' \
    '!warnings {member}' 'more spam' \
    '!warn {member} yet more' 'an hour of silence' \
    '!pardon {member}' 'Forgotten' \
    '!warnings {member}' 'No warnings'
  asks moderator member '!warn {member} spam' 'Permission Denied'
else
  tap_skip 'examples: 07, 10' 'needs python3'
fi

# 11, 12
"$E/11_offline" >"$tmp/out" 2>&1
tap 'examples: 11 a bot and its test in one file' $?
if [ -x "$E/12_offline" ]; then
  "$E/12_offline" >"$tmp/out" 2>&1
  tap 'examples: 12 the same from C++17' $?
else
  tap_skip 'examples: 12 the same from C++17' 'needs a C++ compiler'
fi
done_testing
