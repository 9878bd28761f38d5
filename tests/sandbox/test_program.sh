#!/bin/sh
# SPDX-License-Identifier: MIT
# zoryx-sandbox as a program: its options, --run, signals and exit codes.
box=$B/zoryx-sandbox
tmp=$(mktemp -d)
pid=
trap 'test -n "$pid" && kill "$pid" 2>/dev/null; rm -rf "$tmp"' EXIT
n=0
bad=0
result() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - program: $2"
	else
		bad=1
		echo "not ok $n - program: $2"
		sed 's/^/# /' "$tmp/out"
	fi
}
# fails WORDS ARGUMENTS...: exit code 2 and WORDS on stderr
fails() {
	words=$1
	shift
	"$box" "$@" >"$tmp/out" 2>&1
	[ $? = 2 ] && grep -q -- "$words" "$tmp/out"
	result $? "$* is refused"
}
# waits until the file $1 has the words $2
await() {
	i=0
	until grep -q "$2" "$1" 2>/dev/null || [ $i -gt 200 ]; do
		sleep 0.05
		i=$((i + 1))
	done
	[ $i -le 200 ]
}

"$box" --help >"$tmp/out" 2>&1 && grep -q -- '--run PROGRAM' "$tmp/out"
result $? "--help helps"
fails 'is not known' --nonsense
fails 'from 0 to 65535' --port 65536
fails 'from 1 to 100000' --guilds=0
fails 'needs a number' --seed
fails 'needs a program' --run
fails 'needs a list' --kinds
"$box" --port 0 --kinds empty,full >"$tmp/out" 2>&1
[ $? = 1 ] && grep -q 'known are plain' "$tmp/out"
result $? "a kind of server that is not known is refused"

"$box" --port 0 --quiet --run sh -c 'exit 7' >"$tmp/out" 2>&1
[ $? = 7 ]
result $? "the program's exit code is returned"
"$box" --port 0 --run sh -c 'exit 0' >"$tmp/out" 2>&1 &&
	grep -q 'sh has ended (0)' "$tmp/out"
result $? "it says so when the program ends by itself"
"$box" --port 0 --quiet --run sh -c 'kill -9 $$' >"$tmp/out" 2>&1
[ $? = 137 ]
result $? "a program killed by signal 9 gives 137"
"$box" --port 0 --quiet --run "$tmp/no such" >"$tmp/out" 2>&1
[ $? = 127 ] && grep -q 'cannot run' "$tmp/out"
result $? "a program that is not there gives 127"

# shellcheck disable=SC2016 # for the program to expand
DISCORD_TOKEN=real DISCORD_INTENTS=1 KEPT=yes "$box" --port 0 --quiet --run \
	sh -c 'echo "got $DISCORD_TOKEN $ZX_API_URL $BOT_OWNER_ID"
		echo "kept $KEPT intents ${DISCORD_INTENTS-unset}"' \
	>"$tmp/out" 2>&1
token=$(sed -n 's/.*DISCORD_TOKEN=\([^ ]*\).*/\1/p' "$tmp/out")
url=$(sed -n 's/.*ZX_API_URL=\([^ ]*\).*/\1/p' "$tmp/out")
owner=$(sed -n 's/.*BOT_OWNER_ID=\([0-9]*\).*/\1/p' "$tmp/out")
[ -n "$token" ] && grep -q "^got $token $url $owner\$" "$tmp/out"
result $? "the program gets the token, the URL and the owner"
grep -q '^kept yes intents unset$' "$tmp/out"
result $? "the rest of the environment stays, but for the intents"

# Signals are passed on once, and nothing is left behind.
cat >"$tmp/child" <<'END'
echo $$ >"$1/pid"
trap 'echo int >>"$1/signals"; exit 3' INT
trap 'echo term >>"$1/signals"; exit 4' TERM
echo up
while :; do sleep 0.05; done
END
for sig in INT TERM; do
	rm -f "$tmp/signals" "$tmp/log"
	"$box" --port 0 --quiet --run sh "$tmp/child" "$tmp" >"$tmp/log" 2>&1 &
	pid=$!
	await "$tmp/log" '^up'
	kill -$sig $pid
	wait $pid
	code=$?
	pid=
	cp "$tmp/log" "$tmp/out"
	case $sig in INT) want=3 ;; *) want=4 ;; esac
	[ $code = $want ] && [ "$(wc -l <"$tmp/signals")" = 1 ]
	result $? "SIG$sig is passed on once and the exit code comes back"
	! kill -0 "$(cat "$tmp/pid")" 2>/dev/null
	result $? "nothing is left behind after SIG$sig"
done

for sig in INT TERM; do
	rm -f "$tmp/out"
	"$box" --port 0 --quiet >"$tmp/out" 2>&1 &
	pid=$!
	await "$tmp/out" 'http://'
	kill -$sig $pid
	wait $pid
	code=$?
	pid=
	[ $code = 0 ]
	result $? "alone, SIG$sig ends it with 0"
done

# 8080 or any other; an explicit port that is taken is an error.
rm -f "$tmp/log"
"$box" --port 0 --quiet >"$tmp/log" 2>&1 &
pid=$!
await "$tmp/log" 'http://'
port=$(sed -n 's|.*open http://127.0.0.1:\([0-9]*\)/$|\1|p' "$tmp/log")
"$box" --port "$port" >"$tmp/out" 2>&1
[ $? = 1 ] && grep -q "port $port is in use" "$tmp/out"
result $? "a port that is taken is an error"
kill "$pid"
wait "$pid"
pid=

echo "1..$n"
exit $bad
