/* SPDX-License-Identifier: MIT
 *
 * A server from the seed: roles, channels with overwrites, members. The first
 * RICH ones are as a lively community has them, the others are small.
 */
#include <stdio.h>
#include <stdlib.h>

#include "sandbox/world_int.h"

enum { RICH = 10 };

struct maker {
	struct zx__world *w;
	struct zx__guild *g;
	uint64_t ms; /* of the next id */
	uint64_t admin, bot, moderator, helper, regular, artist;
	uint64_t category;
	int position;
};

static uint64_t next_id(struct maker *m)
{
	uint64_t id = zx__seed_id(m->w, m->ms);

	m->ms += 37;
	return id;
}

/* Roles ------------------------------------------------------------------- */

#define EVERYONE                                                               \
	(ZX__P_CREATE_INVITE | ZX__P_ADD_REACTIONS | ZX__P(9) | ZX__P_VIEW |   \
	 ZX__P_SEND | ZX__P_EMBED_LINKS | ZX__P_ATTACH_FILES | ZX__P_HISTORY | \
	 ZX__P_MENTION_EVERYONE | ZX__P_EXTERNAL_EMOJIS | ZX__P_CONNECT |      \
	 ZX__P_SPEAK | ZX__P(25) | ZX__P_CHANGE_NICKNAME |                     \
	 ZX__P_USE_COMMANDS | ZX__P(32) | ZX__P_CREATE_PUBLIC_THREADS |        \
	 ZX__P_CREATE_PRIVATE_THREADS | ZX__P(37) | ZX__P_SEND_IN_THREADS |    \
	 ZX__P(39) | ZX__P(42) | ZX__P(45) | ZX__P(46) | ZX__P_SEND_POLLS |    \
	 ZX__P(50))
#define MODERATOR                                                              \
	(ZX__P_KICK | ZX__P_BAN | ZX__P_VIEW_AUDIT_LOG |                       \
	 ZX__P_MANAGE_MESSAGES | ZX__P_MANAGE_NICKNAMES |                      \
	 ZX__P_MANAGE_THREADS | ZX__P_MODERATE | ZX__P_PIN_MESSAGES |          \
	 ZX__P_BYPASS_SLOWMODE)

cJSON *zx__role_make(uint64_t id, const char *name, uint64_t bits, int color,
		     int position)
{
	return zx__dom("id:I name:s description:n permissions:U position:i "
		       "color:i colors:o hoist:f managed:f mentionable:f "
		       "icon:n unicode_emoji:n flags:0",
		       id, name, bits, position, color,
		       zx__dom("primary_color:i secondary_color:n "
			       "tertiary_color:n",
			       color));
}

static uint64_t role(struct maker *m, const char *name, uint64_t bits,
		     int color, int position)
{
	uint64_t id = position ? next_id(m) : m->g->id;
	cJSON *r = zx__role_make(id, name, bits, color, position);

	if (position)
		zx__dom_set(r, "hoist:b", position > 2);
	zx__set_put(&m->g->roles, id, r);
	return id;
}

static void roles(struct maker *m)
{
	uint64_t bot = zx__bot(m->w);

	role(m, "@everyone", EVERYONE, 0, 0);
	m->admin = role(m, "Admin", ZX__P_ADMINISTRATOR, 0xe74c3c, 6);
	m->bot = role(m, "Zoryx", ZX__P_ALL & ~ZX__P_ADMINISTRATOR, 0, 5);
	zx__dom_set(zx__set_get(&m->g->roles, m->bot),
		    "managed:t hoist:f tags:o",
		    zx__dom("bot_id:I integration_id:I", bot, next_id(m)));
	m->moderator = role(m, "Moderator", MODERATOR, 0x3498db, 4);
	m->helper = role(m, "Helper", ZX__P_MANAGE_THREADS, 0x2ecc71, 3);
	m->artist = role(m, "Artist", 0, 0xe91e63, 2);
	m->regular = role(m, "Regular", 0, 0x9b59b6, 1);
	zx__dom_set(zx__set_get(&m->g->roles, m->artist), "mentionable:t");
}

/* Channels ---------------------------------------------------------------- */

