/* SPDX-License-Identifier: MIT
 *
 * json_write: commas, keys, escapes, nesting and errors.
 */
#include "helper/zx_test.h"

struct fixture {
	struct zx_buf b;
	struct zx_json_writer w;
};

static void start(struct fixture *f)
{
	zx_buf_init(&f->b, NULL, 0);
	zx_jw_init(&f->w, &f->b);
}

/* What was written is `want` and JSON. */
static void finish(struct fixture *f, const char *want)
{
	assert_err(f->b.err, ZX_OK);
	assert_str(zx_buf_str(&f->b), want);
	assert_err(zx_json_check(zx_buf_str(&f->b), 0, NULL), ZX_OK);
	zx_buf_release(&f->b);
}

static void write__every_kind_in_an_object(void **state)
{
	struct fixture f;

	(void)state;
	start(&f);
	zx_jw_obj(&f.w, NULL);
	zx_jw_str(&f.w, "str", ZX_STR("a"));
	zx_jw_cstr(&f.w, "cstr", "b");
	zx_jw_cstr(&f.w, "none", NULL);
	zx_jw_strf(&f.w, "strf", "%d\n%s", 1, "\"");
	zx_jw_u64(&f.w, "u64", UINT64_MAX);
	zx_jw_i64(&f.w, "i64", INT64_MIN);
	zx_jw_id(&f.w, "id", 9007199254740993u);
	zx_jw_f64(&f.w, "f64", 0.1);
	zx_jw_bool(&f.w, "yes", 2);
	zx_jw_bool(&f.w, "no", 0);
	zx_jw_null(&f.w, "null");
	zx_jw_raw(&f.w, "raw", ZX_STR("[1,{}]"));
	zx_jw_raw(&f.w, "empty", (struct zx_str){ NULL, 0 });
	zx_jw_obj(&f.w, "obj");
	zx_jw_obj_end(&f.w);
	zx_jw_arr(&f.w, "arr");
	zx_jw_arr_end(&f.w);
	zx_jw_obj_end(&f.w);
	finish(&f,
	       "{\"str\":\"a\",\"cstr\":\"b\",\"none\":\"\",\"strf\":"
	       "\"1\\n\\\"\",\"u64\":18446744073709551615,\"i64\":"
	       "-9223372036854775808,\"id\":\"9007199254740993\",\"f64\":0.1"
	       ",\"yes\":true,\"no\":false,\"null\":null,\"raw\":[1,{}],"
	       "\"empty\":null,\"obj\":{},\"arr\":[]}");
}

static void write__a_single_value_needs_no_container(void **state)
{
	struct fixture f;

	(void)state;
	start(&f);
	zx_jw_u64(&f.w, NULL, 5);
	finish(&f, "5");
	start(&f);
	zx_jw_cstr(&f.w, NULL, "x");
	finish(&f, "\"x\"");
}

static void write__commas_are_right_behind_nested_values(void **state)
{
	struct fixture f;

	(void)state;
	start(&f);
	zx_jw_arr(&f.w, NULL);
	zx_jw_arr(&f.w, NULL);
	zx_jw_arr(&f.w, NULL);
	zx_jw_arr_end(&f.w);
	zx_jw_u64(&f.w, NULL, 1);
	zx_jw_arr_end(&f.w);
	zx_jw_obj(&f.w, NULL);
	zx_jw_null(&f.w, "a");
	zx_jw_obj_end(&f.w);
	zx_jw_obj(&f.w, NULL);
	zx_jw_obj_end(&f.w);
	zx_jw_null(&f.w, NULL);
	zx_jw_arr_end(&f.w);
	finish(&f, "[[[],1],{\"a\":null},{},null]");
}

static void write__appends_to_what_the_buffer_holds(void **state)
{
	struct fixture f;

	(void)state;
	start(&f);
	zx_buf_addc(&f.b, " ");
	zx_jw_obj(&f.w, NULL);
	zx_jw_u64(&f.w, "a", 1);
	zx_jw_obj_end(&f.w);
	finish(&f, " {\"a\":1}");
}

static void write__every_byte_of_a_string_survives(void **state)
{
	struct zx_buf back;
	int c;

	(void)state;
	zx_buf_init(&back, NULL, 0);
	for (c = 0; c < 0x80; c++) {
		char text[] = { 'a', (char)c, 'b' };
		struct zx_str s = { text, 3 };
		struct fixture f;

		start(&f);
		zx_jw_str(&f.w, NULL, s);
		assert_err(zx_json_check(zx_buf_str(&f.b), 0, NULL), ZX_OK);
		zx_buf_clear(&back);
		assert_err(zx_json_text(zx_buf_str(&f.b), &back), ZX_OK);
		assert_true(zx_str_eq(zx_buf_str(&back), s));
		zx_buf_release(&f.b);
	}
	zx_buf_release(&back);
}

static void write__escapes_are_the_short_ones(void **state)
{
	struct fixture f;

	(void)state;
	start(&f);
	zx_jw_str(&f.w, NULL, ZX_STR("\"\\/\b\f\n\r\t\0\x1f\x7f"));
	finish(&f, "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\x7f\"");
}

