/* SPDX-License-Identifier: MIT
 *
 * Webhooks of channels: kept, listed, executed.
 */
#include <stdio.h>
#include <stdlib.h>

#include "sandbox/webhook.h"

enum { PER_CHANNEL = 15, PER_GUILD = 1000 };

static cJSON *shown(struct zx__call *c, const cJSON *hook, int with_user)
{
	cJSON *o = zx__dup(hook);
	char url[300];

	snprintf(url, sizeof(url), "http://127.0.0.1:%u/api/webhooks/%s/%s",
		 (unsigned)c->w->port, zx__str(hook, "id"),
		 zx__str(hook, "token"));
	zx__dom_set(o, "url:s", url);
	if (!with_user)
		zx__drop(o, "user");
	return o;
}

static cJSON *list_of(struct zx__call *c, uint64_t channel)
{
	cJSON *list = cJSON_CreateArray();

	for (size_t i = 0; i < c->guild->webhooks.n; i++) {
		const cJSON *hook = c->guild->webhooks.v[i].dom;

		if (!channel || zx__dom_id(hook, "channel_id") == channel)
			cJSON_AddItemToArray(list, shown(c, hook, 1));
	}
	return list;
}

void zx__channel_webhooks(struct zx__call *c)
{
	zx__reply(c, 200, list_of(c, c->id[0]));
}

void zx__guild_webhooks(struct zx__call *c)
{
	zx__reply(c, 200, list_of(c, 0));
}

static void check_name(struct zx__call *c)
{
	const char *name = zx__str(c->body, "name");

	if (zx__form_str(c, c->body, "", "name", 1, 80) &&
	    (strstr(name, "clyde") || strstr(name, "discord") ||
	     strstr(name, "Clyde") || strstr(name, "Discord")))
		zx__bad(c, "name", "USERNAME_INVALID_CONTAINS",
			"Username cannot contain \"discord\" or \"clyde\"");
}

static void check_avatar(struct zx__call *c)
{
	if (zx__some(c->body, "avatar") &&
	    !zx__image_ok(zx__str(c->body, "avatar")))
		zx__bad(c, "avatar", "IMAGE_INVALID", "Invalid image data");
}

static void changed(struct zx__call *c, struct zx__guild *g, uint64_t channel)
{
	zx__emit(c->w, g->id, "WEBHOOKS_UPDATE",
		 zx__dom("guild_id:I channel_id:I", g->id, channel));
}

static void make_token(struct zx__world *w, char out[69])
{
	static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqr"
				  "stuvwxyz0123456789_-";

	for (size_t i = 0; i < 68; i++)
		out[i] = set[zx__rand(w, sizeof(set) - 1)];
	out[68] = '\0';
}

void zx__create_webhook(struct zx__call *c)
{
	char token[69];
	uint64_t id;
	cJSON *have;
	int n;

	zx__form_required(c, c->body, "", "name");
	check_name(c);
	check_avatar(c);
	if (zx__form_failed(c))
		return;
	if (!c->guild || zx__int(c->channel, "type") == 4 ||
	    zx__is_thread(c->channel)) {
		zx__fail(c, 400, 50024,
			 "Cannot execute action on this channel type");
		return;
	}
	have = list_of(c, c->id[0]);
	n = cJSON_GetArraySize(have);
	cJSON_Delete(have);
	if (n >= PER_CHANNEL) {
		zx__fail(c, 400, 30007,
			 "Maximum number of webhooks reached (15)");
		return;
	}
	if (c->guild->webhooks.n >= PER_GUILD) {
		zx__fail(c, 400, 30058,
			 "Maximum number of webhooks per guild reached (1000)");
		return;
	}
	id = zx__world_new_id(c->w);
	make_token(c->w, token);
	zx__set_put(&c->guild->webhooks, id,
		    zx__dom("id:I type:i guild_id:I channel_id:I user:c name:c "
			    "avatar:o token:s application_id:I",
			    id, 1, c->guild->id, c->id[0],
			    zx__user(c->w, zx__actor(c->w)),
			    zx__get(c->body, "name"),
			    zx__image_hash(c->w, zx__get(c->body, "avatar")),
			    token, zx__actor(c->w)));
	zx__channel_remember(c->w, id, c->guild);
	if (c->w->actor)
		zx__dom_set(zx__set_get(&c->guild->webhooks, id),
			    "application_id:n");
	zx__audit(c, c->guild, 50, id,
		  zx__audit_diff(NULL, zx__set_get(&c->guild->webhooks, id),
				 "name type channel_id"),
		  NULL);
	changed(c, c->guild, c->id[0]);
	zx__reply(c, 200, shown(c, zx__set_get(&c->guild->webhooks, id), 1));
}

