/* SPDX-License-Identifier: MIT
 *
 * queue: chooses what goes out next. Buckets that may send take turns, so that
 * a full one never delays another.
 */
#include "rest/rest_int.h"

/* An eighth of the connections is kept for interactions. */
static int has_slot(const struct zx_rest *r, enum zx__class class)
{
	uint32_t max = r->max_in_flight;

	if (class != CLASS_URGENT && class != CLASS_URGENT_GATED)
		max -= max / 8;
	return r->in_flight < max;
}

static int is_open(const struct zx_rest *r, enum zx__class class)
{
	return !zx__list_empty(&r->ready[class]) && has_slot(r, class) &&
	       zx__rest_global_when(r, class) <= r->now;
}

static struct zx__bucket *next_ready(struct zx_rest *r)
{
	const unsigned others = CLASSES - CLASS_EXEMPT;
	unsigned i;
	enum zx__class class = CLASS_URGENT;

	if (is_open(r, class))
		return zx__of(r->ready[class].next, struct zx__bucket, ready);
	class = CLASS_URGENT_GATED;
	if (is_open(r, class))
		return zx__of(r->ready[class].next, struct zx__bucket, ready);
	for (i = 0; i < others; i++) {
		class = (enum zx__class)(CLASS_EXEMPT + (r->turn + i) % others);
		if (!is_open(r, class))
			continue;
		r->turn = class - CLASS_EXEMPT + 1;
		return zx__of(r->ready[class].next, struct zx__bucket, ready);
	}
	return NULL;
}

/* The first request of b is sent; b stands behind the others again. */
static void start(struct zx_rest *r, struct zx__bucket *b)
{
	struct zx__req *q = zx__req_of_order(b->queue.min);
	enum zx__class class = b->class;

	zx__list_cut(&b->ready);
	b->class = CLASS_NONE;
	zx__rest_req_unqueue(r, q);
	if (!zx__rest_req_answer_here(r, q)) {
		zx__rest_bucket_take(r, q);
		zx__rest_global_take(r, class);
		q->state = REQ_OUT;
		r->stats.waiting++;
		zx__list_put(q->flags & ZX_REST_URGENT ? &r->out_urgent
						       : &r->out,
			     &q->out);
	}
	zx__rest_bucket_settle(r, b);
}

static void wake_paused(struct zx_rest *r)
{
	struct zx__req *q;

	while ((q = zx__req_of_order(r->paused.min)) && q->order.key <= r->now)
		zx__rest_req_enqueue(r, q);
}

/* First all, then each: settling one puts it back, due or not. */
static void wake_buckets(struct zx_rest *r)
{
	struct zx__bucket *due = NULL, *b;

	while (r->timers.min && r->timers.min->key <= r->now) {
		b = zx__of(zx__rest_heap_pop(&r->timers), struct zx__bucket,
			   timer);
		b->due = due;
		due = b;
	}
	for (; due; due = b) {
		b = due->due;
		zx__rest_bucket_settle(r, due);
	}
}

static void send_ready(struct zx_rest *r)
{
	struct zx__bucket *b;

	while ((b = next_ready(r)))
		start(r, b);
}

void zx__rest_pump(struct zx_rest *r)
{
	wake_paused(r);
	wake_buckets(r);
	send_ready(r);
	/* Only who could not go even now has waited too long. */
	while (r->timers.min && r->timers.min->key <= r->now)
		zx__rest_bucket_expire(r, zx__of(zx__rest_heap_pop(&r->timers),
						 struct zx__bucket, timer));
	send_ready(r);
}

zx_time zx__rest_pump_deadline(const struct zx_rest *r)
{
	zx_time at = ZX_TIME_NEVER;
	unsigned i;

	if (r->timers.min)
		at = zx_time_min(at, r->timers.min->key);
	if (r->paused.min)
		at = zx_time_min(at, r->paused.min->key);
	for (i = 0; i < CLASSES; i++) {
		enum zx__class class = (enum zx__class)i;

		if (!zx__list_empty(&r->ready[i]) && has_slot(r, class))
			at = zx_time_min(at, zx__rest_global_when(r, class));
	}
	return at;
}
