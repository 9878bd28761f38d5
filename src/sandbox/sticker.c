/* SPDX-License-Identifier: MIT
 *
 * Stickers of servers.
 */
#include <inttypes.h>
#include <stdio.h>

#include "sandbox/rest.h"

enum { STICKER_BYTES = 512 << 10 };

static cJSON *asked(struct zx__call *c)
{
	cJSON *dom = zx__set_get(&c->guild->stickers, c->id[1]);

	if (!dom)
		zx__unknown(c, ZX__UNKNOWN_STICKER);
	return dom;
}

static void changed(struct zx__call *c)
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
	const cJSON *s = asked(c);

	if (s)
		zx__reply(c, 200, zx__dup(s));
}

/* The file: its own first bytes say what it is. */
static int format_of(struct zx_str data)
{
	static const char png[] = "\x89PNG\r\n\x1a\n";

	if (zx_str_starts(data, "GIF8"))
		return 4;
	if (data.len > 8 && !memcmp(data.ptr, png, 8)) {
		for (size_t i = 8; i + 4 <= data.len && i < 256; i++)
			if (!memcmp(data.ptr + i, "acTL", 4))
				return 2;
		return 1;
	}
	return data.len && data.ptr[0] == '{' ? 3 : 0;
}

static const char *type_of(int format)
{
	return format == 4   ? "image/gif"
	       : format == 3 ? "application/json"
			     : "image/png";
}

static const struct zx__file *file(struct zx__call *c)
{
	for (size_t i = 0; i < c->nfiles; i++)
		if (zx_str_is(c->files[i].field, "file"))
			return &c->files[i];
	return NULL;
}

static void check(struct zx__call *c)
{
	zx__form_str(c, c->body, "", "name", 2, 30);
	if (*zx__str(c->body, "description"))
		zx__form_str(c, c->body, "", "description", 2, 100);
	zx__form_str(c, c->body, "", "tags", 1, 200);
}

/* Nonzero when the file will not do; the answer is given. */
static int bad_file(struct zx__call *c)
{
	const struct zx__file *f = file(c);
	int format = f ? format_of(f->data) : 0;

	if (!f)
		zx__bad(c, "file", "BASE_TYPE_REQUIRED",
			"This field is required");
	else if (f->data.len > STICKER_BYTES)
		zx__bad(c, "file", "BINARY_TYPE_MAX_SIZE",
			"File cannot be larger than 512.0 kb.");
	if (zx__form_failed(c))
		return 1;
	if (!format)
		zx__fail(c, 400, 50046, "Invalid file uploaded");
	else if (format == 3 && !zx__guild_has(c->guild, "VERIFIED") &&
		 !zx__guild_has(c->guild, "PARTNERED"))
		zx__fail(c, 400, 50123, "The provided file type is invalid.");
	return c->res->status != 0;
}

static int full(struct zx__call *c)
{
	static const size_t slots[] = { 5, 15, 30, 60 };
	size_t max = slots[zx__int(c->guild->dom, "premium_tier") & 3];
	char text[60];

	if (c->guild->stickers.n < max)
		return 0;
	snprintf(text, sizeof(text), "Maximum number of stickers reached (%zu)",
		 max);
	zx__fail(c, 400, 30039, text);
	return 1;
}

/* Keeps the bytes under the sticker's id. */
static void keep(struct zx__call *c, uint64_t id, int format)
{
	char path[40];

	snprintf(path, sizeof(path), "stickers/%" PRIu64, id);
	zx__cdn_keep(c->w, zx_str(path), zx_str(type_of(format)),
		     file(c)->data);
}

void zx__create_sticker(struct zx__call *c)
{
	const char *about = zx__str(c->body, "description");
	uint64_t id;
	int format;
	cJSON *s;

	zx__form_required(c, c->body, "", "name");
	zx__form_required(c, c->body, "", "tags");
	if (!zx__get(c->body, "description"))
		zx__form_required(c, c->body, "", "description");
	check(c);
	if (bad_file(c) || full(c))
		return;
	format = format_of(file(c)->data);
	id = zx__world_new_id(c->w);
	s = zx__dom("id:I name:c description:s tags:c type:i format_type:i "
		    "available:t guild_id:I user:c asset:x",
		    id, zx__get(c->body, "name"), *about ? about : NULL,
		    zx__get(c->body, "tags"), 2, format, c->guild->id,
		    zx__user(c->w, zx__actor(c->w)));
	zx__set_put(&c->guild->stickers, id, s);
	keep(c, id, format);
	zx__audit(c, c->guild, 90, id,
		  zx__audit_diff(NULL, s, "name description tags"), NULL);
	changed(c);
	zx__reply(c, 201, zx__dup(s));
}

void zx__patch_sticker(struct zx__call *c)
{
	cJSON *s = asked(c), *before;

	if (!s || !zx__mine_or_managed(c, s))
		return;
	check(c);
	if (zx__form_failed(c))
		return;
	before = zx__dup(s);
	if (zx__some(c->body, "name"))
		zx__dom_set(s, "name:c", zx__get(c->body, "name"));
	if (zx__some(c->body, "tags"))
		zx__dom_set(s, "tags:c", zx__get(c->body, "tags"));
	if (zx__get(c->body, "description"))
		zx__dom_set(s, "description:s",
			    *zx__str(c->body, "description")
				    ? zx__str(c->body, "description")
				    : NULL);
	zx__audit(c, c->guild, 91, c->id[1],
		  zx__audit_diff(before, s, "name description tags"), NULL);
	cJSON_Delete(before);
	changed(c);
	zx__reply(c, 200, zx__dup(s));
}

void zx__delete_sticker(struct zx__call *c)
{
	const cJSON *s = asked(c);

	if (!s || !zx__mine_or_managed(c, s))
		return;
	zx__audit(c, c->guild, 92, c->id[1],
		  zx__audit_diff(s, NULL, "name description tags"), NULL);
	zx__set_del(&c->guild->stickers, c->id[1]);
	changed(c);
	zx__no_content(c);
}
