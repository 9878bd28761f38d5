/* SPDX-License-Identifier: MIT
 *
 * ipc_ends: those who send and receive in bench_ipc. They look at nothing but
 * lengths, so that what differs between two runs is the hub; only encrypted
 * ones are sessions of the library.
 */
#ifndef BENCH_IPC_ENDS_H
#define BENCH_IPC_ENDS_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "report.h"
#include "zoryx/net.h"

#define BENCH_SECRET "bench"
#define RX (256 * 1024)
#define BATCH (64 * 1024)
#define WINDOW (4096 * 1024) /* bytes between sender and receivers */
#define ROUND_TRIPS 200000

/* What the processes of one run share. */
struct shared {
	atomic_uint port, receivers, sending;
	atomic_ullong sent, got; /* messages; deliveries */
	atomic_uint trips;
	double trip_ns[ROUND_TRIPS];
};

struct run {
	size_t size;	/* of a payload */
	unsigned peers; /* receivers */
	int floor, tls, rtt;
	struct shared *m;
};

static inline void die(const char *what)
{
	perror(what);
	_exit(1);
}

static inline void tune(int fd)
{
	int one = 1, size = 256 * 1024;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
}

static inline void write_all(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t got = write(fd, p, n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			_exit(0); /* the run is over */
		p += got;
		n -= (size_t)got;
	}
}

static inline int dial(unsigned port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
				 .sin_port = htons((uint16_t)port) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	tune(fd);
	if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof(a)))
		die("connect");
	return fd;
}

/* Frames in clear text
 * ------------------------------------------------------------- */

static inline void put_frame(struct zx_buf *b, struct zx_str payload)
{
	if (zx_ipc_encode(b, payload))
		die("frame");
}

/* A message of about `size` bytes whose last 14 are `<12 digits>"}`. */
static inline void put_message(struct zx_buf *b, size_t size, const char *from,
			       const char *to)
{
	struct zx_buf p;
	size_t tail = 75 + strlen(from) + strlen(to);
	unsigned i = 0;

	zx_buf_init(&p, NULL, 0);
	zx_buf_addc(&p, "{\"op\": \"x_bench\", \"data\": {\"guild_count\": 5");
	while (p.len + tail + 24 < size)
		zx_buf_addf(&p, ", \"key%02u\": \"value %02u\"", i % 100,
			    i % 100),
			i++;
	zx_buf_addc(&p, ", \"t\": \"");
	while (p.len + tail + 3 < size)
		zx_buf_addch(&p, 'x');
	zx_buf_addf(&p,
		    "\"}, \"source\": \"%s\", \"target\": \"%s\", "
		    "\"timestamp\": 1.5, \"nonce\": \"000000000000\"}",
		    from, to);
	put_frame(b, zx_buf_str(&p));
	zx_buf_release(&p);
}

static inline void stamp(char *end, unsigned long long n)
{
	static const char hex[] = "0123456789abcdef";
	char *p = end - 2;
	int i;

	for (i = 0; i < 12; i++, n >>= 4)
		*--p = hex[n & 15];
}

/* Tells the hub who this is, and waits until it is taken in. */
static inline int join(const struct run *r, const char *name)
{
	int fd = dial(r->m->port);
	char text[256], bytes[4096];
	struct zx_buf b;

	zx_buf_init(&b, NULL, 0);
	snprintf(text, sizeof(text),
		 r->floor ? "%.1s"
			  : "{\"op\":\"auth\",\"data\":{\"cluster_name\":\"%s"
			    "\",\"secret\":\"" BENCH_SECRET "\",\"proto\":1}}",
		 name);
	put_frame(&b, zx_str(text));
	write_all(fd, b.ptr, b.len);
	zx_buf_release(&b);
	if (read(fd, bytes, sizeof(bytes)) <= 0)
		die("not taken in");
	return fd;
}

/* Counts whole frames of a stream. */
struct counter {
	unsigned char head[4];
	size_t have, left;
};

static inline unsigned count(struct counter *c, const char *p, size_t n)
{
	unsigned frames = 0;

	while (n) {
		size_t some;

		if (c->left) {
			some = n < c->left ? n : c->left;
			c->left -= some;
			frames += !c->left;
		} else {
			some = 4 - c->have < n ? 4 - c->have : n;
			memcpy(c->head + c->have, p, some);
			c->have += some;
			if (c->have == 4) {
				c->left = (size_t)c->head[0] << 24 |
					  (size_t)c->head[1] << 16 |
					  (size_t)c->head[2] << 8 | c->head[3];
				c->have = 0;
			}
		}
		p += some;
		n -= some;
	}
	return frames;
}

/* Encrypted ends
 * ------------------------------------------------------------------- */

struct end {
	int fd;
	struct zx_ipc_keys *keys;
	struct zx_ipc_session *s;
	unsigned ready, messages;
};

static inline void end_flush(struct end *e)
{
	struct zx_str bytes;

	while ((bytes = zx_ipc_session_pull(e->s)).len) {
		write_all(e->fd, bytes.ptr, bytes.len);
		zx_ipc_session_wrote(e->s, bytes.len, 1);
	}
}

static inline void end_read(struct end *e, char *rx)
{
	struct zx_ipc_session_out o;
	ssize_t n = read(e->fd, rx, RX);

	if (n <= 0)
		_exit(0);
	if (zx_ipc_session_feed(e->s, (struct zx_str){ rx, (size_t)n }, 1))
		die("feed");
	while (zx_ipc_session_poll(e->s, &o)) {
		e->ready += o.kind == ZX_IPC_SESSION_READY;
		e->messages += o.kind == ZX_IPC_SESSION_MESSAGE;
		if (o.kind == ZX_IPC_SESSION_DEAD)
			die(o.text);
	}
	end_flush(e);
}

