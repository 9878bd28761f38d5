/* SPDX-License-Identifier: MIT
 *
 * ipc_zeromq: the same work through ZeroMQ: publishers and subscribers on both
 * sides of a proxy, which is a process of its own. The library is looked for
 * when the program runs, so that it builds the same with and without; what is
 * declared here is its documented ABI, unchanged since 4.0.
 */
#ifndef BENCH_IPC_ZEROMQ_H
#define BENCH_IPC_ZEROMQ_H

#include <dlfcn.h>

#include "ipc_ends.h"

enum { /* of zmq.h */
       ZMQ_PUB = 1,
       ZMQ_SUB = 2,
       ZMQ_XPUB = 9,
       ZMQ_XSUB = 10,
       ZMQ_SUBSCRIBE = 6,
       ZMQ_LINGER = 17,
       ZMQ_SNDHWM = 23,
       ZMQ_RCVHWM = 24,
       ZMQ_RCVTIMEO = 27,
       ZMQ_LAST_ENDPOINT = 32,
       ZMQ_DONTWAIT = 1,
       ZMQ_POLLIN = 1
};

struct zmq_item {
	void *socket;
	int fd;
	short events, revents;
};

static struct {
	void *(*ctx_new)(void);
	void *(*socket)(void *ctx, int type);
	int (*setsockopt)(void *s, int option, const void *v, size_t n);
	int (*getsockopt)(void *s, int option, void *v, size_t *n);
	int (*bind)(void *s, const char *at);
	int (*connect)(void *s, const char *to);
	int (*send)(void *s, const void *p, size_t n, int flags);
	int (*recv)(void *s, void *p, size_t n, int flags);
	int (*poll)(struct zmq_item *v, int n, long ms);
	int (*proxy)(void *front, void *back, void *capture);
} zmq;

/* Nonzero when the library is there. */
static inline int zmq_load(void)
{
	static const struct {
		void *at;
		const char *name;
	} names[] = {
		{ &zmq.ctx_new, "zmq_ctx_new" },
		{ &zmq.socket, "zmq_socket" },
		{ &zmq.setsockopt, "zmq_setsockopt" },
		{ &zmq.getsockopt, "zmq_getsockopt" },
		{ &zmq.bind, "zmq_bind" },
		{ &zmq.connect, "zmq_connect" },
		{ &zmq.send, "zmq_send" },
		{ &zmq.recv, "zmq_recv" },
		{ &zmq.poll, "zmq_poll" },
		{ &zmq.proxy, "zmq_proxy" },
	};
	void *lib = dlopen("libzmq.so.5", RTLD_NOW);
	size_t i;

	if (!lib)
		lib = dlopen("libzmq.so", RTLD_NOW);
	for (i = 0; lib && i < sizeof(names) / sizeof(*names); i++) {
		void *found = dlsym(lib, names[i].name);

		if (!found)
			return 0;
		memcpy(names[i].at, &found, sizeof(found));
	}
	return lib != NULL;
}

/* Nothing may be left out: how far the sender is ahead is limited anyway. */
static inline void *zmq_open(void *ctx, int type)
{
	void *s = zmq.socket(ctx, type);
	int none = 0;

	if (!s || zmq.setsockopt(s, ZMQ_SNDHWM, &none, sizeof(none)) ||
	    zmq.setsockopt(s, ZMQ_RCVHWM, &none, sizeof(none)) ||
	    zmq.setsockopt(s, ZMQ_LINGER, &none, sizeof(none)))
		die("zmq_socket");
	return s;
}

static inline unsigned zmq_listen(void *s)
{
	char at[128];
	size_t n = sizeof(at);

	if (zmq.bind(s, "tcp://127.0.0.1:*") ||
	    zmq.getsockopt(s, ZMQ_LAST_ENDPOINT, at, &n))
		die("zmq_bind");
	return (unsigned)strtoul(strrchr(at, ':') + 1, NULL, 10);
}

static inline void zmq_hub(const struct run *r)
{
	void *ctx = zmq.ctx_new();
	void *front = zmq_open(ctx, ZMQ_XSUB), *back = zmq_open(ctx, ZMQ_XPUB);

	atomic_store(&r->m->back, zmq_listen(back));
	atomic_store(&r->m->port, zmq_listen(front));
	zmq.proxy(front, back, NULL);
}

static inline void *zmq_dial(void *ctx, int type, unsigned port)
{
	void *s = zmq_open(ctx, type);
	char to[64];

	snprintf(to, sizeof(to), "tcp://127.0.0.1:%u", port);
	if (zmq.connect(s, to))
		die("zmq_connect");
	return s;
}

