/* SPDX-License-Identifier: MIT
 *
 * Counting, latencies, uptime, health, and the text formats.
 */
#include <locale.h>
#include <math.h>

#include "helper/zx_test.h"
#include "zoryx/metrics.h"

static const char *const kinds[] = { "READY", "MESSAGE_CREATE" };

static struct zx_metrics *make(const struct zx_alloc *a)
{
	struct zx_metrics_options o = ZX_METRICS_OPTIONS_INIT;
	struct zx_metrics *m;

	o.kinds = kinds;
	o.kind_count = 2;
	o.alloc = a;
	assert_err(zx_metrics_new(&m, &o), ZX_OK);
	return m;
}

static enum zx_tier tier(const struct zx_metrics *m, uint32_t shard,
			 zx_time now, enum zx_reason reason)
{
	struct zx_health h;

	assert_err(zx_metrics_health(m, shard, now, &h), ZX_OK);
	assert_int_equal(h.reason, reason);
	return h.tier;
}

static struct zx_shard_metrics get(const struct zx_metrics *m, uint32_t shard,
				   zx_time now)
{
	struct zx_shard_metrics s;

	assert_err(zx_metrics_get(m, shard, now, &s), ZX_OK);
	return s;
}

static void metrics__only_added_shards_exist(void **state)
{
	struct zx_metrics *m = make(NULL);
	struct zx_shard_metrics s;

	(void)state;
	assert_err(zx_metrics_add(m, 5, 0), ZX_OK);
	assert_err(zx_metrics_add(m, 3, 0), ZX_OK);
	assert_err(zx_metrics_add(m, 4, 0), ZX_OK);
	assert_err(zx_metrics_add(m, 4, 0), ZX_E_EXISTS);
	assert_err(zx_metrics_add(m, 100000, 0), ZX_E_RANGE);
	zx_metrics_count(m, 0, ZX_COUNT_MESSAGES, 1);
	zx_metrics_event(m, 7, 1, 0);
	zx_metrics_connected(m, UINT32_MAX, 0, 0, 0);
	assert_err(zx_metrics_get(m, 0, 0, &s), ZX_E_NOTFOUND);
	assert_int_equal(zx_metrics_shards(m), 3);
	for (uint32_t i = 0; i < 3; i++) {
		assert_err(zx_metrics_at(m, i, 0, &s), ZX_OK);
		assert_int_equal(s.shard, 3 + i);
	}
	assert_err(zx_metrics_remove(m, 3), ZX_OK);
	assert_err(zx_metrics_remove(m, 3), ZX_E_NOTFOUND);
	zx_metrics_count(m, 5, ZX_COUNT_COMMANDS, 2);
	assert_int_equal(get(m, 5, 0).counters[ZX_COUNT_COMMANDS], 2);
	assert_err(zx_metrics_at(m, 0, 0, &s), ZX_OK);
	assert_int_equal(s.shard, 4);
	zx_metrics_free(m);
}

static void metrics__the_window_keeps_the_last_120_samples(void **state)
{
	struct zx_metrics *m = make(NULL);
	struct zx_latency l;

	(void)state;
	zx_metrics_add(m, 0, 0);
	zx_metrics_connected(m, 0, 0, 0, 1);
	zx_metrics_sample(m, 0); /* of nothing */
	zx_metrics_latencies(m, 0, &l);
	assert_int_equal(l.samples, 0);
	assert_true(l.current < 0 && l.average < 0 && l.p99 < 0);
	for (int i = 1; i <= 220; i++) {
		zx_metrics_latency(m, 0, i, 0);
		zx_metrics_sample(m, 0);
	}
	zx_metrics_latencies(m, 0, &l);
	assert_int_equal(l.samples, 120);
	assert_true(l.min == 101 && l.max == 220 && l.current == 220);
	assert_true(fabs(l.average - 160.5) < 1e-9);
	assert_true(l.p50 == 160 && l.p95 == 214 && l.p99 == 219);
	zx_metrics_free(m);
}

static void metrics__what_is_not_finite_is_no_sample(void **state)
{
	static const double bad[] = { NAN, INFINITY, -INFINITY, -1, 1e300 };
	struct zx_metrics *m = make(NULL);
	struct zx_latency l;

	(void)state;
	zx_metrics_add(m, 0, 0);
	for (int i = 0; i < 5; i++)
		zx_metrics_latency(m, 0, bad[i], 0);
	zx_metrics_waiting(m, 0, bad[0]);
	zx_metrics_waiting(m, 0, bad[1]);
	zx_metrics_sample(m, 0);
	zx_metrics_latencies(m, 0, &l);
	assert_int_equal(l.samples, 0);
	assert_true(l.current < 0);
	assert_int_equal(get(m, 0, 0).counters[ZX_COUNT_MISSED_ACKS], 5);
	zx_metrics_free(m);
}

