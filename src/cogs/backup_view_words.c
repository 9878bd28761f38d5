/* SPDX-License-Identifier: MIT
 *
 * backup_view_words: words for what Discord says in numbers, for code blocks.
 */
#include "cogs/backup_view.h"

static const char *const sections[ZX_SECTION_COUNT] = {
	[ZX_SECTION_AUTOMOD] = "AutoMod",
	[ZX_SECTION_BANS] = "Bans",
	[ZX_SECTION_BOT] = "Bot settings",
	[ZX_SECTION_CHANNELS] = "Channels",
	[ZX_SECTION_EMOJIS] = "Emojis",
	[ZX_SECTION_EVENTS] = "Events",
	[ZX_SECTION_GUILD] = "Server settings",
	[ZX_SECTION_IMAGES] = "Images and sounds",
	[ZX_SECTION_INCOMPLETE] = "Could not be read",
	[ZX_SECTION_MEMBERS] = "Members",
	[ZX_SECTION_ONBOARDING] = "Onboarding",
	[ZX_SECTION_RAW] = "Imported file",
	[ZX_SECTION_ROLES] = "Roles",
	[ZX_SECTION_SOUNDBOARD] = "Soundboard",
	[ZX_SECTION_STICKERS] = "Stickers",
	[ZX_SECTION_WEBHOOKS] = "Webhooks",
	[ZX_SECTION_WELCOME] = "Welcome screen",
};

const char *zx__bkv_section(enum zx_section s)
{
	return sections[s];
}

const char *zx__bkv_channel_type(uint64_t type)
{
	static const char *const types[] = {
		[0] = "text",	      [2] = "voice",  [4] = "category",
		[5] = "announcement", [13] = "stage", [15] = "forum",
		[16] = "media",
	};

	return type < sizeof(types) / sizeof(types[0]) ? types[type] : NULL;
}

void zx__bkv_permissions(uint64_t bits, const char *before, struct zx_buf *out)
{
	for (unsigned i = 0; i < 64; i++) {
		if (!(bits >> i & 1))
			continue;
		if (out->len && out->ptr[out->len - 1] != ' ')
			zx_buf_addc(out, ", ");
		if (zx_permission_name(i))
			zx_buf_addf(out, "%s%s", before, zx_permission_name(i));
		else
			zx_buf_addf(out, "%sbit %u", before, i);
	}
}

/* Names -----------------------------------------------------------------------
 */

void zx__bkv_names_init(struct zx__bkv_names *n, const struct zx_alloc *a)
{
	*n = (struct zx__bkv_names){ .alloc = a };
	zx_buf_init(&n->text, a, 0);
}

void zx__bkv_names_release(struct zx__bkv_names *n)
{
	zx_delete(n->alloc, n->v);
	zx_buf_release(&n->text);
}

static size_t place_of(const struct zx__bkv_names *n, uint64_t id)
{
	size_t low = 0, high = n->count, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (n->v[mid].id < id)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static int grow(struct zx__bkv_names *n)
{
	size_t cap = n->cap ? n->cap * 2 : 64;
	struct zx__bkv_named *v;

	if (n->count < n->cap)
		return ZX_OK;
	v = zx_resize(n->alloc, n->v, cap * sizeof(*v));
	if (!v)
		return ZX_E_NOMEM;
	n->v = v;
	n->cap = cap;
	return ZX_OK;
}

static int add_name(struct zx__bkv_names *n, enum zx_section s,
		    struct zx_str item)
{
	uint64_t id = zx_json_get_u64(item, "id");
	size_t at = place_of(n, id), from = n->text.len;

	if (!id || (at < n->count && n->v[at].id == id))
		return ZX_OK;
	if (grow(n))
		return ZX_E_NOMEM;
	zx__bkv_item_name(s, item, &n->text);
	memmove(n->v + at + 1, n->v + at, (n->count - at) * sizeof(*n->v));
	n->v[at] = (struct zx__bkv_named){ id, from, n->text.len - from };
	n->count++;
	return n->text.err;
}

int zx__bkv_names_add(struct zx__bkv_names *n, const struct zx_guild_reader *r)
{
	static const enum zx_section named[] = { ZX_SECTION_ROLES,
						 ZX_SECTION_CHANNELS };
	struct zx_guild_cursor c;
	struct zx_str item;
	int err = ZX_OK, got;
	size_t i;

	for (i = 0; !err && i < 2; i++) {
		err = zx_guild_cursor_init(&c, r, named[i]);
		while (!err && (got = zx_guild_next(&c, &item)) != 0)
			err = got < 0 ? got : add_name(n, named[i], item);
		zx_guild_cursor_release(&c);
	}
	return err;
}

void zx__bkv_names_say(const struct zx__bkv_names *n, uint64_t id,
		       struct zx_buf *out)
{
	size_t at = place_of(n, id);

	if (at < n->count && n->v[at].id == id)
		zx_buf_add(out, n->text.ptr + n->v[at].at, n->v[at].len);
	else
		zx_buf_addf(out, "%llu", (unsigned long long)id);
}

/* Fields ----------------------------------------------------------------------
 */

static const char *plainly(struct zx_str step)
{
	static const struct {
		const char *key, *word;
	} words[] = {
		{ "rate_limit_per_user", "slowmode" },
		{ "default_thread_rate_limit_per_user", "slowmode of threads" },
		{ "nsfw", "age-restricted" },
		{ "parent_id", "category" },
		{ "permission_overwrites", "overwrites" },
		{ "default_auto_archive_duration", "archive after (min)" },
		{ "rtc_region", "region" },
		{ "hoist", "hoisted" },
		{ "nick", "nickname" },
		{ "afk_channel_id", "AFK channel" },
		{ "system_channel_id", "system channel" },
		{ "rules_channel_id", "rules channel" },
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (zx_str_is(step, words[i].key))
			return words[i].word;
	return NULL;
}

static void say_step(const struct zx__bkv_names *n, struct zx_str step,
		     struct zx_buf *out)
{
	const char *word = plainly(step);
	uint64_t id;
	size_t i;

	if (word) {
		zx_buf_addc(out, word);
	} else if (step.len >= 15 && !zx_str_u64(step, &id)) {
		zx__bkv_names_say(n, id, out);
	} else {
		for (i = 0; i < step.len && i < 60; i++)
			zx_buf_addch(out, step.ptr[i] == '_'   ? ' '
					  : step.ptr[i] == '`' ? '\''
							       : step.ptr[i]);
	}
}

void zx__bkv_path(const struct zx__bkv_names *n, struct zx_str path,
		  struct zx_buf *out)
{
	struct zx_str step = zx_str_split(&path, '.');

	if (zx_str_is(step, "permission_overwrites") && path.len) {
		zx_buf_addc(out, "overwrite of ");
		say_step(n, zx_str_split(&path, '.'), out);
	} else {
		say_step(n, step, out);
	}
	while (path.len) {
		zx_buf_addc(out, ": ");
		say_step(n, zx_str_split(&path, '.'), out);
	}
}
