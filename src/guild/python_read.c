/* SPDX-License-Identifier: MIT
 *
 * Snapshot files of the Python framework, taken over: its words become
 * Discord's, so that restoring and comparing know one form only.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "guild/guild_int.h"

struct read {
	struct zx_guild_writer *w;
	const struct zx_alloc *alloc;
	uint64_t guild;
	struct zx_buf b;
	char *why;
};

static int say(struct read *r, int err, const char *what)
{
	const char *more = zx_guild_writer_error(r->w);

	snprintf(r->why, 128, "%s: %s", what, *more ? more : zx_strerror(err));
	return err;
}

/* Copies a member under another name when it is there. */
static void copy(struct zx_json_writer *j, const char *to, struct zx_str from,
		 const char *key)
{
	struct zx_str raw = zx_json_get(from, key);

	if (raw.len)
		zx_jw_raw(j, to, raw);
}

/* Ids and permissions are whole numbers in the file, texts in Discord's. */
static int id(struct zx_json_writer *j, const char *to, struct zx_str from,
	      const char *key)
{
	struct zx_str raw = zx_json_get(from, key);
	uint64_t v;

	if (!raw.len)
		return ZX_OK;
	if (zx_json_kind(raw) == ZX_JSON_NULL) {
		zx_jw_null(j, to);
		return ZX_OK;
	}
	if (zx_json_u64(raw, &v))
		return ZX_E_RANGE;
	zx_jw_id(j, to, v);
	return ZX_OK;
}

static int add(struct read *r, enum zx_section s, const char *what)
{
	int err = r->b.err;

	if (!err)
		err = zx_guild_add(r->w, s, zx_buf_str(&r->b));
	return err ? say(r, err, what) : ZX_OK;
}

static void begin(struct read *r, struct zx_json_writer *j)
{
	zx_buf_clear(&r->b);
	zx_jw_init(j, &r->b);
	zx_jw_obj(j, NULL);
}

static int role(struct read *r, struct zx_str from)
{
	struct zx_json_writer j;
	int bad;

	begin(r, &j);
	copy(&j, "color", from, "color");
	copy(&j, "hoist", from, "hoist");
	bad = id(&j, "id", from, "id");
	copy(&j, "mentionable", from, "mentionable");
	copy(&j, "name", from, "name");
	bad |= id(&j, "permissions", from, "permissions_value");
	copy(&j, "position", from, "position");
	zx_jw_obj_end(&j);
	if (bad)
		return say(r, ZX_E_RANGE, "roles");
	return add(r, ZX_SECTION_ROLES, "roles");
}

static int overwrites(struct zx_json_writer *j, struct zx_str list)
{
	struct zx_json_iter it = zx_json_each(list);
	int bad = 0;

	zx_jw_arr(j, "permission_overwrites");
	while (zx_json_next(&it)) {
		zx_jw_obj(j, NULL);
		bad |= id(j, "allow", it.value, "allow");
		bad |= id(j, "deny", it.value, "deny");
		bad |= id(j, "id", it.value, "target_id");
		zx_jw_u64(j, "type",
			  zx_json_is(zx_json_get(it.value, "target_type"),
				     "member"));
		zx_jw_obj_end(j);
	}
	zx_jw_arr_end(j);
	return bad;
}

static int channel(struct read *r, struct zx_str from, unsigned type)
{
	struct zx_json_writer j;
	int bad;

	begin(r, &j);
	copy(&j, "bitrate", from, "bitrate");
	copy(&j, "default_auto_archive_duration", from,
	     "default_auto_archive_duration");
	bad = id(&j, "id", from, "id");
	copy(&j, "name", from, "name");
	copy(&j, "nsfw", from, "nsfw");
	bad |= id(&j, "parent_id", from, "category_id");
	bad |= overwrites(&j, zx_json_get(from, "overwrites"));
	copy(&j, "position", from, "position");
	copy(&j, "rate_limit_per_user", from, "slowmode_delay");
	copy(&j, "rtc_region", from, "rtc_region");
	copy(&j, "topic", from, "topic");
	zx_jw_u64(&j, "type", type);
	copy(&j, "user_limit", from, "user_limit");
	zx_jw_obj_end(&j);
	if (bad)
		return say(r, ZX_E_RANGE, "channels");
	return add(r, ZX_SECTION_CHANNELS, "channels");
}

