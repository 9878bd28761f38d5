/* SPDX-License-Identifier: MIT
 *
 * wire_session: sequence numbers, resuming, the replay buffer and its end.
 */
#include "sandbox/box.h"
#include "sandbox/wire_int.h"

static void say(const struct box *b, const char *text)
{
	assert_err(zx_sandbox_say(b->s, 0, 0, text, NULL), ZX_OK);
}

static struct zx_sandbox_stats stats_of(const struct box *b)
{
	struct zx_sandbox_stats stats;

	zx_sandbox_stats(b->s, &stats);
	return stats;
}

/* Waits without a clock: what is asked of a fresh connection is answered after
 * the end of another was seen. */
static void until_live(const struct box *b, uint32_t n)
{
	struct ws_client c;

	while (stats_of(b).sessions_live != n) {
		assert_int_equal(gw_hello(&c, b->port, WS_PLAIN), 0);
		ws_free(&c);
	}
}

/* Resumes the session of `old`; the new connection has had Hello only. */
static void resume(const struct box *b, struct ws_client *c,
		   const struct ws_client *old, uint64_t seq,
		   enum ws_compress how)
{
	assert_int_equal(gw_hello(c, b->port, how), 0);
	gw_resume(c, b->token, old->session_id, seq);
}

static void resume_replays(enum ws_compress how)
{
	struct box b = box_start();
	struct ws_client a, c;

	box_ready(&b, &a, how);
	say(&b, "seen");
	assert_int_equal(gw_until(&a, "MESSAGE_CREATE"), 0);
	ws_free(&a);
	until_live(&b, 0);
	say(&b, "missed 1");
	say(&b, "missed 2");
	resume(&b, &c, &a, a.seq, how);
	for (int i = 1; i <= 2; i++) {
		assert_int_equal(ws_message(&c), 0);
		assert_str(got(&c, "t"), "\"MESSAGE_CREATE\"");
		assert_int_equal(zx_json_get_u64(zx_buf_str(&c.text), "s"),
				 a.seq + (uint64_t)i);
		assert_non_null(
			strstr(c.text.ptr, i == 1 ? "missed 1" : "missed 2"));
	}
	assert_int_equal(ws_message(&c), 0);
	assert_str(got(&c, "t"), "\"RESUMED\"");
	box_works(&b, &c);
	assert_int_equal(stats_of(&b).resumed, 1);
	assert_int_equal(stats_of(&b).identifies, 1);
	assert_int_equal(stats_of(&b).violations, 0);
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

static void GW_15__resume_replays_what_was_missed_then_resumed(void **state)
{
	(void)state;
	resume_replays(WS_PLAIN);
	resume_replays(WS_ZLIB);
	resume_replays(WS_ZSTD);
}

static void wire_session__a_session_can_be_resumed_again_and_again(void **state)
{
	struct box b = box_start();
	struct ws_client c[2], *a = &c[0], *next = &c[1];

	(void)state;
	box_ready(&b, a, WS_PLAIN);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(gw_until(a, i ? "RESUMED" : "GUILD_CREATE"),
				 0);
		resume(&b, next, a, a->seq, WS_PLAIN);
		memcpy(next->session_id, a->session_id, sizeof(a->session_id));
		ws_free(a);
		a = next;
		next = a == &c[0] ? &c[1] : &c[0];
	}
	assert_int_equal(gw_until(a, "RESUMED"), 0);
	box_works(&b, a);
	assert_int_equal(stats_of(&b).violations, 0);
	ws_free(a);
	zx_sandbox_stop(b.s);
}

