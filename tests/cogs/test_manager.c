/* SPDX-License-Identifier: MIT
 *
 * The shard manager's table of clusters and its pages, from plain data.
 */
#include "cogs/manager_int.h"
#include "cogs/monitor.h"
#include "helper/fail_alloc.h"

static struct zx__mgr_table table;
static struct zx__mgr_cluster us;
static struct zx__mgr_peer *peers;

/* Clusters of 16 shards each, `us` the first. */
static void fill(size_t n)
{
	static uint32_t own[16];
	char name[64], data[512];
	struct zx_buf ids;
	size_t i, k;

	table = (struct zx__mgr_table){ .alloc = NULL };
	us = (struct zx__mgr_cluster){ .name = "cluster-0",
				       .there = 1,
				       .has_stats = 1,
				       .guilds = 1234,
				       .users = 56789,
				       .shard_count = (uint32_t)n * 16,
				       .ids = own,
				       .ids_n = 16,
				       .latency = 0.0421,
				       .uptime = 93784 };
	for (k = 0; k < 16; k++)
		own[k] = (uint32_t)k;
	peers = calloc(n, sizeof(*peers));
	assert_non_null(peers);
	for (i = 1; i < n; i++) {
		struct zx__mgr_cluster *c;

		snprintf(name, sizeof(name), "cluster-%zu", i);
		c = zx__mgr_join(&table, zx_str(name), 1000);
		assert_non_null(c);
		zx_buf_init(&ids, NULL, 0);
		for (k = 0; k < 16; k++)
			zx_buf_addf(&ids, "%s%zu", k ? "," : "", i * 16 + k);
		snprintf(data, sizeof(data),
			 "{\"guild_count\":10,\"user_count\":100,"
			 "\"shard_count\":%zu,\"shard_ids\":[%s],"
			 "\"latency\":0.05,\"uptime\":3600.5}",
			 n * 16, zx_buf_cstr(&ids));
		zx__mgr_take_stats(&table, c, zx_str(data), 2000);
		zx_buf_release(&ids);
		snprintf(peers[i - 1].name, sizeof(peers[i - 1].name), "%s",
			 name);
		snprintf(peers[i - 1].address, sizeof(peers[i - 1].address),
			 "fd00:1111:2222:3333:4444:5555:6666:7777");
		peers[i - 1].since = 1000;
		peers[i - 1].heard = 30000;
		peers[i - 1].secured = 1;
	}
}

static void empty(void)
{
	zx__mgr_table_release(&table);
	free(peers);
	peers = NULL;
}

static struct zx__mgr_view page(const char *mode, size_t n)
{
	struct zx__mgr_view v = { .mode = mode,
				  .host = "127.0.0.1",
				  .port = 20000,
				  .secret_len = 12,
				  .us = &us,
				  .table = &table,
				  .peers = peers,
				  .peers_n = n,
				  .up = 1,
				  .trouble = "",
				  .user = "owner",
				  .now = 40000,
				  .wall = 1700000000000 };

	assert_err(zx__mgr_sum(&table, &us, &v.totals), ZX_OK);
	return v;
}

static void show(const struct zx__mgr_view *v, int status)
{
	struct zx_message m;

	zx_message_init(&m, NULL);
	if (status)
		zx__mgr_status_render(v, &m);
	else
		zx__mgr_clusters_render(v, &m);
	written(&m);
	zx_message_release(&m);
}

static void C17__any_number_of_clusters_is_inside_discords_limits(void **state)
{
	static const size_t counts[] = { 1, 22, 60 };
	size_t i, p, pages;
	int status;

	(void)state;
	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		struct zx__mgr_view v;

		fill(counts[i]);
		v = page("server", counts[i] - 1);
		for (status = 0; status < 2; status++) {
			pages = status ? zx__mgr_status_pages(&v)
				       : zx__mgr_clusters_pages(&v);
			for (p = 0; p <= pages; p++) {
				v.page = p;
				show(&v, status);
				embed_limits(1);
			}
		}
		empty();
	}
}

static void C17__every_cluster_is_on_one_page(void **state)
{
	struct zx__mgr_view v;
	size_t i, p, pages, found;
	char text[64];

	(void)state;
	fill(60);
	v = page("server", 59);
	pages = zx__mgr_clusters_pages(&v);
	assert_int_equal(pages, 7);
	for (i = 1; i < 60; i++) {
		snprintf(text, sizeof(text), "\"🟢 cluster-%zu\"", i);
		for (p = found = 0; p < pages; p++) {
			v.page = p;
			show(&v, 0);
			found += strstr(zx_buf_cstr(&out), text) != NULL;
		}
		assert_int_equal(found, 1);
	}
	empty();
}

