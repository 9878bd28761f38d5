# SPDX-License-Identifier: MIT
# embed.sh: the C that it prints holds the files byte by byte.
. tests/helper/tap.sh
tap_dir

mkdir "$tmp/files"
: >"$tmp/files/empty.css"
printf 'no newline at the end' >"$tmp/files/a.js"
printf '"quotes" \\ %%s \0 ??/ */\n' >"$tmp/files/odd.html"
awk 'BEGIN { for (i = 0; i < 256; i++) printf "\\%03o", i }' >"$tmp/octal"
# shellcheck disable=SC2059 # the format is the data
printf "$(cat "$tmp/octal")" >"$tmp/files/all.svg"
# the same line many times: od must not fold it
awk 'BEGIN { for (i = 0; i < 4000; i++) print "the same line again" }' \
  >"$tmp/files/same.txt"

sh src/sandbox/embed.sh "$tmp"/files/* >"$tmp/page.c"
tap 'embed: runs' $?
cat >"$tmp/main.c" <<'END'
#include <stdio.h>
#include <string.h>
#include "sandbox/sandbox_int.h"
int main(int argc, char **argv)
{
	const struct zx__page_file *f = zx__page_files;
	for (; f->name; f++) {
		if (argc < 2)
			printf("%s %s\n", f->name, f->content_type);
		else if (!strcmp(f->name, argv[1]))
			fwrite(f->data, 1, f->len, stdout);
	}
	return 0;
}
END
# shellcheck disable=SC2046 # flags
${CC:-cc} -std=c11 -Wall -Wextra -Wpedantic -Werror -Iinclude -Isrc \
  $(sed -n 's/^CFLAGS_libcjson := //p' build/config.mk) \
  -o "$tmp/show" "$tmp/main.c" "$tmp/page.c" 2>"$tmp/err"
tap_none 'embed: compiles without a warning' "$(cat "$tmp/err")"

for f in "$tmp"/files/*; do
  "$tmp/show" "${f##*/}" | cmp -s - "$f"
  tap "embed: ${f##*/} comes out as it went in" $?
done

cat >"$tmp/want" <<'END'
a.js text/javascript; charset=utf-8
all.svg image/svg+xml
empty.css text/css; charset=utf-8
odd.html text/html; charset=utf-8
same.txt text/plain; charset=utf-8
END
tap_none 'embed: names and content types' \
  "$("$tmp/show" | diff "$tmp/want" - 2>&1)"

sh src/sandbox/embed.sh "$tmp/nothing.js" >/dev/null 2>&1
[ $? -ne 0 ]
tap 'embed: a file that is not there is an error' $?
done_testing