static void metrics__one_outage_counts_once_and_is_downtime(void **state)
{
	struct zx_metrics *m = make(NULL);
	struct zx_shard_metrics s;

	(void)state;
	zx_metrics_add(m, 0, 1000);
	zx_metrics_disconnected(m, 0, 4000, 1500, 1);
	assert_int_equal(get(m, 0, 2000).down_ms, 0);
	zx_metrics_connected(m, 0, 0, 2000, 111);
	zx_metrics_failed(m, 0, "x", 2500, 5);
	zx_metrics_disconnected(m, 0, 1006, 3000, 222);
	zx_metrics_disconnected(m, 0, 1006, 3100, 333);
	s = get(m, 0, 4000);
	assert_int_equal(s.counters[ZX_COUNT_DISCONNECTS], 1);
	assert_int_equal(s.last_disconnect, 222);
	assert_int_equal(s.down_ms, 1000);
	zx_metrics_connected(m, 0, 1, 5000, 444);
	s = get(m, 0, 11000);
	assert_int_equal(s.down_ms, 2000);
	assert_true(fabs(s.uptime - 80.0) < 1e-9);
	assert_int_equal(s.counters[ZX_COUNT_CONNECTS], 1);
	assert_int_equal(s.counters[ZX_COUNT_RESUMES], 1);
	assert_int_equal(s.last_connect, 444);
	assert_int_equal(s.failures, 0);
	assert_true(get(m, 0, 1000).uptime <= 100.0);
	zx_metrics_free(m);
}

static void metrics__close_codes_are_counted_with_a_ceiling(void **state)
{
	struct zx_close_count out[ZX_METRICS_CLOSES];
	struct zx_metrics *m = make(NULL);
	uint64_t all = 0;
	size_t n;

	(void)state;
	zx_metrics_add(m, 0, 0);
	for (int round = 0; round < 2; round++) {
		for (int code = 4000; code < 4030; code++) {
			zx_metrics_connected(m, 0, 1, 0, 0);
			zx_metrics_disconnected(m, 0, code, 0, 0);
		}
	}
	n = zx_metrics_closes(m, 0, out);
	assert_int_equal(n, ZX_METRICS_CLOSES);
	assert_int_equal(out[0].code, 4000);
	assert_int_equal(out[0].count, 2);
	assert_int_equal(out[n - 1].code, -1);
	for (size_t i = 0; i < n; i++)
		all += out[i].count;
	assert_int_equal(all, 60);
	zx_metrics_free(m);
}

static void metrics__tiers_change_at_their_thresholds(void **state)
{
	static const struct {
		double ms;
		enum zx_tier tier;
	} latencies[] = {
		{ 1000, ZX_HEALTHY },	{ 1001, ZX_WARNING },
		{ 2000, ZX_WARNING },	{ 2001, ZX_CRITICAL },
		{ 60000, ZX_CRITICAL }, { 0, ZX_HEALTHY },
	};
	struct zx_metrics *m = make(NULL);
	struct zx_health h;

	(void)state;
	zx_metrics_add(m, 0, 0);
	assert_int_equal(tier(m, 0, 60000, ZX_REASON_NONE), ZX_HEALTHY);
	assert_int_equal(tier(m, 0, 60001, ZX_REASON_STARTING), ZX_WARNING);
	zx_metrics_connected(m, 0, 0, 0, 1);
	for (size_t i = 0; i < 6; i++) {
		for (int k = 0; k < 2; k++)
			zx_metrics_latency(m, 0, latencies[i].ms, 0);
		assert_int_equal(tier(m, 0, 0,
				      latencies[i].tier ? ZX_REASON_LATENCY
							: ZX_REASON_NONE),
				 latencies[i].tier);
	}
	for (int i = 1; i <= 6; i++) {
		zx_metrics_failed(m, 0, "resume refused", 0, 1);
		assert_int_equal(
			tier(m, 0, 0,
			     i < 3 ? ZX_REASON_NONE : ZX_REASON_FAILURES),
			i < 3	? ZX_HEALTHY
			: i < 5 ? ZX_WARNING
				: ZX_CRITICAL);
	}
	zx_metrics_health(m, 0, 0, &h);
	assert_string_equal(h.text, "6 consecutive failures");
	assert_string_equal(zx_tier_emoji(h.tier), "\xf0\x9f\x94\xb4");
	zx_metrics_connected(m, 0, 1, 0, 2);
	assert_int_equal(tier(m, 0, 300000, ZX_REASON_NONE), ZX_HEALTHY);
	assert_int_equal(tier(m, 0, 300001, ZX_REASON_SILENT), ZX_WARNING);
	zx_metrics_ack(m, 0, 300001);
	assert_int_equal(tier(m, 0, 300002, ZX_REASON_NONE), ZX_HEALTHY);
	zx_metrics_disconnected(m, 0, 0, 400000, 3);
	assert_int_equal(tier(m, 0, 400000, ZX_REASON_DISCONNECTED),
			 ZX_CRITICAL);
	zx_metrics_connected(m, 0, 1, 500000, 4);
	assert_int_equal(tier(m, 0, 559999, ZX_REASON_RECENT), ZX_WARNING);
	assert_int_equal(tier(m, 0, 560000, ZX_REASON_NONE), ZX_HEALTHY);
	zx_metrics_free(m);
}

