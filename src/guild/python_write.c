/* SPDX-License-Identifier: MIT
 *
 * A snapshot as a file of the Python framework, version 2.2.0: byte for byte as
 * it was imported, or made anew from ours.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guild/diff_int.h"

struct out {
	const struct zx_guild_reader *r;
	struct zx_buf b;
	struct zx_json_writer j;
	struct zx__list roles, channels, images;
};

static void copy(struct out *o, const char *to, struct zx_str from,
		 const char *key)
{
	zx_jw_raw(&o->j, to, zx_json_get(from, key));
}

static void copy_or(struct out *o, const char *to, struct zx_str from,
		    const char *key, const char *otherwise)
{
	struct zx_str raw = zx_json_get(from, key);

	zx_jw_raw(&o->j, to, raw.len ? raw : zx_str(otherwise));
}

/* A number as the original writes it; null when there is none. */
static void id(struct out *o, const char *to, struct zx_str from,
	       const char *key)
{
	uint64_t v;

	if (zx_json_u64(zx_json_get(from, key), &v))
		zx_jw_null(&o->j, to);
	else
		zx_jw_u64(&o->j, to, v);
}

/* The bytes of an image of this owner and kind, or null. */
static int image(struct out *o, const char *to, uint64_t owner,
		 const char *kind)
{
	for (size_t i = 0; i < o->images.n; i++) {
		struct zx_str item = zx__list_text(&o->images, i);
		unsigned char hash[ZX_HASH];
		struct zx_buf bytes, text;
		int err;

		if (o->images.v[i].id != owner ||
		    !zx_str_starts(zx_json_plain(zx_json_get(item, "key")),
				   kind) ||
		    zx_hash_read(zx_json_plain(zx_json_get(item, "sha256")),
				 hash))
			continue;
		zx_buf_init(&bytes, o->r->alloc, ZX__GUILD_ITEM);
		zx_buf_init(&text, o->r->alloc, 2 * ZX__GUILD_ITEM);
		err = o->r->store.get(hash, &bytes, o->r->store.ud);
		if (!err)
			zx_buf_add_base64(&text, bytes.ptr, bytes.len);
		zx_jw_str(&o->j, to, zx_buf_str(&text));
		err = err ? err : bytes.err ? bytes.err : text.err;
		zx_buf_release(&bytes);
		zx_buf_release(&text);
		return err;
	}
	zx_jw_null(&o->j, to);
	return ZX_OK;
}

static void url(struct out *o, const char *to, struct zx_str g, const char *key,
		const char *kind)
{
	struct zx_str hash = zx_json_plain(zx_json_get(g, key));

	if (!hash.len)
		zx_jw_null(&o->j, to);
	else
		zx_jw_strf(&o->j, to,
			   "https://cdn.discordapp.com/%s/%" PRIu64
			   "/%.*s.%s?size=1024",
			   kind, o->r->guild, ZX_ARG(hash),
			   zx_str_starts(hash, "a_") ? "gif" : "png");
}

static void stamp(struct out *o, const char *to, zx_wall t)
{
	struct zx_buf text;

	zx_buf_init(&text, o->r->alloc, 64);
	zx_stamp_write(&text, t);
	zx_jw_str(&o->j, to, zx_buf_str(&text));
	if (text.err && !o->b.err)
		o->b.err = text.err;
	zx_buf_release(&text);
}

static int guild(struct out *o, struct zx_str g)
{
	int err;

	zx_jw_obj(&o->j, "guild");
	zx_jw_u64(&o->j, "id", o->r->guild);
	copy(o, "name", g, "name");
	url(o, "icon_url", g, "icon", "icons");
	url(o, "banner_url", g, "banner", "banners");
	err = image(o, "icon_b64", o->r->guild, "icons/");
	if (!err)
		err = image(o, "banner_b64", o->r->guild, "banners/");
	zx_jw_u64(&o->j, "member_count", o->r->counts.members);
	id(o, "owner_id", g, "owner_id");
	stamp(o, "created_at", zx_snowflake_time(o->r->guild));
	copy_or(o, "premium_tier", g, "premium_tier", "0");
	copy_or(o, "premium_subscription_count", g,
		"premium_subscription_count", "0");
	zx_jw_obj_end(&o->j);
	return err;
}

