/* SPDX-License-Identifier: MIT
 *
 * Members of servers.
 */
#include <stdlib.h>

#include "sandbox/rest.h"

cJSON *zx__member_make(int64_t joined, const char *nick)
{
	return zx__dom("nick:s avatar:n banner:n avatar_decoration_data:n "
		       "collectibles:n roles:a joined_at:T premium_since:n "
		       "deaf:f mute:f flags:0 pending:f "
		       "communication_disabled_until:n",
		       nick, joined);
}

cJSON *zx__member_out(struct zx__world *w, struct zx__guild *g, uint64_t user,
		      int with_user)
{
	cJSON *made, *m;
	const cJSON *kept = zx__member_look(g, user, &made);

	m = made ? made : zx__dup(kept);
	if (m && with_user)
		zx__dom_set(m, "user:o", zx__user_out(w, user));
	return m;
}

/* The bot comes back: with its own role, and to a server that is new to it. */
static void bot_joins(struct zx__world *w, struct zx__guild *g)
{
	cJSON *roles = zx__get_mut(zx__member(g, zx__bot(w)), "roles");

	for (size_t i = 0; i < g->roles.n; i++)
		if (zx__dom_id(zx__get(g->roles.v[i].dom, "tags"), "bot_id") ==
		    zx__bot(w))
			cJSON_AddItemToArray(roles,
					     zx__id_string(g->roles.v[i].id));
	zx__emit(w, g->id, "GUILD_CREATE", zx__guild_create(w, g));
	zx__guild_touched(w, g);
}

int zx__member_join(struct zx__world *w, struct zx__guild *g, uint64_t user)
{
	cJSON *m;

	if (zx__member_is(g, user))
		return ZX_E_EXISTS;
	if (zx__set_get(&g->bans, user))
		return ZX_E_PERM;
	zx__set_put(&g->members, user, zx__member_make(zx__wall(w), NULL));
	if (user == zx__bot(w)) {
		bot_joins(w, g);
		return ZX_OK;
	}
	m = zx__member_out(w, g, user, 1);
	zx__dom_set(m, "guild_id:I", g->id);
	zx__emit(w, g->id, "GUILD_MEMBER_ADD", m);
	zx__guild_touched(w, g);
	return ZX_OK;
}

int zx__member_leave(struct zx__world *w, struct zx__guild *g, uint64_t user)
{
	if ((user == zx__bot(w) && !w->actor) ||
	    user == zx__dom_id(g->dom, "owner_id"))
		return ZX_E_PERM;
	if (!zx__member(g, user) || !zx__set_del(&g->members, user))
		return ZX_E_NOTFOUND;
	if (user == zx__bot(w))
		zx__emit(w, g->id, "GUILD_DELETE", zx__dom("id:I", g->id));
	else
		zx__emit(
			w, g->id, "GUILD_MEMBER_REMOVE",
			zx__dom("guild_id:I user:c", g->id, zx__user(w, user)));
	zx__guild_touched(w, g);
	return ZX_OK;
}

static void changed(struct zx__call *c, uint64_t user)
{
	cJSON *m = zx__member_out(c->w, c->guild, user, 1);

	zx__dom_set(m, "guild_id:I", c->guild->id);
	zx__emit(c->w, c->guild->id, "GUILD_MEMBER_UPDATE", m);
	zx__guild_touched(c->w, c->guild);
}

/* Reading ----------------------------------------------------------------- */

static void reply_member(struct zx__call *c, uint64_t user)
{
	cJSON *m = zx__member_out(c->w, c->guild, user, 1);

	if (m)
		zx__reply(c, 200, m);
	else if (zx__user(c->w, user))
		zx__unknown(c, ZX__UNKNOWN_MEMBER);
	else
		zx__unknown(c, ZX__UNKNOWN_USER);
}

void zx__get_member(struct zx__call *c)
{
	reply_member(c, c->id[1]);
}

void zx__get_my_member(struct zx__call *c)
{
	reply_member(c, zx__actor(c->w));
}

/* Changing ---------------------------------------------------------------- */

