#!/bin/sh
# SPDX-License-Identifier: MIT
# zoryx-bot as a program: --check, signals, exit codes, restarts, and that its
# token is never seen. It runs in the sandbox, both as processes.
here=$(pwd)
case $B in /*) dir=$B ;; *) dir=$here/$B ;; esac
bot=$dir/zoryx-bot
box=$dir/zoryx-sandbox
tmp=$(mktemp -d)
boxpid=
pid=
trap 'kill $pid $boxpid 2>/dev/null; rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
unset DISCORD_TOKEN BOT_OWNER_ID ZX_API_URL ZX_STATE ZX_PROXY LOG_LEVEL \
	SHARD_COUNT SHARD_IDS DISCORD_INTENTS
n=0
bad=0
result() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - zoryx-bot: $2"
	else
		bad=1
		echo "not ok $n - zoryx-bot: $2"
		sed 's/^/# /' "$tmp/out"
	fi
}
# waits until the file $1 has the words $2
await() {
	i=0
	until grep -q -- "$2" "$1" 2>/dev/null || [ $i -gt 300 ]; do
		sleep 0.05
		i=$((i + 1))
	done
	[ $i -le 300 ]
}
# waits at most 5 s for the process, its exit code is $code
ends() {
	i=0
	while kill -0 "$1" 2>/dev/null && [ $i -lt 100 ]; do
		sleep 0.05
		i=$((i + 1))
	done
	[ $i -lt 100 ] || return 1
	wait "$1"
	code=$?
	pid=
}

# The command line -----------------------------------------------------------

"$bot" --help >out 2>&1 && grep -q 'Exit codes' out
result $? "--help tells the exit codes"
"$bot" --version >out 2>&1 && grep -q '^zoryx-bot [0-9]' out
result $? "--version tells the version"
"$bot" --nonsense >out 2>&1
[ $? = 2 ] && grep -q 'unknown option --nonsense' out
result $? "an unknown option is refused"
"$bot" --check --help >out 2>&1
[ $? = 2 ] && grep -q 'one option' out
result $? "two options are refused"

# --check ---------------------------------------------------------------------

"$bot" --check >out 2>&1
[ $? = 1 ] && grep -q 'error: DISCORD_TOKEN is not set' out
result $? "--check misses the token"
cat >.env <<'END'
DISCORD_TOKEN=abc.def.ghi
BOT_OWNER_ID=olaf
SHARD_IPC_PORT=70000
DISCORD_TOKN=x
END
"$bot" --check >out 2>&1
[ $? = 1 ] && grep -q 'BOT_OWNER_ID in .env, line 2 is "olaf".*e.g. 1' out &&
	grep -q 'SHARD_IPC_PORT in .env, line 3.*from 1 to 65535' out &&
	grep -q 'DISCORD_TOKN.*not known.*DISCORD_TOKEN' out &&
	! grep -q 'abc.def' out
result $? "--check names every mistake, its place and an example"
printf 'DISCORD_TOKEN=abc.def.ghi\nBOT_OWNER_ID=123456789012345678\n' >.env
"$bot" --check >out 2>&1 && grep -q 'is good' out && ! grep -q error out
result $? "--check is content with a good configuration"
printf '{"prefix": ' >config.json
"$bot" --check >out 2>&1
[ $? = 1 ] && grep -q 'error: config.json' out
result $? "--check finds a broken config.json"
cp "$here/examples/bot/config.json" .
"$bot" --check >out 2>&1
result $? "the sample config.json is good"
mkdir dir && (cd dir && mkdir .env && DISCORD_TOKEN=a.b.c "$bot" --check) \
	>out 2>&1
[ $? = 1 ] && grep -q 'error: .env cannot be read' out
result $? "a .env that cannot be read is an error"

before=$(find . | sort)
# /proc takes no file from anybody, root included, who may write anywhere else.
place() {
	ZX_STATE=$1 "$bot" --check >out 2>&1
	[ $? = 1 ] && grep -q "error: ZX_STATE: $2" out
}
place .env/x/zoryx.db '.env is a file' && place dir 'dir is a folder' &&
	place new/ 'new/ is a folder; name a file' && chmod 500 dir &&
	{ [ -w dir ] || place dir/zoryx.db 'no file can be made in .* dir:'; } &&
	{ [ ! -d /proc/self ] ||
		place /proc/zx/zoryx.db 'no folder can be made in .* /proc:'; }
result $? "--check says why the state file cannot lie where it should"
ZX_STATE=new/er/zoryx.db "$bot" --check >out 2>&1 && ZX_STATE=zoryx.db \
	"$bot" --check >>out 2>&1 && [ "$(find . | sort)" = "$before" ]
result $? "--check makes neither the state file nor its folders"
chmod 700 dir

"$bot" --token-set >out 2>&1 && [ ! -s out ]
result $? "--token-set succeeds silently with a token"
rm .env config.json
"$bot" --token-set >out 2>&1
[ $? = 1 ] && [ ! -s out ]
result $? "--token-set fails silently without"
"$bot" >out 2>&1
[ $? = 1 ] && grep -q 'ERROR.*DISCORD_TOKEN is not set' out
result $? "without a token it does not start"

# In the sandbox ----------------------------------------------------------------

"$box" --port 0 >box 2>&1 &
boxpid=$!
await box 'ZX_API_URL='
DISCORD_TOKEN=$(sed -n 's/.*DISCORD_TOKEN=\([^ ]*\).*/\1/p' box)
ZX_API_URL=$(sed -n 's/.*ZX_API_URL=\([^ ]*\).*/\1/p' box)
BOT_OWNER_ID=$(sed -n 's/.*BOT_OWNER_ID=\([0-9]*\).*/\1/p' box)
LOG_LEVEL=debug
export DISCORD_TOKEN ZX_API_URL BOT_OWNER_ID LOG_LEVEL

