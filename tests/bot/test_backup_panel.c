/* SPDX-License-Identifier: MIT
 *
 * What the backup cog shows, in a bot against the sandbox: every button of the
 * dashboard, one backup in full, comparisons, choices while somebody types.
 */
#include "bot/backup.h"

/* Dashboard ------------------------------------------------------------------
 */

static void backup_panel__every_tab_and_every_button(void **state)
{
	struct run *r = up();
	char first[13], second[13], line[64];

	(void)state;
	slash(r, "backup", NULL, "💾 Backup & Restore — Dashboard");
	want(r, "🕑 No Snapshots Yet");
	want(r, "**0/25**");
	want(r, "✅ Ready");
	want(r, "📋 Server Now");
	hasnt(r, "Not read");
	want(r, "Off: `/backupschedule enable`");
	press(r, "backups", "Nothing here yet");
	press(r, "compare", "There are no backups to compare with");
	press(r, "audit", "No activity yet");
	press(r, "analytics", "No data yet");
	create(r, "{\"label\":\"the *first*\"}", first);
	create(r, "{\"label\":\"second\"}", second);
	slash(r, "backuplist", NULL, "2 snapshots"); /* no cooldown */
	want(r, second);
	want(r, first);
	want(r, "the \\\\*first\\\\*");
	press(r, "refresh", "2 snapshots");
	press(r, "analytics", "📉 Trends");
	want(r, "Sharing saves: **");
	press(r, "audit", "**CREATE**");
	snprintf(line, sizeof(line), "`%s`", first);
	want(r, line);
	press(r, "overview", "📊 Storage");
	want(r, "**2/25**");
	want(r, "🕑 Latest Snapshot");
	want(r, "Over <t:");
	hasnt(r, "\"thumbnail\"");
	slash(r, "backup", NULL, "⏱️ Command on Cooldown");
	act(r, "PATCH", "/guilds/{guild}", "{\"icon\":\"{png:7c3aed}\"}");
	slash(r, "backuplist", NULL, "2 snapshots");
	press(r, "overview", "\"thumbnail\":{\"url\":\"http://127.0.0.1:");
	want(r, "/sandbox/cdn/icons/");
	down(r);
}

static void backup_panel__a_backup_opens_from_the_list(void **state)
{
	struct run *r = up();
	char id[13];

	(void)state;
	create(r, "{\"label\":\"nightly\"}", id);
	slash(r, "backuplist", NULL, "📦 All Backups");
	choose(r, "open", id, "🏷️ Metadata");
	want(r, "SHA-256");
	choose(r, "section", "12", "Roles — ");
	want(r, "@everyone");
	choose(r, "section", "3", "#general");
	choose(r, "section", "-1", "🔧 Actions");
	press(r, "list", "📦 All Backups");
	down(r);
}

static void backup_panel__many_backups_and_entries_have_pages(void **state)
{
	struct run *r = fresh();
	char id[13], last[13] = "";
	int i;

	(void)state;
	r->config.backup_max = 30;
	r->config.backup_cooldown_s = 0;
	r->so.no_rate_limits = 1; /* nobody makes 26 in a row */
	box_up(r);
	bot_up(r);
	for (i = 0; i < 26; i++) {
		create(r, NULL, id);
		if (!i)
			memcpy(last, id, sizeof(last));
	}
	slash(r, "backup", NULL, "**26/30**");
	press(r, "backups", "Page 1/6");
	hasnt(r, last);
	for (i = 2; i <= 6; i++) {
		char page[16];

		snprintf(page, sizeof(page), "Page %d/6", i);
		press(r, "next", page);
	}
	want(r, last);
	press(r, "back", "Page 5/6");
	press(r, "refresh", "Page 5/6");
	press(r, "audit", "26 operations • Page 1/4");
	press(r, "next", "Page 2/4");
	press(r, "delete", "🗑️ Delete a Backup");
	hasnt(r, last); /* 23 at a time */
	press(r, "next", last);
	choose(r, "choose", last, "🗑️ Confirm Deletion");
	press(r, "yes", "is deleted");
	press(r, "compare", "🔍 Compare");
	press(r, "older", "Newer ones");
	press(r, "newer", "Newer ones");
	down(r);
}

