/* SPDX-License-Identifier: MIT
 *
 * What the gateway's sessions are given: READY, the servers of a shard, member
 * chunks, presences.
 */
#include "sandbox/world_int.h"

#define GUILDS UINT64_C(1)
#define MEMBERS (UINT64_C(1) << 1)
#define PRESENCES (UINT64_C(1) << 8)

enum { HUGE_GUILD = 75000 };

static size_t shard_of(uint64_t guild, uint32_t shards)
{
	return (size_t)((guild >> 22) % (shards ? shards : 1));
}

/* Of what nobody looked at yet it is a member. */
static int bot_is_in(const struct zx__world *w, size_t index)
{
	return !w->guilds[index] ||
	       zx__member(w->guilds[index], w->who[ZX_SANDBOX_BOT]);
}

cJSON *zx__world_ready(struct zx__world *w, uint32_t shard, uint32_t shards)
{
	cJSON *guilds = cJSON_CreateArray(), *app = zx__application(w);
	cJSON *pair = cJSON_CreateArray(), *me;

	for (size_t i = 0; i < w->guild_count; i++) {
		uint64_t id = zx__seed_guild_id(w, i);

		if (shard_of(id, shards) == shard && bot_is_in(w, i))
			cJSON_AddItemToArray(guilds,
					     zx__dom("id:I unavailable:t", id));
	}
	cJSON_AddItemToArray(pair, cJSON_CreateNumber(shard));
	cJSON_AddItemToArray(pair, cJSON_CreateNumber(shards));
	me = zx__dup(zx__user(w, zx__bot(w)));
	zx__dom_set(me, "mfa_enabled:t verified:t email:n");
	me = zx__dom("v:i user:o user_settings:e session_type:s "
		     "relationships:a private_channels:a presences:a guilds:o "
		     "guild_join_requests:a geo_ordered_rtc_regions:a shard:o "
		     "application:o _trace:a",
		     10, me, "normal", guilds, pair, zx__pick(app, "id flags"));
	cJSON_Delete(app);
	return me;
}

/* Presences --------------------------------------------------------------- */

const char *zx__status(struct zx__world *w, uint64_t user)
{
	static const char *const kinds[] = { "online",	"idle",	   "dnd",
					     "offline", "offline", "online" };

	if (user == zx__bot(w))
		return w->online ? zx__str(w->bot_status, "status") : "offline";
	if (strcmp(zx__persona(w, user), "other"))
		return "online";
	return kinds[(user >> 22) / 311040 % 6];
}

cJSON *zx__presence(struct zx__world *w, uint64_t user)
{
	const char *status = zx__status(w, user);
	cJSON *p = zx__dom(
		"user:o status:s activities:o client_status:o",
		zx__dom("id:I", user), status,
		user == zx__bot(w)
			? zx__dup(zx__get(w->bot_status, "activities"))
			: cJSON_CreateArray(),
		zx__dom(user == zx__bot(w) ? "web:s" : "desktop:s", status));

	return p;
}

int zx__shown_online(struct zx__world *w, uint64_t user)
{
	return strcmp(zx__status(w, user), "offline") != 0;
}

void zx__world_presence(struct zx__world *w, const cJSON *d)
{
	const char *status = zx__str(d, "status");
	const cJSON *list = zx__get(d, "activities");

	zx__dom_set(w->bot_status, "status:s activities:o",
		    *status ? status : "online",
		    cJSON_IsArray(list) ? zx__dup(list) : cJSON_CreateArray());
	zx__live(w, "BOT_UPDATE", zx__state_bot(w), 0);
	for (size_t i = 0; i < w->guild_count && i < ZX__PAGE_GUILDS; i++) {
		cJSON *p;

		if (!w->guilds[i])
			continue;
		p = zx__presence(w, zx__bot(w));
		zx__dom_set(p, "guild_id:I", w->guilds[i]->id);
		zx__emit(w, w->guilds[i]->id, "PRESENCE_UPDATE", p);
	}
}

void zx__world_online(struct zx__world *w, uint32_t sessions_live)
{
	int was = w->online > 0;

	w->online = sessions_live;
	if (was == (sessions_live > 0))
		return;
	if (!sessions_live)
		zx__dom_set(w->bot_status, "status:s activities:a", "online");
	zx__live(w, "BOT_UPDATE", zx__state_bot(w), 0);
}

/* GUILD_CREATE ------------------------------------------------------------ */

