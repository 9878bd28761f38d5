/* SPDX-License-Identifier: MIT
 *
 * /backuprestore in a bot against the sandbox, pressed as a person would: from
 * the choice to the plan, through the restore, and back.
 */
#include "bot/backup.h"

#define EDIT "PATCH /webhooks/{id}/{token}/messages/{id}"

static struct run *rich(void)
{
	struct run *r = fresh();

	r->config.backup_cooldown_s = 0;
	r->so.heartbeat_ms = 5000;
	box_up(r);
	assert_err(zx_sandbox_seed(r->box, zx_sandbox_guild(r->box, 0),
				   "everything"),
		   ZX_OK);
	bot_up(r);
	return r;
}

/* Somebody deletes these channels of the first guild. */
static void lose(struct run *r, const char *const *names)
{
	uint64_t guild = zx_sandbox_guild(r->box, 0);
	char path[64];

	for (; *names; names++) {
		snprintf(path, sizeof(path), "/channels/%llu",
			 (unsigned long long)zx_sandbox_channel(r->box, guild,
								*names));
		act(r, "DELETE", path, "null");
	}
}

static int there(struct run *r, const char *name)
{
	return zx_sandbox_channel(r->box, zx_sandbox_guild(r->box, 0), name) !=
	       0;
}

static const char *const some[] = { "late-night", "off-topic", "sam-and-staff",
				    "questions", NULL };

/* Waits for the panel, without a loop turn of ours. */
static void plan(struct run *r, const char *id)
{
	slash(r, "backuprestore", by_id(id, ""), "⚠️ Selective Restore");
	press(r, "plan", "");
	comes(r, "📋 Restore Plan");
}

/* The snapshot is taken, or is named in the footer already: the panel does not
 * wait for who looks. */
static void confirm(struct run *r)
{
	press(r, "confirm", "Safety ");
}

static void restore_panel__plan_confirm_verified_and_undone(void **state)
{
	struct run *r = rich();
	char id[13];

	(void)state;
	create(r, "{\"label\":\"the *good* one\"}", id);
	lose(r, some);
	slash(r, "backuprestore", by_id(id, ""), "⚠️ Selective Restore");
	want(r, "the \\\\*good\\\\* one");
	want(r, "✅ Roles (13)");
	want(r, "❌ Emojis (3)");
	press(r, "plan", "");
	comes(r, "📋 Restore Plan");
	want(r, "**Channels**: create 4");
	assert_false(there(r, "late-night")); /* nothing has happened */
	press(r, "next", "create channel late-night: It is missing.");
	confirm(r);
	comes(r, "✅ Restore Complete");
	want(r, "Created: 4");
	want(r, "it is as the plan wanted it");
	for (const char *const *n = some; *n; n++)
		assert_true(there(r, *n));
	press(r, "undo", "");
	comes(r, "Plan of the Way Back");
	want(r, "delete 4");
	confirm(r);
	comes(r, "✅ Undo Complete");
	for (const char *const *n = some; *n; n++)
		assert_false(there(r, *n));
	down(r);
}

static void restore_panel__a_way_back_names_what_was_used_since(void **state)
{
	static const char *const room[] = { "**x** <@1>", NULL };
	struct run *r = rich();
	char id[13], path[64];

	(void)state;
	act(r, "POST", "/guilds/{guild}/channels",
	    "{\"name\":\"**x** <@1>\",\"type\":2}");
	create(r, NULL, id);
	lose(r, room);
	plan(r, id);
	confirm(r);
	comes(r, "✅ Restore Complete");
	snprintf(path, sizeof(path), "/channels/%llu",
		 (unsigned long long)zx_sandbox_channel(
			 r->box, zx_sandbox_guild(r->box, 0), *room));
	act(r, "PATCH", path, "{\"name\":\"y\"}");
	slash(r, "backuprestore", by_id("undo", ""), "");
	comes(r, "Plan of the Way Back");
	want(r, "1 of its channels was used or renamed since");
	hasnt(r, "**x**");
	hasnt(r, "<@1>");
	down(r);
}

