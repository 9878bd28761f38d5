/* SPDX-License-Identifier: MIT
 *
 * envelope: op, s, t and d are found in any order, and nothing outside the text
 * is read.
 */
#include <stdio.h>

#include "helper/zx_test.h"
#include "zoryx/gateway.h"

struct row {
	const char *text;
	int op, has_seq;
	int64_t seq;
	const char *t, *d;
};

static const struct row good[] = {
	{ "{\"t\":\"READY\",\"s\":1,\"op\":0,\"d\":{\"a\":1}}", 0, 1, 1,
	  "READY", "{\"a\":1}" },
	{ "{\"op\":0,\"d\":{\"a\":\"}\"},\"s\":2,\"t\":\"X\"}", 0, 1, 2, "X",
	  "{\"a\":\"}\"}" },
	{ "{\"d\":[1,[2]],\"t\":null,\"s\":null,\"op\":9}", 9, 0, 0, "",
	  "[1,[2]]" },
	{ "{\"op\":11}", 11, 0, 0, "", "" },
	{ "{\"op\":9,\"d\":false}", 9, 0, 0, "", "false" },
	{ "{\"t\":null,\"s\":null,\"op\":7,\"d\":null}", 7, 0, 0, "", "null" },
	{ "{\"t\":null,\"s\":null,\"op\":9,\"d\":true}", 9, 0, 0, "", "true" },
	{ "{\"t\":null,\"s\":null,\"op\":1,\"d\":251,\"x\":{}}", 1, 0, 0, "",
	  "251" },
	{ "{\"t\":\"A\",\"s\":5,\"op\":0,\"d\":\"a\\\"}b\"}", 0, 1, 5, "A",
	  "\"a\\\"}b\"" },
	{ " \t\r\n{ \"t\" : \"A\" , \"s\" : 5 ,\n\"op\" : 0 , \"d\" : { } \n} ",
	  0, 1, 5, "A", "{ }" },
	{ "{\"s\":9223372036854775807,\"op\":0}", 0, 1, INT64_MAX, "", "" },
	{ "{\"s\":-3,\"op\":0}", 0, 1, -3, "", "" },
	/* The first of duplicates wins. */
	{ "{\"op\":1,\"op\":2,\"s\":1,\"s\":2,\"d\":{},\"d\":[],\"t\":\"A\","
	  "\"t\":\"B\"}",
	  1, 1, 1, "A", "{}" },
	{ "{\"op\":1,\"s\":null,\"s\":2,\"t\":null,\"t\":\"B\"}", 1, 0, 0, "",
	  "" },
	/* Keys that only look alike. */
	{ "{\"o\":{},\"opp\":1,\"dd\":2,\"\":3,\"\\\"\":4,\"a\\\\\":5,\"\\u0064"
	  "\":6,\"op\":0}",
	  0, 0, 0, "", "" },
	{ "{\"_trace\":[\"{\\\"op\\\":7}\"],\"op\":0,\"x\":{\"op\":3}}", 0, 0,
	  0, "", "" },
	{ "{\"t\":\"FUT\\u0055RE\",\"op\":0}", 0, 0, 0, "FUT\\u0055RE", "" },
};

static const char *const bad[] = {
	"",
	" ",
	"{",
	"{}",
	"[]",
	"null",
	"op",
	"{\"op\"",
	"{\"op\":",
	"{\"op\":}",
	"{\"op\":0",
	"{\"op\":0,",
	"{\"op\":0,}",
	"{\"op\":0 \"s\":1}",
	"{\"op\":0}}",
	"{\"op\":0} x",
	"{op:0}",
	"{\"op\":\"0\"}",
	"{\"op\":null}",
	"{\"op\":-1}",
	"{\"op\":1.5}",
	"{\"op\":0x1}",
	"{\"op\":99999999999}",
	"{\"op\":0,\"s\":\"1\"}",
	"{\"op\":0,\"s\":1e3}",
	"{\"op\":0,\"s\":9223372036854775808}",
	"{\"op\":0,\"s\":99999999999999999999999}",
	"{\"op\":0,\"s\":{}}",
	"{\"op\":0,\"s\":nul}",
	"{\"op\":0,\"t\":1}",
	"{\"op\":0,\"t\":{}}",
	"{\"op\":0,\"t\":\"A}",
	"{\"op\":0,\"d\":{}",
	"{\"op\":0,\"d\":{\"a\":[}",
	"{\"op\":0,\"d\":\"abc}",
	"{\"d\":{}}",
	"{\"s\":1,\"t\":\"A\"}",
	"{\"t\":\"A\",\"s\":1,\"op\":0,\"d\":{",
	"{\"t\":\"A\",\"s\":1,\"op\":0,\"d\":{}",
	"{\"t\":\"A\",\"s\":1,\"op\":0,\"d\":}",
	"{\"t\":\"A\",\"s\":1,\"op\":0,\"d\":[}",
	"{\"t\":\"A\",\"s\":1,\"op\":0,\"d\":[}}",
	"{\"t\":\"A\",\"s\":1,\"op\":0,\"d\":{]}",
};

