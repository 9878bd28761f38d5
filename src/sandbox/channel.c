/* SPDX-License-Identifier: MIT
 *
 * Channels: finding, making, changing and moving them.
 */
#include <stdlib.h>

#include "sandbox/rest.h"

enum { MAX_CHANNELS = 500, MAX_CHILDREN = 50 };

int zx__is_thread(const cJSON *channel)
{
	int type = zx__int(channel, "type");

	return type >= 10 && type <= 12;
}

int zx__is_text(const cJSON *channel)
{
	int type = zx__int(channel, "type");

	return type != 4 && type != 14 && type != 15 && type != 16;
}

cJSON *zx__channel_out(const cJSON *channel)
{
	cJSON *o = zx__dup(channel);

	zx__drop(o, "_members");
	return o;
}

void zx__channel_remember(struct zx__world *w, uint64_t id, struct zx__guild *g)
{
	zx__set_put(&w->made, id, zx__id_string(g->id));
}

static cJSON *in_guild(struct zx__guild *g, uint64_t id)
{
	cJSON *ch = zx__set_get(&g->channels, id);

	return ch ? ch : zx__set_get(&g->threads, id);
}

cJSON *zx__channel_find(struct zx__world *w, uint64_t id, struct zx__guild **g)
{
	const cJSON *made = zx__set_get(&w->made, id);
	size_t i = zx__seed_index(w, id);

	*g = NULL;
	if (made)
		*g = zx__guild_by_id(w, zx__dom_u64(made));
	else if (i != SIZE_MAX)
		*g = zx__guild_at(w, i);
	if (*g && in_guild(*g, id))
		return in_guild(*g, id);
	*g = NULL;
	return zx__set_get(&w->dms, id);
}

/* What the types have beside the common fields. */
static void typed_fields(cJSON *ch, int type)
{
	if (type == 4 || type == 14)
		return;
	zx__dom_set(ch, "last_message_id:n rate_limit_per_user:0");
	if (type == 2 || type == 13)
		zx__dom_set(ch,
			    "bitrate:i user_limit:0 rtc_region:n "
			    "video_quality_mode:i topic:n",
			    64000, 1);
	else
		zx__dom_set(ch, "topic:n last_pin_timestamp:n "
				"default_thread_rate_limit_per_user:0");
	if (type == 15 || type == 16) {
		zx__dom_set(ch, "available_tags:a default_reaction_emoji:n "
				"default_sort_order:n default_forum_layout:0");
		zx__drop(ch, "last_pin_timestamp");
	}
}

cJSON *zx__channel_make(uint64_t id, uint64_t guild, int type, const char *name,
			uint64_t parent, int position)
{
	cJSON *ch = zx__dom("id:I type:i guild_id:I name:s position:i flags:0 "
			    "parent_id:n permission_overwrites:a nsfw:f",
			    id, type, guild, name, position);

	if (parent)
		zx__dom_set(ch, "parent_id:I", parent);
	typed_fields(ch, type);
	return ch;
}

/* Reading ----------------------------------------------------------------- */

void zx__list_channels(struct zx__call *c)
{
	zx__reply(c, 200, zx__set_array(&c->guild->channels));
}

void zx__get_channel(struct zx__call *c)
{
	zx__reply(c, 200, zx__channel_out(c->channel));
}

/* Creating ---------------------------------------------------------------- */

static int last_position(struct zx__guild *g, int voice)
{
	int last = -1;

	for (size_t i = 0; i < g->channels.n; i++) {
		const cJSON *ch = g->channels.v[i].dom;
		int type = zx__int(ch, "type");

		if ((type == 2 || type == 13) == voice &&
		    zx__int(ch, "position") > last)
			last = zx__int(ch, "position");
	}
	return last;
}

static size_t children(struct zx__guild *g, uint64_t parent)
{
	size_t n = 0;

	for (size_t i = 0; i < g->channels.n; i++)
		n += zx__dom_id(g->channels.v[i].dom, "parent_id") == parent;
	return n;
}

/* The parent a body names must be a category with room. */
static void check_parent(struct zx__call *c, const cJSON *body, int type)
{
	uint64_t parent = zx__dom_id(body, "parent_id");
	const cJSON *cat = zx__set_get(&c->guild->channels, parent);

	if (!zx__some(body, "parent_id"))
		return;
	if (!cat || zx__int(cat, "type") != 4)
		zx__bad(c, "parent_id", "CHANNEL_PARENT_INVALID_TYPE",
			"Not a category");
	else if (type == 4)
		zx__bad(c, "parent_id", "CHANNEL_PARENT_INVALID",
			"Categories cannot have subcategories");
	else if (children(c->guild, parent) >= MAX_CHILDREN &&
		 zx__dom_id(c->channel, "parent_id") != parent)
		zx__bad(c, "parent_id", "CHANNEL_PARENT_MAX_CHANNELS",
			"Maximum number of channels in category reached "
			"(50)");
}

