/* SPDX-License-Identifier: MIT
 *
 * AutoMod rules, webhooks, events.
 */
#include <stdio.h>
#include <string.h>

#include "guild/plan_int.h"

static int refuse(struct zx__planner *pl, struct zx__new *n, enum zx_verb verb,
		  enum zx_why why)
{
	n->verb = verb;
	n->act = ZX_ACT_NONE;
	n->reason = why;
	n->body = n->before = (struct zx_str){ NULL, 0 };
	return zx__plan_add(pl, n, NULL);
}

static int channel_is_there(struct zx__planner *pl, uint64_t id)
{
	struct zx__item *ch = zx__side_find(&pl->s[ZX_SECTION_CHANNELS], id);

	return (ch && ch->fate == ZX__FATE_MADE) ||
	       zx_idmap_get(&pl->p->ids, ZX_ID_CHANNEL, id);
}

static struct zx__new create(enum zx_section s, enum zx_act act,
			     const struct zx__item *item)
{
	return (struct zx__new){ .verb = ZX_VERB_CREATE,
				 .act = act,
				 .section = s,
				 .reason = ZX_WHY_MISSING,
				 .snapshot_id = item->id,
				 .name = item->name };
}

static void object(struct zx__planner *pl, struct zx_json_writer *j)
{
	zx__anew(pl, &pl->body);
	zx_jw_init(j, &pl->body);
	zx_jw_obj(j, NULL);
}

/* AutoMod ------------------------------------------------------------------ */

static const char *const rule_keys[] = { "actions",	     "enabled",
					 "event_type",	     "exempt_channels",
					 "exempt_roles",     "name",
					 "trigger_metadata", NULL };

/* Six rules of keywords, one of each other kind. */
static int rule_fits(struct zx__planner *pl, uint8_t type)
{
	struct zx__side *s = &pl->s[ZX_SECTION_AUTOMOD];
	struct zx__side *l = &pl->l[ZX_SECTION_AUTOMOD];
	struct zx_plan_limit *limit = &pl->p->limits[ZX_LIMIT_AUTOMOD];
	uint32_t n = 1;

	for (size_t i = 0; i < l->n; i++)
		n += l->v[i].type == type;
	for (size_t i = 0; i < s->n; i++)
		n += s->v[i].type == type && !s->v[i].mate && s->v[i].key == 1;
	limit->adds++;
	if (n > limit->used)
		limit->used = n;
	return n <= (type == 1 ? 6u : 1u);
}

static int rule_there(struct zx__planner *pl, struct zx__item *rule)
{
	const struct zx__item *live = zx__mate(pl, ZX_SECTION_AUTOMOD, rule);
	struct zx__new n =
		create(ZX_SECTION_AUTOMOD, ZX_ACT_AUTOMOD_UPDATE, rule);
	struct zx_json_writer j, before;

	object(pl, &j);
	zx__anew(pl, &pl->before);
	zx_jw_init(&before, &pl->before);
	zx_jw_obj(&before, NULL);
	if (!pl->opt->update && rule->type == ZX__RULE_MENTIONS &&
	    rule->id != live->id && !zx_str_eq(rule->name, live->name)) {
		n.detail = "A community has one rule of this kind: it is left "
			   "as it is.";
		return refuse(pl, &n, ZX_VERB_SKIP, ZX_WHY_MANAGED);
	}
	if (!pl->opt->update || !zx__pick_changed(pl, &j, &before, rule->text,
						  live->text, rule_keys)) {
		pl->p->totals.same[ZX_SECTION_AUTOMOD]++;
		return ZX_OK;
	}
	zx_jw_obj_end(&j);
	zx_jw_obj_end(&before);
	n.verb = ZX_VERB_UPDATE;
	n.reason = ZX_WHY_CHANGED;
	n.live_id = live->id;
	n.body = zx_buf_str(&pl->body);
	n.before = zx_buf_str(&pl->before);
	return zx__plan_add(pl, &n, NULL);
}

/* Discord will make it, under an id nobody knows yet. */
static int comes_by_itself(const struct zx__planner *pl,
			   const struct zx__item *rule)
{
	return rule->type == ZX__RULE_MENTIONS && !pl->community &&
	       pl->will_community;
}

