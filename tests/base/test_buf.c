/* SPDX-License-Identifier: MIT
 *
 * buf: growing, ceilings, the sticky error, and ownership.
 */
#include <wchar.h>

#include "helper/zx_test.h"
#include "base/limits.h"

static void buf__starts_empty_and_without_memory(void **state)
{
	struct fail_alloc f;
	struct zx_buf b;

	(void)state;
	fail_alloc_init(&f);
	zx_buf_init(&b, &f.alloc, 0);
	assert_int_equal(f.calls, 0);
	assert_string_equal(zx_buf_cstr(&b), "");
	assert_int_equal(zx_buf_str(&b).len, 0);
	zx_buf_skip(&b, 3);
	zx_buf_clear(&b);
	zx_buf_release(&b);
	zx_buf_release(&b);
	zx_buf_release(NULL);
	assert_int_equal(f.calls, 0);
}

static void buf__contents_are_followed_by_nul_at_every_length(void **state)
{
	struct fail_alloc f;
	struct zx_buf b;
	size_t i;

	(void)state;
	fail_alloc_init(&f);
	zx_buf_init(&b, &f.alloc, 0);
	for (i = 0; i < 1000; i++) {
		zx_buf_addch(&b, (char)('a' + i % 26));
		assert_int_equal(b.len, i + 1);
		assert_int_equal(b.ptr[i + 1], '\0');
	}
	for (i = 0; i < 1000; i++)
		assert_int_equal(b.ptr[i], 'a' + i % 26);
	/* Growing by a fixed amount would make appending quadratic. */
	assert_true(f.calls < 12);
	zx_buf_release(&b);
	fail_alloc_check(&f);
}

static void buf__every_way_of_adding_adds(void **state)
{
	struct zx_buf b;

	(void)state;
	zx_buf_init(&b, NULL, 0);
	zx_buf_add(&b, "ab", 2);
	zx_buf_add(&b, NULL, 0);
	zx_buf_adds(&b, ZX_STR("cd"));
	zx_buf_adds(&b, (struct zx_str){ NULL, 0 });
	zx_buf_addc(&b, "ef");
	zx_buf_addc(&b, NULL);
	zx_buf_addch(&b, 'g');
	zx_buf_addf(&b, "%d%s", 42, "h");
	zx_buf_addf(&b, "%s", "");
	memcpy(zx_buf_room(&b, 2), "ij", 2);
	b.len += 2;
	assert_string_equal(zx_buf_cstr(&b), "abcdefg42hij");
	zx_buf_addch(&b, '\0');
	zx_buf_addch(&b, 'k');
	assert_true(zx_str_eq(zx_buf_str(&b), ZX_STR("abcdefg42hij\0k")));
	zx_buf_release(&b);
}

static void buf__formatting_fits_at_every_length(void **state)
{
	char want[300];
	int n;

	(void)state;
	for (n = 0; n < (int)sizeof(want); n++) {
		struct zx_buf b;

		memset(want, 'x', (size_t)n);
		want[n] = '\0';
		zx_buf_init(&b, NULL, 0);
		zx_buf_addf(&b, "%s", want);
		assert_string_equal(zx_buf_cstr(&b), want);
		zx_buf_addf(&b, "%s", want);
		assert_int_equal(b.len, 2 * n);
		zx_buf_release(&b);
	}
}

static void buf__the_ceiling_is_exact(void **state)
{
	struct zx_buf b;

	(void)state;
	zx_buf_init(&b, NULL, 10);
	zx_buf_add(&b, "0123456789", 10);
	assert_err(b.err, ZX_OK);
	assert_int_equal(b.len, 10);
	zx_buf_add(&b, "", 0);
	assert_err(b.err, ZX_OK);
	zx_buf_addch(&b, 'x');
	assert_err(b.err, ZX_E_TOOBIG);
	assert_string_equal(zx_buf_cstr(&b), "0123456789");
	zx_buf_release(&b);
}

static void buf__a_text_over_the_ceiling_is_not_added_in_part(void **state)
{
	struct zx_buf b;

	(void)state;
	zx_buf_init(&b, NULL, 10);
	zx_buf_addc(&b, "abc");
	zx_buf_addf(&b, "%s", "12345678");
	assert_err(b.err, ZX_E_TOOBIG);
	assert_int_equal(b.len, 3);
	assert_string_equal(zx_buf_cstr(&b), "abc");
	zx_buf_clear(&b);
	zx_buf_addf(&b, "%s", "1234567890");
	assert_err(b.err, ZX_OK);
	assert_string_equal(zx_buf_cstr(&b), "1234567890");
	zx_buf_release(&b);
}

