/* SPDX-License-Identifier: MIT
 *
 * socket: a WebSocket client. libwebsockets connects, secures and serves the
 * socket as a raw one; frames and handshake are ours (ws.h says why). Its
 * memory goes when libwebsockets drops the wsi, which may be later than the
 * owner's interest in it.
 */
#include "net/socket.h"

#include <stdio.h>
#include <string.h>

#include "net/ws.h"

/* Bytes that wait for the socket. */
struct send {
	struct send *next;
	size_t len;
	unsigned char bytes[]; /* LWS_PRE of head room, then a frame */
};

struct zx__socket {
	struct zx__source source;
	const struct zx__socket_handler *handler; /* NULL: nobody listens */
	void *ud;
	const struct zx_alloc *alloc;
	struct lws *wsi;
	int opening; /* inside lws_client_connect_via_info */
	int dead;    /* the wsi went while opening */
	int open;    /* the server has agreed to be a WebSocket */
	int closing;
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

static void drop_send(struct zx__socket *ws)
{
	struct send *s = ws->first;

	ws->first = s->next;
	if (!ws->first)
		ws->last = &ws->first;
	ws->sends--;
	zx_wipe(s->bytes, LWS_PRE + s->len); /* may hold the token */
	zx_delete(ws->alloc, s);
}

static void ws_free(struct zx__socket *ws)
{
	while (ws->first)
		drop_send(ws);
	zx__wsc_release(&ws->frames);
	zx_buf_release(&ws->answer);
	zx_delete(ws->alloc, ws->url);
	zx_delete(ws->alloc, ws);
}

void zx__socket_abandon(struct zx__socket *ws)
{
	if (!ws || !ws->handler)
		return;
	zx_timer_set(ws->source.loop, &ws->timer, ZX_TIME_NEVER);
	ws->handler = NULL;
	if (ws->wsi)
		lws_set_timeout(ws->wsi, PENDING_TIMEOUT_USER_OK,
				LWS_TO_KILL_ASYNC);
}

/* The answer to a close of ours names our code. */
static int final_code(const struct zx__socket *ws)
{
	if (ws->peer_code || !ws->closing)
		return ws->peer_code;
	return ws->close_code;
}

static void closed(struct zx__socket *ws, int code)
{
	const struct zx__socket_handler *h = ws->handler;

	zx__socket_abandon(ws);
	if (h)
		h->closed(code, ws->ud);
}

static void failed(struct zx__socket *ws, const char *why)
{
	const struct zx__socket_handler *h = ws->handler;

	zx__socket_abandon(ws);
	if (h)
		h->failed(why, ws->ud);
}

static void on_close_timeout(struct zx_timer *t, void *ud)
{
	(void)t;
	closed(ud, 0);
}

/* Room for n bytes behind those that wait; NULL when there is none. */
static struct send *add_send(struct zx__socket *ws, size_t n)
{
	struct send *s = NULL;

