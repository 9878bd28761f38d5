# SPDX-License-Identifier: MIT
# zoryx-bot takes a folder of the Python framework over and gives it back.
. tests/helper/tap.sh
tap_dir

case $B in /*) bot=$B ;; *) bot=$PWD/$B ;; esac
bot=$bot/zoryx-bot
data=$PWD/tests/guild/data
guild=1000000000000000000
old=$tmp/old/backups/$guild
mkdir -p "$old" "$tmp/old/$guild" "$tmp/new"
cp "$data/0123456789ab.json" "$old"
cp "$data/index.json" "$data/audit_log.json" "$data/schedule.json" "$old"
cd "$tmp" || exit 1
unset DISCORD_TOKEN
export ZX_STATE="$tmp/z.db"

"$bot" import old >out 2>&1
code=$?
tap_none 'backups: a folder is imported' \
  "$([ $code -eq 0 ] && grep -q '0123456789ab.json: imported, checksum right' \
    out || cat out)"
"$bot" import old >out 2>&1
tap_none 'backups: twice is once' \
  "$([ $? -eq 0 ] && [ "$(grep -c 'there already' out)" -eq 2 ] || cat out)"
"$bot" export new >out 2>&1
tap_none 'backups: what was imported is exported byte for byte' \
  "$(diff -r old/backups new/backups 2>&1 || cat out)"
"$bot" db check >out 2>&1
tap_none 'backups: the state file is sound' \
  "$([ $? -eq 0 ] && grep -q '1 snapshot(s) verified, 0 damaged' out ||
    cat out)"
"$bot" db backup copy.db >out 2>&1 && "$bot" db check copy.db >out 2>&1 &&
  "$bot" db vacuum >out 2>&1
tap_none 'backups: a copy of the state file is one' \
  "$([ $? -eq 0 ] || cat out)"
"$bot" db backup copy.db >out 2>&1
tap_none 'backups: nothing is overwritten' \
  "$([ $? -eq 1 ] && grep -q 'exists already' out || cat out)"
"$bot" db check nowhere.db >out 2>&1
tap_none 'backups: what is not there is not made' \
  "$([ $? -eq 1 ] && [ ! -e nowhere.db ] || cat out)"

# One changed byte of the contents, and everything else that is odd.
sed 's/"afk_timeout": 300/"afk_timeout": 900/' "$data/0123456789ab.json" \
  >"$old/0123456789ab.json"
echo '{}' >"$old/stranger.json"
ZX_STATE=$tmp/z2.db "$bot" import old >out 2>&1
code=$?
tap_none 'backups: a damaged snapshot is told and not taken' \
  "$([ $code -eq 1 ] && grep -q 'damaged: its checksum is' out || cat out)"
tap_none 'backups: a file that nobody knows is told' \
  "$(grep -q 'stranger.json: not taken' out || cat out)"

done_testing
