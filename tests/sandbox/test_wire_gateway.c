/* SPDX-License-Identifier: MIT
 *
 * wire_gateway: the handshake, what READY holds, heartbeats, and every code
 * with which the gateway refuses a client.
 */
#include "sandbox/box.h"

static void hello_ready_and_guilds(enum ws_compress how)
{
	struct box b = box_start();
	struct ws_client c;
	struct zx_str d;

	assert_int_equal(gw_hello(&c, b.port, how), 0);
	assert_int_equal(zx_json_get_i64(got(&c, "d"), "heartbeat_interval"),
			 41250);
	gw_identify(&c, b.token, INTENTS, 0, 1);
	assert_int_equal(gw_until(&c, "READY"), 0);
	d = got(&c, "d");
	assert_int_equal(zx_json_get_i64(d, "v"), 10);
	assert_int_equal(strlen(c.session_id), 32);
	assert_string_equal(c.resume_url, zx_sandbox_gateway_url(b.s));
	assert_int_equal(zx_json_get_u64(zx_json_get(d, "user"), "id"),
			 zx_sandbox_user(b.s, ZX_SANDBOX_BOT));
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(gw_until(&c, "GUILD_CREATE"), 0);
		assert_int_equal(zx_json_get_u64(got(&c, "d"), "id"),
				 zx_sandbox_guild(b.s, i));
	}
	assert_int_equal(c.seq, 4);
	box_works(&b, &c);
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

static void wire_gateway__a_plain_session_becomes_ready(void **state)
{
	(void)state;
	hello_ready_and_guilds(WS_PLAIN);
}

static void wire_gateway__a_zlib_stream_session_becomes_ready(void **state)
{
	(void)state;
	hello_ready_and_guilds(WS_ZLIB);
}

static void wire_gateway__a_zstd_stream_session_becomes_ready(void **state)
{
	(void)state;
	hello_ready_and_guilds(WS_ZSTD);
}

