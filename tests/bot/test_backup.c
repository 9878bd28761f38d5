/* SPDX-License-Identifier: MIT
 *
 * Backups in a bot against the sandbox: made by command, kept whole, marked,
 * verified, exported and deleted by those who may.
 */
#include "bot/backup.h"

static void backup__a_command_makes_one_and_verify_proves_it(void **state)
{
	struct run *r = up();
	char id[13];

	(void)state;
	create(r, "{\"label\":\"before the *party*\"}", id);
	want(r, "before the \\\\*party\\\\*");
	want(r, "SHA-256:  ");
	want(r, "/backuprestore");
	slash(r, "backupverify", by_id(id, ""), "Integrity Verified");
	slash(r, "backupverify", by_id("000000000000", ""), "Not Found");
	zx_sandbox_say(r->box, 0, 0, "!backupcreate two words", NULL);
	says(r, "Creating Backup");
	slash(r, "backuplist", NULL, id);
	WAIT_FOR((slash(r, "backuplist", NULL, "backup"), has(r, "two words")));
	down(r);
}

/* How often a path below the first guild was asked for since line `after`. */
static unsigned asked(struct run *r, uint64_t after, const char *path)
{
	struct zx_json_iter it;
	char url[160], full[64];
	unsigned n = 0;

	snprintf(full, sizeof(full), "log?full=1&after=%llu",
		 (unsigned long long)after);
	control(r, "GET", full, "");
	snprintf(url, sizeof(url), "/guilds/%llu%s",
		 (unsigned long long)zx_sandbox_guild(r->box, 0), path);
	for (it = zx_json_each(zx_buf_str(&r->text)); zx_json_next(&it);) {
		struct zx_str p = zx_json_plain(zx_json_get(it.value, "path"));
		struct zx_str tail = zx_str_from(
			p, p.len < strlen(url) ? p.len : p.len - strlen(url));

		n += zx_json_is(zx_json_get(it.value, "method"), "GET") &&
		     zx_str_is(tail, url);
	}
	return n;
}

static uint64_t last_line(struct run *r)
{
	struct zx_json_iter it;
	uint64_t n = 0;

	control(r, "GET", "log", "");
	for (it = zx_json_each(zx_buf_str(&r->text)); zx_json_next(&it);)
		n = zx_json_get_u64(it.value, "n");
	return n;
}

/* All requests below the first guild. */
static unsigned of_guild(struct run *r, uint64_t after)
{
	struct zx_json_iter it;
	char part[64], full[64];
	unsigned n = 0;

	snprintf(full, sizeof(full), "log?full=1&after=%llu",
		 (unsigned long long)after);
	control(r, "GET", full, "");
	snprintf(part, sizeof(part), "/guilds/%llu",
		 (unsigned long long)zx_sandbox_guild(r->box, 0));
	for (it = zx_json_each(zx_buf_str(&r->text)); zx_json_next(&it);) {
		struct zx_buf p;

		zx_buf_init(&p, NULL, 0);
		zx_buf_adds(&p, zx_json_plain(zx_json_get(it.value, "path")));
		n += strstr(zx_buf_cstr(&p), part) != NULL;
		zx_buf_release(&p);
	}
	return n;
}

static void backup__asks_each_thing_once_and_known_images_never(void **state)
{
	static const char *const once[] = {
		"",	     "/channels",	  "/auto-moderation/rules",
		"/webhooks", "/scheduled-events", "/soundboard-sounds",
		"/bans",     "/onboarding",
	};
	struct run *r = up();
	uint64_t before;
	unsigned first;
	char id[13];

	(void)state;
	before = last_line(r);
	create(r, NULL, id);
	for (size_t i = 0; i < sizeof(once) / sizeof(once[0]); i++) {
		print_message("# %s\n", once[i]);
		assert_int_equal(asked(r, before, once[i]), 1);
	}
	/* members come over the gateway */
	assert_int_equal(asked(r, before, "/members"), 0);
	first = of_guild(r, before);
	print_message("# %u requests\n", first);
	assert_in_range(first, 8, 9); /* with a welcome screen */
	before = last_line(r);
	create(r, NULL, id);
	/* but not twice in 30 s */
	assert_int_equal(asked(r, before, "/members"), 1);
	assert_int_equal(of_guild(r, before), first + 1);
	down(r);
}

static void backup__what_could_not_be_read_is_said(void **state)
{
	struct run *r = up();
	char id[13];

	(void)state;
	fault(r, "{\"fault\":\"rest_error\",\"status\":403,\"code\":50013,"
		 "\"route\":\"GET /guilds/{id}/bans\",\"times\":0}");
	create(r, NULL, id);
	want(r, "Could Not Be Read");
	want(r, "needs the permission Ban Members");
	/* the sandbox's bot is no administrator, and #owners-only is hidden */
	want(r, "some may be missing");
	slash(r, "backupverify", by_id(id, ""), "Integrity Verified");
	down(r);
}