static int scan(const char *text, struct zx_envelope *e, struct zx_str *copy)
{
	*copy = zx_test_exact(zx_str(text));
	return zx_envelope_scan(*copy, e);
}

static void check(const struct row *r, const struct zx_envelope *e)
{
	assert_int_equal(e->op, r->op);
	assert_int_equal(e->has_seq, r->has_seq);
	assert_int_equal(e->seq, r->seq);
	assert_str(e->t, r->t);
	assert_str(e->d, r->d);
}

static void envelope__any_order_gives_the_same_members(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(*good); i++) {
		struct zx_envelope e;
		struct zx_str copy;
		int err = scan(good[i].text, &e, &copy);

		if (err)
			fail_msg("%s: %s", good[i].text, zx_errname(err));
		check(&good[i], &e);
		free((char *)copy.ptr);
	}
}

static void envelope__what_is_no_message_is_refused(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct zx_envelope e;
		struct zx_str copy;
		int err = scan(bad[i], &e, &copy);

		if (err != ZX_E_SYNTAX)
			fail_msg("%s: %s", bad[i], zx_errname(err));
		free((char *)copy.ptr);
	}
}

/* In exact memory, so that the sanitizers see a byte read too much. */
static void envelope__no_prefix_of_a_message_passes(void **state)
{
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(*good); i++) {
		struct zx_str whole = zx_str_trim(zx_str(good[i].text));

		for (n = 0; n < whole.len; n++) {
			struct zx_str cut = { whole.ptr, n };
			struct zx_envelope e;

			cut = zx_test_exact(cut);
			/* An inner brace may pass for the last one of d. */
			if (!zx_envelope_scan(cut, &e))
				assert_true(e.d.len && cut.ptr[n - 1] == '}');
			free((char *)cut.ptr);
		}
	}
}

static void envelope__random_bytes_do_no_harm(void **state)
{
	static const char some[] = "{}[]\":,\\ opstdnul0123456789-\n";
	struct zx_prng prng;
	struct zx_rand r;
	int i;

	(void)state;
	zx_prng_init(&prng, 1);
	r = zx_prng_rand(&prng);
	for (i = 0; i < 20000; i++) {
		const char *base = good[zx_rand_below(&r, 17)].text;
		struct zx_str copy = zx_test_exact(zx_str(base));
		struct zx_envelope e;
		char *p = (char *)copy.ptr;
		uint64_t n = 1 + zx_rand_below(&r, 3);

		while (n--)
			p[zx_rand_below(&r, copy.len)] =
				some[zx_rand_below(&r, sizeof(some) - 1)];
		if (!zx_envelope_scan(copy, &e)) {
			assert_true(e.op >= 0);
			assert_true(!e.d.len ||
				    (e.d.ptr > p &&
				     e.d.ptr + e.d.len < p + copy.len));
		}
		free(p);
	}
}

/* What the header promises about members behind d. */
static void envelope__getters_stop_before_what_follows_d(void **state)
{
	struct zx_str text = ZX_STR("{\"t\":\"A\",\"s\":1,\"op\":0,"
				    "\"d\":{\"a\":1},\"x\":{\"b\":2}}");
	struct zx_envelope e;

	(void)state;
	assert_err(zx_envelope_scan(text, &e), ZX_OK);
	assert_str(zx_json_get(e.d, "a"), "1");
	assert_int_equal(zx_json_get(e.d, "x").len, 0);
	assert_int_equal(zx_json_get(e.d, "b").len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(envelope__any_order_gives_the_same_members),
		cmocka_unit_test(envelope__what_is_no_message_is_refused),
		cmocka_unit_test(envelope__no_prefix_of_a_message_passes),
		cmocka_unit_test(envelope__random_bytes_do_no_harm),
		cmocka_unit_test(envelope__getters_stop_before_what_follows_d),
	};

	return cmocka_run_group_tests_name("gateway/envelope", tests, NULL,
					   NULL);
}
