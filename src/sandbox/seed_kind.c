/* SPDX-License-Identifier: MIT
 *
 * What a server is seeded as: lively or small, empty, with everything, huge.
 */
#include <stdio.h>
#include <stdlib.h>

#include "sandbox/seed_int.h"

static const char *const names[] = {
	[ZX__KIND_PLAIN] = "plain",
	[ZX__KIND_EMPTY] = "empty",
	[ZX__KIND_BARE] = "bare",
	[ZX__KIND_UNBOOSTED] = "unboosted",
	[ZX__KIND_EVERYTHING] = "everything",
	[ZX__KIND_HUGE] = "huge",
};
enum { KINDS = sizeof(names) / sizeof(*names), RICH = 10, CROWD = 250000 };

static int kind_of(struct zx_str name)
{
	for (int i = 0; i < KINDS; i++)
		if (zx_str_is(name, names[i]))
			return i;
	return -1;
}

enum zx__kind zx__kind_at(const struct zx__world *w, size_t index)
{
	return index < ZX__KINDS_MAX ? w->kinds[index] : ZX__KIND_PLAIN;
}

int zx__kinds_read(struct zx__world *w, const char *kinds)
{
	struct zx_str rest = zx_str(kinds);

	for (size_t i = 0; rest.len; i++) {
		int kind = kind_of(zx_str_trim(zx_str_split(&rest, ',')));

		if (kind < 0 || i == ZX__KINDS_MAX)
			return ZX_E_INVALID;
		w->kinds[i] = (enum zx__kind)kind;
	}
	return ZX_OK;
}

int zx__kinds_ok(const char *kinds)
{
	struct zx_str rest = zx_str(kinds);
	size_t n = 0;

	while (rest.len)
		if (kind_of(zx_str_trim(zx_str_split(&rest, ','))) < 0 ||
		    ++n > ZX__KINDS_MAX)
			return 0;
	return 1;
}

/* The server itself ------------------------------------------------------- */

static cJSON *features(const struct zx__world *w, int rich, enum zx__kind kind)
{
	static const char *const boosted[] = {
		"ANIMATED_BANNER",	"ANIMATED_ICON", "BANNER",
		"ENHANCED_ROLE_COLORS", "INVITE_SPLASH", "MORE_STICKERS",
		"ROLE_ICONS",		"VANITY_URL"
	};
	cJSON *list = cJSON_CreateArray();

	if (kind == ZX__KIND_PLAIN && rich) {
		cJSON_AddItemToArray(list, cJSON_CreateString("COMMUNITY"));
		cJSON_AddItemToArray(list, cJSON_CreateString("NEWS"));
	}
	if (kind == ZX__KIND_PLAIN || kind == ZX__KIND_UNBOOSTED)
		return list;
	for (size_t i = 0; i < sizeof(boosted) / sizeof(*boosted); i++)
		if (!w->opt.schema_only ||
		    strcmp(boosted[i], "ENHANCED_ROLE_COLORS"))
			cJSON_AddItemToArray(list,
					     cJSON_CreateString(boosted[i]));
	return list;
}

static cJSON *dom(struct zx__world *w, uint64_t id, size_t index,
		  enum zx__kind kind)
{
	int rich = kind == ZX__KIND_PLAIN && index < RICH;
	int boosted = kind != ZX__KIND_PLAIN && kind != ZX__KIND_UNBOOSTED;
	char buf[64];

	return zx__dom(
		"id:I name:s icon:n description:s home_header:n splash:n "
		"discovery_splash:n features:o banner:n owner_id:I "
		"application_id:n region:s afk_channel_id:n afk_timeout:i "
		"system_channel_id:n system_channel_flags:0 widget_enabled:f "
		"widget_channel_id:n verification_level:i "
		"default_message_notifications:i mfa_level:0 "
		"explicit_content_filter:i max_presences:n max_members:i "
		"max_stage_video_channel_users:i max_video_channel_users:i "
		"vanity_url_code:n premium_tier:i "
		"premium_subscription_count:i preferred_locale:s "
		"rules_channel_id:n safety_alerts_channel_id:n "
		"public_updates_channel_id:n premium_progress_bar_enabled:f "
		"nsfw:f nsfw_level:0 hub_type:n incidents_data:n "
		"latest_onboarding_question_id:n",
		id, zx__name_guild(index, buf),
		rich ? "A place made for trying bots." : NULL,
		features(w, rich, kind),
		w->who[index ? ZX_SANDBOX_ADMIN : ZX_SANDBOX_OWNER],
		"us-central", 300, rich ? 1 : 0, rich || index >= RICH ? 1 : 0,
		rich ? 2 : 0, 25000000, 50, 25, boosted ? 3 : 0,
		boosted ? 14 : 0, "en-US");
}

/* The bot's own, as it was added to the server. */
static cJSON *integration(struct maker *m)
{
	const cJSON *tags = zx__get(zx__set_get(&m->g->roles, m->bot), "tags");
	uint64_t bot = zx__bot(m->w);
	cJSON *scopes = cJSON_CreateArray();

	cJSON_AddItemToArray(scopes, cJSON_CreateString("bot"));
	cJSON_AddItemToArray(scopes,
			     cJSON_CreateString("applications.commands"));
	return zx__dom("id:c name:s type:s enabled:t account:o application:o "
		       "scopes:o",
		       zx__get(tags, "integration_id"), "Zoryx", "discord",
		       zx__dom("id:I name:s", bot, "Zoryx"),
		       zx__dom("id:I name:s description:x icon:n type:n "
			       "bot:c",
			       bot, "Zoryx", zx__user(m->w, bot)),
		       scopes);
}

