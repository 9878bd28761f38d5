/* SPDX-License-Identifier: MIT
 *
 * Invites, and the lists that a server of the sandbox has empty.
 */
#include "sandbox/rest.h"

enum { MAX_INVITES = 1000 };

static cJSON *shown(struct zx__call *c, const cJSON *invite, int meta)
{
	cJSON *o = zx__dup(invite);

	if (!meta)
		zx__drop(o, "uses max_uses max_age temporary created_at");
	if (zx__query_true(c, "with_counts"))
		zx__dom_set(o,
			    "approximate_member_count:i "
			    "approximate_presence_count:i",
			    12, 6);
	return o;
}

static cJSON *list_of(struct zx__call *c, uint64_t channel)
{
	cJSON *list = cJSON_CreateArray();

	ZX__EACH(i, c->guild->invites)
	if (!channel || zx__dom_id(zx__get(i, "channel"), "id") == channel)
		cJSON_AddItemToArray(list, shown(c, i, 1));
	return list;
}

void zx__guild_invites(struct zx__call *c)
{
	zx__reply(c, 200, list_of(c, 0));
}

void zx__channel_invites(struct zx__call *c)
{
	zx__reply(c, 200, list_of(c, c->id[0]));
}

static cJSON *make(struct zx__call *c, const char *code)
{
	int max_age = zx__some(c->body, "max_age") ? zx__int(c->body, "max_age")
						   : 86400;
	cJSON *o = zx__dom(
		"type:0 code:s guild:o guild_id:I channel:o inviter:c uses:0 "
		"max_uses:i max_age:i temporary:b created_at:T expires_at:n",
		code,
		zx__pick(c->guild->dom,
			 "id name splash banner description icon features "
			 "verification_level vanity_url_code nsfw_level nsfw "
			 "premium_subscription_count premium_tier"),
		c->guild->id, zx__pick(c->channel, "id name type"),
		zx__user(c->w, zx__actor(c->w)), zx__int(c->body, "max_uses"),
		max_age, zx__true(c->body, "temporary"), zx__wall(c->w));

	if (max_age)
		zx__dom_set(o, "expires_at:T",
			    zx__wall(c->w) + (int64_t)max_age * 1000);
	return o;
}

void zx__create_invite(struct zx__call *c)
{
	static const char set[] =
		"abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
	char code[9];
	cJSON *o, *d;

	zx__form_int(c, c->body, "", "max_age", 0, 604800);
	zx__form_int(c, c->body, "", "max_uses", 0, 100);
	zx__form_bool(c, c->body, "", "temporary");
	zx__form_bool(c, c->body, "", "unique");
	if (zx__form_failed(c))
		return;
	if (cJSON_GetArraySize(c->guild->invites) >= MAX_INVITES) {
		zx__fail(c, 400, 30016,
			 "Maximum number of invites reached (1000)");
		return;
	}
	for (size_t i = 0; i < 8; i++)
		code[i] = set[zx__rand(c->w, sizeof(set) - 1)];
	code[8] = '\0';
	o = make(c, code);
	cJSON_AddItemToArray(c->guild->invites, o);
	d = zx__pick(o, "code created_at inviter max_age max_uses temporary "
			"uses guild_id expires_at");
	zx__dom_set(d, "channel_id:I", c->id[0]);
	zx__emit(c->w, c->guild->id, "INVITE_CREATE", d);
	zx__audit(c, c->guild, 40, 0, NULL, NULL);
	zx__reply(c, 200, shown(c, o, 1));
}

/* The invite of the path among all servers that were looked at. */
static cJSON *asked(struct zx__call *c, struct zx__guild **g, int *at)
{
	for (size_t i = 0; i < c->w->guild_count; i++) {
		*g = c->w->guilds[i];
		*at = 0;
		ZX__EACH(inv, *g ? (*g)->invites : NULL)
		{
			if (zx_str_is(c->seg[0], zx__str(inv, "code")))
				return cJSON_GetArrayItem((*g)->invites, *at);
			(*at)++;
		}
	}
	zx__unknown(c, ZX__UNKNOWN_INVITE);
	return NULL;
}

void zx__get_invite(struct zx__call *c)
{
	struct zx__guild *g;
	int at;
	const cJSON *inv = asked(c, &g, &at);

	if (inv)
		zx__reply(c, 200, shown(c, inv, 0));
}

void zx__delete_invite(struct zx__call *c)
{
	struct zx__guild *g;
	int at;
	const cJSON *inv = asked(c, &g, &at);

	if (!inv)
		return;
	if (!(zx__perm_base(c->w, g, zx__actor(c->w)) &
	      (ZX__P_MANAGE_CHANNELS | ZX__P_MANAGE_GUILD))) {
		zx__no_permission(c);
		return;
	}
	zx__emit(c->w, g->id, "INVITE_DELETE",
		 zx__dom("channel_id:c guild_id:I code:c",
			 zx__get(zx__get(inv, "channel"), "id"), g->id,
			 zx__get(inv, "code")));
	zx__audit(c, g, 42, 0, NULL, NULL);
	zx__reply(c, 200, shown(c, inv, 0));
	cJSON_DeleteItemFromArray(g->invites, at);
}
