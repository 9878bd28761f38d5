/* SPDX-License-Identifier: MIT
 *
 * heap: see the header. Nothing here recurses: a queue of ten thousand is one
 * node with as many children.
 */
#include <stddef.h>

#include "rest/heap.h"

static int before(const struct zx__hnode *a, const struct zx__hnode *b)
{
	return a->key != b->key ? a->key < b->key : a->tie < b->tie;
}

/* Both are roots without siblings, or NULL. */
static struct zx__hnode *join(struct zx__hnode *a, struct zx__hnode *b)
{
	struct zx__hnode *up = a, *down = b;

	if (!a || !b)
		return a ? a : b;
	if (before(b, a)) {
		up = b;
		down = a;
	}
	down->prev = up;
	down->next = up->child;
	if (up->child)
		up->child->prev = down;
	up->child = down;
	return up;
}

static struct zx__hnode *cut_first(struct zx__hnode **list)
{
	struct zx__hnode *n = *list;

	if (!n)
		return NULL;
	*list = n->next;
	n->next = n->prev = NULL;
	return n;
}

/* One heap of a list of siblings: pairs from the left, then all from the
 * right. */
static struct zx__hnode *join_all(struct zx__hnode *list)
{
	struct zx__hnode *pairs = NULL, *root = NULL, *n;

	while ((n = cut_first(&list))) {
		n = join(n, cut_first(&list));
		n->next = pairs;
		pairs = n;
	}
	while ((n = cut_first(&pairs)))
		root = join(root, n);
	return root;
}

void zx__rest_heap_push(struct zx__heap *h, struct zx__hnode *n, uint64_t key,
			uint64_t tie)
{
	*n = (struct zx__hnode){ .key = key, .tie = tie, .in = 1 };
	h->min = join(h->min, n);
}

struct zx__hnode *zx__rest_heap_pop(struct zx__heap *h)
{
	struct zx__hnode *n = h->min;

	if (!n)
		return NULL;
	h->min = join_all(n->child);
	n->child = NULL;
	n->in = 0;
	return n;
}

void zx__rest_heap_cut(struct zx__heap *h, struct zx__hnode *n)
{
	if (!n->in)
		return;
	if (n == h->min) {
		zx__rest_heap_pop(h);
		return;
	}
	if (n->prev->child == n)
		n->prev->child = n->next;
	else
		n->prev->next = n->next;
	if (n->next)
		n->next->prev = n->prev;
	h->min = join(h->min, join_all(n->child));
	n->child = n->next = n->prev = NULL;
	n->in = 0;
}

void zx__rest_heap_meld(struct zx__heap *h, struct zx__heap *from)
{
	h->min = join(h->min, from->min);
	from->min = NULL;
}
