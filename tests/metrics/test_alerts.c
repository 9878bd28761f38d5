/* SPDX-License-Identifier: MIT
 *
 * When people are told, in virtual time.
 */
#include "helper/zx_test.h"
#include "zoryx/metrics.h"

static const struct zx_health well = { ZX_HEALTHY, ZX_REASON_NONE, "Healthy" };
static const struct zx_health slow = { ZX_WARNING, ZX_REASON_LATENCY, "slow" };
static const struct zx_health gone = { ZX_CRITICAL, ZX_REASON_DISCONNECTED,
				       "gone" };

enum { S = 1000 };

static struct zx_alerts *make(const struct zx_alloc *alloc)
{
	struct zx_alerts_options o = ZX_ALERTS_OPTIONS_INIT;
	struct zx_alerts *a;

	o.alloc = alloc;
	assert_err(zx_alerts_new(&a, &o), ZX_OK);
	return a;
}

/* Ticks at every deadline up to `to`; what is told, as text. */
static void run(struct zx_alerts *a, zx_time to, char *said, size_t size)
{
	static const char *const names[] = { "raised", "repeated",
					     "recovered" };
	struct zx_alert out;

	for (int turns = 0; zx_alerts_deadline(a) <= to; turns++) {
		assert_true(turns < 1000);
		zx_alerts_tick(a, zx_alerts_deadline(a));
		while (zx_alerts_poll(a, &out)) {
			size_t n = strlen(said);

			snprintf(said + n, size - n, "%s %zu/%zu %s;",
				 names[out.kind], out.named, out.count,
				 zx_tier_name(out.tier));
		}
	}
	zx_alerts_tick(a, to);
}

static void alerts__an_incident_is_one_alert_and_one_recovery(void **state)
{
	struct zx_alerts *a = make(NULL);
	char said[512] = "";

	(void)state;
	for (zx_time t = 0; t < 600 * S; t += 60 * S) {
		zx_alerts_feed(a, 3, &gone, t);
		run(a, t + 60 * S - 1, said, sizeof(said));
	}
	assert_string_equal(said, "raised 1/1 critical;");
	assert_int_equal(zx_alerts_firing(a), 1);
	for (zx_time t = 600 * S; t < 1200 * S; t += 60 * S) {
		zx_alerts_feed(a, 3, &well, t);
		run(a, t + 60 * S - 1, said, sizeof(said));
	}
	assert_string_equal(said,
			    "raised 1/1 critical;recovered 1/1 critical;");
	assert_int_equal(zx_alerts_firing(a), 0);
	assert_true(zx_alerts_deadline(a) == ZX_TIME_NEVER);
	zx_alerts_free(a);
}

static void alerts__a_short_trouble_is_not_told(void **state)
{
	struct zx_alerts *a = make(NULL);
	char said[512] = "";

	(void)state;
	zx_alerts_feed(a, 3, &slow, 0);
	run(a, 20 * S, said, sizeof(said));
	zx_alerts_feed(a, 3, &well, 20 * S);
	run(a, 3600 * S, said, sizeof(said));
	assert_string_equal(said, "");
	zx_alerts_free(a);
}

static void alerts__flapping_is_one_incident(void **state)
{
	struct zx_alerts *a = make(NULL);
	char said[512] = "";

	(void)state;
	zx_alerts_feed(a, 3, &slow, 0);
	run(a, 60 * S, said, sizeof(said));
	for (zx_time t = 60 * S; t < 3600 * S; t += 60 * S) {
		zx_alerts_feed(a, 3, (t / 60 / S) % 2 ? &well : &slow, t);
		run(a, t + 60 * S - 1, said, sizeof(said));
	}
	assert_string_equal(said, "raised 1/1 warning;");
	zx_alerts_free(a);
}

