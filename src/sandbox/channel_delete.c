/* SPDX-License-Identifier: MIT
 *
 * Deleting a channel, and all that points at it.
 */
#include "sandbox/rest.h"

static void orphan(struct zx__call *c, uint64_t category)
{
	for (size_t i = 0; i < c->guild->channels.n; i++) {
		cJSON *ch = c->guild->channels.v[i].dom;

		if (zx__dom_id(ch, "parent_id") != category)
			continue;
		zx__dom_set(ch, "parent_id:n");
		zx__emit(c->w, c->guild->id, "CHANNEL_UPDATE",
			 zx__channel_out(ch));
	}
}

static void drop_threads(struct zx__call *c, uint64_t parent)
{
	for (size_t i = c->guild->threads.n; i > 0; i--)
		if (zx__dom_id(c->guild->threads.v[i - 1].dom, "parent_id") ==
		    parent)
			zx__set_del(&c->guild->threads,
				    c->guild->threads.v[i - 1].id);
}

/* The guild must not point at what is gone. */
static void forget(struct zx__call *c, uint64_t id)
{
	static const char *const keys[] = { "afk_channel_id",
					    "system_channel_id",
					    "widget_channel_id",
					    "safety_alerts_channel_id" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (zx__dom_id(c->guild->dom, keys[i]) == id)
			cJSON_ReplaceItemInObjectCaseSensitive(
				c->guild->dom, keys[i], cJSON_CreateNull());
	for (size_t i = c->guild->webhooks.n; i > 0; i--)
		if (zx__dom_id(c->guild->webhooks.v[i - 1].dom, "channel_id") ==
		    id)
			zx__set_del(&c->guild->webhooks,
				    c->guild->webhooks.v[i - 1].id);
	for (int i = cJSON_GetArraySize(c->guild->invites); i > 0; i--) {
		const cJSON *inv = cJSON_GetArrayItem(c->guild->invites, i - 1);

		if (zx__dom_id(zx__get(inv, "channel"), "id") == id)
			cJSON_DeleteItemFromArray(c->guild->invites, i - 1);
	}
}

static int needed_by_community(struct zx__call *c, uint64_t id)
{
	return zx__guild_has(c->guild, "COMMUNITY") &&
	       (zx__dom_id(c->guild->dom, "rules_channel_id") == id ||
		zx__dom_id(c->guild->dom, "public_updates_channel_id") == id);
}

static void delete_guild_channel(struct zx__call *c)
{
	uint64_t id = zx__dom_id(c->channel, "id");
	cJSON *out = zx__channel_out(c->channel);

	zx__audit(c, c->guild, 12, id,
		  zx__audit_diff(c->channel, NULL, "name type"), NULL);
	if (zx__int(c->channel, "type") == 4)
		orphan(c, id);
	drop_threads(c, id);
	forget(c, id);
	zx__forget(c->guild, id);
	zx__set_del(&c->guild->channels, id);
	zx__set_del(&c->w->made, id);
	c->channel = NULL;
	zx__emit(c->w, c->guild->id, "CHANNEL_DELETE", zx__dup(out));
	zx__guild_touched(c->w, c->guild);
	zx__reply(c, 200, out);
}

void zx__delete_channel(struct zx__call *c)
{
	uint64_t bits;

	if (!c->guild) {
		zx__get_channel(c); /* closing a DM keeps it */
		return;
	}
	bits = zx__perm_in(c->w, c->guild, c->channel, zx__actor(c->w));
	if (zx__is_thread(c->channel)) {
		zx__delete_thread(c);
		return;
	}
	if (!(bits & ZX__P_MANAGE_CHANNELS))
		zx__no_permission(c);
	else if (needed_by_community(c, zx__dom_id(c->channel, "id")))
		zx__fail(c, 400, 50074,
			 "Cannot delete a channel required for Community "
			 "guilds");
	else
		delete_guild_channel(c);
}
