/* SPDX-License-Identifier: MIT
 *
 * inflate: streams made with the real libraries, cut, damaged and blown up.
 */
#include <stdio.h>
#include <zlib.h>
#include <zstd.h>

#include "gateway/drive.h"

/* One stream; each message is flushed as Discord does. */
struct deflater {
	enum zx_compression kind;
	z_stream z;
	ZSTD_CCtx *c;
};

static void deflater_init(struct deflater *d, enum zx_compression kind)
{
	*d = (struct deflater){ .kind = kind };
	if (kind == ZX_COMPRESS_ZLIB_STREAM)
		assert_int_equal(deflateInit(&d->z, 6), Z_OK);
	else
		d->c = ZSTD_createCCtx();
}

static void deflater_release(struct deflater *d)
{
	if (d->kind == ZX_COMPRESS_ZLIB_STREAM)
		deflateEnd(&d->z);
	else
		ZSTD_freeCCtx(d->c);
}

/* Compressed and flushed; free with free(). */
static struct zx_str deflated(struct deflater *d, struct zx_str in)
{
	size_t cap = in.len + in.len / 8 + 1024;
	char *out = malloc(cap);

	assert_non_null(out);
	if (d->kind == ZX_COMPRESS_ZLIB_STREAM) {
		d->z.next_in = (Bytef *)in.ptr;
		d->z.avail_in = (uInt)in.len;
		d->z.next_out = (Bytef *)out;
		d->z.avail_out = (uInt)cap;
		assert_int_equal(deflate(&d->z, Z_SYNC_FLUSH), Z_OK);
		return (struct zx_str){ out, cap - d->z.avail_out };
	} else {
		ZSTD_inBuffer from = { in.ptr, in.len, 0 };
		ZSTD_outBuffer to = { out, cap, 0 };

		assert_int_equal(
			ZSTD_compressStream2(d->c, &to, &from, ZSTD_e_flush),
			0);
		assert_int_equal(from.pos, in.len);
		return (struct zx_str){ out, to.pos };
	}
}

static const enum zx_compression kinds[] = { ZX_COMPRESS_ZLIB_STREAM,
					     ZX_COMPRESS_ZSTD_STREAM };

static void same(struct zx_str got, struct zx_str want)
{
	assert_int_equal(got.len, want.len);
	assert_memory_equal(got.ptr, want.ptr, want.len);
}

static void inflate__names_are_those_of_the_url(void **state)
{
	struct zx_inflate *z;

	(void)state;
	assert_null(zx_compression_name(ZX_COMPRESS_NONE));
	assert_string_equal(zx_compression_name(ZX_COMPRESS_ZLIB_STREAM),
			    "zlib-stream");
	assert_string_equal(zx_compression_name(ZX_COMPRESS_ZSTD_STREAM),
			    "zstd-stream");
	assert_null(zx_compression_name((enum zx_compression)9));
	assert_err(zx_inflate_new(&z, ZX_COMPRESS_NONE, 0, NULL), ZX_E_INVALID);
	zx_inflate_free(NULL);
}

static void CP_03__messages_of_one_stream_come_out_one_by_one(void **state)
{
	size_t k;
	int i;

	(void)state;
	for (k = 0; k < 2; k++) {
		struct zx_inflate *z;
		struct deflater d;

		deflater_init(&d, kinds[k]);
		assert_err(zx_inflate_new(&z, kinds[k], 0, NULL), ZX_OK);
		for (i = 0; i < 500; i++) {
			char text[256];
			struct zx_str in = { text, 0 }, wire, out;

			in.len = (size_t)snprintf(text, sizeof(text),
						  DRIVE_EVENT, i * 7919);
			wire = deflated(&d, in);
			assert_err(zx_inflate_feed(z, wire, &out), ZX_OK);
			same(out, in);
			free((char *)wire.ptr);
		}
		zx_inflate_free(z);
		deflater_release(&d);
	}
}

