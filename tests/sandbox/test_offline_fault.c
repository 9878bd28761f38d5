/* SPDX-License-Identifier: MIT
 *
 * sandbox: faults of REST that a restore meets, addressed by route and by the
 * number of the request.
 */
#include "helper/zx_test.h"
#include "sandbox/offline.h"

static struct off t;

static int setup(void **state)
{
	(void)state;
	off_open(&t, "empty", NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	off_close(&t);
	return 0;
}

static void fault(const char *json)
{
	char *copy = zx_str_dup(NULL, zx_str(json));

	for (char *p = copy; *p; p++)
		if (*p == '\'')
			*p = '"';
	assert_err(zx_sandbox_fault(t.box, copy), ZX_OK);
	zx_delete(NULL, copy);
}

static int make_role(const char *name)
{
	char body[60];

	snprintf(body, sizeof(body), "{'name':'%s'}", name);
	return off(&t, body, "POST /guilds/%" PRIu64 "/roles", t.guild[0]);
}

static int roles(void)
{
	uint64_t was = t.user;
	int n;

	t.user = zx_sandbox_user(t.box, ZX_SANDBOX_ADMIN);
	off(&t, NULL, "GET /guilds/%" PRIu64 "/roles", t.guild[0]);
	t.user = was;
	n = cJSON_GetArraySize(t.reply);
	return n;
}

static void offline_fault__the_nth_request_of_a_route(void **state)
{
	(void)state;
	fault("{'fault':'rest_500','route':'POST /guilds/{id}/roles',"
	      "'nth':3}");
	assert_int_equal(make_role("a"), 200);
	assert_int_equal(off(&t, NULL, "GET /users/@me"), 200);
	assert_int_equal(make_role("b"), 200);
	assert_int_equal(make_role("c"), 500);
	assert_int_equal(make_role("d"), 200);
	assert_int_equal(roles(), 5);
}

static void offline_fault__the_nth_request_of_all(void **state)
{
	(void)state;
	fault("{'fault':'rest_drop','nth':2}");
	assert_int_equal(off(&t, NULL, "GET /users/@me"), 200);
	assert_int_equal(make_role("a"), 0);
	assert_int_equal(t.r.body.len, 0);
	assert_int_equal(make_role("b"), 200);
	assert_int_equal(roles(), 3);
}

static void offline_fault__a_timeout_after_the_server_acted(void **state)
{
	(void)state;
	fault("{'fault':'rest_drop','when':'after','nth':2}");
	assert_int_equal(make_role("a"), 200);
	assert_int_equal(make_role("b"), 0);
	assert_int_equal(roles(), 4);
}

static void offline_fault__a_500_after_the_server_acted(void **state)
{
	(void)state;
	fault("{'fault':'rest_500','when':'after'}");
	assert_int_equal(make_role("a"), 500);
	assert_string_equal(text_at(t.reply, "message"),
			    "500: Internal Server Error");
	assert_int_equal(roles(), 3);
	fault("{'fault':'rest_malformed','when':'after'}");
	assert_int_equal(make_role("b"), 200);
	assert_null(t.reply);
	assert_int_equal(roles(), 4);
}

static void offline_fault__from_the_nth_on_a_class_is_refused(void **state)
{
	(void)state;
	fault("{'fault':'rest_error','status':403,'code':50013,'message':"
	      "'Missing Permissions','route':'POST /guilds/{id}/roles','nth':2,"
	      "'times':0}");
	assert_int_equal(make_role("a"), 200);
	for (int i = 0; i < 3; i++) {
		make_role("b");
		assert_code(&t, 403, 50013);
	}
	assert_int_equal(off(&t, "{'name':'c'}",
			     "POST /guilds/%" PRIu64 "/channels", t.guild[0]),
			 201);
}

static void offline_fault__429_of_each_scope(void **state)
{
	static const char *const scopes[] = { "user", "shared", "global" };
	char json[120], want[60];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		snprintf(json, sizeof(json),
			 "{'fault':'rest_429','scope':'%s','retry_after':2.5}",
			 scopes[i]);
		fault(json);
		assert_int_equal(make_role("a"), 429);
		snprintf(want, sizeof(want), "X-RateLimit-Scope: %s\r\n",
			 scopes[i]);
		assert_non_null(strstr(zx_buf_cstr(&t.r.headers), want));
		assert_non_null(strstr(zx_buf_cstr(&t.r.headers),
				       "Retry-After: 3\r\n"));
		zx_sandbox_advance(t.box, 2500);
	}
	assert_int_equal(make_role("a"), 200);
}

static void offline_fault__a_slow_answer_says_how_slow(void **state)
{
	(void)state;
	fault("{'fault':'rest_slow','ms':4000}");
	assert_int_equal(make_role("a"), 200);
	assert_int_equal(t.r.delay_ms, 4000);
	assert_int_equal(make_role("b"), 200);
	assert_int_equal(t.r.delay_ms, 0);
}

