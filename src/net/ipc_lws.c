/* SPDX-License-Identifier: MIT
 *
 * A hub or client of ipc on raw sockets of libwebsockets. What a turn of the
 * loop leaves to send goes out at its end, in as few writes as there are
 * sockets; a lone message does not wait.
 */
#include "net/ipc_conn.h"

#include <stdio.h>
#include <string.h>

struct zx__ipc_sock {
	struct zx__source source;
	struct zx_ipc_conn *conn; /* NULL: nobody waits for it any more */
	struct zx__ipc_sock *prev, *next; /* of the conn */
	struct zx__ipc_sock *next_flush;
	const struct zx_alloc *alloc;
	struct lws *wsi;
	uint32_t link;
	int opening; /* inside lws_client_connect_via_info */
	int dead;    /* the wsi went while opening */
	int open, flushing;
};

static const struct zx_ipc_transport transport;

void zx__ipc_finish(struct zx_ipc_conn *c)
{
	zx_delete(c->loop->alloc, c->by_slot);
	zx_delete(c->loop->alloc, c);
}

void zx__ipc_drain(struct zx_ipc_conn *c)
{
	if (c->busy)
		return; /* the outer one goes on until there is nothing */
	c->busy = 1;
	zx_ipc_drain(c->x, &transport, c, c->handler, c->ud);
	c->busy = 0;
	if (c->detached)
		zx__ipc_finish(c);
}

/* Sockets
 * ----------------------------------------------------------------------- */

static struct zx__ipc_sock *find(struct zx_ipc_conn *c, uint32_t link)
{
	size_t slot = link & 0xffff;
	struct zx__ipc_sock *s = slot < c->slots ? c->by_slot[slot] : NULL;

	return s && s->link == link ? s : NULL;
}

static void unflush(struct zx_ipc_conn *c, struct zx__ipc_sock *s)
{
	struct zx__ipc_sock **at = &c->first_flush;

	if (!s->flushing)
		return;
	while (*at != s)
		at = &(*at)->next_flush;
	*at = s->next_flush;
	s->flushing = 0;
}

/* The machine hears no more of it; the socket goes in the next turn. */
static void abandon(struct zx__ipc_sock *s)
{
	struct zx_ipc_conn *c = s->conn;

	if (!c)
		return;
	unflush(c, s);
	if (find(c, s->link) == s)
		c->by_slot[s->link & 0xffff] = NULL;
	if (s->prev)
		s->prev->next = s->next;
	else
		c->socks = s->next;
	if (s->next)
		s->next->prev = s->prev;
	s->conn = NULL;
	if (s->wsi && !s->opening)
		lws_set_timeout(s->wsi, PENDING_TIMEOUT_USER_OK,
				LWS_TO_KILL_ASYNC);
}

static int enter(struct zx_ipc_conn *c, struct zx__ipc_sock *s)
{
	size_t slot = s->link & 0xffff, n = c->slots ? c->slots : 8;
	struct zx__ipc_sock **v;

	while (n <= slot)
		n *= 2;
	if (n > c->slots) {
		v = zx_resize(c->loop->alloc, c->by_slot,
			      n * sizeof(struct zx__ipc_sock *));
		if (!v)
			return ZX_E_NOMEM;
		memset(v + c->slots, 0,
		       (n - c->slots) * sizeof(struct zx__ipc_sock *));
		c->by_slot = v;
		c->slots = n;
	}
	/* Another link was given up for this one, and the word to close it is
	 * still on its way. */
	if (c->by_slot[slot])
		abandon(c->by_slot[slot]);
	c->by_slot[slot] = s;
	s->next = c->socks;
	if (s->next)
		s->next->prev = s;
	c->socks = s;
	return ZX_OK;
}

static void gone(struct zx__ipc_sock *s, const char *why)
{
	struct zx_ipc_conn *c = s->conn;

	if (!c)
		return;
	abandon(s);
	zx_ipc_closed(c->x, s->link, why, c->loop->now);
	zx__ipc_drain(c);
}

static struct zx__ipc_sock *sock_new(struct zx_ipc_conn *c, uint32_t link)
{
	struct zx__ipc_sock *s = zx_new(c->loop->alloc, sizeof(*s));

	if (!s)
		return NULL;
	s->source.loop = c->loop;
	s->alloc = c->loop->alloc;
	s->link = link;
	s->conn = c;
	if (!enter(c, s))
		return s;
	zx_delete(s->alloc, s);
	return NULL;
}