static void
backup__nothing_half_is_kept_when_a_server_cannot_be_read(void **state)
{
	struct run *r = up();
	uint64_t i;

	(void)state;
	fault(r, "{\"fault\":\"rest_error\",\"status\":403,\"code\":50001,"
		 "\"route\":\"GET /guilds/{id}/channels\",\"times\":0}");
	i = slash(r, "backupcreate", NULL, "Backup");
	becomes(r, i, "Backup Failed");
	want(r, "channels could not be read");
	slash(r, "backuplist", NULL, "Nothing here yet");
	down(r);
}

static unsigned members(struct run *r)
{
	const char *at = strstr(zx_buf_cstr(&r->text), "Members:    ");

	assert_non_null(at);
	return (unsigned)atoi(at + 12);
}

/* ZX_MEMBERS=250000 for a large one. */
static void backup__chunks_and_pages_hold_the_same_members(void **state)
{
	const char *text = getenv("ZX_MEMBERS");
	struct run *r = fresh();
	uint64_t before;
	unsigned first;
	zx_time begun;
	char id[13];

	(void)state;
	r->so.guilds = 1;
	r->so.members = text ? (unsigned)atoi(text) : 2500;
	r->config.backup_cooldown_s = 0;
	box_up(r);
	bot_up(r);
	begun = zx_clock();
	create(r, NULL, id);
	first = members(r);
	print_message("# %u in %llu ms\n", first,
		      (unsigned long long)(zx_clock() - begun));
	assert_true(first > r->so.members - 10);
	before = last_line(r);
	begun = zx_clock();
	create(r, NULL, id);
	assert_int_equal(members(r), first);
	assert_true(asked(r, before, "/members") > 2);
	print_message("# again in %llu ms\n",
		      (unsigned long long)(zx_clock() - begun));
	slash(r, "backupverify", by_id(id, ""), "Integrity Verified");
	down(r);
}

static void backup__without_a_state_file_it_says_so(void **state)
{
	struct run *r = fresh();

	(void)state;
	r->state[0] = '\0';
	box_up(r);
	bot_up(r);
	slash(r, "backupcreate", NULL, "did not start");
	slash(r, "backup", NULL, "did not start");
	slash(r, "backupschedule", "{\"action\":\"status\"}", "did not start");
	assert_true(logged(r, "backups need a state file: set ZX_STATE"));
	down(r);
}

/* Rights ------------------------------------------------------------------- */

static uint64_t role_id(struct run *r, const char *name)
{
	struct zx_json_iter it;
	uint64_t id = 0;

	act(r, "GET", "/guilds/{guild}/roles", "null");
	it = zx_json_each(zx_json_get(zx_buf_str(&r->text), "body"));
	while (zx_json_next(&it))
		if (zx_json_is(zx_json_get(it.value, "name"), name))
			id = zx_json_get_u64(it.value, "id");
	assert_int_not_equal(id, 0);
	return id;
}

static void
backup__members_may_not_and_role_holders_only_their_own(void **state)
{
	struct run *r = up();
	char theirs[13], ours[13], args[64];

	(void)state;
	create(r, NULL, ours);
	slash_as(r, ZX_SANDBOX_MEMBER, 0, "backupcreate", NULL,
		 "Permission Denied");
	slash_as(r, ZX_SANDBOX_MEMBER, 0, "backupdelete", by_id(ours, ""),
		 "Permission Denied");
	snprintf(args, sizeof(args), "{\"role\":\"%llu\"}",
		 (unsigned long long)role_id(r, "Regular"));
	slash_as(r, ZX_SANDBOX_ADMIN, 0, "backupsettings", args,
		 "Backup Settings Saved");
	slash_as(r, ZX_SANDBOX_MEMBER, 0, "backupcreate", NULL,
		 "Permission Denied");
	act(r, "PUT",
	    "/guilds/{guild}/members/{user:member}/roles/{role:Regular}",
	    "null");
	r->config.backup_cooldown_s = 0; /* read at the start */
	slash_as(r, ZX_SANDBOX_MEMBER, 0, "backupcreate", NULL, "Cooldown");
	bot_down(r);
	bot_up(r);
	create_as(r, ZX_SANDBOX_MEMBER, NULL, theirs);
	slash_as(r, ZX_SANDBOX_MEMBER, 0, "backupdelete", by_id(ours, ""),
		 "only delete your own");
	slash_as(r, ZX_SANDBOX_MEMBER, 0, "backupdelete", by_id(theirs, ""),
		 "Delete This Backup?");
	press_as(r, ZX_SANDBOX_MEMBER, "yes", NULL, "Backup Deleted");
	slash(r, "backupverify", by_id(theirs, ""), "Not Found");
	slash(r, "backupverify", by_id(ours, ""), "Integrity Verified");
	down(r);
}

