/* SPDX-License-Identifier: MIT
 *
 * memory: a transport inside one process. Bytes are moved by step, so that a
 * test decides about time and order.
 */
#include <stdio.h>
#include <string.h>

#include "ipc/ipc_int.h"

struct node {
	struct node *next;
	struct zx_ipc_memory *m;
	struct zx_ipc *x;
	zx_ipc_handler *handler;
	void *ud;
	unsigned port;
	int frozen, gone;
	zx_time wake;
};

/* A connection, or one that is asked for: then `to` is not known yet. */
struct pipe {
	struct pipe *next;
	struct node *from, *to; /* from dialled */
	uint32_t from_link, to_link;
	unsigned port;
	int open, closed[2]; /* by from, by to */
};

struct zx_ipc_memory {
	const struct zx_alloc *alloc;
	struct node *nodes;
	struct pipe *pipes;
	unsigned ports;
	zx_time now;
	char *stage;
};

static void on_dial(void *self, uint32_t link, const char *host, unsigned port)
{
	struct node *n = self;
	struct pipe *p = zx_new(n->m->alloc, sizeof(*p));

	(void)host;
	if (!p)
		return; /* the client gives up after its 10 s */
	p->from = n;
	p->from_link = link;
	p->port = port;
	p->next = n->m->pipes;
	n->m->pipes = p;
}

static void on_flush(void *self, uint32_t link)
{
	(void)self, (void)link; /* step pulls */
}

static void on_close(void *self, uint32_t link)
{
	struct node *n = self;
	struct pipe *p;

	for (p = n->m->pipes; p; p = p->next) {
		if (p->from == n && p->from_link == link)
			p->closed[0] = 1;
		if (p->to == n && p->to_link == link)
			p->closed[1] = 1;
	}
}

static void on_wake(void *self, zx_time at)
{
	((struct node *)self)->wake = at;
}

static const struct zx_ipc_transport transport = {
	.dial = on_dial,
	.flush = on_flush,
	.close = on_close,
	.wake = on_wake,
};

static void drain(struct node *n)
{
	zx_ipc_drain(n->x, &transport, n, n->handler, n->ud);
}

int zx_ipc_memory_new(struct zx_ipc_memory **out, const struct zx_alloc *a)
{
	struct zx_ipc_memory *m = zx_new(a, sizeof(*m));

	*out = m;
	if (!m)
		return ZX_E_NOMEM;
	m->alloc = a;
	m->stage = zx_resize(a, NULL, ZX__IPC_PULL);
	if (m->stage)
		return ZX_OK;
	zx_delete(a, m);
	*out = NULL;
	return ZX_E_NOMEM;
}

void zx_ipc_memory_free(struct zx_ipc_memory *m)
{
	struct node *n;
	struct pipe *p;

	if (!m)
		return;
	while ((p = m->pipes)) {
		m->pipes = p->next;
		zx_delete(m->alloc, p);
	}
	while ((n = m->nodes)) {
		m->nodes = n->next;
		zx_delete(m->alloc, n);
	}
	zx_delete(m->alloc, m->stage);
	zx_delete(m->alloc, m);
}

static struct node *find(const struct zx_ipc_memory *m, const struct zx_ipc *x)
{
	struct node *n = m->nodes;

	while (n && n->x != x)
		n = n->next;
	return n;
}

int zx_ipc_memory_attach(struct zx_ipc_memory *m, struct zx_ipc *x,
			 unsigned port, zx_ipc_handler *handler, void *ud)
{
	struct node *n = zx_new(m->alloc, sizeof(*n));

	if (!n)
		return ZX_E_NOMEM;
	*n = (struct node){ .m = m,
			    .x = x,
			    .handler = handler,
			    .ud = ud,
			    .port = port,
			    .wake = ZX_TIME_NEVER };
	n->next = m->nodes;
	m->nodes = n;
	drain(n);
	return ZX_OK;
}

/* Ends the pipes of n without a word to n itself. */
static void leave(struct zx_ipc_memory *m, const struct node *n)
{
	struct pipe *p;

	for (p = m->pipes; p; p = p->next) {
		if (p->from == n)
			p->closed[0] = 1;
		if (p->to == n)
			p->closed[1] = 1;
	}
}

void zx_ipc_memory_detach(struct zx_ipc_memory *m, struct zx_ipc *x)
{
	struct node *n = find(m, x);

	if (!n)
		return;
	leave(m, n);
	n->gone = 1;
	n->x = NULL;
}

void zx_ipc_memory_kick(struct zx_ipc_memory *m, struct zx_ipc *x)
{
	struct node *n = find(m, x);

	if (n)
		drain(n);
}

void zx_ipc_memory_freeze(struct zx_ipc_memory *m, struct zx_ipc *x, int frozen)
{
	struct node *n = find(m, x);

	if (n)
		n->frozen = frozen;
}

