/* SPDX-License-Identifier: MIT
 *
 * retry: what is tried again after a fault, and what is not (catalogue B10).
 */
#include "drive.h"

static uint64_t ask_fault(struct drive *d, enum zx_method m, int err)
{
	uint64_t id = ask(d, m, "/channels/1/messages");

	fault(d, id, err);
	return id;
}

static void RL_15__idempotent_methods_are_tried_again(void **state)
{
	static const enum zx_method methods[] = { ZX_GET, ZX_PUT, ZX_PATCH,
						  ZX_DELETE };
	static const int errors[] = { ZX_E_TIMEOUT, ZX_E_IO, ZX_E_CONNECT,
				      ZX_E_TLS };
	size_t i, j;

	(void)state;
	for (i = 0; i < 4; i++)
		for (j = 0; j < 4; j++) {
			struct drive *d = drive_new();
			uint64_t a = ask_fault(d, methods[i], errors[j]);

			assert_false(is_done(d, a));
			pass(d, 3000);
			assert_int_equal(times_sent(d, a), 2);
			answer(d, a, 200, "", "{}");
			assert_err(result_of(d, a)->err, ZX_OK);
			assert_int_equal(result_of(d, a)->maybe_done, 0);
			assert_int_equal(stats(d)->retries, 1);
			drive_free(d);
		}
}

static void RL_15__a_post_only_when_it_surely_was_not_sent(void **state)
{
	static const struct {
		int err, again, maybe_done;
	} table[] = {
		{ ZX_E_CONNECT, 1, 0 }, { ZX_E_TIMEOUT, 0, 1 },
		{ ZX_E_IO, 0, 1 },	{ ZX_E_TLS, 0, 0 },
		{ ZX_E_TOOBIG, 0, 1 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct drive *d = drive_new();
		uint64_t a = ask_fault(d, ZX_POST, table[i].err);

		pass(d, 60000);
		assert_int_equal(times_sent(d, a), 1 + table[i].again);
		if (!table[i].again) {
			assert_err(result_of(d, a)->err, table[i].err);
			assert_int_equal(result_of(d, a)->maybe_done,
					 table[i].maybe_done);
			assert_int_equal(strstr(result_of(d, a)->message,
						"may have been carried out") !=
						 NULL,
					 table[i].maybe_done);
		}
		drive_free(d);
	}
}

static void RL_15__a_5xx_to_a_post_is_a_result(void **state)
{
	struct drive *d = drive_new();
	uint64_t a = ask(d, ZX_POST, "/channels/1/messages");

	(void)state;
	answer(d, a, 502, "", "<html>502 Bad Gateway</html>");
	assert_err(result_of(d, a)->err, ZX_E_REMOTE);
	assert_int_equal(result_of(d, a)->status, 502);
	assert_int_equal(result_of(d, a)->maybe_done, 1);
	assert_non_null(strstr(result_of(d, a)->message, "Bad Gateway"));
	drive_free(d);
}

static void RL_15__a_post_with_a_nonce_may_be_repeated(void **state)
{
	struct drive *d = drive_new();
	struct zx_rest_request req = request(ZX_POST, "/channels/1/messages");
	uint64_t a;

	(void)state;
	req.flags = ZX_REST_IDEMPOTENT;
	req.body = ZX_STR("{\"nonce\":\"1\",\"enforce_nonce\":true}");
	a = ask_with(d, &req);
	fault(d, a, ZX_E_TIMEOUT);
	pass(d, 3000);
	answer(d, a, 503, "", "");
	pass(d, 9000);
	assert_int_equal(times_sent(d, a), 3);
	assert_string_equal(d->body, req.body.ptr);
	drive_free(d);
}

static void RL_15__an_overloaded_api_did_nothing(void **state)
{
	struct drive *d = drive_new();
	uint64_t a = ask(d, ZX_POST, "/channels/1/messages");

	(void)state;
	answer(d, a, 503, "", "{\"code\":130000,\"message\":\"overloaded\"}");
	pass(d, 3000);
	assert_int_equal(times_sent(d, a), 2);
	drive_free(d);
}

static void RL_15__backoff_has_jitter_between_1_and_30_s(void **state)
{
	uint64_t least = UINT64_MAX, most = 0;
	int seed;

	(void)state;
	for (seed = 1; seed <= 40; seed++) {
		struct drive *d = drive_new();
		struct zx_rest_request req = request(ZX_GET, "/users/@me");
		uint64_t a, i;

		zx_prng_init(&d->prng, (uint64_t)seed);
		req.retries = 12;
		a = ask_with(d, &req);
		for (i = 1; i <= 12; i++) {
			uint64_t gap;

			answer(d, a, 500, "", "");
			if (i == 12)
				break;
			pass(d, zx_rest_deadline(d->r) - d->now);
			gap = sent_at(d, a, (unsigned)i + 1) -
			      sent_at(d, a, (unsigned)i);
			assert_in_range(gap, 1000, 30000);
			least = gap < least ? gap : least;
			most = gap > most ? gap : most;
		}
		assert_int_equal(result_of(d, a)->status, 500);
		assert_int_equal(result_of(d, a)->attempts, 12);
		drive_free(d);
	}
	assert_true(least < 1500);
	assert_int_equal(most, 30000);
}

static void RL_15__five_failures_are_enough_by_default(void **state)
{
	struct drive *d = drive_new();
	struct zx_rest_request req = request(ZX_GET, "/users/@me");
	uint64_t a = ask(d, ZX_PUT, "/channels/1/pins/2");
	int i;

	(void)state;
	for (i = 0; i < 5; i++) {
		fault(d, a, ZX_E_TIMEOUT);
		pass(d, 30000);
	}
	assert_err(result_of(d, a)->err, ZX_E_TIMEOUT);
	assert_int_equal(result_of(d, a)->maybe_done, 1);
	assert_int_equal(times_sent(d, a), 5);
	req.retries = 1;
	a = ask_with(d, &req);
	fault(d, a, ZX_E_CONNECT);
	assert_err(result_of(d, a)->err, ZX_E_CONNECT);
	drive_free(d);
}

static void RL_15__a_delete_repeated_may_find_nothing_left(void **state)
{
	struct drive *d = drive_new();
	uint64_t a = ask(d, ZX_DELETE, "/channels/1/messages/2");

	(void)state;
	fault(d, a, ZX_E_TIMEOUT);
	pass(d, 3000);
	answer(d, a, 404, "", "{\"code\":10008,\"message\":\"Unknown\"}");
	assert_int_equal(result_of(d, a)->code, 10008);
	assert_int_equal(result_of(d, a)->maybe_done, 1);
	drive_free(d);
}

static void RL_15__retry_after_of_a_503_is_kept(void **state)
{
	struct drive *d = drive_new();
	uint64_t a = ask(d, ZX_GET, "/users/@me");

	(void)state;
	answer(d, a, 503, "Retry-After: 20\r\n", "");
	pass(d, 19999);
	assert_int_equal(times_sent(d, a), 1);
	pass(d, 1);
	assert_int_equal(times_sent(d, a), 2);
	answer(d, a, 503, "Retry-After: 9000\r\n", "");
	assert_int_equal(result_of(d, a)->status, 503);
	drive_free(d);
}

static void RL_15__other_statuses_are_not_tried_again(void **state)
{
	static const int statuses[] = { 400, 404, 405, 413, 304, 302 };
	struct drive *d = drive_new();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(statuses) / sizeof(*statuses); i++) {
		uint64_t a = ask(d, ZX_GET, "/users/@me");

		answer(d, a, statuses[i], "", "{\"code\":77}");
		assert_err(result_of(d, a)->err, ZX_E_REMOTE);
		assert_int_equal(result_of(d, a)->status, statuses[i]);
		assert_int_equal(result_of(d, a)->code, 77);
		assert_string_equal(result_of(d, a)->body, "{\"code\":77}");
	}
	drive_free(d);
}

