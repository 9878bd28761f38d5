/* SPDX-License-Identifier: MIT
 *
 * What there is to know about acts, phases, verbs and reasons.
 */
#include <stdio.h>
#include <string.h>

#include "guild/plan_int.h"

#define G "/guilds/$g"
#define MAKES (ZX_PLAN_MAKES)
#define AGAIN (ZX_PLAN_REPEATABLE)
#define EXPRESSIONS ZX__BIT(43)

/* name, path, needs, method, phase, rate, kind, flags, requests, audit */
#define ACT(name, path, needs, method, phase, rate, kind, flags, n, audit)     \
	{                                                                      \
		name, path, needs, ZX_PLAN_##method, ZX_PHASE_##phase,         \
			ZX_RATE_##rate, ZX_ID_##kind, flags, n, audit          \
	}

const struct zx__act zx__acts[ZX_ACT_COUNT] = {
	[ZX_ACT_NONE] = ACT("none", "", 0, GET, NONE, OTHER, ROLE, 0, 0, 0),
	[ZX_ACT_ROLE_NARROW] =
		ACT("role_narrow", G "/roles/$l", ZX__BIT_ROLES, PATCH, NARROW,
		    ROLE_EDIT, ROLE, AGAIN | ZX_PLAN_GUARD, 1, 31),
	[ZX_ACT_ROLE_CREATE] =
		ACT("role_create", G "/roles", ZX__BIT_ROLES, POST, ROLES,
		    ROLE_CREATE, ROLE, MAKES, 1, 30),
	[ZX_ACT_ROLE_UPDATE] = ACT("role_update", G "/roles/$l", ZX__BIT_ROLES,
				   PATCH, ROLES, ROLE_EDIT, ROLE, AGAIN, 1, 31),
	[ZX_ACT_ROLE_ORDER] =
		ACT("role_order", G "/roles", ZX__BIT_ROLES, PATCH, ROLE_ORDER,
		    ROLE_EDIT, ROLE, AGAIN, 2, 31),
	[ZX_ACT_CATEGORY_CREATE] =
		ACT("category_create", G "/channels", ZX__BIT(4), POST,
		    CATEGORIES, CHANNEL_CREATE, CHANNEL, MAKES, 1, 10),
	[ZX_ACT_CHANNEL_CREATE] =
		ACT("channel_create", G "/channels", ZX__BIT(4), POST, CHANNELS,
		    CHANNEL_CREATE, CHANNEL, MAKES, 1, 10),
	[ZX_ACT_CHANNEL_UPDATE] =
		ACT("channel_update", "/channels/$l", ZX__BIT(4), PATCH,
		    UPDATES, CHANNEL_EDIT, CHANNEL, AGAIN, 1, 11),
	[ZX_ACT_COMMUNITY] = ACT("community", G, ZX__BIT_ADMIN, PATCH,
				 COMMUNITY, GUILD_EDIT, CHANNEL, AGAIN, 1, 1),
	[ZX_ACT_SPECIAL_CREATE] =
		ACT("special_create", G "/channels", ZX__BIT(4), POST, SPECIAL,
		    CHANNEL_CREATE, CHANNEL, MAKES, 1, 10),
	[ZX_ACT_CHANNEL_ORDER] =
		ACT("channel_order", G "/channels", ZX__BIT(4), PATCH,
		    CHANNEL_ORDER, CHANNEL_EDIT, CHANNEL, AGAIN, 2, 11),
	[ZX_ACT_ROLE_RAISE] = ACT("role_raise", G "/roles/$l", ZX__BIT_ROLES,
				  PATCH, RAISE, ROLE_EDIT, ROLE, AGAIN, 1, 31),
	[ZX_ACT_EMOJI_CREATE] = ACT("emoji_create", G "/emojis", EXPRESSIONS,
				    POST, EMOJIS, EMOJI, EMOJI, MAKES, 1, 60),
	[ZX_ACT_FORUM_TAGS] =
		ACT("forum_tags", "/channels/$l", ZX__BIT(4), PATCH, FORUM_TAGS,
		    CHANNEL_EDIT, CHANNEL, AGAIN, 1, 11),
	[ZX_ACT_STICKER_CREATE] =
		ACT("sticker_create", G "/stickers", EXPRESSIONS, POST, UPLOADS,
		    STICKER, STICKER, MAKES, 1, 90),
	[ZX_ACT_SOUND_CREATE] =
		ACT("sound_create", G "/soundboard-sounds", EXPRESSIONS, POST,
		    UPLOADS, SOUND, SOUND, MAKES, 1, 130),
	[ZX_ACT_GUILD_UPDATE] = ACT("guild_update", G, ZX__BIT(5), PATCH, GUILD,
				    GUILD_EDIT, CHANNEL, AGAIN, 1, 1),
	[ZX_ACT_IMAGE_UPDATE] = ACT("image_update", G, ZX__BIT(5), PATCH,
				    UPLOADS, GUILD_EDIT, CHANNEL, AGAIN, 1, 1),
	[ZX_ACT_MEMBER_ADD] =
		ACT("member_add", G "/members/$u/roles/$r", ZX__BIT_ROLES, PUT,
		    MEMBERS, MEMBER_ROLE, ROLE, AGAIN, 1, 25),
	[ZX_ACT_MEMBER_REMOVE] =
		ACT("member_remove", G "/members/$u/roles/$r", ZX__BIT_ROLES,
		    DELETE, MEMBERS, MEMBER_ROLE, ROLE, AGAIN, 1, 25),
	[ZX_ACT_NICK] = ACT("nick", G "/members/$u", ZX__BIT(27), PATCH,
			    MEMBERS, MEMBER_EDIT, ROLE, AGAIN, 1, 24),
	[ZX_ACT_BAN] = ACT("ban", G "/bans/$u", ZX__BIT(2), PUT, BANS, BAN,
			   ROLE, AGAIN, 1, 22),
	[ZX_ACT_BAN_BULK] =
		ACT("ban_bulk", G "/bulk-ban", ZX__BIT(2) | ZX__BIT(5), POST,
		    BANS, BAN, ROLE, AGAIN, 1, 22),
	[ZX_ACT_AUTOMOD_CREATE] =
		ACT("automod_create", G "/auto-moderation/rules", ZX__BIT(5),
		    POST, SETTINGS, OTHER, AUTOMOD, MAKES, 1, 140),
	[ZX_ACT_AUTOMOD_UPDATE] =
		ACT("automod_update", G "/auto-moderation/rules/$l", ZX__BIT(5),
		    PATCH, SETTINGS, OTHER, AUTOMOD, AGAIN, 1, 141),
	[ZX_ACT_WEBHOOK_CREATE] =
		ACT("webhook_create", "/channels/$r/webhooks", ZX__BIT(29),
		    POST, SETTINGS, WEBHOOK, WEBHOOK, MAKES, 1, 50),
	[ZX_ACT_EVENT_CREATE] =
		ACT("event_create", G "/scheduled-events", ZX__BIT(44), POST,
		    SETTINGS, OTHER, EVENT, MAKES, 1, 100),
	[ZX_ACT_WELCOME] = ACT("welcome", G "/welcome-screen", ZX__BIT(5),
			       PATCH, WELCOME, OTHER, CHANNEL, AGAIN, 1, 0),
	[ZX_ACT_ONBOARDING] =
		ACT("onboarding", G "/onboarding", ZX__BIT(5) | ZX__BIT_ROLES,
		    PUT, WELCOME, OTHER, CHANNEL, AGAIN, 1, 0),
	[ZX_ACT_BOT] =
		ACT("bot", "", 0, HOST, SETTINGS, OTHER, CHANNEL, AGAIN, 0, 0),
	[ZX_ACT_DELETE] = ACT("delete", "", 0, DELETE, UNDO_DELETE, OTHER, ROLE,
			      AGAIN, 1, 0),
	[ZX_ACT_UNBAN] = ACT("unban", G "/bans/$u", ZX__BIT(2), DELETE,
			     UNDO_DELETE, BAN, ROLE, AGAIN, 1, 23),
	[ZX_ACT_OVERWRITE] =
		ACT("overwrite", "/channels/$l/permissions/$r", ZX__BIT_ROLES,
		    PUT, UPDATES, OTHER, CHANNEL, AGAIN, 1, 13),
	[ZX_ACT_WIDGET] = ACT("widget", G "/widget", ZX__BIT(5), PATCH, GUILD,
			      OTHER, CHANNEL, AGAIN, 1, 1),
	[ZX_ACT_EMOJI_UPDATE] = ACT("emoji_update", G "/emojis/$l", ZX__BIT(30),
				    PATCH, EMOJIS, EMOJI, EMOJI, AGAIN, 1, 61),
	[ZX_ACT_AUTOMOD_ADOPT] =
		ACT("automod_adopt", G "/auto-moderation/rules", ZX__BIT(5),
		    PATCH, SETTINGS, OTHER, AUTOMOD, AGAIN, 2, 141),
	[ZX_ACT_OVERWRITE_OPEN] =
		ACT("overwrite_open", "/channels/$l", ZX__BIT_ROLES, PUT,
		    OVERWRITES, OTHER, CHANNEL, AGAIN, 3, 14),
};