"$bot" >run1 2>&1 &
pid=$!
await run1 'slash commands' && cp run1 out
await run1 'Backup System: ' && cp run1 out &&
	grep -q 'Shards: 1' out && grep -q 'Shard IDs: 0' out &&
	grep -q 'Owner: '"$BOT_OWNER_ID" out
result $? "it comes up and shows the panel"
kill -INT $pid
ends $pid && [ $code = 0 ] && grep -q 'bot: stopped' run1
result $? "SIGINT stops it within 5 s with exit code 0"

"$bot" >run2 2>&1 &
pid=$!
await run2 'has resumed' && await run2 'ready as' && cp run2 out
result $? "the next one resumes"
sleep 1 # what it knows is written within half a second
kill -KILL $pid
ends $pid
"$bot" >run3 2>&1 &
pid=$!
await run3 'has resumed' && await run3 'ready as' && cp run3 out
result $? "after kill -9 it resumes as well"
"$bot" >run4 2>&1
[ $? = 3 ] && cp run4 out && grep -q 'ERROR.*zoryx.db' out
result $? "a second bot on the same file is refused, for a later try"
kill -TERM $pid
ends $pid && [ $code = 0 ]
result $? "SIGTERM stops it with exit code 0"

DISCORD_TOKEN=MTIzNDU2Nzg5MDEyMzQ1Njc4.aaaaaa.wrong-wrong-wrong \
	LOG_LEVEL=info "$bot" >run5 2>&1
code=$?
cp run5 out
[ $code = 1 ] && [ "$(grep -c . out)" = 1 ] && grep -q 'ERROR.*token' out &&
	! grep -q wrong-wrong out
result $? "a wrong token is one clear line and exit code 1"

ZX_API_URL=http://127.0.0.1:1/api/v10 "$bot" >run6 2>&1 &
pid=$!
await run6 'Discord is out of reach' && cp run6 out
result $? "Discord out of reach is said"
kill -INT $pid
ends $pid && [ $code = 0 ]
result $? "and it can be stopped meanwhile"

cat run* box >all
sed -i '/zoryx-sandbox: a bot gets in/d' all
cp all out
! grep -q -- "$DISCORD_TOKEN" all && ! grep -q 'abc.def' all
result $? "the token is in no output"
ls -l data/zoryx.db >out 2>&1 && grep -q '^-rw-------' out
result $? "the state file is for its owner only"

kill -INT $boxpid
wait $boxpid
boxpid=
echo "1..$n"
exit $bad
