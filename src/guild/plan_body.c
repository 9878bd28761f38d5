/* SPDX-License-Identifier: MIT
 *
 * What is asked for, put together from an item's own fields.
 */
#include <string.h>

#include "guild/plan_int.h"

void zx__anew(struct zx__planner *pl, struct zx_buf *b)
{
	if (b->err && !pl->err)
		pl->err = b->err;
	zx_buf_clear(b);
}

void zx__plan_pick(struct zx_json_writer *j, struct zx_str item,
		   const char *const *keys)
{
	for (; *keys; keys++) {
		struct zx_str raw = zx_json_get(item, *keys);

		if (raw.len)
			zx_jw_raw(j, *keys, raw);
	}
}

/* {"key":raw}, so that the key says what the ids in it are of; in one order. */
static int wrapped(struct zx__planner *pl, struct zx_str key, struct zx_str raw,
		   const struct zx_idmap *ids, struct zx_buf *out)
{
	struct zx__mapping m = { .ids = ids,
				 .mentions = ids && pl->opt->mentions,
				 .sorted = 1 };
	struct zx_buf text;
	int err;

	zx_buf_init(&text, pl->alloc, ZX__GUILD_ITEM);
	zx__anew(pl, out);
	zx_buf_addf(&text, "{\"%.*s\":%.*s}", ZX_ARG(key), ZX_ARG(raw));
	err = text.err ? text.err : zx__map_json(&m, zx_buf_str(&text), out);
	zx_buf_release(&text);
	return err;
}

int zx__same(struct zx__planner *pl, struct zx_str key, struct zx_str a,
	     struct zx_str b)
{
	const struct zx_idmap *ids = pl->all.n ? &pl->all : &pl->p->ids;
	int err;

	if (!a.len || zx_str_is(a, "null"))
		return !a.len || !b.len || zx_str_is(b, "null");
	if (!b.len)
		return 0;
	err = wrapped(pl, key, a, ids, &pl->canon);
	if (!err)
		err = wrapped(pl, key, b, NULL, &pl->tmp);
	if (err == ZX_E_NOMEM)
		pl->err = err;
	return !err && zx_str_eq(zx_buf_str(&pl->canon), zx_buf_str(&pl->tmp));
}

int zx__pick_changed(struct zx__planner *pl, struct zx_json_writer *j,
		     struct zx_json_writer *before, struct zx_str item,
		     struct zx_str now, const char *const *keys)
{
	int n = 0;

	for (; *keys; keys++) {
		struct zx_str a = zx_json_get(item, *keys);
		struct zx_str b = zx_json_get(now, *keys);

		if (!a.len || zx__same(pl, zx_str(*keys), a, b))
			continue;
		zx_jw_raw(j, *keys, a);
		zx_jw_raw(before, *keys, b);
		n++;
	}
	return n;
}
