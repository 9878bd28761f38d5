/* SPDX-License-Identifier: MIT
 *
 * Canonical JSON: golden forms, and Python's checksums. The vectors in
 * data/canon.txt were written by Python's json.dumps(sort_keys=True).
 */
#include "guild/guild_int.h"
#include "helper/mem_store.h"
#include "helper/zx_test.h"
#include "zoryx/python.h"

static void expect(const char *json, enum zx_canon style, const char *want)
{
	struct zx_str exact = zx_test_exact(zx_str(json));
	struct zx_buf b;

	zx_buf_init(&b, NULL, 0);
	assert_err(zx_canon_buf(exact, style, NULL, &b), ZX_OK);
	assert_str(zx_buf_str(&b), want);
	zx_buf_release(&b);
	free((void *)(uintptr_t)exact.ptr);
}

static void canon__keys_are_sorted_and_spaces_dropped(void **state)
{
	(void)state;
	expect(" { \"b\" : [ 1 , {} , [ ] ] , \"a\" : null } ", ZX_CANON_PLAIN,
	       "{\"a\":null,\"b\":[1,{},[]]}");
	expect("{\"aa\":1,\"a\":2,\"B\":3}", ZX_CANON_PLAIN,
	       "{\"B\":3,\"a\":2,\"aa\":1}");
}

/* Otherwise the same item would have another hash on another machine. */
static void canon__lists_of_ids_are_sorted_by_all_64_bits(void **state)
{
	static const char *const lists[] = { "roles", "overwrites", NULL };
	static const struct zx__canon_rules rules = { .sorted = lists };
	struct zx_buf b;

	(void)state;
	zx_buf_init(&b, NULL, 0);
	assert_err(
		zx__canon_item(ZX_STR("{\"roles\":[\"4294967296\",\"7\"],"
				      "\"overwrites\":[{\"id\":\"8589934592\"},"
				      "{\"id\":\"4294967297\"}]}"),
			       &rules, NULL, &b),
		ZX_OK);
	assert_str(zx_buf_str(&b), "{\"overwrites\":[{\"id\":\"4294967297\"},"
				   "{\"id\":\"8589934592\"}],"
				   "\"roles\":[\"7\",\"4294967296\"]}");
	zx_buf_release(&b);
}

static void canon__of_equal_keys_the_last_counts(void **state)
{
	(void)state;
	expect("{\"a\":1,\"\\u0061\":2,\"b\":0}", ZX_CANON_PLAIN,
	       "{\"a\":2,\"b\":0}");
}

static void canon__one_text_has_one_form(void **state)
{
	(void)state;
	expect("\"\\u0041\\/\\u00e9\\ud83d\\udc51\\u001F\\n\\u0022\"",
	       ZX_CANON_PLAIN, "\"A/\xc3\xa9\xf0\x9f\x91\x91\\u001f\\n\\\"\"");
	expect("\"\\uD83D\"", ZX_CANON_PLAIN, "\"\\ud83d\"");
	expect("\"\\udc51\\ud83d\"", ZX_CANON_PYTHON, "\"\\udc51\\ud83d\"");
}

static void canon__whole_numbers_are_exact(void **state)
{
	(void)state;
	expect("[18446744073709551615,-9223372036854775809,-0,12345678901234567"
	       "8901234567890]",
	       ZX_CANON_PLAIN,
	       "[18446744073709551615,-9223372036854775809,0,12345678901234567"
	       "8901234567890]");
}

static void canon__indented_text_is_pythons(void **state)
{
	(void)state;
	expect("{\"z\":[],\"a\":{},\"l\":[1,{\"k\":\"\xc3\xa9\"}]}",
	       ZX_CANON_INDENT,
	       "{\n    \"z\": [],\n    \"a\": {},\n    \"l\": [\n        1,\n"
	       "        {\n            \"k\": \"\\u00e9\"\n        }\n    ]\n}");
}

