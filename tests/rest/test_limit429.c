/* SPDX-License-Identifier: MIT
 *
 * limit429: who waits after a 429, and how long.
 */
#include "drive.h"

#define ROUTE "/channels/1/messages"

static void RL_05__the_longer_of_body_and_header_is_waited(void **state)
{
	static const struct {
		const char *head, *body;
		uint64_t ms;
	} table[] = {
		{ "Retry-After: 65\r\n", "{\"retry_after\": 64.57}", 65000 },
		{ "Retry-After: 64\r\n", "{\"retry_after\": 64.57}", 64570 },
		{ "retry-after: 2\n", "{}", 2000 },
		{ "", "{\"retry_after\":0.0004}", 1 },
		{ "", "{\"retry_after\":1e1}", 10001 },
		{ "", "{\"retry_after\":\"0.25\"}", 250 },
		{ "Retry-After: 3\r\n", "{\"retry_after\":-7}", 3000 },
		{ "Retry-After: soon\r\n", "{\"retry_after\":0.5}", 500 },
		{ "Retry-After: Wed, 21 Oct 2026 07:28:00 GMT\r\n", "{}",
		  60000 },
		{ "", "", 60000 },
		{ "", "<html>error code: 1015</html>", 60000 },
		{ "Retry-After: 7\r\n", "<html>1015</html>", 7000 },
		{ "X-RateLimit-Reset-After: 4.5\nX-RateLimit-Remaining: 0\n",
		  "{}", 4500 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct drive *d = drive_new();
		uint64_t a = ask(d, ZX_GET, ROUTE);

		answer(d, a, 429, table[i].head, table[i].body);
		pass(d, table[i].ms - 1);
		assert_int_equal(times_sent(d, a), 1);
		pass(d, 1);
		assert_int_equal(times_sent(d, a), 2);
		answer(d, a, 200, "", "{}");
		assert_err(result_of(d, a)->err, ZX_OK);
		assert_int_equal(result_of(d, a)->attempts, 2);
		drive_free(d);
	}
}

static void RL_05__a_429_that_says_0_again_and_again_is_no_storm(void **state)
{
	struct drive *d = drive_new();
	uint64_t a = ask(d, ZX_GET, ROUTE);
	int i, answers = 0;

	(void)state;
	for (i = 0; i < 10000 && !is_done(d, a); i++) {
		if (d->sents > (size_t)answers && ++answers)
			answer(d, a, 429, "Retry-After: 0\r\n",
			       "{\"retry_after\":0}");
		else
			pass(d, zx_rest_deadline(d->r) - d->now);
	}
	assert_err(result_of(d, a)->err, ZX_E_WOULDWAIT);
	assert_true(d->sents < 30);
	drive_free(d);
}

static void RL_05__a_page_of_cloudflare_holds_all_requests(void **state)
{
	struct drive *d = drive_new();
	uint64_t a = ask(d, ZX_GET, ROUTE), b, c;

	(void)state;
	answer(d, a, 429, "Retry-After: 90\r\n", "<!DOCTYPE html>");
	b = ask(d, ZX_GET, "/users/@me");
	c = ask(d, ZX_POST, "/interactions/1/t/callback");
	assert_int_equal(d->sents, 1);
	assert_int_equal(d->errors, 1);
	pass(d, 90000);
	/* One finds out whether it is over, the urgent one first. */
	assert_int_equal(d->sents, 2);
	assert_int_equal(times_sent(d, c), 1);
	answer(d, c, 204, "", "");
	assert_int_equal(times_sent(d, b), 1);
	assert_int_equal(times_sent(d, a), 2);
	drive_free(d);
}

static void global_429(const char *head, const char *body)
{
	struct drive *d = drive_new();
	uint64_t a = ask(d, ZX_GET, ROUTE), b, c, e;

	answer(d, a, 429, head, body);
	assert_int_equal(stats(d)->limited_global, 1);
	assert_int_equal(stats(d)->global_until, 3500);
	b = ask(d, ZX_GET, "/guilds/5");
	c = ask(d, ZX_POST, "/interactions/1/t/callback");
	e = ask(d, ZX_POST, "/webhooks/2/t");
	assert_int_equal(times_sent(d, b), 0);
	assert_int_equal(times_sent(d, c), 1);
	assert_int_equal(times_sent(d, e), 1);
	pass(d, 2499);
	assert_int_equal(d->sents, 3);
	pass(d, 1);
	assert_int_equal(sent_at(d, a, 2), 3500);
	assert_int_equal(sent_at(d, b, 1), 3500);
	drive_free(d);
}

static void RL_06__a_global_429_stops_all_but_interactions(void **state)
{
	(void)state;
	global_429("X-RateLimit-Global: true\r\nRetry-After: 2\r\n",
		   "{\"retry_after\":2.5}");
	global_429("X-RateLimit-Scope: global\r\n", "{\"retry_after\":2.5}");
	global_429("Retry-After: 2\r\n",
		   "{\"retry_after\":2.5,\"global\":true}");
}

static void RL_06__another_process_can_pass_it_on(void **state)
{
	struct drive *d = drive_new();
	uint64_t a, b;

	(void)state;
	zx_rest_hold(d->r, 5000, d->now);
	a = ask(d, ZX_GET, ROUTE);
	b = ask(d, ZX_POST, "/webhooks/2/t");
	assert_int_equal(times_sent(d, a), 0);
	assert_int_equal(times_sent(d, b), 1);
	pass(d, 4000);
	assert_int_equal(sent_at(d, a, 1), 5000);
	drive_free(d);
}

static void RL_06__who_cannot_wait_that_long_is_told_at_once(void **state)
{
	struct drive *d = drive_new();
	uint64_t a = ask(d, ZX_GET, ROUTE), b, c;

	(void)state;
	b = ask_patient(d, ZX_GET, ROUTE, 4000);
	answer(d, a, 429, "X-RateLimit-Global: true\r\n",
	       "{\"retry_after\":60}");
	assert_err(result_of(d, b)->err, ZX_E_WOULDWAIT);
	assert_int_equal(result_of(d, b)->would_wait_ms, 60000);
	c = ask_patient(d, ZX_GET, "/users/@me", 4000);
	assert_err(result_of(d, c)->err, ZX_E_WOULDWAIT);
	assert_false(is_done(d, a));
	drive_free(d);
}

static void RL_07__shared_holds_the_resource_and_is_not_invalid(void **state)
{
	struct drive *d = drive_new();
	uint64_t a = ask(d, ZX_PUT, "/channels/1/messages/2/reactions/x/@me");
	uint64_t b, c;

	(void)state;
	answer(d, a, 429,
	       HEAD("r", "10", "9", "64.57") "X-RateLimit-Scope: shared\r\n"
					     "Retry-After: 337\r\n",
	       "{\"message\":\"The resource is being rate limited.\","
	       "\"retry_after\":336.57,\"global\":false}");
	assert_int_equal(stats(d)->invalid, 0);
	assert_int_equal(stats(d)->limited_shared, 1);
	b = ask(d, ZX_PUT, "/channels/1/messages/5/reactions/y/@me");
	c = ask(d, ZX_PUT, "/channels/9/messages/2/reactions/x/@me");
	assert_int_equal(times_sent(d, b), 0);
	assert_int_equal(times_sent(d, c), 1);
	pass(d, 336999);
	assert_int_equal(times_sent(d, a), 1);
	pass(d, 1);
	/* One at a time until the first good answer. */
	assert_int_equal(times_sent(d, a), 2);
	assert_int_equal(times_sent(d, b), 0);
	answer(d, a, 204, HEAD("r", "10", "8", "1"), "");
	assert_int_equal(times_sent(d, b), 1);
	drive_free(d);
}

static void RL_08__a_sub_limit_holds_only_that_request(void **state)
{
	struct drive *d = drive_new();
	uint64_t a, b, c;

	(void)state;
	a = ask_body(d, ZX_PATCH, "/channels/1", "{\"name\":\"x\"}");
	answer(d, a, 429,
	       HEAD("c", "5", "4", "15") "X-RateLimit-Scope: user\r\n",
	       "{\"retry_after\":500.25}");
	assert_false(is_done(d, a));
	b = ask_body(d, ZX_PATCH, "/channels/1", "{\"nsfw\":true}");
	assert_int_equal(times_sent(d, b), 1);
	answer(d, b, 200, HEAD("c", "5", "3", "15"), "{}");
	/* The next of the same kind is not spent on another 429. */
	c = ask_body(d, ZX_PATCH, "/channels/1", "{\"name\":\"y\"}");
	assert_int_equal(times_sent(d, c), 0);
	pass(d, 500250);
	assert_int_equal(sent_at(d, a, 2), 501250);
	assert_int_equal(times_sent(d, c), 0);
	answer(d, a, 200, HEAD("c", "5", "4", "15"), "{}");
	assert_int_equal(times_sent(d, c), 1);
	drive_free(d);
}

static void RL_08__would_wait_longer_than_allowed_is_a_result(void **state)
{
	struct drive *d = drive_new();
	struct zx_rest_request req = request(ZX_PATCH, "/channels/1");
	uint64_t a, b;

	(void)state;
	req.body = ZX_STR("{\"name\":\"x\"}");
	req.max_wait_ms = 10000;
	a = ask_with(d, &req);
	answer(d, a, 429,
	       HEAD("c", "5", "4", "15") "X-RateLimit-Scope: user\r\n",
	       "{\"retry_after\":500.25}");
	assert_err(result_of(d, a)->err, ZX_E_WOULDWAIT);
	assert_int_equal(result_of(d, a)->would_wait_ms, 500250);
	assert_non_null(strstr(result_of(d, a)->message, "500.250 s"));
	/* And known at once the next time, without asking. */
	pass(d, 250);
	b = ask_with(d, &req);
	assert_err(result_of(d, b)->err, ZX_E_WOULDWAIT);
	assert_int_equal(result_of(d, b)->would_wait_ms, 500000);
	assert_int_equal(result_of(d, b)->attempts, 0);
	drive_free(d);
}

static void RL_08__a_used_up_bucket_tells_the_impatient_at_once(void **state)
{
	struct drive *d = drive_new();
	uint64_t a = ask(d, ZX_GET, ROUTE), b, c, e;

	(void)state;
	b = ask_patient(d, ZX_GET, ROUTE, 5000);
	c = ask_patient(d, ZX_GET, ROUTE, 20000);
	answer(d, a, 200, HEAD("h", "5", "0", "9.5"), "{}");
	assert_err(result_of(d, b)->err, ZX_E_WOULDWAIT);
	assert_int_equal(result_of(d, b)->would_wait_ms, 9500);
	e = ask_patient(d, ZX_GET, ROUTE, 9499);
	assert_err(result_of(d, e)->err, ZX_E_WOULDWAIT);
	assert_false(is_done(d, c));
	pass(d, 9500);
	assert_int_equal(times_sent(d, c), 1);
	drive_free(d);
}

static void RL_08__time_waited_before_counts(void **state)
{
	struct drive *d = drive_new();
	uint64_t a = ask_patient(d, ZX_GET, ROUTE, 5000);

	(void)state;
	answer(d, a, 429, "Retry-After: 3\r\n", "{}");
	pass(d, 3000);
	assert_int_equal(times_sent(d, a), 2);
	answer(d, a, 429, "Retry-After: 3\r\n", "{}");
	assert_err(result_of(d, a)->err, ZX_E_WOULDWAIT);
	assert_int_equal(result_of(d, a)->status, 429);
	drive_free(d);
}

static void RL_10__emoji_routes_expect_429_with_remaining_left(void **state)
{
	struct drive *d = drive_new();
	uint64_t a = ask_body(d, ZX_POST, "/guilds/1/emojis", "{\"name\":1}");
	uint64_t b, c;

	(void)state;
	answer(d, a, 429,
	       HEAD("e", "50", "49", "1") "X-RateLimit-Scope: user\r\n",
	       "{\"retry_after\":30}");
	/* The guild waits, whatever the request looks like. */
	b = ask_body(d, ZX_POST, "/guilds/1/emojis", "{\"image\":1}");
	c = ask_body(d, ZX_POST, "/guilds/2/emojis", "{\"name\":1}");
	assert_int_equal(times_sent(d, b), 0);
	assert_int_equal(times_sent(d, c), 1);
	pass(d, 30000);
	assert_int_equal(times_sent(d, a), 2);
	drive_free(d);
}

static void RL_16__a_403_of_cloudflare_holds_for_minutes(void **state)
{
	static const char *const bodies[] = {
		"{\"message\":\"internal network error\",\"code\":40333}",
		"<html><title>Access denied</title></html>",
		"",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bodies) / sizeof(*bodies); i++) {
		struct drive *d = drive_new();
		uint64_t a = ask(d, ZX_GET, ROUTE), b, c;

		answer(d, a, 403, "", bodies[i]);
		assert_err(result_of(d, a)->err, ZX_E_REMOTE);
		assert_non_null(strstr(d->log, "User-Agent"));
		b = ask(d, ZX_GET, "/users/@me");
		c = ask(d, ZX_GET, "/users/1");
		pass(d, 119999);
		assert_int_equal(d->sents, 1);
		pass(d, 1);
		/* One asks; refused again, the pause doubles. */
		assert_int_equal(d->sents, 2);
		assert_int_equal(times_sent(d, b), 1);
		answer(d, b, 403, "", bodies[i]);
		pass(d, 239999);
		assert_int_equal(d->sents, 2);
		pass(d, 1);
		assert_int_equal(times_sent(d, c), 1);
		assert_int_equal(stats(d)->blocked_until, d->now);
		drive_free(d);
	}
}

