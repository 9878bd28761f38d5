/* SPDX-License-Identifier: MIT
 *
 * Members asked for over the gateway: requests, chunks in any order, limits,
 * lost sessions.
 */
#include "helper/zx_test.h"
#include "zoryx/gateway.h"

#define GUILD 41771983423143937u

struct world {
	struct zx_members *m;
	struct zx_prng prng;
	struct zx_members_options opt;
	struct zx_buf sent; /* d of the latest SEND */
	char nonce[64];
	unsigned sends, chunks, restarts, done, failed;
	int err, send_result;
	uint32_t next;	      /* index expected */
	unsigned out_of_turn; /* chunks that were not the next */
	struct zx_buf seen;   /* members, one chunk after the other */
	zx_time now;
};

static void drain(struct world *w)
{
	struct zx_members_out o;

	while (zx_members_poll(w->m, &o)) {
		if (o.kind == ZX_MEMBERS_OUT_SEND) {
			w->sends++;
			zx_buf_clear(&w->sent);
			zx_buf_adds(&w->sent, o.text);
			snprintf(w->nonce, sizeof(w->nonce), "%.*s",
				 ZX_ARG(zx_json_plain(
					 zx_json_get(o.text, "nonce"))));
			zx_members_sent(w->m, o.id, w->send_result, w->now);
		} else if (o.kind == ZX_MEMBERS_OUT_CHUNK) {
			w->out_of_turn += o.index != w->next++;
			w->chunks++;
			zx_buf_adds(&w->seen, o.members);
		} else if (o.kind == ZX_MEMBERS_OUT_RESTART) {
			w->restarts++;
			w->next = 0;
			zx_buf_clear(&w->seen);
		} else if (o.kind == ZX_MEMBERS_OUT_DONE) {
			w->done++;
		} else {
			w->failed++;
			w->err = o.err;
		}
	}
}

static void open_world(struct world *w)
{
	struct zx_members_options o = ZX_MEMBERS_OPTIONS_INIT;

	*w = (struct world){ .now = 1000 };
	zx_prng_init(&w->prng, 7);
	zx_buf_init(&w->sent, NULL, 0);
	zx_buf_init(&w->seen, NULL, 0);
	o.intents = ZX_INTENT_GUILDS | ZX_INTENT_GUILD_MEMBERS;
	o.rand = zx_prng_rand(&w->prng);
	o.max_held = 64 * 1024;
	w->opt = o;
	assert_err(zx_members_new(&w->m, &o), ZX_OK);
}

static void close_world(struct world *w)
{
	zx_members_free(w->m);
	zx_buf_release(&w->sent);
	zx_buf_release(&w->seen);
}

static struct zx_members_request whole_list(void)
{
	struct zx_members_request q = ZX_MEMBERS_REQUEST_INIT;

	q.guild_id = GUILD;
	q.query = "";
	return q;
}

static int ask(struct world *w, const struct zx_members_request *q)
{
	int err = zx_members_ask(w->m, q, w->now, NULL);

	drain(w);
	return err;
}

static void feed(struct world *w, enum zx_event event, const char *text)
{
	assert_err(zx_members_feed(w->m, 0, event, zx_str(text), w->now),
		   ZX_OK);
	drain(w);
}

static void chunk_of(struct world *w, const char *nonce, unsigned index,
		     unsigned count)
{
	char text[256];

	snprintf(text, sizeof(text),
		 "{\"guild_id\":\"%llu\",\"members\":[%u],\"chunk_index\":%u,"
		 "\"chunk_count\":%u,\"nonce\":\"%s\"}",
		 (unsigned long long)GUILD, index, index, count, nonce);
	feed(w, ZX_EVENT_GUILD_MEMBERS_CHUNK, text);
}

static void chunk(struct world *w, unsigned index, unsigned count)
{
	chunk_of(w, w->nonce, index, count);
}

