/* SPDX-License-Identifier: MIT
 *
 * merge: lanes that turn out to share a limit, or not to (RL-01, RL-02).
 */
#include "drive.h"

#define ROUTE "/channels/1/messages"

static void RL_01__two_routes_with_one_hash_share_a_queue(void **state)
{
	struct drive *d = drive_new();
	uint64_t a, b, c, e;

	(void)state;
	a = ask(d, ZX_POST, ROUTE);
	answer(d, a, 200, HEAD("shared", "5", "4", "5"), "{}");
	b = ask(d, ZX_GET, "/channels/1/pins");
	answer(d, b, 200, HEAD("shared", "5", "0", "2"), "{}");
	assert_int_equal(stats(d)->buckets, 1);
	/* Used up for both. */
	c = ask(d, ZX_POST, ROUTE);
	e = ask(d, ZX_GET, "/channels/1/pins");
	assert_int_equal(times_sent(d, c) + times_sent(d, e), 0);
	pass(d, 2000);
	assert_int_equal(sent_at(d, c, 1), 3000);
	assert_int_equal(sent_at(d, e, 1), 3000);
	drive_free(d);
}

static void RL_01__waiting_requests_move_along_when_routes_merge(void **state)
{
	struct drive *d = drive_new();
	uint64_t a, b, c, e;

	(void)state;
	a = ask(d, ZX_POST, ROUTE);
	b = ask(d, ZX_GET, "/channels/1/pins");
	c = ask(d, ZX_GET, "/channels/1/pins");
	e = ask(d, ZX_POST, ROUTE);
	answer(d, a, 200, HEAD("shared", "2", "0", "1"), "{}");
	assert_int_equal(times_sent(d, e), 0);
	answer(d, b, 200, HEAD("shared", "2", "0", "1"), "{}");
	assert_int_equal(stats(d)->buckets, 1);
	assert_int_equal(times_sent(d, c) + times_sent(d, e), 0);
	pass(d, 1000);
	assert_int_equal(sent_at(d, c, 1), 2000);
	assert_int_equal(sent_at(d, e, 1), 2000);
	answer(d, c, 200, "", "");
	answer(d, e, 200, "", "");
	assert_int_equal(d->dones, 4);
	drive_free(d);
}

static void RL_01__a_lane_whose_hash_changes_leaves_the_others(void **state)
{
	struct drive *d = drive_new();
	uint64_t a, b, c, e;

	(void)state;
	a = ask(d, ZX_POST, ROUTE);
	answer(d, a, 200, HEAD("x", "5", "4", "5"), "{}");
	b = ask(d, ZX_GET, "/channels/1/pins");
	answer(d, b, 200, HEAD("x", "5", "3", "5"), "{}");
	c = ask(d, ZX_POST, ROUTE);
	answer(d, c, 200, HEAD("y", "1", "0", "60"), "{}");
	assert_int_equal(stats(d)->buckets, 2);
	e = ask(d, ZX_GET, "/channels/1/pins");
	assert_int_equal(times_sent(d, e), 1);
	e = ask(d, ZX_POST, ROUTE);
	assert_int_equal(times_sent(d, e), 0);
	drive_free(d);
}

static void RL_01__a_known_template_joins_its_bucket_at_once(void **state)
{
	struct drive *d = drive_new();
	uint64_t a;

	(void)state;
	/* POST and pins of channel 1 have one hash... */
	a = ask(d, ZX_POST, ROUTE);
	answer(d, a, 200, HEAD("x", "5", "4", "5"), "{}");
	a = ask(d, ZX_GET, "/channels/1/pins");
	answer(d, a, 200, HEAD("x", "5", "3", "5"), "{}");
	/* ...so those of channel 2 share too, and only one of them asks. */
	a = ask(d, ZX_POST, "/channels/2/messages");
	assert_int_equal(times_sent(d, a), 1);
	a = ask(d, ZX_GET, "/channels/2/pins");
	assert_int_equal(times_sent(d, a), 0);
	drive_free(d);
}

static void RL_02__same_hash_other_channel_is_another_bucket(void **state)
{
	struct drive *d = drive_new();
	uint64_t a, b, c;

	(void)state;
	a = ask(d, ZX_POST, "/channels/1/messages");
	b = ask(d, ZX_POST, "/channels/2/messages");
	answer(d, a, 200, HEAD("h", "5", "0", "60"), "{}");
	answer(d, b, 200, HEAD("h", "5", "4", "60"), "{}");
	c = ask(d, ZX_POST, "/channels/2/messages");
	assert_int_equal(times_sent(d, c), 1);
	c = ask(d, ZX_POST, "/channels/1/messages");
	assert_int_equal(times_sent(d, c), 0);
	drive_free(d);
}

