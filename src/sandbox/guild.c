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

static const char *const plain_fields =
	"name description region verification_level "
	"default_message_notifications explicit_content_filter afk_channel_id "
	"afk_timeout system_channel_id system_channel_flags preferred_locale "
	"rules_channel_id public_updates_channel_id safety_alerts_channel_id "
	"premium_progress_bar_enabled features";
static const char *const pictures[] = { "icon", "splash", "banner",
					"discovery_splash", "home_header" };

static void check_channel(struct zx__call *c, const char *key, int type)
{
	const cJSON *ch =
		zx__set_get(&c->guild->channels, zx__dom_id(c->body, key));

	if (!zx__form_id(c, c->body, "", key))
		return;
	if (!ch || zx__int(ch, "type") != type)
		zx__bad(c, key, "CHANNEL_INVALID", "Invalid channel");
}

static void check_guild(struct zx__call *c)
{
	static const int afk[] = { 60, 300, 900, 1800, 3600 };

	if (cJSON_IsNull(zx__get(c->body, "name")))
		zx__bad(c, "name", "BASE_TYPE_REQUIRED",
			"This field is required");
	zx__form_str(c, c->body, "", "name", 2, 100);
	zx__form_str(c, c->body, "", "description", 0, 300);
	zx__form_int(c, c->body, "", "verification_level", 0, 4);
	zx__form_int(c, c->body, "", "default_message_notifications", 0, 1);
	zx__form_int(c, c->body, "", "explicit_content_filter", 0, 2);
	zx__form_one_of(c, c->body, "", "afk_timeout", afk, 5);
	zx__form_int(c, c->body, "", "system_channel_flags", 0, 63);
	zx__form_bool(c, c->body, "", "premium_progress_bar_enabled");
	zx__form_array(c, c->body, "", "features", 0, 100);
	check_channel(c, "afk_channel_id", 2);
	check_channel(c, "system_channel_id", 0);
	check_channel(c, "rules_channel_id", 0);
	check_channel(c, "public_updates_channel_id", 0);
	check_channel(c, "safety_alerts_channel_id", 0);
	for (size_t i = 0; i < sizeof(pictures) / sizeof(*pictures); i++)
		if (zx__some(c->body, pictures[i]) &&
		    !zx__image_ok(zx__str(c->body, pictures[i])))
			zx__bad(c, pictures[i], "IMAGE_INVALID",
				"Invalid image data");
}

static int has_word(const cJSON *list, const char *word)
{
	ZX__EACH(item, list)
	if (cJSON_IsString(item) && !strcmp(item->valuestring, word))
		return 1;
	return 0;
}

/* Changing COMMUNITY takes an administrator and its two channels. */
static int community_refused(struct zx__call *c)
{
	const cJSON *wanted = zx__some(c->body, "features");
	const cJSON *now = zx__get(c->guild->dom, "features");

	if (!wanted ||
	    has_word(wanted, "COMMUNITY") == has_word(now, "COMMUNITY"))
		return 0;
	if (!(zx__perm_base(c->w, c->guild, zx__actor(c->w)) &
	      ZX__P_ADMINISTRATOR)) {
		zx__no_permission(c);
		return 1;
	}
	if (!has_word(wanted, "COMMUNITY"))
		return 0;
	if (!zx__some(c->body, "rules_channel_id") &&
	    !zx__some(c->guild->dom, "rules_channel_id"))
		zx__form_required(c, c->body, "", "rules_channel_id");
	if (!zx__some(c->body, "public_updates_channel_id") &&
	    !zx__some(c->guild->dom, "public_updates_channel_id"))
		zx__form_required(c, c->body, "", "public_updates_channel_id");
	return zx__form_failed(c);
}

static int pictures_refused(struct zx__call *c)
{
	const cJSON *features = zx__get(c->guild->dom, "features");

	if ((zx__some(c->body, "banner") && !has_word(features, "BANNER")) ||
	    (zx__some(c->body, "splash") &&
	     !has_word(features, "INVITE_SPLASH"))) {
		zx__fail(c, 400, 50101,
			 "This server needs more boosts to perform this "
			 "action");
		return 1;
	}
	return 0;
}

/* Only what the app may change of the features; NEWS comes with COMMUNITY. */
static cJSON *new_features(struct zx__call *c)
{
	static const char *const mutable_ones[] = { "COMMUNITY", "DISCOVERABLE",
						    "INVITES_DISABLED",
						    "RAID_ALERTS_DISABLED" };
	const cJSON *wanted = zx__get(c->body, "features");
	cJSON *list = cJSON_CreateArray();

	for (size_t i = 0; i < 4; i++)
		if (has_word(wanted, mutable_ones[i]))
			cJSON_AddItemToArray(
				list, cJSON_CreateString(mutable_ones[i]));
	if (has_word(wanted, "COMMUNITY"))
		cJSON_AddItemToArray(list, cJSON_CreateString("NEWS"));
	return list;
}

static void apply_guild(struct zx__call *c)
{
	cJSON *fields = zx__pick(c->body, plain_fields);

	if (zx__some(fields, "features"))
		zx__dom_set(fields, "features:o", new_features(c));
	ZX__EACH(f, fields)
	{
		cJSON *v = zx__dup(f);

		if (cJSON_IsNull(f) && zx__some(c->guild->dom, f->string) &&
		    !strstr(f->string, "_id") &&
		    strcmp(f->string, "description")) {
			/* null means the default: numbers go to 0 */
			cJSON_Delete(v);
			v = cJSON_IsNumber(zx__get(c->guild->dom, f->string))
				    ? cJSON_CreateNumber(0)
				    : zx__dup(zx__get(c->guild->dom,
						      f->string));
		}
		cJSON_DeleteItemFromObjectCaseSensitive(c->guild->dom,
							f->string);
		cJSON_AddItemToObject(c->guild->dom, f->string, v);
	}
	cJSON_Delete(fields);
	for (size_t i = 0; i < sizeof(pictures) / sizeof(*pictures); i++)
		if (zx__get(c->body, pictures[i]))
			zx__dom_set(c->guild->dom,
				    i == 0   ? "icon:o"
				    : i == 1 ? "splash:o"
				    : i == 2 ? "banner:o"
				    : i == 3 ? "discovery_splash:o"
					     : "home_header:o",
				    zx__image_hash(c->w, zx__get(c->body,
								 pictures[i])));
}

void zx__patch_guild(struct zx__call *c)
{
	cJSON *before;

	check_guild(c);
	if (zx__form_failed(c) || community_refused(c) || pictures_refused(c))
		return;
	before = zx__dup(c->guild->dom);
	apply_guild(c);
	zx__audit(c, c->guild, 1, c->guild->id,
		  zx__audit_diff(before, c->guild->dom, plain_fields), NULL);
	cJSON_Delete(before);
	zx__guild_changed(c->w, c->guild);
	zx__reply(c, 200, zx__guild_out(c->guild));
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

void zx__voice_regions(struct zx__call *c)
{
	static const char *const names[][2] = {
		{ "us-central", "US Central" },
		{ "rotterdam", "Rotterdam" },
		{ "japan", "Japan" },
	};
	cJSON *list = cJSON_CreateArray();

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		cJSON_AddItemToArray(
			list, zx__dom("id:s name:s optimal:b deprecated:f "
				      "custom:f",
				      names[i][0], names[i][1], i == 0));
	zx__reply(c, 200, list);
}

void zx__empty_list(struct zx__call *c)
{
	zx__reply(c, 200, cJSON_CreateArray());
}
