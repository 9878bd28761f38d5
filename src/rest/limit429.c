/* SPDX-License-Identifier: MIT
 *
 * limit429: an answer 429, and who waits for it: all requests (global), a
 * resource (shared), a bucket (user), or only requests of this kind, when the
 * bucket has room and something in the request was too much (RL-05 to RL-08).
 */
#include <string.h>

#include "rest/rest_int.h"

/* What a request changes: its top-level keys, whatever their order. Sub-limits
 * are on them: a channel's name, not its overwrites. */
static uint64_t shape_of(const struct zx_rest *r, const struct zx__req *q)
{
	struct zx_json_iter it;
	uint64_t sum = 1;

	if (q->body_mem || !zx__rest_is_json(q->body))
		return sum;
	it = zx_json_each(q->body);
	while (zx_json_next(&it))
		sum += zx__rest_hash(r->seed, it.key);
	return sum;
}

uint64_t zx__rest_hold_left(struct zx_rest *r, const struct zx__req *q)
{
	const struct zx__lane *l = q->lane;
	uint64_t shape = 0, left = 0;
	size_t i;

	for (i = 0; i < ZX__REST_HOLDS; i++) {
		if (l->holds[i].until <= r->now)
			continue;
		if (!shape)
			shape = shape_of(r, q);
		if (l->holds[i].shape == shape &&
		    l->holds[i].until - r->now > left)
			left = l->holds[i].until - r->now;
	}
	return left;
}

/* The one of this shape, or the one that ends first. */
static void hold_shape(struct zx_rest *r, const struct zx__req *q, uint64_t ms)
{
	struct zx__hold *holds = q->lane->holds, *h = holds;
	uint64_t shape = shape_of(r, q);
	size_t i;

	for (i = 0; i < ZX__REST_HOLDS; i++) {
		if (holds[i].until > r->now && holds[i].shape == shape) {
			h = &holds[i];
			break;
		}
		if (holds[i].until < h->until)
			h = &holds[i];
	}
	*h = (struct zx__hold){ shape, zx_time_add(r->now, ms) };
	q->lane->serial = 8;
}

static void hold_bucket(struct zx_rest *r, struct zx__bucket *b, uint64_t ms)
{
	zx_time until = zx_time_add(r->now, ms);

	if (until > b->hold_until)
		b->hold_until = until;
	b->careful = 1;
}

static uint64_t wait_of(struct zx__req *q, const struct zx__head *h,
			struct zx_str body)
{
	uint64_t ms = 0, body_ms = 0, floor = 0;
	int told = h->has_retry;

	if (told)
		ms = h->retry_ms;
	if (zx__rest_retry_after(body, &body_ms)) {
		told = 1;
		ms = body_ms > ms ? body_ms : ms;
	}
	if (!told)
		ms = zx__rest_is_json(body) && h->has_reset ? h->reset_ms
							    : ZX__REST_BLIND_MS;
	/* "Wait 0 s", again and again, must not become a storm. */
	if (q->limited)
		floor = UINT64_C(250) << (q->limited < 8 ? q->limited : 8);
	if (!floor)
		floor = 1;
	q->limited++;
	return ms > floor ? ms : floor;
}

enum scope { SCOPE_USER, SCOPE_SHARED, SCOPE_GLOBAL, SCOPE_CLOUD };

static enum scope scope_of(const struct zx__head *h, struct zx_str body)
{
	int json = zx__rest_is_json(body);

	if (h->global || zx_str_is_nocase(h->scope, "global") ||
	    (json && zx_json_get_bool(body, "global")))
		return SCOPE_GLOBAL;
	if (zx_str_is_nocase(h->scope, "shared"))
		return SCOPE_SHARED;
	/* Discord always answers in JSON. */
	return json || h->scope.len ? SCOPE_USER : SCOPE_CLOUD;
}

static void count(struct zx_rest *r, enum scope scope)
{
	if (scope == SCOPE_SHARED) {
		r->stats.limited_shared++;
		zx__rest_invalid_add_shared(r);
		return;
	}
	if (scope == SCOPE_GLOBAL)
		r->stats.limited_global++;
	else
		r->stats.limited_user++;
	zx__rest_invalid_add(r, 1);
}

static void say(const struct zx_rest *r, const struct zx__req *q,
		enum scope scope, uint64_t ms)
{
	static const struct {
		enum zx_log_level level;
		const char *name;
	} table[] = {
		[SCOPE_USER] = { ZX_LOG_WARN, "user" },
		[SCOPE_SHARED] = { ZX_LOG_INFO, "shared" },
		[SCOPE_GLOBAL] = { ZX_LOG_WARN, "global" },
		[SCOPE_CLOUD] = { ZX_LOG_WARN, "unknown" },
	};

	zx_logf(r->log, table[scope].level, "rest",
		"%.*s: 429, scope %s, wait %llu ms",
		ZX_ARG(zx__lane_name(q->lane)), table[scope].name,
		(unsigned long long)ms);
}

void zx__rest_limit429(struct zx_rest *r, struct zx__req *q,
		       const struct zx__head *h, struct zx_str body)
{
	uint64_t ms = wait_of(q, h, body);
	enum scope scope = scope_of(h, body);

	if (q->flags & ZX_REST_ABSOLUTE) {
		zx__rest_req_wait(r, q, ms);
		return;
	}
	say(r, q, scope, ms);
	if (scope == SCOPE_CLOUD)
		zx__rest_cloud_hold(r, q, ms);
	else if (scope == SCOPE_GLOBAL)
		zx__rest_global_hold(r, zx_time_add(r->now, ms));
	count(r, scope);
	/* With room in the bucket it is something in this request. Emoji routes
	 * say so too, and mean the guild (RL-10). */
	if (scope == SCOPE_USER && h->has_remaining && h->remaining &&
	    !q->lane->route.emoji) {
		hold_shape(r, q, ms);
		zx__rest_req_wait(r, q, ms);
		return;
	}
	/* A global limit does not bind exempt requests: this one met another
	 * one, of its own. */
	if (scope == SCOPE_SHARED || scope == SCOPE_USER ||
	    (scope == SCOPE_GLOBAL && !zx__req_gated(q)))
		hold_bucket(r, q->lane->bucket, ms);
	zx__rest_req_enqueue(r, q);
}