static void RL_17__an_index_not_ready_is_waited_for(void **state)
{
	struct drive *d = drive_new();
	uint64_t a = ask(d, ZX_GET, "/guilds/1/messages/search?content=x");

	(void)state;
	answer(d, a, 202, "",
	       "{\"message\":\"Index not yet available. Try again later\","
	       "\"code\":110000,\"documents_indexed\":0,\"retry_after\":2}");
	pass(d, 1999);
	assert_int_equal(times_sent(d, a), 1);
	pass(d, 1);
	assert_int_equal(times_sent(d, a), 2);
	/* 0 means a short delay, which grows. */
	answer(d, a, 202, "", "{\"code\":110000,\"retry_after\":0}");
	pass(d, 2000);
	assert_int_equal(times_sent(d, a), 3);
	answer(d, a, 200, "", "{\"total_results\":0}");
	assert_err(result_of(d, a)->err, ZX_OK);
	drive_free(d);
}

static void RL_17__not_longer_than_the_caller_waits(void **state)
{
	struct drive *d = drive_new();
	uint64_t a = ask_patient(d, ZX_GET, "/guilds/1/messages/search", 5000);

	(void)state;
	answer(d, a, 202, "", "{\"code\":110000,\"retry_after\":6}");
	assert_err(result_of(d, a)->err, ZX_E_WOULDWAIT);
	assert_int_equal(result_of(d, a)->would_wait_ms, 6000);
	drive_free(d);
}

static void RL_17__any_other_202_is_good(void **state)
{
	struct drive *d = drive_new();
	uint64_t a = ask(d, ZX_POST, "/guilds/1/bulk-ban");

	(void)state;
	answer(d, a, 202, "", "{}");
	assert_err(result_of(d, a)->err, ZX_OK);
	assert_int_equal(result_of(d, a)->status, 202);
	drive_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(RL_15__idempotent_methods_are_tried_again),
		cmocka_unit_test(
			RL_15__a_post_only_when_it_surely_was_not_sent),
		cmocka_unit_test(RL_15__a_5xx_to_a_post_is_a_result),
		cmocka_unit_test(RL_15__a_post_with_a_nonce_may_be_repeated),
		cmocka_unit_test(RL_15__an_overloaded_api_did_nothing),
		cmocka_unit_test(RL_15__backoff_has_jitter_between_1_and_30_s),
		cmocka_unit_test(RL_15__five_failures_are_enough_by_default),
		cmocka_unit_test(
			RL_15__a_delete_repeated_may_find_nothing_left),
		cmocka_unit_test(RL_15__retry_after_of_a_503_is_kept),
		cmocka_unit_test(RL_15__other_statuses_are_not_tried_again),
		cmocka_unit_test(RL_17__an_index_not_ready_is_waited_for),
		cmocka_unit_test(RL_17__not_longer_than_the_caller_waits),
		cmocka_unit_test(RL_17__any_other_202_is_good),
	};

	return cmocka_run_group_tests_name("rest/retry", tests, NULL, NULL);
}
