/* SPDX-License-Identifier: MIT
 *
 * Threads: in text channels, from messages, as posts of forums.
 */
#include <stdlib.h>

#include "sandbox/rest.h"

static uint64_t own_bits(struct zx__call *c)
{
	return zx__perm_in(c->w, c->guild, c->channel, zx__actor(c->w));
}

static cJSON *thread_member(struct zx__world *w, uint64_t thread, uint64_t user)
{
	return zx__dom("id:I user_id:I join_timestamp:T flags:0", thread, user,
		       zx__wall(w));
}

static void check(struct zx__call *c)
{
	static const int archive[] = { 60, 1440, 4320, 10080 };

	zx__form_required(c, c->body, "", "name");
	zx__form_str(c, c->body, "", "name", 1, 100);
	zx__form_one_of(c, c->body, "", "auto_archive_duration", archive, 4);
	zx__form_int(c, c->body, "", "rate_limit_per_user", 0, 21600);
	zx__form_array(c, c->body, "", "applied_tags", 0, 5);
}

cJSON *zx__thread_make(struct zx__call *c, uint64_t id, cJSON *parent, int type,
		       const char *name, uint64_t starter)
{
	int minutes = zx__some(c->body, "auto_archive_duration")
			      ? zx__int(c->body, "auto_archive_duration")
			      : 1440;
	cJSON *t = zx__dom(
		"id:I type:i guild_id:I parent_id:c owner_id:I name:s "
		"last_message_id:n rate_limit_per_user:i flags:0 "
		"message_count:0 member_count:i total_message_sent:0 "
		"applied_tags:o thread_metadata:o _members:a",
		id, type, c->guild->id, zx__get(parent, "id"), starter, name,
		zx__int(c->body, "rate_limit_per_user"), 1,
		zx__some(c->body, "applied_tags")
			? zx__dup(zx__get(c->body, "applied_tags"))
			: cJSON_CreateArray(),
		zx__dom("archived:f archive_timestamp:T "
			"auto_archive_duration:i locked:f create_timestamp:T",
			zx__wall(c->w), minutes, zx__wall(c->w)));

	if (type == 12)
		zx__dom_set(zx__get_mut(t, "thread_metadata"), "invitable:b",
			    !cJSON_IsFalse(zx__get(c->body, "invitable")));
	cJSON_AddItemToArray(zx__get_mut(t, "_members"),
			     zx__id_string(starter));
	zx__set_put(&c->guild->threads, id, t);
	zx__channel_remember(c->w, id, c->guild);
	return t;
}

static void created(struct zx__call *c, cJSON *t)
{
	cJSON *d = zx__channel_out(t);

	zx__dom_set(d, "newly_created:t member:o",
		    thread_member(c->w, zx__dom_id(t, "id"), zx__actor(c->w)));
	zx__emit(c->w, c->guild->id, "THREAD_CREATE", d);
	zx__audit(c, c->guild, 110, zx__dom_id(t, "id"),
		  zx__audit_diff(NULL, t, "name type"), NULL);
	zx__guild_touched(c->w, c->guild);
}

static cJSON *with_me(struct zx__call *c, cJSON *t)
{
	cJSON *o = zx__channel_out(t);

	zx__dom_set(o, "member:o",
		    thread_member(c->w, zx__dom_id(t, "id"), zx__actor(c->w)));
	return o;
}

void zx__thread_from_message(struct zx__call *c)
{
	int type = zx__int(c->channel, "type");
	struct zx__msg *m;
	cJSON *t;

	check(c);
	if (zx__form_failed(c))
		return;
	m = zx__msg_asked(c);
	if (!m)
		return;
	if (type != 0 && type != 5) {
		zx__fail(c, 400, 50024,
			 "Cannot execute action on this channel type");
		return;
	}
	if (zx__set_get(&c->guild->threads, m->id)) {
		zx__fail(c, 400, 160004,
			 "A thread has already been created for this message");
		return;
	}
	t = zx__thread_make(c, m->id, c->channel, type == 5 ? 10 : 11,
			    zx__str(c->body, "name"), zx__actor(c->w));
	created(c, t);
	zx__dom_set(m->dom, "flags:i thread:o",
		    zx__int(m->dom, "flags") | 1 << 5, zx__channel_out(t));
	zx__msg_announce(c->w, m, "MESSAGE_UPDATE");
	zx__reply(c, 201, with_me(c, t));
}

