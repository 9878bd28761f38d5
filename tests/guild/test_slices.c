/* SPDX-License-Identifier: MIT
 *
 * Verifying, writing out and comparing in steps: what comes of it is what comes
 * of it in one go, however small the steps; and it may be left at any of them.
 */
#include <stdint.h>
#include <stdio.h>

#include "helper/fail_alloc.h"
#include "helper/mem_store.h"
#include "helper/zx_test.h"

struct snap {
	struct mem_store m;
	struct zx_guild_store st;
	struct zx_guild_writer *w;
	struct zx_guild_written out;
	struct zx_guild_reader r;
};

/* Snapshots ---------------------------------------------------------------- */

static void begin(struct snap *s)
{
	struct zx_guild_writer_options o = ZX_GUILD_WRITER_OPTIONS_INIT;

	memset(s, 0, sizeof(*s));
	s->st = o.store = mem_store(&s->m);
	o.guild = 1;
	o.captured_at = 1771418096123;
	assert_err(zx_guild_writer_new(&s->w, &o), ZX_OK);
}

static void end(struct snap *s)
{
	assert_err(zx_guild_finish(s->w, &s->out), ZX_OK);
	assert_err(zx_guild_open(&s->r, s->out.manifest, &s->st, NULL), ZX_OK);
}

static void release(struct snap *s)
{
	zx_guild_writer_free(s->w);
	mem_store_free(&s->m);
}

static void item(struct snap *s, enum zx_section sec, unsigned id,
		 unsigned name, const char *more)
{
	char text[256];

	snprintf(text, sizeof(text), "{\"id\":\"%u\",\"name\":\"n%u\"%s}", id,
		 name, more);
	assert_err(zx_guild_add(s->w, sec, zx_str(text)), ZX_OK);
}

static void members(struct snap *s, unsigned n, unsigned odd)
{
	uint64_t roles[] = { 50, 51 };

	for (unsigned i = 1; i <= n; i++) {
		struct zx_guild_member m = { .id = i * 7919,
					     .name = ZX_STR("somebody"),
					     .roles = roles,
					     .role_count = i % 3 };

		if (i % 9 != odd)
			assert_err(zx_guild_add_member(s->w, &m), ZX_OK);
	}
}

static void images(struct snap *s, unsigned n)
{
	char key[32], data[3000];

	for (unsigned i = 0; i < n; i++) {
		memset(data, (int)('a' + i % 26), sizeof(data));
		snprintf(key, sizeof(key), "emojis/%u", 700 + i);
		assert_err(zx_guild_add_image(
				   s->w, 700 + i, zx_str(key), "image/png",
				   (struct zx_str){ data, 100 * (i % 30) }),
			   ZX_OK);
	}
}

/* One that has something in every section; `v` makes them differ. */
static void all_of_it(struct snap *s, unsigned v)
{
	static const enum zx_section lists[] = {
		ZX_SECTION_AUTOMOD,  ZX_SECTION_CHANNELS, ZX_SECTION_EMOJIS,
		ZX_SECTION_EVENTS,   ZX_SECTION_ROLES,	  ZX_SECTION_STICKERS,
		ZX_SECTION_WEBHOOKS,
	};
	static const enum zx_section single[] = {
		ZX_SECTION_BOT,
		ZX_SECTION_GUILD,
		ZX_SECTION_ONBOARDING,
		ZX_SECTION_WELCOME,
	};

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		for (unsigned k = 0; k < 12; k++)
			item(s, lists[i], 10 + k + (k % 4 == 1 ? 100 * v : 0),
			     k + (k == 5 ? v : 0),
			     v && k == 7 ? ",\"topic\":\"x\"" : "");
	for (size_t i = 0; i < sizeof(single) / sizeof(single[0]); i++)
		item(s, single[i], 1, v, "");
	assert_err(zx_guild_add(s->w, ZX_SECTION_SOUNDBOARD,
				ZX_STR("{\"sound_id\":\"9\",\"name\":\"s\"}")),
		   ZX_OK);
	for (unsigned i = 1; i < 40; i++)
		item(s, ZX_SECTION_BANS, 3 * i + v * (i % 2), i, "");
	members(s, 400, v);
	images(s, 20);
	assert_err(zx_guild_add_missing(s->w, "automod", "HTTP 403"), ZX_OK);
	assert_err(zx_guild_add_raw(s->w, ZX_STR("what it came from")), ZX_OK);
}

