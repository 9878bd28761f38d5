/* SPDX-License-Identifier: MIT
 *
 * The audit log: what the bot changed, with the reason it gave.
 */
#include "sandbox/rest.h"

/* The list holds ids and permissions as options: Discord wants text there. */
void zx__audit(struct zx__call *c, struct zx__guild *g, int action,
	       uint64_t target, cJSON *changes, cJSON *options)
{
	uint64_t id = c->w->maker ? 0 : zx__world_new_id(c->w);
	cJSON *e = zx__dom("id:I user_id:I target_id:I action_type:i", id,
			   zx__actor(c->w), target, action);

	if (!target)
		zx__dom_set(e, "target_id:n");
	if (changes && changes->child)
		zx__dom_set(e, "changes:o", changes);
	else
		cJSON_Delete(changes);
	if (options)
		zx__dom_set(e, "options:o", options);
	if (*c->reason)
		zx__dom_set(e, "reason:s", c->reason);
	if (!id) {
		cJSON_Delete(e); /* a seed leaves no trace */
		return;
	}
	cJSON_InsertItemInArray(g->audit, 0, e);
	if (cJSON_GetArraySize(g->audit) > ZX__MAX_AUDIT)
		cJSON_DeleteItemFromArray(g->audit, ZX__MAX_AUDIT);
	e = zx__dup(e);
	zx__dom_set(e, "guild_id:I", g->id);
	zx__emit(c->w, g->id, "GUILD_AUDIT_LOG_ENTRY_CREATE", e);
}

void zx__audit_change(cJSON *changes, const char *key, const cJSON *before,
		      const cJSON *after)
{
	cJSON *change;

	if (before && cJSON_IsNull(before))
		before = NULL;
	if (after && cJSON_IsNull(after))
		after = NULL;
	if ((!before && !after) ||
	    (before && after && cJSON_Compare(before, after, 1)))
		return;
	change = zx__dom("key:s", key);
	if (before)
		zx__dom_set(change, "old_value:c", before);
	if (after)
		zx__dom_set(change, "new_value:c", after);
	cJSON_AddItemToArray(changes, change);
}

cJSON *zx__audit_diff(const cJSON *before, const cJSON *after, const char *keys)
{
	cJSON *changes = cJSON_CreateArray();
	struct zx_str rest = zx_str(keys);

	while (rest.len) {
		struct zx_str word = zx_str_split(&rest, ' ');
		char *key = zx_str_dup(NULL, word);

		if (!key)
			break;
		zx__audit_change(changes, key, zx__get(before, key),
				 zx__get(after, key));
		zx_delete(NULL, key);
	}
	return changes;
}

static int wanted(struct zx__call *c, const cJSON *e)
{
	uint64_t user = zx__query_id(c, "user_id");
	uint64_t action = zx__query_id(c, "action_type");
	uint64_t target = zx__query_id(c, "target_id");
	uint64_t before = zx__query_id(c, "before");
	uint64_t after = zx__query_id(c, "after");

	return (!user || zx__dom_id(e, "user_id") == user) &&
	       (!action || zx__dom_id(e, "action_type") == action) &&
	       (!target || zx__dom_id(e, "target_id") == target) &&
	       (!before || zx__dom_id(e, "id") < before) &&
	       (!after || zx__dom_id(e, "id") > after);
}

static void add_user(struct zx__call *c, cJSON *users, uint64_t id)
{
	cJSON *u;

	ZX__EACH(known, users)
	if (zx__dom_id(known, "id") == id)
		return;
	u = zx__user_out(c->w, id);
	if (u)
		cJSON_AddItemToArray(users, u);
}

/* Those who did it, and those to whom it was done. */
static cJSON *users_of(struct zx__call *c, const cJSON *entries)
{
	cJSON *users = cJSON_CreateArray();

	ZX__EACH(e, entries)
	{
		add_user(c, users, zx__dom_id(e, "user_id"));
		add_user(c, users, zx__dom_id(e, "target_id"));
	}
	return users;
}

void zx__audit_logs(struct zx__call *c)
{
	int limit = zx__query_int(c, "limit", 50, 1, 1000);
	cJSON *list, *users;

	if (zx__form_failed(c))
		return;
	list = cJSON_CreateArray();
	ZX__EACH(e, c->guild->audit)
	{
		if (limit <= 0)
			break;
		if (!wanted(c, e))
			continue;
		cJSON_AddItemToArray(list, zx__dup(e));
		limit--;
	}
	users = users_of(c, list);
	zx__reply(c, 200,
		  zx__dom("audit_log_entries:o users:o integrations:a "
			  "webhooks:a guild_scheduled_events:a threads:a "
			  "application_commands:a auto_moderation_rules:a",
			  list, users));
}
