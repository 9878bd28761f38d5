/* SPDX-License-Identifier: MIT
 *
 * Verifying, exporting and comparing large backups while the bot does other
 * things: it goes on in turns of the loop, and ends well when something comes
 * in between. The bot is stepped here, and a turn is a single step.
 */
#include "bot/backup.h"
#include "cogs/backup_work.h"
#include "helper/fail_alloc.h"

#define MEMBERS 6000
#define ONE "00000000000a"
#define TWO "00000000000b"

static struct fail_alloc memory;

/* A backup ----------------------------------------------------------------- */

struct writing {
	struct zx_state *s;
	uint64_t draft;
};

static int put(const unsigned char hash[ZX_HASH], struct zx_str data, void *ud)
{
	struct writing *w = ud;

	return zx_state_snap_part(w->s, w->draft, hash, data);
}

static void keep(struct run *r, struct zx_state *s, const char *id,
		 const char *name, uint64_t members)
{
	struct zx_guild_writer_options o = ZX_GUILD_WRITER_OPTIONS_INIT;
	struct zx_state_snapshot snap = { .created = 1771418096123 };
	struct writing to = { .s = s };
	struct zx_guild_written out;
	struct zx_guild_writer *w;

	snap.guild = o.guild = zx_sandbox_guild(r->box, 0);
	o.store = (struct zx_guild_store){ .put = put, .ud = &to };
	assert_err(zx_state_snap_begin(s, snap.guild, &to.draft), ZX_OK);
	assert_err(zx_guild_writer_new(&w, &o), ZX_OK);
	for (uint64_t i = 1; i <= members; i++) {
		uint64_t role = 4000 + i % 5;
		struct zx_guild_member m = { .id = i * 4194304,
					     .name = zx_str(name),
					     .roles = &role,
					     .role_count = 1 };

		assert_err(zx_guild_add_member(w, &m), ZX_OK);
	}
	assert_err(zx_guild_finish(w, &out), ZX_OK);
	memcpy(snap.id, id, sizeof(snap.id));
	memcpy(snap.hash, out.hash, sizeof(snap.hash));
	snap.manifest = out.manifest;
	snap.bytes = out.bytes;
	assert_err(zx_state_snap_commit(s, to.draft, &snap, 0), ZX_OK);
	zx_guild_writer_free(w);
}

/* The bot ------------------------------------------------------------------ */

static struct zx__backup *cog_of(struct run *r)
{
	return zx__backup_in(r->bot);
}

static void turn(struct run *r, int ms)
{
	assert_err(zx_bot_step(r->bot, ms), ZX_OK);
}

#define TURN_UNTIL(r, condition)                                               \
	do {                                                                   \
		zx_time until_ = zx_clock() + WAIT_MS;                         \
		while (!(condition)) {                                         \
			assert_true(zx_clock() < until_);                      \
			turn(r, 2);                                            \
		}                                                              \
	} while (0)

static struct run *with_backups(void)
{
	struct run *r = run_new("slices");
	struct zx_state *s;

	fail_alloc_init(&memory);
	r->bo.alloc = &memory.alloc;
	r->so.no_rate_limits = 1;
	r->config.backup_cooldown_s = 0;
	box_up(r);
	s = state_of(r);
	keep(r, s, ONE, "somebody", MEMBERS);
	keep(r, s, TWO, "somebody else", MEMBERS);
	zx_state_close(s);
	return r;
}

static void bot_begin(struct run *r)
{
	snprintf(r->url, sizeof(r->url), "%s", zx_sandbox_api_url(r->box));
	r->bo.token = zx_sandbox_token(r->box);
	assert_err(make_bot(r, zx_sandbox_user(r->box, ZX_SANDBOX_OWNER)),
		   ZX_OK);
	assert_err(zx_bot_start(r->bot), ZX_OK);
	ready = 0;
	TURN_UNTIL(r, ready && logged(r, "slash commands"));
	cog_of(r)->work_ms = 0;
}

static struct run *begin(void)
{
	struct run *r = with_backups();

	bot_begin(r);
	return r;
}

static void end(struct run *r)
{
	int err;

	assert_null(cog_of(r)->works);
	zx_bot_stop(r->bot, 0);
	while (!(err = zx_bot_step(r->bot, 2)))
		continue;
	assert_err(err, ZX_E_CLOSED);
	zx_bot_free(r->bot);
	fail_alloc_check(&memory);
	away(r);
}

