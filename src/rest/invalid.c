/* SPDX-License-Identifier: MIT
 *
 * invalid: counts what Cloudflare bans an address for (RL-11): 401, 403 and 429
 * of the last ten minutes. Slows down at half the limit, stops before it.
 */
#include <inttypes.h>

#include "rest/rest_int.h"

static int level_of(const struct zx__invalid *v)
{
	if (v->count * 10 >= (uint64_t)v->limit * 9)
		return INVALID_BLOCK;
	if (v->count * 2 >= v->limit)
		return INVALID_SLOW;
	if (v->count * 10 >= v->limit)
		return INVALID_WARN;
	return INVALID_FINE;
}

static int is_api(const struct zx__req *q)
{
	return !(q->flags & ZX_REST_ABSOLUTE);
}

static void say(const struct zx_rest *r)
{
	static const char *const what[] = {
		[INVALID_FINE] = "all well again",
		[INVALID_WARN] = "something should be put right",
		[INVALID_SLOW] = "requests are slowed down",
		[INVALID_BLOCK] = "no request is sent until it is less",
	};
	static const enum zx_log_level level[] = {
		[INVALID_FINE] = ZX_LOG_INFO,
		[INVALID_WARN] = ZX_LOG_WARN,
		[INVALID_SLOW] = ZX_LOG_ERROR,
		[INVALID_BLOCK] = ZX_LOG_ERROR,
	};
	const struct zx__invalid *v = &r->invalid;

	zx_logf(r->log, level[v->level], "rest",
		"%" PRIu64 " of %" PRIu32
		" invalid requests (401, 403, 429) in 10 minutes: %s",
		v->count, v->limit, what[v->level]);
}

static void judge(struct zx_rest *r)
{
	struct zx__invalid *v = &r->invalid;
	int old = v->level;

	v->level = level_of(v);
	r->stats.invalid = v->count;
	if (v->level == old)
		return;
	say(r);
	if (v->level == INVALID_BLOCK)
		zx__rest_req_sweep(
			r, is_api, ZX_E_LIMIT,
			"too many invalid requests in 10 minutes: held "
			"back so that Cloudflare does not ban us");
}

void zx__rest_invalid_roll(struct zx_rest *r)
{
	struct zx__invalid *v = &r->invalid;
	uint64_t now = r->now / ZX__REST_INVALID_MS;
	uint64_t left = now - v->at;

	if (!left)
		return;
	if (left > ZX__REST_INVALID_SLOTS)
		left = ZX__REST_INVALID_SLOTS;
	for (; left; left--) {
		size_t i = (size_t)((now - left + 1) % ZX__REST_INVALID_SLOTS);

		v->count -= v->slot[i];
		v->shared_count -= v->shared[i];
		v->slot[i] = v->shared[i] = 0;
	}
	v->at = now;
	if (v->shared_count * 10 < v->limit)
		v->shared_warned = 0;
	judge(r);
}

void zx__rest_invalid_add(struct zx_rest *r, uint32_t n)
{
	struct zx__invalid *v = &r->invalid;
	uint32_t *slot = &v->slot[v->at % ZX__REST_INVALID_SLOTS];

	if (n > UINT32_MAX - *slot)
		n = UINT32_MAX - *slot;
	*slot += n;
	v->count += n;
	judge(r);
}

/* They should not count, but some were seen to (docs #7243): say it before it
 * becomes a ban. */
void zx__rest_invalid_add_shared(struct zx_rest *r)
{
	struct zx__invalid *v = &r->invalid;

	v->shared[v->at % ZX__REST_INVALID_SLOTS]++;
	v->shared_count++;
	if (v->shared_warned || v->shared_count * 10 < v->limit)
		return;
	v->shared_warned = 1;
	zx_logf(r->log, ZX_LOG_WARN, "rest",
		"%" PRIu64 " shared 429 in 10 minutes: they may count as "
		"invalid requests all the same",
		v->shared_count);
}

/* From half the limit on so slow that a window of failures ends at the block:
 * 0.4 x limit in ten minutes. */
uint64_t zx__rest_invalid_gap(const struct zx_rest *r)
{
	const uint64_t window = ZX__REST_INVALID_SLOTS * ZX__REST_INVALID_MS;

	if (r->invalid.level < INVALID_SLOW)
		return 0;
	return window * 5 / 2 / r->invalid.limit + 1;
}
