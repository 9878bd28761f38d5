/* SPDX-License-Identifier: MIT
 *
 * The original's weaknesses M2 to M7, M10, M11, M17 and M22, where metrics and
 * alerts answer for them, as the shard monitor uses both.
 */
#include <math.h>

#include "cogs/monitor.h"
#include "gateway/drive.h"

#define MINUTE (60 * 1000)

static struct zx_metrics *metrics(uint32_t threshold)
{
	struct zx_metrics_options o = ZX_METRICS_OPTIONS_INIT;
	struct zx_metrics *m;

	o.kinds = zx__mon_kinds;
	o.kind_count = ZX_EVENT_COUNT;
	o.threshold = threshold;
	assert_err(zx_metrics_new(&m, &o), ZX_OK);
	assert_err(zx_metrics_add(m, 0, 0), ZX_OK);
	zx_metrics_connected(m, 0, 0, 0, 1);
	return m;
}

static enum zx_tier tier(struct zx_metrics *m, zx_time now)
{
	struct zx_health h;

	assert_err(zx_metrics_health(m, 0, now, &h), ZX_OK);
	return h.tier;
}

/* The pages, Prometheus and alerts all take the tier and the reason from one
 * place: a row has what zx_metrics_health says. */
static void row_agrees(struct zx_metrics *m, zx_time now)
{
	struct zx_monitor_shard row;
	struct zx_health h;
	struct zx_buf text;
	char line[64];

	assert_err(zx_metrics_health(m, 0, now, &h), ZX_OK);
	assert_int_equal(zx__mon_rows(m, now, &row, 1), 1);
	assert_int_equal(row.tier, h.tier);
	assert_string_equal(row.reason, h.text);
	zx_buf_init(&text, NULL, 0);
	assert_err(zx_metrics_prometheus(m, now, &text), ZX_OK);
	snprintf(line, sizeof(line), "\nzoryx_shard_health{shard=\"0\"} %d\n",
		 (int)h.tier);
	assert_non_null(strstr(zx_buf_cstr(&text), line));
	zx_buf_release(&text);
}

static void M02__our_own_timer_is_no_sign_of_life(void **state)
{
	struct zx_metrics *m = metrics(3);
	zx_time t;

	(void)state;
	for (t = 0; t <= 6 * MINUTE; t += 30 * 1000)
		zx_metrics_latency(m, 0, 40, t);
	assert_int_equal(tier(m, 5 * MINUTE), ZX_HEALTHY);
	assert_int_equal(tier(m, 6 * MINUTE), ZX_WARNING);
	row_agrees(m, 6 * MINUTE);
	zx_metrics_event(m, 0, ZX_EVENT_MESSAGE_CREATE, 6 * MINUTE);
	assert_int_equal(tier(m, 6 * MINUTE), ZX_HEALTHY);
	zx_metrics_ack(m, 0, 9 * MINUTE);
	assert_int_equal(tier(m, 13 * MINUTE), ZX_HEALTHY);
	zx_metrics_free(m);
}

static void M04__what_is_not_finite_is_no_sample(void **state)
{
	struct zx_metrics *m = metrics(3);
	struct zx_shard_metrics s;
	struct zx_latency l;
	struct zx_buf text;

	(void)state;
	zx_metrics_latency(m, 0, 40, 1);
	zx_metrics_latency(m, 0, INFINITY, 2);
	zx_metrics_latency(m, 0, NAN, 3);
	zx_metrics_latency(m, 0, -1, 4);
	zx_metrics_sample(m, 0);
	assert_err(zx_metrics_latencies(m, 0, &l), ZX_OK);
	assert_int_equal(l.samples, 1);
	assert_int_equal((int)l.average, 40);
	assert_err(zx_metrics_get(m, 0, 5, &s), ZX_OK);
	assert_int_equal(s.counters[ZX_COUNT_MISSED_ACKS], 3);
	zx_buf_init(&text, NULL, 0);
	assert_err(zx_metrics_export(m, 5, 5, &text), ZX_OK);
	assert_err(zx_json_check(zx_buf_str(&text), 0, NULL), ZX_OK);
	zx_buf_release(&text);
	zx_metrics_free(m);
}

