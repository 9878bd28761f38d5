/* SPDX-License-Identifier: MIT
 *
 * The server itself: its settings and its images.
 */
#include <stdio.h>
#include <string.h>

#include "guild/plan_int.h"

static const char *const plain[] = { "afk_timeout",
				     "default_message_notifications",
				     "explicit_content_filter",
				     "name",
				     "premium_progress_bar_enabled",
				     "system_channel_flags",
				     "verification_level",
				     NULL };
static const char *const social[] = { "description", "preferred_locale", NULL };
static const char *const places[] = { "afk_channel_id", "system_channel_id",
				      NULL };
static const char *const social_places[] = { "public_updates_channel_id",
					     "rules_channel_id",
					     "safety_alerts_channel_id", NULL };

/* Nothing stands for the channel, and nothing will. */
static int lost(struct zx__planner *pl, const char *key)
{
	uint64_t id = zx_json_get_u64(pl->sguild, key);
	struct zx__item *ch =
		id ? zx__side_find(&pl->s[ZX_SECTION_CHANNELS], id) : NULL;

	return id && !zx_idmap_get(&pl->p->ids, ZX_ID_CHANNEL, id) &&
	       (!ch || ch->fate != ZX__FATE_MADE);
}

static int channels(struct zx__planner *pl, struct zx_json_writer *j,
		    struct zx_json_writer *before, const char *const *keys,
		    int may_be_none)
{
	int n = 0;

	for (; *keys; keys++) {
		const char *one[] = { *keys, NULL };

		if (lost(pl, *keys) ||
		    (!may_be_none && !zx_json_get_u64(pl->sguild, *keys)))
			continue;
		n += zx__pick_changed(pl, j, before, pl->sguild, pl->lguild,
				      one);
	}
	return n;
}

static void begin(struct zx__planner *pl, struct zx_json_writer *j,
		  struct zx_json_writer *before)
{
	zx__anew(pl, &pl->body);
	zx__anew(pl, &pl->before);
	zx_jw_init(j, &pl->body);
	zx_jw_init(before, &pl->before);
	zx_jw_obj(j, NULL);
	zx_jw_obj(before, NULL);
}

static int end(struct zx__planner *pl, struct zx_json_writer *j,
	       struct zx_json_writer *before, enum zx_act act,
	       struct zx_str name)
{
	struct zx__new n = { .verb = ZX_VERB_UPDATE,
			     .act = act,
			     .section = ZX_SECTION_GUILD,
			     .reason = ZX_WHY_CHANGED,
			     .snapshot_id = pl->p->source,
			     .live_id = pl->p->guild,
			     .name = name };

	zx_jw_obj_end(j);
	zx_jw_obj_end(before);
	n.body = zx_buf_str(&pl->body);
	n.before = zx_buf_str(&pl->before);
	return pl->body.err ? pl->body.err : zx__plan_add(pl, &n, NULL);
}

/* Discord asks for verified addresses and filtered media in communities. */
static int community(struct zx__planner *pl)
{
	static const char *const keys[] = { "public_updates_channel_id",
					    "rules_channel_id", NULL };
	struct zx_json_iter it =
		zx_json_each(zx_json_get(pl->lguild, "features"));
	uint64_t level = zx_json_get_u64(pl->sguild, "verification_level");
	struct zx_json_writer j, before;

	begin(pl, &j, &before);
	zx_jw_u64(&j, "explicit_content_filter", 2);
	zx_jw_arr(&j, "features");
	while (zx_json_next(&it))
		zx_jw_raw(&j, NULL, it.value);
	zx_jw_cstr(&j, NULL, "COMMUNITY");
	zx_jw_arr_end(&j);
	zx__plan_pick(&j, pl->sguild, keys);
	zx_jw_u64(&j, "verification_level", level ? level : 1);
	zx_jw_raw(&before, "features", zx_json_get(pl->lguild, "features"));
	return end(pl, &j, &before, ZX_ACT_COMMUNITY,
		   zx_json_get(pl->sguild, "name"));
}

