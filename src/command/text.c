/* SPDX-License-Identifier: MIT
 *
 * text: measuring and cutting text as Discord measures it, and the small forms
 * that bots write all the time.
 */
#include <stdio.h>

#include "command/message_int.h"

#define ELLIPSIS "\xe2\x80\xa6"
#define REPLACEMENT "\xef\xbf\xbd"
#define FENCE "```"

static int continues(struct zx_str s, size_t at, size_t n)
{
	size_t i;

	if (s.len - at <= n)
		return 0;
	for (i = 1; i <= n; i++)
		if (((unsigned char)s.ptr[at + i] & 0xc0) != 0x80)
			return 0;
	return 1;
}

/* Bytes of the code point at `at`; a byte that begins none stands alone. */
static size_t step(struct zx_str s, size_t at)
{
	unsigned char lead = (unsigned char)s.ptr[at];

	if (lead >= 0xf0 && lead <= 0xf4 && continues(s, at, 3))
		return 4;
	if (lead >= 0xe0 && lead < 0xf0 && continues(s, at, 2))
		return 3;
	if (lead >= 0xc2 && lead < 0xe0 && continues(s, at, 1))
		return 2;
	return 1;
}

size_t zx__units(struct zx_str s)
{
	size_t at, n, units = 0;

	for (at = 0; at < s.len; at += n) {
		n = step(s, at);
		units += n == 4 ? 2 : 1;
	}
	return units;
}

struct zx_str zx__units_head(struct zx_str s, size_t n)
{
	size_t at = 0, len, units;

	while (at < s.len) {
		len = step(s, at);
		units = len == 4 ? 2 : 1;
		if (units > n)
			break;
		n -= units;
		at += len;
	}
	return (struct zx_str){ s.ptr, at };
}

static int fence_is_open(struct zx_str s)
{
	size_t at = 0;
	int open = 0;

	while (at + 3 <= s.len) {
		if (memcmp(s.ptr + at, FENCE, 3)) {
			at++;
			continue;
		}
		open = !open;
		at += 3;
	}
	return open;
}

/* Half a fence at the end would open one. */
static struct zx_str without_backticks(struct zx_str s)
{
	while (s.len && s.ptr[s.len - 1] == '`')
		s.len--;
	return s;
}

int zx__cut(struct zx_buf *out, struct zx_str s, size_t max)
{
	struct zx_str head;

	if (s.len <= max || zx__units(s) <= max) {
		zx_buf_adds(out, s);
		return 0;
	}
	if (!max)
		return 1;
	head = without_backticks(zx__units_head(s, max - 1));
	if (max > 8 && fence_is_open(head)) {
		head = without_backticks(zx__units_head(s, max - 5));
		zx_buf_adds(out, head);
		zx_buf_addc(out, fence_is_open(head) ? ELLIPSIS "\n" FENCE
						     : ELLIPSIS);
		return 1;
	}
	zx_buf_adds(out, head);
	zx_buf_addc(out, ELLIPSIS);
	return 1;
}

void zx__add_clean(struct zx_buf *out, struct zx_str s)
{
	size_t at, n;
	struct zx_str piece;

	for (at = 0; at < s.len; at += n) {
		n = step(s, at);
		piece = (struct zx_str){ s.ptr + at, n };
		if (!s.ptr[at])
			continue;
		if (n == 1 && (unsigned char)s.ptr[at] < 0x80)
			zx_buf_addch(out, s.ptr[at]);
		else if (zx_utf8_valid(piece))
			zx_buf_adds(out, piece);
		else
			zx_buf_addc(out, REPLACEMENT);
	}
}

int zx__blank(struct zx_str s)
{
	return !zx_str_trim(s).len;
}

void zx_timestamp(struct zx_buf *out, zx_wall at, char style)
{
	zx_wall seconds = at / 1000;

	if (at % 1000 < 0)
		seconds--;
	if (!style || !strchr("RfFdDtT", style))
		style = 'f';
	zx_buf_addf(out, "<t:%lld:%c>", (long long)seconds, style);
}

void zx_escape_markdown(struct zx_buf *out, struct zx_str text)
{
	size_t i;

	for (i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		int line_start = !i || text.ptr[i - 1] == '\n';

		if (c && strchr("\\*_~`|<>[]():", c))
			zx_buf_addch(out, '\\');
		else if (line_start && c && strchr("#-+", c))
			zx_buf_addch(out, '\\');
		zx_buf_addch(out, c);
		/* A word joiner's smaller sister: @everyone stays a word. */
		if (c == '@')
			zx_buf_addc(out, "\xe2\x80\x8b");
	}
}

void zx_commas(struct zx_buf *out, uint64_t n)
{
	char digits[24];
	int len =
		snprintf(digits, sizeof(digits), "%llu", (unsigned long long)n);
	int i;

	for (i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			zx_buf_addch(out, ',');
		zx_buf_addch(out, digits[i]);
	}
}

void zx_duration(struct zx_buf *out, uint64_t seconds, int shortly)
{
	static const struct {
		uint64_t length;
		char name;
	} units[] = { { 86400, 'd' }, { 3600, 'h' }, { 60, 'm' }, { 1, 's' } };
	int left = shortly ? 2 : (int)ZX__LEN(units), begun = 0;
	size_t i;

	for (i = 0; i < ZX__LEN(units) && left; i++) {
		uint64_t n = seconds / units[i].length;
		int last = i + 1 == ZX__LEN(units);

		seconds %= units[i].length;
		if (!n && !begun && !last)
			continue;
		left--;
		if (!n && begun)
			continue;
		zx_buf_addf(out, "%s%llu%c", begun ? " " : "",
			    (unsigned long long)n, units[i].name);
		begun = 1;
	}
}