static void M05__an_old_spike_does_not_colour_an_hour(void **state)
{
	struct zx_metrics *m = metrics(3);
	zx_time t = 0;
	int i;

	(void)state;
	for (i = 0; i < 60; i++)
		zx_metrics_latency(m, 0, 5000, t += 30 * 1000);
	zx_metrics_ack(m, 0, t);
	assert_int_equal(tier(m, t), ZX_CRITICAL);
	for (i = 0; i < 2; i++)
		zx_metrics_latency(m, 0, 40, t += 30 * 1000);
	assert_int_equal(tier(m, t), ZX_HEALTHY);
	/* and a new one shows with its second measurement */
	for (i = 0; i < 2; i++)
		zx_metrics_latency(m, 0, 1500, t += 30 * 1000);
	zx_metrics_ack(m, 0, t);
	assert_int_equal(tier(m, t), ZX_WARNING);
	row_agrees(m, t);
	zx_metrics_free(m);
}

static void M06__the_threshold_is_the_same_everywhere(void **state)
{
	static const struct {
		uint32_t threshold, failures;
		enum zx_tier tier;
	} rows[] = {
		{ 10, 4, ZX_HEALTHY }, { 1, 1, ZX_WARNING },
		{ 3, 2, ZX_HEALTHY },  { 3, 3, ZX_WARNING },
		{ 3, 5, ZX_CRITICAL }, { 10, 5, ZX_CRITICAL },
	};
	struct zx_metrics *m;
	uint32_t n;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		m = metrics(rows[i].threshold);
		for (n = 0; n < rows[i].failures; n++)
			zx_metrics_failed(m, 0, "x", 1, 1);
		assert_int_equal(tier(m, 1), rows[i].tier);
		row_agrees(m, 1);
		zx_metrics_free(m);
	}
}

static int poll_alert(struct zx_alerts *a, zx_time now, struct zx_alert *alert)
{
	zx_alerts_tick(a, now);
	return zx_alerts_poll(a, alert);
}

static void M07__each_shard_has_its_own_alert_and_recovery(void **state)
{
	struct zx_health bad = { .tier = ZX_CRITICAL },
			 well = { ZX_HEALTHY, 0, "" };
	struct zx_alerts *a;
	struct zx_alert o;
	zx_time t;
	int raised = 0, recovered = 0, second = 0;

	(void)state;
	assert_err(zx_alerts_new(&a, NULL), ZX_OK);
	for (t = 0; t < 30 * MINUTE; t += 1000) {
		/* shard 0 is ill for 10 minutes, shard 1 falls ill a minute
		 * later, inside the original's global pause */
		zx_alerts_feed(a, 0, t < 10 * MINUTE ? &bad : &well, t);
		zx_alerts_feed(a, 1, t >= MINUTE ? &bad : &well, t);
		while (poll_alert(a, t, &o)) {
			raised += o.kind == ZX_ALERT_RAISED;
			recovered += o.kind == ZX_ALERT_RECOVERED;
			if (o.kind == ZX_ALERT_RAISED &&
			    o.shards[0].shard == 1 && t < 4 * MINUTE)
				second = 1;
		}
	}
	assert_int_equal(raised, 2);
	assert_int_equal(second, 1);
	assert_int_equal(recovered, 1);
	zx_alerts_free(a);
}

static void M10__a_threshold_is_clamped_wherever_it_comes_from(void **state)
{
	struct zx_metrics *m = metrics(99);

	(void)state;
	assert_int_equal(zx__mon_clamp(0), 1);
	assert_int_equal(zx__mon_clamp(1), 1);
	assert_int_equal(zx__mon_clamp(20), 20);
	assert_int_equal(zx__mon_clamp(21), 20);
	assert_int_equal(zx__mon_clamp(UINT64_MAX), 20);
	assert_int_equal(zx_metrics_threshold(m), 20);
	zx_metrics_set_threshold(m, 0); /* not "everything is ill" */
	assert_int_equal(tier(m, 1), ZX_HEALTHY);
	zx_metrics_free(m);
}

static void M17__a_resume_ends_failures_and_is_a_connection(void **state)
{
	struct zx_metrics *m = metrics(3);
	struct zx_shard_metrics s;
	int i;

	(void)state;
	for (i = 0; i < 4; i++)
		zx_metrics_failed(m, 0, "x", 1, 1);
	zx_metrics_disconnected(m, 0, 4000, 2, 2);
	zx_metrics_connected(m, 0, 1, 3, 77);
	assert_err(zx_metrics_get(m, 0, 3, &s), ZX_OK);
	assert_int_equal(s.failures, 0);
	assert_int_equal(s.last_connect, 77);
	assert_int_equal(s.counters[ZX_COUNT_CONNECTS], 1);
	assert_int_equal(s.counters[ZX_COUNT_RESUMES], 1);
	zx_metrics_failed(m, 0, "x", 4, 4);
	zx_metrics_worked(m, 0);
	assert_err(zx_metrics_get(m, 0, 5, &s), ZX_OK);
	assert_int_equal(s.failures, 0);
	assert_int_equal(s.counters[ZX_COUNT_ERRORS], 5);
	zx_metrics_free(m);
}

