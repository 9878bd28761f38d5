/* SPDX-License-Identifier: MIT
 *
 * Making a plan: what is there, what is matched, and then each part in turn.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "guild/plan_int.h"

int zx__selected(const struct zx__planner *pl, unsigned what)
{
	return (pl->what & what) != 0;
}

/* Operations --------------------------------------------------------------- */

static int decoded(struct zx__planner *pl, struct zx_str raw,
		   struct zx__piece *out)
{
	struct zx_buf *b = &pl->p->text;

	out->at = (uint32_t)b->len;
	if (raw.len && zx_json_text(raw, b) == ZX_E_SYNTAX)
		return ZX_E_CORRUPT;
	out->len = (uint32_t)(b->len - out->at);
	return b->err;
}

/* Canonical, so that a plan is the same text again when it is read back. */
static int canonical(struct zx__planner *pl, struct zx_str json,
		     struct zx__piece *out)
{
	struct zx_buf *b = &pl->p->text;
	int err;

	if (!json.len)
		return ZX_OK;
	out->at = (uint32_t)b->len;
	err = zx_canon_buf(json, ZX_CANON_PLAIN, pl->alloc, b);
	out->len = (uint32_t)(b->len - out->at);
	return err ? err : b->err;
}

static int denied(struct zx__planner *pl, struct zx__new *n, char *text,
		  size_t size)
{
	uint64_t lacks = zx__acts[n->act].needs & ~pl->bits;
	char names[128];

	if (!lacks)
		return 0;
	snprintf(text, size, "The bot lacks %s.",
		 zx__bit_names(lacks, names, sizeof(names)));
	n->verb = ZX_VERB_IMPOSSIBLE;
	n->reason = ZX_WHY_PERMISSION;
	n->act = ZX_ACT_NONE;
	n->detail = text;
	n->body = n->before = (struct zx_str){ NULL, 0 };
	n->image = n->before_image = 0;
	return 1;
}

static int complain(struct zx__planner *pl, const struct zx__new *n,
		    uint64_t lacks)
{
	char names[128], text[ZX__PLAN_DETAIL];

	snprintf(text, sizeof(text),
		 "The bot lacks %s for %s: grant it, or leave that out.",
		 zx__bit_names(lacks, names, sizeof(names)),
		 zx_section_name(n->section));
	return zx__plan_trouble(pl->p, ZX_WHY_PERMISSION, n->section, lacks, 0,
				text);
}

static int keep(struct zx__planner *pl, const struct zx__new *n)
{
	struct zx__op *op = zx__plan_push(pl->p);
	int err;

	if (!op)
		return ZX_E_NOMEM;
	op->verb = (uint8_t)n->verb;
	op->act = (uint8_t)n->act;
	op->section = (uint8_t)n->section;
	op->phase =
		n->act && n->phase ? (uint8_t)n->phase : zx__acts[n->act].phase;
	op->kind = zx__acts[n->act].kind;
	op->reason = (uint8_t)n->reason;
	op->snapshot_id = n->snapshot_id;
	op->live_id = n->live_id;
	op->role = n->role;
	op->image = n->image;
	op->before_image = n->before_image;
	err = decoded(pl, n->name, &op->name);
	if (!err && n->detail)
		err = zx__plan_keep(pl->p, zx_str(n->detail), &op->detail);
	if (!err)
		err = canonical(pl, n->body, &op->body);
	if (!err)
		err = canonical(pl, n->before, &op->before);
	return err;
}

/* Writers go on when memory is out: what they wrote is then worth nothing. */
static int trouble(const struct zx__planner *pl)
{
	const struct zx_buf *const all[] = { &pl->body, &pl->before, &pl->tmp,
					     &pl->canon, &pl->p->text };

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (all[i]->err)
			return all[i]->err;
	return pl->err;
}

int zx__plan_add(struct zx__planner *pl, const struct zx__new *n, int *possible)
{
	uint64_t lacks = zx__acts[n->act].needs & ~pl->bits;
	struct zx__new copy = *n;
	char text[ZX__PLAN_DETAIL];
	int no = denied(pl, &copy, text, sizeof(text)), err = trouble(pl);

	if (err)
		return err;
	if (possible)
		*possible = !no && n->act != ZX_ACT_NONE;
	if (no)
		err = complain(pl, n, lacks);
	return err ? err : keep(pl, &copy);
}

int zx__limit_take(struct zx__planner *pl, enum zx_limit l)
{
	struct zx_plan_limit *at = &pl->p->limits[l];

	return at->used + ++at->adds <= at->max;
}

/* Not below the bot's highest role; of one position the lower id is higher. */
uint64_t zx__above_bot(const struct zx__planner *pl,
		       const struct zx__item *live_role)
{
	if (pl->owner == pl->opt->bot_user)
		return 0;
	if (!pl->opt->bot_role || live_role->id == pl->opt->bot_role)
		return 1;
	if (live_role->position != pl->bot_position)
		return live_role->position > pl->bot_position;
	return live_role->id < pl->opt->bot_role;
}

