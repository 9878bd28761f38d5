/* SPDX-License-Identifier: MIT
 *
 * rand: uniform draws and the seeded generator.
 */
#include "helper/zx_test.h"

static void fill_with(void *ud, void *p, size_t n)
{
	memset(p, *(int *)ud, n);
}

static void rand__without_a_source_all_is_zero(void **state)
{
	struct zx_rand none = { NULL, NULL };

	(void)state;
	assert_int_equal(zx_rand_below(NULL, 10), 0);
	assert_int_equal(zx_rand_below(&none, 10), 0);
	assert_true(zx_rand_unit(NULL) == 0);
	assert_true(zx_rand_unit(&none) == 0);
}

static void rand__below_zero_and_one_have_one_answer(void **state)
{
	struct zx_prng p;
	struct zx_rand r = zx_prng_rand(&p);

	(void)state;
	zx_prng_init(&p, 1);
	assert_int_equal(zx_rand_below(&r, 0), 0);
	assert_int_equal(zx_rand_below(&r, 1), 0);
}

static void rand__a_stuck_source_does_not_hang(void **state)
{
	int zero = 0, ones = 0xff;
	struct zx_rand r = { fill_with, &zero };

	(void)state;
	/* Of 2^63 + 1 values nearly half of all draws are refused, 0 among
	 * them. */
	assert_int_equal(zx_rand_below(&r, ((uint64_t)1 << 63) + 1), 0);
	assert_true(zx_rand_unit(&r) == 0);
	r.ud = &ones;
	assert_int_equal(zx_rand_below(&r, 10), UINT64_MAX % 10);
	assert_true(zx_rand_unit(&r) < 1);
	assert_true(zx_rand_unit(&r) > 0.999999);
}

static void rand__below_reaches_every_value_about_equally(void **state)
{
	enum { VALUES = 7, DRAWS = 7000 };
	struct zx_prng p;
	struct zx_rand r = zx_prng_rand(&p);
	int count[VALUES] = { 0 }, i;

	(void)state;
	zx_prng_init(&p, 42);
	for (i = 0; i < DRAWS; i++) {
		uint64_t x = zx_rand_below(&r, VALUES);

		assert_true(x < VALUES);
		count[x]++;
	}
	for (i = 0; i < VALUES; i++)
		assert_in_range(count[i], 850, 1150);
}

static void rand__below_is_even_where_a_modulo_would_not_be(void **state)
{
	/* Below 3 x 2^62 a plain modulo would give the lowest third twice as
	 * often. */
	const uint64_t third = (uint64_t)1 << 62;
	struct zx_prng p;
	struct zx_rand r = zx_prng_rand(&p);
	int low = 0, i;

	(void)state;
	zx_prng_init(&p, 7);
	for (i = 0; i < 3000; i++)
		low += zx_rand_below(&r, 3 * third) < third;
	assert_in_range(low, 880, 1120);
}

static void rand__unit_is_in_zero_to_one_with_mean_a_half(void **state)
{
	struct zx_prng p;
	struct zx_rand r = zx_prng_rand(&p);
	double sum = 0;
	int i;

	(void)state;
	zx_prng_init(&p, 3);
	for (i = 0; i < 10000; i++) {
		double x = zx_rand_unit(&r);

		assert_true(x >= 0 && x < 1);
		sum += x;
	}
	assert_true(sum > 4850 && sum < 5150);
}

static void prng__a_seed_always_means_the_same(void **state)
{
	struct zx_prng p;
	struct zx_rand r = zx_prng_rand(&p);
	unsigned char a[20], b[20];

	(void)state;
	zx_prng_init(&p, 5);
	r.fill(r.ud, a, sizeof(a));
	zx_prng_init(&p, 5);
	r.fill(r.ud, b, sizeof(b));
	assert_memory_equal(a, b, sizeof(a));
	zx_prng_init(&p, 6);
	r.fill(r.ud, b, sizeof(b));
	assert_memory_not_equal(a, b, sizeof(a));
	/* Seed 0 must not be the state of all zeros, which never moves. */
	zx_prng_init(&p, 0);
	assert_true(p.state[0] || p.state[1]);
	assert_true(zx_rand_below(&r, UINT64_MAX) !=
		    zx_rand_below(&r, UINT64_MAX));
}

static void prng__is_xoroshiro_seeded_by_splitmix(void **state)
{
	/* Computed with another program. */
	static const char want[] = "\x23\x3c\x1d\xef\xca\xf6\x8a\xe8\x31\x49"
				   "\xa5\xa5\xb2\x03\xa3\x54\x45\x63\x64\xcd";
	struct zx_prng p;
	struct zx_rand r = zx_prng_rand(&p);
	char got[20];

	(void)state;
	zx_prng_init(&p, 42);
	r.fill(r.ud, got, sizeof(got));
	assert_memory_equal(got, want, sizeof(got));
}

/* Whatever the order of bytes in a word: the first byte is the lowest. */
static void rand__u64_has_the_first_byte_lowest(void **state)
{
	struct zx_prng prng;
	struct zx_rand r = zx_prng_rand(&prng);
	unsigned char byte[8];
	uint64_t x = 0;
	size_t i;

	(void)state;
	zx_prng_init(&prng, 1);
	r.fill(r.ud, byte, sizeof(byte));
	for (i = 0; i < 8; i++)
		x |= (uint64_t)byte[i] << 8 * i;
	zx_prng_init(&prng, 1);
	assert_true(zx_rand_u64(&r) == x);
}

static void prng__fill_writes_nothing_outside(void **state)
{
	struct zx_prng p;
	struct zx_rand r = zx_prng_rand(&p);
	size_t n;

	(void)state;
	zx_prng_init(&p, 1);
	for (n = 0; n <= 20; n++) {
		unsigned char *exact = malloc(n + 1);

		exact[n] = 0x5a;
		r.fill(r.ud, exact, n);
		assert_int_equal(exact[n], 0x5a);
		free(exact);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rand__without_a_source_all_is_zero),
		cmocka_unit_test(rand__below_zero_and_one_have_one_answer),
		cmocka_unit_test(rand__a_stuck_source_does_not_hang),
		cmocka_unit_test(rand__below_reaches_every_value_about_equally),
		cmocka_unit_test(
			rand__below_is_even_where_a_modulo_would_not_be),
		cmocka_unit_test(rand__unit_is_in_zero_to_one_with_mean_a_half),
		cmocka_unit_test(prng__a_seed_always_means_the_same),
		cmocka_unit_test(prng__is_xoroshiro_seeded_by_splitmix),
		cmocka_unit_test(rand__u64_has_the_first_byte_lowest),
		cmocka_unit_test(prng__fill_writes_nothing_outside),
	};

	return cmocka_run_group_tests_name("rand", tests, NULL, NULL);
}
