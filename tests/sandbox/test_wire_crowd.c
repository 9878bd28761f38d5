/* SPDX-License-Identifier: MIT
 *
 * wire_crowd: the gateway's lists: 250,000 members as the reader takes them,
 * and the sounds of a server.
 */
#include <stdlib.h>

#include "sandbox/box.h"

#define MEMBERS (1u << 1)

static struct box box_of(const char *kinds)
{
	struct zx_sandbox_options o = ZX_SANDBOX_OPTIONS_INIT;

	o.kinds = kinds;
	o.guilds = 2;
	return box_with(o);
}

/* The id of the first user in the message. */
static uint64_t first_user(const struct ws_client *c)
{
	static const char mark[] = "\"user\":{\"id\":\"";
	const char *p = strstr(c->text.ptr, mark);

	return p ? strtoull(p + sizeof(mark) - 1, NULL, 10) : 0;
}

static void ready(const struct box *b, struct ws_client *c, uint64_t intents)
{
	assert_int_equal(gw_hello(c, b->port, WS_ZLIB), 0);
	gw_identify(c, b->token, intents, 0, 1);
	for (int i = 0; i < 2; i++)
		assert_int_equal(gw_until(c, "GUILD_CREATE"), 0);
}

static void
wire_crowd__all_chunks_of_a_huge_server_arrive_in_order(void **state)
{
	struct box b = box_of("plain,huge");
	struct ws_client c;
	char ask[160];
	uint64_t last = 0;

	(void)state;
	ready(&b, &c, INTENTS | MEMBERS);
	snprintf(ask, sizeof(ask),
		 "{\"op\":8,\"d\":{\"guild_id\":\"%llu\",\"query\":\"\","
		 "\"limit\":0,\"nonce\":\"all\"}}",
		 (unsigned long long)zx_sandbox_guild(b.s, 1));
	ws_send(&c, ask);
	for (int i = 0; i < 251; i++) {
		struct zx_str d;
		uint64_t id;

		assert_int_equal(gw_until(&c, "GUILD_MEMBERS_CHUNK"), 0);
		d = got(&c, "d");
		assert_int_equal(zx_json_get_i64(d, "chunk_index"), i);
		assert_int_equal(zx_json_get_i64(d, "chunk_count"), 251);
		assert_true(zx_str_is(zx_json_plain(zx_json_get(d, "nonce")),
				      "all"));
		id = first_user(&c);
		assert_true(id > last);
		last = id;
	}
	box_works(&b, &c);
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

static void wire_crowd__sounds_are_given_for_each_server_asked(void **state)
{
	struct box b = box_of("everything,empty");
	struct ws_client c;
	char ask[160];

	(void)state;
	ready(&b, &c, INTENTS);
	snprintf(ask, sizeof(ask),
		 "{\"op\":31,\"d\":{\"guild_ids\":[\"%llu\",\"%llu\"]}}",
		 (unsigned long long)zx_sandbox_guild(b.s, 0),
		 (unsigned long long)zx_sandbox_guild(b.s, 1));
	ws_send(&c, ask);
	assert_int_equal(gw_until(&c, "SOUNDBOARD_SOUNDS"), 0);
	assert_non_null(strstr(c.text.ptr, "\"name\":\"silence\""));
	assert_int_equal(gw_until(&c, "SOUNDBOARD_SOUNDS"), 0);
	assert_true(zx_str_is(got(&c, "d.soundboard_sounds"), "[]"));
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			wire_crowd__all_chunks_of_a_huge_server_arrive_in_order),
		cmocka_unit_test(
			wire_crowd__sounds_are_given_for_each_server_asked),
	};

	return cmocka_run_group_tests_name("wire_crowd", tests, NULL, NULL);
}
