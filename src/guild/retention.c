/* SPDX-License-Identifier: MIT
 *
 * Retention: which snapshots go. What makes a rule for backups good is what it
 * refuses to do: the one that was made after the disaster must not replace the
 * one from before it.
 */
#include <stdlib.h>

#include "guild/guild_int.h"

#define NONE SIZE_MAX

/* More than 30 % less. */
static int far_below(uint64_t extent, uint64_t base)
{
	return base > extent &&
	       base - extent > base / 10 * 3 + base % 10 * 3 / 10;
}

static int before(const struct zx_retained *v, size_t a, size_t b)
{
	if (v[a].created != v[b].created)
		return v[a].created < v[b].created;
	return a > b; /* of a list that begins with the newest */
}

/* The next one in time behind `after`, or the first; at most 100 of them, so
 * nothing is sorted. */
static size_t next(const struct zx_retained *v, size_t n, size_t after)
{
	size_t best = NONE;

	for (size_t i = 0; i < n; i++) {
		if (after != NONE && !before(v, after, i))
			continue;
		if (best == NONE || before(v, i, best))
			best = i;
	}
	return best;
}

/* Marks what has shrunk and finds the newest good one. */
static size_t judge(struct zx_retained *v, size_t n)
{
	size_t good = NONE;

	for (size_t i = next(v, n, NONE); i != NONE; i = next(v, n, i)) {
		v[i].keep = ZX_KEEP;
		v[i].shrunk = good != NONE && !v[i].accepted &&
			      far_below(v[i].extent, v[good].extent);
		if (!v[i].shrunk && !v[i].damaged)
			good = i;
	}
	return good;
}

/* Why it stays although its time has come; ZX_KEEP when nothing speaks for it.
 */
static enum zx_keep protected(const struct zx_retained *v, size_t i,
			      size_t good) {
	if (v[i].pinned) return ZX_KEEP_PINNED;
	if (v[i].used) return ZX_KEEP_USED;
	/* When none is good, none is known to be worthless. */
	return good == NONE || i == good ? ZX_KEEP_LAST : ZX_KEEP;
}

static size_t expire(struct zx_retained *v, size_t n,
		     const struct zx_retention *rule, size_t good)
{
	int64_t age = (int64_t)rule->days * 86400000;
	size_t gone = 0;

	for (size_t i = 0; rule->days && i < n; i++) {
		if (v[i].created > rule->now || rule->now - v[i].created <= age)
			continue;
		v[i].keep = protected(v, i, good);
		if (v[i].keep == ZX_KEEP) {
			v[i].keep = ZX_DROP_AGE;
			gone++;
		}
	}
	return gone;
}

/* The one that the room is for, or else the newest, must not push others out
 * when it has shrunk. */
static int may_evict(const struct zx_retained *v, size_t n,
		     const struct zx_retention *rule, size_t good)
{
	size_t newest = NONE;

	if (rule->room)
		return good == NONE || !rule->extent ||
		       !far_below(rule->extent, v[good].extent);
	for (size_t i = 0; i < n; i++)
		if (newest == NONE || before(v, newest, i))
			newest = i;
	return newest == NONE || !v[newest].shrunk;
}

int zx_retention(struct zx_retained *v, size_t n,
		 const struct zx_retention *rule)
{
	size_t max = rule->max_count ? rule->max_count : 25;
	size_t good = judge(v, n), left, limit;
	int allowed = may_evict(v, n, rule, good);

	if (max > 100)
		max = 100;
	limit = max - (rule->room != 0);
	left = n - expire(v, n, rule, good);
	for (size_t i = next(v, n, NONE); i != NONE && left > limit;
	     i = next(v, n, i)) {
		if (!v[i].automatic || v[i].keep == ZX_DROP_AGE)
			continue;
		v[i].keep = protected(v, i, good);
		if (v[i].keep == ZX_KEEP && !allowed)
			v[i].keep = ZX_KEEP_SHRUNK;
		if (v[i].keep != ZX_KEEP)
			continue;
		v[i].keep = ZX_DROP_COUNT;
		left--;
	}
	return rule->room && left > limit ? ZX_E_FULL : ZX_OK;
}