enum { EMPTY, WHOLE, OTHER, MANY, MISSING, CHANGED, MANIFEST, KINDS };

static void make(struct snap *s, int kind)
{
	begin(s);
	if (kind == MANY)
		members(s, 3000, 10);
	else if (kind != EMPTY)
		all_of_it(s, kind == OTHER);
	end(s);
	if (kind == MISSING)
		for (size_t i = 3; i < s->m.n; i += 5)
			s->m.v[i].hash[0] ^= 1;
	if (kind == CHANGED)
		for (size_t i = 1; i < s->m.n; i += 4)
			if (s->m.v[i].len)
				s->m.v[i].data[s->m.v[i].len / 2] ^= 1;
	if (kind == MANIFEST)
		s->out.hash[3] ^= 1;
}

static const size_t sizes[] = { 0,   1,	  2,	3,	  7,	   64,	    500,
				511, 513, 4096, 32 << 10, 1 << 20, SIZE_MAX };
enum { SIZES = sizeof(sizes) / sizeof(sizes[0]) };

/* Verifying ---------------------------------------------------------------- */

static void bad(const unsigned char hash[ZX_HASH], void *ud)
{
	char text[ZX_HASH_TEXT];

	zx_hash_text(hash, text);
	zx_buf_addf(ud, "%s\n", text);
}

static void same_verified(struct snap *s, size_t size)
{
	struct zx_guild_verified once;
	struct zx_guild_verifier *v;
	struct zx_buf a, b;
	int more = 1, err;

	zx_buf_init(&a, NULL, 0);
	zx_buf_init(&b, NULL, 0);
	err = zx_guild_verify(s->out.manifest, s->out.hash, &s->st, NULL, &once,
			      bad, &a);
	assert_err(err, once.damaged ? ZX_E_CORRUPT : ZX_OK);
	assert_err(zx_guild_verifier_new(&v, s->out.manifest, s->out.hash,
					 &s->st, NULL, bad, &b),
		   ZX_OK);
	while (more)
		assert_err(zx_guild_verifier_step(v, size, &more), ZX_OK);
	assert_memory_equal(zx_guild_verifier_found(v), &once, sizeof(once));
	assert_string_equal(zx_buf_cstr(&a), zx_buf_cstr(&b));
	/* there is nothing to be had from a further one */
	assert_err(zx_guild_verifier_step(v, size, &more), ZX_OK);
	assert_false(more);
	assert_memory_equal(zx_guild_verifier_found(v), &once, sizeof(once));
	zx_guild_verifier_free(v);
	zx_buf_release(&a);
	zx_buf_release(&b);
}

static void slices__verifying_finds_the_same_in_steps_of_any_size(void **state)
{
	struct snap s;

	(void)state;
	for (int kind = 0; kind < KINDS; kind++) {
		make(&s, kind);
		for (size_t i = 0; i < SIZES; i++)
			same_verified(&s, sizes[i]);
		release(&s);
	}
}

static void slices__a_step_of_verifying_is_as_small_as_was_asked(void **state)
{
	struct zx_guild_verifier *v;
	uint64_t before = 1;
	int more = 1;
	struct snap s;

	(void)state;
	make(&s, MANY);
	assert_err(zx_guild_verifier_new(&v, s.out.manifest, s.out.hash, &s.st,
					 NULL, NULL, NULL),
		   ZX_OK);
	while (more) {
		const struct zx_guild_verified *f = zx_guild_verifier_found(v);

		assert_err(zx_guild_verifier_step(v, 1, &more), ZX_OK);
		assert_in_range(f->parts, before, before + 1);
		before = f->parts;
	}
	assert_true(before > 50);
	zx_guild_verifier_free(v);
	release(&s);
}