static uint64_t channel(struct maker *m, int type, const char *name)
{
	uint64_t id = next_id(m);

	zx__set_put(&m->g->channels, id,
		    zx__channel_make(id, m->g->id, type, name,
				     type == 4 ? 0 : m->category,
				     m->position++));
	if (type == 4)
		m->category = id;
	return id;
}

static void overwrite(struct maker *m, uint64_t ch, uint64_t who, int type,
		      uint64_t allow, uint64_t deny)
{
	cJSON *list = zx__get_mut(zx__set_get(&m->g->channels, ch),
				  "permission_overwrites");

	cJSON_AddItemToArray(list, zx__dom("id:I type:i allow:U deny:U", who,
					   type, allow, deny));
}

static void topic(struct maker *m, uint64_t ch, const char *text)
{
	zx__dom_set(zx__set_get(&m->g->channels, ch), "topic:s", text);
}

/* Everybody reads, few write. */
static void read_only(struct maker *m, uint64_t ch)
{
	overwrite(m, ch, m->g->id, 0, 0, ZX__P_SEND | ZX__P_SEND_IN_THREADS);
	overwrite(m, ch, m->moderator, 0, ZX__P_SEND, 0);
}

static void staff_only(struct maker *m, uint64_t ch)
{
	overwrite(m, ch, m->g->id, 0, 0, ZX__P_VIEW);
	overwrite(m, ch, m->moderator, 0, ZX__P_VIEW, 0);
	overwrite(m, ch, m->bot, 0, ZX__P_VIEW, 0);
}

static void staff(struct maker *m)
{
	uint64_t ch;

	staff_only(m, channel(m, 4, "Staff"));
	staff_only(m, channel(m, 0, "staff-chat"));
	ch = channel(m, 0, "bot-log");
	staff_only(m, ch);
	topic(m, ch, "What the bot did, and why");
	/* A place even the bot does not see. */
	overwrite(m, channel(m, 0, "owners-only"), m->g->id, 0, 0, ZX__P_VIEW);
}

static cJSON *tag(struct maker *m, const char *name, const char *emoji)
{
	return zx__dom("id:I name:s moderated:f emoji_id:n emoji_name:s",
		       next_id(m), name, emoji);
}

static void forum(struct maker *m)
{
	cJSON *f = zx__set_get(&m->g->channels, channel(m, 15, "questions"));
	cJSON *tags = zx__get_mut(f, "available_tags");

	zx__dom_set(f, "topic:s", "One question, one post.");
	cJSON_AddItemToArray(tags, tag(m, "solved", "\xe2\x9c\x85"));
	cJSON_AddItemToArray(tags, tag(m, "idea", "\xf0\x9f\x92\xa1"));
}

static void rich_channels(struct maker *m)
{
	uint64_t rules, news, general;

	channel(m, 4, "Welcome");
	rules = channel(m, 0, "rules");
	read_only(m, rules);
	news = channel(m, 5, "announcements");
	read_only(m, news);
	m->position = 0;
	channel(m, 4, "Talk");
	general = channel(m, 0, "general");
	topic(m, general, "Whatever is on your mind");
	channel(m, 0, "off-topic");
	topic(m, channel(m, 0, "bot-commands"), "Try `/help`");
	topic(m, channel(m, 0, "slow-lane"), "One message a minute");
	zx__dom_set(m->g->channels.v[m->g->channels.n - 1].dom,
		    "rate_limit_per_user:i", 60);
	forum(m);
	channel(m, 4, "Voice");
	channel(m, 2, "Lounge");
	channel(m, 2, "Music");
	staff(m);
	zx__dom_set(m->g->dom,
		    "rules_channel_id:I public_updates_channel_id:I "
		    "system_channel_id:I",
		    rules, m->g->channels.v[m->g->channels.n - 2].id, general);
}

static void plain_channels(struct maker *m)
{
	uint64_t general;

	channel(m, 4, "Text channels");
	general = channel(m, 0, "general");
	read_only(m, channel(m, 0, "rules"));
	channel(m, 4, "Voice channels");
	channel(m, 2, "Lounge");
	zx__dom_set(m->g->dom, "system_channel_id:I", general);
}

/* Members ----------------------------------------------------------------- */