static void canon__malformed_and_deep_text_is_refused(void **state)
{
	char deep[300];
	struct zx_buf b;

	(void)state;
	zx_buf_init(&b, NULL, 0);
	assert_err(zx_canon_buf(ZX_STR("{\"a\":}"), ZX_CANON_PLAIN, NULL, &b),
		   ZX_E_SYNTAX);
	assert_err(zx_canon_buf(ZX_STR("[NaN]"), ZX_CANON_PYTHON, NULL, &b),
		   ZX_E_SYNTAX);
	memset(deep, '[', 100);
	memset(deep + 100, ']', 100);
	assert_err(zx_canon_buf((struct zx_str){ deep, 200 }, ZX_CANON_PLAIN,
				NULL, &b),
		   ZX_E_TOOBIG);
	zx_buf_release(&b);
}

/* Lines "digest json". */
static void canon__python_checksums_fit(void **state)
{
	struct zx_str file = mem_file("tests/guild/data/canon.txt");
	struct zx_str rest = file, line;
	char got[ZX_CHECKSUM_TEXT];
	int n = 0;

	(void)state;
	while ((line = zx_str_split(&rest, '\n')).len) {
		struct zx_str want = zx_str_split(&line, ' ');

		assert_err(zx_python_checksum(line, NULL, got, NULL), ZX_OK);
		if (!zx_str_is(want, got))
			fail_msg("%.*s: %s, not %.*s", ZX_ARG(line), got,
				 ZX_ARG(want));
		n++;
	}
	assert_true(n > 400);
	free((void *)(uintptr_t)file.ptr);
}

static void canon__the_documented_file_has_its_checksum(void **state)
{
	struct zx_str file = mem_file("tests/guild/data/0123456789ab.json");
	char got[ZX_CHECKSUM_TEXT];
	uint64_t bytes;

	(void)state;
	assert_err(zx_python_checksum(file, NULL, got, &bytes), ZX_OK);
	assert_string_equal(got, "92e8ccf1c09cc6fd");
	assert_int_equal(bytes, 2486);
	free((void *)(uintptr_t)file.ptr);
}

static void canon__is_a_fixed_point(void **state)
{
	struct zx_str file = mem_file("tests/guild/data/canon.txt");
	struct zx_str rest = file, line;

	(void)state;
	while ((line = zx_str_split(&rest, '\n')).len) {
		struct zx_buf once, twice;

		zx_str_split(&line, ' ');
		for (int s = ZX_CANON_PLAIN; s <= ZX_CANON_INDENT; s++) {
			zx_buf_init(&once, NULL, 0);
			zx_buf_init(&twice, NULL, 0);
			assert_err(zx_canon_buf(line, (enum zx_canon)s, NULL,
						&once),
				   ZX_OK);
			/* "Infinity" is Python's own */
			if (!strstr(zx_buf_cstr(&once), "Infinity")) {
				assert_err(zx_canon_buf(zx_buf_str(&once),
							(enum zx_canon)s, NULL,
							&twice),
					   ZX_OK);
				assert_str(zx_buf_str(&twice),
					   zx_buf_cstr(&once));
			}
			zx_buf_release(&once);
			zx_buf_release(&twice);
		}
	}
	free((void *)(uintptr_t)file.ptr);
}

static int scenario(const struct zx_alloc *a, void *ud)
{
	struct zx_buf b;
	int err;

	(void)ud;
	zx_buf_init(&b, a, 0);
	err = zx_canon_buf(ZX_STR("{\"b\\u0041\":[1,{\"c\":\"d\"}],\"a\":1.5}"),
			   ZX_CANON_PYTHON, a, &b);
	zx_buf_release(&b);
	return err;
}

static void canon__survives_every_failed_allocation(void **state)
{
	(void)state;
	fail_alloc_each(scenario, NULL);
}

