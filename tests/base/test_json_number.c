/* SPDX-License-Identifier: MIT
 *
 * json_number: doubles read right and written shortest, whatever the locale.
 */
#include <float.h>
#include <locale.h>
#include <math.h>
#include <unistd.h>

#include "helper/zx_test.h"
#include "base/base_int.h"

static double from_bits(uint64_t bits)
{
	double v;

	memcpy(&v, &bits, sizeof(v));
	return v;
}

static uint64_t to_bits(double v)
{
	uint64_t bits;

	memcpy(&bits, &v, sizeof(bits));
	return bits;
}

static const char *written(double v, struct zx_buf *b)
{
	struct zx_json_writer w;

	zx_buf_clear(b);
	zx_jw_init(&w, b);
	zx_jw_f64(&w, NULL, v);
	return zx_buf_cstr(b);
}

static const struct {
	const char *text;
	double v;
} both_ways[] = {
	{ "0", 0 },
	{ "-0", -0.0 },
	{ "1", 1 },
	{ "-1", -1 },
	{ "0.1", 0.1 },
	{ "0.5", 0.5 },
	{ "1.5", 1.5 },
	{ "-123.456", -123.456 },
	{ "0.3", 0.3 },
	{ "0.30000000000000004", 0x1.3333333333334p-2 },
	{ "100", 100 },
	{ "123456789", 123456789 },
	{ "9007199254740991", 9007199254740991.0 },
	{ "9007199254740992", 9007199254740992.0 },
	{ "100000000000000000000", 1e20 },
	{ "123456789012345680000", 123456789012345680000.0 },
	{ "1e21", 1e21 },
	{ "1e22", 1e22 },
	{ "1e23", 1e23 },
	{ "1.5e300", 1.5e300 },
	{ "0.000001", 1e-6 },
	{ "0.0000015", 1.5e-6 },
	{ "1e-7", 1e-7 },
	{ "1.25e-7", 1.25e-7 },
	{ "1.7976931348623157e308", DBL_MAX },
	{ "2.2250738585072014e-308", DBL_MIN },
	{ "2.225073858507201e-308", 2.225073858507201e-308 },
	{ "5e-324", 4.9406564584124654e-324 },
	{ "1.5e-323", 1.5e-323 },
	{ "2.220446049250313e-16", DBL_EPSILON },
	/* 2^-44: the nearest number of 16 digits reads back as another. */
	{ "5.684341886080802e-14", 0x1p-44 },
	{ "9.5367431640625e-7", 0x1p-20 },
	{ "41.5", 41.5 },
	{ "99999999999999980", 99999999999999984.0 },
};

static void f64__known_numbers_are_written_and_read(void **state)
{
	struct zx_buf b;
	size_t i;

	(void)state;
	zx_buf_init(&b, NULL, 0);
	for (i = 0; i < sizeof(both_ways) / sizeof(*both_ways); i++) {
		double v = 7;

		assert_string_equal(written(both_ways[i].v, &b),
				    both_ways[i].text);
		assert_err(zx_json_f64(zx_buf_str(&b), &v), ZX_OK);
		assert_true(to_bits(v) == to_bits(both_ways[i].v));
	}
	zx_buf_release(&b);
}

/* Is there a text of fewer digits than `n` that reads as v? */
static int shorter_exists(double v, int n)
{
	char text[64];

	if (n < 2)
		return 0;
	snprintf(text, sizeof(text), "%.*e", n - 2, v);
	return strtod(text, NULL) == v;
}

static int digits_of(const char *text)
{
	int n = 0, zeros = 0;

	for (; *text && *text != 'e'; text++) {
		if (*text < '0' || *text > '9' || (*text == '0' && !n))
			continue;
		n++;
		zeros = *text == '0' ? zeros + 1 : 0;
	}
	return n - zeros;
}

static void round_trip(double v, struct zx_buf *b)
{
	const char *text = written(v, b);
	double again = 0;

	if (zx_json_check(zx_buf_str(b), 0, NULL) ||
	    zx_json_f64(zx_buf_str(b), &again) ||
	    to_bits(again) != to_bits(v) ||
	    to_bits(strtod(text, NULL)) != to_bits(v))
		fail_msg("%a became %s", v, text);
	if (shorter_exists(v, digits_of(text)))
		fail_msg("%a: %s is not the shortest", v, text);
	assert_true(b->len < ZX__F64_TEXT);
}

static void f64__every_power_of_two_and_its_neighbours_round_trip(void **state)
{
	struct zx_buf b;
	int e;

	(void)state;
	zx_buf_init(&b, NULL, 0);
	for (e = -1074; e <= 1023; e++) {
		double v = ldexp(1, e);

		round_trip(v, &b);
		round_trip(-v, &b);
		round_trip(nextafter(v, 0), &b);
		if (e < 1023)
			round_trip(nextafter(v, INFINITY), &b);
	}
	zx_buf_release(&b);
}

