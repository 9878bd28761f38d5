/* SPDX-License-Identifier: MIT
 *
 * Emojis, stickers, sounds, and the tags of forums that use emojis.
 */
#include <stdio.h>
#include <string.h>

#include "guild/plan_int.h"

struct kind {
	enum zx_section section;
	enum zx_act act;
	unsigned what;
	const char *images; /* their keys begin so */
	uint64_t size_max;
	size_t name_max;
};

static const struct kind kinds[] = {
	{ ZX_SECTION_EMOJIS, ZX_ACT_EMOJI_CREATE, ZX_RESTORE_EMOJIS, "emojis",
	  256 << 10, 32 },
	{ ZX_SECTION_STICKERS, ZX_ACT_STICKER_CREATE, ZX_RESTORE_STICKERS,
	  "stickers", 512 << 10, 30 },
	{ ZX_SECTION_SOUNDBOARD, ZX_ACT_SOUND_CREATE, ZX_RESTORE_SOUNDBOARD,
	  "soundboard-sounds", 512 << 10, 32 },
};

static enum zx_limit limit_of(const struct zx__item *item, const struct kind *k)
{
	if (k->section == ZX_SECTION_STICKERS)
		return ZX_LIMIT_STICKERS;
	if (k->section == ZX_SECTION_SOUNDBOARD)
		return ZX_LIMIT_SOUNDS;
	return zx_json_get_bool(item->text, "animated")
		       ? ZX_LIMIT_EMOJIS_ANIMATED
		       : ZX_LIMIT_EMOJIS;
}

