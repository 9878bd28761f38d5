/* SPDX-License-Identifier: MIT
 *
 * Restores and their journals in the state file, also under power cuts, I/O
 * errors, a full disk and kill -9. ZX_CUTS and ZX_KILLS set how many
 * (`make crash`).
 */
#include <inttypes.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "helper/cut_vfs.h"
#include "helper/zx_test.h"
#include "zoryx/guild.h"
#include "zoryx/state.h"
#include "state/dir.h"

static const char *vfs;

static int setup(void **state)
{
	vfs = NULL;
	return dir_setup(state);
}

static int try_open(struct zx_state **s)
{
	struct zx_state_options o = ZX_STATE_OPTIONS_INIT;

	o.path = vfs ? "z.db" : path;
	o.vfs = vfs;
	return zx_state_open(s, &o);
}

static struct zx_state *open_state(void)
{
	struct zx_state *s;

	if (try_open(&s))
		fail_msg("%s", zx_state_error(s));
	return s;
}

static struct zx_state_restore restore(uint64_t guild, const char *plan)
{
	struct zx_state_restore r = { .guild = guild,
				      .user = UINT64_MAX,
				      .snapshot = "0123456789ab",
				      .open = 1,
				      .status = 3,
				      .created = 1000,
				      .meta = ZX_STR("{}"),
				      .plan = zx_str(plan) };

	zx_sha256(r.plan, r.hash);
	return r;
}

static int append(struct zx_str data, void *ud)
{
	struct zx_buf *b = ud;

	zx_buf_adds(b, data);
	zx_buf_addch(b, '\n');
	return b->err;
}

static void restore__comes_back_as_it_was(void **state)
{
	struct zx_state *s = open_state();
	struct zx_state_restore r = restore(7, "{\"ops\":[]}"), got;
	struct zx_buf b, j;
	uint64_t n = 0;

	(void)state;
	zx_buf_init(&b, NULL, 0);
	zx_buf_init(&j, NULL, 0);
	assert_err(zx_state_restore_begin(s, &r, &n), ZX_OK);
	assert_true(n > 0);
	assert_err(zx_state_record(s, n, ZX_STR("one")), ZX_OK);
	assert_err(zx_state_record(s, n, ZX_STR("")), ZX_OK);
	assert_err(zx_state_record(s, n, ZX_STR("thr\0e")), ZX_OK);
	zx_state_close(s);
	s = open_state();
	assert_err(zx_state_restore_open(s, 7, &got, &b), ZX_OK);
	assert_int_equal(got.n, n);
	assert_true(got.user == UINT64_MAX);
	assert_int_equal(got.records, 3);
	assert_int_equal(got.status, 3);
	assert_int_equal(got.changed, 1000);
	assert_true(got.open);
	assert_string_equal(got.snapshot, "0123456789ab");
	assert_string_equal(got.safety, "");
	assert_memory_equal(got.hash, r.hash, 32);
	assert_str(got.plan, "{\"ops\":[]}");
	assert_str(got.meta, "{}");
	assert_err(zx_state_record_each(s, n, append, &j), ZX_OK);
	assert_int_equal(j.len, 3 + 1 + 0 + 1 + 5 + 1);
	assert_memory_equal(j.ptr, "one\n\nthr\0e\n", j.len);
	zx_buf_release(&b);
	zx_buf_release(&j);
	zx_state_close(s);
}

