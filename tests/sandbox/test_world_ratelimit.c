/* SPDX-License-Identifier: MIT
 *
 * sandbox: rate limits and the faults of the REST side, in virtual time.
 */
#include "sandbox/world.h"

static struct test t;

static int setup(void **state)
{
	(void)state;
	test_open(&t, NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	test_end(&t);
	return 0;
}

static int post(uint64_t channel)
{
	return rest(&t, "{'content':'x'}",
		    "POST /channels/%" PRIu64 "/messages", channel);
}

static int fault(const char *json)
{
	return rest(&t, json, "POST /sandbox/faults");
}

static double retry_after(void)
{
	const cJSON *v = at(t.reply, "retry_after");

	return cJSON_IsNumber(v) ? v->valuedouble : -1;
}

static void RL_01__the_headers_count_down(void **state)
{
	(void)state;
	assert_int_equal(post(t.general), 200);
	assert_str(header(&t, "X-RateLimit-Limit"), "5");
	assert_str(header(&t, "X-RateLimit-Remaining"), "4");
	assert_str(header(&t, "X-RateLimit-Reset-After"), "5.000");
	assert_str(header(&t, "X-RateLimit-Reset"), "1790001005.000");
	assert_int_equal(header(&t, "X-RateLimit-Bucket").len, 32);
	t.wire.now += 1234;
	post(t.general);
	assert_str(header(&t, "X-RateLimit-Remaining"), "3");
	assert_str(header(&t, "X-RateLimit-Reset-After"), "3.766");
}

static void RL_02__a_hash_is_shared_and_a_channel_is_not(void **state)
{
	char hash[40];
	uint64_t other = zx__world_channel(t.w, t.guild, "off-topic");

	(void)state;
	post(t.general);
	snprintf(hash, sizeof(hash), "%.*s",
		 ZX_ARG(header(&t, "X-RateLimit-Bucket")));
	post(other);
	assert_str(header(&t, "X-RateLimit-Bucket"), hash);
	assert_str(header(&t, "X-RateLimit-Remaining"), "4");
	rest(&t, NULL, "GET /channels/%" PRIu64 "/messages", t.general);
	assert_false(zx_str_is(header(&t, "X-RateLimit-Bucket"), hash));
}

static void RL_05__the_sixth_is_a_429_with_a_float(void **state)
{
	(void)state;
	for (int i = 0; i < 5; i++)
		assert_int_equal(post(t.general), 200);
	t.wire.now += 500;
	assert_int_equal(post(t.general), 429);
	assert_true(retry_after() == 4.5);
	assert_true(cJSON_IsFalse(at(t.reply, "global")));
	assert_str(header(&t, "Retry-After"), "5");
	assert_str(header(&t, "X-RateLimit-Scope"), "user");
	assert_str(header(&t, "X-RateLimit-Remaining"), "0");
	assert_int_equal(t.wire.violations, 0);
	t.wire.now += 4500;
	assert_int_equal(post(t.general), 200);
	assert_int_equal(t.wire.violations, 0);
}

static void RL_05__sending_on_in_spite_of_it_is_a_violation(void **state)
{
	(void)state;
	for (int i = 0; i < 6; i++)
		post(t.general);
	post(t.general); /* could have been on its way */
	assert_int_equal(t.wire.violations, 0);
	t.wire.now += 100;
	post(t.general);
	assert_int_equal(t.wire.violations, 1);
	assert_non_null(strstr(t.wire.violation, "before the end"));
}

static void RL_09__50_requests_a_second_in_all(void **state)
{
	char path[200];
	uint64_t id;

	(void)state;
	for (int i = 0; i < 50; i++) {
		/* another bucket each */
		snprintf(path, sizeof(path), "GET /channels/%d", 1000 + i);
		assert_int_equal(rest(&t, NULL, "%s", path), 404);
	}
	rest(&t, NULL, "GET /users/@me");
	assert_int_equal(t.status, 429);
	assert_true(cJSON_IsTrue(at(t.reply, "global")));
	assert_str(header(&t, "X-RateLimit-Global"), "true");
	assert_str(header(&t, "X-RateLimit-Scope"), "global");
	t.wire.now += 1000;
	rest(&t, "{'name':'ping','description':'d'}",
	     "POST /applications/%" PRIu64 "/commands", t.bot);
	assert_int_equal(t.status, 201);
	for (int i = 0; i < 60; i++) {
		snprintf(path, sizeof(path), "GET /channels/%d", 2000 + i);
		rest(&t, NULL, "%s", path);
	}
	assert_int_equal(t.status, 429);
	assert_err(zx__world_slash(t.w, 0, 0, "ping", NULL, &id), ZX_OK);
	rest(&t, "{'type':4,'data':{'content':'x'}}",
	     "POST /interactions/%" PRIu64 "/%s/callback", id,
	     text_at(event(&t, "INTERACTION_CREATE"), "token"));
	assert_int_equal(t.status, 204);
}

static void RL_08__a_name_changes_twice_in_ten_minutes(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		rest(&t, i ? "{'name':'b'}" : "{'name':'a'}",
		     "PATCH /channels/%" PRIu64, t.general);
		assert_int_equal(t.status, 200);
	}
	rest(&t, "{'name':'c'}", "PATCH /channels/%" PRIu64, t.general);
	assert_int_equal(t.status, 429);
	assert_true(retry_after() == 600.0);
	assert_str(header(&t, "X-RateLimit-Scope"), "user");
	assert_str(header(&t, "X-RateLimit-Remaining"), "7");
	rest(&t, "{'rate_limit_per_user':5}", "PATCH /channels/%" PRIu64,
	     t.general);
	assert_int_equal(t.status, 200);
}