/* Discord takes letters, digits and underscores for emojis, two at least. */
static int name_is_good(struct zx__planner *pl, const struct zx__item *item,
			const struct kind *k)
{
	size_t n;
	int good = 1;

	zx__anew(pl, &pl->tmp);
	if (zx_json_text(item->name, &pl->tmp))
		return 0;
	n = zx_utf8_count(zx_buf_str(&pl->tmp));
	for (size_t i = 0; k->section == ZX_SECTION_EMOJIS && i < pl->tmp.len;
	     i++) {
		char c = pl->tmp.ptr[i];

		good &= c == '_' || (c >= '0' && c <= '9') ||
			(c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
	}
	return good && n >= 2 && n <= k->name_max;
}

static void emoji_body(struct zx_json_writer *j, const struct zx__item *item)
{
	static const char *const keys[] = { "name", "roles", NULL };

	zx__plan_pick(j, item->text, keys);
}

static void sound_body(struct zx_json_writer *j, const struct zx__item *item)
{
	static const char *const keys[] = { "emoji_id", "emoji_name", "name",
					    "volume", NULL };

	zx__plan_pick(j, item->text, keys);
}

/* Fields of a form: texts, and none of them null. */
static void sticker_body(struct zx_json_writer *j, const struct zx__item *item)
{
	struct zx_str about = zx_json_get(item->text, "description");
	struct zx_str tags = zx_json_get(item->text, "tags");
	int text = zx_json_kind(about) == ZX_JSON_STRING;

	zx_jw_raw(j, "description", text ? about : ZX_STR("\"\""));
	zx_jw_raw(j, "name", item->name);
	text = zx_json_kind(tags) == ZX_JSON_STRING && tags.len > 2;
	zx_jw_raw(j, "tags", text ? tags : ZX_STR("\"\xe2\xad\x90\""));
}

static void body(struct zx__planner *pl, const struct zx__item *item,
		 const struct kind *k, struct zx__new *n)
{
	struct zx_json_writer j;

	zx__anew(pl, &pl->body);
	zx_jw_init(&j, &pl->body);
	zx_jw_obj(&j, NULL);
	if (k->section == ZX_SECTION_EMOJIS)
		emoji_body(&j, item);
	else if (k->section == ZX_SECTION_STICKERS)
		sticker_body(&j, item);
	else
		sound_body(&j, item);
	zx_jw_obj_end(&j);
	n->body = zx_buf_str(&pl->body);
}

static int refuse(struct zx__planner *pl, struct zx__item *item,
		  struct zx__new *n, enum zx_verb verb, enum zx_why why)
{
	char text[160];

	item->fate = ZX__FATE_LOST;
	n->verb = verb;
	n->act = ZX_ACT_NONE;
	n->reason = why;
	if (why == ZX_WHY_LIMIT) {
		snprintf(text, sizeof(text),
			 "The server has no room for all %s: delete some, or "
			 "boost it.",
			 zx_section_name(n->section));
		if (zx__plan_trouble(pl->p, why, n->section, 0, 0, text))
			return ZX_E_NOMEM;
	}
	return zx__plan_add(pl, n, NULL);
}

static int lottie(const struct zx__planner *pl, const struct zx__item *item,
		  const struct kind *k)
{
	return k->section == ZX_SECTION_STICKERS &&
	       zx_json_get_u64(item->text, "format_type") == 3 &&
	       !zx__feature(pl, "VERIFIED") && !zx__feature(pl, "PARTNERED");
}

/* Those who may use an emoji: not one of them is there, so all could. */
static int for_nobody(struct zx__planner *pl, const struct zx__item *item)
{
	struct zx_json_iter it = zx_json_each(zx_json_get(item->text, "roles"));
	uint64_t id;
	int n = 0;

	for (; zx_json_next(&it); n++) {
		struct zx__item *role =
			zx_json_u64(it.value, &id)
				? NULL
				: zx__side_find(&pl->s[ZX_SECTION_ROLES], id);

		if (role && (role->mate || role->fate == ZX__FATE_MADE))
			return 0;
	}
	return n > 0;
}

/* It has an emoji of the server's that is not there yet. */
static int is_made(struct zx__planner *pl, struct zx_str raw)
{
	uint64_t id = zx_json_get_u64(raw, "emoji_id");
	struct zx__item *e = zx__side_find(&pl->s[ZX_SECTION_EMOJIS], id);

	return e && !e->mate && e->fate == ZX__FATE_MADE;
}

static int create(struct zx__planner *pl, struct zx__item *item,
		  const struct kind *k)
{
	struct zx__new n = { .verb = ZX_VERB_CREATE,
			     .act = k->act,
			     .section = k->section,
			     .reason = ZX_WHY_MISSING,
			     .snapshot_id = item->id,
			     .name = item->name };
	uint64_t size = 0;
	char key[64];
	int possible, err;

	if (item->managed)
		return refuse(pl, item, &n, ZX_VERB_SKIP, ZX_WHY_MANAGED);
	if (item->fate == ZX__FATE_LOST)
		return refuse(pl, item, &n, ZX_VERB_SKIP, ZX_WHY_AMBIGUOUS);
	if (!name_is_good(pl, item, k))
		return refuse(pl, item, &n, ZX_VERB_IMPOSSIBLE, ZX_WHY_NAME);
	if (lottie(pl, item, k))
		return refuse(pl, item, &n, ZX_VERB_IMPOSSIBLE, ZX_WHY_FEATURE);
	if (k->section == ZX_SECTION_EMOJIS && for_nobody(pl, item))
		return refuse(pl, item, &n, ZX_VERB_IMPOSSIBLE,
			      ZX_WHY_UNMAPPED);
	snprintf(key, sizeof(key), "%s/%llu", k->images,
		 (unsigned long long)item->id);
	n.image = zx__image_of(pl, zx_str(key), 0, &size);
	if (!n.image || size > k->size_max) {
		enum zx_why why = n.image ? ZX_WHY_TOO_BIG : ZX_WHY_NO_IMAGE;

		n.image = 0;
		return refuse(pl, item, &n, ZX_VERB_IMPOSSIBLE, why);
	}
	if (!zx__limit_take(pl, limit_of(item, k))) {
		n.image = 0;
		return refuse(pl, item, &n, ZX_VERB_IMPOSSIBLE, ZX_WHY_LIMIT);
	}
	body(pl, item, k, &n);
	/* Else it would lose its emoji: uploads do not wait. */
	if (k->section == ZX_SECTION_SOUNDBOARD && is_made(pl, item->text))
		n.phase = ZX_PHASE_SOUNDS;
	err = zx__plan_add(pl, &n, &possible);
	item->fate = possible ? ZX__FATE_MADE : ZX__FATE_LOST;
	return err;
}

static int of_kind(struct zx__planner *pl, const struct kind *k)
{
	struct zx__side *s = &pl->s[k->section];
	int err = ZX_OK;

	for (size_t i = 0; !err && i < s->n; i++) {
		if (s->v[i].mate)
			pl->p->totals.same[k->section]++;
		else if (zx__selected(pl, k->what))
			err = create(pl, &s->v[i], k);
		else
			s->v[i].fate = ZX__FATE_LOST;
	}
	return err;
}

/* Emojis that are there ---------------------------------------------------- */

/* Who may use it. Everybody: also when nothing is said about it. */
static struct zx_str users(const struct zx__item *emoji)
{
	struct zx_str roles = zx_json_get(emoji->text, "roles");

	return zx_json_kind(roles) == ZX_JSON_ARRAY ? roles : ZX_STR("[]");
}

static void users_body(struct zx_buf *b, struct zx_str roles)
{
	struct zx_json_writer j;

	zx_jw_init(&j, b);
	zx_jw_obj(&j, NULL);
	zx_jw_raw(&j, "roles", roles);
	zx_jw_obj_end(&j);
}

static int emoji_there(struct zx__planner *pl, const struct zx__item *was)
{
	const struct zx__item *is = zx__mate(pl, ZX_SECTION_EMOJIS, was);
	struct zx__new n = { .verb = ZX_VERB_UPDATE,
			     .act = ZX_ACT_EMOJI_UPDATE,
			     .section = ZX_SECTION_EMOJIS,
			     .reason = ZX_WHY_CHANGED,
			     .snapshot_id = was->id,
			     .live_id = is->id,
			     .name = was->name,
			     .detail = "Others may use it than then." };

	if (is->managed || zx__same(pl, ZX_STR("roles"), users(was), users(is)))
		return ZX_OK;
	pl->p->totals.same[ZX_SECTION_EMOJIS]--;
	if (for_nobody(pl, was)) {
		n.verb = ZX_VERB_IMPOSSIBLE;
		n.act = ZX_ACT_NONE;
		n.reason = ZX_WHY_UNMAPPED;
		n.detail = "None of the roles that could use it is there.";
		return zx__plan_add(pl, &n, NULL);
	}
	zx__anew(pl, &pl->body);
	zx__anew(pl, &pl->before);
	users_body(&pl->body, users(was));
	users_body(&pl->before, users(is));
	n.body = zx_buf_str(&pl->body);
	n.before = zx_buf_str(&pl->before);
	return zx__plan_add(pl, &n, NULL);
}

/* When it is known which roles will be there. */
int zx__plan_emojis_there(struct zx__planner *pl)
{
	struct zx__side *s = &pl->s[ZX_SECTION_EMOJIS];
	int err = ZX_OK;

	if (!pl->opt->update || !zx__selected(pl, ZX_RESTORE_EMOJIS))
		return ZX_OK;
	for (size_t i = 0; !err && i < s->n; i++)
		if (s->v[i].mate)
			err = emoji_there(pl, &s->v[i]);
	return err;
}

/* Forums ------------------------------------------------------------------- */

static int uses_made(struct zx__planner *pl, const struct zx__item *forum)
{
	struct zx_json_iter it =
		zx_json_each(zx_json_get(forum->text, "available_tags"));

	while (zx_json_next(&it))
		if (is_made(pl, it.value))
			return 1;
	return is_made(pl, zx_json_get(forum->text, "default_reaction_emoji"));
}

static const char *const tag_keys[] = { "available_tags",
					"default_reaction_emoji", NULL };

static int tags(struct zx__planner *pl, const struct zx__item *forum,
		uint64_t live, struct zx_str before)
{
	struct zx__new n = { .verb = ZX_VERB_UPDATE,
			     .act = ZX_ACT_FORUM_TAGS,
			     .section = ZX_SECTION_CHANNELS,
			     .reason = ZX_WHY_CHANGED,
			     .snapshot_id = forum->id,
			     .live_id = live,
			     .name = forum->name,
			     .before = before };

	n.body = zx_buf_str(&pl->body);
	return zx__plan_add(pl, &n, NULL);
}

/* The emojis come after the forum. */
static int tags_of_made(struct zx__planner *pl, const struct zx__item *forum)
{
	struct zx_str none = { NULL, 0 };
	struct zx_json_writer j;

	zx__anew(pl, &pl->body);
	zx_jw_init(&j, &pl->body);
	zx_jw_obj(&j, NULL);
	zx__plan_pick(&j, forum->text, tag_keys);
	zx_jw_obj_end(&j);
	return tags(pl, forum, 0, none);
}

static int tags_of_changed(struct zx__planner *pl, const struct zx__item *forum)
{
	const struct zx__item *live = zx__mate(pl, ZX_SECTION_CHANNELS, forum);
	struct zx_json_writer j, before;
	int changed;

	zx__anew(pl, &pl->body);
	zx__anew(pl, &pl->before);
	zx_jw_init(&j, &pl->body);
	zx_jw_init(&before, &pl->before);
	zx_jw_obj(&j, NULL);
	zx_jw_obj(&before, NULL);
	changed = zx__pick_changed(pl, &j, &before, forum->text, live->text,
				   tag_keys);
	zx_jw_obj_end(&j);
	zx_jw_obj_end(&before);
	return changed ? tags(pl, forum, live->id, zx_buf_str(&pl->before))
		       : ZX_OK;
}

static int is_forum(const struct zx__item *ch)
{
	return ch->type == ZX__CHANNEL_FORUM || ch->type == ZX__CHANNEL_MEDIA;
}

static int after_made(struct zx__planner *pl, const struct zx__item *ch)
{
	int err = zx__plan_channel_flags(pl, ch);

	return !err && ch->made_type == ZX__CHANNEL_FORUM && uses_made(pl, ch)
		       ? tags_of_made(pl, ch)
		       : err;
}

int zx__plan_forums(struct zx__planner *pl)
{
	struct zx__side *s = &pl->s[ZX_SECTION_CHANNELS];
	int err = ZX_OK;

	for (size_t i = 0; !err && i < s->n; i++) {
		struct zx__item *ch = &s->v[i];
		struct zx__item *live = zx__mate(pl, ZX_SECTION_CHANNELS, ch);

		if (live && is_forum(live) && is_forum(ch) && pl->opt->update &&
		    zx__selected(pl, ZX_RESTORE_CHANNELS))
			err = tags_of_changed(pl, ch);
		else if (!live && ch->fate == ZX__FATE_MADE)
			err = after_made(pl, ch);
	}
	return err;
}

int zx__plan_media(struct zx__planner *pl)
{
	int err = ZX_OK;

	for (size_t i = 0; !err && i < sizeof(kinds) / sizeof(*kinds); i++)
		err = of_kind(pl, &kinds[i]);
	return err;
}
