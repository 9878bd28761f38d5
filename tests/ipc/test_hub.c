/* SPDX-License-Identifier: MIT
 *
 * The hub and peers that speak the original's clear text: who is taken in, what
 * is passed on, and what never is.
 */
#include "ipc/desk.h"

static struct desk desk;

/* The trace of the protocol's description, with the two things done better:
 * what is for A is answered by A alone, and a leave tells of it. */
static void ipc_hub__the_described_session(void **state)
{
	struct desk *d = &desk;
	struct desk_peer *a, *b;

	(void)state;
	desk_init(d);
	desk_open(d);
	a = desk_join(d, "A");
	d->tracing = 1;
	b = desk_connect(d, "10.0.0.2");
	desk_auth(d, b, "B", DESK_SECRET);
	desk_send(d, b,
		  "{\"op\": \"heartbeat\", \"data\": {\"guild_count\": 3}, "
		  "\"nonce\": \"n1\"}");
	desk_send(d, b,
		  "{\"op\": \"heartbeat\", \"data\": {\"guild_count\": 4}, "
		  "\"nonce\": \"n1\"}");
	desk_send(d, b,
		  "{\"op\": \"stats_broadcast\", \"data\": {\"guild_count\": "
		  "4}, \"source\": \"EVIL\", \"target\": \"all\", "
		  "\"timestamp\": 1.5, \"nonce\": \"n2\"}");
	desk_send(d, b,
		  "{\"op\": \"eval_request\", \"data\": {\"query\": "
		  "\"uptime\"}, \"source\": \"B\", \"target\": \"A\", "
		  "\"nonce\": \"n3\"}");
	desk_send(d, b, "{\"op\": \"stats_broadcast\", \"data\": {");
	zx_buf_addch(&d->trace, '\0');
#define OURS "\"source\": \"cluster-0\", \"target\": "
#define TIME ", \"timestamp\": 1771430400.125, \"nonce\": \""
	{
		/* Nonces are drawn: leave them out. */
		char *p = d->trace.ptr, *q;

		while ((q = strstr(p, "\"nonce\": \""))) {
			q += strlen("\"nonce\": \"");
			p = strchr(q, '"');
			if (p - q > 8)
				memmove(q, p, strlen(p) + 1);
			p = q;
		}
	}
	assert_string_equal(
		d->trace.ptr,
		"A< {\"op\": \"cluster_join\", \"data\": {\"cluster_name\": "
		"\"B\", \"shard_ids\": [3, 4, 5]}, " OURS "\"all\"" TIME "\"}\n"
		"B< {\"op\": \"auth_response\", \"data\": {\"success\": true, "
		"\"server_cluster\": \"cluster-0\", \"connected_clients\": "
		"[\"A\", \"B\"]}, " OURS "\"all\"" TIME "\"}\n"
		"B< {\"op\": \"heartbeat_ack\", \"data\": {\"timestamp\": "
		"1771430400.125}, " OURS "\"B\"" TIME "\"}\n"
		"A< {\"op\": \"stats_broadcast\", \"data\": {\"guild_count\": "
		"4}, \"source\": \"B\", \"target\": \"all\", \"timestamp\": "
		"1.5, \"nonce\": \"n2\"}\n"
		"A< {\"op\": \"eval_request\", \"data\": {\"query\": "
		"\"uptime\"}, \"source\": \"B\", \"target\": \"A\", \"nonce\": "
		"\"n3\"}\n"
		"A< {\"op\": \"cluster_leave\", \"data\": {\"cluster_name\": "
		"\"B\"}, " OURS "\"all\"" TIME "\"}\n"
		"B closed\n");
	assert_int_equal(d->messages, 1);
	assert_int_equal(d->leaves, 1);
	assert_true(a->link);
	desk_close(d);
}