/* Topics are what a message begins with: its first two bytes. */
static inline void *zmq_listener(const struct run *r, void *ctx,
				 const char *topic)
{
	void *s = zmq_dial(ctx, ZMQ_SUB, atomic_load(&r->m->back));

	if (zmq.setsockopt(s, ZMQ_SUBSCRIBE, topic, 2))
		die("zmq_setsockopt");
	return s;
}

static inline void zmq_message(struct zx_buf *p, const struct run *r,
			       const char *topic)
{
	zx_buf_init(p, NULL, 0);
	write_message(p, r->size, "S", "R0");
	if (p->err)
		die("message");
	memcpy(p->ptr, topic, 2);
}

/* What is there, without waiting; counts, and answers greetings by m->ready:
 * a subscription is known to the other side only when something arrives. */
static inline unsigned zmq_take(const struct run *r, void *s, char *rx,
				char *greeted)
{
	unsigned n = 0;
	int got;

	while ((got = zmq.recv(s, rx, RX, ZMQ_DONTWAIT)) > 0) {
		n += got > 2;
		if (!*greeted)
			atomic_fetch_add(&r->m->ready, 1);
		*greeted = 1;
	}
	return n;
}

static inline void zmq_receiver(const struct run *r)
{
	struct zmq_item *v = calloc(r->peers, sizeof(*v));
	char *greeted = calloc(r->peers, 1), *rx = malloc(RX);
	void *ctx = zmq.ctx_new(), *back;
	struct zx_buf echo;
	unsigned k;

	zmq_message(&echo, r, "S0");
	back = zmq_dial(ctx, ZMQ_PUB, atomic_load(&r->m->port));
	for (k = 0; k < r->peers; k++) {
		v[k].socket = zmq_listener(r, ctx, "R0");
		v[k].events = ZMQ_POLLIN;
	}
	atomic_store(&r->m->receivers, r->peers);
	for (;;) {
		unsigned long long got = 0;

		if (zmq.poll(v, (int)r->peers, -1) < 0)
			die("zmq_poll");
		for (k = 0; k < r->peers; k++)
			if (v[k].revents)
				got += zmq_take(r, v[k].socket, rx,
						&greeted[k]);
		atomic_fetch_add(&r->m->got, got);
		for (; r->rtt && got; got--)
			if (zmq.send(back, echo.ptr, echo.len, 0) < 0)
				die("zmq_send");
	}
}

static inline void zmq_trips(const struct run *r, void *ctx, void *to,
			     const struct zx_buf *one, char *rx)
{
	void *from = zmq_listener(r, ctx, "S0");
	int ms = 50;
	unsigned n;

	zmq.setsockopt(from, ZMQ_RCVTIMEO, &ms, sizeof(ms));
	/* Until both ways are subscribed; nothing may be left on them then. */
	do
		zmq.send(to, one->ptr, one->len, 0);
	while (zmq.recv(from, rx, RX, 0) < 0);
	while (zmq.recv(from, rx, RX, 0) >= 0)
		;
	for (n = 0; n < ROUND_TRIPS; n++) {
		double begin = report_wall_ns();

		zmq.send(to, one->ptr, one->len, 0);
		while (zmq.recv(from, rx, RX, 0) < 0)
			;
		r->m->trip_ns[n] = report_wall_ns() - begin;
		atomic_store(&r->m->trips, n + 1);
	}
	pause();
}

static inline void zmq_sender(const struct run *r)
{
	unsigned long long n = 0;
	char *rx = malloc(RX);
	void *ctx = zmq.ctx_new(), *to;
	struct zx_buf one;
	unsigned per, i;

	zmq_message(&one, r, "R0");
	to = zmq_dial(ctx, ZMQ_PUB, atomic_load(&r->m->port));
	while (atomic_load(&r->m->ready) < r->peers) {
		zmq.send(to, "R0", 2, 0);
		usleep(1000);
	}
	atomic_store(&r->m->sending, 1);
	if (r->rtt)
		zmq_trips(r, ctx, to, &one, rx);
	per = (unsigned)(BATCH / one.len) + !(BATCH / one.len);
	for (;;) {
		for (i = 0; i < per; i++) {
			stamp(one.ptr + one.len, n++);
			if (zmq.send(to, one.ptr, one.len, 0) < 0)
				die("zmq_send");
		}
		wait_for_room(r, n);
	}
}

#endif