static void RL_18__a_limit_of_48_hours_is_told_not_waited(void **state)
{
	struct drive *d = drive_new();
	uint64_t a = ask(d, ZX_POST, "/guilds/1/roles"), b;

	(void)state;
	b = ask(d, ZX_POST, "/guilds/1/roles");
	answer(d, a, 429,
	       HEAD("r", "250", "0", "172799.5") "X-RateLimit-Scope: user\r\n",
	       "{\"retry_after\":172799.5}");
	assert_err(result_of(d, a)->err, ZX_E_WOULDWAIT);
	assert_int_equal(result_of(d, a)->would_wait_ms, 172799500);
	assert_err(result_of(d, b)->err, ZX_E_WOULDWAIT);
	assert_int_equal(result_of(d, b)->attempts, 0);
	assert_int_equal(d->now, 1000);
	/* Other things of the guild go on. */
	a = ask(d, ZX_GET, "/guilds/1/roles");
	assert_int_equal(times_sent(d, a), 1);
	drive_free(d);
}

static void RL_08__sub_limits_use_up_patience(void **state)
{
	struct drive *d = drive_new();
	uint64_t a = ask_patient(d, ZX_PATCH, "/channels/1", 5000);

	(void)state;
	answer(d, a, 429, HEAD("c", "5", "4", "15") "Retry-After: 3\n", "{}");
	pass(d, 3000);
	assert_int_equal(times_sent(d, a), 2);
	answer(d, a, 429, HEAD("c", "5", "3", "12") "Retry-After: 3\n", "{}");
	assert_err(result_of(d, a)->err, ZX_E_WOULDWAIT);
	drive_free(d);
}

