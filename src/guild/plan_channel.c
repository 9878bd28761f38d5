/* SPDX-License-Identifier: MIT
 *
 * Channels: made with their overwrites, never without. One that would be seen
 * by somebody it was hidden from is not made at all. Of more overwrites than
 * one request takes: plan_overwrite.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guild/plan_int.h"

enum { IN_CATEGORY = 50 };

/* Only communities have them; media channels bots cannot make. */
static int made_as(const struct zx__planner *pl, int type)
{
	switch (type) {
	case ZX__CHANNEL_NEWS:
		return pl->will_community ? ZX__CHANNEL_NEWS : ZX__CHANNEL_TEXT;
	case ZX__CHANNEL_STAGE:
		return pl->will_community ? ZX__CHANNEL_STAGE
					  : ZX__CHANNEL_VOICE;
	case ZX__CHANNEL_FORUM:
	case ZX__CHANNEL_MEDIA:
		return pl->will_community ? ZX__CHANNEL_FORUM
					  : ZX__CHANNEL_TEXT;
	default:
		return type;
	}
}

void zx__channel_types(struct zx__planner *pl)
{
	struct zx__side *s = &pl->s[ZX_SECTION_CHANNELS];

	for (size_t i = 0; i < s->n; i++)
		s->v[i].made_type = (uint8_t)made_as(pl, s->v[i].type);
}

static const char *type_name(int type)
{
	switch (type) {
	case ZX__CHANNEL_VOICE:
		return "voice";
	case ZX__CHANNEL_NEWS:
		return "announcement";
	case ZX__CHANNEL_STAGE:
		return "stage";
	case ZX__CHANNEL_FORUM:
		return "forum";
	case ZX__CHANNEL_MEDIA:
		return "media";
	default:
		return "text";
	}
}

/* Making ------------------------------------------------------------------- */

static int selected(const struct zx__planner *pl, const struct zx__item *ch)
{
	return zx__selected(pl, ch->type == ZX__CHANNEL_CATEGORY
					? ZX_RESTORE_CATEGORIES
					: ZX_RESTORE_CHANNELS);
}

static enum zx_act act_of(const struct zx__item *ch)
{
	switch (ch->made_type) {
	case ZX__CHANNEL_CATEGORY:
		return ZX_ACT_CATEGORY_CREATE;
	case ZX__CHANNEL_NEWS:
	case ZX__CHANNEL_STAGE:
	case ZX__CHANNEL_FORUM:
		return ZX_ACT_SPECIAL_CREATE;
	default:
		return ZX_ACT_CHANNEL_CREATE;
	}
}

/* Channels the category will have, with those it has. */
static unsigned in_category(struct zx__planner *pl, uint64_t category)
{
	struct zx__side *s = &pl->s[ZX_SECTION_CHANNELS];
	struct zx__side *l = &pl->l[ZX_SECTION_CHANNELS];
	struct zx__item *cat = zx__side_find(s, category);
	struct zx__item *is =
		cat ? zx__mate(pl, ZX_SECTION_CHANNELS, cat) : NULL;
	unsigned n = 0;

	for (size_t i = 0; is && i < l->n; i++)
		n += l->v[i].parent == is->id;
	for (size_t i = 0; i < s->n; i++)
		n += s->v[i].parent == category && !s->v[i].mate &&
		     s->v[i].key == 1;
	return n;
}

static int fits(struct zx__planner *pl, struct zx__draft *d)
{
	struct zx_plan_limit *l = &pl->p->limits[ZX_LIMIT_IN_CATEGORY];
	unsigned n;

	if (!zx__limit_take(pl, ZX_LIMIT_CHANNELS)) {
		zx__draft_say(d, ZX_VERB_IMPOSSIBLE, ZX_WHY_LIMIT,
			      "A server has at most 500 channels.");
		return 0;
	}
	if (!d->ch->parent)
		return 1;
	n = in_category(pl, d->ch->parent) + 1;
	if (n > l->used)
		l->used = n;
	if (n > IN_CATEGORY)
		zx__draft_say(d, ZX_VERB_IMPOSSIBLE, ZX_WHY_LIMIT,
			      "A category has at most 50 channels.");
	return n <= IN_CATEGORY;
}

