/* SPDX-License-Identifier: MIT
 *
 * Users, channels, roles and files of an interaction: their ids in the options,
 * themselves in data.resolved.
 */
#include <stdio.h>

#include "sandbox/interaction_int.h"

static cJSON *section(cJSON *data, const char *key)
{
	cJSON *resolved = zx__get_mut(data, "resolved"), *s;

	if (!resolved)
		resolved = cJSON_AddObjectToObject(data, "resolved");
	s = zx__get_mut(resolved, key);
	return s ? s : cJSON_AddObjectToObject(resolved, key);
}

void zx__resolved_put(cJSON *data, const char *where, uint64_t id, cJSON *v)
{
	cJSON *s = section(data, where);
	char key[24];

	snprintf(key, sizeof(key), "%llu", (unsigned long long)id);
	cJSON_DeleteItemFromObjectCaseSensitive(s, key);
	cJSON_AddItemToObject(s, key, v);
}

static int resolve_user(struct zx__world *w, struct zx__guild *g,
			const cJSON *channel, cJSON *data, uint64_t id)
{
	const cJSON *u = zx__user(w, id);
	cJSON *m;

	if (!u)
		return 0;
	zx__resolved_put(data, "users", id, zx__dup(u));
	if (!g || !zx__member(g, id))
		return 1;
	m = zx__member_out(w, g, id, 0);
	zx__drop(m, "deaf mute");
	zx__dom_set(m, "permissions:U", zx__perm_in(w, g, channel, id));
	zx__resolved_put(data, "members", id, m);
	return 1;
}

static int resolve_role(struct zx__guild *g, cJSON *data, uint64_t id)
{
	const cJSON *role = g ? zx__set_get(&g->roles, id) : NULL;

	if (role)
		zx__resolved_put(data, "roles", id, zx__dup(role));
	return role != NULL;
}

static int resolve_channel(struct zx__world *w, struct zx__guild *g,
			   cJSON *data, uint64_t id, uint64_t user)
{
	struct zx__guild *in;
	const cJSON *ch = zx__channel_find(w, id, &in);
	cJSON *o;

	if (!ch || !g || in != g)
		return 0;
	o = zx__pick(ch, "id name type parent_id thread_metadata guild_id "
			 "position flags nsfw topic last_message_id");
	zx__dom_set(o, "permissions:U app_permissions:U",
		    zx__perm_in(w, g, ch, user),
		    zx__perm_in(w, g, ch, zx__bot(w)));
	zx__resolved_put(data, "channels", id, o);
	return 1;
}

int zx__itx_resolve(struct zx__world *w, struct zx__guild *g,
		    const cJSON *channel, cJSON *data, int type, uint64_t id,
		    uint64_t user)
{
	if (type == USER)
		return resolve_user(w, g, channel, data, id);
	if (type == ROLE)
		return resolve_role(g, data, id);
	if (type == CHANNEL)
		return resolve_channel(w, g, data, id, user);
	return resolve_user(w, g, channel, data, id) ||
	       resolve_role(g, data, id);
}

static int channel_type_ok(struct ask *a, const cJSON *o, uint64_t id)
{
	const cJSON *types = zx__some(o, "channel_types");
	struct zx__guild *g;
	const cJSON *ch = zx__channel_find(a->w, id, &g);

	if (!types || !types->child)
		return 1;
	ZX__EACH(t, types)
	if (t->valueint == zx__int(ch, "type"))
		return 1;
	return 0;
}

cJSON *zx__option_entity(struct ask *a, const cJSON *o, const cJSON *v,
			 int type)
{
	uint64_t id = zx__dom_u64(v);
	int ok = zx__itx_resolve(a->w, a->g, a->channel, a->data, type, id,
				 a->user);

	if (!ok || (type == CHANNEL && !channel_type_ok(a, o, id)))
		return NULL;
	return zx__id_string(id);
}

/* The id of a file that is given as an object. */
cJSON *zx__option_file(struct ask *a, const cJSON *v)
{
	cJSON *file =
		zx__attachment_given(a->w, zx__dom_id(a->channel, "id"), v);
	uint64_t id = zx__dom_id(file, "id");

	if (!file) {
		a->why = "this is no file";
		return NULL;
	}
	zx__dom_set(file, "ephemeral:t");
	zx__resolved_put(a->data, "attachments", id, file);
	return zx__id_string(id);
}
