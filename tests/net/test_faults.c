/* SPDX-License-Identifier: MIT
 *
 * A shard on real sockets against the sandbox's faults. Numbered events come
 * before, during and after each fault: none may be missing or come twice.
 */
#include "helper/zx_test.h"
#include "zoryx/net.h"
#include "zoryx/sandbox.h"

struct rig {
	struct zx_sandbox *box;
	struct zx_loop *loop;
	struct zx_shard *shard;
	struct zx_gateway_conn *conn;
	struct zx_identify_queue *queue;
	struct zx_timer timer; /* of the queue */
	struct zx_prng prng;
	struct fail_alloc memory;
	enum zx_compression how;
	unsigned said;	/* numbered events the server was given */
	unsigned heard; /* the latest one that came */
	unsigned wrong; /* out of order, missing or twice */
	unsigned ready, dead;
	size_t longest;
};

static void ask_queue(struct rig *r)
{
	uint32_t id;

	while (zx_identify_poll(r->queue, zx_loop_now(r->loop), &id)) {
		zx_shard_grant(r->shard, zx_loop_now(r->loop));
		zx_gateway_kick(r->conn);
	}
	zx_timer_set(r->loop, &r->timer, zx_identify_deadline(r->queue));
}

static void on_timer(struct zx_timer *t, void *ud)
{
	(void)t;
	ask_queue(ud);
}

static void on_event(struct rig *r, const struct zx_shard_out *o)
{
	uint64_t n = zx_json_get_u64(o->text, "number");

	if (o->text.len > r->longest)
		r->longest = o->text.len;
	if (o->event != ZX_EVENT_TYPING_START || !n)
		return;
	r->wrong += n != r->heard + 1;
	r->heard = (unsigned)n;
}

static void on_out(struct zx_shard *s, const struct zx_shard_out *o, void *ud)
{
	struct rig *r = ud;

	switch (o->kind) {
	case ZX_SHARD_OUT_EVENT:
		on_event(r, o);
		break;
	case ZX_SHARD_OUT_IDENTIFY:
		zx_identify_ask(r->queue, zx_shard_id(s), zx_loop_now(r->loop));
		zx_timer_set(r->loop, &r->timer, zx_loop_now(r->loop));
		break;
	case ZX_SHARD_OUT_STATE:
		r->ready += o->state == ZX_SHARD_READY;
		break;
	case ZX_SHARD_OUT_DEAD:
		r->dead = (unsigned)o->code;
		break;
	default:
		break;
	}
}

static void arm(struct rig *r, const char *fault)
{
	assert_err(zx_sandbox_fault(r->box, fault), ZX_OK);
}

/* The sandbox comes first, so that faults can be armed before the shard. */
static void open_box(struct rig *r, enum zx_compression how,
		     uint32_t heartbeat_ms)
{
	struct zx_sandbox_options o = ZX_SANDBOX_OPTIONS_INIT;

	*r = (struct rig){ .how = how };
	o.heartbeat_ms = heartbeat_ms;
	assert_err(zx_sandbox_start(&r->box, &o), ZX_OK);
}

static void open_shard(struct rig *r)
{
	struct zx_gateway_handler h = { .out = on_out, .ud = r };
	struct zx_identify_options q = ZX_IDENTIFY_OPTIONS_INIT;
	struct zx_shard_options o = ZX_SHARD_OPTIONS_INIT;
	struct zx_loop_options l = ZX_LOOP_OPTIONS_INIT;

	fail_alloc_init(&r->memory);
	zx_prng_init(&r->prng, 1);
	o.token = zx_sandbox_token(r->box);
	o.gateway_url = zx_sandbox_gateway_url(r->box);
	o.intents = ZX_INTENT_GUILDS | ZX_INTENT_GUILD_MESSAGES |
		    ZX_INTENT_MESSAGE_TYPING;
	o.compress = r->how;
	o.rand = zx_prng_rand(&r->prng);
	o.backoff_min_ms = 1;
	o.backoff_max_ms = 50;
	o.hello_timeout_ms = 400;
	o.connect_timeout_ms = 1000;
	o.alloc = l.alloc = &r->memory.alloc;
	q.interval_ms = 5100;
	assert_err(zx_loop_new(&r->loop, &l), ZX_OK);
	assert_err(zx_identify_new(&r->queue, &q, zx_loop_now(r->loop)), ZX_OK);
	r->timer = (struct zx_timer){ .fn = on_timer, .ud = r };
	assert_err(zx_shard_new(&r->shard, &o), ZX_OK);
	assert_err(zx_gateway_attach(&r->conn, r->loop, r->shard, &h), ZX_OK);
	assert_err(zx_shard_start(r->shard, zx_loop_now(r->loop)), ZX_OK);
	zx_gateway_kick(r->conn);
}

