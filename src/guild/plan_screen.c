/* SPDX-License-Identifier: MIT
 *
 * What there is one of: welcome screen, onboarding, the bot's own settings.
 * And what the snapshot never had.
 */
#include <stdio.h>
#include <string.h>

#include "guild/plan_int.h"

enum { DEFAULT_CHANNELS = 7 };

static struct zx_str only(const struct zx__side *s)
{
	struct zx_str none = { NULL, 0 };

	return s->n ? s->v[0].text : none;
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

static int no_community(struct zx__planner *pl, enum zx_section s,
			const char *name)
{
	struct zx__new n = { .verb = ZX_VERB_IMPOSSIBLE,
			     .section = s,
			     .reason = ZX_WHY_COMMUNITY,
			     .name = zx_str(name) };

	return zx__plan_add(pl, &n, NULL);
}

/* Welcome screen ----------------------------------------------------------- */

static int welcome(struct zx__planner *pl)
{
	static const char *const keys[] = { "description", "welcome_channels",
					    NULL };
	struct zx_str was = only(&pl->s[ZX_SECTION_WELCOME]);
	struct zx_str is = only(&pl->l[ZX_SECTION_WELCOME]);
	int on = zx__had_feature(pl, "WELCOME_SCREEN_ENABLED");
	int now = zx__feature(pl, "WELCOME_SCREEN_ENABLED"), changed;
	struct zx__new n = { .verb = ZX_VERB_UPDATE,
			     .act = ZX_ACT_WELCOME,
			     .section = ZX_SECTION_WELCOME,
			     .reason = ZX_WHY_CHANGED,
			     .name = ZX_STR("\"welcome screen\"") };
	struct zx_json_writer j, before;

	if (!was.len)
		return ZX_OK;
	if (!pl->will_community)
		return no_community(pl, n.section, "\"welcome screen\"");
	begin(pl, &j, &before);
	changed = zx__pick_changed(pl, &j, &before, was, is, keys);
	if (on != now) {
		zx_jw_bool(&j, "enabled", on);
		zx_jw_bool(&before, "enabled", now);
		changed++;
	}
	zx_jw_obj_end(&j);
	zx_jw_obj_end(&before);
	if (!changed) {
		pl->p->totals.same[ZX_SECTION_WELCOME]++;
		return ZX_OK;
	}
	n.body = zx_buf_str(&pl->body);
	n.before = zx_buf_str(&pl->before);
	return zx__plan_add(pl, &n, NULL);
}

/* Onboarding --------------------------------------------------------------- */

/* Discord reads an emoji otherwise than it writes it. */
static void option(struct zx_json_writer *j, struct zx_str o, int with_id)
{
	static const char *const head[] = { "channel_ids", "description",
					    NULL };
	static const char *const tail[] = { "role_ids", "title", NULL };
	struct zx_str emoji = zx_json_get(o, "emoji");

	zx_jw_obj(j, NULL);
	zx__plan_pick(j, o, head);
	if (zx_json_kind(emoji) == ZX_JSON_OBJECT) {
		zx_jw_raw(j, "emoji_animated", zx_json_get(emoji, "animated"));
		zx_jw_raw(j, "emoji_id", zx_json_get(emoji, "id"));
		zx_jw_raw(j, "emoji_name", zx_json_get(emoji, "name"));
	}
	if (with_id)
		zx_jw_raw(j, "id", zx_json_get(o, "id"));
	zx__plan_pick(j, o, tail);
	zx_jw_obj_end(j);
}

static void prompt(struct zx_json_writer *j, struct zx_str p, int with_id)
{
	static const char *const tail[] = { "required", "single_select",
					    "title", "type", NULL };
	static const char *const in[] = { "in_onboarding", NULL };
	struct zx_json_iter it = zx_json_each(zx_json_get(p, "options"));

	zx_jw_obj(j, NULL);
	if (with_id)
		zx_jw_raw(j, "id", zx_json_get(p, "id"));
	zx__plan_pick(j, p, in);
	zx_jw_arr(j, "options");
	while (zx_json_next(&it))
		option(j, it.value, with_id);
	zx_jw_arr_end(j);
	zx__plan_pick(j, p, tail);
	zx_jw_obj_end(j);
}

static void prompts(struct zx_json_writer *j, const char *key,
		    struct zx_str screen, int with_id)
{
	struct zx_json_iter it = zx_json_each(zx_json_get(screen, "prompts"));

	zx_jw_arr(j, key);
	while (zx_json_next(&it))
		prompt(j, it.value, with_id);
	zx_jw_arr_end(j);
}

static void onboarding_body(struct zx_buf *out, struct zx_str screen,
			    int enabled)
{
	struct zx_json_writer j;

	zx_jw_init(&j, out);
	zx_jw_obj(&j, NULL);
	zx_jw_raw(&j, "default_channel_ids",
		  zx_json_get(screen, "default_channel_ids"));
	zx_jw_bool(&j, "enabled", enabled);
	zx_jw_i64(&j, "mode", zx_json_get_i64(screen, "mode"));
	prompts(&j, "prompts", screen, 1);
	zx_jw_obj_end(&j);
}

static int same_prompts(struct zx__planner *pl, struct zx_str a,
			struct zx_str b)
{
	struct zx_json_writer j;
	struct zx_buf x, y;
	int same;

