#!/bin/sh
# SPDX-License-Identifier: MIT
# Every command that a document shows in a ```sh block is run as it stands, in a
# folder of its own. What would change this machine (sudo, systemctl, useradd,
# absolute paths) meets stand-ins that check how they are called; a bare
# `zoryx-bot` and `make run` are tests/bot/test_program.sh's.
. tests/helper/tap.sh
tap_dir
MAKEFLAGS=$(echo " ${MAKEFLAGS:-}" | sed 's/ -*j[0-9]* *--jobserver[^ ]*//')
here=$(pwd)
case $B in /*) ;; *) B=$here/$B ;; esac
dest=$tmp/dest
real_path=$PATH
mkdir -p "$tmp/bin" "$tmp/work" "$dest"
export MAKEFLAGS B here dest real_path

stand_in() { # NAME, the script on stdin
  { echo '#!/bin/sh' && cat; } >"$tmp/bin/$1"
  chmod +x "$tmp/bin/$1"
}
stand_in sudo <<'EOS'
exec "$@"
EOS
for name in useradd ldconfig; do
  stand_in $name <<'EOS'
exit 0
EOS
done
stand_in systemctl <<'EOS'
# an instance comes from the unit with an @
for unit in "$@"; do
  case $unit in enable|--now) continue ;; *@*) unit=${unit%%@*}@ ;; esac
  [ -f "$here/docs/systemd/$unit.service" ] || exit 1
done
EOS
stand_in install <<'EOS'
n=$#
i=0
for a in "$@"; do
  shift
  i=$((i + 1))
  case $a in
  -o) skip=1; continue ;;
  docs/*) a=$here/$a ;;
  /var/*|/etc/*) a=$dest$a; mkdir -p "$(dirname "$a/x")" "$(dirname "$a")" ;;
  esac
  [ -z "$skip" ] || { skip=; continue; }
  set -- "$@" "$a"
done
PATH=$real_path exec install "$@"
EOS
stand_in make <<'EOS'
[ "${1:-}" != run ] && [ "${1:-}" != test ] && [ "${1:-}" != deps-test ] ||
  PATH=$real_path exec make -C "$here" -n -s "$1" B="$B" SAN="$SAN" >/dev/null
PATH=$real_path exec make -C "$here" -s "$@" B="$B" SAN="$SAN" CC="$CC" \
  DESTDIR="$dest"
EOS
stand_in zoryx-bot <<'EOS'
[ $# -gt 0 ] || exec "$B/zoryx-bot" --version
exec "$B/zoryx-bot" "$@"
EOS
stand_in pkg-config <<'EOS'
PATH=$real_path
PKG_CONFIG_PATH=$(dirname "$(find "$dest" -name zoryx.pc)")
export PKG_CONFIG_PATH
pkg-config "$@" | sed "s|/usr/local|$dest/usr/local|g"
EOS
stand_in cc <<'EOS'
PATH=$real_path
exec ${CC:-cc} ${SAN:+-fsanitize=address,undefined} "$@"
EOS

# A bot's folder as it was under the Python framework.
cd "$tmp/work" || exit 1
mkdir -p data/shard_monitor
echo '{"channel_id": 123456789012345678, "threshold": 4, "enabled": true}' \
  >data/shard_monitor/alert_config.json
printf 'DISCORD_TOKEN=MTIzNDU2Nzg5MDEyMzQ1Njc4.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb\nBOT_OWNER_ID=123456789012345678\n' >.env
cp "$here/examples/bot/config.json" .
awk '/^```c$/ { on = 1; next } /^```$/ { on = 0 } on' "$here/README.md" >bot.c

count=0
for f in "$here"/README.md "$here"/docs/*.md; do
  awk '/^```sh/ { on = 1; next } /^```/ { on = 0 } on' "$f" >"$tmp/lines"
  [ -s "$tmp/lines" ] || continue
  while IFS= read -r line <&3; do
    command=$(printf '%s\n' "$line" |
      sed -e 's/  *#.*//' -e "s|/path/to/your/bot|$tmp/work|")
    [ -n "$command" ] || continue
    count=$((count + 1))
    PATH=$tmp/bin:$real_path sh -c "$command" >"$tmp/out" 2>&1
    status=$?
    tap "docs: $(basename "$f"): $command" $status
    [ $status -eq 0 ] || sed 's/^/# /' "$tmp/out"
  done 3<"$tmp/lines"
done
tap 'docs: there were commands to run' "$([ $count -gt 10 ]; echo $?)"
done_testing
