/* SPDX-License-Identifier: MIT
 *
 * mem_store: a store of snapshot parts in memory, for tests. Slow on purpose:
 * it is a list.
 */
#ifndef MEM_STORE_H
#define MEM_STORE_H

#include "zoryx/guild.h"

struct mem_store {
	struct mem_part {
		unsigned char hash[ZX_HASH];
		char *data;
		size_t len;
	} * v;
	size_t n, cap;
	size_t puts, bytes; /* asked for, and kept */
	int fail;	    /* what put answers from now on */
};

struct zx_guild_store mem_store(struct mem_store *m);
void mem_store_free(struct mem_store *m);
struct mem_part *mem_store_find(struct mem_store *m,
				const unsigned char hash[ZX_HASH]);

/* A `write` that appends to the struct zx_buf at ud. */
int mem_append(struct zx_str piece, void *ud);
/* The whole file; fails the test when it is not there. Free with free(). */
struct zx_str mem_file(const char *path);

#endif