static int adopt(struct zx__planner *pl, struct zx__item *rule)
{
	struct zx__new n =
		create(ZX_SECTION_AUTOMOD, ZX_ACT_AUTOMOD_ADOPT, rule);
	struct zx_json_writer j;

	if (!pl->opt->update) {
		n.detail = "Discord makes one of this kind itself when the "
			   "server becomes a community.";
		return refuse(pl, &n, ZX_VERB_SKIP, ZX_WHY_MANAGED);
	}
	object(pl, &j);
	zx__plan_pick(&j, rule->text, rule_keys);
	zx_jw_obj_end(&j);
	n.verb = ZX_VERB_UPDATE;
	n.reason = ZX_WHY_CHANGED;
	n.detail = "The rule of this kind that Discord makes for a community "
		   "becomes it.";
	n.body = zx_buf_str(&pl->body);
	return zx__plan_add(pl, &n, NULL);
}

static int rule(struct zx__planner *pl, struct zx__item *rule)
{
	struct zx__new n =
		create(ZX_SECTION_AUTOMOD, ZX_ACT_AUTOMOD_CREATE, rule);
	struct zx_json_writer j;
	int possible, err;

	if (rule->mate)
		return rule_there(pl, rule);
	if (comes_by_itself(pl, rule))
		return adopt(pl, rule);
	if (rule->fate == ZX__FATE_LOST)
		return refuse(pl, &n, ZX_VERB_SKIP, ZX_WHY_AMBIGUOUS);
	if (!rule_fits(pl, rule->type)) {
		err = zx__plan_trouble(pl->p, ZX_WHY_LIMIT, n.section, 0, 0,
				       "Discord allows six rules of keywords "
				       "and one of each other kind.");
		return err ? err
			   : refuse(pl, &n, ZX_VERB_IMPOSSIBLE, ZX_WHY_LIMIT);
	}
	object(pl, &j);
	zx__plan_pick(&j, rule->text, rule_keys);
	zx_jw_u64(&j, "trigger_type", rule->type);
	zx_jw_obj_end(&j);
	n.body = zx_buf_str(&pl->body);
	err = zx__plan_add(pl, &n, &possible);
	rule->key = possible != 0;
	return err;
}

/* Webhooks ----------------------------------------------------------------- */

static int name_is_taken(struct zx__planner *pl, struct zx_str name)
{
	static const char *const words[] = { "clyde", "discord" };
	struct zx_str text;

	zx__anew(pl, &pl->tmp);
	if (zx_json_text(name, &pl->tmp) || !pl->tmp.len ||
	    zx_utf8_count(zx_buf_str(&pl->tmp)) > 80)
		return 1;
	text = zx_buf_str(&pl->tmp);
	for (size_t w = 0; w < 2; w++)
		for (size_t i = 0; i + strlen(words[w]) <= text.len; i++)
			if (zx_str_is_nocase(
				    (struct zx_str){ text.ptr + i,
						     strlen(words[w]) },
				    words[w]))
				return 1;
	return 0;
}

static int hook_fits(struct zx__planner *pl, const struct zx__item *hook)
{
	struct zx__side *s = &pl->s[ZX_SECTION_WEBHOOKS];
	struct zx__side *l = &pl->l[ZX_SECTION_WEBHOOKS];
	struct zx_plan_limit *limit = &pl->p->limits[ZX_LIMIT_WEBHOOKS];
	uint64_t is = zx_idmap_get(&pl->p->ids, ZX_ID_CHANNEL, hook->parent);
	uint32_t n = 1;

	for (size_t i = 0; is && i < l->n; i++)
		n += l->v[i].parent == is;
	for (size_t i = 0; i < s->n; i++)
		n += s->v[i].parent == hook->parent && !s->v[i].mate &&
		     s->v[i].key == 1;
	limit->adds++;
	if (n > limit->used)
		limit->used = n;
	return n <= limit->max;
}

static void avatar(struct zx__planner *pl, const struct zx__item *hook,
		   struct zx__new *n)
{
	struct zx_str hash = zx_json_plain(zx_json_get(hook->text, "avatar"));
	uint64_t size;
	char key[200];

