/* SPDX-License-Identifier: MIT
 *
 * Prefix and mention setting per guild: in memory for every message, in the
 * state file for good.
 */
#include "bot/bot_int.h"

#include <string.h>

#define SPACE "settings"

struct setting {
	int has_prefix, has_mention, mention;
	char prefix[sizeof(((struct zx_prefix *)0)->text)];
};

static struct setting *get(struct zx_bot *b, uint64_t guild)
{
	struct setting *s = zx__bot_map_get(&b->settings, guild);

	if (s || b->settings.count >= ZX__BOT_SETTINGS)
		return s;
	s = zx_new(b->alloc, sizeof(*s));
	if (s && zx__bot_map_put(&b->settings, guild, s)) {
		zx_delete(b->alloc, s);
		return NULL;
	}
	return s;
}

int zx__bot_prefix_of(uint64_t guild, struct zx_prefix *out, void *ud)
{
	const struct zx_bot *b = ud;
	const struct setting *s = zx__bot_map_get(&b->settings, guild);

	if (!s)
		return ZX_E_NOTFOUND;
	if (s->has_prefix)
		memcpy(out->text, s->prefix, sizeof(out->text));
	if (s->has_mention)
		out->mention = s->mention;
	return ZX_OK;
}

static int set_prefix(struct setting *s, struct zx_str prefix)
{
	if (!prefix.len || prefix.len >= sizeof(s->prefix))
		return ZX_E_TOOBIG;
	memset(s->prefix, 0, sizeof(s->prefix));
	memcpy(s->prefix, prefix.ptr, prefix.len);
	s->has_prefix = 1;
	return ZX_OK;
}

static int load_one(uint64_t guild, const char *key, struct zx_str value,
		    void *ud)
{
	struct setting *s = get(ud, guild);

	if (!s)
		return ZX_E_NOMEM;
	if (!strcmp(key, "prefix"))
		set_prefix(s, value);
	if (!strcmp(key, "mention_prefix")) {
		s->has_mention = 1;
		s->mention = zx_str_is(value, "1");
	}
	return ZX_OK;
}

int zx__bot_settings_load(struct zx_bot *b)
{
	return zx_state_each(b->state, SPACE, load_one, b);
}

void zx__bot_settings_release(struct zx_bot *b)
{
	size_t i;

	for (i = 0; i < b->settings.cap; i++)
		zx_delete(b->alloc, b->settings.slots[i].value);
	zx__bot_map_release(&b->settings);
}

static int put(struct zx_bot *b, uint64_t guild, const char *key,
	       struct zx_str value)
{
	return b->state ? zx_state_put(b->state, SPACE, guild, key, value)
			: ZX_OK;
}

static int clear_prefix(struct zx_bot *b, uint64_t guild)
{
	struct setting *s = zx__bot_map_get(&b->settings, guild);
	int err = ZX_OK;

	if (b->state)
		err = zx_state_del(b->state, SPACE, guild, "prefix");
	if (!err && s)
		s->has_prefix = 0;
	return err;
}

int zx_bot_set_prefix(struct zx_bot *b, uint64_t guild, const char *prefix)
{
	struct zx_str text = zx_str(prefix);
	struct setting *s;
	int err;

	if (!guild)
		return ZX_E_INVALID;
	if (!prefix)
		return clear_prefix(b, guild);
	if (!text.len || !zx_utf8_valid(text))
		return ZX_E_INVALID;
	if (zx_utf8_count(text) > ZX__BOT_PREFIX ||
	    text.len >= sizeof(s->prefix))
		return ZX_E_TOOBIG;
	s = get(b, guild);
	if (!s)
		return ZX_E_NOMEM;
	err = put(b, guild, "prefix", text);
	return err ? err : set_prefix(s, text);
}

int zx_bot_set_mention_prefix(struct zx_bot *b, uint64_t guild, int on)
{
	struct setting *s;
	int err;

	if (!guild)
		return ZX_E_INVALID;
	s = get(b, guild);
	if (!s)
		return ZX_E_NOMEM;
	err = put(b, guild, "mention_prefix", zx_str(on ? "1" : "0"));
	if (err)
		return err;
	s->has_mention = 1;
	s->mention = !!on;
	return ZX_OK;
}
