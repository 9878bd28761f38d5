/* SPDX-License-Identifier: MIT
 *
 * result: each request ends once, also cancelled or closed; and the numbers
 * that tell of it.
 */
#include "drive.h"

#define ROUTE "/channels/1/messages"

static struct drive *drive_small(void)
{
	struct drive *d = drive_alloc();
	struct zx_rest_options o = drive_options(d);

	o.max_in_flight = 1;
	o.max_queue = 5;
	return drive_with(&o, d);
}

static void result__cancelling_ends_with_one_result(void **state)
{
	struct drive *d = drive_new();
	struct zx_rest_reply late = { .status = 200 };
	uint64_t a = ask(d, ZX_GET, ROUTE), b = ask(d, ZX_GET, ROUTE), c, p;

	(void)state;
	c = ask(d, ZX_GET, ROUTE);
	assert_err(zx_rest_cancel(d->r, b, d->now), ZX_OK);
	drain(d);
	assert_err(result_of(d, b)->err, ZX_E_CANCELLED);
	assert_err(zx_rest_cancel(d->r, b, d->now), ZX_E_NOTFOUND);
	assert_err(zx_rest_cancel(d->r, 999, d->now), ZX_E_NOTFOUND);
	/* On the wire: the result comes now, the answer later. */
	assert_err(zx_rest_cancel(d->r, a, d->now), ZX_OK);
	drain(d);
	assert_err(result_of(d, a)->err, ZX_E_CANCELLED);
	assert_int_equal(stats(d)->in_flight, 1);
	assert_int_equal(times_sent(d, c), 0);
	answer(d, a, 200, HEAD("h", "5", "4", "5"), "{}");
	assert_int_equal(d->dones, 2);
	assert_int_equal(times_sent(d, c), 1);
	assert_err(zx_rest_feed(d->r, a, &late, d->now), ZX_E_NOTFOUND);
	/* Paused. */
	p = ask(d, ZX_GET, "/users/@me");
	fault(d, p, ZX_E_CONNECT);
	assert_err(zx_rest_cancel(d->r, p, d->now), ZX_OK);
	drain(d);
	pass(d, 60000);
	assert_int_equal(times_sent(d, p), 1);
	drive_free(d);
}

static void result__a_late_429_of_a_cancelled_one_still_counts(void **state)
{
	struct drive *d = drive_new();
	uint64_t a = ask(d, ZX_GET, ROUTE), b;

	(void)state;
	assert_err(zx_rest_cancel(d->r, a, d->now), ZX_OK);
	/* Even before its result was polled. */
	answer(d, a, 429, "X-RateLimit-Global: true\r\nRetry-After: 5\r\n",
	       "{}");
	assert_err(result_of(d, a)->err, ZX_E_CANCELLED);
	b = ask(d, ZX_GET, "/users/@me");
	assert_int_equal(times_sent(d, b), 0);
	pass(d, 5000);
	assert_int_equal(times_sent(d, b), 1);
	assert_int_equal(times_sent(d, a), 1);
	drive_free(d);
}

static void result__cancelled_before_poll_is_not_sent(void **state)
{
	struct drive *d = drive_new();
	struct zx_rest_request req = request(ZX_GET, ROUTE);
	uint64_t a, b;

	(void)state;
	assert_err(zx_rest_submit(d->r, &req, d->now, &a), ZX_OK);
	assert_err(zx_rest_submit(d->r, &req, d->now, &b), ZX_OK);
	assert_err(zx_rest_cancel(d->r, a, d->now), ZX_OK);
	drain(d);
	assert_int_equal(times_sent(d, a), 0);
	assert_int_equal(times_sent(d, b), 1);
	/* Nor does it count: one is left, and the next one gets it. */
	answer(d, b, 200, HEAD("h", "2", "1", "9"), "{}");
	assert_err(zx_rest_submit(d->r, &req, d->now, &a), ZX_OK);
	assert_err(zx_rest_cancel(d->r, a, d->now), ZX_OK);
	b = ask(d, ZX_GET, ROUTE);
	assert_int_equal(times_sent(d, b), 1);
	drive_free(d);
}