static void metrics__an_old_spike_does_not_colour_an_hour(void **state)
{
	struct zx_metrics *m = make(NULL);

	(void)state;
	zx_metrics_add(m, 0, 0);
	zx_metrics_connected(m, 0, 0, 0, 1);
	for (int i = 0; i < 20; i++)
		zx_metrics_latency(m, 0, 40, 0);
	zx_metrics_latency(m, 0, 90000, 0);
	assert_int_equal(tier(m, 0, 0, ZX_REASON_NONE), ZX_HEALTHY);
	zx_metrics_latency(m, 0, 90000, 0);
	assert_int_equal(tier(m, 0, 0, ZX_REASON_LATENCY), ZX_CRITICAL);
	zx_metrics_latency(m, 0, 40, 0);
	zx_metrics_latency(m, 0, 40, 0);
	assert_int_equal(tier(m, 0, 0, ZX_REASON_NONE), ZX_HEALTHY);
	zx_metrics_free(m);
}

static struct zx_latency latency(const struct zx_metrics *m)
{
	struct zx_latency l;

	assert_err(zx_metrics_latencies(m, 0, &l), ZX_OK);
	return l;
}

static void metrics__what_a_heartbeat_waits_is_evidence(void **state)
{
	struct zx_metrics *m = make(NULL);

	(void)state;
	zx_metrics_add(m, 0, 0);
	zx_metrics_connected(m, 0, 0, 0, 1);
	zx_metrics_waiting(m, 0, 30);
	zx_metrics_sample(m, 0); /* on its way, nothing to compare it to */
	assert_int_equal(latency(m).samples, 0);
	zx_metrics_latency(m, 0, 40, 0);
	zx_metrics_waiting(m, 0, 30); /* less than the last: nothing new */
	zx_metrics_sample(m, 0);
	assert_true(latency(m).current == 40 && latency(m).max == 40);
	zx_metrics_waiting(m, 0, 1500);
	assert_true(latency(m).current == 1500 && latency(m).recent == 1500);
	assert_int_equal(tier(m, 0, 0, ZX_REASON_LATENCY), ZX_WARNING);
	zx_metrics_waiting(m, 0, 2500);
	assert_int_equal(tier(m, 0, 0, ZX_REASON_LATENCY), ZX_CRITICAL);
	zx_metrics_sample(m, 0);
	assert_true(latency(m).max == 2500 && latency(m).samples == 2);
	/* the ACK came: a spike, until the next ones tell the same */
	zx_metrics_latency(m, 0, 2600, 0);
	zx_metrics_latency(m, 0, 40, 0);
	zx_metrics_latency(m, 0, 40, 0);
	assert_int_equal(tier(m, 0, 0, ZX_REASON_NONE), ZX_HEALTHY);
	zx_metrics_free(m);
}

