/* SPDX-License-Identifier: MIT
 *
 * auth: one 401, then none (catalogue B12).
 */
#include "drive.h"

static void RL_12__after_a_401_nothing_more_is_sent(void **state)
{
	struct drive *d = drive_new();
	uint64_t a = ask(d, ZX_GET, "/users/@me"), b, c, e;

	(void)state;
	b = ask(d, ZX_GET, "/users/@me");
	c = ask(d, ZX_GET, "/channels/1");
	fault(d, c, ZX_E_TIMEOUT);
	answer(d, a, 401, "", "{\"message\":\"401: Unauthorized\",\"code\":0}");
	assert_err(result_of(d, a)->err, ZX_E_AUTH);
	assert_int_equal(result_of(d, a)->status, 401);
	assert_err(result_of(d, b)->err, ZX_E_AUTH);
	assert_int_equal(result_of(d, b)->attempts, 0);
	/* The one that was to be tried again as well. */
	assert_err(result_of(d, c)->err, ZX_E_AUTH);
	e = ask(d, ZX_GET, "/channels/2");
	assert_err(result_of(d, e)->err, ZX_E_AUTH);
	pass(d, 86400000);
	assert_int_equal(d->sents, 2);
	assert_int_equal(stats(d)->unauthorized, 1);
	/* Said once; the host tells people in its own words. */
	assert_int_equal(count_of(d->log, "refused the bot's token"), 1);
	drive_free(d);
}

static void RL_12__webhooks_and_interactions_go_on(void **state)
{
	struct drive *d = drive_new();
	uint64_t a;

	(void)state;
	answer(d, ask(d, ZX_GET, "/users/@me"), 401, "", "{}");
	a = ask(d, ZX_POST, "/interactions/1/t/callback");
	assert_int_equal(times_sent(d, a), 1);
	a = ask(d, ZX_POST, "/webhooks/1/t");
	assert_int_equal(times_sent(d, a), 1);
	drive_free(d);
}

static void RL_12__a_webhook_s_401_stops_nobody(void **state)
{
	struct drive *d = drive_new();
	uint64_t a = ask(d, ZX_POST, "/webhooks/1/t");

	(void)state;
	answer(d, a, 401, "", "{\"code\":50027}");
	assert_err(result_of(d, a)->err, ZX_E_REMOTE);
	assert_int_equal(stats(d)->unauthorized, 0);
	a = ask(d, ZX_GET, "/users/@me");
	assert_int_equal(times_sent(d, a), 1);
	drive_free(d);
}

static void RL_12__another_token_lifts_the_stop(void **state)
{
	struct drive *d = drive_new();
	uint64_t late = ask(d, ZX_GET, "/channels/1"), a;

	(void)state;
	answer(d, ask(d, ZX_GET, "/users/@me"), 401, "", "{}");
	assert_err(zx_rest_set_token(d->r, "zx-test-secret.two\r\nX: y"),
		   ZX_E_INVALID);
	assert_int_equal(stats(d)->unauthorized, 1);
	assert_err(zx_rest_set_token(d->r, "zx-test-secret.two"), ZX_OK);
	assert_int_equal(stats(d)->unauthorized, 0);
	/* A late 401 of the old one says nothing about the new one. */
	answer(d, late, 401, "", "{}");
	assert_err(result_of(d, late)->err, ZX_E_AUTH);
	assert_int_equal(stats(d)->unauthorized, 0);
	a = ask(d, ZX_GET, "/users/@me");
	assert_int_equal(times_sent(d, a), 1);
	assert_non_null(strstr(d->headers,
			       "Authorization: Bot zx-test-secret.two\r\n"));
	answer(d, a, 401, "", "{}");
	assert_int_equal(stats(d)->unauthorized, 1);
	drive_free(d);
}

static void auth__a_server_that_repeats_the_token_does_not_leak_it(void **state)
{
	struct drive *d = drive_new();
	uint64_t a = ask(d, ZX_GET, "/users/@me");

	(void)state;
	/* drive.h looks for it in messages and log lines. */
	answer(d, a, 400, "", "{\"message\":\"bad token " TOKEN " here\"}");
	assert_non_null(strstr(result_of(d, a)->message, "bad token ***"));
	drive_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(RL_12__after_a_401_nothing_more_is_sent),
		cmocka_unit_test(RL_12__webhooks_and_interactions_go_on),
		cmocka_unit_test(RL_12__a_webhook_s_401_stops_nobody),
		cmocka_unit_test(RL_12__another_token_lifts_the_stop),
		cmocka_unit_test(
			auth__a_server_that_repeats_the_token_does_not_leak_it),
	};

	return cmocka_run_group_tests_name("rest/auth", tests, NULL, NULL);
}
