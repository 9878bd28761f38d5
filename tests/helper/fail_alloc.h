/* SPDX-License-Identifier: MIT
 *
 * fail_alloc: a struct zx_alloc that counts, knows what is still allocated, and
 * refuses the allocations a test wants refused.
 *
 *	static int scenario(const struct zx_alloc *a, void *ud)
 *	{
 *		... make with a, use, free; return the first error ...
 *	}
 *	fail_alloc_each(scenario, NULL);
 */
#ifndef FAIL_ALLOC_H
#define FAIL_ALLOC_H

#include "zoryx/base.h"

struct fail_alloc {
	struct zx_alloc alloc; /* pass &f.alloc */
	size_t calls;	       /* allocations and resizes asked for so far */
	size_t fail_at;	       /* refuse this call, counted from 1; 0: none */
	int fail_on;	       /* and all that follow */
	size_t failed;	       /* calls refused so far */
	size_t live_blocks;    /* allocated and not freed */
	size_t live_bytes;     /* the same in bytes asked for */
	size_t peak_bytes;     /* the most live_bytes has been */
	size_t most_bytes;     /* refuse what would go above; 0: no ceiling */
};

void fail_alloc_init(struct fail_alloc *f);

/* Starts the count again and refuses call `at`, or all from there on. */
void fail_alloc_once(struct fail_alloc *f, size_t at);
void fail_alloc_from(struct fail_alloc *f, size_t at);

/* Fails the cmocka test when something is still allocated. */
void fail_alloc_check(const struct fail_alloc *f);

/*
 * Runs `scenario` once undisturbed, where it must return ZX_OK and allocate at
 * least once; then once per allocation with that one refused, and once more
 * with all from there on refused. A run whose refused allocation was asked for
 * must return ZX_E_NOMEM. No run may leave memory behind. Returns the number of
 * allocations of the undisturbed run.
 */
size_t fail_alloc_each(int (*scenario)(const struct zx_alloc *a, void *ud),
		       void *ud);

/* The same for scenarios that may get by without the refused allocation: any
 * result of a disturbed run is accepted. */
size_t fail_alloc_each_lenient(int (*scenario)(const struct zx_alloc *a,
					       void *ud),
			       void *ud);

#endif
