/* SPDX-License-Identifier: MIT
 *
 * What of the server could not be read: whether it is there nobody knows, so
 * nothing is made that may be there already.
 */
#include <stdio.h>
#include <string.h>

#include "guild/plan_int.h"

static unsigned parts_of(enum zx_section s)
{
	switch (s) {
	case ZX_SECTION_AUTOMOD:
		return ZX_RESTORE_AUTOMOD;
	case ZX_SECTION_BANS:
		return ZX_RESTORE_BANS;
	case ZX_SECTION_CHANNELS:
		return ZX_RESTORE_CHANNELS | ZX_RESTORE_CATEGORIES;
	case ZX_SECTION_EMOJIS:
		return ZX_RESTORE_EMOJIS;
	case ZX_SECTION_EVENTS:
		return ZX_RESTORE_EVENTS;
	case ZX_SECTION_MEMBERS:
		return ZX_RESTORE_MEMBERS | ZX_RESTORE_NICKS;
	case ZX_SECTION_ONBOARDING:
		return ZX_RESTORE_ONBOARDING;
	case ZX_SECTION_ROLES:
		return ZX_RESTORE_ROLES;
	case ZX_SECTION_SOUNDBOARD:
		return ZX_RESTORE_SOUNDBOARD;
	case ZX_SECTION_STICKERS:
		return ZX_RESTORE_STICKERS;
	case ZX_SECTION_WEBHOOKS:
		return ZX_RESTORE_WEBHOOKS;
	case ZX_SECTION_WELCOME:
		return ZX_RESTORE_WELCOME;
	default:
		return 0;
	}
}

/* Without the members, those who are not there and those who are cannot be
 * told apart; the others could be made twice. */
static int left_out(struct zx__planner *pl, enum zx_section s,
		    struct zx_str what, struct zx_str why)
{
	char text[ZX__PLAN_DETAIL];
	struct zx__new n = { .verb = ZX_VERB_IMPOSSIBLE,
			     .section = s,
			     .reason = ZX_WHY_INCOMPLETE,
			     .name = what,
			     .detail = text };

	if (!zx__selected(pl, parts_of(s)) || !zx_guild_count(pl->snap, s))
		return ZX_OK;
	pl->what &= ~parts_of(s);
	snprintf(text, sizeof(text),
		 "The %s of the server cannot be read now (%.*s): nothing is "
		 "done about them.",
		 zx_section_name(s), ZX_ARG(zx_json_plain(why)));
	if (zx__plan_trouble(pl->p, ZX_WHY_INCOMPLETE, s, 0, 0, text))
		return ZX_E_NOMEM;
	return zx__plan_add(pl, &n, NULL);
}

/* Some may be there that the bot does not see: those could be made twice. */
static int may_hide(struct zx__planner *pl)
{
	if (!zx__selected(pl, parts_of(ZX_SECTION_CHANNELS)))
		return ZX_OK;
	return zx__plan_trouble(
		pl->p, ZX_WHY_INCOMPLETE, ZX_SECTION_CHANNELS, 0, 0,
		"The bot may not see all channels of the server; those it does "
		"not see would be made again: give it Administrator.");
}

/* "channels/20": it is there, and all that is known of it is its id. */
static int hidden(struct zx__planner *pl, uint64_t id)
{
	struct zx__item *ch = zx__side_find(&pl->s[ZX_SECTION_CHANNELS], id);
	struct zx__new n = { .verb = ZX_VERB_SKIP,
			     .section = ZX_SECTION_CHANNELS,
			     .reason = ZX_WHY_INCOMPLETE,
			     .snapshot_id = id,
			     .detail = "It is there, hidden from the bot." };
	int err = zx_idmap_put(&pl->p->ids, ZX_ID_CHANNEL, id, id);

	if (err || !ch || !zx__selected(pl, parts_of(ZX_SECTION_CHANNELS)))
		return err;
	n.name = ch->name;
	n.live_id = id;
	ch->fate = ZX__FATE_HIDDEN;
	return zx__plan_add(pl, &n, NULL);
}

static int unread(struct zx__planner *pl, struct zx_str item)
{
	struct zx_str what = zx_json_get(item, "what");
	struct zx_str why = zx_json_get(item, "why");
	struct zx_str rest = zx_json_plain(what);
	struct zx_str name = zx_str_split(&rest, '/');
	enum zx_section s;
	uint64_t id;

	if (zx_section_find(name, &s) || !parts_of(s))
		return ZX_OK;
	if (rest.len)
		return s == ZX_SECTION_CHANNELS && !zx_str_u64(rest, &id) && id
			       ? hidden(pl, id)
			       : ZX_OK;
	if (s == ZX_SECTION_CHANNELS &&
	    zx_str_starts(zx_json_plain(why), "some may be missing"))
		return may_hide(pl);
	return left_out(pl, s, what, why);
}

int zx__plan_unread(struct zx__planner *pl)
{
	struct zx__side *l = &pl->l[ZX_SECTION_INCOMPLETE];
	int err = ZX_OK;

	for (size_t i = 0; !err && i < l->n; i++)
		err = unread(pl, l->v[i].text);
	return err;
}
