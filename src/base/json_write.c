/* SPDX-License-Identifier: MIT
 *
 * json_write: members in call order, commas and escapes placed for the caller.
 */
#include <inttypes.h>
#include <math.h>

#include "base/base_int.h"

void zx_jw_init(struct zx_json_writer *w, struct zx_buf *out)
{
	*w = (struct zx_json_writer){ .out = out };
}

static void add_escape(struct zx_buf *out, unsigned char c)
{
	static const char letter[0x20] = {
		['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n',
		['\r'] = 'r', ['\t'] = 't',
	};

	if (c == '"' || c == '\\')
		zx_buf_add(out, (char[]){ '\\', (char)c }, 2);
	else if (letter[c])
		zx_buf_add(out, (char[]){ '\\', letter[c] }, 2);
	else
		zx_buf_addf(out, "\\u%04x", c);
}

static void add_string(struct zx_buf *out, struct zx_str s)
{
	const char *p = s.len ? s.ptr : "", *end = p + s.len;

	zx_buf_addch(out, '"');
	while (p < end && !out->err) {
		const char *stop = zx__scan_plain(p, end);
		size_t len;

		zx_buf_add(out, p, (size_t)(stop - p));
		p = stop;
		if (p == end)
			break;
		if ((unsigned char)*p < 0x80) {
			add_escape(out, (unsigned char)*p++);
			continue;
		}
		len = zx__utf8_len(p, (size_t)(end - p));
		if (len)
			zx_buf_add(out, p, len);
		else
			zx_buf_addc(out, "\xef\xbf\xbd");
		p += len ? len : 1;
	}
	zx_buf_addch(out, '"');
}

/* Comma and key: what comes before any value. */
static void begin(struct zx_json_writer *w, const char *key)
{
	uint64_t bit = w->depth ? (uint64_t)1 << (w->depth - 1) : 0;

	if (w->has_member & bit)
		zx_buf_addch(w->out, ',');
	w->has_member |= bit;
	if (!key)
		return;
	add_string(w->out, zx_str(key));
	zx_buf_addch(w->out, ':');
}

static void open(struct zx_json_writer *w, const char *key, char bracket)
{
	if (w->depth == ZX__JSON_WRITE_DEPTH) {
		if (!w->out->err)
			w->out->err = ZX_E_TOOBIG;
		return;
	}
	begin(w, key);
	zx_buf_addch(w->out, bracket);
	w->has_member &= ~((uint64_t)1 << w->depth);
	w->depth++;
}

static void shut(struct zx_json_writer *w, char bracket)
{
	if (!w->depth) {
		if (!w->out->err)
			w->out->err = ZX_E_STATE;
		return;
	}
	w->depth--;
	zx_buf_addch(w->out, bracket);
}

void zx_jw_obj(struct zx_json_writer *w, const char *key)
{
	open(w, key, '{');
}

void zx_jw_arr(struct zx_json_writer *w, const char *key)
{
	open(w, key, '[');
}

void zx_jw_obj_end(struct zx_json_writer *w)
{
	shut(w, '}');
}

void zx_jw_arr_end(struct zx_json_writer *w)
{
	shut(w, ']');
}

void zx_jw_str(struct zx_json_writer *w, const char *key, struct zx_str s)
{
	begin(w, key);
	add_string(w->out, s);
}

void zx_jw_cstr(struct zx_json_writer *w, const char *key, const char *s)
{
	zx_jw_str(w, key, zx_str(s));
}

void zx_jw_strf(struct zx_json_writer *w, const char *key, const char *fmt, ...)
{
	struct zx_buf text;
	va_list ap;

	zx_buf_init(&text, w->out->alloc, w->out->max);
	va_start(ap, fmt);
	zx_buf_addv(&text, fmt, ap);
	va_end(ap);
	if (!text.err)
		zx_jw_str(w, key, zx_buf_str(&text));
	else if (!w->out->err)
		w->out->err = text.err;
	zx_buf_release(&text);
}

void zx_jw_u64(struct zx_json_writer *w, const char *key, uint64_t v)
{
	begin(w, key);
	zx_buf_addf(w->out, "%" PRIu64, v);
}

void zx_jw_i64(struct zx_json_writer *w, const char *key, int64_t v)
{
	begin(w, key);
	zx_buf_addf(w->out, "%" PRId64, v);
}

void zx_jw_id(struct zx_json_writer *w, const char *key, uint64_t v)
{
	begin(w, key);
	zx_buf_addf(w->out, "\"%" PRIu64 "\"", v);
}

void zx_jw_f64(struct zx_json_writer *w, const char *key, double v)
{
	char text[ZX__F64_TEXT];

	begin(w, key);
	if (isfinite(v))
		zx_buf_add(w->out, text, zx__f64_write(v, text));
	else
		zx_buf_addc(w->out, "null");
}

void zx_jw_bool(struct zx_json_writer *w, const char *key, int v)
{
	begin(w, key);
	zx_buf_addc(w->out, v ? "true" : "false");
}

void zx_jw_null(struct zx_json_writer *w, const char *key)
{
	begin(w, key);
	zx_buf_addc(w->out, "null");
}

void zx_jw_raw(struct zx_json_writer *w, const char *key, struct zx_str json)
{
	begin(w, key);
	zx_buf_adds(w->out, json.len ? json : ZX_STR("null"));
}
