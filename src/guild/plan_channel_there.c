/* SPDX-License-Identifier: MIT
 *
 * Channels that are there: left alone, or brought back when that is wanted.
 */
#include <inttypes.h>
#include <string.h>

#include "guild/plan_int.h"

static const char *const fields[] = { "default_auto_archive_duration",
				      "default_forum_layout",
				      "default_sort_order",
				      "default_thread_rate_limit_per_user",
				      "name",
				      "nsfw",
				      "rate_limit_per_user",
				      "rtc_region",
				      "topic",
				      "user_limit",
				      "video_quality_mode",
				      NULL };

/* Overwrites of one side in the other, the ids being mapped. */
static int has(struct zx__planner *pl, struct zx_str list, struct zx_str o)
{
	struct zx_json_iter it = zx_json_each(list);
	uint64_t id = zx_json_get_u64(o, "id");

	if (!zx_json_get_u64(o, "type"))
		id = zx_idmap_get(&pl->p->ids, ZX_ID_ROLE, id);
	while (zx_json_next(&it))
		if (zx_json_get_u64(it.value, "id") == id)
			return zx_json_get_u64(it.value, "allow") ==
				       zx_json_get_u64(o, "allow") &&
			       zx_json_get_u64(it.value, "deny") ==
				       zx_json_get_u64(o, "deny");
	return 0;
}

static size_t length(struct zx_str list)
{
	struct zx_json_iter it = zx_json_each(list);
	size_t n = 0;

	while (zx_json_next(&it))
		n++;
	return n;
}

static int same_overwrites(struct zx__planner *pl, struct zx_str a,
			   struct zx_str b)
{
	struct zx_json_iter it = zx_json_each(a);

	if (length(a) != length(b))
		return 0;
	while (zx_json_next(&it))
		if (!has(pl, b, it.value))
			return 0;
	return 1;
}

/* Into the body when they differ. *one_by_one: there are too many for that, and
 * they follow. */
static int overwrites(struct zx__planner *pl, struct zx__draft *d,
		      struct zx_json_writer *before, struct zx_str live,
		      int *one_by_one)
{
	struct zx_str a = zx_json_get(d->ch->text, "permission_overwrites");
	struct zx_str b = zx_json_get(live, "permission_overwrites");
	size_t at = d->j.out->len;
	struct zx_json_writer start = d->j;
	struct zx_str made;

	if (!a.len || same_overwrites(pl, a, b))
		return 0;
	if (zx__overwrites_many(pl, d, one_by_one))
		return *one_by_one && d->verb == ZX_VERB_IMPOSSIBLE;
	zx__draft_overwrites(pl, d);
	if (d->j.out->err)
		return 0;
	/* What is left of them may be what is there. */
	made = zx_str_from(zx_buf_str(d->j.out), at);
	made = zx_str_from(
		made, (size_t)((const char *)memchr(made.ptr, '[', made.len) -
			       made.ptr));
	if (same_overwrites(pl, made, b)) {
		d->j = start;
		d->j.out->len = at;
		return 0;
	}
	zx_jw_raw(before, "permission_overwrites", b);
	return 1;
}

static int moved(struct zx__planner *pl, struct zx__draft *d,
		 struct zx_json_writer *before, const struct zx__item *live)
{
	struct zx__item *cat =
		zx__side_find(&pl->s[ZX_SECTION_CHANNELS], d->ch->parent);
	int made = cat && !cat->mate && cat->fate == ZX__FATE_MADE;

	if (d->ch->parent && (!cat || (!cat->mate && !made)))
		return 0;
	if (!made && zx_idmap_get(&pl->p->ids, ZX_ID_CHANNEL, d->ch->parent) ==
			     live->parent)
		return 0;
	if (d->ch->parent)
		zx_jw_id(&d->j, "parent_id", d->ch->parent);
	else
		zx_jw_null(&d->j, "parent_id");
	zx_jw_raw(before, "parent_id", zx_json_get(live->text, "parent_id"));
	return 1;
}

/* As high as the boosts allow. */
static int bitrate(struct zx__planner *pl, struct zx__draft *d,
		   struct zx_json_writer *before, struct zx_str live)
{
	static const int64_t most[] = { 96000, 128000, 256000, 384000 };
	int64_t was, is;

