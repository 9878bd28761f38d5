/* SPDX-License-Identifier: MIT
 *
 * The state file and the world around it: other processes, forks, signals, and
 * people who move files about.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "helper/state_work.h"
#include "helper/zx_test.h"
#include "state/dir.h"

static struct zx_state *must_open(void)
{
	struct zx_state *s;
	int err = dir_open(&s);

	if (err)
		print_error("%s\n", zx_state_error(s));
	assert_err(err, ZX_OK);
	return s;
}

static int put(struct zx_state *s, const char *value)
{
	return zx_state_put(s, "t", 1, "k", zx_str(value));
}

static int has(struct zx_state *s, const char *value)
{
	struct zx_buf b;
	int is;

	zx_buf_init(&b, NULL, 0);
	is = !zx_state_get(s, "t", 1, "k", &b) &&
	     zx_str_is(zx_buf_str(&b), value);
	zx_buf_release(&b);
	return is;
}

static void move(const char *suffix_from, const char *suffix_to)
{
	char from[128], to[128];

	snprintf(from, sizeof(from), "%s%s", path, suffix_from);
	snprintf(to, sizeof(to), "%s%s", path, suffix_to);
	assert_int_equal(rename(from, to), 0);
}

/* Two processes ------------------------------------------------------------ */

/* Opens when the pipe is closed; says how it went; ends when told. */
static pid_t racer(const int go[2], const int done[2], int said)
{
	struct zx_state *s;
	char c;
	pid_t pid = fork();

	if (pid)
		return pid;
	close(go[1]);
	close(done[1]);
	(void)!read(go[0], &c, 1);
	c = (char)-dir_open(&s);
	if (c && !strstr(zx_state_error(s), "another process uses it"))
		c = 99;
	(void)!write(said, &c, 1);
	(void)!read(done[0], &c, 1);
	zx_state_close(s);
	_exit(0);
}

/* ZX_ROUNDS=500 races so often. */
static void D07__of_two_processes_exactly_one_wins(void **state)
{
	const char *text = getenv("ZX_ROUNDS");
	int rounds = text ? atoi(text) : 100;

	(void)state;
	zx_state_close(must_open());
	for (int i = 0; i < rounds; i++) {
		int go[2], done[2], said[2], status;
		char c[2];
		pid_t a, b;

		assert_int_equal(pipe(go) | pipe(done) | pipe(said), 0);
		a = racer(go, done, said[1]);
		b = racer(go, done, said[1]);
		assert_true(a > 0 && b > 0);
		close(go[0]);
		close(go[1]);
		assert_int_equal(read(said[0], &c[0], 1), 1);
		assert_int_equal(read(said[0], &c[1], 1), 1);
		close(done[0]);
		close(done[1]);
		assert_int_equal(waitpid(a, &status, 0), a);
		assert_int_equal(waitpid(b, &status, 0), b);
		close(said[0]);
		close(said[1]);
		if (!((!c[0] && c[1] == -ZX_E_BUSY) ||
		      (!c[1] && c[0] == -ZX_E_BUSY)))
			fail_msg("round %d: %d and %d", i, c[0], c[1]);
	}
}

/* The file goes ------------------------------------------------------------ */

static void D08__a_file_that_is_gone_is_noticed_and_not_written_to(void **state)
{
	struct zx_state *s = must_open();
	uint64_t draft;

	(void)state;
	assert_err(put(s, "before"), ZX_OK);
	move("", ".moved");
	assert_err(put(s, "lost"), ZX_E_IO);
	assert_non_null(strstr(zx_state_error(s), "was deleted, moved or "
						  "replaced"));
	assert_err(zx_state_begin(s), ZX_E_IO);
	assert_err(zx_state_snap_begin(s, 1, &draft), ZX_E_IO);
	assert_err(zx_state_vacuum(s), ZX_E_IO);
	assert_true(has(s, "before")); /* it can be read */
	/* back where it was, all is well */
	move(".moved", "");
	assert_err(put(s, "after"), ZX_OK);
	zx_state_close(s);
	s = must_open();
	assert_true(has(s, "after"));
	zx_state_close(s);
}

