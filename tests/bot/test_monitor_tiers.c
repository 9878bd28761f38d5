/* SPDX-License-Identifier: MIT
 *
 * Each trouble a shard can have makes the same tier on every surface, one alert
 * and one recovery: shard 1 of two is the one in trouble, and in a guild of
 * shard 0 people ask and read. How soon is shown in virtual time, in
 * cogs/test_monitor_health.
 */
#include "bot/monitor.h"

/* Quick, but what is told must be settled: a heartbeat that waits for its ACK
 * goes through the warning on its way to critical. */
static const struct zx_monitor_options settled = {
	.size = sizeof(settled),
	.collect_ms = 20,
	.health_ms = 50,
	.save_ms = 500,
	.recent_ms = 300,
	.forgive_ms = 8000,
	.retry_ms = 50,
	.pending_ms = 3000,
	.resolve_ms = 500,
	.group_ms = 1,
};

struct trouble {
	uint32_t heartbeat_ms;
	const char *fault; /* NULL: failures */
	int failures;
	int is_held; /* no new connection until all is well again */
	enum zx_tier tier;
	const char *reason; /* how it begins */
};

static void begin(struct run *r, const struct trouble *t)
{
	if (t->is_held)
		fault(r, "{\"fault\":\"upgrade_503\",\"times\":0}");
	if (t->fault)
		fault(r, t->fault);
	else
		fail_answers(r, channel_on(r, 1, 2), t->failures);
}

static void told(struct run *r, const struct trouble *t)
{
	char line[128];

	says(r, "Shard Health Alert");
	snprintf(line, sizeof(line), "\"%s Shard 1\"", zx_tier_emoji(t->tier));
	want(r, line);
	want(r, t->reason);
	want(r, "1 shard(s) reporting issues");
	snprintf(line, sizeof(line), "\"color\":%d",
		 t->tier == ZX_CRITICAL ? 16711680 : 16750848);
	want(r, line);
}

/* Prometheus, both pages of the dashboard, and the details. */
static void shown(struct run *r, uint64_t here, const struct trouble *t)
{
	const char *emoji = zx_tier_emoji(t->tier);
	char line[128];

	assert_true(measured(r, "zoryx_shard_health{shard=\"0\"} 0"));
	snprintf(line, sizeof(line), "zoryx_shard_health{shard=\"1\"} %d",
		 (int)t->tier);
	assert_true(measured(r, line));
	snprintf(line, sizeof(line), "Shard 1: %s", t->reason);
	slash_in(r, here, "shardhealth", NULL, line);
	want(r, emoji);
	snprintf(line, sizeof(line), "%s Shard 1", emoji);
	slash_in(r, here, "sharddetails", "{\"shard_id\":1}", line);
	snprintf(line, sizeof(line), "Health: %s", t->reason);
	want(r, line);
	snprintf(line, sizeof(line), "%s S1", emoji);
	slash_in(r, here, "shardmonitor", NULL, line);
	want(r, "🟢 S0");
}

static void goes_through(const struct trouble *t)
{
	struct run *r = fresh();
	uint64_t here;

	tuning = &settled;
	r->bo.shard_count = 2;
	r->so.guilds = 12;
	r->so.heartbeat_ms = t->heartbeat_ms;
	box_up(r);
	bot_up(r);
	here = channel_on(r, 0, 2);
	alerts_to(r, here, "");
	begin(r, t);
	told(r, t);
	shown(r, here, t);
	silent(r);
	heal(r);
	fault(r, "{\"fault\":\"slow_acks\",\"ms\":0}");
	says(r, "Shard Health Recovered");
	want(r, "🟢 Shard 1");
	want(r, "1 shard(s) healthy again");
	assert_true(measured(r, "zoryx_shard_health{shard=\"1\"} 0"));
	silent(r);
	down(r);
}

static void tiers__a_connection_that_is_cut_is_critical(void **state)
{
	(void)state;
	goes_through(&(struct trouble){
		.fault = "{\"fault\":\"drop\",\"shard\":1}",
		.is_held = 1,
		.tier = ZX_CRITICAL,
		.reason = "Currently disconnected",
	});
}

/* Its heartbeats wait in vain, then it is given up. */
static void tiers__a_frozen_shard_is_critical(void **state)
{
	(void)state;
	goes_through(&(struct trouble){
		.heartbeat_ms = 2500,
		.fault = "{\"fault\":\"no_acks\",\"shard\":1}",
		.is_held = 1,
		.tier = ZX_CRITICAL,
		.reason = "Currently disconnected",
	});
}

static void tiers__slow_to_1500_ms_is_a_warning(void **state)
{
	(void)state;
	goes_through(&(struct trouble){
		.heartbeat_ms = 1800,
		.fault = "{\"fault\":\"slow_acks\",\"shard\":1,\"ms\":1500}",
		.tier = ZX_WARNING,
		.reason = "High latency: 15",
	});
}

static void tiers__slow_to_2500_ms_is_critical(void **state)
{
	(void)state;
	goes_through(&(struct trouble){
		.heartbeat_ms = 2800,
		.fault = "{\"fault\":\"slow_acks\",\"shard\":1,\"ms\":2500}",
		.tier = ZX_CRITICAL,
		.reason = "High latency: 25",
	});
}

static void tiers__3_failures_are_a_warning(void **state)
{
	(void)state;
	goes_through(&(struct trouble){
		.heartbeat_ms = 1000,
		.failures = 3,
		.tier = ZX_WARNING,
		.reason = "3 consecutive failures",
	});
}

static void tiers__5_failures_are_critical(void **state)
{
	(void)state;
	goes_through(&(struct trouble){
		.heartbeat_ms = 1000,
		.failures = 5,
		.tier = ZX_CRITICAL,
		.reason = "5 consecutive failures",
	});
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tiers__a_connection_that_is_cut_is_critical),
		cmocka_unit_test(tiers__a_frozen_shard_is_critical),
		cmocka_unit_test(tiers__slow_to_1500_ms_is_a_warning),
		cmocka_unit_test(tiers__slow_to_2500_ms_is_critical),
		cmocka_unit_test(tiers__3_failures_are_a_warning),
		cmocka_unit_test(tiers__5_failures_are_critical),
	};

	return cmocka_run_group_tests_name("bot/monitor_tiers", tests, NULL,
					   NULL);
}
