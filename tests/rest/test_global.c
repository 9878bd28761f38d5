/* SPDX-License-Identifier: MIT
 *
 * global: the limit per second over all buckets.
 */
#include "drive.h"

/* n requests, each in a bucket of its own, all answered. */
static void ask_many(struct drive *d, unsigned n, const char *before,
		     const char *after)
{
	char path[64];
	unsigned i;

	for (i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s%u%s", before, i + 1, after);
		ask(d, ZX_GET, path);
	}
}

static void answer_all(struct drive *d)
{
	size_t i;

	for (i = 0; i < d->sents; i++)
		if (!is_done(d, d->sent[i].id))
			answer(d, d->sent[i].id, 200, "", "{}");
}

/* The most sends in any span of 1000 ms. */
static size_t most_in_a_second(const struct drive *d)
{
	size_t most = 0, i, j;

	for (i = 0; i < d->sents; i++) {
		for (j = i; j < d->sents; j++)
			if (d->sent[j].at - d->sent[i].at >= 1000)
				break;
		most = j - i > most ? j - i : most;
	}
	return most;
}

static struct drive *drive_wide(uint32_t per_s)
{
	struct drive *d = drive_alloc();
	struct zx_rest_options o = drive_options(d);

	o.max_in_flight = 1000;
	o.global_per_s = per_s;
	return drive_with(&o, d);
}

static void RL_09__fifty_in_any_second_and_not_one_more(void **state)
{
	struct drive *d = drive_wide(0);
	int i;

	(void)state;
	ask_many(d, 300, "/channels/", "");
	assert_int_equal(d->sents, 50);
	for (i = 0; i < 60; i++) {
		answer_all(d);
		pass(d, 100);
	}
	answer_all(d);
	assert_int_equal(d->dones, 300);
	assert_int_equal(most_in_a_second(d), 50);
	/* And no slower than it must be. */
	assert_true(d->sent[299].at <= 1000 + 5 * 1050);
	drive_free(d);
}

static void RL_09__a_full_second_behind_a_quiet_one_is_no_more(void **state)
{
	struct drive *d = drive_wide(0);

	(void)state;
	ask_many(d, 10, "/channels/", "");
	pass(d, 900);
	ask_many(d, 80, "/guilds/", "");
	pass(d, 3000);
	assert_int_equal(d->sents, 90);
	assert_int_equal(most_in_a_second(d), 50);
	drive_free(d);
}

static void RL_09__the_number_is_an_option_and_a_share_of_it_too(void **state)
{
	struct drive *d = drive_wide(200);

	(void)state;
	ask_many(d, 300, "/channels/", "");
	assert_int_equal(d->sents, 200);
	pass(d, 5000);
	zx_rest_set_global(d->r, 10, d->now);
	ask_many(d, 30, "/guilds/", "");
	assert_int_equal(d->sents, 310);
	pass(d, 1050);
	assert_int_equal(d->sents, 320);
	zx_rest_set_global(d->r, 0, d->now);
	pass(d, 1050);
	assert_int_equal(d->sents, 321);
	zx_rest_set_global(d->r, 100000, d->now);
	drain(d);
	assert_int_equal(d->sents, 330);
	drive_free(d);
}

static void IN_10__interactions_and_webhooks_are_outside_the_50(void **state)
{
	struct drive *d = drive_wide(0);
	struct zx_rest_request req = request(ZX_POST, "/channels/5/messages");
	uint64_t id;

	(void)state;
	ask_many(d, 60, "/channels/", "");
	ask_many(d, 60, "/interactions/", "/t/callback");
	ask_many(d, 60, "/webhooks/", "/t");
	assert_int_equal(d->sents, 170);
	/* They do not use it up either: the next second has all 50. */
	pass(d, 1050);
	assert_int_equal(d->sents, 180);
	/* The flags do the same for other paths. */
	ask_many(d, 60, "/guilds/", "");
	assert_int_equal(d->sents, 220);
	req.flags = ZX_REST_NO_AUTH;
	id = ask_with(d, &req);
	assert_int_equal(times_sent(d, id), 1);
	assert_null(strstr(d->headers, "Authorization"));
	drive_free(d);
}

static void IN_10__they_are_bucketed_by_id_and_token(void **state)
{
	struct drive *d = drive_new();
	uint64_t a = ask(d, ZX_POST, "/webhooks/1/t"), b, c;

	(void)state;
	answer(d, a, 200, HEAD("w", "5", "0", "2"), "{}");
	b = ask(d, ZX_POST, "/webhooks/1/t");
	c = ask(d, ZX_POST, "/webhooks/1/u");
	assert_int_equal(times_sent(d, b), 0);
	assert_int_equal(times_sent(d, c), 1);
	drive_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(RL_09__fifty_in_any_second_and_not_one_more),
		cmocka_unit_test(
			RL_09__a_full_second_behind_a_quiet_one_is_no_more),
		cmocka_unit_test(
			RL_09__the_number_is_an_option_and_a_share_of_it_too),
		cmocka_unit_test(
			IN_10__interactions_and_webhooks_are_outside_the_50),
		cmocka_unit_test(IN_10__they_are_bucketed_by_id_and_token),
	};

	return cmocka_run_group_tests_name("rest/global", tests, NULL, NULL);
}
