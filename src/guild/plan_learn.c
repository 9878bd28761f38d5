/* SPDX-License-Identifier: MIT
 *
 * What answers tell: the ids of what was made, and whether something is it.
 */
#include <string.h>

#include "guild/plan_int.h"

static const struct zx__op *makes(const struct zx_plan *p, uint32_t op)
{
	const struct zx__op *o = op && op <= p->n ? &p->ops[op - 1] : NULL;

	return o && zx__acts[o->act].flags & ZX_PLAN_MAKES ? o : NULL;
}

static uint64_t id_of(const struct zx__op *op, struct zx_str object)
{
	return zx_json_get_u64(
		object, op->act == ZX_ACT_SOUND_CREATE ? "sound_id" : "id");
}

/* The tag of the same name, the k-th of them. */
static uint64_t tag(struct zx_str list, struct zx_str name, int k)
{
	struct zx_json_iter it = zx_json_each(list);

	while (zx_json_next(&it))
		if (zx_str_eq(zx_json_get(it.value, "name"), name) && !k--)
			return zx_json_get_u64(it.value, "id");
	return 0;
}

static int
tags(struct zx_str wanted, struct zx_str got, const struct zx_alloc *a,
     int (*pair)(enum zx_id_kind kind, uint64_t from, uint64_t to, void *ud),
     void *ud)
{
	struct zx_json_iter it = zx_json_each(wanted);
	struct zx_buf canon;
	int err;

	/* Names are compared as they are written: the same way, that is. */
	zx_buf_init(&canon, a, 0);
	err = got.len ? zx_canon_buf(got, ZX_CANON_PLAIN, a, &canon) : ZX_OK;
	while (!err && zx_json_next(&it)) {
		struct zx_str name = zx_json_get(it.value, "name");
		struct zx_json_iter before = zx_json_each(wanted);
		uint64_t from = zx_json_get_u64(it.value, "id"), to;
		int k = 0;

		while (zx_json_next(&before) &&
		       before.value.ptr != it.value.ptr)
			k += zx_str_eq(zx_json_get(before.value, "name"), name);
		to = tag(zx_buf_str(&canon), name, k);
		if (from && to)
			err = pair(ZX_ID_TAG, from, to, ud);
	}
	zx_buf_release(&canon);
	return err;
}

int zx_plan_learn(const struct zx_plan *p, uint32_t op, struct zx_str answer,
		  int (*pair)(enum zx_id_kind kind, uint64_t from, uint64_t to,
			      void *ud),
		  void *ud)
{
	const struct zx__op *o = makes(p, op);
	uint64_t id;
	int err;

	if (!o)
		return ZX_E_INVALID;
	id = id_of(o, answer);
	if (!id)
		return ZX_E_SYNTAX;
	err = pair((enum zx_id_kind)o->kind, o->snapshot_id, id, ud);
	if (!err && o->kind == ZX_ID_CHANNEL)
		err = tags(zx_json_get(zx__plan_text(p, o->body),
				       "available_tags"),
			   zx_json_get(answer, "available_tags"), p->alloc,
			   pair, ud);
	return err;
}

int zx_plan_list_path(const struct zx_plan *p, uint32_t op,
		      const struct zx_idmap *ids, struct zx_buf *out)
{
	const struct zx__op *o = makes(p, op);
	struct zx_str none = { NULL, 0 };
	struct zx_plan_request r;
	struct zx__op bare;
	struct zx_plan one = *p;
	int err;

	if (!o)
		return ZX_OK;
	/* It is made where it is listed. */
	bare = *o;
	bare.image = 0;
	bare.body.len = 0;
	one.ops = &bare;
	one.n = 1;
	zx_plan_request_init(&r, p->alloc);
	err = zx_plan_request(&one, 1, ids, NULL, none, &r);
	if (err > 0)
		zx_buf_adds(out, r.path);
	zx_plan_request_release(&r);
	return err < 0 ? err : out->err;
}

/* As Discord writes the names of text channels. */
static char channel_letter(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	return c == ' ' ? '-' : c;
}

static int same_name(struct zx_str want, struct zx_str got, int channel)
{
	if (!channel || zx_str_eq(want, got))
		return zx_str_eq(want, got);
	if (want.len != got.len)
		return 0;
	for (size_t i = 0; i < want.len; i++)
		if (channel_letter(want.ptr[i]) != channel_letter(got.ptr[i]))
			return 0;
	return 1;
}

static int same_text(const struct zx_plan *p, const struct zx__op *o,
		     struct zx_str object)
{
	struct zx_buf name;
	int same;

	zx_buf_init(&name, p->alloc, 4096);
	same = !zx_json_text(zx_json_get(object, "name"), &name) &&
	       same_name(zx__plan_text(p, o->name), zx_buf_str(&name),
			 o->kind == ZX_ID_CHANNEL);
	zx_buf_release(&name);
	return same;
}

static int same_channel(const struct zx_plan *p, const struct zx__op *o,
			const struct zx_idmap *ids, struct zx_str object)
{
	struct zx_str want = zx__plan_text(p, o->body);
	uint64_t parent = zx_json_get_u64(want, "parent_id");

	return zx_json_get_u64(want, "type") ==
		       zx_json_get_u64(object, "type") &&
	       zx_idmap_get(ids, ZX_ID_CHANNEL, parent) ==
		       zx_json_get_u64(object, "parent_id");
}

int zx_plan_is(const struct zx_plan *p, uint32_t op, const struct zx_idmap *ids,
	       struct zx_str object)
{
	const struct zx__op *o = makes(p, op);

	if (!o || !id_of(o, object) || !same_text(p, o, object))
		return 0;
	switch (o->kind) {
	case ZX_ID_ROLE:
		return !zx_json_get_bool(object, "managed") &&
		       !zx_json_get_u64(object, "permissions");
	case ZX_ID_CHANNEL:
		return same_channel(p, o, ids, object);
	case ZX_ID_AUTOMOD:
		return zx_json_get_u64(zx__plan_text(p, o->body),
				       "trigger_type") ==
		       zx_json_get_u64(object, "trigger_type");
	case ZX_ID_WEBHOOK:
		return zx_json_get_u64(object, "channel_id") ==
		       zx_idmap_get(ids, ZX_ID_CHANNEL, o->role);
	default:
		return 1;
	}
}
