/* SPDX-License-Identifier: MIT
 *
 * word: splitting a line as people write it: words, and texts in quotes of any
 * kind that phones put in.
 */
#include "command/command_int.h"

static const struct {
	const char *open, *close;
} quotes[] = {
	{ "\"", "\"" },
	{ "'", "'" },
	{ "\xe2\x80\x9c", "\xe2\x80\x9d" }, /* “ ” */
	{ "\xe2\x80\x9e", "\xe2\x80\x9c" }, /* „ “ */
	{ "\xe2\x80\x98", "\xe2\x80\x99" }, /* ‘ ’ */
	{ "\xc2\xab", "\xc2\xbb" },	    /* « » */
};

static int is_space(char ch)
{
	return (unsigned char)ch <= ' ';
}

/* Where the closing quote begins, followed by a space or the end; or -1. */
static ptrdiff_t closing(struct zx_str s, size_t from, const char *close)
{
	size_t n = strlen(close), at;

	for (at = from; at + n <= s.len; at++) {
		if (s.ptr[at] == '\\' && at + 1 < s.len) {
			at++;
			continue;
		}
		if (!memcmp(s.ptr + at, close, n) &&
		    (at + n == s.len || is_space(s.ptr[at + n])))
			return (ptrdiff_t)at;
	}
	return -1;
}

static void unescape(struct zx_str s, struct zx_buf *out)
{
	size_t i;

	for (i = 0; i < s.len; i++) {
		if (s.ptr[i] == '\\' && i + 1 < s.len &&
		    strchr("\\\"'", s.ptr[i + 1]))
			i++;
		zx_buf_addch(out, s.ptr[i]);
	}
}

static int quoted(struct zx_str *line, struct zx_buf *out)
{
	size_t i, n;
	ptrdiff_t end;

	for (i = 0; i < ZX__LEN(quotes); i++) {
		if (!zx_str_starts(*line, quotes[i].open))
			continue;
		n = strlen(quotes[i].open);
		end = closing(*line, n, quotes[i].close);
		if (end < 0)
			continue;
		unescape((struct zx_str){ line->ptr + n, (size_t)end - n },
			 out);
		*line = zx_str_from(*line,
				    (size_t)end + strlen(quotes[i].close));
		return 1;
	}
	return 0;
}

int zx__word(struct zx_str *line, struct zx_buf *out)
{
	size_t n;

	*line = zx_str_trim(*line);
	if (!line->len)
		return 0;
	if (quoted(line, out))
		return 1;
	for (n = 0; n < line->len && !is_space(line->ptr[n]); n++)
		;
	if (!n) /* a control character that trim leaves */
		n = 1;
	zx_buf_add(out, line->ptr, n);
	*line = zx_str_from(*line, n);
	return 1;
}
