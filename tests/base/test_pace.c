/* SPDX-License-Identifier: MIT
 *
 * pace: the arithmetic of bucket and backoff, up to the ends of their types.
 */
#include "helper/zx_test.h"

static int take_all(struct zx_bucket *b, zx_time now)
{
	int n = 0;

	while (n < 1000 && zx_bucket_take(b, 1, now))
		n++;
	return n;
}

static void bucket__starts_full_and_refuses_when_empty(void **state)
{
	struct zx_bucket b;

	(void)state;
	zx_bucket_init(&b, 5, 1000, 100);
	assert_int_equal(take_all(&b, 100), 5);
	assert_int_equal(zx_bucket_take(&b, 1, 100), 0);
	assert_int_equal(zx_bucket_take(&b, 1, 299), 0);
	assert_int_equal(zx_bucket_take(&b, 1, 300), 1);
	assert_int_equal(zx_bucket_take(&b, 1, 300), 0);
}

static void bucket__when_is_exactly_when_a_take_succeeds(void **state)
{
	struct zx_bucket b;
	uint32_t n;

	(void)state;
	zx_bucket_init(&b, 7, 1000, 0);
	for (n = 1; n <= 7; n++) {
		struct zx_bucket try;
		zx_time when;

		b.level = 0;
		b.at = 50;
		when = zx_bucket_when(&b, n, 50);
		try = b;
		assert_int_equal(zx_bucket_take(&try, n, when - 1), 0);
		try = b;
		assert_int_equal(zx_bucket_take(&try, n, when), 1);
		/* ceil(n x 1000 / 7) */
		assert_int_equal(when, 50 + (n * 1000 + 6) / 7);
	}
}

static void bucket__refuses_all_or_nothing(void **state)
{
	struct zx_bucket b;

	(void)state;
	zx_bucket_init(&b, 5, 1000, 0);
	assert_int_equal(zx_bucket_take(&b, 3, 0), 1);
	assert_int_equal(zx_bucket_take(&b, 3, 0), 0);
	assert_int_equal(zx_bucket_take(&b, 2, 0), 1);
	assert_int_equal(zx_bucket_take(&b, 0, 0), 1);
}

static void bucket__more_than_the_burst_never_comes(void **state)
{
	struct zx_bucket b;

	(void)state;
	zx_bucket_init(&b, 5, 1000, 0);
	assert_int_equal(zx_bucket_take(&b, 6, 0), 0);
	assert_true(zx_bucket_when(&b, 6, 0) == ZX_TIME_NEVER);
	assert_int_equal(take_all(&b, 0), 5);
	zx_bucket_init(&b, 0, 1000, 0);
	assert_int_equal(zx_bucket_take(&b, 1, 100000), 0);
	assert_true(zx_bucket_when(&b, 1, 100000) == ZX_TIME_NEVER);
	assert_int_equal(zx_bucket_take(&b, 0, 0), 1);
	assert_int_equal(zx_bucket_when(&b, 0, 9), 9);
}

static void bucket__looking_often_loses_no_fraction_of_a_token(void **state)
{
	struct zx_bucket b;
	int taken = 0;
	zx_time now;

	(void)state;
	/* 3 per 1000 ms: each millisecond brings 0.003 tokens. */
	zx_bucket_init(&b, 3, 1000, 0);
	assert_int_equal(take_all(&b, 0), 3);
	for (now = 1; now <= 10000; now++)
		taken += zx_bucket_take(&b, 1, now);
	assert_int_equal(taken, 30);
}

static void bucket__never_holds_more_than_the_burst(void **state)
{
	struct zx_bucket b;

	(void)state;
	zx_bucket_init(&b, 5, 1000, 0);
	assert_int_equal(take_all(&b, 1000000000), 5);
	assert_int_equal(take_all(&b, UINT64_MAX), 5);
}

static void bucket__a_clock_set_back_gives_nothing_away(void **state)
{
	struct zx_bucket b;

	(void)state;
	zx_bucket_init(&b, 5, 1000, 10000);
	assert_int_equal(take_all(&b, 10000), 5);
	assert_int_equal(zx_bucket_take(&b, 1, 5000), 0);
	assert_int_equal(zx_bucket_when(&b, 1, 5000), 10200);
	assert_int_equal(zx_bucket_take(&b, 1, 10199), 0);
	assert_int_equal(zx_bucket_take(&b, 1, 10200), 1);
}

static void bucket__huge_limits_saturate_and_do_not_wrap(void **state)
{
	struct zx_bucket b;

	(void)state;
	zx_bucket_init(&b, UINT32_MAX, UINT64_MAX, 0);
	assert_int_equal(zx_bucket_take(&b, UINT32_MAX, 0), 1);
	assert_int_equal(zx_bucket_take(&b, 1, 0), 0);
	assert_int_equal(zx_bucket_take(&b, UINT32_MAX, UINT64_MAX - 1), 1);
	zx_bucket_init(&b, 1, UINT64_MAX, 5);
	assert_int_equal(zx_bucket_take(&b, 1, 5), 1);
	assert_true(zx_bucket_when(&b, 1, 5) == ZX_TIME_NEVER);
	zx_bucket_init(&b, 1, UINT64_MAX - 10, 5);
	assert_int_equal(zx_bucket_take(&b, 1, 5), 1);
	assert_true(zx_bucket_when(&b, 1, 5) == UINT64_MAX - 5);
}

static void bucket__without_a_period_only_the_burst_limits(void **state)
{
	struct zx_bucket b;

	(void)state;
	zx_bucket_init(&b, 5, 0, 0);
	assert_int_equal(take_all(&b, 0), 1000);
	assert_int_equal(zx_bucket_take(&b, 6, 0), 0);
	assert_int_equal(zx_bucket_when(&b, 5, 3), 3);
}

