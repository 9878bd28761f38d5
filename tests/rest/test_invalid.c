/* SPDX-License-Identifier: MIT
 *
 * invalid: the guard against Cloudflare's ban.
 */
#include "drive.h"

static struct drive *drive_limit(uint32_t limit)
{
	struct drive *d = drive_alloc();
	struct zx_rest_options o = drive_options(d);

	o.invalid_limit = limit;
	return drive_with(&o, d);
}

static void RL_11__it_counts_401_403_and_429_but_not_shared(void **state)
{
	struct drive *d = drive_new();

	(void)state;
	answer(d, ask(d, ZX_GET, "/users/1"), 404, "", "{}");
	answer(d, ask(d, ZX_GET, "/users/1"), 400, "", "{}");
	assert_int_equal(stats(d)->invalid, 0);
	answer(d, ask(d, ZX_GET, "/users/1"), 403, "", "{\"code\":50001}");
	assert_int_equal(stats(d)->invalid, 1);
	answer(d, ask(d, ZX_GET, "/channels/1"), 429, "Retry-After: 1\n", "{}");
	assert_int_equal(stats(d)->invalid, 2);
	answer(d, ask(d, ZX_GET, "/channels/2"), 429,
	       "Retry-After: 1\nX-RateLimit-Scope: shared\n", "{}");
	assert_int_equal(stats(d)->invalid, 2);
	answer(d, ask(d, ZX_GET, "/webhooks/2/t"), 401, "", "{\"code\":50027}");
	assert_int_equal(stats(d)->invalid, 3);
	answer(d, ask(d, ZX_GET, "/channels/3"), 401, "", "{}");
	assert_int_equal(stats(d)->invalid, 4);
	drive_free(d);
}

static void RL_11__the_window_rolls(void **state)
{
	struct drive *d = drive_new();

	(void)state;
	zx_rest_add_invalid(d->r, 100, d->now);
	pass(d, 300000);
	zx_rest_add_invalid(d->r, 7, d->now);
	assert_int_equal(stats(d)->invalid, 107);
	/* Never forgotten before ten minutes are over, nor much later. */
	pass(d, 290000);
	assert_int_equal(stats(d)->invalid, 107);
	pass(d, 20000);
	assert_int_equal(stats(d)->invalid, 7);
	pass(d, 300000);
	assert_int_equal(stats(d)->invalid, 0);
	zx_rest_add_invalid(d->r, 1, d->now);
	pass(d, 86400000);
	assert_int_equal(stats(d)->invalid, 0);
	drive_free(d);
}

static void RL_11__it_warns_at_10_percent_once(void **state)
{
	struct drive *d = drive_limit(100);

	(void)state;
	zx_rest_add_invalid(d->r, 9, d->now);
	assert_string_equal(d->log, "");
	zx_rest_add_invalid(d->r, 1, d->now);
	assert_non_null(strstr(d->log, "10 of 100 invalid requests"));
	zx_rest_add_invalid(d->r, 1, d->now);
	assert_null(strstr(d->log, "11 of 100"));
	assert_int_equal(d->errors, 0);
	drive_free(d);
}

static void RL_11__it_slows_down_at_50_percent(void **state)
{
	struct drive *d = drive_new();
	char path[64];
	int i;

	(void)state;
	zx_rest_add_invalid(d->r, 5000, d->now);
	for (i = 1; i <= 20; i++) {
		snprintf(path, sizeof(path), "/channels/%d", i);
		ask(d, ZX_GET, path);
	}
	assert_int_equal(d->sents, 1);
	/* Interactions are not slowed. */
	ask(d, ZX_POST, "/interactions/1/t/callback");
	assert_int_equal(d->sents, 2);
	pass(d, 1000);
	assert_in_range(d->sents, 7, 9);
	pass(d, 4000);
	assert_int_equal(d->sents, 21);
	drive_free(d);
}

static void RL_11__it_blocks_at_90_percent_with_results(void **state)
{
	struct drive *d = drive_limit(1000);
	uint64_t a = ask(d, ZX_GET, "/channels/1"), b, c, e, f;

	(void)state;
	b = ask(d, ZX_GET, "/channels/1");
	zx_rest_add_invalid(d->r, 900, d->now);
	drain(d);
	assert_err(result_of(d, b)->err, ZX_E_LIMIT);
	c = ask(d, ZX_GET, "/users/@me");
	assert_err(result_of(d, c)->err, ZX_E_LIMIT);
	assert_non_null(strstr(result_of(d, c)->message, "invalid requests"));
	e = ask(d, ZX_POST, "/webhooks/1/t");
	assert_err(result_of(d, e)->err, ZX_E_LIMIT);
	/* What is under way ends as it would. */
	answer(d, a, 200, "", "{}");
	assert_err(result_of(d, a)->err, ZX_OK);
	assert_int_equal(d->sents, 1);
	pass(d, 620000);
	f = ask(d, ZX_GET, "/users/@me");
	assert_int_equal(times_sent(d, f), 1);
	drive_free(d);
}

/* Everything is refused, and ever more is asked: catalogue B11. */
static void RL_11__10000_attempts_never_reach_the_limit(void **state)
{
	struct drive *d = drive_limit(500);
	uint64_t refused = 0;
	char path[64];
	int i;

	(void)state;
	for (i = 1; i <= 10000; i++) {
		struct zx_rest_request req = request(ZX_GET, "");
		struct zx_rest_reply no = {
			.status = 403, .body = ZX_STR("{\"code\":50001}")
		};
		struct zx_rest_out out;

		snprintf(path, sizeof(path), "/channels/%d", i);
		req.path = zx_str(path);
		assert_err(zx_rest_submit(d->r, &req, d->now, NULL), ZX_OK);
		while (zx_rest_poll(d->r, &out) == 1) {
			if (out.kind != ZX_REST_OUT_SEND)
				continue;
			refused++;
			assert_err(zx_rest_feed(d->r, out.wire.id, &no, d->now),
				   ZX_OK);
		}
		d->now += 60;
		assert_err(zx_rest_tick(d->r, d->now), ZX_OK);
	}
	assert_true(refused > 250);
	assert_true(refused <= 451);
	assert_true(d->errors >= 1);
	drive_free(d);
}

static void RL_11__many_shared_ones_are_worth_a_word(void **state)
{
	struct drive *d = drive_limit(20);

	(void)state;
	answer(d, ask(d, ZX_GET, "/channels/2"), 429,
	       "Retry-After: 1\nX-RateLimit-Scope: shared\n", "{}");
	assert_null(strstr(d->log, "shared 429 in"));
	answer(d, ask(d, ZX_GET, "/channels/3"), 429,
	       "Retry-After: 1\nX-RateLimit-Scope: shared\n", "{}");
	assert_non_null(strstr(d->log, "2 shared 429 in 10 minutes"));
	drive_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			RL_11__it_counts_401_403_and_429_but_not_shared),
		cmocka_unit_test(RL_11__the_window_rolls),
		cmocka_unit_test(RL_11__it_warns_at_10_percent_once),
		cmocka_unit_test(RL_11__it_slows_down_at_50_percent),
		cmocka_unit_test(RL_11__it_blocks_at_90_percent_with_results),
		cmocka_unit_test(RL_11__10000_attempts_never_reach_the_limit),
		cmocka_unit_test(RL_11__many_shared_ones_are_worth_a_word),
	};

	return cmocka_run_group_tests_name("rest/invalid", tests, NULL, NULL);
}
