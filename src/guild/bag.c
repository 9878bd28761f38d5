/* SPDX-License-Identifier: MIT
 *
 * Bags: the items of a section until all are there and can be sorted.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "guild/writer_int.h"

/* More of them than Discord lets a server have, with room to grow. */
static size_t ceiling(enum zx_section s)
{
	switch (s) {
	case ZX_SECTION_ROLES:
	case ZX_SECTION_EVENTS:
	case ZX_SECTION_SOUNDBOARD:
	case ZX_SECTION_STICKERS:
		return 1000;
	case ZX_SECTION_CHANNELS:
	case ZX_SECTION_EMOJIS:
	case ZX_SECTION_WEBHOOKS:
		return 2000;
	case ZX_SECTION_AUTOMOD:
		return 100;
	case ZX_SECTION_IMAGES:
		return ZX__GUILD_IMAGES;
	case ZX_SECTION_INCOMPLETE:
		return ZX__GUILD_MISSING;
	default:
		return 1;
	}
}

static int room(const struct zx_alloc *a, struct zx__bag *b)
{
	size_t cap = b->cap ? 2 * b->cap : 32;
	struct zx__entry *v;

	if (b->n < b->cap)
		return ZX_OK;
	v = zx_resize(a, b->v, cap * sizeof(*v));
	if (!v)
		return ZX_E_NOMEM;
	b->v = v;
	b->cap = cap;
	return ZX_OK;
}

int zx__bag_hold(const struct zx_alloc *a, struct zx__bag *b, uint64_t id,
		 size_t at)
{
	if (b->text.err)
		return b->text.err;
	if (room(a, b))
		return ZX_E_NOMEM;
	b->v[b->n++] = (struct zx__entry){ id, at, b->text.len - at };
	return ZX_OK;
}

int zx__bag_add(struct zx_guild_writer *w, enum zx_section s, uint64_t id,
		struct zx_str item)
{
	struct zx__bag *b = &w->bag[s];
	size_t at = b->text.len;

	if (b->n >= ceiling(s))
		return zx__writer_fail(w, ZX_E_LIMIT,
				       "%s: more than %zu of them",
				       zx_section_name(s), ceiling(s));
	zx_buf_adds(&b->text, item);
	return zx__bag_hold(w->alloc, b, id, at);
}

struct zx_str zx__bag_text(const struct zx__bag *b, size_t i)
{
	return (struct zx_str){ b->text.ptr + b->v[i].at, b->v[i].len };
}

static int before(const struct zx__bag *b, size_t i, size_t k)
{
	struct zx_str x = zx__bag_text(b, i), y = zx__bag_text(b, k);
	size_t n = x.len < y.len ? x.len : y.len;
	int d;

	if (b->v[i].id != b->v[k].id)
		return b->v[i].id < b->v[k].id;
	d = memcmp(x.ptr, y.ptr, n);
	return d ? d < 0 : x.len < y.len;
}

/* Heap sort: qsort() cannot see the text, and a stranger's order must not make
 * it slow. */
static void sift(struct zx__bag *b, size_t i, size_t n)
{
	for (size_t k = 2 * i + 1; k < n; k = 2 * i + 1) {
		struct zx__entry t;

		if (k + 1 < n && before(b, k, k + 1))
			k++;
		if (!before(b, i, k))
			return;
		t = b->v[i];
		b->v[i] = b->v[k];
		b->v[k] = t;
		i = k;
	}
}

void zx__bag_sort(struct zx__bag *b)
{
	for (size_t i = b->n / 2; i > 0; i--)
		sift(b, i - 1, b->n);
	for (size_t n = b->n; n > 1; n--) {
		struct zx__entry t = b->v[0];

		b->v[0] = b->v[n - 1];
		b->v[n - 1] = t;
		sift(b, 0, n - 1);
	}
}

/* Many things may be said about one image or fault; an object is there once. */
static int unique(enum zx_section s)
{
	return s != ZX_SECTION_IMAGES && s != ZX_SECTION_INCOMPLETE;
}

int zx__bag_empty(struct zx_guild_writer *w, enum zx_section s)
{
	struct zx__bag *b = &w->bag[s];
	int err = ZX_OK;

	zx__bag_sort(b);
	for (size_t i = 0; !err && i < b->n; i++) {
		int again = i && b->v[i].id == b->v[i - 1].id &&
			    (unique(s) || zx_str_eq(zx__bag_text(b, i),
						    zx__bag_text(b, i - 1)));

		if (again && unique(s) && w->strict)
			return zx__writer_fail(w, ZX_E_EXISTS,
					       "%s: %" PRIu64 " is there twice",
					       zx_section_name(s), b->v[i].id);
		if (!again)
			err = zx__lane_add(w, s, b->v[i].id,
					   zx__bag_text(b, i));
	}
	zx_buf_release(&b->text);
	zx_delete(w->alloc, b->v);
	b->v = NULL;
	b->n = b->cap = 0;
	return err;
}

static size_t find(const struct zx__bag *b, uint64_t id)
{
	size_t low = 0, high = b->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (b->v[mid].id < id)
			low = mid + 1;
		else
			high = mid;
	}
	return low < b->n && b->v[low].id == id ? low : b->n;
}

/* A parent is a category and a category has none: so there is no cycle. */
int zx__bag_check_channels(struct zx_guild_writer *w)
{
	struct zx__bag *b = &w->bag[ZX_SECTION_CHANNELS];

	zx__bag_sort(b);
	for (size_t i = 0; i < b->n; i++) {
		struct zx_str c = zx__bag_text(b, i);
		uint64_t parent = zx_json_get_u64(c, "parent_id");
		size_t p = parent ? find(b, parent) : b->n;

		if (parent && zx_json_get_u64(c, "type") == 4)
			return zx__writer_fail(w, ZX_E_CORRUPT,
					       "channels: category %" PRIu64
					       " stands inside another channel",
					       b->v[i].id);
		if (p < b->n &&
		    zx_json_get_u64(zx__bag_text(b, p), "type") != 4)
			return zx__writer_fail(
				w, ZX_E_CORRUPT,
				"channels: %" PRIu64
				" stands inside one that is no category",
				b->v[i].id);
	}
	return ZX_OK;
}