static void result__closing_ends_what_waits_and_no_more(void **state)
{
	struct drive *d = drive_new();
	struct zx_rest_request req = request(ZX_GET, ROUTE);
	uint64_t a = ask(d, ZX_GET, ROUTE), b = ask(d, ZX_GET, ROUTE), c, e;

	(void)state;
	c = ask(d, ZX_GET, "/users/@me");
	e = ask(d, ZX_GET, "/users/1");
	fault(d, e, ZX_E_IO);
	zx_rest_close(d->r, d->now);
	drain(d);
	assert_err(result_of(d, b)->err, ZX_E_CANCELLED);
	assert_err(result_of(d, e)->err, ZX_E_CANCELLED);
	assert_err(zx_rest_submit(d->r, &req, d->now, NULL), ZX_E_CLOSED);
	answer(d, a, 200, "", "{}");
	assert_err(result_of(d, a)->err, ZX_OK);
	/* What would be tried again is not. */
	answer(d, c, 429, "Retry-After: 1\r\n", "{}");
	assert_err(result_of(d, c)->err, ZX_E_CANCELLED);
	assert_int_equal(zx_rest_deadline(d->r), ZX_TIME_NEVER);
	zx_rest_close(NULL, 0);
	zx_rest_free(NULL);
	drive_free(d);
}

static void result__only_what_is_on_the_wire_can_be_fed(void **state)
{
	struct drive *d = drive_new();
	struct zx_rest_reply ok = { .status = 200 };
	uint64_t a = ask(d, ZX_GET, ROUTE), b = ask(d, ZX_GET, ROUTE);

	(void)state;
	assert_err(zx_rest_feed(d->r, b, &ok, d->now), ZX_E_STATE);
	assert_err(zx_rest_feed(d->r, 0, &ok, d->now), ZX_E_NOTFOUND);
	answer(d, a, 200, "", "");
	assert_err(zx_rest_feed(d->r, a, &ok, d->now), ZX_E_NOTFOUND);
	drive_free(d);
}

static void result__results_carry_what_the_caller_gave(void **state)
{
	struct drive *d = drive_new();
	struct zx_rest_request req = request(ZX_GET, ROUTE);
	int mine;
	uint64_t a;

	(void)state;
	req.ud = &mine;
	a = ask_with(d, &req);
	pass(d, 123);
	answer(d, a, 200, "", "{\"a\":1}");
	assert_ptr_equal(result_of(d, a)->ud, &mine);
	assert_int_equal(result_of(d, a)->took_ms, 123);
	assert_int_equal(result_of(d, a)->status, 200);
	assert_string_equal(result_of(d, a)->body, "{\"a\":1}");
	assert_string_equal(result_of(d, a)->message, "");
	drive_free(d);
}

static void result__the_numbers_are_right(void **state)
{
	struct drive *d = drive_new();
	uint64_t a, b;

	(void)state;
	assert_true(stats(d)->latency_ms < 0);
	a = ask(d, ZX_GET, ROUTE);
	ask(d, ZX_GET, ROUTE);
	b = ask(d, ZX_GET, "/users/@me");
	assert_int_equal(stats(d)->submitted, 3);
	assert_int_equal(stats(d)->sent, 2);
	assert_int_equal(stats(d)->in_flight, 2);
	assert_int_equal(stats(d)->waiting, 1);
	assert_int_equal(stats(d)->buckets, 2);
	pass(d, 40);
	answer(d, a, 200, "", "{}");
	assert_int_equal((int)stats(d)->latency_ms, 40);
	assert_int_equal(stats(d)->waiting, 0);
	fault(d, b, ZX_E_IO);
	assert_int_equal(stats(d)->waiting, 1);
	assert_int_equal(stats(d)->retries, 1);
	assert_int_equal(stats(d)->done, 1);
	assert_int_equal(stats(d)->failed, 0);
	assert_err(zx_rest_cancel(d->r, b, d->now), ZX_OK);
	assert_int_equal(stats(d)->done, 2);
	assert_int_equal(stats(d)->failed, 1);
	drive_free(d);
}

static void result__results_nobody_polls_have_a_ceiling(void **state)
{
	struct drive *d = drive_small();
	struct zx_rest_request req = request(ZX_GET, ROUTE);
	int i, err = ZX_OK;

	(void)state;
	answer(d, ask(d, ZX_GET, "/users/@me"), 401, "", "{}");
	for (i = 0; i < 100 && !err; i++)
		err = zx_rest_submit(d->r, &req, d->now, NULL);
	assert_err(err, ZX_E_LIMIT);
	drive_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(result__cancelling_ends_with_one_result),
		cmocka_unit_test(
			result__a_late_429_of_a_cancelled_one_still_counts),
		cmocka_unit_test(result__cancelled_before_poll_is_not_sent),
		cmocka_unit_test(result__closing_ends_what_waits_and_no_more),
		cmocka_unit_test(result__only_what_is_on_the_wire_can_be_fed),
		cmocka_unit_test(result__results_carry_what_the_caller_gave),
		cmocka_unit_test(result__the_numbers_are_right),
		cmocka_unit_test(result__results_nobody_polls_have_a_ceiling),
	};

	return cmocka_run_group_tests_name("rest/result", tests, NULL, NULL);
}
