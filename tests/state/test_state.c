/* SPDX-License-Identifier: MIT
 *
 * The state file: what it keeps, whose it is, and what it says when it cannot.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sqlite3.h>

#include "helper/fail_alloc.h"
#include "helper/zx_test.h"
#include "zoryx/state.h"

static char dir[64], path[128];

static int setup(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/zx-state-XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/data/zoryx.db", dir);
	return 0;
}

static int teardown(void **state)
{
	char cmd[160];

	(void)state;
	snprintf(cmd, sizeof(cmd), "chmod -R u+rwx %s; rm -rf %s", dir, dir);
	return system(cmd);
}

static int try_open(struct zx_state **s, const char *p, int read_only)
{
	struct zx_state_options o = ZX_STATE_OPTIONS_INIT;

	o.path = p;
	o.read_only = read_only;
	return zx_state_open(s, &o);
}

static struct zx_state *open_ok(void)
{
	struct zx_state *s;
	int err = try_open(&s, path, 0);

	if (err)
		fail_msg("%s", zx_state_error(s));
	return s;
}

static void expect_get(struct zx_state *s, uint64_t guild, const char *key,
		       const char *want)
{
	struct zx_buf b;

	zx_buf_init(&b, NULL, 0);
	assert_int_equal(zx_state_get(s, "t", guild, key, &b), ZX_OK);
	assert_string_equal(zx_buf_cstr(&b), want);
	zx_buf_release(&b);
}

static void write_file(const char *p, const void *data, size_t n)
{
	FILE *f = fopen(p, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, n, f), n);
	fclose(f);
}

static void
state__values_survive_closing_and_keep_all_64_bits_of_a_guild(void **state)
{
	uint64_t big = UINT64_C(0xfedcba9876543210);
	struct zx_state *s = open_ok();

	(void)state;
	assert_int_equal(zx_state_put(s, "t", big, "k", ZX_STR("one")), 0);
	assert_int_equal(zx_state_put(s, "t", big, "k", ZX_STR("two")), 0);
	assert_int_equal(zx_state_put(s, "t", 0, "k", ZX_STR("none")), 0);
	assert_int_equal(
		zx_state_put(s, "t", 1, "nul", (struct zx_str){ "", 0 }), 0);
	zx_state_close(s);
	s = open_ok();
	expect_get(s, big, "k", "two");
	expect_get(s, 0, "k", "none");
	expect_get(s, 1, "nul", "");
	assert_int_equal(zx_state_del(s, "t", big, "k"), 0);
	assert_int_equal(zx_state_del(s, "t", big, "k"), 0);
	struct zx_buf b;
	zx_buf_init(&b, NULL, 0);
	assert_int_equal(zx_state_get(s, "t", big, "k", &b), ZX_E_NOTFOUND);
	assert_int_equal(zx_state_check(s), 0);
	zx_state_close(s);
}

static void state__a_closed_state_is_one_file(void **state)
{
	struct zx_state *s = open_ok();
	char side[160];

	(void)state;
	zx_state_put(s, "t", 0, "k", ZX_STR("v"));
	zx_state_close(s);
	snprintf(side, sizeof(side), "%s-journal", path);
	assert_int_not_equal(access(side, F_OK), 0);
}

static void state__the_file_is_for_its_owner_only(void **state)
{
	struct stat st;

	(void)state;
	zx_state_close(open_ok());
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void state__values_over_a_mebibyte_are_refused(void **state)
{
	struct zx_state *s = open_ok();
	char *p = calloc(1, (1 << 20) + 1);

	(void)state;
	assert_int_equal(
		zx_state_put(s, "t", 0, "a", (struct zx_str){ p, 1 << 20 }), 0);
	assert_int_equal(zx_state_put(s, "t", 0, "b",
				      (struct zx_str){ p, (1 << 20) + 1 }),
			 ZX_E_TOOBIG);
	assert_non_null(strstr(zx_state_error(s), "1048577"));
	free(p);
	zx_state_close(s);
}

static void state__a_transaction_is_all_or_nothing(void **state)
{
	struct zx_buf b;
	struct zx_state *s = open_ok();

	(void)state;
	zx_buf_init(&b, NULL, 0);
	assert_int_equal(zx_state_begin(s), 0);
	assert_int_equal(zx_state_begin(s), ZX_E_STATE);
	zx_state_put(s, "t", 0, "a", ZX_STR("1"));
	zx_state_rollback(s);
	assert_int_equal(zx_state_get(s, "t", 0, "a", &b), ZX_E_NOTFOUND);
	assert_int_equal(zx_state_commit(s), ZX_E_STATE);
	zx_state_begin(s);
	zx_state_put(s, "t", 0, "a", ZX_STR("1"));
	zx_state_put(s, "t", 0, "b", ZX_STR("2"));
	assert_int_equal(zx_state_commit(s), 0);
	/* closing in the middle rolls back */
	zx_state_begin(s);
	zx_state_put(s, "t", 0, "a", ZX_STR("9"));
	zx_state_close(s);
	s = open_ok();
	expect_get(s, 0, "a", "1");
	expect_get(s, 0, "b", "2");
	zx_state_close(s);
}