/* All kinds but the plain one begin with @everyone, the bot's own role, which
 * is an administrator's, and the people. */
static void bare(struct maker *m)
{
	size_t n = m->w->opt.members > 4 ? m->w->opt.members - 4 : 0;
	uint64_t bot = zx__bot(m->w);

	zx__mk_role(m, "@everyone", ZX__EVERYONE, 0, 0);
	m->bot = zx__mk_role(m, "Zoryx", ZX__P_ADMINISTRATOR, 0, 1);
	zx__dom_set(zx__set_get(&m->g->roles, m->bot),
		    "managed:t hoist:f tags:o",
		    zx__dom("bot_id:I integration_id:I", bot, zx__mk_id(m)));
	for (size_t i = 0; i < 4; i++)
		zx__mk_member(m, m->w->who[i], NULL,
			      i == ZX_SANDBOX_BOT ? m->bot : 0, 0);
	for (size_t i = 0; i < n; i++)
		zx__mk_member(m, zx__seed_user_id(m->w, i), NULL, 0, 0);
	cJSON_AddItemToArray(m->g->integrations, integration(m));
}

/* As large as Discord lets a server be. */
static void huge(struct maker *m)
{
	char name[40];
	uint64_t ids[248];

	for (int i = 0; i < 248; i++) {
		snprintf(name, sizeof(name), "role %03d", i);
		ids[i] = zx__mk_role(m, name, i % 5 ? 0 : ZX__P_MANAGE_MESSAGES,
				     i * 4243 % 0xffffff, i + 1);
		if (i < 200)
			zx__set_put(&m->g->crowd_roles, ids[i], NULL);
	}
	zx__dom_set(zx__set_get(&m->g->roles, m->bot), "position:i", 249);
	for (int i = 0; i < 500; i++) {
		uint64_t ch;

		snprintf(name, sizeof(name),
			 i % 25 ? "room-%03d" : "Floor %03d", i);
		ch = zx__mk_channel(m, i % 25 == 0 ? 4 : i % 5 ? 0 : 2, name);
		if (i % 3 == 0)
			zx__mk_overwrite(m, ch, m->g->id, 0, 0, ZX__P_VIEW);
		for (int k = 0; i % 3 == 0 && k < 4; k++)
			zx__mk_overwrite(m, ch, ids[(i * 5 + k) % 248], 0,
					 ZX__P_VIEW, 0);
	}
	if (zx__crowd_make(m->g, CROWD) != ZX_OK)
		m->g->crowd = 0;
}

static void fill(struct zx__guild *g, enum zx__kind kind)
{
	struct maker m = { .w = g->w, .g = g, .ms = (g->id >> 22) + 37 };

	g->dom = dom(g->w, g->id, g->index, kind);
	g->invites = cJSON_CreateArray();
	g->audit = cJSON_CreateArray();
	g->voice_states = cJSON_CreateArray();
	g->integrations = cJSON_CreateArray();
	if (kind == ZX__KIND_PLAIN)
		zx__seed_plain(&m);
	else
		bare(&m);
	if (kind == ZX__KIND_HUGE)
		huge(&m);
	if (kind == ZX__KIND_BARE)
		zx__mk_channel(&m, 0, "general");
	g->seed_ms = m.ms;
}

struct zx__guild *zx__seed_guild(struct zx__world *w, size_t index)
{
	struct zx__guild *g = calloc(1, sizeof(*g));

	if (!g)
		return NULL;
	g->w = w;
	g->index = index;
	g->id = zx__seed_guild_id(w, index);
	fill(g, zx__kind_at(w, index));
	return g;
}

/* The rest is done by the routes themselves: it needs the server in place. */
void zx__seed_finish(struct zx__world *w, struct zx__guild *g,
		     enum zx__kind kind)
{
	struct maker m = { .w = w, .g = g, .ms = g->seed_ms };

	if (kind == ZX__KIND_EVERYTHING) {
		w->maker = &m;
		zx__seed_everything(&m);
		w->maker = NULL;
	}
	if (kind == ZX__KIND_PLAIN || kind == ZX__KIND_EVERYTHING)
		zx__seed_messages(w, g);
}

/* Once more --------------------------------------------------------------- */

/* Clients hear of it as of the end of an outage. */
static void tell(struct zx__world *w, struct zx__guild *g)
{
	zx__emit(w, g->id, "GUILD_DELETE",
		 zx__dom("id:I unavailable:t", g->id));
	zx__emit(w, g->id, "GUILD_CREATE", zx__guild_create(w, g));
	zx__guild_touched(w, g);
	zx__guilds_flush(w);
}

int zx__world_seed(struct zx__world *w, uint64_t guild, const char *kind)
{
	struct zx__guild *g = zx__guild_by_id(w, guild);
	int k = kind_of(zx_str(kind));

	if (!g)
		return ZX_E_NOTFOUND;
	if (k < 0)
		return ZX_E_INVALID;
	zx__guild_clear(g);
	fill(g, (enum zx__kind)k);
	zx__seed_finish(w, g, (enum zx__kind)k);
	tell(w, g);
	zx__watch_check(w, "", zx_str("a new seed"));
	return ZX_OK;
}
