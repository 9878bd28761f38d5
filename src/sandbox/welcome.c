/* SPDX-License-Identifier: MIT
 *
 * The welcome screen.
 */
#include "sandbox/rest.h"

static const cJSON *document(struct zx__guild *g)
{
	if (!g->welcome)
		g->welcome = zx__dom("description:n welcome_channels:a");
	return g->welcome;
}

/* Hidden from who may not manage the server while it is off. */
void zx__get_welcome(struct zx__call *c)
{
	uint64_t own = zx__perm_base(c->w, c->guild, zx__actor(c->w));

	if (!zx__guild_has(c->guild, "WELCOME_SCREEN_ENABLED") &&
	    !(own & ZX__P_MANAGE_GUILD))
		zx__unknown(c, ZX__UNKNOWN_WELCOME);
	else
		zx__reply(c, 200, zx__dup(document(c->guild)));
}

static void check(struct zx__call *c)
{
	char at[ZX__AT_SIZE], path[ZX__AT_SIZE];
	int i = 0;

	zx__form_bool(c, c->body, "", "enabled");
	zx__form_str(c, c->body, "", "description", 0, 140);
	if (!zx__form_array(c, c->body, "", "welcome_channels", 0, 5))
		return;
	ZX__EACH(w, zx__get(c->body, "welcome_channels"))
	{
		zx__at_i(at, "welcome_channels", i++);
		zx__form_required(c, w, at, "channel_id");
		zx__form_required(c, w, at, "description");
		zx__form_str(c, w, at, "description", 1, 50);
		zx__form_id(c, w, at, "emoji_id");
		if (zx__some(w, "channel_id") &&
		    !zx__set_get(&c->guild->channels,
				 zx__dom_id(w, "channel_id")))
			zx__bad(c, zx__at(path, at, "channel_id"),
				"CHANNEL_INVALID", "Invalid channel");
	}
}

static cJSON *channels_of(const cJSON *list)
{
	cJSON *out = cJSON_CreateArray();

	ZX__EACH(w, list)
	cJSON_AddItemToArray(out, zx__dom("channel_id:c description:c "
					  "emoji_id:c emoji_name:c",
					  zx__get(w, "channel_id"),
					  zx__get(w, "description"),
					  zx__get(w, "emoji_id"),
					  zx__get(w, "emoji_name")));
	return out;
}

/* On and off is a feature of the server. */
static void enable(struct zx__guild *g, int on)
{
	cJSON *list = zx__get_mut(g->dom, "features");
	int i = 0;

	ZX__EACH(f, list)
	{
		if (!strcmp(f->valuestring, "WELCOME_SCREEN_ENABLED"))
			break;
		i++;
	}
	if (on && i == cJSON_GetArraySize(list))
		cJSON_AddItemToArray(
			list, cJSON_CreateString("WELCOME_SCREEN_ENABLED"));
	if (!on)
		cJSON_DeleteItemFromArray(list, i);
}

void zx__patch_welcome(struct zx__call *c)
{
	cJSON *doc;

	check(c);
	if (zx__form_failed(c))
		return;
	if (!zx__guild_has(c->guild, "COMMUNITY")) {
		zx__unknown(c, ZX__UNKNOWN_WELCOME);
		return;
	}
	doc = zx__dup(document(c->guild));
	if (zx__get(c->body, "description"))
		zx__dom_set(doc, "description:c",
			    zx__get(c->body, "description"));
	if (zx__get(c->body, "welcome_channels"))
		zx__dom_set(doc, "welcome_channels:o",
			    channels_of(zx__get(c->body, "welcome_channels")));
	zx__audit(c, c->guild, 1, c->guild->id,
		  zx__audit_diff(c->guild->welcome, doc,
				 "description welcome_channels"),
		  NULL);
	cJSON_Delete(c->guild->welcome);
	c->guild->welcome = doc;
	if (zx__some(c->body, "enabled"))
		enable(c->guild, zx__true(c->body, "enabled"));
	zx__guild_changed(c->w, c->guild);
	zx__reply(c, 200, zx__dup(doc));
}
