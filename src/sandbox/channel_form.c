/* SPDX-License-Identifier: MIT
 *
 * The fields of a channel in a create or PATCH body: checked, then applied.
 */
#include "sandbox/world_int.h"

static int is_voice(int type)
{
	return type == 2 || type == 13;
}

static int is_forum(int type)
{
	return type == 15 || type == 16;
}

static void check_tags(struct zx__call *c)
{
	char at[ZX__AT_SIZE];
	int i = 0;

	if (!zx__form_array(c, c->body, "", "available_tags", 0, 20))
		return;
	ZX__EACH(tag, zx__get(c->body, "available_tags"))
	{
		zx__at_i(at, "available_tags", i++);
		zx__form_required(c, tag, at, "name");
		zx__form_str(c, tag, at, "name", 1, 50);
		zx__form_id(c, tag, at, "emoji_id");
		zx__form_bool(c, tag, at, "moderated");
		if (zx__some(tag, "emoji_id") && zx__some(tag, "emoji_name"))
			zx__bad(c, at, "TAG_EMOJI",
				"Only one of emoji_id and emoji_name");
	}
}

static void check_reaction(struct zx__call *c)
{
	const cJSON *r = zx__some(c->body, "default_reaction_emoji");

	if (!r)
		return;
	zx__form_id(c, r, "default_reaction_emoji", "emoji_id");
	zx__form_str(c, r, "default_reaction_emoji", "emoji_name", 0, 100);
	if (zx__some(r, "emoji_id") && zx__some(r, "emoji_name"))
		zx__bad(c, "default_reaction_emoji", "TAG_EMOJI",
			"Only one of emoji_id and emoji_name");
}

/* REQUIRE_TAG of forums, hidden downloads of media, spoilers of all but
 * categories and stages. */
static int flags_of(int type)
{
	return (is_forum(type) ? 1 << 4 : 0) | (type == 16 ? 1 << 15 : 0) |
	       (type != 4 && type != 13 ? 1 << 21 : 0);
}

static void check_flags(struct zx__call *c, int type)
{
	if (!zx__form_int(c, c->body, "", "flags", 0, 2147483647.0))
		return;
	if (zx__int(c->body, "flags") & ~flags_of(type))
		zx__bad(c, "flags", "BITFIELD_INVALID",
			"These flags do not go with the channel's type");
}

static void check_region(struct zx__call *c)
{
	const char *region = zx__str(c->body, "rtc_region");

	if (zx__form_str(c, c->body, "", "rtc_region", 0, 100) &&
	    !zx__voice_region(region))
		zx__bad(c, "rtc_region", "BASE_TYPE_CHOICES",
			"Value must be a voice region.");
}

static double max_bitrate(struct zx__call *c, int type)
{
	static const int by_tier[] = { 96000, 128000, 256000, 384000 };
	int tier = zx__int(c->guild->dom, "premium_tier");

	if (type == 13)
		return 64000;
	return by_tier[tier >= 0 && tier <= 3 ? tier : 0];
}

void zx__channel_check(struct zx__call *c, int type)
{
	static const int archive[] = { 60, 1440, 4320, 10080 };

	if (cJSON_IsNull(zx__get(c->body, "name")))
		zx__form_required(c, c->body, "", "name");
	zx__form_str(c, c->body, "", "name", 1, 100);
	zx__form_str(c, c->body, "", "topic", 0, is_forum(type) ? 4096 : 1024);
	zx__form_int(c, c->body, "", "position", 0, 2147483647);
	zx__form_int(c, c->body, "", "rate_limit_per_user", 0, 21600);
	zx__form_int(c, c->body, "", "default_thread_rate_limit_per_user", 0,
		     21600);
	zx__form_int(c, c->body, "", "user_limit", 0, type == 13 ? 10000 : 99);
	if (is_voice(type))
		zx__form_int(c, c->body, "", "bitrate", 8000,
			     max_bitrate(c, type));
	zx__form_int(c, c->body, "", "video_quality_mode", 1, 2);
	zx__form_bool(c, c->body, "", "nsfw");
	zx__form_id(c, c->body, "", "parent_id");
	zx__form_one_of(c, c->body, "", "default_auto_archive_duration",
			archive, 4);
	zx__form_int(c, c->body, "", "default_sort_order", 0, 1);
	zx__form_int(c, c->body, "", "default_forum_layout", 0, 2);
	check_region(c);
	check_flags(c, type);
	check_tags(c);
	check_reaction(c);
}

