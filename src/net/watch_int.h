/* SPDX-License-Identifier: MIT
 *
 * What the two ways to watch a descriptor share: watch.c, poller.c.
 */
#ifndef ZX__WATCH_INT_H
#define ZX__WATCH_INT_H

#include "net/net_int.h"

struct zx__watch {
	struct zx__source source;
	struct lws *wsi; /* NULL when libwebsockets has dropped it */
	int polled;	 /* by the poller: then there is no wsi */
	int fd;
	zx__watch_fn *fn;
	void *ud;
	int want;
	int calls; /* depth of fn: memory must stay */
	int closed;
	struct zx__watch *next_writer, **writer_link;
};

/* Calls w's function; nonzero when w was closed meanwhile and is gone. */
int zx__watch_tell(struct zx__watch *w, int events);
/* As zx__watch_open, but by libwebsockets in any case. */
int zx__watch_open_raw(struct zx__watch **out, struct zx_loop *l, int fd,
		       zx__watch_fn *fn, void *ud);

/*
 * poller.c: many descriptors behind one. poll(2), by which libwebsockets waits,
 * looks at every descriptor at every wake; a fleet of idle shards would pay for
 * each other's heartbeats. epoll costs what happens, and is itself a descriptor
 * that the loop (or the host's) watches.
 */
struct zx__poller;

/* ZX_OK and NULL where there is none: libwebsockets watches everything then.
 * ZX_E_NOMEM. */
int zx__poller_new(struct zx__poller **out, struct zx_loop *l);
void zx__poller_free(struct zx__poller *p);
/* Nonzero: it cannot be (no poller, or a regular file). */
int zx__poller_add(struct zx__poller *p, struct zx__watch *w);
void zx__poller_set(struct zx__poller *p, struct zx__watch *w);
void zx__poller_drop(struct zx__poller *p, struct zx__watch *w);

#endif