	if (ws->sends < ZX__NET_SENDS)
		s = zx_new(ws->alloc, sizeof(*s) + LWS_PRE + n);
	if (!s)
		return NULL;
	*ws->last = s;
	ws->last = &s->next;
	ws->sends++;
	lws_callback_on_writable(ws->wsi);
	return s;
}

static int add_frame(struct zx__socket *ws, int opcode, struct zx_str payload)
{
	struct zx_rand r = zx_system_rand();
	unsigned char mask[4];
	struct send *s = add_send(ws, payload.len + ZX__WSC_HEAD);

	if (!s)
		return ZX_E_NOMEM;
	r.fill(r.ud, mask, sizeof(mask));
	s->len = zx__wsc_frame(s->bytes + LWS_PRE, opcode, payload, mask);
	return ZX_OK;
}

static void add_close(struct zx__socket *ws, int code)
{
	char bytes[2] = { (char)(code >> 8), (char)code };

	/* Without it the peer sees the stream end, which says enough. */
	if (add_frame(ws, ZX__WSC_CLOSE,
		      (struct zx_str){ bytes, code ? sizeof(bytes) : 0 })) {
		ws->hang_up = 1;
		lws_callback_on_writable(ws->wsi);
	}
}

void zx__socket_close(struct zx__socket *ws, int code)
{
	uint64_t wait = ZX__NET_CLOSE_MS;

	if (ws->closing)
		return;
	ws->closing = 1;
	ws->close_code = code;
	/* Told in a turn of its own, so that it never calls from inside. */
	if (!ws->open || !ws->wsi)
		wait = 0;
	else
		add_close(ws, code);
	zx_timer_set(ws->source.loop, &ws->timer,
		     zx_time_add(ws->source.loop->now, wait));
}

void zx__socket_send(struct zx__socket *ws, struct zx_str text)
{
	if (ws->closing || !ws->open || !ws->wsi)
		return;
	/* The order of what is sent matters: a gap would be worse than another
	 * connection. */
	if (add_frame(ws, ZX__WSC_TEXT, text))
		zx__socket_close(ws, 4000);
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
	if (!ws->closing) {
		ws->closing = 1;
		ws->close_code = code;
		add_close(ws, code);
		zx_timer_set(
			ws->source.loop, &ws->timer,
			zx_time_add(ws->source.loop->now, ZX__NET_CLOSE_MS));
	}
	ws->hang_up = 1;
	lws_callback_on_writable(ws->wsi);
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

/* Opening handshake ------------------------------------------------------- */

static void ask(struct zx__socket *ws)
{
	struct zx_rand r = zx_system_rand();
	struct zx_buf text;
	struct send *s;

	zx_buf_init(&text, ws->alloc, 0);
	zx__wsc_key(&ws->key, &r);
	zx__wsc_request(&text, ws->url->host, ws->url->path, &ws->key);
	zx_delete(ws->alloc, ws->url);
	ws->url = NULL;
	s = text.err ? NULL : add_send(ws, text.len);
	if (s) {
		s->len = text.len;
		memcpy(s->bytes + LWS_PRE, text.ptr, text.len);
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

/* Callbacks of libwebsockets --------------------------------------------- */

static void on_receive(struct zx__socket *ws, struct zx_str in)
{
	if (!ws->handler)
		return;
	if (!ws->open)
		take_answer(ws, &in);
	if (ws->open && ws->handler)
		take_frames(ws, in);
}

static int on_writable(struct zx__socket *ws, struct lws *wsi)
{
	struct send *s = ws->first;

	if (s) {
		if (lws_write(wsi, s->bytes + LWS_PRE, s->len, LWS_WRITE_RAW) <
		    (int)s->len)
			return -1;
		drop_send(ws);
	}
	if (ws->first) {
		lws_callback_on_writable(wsi);
		return 0;
	}
	return ws->hang_up ? -1 : 0;
}

static void on_end(struct zx__socket *ws)
{
	ws->wsi = NULL;
	if (ws->open || ws->closing)
		closed(ws, final_code(ws));
	else
		failed(ws, "the connection ended before it was a WebSocket");
}

static void on_gone(struct zx__socket *ws, struct lws *wsi)
{
	lws_set_opaque_user_data(wsi, NULL);
	ws->wsi = NULL;
	if (ws->opening) {
		ws->dead = 1;
		return;
	}
	on_end(ws);
	ws_free(ws);
}

static void on_error(struct zx__socket *ws, const char *in, size_t len)
{
	char why[160];

	ws->wsi = NULL; /* it is on its way out already */
	snprintf(why, sizeof(why), "%.*s", in ? (int)len : 0, in ? in : "");
	failed(ws, why[0] ? why : "the connection failed");
}

static int on_event(struct zx__source *s, struct lws *wsi,
		    enum lws_callback_reasons why, void *in, size_t len)
{
	struct zx__socket *ws = (struct zx__socket *)s;

	if (ws->handler)
		zx__loop_enter(s->loop);
	switch (why) {
	case LWS_CALLBACK_RAW_RX:
		on_receive(ws, (struct zx_str){ in, len });
		break;
	case LWS_CALLBACK_RAW_WRITEABLE:
		if (on_writable(ws, wsi))
			return -1;
		break;
	case LWS_CALLBACK_RAW_CONNECTED:
		if (ws->handler)
			ask(ws);
		break;
	case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
		on_error(ws, in, len);
		return 0;
	case LWS_CALLBACK_RAW_CLOSE:
		on_end(ws);
		return 0;
	case LWS_CALLBACK_WSI_DESTROY:
		on_gone(ws, wsi);
		return 0;
	default:
		return 0;
	}
	return ws->handler ? 0 : -1;
}

/* Opening ---------------------------------------------------------------- */

/* The owner of the protocol beats and judges by itself. */
static const lws_retry_bo_t no_pings = { .secs_since_valid_ping = 0 };

static int begin(struct zx__socket *ws, const struct zx__url *u,
		 struct lws_vhost *vhost)
{
	struct lws_client_connect_info info = {
		.context = ws->source.loop->lws,
		.vhost = vhost,
		.address = u->address,
		.host = u->host,
		.port = u->port,
		.path = u->path,
		.method = "RAW",
		.local_protocol_name = ZX__PROTOCOL,
		.alpn = "http/1.1",
		.opaque_user_data = &ws->source,
		.retry_and_idle_policy = &no_pings,
		.pwsi = &ws->wsi,
	};

	if (u->tls)
		info.ssl_connection |= LCCSCF_USE_SSL;
	ws->opening = 1;
	if (!lws_client_connect_via_info(&info) || ws->dead)
		ws->wsi = NULL;
	ws->opening = 0;
	return ws->wsi ? ZX_OK : ZX_E_CONNECT;
}

/* It points into itself. */
static struct zx__url *url_copy(const struct zx_alloc *a,
				const struct zx__url *u)
{
	struct zx__url *copy = zx_new(a, sizeof(*copy));

	if (!copy)
		return NULL;
	*copy = *u;
	copy->address = copy->text + (u->address - u->text);
	copy->path = copy->text + (u->path - u->text);
	return copy;
}

int zx__socket_open(struct zx__socket **out, struct zx_loop *l,
		    struct zx_str url, const struct zx__socket_handler *h,
		    void *ud)
{
	struct lws_vhost *vhost;
	struct zx__socket *ws;
	struct zx__url u;
	int err = zx__url_parse(&u, url);

	*out = NULL;
	if (err)
		return err;
	vhost = u.tls ? zx__loop_tls(l) : l->plain;
	if (!vhost)
		return ZX_E_TLS;
	ws = zx_new(l->alloc, sizeof(*ws));
	if (!ws)
		return ZX_E_NOMEM;
	ws->source = (struct zx__source){ .event = on_event, .loop = l };
	ws->handler = h;
	ws->ud = ud;
	ws->alloc = l->alloc;
	ws->timer = (struct zx_timer){ .fn = on_close_timeout, .ud = ws };
	ws->last = &ws->first;
	zx_buf_init(&ws->answer, ws->alloc, ZX__WSC_ANSWER);
	zx__wsc_init(&ws->frames, ws->alloc, ZX__NET_MESSAGE);
	ws->url = url_copy(l->alloc, &u);
	err = ws->url ? begin(ws, ws->url, vhost) : ZX_E_NOMEM;
	if (err)
		ws_free(ws);
	else
		*out = ws;
	return err;
}
