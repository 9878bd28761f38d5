/* SPDX-License-Identifier: MIT
 *
 * backup_view_lines: one item of a snapshot, or one field that differs, as a
 * line of a code block.
 */
#include "cogs/backup_view.h"

/* Items -----------------------------------------------------------------------
 */

void zx__bkv_json(struct zx_buf *out, struct zx_str raw, size_t max)
{
	struct zx_buf text;

	zx_buf_init(&text, out->alloc, 0);
	zx_json_text(raw, &text);
	zx__bkv_code(out, zx_buf_str(&text), max);
	if (text.err)
		out->err = text.err;
	zx_buf_release(&text);
}

void zx__bkv_item_name(enum zx_section s, struct zx_str item,
		       struct zx_buf *out)
{
	struct zx_str name = zx_json_get(item, "name");
	uint64_t id = zx_json_get_u64(
		item, s == ZX_SECTION_SOUNDBOARD ? "sound_id" : "id");

	if (s == ZX_SECTION_ROLES && !zx_json_is(name, "@everyone"))
		zx_buf_addch(out, '@');
	else if (s == ZX_SECTION_CHANNELS && zx_json_get_u64(item, "type") != 4)
		zx_buf_addch(out, '#');
	else if (s == ZX_SECTION_EMOJIS)
		zx_buf_addch(out, ':');
	if (zx_json_kind(name) == ZX_JSON_STRING && name.len > 2)
		zx__bkv_json(out, name, 40);
	else
		zx_buf_addf(out, "%llu", (unsigned long long)id);
	if (s == ZX_SECTION_EMOJIS)
		zx_buf_addch(out, ':');
}

static void part(struct zx_buf *out, const char *text)
{
	zx_buf_addf(out, "%s%s", out->len ? " · " : "", text);
}

static void part_name(const struct zx__bkv_names *n, struct zx_buf *out,
		      const char *before, uint64_t id)
{
	if (!id)
		return;
	part(out, before);
	zx__bkv_names_say(n, id, out);
}

static void part_if(struct zx_buf *out, struct zx_str item, const char *key,
		    const char *text)
{
	if (zx_json_get_bool(item, key))
		part(out, text);
}

static size_t length_of(struct zx_str list)
{
	struct zx_json_iter it = zx_json_each(list);
	size_t n = 0;

	while (zx_json_next(&it))
		n++;
	return n;
}

static void say_role(struct zx_str item, struct zx_buf *out)
{
	uint64_t color = zx_json_get_u64(item, "color");
	uint64_t bits = zx_json_get_u64(item, "permissions");
	char text[64];
	int n = 0, i;

	for (i = 0; i < 64; i++)
		n += (int)(bits >> i & 1);
	if (color) {
		snprintf(text, sizeof(text), "#%06llX",
			 (unsigned long long)(color & 0xffffff));
		part(out, text);
	}
	part_if(out, item, "hoist", "hoisted");
	part_if(out, item, "mentionable", "mentionable");
	part_if(out, item, "managed", "managed");
	snprintf(text, sizeof(text), "%d permission%s", n, n == 1 ? "" : "s");
	part(out, bits & ZX_PERM_ADMINISTRATOR ? "Administrator" : text);
}

static void say_channel(const struct zx__bkv_names *n, struct zx_str item,
			struct zx_buf *out)
{
	uint64_t type = zx_json_get_u64(item, "type");
	const char *word = zx__bkv_channel_type(type);
	size_t o = length_of(zx_json_get(item, "permission_overwrites"));
	size_t tags = length_of(zx_json_get(item, "available_tags"));
	char text[64];

	snprintf(text, sizeof(text), "type %llu", (unsigned long long)type);
	part(out, word ? word : text);
	part_name(n, out, "in ", zx_json_get_u64(item, "parent_id"));
	part_if(out, item, "nsfw", "age-restricted");
	if (zx_json_get_u64(item, "rate_limit_per_user")) {
		snprintf(text, sizeof(text), "slowmode %llu s",
			 (unsigned long long)zx_json_get_u64(
				 item, "rate_limit_per_user"));
		part(out, text);
	}
	snprintf(text, sizeof(text), "%zu overwrite%s", o, o == 1 ? "" : "s");
	if (o)
		part(out, text);
	snprintf(text, sizeof(text), "%zu tag%s", tags, tags == 1 ? "" : "s");
	if (tags)
		part(out, text);
}

static void say_member(const struct zx__bkv_names *n, struct zx_str item,
		       struct zx_buf *out)
{
	struct zx_json_iter it = zx_json_each(zx_json_get(item, "roles"));
	uint64_t id;
	int first = 1;