static void C17__the_longest_names_and_numbers_fit_too(void **state)
{
	char name[256], data[256];
	struct zx__mgr_view v;
	size_t i;

	(void)state;
	fill(9);
	for (i = 0; i < 8; i++) {
		struct zx__mgr_cluster *c = &table.v[i];

		memset(name, 0, sizeof(name));
		memset(name, '`', 63);
		name[62] = (char)('a' + i);
		memcpy(c->name, name, 64);
		memcpy(peers[i].name, name, 64);
		snprintf(data, sizeof(data),
			 "{\"guild_count\":18446744073709551615,"
			 "\"user_count\":18446744073709551615,"
			 "\"shard_count\":4294967295,\"shard_ids\":"
			 "[4000000000,4000000002,4000000004,4000000006,"
			 "4000000008,4000000010,4000000012,4000000014],"
			 "\"latency\":1e11,\"uptime\":9e11}");
		zx__mgr_take_stats(&table, c, zx_str(data), 2000);
	}
	v = page("server", 8);
	show(&v, 0);
	embed_limits(1);
	HASNT("````");
	show(&v, 1);
	embed_limits(1);
	empty();
}

static void C08__totals_count_each_shard_once(void **state)
{
	struct zx_manager_totals t;

	(void)state;
	fill(3);
	assert_err(zx__mgr_sum(&table, &us, &t), ZX_OK);
	assert_int_equal(t.clusters, 3);
	assert_int_equal(t.shards, 48);
	assert_int_equal(t.shard_count, 48);
	assert_int_equal(t.twice, 0);
	assert_int_equal(t.guilds, 1254);
	assert_int_equal(t.users, 56989);
	/* one that runs ours as well, and names one twice */
	zx__mgr_take_stats(&table, &table.v[0],
			   ZX_STR("{\"shard_ids\":[3,3,20]}"), 3000);
	assert_err(zx__mgr_sum(&table, &us, &t), ZX_OK);
	assert_int_equal(t.shards, 33);
	assert_int_equal(t.twice, 1);
	empty();
}

static void C09__who_left_is_marked_not_counted_and_forgotten(void **state)
{
	struct zx_manager_totals t;
	struct zx__mgr_view v;

	(void)state;
	fill(3);
	zx__mgr_leave(&table, ZX_STR("cluster-1"), 35000);
	assert_err(zx__mgr_sum(&table, &us, &t), ZX_OK);
	assert_int_equal(t.clusters, 2);
	assert_int_equal(t.shards, 32);
	v = page("client", 0);
	show(&v, 0);
	HAS("\"🔴 cluster-1 (offline)\"");
	HAS("Left: 5s ago");
	zx__mgr_sweep(&table, 300000, 334999);
	assert_int_equal(table.n, 2);
	zx__mgr_sweep(&table, 300000, 335000);
	assert_int_equal(table.n, 1);
	assert_string_equal(table.v[0].name, "cluster-2");
	empty();
}

static void C22__remote_clusters_show_all_of_their_numbers(void **state)
{
	struct zx__mgr_view v;

	(void)state;
	fill(2);
	v = page("server", 1);
	show(&v, 0);
	HAS("🌐 Shard Cluster Overview");
	HAS("**Mode:** `server` | **This Cluster:** `cluster-0`");
	HAS("\"🟢 cluster-0 (This)\"");
	HAS("Guilds: 1,234\\nUsers: 56,789\\nShards: 16 of 32 (0-15)\\n"
	    "Latency: 42.1ms\\nUptime: 1 day, 2:03:04");
	HAS("Guilds: 10\\nUsers: 100\\nShards: 16 of 32 (16-31)\\n"
	    "Latency: 50.0ms\\nUptime: 1:00:00\\nHeartbeat: 10s ago\\n"
	    "Connected: 22:12:41 UTC");
	HAS("Clusters: 2\\nGuilds: 1,244\\nUsers: 56,889\\nShards: 32 of 32");
	HAS("Listening: 127.0.0.1:20000\\nClients: 1");
	HAS("Bot Owner Only • owner");
	empty();
}

static void C17__numbers_of_the_wrong_type_count_as_nothing(void **state)
{
	static const char *const bad[] = {
		"{}",
		"{\"guild_count\":null,\"user_count\":\"7\",\"uptime\":-5}",
		"{\"latency\":null,\"shard_ids\":{}}",
		"{\"guild_count\":-1,\"shard_ids\":[-1,\"x\",null,1.5]}",
		"{\"guild_count\":1e400,\"latency\":1e300,\"shard_ids\":7}",
	};
	struct zx__mgr_view v;
	size_t i;

	(void)state;
	fill(2);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		zx__mgr_take_stats(&table, &table.v[0], zx_str(bad[i]), 2000);
		v = page("server", 1);
		show(&v, 0);
		embed_limits(1);
		HAS("Latency: not measured yet");
	}
	empty();
}