/* A rest between messages gives back their room and nothing of the stream. */
static void inflate__a_rest_costs_room_but_no_message(void **state)
{
	static char big[60000];
	struct zx_str wire, out, in;
	struct zx_inflate *z;
	struct fail_alloc f;
	struct deflater d;
	size_t k, full;
	int i;

	(void)state;
	for (k = 0; k < 2; k++) {
		fail_alloc_init(&f);
		deflater_init(&d, kinds[k]);
		assert_err(zx_inflate_new(&z, kinds[k], 0, &f.alloc), ZX_OK);
		for (i = 0; i < 20; i++) {
			in = ZX_STR(DRIVE_READY);
			if (i % 2)
				in = (struct zx_str){ big, sizeof(big) };
			wire = deflated(&d, in);
			assert_err(zx_inflate_feed(z, wire, &out), ZX_OK);
			same(out, in);
			free((char *)wire.ptr);
			full = f.live_bytes;
			zx_inflate_rest(z);
			assert_true(f.live_bytes + in.len <= full);
		}
		zx_inflate_rest(NULL);
		zx_inflate_free(z);
		deflater_release(&d);
		fail_alloc_check(&f);
	}
}

/* Nor inside a message (zlib: its end is known by 00 00 FF FF). */
static void inflate__there_is_no_rest_inside_a_message(void **state)
{
	struct zx_str wire, out, in = ZX_STR(DRIVE_READY);
	struct zx_inflate *z;
	struct deflater d;
	size_t at;

	(void)state;
	deflater_init(&d, ZX_COMPRESS_ZLIB_STREAM);
	assert_err(zx_inflate_new(&z, ZX_COMPRESS_ZLIB_STREAM, 0, NULL), ZX_OK);
	wire = deflated(&d, in);
	at = wire.len / 2;
	assert_err(zx_inflate_feed(z, (struct zx_str){ wire.ptr, at }, &out),
		   ZX_OK);
	assert_int_equal(out.len, 0);
	zx_inflate_rest(z);
	assert_err(zx_inflate_feed(z, zx_str_from(wire, at), &out), ZX_OK);
	same(out, in);
	free((char *)wire.ptr);
	zx_inflate_free(z);
	deflater_release(&d);
}

/* A text that zlib stores rather than compresses, so that its own 00 00 FF FF
 * stand in the stream as they are. */
static struct zx_str awkward(void)
{
	static char text[700];
	struct zx_prng prng;
	struct zx_rand r;
	size_t i;

	zx_prng_init(&prng, 3);
	r = zx_prng_rand(&prng);
	r.fill(r.ud, text, sizeof(text));
	for (i = 100; i + 4 < sizeof(text); i += 150)
		memcpy(text + i, "\0\0\xff\xff", 4);
	return (struct zx_str){ text, sizeof(text) };
}

static void CP_02__a_message_may_be_split_at_every_byte(void **state)
{
	struct zx_str in[3], wire[3], out;
	struct deflater d;
	size_t at, m, chance = 0;

	(void)state;
	in[0] = ZX_STR(DRIVE_READY);
	in[1] = awkward();
	in[2] = ZX_STR(DRIVE_ACK);
	deflater_init(&d, ZX_COMPRESS_ZLIB_STREAM);
	for (m = 0; m < 3; m++)
		wire[m] = deflated(&d, in[m]);
	for (at = 1; at < wire[1].len; at++) {
		struct zx_str a =
			zx_test_exact((struct zx_str){ wire[1].ptr, at });
		struct zx_str b = zx_test_exact(zx_str_from(wire[1], at));
		struct zx_inflate *z;

		/* The first piece itself may end in what ends a message. */
		chance += at >= 4 && !memcmp(a.ptr + at - 4, "\0\0\xff\xff", 4);
		assert_err(zx_inflate_new(&z, ZX_COMPRESS_ZLIB_STREAM, 0, NULL),
			   ZX_OK);
		assert_err(zx_inflate_feed(z, wire[0], &out), ZX_OK);
		same(out, in[0]);
		assert_err(zx_inflate_feed(z, a, &out), ZX_OK);
		assert_int_equal(out.len, 0);
		assert_err(zx_inflate_feed(z, b, &out), ZX_OK);
		same(out, in[1]);
		assert_err(zx_inflate_feed(z, wire[2], &out), ZX_OK);
		same(out, in[2]);
		zx_inflate_free(z);
		free((char *)a.ptr);
		free((char *)b.ptr);
	}
	assert_true(chance >= 4);
	for (m = 0; m < 3; m++)
		free((char *)wire[m].ptr);
	deflater_release(&d);
}

