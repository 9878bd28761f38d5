/* SPDX-License-Identifier: MIT
 *
 * zx_test: what nearly every test program includes: cmocka with its
 * prerequisites, and asserts for slices.
 */
#ifndef ZX_TEST_H
#define ZX_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "zoryx/base.h"
#include "zoryx/json.h"
#include "helper/fail_alloc.h"

/* The bytes of a slice are those of a C string; prints both when not. */
#define assert_str(slice, text) zx_test_str(slice, text, __FILE__, __LINE__)
void zx_test_str(struct zx_str got, const char *want, const char *file,
		 int line);

/* An error number, by name when it is the wrong one. */
#define assert_err(got, want) zx_test_err(got, want, __FILE__, __LINE__)
void zx_test_err(int got, int want, const char *file, int line);

/* Skips the rest of the test; tests/run.sh lists the reason. */
#define zx_test_skip(reason)                                                   \
	do {                                                                   \
		print_message("# skipped: %s\n", reason);                      \
		skip();                                                        \
	} while (0)

/*
 * A copy that ends where its memory ends, so that the sanitizers and Valgrind
 * see one byte read too much. Free with free().
 */
struct zx_str zx_test_exact(struct zx_str s);

/*
 * Where a test keeps a state file when the disk is not what it is about: in
 * memory when the system has such a place, or "/tmp". A disk that others keep
 * busy was seen to take ten seconds for one flush; an interaction is lost after
 * three, and a sandbox that wants a heartbeat every five closes.
 */
const char *zx_test_dir(void);

/*
 * A feed for any-split tests: calls feed(piece, ud) for each piece of `all`,
 * cut by pieces of `size` bytes, or with size 0 at places drawn from `r`. Each
 * piece is an exact copy. Returns the first result that is not 0.
 */
int zx_test_split(struct zx_str all, size_t size, const struct zx_rand *r,
		  int (*feed)(struct zx_str piece, void *ud), void *ud);

#endif
