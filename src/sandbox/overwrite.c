/* SPDX-License-Identifier: MIT
 *
 * Permission overwrites of channels.
 */
#include "sandbox/rest.h"

/* Channels of onboarding stay visible to everybody. */
static int hides_onboarding(struct zx__call *c, uint64_t id, uint64_t deny)
{
	if (id != c->guild->id || !(deny & ZX__P_VIEW) || !c->channel ||
	    !zx__onboarding_channel(c->guild, zx__dom_id(c->channel, "id")))
		return 0;
	zx__fail(c, 400, 350003,
		 "Onboarding channels must be readable by everyone");
	return 1;
}

static cJSON *normal(const cJSON *o)
{
	return zx__dom("id:I type:i allow:U deny:U", zx__dom_id(o, "id"),
		       zx__int(o, "type"), zx__dom_id(o, "allow"),
		       zx__dom_id(o, "deny"));
}

/* Only bits the bot has itself; MANAGE_ROLES only for administrators. */
static int may_write(struct zx__call *c, uint64_t bits)
{
	uint64_t own = zx__perm_base(c->w, c->guild, zx__actor(c->w));

	if (own & ZX__P_ADMINISTRATOR)
		return 1;
	return !(bits & ~own) && !(bits & ZX__P_MANAGE_ROLES);
}

static uint64_t bits_of(const cJSON *list, uint64_t id, const char *key)
{
	ZX__EACH(o, list)
	if (zx__dom_id(o, "id") == id)
		return zx__dom_id(o, key);
	return 0;
}

/* What the overwrite changes against what is there: that must be allowed. */
static uint64_t changed_bits(struct zx__call *c, const cJSON *o)
{
	const cJSON *now = zx__get(c->channel, "permission_overwrites");
	uint64_t id = zx__dom_id(o, "id");

	return (zx__dom_id(o, "allow") ^ bits_of(now, id, "allow")) |
	       (zx__dom_id(o, "deny") ^ bits_of(now, id, "deny"));
}

static void check(struct zx__call *c, const cJSON *o, const char *at)
{
	zx__form_required(c, o, at, "id");
	zx__form_id(c, o, at, "id");
	zx__form_int(c, o, at, "type", 0, 1);
	zx__form_bits(c, o, at, "allow");
	zx__form_bits(c, o, at, "deny");
}

/* A role must exist; of members anybody may be named. */
static int unknown_role(struct zx__call *c, const cJSON *o)
{
	if (zx__int(o, "type") ||
	    zx__set_get(&c->guild->roles, zx__dom_id(o, "id")))
		return 0;
	zx__unknown(c, ZX__UNKNOWN_ROLE);
	return 1;
}

cJSON *zx__overwrites(struct zx__call *c, const cJSON *list)
{
	cJSON *out = cJSON_CreateArray();
	char at[ZX__AT_SIZE];
	uint64_t bits = 0;
	int i = 0;

	if (list)
		zx__form_array(c, c->body, "", "permission_overwrites", 0, 100);
	ZX__EACH(o, list)
	{
		check(c, o, zx__at_i(at, "permission_overwrites", i++));
		bits |= changed_bits(c, o);
		cJSON_AddItemToArray(out, normal(o));
	}
	if (c->errors)
		return out;
	if (!may_write(c, bits))
		zx__no_permission(c);
	ZX__EACH(o, out)
	if (!c->res->status && !unknown_role(c, o))
		hides_onboarding(c, zx__dom_id(o, "id"), zx__dom_id(o, "deny"));
	if (!c->res->status)
		return out;
	cJSON_Delete(out);
	return NULL;
}

static int index_of(const cJSON *list, uint64_t id)
{
	int i = 0;

	ZX__EACH(o, list)
	{
		if (zx__dom_id(o, "id") == id)
			return i;
		i++;
	}
	return -1;
}