static void backup_panel__deleting_asks_and_respects_pins(void **state)
{
	struct run *r = up();
	char kept[13], gone[13];

	(void)state;
	create(r, NULL, kept);
	create(r, NULL, gone);
	slash(r, "backuppin", by_id(kept, ""), "📌 Backup Pinned");
	slash(r, "backup", NULL, "**2/25**");
	press(r, "delete", "🗑️ Delete a Backup");
	choose(r, "choose", kept, "is pinned: unpin it first");
	choose(r, "choose", gone, "It is gone for good then");
	press(r, "cancel", "Nothing was deleted");
	want(r, "**2/25**");
	press(r, "delete", "Choose one of 2");
	press(r, "cancel", "**2/25**");
	press(r, "delete", "Choose one of 2");
	choose(r, "choose", gone, "Confirm Delete");
	press(r, "yes", "is deleted");
	want(r, "**1/25**");
	press(r, "audit", "**DELETE**");
	slash(r, "backupview", by_id(gone, ""), "❌ Not Found");
	slash(r, "backupverify", by_id(kept, ""), "Integrity Verified");
	down(r);
}

static void backup_panel__only_the_invoker_may_press(void **state)
{
	struct run *r = up();
	uint64_t channel = zx_sandbox_channel(
		r->box, zx_sandbox_guild(r->box, 0), "general");
	char path[160];
	struct zx_buf last;
	struct zx_json_iter it;

	(void)state;
	assert_err(zx_sandbox_say(r->box, 0, 0, "!backup", NULL), ZX_OK);
	says(r, "💾 Backup & Restore — Dashboard");
	snprintf(path, sizeof(path), "messages?user=%llu&channel=%llu",
		 (unsigned long long)zx_sandbox_user(r->box, ZX_SANDBOX_OWNER),
		 (unsigned long long)channel);
	control(r, "GET", path, "");
	zx_buf_init(&last, NULL, 0);
	for (it = zx_json_each(zx_buf_str(&r->text)); zx_json_next(&it);) {
		zx_buf_clear(&last);
		zx_buf_adds(&last, it.value);
	}
	zx_buf_clear(&r->text);
	zx_buf_adds(&r->text, zx_buf_str(&last));
	press_as(r, ZX_SANDBOX_ADMIN, "audit", NULL,
		 "Only the command user can interact with this");
	zx_buf_clear(&r->text);
	zx_buf_adds(&r->text, zx_buf_str(&last));
	press(r, "audit", "📜 Audit Log");
	zx_buf_release(&last);
	down(r);
}

static void backup_panel__a_server_that_cannot_be_read_is_said(void **state)
{
	struct run *r = up();

	(void)state;
	fault(r, "{\"fault\":\"rest_error\",\"route\":\"GET "
		 "/guilds/{id}/channels\",\"status\":403,\"code\":50001}");
	slash(r, "backup", NULL, "💾 Backup & Restore — Dashboard");
	want(r, "Not read: ");
	press(r, "refresh", "💬 Channels");
	hasnt(r, "Not read");
	down(r);
}

/* The bot ends while Discord has not answered. */
static void backup_panel__an_answer_that_never_comes_is_let_go(void **state)
{
	struct run *r = up();
	uint64_t id;

	(void)state;
	fault(r, "{\"fault\":\"rest_slow\",\"route\":\"GET /guilds/{id}\","
		 "\"ms\":60000,\"times\":9}");
	assert_err(zx_sandbox_slash(r->box,
				    zx_sandbox_user(r->box, ZX_SANDBOX_OWNER),
				    0, "backup", NULL, &id),
		   ZX_OK);
	assert_err(zx_sandbox_expect(r->box, "GET /guilds/{id}/channels",
				     WAIT_MS, NULL),
		   ZX_OK);
	down(r);
}

