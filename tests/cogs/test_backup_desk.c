/* SPDX-License-Identifier: MIT
 *
 * The backup cog's panels in a bot that is never connected, with Discord and
 * the clock played by the test: how they end, and each allocation refused once.
 */
#include <unistd.h>

#include "cogs/backup_panel.h"
#include "command/desk.h"
#include "helper/fail_alloc.h"
#include "zoryx/backup_restore.h"

#define FIRST "0123456789ab"
#define SECOND "fedcba987654"

static struct fail_alloc memory;
static struct zx_bot *bot;
static struct desk d;
static char path[64];

/* A state file with two backups of the guild ------------------------------- */

static struct zx_state *file;
static uint64_t draft;

static int put(const unsigned char hash[ZX_HASH], struct zx_str data, void *ud)
{
	(void)ud;
	return zx_state_snap_part(file, draft, hash, data);
}

static int get(const unsigned char hash[ZX_HASH], struct zx_buf *out, void *ud)
{
	(void)ud;
	return zx_state_part_get(file, hash, out);
}

static void add(const char *id, const char *role, zx_wall at)
{
	struct zx_guild_writer_options o = ZX_GUILD_WRITER_OPTIONS_INIT;
	struct zx_state_snapshot s = { .guild = DESK_GUILD,
				       .author = DESK_ADMIN,
				       .created = at,
				       .label = ZX_STR("Nightly"),
				       .notes = ZX_STR("a note") };
	struct zx_state_audit e = { .at = at, .user = 2, .action = "create" };
	struct zx_guild_writer *w;
	struct zx_guild_written r;

	o.store = (struct zx_guild_store){ .put = put, .get = get };
	o.guild = DESK_GUILD;
	o.captured_at = at;
	assert_err(zx_state_snap_begin(file, DESK_GUILD, &draft), ZX_OK);
	assert_err(zx_guild_writer_new(&w, &o), ZX_OK);
	assert_err(zx_guild_add(w, ZX_SECTION_ROLES, zx_str(role)), ZX_OK);
	assert_err(zx_guild_add(w, ZX_SECTION_GUILD,
				ZX_STR("{\"id\":\"50\",\"name\":\"G\"}")),
		   ZX_OK);
	assert_err(zx_guild_add(w, ZX_SECTION_BOT,
				ZX_STR("{\"custom_prefix\":null}")),
		   ZX_OK);
	assert_err(zx_guild_add_missing(w, "bans", "Missing Permissions"),
		   ZX_OK);
	assert_err(zx_guild_finish(w, &r), ZX_OK);
	snprintf(s.id, sizeof(s.id), "%s", id);
	s.manifest = r.manifest;
	s.bytes = r.bytes;
	memcpy(s.hash, r.hash, ZX_HASH);
	assert_err(zx_state_snap_commit(file, draft, &s, 0), ZX_OK);
	zx_guild_writer_free(w);
	e.backup = id;
	e.details = ZX_STR("Label: Nightly");
	assert_err(zx_state_audit_add(file, DESK_GUILD, &e), ZX_OK);
}

static void fill(void)
{
	struct zx_state_options o = ZX_STATE_OPTIONS_INIT;

	snprintf(path, sizeof(path), "/tmp/zx-backup-desk-%ld.db",
		 (long)getpid());
	unlink(path);
	o.path = path;
	assert_err(zx_state_open(&file, &o), ZX_OK);
	add(FIRST, "{\"id\":\"71\",\"name\":\"Mods\",\"permissions\":\"2\"}",
	    DESK_WALL - 5000);
	add(SECOND,
	    "{\"id\":\"71\",\"name\":\"Wardens\",\"permissions\":\"8\"}",
	    DESK_WALL - 1000);
	zx_state_close(file);
}

/* A bot on a desk ------------------------------------------------------------
 */

/* The dashboard without a look at the server, which takes a network. */
static void show(struct zx_call *call, void *ud)
{
	struct zx__bkp_state s;

	(void)ud;
	memset(&s, 0, sizeof(s));
	s.live.known = 1;
	zx_reply_panel(call, &zx__bkp_dashboard, &s);
}

static const struct zx_command dashboard = { .name = "dashboard",
					     .description = "d",
					     .rule = ZX_RULE_ADMIN,
					     .run = show };

