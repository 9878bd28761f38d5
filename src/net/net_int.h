/* SPDX-License-Identifier: MIT
 *
 * What the files of net share: the loop's inside, watched descriptors, and the
 * named ceilings.
 */
#ifndef ZX__NET_INT_H
#define ZX__NET_INT_H

#include <libwebsockets.h>

#include "zoryx/net.h"

/* Every ceiling of net, in bytes where nothing else is said. */
enum {
	ZX__NET_RX = 64 * 1024,	     /* one read of a socket */
	ZX__NET_MESSAGE = 64 << 20,  /* one WebSocket message, joined */
	ZX__NET_KEEP = 256 * 1024,   /* joining buffer kept between messages */
	ZX__NET_SENDS = 256,	     /* messages waiting for one socket */
	ZX__NET_FDS = 4096,	     /* sockets of a loop of our own */
	ZX__NET_HEADERS = 64 * 1024, /* header lines of one REST answer */
	ZX__NET_IDLE_HANDLES = 16,   /* finished curl handles kept */
	ZX__NET_CLOSE_MS = 2000,     /* for the peer's part of a close */
	ZX__NET_AGAIN_MS = 100,	     /* after memory ran out */
	ZX__NET_IDLE_S = 60,	     /* kept REST connections without use */
	ZX__NET_CONNECT_MS = 10 * 1000, /* of one REST connection */
	ZX__NET_URL = 1024		/* a gateway URL */
};

/*
 * What libwebsockets hands back with each callback: the first member of
 * whatever owns the wsi. NULL when the owner has let go of it.
 */
struct zx__source {
	int (*event)(struct zx__source *s, struct lws *wsi,
		     enum lws_callback_reasons why, void *in, size_t len);
	struct zx_loop *loop;
};

struct zx_loop {
	const struct zx_alloc *alloc;
	const struct zx_log *log;
	struct lws_context *lws;
	int foreign; /* the context is the host's */
	struct lws_vhost *plain;
	char *ca_file;
	char *rx; /* ZX__NET_RX bytes that every reader may use in its turn */

	zx_time now;
	int stale; /* `now` is from before a wait */

	struct zx_timer **heap; /* heap[0] is not used */
	size_t timers, timer_cap;
	uint64_t order;
	lws_sorted_usec_list_t sul;
	zx_time armed;

	int wake_fd[2];
	struct zx__watch *wake;
	struct zx__watch *writers; /* to be asked for writing again */
	struct zx__poller *poller; /* NULL: libwebsockets watches all */
};

/* Stamps the turn when the loop has slept since. */
static inline void zx__loop_enter(struct zx_loop *l)
{
	if (l->stale || l->foreign) {
		l->now = zx_clock();
		l->stale = 0;
	}
}

extern const struct lws_protocols zx__loop_protocols[];
#define ZX__PROTOCOL "zx"

/* l->rx, made when first needed; NULL when memory is out. */
char *zx__loop_rx(struct zx_loop *l);

/* timer.c */
void zx__timers_run(struct zx_loop *l);
zx_time zx__timers_next(const struct zx_loop *l);
/* loop.c: a timer changed outside a turn of ours. */
void zx__loop_rearm(struct zx_loop *l);

/* watch.c: a descriptor in the loop -------------------------------------- */

enum { ZX__READ = 1, ZX__WRITE = 2, ZX__GONE = 4 };

struct zx__watch;
typedef void zx__watch_fn(struct zx__watch *w, int events, void *ud);

/* Takes ownership of fd, also when it fails, and makes it non-blocking. Watches
 * for reading. */
int zx__watch_open(struct zx__watch **out, struct zx_loop *l, int fd,
		   zx__watch_fn *fn, void *ud);
void zx__watch_want(struct zx__watch *w, int events);
int zx__watch_fd(const struct zx__watch *w);
/* Also from inside its callback. The fd is closed within the next turn. */
void zx__watch_close(struct zx__watch *w);
/* Between turns: see watch.c. */
void zx__watch_rewrite(struct zx_loop *l);

/* url.c ------------------------------------------------------------------ */

struct zx__url {
	char text[ZX__NET_URL]; /* what the others point into */
	char host[256];	     /* for the Host header, with a port if unusual */
	const char *address; /* without brackets */
	const char *path;    /* with query, begins with '/' */
	int port, tls;
};
/* ws:// and wss:// only. ZX_E_INVALID, ZX_E_TOOBIG. */
int zx__url_parse(struct zx__url *u, struct zx_str text);

#endif
