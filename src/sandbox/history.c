/* SPDX-License-Identifier: MIT
 *
 * The messages of channels, in memory, bounded.
 */
#include <stdlib.h>

#include "sandbox/world_int.h"

static void freed(struct zx__msg *m)
{
	cJSON_Delete(m->dom);
	cJSON_Delete(m->reactors);
}

static size_t place(struct zx__world *w, uint64_t channel)
{
	size_t lo = 0, hi = w->history_count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (w->histories[mid].channel < channel)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static int room(struct zx__world *w)
{
	size_t cap = w->history_cap ? w->history_cap * 2 : 64;
	struct zx__history *v;

	if (w->history_count < w->history_cap)
		return ZX_OK;
	if (w->history_count >= ZX__MAX_HISTORIES)
		return ZX_E_LIMIT;
	v = realloc(w->histories, cap * sizeof(*v));
	if (!v)
		return ZX_E_NOMEM;
	w->histories = v;
	w->history_cap = cap;
	return ZX_OK;
}

struct zx__history *zx__history(struct zx__world *w, uint64_t channel, int make)
{
	size_t i = place(w, channel);

	if (i < w->history_count && w->histories[i].channel == channel)
		return &w->histories[i];
	if (!make || room(w) != ZX_OK)
		return NULL;
	memmove(w->histories + i + 1, w->histories + i,
		(w->history_count - i) * sizeof(*w->histories));
	w->histories[i] = (struct zx__history){ .channel = channel };
	w->history_count++;
	return &w->histories[i];
}

size_t zx__history_from(const struct zx__history *h, uint64_t id)
{
	size_t lo = 0, hi = h ? h->n : 0;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (h->v[mid].id < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static struct zx__msg *in(struct zx__history *h, uint64_t id)
{
	size_t i = zx__history_from(h, id);

	return h && i < h->n && h->v[i].id == id ? &h->v[i] : NULL;
}

struct zx__msg *zx__msg_find(struct zx__world *w, uint64_t channel, uint64_t id)
{
	return in(zx__history(w, channel, 0), id);
}

struct zx__msg *zx__msg_anywhere(struct zx__world *w, uint64_t id)
{
	for (size_t i = 0; i < w->history_count; i++) {
		struct zx__msg *m = in(&w->histories[i], id);

		if (m)
			return m;
	}
	return NULL;
}

static void drop_at(struct zx__history *h, size_t i)
{
	freed(&h->v[i]);
	memmove(h->v + i, h->v + i + 1, (h->n - i - 1) * sizeof(*h->v));
	h->n--;
}

static int grow(struct zx__history *h)
{
	size_t cap = h->cap ? h->cap * 2 : 8;
	struct zx__msg *v;

	if (h->n < h->cap)
		return ZX_OK;
	v = realloc(h->v, cap * sizeof(*v));
	if (!v)
		return ZX_E_NOMEM;
	h->v = v;
	h->cap = cap;
	return ZX_OK;
}

struct zx__msg *zx__msg_keep(struct zx__world *w, uint64_t channel, cJSON *dom)
{
	struct zx__history *h = zx__history(w, channel, 1);
	uint64_t id = zx__dom_id(dom, "id");
	size_t i;

	if (h && h->n >= ZX__MAX_HISTORY)
		drop_at(h, 0);
	if (!h || grow(h) != ZX_OK) {
		cJSON_Delete(dom);
		return NULL;
	}
	i = zx__history_from(h, id);
	memmove(h->v + i + 1, h->v + i, (h->n - i) * sizeof(*h->v));
	h->v[i] = (struct zx__msg){ .id = id, .dom = dom };
	h->n++;
	return &h->v[i];
}

void zx__msg_drop(struct zx__world *w, uint64_t channel, uint64_t id)
{
	struct zx__history *h = zx__history(w, channel, 0);
	struct zx__msg *m = in(h, id);

	if (m)
		drop_at(h, (size_t)(m - h->v));
}

void zx__histories_free(struct zx__world *w)
{
	for (size_t i = 0; i < w->history_count; i++) {
		for (size_t k = 0; k < w->histories[i].n; k++)
			freed(&w->histories[i].v[k]);
		free(w->histories[i].v);
	}
	free(w->histories);
	w->histories = NULL;
	w->history_count = w->history_cap = 0;
}
