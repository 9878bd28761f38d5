#!/bin/sh
# SPDX-License-Identifier: MIT
# The README's example compiles as it stands and answers in the sandbox.
set -u
tmp=$(mktemp -d)
pid=
trap 'test -n "$pid" && kill "$pid" 2>/dev/null; rm -rf "$tmp"' EXIT
n=0
bad=0
result() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - readme: $2"
	else
		bad=1
		echo "not ok $n - readme: $2"
	fi
}
# shellcheck disable=SC1090
libs=$(sed -n 's/^LIBS_[a-z0-9]* := //p' build/config.mk | tr '\n' ' ')

awk '/^```c$/ { on = 1; next } /^```$/ { on = 0 } on' README.md >"$tmp/hello.c"
[ -s "$tmp/hello.c" ]
result $? "has an example"
san=
[ -n "${SAN:-}" ] && san=-fsanitize=address,undefined
# shellcheck disable=SC2086
$CC -std=c11 -Wall -Wextra -Werror $san -Iinclude -o "$tmp/hello" "$tmp/hello.c" \
	"$LIB_A" $libs -pthread
result $? "the example compiles without a warning"

"$B/zoryx-sandbox" --port 0 --run "$tmp/hello" >"$tmp/log" 2>&1 &
pid=$!
url=
i=0
while [ -z "$url" ] && [ $i -lt 150 ]; do
	url=$(sed -n 's|.*\(http://127.0.0.1:[0-9]*\).*|\1|p' "$tmp/log" |
		head -n 1)
	sleep 0.1
	i=$((i + 1))
done
cat >"$tmp/ask.py" <<'PY'
import json, sys, time, urllib.request

url, what = sys.argv[1:]

def call(method, path, body=None):
    req = urllib.request.Request(url + path, method=method,
        data=json.dumps(body).encode() if body else None,
        headers={"Content-Type": "application/json"})
    return json.load(urllib.request.urlopen(req, timeout=5))

def until(check):
    for _ in range(150):
        if check():
            sys.exit(0)
        time.sleep(0.1)
    sys.exit(1)

state = call("GET", "/sandbox/state")
if what == "registers":
    until(lambda: '"name": "hello"' in json.dumps(call("GET", "/sandbox/state")))
user = [u for u in state["users"] if u.get("persona") == "member"][0]["id"]
channel = [c for c in state["guilds"][0]["channels"]
           if c["name"] == "general"][0]["id"]
call("POST", "/sandbox/messages",
     {"user": user, "channel_id": channel, "content": "!hello"})
until(lambda: any(m["content"].startswith("Hello, ") for m in
                  call("GET", f"/sandbox/messages?user={user}&channel={channel}")))
PY
for what in registers answers; do
	if command -v python3 >/dev/null; then
		python3 "$tmp/ask.py" "$url" $what >"$tmp/said" 2>&1
		result $? "the example $what hello"
		sed 's/^/# /' "$tmp/said"
	else
		n=$((n + 1))
		echo "ok $n - readme: the example $what hello # SKIP needs python3"
	fi
done
kill -INT "$pid" 2>/dev/null
wait "$pid"
pid=
[ $bad = 0 ] || sed 's/^/# /' "$tmp/log"
echo "1..$n"
exit $bad