/* Those the original keeps: neither @everyone nor managed. */
static int ordinary(const struct out *o, uint64_t role)
{
	for (size_t i = 0; i < o->roles.n; i++)
		if (o->roles.v[i].id == role)
			return role != o->r->guild &&
			       !zx_json_get_bool(zx__list_text(&o->roles, i),
						 "managed");
	return 0;
}

/* By position and id; `mate` is free here and holds the position. */
static int by_position(const void *pa, const void *pb)
{
	const struct zx__listed *a = pa, *b = pb;

	if (a->mate != b->mate)
		return a->mate < b->mate ? -1 : 1;
	return a->id < b->id ? -1 : a->id > b->id;
}

static void in_order(struct zx__list *l)
{
	for (size_t i = 0; i < l->n; i++)
		l->v[i].mate = (size_t)zx_json_get_u64(zx__list_text(l, i),
						       "position");
	if (l->n > 1)
		qsort(l->v, l->n, sizeof(*l->v), by_position);
}

static void roles(struct out *o)
{
	zx_jw_arr(&o->j, "roles");
	for (size_t i = o->roles.n; i > 0; i--) {
		struct zx_str r = zx__list_text(&o->roles, i - 1);

		if (!ordinary(o, o->roles.v[i - 1].id))
			continue;
		zx_jw_obj(&o->j, NULL);
		id(o, "id", r, "id");
		copy(o, "name", r, "name");
		copy_or(o, "color", r, "color", "0");
		copy_or(o, "hoist", r, "hoist", "false");
		copy_or(o, "mentionable", r, "mentionable", "false");
		id(o, "permissions_value", r, "permissions");
		copy_or(o, "position", r, "position", "0");
		zx_jw_obj_end(&o->j);
	}
	zx_jw_arr_end(&o->j);
}

static void overwrites(struct out *o, struct zx_str c)
{
	struct zx_json_iter it =
		zx_json_each(zx_json_get(c, "permission_overwrites"));

	zx_jw_arr(&o->j, "overwrites");
	while (zx_json_next(&it)) {
		zx_jw_obj(&o->j, NULL);
		id(o, "target_id", it.value, "id");
		zx_jw_cstr(&o->j, "target_type",
			   zx_json_get_u64(it.value, "type") ? "member"
							     : "role");
		id(o, "allow", it.value, "allow");
		id(o, "deny", it.value, "deny");
		zx_jw_obj_end(&o->j);
	}
	zx_jw_arr_end(&o->j);
}

/* The members of a channel by list; announcement and media channels go where
 * the original puts what is most like them. */
static void channel(struct out *o, struct zx_str c, unsigned type)
{
	zx_jw_obj(&o->j, NULL);
	id(o, "id", c, "id");
	copy(o, "name", c, "name");
	if (type == 0 || type == 15 || type == 13)
		copy(o, "topic", c, "topic");
	if (type == 0 || type == 15)
		copy_or(o, "slowmode_delay", c, "rate_limit_per_user", "0");
	if (type == 0 || type == 15)
		copy_or(o, "nsfw", c, "nsfw", "false");
	if (type == 2) {
		copy_or(o, "bitrate", c, "bitrate", "64000");
		copy_or(o, "user_limit", c, "user_limit", "0");
	}
	copy_or(o, "position", c, "position", "0");
	if (type == 4)
		copy_or(o, "nsfw", c, "nsfw", "false");
	else
		id(o, "category_id", c, "parent_id");
	if (type == 0)
		copy_or(o, "default_auto_archive_duration", c,
			"default_auto_archive_duration", "1440");
	if (type == 2)
		copy(o, "rtc_region", c, "rtc_region");
	overwrites(o, c);
	zx_jw_obj_end(&o->j);
}

static void channels(struct out *o, const char *name, unsigned type)
{
	zx_jw_arr(&o->j, name);
	for (size_t i = 0; i < o->channels.n; i++) {
		struct zx_str c = zx__list_text(&o->channels, i);
		uint64_t t = zx_json_get_u64(c, "type");

		t = t == 5 ? 0 : t == 16 ? 15 : t;
		if (t == type)
			channel(o, c, type);
	}
	zx_jw_arr_end(&o->j);
}