static int channels(struct read *r, struct zx_str file, const char *key,
		    unsigned type)
{
	struct zx_json_iter it = zx_json_each(zx_json_get(file, key));
	int err = ZX_OK;

	while (!err && zx_json_next(&it))
		err = channel(r, it.value, type);
	return err;
}

/* Bytes kept in the item itself become an image. */
static int image(struct read *r, struct zx_str b64, uint64_t owner,
		 const char *kind, const char *type)
{
	struct zx_buf bytes;
	char key[64];
	int err;

	if (zx_json_kind(b64) != ZX_JSON_STRING)
		return ZX_OK;
	zx_buf_init(&bytes, r->alloc, ZX__GUILD_ITEM);
	err = zx__base64_read(zx_json_plain(b64), &bytes);
	snprintf(key, sizeof(key), "%s/%" PRIu64, kind, owner);
	if (!err)
		err = zx_guild_add_image(r->w, owner, zx_str(key), type,
					 zx_buf_str(&bytes));
	zx_buf_release(&bytes);
	return err ? say(r, err, kind) : ZX_OK;
}

static int emoji(struct read *r, struct zx_str from)
{
	struct zx_json_writer j;
	int animated = zx_json_get_bool(from, "animated"), err;

	begin(r, &j);
	copy(&j, "animated", from, "animated");
	if (id(&j, "id", from, "id"))
		return say(r, ZX_E_RANGE, "emojis");
	copy(&j, "managed", from, "managed");
	copy(&j, "name", from, "name");
	zx_jw_obj_end(&j);
	err = add(r, ZX_SECTION_EMOJIS, "emojis");
	if (err)
		return err;
	return image(r, zx_json_get(from, "image_b64"),
		     zx_json_get_u64(from, "id"), "emojis",
		     animated ? "image/gif" : "image/png");
}

/* PNG 1, APNG 2, Lottie 3, GIF 4: the file says it by the address only. */
static unsigned sticker_format(struct zx_str url)
{
	if (url.len > 5 && zx_str_is(zx_str_from(url, url.len - 5), ".json"))
		return 3;
	if (url.len > 4 && zx_str_is(zx_str_from(url, url.len - 4), ".gif"))
		return 4;
	return 1;
}

static int sticker(struct read *r, struct zx_str from)
{
	static const char *const types[] = { "", "image/png", "image/png",
					     "application/json", "image/gif" };
	unsigned format =
		sticker_format(zx_json_plain(zx_json_get(from, "url")));
	struct zx_json_writer j;
	int err;

	begin(r, &j);
	copy(&j, "description", from, "description");
	zx_jw_u64(&j, "format_type", format);
	if (id(&j, "id", from, "id"))
		return say(r, ZX_E_RANGE, "stickers");
	copy(&j, "name", from, "name");
	copy(&j, "tags", from, "emoji");
	zx_jw_obj_end(&j);
	err = add(r, ZX_SECTION_STICKERS, "stickers");
	if (err)
		return err;
	return image(r, zx_json_get(from, "image_b64"),
		     zx_json_get_u64(from, "id"), "stickers", types[format]);
}

/* "…/icons/1/HASH.png?size=1024" */
static struct zx_str hash_of(struct zx_str url)
{
	size_t from = 0, to;

	for (size_t i = 0; i < url.len; i++)
		if (url.ptr[i] == '/')
			from = i + 1;
	for (to = from;
	     to < url.len && url.ptr[to] != '.' && url.ptr[to] != '?';)
		to++;
	return (struct zx_str){ url.ptr + from, to - from };
}

static void asset(struct zx_json_writer *j, const char *to, struct zx_str raw)
{
	struct zx_str url = zx_json_plain(raw);

	if (url.len)
		zx_jw_str(j, to, hash_of(url));
	else
		zx_jw_null(j, to);
}

