/* SPDX-License-Identifier: MIT
 *
 * The shard monitor in a bot against the sandbox: trouble with shards shows on
 * every surface and is told once.
 */
#include "bot/monitor.h"

/* Commands */

static void monitor__the_dashboard_has_four_tabs(void **state)
{
	struct run *r = up();

	(void)state;
	slash(r, "shardmonitor", NULL, "📊 Shard Monitor — Overview");
	want(r, "**Monitoring 1 shard(s)**");
	want(r, "**Total Guilds:** 3");
	press(r, "health", NULL, "🟢 Healthy — All systems operational");
	press(r, "latency", NULL, "📡 Shard Monitor — Latency Details");
	press(r, "events", NULL, "📈 Shard Monitor — Event Activity");
	want(r, "Connects: 1");
	press(r, "refresh", NULL, "📈 Shard Monitor — Event Activity");
	press(r, "overview", NULL, "📋 Shard Details");
	slash(r, "sharddetails", "{\"shard_id\":0}",
	      "🟢 Shard 0 — Detailed Metrics");
	want(r, "Identifies: 1");
	want(r, "`GUILD_CREATE` 3");
	slash(r, "shardhealth", NULL, "Requested by");
	down(r);
}

static void M23__a_reset_asks_and_is_logged(void **state)
{
	struct run *r = up();

	(void)state;
	WAIT_FOR(measured(r, "zoryx_shard_connects_total{shard=\"0\"} 1"));
	slash(r, "shardreset", NULL, "Reset All Shard Metrics?");
	assert_true(measured(r, "zoryx_shard_connects_total{shard=\"0\"} 1"));
	slash(r, "shardreset", NULL, "1 shard(s)");
	press(r, "cancel", NULL, "Nothing Was Reset");
	assert_true(measured(r, "zoryx_shard_connects_total{shard=\"0\"} 1"));
	slash(r, "shardreset", "{\"shard_id\":-1}", "cannot be undone");
	press(r, "reset", NULL, "Reset metrics for 1 shard(s)");
	assert_true(measured(r, "zoryx_shard_connects_total{shard=\"0\"} 0"));
	assert_true(measured(r, "zoryx_shard_up{shard=\"0\"} 1"));
	assert_true(logged(r, "metrics of shard 0 reset by"));
	slash(r, "shardreset", "{\"shard_id\":0}",
	      "All metrics for shard 0 have been reset");
	slash(r, "shardreset", "{\"shard_id\":9}", "Shard 9 does not exist");
	want(r, "Valid shards: 0");
	down(r);
}

static void M18__strangers_are_refused_without_asking_discord(void **state)
{
	struct run *r = up();
	uint64_t member = zx_sandbox_user(r->box, ZX_SANDBOX_MEMBER);

	(void)state;
	assert_err(zx_sandbox_expect(r->box, "GET /applications/@me", WAIT_MS,
				     NULL),
		   ZX_OK);
	assert_err(zx_sandbox_say(r->box, member, 0, "!shardhealth", NULL),
		   ZX_OK);
	says(r, "Permission Denied");
	assert_err(
		zx_sandbox_expect(r->box, "GET /applications/@me", 100, NULL),
		ZX_E_TIMEOUT);
	assert_err(zx_sandbox_expect(r->box, "GET /oauth2/*", 1, NULL),
		   ZX_E_TIMEOUT);
	down(r);
}

static void M16__what_is_counted_is_of_people_and_was_done(void **state)
{
	struct run *r = up();
	uint64_t member = zx_sandbox_user(r->box, ZX_SANDBOX_MEMBER);

	(void)state;
	zx_sandbox_say(r->box, member, 0, "hello", NULL);
	zx_sandbox_say(r->box, member, 0, "!shardhealth", NULL);
	says(r, "Permission Denied"); /* refused: no command was done */
	zx_sandbox_say(r->box, member, 0, "!ping", NULL);
	says(r, "Pong");
	/* three of the member; the bot's two answers are not counted */
	WAIT_FOR(measured(r, "zoryx_shard_messages_total{shard=\"0\"} 3"));
	assert_true(measured(r, "zoryx_shard_commands_total{shard=\"0\"} 1"));
	down(r);
}