/* Writing
 * --------------------------------------------------------------------- */

/*
 * One write; nonzero when the socket is of no more use. Past libwebsockets,
 * which would copy what the system does not take at once.
 */
static int write_some(struct zx__ipc_sock *s)
{
	struct zx_str v[ZX__SOCK_PIECES];
	struct zx_ipc_conn *c = s->conn;
	size_t n;
	long sent;

	if (!s->open || !s->wsi)
		return 0;
	n = zx_ipc_pull_pieces(c->x, s->link, v, ZX__SOCK_PIECES);
	if (!n)
		return 0;
	sent = zx__sock_send(lws_get_socket_fd(s->wsi), v, n);
	if (sent < 0)
		return -1;
	if (sent)
		zx_ipc_wrote(c->x, s->link, (size_t)sent, c->loop->now);
	if (zx_ipc_pull_pieces(c->x, s->link, v, 1))
		lws_callback_on_writable(s->wsi);
	return 0;
}

void zx__ipc_on_flush(struct zx_timer *t, void *ud)
{
	struct zx_ipc_conn *c = ud;
	struct zx__ipc_sock *s;

	(void)t;
	c->busy++;
	while ((s = c->first_flush)) {
		unflush(c, s);
		if (!write_some(s))
			continue;
		abandon(s);
		zx_ipc_closed(c->x, s->link, "the connection broke",
			      c->loop->now);
	}
	c->busy--;
	zx__ipc_drain(c);
}

static void on_flush(void *self, uint32_t link)
{
	struct zx_ipc_conn *c = self;
	struct zx__ipc_sock *s = find(c, link);

	if (!s || s->flushing)
		return;
	s->flushing = 1;
	s->next_flush = c->first_flush;
	c->first_flush = s;
	zx_timer_set(c->loop, &c->flush, c->loop->now);
}

/* Callbacks of libwebsockets
 * ------------------------------------------------------ */

/* Where much came there is often more by now. What is read in one turn goes on
 * in one write, and both sides are woken less often. */
#define MUCH ((size_t)16 * 1024)
#define READS 4

/* More of what is there, into *in; 0 when it is better to wait. */
static size_t read_more(struct zx__ipc_sock *s, size_t before, char **in)
{
	if (before < MUCH || !s->conn || !s->wsi)
		return 0;
	*in = zx__loop_rx(s->source.loop);
	if (!*in)
		return 0;
	return zx__sock_read(lws_get_socket_fd(s->wsi), *in, ZX__NET_RX);
}

static void on_receive(struct zx__ipc_sock *s, char *in, size_t len)
{
	struct zx_loop *l = s->source.loop;
	unsigned left = READS;

	while (len && s->conn) {
		struct zx_ipc_conn *c = s->conn;

		(void)zx_ipc_feed(c->x, s->link, (struct zx_str){ in, len },
				  l->now);
		zx__ipc_drain(c);
		len = --left ? read_more(s, len, &in) : 0;
	}
}

static void on_open(struct zx__ipc_sock *s)
{
	struct zx_ipc_conn *c = s->conn;

	s->open = 1;
	if (!c)
		return;
	zx__sock_tune(lws_get_socket_fd(s->wsi));
	zx_ipc_opened(c->x, s->link, c->loop->now);
	zx__ipc_drain(c);
}

static int on_writable(struct zx__ipc_sock *s)
{
	struct zx_ipc_conn *c = s->conn;

	if (!c)
		return -1;
	if (write_some(s)) {
		gone(s, "the connection broke");
		return -1;
	}
	zx__ipc_drain(c);
	return 0;
}

static void on_error(struct zx__ipc_sock *s, const char *in, size_t len)
{
	char why[256];

	snprintf(why, sizeof(why),
		 "nobody answers there (%.*s): is the primary running, and "
		 "are SHARD_IPC_HOST and SHARD_IPC_PORT the same as its own?",
		 in ? (int)len : 0, in ? in : "");
	s->wsi = NULL; /* it is on its way out already */
	gone(s, why);
}

static void on_destroy(struct zx__ipc_sock *s, struct lws *wsi)
{
	lws_set_opaque_user_data(wsi, NULL);
	s->wsi = NULL;
	if (s->opening) {
		s->dead = 1;
		return;
	}
	gone(s, NULL);
	zx_delete(s->alloc, s);
}

