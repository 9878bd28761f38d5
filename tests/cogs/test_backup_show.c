/* SPDX-License-Identifier: MIT
 *
 * The dashboard of the backup cog, from plain data.
 */
#include "cogs/backup_show.h"
#include "helper/fail_alloc.h"

static void page(const char *name, const struct zx__bkv_view *v,
		 enum zx__bkv_tab tab)
{
	render(v, tab);
	golden(name, zx_buf_str(&out));
}

/* Golden ---------------------------------------------------------------------
 */

static void golden__the_overview(void **state)
{
	struct made m;

	(void)state;
	make(&m, 7);
	m.v.plan.enabled = 1;
	m.v.plan.hours = 24;
	m.v.plan.last = WALL - 3 * HOUR;
	m.v.plan.next = WALL + 21 * HOUR;
	m.v.free_at = WALL + 100000;
	m.data.list.items[0].shrunk = 1;
	snprintf(m.v.icon, sizeof(m.v.icon),
		 "https://cdn.discordapp.com/icons/1/a_b.gif");
	page("backup-overview", &m.v, ZX__BKV_OVERVIEW);
	unmake(&m);
	make(&m, 0);
	m.live.known = 0;
	snprintf(m.live.trouble, sizeof(m.live.trouble), "Missing Access");
	m.v.plan.enabled = 1;
	m.v.plan.hours = 6;
	m.v.loud = "Schedules are off: BACKUP_AUTO_INTERVAL is 0";
	page("backup-overview-empty", &m.v, ZX__BKV_OVERVIEW);
	unmake(&m);
}

static void golden__the_backups(void **state)
{
	struct made m;

	(void)state;
	make(&m, 7);
	m.data.list.items[0].notes = ZX_STR("before the *move*\nreally");
	m.data.list.items[4].damaged = 1;
	page("backup-backups", &m.v, ZX__BKV_BACKUPS);
	m.v.page = 1;
	page("backup-backups-page-2", &m.v, ZX__BKV_BACKUPS);
	unmake(&m);
	make(&m, 0);
	page("backup-backups-none", &m.v, ZX__BKV_BACKUPS);
	unmake(&m);
}

static void golden__the_comparison_of_counts(void **state)
{
	struct made m;

	(void)state;
	make(&m, 3);
	m.v.a = &m.data.list.items[0];
	page("backup-compare", &m.v, ZX__BKV_COMPARE);
	m.live.counts.text = 2;
	m.v.b = &m.data.list.items[1];
	m.v.gone = "⏳ Reading the server…";
	page("backup-compare-drifted", &m.v, ZX__BKV_COMPARE);
	unmake(&m);
	make(&m, 0);
	page("backup-compare-none", &m.v, ZX__BKV_COMPARE);
	unmake(&m);
}

static void golden__the_audit_log(void **state)
{
	struct made m;

	(void)state;
	make(&m, 1);
	make_audit(&m, 10);
	m.data.audit[0].details = ZX_STR("Label: **@everyone**\n# x");
	page("backup-audit", &m.v, ZX__BKV_AUDIT_LOG);
	m.v.page = 1;
	page("backup-audit-page-2", &m.v, ZX__BKV_AUDIT_LOG);
	unmake(&m);
	make(&m, 0);
	page("backup-audit-none", &m.v, ZX__BKV_AUDIT_LOG);
	unmake(&m);
}

static void golden__the_analytics(void **state)
{
	struct made m;

	(void)state;
	make(&m, 9);
	page("backup-analytics", &m.v, ZX__BKV_ANALYTICS);
	unmake(&m);
	make(&m, 1);
	page("backup-analytics-one", &m.v, ZX__BKV_ANALYTICS);
	unmake(&m);
	make(&m, 0);
	page("backup-analytics-none", &m.v, ZX__BKV_ANALYTICS);
	unmake(&m);
}

