/* SPDX-License-Identifier: MIT
 *
 * Roles that keep permissions to the end, because the bot lives on them: nobody
 * may be given one before it has lost them.
 */
#include <stdio.h>

#include "guild/plan_int.h"

static uint64_t bits(const struct zx_plan *p, struct zx__piece body)
{
	return zx_json_get_u64(zx__plan_text(p, body), "permissions");
}

/* Role -> what it loses last. */
static int find(struct zx__planner *pl, struct zx_idmap *late)
{
	const struct zx_plan *p = pl->p;
	int err = ZX_OK;

	for (size_t i = 0; !err && i < p->n; i++) {
		const struct zx__op *op = &p->ops[i];

		if (op->phase == ZX_PHASE_OWN_ROLES)
			err = zx_idmap_put(late, ZX_ID_ROLE, op->snapshot_id,
					   bits(p, op->before) &
						   ~bits(p, op->body));
	}
	return err;
}

int zx__plan_own(struct zx__planner *pl)
{
	char names[128], text[ZX__PLAN_DETAIL];
	struct zx_idmap late;
	uint64_t most = 0;
	int err;

	zx_idmap_init(&late, pl->alloc);
	err = find(pl, &late);
	for (size_t i = 0; !err && late.n && i < pl->p->n; i++) {
		const struct zx__op *op = &pl->p->ops[i];

		if (op->act == ZX_ACT_MEMBER_ADD &&
		    op->snapshot_id != pl->opt->bot_user)
			most |= zx_idmap_get(&late, ZX_ID_ROLE, op->role);
	}
	zx_idmap_release(&late);
	if (err || !most)
		return err;
	snprintf(text, sizeof(text),
		 "The bot has %s only from roles that members are given before "
		 "they lose it: give it to the bot's own role.",
		 zx__bit_names(most, names, sizeof(names)));
	return zx__plan_trouble(pl->p, ZX_WHY_PRIVATE, ZX_SECTION_MEMBERS, most,
				1, text);
}
