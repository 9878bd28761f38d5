/* SPDX-License-Identifier: MIT
 *
 * Differences of two items, field by field. Both are canonical, so members
 * stand in the same order and equal values are equal texts.
 */
#include <string.h>

#include "guild/diff_int.h"

/* The item that is compared. */
struct pair {
	struct zx__diff *d;
	struct zx_change c;
};

static int value(struct pair *p, struct zx_str a, struct zx_str b);

static int aliased(const struct zx__diff *d, struct zx_str a, struct zx_str b)
{
	uint64_t ia, ib;

	if (!d->map_n || zx_json_kind(a) != ZX_JSON_STRING ||
	    zx_json_u64(a, &ia) || zx_json_u64(b, &ib))
		return 0;
	return zx__diff_aliased(d, ia, ib);
}

static int differs(struct pair *p, struct zx_str a, struct zx_str b)
{
	p->d->fields++;
	p->c.path = zx_buf_str(&p->d->path);
	p->c.from = a;
	p->c.to = b;
	if (p->d->path.err)
		return p->d->path.err;
	return p->d->change ? p->d->change(&p->c, p->d->ud) : ZX_OK;
}

/* Compares under a longer path. */
static int below(struct pair *p, struct zx_str step, struct zx_str a,
		 struct zx_str b)
{
	struct zx_buf *path = &p->d->path;
	size_t len = path->len;
	int err;

	if (len)
		zx_buf_addch(path, '.');
	zx_buf_adds(path, step);
	err = value(p, a, b);
	if (!path->err) {
		path->len = len;
		path->ptr[len] = '\0';
	}
	return err ? err : path->err;
}

static int order(struct zx_str a, struct zx_str b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int d = n ? memcmp(a.ptr, b.ptr, n) : 0;

	return d ? d : a.len < b.len ? -1 : a.len > b.len;
}

static int objects(struct pair *p, struct zx_str a, struct zx_str b)
{
	struct zx_json_iter ia = zx_json_each(a), ib = zx_json_each(b);
	int ga = zx_json_next(&ia), gb = zx_json_next(&ib), err = ZX_OK;
	int top = !p->d->path.len;

	while (!err && (ga || gb)) {
		int d = !ga ? 1 : !gb ? -1 : order(ia.key, ib.key);
		struct zx_str key = d > 0 ? ib.key : ia.key;
		struct zx_str none = { NULL, 0 };

		/* What differs in a matched item is not what it was matched by.
		 */
		if (!top ||
		    !(zx_str_is(key, "id") || zx_str_is(key, "sound_id") ||
		      zx_str_is(key, "guild_id")))
			err = below(p, key, d > 0 ? none : ia.value,
				    d < 0 ? none : ib.value);
		if (d <= 0)
			ga = zx_json_next(&ia);
		if (d >= 0)
			gb = zx_json_next(&ib);
	}
	return err;
}

static struct zx_str id_of(struct zx_str item)
{
	return zx_json_get(item, "id");
}

/* The element that means the same. */
static struct zx_str mate(const struct pair *p, struct zx_str list,
			  struct zx_str id, int from_a)
{
	struct zx_json_iter it = zx_json_each(list);

	while (zx_json_next(&it)) {
		struct zx_str other = id_of(it.value);

		if (zx_str_eq(other, id) || (from_a ? aliased(p->d, id, other)
						    : aliased(p->d, other, id)))
			return it.value;
	}
	return (struct zx_str){ NULL, 0 };
}

/* Lists of objects with ids, such as overwrites and tags. */
static int keyed(struct pair *p, struct zx_str a, struct zx_str b)
{
	struct zx_json_iter it = zx_json_each(a);
	struct zx_str none = { NULL, 0 };
	int err = ZX_OK;

	while (!err && zx_json_next(&it))
		err = below(p, zx_json_plain(id_of(it.value)), it.value,
			    mate(p, b, id_of(it.value), 1));
	it = zx_json_each(b);
	while (!err && zx_json_next(&it))
		if (!mate(p, a, id_of(it.value), 0).len)
			err = below(p, zx_json_plain(id_of(it.value)), none,
				    it.value);
	return err;
}

static int is_keyed(struct zx_str list)
{
	struct zx_json_iter it = zx_json_each(list);
	int n = 0;

	for (; zx_json_next(&it); n++)
		if (!zx_json_plain(id_of(it.value)).len)
			return 0;
	return n;
}

/* Two lists whose elements mean the same, in the same order or, being sorted by
 * ids that differ, in another. */
static int same_list(const struct pair *p, struct zx_str a, struct zx_str b)
{
	struct zx_json_iter ia = zx_json_each(a), ib = zx_json_each(b);
	size_t na = 0, nb = 0;

	while (zx_json_next(&ib))
		nb++;
	for (; zx_json_next(&ia); na++) {
		int found = 0;

		ib = zx_json_each(b);
		while (!found && zx_json_next(&ib))
			found = zx_str_eq(ia.value, ib.value) ||
				aliased(p->d, ia.value, ib.value);
		if (!found)
			return 0;
	}
	return na == nb && p->d->map_n;
}

static int value(struct pair *p, struct zx_str a, struct zx_str b)
{
	enum zx_json_kind ka = zx_json_kind(a), kb = zx_json_kind(b);

	if (zx_str_eq(a, b) || aliased(p->d, a, b))
		return ZX_OK;
	if (ka == ZX_JSON_OBJECT && kb == ZX_JSON_OBJECT)
		return objects(p, a, b);
	if (ka == ZX_JSON_ARRAY && kb == ZX_JSON_ARRAY) {
		if ((is_keyed(a) || is_keyed(b)) &&
		    (is_keyed(a) || zx_str_is(a, "[]")) &&
		    (is_keyed(b) || zx_str_is(b, "[]")))
			return keyed(p, a, b);
		if (same_list(p, a, b))
			return ZX_OK;
	}
	return differs(p, a, b);
}

int zx__diff_fields(struct zx__diff *d, enum zx_section s, struct zx_str a,
		    struct zx_str b)
{
	struct pair p = { .d = d,
			  .c = { .kind = ZX_CHANGE_FIELD,
				 .section = s,
				 .id = zx__diff_id(s, b),
				 .old_id = zx__diff_id(s, a),
				 .name = zx_json_get(b, "name") } };

	zx_buf_clear(&d->path);
	return value(&p, a, b);
}
