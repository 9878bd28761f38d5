#!/bin/sh
# SPDX-License-Identifier: MIT
# timeout: 300
# Independent clients against the sandbox. If discord.py and discord.js work
# there, the sandbox tells the truth. Prints TAP.
here=$(dirname "$0")
log=$(mktemp)
n=0

start_box() {
	: >"$log"
	"$B/zoryx-sandbox" --port 0 --quiet >"$log" 2>&1 &
	box=$!
	i=0
	while [ $i -lt 100 ] && ! grep -q 'http://' "$log"; do
		sleep 0.1
		i=$((i + 1))
	done
	BOX_URL=$(sed -n 's|.*\(http://127.0.0.1:[0-9]*\).*|\1|p' "$log" |
		head -n 1)
	BOX_TOKEN=$(sed -n 's/.*DISCORD_TOKEN=\([^ ]*\).*/\1/p' "$log" |
		head -n 1)
	export BOX_URL BOX_TOKEN
}
stop_box() {
	kill -TERM "$box" 2>/dev/null
	wait "$box" 2>/dev/null
}
trap 'stop_box; rm -f "$log"' EXIT

# run NAME COMMAND...: its TAP lines, renumbered
run() {
	start_box
	timeout 120 "$@" >"$log.tap" 2>&1 || failed=1
	stop_box
	while IFS= read -r line; do
		case "$line" in
		"ok "*) n=$((n + 1)); echo "ok $n ${line#ok * }" ;;
		"not ok "*) n=$((n + 1)); echo "not ok $n ${line#not ok * }" ;;
		"1.."*) ;;
		*) echo "# $line" ;;
		esac
	done <"$log.tap"
	rm -f "$log.tap"
}
skip() {
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}

py=
for p in /usr/bin/python3 python3; do
	if "$p" -c 'import discord' 2>/dev/null; then py=$p; break; fi
done
if [ -n "$py" ]; then
	run "$py" "$here/discordpy_client.py"
else
	skip discord.py "python3-discord is not installed (make deps-test)"
fi
if [ -d "$here/node_modules/discord.js" ] && command -v node >/dev/null; then
	run node "$here/discordjs_client.mjs"
else
	skip discord.js "node or discord.js is not installed (make deps-test)"
fi
echo "1..$n"
[ -z "$failed" ]
