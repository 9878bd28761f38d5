/* SPDX-License-Identifier: MIT
 *
 * When to tell people: one alert per incident, one recovery, and what happens
 * together told together.
 *
 *   OK --unhealthy--> PENDING --pending_ms--> FIRING --healthy--> RESOLVING
 *    ^                  | healthy               ^ unhealthy |        |
 *    +------------------+                       +-----------+        |
 *    +--------------------------resolve_ms---------------------------+
 */
#include <stdlib.h>
#include <string.h>

#include "zoryx/metrics.h"

enum state { OK, PENDING, FIRING, RESOLVING };

/* What is still to be told about a shard. */
enum news { NOTHING, RAISE, WORSE, RECOVER };

struct entry {
	uint32_t shard;
	enum state state;
	enum news news;
	zx_time began;	 /* of the incident, or of what we know of it */
	uint64_t before; /* ms that it had lasted by then */
	zx_time due;	 /* PENDING and RESOLVING: when the state is left */
	zx_time told;	 /* when people last heard of it */
	struct zx_health worst;
	enum zx_tier told_tier; /* the worst tier people heard of */
};

struct zx_alerts {
	struct entry *entries; /* only shards that are not OK */
	size_t count, cap;
	zx_time now;
	zx_time tell_at[3]; /* when the group of raise, worse, recover is due */
	uint32_t pending_ms, resolve_ms, group_ms, repeat_ms;
	const struct zx_alloc *alloc;
};

int zx_alerts_new(struct zx_alerts **out, const struct zx_alerts_options *opt)
{
	struct zx_alerts_options o = ZX_ALERTS_OPTIONS_INIT;
	struct zx_alerts *a;

	*out = NULL;
	if (opt)
		memcpy(&o, opt, opt->size < sizeof(o) ? opt->size : sizeof(o));
	a = zx_new(o.alloc, sizeof(*a));
	if (!a)
		return ZX_E_NOMEM;
	a->alloc = o.alloc;
	a->pending_ms = o.pending_ms ? o.pending_ms : 30 * 1000;
	a->resolve_ms = o.resolve_ms ? o.resolve_ms : 90 * 1000;
	a->group_ms = o.group_ms ? o.group_ms : 30 * 1000;
	a->repeat_ms = o.repeat_ms ? o.repeat_ms : 4 * 3600 * 1000;
	for (int i = 0; i < 3; i++)
		a->tell_at[i] = ZX_TIME_NEVER;
	*out = a;
	return ZX_OK;
}

void zx_alerts_free(struct zx_alerts *a)
{
	if (!a)
		return;
	zx_delete(a->alloc, a->entries);
	zx_delete(a->alloc, a);
}

static struct entry *find(struct zx_alerts *a, uint32_t shard)
{
	for (size_t i = 0; i < a->count; i++)
		if (a->entries[i].shard == shard)
			return &a->entries[i];
	return NULL;
}

static void drop(struct zx_alerts *a, struct entry *e)
{
	*e = a->entries[--a->count];
}

void zx_alerts_forget(struct zx_alerts *a, uint32_t shard)
{
	struct entry *e = find(a, shard);

	if (e)
		drop(a, e);
}

static int room(struct zx_alerts *a)
{
	size_t n = a->cap ? 2 * a->cap : 8;
	struct entry *p;

	if (a->count < a->cap)
		return ZX_OK;
	p = zx_resize(a->alloc, a->entries, n * sizeof(*p));
	if (!p)
		return ZX_E_NOMEM;
	a->entries = p;
	a->cap = n;
	return ZX_OK;
}

static int begin(struct zx_alerts *a, uint32_t shard, const struct zx_health *h)
{
	if (room(a))
		return ZX_E_NOMEM;
	a->entries[a->count++] = (struct entry){
		.shard = shard,
		.state = PENDING,
		.began = a->now,
		.due = zx_time_add(a->now, a->pending_ms),
		.told = ZX_TIME_NEVER,
		.worst = *h,
	};
	return ZX_OK;
}

/* Something is to be told; what else happens until then goes with it. */
static void news(struct zx_alerts *a, struct entry *e, enum news what)
{
	zx_time *at = &a->tell_at[what - 1];

	e->news = what;
	if (*at == ZX_TIME_NEVER)
		*at = zx_time_add(a->now, a->group_ms);
}

static void unhealthy(struct zx_alerts *a, struct entry *e,
		      const struct zx_health *h)
{
	if (h->tier >= e->worst.tier)
		e->worst = *h;
	if (e->state == RESOLVING)
		e->state = FIRING; /* flapping: the same incident */
	if (e->news == RECOVER)
		e->news = NOTHING;
	if (e->state == FIRING && e->told != ZX_TIME_NEVER &&
	    h->tier > e->told_tier && e->news == NOTHING)
		news(a, e, WORSE);
}

static void advance(struct zx_alerts *a, struct entry *e)
{
	if (e->state == PENDING && a->now >= e->due) {
		e->state = FIRING;
		news(a, e, RAISE);
	} else if (e->state == RESOLVING && a->now >= e->due &&
		   e->news == NOTHING) {
		news(a, e, RECOVER);
	} else if (e->state == FIRING && e->news == NOTHING &&
		   e->told != ZX_TIME_NEVER &&
		   a->now >= zx_time_add(e->told, a->repeat_ms)) {
		news(a, e, WORSE);
	}
}

