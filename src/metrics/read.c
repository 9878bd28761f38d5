/* SPDX-License-Identifier: MIT
 *
 * Reading what was recorded, and the health that follows from it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/metrics_int.h"

enum {
	LATENCY_WARNING_MS = 1000,
	LATENCY_CRITICAL_MS = 2000,
	SILENT_MS = 5 * 60 * 1000,
	STARTING_MS = 60 * 1000,
	FAILURES_CRITICAL = 5
};

uint64_t zx__metrics_down(const struct zx__shard *s, zx_time now)
{
	uint64_t open = 0;

	if (s->down_since != ZX_TIME_NEVER && now > s->down_since)
		open = now - s->down_since;
	return s->down_ms + open;
}

double zx__metrics_uptime(const struct zx__shard *s, zx_time now)
{
	uint64_t down = zx__metrics_down(s, now);
	uint64_t all = now > s->since ? now - s->since : 0;

	if (!all)
		return 100.0;
	return down >= all ? 0.0 : 100.0 * (double)(all - down) / (double)all;
}

static double newest(const struct zx__shard *s)
{
	uint32_t at = s->next ? s->next - 1 : ZX_METRICS_WINDOW - 1;

	return s->samples ? s->window[at] : -1;
}

/* `ms`, or what a heartbeat has waited already. */
static double at_least(const struct zx__shard *s, double ms)
{
	return s->waiting > 0 && s->waiting > ms ? s->waiting : ms;
}

double zx__metrics_current(const struct zx__shard *s)
{
	return at_least(s, s->trip_count ? s->trips[0] : -1);
}

/* Median of three; of fewer the newest. */
static double median(const struct zx__shard *s)
{
	float a = s->trips[0], b = s->trips[1], c = s->trips[2];

	if (s->trip_count < ZX__TRIPS)
		return s->trip_count ? a : -1;
	if (a > b) {
		a = s->trips[1];
		b = s->trips[0];
	}
	return c < a ? a : c > b ? b : c;
}

static double recent(const struct zx__shard *s)
{
	return at_least(s, median(s));
}

static int by_value(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return (x > y) - (x < y);
}

static void range(const struct zx__shard *s, struct zx_latency *out)
{
	uint32_t n = s->samples;
	float min, max;
	double sum = 0;

	*out = (struct zx_latency){ .samples = n,
				    .current = zx__metrics_current(s),
				    .min = -1,
				    .max = -1,
				    .average = -1,
				    .p50 = -1,
				    .p95 = -1,
				    .p99 = -1,
				    .recent = recent(s) };
	if (out->current < 0)
		out->current = newest(s);
	if (!n)
		return;
	min = max = s->window[0];
	for (uint32_t i = 0; i < n; i++) {
		sum += s->window[i];
		min = s->window[i] < min ? s->window[i] : min;
		max = s->window[i] > max ? s->window[i] : max;
	}
	out->min = min;
	out->max = max;
	out->average = sum / n;
}

void zx__metrics_latency(const struct zx__shard *s, struct zx_latency *out)
{
	float sorted[ZX_METRICS_WINDOW];
	uint32_t n = s->samples;

	range(s, out);
	if (!n)
		return;
	memcpy(sorted, s->window, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), by_value);
	/* nearest rank */
	out->p50 = sorted[(n * 50 + 99) / 100 - 1];
	out->p95 = sorted[(n * 95 + 99) / 100 - 1];
	out->p99 = sorted[(n * 99 + 99) / 100 - 1];
}

static void fill(const struct zx__shard *s, zx_time now,
		 struct zx_shard_metrics *out)
{
	*out = (struct zx_shard_metrics){
		.shard = s->id,
		.connected = s->connected,
		.ever_connected = s->ever_connected,
		.failures = s->failures,
		.last_error = s->last_error,
		.last_error_at = s->last_error_at,
		.last_connect = s->last_connect,
		.last_disconnect = s->last_disconnect,
		.last_sign = s->last_sign,
		.since = s->since,
		.down_ms = zx__metrics_down(s, now),
		.uptime = zx__metrics_uptime(s, now),
	};
	memcpy(out->counters, s->counters, sizeof(out->counters));
}

int zx_metrics_at(const struct zx_metrics *m, size_t i, zx_time now,
		  struct zx_shard_metrics *out)
{
	if (i >= m->count)
		return ZX_E_NOTFOUND;
	fill(m->shards[i], now, out);
	return ZX_OK;
}

int zx_metrics_get(const struct zx_metrics *m, uint32_t shard, zx_time now,
		   struct zx_shard_metrics *out)
{
	const struct zx__shard *s = zx__metrics_find(m, shard);

	if (!s)
		return ZX_E_NOTFOUND;
	fill(s, now, out);
	return ZX_OK;
}

int zx_metrics_latencies(const struct zx_metrics *m, uint32_t shard,
			 struct zx_latency *out)
{
	const struct zx__shard *s = zx__metrics_find(m, shard);