/* Text channels have names as Discord writes them: lower case, dashes. */
static cJSON *name_of(const char *name, int type)
{
	char out[512];
	size_t n = 0;

	if (type != 0 && type != 5 && type != 15)
		return cJSON_CreateString(name);
	for (; *name && n < sizeof(out) - 1; name++) {
		char ch = *name;

		if (ch == ' ')
			ch = '-';
		if (ch >= 'A' && ch <= 'Z')
			ch = (char)(ch - 'A' + 'a');
		out[n++] = ch;
	}
	out[n] = '\0';
	return cJSON_CreateString(out);
}

static cJSON *tags_of(struct zx__call *c)
{
	cJSON *list = cJSON_CreateArray();

	ZX__EACH(tag, zx__get(c->body, "available_tags"))
	{
		uint64_t id = zx__dom_id(tag, "id");

		cJSON_AddItemToArray(
			list, zx__dom("id:I name:c moderated:b emoji_id:c "
				      "emoji_name:c",
				      id ? id : zx__world_new_id(c->w),
				      zx__get(tag, "name"),
				      zx__true(tag, "moderated"),
				      zx__get(tag, "emoji_id"),
				      zx__get(tag, "emoji_name")));
	}
	return list;
}

static cJSON *reaction_of(const cJSON *r)
{
	if (!r || cJSON_IsNull(r))
		return cJSON_CreateNull();
	return zx__dom("emoji_id:c emoji_name:c", zx__get(r, "emoji_id"),
		       zx__get(r, "emoji_name"));
}

struct field {
	const char *key;
	int text, voice, forum; /* for which types it is kept */
	int null_is_zero;
};

static const struct field fields[] = {
	{ "topic", 1, 0, 1, 0 },
	{ "rate_limit_per_user", 1, 1, 1, 1 },
	{ "default_thread_rate_limit_per_user", 1, 0, 1, 1 },
	{ "default_auto_archive_duration", 1, 0, 1, 0 },
	{ "bitrate", 0, 1, 0, 0 },
	{ "user_limit", 0, 1, 0, 1 },
	{ "rtc_region", 0, 1, 0, 0 },
	{ "video_quality_mode", 0, 1, 0, 0 },
	{ "default_sort_order", 0, 0, 1, 0 },
	{ "default_forum_layout", 0, 0, 1, 1 },
};

static void apply_field(cJSON *ch, const struct field *f, const cJSON *v)
{
	cJSON_DeleteItemFromObjectCaseSensitive(ch, f->key);
	if (!cJSON_IsNull(v))
		cJSON_AddItemToObject(ch, f->key, zx__dup(v));
	else if (f->null_is_zero)
		cJSON_AddNumberToObject(ch, f->key, 0);
	else if (!strcmp(f->key, "bitrate"))
		cJSON_AddNumberToObject(ch, f->key, 64000);
	else if (!strcmp(f->key, "video_quality_mode"))
		cJSON_AddNumberToObject(ch, f->key, 1);
	else if (strcmp(f->key, "default_auto_archive_duration"))
		cJSON_AddNullToObject(ch, f->key);
}

static void apply_typed(struct zx__call *c, cJSON *ch, int type)
{
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		const struct field *f = &fields[i];
		const cJSON *v = zx__get(c->body, f->key);
		int kept = (f->text && (type == 0 || type == 5)) ||
			   (f->voice && is_voice(type)) ||
			   (f->forum && is_forum(type));

		if (v && kept)
			apply_field(ch, f, v);
	}
	if (is_forum(type) && zx__get(c->body, "available_tags"))
		zx__dom_set(ch, "available_tags:o", tags_of(c));
	if (is_forum(type) && zx__get(c->body, "default_reaction_emoji"))
		zx__dom_set(ch, "default_reaction_emoji:o",
			    reaction_of(zx__get(c->body,
						"default_reaction_emoji")));
}

void zx__channel_apply(struct zx__call *c, cJSON *ch)
{
	int type = zx__int(ch, "type");

	if (zx__some(c->body, "name"))
		zx__dom_set(ch, "name:o",
			    name_of(zx__str(c->body, "name"), type));
	if (zx__some(c->body, "position"))
		zx__dom_set(ch, "position:i", zx__int(c->body, "position"));
	if (zx__some(c->body, "nsfw"))
		zx__dom_set(ch, "nsfw:b", zx__true(c->body, "nsfw"));
	if (zx__get(c->body, "parent_id"))
		zx__dom_set(ch, "parent_id:c", zx__get(c->body, "parent_id"));
	if (zx__some(c->body, "flags"))
		zx__dom_set(ch, "flags:i", zx__int(c->body, "flags"));
	apply_typed(c, ch, type);
}