static void f64__random_doubles_round_trip(void **state)
{
	struct zx_prng p;
	struct zx_rand r = zx_prng_rand(&p);
	struct zx_buf b;
	int i;

	(void)state;
	zx_prng_init(&p, 31);
	zx_buf_init(&b, NULL, 0);
	for (i = 0; i < 20000; i++) {
		uint64_t bits;
		double v;

		r.fill(r.ud, &bits, sizeof(bits));
		if (i % 4 == 0) /* a denormal */
			bits &= ~((uint64_t)0x7ff << 52);
		v = from_bits(bits);
		if (isfinite(v))
			round_trip(v, &b);
		/* What measurements look like: few digits. */
		v = (double)zx_rand_below(&r, 1000000) / 1000;
		round_trip(v, &b);
		assert_true(digits_of(written(v, &b)) <= 6);
	}
	zx_buf_release(&b);
}

static void f64__numbers_that_are_none_are_null(void **state)
{
	struct zx_buf b;

	(void)state;
	zx_buf_init(&b, NULL, 0);
	assert_string_equal(written(NAN, &b), "null");
	assert_string_equal(written(INFINITY, &b), "null");
	assert_string_equal(written(-INFINITY, &b), "null");
	zx_buf_release(&b);
}

/* Reads as strtod() does, from a copy of the exact size. */
static void reads_like_libc(const char *text)
{
	struct zx_str s = zx_test_exact(zx_str(text));
	double got = 7, want = strtod(text, NULL);
	int err = zx_json_f64(s, &got);

	if (isinf(want)) {
		if (err != ZX_E_RANGE || got != 7)
			fail_msg("%s: %s", text, zx_errname(err));
	} else if (err || to_bits(got) != to_bits(want)) {
		fail_msg("%s: %a, not %a", text, got, want);
	}
	free((void *)s.ptr);
}

static void f64__hard_roundings_are_right(void **state)
{
	static const char *const hard[] = {
		"9007199254740993",
		"9007199254740993.0",
		"9007199254740992.9999999999999999999",
		"9007199254740993.00000000000000000000000000001",
		"9007199254740995",
		"0.500000000000000166533453693773481063544750213623046875",
		"3.518437208883201171875e13",
		"62.5364939768271845828",
		"8.10109172351e-10",
		"1.50000000000000011102230246251565404236316680908203125",
		"2.2250738585072011e-308",
		"2.2250738585072012e-308",
		"2.4703282292062327208e-324",
		"2.4703282292062328e-324",
		"7.4109846876186981626e-324",
		"1.7976931348623158e308",
		"1.7976931348623159e308",
		"1e308",
		"1e309",
		"-1e309",
		"1e-400",
		"-1e-400",
		"0e999999999999999999999",
		"0.0e-99999999999999999999",
		"1e999999999999999999999",
		"1e-99999999999999999999",
		"0.000000000000000000000000000000000000000000001e45",
		"123456789012345678901234567890e-29",
		"1e22",
		"1e23",
		"123456789012345e22",
		"123456789012345e-22",
		"999999999999999e23",
		"1E5",
		"1e+05",
		"1.0000000000000000000000000000000000000000000000000000000e5",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(hard) / sizeof(*hard); i++)
		reads_like_libc(hard[i]);
}

static void f64__a_digit_behind_hundreds_decides(void **state)
{
	/* Half way between 1 and the next double, then a tail of zeros, and far
	 * behind what is kept a digit that tips it. */
	static const char half[] =
		"1.00000000000000011102230246251565404236316680908203125";
	char text[3000];
	size_t zeros;

	(void)state;
	for (zeros = 0; zeros < 2000; zeros += 37) {
		size_t n = (size_t)snprintf(text, sizeof(text), "%s", half);

		memset(text + n, '0', zeros);
		strcpy(text + n + zeros, "");
		reads_like_libc(text);
		strcpy(text + n + zeros, "1");
		reads_like_libc(text);
		strcpy(text + n + zeros, "1e10");
		reads_like_libc(text);
	}
	/* Leading zeros, and an exponent that takes them back. */
	for (zeros = 1; zeros < 2000; zeros += 37) {
		int n = snprintf(text, sizeof(text), "0.%0*d", (int)zeros, 0);

		snprintf(text + n, sizeof(text) - (size_t)n, "15e%zu",
			 zeros + 1);
		reads_like_libc(text);
	}
}