static void limited(struct world *w, const char *nonce, const char *after)
{
	char text[256];

	snprintf(text, sizeof(text),
		 "{\"opcode\":8,\"retry_after\":%s,\"meta\":{\"guild_id\":"
		 "\"%llu\"%s%s%s}}",
		 after, (unsigned long long)GUILD, nonce ? ",\"nonce\":\"" : "",
		 nonce ? nonce : "", nonce ? "\"" : "");
	feed(w, ZX_EVENT_RATE_LIMITED, text);
}

static void pass(struct world *w, zx_time ms)
{
	w->now += ms;
	zx_members_tick(w->m, w->now);
	drain(w);
}

static void GS_05__a_request_is_one_guild_and_a_query_or_ids(void **state)
{
	const uint64_t ids[] = { 1, 2 };
	struct zx_members_request q = whole_list();
	struct world w;

	(void)state;
	open_world(&w);
	assert_err(ask(&w, &q), ZX_OK);
	assert_true(zx_json_is(zx_json_get(zx_buf_str(&w.sent), "query"), ""));
	q.query = NULL;
	q.user_ids = ids;
	q.user_id_count = 2;
	assert_err(ask(&w, &q), ZX_OK);
	assert_string_equal(zx_json_get(zx_buf_str(&w.sent), "user_ids").len
				    ? "there"
				    : "missing",
			    "there");
	q.query = "a";
	assert_err(ask(&w, &q), ZX_E_INVALID);
	q.user_id_count = 0;
	q.limit = 101;
	assert_err(ask(&w, &q), ZX_E_INVALID);
	q.limit = 100;
	assert_err(ask(&w, &q), ZX_OK);
	q.presences = 1;
	assert_err(ask(&w, &q), ZX_E_PERM);
	q = whole_list();
	q.guild_id = 0;
	assert_err(ask(&w, &q), ZX_E_INVALID);
	assert_int_equal(w.sends, 3);
	close_world(&w);
}

static void GS_06__our_nonces_fit_and_are_never_the_same(void **state)
{
	struct zx_members_request q = whole_list();
	char first[64];
	struct world w;

	(void)state;
	open_world(&w);
	q.query = "x";
	q.limit = 1;
	assert_err(ask(&w, &q), ZX_OK);
	assert_in_range(strlen(w.nonce), 8, 32);
	memcpy(first, w.nonce, sizeof(first));
	assert_err(ask(&w, &q), ZX_OK);
	assert_string_not_equal(first, w.nonce);
	close_world(&w);
}

static void GS_08__chunks_in_any_order_come_out_in_order(void **state)
{
	static const unsigned orders[][5] = { { 0, 1, 2, 3, 4 },
					      { 4, 3, 2, 1, 0 },
					      { 2, 0, 4, 1, 3 },
					      { 1, 0, 3, 2, 4 } };
	struct zx_members_request q = whole_list();
	struct world w;
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(orders) / sizeof(*orders); i++) {
		open_world(&w);
		assert_err(ask(&w, &q), ZX_OK);
		for (k = 0; k < 5; k++) {
			chunk(&w, orders[i][k], 5);
			if (k < 4)
				chunk(&w, orders[i][k], 5); /* and again */
		}
		assert_int_equal(w.chunks, 5);
		assert_int_equal(w.out_of_turn, 0);
		assert_int_equal(w.done, 1);
		assert_string_equal(zx_buf_cstr(&w.seen), "[0][1][2][3][4]");
		assert_int_equal(zx_members_count(w.m), 0);
		close_world(&w);
	}
}

static void GS_08__two_requests_of_one_guild_are_told_apart(void **state)
{
	struct zx_members_request q = whole_list();
	char first[64];
	struct world w;

	(void)state;
	open_world(&w);
	q.query = "a";
	q.limit = 10;
	assert_err(ask(&w, &q), ZX_OK);
	memcpy(first, w.nonce, sizeof(first));
	assert_err(ask(&w, &q), ZX_OK);
	chunk(&w, 0, 1);
	assert_int_equal(w.done, 1);
	assert_int_equal(zx_members_count(w.m), 1);
	w.next = 0;
	chunk_of(&w, first, 0, 1);
	assert_int_equal(w.done, 2);
	chunk_of(&w, "of somebody else", 0, 1);
	assert_int_equal(w.chunks, 2);
	close_world(&w);
}

