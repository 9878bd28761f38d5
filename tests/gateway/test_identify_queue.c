/* SPDX-License-Identifier: MIT
 *
 * identify_queue: who gets a turn when, and when nobody does.
 */
#include <stdio.h>

#include "helper/zx_test.h"
#include "zoryx/gateway.h"

#define DAY ((zx_time)86400000)

static struct zx_identify_options options(uint32_t mc, uint32_t remaining)
{
	struct zx_identify_options o = ZX_IDENTIFY_OPTIONS_INIT;

	o.max_concurrency = mc;
	o.remaining = remaining;
	o.reset_after_ms = 3600000;
	return o;
}

static struct zx_identify_queue *made(const struct zx_identify_options *o)
{
	struct zx_identify_queue *q;

	assert_err(zx_identify_new(&q, o, 0), ZX_OK);
	return q;
}

static void LM_03__one_turn_per_key_and_5_s(void **state)
{
	struct zx_identify_options o = options(1, 1000);
	struct zx_identify_queue *q = made(&o);
	uint32_t id;
	zx_time now;

	(void)state;
	assert_true(zx_identify_deadline(q) == ZX_TIME_NEVER);
	for (id = 0; id < 3; id++)
		assert_err(zx_identify_ask(q, id, 0), ZX_OK);
	for (now = 0; now < 15000; now += 100) {
		int due = now % 5000 == 0;

		if (due)
			assert_true(zx_identify_deadline(q) == now);
		assert_int_equal(zx_identify_poll(q, now, &id), due);
		if (due)
			assert_int_equal(id, now / 5000);
	}
	assert_int_equal(zx_identify_waiting(q), 0);
	zx_identify_free(q);
}

/* 16 at a time, and bucket after bucket in order however they asked. */
static void LM_03__buckets_start_in_order(void **state)
{
	struct zx_identify_options o = options(16, 1000);
	struct zx_identify_queue *q = made(&o);
	uint32_t i, id;
	zx_time now;

	(void)state;
	for (i = 64; i-- > 0;)
		assert_err(zx_identify_ask(q, i, 0), ZX_OK);
	for (now = 0; now < 20000; now += 5000) {
		for (i = 0; i < 16; i++) {
			assert_int_equal(zx_identify_poll(q, now, &id), 1);
			assert_int_equal(id, now / 5000 * 16 + i);
		}
		assert_int_equal(zx_identify_poll(q, now + 4999, &id), 0);
	}
	assert_int_equal(zx_identify_waiting(q), 0);
	zx_identify_free(q);
}

static void LM_03__asking_twice_gives_one_turn(void **state)
{
	struct zx_identify_options o = options(1, 1000);
	struct zx_identify_queue *q = made(&o);
	uint32_t id;

	(void)state;
	assert_err(zx_identify_ask(q, 7, 0), ZX_OK);
	assert_err(zx_identify_ask(q, 7, 0), ZX_OK);
	assert_err(zx_identify_ask(q, 8, 0), ZX_OK);
	assert_int_equal(zx_identify_waiting(q), 2);
	zx_identify_forget(q, 7);
	zx_identify_forget(q, 99);
	assert_int_equal(zx_identify_poll(q, 0, &id), 1);
	assert_int_equal(id, 8);
	assert_int_equal(zx_identify_poll(q, 60000, &id), 0);
	/* After its turn it may ask again. */
	assert_err(zx_identify_ask(q, 8, 60000), ZX_OK);
	assert_int_equal(zx_identify_poll(q, 60000, &id), 1);
	zx_identify_free(q);
}

/* A thousand shards: limited by max_concurrency and by nothing else. */
static void LM_03__a_thousand_shards_take_as_long_as_they_must(void **state)
{
	struct zx_identify_options o = options(16, 2000);
	struct zx_identify_queue *q;
	uint32_t i, id, given = 0;
	zx_time now = 0;

	(void)state;
	o.total = 2000;
	q = made(&o);
	for (i = 0; i < 1000; i++)
		assert_err(zx_identify_ask(q, i, 0), ZX_OK);
	while (zx_identify_waiting(q)) {
		now = zx_identify_deadline(q);
		while (zx_identify_poll(q, now, &id))
			given++;
	}
	assert_int_equal(given, 1000);
	assert_int_equal(now, (1000 + 15) / 16 * 5000 - 5000);
	zx_identify_free(q);
}

/* However long it runs and whatever happens, no day has more than the budget
 * without the reserve. */
static void LM_04__a_crash_loop_stays_inside_the_day(void **state)
{
	struct zx_identify_options o = options(1, 1000);
	struct zx_identify_queue *q;
	uint32_t id;
	unsigned today = 0, day = 0;
	zx_time now;

	(void)state;
	o.reset_after_ms = DAY;
	q = made(&o);
	for (now = 0; now < 4 * DAY; now += 1000) {
		if (now / DAY != day) {
			assert_int_equal(today, 950);
			day++;
			today = 0;
		}
		zx_identify_ask(q, 0, now);
		today += (unsigned)zx_identify_poll(q, now, &id);
	}
	zx_identify_free(q);
}

static void LM_04__nothing_left_waits_for_the_reset(void **state)
{
	struct zx_identify_options o = options(1, 0);
	struct zx_identify_queue *q = made(&o);
	uint32_t id;

	(void)state;
	assert_err(zx_identify_ask(q, 0, 0), ZX_OK);
	assert_int_equal(zx_identify_poll(q, 3599999, &id), 0);
	assert_true(zx_identify_deadline(q) == 3600000);
	assert_int_equal(zx_identify_poll(q, 3600000, &id), 1);
	assert_int_equal(zx_identify_remaining(q), 999);
	zx_identify_free(q);
}

