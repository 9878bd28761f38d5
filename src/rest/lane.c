/* SPDX-License-Identifier: MIT
 *
 * lane: one method, route template and top-level resource; and which bucket it
 * draws from (RL-01, RL-02).
 */
#include <string.h>

#include "rest/rest_int.h"

static struct zx__lane *find(struct zx_rest *r, struct zx_str key)
{
	struct zx__mnode *n =
		zx__rest_map_first(&r->lanes, zx__rest_hash(r->seed, key));

	for (; n; n = zx__rest_map_next(n)) {
		struct zx__lane *l = zx__of(n, struct zx__lane, node);

		if (l->key_len == key.len && !memcmp(l->key, key.ptr, key.len))
			return l;
	}
	return NULL;
}

/* The name of a bucket: its hash and the lane's resource, in r->scratch. */
static int bucket_key(struct zx_rest *r, const struct zx__lane *l,
		      struct zx_str hash, struct zx_str *out)
{
	struct zx_buf *b = &r->scratch;

	zx_buf_clear(b);
	zx_buf_adds(b, hash);
	zx_buf_addch(b, ' ');
	zx_buf_add(b, l->key + l->route.major_at, l->route.major_len);
	*out = zx_buf_str(b);
	return b->err;
}

/* The bucket others of this route and resource draw from, or one of its own. */
static int join(struct zx_rest *r, struct zx__lane *l)
{
	struct zx_str hash = zx__rest_template_hash(r, l), key;
	int err;

	if (hash.len) {
		err = bucket_key(r, l, hash, &key);
		if (err)
			return err;
		l->bucket = zx__rest_bucket_find(r, key);
	}
	if (!l->bucket) {
		l->bucket = zx__rest_bucket_new(r);
		if (!l->bucket)
			return ZX_E_NOMEM;
		if (hash.len && zx__rest_bucket_name(r, l->bucket, key)) {
			zx__rest_bucket_free(r, l->bucket);
			return ZX_E_NOMEM;
		}
	}
	l->bucket->lanes++;
	return ZX_OK;
}

static struct zx__lane *make(struct zx_rest *r, struct zx_str key,
			     const struct zx__route *route)
{
	struct zx__lane *l = zx_new(r->alloc, sizeof(*l) + key.len);

	if (!l)
		return NULL;
	l->key = (char *)(l + 1);
	l->key_len = key.len;
	memcpy(l->key, key.ptr, key.len);
	l->route = *route;
	/* From here on scratch, and with it `key`, may be overwritten. */
	if (join(r, l)) {
		zx_delete(r->alloc, l);
		return NULL;
	}
	key = (struct zx_str){ l->key, l->key_len };
	zx__rest_map_put(&r->lanes, &l->node, zx__rest_hash(r->seed, key));
	return l;
}

int zx__rest_lane_get(struct zx_rest *r, struct zx__req *q)
{
	struct zx__route route = { 0 };
	struct zx__lane *l;

	zx_buf_clear(&r->scratch);
	if (q->flags & ZX_REST_ABSOLUTE)
		zx_buf_addf(&r->scratch, "%s https", zx_method_name(q->method));
	else
		zx__rest_route_read(q->method, q->path, &r->scratch, &route);
	if (r->scratch.err)
		return r->scratch.err;
	l = find(r, zx_buf_str(&r->scratch));
	if (!l)
		l = make(r, zx_buf_str(&r->scratch), &route);
	if (!l)
		return ZX_E_NOMEM;
	if (q->flags & ZX_REST_ABSOLUTE)
		l->bucket->unlimited = 1;
	if (l->idle.next) {
		zx__list_cut(&l->idle);
		r->idle_count--;
	}
	l->requests++;
	q->lane = l;
	return ZX_OK;
}

void zx__rest_lane_put(struct zx_rest *r, struct zx__lane *l)
{
	if (--l->requests)
		return;
	l->idle_since = r->now;
	zx__list_put(&r->idle, &l->idle);
	r->idle_count++;
}

