/* SPDX-License-Identifier: MIT
 *
 * Application commands, global and of servers.
 */
#include <stdlib.h>

#include "sandbox/rest.h"

enum { DAILY_CREATES = 200 };
#define DAY_MS UINT64_C(86400000)

static int in_scope(const cJSON *cmd, uint64_t guild)
{
	return zx__dom_id(cmd, "guild_id") == guild;
}

/* The scope is the guild of the path, or 0. */
static uint64_t scope(const struct zx__call *c)
{
	return c->guild ? c->guild->id : 0;
}

static int not_ours(struct zx__call *c)
{
	if (c->id[0] == zx__bot(c->w))
		return 0;
	zx__fail(c, 403, 20012,
		 "You are not authorized to perform this action on this "
		 "application");
	return 1;
}

/* Normal form ------------------------------------------------------------- */

static void add_some(cJSON *out, const cJSON *from, const char *key)
{
	const cJSON *v = zx__some(from, key);

	if (v && !cJSON_IsFalse(v))
		cJSON_AddItemToObject(out, key, zx__dup(v));
}

static cJSON *options_out(const cJSON *list)
{
	static const char *const kept[] = {
		"name_localizations", "description_localizations",
		"required",	      "choices",
		"autocomplete",	      "min_value",
		"max_value",	      "min_length",
		"max_length",	      "channel_types"
	};
	cJSON *out = cJSON_CreateArray();

	ZX__EACH(o, list)
	{
		cJSON *n = zx__pick(o, "type name description");
		const cJSON *inner = zx__some(o, "options");

		for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++)
			add_some(n, o, kept[i]);
		if (zx__get(n, "choices") && !zx__get(n, "choices")->child)
			zx__drop(n, "choices");
		if (inner && inner->child)
			zx__dom_set(n, "options:o", options_out(inner));
		cJSON_AddItemToArray(out, n);
	}
	return out;
}

static cJSON *bits_out(const cJSON *v)
{
	return v && !cJSON_IsNull(v) ? zx__id_string(zx__dom_u64(v))
				     : cJSON_CreateNull();
}

static cJSON *guild_install(void)
{
	cJSON *list = cJSON_CreateArray();

	cJSON_AddItemToArray(list, cJSON_CreateNumber(0));
	return list;
}

static cJSON *normal(struct zx__call *c, const cJSON *body)
{
	int type = zx__some(body, "type") ? zx__int(body, "type") : 1;
	cJSON *cmd = zx__dom(
		"application_id:I default_member_permissions:o type:i name:c "
		"name_localizations:c description:s "
		"description_localizations:c dm_permission:b contexts:c "
		"integration_types:o nsfw:b",
		zx__bot(c->w),
		bits_out(zx__get(body, "default_member_permissions")), type,
		zx__get(body, "name"), zx__get(body, "name_localizations"),
		zx__str(body, "description"),
		zx__get(body, "description_localizations"),
		!cJSON_IsFalse(zx__get(body, "dm_permission")),
		zx__get(body, "contexts"),
		zx__some(body, "integration_types")
			? zx__dup(zx__get(body, "integration_types"))
			: guild_install(),
		zx__true(body, "nsfw"));

	if (zx__some(body, "options") && zx__get(body, "options")->child)
		zx__dom_set(cmd, "options:o",
			    options_out(zx__get(body, "options")));
	if (scope(c))
		zx__dom_set(cmd, "guild_id:I", scope(c));
	return cmd;
}

/* Keeping ----------------------------------------------------------------- */

/* 200 creates per day and scope: 0 when they are used up, with the answer. */
static int may_create(struct zx__call *c, unsigned n)
{
	uint64_t *day = c->guild ? &c->guild->creates_day : &c->w->creates_day;
	unsigned *used = c->guild ? &c->guild->creates : &c->w->creates;

	if (!*used || c->w->now - *day >= DAY_MS) {
		*day = c->w->now;
		*used = 0;
	}
	if (*used + n > DAILY_CREATES) {
		zx__fail(c, 400, 30034,
			 "Max number of daily application command creates has "
			 "been reached (200)");
		return 0;
	}
	*used += n;
	return 1;
}

