/* SPDX-License-Identifier: MIT
 *
 * json_value: what a raw value says, as a C type.
 */
#include <string.h>

#include "base/base_int.h"

/* A string without its quotes; ptr NULL when raw is not wholly one. */
static struct zx_str inside(struct zx_str raw)
{
	raw = zx_str_trim(raw);
	if (raw.len < 2 || *raw.ptr != '"' ||
	    zx__skip_string(raw.ptr + 1, raw.ptr + raw.len) !=
		    raw.ptr + raw.len)
		return (struct zx_str){ NULL, 0 };
	return (struct zx_str){ raw.ptr + 1, raw.len - 2 };
}

/* ZX_OK when raw holds something to convert. */
static int present(struct zx_str raw)
{
	enum zx_json_kind kind = zx_json_kind(raw);

	if (kind == ZX_JSON_NULL || !zx_str_trim(raw).len)
		return ZX_E_NOTFOUND;
	return kind == ZX_JSON_NONE ? ZX_E_TYPE : ZX_OK;
}

/* The digits of an integer, written as a number or as a string. */
static int integer_text(struct zx_str raw, struct zx_str *digits)
{
	int err = present(raw);

	if (err)
		return err;
	*digits = zx_str_trim(raw);
	if (*digits->ptr == '"')
		*digits = inside(raw);
	return digits->len ? ZX_OK : ZX_E_TYPE;
}

int zx_json_u64(struct zx_str raw, uint64_t *out)
{
	struct zx_str digits;
	int64_t below;
	int err = integer_text(raw, &digits);

	if (err)
		return err;
	err = zx_str_u64(digits, out);
	if (err != ZX_E_SYNTAX)
		return err;
	err = zx_str_i64(digits, &below);
	if (err == ZX_E_SYNTAX)
		return ZX_E_TYPE;
	if (err || below)
		return ZX_E_RANGE;
	*out = 0; /* "-0" is a number too */
	return ZX_OK;
}

int zx_json_i64(struct zx_str raw, int64_t *out)
{
	struct zx_str digits;
	int err = integer_text(raw, &digits);

	if (err)
		return err;
	err = zx_str_i64(digits, out);
	return err == ZX_E_SYNTAX ? ZX_E_TYPE : err;
}

int zx_json_f64(struct zx_str raw, double *out)
{
	int err = present(raw);

	if (err)
		return err;
	raw = zx_str_trim(raw);
	return zx__f64_read(raw.ptr, raw.ptr + raw.len, out);
}

int zx_json_bool(struct zx_str raw, int *out)
{
	int err = present(raw);

	if (err)
		return err;
	if (zx_json_kind(raw) != ZX_JSON_BOOL)
		return ZX_E_TYPE;
	*out = *zx_str_trim(raw).ptr == 't';
	return ZX_OK;
}

/* Four hexadecimal digits at p, or -1. */
static int32_t hex4(const char *p, const char *end)
{
	int32_t v = 0;
	int i;

	if (end - p < 4)
		return -1;
	for (i = 0; i < 4; i++) {
		char c = p[i];

		if (c >= '0' && c <= '9')
			v = v << 4 | (c - '0');
		else if (c >= 'a' && c <= 'f')
			v = v << 4 | (c - 'a' + 10);
		else if (c >= 'A' && c <= 'F')
			v = v << 4 | (c - 'A' + 10);
		else
			return -1;
	}
	return v;
}

/* p is behind "\u". A surrogate without its partner becomes U+FFFD. */
static size_t unicode_escape(const char **p, const char *end, char out[4])
{
	int32_t high = hex4(*p, end), low;

	if (high < 0)
		return 0;
	*p += 4;
	if (high < 0xd800 || high > 0xdfff)
		return zx__utf8_put((uint32_t)high, out);
	if (high < 0xdc00 && end - *p >= 6 && (*p)[0] == '\\' &&
	    (*p)[1] == 'u') {
		low = hex4(*p + 2, end);
		if (low >= 0xdc00 && low <= 0xdfff) {
			*p += 6;
			return zx__utf8_put(
				0x10000 + ((uint32_t)(high - 0xd800) << 10) +
					(uint32_t)(low - 0xdc00),
				out);
		}
	}
	return zx__utf8_put(0xfffd, out);
}

size_t zx__json_escape(const char **p, const char *end, char out[4])
{
	static const char letters[] = "\"\\/bfnrt";
	static const char meaning[] = "\"\\/\b\f\n\r\t";
	const char *at;

	if (end - *p < 2)
		return 0;
	*p += 2;
	if ((*p)[-1] == 'u')
		return unicode_escape(p, end, out);
	at = (*p)[-1] ? strchr(letters, (*p)[-1]) : NULL;
	if (!at)
		return 0;
	*out = meaning[at - letters];
	return 1;
}

int zx_json_text(struct zx_str raw, struct zx_buf *out)
{
	size_t before = out->len;
	struct zx_str in = inside(raw);
	const char *p = in.ptr, *end;
	int err = present(raw);

	if (err)
		return err;
	if (zx_json_kind(raw) != ZX_JSON_STRING)
		return ZX_E_TYPE;
	if (!p)
		return ZX_E_SYNTAX;
	end = p + in.len;
	while (p < end) {
		const char *stop = zx__scan_quote(p, end);
		char c[4];
		size_t n;

		zx_buf_add(out, p, (size_t)(stop - p));
		p = stop;
		if (p == end)
			break;
		n = zx__json_escape(&p, end, c);
		if (!n) {
			out->len = before;
			return ZX_E_SYNTAX;
		}
		zx_buf_add(out, c, n);
	}
	return out->err;
}

int zx_json_is(struct zx_str raw, const char *text)
{
	struct zx_str in = inside(raw), want = zx_str(text);
	const char *p = in.ptr, *end;

	if (!p)
		return 0;
	for (end = p + in.len; p < end;) {
		char c[4];
		size_t n = 1;

		*c = *p;
		if (*p != '\\')
			p++;
		else
			n = zx__json_escape(&p, end, c);
		if (!n || n > want.len || memcmp(c, want.ptr, n))
			return 0;
		want = zx_str_from(want, n);
	}
	return !want.len;
}

struct zx_str zx_json_plain(struct zx_str raw)
{
	struct zx_str in = inside(raw);

	if (in.len && memchr(in.ptr, '\\', in.len))
		return (struct zx_str){ NULL, 0 };
	return in;
}

uint64_t zx_json_get_u64(struct zx_str obj, const char *key)
{
	uint64_t v = 0;

	(void)zx_json_u64(zx_json_get(obj, key), &v);
	return v;
}

int64_t zx_json_get_i64(struct zx_str obj, const char *key)
{
	int64_t v = 0;

	(void)zx_json_i64(zx_json_get(obj, key), &v);
	return v;
}

int zx_json_get_bool(struct zx_str obj, const char *key)
{
	int v = 0;

	(void)zx_json_bool(zx_json_get(obj, key), &v);
	return v;
}
