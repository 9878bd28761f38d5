/* SPDX-License-Identifier: MIT
 *
 * Inside the metrics module: what is kept per shard.
 */
#ifndef ZX_METRICS_INT_H
#define ZX_METRICS_INT_H

#include "zoryx/metrics.h"

enum { ZX__TRIPS = 3 };

struct zx__shard {
	uint64_t counters[ZX_COUNTER_COUNT];
	uint64_t kinds[ZX_METRICS_KINDS];
	struct zx_close_count closes[ZX_METRICS_CLOSES];
	float window[ZX_METRICS_WINDOW]; /* ring of milliseconds */
	uint32_t id;
	uint32_t samples, next; /* in the ring, and where the next one goes */
	float trips[ZX__TRIPS]; /* of this connection, the newest first */
	uint32_t trip_count;
	float waiting; /* so far, for an ACK; 0: none is waited for */
	uint32_t close_count;
	uint32_t failures;
	int connected, ever_connected;
	zx_time since, last_sign, down_since;
	zx_time back_since; /* connected again after an outage; or NEVER */
	uint64_t down_ms;   /* of outages that are over */
	zx_wall last_error_at, last_connect, last_disconnect;
	char last_error[200];
};

struct zx_metrics {
	struct zx__shard **shards; /* ascending by id */
	size_t count, cap;
	uint32_t *slot; /* id to place in shards plus 1; 0: not ours */
	size_t slots;
	const char *const *kinds;
	size_t kind_count;
	uint32_t threshold;
	uint32_t recent_ms;
	const struct zx_alloc *alloc;
};

/* NULL when it is not ours. */
static inline struct zx__shard *zx__metrics_find(const struct zx_metrics *m,
						 uint32_t id)
{
	if (id >= m->slots || !m->slot[id])
		return NULL;
	return m->shards[m->slot[id] - 1];
}

/* What has been down since `since`, with the outage that lasts. */
uint64_t zx__metrics_down(const struct zx__shard *s, zx_time now);
/* Percent; 100 for no time at all. */
double zx__metrics_uptime(const struct zx__shard *s, zx_time now);
/* The last round trip or what is waited for; negative for neither. */
double zx__metrics_current(const struct zx__shard *s);
void zx__metrics_latency(const struct zx__shard *s, struct zx_latency *out);
void zx__metrics_judge(const struct zx_metrics *m, const struct zx__shard *s,
		       zx_time now, struct zx_health *out);

struct zx__counter_info {
	const char *name; /* in Prometheus, without prefix and suffix */
	const char *help;
};
extern const struct zx__counter_info zx__counter_info[ZX_COUNTER_COUNT];

#endif