static void golden__the_question_before_a_deletion(void **state)
{
	struct zx_message msg;
	struct made m;

	(void)state;
	make(&m, 3);
	zx_message_init(&msg, NULL);
	zx__bkv_delete(&m.v, &m.data.list.items[2], &msg);
	written(&msg);
	embed_limits(0);
	golden("backup-delete", zx_buf_str(&out));
	zx_message_release(&msg);
	unmake(&m);
}

static void golden__the_statistics_of_the_bot(void **state)
{
	struct zx__bkv_totals t = { .snapshots = 1234,
				    .guilds = 77,
				    .pinned = 5,
				    .automatic = 1000,
				    .broken = 1,
				    .bytes = UINT64_C(9876543210),
				    .stored = 123456789,
				    .oldest = WALL - INT64_C(900) * 24 * HOUR,
				    .newest = WALL,
				    .top = { { GUILD, 25, 99999999 },
					     { GUILD + 1, 1, 1024 } },
				    .max = 25,
				    .cooldown_s = 300,
				    .auto_h = 24,
				    .keep_days = 30,
				    .scheduled = 60,
				    .wall = WALL };
	struct zx_message m;

	(void)state;
	zx_message_init(&m, NULL);
	zx__bkv_totals_render(&t, &m);
	written(&m);
	embed_limits(0);
	golden("backup-stats", zx_buf_str(&out));
	memset(&t, 0, sizeof(t));
	t.max = 25;
	zx_message_clear(&m);
	zx__bkv_totals_render(&t, &m);
	written(&m);
	embed_limits(0);
	golden("backup-stats-none", zx_buf_str(&out));
	zx_message_release(&m);
}

/* Limits ---------------------------------------------------------------------
 */

static void backup_show__any_number_is_inside_discords_limits(void **state)
{
	static const size_t counts[] = { 0, 1, 2, 5, 6, 25, 100 };
	size_t i, at, pages;
	struct made m;
	int tab;

	(void)state;
	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		make(&m, counts[i]);
		make_audit(&m, counts[i] * 2);
		m.v.max = 100;
		for (tab = ZX__BKV_OVERVIEW; tab <= ZX__BKV_ANALYTICS; tab++) {
			pages = zx__bkv_pages(&m.v, (enum zx__bkv_tab)tab);
			for (at = 0; at <= pages; at++) {
				m.v.page = at;
				render(&m.v, (enum zx__bkv_tab)tab);
			}
		}
		unmake(&m);
	}
}

/* n times that text, in static memory. */
static struct zx_str long_text(const char *text, size_t n)
{
	static struct zx_buf b;

	zx_buf_release(&b);
	zx_buf_init(&b, NULL, 0);
	while (n--)
		zx_buf_addc(&b, text);
	return zx_buf_str(&b);
}

static void backup_show__the_longest_names_are_inside_the_limits(void **state)
{
	static const char *const worst[] = { "*", "👑", "`", "<@1>", "\n#" };
	static char name[1000];
	struct zx_str label;
	size_t i, k;
	struct made m;
	int tab;

	(void)state;
	for (i = 0; i < sizeof(worst) / sizeof(worst[0]); i++) {
		make(&m, 100);
		make_audit(&m, 200);
		label = long_text(worst[i], 500);
		snprintf(name, sizeof(name), "%.*s", 400, label.ptr);
		m.v.guild_name = name;
		for (k = 0; k < 100; k++) {
			m.data.list.items[k].label = zx_utf8_head(label, 100);
			m.data.list.items[k].notes = label;
			m.data.list.items[k].author = UINT64_MAX - k;
			m.data.list.items[k].bytes = UINT64_MAX / 200;
			m.data.list.items[k].pinned = 1;
			m.data.list.items[k].automatic = 1;
			m.data.list.items[k].counts.incomplete = UINT64_MAX;
			m.data.list.items[k].counts.roles = UINT64_MAX;
		}
		for (k = 0; k < 200; k++) {
			m.data.audit[k].details = label;
			m.data.audit[k].user = UINT64_MAX;
		}
		m.v.a = &m.data.list.items[0];
		m.v.b = &m.data.list.items[99];
		for (tab = ZX__BKV_OVERVIEW; tab <= ZX__BKV_ANALYTICS; tab++)
			render(&m.v, (enum zx__bkv_tab)tab);
		unmake(&m);
	}
}

