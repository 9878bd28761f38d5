# SPDX-License-Identifier: MIT
# zoryx-bot takes a folder of the Python framework over and gives it back.
. tests/helper/tap.sh
tap_dir

case $B in /*) bot=$B ;; *) bot=$PWD/$B ;; esac
bot=$bot/zoryx-bot
here=$PWD
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

# Settings of the original lie in SQLite files.
if python3 -c 'import sqlite3' 2>/dev/null; then
  files="python3 $here/tests/bot/framework_files.py"
  mkdir -p "old2/$guild" new2 new3
  $files db "old2/$guild/guild.db" '?'
  ZX_STATE=$tmp/z3.db "$bot" import old2 >out 2>&1
  tap_none 'backups: settings of a server are imported' \
    "$([ $? -eq 0 ] && grep -q 'guild.db: settings imported' out &&
      grep -q 'setting welcome has no meaning here' out || cat out)"
  ZX_STATE=$tmp/z3.db "$bot" export new2 >out 2>&1
  tap_none 'backups: and exported as they were' \
    "$(cmp "old2/$guild/guild.db" "new2/$guild/guild.db" 2>&1 || cat out)"
  # Another prefix since then, here by another import.
  $files db "old2/$guild/guild.db" '>'
  ZX_STATE=$tmp/z3.db "$bot" import old2 >out 2>&1 &&
    ZX_STATE=$tmp/z3.db "$bot" export new3 >>out 2>&1
  tap_none 'backups: what was changed is exported' \
    "$([ "$($files prefix "new3/$guild/guild.db")" = '> 0' ] || cat out)"
  printf 'no database' >"old2/$guild/guild.db"
  ZX_STATE=$tmp/z4.db "$bot" import old2 >out 2>&1
  tap_none 'backups: a file that is no database is told and not taken' \
    "$([ $? -eq 1 ] && grep -q 'guild.db: ' out || cat out)"

  big=big/backups/$guild
  mkdir -p "$big"
  $files big "$big" "$data"
  # The limit is on memory that is the program's own; a sanitizer needs more.
  (
    [ -n "$SAN" ] || ulimit -d 65536
    ZX_STATE=$tmp/z5.db "$bot" import big >out 2>&1
  )
  tap_none 'C15 backups: 100 MB are imported in 64 MiB of memory' \
    "$([ $? -eq 0 ] && grep -q 'imported, checksum right' out || cat out)"
  head -c 50000000 "$big/0123456789ab.json" >cut
  mv cut "$big/0123456789ab.json"
  (
    [ -n "$SAN" ] || ulimit -d 65536
    ZX_STATE=$tmp/z6.db "$bot" import big >out 2>&1
  )
  tap_none 'C15 backups: half of them are refused' \
    "$([ $? -eq 1 ] && grep -q '0123456789ab.json: ' out || cat out)"
  rm -rf big z5.db z6.db
else
  tap_skip 'backups: settings and large files' 'no Python with sqlite3'
fi

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

"$bot" import nowhere >out 2>&1
tap_none 'backups: a folder that is not there is an error, not an empty one' \
  "$([ $? -eq 1 ] && grep -q 'nowhere: there is no such folder' out || cat out)"
mkdir -p odd/backups/mine "odd/backups/$guild"
echo '{}' >"odd/backups/$guild/audit_log.json"
ZX_STATE=$tmp/z3.db "$bot" import odd >out 2>&1
tap_none 'backups: a folder that is no server and a list that is none are told' \
  "$([ $? -eq 1 ] && grep -q 'mine: not the id of a server' out &&
    grep -q 'audit_log.json: is no JSON list' out || cat out)"
mkdir nothing
ZX_STATE=$tmp/z3.db "$bot" import nothing >out 2>&1
tap_none 'backups: of a folder without either part it is asked whether it is it' \
  "$(grep -q "is it the framework's data folder" out || cat out)"

done_testing