struct joined {
	struct zx_inflate *z;
	struct zx_buf text;
};

static int join(struct zx_str piece, void *ud)
{
	struct joined *j = ud;
	struct zx_str out;
	int err = zx_inflate_feed(j->z, piece, &out);

	zx_buf_adds(&j->text, out);
	return err;
}

static void CP_02__any_split_gives_the_same_text(void **state)
{
	struct zx_prng prng;
	struct zx_rand r;
	struct deflater d;
	struct zx_str one, two;
	struct zx_buf wire;
	size_t size;

	(void)state;
	zx_prng_init(&prng, 5);
	r = zx_prng_rand(&prng);
	deflater_init(&d, ZX_COMPRESS_ZLIB_STREAM);
	one = deflated(&d, ZX_STR(DRIVE_READY));
	two = deflated(&d, awkward());
	zx_buf_init(&wire, NULL, 0);
	zx_buf_adds(&wire, one);
	zx_buf_adds(&wire, two);
	for (size = 0; size < 40; size++) {
		struct joined j;

		assert_err(
			zx_inflate_new(&j.z, ZX_COMPRESS_ZLIB_STREAM, 0, NULL),
			ZX_OK);
		zx_buf_init(&j.text, NULL, 0);
		assert_err(zx_test_split(zx_buf_str(&wire), size, &r, join, &j),
			   ZX_OK);
		assert_int_equal(j.text.len,
				 strlen(DRIVE_READY) + awkward().len);
		zx_buf_release(&j.text);
		zx_inflate_free(j.z);
	}
	zx_buf_release(&wire);
	free((char *)one.ptr);
	free((char *)two.ptr);
	deflater_release(&d);
}

/* JSON-like and not too even: a ratio as events have it. */
static struct zx_str big(size_t size)
{
	char *p = malloc(size + 64);
	struct zx_prng prng;
	struct zx_rand r;
	size_t n = 0;

	zx_prng_init(&prng, 11);
	r = zx_prng_rand(&prng);
	while (n < size)
		n += (size_t)sprintf(p + n, "{\"id\":\"%08x\",\"roles\":[]},",
				     (unsigned)zx_rand_below(&r, UINT32_MAX));
	return (struct zx_str){ p, size };
}

static void CP_06__sixteen_mebibytes_pass(void **state)
{
	struct zx_str in = big((size_t)16 << 20), wire, out;
	size_t k;

	(void)state;
	for (k = 0; k < 2; k++) {
		struct zx_inflate *z;
		struct deflater d;

		deflater_init(&d, kinds[k]);
		wire = deflated(&d, in);
		assert_err(zx_inflate_new(&z, kinds[k], 0, NULL), ZX_OK);
		assert_err(zx_inflate_feed(z, wire, &out), ZX_OK);
		same(out, in);
		zx_inflate_free(z);
		free((char *)wire.ptr);
		deflater_release(&d);
	}
	free((char *)in.ptr);
}

/* The same in pieces of 64 KiB, as zlib-stream allows. */
static void CP_06__sixteen_mebibytes_in_pieces_pass(void **state)
{
	struct zx_str in = big((size_t)16 << 20), wire, rest, out = { 0 };
	struct zx_inflate *z;
	struct deflater d;

	(void)state;
	deflater_init(&d, ZX_COMPRESS_ZLIB_STREAM);
	wire = deflated(&d, in);
	assert_err(zx_inflate_new(&z, ZX_COMPRESS_ZLIB_STREAM, 0, NULL), ZX_OK);
	for (rest = wire; rest.len; rest = zx_str_from(rest, 65536)) {
		struct zx_str piece = { rest.ptr,
					rest.len < 65536 ? rest.len : 65536 };

		assert_int_equal(out.len, 0);
		assert_err(zx_inflate_feed(z, piece, &out), ZX_OK);
	}
	same(out, in);
	zx_inflate_free(z);
	free((char *)wire.ptr);
	free((char *)in.ptr);
	deflater_release(&d);
}