/* By id, and by token when the path has one ------------------------------- */

cJSON *zx__webhook_find(struct zx__call *c, struct zx__guild **g)
{
	const cJSON *made = zx__set_get(&c->w->made, c->id[0]);
	cJSON *hook;

	*g = made ? zx__guild_by_id(c->w, zx__dom_u64(made)) : NULL;
	hook = *g ? zx__set_get(&(*g)->webhooks, c->id[0]) : NULL;
	if (!hook) {
		zx__unknown(c, ZX__UNKNOWN_WEBHOOK);
		return NULL;
	}
	if (c->route->auth == ZX__AUTH_NONE &&
	    !zx_str_is(c->seg[1], zx__str(hook, "token"))) {
		zx__fail(c, 401, 50027, "Invalid Webhook Token");
		return NULL;
	}
	if (c->route->auth == ZX__AUTH_BOT &&
	    !(zx__perm_base(c->w, *g, zx__actor(c->w)) &
	      ZX__P_MANAGE_WEBHOOKS)) {
		zx__no_permission(c);
		return NULL;
	}
	return hook;
}

void zx__get_webhook(struct zx__call *c)
{
	struct zx__guild *g;
	const cJSON *hook = zx__webhook_find(c, &g);

	if (hook)
		zx__reply(c, 200,
			  shown(c, hook, c->route->auth == ZX__AUTH_BOT));
}

void zx__patch_webhook(struct zx__call *c)
{
	struct zx__guild *g;
	cJSON *hook = zx__webhook_find(c, &g);
	uint64_t channel;

	if (!hook)
		return;
	check_name(c);
	check_avatar(c);
	channel = zx__dom_id(c->body, "channel_id");
	if (channel && !zx__set_get(&g->channels, channel))
		zx__bad(c, "channel_id", "CHANNEL_INVALID", "Invalid channel");
	if (zx__form_failed(c))
		return;
	if (zx__some(c->body, "name"))
		zx__dom_set(hook, "name:c", zx__get(c->body, "name"));
	if (channel)
		zx__dom_set(hook, "channel_id:I", channel);
	if (zx__get(c->body, "avatar"))
		zx__dom_set(hook, "avatar:o",
			    zx__image_hash(c->w, zx__get(c->body, "avatar")));
	zx__audit(c, g, 51, c->id[0], NULL, NULL);
	changed(c, g, zx__dom_id(hook, "channel_id"));
	zx__reply(c, 200, shown(c, hook, c->route->auth == ZX__AUTH_BOT));
}

void zx__delete_webhook(struct zx__call *c)
{
	struct zx__guild *g;
	const cJSON *hook = zx__webhook_find(c, &g);
	uint64_t channel;

	if (!hook)
		return;
	channel = zx__dom_id(hook, "channel_id");
	zx__audit(c, g, 52, c->id[0], NULL, NULL);
	zx__set_del(&g->webhooks, c->id[0]);
	zx__set_del(&c->w->made, c->id[0]);
	changed(c, g, channel);
	zx__no_content(c);
}

/* Executing --------------------------------------------------------------- */

static cJSON *author(const cJSON *hook, const cJSON *body)
{
	const char *name = zx__some(body, "username")
				   ? zx__str(body, "username")
				   : zx__str(hook, "name");

	return zx__dom("id:c username:s avatar:c discriminator:s "
		       "public_flags:0 flags:0 bot:t global_name:n "
		       "primary_guild:n",
		       zx__get(hook, "id"), name, zx__get(hook, "avatar"),
		       "0000");
}

static int is_forum(const cJSON *ch)
{
	int type = zx__int(ch, "type");

	return type == 15 || type == 16;
}

