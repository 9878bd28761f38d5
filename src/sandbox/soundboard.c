/* SPDX-License-Identifier: MIT
 *
 * Sounds of the soundboard.
 */
#include <inttypes.h>
#include <stdio.h>

#include "sandbox/rest.h"

enum { SOUND_BYTES = 512 << 10 };

static const char *const audited = "name volume emoji_id emoji_name";

static cJSON *asked(struct zx__call *c)
{
	cJSON *s = zx__set_get(&c->guild->sounds, c->id[1]);

	if (!s)
		zx__unknown(c, ZX__UNKNOWN_SOUND);
	return s;
}

void zx__list_sounds(struct zx__call *c)
{
	zx__reply(c, 200, zx__dom("items:o", zx__set_array(&c->guild->sounds)));
}

void zx__get_sound(struct zx__call *c)
{
	const cJSON *s = asked(c);

	if (s)
		zx__reply(c, 200, zx__dup(s));
}

void zx__default_sounds(struct zx__call *c)
{
	cJSON *list = cJSON_CreateArray();

	cJSON_AddItemToArray(list,
			     zx__dom("name:s sound_id:s volume:d emoji_id:n "
				     "emoji_name:s available:t",
				     "quack", "1", 1.0, "\xf0\x9f\xa6\x86"));
	zx__reply(c, 200, list);
}

static void check(struct zx__call *c)
{
	const cJSON *v = zx__some(c->body, "volume");

	zx__form_str(c, c->body, "", "name", 2, 32);
	zx__form_id(c, c->body, "", "emoji_id");
	zx__form_str(c, c->body, "", "emoji_name", 1, 32);
	if (v &&
	    (!cJSON_IsNumber(v) || v->valuedouble < 0 || v->valuedouble > 1))
		zx__bad(c, "volume", "NUMBER_TYPE_MAX",
			"float value should be between 0 and 1.");
	if (zx__some(c->body, "emoji_id") && zx__some(c->body, "emoji_name"))
		zx__bad(c, "emoji_id", "BASE_TYPE_MUST_BE_NULL",
			"Only one of emoji_id and emoji_name");
}

/* Nonzero when the data are no sound; the answer is given. */
static int no_sound(struct zx__call *c)
{
	const char *uri = zx__str(c->body, "sound");
	size_t n = zx__data_bytes(uri, "data:audio/");

	if (strncmp(uri, "data:audio/mpeg;", 16) &&
	    strncmp(uri, "data:audio/mp3;", 15) &&
	    strncmp(uri, "data:audio/ogg;", 15))
		n = 0;
	if (!n)
		zx__fail(c, 400, 50123, "The provided file type is invalid.");
	else if (n > SOUND_BYTES)
		zx__fail(c, 400, 50045,
			 "File uploaded exceeds the maximum size");
	return c->res->status != 0;
}

static int full(struct zx__call *c)
{
	static const size_t slots[] = { 8, 24, 36, 48 };
	size_t max = slots[zx__int(c->guild->dom, "premium_tier") & 3];
	char text[80];

	if (c->guild->sounds.n < max)
		return 0;
	snprintf(text, sizeof(text),
		 "Maximum number of soundboard sounds reached (%zu)", max);
	zx__fail(c, 400, 30045, text);
	return 1;
}

static void apply(struct zx__call *c, cJSON *s)
{
	const cJSON *v = zx__get(c->body, "volume");

	if (zx__some(c->body, "name"))
		zx__dom_set(s, "name:c", zx__get(c->body, "name"));
	if (v)
		zx__dom_set(s, "volume:d",
			    cJSON_IsNumber(v) ? v->valuedouble : 1.0);
	if (zx__get(c->body, "emoji_id"))
		zx__dom_set(s, "emoji_id:c", zx__get(c->body, "emoji_id"));
	if (zx__get(c->body, "emoji_name"))
		zx__dom_set(s, "emoji_name:c", zx__get(c->body, "emoji_name"));
}

static void changed(struct zx__call *c, const char *event, const cJSON *s)
{
	zx__emit(c->w, c->guild->id, event, zx__dup(s));
	zx__guild_touched(c->w, c->guild);
}

void zx__create_sound(struct zx__call *c)
{
	char path[60];
	uint64_t id;
	cJSON *s;

	zx__form_required(c, c->body, "", "name");
	zx__form_required(c, c->body, "", "sound");
	check(c);
	if (zx__form_failed(c) || no_sound(c) || full(c))
		return;
	id = zx__world_new_id(c->w);
	s = zx__dom("name:x sound_id:I volume:d emoji_id:n emoji_name:n "
		    "guild_id:I available:t user:c",
		    id, 1.0, c->guild->id, zx__user(c->w, zx__actor(c->w)));
	zx__set_put(&c->guild->sounds, id, s);
	snprintf(path, sizeof(path), "soundboard-sounds/%" PRIu64, id);
	zx__cdn_keep_uri(c->w, path, zx__str(c->body, "sound"));
	apply(c, s);
	zx__audit(c, c->guild, 130, id, zx__audit_diff(NULL, s, audited), NULL);
	changed(c, "GUILD_SOUNDBOARD_SOUND_CREATE", s);
	zx__reply(c, 201, zx__dup(s));
}

void zx__patch_sound(struct zx__call *c)
{
	cJSON *s = asked(c), *before;

	if (!s || !zx__mine_or_managed(c, s))
		return;
	check(c);
	if (zx__form_failed(c))
		return;
	before = zx__dup(s);
	apply(c, s);
	zx__audit(c, c->guild, 131, c->id[1],
		  zx__audit_diff(before, s, audited), NULL);
	cJSON_Delete(before);
	changed(c, "GUILD_SOUNDBOARD_SOUND_UPDATE", s);
	zx__reply(c, 200, zx__dup(s));
}

void zx__delete_sound(struct zx__call *c)
{
	const cJSON *s = asked(c);

	if (!s || !zx__mine_or_managed(c, s))
		return;
	zx__audit(c, c->guild, 132, c->id[1], zx__audit_diff(s, NULL, audited),
		  NULL);
	zx__set_del(&c->guild->sounds, c->id[1]);
	zx__emit(c->w, c->guild->id, "GUILD_SOUNDBOARD_SOUND_DELETE",
		 zx__dom("sound_id:I guild_id:I", c->id[1], c->guild->id));
	zx__guild_touched(c->w, c->guild);
	zx__no_content(c);
}

/* Op 31 ------------------------------------------------------------------- */

cJSON *zx__world_sounds(struct zx__world *w, uint64_t guild)
{
	struct zx__guild *g = zx__guild_by_id(w, guild);

	return g ? zx__set_array(&g->sounds) : cJSON_CreateArray();
}
