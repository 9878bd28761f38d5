/* SPDX-License-Identifier: MIT
 *
 * Kicks and bans.
 */
#include "sandbox/rest.h"

static cJSON *user_of(struct zx__call *c, uint64_t user)
{
	return zx__user(c->w, user);
}

static int out_of_reach(struct zx__call *c, uint64_t user)
{
	if (user == zx__actor(c->w))
		return 1;
	return zx__member(c->guild, user) &&
	       !zx__above_member(c->w, c->guild, user);
}

void zx__kick_member(struct zx__call *c)
{
	if (!zx__member(c->guild, c->id[1])) {
		zx__unknown(c, ZX__UNKNOWN_MEMBER);
		return;
	}
	if (out_of_reach(c, c->id[1])) {
		zx__no_permission(c);
		return;
	}
	zx__audit(c, c->guild, 20, c->id[1], NULL, NULL);
	zx__member_leave(c->w, c->guild, c->id[1]);
	zx__no_content(c);
}

/* Bans -------------------------------------------------------------------- */

void zx__list_bans(struct zx__call *c)
{
	int limit = zx__query_int(c, "limit", 1000, 0, 1000);
	uint64_t after = zx__query_id(c, "after");
	uint64_t before = zx__query_id(c, "before");
	const struct zx__set *bans = &c->guild->bans;
	size_t from, to;
	cJSON *list;

	if (zx__form_failed(c))
		return;
	from = zx__set_from(bans, after ? after + 1 : 0);
	to = before ? zx__set_from(bans, before) : bans->n;
	if (before && to > from && to - from > (size_t)limit)
		from = to - (size_t)limit;
	list = cJSON_CreateArray();
	for (size_t i = from; i < to && limit > 0; i++, limit--)
		cJSON_AddItemToArray(list, zx__dup(bans->v[i].dom));
	zx__reply(c, 200, list);
}

void zx__get_ban(struct zx__call *c)
{
	const cJSON *ban = zx__set_get(&c->guild->bans, c->id[1]);

	if (ban)
		zx__reply(c, 200, zx__dup(ban));
	else
		zx__unknown(c, ZX__UNKNOWN_BAN);
}

static void ban(struct zx__call *c, uint64_t user)
{
	zx__set_put(&c->guild->bans, user,
		    zx__dom("reason:s user:c", *c->reason ? c->reason : NULL,
			    user_of(c, user)));
	zx__audit(c, c->guild, 22, user, NULL, NULL);
	zx__member_leave(c->w, c->guild, user);
	zx__emit(c->w, c->guild->id, "GUILD_BAN_ADD",
		 zx__dom("guild_id:I user:c", c->guild->id, user_of(c, user)));
}

void zx__put_ban(struct zx__call *c)
{
	zx__form_int(c, c->body, "", "delete_message_seconds", 0, 604800);
	zx__form_int(c, c->body, "", "delete_message_days", 0, 7);
	if (zx__form_failed(c))
		return;
	if (!user_of(c, c->id[1])) {
		zx__unknown(c, ZX__UNKNOWN_USER);
		return;
	}
	if (out_of_reach(c, c->id[1])) {
		zx__no_permission(c);
		return;
	}
	ban(c, c->id[1]);
	zx__no_content(c);
}

void zx__delete_ban(struct zx__call *c)
{
	if (!zx__set_del(&c->guild->bans, c->id[1])) {
		zx__unknown(c, ZX__UNKNOWN_BAN);
		return;
	}
	zx__audit(c, c->guild, 23, c->id[1], NULL, NULL);
	zx__emit(c->w, c->guild->id, "GUILD_BAN_REMOVE",
		 zx__dom("guild_id:I user:c", c->guild->id,
			 user_of(c, c->id[1])));
	zx__no_content(c);
}

void zx__bulk_ban(struct zx__call *c)
{
	uint64_t own = zx__perm_base(c->w, c->guild, zx__actor(c->w));
	cJSON *done, *failed;

	zx__form_required(c, c->body, "", "user_ids");
	zx__form_array(c, c->body, "", "user_ids", 1, 200);
	zx__form_int(c, c->body, "", "delete_message_seconds", 0, 604800);
	if (zx__form_failed(c))
		return;
	if (!(own & ZX__P_MANAGE_GUILD)) {
		zx__no_permission(c);
		return;
	}
	done = cJSON_CreateArray();
	failed = cJSON_CreateArray();
	ZX__EACH(id, zx__get(c->body, "user_ids"))
	{
		uint64_t user = zx__dom_u64(id);
		int ok = user_of(c, user) && !out_of_reach(c, user) &&
			 !zx__set_get(&c->guild->bans, user);

		if (ok)
			ban(c, user);
		cJSON_AddItemToArray(ok ? done : failed, zx__id_string(user));
	}
	if (!done->child) {
		cJSON_Delete(done);
		cJSON_Delete(failed);
		zx__fail(c, 500, 500000, "Failed to ban users");
		return;
	}
	zx__reply(c, 200,
		  zx__dom("banned_users:o failed_users:o", done, failed));
}