static void alerts__worse_is_told_once_more_and_repeats_are_bounded(void **st)
{
	struct zx_alerts *a = make(NULL);
	char said[512] = "";

	(void)st;
	zx_alerts_feed(a, 3, &slow, 0);
	run(a, 120 * S, said, sizeof(said));
	for (zx_time t = 120 * S; t < 600 * S; t += 60 * S) {
		zx_alerts_feed(a, 3, (t / 60 / S) % 2 ? &slow : &gone, t);
		run(a, t + 60 * S - 1, said, sizeof(said));
	}
	assert_string_equal(said, "raised 1/1 warning;repeated 1/1 critical;");
	said[0] = 0;
	for (zx_time t = 600 * S; t < 10 * 3600 * S; t += 60 * S) {
		zx_alerts_feed(a, 3, &gone, t);
		run(a, t + 60 * S - 1, said, sizeof(said));
	}
	assert_string_equal(said,
			    "repeated 1/1 critical;repeated 1/1 critical;");
	zx_alerts_free(a);
}

static void alerts__what_happens_together_is_told_together(void **state)
{
	struct zx_alerts *a = make(NULL);
	struct zx_alert out = { 0 };
	char said[512] = "";

	(void)state;
	for (uint32_t i = 0; i < 25; i++)
		zx_alerts_feed(a, 100 - i, i == 20 ? &gone : &slow, i * 100);
	/* up to the group's deadline, but not over it */
	run(a, 59 * S, said, sizeof(said));
	assert_string_equal(said, "");
	zx_alerts_tick(a, 60 * S);
	assert_int_equal(zx_alerts_poll(a, &out), 1);
	assert_int_equal(out.count, 25);
	assert_int_equal(out.named, ZX_ALERT_SHARDS);
	assert_int_equal(out.tier, ZX_CRITICAL);
	assert_int_equal(out.shards[0].shard, 80);
	assert_int_equal(out.shards[1].shard, 100);
	assert_int_equal(out.shards[9].shard, 92);
	assert_int_equal(out.shards[1].lasted_ms, 60 * S);
	assert_int_equal(zx_alerts_poll(a, &out), 0);
	zx_alerts_free(a);
}

static void alerts__a_shard_that_is_gone_is_not_recovered(void **state)
{
	struct zx_alerts *a = make(NULL);
	char said[512] = "";

	(void)state;
	zx_alerts_feed(a, 3, &gone, 0);
	zx_alerts_feed(a, 4, &gone, 0);
	run(a, 120 * S, said, sizeof(said));
	zx_alerts_forget(a, 3);
	zx_alerts_forget(a, 99);
	zx_alerts_feed(a, 4, &well, 120 * S);
	run(a, 600 * S, said, sizeof(said));
	assert_string_equal(said,
			    "raised 2/2 critical;recovered 1/1 critical;");
	zx_alerts_free(a);
}

/* Against a plain evaluator: whatever happens, alerts and recoveries of a shard
 * take turns, and one that ends well and stays so ends recovered. */
static void alerts__any_history_gives_alerts_and_recoveries_in_turn(void **st)
{
	static const struct zx_health *const all[] = { &well, &slow, &gone };
	struct zx_prng prng;
	struct zx_rand r;

	(void)st;
	for (uint64_t seed = 1; seed <= 300; seed++) {
		struct zx_alerts *a = make(NULL);
		int open[5] = { 0 };
		zx_time now = 0;

		zx_prng_init(&prng, seed);
		r = zx_prng_rand(&prng);
		for (int i = 0; i < 400; i++) {
			struct zx_alert out;

			now += zx_rand_below(&r, 90 * S);
			if (i < 380)
				zx_alerts_feed(a,
					       (uint32_t)zx_rand_below(&r, 5),
					       all[zx_rand_below(&r, 3)], now);
			else
				zx_alerts_feed(a, (uint32_t)i % 5, &well, now);
			if (i >= 380)
				now += 200 * S;
			zx_alerts_tick(a, now);
			while (zx_alerts_poll(a, &out)) {
				for (size_t k = 0; k < out.named; k++) {
					int *o = &open[out.shards[k].shard];

					if (out.kind == ZX_ALERT_RAISED)
						assert_int_equal((*o)++, 0);
					else if (out.kind == ZX_ALERT_RECOVERED)
						assert_int_equal((*o)--, 1);
					else
						assert_int_equal(*o, 1);
				}
			}
		}
		for (int i = 0; i < 5; i++)
			assert_int_equal(open[i], 0);
		zx_alerts_free(a);
	}
}