static void f64__random_texts_read_right(void **state)
{
	struct zx_prng p;
	struct zx_rand r = zx_prng_rand(&p);
	int i;

	(void)state;
	zx_prng_init(&p, 41);
	for (i = 0; i < 20000; i++) {
		char text[128];
		int n = 0;
		uint64_t whole =
			zx_rand_below(&r, UINT64_MAX) >> zx_rand_below(&r, 64);

		n += snprintf(text + n, 64, "%s%llu", i % 2 ? "-" : "",
			      (unsigned long long)whole);
		if (i % 3)
			n += snprintf(
				text + n, 64, ".%0*llu",
				(int)zx_rand_below(&r, 30),
				(unsigned long long)zx_rand_below(&r, 1000000));
		if (i % 5)
			snprintf(text + n, 32, "e%d",
				 (int)zx_rand_below(&r, 700) - 350);
		reads_like_libc(text);
	}
}

static void f64__what_is_no_number_is_refused(void **state)
{
	static const struct {
		const char *raw;
		int err;
	} row[] = {
		{ "", ZX_E_NOTFOUND },	 { "null", ZX_E_NOTFOUND },
		{ "true", ZX_E_TYPE },	 { "\"1.5\"", ZX_E_TYPE },
		{ "[]", ZX_E_TYPE },	 { "1.", ZX_E_TYPE },
		{ "01", ZX_E_TYPE },	 { "1.5.5", ZX_E_TYPE },
		{ "1,5", ZX_E_TYPE },	 { "0x10", ZX_E_TYPE },
		{ "-", ZX_E_TYPE },	 { "-inf", ZX_E_TYPE },
		{ "nan", ZX_E_TYPE },	 { "1e", ZX_E_TYPE },
		{ "1e400", ZX_E_RANGE }, { "-1e400", ZX_E_RANGE },
	};
	double v = 7;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct zx_str s = zx_test_exact(zx_str(row[i].raw));

		if (zx_json_f64(s, &v) != row[i].err)
			fail_msg("%s", row[i].raw);
		free((void *)s.ptr);
	}
	assert_true(v == 7);
}

/*
 * Systems often have no locale but C, so make one that writes 1.234,5; the
 * compiler for locales comes with the C library.
 */
static int comma_locale(const char *dir)
{
	static const char script[] =
		"cd '%s' || exit 1\n"
		"cat >map <<'E'\n"
		"<code_set_name> ANSI_X3.4-1968\n"
		"<mb_cur_min> 1\n"
		"<mb_cur_max> 1\n"
		"<escape_char> /\n"
		"<comment_char> %%\n"
		"CHARMAP\n"
		"<U002C> /x2c COMMA\n"
		"<U002E> /x2e FULL STOP\n"
		"END CHARMAP\n"
		"E\n"
		"cat >source <<'E'\n"
		"LC_NUMERIC\n"
		"decimal_point \",\"\n"
		"thousands_sep \".\"\n"
		"grouping 3\n"
		"END LC_NUMERIC\n"
		"E\n"
		"localedef -c -f ./map -i ./source ./comma >/dev/null 2>&1\n"
		"test -f comma/LC_NUMERIC\n";
	char command[2048];

	snprintf(command, sizeof(command), script, dir);
	return system(command) == 0 && !setenv("LOCPATH", dir, 1) &&
	       setlocale(LC_NUMERIC, "comma") &&
	       *localeconv()->decimal_point == ','; /* musl has only one */
}

static void f64__a_decimal_comma_changes_nothing(void **state)
{
	char dir[] = "/tmp/zoryx-locale-XXXXXX", text[64];
	struct zx_buf b;
	size_t i;
	int made;

	(void)state;
	assert_non_null(mkdtemp(dir));
	made = comma_locale(dir);
	snprintf(text, sizeof(text), "rm -rf '%s'", dir);
	assert_int_equal(system(text), 0);
	if (!made)
		zx_test_skip("no locale with a decimal comma can be made here");
	snprintf(text, sizeof(text), "%.1f", 1.5);
	assert_string_equal(text, "1,5");
	zx_buf_init(&b, NULL, 0);
	for (i = 0; i < sizeof(both_ways) / sizeof(*both_ways); i++) {
		double v = 7;

		assert_string_equal(written(both_ways[i].v, &b),
				    both_ways[i].text);
		assert_err(zx_json_f64(zx_buf_str(&b), &v), ZX_OK);
		assert_true(to_bits(v) == to_bits(both_ways[i].v));
	}
	zx_buf_release(&b);
	setlocale(LC_NUMERIC, "C");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(f64__known_numbers_are_written_and_read),
		cmocka_unit_test(
			f64__every_power_of_two_and_its_neighbours_round_trip),
		cmocka_unit_test(f64__random_doubles_round_trip),
		cmocka_unit_test(f64__numbers_that_are_none_are_null),
		cmocka_unit_test(f64__hard_roundings_are_right),
		cmocka_unit_test(f64__a_digit_behind_hundreds_decides),
		cmocka_unit_test(f64__random_texts_read_right),
		cmocka_unit_test(f64__what_is_no_number_is_refused),
		cmocka_unit_test(f64__a_decimal_comma_changes_nothing),
	};

	return cmocka_run_group_tests_name("json_number", tests, NULL, NULL);
}
