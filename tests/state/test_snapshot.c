/* SPDX-License-Identifier: MIT
 *
 * Snapshots, audit log and leases in the state file.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include <sqlite3.h>

#include "helper/fail_alloc.h"
#include "helper/zx_test.h"
#include "zoryx/guild.h"
#include "zoryx/state.h"
#include "state/dir.h"

static struct zx_state *open_state(void)
{
	struct zx_state *s;

	if (dir_open(&s))
		fail_msg("%s", zx_state_error(s));
	return s;
}

static int part(struct zx_state *s, uint64_t draft, const char *text)
{
	unsigned char hash[32];

	zx_sha256(zx_str(text), hash);
	return zx_state_snap_part(s, draft, hash, zx_str(text));
}

static int have(struct zx_state *s, const char *text)
{
	unsigned char hash[32];
	struct zx_buf b;
	int err, same;

	zx_sha256(zx_str(text), hash);
	zx_buf_init(&b, NULL, 0);
	err = zx_state_part_get(s, hash, &b);
	same = zx_str_is(zx_buf_str(&b), text);
	zx_buf_release(&b);
	return !err && same;
}

static int snapshot(struct zx_state *s, const char *id, zx_wall when,
		    const char *a, const char *b, unsigned max)
{
	struct zx_state_snapshot snap = { .guild = 7,
					  .created = when,
					  .author = UINT64_MAX,
					  .label = ZX_STR("l\xc3\xa4"
							  "bel"),
					  .manifest = ZX_STR("{\"m\":1}"),
					  .meta = ZX_STR("\0x") };
	uint64_t draft;
	int err = zx_state_snap_begin(s, 7, &draft);

	strcpy(snap.id, id);
	if (!err)
		err = part(s, draft, a);
	if (!err)
		err = part(s, draft, b);
	if (!err)
		err = zx_state_snap_commit(s, draft, &snap, max);
	if (err)
		zx_state_snap_abort(s, draft);
	return err;
}

#define ONE "000000000001"
#define TWO "000000000002"
#define LONG                                                                   \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void snap__everything_about_it_survives(void **state)
{
	struct zx_state_snapshot got;
	struct zx_state *s = open_state();
	struct zx_buf b;

	(void)state;
	assert_err(snapshot(s, ONE, 5, "x", LONG, 0), ZX_OK);
	zx_state_close(s);
	s = open_state();
	zx_buf_init(&b, NULL, 0);
	zx_buf_addc(&b, "before");
	assert_err(zx_state_snap_get(s, 7, ONE, &got, &b), ZX_OK);
	assert_str(got.label, "l\xc3\xa4"
			      "bel");
	assert_str(got.manifest, "{\"m\":1}");
	assert_int_equal(got.meta.len, 2);
	assert_true(got.author == UINT64_MAX);
	assert_int_equal(got.created, 5);
	got.pinned = 1;
	got.notes = ZX_STR("note");
	assert_err(zx_state_snap_update(s, &got), ZX_OK);
	zx_buf_clear(&b);
	assert_err(zx_state_snap_get(s, 7, ONE, &got, &b), ZX_OK);
	assert_int_equal(got.pinned, 1);
	assert_str(got.notes, "note");
	assert_err(zx_state_snap_get(s, 8, ONE, &got, &b), ZX_E_NOTFOUND);
	assert_true(have(s, "x"));
	assert_true(have(s, LONG));
	zx_buf_release(&b);
	zx_state_close(s);
}

/* A shared part takes its room once; what compresses takes less. */
static void snap__the_room_that_is_taken_is_known(void **state)
{
	struct zx_state *s = open_state();
	struct zx_state_usage u;

	(void)state;
	assert_err(zx_state_usage(s, 7, &u), ZX_OK);
	assert_int_equal(u.parts, 0);
	assert_int_equal(u.stored, 0);
	assert_err(snapshot(s, ONE, 1, LONG, "first", 0), ZX_OK);
	assert_err(snapshot(s, TWO, 2, LONG, "second", 0), ZX_OK);
	assert_err(zx_state_usage(s, 7, &u), ZX_OK);
	assert_int_equal(u.parts, 3);
	assert_int_equal(u.bytes, strlen(LONG) + 5 + 6);
	assert_in_range(u.stored, 12, u.bytes - 1);
	assert_err(zx_state_usage(s, 8, &u), ZX_OK);
	assert_int_equal(u.parts, 0);
	assert_err(zx_state_usage(s, 0, &u), ZX_OK);
	assert_int_equal(u.parts, 3);
	assert_err(zx_state_snap_delete(s, 7, ONE), ZX_OK);
	assert_err(zx_state_usage(s, 7, &u), ZX_OK);
	assert_int_equal(u.parts, 2);
	zx_state_close(s);
}

