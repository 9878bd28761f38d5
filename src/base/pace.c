/* SPDX-License-Identifier: MIT
 *
 * pace: the token bucket and the backoff, in whole milliseconds.
 *
 * The bucket counts in tokens x period_ms, so that refilling is exact: each
 * millisecond adds `burst`, each token costs `period_ms`.
 */
#include "base/base_int.h"

static uint64_t bucket_full(const struct zx_bucket *b)
{
	return zx__mul_sat(b->burst, b->period_ms);
}

static uint64_t bucket_level(const struct zx_bucket *b, zx_time now)
{
	uint64_t full = bucket_full(b);
	uint64_t gone = now > b->at ? now - b->at : 0;
	uint64_t level = zx__add_sat(b->level, zx__mul_sat(gone, b->burst));

	return level < full ? level : full;
}

void zx_bucket_init(struct zx_bucket *b, uint32_t burst, uint64_t period_ms,
		    zx_time now)
{
	/* Longer than this would not fit into level: half a billion years. */
	if (burst && period_ms > UINT64_MAX / burst)
		period_ms = UINT64_MAX / burst;
	*b = (struct zx_bucket){ .burst = burst, .period_ms = period_ms };
	b->level = bucket_full(b);
	b->at = now;
}

int zx_bucket_take(struct zx_bucket *b, uint32_t n, zx_time now)
{
	uint64_t cost = zx__mul_sat(n, b->period_ms);

	if (n > b->burst)
		return 0;
	b->level = bucket_level(b, now);
	if (now > b->at)
		b->at = now;
	if (b->level < cost)
		return 0;
	b->level -= cost;
	return 1;
}

zx_time zx_bucket_when(const struct zx_bucket *b, uint32_t n, zx_time now)
{
	uint64_t cost = zx__mul_sat(n, b->period_ms);
	uint64_t level = bucket_level(b, now);
	uint64_t lack;

	if (n > b->burst)
		return ZX_TIME_NEVER;
	if (level >= cost)
		return now;
	lack = cost - level;
	/* Refilling counts from `at`, which a clock set back leaves ahead. */
	return zx_time_add(now > b->at ? now : b->at,
			   lack / b->burst + (lack % b->burst != 0));
}

void zx_backoff_init(struct zx_backoff *b, uint64_t min_ms, uint64_t max_ms)
{
	*b = (struct zx_backoff){
		.min_ms = min_ms,
		.max_ms = max_ms > min_ms ? max_ms : min_ms,
	};
}

uint64_t zx_backoff_next(struct zx_backoff *b, const struct zx_rand *r)
{
	uint64_t last = b->last_ms > b->min_ms ? b->last_ms : b->min_ms;
	uint64_t high = zx__mul_sat(last, 3);

	/* Without a source of randomness grow at the full pace. */
	if (r && r->fill)
		high = b->min_ms +
		       zx_rand_below(r, zx__add_sat(high - b->min_ms, 1));
	b->last_ms = high < b->max_ms ? high : b->max_ms;
	if (b->tries < UINT32_MAX)
		b->tries++;
	return b->last_ms;
}

void zx_backoff_reset(struct zx_backoff *b)
{
	b->last_ms = 0;
	b->tries = 0;
}
