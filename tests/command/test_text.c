/* SPDX-License-Identifier: MIT
 *
 * text: measuring, cutting and the small forms.
 */
#include "command/command_int.h"
#include "helper/zx_test.h"

static void text__astral_characters_count_two(void **state)
{
	(void)state;
	assert_int_equal(zx__units(ZX_STR("")), 0);
	assert_int_equal(zx__units(ZX_STR("abc")), 3);
	assert_int_equal(zx__units(ZX_STR("äöü")), 3);
	assert_int_equal(zx__units(ZX_STR("…")), 1);
	assert_int_equal(zx__units(ZX_STR("😀")), 2);
	assert_int_equal(zx__units(ZX_STR("a\xff\xf0z")), 4);
}

static void text__a_head_never_ends_inside_a_code_point(void **state)
{
	struct zx_str s = ZX_STR("aä…😀b");
	size_t n;

	(void)state;
	for (n = 0; n < 10; n++) {
		struct zx_str head = zx__units_head(s, n);

		assert_true(zx_utf8_valid(head));
		assert_true(zx__units(head) <= n);
	}
	assert_str(zx__units_head(s, 4), "aä…");
	assert_str(zx__units_head(s, 5), "aä…😀");
}

static void check_cut(const char *text, size_t max, const char *want)
{
	struct zx_buf out;
	int cut;

	zx_buf_init(&out, NULL, 0);
	cut = zx__cut(&out, zx_str(text), max);
	assert_str(zx_buf_str(&out), want);
	assert_int_equal(cut, strcmp(text, want) != 0);
	assert_true(zx__units(zx_buf_str(&out)) <= max);
	zx_buf_release(&out);
}

static void text__a_cut_is_visible_and_closes_code(void **state)
{
	(void)state;
	check_cut("hello", 5, "hello");
	check_cut("hello!", 5, "hell…");
	check_cut("hello", 1, "…");
	check_cut("hello", 0, "");
	check_cut("ääää", 3, "ää…");
	check_cut("a😀😀", 4, "a😀…");
	check_cut("a😀😀", 3, "a…");
	check_cut("```\n0123456789abcdef", 16, "```\n0123456…\n```");
	check_cut("```x``` 0123456789", 12, "```x``` 012…");
	/* half of a closing fence would open another */
	check_cut("```\n01234567``` more", 16, "```\n0123456…\n```");
}

static void text__bytes_that_are_no_text_become_replacements(void **state)
{
	struct zx_buf out;

	(void)state;
	zx_buf_init(&out, NULL, 0);
	zx__add_clean(&out, (struct zx_str){ "a\0b\xff"
					     "c\xed\xa0\x80",
					     8 });
	assert_true(zx_utf8_valid(zx_buf_str(&out)));
	assert_non_null(strstr(zx_buf_cstr(&out), "ab\xef\xbf\xbd"
						  "c\xef\xbf\xbd"));
	zx_buf_release(&out);
}

#define CHECK(call, want)                                                      \
	do {                                                                   \
		zx_buf_clear(&b);                                              \
		call;                                                          \
		assert_str(zx_buf_str(&b), want);                              \
	} while (0)

static void text__timestamps_round_down_to_seconds(void **state)
{
	struct zx_buf b;

	(void)state;
	zx_buf_init(&b, NULL, 0);
	CHECK(zx_timestamp(&b, 1700000000999, 'R'), "<t:1700000000:R>");
	CHECK(zx_timestamp(&b, 0, 'D'), "<t:0:D>");
	CHECK(zx_timestamp(&b, -1, 'f'), "<t:-1:f>");
	CHECK(zx_timestamp(&b, 5000, 'x'), "<t:5:f>");
	CHECK(zx_timestamp(&b, 5000, 0), "<t:5:f>");
	zx_buf_release(&b);
}

static void text__markdown_and_mentions_become_harmless(void **state)
{
	struct zx_buf b;

	(void)state;
	zx_buf_init(&b, NULL, 0);
	CHECK(zx_escape_markdown(&b, ZX_STR("a*b_c`d~|>")),
	      "a\\*b\\_c\\`d\\~\\|\\>");
	CHECK(zx_escape_markdown(&b, ZX_STR("# h\n- l\nx-y")),
	      "\\# h\n\\- l\nx-y");
	CHECK(zx_escape_markdown(&b, ZX_STR("@everyone")), "@\xe2\x80\x8b"
							   "everyone");
	CHECK(zx_escape_markdown(&b, ZX_STR("<@1>")), "\\<@\xe2\x80\x8b"
						      "1\\>");
	zx_buf_release(&b);
}

static void text__numbers_and_durations_read_well(void **state)
{
	struct zx_buf b;

	(void)state;
	zx_buf_init(&b, NULL, 0);
	CHECK(zx_commas(&b, 0), "0");
	CHECK(zx_commas(&b, 999), "999");
	CHECK(zx_commas(&b, 1000), "1,000");
	CHECK(zx_commas(&b, 1234567), "1,234,567");
	CHECK(zx_commas(&b, UINT64_MAX), "18,446,744,073,709,551,615");
	CHECK(zx_duration(&b, 0, 0), "0s");
	CHECK(zx_duration(&b, 59, 0), "59s");
	CHECK(zx_duration(&b, 93784, 0), "1d 2h 3m 4s");
	CHECK(zx_duration(&b, 93784, 1), "1d 2h");
	CHECK(zx_duration(&b, 86400, 1), "1d");
	CHECK(zx_duration(&b, 86405, 1), "1d");
	CHECK(zx_duration(&b, 3605, 0), "1h 5s");
	zx_buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text__astral_characters_count_two),
		cmocka_unit_test(text__a_head_never_ends_inside_a_code_point),
		cmocka_unit_test(text__a_cut_is_visible_and_closes_code),
		cmocka_unit_test(
			text__bytes_that_are_no_text_become_replacements),
		cmocka_unit_test(text__timestamps_round_down_to_seconds),
		cmocka_unit_test(text__markdown_and_mentions_become_harmless),
		cmocka_unit_test(text__numbers_and_durations_read_well),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
