/* SPDX-License-Identifier: MIT
 *
 * bench_metrics: what recording an event costs, a dashboard page over 1,000
 * shards, and the memory of their metrics. Floors in the same run: a bare
 * array of counters, the text of the page without looking at any shard, and the
 * bytes of the numbers alone.
 */
#include <stdlib.h>
#include <string.h>

#include "cogs/monitor_int.h"
#include "report.h"

#define SHARDS 1000
#define ROUNDS 31

static size_t allocated;

static void *count_resize(void *ud, void *ptr, size_t n)
{
	size_t *head = ptr ? (size_t *)ptr - 2 : NULL;

	(void)ud;
	if (head)
		allocated -= *head;
	if (!n) {
		free(head);
		return NULL;
	}
	head = realloc(head, n + 2 * sizeof(*head));
	if (!head)
		abort();
	*head = n;
	allocated += n;
	return head + 2;
}

static struct zx_metrics *filled(const struct zx_alloc *a)
{
	struct zx_metrics_options o = ZX_METRICS_OPTIONS_INIT;
	struct zx_metrics *m;
	uint32_t i, k;

	o.kinds = zx__mon_kinds;
	o.kind_count = ZX_EVENT_COUNT;
	o.alloc = a;
	if (zx_metrics_new(&m, &o))
		abort();
	for (i = 0; i < SHARDS; i++) {
		if (zx_metrics_add(m, i, 0))
			abort();
		zx_metrics_connected(m, i, 0, 1, 1);
		for (k = 0; k < ZX_METRICS_WINDOW; k++) {
			zx_metrics_latency(m, i, 30 + (i * 7 + k * 13) % 90,
					   2 + k);
			zx_metrics_sample(m, i);
		}
	}
	return m;
}

/* Recording --------------------------------------------------------------- */

static size_t events(void)
{
	return report_quick() ? 400000 : 4000000;
}

/* Shards and kinds as a busy bot sees them: no two alike in a row. */
static double record(struct zx_metrics *m, size_t n)
{
	double from = report_cpu_ns();
	size_t i;

	for (i = 0; i < n; i++)
		zx_metrics_event(m, (uint32_t)(i * 7919 % SHARDS),
				 (unsigned)(i % ZX_EVENT_COUNT), i);
	return (report_cpu_ns() - from) / (double)n;
}

struct plain {
	uint64_t events, kinds[ZX_METRICS_KINDS];
	zx_time last;
};

static double record_plain(struct plain *p, size_t n)
{
	double from = report_cpu_ns();
	size_t i;

	for (i = 0; i < n; i++) {
		struct plain *s = &p[i * 7919 % SHARDS];

		s->events++;
		s->kinds[i % ZX_EVENT_COUNT]++;
		s->last = i;
	}
	report_use((unsigned long)p[n % SHARDS].events);
	return (report_cpu_ns() - from) / (double)n;
}

static void bench_record(struct zx_metrics *m)
{
	struct plain *p = calloc(SHARDS, sizeof(*p));
	double value[ROUNDS], floor[ROUNDS];
	size_t i, n = events() / ROUNDS;

	if (!p)
		abort();
	for (i = 0; i < ROUNDS; i++) {
		value[i] = record(m, n);
		floor[i] = record_plain(p, n);
	}
	report_add("metrics.record", report_median(value, ROUNDS), "ns",
		   report_median(floor, ROUNDS));
	free(p);
}

/* A page ------------------------------------------------------------------ */

static size_t page_text(const struct zx_monitor_shard *rows, size_t count)
{
	struct zx__mon_view v = { .shards = rows,
				  .count = count,
				  .shard_count = (uint32_t)count,
				  .page = 3,
				  .threshold = 3,
				  .alert_error = "" };
	struct zx_message msg;
	struct zx_buf out;
	size_t n;

	zx_message_init(&msg, NULL);
	zx_buf_init(&out, NULL, 0);
	zx__mon_render(&v, ZX__MON_LATENCY, &msg);
	if (zx_message_write(&msg, 0, &out))
		abort();
	n = out.len;
	zx_buf_release(&out);
	zx_message_release(&msg);
	return n;
}

static double page(const struct zx_metrics *m, struct zx_monitor_shard *rows)
{
	double from = report_cpu_ns();

	if (zx__mon_rows(m, 1000, rows, SHARDS) != SHARDS)
		abort();
	report_use(page_text(rows, SHARDS));
	return (report_cpu_ns() - from) / 1e6;
}

static double page_floor(const struct zx_monitor_shard *rows)
{
	double from = report_cpu_ns();

	report_use(page_text(rows, 15));
	return (report_cpu_ns() - from) / 1e6;
}

static void bench_page(const struct zx_metrics *m)
{
	struct zx_monitor_shard *rows = calloc(SHARDS, sizeof(*rows));
	double value[ROUNDS], floor[ROUNDS];
	size_t i, n = report_quick() ? 9 : ROUNDS;

	if (!rows)
		abort();
	for (i = 0; i < n; i++) {
		value[i] = page(m, rows);
		floor[i] = page_floor(rows);
	}
	report_add("metrics.page1000", report_median(value, n), "ms",
		   report_median(floor, n));
	free(rows);
}

int main(void)
{
	const struct zx_alloc counting = { .realloc = count_resize };
	struct zx_metrics *m = filled(&counting);

	bench_record(m);
	bench_page(m);
	report_add("metrics.bytes1000", (double)allocated, "B",
		   SHARDS * (ZX_METRICS_WINDOW * sizeof(float) +
			     ((double)ZX_COUNTER_COUNT + ZX_EVENT_COUNT) *
				     sizeof(uint64_t)));
	zx_metrics_free(m);
	return 0;
}