static void buf__sizes_that_would_wrap_are_too_big(void **state)
{
	struct zx_buf b;

	(void)state;
	zx_buf_init(&b, NULL, SIZE_MAX);
	zx_buf_addc(&b, "abc");
	assert_null(zx_buf_room(&b, SIZE_MAX));
	assert_err(b.err, ZX_E_TOOBIG);
	zx_buf_clear(&b);
	zx_buf_addc(&b, "abc");
	assert_null(zx_buf_room(&b, SIZE_MAX - 3));
	assert_err(b.err, ZX_E_TOOBIG);
	zx_buf_release(&b);
}

static void buf__a_text_that_cannot_be_formatted_is_an_error(void **state)
{
	struct zx_buf b;

	(void)state;
	zx_buf_init(&b, NULL, 0);
	zx_buf_addc(&b, "kept");
	/* The C locale has no euro sign. */
	zx_buf_addf(&b, "more %lc", (wint_t)0x20ac);
	assert_err(b.err, ZX_E_INVALID);
	assert_string_equal(zx_buf_cstr(&b), "kept");
	zx_buf_release(&b);
}

static void buf__without_a_ceiling_64_mib_hold(void **state)
{
	struct zx_buf b;

	(void)state;
	zx_buf_init(&b, NULL, 0);
	assert_null(zx_buf_room(&b, ((size_t)64 << 20) + 1));
	assert_err(b.err, ZX_E_TOOBIG);
	zx_buf_clear(&b);
	assert_non_null(zx_buf_room(&b, (size_t)64 << 20));
	assert_err(b.err, ZX_OK);
	zx_buf_release(&b);
}

static void buf__the_first_error_stays_until_cleared(void **state)
{
	struct fail_alloc f;
	struct zx_buf b;
	size_t calls;

	(void)state;
	fail_alloc_init(&f);
	fail_alloc_once(&f, 1);
	zx_buf_init(&b, &f.alloc, 4);
	zx_buf_addch(&b, 'a');
	assert_err(b.err, ZX_E_NOMEM);
	calls = f.calls;
	zx_buf_addc(&b, "abcdefgh");
	zx_buf_addf(&b, "%d", 1);
	assert_null(zx_buf_room(&b, 1));
	assert_null(zx_buf_detach(&b, NULL));
	zx_buf_add_base64(&b, "a", 1);
	zx_buf_add_urlencoded(&b, ZX_STR("a"));
	assert_err(b.err, ZX_E_NOMEM);
	assert_int_equal(b.len, 0);
	assert_int_equal(f.calls, calls);
	zx_buf_clear(&b);
	zx_buf_addch(&b, 'a');
	assert_err(b.err, ZX_OK);
	assert_string_equal(zx_buf_cstr(&b), "a");
	zx_buf_release(&b);
	fail_alloc_check(&f);
}

static void buf__a_failed_growth_keeps_the_contents(void **state)
{
	struct fail_alloc f;
	struct zx_buf b;
	char more[200] = { 0 };

	(void)state;
	fail_alloc_init(&f);
	zx_buf_init(&b, &f.alloc, 0);
	zx_buf_addc(&b, "kept");
	fail_alloc_once(&f, 1);
	zx_buf_add(&b, more, sizeof(more));
	assert_err(b.err, ZX_E_NOMEM);
	assert_string_equal(zx_buf_cstr(&b), "kept");
	zx_buf_release(&b);
	fail_alloc_check(&f);
}

static void buf__clear_keeps_the_memory(void **state)
{
	struct fail_alloc f;
	struct zx_buf b;

	(void)state;
	fail_alloc_init(&f);
	zx_buf_init(&b, &f.alloc, 0);
	zx_buf_addc(&b, "some text");
	zx_buf_clear(&b);
	assert_string_equal(zx_buf_cstr(&b), "");
	zx_buf_addc(&b, "other");
	assert_string_equal(b.ptr, "other");
	assert_int_equal(f.calls, 1);
	zx_buf_release(&b);
}

