/* SPDX-License-Identifier: MIT
 *
 * Old ids and what stands for them now.
 */
#include <string.h>

#include "guild/plan_int.h"

void zx_idmap_init(struct zx_idmap *m, const struct zx_alloc *a)
{
	memset(m, 0, sizeof(*m));
	m->alloc = a;
}

void zx_idmap_release(struct zx_idmap *m)
{
	if (!m)
		return;
	zx_delete(m->alloc, m->v);
	m->v = NULL;
	m->n = m->cap = 0;
}

/* The place of a pair, or the empty one where it belongs. There is one: the
 * table is never full. */
static size_t place(const struct zx_idmap_pair *v, size_t cap,
		    enum zx_id_kind kind, uint64_t from)
{
	size_t i = (size_t)zx__guild_mix(from + (uint64_t)kind) & (cap - 1);

	while (v[i].from && (v[i].from != from || v[i].kind != kind))
		i = (i + 1) & (cap - 1);
	return i;
}

static int grow(struct zx_idmap *m)
{
	size_t cap = m->cap ? 2 * m->cap : 64;
	struct zx_idmap_pair *v = zx_new(m->alloc, cap * sizeof(*v));

	if (!v)
		return ZX_E_NOMEM;
	for (size_t i = 0; i < m->cap; i++)
		if (m->v[i].from)
			v[place(v, cap, m->v[i].kind, m->v[i].from)] = m->v[i];
	zx_delete(m->alloc, m->v);
	m->v = v;
	m->cap = cap;
	return ZX_OK;
}

/* What is forgotten keeps its place, so that those behind it are found. */
int zx_idmap_put(struct zx_idmap *m, enum zx_id_kind kind, uint64_t from,
		 uint64_t to)
{
	struct zx_idmap_pair *at;
	int err;

	if (!from || (unsigned)kind >= ZX_ID_KIND_COUNT)
		return ZX_E_INVALID;
	if (4 * (m->n + 1) > 3 * m->cap) {
		err = grow(m);
		if (err)
			return err;
	}
	at = &m->v[place(m->v, m->cap, kind, from)];
	m->n += !at->from;
	*at = (struct zx_idmap_pair){ .from = from, .to = to, .kind = kind };
	return ZX_OK;
}

uint64_t zx_idmap_get(const struct zx_idmap *m, enum zx_id_kind kind,
		      uint64_t from)
{
	if (!m->cap || !from)
		return 0;
	return m->v[place(m->v, m->cap, kind, from)].to;
}

const struct zx_idmap_pair *zx_idmap_next(const struct zx_idmap *m, size_t *at)
{
	while (*at < m->cap) {
		const struct zx_idmap_pair *p = &m->v[(*at)++];

		if (p->from && p->to)
			return p;
	}
	return NULL;
}