static void lane_free(struct zx_rest *r, struct zx__lane *l)
{
	zx__list_cut(&l->idle);
	r->idle_count--;
	zx__rest_map_cut(&r->lanes, &l->node);
	if (!--l->bucket->lanes)
		zx__rest_bucket_free(r, l->bucket);
	zx_delete(r->alloc, l);
}

/* It knows of a limit that still holds. */
static int is_needed(const struct zx_rest *r, const struct zx__lane *l)
{
	size_t i;

	for (i = 0; i < ZX__REST_HOLDS; i++)
		if (l->holds[i].until > r->now)
			return 1;
	return l->denied_until > r->now ||
	       zx__rest_bucket_until(l->bucket, r->now) > r->now;
}

void zx__rest_lane_expire(struct zx_rest *r, int all)
{
	while (!zx__list_empty(&r->idle)) {
		struct zx__lane *l =
			zx__of(r->idle.next, struct zx__lane, idle);

		if (all || r->idle_count > ZX__REST_LANES) {
			lane_free(r, l);
			continue;
		}
		if (r->now - l->idle_since < ZX__REST_LANE_MS)
			return;
		if (!is_needed(r, l)) {
			lane_free(r, l);
			continue;
		}
		zx__list_cut(&l->idle);
		l->idle_since = r->now;
		zx__list_put(&r->idle, &l->idle);
	}
}

static void move_request(struct zx__req *q, struct zx__bucket *from,
			 struct zx__bucket *to)
{
	zx__rest_heap_cut(&from->patience, &q->patience);
	zx__rest_heap_push(&to->patience, &q->patience, q->patience.key, q->id);
	zx__rest_heap_push(&to->queue, &q->order, q->order.key, q->id);
}

/* Sorts out of a shared bucket what belongs to l. */
static void move_some(const struct zx__lane *l, struct zx__bucket *from,
		      struct zx__bucket *to)
{
	struct zx__heap stay = { NULL };
	struct zx__hnode *n;

	while ((n = zx__rest_heap_pop(&from->queue))) {
		struct zx__req *q = zx__req_of_order(n);

		if (q->lane == l)
			move_request(q, from, to);
		else
			zx__rest_heap_push(&stay, n, n->key, n->tie);
	}
	from->queue = stay;
}

static void move(struct zx_rest *r, struct zx__lane *l, struct zx__bucket *to)
{
	struct zx__bucket *from = l->bucket;

	if (from->lanes == 1) {
		zx__rest_heap_meld(&to->queue, &from->queue);
		zx__rest_heap_meld(&to->patience, &from->patience);
	} else {
		move_some(l, from, to);
	}
	/* They may be in neither of the server's numbers yet. */
	from->in_flight -= l->in_flight;
	to->in_flight += l->in_flight;
	to->left -= (int32_t)l->in_flight;
	if (from->hold_until > to->hold_until)
		to->hold_until = from->hold_until;
	l->bucket = to;
	to->lanes++;
	if (--from->lanes)
		zx__rest_bucket_settle(r, from);
	else
		zx__rest_bucket_free(r, from);
}

void zx__rest_lane_learn(struct zx_rest *r, struct zx__lane *l,
			 struct zx_str hash)
{
	struct zx__bucket *b = l->bucket, *to;
	struct zx_str key;

	if (!hash.len || hash.len > ZX__REST_HASH ||
	    bucket_key(r, l, hash, &key))
		return;
	if (b->key && zx_str_eq(key, (struct zx_str){ b->key, b->key_len }))
		return;
	zx__rest_template_learn(r, l, hash);
	to = zx__rest_bucket_find(r, key);
	if (!to && b->lanes == 1) {
		/* What it counted so far was another limit, or none. */
		if (!zx__rest_bucket_name(r, b, key))
			b->known = 0;
		return;
	}
	if (!to) {
		to = zx__rest_bucket_new(r);
		if (!to)
			return;
		if (zx__rest_bucket_name(r, to, key)) {
			zx__rest_bucket_free(r, to);
			return;
		}
	}
	zx_logf(r->log, ZX_LOG_DEBUG, "rest", "%.*s shares its limit now",
		ZX_ARG(zx__lane_name(l)));
	move(r, l, to);
}
