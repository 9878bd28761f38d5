/* SPDX-License-Identifier: MIT
 *
 * str: comparing, cutting and reading slices.
 */
#include "helper/zx_test.h"

static const struct zx_str nothing = { NULL, 0 };

static void str__a_null_string_is_empty(void **state)
{
	(void)state;
	assert_int_equal(zx_str(NULL).len, 0);
	assert_int_equal(zx_str("").len, 0);
	assert_int_equal(zx_str("abc").len, 3);
}

static void str__equality_is_of_bytes_and_lengths(void **state)
{
	(void)state;
	assert_true(zx_str_eq(ZX_STR("abc"), zx_str("abc")));
	assert_false(zx_str_eq(ZX_STR("abc"), ZX_STR("abd")));
	assert_false(zx_str_eq(ZX_STR("abc"), ZX_STR("ab")));
	assert_true(zx_str_eq(nothing, ZX_STR("")));
	assert_false(zx_str_eq(ZX_STR("a\0b"), ZX_STR("a\0c")));
	assert_false(zx_str_is(ZX_STR("a\0b"), "a"));
	assert_true(zx_str_is(nothing, ""));
	assert_true(zx_str_is(nothing, NULL));
	assert_false(zx_str_is(ZX_STR("x"), NULL));
}

static void str__case_is_folded_for_ascii_only(void **state)
{
	(void)state;
	assert_true(zx_str_is_nocase(ZX_STR("X-RateLimit"), "x-ratelimit"));
	assert_false(zx_str_is_nocase(ZX_STR("X-RateLimit"), "x-ratelimi"));
	assert_false(zx_str_is_nocase(ZX_STR("abc"), "abd"));
	/* '@' and '`', '[' and '{' differ by 32 too. */
	assert_false(zx_str_is_nocase(ZX_STR("@["), "`{"));
	assert_false(zx_str_is_nocase(ZX_STR("\xc4"), "\xe4"));
}

static void str__starts_compares_the_whole_prefix(void **state)
{
	(void)state;
	assert_true(zx_str_starts(ZX_STR("Bot abc"), "Bot "));
	assert_true(zx_str_starts(ZX_STR("abc"), "abc"));
	assert_true(zx_str_starts(nothing, ""));
	assert_false(zx_str_starts(ZX_STR("ab"), "abc"));
	assert_false(zx_str_starts(ZX_STR("xbc"), "abc"));
}

static void str__trim_takes_json_and_header_white_space(void **state)
{
	(void)state;
	assert_str(zx_str_trim(ZX_STR(" \t\r\n a b \r\n")), "a b");
	assert_str(zx_str_trim(ZX_STR("a")), "a");
	assert_str(zx_str_trim(ZX_STR("  \n")), "");
	assert_str(zx_str_trim(nothing), "");
	assert_int_equal(zx_str_trim(ZX_STR("\va\f")).len, 3);
}

static void str__from_is_clamped(void **state)
{
	(void)state;
	assert_str(zx_str_from(ZX_STR("abc"), 0), "abc");
	assert_str(zx_str_from(ZX_STR("abc"), 2), "c");
	assert_str(zx_str_from(ZX_STR("abc"), 3), "");
	assert_str(zx_str_from(ZX_STR("abc"), SIZE_MAX), "");
	assert_null(zx_str_from(nothing, 5).ptr);
}

static void str__split_gives_every_piece_and_then_null(void **state)
{
	struct zx_str rest = ZX_STR("a,,bc,");

	(void)state;
	assert_str(zx_str_split(&rest, ','), "a");
	assert_str(zx_str_split(&rest, ','), "");
	assert_str(zx_str_split(&rest, ','), "bc");
	assert_non_null(rest.ptr);
	assert_non_null(zx_str_split(&rest, ',').ptr);
	assert_null(rest.ptr);
	assert_null(zx_str_split(&rest, ',').ptr);
	assert_int_equal(rest.len, 0);
	rest = ZX_STR("whole");
	assert_str(zx_str_split(&rest, ','), "whole");
	assert_null(rest.ptr);
}

static void str__split_reads_nothing_behind_the_slice(void **state)
{
	struct zx_str exact = zx_test_exact(ZX_STR("ab,c")), rest = exact;

	(void)state;
	assert_str(zx_str_split(&rest, ','), "ab");
	assert_str(zx_str_split(&rest, ','), "c");
	free((void *)exact.ptr);
}

static void str__u64_is_exact_up_to_its_end(void **state)
{
	uint64_t v = 7;

	(void)state;
	assert_err(zx_str_u64(ZX_STR("0"), &v), ZX_OK);
	assert_true(v == 0);
	assert_err(zx_str_u64(ZX_STR("9007199254740993"), &v), ZX_OK);
	assert_true(v == 9007199254740993u);
	assert_err(zx_str_u64(ZX_STR("18446744073709551615"), &v), ZX_OK);
	assert_true(v == UINT64_MAX);
	assert_err(zx_str_u64(ZX_STR("00000000000000000000000012"), &v), ZX_OK);
	assert_true(v == 12);
}