#define UNTIL(r, condition)                                                    \
	do {                                                                   \
		zx_time until_ = zx_clock() + 30000;                           \
		while (!(condition)) {                                         \
			if (zx_clock() > until_)                               \
				fail_msg("%s: %s, %s", #condition,             \
					 zx_shard_state_name(                  \
						 zx_shard_state((r)->shard)),  \
					 zx_shard_error((r)->shard));          \
			assert_err(zx_loop_step((r)->loop, 50), ZX_OK);        \
		}                                                              \
	} while (0)

static void open_rig(struct rig *r, enum zx_compression how,
		     uint32_t heartbeat_ms)
{
	open_box(r, how, heartbeat_ms);
	open_shard(r);
	UNTIL(r, r->ready);
}

static void say(struct rig *r, unsigned n)
{
	char d[64];

	while (n--) {
		snprintf(d, sizeof(d), "{\"number\":%u}", ++r->said);
		assert_err(zx_sandbox_inject(r->box, -1, "TYPING_START", d),
			   ZX_OK);
	}
}

static const struct zx_shard_stats *stats(const struct rig *r)
{
	return zx_shard_stats(r->shard);
}

/* All is as it was: live, and nothing lost. */
static void well(struct rig *r)
{
	say(r, 3);
	UNTIL(r, r->heard == r->said &&
			 zx_shard_state(r->shard) == ZX_SHARD_READY);
	assert_int_equal(r->wrong, 0);
}

static void close_rig(struct rig *r)
{
	struct zx_sandbox_stats s;
	struct zx_buf text;

	zx_sandbox_stats(r->box, &s);
	if (s.violations) {
		zx_buf_init(&text, NULL, 0);
		zx_sandbox_state(r->box, &text);
		print_error("%s\n", zx_buf_cstr(&text));
		zx_buf_release(&text);
	}
	assert_int_equal(s.violations, 0);
	zx_gateway_detach(r->conn);
	zx_shard_free(r->shard);
	zx_timer_set(r->loop, &r->timer, ZX_TIME_NEVER);
	zx_identify_free(r->queue);
	zx_loop_free(r->loop);
	fail_alloc_check(&r->memory);
	zx_sandbox_stop(r->box);
}

/* A fault that costs a connection, but no session and no event. */
static void resumes_after(enum zx_compression how, const char *fault)
{
	struct rig r;

	open_rig(&r, how, 0);
	well(&r);
	arm(&r, fault);
	say(&r, 5);
	UNTIL(&r, stats(&r)->resumed == 1);
	well(&r);
	assert_int_equal(stats(&r)->identifies, 1);
	close_rig(&r);
}

/* A fault that costs nothing. */
static void lives_through(enum zx_compression how, const char *fault)
{
	struct rig r;

	open_rig(&r, how, 0);
	well(&r);
	arm(&r, fault);
	say(&r, 5);
	well(&r);
	assert_int_equal(stats(&r)->connects, 1);
	close_rig(&r);
}

/* Zombies ---------------------------------------------------------------- */

static void acks_stop(enum zx_compression how)
{
	struct rig r;

	open_rig(&r, how, 1000);
	well(&r);
	arm(&r, "{\"fault\":\"no_acks\"}");
	say(&r, 5);
	UNTIL(&r, stats(&r)->zombies == 1 && stats(&r)->resumed == 1);
	well(&r);
	assert_int_equal(stats(&r)->identifies, 1);
	close_rig(&r);
}

static void PEER_01__a_zombie_is_found_and_replaced(void **state)
{
	(void)state;
	acks_stop(ZX_COMPRESS_NONE);
}

static void B01__without_acks_the_session_goes_on_elsewhere(void **state)
{
	(void)state;
	acks_stop(ZX_COMPRESS_ZSTD_STREAM);
}

