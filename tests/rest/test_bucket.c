/* SPDX-License-Identifier: MIT
 *
 * bucket: limits learned from headers, and what may go out under them.
 */
#include "drive.h"

#define ROUTE "/channels/1/messages"

static void RL_03__reset_after_is_rounded_up_to_ms(void **state)
{
	static const struct {
		const char *after;
		uint64_t ms;
	} table[] = {
		{ "0.1", 100 },	    { "0.001", 1 },	{ "0.0001", 1 },
		{ "1", 1000 },	    { "1.0", 1000 },	{ "64.57", 64570 },
		{ "0.2999", 300 },  { "1.0005", 1001 }, { "2.", 2000 },
		{ "0.25000", 250 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct drive *d = drive_new();
		char head[200];
		uint64_t a = ask(d, ZX_GET, ROUTE), b;

		snprintf(head, sizeof(head),
			 "x-ratelimit-bucket: h\nx-ratelimit-limit: 1\n"
			 "x-ratelimit-remaining: 0\n"
			 "x-ratelimit-reset: 99999999.5\n"
			 "x-ratelimit-reset-after: %s\n",
			 table[i].after);
		answer(d, a, 200, head, "{}");
		b = ask(d, ZX_GET, ROUTE);
		assert_int_equal(times_sent(d, b), 0);
		assert_int_equal(zx_rest_deadline(d->r), 1000 + table[i].ms);
		pass(d, table[i].ms);
		assert_int_equal(sent_at(d, b, 1), 1000 + table[i].ms);
		drive_free(d);
	}
}

static void RL_03__remaining_0_waits_and_more_does_not(void **state)
{
	struct drive *d = drive_new();
	uint64_t a = ask(d, ZX_GET, ROUTE), b;

	(void)state;
	answer(d, a, 200, HEAD("h", "5", "1", "9"), "{}");
	b = ask(d, ZX_GET, ROUTE);
	assert_int_equal(times_sent(d, b), 1);
	answer(d, b, 200, HEAD("h", "5", "0", "9"), "{}");
	b = ask(d, ZX_GET, ROUTE);
	assert_int_equal(times_sent(d, b), 0);
	pass(d, 8999);
	assert_int_equal(times_sent(d, b), 0);
	pass(d, 1);
	assert_int_equal(times_sent(d, b), 1);
	drive_free(d);
}

static void RL_04__an_unknown_limit_lets_one_through_first(void **state)
{
	struct drive *d = drive_new();
	uint64_t a = ask(d, ZX_GET, ROUTE), b = ask(d, ZX_GET, ROUTE);

	(void)state;
	ask(d, ZX_GET, ROUTE);
	assert_int_equal(d->sents, 1);
	answer(d, a, 200, HEAD("h", "5", "1", "9"), "{}");
	/* One left, so the third waits. */
	assert_int_equal(d->sents, 2);
	assert_int_equal(times_sent(d, b), 1);
	drive_free(d);
}

static void RL_04__without_headers_nothing_is_assumed(void **state)
{
	struct drive *d = drive_new();
	uint64_t a = ask(d, ZX_GET, "/gateway");
	int i;

	(void)state;
	for (i = 0; i < 9; i++)
		ask(d, ZX_GET, "/gateway");
	assert_int_equal(d->sents, 1);
	answer(d, a, 200, "Content-Type: application/json\r\n", "{}");
	assert_int_equal(d->sents, 10);
	drive_free(d);
}

static void RL_04__several_are_in_flight_up_to_remaining(void **state)
{
	struct drive *d = drive_new();
	uint64_t id[12];
	int i;

	(void)state;
	for (i = 0; i < 12; i++)
		id[i] = ask(d, ZX_POST, ROUTE);
	answer(d, id[0], 200, HEAD("h", "5", "4", "5"), "{}");
	assert_int_equal(d->sents, 5);
	/* Late answers do not give back what was counted. */
	answer(d, id[2], 200, HEAD("h", "5", "2", "4.9"), "{}");
	answer(d, id[1], 200, HEAD("h", "5", "3", "4.8"), "{}");
	answer(d, id[3], 200, HEAD("h", "5", "1", "4.7"), "{}");
	answer(d, id[4], 200, HEAD("h", "5", "0", "4.6"), "{}");
	assert_int_equal(d->sents, 5);
	pass(d, 5000);
	assert_int_equal(d->sents, 10);
	assert_int_equal(d->sent[9].at, 6000);
	drive_free(d);
}

static void RL_04__a_new_window_of_the_server_is_noticed(void **state)
{
	struct drive *d = drive_new();
	uint64_t id[8];
	int i;

	(void)state;
	for (i = 0; i < 8; i++)
		id[i] = ask(d, ZX_POST, ROUTE);
	answer(d, id[0], 200, HEAD("h", "2", "1", "5"), "{}");
	assert_int_equal(d->sents, 2);
	/* The second came after the server's reset: one more is free. */
	pass(d, 4900);
	answer(d, id[1], 200, HEAD("h", "2", "1", "5"), "{}");
	assert_int_equal(d->sents, 3);
	drive_free(d);
}

static void RL_04__odd_headers_are_ignored(void **state)
{
	static const char *const odd[] = {
		"X-RateLimit-Remaining: -1\r\nX-RateLimit-Limit: x\r\n",
		"X-RateLimit-Reset-After: nan\r\nX-RateLimit-Remaining: \r\n",
		"no colon at all\r\n\r\n\r\n:\n:::\n",
		"X-RateLimit-\r\nx-ratelimit-bucket:\r\n",
		"X-RateLimit-Bucket: "
		"0123456789012345678901234567890123456789012345678901234567890"
		"0123456789012345678901234567890123456789012345678901234567890"
		"0123456789012345678901234567890123456789\n",
		"X-RateLimit-Reset-After: "
		"99999999999999999999999999999999999999.9\nX-RateLimit-"
		"Remaining: 99999999999\nX-RateLimit-Limit: 0",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
		struct drive *d = drive_new();
		uint64_t a = ask(d, ZX_GET, ROUTE);

		answer(d, a, 200, odd[i], "{}");
		assert_err(result_of(d, a)->err, ZX_OK);
		a = ask(d, ZX_GET, ROUTE);
		assert_int_equal(times_sent(d, a), 1);
		drive_free(d);
	}
}

static void RL_04__remaining_0_without_a_reset_waits_a_moment(void **state)
{
	struct drive *d = drive_new();
	uint64_t a = ask(d, ZX_GET, ROUTE);

	(void)state;
	answer(d, a, 200, "X-RateLimit-Remaining: 0\n", "{}");
	a = ask(d, ZX_GET, ROUTE);
	assert_int_equal(times_sent(d, a), 0);
	pass(d, 1000);
	assert_int_equal(times_sent(d, a), 1);
	drive_free(d);
}

static void RL_04__a_window_whose_answers_are_lost_asks_again(void **state)
{
	struct drive *d = drive_new();
	uint64_t a = ask(d, ZX_GET, ROUTE), b;

	(void)state;
	answer(d, a, 200, HEAD("h", "1", "0", "1"), "{}");
	a = ask(d, ZX_GET, ROUTE);
	b = ask(d, ZX_GET, ROUTE);
	pass(d, 1000);
	assert_int_equal(times_sent(d, a), 1);
	assert_int_equal(times_sent(d, b), 0);
	fault(d, a, ZX_E_TOOBIG);
	assert_int_equal(times_sent(d, b), 1);
	drive_free(d);
}

static void bucket__idle_ones_are_forgotten(void **state)
{
	struct drive *d = drive_new();
	char path[64];
	int i;

	(void)state;
	for (i = 1; i <= 500; i++) {
		snprintf(path, sizeof(path), "/channels/%d/messages", i);
		answer(d, ask(d, ZX_POST, path), 200, HEAD("h", "5", "4", "5"),
		       "{}");
		pass(d, 100);
	}
	assert_int_equal(stats(d)->buckets, 500);
	pass(d, 600000);
	assert_int_equal(stats(d)->buckets, 0);
	drive_free(d);
}

static void bucket__idle_ones_that_still_hold_are_kept(void **state)
{
	struct drive *d = drive_new();
	uint64_t a = ask(d, ZX_POST, "/guilds/1/roles");

	(void)state;
	answer(d, a, 200, HEAD("h", "250", "0", "172800"), "{}");
	pass(d, 3600000);
	assert_int_equal(stats(d)->buckets, 1);
	a = ask(d, ZX_POST, "/guilds/1/roles");
	assert_err(result_of(d, a)->err, ZX_E_WOULDWAIT);
	drive_free(d);
}

static void bucket__their_number_is_bounded(void **state)
{
	struct drive *d = drive_new();
	struct zx_rest_out out;
	struct zx_rest_reply ok = { .status = 200, .body = ZX_STR("{}") };
	char path[64];
	int i;

	(void)state;
	for (i = 1; i <= 20000; i++) {
		struct zx_rest_request req = request(ZX_GET, "");

		snprintf(path, sizeof(path), "/webhooks/%d", i);
		req.path = zx_str(path);
		assert_err(zx_rest_submit(d->r, &req, d->now, NULL), ZX_OK);
		d->now += 21;
		assert_err(zx_rest_tick(d->r, d->now), ZX_OK);
		while (zx_rest_poll(d->r, &out) == 1)
			if (out.kind == ZX_REST_OUT_SEND)
				assert_err(zx_rest_feed(d->r, out.wire.id, &ok,
							d->now),
					   ZX_OK);
		assert_true(stats(d)->buckets <= 4200);
	}
	drive_free(d);
}

static void RL_04__what_is_under_way_counts_in_the_next_window(void **state)
{
	struct drive *d = drive_new();
	uint64_t a = ask(d, ZX_GET, ROUTE), b, c;

	(void)state;
	answer(d, a, 200, HEAD("h", "2", "1", "5"), "{}");
	pass(d, 4999);
	a = ask(d, ZX_GET, ROUTE);
	b = ask(d, ZX_GET, ROUTE);
	c = ask(d, ZX_GET, ROUTE);
	assert_int_equal(times_sent(d, a), 1);
	pass(d, 1);
	assert_int_equal(times_sent(d, b), 1);
	assert_int_equal(times_sent(d, c), 0);
	drive_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(RL_03__reset_after_is_rounded_up_to_ms),
		cmocka_unit_test(RL_03__remaining_0_waits_and_more_does_not),
		cmocka_unit_test(
			RL_04__an_unknown_limit_lets_one_through_first),
		cmocka_unit_test(RL_04__without_headers_nothing_is_assumed),
		cmocka_unit_test(RL_04__several_are_in_flight_up_to_remaining),
		cmocka_unit_test(RL_04__a_new_window_of_the_server_is_noticed),
		cmocka_unit_test(RL_04__odd_headers_are_ignored),
		cmocka_unit_test(
			RL_04__remaining_0_without_a_reset_waits_a_moment),
		cmocka_unit_test(
			RL_04__a_window_whose_answers_are_lost_asks_again),
		cmocka_unit_test(bucket__idle_ones_are_forgotten),
		cmocka_unit_test(bucket__idle_ones_that_still_hold_are_kept),
		cmocka_unit_test(bucket__their_number_is_bounded),
		cmocka_unit_test(
			RL_04__what_is_under_way_counts_in_the_next_window),
	};

	return cmocka_run_group_tests_name("rest/bucket", tests, NULL, NULL);
}
