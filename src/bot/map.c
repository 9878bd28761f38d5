/* SPDX-License-Identifier: MIT
 *
 * A map from ids to pointers: open addressing, linear probing.
 */
#include "bot/bot_int.h"

#include <string.h>

static size_t place(const struct zx__bot_map *m, uint64_t key)
{
	key ^= key >> 32;
	key *= UINT64_C(0x9E3779B97F4A7C15);
	return (size_t)(key >> 32) & (m->cap - 1);
}

/* The slot of the key, or the free one where it belongs. */
static struct zx__bot_slot *find(const struct zx__bot_map *m, uint64_t key)
{
	size_t i = place(m, key);

	while (m->slots[i].value && m->slots[i].key != key)
		i = (i + 1) & (m->cap - 1);
	return &m->slots[i];
}

void *zx__bot_map_get(const struct zx__bot_map *m, uint64_t key)
{
	return m->cap ? find(m, key)->value : NULL;
}

/* Kept at most four fifths full. */
static int grow(struct zx__bot_map *m)
{
	struct zx__bot_map big = *m;
	size_t i;

	if ((m->count + 1) * 5 <= m->cap * 4)
		return ZX_OK;
	big.cap = m->cap ? m->cap * 2 : 8;
	big.slots = zx_new(m->alloc, big.cap * sizeof(*big.slots));
	if (!big.slots)
		return ZX_E_NOMEM;
	for (i = 0; i < m->cap; i++)
		if (m->slots[i].value)
			*find(&big, m->slots[i].key) = m->slots[i];
	zx_delete(m->alloc, m->slots);
	*m = big;
	return ZX_OK;
}

int zx__bot_map_put(struct zx__bot_map *m, uint64_t key, void *value)
{
	struct zx__bot_slot *s;
	int err = grow(m);

	if (err)
		return err;
	s = find(m, key);
	m->count += !s->value;
	*s = (struct zx__bot_slot){ .key = key, .value = value };
	return ZX_OK;
}

/* Later members of the run move up, so that no gap cuts them off. */
static void close_gap(struct zx__bot_map *m, size_t gap)
{
	size_t i = gap, mask = m->cap - 1, home;

	for (;;) {
		i = (i + 1) & mask;
		if (!m->slots[i].value)
			break;
		home = place(m, m->slots[i].key);
		if (((i - home) & mask) < ((i - gap) & mask))
			continue;
		m->slots[gap] = m->slots[i];
		gap = i;
	}
	m->slots[gap].value = NULL;
}

void *zx__bot_map_take(struct zx__bot_map *m, uint64_t key)
{
	struct zx__bot_slot *s = m->cap ? find(m, key) : NULL;
	void *value = s ? s->value : NULL;

	if (!value)
		return NULL;
	m->count--;
	close_gap(m, (size_t)(s - m->slots));
	return value;
}

void zx__bot_map_release(struct zx__bot_map *m)
{
	zx_delete(m->alloc, m->slots);
	m->slots = NULL;
	m->cap = m->count = 0;
}
