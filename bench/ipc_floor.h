/* SPDX-License-Identifier: MIT
 *
 * ipc_floor: the cheapest hub there is: one epoll loop that finds the ends of
 * frames and moves them on, unread: what S sends to all R, what they send to S.
 */
#ifndef BENCH_IPC_FLOOR_H
#define BENCH_IPC_FLOOR_H

#include <fcntl.h>

#include <sys/epoll.h>

#include "ipc_run.h"

#define FLOOR_PEERS 128

struct floor_peer {
	int fd, sender;
	size_t have, off; /* in buf; of what waits in out */
	char *buf;
	struct zx_buf out;
};

struct floor_hub {
	struct floor_peer peer[FLOOR_PEERS];
	unsigned n, blocked;
	int ep;
};

static inline void floor_watch(struct floor_hub *h, unsigned i, unsigned events,
			       int how)
{
	struct epoll_event ev = { .events = events, .data.u32 = i };

	epoll_ctl(h->ep, how, h->peer[i].fd, &ev);
}

/* Reading stops while anybody has something left to take. */
static inline void floor_block(struct floor_hub *h, int more)
{
	unsigned i;

	h->blocked += (unsigned)more;
	for (i = 0; i < h->n; i++)
		floor_watch(
			h, i,
			(h->blocked ? 0u : (unsigned)EPOLLIN) |
				(h->peer[i].out.len ? (unsigned)EPOLLOUT : 0u),
			EPOLL_CTL_MOD);
}

static inline void floor_write(struct floor_hub *h, struct floor_peer *p,
			       const char *bytes, size_t n)
{
	ssize_t got = p->out.len ? 0 : write(p->fd, bytes, n);

	if (got < 0 && errno != EAGAIN)
		_exit(0);
	if (got == (ssize_t)n)
		return;
	got = got < 0 ? 0 : got;
	zx_buf_add(&p->out, bytes + got, n - (size_t)got);
	if (p->out.len == n - (size_t)got)
		floor_block(h, 1);
}

static inline void floor_drain(struct floor_hub *h, struct floor_peer *p)
{
	ssize_t got = write(p->fd, p->out.ptr + p->off, p->out.len - p->off);

	if (got < 0 && errno != EAGAIN)
		_exit(0);
	p->off += got < 0 ? 0 : (size_t)got;
	if (p->off < p->out.len)
		return;
	zx_buf_clear(&p->out);
	p->off = 0;
	floor_block(h, -1);
}

/* Bytes of whole frames at the beginning of p->buf. */
static inline size_t floor_whole(const struct floor_peer *p)
{
	size_t at = 0;

	while (p->have - at >= 4) {
		const unsigned char *u = (unsigned char *)p->buf + at;
		size_t n = (size_t)u[0] << 24 | (size_t)u[1] << 16 |
			   (size_t)u[2] << 8 | u[3];

		if (n > 1000000 || p->have - at - 4 < n)
			break;
		at += 4 + n;
	}
	return at;
}

static inline void floor_read(struct floor_hub *h, struct floor_peer *p)
{
	ssize_t got = read(p->fd, p->buf + p->have, RX - p->have);
	size_t n;
	unsigned i;

	if (got <= 0)
		_exit(0);
	p->have += (size_t)got;
	n = floor_whole(p);
	if (p->sender < 0 && n) {
		p->sender = p->buf[4] == 'S';
		floor_write(h, p, "\0\0\0\1k", 5);
	} else {
		for (i = 0; n && i < h->n; i++)
			if (h->peer[i].sender == !p->sender)
				floor_write(h, &h->peer[i], p->buf, n);
	}
	p->have -= n;
	memmove(p->buf, p->buf + n, p->have);
}

static inline void floor_accept(struct floor_hub *h, int listener)
{
	struct floor_peer *p = &h->peer[h->n];

	p->fd = accept(listener, NULL, NULL);
	if (p->fd < 0 || h->n + 1 == FLOOR_PEERS)
		die("accept");
	tune(p->fd);
	fcntl(p->fd, F_SETFL, O_NONBLOCK);
	p->sender = -1;
	p->buf = malloc(RX);
	zx_buf_init(&p->out, NULL, 0);
	floor_watch(h, h->n++, EPOLLIN, EPOLL_CTL_ADD);
}

static inline void floor_hub(const struct run *r)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	struct epoll_event ev[64] = { { 0 } };
	static struct floor_hub h;
	socklen_t len = sizeof(a);
	int listener = socket(AF_INET, SOCK_STREAM, 0), n, i;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	tune(listener);
	if (bind(listener, (struct sockaddr *)&a, len) ||
	    listen(listener, SOMAXCONN) ||
	    getsockname(listener, (struct sockaddr *)&a, &len))
		die("listen");
	h.ep = epoll_create1(0);
	ev[0].events = EPOLLIN;
	ev[0].data.u32 = FLOOR_PEERS;
	epoll_ctl(h.ep, EPOLL_CTL_ADD, listener, &ev[0]);
	atomic_store(&r->m->port, ntohs(a.sin_port));
	for (;;) {
		n = epoll_wait(h.ep, ev, 64, -1);
		for (i = 0; i < n; i++) {
			unsigned k = ev[i].data.u32;

			if (k == FLOOR_PEERS)
				floor_accept(&h, listener);
			else if (ev[i].events & EPOLLOUT)
				floor_drain(&h, &h.peer[k]);
			else
				floor_read(&h, &h.peer[k]);
		}
	}
}

#endif