static void downgrade(struct zx__draft *d)
{
	char text[160];

	if (d->ch->made_type == d->ch->type)
		return;
	snprintf(text, sizeof(text), "As a %s channel: %s channels %s.",
		 type_name(d->ch->made_type), type_name(d->ch->type),
		 d->ch->type == ZX__CHANNEL_MEDIA ? "cannot be made by bots"
						  : "need a community server");
	zx__draft_say(d, ZX_VERB_DOWNGRADE,
		      d->ch->type == ZX__CHANNEL_MEDIA ? ZX_WHY_DISCORD
						       : ZX_WHY_COMMUNITY,
		      text);
}

static int trouble(struct zx__planner *pl, const struct zx__draft *d)
{
	switch (d->why) {
	case ZX_WHY_LIMIT:
		return zx__plan_trouble(pl->p, d->why, ZX_SECTION_CHANNELS, 0,
					0,
					"Discord allows 500 channels, 50 in a "
					"category, 1,000 overwrites in a "
					"channel: delete some first.");
	case ZX_WHY_UNMAPPED:
		return zx__plan_trouble(
			pl->p, d->why, ZX_SECTION_CHANNELS, 0, 0,
			"Channels with overwrites of roles that are not there "
			"are not made: restore the roles, too.");
	case ZX_WHY_PERMISSION:
		return zx__plan_trouble(
			pl->p, d->why, ZX_SECTION_CHANNELS, 0, 0,
			"Channels that deny what the bot is not allowed are "
			"not made: give the bot Administrator.");
	default:
		return ZX_OK;
	}
}

static int has_overwrites(struct zx_str item)
{
	return zx_json_index(zx_json_get(item, "permission_overwrites"), 0)
		       .len > 0;
}

/* Without overwrites of its own, Discord gives a new channel its category's. */
static int inherits(struct zx__planner *pl, const struct zx__item *ch)
{
	struct zx__item *cat =
		zx__side_find(&pl->s[ZX_SECTION_CHANNELS], ch->parent);
	struct zx__item *is =
		cat ? zx__mate(pl, ZX_SECTION_CHANNELS, cat) : NULL;

	if (!cat || has_overwrites(zx_buf_str(&pl->body)) ||
	    !zx_json_get(ch->text, "permission_overwrites").len)
		return 0;
	return is ? has_overwrites(is->text)
		  : cat->fate == ZX__FATE_MADE && has_overwrites(cat->text);
}

static int disinherit(struct zx__planner *pl, const struct zx__item *ch)
{
	struct zx__new n = { .verb = ZX_VERB_UPDATE,
			     .act = ZX_ACT_CHANNEL_UPDATE,
			     .phase = ZX_PHASE_SETTINGS,
			     .section = ZX_SECTION_CHANNELS,
			     .reason = ZX_WHY_CHANGED,
			     .snapshot_id = ch->id,
			     .name = ch->name,
			     .detail = "It had no overwrites, unlike its "
				       "category.",
			     .body = ZX_STR("{\"permission_overwrites\":[]}") };

	return zx__plan_add(pl, &n, NULL);
}

static int finish(struct zx__planner *pl, struct zx__draft *d)
{
	struct zx__new n = { .verb = d->verb,
			     .act = act_of(d->ch),
			     .section = ZX_SECTION_CHANNELS,
			     .reason = d->why,
			     .snapshot_id = d->ch->id,
			     .name = d->ch->name,
			     .detail = d->len ? d->text : NULL,
			     .body = zx_buf_str(&pl->body) };
	int inherit = inherits(pl, d->ch), possible, err;

	if (d->verb == ZX_VERB_IMPOSSIBLE) {
		n.act = ZX_ACT_NONE;
		n.body.len = 0;
		err = trouble(pl, d);
		if (err)
			return err;
	}
	err = zx__plan_add(pl, &n, &possible);
	d->ch->fate = possible ? ZX__FATE_MADE : ZX__FATE_LOST;
	d->ch->key = possible != 0;
	pl->channels_made += possible;
	return !err && possible && inherit ? disinherit(pl, d->ch) : err;
}

