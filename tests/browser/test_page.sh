#!/bin/sh
# SPDX-License-Identifier: MIT
# timeout: 420
# The sandbox's page: its parts in node, and the whole in chromium with the
# example bot and with a scripted one. Screenshots are left in $B/screenshots.
. tests/helper/tap.sh
tap_dir
here=tests/browser

# one NAME FILE: runs a test file and passes its TAP lines on, renumbered
one() {
  node "$here/$2" >"$tmp/out" 2>&1
  status=$?
  seen=$tap_count
  while IFS= read -r line; do
    case $line in
    'ok '*) tap_count=$((tap_count + 1)) && echo "ok $tap_count ${line#ok * }" ;;
    'not ok '*)
      tap_count=$((tap_count + 1))
      tap_failed=1
      echo "not ok $tap_count ${line#not ok * }"
      ;;
    1..*) ;;
    *) echo "# ${line#\# }" ;;
    esac
  done <"$tmp/out"
  if [ $seen -eq $tap_count ] || { [ $status -ne 0 ] && [ $tap_failed -eq 0 ]; }; then
    tap "$1: runs to its end" 1
  fi
}

if ! command -v node >/dev/null; then
  tap_skip 'page' 'node is not installed (make deps-test)'
  done_testing
fi

# node takes .js files for modules only where a package.json says so
PAGE=$tmp/page
cp -R src/sandbox/page "$PAGE" && echo '{"type":"module"}' >"$PAGE/package.json"
export PAGE
one markdown markdown.test.mjs
one pure pure.test.mjs
one files files.test.mjs

for CHROMIUM in chromium chromium-browser google-chrome ''; do
  [ -n "$CHROMIUM" ] && CHROMIUM=$(command -v "$CHROMIUM") && break
done
export CHROMIUM
if [ -z "$CHROMIUM" ]; then
  tap_skip 'page in a browser' 'chromium is not installed (make deps-test)'
elif [ ! -d "$here/node_modules/playwright-core" ]; then
  tap_skip 'page in a browser' 'playwright-core is not installed (make deps-test)'
else
  mkdir -p "$B/screenshots"
  one panels panels.test.mjs
  one guild guild.test.mjs
  one bot bot.test.mjs
  one backup backup.test.mjs
  one restore restore.test.mjs
fi
done_testing
