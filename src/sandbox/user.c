/* SPDX-License-Identifier: MIT
 *
 * Users, DMs and the application; the routes that are about the bot itself.
 */
#include <stdio.h>

#include "sandbox/rest.h"

cJSON *zx__user_make(uint64_t id, const char *name, const char *global_name,
		     int bot)
{
	return zx__dom("id:I username:s discriminator:s global_name:s "
		       "avatar:n bot:b system:f banner:n accent_color:n "
		       "avatar_decoration_data:n collectibles:n "
		       "primary_guild:n public_flags:0 flags:0",
		       id, name, bot ? "4711" : "0", global_name, bot);
}

uint64_t zx__bot(struct zx__world *w)
{
	return w->who[ZX_SANDBOX_BOT];
}

uint64_t zx__actor(struct zx__world *w)
{
	return w->actor ? w->actor : zx__bot(w);
}

/* The privileged intents that are switched on, as the application's flags. */
static int intent_flags(struct zx__world *w)
{
	uint64_t off = w->opt.intents_refused;
	int flags = 1 << 23; /* APPLICATION_COMMAND_BADGE */

	if (!(off & (UINT64_C(1) << 8)))
		flags |= 1 << 13;
	if (!(off & (UINT64_C(1) << 1)))
		flags |= 1 << 15;
	if (!(off & (UINT64_C(1) << 15)))
		flags |= 1 << 19;
	return flags;
}

static cJSON *install_params(void)
{
	cJSON *scopes = cJSON_CreateArray();

	cJSON_AddItemToArray(scopes, cJSON_CreateString("bot"));
	cJSON_AddItemToArray(scopes,
			     cJSON_CreateString("applications.commands"));
	return zx__dom("scopes:o permissions:s", scopes, "8");
}

static cJSON *application(struct zx__world *w)
{
	cJSON *bot = zx__user(w, zx__bot(w));
	cJSON *owner = zx__user(w, w->who[ZX_SANDBOX_OWNER]);
	int flags = intent_flags(w);

	return zx__dom(
		"id:I name:c icon:n description:s summary:x type:n bot:c "
		"is_monetized:f is_verified:f bot_public:t "
		"bot_require_code_grant:f install_params:o "
		"integration_types_config:o verify_key:s flags:i flags_new:I "
		"hook:t storefront_available:f redirect_uris:a "
		"interactions_endpoint_url:n "
		"role_connections_verification_url:n event_webhooks_url:n "
		"event_webhooks_status:i event_webhooks_types:a owner:c "
		"approximate_guild_count:i approximate_user_install_count:0 "
		"approximate_user_authorization_count:0 tags:a "
		"explicit_content_filter:0 team:n eligible_oauth2_scopes:a",
		zx__bot(w), zx__get(bot, "username"), "", bot, install_params(),
		zx__dom("0:o",
			zx__dom("oauth2_install_params:o", install_params())),
		"0000000000000000000000000000000000000000000000000000000000000"
		"000",
		flags, (uint64_t)flags, 1, owner, (int)w->guild_count);
}

cJSON *zx__application(struct zx__world *w)
{
	cJSON *app = application(w);

	ZX__EACH(changed, w->app_changes)
	{
		cJSON_DeleteItemFromObjectCaseSensitive(app, changed->string);
		cJSON_AddItemToObject(app, changed->string, zx__dup(changed));
	}
	return app;
}

void zx__get_application(struct zx__call *c)
{
	zx__reply(c, 200, zx__application(c->w));
}

void zx__patch_application(struct zx__call *c)
{
	cJSON *picked;

	zx__form_str(c, c->body, "", "description", 0, 400);
	zx__form_array(c, c->body, "", "tags", 0, 5);
	if (zx__form_failed(c))
		return;
	picked = zx__pick(c->body, "description tags install_params "
				   "custom_install_url");
	ZX__EACH(changed, picked)
	{
		cJSON_DeleteItemFromObjectCaseSensitive(c->w->app_changes,
							changed->string);
		cJSON_AddItemToObject(c->w->app_changes, changed->string,
				      zx__dup(changed));
	}
	cJSON_Delete(picked);
	zx__get_application(c);
}

/* The gateway ------------------------------------------------------------- */

static void gateway_url(struct zx__world *w, char *out, size_t n)
{
	snprintf(out, n, "ws://127.0.0.1:%u/gateway", (unsigned)w->port);
}

void zx__get_gateway(struct zx__call *c)
{
	char url[64];

	gateway_url(c->w, url, sizeof(url));
	zx__reply(c, 200, zx__dom("url:s", url));
}

void zx__get_gateway_bot(struct zx__call *c)
{
	struct zx__world *w = c->w;
	uint64_t total = w->opt.identify_limit, used;
	char url[64];

	used = zx__wire_identifies(w->wire);
	gateway_url(w, url, sizeof(url));
	zx__reply(c, 200,
		  zx__dom("url:s shards:i session_start_limit:o", url,
			  (int)w->opt.shards,
			  zx__dom("total:i remaining:i reset_after:i "
				  "max_concurrency:i",
				  (int)total,
				  (int)(used < total ? total - used : 0),
				  (int)(86400000 - w->now % 86400000),
				  (int)w->opt.max_concurrency)));
}

/* Users ------------------------------------------------------------------- */

void zx__get_me(struct zx__call *c)
{
	cJSON *me = zx__dup(zx__user(c->w, zx__bot(c->w)));

	zx__dom_set(me, "mfa_enabled:t locale:s premium_type:0 verified:t",
		    "en-US");
	zx__reply(c, 200, me);
}

