# SPDX-License-Identifier: MIT
# The arrows between modules point down, and each package has its owners.
. tests/helper/tap.sh
. tests/helper/modules.sh

# What each module may include besides itself.
ring0='base'
rings01='base gateway rest command metrics ipc guild'
allowed() {
  case $1 in
  base) echo ;;
  gateway | rest | command | metrics | ipc | guild) echo "$ring0" ;;
  state | sandbox) echo "$ring0" ;;
  net) echo "$rings01" ;;
  bot | cogs) echo "$rings01 net state bot cogs" ;;
  *) echo unknown-module ;;
  esac
}

# "file:what" of every include of form $1 ('"' or '<') in the files behind.
includes() {
  form=$1
  shift
  case $form in
  '"') sed_expr='s/^[ \t]*#[ \t]*include[ \t]*"\([^"]*\)".*/\1/p' ;;
  *) sed_expr='s/^[ \t]*#[ \t]*include[ \t]*<\([^>]*\)>.*/\1/p' ;;
  esac
  for f in "$@"; do
    [ -f "$f" ] && sed -n "$sed_expr" "$f" | sed "s|^|$f:|"
  done
}

# Quoted includes of module $1 that its ring does not allow.
bad_quoted() {
  module=$1
  includes '"' src/"$module"/*.[ch] | while IFS=: read -r file inc; do
    case $inc in
    zoryx/*) from=$(owner "${inc#zoryx/}") ;;
    */*) from=${inc%%/*} ;;
    *) from=$module ;;
    esac
    case " $module $(allowed "$module") " in
    *" $from "*) ;;
    *) echo "$file includes $inc" ;;
    esac
    # Another module's insides stay its own; those of base are for all.
    case $inc in
    zoryx/* | base/*) ;;
    */*) [ "$from" = "$module" ] || echo "$file looks inside: $inc" ;;
    esac
  done
}

for dir in src/*/; do
  module=$(basename "$dir")
  ls src/"$module"/*.c >/dev/null 2>&1 || continue
  tap_none "layers: $module includes only what is below it" \
    "$(bad_quoted "$module")"
done

package_owners() {
  case $1 in
  libwebsockets.h | curl/*) echo 'net sandbox' ;;
  sqlite3.h) echo state ;;
  cjson/* | cJSON.h) echo 'command ipc guild sandbox' ;;
  zlib.h) echo 'gateway sandbox' ;;
  zstd*.h) echo 'gateway state sandbox' ;;
  mbedtls/* | psa/*) echo 'ipc guild bot' ;;
  openssl/* | uv.h | ev.h | event*) echo none ;;
  *) echo any ;;
  esac
}
foreign=$(includes '<' src/*/*.[ch] | while IFS=: read -r file inc; do
  module=$(echo "$file" | cut -d/ -f2)
  case " $(package_owners "$inc") " in
  *" any "* | *" $module "*) ;;
  *) echo "$file includes <$inc>" ;;
  esac
done)
tap_none 'layers: every package is included by its owners only' "$foreign"

# Ring 0 computes: the C library's headers are enough for that.
system=$(for m in base $rings01; do includes '<' src/"$m"/*.[ch]; done |
  sort -u | while IFS=: read -r file inc; do
  case $inc in
  ctype.h | errno.h | float.h | inttypes.h | limits.h | math.h | stdarg.h) ;;
  stdalign.h | stdbool.h | stddef.h | stdint.h | stdio.h | stdlib.h) ;;
  string.h | time.h | emmintrin.h) ;;
  *) [ "$(package_owners "$inc")" = any ] && echo "$file includes <$inc>" ;;
  esac
done)
tap_none 'layers: ring 0 needs no system header' "$system"

public=$(includes '"' include/zoryx/*.h | grep -v ':zoryx/'
  includes '<' include/zoryx/*.h | grep -v ':std[a-z]*\.h$')
tap_none 'layers: public headers need public and standard ones only' "$public"

examples=$(includes '"' examples/*/*.[ch] | while IFS=: read -r file inc; do
  case $inc in
  zoryx.h | zoryx/*) ;;
  */*) echo "$file includes $inc" ;;
  *) [ -f "$(dirname "$file")/$inc" ] || echo "$file includes $inc" ;;
  esac
done)
tap_none 'layers: examples use public headers only' "$examples"

done_testing