static void C12__one_restore_per_guild_is_open_at_a_time(void **state)
{
	struct zx_state *s = open_state();
	struct zx_state_restore r = restore(7, "a"), other = restore(8, "b");
	struct zx_state_restore got;
	uint64_t n = 0, m = 0;
	struct zx_buf b;

	(void)state;
	zx_buf_init(&b, NULL, 0);
	assert_err(zx_state_restore_begin(s, &r, &n), ZX_OK);
	assert_err(zx_state_restore_begin(s, &r, &m), ZX_E_BUSY);
	assert_non_null(strstr(zx_state_error(s), "not over"));
	assert_err(zx_state_restore_begin(s, &other, &m), ZX_OK);
	zx_state_close(s);
	s = open_state();
	assert_err(zx_state_restore_begin(s, &r, &m), ZX_E_BUSY);
	assert_err(zx_state_restore_get(s, n, &got, &b), ZX_OK);
	got.open = 0;
	got.changed = 2000;
	assert_err(zx_state_restore_set(s, &got), ZX_OK);
	assert_err(zx_state_restore_open(s, 7, &r, &b), ZX_E_NOTFOUND);
	r = restore(7, "c");
	assert_err(zx_state_restore_begin(s, &r, &m), ZX_OK);
	assert_true(m > n);
	got.open = 1;
	assert_err(zx_state_restore_set(s, &got), ZX_E_BUSY);
	zx_buf_release(&b);
	zx_state_close(s);
}

static int count(const struct zx_state_restore *r, void *ud)
{
	uint64_t *seen = ud;

	assert_int_equal(r->plan.len, 0);
	seen[0]++;
	seen[1] = seen[1] * 10 + r->n;
	return 0;
}

static void restore__a_number_is_never_given_again(void **state)
{
	struct zx_state *s = open_state();
	struct zx_state_restore r = restore(7, "a");
	uint64_t n[3] = { 0 }, seen[2] = { 0, 0 };

	(void)state;
	r.open = 0;
	for (int i = 0; i < 2; i++)
		assert_err(zx_state_restore_begin(s, &r, &n[i]), ZX_OK);
	assert_err(zx_state_record(s, n[1], ZX_STR("x")), ZX_OK);
	assert_err(zx_state_restore_delete(s, n[1]), ZX_OK);
	assert_err(zx_state_restore_delete(s, n[1]), ZX_OK);
	assert_err(zx_state_restore_begin(s, &r, &n[2]), ZX_OK);
	assert_int_equal(n[2], n[1] + 1);
	assert_err(zx_state_restore_each(s, 0, count, seen), ZX_OK);
	assert_int_equal(seen[0], 2);
	assert_int_equal(seen[1], n[2] * 10 + n[0]); /* the newest first */
	assert_err(zx_state_record(s, n[1], ZX_STR("x")), ZX_E_NOTFOUND);
	r.n = n[1];
	assert_err(zx_state_restore_set(s, &r), ZX_E_NOTFOUND);
	zx_state_close(s);
}

static void restore__a_plan_that_has_grown_takes_its_place(void **state)
{
	struct zx_state *s = open_state();
	struct zx_state_restore r = restore(7, "a"), got;
	unsigned char hash[32];
	uint64_t n = 0;
	struct zx_buf b;

	(void)state;
	zx_buf_init(&b, NULL, 0);
	assert_err(zx_state_restore_begin(s, &r, &n), ZX_OK);
	assert_err(zx_state_record(s, n, ZX_STR("one")), ZX_OK);
	zx_sha256(ZX_STR("a and b"), hash);
	assert_err(zx_state_restore_replan(s, n, ZX_STR("a and b"), hash),
		   ZX_OK);
	assert_err(zx_state_restore_replan(s, n + 1, ZX_STR("b"), hash),
		   ZX_E_NOTFOUND);
	zx_state_close(s);
	s = open_state();
	assert_err(zx_state_restore_get(s, n, &got, &b), ZX_OK);
	assert_memory_equal(got.plan.ptr, "a and b", 7);
	assert_int_equal(got.plan.len, 7);
	assert_memory_equal(got.hash, hash, 32);
	assert_int_equal(got.records, 1);
	assert_int_equal(got.open, 1);
	zx_buf_release(&b);
	zx_state_close(s);
}