static void backup_show__the_audit_log_has_all_of_the_last_200(void **state)
{
	size_t at, i, found = 0;
	char id[16];
	struct made m;

	(void)state;
	make(&m, 1);
	make_audit(&m, 200);
	assert_int_equal(zx__bkv_pages(&m.v, ZX__BKV_AUDIT_LOG), 25);
	for (at = 0; at < 25; at++) {
		m.v.page = at;
		render(&m.v, ZX__BKV_AUDIT_LOG);
		for (i = 0; i < 200; i++) {
			snprintf(id, sizeof(id), "`%012llx`",
				 0xabcdef000000ull + i);
			found += i % 8 < 6 &&
				 strstr(zx_buf_cstr(&out), id) != NULL;
		}
	}
	assert_int_equal(found, 150);
	HAS("300 operations");
	HAS("The last 200 are shown, more are kept");
	unmake(&m);
}

/* What people wrote ----------------------------------------------------------
 */

static void backup_show__no_text_of_anybody_becomes_markdown(void **state)
{
	static const char evil[] =
		"**x** @everyone <@1> [a](http://b) `c` ||d||";
	struct made m;
	int tab;

	(void)state;
	make(&m, 6);
	make_audit(&m, 3);
	m.v.guild_name = evil;
	m.data.list.items[0].label = ZX_STR("# **x** @everyone <@1> [a](http:");
	m.data.list.items[0].notes = zx_str(evil);
	m.data.audit[0].details = zx_str(evil);
	m.v.a = m.data.list.items;
	for (tab = ZX__BKV_OVERVIEW; tab <= ZX__BKV_ANALYTICS; tab++) {
		render(&m.v, (enum zx__bkv_tab)tab);
		HASNT("**x**");
		HASNT("@everyone");
		HASNT("<@1>");
		HASNT("](http");
		HASNT("||d||");
		HAS("\"allowed_mentions\":{\"parse\":[]}");
	}
	unmake(&m);
}

/* Figures --------------------------------------------------------------------
 */

static void backup_show__the_bar_is_as_full_as_the_store(void **state)
{
	struct made m;

	(void)state;
	make(&m, 25);
	render(&m.v, ZX__BKV_OVERVIEW);
	HAS("`████████████████████` **25/25**");
	HAS("Free: **0**");
	m.v.max = 10; /* the limit was lowered since */
	render(&m.v, ZX__BKV_OVERVIEW);
	HAS("`████████████████████` **25/10**");
	HAS("Free: **0**");
	m.v.max = 100;
	render(&m.v, ZX__BKV_OVERVIEW);
	HAS("`█████░░░░░░░░░░░░░░░` **25/100**");
	unmake(&m);
}

static void backup_show__managed_roles_make_no_drift(void **state)
{
	struct made m;

	(void)state;
	make(&m, 1);
	m.live.counts = m.data.list.items[0].counts;
	render(&m.v, ZX__BKV_COMPARE);
	HAS("🟢 Minimal: **0 items**");
	m.live.counts.forum += 2;
	m.live.counts.stage -= 1;
	render(&m.v, ZX__BKV_COMPARE);
	HAS("🟡 Moderate: **3 items**");
	HAS("Forum             3       1     +2");
	HAS("Stage             0       1     -1");
	m.live.counts.roles += 7;
	render(&m.v, ZX__BKV_COMPARE);
	HAS("🔴 Significant: **10 items**");
	HAS("💡");
	unmake(&m);
}

