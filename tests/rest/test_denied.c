/* SPDX-License-Identifier: MIT
 *
 * denied, gone: what was refused for good is not asked again.
 */
#include "drive.h"

#define KICK "/guilds/1/members/5"
#define NO_PERMISSION "{\"message\":\"Missing Permissions\",\"code\":50013}"

static void deny(struct drive *d, const char *path, int code, int n)
{
	char body[80];

	snprintf(body, sizeof(body),
		 "{\"message\":\"Missing Access\",\"code\":%d}", code);
	while (n--)
		answer(d, ask(d, ZX_DELETE, path), 403, "", body);
}

static void RL_13__a_few_403_then_the_answer_is_known(void **state)
{
	struct drive *d = drive_new();
	const struct done *r;
	uint64_t a;
	int i;

	(void)state;
	deny(d, KICK, 50013, 3);
	assert_int_equal(d->sents, 3);
	for (i = 0; i < 100; i++) {
		a = ask(d, ZX_DELETE, "/guilds/1/members/77");
		r = result_of(d, a);
		assert_err(r->err, ZX_E_REMOTE);
		assert_int_equal(r->status, 403);
		assert_int_equal(r->code, 50013);
		assert_int_equal(r->attempts, 0);
		assert_non_null(strstr(r->message, "not asked again"));
	}
	assert_int_equal(d->sents, 3);
	assert_int_equal(stats(d)->invalid, 3);
	drive_free(d);
}

static void RL_13__requests_that_wait_already_learn_it_too(void **state)
{
	struct drive *d = drive_new();
	uint64_t id[50];
	int i;

	(void)state;
	for (i = 0; i < 50; i++)
		id[i] = ask(d, ZX_DELETE, KICK);
	for (i = 0; i < 3; i++)
		answer(d, id[i], 403, HEAD("k", "100", "90", "1"),
		       NO_PERMISSION);
	assert_int_equal(d->sents, 3);
	assert_int_equal(d->dones, 50);
	drive_free(d);
}

static void RL_13__other_guilds_methods_and_codes_are_not_meant(void **state)
{
	struct drive *d = drive_new();
	uint64_t a;

	(void)state;
	deny(d, KICK, 50001, 3);
	a = ask(d, ZX_DELETE, "/guilds/2/members/5");
	assert_int_equal(times_sent(d, a), 1);
	a = ask(d, ZX_GET, KICK);
	assert_int_equal(times_sent(d, a), 1);
	deny(d, "/channels/1/pins/2", 20016, 5);
	a = ask(d, ZX_DELETE, "/channels/1/pins/2");
	assert_int_equal(times_sent(d, a), 1);
	drive_free(d);
}

static void RL_13__it_ends_after_a_while_and_one_more_renews_it(void **state)
{
	struct drive *d = drive_new();
	uint64_t a;

	(void)state;
	deny(d, KICK, 50013, 3);
	pass(d, 59999);
	a = ask(d, ZX_DELETE, KICK);
	assert_int_equal(times_sent(d, a), 0);
	pass(d, 1);
	a = ask(d, ZX_DELETE, KICK);
	assert_int_equal(times_sent(d, a), 1);
	answer(d, a, 403, "", NO_PERMISSION);
	a = ask(d, ZX_DELETE, KICK);
	assert_int_equal(times_sent(d, a), 0);
	drive_free(d);
}

static void RL_13__a_success_clears_it(void **state)
{
	struct drive *d = drive_new();
	uint64_t a;

	(void)state;
	deny(d, KICK, 50013, 2);
	answer(d, ask(d, ZX_DELETE, KICK), 204, "", "");
	deny(d, KICK, 50013, 2);
	a = ask(d, ZX_DELETE, KICK);
	assert_int_equal(times_sent(d, a), 1);
	drive_free(d);
}

static void RL_13__old_ones_are_forgotten(void **state)
{
	struct drive *d = drive_new();
	uint64_t a;

	(void)state;
	deny(d, KICK, 50013, 2);
	pass(d, 3600000);
	deny(d, KICK, 50013, 2);
	a = ask(d, ZX_DELETE, KICK);
	assert_int_equal(times_sent(d, a), 1);
	drive_free(d);
}

static void RL_13__it_is_an_option(void **state)
{
	struct drive *d = drive_alloc();
	struct zx_rest_options o = drive_options(d);
	uint64_t a;

	(void)state;
	o.denied_ms = UINT32_MAX;
	drive_with(&o, d);
	deny(d, KICK, 50013, 10);
	assert_int_equal(d->sents, 10);
	drive_free(d);
	d = drive_alloc();
	o = drive_options(d);
	o.denied_ms = 5000;
	drive_with(&o, d);
	deny(d, KICK, 50013, 3);
	pass(d, 5000);
	a = ask(d, ZX_DELETE, KICK);
	assert_int_equal(times_sent(d, a), 1);
	drive_free(d);
}

#define GONE "{\"message\":\"Unknown Webhook\",\"code\":10015}"

