/* SPDX-License-Identifier: MIT
 *
 * Frames: lengths, splits, and memory that a header alone does not get.
 */
#include "helper/zx_test.h"
#include "zoryx/ipc.h"

static const char three[] = "\0\0\0\1a"
			    "\0\0\0\5hello"
			    "\0\0\0\2{}";
#define THREE ((struct zx_str){ three, sizeof(three) - 1 })

struct sink {
	struct zx_ipc_decoder d;
	struct zx_buf got;
};

static int take(struct zx_str piece, void *ud)
{
	struct sink *s = ud;
	struct zx_str frame;
	int err;

	for (;;) {
		err = zx_ipc_decode(&s->d, &piece, &frame);
		if (err)
			return err;
		if (!frame.len)
			break;
		zx_buf_adds(&s->got, frame);
		zx_buf_addch(&s->got, '|');
	}
	assert_int_equal(piece.len, 0);
	return 0;
}

static void sink_init(struct sink *s, uint32_t max)
{
	zx_ipc_decoder_init(&s->d, NULL, max);
	zx_buf_init(&s->got, NULL, 0);
}

static void sink_release(struct sink *s)
{
	zx_ipc_decoder_release(&s->d);
	zx_buf_release(&s->got);
}

static void A23__any_split_gives_the_same_frames(void **state)
{
	struct zx_str all = THREE;
	struct sink s;
	size_t i, k;

	(void)state;
	for (i = 0; i <= all.len; i++)
		for (k = i; k <= all.len; k++) {
			struct zx_str a = { all.ptr, i },
				      b = { all.ptr + i, k - i },
				      c = zx_str_from(all, k);

			sink_init(&s, 0);
			a = zx_test_exact(a);
			b = zx_test_exact(b);
			c = zx_test_exact(c);
			assert_err(take(a, &s), 0);
			assert_err(take(b, &s), 0);
			assert_err(take(c, &s), 0);
			assert_str(zx_buf_str(&s.got), "a|hello|{}|");
			assert_false(zx_ipc_decoder_inside(&s.d));
			free((char *)a.ptr);
			free((char *)b.ptr);
			free((char *)c.ptr);
			sink_release(&s);
		}
	for (i = 1; i <= all.len; i++) {
		sink_init(&s, 0);
		assert_err(zx_test_split(all, i, NULL, take, &s), 0);
		assert_str(zx_buf_str(&s.got), "a|hello|{}|");
		sink_release(&s);
	}
}

static int header_only(uint32_t n, uint32_t max, size_t *peak)
{
	unsigned char head[ZX_IPC_HEADER];
	struct zx_str in = { (char *)head, sizeof(head) }, frame;
	struct fail_alloc f;
	struct zx_ipc_decoder d;
	int err;

	fail_alloc_init(&f);
	zx_ipc_decoder_init(&d, &f.alloc, max);
	zx_ipc_header(head, n);
	err = zx_ipc_decode(&d, &in, &frame);
	assert_int_equal(frame.len, 0);
	if (err) {
		in = ZX_STR("more");
		assert_err(zx_ipc_decode(&d, &in, &frame), err);
	}
	zx_ipc_decoder_release(&d);
	fail_alloc_check(&f);
	*peak = f.peak_bytes;
	return err;
}

static void A03__a_header_gets_no_memory(void **state)
{
	static const struct {
		uint32_t n, max;
		int err;
	} rows[] = {
		{ 0, 0, ZX_E_PROTOCOL },	{ 1, 0, ZX_OK },
		{ 1000000, 0, ZX_OK },		{ 1000001, 0, ZX_E_TOOBIG },
		{ 0x7fffffff, 0, ZX_E_TOOBIG }, { 0x80000000, 0, ZX_E_TOOBIG },
		{ 0xffffffff, 0, ZX_E_TOOBIG }, { 4096, 4096, ZX_OK },
		{ 4097, 4096, ZX_E_TOOBIG },
	};
	size_t i, peak;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_err(header_only(rows[i].n, rows[i].max, &peak),
			   rows[i].err);
		assert_true(peak <= 4096);
	}
}

static void ipc_frame__the_biggest_is_taken_in_any_pieces(void **state)
{
	struct zx_prng prng;
	struct zx_rand r;
	struct zx_buf b;
	struct sink s;
	char *big = malloc(ZX_IPC_FRAME_MAX);

	(void)state;
	assert_non_null(big);
	zx_prng_init(&prng, 3);
	r = zx_prng_rand(&prng);
	r.fill(r.ud, big, ZX_IPC_FRAME_MAX);
	zx_buf_init(&b, NULL, 0);
	assert_err(zx_ipc_encode(&b, (struct zx_str){ big, ZX_IPC_FRAME_MAX }),
		   ZX_OK);
	assert_err(zx_ipc_encode(&b, ZX_STR("tail")), ZX_OK);
	sink_init(&s, 0);
	assert_err(zx_test_split(zx_buf_str(&b), 0, &r, take, &s), 0);
	assert_int_equal(s.got.len, ZX_IPC_FRAME_MAX + 6);
	assert_memory_equal(s.got.ptr, big, ZX_IPC_FRAME_MAX);
	sink_release(&s);
	zx_buf_release(&b);
	free(big);
}

static void ipc_frame__what_cannot_be_sent_is_not_encoded(void **state)
{
	struct zx_buf b;

	(void)state;
	zx_buf_init(&b, NULL, 0);
	assert_err(zx_ipc_encode(&b, ZX_STR("")), ZX_E_PROTOCOL);
	assert_err(zx_ipc_encode(&b, (struct zx_str){ three, 1000001 }),
		   ZX_E_TOOBIG);
	assert_int_equal(b.len, 0);
	zx_buf_release(&b);
}

static int scenario(const struct zx_alloc *a, void *ud)
{
	struct zx_ipc_decoder d;
	struct zx_str frame, piece;
	int err = ZX_OK;
	size_t i;

	(void)ud;
	zx_ipc_decoder_init(&d, a, 0);
	for (i = 0; i < sizeof(three) - 1 && !err; i++) {
		piece = (struct zx_str){ three + i, 1 };
		err = zx_ipc_decode(&d, &piece, &frame);
	}
	zx_ipc_decoder_release(&d);
	return err;
}

static void ipc_frame__every_allocation_may_fail(void **state)
{
	(void)state;
	fail_alloc_each(scenario, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(A23__any_split_gives_the_same_frames),
		cmocka_unit_test(A03__a_header_gets_no_memory),
		cmocka_unit_test(ipc_frame__the_biggest_is_taken_in_any_pieces),
		cmocka_unit_test(ipc_frame__what_cannot_be_sent_is_not_encoded),
		cmocka_unit_test(ipc_frame__every_allocation_may_fail),
	};

	return cmocka_run_group_tests_name("ipc frames", tests, NULL, NULL);
}