static int create(struct zx__planner *pl, struct zx__item *ch)
{
	struct zx__draft d = { .ch = ch,
			       .verb = ZX_VERB_CREATE,
			       .why = ZX_WHY_MISSING };

	zx__anew(pl, &pl->body);
	zx_jw_init(&d.j, &pl->body);
	zx_jw_obj(&d.j, NULL);
	downgrade(&d);
	zx__draft_overwrites(pl, &d);
	if (d.verb != ZX_VERB_IMPOSSIBLE)
		fits(pl, &d);
	zx__draft_fields(pl, &d);
	zx_jw_obj_end(&d.j);
	if (ch->name.len < 3)
		zx__draft_say(&d, ZX_VERB_IMPOSSIBLE, ZX_WHY_NAME,
			      "It has no name.");
	return pl->body.err ? pl->body.err : finish(pl, &d);
}

static int left_out(struct zx__planner *pl, struct zx__item *ch,
		    enum zx_verb verb, enum zx_why why)
{
	struct zx__new n = { .verb = verb,
			     .section = ZX_SECTION_CHANNELS,
			     .reason = why,
			     .snapshot_id = ch->id,
			     .name = ch->name };

	return zx__plan_add(pl, &n, NULL);
}

static int is_known(int type)
{
	return type == ZX__CHANNEL_TEXT || type == ZX__CHANNEL_VOICE ||
	       type == ZX__CHANNEL_CATEGORY || type == ZX__CHANNEL_NEWS ||
	       type == ZX__CHANNEL_STAGE || type == ZX__CHANNEL_FORUM;
}

static int missing(struct zx__planner *pl, struct zx__item *ch)
{
	if (ch->fate == ZX__FATE_HIDDEN)
		return ZX_OK;
	if (!selected(pl, ch) || (ch->type >= 10 && ch->type <= 12)) {
		ch->fate = ZX__FATE_LOST;
		return ZX_OK;
	}
	if (ch->fate == ZX__FATE_LOST)
		return left_out(pl, ch, ZX_VERB_SKIP, ZX_WHY_AMBIGUOUS);
	if (!is_known(ch->made_type)) {
		ch->fate = ZX__FATE_LOST;
		return left_out(pl, ch, ZX_VERB_IMPOSSIBLE, ZX_WHY_DISCORD);
	}
	return create(pl, ch);
}

/* As people see them: categories first, then by place. */
static int earlier(const void *a, const void *b)
{
	const struct zx__item *x = *(struct zx__item *const *)a;
	const struct zx__item *y = *(struct zx__item *const *)b;

	if ((x->type == ZX__CHANNEL_CATEGORY) !=
	    (y->type == ZX__CHANNEL_CATEGORY))
		return x->type == ZX__CHANNEL_CATEGORY ? -1 : 1;
	if (x->position != y->position)
		return x->position > y->position ? 1 : -1;
	return (x->id > y->id) - (x->id < y->id);
}

int zx__plan_channels(struct zx__planner *pl)
{
	struct zx__side *s = &pl->s[ZX_SECTION_CHANNELS];
	struct zx__item **v = zx_new(pl->alloc, (s->n + 1) * sizeof(*v));
	int err = ZX_OK;

	if (!v)
		return ZX_E_NOMEM;
	for (size_t i = 0; i < s->n; i++) {
		v[i] = &s->v[i];
		v[i]->key = 0;
	}
	qsort(v, s->n, sizeof(*v), earlier);
	for (size_t i = 0; !err && i < s->n; i++)
		err = v[i]->mate ? zx__plan_channel_there(pl, v[i])
				 : missing(pl, v[i]);
	zx_delete(pl->alloc, v);
	return err ? err : zx__plan_overwrites(pl);
}