static void RL_14__a_webhook_that_is_gone_is_never_used_again(void **state)
{
	struct drive *d = drive_new();
	const struct done *r;
	uint64_t a;

	(void)state;
	answer(d, ask(d, ZX_POST, "/webhooks/1/" HOOK_TOKEN), 404, "", GONE);
	pass(d, 86400000);
	a = ask(d, ZX_POST, "/webhooks/1/" HOOK_TOKEN "?wait=true");
	r = result_of(d, a);
	assert_err(r->err, ZX_E_REMOTE);
	assert_int_equal(r->status, 404);
	assert_int_equal(r->code, 10015);
	assert_int_equal(r->attempts, 0);
	assert_non_null(strstr(r->message, "does not exist any more"));
	a = ask(d, ZX_PATCH, "/webhooks/1/" HOOK_TOKEN "/messages/5");
	assert_int_equal(result_of(d, a)->code, 10015);
	assert_int_equal(d->sents, 1);
	/* The same id with another token, and another one. */
	a = ask(d, ZX_POST, "/webhooks/1/other");
	assert_int_equal(times_sent(d, a), 1);
	a = ask(d, ZX_POST, "/webhooks/2/" HOOK_TOKEN);
	assert_int_equal(times_sent(d, a), 1);
	drive_free(d);
}

static void RL_14__gone_by_its_id_is_gone_with_any_token(void **state)
{
	struct drive *d = drive_new();
	uint64_t a;

	(void)state;
	answer(d, ask(d, ZX_GET, "/webhooks/1"), 404, "", GONE);
	a = ask(d, ZX_POST, "/webhooks/1/t");
	assert_int_equal(result_of(d, a)->code, 10015);
	drive_free(d);
}

static void RL_14__a_token_refused_is_not_tried_again(void **state)
{
	struct drive *d = drive_new();
	uint64_t a;

	(void)state;
	answer(d, ask(d, ZX_POST, "/webhooks/1/t"), 401, "",
	       "{\"message\":\"Invalid Webhook Token\",\"code\":50027}");
	a = ask(d, ZX_POST, "/webhooks/1/t");
	assert_int_equal(times_sent(d, a), 0);
	assert_true(is_done(d, a));
	drive_free(d);
}

static void RL_14__an_interaction_s_answer_may_still_come(void **state)
{
	struct drive *d = drive_new();
	uint64_t a;

	(void)state;
	answer(d, ask(d, ZX_PATCH, "/webhooks/9/t/messages/@original"), 404, "",
	       GONE);
	a = ask(d, ZX_PATCH, "/webhooks/9/t/messages/@original");
	assert_int_equal(times_sent(d, a), 1);
	answer(d, ask(d, ZX_POST, "/webhooks/9/aW50ZXJhY3Rpb246OTk"), 404, "",
	       GONE);
	a = ask(d, ZX_POST, "/webhooks/9/aW50ZXJhY3Rpb246OTk");
	assert_int_equal(times_sent(d, a), 1);
	drive_free(d);
}

static void RL_14__a_thousand_are_remembered(void **state)
{
	struct drive *d = drive_new();
	char path[64];
	uint64_t a;
	int i;

	(void)state;
	for (i = 1; i <= 1100; i++) {
		snprintf(path, sizeof(path), "/webhooks/%d/t", i);
		answer(d, ask(d, ZX_POST, path), 404, "", GONE);
	}
	a = ask(d, ZX_POST, "/webhooks/1100/t");
	assert_int_equal(times_sent(d, a), 0);
	a = ask(d, ZX_POST, "/webhooks/77/t");
	assert_int_equal(times_sent(d, a), 0);
	a = ask(d, ZX_POST, "/webhooks/76/t");
	assert_int_equal(times_sent(d, a), 1);
	drive_free(d);
}

static void RL_13__old_ones_do_not_add_up(void **state)
{
	struct drive *d = drive_new();
	uint64_t a;
	int i;

	(void)state;
	deny(d, KICK, 50013, 2);
	for (i = 0; i < 4; i++) {
		pass(d, 100000);
		answer(d, ask(d, ZX_DELETE, KICK), 404, "", "{}");
	}
	deny(d, KICK, 50013, 1);
	a = ask(d, ZX_DELETE, KICK);
	assert_int_equal(times_sent(d, a), 1);
	drive_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(RL_13__a_few_403_then_the_answer_is_known),
		cmocka_unit_test(
			RL_13__requests_that_wait_already_learn_it_too),
		cmocka_unit_test(
			RL_13__other_guilds_methods_and_codes_are_not_meant),
		cmocka_unit_test(
			RL_13__it_ends_after_a_while_and_one_more_renews_it),
		cmocka_unit_test(RL_13__a_success_clears_it),
		cmocka_unit_test(RL_13__old_ones_are_forgotten),
		cmocka_unit_test(RL_13__it_is_an_option),
		cmocka_unit_test(
			RL_14__a_webhook_that_is_gone_is_never_used_again),
		cmocka_unit_test(RL_14__gone_by_its_id_is_gone_with_any_token),
		cmocka_unit_test(RL_14__a_token_refused_is_not_tried_again),
		cmocka_unit_test(RL_14__an_interaction_s_answer_may_still_come),
		cmocka_unit_test(RL_14__a_thousand_are_remembered),
		cmocka_unit_test(RL_13__old_ones_do_not_add_up),
	};

	return cmocka_run_group_tests_name("rest/denied", tests, NULL, NULL);
}
