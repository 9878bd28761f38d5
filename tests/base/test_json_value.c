/* SPDX-License-Identifier: MIT
 *
 * json_value: raw values as C types, exactly.
 */
#include "helper/zx_test.h"

static const struct zx_str nothing = { NULL, 0 };

static void u64__numbers_and_strings_are_exact(void **state)
{
	uint64_t v = 7;

	(void)state;
	assert_err(zx_json_u64(ZX_STR("9007199254740993"), &v), ZX_OK);
	assert_true(v == 9007199254740993u);
	assert_err(zx_json_u64(ZX_STR("\"18446744073709551615\""), &v), ZX_OK);
	assert_true(v == UINT64_MAX);
	assert_err(zx_json_u64(ZX_STR(" 0 "), &v), ZX_OK);
	assert_true(v == 0);
	v = 7;
	assert_err(zx_json_u64(ZX_STR("-0"), &v), ZX_OK);
	assert_true(v == 0);
}

static void u64__what_does_not_fit_is_told_apart(void **state)
{
	static const struct {
		const char *raw;
		int err;
	} row[] = {
		{ "", ZX_E_NOTFOUND },
		{ "  ", ZX_E_NOTFOUND },
		{ "null", ZX_E_NOTFOUND },
		{ "true", ZX_E_TYPE },
		{ "[]", ZX_E_TYPE },
		{ "{}", ZX_E_TYPE },
		{ "1.0", ZX_E_TYPE },
		{ "1e3", ZX_E_TYPE },
		{ "12x", ZX_E_TYPE },
		{ "x", ZX_E_TYPE },
		{ "-", ZX_E_TYPE },
		{ "\"\"", ZX_E_TYPE },
		{ "\"", ZX_E_TYPE },
		{ "\"1", ZX_E_TYPE },
		{ "\"12a\"", ZX_E_TYPE },
		{ "\" 12\"", ZX_E_TYPE },
		{ "\"\\u0031\"", ZX_E_TYPE },
		{ "\"1\",\"2\"", ZX_E_TYPE },
		{ "\"null\"", ZX_E_TYPE },
		{ "-1", ZX_E_RANGE },
		{ "-99999999999999999999", ZX_E_RANGE },
		{ "18446744073709551616", ZX_E_RANGE },
		{ "\"18446744073709551616\"", ZX_E_RANGE },
	};
	uint64_t v = 7;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct zx_str s = zx_test_exact(zx_str(row[i].raw));

		if (zx_json_u64(s, &v) != row[i].err)
			fail_msg("%s: %s", row[i].raw,
				 zx_errname(zx_json_u64(s, &v)));
		free((void *)s.ptr);
	}
	assert_err(zx_json_u64(nothing, &v), ZX_E_NOTFOUND);
	assert_true(v == 7);
}

static void i64__both_ends_are_exact(void **state)
{
	int64_t v = 7;

	(void)state;
	assert_err(zx_json_i64(ZX_STR("-9223372036854775808"), &v), ZX_OK);
	assert_true(v == INT64_MIN);
	assert_err(zx_json_i64(ZX_STR("\"9223372036854775807\""), &v), ZX_OK);
	assert_true(v == INT64_MAX);
	assert_err(zx_json_i64(ZX_STR("\"-5\""), &v), ZX_OK);
	assert_true(v == -5);
	assert_err(zx_json_i64(ZX_STR("9223372036854775808"), &v), ZX_E_RANGE);
	assert_err(zx_json_i64(ZX_STR("-9223372036854775809"), &v), ZX_E_RANGE);
	assert_err(zx_json_i64(ZX_STR("-1.5"), &v), ZX_E_TYPE);
	assert_err(zx_json_i64(ZX_STR("null"), &v), ZX_E_NOTFOUND);
	assert_err(zx_json_i64(ZX_STR("false"), &v), ZX_E_TYPE);
	assert_err(zx_json_i64(nothing, &v), ZX_E_NOTFOUND);
	assert_true(v == -5);
}

static void bool__true_and_false_only(void **state)
{
	int v = 7;

	(void)state;
	assert_err(zx_json_bool(ZX_STR("true"), &v), ZX_OK);
	assert_int_equal(v, 1);
	assert_err(zx_json_bool(ZX_STR(" false"), &v), ZX_OK);
	assert_int_equal(v, 0);
	v = 7;
	assert_err(zx_json_bool(ZX_STR("1"), &v), ZX_E_TYPE);
	assert_err(zx_json_bool(ZX_STR("\"true\""), &v), ZX_E_TYPE);
	assert_err(zx_json_bool(ZX_STR("tru"), &v), ZX_E_TYPE);
	assert_err(zx_json_bool(ZX_STR("null"), &v), ZX_E_NOTFOUND);
	assert_err(zx_json_bool(nothing, &v), ZX_E_NOTFOUND);
	assert_int_equal(v, 7);
}