static int type_refused(struct zx__call *c, int type)
{
	if (type == 14 || (type == 5 && !zx__guild_has(c->guild, "NEWS")) ||
	    ((type == 13 || type == 15) &&
	     !zx__guild_has(c->guild, "COMMUNITY"))) {
		zx__fail(c, 400, 50024,
			 "Cannot execute action on this channel type");
		return 1;
	}
	return 0;
}

static void check_create(struct zx__call *c, int type)
{
	static const int types[] = { 0, 2, 4, 5, 13, 14, 15 };

	zx__form_required(c, c->body, "", "name");
	zx__form_one_of(c, c->body, "", "type", types, 7);
	zx__channel_check(c, type);
	check_parent(c, c->body, type);
}

void zx__create_channel(struct zx__call *c)
{
	int type = zx__int(c->body, "type");
	uint64_t id, parent = zx__dom_id(c->body, "parent_id");
	cJSON *over, *ch;

	/* Documented for PATCH only. */
	zx__drop(c->body, "flags");
	check_create(c, type);
	over = zx__overwrites(c, zx__some(c->body, "permission_overwrites"));
	if (zx__form_failed(c) || !over || type_refused(c, type)) {
		cJSON_Delete(over);
		return;
	}
	if (c->guild->channels.n >= MAX_CHANNELS) {
		cJSON_Delete(over);
		zx__fail(c, 400, 30013,
			 "Maximum number of guild channels reached (500)");
		return;
	}
	id = zx__world_new_id(c->w);
	ch = zx__channel_make(id, c->guild->id, type, "", parent,
			      last_position(c->guild, type == 2 || type == 13) +
				      1);
	/* With no overwrite of its own, not even one that changes nothing, it
	 * has those of its category. */
	if (parent && !over->child)
		zx__dom_set(ch, "permission_overwrites:c",
			    zx__get(zx__set_get(&c->guild->channels, parent),
				    "permission_overwrites"));
	else
		zx__dom_set(ch, "permission_overwrites:c", over);
	cJSON_Delete(over);
	zx__set_put(&c->guild->channels, id, ch);
	zx__channel_remember(c->w, id, c->guild);
	zx__channel_apply(c, ch);
	zx__audit(c, c->guild, 10, id,
		  zx__audit_diff(NULL, ch,
				 "name type topic nsfw "
				 "rate_limit_per_user bitrate"),
		  NULL);
	zx__emit(c->w, c->guild->id, "CHANNEL_CREATE", zx__channel_out(ch));
	zx__guild_touched(c->w, c->guild);
	zx__reply(c, 201, zx__channel_out(ch));
}

/* Changing ---------------------------------------------------------------- */

static const char *const audited =
	"name type topic nsfw rate_limit_per_user bitrate user_limit "
	"position parent_id default_auto_archive_duration flags";

/* Only text and announcement channels turn into each other. */
static int conversion_refused(struct zx__call *c)
{
	int from = zx__int(c->channel, "type"), to;

	if (!zx__some(c->body, "type"))
		return 0;
	to = zx__int(c->body, "type");
	if (from == to)
		return 0;
	if ((from != 0 && from != 5) || (to != 0 && to != 5))
		zx__bad(c, "type", "BASE_TYPE_CHOICES",
			"Value must be one of {0, 5}.");
	if (zx__form_failed(c))
		return 1;
	return type_refused(c, to);
}

/* Two names or topics in ten minutes. */
static int renamed_too_often(struct zx__call *c)
{
	static const char *const keys[] = { "name", "topic" };
	int changes = 0;

	for (size_t i = 0; i < 2; i++)
		changes |= zx__some(c->body, keys[i]) &&
			   strcmp(zx__str(c->body, keys[i]),
				  zx__str(c->channel, keys[i]));
	return changes && zx__subrate(c, "rename", 2, 600000);
}

