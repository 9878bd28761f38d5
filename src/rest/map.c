/* SPDX-License-Identifier: MIT
 *
 * map: see the header.
 */
#include "rest/map.h"

#define FIRST_SIZE 64

/* Hashes may be plain numbers: spread them over the slots. */
static size_t slot_of(const struct zx__map *m, uint64_t hash)
{
	hash *= UINT64_C(0x9e3779b97f4a7c15);
	return (size_t)(hash >> 32) & (m->size - 1);
}

int zx__rest_map_init(struct zx__map *m, const struct zx_alloc *a)
{
	*m = (struct zx__map){ .size = FIRST_SIZE, .alloc = a };
	m->slot = zx_new(a, FIRST_SIZE * sizeof(struct zx__mnode *));
	return m->slot ? ZX_OK : ZX_E_NOMEM;
}

void zx__rest_map_release(struct zx__map *m)
{
	zx_delete(m->alloc, m->slot);
	m->slot = NULL;
}

static void grow(struct zx__map *m)
{
	struct zx__map big = *m;
	size_t i;

	big.size = m->size * 2;
	big.slot = zx_new(m->alloc, big.size * sizeof(*big.slot));
	if (!big.slot)
		return;
	for (i = 0; i < m->size; i++) {
		struct zx__mnode *n = m->slot[i], *next;

		for (; n; n = next) {
			struct zx__mnode **to =
				&big.slot[slot_of(&big, n->hash)];

			next = n->next;
			n->next = *to;
			*to = n;
		}
	}
	zx_delete(m->alloc, m->slot);
	*m = big;
}

void zx__rest_map_put(struct zx__map *m, struct zx__mnode *n, uint64_t hash)
{
	struct zx__mnode **to;

	if (m->count >= m->size)
		grow(m);
	to = &m->slot[slot_of(m, hash)];
	*n = (struct zx__mnode){ *to, hash };
	*to = n;
	m->count++;
}

void zx__rest_map_cut(struct zx__map *m, struct zx__mnode *n)
{
	struct zx__mnode **at = &m->slot[slot_of(m, n->hash)];

	while (*at != n)
		at = &(*at)->next;
	*at = n->next;
	m->count--;
}

struct zx__mnode *zx__rest_map_first(const struct zx__map *m, uint64_t hash)
{
	struct zx__mnode *n = m->slot[slot_of(m, hash)];

	while (n && n->hash != hash)
		n = n->next;
	return n;
}

struct zx__mnode *zx__rest_map_next(const struct zx__mnode *n)
{
	uint64_t hash = n->hash;

	do {
		n = n->next;
	} while (n && n->hash != hash);
	return (struct zx__mnode *)n;
}

uint64_t zx__rest_hash(uint64_t seed, struct zx_str s)
{
	uint64_t h = seed ^ UINT64_C(0xcbf29ce484222325);
	size_t i;

	for (i = 0; i < s.len; i++) {
		h ^= (unsigned char)s.ptr[i];
		h *= UINT64_C(0x100000001b3);
	}
	return h;
}
