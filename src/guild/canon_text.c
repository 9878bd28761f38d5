/* SPDX-License-Identifier: MIT
 *
 * Strings and numbers of canonical JSON. Python's rules are those of json.dumps
 * with its defaults: ASCII only, lower-case escapes, floats as repr() has them.
 */
#include <math.h>
#include <string.h>

#include "base/base_int.h"
#include "guild/guild_int.h"

static unsigned hex4(const char *p)
{
	unsigned v = 0;

	for (int i = 0; i < 4; i++) {
		char c = p[i];

		v = v << 4 |
		    (unsigned)(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
	}
	return v;
}

/* The code point of the escape at p, which the grammar has passed; *len: bytes
 * it takes. Surrogates join when both halves are escapes. */
static uint32_t escape(const char *p, const char *end, size_t *len)
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
	const char *q;
	uint32_t a, b;

	*len = 2;
	if (end - p < 2)
		return '?';
	if (p[1] != 'u' || end - p < 6) {
		q = strchr(from, p[1]);
		return p[1] && q ? (unsigned char)to[q - from]
				 : (unsigned char)p[1];
	}
	*len = 6;
	a = hex4(p + 2);
	if (a < 0xd800 || a > 0xdbff || end - p < 12 || p[6] != '\\' ||
	    p[7] != 'u')
		return a;
	b = hex4(p + 8);
	if (b < 0xdc00 || b > 0xdfff)
		return a;
	*len = 12;
	return 0x10000 + ((a - 0xd800) << 10) + (b - 0xdc00);
}

/* The code point at p that is no escape. */
static uint32_t plain(const char *p, const char *end, size_t *len)
{
	const unsigned char *u = (const unsigned char *)p;

	*len = zx__utf8_len(p, (size_t)(end - p));
	switch (*len) {
	case 2:
		return (u[0] & 0x1fu) << 6 | (u[1] & 0x3fu);
	case 3:
		return (u[0] & 0xfu) << 12 | (u[1] & 0x3fu) << 6 |
		       (u[2] & 0x3fu);
	case 4:
		return (u[0] & 7u) << 18 | (u[1] & 0x3fu) << 12 |
		       (u[2] & 0x3fu) << 6 | (u[3] & 0x3fu);
	default:
		*len = 1;
		return u[0];
	}
}

int zx__canon_decode(struct zx_str inside, struct zx_buf *out)
{
	const char *p = inside.ptr, *end = p + inside.len;
	char text[4];
	size_t len;

	while (p < end && !out->err) {
		uint32_t v =
			*p == '\\' ? escape(p, end, &len) : plain(p, end, &len);

		p += len;
		zx_buf_add(out, text, zx__utf8_put(v, text));
	}
	return out->err;
}

static void unit(struct zx_buf *b, uint32_t v)
{
	static const char digits[] = "0123456789abcdef";
	char text[6] = { '\\', 'u' };

	for (int i = 0; i < 4; i++)
		text[2 + i] = digits[v >> (12 - 4 * i) & 15];
	zx_buf_add(b, text, 6);
}

static void point(struct zx__canon *c, uint32_t v)
{
	static const char shorts[] = "\"\\\b\f\n\r\t", letter[] = "\"\\bfnrt";
	const char *q = v && v < 128 ? strchr(shorts, (int)v) : NULL;
	struct zx_buf *b = &c->out;
	char text[4];

	if (q) {
		zx_buf_addch(b, '\\');
		zx_buf_addch(b, letter[q - shorts]);
	} else if (v < 0x20 || (v >= 0xd800 && v <= 0xdfff)) {
		unit(b, v);
	} else if (v < 0x7f || c->style == ZX_CANON_PLAIN) {
		zx_buf_add(b, text, zx__utf8_put(v, text));
	} else if (v < 0x10000) {
		unit(b, v);
	} else {
		unit(b, 0xd800 + ((v - 0x10000) >> 10));
		unit(b, 0xdc00 + (v & 0x3ff));
	}
}