	if (zx_json_i64(zx_json_get(d->ch->text, "bitrate"), &was) ||
	    zx_json_i64(zx_json_get(live, "bitrate"), &is))
		return 0;
	if (was > most[pl->tier])
		was = most[pl->tier];
	if (was == is)
		return 0;
	zx_jw_i64(&d->j, "bitrate", was);
	zx_jw_i64(before, "bitrate", is);
	return 1;
}

/* Of the flags those that can be set: posts need a tag, media cannot be
 * downloaded, spoiler. The others are Discord's own. */
static uint64_t settable(int type)
{
	uint64_t bits = 0;

	if (type == ZX__CHANNEL_FORUM || type == ZX__CHANNEL_MEDIA)
		bits |= ZX__BIT(4);
	if (type == ZX__CHANNEL_MEDIA)
		bits |= ZX__BIT(15);
	if (type != ZX__CHANNEL_CATEGORY && type != ZX__CHANNEL_STAGE)
		bits |= ZX__BIT(21);
	return bits;
}

static int flags(struct zx__draft *d, struct zx_json_writer *before,
		 const struct zx__item *live)
{
	uint64_t can = settable(live->type);
	struct zx_str raw = zx_json_get(d->ch->text, "flags");
	uint64_t was = zx_json_get_u64(d->ch->text, "flags") & can;
	uint64_t is = zx_json_get_u64(live->text, "flags") & can;

	if (!raw.len || was == is)
		return 0;
	zx_jw_u64(&d->j, "flags", was);
	zx_jw_u64(before, "flags", is);
	return 1;
}

/* A channel cannot be made with them: a request of its own follows. */
int zx__plan_channel_flags(struct zx__planner *pl, const struct zx__item *ch)
{
	uint64_t was = zx_json_get_u64(ch->text, "flags");
	struct zx__new n = { .verb = ZX_VERB_UPDATE,
			     .act = ZX_ACT_CHANNEL_UPDATE,
			     .phase = ZX_PHASE_SETTINGS,
			     .section = ZX_SECTION_CHANNELS,
			     .reason = ZX_WHY_CHANGED,
			     .snapshot_id = ch->id,
			     .name = ch->name,
			     .detail = "Discord takes its flags when it is "
				       "there." };

	was &= settable(ch->made_type);
	if (!was)
		return ZX_OK;
	zx__anew(pl, &pl->body);
	zx_buf_addf(&pl->body, "{\"flags\":%" PRIu64 "}", was);
	n.body = zx_buf_str(&pl->body);
	return zx__plan_add(pl, &n, NULL);
}

static int update(struct zx__planner *pl, struct zx__item *ch,
		  const struct zx__item *live)
{
	struct zx__draft d = { .ch = ch,
			       .verb = ZX_VERB_UPDATE,
			       .why = ZX_WHY_CHANGED };
	struct zx__new n = { .section = ZX_SECTION_CHANNELS,
			     .snapshot_id = ch->id,
			     .live_id = live->id,
			     .name = ch->name };
	struct zx_json_writer before;
	int differs, one_by_one = 0;

	zx__anew(pl, &pl->body);
	zx__anew(pl, &pl->before);
	zx_jw_init(&d.j, &pl->body);
	zx_jw_init(&before, &pl->before);
	zx_jw_obj(&d.j, NULL);
	zx_jw_obj(&before, NULL);
	differs = zx__pick_changed(pl, &d.j, &before, ch->text, live->text,
				   fields);
	differs += bitrate(pl, &d, &before, live->text);
	differs += flags(&d, &before, live);
	differs += moved(pl, &d, &before, live);
	differs += overwrites(pl, &d, &before, live->text, &one_by_one);
	if (!differs) {
		pl->p->totals.same[ZX_SECTION_CHANNELS] += !one_by_one;
		return pl->body.err;
	}
	zx_jw_obj_end(&d.j);
	zx_jw_obj_end(&before);
	n.verb = d.verb;
	n.act = d.verb == ZX_VERB_IMPOSSIBLE ? ZX_ACT_NONE
					     : ZX_ACT_CHANNEL_UPDATE;
	n.reason = d.why;
	n.detail = d.len ? d.text : NULL;
	if (n.act) {
		n.body = zx_buf_str(&pl->body);
		n.before = zx_buf_str(&pl->before);
	}
	return pl->body.err ? pl->body.err : zx__plan_add(pl, &n, NULL);
}

