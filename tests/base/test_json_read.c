/* SPDX-License-Identifier: MIT
 *
 * json_read: kinds, members, elements and walking.
 */
#include "helper/zx_test.h"

static const struct zx_str nothing = { NULL, 0 };

static void kind__is_told_by_the_value(void **state)
{
	(void)state;
	assert_int_equal(zx_json_kind(nothing), ZX_JSON_NONE);
	assert_int_equal(zx_json_kind(ZX_STR(" ")), ZX_JSON_NONE);
	assert_int_equal(zx_json_kind(ZX_STR("null")), ZX_JSON_NULL);
	assert_int_equal(zx_json_kind(ZX_STR("true")), ZX_JSON_BOOL);
	assert_int_equal(zx_json_kind(ZX_STR(" false\n")), ZX_JSON_BOOL);
	assert_int_equal(zx_json_kind(ZX_STR("-1")), ZX_JSON_NUMBER);
	assert_int_equal(zx_json_kind(ZX_STR("9")), ZX_JSON_NUMBER);
	assert_int_equal(zx_json_kind(ZX_STR("\"\"")), ZX_JSON_STRING);
	assert_int_equal(zx_json_kind(ZX_STR("[]")), ZX_JSON_ARRAY);
	assert_int_equal(zx_json_kind(ZX_STR("\t{}")), ZX_JSON_OBJECT);
	assert_int_equal(zx_json_kind(ZX_STR("nul")), ZX_JSON_NONE);
	assert_int_equal(zx_json_kind(ZX_STR("truer")), ZX_JSON_NONE);
	assert_int_equal(zx_json_kind(ZX_STR("x")), ZX_JSON_NONE);
	assert_int_equal(zx_json_kind(ZX_STR("}")), ZX_JSON_NONE);
}

static void get__returns_the_slice_the_value_stands_in(void **state)
{
	struct zx_str o =
		ZX_STR(" { \"a\" : 1 , \"b\":\"x,y\" ,\"c\": [1, {\"a\""
		       ":2}] , \"d\":{\"a\":3} ,\"e\":null,\"\":true } ");
	struct zx_str v;

	(void)state;
	assert_str(zx_json_get(o, "a"), "1");
	assert_str(zx_json_get(o, "b"), "\"x,y\"");
	assert_str(zx_json_get(o, "c"), "[1, {\"a\":2}]");
	assert_str(zx_json_get(o, "d"), "{\"a\":3}");
	assert_str(zx_json_get(o, "e"), "null");
	assert_str(zx_json_get(o, ""), "true");
	v = zx_json_get(o, "d");
	assert_true(v.ptr > o.ptr && v.ptr + v.len < o.ptr + o.len);
	assert_int_equal(zx_json_get(o, "f").len, 0);
	assert_null(zx_json_get(o, "f").ptr);
	assert_int_equal(zx_json_get(o, "x,y").len, 0);
}

static void get__of_duplicates_the_first_wins(void **state)
{
	(void)state;
	assert_str(zx_json_get(ZX_STR("{\"a\":1,\"a\":2}"), "a"), "1");
}

static void get__keys_compare_as_written(void **state)
{
	struct zx_str o =
		ZX_STR("{\"\\u0061\":1,\"ab\":2,\"a\\\"\":3,\"a\":4}");

	(void)state;
	assert_str(zx_json_get(o, "a"), "4");
	assert_str(zx_json_get(o, "\\u0061"), "1");
	assert_int_equal(zx_json_get(o, "a\"").len, 0);
}

static void get__looks_into_objects_only(void **state)
{
	(void)state;
	assert_int_equal(zx_json_get(nothing, "a").len, 0);
	assert_int_equal(zx_json_get(ZX_STR("{}"), "a").len, 0);
	assert_int_equal(zx_json_get(ZX_STR("[\"a\",1]"), "a").len, 0);
	assert_int_equal(zx_json_get(ZX_STR("[\"a\",1]"), "").len, 0);
	assert_int_equal(zx_json_get(ZX_STR("\"a\":1"), "a").len, 0);
	assert_int_equal(zx_json_get(ZX_STR("12"), "a").len, 0);
	assert_int_equal(zx_json_get(ZX_STR("{\"x\":{\"a\":1}}"), "a").len, 0);
}

static void at__follows_a_dotted_path(void **state)
{
	struct zx_str o = ZX_STR("{\"a\":{\"b\":{\"c\":5},\"\":6},\"a.b\":7}");

	(void)state;
	assert_str(zx_json_at(o, "a.b.c"), "5");
	assert_str(zx_json_at(o, "a.b"), "{\"c\":5}");
	assert_str(zx_json_at(o, "a."), "6");
	assert_int_equal(zx_json_at(o, "a.x.c").len, 0);
	assert_int_equal(zx_json_at(o, "a.b.c.d").len, 0);
	assert_int_equal(zx_json_at(o, "").len, 0);
	assert_int_equal(zx_json_at(nothing, "a").len, 0);
}

static void index__counts_from_zero_in_arrays_only(void **state)
{
	struct zx_str a = ZX_STR("[1,[2,3],\"x\",{\"k\":4}]");

	(void)state;
	assert_str(zx_json_index(a, 0), "1");
	assert_str(zx_json_index(a, 1), "[2,3]");
	assert_str(zx_json_index(a, 2), "\"x\"");
	assert_str(zx_json_index(a, 3), "{\"k\":4}");
	assert_int_equal(zx_json_index(a, 4).len, 0);
	assert_int_equal(zx_json_index(a, SIZE_MAX).len, 0);
	assert_int_equal(zx_json_index(ZX_STR("[]"), 0).len, 0);
	assert_int_equal(zx_json_index(ZX_STR("{\"a\":1}"), 0).len, 0);
	assert_int_equal(zx_json_index(ZX_STR("\"abc\""), 0).len, 0);
}