/* Afterwards the large buffer does not stay. */
static void inflate__a_large_message_does_not_keep_its_memory(void **state)
{
	struct zx_str in = big((size_t)4 << 20);
	size_t k;
	int i;

	(void)state;
	for (k = 0; k < 2; k++) {
		struct fail_alloc f;
		struct zx_inflate *z;
		struct deflater d;
		struct zx_str wire, out;

		fail_alloc_init(&f);
		deflater_init(&d, kinds[k]);
		assert_err(zx_inflate_new(&z, kinds[k], 0, &f.alloc), ZX_OK);
		wire = deflated(&d, in);
		assert_err(zx_inflate_feed(z, wire, &out), ZX_OK);
		free((char *)wire.ptr);
		assert_true(f.live_bytes > in.len);
		for (i = 0; i < 8; i++) {
			wire = deflated(&d, ZX_STR(DRIVE_ACK));
			assert_err(zx_inflate_feed(z, wire, &out), ZX_OK);
			assert_str(out, DRIVE_ACK);
			free((char *)wire.ptr);
		}
		/* What is left is the decoder's window. */
		assert_true(f.live_bytes <
			    (k ? (size_t)3 << 20 : (size_t)80 << 10));
		zx_inflate_free(z);
		fail_alloc_check(&f);
		deflater_release(&d);
	}
	free((char *)in.ptr);
}

static int inflate_all(enum zx_compression kind, struct zx_str wire, size_t max,
		       struct fail_alloc *f)
{
	struct zx_inflate *z;
	struct zx_str out;
	int err;

	fail_alloc_init(f);
	assert_err(zx_inflate_new(&z, kind, max, &f->alloc), ZX_OK);
	err = zx_inflate_feed(z, wire, &out);
	if (err) {
		assert_int_equal(out.len, 0);
		assert_err(zx_inflate_feed(z, wire, &out), err);
	}
	zx_inflate_free(z);
	fail_alloc_check(f);
	return err;
}

/* A thousand zeros in every byte: stopped after the first MiB or so. */
static void CP_05__a_bomb_is_defused(void **state)
{
	size_t size = (size_t)96 << 20, k;
	char *zeros = calloc(1, size);

	(void)state;
	for (k = 0; k < 2; k++) {
		struct fail_alloc f;
		struct deflater d;
		struct zx_str wire;

		deflater_init(&d, kinds[k]);
		wire = deflated(&d, (struct zx_str){ zeros, size });
		assert_err(inflate_all(kinds[k], wire, 0, &f), ZX_E_TOOBIG);
		assert_true(f.peak_bytes < ((size_t)12 << 20));
		free((char *)wire.ptr);
		deflater_release(&d);
	}
	free(zeros);
}

static void CP_05__the_ceiling_is_exact(void **state)
{
	struct zx_str in = big(100000);
	size_t k;

	(void)state;
	for (k = 0; k < 2; k++) {
		struct fail_alloc f;
		struct deflater d;
		struct zx_str wire;

		deflater_init(&d, kinds[k]);
		wire = deflated(&d, in);
		assert_err(inflate_all(kinds[k], wire, in.len, &f), ZX_OK);
		assert_err(inflate_all(kinds[k], wire, in.len - 1, &f),
			   ZX_E_TOOBIG);
		assert_err(inflate_all(kinds[k], wire, 1, &f), ZX_E_TOOBIG);
		free((char *)wire.ptr);
		deflater_release(&d);
	}
	free((char *)in.ptr);
}

/* Every byte of a stream changed once: an error or other text, never harm. */
static void CP_05__damage_never_crashes(void **state)
{
	size_t k, i, refused;

	(void)state;
	for (k = 0; k < 2; k++) {
		struct deflater d;
		struct zx_str wire;

		refused = 0;
		deflater_init(&d, kinds[k]);
		wire = deflated(&d, ZX_STR(DRIVE_READY));
		for (i = 0; i < wire.len; i++) {
			struct zx_str copy = zx_test_exact(wire);
			struct fail_alloc f;
			int err;

			((char *)copy.ptr)[i] ^= 0x55;
			err = inflate_all(kinds[k], copy, 0, &f);
			assert_true(!err || err == ZX_E_CORRUPT ||
				    err == ZX_E_TOOBIG);
			refused += err == ZX_E_CORRUPT;
			free((char *)copy.ptr);
		}
		assert_true(refused > 0);
		free((char *)wire.ptr);
		deflater_release(&d);
	}
}