static void write__invalid_utf8_is_replaced_byte_by_byte(void **state)
{
	struct fixture f;

	(void)state;
	start(&f);
	zx_jw_str(&f.w, NULL,
		  ZX_STR("\xc3\xa4\xff"
			 "x\xe2\x82"
			 "y\xf0\x9f\x98\x80\xc3"));
	finish(&f, "\"\xc3\xa4\xef\xbf\xbd"
		   "x\xef\xbf\xbd\xef\xbf\xbd"
		   "y"
		   "\xf0\x9f\x98\x80\xef\xbf\xbd\"");
}

static void write__keys_are_escaped_when_they_must(void **state)
{
	struct fixture f;

	(void)state;
	start(&f);
	zx_jw_obj(&f.w, NULL);
	zx_jw_u64(&f.w, "a\"\n", 1);
	zx_jw_u64(&f.w, "", 2);
	zx_jw_obj_end(&f.w);
	finish(&f, "{\"a\\\"\\n\":1,\"\":2}");
}

static void write__long_formatted_texts_are_whole(void **state)
{
	struct fixture f;
	struct zx_str text;

	(void)state;
	start(&f);
	zx_jw_strf(&f.w, NULL, "%05000d", 7);
	text = zx_json_plain(zx_buf_str(&f.b));
	assert_int_equal(text.len, 5000);
	assert_int_equal(text.ptr[4999], '7');
	zx_buf_release(&f.b);
}

static void write__64_levels_and_no_more(void **state)
{
	struct fixture f;
	int i;

	(void)state;
	start(&f);
	for (i = 0; i < 64; i++)
		zx_jw_arr(&f.w, NULL);
	zx_jw_u64(&f.w, NULL, 1);
	zx_jw_u64(&f.w, NULL, 2);
	for (i = 0; i < 64; i++)
		zx_jw_arr_end(&f.w);
	assert_err(f.b.err, ZX_OK);
	assert_err(zx_json_check(zx_buf_str(&f.b), 64, NULL), ZX_OK);
	zx_buf_release(&f.b);
	start(&f);
	for (i = 0; i < 65; i++)
		zx_jw_obj(&f.w, i ? "k" : NULL);
	assert_err(f.b.err, ZX_E_TOOBIG);
	zx_buf_release(&f.b);
}

static void write__closing_what_is_not_open_is_an_error(void **state)
{
	struct fixture f;

	(void)state;
	start(&f);
	zx_jw_obj_end(&f.w);
	assert_err(f.b.err, ZX_E_STATE);
	zx_buf_release(&f.b);
	start(&f);
	zx_jw_arr(&f.w, NULL);
	zx_jw_arr_end(&f.w);
	zx_jw_arr_end(&f.w);
	assert_err(f.b.err, ZX_E_STATE);
	zx_buf_release(&f.b);
}

static void write__the_ceiling_of_the_buffer_sticks(void **state)
{
	struct zx_json_writer w;
	struct zx_buf b;

	(void)state;
	zx_buf_init(&b, NULL, 8);
	zx_jw_init(&w, &b);
	zx_jw_arr(&w, NULL);
	zx_jw_cstr(&w, NULL, "more than eight bytes");
	zx_jw_strf(&w, NULL, "%s", "more than eight bytes again");
	zx_jw_arr_end(&w);
	zx_jw_arr_end(&w);
	assert_err(b.err, ZX_E_TOOBIG);
	zx_buf_release(&b);
}

static int everything(const struct zx_alloc *a, void *ud)
{
	struct zx_json_writer w;
	struct zx_buf b;
	int err, i;

	(void)ud;
	zx_buf_init(&b, a, 0);
	zx_jw_init(&w, &b);
	zx_jw_obj(&w, NULL);
	for (i = 0; i < 5; i++) {
		zx_jw_strf(&w, "strf", "%0100d", i);
		zx_jw_f64(&w, "f64", 1.0 / 3);
		zx_jw_cstr(&w, "escaped", "\x01\x02\x03\xff\"");
	}
	zx_jw_obj_end(&w);
	err = b.err;
	zx_buf_release(&b);
	return err;
}

static void write__every_failing_allocation_is_reported(void **state)
{
	(void)state;
	assert_true(fail_alloc_each(everything, NULL) > 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(write__every_kind_in_an_object),
		cmocka_unit_test(write__a_single_value_needs_no_container),
		cmocka_unit_test(write__commas_are_right_behind_nested_values),
		cmocka_unit_test(write__appends_to_what_the_buffer_holds),
		cmocka_unit_test(write__every_byte_of_a_string_survives),
		cmocka_unit_test(write__escapes_are_the_short_ones),
		cmocka_unit_test(write__invalid_utf8_is_replaced_byte_by_byte),
		cmocka_unit_test(write__keys_are_escaped_when_they_must),
		cmocka_unit_test(write__long_formatted_texts_are_whole),
		cmocka_unit_test(write__64_levels_and_no_more),
		cmocka_unit_test(write__closing_what_is_not_open_is_an_error),
		cmocka_unit_test(write__the_ceiling_of_the_buffer_sticks),
		cmocka_unit_test(write__every_failing_allocation_is_reported),
	};

	return cmocka_run_group_tests_name("json_write", tests, NULL, NULL);
}
