/* SPDX-License-Identifier: MIT
 *
 * The shard monitor's pages, from plain data.
 */
#include "cogs/monitor.h"

static void monitor__one_shard_is_shown_in_full(void **state)
{
	struct zx_monitor_shard *s = shards(1, 0);
	struct zx__mon_view v = view(s, 1);

	(void)state;
	v.alert_channel = 55;
	v.wall = 1700000000000;
	assert_string_equal(
		render(&v, ZX__MON_OVERVIEW),
		"{\"embeds\":[{\"title\":\"📊 Shard Monitor — Overview\","
		"\"color\":5793266,\"footer\":{\"text\":\"Bot Owner Only • "
		"Use buttons to navigate\"},\"description\":\"**Monitoring 1 "
		"shard(s)**\",\"fields\":[{\"name\":\"🌐 Cluster Stats\","
		"\"value\":\"**Total Guilds:** 1,000\\n**Avg Latency:** "
		"12.0ms\\n**Messages:** 1,234,567\\n**Commands:** 89\"},"
		"{\"name\":\"💚 Health\",\"value\":\"✅ Healthy: 1\\n⚠️ "
		"Issues: 0\",\"inline\":true},{\"name\":\"⏱️ Avg Uptime\","
		"\"value\":\"99.50%\",\"inline\":true},{\"name\":\"📋 Shard "
		"Details\",\"value\":\"🟢 S0: 1000g | 12ms | 99.5%\"},"
		"{\"name\":\"🔔 Alerts\",\"value\":\"Channel: <#55>\\n"
		"Threshold: `3 failures`\"}],\"timestamp\":"
		"\"2023-11-14T22:13:20.000Z\"}],\"allowed_mentions\":"
		"{\"parse\":[]}}");
	render(&v, ZX__MON_HEALTH);
	HAS("\"color\":65280");
	HAS("🟢 Healthy — All systems operational");
	HAS("**1 shard(s) checked**");
	render(&v, ZX__MON_LATENCY);
	HAS("S0:     12ms █ 6/12/24\\n");
	HAS("**Spread:** 0.0ms");
	render(&v, ZX__MON_EVENTS);
	HAS("{\"name\":\"🟢 Shard 0\",\"value\":\"Messages: "
	    "1,234,567\\nCommands: 89\\nGuilds: +5 / -2\\nConnects: "
	    "3\\nDisconnects: 4\\nReconnects: 1\\nErrors: 6\\nLast Event: 7s "
	    "ago\",\"inline\":true}");
	free(s);
}

static void M14__any_number_of_shards_is_inside_discords_limits(void **state)
{
	static const size_t counts[] = { 0, 1, 15, 16, 150, 1000 };
	size_t i, page, pages;
	int tab;

	(void)state;
	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		struct zx_monitor_shard *s =
			shards(counts[i] ? counts[i] : 1, 0);
		struct zx__mon_view v = view(s, counts[i]);

		for (tab = ZX__MON_OVERVIEW; tab <= ZX__MON_EVENTS; tab++) {
			pages = zx__mon_pages(&v, (enum zx__mon_tab)tab);
			assert_true(pages >= 1);
			for (page = 0; page <= pages; page++) {
				v.page = page;
				render(&v, (enum zx__mon_tab)tab);
				if (counts[i] || tab != ZX__MON_EVENTS)
					embed_limits(1);
			}
		}
		free(s);
	}
}

static void monitor__beyond_fifteen_shards_it_has_pages(void **state)
{
	struct zx_monitor_shard *s = shards(150, 0);
	struct zx__mon_view v = view(s, 150);

	(void)state;
	assert_int_equal(zx__mon_pages(&v, ZX__MON_LATENCY), 10);
	render(&v, ZX__MON_OVERVIEW);
	HAS("Shard Details (1-15 of 150)");
	HAS(" S14: ");
	HASNT(" S15: ");
	v.page = 1;
	render(&v, ZX__MON_OVERVIEW);
	HAS("(16-30 of 150)");
	HASNT(" S14: ");
	HAS(" S15: ");
	v.page = 9;
	render(&v, ZX__MON_LATENCY);
	HAS("\\nS149: ");
	v.page = 99; /* the last one */
	render(&v, ZX__MON_EVENTS);
	HAS("Shard 149\"");
	free(s);
	s = shards(15, 0);
	v = view(s, 15);
	assert_int_equal(zx__mon_pages(&v, ZX__MON_LATENCY), 1);
	render(&v, ZX__MON_OVERVIEW);
	HAS("\"📋 Shard Details\"");
	v = view(s, 0);
	render(&v, ZX__MON_OVERVIEW);
	HAS("No shard has started yet.");
	free(s);
}

