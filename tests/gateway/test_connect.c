/* SPDX-License-Identifier: MIT
 *
 * connect: how long a shard waits before it comes back, over many seeds.
 */
#include "gateway/drive.h"

#define SEEDS 500

static void seeded(struct drive *d, uint64_t seed)
{
	drive_init(d);
	zx_prng_init(&d->prng, seed);
}

/* The time until the next CONNECT. */
static zx_time pause_of(struct drive *d)
{
	zx_time from = d->now;
	unsigned before = d->connects;

	while (d->connects == before)
		assert_err(drive_until(d, zx_shard_deadline(d->s)), ZX_OK);
	return d->now - from;
}

static void GW_13__the_wait_is_1_to_5_s_and_random(void **state)
{
	zx_time least = UINT64_MAX, most = 0;
	uint64_t seed;

	(void)state;
	for (seed = 0; seed < SEEDS; seed++) {
		struct drive d;
		zx_time wait;

		seeded(&d, seed);
		drive_live(&d);
		d.now += 20000;
		drive_text(&d, "{\"op\":9,\"d\":false}");
		drive_closed(&d, 4000);
		wait = pause_of(&d);
		assert_string_equal(
			d.url, "wss://gateway.discord.gg/?v=10&encoding=json");
		least = wait < least ? wait : least;
		most = wait > most ? wait : most;
		zx_shard_free(d.s);
	}
	assert_in_range(least, 1000, 1200);
	assert_in_range(most, 4800, 5000);
}

static void GW_14__the_wait_after_identify_is_5_s_or_more(void **state)
{
	zx_time least = UINT64_MAX, most = 0;
	uint64_t seed;

	(void)state;
	for (seed = 0; seed < SEEDS; seed++) {
		struct drive d;
		zx_time wait;

		seeded(&d, seed);
		assert_err(drive_new(&d), ZX_OK);
		assert_err(drive_identify(&d), ZX_OK);
		/* Whatever d says: there is no session to resume. */
		drive_text(&d, seed % 2 ? "{\"op\":9,\"d\":true}"
					: "{\"op\":9,\"d\":false}");
		drive_closed(&d, 4000);
		wait = pause_of(&d);
		least = wait < least ? wait : least;
		most = wait > most ? wait : most;
		zx_shard_free(d.s);
	}
	assert_in_range(least, 5000, 5200);
	assert_in_range(most, 9800, 10000);
}

/* Op 9 for ever (catalogue B3): each round waits, asks for a turn again, and
 * waits longer and longer. */
static void GW_14__op9_a_hundred_times_never_hurries(void **state)
{
	zx_time wait, total = 0;
	struct drive d;
	unsigned i;

	(void)state;
	drive_init(&d);
	assert_err(drive_new(&d), ZX_OK);
	assert_err(drive_identify(&d), ZX_OK);
	for (i = 0; i < 100; i++) {
		drive_text(&d, "{\"op\":9,\"d\":false}");
		drive_closed(&d, 4000);
		wait = pause_of(&d);
		assert_in_range(wait, 5000, 60000);
		total += wait;
		drive_open(&d);
		drive_text(&d, DRIVE_HELLO);
		assert_int_equal(d.turns, i + 2);
		assert_int_equal(d.logins, i + 1);
		zx_shard_grant(d.s, d.now);
		drive_poll(&d);
	}
	assert_true(total > 100 * 15000);
	zx_shard_free(d.s);
}

/* A thousand shards of one server that went away come back within a second, but
 * not all at once. */
static void LM_07__resumes_are_spread_over_a_second(void **state)
{
	unsigned tenth[10] = { 0 }, i;
	uint64_t seed;

	(void)state;
	for (seed = 0; seed < 1000; seed++) {
		struct drive d;
		zx_time wait;

		seeded(&d, seed);
		drive_live(&d);
		d.now += 20000;
		drive_event(&d, 2);
		drive_closed(&d, 1006);
		wait = pause_of(&d);
		assert_in_range(wait, 0, 999);
		tenth[wait / 100]++;
		zx_shard_free(d.s);
	}
	for (i = 0; i < 10; i++)
		assert_in_range(tenth[i], 60, 140);
}