static void RL_11__invalid_requests_close_the_door(void **state)
{
	(void)state;
	t.auth = "Bot wrong";
	for (int i = 0; i < 10000; i++)
		rest(&t, NULL, "GET /users/@me");
	assert_int_equal(t.status, 401);
	assert_non_null(strstr(t.wire.violation, "10,000 invalid"));
	t.auth = t.auth_buf;
	rest(&t, NULL, "GET /users/@me");
	assert_int_equal(t.status, 429);
	assert_null(t.reply); /* a page, no JSON */
	assert_int_equal(header(&t, "Retry-After").len > 0, 1);
	t.wire.now += 600000;
	assert_int_equal(rest(&t, NULL, "GET /users/@me"), 200);
}

static void RL_11__shared_429s_are_not_counted(void **state)
{
	static const double wait =
		1336.57; /* a double, whatever is computed in */
	struct zx_sandbox_stats stats;

	(void)state;
	fault("{'fault':'rest_429','scope':'shared','retry_after':1336.57}");
	post(t.general);
	assert_int_equal(t.status, 429);
	assert_true(retry_after() == wait);
	assert_str(header(&t, "X-RateLimit-Scope"), "shared");
	zx__world_stats(t.w, &stats);
	assert_int_equal(stats.invalid_requests, 0);
	assert_int_equal(stats.rate_limited, 1);
}

static void world_ratelimit__none_when_switched_off(void **state)
{
	struct zx_sandbox_options o = ZX_SANDBOX_OPTIONS_INIT;

	(void)state;
	test_end(&t);
	o.no_rate_limits = 1;
	test_open(&t, &o);
	for (int i = 0; i < 100; i++)
		assert_int_equal(post(t.general), 200);
	assert_int_equal(header(&t, "X-RateLimit-Limit").len, 0);
}

/* Faults ------------------------------------------------------------------ */

static void world_fault__a_429_of_each_scope(void **state)
{
	(void)state;
	assert_int_equal(
		fault("{'fault':'rest_429','route':'POST /channels/{id}/"
		      "messages','scope':'user','retry_after':0.25,'times':2,"
		      "'header':7}"),
		204);
	assert_int_equal(rest(&t, NULL, "GET /users/@me"), 200);
	assert_int_equal(post(t.general), 429);
	assert_true(retry_after() == 0.25);
	assert_str(header(&t, "Retry-After"), "7");
	t.wire.now += 250;
	assert_int_equal(post(t.general), 429);
	t.wire.now += 250;
	assert_int_equal(post(t.general), 200);
	assert_int_equal(t.wire.violations, 0);
	fault("{'fault':'rest_429','scope':'global','retry_after':2}");
	assert_int_equal(post(t.general), 429);
	assert_true(cJSON_IsTrue(at(t.reply, "global")));
	t.wire.now += 1000;
	assert_int_equal(rest(&t, NULL, "GET /users/@me"), 200);
	assert_int_equal(t.wire.violations, 1);
}