static void backup__a_right_that_is_gone_does_not_confirm(void **state)
{
	struct run *r = fresh();
	char id[13], args[64];

	(void)state;
	r->config.backup_cooldown_s = 0;
	box_up(r);
	bot_up(r);
	snprintf(args, sizeof(args), "{\"role\":\"%llu\"}",
		 (unsigned long long)role_id(r, "Regular"));
	slash(r, "backupsettings", args, "Backup Settings Saved");
	act(r, "PUT",
	    "/guilds/{guild}/members/{user:member}/roles/{role:Regular}",
	    "null");
	create_as(r, ZX_SANDBOX_MEMBER, NULL, id);
	act(r, "DELETE",
	    "/guilds/{guild}/members/{user:member}/roles/{role:Artist}",
	    "null");
	slash_as(r, ZX_SANDBOX_MEMBER, 0, "backupdelete", by_id(id, ""),
		 "Delete This Backup?");
	{
		struct zx_buf asked = r->text;

		zx_buf_init(&r->text, NULL, 0);
		act(r, "DELETE",
		    "/guilds/{guild}/members/{user:member}/roles/{role:Regular}",
		    "null");
		zx_buf_release(&r->text);
		r->text = asked;
	}
	press_as(r, ZX_SANDBOX_MEMBER, "yes", NULL, "Cannot Delete");
	slash(r, "backupverify", by_id(id, ""), "Integrity Verified");
	down(r);
}

/* Marks -------------------------------------------------------------------- */

static void backup_note__without_a_text_takes_the_note_away(void **state)
{
	struct run *r = up();
	uint64_t owner = zx_sandbox_user(r->box, ZX_SANDBOX_OWNER);
	char id[13], lines[256];

	(void)state;
	create(r, NULL, id);
	slash(r, "backupnote", by_id(id, ""), "📝 No Note");
	slash(r, "backupnote", by_id(id, ",\"note\":\"the *good* one\""),
	      "Note Saved");
	slash(r, "backupnote", by_id(id, ",\"note\":\"  \""), "Note Removed");
	want(r, "which was\\n> the \\\\*good\\\\* one");
	slash(r, "backupview", by_id(id, ""), id);
	hasnt(r, "good");
	slash(r, "backupnote", by_id(id, ",\"note\":\"second\""), "Note Saved");
	assert_err(zx_sandbox_say(r->box, owner, 0, "!backupnote latest", NULL),
		   ZX_OK);
	says(r, "Note Removed");
	want(r, "> second");
	slash(r, "backupnote", by_id(id, ""), "📝 No Note");
	bot_down(r);
	audit_of(r); /* taking away what is not there does nothing */
	snprintf(lines, sizeof(lines),
		 "note %s Note removed\nnote %s Note: second\n"
		 "note %s Note removed\nnote %s Note: the *good* one\n"
		 "create %s ",
		 id, id, id, id, id);
	assert_memory_equal(zx_buf_cstr(&r->text), lines, strlen(lines));
	away(r);
}

static void backup__pins_and_notes_hold_and_everything_is_audited(void **state)
{
	static const char *const lines[] = { "create",	"pin",	  "note",
					     "unpin",	"delete", "verify",
					     "schedule" };
	struct run *r = up();
	char id[13], line[64];

	(void)state;
	create(r, NULL, id);
	slash(r, "backuppin", by_id(id, ""), "Backup Pinned");
	slash(r, "backupdelete", by_id(id, ""), "Pinned Backup");
	slash(r, "backupnote", by_id(id, ",\"note\":\"the *good* one\""),
	      "Note Saved");
	want(r, "the \\\\*good\\\\* one");
	slash(r, "backupnote", by_id("123", ",\"note\":\"x\""), "Not Found");
	bot_down(r);
	bot_up(r);
	slash(r, "backupdelete", by_id(id, ""), "Pinned Backup");
	slash(r, "backupverify", by_id(id, ""), "Integrity Verified");
	slash(r, "backupschedule", "{\"action\":\"disable\"}",
	      "Auto-Backup Disabled");
	slash(r, "backuppin", by_id(id, ""), "Backup Unpinned");
	slash(r, "backupdelete", by_id(id, ""), "Delete This Backup?");
	press(r, "no", "nothing was done");
	slash(r, "backupdelete", by_id(id, ""), "Delete This Backup?");
	press(r, "yes", "Backup Deleted");
	slash(r, "backupdelete", by_id(id, ""), "Not Found");
	bot_down(r);
	audit_of(r);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		snprintf(line, sizeof(line), "%s %s ", lines[i],
			 strcmp(lines[i], "schedule") ? id : "");
		want(r, line);
	}
	away(r);
}