static void patch_guild_channel(struct zx__call *c)
{
	cJSON *over = NULL, *before;
	const cJSON *given = zx__some(c->body, "permission_overwrites");

	zx__channel_check(c, zx__int(c->channel, "type"));
	check_parent(c, c->body, zx__int(c->channel, "type"));
	if (given)
		over = zx__overwrites(c, given);
	if (zx__form_failed(c) || (given && !over) || conversion_refused(c) ||
	    renamed_too_often(c)) {
		cJSON_Delete(over);
		return;
	}
	before = zx__dup(c->channel);
	if (over)
		zx__dom_set(c->channel, "permission_overwrites:o", over);
	if (zx__some(c->body, "type"))
		zx__dom_set(c->channel, "type:i", zx__int(c->body, "type"));
	if (over)
		zx__overwrites_sync(c,
				    zx__get(before, "permission_overwrites"));
	zx__channel_apply(c, c->channel);
	zx__audit(c, c->guild, 11, zx__dom_id(c->channel, "id"),
		  zx__audit_diff(before, c->channel, audited), NULL);
	cJSON_Delete(before);
	zx__emit(c->w, c->guild->id, "CHANNEL_UPDATE",
		 zx__channel_out(c->channel));
	zx__guild_touched(c->w, c->guild);
	zx__reply(c, 200, zx__channel_out(c->channel));
}

void zx__patch_channel(struct zx__call *c)
{
	uint64_t bits;

	if (!c->guild) {
		zx__fail(c, 403, 50003,
			 "Cannot execute action on a DM channel");
		return;
	}
	bits = zx__perm_in(c->w, c->guild, c->channel, zx__actor(c->w));
	if (zx__is_thread(c->channel)) {
		zx__patch_thread(c);
		return;
	}
	if (!(bits & ZX__P_MANAGE_CHANNELS) ||
	    (zx__some(c->body, "permission_overwrites") &&
	     !(bits & ZX__P_MANAGE_ROLES)))
		zx__no_permission(c);
	else
		patch_guild_channel(c);
}

/* Moving ------------------------------------------------------------------ */

static void check_moves(struct zx__call *c)
{
	char at[ZX__AT_SIZE];
	int i = 0, parents = 0;
	const cJSON *ch;

	if (!cJSON_IsArray(c->body)) {
		zx__bad(c, "", "LIST_TYPE_CONVERT",
			"Only iterables may be used in a ListType");
		return;
	}
	ZX__EACH(move, c->body)
	{
		zx__at_i(at, "", i++);
		zx__form_required(c, move, at, "id");
		zx__form_int(c, move, at, "position", 0, 2147483647);
		ch = zx__set_get(&c->guild->channels, zx__dom_id(move, "id"));
		parents += zx__get(move, "parent_id") &&
			   zx__dom_id(ch, "parent_id") !=
				   zx__dom_id(move, "parent_id");
	}
	if (c->errors)
		return;
	if (parents > 1)
		zx__fail(c, 400, 40009,
			 "Only one parent_id may be changed in one request");
}

static int move_refused(struct zx__call *c, const cJSON *move)
{
	uint64_t id = zx__dom_id(move, "id");

	c->channel = zx__set_get(&c->guild->channels, id);
	if (!c->channel) {
		zx__unknown(c, ZX__UNKNOWN_CHANNEL);
		return 1;
	}
	check_parent(c, move, zx__int(c->channel, "type"));
	return zx__form_failed(c);
}

static void move_one(struct zx__call *c, cJSON *ch, const cJSON *move)
{
	cJSON *before = zx__dup(ch);

	if (zx__some(move, "position"))
		zx__dom_set(ch, "position:i", zx__int(move, "position"));
	if (zx__get(move, "parent_id")) {
		cJSON *parent = zx__set_get(&c->guild->channels,
					    zx__dom_id(move, "parent_id"));

		zx__dom_set(ch, "parent_id:c", zx__get(move, "parent_id"));
		if (parent && zx__true(move, "lock_permissions"))
			zx__dom_set(ch, "permission_overwrites:c",
				    zx__get(parent, "permission_overwrites"));
	}
	if (!cJSON_Compare(before, ch, 1)) {
		if (zx__int(before, "position") == zx__int(ch, "position") ||
		    zx__dom_id(before, "parent_id") !=
			    zx__dom_id(ch, "parent_id"))
			zx__audit(c, c->guild, 11, zx__dom_id(ch, "id"),
				  zx__audit_diff(before, ch, "parent_id"),
				  NULL);
		zx__emit(c->w, c->guild->id, "CHANNEL_UPDATE",
			 zx__channel_out(ch));
	}
	cJSON_Delete(before);
}

void zx__move_channels(struct zx__call *c)
{
	check_moves(c);
	if (zx__form_failed(c) || c->res->status)
		return;
	ZX__EACH(move, c->body)
	if (move_refused(c, move))
		return;
	ZX__EACH(move, c->body)
	move_one(c, zx__set_get(&c->guild->channels, zx__dom_id(move, "id")),
		 move);
	zx__guild_touched(c->w, c->guild);
	zx__no_content(c);
}
