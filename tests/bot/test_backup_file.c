/* SPDX-License-Identifier: MIT
 *
 * Backups of a bot as data: what is damaged is found and healed, what is
 * exported is the whole of it and is for one pair of eyes, and kill -9 leaves
 * nothing half.
 */
#include <signal.h>
#include <sys/wait.h>

#include "bot/backup.h"

static struct run *up_free(void)
{
	struct run *r = fresh();

	r->config.backup_cooldown_s = 0;
	box_up(r);
	bot_up(r);
	return r;
}

/* Damage ------------------------------------------------------------------- */

static void
backup__damage_is_found_named_and_healed_by_the_next_one(void **state)
{
	struct run *r = up_free();
	char id[13], next[13];

	(void)state;
	create(r, NULL, id);
	bot_down(r);
	/* The last byte of the largest part. */
	sql_of(r, "UPDATE object SET data = CAST(substr(data, 1, length(data) "
		  "- 1) || x'00' AS BLOB) WHERE size = (SELECT max(size) FROM "
		  "object)");
	bot_up(r);
	slash(r, "backupverify", by_id(id, ""), "Integrity Check Failed");
	want(r, "**1 of ");
	want(r, ", part ");
	want(r, "What to do");
	create(r, NULL, next);
	slash(r, "backupverify", by_id(next, ""), "Integrity Verified");
	slash(r, "backupverify", by_id(id, ""), "Integrity Verified");
	bot_down(r);
	assert_int_equal(check_all(r).bad, 0);
	audit_of(r);
	want(r, " parts damaged, first: ");
	away(r);
}

static void backup__a_damaged_one_can_still_be_deleted(void **state)
{
	struct run *r = up_free();
	char id[13];

	(void)state;
	create(r, NULL, id);
	bot_down(r);
	sql_of(r, "UPDATE snapshot SET manifest = x'7b7d'");
	bot_up(r);
	slash(r, "backupverify", by_id(id, ""), "Integrity Check Failed");
	want(r, "manifest");
	slash(r, "backupexport", by_id(id, ""), "Snapshot Corrupt");
	slash(r, "backupdelete", by_id(id, ""), "Delete This Backup?");
	press(r, "yes", "Backup Deleted");
	down(r);
}

static void D08__nothing_is_said_to_be_saved_when_the_file_is_gone(void **state)
{
	struct run *r = up_free();
	uint64_t i;
	char moved[96];

	(void)state;
	snprintf(moved, sizeof(moved), "%s.moved", r->state);
	assert_int_equal(rename(r->state, moved), 0);
	slash(r, "setprefix", "{\"prefix\":\"?\"}", "was not saved");
	want(r, "was deleted, moved or replaced");
	i = slash(r, "backupcreate", NULL, "Backup");
	becomes(r, i, "Backup Failed");
	want(r, "was deleted, moved or replaced");
	assert_true(logged(r, "nothing is saved any more"));
	/* put back, all is well */
	assert_int_equal(rename(moved, r->state), 0);
	slash(r, "setprefix", "{\"prefix\":\"?\"}", "The prefix here is now");
	down(r);
}

/* Exports ------------------------------------------------------------------ */

static int append(struct zx_str piece, void *ud)
{
	zx_buf_adds(ud, piece);
	return 0;
}

/* The document, by the library, of a bot that is down. */
static void document(struct run *r, const char *id, struct zx_buf *out)
{
	struct zx_state *s = state_of(r);
	struct zx_guild_store store = { .get = get_part, .ud = s };
	struct zx_state_snapshot snap;
	struct zx_guild_reader g;
	struct zx_buf text;

	zx_buf_init(&text, NULL, 0);
	assert_err(zx_state_snap_get(s, zx_sandbox_guild(r->box, 0), id, &snap,
				     &text),
		   ZX_OK);
	assert_err(zx_guild_open(&g, snap.manifest, &store, NULL), ZX_OK);
	assert_err(zx_guild_document(&g, append, out), ZX_OK);
	zx_buf_release(&text);
	zx_state_close(s);
}

/* Downloads the i-th attachment of the message in `message`. */
static void attachment(struct run *r, struct zx_str message, size_t i,
		       struct zx_buf *out)
{
	struct zx_str one =
		zx_json_index(zx_json_get(message, "attachments"), i);
	struct zx_str url = zx_json_plain(zx_json_get(one, "url"));
	struct zx_buf request, answer;
	const char *body;

	assert_true(url.len > 0);
	zx_buf_init(&request, NULL, 0);
	zx_buf_init(&answer, NULL, 64 << 20);
	url = zx_str_from(url, strlen("http://"));
	(void)zx_str_split(&url, '/');
	zx_buf_addf(&request,
		    "GET /%.*s HTTP/1.1\r\nHost: localhost\r\n"
		    "Connection: close\r\n\r\n",
		    ZX_ARG(url));
	http_exchange(url_port(zx_sandbox_page_url(r->box)),
		      zx_buf_cstr(&request), &answer);
	body = strstr(zx_buf_cstr(&answer), "\r\n\r\n");
	assert_non_null(body);
	zx_buf_addc(out, body + 4);
	zx_buf_release(&request);
	zx_buf_release(&answer);
}