static void wire_session__resuming_takes_the_session_over(void **state)
{
	struct box b = box_start();
	struct ws_client a, c;

	(void)state;
	box_ready(&b, &a, WS_PLAIN);
	resume(&b, &c, &a, a.seq, WS_PLAIN);
	assert_int_equal(gw_until(&c, "RESUMED"), 0);
	assert_int_equal(ws_until_closed(&a), 4000);
	assert_int_equal(stats_of(&b).sessions_live, 1);
	box_works(&b, &c);
	ws_free(&a);
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

static void GW_02__resuming_with_other_compression_is_a_violation(void **state)
{
	struct box b = box_start();
	struct ws_client a, c;

	(void)state;
	box_ready(&b, &a, WS_ZLIB);
	resume(&b, &c, &a, a.seq, WS_ZSTD);
	assert_int_equal(gw_until(&c, "RESUMED"), 0);
	assert_int_equal(stats_of(&b).violations, 1);
	ws_free(&a);
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

static void wire_session__a_seq_of_the_future_is_4007(void **state)
{
	struct box b = box_start();
	struct ws_client a, c;

	(void)state;
	box_ready(&b, &a, WS_PLAIN);
	resume(&b, &c, &a, 1000, WS_PLAIN);
	assert_int_equal(ws_until_closed(&c), 4007);
	ws_free(&c);
	/* And the session is gone. */
	resume(&b, &c, &a, a.seq, WS_PLAIN);
	assert_int_equal(gw_until_op(&c, 9), 0);
	ws_free(&a);
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

static void wire_session__an_unknown_session_is_invalid(void **state)
{
	struct box b = box_start();
	struct ws_client c;

	(void)state;
	assert_int_equal(gw_hello(&c, b.port, WS_PLAIN), 0);
	gw_resume(&c, b.token, "0123456789abcdef0123456789abcdef", 1);
	assert_int_equal(gw_until_op(&c, 9), 0);
	assert_str(got(&c, "d"), "false");
	/* The same connection may identify then. */
	gw_identify(&c, b.token, INTENTS, 0, 1);
	assert_int_equal(gw_until(&c, "READY"), 0);
	ws_free(&c);
	assert_int_equal(gw_hello(&c, b.port, WS_PLAIN), 0);
	gw_resume(&c, "wrong", "0123456789abcdef0123456789abcdef", 1);
	assert_int_equal(ws_until_closed(&c), 4004);
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

static void close_and_resume(int code, int resumable)
{
	struct box b = box_start();
	struct ws_client a, c;

	box_ready(&b, &a, WS_PLAIN);
	ws_send_close(&a, code);
	assert_int_equal(ws_until_closed(&a), code);
	resume(&b, &c, &a, a.seq, WS_PLAIN);
	if (resumable)
		assert_int_equal(gw_until(&c, "RESUMED"), 0);
	else
		assert_int_equal(gw_until_op(&c, 9), 0);
	ws_free(&a);
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

static void ID_05__1000_and_1001_end_a_session_and_others_do_not(void **state)
{
	(void)state;
	close_and_resume(1000, 0);
	close_and_resume(1001, 0);
	close_and_resume(4000, 1);
	close_and_resume(4900, 1);
}

static void wire_session__the_replay_buffer_has_an_end(void **state)
{
	struct box b = box_start();
	struct ws_client a, c;

	(void)state;
	box_ready(&b, &a, WS_PLAIN);
	ws_free(&a);
	until_live(&b, 0);
	for (int i = 0; i <= ZX__REPLAY_MAX; i++)
		assert_err(zx_sandbox_inject(b.s, 0, "FUTURE", "{}"), ZX_OK);
	resume(&b, &c, &a, 1, WS_PLAIN);
	assert_int_equal(gw_until_op(&c, 9), 0);
	assert_str(got(&c, "d"), "false");
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

static void
wire_session__a_full_replay_buffer_is_replayed_in_order(void **state)
{
	struct box b = box_start();
	struct ws_client a, c;
	uint64_t last;

	(void)state;
	box_ready(&b, &a, WS_ZSTD);
	while (a.seq < 4)
		assert_int_equal(gw_until(&a, "GUILD_CREATE"), 0);
	ws_free(&a);
	until_live(&b, 0);
	for (int i = 0; i < ZX__REPLAY_MAX; i++)
		assert_err(zx_sandbox_inject(b.s, 0, "FUTURE", "{\"a\":[1]}"),
			   ZX_OK);
	resume(&b, &c, &a, a.seq, WS_ZSTD);
	last = a.seq;
	for (int i = 0; i < ZX__REPLAY_MAX; i++) {
		assert_int_equal(gw_until(&c, "FUTURE"), 0);
		assert_int_equal(c.seq, ++last);
	}
	assert_int_equal(gw_until(&c, "RESUMED"), 0);
	assert_int_equal(c.seq, ++last);
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			GW_15__resume_replays_what_was_missed_then_resumed),
		cmocka_unit_test(
			wire_session__a_session_can_be_resumed_again_and_again),
		cmocka_unit_test(wire_session__resuming_takes_the_session_over),
		cmocka_unit_test(
			GW_02__resuming_with_other_compression_is_a_violation),
		cmocka_unit_test(wire_session__a_seq_of_the_future_is_4007),
		cmocka_unit_test(wire_session__an_unknown_session_is_invalid),
		cmocka_unit_test(
			ID_05__1000_and_1001_end_a_session_and_others_do_not),
		cmocka_unit_test(wire_session__the_replay_buffer_has_an_end),
		cmocka_unit_test(
			wire_session__a_full_replay_buffer_is_replayed_in_order),
	};

	return cmocka_run_group_tests_name("wire_session", tests, NULL, NULL);
}
