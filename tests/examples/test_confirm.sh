#!/bin/sh
# SPDX-License-Identifier: MIT
# examples/03_confirm.c: short, without JSON, and right in the sandbox.
. tests/helper/tap.sh
tap_dir
here=tests/examples

# From the handler to the definition: all but main and comments.
lines=$(awk '/^int main/ { exit } /^s/ { on = 1 } on && NF' \
  examples/03_confirm.c | grep -cv '^ *\(/\*\| \*\)')
echo "# $lines lines of code"
tap 'example: a command with a permission and a question in under 40 lines' \
  "$([ "$lines" -gt 10 ] && [ "$lines" -lt 40 ]; echo $?)"
tap_none 'example: has no JSON in it' \
  "$(grep -niE 'json|[{]\\"' examples/03_confirm.c)"

if ! command -v python3 >/dev/null; then
  tap_skip 'example: in the sandbox' 'needs python3'
  done_testing
fi
"$B/zoryx-sandbox" --port 0 --run "$B/examples/03_confirm" >"$tmp/log" 2>&1 &
pid=$!
trap 'kill $pid 2>/dev/null; rm -rf "$tmp"' EXIT
i=0
until url=$(grep -o 'http://127.0.0.1:[0-9]*' "$tmp/log" | head -n 1) &&
  [ -n "$url" ] || [ $i -gt 150 ]; do
  sleep 0.1
  i=$((i + 1))
done
PYTHONDONTWRITEBYTECODE=1 python3 "$here/confirm.py" "$url" >"$tmp/out" 2>&1
status=$?
while read -r a b c d; do
  case $a in
  ok) tap "example: ${d}" 0 ;;
  not) tap "example: ${d#- }" 1 ;;
  1..*) ;;
  *) echo "# $a $b $c $d" ;;
  esac
done <"$tmp/out"
[ $status -eq 0 ] || [ $tap_failed -ne 0 ] || tap 'example: runs to its end' 1
kill -INT $pid
wait $pid
[ $tap_failed -eq 0 ] || sed 's/^/# /' "$tmp/log"
done_testing
