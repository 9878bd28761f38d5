/* SPDX-License-Identifier: MIT
 *
 * utf8: lengths in code points, which is how Discord counts its limits.
 */
#include <string.h>

#include "base/base_int.h"

size_t zx__utf8_len(const char *p, size_t n)
{
	const unsigned char *s = (const unsigned char *)p;
	/* The second byte's range is what shuts out overlong forms, surrogates
	 * and everything above U+10FFFF (Unicode table 3-7). */
	unsigned low = 0x80, high = 0xbf;
	size_t len, i;

	if (s[0] < 0x80)
		return 1;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	len = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	if (n < len)
		return 0;
	if (s[0] == 0xe0)
		low = 0xa0;
	else if (s[0] == 0xed)
		high = 0x9f;
	else if (s[0] == 0xf0)
		low = 0x90;
	else if (s[0] == 0xf4)
		high = 0x8f;
	if (s[1] < low || s[1] > high)
		return 0;
	for (i = 2; i < len; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

size_t zx__utf8_put(uint32_t point, char out[4])
{
	if (point < 0x80) {
		out[0] = (char)point;
		return 1;
	}
	if (point < 0x800) {
		out[0] = (char)(0xc0 | point >> 6);
		out[1] = (char)(0x80 | (point & 0x3f));
		return 2;
	}
	if (point < 0x10000) {
		out[0] = (char)(0xe0 | point >> 12);
		out[1] = (char)(0x80 | (point >> 6 & 0x3f));
		out[2] = (char)(0x80 | (point & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | point >> 18);
	out[1] = (char)(0x80 | (point >> 12 & 0x3f));
	out[2] = (char)(0x80 | (point >> 6 & 0x3f));
	out[3] = (char)(0x80 | (point & 0x3f));
	return 4;
}

/* Length of one step: a code point, or a byte that belongs to none. */
static size_t step(struct zx_str s, size_t at)
{
	size_t len = zx__utf8_len(s.ptr + at, s.len - at);

	return len ? len : 1;
}

size_t zx_utf8_count(struct zx_str s)
{
	size_t at, count = 0;

	for (at = 0; at < s.len; at += step(s, at))
		count++;
	return count;
}

struct zx_str zx_utf8_head(struct zx_str s, size_t n)
{
	size_t at = 0;

	while (n-- && at < s.len)
		at += step(s, at);
	s.len = at;
	return s;
}

/* The length of the ASCII at p, at least in steps of eight bytes. */
static size_t ascii_run(const char *p, size_t n)
{
	size_t at = 0;
	uint64_t word;

	for (; n - at >= sizeof(word); at += sizeof(word)) {
		memcpy(&word, p + at, sizeof(word));
		if (word & 0x8080808080808080u)
			break;
	}
	return at;
}

int zx_utf8_valid(struct zx_str s)
{
	size_t at, len;

	for (at = 0; at < s.len; at += len) {
		len = ascii_run(s.ptr + at, s.len - at);
		if (len)
			continue;
		len = zx__utf8_len(s.ptr + at, s.len - at);
		if (!len)
			return 0;
	}
	return 1;
}