static void CP_02__a_truncated_message_gives_no_text(void **state)
{
	struct deflater d;
	struct zx_str wire, out;
	size_t n;

	(void)state;
	deflater_init(&d, ZX_COMPRESS_ZLIB_STREAM);
	wire = deflated(&d, ZX_STR(DRIVE_READY));
	for (n = 0; n < wire.len; n++) {
		struct zx_inflate *z;

		assert_err(zx_inflate_new(&z, ZX_COMPRESS_ZLIB_STREAM, 0, NULL),
			   ZX_OK);
		assert_err(zx_inflate_feed(z, (struct zx_str){ wire.ptr, n },
					   &out),
			   ZX_OK);
		assert_int_equal(out.len, 0);
		zx_inflate_free(z);
	}
	free((char *)wire.ptr);
	deflater_release(&d);
}

/* A second context does not know what the first has seen. */
static void CP_04__the_old_stream_in_a_new_context_is_corrupt(void **state)
{
	size_t k;

	(void)state;
	for (k = 0; k < 2; k++) {
		struct zx_str first, second;
		struct fail_alloc f;
		struct deflater d;

		deflater_init(&d, kinds[k]);
		first = deflated(&d, ZX_STR(DRIVE_READY));
		second = deflated(&d, ZX_STR(DRIVE_READY));
		assert_err(inflate_all(kinds[k], first, 0, &f), ZX_OK);
		assert_err(inflate_all(kinds[k], second, 0, &f), ZX_E_CORRUPT);
		free((char *)first.ptr);
		free((char *)second.ptr);
		deflater_release(&d);
	}
}

static void CP_05__an_ended_stream_is_corrupt(void **state)
{
	char out[256];
	uLongf len = sizeof(out);
	struct fail_alloc f;

	(void)state;
	assert_int_equal(compress((Bytef *)out, &len, (const Bytef *)"{}", 2),
			 Z_OK);
	assert_err(inflate_all(ZX_COMPRESS_ZLIB_STREAM,
			       (struct zx_str){ out, len }, 0, &f),
		   ZX_E_CORRUPT);
}

struct fails {
	enum zx_compression kind;
	struct zx_str wire[2];
};

static int scenario(const struct zx_alloc *a, void *ud)
{
	struct fails *f = ud;
	struct zx_inflate *z;
	struct zx_str out;
	int err = zx_inflate_new(&z, f->kind, 0, a);

	if (err)
		return err;
	err = zx_inflate_feed(z, f->wire[0], &out);
	if (!err)
		err = zx_inflate_feed(z, f->wire[1], &out);
	zx_inflate_free(z);
	return err;
}

static void inflate__every_allocation_may_fail(void **state)
{
	struct zx_str in = big(60000);
	size_t k;

	(void)state;
	for (k = 0; k < 2; k++) {
		struct fails f = { .kind = kinds[k] };
		struct deflater d;

		deflater_init(&d, kinds[k]);
		f.wire[0] = deflated(&d, ZX_STR(DRIVE_READY));
		f.wire[1] = deflated(&d, in);
		fail_alloc_each(scenario, &f);
		free((char *)f.wire[0].ptr);
		free((char *)f.wire[1].ptr);
		deflater_release(&d);
	}
	free((char *)in.ptr);
}