static void buf__skip_drops_from_the_front_and_is_clamped(void **state)
{
	struct zx_buf b;

	(void)state;
	zx_buf_init(&b, NULL, 0);
	zx_buf_addc(&b, "abcdef");
	zx_buf_skip(&b, 0);
	zx_buf_skip(&b, 2);
	assert_string_equal(b.ptr, "cdef");
	zx_buf_skip(&b, 100);
	assert_int_equal(b.len, 0);
	assert_string_equal(b.ptr, "");
	zx_buf_release(&b);
}

static void buf__detach_hands_the_memory_out(void **state)
{
	struct fail_alloc f;
	struct zx_buf b;
	size_t len = 99;
	char *p;

	(void)state;
	fail_alloc_init(&f);
	zx_buf_init(&b, &f.alloc, 20);
	zx_buf_addc(&b, "abc");
	p = zx_buf_detach(&b, &len);
	assert_string_equal(p, "abc");
	assert_int_equal(len, 3);
	assert_int_equal(b.len, 0);
	zx_delete(&f.alloc, p);
	p = zx_buf_detach(&b, NULL);
	assert_string_equal(p, "");
	zx_delete(&f.alloc, p);
	/* The buffer is as new: same allocator, same ceiling. */
	zx_buf_add(&b, "012345678901234567890", 21);
	assert_err(b.err, ZX_E_TOOBIG);
	zx_buf_release(&b);
	fail_alloc_check(&f);
}

static void buf__release_forgets_the_error_and_can_be_used_again(void **state)
{
	struct zx_buf b;

	(void)state;
	zx_buf_init(&b, NULL, 3);
	zx_buf_addc(&b, "abcd");
	assert_err(b.err, ZX_E_TOOBIG);
	zx_buf_release(&b);
	zx_buf_addc(&b, "abc");
	assert_err(b.err, ZX_OK);
	assert_string_equal(zx_buf_cstr(&b), "abc");
	zx_buf_release(&b);
}

static void buf__memory_stays_within_the_ceiling_and_its_nul(void **state)
{
	struct fail_alloc f;
	struct zx_buf b;
	int i;

	(void)state;
	fail_alloc_init(&f);
	zx_buf_init(&b, &f.alloc, 1000);
	for (i = 0; i < 1000; i++)
		zx_buf_addch(&b, 'x');
	assert_err(b.err, ZX_OK);
	assert_int_equal(f.live_bytes, 1001);
	zx_buf_release(&b);
}

static int all_ways(const struct zx_alloc *a, void *ud)
{
	char big[500] = { 0 };
	struct zx_buf b;
	int err;

	(void)ud;
	zx_buf_init(&b, a, 0);
	zx_buf_addc(&b, "a");
	zx_buf_addf(&b, "%0100d", 1);
	zx_buf_add(&b, big, sizeof(big));
	zx_buf_add_base64(&b, big, sizeof(big));
	zx_buf_add_urlencoded(&b, (struct zx_str){ big, sizeof(big) });
	err = b.err;
	zx_buf_release(&b);
	return err;
}

static void buf__every_failing_allocation_is_reported(void **state)
{
	(void)state;
	assert_true(fail_alloc_each(all_ways, NULL) > 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(buf__starts_empty_and_without_memory),
		cmocka_unit_test(
			buf__contents_are_followed_by_nul_at_every_length),
		cmocka_unit_test(buf__every_way_of_adding_adds),
		cmocka_unit_test(buf__formatting_fits_at_every_length),
		cmocka_unit_test(buf__the_ceiling_is_exact),
		cmocka_unit_test(
			buf__a_text_over_the_ceiling_is_not_added_in_part),
		cmocka_unit_test(buf__sizes_that_would_wrap_are_too_big),
		cmocka_unit_test(
			buf__a_text_that_cannot_be_formatted_is_an_error),
		cmocka_unit_test(buf__without_a_ceiling_64_mib_hold),
		cmocka_unit_test(buf__the_first_error_stays_until_cleared),
		cmocka_unit_test(buf__a_failed_growth_keeps_the_contents),
		cmocka_unit_test(buf__clear_keeps_the_memory),
		cmocka_unit_test(buf__skip_drops_from_the_front_and_is_clamped),
		cmocka_unit_test(buf__detach_hands_the_memory_out),
		cmocka_unit_test(
			buf__release_forgets_the_error_and_can_be_used_again),
		cmocka_unit_test(
			buf__memory_stays_within_the_ceiling_and_its_nul),
		cmocka_unit_test(buf__every_failing_allocation_is_reported),
	};

	return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
