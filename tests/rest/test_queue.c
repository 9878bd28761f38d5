/* SPDX-License-Identifier: MIT
 *
 * queue: order, fairness and patience.
 */
#include "drive.h"

#define ROUTE "/channels/1/messages"

static struct drive *drive_slots(uint32_t in_flight, size_t queue)
{
	struct drive *d = drive_alloc();
	struct zx_rest_options o = drive_options(d);

	o.max_in_flight = in_flight;
	o.max_queue = queue;
	o.global_per_s = 1000;
	return drive_with(&o, d);
}

static void queue__a_blocked_bucket_never_delays_another(void **state)
{
	struct drive *d = drive_slots(4, 0);
	uint64_t a = ask(d, ZX_GET, ROUTE);
	char path[64];
	int i;

	(void)state;
	for (i = 0; i < 1000; i++)
		ask(d, ZX_GET, ROUTE);
	answer(d, a, 200, HEAD("h", "5", "0", "3600"), "{}");
	/* Those who cannot wait that long are told; nobody else notices. */
	assert_int_equal(d->dones, 1001);
	for (i = 2; i < 50; i++) {
		snprintf(path, sizeof(path), "/channels/%d/messages", i);
		a = ask(d, ZX_GET, path);
		assert_int_equal(sent_at(d, a, 1), d->now);
		answer(d, a, 200, "", "{}");
	}
	drive_free(d);
}

static void queue__buckets_take_turns(void **state)
{
	struct drive *d = drive_slots(1, 0);
	uint64_t busy, a[10], b[10];
	int i;

	(void)state;
	/* Both may send as much as they like, one connection for all. */
	answer(d, ask(d, ZX_GET, "/channels/1"), 200, "", "{}");
	answer(d, ask(d, ZX_GET, "/channels/2"), 200, "", "{}");
	busy = ask(d, ZX_GET, "/users/@me");
	for (i = 0; i < 10; i++)
		a[i] = ask(d, ZX_GET, "/channels/1");
	for (i = 0; i < 10; i++)
		b[i] = ask(d, ZX_GET, "/channels/2");
	assert_int_equal(d->sents, 3);
	answer(d, busy, 200, "", "{}");
	for (i = 0; i < 10; i++) {
		assert_int_equal(d->sent[3 + 2 * i].id, a[i]);
		answer(d, a[i], 200, "", "{}");
		assert_int_equal(d->sent[4 + 2 * i].id, b[i]);
		answer(d, b[i], 200, "", "{}");
	}
	drive_free(d);
}

static void queue__within_a_bucket_the_oldest_goes_first(void **state)
{
	struct drive *d = drive_new();
	uint64_t id[20];
	int i;

	(void)state;
	for (i = 0; i < 20; i++)
		id[i] = ask(d, ZX_GET, ROUTE);
	answer(d, id[0], 200, HEAD("h", "20", "19", "5"), "{}");
	for (i = 0; i < 20; i++)
		assert_int_equal(d->sent[i].id, id[i]);
	drive_free(d);
}

static void queue__one_sent_back_keeps_its_place(void **state)
{
	struct drive *d = drive_new();
	uint64_t a = ask(d, ZX_GET, ROUTE), b = ask(d, ZX_GET, ROUTE);

	(void)state;
	answer(d, a, 429, "Retry-After: 2\r\n", "{}");
	pass(d, 2000);
	assert_int_equal(times_sent(d, a), 2);
	assert_int_equal(times_sent(d, b), 0);
	answer(d, a, 200, "", "{}");
	assert_int_equal(times_sent(d, b), 1);
	drive_free(d);
}

static void queue__urgent_ones_overtake(void **state)
{
	struct drive *d = drive_new();
	struct zx_rest_request req = request(ZX_GET, ROUTE);
	uint64_t a = ask(d, ZX_GET, ROUTE), b, c;

	(void)state;
	b = ask(d, ZX_GET, ROUTE);
	req.flags = ZX_REST_URGENT;
	c = ask_with(d, &req);
	answer(d, a, 200, HEAD("h", "5", "1", "5"), "{}");
	assert_int_equal(times_sent(d, c), 1);
	assert_int_equal(times_sent(d, b), 0);
	drive_free(d);
}

static void queue__connections_are_kept_for_interactions(void **state)
{
	struct drive *d = drive_slots(16, 0);
	char path[64];
	uint64_t a;
	int i;

	(void)state;
	for (i = 1; i <= 40; i++) {
		snprintf(path, sizeof(path), "/channels/%d", i);
		ask(d, ZX_GET, path);
	}
	assert_int_equal(d->sents, 14);
	assert_int_equal(zx_rest_deadline(d->r), 901000);
	for (i = 1; i <= 3; i++) {
		snprintf(path, sizeof(path), "/interactions/%d/t/callback", i);
		a = ask(d, ZX_POST, path);
		assert_int_equal(times_sent(d, a), i <= 2);
	}
	assert_int_equal(stats(d)->in_flight, 16);
	/* The next free connection is the interaction's too. */
	answer(d, d->sent[0].id, 200, "", "{}");
	assert_int_equal(times_sent(d, a), 1);
	drive_free(d);
}

static void queue__patience_ends_without_a_limit_too(void **state)
{
	struct drive *d = drive_slots(1, 0);
	uint64_t a = ask(d, ZX_GET, "/channels/1"), b;

	(void)state;
	b = ask_patient(d, ZX_GET, "/channels/2", 500);
	pass(d, 499);
	assert_false(is_done(d, b));
	pass(d, 1);
	assert_err(result_of(d, b)->err, ZX_E_WOULDWAIT);
	assert_int_equal(result_of(d, b)->took_ms, 500);
	answer(d, a, 200, "", "{}");
	drive_free(d);
}

