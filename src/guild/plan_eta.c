/* SPDX-License-Identifier: MIT
 *
 * How long it takes: by the limits of each class of requests, and by what has
 * to wait for what.
 */
#include "guild/plan_int.h"

enum { PER_REQUEST = 20 /* ms: 50 in a second are all that Discord takes */ };

uint32_t zx__plan_pace(const struct zx_plan *p, enum zx_rate rate)
{
	static const uint32_t prior[] = {
#define ZX__X(name, ms) ms,
		ZX_RATES(ZX__X)
#undef ZX__X
	};

	return p->rate_ms[rate] ? p->rate_ms[rate] : prior[rate];
}

static uint64_t longest(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* The slowest class of a phase. */
static uint64_t phase(const uint32_t by[ZX_RATE_COUNT],
		      const uint64_t pace[ZX_RATE_COUNT])
{
	uint64_t takes = 0;

	for (int r = 0; r < ZX_RATE_COUNT; r++)
		takes = longest(takes, by[r] * pace[r]);
	return takes;
}

/* All requests of a class at its pace, and all of them at Discord's. */
static uint64_t least(uint32_t by[ZX_PHASE_COUNT][ZX_RATE_COUNT],
		      const uint64_t pace[ZX_RATE_COUNT])
{
	uint64_t least = 0, all = 0;

	for (int r = 0; r < ZX_RATE_COUNT; r++) {
		uint64_t n = 0;

		for (int f = 0; f < ZX_PHASE_COUNT; f++)
			n += by[f][r];
		least = longest(least, n * pace[r]);
		all += n;
	}
	return longest(least, all * PER_REQUEST);
}

uint64_t zx__plan_eta(uint32_t by[ZX_PHASE_COUNT][ZX_RATE_COUNT],
		      const uint64_t pace[ZX_RATE_COUNT])
{
	uint64_t end[ZX_PHASE_COUNT] = { 0 }, all = 0;

	for (int f = 0; f < ZX_PHASE_COUNT; f++) {
		uint32_t after = zx_plan_phase_after((enum zx_phase)f);
		uint64_t from = 0;

		for (int e = 0; e < f; e++)
			if (after >> e & 1)
				from = longest(from, end[e]);
		end[f] = from + phase(by[f], pace);
		all = longest(all, end[f]);
	}
	return longest(all, least(by, pace));
}
