/* SPDX-License-Identifier: MIT
 *
 * The way back: what was made is deleted, what was changed becomes as it was,
 * from the last operation to the first.
 */
#include <string.h>

#include "guild/plan_int.h"

struct undo {
	const struct zx_plan *from;
	struct zx_plan *to;
	const struct zx_idmap *ids;
	int (*done)(uint32_t op, uint64_t *made, void *ud);
	void *ud;
	struct zx_idmap now; /* ids when the round was planned */
	/* What was made: it goes as a whole. And the place + 1 of the first
	 * operation that changed a thing. */
	struct zx_idmap made, first;
	/* What was there before, was deleted by others and made again: by the
	 * snapshot's id what stands for it now. It stays. */
	struct zx_idmap kept;
	struct zx__later later;
	struct zx_buf before;
};

static int was_made(const struct undo *u, uint64_t id)
{
	return zx_idmap_get(&u->made, ZX_ID_ROLE, id) != 0;
}

/* Of what is taken back in no order only the first change knows how it was; 0
 * for others. */
static uint64_t thing(const struct undo *u, const struct zx__op *op)
{
	uint64_t v = op->act;

	switch (op->act) {
	case ZX_ACT_ROLE_ORDER:
	case ZX_ACT_CHANNEL_ORDER:
		break;
	/* All that sets permissions: NARROW is taken back last. */
	case ZX_ACT_ROLE_NARROW:
	case ZX_ACT_ROLE_RAISE:
	case ZX_ACT_ROLE_UPDATE:
		if (!op->live_id ||
		    !zx_json_get(zx__plan_text(u->from, op->body),
				 "permissions")
			     .len)
			return 0;
		v = ZX_ACT_ROLE_NARROW ^ op->live_id << 8;
		break;
	case ZX_ACT_MEMBER_ADD:
	case ZX_ACT_MEMBER_REMOVE:
		v = zx__guild_mix(op->snapshot_id) ^ op->role << 8;
		break;
	case ZX_ACT_NICK:
		v ^= op->snapshot_id << 8;
		break;
	default:
		return 0;
	}
	return zx__guild_mix(v) | 1;
}

/* It was there when the first round was planned, and others deleted it. */
static int was_there(const struct undo *u, const struct zx__op *op)
{
	return zx_idmap_get(&u->from->ids, (enum zx_id_kind)op->kind,
			    op->snapshot_id) != 0;
}

/* An operation of the way back that is like the one it takes back. */
static struct zx__op *like(struct undo *u, const struct zx__op *op,
			   enum zx_verb verb, enum zx_act act,
			   enum zx_phase phase)
{
	struct zx__op *n = zx__plan_push(u->to);

	if (!n)
		return NULL;
	n->verb = (uint8_t)verb;
	n->act = (uint8_t)act;
	n->phase = (uint8_t)phase;
	n->section = op->section;
	n->reason = ZX_WHY_UNDO;
	n->kind = op->kind;
	n->snapshot_id = op->snapshot_id;
	n->live_id = zx_idmap_get(&u->kept, ZX_ID_ROLE, op->snapshot_id);
	if (!n->live_id)
		n->live_id = op->live_id;
	if (zx__plan_keep(u->to, zx__plan_text(u->from, op->name), &n->name))
		return NULL;
	return n;
}

static int image(struct undo *u, uint32_t from, uint32_t *to)
{
	const struct zx__image_ref *i;

	if (!from)
		return ZX_OK;
	i = &u->from->images[from - 1];
	return zx__plan_image(u->to, i->hash, i->type, to);
}

/* With what was there before as its body. */
static int revert(struct undo *u, const struct zx__op *op, enum zx_verb verb,
		  enum zx_act act, enum zx_phase phase)
{
	struct zx__op *n;
	int err;

	if (!op->before.len ||
	    zx_str_is(zx__plan_text(u->from, op->before), "[]"))
		return ZX_OK;
	zx_buf_clear(&u->before);
	if (!zx__later_before(&u->later, op, &u->before))
		return u->before.err;
	n = like(u, op, verb, act, phase);
	if (!n)
		return ZX_E_NOMEM;
	err = zx__plan_keep(u->to, zx_buf_str(&u->before), &n->body);
	return err ? err : image(u, op->before_image, &n->image);
}

static int remove_made(struct undo *u, const struct zx__op *op, uint64_t made)
{
	struct zx__op *n;

	if (!made)
		return ZX_OK;
	n = like(u, op, ZX_VERB_DELETE, ZX_ACT_DELETE, ZX_PHASE_UNDO_DELETE);
	if (!n)
		return ZX_E_NOMEM;
	n->live_id = made;
	n->snapshot_id = made;
	return ZX_OK;
}

/* A role that goes altogether need not be taken from anybody, and one that
 * others deleted while it was carried out nobody has. */