static int emoji(struct out *o, struct zx_str e)
{
	int animated = zx_json_get_bool(e, "animated");
	uint64_t n = zx_json_get_u64(e, "id");
	int err;

	zx_jw_obj(&o->j, NULL);
	zx_jw_u64(&o->j, "id", n);
	copy(o, "name", e, "name");
	zx_jw_bool(&o->j, "animated", animated);
	zx_jw_strf(&o->j, "url",
		   "https://cdn.discordapp.com/emojis/%" PRIu64 ".%s", n,
		   animated ? "gif" : "png");
	copy_or(o, "managed", e, "managed", "false");
	err = image(o, "image_b64", n, "emojis/");
	zx_jw_obj_end(&o->j);
	return err;
}

static int sticker(struct out *o, struct zx_str s)
{
	uint64_t format = zx_json_get_u64(s, "format_type");
	uint64_t n = zx_json_get_u64(s, "id");
	int err;

	zx_jw_obj(&o->j, NULL);
	zx_jw_u64(&o->j, "id", n);
	copy(o, "name", s, "name");
	copy(o, "description", s, "description");
	copy(o, "emoji", s, "tags");
	zx_jw_strf(&o->j, "url", "https://%s/stickers/%" PRIu64 ".%s",
		   format == 4 ? "media.discordapp.net" : "cdn.discordapp.com",
		   n,
		   format == 3	 ? "json"
		   : format == 4 ? "gif"
				 : "png");
	err = image(o, "image_b64", n, "stickers/");
	zx_jw_obj_end(&o->j);
	return err;
}

static int has(struct zx_str list, uint64_t role)
{
	struct zx_json_iter it = zx_json_each(list);
	uint64_t v;

	while (zx_json_next(&it))
		if (!zx_json_u64(it.value, &v) && v == role)
			return 1;
	return 0;
}

/* The lowest first, as the original has them. */
static void member_roles(struct out *o, struct zx_str list, int names)
{
	zx_jw_arr(&o->j, names ? "role_names" : "role_ids");
	for (size_t i = 0; i < o->roles.n; i++) {
		uint64_t role = o->roles.v[i].id;

		if (!has(list, role) || !ordinary(o, role))
			continue;
		if (names)
			copy(o, NULL, zx__list_text(&o->roles, i), "name");
		else
			zx_jw_u64(&o->j, NULL, role);
	}
	zx_jw_arr_end(&o->j);
}

static int member(struct out *o, struct zx_str m)
{
	struct zx_str list = zx_json_get(m, "roles");
	struct zx_json_iter it = zx_json_each(list);
	uint64_t role;
	int any = 0;

	while (!any && zx_json_next(&it))
		any = !zx_json_u64(it.value, &role) && ordinary(o, role);
	if (!any)
		return ZX_OK;
	zx_jw_obj(&o->j, NULL);
	id(o, "user_id", m, "id");
	copy(o, "username", m, "name");
	member_roles(o, list, 0);
	member_roles(o, list, 1);
	zx_jw_obj_end(&o->j);
	return o->b.err;
}

static int each(struct out *o, enum zx_section s, const char *name,
		int (*fn)(struct out *o, struct zx_str item))
{
	struct zx_guild_cursor c;
	struct zx_str item;
	int err = zx_guild_cursor_init(&c, o->r, s), got = 0;

	zx_jw_arr(&o->j, name);
	while (!err && (got = zx_guild_next(&c, &item)) > 0)
		err = fn(o, item);
	zx_jw_arr_end(&o->j);
	zx_guild_cursor_release(&c);
	return err ? err : got;
}

