/* SPDX-License-Identifier: MIT
 *
 * Roles that are there: permissions are taken away before a channel is made and
 * given when all are there.
 */
#include <stdio.h>
#include <string.h>

#include "guild/plan_int.h"

/* What of it can be as it was: the rest would differ for ever. */
static const char *const *look(const struct zx__planner *pl)
{
	static const char *const keys[] = {
		"unicode_emoji", "colors", "color", "hoist",
		"mentionable",	 "name",   NULL
	};
	static const char *const no_emoji[] = { "colors",      "color", "hoist",
						"mentionable", "name",	NULL };
	static const char *const no_colors[] = { "unicode_emoji", "color",
						 "hoist",	  "mentionable",
						 "name",	  NULL };

	if (!zx__feature(pl, "ENHANCED_ROLE_COLORS"))
		return zx__feature(pl, "ROLE_ICONS") ? no_colors : no_emoji + 1;
	return zx__feature(pl, "ROLE_ICONS") ? keys : no_emoji;
}

static uint64_t perms(const struct zx__item *role)
{
	return zx_json_get_u64(role->text, "permissions");
}

static int is_everyone(const struct zx__planner *pl,
		       const struct zx__item *live)
{
	return live->id == pl->p->guild;
}

/* How a role that is there is brought back, as far as it has to be. */
struct change {
	struct zx__item *role, *live;
	uint64_t narrow, target; /* permissions before the channels, after */
	uint64_t own; /* that the bot has from it, and needs until the end */
	int look;     /* fields besides */
	uint32_t icon, icon_now; /* images; icon 0: it is as it was */
};

static int protest(struct zx__planner *pl, const struct change *c,
		   enum zx_why why, int blocks)
{
	static const char high[] =
		"Roles that are not below the bot's stay as they are: move the "
		"bot's role above them.";
	static const char open[] =
		"A role that is not below the bot's sees more channels than in "
		"the snapshot: move the bot's role above it.";
	static const char bits[] =
		"Roles with permissions that the bot does not have keep the "
		"permissions they have: give the bot Administrator.";
	struct zx__new n = { .verb = ZX_VERB_IMPOSSIBLE,
			     .section = ZX_SECTION_ROLES,
			     .reason = why,
			     .snapshot_id = c->role->id,
			     .live_id = c->live->id,
			     .name = c->role->name };
	int err = zx__plan_add(pl, &n, NULL);

	if (err)
		return err;
	return zx__plan_trouble(pl->p, why, ZX_SECTION_ROLES, 0, blocks,
				why == ZX_WHY_BITS ? bits
				: blocks	   ? open
						   : high);
}

static uint32_t icon_of(struct zx__planner *pl, const struct zx__item *role,
			int live)
{
	struct zx_str hash = zx_json_plain(zx_json_get(role->text, "icon"));
	uint64_t size;
	char key[160];

	if (!hash.len)
		return 0;
	snprintf(key, sizeof(key), "role-icons/%llu/%.*s",
		 (unsigned long long)role->id, ZX_ARG(hash));
	return zx__image_of(pl, zx_str(key), live, &size);
}

/* Another hash may be of the same bytes. */
static void icon(struct zx__planner *pl, struct change *c)
{
	if (!zx__feature(pl, "ROLE_ICONS") || is_everyone(pl, c->live) ||
	    zx_str_eq(zx_json_get(c->role->text, "icon"),
		      zx_json_get(c->live->text, "icon")))
		return;
	c->icon = icon_of(pl, c->role, 0);
	c->icon_now = icon_of(pl, c->live, 1);
	if (c->icon && c->icon_now &&
	    !memcmp(pl->p->images[c->icon - 1].hash,
		    pl->p->images[c->icon_now - 1].hash, ZX_HASH))
		c->icon = 0;
}

/* `phase` NONE: that of the act. Of ROLE_UPDATE the permissions stay as they
 * are unless it comes last. */
