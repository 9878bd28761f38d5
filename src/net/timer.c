/* SPDX-License-Identifier: MIT
 *
 * Timers: a binary heap by time, then by the order in which they were set.
 */
#include "net/net_int.h"

static int before(const struct zx_timer *a, const struct zx_timer *b)
{
	if (a->at != b->at)
		return a->at < b->at;
	return a->order < b->order;
}

static void put(struct zx_loop *l, size_t slot, struct zx_timer *t)
{
	l->heap[slot] = t;
	t->slot = slot;
}

static void sift_up(struct zx_loop *l, struct zx_timer *t)
{
	size_t slot = t->slot;

	while (slot > 1 && before(t, l->heap[slot / 2])) {
		put(l, slot, l->heap[slot / 2]);
		slot /= 2;
	}
	put(l, slot, t);
}

static void sift_down(struct zx_loop *l, struct zx_timer *t)
{
	size_t slot = t->slot, child;

	while ((child = slot * 2) <= l->timers) {
		if (child < l->timers &&
		    before(l->heap[child + 1], l->heap[child]))
			child++;
		if (!before(l->heap[child], t))
			break;
		put(l, slot, l->heap[child]);
		slot = child;
	}
	put(l, slot, t);
}

static void take_out(struct zx_loop *l, struct zx_timer *t)
{
	struct zx_timer *last = l->heap[l->timers--];
	size_t slot = t->slot;

	t->slot = 0;
	if (last == t)
		return;
	put(l, slot, last);
	sift_up(l, last);
	sift_down(l, last);
}

static int put_in(struct zx_loop *l, struct zx_timer *t)
{
	size_t cap = l->timer_cap ? l->timer_cap * 2 : 16;
	struct zx_timer **heap;

	if (l->timers + 1 >= l->timer_cap) {
		heap = zx_resize(l->alloc, l->heap, cap * sizeof(*heap));
		if (!heap)
			return ZX_E_NOMEM;
		l->heap = heap;
		l->timer_cap = cap;
	}
	put(l, ++l->timers, t);
	return ZX_OK;
}

int zx_timer_set(struct zx_loop *l, struct zx_timer *t, zx_time at)
{
	int err;

	if (t->slot && t->at == at)
		return ZX_OK;
	if (at == ZX_TIME_NEVER) {
		if (t->slot)
			take_out(l, t);
		return ZX_OK;
	}
	if (!t->slot) {
		err = put_in(l, t);
		if (err)
			return err;
	}
	t->at = at;
	t->order = ++l->order;
	sift_up(l, t);
	sift_down(l, t);
	zx__loop_rearm(l);
	return ZX_OK;
}

zx_time zx__timers_next(const struct zx_loop *l)
{
	return l->timers ? l->heap[1]->at : ZX_TIME_NEVER;
}

/* A timer that is set again for now waits for the next turn, so that it cannot
 * keep the sockets from their turn. */
void zx__timers_run(struct zx_loop *l)
{
	uint64_t last = l->order;
	struct zx_timer *t;

	while (l->timers) {
		t = l->heap[1];
		if (t->at > l->now || t->order > last)
			return;
		take_out(l, t);
		t->fn(t, t->ud);
	}
}