static void GS_08__silence_is_a_timeout_and_chunks_put_it_off(void **state)
{
	struct zx_members_request q = whole_list();
	struct world w;

	(void)state;
	open_world(&w);
	assert_err(ask(&w, &q), ZX_OK);
	pass(&w, 29999);
	chunk(&w, 0, 3);
	assert_int_equal(zx_members_deadline(w.m), w.now + 30000);
	pass(&w, 29999);
	assert_int_equal(w.failed, 0);
	pass(&w, 1);
	assert_int_equal(w.failed, 1);
	assert_err(w.err, ZX_E_TIMEOUT);
	assert_int_equal(zx_members_deadline(w.m), ZX_TIME_NEVER);
	close_world(&w);
}

static void GS_08__a_new_session_starts_it_again(void **state)
{
	struct zx_members_request q = whole_list();
	struct world w;

	(void)state;
	open_world(&w);
	assert_err(ask(&w, &q), ZX_OK);
	chunk(&w, 0, 3);
	chunk(&w, 2, 3);
	feed(&w, ZX_EVENT_RESUMED, "{}");
	assert_int_equal(w.restarts, 0); /* chunks are replayed */
	feed(&w, ZX_EVENT_READY, "{}");
	assert_int_equal(w.restarts, 1);
	assert_int_equal(w.sends, 1); /* the whole list: not within 30 s */
	pass(&w, 31000);
	assert_int_equal(w.sends, 2);
	chunk(&w, 0, 2);
	chunk(&w, 1, 2);
	assert_int_equal(w.done, 1);
	assert_string_equal(zx_buf_cstr(&w.seen), "[0][1]");
	assert_int_equal(w.out_of_turn, 0);
	close_world(&w);
}

static void GS_08__sessions_that_never_last_end_it(void **state)
{
	struct zx_members_request q = whole_list();
	struct world w;
	int i;

	(void)state;
	open_world(&w);
	q.query = "a";
	q.limit = 5;
	assert_err(ask(&w, &q), ZX_OK);
	for (i = 0; i < 6; i++)
		feed(&w, ZX_EVENT_READY, "{}");
	assert_int_equal(w.failed, 1);
	assert_err(w.err, ZX_E_CLOSED);
	assert_int_equal(w.sends, 6);
	close_world(&w);
}

static void GS_08__chunks_that_come_early_have_a_ceiling(void **state)
{
	struct zx_members_request q = whole_list();
	struct zx_buf text;
	struct world w;
	unsigned i;

	(void)state;
	open_world(&w);
	assert_err(ask(&w, &q), ZX_OK);
	zx_buf_init(&text, NULL, 0);
	for (i = 1; !w.failed && i < 100; i++) {
		zx_buf_clear(&text);
		zx_buf_addf(&text,
			    "{\"chunk_index\":%u,\"chunk_count\":100,"
			    "\"nonce\":\"%s\",\"members\":[\"%04000d\"]}",
			    i, w.nonce, 7);
		feed(&w, ZX_EVENT_GUILD_MEMBERS_CHUNK, zx_buf_cstr(&text));
	}
	zx_buf_release(&text);
	assert_int_equal(w.failed, 1);
	assert_err(w.err, ZX_E_TOOBIG);
	assert_in_range(i, 10, 20);
	close_world(&w);
}

