/* SPDX-License-Identifier: MIT
 *
 * ipc_ends: those who send and receive through our hub and the floor. They look
 * at nothing but lengths, so that what differs between two runs is the hub;
 * only encrypted ones are sessions of the library.
 */
#ifndef BENCH_IPC_ENDS_H
#define BENCH_IPC_ENDS_H

#include <sys/epoll.h>

#include "ipc_run.h"
#include "zoryx/net.h"

#define BENCH_SECRET "bench"
#define IDLE_FIRST 16 /* peers, before memory is looked at */

/* Frames in clear text
 * ------------------------------------------------------------- */

static inline void put_frame(struct zx_buf *b, struct zx_str payload)
{
	if (zx_ipc_encode(b, payload))
		die("frame");
}

/* A message of `size` bytes whose last 14 are `<12 digits>"}`: what a cluster
 * would send, or with less room the least that a hub takes. */
static inline void write_message(struct zx_buf *p, size_t size,
				 const char *from, const char *to)
{
	size_t tail = 75 + strlen(from) + strlen(to);
	unsigned i = 0;

	if (size < 150) {
		zx_buf_addc(p, "{\"op\":\"x_");
		while (p->len + strlen(to) + 48 < size)
			zx_buf_addch(p, 'b');
		zx_buf_addf(p,
			    "\",\"data\":{},\"target\":\"%s\","
			    "\"nonce\":\"000000000000\"}",
			    to);
		return;
	}
	zx_buf_addc(p, "{\"op\": \"x_bench\", \"data\": {\"guild_count\": 5");
	while (p->len + tail + 24 < size)
		zx_buf_addf(p, ", \"key%02u\": \"value %02u\"", i % 100,
			    i % 100),
			i++;
	zx_buf_addc(p, ", \"t\": \"");
	while (p->len + tail + 3 < size)
		zx_buf_addch(p, 'x');
	zx_buf_addf(p,
		    "\"}, \"source\": \"%s\", \"target\": \"%s\", "
		    "\"timestamp\": 1.5, \"nonce\": \"000000000000\"}",
		    from, to);
}

static inline void put_message(struct zx_buf *b, size_t size, const char *from,
			       const char *to)
{
	struct zx_buf p;

	zx_buf_init(&p, NULL, 0);
	write_message(&p, size, from, to);
	put_frame(b, zx_buf_str(&p));
	zx_buf_release(&p);
}