static void offline_fault__another_admin_deletes_in_between(void **state)
{
	(void)state;
	assert_int_equal(make_role("victim"), 200);
	fault("{'fault':'rest_meanwhile','nth':2,'route':'POST /guilds/{id}/"
	      "roles','act':{'method':'DELETE','path':'/guilds/{guild}/roles/"
	      "{role:victim}'}}");
	assert_int_equal(make_role("a"), 200);
	assert_true(off_named(&t, t.guild[0], "roles", "victim") != 0);
	assert_int_equal(make_role("b"), 200);
	assert_true(off_named(&t, t.guild[0], "roles", "victim") == 0);
	assert_true(off_named(&t, t.guild[0], "roles", "b") != 0);
}

static void offline_fault__what_was_just_made_is_deleted_at_once(void **state)
{
	(void)state;
	fault("{'fault':'rest_meanwhile','when':'after','act':{'method':"
	      "'DELETE','path':'/guilds/{guild}/roles/{role:a}'}}");
	assert_int_equal(make_role("a"), 200);
	assert_int_equal(roles(), 2);
}

static void offline_fault__an_act_whose_target_is_gone_is_nothing(void **state)
{
	struct zx_sandbox_stats stats;

	(void)state;
	fault("{'fault':'rest_meanwhile','act':{'method':'DELETE',"
	      "'path':'/channels/{channel:nowhere}'}}");
	assert_int_equal(make_role("a"), 200);
	zx_sandbox_stats(t.box, &stats);
	assert_int_equal(stats.violations, 0);
	assert_err(zx_sandbox_fault(t.box, "{\"fault\":\"rest_meanwhile\"}"),
		   ZX_E_INVALID);
}

static void offline_fault__several_count_the_same_requests(void **state)
{
	(void)state;
	fault("{'fault':'rest_500','nth':2}");
	fault("{'fault':'rest_502','nth':3}");
	fault("{'fault':'rest_drop','when':'after','nth':4}");
	assert_int_equal(make_role("a"), 200);
	assert_int_equal(make_role("b"), 500);
	assert_int_equal(make_role("c"), 502);
	assert_int_equal(make_role("d"), 0);
	assert_int_equal(make_role("e"), 200);
	assert_int_equal(roles(), 5);
}

static void offline_fault__250_roles_in_48_hours(void **state)
{
	(void)state;
	assert_int_equal(off(&t, "{'roles_left':3}",
			     "POST /sandbox/guilds/%" PRIu64 "/quota",
			     t.guild[0]),
			 204);
	for (int i = 0; i < 3; i++)
		assert_int_equal(make_role("a"), 200);
	assert_int_equal(make_role("a"), 429);
	assert_true(number_at(t.reply, "retry_after") > 170000);
	zx_sandbox_advance(t.box, UINT64_C(48) * 3600 * 1000);
	assert_int_equal(make_role("a"), 200);
	assert_int_equal(off(&t, "{'roles_left':300}",
			     "POST /sandbox/guilds/%" PRIu64 "/quota",
			     t.guild[0]),
			 400);
	assert_int_equal(
		off(&t, "{'roles_left':3}", "POST /sandbox/guilds/5/quota"),
		404);
}

static void offline_fault__50_emojis_in_an_hour(void **state)
{
	static const char body[] =
		"{'name':'em','image':'data:image/png;base64,iVBORw0KGgo='}";

	(void)state;
	assert_int_equal(off(&t, "{'emojis_left':2}",
			     "POST /sandbox/guilds/%" PRIu64 "/quota",
			     t.guild[0]),
			 204);
	for (int i = 0; i < 2; i++)
		assert_int_equal(off(&t, body,
				     "POST /guilds/%" PRIu64 "/emojis",
				     t.guild[0]),
				 201);
	assert_int_equal(
		off(&t, body, "POST /guilds/%" PRIu64 "/emojis", t.guild[0]),
		429);
	assert_non_null(strstr(zx_buf_cstr(&t.r.headers),
			       "X-RateLimit-Scope: shared\r\n"));
	assert_true(number_at(t.reply, "retry_after") > 3500);
	zx_sandbox_advance(t.box, 3600 * 1000);
	assert_int_equal(
		off(&t, body, "POST /guilds/%" PRIu64 "/emojis", t.guild[0]),
		201);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		T(offline_fault__the_nth_request_of_a_route),
		T(offline_fault__the_nth_request_of_all),
		T(offline_fault__a_timeout_after_the_server_acted),
		T(offline_fault__a_500_after_the_server_acted),
		T(offline_fault__from_the_nth_on_a_class_is_refused),
		T(offline_fault__429_of_each_scope),
		T(offline_fault__a_slow_answer_says_how_slow),
		T(offline_fault__another_admin_deletes_in_between),
		T(offline_fault__what_was_just_made_is_deleted_at_once),
		T(offline_fault__an_act_whose_target_is_gone_is_nothing),
		T(offline_fault__several_count_the_same_requests),
		T(offline_fault__250_roles_in_48_hours),
		T(offline_fault__50_emojis_in_an_hour),
#undef T
	};

	return cmocka_run_group_tests_name("offline_fault", tests, NULL, NULL);
}
