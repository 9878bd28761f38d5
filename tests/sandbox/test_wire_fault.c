/* SPDX-License-Identifier: MIT
 *
 * wire_fault: each fault does what docs/SANDBOX.md says, to whom it says, as
 * often as it says.
 */
#include <unistd.h>

#include "sandbox/box.h"

#define FAULT(text) "{\"fault\":\"" text "\"}"

static void wire_fault__what_is_not_known_is_refused(void **state)
{
	struct box b = box_start();

	(void)state;
	assert_err(zx_sandbox_fault(b.s, FAULT("no such")), ZX_E_INVALID);
	assert_err(zx_sandbox_fault(b.s, "{}"), ZX_E_INVALID);
	assert_err(zx_sandbox_fault(b.s, "{"), ZX_E_INVALID);
	assert_err(zx_sandbox_fault(b.s, NULL), ZX_E_INVALID);
	zx_sandbox_stop(b.s);
}

/* Of the connection -----------------------------------------------------------
 */

static void wire_fault__close_has_the_code(void **state)
{
	static const int codes[] = { 4000, 4001, 4002, 4003, 4004, 4005, 4006,
				     4007, 4008, 4009, 4010, 4011, 4012, 4013,
				     4014, 1000, 1001, 1002, 3000, 4999 };
	struct box b = box_wide(64);
	struct ws_client c;
	char json[64];

	(void)state;
	for (unsigned i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
		assert_int_equal(gw_hello(&c, b.port, WS_PLAIN), 0);
		gw_identify(&c, b.token, INTENTS, i, 64);
		assert_int_equal(gw_until(&c, "READY"), 0);
		snprintf(json, sizeof(json),
			 "{\"fault\":\"close\",\"code\":%d}", codes[i]);
		box_fault(&b, json);
		assert_int_equal(ws_until_closed(&c), codes[i]);
		ws_free(&c);
	}
	zx_sandbox_stop(b.s);
}

