/* SPDX-License-Identifier: MIT
 *
 * The collection: which shards there are.
 */
#include <string.h>

#include "metrics/metrics_int.h"

const struct zx__counter_info zx__counter_info[ZX_COUNTER_COUNT] = {
#define ZX__X(id, name, help) [ZX_COUNT_##id] = { name, help },
	ZX_COUNTERS(ZX__X)
#undef ZX__X
};

enum { RECENT_MS = 60 * 1000 };

static uint32_t clamp_threshold(uint32_t n)
{
	return !n ? 3 : n > 20 ? 20 : n;
}

int zx_metrics_new(struct zx_metrics **out,
		   const struct zx_metrics_options *opt)
{
	struct zx_metrics_options o = ZX_METRICS_OPTIONS_INIT;
	struct zx_metrics *m;

	*out = NULL;
	if (opt)
		memcpy(&o, opt, opt->size < sizeof(o) ? opt->size : sizeof(o));
	if (o.kind_count > ZX_METRICS_KINDS || (o.kind_count && !o.kinds))
		return ZX_E_INVALID;
	m = zx_new(o.alloc, sizeof(*m));
	if (!m)
		return ZX_E_NOMEM;
	m->alloc = o.alloc;
	m->kinds = o.kinds;
	m->kind_count = o.kind_count;
	m->threshold = clamp_threshold(o.threshold);
	zx_metrics_set_recent(m, o.recent_ms);
	*out = m;
	return ZX_OK;
}

void zx_metrics_free(struct zx_metrics *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->count; i++)
		zx_delete(m->alloc, m->shards[i]);
	zx_delete(m->alloc, m->shards);
	zx_delete(m->alloc, m->slot);
	zx_delete(m->alloc, m);
}

/* Room for one more shard with that id. */
static int make_room(struct zx_metrics *m, uint32_t id)
{
	if (id >= m->slots) {
		size_t n = (size_t)id + 64;
		uint32_t *slot =
			zx_resize(m->alloc, m->slot, n * sizeof(*slot));

		if (!slot)
			return ZX_E_NOMEM;
		memset(slot + m->slots, 0, (n - m->slots) * sizeof(*slot));
		m->slot = slot;
		m->slots = n;
	}
	if (m->count == m->cap) {
		size_t n = m->cap ? 2 * m->cap : 8;
		struct zx__shard **p =
			zx_resize(m->alloc, m->shards, n * sizeof(*p));

		if (!p)
			return ZX_E_NOMEM;
		m->shards = p;
		m->cap = n;
	}
	return ZX_OK;
}

static void renumber(struct zx_metrics *m, size_t from)
{
	for (size_t i = from; i < m->count; i++)
		m->slot[m->shards[i]->id] = (uint32_t)i + 1;
}

static void begin(struct zx__shard *s, uint32_t id, zx_time now)
{
	*s = (struct zx__shard){ .id = id,
				 .since = now,
				 .last_sign = ZX_TIME_NEVER,
				 .down_since = ZX_TIME_NEVER,
				 .back_since = ZX_TIME_NEVER };
}

int zx_metrics_add(struct zx_metrics *m, uint32_t shard, zx_time now)
{
	struct zx__shard *s;
	size_t i;

	if (shard >= ZX_METRICS_MAX_SHARD)
		return ZX_E_RANGE;
	if (zx__metrics_find(m, shard))
		return ZX_E_EXISTS;
	if (make_room(m, shard))
		return ZX_E_NOMEM;
	s = zx_new(m->alloc, sizeof(*s));
	if (!s)
		return ZX_E_NOMEM;
	begin(s, shard, now);
	for (i = m->count; i && m->shards[i - 1]->id > shard; i--)
		m->shards[i] = m->shards[i - 1];
	m->shards[i] = s;
	m->count++;
	renumber(m, i);
	return ZX_OK;
}

int zx_metrics_remove(struct zx_metrics *m, uint32_t shard)
{
	struct zx__shard *s = zx__metrics_find(m, shard);
	size_t i;

	if (!s)
		return ZX_E_NOTFOUND;
	i = m->slot[shard] - 1;
	m->slot[shard] = 0;
	m->count--;
	memmove(m->shards + i, m->shards + i + 1,
		(m->count - i) * sizeof(*m->shards));
	renumber(m, i);
	zx_delete(m->alloc, s);
	return ZX_OK;
}

int zx_metrics_reset(struct zx_metrics *m, uint32_t shard, zx_time now)
{
	struct zx__shard *s = zx__metrics_find(m, shard);
	struct zx__shard old;

	if (!s)
		return ZX_E_NOTFOUND;
	old = *s;
	begin(s, shard, now);
	/* an outage goes on, and a live shard stays one with a sign of life */
	s->connected = old.connected;
	s->ever_connected = old.ever_connected;
	s->last_sign = old.last_sign;
	if (old.down_since != ZX_TIME_NEVER)
		s->down_since = now;
	return ZX_OK;
}

void zx_metrics_set_threshold(struct zx_metrics *m, uint32_t threshold)
{
	m->threshold = clamp_threshold(threshold);
}

uint32_t zx_metrics_threshold(const struct zx_metrics *m)
{
	return m->threshold;
}

void zx_metrics_set_recent(struct zx_metrics *m, uint32_t recent_ms)
{
	m->recent_ms = recent_ms ? recent_ms : RECENT_MS;
}

size_t zx_metrics_shards(const struct zx_metrics *m)
{
	return m->count;
}
