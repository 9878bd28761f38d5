#!/bin/sh
# SPDX-License-Identifier: MIT
# zoryx-bot restore --plan: what a restore would do, on one page.
. tests/helper/tap.sh
tap_dir
bot=$B/zoryx-bot

"$bot" restore --plan x >"$tmp/out" 2>"$tmp/err"
tap 'restore: without a server, how it is used' "$(
  [ $? -eq 2 ] && grep -q -e '--guild ID' "$tmp/err"; echo $?)"
"$bot" restore --plan x --guild 1 --only roles,hats >"$tmp/out" 2>"$tmp/err"
tap 'restore: a part it does not know is named, with those it knows' "$(
  [ $? -eq 2 ] && grep -q 'no part "hats".*soundboard' "$tmp/err"; echo $?)"
"$bot" restore --plan x --guild me >"$tmp/out" 2>"$tmp/err"
tap 'restore: an id that is none is told' "$(
  [ $? -eq 2 ] && grep -q 'no id of a server' "$tmp/err"; echo $?)"

if ! command -v curl >/dev/null; then
  tap_skip 'restore: in the sandbox' 'needs curl'
  done_testing
fi

# The sandbox tells the program it runs where it is and how to log in.
mkfifo "$tmp/end"
"$B/zoryx-sandbox" --port 0 --kinds empty,plain --quiet --run sh -c \
  'env >"$0/env.new" && mv "$0/env.new" "$0/env" && read -r _ <"$0/end"' \
  "$tmp" >"$tmp/log" 2>&1 &
pid=$!
trap 'kill $pid 2>/dev/null; rm -rf "$tmp"' EXIT
i=0
until [ -s "$tmp/env" ] || [ $i -gt 150 ]; do
  sleep 0.1
  i=$((i + 1))
done
grep -e '^DISCORD_TOKEN=' -e '^ZX_API_URL=' -e '^BOT_OWNER_ID=' "$tmp/env" \
  >"$tmp/.env"
url=$(sed -n 's,^ZX_API_URL=\(.*\)/api/v10$,\1,p' "$tmp/.env")
guild=$(curl -s "$url/sandbox/state" |
  sed -n 's/.*"guilds":\[{"id":"\([0-9]*\).*/\1/p')

# An exported snapshot with one role and two channels, of another server.
cat >"$tmp/snap.json" <<END
{"format":"zoryx-guild","version":1,"guild_id":"5","guild":[{"id":"5","name":"Old"}],
"roles":[{"id":"5","name":"@everyone","permissions":"1024","position":0},
{"id":"6","name":"Mods","permissions":"8192","position":1}],
"channels":[{"id":"7","type":0,"name":"lobby","position":0},
{"id":"8","type":0,"name":"staff","position":1,"permission_overwrites":[
{"id":"5","type":0,"allow":"0","deny":"1024"},
{"id":"6","type":0,"allow":"1024","deny":"0"}]}]}
END
plan() { # what follows --plan
  (cd "$tmp" && "$bot" restore --plan "$@" --guild "$guild" >out 2>err)
}
case $bot in /*) ;; *) bot=$PWD/$bot ;; esac
plan snap.json
status=$?
sed 's/^/# /' "$tmp/err"
tap 'restore: the plan is drawn up' "$status"
tap 'restore: it says what, why and in which order' "$(
  grep -n 'create role Mods: It is missing' "$tmp/out" >"$tmp/a" &&
    grep -n 'create channel staff: It is missing' "$tmp/out" >"$tmp/b" &&
    grep -n 'update role Mods: Its permissions come' "$tmp/out" >"$tmp/c" &&
    [ "$(cut -d: -f1 "$tmp/a")" -lt "$(cut -d: -f1 "$tmp/b")" ] &&
    [ "$(cut -d: -f1 "$tmp/b")" -lt "$(cut -d: -f1 "$tmp/c")" ]; echo $?)"
tap 'restore: and how much and how long' "$(
  grep -q 'changes with .* requests, about' "$tmp/out" &&
    grep -q 'roles: .* to be made, of 250' "$tmp/out"; echo $?)"
plan snap.json --only channels
tap 'restore: only what is asked for; a hidden channel is not made open' "$(
  grep -q 'create channel lobby' "$tmp/out" &&
    grep -q 'impossible channel staff: Its overwrite for the role Mods' \
      "$tmp/out" &&
    ! grep -q 'create role' "$tmp/out"; echo $?)"
plan snap.json --json
tap 'restore: as a document, too' "$(
  grep -q '"act":"role_create"' "$tmp/out"; echo $?)"
echo '{"format":"zoryx-guild",' >"$tmp/cut.json"
plan cut.json
tap 'restore: a file that is cut short is told' "$(
  [ $? -eq 1 ] && grep -q 'cut.json: is no JSON: look at byte' "$tmp/err"
  echo $?)"
plan gone.json
tap 'restore: a file that is not there is told' "$(
  [ $? -eq 1 ] && grep -q 'gone.json: No such file' "$tmp/err"; echo $?)"
cp tests/guild/data/0123456789ab.json "$tmp/python.json"
plan python.json
tap 'restore: a file of the Python framework does as well' "$(
  [ $? -eq 0 ] && grep -q 'create channel chat' "$tmp/out" &&
    grep -q 'create channel General' "$tmp/out"; echo $?)"
guild=12345
plan snap.json
tap 'restore: a server the bot is not in is told' "$(
  [ $? -eq 1 ] && grep -q 'the bot is not in the server 12345' "$tmp/err"
  echo $?)"
done_testing