/* Overwrites of lost roles ------------------------------------------------- */

/* Of a role that is made anew: Discord took it when the role went. A mute that
 * mutes nobody would be worse than none. */
static int lost_with_its_role(struct zx__planner *pl, struct zx_str o)
{
	struct zx__item *role = zx__side_find(&pl->s[ZX_SECTION_ROLES],
					      zx_json_get_u64(o, "id"));

	return !zx_json_get_u64(o, "type") && role && !role->mate &&
	       role->fate == ZX__FATE_MADE;
}

static int overwrite(struct zx__planner *pl, const struct zx__item *ch,
		     const struct zx__item *live, struct zx_str o)
{
	uint64_t may = pl->admin ? UINT64_MAX : pl->bits & ~ZX__BIT_ROLES;
	uint64_t allow = zx_json_get_u64(o, "allow");
	uint64_t deny = zx_json_get_u64(o, "deny");
	struct zx__new n = { .verb = ZX_VERB_UPDATE,
			     .act = ZX_ACT_OVERWRITE,
			     .section = ZX_SECTION_CHANNELS,
			     .reason = ZX_WHY_MISSING,
			     .snapshot_id = ch->id,
			     .live_id = live->id,
			     .role = zx_json_get_u64(o, "id"),
			     .name = ch->name,
			     .detail = "What it says about a role went with "
				       "the role." };

	if (deny & ~may) {
		n.verb = ZX_VERB_IMPOSSIBLE;
		n.act = ZX_ACT_NONE;
		n.reason = ZX_WHY_BITS;
		n.detail = "It denied a role what the bot cannot deny.";
		return zx__plan_add(pl, &n, NULL);
	}
	zx__anew(pl, &pl->body);
	zx_buf_addf(&pl->body,
		    "{\"allow\":\"%" PRIu64 "\",\"deny\":\"%" PRIu64
		    "\",\"type\":0}",
		    allow & may, deny);
	n.body = zx_buf_str(&pl->body);
	return zx__plan_add(pl, &n, NULL);
}

static int lost_overwrites(struct zx__planner *pl, const struct zx__item *ch,
			   const struct zx__item *live)
{
	struct zx_json_iter it =
		zx_json_each(zx_json_get(ch->text, "permission_overwrites"));
	int err = ZX_OK;

	while (!err && zx_json_next(&it))
		if (lost_with_its_role(pl, it.value))
			err = overwrite(pl, ch, live, it.value);
	return err;
}

/* By an earlier restore: it is finished now, unless it cannot be. */
static int unfinished(struct zx__planner *pl, const struct zx__draft *d,
		      const struct zx__item *live)
{
	struct zx__new n = { .verb = ZX_VERB_IMPOSSIBLE,
			     .section = ZX_SECTION_CHANNELS,
			     .reason = d->why,
			     .snapshot_id = d->ch->id,
			     .live_id = live->id,
			     .name = d->ch->name,
			     .detail = d->text };

	return d->verb == ZX_VERB_IMPOSSIBLE ? zx__plan_add(pl, &n, NULL)
					     : ZX_OK;
}

int zx__plan_channel_there(struct zx__planner *pl, struct zx__item *ch)
{
	const struct zx__item *live = zx__mate(pl, ZX_SECTION_CHANNELS, ch);
	unsigned what = ch->type == ZX__CHANNEL_CATEGORY ? ZX_RESTORE_CATEGORIES
							 : ZX_RESTORE_CHANNELS;
	struct zx__draft d = { .ch = ch, .verb = ZX_VERB_UPDATE };
	int differ;

	if (pl->opt->update && zx__selected(pl, what))
		return update(pl, ch, live);
	if (zx__selected(pl, what) && zx__overwrites_many(pl, &d, &differ))
		return unfinished(pl, &d, live);
	pl->p->totals.same[ZX_SECTION_CHANNELS]++;
	return zx__selected(pl, what) ? lost_overwrites(pl, ch, live) : ZX_OK;
}
