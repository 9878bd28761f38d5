/* SPDX-License-Identifier: MIT
 *
 * Messages: found without a tree, passed on without being read, and written as
 * the original writes them.
 */
#include "helper/zx_test.h"
#include "ipc/examples.h"
#include "zoryx/ipc.h"

static struct zx_str inside(struct zx_str raw)
{
	return zx_json_plain(raw);
}

static void ipc_message__the_worked_examples_are_exact(void **state)
{
	struct zx_ipc_envelope e;
	struct zx_ipc_message m;
	struct zx_buf b;
	size_t i;

	(void)state;
	assert_true(EXAMPLES == 16);
	zx_buf_init(&b, NULL, 0);
	for (i = 0; i < EXAMPLES; i++) {
		struct zx_str text = zx_str(examples[i].text);

		assert_int_equal(text.len, examples[i].len);
		assert_err(zx_ipc_message_scan(text, &m), ZX_OK);
		assert_true(m.plain);
		assert_true(m.op != ZX_IPC_OTHER);
		e = (struct zx_ipc_envelope){ .op = m.name,
					      .data = m.data,
					      .source = inside(m.source),
					      .target = inside(m.target),
					      .timestamp = 1771430400125,
					      .nonce = inside(m.nonce) };
		zx_buf_clear(&b);
		zx_ipc_message_write(&b, &e);
		assert_str(zx_buf_str(&b), examples[i].text);
		zx_buf_clear(&b);
		assert_err(zx_ipc_message_relay(&b, &m, inside(m.source)),
			   ZX_OK);
		assert_str(zx_buf_str(&b), examples[i].text);
	}
	zx_buf_release(&b);
}

static void ipc_message__every_op_has_its_name(void **state)
{
	int op;

	(void)state;
	for (op = ZX_IPC_AUTH; op <= ZX_IPC_BROADCAST_MESSAGE; op++)
		assert_int_equal(zx_ipc_op_find(zx_str(
					 zx_ipc_op_name((enum zx_ipc_op)op))),
				 op);
	assert_int_equal(zx_ipc_op_find(ZX_STR("autH")), ZX_IPC_OTHER);
	assert_int_equal(zx_ipc_op_find(ZX_STR("")), ZX_IPC_OTHER);
	assert_string_equal(zx_ipc_op_name(ZX_IPC_OTHER), "");
}

/* text, scan's result, and what comes out under the source "A" */
static const struct {
	const char *text;
	int err;
	const char *relayed;
} rows[] = {
	/* the captured one of the original, but for its rewriting of data */
	{ "{\"op\":\"stats_broadcast\",\"data\":{\"l\":Infinity},\"source\":"
	  "\"EVIL\",\"target\":\"all\",\"timestamp\":1700000000.25,\"nonce\":"
	  "\"n2\",\"extra\":1}",
	  ZX_OK,
	  "{\"op\": \"stats_broadcast\", \"data\": {\"l\":Infinity}, "
	  "\"source\": \"A\", \"target\": \"all\", \"timestamp\": "
	  "1700000000.25, \"nonce\": \"n2\"}" },
	/* only these members: bytes stay where they are */
	{ "{\"source\":\"x\",\"data\":{ },\"op\":\"x_a\"}", ZX_OK,
	  "{\"source\":\"A\",\"data\":{ },\"op\":\"x_a\"}" },
	/* no source: one is put in */
	{ "{\"op\":\"x_a\",\"data\":{}}", ZX_OK,
	  "{\"op\": \"x_a\", \"data\": {}, \"source\": \"A\"}" },
	/* of two the last counts, and only it goes on */
	{ "{\"op\":\"x_a\",\"op\":\"x_b\",\"data\":{\"a\":1},\"data\":{},"
	  "\"source\":\"1\",\"source\":\"2\"}",
	  ZX_OK, "{\"op\": \"x_b\", \"data\": {}, \"source\": \"A\"}" },
	/* a key that spells source in another way */
	{ "{\"op\":\"x_a\",\"data\":{},\"source\":\"1\",\"sou\\u0072ce\":"
	  "\"2\"}",
	  ZX_OK, "{\"op\": \"x_a\", \"data\": {}, \"source\": \"A\"}" },
	/* data that only looks as if it ended */
	{ "{\"op\":\"x_a\",\"data\":{\"}\":\"\\\"}\",\"source\":\"no\"},"
	  "\"source\":\"1\"}",
	  ZX_OK,
	  "{\"op\":\"x_a\",\"data\":{\"}\":\"\\\"}\",\"source\":\"no\"},"
	  "\"source\":\"A\"}" },
	{ " {\t\"op\" : \"x_a\" , \"data\" : { } , \"source\" : 5 } ", ZX_OK,
	  " {\t\"op\" : \"x_a\" , \"data\" : { } , \"source\" : \"A\" } " },
	{ "", ZX_E_SYNTAX, NULL },
	{ "[]", ZX_E_SYNTAX, NULL },
	{ "{}", ZX_E_TYPE, NULL },
	{ "null", ZX_E_SYNTAX, NULL },
	{ "{\"op\":\"a\"}", ZX_E_TYPE, NULL },
	{ "{\"data\":{}}", ZX_E_TYPE, NULL },
	{ "{\"op\":1,\"data\":{}}", ZX_E_TYPE, NULL },
	{ "{\"op\":\"a\",\"data\":[]}", ZX_E_TYPE, NULL },
	{ "{\"op\":\"a\",\"data\":null}", ZX_E_TYPE, NULL },
	{ "{\"op\":\"a\",\"data\":{}", ZX_E_SYNTAX, NULL },
	{ "{\"op\":\"a\",\"data\":{}}}", ZX_E_SYNTAX, NULL },
	{ "{\"op\":\"a\",\"data\":{}} x", ZX_E_SYNTAX, NULL },
	{ "{\"op\":\"a\",\"data\":{},}", ZX_E_SYNTAX, NULL },
	{ "{\"op\":\"a\" \"data\":{}}", ZX_E_SYNTAX, NULL },
	{ "{\"op\" \"a\",\"data\":{}}", ZX_E_SYNTAX, NULL },
	{ "{\"op\":\"a\",\"data\":{\"a\":[}", ZX_E_SYNTAX, NULL },
	{ "{\"op\":\"a", ZX_E_SYNTAX, NULL },
	{ "{op:1}", ZX_E_SYNTAX, NULL },
};