static void RL_08__after_some_good_answers_all_is_as_before(void **state)
{
	struct drive *d = drive_new();
	uint64_t a = ask(d, ZX_PATCH, "/channels/1"), b;
	int i;

	(void)state;
	answer(d, a, 429, HEAD("c", "50", "40", "1") "Retry-After: 1\n", "{}");
	pass(d, 1000);
	answer(d, a, 200, HEAD("c", "50", "49", "1"), "{}");
	for (i = 0; i < 7; i++) {
		a = ask(d, ZX_PATCH, "/channels/1");
		b = ask(d, ZX_PATCH, "/channels/1");
		/* One by one at first. */
		assert_int_equal(times_sent(d, b), 0);
		assert_err(zx_rest_cancel(d->r, b, d->now), ZX_OK);
		answer(d, a, 200, HEAD("c", "50", "40", "1"), "{}");
	}
	a = ask(d, ZX_PATCH, "/channels/1");
	b = ask(d, ZX_PATCH, "/channels/1");
	assert_int_equal(times_sent(d, a) + times_sent(d, b), 2);
	drive_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			RL_05__the_longer_of_body_and_header_is_waited),
		cmocka_unit_test(
			RL_05__a_429_that_says_0_again_and_again_is_no_storm),
		cmocka_unit_test(
			RL_05__a_page_of_cloudflare_holds_all_requests),
		cmocka_unit_test(
			RL_06__a_global_429_stops_all_but_interactions),
		cmocka_unit_test(RL_06__another_process_can_pass_it_on),
		cmocka_unit_test(
			RL_06__who_cannot_wait_that_long_is_told_at_once),
		cmocka_unit_test(
			RL_07__shared_holds_the_resource_and_is_not_invalid),
		cmocka_unit_test(RL_08__a_sub_limit_holds_only_that_request),
		cmocka_unit_test(
			RL_08__would_wait_longer_than_allowed_is_a_result),
		cmocka_unit_test(
			RL_08__a_used_up_bucket_tells_the_impatient_at_once),
		cmocka_unit_test(RL_08__time_waited_before_counts),
		cmocka_unit_test(
			RL_10__emoji_routes_expect_429_with_remaining_left),
		cmocka_unit_test(RL_16__a_403_of_cloudflare_holds_for_minutes),
		cmocka_unit_test(RL_18__a_limit_of_48_hours_is_told_not_waited),
		cmocka_unit_test(RL_08__sub_limits_use_up_patience),
		cmocka_unit_test(
			RL_08__after_some_good_answers_all_is_as_before),
	};

	return cmocka_run_group_tests_name("rest/limit429", tests, NULL, NULL);
}
