/* SPDX-License-Identifier: MIT
 *
 * sandbox: without a network: requests in the caller's thread, virtual time,
 * the kinds of servers, who sees what.
 */
#include "helper/zx_test.h"
#include "sandbox/offline.h"

static struct off t;

static int setup(void **state)
{
	(void)state;
	off_open(&t, "plain,empty,everything,bare,unboosted", NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	off_close(&t);
	return 0;
}

static void offline__a_request_is_answered_at_once(void **state)
{
	(void)state;
	assert_int_equal(off(&t, NULL, "GET /users/@me"), 200);
	assert_true(id_in(t.reply, "id") ==
		    zx_sandbox_user(t.box, ZX_SANDBOX_BOT));
	assert_non_null(strstr(zx_buf_cstr(&t.r.headers),
			       "X-RateLimit-Remaining: 9\r\n"));
}

static void offline__time_moves_only_when_told(void **state)
{
	uint64_t now = zx_sandbox_now(t.box);
	int64_t wall = zx_sandbox_wall(t.box);

	(void)state;
	assert_true(wall == INT64_C(1789997600000));
	for (int i = 0; i < 10; i++)
		assert_int_equal(off(&t, NULL, "GET /users/@me"), 200);
	assert_int_equal(off(&t, NULL, "GET /users/@me"), 429);
	assert_true(zx_sandbox_now(t.box) == now);
	zx_sandbox_advance(t.box, 10000);
	assert_int_equal(off(&t, NULL, "GET /users/@me"), 200);
	assert_true(zx_sandbox_wall(t.box) == wall + 10000);
}

static void offline__the_same_calls_give_the_same_bytes(void **state)
{
	struct off other;

	(void)state;
	off_open(&other, "plain,empty,everything", NULL);
	off(&t, NULL, "GET /guilds/%" PRIu64 "/channels", t.guild[2]);
	off(&other, NULL, "GET /guilds/%" PRIu64 "/channels", t.guild[2]);
	assert_string_equal(zx_buf_cstr(&t.r.body), zx_buf_cstr(&other.r.body));
	off(&t, "{'name':'x'}", "POST /guilds/%" PRIu64 "/roles", t.guild[1]);
	off(&other, "{'name':'x'}", "POST /guilds/%" PRIu64 "/roles",
	    t.guild[1]);
	assert_int_equal(t.r.status, 200);
	assert_string_equal(zx_buf_cstr(&t.r.body), zx_buf_cstr(&other.r.body));
	off_close(&other);
}

static void offline__an_unknown_kind_is_refused(void **state)
{
	struct zx_sandbox_options o = ZX_SANDBOX_OPTIONS_INIT;
	struct zx_sandbox *box;

	(void)state;
	o.offline = 1;
	o.kinds = "plain,full";
	assert_err(zx_sandbox_start(&box, &o), ZX_E_INVALID);
	assert_err(zx_sandbox_seed(t.box, t.guild[1], "full"), ZX_E_INVALID);
	assert_err(zx_sandbox_seed(t.box, 5, "empty"), ZX_E_NOTFOUND);
}

static void offline__the_empty_server_has_the_bot_as_administrator(void **state)
{
	uint64_t bot = zx_sandbox_user(t.box, ZX_SANDBOX_BOT);

	(void)state;
	off(&t, NULL, "GET /guilds/%" PRIu64 "/channels", t.guild[1]);
	assert_int_equal(cJSON_GetArraySize(t.reply), 0);
	off(&t, NULL, "GET /guilds/%" PRIu64 "/roles", t.guild[1]);
	assert_int_equal(cJSON_GetArraySize(t.reply), 2);
	assert_true(zx_sandbox_permissions(t.box, t.guild[1], 0, bot) & 8);
}

static void offline__the_server_with_everything_breaks_no_rule(void **state)
{
	struct zx_sandbox_stats stats;
	struct zx_buf b;

	(void)state;
	assert_int_equal(off(&t, NULL, "GET /guilds/%" PRIu64, t.guild[2]),
			 200);
	zx_sandbox_stats(t.box, &stats);
	zx_buf_init(&b, NULL, 0);
	zx_sandbox_state(t.box, &b);
	if (stats.violations)
		print_message("%.4000s\n",
			      strstr(zx_buf_cstr(&b), "\"violations\""));
	zx_buf_release(&b);
	assert_int_equal(stats.violations, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		T(offline__a_request_is_answered_at_once),
		T(offline__time_moves_only_when_told),
		T(offline__the_same_calls_give_the_same_bytes),
		T(offline__an_unknown_kind_is_refused),
		T(offline__the_empty_server_has_the_bot_as_administrator),
		T(offline__the_server_with_everything_breaks_no_rule),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