static void member(struct maker *m, uint64_t user, const char *nick,
		   uint64_t role_a, uint64_t role_b)
{
	int64_t at = zx_snowflake_time(m->g->id) +
		     (int64_t)(m->g->members.n * 86400000 % 31536000000);
	cJSON *dom = zx__member_make(at, nick);
	cJSON *list = zx__get_mut(dom, "roles");

	if (role_a)
		cJSON_AddItemToArray(list, zx__id_string(role_a));
	if (role_b)
		cJSON_AddItemToArray(list, zx__id_string(role_b));
	zx__set_put(&m->g->members, user, dom);
}

static void others(struct maker *m)
{
	size_t n = m->w->opt.members > 4 ? m->w->opt.members - 4 : 0;
	size_t pool = zx__seed_pool(m->w);

	for (size_t i = 0; i < n; i++) {
		size_t k = (m->g->index * 5 + i) % pool;
		uint64_t a = i % 7 == 1	  ? m->moderator
			     : i % 5 == 2 ? m->helper
			     : i % 3 == 0 ? m->regular
					  : 0;

		member(m, zx__seed_user_id(m->w, k), NULL, a,
		       i % 4 == 3 ? m->artist : 0);
	}
}

static void members(struct maker *m)
{
	const uint64_t *who = m->w->who;

	member(m, who[ZX_SANDBOX_OWNER], NULL,
	       m->g->index ? m->regular : m->admin, 0);
	member(m, who[ZX_SANDBOX_ADMIN], NULL, m->admin, 0);
	member(m, who[ZX_SANDBOX_MEMBER], m->g->index == 1 ? "Sammy" : NULL, 0,
	       0);
	member(m, who[ZX_SANDBOX_BOT], NULL, m->bot, 0);
	others(m);
}

/* The server -------------------------------------------------------------- */

static cJSON *features(int rich)
{
	cJSON *list = cJSON_CreateArray();

	if (rich) {
		cJSON_AddItemToArray(list, cJSON_CreateString("COMMUNITY"));
		cJSON_AddItemToArray(list, cJSON_CreateString("NEWS"));
	}
	return list;
}

static cJSON *guild_dom(struct zx__world *w, uint64_t id, size_t index)
{
	char buf[64];
	int rich = index < RICH;

	return zx__dom(
		"id:I name:s icon:n description:s home_header:n splash:n "
		"discovery_splash:n features:o banner:n owner_id:I "
		"application_id:n region:s afk_channel_id:n afk_timeout:i "
		"system_channel_id:n system_channel_flags:0 widget_enabled:f "
		"widget_channel_id:n verification_level:i "
		"default_message_notifications:i mfa_level:0 "
		"explicit_content_filter:i max_presences:n max_members:i "
		"max_stage_video_channel_users:i max_video_channel_users:i "
		"vanity_url_code:n premium_tier:0 "
		"premium_subscription_count:0 preferred_locale:s "
		"rules_channel_id:n safety_alerts_channel_id:n "
		"public_updates_channel_id:n premium_progress_bar_enabled:f "
		"nsfw:f nsfw_level:0 hub_type:n incidents_data:n "
		"latest_onboarding_question_id:n",
		id, zx__name_guild(index, buf),
		rich ? "A place made for trying bots." : NULL, features(rich),
		w->who[index ? ZX_SANDBOX_ADMIN : ZX_SANDBOX_OWNER],
		"us-central", 300, rich ? 1 : 0, 1, rich ? 2 : 0, 25000000, 50,
		25, "en-US");
}

struct zx__guild *zx__seed_guild(struct zx__world *w, size_t index)
{
	struct zx__guild *g = calloc(1, sizeof(*g));
	struct maker m = { .w = w, .g = g };

	if (!g)
		return NULL;
	g->index = index;
	g->id = zx__seed_guild_id(w, index);
	g->dom = guild_dom(w, g->id, index);
	g->invites = cJSON_CreateArray();
	g->audit = cJSON_CreateArray();
	g->voice_states = cJSON_CreateArray();
	m.ms = (g->id >> 22) + 37;
	roles(&m);
	if (index < RICH)
		rich_channels(&m);
	else
		plain_channels(&m);
	members(&m);
	return g;
}
