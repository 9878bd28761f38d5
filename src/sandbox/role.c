/* SPDX-License-Identifier: MIT
 *
 * Roles.
 */
#include <stdlib.h>

#include "sandbox/rest.h"

enum { MAX_ROLES = 250, MADE_MS = 48 * 3600 * 1000 };

static const char *const audited =
	"name permissions color hoist mentionable position icon_hash "
	"unicode_emoji";

static void changed(struct zx__call *c, const char *event, const cJSON *role)
{
	zx__emit(c->w, c->guild->id, event,
		 zx__dom("guild_id:I role:c", c->guild->id, role));
	zx__guild_touched(c->w, c->guild);
}

void zx__list_roles(struct zx__call *c)
{
	zx__reply(c, 200, zx__set_array(&c->guild->roles));
}

static cJSON *asked(struct zx__call *c)
{
	cJSON *role = zx__set_get(&c->guild->roles, c->id[1]);

	if (!role)
		zx__unknown(c, ZX__UNKNOWN_ROLE);
	return role;
}

void zx__get_role(struct zx__call *c)
{
	const cJSON *role = asked(c);

	if (role)
		zx__reply(c, 200, zx__dup(role));
}

static void count_roles(struct zx__guild *g, const cJSON *ids, int *counts)
{
	ZX__EACH(id, ids)
	{
		const struct zx__item *r =
			zx__set_find(&g->roles, zx__dom_u64(id));

		if (r)
			counts[r - g->roles.v]++;
	}
}

void zx__role_member_counts(struct zx__call *c)
{
	struct zx__guild *g = c->guild;
	int *counts = calloc(g->roles.n + 1, sizeof(*counts));
	cJSON *o = cJSON_CreateObject(), *made;
	uint64_t user = 0;

	while (counts && (user = zx__member_next(g, user))) {
		const cJSON *m = zx__member_look(g, user, &made);

		count_roles(g, zx__get(m, "roles"), counts);
		cJSON_Delete(made);
	}
	for (size_t i = 0; counts && i < g->roles.n; i++)
		if (g->roles.v[i].id != g->id)
			cJSON_AddNumberToObject(
				o, zx__str(g->roles.v[i].dom, "id"), counts[i]);
	free(counts);
	zx__reply(c, 200, o);
}

/* Making and changing ----------------------------------------------------- */

void zx__create_role(struct zx__call *c)
{
	const cJSON *everyone = zx__set_get(&c->guild->roles, c->guild->id);
	uint64_t id;
	cJSON *role;

	if (zx__role_refused(c))
		return;
	if (c->guild->roles.n > MAX_ROLES) {
		zx__fail(c, 400, 30005,
			 "Maximum number of guild roles reached (250)");
		return;
	}
	/* 250 in 48 hours, whatever became of them. */
	if (zx__quota(c, &c->guild->role_quota, MAX_ROLES, MADE_MS, "user"))
		return;
	id = zx__world_new_id(c->w);
	role = zx__role_make(id, "new role",
			     zx__dom_id(everyone, "permissions"), 0, 1);
	zx__set_put(&c->guild->roles, id, role);
	zx__role_apply(c, role);
	zx__audit(c, c->guild, 30, id, zx__audit_diff(NULL, role, audited),
		  NULL);
	changed(c, "GUILD_ROLE_CREATE", role);
	zx__reply(c, 200, zx__dup(role));
}

void zx__patch_role(struct zx__call *c)
{
	cJSON *role = asked(c), *before;

	if (!role)
		return;
	if (!zx__above_role(c->w, c->guild, role)) {
		zx__no_permission(c);
		return;
	}
	if (zx__role_refused(c))
		return;
	before = zx__dup(role);
	zx__role_apply(c, role);
	if (zx__dom_id(role, "id") == c->guild->id)
		zx__dom_set(role, "name:s hoist:f mentionable:f", "@everyone");
	zx__audit(c, c->guild, 31, c->id[1],
		  zx__audit_diff(before, role, audited), NULL);
	cJSON_Delete(before);
	changed(c, "GUILD_ROLE_UPDATE", role);
	zx__reply(c, 200, zx__dup(role));
}

/* Removing ---------------------------------------------------------------- */

static void forget(struct zx__call *c, uint64_t id)
{
	for (size_t i = 0; i < c->guild->members.n; i++)
		zx__ids_remove(zx__get_mut(c->guild->members.v[i].dom, "roles"),
			       id);
	for (size_t i = 0; i < c->guild->channels.n; i++) {
		cJSON *list = zx__get_mut(c->guild->channels.v[i].dom,
					  "permission_overwrites");

		for (int k = cJSON_GetArraySize(list); k > 0; k--)
			if (zx__dom_id(cJSON_GetArrayItem(list, k - 1), "id") ==
			    id)
				cJSON_DeleteItemFromArray(list, k - 1);
	}
}