static void D08__a_transaction_under_way_is_not_said_to_be_kept(void **state)
{
	struct zx_state *s = must_open();

	(void)state;
	assert_err(put(s, "before"), ZX_OK);
	assert_err(zx_state_begin(s), ZX_OK);
	assert_err(put(s, "during"), ZX_OK);
	move("", ".moved");
	assert_err(zx_state_commit(s), ZX_E_IO);
	move(".moved", "");
	assert_true(has(s, "before"));
	zx_state_close(s);
}

static void D08__a_file_in_its_place_is_let_be(void **state)
{
	struct zx_state *s = must_open(), *other;

	(void)state;
	assert_err(put(s, "one"), ZX_OK);
	move("", ".moved");
	other = must_open();
	assert_err(put(other, "two"), ZX_OK);
	assert_err(put(s, "three"), ZX_E_IO);
	zx_state_close(s);
	/* nor does its end disturb the other */
	assert_err(put(other, "four"), ZX_OK);
	assert_err(zx_state_check(other), ZX_OK);
	zx_state_close(other);
	other = must_open();
	assert_true(has(other, "four"));
	zx_state_close(other);
}

/* Copies ------------------------------------------------------------------- */

static void D12__a_copy_that_is_killed_is_absent_or_complete(void **state)
{
	struct zx_state *s = must_open();
	char copy[128];
	struct stat st;
	unsigned there = 0;

	(void)state;
	snprintf(copy, sizeof(copy), "%s.copy", path);
	for (unsigned i = 0; i < 60; i++)
		assert_err(state_work_do(s, 3, i), ZX_OK);
	zx_state_close(s);
	for (int i = 0; i < 60; i++) {
		int status;
		pid_t pid = fork();

		if (!pid) {
			s = must_open();
			zx_state_copy(s, copy);
			zx_state_close(s);
			_exit(0);
		}
		usleep((useconds_t)(i * 300));
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (!stat(copy, &st)) {
			struct zx_state_options o = ZX_STATE_OPTIONS_INIT;
			struct zx_state *c;

			there++;
			o.path = copy;
			o.read_only = 1;
			assert_err(zx_state_open(&c, &o), ZX_OK);
			assert_null(state_work_wrong(c, 3, 60));
			zx_state_close(c);
			unlink(copy);
		}
	}
	print_message("# %u of 60 copies were complete\n", there);
	s = must_open();
	assert_null(state_work_wrong(s, 3, 60));
	zx_state_close(s);
}

/* Forks and signals -------------------------------------------------------- */

static void D14__a_fork_does_not_touch_what_its_parent_has(void **state)
{
	struct zx_state *s = must_open();
	int status;
	pid_t pid;

	(void)state;
	assert_err(put(s, "parent"), ZX_OK);
	assert_err(zx_state_begin(s), ZX_OK);
	assert_err(put(s, "under way"), ZX_OK);
	pid = fork();
	if (!pid) {
		int bad = put(s, "child") != ZX_E_STATE ||
			  !strstr(zx_state_error(s), "is a fork") ||
			  has(s, "parent") || zx_state_commit(s) != ZX_E_STATE;

		zx_state_close(s);
		_exit(bad);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_err(zx_state_commit(s), ZX_OK);
	assert_true(has(s, "under way"));
	assert_err(zx_state_check(s), ZX_OK);
	zx_state_close(s);
	s = must_open();
	assert_true(has(s, "under way"));
	zx_state_close(s);
}

static volatile sig_atomic_t rung;

static void ring(int sig)
{
	(void)sig;
	rung++;
}

static void D15__a_storm_of_signals_loses_nothing(void **state)
{
	struct itimerval every = { { 0, 1000 }, { 0, 1000 } },
			 off = { { 0, 0 }, { 0, 0 } };
	struct sigaction a = { .sa_handler = ring }; /* no SA_RESTART */
	struct zx_state *s = must_open();

	(void)state;
	assert_int_equal(sigaction(SIGALRM, &a, NULL), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &every, NULL), 0);
	for (unsigned i = 0; i < 300; i++)
		if (state_work_do(s, 9, i))
			fail_msg("%u: %s", i, zx_state_error(s));
	setitimer(ITIMER_REAL, &off, NULL);
	assert_true(rung > 0);
	assert_null(state_work_wrong(s, 9, 300));
	zx_state_close(s);
}

