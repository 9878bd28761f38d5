/* SPDX-License-Identifier: MIT
 *
 * Roles: made without permissions, from the top down; their permissions
 * come when all channels are there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guild/plan_int.h"

static uint64_t perms(const struct zx__item *role)
{
	return zx_json_get_u64(role->text, "permissions");
}

/* From the top; of one position the lower id is higher. */
static int higher(const void *a, const void *b)
{
	const struct zx__item *x = *(struct zx__item *const *)a;
	const struct zx__item *y = *(struct zx__item *const *)b;

	if (x->position != y->position)
		return x->position < y->position ? 1 : -1;
	return (x->id > y->id) - (x->id < y->id);
}

/* Making ------------------------------------------------------------------- */

/* What is lost when it is made, said in one sentence. */
struct loss {
	enum zx_why why;
	int any;
	char text[ZX__PLAN_DETAIL];
};

static void lose(struct loss *l, enum zx_why why, const char *text)
{
	size_t at = strlen(l->text);

	if (!l->any)
		l->why = why;
	l->any = 1;
	snprintf(l->text + at, sizeof(l->text) - at, "%s%s", at ? " " : "",
		 text);
}

static uint64_t grantable(struct zx__planner *pl, const struct zx__item *role,
			  struct loss *l)
{
	uint64_t lacks = perms(role) & ~pl->bits;
	char names[160], text[220];

	if (!lacks)
		return perms(role);
	snprintf(text, sizeof(text), "Without %s, which the bot does not have.",
		 zx__bit_names(lacks, names, sizeof(names)));
	lose(l, ZX_WHY_BITS, text);
	return perms(role) & pl->bits;
}

static void colours(struct zx__planner *pl, struct zx_json_writer *j,
		    const struct zx__item *role, struct loss *l)
{
	struct zx_str colors = zx_json_get(role->text, "colors");
	uint64_t second = 0;

	if (!colors.len) {
		zx_jw_i64(j, "color", zx_json_get_i64(role->text, "color"));
		return;
	}
	if (zx_json_u64(zx_json_get(colors, "secondary_color"), &second) ||
	    zx__feature(pl, "ENHANCED_ROLE_COLORS")) {
		zx_jw_raw(j, "colors", colors);
		return;
	}
	zx_jw_i64(j, "color", zx_json_get_i64(colors, "primary_color"));
	lose(l, ZX_WHY_FEATURE, "In one colour: gradients need boosts.");
}

static uint32_t icon(struct zx__planner *pl, const struct zx__item *role,
		     struct loss *l)
{
	struct zx_str hash = zx_json_plain(zx_json_get(role->text, "icon"));
	uint64_t size;
	char key[160];
	uint32_t at;

	if (!hash.len)
		return 0;
	if (!zx__feature(pl, "ROLE_ICONS")) {
		lose(l, ZX_WHY_FEATURE, "Without its icon: that needs boosts.");
		return 0;
	}
	snprintf(key, sizeof(key), "role-icons/%llu/%.*s",
		 (unsigned long long)role->id, ZX_ARG(hash));
	at = zx__image_of(pl, zx_str(key), 0, &size);
	if (!at)
		lose(l, ZX_WHY_NO_IMAGE,
		     "Without its icon: the snapshot has no bytes of it.");
	return at;
}

static void emoji(struct zx__planner *pl, struct zx_json_writer *j,
		  const struct zx__item *role, struct loss *l)
{
	struct zx_str raw = zx_json_get(role->text, "unicode_emoji");

	if (zx_json_kind(raw) != ZX_JSON_STRING)
		return;
	if (zx__feature(pl, "ROLE_ICONS"))
		zx_jw_raw(j, "unicode_emoji", raw);
	else
		lose(l, ZX_WHY_FEATURE,
		     "Without its emoji: that needs boosts.");
}

static void create_body(struct zx__planner *pl, const struct zx__item *role,
			struct zx__new *n, struct loss *l)
{
	static const char *const plain[] = { "hoist", "mentionable", "name",
					     NULL };
	struct zx_json_writer j;

	zx__anew(pl, &pl->body);
	zx_jw_init(&j, &pl->body);
	zx_jw_obj(&j, NULL);
	zx__plan_pick(&j, role->text, plain);
	zx_jw_cstr(&j, "permissions", "0");
	colours(pl, &j, role, l);
	emoji(pl, &j, role, l);
	zx_jw_obj_end(&j);
	n->image = icon(pl, role, l);
	n->body = zx_buf_str(&pl->body);
}