static void stamp__pythons_forms_are_read_and_ours_written(void **state)
{
	static const struct {
		const char *text;
		zx_wall want;
		const char *again;
	} v[] = {
		{ "2026-02-18T12:34:56.123456+00:00", 1771418096123,
		  "2026-02-18T12:34:56.123000+00:00" },
		{ "2026-02-18T12:34:56", 1771418096000,
		  "2026-02-18T12:34:56+00:00" },
		{ "2026-02-18T14:34:56+02:00", 1771418096000,
		  "2026-02-18T12:34:56+00:00" },
		{ "2026-02-18 12:34:56Z", 1771418096000,
		  "2026-02-18T12:34:56+00:00" },
		{ "1969-12-31T23:59:59.500000+00:00", -500,
		  "1969-12-31T23:59:59.500000+00:00" },
		{ "2024-02-29", 1709164800000, "2024-02-29T00:00:00+00:00" },
	};
	zx_wall t = 7;

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(*v); i++) {
		struct zx_buf b;

		zx_buf_init(&b, NULL, 0);
		assert_err(zx_stamp_read(zx_str(v[i].text), &t), ZX_OK);
		assert_int_equal(t, v[i].want);
		zx_stamp_write(&b, t);
		assert_str(zx_buf_str(&b), v[i].again);
		zx_buf_release(&b);
	}
	assert_err(zx_stamp_read(ZX_STR("2023-02-29"), &t), ZX_E_SYNTAX);
	assert_err(zx_stamp_read(ZX_STR("soon"), &t), ZX_E_SYNTAX);
	assert_err(zx_stamp_read(ZX_STR("2026-02-18T25:00:00"), &t),
		   ZX_E_SYNTAX);
	assert_err(zx_stamp_read(ZX_STR("2026-02-18T12:34:56x"), &t),
		   ZX_E_SYNTAX);
}

static void hash__ids_and_hashes_are_hexadecimal(void **state)
{
	struct zx_prng p;
	struct zx_rand r;
	unsigned char h[ZX_HASH], back[ZX_HASH];
	char text[ZX_HASH_TEXT], id[ZX_GUILD_ID_TEXT];

	(void)state;
	zx_sha256(ZX_STR("abc"), h);
	zx_hash_text(h, text);
	assert_string_equal(text, "ba7816bf8f01cfea414140de5dae2223"
				  "b00361a396177a9cb410ff61f20015ad");
	assert_err(zx_hash_read(zx_str(text), back), ZX_OK);
	assert_memory_equal(h, back, ZX_HASH);
	assert_err(zx_hash_read(ZX_STR("ba78"), back), ZX_E_SYNTAX);
	zx_prng_init(&p, 1);
	r = zx_prng_rand(&p);
	zx_guild_id_new(&r, id);
	assert_true(zx_guild_id_valid(zx_str(id)));
	assert_false(zx_guild_id_valid(ZX_STR("../../../../")));
	assert_false(zx_guild_id_valid(ZX_STR("0123456789AB")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(canon__keys_are_sorted_and_spaces_dropped),
		cmocka_unit_test(canon__lists_of_ids_are_sorted_by_all_64_bits),
		cmocka_unit_test(canon__of_equal_keys_the_last_counts),
		cmocka_unit_test(canon__one_text_has_one_form),
		cmocka_unit_test(canon__whole_numbers_are_exact),
		cmocka_unit_test(canon__indented_text_is_pythons),
		cmocka_unit_test(canon__malformed_and_deep_text_is_refused),
		cmocka_unit_test(canon__python_checksums_fit),
		cmocka_unit_test(canon__the_documented_file_has_its_checksum),
		cmocka_unit_test(canon__is_a_fixed_point),
		cmocka_unit_test(canon__survives_every_failed_allocation),
		cmocka_unit_test(
			stamp__pythons_forms_are_read_and_ours_written),
		cmocka_unit_test(hash__ids_and_hashes_are_hexadecimal),
	};

	return cmocka_run_group_tests_name("canon", tests, NULL, NULL);
}