/* Nothing of what is under way is done until it is let go. */
static void hold(struct run *r)
{
	assert_non_null(cog_of(r)->works);
	zx_timer_set(zx_bot_loop(r->bot), &cog_of(r)->work_timer,
		     ZX_TIME_NEVER);
}

static void let_go(struct run *r)
{
	zx_timer_set(zx_bot_loop(r->bot), &cog_of(r)->work_timer,
		     zx_loop_now(zx_bot_loop(r->bot)));
}

/* As if it had gone on for a second. */
static void grow_old(struct run *r)
{
	cog_of(r)->works->begun -= ZX__WORK_SHOW_MS;
	let_go(r);
	turn(r, 0);
	hold(r);
}

/* Saying and hearing ------------------------------------------------------- */

static int answers(struct run *r, uint64_t id, const char *what)
{
	struct zx_buf now;
	int is;

	zx_buf_init(&now, NULL, 0);
	is = !zx_sandbox_answer(r->box, id, 1, &now) &&
	     strstr(zx_buf_cstr(&now), what);
	if (is) {
		zx_buf_clear(&r->text);
		zx_buf_adds(&r->text, zx_buf_str(&now));
	}
	zx_buf_release(&now);
	return is;
}

static void until_says(struct run *r, uint64_t id, const char *what)
{
	zx_time until = zx_clock() + WAIT_MS;

	while (!answers(r, id, what)) {
		if (zx_clock() >= until) {
			(void)zx_sandbox_answer(r->box, id, 1, &r->text);
			want(r, what);
		}
		turn(r, 2);
	}
}

static uint64_t ask(struct run *r, const char *command, const char *args)
{
	uint64_t id;

	assert_err(zx_sandbox_slash(r->box,
				    zx_sandbox_user(r->box, ZX_SANDBOX_OWNER),
				    0, command, args, &id),
		   ZX_OK);
	return id;
}

/* Presses what is in r->text. */
static uint64_t push(struct run *r, const char *action, const char *values)
{
	uint64_t message = zx_json_get_u64(zx_buf_str(&r->text), "id"), id;
	char custom[128], tail[64];
	const char *last, *first;

	snprintf(tail, sizeof(tail), ":%s\"", action);
	last = strstr(zx_buf_cstr(&r->text), tail);
	assert_non_null(last);
	for (first = last; first[-1] != '"'; first--)
		continue;
	snprintf(custom, sizeof(custom), "%.*s",
		 (int)(last - first + (long)strlen(tail) - 1), first);
	assert_err(zx_sandbox_press(r->box,
				    zx_sandbox_user(r->box, ZX_SANDBOX_OWNER),
				    message, custom, values, &id),
		   ZX_OK);
	return id;
}

#define BY_ID "{\"backup_id\":\"" ONE "\"}"
#define BOTH "{\"id_a\":\"" ONE "\",\"id_b\":\"" TWO "\"}"
#define LIVE "{\"id_a\":\"" ONE "\",\"id_b\":\"current\"}"

static const struct {
	const char *command, *args, *under_way, *done, *refused;
} kinds[] = {
	{ "backupverify", BY_ID, "Verifying Backup…", "Integrity Verified",
	  "Not Verified" },
	{ "backupexport", BY_ID, "Exporting Backup…", "Backup Exported",
	  "Not Exported" },
	{ "backupdiff", BOTH, "Comparing Backups…", "🔀 Backup Diff",
	  "Not Compared" },
	{ "backupdiff", LIVE, "Comparing Backups…", "🔀 Backup Diff",
	  "Not Compared" },
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]), TWO_KINDS = 3 };

static unsigned count(const struct zx__backup *b)
{
	const struct zx__backup_work *w = b->works;
	unsigned n = 0;

	for (; w; w = w->next)
		n++;
	return n;
}

/* Under way, and some of it done. */
static uint64_t under_way(struct run *r, int kind, int turns)
{
	uint64_t id = ask(r, kinds[kind].command, kinds[kind].args);

	TURN_UNTIL(r, cog_of(r)->works);
	while (turns--)
		turn(r, 0);
	hold(r);
	return id;
}