static void backup_show__who_made_most_stands_first(void **state)
{
	struct made m;
	size_t i;

	(void)state;
	make(&m, 40);
	for (i = 0; i < 40; i++) {
		m.data.list.items[i].automatic = 0;
		m.data.list.items[i].author = 100 + i % 8 * (i < 20);
	}
	render(&m.v, ZX__BKV_ANALYTICS);
	HAS("\"<@100>: **23**\\n<@101>: **3**\\n<@102>: **3**\\n"
	    "<@103>: **3**\\n<@104>: **2**\\nand 3 more\"");
	HAS("Manual: **40**\\nAutomatic: **0**");
	unmake(&m);
}

static void backup_show__curves_go_from_the_oldest_to_the_latest(void **state)
{
	struct made m;
	size_t i;

	(void)state;
	make(&m, 8);
	for (i = 0; i < 8; i++)
		m.data.list.items[i].counts.roles = 80 - 10 * i;
	render(&m.v, ZX__BKV_ANALYTICS);
	HAS("Roles    ▁▂▃▄▅▆▇█ 80 (+70)\\n");
	for (i = 0; i < 8; i++)
		m.data.list.items[i].counts.roles = 10 * i + 10;
	render(&m.v, ZX__BKV_ANALYTICS);
	HAS("Roles    █▇▆▅▄▃▂▁ 10 (-70)\\n");
	HAS("Channels ▄▄▄▄▄▄▄▄ 20 (±0)\\n");
	unmake(&m);
	make(&m, 100);
	render(&m.v, ZX__BKV_ANALYTICS);
	HAS("**1.0** a day over **99** days");
	unmake(&m);
}

/* Finding --------------------------------------------------------------------
 */

static void backup_find__ids_their_beginnings_and_latest(void **state)
{
	char id[ZX_GUILD_ID_TEXT], why[256];
	struct made m;

	(void)state;
	make(&m, 20);
	memcpy(m.data.list.items[3].id, "0123456789ab", 13);
	assert_err(
		zx__bkv_find(&m.data.list, ZX_STR(" 0123456789AB "), id, why),
		ZX_OK);
	assert_string_equal(id, "0123456789ab");
	assert_err(zx__bkv_find(&m.data.list, ZX_STR("01"), id, why), ZX_OK);
	assert_string_equal(id, "0123456789ab");
	assert_err(zx__bkv_find(&m.data.list, ZX_STR("Latest"), id, why),
		   ZX_OK);
	assert_string_equal(id, m.data.list.items[0].id);
	assert_err(zx__bkv_find(&m.data.list, ZX_STR("abc"), id, why),
		   ZX_E_LIMIT);
	assert_string_equal(why, "19 backups begin with \"abc\": "
				 "abcdef000014, abcdef000013, abcdef000012, "
				 "abcdef000010, abcdef00000f, …. Type more of "
				 "the id");
	assert_err(zx__bkv_find(&m.data.list, ZX_STR("nope"), id, why),
		   ZX_E_NOTFOUND);
	assert_non_null(strstr(why, "There is no backup \"nope\" here"));
	assert_err(zx__bkv_find(&m.data.list, ZX_STR(""), id, why),
		   ZX_E_NOTFOUND);
	assert_err(zx__bkv_find(&m.data.list, long_text("a", 5000), id, why),
		   ZX_E_NOTFOUND);
	assert_err(
		zx__bkv_find(&m.data.list, ZX_STR("../0123456789ab"), id, why),
		ZX_E_NOTFOUND);
	unmake(&m);
	make(&m, 0);
	assert_err(zx__bkv_find(&m.data.list, ZX_STR("latest"), id, why),
		   ZX_E_NOTFOUND);
	assert_non_null(strstr(why, "/backupcreate"));
	unmake(&m);
}