static void restore__what_is_too_large_is_refused(void **state)
{
	struct zx_state *s = open_state();
	struct zx_state_restore r = restore(7, "a");
	char *big = calloc(1, (size_t)ZX_STATE_PLAN_MAX + 1);
	uint64_t n = 0;

	(void)state;
	assert_non_null(big);
	r.plan = (struct zx_str){ big, (size_t)ZX_STATE_PLAN_MAX + 1 };
	assert_err(zx_state_restore_begin(s, &r, &n), ZX_E_TOOBIG);
	r.plan.len = 5;
	r.meta = (struct zx_str){ big, (1 << 20) + 1 };
	assert_err(zx_state_restore_begin(s, &r, &n), ZX_E_TOOBIG);
	r.meta.len = 1 << 20;
	assert_err(zx_state_restore_begin(s, &r, &n), ZX_OK);
	r.plan.len = (size_t)ZX_STATE_PLAN_MAX + 1;
	assert_err(zx_state_restore_replan(s, n, r.plan, r.hash), ZX_E_TOOBIG);
	assert_err(zx_state_record(s, n,
				   (struct zx_str){ big, ZX_STATE_RECORD_MAX }),
		   ZX_OK);
	assert_err(
		zx_state_record(
			s, n, (struct zx_str){ big, ZX_STATE_RECORD_MAX + 1 }),
		ZX_E_TOOBIG);
	free(big);
	zx_state_close(s);
}

static void restore__its_snapshots_are_not_deleted_under_it(void **state)
{
	struct zx_state_snapshot snap = { .guild = 7, .id = "0123456789ab" };
	struct zx_state *s = open_state();
	struct zx_state_restore r = restore(7, "a");
	uint64_t draft, n = 0;

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_err(zx_state_snap_begin(s, 7, &draft), ZX_OK);
		assert_err(zx_state_snap_commit(s, draft, &snap, 0), ZX_OK);
		strcpy(snap.id, "ffffffffffff");
	}
	assert_err(zx_state_restore_begin(s, &r, &n), ZX_OK);
	assert_err(zx_state_snap_delete(s, 7, "0123456789ab"), ZX_E_BUSY);
	assert_non_null(strstr(zx_state_error(s), "0123456789ab"));
	r.n = n;
	strcpy(r.safety, "ffffffffffff");
	assert_err(zx_state_restore_set(s, &r), ZX_OK);
	assert_err(zx_state_snap_delete(s, 7, "ffffffffffff"), ZX_E_BUSY);
	r.open = 0;
	assert_err(zx_state_restore_set(s, &r), ZX_OK);
	assert_err(zx_state_snap_delete(s, 7, "ffffffffffff"), ZX_OK);
	/* Another server may be restored from it. */
	r = restore(8, "b");
	assert_err(zx_state_restore_begin(s, &r, &r.n), ZX_OK);
	assert_err(zx_state_snap_delete(s, 7, "0123456789ab"), ZX_E_BUSY);
	r.open = 0;
	assert_err(zx_state_restore_set(s, &r), ZX_OK);
	assert_err(zx_state_snap_delete(s, 7, "0123456789ab"), ZX_OK);
	zx_state_close(s);
}

/* Accidents ---------------------------------------------------------------- */

/*
 * Operation i: each PER-th ends a restore and begins the next, the one in the
 * middle tells of the safety snapshot, the others are records.
 */
enum { PER = 12, GUILD = 42 };

static int next_restore(struct zx_state *s, unsigned i)
{
	struct zx_state_restore r, old;
	char plan[4000];
	struct zx_buf b;
	uint64_t n;
	int err;

	memset(plan, 'a' + (int)(i / PER % 26), sizeof(plan));
	plan[sizeof(plan) - 1] = '\0';
	r = restore(GUILD, plan);
	zx_buf_init(&b, NULL, 0);
	err = zx_state_begin(s);
	if (!err && i) {
		err = zx_state_restore_open(s, GUILD, &old, &b);
		old.open = 0;
		if (!err)
			err = zx_state_restore_set(s, &old);
	}
	if (!err)
		err = zx_state_restore_begin(s, &r, &n);
	if (!err)
		err = zx_state_commit(s);
	else
		zx_state_rollback(s);
	zx_buf_release(&b);
	return err;
}

