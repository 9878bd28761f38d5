/* SPDX-License-Identifier: MIT
 *
 * Opening a channel whose overwrites go one by one. Whether all that closes it
 * is there is seen in the channel itself: whatever came in between, be it a
 * failure, a kill or somebody else, it is not opened too early.
 */
#include <inttypes.h>
#include <string.h>

#include "guild/plan_int.h"

int zx__overwrite_goes(const struct zx_plan *p, const struct zx__op *op)
{
	return !zx_json_get(zx__plan_text(p, op->body), "allow").len;
}

static struct zx_str list_of(const struct zx_plan *p, const struct zx__op *op)
{
	return zx_json_get(zx__plan_text(p, op->body), "permission_overwrites");
}

/* The last of this channel's, which has the list of all. */
static const struct zx__op *closing(const struct zx_plan *p,
				    const struct zx__op *op)
{
	uint64_t channel = op->snapshot_id;

	for (; op < p->ops + p->n; op++)
		if (op->act == ZX_ACT_OVERWRITE_OPEN &&
		    op->snapshot_id == channel && list_of(p, op).len)
			return op;
	return NULL;
}

static struct zx__overwrite one(struct zx_str o)
{
	return (struct zx__overwrite){
		.id = zx_json_get_u64(o, "id"),
		.allow = zx_json_get_u64(o, "allow"),
		.deny = zx_json_get_u64(o, "deny"),
		.member = zx_json_get_u64(o, "type") != 0,
		.there = zx_json_get(o, "allow").len > 0,
	};
}

static struct zx__overwrite find(struct zx_str list, uint64_t id)
{
	struct zx_json_iter it = zx_json_each(list);
	struct zx__overwrite none = { .id = id };

	while (zx_json_next(&it))
		if (zx_json_get_u64(it.value, "id") == id)
			return one(it.value);
	return none;
}

/* Allows no more, and denies no less. */
static int within(const struct zx__overwrite *is,
		  const struct zx__overwrite *want)
{
	uint64_t denied = want->deny & ~want->allow;

	return !(is->allow & ~want->allow) &&
	       !(denied & ~(is->deny & ~is->allow));
}

static int same(const struct zx__overwrite *is,
		const struct zx__overwrite *want)
{
	return is->allow == want->allow && is->deny == want->deny;
}

static uint64_t now_of(const struct zx_idmap *ids, uint64_t id, int member)
{
	return member ? id : zx_idmap_get(ids, ZX_ID_ROLE, id);
}

/* @everyone's is as it shall be, also when there shall be none. */
static int unlocked(const struct zx_plan *p, const struct zx__op *last,
		    const struct zx_idmap *ids, struct zx_str live)
{
	struct zx__overwrite want = find(list_of(p, last), p->source);
	struct zx__overwrite is = find(live, now_of(ids, p->source, 0));

	return same(&is, &want);
}

/* Whether all others but the bot's are as they must be before this one. Those
 * that finish the channel wait for all, not only for those that deny. */
static int others(const struct zx_plan *p, const struct zx__op *op,
		  const struct zx__op *last, const struct zx_idmap *ids,
		  struct zx_str live, uint64_t *missed)
{
	struct zx_json_iter it = zx_json_each(list_of(p, last));
	int all = op == last || op->role == p->source;

	while (zx_json_next(&it)) {
		struct zx__overwrite want = one(it.value), is;

		if (want.id == op->role || want.id == p->bot_user)
			continue;
		is = find(live, now_of(ids, want.id, want.member));
		if (all ? !same(&is, &want) : !within(&is, &want)) {
			*missed = want.id;
			return 0;
		}
	}
	*missed = p->source;
	return !all || op->role == p->source || unlocked(p, last, ids, live);
}

int zx__overwrite_open(const struct zx_plan *p, const struct zx__op *op,
		       const struct zx_idmap *ids, struct zx_str answer,
		       struct zx_plan_request *r)
{
	struct zx__overwrite want = one(zx__plan_text(p, op->body)), is;
	const struct zx__op *last = closing(p, op);
	struct zx_str live = zx_json_get(answer, "permission_overwrites");
	uint64_t id = now_of(ids, op->role, want.member);

	/* Without its own overwrite the bot may not see the channel. */
	if (op == last && op->role == p->bot_user && zx_str_is(answer, "null"))
		return 0;
	if (zx_json_kind(live) != ZX_JSON_ARRAY) {
		r->method = ZX_PLAN_GET;
		return 1;
	}
	if (!id || !last) {
		r->missed = op->role;
		r->missed_kind = ZX_ID_ROLE;
		return ZX_E_NOTFOUND;
	}
	is = find(live, id);
	if (is.there == want.there && same(&is, &want))
		return 0;
	if (!others(p, op, last, ids, live, &r->missed))
		return ZX_E_STATE;
	r->method = want.there ? ZX_PLAN_PUT : ZX_PLAN_DELETE;
	zx_buf_addf(&r->text, "/permissions/%" PRIu64, id);
	return r->text.err ? r->text.err : 1;
}