static void CP_01__payload_compression_makes_each_message_a_stream(void **state)
{
	struct box b = box_start();
	struct ws_client c;

	(void)state;
	assert_int_equal(gw_hello(&c, b.port, WS_PLAIN), 0);
	ws_sendf(&c,
		 "{\"op\":2,\"d\":{\"token\":\"%s\",\"intents\":33281,"
		 "\"properties\":{},\"compress\":true}}",
		 b.token);
	assert_int_equal(gw_until(&c, "GUILD_CREATE"), 0);
	/* It came in one binary frame. */
	assert_int_equal(c.head[0], 0x82);
	ws_send(&c, "{\"op\":1,\"d\":1}");
	assert_int_equal(gw_until_op(&c, 11), 0);
	assert_int_equal(c.head[0], 0x81);
	box_works(&b, &c);
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

static void wire_gateway__a_heartbeat_is_acknowledged(void **state)
{
	struct box b = box_start();
	struct ws_client c;

	(void)state;
	assert_int_equal(gw_hello(&c, b.port, WS_ZLIB), 0);
	ws_send(&c, "{\"op\":1,\"d\":null}");
	assert_int_equal(gw_until_op(&c, 11), 0);
	gw_identify(&c, b.token, INTENTS, 0, 1);
	assert_int_equal(gw_until(&c, "READY"), 0);
	ws_send(&c, "{\"op\":1,\"d\":1}");
	assert_int_equal(gw_until_op(&c, 11), 0);
	assert_int_equal(box_violations(&b), 0);
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

static void GW_05__a_heartbeat_with_a_wrong_s_is_a_violation(void **state)
{
	struct box b = box_start();
	struct ws_client c;

	(void)state;
	box_ready(&b, &c, WS_PLAIN);
	ws_send(&c, "{\"op\":1}");
	assert_int_equal(gw_until_op(&c, 11), 0);
	assert_int_equal(box_violations(&b), 1);
	ws_send(&c, "{\"op\":1,\"d\":999}");
	assert_int_equal(gw_until_op(&c, 11), 0);
	assert_int_equal(box_violations(&b), 2);
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

static void wire_gateway__a_client_without_heartbeats_is_closed(void **state)
{
	struct box b = box_start();
	struct ws_client c;

	(void)state;
	box_fault(&b, "{\"fault\":\"heartbeat_interval\",\"ms\":1}");
	box_ready(&b, &c, WS_PLAIN);
	assert_int_equal(ws_until_closed(&c), 4009);
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

/* Refusals -------------------------------------------------------------------
 */

static void refused_query(const char *target, int code)
{
	struct box b = box_start();
	struct ws_client c;

	assert_int_equal(ws_open(&c, b.port, target), 0);
	assert_int_equal(ws_until_closed(&c), code);
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

static void GW_02__the_query_is_checked(void **state)
{
	(void)state;
	refused_query("/gateway?v=9&encoding=json", 4012);
	refused_query("/gateway?encoding=json", 4012);
	refused_query("/gateway", 4012);
	refused_query("/gateway?v=10&encoding=etf", 4002);
	refused_query("/gateway?v=10&encoding=json&compress=gzip", 4002);
}

static void wire_gateway__a_url_with_the_host_only_works(void **state)
{
	struct box b = box_start();
	struct ws_client c;

	(void)state;
	assert_int_equal(ws_open(&c, b.port, "/?v=10&encoding=json"), 0);
	assert_int_equal(gw_until_op(&c, 10), 0);
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

/* Sends `text` after Hello; the code it is closed with. */
static int refused(const struct box *b, const char *text)
{
	struct ws_client c;
	int code;

	assert_int_equal(gw_hello(&c, b->port, WS_PLAIN), 0);
	ws_send(&c, text);
	code = ws_until_closed(&c);
	ws_free(&c);
	return code;
}

static int refused_identify(const struct box *b, const char *token,
			    const char *rest)
{
	char text[512];

	snprintf(text, sizeof(text),
		 "{\"op\":2,\"d\":{\"token\":\"%s\",\"properties\":{}%s}}",
		 token, rest);
	return refused(b, text);
}

static void wire_gateway__identify_is_refused_as_discord_does(void **state)
{
	struct zx_sandbox_options o = ZX_SANDBOX_OPTIONS_INIT;
	struct box b;

	(void)state;
	o.intents_refused = 1u << 15 | 1u << 1;
	b = box_with(o);
	assert_int_equal(refused_identify(&b, "wrong", ",\"intents\":1"), 4004);
	assert_int_equal(refused_identify(&b, b.token, ""), 4013);
	assert_int_equal(refused_identify(&b, b.token, ",\"intents\":131072"),
			 4013);
	assert_int_equal(refused_identify(&b, b.token, ",\"intents\":-1"),
			 4013);
	assert_int_equal(refused_identify(&b, b.token, ",\"intents\":32769"),
			 4014);
	assert_int_equal(
		refused_identify(&b, b.token, ",\"intents\":1,\"shard\":[1,1]"),
		4010);
	assert_int_equal(
		refused_identify(&b, b.token, ",\"intents\":1,\"shard\":[0,0]"),
		4010);
	assert_int_equal(
		refused_identify(&b, b.token, ",\"intents\":1,\"shard\":[0]"),
		4010);
	assert_int_equal(refused(&b, "{\"op\":2,\"d\":{\"intents\":1}}"), 4002);
	zx_sandbox_stop(b.s);
}

static void wire_gateway__4011_when_a_shard_would_have_too_many(void **state)
{
	struct zx_sandbox_options o = ZX_SANDBOX_OPTIONS_INIT;
	struct box b;

	(void)state;
	o.guilds = 2501;
	b = box_with(o);
	assert_int_equal(refused_identify(&b, b.token, ",\"intents\":1"), 4011);
	zx_sandbox_stop(b.s);
}

static void wire_gateway__payloads_are_refused_as_discord_does(void **state)
{
	struct box b = box_start();

	(void)state;
	assert_int_equal(refused(&b, "{\"op\":3,\"d\":{}}"), 4003);
	assert_int_equal(refused(&b, "{\"op\":8,\"d\":{}}"), 4003);
	assert_int_equal(refused(&b, "{\"op\":99,\"d\":{}}"), 4001);
	assert_int_equal(refused(&b, "{\"op\":0,\"d\":{}}"), 4001);
	assert_int_equal(refused(&b, "{\"op\":11}"), 4001);
	assert_int_equal(refused(&b, "{\"op\":\"1\"}"), 4002);
	assert_int_equal(refused(&b, "{\"d\":1}"), 4002);
	assert_int_equal(refused(&b, "[]"), 4002);
	assert_int_equal(refused(&b, "{\"op\":1,"), 4002);
	assert_int_equal(refused(&b, "{\"op\":1,\"d\":null,\"x\":\"\xff\"}"),
			 4002);
	assert_int_equal(refused(&b, "{\"op\":6,\"d\":{}}"), 4002);
	zx_sandbox_stop(b.s);
}

static void sized_heartbeat(char *text, size_t size)
{
	memset(text, ' ', size);
	memcpy(text, "{\"op\":1,\"d\":null", 16);
	text[size - 1] = '}';
	text[size] = '\0';
}

static void LM_01__4096_bytes_pass_and_4097_do_not(void **state)
{
	struct box b = box_start();
	struct ws_client c;
	char text[70002];

	(void)state;
	assert_int_equal(gw_hello(&c, b.port, WS_PLAIN), 0);
	sized_heartbeat(text, 4096);
	ws_send(&c, text);
	assert_int_equal(gw_until_op(&c, 11), 0);
	sized_heartbeat(text, 4097);
	ws_send(&c, text);
	assert_int_equal(ws_until_closed(&c), 4002);
	ws_free(&c);
	sized_heartbeat(text, 70000);
	assert_int_equal(refused(&b, text), 4002);
	zx_sandbox_stop(b.s);
}

static void LM_02__the_121st_send_in_a_minute_is_4008(void **state)
{
	struct box b = box_start();
	struct ws_client c;

	(void)state;
	assert_int_equal(gw_hello(&c, b.port, WS_PLAIN), 0);
	for (int i = 0; i < 120; i++) {
		ws_send(&c, "{\"op\":1,\"d\":null}");
		assert_int_equal(gw_until_op(&c, 11), 0);
	}
	ws_send(&c, "{\"op\":1,\"d\":null}");
	assert_int_equal(ws_until_closed(&c), 4008);
	assert_int_equal(box_violations(&b), 1);
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

static void ID_02__a_second_identify_is_4005(void **state)
{
	struct box b = box_start();
	struct ws_client c;

	(void)state;
	box_ready(&b, &c, WS_PLAIN);
	gw_identify(&c, b.token, INTENTS, 0, 1);
	assert_int_equal(ws_until_closed(&c), 4005);
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

static void LM_03__one_identify_per_key_per_5_s(void **state)
{
	struct zx_sandbox_options o = ZX_SANDBOX_OPTIONS_INIT;
	struct ws_client c[3];
	struct box b;

	(void)state;
	o.max_concurrency = 2;
	b = box_with(o);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(gw_hello(&c[i], b.port, WS_PLAIN), 0);
		gw_identify(&c[i], b.token, INTENTS, i, 3);
		if (i < 2)
			assert_int_equal(gw_until(&c[i], "READY"), 0);
		else
			assert_int_equal(gw_until_op(&c[i], 9), 0);
	}
	assert_str(got(&c[2], "d"), "false");
	assert_int_equal(box_violations(&b), 1);
	for (unsigned i = 0; i < 3; i++)
		ws_free(&c[i]);
	zx_sandbox_stop(b.s);
}

static void LM_04__more_identifies_than_the_limit_end_the_token(void **state)
{
	struct zx_sandbox_options o = ZX_SANDBOX_OPTIONS_INIT;
	struct ws_client c[3];
	struct box b;

	(void)state;
	o.max_concurrency = 3;
	o.identify_limit = 2;
	b = box_with(o);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(gw_hello(&c[i], b.port, WS_PLAIN), 0);
		gw_identify(&c[i], b.token, INTENTS, i, 3);
		if (i < 2)
			assert_int_equal(gw_until(&c[i], "READY"), 0);
	}
	assert_int_equal(ws_until_closed(&c[2]), 4004);
	assert_int_equal(box_violations(&b), 1);
	for (unsigned i = 0; i < 3; i++)
		ws_free(&c[i]);
	zx_sandbox_stop(b.s);
}

/* Commands -------------------------------------------------------------------
 */

static void GS_07__a_second_full_list_within_30_s_is_rate_limited(void **state)
{
	struct box b = box_start();
	struct ws_client c;
	unsigned long long guild = zx_sandbox_guild(b.s, 0);

	(void)state;
	assert_int_equal(gw_ready(&c, b.port, b.token, INTENTS | 2, WS_PLAIN),
			 0);
	ws_sendf(&c,
		 "{\"op\":8,\"d\":{\"guild_id\":\"%llu\",\"query\":\"\","
		 "\"limit\":0,\"nonce\":\"one\"}}",
		 guild);
	assert_int_equal(gw_until(&c, "GUILD_MEMBERS_CHUNK"), 0);
	assert_int_equal(zx_json_get_u64(got(&c, "d"), "guild_id"), guild);
	ws_sendf(&c,
		 "{\"op\":8,\"d\":{\"guild_id\":\"%llu\",\"query\":\"\","
		 "\"limit\":0,\"nonce\":\"two\"}}",
		 guild);
	assert_int_equal(gw_until(&c, "RATE_LIMITED"), 0);
	assert_str(got(&c, "d.opcode"), "8");
	assert_str(got(&c, "d.meta.nonce"), "\"two\"");
	assert_int_equal(zx_json_get_u64(got(&c, "d.meta"), "guild_id"), guild);
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

static void GS_09__sounds_and_channel_info_have_empty_answers(void **state)
{
	struct box b = box_start();
	struct ws_client c;

	(void)state;
	box_ready(&b, &c, WS_PLAIN);
	ws_send(&c, "{\"op\":4,\"d\":{\"guild_id\":\"1\"}}");
	ws_send(&c, "{\"op\":3,\"d\":{\"status\":\"idle\",\"activities\":[],"
		    "\"afk\":false,\"since\":null}}");
	ws_send(&c, "{\"op\":31,\"d\":{\"guild_ids\":[\"1\",\"2\"]}}");
	assert_int_equal(gw_until(&c, "SOUNDBOARD_SOUNDS"), 0);
	assert_str(got(&c, "d.guild_id"), "\"1\"");
	assert_int_equal(gw_until(&c, "SOUNDBOARD_SOUNDS"), 0);
	assert_str(got(&c, "d.guild_id"), "\"2\"");
	ws_send(&c, "{\"op\":43,\"d\":{\"guild_id\":\"1\"}}");
	assert_int_equal(gw_until(&c, "CHANNEL_INFO"), 0);
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

static void SH_01__events_go_to_the_shard_of_their_guild(void **state)
{
	struct box b = box_wide(3);
	struct ws_client c[3];
	uint64_t guild = zx_sandbox_guild(b.s, 0);
	unsigned owner = (unsigned)((guild >> 22) % 3);

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(gw_hello(&c[i], b.port, WS_PLAIN), 0);
		gw_identify(&c[i], b.token, INTENTS, i, 3);
		assert_int_equal(gw_until(&c[i], "READY"), 0);
	}
	assert_err(zx_sandbox_say(b.s, 0, 0, "to one", NULL), ZX_OK);
	assert_err(zx_sandbox_inject(b.s, -1, "FUTURE", "{}"), ZX_OK);
	for (unsigned i = 0; i < 3; i++) {
		int seen = 0;

		do {
			assert_int_equal(ws_message(&c[i]), 0);
			seen += zx_json_is(got(&c[i], "t"), "MESSAGE_CREATE");
		} while (!zx_json_is(got(&c[i], "t"), "FUTURE"));
		assert_int_equal(seen, i == owner);
		ws_free(&c[i]);
	}
	zx_sandbox_stop(b.s);
}

static void wire_gateway__intents_decide_what_a_session_sees(void **state)
{
	struct box b = box_wide(1);
	struct ws_client c;

	(void)state;
	/* GUILDS and GUILD_MESSAGES, but not MESSAGE_CONTENT */
	assert_int_equal(gw_ready(&c, b.port, b.token, 1u | 1u << 9, WS_PLAIN),
			 0);
	assert_err(zx_sandbox_say(b.s, 0, 0, "secret", NULL), ZX_OK);
	assert_int_equal(gw_until(&c, "MESSAGE_CREATE"), 0);
	assert_str(got(&c, "d.content"), "\"\"");
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wire_gateway__a_plain_session_becomes_ready),
		cmocka_unit_test(
			wire_gateway__a_zlib_stream_session_becomes_ready),
		cmocka_unit_test(
			wire_gateway__a_zstd_stream_session_becomes_ready),
		cmocka_unit_test(
			CP_01__payload_compression_makes_each_message_a_stream),
		cmocka_unit_test(wire_gateway__a_heartbeat_is_acknowledged),
		cmocka_unit_test(
			GW_05__a_heartbeat_with_a_wrong_s_is_a_violation),
		cmocka_unit_test(
			wire_gateway__a_client_without_heartbeats_is_closed),
		cmocka_unit_test(GW_02__the_query_is_checked),
		cmocka_unit_test(wire_gateway__a_url_with_the_host_only_works),
		cmocka_unit_test(
			wire_gateway__identify_is_refused_as_discord_does),
		cmocka_unit_test(
			wire_gateway__4011_when_a_shard_would_have_too_many),
		cmocka_unit_test(
			wire_gateway__payloads_are_refused_as_discord_does),
		cmocka_unit_test(LM_01__4096_bytes_pass_and_4097_do_not),
		cmocka_unit_test(LM_02__the_121st_send_in_a_minute_is_4008),
		cmocka_unit_test(ID_02__a_second_identify_is_4005),
		cmocka_unit_test(LM_03__one_identify_per_key_per_5_s),
		cmocka_unit_test(
			LM_04__more_identifies_than_the_limit_end_the_token),
		cmocka_unit_test(
			GS_07__a_second_full_list_within_30_s_is_rate_limited),
		cmocka_unit_test(
			GS_09__sounds_and_channel_info_have_empty_answers),
		cmocka_unit_test(SH_01__events_go_to_the_shard_of_their_guild),
		cmocka_unit_test(
			wire_gateway__intents_decide_what_a_session_sees),
	};

	return cmocka_run_group_tests_name("wire_gateway", tests, NULL, NULL);
}