static int change(struct zx__planner *pl, const struct change *c,
		  enum zx_act act, enum zx_phase phase, enum zx_why why,
		  uint64_t bits, int with_look)
{
	struct zx__new n = { .verb = ZX_VERB_UPDATE,
			     .act = act,
			     .phase = phase,
			     .section = ZX_SECTION_ROLES,
			     .reason = why,
			     .snapshot_id = c->role->id,
			     .live_id = c->live->id,
			     .name = c->role->name };
	uint64_t now = phase			  ? c->target | c->own
		       : act == ZX_ACT_ROLE_RAISE ? c->narrow
						  : perms(c->live);
	struct zx_json_writer j, b;

	zx__anew(pl, &pl->body);
	zx__anew(pl, &pl->before);
	zx_jw_init(&j, &pl->body);
	zx_jw_init(&b, &pl->before);
	zx_jw_obj(&j, NULL);
	zx_jw_obj(&b, NULL);
	if (with_look)
		zx__pick_changed(pl, &j, &b, c->role->text, c->live->text,
				 look(pl));
	if (with_look && c->icon) {
		n.image = c->icon;
		n.before_image = c->icon_now;
	}
	if (n.image && !n.before_image)
		zx_jw_null(&b, "icon");
	if (phase)
		n.detail = "The bot has permissions from it: they go when "
			   "everything else is done.";
	if (act != ZX_ACT_ROLE_UPDATE || phase) {
		zx_jw_id(&j, "permissions", bits);
		zx_jw_id(&b, "permissions", now);
	}
	zx_jw_obj_end(&j);
	zx_jw_obj_end(&b);
	n.body = zx_buf_str(&pl->body);
	n.before = zx_buf_str(&pl->before);
	return zx__plan_add(pl, &n, NULL);
}

/* As few requests as there have to be: the look goes along. */
static int changes(struct zx__planner *pl, const struct change *c)
{
	uint64_t now = perms(c->live);
	uint64_t most = c->target | c->own;
	int narrows = c->narrow != now, raises = most != c->narrow;
	int looks = c->look, err = ZX_OK;

	if (narrows)
		err = change(pl, c, ZX_ACT_ROLE_NARROW, ZX_PHASE_NONE,
			     now & ~c->narrow & (ZX__BIT_VIEW | ZX__BIT_ADMIN)
				     ? ZX_WHY_PRIVATE
				     : ZX_WHY_CHANGED,
			     c->narrow, looks);
	else if (looks && !raises && !c->own)
		err = change(pl, c, ZX_ACT_ROLE_UPDATE, ZX_PHASE_NONE,
			     ZX_WHY_CHANGED, 0, 1);
	looks &= !narrows;
	if (!err && raises)
		err = change(pl, c, ZX_ACT_ROLE_RAISE, ZX_PHASE_NONE,
			     ZX_WHY_RAISE, most, looks);
	looks &= !raises;
	if (!err && c->own)
		err = change(pl, c, ZX_ACT_ROLE_UPDATE, ZX_PHASE_OWN_ROLES,
			     ZX_WHY_CHANGED, c->target, looks);
	return err;
}

static int looks_changed(struct zx__planner *pl, const struct change *c)
{
	struct zx_json_writer j, b;
	int n;

	if (is_everyone(pl, c->live))
		return 0;
	zx__anew(pl, &pl->body);
	zx__anew(pl, &pl->before);
	zx_jw_init(&j, &pl->body);
	zx_jw_init(&b, &pl->before);
	zx_jw_obj(&j, NULL);
	zx_jw_obj(&b, NULL);
	n = zx__pick_changed(pl, &j, &b, c->role->text, c->live->text,
			     look(pl));
	return n > 0;
}

static int everyone_sees(struct zx__planner *pl)
{
	const struct zx__item *e =
		zx__side_find(&pl->s[ZX_SECTION_ROLES], pl->p->source);

	return !e || perms(e) & ZX__BIT_VIEW;
}

/* Permissions that would show channels which the snapshot hides. */
static uint64_t shows(struct zx__planner *pl, const struct change *c)
{
	uint64_t more = perms(c->live) & ~perms(c->role);

	if (!pl->channels_made ||
	    !zx_json_get(c->role->text, "permissions").len)
		return 0;
	if (is_everyone(pl, c->live))
		return more & (ZX__BIT_VIEW | ZX__BIT_ADMIN);
	return everyone_sees(pl) ? 0 : more & ZX__BIT_VIEW;
}

static int rewinds(const struct zx__planner *pl, const struct change *c)
{
	if (!zx__selected(pl, ZX_RESTORE_ROLES) || c->role->managed)
		return 0;
	return pl->opt->role_sync ||
	       (is_everyone(pl, c->live) && pl->migration);
}

static void decide_bits(struct zx__planner *pl, struct change *c, uint64_t open)
{
	uint64_t now = perms(c->live), want = perms(c->role);

	c->narrow = c->target = now & ~open;
	if (!rewinds(pl, c) || !zx_json_get(c->role->text, "permissions").len)
		return;
	/* What the bot has not, it can neither give nor leave there. */
	if (now & want & ~pl->bits)
		return;
	c->target = want & pl->bits;
	c->narrow = now & c->target;
}

/* The bot's own ------------------------------------------------------------ */

static int known(const struct zx__planner *pl)
{
	return pl->opt->bot_roles.len > 0;
}

