/* SPDX-License-Identifier: MIT
 *
 * socket: a WebSocket client: frames and handshake are ours (ws.h says why), on
 * a stream of dial.h.
 */
#include "net/socket.h"

#include <stdio.h>
#include <string.h>

#include "net/dial.h"
#include "net/ws.h"

/* Reads of one turn, so that one socket in a flood leaves time to the others.*/
#define READS 4

/* Bytes that wait for the stream. */
struct send {
	struct send *next;
	size_t len, done;
	unsigned char bytes[];
};

struct zx__socket {
	struct zx_loop *loop;
	const struct zx__socket_handler *handler; /* NULL: nobody listens */
	void *ud;
	struct zx__dial *dial;
	int calls;	       /* depth of callbacks: memory must stay */
	int open;	       /* the server has agreed to be a WebSocket */
	int closing;	       /* our close frame is on its way */
	int hang_up;	       /* when all is sent */
	int close_code;	       /* ours */
	int peer_code;	       /* the peer's, 0 when none came */
	struct zx_timer timer; /* for the peer's part of a close */
	struct zx__url *url;   /* until the request is made */
	struct zx__wsc_key key;
	struct zx_buf answer; /* to the request, as far as it has come */
	struct zx__wsc frames;
	struct send *first, **last;
	size_t sends;
};

/* Ending ----------------------------------------------------------------- */

static void drop_send(struct zx__socket *ws)
{
	struct send *s = ws->first;

	ws->first = s->next;
	if (!ws->first)
		ws->last = &ws->first;
	ws->sends--;
	zx_wipe(s->bytes, s->len); /* may hold the token */
	zx_delete(ws->loop->alloc, s);
}

static void ws_free(struct zx__socket *ws)
{
	while (ws->first)
		drop_send(ws);
	zx__wsc_release(&ws->frames);
	zx_buf_release(&ws->answer);
	zx_delete(ws->loop->alloc, ws->url);
	zx_delete(ws->loop->alloc, ws);
}

void zx__socket_abandon(struct zx__socket *ws)
{
	if (!ws || !ws->handler)
		return;
	ws->handler = NULL;
	zx_timer_set(ws->loop, &ws->timer, ZX_TIME_NEVER);
	zx__dial_close(ws->dial);
	ws->dial = NULL;
	if (!ws->calls)
		ws_free(ws);
}

static void enter(struct zx__socket *ws)
{
	ws->calls++;
}

static void leave(struct zx__socket *ws)
{
	if (!--ws->calls && !ws->handler)
		ws_free(ws);
}

static void closed(struct zx__socket *ws)
{
	const struct zx__socket_handler *h = ws->handler;
	int code = ws->peer_code;
	void *ud = ws->ud;

	if (!h)
		return;
	/* The end of the stream answers our close frame well enough. */
	if (!code && ws->closing)
		code = ws->close_code;
	zx__socket_abandon(ws);
	h->closed(code, ud);
}

static void failed(struct zx__socket *ws, const char *why)
{
	const struct zx__socket_handler *h = ws->handler;
	void *ud = ws->ud;

	if (!h)
		return;
	zx__socket_abandon(ws);
	h->failed(why, ud);
}

static void on_close_timeout(struct zx_timer *t, void *ud)
{
	struct zx__socket *ws = ud;

	(void)t;
	enter(ws);
	if (ws->open && !ws->peer_code)
		ws->close_code = 0; /* it never answered */
	closed(ws);
	leave(ws);
}

/* Sending ---------------------------------------------------------------- */

/* Room for n bytes behind those that wait; NULL when there is none. */
static struct send *add_send(struct zx__socket *ws, size_t n)
{
	struct send *s = NULL;

	if (ws->sends < ZX__NET_SENDS)
		s = zx_new(ws->loop->alloc, sizeof(*s) + n);
	if (!s)
		return NULL;
	*ws->last = s;
	ws->last = &s->next;
	ws->sends++;
	return s;
}

/* As much as the stream takes. */
static int push(struct zx__socket *ws)
{
	struct send *s;
	size_t n;
	int err = ZX_OK;

	while (!err && (s = ws->first)) {
		err = zx__dial_write(ws->dial, s->bytes + s->done,
				     s->len - s->done, &n);
		s->done += n;
		if (!err && s->done == s->len)
			drop_send(ws);
	}
	return err;
}

/* Most goes at once. The rest, and an error, are found in a turn of their own,
 * so that nobody who sends is called from inside. */
static void push_now(struct zx__socket *ws)
{
	if (push(ws))
		zx__dial_want(ws->dial, ZX__READ | ZX__WRITE);
}