static void manager__the_secret_is_masked(void **state)
{
	static const struct {
		size_t len;
		const char *shown;
	} rows[] = { { 12, "Secret: ****...\\n" },
		     { 4, "Secret: ****\\n" },
		     { 2, "Secret: **\\n" } };
	struct zx__mgr_view v;
	size_t i;

	(void)state;
	fill(3);
	for (i = 0; i < 3; i++) {
		v = page("server", 2);
		v.secret_len = rows[i].len;
		show(&v, 1);
		HAS(rows[i].shown);
	}
	HAS("📡 Server — 2 client(s)");
	HAS("  cluster-1: 10s ago from fd00:");
	v = page("client", 0);
	v.up = 0;
	show(&v, 1);
	HAS("Connected: False\\nTarget: 127.0.0.1:20000");
	empty();
}

static void manager__health_of_shards_survives_the_way(void **state)
{
	struct zx_monitor_shard *s = shards(40, 100);
	struct zx_buf data;

	(void)state;
	fill(2);
	s[3].quiet_known = 0;
	zx_buf_init(&data, NULL, 0);
	zx__mgr_put_rows(&data, s, 40);
	assert_err(zx_json_check(zx_buf_str(&data), 0, NULL), ZX_OK);
	zx__mgr_take_rows(&table, &table.v[0], zx_buf_str(&data));
	assert_int_equal(table.v[0].rows_n, 40);
	assert_int_equal(table.v[0].rows[39].shard, 139);
	assert_int_equal(table.v[0].rows[3].tier, s[3].tier);
	assert_string_equal(table.v[0].rows[3].reason, s[3].reason);
	assert_int_equal(table.v[0].rows[3].quiet_known, 0);
	assert_int_equal(table.v[0].rows[7].errors, s[7].errors);
	assert_true(table.v[0].rows[7].max == s[7].max);
	zx__mgr_take_rows(&table, &table.v[0], ZX_STR("{\"shards\":[[],7]}"));
	assert_int_equal(table.v[0].rows_n, 1);
	zx_buf_release(&data);
	free(s);
	empty();
}

static void manager__slots_of_shards_do_not_meet(void **state)
{
	zx_wall wall;
	size_t at, other;

	(void)state;
	for (wall = 1700000000000; wall < 1700000040000; wall += 1237)
		for (at = 0; at < 6; at++) {
			uint64_t ms = zx__mgr_slot_wait(wall, 6000, at, 6);

			assert_in_range(ms, 1, 36000);
			assert_int_equal(((uint64_t)wall + ms) % 36000,
					 at * 6000);
			for (other = 0; other < at; other++)
				assert_int_not_equal(
					zx__mgr_slot_wait(wall, 6000, other, 6),
					ms);
		}
}

static void manager__the_table_has_a_ceiling(void **state)
{
	char name[32];
	size_t i;

	(void)state;
	table = (struct zx__mgr_table){ .alloc = NULL };
	for (i = 0; i < ZX__MGR_CLUSTERS; i++) {
		snprintf(name, sizeof(name), "c%zu", i);
		assert_non_null(zx__mgr_join(&table, zx_str(name), 1));
	}
	assert_null(zx__mgr_join(&table, ZX_STR("one more"), 1));
	assert_null(zx__mgr_join(&table, ZX_STR(""), 1));
	zx__mgr_table_release(&table);
}

static int scenario(const struct zx_alloc *a, void *ud)
{
	struct zx__mgr_table t = { .alloc = a };
	struct zx__mgr_cluster *c = zx__mgr_join(&t, ZX_STR("a"), 1);
	struct zx_manager_totals sum;
	int err = ZX_E_NOMEM;

	(void)ud;
	if (c) {
		zx__mgr_take_stats(&t, c, ZX_STR("{\"shard_ids\":[1,2]}"), 1);
		zx__mgr_take_rows(&t, c, ZX_STR("{\"shards\":[[1,0,\"x\"]]}"));
		err = zx__mgr_sum(&t, c, &sum);
	}
	zx__mgr_table_release(&t);
	return err;
}

static void manager__any_allocation_may_fail(void **state)
{
	(void)state;
	fail_alloc_each_lenient(scenario, NULL);
}

static int forget_out(void **state)
{
	(void)state;
	zx_buf_release(&out);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			C17__any_number_of_clusters_is_inside_discords_limits),
		cmocka_unit_test(C17__every_cluster_is_on_one_page),
		cmocka_unit_test(C17__the_longest_names_and_numbers_fit_too),
		cmocka_unit_test(C08__totals_count_each_shard_once),
		cmocka_unit_test(
			C09__who_left_is_marked_not_counted_and_forgotten),
		cmocka_unit_test(
			C22__remote_clusters_show_all_of_their_numbers),
		cmocka_unit_test(
			C17__numbers_of_the_wrong_type_count_as_nothing),
		cmocka_unit_test(manager__the_secret_is_masked),
		cmocka_unit_test(manager__health_of_shards_survives_the_way),
		cmocka_unit_test(manager__slots_of_shards_do_not_meet),
		cmocka_unit_test(manager__the_table_has_a_ceiling),
		cmocka_unit_test(manager__any_allocation_may_fail),
	};

	return cmocka_run_group_tests_name("cogs/manager", tests, NULL,
					   forget_out);
}
