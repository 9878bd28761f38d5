/* SPDX-License-Identifier: MIT
 *
 * restore_file: how a text is cut into files. Nothing is lost, nothing comes
 * twice, whatever it looks like and in whatever pieces it is written.
 */
#include "cogs/restore_show.h"
#include "helper/fail_alloc.h"
#include "helper/zx_test.h"

static uint64_t below(struct zx_prng *p, uint64_t n)
{
	struct zx_rand r = zx_prng_rand(p);

	return zx_rand_below(&r, n);
}

/* Writes the text in pieces of any size. */
static int feed(struct zx__rsf_cut *c, struct zx_str text, struct zx_prng *p)
{
	while (text.len) {
		size_t n = p ? (size_t)below(p, 40) + 1 : text.len;
		struct zx_str piece = text;
		int err;

		piece.len = n < text.len ? n : text.len;
		err = zx__rsf_cut(piece, c);
		if (err)
			return err;
		text = zx_str_from(text, piece.len);
	}
	return ZX_OK;
}

static unsigned parts_of(struct zx_str text, size_t max, struct zx_prng *p)
{
	struct zx__rsf_cut c;
	unsigned parts;

	zx__rsf_cut_init(&c, NULL, max, ZX__RSF_LAST);
	assert_err(feed(&c, text, p), ZX_OK);
	parts = c.part + 1;
	zx_buf_release(&c.text);
	return parts;
}

/* Appends part i of n to `out`; the hash of those before it is returned. */
static uint64_t part_of(struct zx_str text, size_t max, unsigned i, unsigned n,
			struct zx_prng *p, struct zx_buf *out)
{
	struct zx__rsf_cut c;
	uint64_t hash;
	int err;

	zx__rsf_cut_init(&c, NULL, max, i);
	err = feed(&c, text, p);
	assert_int_equal(err != 0, i + 1 < n);
	assert_int_equal(c.more, i + 1 < n);
	assert_int_equal(c.part, i);
	assert_in_range(c.text.len, 1, max);
	zx_buf_adds(out, zx_buf_str(&c.text));
	hash = c.hash;
	zx_buf_release(&c.text);
	return hash;
}

static void whole(struct zx_str text, size_t max, struct zx_prng *p)
{
	unsigned n = parts_of(text, max, NULL);
	struct zx_buf all;

	assert_int_equal(parts_of(text, max, p), n);
	zx_buf_init(&all, NULL, 0);
	for (unsigned i = 0; i < n; i++)
		part_of(text, max, i, n, p, &all);
	assert_int_equal(all.len, text.len);
	assert_memory_equal(all.ptr, text.ptr, text.len);
	zx_buf_release(&all);
}

/* Lines of 1 to `longest` characters of 1 to 4 bytes. */
static void write_lines(struct zx_prng *p, unsigned lines, unsigned longest,
			struct zx_buf *out)
{
	static const char *const chars[] = { "a", "é", "€", "🛟" };

	for (; lines; lines--) {
		for (uint64_t n = below(p, longest); n; n--)
			zx_buf_addc(out, chars[below(p, 4)]);
		zx_buf_addch(out, '\n');
	}
}

static void restore_file__the_parts_are_the_whole(void **state)
{
	struct zx_prng p;
	struct zx_buf text;

	(void)state;
	zx_prng_init(&p, 11);
	zx_buf_init(&text, NULL, 0);
	for (unsigned i = 0; i < 400; i++) {
		zx_buf_clear(&text);
		write_lines(&p, 1 + (unsigned)below(&p, 60),
			    1 + (unsigned)below(&p, 60), &text);
		whole(zx_buf_str(&text), 8 + below(&p, 400), &p);
	}
	zx_buf_release(&text);
}