static int raise(struct zx__planner *pl, const struct zx__item *role,
		 uint64_t live, uint64_t bits, struct zx_str before)
{
	struct zx__new n = { .verb = ZX_VERB_UPDATE,
			     .act = ZX_ACT_ROLE_RAISE,
			     .section = ZX_SECTION_ROLES,
			     .reason = ZX_WHY_RAISE,
			     .snapshot_id = role->id,
			     .live_id = live,
			     .name = role->name,
			     .before = before };

	zx__anew(pl, &pl->body);
	zx_buf_addf(&pl->body, "{\"permissions\":\"%llu\"}",
		    (unsigned long long)bits);
	n.body = zx_buf_str(&pl->body);
	return zx__plan_add(pl, &n, NULL);
}

static int left_out(struct zx__planner *pl, struct zx__item *role,
		    enum zx_verb verb, enum zx_why why)
{
	struct zx__new n = { .verb = verb,
			     .section = ZX_SECTION_ROLES,
			     .reason = why,
			     .snapshot_id = role->id,
			     .name = role->name };

	role->fate = ZX__FATE_LOST;
	if (why == ZX_WHY_LIMIT && zx__plan_trouble(pl->p, why, n.section, 0, 0,
						    "Discord allows 250 roles: "
						    "delete some first."))
		return ZX_E_NOMEM;
	return zx__plan_add(pl, &n, NULL);
}

static int create(struct zx__planner *pl, struct zx__item *role)
{
	struct loss l = { .text = "" };
	struct zx__new n = { .verb = ZX_VERB_CREATE,
			     .act = ZX_ACT_ROLE_CREATE,
			     .section = ZX_SECTION_ROLES,
			     .reason = ZX_WHY_MISSING,
			     .snapshot_id = role->id,
			     .name = role->name };
	struct zx_str none = { NULL, 0 };
	uint64_t bits;
	int possible, err;

	if (!zx__limit_take(pl, ZX_LIMIT_ROLES))
		return left_out(pl, role, ZX_VERB_IMPOSSIBLE, ZX_WHY_LIMIT);
	bits = grantable(pl, role, &l);
	create_body(pl, role, &n, &l);
	if (l.any) {
		n.verb = ZX_VERB_DOWNGRADE;
		n.reason = l.why;
		n.detail = l.text;
	}
	err = zx__plan_add(pl, &n, &possible);
	role->fate = possible ? ZX__FATE_MADE : ZX__FATE_LOST;
	pl->roles_made += possible;
	if (!err && possible && bits)
		err = raise(pl, role, 0, bits, none);
	if (possible && !zx__limit_take(pl, ZX_LIMIT_ROLES_48H))
		pl->p->wait_ms = pl->opt->roles_reset_ms
					 ? pl->opt->roles_reset_ms
					 : 48 * 3600 * UINT64_C(1000);
	return err;
}

static int missing(struct zx__planner *pl, struct zx__item *role)
{
	size_t len = zx_json_plain(role->name).len;

	if (!zx__selected(pl, ZX_RESTORE_ROLES)) {
		role->fate = ZX__FATE_LOST;
		return ZX_OK;
	}
	if (role->managed)
		return left_out(pl, role, ZX_VERB_SKIP, ZX_WHY_MANAGED);
	if (role->fate == ZX__FATE_LOST)
		return left_out(pl, role, ZX_VERB_SKIP, ZX_WHY_AMBIGUOUS);
	if (role->name.len < 3 || len > 400)
		return left_out(pl, role, ZX_VERB_IMPOSSIBLE, ZX_WHY_NAME);
	return create(pl, role);
}

int zx__plan_roles(struct zx__planner *pl)
{
	struct zx__side *s = &pl->s[ZX_SECTION_ROLES];
	struct zx__item **v = zx_new(pl->alloc, (s->n + 1) * sizeof(*v));
	const struct zx_plan_limit *l = &pl->p->limits[ZX_LIMIT_ROLES_48H];
	int err = ZX_OK;

	if (!v)
		return ZX_E_NOMEM;
	for (size_t i = 0; i < s->n; i++)
		v[i] = &s->v[i];
	qsort(v, s->n, sizeof(*v), higher);
	for (size_t i = 0; !err && i < s->n; i++)
		if (!v[i]->mate)
			err = missing(pl, v[i]);
	zx_delete(pl->alloc, v);
	if (!err && l->used + l->adds > l->max)
		err = zx__plan_trouble(
			pl->p, ZX_WHY_LIMIT, ZX_SECTION_ROLES, 0, 0,
			"Discord allows 250 new roles in 48 hours: the restore "
			"waits until more may be made.");
	return err;
}
