/* SPDX-License-Identifier: MIT
 *
 * global: what holds requests of all buckets: the limit per second (RL-09), a
 * global 429 (RL-06) and Cloudflare (RL-16).
 */
#include "rest/rest_int.h"

int zx__rest_global_init(struct zx_rest *r, uint32_t per_s)
{
	struct zx__global *g = &r->global;

	g->size = per_s < ZX__REST_GLOBAL_MAX ? per_s : ZX__REST_GLOBAL_MAX;
	g->per_s = g->size;
	g->sent = zx_new(r->alloc, g->size * sizeof(*g->sent));
	return g->sent ? ZX_OK : ZX_E_NOMEM;
}

/* A token bucket would let twice the limit through in a second that begins
 * with a full one: hence the times of the last sends. */
static zx_time second_free(const struct zx__global *g, zx_time now)
{
	uint32_t nth = (g->head + g->size - g->per_s) % g->size;
	zx_time at;

	if (g->count < g->per_s)
		return now;
	at = zx_time_add(g->sent[nth], 1000 + ZX__REST_JITTER_MS);
	return at > now ? at : now;
}

zx_time zx__rest_global_when(const struct zx_rest *r, enum zx__class class)
{
	const struct zx__global *g = &r->global;
	zx_time at = r->now;

	if (class == CLASS_OUTSIDE)
		return at;
	if (g->cloud_until > at)
		at = g->cloud_until;
	/* After the pause one request finds out whether it helped. */
	else if (g->cloud_ms && r->in_flight > r->outside)
		return ZX_TIME_NEVER;
	if (class == CLASS_URGENT || class == CLASS_EXEMPT)
		return at;
	if (g->until > at)
		at = g->until;
	if (zx__rest_invalid_gap(r) && r->invalid.next > at)
		at = r->invalid.next;
	return second_free(g, at);
}

void zx__rest_global_take(struct zx_rest *r, enum zx__class class)
{
	struct zx__global *g = &r->global;

	if (class != CLASS_GATED && class != CLASS_URGENT_GATED)
		return;
	g->sent[g->head] = r->now;
	g->head = (g->head + 1) % g->size;
	if (g->count < g->size)
		g->count++;
	r->invalid.next = zx_time_add(r->now, zx__rest_invalid_gap(r));
}

/* Those that would have to wait longer than they may are told at once. */
static void tell(struct zx_rest *r, zx_time until, int exempt_too)
{
	struct zx__link *l, *next;

	for (l = r->all.next; l != &r->all; l = next) {
		struct zx__req *q = zx__of(l, struct zx__req, all);

		next = l->next;
		if (q->state != REQ_QUEUED || q->patience.key >= until ||
		    (q->flags & ZX_REST_ABSOLUTE) ||
		    (!exempt_too && !zx__req_gated(q)))
			continue;
		zx__rest_req_too_long(r, q, until - r->now);
		zx__rest_bucket_settle(r, q->lane->bucket);
	}
}

void zx__rest_global_hold(struct zx_rest *r, zx_time until)
{
	if (until <= r->global.until || until <= r->now)
		return;
	r->global.until = until;
	tell(r, until, 0);
}

void zx__rest_cloud_hold(struct zx_rest *r, const struct zx__req *q,
			 uint64_t ms)
{
	struct zx__global *g = &r->global;
	uint64_t longer = 0;
	zx_time until;

	/* Only what was sent after the last pause proves that it was short. */
	if (q->sent_at >= g->cloud_from)
		longer = 2 * g->cloud_ms;
	if (longer > ZX__REST_CLOUD_MAX)
		longer = ZX__REST_CLOUD_MAX;
	if (longer > ms)
		ms = longer;
	until = zx_time_add(r->now, ms);
	if (until <= g->cloud_until)
		return;
	zx_logf(r->log, ZX_LOG_ERROR, "rest",
		"Cloudflare refuses our requests (is the User-Agent right? too "
		"many invalid requests?): nothing is sent for %llu s",
		(unsigned long long)(ms / 1000));
	g->cloud_ms = ms;
	g->cloud_until = until;
	g->cloud_from = until;
	tell(r, until, 1);
}

void zx__rest_cloud_clear(struct zx_rest *r, const struct zx__req *q)
{
	if (q->sent_at >= r->global.cloud_from)
		r->global.cloud_ms = 0;
}