	if (zx_json_get(item, "nick").len > 2) {
		part(out, "\"");
		zx__bkv_json(out, zx_json_get(item, "nick"), 32);
		zx_buf_addch(out, '"');
	}
	while (zx_json_next(&it)) {
		if (zx_json_u64(it.value, &id))
			continue;
		if (first)
			part(out, "");
		else
			zx_buf_addc(out, ", ");
		first = 0;
		zx__bkv_names_say(n, id, out);
	}
}

/* "2026-02-18 12:34 UTC · in #Lounge" */
static void say_event(const struct zx__bkv_names *n, struct zx_str item,
		      struct zx_buf *out)
{
	struct zx_str place = zx_json_at(item, "entity_metadata.location");
	zx_wall at;

	if (!zx_stamp_read(
		    zx_json_plain(zx_json_get(item, "scheduled_start_time")),
		    &at))
		zx__backup_date(out, at);
	part_name(n, out, "in ", zx_json_get_u64(item, "channel_id"));
	if (place.len > 2) {
		part(out, "at ");
		zx__bkv_json(out, place, 40);
	}
}

static void say_incomplete(struct zx_str item, struct zx_buf *out)
{
	zx__bkv_json(out, zx_json_get(item, "what"), 60);
	zx_buf_addc(out, ": ");
	zx__bkv_json(out, zx_json_get(item, "why"), 90);
}

void zx__bkv_item(const struct zx__bkv_names *n, enum zx_section s,
		  struct zx_str item, struct zx_buf *out)
{
	struct zx_buf text;

	zx_buf_init(&text, out->alloc, 0);
	switch (s) {
	case ZX_SECTION_ROLES:
		say_role(item, &text);
		break;
	case ZX_SECTION_CHANNELS:
		say_channel(n, item, &text);
		break;
	case ZX_SECTION_MEMBERS:
		say_member(n, item, &text);
		break;
	case ZX_SECTION_EMOJIS:
		part_if(&text, item, "animated", "animated");
		part_if(&text, item, "managed", "managed");
		break;
	case ZX_SECTION_STICKERS:
		if (zx_json_get(item, "description").len > 2)
			zx__bkv_json(&text, zx_json_get(item, "description"),
				     60);
		break;
	case ZX_SECTION_BANS:
		if (zx_json_get(item, "reason").len > 2)
			zx__bkv_json(&text, zx_json_get(item, "reason"), 60);
		break;
	case ZX_SECTION_WEBHOOKS:
		part_name(n, &text, "in ", zx_json_get_u64(item, "channel_id"));
		break;
	case ZX_SECTION_EVENTS:
		say_event(n, item, &text);
		break;
	case ZX_SECTION_AUTOMOD:
		part(&text, zx_json_get_bool(item, "enabled") ? "on" : "off");
		break;
	case ZX_SECTION_INCOMPLETE:
		say_incomplete(item, &text);
		break;
	case ZX_SECTION_IMAGES:
		zx__bkv_json(&text, zx_json_get(item, "key"), 60);
		zx_buf_addc(&text, " · ");
		zx__backup_size(&text, zx_json_get_u64(item, "size"));
		break;
	default:
		break;
	}
	zx_buf_adds(out, zx_buf_str(&text));
	if (text.err)
		out->err = text.err;
	zx_buf_release(&text);
}

/* Fields ----------------------------------------------------------------------
 */

static struct zx_str last_step(struct zx_str path)
{
	size_t i = path.len;

	while (i && path.ptr[i - 1] != '.')
		i--;
	return zx_str_from(path, i);
}

static int is_bits(struct zx_str step)
{
	return zx_str_is(step, "permissions") || zx_str_is(step, "allow") ||
	       zx_str_is(step, "deny");
}

static int ends_in(struct zx_str s, const char *end)
{
	size_t n = strlen(end);

	return s.len >= n && zx_str_is(zx_str_from(s, s.len - n), end);
}

static void say_value(const struct zx__bkv_names *n, enum zx_section s,
		      struct zx_str path, struct zx_str raw, struct zx_buf *out)
{
	struct zx_str plain = zx_json_plain(raw);
	enum zx_json_kind kind = zx_json_kind(raw);
	const char *word = NULL;
	uint64_t u;

