/* SPDX-License-Identifier: MIT
 *
 * json_check: the grammar of RFC 8259, byte by byte.
 */
#include "helper/zx_test.h"

static int check(const char *text)
{
	struct zx_str exact = zx_test_exact(zx_str(text));
	int err = zx_json_check(exact, 0, NULL);

	free((void *)exact.ptr);
	return err;
}

static void check__accepts_what_the_rfc_allows(void **state)
{
	static const char *const good[] = {
		"null",
		"true",
		"false",
		" \t\r\n0\n",
		"-0",
		"10",
		"1.5",
		"0.0",
		"-12.34e56",
		"1E+5",
		"1e-05",
		"123456789012345678901234567890",
		"\"\"",
		"\"a\"",
		"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
		"\"\\u0000\\uABCD\\uabcd\"",
		"\"\\ud83d\\ude00\"",
		"\"\\ud83d\"",
		"\"\x7f\"",
		"\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"",
		"[]",
		"{}",
		"[ ]",
		"{ }",
		"[1]",
		"[1,2]",
		" [ 1 , [ ] , { } ] ",
		"{\"a\":1}",
		"{\"\":1}",
		"{\"a\":1,\"a\":2}",
		" { \"a\" : { \"b\" : [ { } , null ] } , \"c\" : \"d\" } ",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(*good); i++)
		if (check(good[i]))
			fail_msg("refused: %s", good[i]);
}