/* Compare --------------------------------------------------------------------
 */

static void backup_panel__compare_with_the_server_and_each_other(void **state)
{
	struct run *r = up();
	char first[13], second[13];

	(void)state;
	create(r, "{\"label\":\"before\"}", first);
	slash(r, "backup", NULL, "**1/25**");
	press(r, "compare", "🟢 Minimal: **0 items**");
	press(r, "run", "🔍 Compare");
	comes(r, "✅ **No differences**");
	act(r, "POST", "/guilds/{guild}/roles",
	    "{\"name\":\"Brand new\",\"permissions\":\"2\"}");
	act(r, "PATCH", "/channels/{channel:general}",
	    "{\"topic\":\"``` changed\"}");
	slash(r, "backuplist", NULL, first);
	press(r, "compare", "🟢 Minimal: **1 item**");
	press(r, "run", "🔍 Compare");
	comes(r, "+ @Brand new · 1 permission");
	want(r, "~ #general");
	want(r, "ˋˋˋ changed");
	want(r, "Total: **2 items**");
	create(r, "{\"label\":\"after\"}", second);
	slash(r, "backuplist", NULL, second);
	press(r, "compare", "Compare for every field");
	choose(r, "side-a", second, "Compare for every field");
	choose(r, "side-b", first, "Compare for every field");
	press(r, "run", "- @Brand new · 1 permission");
	choose(r, "side-a", "current", "🌐 the server as it is");
	down(r);
}

static void backup_panel__a_comparison_that_fails_says_why(void **state)
{
	struct run *r = up();
	char id[13];

	(void)state;
	create(r, NULL, id);
	slash(r, "backup", NULL, "**1/25**");
	press(r, "compare", "🔍 Compare");
	fault(r, "{\"fault\":\"rest_error\",\"route\":\"GET /guilds/{id}\","
		 "\"status\":403,\"code\":50001,\"times\":9}");
	press(r, "run", "🔍 Compare");
	comes(r, "❌ ");
	want(r, "Compare for every field");
	down(r);
}

static const char *two(const char *a, const char *b)
{
	static char json[128];

	snprintf(json, sizeof(json), "{\"id_a\":\"%s\",\"id_b\":\"%s\"}", a, b);
	return json;
}

static void backup_diff__two_backups_or_one_and_the_server(void **state)
{
	struct run *r = up();
	char first[13], second[13], head[8];
	uint64_t id;

	(void)state;
	create(r, NULL, first);
	act(r, "PATCH", "/guilds/{guild}/roles/{role:Moderator}",
	    "{\"name\":\"Wardens\",\"permissions\":\"8\"}");
	create(r, NULL, second);
	id = slash(r, "backupdiff", two(first, second), "🔀 Backup Diff");
	becomes(r, id, "~ @Wardens");
	want(r, "+Administrator");
	want(r, "name: \\\"Moderator\\\" → \\\"Wardens\\\"");
	slash(r, "backupdiff", two(second, second), "❌ Nothing to Compare");
	slash(r, "backupdiff", two("current", "live"), "Nothing to Compare");
	slash(r, "backupdiff", two(second, "zzz"),
	      "There is no backup \\\"zzz\\\" here");
	id = slash(r, "backupdiff", two(second, "current"), "{");
	becomes(r, id, "✅ **No differences**");
	id = slash(r, "backupdiff", two("CURRENT", first), "{");
	becomes(r, id, "~ @Moderator");
	id = slash(r, "backupdiff", two(first, "latest"), "{");
	becomes(r, id, "~ @Wardens");
	assert_err(zx_sandbox_say(r->box, 0, 0, "!backupdiff latest current",
				  NULL),
		   ZX_OK);
	says(r, "⏳ Reading the server…");
	zx_buf_clear(&r->text);
	assert_err(zx_sandbox_expect(r->box,
				     "PATCH /channels/{id}/messages/{id}",
				     WAIT_MS, &r->text),
		   ZX_OK);
	want(r, "✅ **No differences**");
	hasnt(r, "Reading");
	/* the first digits will do */
	snprintf(head, sizeof(head), "%.7s", first);
	slash(r, "backupview", by_id(head, ""), first);
	assert_err(zx_sandbox_say(r->box, 0, 0, "!backupview nothing", NULL),
		   ZX_OK);
	says(r, "first digits will do");
	down(r);
}