/* Also the worst numbers there can be. */
static void M14__extreme_numbers_are_inside_discords_limits(void **state)
{
	struct zx_monitor_shard *s = shards(15, 99985);
	struct zx__mon_view v = view(s, 15);
	int tab, i;

	(void)state;
	for (i = 0; i < 15; i++) {
		s[i].current = s[i].min = s[i].average = s[i].max = 86400000;
		s[i].guilds = 1000000;
		s[i].messages = s[i].commands = 1000000000000;
		s[i].tier = ZX_CRITICAL;
		snprintf(s[i].reason, sizeof(s[i].reason),
			 "High latency: 86400000ms");
	}
	for (tab = ZX__MON_OVERVIEW; tab <= ZX__MON_EVENTS; tab++) {
		render(&v, (enum zx__mon_tab)tab);
		embed_limits(1);
	}
	free(s);
}

static void M07__the_health_page_hides_no_shard(void **state)
{
	struct zx_monitor_shard *s = shards(150, 0);
	struct zx__mon_view v = view(s, 150);
	size_t i, page, critical = 0, warning = 0, found = 0;
	char line[64];

	(void)state;
	for (i = 0; i < 150; i++) {
		critical += s[i].tier == ZX_CRITICAL;
		warning += s[i].tier == ZX_WARNING;
	}
	assert_int_equal(zx__mon_pages(&v, ZX__MON_HEALTH),
			 (critical + warning + 14) / 15);
	render(&v, ZX__MON_HEALTH);
	HAS("\"color\":16711680");
	HAS("🔴 Critical — Immediate attention required");
	snprintf(line, sizeof(line), "🟡 Warning: %zu\\n🔴 Critical: %zu",
		 warning, critical);
	HAS(line);
	for (page = 0; page < zx__mon_pages(&v, ZX__MON_HEALTH); page++) {
		v.page = page;
		render(&v, ZX__MON_HEALTH);
		for (i = 0; i < 150; i++) {
			snprintf(line, sizeof(line), "Shard %u: ", s[i].shard);
			found += !!strstr(zx_buf_cstr(&out), line);
		}
	}
	assert_int_equal(found, critical + warning);
	free(s);
}

static void monitor__the_colour_is_that_of_the_worst(void **state)
{
	struct zx_monitor_shard *s = shards(3, 0);
	struct zx__mon_view v = view(s, 3);

	(void)state;
	render(&v, ZX__MON_HEALTH);
	HAS("\"color\":65280");
	s[1].tier = ZX_WARNING;
	render(&v, ZX__MON_HEALTH);
	HAS("\"color\":16750848");
	HAS("🟡 Warning — Monitor closely");
	HAS("{\"name\":\"🟡 Warning Shards\",\"value\":\"Shard 1: Healthy\"}");
	HASNT("🔴 Critical Shards");
	free(s);
}

static void M12__only_what_is_ours_is_claimed(void **state)
{
	struct zx_monitor_shard *s = shards(3, 3);
	struct zx__mon_view v = view(s, 3);
	int tab;

	(void)state;
	v.shard_count = 6;
	for (tab = ZX__MON_OVERVIEW; tab <= ZX__MON_EVENTS; tab++) {
		render(&v, (enum zx__mon_tab)tab);
		HAS("3 of 6 shard(s)");
		HAS("** — 3-5");
		HASNT("S0:");
		HASNT("Shard 0");
	}
	free(s);
}

static void M13__the_events_page_goes_by_count_not_by_id(void **state)
{
	struct zx_monitor_shard *s = shards(16, 100);
	struct zx__mon_view v = view(s, 16);
	char name[32];
	int i;

	(void)state;
	render(&v, ZX__MON_EVENTS);
	for (i = 0; i < 15; i++) {
		snprintf(name, sizeof(name), "Shard %d\"", 100 + i);
		HAS(name);
	}
	v.page = 1;
	render(&v, ZX__MON_EVENTS);
	HAS("Shard 115\"");
	HASNT("Shard 114\"");
	free(s);
}

static void M19__nothing_claims_to_refresh_by_itself(void **state)
{
	struct zx_monitor_shard *s = shards(4, 0);
	struct zx__mon_view v = view(s, 4);
	int tab;

	(void)state;
	for (tab = ZX__MON_OVERVIEW; tab <= ZX__MON_EVENTS; tab++) {
		render(&v, (enum zx__mon_tab)tab);
		HASNT("uto-refresh");
		HASNT("since cog load");
		HASNT("every 30s");
	}
	render(&v, ZX__MON_LATENCY);
	HAS("Measured on every heartbeat");
	v.user = "Ann";
	render(&v, ZX__MON_HEALTH);
	HAS("Bot Owner Only • Requested by Ann");
	free(s);
}