static void snap__parts_are_shared_and_go_with_the_last(void **state)
{
	struct zx_state *s = open_state();

	(void)state;
	assert_err(snapshot(s, ONE, 1, "shared", "first", 0), ZX_OK);
	assert_err(snapshot(s, TWO, 2, "shared", "second", 0), ZX_OK);
	assert_err(zx_state_snap_delete(s, 7, ONE), ZX_OK);
	assert_true(have(s, "shared"));
	assert_false(have(s, "first"));
	assert_true(have(s, "second"));
	assert_err(zx_state_snap_delete(s, 7, TWO), ZX_OK);
	assert_false(have(s, "shared"));
	assert_err(zx_state_snap_delete(s, 7, TWO), ZX_E_NOTFOUND);
	assert_err(zx_state_check(s), ZX_OK);
	zx_state_close(s);
}

static void snap__limits_and_doubles_are_refused(void **state)
{
	struct zx_state *s = open_state();

	(void)state;
	assert_err(snapshot(s, ONE, 1, "a", "b", 1), ZX_OK);
	assert_err(snapshot(s, ONE, 1, "a", "b", 0), ZX_E_EXISTS);
	assert_err(snapshot(s, TWO, 1, "a", "c", 1), ZX_E_LIMIT);
	assert_false(have(s, "c"));
	assert_err(snapshot(s, "short", 1, "a", "b", 0), ZX_E_INVALID);
	assert_err(snapshot(s, TWO, 1, "a", "c", 2), ZX_OK);
	zx_state_close(s);
}

static int count(const struct zx_state_snapshot *snap, void *ud)
{
	(void)snap;
	++*(int *)ud;
	return 0;
}

static void C01__an_unfinished_draft_is_gone_at_the_next_open(void **state)
{
	struct zx_state *s = open_state();
	uint64_t draft;
	int n = 0;

	(void)state;
	assert_err(snapshot(s, ONE, 1, "a", "b", 0), ZX_OK);
	assert_err(zx_state_snap_begin(s, 7, &draft), ZX_OK);
	assert_err(part(s, draft, "half"), ZX_OK);
	assert_err(part(s, draft, "a"), ZX_OK);
	assert_err(zx_state_snap_each(s, 7, count, &n), ZX_OK);
	assert_int_equal(n, 1);
	zx_state_close(s);
	s = open_state();
	assert_false(have(s, "half"));
	assert_true(have(s, "a"));
	zx_state_close(s);
}

static void snap__a_damaged_part_is_healed_by_the_next_one(void **state)
{
	struct zx_state *s = open_state();
	unsigned char hash[32];
	sqlite3 *db;
	uint64_t draft;

	(void)state;
	assert_err(snapshot(s, ONE, 1, "a", LONG, 0), ZX_OK);
	zx_state_close(s);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db,
				      "UPDATE object SET data=zeroblob("
				      "length(data))",
				      NULL, NULL, NULL),
			 SQLITE_OK);
	sqlite3_close(db);
	s = open_state();
	assert_false(have(s, LONG));
	zx_sha256(ZX_STR(LONG), hash);
	assert_err(zx_state_part_bad(s, hash), ZX_OK);
	assert_err(zx_state_snap_begin(s, 7, &draft), ZX_OK);
	assert_err(zx_state_snap_share(s, draft, hash), ZX_E_NOTFOUND);
	assert_err(zx_state_snap_abort(s, draft), ZX_OK);
	assert_err(snapshot(s, TWO, 2, "c", LONG, 0), ZX_OK);
	assert_true(have(s, LONG));
	zx_state_close(s);
}

/* A part that there was no memory for is not said to be there. */
static void D10__a_part_without_memory_is_refused(void **state)
{
	static const char text[] = "a part that is long enough to be packed, "
				   "which takes some memory of the handle's";
	struct zx_state_options o = ZX_STATE_OPTIONS_INIT;
	struct fail_alloc f;
	struct zx_state *s;
	uint64_t draft;

	(void)state;
	fail_alloc_init(&f);
	o.path = path;
	o.alloc = &f.alloc;
	assert_err(zx_state_open(&s, &o), ZX_OK);
	assert_err(zx_state_snap_begin(s, 1, &draft), ZX_OK);
	fail_alloc_once(&f, 1);
	assert_err(part(s, draft, text), ZX_E_NOMEM);
	assert_int_equal(f.failed, 1);
	assert_non_null(strstr(zx_state_error(s), "no memory for a part"));
	assert_false(have(s, text));
	fail_alloc_once(&f, 0);
	assert_err(part(s, draft, text), ZX_OK);
	assert_true(have(s, text));
	zx_state_close(s);
	fail_alloc_check(&f);
}