static void metrics__a_new_connection_is_measured_anew(void **state)
{
	struct zx_metrics *m = make(NULL);

	(void)state;
	zx_metrics_add(m, 0, 0);
	zx_metrics_connected(m, 0, 0, 0, 1);
	for (int i = 0; i < 3; i++)
		zx_metrics_latency(m, 0, 2500, 0);
	zx_metrics_sample(m, 0);
	assert_int_equal(tier(m, 0, 0, ZX_REASON_LATENCY), ZX_CRITICAL);
	zx_metrics_disconnected(m, 0, 0, 1000, 2);
	zx_metrics_sample(m, 0);
	assert_int_equal(latency(m).samples, 1);
	zx_metrics_connected(m, 0, 1, 2000, 3);
	zx_metrics_sample(m, 0);
	assert_true(latency(m).samples == 1 && latency(m).current == 2500);
	assert_int_equal(tier(m, 0, 2000, ZX_REASON_RECENT), ZX_WARNING);
	zx_metrics_waiting(m, 0, 2600); /* slower than anything before */
	zx_metrics_sample(m, 0);
	assert_int_equal(latency(m).samples, 2);
	zx_metrics_latency(m, 0, 40, 3000);
	assert_int_equal(tier(m, 0, 62000, ZX_REASON_NONE), ZX_HEALTHY);
	zx_metrics_free(m);
}

static void metrics__how_long_recent_is_can_be_chosen(void **state)
{
	struct zx_metrics_options o = ZX_METRICS_OPTIONS_INIT;
	struct zx_metrics *m;

	(void)state;
	o.recent_ms = 500;
	assert_err(zx_metrics_new(&m, &o), ZX_OK);
	zx_metrics_add(m, 0, 0);
	zx_metrics_connected(m, 0, 0, 0, 1);
	zx_metrics_disconnected(m, 0, 0, 1000, 2);
	zx_metrics_connected(m, 0, 1, 2000, 3);
	assert_int_equal(tier(m, 0, 2499, ZX_REASON_RECENT), ZX_WARNING);
	assert_int_equal(tier(m, 0, 2500, ZX_REASON_NONE), ZX_HEALTHY);
	zx_metrics_set_recent(m, 0);
	assert_int_equal(tier(m, 0, 61999, ZX_REASON_RECENT), ZX_WARNING);
	assert_int_equal(tier(m, 0, 62000, ZX_REASON_NONE), ZX_HEALTHY);
	zx_metrics_free(m);
}

static void metrics__the_threshold_is_clamped_everywhere(void **state)
{
	static const struct {
		uint32_t in, out;
	} t[] = { { 0, 3 }, { 1, 1 }, { 20, 20 }, { 21, 20 }, { 999, 20 } };
	struct zx_metrics *m = make(NULL);

	(void)state;
	for (int i = 0; i < 5; i++) {
		zx_metrics_set_threshold(m, t[i].in);
		assert_int_equal(zx_metrics_threshold(m), t[i].out);
	}
	zx_metrics_free(m);
}

static void metrics__reset_forgets_counts_but_not_an_outage(void **state)
{
	struct zx_metrics *m = make(NULL);
	struct zx_shard_metrics s;

	(void)state;
	zx_metrics_add(m, 0, 0);
	zx_metrics_connected(m, 0, 0, 0, 1);
	zx_metrics_event(m, 0, 1, 10);
	zx_metrics_disconnected(m, 0, 0, 100, 1);
	assert_err(zx_metrics_reset(m, 0, 1000), ZX_OK);
	assert_err(zx_metrics_reset(m, 9, 1000), ZX_E_NOTFOUND);
	s = get(m, 0, 2000);
	assert_int_equal(s.counters[ZX_COUNT_EVENTS], 0);
	assert_int_equal(zx_metrics_kind(m, 0, 1), 0);
	assert_int_equal(s.down_ms, 1000);
	assert_int_equal(tier(m, 0, 2000, ZX_REASON_DISCONNECTED), ZX_CRITICAL);
	zx_metrics_free(m);
}

