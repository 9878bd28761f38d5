/* SPDX-License-Identifier: MIT
 *
 * Frames of RFC 6455, section 5, as a client reads and writes them.
 */
#include "net/ws.h"

#include <string.h>

void zx__wsc_init(struct zx__wsc *w, const struct zx_alloc *a, size_t max)
{
	memset(w, 0, sizeof(*w));
	w->max = max;
	zx_buf_init(&w->part, a, max + ZX__WSC_HEAD);
	zx_buf_init(&w->joined, a, max);
}

void zx__wsc_release(struct zx__wsc *w)
{
	zx_buf_release(&w->part);
	zx_buf_release(&w->joined);
}

static void empty(struct zx_buf *b)
{
	if (b->cap > ZX__WSC_KEEP)
		zx_buf_release(b);
	else
		zx_buf_clear(b);
}

/* Frames ----------------------------------------------------------------- */

struct frame {
	int fin, opcode;
	size_t head, len;
};

static int is_control(int opcode)
{
	return opcode & 8;
}

/* What the first two bytes alone show to be wrong. */
static int check_bits(const unsigned char *p)
{
	int opcode = p[0] & 15, fin = p[0] & 0x80;

	if (p[0] & 0x70 || p[1] & 0x80) /* no extension; servers do not mask */
		return ZX_E_PROTOCOL;
	if (is_control(opcode))
		return opcode <= ZX__WSC_PONG && fin && p[1] <= ZX__WSC_CONTROL
			       ? ZX_OK
			       : ZX_E_PROTOCOL;
	return opcode <= ZX__WSC_BINARY ? ZX_OK : ZX_E_PROTOCOL;
}

/* 1 and the frame that begins at p, 0 when the header is not complete. */
static int read_head(const struct zx__wsc *w, struct zx_str in, struct frame *f)
{
	const unsigned char *p = (const unsigned char *)in.ptr;
	uint64_t n;
	size_t i;

	if (in.len < 2)
		return 0;
	if (check_bits(p))
		return ZX_E_PROTOCOL;
	f->fin = !!(p[0] & 0x80);
	f->opcode = p[0] & 15;
	f->head = p[1] == 126 ? 4 : p[1] == 127 ? 10 : 2;
	if (in.len < f->head)
		return 0;
	n = p[1];
	if (f->head > 2)
		for (n = 0, i = 2; i < f->head; i++)
			n = n << 8 | p[i];
	if (n >> 63)
		return ZX_E_PROTOCOL;
	if (n > w->max)
		return ZX_E_TOOBIG;
	f->len = (size_t)n;
	return 1;
}

static int finish(struct zx__wsc_message *out, int opcode, struct zx_str text)
{
	if (opcode == ZX__WSC_TEXT && !zx_utf8_valid(text))
		return ZX_E_SYNTAX;
	out->opcode = opcode;
	out->payload = text;
	return 1;
}

/* A piece of a message; most are whole. 0: more must come. */
static int take_data(struct zx__wsc *w, const struct frame *f,
		     struct zx_str payload, struct zx__wsc_message *out)
{
	int opcode = w->joining;

	if (!opcode != (f->opcode != ZX__WSC_CONTINUE))
		return ZX_E_PROTOCOL;
	if (!opcode && f->fin)
		return finish(out, f->opcode, payload);
	if (!opcode)
		w->joining = f->opcode;
	zx_buf_adds(&w->joined, payload);
	if (w->joined.err)
		return w->joined.err;
	if (!f->fin)
		return 0;
	w->joining = 0;
	w->given = 1;
	return finish(out, opcode, zx_buf_str(&w->joined));
}

static int take(struct zx__wsc *w, const struct frame *f, struct zx_str bytes,
		struct zx__wsc_message *out)
{
	struct zx_str payload = { bytes.ptr + f->head, f->len };

	if (!is_control(f->opcode))
		return take_data(w, f, payload, out);
	return finish(out, f->opcode, payload);
}

/* A frame that came in pieces ------------------------------------------------
 */

static void move(struct zx__wsc *w, struct zx_str *in, size_t n)
{
	if (n > in->len)
		n = in->len;
	zx_buf_add(&w->part, in->ptr, n);
	*in = zx_str_from(*in, n);
}

/* Byte by byte up to the header's end, then as much as is missing. 1: whole. */
static int gather(struct zx__wsc *w, struct zx_str *in, struct frame *f)
{
	int n;

	for (;;) {
		n = read_head(w, zx_buf_str(&w->part), f);
		if (n < 0)
			return n;
		if (n || !in->len)
			break;
		move(w, in, 1);
		if (w->part.err)
			return w->part.err;
	}
	if (!n)
		return 0;
	w->whole = f->head + f->len;
	move(w, in, w->whole - w->part.len);
	if (w->part.err)
		return w->part.err;
	return w->part.len == w->whole;
}

/* ------------------------------------------------------------------------ */

/* What was handed out is done with. */
static void forget_given(struct zx__wsc *w)
{
	if (w->whole && w->part.len == w->whole) {
		empty(&w->part);
		w->whole = 0;
	}
	if (w->given) {
		empty(&w->joined);
		w->given = 0;
	}
}

static int next_frame(struct zx__wsc *w, struct zx_str *in,
		      struct zx__wsc_message *out)
{
	struct frame f;
	struct zx_str bytes;
	int n;

	forget_given(w);
	if (!w->part.len) {
		n = read_head(w, *in, &f);
		if (n < 0)
			return n;
		if (n && in->len - f.head >= f.len) {
			bytes = (struct zx_str){ in->ptr, f.head + f.len };
			*in = zx_str_from(*in, bytes.len);
			return take(w, &f, bytes, out);
		}
	}
	n = gather(w, in, &f);
	return n > 0 ? take(w, &f, zx_buf_str(&w->part), out) : n;
}

int zx__wsc_feed(struct zx__wsc *w, struct zx_str *in,
		 struct zx__wsc_message *out)
{
	int n;

	do {
		n = next_frame(w, in, out);
	} while (!n && in->len);
	return n;
}

int zx__wsc_close_code(struct zx_str payload)
{
	const unsigned char *p = (const unsigned char *)payload.ptr;

	if (payload.len == 1)
		return -1;
	return payload.len ? p[0] << 8 | p[1] : 0;
}

size_t zx__wsc_frame(unsigned char *to, int opcode, struct zx_str payload,
		     const unsigned char mask[4])
{
	size_t head = 2, i, n = payload.len;
	int wide = n > 65535 ? 8 : n > 125 ? 2 : 0;

	to[0] = (unsigned char)(0x80 | opcode);
	to[1] = (unsigned char)(0x80 | (wide == 8 ? 127 : wide == 2 ? 126 : n));
	while (wide)
		to[head++] = (unsigned char)((uint64_t)n >> (8 * --wide));
	memcpy(to + head, mask, 4);
	head += 4;
	for (i = 0; i < n; i++)
		to[head + i] = (unsigned char)payload.ptr[i] ^ mask[i % 4];
	return head + n;
}
