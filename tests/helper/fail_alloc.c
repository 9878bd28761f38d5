/* SPDX-License-Identifier: MIT
 *
 * fail_alloc: see the header.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fail_alloc.h"

/* Stands before each block; keeps what follows aligned for anything. */
union head {
	size_t size;
	max_align_t align;
};

static int refused(struct fail_alloc *f, size_t more)
{
	f->calls++;
	if (f->most_bytes && f->live_bytes + more > f->most_bytes)
		return 1;
	if (!f->fail_at || f->calls < f->fail_at)
		return 0;
	return f->fail_on || f->calls == f->fail_at;
}

static void drop(struct fail_alloc *f, union head *h)
{
	f->live_blocks--;
	f->live_bytes -= h->size;
	/* Whoever reads it after this shall notice. */
	memset(h, 0xdd, sizeof(*h) + h->size);
	free(h);
}

static void *fail_realloc(void *ud, void *p, size_t n)
{
	struct fail_alloc *f = ud;
	union head *old = p ? (union head *)p - 1 : NULL, *h;

	if (!n) {
		if (old)
			drop(f, old);
		return NULL;
	}
	if (refused(f, old && old->size < n ? n - old->size : old ? 0 : n)) {
		f->failed++;
		return NULL;
	}
	/* Always moves, so that a pointer kept over a resize is found out. */
	h = malloc(sizeof(*h) + n);
	if (!h)
		return NULL;
	h->size = n;
	memset(h + 1, 0xa5, n);
	f->live_blocks++;
	f->live_bytes += n;
	if (old) {
		memcpy(h + 1, old + 1, old->size < n ? old->size : n);
		drop(f, old);
	}
	if (f->live_bytes > f->peak_bytes)
		f->peak_bytes = f->live_bytes;
	return h + 1;
}

void fail_alloc_init(struct fail_alloc *f)
{
	*f = (struct fail_alloc){ .alloc = { fail_realloc, f } };
}

void fail_alloc_once(struct fail_alloc *f, size_t at)
{
	f->calls = 0;
	f->failed = 0;
	f->fail_at = at;
	f->fail_on = 0;
}

void fail_alloc_from(struct fail_alloc *f, size_t at)
{
	fail_alloc_once(f, at);
	f->fail_on = 1;
}

void fail_alloc_check(const struct fail_alloc *f)
{
	if (f->live_blocks)
		fail_msg("%zu blocks (%zu bytes) were not freed",
			 f->live_blocks, f->live_bytes);
}

struct run {
	int (*scenario)(const struct zx_alloc *a, void *ud);
	void *ud;
	int lenient;
};

static void disturbed(const struct run *r, size_t at, int on)
{
	struct fail_alloc f;
	int err;

	fail_alloc_init(&f);
	if (on)
		fail_alloc_from(&f, at);
	else
		fail_alloc_once(&f, at);
	err = r->scenario(&f.alloc, r->ud);
	if (f.failed && !r->lenient && err != ZX_E_NOMEM)
		fail_msg("allocation %zu refused%s: got %d (%s)", at,
			 on ? " with all after it" : "", err, zx_errname(err));
	if (f.live_blocks)
		fail_msg("allocation %zu refused%s: %zu blocks not freed", at,
			 on ? " with all after it" : "", f.live_blocks);
}

static size_t each(const struct run *r)
{
	struct fail_alloc f;
	size_t at, calls;

	fail_alloc_init(&f);
	assert_int_equal(r->scenario(&f.alloc, r->ud), ZX_OK);
	fail_alloc_check(&f);
	calls = f.calls;
	assert_true(calls > 0);
	for (at = 1; at <= calls; at++) {
		disturbed(r, at, 0);
		disturbed(r, at, 1);
	}
	return calls;
}

size_t fail_alloc_each(int (*scenario)(const struct zx_alloc *a, void *ud),
		       void *ud)
{
	struct run r = { scenario, ud, 0 };

	return each(&r);
}

size_t fail_alloc_each_lenient(int (*scenario)(const struct zx_alloc *a,
					       void *ud),
			       void *ud)
{
	struct run r = { scenario, ud, 1 };

	return each(&r);
}