static void audited(struct run *r)
{
	zx_buf_clear(&r->text);
	assert_err(zx_state_audit_each(zx_bot_state(r->bot),
				       zx_sandbox_guild(r->box, 0), 0,
				       audit_line, &r->text),
		   ZX_OK);
}

/* Tests -------------------------------------------------------------------- */

static void
backup_slices__others_are_answered_while_a_backup_is_read(void **state)
{
	struct run *r = begin();
	uint64_t id, other;

	(void)state;
	for (int i = 0; i < KINDS; i++) {
		unsigned turns = 0;

		id = under_way(r, i, 5);
		other = ask(r, "backuplist", NULL);
		until_says(r, other, "2 snapshots");
		other = push(r, "analytics", NULL);
		until_says(r, other, "📉 Trends");
		assert_false(answers(r, id, kinds[i].done));
		assert_non_null(cog_of(r)->works);
		let_go(r);
		for (; cog_of(r)->works; turns++)
			turn(r, 0);
		assert_true(turns > 15);
		until_says(r, id, kinds[i].done);
	}
	end(r);
}

static void
backup_slices__what_takes_long_says_so_and_can_be_cancelled(void **state)
{
	struct run *r = begin();
	uint64_t id;

	(void)state;
	for (int i = 0; i < KINDS; i++) {
		id = under_way(r, i, 5);
		grow_old(r);
		until_says(r, id, kinds[i].under_way);
		want(r, "Cancel");
		push(r, "cancel", NULL);
		TURN_UNTIL(r, !cog_of(r)->works);
		until_says(r, id, kinds[i].refused);
		want(r, "It was cancelled");
		hasnt(r, "Under way");
		/* shown, and then in its place what came of it */
		id = under_way(r, i, 5);
		grow_old(r);
		until_says(r, id, kinds[i].under_way);
		let_go(r);
		until_says(r, id, kinds[i].done);
		hasnt(r, kinds[i].under_way);
	}
	end(r);
}

/* By retention, or by somebody. */
static void backup_slices__a_backup_that_goes_meanwhile_is_told(void **state)
{
	(void)state;
	for (int i = 0; i < KINDS; i++) {
		struct run *r = begin();
		uint64_t id = under_way(r, i, 9);

		assert_err(zx_state_snap_delete(zx_bot_state(r->bot),
						zx_sandbox_guild(r->box, 0),
						ONE),
			   ZX_OK);
		let_go(r);
		until_says(r, id, kinds[i].refused);
		want(r, i < 2 ? "Backup " ONE " was deleted while it was read"
			      : "One of the backups has been deleted");
		/* it is not damage */
		audited(r);
		hasnt(r, "damaged");
		hasnt(r, "bytes");
		assert_false(logged(r, "a damaged part"));
		end(r);
	}
}

/* The other one has the same parts: they stay. */
static void
backup_slices__one_that_goes_is_not_verified_by_parts_of_others(void **state)
{
	struct run *r = begin();
	struct zx_state *s = zx_bot_state(r->bot);
	uint64_t id;

	(void)state;
	keep(r, s, "00000000000c", "somebody", MEMBERS);
	id = under_way(r, 0, 9);
	assert_err(zx_state_snap_delete(s, zx_sandbox_guild(r->box, 0), ONE),
		   ZX_OK);
	let_go(r);
	until_says(r, id, "was deleted while it was read");
	end(r);
}

static void backup_slices__damage_is_still_damage(void **state)
{
	struct run *r = with_backups();
	uint64_t id;

	(void)state;
	sql_of(r, "UPDATE object SET data = CAST(substr(data, 1, length(data) "
		  "- 1) || x'00' AS BLOB) WHERE size = (SELECT max(size) FROM "
		  "object)");
	bot_begin(r);
	/* the longer names */
	until_says(r, ask(r, "backupverify", "{\"backup_id\":\"" TWO "\"}"),
		   "Integrity Check Failed");
	until_says(r, ask(r, "backupexport", "{\"backup_id\":\"" TWO "\"}"),
		   "Snapshot Corrupt");
	id = under_way(r, 2, 0);
	let_go(r);
	until_says(r, id, "One of the backups is damaged");
	end(r);
}

static int number(void *ud, int n, char **v, char **names)
{
	(void)n;
	(void)names;
	*(int *)ud = atoi(v[0]);
	return 0;
}