static void A21__what_is_for_another_is_not_done_here(void **state)
{
	struct desk *d = &desk;
	struct desk_peer *a, *b;
	size_t before;

	(void)state;
	desk_init(d);
	desk_open(d);
	a = desk_join(d, "A");
	b = desk_join(d, "B");
	before = b->frames;
	desk_send(d, b,
		  "{\"op\": \"guild_count_request\", \"data\": {}, \"target\": "
		  "\"A\", \"nonce\": \"1\"}");
	assert_int_equal(b->frames, before);
	assert_non_null(strstr(a->last, "\"source\": \"B\""));
	desk_send(d, b,
		  "{\"op\": \"guild_count_request\", \"data\": {\"req_id\": "
		  "\"q\"}, \"target\": \"cluster-0\", \"nonce\": \"2\"}");
	assert_int_equal(b->frames, before + 1);
	assert_non_null(strstr(b->last,
			       "{\"op\": \"guild_count_response\", \"data\": "
			       "{\"guild_count\": 500, \"user_count\": 81000, "
			       "\"shard_count\": 6, \"req_id\": \"q\"}, "
			       "\"source\": \"cluster-0\", \"target\": \"B\""));
	desk_send(d, b,
		  "{\"op\": \"eval_request\", \"data\": {\"query\": \"rm -rf\""
		  "}, \"target\": \"cluster-0\", \"nonce\": \"3\"}");
	assert_non_null(strstr(b->last, "{\"query\": \"rm -rf\", \"result\": "
					"\"unknown_query\"}"));
	desk_send(d, b,
		  "{\"op\": \"x_a\", \"data\": {}, \"target\": \"nobody\", "
		  "\"nonce\": \"4\"}");
	assert_int_equal(desk_stats(d).no_peer, 1);
	desk_close(d);
}

static void ipc_hub__what_only_a_hub_says_is_not_passed_on(void **state)
{
	static const char *const ops[] = {
		"auth",		"auth_response", "heartbeat_ack",
		"cluster_join", "cluster_leave", "unknown",
		"X_a",		"\\u0078_a",	 "",
	};
	struct desk *d = &desk;
	struct desk_peer *a, *b;
	char text[200];
	size_t i, before;

	(void)state;
	desk_init(d);
	desk_open(d);
	a = desk_join(d, "A");
	b = desk_join(d, "B");
	before = a->frames;
	for (i = 0; i < sizeof(ops) / sizeof(*ops); i++) {
		snprintf(
			text, sizeof(text),
			"{\"op\": \"%s\", \"data\": {\"secret\": \"" DESK_SECRET
			"\"}, \"nonce\": \"%zu\"}",
			ops[i], i);
		desk_send(d, b, text);
	}
	assert_int_equal(a->frames, before);
	assert_int_equal(d->messages, 0);
	assert_int_equal(desk_stats(d).denied, i);
	assert_true(b->link);
	desk_close(d);
}

static void A08__a_nonce_seen_before_is_dropped(void **state)
{
	struct desk *d = &desk;
	struct desk_peer *a, *b;
	char text[200];
	unsigned i;

	(void)state;
	desk_init(d);
	desk_open(d);
	a = desk_join(d, "A");
	b = desk_join(d, "B");
	for (i = 0; i < 10000; i++) {
		snprintf(text, sizeof(text),
			 "{\"op\": \"x_a\", \"data\": {}, \"target\": "
			 "\"cluster-0\", \"nonce\": \"%012x\"}",
			 i * 7919u);
		desk_send(d, b, text);
	}
	assert_int_equal(d->messages, 10000);
	for (i = 0; i < 10000; i += 99) {
		snprintf(text, sizeof(text),
			 "{\"op\": \"x_a\", \"data\": {}, \"target\": "
			 "\"cluster-0\", \"nonce\": \"%012x\"}",
			 i * 7919u);
		desk_send(d, b, text);
	}
	assert_int_equal(d->messages, 10000);
	assert_int_equal(desk_stats(d).duplicates, 102);
	/* Another cluster's nonces are its own. */
	desk_send(d, a, text);
	assert_int_equal(d->messages, 10001);
	/* Without one nothing can be told apart, and nothing is lost. */
	for (i = 0; i < 3; i++) {
		desk_send(d, b,
			  "{\"op\": \"x_a\", \"data\": {}, \"nonce\": \"\"}");
		desk_send(d, b, "{\"op\": \"x_a\", \"data\": {}}");
	}
	assert_int_equal(d->messages, 10007);
	desk_close(d);
}