/* Decodes raw, from a copy of its exact size. */
static int text(const char *raw, struct zx_buf *out)
{
	struct zx_str s = zx_test_exact(zx_str(raw));
	int err = zx_json_text(s, out);

	free((void *)s.ptr);
	return err;
}

static void text__escapes_are_decoded(void **state)
{
	static const struct {
		const char *raw, *want;
	} row[] = {
		{ "\"\"", "" },
		{ "\"abc\"", "abc" },
		{ " \"abc\"\n", "abc" },
		{ "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t" },
		{ "\"\\u0041\\u00e4\\u20AC\"", "A\xc3\xa4\xe2\x82\xac" },
		{ "\"\\uD83D\\uDE00!\"", "\xf0\x9f\x98\x80!" },
		{ "\"\\udbff\\udfff\"", "\xf4\x8f\xbf\xbf" },
		{ "\"\xc3\xa4x\"", "\xc3\xa4x" },
		{ "\"long enough for the wide scanner \\n and behind it\"",
		  "long enough for the wide scanner \n and behind it" },
	};
	struct zx_buf b;
	size_t i;

	(void)state;
	zx_buf_init(&b, NULL, 0);
	for (i = 0; i < sizeof(row) / sizeof(*row); i++) {
		zx_buf_clear(&b);
		assert_err(text(row[i].raw, &b), ZX_OK);
		assert_str(zx_buf_str(&b), row[i].want);
		assert_true(zx_json_is(zx_str(row[i].raw), row[i].want));
	}
	zx_buf_clear(&b);
	assert_err(text("\"a\\u0000b\"", &b), ZX_OK);
	assert_true(zx_str_eq(zx_buf_str(&b), ZX_STR("a\0b")));
	zx_buf_release(&b);
}

static void text__lone_surrogates_become_the_replacement(void **state)
{
	static const struct {
		const char *raw, *want;
	} row[] = {
		{ "\"\\ud83d\"", "\xef\xbf\xbd" },
		{ "\"\\ude00\"", "\xef\xbf\xbd" },
		{ "\"\\ud800\"", "\xef\xbf\xbd" },
		{ "\"\\udfff\"", "\xef\xbf\xbd" },
		{ "\"\\ud7ff\\ue000\"", "\xed\x9f\xbf\xee\x80\x80" },
		{ "\"\\udc00\\udc00\"", "\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\"\\ud800\\udc00\"", "\xf0\x90\x80\x80" },
		{ "\"\\ud83dx\"", "\xef\xbf\xbdx" },
		{ "\"\\ud83d\\n\"", "\xef\xbf\xbd\n" },
		{ "\"\\ud83d\\u0041\"", "\xef\xbf\xbd"
					"A" },
		{ "\"\\ude00\\ud83d\"", "\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\"\\ud83d\\ud83d\\ude00\"", "\xef\xbf\xbd\xf0\x9f\x98\x80" },
	};
	struct zx_buf b;
	size_t i;

	(void)state;
	zx_buf_init(&b, NULL, 0);
	for (i = 0; i < sizeof(row) / sizeof(*row); i++) {
		zx_buf_clear(&b);
		assert_err(text(row[i].raw, &b), ZX_OK);
		assert_str(zx_buf_str(&b), row[i].want);
	}
	zx_buf_release(&b);
}

static void text__appends_and_takes_back_what_was_malformed(void **state)
{
	static const char *const bad[] = { "\"abc",	  "\"",
					   "\"abc\\",	  "\"a\\x\"",
					   "\"a\\u12\"",  "\"a\\u12g4\"",
					   "\"a\\u\"",	  "\"a\"b\"",
					   "\"a\\u12\\\"" };
	struct zx_buf b;
	size_t i;

	(void)state;
	zx_buf_init(&b, NULL, 0);
	zx_buf_addc(&b, "before ");
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (text(bad[i], &b) != ZX_E_SYNTAX)
			fail_msg("accepted: %s", bad[i]);
		assert_string_equal(zx_buf_cstr(&b), "before ");
	}
	assert_err(text("\"after\"", &b), ZX_OK);
	assert_string_equal(zx_buf_cstr(&b), "before after");
	zx_buf_release(&b);
}

static void text__other_kinds_and_ceilings_are_reported(void **state)
{
	struct zx_buf b;

	(void)state;
	zx_buf_init(&b, NULL, 3);
	assert_err(text("null", &b), ZX_E_NOTFOUND);
	assert_err(zx_json_text(nothing, &b), ZX_E_NOTFOUND);
	assert_err(text("12", &b), ZX_E_TYPE);
	assert_err(text("[\"a\"]", &b), ZX_E_TYPE);
	assert_err(text("x", &b), ZX_E_TYPE);
	assert_err(text("\"abcd\"", &b), ZX_E_TOOBIG);
	zx_buf_clear(&b);
	assert_err(text("\"ab\\u20ac\"", &b), ZX_E_TOOBIG);
	zx_buf_release(&b);
}

