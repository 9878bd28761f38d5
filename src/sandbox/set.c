/* SPDX-License-Identifier: MIT
 *
 * Objects by id, sorted: the order in which Discord pages through them.
 */
#include <stdlib.h>

#include "sandbox/world_int.h"

size_t zx__set_from(const struct zx__set *s, uint64_t id)
{
	size_t lo = 0, hi = s->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (s->v[mid].id < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

struct zx__item *zx__set_find(const struct zx__set *s, uint64_t id)
{
	size_t i = zx__set_from(s, id);

	return i < s->n && s->v[i].id == id ? &s->v[i] : NULL;
}

cJSON *zx__set_get(const struct zx__set *s, uint64_t id)
{
	struct zx__item *item = zx__set_find(s, id);

	return item ? item->dom : NULL;
}

static int grow(struct zx__set *s)
{
	size_t cap = s->cap ? s->cap * 2 : 8;
	struct zx__item *v = realloc(s->v, cap * sizeof(*v));

	if (!v)
		return ZX_E_NOMEM;
	s->v = v;
	s->cap = cap;
	return ZX_OK;
}

cJSON *zx__set_put(struct zx__set *s, uint64_t id, cJSON *dom)
{
	size_t i = zx__set_from(s, id);

	if (i < s->n && s->v[i].id == id) {
		cJSON_Delete(s->v[i].dom);
		s->v[i].dom = dom;
		return dom;
	}
	if (s->n == s->cap && grow(s) != ZX_OK) {
		cJSON_Delete(dom);
		return NULL;
	}
	memmove(s->v + i + 1, s->v + i, (s->n - i) * sizeof(*s->v));
	s->v[i] = (struct zx__item){ .id = id, .dom = dom };
	s->n++;
	return dom;
}

int zx__set_del(struct zx__set *s, uint64_t id)
{
	struct zx__item *item = zx__set_find(s, id);

	if (!item)
		return 0;
	cJSON_Delete(item->dom);
	memmove(item, item + 1,
		(size_t)(s->v + s->n - item - 1) * sizeof(*item));
	s->n--;
	return 1;
}

void zx__set_free(struct zx__set *s)
{
	for (size_t i = 0; i < s->n; i++)
		cJSON_Delete(s->v[i].dom);
	free(s->v);
	memset(s, 0, sizeof(*s));
}

cJSON *zx__set_array(const struct zx__set *s)
{
	cJSON *a = cJSON_CreateArray();

	for (size_t i = 0; i < s->n; i++)
		cJSON_AddItemToArray(a, zx__dup(s->v[i].dom));
	return a;
}