static void backup_diff__a_long_one_comes_as_a_file_too(void **state)
{
	struct run *r = up();
	char first[13], second[13], body[64];
	uint64_t id;
	int i;

	(void)state;
	create(r, NULL, first);
	for (i = 0; i < 60; i++) {
		snprintf(body, sizeof(body), "{\"name\":\"r%d\"}", i);
		act(r, "POST", "/guilds/{guild}/roles", body);
	}
	create(r, NULL, second);
	id = slash(r, "backupdiff", two(first, second), "{");
	becomes(r, id, "Roles: **+60**");
	press(r, "next", "=== Roles ===");
	want(r, "2 / 4");
	zx_buf_clear(&r->text);
	assert_err(zx_sandbox_expect(r->box, "POST /webhooks/{id}/{token}",
				     WAIT_MS, &r->text),
		   ZX_OK);
	want(r, "All 61 lines as a file");
	want(r, "+++ ");
	want(r, "+ @r59");
	down(r);
}

/* Others ---------------------------------------------------------------------
 */

static void backup_stats__are_for_the_owner(void **state)
{
	struct run *r = up();
	uint64_t admin = zx_sandbox_user(r->box, ZX_SANDBOX_ADMIN);
	char id[13];

	(void)state;
	create(r, NULL, id);
	slash(r, "backupstats", NULL, "📊 Global Backup Statistics");
	want(r, "Backups: **1**");
	want(r, "Per server: **25**");
	want(r, "1 backup, ");
	assert_err(zx_sandbox_say(r->box, admin, 0, "!backupstats", NULL),
		   ZX_OK);
	says(r, "Permission Denied");
	assert_err(zx_sandbox_say(r->box,
				  zx_sandbox_user(r->box, ZX_SANDBOX_MEMBER), 0,
				  "!backuplist", NULL),
		   ZX_OK);
	says(r, "Permission Denied");
	down(r);
}

/* The choices for an option of a command. */
static void typing(struct run *r, const char *command, const char *option,
		   const char *typed)
{
	char body[512];
	uint64_t id;
	zx_time until = zx_clock() + WAIT_MS;

	snprintf(body, sizeof(body),
		 "{\"user\":\"%llu\",\"channel_id\":\"%llu\",\"type\":4,"
		 "\"name\":\"%s\",\"focused\":\"%s\",\"options\":"
		 "{\"%s\":\"%s\"}}",
		 (unsigned long long)zx_sandbox_user(r->box, ZX_SANDBOX_OWNER),
		 (unsigned long long)zx_sandbox_channel(
			 r->box, zx_sandbox_guild(r->box, 0), "general"),
		 command, option, option, typed);
	control(r, "POST", "interactions", body);
	id = zx_json_get_u64(zx_buf_str(&r->text), "id");
	snprintf(body, sizeof(body), "interactions/%llu",
		 (unsigned long long)id);
	while (!has(r, "\"choices\"") && zx_clock() < until)
		control(r, "GET", body, "");
	want(r, "\"choices\"");
}

