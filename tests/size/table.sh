# SPDX-License-Identifier: MIT
# sh tests/size/table.sh MODULE...: docs/SIZES.md for the build in $B.
# Called by `make size`.
set -eu
b=${B:-build}
cc=${CC:-cc}

text() { # of an archive: its code and constants
  size -t "$b/lib/libzoryx_$1.a" | awk 'END { print $1 }'
}
data() {
  size -t "$b/lib/libzoryx_$1.a" | awk 'END { print $2 + $3 }'
}
below() { # what module $1 is linked with
  sed -n 's/^Requires: //p' "$b/lib/zoryx-$1.pc" | sed 's/zoryx-//g; s/,//g'
}
comma() {
  echo "$1" | sed -e ':a' -e 's/\([0-9]\)\([0-9]\{3\}\)\($\|,\)/\1,\2\3/;ta'
}

cat <<END
# Sizes

Made by \`make size\`; not by hand. Bytes of machine code and constants per module, as \`size\` counts them: what a program has in it
that calls everything. One that calls less, linked from the archives with \`-Wl,--gc-sections\`, has less in it.

Toolchain: $("$cc" --version | head -n 1), $("$cc" -dumpmachine), \`${CFLAGS:-}\`.

| module | text | with the modules below it | data |
|---|---:|---:|---:|
END
for m; do
  all=$(text "$m")
  for u in $(below "$m"); do
    all=$((all + $(text "$u")))
  done
  echo "| $m | $(comma "$(text "$m")") | $(comma $all) | $(comma "$(data "$m")") |"
done

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
"$cc" -std=c11 -O2 -Iinclude -o "$tmp/ipc" tests/size/ipc_clear.c \
  -Wl,--gc-sections "$b/lib/libzoryx_ipc.a" "$b/lib/libzoryx_base.a" \
  -Wl,-Bstatic -lmbedcrypto -Wl,-Bdynamic
strip "$tmp/ipc"
cat <<END

Data is tables of constant pointers that the loader fills in; no module has a variable of its own.

The smallest whole program with a hub and a client, in clear text (\`tests/size/ipc_clear.c\`), stripped, everything but the C library
in it: $(comma "$(wc -c <"$tmp/ipc")") bytes.
END
musl=$b/port-musl
if [ -f "$musl/libzoryx.a" ] && command -v musl-gcc >/dev/null; then
  musl-gcc -static -std=c11 -O2 -Iinclude -o "$tmp/ipc" \
    tests/size/ipc_clear.c -Wl,--gc-sections "$musl/libzoryx.a" \
    "$b/root-musl/usr/lib/libmbedcrypto.a"
  strip "$tmp/ipc"
  echo "With musl, the C library in it too: $(comma "$(wc -c <"$tmp/ipc")") bytes."
fi
