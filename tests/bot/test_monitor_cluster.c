/* SPDX-License-Identifier: MIT
 *
 * The shard monitor with some of the shards, other clusters, and after a
 * restart.
 */
#include "bot/monitor.h"

/* Clusters */

/* In a guild where the owner uses the prefix. */
static void ask(struct run *r, uint64_t channel, const char *text,
		const char *what)
{
	assert_err(zx_sandbox_say(r->box, 0, channel, text, NULL), ZX_OK);
	says(r, what);
}

static void M01__a_cluster_with_shards_3_to_5_has_no_shard_0(void **state)
{
	static const uint32_t ids[] = { 3, 4, 5 };
	struct run *r = fresh();
	uint64_t here;
	char text[64];

	(void)state;
	r->so.guilds = 24;
	r->bo.shard_count = 6;
	r->bo.shard_ids = ids;
	r->bo.shard_id_count = 3;
	box_up(r);
	bot_up(r);
	here = channel_on(r, 4, 6);
	snprintf(text, sizeof(text), "!shardalerts <#%llu>",
		 (unsigned long long)here);
	ask(r, here, text, "will be posted");
	says(r, "Shard Alerts Configured");
	assert_true(measured(r, "zoryx_shard_up{shard=\"3\"} 1"));
	assert_false(fetched(r, "/metrics", "shard=\"0\""));
	ask(r, here, "!shardmonitor", "**Monitoring 3 of 6 shard(s)** — 3-5");
	want(r, "🟢 S3: ");
	want(r, "🟢 S5: ");
	ask(r, here, "!sharddetails 0", "Shard 0 runs in another process.");
	want(r, "Valid shards: 3-5");
	silent(r); /* nothing is alerted for shard 0 */
	down(r);
}

static void M08__alerts_reach_a_channel_of_another_cluster(void **state)
{
	static const uint32_t ids[] = { 1 };
	struct run *r = fresh();
	uint64_t dm;
	char text[64];

	(void)state;
	r->so.guilds = 24;
	r->bo.shard_count = 2;
	r->bo.shard_ids = ids;
	r->bo.shard_id_count = 1;
	r->so.heartbeat_ms = 1300;
	box_up(r);
	bot_up(r);
	dm = channel_on(r, 0, 2); /* of a guild on the other shard */
	snprintf(text, sizeof(text), "!shardalerts <#%llu>",
		 (unsigned long long)dm);
	zx_sandbox_say(r->box, 0, channel_on(r, 1, 2), text, NULL);
	says(r, "will be posted");
	says(r, "Shard Alerts Configured");
	fault(r, "{\"fault\":\"slow_acks\",\"ms\":1100}");
	says(r, "🟡 Shard 1");
	down(r);
}

static size_t other_count(void *ud)
{
	(void)ud;
	return 1;
}

static const char *other_name(size_t i, void *ud)
{
	(void)i;
	(void)ud;
	return "cluster-9";
}

static size_t other_shards(size_t i, struct zx_monitor_shard *s, size_t max,
			   void *ud)
{
	uint32_t n;

	(void)i;
	(void)ud;
	for (n = 0; n < 40 && n < max; n++)
		s[n] = (struct zx_monitor_shard){ .shard = 100 + n,
						  .reason = "Healthy",
						  .current = 5,
						  .average = 5,
						  .uptime = 100 };
	return 40;
}

static const struct zx_monitor_clusters others = {
	.count = other_count,
	.name = other_name,
	.shards = other_shards,
};

static void monitor__a_selector_shows_other_clusters(void **state)
{
	struct run *r = up();

	(void)state;
	assert_err(zx_monitor_set_clusters(r->bot, &others), ZX_OK);
	slash(r, "shardmonitor", NULL, "\"label\":\"cluster-9\"");
	want(r, "Cluster: ");
	press(r, "cluster", "[\"1\"]", "🟢 S100: ");
	want(r, "Cluster: cluster-9");
	want(r, "(1-15 of 40)");
	press(r, "next", NULL, "(16-30 of 40)");
	press(r, "next", NULL, "(31-40 of 40)");
	press(r, "back", NULL, "(16-30 of 40)");
	press(r, "events", NULL, "Shard 100");
	press(r, "cluster", "[\"0\"]", "Shard 0");
	down(r);
}

/* What survives */

static void M22__shards_that_are_no_longer_ours_are_gone(void **state)
{
	struct run *r = fresh();

	(void)state;
	r->bo.shard_count = 4;
	box_up(r);
	bot_up(r);
	assert_true(measured(r, "zoryx_shard_up{shard=\"3\"} 1"));
	bot_down(r);
	r->bo.shard_count = 2;
	bot_up(r);
	assert_true(measured(r, "zoryx_shard_up{shard=\"1\"} 1"));
	assert_false(fetched(r, "/metrics", "shard=\"3\""));
	down(r);
}

static void M20__each_guild_is_counted_on_its_shard(void **state)
{
	static struct zx_monitor_shard rows[4];
	struct run *r = fresh();
	size_t i, here, want_here;

	(void)state;
	r->so.guilds = 30;
	r->bo.shard_count = 4;
	box_up(r);
	bot_up(r);
	bot_down(r);
	assert_err(make_bot(r), ZX_OK);
	assert_err(zx_bot_start(r->bot), ZX_OK);
	while (zx_monitor_shards(r->bot, rows, 4) < 4)
		assert_err(zx_bot_step(r->bot, 50), ZX_OK);
	assert_int_equal(zx_monitor_shards(r->bot, rows, 4), 4);
	for (here = 0; here < 4; here++) {
		want_here = 0;
		for (i = 0; i < 30; i++)
			want_here +=
				zx_shard_of_guild(zx_sandbox_guild(r->box, i),
						  4) == here;
		assert_int_equal(rows[here].guilds, want_here);
	}
	zx_bot_free(r->bot);
	bot_up(r);
	down(r);
}

/* A bot that starts, and ends before Discord has answered. */
static int begin_and_end(const struct zx_alloc *a, void *ud)
{
	struct zx_bot_options o = ZX_BOT_OPTIONS_INIT;
	struct zx_bot *b;
	int err;

	(void)ud;
	o.token = "abc";
	o.api_url = "http://127.0.0.1:1";
	o.alloc = a;
	err = zx_bot_new(&b, &o);
	if (!err)
		err = zx_bot_add_cog(b, zx_cog_shard_monitor());
	if (!err)
		err = zx_bot_add_cog(b, &tuner);
	if (!err)
		err = zx_bot_start(b);
	zx_bot_free(b);
	return err;
}

static void monitor__any_allocation_at_the_start_may_fail(void **state)
{
	(void)state;
	fail_alloc_each_lenient(begin_and_end, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			M01__a_cluster_with_shards_3_to_5_has_no_shard_0),
		cmocka_unit_test(
			M08__alerts_reach_a_channel_of_another_cluster),
		cmocka_unit_test(monitor__a_selector_shows_other_clusters),
		cmocka_unit_test(M22__shards_that_are_no_longer_ours_are_gone),
		cmocka_unit_test(monitor__any_allocation_at_the_start_may_fail),
		cmocka_unit_test(M20__each_guild_is_counted_on_its_shard),
	};

	return cmocka_run_group_tests_name("bot/monitor_cluster", tests, NULL,
					   NULL);
}