static void backup_find__a_name_fits_a_choice(void **state)
{
	static const char *const worst[] = { "a", "é", "👑", "\n" };
	struct zx_buf name;
	struct made m;
	size_t i, k, n;

	(void)state;
	make(&m, 1);
	zx_buf_init(&name, NULL, 0);
	m.data.list.items[0].pinned = m.data.list.items[0].automatic = 1;
	for (i = 0; i < sizeof(worst) / sizeof(worst[0]); i++) {
		m.data.list.items[0].label = long_text(worst[i], 100);
		zx_buf_clear(&name);
		zx__bkv_name(&m.data.list.items[0], &name);
		for (k = n = 0; k < name.len; k++) {
			n += (name.ptr[k] & 0xc0) != 0x80;
			n += (unsigned char)name.ptr[k] >= 0xf0;
		}
		assert_in_range(n, 60, 100);
		assert_non_null(strstr(zx_buf_cstr(&name),
				       "… · 2026-02-18 12:34 UTC · "
				       "abcdef000001"));
	}
	m.data.list.items[0].label = ZX_STR("Nightly");
	zx_buf_clear(&name);
	zx__bkv_name(&m.data.list.items[0], &name);
	assert_string_equal(zx_buf_cstr(&name),
			    "📌 🔁 Nightly · 2026-02-18 12:34 UTC · "
			    "abcdef000001");
	zx_buf_release(&name);
	unmake(&m);
}

/* Memory ---------------------------------------------------------------------
 */

static int render_all(const struct zx_alloc *a, void *ud)
{
	struct made *m = ud;
	struct zx__bkv_totals t = { .snapshots = 1,
				    .stored = 1,
				    .top = { { 1, 1, 1 } } };
	struct zx_message msg;
	int tab, err = ZX_OK;

	for (tab = ZX__BKV_OVERVIEW; !err && tab <= ZX__BKV_ANALYTICS; tab++) {
		zx_message_init(&msg, a);
		zx__bkv_render(&m->v, (enum zx__bkv_tab)tab, &msg);
		err = msg.err;
		zx_message_release(&msg);
	}
	zx_message_init(&msg, a);
	if (!err)
		zx__bkv_delete(&m->v, m->data.list.items, &msg);
	if (!err)
		zx__bkv_totals_render(&t, &msg);
	err = err ? err : msg.err;
	zx_message_release(&msg);
	return err;
}

static void backup_show__any_allocation_of_a_page_may_fail(void **state)
{
	struct made m;

	(void)state;
	make(&m, 30);
	make_audit(&m, 20);
	m.v.a = m.data.list.items;
	fail_alloc_each_lenient(render_all, &m);
	unmake(&m);
}

static int teardown(void **state)
{
	(void)state;
	zx_buf_release(&out);
	long_text("", 0);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden__the_overview),
		cmocka_unit_test(golden__the_backups),
		cmocka_unit_test(golden__the_comparison_of_counts),
		cmocka_unit_test(golden__the_audit_log),
		cmocka_unit_test(golden__the_analytics),
		cmocka_unit_test(golden__the_question_before_a_deletion),
		cmocka_unit_test(golden__the_statistics_of_the_bot),
		cmocka_unit_test(
			backup_show__any_number_is_inside_discords_limits),
		cmocka_unit_test(
			backup_show__the_longest_names_are_inside_the_limits),
		cmocka_unit_test(
			backup_show__the_audit_log_has_all_of_the_last_200),
		cmocka_unit_test(
			backup_show__no_text_of_anybody_becomes_markdown),
		cmocka_unit_test(backup_show__the_bar_is_as_full_as_the_store),
		cmocka_unit_test(backup_show__managed_roles_make_no_drift),
		cmocka_unit_test(backup_show__who_made_most_stands_first),
		cmocka_unit_test(
			backup_show__curves_go_from_the_oldest_to_the_latest),
		cmocka_unit_test(backup_find__ids_their_beginnings_and_latest),
		cmocka_unit_test(backup_find__a_name_fits_a_choice),
		cmocka_unit_test(
			backup_show__any_allocation_of_a_page_may_fail),
	};

	return cmocka_run_group_tests_name("backup_show", tests, NULL,
					   teardown);
}