static void check__refuses_the_rest_and_says_where(void **state)
{
	static const struct {
		const char *text;
		size_t where;
	} bad[] = {
		{ "", 0 },
		{ "  ", 2 },
		{ "nul", 3 },
		{ "nulL", 3 },
		{ "True", 0 },
		{ "nan", 1 },
		{ "NaN", 0 },
		{ "Infinity", 0 },
		{ "-", 1 },
		{ "-x", 1 },
		{ "+1", 0 },
		{ "01", 1 },
		{ "-01", 2 },
		{ ".5", 0 },
		{ "1.", 2 },
		{ "1.e5", 2 },
		{ "1e", 2 },
		{ "1e+", 3 },
		{ "1e5.5", 3 },
		{ "0x10", 1 },
		{ "1 2", 2 },
		{ "\"", 1 },
		{ "\"a", 2 },
		{ "'a'", 0 },
		{ "\"\\", 2 },
		{ "\"\\x\"", 2 },
		{ "\"\\u12\"", 5 },
		{ "\"\\u12g4\"", 5 },
		{ "\"\\U1234\"", 2 },
		{ "\"a\tb\"", 2 },
		{ "\"a\nb\"", 2 },
		{ "\"\x01\"", 1 },
		{ "\"\xff\"", 1 },
		{ "\"\xc3\"", 1 },
		{ "\"\xed\xa0\x80\"", 1 },
		{ "\"\xc0\x80\"", 1 },
		{ "\xef\xbb\xbf{}", 0 },
		{ "[", 1 },
		{ "]", 0 },
		{ "[1", 2 },
		{ "[1,", 3 },
		{ "[1,]", 3 },
		{ "[,1]", 1 },
		{ "[1 2]", 3 },
		{ "[1}", 2 },
		{ "[1]]", 3 },
		{ "{", 1 },
		{ "{1:2}", 1 },
		{ "{a:1}", 1 },
		{ "{\"a\"}", 4 },
		{ "{\"a\" 1}", 5 },
		{ "{\"a\":}", 5 },
		{ "{\"a\":1,}", 7 },
		{ "{\"a\":1]", 6 },
		{ "{\"a\":1}}", 7 },
		{ "{\"a\":1 \"b\":2}", 7 },
		{ "{,}", 1 },
		{ "[1] // x", 4 },
		{ "\v1", 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		size_t where = 999;
		struct zx_str s = zx_str(bad[i].text);

		if (zx_json_check(s, 0, &where) != ZX_E_SYNTAX ||
		    check(bad[i].text) != ZX_E_SYNTAX)
			fail_msg("accepted: %s", bad[i].text);
		if (where != bad[i].where)
			fail_msg("%s: fault at %zu", bad[i].text, where);
	}
}

static void check__a_nul_is_no_end_and_no_white_space(void **state)
{
	size_t where = 9;

	(void)state;
	assert_err(zx_json_check((struct zx_str){ NULL, 0 }, 0, &where),
		   ZX_E_SYNTAX);
	assert_int_equal(where, 0);
	assert_err(zx_json_check(ZX_STR("1\0"), 0, &where), ZX_E_SYNTAX);
	assert_int_equal(where, 1);
	assert_err(zx_json_check(ZX_STR("\"\0\""), 0, NULL), ZX_E_SYNTAX);
	assert_err(zx_json_check(ZX_STR("\"\\\0\""), 0, NULL), ZX_E_SYNTAX);
	assert_err(zx_json_check(ZX_STR("\"\\u\0"
					"000\""),
				 0, NULL),
		   ZX_E_SYNTAX);
}

static struct zx_str nested(unsigned depth, char open, char close)
{
	char *text = malloc(2 * depth + 1);

	memset(text, open, depth);
	memset(text + depth, close, depth);
	return (struct zx_str){ text, 2 * depth };
}

static void check__depth_is_limited_exactly(void **state)
{
	static const unsigned limits[] = { 1, 2, 63, 64, 65, 1000, 1024 };
	size_t i, where;

	(void)state;
	for (i = 0; i < sizeof(limits) / sizeof(*limits); i++) {
		struct zx_str fits = nested(limits[i], '[', ']');
		struct zx_str deep = nested(limits[i] + 1, '[', ']');

		assert_err(zx_json_check(fits, limits[i], NULL), ZX_OK);
		assert_err(zx_json_check(deep, limits[i], &where), ZX_E_TOOBIG);
		assert_int_equal(where, limits[i]);
		if (limits[i] == 64) {
			assert_err(zx_json_check(fits, 0, NULL), ZX_OK);
			assert_err(zx_json_check(deep, 0, NULL), ZX_E_TOOBIG);
		}
		if (limits[i] == 1024)
			assert_err(zx_json_check(deep, UINT32_MAX, NULL),
				   ZX_E_TOOBIG);
		free((void *)fits.ptr);
		free((void *)deep.ptr);
	}
	assert_err(zx_json_check(ZX_STR("1"), 1, NULL), ZX_OK);
}

static void check__kinds_of_brackets_are_remembered_at_every_depth(void **state)
{
	char text[2 * 600 * 6];
	int kinds[600], i, n = 0, wrong;

	(void)state;
	for (i = 0; i < 600; i++) {
		kinds[i] = i * 7 % 3 == 0;
		n += snprintf(text + n, 8, "%s", kinds[i] ? "{\"\":" : "[");
	}
	text[n++] = '1';
	for (i = 599; i >= 0; i--)
		text[n++] = kinds[i] ? '}' : ']';
	assert_err(zx_json_check((struct zx_str){ text, (size_t)n }, 600, NULL),
		   ZX_OK);
	for (wrong = n - 600; wrong < n; wrong++) {
		size_t where = 0;

		text[wrong] ^= '}' ^ ']';
		assert_err(zx_json_check((struct zx_str){ text, (size_t)n },
					 600, &where),
			   ZX_E_SYNTAX);
		assert_int_equal(where, wrong);
		text[wrong] ^= '}' ^ ']';
	}
}

static const char sample[] =
	"{\"op\":0,\"s\":42,\"t\":\"MESSAGE_CREATE\",\"d\":{\"id\":\"1234\","
	"\"content\":\"h\\u00e4 \\\"\xc3\xa4\xf0\x9f\x98\x80\\\" {[\","
	"\"n\":[-1.5e+3,true,false,null,{},[]],\"e\":{\"x\":{\"y\":[[1]]}}}}";

static void check__every_truncation_is_refused_without_reading_on(void **state)
{
	size_t n;

	(void)state;
	assert_err(check(sample), ZX_OK);
	for (n = 0; n + 1 < sizeof(sample); n++) {
		struct zx_str cut = zx_test_exact((struct zx_str){ sample, n });
		size_t where = 999;

		assert_err(zx_json_check(cut, 0, &where), ZX_E_SYNTAX);
		assert_true(where <= n);
		free((void *)cut.ptr);
	}
}

static void check__every_changed_byte_stays_within_bounds(void **state)
{
	size_t i;
	int c;

	(void)state;
	for (i = 0; i + 1 < sizeof(sample); i++) {
		for (c = 0; c < 256; c += 5) {
			struct zx_str s = zx_test_exact(zx_str(sample));
			size_t where = 0;
			int err;

			((char *)s.ptr)[i] = (char)c;
			err = zx_json_check(s, 0, &where);
			assert_true(err == ZX_OK || err == ZX_E_SYNTAX);
			assert_true(where <= s.len);
			free((void *)s.ptr);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(check__accepts_what_the_rfc_allows),
		cmocka_unit_test(check__refuses_the_rest_and_says_where),
		cmocka_unit_test(check__a_nul_is_no_end_and_no_white_space),
		cmocka_unit_test(check__depth_is_limited_exactly),
		cmocka_unit_test(
			check__kinds_of_brackets_are_remembered_at_every_depth),
		cmocka_unit_test(
			check__every_truncation_is_refused_without_reading_on),
		cmocka_unit_test(check__every_changed_byte_stays_within_bounds),
	};

	return cmocka_run_group_tests_name("json_check", tests, NULL, NULL);
}
