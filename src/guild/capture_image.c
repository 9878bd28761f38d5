/* SPDX-License-Identifier: MIT
 *
 * Images and sounds: where they are, whether they are known already, and
 * whether what came is one.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "guild/capture_int.h"

struct zx_str zx__image_key(const struct zx_capture *c, size_t i)
{
	return (struct zx_str){ c->text.ptr + c->images[i].key,
				c->images[i].key_len };
}

struct zx_str zx__image_url(const struct zx_capture *c, size_t i)
{
	return (struct zx_str){ c->text.ptr + c->images[i].url,
				c->images[i].url_len };
}

/* Nonzero when an earlier snapshot has it and its bytes are still there. */
static int known(struct zx_capture *c, struct zx_str key)
{
	struct zx_buf item;
	int got = 0;

	if (!c->opt.known)
		return 0;
	zx_buf_init(&item, c->alloc, 64 << 10);
	if (c->opt.known(key, &item, c->opt.known_ud) && !item.err)
		got = !zx_guild_add_known(c->w, zx_buf_str(&item));
	zx_buf_release(&item);
	return got;
}

static int room(struct zx_capture *c)
{
	size_t cap = c->image_cap ? 2 * c->image_cap : 32;
	struct zx__image *v;

	if (c->image_n < c->image_cap)
		return ZX_OK;
	v = zx_resize(c->alloc, c->images, cap * sizeof(*v));
	if (!v)
		return ZX_E_NOMEM;
	c->images = v;
	c->image_cap = cap;
	return ZX_OK;
}

/* The key is in c->text from `at`; the address follows it. */
static int want(struct zx_capture *c, uint64_t owner, size_t at,
		const char *suffix)
{
	struct zx_str key = zx_str_from(zx_buf_str(&c->text), at);
	int media = zx_str_starts(key, "stickers/") && !strcmp(suffix, ".gif");
	size_t url = c->text.len;
	char copy[256];

	if (c->text.err)
		return c->text.err;
	if (known(c, key)) {
		c->text.len = at;
		return ZX_OK;
	}
	if (c->image_n == ZX__GUILD_IMAGES || key.len >= sizeof(copy))
		return zx__capture_missing(c, "images", "more than are kept");
	memcpy(copy, key.ptr, key.len);
	copy[key.len] = '\0';
	zx_buf_adds(&c->text, zx_buf_str(media ? &c->media : &c->cdn));
	zx_buf_addf(&c->text, "/%s%s", copy, suffix);
	if (c->text.err || room(c))
		return ZX_E_NOMEM;
	c->images[c->image_n++] = (struct zx__image){ owner, at, key.len, url,
						      c->text.len - url };
	c->progress.images_known++;
	return ZX_OK;
}

int zx__image_want(struct zx_capture *c, uint64_t owner, const char *kind,
		   struct zx_str hash, const char *suffix)
{
	size_t at = c->text.len;
	int err;

	/* It becomes part of an address. */
	for (size_t i = 0; i < hash.len; i++)
		if (!(hash.ptr[i] == '_' ||
		      (hash.ptr[i] >= '0' && hash.ptr[i] <= '9') ||
		      (hash.ptr[i] >= 'a' && hash.ptr[i] <= 'z')))
			return zx__capture_missing(c, kind,
						   "a name that is no hash");
	zx_buf_addf(&c->text, "%s/%" PRIu64, kind, owner);
	if (hash.len)
		zx_buf_addf(&c->text, "/%.*s", ZX_ARG(hash));
	err = want(c, owner, at, suffix);
	if (err)
		return zx__capture_fail(c, err, "%s: %s", kind,
					zx_strerror(err));
	return ZX_OK;
}

static int hashed(struct zx_capture *c, uint64_t owner, const char *kind,
		  struct zx_str raw)
{
	struct zx_str hash = zx_json_plain(raw);

	if (!hash.len)
		return ZX_OK;
	return zx__image_want(c, owner, kind, hash,
			      zx_str_starts(hash, "a_") ? ".gif?size=4096"
							: ".png?size=4096");
}