static void ipc_hub__names_are_looked_at(void **state)
{
	static const struct {
		const char *name;
		int ok;
	} rows[] = {
		{ "us-east-1", 1 },
		{ "Gro\\u00df", 1 },
		{ "a b", 1 },
		{ "all", 0 },
		{ "", 0 },
		{ "cluster-0", 0 },
		{ "a\\nb", 0 },
		{ "a\\\"b", 0 },
		{ "a`b", 0 },
		{ "a\\u0000b", 0 },
		{ "a\\u0085b", 0 },
		{ "\xc3\xa9t\xc3\xa9", 1 },
		{ "0123456789012345678901234567890123456789012345678901234567"
		  "890123",
		  1 },
		{ "0123456789012345678901234567890123456789012345678901234567"
		  "8901234",
		  0 },
	};
	struct desk *d = &desk;
	struct desk_peer *p;
	size_t i;

	(void)state;
	desk_init(d);
	desk_open(d);
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		p = desk_connect(d, "10.0.0.1");
		assert_non_null(p);
		desk_auth(d, p, rows[i].name, DESK_SECRET);
		assert_int_equal(p->link != 0, rows[i].ok);
		assert_non_null(strstr(p->last, rows[i].ok ? "\"success\": true"
							   : "\"success\": "
							     "false"));
	}
	/* None at all, as the original names it. */
	p = desk_connect(d, "10.0.0.9");
	desk_send(d, p,
		  "{\"op\": \"auth\", \"data\": {\"secret\": \"" DESK_SECRET
		  "\"}}");
	assert_non_null(strstr(p->last, "\"unknown-('10.0.0.9', 4000)\""));
	desk_close(d);
}

static void A10__guessing_is_slowed_down(void **state)
{
	struct desk *d = &desk;
	struct desk_peer *p;
	unsigned i, taken = 0;

	(void)state;
	desk_init(d);
	desk_open(d);
	for (i = 0; i < 1000; i++) {
		p = desk_connect(d, "10.0.0.1");
		if (!p)
			continue;
		taken++;
		desk_auth(d, p, "A", "guess");
		assert_int_equal(p->link, 0);
		assert_non_null(strstr(p->last, "Invalid secret"));
		d->peers--;
	}
	assert_int_equal(taken, 5);
	assert_int_equal(desk_stats(d).auth_failed, 5);
	assert_int_equal(desk_stats(d).refused, 995);
	/* Others are let in meanwhile. */
	p = desk_connect(d, "10.0.0.2");
	assert_non_null(p);
	desk_auth(d, p, "B", DESK_SECRET);
	assert_true(p->link);
	/* A minute, then five more, then two minutes. */
	desk_until(d, d->now + 60000);
	for (i = 0; i < 5; i++) {
		p = desk_connect(d, "10.0.0.1");
		assert_non_null(p);
		desk_auth(d, p, "A", "guess");
	}
	desk_until(d, d->now + 60000);
	assert_null(desk_connect(d, "10.0.0.1"));
	desk_until(d, d->now + 60000);
	assert_non_null(desk_connect(d, "10.0.0.1"));
	desk_close(d);
}

static void ipc_hub__a_prefix_of_the_secret_is_no_secret(void **state)
{
	static const char *const rows[] = { "", "zx-test-secret-ip",
					    "zx-test-secret-ipcc",
					    "zx-test-secret-ipC" };
	struct desk *d = &desk;
	struct desk_peer *p;
	size_t i;

	(void)state;
	desk_init(d);
	desk_open(d);
	for (i = 0; i < 4; i++) {
		p = desk_connect(d, "10.0.0.1");
		desk_auth(d, p, "A", rows[i]);
		assert_int_equal(p->link, 0);
	}
	p = desk_connect(d, "10.0.0.2");
	desk_send(d, p,
		  "{\"op\": \"x_a\", \"data\": {\"secret\": \"" DESK_SECRET
		  "\"}}");
	assert_non_null(strstr(p->last, "Invalid secret"));
	p = desk_connect(d, "10.0.0.2");
	desk_send(d, p, "{\"op\": \"auth\", \"data\": {\"secret\": null}}");
	assert_int_equal(p->link, 0);
	desk_close(d);
}