static int scenario(const struct zx_alloc *alloc, void *ud)
{
	struct zx_alerts_options o = ZX_ALERTS_OPTIONS_INIT;
	struct zx_alerts *a;
	int err;

	(void)ud;
	o.alloc = alloc;
	err = zx_alerts_new(&a, &o);
	for (uint32_t i = 0; !err && i < 30; i++)
		err = zx_alerts_feed(a, i, &slow, 0);
	zx_alerts_free(a);
	return err;
}

static void alerts__what_was_told_can_be_taken_up_by_another(void **state)
{
	struct zx_alerts *first = make(NULL), *a = make(NULL);
	struct zx_alert_shard was;
	char said[512] = "";

	(void)state;
	zx_alerts_feed(first, 3, &slow, 0);
	assert_err(zx_alerts_told(first, 3, &was), ZX_E_NOTFOUND);
	run(first, 100 * S, said, sizeof(said));
	assert_string_equal(said, "raised 1/1 warning;");
	assert_err(zx_alerts_told(first, 3, &was), ZX_OK);
	assert_int_equal(was.lasted_ms, 100 * S);
	assert_string_equal(was.health.text, "slow");
	zx_alerts_free(first);

	/* its clock begins anew */
	was.lasted_ms += 3600 * S;
	assert_err(zx_alerts_resume(a, &was, 5 * S), ZX_OK);
	assert_err(zx_alerts_resume(a, &was, 5 * S), ZX_E_EXISTS);
	assert_int_equal(zx_alerts_firing(a), 1);
	said[0] = '\0';
	zx_alerts_feed(a, 3, &slow, 5 * S);
	run(a, 300 * S, said, sizeof(said));
	assert_string_equal(said, "");
	zx_alerts_feed(a, 3, &gone, 300 * S);
	run(a, 400 * S, said, sizeof(said));
	assert_string_equal(said, "repeated 1/1 critical;");
	zx_alerts_free(a);
}

static void alerts__what_is_taken_up_has_one_recovery(void **state)
{
	struct zx_alerts *a = make(NULL);
	struct zx_alert_shard was = { 3, slow, 3600 * S };
	struct zx_alert out = { .count = 0 };

	(void)state;
	assert_err(zx_alerts_resume(a, &was, 5 * S), ZX_OK);
	zx_alerts_feed(a, 3, &well, 10 * S);
	zx_alerts_tick(a, 100 * S);
	assert_false(zx_alerts_poll(a, &out));
	zx_alerts_tick(a, 130 * S);
	assert_true(zx_alerts_poll(a, &out));
	assert_int_equal(out.kind, ZX_ALERT_RECOVERED);
	assert_int_equal(out.shards[0].lasted_ms, (3600 + 125) * S);
	assert_err(zx_alerts_told(a, 3, &was), ZX_E_NOTFOUND);
	zx_alerts_feed(a, 3, &well, 300 * S);
	zx_alerts_tick(a, 600 * S);
	assert_false(zx_alerts_poll(a, &out));
	was = (struct zx_alert_shard){ 3, well, 0 };
	assert_err(zx_alerts_resume(a, &was, 600 * S), ZX_E_INVALID);
	zx_alerts_free(a);
}

static void alerts__every_failed_allocation_is_reported(void **state)
{
	(void)state;
	fail_alloc_each(scenario, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			alerts__an_incident_is_one_alert_and_one_recovery),
		cmocka_unit_test(alerts__a_short_trouble_is_not_told),
		cmocka_unit_test(alerts__flapping_is_one_incident),
		cmocka_unit_test(
			alerts__worse_is_told_once_more_and_repeats_are_bounded),
		cmocka_unit_test(
			alerts__what_happens_together_is_told_together),
		cmocka_unit_test(alerts__a_shard_that_is_gone_is_not_recovered),
		cmocka_unit_test(
			alerts__any_history_gives_alerts_and_recoveries_in_turn),
		cmocka_unit_test(
			alerts__what_was_told_can_be_taken_up_by_another),
		cmocka_unit_test(alerts__what_is_taken_up_has_one_recovery),
		cmocka_unit_test(alerts__every_failed_allocation_is_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