static void wire_fault__close_4009_ends_the_session_and_4000_not(void **state)
{
	struct box b = box_start();
	struct ws_client a, c;

	(void)state;
	box_ready(&b, &a, WS_PLAIN);
	box_fault(&b, "{\"fault\":\"close\",\"code\":4000}");
	assert_int_equal(ws_until_closed(&a), 4000);
	assert_int_equal(gw_hello(&c, b.port, WS_PLAIN), 0);
	gw_resume(&c, b.token, a.session_id, a.seq);
	assert_int_equal(gw_until(&c, "RESUMED"), 0);
	box_fault(&b, "{\"fault\":\"close\",\"code\":4009}");
	assert_int_equal(ws_until_closed(&c), 4009);
	ws_free(&c);
	assert_int_equal(gw_hello(&c, b.port, WS_PLAIN), 0);
	gw_resume(&c, b.token, a.session_id, a.seq);
	assert_int_equal(gw_until_op(&c, 9), 0);
	ws_free(&a);
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

static void wire_fault__drop_resets_the_connection(void **state)
{
	struct box b = box_start();
	struct ws_client c;

	(void)state;
	box_ready(&b, &c, WS_PLAIN);
	while (c.seq < 4)
		assert_int_equal(gw_until(&c, "GUILD_CREATE"), 0);
	box_fault(&b, FAULT("drop"));
	assert_int_equal(ws_until_closed(&c), 0);
	assert_int_equal(c.eof, 2);
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

static void GW_11__op7_asks_for_a_reconnect(void **state)
{
	struct box b = box_start();
	struct ws_client c;

	(void)state;
	box_ready(&b, &c, WS_ZLIB);
	box_fault(&b, FAULT("op7"));
	assert_int_equal(gw_until_op(&c, 7), 0);
	ws_free(&c);
	box_fault(&b, FAULT("op7_before_hello"));
	assert_int_equal(ws_open(&c, b.port, "/gateway?v=10&encoding=json"), 0);
	assert_int_equal(ws_message(&c), 0);
	assert_str(got(&c, "op"), "7");
	ws_free(&c);
	assert_int_equal(gw_hello(&c, b.port, WS_PLAIN), 0);
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

static void op9(int resumable)
{
	struct box b = box_start();
	struct ws_client a, c;

	box_ready(&b, &a, WS_PLAIN);
	box_fault(&b, resumable ? "{\"fault\":\"op9\",\"resumable\":true}"
				: FAULT("op9"));
	assert_int_equal(gw_until_op(&a, 9), 0);
	assert_str(got(&a, "d"), resumable ? "true" : "false");
	assert_int_equal(gw_hello(&c, b.port, WS_PLAIN), 0);
	gw_resume(&c, b.token, a.session_id, a.seq);
	if (resumable)
		assert_int_equal(gw_until(&c, "RESUMED"), 0);
	else
		assert_int_equal(gw_until_op(&c, 9), 0);
	ws_free(&a);
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

static void GW_12__op9_true_keeps_the_session(void **state)
{
	(void)state;
	op9(1);
}

static void GW_13__op9_false_ends_the_session(void **state)
{
	(void)state;
	op9(0);
}

static void GW_14__op9_after_identify(void **state)
{
	struct box b = box_start();
	struct ws_client c;

	(void)state;
	box_fault(&b, FAULT("op9_after_identify"));
	assert_int_equal(gw_hello(&c, b.port, WS_PLAIN), 0);
	gw_identify(&c, b.token, INTENTS, 0, 1);
	assert_int_equal(gw_until_op(&c, 9), 0);
	assert_str(got(&c, "d"), "false");
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

static void GW_03__no_hello_is_silence_after_the_upgrade(void **state)
{
	struct box b = box_start();
	struct ws_client c, other;

	(void)state;
	box_fault(&b, FAULT("no_hello"));
	assert_int_equal(ws_open(&c, b.port, "/gateway?v=10&encoding=json"), 0);
	ws_send(&c, "{\"op\":1,\"d\":null}");
	ws_send_frame(&c, 0x89, "ping", 4);
	/* Another connection is served meanwhile, and this one is not. */
	assert_int_equal(gw_hello(&other, b.port, WS_PLAIN), 0);
	zx_sandbox_stop(b.s);
	assert_int_equal(ws_message(&c), -1);
	assert_int_equal(c.in.len, 0);
	assert_int_equal(c.close_code, 0);
	assert_int_equal(ws_until_closed(&other), 1001);
	ws_free(&c);
	ws_free(&other);
}

static void GW_17__ready_is_withheld_while_heartbeats_are_answered(void **state)
{
	struct box b = box_start();
	struct ws_client c;
	int acks = 0;

	(void)state;
	box_fault(&b, "{\"fault\":\"withhold_ready\",\"ms\":50}");
	assert_int_equal(gw_hello(&c, b.port, WS_PLAIN), 0);
	gw_identify(&c, b.token, INTENTS, 0, 1);
	ws_send(&c, "{\"op\":1,\"d\":null}");
	do {
		assert_int_equal(ws_message(&c), 0);
		acks += zx_json_get_i64(zx_buf_str(&c.text), "op") == 11;
	} while (!zx_json_is(got(&c, "t"), "READY"));
	assert_int_equal(acks, 1);
	assert_err(zx_sandbox_wait_ready(b.s, 1, 5000), ZX_OK);
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

static void GW_08__no_acks(void **state)
{
	struct box b = box_start();
	struct ws_client c;
	struct zx_sandbox_stats stats;

	(void)state;
	box_ready(&b, &c, WS_PLAIN);
	box_fault(&b, FAULT("no_acks"));
	ws_send(&c, "{\"op\":1,\"d\":1}");
	ws_send(&c, "{\"op\":31,\"d\":{\"guild_ids\":[\"7\"]}}");
	do {
		assert_int_equal(ws_message(&c), 0);
		assert_string_not_equal(c.text.ptr,
					"{\"t\":null,\"s\":null,\"op\":11,"
					"\"d\":null}");
	} while (!zx_json_is(got(&c, "t"), "SOUNDBOARD_SOUNDS"));
	zx_sandbox_stats(b.s, &stats);
	assert_int_equal(stats.heartbeats, 1);
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

static void wire_fault__acks_may_come_late(void **state)
{
	struct box b = box_start();
	struct ws_client c;

	(void)state;
	box_ready(&b, &c, WS_PLAIN);
	box_fault(&b, "{\"fault\":\"slow_acks\",\"ms\":30}");
	ws_send(&c, "{\"op\":1,\"d\":1}");
	ws_send(&c, "{\"op\":31,\"d\":{\"guild_ids\":[\"7\"]}}");
	assert_int_equal(gw_until(&c, "SOUNDBOARD_SOUNDS"), 0);
	assert_int_equal(gw_until_op(&c, 11), 0);
	box_fault(&b, "{\"fault\":\"slow_acks\",\"ms\":0}");
	ws_send(&c, "{\"op\":1,\"d\":2}");
	ws_send(&c, "{\"op\":31,\"d\":{\"guild_ids\":[\"7\"]}}");
	assert_int_equal(gw_until_op(&c, 11), 0);
	assert_int_equal(gw_until(&c, "SOUNDBOARD_SOUNDS"), 0);
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

static void GW_10__the_ack_comes_behind_a_flood_of_guilds(void **state)
{
	struct box b = box_start();
	struct ws_client c;
	size_t bytes = 0;

	(void)state;
	box_ready(&b, &c, WS_ZSTD);
	box_fault(&b, "{\"fault\":\"ack_flood\",\"bytes\":5000000}");
	ws_send(&c, "{\"op\":1,\"d\":1}");
	do {
		assert_int_equal(ws_message(&c), 0);
		bytes += c.text.len;
	} while (zx_json_get_i64(zx_buf_str(&c.text), "op") != 11);
	assert_true(bytes >= 5000000);
	box_works(&b, &c);
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

/* Hosts ----------------------------------------------------------------------
 */

static void ID_04__the_resume_host_is_dead_in_each_way(void **state)
{
	static const char *const ways[] = { "refuse", "503", "silence", "dns",
					    "tls" };
	struct box b = box_wide(8);
	struct ws_client c, d;
	char json[80];

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		snprintf(json, sizeof(json),
			 "{\"fault\":\"resume_host_dead\",\"how\":\"%s\"}",
			 ways[i]);
		box_fault(&b, json);
		assert_int_equal(gw_hello(&c, b.port, WS_PLAIN), 0);
		gw_identify(&c, b.token, INTENTS, i, 8);
		assert_int_equal(gw_until(&c, "READY"), 0);
		if (i == 0) {
			assert_true(tcp_connect(url_port(c.resume_url)) < 0);
		} else if (i == 1) {
			assert_int_equal(ws_open(&d, b.port,
						 "/gateway/unavailable?v=10"),
					 -1);
			assert_int_equal(d.status, 503);
			ws_free(&d);
			assert_non_null(strstr(c.resume_url, "/unavailable"));
		} else if (i == 2) {
			int fd = tcp_connect(url_port(c.resume_url));

			assert_true(fd >= 0);
			assert_int_not_equal(url_port(c.resume_url), b.port);
			close(fd);
		} else if (i == 3) {
			assert_string_equal(c.resume_url,
					    "ws://resume.invalid/gateway");
		} else {
			assert_memory_equal(c.resume_url, "wss://127.0.0.1",
					    15);
		}
		/* The main URL takes the session all the same. */
		assert_int_equal(gw_hello(&d, b.port, WS_PLAIN), 0);
		gw_resume(&d, b.token, c.session_id, c.seq);
		assert_int_equal(gw_until(&d, "RESUMED"), 0);
		ws_free(&c);
		ws_free(&d);
	}
	zx_sandbox_stop(b.s);
}

static void wire_fault__a_tls_hello_is_refused(void **state)
{
	struct box b = box_start();
	struct zx_buf out;
	int fd = tcp_connect(b.port);
	static const char hello[] = "\x16\x03\x01\x02\x00\x01\x00\x01\xfc";
	char bytes[512];
	ssize_t n;

	(void)state;
	zx_buf_init(&out, NULL, 0);
	assert_int_equal(write(fd, hello, sizeof(hello)), sizeof(hello));
	while ((n = read(fd, bytes, sizeof(bytes))) > 0)
		zx_buf_add(&out, bytes, (size_t)n);
	assert_memory_equal(zx_buf_cstr(&out), "HTTP/1.1 400 ", 13);
	close(fd);
	zx_buf_release(&out);
	zx_sandbox_stop(b.s);
}

static void wire_fault__upgrade_503_as_often_as_asked(void **state)
{
	struct box b = box_start();
	struct ws_client c;

	(void)state;
	box_fault(&b, "{\"fault\":\"upgrade_503\",\"times\":2}");
	for (int i = 0; i < 2; i++) {
		assert_int_equal(gw_hello(&c, b.port, WS_PLAIN), -1);
		assert_int_equal(c.status, 503);
		ws_free(&c);
	}
	assert_int_equal(gw_hello(&c, b.port, WS_PLAIN), 0);
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

/* Frames ----------------------------------------------------------------------
 */

static void GW_18__messages_come_in_one_byte_fragments_with_pings(void **state)
{
	struct box b = box_start();
	struct ws_client c;
	int pings = 0, fragments = 0;

	(void)state;
	box_ready(&b, &c, WS_PLAIN);
	while (c.seq < 4)
		assert_int_equal(gw_until(&c, "GUILD_CREATE"), 0);
	box_fault(&b, "{\"fault\":\"fragment\",\"size\":1}");
	assert_err(zx_sandbox_inject(b.s, 0, "FUTURE",
				     "{\"a\":\"\\u00e4\\ud83d\\ude00\"}"),
		   ZX_OK);
	do {
		assert_int_equal(ws_frame(&c), 0);
		pings += c.head[0] == 0x89;
		if (c.head[0] == 0x89)
			continue;
		assert_int_equal(c.frame.len, 1);
		assert_int_equal(c.head[0] & 15, fragments ? 0 : 1);
		fragments++;
	} while (c.head[0] != 0x80);
	assert_int_equal(pings, 1);
	assert_true(fragments > 40);
	assert_err(zx_sandbox_inject(b.s, 0, "FUTURE",
				     "{\"a\":\"\\u00e4\\ud83d\\ude00\"}"),
		   ZX_OK);
	assert_int_equal(gw_until(&c, "FUTURE"), 0);
	assert_str(got(&c, "d"), "{\"a\":\"ä😀\"}");
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

static void wire_fault__masked_and_rsv_frames(void **state)
{
	struct box b = box_start();
	struct ws_client c;

	(void)state;
	box_ready(&b, &c, WS_PLAIN);
	while (c.seq < 4)
		assert_int_equal(gw_until(&c, "GUILD_CREATE"), 0);
	box_fault(&b, FAULT("masked"));
	assert_int_equal(ws_frame(&c), 0);
	assert_int_equal(c.head[1] & 0x80, 0x80);
	box_fault(&b, FAULT("rsv"));
	assert_int_equal(ws_frame(&c), 0);
	assert_int_equal(c.head[0], 0xc1);
	assert_int_equal(c.head[1] & 0x80, 0);
	box_works(&b, &c);
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

static void GW_10__half_a_frame_and_then_silence(void **state)
{
	struct box b = box_start();
	struct ws_client c;

	(void)state;
	box_ready(&b, &c, WS_PLAIN);
	while (c.seq < 4)
		assert_int_equal(gw_until(&c, "GUILD_CREATE"), 0);
	box_fault(&b, FAULT("half_frame"));
	ws_send(&c, "{\"op\":1,\"d\":1}");
	assert_err(zx_sandbox_say(b.s, 0, 0, "unheard", NULL), ZX_OK);
	zx_sandbox_stop(b.s);
	assert_int_equal(ws_frame(&c), -1);
	assert_true(c.in.len > 4 && c.in.len < 100);
	ws_free(&c);
}

/* Payloads
 * --------------------------------------------------------------------- */

static void GW_19__garbage_of_each_kind(void **state)
{
	static const char *const kinds[] = { "utf8",  "truncated", "types",
					     "op99",  "future",	   "missing_d",
					     "huge_s" };
	struct box b = box_start();
	struct ws_client c;
	char json[64];

	(void)state;
	box_ready(&b, &c, WS_PLAIN);
	while (c.seq < 4)
		assert_int_equal(gw_until(&c, "GUILD_CREATE"), 0);
	for (size_t i = 0; i < 7; i++) {
		struct zx_str text;

		snprintf(json, sizeof(json),
			 "{\"fault\":\"garbage\",\"kind\":\"%s\"}", kinds[i]);
		box_fault(&b, json);
		assert_int_equal(ws_message(&c), 0);
		text = zx_buf_str(&c.text);
		if (i < 2)
			assert_err(zx_json_check(text, 0, NULL), ZX_E_SYNTAX);
		else
			assert_err(zx_json_check(text, 0, NULL), ZX_OK);
		if (i == 0)
			assert_false(zx_utf8_valid(text));
		if (i == 5)
			assert_int_equal(got(&c, "d").len, 0);
	}
	box_fault(&b, FAULT("garbage"));
	for (int i = 0; i < 3; i++)
		assert_int_equal(ws_message(&c), 0);
	box_works(&b, &c);
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

static void stream_breaks(enum ws_compress how, const char *fault)
{
	struct box b = box_start();
	struct ws_client c;
	int err = 0;

	box_ready(&b, &c, how);
	while (c.seq < 4)
		assert_int_equal(gw_until(&c, "GUILD_CREATE"), 0);
	box_fault(&b, fault);
	/* What follows cannot be right any more. */
	for (int i = 0; i < 5 && !err; i++) {
		assert_err(zx_sandbox_say(b.s, 0, 0, "after", NULL), ZX_OK);
		err = ws_message(&c);
		err |= zx_json_check(zx_buf_str(&c.text), 0, NULL);
	}
	assert_int_not_equal(err, 0);
	assert_int_equal(c.eof, 0);
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

static void CP_05__streams_are_corrupted_and_truncated(void **state)
{
	(void)state;
	stream_breaks(WS_ZLIB, FAULT("corrupt_stream"));
	stream_breaks(WS_ZSTD, FAULT("corrupt_stream"));
	stream_breaks(WS_ZLIB, FAULT("truncate_stream"));
	stream_breaks(WS_ZSTD, FAULT("truncate_stream"));
	stream_breaks(WS_PLAIN, FAULT("truncate_stream"));
}

static void CP_05__a_bomb_is_large_inside_only(void **state)
{
	struct box b = box_start();
	struct ws_client c;

	(void)state;
	for (enum ws_compress how = WS_ZLIB; how <= WS_ZSTD; how++) {
		assert_int_equal(gw_hello(&c, b.port, how), 0);
		gw_identify(&c, b.token, INTENTS, 0, 1);
		assert_int_equal(gw_until(&c, "READY"), 0);
		while (c.seq < 4)
			assert_int_equal(gw_until(&c, "GUILD_CREATE"), 0);
		box_fault(&b, "{\"fault\":\"bomb\",\"bytes\":20000000}");
		assert_int_equal(ws_message(&c), 0);
		assert_true(c.text.len > 20000000);
		assert_true(c.frame.len < 200000);
		box_works(&b, &c);
		ws_free(&c);
		zx_sandbox_stop(b.s);
		b = box_start();
	}
	/* Uncompressed it is a frame that claims a terabyte. */
	box_ready(&b, &c, WS_PLAIN);
	while (c.seq < 4)
		assert_int_equal(gw_until(&c, "GUILD_CREATE"), 0);
	box_fault(&b, FAULT("bomb"));
	assert_int_equal(ws_frame(&c), -1);
	assert_int_equal(c.head[1], 127);
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

static void CP_06__a_guild_of_16_mib_comes_in_64_kib_frames(void **state)
{
	struct box b = box_start();
	struct ws_client c;

	(void)state;
	box_ready(&b, &c, WS_PLAIN);
	while (c.seq < 4)
		assert_int_equal(gw_until(&c, "GUILD_CREATE"), 0);
	box_fault(&b, FAULT("big_guild"));
	assert_int_equal(gw_until(&c, "GUILD_CREATE"), 0);
	assert_true(c.text.len >= 16u * 1024 * 1024);
	assert_true(c.frame.len <= 65536);
	assert_err(zx_json_check(zx_buf_str(&c.text), 0, NULL), ZX_OK);
	assert_int_equal(zx_json_get_u64(got(&c, "d"), "id"),
			 zx_sandbox_guild(b.s, 0));
	box_works(&b, &c);
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

static void GW_07__the_server_asks_for_a_heartbeat(void **state)
{
	struct box b = box_start();
	struct ws_client c;

	(void)state;
	box_ready(&b, &c, WS_PLAIN);
	box_fault(&b, FAULT("server_op1"));
	assert_int_equal(gw_until_op(&c, 1), 0);
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

static void GS_02__an_outage_is_a_delete_unavailable_then_a_create(void **state)
{
	struct box b = box_start();
	struct ws_client c;
	uint64_t guild = zx_sandbox_guild(b.s, 1);
	char json[96];

	(void)state;
	box_ready(&b, &c, WS_PLAIN);
	snprintf(json, sizeof(json),
		 "{\"fault\":\"outage\",\"guild\":\"%llu\",\"ms\":10}",
		 (unsigned long long)guild);
	box_fault(&b, json);
	assert_int_equal(gw_until(&c, "GUILD_DELETE"), 0);
	assert_int_equal(zx_json_get_u64(got(&c, "d"), "id"), guild);
	assert_str(got(&c, "d.unavailable"), "true");
	assert_int_equal(gw_until(&c, "GUILD_CREATE"), 0);
	assert_int_equal(zx_json_get_u64(got(&c, "d"), "id"), guild);
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

static void GW_15__a_replay_comes_twice(void **state)
{
	struct box b = box_start();
	struct ws_client a, c;

	(void)state;
	box_ready(&b, &a, WS_PLAIN);
	while (a.seq < 4)
		assert_int_equal(gw_until(&a, "GUILD_CREATE"), 0);
	assert_err(zx_sandbox_say(b.s, 0, 0, "twice", NULL), ZX_OK);
	box_fault(&b, FAULT("duplicate_replay"));
	assert_int_equal(gw_hello(&c, b.port, WS_PLAIN), 0);
	gw_resume(&c, b.token, a.session_id, a.seq);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(ws_message(&c), 0);
		assert_str(got(&c, "t"), "\"MESSAGE_CREATE\"");
		assert_int_equal(zx_json_get_u64(zx_buf_str(&c.text), "s"),
				 a.seq + 1);
	}
	assert_int_equal(ws_message(&c), 0);
	assert_str(got(&c, "t"), "\"RESUMED\"");
	ws_free(&a);
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

static void GW_16__ready_lacks_a_field(void **state)
{
	struct box b = box_start();
	struct ws_client c;

	(void)state;
	box_fault(&b, "{\"fault\":\"ready_missing\",\"field\":\"session_id\"}");
	box_ready(&b, &c, WS_PLAIN);
	assert_string_equal(c.session_id, "");
	assert_string_not_equal(c.resume_url, "");
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

static void GW_04__hello_has_the_interval_asked_for(void **state)
{
	struct box b = box_start();
	struct ws_client c;

	(void)state;
	box_fault(&b, "{\"fault\":\"heartbeat_interval\",\"ms\":1234}");
	assert_int_equal(gw_hello(&c, b.port, WS_PLAIN), 0);
	assert_str(got(&c, "d.heartbeat_interval"), "1234");
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

static void wire_fault__slow_reader_reads_later(void **state)
{
	struct box b = box_start();
	struct ws_client c;

	(void)state;
	box_ready(&b, &c, WS_PLAIN);
	box_fault(&b, "{\"fault\":\"slow_reader\",\"ms\":30}");
	ws_send(&c, "{\"op\":1,\"d\":1}");
	assert_err(zx_sandbox_inject(b.s, 0, "FUTURE", "{}"), ZX_OK);
	assert_int_equal(gw_until(&c, "FUTURE"), 0);
	assert_int_equal(gw_until_op(&c, 11), 0);
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

/* When and to whom
 * -------------------------------------------------------------- */

static void wire_fault__shard_names_who_has_it(void **state)
{
	struct box b = box_wide(2);
	struct ws_client c[2];

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(gw_hello(&c[i], b.port, WS_PLAIN), 0);
		gw_identify(&c[i], b.token, INTENTS, i, 2);
		assert_int_equal(gw_until(&c[i], "READY"), 0);
	}
	box_fault(&b, "{\"fault\":\"close\",\"code\":4000,\"shard\":1}");
	assert_err(zx_sandbox_inject(b.s, 0, "FUTURE", "{}"), ZX_OK);
	assert_int_equal(gw_until(&c[0], "FUTURE"), 0);
	assert_int_equal(ws_until_closed(&c[1]), 4000);
	ws_free(&c[0]);
	ws_free(&c[1]);
	zx_sandbox_stop(b.s);
}

static void wire_fault__an_act_waits_for_a_session_and_repeats(void **state)
{
	struct box b = box_start();
	struct ws_client a, c;

	(void)state;
	box_fault(&b, "{\"fault\":\"op7\",\"times\":2,\"after_ms\":1}");
	box_ready(&b, &a, WS_PLAIN);
	assert_int_equal(gw_until_op(&a, 7), 0);
	assert_int_equal(gw_hello(&c, b.port, WS_PLAIN), 0);
	gw_resume(&c, b.token, a.session_id, a.seq);
	assert_int_equal(gw_until_op(&c, 7), 0);
	ws_free(&a);
	memcpy(a.session_id, c.session_id, sizeof(a.session_id));
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

static void wire_fault__armed_faults_are_in_the_state_until_used(void **state)
{
	struct box b = box_start();
	struct zx_buf out;

	(void)state;
	zx_buf_init(&out, NULL, 0);
	box_fault(&b, "{\"fault\":\"no_hello\",\"times\":3}");
	assert_err(zx_sandbox_state(b.s, &out), ZX_OK);
	assert_true(zx_json_is(
		zx_json_get(zx_json_index(
				    zx_json_get(zx_buf_str(&out), "faults"), 0),
			    "fault"),
		"no_hello"));
	zx_buf_clear(&out);
	http_exchange(b.port,
		      "DELETE /sandbox/faults HTTP/1.1\r\nHost: localhost\r\n"
		      "Connection: close\r\n\r\n",
		      &out);
	assert_memory_equal(zx_buf_cstr(&out), "HTTP/1.1 20", 11);
	zx_buf_clear(&out);
	assert_err(zx_sandbox_state(b.s, &out), ZX_OK);
	assert_str(zx_json_get(zx_buf_str(&out), "faults"), "[]");
	zx_buf_release(&out);
	zx_sandbox_stop(b.s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wire_fault__what_is_not_known_is_refused),
		cmocka_unit_test(wire_fault__close_has_the_code),
		cmocka_unit_test(
			wire_fault__close_4009_ends_the_session_and_4000_not),
		cmocka_unit_test(wire_fault__drop_resets_the_connection),
		cmocka_unit_test(GW_11__op7_asks_for_a_reconnect),
		cmocka_unit_test(GW_12__op9_true_keeps_the_session),
		cmocka_unit_test(GW_13__op9_false_ends_the_session),
		cmocka_unit_test(GW_14__op9_after_identify),
		cmocka_unit_test(GW_03__no_hello_is_silence_after_the_upgrade),
		cmocka_unit_test(
			GW_17__ready_is_withheld_while_heartbeats_are_answered),
		cmocka_unit_test(GW_08__no_acks),
		cmocka_unit_test(wire_fault__acks_may_come_late),
		cmocka_unit_test(GW_10__the_ack_comes_behind_a_flood_of_guilds),
		cmocka_unit_test(ID_04__the_resume_host_is_dead_in_each_way),
		cmocka_unit_test(wire_fault__a_tls_hello_is_refused),
		cmocka_unit_test(wire_fault__upgrade_503_as_often_as_asked),
		cmocka_unit_test(
			GW_18__messages_come_in_one_byte_fragments_with_pings),
		cmocka_unit_test(wire_fault__masked_and_rsv_frames),
		cmocka_unit_test(GW_10__half_a_frame_and_then_silence),
		cmocka_unit_test(GW_19__garbage_of_each_kind),
		cmocka_unit_test(CP_05__streams_are_corrupted_and_truncated),
		cmocka_unit_test(CP_05__a_bomb_is_large_inside_only),
		cmocka_unit_test(
			CP_06__a_guild_of_16_mib_comes_in_64_kib_frames),
		cmocka_unit_test(GW_07__the_server_asks_for_a_heartbeat),
		cmocka_unit_test(
			GS_02__an_outage_is_a_delete_unavailable_then_a_create),
		cmocka_unit_test(GW_15__a_replay_comes_twice),
		cmocka_unit_test(GW_16__ready_lacks_a_field),
		cmocka_unit_test(GW_04__hello_has_the_interval_asked_for),
		cmocka_unit_test(wire_fault__slow_reader_reads_later),
		cmocka_unit_test(wire_fault__shard_names_who_has_it),
		cmocka_unit_test(
			wire_fault__an_act_waits_for_a_session_and_repeats),
		cmocka_unit_test(
			wire_fault__armed_faults_are_in_the_state_until_used),
	};

	return cmocka_run_group_tests_name("wire_fault", tests, NULL, NULL);
}