	if (!hash.len)
		return;
	snprintf(key, sizeof(key), "avatars/%llu/%.*s",
		 (unsigned long long)hook->id, ZX_ARG(hash));
	n->image = zx__image_of(pl, zx_str(key), 0, &size);
	if (n->image)
		return;
	n->verb = ZX_VERB_DOWNGRADE;
	n->reason = ZX_WHY_NO_IMAGE;
	n->detail = "Without its avatar: the snapshot has no bytes of it. Its "
		    "address will be a new one.";
}

/* Their address is a new one in any case. */
static int hook(struct zx__planner *pl, struct zx__item *hook)
{
	struct zx__new n =
		create(ZX_SECTION_WEBHOOKS, ZX_ACT_WEBHOOK_CREATE, hook);
	struct zx_json_writer j;
	int possible, err;

	if (hook->mate) {
		pl->p->totals.same[ZX_SECTION_WEBHOOKS]++;
		return ZX_OK;
	}
	if (hook->type == 3)
		return refuse(pl, &n, ZX_VERB_SKIP, ZX_WHY_MANAGED);
	if (hook->type != 1)
		return refuse(pl, &n, ZX_VERB_IMPOSSIBLE, ZX_WHY_DISCORD);
	if (!channel_is_there(pl, hook->parent)) {
		n.detail = "Its channel is not there.";
		return refuse(pl, &n, ZX_VERB_IMPOSSIBLE, ZX_WHY_UNMAPPED);
	}
	if (name_is_taken(pl, hook->name))
		return refuse(pl, &n, ZX_VERB_IMPOSSIBLE, ZX_WHY_NAME);
	if (!hook_fits(pl, hook))
		return refuse(pl, &n, ZX_VERB_IMPOSSIBLE, ZX_WHY_LIMIT);
	object(pl, &j);
	zx_jw_raw(&j, "name", hook->name);
	zx_jw_obj_end(&j);
	n.role = hook->parent;
	n.detail = "It is missing. Its address will be a new one.";
	n.body = zx_buf_str(&pl->body);
	avatar(pl, hook, &n);
	err = zx__plan_add(pl, &n, &possible);
	hook->key = possible != 0;
	return err;
}

/* Events ------------------------------------------------------------------- */

static int is_over(struct zx__planner *pl, struct zx_str item)
{
	struct zx_str start =
		zx_json_plain(zx_json_get(item, "scheduled_start_time"));
	zx_wall at;

	return zx_json_get_u64(item, "status") > 2 ||
	       (start.len && !zx_stamp_read(start, &at) && at <= pl->opt->now);
}

static void recurrence(struct zx_json_writer *j, struct zx_str raw)
{
	static const char *const keys[] = { "by_month",	    "by_month_day",
					    "by_n_weekday", "by_weekday",
					    "frequency",    "interval",
					    "start",	    NULL };

	if (zx_json_kind(raw) != ZX_JSON_OBJECT)
		return;
	zx_jw_obj(j, "recurrence_rule");
	zx__plan_pick(j, raw, keys);
	zx_jw_obj_end(j);
}

enum { ON_STAGE = 1, IN_VOICE = 2 }; /* entity_type */

/* What the channel of an event is or will be; -1: nobody knows. */
static int channel_type(struct zx__planner *pl, uint64_t id)
{
	struct zx__item *was = zx__side_find(&pl->s[ZX_SECTION_CHANNELS], id);
	uint64_t to = zx_idmap_get(&pl->p->ids, ZX_ID_CHANNEL, id);
	struct zx__item *is = zx__side_find(&pl->l[ZX_SECTION_CHANNELS], to);

	if (is)
		return is->type;
	return was && was->fate == ZX__FATE_MADE ? was->made_type : -1;
}