/* A post: a thread and its first message in one. */
static void forum_post(struct zx__call *c)
{
	const cJSON *body = zx__get(c->body, "message");
	uint64_t id;
	cJSON *t, *msg, *out;
	struct zx__msg *m;

	check(c);
	zx__form_required(c, c->body, "", "message");
	if (body)
		zx__check_message(c, body, "message", 0, NULL);
	if (zx__form_failed(c) || c->res->status)
		return;
	if (!(own_bits(c) & ZX__P_SEND)) {
		zx__no_permission(c);
		return;
	}
	id = zx__world_new_id(c->w);
	t = zx__thread_make(c, id, c->channel, 11, zx__str(c->body, "name"),
			    zx__actor(c->w));
	created(c, t);
	zx__dom_set(c->channel, "last_message_id:I", id);
	msg = zx__msg_make(c->w, id, id, zx__actor(c->w), "");
	zx__msg_fill(c, msg, body);
	zx__msg_mentions(c->w, c->guild, t, msg,
			 zx__some(body, "allowed_mentions"), 0,
			 zx__actor(c->w));
	m = zx__msg_post(c->w, msg, 0);
	out = with_me(c, t);
	if (m)
		zx__dom_set(out, "message:o", zx__msg_out(c->w, m));
	zx__reply(c, 201, out);
}

void zx__create_thread(struct zx__call *c)
{
	int type = zx__some(c->body, "type") ? zx__int(c->body, "type") : 12;
	int in = zx__int(c->channel, "type");
	uint64_t need = type == 12 ? ZX__P_CREATE_PRIVATE_THREADS
				   : ZX__P_CREATE_PUBLIC_THREADS;
	cJSON *t;

	if (in == 15 || in == 16) {
		forum_post(c);
		return;
	}
	check(c);
	zx__form_int(c, c->body, "", "type", 10, 12);
	if (zx__form_failed(c))
		return;
	if ((in != 0 && in != 5) || (in == 5) != (type == 10)) {
		zx__fail(c, 400, 50024,
			 "Cannot execute action on this channel type");
		return;
	}
	if (!(own_bits(c) & need)) {
		zx__no_permission(c);
		return;
	}
	t = zx__thread_make(c, zx__world_new_id(c->w), c->channel, type,
			    zx__str(c->body, "name"), zx__actor(c->w));
	created(c, t);
	zx__reply(c, 201, with_me(c, t));
}

/* Changing, called by the channel's routes -------------------------------- */

static int mine(struct zx__call *c)
{
	return zx__dom_id(c->channel, "owner_id") == zx__actor(c->w);
}

static void apply(struct zx__call *c)
{
	cJSON *meta = zx__get_mut(c->channel, "thread_metadata");
	static const char *const flags[] = { "archived", "locked",
					     "invitable" };

	if (zx__some(c->body, "name"))
		zx__dom_set(c->channel, "name:c", zx__get(c->body, "name"));
	if (zx__some(c->body, "rate_limit_per_user"))
		zx__dom_set(c->channel, "rate_limit_per_user:i",
			    zx__int(c->body, "rate_limit_per_user"));
	if (zx__some(c->body, "applied_tags"))
		zx__dom_set(c->channel, "applied_tags:c",
			    zx__get(c->body, "applied_tags"));
	if (zx__some(c->body, "flags"))
		zx__dom_set(c->channel, "flags:i", zx__int(c->body, "flags"));
	if (zx__some(c->body, "auto_archive_duration"))
		zx__dom_set(meta, "auto_archive_duration:i",
			    zx__int(c->body, "auto_archive_duration"));
	for (size_t i = 0; i < 3; i++)
		if (zx__some(c->body, flags[i])) {
			cJSON_DeleteItemFromObjectCaseSensitive(meta, flags[i]);
			cJSON_AddBoolToObject(meta, flags[i],
					      zx__true(c->body, flags[i]));
		}
	if (zx__some(c->body, "archived"))
		zx__dom_set(meta, "archive_timestamp:T", zx__wall(c->w));
}

void zx__patch_thread(struct zx__call *c)
{
	static const int archive[] = { 60, 1440, 4320, 10080 };
	cJSON *before;

	if (!mine(c) && !(own_bits(c) & ZX__P_MANAGE_THREADS)) {
		zx__no_permission(c);
		return;
	}
	zx__form_str(c, c->body, "", "name", 1, 100);
	zx__form_one_of(c, c->body, "", "auto_archive_duration", archive, 4);
	zx__form_int(c, c->body, "", "rate_limit_per_user", 0, 21600);
	zx__form_array(c, c->body, "", "applied_tags", 0, 5);
	if (zx__form_failed(c))
		return;
	before = zx__dup(c->channel);
	apply(c);
	zx__audit(
		c, c->guild, 111, c->id[0],
		zx__audit_diff(before, c->channel, "name rate_limit_per_user"),
		NULL);
	cJSON_Delete(before);
	zx__emit(c->w, c->guild->id, "THREAD_UPDATE",
		 zx__channel_out(c->channel));
	zx__guild_touched(c->w, c->guild);
	zx__reply(c, 200, zx__channel_out(c->channel));
}