static void check_username(struct zx__call *c)
{
	const char *name = zx__str(c->body, "username");

	if (zx__form_str(c, c->body, "", "username", 2, 32) &&
	    (strchr(name, '@') || strchr(name, ':') || strstr(name, "```") ||
	     !strcmp(name, "everyone") || !strcmp(name, "here")))
		zx__bad(c, "username", "USERNAME_INVALID_CONTAINS",
			"Username cannot contain \"@\"");
}

void zx__patch_me(struct zx__call *c)
{
	cJSON *me = zx__user(c->w, zx__bot(c->w));
	static const char *const pictures[] = { "avatar", "banner" };

	check_username(c);
	for (size_t i = 0; i < 2; i++)
		if (zx__some(c->body, pictures[i]) &&
		    !zx__image_ok(zx__str(c->body, pictures[i])))
			zx__bad(c, pictures[i], "IMAGE_INVALID",
				"Invalid image data");
	if (zx__form_failed(c) || (zx__some(c->body, "username") &&
				   zx__subrate(c, "username", 2, 3600000)))
		return;
	if (zx__some(c->body, "username"))
		zx__dom_set(me, "username:c", zx__get(c->body, "username"));
	for (size_t i = 0; i < 2; i++) {
		const cJSON *v = zx__get(c->body, pictures[i]);
		cJSON *hash = v ? zx__image_hash(c->w, v) : NULL;

		if (v) {
			cJSON_DeleteItemFromObjectCaseSensitive(me,
								pictures[i]);
			cJSON_AddItemToObject(me, pictures[i], hash);
		}
	}
	zx__emit(c->w, 0, "USER_UPDATE", zx__dup(me));
	zx__live(c->w, "BOT_UPDATE", zx__state_bot(c->w), 0);
	zx__get_me(c);
}

void zx__get_user(struct zx__call *c)
{
	cJSON *u = zx__user(c->w, c->id[0]);

	if (u)
		zx__reply(c, 200, zx__dup(u));
	else
		zx__unknown(c, ZX__UNKNOWN_USER);
}

static cJSON *my_guild(struct zx__call *c, struct zx__guild *g)
{
	uint64_t bot = zx__bot(c->w);
	cJSON *o = zx__pick(g->dom, "id name icon banner features");

	zx__dom_set(o, "owner:b permissions:U",
		    zx__dom_id(g->dom, "owner_id") == bot,
		    zx__perm_base(c->w, g, bot));
	if (zx__query_true(c, "with_counts"))
		zx__dom_set(o,
			    "approximate_member_count:i "
			    "approximate_presence_count:i",
			    (int)zx__members(g), (int)zx__members(g));
	return o;
}

/* Ids rise with the index, so a page is a run of indices. */
static cJSON *guild_page(struct zx__call *c, uint64_t after, uint64_t before,
			 int limit)
{
	struct zx__world *w = c->w;
	cJSON *list = cJSON_CreateArray();
	size_t i = 0, n = w->guild_count, got = 0;

	while (i < n && zx__seed_guild_id(w, i) <= after && after)
		i++;
	if (before && !after)
		for (i = n; i > 0 && got < (size_t)limit; i--)
			got += zx__seed_guild_id(w, i - 1) < before;
	for (; i < n && cJSON_GetArraySize(list) < limit; i++) {
		int made = w->guilds[i] != NULL ||
			   zx__kind_at(w, i) != ZX__KIND_PLAIN;
		struct zx__guild *g;

		if (before && zx__seed_guild_id(w, i) >= before)
			break;
		g = made ? zx__guild_at(w, i) : zx__seed_guild(w, i);
		if (!g)
			break;
		cJSON_AddItemToArray(list, my_guild(c, g));
		if (!made)
			zx__guild_free(g);
	}
	return list;
}

void zx__get_my_guilds(struct zx__call *c)
{
	int limit = zx__query_int(c, "limit", 200, 1, 200);

	if (!zx__form_failed(c))
		zx__reply(c, 200,
			  guild_page(c, zx__query_id(c, "after"),
				     zx__query_id(c, "before"), limit));
}

void zx__leave_guild(struct zx__call *c)
{
	/* The world without the bot in it has no use; so this is refused. */
	zx__fail(c, 400, 50055, "Invalid Guild");
}

/* DMs --------------------------------------------------------------------- */

cJSON *zx__dm(struct zx__world *w, uint64_t user)
{
	const cJSON *u = zx__user(w, user);
	cJSON *list, *dm;
	uint64_t id;

	if (!u || user == zx__bot(w))
		return NULL;
	for (size_t i = 0; i < w->dms.n; i++) {
		const cJSON *who = zx__get(w->dms.v[i].dom, "recipients");

		if (zx__dom_id(cJSON_GetArrayItem(who, 0), "id") == user)
			return w->dms.v[i].dom;
	}
	list = cJSON_CreateArray();
	cJSON_AddItemToArray(list, zx__dup(u));
	id = zx__world_new_id(w);
	dm = zx__dom("id:I type:i last_message_id:n flags:0 recipients:o", id,
		     1, list);
	return zx__set_put(&w->dms, id, dm);
}

void zx__create_dm(struct zx__call *c)
{
	uint64_t user = zx__dom_id(c->body, "recipient_id");
	cJSON *dm;

	zx__form_required(c, c->body, "", "recipient_id");
	zx__form_id(c, c->body, "", "recipient_id");
	if (zx__form_failed(c))
		return;
	if (!zx__user(c->w, user)) {
		zx__fail(c, 400, 50033, "Invalid Recipient(s)");
		return;
	}
	dm = zx__dm(c->w, user);
	if (!dm)
		zx__fail(c, 400, 50007, "Cannot send messages to this user");
	else
		zx__reply(c, 200, zx__dup(dm));
}