/* The document ------------------------------------------------------------- */

static int print_all(const struct zx_guild_reader *r, size_t size,
		     struct zx_buf *out)
{
	struct zx_guild_printer *p;
	struct zx_str piece;
	int got = 0, err = zx_guild_printer_new(&p, r);

	while (!err && (got = zx_guild_printer_next(p, size, &piece)) > 0) {
		assert_true(piece.len > 0);
		zx_buf_adds(out, piece);
		err = out->err;
	}
	if (!err)
		assert_int_equal(zx_guild_printer_next(p, size, &piece), got);
	zx_guild_printer_free(p);
	return err ? err : got;
}

static void slices__a_document_is_the_same_in_pieces_of_any_size(void **state)
{
	struct zx_buf once, piecewise;
	struct snap s;
	int err;

	(void)state;
	zx_buf_init(&once, NULL, 0);
	zx_buf_init(&piecewise, NULL, 0);
	for (int kind = 0; kind < KINDS; kind++) {
		make(&s, kind);
		zx_buf_clear(&once);
		err = zx_guild_document(&s.r, mem_append, &once);
		for (size_t i = 0; i < SIZES; i++) {
			zx_buf_clear(&piecewise);
			assert_err(print_all(&s.r, sizes[i], &piecewise), err);
			if (!err)
				assert_str(zx_buf_str(&piecewise),
					   zx_buf_cstr(&once));
		}
		assert_true(!err == (kind != MISSING && kind != CHANGED));
		release(&s);
	}
	zx_buf_release(&once);
	zx_buf_release(&piecewise);
}

/* Comparing ---------------------------------------------------------------- */

static int tell(const struct zx_change *c, void *ud)
{
	struct zx_buf *b = ud;

	zx_buf_addf(b, "%d %s %llu %llu %.*s %.*s: %.*s -> %.*s\n", c->kind,
		    zx_section_name(c->section), (unsigned long long)c->id,
		    (unsigned long long)c->old_id, ZX_ARG(c->name),
		    ZX_ARG(c->path), ZX_ARG(c->from), ZX_ARG(c->to));
	return b->err;
}

static int differ_all(const struct snap *a, const struct snap *b, size_t size,
		      struct zx_diff *sum, struct zx_buf *out)
{
	struct zx_guild_differ *d;
	int more = 1, err = zx_guild_differ_new(&d, &a->r, &b->r, tell, out);

	while (!err && more)
		err = zx_guild_differ_step(d, size, &more);
	*sum = *zx_guild_differ_sum(d);
	assert_false(more);
	assert_err(zx_guild_differ_step(d, size, &more), err);
	assert_false(more);
	assert_memory_equal(zx_guild_differ_sum(d), sum, sizeof(*sum));
	zx_guild_differ_free(d);
	return err;
}

static void same_diff(const struct snap *a, const struct snap *b)
{
	struct zx_diff once, sum;
	struct zx_buf x, y;
	int err;

	zx_buf_init(&x, NULL, 0);
	zx_buf_init(&y, NULL, 0);
	err = zx_guild_diff(&a->r, &b->r, &once, tell, &x);
	for (size_t i = 0; i < SIZES; i++) {
		zx_buf_clear(&y);
		assert_err(differ_all(a, b, sizes[i], &sum, &y), err);
		assert_memory_equal(&once, &sum, sizeof(sum));
		assert_str(zx_buf_str(&y), zx_buf_cstr(&x));
	}
	zx_buf_release(&x);
	zx_buf_release(&y);
}

static void slices__a_comparison_is_the_same_in_steps_of_any_size(void **state)
{
	struct snap s[KINDS];

	(void)state;
	for (int i = 0; i < KINDS; i++)
		make(&s[i], i);
	for (int i = 0; i < KINDS; i++)
		for (int k = 0; k < KINDS; k++)
			same_diff(&s[i], &s[k]);
	for (int i = 0; i < KINDS; i++)
		release(&s[i]);
}

