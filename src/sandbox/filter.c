/* SPDX-License-Identifier: MIT
 *
 * What a session's intents let through.
 */
#include "sandbox/world_int.h"

#define BIT(n) (UINT64_C(1) << (n))
enum {
	GUILDS = 0,
	MEMBERS = 1,
	MODERATION = 2,
	EXPRESSIONS = 3,
	INTEGRATIONS = 4,
	WEBHOOKS = 5,
	INVITES = 6,
	VOICE = 7,
	PRESENCES = 8,
	MESSAGES = 9,
	REACTIONS = 10,
	TYPING = 11,
	DM_MESSAGES = 12,
	DM_REACTIONS = 13,
	DM_TYPING = 14,
	CONTENT = 15,
	EVENTS = 16,
	AUTOMOD_RULES = 20,
	AUTOMOD = 21,
	POLLS = 24,
	DM_POLLS = 25,
	NONE = -1
};

static const struct {
	const char *prefix; /* of the event's name; the first that fits wins */
	int guild, dm;
} intents[] = {
	{ "MESSAGE_CREATE", MESSAGES, DM_MESSAGES },
	{ "MESSAGE_UPDATE", MESSAGES, DM_MESSAGES },
	{ "MESSAGE_DELETE", MESSAGES, DM_MESSAGES },
	{ "MESSAGE_REACTION_", REACTIONS, DM_REACTIONS },
	{ "MESSAGE_POLL_", POLLS, DM_POLLS },
	{ "TYPING_START", TYPING, DM_TYPING },
	{ "PRESENCE_UPDATE", PRESENCES, PRESENCES },
	{ "CHANNEL_PINS_UPDATE", GUILDS, DM_MESSAGES },
	{ "GUILD_MEMBER_", MEMBERS, MEMBERS },
	{ "GUILD_AUDIT_LOG_", MODERATION, MODERATION },
	{ "GUILD_BAN_", MODERATION, MODERATION },
	{ "GUILD_EMOJIS_", EXPRESSIONS, EXPRESSIONS },
	{ "GUILD_STICKERS_", EXPRESSIONS, EXPRESSIONS },
	{ "GUILD_SOUNDBOARD_", EXPRESSIONS, EXPRESSIONS },
	{ "GUILD_INTEGRATIONS_", INTEGRATIONS, INTEGRATIONS },
	{ "INTEGRATION_", INTEGRATIONS, INTEGRATIONS },
	{ "WEBHOOKS_UPDATE", WEBHOOKS, WEBHOOKS },
	{ "INVITE_", INVITES, INVITES },
	{ "VOICE_STATE_UPDATE", VOICE, VOICE },
	{ "VOICE_CHANNEL_", VOICE, VOICE },
	{ "GUILD_SCHEDULED_EVENT_", EVENTS, EVENTS },
	{ "AUTO_MODERATION_RULE_", AUTOMOD_RULES, AUTOMOD_RULES },
	{ "AUTO_MODERATION_ACTION_", AUTOMOD, AUTOMOD },
	{ "GUILD_MEMBERS_CHUNK", NONE, NONE },
	{ "GUILD_", GUILDS, GUILDS },
	{ "CHANNEL_", GUILDS, GUILDS },
	{ "THREAD_", GUILDS, GUILDS },
	{ "STAGE_INSTANCE_", GUILDS, GUILDS },
};

uint64_t zx__intent_of(const char *event, int in_guild)
{
	for (size_t i = 0; i < sizeof(intents) / sizeof(*intents); i++) {
		int bit = in_guild ? intents[i].guild : intents[i].dm;

		if (!strncmp(event, intents[i].prefix,
			     strlen(intents[i].prefix)))
			return bit < 0 ? 0 : BIT(bit);
	}
	return 0;
}

static int mentions_bot(struct zx__world *w, const cJSON *msg)
{
	ZX__EACH(u, zx__get(msg, "mentions"))
	if (zx__dom_id(u, "id") == zx__bot(w))
		return 1;
	return 0;
}

static void empty(cJSON *msg)
{
	static const char *const lists[] = { "embeds", "attachments",
					     "components" };

	if (zx__get(msg, "content"))
		zx__dom_set(msg, "content:x");
	for (size_t i = 0; i < 3; i++) {
		if (!zx__get(msg, lists[i]))
			continue;
		cJSON_DeleteItemFromObjectCaseSensitive(msg, lists[i]);
		cJSON_AddArrayToObject(msg, lists[i]);
	}
	zx__drop(msg, "poll message_snapshots");
}

void zx__hide_content(struct zx__world *w, cJSON *msg, int in_guild)
{
	cJSON *to = zx__get_mut(msg, "referenced_message");

	if (!in_guild)
		return;
	if (cJSON_IsObject(to))
		zx__hide_content(w, to, in_guild);
	if (zx__dom_id(zx__get(msg, "author"), "id") != zx__bot(w) &&
	    zx__dom_id(msg, "application_id") != zx__bot(w) &&
	    !mentions_bot(w, msg))
		empty(msg);
}

static int is_about_bot(struct zx__world *w, const cJSON *d)
{
	return zx__dom_id(zx__get(d, "user"), "id") == zx__bot(w);
}

cJSON *zx__world_filter(struct zx__world *w, const char *event, const cJSON *d,
			uint64_t session)
{
	int in_guild = zx__some(d, "guild_id") != NULL;
	uint64_t need = zx__intent_of(event, in_guild);
	cJSON *out;

	if ((session & need) != need &&
	    !(!strcmp(event, "GUILD_MEMBER_UPDATE") && is_about_bot(w, d)))
		return NULL;
	out = zx__dup(d);
	if (!(session & BIT(CONTENT)) && !strncmp(event, "MESSAGE_", 8) &&
	    zx__get(out, "author"))
		zx__hide_content(w, out, in_guild);
	return out;
}
