/* SPDX-License-Identifier: MIT
 *
 * utf8: validity against the definition, counting and cutting.
 */
#include "helper/zx_test.h"
#include "base/base_int.h"

/* An encoder of its own, so that the library's is not tested by itself. */
static size_t encode(uint32_t c, unsigned char *out)
{
	if (c < 0x80) {
		out[0] = (unsigned char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (unsigned char)(0xc0 + c / 64);
		out[1] = (unsigned char)(0x80 + c % 64);
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (unsigned char)(0xe0 + c / 4096);
		out[1] = (unsigned char)(0x80 + c / 64 % 64);
		out[2] = (unsigned char)(0x80 + c % 64);
		return 3;
	}
	out[0] = (unsigned char)(0xf0 + c / 262144);
	out[1] = (unsigned char)(0x80 + c / 4096 % 64);
	out[2] = (unsigned char)(0x80 + c / 64 % 64);
	out[3] = (unsigned char)(0x80 + c % 64);
	return 4;
}

static void utf8__every_code_point_is_valid_and_round_trips(void **state)
{
	uint32_t c;

	(void)state;
	for (c = 0; c <= 0x10ffff; c++) {
		unsigned char want[4];
		char got[4];
		size_t n;

		if (c >= 0xd800 && c <= 0xdfff)
			continue;
		n = encode(c, want);
		if (zx__utf8_put(c, got) != n || memcmp(got, want, n) ||
		    zx__utf8_len(got, n) != n)
			fail_msg("U+%04X", (unsigned)c);
	}
}

/*
 * All sequences of up to three bytes, and of four with a coarse fourth: valid
 * as a whole exactly when some code point encodes to it.
 */
static int is_encoding(const unsigned char *p, size_t n)
{
	static const unsigned char mask[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	unsigned char again[4];
	uint32_t c = p[0] & mask[n];
	size_t i;

	for (i = 1; i < n; i++)
		c = c << 6 | (p[i] & 0x3f);
	if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	return encode(c, again) == n && !memcmp(again, p, n);
}

static void utf8__whatever_no_code_point_encodes_to_is_refused(void **state)
{
	uint32_t x;

	(void)state;
	for (x = 0; x < 1u << 24; x++) {
		unsigned char p[4] = { (unsigned char)(x >> 16),
				       (unsigned char)(x >> 8),
				       (unsigned char)x, 0x80 };
		size_t got = zx__utf8_len((char *)p, 4), n, want = 0;

		for (n = 1; n <= 4 && !want; n++)
			want = is_encoding(p, n) ? n : 0;
		if (got != want)
			fail_msg("%02x %02x %02x 80: %zu, not %zu", p[0], p[1],
				 p[2], got, want);
	}
}

static void utf8__a_cut_sequence_is_refused_and_not_read_over(void **state)
{
	static const char *const whole[] = { "\xc3\xa4", "\xe2\x82\xac",
					     "\xf0\x9f\x98\x80" };
	size_t i, n;

	(void)state;
	for (i = 0; i < 3; i++) {
		for (n = 1; n < strlen(whole[i]); n++) {
			struct zx_str s = { whole[i], n };
			struct zx_str cut = zx_test_exact(s);

			assert_int_equal(zx__utf8_len(cut.ptr, n), 0);
			assert_false(zx_utf8_valid(cut));
			free((void *)cut.ptr);
		}
		assert_true(zx_utf8_valid(zx_str(whole[i])));
	}
}

static void utf8__count_is_of_code_points_and_stray_bytes(void **state)
{
	(void)state;
	assert_int_equal(zx_utf8_count((struct zx_str){ NULL, 0 }), 0);
	assert_int_equal(zx_utf8_count(ZX_STR("abc")), 3);
	assert_int_equal(
		zx_utf8_count(ZX_STR("a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80")),
		4);
	assert_int_equal(zx_utf8_count(ZX_STR("\xff\xc3\xed\xa0\x80")), 5);
	assert_int_equal(zx_utf8_count(ZX_STR("a\0b")), 3);
}

static void utf8__head_never_ends_inside_a_code_point(void **state)
{
	struct zx_str s = ZX_STR("a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");

	(void)state;
	assert_str(zx_utf8_head(s, 0), "");
	assert_str(zx_utf8_head(s, 1), "a");
	assert_str(zx_utf8_head(s, 2), "a\xc3\xa4");
	assert_str(zx_utf8_head(s, 3), "a\xc3\xa4\xe2\x82\xac");
	assert_int_equal(zx_utf8_head(s, 4).len, s.len);
	assert_int_equal(zx_utf8_head(s, SIZE_MAX).len, s.len);
	assert_int_equal(zx_utf8_head((struct zx_str){ NULL, 0 }, 3).len, 0);
	assert_int_equal(zx_utf8_head(ZX_STR("\xff\xff"
					     "a"),
				      2)
				 .len,
			 2);
}

static void utf8__valid_refuses_what_hides_anywhere(void **state)
{
	char text[40];
	size_t i;

	(void)state;
	assert_true(zx_utf8_valid((struct zx_str){ NULL, 0 }));
	for (i = 0; i < sizeof(text); i++) {
		memset(text, 'a', sizeof(text));
		text[i] = (char)0xff;
		assert_false(
			zx_utf8_valid((struct zx_str){ text, sizeof(text) }));
		text[i] = 0x7f;
		assert_true(
			zx_utf8_valid((struct zx_str){ text, sizeof(text) }));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			utf8__every_code_point_is_valid_and_round_trips),
		cmocka_unit_test(
			utf8__whatever_no_code_point_encodes_to_is_refused),
		cmocka_unit_test(
			utf8__a_cut_sequence_is_refused_and_not_read_over),
		cmocka_unit_test(utf8__count_is_of_code_points_and_stray_bytes),
		cmocka_unit_test(utf8__head_never_ends_inside_a_code_point),
		cmocka_unit_test(utf8__valid_refuses_what_hides_anywhere),
	};

	return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