static int settings(struct zx__planner *pl)
{
	struct zx_json_writer j, before;
	int n;

	begin(pl, &j, &before);
	n = zx__pick_changed(pl, &j, &before, pl->sguild, pl->lguild, plain);
	n += channels(pl, &j, &before, places, 1);
	if (pl->will_community)
		n += zx__pick_changed(pl, &j, &before, pl->sguild, pl->lguild,
				      social);
	if (pl->will_community)
		n += channels(pl, &j, &before,
			      pl->community ? social_places : social_places + 2,
			      0);
	if (n)
		return end(pl, &j, &before, ZX_ACT_GUILD_UPDATE,
			   zx_json_get(pl->sguild, "name"));
	pl->p->totals.same[ZX_SECTION_GUILD]++;
	return ZX_OK;
}

/* It has an address of its own, where its settings have other names. */
static int widget(struct zx__planner *pl)
{
	static const char *const keys[][2] = {
		{ "widget_channel_id", "channel_id" },
		{ "widget_enabled", "enabled" },
	};
	struct zx_json_writer j, before;
	struct zx_str was, is;
	int n = 0;

	begin(pl, &j, &before);
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		was = zx_json_get(pl->sguild, keys[i][0]);
		is = zx_json_get(pl->lguild, keys[i][0]);
		if (!was.len || !is.len || (!i && lost(pl, keys[i][0])) ||
		    zx__same(pl, zx_str(keys[i][0]), was, is))
			continue;
		zx_jw_raw(&j, keys[i][1], was);
		zx_jw_raw(&before, keys[i][1], is);
		n++;
	}
	return n ? end(pl, &j, &before, ZX_ACT_WIDGET, ZX_STR("\"widget\""))
		 : ZX_OK;
}

static int cannot(struct zx__planner *pl, const char *name, enum zx_why why,
		  const char *detail)
{
	struct zx__new n = { .verb = ZX_VERB_IMPOSSIBLE,
			     .section = ZX_SECTION_GUILD,
			     .reason = why,
			     .snapshot_id = pl->p->source,
			     .name = zx_str(name),
			     .detail = detail };

	return zx__plan_add(pl, &n, NULL);
}

/* What the owner has to do, if anybody. */
static int by_hand(struct zx__planner *pl)
{
	static const struct {
		const char *key, *name, *what;
		int anywhere;
	} rows[] = {
		{ "mfa_level", "\"two-factor rule\"",
		  "Only the owner can require two factors of moderators.", 1 },
		{ "owner_id", "\"owner\"",
		  "Only the owner can give the server away.", 0 },
		{ "vanity_url_code", "\"vanity URL\"",
		  "Bots cannot set it: the owner can.", 1 },
	};
	int err = ZX_OK;

	for (size_t i = 0; !err && i < sizeof(rows) / sizeof(*rows); i++) {
		struct zx_str a = zx_json_get(pl->sguild, rows[i].key);
		struct zx_str b = zx_json_get(pl->lguild, rows[i].key);

		if (!a.len || zx_str_is(a, "null") || zx_str_is(a, "0") ||
		    zx_str_eq(a, b) || (pl->migration && !rows[i].anywhere))
			continue;
		err = cannot(pl, rows[i].name, ZX_WHY_DISCORD, rows[i].what);
	}
	if (!err && zx__had_feature(pl, "COMMUNITY") && !pl->will_community)
		err = cannot(pl, "\"community\"", ZX_WHY_PERMISSION,
			     "It was a community server: making it one needs "
			     "Administrator and the rules and updates "
			     "channels.");
	return err;
}

int zx__plan_guild_item(struct zx__planner *pl)
{
	int err = ZX_OK;

	if (!zx__selected(pl, ZX_RESTORE_GUILD) || !pl->sguild.len)
		return ZX_OK;
	if (pl->will_community && !pl->community)
		err = community(pl);
	if (!err)
		err = settings(pl);
	if (!err)
		err = widget(pl);
	return err ? err : by_hand(pl);
}

