/* SPDX-License-Identifier: MIT
 *
 * socket: a WebSocket client on libwebsockets. Its memory goes when libwebsockets drops
 * the wsi, which may be later than the owner's interest in it.
 */
#include "net/socket.h"

#include <stdio.h>
#include <string.h>

/* A message that waits for the socket. */
struct send {
	struct send *next;
	size_t len;
	unsigned char bytes[]; /* LWS_PRE of head room, then the text */
};

struct zx__socket {
	struct zx__source source;
	const struct zx__socket_handler *handler; /* NULL: nobody listens */
	void *ud;
	const struct zx_alloc *alloc;
	struct lws *wsi;
	int opening; /* inside lws_client_connect_via_info */
	int dead;    /* the wsi went while opening */
	int open;
	int closing;
	int close_code;	       /* ours */
	int peer_code;	       /* the peer's, 0 when none came */
	struct zx_timer timer; /* for the peer's part of a close */
	struct zx_buf in;      /* a message that came in pieces */
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
	zx_buf_release(&ws->in);
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
		lws_callback_on_writable(ws->wsi);
	zx_timer_set(ws->source.loop, &ws->timer,
		     zx_time_add(ws->source.loop->now, wait));
}

void zx__socket_send(struct zx__socket *ws, struct zx_str text)
{
	struct send *s = NULL;

	if (ws->closing || !ws->open || !ws->wsi)
		return;
	if (ws->sends < ZX__NET_SENDS)
		s = zx_new(ws->alloc, sizeof(*s) + LWS_PRE + text.len);
	if (!s) {
		/* The order of what is sent matters: a gap would be worse than
		 * another connection. */
		zx__socket_close(ws, 4000);
		return;
	}
	s->len = text.len;
	memcpy(s->bytes + LWS_PRE, text.ptr, text.len);
	*ws->last = s;
	ws->last = &s->next;
	ws->sends++;
	lws_callback_on_writable(ws->wsi);
}

/* Callbacks of libwebsockets --------------------------------------------- */

static void on_piece(struct zx__socket *ws, struct lws *wsi, const void *in,
		     size_t len)
{
	zx_buf_add(&ws->in, in, len);
	if (ws->in.err) {
		zx__socket_close(ws,
				 4000); /* too big to be true, or no memory */
		return;
	}
	if (!lws_is_final_fragment(wsi)) {
		ws->handler->bytes(len, ws->ud);
		return;
	}
	ws->handler->message(zx_buf_str(&ws->in), ws->ud);
	if (ws->in.cap > ZX__NET_KEEP)
		zx_buf_release(&ws->in);
	else
		zx_buf_clear(&ws->in);
}

static void on_receive(struct zx__socket *ws, struct lws *wsi, void *in,
		       size_t len)
{
	if (ws->closing || !ws->handler)
		return;
	if (!ws->in.len && lws_is_final_fragment(wsi))
		ws->handler->message((struct zx_str){ in, len }, ws->ud);
	else
		on_piece(ws, wsi, in, len);
}

static int on_writable(struct zx__socket *ws, struct lws *wsi)
{
	struct send *s = ws->first;

	if (s) {
		if (lws_write(wsi, s->bytes + LWS_PRE, s->len, LWS_WRITE_TEXT) <
		    (int)s->len)
			return -1;
		drop_send(ws);
	}
	if (ws->first) {
		lws_callback_on_writable(wsi);
		return 0;
	}
	if (!ws->closing)
		return 0;
	lws_close_reason(wsi, (enum lws_close_status)ws->close_code, NULL, 0);
	return -1;
}

static int code_in(const unsigned char *in, size_t len)
{
	return len >= 2 ? in[0] << 8 | in[1] : 0;
}

static void on_gone(struct zx__socket *ws, struct lws *wsi)
{
	lws_set_opaque_user_data(wsi, NULL);
	ws->wsi = NULL;
	if (ws->opening) {
		ws->dead = 1;
		return;
	}
	closed(ws, final_code(ws));
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
	case LWS_CALLBACK_CLIENT_RECEIVE:
		on_receive(ws, wsi, in, len);
		break;
	case LWS_CALLBACK_CLIENT_WRITEABLE:
		if (on_writable(ws, wsi))
			return -1;
		break;
	case LWS_CALLBACK_CLIENT_ESTABLISHED:
		ws->open = 1;
		if (ws->handler && !ws->closing)
			ws->handler->open(ws->ud);
		break;
	case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
		ws->peer_code = code_in(in, len);
		return 0;
	case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
		on_error(ws, in, len);
		return 0;
	case LWS_CALLBACK_CLIENT_CLOSED:
		ws->wsi = NULL;
		closed(ws, final_code(ws));
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
		.ssl_connection = LCCSCF_HTTP_NO_FOLLOW_REDIRECT,
		.ietf_version_or_minus_one = -1,
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
	zx_buf_init(&ws->in, ws->alloc, ZX__NET_MESSAGE);
	err = begin(ws, &u, vhost);
	if (err)
		ws_free(ws);
	else
		*out = ws;
	return err;
}