static void bucket__in_any_period_at_most_twice_the_burst_goes(void **state)
{
	enum { BURST = 10, PERIOD = 1000, END = 5000 };
	struct zx_bucket b;
	int sent[END] = { 0 }, i, j;

	(void)state;
	zx_bucket_init(&b, BURST, PERIOD, 0);
	for (i = 0; i < END; i++)
		while (zx_bucket_take(&b, 1, (zx_time)i))
			sent[i]++;
	for (i = 0; i + PERIOD <= END; i += 10) {
		int sum = 0;

		for (j = i; j < i + PERIOD; j++)
			sum += sent[j];
		assert_in_range(sum, BURST, 2 * BURST - 1);
	}
}

static void backoff__stays_between_min_and_three_times_the_last(void **state)
{
	struct zx_prng p;
	struct zx_rand r = zx_prng_rand(&p);
	struct zx_backoff b;
	uint64_t last = 1000, seen_max = 0;
	int i;

	(void)state;
	zx_prng_init(&p, 1);
	zx_backoff_init(&b, 1000, 60000);
	for (i = 0; i < 2000; i++) {
		uint64_t d = zx_backoff_next(&b, &r);

		assert_in_range(d, 1000, last * 3 < 60000 ? last * 3 : 60000);
		seen_max = d > seen_max ? d : seen_max;
		last = d;
		assert_int_equal(b.tries, i + 1);
	}
	assert_int_equal(seen_max, 60000);
}

static void backoff__two_clients_do_not_march_in_step(void **state)
{
	struct zx_prng p[2];
	struct zx_backoff b[2];
	int i, same = 0;

	(void)state;
	for (i = 0; i < 2; i++) {
		zx_prng_init(&p[i], (uint64_t)i);
		zx_backoff_init(&b[i], 1000, 60000);
	}
	for (i = 0; i < 100; i++) {
		struct zx_rand r0 = zx_prng_rand(&p[0]);
		struct zx_rand r1 = zx_prng_rand(&p[1]);

		same += zx_backoff_next(&b[0], &r0) ==
			zx_backoff_next(&b[1], &r1);
	}
	assert_true(same < 20);
}

static void backoff__without_randomness_it_triples_to_the_cap(void **state)
{
	struct zx_backoff b;

	(void)state;
	zx_backoff_init(&b, 100, 5000);
	assert_int_equal(zx_backoff_next(&b, NULL), 300);
	assert_int_equal(zx_backoff_next(&b, NULL), 900);
	assert_int_equal(zx_backoff_next(&b, NULL), 2700);
	assert_int_equal(zx_backoff_next(&b, NULL), 5000);
	assert_int_equal(zx_backoff_next(&b, NULL), 5000);
}

static void backoff__reset_starts_over(void **state)
{
	struct zx_backoff b;

	(void)state;
	zx_backoff_init(&b, 100, 5000);
	zx_backoff_next(&b, NULL);
	zx_backoff_next(&b, NULL);
	zx_backoff_reset(&b);
	assert_int_equal(b.tries, 0);
	assert_int_equal(zx_backoff_next(&b, NULL), 300);
}

static void backoff__odd_bounds_hold(void **state)
{
	struct zx_prng p;
	struct zx_rand r = zx_prng_rand(&p);
	struct zx_backoff b;
	int i;

	(void)state;
	zx_prng_init(&p, 2);
	zx_backoff_init(&b, 500, 100); /* max below min means min */
	for (i = 0; i < 10; i++)
		assert_int_equal(zx_backoff_next(&b, &r), 500);
	zx_backoff_init(&b, 0, 0);
	assert_int_equal(zx_backoff_next(&b, &r), 0);
	zx_backoff_init(&b, 1, UINT64_MAX);
	for (i = 0; i < 500; i++)
		assert_true(zx_backoff_next(&b, &r) >= 1);
	zx_backoff_init(&b, UINT64_MAX, UINT64_MAX);
	assert_true(zx_backoff_next(&b, &r) == UINT64_MAX);
	assert_true(zx_backoff_next(&b, NULL) == UINT64_MAX);
	b.tries = UINT32_MAX;
	zx_backoff_next(&b, &r);
	assert_true(b.tries == UINT32_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bucket__starts_full_and_refuses_when_empty),
		cmocka_unit_test(bucket__when_is_exactly_when_a_take_succeeds),
		cmocka_unit_test(bucket__refuses_all_or_nothing),
		cmocka_unit_test(bucket__more_than_the_burst_never_comes),
		cmocka_unit_test(
			bucket__looking_often_loses_no_fraction_of_a_token),
		cmocka_unit_test(bucket__never_holds_more_than_the_burst),
		cmocka_unit_test(bucket__a_clock_set_back_gives_nothing_away),
		cmocka_unit_test(bucket__huge_limits_saturate_and_do_not_wrap),
		cmocka_unit_test(
			bucket__without_a_period_only_the_burst_limits),
		cmocka_unit_test(
			bucket__in_any_period_at_most_twice_the_burst_goes),
		cmocka_unit_test(
			backoff__stays_between_min_and_three_times_the_last),
		cmocka_unit_test(backoff__two_clients_do_not_march_in_step),
		cmocka_unit_test(
			backoff__without_randomness_it_triples_to_the_cap),
		cmocka_unit_test(backoff__reset_starts_over),
		cmocka_unit_test(backoff__odd_bounds_hold),
	};

	return cmocka_run_group_tests_name("pace", tests, NULL, NULL);
}