static void A11__clear_text_is_not_admitted_unless_allowed(void **state)
{
	struct desk *d = &desk;
	struct desk_peer *p;

	(void)state;
	desk_init(d);
	d->opt.allow_legacy = 0;
	desk_open(d);
	p = desk_connect(d, "10.0.0.1");
	desk_auth(d, p, "A", DESK_SECRET);
	assert_int_equal(p->link, 0);
	assert_non_null(strstr(p->last, "SHARD_IPC_ALLOW_LEGACY=true"));
	assert_int_equal(d->joins, 0);
	desk_close(d);
}

static void ipc_hub__a_payload_is_copied_once_for_all(void **state)
{
	struct desk *d = &desk;
	struct zx_ipc_stats s;
	struct desk_peer *p;
	struct zx_buf b;
	char name[16];
	int i;

	(void)state;
	desk_init(d);
	desk_open(d);
	for (i = 0; i < 65; i++) {
		snprintf(name, sizeof(name), "c%d", i);
		p = desk_join(d, name);
	}
	for (i = 0; i < 65; i++)
		d->peer[i].deaf = 1;
	zx_buf_init(&b, NULL, 0);
	zx_buf_addc(&b, "{\"op\": \"x_a\", \"data\": {\"t\": \"");
	for (i = 0; i < 60000; i++)
		zx_buf_addch(&b, 'x');
	zx_buf_addc(&b, "\"}, \"source\": \"c64\", \"target\": \"all\"}");
	i = (int)d->mem.live_bytes;
	desk_send(d, p, zx_buf_cstr(&b));
	s = desk_stats(d);
	assert_int_equal(s.relayed, 1);
	assert_int_equal(s.copied, b.len);
	/* 64 wait for it, and it is there once. */
	assert_true(d->mem.live_bytes < (size_t)i + 2 * b.len + 65 * 256);
	zx_buf_release(&b);
	desk_close(d);
}

static void ipc_hub__an_idle_peer_costs_little(void **state)
{
	struct desk *d = &desk;
	size_t before;
	char text[128];
	int i, k;

	(void)state;
	desk_init(d);
	desk_open(d);
	desk_join(d, "first");
	before = d->mem.live_bytes;
	for (i = 0; i < 100; i++) {
		snprintf(text, sizeof(text), "c%d", i);
		desk_join(d, text);
	}
	/* An hour of heartbeats. */
	for (k = 0; k < 120; k++) {
		desk_until(d, d->now + 30000);
		for (i = 0; i <= 100; i++) {
			snprintf(text, sizeof(text),
				 "{\"op\": \"heartbeat\", \"data\": {}, "
				 "\"nonce\": \"%d.%d\"}",
				 i, k);
			desk_send(d, &d->peer[i], text);
		}
	}
	assert_int_equal(d->leaves, 0);
	assert_true((d->mem.live_bytes - before) / 100 < 8 * 1024);
	desk_close(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ipc_hub__the_described_session),
		cmocka_unit_test(A21__what_is_for_another_is_not_done_here),
		cmocka_unit_test(
			ipc_hub__what_only_a_hub_says_is_not_passed_on),
		cmocka_unit_test(A08__a_nonce_seen_before_is_dropped),
		cmocka_unit_test(ipc_hub__names_are_looked_at),
		cmocka_unit_test(A10__guessing_is_slowed_down),
		cmocka_unit_test(ipc_hub__a_prefix_of_the_secret_is_no_secret),
		cmocka_unit_test(
			A11__clear_text_is_not_admitted_unless_allowed),
		cmocka_unit_test(ipc_hub__a_payload_is_copied_once_for_all),
		cmocka_unit_test(ipc_hub__an_idle_peer_costs_little),
	};

	return cmocka_run_group_tests_name("ipc hub", tests, NULL, NULL);
}