static int collect(uint64_t guild, const char *key, struct zx_str value,
		   void *ud)
{
	zx_buf_addf(ud, "%llu/%s=%.*s ", (unsigned long long)guild, key,
		    ZX_ARG(value));
	return !strcmp(key, "stop") ? 42 : 0;
}

static void state__each_walks_one_space_in_order(void **state)
{
	struct zx_buf b;
	struct zx_state *s = open_ok();

	(void)state;
	zx_buf_init(&b, NULL, 0);
	zx_state_put(s, "t", 2, "b", ZX_STR("3"));
	zx_state_put(s, "t", 2, "a", ZX_STR("2"));
	zx_state_put(s, "t", 1, "z", ZX_STR("1"));
	zx_state_put(s, "other", 1, "z", ZX_STR("no"));
	assert_int_equal(zx_state_each(s, "t", collect, &b), 0);
	assert_string_equal(zx_buf_cstr(&b), "1/z=1 2/a=2 2/b=3 ");
	zx_state_put(s, "t", 2, "aa", ZX_STR("x"));
	zx_state_put(s, "t", 1, "stop", ZX_STR("x"));
	zx_buf_clear(&b);
	assert_int_equal(zx_state_each(s, "t", collect, &b), 42);
	assert_string_equal(zx_buf_cstr(&b), "1/stop=x ");
	zx_buf_release(&b);
	zx_state_close(s);
}

