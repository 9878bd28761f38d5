/* SPDX-License-Identifier: MIT
 *
 * timers: a binary heap of deadlines. Thousands of panels and calls wait, and
 * the next one is always at hand.
 */
#include "command/command_int.h"

int zx__timer_join(struct zx_commands *c, struct zx__timer *t,
		   enum zx__timer_kind kind)
{
	struct zx__timers *h = &c->timers;
	struct zx__timer **more;
	size_t cap;

	if (h->members == h->cap) {
		cap = h->cap ? h->cap * 2 : 16;
		more = zx_resize(c->opt.alloc, h->heap, cap * sizeof(*more));
		if (!more)
			return ZX_E_NOMEM;
		h->heap = more;
		h->cap = cap;
	}
	h->members++;
	t->kind = kind;
	t->slot = 0;
	t->at = ZX_TIME_NEVER;
	return ZX_OK;
}

void zx__timer_leave(struct zx_commands *c, struct zx__timer *t)
{
	zx__timer_disarm(c, t);
	c->timers.members--;
}

static void place(struct zx__timers *h, size_t i, struct zx__timer *t)
{
	h->heap[i] = t;
	t->slot = i + 1;
}

static void rise(struct zx__timers *h, size_t i)
{
	struct zx__timer *t = h->heap[i];
	size_t up;

	for (; i; i = up) {
		up = (i - 1) / 2;
		if (h->heap[up]->at <= t->at)
			break;
		place(h, i, h->heap[up]);
	}
	place(h, i, t);
}

static void sink(struct zx__timers *h, size_t i)
{
	struct zx__timer *t = h->heap[i];
	size_t down;

	for (; (down = i * 2 + 1) < h->count; i = down) {
		if (down + 1 < h->count &&
		    h->heap[down + 1]->at < h->heap[down]->at)
			down++;
		if (h->heap[down]->at >= t->at)
			break;
		place(h, i, h->heap[down]);
	}
	place(h, i, t);
}

void zx__timer_disarm(struct zx_commands *c, struct zx__timer *t)
{
	struct zx__timers *h = &c->timers;
	size_t i;

	if (!t->slot)
		return;
	i = t->slot - 1;
	t->slot = 0;
	h->count--;
	if (i == h->count)
		return;
	place(h, i, h->heap[h->count]);
	rise(h, i);
	sink(h, i);
}

void zx__timer_arm(struct zx_commands *c, struct zx__timer *t, zx_time at)
{
	struct zx__timers *h = &c->timers;

	zx__timer_disarm(c, t);
	t->at = at;
	if (at == ZX_TIME_NEVER)
		return;
	place(h, h->count, t);
	h->count++;
	rise(h, h->count - 1);
}

struct zx__timer *zx__timer_due(struct zx_commands *c, zx_time now)
{
	struct zx__timer *t;

	if (!c->timers.count || c->timers.heap[0]->at > now)
		return NULL;
	t = c->timers.heap[0];
	zx__timer_disarm(c, t);
	return t;
}

zx_time zx__timer_first(const struct zx_commands *c)
{
	return c->timers.count ? c->timers.heap[0]->at : ZX_TIME_NEVER;
}