/* Size --------------------------------------------------------------------- */

static int count(const struct zx_state_snapshot *snap, void *ud)
{
	(void)snap;
	++*(unsigned *)ud;
	return 0;
}

/* A snapshot of 20 parts, of which all but one are those of the last. */
static void many(struct zx_state *s, uint64_t guild, unsigned nth)
{
	struct zx_state_snapshot snap = { .guild = guild,
					  .created = nth,
					  .manifest = ZX_STR("{}"),
					  .label = ZX_STR("l") };
	unsigned char hash[32] = { 0 };
	uint64_t draft;

	assert_err(zx_state_snap_begin(s, guild, &draft), ZX_OK);
	for (unsigned i = 0; i < 20; i++) {
		uint64_t v = guild * 1000000 + (i ? i : 1000 + nth);

		memcpy(hash, &v, sizeof(v));
		assert_err(zx_state_snap_part(s, draft, hash,
					      (struct zx_str){ (char *)&v, 8 }),
			   ZX_OK);
	}
	snprintf(snap.id, sizeof(snap.id), "%012llx",
		 (unsigned long long)(guild * 1000 + nth));
	assert_err(zx_state_snap_commit(s, draft, &snap, 0), ZX_OK);
}

/* Of the module alone, without net's clock. */
static zx_time clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (zx_time)t.tv_sec * 1000 + (zx_time)t.tv_nsec / 1000000;
}

/* ZX_GUILDS=1000 makes 25,000 snapshots. */
static void D13__many_snapshots_of_many_guilds(void **state)
{
	const char *text = getenv("ZX_GUILDS");
	unsigned guilds = text ? (unsigned)atoi(text) : 40, n = 0;
	struct zx_state *s = must_open();
	zx_time begun;
	char id[13];

	(void)state;
	for (unsigned g = 1; g <= guilds; g++) {
		assert_err(zx_state_begin(s), ZX_OK);
		for (unsigned i = 0; i < 25; i++)
			many(s, g, i);
		assert_err(zx_state_commit(s), ZX_OK);
	}
	begun = clock_ms();
	assert_err(zx_state_snap_each(s, guilds / 2, count, &n), ZX_OK);
	assert_int_equal(n, 25);
	print_message("# listed one of %u in %llu ms\n", guilds,
		      (unsigned long long)(clock_ms() - begun));
	begun = clock_ms();
	for (unsigned i = 0; i < 25; i++) {
		snprintf(id, sizeof(id), "%012llx",
			 (unsigned long long)(1000 + i));
		assert_err(zx_state_snap_delete(s, 1, id), ZX_OK);
	}
	print_message("# deleted 25 in %llu ms\n",
		      (unsigned long long)(clock_ms() - begun));
	n = 0;
	assert_err(zx_state_snap_each(s, 0, count, &n), ZX_OK);
	assert_int_equal(n, (guilds - 1) * 25);
	assert_err(zx_state_check(s), ZX_OK);
	zx_state_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(fn) cmocka_unit_test_setup_teardown(fn, dir_setup, dir_teardown)
		T(D07__of_two_processes_exactly_one_wins),
		T(D08__a_file_that_is_gone_is_noticed_and_not_written_to),
		T(D08__a_transaction_under_way_is_not_said_to_be_kept),
		T(D08__a_file_in_its_place_is_let_be),
		T(D12__a_copy_that_is_killed_is_absent_or_complete),
		T(D13__many_snapshots_of_many_guilds),
		T(D14__a_fork_does_not_touch_what_its_parent_has),
		T(D15__a_storm_of_signals_loses_nothing),
	};

	return cmocka_run_group_tests_name("here", tests, NULL, NULL);
}