static void settings(struct out *o, struct zx_str g)
{
	static const char *const ids[] = { "afk_channel_id",
					   "system_channel_id",
					   "rules_channel_id",
					   "public_updates_channel_id" };

	zx_jw_obj(&o->j, "server_settings");
	copy_or(o, "verification_level", g, "verification_level", "0");
	copy_or(o, "default_notifications", g, "default_message_notifications",
		"0");
	copy_or(o, "explicit_content_filter", g, "explicit_content_filter",
		"0");
	copy_or(o, "afk_timeout", g, "afk_timeout", "300");
	for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++)
		id(o, ids[i], g, ids[i]);
	copy_or(o, "preferred_locale", g, "preferred_locale", "\"en-US\"");
	copy_or(o, "premium_progress_bar_enabled", g,
		"premium_progress_bar_enabled", "false");
	zx_jw_obj_end(&o->j);
}

static int body(struct out *o, struct zx_str g, struct zx_str bot)
{
	int err;

	zx_jw_obj(&o->j, NULL);
	zx_jw_cstr(&o->j, "version", "2.2.0");
	stamp(o, "captured_at", o->r->captured_at);
	err = guild(o, g);
	roles(o);
	channels(o, "categories", 4);
	channels(o, "text_channels", 0);
	channels(o, "voice_channels", 2);
	channels(o, "forum_channels", 15);
	channels(o, "stage_channels", 13);
	if (!err)
		err = each(o, ZX_SECTION_EMOJIS, "emojis", emoji);
	if (!err)
		err = each(o, ZX_SECTION_STICKERS, "stickers", sticker);
	if (!err)
		err = each(o, ZX_SECTION_MEMBERS, "member_roles", member);
	settings(o, g);
	zx_jw_obj(&o->j, "bot_settings");
	copy(o, "custom_prefix", bot, "prefix");
	copy(o, "mention_prefix_enabled", bot, "mention_prefix");
	zx_jw_obj_end(&o->j);
	zx_jw_obj_end(&o->j);
	return err ? err : o->b.err;
}

/* The only item of a section, appended to its list. */
static int one(struct zx__list *l, const struct zx_guild_reader *r,
	       enum zx_section s, struct zx_str *item)
{
	int err = zx__list_load(l, r, s);

	*item = !err && l->n ? zx__list_text(l, 0) : ZX_STR("{}");
	return err;
}

static int make(const struct zx_guild_reader *r,
		int (*write)(struct zx_str piece, void *ud), void *ud)
{
	struct out o = { .r = r };
	struct zx__list g, b;
	struct zx_str guild_item, bot_item;
	int err;

	zx_buf_init(&o.b, r->alloc, ZX_PYTHON_FILE_MAX);
	zx_jw_init(&o.j, &o.b);
	zx__list_init(&o.roles, r->alloc);
	zx__list_init(&o.channels, r->alloc);
	zx__list_init(&o.images, r->alloc);
	zx__list_init(&g, r->alloc);
	zx__list_init(&b, r->alloc);
	err = zx__list_load(&o.roles, r, ZX_SECTION_ROLES);
	if (!err)
		err = zx__list_load(&o.channels, r, ZX_SECTION_CHANNELS);
	if (!err)
		err = zx__list_load(&o.images, r, ZX_SECTION_IMAGES);
	if (!err)
		err = one(&g, r, ZX_SECTION_GUILD, &guild_item);
	if (!err)
		err = one(&b, r, ZX_SECTION_BOT, &bot_item);
	if (!err) {
		in_order(&o.roles);
		in_order(&o.channels);
		err = body(&o, guild_item, bot_item);
	}
	if (!err)
		err = zx_canon(zx_buf_str(&o.b), ZX_CANON_INDENT, r->alloc,
			       write, ud);
	zx__list_release(&o.roles);
	zx__list_release(&o.channels);
	zx__list_release(&o.images);
	zx__list_release(&g);
	zx__list_release(&b);
	zx_buf_release(&o.b);
	return err;
}

int zx_python_write(const struct zx_guild_reader *r,
		    int (*write)(struct zx_str piece, void *ud), void *ud)
{
	struct zx_guild_cursor c;
	struct zx_str piece;
	int err, got = 0;

	if (!zx_guild_count(r, ZX_SECTION_RAW))
		return make(r, write, ud);
	err = zx_guild_cursor_init(&c, r, ZX_SECTION_RAW);
	while (!err && (got = zx_guild_next(&c, &piece)) > 0)
		err = write(piece, ud);
	zx_guild_cursor_release(&c);
	return err ? err : got;
}
