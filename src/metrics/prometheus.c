/* SPDX-License-Identifier: MIT
 *
 * Prometheus' text format, version 0.0.4.
 */
#include <stdio.h>

#include "metrics/metrics_int.h"

static void family(struct zx_buf *b, const char *name, const char *type,
		   const char *help)
{
	zx_buf_addf(b, "# HELP zoryx_shard_%s %s\n# TYPE zoryx_shard_%s %s\n",
		    name, help, name, type);
}

/* Whole thousandths, so that no locale can put a comma in. */
static void add_milli(struct zx_buf *b, uint64_t milli)
{
	zx_buf_addf(b, "%llu.%03u", (unsigned long long)(milli / 1000),
		    (unsigned)(milli % 1000));
}

static void sample(struct zx_buf *b, const char *name, uint32_t shard)
{
	zx_buf_addf(b, "zoryx_shard_%s{shard=\"%u\"} ", name, shard);
}

static void counters(const struct zx_metrics *m, struct zx_buf *b)
{
	for (int c = 0; c < ZX_COUNTER_COUNT; c++) {
		char name[64];

		snprintf(name, sizeof(name), "%s_total",
			 zx__counter_info[c].name);
		family(b, name, "counter", zx__counter_info[c].help);
		for (size_t i = 0; i < m->count; i++) {
			sample(b, name, m->shards[i]->id);
			zx_buf_addf(
				b, "%llu\n",
				(unsigned long long)m->shards[i]->counters[c]);
		}
	}
}

static void labelled(const struct zx_metrics *m, struct zx_buf *b)
{
	family(b, "closes_total", "counter", "Connections lost, by close code");
	for (size_t i = 0; i < m->count; i++) {
		const struct zx__shard *s = m->shards[i];

		for (uint32_t k = 0; k < s->close_count; k++) {
			zx_buf_addf(b, "zoryx_shard_closes_total{shard=\"%u\",",
				    s->id);
			if (s->closes[k].code < 0)
				zx_buf_addc(b, "code=\"other\"} ");
			else
				zx_buf_addf(b, "code=\"%d\"} ",
					    s->closes[k].code);
			zx_buf_addf(b, "%llu\n",
				    (unsigned long long)s->closes[k].count);
		}
	}
	family(b, "events_by_type_total", "counter", "Dispatches by type");
	for (size_t i = 0; i < m->count; i++)
		for (size_t k = 0; k < m->kind_count; k++)
			if (m->shards[i]->kinds[k])
				zx_buf_addf(b,
					    "zoryx_shard_events_by_type_total"
					    "{shard=\"%u\",type=\"%s\"} %llu\n",
					    m->shards[i]->id, m->kinds[k],
					    (unsigned long long)m->shards[i]
						    ->kinds[k]);
}

static void gauges(const struct zx_metrics *m, zx_time now, struct zx_buf *b)
{
	family(b, "up", "gauge", "1 when connected");
	for (size_t i = 0; i < m->count; i++) {
		sample(b, "up", m->shards[i]->id);
		zx_buf_addf(b, "%d\n", m->shards[i]->connected);
	}
	family(b, "health", "gauge", "0 healthy, 1 warning, 2 critical");
	for (size_t i = 0; i < m->count; i++) {
		struct zx_health h;

		zx__metrics_judge(m, m->shards[i], now, &h);
		sample(b, "health", m->shards[i]->id);
		zx_buf_addf(b, "%d\n", (int)h.tier);
	}
	family(b, "consecutive_failures", "gauge", "Failures in a row");
	for (size_t i = 0; i < m->count; i++) {
		sample(b, "consecutive_failures", m->shards[i]->id);
		zx_buf_addf(b, "%u\n", m->shards[i]->failures);
	}
	family(b, "uptime_ratio", "gauge",
	       "Part of the time that it was connected");
	for (size_t i = 0; i < m->count; i++) {
		double up = zx__metrics_uptime(m->shards[i], now);

		sample(b, "uptime_ratio", m->shards[i]->id);
		zx_buf_addf(b, "%u.%05u\n", (unsigned)(up / 100),
			    (unsigned)(up * 1000) % 100000);
	}
	family(b, "downtime_seconds_total", "counter", "Time not connected");
	for (size_t i = 0; i < m->count; i++) {
		sample(b, "downtime_seconds_total", m->shards[i]->id);
		add_milli(b, zx__metrics_down(m->shards[i], now));
		zx_buf_addch(b, '\n');
	}
}

/* In microseconds, shown as seconds. */
static void add_ms(struct zx_buf *b, double ms)
{
	uint64_t us = (uint64_t)(ms * 1000 + 0.5);

	zx_buf_addf(b, "%llu.%06u", (unsigned long long)(us / 1000000),
		    (unsigned)(us % 1000000));
}

static void latencies(const struct zx_metrics *m, struct zx_buf *b)
{
	static const char *const names[] = { "p50", "p95", "p99" };

	family(b, "latency_seconds", "gauge",
	       "Heartbeat round trip, percentiles over the window");
	for (size_t i = 0; i < m->count; i++) {
		struct zx_latency l;

		zx__metrics_latency(m->shards[i], &l);
		if (!l.samples)
			continue;
		for (int q = 0; q < 3; q++) {
			zx_buf_addf(b,
				    "zoryx_shard_latency_seconds{shard=\"%u\","
				    "stat=\"%s\"} ",
				    m->shards[i]->id, names[q]);
			add_ms(b, q == 0 ? l.p50 : q == 1 ? l.p95 : l.p99);
			zx_buf_addch(b, '\n');
		}
	}
	family(b, "latency_current_seconds", "gauge",
	       "The latest heartbeat round trip, or what one waits already");
	for (size_t i = 0; i < m->count; i++) {
		double ms = zx__metrics_current(m->shards[i]);

		if (ms < 0)
			continue;
		sample(b, "latency_current_seconds", m->shards[i]->id);
		add_ms(b, ms);
		zx_buf_addch(b, '\n');
	}
}

int zx_metrics_prometheus(const struct zx_metrics *m, zx_time now,
			  struct zx_buf *out)
{
	counters(m, out);
	labelled(m, out);
	gauges(m, now, out);
	latencies(m, out);
	return out->err;
}
