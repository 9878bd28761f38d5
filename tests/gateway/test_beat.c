/* SPDX-License-Identifier: MIT
 *
 * beat: jitter, floods and latency. The plain cases are traces.
 */
#include "gateway/drive.h"

static zx_time first_beat(struct drive *d)
{
	assert_err(drive_new(d), ZX_OK);
	zx_shard_start(d->s, 0);
	drive_poll(d);
	drive_open(d);
	drive_text(d, DRIVE_HELLO);
	return zx_shard_deadline(d->s);
}

/* 1,000 hellos: each tenth of the interval gets its share. */
static void GW_04__first_beats_are_spread_evenly(void **state)
{
	unsigned tenth[10] = { 0 }, i;
	struct drive d;

	(void)state;
	drive_init(&d);
	for (i = 0; i < 1000; i++) {
		struct zx_rand r;

		zx_prng_init(&d.prng, i);
		r = zx_prng_rand(&d.prng);
		d.opt.rand = r;
		d.connects = 0;
		tenth[first_beat(&d) / 4000]++;
		zx_shard_free(d.s);
	}
	/* Binomial(1000, 0.1): 60 and 140 are more than four sigmas away. */
	for (i = 0; i < 10; i++)
		assert_in_range(tenth[i], 60, 140);
}

static void GW_04__beats_go_on_every_interval(void **state)
{
	struct drive d;
	zx_time at;
	int i;

	(void)state;
	drive_init(&d);
	drive_live(&d);
	at = zx_shard_deadline(d.s);
	for (i = 0; i < 500; i++) {
		assert_int_equal(zx_shard_deadline(d.s), at);
		drive_until(&d, at);
		assert_int_equal(d.beats, (unsigned)i + 1);
		d.now += 50;
		drive_text(&d, DRIVE_ACK);
		at += 40000;
	}
	assert_int_equal(d.closes, 0);
	assert_true(zx_shard_stats(d.s)->latency_ms == 50);
	zx_shard_free(d.s);
}

/* One GUILD_CREATE of `size` bytes. */
static char *guild(size_t size, int seq)
{
	char *text = malloc(size + 128);
	int n = snprintf(text, size + 128,
			 "{\"t\":\"GUILD_CREATE\",\"s\":%d,\"op\":0,\"d\":{"
			 "\"x\":\"",
			 seq);

	memset(text + n, 'x', size);
	memcpy(text + n + size, "\"}}", 4);
	return text;
}

/* 50 MB of GUILD_CREATE before the ACK, over four intervals. */
static void GW_10__an_ack_behind_a_flood_is_waited_for(void **state)
{
	struct drive d;
	zx_time end;
	int seq = 2;

	(void)state;
	drive_init(&d);
	drive_live(&d);
	drive_until(&d, zx_shard_deadline(d.s));
	end = d.now + 165000;
	while (d.now < end) {
		char *text = guild((size_t)300 << 10, seq++);

		drive_text(&d, text);
		free(text);
		drive_until(&d, d.now + 1000);
	}
	assert_int_equal(d.closes, 0);
	assert_int_equal(d.beats, 5);
	drive_text(&d, DRIVE_ACK);
	assert_int_equal(zx_shard_stats(d.s)->zombies, 0);
	zx_shard_free(d.s);
}

/* A server that takes no notice of us but goes on talking a little: no flood,
 * so its silence about the beats counts, two intervals after the first. */
static void GW_10__small_talk_does_not_replace_acks(void **state)
{
	struct drive d;
	zx_time first;
	int seq = 2;

	(void)state;
	drive_init(&d);
	drive_live(&d);
	drive_until(&d, zx_shard_deadline(d.s));
	first = d.now;
	while (!d.closes && d.now < first + 200000) {
		drive_event(&d, seq++);
		drive_until(&d, d.now + 1000);
	}
	assert_int_equal(d.code, 4000);
	assert_in_range(d.now, first + 80000, first + 81000);
	assert_int_equal(zx_shard_stats(d.s)->zombies, 1);
	zx_shard_free(d.s);
}