/* Phases ------------------------------------------------------------------- */

#define P(name) (UINT32_C(1) << ZX_PHASE_##name)
#define CHANNELS_ALL (P(CATEGORIES) | P(CHANNELS) | P(SPECIAL))
#define BASE (P(NARROW) | P(ROLES))

static const uint32_t after[ZX_PHASE_COUNT] = {
	[ZX_PHASE_ROLE_ORDER] = BASE,
	[ZX_PHASE_CATEGORIES] = BASE,
	[ZX_PHASE_CHANNELS] = BASE | P(CATEGORIES),
	[ZX_PHASE_UPDATES] = BASE | P(CATEGORIES),
	[ZX_PHASE_COMMUNITY] = BASE | P(CATEGORIES) | P(CHANNELS) | P(UPDATES),
	[ZX_PHASE_SPECIAL] = BASE | P(CATEGORIES) | P(CHANNELS) | P(COMMUNITY),
	[ZX_PHASE_OVERWRITES] = BASE | CHANNELS_ALL | P(UPDATES),
	[ZX_PHASE_CHANNEL_ORDER] = BASE | CHANNELS_ALL | P(UPDATES),
	[ZX_PHASE_RAISE] = BASE | P(ROLE_ORDER) | CHANNELS_ALL | P(UPDATES) |
			   P(CHANNEL_ORDER),
	[ZX_PHASE_EMOJIS] = BASE,
	[ZX_PHASE_FORUM_TAGS] = CHANNELS_ALL | P(UPDATES) | P(EMOJIS),
	[ZX_PHASE_SOUNDS] = P(EMOJIS),
	[ZX_PHASE_GUILD] = CHANNELS_ALL | P(COMMUNITY),
	[ZX_PHASE_MEMBERS] =
		BASE | P(ROLE_ORDER) | CHANNELS_ALL | P(UPDATES) | P(RAISE),
	[ZX_PHASE_SETTINGS] = BASE | CHANNELS_ALL | P(COMMUNITY),
	/* Everybody must see what new members are shown. */
	[ZX_PHASE_WELCOME] =
		BASE | CHANNELS_ALL | P(OVERWRITES) | P(COMMUNITY) | P(EMOJIS),
	[ZX_PHASE_UNDO_MEMBERS] = P(UNDO_SETTINGS),
	[ZX_PHASE_UNDO_DELETE] = P(UNDO_SETTINGS) | P(UNDO_MEMBERS),
	[ZX_PHASE_UNDO_RAISE] =
		P(UNDO_SETTINGS) | P(UNDO_MEMBERS) | P(UNDO_DELETE),
	[ZX_PHASE_OWN_ROLES] = (P(OWN_ROLES) - 1) & ~P(NONE),
};

