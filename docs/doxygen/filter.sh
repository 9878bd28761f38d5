#!/bin/sh
# SPDX-License-Identifier: MIT
# filter.sh FILE: for Doxygen, which wants its comments marked. A comment of
# its own line belongs to what follows, one behind a declaration to that. The
# marks of Doxygen's own language are taken from the text.
case $1 in
*.md) exec sed 's/#\([a-z]\)/\\#\1/g' "$1" ;;
esac
exec awk '
FNR == 1 && /^\/\* SPDX/ { print "/** @file"; next }
{
	own = /^[ \t]*\/\*/
	code = $0 !~ /^[ \t]*(\/\*|\*)/ && !inside
	if (own || inside || /\/\*/) {
		at = (inside || own) ? 1 : index($0, "/*")
		head = substr($0, 1, at - 1)
		text = substr($0, at)
		gsub(/[\\@<>#&]/, "\\\\&", text)
		gsub(/::/, "\\\\::", text)
		$0 = head text
	}
	if (own && !/-----/)
		sub(/\/\*/, "/**")
	else if (!own && !inside && /[;,{].*\/\*/)
		sub(/\/\*/, "/**<")
	if (/\/\*/ && !/\*\//)
		inside = 1
	else if (/\*\//)
		inside = 0
	print
}' "$1"