static void PEER_01__half_a_frame_and_silence_is_found_too(void **state)
{
	struct rig r;

	(void)state;
	open_rig(&r, ZX_COMPRESS_NONE, 1000);
	well(&r);
	arm(&r, "{\"fault\":\"half_frame\"}");
	say(&r, 5);
	UNTIL(&r, stats(&r)->resumed == 1);
	well(&r);
	close_rig(&r);
}

static void PEER_11__an_ack_behind_50_mb_is_waited_for(void **state)
{
	struct rig r;

	(void)state;
	open_rig(&r, ZX_COMPRESS_NONE, 1000);
	arm(&r, "{\"fault\":\"ack_flood\",\"bytes\":50000000}");
	UNTIL(&r, stats(&r)->bytes_in > 50000000);
	UNTIL(&r, stats(&r)->acks > 0);
	assert_int_equal(stats(&r)->zombies, 0);
	assert_int_equal(stats(&r)->connects, 1);
	close_rig(&r);
}

static void GW_07__a_beat_that_is_asked_for_goes_out_at_once(void **state)
{
	struct rig r;

	(void)state;
	open_rig(&r, ZX_COMPRESS_NONE, 0);
	arm(&r, "{\"fault\":\"server_op1\"}");
	UNTIL(&r, stats(&r)->acks == 1);
	well(&r);
	close_rig(&r);
}

/* Dead hosts ------------------------------------------------------------- */

static void PEER_02__a_dead_resume_host_is_left_and_the_session_kept(void **s)
{
	static const char *const hows[] = { "refuse", "503", "silence", "dns",
					    "tls" };
	char fault[96];
	struct rig r;
	size_t i;

	(void)s;
	for (i = 0; i < sizeof(hows) / sizeof(*hows); i++) {
		open_box(&r, ZX_COMPRESS_NONE, 0);
		snprintf(fault, sizeof(fault),
			 "{\"fault\":\"resume_host_dead\",\"how\":\"%s\"}",
			 hows[i]);
		arm(&r, fault);
		open_shard(&r);
		UNTIL(&r, r.ready);
		arm(&r, "{\"fault\":\"drop\"}");
		say(&r, 5);
		UNTIL(&r, stats(&r)->resumed == 1);
		well(&r);
		assert_int_equal(stats(&r)->identifies, 1);
		assert_true(stats(&r)->connects >= 3);
		close_rig(&r);
	}
}

static void PEER_02__an_upgrade_and_then_silence_is_a_failure(void **state)
{
	struct rig r;

	(void)state;
	open_rig(&r, ZX_COMPRESS_NONE, 0);
	arm(&r, "{\"fault\":\"no_hello\",\"times\":3}");
	arm(&r, "{\"fault\":\"drop\"}");
	say(&r, 5);
	UNTIL(&r, stats(&r)->resumed == 1);
	well(&r);
	assert_int_equal(stats(&r)->identifies, 1);
	close_rig(&r);
}

static void B13__an_edge_that_answers_503_is_tried_again(void **state)
{
	struct rig r;

	(void)state;
	open_box(&r, ZX_COMPRESS_NONE, 0);
	arm(&r, "{\"fault\":\"upgrade_503\",\"times\":5}");
	open_shard(&r);
	UNTIL(&r, r.ready);
	assert_int_equal(stats(&r)->connect_failures, 5);
	well(&r);
	close_rig(&r);
}

/* Op 7, op 9, close codes ------------------------------------------------ */

static void B02__op7_before_hello_and_live_costs_no_event(void **state)
{
	struct rig r;

	(void)state;
	open_box(&r, ZX_COMPRESS_ZLIB_STREAM, 0);
	arm(&r, "{\"fault\":\"op7_before_hello\",\"times\":2}");
	open_shard(&r);
	UNTIL(&r, r.ready);
	well(&r);
	arm(&r, "{\"fault\":\"op7_before_hello\"}");
	arm(&r, "{\"fault\":\"op7\"}");
	say(&r, 5);
	UNTIL(&r, stats(&r)->resumed == 1);
	well(&r);
	assert_int_equal(stats(&r)->identifies, 1);
	close_rig(&r);
}

static void B03__op9_true_again_and_again_is_a_resume_each_time(void **state)
{
	struct rig r;
	unsigned i;

	(void)state;
	open_rig(&r, ZX_COMPRESS_NONE, 0);
	for (i = 1; i <= 4; i++) {
		arm(&r, "{\"fault\":\"op9\",\"resumable\":true}");
		say(&r, 2);
		UNTIL(&r, stats(&r)->resumed == i);
		well(&r);
	}
	assert_int_equal(stats(&r)->identifies, 1);
	close_rig(&r);
}

