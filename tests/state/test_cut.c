/* SPDX-License-Identifier: MIT
 *
 * The state under power cuts, I/O errors and a full disk. ZX_CUTS sets how many
 * power cuts there are (`make crash`).
 */
#include <stdio.h>

#include <sqlite3.h>

#include "helper/cut_vfs.h"
#include "helper/state_work.h"
#include "helper/zx_test.h"

static int open_state(struct zx_state **s)
{
	struct zx_state_options o = ZX_STATE_OPTIONS_INIT;

	o.path = "z.db";
	o.vfs = "cut";
	return zx_state_open(s, &o);
}

static int setup(void **state)
{
	struct zx_state *s;

	(void)state;
	cut_vfs_init();
	if (open_state(&s))
		return -1;
	zx_state_close(s);
	cut_vfs_save();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	cut_vfs_clear();
	return 0;
}

/* Works until something fails or `most` operations are done; how many were
 * acknowledged. */
static unsigned work(uint64_t seed, unsigned from, unsigned most, int *err)
{
	struct zx_state *s;
	unsigned n = from;

	*err = open_state(&s);
	while (!*err && n < most) {
		*err = state_work_do(s, seed, n);
		n += !*err;
	}
	if (*err && !*zx_state_error(s))
		fail_msg("%s without a sentence", zx_errname(*err));
	zx_state_close(s);
	return n;
}

static void must_be_right(uint64_t seed, unsigned n, const char *what,
			  unsigned long at)
{
	struct zx_state *s;
	const char *wrong;
	int err = open_state(&s);

	if (err)
		fail_msg("%s at %lu, seed %lu: %s", what, at,
			 (unsigned long)seed, zx_state_error(s));
	wrong = state_work_wrong(s, seed, n);
	if (wrong)
		fail_msg("%s at %lu, seed %lu, after %u: %s", what, at,
			 (unsigned long)seed, n, wrong);
	zx_state_close(s);
}

static unsigned cuts(void)
{
	const char *text = getenv("ZX_CUTS");

	return text ? (unsigned)atoi(text) : 300;
}

static void D02__power_cuts_lose_nothing_acknowledged(void **state)
{
	struct zx_prng p;
	struct zx_rand r;

	(void)state;
	zx_prng_init(&p, 2);
	r = zx_prng_rand(&p);
	for (unsigned i = 0; i < cuts(); i++) {
		unsigned long at = 1 + (unsigned long)zx_rand_below(&r, 900);
		unsigned n;
		int err;

		cut_vfs_load();
		cut_vfs_fault(CUT_POWER, at);
		n = work(i, 0, 40, &err);
		cut_vfs_reboot(&r);
		must_be_right(i, n, "power cut", at);
	}
}

/* Also while it recovers from the one before. */
static void D02__a_cut_during_recovery_loses_nothing(void **state)
{
	struct zx_prng p;
	struct zx_rand r;

	(void)state;
	zx_prng_init(&p, 3);
	r = zx_prng_rand(&p);
	for (unsigned i = 0; i < cuts() / 3; i++) {
		unsigned n;
		int err;

		cut_vfs_load();
		cut_vfs_fault(CUT_POWER,
			      1 + (unsigned long)zx_rand_below(&r, 900));
		n = work(i, 0, 40, &err);
		for (int k = 0; k < 4; k++) {
			struct zx_state *s;

			cut_vfs_reboot(&r);
			cut_vfs_fault(CUT_POWER,
				      1 + (unsigned long)zx_rand_below(&r, 12));
			(void)!open_state(&s);
			zx_state_close(s);
		}
		cut_vfs_reboot(&r);
		must_be_right(i, n, "cut in recovery", 0);
	}
}

static void each_fault(enum cut_fault what, int want, unsigned long step)
{
	unsigned long total;
	unsigned n;
	int err;

	cut_vfs_load();
	cut_vfs_fault(CUT_NONE, 0);
	work(7, 0, 14, &err);
	assert_err(err, ZX_OK);
	total = cut_vfs_count();
	for (unsigned long at = 1; at <= total; at += step) {
		cut_vfs_load();
		cut_vfs_fault(what, at);
		n = work(7, 0, 14, &err);
		/* Never "damaged": somebody would throw it away. */
		if (err == ZX_E_CORRUPT ||
		    (err && want && err != want && err != ZX_E_STATE &&
		     err != ZX_E_PERM))
			fail_msg("at %lu: %s", at, zx_errname(err));
		cut_vfs_fault(CUT_NONE, 0);
		must_be_right(7, n, "fault", at);
	}
}

static void D03__an_io_error_at_any_operation_loses_nothing(void **state)
{
	(void)state;
	each_fault(CUT_IO_ONCE, 0, 1);
	each_fault(CUT_IO, ZX_E_IO, 1);
}

static void D04__a_full_disk_at_any_write_loses_nothing(void **state)
{
	(void)state;
	each_fault(CUT_FULL_ONCE, ZX_E_FULL, 1);
	each_fault(CUT_FULL, ZX_E_FULL, 1);
}

/* Memory: SQLite's own allocations too. */
static struct {
	sqlite3_mem_methods real;
	unsigned long calls, fail_at;
} memory;

static void *m_malloc(int n)
{
	if (++memory.calls == memory.fail_at)
		return NULL;
	return memory.real.xMalloc(n);
}

static void *m_realloc(void *p, int n)
{
	if (++memory.calls == memory.fail_at)
		return NULL;
	return memory.real.xRealloc(p, n);
}

static void D10__a_failed_allocation_loses_nothing(void **state)
{
	unsigned long total;
	unsigned n;
	int err;

	(void)state;
	cut_vfs_load();
	memory.calls = memory.fail_at = 0;
	work(5, 0, 10, &err);
	assert_err(err, ZX_OK);
	total = memory.calls;
	for (unsigned long at = 1; at <= total; at += 1 + total / 400) {
		cut_vfs_load();
		memory.calls = 0;
		memory.fail_at = at;
		n = work(5, 0, 10, &err);
		memory.fail_at = 0;
		must_be_right(5, n, "allocation", at);
	}
}

static int all_setup(void **state)
{
	sqlite3_mem_methods m;

	(void)state;
	sqlite3_shutdown();
	if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &memory.real))
		return -1;
	m = memory.real;
	m.xMalloc = m_malloc;
	m.xRealloc = m_realloc;
	return sqlite3_config(SQLITE_CONFIG_MALLOC, &m) || sqlite3_initialize();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			D02__power_cuts_lose_nothing_acknowledged, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			D02__a_cut_during_recovery_loses_nothing, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			D03__an_io_error_at_any_operation_loses_nothing, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			D04__a_full_disk_at_any_write_loses_nothing, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			D10__a_failed_allocation_loses_nothing, setup,
			teardown),
	};

	return cmocka_run_group_tests_name("cut", tests, all_setup, NULL);
}
