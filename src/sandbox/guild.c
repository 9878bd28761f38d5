/* SPDX-License-Identifier: MIT
 *
 * Servers: finding them, how clients see them, and their own routes.
 */
#include <stdlib.h>

#include "sandbox/rest.h"

struct zx__guild *zx__guild_at(struct zx__world *w, size_t index)
{
	if (index >= w->guild_count)
		return NULL;
	if (!w->guilds[index]) {
		w->guilds[index] = zx__seed_guild(w, index);
		if (w->guilds[index])
			zx__seed_finish(w, w->guilds[index],
					zx__kind_at(w, index));
	}
	return w->guilds[index];
}

struct zx__guild *zx__guild_by_id(struct zx__world *w, uint64_t id)
{
	size_t i = zx__seed_index(w, id);

	if (i == SIZE_MAX || zx__seed_guild_id(w, i) != id)
		return NULL;
	return zx__guild_at(w, i);
}

void zx__guild_clear(struct zx__guild *g)
{
	struct zx__set *sets[] = { &g->roles,	&g->channels, &g->threads,
				   &g->members, &g->emojis,   &g->stickers,
				   &g->bans,	&g->webhooks, &g->events,
				   &g->rules,	&g->sounds };
	cJSON **doms[] = { &g->dom,	     &g->invites,    &g->audit,
			   &g->voice_states, &g->onboarding, &g->welcome,
			   &g->integrations };

	for (size_t i = 0; i < sizeof(sets) / sizeof(*sets); i++)
		zx__set_free(sets[i]);
	for (size_t i = 0; i < sizeof(doms) / sizeof(*doms); i++) {
		cJSON_Delete(*doms[i]);
		*doms[i] = NULL;
	}
	zx__crowd_free(g);
	g->role_quota = g->emoji_quota = (struct zx__quota){ .resets = 0 };
}

void zx__guild_free(struct zx__guild *g)
{
	zx__guild_clear(g);
	free(g);
}

cJSON *zx__guild_out(const struct zx__guild *g)
{
	cJSON *o = zx__dup(g->dom);

	zx__dom_set(o, "roles:o emojis:o stickers:o", zx__set_array(&g->roles),
		    zx__set_array(&g->emojis), zx__set_array(&g->stickers));
	return o;
}

int zx__guild_has(const struct zx__guild *g, const char *name)
{
	ZX__EACH(f, zx__get(g->dom, "features"))
	if (cJSON_IsString(f) && !strcmp(f->valuestring, name))
		return 1;
	return 0;
}

/* The page ---------------------------------------------------------------- */

void zx__guild_touched(struct zx__world *w, struct zx__guild *g)
{
	g->dirty = 1;
	w->dirty = 1;
}

/* Each member at a page gets the server as that member sees it. */
static void tell(struct zx__world *w, struct zx__guild *g)
{
	g->dirty = 0;
	if (!zx__wire_watched(w->wire, 0))
		return;
	for (size_t i = 0; i < g->members.n; i++) {
		uint64_t user = g->members.v[i].id;

		if (zx__wire_watched(w->wire, user))
			zx__live(w, "GUILD_UPDATE", zx__state_guild(w, g, user),
				 user);
	}
}

void zx__guilds_flush(struct zx__world *w)
{
	if (!w->dirty)
		return;
	w->dirty = 0;
	for (size_t i = 0; i < w->guild_count; i++)
		if (w->guilds[i] && w->guilds[i]->dirty)
			tell(w, w->guilds[i]);
}

void zx__guild_changed(struct zx__world *w, struct zx__guild *g)
{
	zx__emit(w, g->id, "GUILD_UPDATE", zx__guild_out(g));
	zx__guild_touched(w, g);
}

/* Routes ------------------------------------------------------------------ */

void zx__get_guild(struct zx__call *c)
{
	cJSON *o = zx__guild_out(c->guild);

	if (zx__query_true(c, "with_counts"))
		zx__dom_set(o,
			    "approximate_member_count:i "
			    "approximate_presence_count:i",
			    (int)zx__members(c->guild),
			    (int)(zx__members(c->guild) / 2 + 1));
	zx__reply(c, 200, o);
}

void zx__get_guild_preview(struct zx__call *c)
{
	cJSON *o = zx__pick(c->guild->dom, "id name icon splash description "
					   "discovery_splash home_header "
					   "features");

	zx__dom_set(o,
		    "emojis:o stickers:o approximate_member_count:i "
		    "approximate_presence_count:i",
		    zx__set_array(&c->guild->emojis),
		    zx__set_array(&c->guild->stickers),
		    (int)zx__members(c->guild),
		    (int)(zx__members(c->guild) / 2 + 1));
	zx__reply(c, 200, o);
}

/* The widget's settings. */
void zx__get_widget(struct zx__call *c)
{
	zx__reply(c, 200,
		  zx__dom("enabled:c channel_id:c",
			  zx__get(c->guild->dom, "widget_enabled"),
			  zx__get(c->guild->dom, "widget_channel_id")));
}

void zx__patch_widget(struct zx__call *c)
{
	cJSON *before;

	zx__form_bool(c, c->body, "", "enabled");
	if (zx__some(c->body, "channel_id") &&
	    !zx__set_get(&c->guild->channels,
			 zx__dom_id(c->body, "channel_id")))
		zx__bad(c, "channel_id", "CHANNEL_INVALID", "Invalid channel");
	if (zx__form_failed(c))
		return;
	before = zx__dup(c->guild->dom);
	if (zx__some(c->body, "enabled"))
		zx__dom_set(c->guild->dom, "widget_enabled:c",
			    zx__get(c->body, "enabled"));
	if (zx__get(c->body, "channel_id"))
		zx__dom_set(c->guild->dom, "widget_channel_id:c",
			    zx__get(c->body, "channel_id"));
	zx__audit(c, c->guild, 1, c->guild->id,
		  zx__audit_diff(before, c->guild->dom,
				 "widget_enabled widget_channel_id"),
		  NULL);
	cJSON_Delete(before);
	zx__guild_changed(c->w, c->guild);
	zx__get_widget(c);
}

static const char *const regions[][2] = {
	{ "us-central", "US Central" },
	{ "us-east", "US East" },
	{ "us-south", "US South" },
	{ "us-west", "US West" },
	{ "brazil", "Brazil" },
	{ "hongkong", "Hong Kong" },
	{ "india", "India" },
	{ "japan", "Japan" },
	{ "rotterdam", "Rotterdam" },
	{ "singapore", "Singapore" },
	{ "southafrica", "South Africa" },
	{ "sydney", "Sydney" },
};
enum { REGIONS = sizeof(regions) / sizeof(*regions) };

int zx__voice_region(const char *id)
{
	for (size_t i = 0; i < REGIONS; i++)
		if (!strcmp(id, regions[i][0]))
			return 1;
	return 0;
}

void zx__voice_regions(struct zx__call *c)
{
	cJSON *list = cJSON_CreateArray();

	for (size_t i = 0; i < REGIONS; i++)
		cJSON_AddItemToArray(
			list, zx__dom("id:s name:s optimal:b deprecated:f "
				      "custom:f",
				      regions[i][0], regions[i][1], i == 0));
	zx__reply(c, 200, list);
}

void zx__integrations(struct zx__call *c)
{
	zx__reply(c, 200, zx__dup(c->guild->integrations));
}

void zx__empty_list(struct zx__call *c)
{
	zx__reply(c, 200, cJSON_CreateArray());
}