static void metrics__prometheus_text_has_one_help_and_type_a_family(void **st)
{
	struct zx_metrics *m = make(NULL);
	struct zx_buf b;
	struct zx_str rest;

	(void)st;
	setlocale(LC_ALL, "de_DE.UTF-8");
	zx_metrics_add(m, 3, 0);
	zx_metrics_add(m, 4, 0);
	zx_metrics_connected(m, 3, 0, 0, 1);
	zx_metrics_event(m, 3, 1, 5);
	zx_metrics_latency(m, 3, 41.5, 5);
	zx_metrics_sample(m, 3);
	zx_metrics_disconnected(m, 3, 4000, 250, 2);
	zx_buf_init(&b, NULL, 0);
	assert_err(zx_metrics_prometheus(m, 1000, &b), ZX_OK);
	assert_non_null(strstr(b.ptr, "zoryx_shard_events_total{shard=\"3\"} "
				      "1\n"));
	assert_non_null(strstr(b.ptr, "zoryx_shard_events_by_type_total{shard="
				      "\"3\",type=\"MESSAGE_CREATE\"} 1\n"));
	assert_non_null(strstr(b.ptr, "zoryx_shard_closes_total{shard=\"3\","
				      "code=\"4000\"} 1\n"));
	assert_non_null(strstr(b.ptr, "zoryx_shard_up{shard=\"3\"} 0\n"));
	assert_non_null(strstr(b.ptr, "zoryx_shard_health{shard=\"3\"} 2\n"));
	assert_non_null(strstr(b.ptr, "zoryx_shard_uptime_ratio{shard=\"3\"} "
				      "0.25000\n"));
	assert_non_null(strstr(b.ptr, "zoryx_shard_latency_seconds{shard=\"3\","
				      "stat=\"p50\"} 0.041500\n"));
	assert_non_null(strstr(b.ptr, "zoryx_shard_downtime_seconds_total"
				      "{shard=\"3\"} 0.750\n"));
	assert_int_equal(b.ptr[b.len - 1], '\n');
	rest = zx_buf_str(&b);
	while (rest.ptr) {
		struct zx_str line = zx_str_split(&rest, '\n');
		char head[128];

		if (!zx_str_starts(line, "# HELP "))
			continue;
		line = zx_str_from(line, 7);
		snprintf(head, sizeof(head), "# HELP %.*s ",
			 (int)strcspn(line.ptr, " "), line.ptr);
		assert_null(strstr(line.ptr, head)); /* not again */
	}
	zx_buf_release(&b);
	zx_metrics_free(m);
}

static void metrics__counters_survive_export_and_import(void **state)
{
	struct zx_metrics *m = make(NULL), *n = make(NULL);
	struct zx_shard_metrics s;
	struct zx_buf b;

	(void)state;
	zx_metrics_add(m, 3, 0);
	zx_metrics_connected(m, 3, 0, 0, 97);
	zx_metrics_disconnected(m, 3, 4000, 0, 98);
	zx_metrics_connected(m, 3, 0, 0, 99);
	zx_metrics_count(m, 3, ZX_COUNT_MESSAGES, UINT64_C(9007199254740993));
	zx_metrics_event(m, 3, 1, 5);
	zx_metrics_failed(m, 3, "say \"no\"", 5, 77);
	zx_buf_init(&b, NULL, 0);
	assert_err(zx_metrics_export(m, 1000, 1795165526315, &b), ZX_OK);
	assert_err(zx_json_check(zx_buf_str(&b), 0, NULL), ZX_OK);
	assert_non_null(strstr(b.ptr, "\"3\":{\"shard_id\":3"));
	assert_non_null(strstr(b.ptr, "1795165526.315"));
	zx_metrics_add(n, 3, 0);
	zx_metrics_count(n, 3, ZX_COUNT_MESSAGES, 1);
	assert_err(zx_metrics_import(n, zx_buf_str(&b)), ZX_OK);
	/* an outage of the process before is none of this one */
	zx_metrics_connected(n, 3, 1, 0, 100);
	assert_int_equal(tier(n, 3, 1, ZX_REASON_NONE), ZX_HEALTHY);
	s = get(n, 3, 0);
	assert_int_equal(s.last_disconnect, 98);
	assert_true(s.counters[ZX_COUNT_MESSAGES] ==
		    UINT64_C(9007199254740994));
	assert_int_equal(s.counters[ZX_COUNT_EVENTS], 1);
	assert_int_equal(zx_metrics_kind(n, 3, 1), 1);
	assert_string_equal(s.last_error, "say \"no\"");
	assert_int_equal(s.last_error_at, 77);
	assert_int_equal(s.failures, 0);
	zx_buf_release(&b);
	zx_metrics_free(m);
	zx_metrics_free(n);
}

