/* SPDX-License-Identifier: MIT
 *
 * A server from the seed: roles, channels with overwrites, members. The first
 * RICH ones are as a lively community has them, the others are small.
 */
#include <stdio.h>
#include <stdlib.h>

#include "sandbox/seed_int.h"

enum { RICH = 10 };

uint64_t zx__mk_id(struct maker *m)
{
	uint64_t id = zx__seed_id(m->w, m->ms);

	m->ms += 37;
	return id;
}

/* Roles ------------------------------------------------------------------- */

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

uint64_t zx__mk_role(struct maker *m, const char *name, uint64_t bits,
		     int color, int position)
{
	uint64_t id = position ? zx__mk_id(m) : m->g->id;
	cJSON *r = zx__role_make(id, name, bits, color, position);

	if (position)
		zx__dom_set(r, "hoist:b", position > 2);
	zx__set_put(&m->g->roles, id, r);
	return id;
}

static void roles(struct maker *m)
{
	uint64_t bot = zx__bot(m->w);

	zx__mk_role(m, "@everyone", ZX__EVERYONE, 0, 0);
	m->admin = zx__mk_role(m, "Admin", ZX__P_ADMINISTRATOR, 0xe74c3c, 6);
	m->bot =
		zx__mk_role(m, "Zoryx", ZX__P_ALL & ~ZX__P_ADMINISTRATOR, 0, 5);
	zx__dom_set(zx__set_get(&m->g->roles, m->bot),
		    "managed:t hoist:f tags:o",
		    zx__dom("bot_id:I integration_id:I", bot, zx__mk_id(m)));
	m->moderator = zx__mk_role(m, "Moderator", MODERATOR, 0x3498db, 4);
	m->helper = zx__mk_role(m, "Helper", ZX__P_MANAGE_THREADS, 0x2ecc71, 3);
	m->artist = zx__mk_role(m, "Artist", 0, 0xe91e63, 2);
	m->regular = zx__mk_role(m, "Regular", 0, 0x9b59b6, 1);
	zx__dom_set(zx__set_get(&m->g->roles, m->artist), "mentionable:t");
}

/* Channels ---------------------------------------------------------------- */

uint64_t zx__mk_channel(struct maker *m, int type, const char *name)
{
	uint64_t id = zx__mk_id(m);

	zx__set_put(&m->g->channels, id,
		    zx__channel_make(id, m->g->id, type, name,
				     type == 4 ? 0 : m->category,
				     m->position++));
	if (type == 4)
		m->category = id;
	return id;
}

void zx__mk_overwrite(struct maker *m, uint64_t ch, uint64_t who, int type,
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
	zx__mk_overwrite(m, ch, m->g->id, 0, 0,
			 ZX__P_SEND | ZX__P_SEND_IN_THREADS);
	zx__mk_overwrite(m, ch, m->moderator, 0, ZX__P_SEND, 0);
}

static void staff_only(struct maker *m, uint64_t ch)
{
	zx__mk_overwrite(m, ch, m->g->id, 0, 0, ZX__P_VIEW);
	zx__mk_overwrite(m, ch, m->moderator, 0, ZX__P_VIEW, 0);
	zx__mk_overwrite(m, ch, m->bot, 0, ZX__P_VIEW, 0);
}

static void staff(struct maker *m)
{
	uint64_t ch;

	staff_only(m, zx__mk_channel(m, 4, "Staff"));
	staff_only(m, zx__mk_channel(m, 0, "staff-chat"));
	ch = zx__mk_channel(m, 0, "bot-log");
	staff_only(m, ch);
	topic(m, ch, "What the bot did, and why");
	/* A place even the bot does not see. */
	zx__mk_overwrite(m, zx__mk_channel(m, 0, "owners-only"), m->g->id, 0, 0,
			 ZX__P_VIEW);
}

static cJSON *tag(struct maker *m, const char *name, const char *emoji)
{
	return zx__dom("id:I name:s moderated:f emoji_id:n emoji_name:s",
		       zx__mk_id(m), name, emoji);
}

static void forum(struct maker *m)
{
	cJSON *f = zx__set_get(&m->g->channels,
			       zx__mk_channel(m, 15, "questions"));
	cJSON *tags = zx__get_mut(f, "available_tags");

	zx__dom_set(f, "topic:s", "One question, one post.");
	cJSON_AddItemToArray(tags, tag(m, "solved", "\xe2\x9c\x85"));
	cJSON_AddItemToArray(tags, tag(m, "idea", "\xf0\x9f\x92\xa1"));
}

static void rich_channels(struct maker *m)
{
	uint64_t rules, news, general;

	zx__mk_channel(m, 4, "Welcome");
	rules = zx__mk_channel(m, 0, "rules");
	read_only(m, rules);
	news = zx__mk_channel(m, 5, "announcements");
	read_only(m, news);
	m->position = 0;
	zx__mk_channel(m, 4, "Talk");
	general = zx__mk_channel(m, 0, "general");
	topic(m, general, "Whatever is on your mind");
	zx__mk_channel(m, 0, "off-topic");
	topic(m, zx__mk_channel(m, 0, "bot-commands"), "Try `/help`");
	topic(m, zx__mk_channel(m, 0, "slow-lane"), "One message a minute");
	zx__dom_set(m->g->channels.v[m->g->channels.n - 1].dom,
		    "rate_limit_per_user:i", 60);
	forum(m);
	zx__mk_channel(m, 4, "Voice");
	zx__mk_channel(m, 2, "Lounge");
	zx__mk_channel(m, 2, "Music");
	staff(m);
	zx__dom_set(m->g->dom,
		    "rules_channel_id:I public_updates_channel_id:I "
		    "system_channel_id:I",
		    rules, m->g->channels.v[m->g->channels.n - 2].id, general);
}

static void plain_channels(struct maker *m)
{
	uint64_t general;

	zx__mk_channel(m, 4, "Text channels");
	general = zx__mk_channel(m, 0, "general");
	read_only(m, zx__mk_channel(m, 0, "rules"));
	zx__mk_channel(m, 4, "Voice channels");
	zx__mk_channel(m, 2, "Lounge");
	zx__dom_set(m->g->dom, "system_channel_id:I", general);
}

/* Members ----------------------------------------------------------------- */

cJSON *zx__mk_member(struct maker *m, uint64_t user, const char *nick,
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
	return zx__set_put(&m->g->members, user, dom);
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

		zx__mk_member(m, zx__seed_user_id(m->w, k), NULL, a,
			      i % 4 == 3 ? m->artist : 0);
	}
}

static void members(struct maker *m)
{
	const uint64_t *who = m->w->who;

	zx__mk_member(m, who[ZX_SANDBOX_OWNER], NULL,
		      m->g->index ? m->regular : m->admin, 0);
	zx__mk_member(m, who[ZX_SANDBOX_ADMIN], NULL, m->admin, 0);
	zx__mk_member(m, who[ZX_SANDBOX_MEMBER],
		      m->g->index == 1 ? "Sammy" : NULL, 0, 0);
	zx__mk_member(m, who[ZX_SANDBOX_BOT], NULL, m->bot, 0);
	others(m);
}

/* The server -------------------------------------------------------------- */

void zx__seed_plain(struct maker *m)
{
	roles(m);
	if (m->g->index < RICH)
		rich_channels(m);
	else
		plain_channels(m);
	members(m);
}