static void snap__what_a_transaction_held_is_undone_with_it(void **state)
{
	struct zx_state *s = open_state();

	(void)state;
	assert_err(zx_state_begin(s), ZX_OK);
	assert_err(snapshot(s, ONE, 1, "a", "b", 0), ZX_OK);
	zx_state_rollback(s);
	assert_false(have(s, "a"));
	assert_err(zx_state_begin(s), ZX_OK);
	assert_err(snapshot(s, ONE, 1, "a", "b", 0), ZX_OK);
	assert_err(zx_state_commit(s), ZX_OK);
	assert_true(have(s, "a"));
	zx_state_close(s);
}

/* EFBIG is what a full disk looks like to one process. */
static void D04__deleting_works_on_a_full_disk(void **state)
{
	struct zx_state *s = open_state();
	struct rlimit was, now;
	char text[4000], side[128];
	int err = 0;

	(void)state;
	for (int i = 0; i < 40; i++) {
		char id[13];

		snprintf(id, sizeof(id), "%012x", i);
		memset(text, 'a' + i % 26, sizeof(text));
		for (size_t k = 0; k < sizeof(text) - 1; k += 3)
			text[k] = (char)('!' + (k * 7 + (size_t)i) % 90);
		text[sizeof(text) - 1] = '\0';
		assert_err(snapshot(s, id, i, "shared", text, 0), ZX_OK);
	}
	snprintf(side, sizeof(side), "%s-ballast", path);
	assert_int_equal(access(side, F_OK), 0);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
	now = was;
	now.rlim_cur = 32 << 10; /* less than the file has */
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &now), 0);
	err = snapshot(s, "ffffffffffff", 9, "new", "newer", 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
	assert_int_not_equal(err, ZX_OK);
	assert_true(*zx_state_error(s));
	assert_err(zx_state_snap_delete(s, 7, ONE), ZX_OK);
	assert_err(zx_state_check(s), ZX_OK);
	zx_state_close(s);
	assert_int_not_equal(access(side, F_OK), 0);
}

struct log {
	uint64_t first, last;
	int n;
};

static int see(const struct zx_state_audit *e, void *ud)
{
	struct log *l = ud;

	if (!l->n++)
		l->first = e->seq;
	l->last = e->seq;
	assert_string_equal(e->action, "pin");
	assert_str(e->details, "d");
	return 0;
}

static void audit__is_numbered_without_gaps(void **state)
{
	struct zx_state_audit e = {
		.at = 5, .user = UINT64_MAX, .action = "pin", .backup = ONE
	};
	struct zx_state *s = open_state();
	struct log l = { 0 };

	(void)state;
	e.details = ZX_STR("d");
	for (int i = 0; i < 300; i++)
		assert_err(zx_state_audit_add(s, 7, &e), ZX_OK);
	assert_err(zx_state_audit_add(s, 8, &e), ZX_OK);
	assert_err(zx_state_audit_each(s, 7, 200, see, &l), ZX_OK);
	assert_int_equal(l.n, 200);
	assert_int_equal(l.first, 300);
	assert_int_equal(l.last, 101);
	zx_state_close(s);
}

static void lease__one_has_it_and_it_ends(void **state)
{
	struct zx_state *s = open_state();
	struct zx_buf who;
	zx_wall until;

	(void)state;
	zx_buf_init(&who, NULL, 0);
	assert_err(zx_state_lease(s, "restore", 7, "a", 100, 200), ZX_OK);
	assert_err(zx_state_lease(s, "restore", 7, "b", 150, 300), ZX_E_BUSY);
	assert_err(zx_state_lease(s, "restore", 8, "b", 150, 300), ZX_OK);
	zx_state_close(s);
	s = open_state(); /* across restarts */
	assert_err(zx_state_lease_get(s, "restore", 7, 150, &until, &who),
		   ZX_OK);
	assert_int_equal(until, 200);
	assert_str(zx_buf_str(&who), "a");
	assert_err(zx_state_lease(s, "restore", 7, "a", 150, 250), ZX_OK);
	assert_err(zx_state_lease(s, "restore", 7, "b", 250, 300), ZX_OK);
	assert_err(zx_state_lease(s, "restore", 7, "b", 260, 0), ZX_OK);
	assert_err(zx_state_lease_get(s, "restore", 7, 261, &until, NULL),
		   ZX_E_NOTFOUND);
	zx_buf_release(&who);
	zx_state_close(s);
}