static void state__a_second_owner_is_refused_and_told_what_to_do(void **state)
{
	struct zx_state *a = open_ok(), *b;
	int status;
	pid_t pid;

	(void)state;
	assert_int_equal(try_open(&b, path, 0), ZX_E_BUSY);
	assert_non_null(strstr(zx_state_error(b), "another process"));
	zx_state_close(b);
	fflush(NULL);
	pid = fork();
	if (!pid) {
		int err = try_open(&b, path, 0);

		zx_state_close(b);
		_exit(err == ZX_E_BUSY ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
	zx_state_close(a);
	zx_state_close(open_ok());
}

static void state__a_foreign_or_damaged_file_is_left_as_it_is(void **state)
{
	char before[4096] = "this is no database, but it is long enough";
	char after[4096];
	struct zx_state *s;
	sqlite3 *db;
	FILE *f;

	(void)state;
	snprintf(path, sizeof(path), "%s/x.db", dir);
	write_file(path, before, sizeof(before));
	assert_int_equal(try_open(&s, path, 0), ZX_E_CORRUPT);
	assert_non_null(strstr(zx_state_error(s), "left as it is"));
	zx_state_close(s);
	f = fopen(path, "rb");
	assert_int_equal(fread(after, 1, sizeof(after), f), sizeof(after));
	fclose(f);
	assert_memory_equal(before, after, sizeof(after));

	unlink(path);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_exec(db, "CREATE TABLE theirs(x)", NULL, NULL, NULL);
	sqlite3_close(db);
	assert_int_equal(try_open(&s, path, 0), ZX_E_CORRUPT);
	assert_non_null(strstr(zx_state_error(s), "another program"));
	zx_state_close(s);
}

static void state__an_empty_file_is_taken_as_new(void **state)
{
	(void)state;
	snprintf(path, sizeof(path), "%s/x.db", dir);
	write_file(path, "", 0);
	zx_state_close(open_ok());
}

static void state__a_newer_schema_is_refused(void **state)
{
	struct zx_state *s = open_ok();
	sqlite3 *db;

	(void)state;
	zx_state_close(s);
	sqlite3_open(path, &db);
	sqlite3_exec(db, "PRAGMA user_version=99", NULL, NULL, NULL);
	sqlite3_close(db);
	assert_int_equal(try_open(&s, path, 0), ZX_E_VERSION);
	assert_non_null(strstr(zx_state_error(s), "newer zoryx (schema 99"));
	zx_state_close(s);
}

static void state__a_folder_in_the_way_gives_a_clear_error(void **state)
{
	struct zx_state *s;

	(void)state;
	assert_int_equal(try_open(&s, dir, 0), ZX_E_PERM);
	assert_non_null(strstr(zx_state_error(s), "not a file"));
	zx_state_close(s);
	snprintf(path, sizeof(path), "%s/f", dir);
	write_file(path, "", 0);
	snprintf(path, sizeof(path), "%s/f/zoryx.db", dir);
	assert_int_equal(try_open(&s, path, 0), ZX_E_PERM);
	zx_state_close(s);
	assert_int_equal(try_open(&s, "", 0), ZX_E_INVALID);
	assert_null(s);
}

static void state__read_only_reads_beside_nobody_and_never_writes(void **state)
{
	struct zx_state *s = open_ok();

	(void)state;
	zx_state_put(s, "t", 0, "a", ZX_STR("1"));
	zx_state_close(s);
	assert_int_equal(try_open(&s, path, 1), 0);
	expect_get(s, 0, "a", "1");
	assert_int_equal(zx_state_put(s, "t", 0, "a", ZX_STR("2")), ZX_E_PERM);
	zx_state_close(s);
	snprintf(path, sizeof(path), "%s/none.db", dir);
	assert_int_equal(try_open(&s, path, 1), ZX_E_PERM);
	zx_state_close(s);
	assert_int_not_equal(access(path, F_OK), 0);
}

static void state__a_copy_is_complete_and_never_overwrites(void **state)
{
	struct zx_state *s = open_ok();
	char to[160];

	(void)state;
	snprintf(to, sizeof(to), "%s/copy.db", dir);
	zx_state_put(s, "t", 7, "a", ZX_STR("1"));
	assert_int_equal(zx_state_copy(s, to), 0);
	assert_int_equal(zx_state_copy(s, to), ZX_E_EXISTS);
	assert_int_equal(zx_state_vacuum(s), 0);
	zx_state_close(s);
	assert_int_equal(try_open(&s, to, 0), 0);
	expect_get(s, 7, "a", "1");
	zx_state_close(s);
}

static void state__a_cut_off_file_is_found_by_check(void **state)
{
	struct zx_state *s = open_ok();
	char value[2000];
	int err;

	(void)state;
	memset(value, 'v', sizeof(value));
	for (uint64_t i = 0; i < 50; i++)
		zx_state_put(s, "t", i, "k",
			     (struct zx_str){ value, sizeof(value) });
	zx_state_close(s);
	assert_int_equal(truncate(path, 40000), 0);
	err = try_open(&s, path, 0);
	if (!err)
		err = zx_state_check(s);
	assert_int_equal(err, ZX_E_CORRUPT);
	zx_state_close(s);
}

static void state__a_damaged_file_is_not_written_to(void **state)
{
	struct zx_state *s = open_ok();
	struct stat before, after;
	char value[3000];

	(void)state;
	memset(value, 'v', sizeof(value));
	for (uint64_t i = 0; i < 20; i++)
		zx_state_put(s, "t", i, "k",
			     (struct zx_str){ value, sizeof(value) });
	zx_state_close(s);
	assert_int_equal(truncate(path, 5000), 0);
	stat(path, &before);
	assert_int_equal(try_open(&s, path, 0), ZX_E_CORRUPT);
	assert_non_null(strstr(zx_state_error(s), "left as it is"));
	zx_state_close(s);
	stat(path, &after);
	assert_int_equal(before.st_size, after.st_size);
	assert_int_equal(before.st_mtime, after.st_mtime);
}

/* A child writes and says through the pipe what was acknowledged; it is killed
 * at a random instant, and all of that must be there. */
static void child(int fd)
{
	struct zx_state *s;

	if (try_open(&s, path, 0))
		_exit(1);
	for (uint64_t i = 1;; i++) {
		char text[24];

		snprintf(text, sizeof(text), "%llu", (unsigned long long)i);
		if (zx_state_put(s, "t", i % 16, "n", zx_str(text)))
			_exit(1);
		if (write(fd, &i, sizeof(i)) != (ssize_t)sizeof(i))
			_exit(1);
	}
}

/* Kills the writer behind its n-th acknowledgement, wherever it then is. */
static uint64_t run_and_kill(uint64_t n)
{
	uint64_t got = 0, last = 0;
	int fd[2];
	pid_t pid;

	assert_int_equal(pipe(fd), 0);
	fflush(NULL);
	pid = fork();
	if (!pid)
		child(fd[1]);
	close(fd[1]);
	while (last < n && read(fd[0], &got, sizeof(got)) == sizeof(got))
		last = got;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	while (read(fd[0], &got, sizeof(got)) == (ssize_t)sizeof(got))
		last = got;
	close(fd[0]);
	return last;
}

static void state__what_was_acknowledged_survives_kill_9(void **state)
{
	(void)state;
	srand(7);
	for (int i = 0; i < 60; i++) {
		struct zx_state *s;
		struct zx_buf b;
		uint64_t last, n = (uint64_t)rand() % 40, kept = 0;

		last = run_and_kill(n);
		assert_true(last >= n);
		s = open_ok();
		zx_buf_init(&b, NULL, 0);
		if (last && !zx_state_get(s, "t", last % 16, "n", &b))
			zx_str_u64(zx_buf_str(&b), &kept);
		/* the next write may have been on its way */
		assert_true(kept == last || kept == last + 16);
		assert_int_equal(zx_state_check(s), 0);
		zx_buf_release(&b);
		for (uint64_t g = 0; g < 16; g++)
			zx_state_del(s, "t", g, "n");
		zx_state_close(s);
	}
}

static int scenario(const struct zx_alloc *a, void *ud)
{
	struct zx_state_options o = ZX_STATE_OPTIONS_INIT;
	struct zx_state *s;
	struct zx_buf b;
	int err;

	(void)ud;
	o.path = path;
	o.alloc = a;
	err = zx_state_open(&s, &o);
	zx_buf_init(&b, a, 0);
	if (!err)
		err = zx_state_put(s, "t", 1, "k", ZX_STR("v"));
	if (!err)
		err = zx_state_get(s, "t", 1, "k", &b);
	zx_buf_release(&b);
	zx_state_close(s);
	return err;
}

static void state__every_failed_allocation_is_reported(void **state)
{
	(void)state;
	assert_true(fail_alloc_each(scenario, NULL) > 2);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(state__values_survive_closing_and_keep_all_64_bits_of_a_guild),
		T(state__a_closed_state_is_one_file),
		T(state__the_file_is_for_its_owner_only),
		T(state__values_over_a_mebibyte_are_refused),
		T(state__a_transaction_is_all_or_nothing),
		T(state__each_walks_one_space_in_order),
		T(state__a_second_owner_is_refused_and_told_what_to_do),
		T(state__a_foreign_or_damaged_file_is_left_as_it_is),
		T(state__an_empty_file_is_taken_as_new),
		T(state__a_newer_schema_is_refused),
		T(state__a_folder_in_the_way_gives_a_clear_error),
		T(state__read_only_reads_beside_nobody_and_never_writes),
		T(state__a_copy_is_complete_and_never_overwrites),
		T(state__a_cut_off_file_is_found_by_check),
		T(state__a_damaged_file_is_not_written_to),
		T(state__what_was_acknowledged_survives_kill_9),
		T(state__every_failed_allocation_is_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