static void restore_file__a_part_ends_with_a_line(void **state)
{
	struct zx_prng p;
	struct zx_buf text, part;
	unsigned n;

	(void)state;
	zx_prng_init(&p, 12);
	zx_buf_init(&text, NULL, 0);
	zx_buf_init(&part, NULL, 0);
	write_lines(&p, 500, 60, &text); /* at most 241 bytes each */
	n = parts_of(zx_buf_str(&text), 300, NULL);
	assert_true(n > 50);
	for (unsigned i = 0; i < n; i++) {
		zx_buf_clear(&part);
		part_of(zx_buf_str(&text), 300, i, n, &p, &part);
		assert_int_equal(part.ptr[part.len - 1], '\n');
		/* as many as fit */
		assert_true(i + 1 == n || part.len > 300 - 241);
	}
	zx_buf_release(&text);
	zx_buf_release(&part);
}

static void restore_file__what_just_fits_is_one_part(void **state)
{
	struct zx_str text = ZX_STR("one\ntwo\nthree\n");

	(void)state;
	assert_int_equal(parts_of(text, text.len, NULL), 1);
	assert_int_equal(parts_of(text, text.len - 1, NULL), 2);
	assert_int_equal(parts_of(text, 8, NULL), 2); /* one two, three */
}

static void restore_file__only_a_line_that_is_too_long_is_cut(void **state)
{
	struct zx_str text = ZX_STR("a\n€€€€€\nb\n");
	static const char *const want[] = { "a\n", "€€", "€€", "€\nb\n" };
	struct zx_buf part;

	(void)state;
	assert_int_equal(parts_of(text, 8, NULL), 4);
	for (unsigned i = 0; i < 4; i++) {
		zx_buf_init(&part, NULL, 0);
		part_of(text, 8, i, 4, NULL, &part);
		assert_string_equal(zx_buf_cstr(&part), want[i]);
		zx_buf_release(&part);
	}
}

static void restore_file__bytes_that_are_no_text_are_cut_too(void **state)
{
	struct zx_prng p;
	char junk[3000];

	(void)state;
	zx_prng_init(&p, 13);
	for (size_t i = 0; i < sizeof(junk); i++)
		junk[i] = (char)(0x80 | below(&p, 0x80));
	whole((struct zx_str){ junk, sizeof(junk) }, 64, &p);
}

static void restore_file__another_beginning_has_another_hash(void **state)
{
	struct zx_str was = ZX_STR("1. not begun\n2. not begun\n3. done\n");
	struct zx_str is = ZX_STR("1. not begun\n2. done\n3. done\n    \n");
	struct zx_buf part;
	uint64_t hash;

	(void)state;
	zx_buf_init(&part, NULL, 0);
	hash = part_of(was, 26, 1, 2, NULL, &part);
	assert_true(hash == part_of(was, 26, 1, 2, NULL, &part));
	assert_true(hash != part_of(is, 26, 1, 2, NULL, &part));
	zx_buf_release(&part);
}

static int cut_once(const struct zx_alloc *a, void *ud)
{
	struct zx__rsf_cut c;
	int err;

	zx__rsf_cut_init(&c, a, 200, 1);
	err = feed(&c, zx_buf_str(ud), NULL);
	zx_buf_release(&c.text);
	return err < 0 ? err : ZX_OK;
}

static void restore_file__short_memory_is_told(void **state)
{
	struct zx_prng p;
	struct zx_buf text;

	(void)state;
	zx_prng_init(&p, 14);
	zx_buf_init(&text, NULL, 0);
	write_lines(&p, 50, 20, &text);
	fail_alloc_each(cut_once, &text);
	zx_buf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(restore_file__the_parts_are_the_whole),
		cmocka_unit_test(restore_file__a_part_ends_with_a_line),
		cmocka_unit_test(restore_file__what_just_fits_is_one_part),
		cmocka_unit_test(
			restore_file__only_a_line_that_is_too_long_is_cut),
		cmocka_unit_test(
			restore_file__bytes_that_are_no_text_are_cut_too),
		cmocka_unit_test(
			restore_file__another_beginning_has_another_hash),
		cmocka_unit_test(restore_file__short_memory_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