void zx__delete_thread(struct zx__call *c)
{
	cJSON *out;

	if (!(own_bits(c) & ZX__P_MANAGE_THREADS)) {
		zx__no_permission(c);
		return;
	}
	out = zx__channel_out(c->channel);
	zx__audit(c, c->guild, 112, c->id[0],
		  zx__audit_diff(c->channel, NULL, "name type"), NULL);
	zx__set_del(&c->guild->threads, c->id[0]);
	zx__set_del(&c->w->made, c->id[0]);
	c->channel = NULL;
	zx__emit(c->w, c->guild->id, "THREAD_DELETE",
		 zx__pick(out, "id guild_id parent_id type"));
	zx__guild_touched(c->w, c->guild);
	zx__reply(c, 200, out);
}

/* Lists ------------------------------------------------------------------- */

static cJSON *list_of(struct zx__call *c, uint64_t parent, int archived)
{
	cJSON *threads = cJSON_CreateArray(), *members = cJSON_CreateArray();

	for (size_t i = 0; i < c->guild->threads.n; i++) {
		cJSON *t = c->guild->threads.v[i].dom;
		uint64_t id = c->guild->threads.v[i].id;

		if ((parent && zx__dom_id(t, "parent_id") != parent) ||
		    zx__true(zx__get(t, "thread_metadata"), "archived") !=
			    archived ||
		    !(zx__perm_in(c->w, c->guild, t, zx__actor(c->w)) &
		      ZX__P_VIEW))
			continue;
		cJSON_AddItemToArray(threads, zx__channel_out(t));
		if (zx__ids_have(zx__get(t, "_members"), zx__actor(c->w)))
			cJSON_AddItemToArray(
				members,
				thread_member(c->w, id, zx__actor(c->w)));
	}
	return zx__dom("threads:o members:o has_more:f", threads, members);
}

void zx__active_threads(struct zx__call *c)
{
	zx__reply(c, 200, list_of(c, 0, 0));
}

void zx__archived_threads(struct zx__call *c)
{
	zx__reply(c, 200, list_of(c, c->id[0], 1));
}

/* Members ----------------------------------------------------------------- */

static int is_thread(struct zx__call *c)
{
	if (zx__is_thread(c->channel))
		return 1;
	zx__fail(c, 400, 50024, "Cannot execute action on this channel type");
	return 0;
}

static void set_member(struct zx__call *c, uint64_t user, int in)
{
	cJSON *list = zx__get_mut(c->channel, "_members"), *d, *changed;

	if (!zx__member(c->guild, user)) {
		zx__unknown(c, ZX__UNKNOWN_MEMBER);
		return;
	}
	zx__no_content(c);
	if (zx__ids_have(list, user) == in)
		return;
	if (in)
		cJSON_AddItemToArray(list, zx__id_string(user));
	else
		zx__ids_remove(list, user);
	zx__dom_set(c->channel, "member_count:i", cJSON_GetArraySize(list));
	changed = cJSON_CreateArray();
	cJSON_AddItemToArray(changed, in ? thread_member(c->w, c->id[0], user)
					 : zx__id_string(user));
	d = zx__dom("id:I guild_id:I member_count:i", c->id[0], c->guild->id,
		    cJSON_GetArraySize(list));
	cJSON_AddItemToObject(d, in ? "added_members" : "removed_member_ids",
			      changed);
	zx__emit(c->w, c->guild->id, "THREAD_MEMBERS_UPDATE", d);
}

void zx__join_thread(struct zx__call *c)
{
	if (is_thread(c))
		set_member(c, zx__actor(c->w), 1);
}

void zx__leave_thread(struct zx__call *c)
{
	if (is_thread(c))
		set_member(c, zx__actor(c->w), 0);
}

void zx__add_thread_member(struct zx__call *c)
{
	if (is_thread(c))
		set_member(c, c->id[1], 1);
}

void zx__remove_thread_member(struct zx__call *c)
{
	if (!is_thread(c))
		return;
	if (mine(c) || (own_bits(c) & ZX__P_MANAGE_THREADS))
		set_member(c, c->id[1], 0);
	else
		zx__no_permission(c);
}

void zx__list_thread_members(struct zx__call *c)
{
	cJSON *list;

	if (!is_thread(c))
		return;
	list = cJSON_CreateArray();
	ZX__EACH(id, zx__get(c->channel, "_members"))
	cJSON_AddItemToArray(list,
			     thread_member(c->w, c->id[0], zx__dom_u64(id)));
	zx__reply(c, 200, list);
}