static int do_one(struct zx_state *s, unsigned i)
{
	struct zx_state_restore r;
	struct zx_buf b;
	char text[40];
	int err;

	if (i % PER == 0)
		return next_restore(s, i);
	zx_buf_init(&b, NULL, 0);
	err = zx_state_restore_open(s, GUILD, &r, &b);
	if (!err && i % PER == PER / 2) {
		strcpy(r.safety, "abcdefabcdef");
		err = zx_state_restore_set(s, &r);
	} else if (!err) {
		snprintf(text, sizeof(text), "record %u", i);
		err = zx_state_record(s, r.n, zx_str(text));
	}
	zx_buf_release(&b);
	return err;
}

struct look {
	struct zx_state *s;
	unsigned done;	   /* operations found to be there */
	unsigned restores; /* seen, the newest first */
	const char *wrong;
	unsigned at; /* the next record's operation */
};

static int look_record(struct zx_str data, void *ud)
{
	struct look *l = ud;
	char text[40];

	l->at += l->at % PER == PER / 2;
	snprintf(text, sizeof(text), "record %u", l->at++);
	if (!zx_str_is(data, text))
		l->wrong = "a record is not what was stored";
	return 0;
}

static int look_restore(const struct zx_state_restore *r, void *ud)
{
	struct look *l = ud;
	unsigned nth = (unsigned)r->n - 1, whole = (nth + 1) * PER;
	int newest = !l->restores++;

	l->at = nth * PER + 1;
	zx_state_record_each(l->s, r->n, look_record, l);
	if (l->at == nth * PER + PER / 2 && *r->safety)
		l->at++;
	if (newest)
		l->done = l->at;
	else if (l->at != whole)
		l->wrong = "a record is lost";
	if (!!*r->safety != (l->at > nth * PER + PER / 2))
		l->wrong = "the safety snapshot is lost";
	if (r->open != newest)
		l->wrong = "another one is open than should be";
	return 0;
}

static void must_be_right(unsigned acked, const char *what, unsigned long at)
{
	struct look l = { .s = open_state() };
	struct zx_state_restore r;
	struct zx_buf b;

	zx_buf_init(&b, NULL, 0);
	assert_err(zx_state_restore_each(l.s, GUILD, look_restore, &l), ZX_OK);
	if (l.done && !zx_state_restore_open(l.s, GUILD, &r, &b)) {
		unsigned char hash[32];

		zx_sha256(r.plan, hash);
		if (memcmp(hash, r.hash, 32))
			l.wrong = "the plan is not what was stored";
	}
	if (!l.wrong && l.restores != (l.done + PER - 1) / PER)
		l.wrong = "a restore is lost";
	if (!l.wrong && (l.done < acked || l.done > acked + 1))
		l.wrong = "not what was acknowledged";
	if (l.wrong)
		fail_msg("%s at %lu, after %u (%u are there): %s", what, at,
			 acked, l.done, l.wrong);
	zx_buf_release(&b);
	zx_state_close(l.s);
}

static unsigned work(unsigned most, int *err)
{
	struct zx_state *s;
	unsigned n = 0;

	*err = try_open(&s);
	while (!*err && n < most) {
		*err = do_one(s, n);
		n += !*err;
	}
	if (*err && !*zx_state_error(s))
		fail_msg("%s without a sentence", zx_errname(*err));
	zx_state_close(s);
	return n;
}

static unsigned times(const char *name, unsigned otherwise)
{
	const char *text = getenv(name);

	return text ? (unsigned)atoi(text) : otherwise;
}

static int cut_setup(void **state)
{
	(void)state;
	vfs = "cut";
	cut_vfs_init();
	zx_state_close(open_state());
	cut_vfs_save();
	return 0;
}

