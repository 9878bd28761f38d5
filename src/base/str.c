/* SPDX-License-Identifier: MIT
 *
 * str: borrowed slices, compared, cut and read as numbers.
 */
#include <string.h>

#include "base/base_int.h"

struct zx_str zx_str(const char *nul_terminated)
{
	struct zx_str s = { nul_terminated, 0 };

	if (nul_terminated)
		s.len = strlen(nul_terminated);
	return s;
}

int zx_str_eq(struct zx_str a, struct zx_str b)
{
	return a.len == b.len && (!a.len || !memcmp(a.ptr, b.ptr, a.len));
}

int zx_str_is(struct zx_str a, const char *b)
{
	return zx_str_eq(a, zx_str(b));
}

/* Not tolower(): that one follows the locale. */
static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

int zx_str_is_nocase(struct zx_str a, const char *b)
{
	struct zx_str s = zx_str(b);
	size_t i;

	if (a.len != s.len)
		return 0;
	for (i = 0; i < a.len; i++)
		if (lower(a.ptr[i]) != lower(s.ptr[i]))
			return 0;
	return 1;
}

int zx_str_starts(struct zx_str a, const char *prefix)
{
	struct zx_str p = zx_str(prefix);

	if (a.len < p.len)
		return 0;
	a.len = p.len;
	return zx_str_eq(a, p);
}

struct zx_str zx_str_trim(struct zx_str s)
{
	while (s.len && zx__json_is_space(s.ptr[s.len - 1]))
		s.len--;
	while (s.len && zx__json_is_space(*s.ptr)) {
		s.ptr++;
		s.len--;
	}
	return s;
}

struct zx_str zx_str_from(struct zx_str s, size_t from)
{
	if (from > s.len)
		from = s.len;
	if (from) {
		s.ptr += from;
		s.len -= from;
	}
	return s;
}

struct zx_str zx_str_split(struct zx_str *rest, char sep)
{
	struct zx_str piece = *rest;
	const char *at = piece.len ? memchr(piece.ptr, sep, piece.len) : NULL;

	if (at) {
		piece.len = (size_t)(at - piece.ptr);
		*rest = zx_str_from(*rest, piece.len + 1);
	} else {
		*rest = (struct zx_str){ NULL, 0 };
	}
	return piece;
}

int zx_str_u64(struct zx_str s, uint64_t *out)
{
	uint64_t v = 0;
	int over = 0;
	size_t i;

	if (!s.len)
		return ZX_E_SYNTAX;
	for (i = 0; i < s.len; i++) {
		unsigned digit = (unsigned char)s.ptr[i] - (unsigned)'0';

		if (digit > 9)
			return ZX_E_SYNTAX;
		if (v > (UINT64_MAX - digit) / 10)
			over = 1;
		v = v * 10 + digit;
	}
	if (over)
		return ZX_E_RANGE;
	*out = v;
	return ZX_OK;
}

int zx_str_i64(struct zx_str s, int64_t *out)
{
	int negative = s.len && *s.ptr == '-';
	uint64_t v;
	int err = zx_str_u64(zx_str_from(s, (size_t)negative), &v);

	if (err)
		return err;
	if (v > (uint64_t)INT64_MAX + (uint64_t)negative)
		return ZX_E_RANGE;
	if (!negative)
		*out = (int64_t)v;
	else
		*out = v ? -(int64_t)(v - 1) - 1 : 0;
	return ZX_OK;
}

char *zx_str_dup(const struct zx_alloc *a, struct zx_str s)
{
	char *p = s.len < SIZE_MAX ? zx_resize(a, NULL, s.len + 1) : NULL;

	if (!p)
		return NULL;
	if (s.len)
		memcpy(p, s.ptr, s.len);
	p[s.len] = '\0';
	return p;
}
