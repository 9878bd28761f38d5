#!/bin/sh
# SPDX-License-Identifier: MIT
# Prints C that holds the files named as arguments: zx__page_files, by base name
# and with their content types. Each gets a zero byte behind it that its length
# does not count, so that an empty file is legal C too.
set -eu

type_of() {
  case $1 in
  *.html) echo 'text/html; charset=utf-8' ;;
  *.css) echo 'text/css; charset=utf-8' ;;
  *.js) echo 'text/javascript; charset=utf-8' ;;
  *.svg) echo 'image/svg+xml' ;;
  *.json) echo 'application/json' ;;
  *.png) echo 'image/png' ;;
  *.txt) echo 'text/plain; charset=utf-8' ;;
  *) echo 'application/octet-stream' ;;
  esac
}

echo '/* SPDX-License-Identifier: MIT'
echo ' *'
echo ' * The page of the sandbox; made by src/sandbox/embed.sh, not by hand. */'
echo '#include "sandbox/sandbox_int.h"'
n=0
for f in "$@"; do
  [ -r "$f" ] || { echo "embed.sh: cannot read $f" >&2; exit 1; }
  printf '\nstatic const unsigned char page_%d[] = {\n' "$n"
  od -An -v -tx1 "$f" |
    sed 's/[[:space:]]*\([0-9a-f][0-9a-f]\)/0x\1,/g'
  echo '0x00 };'
  n=$((n + 1))
done

printf '\nconst struct zx__page_file zx__page_files[] = {\n'
n=0
for f in "$@"; do
  printf '\t{ "%s", "%s",\n\t  page_%d, sizeof(page_%d) - 1 },\n' \
    "${f##*/}" "$(type_of "$f")" "$n" "$n"
  n=$((n + 1))
done
printf '\t{ 0 },\n};\n'