static void restore_panel__a_way_back_names_roles_changed_since(void **state)
{
	struct run *r = rich();
	char id[13];

	(void)state;
	create(r, NULL, id);
	act(r, "DELETE", "/guilds/{guild}/roles/{role:Star}", "null");
	act(r, "DELETE", "/guilds/{guild}/roles/{role:Moderator}", "null");
	plan(r, id);
	press(r, "confirm", "Safety Snapshot");
	comes(r, "✅ Restore Complete");
	/* Nobody touched them: nothing is said. */
	slash(r, "backuprestore", by_id("undo", ""), "");
	comes(r, "Plan of the Way Back");
	hasnt(r, "changed since");
	act(r, "PATCH", "/guilds/{guild}/roles/{role:Star}",
	    "{\"name\":\"Comet\"}");
	slash(r, "backuprestore", by_id("undo", ""), "");
	comes(r, "Plan of the Way Back");
	want(r, "1 of its roles was changed since");
	want(r, "Star");
	down(r);
}

static void restore_panel__the_second_restore_has_nothing_to_do(void **state)
{
	struct run *r = rich();
	char id[13];

	(void)state;
	create(r, NULL, id);
	plan(r, id);
	want(r, "Nothing has to be done");
	want(r, "\"Confirm Restore\",\"emoji\":{\"name\":\"✅\"},"
		"\"disabled\":true");
	down(r);
}

static void restore_panel__components_are_switched_on_and_off(void **state)
{
	struct run *r = rich();
	char id[13];

	(void)state;
	create(r, NULL, id);
	slash(r, "backuprestore", by_id(id, ""), "✅ Channels");
	press(r, "channels", "❌ Channels");
	press(r, "emojis", "✅ Emojis");
	press(r, "sync", "🔴 **ENABLED**");
	press_as(r, ZX_SANDBOX_OWNER, "more", "[\"bans\",\"update\"]",
		 "✅ Bans");
	want(r, "🟠 Channels and AutoMod rules");
	want(r, "✅ Emojis");
	press(r, "all", "✅ Soundboard");
	press(r, "all", "❌ Soundboard");
	press(r, "roles", "❌ Roles");
	press(r, "categories", "❌ Categories");
	press(r, "channels", "❌ Channels");
	press(r, "members", "❌ Member roles");
	press(r, "bot", "❌ Bot settings");
	press(r, "plan", "Select at least one component");
	press(r, "cancel", "No changes were made to your server");
	down(r);
}

static void
restore_panel__stopped_it_goes_on_and_makes_nothing_twice(void **state)
{
	struct run *r = rich();
	char id[13];

	(void)state;
	create(r, NULL, id);
	lose(r, some);
	plan(r, id);
	/* the third channel takes its time */
	fault(r, "{\"fault\":\"rest_slow\",\"route\":"
		 "\"POST /guilds/{id}/channels\",\"ms\":700,\"times\":4}");
	confirm(r);
	comes(r, "Restoring Your Server");
	press(r, "pause", "");
	comes(r, "⏸️ Paused");
	/* one at a time, wherever it is asked for */
	slash(r, "backuprestore", by_id(id, ""), "One restore at a time");
	press(r, "resume", "");
	press(r, "stop", "");
	comes(r, "⏹️ Restore Interrupted");
	press(r, "go-on", "");
	comes(r, "✅ Restore Complete");
	want(r, "it is as the plan wanted it");
	slash(r, "backuprestore", by_id("status", ""), "✅ Restore Complete");
	down(r);
}

/* Until nothing has edited the panel for a while. */
static void quiet(struct run *r)
{
	while (!zx_sandbox_expect(r->box, EDIT, 600, NULL))
		continue;
	comes(r, "");
}

/* The edits before the press have another token, and are slow. */
static void restore_panel__stopped_it_stays_interrupted(void **state)
{
	struct run *r = rich();
	char id[13];

	(void)state;
	create(r, NULL, id);
	lose(r, some);
	plan(r, id);
	fault(r, "{\"fault\":\"rest_slow\",\"route\":"
		 "\"POST /guilds/{id}/channels\",\"ms\":700,\"times\":4}");
	fault(r,
	      "{\"fault\":\"rest_slow\",\"ms\":300,\"times\":0,\"route\":\"" EDIT
	      "\"}");
	confirm(r);
	comes(r, "Restoring Your Server");
	press(r, "pause", "");
	press(r, "resume", "");
	press(r, "stop", "");
	comes(r, "⏹️ Restore Interrupted");
	quiet(r);
	want(r, "⏹️ Restore Interrupted");
	press(r, "go-on", "");
	comes(r, "✅ Restore Complete");
	quiet(r);
	want(r, "✅ Restore Complete");
	down(r);
}

