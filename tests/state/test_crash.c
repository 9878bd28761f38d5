/* SPDX-License-Identifier: MIT
 *
 * kill -9 at random instants of create, delete, pin, retention and migration.
 * ZX_KILLS sets how many (`make crash`).
 */
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include "helper/state_work.h"
#include "helper/zx_test.h"
#include "state/dir.h"

static void sql(const char *text)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, text, NULL, NULL, NULL))
		fail_msg("%s", sqlite3_errmsg(db));
	sqlite3_close(db);
}

static long number(const char *text)
{
	sqlite3_stmt *st;
	sqlite3 *db;
	long n;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, text, -1, &st, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	n = (long)sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	sqlite3_close(db);
	return n;
}

/* The child: one byte to the pipe for each operation that is done. */
static void child(int fd, uint64_t seed, unsigned from)
{
	struct zx_state *s;

	if (dir_open(&s))
		_exit(1);
	for (unsigned i = from;; i++) {
		if (state_work_do(s, seed, i))
			_exit(2);
		if (write(fd, "", 1) != 1)
			_exit(3);
	}
}

static void nap(long us)
{
	struct timespec t = { 0, us * 1000 };

	nanosleep(&t, NULL);
}

/* Runs it, kills it after `acks` operations and a moment; how many were
 * acknowledged. */
static unsigned run(uint64_t seed, unsigned from, unsigned acks, long us)
{
	unsigned n = from;
	int fds[2], status;
	char c;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		close(fds[0]);
		child(fds[1], seed, from);
	}
	close(fds[1]);
	while (n < from + acks && read(fds[0], &c, 1) == 1)
		n++;
	nap(us);
	kill(pid, SIGKILL);
	while (read(fds[0], &c, 1) == 1)
		n++;
	close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	return n;
}

/* The state as the next process finds it; 1 when the operation under way was
 * done. */
static void must_be_right(uint64_t seed, unsigned n)
{
	struct zx_state *s;
	const char *wrong;

	if (dir_open(&s))
		fail_msg("seed %lu, after %u: %s", (unsigned long)seed, n,
			 zx_state_error(s));
	wrong = state_work_wrong(s, seed, n);
	if (wrong)
		fail_msg("seed %lu, after %u: %s", (unsigned long)seed, n,
			 wrong);
	zx_state_close(s);
	assert_int_equal(number("SELECT count(*) FROM snapshot"
				" WHERE id IS NULL"),
			 0);
	assert_int_equal(number("SELECT count(*) FROM trash"), 0);
	assert_int_equal(number("SELECT count(*) FROM object WHERE id NOT IN"
				" (SELECT object FROM part)"),
			 0);
}

static unsigned kills(void)
{
	const char *text = getenv("ZX_KILLS");

	return text ? (unsigned)atoi(text) : 60;
}

static void D01__kill_9_at_any_instant_loses_nothing(void **state)
{
	struct zx_prng p;
	struct zx_rand r;

	(void)state;
	zx_prng_init(&p, 1);
	r = zx_prng_rand(&p);
	for (unsigned i = 0; i < kills(); i++) {
		unsigned n;

		unlink(path);
		n = run(i, 0, (unsigned)zx_rand_below(&r, 25),
			(long)zx_rand_below(&r, 3000));
		must_be_right(i, n);
	}
}

/* As schema 1 left it. */
static void old_file(void)
{
	char journal[128];

	unlink(path);
	snprintf(journal, sizeof(journal), "%s-journal", path);
	unlink(journal);
	sql("CREATE TABLE kv (space TEXT NOT NULL, guild INTEGER NOT NULL,"
	    " key TEXT NOT NULL, value BLOB NOT NULL,"
	    " PRIMARY KEY (space, guild, key)) STRICT, WITHOUT ROWID;"
	    "INSERT INTO kv VALUES('settings',5,'prefix',x'3f');"
	    "PRAGMA application_id=2054713977; PRAGMA user_version=1;");
}

static void D09__kill_9_during_migration_loses_nothing(void **state)
{
	struct zx_prng p;
	struct zx_rand r;

	(void)state;
	zx_prng_init(&p, 9);
	r = zx_prng_rand(&p);
	for (unsigned i = 0; i < kills() / 2; i++) {
		struct zx_state *s;
		struct zx_buf b;
		long version;

		old_file();
		run(i, 0, 0, (long)zx_rand_below(&r, 4000));
		version = number("PRAGMA user_version");
		assert_true(version == 1 || version == 3);
		assert_int_equal(
			number("SELECT count(*) FROM sqlite_schema"
			       " WHERE name IN ('object','snapshot','audit',"
			       "'restore','record')"),
			version == 1 ? 0 : 5);
		assert_err(dir_open(&s), ZX_OK);
		zx_buf_init(&b, NULL, 0);
		assert_err(zx_state_get(s, "settings", 5, "prefix", &b), ZX_OK);
		assert_str(zx_buf_str(&b), "?");
		zx_buf_release(&b);
		assert_err(zx_state_check(s), ZX_OK);
		zx_state_close(s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			D01__kill_9_at_any_instant_loses_nothing, dir_setup,
			dir_teardown),
		cmocka_unit_test_setup_teardown(
			D09__kill_9_during_migration_loses_nothing, dir_setup,
			dir_teardown),
	};

	return cmocka_run_group_tests_name("crash", tests, NULL, NULL);
}