static void RL_02__another_method_waits_for_nothing(void **state)
{
	struct drive *d = drive_new();
	uint64_t a, b;

	(void)state;
	a = ask(d, ZX_GET, "/channels/1");
	answer(d, a, 200, HEAD("g", "1", "0", "60"), "{}");
	b = ask(d, ZX_PATCH, "/channels/1");
	assert_int_equal(times_sent(d, b), 1);
	drive_free(d);
}

/* Of two lanes that merge, the newcomer's open requests are in the other's
 * window now. */
static void RL_01__what_is_under_way_moves_along_too(void **state)
{
	struct drive *d = drive_new();
	uint64_t a, b, g[4];
	size_t before;
	int i;

	(void)state;
	answer(d, ask(d, ZX_POST, ROUTE), 200, HEAD("x", "5", "4", "9"), "{}");
	answer(d, ask(d, ZX_POST, ROUTE), 200, HEAD("x", "5", "3", "9"), "{}");
	a = ask(d, ZX_GET, "/channels/1/pins");
	answer(d, a, 200, "X-RateLimit-Remaining: 5\n", "{}");
	for (i = 0; i < 3; i++)
		g[i] = ask(d, ZX_GET, "/channels/1/pins");
	answer(d, g[0], 200, HEAD("x", "5", "1", "9"), "{}");
	/* 3 were left, 2 are under way. */
	a = ask(d, ZX_POST, ROUTE);
	b = ask(d, ZX_POST, ROUTE);
	assert_int_equal(times_sent(d, a), 1);
	assert_int_equal(times_sent(d, b), 0);
	for (i = 1; i < 3; i++)
		answer(d, g[i], 200, HEAD("x", "5", "0", "9"), "{}");
	answer(d, a, 200, HEAD("x", "5", "0", "9"), "{}");
	before = d->sents;
	for (i = 0; i < 10; i++)
		ask(d, ZX_POST, ROUTE);
	pass(d, 9000);
	assert_int_equal(d->sents - before, 5);
	drive_free(d);
}

static void RL_01__a_wait_moves_along_too(void **state)
{
	struct drive *d = drive_new();
	uint64_t a, b, c;

	(void)state;
	answer(d, ask(d, ZX_POST, ROUTE), 200, HEAD("x", "5", "4", "9"), "{}");
	answer(d, ask(d, ZX_GET, "/channels/1/pins"), 200, "", "{}");
	a = ask(d, ZX_GET, "/channels/1/pins");
	b = ask(d, ZX_GET, "/channels/1/pins");
	answer(d, a, 429, "Retry-After: 7\n", "{}");
	answer(d, b, 200, HEAD("x", "5", "3", "9"), "{}");
	c = ask(d, ZX_GET, "/channels/1/pins");
	pass(d, 6999);
	assert_int_equal(times_sent(d, a) + times_sent(d, c), 1);
	pass(d, 1);
	assert_int_equal(times_sent(d, a) + times_sent(d, c), 3);
	drive_free(d);
}

static void RL_01__known_templates_are_bounded(void **state)
{
	struct drive *d = drive_alloc();
	struct zx_rest_options o = drive_options(d);
	struct fail_alloc f;
	char path[64];
	int i;

	(void)state;
	fail_alloc_init(&f);
	o.alloc = &f.alloc;
	o.log = NULL;
	drive_with(&o, d);
	for (i = 0; i < 1500; i++) {
		snprintf(path, sizeof(path), "/channels/1/x%d", i);
		answer(d, ask(d, ZX_GET, path), 200, HEAD("h", "5", "4", "0.1"),
		       "{}");
		pass(d, 1100);
	}
	pass(d, 600000);
	pass(d, 600000);
	assert_int_equal(stats(d)->buckets, 0);
	assert_true(f.live_blocks < 1024 + 30);
	zx_rest_free(d->r);
	fail_alloc_check(&f);
	free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(RL_01__two_routes_with_one_hash_share_a_queue),
		cmocka_unit_test(
			RL_01__waiting_requests_move_along_when_routes_merge),
		cmocka_unit_test(
			RL_01__a_lane_whose_hash_changes_leaves_the_others),
		cmocka_unit_test(
			RL_01__a_known_template_joins_its_bucket_at_once),
		cmocka_unit_test(
			RL_02__same_hash_other_channel_is_another_bucket),
		cmocka_unit_test(RL_02__another_method_waits_for_nothing),
		cmocka_unit_test(RL_01__what_is_under_way_moves_along_too),
		cmocka_unit_test(RL_01__a_wait_moves_along_too),
		cmocka_unit_test(RL_01__known_templates_are_bounded),
	};

	return cmocka_run_group_tests_name("rest/merge", tests, NULL, NULL);
}
