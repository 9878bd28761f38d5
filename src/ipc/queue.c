/* SPDX-License-Identifier: MIT
 *
 * queue: bytes for peers. They lie in chunks; a queue holds references, so what
 * goes to many is there once.
 */
#include <string.h>

#include "ipc/ipc_int.h"

static void unref(struct zx__pool *p, struct zx__chunk *c)
{
	if (--c->refs)
		return;
	/* A busy hub fills and sends the same few over and over. */
	if (c->cap == ZX__IPC_CHUNK && p->spares < ZX__IPC_SPARES) {
		p->spare[p->spares++] = c;
		return;
	}
	p->bytes -= sizeof(*c) + c->cap;
	zx_delete(p->alloc, c);
}

static struct zx__chunk *chunk_new(struct zx__pool *p, size_t n)
{
	uint32_t cap = p->open ? ZX__IPC_CHUNK : ZX__IPC_CHUNK_FIRST;
	struct zx__chunk *c;

	if (cap < n)
		cap = (uint32_t)n;
	if (cap == ZX__IPC_CHUNK && p->spares) {
		c = p->spare[--p->spares];
		c->refs = 1;
		c->len = 0;
		return c;
	}
	if (p->bytes + sizeof(*c) + cap > p->max)
		return NULL;
	/* Not zx_new: nobody needs it cleared. */
	c = zx_resize(p->alloc, NULL, sizeof(*c) + cap);
	if (!c)
		return NULL;
	*c = (struct zx__chunk){ .refs = 1, .cap = cap };
	p->bytes += sizeof(*c) + cap;
	return c;
}

char *zx__pool_room(struct zx__pool *p, size_t n, struct zx__slice *at)
{
	struct zx__chunk *c = p->open;

	if (c && c->refs == 1)
		c->len = 0; /* all of it is sent */
	if (!c || c->cap - c->len < n) {
		c = chunk_new(p, n);
		if (!c)
			return NULL;
		if (p->open)
			unref(p, p->open);
		p->open = c;
	}
	at->chunk = c;
	at->off = c->len;
	at->len = 0;
	return c->bytes + c->len;
}

void zx__pool_used(struct zx__pool *p, size_t n, struct zx__slice *at)
{
	p->open->len += (uint32_t)n;
	at->len = (uint32_t)n;
}

char *zx__pool_stage(struct zx__pool *p)
{
	if (!p->stage)
		p->stage = zx_resize(p->alloc, NULL, ZX__IPC_PULL);
	return p->stage;
}

void zx__pool_release(struct zx__pool *p)
{
	if (p->open)
		unref(p, p->open);
	p->open = NULL;
	while (p->spares)
		zx_delete(p->alloc, p->spare[--p->spares]);
	zx_delete(p->alloc, p->stage);
	zx_delete(p->alloc, p->plain);
	p->stage = p->plain = NULL;
}

static int grow(struct zx__queue *q, struct zx__pool *p)
{
	uint32_t cap = q->cap ? q->cap * 2 : 4, i;
	struct zx__slice *v;

	if (cap > ZX__IPC_SLICES)
		return ZX_E_LIMIT;
	v = zx_resize(p->alloc, NULL, cap * sizeof(*v));
	if (!v)
		return ZX_E_NOMEM;
	for (i = 0; i < q->n; i++)
		v[i] = q->v[(q->head + i) & (q->cap - 1)];
	zx_delete(p->alloc, q->v);
	q->v = v;
	q->head = 0;
	q->cap = cap;
	return ZX_OK;
}

int zx__queue_add(struct zx__queue *q, struct zx__pool *p,
		  const struct zx__slice *s)
{
	struct zx__slice *last;
	int err;

	if (q->n) {
		last = &q->v[(q->head + q->n - 1) & (q->cap - 1)];
		if (last->chunk == s->chunk &&
		    last->off + last->len == s->off) {
			last->len += s->len;
			q->bytes += s->len;
			return ZX_OK;
		}
	}
	if (q->n == q->cap) {
		err = grow(q, p);
		if (err)
			return err;
	}
	q->v[(q->head + q->n++) & (q->cap - 1)] = *s;
	q->bytes += s->len;
	s->chunk->refs++;
	return ZX_OK;
}

struct zx_str zx__queue_peek(const struct zx__queue *q, struct zx__pool *p,
			     size_t max)
{
	const struct zx__slice *s = &q->v[q->head];
	size_t have = 0, n;
	char *stage;
	uint32_t i;

	if (!q->n)
		return (struct zx_str){ NULL, 0 };
	if (q->n == 1 || s->len >= max / 2 || !(stage = zx__pool_stage(p)))
		return (struct zx_str){ s->chunk->bytes + s->off,
					s->len < max ? s->len : max };
	for (i = 0; i < q->n && have < max; i++) {
		s = &q->v[(q->head + i) & (q->cap - 1)];
		n = s->len < max - have ? s->len : max - have;
		memcpy(stage + have, s->chunk->bytes + s->off, n);
		have += n;
	}
	return (struct zx_str){ stage, have };
}

size_t zx__queue_pieces(const struct zx__queue *q, size_t max, struct zx_str *v,
			size_t n)
{
	size_t i;

	for (i = 0; i < n && i < q->n && max; i++) {
		const struct zx__slice *s = &q->v[(q->head + i) & (q->cap - 1)];

		v[i].ptr = s->chunk->bytes + s->off;
		v[i].len = s->len < max ? s->len : max;
		max -= v[i].len;
	}
	return i;
}

void zx__queue_skip(struct zx__queue *q, struct zx__pool *p, size_t n)
{
	while (n && q->n) {
		struct zx__slice *s = &q->v[q->head];
		uint32_t some = n < s->len ? (uint32_t)n : s->len;

		s->off += some;
		s->len -= some;
		q->bytes -= some;
		n -= some;
		if (s->len)
			return;
		unref(p, s->chunk);
		q->head = (q->head + 1) & (q->cap - 1);
		q->n--;
	}
	if (!q->n && q->cap > 16)
		zx__queue_release(q, p);
}

void zx__queue_release(struct zx__queue *q, struct zx__pool *p)
{
	uint32_t i;

	for (i = 0; i < q->n; i++)
		unref(p, q->v[(q->head + i) & (q->cap - 1)].chunk);
	zx_delete(p->alloc, q->v);
	*q = (struct zx__queue){ NULL, 0, 0, 0, 0 };
}
