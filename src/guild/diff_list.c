/* SPDX-License-Identifier: MIT
 *
 * Which items of two snapshots are the same.
 */
#include <stdlib.h>
#include <string.h>

#include "guild/diff_int.h"

void zx__list_init(struct zx__list *l, const struct zx_alloc *a)
{
	memset(l, 0, sizeof(*l));
	l->alloc = a;
	zx_buf_init(&l->text, a, ZX__GUILD_BAG);
}

void zx__list_release(struct zx__list *l)
{
	zx_buf_release(&l->text);
	zx_delete(l->alloc, l->v);
}

struct zx_str zx__list_text(const struct zx__list *l, size_t i)
{
	return (struct zx_str){ l->text.ptr + l->v[i].at, l->v[i].len };
}

uint64_t zx__diff_id(enum zx_section s, struct zx_str item)
{
	return zx_json_get_u64(item,
			       s == ZX_SECTION_SOUNDBOARD ? "sound_id" : "id");
}

int zx__list_add(struct zx__list *l, enum zx_section s, struct zx_str item)
{
	if (l->n == l->cap) {
		size_t cap = l->cap ? 2 * l->cap : 32;
		struct zx__listed *v =
			zx_resize(l->alloc, l->v, cap * sizeof(*v));

		if (!v)
			return ZX_E_NOMEM;
		l->v = v;
		l->cap = cap;
	}
	l->v[l->n++] = (struct zx__listed){ .id = zx__diff_id(s, item),
					    .at = l->text.len,
					    .len = item.len };
	zx_buf_adds(&l->text, item);
	return l->text.err;
}

int zx__list_load(struct zx__list *l, const struct zx_guild_reader *r,
		  enum zx_section s)
{
	struct zx_guild_cursor c;
	struct zx_str item;
	int err = zx_guild_cursor_init(&c, r, s), got = 0;

	while (!err && (got = zx_guild_next(&c, &item)) > 0)
		err = zx__list_add(l, s, item);
	zx_guild_cursor_release(&c);
	return err ? err : got;
}

static int single(enum zx_section s)
{
	return s == ZX_SECTION_GUILD || s == ZX_SECTION_BOT ||
	       s == ZX_SECTION_ONBOARDING || s == ZX_SECTION_WELCOME;
}

static void match_ids(struct zx__list *a, struct zx__list *b)
{
	size_t i = 0, k = 0;

	while (i < a->n && k < b->n) {
		if (a->v[i].id == b->v[k].id) {
			a->v[i].mate = k + 1;
			b->v[k].mate = i + 1;
		}
		if (a->v[i].id <= b->v[k].id && ++i)
			continue;
		k++;
	}
}

/* Both would stand under the same name in the same list of Discord's. */
static int alike(struct zx_str a, struct zx_str b)
{
	struct zx_str na = zx_json_get(a, "name"), nb = zx_json_get(b, "name");

	return na.len && zx_str_eq(na, nb) &&
	       zx_str_eq(zx_json_get(a, "type"), zx_json_get(b, "type"));
}

/* The only one of l that is like `item`; n + 1 when there are several. Those
 * already matched count: a name is not unique because one of two is taken. */
static size_t only(const struct zx__list *l, struct zx_str item)
{
	size_t found = l->n;

	for (size_t i = 0; i < l->n; i++)
		if (alike(zx__list_text(l, i), item)) {
			if (found != l->n)
				return l->n + 1;
			found = i;
		}
	return found;
}

int zx__list_match_ids(struct zx__list *a, struct zx__list *b,
		       enum zx_section s)
{
	if (!single(s)) {
		match_ids(a, b);
		return 1;
	}
	if (a->n && b->n)
		a->v[0].mate = b->v[0].mate = 1;
	return 0;
}

size_t zx__list_match_name(struct zx__list *a, struct zx__list *b, size_t i)
{
	struct zx_str item = zx__list_text(a, i);
	size_t k;

	if (a->v[i].mate)
		return 1;
	k = only(b, item);
	if (k >= b->n || b->v[k].mate || only(a, item) != i)
		return a->n + b->n;
	a->v[i].mate = k + 1;
	b->v[k].mate = i + 1;
	return a->n + b->n;
}

int zx__diff_map(struct zx__diff *d, const struct zx__list *a,
		 const struct zx__list *b)
{
	struct zx__alias *map;
	size_t n = d->map_n;

	for (size_t i = 0; i < a->n; i++)
		n += a->v[i].mate && a->v[i].id != b->v[a->v[i].mate - 1].id;
	if (n == d->map_n)
		return ZX_OK;
	map = zx_resize(d->a->alloc, d->map, n * sizeof(*map));
	if (!map)
		return ZX_E_NOMEM;
	d->map = map;
	for (size_t i = 0; i < a->n; i++)
		if (a->v[i].mate && a->v[i].id != b->v[a->v[i].mate - 1].id)
			map[d->map_n++] =
				(struct zx__alias){ a->v[i].id,
						    b->v[a->v[i].mate - 1].id };
	return ZX_OK;
}

static int by_ids(const void *px, const void *py)
{
	const struct zx__alias *x = px, *y = py;

	if (x->a != y->a)
		return x->a < y->a ? -1 : 1;
	return x->b < y->b ? -1 : x->b > y->b;
}

void zx__diff_map_sort(struct zx__diff *d)
{
	if (d->map_n > 1)
		qsort(d->map, d->map_n, sizeof(*d->map), by_ids);
}

int zx__diff_aliased(const struct zx__diff *d, uint64_t a, uint64_t b)
{
	struct zx__alias key = { a, b };

	return d->map_n &&
	       bsearch(&key, d->map, d->map_n, sizeof(*d->map), by_ids) != NULL;
}
