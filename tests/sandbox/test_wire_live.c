/* SPDX-License-Identifier: MIT
 *
 * wire_live: the page's feed: world events and gateway frames, with no token
 * in them.
 */
#include "sandbox/box.h"

/* Reads on to a line of the feed named t. */
static void until(struct ws_client *c, const char *t)
{
	do
		assert_int_equal(ws_message(c), 0);
	while (!zx_json_is(got(c, "t"), t));
}

static void until_traffic(struct ws_client *c, const char *what)
{
	do
		until(c, "TRAFFIC");
	while (!zx_json_is(got(c, "d.what"), what));
}

static void wire_live__messages_are_seen(void **state)
{
	struct box b = box_start();
	struct ws_client c;

	(void)state;
	assert_int_equal(ws_open(&c, b.port, "/sandbox/live"), 0);
	/* Opened for sure once it answers a ping. */
	ws_send_frame(&c, 0x89, "x", 1);
	assert_int_equal(ws_frame(&c), 0);
	assert_err(zx_sandbox_say(b.s, 0, 0, "hello page", NULL), ZX_OK);
	until(&c, "MESSAGE_CREATE");
	assert_str(got(&c, "d.content"), "\"hello page\"");
	zx_sandbox_stop(b.s);
	assert_int_equal(ws_until_closed(&c), 1001);
	ws_free(&c);
}

static void ID_07__gateway_frames_are_seen_without_the_token(void **state)
{
	struct box b = box_start();
	struct ws_client page, c;
	uint64_t n = 0, next;

	(void)state;
	assert_int_equal(ws_open(&page, b.port, "/sandbox/live?user=1"), 0);
	ws_send_frame(&page, 0x89, "x", 1);
	assert_int_equal(ws_frame(&page), 0);
	box_ready(&b, &c, WS_ZLIB);
	do {
		assert_int_equal(ws_message(&page), 0);
		assert_null(strstr(page.text.ptr, b.token));
		if (!zx_json_is(got(&page, "t"), "TRAFFIC"))
			continue;
		next = zx_json_get_u64(got(&page, "d"), "n");
		assert_true(next > n);
		n = next;
		if (zx_json_is(got(&page, "d.what"), "Identify")) {
			assert_str(got(&page, "d.dir"), "\"in\"");
			assert_non_null(strstr(page.text.ptr, "***"));
		}
	} while (!zx_json_is(got(&page, "d.what"), "READY"));
	assert_str(got(&page, "d.kind"), "\"gateway\"");
	assert_str(got(&page, "d.dir"), "\"out\"");
	assert_str(got(&page, "d.shard"), "\"0/1\"");
	ws_send(&c, "{\"op\":1,\"d\":1}");
	until_traffic(&page, "Heartbeat");
	until_traffic(&page, "Heartbeat ACK");
	/* Twice in one object, and under an escape: nothing slips through. */
	ws_sendf(&c,
		 "{\"op\":6,\"d\":{\"token\":\"a\",\"token\":\"%s\"},"
		 "\"x\":\"%s\"}",
		 b.token, b.token);
	until_traffic(&page, "Resume");
	assert_null(strstr(page.text.ptr, b.token));
	ws_free(&page);
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

static void wire_live__a_page_that_does_not_read_is_let_go(void **state)
{
	struct box b = box_start();
	struct ws_client page, c;
	struct zx_sandbox_stats stats;
	char *text = malloc(200001);

	(void)state;
	assert_int_equal(ws_open(&page, b.port, "/sandbox/live"), 0);
	box_ready(&b, &c, WS_PLAIN);
	/* Traffic lines of a slow page are left out, so this ends well for it;
	 * the gateway's reader gets everything. */
	memset(text, 'x', 200000);
	memcpy(text, "{\"a\":\"", 6);
	memcpy(text + 199998, "\"}", 3);
	for (int i = 0; i < 400; i++) {
		assert_err(zx_sandbox_inject(b.s, -1, "FUTURE", text), ZX_OK);
		assert_int_equal(gw_until(&c, "FUTURE"), 0);
	}
	zx_sandbox_stats(b.s, &stats);
	assert_int_equal(stats.sessions_live, 1);
	free(text);
	ws_free(&page);
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

static void wire_live__a_fault_that_is_used_up_leaves_the_list(void **state)
{
	struct box b = box_start();
	struct ws_client page, c;

	(void)state;
	assert_int_equal(ws_open(&page, b.port, "/sandbox/live"), 0);
	ws_send_frame(&page, 0x89, "x", 1);
	assert_int_equal(ws_frame(&page), 0);
	box_fault(&b, "{\"fault\":\"upgrade_503\",\"times\":2}");
	do
		until(&page, "FAULTS");
	while (!zx_json_is(
		zx_json_get(zx_json_index(got(&page, "d"), 0), "fault"),
		"upgrade_503"));
	for (int i = 0; i < 2; i++) {
		assert_int_equal(gw_hello(&c, b.port, WS_PLAIN), -1);
		ws_free(&c);
	}
	until(&page, "FAULTS");
	assert_str(got(&page, "d"), "[]");
	ws_free(&page);
	zx_sandbox_stop(b.s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wire_live__messages_are_seen),
		cmocka_unit_test(
			ID_07__gateway_frames_are_seen_without_the_token),
		cmocka_unit_test(
			wire_live__a_page_that_does_not_read_is_let_go),
		cmocka_unit_test(
			wire_live__a_fault_that_is_used_up_leaves_the_list),
	};

	return cmocka_run_group_tests_name("wire_live", tests, NULL, NULL);
}