static void M22__a_removed_shard_is_gone_everywhere(void **state)
{
	struct zx_metrics *m = metrics(3);
	struct zx_health bad = { .tier = ZX_CRITICAL };
	struct zx_monitor_shard row;
	struct zx_alerts *a;
	struct zx_alert o;

	(void)state;
	assert_err(zx_alerts_new(&a, NULL), ZX_OK);
	zx_alerts_feed(a, 0, &bad, 0);
	assert_err(zx_metrics_remove(m, 0), ZX_OK);
	zx_alerts_forget(a, 0);
	assert_int_equal(zx__mon_rows(m, 1, &row, 1), 0);
	assert_int_equal(poll_alert(a, 60 * MINUTE, &o), 0);
	zx_alerts_free(a);
	zx_metrics_free(m);
}

static void M15__a_step_of_the_wall_clock_changes_nothing(void **state)
{
	struct zx_metrics *m = metrics(3);
	struct zx_shard_metrics s;

	(void)state;
	zx_metrics_disconnected(m, 0, 4000, 1000, 5000000);
	zx_metrics_connected(m, 0, 1, 2000, 1); /* the wall jumped back */
	assert_err(zx_metrics_get(m, 0, 10000, &s), ZX_OK);
	assert_int_equal(s.down_ms, 1000);
	assert_int_equal((int)s.uptime, 90);
	zx_metrics_free(m);
}

/* A shard in virtual time -----------------------------------------------------
 */

#define INTERVAL 41250
#define HELLO                                                                  \
	"{\"t\":null,\"s\":null,\"op\":10,\"d\":{\"heartbeat_interval\":41250}}"

/* A shard on a server whose ACKs take `ms` from `from` until `to` and 50 ms
 * otherwise (0: they never come), watched as the cog watches it. */
struct watched {
	struct drive d;
	struct zx_metrics *m;
	zx_time from, to, ack_at;
	uint64_t ms, trips;
	unsigned beats;
};

static void watch(struct watched *w, unsigned seed)
{
	*w = (struct watched){ .m = metrics(3), .ack_at = ZX_TIME_NEVER };
	drive_init(&w->d);
	zx_prng_init(&w->d.prng, seed);
	assert_err(drive_new(&w->d), ZX_OK);
	assert_err(zx_shard_start(w->d.s, 0), ZX_OK);
	drive_poll(&w->d);
	drive_open(&w->d);
	assert_err(drive_text(&w->d, HELLO), ZX_OK);
	zx_shard_grant(w->d.s, 0);
	drive_poll(&w->d);
	assert_err(drive_text(&w->d, DRIVE_READY), ZX_OK);
}

/* What monitor_watch.c does with every look. */
static void look(struct watched *w, zx_time now)
{
	uint64_t trips = zx_shard_stats(w->d.s)->round_trips;

	if (trips != w->trips) {
		zx_metrics_ack(w->m, 0, now);
		zx_metrics_latency(w->m, 0, zx_shard_stats(w->d.s)->latency_ms,
				   now);
	}
	w->trips = trips;
	zx_metrics_waiting(w->m, 0, (double)zx_shard_waiting(w->d.s, now));
	if (w->d.closes)
		zx_metrics_disconnected(w->m, 0, 4000, now, 1);
}

static void step(struct watched *w, zx_time now)
{
	uint64_t ms = now >= w->from && now < w->to ? w->ms : 50;

	drive_until(&w->d, now);
	if (w->d.beats != w->beats && ms)
		w->ack_at = zx_time_min(w->ack_at, now + ms);
	w->beats = w->d.beats;
	if (now >= w->ack_at) {
		w->ack_at = ZX_TIME_NEVER;
		drive_text(&w->d, DRIVE_ACK);
	}
	look(w, now);
	if (now % (30 * 1000) == 0)
		zx_metrics_sample(w->m, 0);
}