/* Without presences, or in a very large server: the bot alone. */
static int listed(struct zx__world *w, const struct zx__guild *g, uint64_t user,
		  uint64_t intents, uint32_t large)
{
	if (user == zx__bot(w))
		return 1;
	if (!(intents & PRESENCES) || zx__members(g) > HUGE_GUILD)
		return 0;
	return zx__members(g) <= large || zx__shown_online(w, user);
}

static void add_people(struct zx__world *w, struct zx__guild *g, cJSON *d,
		       uint64_t intents, uint32_t large)
{
	cJSON *members = cJSON_CreateArray(), *presences = cJSON_CreateArray();

	for (size_t i = 0; i < g->members.n; i++) {
		uint64_t user = g->members.v[i].id;

		if (!listed(w, g, user, intents, large))
			continue;
		cJSON_AddItemToArray(members, zx__member_out(w, g, user, 1));
		if ((intents & PRESENCES) && zx__shown_online(w, user))
			cJSON_AddItemToArray(presences, zx__presence(w, user));
	}
	zx__dom_set(d, "members:o presences:o", members, presences);
}

static cJSON *channels(const struct zx__set *set)
{
	cJSON *list = cJSON_CreateArray();

	for (size_t i = 0; i < set->n; i++)
		cJSON_AddItemToArray(list, zx__channel_out(set->v[i].dom));
	return list;
}

static cJSON *threads_seen(struct zx__world *w, struct zx__guild *g)
{
	cJSON *list = cJSON_CreateArray();

	for (size_t i = 0; i < g->threads.n; i++) {
		const cJSON *t = g->threads.v[i].dom;

		if (!zx__true(zx__get(t, "thread_metadata"), "archived") &&
		    (zx__perm_in(w, g, t, zx__bot(w)) & ZX__P_VIEW))
			cJSON_AddItemToArray(list, zx__channel_out(t));
	}
	return list;
}

static cJSON *create_of(struct zx__world *w, struct zx__guild *g,
			uint64_t intents, uint32_t large)
{
	cJSON *d = zx__guild_out(g);

	zx__dom_set(d,
		    "joined_at:c large:b unavailable:f member_count:i "
		    "voice_states:c channels:o threads:o stage_instances:a "
		    "guild_scheduled_events:o soundboard_sounds:o lazy:t",
		    zx__get(zx__member(g, zx__bot(w)), "joined_at"),
		    zx__members(g) > large, (int)zx__members(g),
		    g->voice_states, channels(&g->channels), threads_seen(w, g),
		    zx__set_array(&g->events), zx__set_array(&g->sounds));
	add_people(w, g, d, intents, large);
	return d;
}

cJSON *zx__guild_create(struct zx__world *w, struct zx__guild *g)
{
	return create_of(w, g, GUILDS, 50);
}

/* The index of the shard's i-th guild, or SIZE_MAX; walks on from the last. */
static size_t nth(struct zx__world *w, uint32_t shard, uint32_t shards,
		  size_t i)
{
	size_t at = 0, seen = 0;

	if (w->cursor.shards == shards && w->cursor.shard == shard &&
	    w->cursor.i < i) {
		at = w->cursor.index + 1;
		seen = w->cursor.i + 1;
	}
	for (; at < w->guild_count; at++) {
		if (shard_of(zx__seed_guild_id(w, at), shards) != shard ||
		    !bot_is_in(w, at))
			continue;
		if (seen++ < i)
			continue;
		w->cursor.shard = shard;
		w->cursor.shards = shards;
		w->cursor.i = i;
		w->cursor.index = at;
		return at;
	}
	return SIZE_MAX;
}

cJSON *zx__world_guild_create(struct zx__world *w, uint32_t shard,
			      uint32_t shards, uint64_t intents,
			      uint32_t large_threshold, size_t i)
{
	uint32_t large = large_threshold ? large_threshold : 50;
	size_t at = nth(w, shard, shards, i);
	struct zx__guild *g;
	cJSON *d;

	if (at == SIZE_MAX || !(intents & GUILDS))
		return NULL;
	if (at < ZX__PAGE_GUILDS || w->guilds[at] ||
	    zx__kind_at(w, at) != ZX__KIND_PLAIN) {
		g = zx__guild_at(w, at);
		return g ? create_of(w, g, intents, large) : NULL;
	}
	/* Nobody looked at it yet: it need not stay. */
	g = zx__seed_guild(w, at);
	if (!g)
		return NULL;
	d = create_of(w, g, intents, large);
	zx__guild_free(g);
	return d;
}
