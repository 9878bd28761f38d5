/* SPDX-License-Identifier: MIT
 *
 * map: a hash table whose nodes live in the things it finds. It knows hashes
 * only; whoever looks something up compares the keys of equal hashes.
 */
#ifndef ZX__REST_MAP_H
#define ZX__REST_MAP_H

#include "zoryx/base.h"

struct zx__mnode {
	struct zx__mnode *next;
	uint64_t hash;
};

struct zx__map {
	struct zx__mnode **slot;
	size_t size; /* a power of two */
	size_t count;
	const struct zx_alloc *alloc;
};

int zx__rest_map_init(struct zx__map *m, const struct zx_alloc *a) ZX_MUST_USE;
/* The nodes are left alone. */
void zx__rest_map_release(struct zx__map *m);
/* Cannot fail: without memory to grow it becomes slower. */
void zx__rest_map_put(struct zx__map *m, struct zx__mnode *n, uint64_t hash);
void zx__rest_map_cut(struct zx__map *m, struct zx__mnode *n);
/* The nodes of a hash, one after the other; NULL after the last. */
struct zx__mnode *zx__rest_map_first(const struct zx__map *m, uint64_t hash);
struct zx__mnode *zx__rest_map_next(const struct zx__mnode *n);

/* FNV-1a of s from a seed, which may be another text's hash. */
uint64_t zx__rest_hash(uint64_t seed, struct zx_str s);

#endif