static inline void end_open(struct end *e, const struct run *r,
			    const char *name, char *rx)
{
	struct zx_ipc_options o = ZX_IPC_OPTIONS_INIT;

	memset(e, 0, sizeof(*e));
	o.role = ZX_IPC_CLIENT;
	o.name = name;
	o.secret = BENCH_SECRET;
	o.rand = zx_system_rand();
	if (zx_ipc_keys_new(&e->keys, &o) ||
	    zx_ipc_session_new(&e->s, e->keys, 0, 0, 1))
		die("session");
	e->fd = dial(r->m->port);
	zx_ipc_session_open(e->s, 1);
	end_flush(e);
	while (!e->ready)
		end_read(e, rx);
}

/* Processes
 * ------------------------------------------------------------------------- */

static inline void receive_tls(const struct run *r, char *rx)
{
	struct end e;
	unsigned before = 0;

	end_open(&e, r, "R0", rx);
	atomic_store(&r->m->receivers, 1);
	for (;;) {
		end_read(&e, rx);
		atomic_fetch_add(&r->m->got, e.messages - before);
		before = e.messages;
	}
}

static inline void receiver(const struct run *r)
{
	struct counter *c = calloc(r->peers, sizeof(*c));
	struct epoll_event ev[64] = { { 0 } };
	char *rx = malloc(RX), name[16];
	int ep = epoll_create1(0), n, i;
	struct zx_buf echo;
	unsigned k;
	int *fd = calloc(r->peers, sizeof(*fd));

	if (r->tls)
		receive_tls(r, rx);
	zx_buf_init(&echo, NULL, 0);
	put_message(&echo, r->size, "R0", "S");
	for (k = 0; k < r->peers; k++) {
		snprintf(name, sizeof(name), "R%u", k);
		fd[k] = join(r, name);
		ev[0] = (struct epoll_event){ .events = EPOLLIN,
					      .data.u32 = k };
		epoll_ctl(ep, EPOLL_CTL_ADD, fd[k], &ev[0]);
		atomic_store(&r->m->receivers, k + 1);
	}
	for (;;) {
		unsigned long long got = 0;

		n = epoll_wait(ep, ev, 64, -1);
		for (i = 0; i < n; i++) {
			ssize_t some;

			k = ev[i].data.u32;
			some = read(fd[k], rx, RX);
			if (some <= 0)
				_exit(0);
			got += count(&c[k], rx, (size_t)some);
		}
		if (!atomic_load(&r->m->sending))
			continue; /* that others have come */
		atomic_fetch_add(&r->m->got, got);
		for (; r->rtt && got; got--) {
			stamp(echo.ptr + echo.len, atomic_load(&r->m->got));
			write_all(fd[0], echo.ptr, echo.len);
		}
	}
}

static inline void round_trips(const struct run *r, int fd, struct zx_buf *b,
			       char *rx)
{
	struct counter c = { { 0 }, 0, 0 };
	unsigned long long n;

	for (n = 0; n < ROUND_TRIPS; n++) {
		double from = report_wall_ns();

		stamp(b->ptr + b->len, n);
		write_all(fd, b->ptr, b->len);
		for (;;) {
			ssize_t got = read(fd, rx, RX);

			if (got <= 0)
				_exit(0);
			if (count(&c, rx, (size_t)got))
				break;
		}
		r->m->trip_ns[n] = report_wall_ns() - from;
		atomic_store(&r->m->trips, (unsigned)n + 1);
	}
	pause();
}

/* Keeps the way full, but not so full that somebody must be dropped. */
static inline void wait_for_room(const struct run *r, unsigned long long sent)
{
	unsigned long long most = WINDOW / r->size + 1;

	if (r->peers > 1)
		most = most / 4 + 1;
	while (sent > atomic_load(&r->m->got) / r->peers + most)
		sched_yield();
}

static inline void sender(const struct run *r)
{
	const char *to = r->peers > 1 ? "all" : "R0";
	char *rx = malloc(RX);
	struct zx_buf one, b;
	unsigned per, i;
	struct end e;
	unsigned long long n = 0;
	int fd = -1;

	if (r->tls)
		end_open(&e, r, "S", rx);
	else
		fd = join(r, "S");
	zx_buf_init(&one, NULL, 0);
	zx_buf_init(&b, NULL, 0);
	put_message(&one, r->size, "S", to);
	usleep(20000);
	atomic_store(&r->m->sending, 1);
	if (r->rtt)
		round_trips(r, fd, &one, rx);
	per = (unsigned)(BATCH / one.len) + !(BATCH / one.len);
	for (i = 0; i < per; i++)
		zx_buf_adds(&b, zx_buf_str(&one));
	for (;;) {
		for (i = 0; i < per; i++)
			stamp(b.ptr + (i + 1) * one.len, n++);
		for (i = 0; r->tls && i < per; i++) {
			struct zx_str m = { b.ptr + i * one.len + 4,
					    one.len - 4 };

			if (zx_ipc_session_send(e.s, m, 1))
				die("send");
		}
		if (r->tls)
			end_flush(&e);
		else
			write_all(fd, b.ptr, b.len);
		wait_for_room(r, n);
	}
}

#endif