static int member(struct undo *u, const struct zx__op *op)
{
	int added = op->act == ZX_ACT_MEMBER_ADD;
	uint64_t known = zx_idmap_get(&u->now, ZX_ID_ROLE, op->role);
	struct zx__op *n;

	if (!known || was_made(u, known) ||
	    zx__later_had_not(&u->later, op, known))
		return ZX_OK;
	if (!zx_idmap_get(&u->to->ids, ZX_ID_ROLE, known))
		known = zx_idmap_get(&u->kept, ZX_ID_ROLE, op->role);
	if (!known)
		return ZX_OK;
	n = like(u, op, added ? ZX_VERB_REMOVE_ROLE : ZX_VERB_ADD_ROLE,
		 added ? ZX_ACT_MEMBER_REMOVE : ZX_ACT_MEMBER_ADD,
		 ZX_PHASE_UNDO_MEMBERS);
	if (!n)
		return ZX_E_NOMEM;
	n->role = known;
	return ZX_OK;
}

/* As the one operation that puts or deletes one. */
static int overwrite(struct undo *u, const struct zx__op *op)
{
	struct zx_str was = zx__plan_text(u->from, op->before);
	uint64_t role = op->role;
	size_t n = u->to->n;
	int err = revert(u, op, ZX_VERB_UPDATE, ZX_ACT_OVERWRITE,
			 ZX_PHASE_UNDO_SETTINGS);

	if (err || u->to->n == n)
		return err;
	if (zx_json_get_u64(was, "type") != 1)
		role = zx_idmap_get(u->ids ? u->ids : &u->from->ids, ZX_ID_ROLE,
				    op->role);
	/* What there was about a role that is gone went with it. */
	if (!role)
		u->to->n--;
	else
		u->to->ops[u->to->n - 1].role = role;
	return ZX_OK;
}

static int unban(struct undo *u, const struct zx__op *op, uint64_t id)
{
	struct zx__op *n =
		like(u, op, ZX_VERB_DELETE, ZX_ACT_UNBAN, ZX_PHASE_UNDO_DELETE);

	if (!n)
		return ZX_E_NOMEM;
	n->snapshot_id = n->live_id = id;
	return ZX_OK;
}

static int unban_all(struct undo *u, const struct zx__op *op)
{
	struct zx_json_iter it = zx_json_each(
		zx_json_get(zx__plan_text(u->from, op->body), "user_ids"));
	int err = ZX_OK;
	uint64_t id;

	while (!err && zx_json_next(&it))
		if (!zx_json_u64(it.value, &id))
			err = unban(u, op, id);
	return err;
}

/* Discord made it when the server became a community, and what it was is in
 * nobody's plan. */
static int adopted(struct undo *u, const struct zx__op *op)
{
	struct zx__op *n =
		like(u, op, ZX_VERB_IMPOSSIBLE, ZX_ACT_NONE, ZX_PHASE_NONE);

	if (!n)
		return ZX_E_NOMEM;
	n->reason = ZX_WHY_DISCORD;
	return zx__plan_keep(
		u->to,
		ZX_STR("Discord made this rule itself when the server became a "
		       "community: it stays as the restore set it."),
		&n->detail);
}

static int take_back(struct undo *u, const struct zx__op *op, uint64_t made)
{
	if (zx__acts[op->act].flags & ZX_PLAN_MAKES)
		return was_there(u, op) ? ZX_OK : remove_made(u, op, made);
	switch (op->act) {
	case ZX_ACT_ROLE_NARROW:
		return revert(u, op, ZX_VERB_UPDATE, ZX_ACT_ROLE_RAISE,
			      ZX_PHASE_UNDO_RAISE);
	case ZX_ACT_ROLE_RAISE:
		return revert(u, op, ZX_VERB_UPDATE, ZX_ACT_ROLE_UPDATE,
			      ZX_PHASE_UNDO_SETTINGS);
	case ZX_ACT_ROLE_ORDER:
	case ZX_ACT_CHANNEL_ORDER:
		return revert(u, op, ZX_VERB_ORDER, (enum zx_act)op->act,
			      ZX_PHASE_UNDO_RAISE);
	case ZX_ACT_MEMBER_ADD:
	case ZX_ACT_MEMBER_REMOVE:
		return member(u, op);
	case ZX_ACT_OVERWRITE:
	case ZX_ACT_OVERWRITE_OPEN:
		return overwrite(u, op);
	case ZX_ACT_AUTOMOD_ADOPT:
		return adopted(u, op);
	case ZX_ACT_NICK:
		return revert(u, op, ZX_VERB_UPDATE, ZX_ACT_NICK,
			      ZX_PHASE_UNDO_MEMBERS);
	case ZX_ACT_BAN:
		return unban(u, op, op->snapshot_id);
	case ZX_ACT_BAN_BULK:
		return unban_all(u, op);
	default:
		return revert(u, op, ZX_VERB_UPDATE, (enum zx_act)op->act,
			      ZX_PHASE_UNDO_SETTINGS);
	}
}