/* Takes cmd; keeps id and version of an equal one. */
static cJSON *keep(struct zx__call *c, cJSON *old, cJSON *cmd)
{
	uint64_t id = old ? zx__dom_id(old, "id") : zx__world_new_id(c->w);

	zx__dom_set(cmd, "id:I version:I", id,
		    old ? zx__dom_id(old, "version") : zx__world_new_id(c->w));
	if (old && cJSON_Compare(old, cmd, 1)) {
		cJSON_Delete(cmd);
		return old;
	}
	if (old)
		zx__dom_set(cmd, "version:I", zx__world_new_id(c->w));
	return zx__set_put(&c->w->commands, id, cmd);
}

static int too_many(struct zx__call *c, int type)
{
	int n = 0, max = type == 1 ? 100 : type == 4 ? 1 : 15;

	for (size_t i = 0; i < c->w->commands.n; i++)
		n += in_scope(c->w->commands.v[i].dom, scope(c)) &&
		     zx__int(c->w->commands.v[i].dom, "type") == type;
	if (n < max)
		return 0;
	zx__fail(c, 400, 30032,
		 "Maximum number of application commands reached (100)");
	return 1;
}

/* Routes ------------------------------------------------------------------ */

static cJSON *shown(struct zx__call *c, const cJSON *cmd)
{
	cJSON *o = zx__dup(cmd);

	if (!zx__query_true(c, "with_localizations") &&
	    !strcmp(c->req->method, "GET"))
		zx__drop(o, "name_localizations description_localizations");
	return o;
}

static cJSON *list_of(struct zx__call *c)
{
	cJSON *list = cJSON_CreateArray();

	for (size_t i = 0; i < c->w->commands.n; i++)
		if (in_scope(c->w->commands.v[i].dom, scope(c)))
			cJSON_AddItemToArray(list,
					     shown(c, c->w->commands.v[i].dom));
	return list;
}

void zx__list_commands(struct zx__call *c)
{
	if (!not_ours(c))
		zx__reply(c, 200, list_of(c));
}

void zx__create_command(struct zx__call *c)
{
	int type = zx__some(c->body, "type") ? zx__int(c->body, "type") : 1;
	cJSON *old, *cmd;

	if (not_ours(c))
		return;
	zx__command_check(c, c->body, "", 0);
	if (zx__form_failed(c))
		return;
	old = zx__command_in(c->w, scope(c), zx__str(c->body, "name"), type);
	if (!old && (too_many(c, type) || !may_create(c, 1)))
		return;
	cmd = keep(c, old, normal(c, c->body));
	zx__commands_changed(c->w);
	zx__reply(c, old ? 200 : 201, shown(c, cmd));
}

static void check_all(struct zx__call *c)
{
	int counts[5] = { 0 }, i = 0;
	char at[ZX__AT_SIZE];

	if (!cJSON_IsArray(c->body))
		zx__bad(c, "", "LIST_TYPE_CONVERT",
			"Only iterables may be used in a ListType");
	ZX__EACH(cmd, c->body)
	{
		int type = zx__some(cmd, "type") ? zx__int(cmd, "type") : 1;

		zx__at_i(at, "", i++);
		zx__command_check(c, cmd, at, 0);
		if (type >= 1 && type <= 4)
			counts[type]++;
		for (const cJSON *p = c->body->child; p != cmd; p = p->next)
			if (!strcmp(zx__str(p, "name"), zx__str(cmd, "name")) &&
			    (zx__some(p, "type") ? zx__int(p, "type") : 1) ==
				    type)
				zx__bad(c, at,
					"APPLICATION_COMMANDS_DUPLICATE_NAME",
					"Application command names must be "
					"unique");
	}
	if (zx__form_failed(c))
		return;
	if (counts[1] > 100 || counts[2] > 15 || counts[3] > 15 ||
	    counts[4] > 1)
		zx__fail(c, 400, 30032,
			 "Maximum number of application commands reached "
			 "(100)");
}