static int setup(void **state)
{
	struct zx_bot_options o = ZX_BOT_OPTIONS_INIT;

	(void)state;
	fill();
	fail_alloc_init(&memory);
	o.token = "abc";
	o.api_url = "http://127.0.0.1:1";
	o.state_path = path;
	o.alloc = &memory.alloc;
	assert_err(zx_bot_new(&bot, &o), ZX_OK);
	assert_err(zx_bot_add_cog(bot, zx_cog_backup_restore()), ZX_OK);
	assert_err(zx_bot_add_command(bot, &dashboard), ZX_OK);
	assert_err(zx_bot_start(bot), ZX_OK);
	d.c = zx_bot_commands(bot);
	d.now = 1000;
	zx_commands_set_self(d.c, DESK_APP, DESK_SELF);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	desk_forget(&d);
	zx_bot_free(bot);
	fail_alloc_check(&memory);
	unlink(path);
	return 0;
}

/* What was said last, "" for nothing. */
static const char *said(void)
{
	size_t n = d.count < DESK_SENT ? d.count : DESK_SENT;

	return n ? d.sent[n - 1].body : "";
}

static int says(const char *what)
{
	return strstr(said(), what) != NULL;
}

static int has_button(const char *action)
{
	char tail[64];

	snprintf(tail, sizeof(tail), ":%s\"", action);
	return says(tail);
}

/* A press in what was said last, if it has such a button. */
static void press(const char *action, const char *value)
{
	char id[128], values[64];

	if (!has_button(action))
		return;
	desk_custom_id(said(), action, id);
	snprintf(values, sizeof(values), "[\"%s\"]", value ? value : "");
	desk_ok_all(&d);
	desk_forget(&d);
	d.now += 1000;
	desk_press(&d, DESK_ADMIN, id, value ? values : NULL);
}

static void slash(const char *name, const char *options)
{
	desk_ok_all(&d);
	desk_forget(&d);
	d.now += 20000; /* cooldowns are over */
	desk_slash(&d, DESK_ADMIN, name, options);
}

#define ID(name, value)                                                        \
	"{\"name\":\"" name "\",\"type\":3,\"value\":\"" value "\"}"

/* Time -----------------------------------------------------------------------
 */

static size_t count(const char *what)
{
	const char *at = said();
	size_t n = 0;

	for (; (at = strstr(at, what)) != NULL; at += strlen(what))
		n++;
	return n;
}

static void backup_panel__ends_five_minutes_after_the_last_press(void **state)
{
	(void)state;
	slash("dashboard", NULL);
	press("backups", NULL);
	assert_true(says("2 snapshots"));
	desk_ok_all(&d);
	desk_forget(&d);
	desk_wait(&d, 299000);
	assert_int_equal(d.count, 0);
	desk_wait(&d, 2000);
	assert_int_equal(d.count, 1);
	assert_true(says("2 snapshots"));
	/* five tabs, five more buttons, a selector */
	assert_int_equal(count("\"custom_id\""), 11);
	assert_int_equal(count("\"disabled\":true"), 11);
}

static void backup_panel__a_question_is_forgotten_after_a_minute(void **state)
{
	(void)state;
	slash("dashboard", NULL);
	press("delete", NULL);
	press("choose", FIRST);
	assert_true(says("It is gone for good then"));
	d.now += 61000;
	press("yes", NULL);
	assert_true(says("Not answered within a minute: nothing was deleted"));
	assert_true(says("**2/25**"));
}

static void backup_panel__what_was_deleted_meanwhile_is_said(void **state)
{
	struct zx__backup *b = zx__backup_in(bot);
	struct zx_state_snapshot snap;
	struct zx_buf text;

	(void)state;
	file = b->state;
	zx_buf_init(&text, NULL, 0);
	assert_err(zx_state_snap_get(file, DESK_GUILD, FIRST, &snap, &text),
		   ZX_OK);
	zx_buf_release(&text);
	slash("dashboard", NULL);
	press("delete", NULL);
	press("choose", FIRST);
	assert_err(zx_state_snap_delete(file, DESK_GUILD, FIRST), ZX_OK);
	press("yes", NULL);
	assert_true(says("❌ "));
	assert_true(says("**1/25**"));
	slash("dashboard", NULL);
	press("compare", NULL);
	press("side-b", "current");
	assert_true(says("🌐 the server as it is"));
	add(FIRST, "{\"id\":\"71\",\"name\":\"Mods\",\"permissions\":\"2\"}",
	    DESK_WALL - 5000);
}

/* Scenarios ------------------------------------------------------------------
 */

/* What the loop would do, turn for turn. */
static void work(void)
{
	struct zx__backup *b = zx__backup_in(bot);

	while (b->works)
		b->work_timer.fn(&b->work_timer, b);
	(void)desk_pump(&d);
}