static void
backup__an_export_is_the_whole_and_only_the_owner_sees_it(void **state)
{
	struct run *r = up_free();
	struct zx_buf got, want_;
	char id[13], name[64];

	(void)state;
	zx_buf_init(&got, NULL, 0);
	zx_buf_init(&want_, NULL, 0);
	create(r, NULL, id);
	slash(r, "backupexport", by_id(id, ""), "Backup Exported");
	snprintf(name, sizeof(name), "backup_%llu_%s.json",
		 (unsigned long long)zx_sandbox_guild(r->box, 0), id);
	want(r, name);
	assert_int_equal(zx_json_get_u64(zx_buf_str(&r->text), "flags") & 64,
			 64); /* ephemeral */
	attachment(r, zx_buf_str(&r->text), 0, &got);
	/* in a channel everybody would read it */
	zx_sandbox_say(r->box, 0, 0, "!backupexport 000000000000", NULL);
	says(r, "Not Found");
	{
		char line[64];

		snprintf(line, sizeof(line), "!backupexport %s", id);
		zx_sandbox_say(r->box, 0, 0, line, NULL);
	}
	says(r, "Not In Public");
	slash_as(r, ZX_SANDBOX_ADMIN, 0, "backupexport", by_id(id, ""),
		 "Permission Denied");
	bot_down(r);
	document(r, id, &want_);
	assert_string_equal(zx_buf_cstr(&got), zx_buf_cstr(&want_));
	zx_buf_release(&got);
	zx_buf_release(&want_);
	away(r);
}

static void backup__an_export_that_is_large_comes_in_parts(void **state)
{
	struct run *r;
	struct zx_json_iter it;
	struct zx_buf got, want_;
	struct zx_str messages;
	char id[13], path[160];
	unsigned parts = 0;

	(void)state;
	quick.upload_max = 4000;
	r = up_free();
	zx_buf_init(&got, NULL, 0);
	zx_buf_init(&want_, NULL, 0);
	create(r, NULL, id);
	slash(r, "backupexport", by_id(id, ""), "Put them together again");
	snprintf(path, sizeof(path), "messages?user=%llu&channel=%llu",
		 (unsigned long long)zx_sandbox_user(r->box, ZX_SANDBOX_OWNER),
		 (unsigned long long)zx_sandbox_channel(
			 r->box, zx_sandbox_guild(r->box, 0), "general"));
	WAIT_FOR((control(r, "GET", path, ""), has(r, ".json.003")));
	messages = zx_buf_str(&r->text);
	for (it = zx_json_each(messages); zx_json_next(&it);) {
		struct zx_buf keep = r->text;
		struct zx_str list = zx_json_get(it.value, "attachments");

		if (!zx_json_index(list, 0).len)
			continue;
		zx_buf_init(&r->text, NULL, 0);
		attachment(r, it.value, 0, &got);
		zx_buf_release(&r->text);
		r->text = keep;
		parts++;
	}
	assert_in_range(parts, 3, 4);
	bot_down(r);
	document(r, id, &want_);
	assert_string_equal(zx_buf_cstr(&got), zx_buf_cstr(&want_));
	zx_buf_release(&got);
	zx_buf_release(&want_);
	away(r);
	quick.upload_max = 0;
}

/* The host's files. */
static struct zx_buf file;
static int kept;

static int file_open(const char *name, void **f, void *ud)
{
	(void)ud;
	assert_true(!strncmp(name, "backup_", 7));
	zx_buf_init(&file, NULL, 0);
	*f = &file;
	return ZX_OK;
}

static int file_write(void *f, struct zx_str data, void *ud)
{
	(void)ud;
	zx_buf_adds(f, data);
	return ZX_OK;
}

static int file_close(void *f, int keep, char where[256], void *ud)
{
	(void)f;
	(void)ud;
	kept = keep;
	snprintf(where, 256, "exports/it.json");
	return ZX_OK;
}

static void backup__an_export_that_is_too_large_goes_to_a_file(void **state)
{
	static const struct zx_backup_files files = { file_open, file_write,
						      file_close, NULL };
	struct run *r;
	struct zx_buf want_;
	char id[13], line[64];

	(void)state;
	quick.upload_max = 500;
	r = up_free();
	create(r, NULL, id);
	slash(r, "backupexport", by_id(id, ""), "Too Large To Be Posted");
	bot_down(r);
	quick.files = &files;
	bot_up(r);
	slash(r, "backupexport", by_id(id, ""), "exports/it.json");
	assert_true(kept);
	zx_buf_release(&file);
	snprintf(line, sizeof(line), "!backupexport %s", id);
	zx_sandbox_say(r->box, 0, 0, line, NULL);
	says(r, "The log says where");
	bot_down(r);
	zx_buf_init(&want_, NULL, 0);
	document(r, id, &want_);
	assert_string_equal(zx_buf_cstr(&file), zx_buf_cstr(&want_));
	zx_buf_release(&file);
	zx_buf_release(&want_);
	away(r);
	quick.upload_max = 0;
	quick.files = NULL;
}

