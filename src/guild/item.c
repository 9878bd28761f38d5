/* SPDX-License-Identifier: MIT
 *
 * Items: what of Discord's objects is kept, and in which order lists stand.
 */
#include <string.h>

#include "guild/guild_int.h"

/* Left out: what changes without anybody changing the server, what has a
 * section of its own, and secrets. */
static const char *const drop_automod[] = { "guild_id", NULL };
static const char *const drop_channel[] = {
	"guild_hashes",	   "guild_id",
	"last_message_id", "last_pin_timestamp",
	"member_count",	   "message_count",
	"status",	   "total_message_sent",
	"version",	   NULL
};
static const char *const drop_emoji[] = { "available", "user", NULL };
static const char *const drop_event[] = { "creator", "guild_id", "user_count",
					  NULL };
static const char *const drop_guild[] = { "approximate_member_count",
					  "approximate_presence_count",
					  "channels",
					  "emojis",
					  "joined_at",
					  "large",
					  "latest_onboarding_question_id",
					  "member_count",
					  "members",
					  "presences",
					  "roles",
					  "soundboard_sounds",
					  "stage_instances",
					  "stickers",
					  "threads",
					  "unavailable",
					  "voice_states",
					  NULL };
static const char *const drop_sound[] = { "available", "guild_id", "user",
					  NULL };
static const char *const drop_sticker[] = { "available", "guild_id", "user",
					    NULL };
static const char *const drop_webhook[] = { "guild_id", "token", "url", "user",
					    NULL };

static const char *const sort_channel[] = { "permission_overwrites", NULL };
static const char *const sort_roles[] = { "roles", NULL };
static const char *const sort_guild[] = { "features", NULL };
static const char *const sort_automod[] = { "exempt_channels", "exempt_roles",
					    NULL };

static const struct zx__canon_rules rules[ZX_SECTION_COUNT] = {
	[ZX_SECTION_AUTOMOD] = { drop_automod, sort_automod },
	[ZX_SECTION_CHANNELS] = { drop_channel, sort_channel },
	[ZX_SECTION_EMOJIS] = { drop_emoji, sort_roles },
	[ZX_SECTION_EVENTS] = { drop_event, NULL },
	[ZX_SECTION_GUILD] = { drop_guild, sort_guild },
	[ZX_SECTION_MEMBERS] = { NULL, sort_roles },
	[ZX_SECTION_ONBOARDING] = { drop_automod, NULL },
	[ZX_SECTION_SOUNDBOARD] = { drop_sound, NULL },
	[ZX_SECTION_STICKERS] = { drop_sticker, NULL },
	[ZX_SECTION_WEBHOOKS] = { drop_webhook, NULL },
};

static const char *const names[ZX_SECTION_COUNT] = {
#define ZX__X(name, text) [ZX_SECTION_##name] = text,
	ZX_SECTIONS(ZX__X)
#undef ZX__X
};

const char *zx_section_name(enum zx_section s)
{
	return (unsigned)s < ZX_SECTION_COUNT ? names[s] : "";
}

int zx_section_find(struct zx_str name, enum zx_section *out)
{
	for (int i = 0; i < ZX_SECTION_COUNT; i++)
		if (zx_str_is(name, names[i])) {
			*out = (enum zx_section)i;
			return ZX_OK;
		}
	return ZX_E_NOTFOUND;
}

uint64_t zx__guild_mix(uint64_t x)
{
	x ^= x >> 30;
	x *= UINT64_C(0xbf58476d1ce4e5b9);
	x ^= x >> 27;
	x *= UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

uint64_t zx__guild_mix_text(uint64_t v, struct zx_str text)
{
	for (size_t i = 0; i < text.len; i++)
		v = zx__guild_mix(v ^ (unsigned char)text.ptr[i]);
	return v;
}

int zx__guild_feature(struct zx_str guild, const char *name)
{
	struct zx_json_iter it = zx_json_each(zx_json_get(guild, "features"));

	while (zx_json_next(&it))
		if (zx_json_is(it.value, name))
			return 1;
	return 0;
}

/* There is one of them; its id, if it has one, is the guild's. */
static int single(enum zx_section s)
{
	return s == ZX_SECTION_BOT || s == ZX_SECTION_ONBOARDING ||
	       s == ZX_SECTION_WELCOME;
}

int zx__item_normal(enum zx_section s, struct zx_str json,
		    const struct zx_alloc *a, struct zx_buf *out, uint64_t *id)
{
	const char *key = s == ZX_SECTION_SOUNDBOARD ? "sound_id" : "id";
	int err;

	*id = 0;
	if (zx_json_kind(json) != ZX_JSON_OBJECT)
		return ZX_E_INVALID;
	if (!single(s) && s != ZX_SECTION_INCOMPLETE) {
		err = zx_json_u64(zx_json_get(json, key), id);
		if (err)
			return ZX_E_INVALID;
	}
	return zx__canon_item(json, &rules[s], a, out);
}

static void count_channel(struct zx_guild_counts *n, struct zx_str item)
{
	switch (zx_json_get_u64(item, "type")) {
	case 2:
		n->voice++;
		break;
	case 4:
		n->categories++;
		break;
	case 5:
		n->announcement++;
		break;
	case 13:
		n->stage++;
		break;
	case 15:
		n->forum++;
		break;
	case 16:
		n->media++;
		break;
	default:
		n->text++;
	}
}

void zx_guild_counts_add(struct zx_guild_counts *n, enum zx_section s,
			 struct zx_str item)
{
	switch (s) {
	case ZX_SECTION_CHANNELS:
		count_channel(n, item);
		break;
	case ZX_SECTION_ROLES:
		n->roles++;
		break;
	case ZX_SECTION_EMOJIS:
		n->emojis++;
		break;
	case ZX_SECTION_STICKERS:
		n->stickers++;
		break;
	case ZX_SECTION_BANS:
		n->bans++;
		break;
	case ZX_SECTION_IMAGES:
		n->images++;
		break;
	case ZX_SECTION_INCOMPLETE:
		n->incomplete++;
		break;
	case ZX_SECTION_MEMBERS:
		n->members++;
		n->member_roles +=
			zx_json_index(zx_json_get(item, "roles"), 0).len > 0;
		break;
	default:
		break;
	}
}