static void GS_08__nonsense_ends_the_request_not_the_program(void **state)
{
	static const char *const wrong[] = {
		"\"chunk_index\":0,\"chunk_count\":0,\"members\":[]",
		"\"chunk_index\":3,\"chunk_count\":3,\"members\":[]",
		"\"chunk_index\":-1,\"chunk_count\":3,\"members\":[]",
		"\"chunk_index\":0,\"chunk_count\":4000000000,\"members\":[]",
		"\"chunk_index\":0,\"chunk_count\":1,\"members\":null",
		"\"chunk_index\":0,\"members\":[]",
	};
	struct zx_members_request q = whole_list();
	struct world w;
	char text[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		open_world(&w);
		assert_err(ask(&w, &q), ZX_OK);
		snprintf(text, sizeof(text), "{\"nonce\":\"%s\",%s}", w.nonce,
			 wrong[i]);
		feed(&w, ZX_EVENT_GUILD_MEMBERS_CHUNK, text);
		assert_err(w.err, ZX_E_PROTOCOL);
		close_world(&w);
	}
}

static void GS_07__a_whole_list_waits_for_its_30_s(void **state)
{
	struct zx_members_request q = whole_list();
	struct world w;

	(void)state;
	open_world(&w);
	assert_err(ask(&w, &q), ZX_OK);
	chunk(&w, 0, 1);
	assert_err(ask(&w, &q), ZX_OK);
	q.guild_id++;
	assert_err(ask(&w, &q), ZX_OK); /* another guild does not wait */
	assert_int_equal(w.sends, 2);
	pass(&w, 29900);
	assert_int_equal(w.sends, 2);
	pass(&w, 400);
	assert_int_equal(w.sends, 3);
	close_world(&w);
}

static void GS_07__rate_limited_is_waited_for_and_retried_once(void **state)
{
	struct zx_members_request q = whole_list();
	struct world w;

	(void)state;
	open_world(&w);
	assert_err(ask(&w, &q), ZX_OK);
	limited(&w, w.nonce, "12.345");
	pass(&w, 12344);
	assert_int_equal(w.sends, 1);
	pass(&w, 300);
	assert_int_equal(w.sends, 2);
	assert_int_equal(w.failed, 0);
	limited(&w, NULL, "12.345"); /* without a nonce: by its guild */
	assert_int_equal(w.failed, 1);
	assert_err(w.err, ZX_E_LIMIT);
	close_world(&w);
}

static void B18__a_limit_on_chunks_is_waited_for_then_all_come(void **state)
{
	struct zx_members_request q = whole_list();
	struct world w;

	(void)state;
	open_world(&w);
	assert_err(ask(&w, &q), ZX_OK);
	limited(&w, w.nonce, "29.9");
	pass(&w, 30200);
	assert_int_equal(w.sends, 2);
	chunk(&w, 1, 2);
	chunk(&w, 0, 2);
	assert_int_equal(w.done, 1);
	assert_int_equal(w.failed, 0);
	close_world(&w);
}

static void GS_07__an_absurd_wait_is_a_failure(void **state)
{
	static const char *const waits[] = { "1e300", "-1", "\"x\"", "null" };
	struct zx_members_request q = whole_list();
	struct world w;
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		open_world(&w);
		assert_err(ask(&w, &q), ZX_OK);
		limited(&w, w.nonce, waits[i]);
		assert_err(w.err, ZX_E_LIMIT);
		close_world(&w);
	}
}

static void members__a_shard_that_is_away_is_waited_for(void **state)
{
	struct zx_members_request q = whole_list();
	struct world w;

	(void)state;
	open_world(&w);
	w.send_result = ZX_E_STATE;
	q.query = "a";
	q.limit = 5;
	assert_err(ask(&w, &q), ZX_OK);
	pass(&w, 999);
	assert_int_equal(w.sends, 1);
	w.send_result = ZX_OK;
	feed(&w, ZX_EVENT_READY, "{}");
	assert_int_equal(w.sends, 2);
	w.send_result = ZX_E_TOOBIG;
	assert_err(ask(&w, &q), ZX_OK);
	assert_err(w.err, ZX_E_TOOBIG);
	close_world(&w);
}

