/* SPDX-License-Identifier: MIT
 *
 * Emojis of servers.
 */
#include <inttypes.h>
#include <stdio.h>

#include "sandbox/rest.h"

enum {
	EMOJI_BYTES = 256 << 10,
	/* What a server takes of all apps and people together. */
	AN_HOUR = 50,
	HOUR_MS = 3600 * 1000
};

static void emojis_changed(struct zx__call *c)
{
	zx__emit(c->w, c->guild->id, "GUILD_EMOJIS_UPDATE",
		 zx__dom("guild_id:I emojis:o", c->guild->id,
			 zx__set_array(&c->guild->emojis)));
	zx__guild_touched(c->w, c->guild);
}

static cJSON *asked(struct zx__call *c)
{
	cJSON *dom = zx__set_get(&c->guild->emojis, c->id[1]);

	if (!dom)
		zx__unknown(c, ZX__UNKNOWN_EMOJI);
	return dom;
}

void zx__list_emojis(struct zx__call *c)
{
	zx__reply(c, 200, zx__set_array(&c->guild->emojis));
}

void zx__get_emoji(struct zx__call *c)
{
	const cJSON *e = asked(c);

	if (e)
		zx__reply(c, 200, zx__dup(e));
}

static int valid_name(const char *name)
{
	for (; *name; name++)
		if (!((*name >= 'a' && *name <= 'z') ||
		      (*name >= 'A' && *name <= 'Z') ||
		      (*name >= '0' && *name <= '9') || *name == '_'))
			return 0;
	return 1;
}

static void check_name(struct zx__call *c)
{
	if (zx__form_str(c, c->body, "", "name", 2, 32) &&
	    !valid_name(zx__str(c->body, "name")))
		zx__bad(c, "name", "STRING_TYPE_REGEX",
			"String value did not match validation regex.");
}

static int full(struct zx__call *c, int animated)
{
	static const int slots[] = { 50, 100, 150, 250 };
	int max = slots[zx__int(c->guild->dom, "premium_tier") & 3], n = 0;
	char text[80];

	for (size_t i = 0; i < c->guild->emojis.n; i++)
		n += zx__true(c->guild->emojis.v[i].dom, "animated") ==
		     animated;
	if (n < max)
		return 0;
	snprintf(text, sizeof(text), "Maximum number of %semojis reached (%d)",
		 animated ? "animated " : "", max);
	zx__fail(c, 400, animated ? 30018 : 30008, text);
	return 1;
}

void zx__create_emoji(struct zx__call *c)
{
	const char *image = zx__str(c->body, "image");
	int animated = !strncmp(image, "data:image/gif", 14);
	char path[40];
	uint64_t id;

	zx__form_required(c, c->body, "", "name");
	zx__form_required(c, c->body, "", "image");
	check_name(c);
	zx__form_ids(c, c->body, "", "roles", 250, &c->guild->roles);
	if (*image && !zx__image_ok(image))
		zx__bad(c, "image", "IMAGE_INVALID", "Invalid image data");
	else if (strlen(image) / 4 * 3 > EMOJI_BYTES + 64)
		zx__bad(c, "image", "BINARY_TYPE_MAX_SIZE",
			"File cannot be larger than 256.0 kb.");
	if (zx__form_failed(c) || full(c, animated) ||
	    zx__quota(c, &c->guild->emoji_quota, AN_HOUR, HOUR_MS, "shared"))
		return;
	id = zx__world_new_id(c->w);
	zx__set_put(&c->guild->emojis, id,
		    zx__dom("id:I name:c roles:o user:c require_colons:t "
			    "managed:f animated:b available:t",
			    id, zx__get(c->body, "name"),
			    zx__some(c->body, "roles")
				    ? zx__dup(zx__get(c->body, "roles"))
				    : cJSON_CreateArray(),
			    zx__user(c->w, zx__actor(c->w)), animated));
	snprintf(path, sizeof(path), "emojis/%" PRIu64, id);
	zx__cdn_keep_uri(c->w, path, image);
	zx__audit(c, c->guild, 60, id,
		  zx__audit_diff(NULL, zx__set_get(&c->guild->emojis, id),
				 "name"),
		  NULL);
	emojis_changed(c);
	zx__reply(c, 201, zx__dup(zx__set_get(&c->guild->emojis, id)));
}

/* Own ones with CREATE, others with MANAGE. */
int zx__mine_or_managed(struct zx__call *c, const cJSON *e)
{
	uint64_t own = zx__perm_base(c->w, c->guild, zx__actor(c->w));

	if (own & ZX__P_MANAGE_EXPRESSIONS)
		return 1;
	if ((own & ZX__P_CREATE_EXPRESSIONS) &&
	    zx__dom_id(zx__get(e, "user"), "id") == zx__actor(c->w))
		return 1;
	zx__no_permission(c);
	return 0;
}

void zx__patch_emoji(struct zx__call *c)
{
	cJSON *e = asked(c), *before;

	if (!e || !zx__mine_or_managed(c, e))
		return;
	check_name(c);
	zx__form_ids(c, c->body, "", "roles", 250, &c->guild->roles);
	if (zx__form_failed(c))
		return;
	before = zx__dup(e);
	if (zx__some(c->body, "name"))
		zx__dom_set(e, "name:c", zx__get(c->body, "name"));
	if (zx__some(c->body, "roles"))
		zx__dom_set(e, "roles:c", zx__get(c->body, "roles"));
	else if (zx__get(c->body, "roles"))
		zx__dom_set(e, "roles:a");
	zx__audit(c, c->guild, 61, c->id[1],
		  zx__audit_diff(before, e, "name roles"), NULL);
	cJSON_Delete(before);
	emojis_changed(c);
	zx__reply(c, 200, zx__dup(e));
}

void zx__delete_emoji(struct zx__call *c)
{
	const cJSON *e = asked(c);

	if (!e || !zx__mine_or_managed(c, e))
		return;
	zx__audit(c, c->guild, 62, c->id[1], zx__audit_diff(e, NULL, "name"),
		  NULL);
	zx__set_del(&c->guild->emojis, c->id[1]);
	emojis_changed(c);
	zx__no_content(c);
}