int zx_alerts_feed(struct zx_alerts *a, uint32_t shard,
		   const struct zx_health *h, zx_time now)
{
	struct entry *e = find(a, shard);

	if (now > a->now)
		a->now = now;
	if (h->tier == ZX_HEALTHY) {
		if (e && e->state == PENDING && a->now < e->due)
			drop(a, e);
		else if (e && e->state <= FIRING) {
			advance(a, e);
			e->state = RESOLVING;
			e->due = zx_time_add(a->now, a->resolve_ms);
		}
		return ZX_OK;
	}
	if (!e)
		return begin(a, shard, h);
	unhealthy(a, e, h);
	advance(a, e);
	return ZX_OK;
}

int zx_alerts_tick(struct zx_alerts *a, zx_time now)
{
	if (now > a->now)
		a->now = now;
	for (size_t i = 0; i < a->count; i++)
		advance(a, &a->entries[i]);
	return ZX_OK;
}

static uint64_t lasted(const struct zx_alerts *a, const struct entry *e)
{
	return e->before + (a->now - e->began);
}

/* The worst tier first, then the longest. */
static int worse(const struct zx_alerts *a, const struct entry *x,
		 const struct entry *y)
{
	if (x->worst.tier != y->worst.tier)
		return x->worst.tier > y->worst.tier;
	if (lasted(a, x) != lasted(a, y))
		return lasted(a, x) > lasted(a, y);
	return x->shard < y->shard;
}

static void add(const struct zx_alerts *a, struct zx_alert *out,
		const struct entry **named, const struct entry *e)
{
	size_t at = out->named;

	out->count++;
	if (e->worst.tier > out->tier)
		out->tier = e->worst.tier;
	while (at && worse(a, e, named[at - 1]))
		at--;
	if (at == ZX_ALERT_SHARDS)
		return;
	if (out->named < ZX_ALERT_SHARDS)
		out->named++;
	memmove(named + at + 1, named + at,
		(out->named - at - 1) * sizeof(*named));
	named[at] = e;
}

static struct zx_alert_shard as_told(const struct zx_alerts *a,
				     const struct entry *e)
{
	return (struct zx_alert_shard){
		.shard = e->shard,
		.health = e->worst,
		.lasted_ms = lasted(a, e),
	};
}

static void told(struct zx_alerts *a, enum news what)
{
	for (size_t i = a->count; i-- > 0;) {
		struct entry *e = &a->entries[i];

		if (e->news != what)
			continue;
		e->news = NOTHING;
		e->told = a->now;
		e->told_tier = e->worst.tier;
		if (what == RECOVER)
			drop(a, e);
	}
}

int zx_alerts_poll(struct zx_alerts *a, struct zx_alert *out)
{
	static const enum zx_alert_kind kinds[] = { ZX_ALERT_RAISED,
						    ZX_ALERT_REPEATED,
						    ZX_ALERT_RECOVERED };

	for (int g = 0; g < 3; g++) {
		const struct entry *named[ZX_ALERT_SHARDS + 1];

		if (a->tell_at[g] > a->now)
			continue;
		a->tell_at[g] = ZX_TIME_NEVER;
		*out = (struct zx_alert){ .kind = kinds[g] };
		for (size_t i = 0; i < a->count; i++)
			if (a->entries[i].news == (enum news)(g + 1))
				add(a, out, named, &a->entries[i]);
		for (size_t i = 0; i < out->named; i++)
			out->shards[i] = as_told(a, named[i]);
		told(a, (enum news)(g + 1));
		if (out->count)
			return 1;
	}
	return 0;
}

zx_time zx_alerts_deadline(const struct zx_alerts *a)
{
	zx_time at = ZX_TIME_NEVER;

	for (int i = 0; i < 3; i++)
		at = zx_time_min(at, a->tell_at[i]);
	for (size_t i = 0; i < a->count; i++) {
		const struct entry *e = &a->entries[i];

		if (e->news != NOTHING)
			continue;
		if (e->state == PENDING || e->state == RESOLVING)
			at = zx_time_min(at, e->due);
		else if (e->told != ZX_TIME_NEVER)
			at = zx_time_min(at,
					 zx_time_add(e->told, a->repeat_ms));
	}
	return at;
}

size_t zx_alerts_firing(const struct zx_alerts *a)
{
	size_t n = 0;

	for (size_t i = 0; i < a->count; i++)
		n += a->entries[i].state >= FIRING;
	return n;
}

/* From one process to the next ---------------------------------------------
 */

int zx_alerts_told(const struct zx_alerts *a, uint32_t shard,
		   struct zx_alert_shard *out)
{
	for (size_t i = 0; i < a->count; i++) {
		const struct entry *e = &a->entries[i];

		if (e->shard != shard || e->told == ZX_TIME_NEVER)
			continue;
		*out = as_told(a, e);
		return ZX_OK;
	}
	return ZX_E_NOTFOUND;
}

int zx_alerts_resume(struct zx_alerts *a, const struct zx_alert_shard *was,
		     zx_time now)
{
	if (was->health.tier == ZX_HEALTHY)
		return ZX_E_INVALID;
	if (find(a, was->shard))
		return ZX_E_EXISTS;
	if (room(a))
		return ZX_E_NOMEM;
	if (now > a->now)
		a->now = now;
	a->entries[a->count++] = (struct entry){
		.shard = was->shard,
		.state = FIRING,
		.began = a->now,
		.before = was->lasted_ms,
		.told = a->now,
		.worst = was->health,
		.told_tier = was->health.tier,
	};
	return ZX_OK;
}
