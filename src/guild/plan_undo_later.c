/* SPDX-License-Identifier: MIT
 *
 * What only a later round did, to what was there when the first was planned:
 * then it was as it should be, and others changed it while the restore ran. So
 * it was before the restore as the round set it, and stays so: what somebody
 * gave himself in between must not come back.
 */
#include <string.h>

#include "guild/plan_int.h"

/* Keys --------------------------------------------------------------------- */

static uint64_t field_key(const struct zx__op *op, struct zx_str word)
{
	return zx__guild_mix(zx__guild_mix(op->live_id) ^
			     zx__guild_mix_text(word.len, word)) |
	       1;
}

static uint64_t overwrite_key(const struct zx__op *op)
{
	return zx__guild_mix(zx__guild_mix(op->live_id) ^ op->role) | 1;
}

static uint64_t member_key(const struct zx__op *op)
{
	return zx__guild_mix(zx__guild_mix(op->snapshot_id) + op->role) | 1;
}

/* Said, but nothing was done about it: it was not as it should be. */
static uint64_t said_key(const struct zx__op *op)
{
	return zx__guild_mix(zx__guild_mix(op->snapshot_id) ^
			     (uint64_t)op->section << 32) |
	       1;
}

#define OVERWRITES ZX_STR("permission_overwrites")

/* Whose fields are looked at one by one. */
static int has_fields(const struct zx__op *op)
{
	return op->act == ZX_ACT_ROLE_NARROW || op->act == ZX_ACT_ROLE_RAISE ||
	       op->act == ZX_ACT_ROLE_UPDATE ||
	       op->act == ZX_ACT_CHANNEL_UPDATE ||
	       op->act == ZX_ACT_GUILD_UPDATE;
}

static int is_overwrite(const struct zx__op *op)
{
	return op->act == ZX_ACT_OVERWRITE || op->act == ZX_ACT_OVERWRITE_OPEN;
}

/* What was planned --------------------------------------------------------- */

static int note(struct zx__later *l, uint64_t key, unsigned round)
{
	return zx_idmap_get(&l->planned, ZX_ID_ROLE, key)
		       ? ZX_OK
		       : zx_idmap_put(&l->planned, ZX_ID_ROLE, key, 1 + round);
}

static int note_op(struct zx__later *l, const struct zx__op *op, unsigned round)
{
	struct zx_json_iter it = zx_json_each(zx__plan_text(l->p, op->before));
	int err = ZX_OK;

	if (op->act == ZX_ACT_NONE)
		return note(l, said_key(op), round);
	if (op->act == ZX_ACT_MEMBER_ADD || op->act == ZX_ACT_MEMBER_REMOVE)
		return note(l, member_key(op), round);
	if (is_overwrite(op)) {
		err = note(l, field_key(op, OVERWRITES), round);
		return err ? err : note(l, overwrite_key(op), round);
	}
	while (!err && has_fields(op) && zx_json_next(&it))
		err = note(l, field_key(op, it.key), round);
	return err;
}

int zx__later_init(struct zx__later *l, const struct zx_plan *p)
{
	const struct zx_idmap_pair *pair;
	size_t at = 0, first, end;
	int err = ZX_OK;

	l->p = p;
	zx_idmap_init(&l->there, p->alloc);
	zx_idmap_init(&l->planned, p->alloc);
	/* Nothing to be told apart. */
	if (!p->more_n)
		return ZX_OK;
	while (!err && (pair = zx_idmap_next(&p->ids, &at)))
		if (pair->to)
			err = zx_idmap_put(&l->there, ZX_ID_ROLE, pair->to, 1);
	for (unsigned k = 0; !err && k < p->more_n; k++) {
		(void)zx_plan_round(p, k, &first, &end);
		for (size_t i = first; !err && i < end; i++)
			err = note_op(l, &p->ops[i], k);
	}
	return err;
}

void zx__later_release(struct zx__later *l)
{
	zx_idmap_release(&l->there);
	zx_idmap_release(&l->planned);
}

/* What goes back ----------------------------------------------------------- */

static unsigned round_of(const struct zx__later *l, const struct zx__op *op)
{
	size_t place = (size_t)(op - l->p->ops);
	unsigned k = 0;

	while (k < l->p->more_n && place >= l->p->more[k].first)
		k++;
	return k;
}

static int before_it(const struct zx__later *l, uint64_t key, unsigned round)
{
	uint64_t at = zx_idmap_get(&l->planned, ZX_ID_ROLE, key);

	return at && at - 1 < round;
}

/* Of this thing all goes back that an operation changed. */
static int all_of(const struct zx__later *l, const struct zx__op *op,
		  unsigned round)
{
	return !round || before_it(l, said_key(op), round) ||
	       (op->live_id != l->p->guild &&
		!zx_idmap_get(&l->there, ZX_ID_ROLE, op->live_id));
}

int zx__later_before(const struct zx__later *l, const struct zx__op *op,
		     struct zx_buf *out)
{
	struct zx_str before = zx__plan_text(l->p, op->before);
	struct zx_json_iter it = zx_json_each(before);
	unsigned round = round_of(l, op);
	struct zx_json_writer j;
	int n = 0, bits = 0;

	if (all_of(l, op, round) || (!has_fields(op) && !is_overwrite(op)) ||
	    (is_overwrite(op) &&
	     (before_it(l, overwrite_key(op), round) ||
	      before_it(l, field_key(op, OVERWRITES), round)))) {
		zx_buf_adds(out, before);
		return !out->err;
	}
	zx_jw_init(&j, out);
	zx_jw_obj(&j, NULL);
	while (has_fields(op) && zx_json_next(&it)) {
		struct zx_str key = it.key;
		char name[64];

		if (!before_it(l, field_key(op, key), round) ||
		    key.len >= sizeof(name))
			continue;
		memcpy(name, key.ptr, key.len);
		name[key.len] = '\0';
		zx_jw_raw(&j, name, it.value);
		bits |= !strcmp(name, "permissions");
		n++;
	}
	zx_jw_obj_end(&j);
	/* Its look is taken back before it, by that of the earlier round. */
	return n && (bits || op->act != ZX_ACT_ROLE_NARROW) && !out->err;
}

int zx__later_had_not(const struct zx__later *l, const struct zx__op *op,
		      uint64_t role)
{
	unsigned round = round_of(l, op);

	return op->act == ZX_ACT_MEMBER_REMOVE && round &&
	       zx_idmap_get(&l->there, ZX_ID_ROLE, role) &&
	       !before_it(l, said_key(op), round) &&
	       !before_it(l, member_key(op), round);
}