static void restore_panel__after_a_restart_the_channel_is_told(void **state)
{
	struct run *r = rich();
	char id[13];

	(void)state;
	create(r, NULL, id);
	lose(r, some);
	plan(r, id);
	fault(r, "{\"fault\":\"rest_slow\",\"route\":"
		 "\"POST /guilds/{id}/channels\",\"ms\":1500,\"times\":4}");
	confirm(r);
	comes(r, "Restoring Your Server");
	bot_down(r);
	control(r, "DELETE", "faults", "");
	bot_up(r);
	says(r, "A Restore Was Interrupted");
	slash(r, "backuprestore", by_id("status", ""),
	      "⏹️ Restore Interrupted");
	press(r, "go-on", "");
	comes(r, "✅ Restore Complete");
	for (const char *const *n = some; *n; n++)
		assert_true(there(r, *n));
	down(r);
}

/* A member does not even see the command, and in prefix form is refused. */
static void hidden(struct run *r, const char *args)
{
	uint64_t who = zx_sandbox_user(r->box, ZX_SANDBOX_MEMBER), id;

	assert_err(zx_sandbox_slash(r->box, who, 0, "backuprestore", args, &id),
		   ZX_E_PERM);
	assert_err(
		zx_sandbox_say(r->box, who, 0, "!backuprestore latest", NULL),
		ZX_OK);
	says(r, "Permission Denied");
}

static void restore_panel__only_who_asked_presses_and_rights_count(void **state)
{
	struct run *r = rich();
	char id[13];

	(void)state;
	create(r, NULL, id);
	hidden(r, by_id(id, ""));
	slash_as(r, ZX_SANDBOX_ADMIN, 0, "backuprestore", by_id(id, ""),
		 "⚠️ Selective Restore");
	down(r);
}

static void restore_panel__words_that_are_no_backup_are_explained(void **state)
{
	struct run *r = rich();
	char id[13];

	(void)state;
	slash(r, "backuprestore", by_id("status", ""), "Nothing was restored");
	slash(r, "backuprestore", by_id("undo", ""), "Nothing was restored");
	create(r, NULL, id);
	slash(r, "backuprestore", by_id("zzz", ""), "There is no backup");
	slash(r, "backuprestore", by_id(id, ",\"from\":\"here\""),
	      "from is the id of a server");
	slash_as(r, ZX_SANDBOX_ADMIN, 0, "backuprestore",
		 by_id(id, ",\"from\":\"4711\""), "not yours");
	down(r);
}

static void
restore_panel__another_servers_backup_for_who_runs_both(void **state)
{
	struct run *r = rich();
	uint64_t second = zx_sandbox_guild(r->box, 1);
	char more[64];

	(void)state;
	/* a backup of the second server, made there by its administrator */
	slash_as(r, ZX_SANDBOX_ADMIN,
		 zx_sandbox_channel(r->box, second, "general"), "backupcreate",
		 NULL, "Creat");
	WAIT_FOR(logged(r, ": backup "));
	snprintf(more, sizeof(more), ",\"from\":\"%llu\"",
		 (unsigned long long)second);
	slash_as(r, ZX_SANDBOX_ADMIN, 0, "backuprestore", by_id("latest", more),
		 "");
	comes(r, "another server");
	press_as(r, ZX_SANDBOX_ADMIN, "plan", NULL, "");
	comes(r, "📋 Restore Plan");
	want(r, "**Channels**: create");
	down(r);
}

/* The command with a file; text of it. */
static void with_file(struct run *r, struct zx_str text, const char *what)
{
	struct zx_buf args;
	uint64_t id;

	zx_buf_init(&args, NULL, 0);
	zx_buf_addc(&args, "{\"file\":{\"filename\":\"old.json\","
			   "\"content_type\":\"application/json\","
			   "\"data\":\"");
	zx_buf_add_base64(&args, text.ptr, text.len);
	zx_buf_addc(&args, "\"}}");
	zx_buf_clear(&r->text);
	assert_err(zx_sandbox_slash(
			   r->box, zx_sandbox_user(r->box, ZX_SANDBOX_OWNER), 0,
			   "backuprestore", zx_buf_cstr(&args), &id),
		   ZX_OK);
	zx_buf_release(&args);
	becomes(r, id, what);
}

