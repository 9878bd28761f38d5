# SPDX-License-Identifier: MIT
# Each line of tests/conformance.txt has a test that shows it.
. tests/helper/tap.sh
tap_dir

# Names of tests: functions handed to cmocka, traces, and lines of scripts.
{
  grep -rhoE '\b[A-Za-z0-9_]+__[A-Za-z0-9_]+\b' tests --include='test_*.c'
  for f in tests/*/traces/*.trace; do basename "$f" .trace; done
  grep -rhoE "(GW|ID|LM|SH|GS|CP|RL|RE|IN|CM|CO)_[0-9]+__[a-z0-9_]+" tests \
    --include='test_*.sh' --include='*.mjs'
} | sort -u >"$tmp/names"
tap 'conformance: there are tests' "$([ -s "$tmp/names" ]; echo $?)"

# What a name begins with: GW-07 is GW_07__, B1 is B01__, PEER-1 is PEER_01__.
prefix() {
  echo "$1" | sed -e 's/^B\([0-9]\)$/B0\1/' -e 's/^PEER-\([0-9]\)$/PEER-0\1/' \
    -e 's/-/_/' -e 's/$/__/'
}

missing=
count=0
while IFS='|' read -r id statement name; do
  id=$(echo "$id" | tr -d ' ')
  name=$(echo "$name" | tr -d ' ')
  case $id in '' | '#'*) continue ;; esac
  count=$((count + 1))
  case $statement in *' -- '*) continue ;; esac
  grep -q "^${name:-$(prefix "$id")}" "$tmp/names" || missing="$missing $id"
done <tests/conformance.txt
tap "conformance: the list has $count statements" "$([ $count -gt 120 ]; echo $?)"
tap_none 'conformance: each has a test of its name' "$missing"

# And the other way round: a number that the list does not have is a slip.
unknown=$(grep -oE '^(GW|ID|LM|SH|GS|CP|RL|RE|IN|CM|CO|PEER)_[0-9]+__|^B[0-9][0-9]__' \
  "$tmp/names" | sort -u | while read -r p; do
  id=$(echo "$p" | sed -e 's/__$//' -e 's/_/-/' -e 's/^PEER-0/PEER-/' \
    -e 's/^B0/B/')
  grep -q "^$id |" tests/conformance.txt || echo "$p"
done)
tap_none 'conformance: each number in a name is in the list' "$unknown"

done_testing
