/* SPDX-License-Identifier: MIT
 *
 * identify_queue: who may identify when. Discord resets the token of a bot that
 * identifies too often in a day, so what is not surely allowed waits.
 */
#include <string.h>

#include "gateway/gateway_int.h"

#define DAY_MS ((uint64_t)24 * 60 * 60 * 1000)
/* Keys that are told apart; Discord's largest known value is 16 x 16. */
#define MOST_KEYS 1024
/* Shards that may wait. */
#define MOST_WAITING 65536

struct zx_identify_queue {
	const struct zx_alloc *alloc;
	zx_time now; /* of the last call */
	uint32_t interval_ms, keys;
	uint32_t total, remaining, reserve;
	int held; /* it was: no turn before the reset */
	zx_time reset_at;
	zx_time *next;	   /* per key: when its next turn may be */
	uint32_t *waiting; /* ascending, so that buckets start in order */
	size_t count, cap;
};

static void take_limits(struct zx_identify_queue *q,
			const struct zx_identify_options *o)
{
	uint32_t need = o->need ? o->need : 1;

	q->interval_ms = o->interval_ms ? o->interval_ms : 5000;
	q->total = o->total ? o->total : 1000;
	q->remaining = o->remaining;
	q->reserve = o->reserve ? o->reserve : q->total / 20;
	q->reset_at = zx_time_add(q->now, o->reset_after_ms);
	q->held = q->remaining < (uint64_t)need + q->reserve;
}

/* A new number of keys forgets when the old ones had their turns; waiting one
 * interval is always right. */
static int take_keys(struct zx_identify_queue *q, uint32_t keys, zx_time first)
{
	zx_time *next;
	uint32_t i;

	if (!keys)
		keys = 1;
	if (keys > MOST_KEYS)
		keys = MOST_KEYS;
	if (keys == q->keys)
		return ZX_OK;
	next = zx_resize(q->alloc, q->next, keys * sizeof(*next));
	if (!next)
		return ZX_E_NOMEM;
	for (i = 0; i < keys; i++)
		next[i] = first;
	q->next = next;
	q->keys = keys;
	return ZX_OK;
}

static struct zx_identify_options copy(const struct zx_identify_options *opt)
{
	struct zx_identify_options o = ZX_IDENTIFY_OPTIONS_INIT;

	memcpy(&o, opt, opt->size < sizeof(o) ? opt->size : sizeof(o));
	return o;
}

int zx_identify_new(struct zx_identify_queue **out,
		    const struct zx_identify_options *opt, zx_time now)
{
	struct zx_identify_options o;
	struct zx_identify_queue *q;

	*out = NULL;
	if (!opt || !opt->size)
		return ZX_E_INVALID;
	o = copy(opt);
	q = zx_new(o.alloc, sizeof(*q));
	if (!q)
		return ZX_E_NOMEM;
	q->alloc = o.alloc;
	q->now = now;
	take_limits(q, &o);
	if (take_keys(q, o.max_concurrency, now)) {
		zx_identify_free(q);
		return ZX_E_NOMEM;
	}
	*out = q;
	return ZX_OK;
}

void zx_identify_free(struct zx_identify_queue *q)
{
	if (!q)
		return;
	zx_delete(q->alloc, q->next);
	zx_delete(q->alloc, q->waiting);
	zx_delete(q->alloc, q);
}

/* The day is over: the budget is whole again. */
static void turn_day(struct zx_identify_queue *q, zx_time now)
{
	if (now > q->now)
		q->now = now;
	if (q->now < q->reset_at)
		return;
	q->remaining = q->total;
	q->held = 0;
	q->reset_at = zx_time_add(q->now, DAY_MS);
}

void zx_identify_limits(struct zx_identify_queue *q,
			const struct zx_identify_options *opt, zx_time now)
{
	struct zx_identify_options o = copy(opt);

	turn_day(q, now);
	take_limits(q, &o);
	/* Without memory for more keys the old ones go on, only slower. */
	(void)take_keys(q, o.max_concurrency,
			zx_time_add(q->now, q->interval_ms));
}

/* Where `id` waits, or would. */
static size_t place(const struct zx_identify_queue *q, uint32_t id)
{
	size_t low = 0, high = q->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (q->waiting[mid] < id)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

int zx_identify_ask(struct zx_identify_queue *q, uint32_t shard_id, zx_time now)
{
	size_t at = place(q, shard_id);

	turn_day(q, now);
	if (at < q->count && q->waiting[at] == shard_id)
		return ZX_OK;
	if (q->count == MOST_WAITING)
		return ZX_E_LIMIT;
	if (q->count == q->cap) {
		size_t cap = q->cap ? q->cap * 2 : 16;
		uint32_t *p = zx_resize(q->alloc, q->waiting, cap * sizeof(*p));

		if (!p)
			return ZX_E_NOMEM;
		q->waiting = p;
		q->cap = cap;
	}
	memmove(q->waiting + at + 1, q->waiting + at,
		(q->count - at) * sizeof(*q->waiting));
	q->waiting[at] = shard_id;
	q->count++;
	return ZX_OK;
}

static void leave(struct zx_identify_queue *q, size_t at)
{
	q->count--;
	memmove(q->waiting + at, q->waiting + at + 1,
		(q->count - at) * sizeof(*q->waiting));
}

void zx_identify_forget(struct zx_identify_queue *q, uint32_t shard_id)
{
	size_t at = place(q, shard_id);

	if (at < q->count && q->waiting[at] == shard_id)
		leave(q, at);
}

static int spent(const struct zx_identify_queue *q)
{
	return q->held || q->remaining <= q->reserve;
}

int zx_identify_poll(struct zx_identify_queue *q, zx_time now,
		     uint32_t *shard_id)
{
	size_t i;

	turn_day(q, now);
	if (!q->count || spent(q))
		return 0;
	for (i = 0; i < q->count; i++) {
		zx_time *next = &q->next[q->waiting[i] % q->keys];

		if (*next > q->now)
			continue;
		*shard_id = q->waiting[i];
		*next = zx_time_add(q->now, q->interval_ms);
		q->remaining--;
		leave(q, i);
		return 1;
	}
	return 0;
}

zx_time zx_identify_deadline(const struct zx_identify_queue *q)
{
	zx_time at = ZX_TIME_NEVER;
	size_t i;

	if (!q->count)
		return ZX_TIME_NEVER;
	if (spent(q))
		return q->reset_at;
	for (i = 0; i < q->count; i++)
		at = zx_time_min(at, q->next[q->waiting[i] % q->keys]);
	return at;
}

uint32_t zx_identify_remaining(const struct zx_identify_queue *q)
{
	return q->remaining;
}

size_t zx_identify_waiting(const struct zx_identify_queue *q)
{
	return q->count;
}
