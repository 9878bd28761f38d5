/* SPDX-License-Identifier: MIT
 *
 * Members of servers.
 */
#include <stdlib.h>
#include <strings.h>

#include "sandbox/rest.h"

cJSON *zx__member(struct zx__guild *g, uint64_t user)
{
	return zx__set_get(&g->members, user);
}

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
	cJSON *m = zx__dup(zx__member(g, user));

	if (m && with_user)
		zx__dom_set(m, "user:c", zx__set_get(&w->users, user));
	return m;
}

int zx__member_join(struct zx__world *w, struct zx__guild *g, uint64_t user)
{
	cJSON *m;

	if (zx__member(g, user))
		return ZX_E_EXISTS;
	if (zx__set_get(&g->bans, user))
		return ZX_E_PERM;
	zx__set_put(&g->members, user, zx__member_make(zx__wall(w), NULL));
	m = zx__member_out(w, g, user, 1);
	zx__dom_set(m, "guild_id:I", g->id);
	zx__emit(w, g->id, "GUILD_MEMBER_ADD", m);
	zx__guild_touched(w, g);
	return ZX_OK;
}

int zx__member_leave(struct zx__world *w, struct zx__guild *g, uint64_t user)
{
	if (user == zx__bot(w) || user == zx__dom_id(g->dom, "owner_id"))
		return ZX_E_PERM;
	if (!zx__set_del(&g->members, user))
		return ZX_E_NOTFOUND;
	zx__emit(w, g->id, "GUILD_MEMBER_REMOVE",
		 zx__dom("guild_id:I user:c", g->id,
			 zx__set_get(&w->users, user)));
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

/* Without the privileged intent the list stays closed. */
static int closed(struct zx__call *c)
{
	if (!(c->w->opt.intents_refused & 2))
		return 0;
	zx__no_access(c);
	return 1;
}

void zx__list_members(struct zx__call *c)
{
	int limit = zx__query_int(c, "limit", 1, 1, 1000);
	uint64_t after = zx__query_id(c, "after");
	cJSON *list;

	if (zx__form_failed(c) || closed(c))
		return;
	list = cJSON_CreateArray();
	for (size_t i = zx__set_from(&c->guild->members, after + 1);
	     i < c->guild->members.n && limit > 0; i++, limit--)
		cJSON_AddItemToArray(
			list, zx__member_out(c->w, c->guild,
					     c->guild->members.v[i].id, 1));
	zx__reply(c, 200, list);
}

static int named(struct zx__call *c, size_t i, struct zx_str prefix)
{
	const struct zx__item *m = &c->guild->members.v[i];
	const cJSON *u = zx__set_get(&c->w->users, m->id);
	const char *names[] = { zx__str(m->dom, "nick"), zx__str(u, "username"),
				zx__str(u, "global_name") };

	for (size_t k = 0; k < 3; k++)
		if (!strncasecmp(names[k], prefix.ptr ? prefix.ptr : "",
				 prefix.len))
			return *names[k] != '\0';
	return 0;
}

void zx__search_members(struct zx__call *c)
{
	int limit = zx__query_int(c, "limit", 1, 1, 1000);
	struct zx_buf q;
	cJSON *list;

	if (!zx__query(c, "query").len)
		zx__bad(c, "query", "BASE_TYPE_REQUIRED",
			"This field is required");
	if (zx__form_failed(c))
		return;
	zx_buf_init(&q, NULL, 0);
	zx__url_decode(zx__query(c, "query"), &q);
	list = cJSON_CreateArray();
	for (size_t i = 0; i < c->guild->members.n && limit > 0; i++) {
		if (!named(c, i, zx_buf_str(&q)))
			continue;
		cJSON_AddItemToArray(
			list, zx__member_out(c->w, c->guild,
					     c->guild->members.v[i].id, 1));
		limit--;
	}
	zx_buf_release(&q);
	zx__reply(c, 200, list);
}

static void reply_member(struct zx__call *c, uint64_t user)
{
	cJSON *m = zx__member_out(c->w, c->guild, user, 1);

	if (m)
		zx__reply(c, 200, m);
	else if (zx__set_get(&c->w->users, user))
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
	reply_member(c, zx__bot(c->w));
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
		    !zx__bot_above_role(c->w, c->guild, r->dom)) {
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
	uint64_t own = zx__perm_base(c->w, c->guild, zx__bot(c->w));
	int above = zx__bot_above_member(c->w, c->guild, c->id[1]);

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
		zx__audit(c, c->guild, 25, c->id[1], NULL, NULL);
	else
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
	cJSON *m = zx__member(c->guild, zx__bot(c->w));
	uint64_t own = zx__perm_base(c->w, c->guild, zx__bot(c->w));

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
	changed(c, zx__bot(c->w));
	reply_member(c, zx__bot(c->w));
}

/* Single roles ------------------------------------------------------------ */

static void set_role(struct zx__call *c, int has)
{
	const cJSON *role = zx__set_get(&c->guild->roles, c->id[2]);
	cJSON *m = asked(c), *list;

	if (!m)
		return;
	if (!role) {
		zx__unknown(c, ZX__UNKNOWN_ROLE);
		return;
	}
	if (zx__true(role, "managed") || c->id[2] == c->guild->id ||
	    !zx__bot_above_role(c->w, c->guild, role)) {
		zx__no_permission(c);
		return;
	}
	list = zx__get_mut(m, "roles");
	if (zx__ids_have(list, c->id[2]) != has) {
		if (has)
			cJSON_AddItemToArray(list, zx__id_string(c->id[2]));
		else
			zx__ids_remove(list, c->id[2]);
		zx__audit(c, c->guild, 25, c->id[1], NULL, NULL);
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
