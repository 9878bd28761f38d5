/* SPDX-License-Identifier: MIT
 *
 * bucket: how many requests a rate limit still takes, and until when.
 *
 * `left` counts down with every send and is corrected by answers, never above
 * what they say: a request still under way may or may not be in the server's
 * number. The window ends at reset_at, which is the latest an answer named.
 */
#include <string.h>

#include "rest/rest_int.h"

/* Resets that are closer than this are one. */
#define SAME_WINDOW_MS 500

struct zx__bucket *zx__rest_bucket_new(struct zx_rest *r)
{
	struct zx__bucket *b = zx_new(r->alloc, sizeof(*b));

	if (!b)
		return NULL;
	b->class = CLASS_NONE;
	r->stats.buckets++;
	return b;
}

void zx__rest_bucket_free(struct zx_rest *r, struct zx__bucket *b)
{
	zx__list_cut(&b->ready);
	zx__rest_heap_cut(&r->timers, &b->timer);
	if (b->key)
		zx__rest_map_cut(&r->buckets, &b->node);
	zx_delete(r->alloc, b->key);
	zx_delete(r->alloc, b);
	r->stats.buckets--;
}

int zx__rest_bucket_name(struct zx_rest *r, struct zx__bucket *b,
			 struct zx_str key)
{
	char *copy = zx_str_dup(r->alloc, key);

	if (!copy)
		return ZX_E_NOMEM;
	if (b->key)
		zx__rest_map_cut(&r->buckets, &b->node);
	zx_delete(r->alloc, b->key);
	b->key = copy;
	b->key_len = key.len;
	zx__rest_map_put(&r->buckets, &b->node, zx__rest_hash(r->seed, key));
	return ZX_OK;
}

struct zx__bucket *zx__rest_bucket_find(struct zx_rest *r, struct zx_str key)
{
	struct zx__mnode *n =
		zx__rest_map_first(&r->buckets, zx__rest_hash(r->seed, key));

	for (; n; n = zx__rest_map_next(n)) {
		struct zx__bucket *b = zx__of(n, struct zx__bucket, node);

		if (b->key_len == key.len && !memcmp(b->key, key.ptr, key.len))
			return b;
	}
	return NULL;
}

zx_time zx__rest_bucket_until(const struct zx__bucket *b, zx_time now)
{
	zx_time t = b->hold_until > now ? b->hold_until : now;

	if (b->known && b->left <= 0 && b->reset_at > t)
		t = b->reset_at;
	return t;
}

/* The first request of the queue. */
static struct zx__req *head_of(const struct zx__bucket *b)
{
	return zx__req_of_order(b->queue.min);
}

/* After a denial or a sub-limit a lane asks one by one, so that it learns from
 * the first answer instead of the tenth. */
static int must_wait_for_answer(const struct zx__lane *l)
{
	return (l->serial || l->denials) && l->in_flight;
}

static int has_room(const struct zx__bucket *b, zx_time now)
{
	if (zx__rest_bucket_until(b, now) > now)
		return 0;
	if (must_wait_for_answer(head_of(b)->lane))
		return 0;
	if (b->careful)
		return !b->in_flight;
	if (b->known && b->left > 0)
		return 1;
	/* Nothing known, or a window whose answers were all lost: one request
	 * asks. */
	return b->unlimited || !b->in_flight;
}

static enum zx__class class_of(const struct zx__req *q)
{
	if (q->flags & ZX_REST_ABSOLUTE)
		return CLASS_OUTSIDE;
	if (q->flags & ZX_REST_URGENT)
		return zx__req_gated(q) ? CLASS_URGENT_GATED : CLASS_URGENT;
	return zx__req_gated(q) ? CLASS_GATED : CLASS_EXEMPT;
}

static void begin_window(struct zx_rest *r, struct zx__bucket *b, int32_t left,
			 zx_time reset_at)
{
	b->left = left;
	b->reset_at = reset_at;
	b->sends = 0;
	b->window = ++r->next_window;
}

static void roll(struct zx_rest *r, struct zx__bucket *b)
{
	if (!b->known || !b->reset_at || r->now < b->reset_at)
		return;
	/* What is under way may arrive in the new window. */
	begin_window(r, b, b->limit - (int32_t)b->in_flight, 0);
}

/* Who would have to wait longer than he may is told at once. */
static void expel(struct zx_rest *r, struct zx__bucket *b)
{
	zx_time until = zx__rest_bucket_until(b, r->now);

	while (until > r->now && b->patience.min &&
	       b->patience.min->key < until)
		zx__rest_req_too_long(r, zx__req_of_patience(b->patience.min),
				      until - r->now);
}

