#!/bin/sh
# SPDX-License-Identifier: MIT
# The documents: links lead somewhere, manual pages and Doxygen are content,
# what is quoted exists.
. tests/helper/tap.sh
tap_dir
make=${MAKE:-make}
MAKEFLAGS=$(echo " ${MAKEFLAGS:-}" | sed 's/ -*j[0-9]* *--jobserver[^ ]*//')
export MAKEFLAGS

dead=
for f in README.md CHANGELOG.md docs/*.md; do
  for to in $(sed -n 's/](/\n](/gp' "$f" |
    sed -n 's/^](\([^)#]*\)[^)]*).*/\1/p'); do
    case $to in http*) continue ;; esac
    [ -e "$(dirname "$f")/$to" ] || dead="$dead $f:$to"
  done
done
tap_none 'docs: every link leads to a file' "$dead"

# Names in code font that look like ours must be in a header.
cat include/zoryx.h include/zoryx/*.h >"$tmp/headers"
unknown=
for name in $(grep -oh '\bzx_[a-z0-9_]*[a-z0-9]\b\|\bZX_E_[A-Z]*\b' README.md docs/*.md |
  sort -u | grep -v '^zx_noun_\|^zx_x$'); do
  grep -q "\\b$name" "$tmp/headers" || unknown="$unknown $name"
done
tap_none 'docs: every function and error that is named exists' "$unknown"

unknown=
for name in $(grep -oh '`[A-Z][A-Z_]*\(=[^`]*\)\?`' README.md docs/*.md |
  tr -d '\140' | sed 's/=.*//' | sort -u); do
  case $name in
  [A-Z]|ZX_|READY|RESUMED|RATE_LIMITED|ADMIN*|NULL|PREFIX|DESTDIR|SIG*|[A-Z][A-Z]) continue ;;
  *_*) grep -q "^#\?$name=" .env.example || grep -rqw "$name" include src/sandbox \
    tests/run.sh Makefile || unknown="$unknown $name" ;;
  esac
done
tap_none 'docs: every variable that is named exists' "$unknown"

unknown=
for target in $(grep -oh '`make [a-z][a-z0-9-]*' README.md docs/*.md | sed 's/.* //' |
  sort -u); do
  cat Makefile src/install/*.mk tests/*.mk | grep -q "^$target:" || unknown="$unknown $target"
done
tap_none 'docs: every make target that is named exists' "$unknown"

undocumented=
for name in $(sed -n 's/^#\?\([A-Z_]*\)=.*/\1/p' .env.example); do
  grep -rqw "$name" docs/*.md README.md || undocumented="$undocumented $name"
done
tap_none 'docs: every variable of .env.example is in a document' "$undocumented"

$make -s man B="$B" >"$tmp/log" 2>&1
tap 'docs: manual pages are made' $?
missing=
for h in include/zoryx/*.h; do
  [ -s "$B/man/zoryx_$(basename "$h" .h).3" ] || missing="$missing $h"
done
tap_none 'docs: a manual page for each public header' "$missing"
missing=
for program in zoryx-bot zoryx-sandbox; do
  [ -x "$B/$program" ] || missing="$missing $program"
  for option in $("$B/$program" --help | grep -o '^ *--[a-z-]*' | sort -u); do
    sed 's/\\-/-/g' docs/man/$program.1 | grep -q -- "$option" ||
      missing="$missing $program:$option"
  done
done
tap_none 'docs: manual pages of the programs name every option' "$missing"
if command -v groff >/dev/null; then
  tap_none 'docs: manual pages are right' \
    "$(groff -Kutf8 -man -Tutf8 -ww -z docs/man/*.1 "$B"/man/*.3 2>&1 | head -n 20)"
else
  tap_skip 'docs: manual pages are right' 'needs groff'
fi
if command -v doxygen >/dev/null; then
  tap_none 'docs: Doxygen has no warning' \
    "$($make -s doc B="$B" 2>&1 >/dev/null | head -n 20)"
else
  tap_skip 'docs: Doxygen has no warning' 'needs doxygen'
fi
if command -v systemd-analyze >/dev/null; then
  for unit in docs/systemd/*.service; do
    sed -e 's|/usr/local/bin/zoryx-bot|/bin/true|' -e /^Documentation/d "$unit" >"$tmp/$(basename "$unit")"
  done
  tap_none 'docs: the systemd units are right' \
    "$(cd "$tmp" && for u in ./*.service; do
      systemd-analyze verify "$u" 2>&1 | grep -F "$(basename "$u")"
    done)"
else
  tap_skip 'docs: the systemd units are right' 'needs systemd-analyze'
fi
done_testing
