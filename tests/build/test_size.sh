# SPDX-License-Identifier: MIT
# What a program pays for: clusters without encryption bring no TLS library and
# fit into 250 KB; and docs/SIZES.md is what `make size` prints.
. tests/helper/tap.sh
tap_dir

if [ -n "${SAN:-}" ]; then
  tap_skip 'size: a program with cluster messages only' 'with sanitizers'
else
  # All static but the C library, whose own weight says nothing about zoryx.
  $CC -std=c11 -O2 -Iinclude -o "$tmp/ipc" tests/size/ipc_clear.c \
    -Wl,--gc-sections "$B/lib/libzoryx_ipc.a" "$B/lib/libzoryx_base.a" \
    -Wl,-Bstatic -lmbedcrypto -Wl,-Bdynamic >"$tmp/log" 2>&1
  status=$?
  tap 'size: a program with cluster messages only links' $status
  [ $status -eq 0 ] || sed 's/^/# /' "$tmp/log"
  tap_none 'size: it runs' "$("$tmp/ipc" 2>&1 || echo "exit status $?")"
  tap_none 'size: nothing of TLS is in it' "$(nm "$tmp/ipc" |
    grep -E 'mbedtls_(ssl|x509|ecp|aes|gcm|dhm|mpi|hkdf|md)_')"
  strip "$tmp/ipc"
  bytes=$(wc -c <"$tmp/ipc")
  tap "size: $bytes bytes stripped are under 250,000" \
    "$([ "$bytes" -lt 250000 ]; echo $?)"
fi

# Not its numbers, which other compilers have others of.
row='^| [a-z0-9]* | [0-9,]* | [0-9,]* | [0-9,]* |$'
if [ -n "${SAN:-}" ]; then
  tap_skip 'size: make size prints the table' 'with sanitizers'
else
  # shellcheck disable=SC2086
  sh tests/size/table.sh $MODULES sandbox >"$tmp/table" 2>"$tmp/log"
  tap 'size: the table can be made' $?
  sed 's/^/# /' "$tmp/log"
  # What a run of another day may have and this one not: musl's line.
  shape() {
    sed -e '/^With musl/d' -e '/^Toolchain/d' -e 's/[0-9][0-9,]*/N/g' "$1" |
      sort
  }
  shape docs/SIZES.md >"$tmp/has"
  shape "$tmp/table" >"$tmp/should"
  tap_none 'size: docs/SIZES.md is what make size prints, but for numbers' \
    "$(diff "$tmp/has" "$tmp/should")"
  tap_none 'size: it has a row for each module' "$(for m in $MODULES sandbox; do
    grep "$row" docs/SIZES.md | grep -q "^| $m " || echo "$m"
  done)"
fi
tap 'size: it names the toolchain' \
  "$(grep -q '^Toolchain: ..*' docs/SIZES.md; echo $?)"

done_testing