/* The same, in whatever order. */
static int alike(const cJSON *a, const cJSON *b)
{
	if (cJSON_GetArraySize(a) != cJSON_GetArraySize(b))
		return 0;
	ZX__EACH(o, a)
	{
		int at = index_of(b, zx__dom_id(o, "id"));

		if (at < 0 || !cJSON_Compare(o, cJSON_GetArrayItem(b, at), 1))
			return 0;
	}
	return 1;
}

void zx__overwrites_sync(struct zx__call *c, const cJSON *before)
{
	uint64_t id = zx__dom_id(c->channel, "id");
	const cJSON *now = zx__get(c->channel, "permission_overwrites");

	for (size_t i = 0; i < c->guild->channels.n; i++) {
		cJSON *ch = c->guild->channels.v[i].dom;

		if (zx__dom_id(ch, "parent_id") != id ||
		    !alike(zx__get(ch, "permission_overwrites"), before))
			continue;
		zx__dom_set(ch, "permission_overwrites:c", now);
		zx__emit(c->w, c->guild->id, "CHANNEL_UPDATE",
			 zx__channel_out(ch));
	}
}

static void changed(struct zx__call *c, int action, uint64_t id, int type)
{
	cJSON *about = zx__dom("id:I type:s", id, type ? "1" : "0");
	const cJSON *role = zx__set_get(&c->guild->roles, id);

	if (role)
		zx__dom_set(about, "role_name:c", zx__get(role, "name"));
	zx__audit(c, c->guild, action, zx__dom_id(c->channel, "id"), NULL,
		  about);
	zx__emit(c->w, c->guild->id, "CHANNEL_UPDATE",
		 zx__channel_out(c->channel));
	zx__guild_touched(c->w, c->guild);
	zx__no_content(c);
}

void zx__put_overwrite(struct zx__call *c)
{
	cJSON *list = zx__get_mut(c->channel, "permission_overwrites");
	cJSON *o, *before;
	int at;

	zx__form_required(c, c->body, "", "type");
	zx__form_int(c, c->body, "", "type", 0, 1);
	zx__form_bits(c, c->body, "", "allow");
	zx__form_bits(c, c->body, "", "deny");
	if (zx__form_failed(c))
		return;
	if (!list) {
		zx__fail(c, 400, 50024,
			 "Cannot execute action on this channel type");
		return;
	}
	if (hides_onboarding(c, c->id[1], zx__dom_id(c->body, "deny")))
		return;
	o = zx__dom("id:I type:i allow:U deny:U", c->id[1],
		    zx__int(c->body, "type"), zx__dom_id(c->body, "allow"),
		    zx__dom_id(c->body, "deny"));
	if (unknown_role(c, o)) {
		cJSON_Delete(o);
		return;
	}
	if (!may_write(c, changed_bits(c, o))) {
		cJSON_Delete(o);
		zx__no_permission(c);
		return;
	}
	at = index_of(list, c->id[1]);
	if (at < 0 && cJSON_GetArraySize(list) >= 1000) {
		cJSON_Delete(o);
		zx__fail(c, 400, 30060,
			 "Maximum number of channel permission overwrites "
			 "reached (1000)");
		return;
	}
	before = zx__dup(list);
	if (at >= 0)
		cJSON_ReplaceItemInArray(list, at, o);
	else
		cJSON_AddItemToArray(list, o);
	zx__overwrites_sync(c, before);
	cJSON_Delete(before);
	changed(c, at >= 0 ? 14 : 13, c->id[1], zx__int(c->body, "type"));
}

void zx__delete_overwrite(struct zx__call *c)
{
	cJSON *list = zx__get_mut(c->channel, "permission_overwrites");
	int at = index_of(list, c->id[1]), type;
	cJSON *before;

	if (at < 0) {
		zx__unknown(c, ZX__UNKNOWN_OVERWRITE);
		return;
	}
	type = zx__int(cJSON_GetArrayItem(list, at), "type");
	before = zx__dup(list);
	cJSON_DeleteItemFromArray(list, at);
	zx__overwrites_sync(c, before);
	cJSON_Delete(before);
	changed(c, 15, c->id[1], type);
}