static void backup_complete__offers_what_fits(void **state)
{
	static const char *const commands[] = { "backupview", "backupdelete",
						"backuppin", "backupverify",
						"backupexport" };
	struct run *r = up();
	char first[13], second[13], part[8];
	size_t i;

	(void)state;
	create(r, "{\"label\":\"Nightly\"}", first);
	create(r, "{\"label\":\"before the party\"}", second);
	slash(r, "backuppin", by_id(first, ""), "Pinned");
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		typing(r, commands[i], "backup_id", "");
		want(r, first);
		want(r, second);
		want(r, "📌 Nightly · 20");
		typing(r, commands[i], "backup_id", "PARTY");
		hasnt(r, first);
		want(r, second);
	}
	snprintf(part, sizeof(part), "%.6s", first);
	typing(r, "backupnote", "backup_id", part);
	want(r, "Nightly");
	typing(r, "backupnote", "backup_id", " UTC");
	want(r, second);
	typing(r, "backupnote", "backup_id", "no such");
	want(r, "\"choices\":[]");
	typing(r, "backupdiff", "id_b", "curr");
	want(r, "The server as it is now");
	hasnt(r, "The latest");
	typing(r, "backupview", "backup_id", "curr");
	want(r, "\"choices\":[]");
	down(r);
}

static void backup_complete__the_latest_comes_first(void **state)
{
	static const char *const commands[] = { "backupview", "backupnote",
						"backuprestore" };
	static const char first[] = "\"choices\":[{\"name\":\"🕑 The latest: 20";
	struct run *r = up();
	char id[13];
	size_t i;

	(void)state;
	typing(r, "backupview", "backup_id", "");
	want(r, "\"choices\":[]");
	create(r, NULL, id);
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		typing(r, commands[i], "backup_id", "");
		want(r, first);
		want(r, "\"value\":\"latest\"");
		want(r, id);
		typing(r, commands[i], "backup_id", "Late");
		want(r, first);
		hasnt(r, id);
	}
	typing(r, "backupdiff", "id_b", "");
	want(r, first);
	down(r);
}

/* Commands that do something, too. */
static void backup_find__the_first_digits_will_do(void **state)
{
	struct run *r = up();
	char id[13], head[8], line[64];

	(void)state;
	create(r, NULL, id);
	snprintf(head, sizeof(head), "%.7s", id);
	snprintf(line, sizeof(line), "`%s` is now kept", id);
	slash(r, "backuppin", by_id(head, ""), line);
	slash(r, "backuppin", by_id("latest", ""), "Backup Unpinned");
	slash(r, "backupnote", by_id(head, ",\"note\":\"hello\""), id);
	slash(r, "backupverify", by_id(head, ""), "Integrity Verified");
	slash(r, "backupdelete", by_id(head, ""), id);
	slash(r, "backuppin", by_id("nothing\\n`here`", ""), "Not Found");
	create(r, NULL, id);
	slash(r, "backuppin", by_id("", ""), "Not Found");
	down(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(backup_panel__every_tab_and_every_button),
		cmocka_unit_test(backup_panel__a_backup_opens_from_the_list),
		cmocka_unit_test(
			backup_panel__many_backups_and_entries_have_pages),
		cmocka_unit_test(backup_panel__deleting_asks_and_respects_pins),
		cmocka_unit_test(backup_panel__only_the_invoker_may_press),
		cmocka_unit_test(
			backup_panel__a_server_that_cannot_be_read_is_said),
		cmocka_unit_test(
			backup_panel__an_answer_that_never_comes_is_let_go),
		cmocka_unit_test(
			backup_panel__compare_with_the_server_and_each_other),
		cmocka_unit_test(
			backup_panel__a_comparison_that_fails_says_why),
		cmocka_unit_test(
			backup_diff__two_backups_or_one_and_the_server),
		cmocka_unit_test(backup_diff__a_long_one_comes_as_a_file_too),
		cmocka_unit_test(backup_stats__are_for_the_owner),
		cmocka_unit_test(backup_complete__offers_what_fits),
		cmocka_unit_test(backup_complete__the_latest_comes_first),
		cmocka_unit_test(backup_find__the_first_digits_will_do),
	};

	return cmocka_run_group_tests_name("backup_panel", tests, NULL, NULL);
}