static void monitor__joins_and_leaves_are_counted_outages_not(void **state)
{
	struct run *r = up();
	char json[128];

	(void)state;
	assert_true(
		measured(r, "zoryx_shard_guilds_joined_total{shard=\"0\"} 0"));
	zx_sandbox_inject(r->box, 0, "GUILD_CREATE",
			  "{\"id\":\"1234567890123\",\"name\":\"New\","
			  "\"member_count\":5,\"roles\":[]}");
	WAIT_FOR(measured(r, "zoryx_shard_guilds_joined_total{shard=\"0\"} 1"));
	zx_sandbox_inject(r->box, 0, "GUILD_DELETE",
			  "{\"id\":\"1234567890123\"}");
	WAIT_FOR(measured(r, "zoryx_shard_guilds_left_total{shard=\"0\"} 1"));
	snprintf(json, sizeof(json), "{\"id\":\"%llu\",\"unavailable\":true}",
		 (unsigned long long)zx_sandbox_guild(r->box, 0));
	zx_sandbox_inject(r->box, 0, "GUILD_DELETE", json);
	WAIT_FOR(measured(r, "zoryx_guilds_unavailable 1"));
	assert_true(
		measured(r, "zoryx_shard_guilds_left_total{shard=\"0\"} 1"));
	down(r);
}

/* Alerts */

static void M09__a_threshold_alone_changes_the_threshold(void **state)
{
	struct run *r = up();

	(void)state;
	slash(r, "shardalerts", NULL, "none, alerts are off");
	alerts_to(r, general(r, 0), ",\"threshold\":4");
	slash(r, "shardalerts", "{\"threshold\":5}", "5 consecutive failures");
	want(r, "<#");
	slash(r, "shardalerts", "{\"threshold\":99}",
	      "20 consecutive failures"); /* M10 */
	slash(r, "shardalerts", "{\"threshold\":-3}", "1 consecutive failures");
	slash(r, "shardalerts", NULL, "**Alert Channel:** <#");
	press(r, "disable", NULL, "Shard Alerts Disabled");
	slash(r, "shardalerts", NULL, "none, alerts are off");
	down(r);
}

/* Where even the bot has no access. */
static uint64_t hidden(struct run *r)
{
	return zx_sandbox_channel(r->box, zx_sandbox_guild(r->box, 0),
				  "owners-only");
}

static void monitor__a_channel_it_cannot_write_to_is_said_at_once(void **state)
{
	struct run *r = up();
	char args[64];

	(void)state;
	alerts_to(r, general(r, 0), "");
	snprintf(args, sizeof(args), "{\"channel\":\"%llu\"}",
		 (unsigned long long)hidden(r));
	slash(r, "shardalerts", args, "Cannot Write There");
	want(r, "Missing Access");
	want(r, "Nothing was changed");
	snprintf(args, sizeof(args), "<#%llu>",
		 (unsigned long long)general(r, 0));
	slash(r, "shardalerts", NULL, args);
	down(r);
}

static void M03__failures_make_the_tiers_on_every_surface(void **state)
{
	struct run *r = up();

	(void)state;
	fail_answers(r, 0, 3);
	WAIT_FOR(measured(r, "zoryx_shard_health{shard=\"0\"} 1"));
	assert_true(
		measured(r, "zoryx_shard_consecutive_failures{shard=\"0\"} 3"));
	slash(r, "sharddetails", "{\"shard_id\":0}",
	      "Health: 3 consecutive failures");
	want(r, "🟡");
	want(r, "REST: an attempt failed (a later one succeeded)");
	slash(r, "shardhealth", NULL, "Shard 0: 3 consecutive failures");
	slash(r, "shardmonitor", NULL, "🟡 S0");
	fail_answers(r, 0, 2);
	WAIT_FOR(measured(r, "zoryx_shard_health{shard=\"0\"} 2"));
	assert_true(
		measured(r, "zoryx_shard_consecutive_failures{shard=\"0\"} 5"));
	slash(r, "shardalerts", NULL, "**Open Incidents:** 1");
	down(r);
}

static void
monitor__a_shard_that_is_down_is_critical_and_told_once(void **state)
{
	struct run *r = fresh();
	uint64_t here;

	(void)state;
	r->bo.shard_count = 2;
	r->so.guilds = 12;
	box_up(r);
	bot_up(r);
	here = channel_on(r, 0, 2);
	alerts_to(r, here, "");
	fault(r, "{\"fault\":\"upgrade_503\",\"times\":0}");
	fault(r, "{\"fault\":\"drop\",\"shard\":1}");
	WAIT_FOR(measured(r, "zoryx_shard_health{shard=\"1\"} 2"));
	assert_true(measured(r, "zoryx_shard_up{shard=\"1\"} 0"));
	assert_true(measured(r, "zoryx_shard_health{shard=\"0\"} 0"));
	assert_true(fetched(r, "/readyz", "1 of 2 shards are ready"));
	assert_true(fetched(r, "/readyz", "HTTP/1.1 503"));
	assert_true(fetched(r, "/healthz", "HTTP/1.1 200"));
	says(r, "🔴 Shard 1");
	want(r, "Currently disconnected");
	slash_in(r, here, "shardhealth", NULL,
		 "Shard 1: Currently disconnected");
	slash_in(r, here, "sharddetails", "{\"shard_id\":1}", "🔴 Shard 1");
	want(r, "Last Disconnect");
	slash_in(r, here, "shardmonitor", NULL, "🔴 S1");
	silent(r);
	down(r);
}