/* Tells the hub who this is, and waits until it is taken in. */
static inline int join(const struct run *r, const char *name)
{
	int fd = dial(r->m->port);
	char text[256], bytes[4096];
	struct zx_buf b;

	zx_buf_init(&b, NULL, 0);
	snprintf(text, sizeof(text),
		 r->way->bare
			 ? "%.1s"
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

/* Ends
 * ------------------------------------------------------------------------- */

struct end {
	int fd;
	struct counter frames; /* in clear text */
	struct zx_ipc_keys *keys;
	struct zx_ipc_session *s; /* encrypted */
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

/* Waits for bytes; how many messages end in them. */
static inline unsigned end_read(struct end *e, char *rx)
{
	struct zx_ipc_session_out o;
	unsigned before = e->messages;
	ssize_t n = read(e->fd, rx, RX);

	if (n <= 0)
		_exit(0);
	if (!e->s)
		return count(&e->frames, rx, (size_t)n);
	if (zx_ipc_session_feed(e->s, (struct zx_str){ rx, (size_t)n }, 1))
		die("feed");
	while (zx_ipc_session_poll(e->s, &o)) {
		e->ready += o.kind == ZX_IPC_SESSION_READY;
		e->messages += o.kind == ZX_IPC_SESSION_MESSAGE;
		if (o.kind == ZX_IPC_SESSION_DEAD)
			die(o.text);
	}
	end_flush(e);
	return e->messages - before;
}

static inline void end_open(struct end *e, const struct run *r,
			    const char *name, char *rx)
{
	struct zx_ipc_options o = ZX_IPC_OPTIONS_INIT;

	memset(e, 0, sizeof(*e));
	if (!r->tls) {
		e->fd = join(r, name);
		return;
	}
	o.role = ZX_IPC_CLIENT;
	o.name = name;
	o.secret = BENCH_SECRET;
	o.rand = zx_system_rand();
	if (zx_ipc_keys_new(&e->keys, &o) ||
	    zx_ipc_session_new(&e->s, e->keys, 0, 0, 1))
		die("session");
	e->fd = dial(atomic_load(&r->m->port));
	zx_ipc_session_open(e->s, 1);
	end_flush(e);
	while (!e->ready)
		end_read(e, rx);
}

/* A whole frame, as put_message made it. */
static inline void end_write(struct end *e, const char *frame, size_t n)
{
	if (!e->s) {
		write_all(e->fd, frame, n);
		return;
	}
	if (zx_ipc_session_send(e->s, (struct zx_str){ frame + 4, n - 4 }, 1))
		die("send");
	end_flush(e);
}

/* Processes
 * ------------------------------------------------------------------------- */

static inline struct end *open_ends(const struct run *r, char *rx)
{
	struct end *e = calloc(r->peers, sizeof(*e));
	char name[16];
	unsigned k;

	for (k = 0; e && k < r->peers; k++) {
		snprintf(name, sizeof(name), "R%u", k);
		end_open(&e[k], r, name, rx);
		atomic_store(&r->m->receivers, k + 1);
	}
	return e;
}

static inline int watch_all(const struct run *r, const struct end *e)
{
	int ep = epoll_create1(0);
	unsigned k;

	for (k = 0; k < r->peers; k++) {
		struct epoll_event ev = { .events = EPOLLIN, .data.u32 = k };

		epoll_ctl(ep, EPOLL_CTL_ADD, e[k].fd, &ev);
	}
	return ep;
}

static inline void receiver(const struct run *r)
{
	struct epoll_event ev[64] = { { 0 } };
	char *rx = malloc(RX);
	struct end *e = open_ends(r, rx);
	int ep = watch_all(r, e), n, i;
	struct zx_buf echo;

	zx_buf_init(&echo, NULL, 0);
	put_message(&echo, r->size, "R0", "S");
	for (;;) {
		unsigned long long got = 0;

		n = epoll_wait(ep, ev, 64, -1);
		for (i = 0; i < n; i++)
			got += end_read(&e[ev[i].data.u32], rx);
		if (!atomic_load(&r->m->sending))
			continue; /* that others have come */
		atomic_fetch_add(&r->m->got, got);
		for (; r->rtt && got; got--) {
			stamp(echo.ptr + echo.len, atomic_load(&r->m->got));
			end_write(&e[0], echo.ptr, echo.len);
		}
	}
}

/* Joins and says nothing more: the first few, and the rest when told. */
static inline void idler(const struct run *r)
{
	char *rx = malloc(RX), name[16];
	struct end e;
	unsigned k;

	for (k = 0; k < r->peers; k++) {
		snprintf(name, sizeof(name), "I%u", k);
		end_open(&e, r, name, rx);
		atomic_store(&r->m->receivers, k + 1);
		while (k + 1 == IDLE_FIRST && !atomic_load(&r->m->go))
			usleep(500);
	}
	pause();
}

static inline void round_trips(const struct run *r, struct end *e,
			       struct zx_buf *b, char *rx)
{
	unsigned long long n;

	for (n = 0; n < ROUND_TRIPS; n++) {
		double from = report_wall_ns();

		stamp(b->ptr + b->len, n);
		end_write(e, b->ptr, b->len);
		while (!end_read(e, rx))
			;
		r->m->trip_ns[n] = report_wall_ns() - from;
		atomic_store(&r->m->trips, (unsigned)n + 1);
	}
	pause();
}

static inline void sender(const struct run *r)
{
	const char *to = r->peers > 1 ? "all" : "R0";
	char *rx = malloc(RX);
	struct zx_buf one, b;
	unsigned long long n = 0;
	unsigned per, i;
	struct end e;

	end_open(&e, r, "S", rx);
	zx_buf_init(&one, NULL, 0);
	zx_buf_init(&b, NULL, 0);
	put_message(&one, r->size, "S", to);
	usleep(20000);
	atomic_store(&r->m->sending, 1);
	if (r->rtt)
		round_trips(r, &e, &one, rx);
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
			write_all(e.fd, b.ptr, b.len);
		wait_for_room(r, n);
	}
}

#endif