static int add_frame(struct zx__socket *ws, int opcode, struct zx_str payload)
{
	struct zx_rand r = zx_system_rand();
	unsigned char mask[4];
	struct send *s = add_send(ws, payload.len + ZX__WSC_HEAD);

	if (!s)
		return ZX_E_NOMEM;
	r.fill(r.ud, mask, sizeof(mask));
	s->len = zx__wsc_frame(s->bytes, opcode, payload, mask);
	push_now(ws);
	return ZX_OK;
}

/* With our close frame away, the peer has a while for its own. */
static void begin_close(struct zx__socket *ws, int code)
{
	char bytes[2] = { (char)(code >> 8), (char)code };
	struct zx_str payload = { bytes, code ? sizeof(bytes) : 0 };

	ws->closing = 1;
	ws->close_code = code;
	/* Without it the peer sees the stream end, which says enough. */
	if (add_frame(ws, ZX__WSC_CLOSE, payload)) {
		ws->hang_up = 1;
		zx__dial_want(ws->dial, ZX__READ | ZX__WRITE);
	}
	zx_timer_set(ws->loop, &ws->timer,
		     zx_time_add(ws->loop->now, ZX__NET_CLOSE_MS));
}

void zx__socket_close(struct zx__socket *ws, int code)
{
	if (ws->closing)
		return;
	if (ws->open) {
		begin_close(ws, code);
		return;
	}
	/* Told in a turn of its own, so that it never calls from inside. */
	ws->closing = 1;
	ws->close_code = code;
	zx_timer_set(ws->loop, &ws->timer, ws->loop->now);
}

void zx__socket_send(struct zx__socket *ws, struct zx_str text)
{
	if (ws->closing || !ws->open)
		return;
	/* The order of what is sent matters: a gap would be worse than another
	 * connection. */
	if (add_frame(ws, ZX__WSC_TEXT, text))
		zx__socket_close(ws, 4000);
}

static void write_some(struct zx__socket *ws)
{
	int err = push(ws);

	if (err == ZX_E_WOULDWAIT)
		return;
	if (err || ws->hang_up)
		closed(ws);
	else
		zx__dial_want(ws->dial, ZX__READ);
}

/* Frames ----------------------------------------------------------------- */

/* The peer breaks the protocol: what it says from here on has no meaning, so
 * its part of the close is not waited for. */
static void broken(struct zx__socket *ws, int err)
{
	int code = err == ZX_E_TOOBIG	? 1009
		   : err == ZX_E_SYNTAX ? 1007
		   : err == ZX_E_NOMEM	? 4000
					: 1002;

	zx__socket_close(ws, code);
	ws->hang_up = 1;
}

static void on_peer_close(struct zx__socket *ws, struct zx_str payload)
{
	int code = zx__wsc_close_code(payload);

	if (code < 0) {
		broken(ws, ZX_E_PROTOCOL);
		return;
	}
	ws->peer_code = code;
	if (!ws->closing)
		begin_close(ws, code);
	ws->hang_up = 1;
	zx__dial_want(ws->dial, ZX__READ | ZX__WRITE);
}

static void on_frame(struct zx__socket *ws, const struct zx__wsc_message *m)
{
	switch (m->opcode) {
	case ZX__WSC_CLOSE:
		on_peer_close(ws, m->payload);
		break;
	case ZX__WSC_PING:
		/* One of many that cannot be answered is no harm. */
		if (!ws->closing && ws->sends < ZX__NET_SENDS / 2)
			add_frame(ws, ZX__WSC_PONG, m->payload);
		break;
	case ZX__WSC_PONG:
		break;
	default:
		if (!ws->closing)
			ws->handler->message(m->payload, ws->ud);
	}
}

static void take_frames(struct zx__socket *ws, struct zx_str in)
{
	struct zx__wsc_message m;
	size_t len = in.len;
	int n = 0;

	while (ws->handler && !ws->hang_up &&
	       (n = zx__wsc_feed(&ws->frames, &in, &m)) > 0)
		on_frame(ws, &m);
	if (!ws->handler || ws->hang_up)
		return;
	if (n < 0)
		broken(ws, n);
	else if (ws->frames.part.len && !ws->closing)
		ws->handler->bytes(
			len < ws->frames.part.len ? len : ws->frames.part.len,
			ws->ud);
}

/* Opening handshake ------------------------------------------------------ */