static cJSON *asked(struct zx__call *c)
{
	cJSON *m = zx__member(c->guild, c->id[1]);

	if (!m)
		zx__unknown(c, ZX__UNKNOWN_MEMBER);
	return m;
}

static void check_timeout(struct zx__call *c)
{
	const char *until = zx__str(c->body, "communication_disabled_until");
	int64_t at = zx__iso_parse(until);

	if (!zx__some(c->body, "communication_disabled_until"))
		return;
	if (at < 0)
		zx__bad(c, "communication_disabled_until",
			"DATE_TIME_TYPE_PARSE",
			"Could not parse \"%s\". Should be ISO8601.", until);
	else if (at > zx__wall(c->w) + INT64_C(28) * 86400000 + 60000)
		zx__bad(c, "communication_disabled_until", "TIMEOUT_TOO_LONG",
			"Cannot time out a member for more than 28 days");
}

static void check(struct zx__call *c)
{
	zx__form_str(c, c->body, "", "nick", 0, 32);
	zx__form_array(c, c->body, "", "roles", 0, 1521);
	zx__form_bool(c, c->body, "", "mute");
	zx__form_bool(c, c->body, "", "deaf");
	check_timeout(c);
}

/* Roles are given as a whole; what differs must be below the bot. */
static int roles_refused(struct zx__call *c, const cJSON *member)
{
	const cJSON *now = zx__get(member, "roles");
	const cJSON *wanted = zx__some(c->body, "roles");

	for (size_t i = 0; wanted && i < c->guild->roles.n; i++) {
		const struct zx__item *r = &c->guild->roles.v[i];

		if (zx__ids_have(now, r->id) == zx__ids_have(wanted, r->id) ||
		    r->id == c->guild->id)
			continue;
		if (zx__true(r->dom, "managed") ||
		    !zx__above_role(c->w, c->guild, r->dom)) {
			zx__no_permission(c);
			return 1;
		}
	}
	ZX__EACH(id, wanted)
	{
		if (zx__set_get(&c->guild->roles, zx__dom_u64(id)))
			continue;
		zx__unknown(c, ZX__UNKNOWN_ROLE);
		return 1;
	}
	return 0;
}

static int refused(struct zx__call *c, const cJSON *member)
{
	static const struct {
		const char *key;
		uint64_t bit;
	} needs[] = {
		{ "nick", ZX__P_MANAGE_NICKNAMES },
		{ "roles", ZX__P_MANAGE_ROLES },
		{ "mute", ZX__P(22) },
		{ "deaf", ZX__P(23) },
		{ "communication_disabled_until", ZX__P_MODERATE },
	};
	uint64_t own = zx__perm_base(c->w, c->guild, zx__actor(c->w));
	int above = zx__above_member(c->w, c->guild, c->id[1]);

	for (size_t i = 0; i < sizeof(needs) / sizeof(*needs); i++) {
		int ranked = i != 1 && i != 2 && i != 3;

		if (!zx__get(c->body, needs[i].key))
			continue;
		if (!(own & needs[i].bit) || (ranked && !above)) {
			zx__no_permission(c);
			return 1;
		}
	}
	return roles_refused(c, member);
}

static cJSON *real_roles(struct zx__call *c)
{
	cJSON *list = cJSON_CreateArray();

	ZX__EACH(id, zx__get(c->body, "roles"))
	{
		uint64_t role = zx__dom_u64(id);

		if (role != c->guild->id && !zx__ids_have(list, role))
			cJSON_AddItemToArray(list, zx__id_string(role));
	}
	return list;
}

static void apply(struct zx__call *c, cJSON *m)
{
	if (zx__get(c->body, "nick")) {
		const char *nick = zx__str(c->body, "nick");

		zx__dom_set(m, "nick:s", *nick ? nick : NULL);
	}
	if (zx__some(c->body, "roles"))
		zx__dom_set(m, "roles:o", real_roles(c));
	if (zx__some(c->body, "mute"))
		zx__dom_set(m, "mute:b", zx__true(c->body, "mute"));
	if (zx__some(c->body, "deaf"))
		zx__dom_set(m, "deaf:b", zx__true(c->body, "deaf"));
	if (zx__get(c->body, "communication_disabled_until"))
		zx__dom_set(m, "communication_disabled_until:c",
			    zx__get(c->body, "communication_disabled_until"));
	if (zx__some(c->body, "flags"))
		zx__dom_set(m, "flags:i", zx__int(c->body, "flags"));
}