static void str__u64_refuses_the_rest_and_leaves_out_alone(void **state)
{
	static const char *const bad[] = { "",	 "-1",	"+1",  " 1",
					   "1 ", "1.0", "1e3", "0x1",
					   "a",	 "1\t", "/",   ":" };
	uint64_t v = 7;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_err(zx_str_u64(zx_str(bad[i]), &v), ZX_E_SYNTAX);
	assert_err(zx_str_u64(nothing, &v), ZX_E_SYNTAX);
	assert_err(zx_str_u64(ZX_STR("1\0"), &v), ZX_E_SYNTAX);
	assert_err(zx_str_u64(ZX_STR("18446744073709551616"), &v), ZX_E_RANGE);
	assert_err(zx_str_u64(ZX_STR("99999999999999999999999"), &v),
		   ZX_E_RANGE);
	assert_err(zx_str_u64(ZX_STR("99999999999999999999999x"), &v),
		   ZX_E_SYNTAX);
	assert_true(v == 7);
}

static void str__i64_is_exact_at_both_ends(void **state)
{
	int64_t v = 7;

	(void)state;
	assert_err(zx_str_i64(ZX_STR("-9223372036854775808"), &v), ZX_OK);
	assert_true(v == INT64_MIN);
	assert_err(zx_str_i64(ZX_STR("9223372036854775807"), &v), ZX_OK);
	assert_true(v == INT64_MAX);
	assert_err(zx_str_i64(ZX_STR("-0"), &v), ZX_OK);
	assert_true(v == 0);
	assert_err(zx_str_i64(ZX_STR("-1"), &v), ZX_OK);
	assert_true(v == -1);
	assert_err(zx_str_i64(ZX_STR("9223372036854775808"), &v), ZX_E_RANGE);
	assert_err(zx_str_i64(ZX_STR("-9223372036854775809"), &v), ZX_E_RANGE);
	assert_err(zx_str_i64(ZX_STR("99999999999999999999"), &v), ZX_E_RANGE);
	assert_err(zx_str_i64(ZX_STR("-"), &v), ZX_E_SYNTAX);
	assert_err(zx_str_i64(ZX_STR("--1"), &v), ZX_E_SYNTAX);
	assert_err(zx_str_i64(nothing, &v), ZX_E_SYNTAX);
	assert_true(v == -1);
}

static int dup_scenario(const struct zx_alloc *a, void *ud)
{
	char *p = zx_str_dup(a, ZX_STR("text"));

	(void)ud;
	if (!p)
		return ZX_E_NOMEM;
	assert_string_equal(p, "text");
	zx_delete(a, p);
	return ZX_OK;
}

static void str__dup_copies_and_ends_with_nul(void **state)
{
	char *p;

	(void)state;
	assert_int_equal(fail_alloc_each(dup_scenario, NULL), 1);
	p = zx_str_dup(NULL, nothing);
	assert_string_equal(p, "");
	zx_delete(NULL, p);
	p = zx_str_dup(NULL, ZX_STR("a\0b"));
	assert_memory_equal(p, "a\0b\0", 4);
	zx_delete(NULL, p);
}

static void snowflake__time_is_that_of_discord_s_example(void **state)
{
	(void)state;
	assert_true(zx_snowflake_time(175928847299117063u) == 1462015105796);
	assert_true(zx_snowflake_time(0) == 1420070400000);
}

static void time__adding_stays_at_never(void **state)
{
	(void)state;
	assert_true(zx_time_add(5, 6) == 11);
	assert_true(zx_time_add(ZX_TIME_NEVER, 1) == ZX_TIME_NEVER);
	assert_true(zx_time_add(ZX_TIME_NEVER - 1, 1) == ZX_TIME_NEVER);
	assert_true(zx_time_add(2, UINT64_MAX) == ZX_TIME_NEVER);
	assert_true(zx_time_min(3, ZX_TIME_NEVER) == 3);
	assert_true(zx_time_min(ZX_TIME_NEVER, 3) == 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(str__a_null_string_is_empty),
		cmocka_unit_test(str__equality_is_of_bytes_and_lengths),
		cmocka_unit_test(str__case_is_folded_for_ascii_only),
		cmocka_unit_test(str__starts_compares_the_whole_prefix),
		cmocka_unit_test(str__trim_takes_json_and_header_white_space),
		cmocka_unit_test(str__from_is_clamped),
		cmocka_unit_test(str__split_gives_every_piece_and_then_null),
		cmocka_unit_test(str__split_reads_nothing_behind_the_slice),
		cmocka_unit_test(str__u64_is_exact_up_to_its_end),
		cmocka_unit_test(
			str__u64_refuses_the_rest_and_leaves_out_alone),
		cmocka_unit_test(str__i64_is_exact_at_both_ends),
		cmocka_unit_test(str__dup_copies_and_ends_with_nul),
		cmocka_unit_test(snowflake__time_is_that_of_discord_s_example),
		cmocka_unit_test(time__adding_stays_at_never),
	};

	return cmocka_run_group_tests_name("str", tests, NULL, NULL);
}