/* The setting -------------------------------------------------------------- */

static uint32_t count_channels(const struct zx__side *s)
{
	uint32_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += s->v[i].type < 10 || s->v[i].type > 12;
	return n;
}

static void limits(struct zx__planner *pl)
{
	static const uint32_t emojis[] = { 50, 100, 150, 250 };
	static const uint32_t stickers[] = { 5, 15, 30, 60 };
	static const uint32_t sounds[] = { 8, 24, 36, 48 };
	struct zx_plan_limit *l = pl->p->limits;
	const struct zx__side *e = &pl->l[ZX_SECTION_EMOJIS];

	l[ZX_LIMIT_ROLES].max = l[ZX_LIMIT_ROLES_48H].max = 250;
	l[ZX_LIMIT_ROLES].used = (uint32_t)pl->l[ZX_SECTION_ROLES].n;
	l[ZX_LIMIT_ROLES].used -= l[ZX_LIMIT_ROLES].used > 0;
	l[ZX_LIMIT_ROLES_48H].used = pl->opt->roles_made;
	l[ZX_LIMIT_CHANNELS].max = 500;
	l[ZX_LIMIT_CHANNELS].used = count_channels(&pl->l[ZX_SECTION_CHANNELS]);
	l[ZX_LIMIT_IN_CATEGORY].max = 50;
	l[ZX_LIMIT_EMOJIS].max = l[ZX_LIMIT_EMOJIS_ANIMATED].max =
		emojis[pl->tier];
	for (size_t i = 0; i < e->n; i++)
		if (!e->v[i].managed)
			l[zx_json_get_bool(e->v[i].text, "animated")
				  ? ZX_LIMIT_EMOJIS_ANIMATED
				  : ZX_LIMIT_EMOJIS]
				.used++;
	l[ZX_LIMIT_STICKERS].max = stickers[pl->tier];
	l[ZX_LIMIT_STICKERS].used = (uint32_t)pl->l[ZX_SECTION_STICKERS].n;
	l[ZX_LIMIT_SOUNDS].max = sounds[pl->tier];
	l[ZX_LIMIT_SOUNDS].used = (uint32_t)pl->l[ZX_SECTION_SOUNDBOARD].n;
	l[ZX_LIMIT_AUTOMOD].max = 6;
	l[ZX_LIMIT_WEBHOOKS].max = 15;
	l[ZX_LIMIT_EVENTS].max = 100;
	l[ZX_LIMIT_EVENTS].used = (uint32_t)pl->l[ZX_SECTION_EVENTS].n;
}

int zx__feature(const struct zx__planner *pl, const char *name)
{
	return zx__guild_feature(pl->lguild, name);
}

int zx__had_feature(const struct zx__planner *pl, const char *name)
{
	return zx__guild_feature(pl->sguild, name);
}

/* A text channel that is there or will be. */
static int will_be(struct zx__planner *pl, const char *key)
{
	uint64_t id = zx_json_get_u64(pl->sguild, key);
	struct zx__item *was = zx__side_find(&pl->s[ZX_SECTION_CHANNELS], id);

	return was && was->type == 0 &&
	       (zx__side_find(&pl->l[ZX_SECTION_CHANNELS], id) ||
		zx__selected(pl, ZX_RESTORE_CHANNELS));
}

static void setting(struct zx__planner *pl)
{
	const struct zx__item *bot =
		zx__side_find(&pl->l[ZX_SECTION_ROLES], pl->opt->bot_role);
	uint64_t tier = zx_json_get_u64(pl->lguild, "premium_tier");

	pl->tier = tier < 4 ? (int)tier : 3;
	pl->bot_position = bot ? bot->position : -1;
	pl->owner = pl->opt->owner ? pl->opt->owner
				   : zx_json_get_u64(pl->lguild, "owner_id");
	pl->admin = pl->owner == pl->opt->bot_user ||
		    pl->opt->bot_permissions & ZX__BIT_ADMIN;
	pl->bits = pl->admin ? UINT64_MAX : pl->opt->bot_permissions;
	pl->p->owner_is_bot = pl->owner == pl->opt->bot_user;
	pl->community = zx__feature(pl, "COMMUNITY");
	pl->will_community = pl->community ||
			     (zx__selected(pl, ZX_RESTORE_GUILD) && pl->admin &&
			      zx__had_feature(pl, "COMMUNITY") &&
			      will_be(pl, "rules_channel_id") &&
			      will_be(pl, "public_updates_channel_id"));
	limits(pl);
}

/* The whole ---------------------------------------------------------------- */

static int (*const parts[])(struct zx__planner *pl) = {
	zx__plan_unread,  zx__plan_roles,      zx__plan_channels,
	zx__plan_narrow,  zx__plan_role_order, zx__plan_channel_order,
	zx__plan_media,	  zx__plan_all_ids,    zx__plan_emojis_there,
	zx__plan_forums,  zx__plan_guild_item, zx__plan_images,
	zx__plan_members, zx__plan_own,	       zx__plan_bans,
	zx__plan_more,	  zx__plan_screens,    zx__plan_incomplete,
};