/* Through the shard: a broken stream costs the connection, not the session. */
static void CP_05__a_shard_resumes_after_a_corrupt_stream(void **state)
{
	static const char *const texts[] = { DRIVE_HELLO, DRIVE_READY };
	size_t k, i;

	(void)state;
	for (k = 0; k < 2; k++) {
		struct deflater z;
		struct drive d;

		drive_init(&d);
		d.opt.compress = kinds[k];
		assert_err(drive_new(&d), ZX_OK);
		zx_shard_start(d.s, 0);
		drive_poll(&d);
		drive_open(&d);
		deflater_init(&z, kinds[k]);
		for (i = 0; i < 2; i++) {
			struct zx_str wire = deflated(&z, zx_str(texts[i]));

			assert_err(zx_shard_feed(d.s, d.generation, wire, 0),
				   ZX_OK);
			drive_poll(&d);
			zx_shard_grant(d.s, 0);
			drive_poll(&d);
			free((char *)wire.ptr);
		}
		deflater_release(&z);
		assert_int_equal(d.state, ZX_SHARD_READY);
		assert_err(zx_shard_feed(d.s, d.generation,
					 ZX_STR("\xff\xff\xff\xff\xff\xff"),
					 100),
			   ZX_OK);
		drive_poll(&d);
		assert_int_equal(d.code, 4000);
		drive_closed(&d, 4000);
		drive_reopen(&d);
		assert_non_null(strstr(d.url, "wss://r1/?v=10&encoding=json"
					      "&compress=z"));
		/* The new connection has a context of its own (CP-04). */
		deflater_init(&z, kinds[k]);
		{
			struct zx_str wire = deflated(&z, ZX_STR(DRIVE_HELLO));

			assert_err(
				zx_shard_feed(d.s, d.generation, wire, d.now),
				ZX_OK);
			drive_poll(&d);
			free((char *)wire.ptr);
		}
		deflater_release(&z);
		assert_int_equal(d.state, ZX_SHARD_RESUMING);
		zx_shard_free(d.s);
	}
}

/* An event over the ceiling would come again with every resume: after three
 * times at one place the session is given up. */
static void CP_05__a_message_too_big_does_not_loop_for_ever(void **state)
{
	struct zx_str text = big(5000);
	struct drive d;
	int i;

	(void)state;
	drive_init(&d);
	d.opt.max_message = 4096;
	drive_live(&d);
	for (i = 0; i < 3; i++) {
		assert_err(zx_shard_feed(d.s, d.generation, text, d.now),
			   ZX_OK);
		drive_poll(&d);
		assert_int_equal(d.state, ZX_SHARD_CLOSING);
		drive_closed(&d, 4000);
		drive_reopen(&d);
		drive_text(&d, DRIVE_HELLO);
		assert_int_equal(d.state,
				 i < 2 ? ZX_SHARD_RESUMING : ZX_SHARD_QUEUED);
	}
	free((char *)text.ptr);
	zx_shard_free(d.s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(inflate__names_are_those_of_the_url),
		cmocka_unit_test(
			CP_03__messages_of_one_stream_come_out_one_by_one),
		cmocka_unit_test(inflate__a_rest_costs_room_but_no_message),
		cmocka_unit_test(inflate__there_is_no_rest_inside_a_message),
		cmocka_unit_test(CP_02__a_message_may_be_split_at_every_byte),
		cmocka_unit_test(CP_02__any_split_gives_the_same_text),
		cmocka_unit_test(CP_02__a_truncated_message_gives_no_text),
		cmocka_unit_test(
			CP_04__the_old_stream_in_a_new_context_is_corrupt),
		cmocka_unit_test(CP_05__a_bomb_is_defused),
		cmocka_unit_test(CP_05__the_ceiling_is_exact),
		cmocka_unit_test(CP_05__damage_never_crashes),
		cmocka_unit_test(CP_05__an_ended_stream_is_corrupt),
		cmocka_unit_test(CP_05__a_shard_resumes_after_a_corrupt_stream),
		cmocka_unit_test(
			CP_05__a_message_too_big_does_not_loop_for_ever),
		cmocka_unit_test(CP_06__sixteen_mebibytes_pass),
		cmocka_unit_test(CP_06__sixteen_mebibytes_in_pieces_pass),
		cmocka_unit_test(
			inflate__a_large_message_does_not_keep_its_memory),
		cmocka_unit_test(inflate__every_allocation_may_fail),
	};

	return cmocka_run_group_tests_name("gateway/inflate", tests, NULL,
					   NULL);
}