static int stop(const struct zx_change *c, void *ud)
{
	(void)c;
	return --*(int *)ud ? ZX_OK : 1;
}

static void slices__a_comparison_that_was_ended_stays_ended(void **state)
{
	struct zx_guild_differ *d;
	int more = 1, rc = 0, left = 3;
	struct snap a, b;

	(void)state;
	make(&a, WHOLE);
	make(&b, OTHER);
	assert_err(zx_guild_differ_new(&d, &a.r, &b.r, stop, &left), ZX_OK);
	while (more)
		rc = zx_guild_differ_step(d, 1, &more);
	assert_int_equal(rc, 1);
	assert_int_equal(zx_guild_differ_step(d, 1, &more), 1);
	assert_false(more);
	assert_int_equal(left, 0);
	zx_guild_differ_free(d);
	release(&a);
	release(&b);
}

/* Left in the middle ------------------------------------------------------- */

/* Steps until `at`, or the end: then it returns 0. */
struct left {
	struct snap a, b;
	const struct zx_alloc *alloc;
};

static int verify_until(struct left *l, size_t at)
{
	struct zx_guild_verifier *v;
	int more = 1;

	assert_err(zx_guild_verifier_new(&v, l->a.out.manifest, l->a.out.hash,
					 &l->a.st, l->alloc, NULL, NULL),
		   ZX_OK);
	for (; at && more; at--)
		assert_err(zx_guild_verifier_step(v, 1, &more), ZX_OK);
	zx_guild_verifier_free(v);
	return more;
}

static int print_until(struct left *l, size_t at)
{
	struct zx_guild_reader r = l->a.r;
	struct zx_guild_printer *p;
	struct zx_str piece;
	int got = 1;

	r.alloc = l->alloc;
	assert_err(zx_guild_printer_new(&p, &r), ZX_OK);
	for (; at && got; at--) {
		got = zx_guild_printer_next(p, 1, &piece);
		assert_true(got >= 0);
	}
	zx_guild_printer_free(p);
	return got;
}

static int differ_until(struct left *l, size_t at)
{
	struct zx_guild_reader a = l->a.r, b = l->b.r;
	struct zx_guild_differ *d;
	int more = 1;

	a.alloc = b.alloc = l->alloc;
	assert_err(zx_guild_differ_new(&d, &a, &b, NULL, NULL), ZX_OK);
	for (; at && more; at--)
		assert_err(zx_guild_differ_step(d, 1, &more), ZX_OK);
	zx_guild_differ_free(d);
	return more;
}

static void
slices__each_may_be_left_at_any_step_and_leaves_nothing(void **state)
{
	static int (*const kinds[])(struct left * l,
				    size_t at) = { verify_until, print_until,
						   differ_until };
	struct fail_alloc f;
	struct left l;

	(void)state;
	fail_alloc_init(&f);
	l.alloc = &f.alloc;
	make(&l.a, WHOLE);
	make(&l.b, OTHER);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t at = 0;

		while (kinds[i](&l, at)) {
			fail_alloc_check(&f);
			at++;
		}
		fail_alloc_check(&f);
		assert_true(at > 30);
	}
	release(&l.a);
	release(&l.b);
	zx_guild_verifier_free(NULL);
	zx_guild_printer_free(NULL);
	zx_guild_differ_free(NULL);
}