static void unwatch(struct watched *w)
{
	zx_shard_free(w->d.s);
	zx_metrics_free(w->m);
}

/* Whenever in the interval it begins: a minute later, and from then on. */
static void shows_in_a_minute(uint64_t ms, enum zx_tier want)
{
	struct watched w;
	zx_time now, from, to;

	for (from = 5 * MINUTE; from < 5 * MINUTE + INTERVAL; from += 750) {
		watch(&w, 1);
		w.from = from;
		w.to = to = ms ? from + 5 * MINUTE : ZX_TIME_NEVER;
		w.ms = ms;
		for (now = 0; now < from + 8 * MINUTE; now += 50) {
			step(&w, now);
			if (now < from)
				assert_int_equal(tier(w.m, now), ZX_HEALTHY);
			else if (now >= from + MINUTE && now < to)
				assert_int_equal(tier(w.m, now), want);
			else if (ms && now >= to + MINUTE)
				assert_int_equal(tier(w.m, now), ZX_HEALTHY);
		}
		assert_int_equal(!w.d.closes, !!ms);
		unwatch(&w);
	}
}

static void M05__a_slow_shard_shows_within_a_health_interval(void **state)
{
	(void)state;
	shows_in_a_minute(1500, ZX_WARNING);
	shows_in_a_minute(2500, ZX_CRITICAL);
}

/* By its heartbeat that waits, then because it is given up. */
static void M05__a_frozen_shard_shows_within_a_health_interval(void **state)
{
	(void)state;
	shows_in_a_minute(0, ZX_CRITICAL);
}

/* For as long as its ACK is waited for; far less than an alert takes. */
static void M05__one_late_ack_colours_only_its_own_wait(void **state)
{
	struct watched w;
	unsigned ill = 0;
	zx_time now;

	(void)state;
	watch(&w, 2);
	w.from = 5 * MINUTE;
	w.to = w.from + INTERVAL;
	w.ms = 4000;
	for (now = 0; now < 15 * MINUTE; now += 50) {
		step(&w, now);
		if (now > w.from && zx_shard_waiting(w.d.s, now))
			w.to = now; /* the next one is quick again */
		ill += tier(w.m, now) != ZX_HEALTHY;
	}
	assert_in_range(ill, 1, 3000 / 50);
	unwatch(&w);
}

/* The window is an hour, with a sample every 30 s. */
static void monitor__the_window_is_an_hour_of_samples(void **state)
{
	struct zx_latency l;
	struct watched w;
	zx_time now;

	(void)state;
	watch(&w, 3);
	w.from = 40 * MINUTE;
	w.to = 41 * MINUTE;
	w.ms = 700;
	for (now = 0; now <= 110 * MINUTE; now += 50) {
		step(&w, now);
		if (now == 60 * MINUTE || now == 90 * MINUTE) {
			assert_err(zx_metrics_latencies(w.m, 0, &l), ZX_OK);
			assert_in_range(l.samples, 117, 120);
			assert_true(l.max >= 700 && l.min < 100);
		}
	}
	assert_err(zx_metrics_latencies(w.m, 0, &l), ZX_OK);
	assert_int_equal(l.samples, 120);
	assert_true(l.max < 100);
	unwatch(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(M02__our_own_timer_is_no_sign_of_life),
		cmocka_unit_test(M04__what_is_not_finite_is_no_sample),
		cmocka_unit_test(M05__an_old_spike_does_not_colour_an_hour),
		cmocka_unit_test(
			M05__a_slow_shard_shows_within_a_health_interval),
		cmocka_unit_test(
			M05__a_frozen_shard_shows_within_a_health_interval),
		cmocka_unit_test(M05__one_late_ack_colours_only_its_own_wait),
		cmocka_unit_test(monitor__the_window_is_an_hour_of_samples),
		cmocka_unit_test(M06__the_threshold_is_the_same_everywhere),
		cmocka_unit_test(
			M07__each_shard_has_its_own_alert_and_recovery),
		cmocka_unit_test(
			M10__a_threshold_is_clamped_wherever_it_comes_from),
		cmocka_unit_test(M15__a_step_of_the_wall_clock_changes_nothing),
		cmocka_unit_test(
			M17__a_resume_ends_failures_and_is_a_connection),
		cmocka_unit_test(M22__a_removed_shard_is_gone_everywhere),
	};

	return cmocka_run_group_tests_name("monitor health", tests, NULL, NULL);
}