static void M04__a_shard_without_a_heartbeat_is_shown_as_such(void **state)
{
	struct zx_monitor_shard *s = shards(2, 0);
	struct zx__mon_view v = view(s, 2);

	(void)state;
	s[0].current = s[0].min = s[0].average = s[0].max = -1;
	s[0].quiet_known = 0;
	render(&v, ZX__MON_LATENCY);
	HAS("S0:      – no heartbeat yet");
	HAS("**Best Shard:** 49.0ms");
	HAS("**Worst Shard:** 49.0ms");
	render(&v, ZX__MON_OVERVIEW);
	HAS("S0: 1000g | – | 99.5%");
	render(&v, ZX__MON_EVENTS);
	HAS("Last Event: none yet");
	s[1].min = s[1].average = s[1].max = -1; /* none sampled yet */
	render(&v, ZX__MON_LATENCY);
	HAS("S1:     49ms ████\\n");
	HAS("**Cluster Avg:** 49.0ms");
	s[1].current = -1;
	render(&v, ZX__MON_LATENCY);
	HAS("**Cluster Avg:** –");
	HAS("**Spread:** –");
	free(s);
}

static void monitor__bars_have_the_right_length_and_shade(void **state)
{
	static const struct {
		double ms;
		const char *line;
	} rows[] = {
		{ 0, "     0ms █ " },
		{ 9, "     9ms █ " },
		{ 45, "    45ms ████ " },
		{ 199, "   199ms ███████████████████ " },
		{ 200, "   200ms ▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓ " },
		{ 499, "   499ms ▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓ " },
		{ 500, "   500ms ░░░░░░░░░░░░░░░░░░░░ " },
		{ 86400000, "86400000ms ░░░░░░░░░░░░░░░░░░░░ " },
	};
	struct zx_monitor_shard *s = shards(1, 0);
	struct zx__mon_view v = view(s, 1);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		s[0].current = rows[i].ms;
		render(&v, ZX__MON_LATENCY);
		HAS(rows[i].line);
	}
	free(s);
}

static void monitor__ids_are_shown_as_ranges(void **state)
{
	static const uint32_t ids[] = { 1, 2, 3, 7, 9, 10 };
	struct zx_monitor_shard s[6];
	struct zx_buf text;
	size_t i;

	(void)state;
	memset(s, 0, sizeof(s));
	for (i = 0; i < 6; i++)
		s[i].shard = ids[i];
	zx_buf_init(&text, NULL, 0);
	zx__mon_ranges(s, 6, 8, &text);
	assert_string_equal(zx_buf_cstr(&text), "1-3, 7, 9-10");
	zx_buf_clear(&text);
	zx__mon_ranges(s, 6, 2, &text);
	assert_string_equal(zx_buf_cstr(&text), "1-3, 7, …");
	zx_buf_clear(&text);
	zx__mon_ranges(s, 0, 2, &text);
	assert_string_equal(zx_buf_cstr(&text), "");
	zx_buf_release(&text);
}

static void monitor__alerts_are_part_of_the_overview(void **state)
{
	struct zx_monitor_shard *s = shards(1, 0);
	struct zx__mon_view v = view(s, 1);

	(void)state;
	render(&v, ZX__MON_OVERVIEW);
	HAS("Channel: Disabled\\nThreshold: `3 failures`");
	v.alert_channel = 77;
	v.alert_error = "Missing Permissions";
	v.cluster = "cluster-1";
	render(&v, ZX__MON_OVERVIEW);
	HAS("<#77>");
	HAS("⚠️ The last alert waits: Missing Permissions");
	HAS("Cluster: cluster-1");
	free(s);
}

static struct zx__mon_details details(void)
{
	struct zx_monitor_shard *s = shards(1, 3);
	struct zx__mon_details d = { .shard_count = 6 };

	d.shard = *s;
	free(s);
	d.latency = (struct zx_latency){
		.current = 41.25, .average = 42, .min = 40, .max = 50, .p95 = 49
	};
	d.metrics.last_error = "";
	d.metrics.last_connect = 1700000000000;
	d.metrics.last_disconnect = 1700000005000;
	d.metrics.counters[ZX_COUNT_IDENTIFIES] = 7;
	d.metrics.counters[ZX_COUNT_INVALID_SESSIONS] = 8;
	d.metrics.counters[ZX_COUNT_MISSED_ACKS] = 9;
	d.metrics.counters[ZX_COUNT_ZOMBIES] = 10;
	d.metrics.counters[ZX_COUNT_BYTES] = 2048;
	d.closes[0] = (struct zx_close_count){ 4009, 2 };
	d.closes[1] = (struct zx_close_count){ 0, 1 };
	d.close_count = 2;
	d.kinds[0].name = "MESSAGE_CREATE";
	d.kinds[0].count = 1200;
	return d;
}

