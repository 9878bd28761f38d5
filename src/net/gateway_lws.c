/* SPDX-License-Identifier: MIT
 *
 * A shard on libwebsockets: one socket at a time carries what the shard asks
 * for; what is not for the socket goes to the handler.
 */
#include "net/net_int.h"

#include <stdio.h>
#include <string.h>

/* A message that waits for the socket. */
struct send {
	struct send *next;
	size_t len;
	unsigned char bytes[]; /* LWS_PRE of head room, then the text */
};

struct ws {
	struct zx__source source;
	struct zx_gateway_conn *conn; /* NULL: nobody waits for it any more */
	const struct zx_alloc *alloc;
	struct lws *wsi;
	uint32_t generation;
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

struct zx_gateway_conn {
	struct zx_loop *loop;
	struct zx_shard *shard;
	struct zx_gateway_handler handler;
	struct zx_timer timer;
	struct ws *ws;
	int draining, detached;
};

static void drain(struct zx_gateway_conn *c);

/* Sockets ---------------------------------------------------------------- */

static void drop_send(struct ws *ws)
{
	struct send *s = ws->first;

	ws->first = s->next;
	if (!ws->first)
		ws->last = &ws->first;
	ws->sends--;
	zx_wipe(s->bytes, LWS_PRE + s->len); /* may hold the token */
	zx_delete(ws->alloc, s);
}

static void ws_free(struct ws *ws)
{
	while (ws->first)
		drop_send(ws);
	zx_buf_release(&ws->in);
	zx_delete(ws->alloc, ws);
}

/* The shard hears no more of it; the socket goes in the next turn. */
static void ws_abandon(struct ws *ws)
{
	if (!ws)
		return;
	zx_timer_set(ws->source.loop, &ws->timer, ZX_TIME_NEVER);
	if (ws->conn && ws->conn->ws == ws)
		ws->conn->ws = NULL;
	ws->conn = NULL;
	if (ws->wsi)
		lws_set_timeout(ws->wsi, PENDING_TIMEOUT_USER_OK,
				LWS_TO_KILL_ASYNC);
}

/* The answer to a close of ours names our code. */
static int final_code(const struct ws *ws)
{
	if (ws->peer_code || !ws->closing)
		return ws->peer_code;
	return ws->close_code;
}

static void ws_closed(struct ws *ws, int code)
{
	struct zx_gateway_conn *c = ws->conn;

	if (!c)
		return;
	ws_abandon(ws);
	zx_shard_on_closed(c->shard, ws->generation, code, c->loop->now);
	drain(c);
}

static void ws_failed(struct ws *ws, const char *why)
{
	struct zx_gateway_conn *c = ws->conn;

	if (!c)
		return;
	ws_abandon(ws);
	zx_shard_on_failed(c->shard, ws->generation, why, c->loop->now);
	drain(c);
}

static void on_close_timeout(struct zx_timer *t, void *ud)
{
	(void)t;
	ws_closed(ud, 0);
}

/* Asks for the close handshake; a socket not yet open is just dropped. */
static void ws_close(struct ws *ws, int code)
{
	if (ws->closing)
		return;
	if (!ws->open || !ws->wsi) {
		ws_closed(ws, 0);
		return;
	}
	ws->closing = 1;
	ws->close_code = code;
	zx_timer_set(ws->source.loop, &ws->timer,
		     zx_time_add(ws->source.loop->now, ZX__NET_CLOSE_MS));
	lws_callback_on_writable(ws->wsi);
}

static void ws_send(struct ws *ws, struct zx_str text)
{
	struct send *s = NULL;

	if (ws->closing || !ws->open || !ws->wsi)
		return;
	if (ws->sends < ZX__NET_SENDS)
		s = zx_new(ws->alloc, sizeof(*s) + LWS_PRE + text.len);
	if (!s) {
		/* The shard counts on the order of what it sends: a gap would
		 * be worse than another connection. */
		ws_close(ws, 4000);
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

/* Only memory can run out: the shard is of no more use then. */
static void check(struct zx_gateway_conn *c, int err)
{
	struct zx_shard_out dead = { .kind = ZX_SHARD_OUT_DEAD,
				     .text = ZX_STR("out of memory") };

	if (!err || err == ZX_E_STATE)
		return;
	ws_abandon(c->ws);
	c->draining = 1; /* the handler may detach: drain() frees then */
	if (c->handler.out)
		c->handler.out(c->shard, &dead, c->handler.ud);
	c->draining = 0;
}

static void on_message(struct ws *ws, struct zx_str message)
{
	struct zx_gateway_conn *c = ws->conn;

	check(c,
	      zx_shard_feed(c->shard, ws->generation, message, c->loop->now));
	drain(c);
}

static void on_piece(struct ws *ws, struct lws *wsi, const void *in, size_t len)
{
	struct zx_gateway_conn *c = ws->conn;

	zx_buf_add(&ws->in, in, len);
	if (ws->in.err) {
		ws_close(ws, 4000); /* too big to be honest, or no memory */
		return;
	}
	if (!lws_is_final_fragment(wsi)) {
		zx_shard_on_bytes(c->shard, ws->generation, len, c->loop->now);
		drain(c);
		return;
	}
	on_message(ws, zx_buf_str(&ws->in));
	if (ws->in.cap > ZX__NET_KEEP)
		zx_buf_release(&ws->in);
	else
		zx_buf_clear(&ws->in);
}

static void on_receive(struct ws *ws, struct lws *wsi, void *in, size_t len)
{
	if (ws->closing || !ws->conn)
		return;
	if (!ws->in.len && lws_is_final_fragment(wsi))
		on_message(ws, (struct zx_str){ in, len });
	else
		on_piece(ws, wsi, in, len);
}

static int on_writable(struct ws *ws, struct lws *wsi)
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

static int peer_code(const unsigned char *in, size_t len)
{
	return len >= 2 ? in[0] << 8 | in[1] : 0;
}

static void on_gone(struct ws *ws, struct lws *wsi)
{
	lws_set_opaque_user_data(wsi, NULL);
	ws->wsi = NULL;
	if (ws->opening) {
		ws->dead = 1;
		return;
	}
	ws_closed(ws, final_code(ws));
	ws_free(ws);
}

static void on_error(struct ws *ws, const char *in, size_t len)
{
	char why[160];

	ws->wsi = NULL; /* it is on its way out already */
	snprintf(why, sizeof(why), "%.*s", in ? (int)len : 0, in ? in : "");
	ws_failed(ws, why[0] ? why : "the connection failed");
}

static int on_event(struct zx__source *s, struct lws *wsi,
		    enum lws_callback_reasons why, void *in, size_t len)
{
	struct ws *ws = (struct ws *)s;

	if (ws->conn)
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
		if (!ws->conn)
			break;
		zx_shard_on_open(ws->conn->shard, ws->generation, s->loop->now);
		drain(ws->conn);
		break;
	case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
		ws->peer_code = peer_code(in, len);
		return 0;
	case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
		on_error(ws, in, len);
		return 0;
	case LWS_CALLBACK_CLIENT_CLOSED:
		ws->wsi = NULL;
		ws_closed(ws, final_code(ws));
		return 0;
	case LWS_CALLBACK_WSI_DESTROY:
		on_gone(ws, wsi);
		return 0;
	default:
		return 0;
	}
	return ws->conn ? 0 : -1;
}

/* Connecting ------------------------------------------------------------- */

static struct ws *ws_new(struct zx_gateway_conn *c, uint32_t generation)
{
	struct ws *ws = zx_new(c->loop->alloc, sizeof(*ws));

	if (!ws)
		return NULL;
	ws->source = (struct zx__source){ .event = on_event, .loop = c->loop };
	ws->conn = c;
	ws->alloc = c->loop->alloc;
	ws->generation = generation;
	ws->timer = (struct zx_timer){ .fn = on_close_timeout, .ud = ws };
	ws->last = &ws->first;
	zx_buf_init(&ws->in, ws->alloc, ZX__NET_MESSAGE);
	return ws;
}

/* The shard beats and judges by itself; libwebsockets shall not. */
static const lws_retry_bo_t no_pings = { .secs_since_valid_ping = 0 };

static void ws_connect(struct ws *ws, const struct zx__url *u,
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
	if (!lws_client_connect_via_info(&info))
		ws->wsi = NULL;
	ws->opening = 0;
	if (ws->wsi && !ws->dead)
		return;
	ws->wsi = NULL;
	ws_failed(ws, "the host is unknown or out of reach");
	ws_free(ws);
}

static void connect_shard(struct zx_gateway_conn *c,
			  const struct zx_shard_out *o)
{
	struct zx_shard *s = c->shard;
	struct lws_vhost *vhost;
	struct zx__url u;
	struct ws *ws;

	ws_abandon(c->ws);
	if (zx__url_parse(&u, o->text)) {
		zx_shard_on_failed(s, o->generation,
				   "the URL is no ws:// or "
				   "wss:// URL",
				   c->loop->now);
		return;
	}
	vhost = u.tls ? zx__loop_tls(c->loop) : c->loop->plain;
	ws = vhost ? ws_new(c, o->generation) : NULL;
	if (!ws) {
		zx_shard_on_failed(s, o->generation,
				   vhost ? "out of memory" : "TLS cannot start",
				   c->loop->now);
		return;
	}
	c->ws = ws;
	ws_connect(ws, &u, vhost);
}

/* The shard -------------------------------------------------------------- */

static void carry_out(struct zx_gateway_conn *c, const struct zx_shard_out *o)
{
	switch (o->kind) {
	case ZX_SHARD_OUT_CONNECT:
		connect_shard(c, o);
		return;
	case ZX_SHARD_OUT_SEND:
		if (c->ws)
			ws_send(c->ws, o->text);
		return;
	case ZX_SHARD_OUT_CLOSE:
		if (c->ws)
			ws_close(c->ws, o->code);
		return;
	default:
		if (c->handler.out)
			c->handler.out(c->shard, o, c->handler.ud);
	}
}

static void drain(struct zx_gateway_conn *c)
{
	struct zx_shard_out o;

	if (c->draining)
		return; /* the outer one goes on until there is nothing */
	c->draining = 1;
	while (!c->detached && zx_shard_poll(c->shard, &o))
		carry_out(c, &o);
	c->draining = 0;
	if (c->detached)
		zx_delete(c->loop->alloc, c);
	else
		zx_timer_set(c->loop, &c->timer, zx_shard_deadline(c->shard));
}

static void on_deadline(struct zx_timer *t, void *ud)
{
	struct zx_gateway_conn *c = ud;

	(void)t;
	check(c, zx_shard_tick(c->shard, c->loop->now));
	drain(c);
}

int zx_gateway_attach(struct zx_gateway_conn **out, struct zx_loop *l,
		      struct zx_shard *s, const struct zx_gateway_handler *h)
{
	struct zx_gateway_conn *c;

	*out = NULL;
	if (!l || !s)
		return ZX_E_INVALID;
	c = zx_new(l->alloc, sizeof(*c));
	if (!c)
		return ZX_E_NOMEM;
	c->loop = l;
	c->shard = s;
	if (h)
		c->handler = *h;
	c->timer = (struct zx_timer){ .fn = on_deadline, .ud = c };
	*out = c;
	return ZX_OK;
}

void zx_gateway_detach(struct zx_gateway_conn *c)
{
	if (!c || c->detached)
		return;
	zx_timer_set(c->loop, &c->timer, ZX_TIME_NEVER);
	ws_abandon(c->ws);
	c->detached = 1;
	if (!c->draining)
		zx_delete(c->loop->alloc, c);
}

void zx_gateway_kick(struct zx_gateway_conn *c)
{
	drain(c);
}
