/* SPDX-License-Identifier: MIT
 *
 * The schedule of automatic snapshots. In wall time, because it outlives the
 * process; the clock may go back, so no wait is ever longer than an interval.
 */
#include <stdlib.h>
#include <string.h>

#include "guild/guild_int.h"

enum { HOUR = 3600000, GUILDS_MAX = 100000 };

struct plan {
	uint64_t guild;
	int64_t interval;
	zx_wall anchor; /* when the last success was due; 0: there was none */
	zx_wall since;	/* without success since then */
	zx_wall slot;	/* when the next one should be */
	zx_wall due;	/* when it is tried: later than slot after a failure */
	int running, told;
};

struct zx_schedule {
	const struct zx_alloc *alloc;
	struct plan *v;
	size_t n, cap;
	zx_wall now;
	size_t at; /* where poll goes on, so that all get their turn */
};

int zx_schedule_new(struct zx_schedule **out, const struct zx_alloc *a)
{
	*out = zx_new(a, sizeof(**out));
	if (!*out)
		return ZX_E_NOMEM;
	(*out)->alloc = a;
	return ZX_OK;
}

void zx_schedule_free(struct zx_schedule *s)
{
	if (!s)
		return;
	zx_delete(s->alloc, s->v);
	zx_delete(s->alloc, s);
}

static size_t place(const struct zx_schedule *s, uint64_t guild)
{
	size_t low = 0, high = s->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (s->v[mid].guild < guild)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static struct plan *find(const struct zx_schedule *s, uint64_t guild)
{
	size_t i = place(s, guild);

	return i < s->n && s->v[i].guild == guild ? &s->v[i] : NULL;
}

static struct plan *add(struct zx_schedule *s, uint64_t guild)
{
	size_t i = place(s, guild);

	if (s->n == s->cap) {
		size_t cap = s->cap ? 2 * s->cap : 16;
		struct plan *v = zx_resize(s->alloc, s->v, cap * sizeof(*v));

		if (!v)
			return NULL;
		s->v = v;
		s->cap = cap;
	}
	memmove(&s->v[i + 1], &s->v[i], (s->n - i) * sizeof(*s->v));
	s->n++;
	s->v[i] = (struct plan){ .guild = guild };
	return &s->v[i];
}

int zx_schedule_set(struct zx_schedule *s, uint64_t guild, uint32_t hours,
		    zx_wall last, zx_wall now)
{
	struct plan *p = find(s, guild);

	if (hours < 1 || hours > 168)
		return ZX_E_RANGE;
	if (!p && s->n == GUILDS_MAX)
		return ZX_E_LIMIT;
	if (!p)
		p = add(s, guild);
	if (!p)
		return ZX_E_NOMEM;
	if (last > now)
		last = now; /* the clock went back */
	p->interval = (int64_t)hours * HOUR;
	p->anchor = last;
	p->since = last ? last : now;
	p->slot = p->due = last ? last + p->interval : now;
	p->told = 0;
	return ZX_OK;
}

void zx_schedule_remove(struct zx_schedule *s, uint64_t guild)
{
	struct plan *p = find(s, guild);

	if (!p)
		return;
	s->n--;
	memmove(p, p + 1, (size_t)(&s->v[s->n] - p) * sizeof(*p));
}

void zx_schedule_done(struct zx_schedule *s, uint64_t guild, int ok,
		      zx_wall now)
{
	struct plan *p = find(s, guild);
	int64_t again;

	if (!p || !p->running)
		return;
	p->running = 0;
	if (!ok) {
		again = p->interval / 4 < HOUR ? p->interval / 4 : HOUR;
		p->due = now + again;
		return;
	}
	/* The time it should have been, not the time it was: so N stays N. Of
	 * several that were missed the last one is made up for. */
	p->anchor = now < p->slot ? now : now - (now - p->slot) % p->interval;
	p->since = now;
	p->slot = p->due = p->anchor + p->interval;
	p->told = 0;
}

void zx_schedule_tick(struct zx_schedule *s, zx_wall now)
{
	s->now = now;
	for (size_t i = 0; i < s->n; i++) {
		struct plan *p = &s->v[i];

		if (p->slot > now + p->interval)
			p->slot = now + p->interval;
		if (p->due > now + p->interval)
			p->due = now + p->interval;
		if (p->since > now)
			p->since = now;
	}
}

int zx_schedule_poll(struct zx_schedule *s, struct zx_schedule_out *out)
{
	for (size_t k = 0; k < s->n; k++) {
		struct plan *p = &s->v[(s->at + k) % s->n];

		out->guild = p->guild;
		out->due = p->slot;
		if (!p->told && s->now - p->since >= 2 * p->interval) {
			p->told = 1;
			out->kind = ZX_SCHEDULE_LATE;
			return 1;
		}
		if (!p->running && p->due <= s->now) {
			p->running = 1;
			out->kind = ZX_SCHEDULE_DUE;
			s->at = (s->at + k + 1) % s->n;
			return 1;
		}
	}
	return 0;
}

zx_wall zx_schedule_deadline(const struct zx_schedule *s)
{
	zx_wall first = INT64_MAX;

	for (size_t i = 0; i < s->n; i++) {
		const struct plan *p = &s->v[i];

		if (!p->running && p->due < first)
			first = p->due;
		if (!p->told && p->since + 2 * p->interval < first)
			first = p->since + 2 * p->interval;
	}
	return first;
}

zx_wall zx_schedule_last(const struct zx_schedule *s, uint64_t guild)
{
	const struct plan *p = find(s, guild);

	return p ? p->anchor : 0;
}

uint64_t zx_cooldown_left(zx_wall last, uint32_t seconds, zx_wall now)
{
	int64_t all = (int64_t)seconds * 1000;

	if (!last || now - last >= all)
		return 0;
	return (uint64_t)(now < last ? all : all - (now - last));
}