void zx__canon_string(struct zx__canon *c, struct zx_str raw)
{
	const char *p = raw.ptr + 1, *end = raw.ptr + raw.len - 1;
	size_t len;

	if (c->style == ZX_CANON_PLAIN && !memchr(p, '\\', raw.len - 2)) {
		zx_buf_adds(&c->out, raw);
		return;
	}
	zx_buf_addch(&c->out, '"');
	while (p < end && !c->out.err) {
		const char *stop = zx__scan_plain(p, end);

		/* 0x7f is plain for JSON and not for Python */
		if (c->style != ZX_CANON_PLAIN) {
			const char *del = memchr(p, 0x7f, (size_t)(stop - p));

			stop = del ? del : stop;
		}
		zx_buf_add(&c->out, p, (size_t)(stop - p));
		p = stop;
		if (p == end)
			break;
		point(c,
		      *p == '\\' ? escape(p, end, &len) : plain(p, end, &len));
		p += len;
	}
	zx_buf_addch(&c->out, '"');
}

/* repr(): the shortest digits, plain from 1e-4 to below 1e16. */
static void repr(struct zx_buf *out, double v)
{
	char text[ZX__F64_TEXT], digits[ZX__F64_TEXT];
	size_t n = zx__f64_write(fabs(v), text), k = 0, point_at = 0;
	int exp = 0, seen = 0, lead = 0;

	for (size_t i = 0; i < n && text[i] != 'e'; i++) {
		if (text[i] == '.') {
			seen = 1;
		} else if (text[i] == '0' && !k) {
			lead += seen;
		} else {
			digits[k++] = text[i];
			point_at += !seen;
		}
	}
	for (size_t i = 0; i < n; i++)
		if (text[i] == 'e') {
			int64_t e = 0;

			(void)zx_str_i64(
				(struct zx_str){ text + i + 1, n - i - 1 }, &e);
			exp = (int)e;
		}
	/* v = 0.DIGITS x 10^exp */
	exp += (int)point_at - (point_at ? 0 : lead);
	while (k > 1 && digits[k - 1] == '0')
		k--;
	if (!k) {
		digits[k++] = '0';
		exp = 1;
	}
	if (signbit(v))
		zx_buf_addch(out, '-');
	if (exp > 16 || exp < -3) {
		zx_buf_addch(out, digits[0]);
		if (k > 1)
			zx_buf_addch(out, '.');
		zx_buf_add(out, digits + 1, k - 1);
		zx_buf_addf(out, "e%c%02d", exp > 0 ? '+' : '-',
			    exp > 0 ? exp - 1 : 1 - exp);
		return;
	}
	if (exp <= 0)
		zx_buf_addc(out, "0.");
	for (int i = exp; i < 0; i++)
		zx_buf_addch(out, '0');
	for (int i = 0; i < (int)k || i < exp; i++) {
		if (i == exp && exp > 0)
			zx_buf_addch(out, '.');
		zx_buf_addch(out, i < (int)k ? digits[i] : '0');
	}
	if ((int)k <= exp)
		zx_buf_addc(out, ".0");
}

static int whole(struct zx_str raw)
{
	for (size_t i = 0; i < raw.len; i++)
		if (strchr(".eE", raw.ptr[i]))
			return 0;
	return 1;
}

void zx__canon_number(struct zx__canon *c, struct zx_str raw)
{
	char text[ZX__F64_TEXT];
	double v;

	if (whole(raw)) {
		zx_buf_adds(&c->out, zx_str_is(raw, "-0") ? ZX_STR("0") : raw);
		return;
	}
	if (zx_json_f64(raw, &v)) { /* larger than a double */
		if (c->style == ZX_CANON_PLAIN)
			zx_buf_adds(&c->out, raw);
		else
			zx_buf_addc(&c->out,
				    *raw.ptr == '-' ? "-Infinity" : "Infinity");
		return;
	}
	if (c->style == ZX_CANON_PLAIN) /* minus nought is nought */
		zx_buf_add(&c->out, text, zx__f64_write(v == 0 ? 0 : v, text));
	else
		repr(&c->out, v);
}
