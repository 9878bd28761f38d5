/* SPDX-License-Identifier: MIT
 *
 * What the gateway is asked to list: members, sounds, channels.
 */
#include "wire_int.h"

static void rate_limited(struct zx__conn *c, const cJSON *d, double retry_s)
{
	cJSON *event = cJSON_CreateObject();
	cJSON *meta = cJSON_AddObjectToObject(event, "meta");
	const cJSON *nonce = cJSON_GetObjectItemCaseSensitive(d, "nonce");

	cJSON_AddNumberToObject(event, "opcode", 8);
	cJSON_AddNumberToObject(event, "retry_after", retry_s);
	zx__dom_set_id(meta, "guild_id", zx__dom_id(d, "guild_id"));
	if (cJSON_IsString(nonce))
		cJSON_AddStringToObject(meta, "nonce", nonce->valuestring);
	zx__session_event(c->gw->session, "RATE_LIMITED", event);
	cJSON_Delete(event);
}

/* Bytes unsent, and chunks made in one turn. */
enum { LIST_UNSENT = 1 << 20, LIST_TURN = 4 };

void zx__gw_members(struct zx__conn *c, const cJSON *d)
{
	struct zx__session *s = c->gw->session;
	double retry_s = 0;
	const cJSON *chunk;
	cJSON *chunks;

	if (!cJSON_IsObject(d)) {
		zx__gw_close(c, 4002, "Decode error");
		return;
	}
	chunks = zx__world_members(c->wire->world, d, s->intents, &retry_s,
				   c->gw->list.request ? NULL : &c->gw->list);
	if (retry_s > 0) {
		rate_limited(c, d, retry_s);
	} else {
		cJSON_ArrayForEach(chunk, chunks)
		{
			zx__session_event(s, "GUILD_MEMBERS_CHUNK", chunk);
		}
	}
	cJSON_Delete(chunks);
}

int zx__list_waits(const struct zx__conn *c)
{
	return c->gw && c->gw->list.request && !c->blocked && !c->dead &&
	       zx__conn_unsent(c) < LIST_UNSENT;
}

void zx__list_step(struct zx__conn *c)
{
	for (int i = 0; i < LIST_TURN && zx__list_waits(c); i++) {
		struct zx__list *l = &c->gw->list;
		cJSON *d = zx__world_members_next(c->wire->world, l,
						  c->gw->session->intents);

		if (d)
			zx__session_event(c->gw->session, "GUILD_MEMBERS_CHUNK",
					  d);
		cJSON_Delete(d);
		zx__conn_flush(c);
		if (d || !c->gw)
			continue;
		cJSON_Delete(l->request);
		*l = (struct zx__list){ .request = NULL };
	}
}

/* op 31 and op 43: an event per guild; takes items. */
static void guild_list(struct zx__conn *c, const cJSON *guild,
		       const char *event, const char *list, cJSON *items)
{
	cJSON *d = cJSON_CreateObject();

	if (cJSON_IsString(guild))
		cJSON_AddStringToObject(d, "guild_id", guild->valuestring);
	cJSON_AddItemToObject(d, list, items);
	zx__session_event(c->gw->session, event, d);
	cJSON_Delete(d);
}

void zx__gw_sounds(struct zx__conn *c, const cJSON *d)
{
	const cJSON *guild;

	cJSON_ArrayForEach(guild,
			   cJSON_GetObjectItemCaseSensitive(d, "guild_ids"))
	{
		uint64_t id = 0;

		if (cJSON_IsString(guild))
			zx_str_u64(zx_str(guild->valuestring), &id);
		guild_list(c, guild, "SOUNDBOARD_SOUNDS", "soundboard_sounds",
			   zx__world_sounds(c->wire->world, id));
	}
}

void zx__gw_channel_info(struct zx__conn *c, const cJSON *d)
{
	guild_list(c, cJSON_GetObjectItemCaseSensitive(d, "guild_id"),
		   "CHANNEL_INFO", "channels", cJSON_CreateArray());
}