static int on_event(struct zx__source *source, struct lws *wsi,
		    enum lws_callback_reasons why, void *in, size_t len)
{
	struct zx__ipc_sock *s = (struct zx__ipc_sock *)source;

	if (s->conn)
		zx__loop_enter(source->loop);
	switch (why) {
	case LWS_CALLBACK_RAW_RX:
		on_receive(s, in, len);
		break;
	case LWS_CALLBACK_RAW_WRITEABLE:
		return on_writable(s);
	case LWS_CALLBACK_RAW_CONNECTED:
		s->wsi = wsi;
		lws_set_timeout(wsi, NO_PENDING_TIMEOUT, 0);
		on_open(s);
		break;
	case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
		on_error(s, in, len);
		return 0;
	case LWS_CALLBACK_RAW_CLOSE:
		s->wsi = NULL;
		gone(s, NULL);
		return 0;
	case LWS_CALLBACK_WSI_DESTROY:
		on_destroy(s, wsi);
		return 0;
	default:
		return 0;
	}
	return s->conn ? 0 : -1;
}

/* Connecting and accepting
 * --------------------------------------------------------- */

static const lws_retry_bo_t no_pings = { .secs_since_valid_ping = 0 };

static void on_dial(void *self, uint32_t link, const char *host, unsigned port)
{
	struct zx_ipc_conn *c = self;
	struct zx__ipc_sock *s;
	struct lws_client_connect_info info = {
		.context = c->loop->lws,
		.vhost = c->loop->plain,
		.address = host,
		.host = host,
		.port = (int)port,
		.path = "/",
		.method = "RAW",
		.local_protocol_name = ZX__PROTOCOL,
		.retry_and_idle_policy = &no_pings,
	};

	if (c->detached)
		return;
	s = sock_new(c, link);
	if (!s) {
		zx_ipc_closed(c->x, link, "out of memory", c->loop->now);
		return;
	}
	s->source.event = on_event;
	info.opaque_user_data = &s->source;
	info.pwsi = &s->wsi;
	s->opening = 1;
	if (!lws_client_connect_via_info(&info))
		s->wsi = NULL;
	s->opening = 0;
	if (s->wsi && !s->dead)
		return;
	s->wsi = NULL;
	/* Unless an error callback has told it already. */
	gone(s, "the host is unknown or out of reach: is SHARD_IPC_HOST "
		"right?");
	zx_delete(s->alloc, s);
}

static void on_close(void *self, uint32_t link)
{
	struct zx__ipc_sock *s = find(self, link);

	if (s)
		abandon(s);
}

static void on_wake(void *self, zx_time at)
{
	struct zx_ipc_conn *c = self;

	if (!c->detached)
		zx_timer_set(c->loop, &c->timer, at);
}

static const struct zx_ipc_transport transport = {
	.dial = on_dial,
	.flush = on_flush,
	.close = on_close,
	.wake = on_wake,
};

void zx__ipc_adopt(struct zx_ipc_conn *c, int fd, const char *address,
		   unsigned port)
{
	lws_adopt_desc_t d = { .vh = c->loop->plain,
			       .type = LWS_ADOPT_SOCKET,
			       .vh_prot_name = ZX__PROTOCOL };
	struct zx__ipc_sock *s;
	uint32_t link;

	if (zx_ipc_accepted(c->x, address, port, c->loop->now, &link)) {
		zx__sock_close(fd);
		return;
	}
	s = sock_new(c, link);
	if (!s) {
		zx__sock_close(fd);
		zx_ipc_closed(c->x, link, "out of memory", c->loop->now);
		return;
	}
	s->source.event = on_event;
	d.fd.sockfd = fd;
	d.opaque = &s->source;
	s->opening = 1;
	s->wsi = lws_adopt_descriptor_vhost_via_info(&d);
	s->opening = 0;
	if (s->wsi && !s->dead) {
		s->open = 1;
		lws_set_timeout(s->wsi, NO_PENDING_TIMEOUT, 0);
		return;
	}
	s->wsi = NULL; /* which has closed the descriptor */
	gone(s, "the loop has no room for it");
	zx_delete(s->alloc, s);
}

void zx__ipc_abandon_all(struct zx_ipc_conn *c)
{
	while (c->socks)
		abandon(c->socks);
}
