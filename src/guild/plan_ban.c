/* SPDX-License-Identifier: MIT
 *
 * Bans: those of one reason together, up to 200 in a request.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guild/plan_int.h"

enum { BULK = 200, BULK_BITS = 1 << 2 | 1 << 5 };

struct ban {
	uint64_t id, hash;	      /* of the reason */
	size_t reason_at, reason_len; /* raw JSON in the text */
	size_t name_at, name_len;
};

struct bans {
	struct zx__planner *pl;
	struct zx_buf text;
	struct ban *v;
	size_t n, cap;
	uint32_t present;
};

static struct zx_str reason_of(const struct bans *b, const struct ban *ban)
{
	return (struct zx_str){ b->text.ptr + ban->reason_at, ban->reason_len };
}

static int keep(struct bans *b, uint64_t id, struct zx_str item)
{
	struct zx_str reason = zx_json_get(item, "reason");
	struct zx_str name = zx_json_get(item, "name");
	struct ban *v = b->v;

	if (b->n == b->cap) {
		size_t cap = b->cap ? 2 * b->cap : 64;

		v = zx_resize(b->pl->alloc, b->v, cap * sizeof(*v));
		if (!v)
			return ZX_E_NOMEM;
		b->v = v;
		b->cap = cap;
	}
	v = &b->v[b->n++];
	*v = (struct ban){ .id = id, .reason_at = b->text.len };
	if (zx_json_kind(reason) == ZX_JSON_STRING) {
		zx_buf_adds(&b->text, reason);
		v->reason_len = reason.len;
	}
	v->name_at = b->text.len;
	v->name_len = name.len;
	zx_buf_adds(&b->text, name);
	for (size_t i = 0; i < v->reason_len; i++)
		v->hash = zx__guild_mix(v->hash + (unsigned char)reason.ptr[i] +
					1);
	return b->text.err;
}

/* Moves a cursor on to the first id that is not smaller. */
static int advance(struct zx_guild_cursor *c, uint64_t *at, uint64_t id)
{
	struct zx_str item;
	int got = 1;

	while (*at < id && (got = zx_guild_next(c, &item)) > 0)
		*at = zx_json_get_u64(item, "id");
	if (!got)
		*at = UINT64_MAX;
	return got < 0 ? got : ZX_OK;
}

static int collect(struct bans *b, struct zx_guild_cursor *snap,
		   struct zx_guild_cursor *live, struct zx_guild_cursor *here)
{
	uint64_t banned = 0, member = 0;
	struct zx_str item;
	int got, err = ZX_OK;

	while (!err && (got = zx_guild_next(snap, &item)) != 0) {
		uint64_t id = got > 0 ? zx_json_get_u64(item, "id") : 0;

		err = got < 0 ? got : advance(live, &banned, id);
		if (!err)
			err = advance(here, &member, id);
		if (err)
			break;
		if (banned == id)
			b->pl->p->totals.same[ZX_SECTION_BANS]++;
		else if (member == id)
			b->present++;
		else
			err = keep(b, id, item);
	}
	return err;
}

static int load(struct bans *b)
{
	struct zx_guild_cursor c[3];
	int e[3], err;

	e[0] = zx_guild_cursor_init(&c[0], b->pl->snap, ZX_SECTION_BANS);
	e[1] = zx_guild_cursor_init(&c[1], b->pl->live, ZX_SECTION_BANS);
	e[2] = zx_guild_cursor_init(&c[2], b->pl->live, ZX_SECTION_MEMBERS);
	err = e[0] ? e[0] : e[1] ? e[1] : e[2];
	if (!err)
		err = collect(b, &c[0], &c[1], &c[2]);
	for (int i = 0; i < 3; i++)
		zx_guild_cursor_release(&c[i]);
	return err;
}