int zx__images_of_guild(struct zx_capture *c, struct zx_str g)
{
	static const struct {
		const char *field, *kind;
	} assets[] = { { "icon", "icons" },
		       { "banner", "banners" },
		       { "splash", "splashes" },
		       { "discovery_splash", "discovery-splashes" } };
	int err = ZX_OK;

	for (size_t i = 0; !err && i < sizeof(assets) / sizeof(*assets); i++)
		err = hashed(c, c->opt.guild, assets[i].kind,
			     zx_json_get(g, assets[i].field));
	return err;
}

static int sticker(struct zx_capture *c, struct zx_str item)
{
	static const char *const suffix[] = { ".png", ".png", ".png", ".json",
					      ".gif" };
	uint64_t format = zx_json_get_u64(item, "format_type");
	struct zx_str none = { NULL, 0 };

	return zx__image_want(c, zx_json_get_u64(item, "id"), "stickers", none,
			      suffix[format < 5 ? format : 0]);
}

int zx__images_of(struct zx_capture *c, enum zx_section s, struct zx_str item)
{
	uint64_t id = zx_json_get_u64(item, "id");
	struct zx_str none = { NULL, 0 };

	switch (s) {
	case ZX_SECTION_EMOJIS:
		return zx__image_want(
			c, id, "emojis", none,
			zx_json_get_bool(item, "animated") ? ".gif" : ".png");
	case ZX_SECTION_STICKERS:
		return sticker(c, item);
	case ZX_SECTION_SOUNDBOARD:
		return zx__image_want(c, zx_json_get_u64(item, "sound_id"),
				      "soundboard-sounds", none, "");
	case ZX_SECTION_ROLES:
		return hashed(c, id, "role-icons", zx_json_get(item, "icon"));
	case ZX_SECTION_EVENTS:
		return hashed(c, id, "guild-events",
			      zx_json_get(item, "image"));
	case ZX_SECTION_WEBHOOKS:
		/* No bot can make the other types. */
		return zx_json_get_u64(item, "type") == 1
			       ? hashed(c, id, "avatars",
					zx_json_get(item, "avatar"))
			       : ZX_OK;
	default:
		return ZX_OK;
	}
}

/* By the first bytes: what a server calls a thing is no proof. */
static const char *type_of(struct zx_str b)
{
	static const struct {
		const char *type;
		size_t at, len;
		const char *magic;
	} types[] = {
		{ "image/png", 0, 8, "\x89PNG\r\n\x1a\n" },
		{ "image/gif", 0, 4, "GIF8" },
		{ "image/jpeg", 0, 3, "\xff\xd8\xff" },
		{ "image/webp", 8, 4, "WEBP" },
		{ "audio/ogg", 0, 4, "OggS" },
		{ "audio/mpeg", 0, 3, "ID3" },
		{ "audio/mpeg", 0, 2, "\xff\xfb" },
		{ "audio/mpeg", 0, 2, "\xff\xf3" },
		{ "audio/mpeg", 0, 2, "\xff\xf2" },
		{ "application/json", 0, 1, "{" },
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (b.len >= types[i].at + types[i].len &&
		    !memcmp(b.ptr + types[i].at, types[i].magic, types[i].len))
			return types[i].type;
	return NULL;
}

int zx__reply_image(struct zx_capture *c, size_t image, struct zx_str body)
{
	struct zx_str key = zx__image_key(c, image);
	const char *type = type_of(body);
	char what[160];
	int err;

	if (!type || body.len > c->opt.image_max) {
		snprintf(what, sizeof(what), "images/%.*s", ZX_ARG(key));
		return zx__capture_missing(c, what,
					   type ? "larger than is kept"
						: "no image that is known");
	}
	err = zx_guild_add_image(c->w, c->images[image].owner, key, type, body);
	if (err)
		return zx__capture_fail(c, err, "%s",
					zx_guild_writer_error(c->w));
	return ZX_OK;
}