/* Discord is down for a day (catalogue B13): tries go on, a minute apart at
 * most, and spend nothing. */
static void LM_05__a_day_of_failures_backs_off_to_a_minute(void **state)
{
	zx_time most = 0;
	struct drive d;

	(void)state;
	drive_init(&d);
	assert_err(drive_new(&d), ZX_OK);
	zx_shard_start(d.s, 0);
	drive_poll(&d);
	while (d.now < 86400000) {
		zx_time wait;

		zx_shard_on_failed(d.s, d.generation, "unreachable", d.now);
		drive_poll(&d);
		wait = pause_of(&d);
		assert_in_range(wait, 1000, 60000);
		most = wait > most ? wait : most;
	}
	assert_true(most > 50000);
	assert_true(d.connects > 1440 && d.connects < 8000);
	assert_int_equal(zx_shard_stats(d.s)->connect_failures, d.connects - 1);
	assert_int_equal(d.logins, 0);
	zx_shard_free(d.s);
}

/* A connection that dies right after READY is a failure like any other: it must
 * not identify in a tight loop. */
static void LM_05__ready_and_gone_backs_off_too(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	assert_err(drive_new(&d), ZX_OK);
	assert_err(drive_identify(&d), ZX_OK);
	while (d.now < 3600000) {
		drive_text(&d, DRIVE_READY);
		drive_closed(&d, 4009);
		drive_reopen(&d);
		drive_text(&d, DRIVE_HELLO);
		zx_shard_grant(d.s, d.now);
		drive_poll(&d);
	}
	/* An hour at the cap of a minute, with full jitter below it. */
	assert_true(d.logins < 400);
	zx_shard_free(d.s);
}

static void
CP_01__transport_and_payload_compression_exclude_each_other(void **state)
{
	static const char *const ends[] = { "?v=10&encoding=json",
					    "&compress=zlib-stream",
					    "&compress=zstd-stream" };
	int c;

	(void)state;
	for (c = ZX_COMPRESS_NONE; c <= ZX_COMPRESS_ZSTD_STREAM; c++) {
		size_t n = strlen(ends[c]);
		struct drive d;

		drive_init(&d);
		d.opt.compress = (enum zx_compression)c;
		assert_err(drive_new(&d), ZX_OK);
		zx_shard_start(d.s, 0);
		drive_poll(&d);
		assert_true(strlen(d.url) > n);
		assert_string_equal(d.url + strlen(d.url) - n, ends[c]);
		zx_shard_free(d.s);
	}
	{
		struct drive d;

		drive_init(&d);
		assert_err(drive_new(&d), ZX_OK);
		assert_err(drive_identify(&d), ZX_OK);
		assert_null(strstr(d.sent, "compress"));
		zx_shard_free(d.s);
	}
}

static void GW_01__a_bad_url_is_refused_and_the_old_one_stays(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	assert_err(drive_new(&d), ZX_OK);
	assert_err(zx_shard_set_url(d.s, "http://x"), ZX_E_INVALID);
	assert_err(zx_shard_set_url(d.s, NULL), ZX_E_INVALID);
	zx_shard_start(d.s, 0);
	drive_poll(&d);
	assert_string_equal(d.url,
			    "wss://gateway.discord.gg/?v=10&encoding=json");
	zx_shard_free(d.s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			GW_01__a_bad_url_is_refused_and_the_old_one_stays),
		cmocka_unit_test(GW_13__the_wait_is_1_to_5_s_and_random),
		cmocka_unit_test(GW_14__the_wait_after_identify_is_5_s_or_more),
		cmocka_unit_test(GW_14__op9_a_hundred_times_never_hurries),
		cmocka_unit_test(LM_07__resumes_are_spread_over_a_second),
		cmocka_unit_test(
			LM_05__a_day_of_failures_backs_off_to_a_minute),
		cmocka_unit_test(LM_05__ready_and_gone_backs_off_too),
		cmocka_unit_test(
			CP_01__transport_and_payload_compression_exclude_each_other),
	};

	return cmocka_run_group_tests_name("gateway/connect", tests, NULL,
					   NULL);
}
