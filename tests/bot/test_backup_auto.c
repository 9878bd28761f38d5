/* SPDX-License-Identifier: MIT
 *
 * Automatic backups in a bot against the sandbox: when they are due, also after
 * a restart, what makes room for them, and that trouble is told.
 */
#include "bot/backup.h"
#include "zoryx/python.h"

#define HOUR 3600000

static struct run *up_auto(void)
{
	struct run *r = fresh();

	r->config.backup_auto_h = 24;
	r->config.backup_cooldown_s = 0;
	box_up(r);
	bot_up(r);
	return r;
}

static uint64_t guild(struct run *r)
{
	return zx_sandbox_guild(r->box, 0);
}

/* Every `hours`, the last time `ago`; the bot is down. */
static void plan(struct run *r, uint32_t hours, zx_wall ago)
{
	struct zx_backup_plan p = { .enabled = 1,
				    .hours = hours,
				    .last = zx_wall_clock() - ago };
	struct zx_state *s = state_of(r);
	struct zx_buf b;

	zx_buf_init(&b, NULL, 0);
	zx_python_schedule_write(&b, &p);
	assert_err(
		zx_state_put(s, "backup", guild(r), "schedule", zx_buf_str(&b)),
		ZX_OK);
	zx_buf_release(&b);
	zx_state_close(s);
}

/* When the last one was, by the state file. */
static zx_wall last(struct run *r)
{
	struct zx_state *s = state_of(r);
	struct zx_backup_plan p;
	struct zx_buf b;

	zx_buf_init(&b, NULL, 0);
	assert_err(zx_state_get(s, "backup", guild(r), "schedule", &b), ZX_OK);
	assert_err(zx_python_schedule(zx_buf_str(&b), &p), ZX_OK);
	zx_buf_release(&b);
	zx_state_close(s);
	return p.last;
}

static void to_general(struct run *r)
{
	char args[64];

	snprintf(args, sizeof(args), "{\"channel\":\"%llu\"}",
		 (unsigned long long)zx_sandbox_channel(r->box, guild(r),
							"general"));
	slash(r, "backupsettings", args, "Backup Settings Saved");
	says(r, "will be told here");
}

static void backup__a_schedule_makes_one_at_once_and_then_waits(void **state)
{
	struct run *r = up_auto();
	struct checked c;

	(void)state;
	slash(r, "backupschedule", "{\"action\":\"status\"}",
	      "Last run: Never");
	slash(r, "backupschedule", "{\"action\":\"enable\",\"hours\":6}",
	      "every **6 hours**");
	WAIT_FOR(logged(r, ": backup "));
	slash(r, "backupschedule", "{\"action\":\"status\"}",
	      "Interval: Every 6 hours");
	assert_false(has(r, "Never"));
	bot_down(r);
	bot_up(r);
	usleep(300 * 1000); /* several looks at the schedule */
	assert_false(logged(r, ": backup "));
	bot_down(r);
	c = check_all(r);
	assert_int_equal(c.count, 1);
	assert_int_equal(c.automatic, 1);
	assert_int_equal(c.bad, 0);
	audit_of(r);
	want(r, "Automatic. Label: Auto-backup 20");
	want(r, "schedule  Enabled every 6h");
	away(r);
}

static void
backup__missed_ones_are_made_up_for_once_and_N_hours_stay_N(void **state)
{
	struct run *r = up_auto();
	struct checked c;
	zx_wall before, then;

	(void)state;
	bot_down(r);
	/* Five were missed; the last should have been half an hour ago. */
	plan(r, 2, 11 * HOUR);
	before = last(r);
	bot_up(r);
	WAIT_FOR(logged(r, ": backup "));
	usleep(300 * 1000);
	bot_down(r);
	c = check_all(r);
	assert_int_equal(c.automatic, 1);
	then = last(r);
	assert_int_equal((then - before) % (2 * HOUR), 0);
	assert_int_equal(then - before, 10 * HOUR);
	away(r);
}

static void
backup__without_the_setting_none_is_made_and_that_is_said(void **state)
{
	struct run *r = up();

	(void)state;
	slash(r, "backupschedule", "{\"action\":\"enable\"}",
	      "every **24 hours**");
	want(r, "Background Loop Inactive");
	usleep(200 * 1000);
	assert_false(logged(r, ": backup "));
	slash(r, "backupschedule", "{\"action\":\"disable\"}",
	      "Auto-Backup Disabled");
	down(r);
}

static void backup__the_oldest_automatic_one_makes_room(void **state)
{
	struct run *r = fresh();
	struct checked c;
	char first[13], made[13];
	int i;

	(void)state;
	r->config.backup_auto_h = 1;
	r->config.backup_max = 3;
	r->config.backup_cooldown_s = 0;
	box_up(r);
	bot_up(r);
	create(r, "{\"label\":\"by hand\"}", first);
	for (i = 0; i < 3; i++) {
		bot_down(r);
		plan(r, 1, HOUR + 1000);
		bot_up(r);
		WAIT_FOR(logged(r, ": backup "));
	}
	bot_down(r);
	c = check_all(r);
	assert_int_equal(c.count, 3);
	assert_int_equal(c.automatic, 2);
	assert_int_equal(c.bad, 0);
	assert_non_null(strstr(c.ids, first));
	audit_of(r);
	want(r, "Made room: automatic, oldest of 3");
	bot_up(r);
	/* and for one by hand, too */
	create(r, NULL, made);
	bot_down(r);
	c = check_all(r);
	assert_int_equal(c.count, 3);
	assert_int_equal(c.automatic, 1);
	away(r);
}