static void A22__members_are_found_or_missed(void **state)
{
	struct zx_ipc_message m;
	struct zx_buf b;
	size_t i;

	(void)state;
	zx_buf_init(&b, NULL, 0);
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct zx_str text = zx_test_exact(zx_str(rows[i].text));

		assert_err(zx_ipc_message_scan(text, &m), rows[i].err);
		if (rows[i].relayed) {
			zx_buf_clear(&b);
			assert_err(zx_ipc_message_relay(&b, &m, ZX_STR("A")),
				   ZX_OK);
			assert_str(zx_buf_str(&b), rows[i].relayed);
		}
		free((char *)text.ptr);
	}
	zx_buf_release(&b);
}

static void A22__every_prefix_is_refused(void **state)
{
	struct zx_ipc_message m;
	size_t i, n;

	(void)state;
	for (i = 0; i < EXAMPLES; i++)
		for (n = 0; n < examples[i].len; n++) {
			struct zx_str cut = zx_test_exact(
				(struct zx_str){ examples[i].text, n });

			assert_int_not_equal(zx_ipc_message_scan(cut, &m),
					     ZX_OK);
			free((char *)cut.ptr);
		}
}

/* What the check must say, and what comes out. */
static const struct {
	const char *text;
	int err;
	const char *clean;
} checks[] = {
	{ "{\"a\":1}", ZX_OK, "{\"a\":1}" },
	{ "{\"a\":NaN,\"b\":[Infinity,-Infinity]}", ZX_OK,
	  "{\"a\":null,\"b\":[null,null]}" },
	{ "{\"a\":\"NaN\",\"b\":NaN}", ZX_OK, "{\"a\":\"NaN\",\"b\":null}" },
	{ "{\"a\":18446744073709551615}", ZX_OK,
	  "{\"a\":18446744073709551615}" },
	{ "{NaN:1}", ZX_E_SYNTAX, NULL },
	{ "{\"a\":NaNN}", ZX_E_SYNTAX, NULL },
	{ "{\"a\":+Infinity}", ZX_E_SYNTAX, NULL },
	{ "{\"a\":nan}", ZX_E_SYNTAX, NULL },
	{ "{\"a\":\"\xff\"}", ZX_E_SYNTAX, NULL },
	{ "{\"a\":\"\xed\xa0\x80\"}", ZX_E_SYNTAX, NULL },
	{ "{\"a\":\"\x01\"}", ZX_E_SYNTAX, NULL },
	{ "{\"a\":01}", ZX_E_SYNTAX, NULL },
	{ "{\"a\":1.}", ZX_E_SYNTAX, NULL },
	{ "{\"a\":1}x", ZX_E_SYNTAX, NULL },
};

