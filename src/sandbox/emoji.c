/* SPDX-License-Identifier: MIT
 *
 * Emojis and stickers of servers.
 */
#include <stdio.h>

#include "sandbox/rest.h"

enum { SLOTS = 50, STICKERS = 5, EMOJI_BYTES = 256 << 10 };

static void emojis_changed(struct zx__call *c)
{
	zx__emit(c->w, c->guild->id, "GUILD_EMOJIS_UPDATE",
		 zx__dom("guild_id:I emojis:o", c->guild->id,
			 zx__set_array(&c->guild->emojis)));
	zx__guild_touched(c->w, c->guild);
}

static cJSON *asked(struct zx__call *c, const struct zx__set *set,
		    enum zx__unknown what)
{
	cJSON *dom = zx__set_get(set, c->id[1]);

	if (!dom)
		zx__unknown(c, what);
	return dom;
}

void zx__list_emojis(struct zx__call *c)
{
	zx__reply(c, 200, zx__set_array(&c->guild->emojis));
}

void zx__get_emoji(struct zx__call *c)
{
	const cJSON *e = asked(c, &c->guild->emojis, ZX__UNKNOWN_EMOJI);

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
	int n = 0;

	for (size_t i = 0; i < c->guild->emojis.n; i++)
		n += zx__true(c->guild->emojis.v[i].dom, "animated") ==
		     animated;
	if (n < SLOTS)
		return 0;
	if (animated)
		zx__fail(c, 400, 30018,
			 "Maximum number of animated emojis reached (50)");
	else
		zx__fail(c, 400, 30008,
			 "Maximum number of emojis reached (50)");
	return 1;
}

void zx__create_emoji(struct zx__call *c)
{
	const char *image = zx__str(c->body, "image");
	int animated = !strncmp(image, "data:image/gif", 14);
	uint64_t id;

	zx__form_required(c, c->body, "", "name");
	zx__form_required(c, c->body, "", "image");
	check_name(c);
	if (*image && !zx__image_ok(image))
		zx__bad(c, "image", "IMAGE_INVALID", "Invalid image data");
	else if (strlen(image) / 4 * 3 > EMOJI_BYTES + 64)
		zx__bad(c, "image", "BINARY_TYPE_MAX_SIZE",
			"File cannot be larger than 256.0 kb.");
	if (zx__form_failed(c) || full(c, animated))
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
	zx__audit(c, c->guild, 60, id, NULL, NULL);
	emojis_changed(c);
	zx__reply(c, 201, zx__dup(zx__set_get(&c->guild->emojis, id)));
}

/* Own ones with CREATE, others with MANAGE. */
static int mine_or_managed(struct zx__call *c, const cJSON *e)
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
	cJSON *e = asked(c, &c->guild->emojis, ZX__UNKNOWN_EMOJI);

	if (!e || !mine_or_managed(c, e))
		return;
	check_name(c);
	if (zx__form_failed(c))
		return;
	if (zx__some(c->body, "name"))
		zx__dom_set(e, "name:c", zx__get(c->body, "name"));
	if (zx__some(c->body, "roles"))
		zx__dom_set(e, "roles:c", zx__get(c->body, "roles"));
	zx__audit(c, c->guild, 61, c->id[1], NULL, NULL);
	emojis_changed(c);
	zx__reply(c, 200, zx__dup(e));
}

void zx__delete_emoji(struct zx__call *c)
{
	const cJSON *e = asked(c, &c->guild->emojis, ZX__UNKNOWN_EMOJI);

	if (!e || !mine_or_managed(c, e))
		return;
	zx__audit(c, c->guild, 62, c->id[1], NULL, NULL);
	zx__set_del(&c->guild->emojis, c->id[1]);
	emojis_changed(c);
	zx__no_content(c);
}

/* Stickers ---------------------------------------------------------------- */

static void stickers_changed(struct zx__call *c)
{
	zx__emit(c->w, c->guild->id, "GUILD_STICKERS_UPDATE",
		 zx__dom("guild_id:I stickers:o", c->guild->id,
			 zx__set_array(&c->guild->stickers)));
	zx__guild_touched(c->w, c->guild);
}

void zx__list_stickers(struct zx__call *c)
{
	zx__reply(c, 200, zx__set_array(&c->guild->stickers));
}

void zx__get_sticker(struct zx__call *c)
{
	const cJSON *s = asked(c, &c->guild->stickers, ZX__UNKNOWN_STICKER);

	if (s)
		zx__reply(c, 200, zx__dup(s));
}

static const struct zx__file *part(struct zx__call *c, const char *field)
{
	for (size_t i = 0; i < c->nparts; i++)
		if (zx_str_is(c->files[i].field, field))
			return &c->files[i];
	return NULL;
}

static int format_of(const struct zx__file *f)
{
	if (zx_str_is(f->type, "image/gif"))
		return 4;
	if (zx_str_is(f->type, "image/apng"))
		return 2;
	return zx_str_is(f->type, "application/json") ? 3 : 1;
}

static cJSON *text_part(struct zx__call *c, const char *field)
{
	const struct zx__file *f = part(c, field);
	char *copy = f ? zx_str_dup(NULL, f->data) : NULL;
	cJSON *v = copy ? cJSON_CreateString(copy) : NULL;

	zx_delete(NULL, copy);
	return v;
}

static cJSON *sticker_form(struct zx__call *c)
{
	cJSON *form =
		zx__dom("name:o description:o tags:o", text_part(c, "name"),
			text_part(c, "description"), text_part(c, "tags"));

	zx__form_required(c, form, "", "name");
	zx__form_str(c, form, "", "name", 2, 30);
	zx__form_str(c, form, "", "description", 0, 100);
	zx__form_required(c, form, "", "tags");
	zx__form_str(c, form, "", "tags", 0, 200);
	if (!part(c, "file"))
		zx__bad(c, "file", "BASE_TYPE_REQUIRED",
			"This field is required");
	else if (part(c, "file")->data.len > 512 << 10)
		zx__bad(c, "file", "BINARY_TYPE_MAX_SIZE",
			"File cannot be larger than 512.0 kb.");
	return form;
}

void zx__create_sticker(struct zx__call *c)
{
	cJSON *form = sticker_form(c);
	uint64_t id;

	if (zx__form_failed(c))
		goto out;
	if (c->guild->stickers.n >= STICKERS) {
		zx__fail(c, 400, 30039,
			 "Maximum number of stickers reached (5)");
		goto out;
	}
	id = zx__world_new_id(c->w);
	zx__set_put(&c->guild->stickers, id,
		    zx__dom("id:I name:c description:c tags:c type:i "
			    "format_type:i available:t guild_id:I user:c "
			    "asset:x",
			    id, zx__get(form, "name"),
			    zx__get(form, "description"), zx__get(form, "tags"),
			    2, format_of(part(c, "file")), c->guild->id,
			    zx__user(c->w, zx__actor(c->w))));
	zx__audit(c, c->guild, 90, id, NULL, NULL);
	stickers_changed(c);
	zx__reply(c, 201, zx__dup(zx__set_get(&c->guild->stickers, id)));
out:
	cJSON_Delete(form);
}

void zx__delete_sticker(struct zx__call *c)
{
	const cJSON *s = asked(c, &c->guild->stickers, ZX__UNKNOWN_STICKER);

	if (!s || !mine_or_managed(c, s))
		return;
	zx__audit(c, c->guild, 92, c->id[1], NULL, NULL);
	zx__set_del(&c->guild->stickers, c->id[1]);
	stickers_changed(c);
	zx__no_content(c);
}