static void B03__op9_false_is_a_new_session_after_a_wait(void **state)
{
	struct rig r;

	(void)state;
	open_rig(&r, ZX_COMPRESS_NONE, 0);
	arm(&r, "{\"fault\":\"op9\",\"resumable\":false}");
	UNTIL(&r, r.ready == 2);
	assert_int_equal(stats(&r)->identifies, 2);
	assert_int_equal(stats(&r)->resumes, 0);
	well(&r);
	close_rig(&r);
}

static void B04__every_code_that_keeps_the_session_loses_nothing(void **state)
{
	static const int codes[] = { 0,	   1002, 1003, 1007, 1008, 1009, 1011,
				     1012, 1013, 3000, 3999, 4000, 4001, 4002,
				     4005, 4008, 4015, 4200, 4999 };
	char fault[64];
	struct rig r;
	unsigned i;

	(void)state;
	open_rig(&r, ZX_COMPRESS_NONE, 0);
	for (i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
		snprintf(fault, sizeof(fault),
			 "{\"fault\":\"close\",\"code\":%d}", codes[i]);
		arm(&r, fault);
		say(&r, 2);
		UNTIL(&r, stats(&r)->resumed == i + 1);
		well(&r);
		assert_int_equal(stats(&r)->last_close,
				 codes[i] ? codes[i] : 1006);
	}
	assert_int_equal(stats(&r)->identifies, 1);
	close_rig(&r);
}

static void B04__every_fatal_code_ends_it(void **state)
{
	static const int codes[] = { 4004, 4010, 4011, 4012, 4013, 4014 };
	char fault[64];
	struct rig r;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
		open_rig(&r, ZX_COMPRESS_NONE, 0);
		snprintf(fault, sizeof(fault),
			 "{\"fault\":\"close\",\"code\":%d}", codes[i]);
		arm(&r, fault);
		UNTIL(&r, r.dead);
		assert_int_equal(r.dead, codes[i]);
		assert_int_equal(stats(&r)->connects, 1);
		close_rig(&r);
	}
}

static void SH_02__4011_stops_and_says_to_shard(void **state)
{
	struct rig r;

	(void)state;
	open_rig(&r, ZX_COMPRESS_NONE, 0);
	arm(&r, "{\"fault\":\"close\",\"code\":4011}");
	UNTIL(&r, r.dead);
	assert_non_null(strstr(zx_shard_error(r.shard), "shard"));
	close_rig(&r);
}

static void SH_05__4010_stops_and_is_never_tried_again(void **state)
{
	struct rig r;

	(void)state;
	open_rig(&r, ZX_COMPRESS_NONE, 0);
	arm(&r, "{\"fault\":\"close\",\"code\":4010}");
	UNTIL(&r, r.dead == 4010);
	assert_int_equal(zx_shard_state(r.shard), ZX_SHARD_DEAD);
	assert_int_equal(zx_shard_deadline(r.shard), ZX_TIME_NEVER);
	close_rig(&r);
}

/* Frames and streams ------------------------------------------------------ */

static void B05__nonsense_is_counted_and_nothing_else(void **state)
{
	static const char *const kinds[] = {
		"truncated", "types", "op99", "future", "missing_d", "huge_s"
	};
	char fault[64];
	struct rig r;
	size_t i;

	(void)state;
	open_rig(&r, ZX_COMPRESS_ZSTD_STREAM, 0);
	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		snprintf(fault, sizeof(fault),
			 "{\"fault\":\"garbage\",\"kind\":\"%s\"}", kinds[i]);
		arm(&r, fault);
		well(&r);
	}
	assert_int_equal(stats(&r)->connects, 1);
	assert_true(stats(&r)->bad_frames + stats(&r)->unknown_events >= 5);
	close_rig(&r);
}

static void B05__text_that_is_no_utf8_ends_the_connection_only(void **state)
{
	(void)state;
	resumes_after(ZX_COMPRESS_NONE,
		      "{\"fault\":\"garbage\",\"kind\":\"utf8\"}");
}