static void ask(struct zx__socket *ws)
{
	struct zx_rand r = zx_system_rand();
	struct zx_buf text;
	struct send *s;

	zx_buf_init(&text, ws->loop->alloc, 0);
	zx__wsc_key(&ws->key, &r);
	zx__wsc_request(&text, ws->url->host, ws->url->path, &ws->key);
	zx_delete(ws->loop->alloc, ws->url);
	ws->url = NULL;
	s = text.err ? NULL : add_send(ws, text.len);
	if (s) {
		s->len = text.len;
		memcpy(s->bytes, text.ptr, text.len);
		push_now(ws);
	}
	zx_buf_release(&text);
	if (!s)
		failed(ws, "out of memory");
}

static int is_whole(struct zx_str head)
{
	return head.len >= 4 && !memcmp(head.ptr + head.len - 4, "\r\n\r\n", 4);
}

static void take_answer(struct zx__socket *ws, struct zx_str *in)
{
	char why[64] = "the answer has no end";
	int err;

	while (in->len && !is_whole(zx_buf_str(&ws->answer))) {
		zx_buf_addch(&ws->answer, in->ptr[0]);
		*in = zx_str_from(*in, 1);
	}
	err = ws->answer.err ? ZX_E_PROTOCOL : ZX_OK;
	if (!err && !is_whole(zx_buf_str(&ws->answer)))
		return;
	if (!err)
		err = zx__wsc_answer(zx_buf_str(&ws->answer), &ws->key, why,
				     sizeof(why));
	zx_buf_release(&ws->answer);
	if (err) {
		failed(ws, why);
		return;
	}
	ws->open = 1;
	if (!ws->closing)
		ws->handler->open(ws->ud);
}

/* The stream ------------------------------------------------------------- */

static void take(struct zx__socket *ws, struct zx_str in)
{
	if (!ws->open)
		take_answer(ws, &in);
	if (ws->handler && ws->open)
		take_frames(ws, in);
}

static void on_end(struct zx__socket *ws)
{
	if (ws->open || ws->closing)
		closed(ws);
	else
		failed(ws, "the connection ended before it was a WebSocket");
}

static void read_some(struct zx__socket *ws)
{
	struct zx_loop *l = ws->loop;
	size_t total = 0, n;
	int err = ZX_OK, more = 1;

	while (ws->handler && more && total < READS * (size_t)ZX__NET_RX) {
		err = zx__dial_read(ws->dial, l->rx, ZX__NET_RX, &n);
		if (err)
			break;
		total += n;
		/* With TLS a read gives one record at most, so there may be
		 * more although the buffer was not filled. */
		more = n == ZX__NET_RX || zx__dial_is_tls(ws->dial);
		take(ws, (struct zx_str){ l->rx, n });
	}
	if (ws->handler && err && err != ZX_E_WOULDWAIT)
		on_end(ws);
}

static void on_ready(int events, void *ud)
{
	struct zx__socket *ws = ud;

	enter(ws);
	if (ws->handler && events & (ZX__READ | ZX__GONE))
		read_some(ws);
	if (ws->handler && events & ZX__WRITE)
		write_some(ws);
	if (ws->handler && events & ZX__GONE)
		on_end(ws);
	leave(ws);
}

static void on_connected(void *ud)
{
	struct zx__socket *ws = ud;

	enter(ws);
	ask(ws);
	leave(ws);
}

static void on_failed(const char *why, void *ud)
{
	struct zx__socket *ws = ud;

	enter(ws);
	failed(ws, why);
	leave(ws);
}

static const struct zx__dial_handler stream_handler = {
	.connected = on_connected,
	.failed = on_failed,
	.ready = on_ready,
};

int zx__socket_open(struct zx__socket **out, struct zx_loop *l,
		    struct zx_str url, const struct zx__socket_handler *h,
		    void *ud)
{
	struct zx__socket *ws;
	struct zx__url u;
	int err = zx__url_parse(&u, url);

	*out = NULL;
	if (err)
		return err;
	ws = zx_new(l->alloc, sizeof(*ws));
	if (!ws)
		return ZX_E_NOMEM;
	ws->loop = l;
	ws->handler = h;
	ws->ud = ud;
	ws->timer = (struct zx_timer){ .fn = on_close_timeout, .ud = ws };
	ws->last = &ws->first;
	zx_buf_init(&ws->answer, l->alloc, ZX__WSC_ANSWER);
	zx__wsc_init(&ws->frames, l->alloc, ZX__NET_MESSAGE);
	ws->url = zx_new(l->alloc, sizeof(*ws->url));
	err = ws->url && zx__loop_rx(l) ? ZX_OK : ZX_E_NOMEM;
	if (!err) {
		*ws->url = u;
		/* The parts of a parsed URL point into it. */
		err = zx__url_parse(ws->url, url);
	}
	if (!err)
		err = zx__dial_open(&ws->dial, l, &u, &stream_handler, ws);
	if (err)
		ws_free(ws);
	else
		*out = ws;
	return err;
}
