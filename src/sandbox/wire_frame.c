/* SPDX-License-Identifier: MIT
 *
 * WebSocket frames (RFC 6455, section 5), both ways. What a client sends is
 * held to the standard; what is sent may break it on purpose.
 */
#include <string.h>

#include "wire_int.h"

struct frame {
	int fin, rsv, op, masked;
	uint64_t len;
	unsigned char mask[4];
	size_t head; /* bytes of the header */
};

/* 1 when the header is complete. */
static int frame_head(struct zx_str in, struct frame *f)
{
	const unsigned char *p = (const unsigned char *)in.ptr;
	size_t ext, mask;

	if (in.len < 2)
		return 0;
	f->fin = p[0] >> 7;
	f->rsv = p[0] & 0x70;
	f->op = p[0] & 15;
	f->masked = p[1] >> 7;
	f->len = p[1] & 127;
	ext = f->len == 126 ? 2 : f->len == 127 ? 8 : 0;
	mask = f->masked ? 4 : 0;
	f->head = 2 + ext + mask;
	if (in.len < f->head)
		return 0;
	if (ext)
		f->len = 0;
	for (size_t i = 0; i < ext; i++)
		f->len = f->len << 8 | p[2 + i];
	memcpy(f->mask, p + 2 + ext, mask);
	return 1;
}

/* The close code of what is wrong with a header, 0 for nothing. */
static int frame_fault(const struct zx__conn *c, const struct frame *f)
{
	if (!f->masked || f->rsv)
		return 1002;
	if (f->op >= ZX__WS_CLOSE) {
		if (f->op > ZX__WS_PONG || !f->fin || f->len > 125)
			return 1002;
		return 0;
	}
	if (f->op > ZX__WS_BINARY || (f->op == ZX__WS_CONT) != c->msg_open)
		return 1002;
	if (f->len > ZX__MESSAGE_MAX || f->len + c->msg.len > ZX__MESSAGE_MAX)
		return c->kind == ZX__CONN_GATEWAY ? 4002 : 1009;
	return 0;
}

static void unmask(char *p, const struct frame *f)
{
	for (size_t i = 0; i < f->len; i++)
		p[i] = (char)(p[i] ^ f->mask[i & 3]);
}

/* The peer closes: the same code goes back, and the session ends with it when
 * the code says that the client will not come back. */
static void peer_closed(struct zx__conn *c, struct zx_str why)
{
	const unsigned char *p = (const unsigned char *)why.ptr;
	int code = why.len >= 2 ? p[0] << 8 | p[1] : 0;

	if (c->gw && c->gw->session && (code == 1000 || code == 1001)) {
		zx__session_free(c->gw->session);
	}
	if (!c->close_sent)
		zx__ws_close(c, code, "");
	zx__conn_finish(c);
}

static void control(struct zx__conn *c, const struct frame *f,
		    struct zx_str body)
{
	if (f->op == ZX__WS_PING)
		zx__ws_send(c, ZX__WS_PONG, body.ptr, body.len);
	else if (f->op == ZX__WS_CLOSE)
		peer_closed(c, body);
}

static void data(struct zx__conn *c, const struct frame *f, struct zx_str body)
{
	zx_buf_adds(&c->msg, body);
	c->msg_open = !f->fin;
	if (c->msg_open)
		return;
	if (c->msg.err)
		zx__conn_kill(c, 1);
	else if (c->kind == ZX__CONN_GATEWAY && !c->close_sent)
		zx__gw_message(c, zx_buf_str(&c->msg));
	zx_buf_clear(&c->msg);
}

static int take_frame(struct zx__conn *c)
{
	struct frame f;
	struct zx_str body;
	int code;

	if (!frame_head(zx_buf_str(&c->in), &f))
		return 0;
	code = frame_fault(c, &f);
	if (code) {
		/* There is no way to find the next frame behind a broken one.
		 */
		zx_buf_clear(&c->in);
		if (code == 4002)
			zx__wire_violation(c->wire, "payload over %d bytes",
					   ZX__PAYLOAD_MAX);
		zx__ws_close(c, code, "");
		zx__conn_finish(c);
		return 0;
	}
	if (c->in.len - f.head < f.len)
		return 0;
	body = (struct zx_str){ c->in.ptr + f.head, (size_t)f.len };
	unmask(c->in.ptr + f.head, &f);
	if (f.op >= ZX__WS_CLOSE)
		control(c, &f, body);
	else
		data(c, &f, body);
	zx_buf_skip(&c->in, f.head + (size_t)f.len);
	return 1;
}

