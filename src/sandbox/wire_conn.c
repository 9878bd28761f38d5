/* SPDX-License-Identifier: MIT
 *
 * One TCP connection: its buffers, reading, writing, ending.
 */
#define _GNU_SOURCE /* musl: struct tcp_info */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire_int.h"

/* Where a flag does not keep SIGPIPE away, an option of the socket does. */
#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

struct zx__conn *zx__conn_add(struct zx__wire *wire, int fd)
{
	struct zx__conn *c = calloc(1, sizeof(*c));
	int on = 1;

	if (!c)
		return NULL;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
#ifdef SO_NOSIGPIPE
	setsockopt(fd, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof(on));
#endif
	c->wire = wire;
	c->id = ++wire->next_conn_id;
	c->fd = fd;
	c->due = zx__wire_now(wire) + ZX__IDLE_MS;
	zx_buf_init(&c->in, NULL, ZX__BODY_MAX);
	zx_buf_init(&c->out, NULL, ZX__OUT_MAX);
	zx_buf_init(&c->msg, NULL, ZX__MESSAGE_MAX);
	zx__http_init(&c->http);
	c->next = wire->conns;
	if (c->next)
		c->next->prev = c;
	wire->conns = c;
	wire->n_conns++;
	return c;
}

static void close_fd(struct zx__conn *c)
{
	struct linger now = { .l_onoff = 1, .l_linger = 0 };

	if (c->reset)
		setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(c->fd);
}

void zx__conn_free(struct zx__conn *c)
{
	struct zx__wire *wire = c->wire;

	if (c->prev)
		c->prev->next = c->next;
	else
		wire->conns = c->next;
	if (c->next)
		c->next->prev = c->prev;
	wire->n_conns--;
	if (c->kind == ZX__CONN_LIVE)
		wire->n_live--;
	close_fd(c);
	zx__gw_free(c);
	zx__http_release(&c->http);
	zx_buf_release(&c->in);
	zx_buf_release(&c->out);
	zx_buf_release(&c->msg);
	free(c);
}

struct zx__conn *zx__conn_find(struct zx__wire *wire, uint64_t id)
{
	struct zx__conn *c = wire->conns;

	while (c && c->id != id)
		c = c->next;
	return c && !c->dead ? c : NULL;
}

void zx__conn_kill(struct zx__conn *c, int reset)
{
	if (c->dead)
		return;
	c->dead = 1;
	c->reset = reset;
	if (c->gw && c->gw->session)
		zx__session_drop(c->gw->session);
}

void zx__conn_finish(struct zx__conn *c)
{
	c->closing = 1;
	if (c->gw && c->gw->session)
		zx__session_drop(c->gw->session);
	c->due = zx_time_min(c->due, zx__wire_now(c->wire) + ZX__CLOSE_MS);
}

size_t zx__conn_unsent(const struct zx__conn *c)
{
	return c->out.len - c->out_pos;
}

char *zx__conn_room(struct zx__conn *c, size_t n)
{
	char *at;

	if (c->dead || c->muted)
		return NULL;
	at = zx_buf_room(&c->out, n);
	if (!at)
		zx__conn_kill(c, 1);
	return at;
}

void zx__conn_write(struct zx__conn *c, const void *p, size_t n)
{
	if (c->dead || c->muted)
		return;
	zx_buf_add(&c->out, p, n);
	if (c->out.err)
		zx__conn_kill(c, 1);
}

int zx__conn_paused(const struct zx__conn *c, uint64_t now)
{
	return c->paused_until > now || c->http.waiting;
}

void zx__conn_read(struct zx__conn *c)
{
	char *at;
	ssize_t n;

	if (c->dead || zx__conn_paused(c, zx__wire_now(c->wire)))
		return;
	if (c->in.err) {
		zx__conn_kill(c, 1);
		return;
	}
	at = zx_buf_room(&c->in, ZX__READ_STEP);
	n = at ? recv(c->fd, at, ZX__READ_STEP, 0) : 0;
	if (n < 0 &&
	    (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return;
	if (n <= 0) {
		zx__conn_kill(c, 0);
		return;
	}
	c->in.len += (size_t)n;
	c->in.ptr[c->in.len] = '\0';
	if (c->closing)
		zx_buf_clear(&c->in);
	else if (c->kind == ZX__CONN_HTTP)
		zx__http_input(c);
	else
		zx__ws_input(c);
}

/* A close() with unread input would reset the connection and could take away
 * from the peer what was written last: it is to end first. */
static void half_close(struct zx__conn *c)
{
	if (c->closing != 1)
		return;
	c->closing = 2;
	shutdown(c->fd, SHUT_WR);
}

void zx__conn_flush(struct zx__conn *c)
{
	ssize_t n;

	while (!c->dead && !c->blocked && c->out_pos < c->out.len) {
		n = send(c->fd, c->out.ptr + c->out_pos,
			 c->out.len - c->out_pos, MSG_NOSIGNAL);
		if (n >= 0)
			c->out_pos += (size_t)n;
		else if (errno == EAGAIN || errno == EWOULDBLOCK)
			c->blocked = 1;
		else if (errno != EINTR)
			zx__conn_kill(c, 0);
	}
	if (c->out_pos == c->out.len) {
		c->out_pos = 0;
		/* A large message must not hold its memory for ever. */
		if (c->out.len > 4u * 1024 * 1024)
			zx_buf_release(&c->out);
		else
			zx_buf_clear(&c->out);
		half_close(c);
	} else if (c->out_pos > 1024 * 1024 && c->out_pos > c->out.len / 2) {
		zx_buf_skip(&c->out, c->out_pos);
		c->out_pos = 0;
	}
}

double zx__conn_latency(const struct zx__conn *c)
{
#if defined(__linux__) && defined(TCP_INFO)
	struct tcp_info info;
	socklen_t n = sizeof(info);

	if (!getsockopt(c->fd, IPPROTO_TCP, TCP_INFO, &info, &n))
		return info.tcpi_rtt / 1000.0;
#endif
	(void)c;
	return 0;
}
