# SPDX-License-Identifier: MIT
# No file over 500 lines, no function over 80; 400 and 60 is the budget. A file of
# tests is a list that nobody reads from end to end, and a public header is the
# manual of its module: 800. Every file says its
# licence, and is formatted.
. tests/helper/tap.sh
tap_dir

find src include examples bench tests -name '*.[ch]' \
  -not -path '*/node_modules/*' | sort >"$tmp/files"

long=$(while read -r f; do
  wc -l "$f"
done <"$tmp/files" | awk '$1 > 400 { print $2 ": " $1 " lines" }')
tap_none 'lengths: no file over 500 lines' \
  "$(echo "$long" | awk '$2 > ($1 ~ /^(tests|include)\// ? 800 : 500)')"
[ -z "$long" ] || echo "$long" | sed 's/^/# over budget: /'

# A function's brace stands alone in the first column, as in the kernel.
functions=$(xargs awk '
  FNR == 1 { inside = 0; head = "" }
  /^[a-zA-Z_].*\(/ { head = $0; start = FNR }
  /^{$/ && head != "" { inside = 1 }
  /^}/ && inside {
    lines = FNR - start + 1
    if (lines > 60) {
      sub(/\(.*/, "", head)
      sub(/.*[ *]/, "", head)
      print FILENAME ":" start ": " head ": " lines " lines"
    }
    inside = 0
    head = ""
  }' <"$tmp/files")
tap_none 'lengths: no function over 80 lines' \
  "$(echo "$functions" | awk '$(NF - 1) > 80')"
[ -z "$functions" ] || echo "$functions" | sed 's/^/# over budget: /'

tap_none 'files: the first line is the licence' \
  "$(while read -r f; do
    head -n 1 "$f" | grep -q '^/\* SPDX-License-Identifier: MIT' || echo "$f"
  done <"$tmp/files")"

tap_none 'files: no space at the end of a line' \
  "$(xargs grep -n '[[:space:]]$' <"$tmp/files")"

tap_none 'files: nothing is left to do' \
  "$(xargs grep -nwE 'TODO|FIXME|XXX' <"$tmp/files")"

# Other versions of clang-format disagree with 14.
if clang-format --version 2>/dev/null | grep -q 'version 14\.'; then
  unformatted=$(xargs clang-format --dry-run --style=file <"$tmp/files" 2>&1 |
    sed -n 's/^\([^ :]*\):.*clang-format-violations.*/\1/p' | sort -u)
  tap_none 'files: formatted as .clang-format says' "$unformatted"
else
  tap_skip 'files: formatted as .clang-format says' 'no clang-format 14'
fi

done_testing