	zx_buf_init(&x, pl->alloc, ZX__GUILD_ITEM);
	zx_buf_init(&y, pl->alloc, ZX__GUILD_ITEM);
	zx_jw_init(&j, &x);
	prompts(&j, NULL, a, 0);
	zx_jw_init(&j, &y);
	prompts(&j, NULL, b, 0);
	same = !x.err && !y.err &&
	       zx__same(pl, ZX_STR("prompts"), zx_buf_str(&x), zx_buf_str(&y));
	if (x.err || y.err)
		pl->err = x.err ? x.err : y.err;
	zx_buf_release(&x);
	zx_buf_release(&y);
	return same;
}

static int same_onboarding(struct zx__planner *pl, struct zx_str a,
			   struct zx_str b, int enabled)
{
	static const char key[] = "default_channel_ids";

	return b.len && zx_json_get_bool(b, "enabled") == enabled &&
	       zx_json_get_i64(a, "mode") == zx_json_get_i64(b, "mode") &&
	       zx__same(pl, zx_str(key), zx_json_get(a, key),
			zx_json_get(b, key)) &&
	       same_prompts(pl, a, b);
}

/* Discord shows it only with seven channels for all. */
static int default_channels(struct zx__planner *pl, struct zx_str screen)
{
	struct zx_json_iter it =
		zx_json_each(zx_json_get(screen, "default_channel_ids"));
	uint64_t id;
	int n = 0;

	while (zx_json_next(&it))
		n += !zx_json_u64(it.value, &id) &&
		     zx_idmap_get(&pl->all, ZX_ID_CHANNEL, id);
	return n;
}

static int onboarding(struct zx__planner *pl)
{
	struct zx_str was = only(&pl->s[ZX_SECTION_ONBOARDING]);
	struct zx_str is = only(&pl->l[ZX_SECTION_ONBOARDING]);
	int wanted = zx_json_get_bool(was, "enabled"), on;
	struct zx__new n = { .verb = ZX_VERB_UPDATE,
			     .act = ZX_ACT_ONBOARDING,
			     .section = ZX_SECTION_ONBOARDING,
			     .reason = ZX_WHY_CHANGED,
			     .name = ZX_STR("\"onboarding\"") };

	if (!was.len)
		return ZX_OK;
	if (!pl->will_community)
		return no_community(pl, n.section, "\"onboarding\"");
	on = wanted && default_channels(pl, was) >= DEFAULT_CHANNELS;
	if (same_onboarding(pl, was, is, on)) {
		pl->p->totals.same[ZX_SECTION_ONBOARDING]++;
		return ZX_OK;
	}
	if (on != wanted) {
		n.verb = ZX_VERB_DOWNGRADE;
		n.reason = ZX_WHY_LIMIT;
		n.detail = "Switched off: it needs seven default channels.";
	}
	zx__anew(pl, &pl->body);
	onboarding_body(&pl->body, was, on);
	n.body = zx_buf_str(&pl->body);
	if (is.len) {
		zx__anew(pl, &pl->before);
		onboarding_body(&pl->before, is,
				zx_json_get_bool(is, "enabled"));
		n.before = zx_buf_str(&pl->before);
	}
	return zx__plan_add(pl, &n, NULL);
}

/* The bot ------------------------------------------------------------------ */

static int bot(struct zx__planner *pl)
{
	struct zx_str was = only(&pl->s[ZX_SECTION_BOT]);
	struct zx_str is = only(&pl->l[ZX_SECTION_BOT]);
	struct zx_json_iter it = zx_json_each(was);
	struct zx__new n = { .verb = ZX_VERB_UPDATE,
			     .act = ZX_ACT_BOT,
			     .section = ZX_SECTION_BOT,
			     .reason = ZX_WHY_CHANGED,
			     .name = ZX_STR("\"settings of the bot\"") };
	struct zx_json_writer j, before;
	int changed = 0;

	begin(pl, &j, &before);
	while (zx_json_next(&it)) {
		char key[128];
		const char *keys[] = { key, NULL };

		if (it.key.len >= sizeof(key))
			continue;
		memcpy(key, it.key.ptr, it.key.len);
		key[it.key.len] = '\0';
		changed += zx__pick_changed(pl, &j, &before, was, is, keys);
	}
	zx_jw_obj_end(&j);
	zx_jw_obj_end(&before);
	if (!changed) {
		pl->p->totals.same[ZX_SECTION_BOT] += was.len > 0;
		return ZX_OK;
	}
	n.body = zx_buf_str(&pl->body);
	n.before = zx_buf_str(&pl->before);
	return zx__plan_add(pl, &n, NULL);
}

int zx__plan_screens(struct zx__planner *pl)
{
	int err = ZX_OK;

	if (zx__selected(pl, ZX_RESTORE_WELCOME))
		err = welcome(pl);
	if (!err && zx__selected(pl, ZX_RESTORE_ONBOARDING))
		err = onboarding(pl);
	if (!err && zx__selected(pl, ZX_RESTORE_BOT))
		err = bot(pl);
	return err;
}

/* What could not be read --------------------------------------------------- */

int zx__plan_incomplete(struct zx__planner *pl)
{
	struct zx__side *s = &pl->s[ZX_SECTION_INCOMPLETE];
	int err = ZX_OK;

	for (size_t i = 0; !err && i < s->n; i++) {
		struct zx__new n = { .verb = ZX_VERB_IMPOSSIBLE,
				     .section = ZX_SECTION_INCOMPLETE,
				     .reason = ZX_WHY_INCOMPLETE,
				     .name = zx_json_get(s->v[i].text,
							 "what") };

		zx__anew(pl, &pl->tmp);
		if (!zx_json_text(zx_json_get(s->v[i].text, "why"), &pl->tmp) &&
		    pl->tmp.len)
			n.detail = zx_buf_cstr(&pl->tmp);
		err = zx__plan_add(pl, &n, NULL);
	}
	return err;
}