static int plan(struct zx__planner *pl)
{
	int err = zx__plan_load(pl);

	if (!err) {
		setting(pl);
		err = zx__plan_match(pl);
	}
	if (!err) {
		zx__channel_types(pl);
		err = zx__plan_match_channels(pl);
	}
	if (!err)
		err = zx__plan_known(pl);
	for (size_t i = 0; !err && i < sizeof(parts) / sizeof(*parts); i++)
		err = parts[i](pl);
	return err ? err : trouble(pl);
}

static int options(const struct zx_guild_reader *snapshot,
		   const struct zx_guild_reader *live,
		   const struct zx_restore_options *opt)
{
	uint64_t guild = opt->guild ? opt->guild : snapshot->guild;

	if (live->guild != guild || !opt->bot_user ||
	    !zx_guild_id_valid(zx_str(opt->id)))
		return ZX_E_INVALID;
	return ZX_OK;
}

static struct zx_plan *prepare(const struct zx_guild_reader *snapshot,
			       const struct zx_restore_options *opt)
{
	struct zx_plan *p = zx__plan_alloc(opt->alloc);

	if (!p)
		return NULL;
	memcpy(p->id, opt->id, sizeof(p->id));
	p->source = snapshot->guild;
	p->guild = opt->guild ? opt->guild : snapshot->guild;
	p->bot_user = opt->bot_user;
	p->bot_role = opt->bot_role;
	p->invoker = opt->invoker;
	p->what = opt->what ? opt->what : ZX_RESTORE_DEFAULT;
	p->role_sync = !!opt->role_sync;
	p->update = !!opt->update;
	p->mentions = !!opt->mentions;
	memcpy(p->rate_ms, opt->rate_ms, sizeof(p->rate_ms));
	return p;
}

static void release(struct zx__planner *pl)
{
	for (int i = 0; i < ZX_SECTION_COUNT; i++) {
		zx_buf_release(&pl->s[i].text);
		zx_buf_release(&pl->l[i].text);
		zx_delete(pl->alloc, pl->s[i].v);
		zx_delete(pl->alloc, pl->l[i].v);
	}
	zx_idmap_release(&pl->images);
	zx_idmap_release(&pl->all);
	zx_buf_release(&pl->body);
	zx_buf_release(&pl->before);
	zx_buf_release(&pl->canon);
	zx_buf_release(&pl->tmp);
	zx_delete(pl->alloc, pl);
}

static struct zx__planner *planner(struct zx_plan *p,
				   const struct zx_guild_reader *snapshot,
				   const struct zx_guild_reader *live,
				   const struct zx_restore_options *opt)
{
	struct zx__planner *pl = zx_new(opt->alloc, sizeof(*pl));

	if (!pl)
		return NULL;
	pl->p = p;
	pl->snap = snapshot;
	pl->live = live;
	pl->opt = opt;
	pl->alloc = opt->alloc;
	pl->what = p->what;
	pl->migration = p->guild != p->source;
	zx_idmap_init(&pl->images, opt->alloc);
	zx_idmap_init(&pl->all, opt->alloc);
	zx_buf_init(&pl->body, opt->alloc, ZX__GUILD_ITEM);
	zx_buf_init(&pl->before, opt->alloc, ZX__GUILD_ITEM);
	zx_buf_init(&pl->canon, opt->alloc, ZX__GUILD_ITEM);
	zx_buf_init(&pl->tmp, opt->alloc, ZX__GUILD_ITEM);
	for (int i = 0; i < ZX_SECTION_COUNT; i++) {
		zx_buf_init(&pl->s[i].text, opt->alloc, 0);
		zx_buf_init(&pl->l[i].text, opt->alloc, 0);
	}
	return pl;
}

int zx_plan_new(struct zx_plan **out, const struct zx_guild_reader *snapshot,
		const struct zx_guild_reader *live,
		const struct zx_restore_options *opt)
{
	struct zx_restore_options o = ZX_RESTORE_OPTIONS_INIT;
	struct zx__planner *pl;
	struct zx_plan *p;
	int err;

	*out = NULL;
	/* Of a program built when there were fewer. */
	memcpy(&o, opt, opt->size < sizeof(o) ? opt->size : sizeof(o));
	err = options(snapshot, live, &o);
	if (err)
		return err;
	p = prepare(snapshot, &o);
	pl = p ? planner(p, snapshot, live, &o) : NULL;
	if (!pl) {
		zx_plan_free(p);
		return ZX_E_NOMEM;
	}
	err = plan(pl);
	release(pl);
	if (!err)
		err = zx__plan_finish(p);
	if (err) {
		zx_plan_free(p);
		return err;
	}
	*out = p;
	return ZX_OK;
}
