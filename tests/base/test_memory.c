/* SPDX-License-Identifier: MIT
 *
 * memory: allocation through the host, and the failing allocator of the tests.
 */
#include "helper/zx_test.h"

static void memory__new_is_zeroed_from_malloc_and_from_the_host(void **state)
{
	static const unsigned char zero[100];
	struct fail_alloc f;
	void *p;

	(void)state;
	fail_alloc_init(&f);
	p = zx_new(&f.alloc, sizeof(zero));
	assert_memory_equal(p, zero, sizeof(zero));
	assert_int_equal(f.live_bytes, sizeof(zero));
	zx_delete(&f.alloc, p);
	fail_alloc_check(&f);
	p = zx_new(NULL, sizeof(zero));
	assert_memory_equal(p, zero, sizeof(zero));
	zx_delete(NULL, p);
}

static void memory__nothing_is_rounded_up_to_one_byte(void **state)
{
	struct fail_alloc f;
	char *p;

	(void)state;
	fail_alloc_init(&f);
	p = zx_new(&f.alloc, 0);
	assert_non_null(p);
	assert_int_equal(*p, 0);
	assert_int_equal(f.live_bytes, 1);
	p = zx_resize(&f.alloc, p, 0);
	assert_non_null(p);
	assert_int_equal(f.live_bytes, 1);
	zx_delete(&f.alloc, p);
	p = zx_resize(NULL, NULL, 0);
	assert_non_null(p);
	zx_delete(NULL, p);
}

static void memory__delete_accepts_nothing(void **state)
{
	struct fail_alloc f;

	(void)state;
	fail_alloc_init(&f);
	zx_delete(&f.alloc, NULL);
	zx_delete(NULL, NULL);
	fail_alloc_check(&f);
}

static void memory__resize_keeps_what_fits(void **state)
{
	struct fail_alloc f;
	char *p;

	(void)state;
	fail_alloc_init(&f);
	p = zx_resize(&f.alloc, NULL, 4);
	memcpy(p, "abcd", 4);
	p = zx_resize(&f.alloc, p, 100);
	assert_memory_equal(p, "abcd", 4);
	p = zx_resize(&f.alloc, p, 2);
	assert_memory_equal(p, "ab", 2);
	assert_int_equal(f.live_bytes, 2);
	zx_delete(&f.alloc, p);
	fail_alloc_check(&f);
}

static void memory__a_refused_resize_leaves_the_old_block(void **state)
{
	struct fail_alloc f;
	char *p;

	(void)state;
	fail_alloc_init(&f);
	p = zx_resize(&f.alloc, NULL, 4);
	memcpy(p, "abcd", 4);
	fail_alloc_once(&f, 1);
	assert_null(zx_resize(&f.alloc, p, 100));
	assert_memory_equal(p, "abcd", 4);
	assert_null((fail_alloc_from(&f, 1), zx_new(&f.alloc, 1)));
	zx_delete(&f.alloc, p);
	fail_alloc_check(&f);
}

static void memory__wipe_overwrites_exactly_what_it_is_given(void **state)
{
	char text[] = "0123456789";

	(void)state;
	zx_wipe(text + 2, 5);
	assert_memory_equal(text,
			    "01\0\0\0\0\0"
			    "789",
			    10);
	zx_wipe(text, 0);
	assert_int_equal(text[0], '0');
	zx_wipe(NULL, 0);
}

static void fail_alloc__once_fails_that_call_only(void **state)
{
	struct fail_alloc f;
	void *a, *b;

	(void)state;
	fail_alloc_init(&f);
	fail_alloc_once(&f, 2);
	a = zx_new(&f.alloc, 1);
	assert_non_null(a);
	assert_null(zx_new(&f.alloc, 1));
	b = zx_new(&f.alloc, 1);
	assert_non_null(b);
	assert_int_equal(f.failed, 1);
	assert_int_equal(f.calls, 3);
	zx_delete(&f.alloc, a);
	zx_delete(&f.alloc, b);
	assert_int_equal(f.peak_bytes, 2);
}

static void fail_alloc__from_fails_all_that_follow(void **state)
{
	struct fail_alloc f;
	void *a;

	(void)state;
	fail_alloc_init(&f);
	fail_alloc_from(&f, 2);
	a = zx_new(&f.alloc, 1);
	assert_non_null(a);
	assert_null(zx_new(&f.alloc, 1));
	assert_null(zx_new(&f.alloc, 1));
	zx_delete(&f.alloc, a);
	assert_int_equal(f.failed, 2);
}

static void fail_alloc__a_ceiling_refuses_what_would_go_above(void **state)
{
	struct fail_alloc f;
	void *a;

	(void)state;
	fail_alloc_init(&f);
	f.most_bytes = 10;
	a = zx_new(&f.alloc, 8);
	assert_non_null(a);
	assert_null(zx_new(&f.alloc, 3));
	assert_null(zx_resize(&f.alloc, a, 11));
	a = zx_resize(&f.alloc, a, 10);
	assert_non_null(a);
	zx_delete(&f.alloc, a);
	fail_alloc_check(&f);
}

static int two_blocks(const struct zx_alloc *a, void *ud)
{
	void *p = zx_new(a, 1), *q = p ? zx_new(a, 1) : NULL;
	size_t *runs = ud;

	++*runs;
	zx_delete(a, q);
	zx_delete(a, p);
	return q ? ZX_OK : ZX_E_NOMEM;
}

static void fail_alloc__each_runs_once_and_twice_per_allocation(void **state)
{
	size_t runs = 0;

	(void)state;
	assert_int_equal(fail_alloc_each(two_blocks, &runs), 2);
	assert_int_equal(runs, 1 + 2 * 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			memory__new_is_zeroed_from_malloc_and_from_the_host),
		cmocka_unit_test(memory__nothing_is_rounded_up_to_one_byte),
		cmocka_unit_test(memory__delete_accepts_nothing),
		cmocka_unit_test(memory__resize_keeps_what_fits),
		cmocka_unit_test(memory__a_refused_resize_leaves_the_old_block),
		cmocka_unit_test(
			memory__wipe_overwrites_exactly_what_it_is_given),
		cmocka_unit_test(fail_alloc__once_fails_that_call_only),
		cmocka_unit_test(fail_alloc__from_fails_all_that_follow),
		cmocka_unit_test(
			fail_alloc__a_ceiling_refuses_what_would_go_above),
		cmocka_unit_test(
			fail_alloc__each_runs_once_and_twice_per_allocation),
	};

	return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