void zx__delete_role(struct zx__call *c)
{
	const cJSON *role = asked(c);

	if (!role)
		return;
	if (zx__true(role, "managed") || c->id[1] == c->guild->id) {
		zx__fail(c, 400, 50028, "Invalid Role");
		return;
	}
	if (!zx__above_role(c->w, c->guild, role)) {
		zx__no_permission(c);
		return;
	}
	zx__audit(c, c->guild, 32, c->id[1],
		  zx__audit_diff(role, NULL, audited), NULL);
	zx__set_del(&c->guild->roles, c->id[1]);
	forget(c, c->id[1]);
	zx__forget(c->guild, c->id[1]);
	zx__emit(c->w, c->guild->id, "GUILD_ROLE_DELETE",
		 zx__dom("guild_id:I role_id:I", c->guild->id, c->id[1]));
	zx__guild_touched(c->w, c->guild);
	zx__no_content(c);
}

/* Moving ------------------------------------------------------------------ */

static void check_moves(struct zx__call *c)
{
	char at[ZX__AT_SIZE];
	int i = 0;

	if (!cJSON_IsArray(c->body))
		zx__bad(c, "", "LIST_TYPE_CONVERT",
			"Only iterables may be used in a ListType");
	ZX__EACH(move, c->body)
	{
		zx__at_i(at, "", i++);
		zx__form_required(c, move, at, "id");
		zx__form_int(c, move, at, "position", 0, 100000);
	}
}

static int unknown_role(struct zx__call *c)
{
	ZX__EACH(move, c->body)
	{
		if (zx__set_get(&c->guild->roles, zx__dom_id(move, "id")))
			continue;
		zx__unknown(c, ZX__UNKNOWN_ROLE);
		return 1;
	}
	return 0;
}

static int lower_first(const void *a, const void *b)
{
	const cJSON *x = *(cJSON *const *)a, *y = *(cJSON *const *)b;

	return zx__role_above(x, y) ? 1 : -1;
}

/* The roles of a list, lowest first; *n of them. NULL without memory. */
static cJSON **sorted(cJSON *list, size_t *n)
{
	size_t i = 0;
	cJSON **v;

	*n = (size_t)cJSON_GetArraySize(list);
	v = calloc(*n + 1, sizeof(*v));
	for (cJSON *r = v ? list->child : NULL; r; r = r->next)
		v[i++] = r;
	if (v)
		qsort(v, *n, sizeof(*v), lower_first);
	return v;
}

/* The list with the asked positions, dense as Discord keeps them. */
static cJSON *moved(struct zx__call *c)
{
	cJSON *list = zx__set_array(&c->guild->roles), **v;
	size_t n;

	for (cJSON *r = list->child; r; r = r->next) {
		uint64_t id = zx__dom_id(r, "id");

		ZX__EACH(move, c->body)
		if (zx__dom_id(move, "id") == id && zx__some(move, "position"))
			zx__dom_set(r, "position:i", zx__int(move, "position"));
		if (id == c->guild->id)
			zx__dom_set(r, "position:i", -1);
	}
	v = sorted(list, &n);
	for (size_t i = 0; v && i < n; i++)
		zx__dom_set(v[i], "position:i", (int)i);
	free(v);
	return list;
}

/* From the top down to the bot's highest role nothing may change. */
static int disturbs(struct zx__call *c, cJSON *after)
{
	uint64_t top =
		zx__dom_id(zx__top_role(c->guild, zx__actor(c->w)), "id");
	cJSON *before = zx__set_array(&c->guild->roles);
	size_t n = 0, m = 0;
	cJSON **a = sorted(before, &n), **b = sorted(after, &m);
	int bad = zx__dom_id(c->guild->dom, "owner_id") != zx__actor(c->w);
	int differs = 0;

	for (size_t i = a && b && bad ? n : 0; i > 0; i--) {
		differs |= zx__dom_id(a[i - 1], "id") !=
			   zx__dom_id(b[i - 1], "id");
		if (zx__dom_id(a[i - 1], "id") == top)
			break;
	}
	free(a);
	free(b);
	cJSON_Delete(before);
	if (differs)
		zx__no_permission(c);
	return differs;
}

void zx__move_roles(struct zx__call *c)
{
	cJSON *after;

	check_moves(c);
	if (zx__form_failed(c) || unknown_role(c))
		return;
	after = moved(c);
	if (disturbs(c, after))
		goto out;
	ZX__EACH(now, after)
	{
		cJSON *role =
			zx__set_get(&c->guild->roles, zx__dom_id(now, "id"));

		if (zx__int(role, "position") == zx__int(now, "position"))
			continue;
		zx__dom_set(role, "position:i", zx__int(now, "position"));
		changed(c, "GUILD_ROLE_UPDATE", role);
	}
	zx__list_roles(c);
out:
	cJSON_Delete(after);
}