/* What retention takes away meanwhile. */
static void slices__parts_that_go_in_the_middle_are_told(void **state)
{
	struct zx_guild_verifier *v;
	struct zx_guild_printer *p;
	struct zx_guild_differ *d;
	struct zx_str piece;
	struct snap a, b;
	int more, got = 1;
	size_t parts;

	(void)state;
	make(&a, MANY);
	make(&b, MANY);
	assert_err(zx_guild_verifier_new(&v, a.out.manifest, a.out.hash, &a.st,
					 NULL, NULL, NULL),
		   ZX_OK);
	assert_err(zx_guild_printer_new(&p, &a.r), ZX_OK);
	assert_err(zx_guild_differ_new(&d, &a.r, &b.r, NULL, NULL), ZX_OK);
	assert_err(zx_guild_verifier_step(v, 4000, &more), ZX_OK);
	assert_int_equal(zx_guild_printer_next(p, 4000, &piece), 1);
	assert_err(zx_guild_differ_step(d, 100, &more), ZX_OK);
	assert_true(more);
	parts = a.m.n;
	a.m.n = 0;
	for (more = 1; more;)
		assert_err(zx_guild_verifier_step(v, 1, &more), ZX_OK);
	assert_true(zx_guild_verifier_found(v)->damaged > 0);
	while (got > 0)
		got = zx_guild_printer_next(p, 4000, &piece);
	assert_err(got, ZX_E_NOTFOUND);
	assert_err(zx_guild_printer_next(p, 4000, &piece), ZX_E_NOTFOUND);
	assert_err(zx_guild_differ_step(d, SIZE_MAX, &more), ZX_E_NOTFOUND);
	assert_false(more);
	a.m.n = parts;
	zx_guild_verifier_free(v);
	zx_guild_printer_free(p);
	zx_guild_differ_free(d);
	release(&a);
	release(&b);
}

/* Without memory ----------------------------------------------------------- */

static int verify_in_steps(const struct zx_alloc *a, void *ud)
{
	struct left *l = ud;
	struct zx_guild_verifier *v;
	int more = 1, err;

	err = zx_guild_verifier_new(&v, l->a.out.manifest, l->a.out.hash,
				    &l->a.st, a, NULL, NULL);
	while (!err && more)
		err = zx_guild_verifier_step(v, 1, &more);
	if (err && v)
		assert_err(zx_guild_verifier_step(v, 1, &more), err);
	zx_guild_verifier_free(v);
	return err;
}

static int print_in_steps(const struct zx_alloc *a, void *ud)
{
	struct left *l = ud;
	struct zx_guild_reader r = l->a.r;
	struct zx_guild_printer *p;
	struct zx_str piece;
	int got = 1, err;

	r.alloc = a;
	err = zx_guild_printer_new(&p, &r);
	while (!err && got > 0)
		got = zx_guild_printer_next(p, 1, &piece);
	zx_guild_printer_free(p);
	return err ? err : got;
}

static int differ_in_steps(const struct zx_alloc *alloc, void *ud)
{
	struct left *l = ud;
	struct zx_guild_reader a = l->a.r, b = l->b.r;
	struct zx_guild_differ *d;
	int more = 1, err;

	a.alloc = b.alloc = alloc;
	err = zx_guild_differ_new(&d, &a, &b, NULL, NULL);
	while (!err && more)
		err = zx_guild_differ_step(d, 1, &more);
	zx_guild_differ_free(d);
	return err;
}

static void slices__survive_every_failed_allocation(void **state)
{
	struct left l;

	(void)state;
	make(&l.a, WHOLE);
	make(&l.b, OTHER);
	fail_alloc_each(verify_in_steps, &l);
	fail_alloc_each(print_in_steps, &l);
	fail_alloc_each(differ_in_steps, &l);
	release(&l.a);
	release(&l.b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			slices__verifying_finds_the_same_in_steps_of_any_size),
		cmocka_unit_test(
			slices__a_step_of_verifying_is_as_small_as_was_asked),
		cmocka_unit_test(
			slices__a_document_is_the_same_in_pieces_of_any_size),
		cmocka_unit_test(
			slices__a_comparison_is_the_same_in_steps_of_any_size),
		cmocka_unit_test(
			slices__a_comparison_that_was_ended_stays_ended),
		cmocka_unit_test(
			slices__each_may_be_left_at_any_step_and_leaves_nothing),
		cmocka_unit_test(slices__parts_that_go_in_the_middle_are_told),
		cmocka_unit_test(slices__survive_every_failed_allocation),
	};

	return cmocka_run_group_tests_name("slices", tests, NULL, NULL);
}
