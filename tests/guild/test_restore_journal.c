/* SPDX-License-Identifier: MIT
 *
 * The records of a restore's journal: what is written is read, and what is not
 * what was written is noticed.
 */
#include "guild/restore_int.h"
#include "helper/zx_test.h"

enum { RECORDS = 6 };

static const struct zx__record sample[RECORDS] = {
	{ .kind = ZX__RECORD_BEGIN, .mark = UINT64_MAX },
	{ .kind = ZX__RECORD_TRY, .op = 7 },
	{ .kind = ZX__RECORD_DONE,
	  .op = 7,
	  .id = UINT64_C(1150000000000000001),
	  .lost = 2,
	  .mark = 5,
	  .pairs = { "[0,\"1\",\"2\"]", 11 } },
	{ .kind = ZX__RECORD_FAIL,
	  .op = UINT32_MAX,
	  .err = ZX_E_REMOTE,
	  .status = 403,
	  .code = 50013,
	  .why = { "Missing \"Permissions\"\n\xc3\xa4", 25 } },
	{ .kind = ZX__RECORD_DROP, .op = 0, .why = { "x", 1 } },
	{ .kind = ZX__RECORD_END, .err = ZX_E_CANCELLED },
};

static void write_all(struct zx_buf out[RECORDS])
{
	struct zx__journal j;

	zx__journal_init(&j);
	for (int i = 0; i < RECORDS; i++) {
		zx_buf_init(&out[i], NULL, 0);
		assert_err(zx__journal_write(&j, &sample[i], NULL, &out[i]),
			   ZX_OK);
	}
	assert_int_equal(j.count, RECORDS);
}

static void release_all(struct zx_buf out[RECORDS])
{
	for (int i = 0; i < RECORDS; i++)
		zx_buf_release(&out[i]);
}

static void journal__gives_back_what_was_written(void **state)
{
	struct zx_buf out[RECORDS], why;
	struct zx__journal j;
	struct zx__record r;

	(void)state;
	write_all(out);
	zx_buf_init(&why, NULL, 0);
	zx__journal_init(&j);
	for (int i = 0; i < RECORDS; i++) {
		const struct zx__record *s = &sample[i];
		struct zx_str exact = zx_test_exact(zx_buf_str(&out[i]));

		assert_err(zx__journal_read(&j, exact, &r, &why), ZX_OK);
		assert_int_equal(r.kind, s->kind);
		assert_int_equal(r.op, s->op);
		assert_true(r.id == s->id);
		assert_true(zx_str_eq(r.pairs, s->pairs));
		assert_int_equal(r.lost, s->lost);
		assert_true(r.mark == s->mark);
		assert_int_equal(r.err, s->err);
		assert_int_equal(r.status, s->status);
		assert_int_equal(r.code, s->code);
		assert_true(zx_str_eq(r.why, s->why));
		free((void *)(uintptr_t)exact.ptr);
	}
	zx_buf_release(&why);
	release_all(out);
}

/* Reads all; the first error. */
static int read_all(struct zx_buf out[RECORDS], const int *order, int n)
{
	struct zx__journal j;
	struct zx__record r;
	struct zx_buf why;
	int err = ZX_OK;

	zx_buf_init(&why, NULL, 0);
	zx__journal_init(&j);
	for (int i = 0; !err && i < n; i++)
		err = zx__journal_read(&j, zx_buf_str(&out[order[i]]), &r,
				       &why);
	zx_buf_release(&why);
	return err;
}

static void journal__a_lost_or_moved_record_is_noticed(void **state)
{
	static const int lost[] = { 0, 1, 3 }, moved[] = { 0, 2, 1 },
			 twice[] = { 0, 1, 1 }, whole[] = { 0, 1, 2, 3, 4, 5 };
	struct zx_buf out[RECORDS];

	(void)state;
	write_all(out);
	assert_err(read_all(out, whole, RECORDS), ZX_OK);
	assert_err(read_all(out, lost, 3), ZX_E_CORRUPT);
	assert_err(read_all(out, moved, 3), ZX_E_CORRUPT);
	assert_err(read_all(out, twice, 3), ZX_E_CORRUPT);
	release_all(out);
}

static void journal__a_flipped_bit_is_noticed(void **state)
{
	static const int whole[] = { 0, 1, 2, 3, 4, 5 };
	struct zx_buf out[RECORDS];

	(void)state;
	write_all(out);
	for (int i = 0; i < RECORDS; i++)
		for (size_t k = 0; k < out[i].len * 8; k++) {
			out[i].ptr[k / 8] ^= (char)(1 << k % 8);
			assert_err(read_all(out, whole, RECORDS), ZX_E_CORRUPT);
			out[i].ptr[k / 8] ^= (char)(1 << k % 8);
		}
	assert_err(read_all(out, whole, RECORDS), ZX_OK);
	release_all(out);
}

static void journal__what_is_too_long_is_refused(void **state)
{
	struct zx__record r = { .kind = ZX__RECORD_FAIL };
	struct zx__journal j;
	struct zx_buf b;
	char *text = calloc(1, ZX__RECORD_MAX);

	(void)state;
	assert_non_null(text);
	memset(text, 'x', ZX__RECORD_MAX);
	r.why = (struct zx_str){ text, ZX__RECORD_MAX };
	zx__journal_init(&j);
	zx_buf_init(&b, NULL, 0);
	assert_err(zx__journal_write(&j, &r, NULL, &b), ZX_E_TOOBIG);
	assert_int_equal(j.count, 0);
	zx_buf_release(&b);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(journal__gives_back_what_was_written),
		cmocka_unit_test(journal__a_lost_or_moved_record_is_noticed),
		cmocka_unit_test(journal__a_flipped_bit_is_noticed),
		cmocka_unit_test(journal__what_is_too_long_is_refused),
	};

	return cmocka_run_group_tests_name("restore_journal", tests, NULL,
					   NULL);
}
