/* SPDX-License-Identifier: MIT
 *
 * memory: every allocation may fail; nothing crashes, leaks or stays behind.
 */
#include "zoo.h"

/* Feeds one payload; returns the first error. */
static int one(struct desk *d, size_t i)
{
	char json[2048];

	zoo_json(d, i, json, sizeof(json));
	return desk_feed(d, zoo_payloads[i].event, json);
}

static int scenario(const struct zx_alloc *a, void *ud)
{
	const size_t *which = ud;
	struct desk d;
	int err = desk_begin(&d, a, zoo, ZOO_COUNT);

	if (!err)
		err = zx_commands_sync(d.c, d.now);
	if (!err)
		err = desk_pump(&d);
	if (!err && d.count)
		err = desk_result(&d, 0, 200, 0, "[{\"type\":2}]");
	if (!err)
		err = one(&d, 1); /* opens a panel */
	if (!err)
		err = one(&d, 8); /* and a form */
	if (!err) {
		desk_ok_all(&d);
		err = one(&d, *which);
	}
	if (!err) {
		desk_ok_all(&d);
		err = desk_wait(&d, 130000);
	}
	if (!err)
		desk_ok_all(&d);
	desk_end(&d);
	return err;
}

static void memory__every_allocation_may_fail(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ZOO_PAYLOADS; i++)
		assert_true(fail_alloc_each_lenient(scenario, &i) > 20);
}

static int begin_only(const struct zx_alloc *a, void *ud)
{
	struct desk d;
	int err = desk_begin(&d, a, zoo, ZOO_COUNT);

	(void)ud;
	if (!err)
		err = zx_commands_sync(d.c, d.now);
	desk_end(&d);
	return err;
}

static void memory__making_the_machine_says_when_it_is_out(void **state)
{
	(void)state;
	fail_alloc_each(begin_only, NULL);
}

static void memory__a_send_waits_until_there_is_memory(void **state)
{
	struct fail_alloc a;
	struct desk d;

	(void)state;
	fail_alloc_init(&a);
	assert_err(desk_begin(&d, &a.alloc, zoo, ZOO_COUNT), ZX_OK);
	assert_err(zx_commands_sync(d.c, d.now), ZX_OK);
	fail_alloc_from(&a, 1);
	assert_err(desk_pump(&d), ZX_E_NOMEM);
	assert_int_equal(d.count, 0);
	fail_alloc_from(&a, 0);
	assert_int_equal(desk_pump(&d), 0);
	assert_int_equal(d.count, 1);
	desk_end(&d);
	fail_alloc_check(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory__every_allocation_may_fail),
		cmocka_unit_test(
			memory__making_the_machine_says_when_it_is_out),
		cmocka_unit_test(memory__a_send_waits_until_there_is_memory),
	};

	return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