static int decode(const struct zx_alloc *a, void *ud)
{
	struct zx_buf b;
	int err;

	(void)ud;
	zx_buf_init(&b, a, 0);
	err = zx_json_text(ZX_STR("\"a text of some length, so that its buffer "
				  "must grow \\u20ac more than once; it goes "
				  "on for another line or two, then ends\""),
			   &b);
	zx_buf_release(&b);
	return err;
}

static void text__every_failing_allocation_is_reported(void **state)
{
	(void)state;
	assert_true(fail_alloc_each(decode, NULL) >= 2);
}

static void is__compares_the_decoded_text(void **state)
{
	(void)state;
	assert_true(zx_json_is(ZX_STR("\"READY\""), "READY"));
	assert_true(zx_json_is(ZX_STR("\"R\\u0045ADY\""), "READY"));
	assert_true(zx_json_is(ZX_STR("\"\""), ""));
	assert_false(zx_json_is(ZX_STR("\"READY\""), "READ"));
	assert_false(zx_json_is(ZX_STR("\"READ\""), "READY"));
	assert_false(zx_json_is(ZX_STR("\"\""), "x"));
	assert_false(zx_json_is(ZX_STR("READY"), "READY"));
	assert_false(zx_json_is(ZX_STR("\"a\\x\""), "ax"));
	assert_false(zx_json_is(ZX_STR("\"a\\u0000\""), "a"));
	assert_false(zx_json_is(ZX_STR("\"a"), "a"));
	assert_false(zx_json_is(ZX_STR("null"), ""));
	assert_false(zx_json_is(nothing, ""));
	assert_false(zx_json_is(ZX_STR("1"), "1"));
}

static void plain__is_the_inside_of_strings_without_escapes(void **state)
{
	(void)state;
	assert_str(zx_json_plain(ZX_STR("\"123\"")), "123");
	assert_str(zx_json_plain(ZX_STR(" \"a\" ")), "a");
	assert_int_equal(zx_json_plain(ZX_STR("\"\"")).len, 0);
	assert_int_equal(zx_json_plain(ZX_STR("\"a\\n\"")).len, 0);
	assert_int_equal(zx_json_plain(ZX_STR("\"a")).len, 0);
	assert_int_equal(zx_json_plain(ZX_STR("\"")).len, 0);
	assert_int_equal(zx_json_plain(ZX_STR("\"a\",\"b\"")).len, 0);
	assert_int_equal(zx_json_plain(ZX_STR("12")).len, 0);
	assert_int_equal(zx_json_plain(nothing).len, 0);
}

static void shorthands__give_zero_for_what_is_not_there(void **state)
{
	struct zx_str o = ZX_STR("{\"u\":\"18446744073709551615\",\"i\":-5,"
				 "\"b\":true,\"n\":null,\"s\":\"x\"}");

	(void)state;
	assert_true(zx_json_get_u64(o, "u") == UINT64_MAX);
	assert_true(zx_json_get_u64(o, "i") == 0);
	assert_true(zx_json_get_u64(o, "s") == 0);
	assert_true(zx_json_get_u64(o, "x") == 0);
	assert_true(zx_json_get_i64(o, "i") == -5);
	assert_true(zx_json_get_i64(o, "u") == 0);
	assert_true(zx_json_get_i64(o, "n") == 0);
	assert_int_equal(zx_json_get_bool(o, "b"), 1);
	assert_int_equal(zx_json_get_bool(o, "n"), 0);
	assert_int_equal(zx_json_get_bool(o, "i"), 0);
	assert_int_equal(zx_json_get_bool(nothing, "i"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(u64__numbers_and_strings_are_exact),
		cmocka_unit_test(u64__what_does_not_fit_is_told_apart),
		cmocka_unit_test(i64__both_ends_are_exact),
		cmocka_unit_test(bool__true_and_false_only),
		cmocka_unit_test(text__escapes_are_decoded),
		cmocka_unit_test(text__lone_surrogates_become_the_replacement),
		cmocka_unit_test(
			text__appends_and_takes_back_what_was_malformed),
		cmocka_unit_test(text__other_kinds_and_ceilings_are_reported),
		cmocka_unit_test(text__every_failing_allocation_is_reported),
		cmocka_unit_test(is__compares_the_decoded_text),
		cmocka_unit_test(
			plain__is_the_inside_of_strings_without_escapes),
		cmocka_unit_test(shorthands__give_zero_for_what_is_not_there),
	};

	return cmocka_run_group_tests_name("json_value", tests, NULL, NULL);
}
