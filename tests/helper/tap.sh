# SPDX-License-Identifier: MIT
# TAP for shell tests: `. tests/helper/tap.sh`, then one call per result and
# `done_testing` last.
#
#	tap NAME STATUS      ok when STATUS is 0
#	tap_none NAME TEXT   ok when TEXT is empty; otherwise shows it
#	tap_skip NAME WHY
#	tap_dir              a folder in $tmp that is removed at the end

tap_count=0
tap_failed=0

tap() {
  tap_count=$((tap_count + 1))
  if [ "$2" -eq 0 ]; then
    echo "ok $tap_count - $1"
  else
    tap_failed=1
    echo "not ok $tap_count - $1"
  fi
}

tap_none() {
  if [ -z "$2" ]; then
    tap "$1" 0
  else
    tap "$1" 1
    echo "$2" | sed 's/^/# /'
  fi
}

tap_skip() {
  tap_count=$((tap_count + 1))
  echo "ok $tap_count - $1 # SKIP $2"
}

tap_dir() {
  tmp=$(mktemp -d "${TMPDIR:-/tmp}/zoryx-test.XXXXXX") || exit 1
  trap 'rm -rf "$tmp"' EXIT
  trap 'exit 1' HUP INT PIPE TERM
}

done_testing() {
  echo "1..$tap_count"
  exit $tap_failed
}
