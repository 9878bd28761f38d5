/* SPDX-License-Identifier: MIT
 *
 * What stands for what when a plan is made.
 */
#include <string.h>

#include "guild/plan_int.h"

static int know(struct zx__planner *pl, enum zx_section sec,
		enum zx_id_kind kind)
{
	struct zx__side *s = &pl->s[sec], *l = &pl->l[sec];
	int err = ZX_OK;

	for (size_t i = 0; !err && i < s->n; i++)
		if (s->v[i].mate && s->v[i].id)
			err = zx_idmap_put(&pl->p->ids, kind, s->v[i].id,
					   l->v[s->v[i].mate - 1].id);
	for (size_t i = 0; !err && i < l->n; i++)
		if (!l->v[i].mate && l->v[i].id)
			err = zx_idmap_put(&pl->p->ids, kind, l->v[i].id,
					   l->v[i].id);
	return err;
}

static struct zx_str tag_like(struct zx_str list, struct zx_str tag)
{
	struct zx_json_iter it = zx_json_each(list);
	struct zx_str found = { NULL, 0 };

	while (zx_json_next(&it)) {
		if (zx_str_eq(zx_json_get(it.value, "id"),
			      zx_json_get(tag, "id")))
			return it.value;
		if (!found.len && zx_str_eq(zx_json_get(it.value, "name"),
					    zx_json_get(tag, "name")))
			found = it.value;
	}
	return found;
}

static int know_tags(struct zx__planner *pl, const struct zx__item *forum)
{
	struct zx__item *live = zx__mate(pl, ZX_SECTION_CHANNELS, forum);
	struct zx_json_iter it =
		zx_json_each(zx_json_get(forum->text, "available_tags"));
	int err = ZX_OK;

	while (!err && live && zx_json_next(&it)) {
		struct zx_str is = tag_like(
			zx_json_get(live->text, "available_tags"), it.value);
		uint64_t from = zx_json_get_u64(it.value, "id");

		if (is.len && from)
			err = zx_idmap_put(&pl->p->ids, ZX_ID_TAG, from,
					   zx_json_get_u64(is, "id"));
	}
	return err;
}

int zx__plan_known(struct zx__planner *pl)
{
	struct zx__side *s = &pl->s[ZX_SECTION_CHANNELS];
	int err = know(pl, ZX_SECTION_ROLES, ZX_ID_ROLE);

	/* @everyone is everywhere, also when the snapshot does not say so. */
	if (!err)
		err = zx_idmap_put(&pl->p->ids, ZX_ID_ROLE, pl->p->source,
				   pl->p->guild);
	if (!err)
		err = know(pl, ZX_SECTION_CHANNELS, ZX_ID_CHANNEL);
	if (!err)
		err = know(pl, ZX_SECTION_EMOJIS, ZX_ID_EMOJI);
	if (!err)
		err = know(pl, ZX_SECTION_STICKERS, ZX_ID_STICKER);
	if (!err)
		err = know(pl, ZX_SECTION_SOUNDBOARD, ZX_ID_SOUND);
	if (!err)
		err = know(pl, ZX_SECTION_AUTOMOD, ZX_ID_AUTOMOD);
	if (!err)
		err = know(pl, ZX_SECTION_WEBHOOKS, ZX_ID_WEBHOOK);
	if (!err)
		err = know(pl, ZX_SECTION_EVENTS, ZX_ID_EVENT);
	for (size_t i = 0; !err && i < s->n; i++)
		err = know_tags(pl, &s->v[i]);
	return err;
}

/* What will be made is there for those that refer to it, though nobody knows
 * its id: 1 is nobody's. */
static int made(struct zx__planner *pl, enum zx_section sec,
		enum zx_id_kind kind)
{
	struct zx__side *s = &pl->s[sec];
	int err = ZX_OK;

	for (size_t i = 0; !err && i < s->n; i++)
		if (!s->v[i].mate && s->v[i].fate == ZX__FATE_MADE &&
		    s->v[i].id)
			err = zx_idmap_put(&pl->all, kind, s->v[i].id, 1);
	return err;
}

int zx__plan_all_ids(struct zx__planner *pl)
{
	int err = zx_plan_ids(pl->p, &pl->all);

	if (!err)
		err = made(pl, ZX_SECTION_ROLES, ZX_ID_ROLE);
	if (!err)
		err = made(pl, ZX_SECTION_CHANNELS, ZX_ID_CHANNEL);
	if (!err)
		err = made(pl, ZX_SECTION_EMOJIS, ZX_ID_EMOJI);
	return err;
}

int zx__plan_round_ids(const struct zx_plan *p, unsigned k,
		       struct zx_idmap *ids)
{
	const struct zx_idmap *from = k ? &p->more[k - 1].ids : &p->ids;
	const struct zx_idmap_pair *pair;
	size_t at = 0;
	int err = ZX_OK;

	while (!err && (pair = zx_idmap_next(from, &at)))
		err = zx_idmap_put(ids, pair->kind, pair->from, pair->to);
	return err;
}

int zx_plan_ids(const struct zx_plan *p, struct zx_idmap *ids)
{
	return zx__plan_round_ids(p, p->more_n, ids);
}