/* Op 1 a thousand times at once: answered while the budget lasts. */
static void LM_02__heartbeat_requests_stay_in_the_budget(void **state)
{
	struct drive d;
	int i;

	(void)state;
	drive_init(&d);
	drive_live(&d);
	for (i = 0; i < 1000; i++)
		drive_text(&d, "{\"op\":1,\"d\":null}");
	assert_int_equal(d.sends, 120);
	drive_until(&d, d.now + 60000);
	i = (int)d.sends;
	drive_text(&d, "{\"op\":1,\"d\":null}");
	assert_int_equal(d.sends, i + 1);
	zx_shard_free(d.s);
}

/* An ACK that nobody asked for says nothing about latency. */
static void beat__latency_is_of_the_oldest_open_beat(void **state)
{
	struct drive d;

	(void)state;
	drive_init(&d);
	drive_live(&d);
	assert_true(zx_shard_stats(d.s)->latency_ms < 0);
	drive_text(&d, DRIVE_ACK);
	assert_true(zx_shard_stats(d.s)->latency_ms < 0);
	drive_until(&d, zx_shard_deadline(d.s));
	drive_until(&d, d.now + 30);
	drive_text(&d, "{\"op\":1,\"d\":null}");
	drive_until(&d, d.now + 12);
	drive_text(&d, DRIVE_ACK);
	assert_true(zx_shard_stats(d.s)->latency_ms == 42);
	drive_until(&d, d.now + 500);
	drive_text(&d, DRIVE_ACK);
	assert_true(zx_shard_stats(d.s)->latency_ms == 42);
	assert_int_equal(zx_shard_stats(d.s)->acks, 3);
	zx_shard_free(d.s);
}

/* Beats from now until `end`, each acknowledged after `ms`. */
static unsigned beats_until(struct drive *d, zx_time end, uint64_t ms)
{
	unsigned before = d->beats;
	zx_time at;

	while ((at = zx_shard_deadline(d->s)) <= end) {
		unsigned n = d->beats;

		drive_until(d, at);
		if (d->beats == n)
			continue;
		drive_until(d, d->now + ms);
		drive_text(d, DRIVE_ACK);
	}
	d->now = end;
	return d->beats - before;
}

/* So that two of three round trips are slow as soon as may be. */
static void beat__a_changed_latency_is_measured_once_more(void **state)
{
	struct drive d;
	zx_time at;

	(void)state;
	drive_init(&d);
	drive_live(&d);
	at = zx_shard_deadline(d.s);
	assert_int_equal(beats_until(&d, at + 3 * 40000 - 1, 50), 3);
	/* slow: 3 regular ones and one between */
	assert_int_equal(beats_until(&d, at + 6 * 40000 - 1, 1500), 4);
	assert_int_equal(zx_shard_stats(d.s)->round_trips, 7);
	/* quick again */
	assert_int_equal(beats_until(&d, at + 9 * 40000 - 1, 50), 4);
	assert_int_equal(beats_until(&d, at + 12 * 40000 - 1, 1000), 3);
	/* frozen: what the one between waits changes nothing */
	drive_until(&d, at + 12 * 40000);
	drive_until(&d, d.now + 1500);
	drive_text(&d, DRIVE_ACK);
	assert_int_equal(zx_shard_waiting(d.s, d.now), 0);
	drive_until(&d, d.now + 5000);
	assert_int_equal(zx_shard_waiting(d.s, d.now), 0);
	assert_int_equal(zx_shard_waiting(d.s, d.now + 700), 700);
	drive_until(&d, at + 13 * 40000 + 30000);
	assert_int_equal(d.closes, 0);
	drive_until(&d, at + 14 * 40000);
	assert_int_equal(d.closes, 1);
	assert_int_equal(zx_shard_waiting(d.s, d.now), 0);
	zx_shard_free(d.s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(GW_04__first_beats_are_spread_evenly),
		cmocka_unit_test(GW_04__beats_go_on_every_interval),
		cmocka_unit_test(GW_10__an_ack_behind_a_flood_is_waited_for),
		cmocka_unit_test(GW_10__small_talk_does_not_replace_acks),
		cmocka_unit_test(LM_02__heartbeat_requests_stay_in_the_budget),
		cmocka_unit_test(beat__latency_is_of_the_oldest_open_beat),
		cmocka_unit_test(beat__a_changed_latency_is_measured_once_more),
	};

	return cmocka_run_group_tests_name("gateway/beat", tests, NULL, NULL);
}