void zx__ws_input(struct zx__conn *c)
{
	while (!c->dead && !c->closing &&
	       !zx__conn_paused(c, zx__wire_now(c->wire)) && take_frame(c))
		;
	if (c->closing)
		zx_buf_clear(&c->in);
}

size_t zx__ws_header(unsigned char *out, unsigned first, size_t n)
{
	out[0] = (unsigned char)first;
	if (n < 126) {
		out[1] = (unsigned char)n;
		return 2;
	}
	if (n < 65536) {
		out[1] = 126;
		out[2] = (unsigned char)(n >> 8);
		out[3] = (unsigned char)n;
		return 4;
	}
	out[1] = 127;
	for (unsigned i = 0; i < 8; i++)
		out[2 + i] = (unsigned char)((uint64_t)n >> (56 - 8 * i));
	return 10;
}

/* A frame that no server may send: masked, or with a reserved bit. */
static void odd_frame(struct zx__conn *c, unsigned first, const char *p,
		      size_t n)
{
	unsigned char head[14];
	size_t len;

	if (c->next_bits & ZX__ODD_RSV)
		first |= 0x40;
	len = zx__ws_header(head, first, n);
	if (c->next_bits & ZX__ODD_MASKED) {
		head[1] |= 0x80;
		memset(head + len, 0, 4); /* a mask that changes nothing */
		len += 4;
	}
	c->next_bits = 0;
	zx__conn_write(c, head, len);
	zx__conn_write(c, p, n);
}

static void one_frame(struct zx__conn *c, unsigned first, const char *p,
		      size_t n)
{
	unsigned char *at;
	size_t len;

	if (c->next_bits) {
		odd_frame(c, first, p, n);
		return;
	}
	at = (unsigned char *)zx__conn_room(c, n + 10);
	if (!at)
		return;
	len = zx__ws_header(at, first, n);
	if (n)
		memcpy(at + len, p, n);
	c->out.len += len + n;
}

/* Pings stand between some of the fragments, as RFC 6455 allows. */
static void fragments(struct zx__conn *c, unsigned op, const char *p, size_t n)
{
	size_t step = c->fragment;

	for (size_t at = 0, i = 0; at < n; at += step, i++) {
		size_t len = n - at < step ? n - at : step;

		one_frame(c, (i ? 0 : op) | (at + len == n ? 0x80 : 0), p + at,
			  len);
		if (i % 1024 == 0 && at + len < n)
			one_frame(c, 0x80 | ZX__WS_PING, "between", 7);
	}
}

void zx__ws_send(struct zx__conn *c, enum zx__ws_op op, const void *p, size_t n)
{
	if (c->close_sent || c->dead || c->closing)
		return;
	if (zx__conn_unsent(c) > ZX__UNSENT_MAX) {
		/* As Discord does with a reader that falls too far behind. */
		zx__conn_kill(c, 1);
		return;
	}
	if (c->fragment && op < ZX__WS_CLOSE && n > c->fragment)
		fragments(c, op, p, n);
	else
		one_frame(c, 0x80u | op, p, n);
}

void zx__ws_close(struct zx__conn *c, int code, const char *reason)
{
	char body[125];
	size_t n = strlen(reason);

	if (c->close_sent || c->dead)
		return;
	if (n > sizeof(body) - 2)
		n = sizeof(body) - 2;
	body[0] = (char)(code >> 8);
	body[1] = (char)code;
	memcpy(body + 2, reason, n);
	one_frame(c, 0x80 | ZX__WS_CLOSE, body, code ? n + 2 : 0);
	c->close_sent = 1;
	c->due = zx__wire_now(c->wire) + ZX__CLOSE_MS;
}
