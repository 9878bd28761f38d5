/* SPDX-License-Identifier: MIT
 *
 * json_scan: the wide scanners do what the plain ones do, on any bytes and at
 * any place of a block, and read nothing outside their text.
 */
#include "helper/zx_test.h"
#include "base/base_int.h"

typedef const char *scan_fn(const char *p, const char *end);

/* Both results as offsets; -1 for NULL. */
static void same(scan_fn *wide, scan_fn *plain, struct zx_str s,
		 const char *what)
{
	const char *end = s.ptr + s.len;
	const char *a = wide(s.ptr, end), *b = plain(s.ptr, end);

	if (a == b)
		return;
	print_error("%s: %d, not %d, in \"%.*s\"\n", what,
		    a ? (int)(a - s.ptr) : -1, b ? (int)(b - s.ptr) : -1,
		    ZX_ARG(s));
	fail();
}

static void same_all(struct zx_str s)
{
	struct zx_str exact = zx_test_exact(s);

	same(zx__scan_quote, zx__scan_quote_portable, exact, "scan_quote");
	same(zx__scan_plain, zx__scan_plain_portable, exact, "scan_plain");
	if (s.len && (*s.ptr == '{' || *s.ptr == '[')) {
		same(zx__skip_nested, zx__skip_nested_portable, exact,
		     "skip_nested");
		same(zx__skip_nested_narrow, zx__skip_nested_portable, exact,
		     "skip_nested_narrow");
	}
	free((void *)exact.ptr);
}

static void scan__a_byte_is_found_at_every_place(void **state)
{
	static const char wanted[] = "\"\\\x01\x1f\x80\xff";
	char text[100];
	size_t len, at, i;

	(void)state;
	for (len = 1; len <= sizeof(text); len += 3) {
		for (at = 0; at < len; at++) {
			for (i = 0; i < sizeof(wanted); i++) {
				struct zx_str s = { text, len };

				memset(text, 'x', len);
				text[at] = wanted[i];
				same_all(s);
				assert_ptr_equal(
					zx__scan_plain(text, text + len),
					text + at);
			}
		}
	}
}

static void scan__every_byte_value_is_classed_alike(void **state)
{
	char text[16];
	int c;

	(void)state;
	for (c = 0; c < 256; c++) {
		int stops = c == '"' || c == '\\' || c < 0x20 || c >= 0x80;

		memset(text, c, sizeof(text));
		assert_ptr_equal(zx__scan_plain(text, text + sizeof(text)),
				 text + (stops ? 0 : sizeof(text)));
		stops = c == '"' || c == '\\';
		assert_ptr_equal(zx__scan_quote(text, text + sizeof(text)),
				 text + (stops ? 0 : sizeof(text)));
	}
}

static void skip_nested__agrees_on_random_bytes_of_structure(void **state)
{
	static const char alphabet[] = "{}[]\"\"\\\\:, x";
	struct zx_prng p;
	struct zx_rand r = zx_prng_rand(&p);
	char text[300];
	int round;

	(void)state;
	zx_prng_init(&p, 11);
	for (round = 0; round < 20000; round++) {
		size_t len = 1 + zx_rand_below(&r, sizeof(text)), i;

		/* Few kinds of bytes in some rounds, so that runs get long. */
		size_t kinds = 1 + zx_rand_below(&r, sizeof(alphabet) - 1);

		text[0] = round % 2 ? '{' : '[';
		for (i = 1; i < len; i++)
			text[i] = alphabet[sizeof(alphabet) - 2 -
					   zx_rand_below(&r, kinds)];
		same_all((struct zx_str){ text, len });
	}
}

static void skip_nested__backslashes_of_every_number_end_alike(void **state)
{
	size_t before, slashes;

	(void)state;
	/* The run of backslashes crosses the end of the block at 64. */
	for (before = 40; before < 70; before++) {
		for (slashes = 0; slashes < 70; slashes++) {
			char text[200];
			size_t n = 0, i;

			text[n++] = '[';
			text[n++] = '"';
			for (i = 0; i < before; i++)
				text[n++] = 'x';
			for (i = 0; i < slashes; i++)
				text[n++] = '\\';
			text[n++] = '"';
			text[n++] = ']';
			text[n++] = '"';
			text[n++] = ']';
			same_all((struct zx_str){ text, n });
			assert_ptr_equal(zx__skip_nested(text, text + n),
					 text + n - (slashes % 2 ? 0 : 2));
		}
	}
}

static void skip_nested__depth_is_followed_over_many_blocks(void **state)
{
	enum { DEPTH = 5000 };
	char *text = malloc(2 * DEPTH);
	int i;

	(void)state;
	for (i = 0; i < DEPTH; i++) {
		text[i] = i % 2 ? '{' : '[';
		text[2 * DEPTH - 1 - i] = i % 2 ? '}' : ']';
	}
	assert_ptr_equal(zx__skip_nested(text, text + 2 * DEPTH),
			 text + 2 * DEPTH);
	assert_null(zx__skip_nested(text, text + 2 * DEPTH - 1));
	assert_ptr_equal(zx__skip_nested(text + 1, text + 2 * DEPTH),
			 text + 2 * DEPTH - 1);
	free(text);
}

static void skip_nested__brackets_in_strings_do_not_count(void **state)
{
	char text[400];
	int pad;

	(void)state;
	for (pad = 0; pad < 130; pad++) {
		int n = snprintf(text, sizeof(text),
				 "{%*s\"a}]\\\"}\":\"[[{{\",\"b\":[\"]\"]}]]}",
				 pad, "");
		struct zx_str s = { text, (size_t)n };

		assert_ptr_equal(zx__skip_nested(text, text + n), text + n - 3);
		same_all(s);
	}
}

static void skip_value__ends_each_kind_where_it_ends(void **state)
{
	static const struct {
		const char *text;
		int len; /* -1: no value */
	} row[] = {
		{ "12,", 2 },	     { "-1.5e+3}", 7 }, { "true]", 4 },
		{ "null ", 4 },	     { "null", 4 },	{ "\"a\\\"b\"x", 6 },
		{ "\"abc", -1 },     { "\"abc\\", -1 }, { "\"abc\\\"", -1 },
		{ "{\"a\":1}x", 7 }, { "[1,[2]]]", 7 }, { "[1", -1 },
		{ "", -1 },	     { ",", -1 },	{ "}", -1 },
		{ "]", -1 },	     { ":", -1 },	{ " 1", -1 },
		{ "1\"", 1 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct zx_str s = zx_test_exact(zx_str(row[i].text));
		const char *stop = zx__skip_value(s.ptr, s.ptr + s.len);

		if ((stop ? (int)(stop - s.ptr) : -1) != row[i].len)
			fail_msg("%s", row[i].text);
		free((void *)s.ptr);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scan__a_byte_is_found_at_every_place),
		cmocka_unit_test(scan__every_byte_value_is_classed_alike),
		cmocka_unit_test(
			skip_nested__agrees_on_random_bytes_of_structure),
		cmocka_unit_test(
			skip_nested__backslashes_of_every_number_end_alike),
		cmocka_unit_test(
			skip_nested__depth_is_followed_over_many_blocks),
		cmocka_unit_test(skip_nested__brackets_in_strings_do_not_count),
		cmocka_unit_test(skip_value__ends_each_kind_where_it_ends),
	};

	return cmocka_run_group_tests_name("json_scan", tests, NULL, NULL);
}