static void members__as_many_at_a_time_as_allowed(void **state)
{
	struct zx_members_request q = whole_list();
	struct world w;
	uint64_t id = 0;
	int i;

	(void)state;
	open_world(&w);
	q.query = "a";
	q.limit = 5;
	for (i = 0; i < 64; i++)
		assert_err(zx_members_ask(w.m, &q, w.now, &id), ZX_OK);
	assert_err(ask(&w, &q), ZX_E_LIMIT);
	zx_members_cancel(w.m, id);
	assert_err(ask(&w, &q), ZX_OK);
	assert_int_equal(zx_members_count(w.m), 64);
	close_world(&w);
}

static int scenario(const struct zx_alloc *a, void *ud)
{
	struct zx_members_options o = ZX_MEMBERS_OPTIONS_INIT;
	struct zx_members_request q = whole_list();
	struct zx_members_out out;
	struct zx_members *m;
	struct zx_prng prng;
	char text[256], nonce[64] = "";
	int err, seen = 0;
	unsigned i;

	(void)ud;
	zx_prng_init(&prng, 1);
	o.alloc = a;
	o.rand = zx_prng_rand(&prng);
	o.intents = ZX_INTENT_GUILD_MEMBERS;
	err = zx_members_new(&m, &o);
	if (err)
		return err;
	err = zx_members_ask(m, &q, 1, NULL);
	for (i = 3; !err && i-- > 0;) {
		while (zx_members_poll(m, &out)) {
			if (out.kind == ZX_MEMBERS_OUT_FAILED)
				err = out.err;
			if (out.kind != ZX_MEMBERS_OUT_SEND)
				continue;
			snprintf(nonce, sizeof(nonce), "%.*s",
				 ZX_ARG(zx_json_plain(
					 zx_json_get(out.text, "nonce"))));
			zx_members_sent(m, out.id, ZX_OK, 1);
		}
		snprintf(text, sizeof(text),
			 "{\"chunk_index\":%u,\"chunk_count\":3,\"members\":[],"
			 "\"nonce\":\"%s\"}",
			 i, nonce);
		zx_members_feed(m, 0, ZX_EVENT_GUILD_MEMBERS_CHUNK,
				zx_str(text), 2);
	}
	while (!err && zx_members_poll(m, &out)) {
		seen += out.kind == ZX_MEMBERS_OUT_DONE;
		if (out.kind == ZX_MEMBERS_OUT_FAILED)
			err = out.err;
	}
	zx_members_free(m);
	return err ? err : seen == 1 ? ZX_OK : ZX_E_USER;
}

static void members__any_allocation_may_fail(void **state)
{
	(void)state;
	fail_alloc_each(scenario, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			GS_05__a_request_is_one_guild_and_a_query_or_ids),
		cmocka_unit_test(GS_06__our_nonces_fit_and_are_never_the_same),
		cmocka_unit_test(GS_08__chunks_in_any_order_come_out_in_order),
		cmocka_unit_test(
			GS_08__two_requests_of_one_guild_are_told_apart),
		cmocka_unit_test(
			GS_08__silence_is_a_timeout_and_chunks_put_it_off),
		cmocka_unit_test(GS_08__a_new_session_starts_it_again),
		cmocka_unit_test(GS_08__sessions_that_never_last_end_it),
		cmocka_unit_test(GS_08__chunks_that_come_early_have_a_ceiling),
		cmocka_unit_test(
			GS_08__nonsense_ends_the_request_not_the_program),
		cmocka_unit_test(GS_07__a_whole_list_waits_for_its_30_s),
		cmocka_unit_test(
			GS_07__rate_limited_is_waited_for_and_retried_once),
		cmocka_unit_test(
			B18__a_limit_on_chunks_is_waited_for_then_all_come),
		cmocka_unit_test(GS_07__an_absurd_wait_is_a_failure),
		cmocka_unit_test(members__a_shard_that_is_away_is_waited_for),
		cmocka_unit_test(members__as_many_at_a_time_as_allowed),
		cmocka_unit_test(members__any_allocation_may_fail),
	};

	return cmocka_run_group_tests_name("gateway/collect", tests, NULL,
					   NULL);
}