static void each__walks_members_in_order_with_their_keys(void **state)
{
	struct zx_json_iter it =
		zx_json_each(ZX_STR("{\"a\":1,\"b\\n\":[2],\"\":null}"));

	(void)state;
	assert_int_equal(zx_json_next(&it), 1);
	assert_str(it.key, "a");
	assert_str(it.value, "1");
	assert_int_equal(zx_json_next(&it), 1);
	assert_str(it.key, "b\\n");
	assert_str(it.value, "[2]");
	assert_int_equal(zx_json_next(&it), 1);
	assert_str(it.key, "");
	assert_str(it.value, "null");
	assert_int_equal(zx_json_next(&it), 0);
	assert_int_equal(it.value.len, 0);
	assert_int_equal(zx_json_next(&it), 0);
}

static void each__walks_elements_without_keys(void **state)
{
	struct zx_json_iter it = zx_json_each(ZX_STR("[ 1 , \"2\" ]"));

	(void)state;
	assert_int_equal(zx_json_next(&it), 1);
	assert_str(it.value, "1");
	assert_int_equal(it.key.len, 0);
	assert_int_equal(zx_json_next(&it), 1);
	assert_str(it.value, "\"2\"");
	assert_int_equal(zx_json_next(&it), 0);
}

static void each__of_anything_else_is_empty(void **state)
{
	static const char *const text[] = {
		"",	     "[]",    "{}",   "1",     "\"a\"",
		"null",	     " ",     "[ ]",  "{ }",   "{\"a\"}",
		"[",	     "{",     "{1}",  "{1,2}", "{a:1}",
		"{\"a\" 1}", "{\"a}", "[,1]", "{:1}"
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(text) / sizeof(*text); i++) {
		struct zx_json_iter it = zx_json_each(zx_str(text[i]));

		assert_int_equal(zx_json_next(&it), 0);
	}
}

static size_t walk(struct zx_str s)
{
	struct zx_json_iter it = zx_json_each(s);
	const char *end = s.ptr + s.len;
	size_t n = 0;

	while (zx_json_next(&it)) {
		assert_true(it.value.len > 0);
		assert_true(it.value.ptr >= s.ptr);
		assert_true(it.value.ptr + it.value.len <= end);
		n += 1 + walk(it.value);
	}
	return n;
}

static const char sample[] =
	"{\"op\":0,\"s\":42,\"t\":\"MESSAGE_CREATE\",\"d\":{\"id\":\"1234\","
	"\"content\":\"h\\u00e4 \\\"\xc3\xa4\xf0\x9f\x98\x80\\\" {[\","
	"\"n\":[-1.5e+3,true,false,null,{},[]],\"e\":{\"x\":{\"y\":[[1]]}}}}";

static void each__a_cut_text_gives_whole_values_only(void **state)
{
	static const char *const whole[] = { "0", "42", "\"MESSAGE_CREATE\"" };
	size_t n;

	(void)state;
	assert_int_equal(walk(zx_str(sample)), 18);
	for (n = 0; n + 1 < sizeof(sample); n++) {
		struct zx_str cut = zx_test_exact((struct zx_str){ sample, n });
		struct zx_json_iter it = zx_json_each(cut);
		size_t i;

		for (i = 0; zx_json_next(&it); i++) {
			assert_true(i < 3);
			assert_str(it.value, whole[i]);
		}
		walk(cut);
		assert_int_equal(zx_json_get(cut, "d").len, 0);
		assert_int_equal(zx_json_at(cut, "d.e.x.y").len, 0);
		free((void *)cut.ptr);
	}
	assert_str(zx_json_at(zx_str(sample), "d.e.x.y"), "[[1]]");
}

static void each__any_bytes_are_walked_within_bounds(void **state)
{
	static const char alphabet[] = "{}[]\"\\:, 1tn-";
	struct zx_prng p;
	struct zx_rand r = zx_prng_rand(&p);
	char text[120];
	int round;

	(void)state;
	zx_prng_init(&p, 21);
	for (round = 0; round < 20000; round++) {
		size_t len = zx_rand_below(&r, sizeof(text)), i;
		struct zx_str s;

		for (i = 0; i < len; i++)
			text[i] = alphabet[zx_rand_below(&r,
							 sizeof(alphabet) - 1)];
		if (len)
			text[0] = round % 2 ? '[' : '{';
		s = zx_test_exact((struct zx_str){ text, len });
		walk(s);
		zx_json_get(s, "a");
		zx_json_index(s, 3);
		free((void *)s.ptr);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kind__is_told_by_the_value),
		cmocka_unit_test(get__returns_the_slice_the_value_stands_in),
		cmocka_unit_test(get__of_duplicates_the_first_wins),
		cmocka_unit_test(get__keys_compare_as_written),
		cmocka_unit_test(get__looks_into_objects_only),
		cmocka_unit_test(at__follows_a_dotted_path),
		cmocka_unit_test(index__counts_from_zero_in_arrays_only),
		cmocka_unit_test(each__walks_members_in_order_with_their_keys),
		cmocka_unit_test(each__walks_elements_without_keys),
		cmocka_unit_test(each__of_anything_else_is_empty),
		cmocka_unit_test(each__a_cut_text_gives_whole_values_only),
		cmocka_unit_test(each__any_bytes_are_walked_within_bounds),
	};

	return cmocka_run_group_tests_name("json_read", tests, NULL, NULL);
}
