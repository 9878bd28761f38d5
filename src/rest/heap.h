/* SPDX-License-Identifier: MIT
 *
 * heap: a pairing heap whose nodes live in the things they order, so that
 * scheduling allocates nothing. Push and meld take constant time, pop and cut
 * logarithmic time over the long run.
 */
#ifndef ZX__REST_HEAP_H
#define ZX__REST_HEAP_H

#include <stdint.h>

/* Ordered by key, then tie. */
struct zx__hnode {
	struct zx__hnode *child, *next;
	struct zx__hnode *prev; /* left sibling; the parent of a first child */
	uint64_t key, tie;
	int in; /* a node of some heap */
};

struct zx__heap {
	struct zx__hnode *min; /* NULL when empty */
};

void zx__rest_heap_push(struct zx__heap *h, struct zx__hnode *n, uint64_t key,
			uint64_t tie);
/* NULL when empty. */
struct zx__hnode *zx__rest_heap_pop(struct zx__heap *h);
/* Takes n out; nothing happens when it is in no heap. */
void zx__rest_heap_cut(struct zx__heap *h, struct zx__hnode *n);
/* Moves all of `from` into h. */
void zx__rest_heap_meld(struct zx__heap *h, struct zx__heap *from);

#endif