static void backup__a_full_store_is_told_once(void **state)
{
	struct run *r = fresh();
	char id[13];

	(void)state;
	r->config.backup_auto_h = 1;
	r->config.backup_max = 1;
	r->config.backup_cooldown_s = 0;
	box_up(r);
	bot_up(r);
	create(r, NULL, id);
	to_general(r);
	slash(r, "backupschedule", "{\"action\":\"enable\",\"hours\":1}",
	      "Auto-Backup Enabled");
	says(r, "Automatic Backup Failed");
	want(r, "1 of 1 backups are kept (0 pinned, 1 made by hand)");
	slash(r, "backupschedule", "{\"action\":\"status\"}",
	      "The Last Attempt Failed");
	bot_down(r);
	bot_up(r);
	WAIT_FOR(logged(r, "no automatic backup: 1 of 1"));
	zx_buf_clear(&r->text);
	assert_err(zx_sandbox_expect(r->box, SEND, 300, &r->text),
		   ZX_E_TIMEOUT);
	bot_down(r);
	audit_of(r);
	want(r, "auto_failed  1 of 1");
	away(r);
}

static void backup__two_intervals_without_success_are_told(void **state)
{
	struct run *r = up_auto();

	(void)state;
	to_general(r);
	fault(r, "{\"fault\":\"rest_error\",\"status\":403,\"code\":50001,"
		 "\"route\":\"GET /guilds/{id}/channels\",\"times\":0}");
	bot_down(r);
	plan(r, 1, 3 * HOUR);
	bot_up(r);
	says(r, "No Automatic Backups");
	want(r, "two intervals of 1 h");
	says(r, "Automatic Backup Failed");
	want(r, "channels could not be read");
	bot_down(r);
	audit_of(r);
	want(r, "auto_late  No success for two intervals");
	away(r);
}

/* What is left of a server after a disaster pushes no older one out, and is
 * told. */
static void backup__one_that_has_shrunk_drops_nothing(void **state)
{
	struct run *r = fresh();
	struct checked c;
	char path[64];
	int i;

	(void)state;
	r->config.backup_auto_h = 1;
	r->config.backup_max = 2;
	box_up(r);
	bot_up(r);
	to_general(r);
	for (i = 0; i < 2; i++) {
		bot_down(r);
		plan(r, 1, HOUR + 1000);
		bot_up(r);
		WAIT_FOR(logged(r, ": backup "));
	}
	bot_down(r);
	c = check_all(r);
	assert_int_equal(c.count, 2);
	bot_up(r);
	snprintf(path, sizeof(path), "guilds/%llu/seed",
		 (unsigned long long)guild(r));
	control(r, "POST", path, "{\"kind\":\"bare\"}");
	bot_down(r);
	plan(r, 1, HOUR + 1000);
	bot_up(r);
	says(r, "Automatic Backup Failed");
	want(r, "more than 30 % fewer roles and channels");
	bot_down(r);
	assert_string_equal(check_all(r).ids, c.ids);
	away(r);
}

/* Retention ---------------------------------------------------------------- */

static void
backup__old_ones_go_but_not_pinned_ones_and_not_the_last(void **state)
{
	static const int pins[] = { 0, 1, 0, 0 };
	struct run *r = fresh();
	struct checked c;
	char ids[4][13];
	int i;

	(void)state;
	r->config.backup_cooldown_s = 0;
	box_up(r);
	bot_up(r);
	for (i = 0; i < 4; i++)
		create(r, NULL, ids[i]);
	slash(r, "backuppin", by_id(ids[1], ""), "Backup Pinned");
	bot_down(r);
	/* As if they had been made a year ago. */
	sql_of(r, "UPDATE snapshot SET created = created - 366 * 86400000");
	r->config.backup_keep_days = 30;
	bot_up(r);
	WAIT_FOR(logged(r, "retention removed 2 backups"));
	bot_down(r);
	c = check_all(r);
	assert_int_equal(c.count, 2);
	assert_int_equal(c.bad, 0);
	for (i = 0; i < 4; i++)
		assert_int_equal(strstr(c.ids, ids[i]) != NULL,
				 pins[i] || i == 3);
	audit_of(r);
	want(r, "Expired: Backup");
	away(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			backup__a_schedule_makes_one_at_once_and_then_waits),
		cmocka_unit_test(
			backup__missed_ones_are_made_up_for_once_and_N_hours_stay_N),
		cmocka_unit_test(
			backup__without_the_setting_none_is_made_and_that_is_said),
		cmocka_unit_test(backup__the_oldest_automatic_one_makes_room),
		cmocka_unit_test(backup__a_full_store_is_told_once),
		cmocka_unit_test(
			backup__two_intervals_without_success_are_told),
		cmocka_unit_test(backup__one_that_has_shrunk_drops_nothing),
		cmocka_unit_test(
			backup__old_ones_go_but_not_pinned_ones_and_not_the_last),
	};

	return cmocka_run_group_tests_name("backup auto", tests, NULL, NULL);
}