	if (s == ZX_SECTION_CHANNELS && zx_str_is(path, "type") &&
	    !zx_json_u64(raw, &u))
		word = zx__bkv_channel_type(u);
	if (word)
		zx_buf_addc(out, word);
	else if (!raw.len || kind == ZX_JSON_NULL)
		zx_buf_addc(out, "none");
	else if (kind == ZX_JSON_BOOL)
		zx_buf_addc(out, zx_str_is(raw, "true") ? "yes" : "no");
	else if (ends_in(path, "color") && !zx_json_u64(raw, &u))
		zx_buf_addf(out, "#%06llX", (unsigned long long)u);
	else if (plain.len >= 15 && !zx_str_u64(plain, &u))
		zx__bkv_names_say(n, u, out);
	else if (kind == ZX_JSON_STRING) {
		zx_buf_addch(out, '"');
		zx__bkv_json(out, raw, 60);
		zx_buf_addch(out, '"');
	} else
		zx__bkv_code(out, raw, 60);
}

void zx__bkv_value(const struct zx__bkv_names *n, struct zx_str key,
		   struct zx_str raw, struct zx_buf *out)
{
	struct zx_json_iter it = zx_json_each(raw);
	struct zx_str plain = zx_json_plain(raw);
	size_t from = out->len;

	/* The server's own id is that of @everyone. */
	if (zx_str_is(key, "id") && plain.len) {
		zx_buf_adds(out, plain);
		return;
	}
	if (zx_json_kind(raw) == ZX_JSON_ARRAY &&
	    zx_json_plain(zx_json_index(raw, 0)).len) {
		while (zx_json_next(&it)) {
			if (out->len > from)
				zx_buf_addc(out, ", ");
			say_value(n, ZX_SECTION_COUNT, key, it.value, out);
		}
		return;
	}
	say_value(n, ZX_SECTION_COUNT, key, raw, out);
}

/* "+Kick Members, -Ban Members" */
static void say_bits(uint64_t from, uint64_t to, struct zx_buf *out)
{
	zx__bkv_permissions(to & ~from, "+", out);
	zx__bkv_permissions(from & ~to, "-", out);
}

static int has(struct zx_str list, struct zx_str value)
{
	struct zx_json_iter it = zx_json_each(list);

	while (zx_json_next(&it))
		if (zx_str_eq(it.value, value))
			return 1;
	return 0;
}

static void say_missing(const struct zx__bkv_names *n, struct zx_str list,
			struct zx_str other, const char *sign,
			struct zx_buf *out)
{
	struct zx_json_iter it = zx_json_each(list);

	while (zx_json_next(&it)) {
		if (has(other, it.value))
			continue;
		if (out->len && out->ptr[out->len - 1] != ' ')
			zx_buf_addc(out, ", ");
		zx_buf_addc(out, sign);
		say_value(n, ZX_SECTION_COUNT, ZX_STR(""), it.value, out);
	}
}

/* An overwrite that came or went. */
static void say_overwrite(struct zx_str item, struct zx_buf *out)
{
	zx_buf_addc(out, ", allows ");
	zx__bkv_permissions(zx_json_get_u64(item, "allow"), "", out);
	if (out->ptr && out->ptr[out->len - 1] == ' ')
		zx_buf_addc(out, "nothing");
	zx_buf_addc(out, "; denies ");
	zx__bkv_permissions(zx_json_get_u64(item, "deny"), "", out);
	if (out->ptr && out->ptr[out->len - 1] == ' ')
		zx_buf_addc(out, "nothing");
}

/* One, or nothing where the other one is one. */
static int is_list(struct zx_str raw, struct zx_str other)
{
	enum zx_json_kind kind = zx_json_kind(raw);

	return kind == ZX_JSON_ARRAY || ((!raw.len || kind == ZX_JSON_NULL) &&
					 zx_json_kind(other) == ZX_JSON_ARRAY);
}

void zx__bkv_values(const struct zx__bkv_names *n, enum zx_section s,
		    struct zx_str path, struct zx_str from, struct zx_str to,
		    struct zx_buf *out)
{
	struct zx_str step = last_step(path);
	size_t at = out->len;
	uint64_t a = 0, b = 0;

	if (is_bits(step) && (!from.len || !zx_json_u64(from, &a)) &&
	    (!to.len || !zx_json_u64(to, &b))) {
		say_bits(a, b, out);
	} else if (is_list(from, to) && is_list(to, from)) {
		say_missing(n, to, from, "+", out);
		say_missing(n, from, to, "-", out);
		if (out->len == at)
			zx_buf_addc(out, "another order");
	} else if (!from.len != !to.len &&
		   zx_json_kind(from.len ? from : to) == ZX_JSON_OBJECT) {
		zx_buf_addc(out, from.len ? "removed" : "added");
		if (zx_str_starts(path, "permission_overwrites."))
			say_overwrite(from.len ? from : to, out);
	} else {
		say_value(n, s, path, from, out);
		zx_buf_addc(out, " → ");
		say_value(n, s, path, to, out);
	}
}