static int listed(const struct zx__planner *pl, uint64_t id)
{
	struct zx_json_iter it = zx_json_each(pl->opt->bot_roles);
	uint64_t one;

	while (zx_json_next(&it))
		if (!zx_json_u64(it.value, &one) && one == id)
			return 1;
	return 0;
}

static int is_bots(const struct zx__planner *pl, const struct zx__item *live)
{
	return is_everyone(pl, live) || live->id == pl->opt->bot_role ||
	       listed(pl, live->id);
}

/* What a role of the server has once everything was taken that is taken. */
static uint64_t rest_of(struct zx__planner *pl, struct zx__item *live)
{
	struct change c = { .live = live };

	if (!live->mate || zx__above_bot(pl, live))
		return perms(live);
	c.role = &pl->s[ZX_SECTION_ROLES].v[live->mate - 1];
	decide_bits(pl, &c, shows(pl, &c));
	return c.narrow;
}

/* What the bot would have no more, were all that is taken from roles taken
 * first. */
static void find_losses(struct zx__planner *pl)
{
	struct zx__side *l = &pl->l[ZX_SECTION_ROLES];
	uint64_t has = known(pl) ? 0 : pl->opt->bot_permissions, keeps = 0;

	for (size_t i = 0; i < l->n; i++)
		if (is_bots(pl, &l->v[i])) {
			has |= perms(&l->v[i]);
			keeps |= rest_of(pl, &l->v[i]);
		}
	if (has & ZX__BIT_ADMIN)
		has = UINT64_MAX;
	if (keeps & ZX__BIT_ADMIN || pl->owner == pl->opt->bot_user)
		has = 0;
	pl->loses = has & ~keeps;
}

/* Who has a role that sees too much must not see what is made, so that goes
 * first, and the restore cannot begin when the bot lives on it. */
static int dilemma(struct zx__planner *pl, uint64_t bits)
{
	char names[128], text[ZX__PLAN_DETAIL];

	snprintf(text, sizeof(text),
		 "The bot has %s only from roles that have to lose it before "
		 "channels are made: give it to the bot's own role.",
		 zx__bit_names(bits, names, sizeof(names)));
	return zx__plan_trouble(pl->p, ZX_WHY_PRIVATE, ZX_SECTION_ROLES, bits,
				1, text);
}

static int farewell(struct zx__planner *pl, uint64_t bits)
{
	char names[128], text[ZX__PLAN_DETAIL];

	snprintf(text, sizeof(text),
		 "The bot has %s only from roles that lose it: they do so "
		 "last, and taking the restore back needs it again.",
		 zx__bit_names(bits, names, sizeof(names)));
	return zx__plan_trouble(pl->p, ZX_WHY_PERMISSION, ZX_SECTION_ROLES,
				bits, 0, text);
}

static int keep_own(struct zx__planner *pl, struct change *c, uint64_t open)
{
	uint64_t goes = perms(c->live) & ~c->target & pl->loses;
	int err = ZX_OK;

	if (!goes || (known(pl) && !is_bots(pl, c->live)))
		return ZX_OK;
	if (pl->channels_made)
		open |= ZX__BIT_ADMIN;
	c->own = goes & ~open;
	c->narrow |= c->own;
	if (goes & open)
		err = dilemma(pl, goes & open);
	return !err && c->own ? farewell(pl, c->own) : err;
}

/* -------------------------------------------------------------------------- */

static int there(struct zx__planner *pl, struct zx__item *role)
{
	struct change c = { .role = role,
			    .live = zx__mate(pl, ZX_SECTION_ROLES, role) };
	uint64_t now = perms(c.live), open = shows(pl, &c);
	int err;

	decide_bits(pl, &c, open);
	if (rewinds(pl, &c)) {
		icon(pl, &c);
		c.look = looks_changed(pl, &c) || c.icon;
	}
	if (c.narrow == now && c.target == now && !c.look) {
		if (rewinds(pl, &c) && now != perms(role) &&
		    now & perms(role) & ~pl->bits)
			return protest(pl, &c, ZX_WHY_BITS, 0);
		pl->p->totals.same[ZX_SECTION_ROLES]++;
		return ZX_OK;
	}
	if (zx__above_bot(pl, c.live))
		return protest(pl, &c, ZX_WHY_HIERARCHY, open != 0);
	err = keep_own(pl, &c, open);
	return err ? err : changes(pl, &c);
}

int zx__plan_narrow(struct zx__planner *pl)
{
	struct zx__side *s = &pl->s[ZX_SECTION_ROLES];
	int err = ZX_OK;

	find_losses(pl);
	for (size_t i = 0; !err && i < s->n; i++)
		if (s->v[i].mate)
			err = there(pl, &s->v[i]);
	return err;
}