static void metrics__the_frameworks_file_is_read_with_its_infinity(void **state)
{
	static const char file[] =
		"{\n  \"3\": {\n \"shard_id\": 3,\n \"latency_avg\": Infinity,"
		" \"latency_current\": NaN, \"latency_min\": -Infinity,\n"
		" \"events\": {\"metrics_collection\": 2}, \"connects\": 4,"
		" \"disconnects\": 3, \"reconnects\": 2, \"errors\": 0,"
		" \"messages\": 12, \"commands\": 5, \"uptime_pct\": 100.0,"
		" \"health_status\": \"\\ud83d\\udfe2\","
		" \"guilds_joined\": 1, \"guilds_left\": 0,"
		" \"timestamp\": 1795165526.3159769 },\n"
		" \"0\": {\"messages\": 99}, \"NaN\": {} }";
	struct zx_metrics *m = make(NULL);
	struct zx_shard_metrics s;

	(void)state;
	zx_metrics_add(m, 3, 0);
	assert_err(zx_metrics_import(m, zx_str(file)), ZX_OK);
	s = get(m, 3, 0);
	assert_int_equal(s.counters[ZX_COUNT_MESSAGES], 12);
	assert_int_equal(s.counters[ZX_COUNT_RESUMES], 2);
	assert_int_equal(s.counters[ZX_COUNT_GUILDS_JOINED], 1);
	assert_int_equal(zx_metrics_shards(m), 1);
	for (size_t n = 0; n + 1 < sizeof(file) - 1; n++) {
		struct zx_str cut = zx_test_exact((struct zx_str){ file, n });

		assert_err(zx_metrics_import(m, cut), ZX_E_SYNTAX);
		free((void *)(uintptr_t)cut.ptr);
	}
	assert_int_equal(get(m, 3, 0).counters[ZX_COUNT_MESSAGES], 12);
	zx_metrics_free(m);
}

static void metrics__a_thousand_shards_fit_in_8_megabytes(void **state)
{
	struct fail_alloc f;
	struct zx_metrics *m;

	(void)state;
	fail_alloc_init(&f);
	m = make(&f.alloc);
	for (uint32_t i = 0; i < 1000; i++)
		zx_metrics_add(m, i, 0);
	assert_true(f.peak_bytes < 8u << 20);
	zx_metrics_free(m);
	fail_alloc_check(&f);
}

static int scenario(const struct zx_alloc *a, void *ud)
{
	struct zx_metrics_options o = ZX_METRICS_OPTIONS_INIT;
	struct zx_metrics *m;
	struct zx_buf b;
	int err;

	(void)ud;
	o.alloc = a;
	err = zx_metrics_new(&m, &o);
	zx_buf_init(&b, a, 0);
	for (uint32_t i = 0; !err && i < 20; i++)
		err = zx_metrics_add(m, i * 50, 0);
	if (!err)
		err = zx_metrics_prometheus(m, 1, &b);
	zx_buf_clear(&b);
	if (!err)
		err = zx_metrics_export(m, 1, 1, &b);
	if (!err)
		err = zx_metrics_import(m, zx_buf_str(&b));
	zx_buf_release(&b);
	zx_metrics_free(m);
	return err;
}

static void metrics__every_failed_allocation_is_reported(void **state)
{
	(void)state;
	fail_alloc_each(scenario, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(metrics__only_added_shards_exist),
		cmocka_unit_test(
			metrics__the_window_keeps_the_last_120_samples),
		cmocka_unit_test(metrics__what_is_not_finite_is_no_sample),
		cmocka_unit_test(
			metrics__one_outage_counts_once_and_is_downtime),
		cmocka_unit_test(
			metrics__close_codes_are_counted_with_a_ceiling),
		cmocka_unit_test(metrics__tiers_change_at_their_thresholds),
		cmocka_unit_test(metrics__an_old_spike_does_not_colour_an_hour),
		cmocka_unit_test(metrics__what_a_heartbeat_waits_is_evidence),
		cmocka_unit_test(metrics__a_new_connection_is_measured_anew),
		cmocka_unit_test(metrics__how_long_recent_is_can_be_chosen),
		cmocka_unit_test(metrics__the_threshold_is_clamped_everywhere),
		cmocka_unit_test(
			metrics__reset_forgets_counts_but_not_an_outage),
		cmocka_unit_test(
			metrics__prometheus_text_has_one_help_and_type_a_family),
		cmocka_unit_test(metrics__counters_survive_export_and_import),
		cmocka_unit_test(
			metrics__the_frameworks_file_is_read_with_its_infinity),
		cmocka_unit_test(metrics__a_thousand_shards_fit_in_8_megabytes),
		cmocka_unit_test(metrics__every_failed_allocation_is_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