static int own(struct undo *u, const struct zx_idmap *from)
{
	const struct zx_idmap_pair *pair;
	size_t at = 0;
	int err = ZX_OK;

	while (!err && (pair = zx_idmap_next(from, &at)))
		err = zx_idmap_put(&u->to->ids, pair->kind, pair->to, pair->to);
	return err;
}

/* All of the server, as the last round found it and since, under its own ids.
 */
static int own_ids(struct undo *u)
{
	unsigned last = u->from->more_n;
	int err = own(u, last ? &u->from->more[last - 1].ids : &u->from->ids);

	return err || !u->ids ? err : own(u, u->ids);
}

static int look_through(struct undo *u)
{
	int err = ZX_OK;

	for (size_t i = 1; !err && i <= u->from->n; i++) {
		const struct zx__op *op = &u->from->ops[i - 1];
		uint64_t made = 0, key = thing(u, op);

		if (op->act == ZX_ACT_NONE ||
		    !u->done((uint32_t)i, &made, u->ud))
			continue;
		if (made)
			err = zx_idmap_put(&u->made, ZX_ID_ROLE, made, made);
		if (!err && made && was_there(u, op))
			err = zx_idmap_put(&u->kept, ZX_ID_ROLE,
					   op->snapshot_id, made);
		if (!err && key && !zx_idmap_get(&u->first, ZX_ID_ROLE, key))
			err = zx_idmap_put(&u->first, ZX_ID_ROLE, key, i);
	}
	return err;
}

static int one(struct undo *u, size_t i)
{
	const struct zx__op *op = &u->from->ops[i - 1];
	uint64_t made = 0, key = thing(u, op);
	/* Those go one after the other, back to the first. */
	int in_turn =
		op->act == ZX_ACT_ROLE_RAISE || op->act == ZX_ACT_ROLE_UPDATE;

	if (op->act == ZX_ACT_NONE || !u->done((uint32_t)i, &made, u->ud))
		return ZX_OK;
	if (key && !in_turn && zx_idmap_get(&u->first, ZX_ID_ROLE, key) != i)
		return ZX_OK;
	/* Made by one round and changed by another. */
	if (op->live_id && was_made(u, op->live_id))
		return ZX_OK;
	return take_back(u, op, made);
}

static int all(struct undo *u)
{
	unsigned k = zx_plan_rounds(u->from);
	size_t first, end;
	int err = own_ids(u);

	if (!err)
		err = look_through(u);
	while (!err && k--) {
		(void)zx_plan_round(u->from, k, &first, &end);
		zx_idmap_release(&u->now);
		zx_idmap_init(&u->now, u->from->alloc);
		err = zx__plan_round_ids(u->from, k, &u->now);
		for (size_t i = end; !err && i > first; i--)
			err = one(u, i);
	}
	return err ? err : u->to->text.err;
}

static struct zx_plan *empty(const struct zx_plan *p, const char *id)
{
	struct zx_plan *to = zx__plan_alloc(p->alloc);

	if (!to)
		return NULL;
	memcpy(to->id, id, sizeof(to->id));
	to->guild = to->source = p->guild;
	to->bot_user = p->bot_user;
	to->bot_role = p->bot_role;
	to->invoker = p->invoker;
	to->what = p->what;
	to->owner_is_bot = p->owner_is_bot;
	to->undo = 1;
	memcpy(to->rate_ms, p->rate_ms, sizeof(to->rate_ms));
	return to;
}

int zx_plan_undo(struct zx_plan **out, const struct zx_plan *p, const char *id,
		 const struct zx_idmap *ids,
		 int (*done)(uint32_t op, uint64_t *made, void *ud), void *ud)
{
	struct undo u = { .from = p, .ids = ids, .done = done, .ud = ud };
	int err;

	*out = NULL;
	if (p->undo)
		return ZX_E_STATE;
	if (!zx_guild_id_valid(zx_str(id)))
		return ZX_E_INVALID;
	u.to = empty(p, id);
	if (!u.to)
		return ZX_E_NOMEM;
	zx_idmap_init(&u.now, p->alloc);
	zx_idmap_init(&u.made, p->alloc);
	zx_idmap_init(&u.first, p->alloc);
	zx_idmap_init(&u.kept, p->alloc);
	zx_buf_init(&u.before, p->alloc, ZX__GUILD_ITEM);
	err = zx__later_init(&u.later, p);
	if (!err)
		err = all(&u);
	zx_idmap_release(&u.now);
	zx_idmap_release(&u.made);
	zx_idmap_release(&u.first);
	zx_idmap_release(&u.kept);
	zx__later_release(&u.later);
	zx_buf_release(&u.before);
	if (!err)
		err = zx__plan_finish(u.to);
	if (err) {
		zx_plan_free(u.to);
		return err;
	}
	*out = u.to;
	return ZX_OK;
}