/* Images ------------------------------------------------------------------- */

struct asset {
	const char *field, *name, *kind, *feature;
};

static const struct asset assets[] = {
	{ "icon", "\"icon\"", "icons", NULL },
	{ "banner", "\"banner\"", "banners", "BANNER" },
	{ "splash", "\"splash\"", "splashes", "INVITE_SPLASH" },
	{ "discovery_splash", "\"discovery_splash\"", "discovery-splashes",
	  "DISCOVERABLE" },
};

/* Of files of the original the key has no hash. */
static uint32_t image(struct zx__planner *pl, const struct asset *a, int live)
{
	struct zx_str guild = live ? pl->lguild : pl->sguild;
	struct zx_str hash = zx_json_plain(zx_json_get(guild, a->field));
	uint64_t id = live ? pl->p->guild : pl->p->source, size;
	char key[200];
	uint32_t at;

	snprintf(key, sizeof(key), "%s/%llu/%.*s", a->kind,
		 (unsigned long long)id, ZX_ARG(hash));
	at = hash.len ? zx__image_of(pl, zx_str(key), live, &size) : 0;
	if (at)
		return at;
	snprintf(key, sizeof(key), "%s/%llu", a->kind, (unsigned long long)id);
	return zx__image_of(pl, zx_str(key), live, &size);
}

static int same_image(struct zx__planner *pl, const struct asset *a,
		      uint32_t was, uint32_t is)
{
	struct zx_str x = zx_json_get(pl->sguild, a->field);
	struct zx_str y = zx_json_get(pl->lguild, a->field);

	if (x.len && zx_str_eq(x, y))
		return 1;
	return was && is &&
	       !memcmp(pl->p->images[was - 1].hash, pl->p->images[is - 1].hash,
		       ZX_HASH);
}

static int asset(struct zx__planner *pl, const struct asset *a)
{
	struct zx_str was = zx_json_get(pl->sguild, a->field);
	uint32_t at = image(pl, a, 0), now = image(pl, a, 1);
	char before[64];
	struct zx__new n = { .verb = ZX_VERB_UPDATE,
			     .act = ZX_ACT_IMAGE_UPDATE,
			     .section = ZX_SECTION_IMAGES,
			     .reason = ZX_WHY_CHANGED,
			     .snapshot_id = pl->p->source,
			     .live_id = pl->p->guild,
			     .name = zx_str(a->name),
			     .body = ZX_STR("{}"),
			     .before = zx_str(before),
			     .image = at,
			     .before_image = now };

	if (!at && zx_json_kind(was) != ZX_JSON_STRING)
		return ZX_OK;
	if (same_image(pl, a, at, now)) {
		pl->p->totals.same[ZX_SECTION_IMAGES]++;
		return ZX_OK;
	}
	if (a->feature && !zx__feature(pl, a->feature))
		return cannot(pl, a->name, ZX_WHY_FEATURE, NULL);
	if (!at)
		return cannot(pl, a->name, ZX_WHY_NO_IMAGE, NULL);
	if (!strcmp(pl->p->images[at - 1].type, "image/gif") &&
	    !zx__feature(pl, "ANIMATED_ICON"))
		return cannot(pl, a->name, ZX_WHY_FEATURE, NULL);
	snprintf(before, sizeof(before), "{\"%s\":null}", a->field);
	n.before = now ? ZX_STR("{}") : zx_str(before);
	return zx__plan_add(pl, &n, NULL);
}

int zx__plan_images(struct zx__planner *pl)
{
	int err = ZX_OK;

	if (!zx__selected(pl, ZX_RESTORE_IMAGES) || !pl->sguild.len)
		return ZX_OK;
	for (size_t i = 0; !err && i < sizeof(assets) / sizeof(*assets); i++)
		err = asset(pl, &assets[i]);
	return err;
}
