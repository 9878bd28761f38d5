/* SPDX-License-Identifier: MIT
 *
 * wire_burst: counts, order and contents of bursts, on every kind of
 * connection and together with other messages.
 */
#include "sandbox/box.h"

/* Reads `n` events of the burst; checks that each is JSON with the next s and,
 * for messages, a new id. ACKs may come anywhere between. */
static void read_burst(struct ws_client *c, unsigned n)
{
	uint64_t id = 0, next;
	size_t bytes = 0;

	for (unsigned i = 0; i < n;) {
		uint64_t seq = c->seq;

		assert_int_equal(ws_message(c), 0);
		assert_err(zx_json_check(zx_buf_str(&c->text), 0, NULL), ZX_OK);
		if (zx_json_get_i64(zx_buf_str(&c->text), "op") == 11)
			continue;
		c->seq = zx_json_get_u64(zx_buf_str(&c->text), "s");
		assert_int_equal(c->seq, seq + 1);
		if (zx_json_is(got(c, "t"), "GUILD_CREATE"))
			continue;
		bytes += c->text.len;
		i++;
		if (!zx_json_is(got(c, "t"), "MESSAGE_CREATE"))
			continue;
		next = zx_json_get_u64(got(c, "d"), "id");
		assert_true(next > id);
		id = next;
	}
	/* About the size of Discord's. */
	assert_true(bytes > 500u * n && bytes < 4000u * n);
}

static void wire_burst__a_plain_reader_gets_all_in_order(void **state)
{
	struct box b = box_start();
	struct ws_client c;

	(void)state;
	box_ready(&b, &c, WS_PLAIN);
	box_fault(&b, "{\"fault\":\"burst\",\"count\":20000}");
	read_burst(&c, 20000);
	box_works(&b, &c);
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

static void compressed(enum ws_compress how)
{
	struct box b = box_start();
	struct ws_client c;

	box_ready(&b, &c, how);
	while (c.seq < 4)
		assert_int_equal(gw_until(&c, "GUILD_CREATE"), 0);
	box_fault(&b, "{\"fault\":\"burst\",\"count\":5000,"
		      "\"kind\":\"mixed\"}");
	/* Each has its place in the stream. */
	ws_send(&c, "{\"op\":1,\"d\":4}");
	read_burst(&c, 5000);
	box_works(&b, &c);
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

static void wire_burst__compressed_readers_get_all_in_order(void **state)
{
	(void)state;
	compressed(WS_ZLIB);
	compressed(WS_ZSTD);
}

static void wire_burst__fragments_and_payload_compression(void **state)
{
	struct box b = box_start();
	struct ws_client c;

	(void)state;
	assert_int_equal(gw_hello(&c, b.port, WS_PLAIN), 0);
	ws_sendf(&c,
		 "{\"op\":2,\"d\":{\"token\":\"%s\",\"intents\":33281,"
		 "\"properties\":{},\"compress\":true}}",
		 b.token);
	assert_int_equal(gw_until(&c, "READY"), 0);
	box_fault(&b, "{\"fault\":\"fragment\",\"size\":100}");
	box_fault(&b, "{\"fault\":\"burst\",\"count\":500}");
	read_burst(&c, 500);
	box_works(&b, &c);
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

static void wire_burst__an_event_of_the_callers_own_is_repeated(void **state)
{
	struct box b = box_start();
	struct ws_client c;

	(void)state;
	box_ready(&b, &c, WS_PLAIN);
	box_fault(&b, "{\"fault\":\"burst\",\"count\":100,"
		      "\"event\":\"FUTURE\",\"d\":{\"a\":1}}");
	for (int i = 0; i < 100; i++) {
		assert_int_equal(gw_until(&c, "FUTURE"), 0);
		assert_str(got(&c, "d"), "{\"a\":1}");
	}
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

static void wire_burst__a_paced_burst_can_be_replayed(void **state)
{
	struct box b = box_start();
	struct ws_client a, c;

	(void)state;
	box_ready(&b, &a, WS_PLAIN);
	while (a.seq < 4)
		assert_int_equal(gw_until(&a, "GUILD_CREATE"), 0);
	box_fault(&b, "{\"fault\":\"burst\",\"count\":50,\"per_s\":5000}");
	for (int i = 0; i < 50; i++)
		assert_int_equal(gw_until(&a, "MESSAGE_CREATE"), 0);
	assert_int_equal(gw_hello(&c, b.port, WS_PLAIN), 0);
	gw_resume(&c, b.token, a.session_id, 4);
	c.seq = 4;
	for (uint64_t i = 5; i < 55; i++) {
		assert_int_equal(gw_until(&c, "MESSAGE_CREATE"), 0);
		assert_int_equal(c.seq, i);
	}
	assert_int_equal(gw_until(&c, "RESUMED"), 0);
	ws_free(&a);
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

static void
wire_burst__memory_stays_while_the_reader_does_not_read(void **state)
{
	struct box b = box_start();
	struct ws_client c;
	struct zx_sandbox_stats stats, again;

	(void)state;
	box_ready(&b, &c, WS_PLAIN);
	box_fault(&b, "{\"fault\":\"burst\",\"count\":1000000}");
	/* Other connections are served although this one takes nothing. */
	do {
		zx_sandbox_stats(b.s, &stats);
		for (int i = 0; i < 20; i++) {
			struct ws_client other;

			assert_int_equal(gw_hello(&other, b.port, WS_PLAIN), 0);
			ws_free(&other);
		}
		zx_sandbox_stats(b.s, &again);
	} while (again.dispatched != stats.dispatched);
	/* What two sockets' buffers hold, far from the 2 GB asked for. */
	assert_true(stats.dispatched < 50000);
	read_burst(&c, 60000);
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

static void wire_burst__a_session_cannot_be_resumed_into_a_burst(void **state)
{
	struct box b = box_start();
	struct ws_client a, c;

	(void)state;
	box_ready(&b, &a, WS_PLAIN);
	box_fault(&b, "{\"fault\":\"burst\",\"count\":1000}");
	read_burst(&a, 500);
	assert_int_equal(gw_hello(&c, b.port, WS_PLAIN), 0);
	gw_resume(&c, b.token, a.session_id, a.seq);
	assert_int_equal(gw_until_op(&c, 9), 0);
	assert_str(got(&c, "d"), "false");
	ws_free(&a);
	ws_free(&c);
	zx_sandbox_stop(b.s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wire_burst__a_plain_reader_gets_all_in_order),
		cmocka_unit_test(
			wire_burst__compressed_readers_get_all_in_order),
		cmocka_unit_test(wire_burst__fragments_and_payload_compression),
		cmocka_unit_test(
			wire_burst__an_event_of_the_callers_own_is_repeated),
		cmocka_unit_test(wire_burst__a_paced_burst_can_be_replayed),
		cmocka_unit_test(
			wire_burst__memory_stays_while_the_reader_does_not_read),
		cmocka_unit_test(
			wire_burst__a_session_cannot_be_resumed_into_a_burst),
	};

	return cmocka_run_group_tests_name("wire_burst", tests, NULL, NULL);
}
