/* SPDX-License-Identifier: MIT
 *
 * Finding commands, and who sees them.
 */
#include "sandbox/world_int.h"

cJSON *zx__command_in(struct zx__world *w, uint64_t guild, const char *name,
		      int type)
{
	for (size_t i = 0; i < w->commands.n; i++) {
		cJSON *cmd = w->commands.v[i].dom;

		if (zx__dom_id(cmd, "guild_id") == guild &&
		    zx__int(cmd, "type") == type &&
		    !strcmp(zx__str(cmd, "name"), name))
			return cmd;
	}
	return NULL;
}

const cJSON *zx__command_by_name(struct zx__world *w, uint64_t guild,
				 const char *name, int type)
{
	const cJSON *cmd = guild ? zx__command_in(w, guild, name, type) : NULL;

	return cmd ? cmd : zx__command_in(w, 0, name, type);
}

static int allowed_in(const cJSON *cmd, int context)
{
	const cJSON *list = zx__some(cmd, "contexts");

	if (!list)
		return context == 0 ||
		       !cJSON_IsFalse(zx__get(cmd, "dm_permission"));
	ZX__EACH(v, list)
	if (v->valueint == context)
		return 1;
	return 0;
}

int zx__command_visible(struct zx__world *w, const cJSON *cmd,
			struct zx__guild *g, const cJSON *channel,
			uint64_t user)
{
	uint64_t bits, need = zx__dom_id(cmd, "default_member_permissions");

	if (!g)
		return allowed_in(cmd, 1) && !zx__dom_id(cmd, "guild_id");
	if (!allowed_in(cmd, 0) || (zx__dom_id(cmd, "guild_id") &&
				    zx__dom_id(cmd, "guild_id") != g->id))
		return 0;
	bits = channel ? zx__perm_in(w, g, channel, user)
		       : zx__perm_base(w, g, user);
	if (bits & ZX__P_ADMINISTRATOR)
		return 1;
	if (zx__some(cmd, "default_member_permissions") &&
	    (!need || (bits & need) != need))
		return 0;
	return (bits & ZX__P_USE_COMMANDS) != 0;
}

static int visible_somewhere(struct zx__world *w, const cJSON *cmd,
			     uint64_t user)
{
	for (size_t i = 0; i < w->guild_count && i < ZX__PAGE_GUILDS; i++) {
		struct zx__guild *g = w->guilds[i];

		if (g && zx__member(g, user) &&
		    zx__command_visible(w, cmd, g, NULL, user))
			return 1;
	}
	return 0;
}

cJSON *zx__commands_for(struct zx__world *w, uint64_t user)
{
	cJSON *list = cJSON_CreateArray();

	for (size_t i = 0; i < w->commands.n; i++) {
		cJSON *cmd = zx__dup(w->commands.v[i].dom);

		zx__dom_set(cmd, "visible:b", visible_somewhere(w, cmd, user));
		cJSON_AddItemToArray(list, cmd);
	}
	return list;
}

void zx__commands_changed(struct zx__world *w)
{
	if (!zx__wire_watched(w->wire, 0))
		return;
	for (size_t i = 0; i < w->users.n; i++) {
		uint64_t user = w->users.v[i].id;

		if (zx__wire_watched(w->wire, user))
			zx__live(w, "COMMANDS_UPDATE",
				 zx__commands_for(w, user), user);
	}
}