static int cut_teardown(void **state)
{
	(void)state;
	cut_vfs_clear();
	return 0;
}

static void D02__power_cuts_lose_no_record_of_a_restore(void **state)
{
	struct zx_prng p;
	struct zx_rand r;
	int err;

	(void)state;
	zx_prng_init(&p, 2);
	r = zx_prng_rand(&p);
	for (unsigned i = 0; i < times("ZX_CUTS", 200); i++) {
		unsigned long at = 1 + (unsigned long)zx_rand_below(&r, 500);
		unsigned n;

		cut_vfs_load();
		cut_vfs_fault(CUT_POWER, at);
		n = work(50, &err);
		cut_vfs_reboot(&r);
		must_be_right(n, "power cut", at);
	}
}

static void each_fault(enum cut_fault what)
{
	unsigned long total;
	unsigned n;
	int err;

	cut_vfs_load();
	cut_vfs_fault(CUT_NONE, 0);
	work(20, &err);
	assert_err(err, ZX_OK);
	total = cut_vfs_count();
	assert_true(total > 100);
	for (unsigned long at = 1; at <= total; at++) {
		cut_vfs_load();
		cut_vfs_fault(what, at);
		n = work(20, &err);
		cut_vfs_fault(CUT_NONE, 0);
		must_be_right(n, "fault", at);
	}
}

static void D03__an_io_error_loses_no_record_of_a_restore(void **state)
{
	(void)state;
	each_fault(CUT_IO_ONCE);
	each_fault(CUT_IO);
}

static void D04__a_full_disk_loses_no_record_of_a_restore(void **state)
{
	(void)state;
	each_fault(CUT_FULL_ONCE);
	each_fault(CUT_FULL);
}

static void child(int fd)
{
	struct zx_state *s;

	if (try_open(&s))
		_exit(1);
	for (unsigned i = 0;; i++)
		if (do_one(s, i) || write(fd, "", 1) != 1)
			_exit(2);
}

static unsigned run(unsigned acks, long us)
{
	struct timespec nap = { 0, us * 1000 };
	int fds[2], status;
	unsigned n = 0;
	pid_t pid;
	char c;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid)
		child(fds[1]);
	close(fds[1]);
	while (n < acks && read(fds[0], &c, 1) == 1)
		n++;
	nanosleep(&nap, NULL);
	kill(pid, SIGKILL);
	while (read(fds[0], &c, 1) == 1)
		n++;
	close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	return n;
}

static void D01__kill_9_loses_no_record_of_a_restore(void **state)
{
	struct zx_prng p;
	struct zx_rand r;

	(void)state;
	zx_prng_init(&p, 1);
	r = zx_prng_rand(&p);
	for (unsigned i = 0; i < times("ZX_KILLS", 40); i++) {
		unlink(path);
		must_be_right(run((unsigned)zx_rand_below(&r, 40),
				  (long)zx_rand_below(&r, 3000)),
			      "kill", i);
	}
}

#define ON_DISK(t) cmocka_unit_test_setup_teardown(t, setup, dir_teardown)
#define ON_CUT(t) cmocka_unit_test_setup_teardown(t, cut_setup, cut_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_DISK(restore__comes_back_as_it_was),
		ON_DISK(C12__one_restore_per_guild_is_open_at_a_time),
		ON_DISK(restore__a_number_is_never_given_again),
		ON_DISK(restore__a_plan_that_has_grown_takes_its_place),
		ON_DISK(restore__what_is_too_large_is_refused),
		ON_DISK(restore__its_snapshots_are_not_deleted_under_it),
		ON_CUT(D02__power_cuts_lose_no_record_of_a_restore),
		ON_CUT(D03__an_io_error_loses_no_record_of_a_restore),
		ON_CUT(D04__a_full_disk_loses_no_record_of_a_restore),
		ON_DISK(D01__kill_9_loses_no_record_of_a_restore),
	};

	return cmocka_run_group_tests_name("journal", tests, NULL, NULL);
}
