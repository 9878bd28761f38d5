/* SPDX-License-Identifier: MIT
 *
 * The state as one person sees it: GET /sandbox/state and GUILD_UPDATE.
 */
#include "sandbox/world_int.h"

const char *zx__persona(struct zx__world *w, uint64_t user)
{
	static const char *const names[] = { "owner", "admin", "member",
					     "bot" };

	for (size_t i = 0; i < 4; i++)
		if (w->who[i] == user)
			return names[i];
	return "other";
}

cJSON *zx__state_bot(struct zx__world *w)
{
	return zx__dom("user:c online:b status:s activities:c",
		       zx__user(w, zx__bot(w)), w->online > 0,
		       zx__status(w, zx__bot(w)),
		       zx__get(w->bot_status, "activities"));
}

static cJSON *channel(struct zx__world *w, struct zx__guild *g, const cJSON *ch,
		      uint64_t user)
{
	uint64_t bits = zx__perm_in(w, g, ch, user);
	cJSON *o = zx__channel_out(ch);

	zx__dom_set(o, "can_view:b can_send:b permissions:U",
		    (bits & ZX__P_VIEW) != 0,
		    (bits & ZX__P_SEND) && zx__is_text(ch), bits);
	return o;
}

static cJSON *channels(struct zx__world *w, struct zx__guild *g,
		       const struct zx__set *set, uint64_t user)
{
	cJSON *list = cJSON_CreateArray();

	for (size_t i = 0; i < set->n; i++)
		cJSON_AddItemToArray(list, channel(w, g, set->v[i].dom, user));
	return list;
}

static cJSON *members(struct zx__world *w, struct zx__guild *g)
{
	cJSON *list = cJSON_CreateArray();

	for (size_t i = 0; i < g->members.n && i < ZX__PAGE_MEMBERS; i++) {
		uint64_t id = g->members.v[i].id;
		cJSON *m = zx__member_out(w, g, id, 1);

		zx__dom_set(m, "status:s", zx__status(w, id));
		cJSON_AddItemToArray(list, m);
	}
	return list;
}

cJSON *zx__state_guild(struct zx__world *w, struct zx__guild *g, uint64_t user)
{
	cJSON *o = zx__guild_out(g);

	zx__dom_set(o,
		    "channels:o threads:o members:o member_count:i "
		    "permissions:U",
		    channels(w, g, &g->channels, user),
		    channels(w, g, &g->threads, user), members(w, g),
		    (int)zx__members(g), zx__perm_base(w, g, user));
	return o;
}

static cJSON *guilds(struct zx__world *w, uint64_t user)
{
	cJSON *list = cJSON_CreateArray();

	for (size_t i = 0; i < w->guild_count && i < ZX__PAGE_GUILDS; i++) {
		struct zx__guild *g = zx__guild_at(w, i);

		if (g && zx__member(g, user))
			cJSON_AddItemToArray(list, zx__state_guild(w, g, user));
	}
	return list;
}

static cJSON *with_persona(struct zx__world *w, const cJSON *u)
{
	cJSON *o = zx__dup(u);

	zx__dom_set(o, "persona:s", zx__persona(w, zx__dom_id(u, "id")));
	return o;
}

static cJSON *users(struct zx__world *w)
{
	cJSON *list = cJSON_CreateArray();
	int n = 0;

	for (size_t i = 0; i < 4; i++)
		cJSON_AddItemToArray(list,
				     with_persona(w, zx__user(w, w->who[i])));
	for (size_t i = 0; i < w->users.n && n < ZX__PAGE_MEMBERS; i++) {
		if (strcmp(zx__persona(w, w->users.v[i].id), "other"))
			continue;
		cJSON_AddItemToArray(list, with_persona(w, w->users.v[i].dom));
		n++;
	}
	return list;
}

cJSON *zx__state(struct zx__world *w, uint64_t user)
{
	cJSON *s = zx__dom(
		"me:c users:o bot:o application_id:I guilds:o dm:o commands:o "
		"faults:o",
		zx__user(w, user), users(w), zx__state_bot(w), zx__bot(w),
		guilds(w, user), zx__dup(zx__dm(w, user)),
		zx__commands_for(w, user), zx__fault_list(w));

	zx__dom_set(s, "stats:o",
		    zx__dom("requests:d rate_limited:d invalid_requests:d "
			    "interactions:d messages:d",
			    (double)w->stats.requests,
			    (double)w->stats.rate_limited,
			    (double)w->stats.invalid_requests,
			    (double)w->stats.interactions,
			    (double)w->stats.messages));
	zx__wire_state(w->wire, s);
	return s;
}

void zx__world_state(struct zx__world *w, uint64_t as_user, struct zx_buf *out)
{
	uint64_t user =
		zx__user(w, as_user) ? as_user : w->who[ZX_SANDBOX_OWNER];
	cJSON *s = zx__state(w, user);

	zx__print(s, out);
	cJSON_Delete(s);
}