static void LM_05__the_reserve_is_never_given(void **state)
{
	struct zx_identify_options o = options(1, 52);
	struct zx_identify_queue *q = made(&o);
	uint32_t id, i;

	(void)state;
	for (i = 0; i < 5; i++)
		assert_err(zx_identify_ask(q, i, 0), ZX_OK);
	assert_int_equal(zx_identify_poll(q, 0, &id), 1);
	assert_int_equal(zx_identify_poll(q, 5000, &id), 1);
	assert_int_equal(zx_identify_poll(q, 10000, &id), 0);
	assert_int_equal(zx_identify_remaining(q), 50);
	zx_identify_free(q);
	o.reserve = 5;
	q = made(&o);
	assert_err(zx_identify_ask(q, 0, 0), ZX_OK);
	assert_int_equal(zx_identify_poll(q, 0, &id), 1);
	zx_identify_free(q);
}

/* Ten shards, 55 turns left, 50 of them reserved: not one starts, for five that
 * run and five that do not would be worse and cost the same. */
static void LM_06__a_start_that_cannot_finish_does_not_begin(void **state)
{
	struct zx_identify_options o = options(16, 55);
	struct zx_identify_queue *q;
	uint32_t id, i;

	(void)state;
	o.need = 10;
	q = made(&o);
	for (i = 0; i < 10; i++)
		assert_err(zx_identify_ask(q, i, 0), ZX_OK);
	assert_int_equal(zx_identify_poll(q, 1000, &id), 0);
	assert_true(zx_identify_deadline(q) == 3600000);
	/* Fresh numbers that suffice set it going. */
	o.remaining = 60;
	zx_identify_limits(q, &o, 2000);
	for (i = 0; i < 10; i++)
		assert_int_equal(zx_identify_poll(q, 2000, &id), 1);
	zx_identify_free(q);
}

static void LM_04__new_limits_replace_the_old(void **state)
{
	struct zx_identify_options o = options(1, 1000);
	struct zx_identify_queue *q = made(&o);
	uint32_t id;

	(void)state;
	assert_err(zx_identify_ask(q, 0, 0), ZX_OK);
	assert_err(zx_identify_ask(q, 1, 0), ZX_OK);
	assert_int_equal(zx_identify_poll(q, 0, &id), 1);
	assert_int_equal(zx_identify_remaining(q), 999);
	/* More keys: who had a turn under the old ones is not known any more.
	 */
	o = options(16, 500);
	zx_identify_limits(q, &o, 1000);
	assert_int_equal(zx_identify_remaining(q), 500);
	assert_int_equal(zx_identify_poll(q, 5999, &id), 0);
	assert_int_equal(zx_identify_poll(q, 6000, &id), 1);
	assert_int_equal(id, 1);
	zx_identify_free(q);
}

static void identify_queue__wrong_use_is_refused(void **state)
{
	struct zx_identify_options o = options(1, 1000);
	struct zx_identify_queue *q;
	uint32_t i;

	(void)state;
	assert_err(zx_identify_new(&q, NULL, 0), ZX_E_INVALID);
	o.size = 0;
	assert_err(zx_identify_new(&q, &o, 0), ZX_E_INVALID);
	zx_identify_free(NULL);
	o = options(UINT32_MAX, 1000);
	q = made(&o);
	for (i = 0; i < 65536; i++)
		assert_err(zx_identify_ask(q, i, 0), ZX_OK);
	assert_err(zx_identify_ask(q, i, 0), ZX_E_LIMIT);
	zx_identify_free(q);
}

static int scenario(const struct zx_alloc *a, void *ud)
{
	struct zx_identify_options o = options(4, 1000);
	struct zx_identify_queue *q;
	uint32_t i, id;
	int err;

	(void)ud;
	o.alloc = a;
	err = zx_identify_new(&q, &o, 0);
	if (err)
		return err;
	for (i = 0; !err && i < 40; i++)
		err = zx_identify_ask(q, i, 0);
	(void)zx_identify_poll(q, 0, &id);
	zx_identify_free(q);
	return err;
}

static void identify_queue__every_allocation_may_fail(void **state)
{
	(void)state;
	fail_alloc_each(scenario, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(LM_03__one_turn_per_key_and_5_s),
		cmocka_unit_test(LM_03__buckets_start_in_order),
		cmocka_unit_test(LM_03__asking_twice_gives_one_turn),
		cmocka_unit_test(
			LM_03__a_thousand_shards_take_as_long_as_they_must),
		cmocka_unit_test(LM_04__a_crash_loop_stays_inside_the_day),
		cmocka_unit_test(LM_04__nothing_left_waits_for_the_reset),
		cmocka_unit_test(LM_04__new_limits_replace_the_old),
		cmocka_unit_test(LM_05__the_reserve_is_never_given),
		cmocka_unit_test(
			LM_06__a_start_that_cannot_finish_does_not_begin),
		cmocka_unit_test(identify_queue__wrong_use_is_refused),
		cmocka_unit_test(identify_queue__every_allocation_may_fail),
	};

	return cmocka_run_group_tests_name("gateway/identify_queue", tests,
					   NULL, NULL);
}
