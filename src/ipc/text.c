/* SPDX-License-Identifier: MIT
 *
 * text: messages of our own as the original writes them, names, and JSON with
 * the three words that only Python knows.
 */
#include <math.h>
#include <string.h>

#include "ipc/ipc_int.h"

/* Code point of the valid UTF-8 sequence of n bytes at p. */
static uint32_t code_point(const unsigned char *p, size_t n)
{
	static const unsigned char lead[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	uint32_t c = p[0] & lead[n];
	size_t i;

	for (i = 1; i < n; i++)
		c = c << 6 | (p[i] & 0x3f);
	return c;
}

static void put_point(struct zx_buf *out, uint32_t c)
{
	if (c < 0x10000) {
		zx_buf_addf(out, "\\u%04x", (unsigned)c);
		return;
	}
	c -= 0x10000;
	zx_buf_addf(out, "\\u%04x\\u%04x", (unsigned)(0xd800 + (c >> 10)),
		    (unsigned)(0xdc00 + (c & 0x3ff)));
}

static void put_ascii(struct zx_buf *out, char c)
{
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	const char *at = c ? strchr(from, c) : NULL;

	if (at)
		zx_buf_add(out, (char[]){ '\\', to[at - from] }, 2);
	else if ((unsigned char)c < 0x20)
		put_point(out, (unsigned char)c);
	else
		zx_buf_addch(out, c);
}

void zx__ipc_text(struct zx_buf *out, struct zx_str text)
{
	const char *p = text.len ? text.ptr : "", *end = p + text.len, *q;

	zx_buf_addch(out, '"');
	while (p < end) {
		size_t n;

		q = zx__scan_plain(p, end);
		zx_buf_add(out, p, (size_t)(q - p));
		p = q;
		if (p == end)
			break;
		if ((unsigned char)*p < 0x80) {
			put_ascii(out, *p++);
			continue;
		}
		n = zx__utf8_len(p, (size_t)(end - p));
		put_point(out,
			  n ? code_point((const unsigned char *)p, n) : 0xfffd);
		p += n ? n : 1;
	}
	zx_buf_addch(out, '"');
}

void zx__ipc_float(struct zx_buf *out, double v)
{
	char text[ZX__F64_TEXT];
	size_t n;

	if (!isfinite(v)) {
		zx_buf_addc(out, "null");
		return;
	}
	n = zx__f64_write(v, text);
	zx_buf_add(out, text, n);
	if (!memchr(text, '.', n) && !memchr(text, 'e', n))
		zx_buf_addc(out, ".0");
}

void zx_ipc_message_write(struct zx_buf *out, const struct zx_ipc_envelope *e)
{
	zx_buf_addc(out, "{\"op\": ");
	zx__ipc_text(out, e->op);
	zx_buf_addc(out, ", \"data\": ");
	zx_buf_adds(out, e->data.len ? e->data : ZX_STR("{}"));
	zx_buf_addc(out, ", \"source\": ");
	zx__ipc_text(out, e->source);
	zx_buf_addc(out, ", \"target\": ");
	zx__ipc_text(out, e->target.len ? e->target : ZX_STR("all"));
	zx_buf_addc(out, ", \"timestamp\": ");
	zx__ipc_float(out, (double)e->timestamp / 1000);
	zx_buf_addc(out, ", \"nonce\": ");
	zx__ipc_text(out, e->nonce);
	zx_buf_addch(out, '}');
}

/* Names
 * ---------------------------------------------------------------------- */

int zx__ipc_name_read(struct zx_str raw, char *out, size_t n)
{
	struct zx_str plain = zx_json_plain(raw);
	struct zx_buf b;
	int err = 0;

	if (plain.len) {
		if (plain.len >= n)
			return -1;
		memcpy(out, plain.ptr, plain.len);
		out[plain.len] = '\0';
		return 0;
	}
	if (raw.len > n * 6 + 2)
		return -1;
	zx_buf_init(&b, NULL, n - 1);
	if (zx_json_text(raw, &b) || b.len >= n ||
	    (b.len && memchr(b.ptr, 0, b.len)))
		err = -1;
	else
		memcpy(out, zx_buf_cstr(&b), b.len + 1);
	zx_buf_release(&b);
	return err;
}

int zx__ipc_name_ok(struct zx_str name)
{
	size_t i;

	if (!name.len || name.len > ZX__IPC_NAME || zx_str_is(name, "all") ||
	    !zx_utf8_valid(name))
		return 0;
	for (i = 0; i < name.len; i++) {
		unsigned char c = (unsigned char)name.ptr[i];

		if (c < 0x20 || c == 0x7f || c == '"' || c == '\\' || c == '`')
			return 0;
		/* The control characters of Latin-1 too. */
		if (c == 0xc2 && (unsigned char)name.ptr[i + 1] < 0xa0)
			return 0;
	}
	return 1;
}

/* Python's numbers
 * ---------------------------------------------------------------------- */

/* Bytes of the word at p that stands for a number, 0 when there is none. */
static size_t odd_number(const char *p, const char *end)
{
	size_t n = (size_t)(end - p);

	if (n >= 3 && !memcmp(p, "NaN", 3))
		return 3;
	if (n >= 8 && !memcmp(p, "Infinity", 8))
		return 8;
	return n >= 9 && !memcmp(p, "-Infinity", 9) ? 9 : 0;
}

/* A copy with null in place of those; nonzero when there were any. */
static int without_odd(struct zx_str text, struct zx_buf *out)
{
	const char *p = text.ptr, *end = p + text.len, *from = p, *stop;
	int found = 0;
	size_t n;

	while (p < end) {
		if (*p == '"') {
			stop = zx__skip_string(p + 1, end);
			p = stop ? stop : end;
			continue;
		}
		n = *p == 'N' || *p == 'I' || *p == '-' ? odd_number(p, end)
							: 0;
		if (!n) {
			p++;
			continue;
		}
		zx_buf_add(out, from, (size_t)(p - from));
		zx_buf_addc(out, "null");
		p += n;
		from = p;
		found = 1;
	}
	if (found)
		zx_buf_add(out, from, (size_t)(p - from));
	return found;
}

int zx_ipc_check(struct zx_str *text, struct zx_buf *out)
{
	int err = zx_json_check(*text, 0, NULL);
	struct zx_buf own;

	if (err != ZX_E_SYNTAX || !text->len)
		return err;
	zx_buf_init(&own, out ? out->alloc : NULL, (size_t)2 * 1000 * 1000);
	if (!out)
		out = &own;
	zx_buf_clear(out);
	if (without_odd(*text, out) && !out->err)
		err = zx_json_check(zx_buf_str(out), 0, NULL);
	if (out->err)
		err = out->err;
	if (!err && out != &own)
		*text = zx_buf_str(out);
	zx_buf_release(&own);
	return err;
}