static void B06__broken_streams_cost_a_connection_and_no_event(void **state)
{
	static const char *const faults[] = {
		"{\"fault\":\"corrupt_stream\"}",
		"{\"fault\":\"truncate_stream\"}",
		"{\"fault\":\"bomb\",\"bytes\":128000000}"
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		resumes_after(ZX_COMPRESS_ZLIB_STREAM, faults[i]);
		resumes_after(ZX_COMPRESS_ZSTD_STREAM, faults[i]);
	}
	resumes_after(ZX_COMPRESS_NONE, faults[2]);
}

static void B07__twenty_mb_in_one_guild_take_three_times_at_most(void **state)
{
	enum zx_compression how;
	struct rig r;

	(void)state;
	for (how = ZX_COMPRESS_NONE; how <= ZX_COMPRESS_ZSTD_STREAM; how++) {
		open_rig(&r, how, 0);
		r.memory.peak_bytes = r.memory.live_bytes;
		arm(&r, "{\"fault\":\"big_guild\",\"bytes\":20000000}");
		UNTIL(&r, r.longest >= 20000000);
		well(&r);
		assert_int_equal(stats(&r)->connects, 1);
		assert_true(r.memory.peak_bytes < 60000000u + 1000000);
		close_rig(&r);
	}
}

static void B08__a_server_that_breaks_rfc_6455_is_left(void **state)
{
	(void)state;
	resumes_after(ZX_COMPRESS_NONE, "{\"fault\":\"masked\"}");
	resumes_after(ZX_COMPRESS_ZSTD_STREAM, "{\"fault\":\"rsv\"}");
}

static void PEER_14__one_byte_fragments_pass_in_every_mode(void **state)
{
	enum zx_compression how;

	(void)state;
	for (how = ZX_COMPRESS_NONE; how <= ZX_COMPRESS_ZSTD_STREAM; how++)
		lives_through(how, "{\"fault\":\"fragment\",\"size\":1}");
}

static void PEER_14__sixteen_mib_pass_in_every_mode(void **state)
{
	enum zx_compression how;
	struct rig r;

	(void)state;
	for (how = ZX_COMPRESS_NONE; how <= ZX_COMPRESS_ZSTD_STREAM; how++) {
		open_rig(&r, how, 0);
		arm(&r, "{\"fault\":\"big_guild\",\"bytes\":16777216,"
			"\"fragment\":65536}");
		UNTIL(&r, r.longest >= 16777216);
		well(&r);
		assert_int_equal(stats(&r)->connects, 1);
		close_rig(&r);
	}
}

static void PEER_14__an_old_stream_never_feeds_a_new_context(void **state)
{
	struct rig r;
	unsigned i;

	(void)state;
	open_rig(&r, ZX_COMPRESS_ZLIB_STREAM, 0);
	for (i = 1; i <= 5; i++) {
		/* In the middle of a burst, when much is on its way. */
		arm(&r, "{\"fault\":\"burst\",\"event\":\"TYPING_STOP\","
			"\"d\":{},\"count\":2000,\"per_s\":100000}");
		arm(&r, "{\"fault\":\"drop\"}");
		UNTIL(&r, stats(&r)->resumed == i);
		well(&r);
	}
	assert_int_equal(stats(&r)->identifies, 1);
	close_rig(&r);
}

static void GW_15__what_is_replayed_twice_comes_once(void **state)
{
	struct rig r;

	(void)state;
	open_rig(&r, ZX_COMPRESS_NONE, 0);
	well(&r);
	arm(&r, "{\"fault\":\"duplicate_replay\"}");
	arm(&r, "{\"fault\":\"drop\"}");
	say(&r, 20);
	UNTIL(&r, stats(&r)->resumed == 1);
	well(&r);
	close_rig(&r);
}

static void GW_16__an_incomplete_ready_is_answered_by_another_try(void **state)
{
	struct rig r;

	(void)state;
	open_box(&r, ZX_COMPRESS_NONE, 0);
	arm(&r, "{\"fault\":\"ready_missing\",\"field\":\"session_id\"}");
	open_shard(&r);
	UNTIL(&r, r.ready);
	assert_int_equal(stats(&r)->identifies, 2);
	well(&r);
	close_rig(&r);
}