static void show(const struct zx__mon_details *d)
{
	struct zx_message m;

	zx_message_init(&m, NULL);
	zx__mon_details_render(d, &m);
	written(&m);
	zx_message_release(&m);
	embed_limits(1);
}

static void monitor__details_say_everything_about_a_shard(void **state)
{
	struct zx__mon_details d = details();

	(void)state;
	show(&d);
	HAS("🟢 Shard 3 — Detailed Metrics");
	HAS("**Health: Healthy**");
	HAS("**Members:** 100,000");
	HAS("**Current Latency:** 41.2ms");
	HAS("**95th Percentile:** 49.0ms");
	HAS("Guilds +/-: +5 / -2");
	HAS("Uptime: 99.50%");
	HAS("Bot Owner Only • Shard 3/5");
	HAS("\"color\":65280");
}

static void M21__details_know_what_a_gateway_client_knows(void **state)
{
	struct zx__mon_details d = details();

	(void)state;
	show(&d);
	HAS("Identifies: 7\\nInvalid Sessions: 8\\nMissed ACKs: 9\\nZombies: "
	    "10\\nKiB received: 2\\nClosed with: 4009 ×2, by us ×1");
	HAS("`MESSAGE_CREATE` 1,200");
}

static void M15__times_are_shown_in_the_readers_zone(void **state)
{
	struct zx__mon_details d = details();

	(void)state;
	show(&d);
	HAS("<t:1700000000:F>");
	HAS("<t:1700000005:F>");
	d.metrics.last_connect = d.metrics.last_disconnect = 0;
	show(&d);
	HASNT("Last Connect");
	HASNT("Last Disconnect");
}

static void M03__the_last_error_is_shown_with_its_text(void **state)
{
	struct zx__mon_details d = details();

	(void)state;
	d.metrics.failures = 4;
	d.metrics.last_error = "Closed with 4009: `timed` out";
	d.metrics.last_error_at = 1700000000000;
	d.shard.tier = ZX_WARNING;
	show(&d);
	HAS("Total Errors: 6\\nConsecutive Failures: 4");
	HAS("`Closed with 4009: 'timed' out`\\n<t:1700000000:R>");
	HAS("\"color\":16750848");
	d.shard.errors = 0;
	d.shard.tier = ZX_CRITICAL;
	show(&d);
	HASNT("Total Errors");
	HAS("\"color\":16711680");
}

static int render_all(const struct zx_alloc *a, void *ud)
{
	struct zx_monitor_shard *s = ud;
	struct zx__mon_view v = view(s, 40);
	struct zx__mon_details d = details();
	struct zx_message m;
	int tab, err = ZX_OK;

	for (tab = ZX__MON_OVERVIEW; !err && tab <= ZX__MON_EVENTS; tab++) {
		zx_message_init(&m, a);
		zx__mon_render(&v, (enum zx__mon_tab)tab, &m);
		err = m.err;
		zx_message_release(&m);
	}
	zx_message_init(&m, a);
	if (!err)
		zx__mon_details_render(&d, &m);
	err = err ? err : m.err;
	zx_message_release(&m);
	return err;
}

static void monitor__any_allocation_of_a_page_may_fail(void **state)
{
	struct zx_monitor_shard *s = shards(40, 0);

	(void)state;
	fail_alloc_each_lenient(render_all, s);
	free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(monitor__one_shard_is_shown_in_full),
		cmocka_unit_test(
			M14__any_number_of_shards_is_inside_discords_limits),
		cmocka_unit_test(monitor__beyond_fifteen_shards_it_has_pages),
		cmocka_unit_test(
			M14__extreme_numbers_are_inside_discords_limits),
		cmocka_unit_test(M07__the_health_page_hides_no_shard),
		cmocka_unit_test(monitor__the_colour_is_that_of_the_worst),
		cmocka_unit_test(M12__only_what_is_ours_is_claimed),
		cmocka_unit_test(M13__the_events_page_goes_by_count_not_by_id),
		cmocka_unit_test(M19__nothing_claims_to_refresh_by_itself),
		cmocka_unit_test(
			M04__a_shard_without_a_heartbeat_is_shown_as_such),
		cmocka_unit_test(monitor__bars_have_the_right_length_and_shade),
		cmocka_unit_test(monitor__ids_are_shown_as_ranges),
		cmocka_unit_test(monitor__alerts_are_part_of_the_overview),
		cmocka_unit_test(monitor__details_say_everything_about_a_shard),
		cmocka_unit_test(M21__details_know_what_a_gateway_client_knows),
		cmocka_unit_test(M15__times_are_shown_in_the_readers_zone),
		cmocka_unit_test(M03__the_last_error_is_shown_with_its_text),
		cmocka_unit_test(monitor__any_allocation_of_a_page_may_fail),
	};

	return cmocka_run_group_tests_name("monitor tabs", tests, NULL,
					   shown_teardown);
}