/* What the server was read into goes with the comparison. */
static int open_drafts(struct run *r)
{
	sqlite3 *db;
	int n = -1;

	assert_int_equal(sqlite3_open(r->state, &db), SQLITE_OK);
	sqlite3_exec(db, "SELECT count(*) FROM snapshot WHERE id IS NULL",
		     number, &n, NULL);
	sqlite3_close(db);
	return n;
}

static void backup_slices__the_bot_may_stop_in_the_middle(void **state)
{
	static const int turns[] = { 0, 1, 2, 12 };

	(void)state;
	for (int i = 0; i < KINDS; i++)
		for (size_t k = 0; k < sizeof(turns) / sizeof(turns[0]); k++) {
			struct run *r = begin();
			uint64_t id = under_way(r, i, turns[k]);
			struct checked c;
			int err;

			let_go(r);
			zx_bot_stop(r->bot, 1);
			while (!(err = zx_bot_step(r->bot, 2)))
				continue;
			assert_err(err, ZX_E_CLOSED);
			assert_true(answers(r, id, kinds[i].refused));
			want(r, "The bot stops");
			zx_bot_free(r->bot);
			fail_alloc_check(&memory);
			assert_int_equal(open_drafts(r), 0);
			c = check_all(r);
			assert_int_equal(c.count, 2);
			assert_int_equal(c.bad, 0);
			away(r);
		}
}

/* Without a goodbye. */
static void backup_slices__the_bot_may_be_freed_in_the_middle(void **state)
{
	(void)state;
	for (int i = 0; i < KINDS; i++) {
		struct run *r = begin();

		(void)under_way(r, i, 7);
		zx_bot_free(r->bot);
		fail_alloc_check(&memory);
		assert_int_equal(open_drafts(r), 0);
		away(r);
	}
}

static void backup_slices__a_server_that_goes_takes_it_along(void **state)
{
	char d[64];

	(void)state;
	for (int i = 0; i < KINDS; i++) {
		struct run *r = begin();
		uint64_t guild = zx_sandbox_guild(r->box, 0);
		uint64_t id = under_way(r, i, 7);

		let_go(r);
		turn(r, 0);
		hold(r);
		snprintf(d, sizeof(d), "{\"id\":\"%llu\"}",
			 (unsigned long long)guild);
		assert_err(zx_sandbox_inject(r->box, -1, "GUILD_DELETE", d),
			   ZX_OK);
		TURN_UNTIL(r, !zx_bot_guild(r->bot, guild));
		let_go(r);
		turn(r, 0);
		turn(r, 0);
		assert_null(cog_of(r)->works);
		until_says(r, id, "no longer in this server");
		end(r);
	}
}

static void
backup_slices__a_small_one_does_not_wait_for_a_large_one(void **state)
{
	struct run *r = begin();
	struct zx__backup_work *first;
	uint64_t id, small, more[3];

	(void)state;
	keep(r, zx_bot_state(r->bot), "00000000000c", "few", 3);
	id = under_way(r, 0, 2);
	first = cog_of(r)->works;
	small = ask(r, "backupverify", "{\"backup_id\":\"00000000000c\"}");
	TURN_UNTIL(r, cog_of(r)->works->next);
	let_go(r);
	for (int i = 0; i < 12 && cog_of(r)->works->next; i++)
		turn(r, 0);
	hold(r);
	assert_ptr_equal(cog_of(r)->works, first);
	assert_null(first->next);
	until_says(r, small, "Integrity Verified");
	/* but there is an end to how many */
	for (int i = 0; i < 3; i++)
		more[i] = ask(r, "backupverify", BY_ID);
	TURN_UNTIL(r, count(cog_of(r)) == ZX__WORK_GUILD);
	hold(r);
	until_says(r, ask(r, "backupverify", BY_ID), "are being read already");
	assert_int_equal(count(cog_of(r)), ZX__WORK_GUILD);
	let_go(r);
	until_says(r, id, "Integrity Verified");
	for (int i = 0; i < 3; i++)
		until_says(r, more[i], "Integrity Verified");
	end(r);
}

/* The dashboard ------------------------------------------------------------ */

/* At the choice of ONE and `other`. */
static void to_compare(struct run *r, const char *other)
{
	until_says(r, ask(r, "backuplist", NULL), "2 snapshots");
	until_says(r, push(r, "compare", NULL), "Compare for every field");
	until_says(r, push(r, "side-a", one_of(ONE)), ONE);
	until_says(r, push(r, "side-b", one_of(other)), "🔍 Compare");
}