static void B17__absurd_intervals_are_clamped(void **state)
{
	static const char *const wild[] = { "0", "1", "2147483647" };
	char fault[80];
	struct rig r;
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		open_box(&r, ZX_COMPRESS_NONE, 0);
		snprintf(fault, sizeof(fault),
			 "{\"fault\":\"heartbeat_interval\",\"ms\":%s}",
			 wild[i]);
		arm(&r, fault);
		open_shard(&r);
		UNTIL(&r, r.ready);
		well(&r);
		assert_true(stats(&r)->beats <= 1);
		assert_true(zx_shard_deadline(r.shard) <=
			    zx_clock() + 5 * 60 * 1000);
		close_rig(&r);
	}
}

static void CP_07__only_json_is_asked_for(void **state)
{
	struct rig r;

	(void)state;
	/* The sandbox closes with 4002 for any other encoding. */
	open_rig(&r, ZX_COMPRESS_ZSTD_STREAM, 0);
	well(&r);
	assert_int_equal(stats(&r)->connects, 1);
	close_rig(&r);
}

static void SH_04__two_sessions_of_one_shard_live_side_by_side(void **state)
{
	struct rig r, second;

	(void)state;
	open_rig(&r, ZX_COMPRESS_NONE, 0);
	second = (struct rig){ .box = r.box };
	/* The turn of the same key comes 5 s later. */
	open_shard(&second);
	zx_identify_free(second.queue);
	second.queue = r.queue;
	UNTIL(&second, (zx_loop_step(r.loop, 0), second.ready));
	say(&r, 3);
	UNTIL(&r, r.heard == 3);
	UNTIL(&second, second.heard == 3);
	zx_gateway_detach(second.conn);
	zx_shard_free(second.shard);
	zx_timer_set(second.loop, &second.timer, ZX_TIME_NEVER);
	zx_loop_free(second.loop);
	close_rig(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(PEER_01__a_zombie_is_found_and_replaced),
		cmocka_unit_test(
			B01__without_acks_the_session_goes_on_elsewhere),
		cmocka_unit_test(
			PEER_01__half_a_frame_and_silence_is_found_too),
		cmocka_unit_test(PEER_11__an_ack_behind_50_mb_is_waited_for),
		cmocka_unit_test(
			GW_07__a_beat_that_is_asked_for_goes_out_at_once),
		cmocka_unit_test(
			PEER_02__a_dead_resume_host_is_left_and_the_session_kept),
		cmocka_unit_test(
			PEER_02__an_upgrade_and_then_silence_is_a_failure),
		cmocka_unit_test(B13__an_edge_that_answers_503_is_tried_again),
		cmocka_unit_test(B02__op7_before_hello_and_live_costs_no_event),
		cmocka_unit_test(
			B03__op9_true_again_and_again_is_a_resume_each_time),
		cmocka_unit_test(B03__op9_false_is_a_new_session_after_a_wait),
		cmocka_unit_test(
			B04__every_code_that_keeps_the_session_loses_nothing),
		cmocka_unit_test(B04__every_fatal_code_ends_it),
		cmocka_unit_test(SH_02__4011_stops_and_says_to_shard),
		cmocka_unit_test(SH_05__4010_stops_and_is_never_tried_again),
		cmocka_unit_test(B05__nonsense_is_counted_and_nothing_else),
		cmocka_unit_test(
			B05__text_that_is_no_utf8_ends_the_connection_only),
		cmocka_unit_test(
			B06__broken_streams_cost_a_connection_and_no_event),
		cmocka_unit_test(
			B07__twenty_mb_in_one_guild_take_three_times_at_most),
		cmocka_unit_test(B08__a_server_that_breaks_rfc_6455_is_left),
		cmocka_unit_test(
			PEER_14__one_byte_fragments_pass_in_every_mode),
		cmocka_unit_test(PEER_14__sixteen_mib_pass_in_every_mode),
		cmocka_unit_test(
			PEER_14__an_old_stream_never_feeds_a_new_context),
		cmocka_unit_test(GW_15__what_is_replayed_twice_comes_once),
		cmocka_unit_test(
			GW_16__an_incomplete_ready_is_answered_by_another_try),
		cmocka_unit_test(B17__absurd_intervals_are_clamped),
		cmocka_unit_test(CP_07__only_json_is_asked_for),
		cmocka_unit_test(
			SH_04__two_sessions_of_one_shard_live_side_by_side),
	};

	return cmocka_run_group_tests_name("net/faults", tests, NULL, NULL);
}