static void tell_closed(struct node *n, uint32_t link, const char *why,
			zx_time now)
{
	if (!n || n->gone || !link)
		return;
	zx_ipc_closed(n->x, link, why, now);
	drain(n);
}

/* Stepping
 * --------------------------------------------------------------------- */

static struct node *listener(const struct zx_ipc_memory *m, unsigned port)
{
	struct node *n = m->nodes;

	while (n && (n->gone || n->port != port))
		n = n->next;
	return n;
}

static int establish(struct zx_ipc_memory *m, struct pipe *p, zx_time now)
{
	struct node *to = listener(m, p->port);
	char why[64];

	if (p->from->frozen || (to && to->frozen))
		return 0;
	if (!to || zx_ipc_accepted(to->x, "memory", ++m->ports % 65536, now,
				   &p->to_link)) {
		snprintf(why, sizeof(why), "nobody listens at port %u",
			 p->port);
		p->closed[0] = p->closed[1] = 1;
		if (to)
			drain(to);
		tell_closed(p->from, p->from_link, why, now);
		return 1;
	}
	p->to = to;
	p->open = 1;
	drain(to);
	zx_ipc_opened(p->from->x, p->from_link, now);
	drain(p->from);
	return 1;
}

/* Bytes from a to b; at most `piece`. */
static int move(struct zx_ipc_memory *m, struct node *a, uint32_t a_link,
		struct node *b, uint32_t b_link, size_t piece, zx_time now)
{
	struct zx_str bytes;

	if (a->frozen || b->frozen)
		return 0;
	bytes = zx_ipc_pull(a->x, a_link);
	if (!bytes.len)
		return 0;
	if (bytes.len > piece)
		bytes.len = piece;
	memcpy(m->stage, bytes.ptr, bytes.len);
	bytes.ptr = m->stage;
	zx_ipc_wrote(a->x, a_link, bytes.len, now);
	drain(a);
	if (b->gone || zx_ipc_feed(b->x, b_link, bytes, now))
		return 1;
	drain(b);
	return 1;
}

/* What was on its way still arrives before the end does. */
static int finish(struct pipe *p, zx_time now)
{
	if (p->closed[0] && !p->closed[1]) {
		p->closed[1] = 1;
		tell_closed(p->to, p->to_link, NULL, now);
		return 1;
	}
	if (p->closed[1] && !p->closed[0]) {
		p->closed[0] = 1;
		tell_closed(p->from, p->from_link, NULL, now);
		return 1;
	}
	return 0;
}

static int step_pipe(struct zx_ipc_memory *m, struct pipe *p, size_t piece,
		     zx_time now)
{
	int moved = 0;

	if (!p->open && !p->closed[0])
		return establish(m, p, now);
	if (p->closed[0] || p->closed[1])
		return finish(p, now);
	moved |= move(m, p->from, p->from_link, p->to, p->to_link, piece, now);
	if (!p->closed[0] && !p->closed[1])
		moved |= move(m, p->to, p->to_link, p->from, p->from_link,
			      piece, now);
	return moved;
}

static void reap(struct zx_ipc_memory *m)
{
	struct pipe **at = &m->pipes, *p;

	while ((p = *at)) {
		if (!p->closed[0] || !p->closed[1]) {
			at = &p->next;
			continue;
		}
		*at = p->next;
		zx_delete(m->alloc, p);
	}
}

int zx_ipc_memory_step(struct zx_ipc_memory *m, size_t piece, zx_time now)
{
	struct pipe *p;
	struct node *n;
	int moved = 0;

	if (!piece || piece > ZX__IPC_PULL)
		piece = ZX__IPC_PULL;
	for (n = m->nodes; n; n = n->next) {
		if (n->gone || n->frozen || n->wake > now)
			continue;
		zx_ipc_tick(n->x, now);
		drain(n);
		moved = 1;
	}
	for (p = m->pipes; p; p = p->next)
		moved |= step_pipe(m, p, piece, now);
	reap(m);
	return moved;
}

zx_time zx_ipc_memory_deadline(const struct zx_ipc_memory *m)
{
	zx_time at = ZX_TIME_NEVER;
	struct node *n;

	for (n = m->nodes; n; n = n->next)
		if (!n->gone && !n->frozen)
			at = zx_time_min(at, n->wake);
	return at;
}

void zx_ipc_memory_cut(struct zx_ipc_memory *m, struct zx_ipc *x, zx_time now)
{
	struct node *n = find(m, x);
	struct pipe *p;

	for (p = m->pipes; p; p = p->next) {
		if (!n || (p->from != n && p->to != n) || p->closed[0] ||
		    p->closed[1])
			continue;
		p->closed[0] = p->closed[1] = 1;
		tell_closed(p->to, p->to_link, "the network failed", now);
		tell_closed(p->from, p->from_link, "the network failed", now);
	}
}