static void world_fault__errors_of_servers_and_proxies(void **state)
{
	(void)state;
	fault("{'fault':'rest_500'}");
	assert_int_equal(post(t.general), 500);
	fault("{'fault':'rest_502'}");
	assert_int_equal(post(t.general), 502);
	assert_null(t.reply);
	assert_non_null(strstr(zx_buf_cstr(&t.raw), "<html>"));
	fault("{'fault':'rest_html_403'}");
	assert_int_equal(post(t.general), 403);
	assert_null(t.reply);
	fault("{'fault':'rest_html_429','retry_after':90}");
	assert_int_equal(post(t.general), 429);
	assert_str(header(&t, "Retry-After"), "90");
	fault("{'fault':'rest_401'}");
	assert_int_equal(post(t.general), 401);
	fault("{'fault':'rest_error','status':403,'code':50013,"
	      "'message':'No'}");
	post(t.general);
	assert_code(&t, 403, 50013);
	fault("{'fault':'rest_malformed'}");
	assert_int_equal(post(t.general), 200);
	assert_null(t.reply);
	assert_int_equal(post(t.general), 200);
	assert_non_null(t.reply);
}

static void world_fault__drops_before_and_after_acting(void **state)
{
	(void)state;
	fault("{'fault':'rest_drop'}");
	post(t.general);
	assert_int_equal(t.drop, 1);
	assert_null(event(&t, "MESSAGE_CREATE"));
	fault("{'fault':'rest_drop','when':'after'}");
	post(t.general);
	assert_int_equal(t.drop, 1);
	assert_non_null(event(&t, "MESSAGE_CREATE"));
	post(t.general);
	assert_int_equal(t.drop, 0);
}

static void world_fault__a_slow_answer_is_a_right_one(void **state)
{
	(void)state;
	fault("{'fault':'rest_slow','ms':4000,'times':0}");
	for (int i = 0; i < 3; i++) {
		assert_int_equal(rest(&t, NULL, "GET /users/@me"), 200);
		assert_int_equal(t.delay, 4000);
	}
	assert_int_equal(rest(&t, NULL, "DELETE /sandbox/faults"), 204);
	rest(&t, NULL, "GET /users/@me");
	assert_int_equal(t.delay, 0);
}

static void world_fault__armed_ones_are_listed(void **state)
{
	(void)state;
	fault("{'fault':'rest_500','times':3}");
	rest(&t, NULL, "GET /sandbox/state");
	assert_int_equal(number_at(t.reply, "faults.0.times"), 3);
	assert_non_null(live(&t, "FAULTS"));
	post(t.general);
	rest(&t, NULL, "GET /sandbox/state");
	assert_int_equal(number_at(t.reply, "faults.0.times"), 2);
	assert_int_equal(fault("{'fault':'nothing'}"), 400);
	assert_int_equal(fault("{'fault':'op7'}"), 204); /* the wire's */
	assert_int_equal(fault("{}"), 400);
	assert_err(zx__world_fault(t.w, "not json"), ZX_E_INVALID);
	assert_err(zx__world_fault(t.w, "{\"fault\":\"rest_500\"}"), ZX_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(RL_01__the_headers_count_down),
		TEST(RL_02__a_hash_is_shared_and_a_channel_is_not),
		TEST(RL_05__the_sixth_is_a_429_with_a_float),
		TEST(RL_05__sending_on_in_spite_of_it_is_a_violation),
		TEST(RL_08__a_name_changes_twice_in_ten_minutes),
		TEST(RL_09__50_requests_a_second_in_all),
		TEST(RL_11__invalid_requests_close_the_door),
		TEST(RL_11__shared_429s_are_not_counted),
		TEST(world_ratelimit__none_when_switched_off),
		TEST(world_fault__a_429_of_each_scope),
		TEST(world_fault__errors_of_servers_and_proxies),
		TEST(world_fault__drops_before_and_after_acting),
		TEST(world_fault__a_slow_answer_is_a_right_one),
		TEST(world_fault__armed_ones_are_listed),
	};

	return cmocka_run_group_tests_name("world_ratelimit", tests, NULL,
					   NULL);
}