uint32_t zx_plan_phase_after(enum zx_phase p)
{
	return (unsigned)p < ZX_PHASE_COUNT ? after[p] : 0;
}

int zx_plan_phase_in_order(enum zx_phase p)
{
	return p == ZX_PHASE_ROLES || p == ZX_PHASE_NARROW ||
	       p == ZX_PHASE_OVERWRITES || p == ZX_PHASE_UNDO_SETTINGS ||
	       p == ZX_PHASE_UNDO_DELETE;
}

/* Names -------------------------------------------------------------------- */

static const char *const phases[ZX_PHASE_COUNT] = {
	"none",	      "narrow",	       "roles",		"role_order",
	"categories", "channels",      "updates",	"community",
	"special",    "overwrites",    "channel_order", "raise",
	"emojis",     "forum_tags",    "uploads",	"sounds",
	"guild",      "members",       "bans",		"settings",
	"welcome",    "undo_settings", "undo_members",	"undo_delete",
	"undo_raise", "own_roles"
};

const char *zx_plan_phase_name(enum zx_phase p)
{
	return (unsigned)p < ZX_PHASE_COUNT ? phases[p] : "";
}

static const char *const verbs[] = {
#define ZX__X(name, text) text,
	ZX_VERBS(ZX__X)
#undef ZX__X
};

const char *zx_verb_name(enum zx_verb v)
{
	return (unsigned)v < ZX_VERB_COUNT ? verbs[v] : "";
}

static const char *const reasons[] = {
#define ZX__X(name, text) text,
	ZX_WHYS(ZX__X)
#undef ZX__X
};

const char *zx_why_text(enum zx_why r)
{
	return (unsigned)r < ZX_WHY_COUNT ? reasons[r] : "";
}

static const char *const reason_names[ZX_WHY_COUNT] = {
	"missing",   "changed",	   "private", "raise",	   "had",
	"had_not",   "place",	   "undo",    "managed",   "ambiguous",
	"hierarchy", "permission", "bits",    "community", "feature",
	"limit",     "no_image",   "too_big", "name",	   "unmapped",
	"absent",    "owner",	   "past",    "discord",   "incomplete",
	"present"
};

const char *zx_why_name(enum zx_why r)
{
	return (unsigned)r < ZX_WHY_COUNT ? reason_names[r] : "";
}

int zx_plan_audit_action(enum zx_act act)
{
	return (unsigned)act < ZX_ACT_COUNT ? zx__acts[act].audit : 0;
}
