#!/bin/sh
# SPDX-License-Identifier: MIT
# header.sh HEADER: its man page in section 3. The header is the manual: its
# first comment is the description, the rest is shown as it stands, a section
# for each banner.
set -eu
name=$(basename "$1" .h)
version=$(sed -n 's/^#define ZX_VERSION "\(.*\)"/\1/p' include/zoryx/version.h)
expand "$1" | awk -v name="$name" -v version="$version" '
function esc(s) {
	gsub(/\\/, "\\e", s)
	gsub(/-/, "\\-", s)
	if (s ~ /^[.\047]/)
		s = "\\\\&" s
	return s
}
BEGIN {
	page = name == "zoryx" ? "zoryx" : "zoryx_" name
	pc = name == "zoryx" ? "zoryx" : "zoryx/" name
	print ".\\\" SPDX-License-Identifier: MIT"
	printf ".TH %s 3 \"\" \"zoryx %s\" \"Library Functions\"\n", \
		toupper(page), version
	part = 0
}
part == 0 { # the first comment
	if (/^\/\* SPDX/ || /^ \*$/ && !said)
		next
	line = $0
	if (line ~ /^ \*\/$/) {
		print ".fi"
		print ".SH SYNOPSIS"
		print ".nf"
		printf ".B #include <%s.h>\n.fi\n", pc
		part = 1
		next
	}
	sub(/^ \* ?/, "", line)
	if (!said) {
		first = line
		sub(/^[a-z_.]*: /, "", first)
		sub(/[.;:,]? .*$/, "", first)
		split(line, words, ": ")
		text = words[2] == "" ? line : substr(line, length(words[1]) + 3)
		sub(/\. .*|\.$/, "", text)
		print ".SH NAME"
		printf "%s \\- %s\n", page, esc(text)
		print ".SH DESCRIPTION"
		print ".nf"
		said = 1
	}
	print esc(line)
	next
}
/^#include "zoryx\// {
	other = $2
	gsub(/"|zoryx\/|\.h/, "", other)
	others = others (others ? ",\n" : "") ".BR zoryx_" other " (3)"
}
/^#(ifndef|define) ZORYX_/ || /^#include/ { next }
/^#ifdef __cplusplus/ { skip = 1; next }
skip { if (/^#endif/) skip = 0; next }
/^\/\* [A-Z].*-----/ || /^\/\* [A-Z][A-Za-z ,]*$/ {
	title = $0
	sub(/^\/\* /, "", title)
	sub(/ *-.*$/, "", title)
	if (open) print ".fi"
	printf ".SH %s\n.nf\n", toupper(title)
	open = 1
	banner = !/\*\/$/
	next
}
banner { if (/\*\/$/) banner = 0; next }
/^$/ && !open { next }
/^#endif$/ { held = $0; next } # the last one is that of the guard
{
	if (held != "") { if (open) print held; held = "" }
	if (!open) { print ".SH DECLARATIONS\n.nf"; open = 1 }
	print esc($0)
}
END {
	if (open) print ".fi"
	print ".SH SEE ALSO"
	print ".BR zoryx" (name == "zoryx" ? "\\-bot (1)" : " (3)") \
		(others ? ",\n" others : "")
}'