/* kill -9 ------------------------------------------------------------------ */

static const char *program;
static pid_t alone;

static int end_alone(void **state)
{
	(void)state;
	if (alone > 0)
		kill(alone, SIGKILL);
	alone = 0;
	return 0;
}

/* The bot as a program of its own, to be killed. */
static int run_alone(char **arg)
{
	struct run *r = fresh();

	r->bo.token = arg[0];
	snprintf(r->url, sizeof(r->url), "%s", arg[1]);
	snprintf(r->state, sizeof(r->state), "%s", arg[2]);
	r->config.backup_cooldown_s = 0;
	r->config.backup_max = 100;
	return make_bot(r, strtoull(arg[3], NULL, 10)) || zx_bot_run(r->bot);
}

static void spawn(struct run *r)
{
	char owner[24];

	snprintf(owner, sizeof(owner), "%llu",
		 (unsigned long long)zx_sandbox_user(r->box, ZX_SANDBOX_OWNER));
	alone = fork();
	if (!alone) {
		execl(program, program, "--bot", zx_sandbox_token(r->box),
		      zx_sandbox_api_url(r->box), r->state, owner,
		      (char *)NULL);
		_exit(127);
	}
	assert_true(alone > 0);
}

static void kill_9(void)
{
	int status;
	pid_t pid = alone;

	kill(pid, SIGKILL);
	alone = 0;
	assert_int_equal(waitpid(pid, &status, 0), pid);
}

static int drafts(void *ud, int n, char **v, char **names)
{
	(void)n;
	(void)names;
	*(int *)ud = atoi(v[0]);
	return 0;
}

static int open_drafts(struct run *r)
{
	sqlite3 *db;
	int n = -1;

	assert_int_equal(sqlite3_open(r->state, &db), SQLITE_OK);
	sqlite3_exec(db, "SELECT count(*) FROM snapshot WHERE id IS NULL",
		     drafts, &n, NULL);
	sqlite3_close(db);
	return n;
}

static void C01__kill_9_during_create_leaves_nothing_half(void **state)
{
	struct run *r = fresh();
	struct checked c = { .count = 0 };
	unsigned made = 0, before = 0, cut = 0;
	uint64_t id;
	char told[13] = "";
	int i;

	(void)state;
	for (i = 0; i < 24; i++) {
		/* Another Discord each time, which knows of no session: nobody
		 * has to wait for the next identify. */
		if (r->box)
			zx_sandbox_stop(r->box);
		box_up(r);
		if (i)
			sql_of(r, "DELETE FROM kv WHERE space = 'session'");
		spawn(r);
		assert_err(zx_sandbox_wait_ready(r->box, 1, WAIT_MS), ZX_OK);
		WAIT_FOR(!zx_sandbox_slash(
			r->box, zx_sandbox_user(r->box, ZX_SANDBOX_OWNER), 0,
			"backupcreate", NULL, &id));
		usleep((useconds_t)(i * 4000));
		zx_buf_clear(&r->text);
		if (!zx_sandbox_answer(r->box, id, 1, &r->text) &&
		    has(r, "ID:       "))
			snprintf(told, sizeof(told), "%.12s",
				 strstr(zx_buf_cstr(&r->text), "ID:       ") +
					 10);
		kill_9();
		c = check_all(r);
		assert_int_equal(c.bad, 0);
		assert_int_equal(open_drafts(r), 0);
		/* what was said to be there is there */
		if (*told)
			assert_non_null(strstr(c.ids, told));
		made += c.count > before;
		cut += c.count == before;
		before = c.count;
	}
	print_message("# %u of %d kills came after the commit\n", made, i);
	assert_true(cut > 0);
	assert_true(made > 0);
	away(r);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			backup__damage_is_found_named_and_healed_by_the_next_one),
		cmocka_unit_test(backup__a_damaged_one_can_still_be_deleted),
		cmocka_unit_test(
			D08__nothing_is_said_to_be_saved_when_the_file_is_gone),
		cmocka_unit_test(
			backup__an_export_is_the_whole_and_only_the_owner_sees_it),
		cmocka_unit_test(
			backup__an_export_that_is_large_comes_in_parts),
		cmocka_unit_test(
			backup__an_export_that_is_too_large_goes_to_a_file),
		cmocka_unit_test_teardown(
			C01__kill_9_during_create_leaves_nothing_half,
			end_alone),
	};

	program = argv[0];
	if (argc == 6 && !strcmp(argv[1], "--bot"))
		return run_alone(argv + 2);
	return cmocka_run_group_tests_name("backup file", tests, NULL, NULL);
}
