/* SPDX-License-Identifier: MIT
 *
 * A small HTTP server on libwebsockets: what monitoring asks a bot for. One
 * vhost on 127.0.0.1; an answer is made at once and written in pieces.
 */
#include "net/net_int.h"

#include <string.h>

enum {
	ANSWERS = 16,	   /* under way at a time */
	BODY = 16 << 20,   /* of one answer */
	PIECE = 16 * 1024, /* of one write */
	HEADERS = 1024,
	WRITE_S = 10 /* for a reader to take something */
};

/* Of one connection; libwebsockets clears it. */
struct conn {
	struct zx_http_server *server;
	struct zx_buf body;
	size_t sent;
	int open;
};

struct zx_http_server {
	const struct zx_alloc *alloc;
	struct zx_loop *loop;
	struct lws_vhost *vhost;
	struct lws_protocols protocols[2];
	zx_http_get *get;
	void *ud;
	size_t answers;
	int closed; /* freed when the vhost is gone */
};

static void conn_end(struct conn *c)
{
	if (!c || !c->open)
		return;
	zx_buf_release(&c->body);
	c->server->answers--;
	c->open = 0;
}

static int is_local(struct lws *wsi)
{
	static const char *const names[] = { "127.0.0.1", "localhost",
					     "[::1]" };
	char host[80];
	size_t i, n;

	if (!lws_hdr_total_length(wsi, WSI_TOKEN_HOST))
		return 1; /* HTTP/1.0 */
	if (lws_hdr_copy(wsi, host, sizeof(host), WSI_TOKEN_HOST) < 1)
		return 0;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		n = strlen(names[i]);
		if (!strncmp(host, names[i], n) && (!host[n] || host[n] == ':'))
			return 1;
	}
	return 0;
}

static int write_headers(struct lws *wsi, int status, const char *type,
			 size_t len, int last)
{
	unsigned char room[LWS_PRE + HEADERS];
	unsigned char *at = room + LWS_PRE, *begin = at;
	unsigned char *end = room + sizeof(room) - 1;

	if (lws_add_http_common_headers(wsi, (unsigned)status, type, len, &at,
					end))
		return -1;
	if (status == 405 &&
	    lws_add_http_header_by_name(wsi, (const unsigned char *)"allow:",
					(const unsigned char *)"GET, HEAD", 9,
					&at, end))
		return -1;
	if (lws_finalize_http_header(wsi, &at, end))
		return -1;
	return lws_write(wsi, begin, (size_t)(at - begin),
			 last ? LWS_WRITE_HTTP_HEADERS | LWS_WRITE_H2_STREAM_END
			      : LWS_WRITE_HTTP_HEADERS) < 0
		       ? -1
		       : 0;
}

/* Without a body; the connection may be used again. */
static int bare(struct lws *wsi, int status)
{
	if (write_headers(wsi, status, "text/plain", 0, 1))
		return -1;
	/* What a refused request carries is not read. */
	if (status == 405)
		return -1;
	return lws_http_transaction_completed(wsi) ? -1 : 0;
}

static int answer(struct zx_http_server *s, struct lws *wsi, struct conn *c,
		  struct zx_str path, int head)
{
	struct zx_http_reply r = { .status = 200,
				   .type = "text/plain; charset=utf-8" };
	int err;

	zx_buf_init(&r.body, s->alloc, BODY);
	zx__loop_enter(s->loop);
	s->get(path, &r, s->ud);
	if (r.body.err) {
		zx_buf_release(&r.body);
		return bare(wsi, 503);
	}
	err = write_headers(wsi, r.status, r.type, r.body.len,
			    head || !r.body.len);
	if (err || head || !r.body.len) {
		zx_buf_release(&r.body);
		return err || lws_http_transaction_completed(wsi) ? -1 : 0;
	}
	*c = (struct conn){ .server = s, .body = r.body, .open = 1 };
	s->answers++;
	lws_set_timeout(wsi, PENDING_TIMEOUT_HTTP_CONTENT, WRITE_S);
	lws_callback_on_writable(wsi);
	return 0;
}