static int pair(const char *key, const char *value, void *ud)
{
	zx_buf_addf(ud, "%s=%s;", key, value);
	return 0;
}

static void python__settings_are_read_and_made(void **state)
{
	static const char *const pairs[] = { "prefix", "?", "z", "1", NULL };
	struct zx_state *s = open_state();
	char file[128];
	struct zx_buf b;

	(void)state;
	snprintf(file, sizeof(file), "%s/guild.db", dir);
	zx_buf_init(&b, NULL, 0);
	assert_err(zx_state_python_settings(s, file, pair, &b), ZX_E_CORRUPT);
	assert_err(zx_state_python_settings_make(s, file, pairs), ZX_OK);
	assert_err(zx_state_python_settings_make(s, file, pairs), ZX_E_EXISTS);
	assert_err(zx_state_python_settings(s, file, pair, &b), ZX_OK);
	assert_str(zx_buf_str(&b), "prefix=?;z=1;");
	zx_buf_release(&b);
	zx_state_close(s);
}

/* 2,000 flipped bits in the whole file: what is read back as good is good. */
static void D05__flipped_bits_never_pass_for_good_data(void **state)
{
	struct zx_state_options o = ZX_STATE_OPTIONS_INIT;
	struct zx_state *s = open_state();
	struct zx_prng p;
	struct zx_rand r;
	long size;
	FILE *f;

	(void)state;
	for (int i = 0; i < 8; i++) {
		char id[13], text[64];

		snprintf(id, sizeof(id), "%012x", i + 1);
		snprintf(text, sizeof(text), "text %d", i);
		assert_err(snapshot(s, id, i, text, LONG, 0), ZX_OK);
	}
	zx_state_close(s);
	zx_prng_init(&p, 5);
	r = zx_prng_rand(&p);
	f = fopen(path, "r+b");
	assert_non_null(f);
	setvbuf(f, NULL, _IONBF, 0);
	fseek(f, 0, SEEK_END);
	size = ftell(f);
	o.path = path;
	o.read_only = 1;
	for (int i = 0; i < 2000; i++) {
		long at = (long)zx_rand_below(&r, (uint64_t)size);
		int bit = 1 << zx_rand_below(&r, 8), c;

		fseek(f, at, SEEK_SET);
		c = fgetc(f);
		fseek(f, at, SEEK_SET);
		fputc(c ^ bit, f);
		if (!zx_state_open(&s, &o)) {
			unsigned char hash[32], again[32];
			struct zx_buf b;

			zx_sha256(ZX_STR(LONG), hash);
			zx_buf_init(&b, NULL, 0);
			if (!zx_state_part_get(s, hash, &b)) {
				/* the caller's check finds the rest */
				zx_sha256(zx_buf_str(&b), again);
				if (!memcmp(hash, again, 32))
					assert_str(zx_buf_str(&b), LONG);
			}
			zx_buf_release(&b);
		}
		zx_state_close(s);
		fseek(f, at, SEEK_SET);
		fputc(c, f);
	}
	fclose(f);
	s = open_state();
	assert_err(zx_state_check(s), ZX_OK);
	zx_state_close(s);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, dir_setup, dir_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(snap__everything_about_it_survives),
		TEST(snap__the_room_that_is_taken_is_known),
		TEST(snap__parts_are_shared_and_go_with_the_last),
		TEST(snap__limits_and_doubles_are_refused),
		TEST(C01__an_unfinished_draft_is_gone_at_the_next_open),
		TEST(snap__a_damaged_part_is_healed_by_the_next_one),
		TEST(D10__a_part_without_memory_is_refused),
		TEST(snap__what_a_transaction_held_is_undone_with_it),
		TEST(D04__deleting_works_on_a_full_disk),
		TEST(audit__is_numbered_without_gaps),
		TEST(lease__one_has_it_and_it_ends),
		TEST(python__settings_are_read_and_made),
		TEST(D05__flipped_bits_never_pass_for_good_data),
	};

	return cmocka_run_group_tests_name("snapshot", tests, NULL, NULL);
}