/* The roles of `has` that `not_in` lacks, as [{"id", "name"}] under the key. */
static void add_change(struct zx__call *c, cJSON *changes, const char *key,
		       const cJSON *has, const cJSON *not_in)
{
	cJSON *list = cJSON_CreateArray();

	ZX__EACH(id, has)
	{
		uint64_t role = zx__dom_u64(id);

		if (!zx__ids_have(not_in, role))
			cJSON_AddItemToArray(
				list,
				zx__dom("id:I name:c", role,
					zx__get(zx__set_get(&c->guild->roles,
							    role),
						"name")));
	}
	if (list->child)
		cJSON_AddItemToArray(changes,
				     zx__dom("key:s new_value:o", key, list));
	else
		cJSON_Delete(list);
}

static void audit_roles(struct zx__call *c, const cJSON *before,
			const cJSON *after)
{
	cJSON *changes = cJSON_CreateArray();

	add_change(c, changes, "$add", after, before);
	add_change(c, changes, "$remove", before, after);
	if (changes->child)
		zx__audit(c, c->guild, 25, c->id[1], changes, NULL);
	else
		cJSON_Delete(changes);
}

void zx__patch_member(struct zx__call *c)
{
	cJSON *m = asked(c), *before;

	if (!m)
		return;
	check(c);
	if (zx__form_failed(c) || refused(c, m))
		return;
	before = zx__dup(m);
	apply(c, m);
	if (zx__get(c->body, "roles"))
		audit_roles(c, zx__get(before, "roles"), zx__get(m, "roles"));
	if (cJSON_GetArraySize(c->body) > (zx__get(c->body, "roles") != NULL))
		zx__audit(c, c->guild, 24, c->id[1],
			  zx__audit_diff(before, m,
					 "nick mute deaf "
					 "communication_disabled_until"),
			  NULL);
	cJSON_Delete(before);
	changed(c, c->id[1]);
	reply_member(c, c->id[1]);
}

void zx__patch_my_member(struct zx__call *c)
{
	cJSON *m = zx__member(c->guild, zx__actor(c->w));
	uint64_t own = zx__perm_base(c->w, c->guild, zx__actor(c->w));

	zx__form_str(c, c->body, "", "nick", 0, 32);
	if (zx__form_failed(c))
		return;
	if (!(own & (ZX__P_CHANGE_NICKNAME | ZX__P_MANAGE_NICKNAMES))) {
		zx__no_permission(c);
		return;
	}
	if (m && zx__get(c->body, "nick")) {
		const char *nick = zx__str(c->body, "nick");

		zx__dom_set(m, "nick:s", *nick ? nick : NULL);
	}
	changed(c, zx__actor(c->w));
	reply_member(c, zx__actor(c->w));
}

/* Single roles ------------------------------------------------------------ */

static void set_role(struct zx__call *c, int has)
{
	const cJSON *role = zx__set_get(&c->guild->roles, c->id[2]);
	cJSON *m = asked(c), *list, *before;

	if (!m)
		return;
	if (!role) {
		zx__unknown(c, ZX__UNKNOWN_ROLE);
		return;
	}
	if (zx__true(role, "managed") || c->id[2] == c->guild->id ||
	    !zx__above_role(c->w, c->guild, role)) {
		zx__no_permission(c);
		return;
	}
	list = zx__get_mut(m, "roles");
	if (zx__ids_have(list, c->id[2]) != has) {
		before = zx__dup(list);
		if (has)
			cJSON_AddItemToArray(list, zx__id_string(c->id[2]));
		else
			zx__ids_remove(list, c->id[2]);
		audit_roles(c, before, list);
		cJSON_Delete(before);
		changed(c, c->id[1]);
	}
	zx__no_content(c);
}

void zx__add_member_role(struct zx__call *c)
{
	set_role(c, 1);
}

void zx__remove_member_role(struct zx__call *c)
{
	set_role(c, 0);
}