/* The channel or thread the message goes to; NULL when the answer is given. */
static cJSON *place(struct zx__call *c, struct zx__guild *g, const cJSON *hook)
{
	cJSON *ch = zx__set_get(&g->channels, zx__dom_id(hook, "channel_id"));
	uint64_t thread = zx__query_id(c, "thread_id");
	const char *name = zx__str(c->body, "thread_name");
	cJSON *t = thread ? zx__set_get(&g->threads, thread) : NULL;

	if (!ch || (thread && (!t || zx__dom_id(t, "parent_id") !=
					     zx__dom_id(ch, "id")))) {
		zx__unknown(c, ZX__UNKNOWN_CHANNEL);
		return NULL;
	}
	if (is_forum(ch) && !thread && !*name)
		zx__fail(c, 400, 220001,
			 "Webhooks posted to forum channels must have a "
			 "thread_name or thread_id");
	else if (thread && *name)
		zx__fail(c, 400, 220002,
			 "Webhooks posted to forum channels cannot have both a "
			 "thread_name and thread_id");
	else if (!is_forum(ch) && *name)
		zx__fail(c, 400, 220003,
			 "Webhooks can only create threads in forum channels");
	if (c->res->status)
		return NULL;
	if (is_forum(ch) && !t) {
		c->guild = g;
		t = zx__thread_make(c, zx__world_new_id(c->w), ch, 11, name,
				    zx__actor(c->w));
		zx__emit(c->w, g->id, "THREAD_CREATE", zx__channel_out(t));
	}
	return t ? t : ch;
}

static void execute(struct zx__call *c, struct zx__guild *g, const cJSON *hook)
{
	cJSON *ch, *msg;
	struct zx__msg *m;

	zx__check_message(c, c->body, "", ZX__MSG_WEBHOOK, NULL);
	if (zx__form_failed(c) || c->res->status)
		return;
	ch = place(c, g, hook);
	if (!ch)
		return;
	msg = zx__msg_make(c->w, zx__world_new_id(c->w), zx__dom_id(ch, "id"),
			   zx__actor(c->w), "");
	zx__msg_fill(c, msg, c->body);
	zx__dom_set(msg, "webhook_id:c author:o flags:i", zx__get(hook, "id"),
		    author(hook, c->body), zx__int(msg, "flags") & ~(1 << 6));
	zx__msg_mentions(c->w, g, ch, msg,
			 zx__some(c->body, "allowed_mentions"), 1,
			 zx__actor(c->w));
	m = zx__msg_post(c->w, msg, 0);
	if (m)
		m->webhook = c->id[0];
	if (m && zx__query_true(c, "wait"))
		zx__reply(c, 200, zx__dup(m->dom));
	else
		zx__no_content(c);
}

void zx__execute_webhook(struct zx__call *c)
{
	struct zx__guild *g;
	const cJSON *hook;

	if (c->id[0] == zx__bot(c->w)) {
		zx__followup(c);
		return;
	}
	hook = zx__webhook_find(c, &g);
	if (hook)
		execute(c, g, hook);
}

/* Its messages ------------------------------------------------------------ */

static struct zx__msg *own_message(struct zx__call *c)
{
	struct zx__guild *g;
	uint64_t id = 0;
	struct zx__msg *m;

	if (c->id[0] == zx__bot(c->w))
		return zx__followup_find(c);
	if (!zx__webhook_find(c, &g))
		return NULL;
	m = zx_str_u64(c->seg[2], &id) == ZX_OK ? zx__msg_anywhere(c->w, id)
						: NULL;
	if (m && m->webhook == c->id[0])
		return m;
	zx__unknown(c, ZX__UNKNOWN_MESSAGE);
	return NULL;
}

void zx__get_webhook_message(struct zx__call *c)
{
	const struct zx__msg *m = own_message(c);

	if (m)
		zx__reply(c, 200, zx__dup(m->dom));
}

void zx__patch_webhook_message(struct zx__call *c)
{
	struct zx__msg *m = own_message(c);

	if (!m)
		return;
	zx__check_message(c, c->body, "", ZX__MSG_EDIT | ZX__MSG_WEBHOOK,
			  m->dom);
	if (zx__form_failed(c) || c->res->status)
		return;
	zx__followup_edit(c, m, c->body);
	zx__reply(c, 200, zx__dup(m->dom));
}

void zx__delete_webhook_message(struct zx__call *c)
{
	struct zx__msg *m = own_message(c);

	if (!m)
		return;
	zx__msg_remove(c->w, zx__dom_id(m->dom, "channel_id"), m->id, 0);
	zx__no_content(c);
}