static void queue__one_that_can_go_in_its_last_moment_goes(void **state)
{
	struct drive *d = drive_new();
	uint64_t a = ask(d, ZX_GET, ROUTE), b;

	(void)state;
	answer(d, a, 200, HEAD("h", "1", "0", "2"), "{}");
	b = ask_patient(d, ZX_GET, ROUTE, 2000);
	pass(d, 2000);
	assert_int_equal(times_sent(d, b), 1);
	drive_free(d);
}

static void queue__waiting_for_the_global_limit_is_waiting(void **state)
{
	struct drive *d = drive_new();
	char path[64];
	uint64_t last = 0;
	int i;

	(void)state;
	zx_rest_set_global(d->r, 1, d->now);
	for (i = 1; i <= 10; i++) {
		snprintf(path, sizeof(path), "/channels/%d", i);
		last = ask_patient(d, ZX_GET, path, 3500);
	}
	pass(d, 60000);
	assert_int_equal(d->sents, 4);
	assert_err(result_of(d, last)->err, ZX_E_WOULDWAIT);
	assert_int_equal(result_of(d, last)->took_ms, 3500);
	assert_in_range(result_of(d, last)->would_wait_ms, 1, 1050);
	drive_free(d);
}

static void queue__a_full_queue_refuses(void **state)
{
	struct drive *d = drive_slots(0, 5);
	struct zx_rest_request req = request(ZX_GET, ROUTE);
	uint64_t a = ask(d, ZX_GET, ROUTE);
	int i;

	(void)state;
	for (i = 0; i < 5; i++)
		ask(d, ZX_GET, ROUTE);
	assert_err(zx_rest_submit(d->r, &req, d->now, NULL), ZX_E_LIMIT);
	answer(d, a, 200, HEAD("h", "5", "1", "5"), "{}");
	assert_err(zx_rest_submit(d->r, &req, d->now, NULL), ZX_OK);
	drive_free(d);
}

/* 10,000 requests over 1,000 buckets: each is sent once, in few steps. */
static void queue__ten_thousand_wait_cheaply(void **state)
{
	struct drive *d = drive_slots(1000, 0);
	struct zx_rest_out out;
	struct zx_rest_reply ok = {
		.status = 200,
		.headers = ZX_STR(HEAD("h", "5", "0", "1")),
		.body = ZX_STR("{}"),
	};
	uint64_t turns = 0, done = 0;
	char path[64];
	int i;

	(void)state;
	for (i = 0; i < 10000; i++) {
		struct zx_rest_request req = request(ZX_GET, "");

		snprintf(path, sizeof(path), "/channels/%d", i % 1000 + 1);
		req.path = zx_str(path);
		assert_err(zx_rest_submit(d->r, &req, d->now, NULL), ZX_OK);
	}
	while (done < 10000) {
		if (!zx_rest_poll(d->r, &out)) {
			zx_time at = zx_rest_deadline(d->r);

			assert_true(at > d->now && at != ZX_TIME_NEVER);
			d->now = at;
			assert_err(zx_rest_tick(d->r, d->now), ZX_OK);
			turns++;
		} else if (out.kind == ZX_REST_OUT_SEND) {
			assert_err(zx_rest_feed(d->r, out.wire.id, &ok, d->now),
				   ZX_OK);
		} else {
			assert_err(out.result.err, ZX_OK);
			done++;
		}
	}
	assert_int_equal(stats(d)->sent, 10000);
	/* One at first, then one a second in each bucket, 5 after a reset. */
	assert_true(turns < 200);
	assert_true(d->now <= 1000 + 12000);
	drive_free(d);
}

static void queue__kinds_of_requests_take_turns_too(void **state)
{
	struct drive *d = drive_slots(1, 0);
	uint64_t busy, mine[5], hook[5];
	int i;

	(void)state;
	answer(d, ask(d, ZX_POST, "/channels/1"), 200, "", "{}");
	answer(d, ask(d, ZX_POST, "/webhooks/1/t"), 200, "", "{}");
	busy = ask(d, ZX_GET, "/users/@me");
	for (i = 0; i < 5; i++) {
		mine[i] = ask(d, ZX_POST, "/channels/1");
		hook[i] = ask(d, ZX_POST, "/webhooks/1/t");
	}
	answer(d, busy, 200, "", "{}");
	while (d->sents < 3 + 6)
		answer(d, d->sent[d->sents - 1].id, 200, "", "{}");
	for (i = 0; i < 3; i++)
		assert_int_equal(
			times_sent(d, mine[i]) + times_sent(d, hook[i]), 2);
	drive_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(queue__a_blocked_bucket_never_delays_another),
		cmocka_unit_test(queue__buckets_take_turns),
		cmocka_unit_test(queue__within_a_bucket_the_oldest_goes_first),
		cmocka_unit_test(queue__one_sent_back_keeps_its_place),
		cmocka_unit_test(queue__urgent_ones_overtake),
		cmocka_unit_test(queue__connections_are_kept_for_interactions),
		cmocka_unit_test(queue__patience_ends_without_a_limit_too),
		cmocka_unit_test(
			queue__one_that_can_go_in_its_last_moment_goes),
		cmocka_unit_test(
			queue__waiting_for_the_global_limit_is_waiting),
		cmocka_unit_test(queue__a_full_queue_refuses),
		cmocka_unit_test(queue__ten_thousand_wait_cheaply),
		cmocka_unit_test(queue__kinds_of_requests_take_turns_too),
	};

	return cmocka_run_group_tests_name("rest/queue", tests, NULL, NULL);
}