/* What /backupexport hands out, as its owner downloads it. */
static void export_of(struct run *r, const char *id, struct zx_buf *out)
{
	struct zx_buf url, request, answer;
	const char *at;

	zx_buf_init(&url, NULL, 0);
	zx_buf_init(&request, NULL, 0);
	zx_buf_init(&answer, NULL, 0);
	becomes(r, slash(r, "backupexport", by_id(id, ""), ""), "\"filename\"");
	assert_err(zx_json_text(
			   zx_json_get(zx_json_index(
					       zx_json_get(zx_buf_str(&r->text),
							   "attachments"),
					       0),
				       "url"),
			   &url),
		   ZX_OK);
	at = strchr(zx_buf_cstr(&url) + strlen("http://"), '/');
	assert_non_null(at);
	zx_buf_addf(&request,
		    "GET %s HTTP/1.1\r\nHost: localhost\r\n"
		    "Connection: close\r\n\r\n",
		    at);
	http_exchange(url_port(zx_sandbox_page_url(r->box)),
		      zx_buf_cstr(&request), &answer);
	at = strstr(zx_buf_cstr(&answer), "\r\n\r\n");
	assert_non_null(at);
	zx_buf_add(out, at + 4,
		   answer.len - (size_t)(at + 4 - zx_buf_cstr(&answer)));
	zx_buf_release(&url);
	zx_buf_release(&request);
	zx_buf_release(&answer);
}

static void restore_panel__an_exported_file_comes_back(void **state)
{
	struct run *r = rich();
	struct zx_buf file;
	char id[13];

	(void)state;
	zx_buf_init(&file, NULL, 0);
	create(r, NULL, id);
	export_of(r, id, &file);
	slash(r, "backupdelete", by_id(id, ""), "Delete This Backup");
	press(r, "yes", "gone for good"); /* nothing is left but the file */
	lose(r, some);
	with_file(r, zx_buf_str(&file), "⚠️ Selective Restore");
	want(r, "From old.json");
	press(r, "plan", "");
	comes(r, "📋 Restore Plan");
	want(r, "**Channels**: create 4");
	confirm(r);
	comes(r, "✅ Restore Complete");
	want(r, "it is as the plan wanted it");
	zx_buf_release(&file);
	down(r);
}

static void restore_panel__a_file_that_is_no_backup_is_explained(void **state)
{
	struct run *r = rich();

	(void)state;
	with_file(r, ZX_STR("{\"roles\":[}"), "look at byte 10");
	with_file(r, ZX_STR("{\"format\":\"zoryx-guild\"}"), "of which server");
	with_file(r,
		  ZX_STR("{\"format\":\"zoryx-guild\",\"guild_id\":\"7\","
			 "\"version\":1,\"channels\":[{\"name\":\"x\"}]}"),
		  "Not a Backup");
	slash(r, "backuplist", NULL, "Nothing here yet");
	down(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			restore_panel__plan_confirm_verified_and_undone),
		cmocka_unit_test(
			restore_panel__a_way_back_names_what_was_used_since),
		cmocka_unit_test(
			restore_panel__a_way_back_names_roles_changed_since),
		cmocka_unit_test(
			restore_panel__the_second_restore_has_nothing_to_do),
		cmocka_unit_test(
			restore_panel__components_are_switched_on_and_off),
		cmocka_unit_test(
			restore_panel__stopped_it_goes_on_and_makes_nothing_twice),
		cmocka_unit_test(restore_panel__stopped_it_stays_interrupted),
		cmocka_unit_test(
			restore_panel__after_a_restart_the_channel_is_told),
		cmocka_unit_test(
			restore_panel__only_who_asked_presses_and_rights_count),
		cmocka_unit_test(
			restore_panel__words_that_are_no_backup_are_explained),
		cmocka_unit_test(
			restore_panel__another_servers_backup_for_who_runs_both),
		cmocka_unit_test(restore_panel__an_exported_file_comes_back),
		cmocka_unit_test(
			restore_panel__a_file_that_is_no_backup_is_explained),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