static void A06__what_is_no_json_is_told_from_what_python_writes(void **state)
{
	struct zx_buf b;
	size_t i;

	(void)state;
	zx_buf_init(&b, NULL, 0);
	for (i = 0; i < sizeof(checks) / sizeof(*checks); i++) {
		struct zx_str text = zx_str(checks[i].text), same = text;

		assert_err(zx_ipc_check(&same, NULL), checks[i].err);
		assert_ptr_equal(same.ptr, text.ptr);
		assert_err(zx_ipc_check(&text, &b), checks[i].err);
		if (checks[i].clean)
			assert_str(text, checks[i].clean);
	}
	zx_buf_release(&b);
}

static void A05__deep_nesting_costs_nothing(void **state)
{
	struct zx_ipc_message m;
	struct zx_str text;
	struct zx_buf b;
	int i;

	(void)state;
	zx_buf_init(&b, NULL, 0);
	zx_buf_addc(&b, "{\"op\":\"x_a\",\"data\":{\"a\":");
	for (i = 0; i < 10000; i++)
		zx_buf_addch(&b, '[');
	for (i = 0; i < 10000; i++)
		zx_buf_addch(&b, ']');
	zx_buf_addc(&b, "}}");
	text = zx_buf_str(&b);
	assert_err(zx_ipc_message_scan(text, &m), ZX_OK);
	assert_err(zx_ipc_check(&m.data, NULL), ZX_E_TOOBIG);
	zx_buf_release(&b);
}

static void ipc_message__texts_are_written_as_python_does(void **state)
{
	struct zx_ipc_envelope e = {
		.op = ZX_STR("broadcast_message"),
		.source = ZX_STR("a\"\\\n\t\x01\x7f"
				 "\xc3\xa9\xf0\x9f\x91\x91\xff"),
		.timestamp = 1700000000000,
	};
	struct zx_buf b;

	(void)state;
	zx_buf_init(&b, NULL, 0);
	zx_ipc_message_write(&b, &e);
	assert_str(zx_buf_str(&b),
		   "{\"op\": \"broadcast_message\", \"data\": {}, \"source\": "
		   "\"a\\\"\\\\\\n\\t\\u0001\x7f\\u00e9\\ud83d\\udc51\\ufffd\""
		   ", \"target\": \"all\", \"timestamp\": 1700000000.0, "
		   "\"nonce\": \"\"}");
	zx_buf_release(&b);
}

static void ipc_secret__the_default_is_for_loopback_only(void **state)
{
	const char *warning;

	(void)state;
	assert_err(zx_ipc_secret_check(ZX_STR("x"), 0, &warning), ZX_OK);
	assert_null(warning);
	assert_err(
		zx_ipc_secret_check(ZX_STR(ZX_IPC_SECRET_DEFAULT), 1, &warning),
		ZX_OK);
	assert_non_null(strstr(warning, "SHARD_IPC_SECRET"));
	assert_err(
		zx_ipc_secret_check(ZX_STR(ZX_IPC_SECRET_DEFAULT), 0, &warning),
		ZX_E_AUTH);
	assert_non_null(warning);
	assert_err(zx_ipc_secret_check(ZX_STR(""), 1, NULL), ZX_E_AUTH);
	assert_true(zx_ipc_is_loopback("127.0.0.1"));
	assert_true(zx_ipc_is_loopback("::1"));
	assert_false(zx_ipc_is_loopback("0.0.0.0"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ipc_message__the_worked_examples_are_exact),
		cmocka_unit_test(ipc_message__every_op_has_its_name),
		cmocka_unit_test(A22__members_are_found_or_missed),
		cmocka_unit_test(A22__every_prefix_is_refused),
		cmocka_unit_test(
			A06__what_is_no_json_is_told_from_what_python_writes),
		cmocka_unit_test(A05__deep_nesting_costs_nothing),
		cmocka_unit_test(ipc_message__texts_are_written_as_python_does),
		cmocka_unit_test(ipc_secret__the_default_is_for_loopback_only),
	};

	return cmocka_run_group_tests_name("ipc messages", tests, NULL, NULL);
}