static void backup_slices__the_dashboard_says_that_it_compares(void **state)
{
	struct run *r = begin();
	uint64_t id;

	(void)state;
	to_compare(r, TWO);
	id = push(r, "run", NULL);
	TURN_UNTIL(r, cog_of(r)->works);
	hold(r);
	grow_old(r);
	until_says(r, id, "⏳ Comparing…");
	id = push(r, "stop", NULL);
	until_says(r, id, "The comparison was cancelled");
	hasnt(r, "⏳");
	assert_null(cog_of(r)->works);
	id = push(r, "run", NULL);
	TURN_UNTIL(r, cog_of(r)->works);
	hold(r);
	grow_old(r);
	until_says(r, id, "⏳ Comparing…");
	let_go(r);
	until_says(r, id, "Total: **");
	hasnt(r, "⏳");
	end(r);
}

static void
backup_slices__who_goes_elsewhere_is_not_called_back_to_it(void **state)
{
	struct run *r = begin();
	uint64_t id;

	(void)state;
	for (int live = 0; live < 2; live++) {
		to_compare(r, live ? "current" : TWO);
		id = push(r, "run", NULL);
		TURN_UNTIL(r, cog_of(r)->works);
		hold(r);
		if (live)
			until_says(r, id, "⏳ Reading the server…");
		id = push(r, "analytics", NULL);
		until_says(r, id, "📉 Trends");
		assert_null(cog_of(r)->works);
		for (int i = 0; i < 20; i++)
			turn(r, 2);
		assert_true(answers(r, id, "📉 Trends"));
	}
	/* also while the server is still being read */
	to_compare(r, "current");
	id = push(r, "run", NULL);
	TURN_UNTIL(r, cog_of(r)->jobs);
	until_says(r, push(r, "compare", NULL), "Compare for every field");
	TURN_UNTIL(r, !cog_of(r)->jobs);
	assert_null(cog_of(r)->works);
	end(r);
}

/* Without memory ----------------------------------------------------------- */

/* ZX_STEP=1 for every single one. */
static void backup_slices__any_allocation_may_fail(void **state)
{
	const char *text = getenv("ZX_STEP");
	size_t step = text ? (size_t)atoi(text) : 17;
	struct run *r = begin();
	unsigned failed = 0;

	(void)state;
	for (int i = 0; i < TWO_KINDS; i++)
		for (size_t at = 1;; at += step) {
			uint64_t id = under_way(r, i, 0);
			struct zx_timer *t = &cog_of(r)->work_timer;
			size_t refused;

			fail_alloc_once(&memory, at);
			while (cog_of(r)->works) /* nothing but that */
				t->fn(t, t->ud);
			refused = memory.failed;
			fail_alloc_once(&memory, 0);
			turn(r, 0);
			failed += refused > 0;
			if (refused)
				continue;
			until_says(r, id, kinds[i].done);
			break;
		}
	assert_true(failed > 3);
	end(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			backup_slices__others_are_answered_while_a_backup_is_read),
		cmocka_unit_test(
			backup_slices__what_takes_long_says_so_and_can_be_cancelled),
		cmocka_unit_test(
			backup_slices__a_backup_that_goes_meanwhile_is_told),
		cmocka_unit_test(
			backup_slices__one_that_goes_is_not_verified_by_parts_of_others),
		cmocka_unit_test(backup_slices__damage_is_still_damage),
		cmocka_unit_test(backup_slices__the_bot_may_stop_in_the_middle),
		cmocka_unit_test(
			backup_slices__the_bot_may_be_freed_in_the_middle),
		cmocka_unit_test(
			backup_slices__a_server_that_goes_takes_it_along),
		cmocka_unit_test(
			backup_slices__a_small_one_does_not_wait_for_a_large_one),
		cmocka_unit_test(
			backup_slices__the_dashboard_says_that_it_compares),
		cmocka_unit_test(
			backup_slices__who_goes_elsewhere_is_not_called_back_to_it),
		cmocka_unit_test(backup_slices__any_allocation_may_fail),
	};

	return cmocka_run_group_tests_name("backup slices", tests, NULL, NULL);
}