static unsigned new_ones(struct zx__call *c)
{
	unsigned n = 0;

	ZX__EACH(cmd, c->body)
	n += !zx__command_in(c->w, scope(c), zx__str(cmd, "name"),
			     zx__some(cmd, "type") ? zx__int(cmd, "type") : 1);
	return n;
}

static void drop_missing(struct zx__call *c, const cJSON *kept)
{
	for (size_t i = c->w->commands.n; i > 0; i--) {
		const struct zx__item *item = &c->w->commands.v[i - 1];

		if (in_scope(item->dom, scope(c)) &&
		    !zx__ids_have(kept, item->id))
			zx__set_del(&c->w->commands, item->id);
	}
}

void zx__put_commands(struct zx__call *c)
{
	cJSON *kept;

	if (not_ours(c))
		return;
	check_all(c);
	if (c->res->status || !may_create(c, new_ones(c)))
		return;
	kept = cJSON_CreateArray();
	ZX__EACH(body, c->body)
	{
		cJSON *cmd = normal(c, body);
		cJSON *old =
			zx__command_in(c->w, scope(c), zx__str(cmd, "name"),
				       zx__int(cmd, "type"));

		cmd = keep(c, old, cmd);
		cJSON_AddItemToArray(kept,
				     zx__id_string(zx__dom_id(cmd, "id")));
	}
	drop_missing(c, kept);
	cJSON_Delete(kept);
	zx__commands_changed(c->w);
	zx__reply(c, 200, list_of(c));
}

/* The command of the path: the last parameter, in its scope. */
static cJSON *asked(struct zx__call *c)
{
	cJSON *cmd;

	if (not_ours(c))
		return NULL;
	cmd = zx__set_get(&c->w->commands, c->id[c->guild ? 2 : 1]);
	if (cmd && in_scope(cmd, scope(c)))
		return cmd;
	zx__unknown(c, ZX__UNKNOWN_COMMAND);
	return NULL;
}

void zx__get_command(struct zx__call *c)
{
	const cJSON *cmd = asked(c);

	if (cmd)
		zx__reply(c, 200, zx__dup(cmd));
}

void zx__patch_command(struct zx__call *c)
{
	cJSON *old = asked(c), *merged, *cmd;

	if (!old)
		return;
	merged = zx__dup(old);
	ZX__EACH(v, c->body)
	{
		cJSON_DeleteItemFromObjectCaseSensitive(merged, v->string);
		cJSON_AddItemToObject(merged, v->string, zx__dup(v));
	}
	zx__dom_set(merged, "type:i", zx__int(old, "type"));
	zx__command_check(c, merged, "", 0);
	cmd = normal(c, merged);
	cJSON_Delete(merged);
	if (zx__form_failed(c)) {
		cJSON_Delete(cmd);
		return;
	}
	cmd = keep(c, old, cmd);
	zx__commands_changed(c->w);
	zx__reply(c, 200, zx__dup(cmd));
}

void zx__delete_command(struct zx__call *c)
{
	const cJSON *cmd = asked(c);

	if (!cmd)
		return;
	zx__set_del(&c->w->commands, zx__dom_id(cmd, "id"));
	zx__commands_changed(c->w);
	zx__no_content(c);
}

void zx__list_command_permissions(struct zx__call *c)
{
	if (!not_ours(c))
		zx__empty_list(c);
}

void zx__get_command_permissions(struct zx__call *c)
{
	/* Nobody has set any: only people can, with their own tokens. */
	if (!not_ours(c))
		zx__unknown(c, ZX__UNKNOWN_COMMAND_PERMISSIONS);
}