/* Several of one reason as one operation. */
static int add(struct bans *b, const struct ban *v, size_t n)
{
	struct zx__planner *pl = b->pl;
	struct zx_str reason = reason_of(b, v);
	char name[64];
	struct zx__new op = { .verb = ZX_VERB_CREATE,
			      .act = n > 1 ? ZX_ACT_BAN_BULK : ZX_ACT_BAN,
			      .section = ZX_SECTION_BANS,
			      .reason = ZX_WHY_MISSING,
			      .snapshot_id = n > 1 ? 0 : v->id,
			      .live_id = n > 1 ? 0 : v->id };

	zx__anew(pl, &pl->tmp);
	if (reason.len)
		zx_json_text(reason, &pl->tmp);
	op.detail = pl->tmp.len ? zx_buf_cstr(&pl->tmp) : NULL;
	op.name = (struct zx_str){ b->text.ptr + v->name_at, v->name_len };
	if (n > 1) {
		snprintf(name, sizeof(name), "\"%zu users\"", n);
		op.name = zx_str(name);
		zx__anew(pl, &pl->body);
		zx_buf_addc(&pl->body,
			    "{\"delete_message_seconds\":0,\"user_ids\":[");
		for (size_t i = 0; i < n; i++)
			zx_buf_addf(&pl->body, "%s\"%" PRIu64 "\"",
				    i ? "," : "", v[i].id);
		zx_buf_addc(&pl->body, "]}");
		op.body = zx_buf_str(&pl->body);
	}
	return pl->body.err ? pl->body.err : zx__plan_add(pl, &op, NULL);
}

static int by_hash(const void *a, const void *b)
{
	const struct ban *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash > y->hash ? 1 : -1;
	return (x->id > y->id) - (x->id < y->id);
}

static int by_reason(struct bans *b)
{
	size_t bulk = (b->pl->bits & BULK_BITS) == BULK_BITS ? BULK : 1;
	int err = ZX_OK;

	if (b->n)
		qsort(b->v, b->n, sizeof(*b->v), by_hash);
	for (size_t i = 0, n; !err && i < b->n; i += n) {
		for (n = 1; n < bulk && i + n < b->n &&
			    zx_str_eq(reason_of(b, &b->v[i + n]),
				      reason_of(b, &b->v[i]));)
			n++;
		err = add(b, b->v + i, n);
	}
	return err;
}

static int present(struct bans *b)
{
	char text[ZX__PLAN_DETAIL];
	struct zx__new n = { .verb = ZX_VERB_SKIP,
			     .section = ZX_SECTION_BANS,
			     .reason = ZX_WHY_PRESENT,
			     .detail = text };

	if (!b->present)
		return ZX_OK;
	snprintf(text, sizeof(text),
		 "%u of the banned are members again: they are not thrown out.",
		 (unsigned)b->present);
	return zx__plan_add(b->pl, &n, NULL);
}

/* One line for all instead of one for each of thousands. */
static int forbidden(struct zx__planner *pl)
{
	struct zx__new n = { .verb = ZX_VERB_CREATE,
			     .act = ZX_ACT_BAN,
			     .section = ZX_SECTION_BANS,
			     .reason = ZX_WHY_MISSING,
			     .name = ZX_STR("\"all bans\"") };

	return zx_guild_count(pl->snap, ZX_SECTION_BANS)
		       ? zx__plan_add(pl, &n, NULL)
		       : ZX_OK;
}

int zx__plan_bans(struct zx__planner *pl)
{
	struct bans b = { .pl = pl };
	int err;

	if (!zx__selected(pl, ZX_RESTORE_BANS))
		return ZX_OK;
	if (zx__acts[ZX_ACT_BAN].needs & ~pl->bits)
		return forbidden(pl);
	zx_buf_init(&b.text, pl->alloc, ZX__GUILD_BAG);
	err = load(&b);
	if (!err)
		err = by_reason(&b);
	if (!err)
		err = present(&b);
	zx_buf_release(&b.text);
	zx_delete(pl->alloc, b.v);
	return err;
}