static void walk_the_dashboard(void)
{
	static const char *const tabs[] = { "backups", "audit", "analytics",
					    "overview", "compare" };
	size_t i;

	slash("dashboard", NULL);
	for (i = 0; i < sizeof(tabs) / sizeof(tabs[0]); i++)
		press(tabs[i], NULL);
	press("side-b", FIRST);
	press("run", NULL);
	work();
	press("delete", NULL);
	press("choose", FIRST);
	press("cancel", NULL);
}

static int dashboard_was_walked(void)
{
	return says("Nothing was deleted");
}

static void open_one(void)
{
	slash("backupview", "[" ID("backup_id", "012") "]");
	press("section", "12");
	press("section", "6");
	press("section", "8");
	press("section", "-1");
}

static int one_was_opened(void)
{
	return says("SHA-256") && says("Missing Permissions");
}

static void compare_two(void)
{
	slash("backupdiff", "[" ID("id_a", FIRST) "," ID("id_b", "latest") "]");
	work();
}

static int two_were_compared(void)
{
	return says("~ @Wardens") && says("+Administrator, -Kick Members");
}

static void complete(void)
{
	desk_ok_all(&d);
	desk_forget(&d);
	desk_interaction(&d, 4, DESK_ADMIN, DESK_GUILD,
			 "{\"id\":\"77\",\"name\":\"backuppin\",\"type\":1,"
			 "\"options\":[{\"name\":\"backup_id\",\"type\":3,"
			 "\"value\":\"night\",\"focused\":true}]}",
			 NULL, 0);
}

static int was_completed(void)
{
	return says(FIRST) && says(SECOND);
}

/* Each allocation refused once: whatever is
 * said then, nothing breaks, and afterwards everything is as before. */
static void starve(void (*walk)(void), int (*arrived)(void))
{
	size_t at, tries = 0;

	fail_alloc_once(&memory, 0);
	walk();
	assert_true(arrived());
	for (at = 1;; at++) {
		fail_alloc_once(&memory, at);
		walk();
		if (!memory.failed)
			break;
		tries++;
	}
	fail_alloc_once(&memory, 0);
	walk();
	assert_true(arrived());
	print_message("# %zu allocations\n", tries);
	assert_true(tries >= 10);
}

static void backup_show__the_dashboard_lives_without_memory(void **state)
{
	(void)state;
	starve(walk_the_dashboard, dashboard_was_walked);
}

static void backup_show__a_backup_is_opened_without_memory(void **state)
{
	(void)state;
	starve(open_one, one_was_opened);
}

static void backup_show__a_comparison_lives_without_memory(void **state)
{
	(void)state;
	starve(compare_two, two_were_compared);
}

static void backup_complete__lives_without_memory(void **state)
{
	(void)state;
	starve(complete, was_completed);
}

/* Totals are the owner's: not by way of a call. */
static int totals(const struct zx_alloc *a, void *ud)
{
	struct zx__backup *b = zx__backup_in(bot);
	const struct zx_alloc *was = b->alloc;
	struct zx__bkv_totals t;
	int err;

	(void)ud;
	b->alloc = a;
	err = zx__bkv_totals_load(&t, b);
	b->alloc = was;
	if (!err) {
		assert_int_equal(t.snapshots, 2);
		assert_int_equal(t.guilds, 1);
		assert_int_equal(t.top[0].guild, DESK_GUILD);
		assert_int_equal(t.top[0].snapshots, 2);
		assert_int_equal(t.oldest, DESK_WALL - 5000);
		assert_true(t.stored > 0);
		assert_int_equal(t.broken, 0);
	}
	return err;
}

static void backup_stats__any_allocation_may_fail(void **state)
{
	(void)state;
	fail_alloc_once(&memory, 0);
	fail_alloc_each_lenient(totals, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			backup_panel__ends_five_minutes_after_the_last_press),
		cmocka_unit_test(
			backup_panel__a_question_is_forgotten_after_a_minute),
		cmocka_unit_test(
			backup_panel__what_was_deleted_meanwhile_is_said),
		cmocka_unit_test(
			backup_show__the_dashboard_lives_without_memory),
		cmocka_unit_test(
			backup_show__a_backup_is_opened_without_memory),
		cmocka_unit_test(
			backup_show__a_comparison_lives_without_memory),
		cmocka_unit_test(backup_complete__lives_without_memory),
		cmocka_unit_test(backup_stats__any_allocation_may_fail),
	};

	return cmocka_run_group_tests_name("backup_desk", tests, setup,
					   teardown);
}