static void monitor__a_frozen_shard_is_noticed(void **state)
{
	struct run *r = fresh();

	(void)state;
	r->so.heartbeat_ms = 400;
	box_up(r);
	bot_up(r);
	alerts_to(r, general(r, 0), "");
	fault(r, "{\"fault\":\"no_acks\"}");
	says(r, "Shard Health Alert");
	WAIT_FOR(measured(r, "zoryx_shard_zombies_total{shard=\"0\"} 1"));
	WAIT_FOR(measured(r, "zoryx_shard_resumes_total{shard=\"0\"} 1"));
	assert_false(
		measured(r, "zoryx_shard_missed_acks_total{shard=\"0\"} 0"));
	assert_true(
		measured(r, "zoryx_shard_disconnects_total{shard=\"0\"} 1"));
	/* back, but not for a minute yet (M17: no failures any more) */
	WAIT_FOR(measured(r, "zoryx_shard_health{shard=\"0\"} 1"));
	assert_true(
		measured(r, "zoryx_shard_consecutive_failures{shard=\"0\"} 0"));
	slash(r, "shardhealth", NULL, "Shard 0: Recently disconnected");
	down(r);
}

static void M21__close_codes_and_refused_sessions_are_failures(void **state)
{
	struct run *r = up();

	(void)state;
	fault(r, "{\"fault\":\"close\",\"code\":4000}");
	WAIT_FOR(measured(r, "zoryx_shard_resumes_total{shard=\"0\"} 1"));
	slash(r, "sharddetails", "{\"shard_id\":0}", "Closed with: 4000 ×1");
	want(r, "Closed with 4000: the server has an unknown error");
	fault(r, "{\"fault\":\"op9\",\"resumable\":true}");
	WAIT_FOR(measured(r, "zoryx_shard_resumes_total{shard=\"0\"} 2"));
	assert_true(measured(
		r, "zoryx_shard_invalid_sessions_total{shard=\"0\"} 1"));
	assert_true(measured(r, "zoryx_shard_errors_total{shard=\"0\"} 2"));
	assert_true(fetched(r, "/metrics", "code=\"4000\"} 1"));
	assert_true(fetched(r, "/metrics", "type=\"GUILD_CREATE\"} 3"));
	down(r);
}

static void M07__what_cannot_be_sent_is_kept(void **state)
{
	struct run *r = fresh();

	(void)state;
	r->bo.shard_count = 2;
	r->so.guilds = 12;
	box_up(r);
	bot_up(r);
	alerts_to(r, channel_on(r, 0, 2), "");
	fault(r, "{\"fault\":\"rest_error\",\"status\":403,\"code\":50013,"
		 "\"message\":\"Missing Permissions\",\"times\":2,"
		 "\"route\":\"" SEND "\"}");
	fault(r, "{\"fault\":\"upgrade_503\",\"times\":0}");
	fault(r, "{\"fault\":\"drop\",\"shard\":1}");
	says(r, "🔴 Shard 1");
	WAIT_FOR(logged(r, "could not be sent and is kept: "));
	says(r, "🔴 Shard 1");
	says(r, "🔴 Shard 1"); /* this one is taken */
	WAIT_FOR(measured(r, "zoryx_alerts_waiting 0"));
	silent(r);
	down(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(monitor__the_dashboard_has_four_tabs),
		cmocka_unit_test(M23__a_reset_asks_and_is_logged),
		cmocka_unit_test(
			M18__strangers_are_refused_without_asking_discord),
		cmocka_unit_test(
			M16__what_is_counted_is_of_people_and_was_done),
		cmocka_unit_test(
			monitor__joins_and_leaves_are_counted_outages_not),
		cmocka_unit_test(M09__a_threshold_alone_changes_the_threshold),
		cmocka_unit_test(
			monitor__a_channel_it_cannot_write_to_is_said_at_once),
		cmocka_unit_test(M03__failures_make_the_tiers_on_every_surface),
		cmocka_unit_test(
			monitor__a_shard_that_is_down_is_critical_and_told_once),
		cmocka_unit_test(monitor__a_frozen_shard_is_noticed),
		cmocka_unit_test(
			M21__close_codes_and_refused_sessions_are_failures),
		cmocka_unit_test(M07__what_cannot_be_sent_is_kept),
	};

	return cmocka_run_group_tests_name("bot/monitor", tests, NULL, NULL);
}