static int on_request(struct zx_http_server *s, struct lws *wsi, struct conn *c,
		      struct zx_str path)
{
	int head = lws_hdr_total_length(wsi, WSI_TOKEN_HEAD_URI) > 0;

	if (!head && lws_hdr_total_length(wsi, WSI_TOKEN_GET_URI) <= 0)
		return bare(wsi, 405);
	if (!is_local(wsi))
		return bare(wsi, 403);
	if (s->answers >= ANSWERS)
		return bare(wsi, 503);
	return answer(s, wsi, c, path, head);
}

static int on_writable(struct lws *wsi, struct conn *c)
{
	unsigned char room[LWS_PRE + PIECE];
	size_t n;
	int last;

	if (!c->open)
		return 0;
	n = c->body.len - c->sent;
	n = n < PIECE ? n : PIECE;
	last = c->sent + n == c->body.len;
	memcpy(room + LWS_PRE, c->body.ptr + c->sent, n);
	if (lws_write(wsi, room + LWS_PRE, n,
		      last ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP) < (int)n)
		return -1;
	c->sent += n;
	if (!last) {
		lws_set_timeout(wsi, PENDING_TIMEOUT_HTTP_CONTENT, WRITE_S);
		lws_callback_on_writable(wsi);
		return 0;
	}
	conn_end(c);
	return lws_http_transaction_completed(wsi) ? -1 : 0;
}

static int on_lws(struct lws *wsi, enum lws_callback_reasons why, void *user,
		  void *in, size_t len)
{
	struct lws_vhost *vhost = wsi ? lws_get_vhost(wsi) : NULL;
	struct zx_http_server *s = vhost ? lws_vhost_user(vhost) : NULL;

	switch (why) {
	case LWS_CALLBACK_HTTP:
		return s && !s->closed ? on_request(s, wsi, user,
						    (struct zx_str){ in, len })
				       : -1;
	case LWS_CALLBACK_HTTP_WRITEABLE:
		return on_writable(wsi, user);
	case LWS_CALLBACK_CLOSED_HTTP:
	case LWS_CALLBACK_HTTP_DROP_PROTOCOL:
		conn_end(user);
		return 0;
	case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
		return -1; /* no WebSockets here */
	case LWS_CALLBACK_PROTOCOL_DESTROY:
		/* With a wsi that is not a real one, but knows its vhost. */
		if (s && s->closed)
			zx_delete(s->alloc, s);
		return 0;
	default:
		return 0;
	}
}

int zx_http_listen(struct zx_http_server **out, struct zx_loop *l,
		   uint16_t port, zx_http_get *get, void *ud)
{
	struct lws_context_creation_info info;
	struct zx_http_server *s = zx_new(l->alloc, sizeof(*s));

	*out = NULL;
	if (!s)
		return ZX_E_NOMEM;
	s->alloc = l->alloc;
	s->loop = l;
	s->get = get;
	s->ud = ud;
	s->protocols[0] = (struct lws_protocols){
		.name = "http",
		.callback = on_lws,
		.per_session_data_size = sizeof(struct conn),
	};
	memset(&info, 0, sizeof(info));
	info.port = port;
	info.iface = "127.0.0.1";
	info.protocols = s->protocols;
	info.vhost_name = "zoryx-http";
	info.options = LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND |
		       LWS_SERVER_OPTION_DISABLE_IPV6;
	info.gid = (gid_t)-1;
	info.uid = (uid_t)-1;
	info.user = s;
	info.keepalive_timeout = 60;
	s->vhost = lws_create_vhost(l->lws, &info);
	if (!s->vhost) {
		zx_delete(l->alloc, s);
		return ZX_E_BUSY;
	}
	*out = s;
	return ZX_OK;
}

uint16_t zx_http_port(const struct zx_http_server *s)
{
	return (uint16_t)lws_get_vhost_listen_port(s->vhost);
}

void zx_http_close(struct zx_http_server *s)
{
	if (!s)
		return;
	s->closed = 1;
	lws_vhost_destroy(s->vhost);
}