static void event_body(struct zx__planner *pl, const struct zx__item *ev,
		       int entity)
{
	static const char *const head[] = { "channel_id", "description",
					    "entity_metadata", NULL };
	static const char *const name[] = { "name", "privacy_level", NULL };
	static const char *const tail[] = { "scheduled_end_time",
					    "scheduled_start_time", NULL };
	struct zx_json_writer j;

	object(pl, &j);
	zx__plan_pick(&j, ev->text, head);
	zx_jw_i64(&j, "entity_type", entity);
	zx__plan_pick(&j, ev->text, name);
	recurrence(&j, zx_json_get(ev->text, "recurrence_rule"));
	zx__plan_pick(&j, ev->text, tail);
	zx_jw_obj_end(&j);
}

static uint32_t cover(struct zx__planner *pl, const struct zx__item *ev)
{
	struct zx_str hash = zx_json_plain(zx_json_get(ev->text, "image"));
	uint64_t size;
	char key[200];

	if (!hash.len)
		return 0;
	snprintf(key, sizeof(key), "guild-events/%llu/%.*s",
		 (unsigned long long)ev->id, ZX_ARG(hash));
	return zx__image_of(pl, zx_str(key), 0, &size);
}

/* Discord takes an event on a stage only where there is a stage: else it is one
 * in the voice channel made instead. -1: neither is there. */
static int entity_of(struct zx__planner *pl, const struct zx__item *ev,
		     struct zx__new *n)
{
	int entity = (int)zx_json_get_u64(ev->text, "entity_type");
	int type = entity == ON_STAGE ? channel_type(pl, ev->parent) : -1;

	if (type == -1 || type == ZX__CHANNEL_STAGE)
		return entity;
	if (type != ZX__CHANNEL_VOICE)
		return -1;
	n->verb = ZX_VERB_DOWNGRADE;
	n->reason = ZX_WHY_COMMUNITY;
	n->detail = "As an event in a voice channel: its stage channel is a "
		    "voice channel here.";
	return IN_VOICE;
}

static int event(struct zx__planner *pl, struct zx__item *ev)
{
	struct zx__new n = create(ZX_SECTION_EVENTS, ZX_ACT_EVENT_CREATE, ev);
	int entity;

	if (ev->mate) {
		pl->p->totals.same[ZX_SECTION_EVENTS]++;
		return ZX_OK;
	}
	if (is_over(pl, ev->text))
		return refuse(pl, &n, ZX_VERB_SKIP, ZX_WHY_PAST);
	if (ev->parent && !channel_is_there(pl, ev->parent)) {
		n.detail = "Its channel is not there.";
		return refuse(pl, &n, ZX_VERB_IMPOSSIBLE, ZX_WHY_UNMAPPED);
	}
	entity = entity_of(pl, ev, &n);
	if (entity < 0) {
		n.detail = "Its channel is neither a stage nor a voice "
			   "channel.";
		return refuse(pl, &n, ZX_VERB_IMPOSSIBLE, ZX_WHY_UNMAPPED);
	}
	if (!zx__limit_take(pl, ZX_LIMIT_EVENTS)) {
		n.detail = NULL;
		return refuse(pl, &n, ZX_VERB_IMPOSSIBLE, ZX_WHY_LIMIT);
	}
	event_body(pl, ev, entity);
	n.body = zx_buf_str(&pl->body);
	n.image = cover(pl, ev);
	return zx__plan_add(pl, &n, NULL);
}

/* The whole ---------------------------------------------------------------- */

static int each(struct zx__planner *pl, enum zx_section s, unsigned what,
		int (*fn)(struct zx__planner *pl, struct zx__item *item))
{
	struct zx__side *side = &pl->s[s];
	int err = ZX_OK;

	if (!zx__selected(pl, what))
		return ZX_OK;
	for (size_t i = 0; i < side->n; i++)
		side->v[i].key = 0;
	for (size_t i = 0; !err && i < side->n; i++)
		err = fn(pl, &side->v[i]);
	return err;
}

int zx__plan_more(struct zx__planner *pl)
{
	int err = each(pl, ZX_SECTION_AUTOMOD, ZX_RESTORE_AUTOMOD, rule);

	if (!err)
		err = each(pl, ZX_SECTION_WEBHOOKS, ZX_RESTORE_WEBHOOKS, hook);
	if (!err)
		err = each(pl, ZX_SECTION_EVENTS, ZX_RESTORE_EVENTS, event);
	return err;
}