static int guild(struct read *r, struct zx_str file)
{
	struct zx_str g = zx_json_get(file, "guild");
	struct zx_str s = zx_json_get(file, "server_settings");
	struct zx_json_writer j;
	int bad;

	begin(r, &j);
	bad = id(&j, "afk_channel_id", s, "afk_channel_id");
	copy(&j, "afk_timeout", s, "afk_timeout");
	asset(&j, "banner", zx_json_get(g, "banner_url"));
	copy(&j, "default_message_notifications", s, "default_notifications");
	copy(&j, "explicit_content_filter", s, "explicit_content_filter");
	asset(&j, "icon", zx_json_get(g, "icon_url"));
	bad |= id(&j, "id", g, "id");
	copy(&j, "name", g, "name");
	bad |= id(&j, "owner_id", g, "owner_id");
	copy(&j, "preferred_locale", s, "preferred_locale");
	copy(&j, "premium_progress_bar_enabled", s,
	     "premium_progress_bar_enabled");
	copy(&j, "premium_subscription_count", g, "premium_subscription_count");
	copy(&j, "premium_tier", g, "premium_tier");
	bad |= id(&j, "public_updates_channel_id", s,
		  "public_updates_channel_id");
	bad |= id(&j, "rules_channel_id", s, "rules_channel_id");
	bad |= id(&j, "system_channel_id", s, "system_channel_id");
	copy(&j, "verification_level", s, "verification_level");
	zx_jw_obj_end(&j);
	if (bad)
		return say(r, ZX_E_RANGE, "guild");
	bad = add(r, ZX_SECTION_GUILD, "guild");
	if (bad)
		return bad;
	bad = image(r, zx_json_get(g, "icon_b64"), r->guild, "icons",
		    "image/png");
	if (bad)
		return bad;
	return image(r, zx_json_get(g, "banner_b64"), r->guild, "banners",
		     "image/png");
}

static int bot(struct read *r, struct zx_str file)
{
	struct zx_str b = zx_json_get(file, "bot_settings");
	struct zx_json_writer j;

	if (!zx_json_get(b, "custom_prefix").len &&
	    !zx_json_get(b, "mention_prefix_enabled").len)
		return ZX_OK;
	begin(r, &j);
	copy(&j, "mention_prefix", b, "mention_prefix_enabled");
	copy(&j, "prefix", b, "custom_prefix");
	zx_jw_obj_end(&j);
	return add(r, ZX_SECTION_BOT, "bot_settings");
}

static int each(struct read *r, struct zx_str file, const char *key,
		int (*fn)(struct read *r, struct zx_str item))
{
	struct zx_json_iter it = zx_json_each(zx_json_get(file, key));
	int err = ZX_OK;

	while (!err && zx_json_next(&it))
		err = fn(r, it.value);
	return err;
}

static int members(struct read *r, struct zx_str file)
{
	int err = zx__python_members(zx_json_get(file, "member_roles"), r->w,
				     r->alloc);

	return err ? say(r, err, "member_roles") : ZX_OK;
}

static int all(struct read *r, struct zx_str file)
{
	int err = guild(r, file);

	if (!err)
		err = each(r, file, "roles", role);
	if (!err)
		err = channels(r, file, "categories", 4);
	if (!err)
		err = channels(r, file, "text_channels", 0);
	if (!err)
		err = channels(r, file, "voice_channels", 2);
	if (!err)
		err = channels(r, file, "forum_channels", 15);
	if (!err)
		err = channels(r, file, "stage_channels", 13);
	if (!err)
		err = each(r, file, "emojis", emoji);
	if (!err)
		err = each(r, file, "stickers", sticker);
	if (!err)
		err = bot(r, file);
	if (!err)
		err = members(r, file);
	return err;
}

int zx_python_read(struct zx_str file, struct zx_guild_writer *w,
		   const struct zx_alloc *a, char why[128])
{
	struct read r = { .w = w, .alloc = a, .why = why };
	int err;

	why[0] = '\0';
	zx_buf_init(&r.b, a, ZX__GUILD_ITEM);
	r.guild = zx_json_get_u64(zx_json_get(file, "guild"), "id");
	err = all(&r, file);
	zx_buf_release(&r.b);
	/* The original never saw these; a restore must not take their absence
	 * for a wish. */
	if (!err)
		err = zx_guild_add_missing(w, "roles/@everyone",
					   "not in files of the original");
	if (!err)
		err = zx_guild_add_raw(w, file);
	if (err && !*why)
		snprintf(why, 128, "%s", zx_strerror(err));
	return err;
}