static void backup__who_wants_to_be_told_is_told(void **state)
{
	struct run *r = up();
	uint64_t general = zx_sandbox_channel(
		r->box, zx_sandbox_guild(r->box, 0), "general");
	char id[13], args[64];

	(void)state;
	snprintf(args, sizeof(args), "{\"channel\":\"%llu\"}",
		 (unsigned long long)zx_sandbox_channel(
			 r->box, zx_sandbox_guild(r->box, 0), "owners-only"));
	slash(r, "backupsettings", args, "Cannot Write There");
	snprintf(args, sizeof(args), "{\"channel\":\"%llu\"}",
		 (unsigned long long)general);
	slash(r, "backupsettings", args, "Backup Settings Saved");
	says(r, "will be told here"); /* the trial that failed, */
	says(r, "will be told here"); /* and the one that did not */
	create(r, "{\"label\":\"Nr. @everyone\"}", id);
	slash(r, "backuppin", by_id(id, ""), "Backup Pinned");
	slash(r, "backuppin", by_id(id, ""), "Backup Unpinned");
	says(r, "Backup Unpinned");
	want(r, id);
	want(r, "\"parse\":[]");
	slash(r, "backupdelete", by_id(id, ""), "Delete This Backup?");
	press(r, "yes", "Backup Deleted");
	says(r, "Backup Deleted");
	slash(r, "backupsettings", NULL, "Notifications");
	press(r, "channel", "failures are only in the audit log");
	down(r);
}

/* Limits ------------------------------------------------------------------- */

static void backup__the_cooldown_outlives_a_restart(void **state)
{
	struct run *r = up();
	char id[13];

	(void)state;
	create(r, NULL, id);
	assert_false(has(r, "Cooldown Bypassed"));
	slash_as(r, ZX_SANDBOX_ADMIN, 0, "backupcreate", NULL,
		 "Cooldown Active");
	create(r, NULL, id);
	want(r, "Cooldown Bypassed (Bot Owner)");
	bot_down(r);
	bot_up(r);
	slash_as(r, ZX_SANDBOX_ADMIN, 0, "backupcreate", NULL,
		 "Cooldown Active");
	down(r);
}

static void backup__a_full_store_refuses_and_says_what_to_do(void **state)
{
	struct run *r = fresh();
	char id[13];

	(void)state;
	r->config.backup_max = 2;
	r->config.backup_cooldown_s = 0;
	box_up(r);
	bot_up(r);
	create(r, NULL, id);
	slash(r, "backuppin", by_id(id, ""), "Backup Pinned");
	create(r, NULL, id);
	slash(r, "backupcreate", NULL, "Storage Full");
	want(r, "2 of 2 backups, 1 of them pinned");
	slash(r, "backupdelete", by_id(id, ""), "Delete This Backup?");
	press(r, "yes", "Backup Deleted");
	create(r, NULL, id);
	down(r);
}

static void backup__one_at_a_time_and_a_stop_leaves_nothing_half(void **state)
{
	struct run *r = up();
	uint64_t i;
	char id[13];

	(void)state;
	fault(r, "{\"fault\":\"rest_slow\",\"ms\":2000,"
		 "\"route\":\"GET /guilds/{id}/webhooks\"}");
	i = slash(r, "backupcreate", NULL, "Backup");
	becomes(r, i, "7 of 8 requests");
	slash(r, "backupcreate", NULL, "Already Running");
	bot_down(r);
	becomes(r, i, "the bot stops");
	bot_up(r);
	slash(r, "backuplist", NULL, "Nothing here yet");
	create(r, NULL, id);
	down(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			backup__a_command_makes_one_and_verify_proves_it),
		cmocka_unit_test(
			backup__asks_each_thing_once_and_known_images_never),
		cmocka_unit_test(backup__what_could_not_be_read_is_said),
		cmocka_unit_test(
			backup__nothing_half_is_kept_when_a_server_cannot_be_read),
		cmocka_unit_test(
			backup__chunks_and_pages_hold_the_same_members),
		cmocka_unit_test(backup__without_a_state_file_it_says_so),
		cmocka_unit_test(
			backup__members_may_not_and_role_holders_only_their_own),
		cmocka_unit_test(backup__a_right_that_is_gone_does_not_confirm),
		cmocka_unit_test(
			backup_note__without_a_text_takes_the_note_away),
		cmocka_unit_test(
			backup__pins_and_notes_hold_and_everything_is_audited),
		cmocka_unit_test(backup__who_wants_to_be_told_is_told),
		cmocka_unit_test(backup__the_cooldown_outlives_a_restart),
		cmocka_unit_test(
			backup__a_full_store_refuses_and_says_what_to_do),
		cmocka_unit_test(
			backup__one_at_a_time_and_a_stop_leaves_nothing_half),
	};

	return cmocka_run_group_tests_name("backup", tests, NULL, NULL);
}
