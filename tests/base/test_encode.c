/* SPDX-License-Identifier: MIT
 *
 * encode: percent-encoding and base64, against the RFCs' own examples.
 */
#include "helper/zx_test.h"

static void url__only_unreserved_characters_stay(void **state)
{
	struct zx_buf b;
	int c;

	(void)state;
	zx_buf_init(&b, NULL, 0);
	for (c = 0; c < 256; c++) {
		char ch = (char)c, want[4];

		if (c && c < 128 &&
		    strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			   "0123456789-._~",
			   c))
			snprintf(want, sizeof(want), "%c", c);
		else
			snprintf(want, sizeof(want), "%%%02X", c);
		zx_buf_clear(&b);
		zx_buf_add_urlencoded(&b, (struct zx_str){ &ch, 1 });
		assert_string_equal(zx_buf_cstr(&b), want);
	}
	zx_buf_clear(&b);
	zx_buf_add_urlencoded(&b, ZX_STR("a b/\xf0\x9f\x91\x8d"));
	zx_buf_add_urlencoded(&b, (struct zx_str){ NULL, 0 });
	assert_string_equal(zx_buf_cstr(&b), "a%20b%2F%F0%9F%91%8D");
	zx_buf_release(&b);
}

static void base64__the_examples_of_rfc_4648_hold(void **state)
{
	static const char *const row[][2] = {
		{ "", "" },
		{ "f", "Zg==" },
		{ "fo", "Zm8=" },
		{ "foo", "Zm9v" },
		{ "foob", "Zm9vYg==" },
		{ "fooba", "Zm9vYmE=" },
		{ "foobar", "Zm9vYmFy" },
	};
	struct zx_buf b;
	size_t i;

	(void)state;
	zx_buf_init(&b, NULL, 0);
	for (i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct zx_str in = zx_test_exact(zx_str(row[i][0]));

		zx_buf_clear(&b);
		zx_buf_add_base64(&b, in.ptr, in.len);
		assert_string_equal(zx_buf_cstr(&b), row[i][1]);
		assert_int_equal(b.len, strlen(row[i][1]));
		free((void *)in.ptr);
	}
	zx_buf_clear(&b);
	zx_buf_add_base64(&b, "\xff\xef\xbe\xfb\xf0", 5);
	zx_buf_add_base64(&b, NULL, 0);
	assert_string_equal(zx_buf_cstr(&b), "/++++/A=");
	zx_buf_release(&b);
}

static int value_of(char c)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789+/";
	const char *at = strchr(alphabet, c);

	assert_non_null(at);
	return (int)(at - alphabet);
}

static void base64__decodes_to_what_went_in(void **state)
{
	unsigned char in[64];
	struct zx_prng p;
	struct zx_rand r = zx_prng_rand(&p);
	size_t n, i;

	(void)state;
	zx_prng_init(&p, 9);
	for (n = 0; n <= sizeof(in); n++) {
		struct zx_buf b;
		unsigned bits = 0, have = 0;
		size_t got = 0;

		r.fill(r.ud, in, n);
		zx_buf_init(&b, NULL, 0);
		zx_buf_add_base64(&b, in, n);
		assert_int_equal(b.len, (n + 2) / 3 * 4);
		for (i = 0; i < b.len && b.ptr[i] != '='; i++) {
			bits = bits << 6 | (unsigned)value_of(b.ptr[i]);
			have += 6;
			if (have < 8)
				continue;
			have -= 8;
			assert_int_equal(bits >> have & 0xff, in[got++]);
		}
		assert_int_equal(got, n);
		zx_buf_release(&b);
	}
}

static void base64__over_the_ceiling_adds_nothing(void **state)
{
	struct zx_buf b;

	(void)state;
	zx_buf_init(&b, NULL, 7);
	zx_buf_add_base64(&b, "abcd", 4);
	assert_err(b.err, ZX_E_TOOBIG);
	assert_int_equal(b.len, 0);
	zx_buf_clear(&b);
	/* Four thirds of this would wrap; nothing may be read. */
	zx_buf_add_base64(&b, "", SIZE_MAX);
	assert_err(b.err, ZX_E_TOOBIG);
	zx_buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(url__only_unreserved_characters_stay),
		cmocka_unit_test(base64__the_examples_of_rfc_4648_hold),
		cmocka_unit_test(base64__decodes_to_what_went_in),
		cmocka_unit_test(base64__over_the_ceiling_adds_nothing),
	};

	return cmocka_run_group_tests_name("encode", tests, NULL, NULL);
}