	if (!s)
		return ZX_E_NOTFOUND;
	zx__metrics_latency(s, out);
	return ZX_OK;
}

int zx_metrics_latency_range(const struct zx_metrics *m, uint32_t shard,
			     struct zx_latency *out)
{
	const struct zx__shard *s = zx__metrics_find(m, shard);

	if (!s)
		return ZX_E_NOTFOUND;
	range(s, out);
	return ZX_OK;
}

uint64_t zx_metrics_kind(const struct zx_metrics *m, uint32_t shard,
			 unsigned kind)
{
	const struct zx__shard *s = zx__metrics_find(m, shard);

	return s && kind < ZX_METRICS_KINDS ? s->kinds[kind] : 0;
}

size_t zx_metrics_closes(const struct zx_metrics *m, uint32_t shard,
			 struct zx_close_count out[ZX_METRICS_CLOSES])
{
	const struct zx__shard *s = zx__metrics_find(m, shard);

	if (!s)
		return 0;
	memcpy(out, s->closes, s->close_count * sizeof(*out));
	return s->close_count;
}

/* Health --------------------------------------------------------------------
 */

static void set(struct zx_health *h, enum zx_tier tier, enum zx_reason reason)
{
	h->tier = tier;
	h->reason = reason;
}

/* Worst tier first; inside a tier in the order of enum zx_reason. */
static void classify(const struct zx_metrics *m, const struct zx__shard *s,
		     double latency, zx_time now, struct zx_health *h)
{
	int disconnected = s->ever_connected && !s->connected;
	uint64_t age = now > s->since ? now - s->since : 0;

	if (disconnected)
		set(h, ZX_CRITICAL, ZX_REASON_DISCONNECTED);
	else if (s->failures >= FAILURES_CRITICAL)
		set(h, ZX_CRITICAL, ZX_REASON_FAILURES);
	else if (latency > LATENCY_CRITICAL_MS)
		set(h, ZX_CRITICAL, ZX_REASON_LATENCY);
	else if (s->failures >= m->threshold)
		set(h, ZX_WARNING, ZX_REASON_FAILURES);
	else if (latency > LATENCY_WARNING_MS)
		set(h, ZX_WARNING, ZX_REASON_LATENCY);
	else if (s->connected && s->last_sign != ZX_TIME_NEVER &&
		 now > s->last_sign && now - s->last_sign > SILENT_MS)
		set(h, ZX_WARNING, ZX_REASON_SILENT);
	else if (s->connected && s->back_since != ZX_TIME_NEVER &&
		 now < zx_time_add(s->back_since, m->recent_ms))
		set(h, ZX_WARNING, ZX_REASON_RECENT);
	else if (!s->ever_connected && age > STARTING_MS)
		set(h, ZX_WARNING, ZX_REASON_STARTING);
	else
		set(h, ZX_HEALTHY, ZX_REASON_NONE);
}

void zx__metrics_judge(const struct zx_metrics *m, const struct zx__shard *s,
		       zx_time now, struct zx_health *h)
{
	double latency = recent(s);

	classify(m, s, latency, now, h);
	switch (h->reason) {
	case ZX_REASON_DISCONNECTED:
		snprintf(h->text, sizeof(h->text), "Currently disconnected");
		break;
	case ZX_REASON_FAILURES:
		snprintf(h->text, sizeof(h->text), "%u consecutive failures",
			 s->failures);
		break;
	case ZX_REASON_LATENCY:
		snprintf(h->text, sizeof(h->text), "High latency: %llums",
			 (unsigned long long)(latency + 0.5));
		break;
	case ZX_REASON_SILENT:
		snprintf(h->text, sizeof(h->text),
			 "No activity for %llu minutes",
			 (unsigned long long)((now - s->last_sign) / 60000));
		break;
	case ZX_REASON_RECENT:
		snprintf(h->text, sizeof(h->text), "Recently disconnected");
		break;
	case ZX_REASON_STARTING:
		snprintf(h->text, sizeof(h->text), "Not connected yet");
		break;
	case ZX_REASON_NONE:
		snprintf(h->text, sizeof(h->text), "Healthy");
		break;
	}
}

int zx_metrics_health(const struct zx_metrics *m, uint32_t shard, zx_time now,
		      struct zx_health *out)
{
	const struct zx__shard *s = zx__metrics_find(m, shard);

	if (!s)
		return ZX_E_NOTFOUND;
	zx__metrics_judge(m, s, now, out);
	return ZX_OK;
}

const char *zx_tier_emoji(enum zx_tier t)
{
	return t == ZX_CRITICAL	 ? "\xf0\x9f\x94\xb4"
	       : t == ZX_WARNING ? "\xf0\x9f\x9f\xa1"
				 : "\xf0\x9f\x9f\xa2";
}

const char *zx_tier_name(enum zx_tier t)
{
	return t == ZX_CRITICAL	 ? "critical"
	       : t == ZX_WARNING ? "warning"
				 : "healthy";
}
