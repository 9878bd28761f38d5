/* SPDX-License-Identifier: MIT
 *
 * Both sides of a plan in memory: every section but the long ones, which are
 * walked side by side.
 */
#include <inttypes.h>
#include <string.h>

#include "guild/plan_int.h"

static const enum zx_section loaded[] = {
	ZX_SECTION_ROLES,      ZX_SECTION_CHANNELS,   ZX_SECTION_EMOJIS,
	ZX_SECTION_STICKERS,   ZX_SECTION_SOUNDBOARD, ZX_SECTION_AUTOMOD,
	ZX_SECTION_WEBHOOKS,   ZX_SECTION_EVENTS,     ZX_SECTION_GUILD,
	ZX_SECTION_WELCOME,    ZX_SECTION_ONBOARDING, ZX_SECTION_BOT,
	ZX_SECTION_INCOMPLETE, ZX_SECTION_IMAGES,
};

static struct zx__item *room(struct zx__side *s, const struct zx_alloc *a)
{
	struct zx__item *v;

	if (s->n == s->cap) {
		size_t cap = s->cap ? 2 * s->cap : 32;

		v = zx_resize(a, s->v, cap * sizeof(*v));
		if (!v)
			return NULL;
		s->v = v;
		s->cap = cap;
	}
	v = &s->v[s->n++];
	memset(v, 0, sizeof(*v));
	return v;
}

static int read_section(struct zx__side *s, const struct zx_guild_reader *r,
			enum zx_section sec, const struct zx_alloc *a)
{
	struct zx_guild_cursor c;
	struct zx__item *item;
	struct zx_str text;
	int err = zx_guild_cursor_init(&c, r, sec), got = 0;

	zx_buf_init(&s->text, a, ZX__GUILD_BAG);
	while (!err && (got = zx_guild_next(&c, &text)) > 0) {
		item = room(s, a);
		if (!item) {
			err = ZX_E_NOMEM;
			break;
		}
		item->at = s->text.len;
		item->len = text.len;
		zx_buf_adds(&s->text, text);
		err = s->text.err;
	}
	zx_guild_cursor_release(&c);
	return err ? err : got;
}

static uint64_t number(struct zx_str raw)
{
	uint64_t v = 0;

	return zx_json_u64(raw, &v) ? 0 : v;
}

/* One walk over the members of an item. */
static void member(struct zx__item *i, struct zx_str key, struct zx_str value)
{
	int64_t position;

	if (zx_str_is(key, "id") || zx_str_is(key, "sound_id"))
		i->id = number(value);
	else if (zx_str_is(key, "name"))
		i->name = value;
	else if (zx_str_is(key, "parent_id") || zx_str_is(key, "channel_id"))
		i->parent = number(value);
	else if (zx_str_is(key, "type") || zx_str_is(key, "trigger_type"))
		i->type = (uint8_t)number(value);
	else if (zx_str_is(key, "managed"))
		i->managed = (uint8_t)zx_str_is(value, "true");
	else if (zx_str_is(key, "position") && !zx_json_i64(value, &position))
		i->position = (int32_t)position;
}

static void parse(struct zx__side *s)
{
	for (size_t k = 0; k < s->n; k++) {
		struct zx__item *i = &s->v[k];
		struct zx_json_iter it;

		i->text = (struct zx_str){ s->text.ptr + i->at, i->len };
		it = zx_json_each(i->text);
		while (zx_json_next(&it))
			member(i, it.key, it.value);
		i->made_type = i->type;
	}
}

/* Images ------------------------------------------------------------------- */

/* A key says whose they are. */
static uint64_t hash_of(struct zx_str key)
{
	return zx__guild_mix_text(key.len, key) | 1;
}

static int load_images(struct zx__planner *pl)
{
	struct zx__side *s = &pl->s[ZX_SECTION_IMAGES];
	int err = ZX_OK;

	/* Any kind would do. */
	for (size_t i = 0; !err && i < s->n; i++) {
		struct zx_str key =
			zx_json_plain(zx_json_get(s->v[i].text, "key"));

		err = zx_idmap_put(&pl->images, ZX_ID_TAG, hash_of(key), i + 1);
	}
	return err;
}

static struct zx_str image_item(struct zx__planner *pl, struct zx_str key,
				int live)
{
	struct zx__side *s =
		live ? &pl->l[ZX_SECTION_IMAGES] : &pl->s[ZX_SECTION_IMAGES];
	struct zx_str none = { NULL, 0 };
	uint64_t at =
		live ? 0 : zx_idmap_get(&pl->images, ZX_ID_TAG, hash_of(key));

	if (at)
		return s->v[at - 1].text;
	for (size_t i = 0; live && i < s->n; i++)
		if (zx_str_eq(key,
			      zx_json_plain(zx_json_get(s->v[i].text, "key"))))
			return s->v[i].text;
	return none;
}

uint32_t zx__image_of(struct zx__planner *pl, struct zx_str key, int live,
		      uint64_t *size)
{
	struct zx_str item = image_item(pl, key, live);
	struct zx_str type = zx_json_plain(zx_json_get(item, "type"));
	unsigned char hash[ZX_HASH];
	char copy[24];
	uint32_t at;

	*size = zx_json_get_u64(item, "size");
	if (zx_hash_read(zx_json_plain(zx_json_get(item, "sha256")), hash) ||
	    !type.len || type.len >= sizeof(copy))
		return 0;
	memcpy(copy, type.ptr, type.len);
	copy[type.len] = '\0';
	if (zx__plan_image(pl->p, hash, copy, &at)) {
		pl->p->text.err = ZX_E_NOMEM;
		return 0;
	}
	return at;
}

/* The whole ---------------------------------------------------------------- */

int zx__plan_load(struct zx__planner *pl)
{
	int err = ZX_OK;

	for (size_t i = 0; !err && i < sizeof(loaded) / sizeof(*loaded); i++) {
		enum zx_section s = loaded[i];

		err = read_section(&pl->s[s], pl->snap, s, pl->alloc);
		if (!err)
			err = read_section(&pl->l[s], pl->live, s, pl->alloc);
		if (err)
			break;
		parse(&pl->s[s]);
		parse(&pl->l[s]);
	}
	if (pl->s[ZX_SECTION_GUILD].n)
		pl->sguild = pl->s[ZX_SECTION_GUILD].v[0].text;
	if (pl->l[ZX_SECTION_GUILD].n)
		pl->lguild = pl->l[ZX_SECTION_GUILD].v[0].text;
	return err ? err : load_images(pl);
}

struct zx__item *zx__side_find(struct zx__side *s, uint64_t id)
{
	size_t lo = 0, hi = s->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (s->v[mid].id < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < s->n && s->v[lo].id == id ? &s->v[lo] : NULL;
}

struct zx__item *zx__mate(struct zx__planner *pl, enum zx_section s,
			  const struct zx__item *item)
{
	return item->mate ? &pl->l[s].v[item->mate - 1] : NULL;
}