static void place(struct zx_rest *r, struct zx__bucket *b, enum zx__class class)
{
	if (b->class == class)
		return;
	zx__list_cut(&b->ready);
	b->class = class;
	if (class != CLASS_NONE)
		zx__list_put(&r->ready[class], &b->ready);
}

static void arm(struct zx_rest *r, struct zx__bucket *b)
{
	zx_time until = zx__rest_bucket_until(b, r->now), at;

	if (!b->queue.min) {
		zx__rest_heap_cut(&r->timers, &b->timer);
		return;
	}
	at = b->patience.min->key;
	if (until > r->now && until < at)
		at = until;
	if (b->timer.in && b->timer.key == at)
		return;
	zx__rest_heap_cut(&r->timers, &b->timer);
	zx__rest_heap_push(&r->timers, &b->timer, at, 0);
}

void zx__rest_bucket_settle(struct zx_rest *r, struct zx__bucket *b)
{
	enum zx__class class = CLASS_NONE;

	roll(r, b);
	expel(r, b);
	if (b->queue.min && has_room(b, r->now))
		class = class_of(head_of(b));
	place(r, b, class);
	arm(r, b);
}

void zx__rest_bucket_expire(struct zx_rest *r, struct zx__bucket *b)
{
	enum zx__class class = b->queue.min ? class_of(head_of(b)) : CLASS_NONE;
	zx_time until = zx__rest_bucket_until(b, r->now);

	if (class != CLASS_NONE && zx__rest_global_when(r, class) > until)
		until = zx__rest_global_when(r, class);
	/* Behind others or without a free connection: how long is unknown. */
	if (until <= r->now || until == ZX_TIME_NEVER)
		until = r->now + 1;
	while (b->patience.min && b->patience.min->key <= r->now)
		zx__rest_req_too_long(r, zx__req_of_patience(b->patience.min),
				      until - r->now);
	zx__rest_bucket_settle(r, b);
}

void zx__rest_bucket_take(struct zx_rest *r, struct zx__req *q)
{
	struct zx__bucket *b = q->lane->bucket;

	b->left--;
	b->sends++;
	b->in_flight++;
	q->lane->in_flight++;
	q->send_no = b->sends;
	q->window = b->window;
	r->in_flight++;
	if (q->flags & ZX_REST_ABSOLUTE)
		r->outside++;
}

/* Answers overtake each other, so their numbers say little about how many
 * windows there were. Their resets do: those of one window differ by the time
 * answers take, those of two by about a window. */
static int is_next_window(const struct zx__bucket *b, zx_time reset_at)
{
	uint64_t apart = b->window_ms / 2;

	if (apart < SAME_WINDOW_MS)
		apart = SAME_WINDOW_MS;
	return b->reset_at && reset_at > zx_time_add(b->reset_at, apart);
}

/* An answer to a request of the window that is being counted. */
static void correct(struct zx_rest *r, struct zx__bucket *b,
		    const struct zx__req *q, int32_t remaining,
		    zx_time reset_at)
{
	int32_t after = (int32_t)(b->sends - q->send_no);
	int32_t under_way = (int32_t)b->in_flight;

	if (is_next_window(b, reset_at)) {
		begin_window(r, b,
			     remaining -
				     (after > under_way ? after : under_way),
			     reset_at);
		return;
	}
	/* Somebody else draws from it too. */
	if (remaining < b->left)
		b->left = remaining;
	if (reset_at > b->reset_at)
		b->reset_at = reset_at;
}

void zx__rest_bucket_headers(struct zx_rest *r, const struct zx__req *q,
			     const struct zx__head *h, int status)
{
	struct zx__bucket *b = q->lane->bucket;
	int32_t remaining = (int32_t)h->remaining;
	zx_time reset_at = 0;

	if (!h->has_remaining) {
		if (!b->known && status >= 200 && status < 300)
			b->unlimited = 1;
		return;
	}
	if (h->has_reset)
		reset_at = zx_time_add(r->now, h->reset_ms);
	else if (!remaining)
		reset_at = zx_time_add(r->now, 1000);
	if (h->reset_ms > b->window_ms)
		b->window_ms = h->reset_ms;
	b->limit = h->has_limit && h->limit ? (int32_t)h->limit : remaining + 1;
	b->unlimited = 0;
	if (!b->known) {
		b->known = 1;
		begin_window(r, b, remaining - (int32_t)b->in_flight, reset_at);
	} else if (q->window == b->window) {
		correct(r, b, q, remaining, reset_at);
	} else if (!b->sends) {
		/* Of an older window, but the newest we have. */
		begin_window(r, b, remaining - (int32_t)b->in_flight, reset_at);
	}
}
