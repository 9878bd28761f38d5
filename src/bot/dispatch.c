/* SPDX-License-Identifier: MIT
 *
 * Events: the bot's own bookkeeping, then commands, then the cogs. For an event
 * that nobody asked for this is a switch and a loop over the cogs.
 */
#include "bot/bot_int.h"

#include <stdio.h>

/* READY ------------------------------------------------------------------ */

static void take_user(struct zx_bot *b, struct zx_str d)
{
	struct zx_str user = zx_json_get(d, "user");
	struct zx_buf name;

	zx_buf_init(&name, b->alloc, sizeof(b->user_name) - 1);
	zx_json_text(zx_json_get(user, "username"), &name);
	snprintf(b->user_name, sizeof(b->user_name), "%s", zx_buf_cstr(&name));
	zx_buf_release(&name);
	b->user_id = zx_json_get_u64(user, "id");
	b->application_id =
		zx_json_get_u64(zx_json_get(d, "application"), "id");
	if (!b->application_id)
		b->application_id = b->user_id;
}

/* Who the bot is, for mentions of it. */
static void introduce(struct zx_bot *b)
{
	zx_commands_set_self(b->commands, b->application_id, b->user_id);
	zx_commands_set_shards(b->commands, b->shard_count);
}

static void on_ready(struct zx__bot_member *m, struct zx_str d)
{
	struct zx_bot *b = m->bot;
	struct zx_json_iter it = zx_json_each(zx_json_get(d, "guilds"));

	take_user(b, d);
	zx__bot_save_self(b);
	introduce(b);
	b->guilds.ready++;
	while (zx_json_next(&it))
		zx__bot_guild_listed(b, zx_json_get_u64(it.value, "id"), m->id);
	zx__bot_guilds_sweep(b, m->id);
	zx__bot_sync(b);
	zx__bot_presence_send(m);
}

/* After a restart nothing but the stored session says who we are. */
static void on_resumed(struct zx__bot_member *m)
{
	struct zx_bot *b = m->bot;

	introduce(b);
	zx__bot_sync(b);
}

/* Guilds ----------------------------------------------------------------- */

static void on_guild_create(struct zx__bot_member *m, struct zx_str d)
{
	struct zx_bot *b = m->bot;
	uint64_t id = zx_json_get_u64(d, "id");
	int known = !!zx__bot_guild_get(b, id);
	struct zx__bot_guild *g;

	if (!id)
		return;
	b->guild_at = zx_loop_now(b->loop);
	if (zx_json_get_bool(d, "unavailable")) {
		zx__bot_guild_listed(b, id, m->id);
		return;
	}
	if (zx__bot_guild_update(b, id, m->id, d)) {
		zx__bot_log(b, ZX_LOG_ERROR, "no memory for guild %llu",
			    (unsigned long long)id);
		return;
	}
	g = zx__bot_guild_get(b, id);
	zx__bot_guild_out(b, g, 0);
	if (!known) {
		zx__bot_log(b, ZX_LOG_INFO, "joined %s (%llu)", g->info.name,
			    (unsigned long long)id);
		zx__bot_tell_guild(b, m->id, 1);
	}
	zx__bot_ready_check(b);
}

static void on_guild_delete(struct zx__bot_member *m, struct zx_str d)
{
	struct zx_bot *b = m->bot;
	struct zx__bot_guild *g =
		zx__bot_guild_get(b, zx_json_get_u64(d, "id"));

	if (!g)
		return;
	if (zx_json_get_bool(d, "unavailable")) {
		zx__bot_log(b, ZX_LOG_WARN, "%s (%llu) has an outage",
			    g->info.name, (unsigned long long)g->info.id);
		zx__bot_guild_out(b, g, 1);
		return;
	}
	zx__bot_log(b, ZX_LOG_INFO, "left %s (%llu)", g->info.name,
		    (unsigned long long)g->info.id);
	zx__bot_guild_remove(b, g);
	zx__bot_tell_guild(b, m->id, 0);
}

static void on_member(struct zx_bot *b, struct zx_str d, int joined)
{
	struct zx__bot_guild *g =
		zx__bot_guild_get(b, zx_json_get_u64(d, "guild_id"));

	if (!g || (!joined && !g->info.member_count))
		return;
	zx__bot_guild_members(b, g,
			      joined ? g->info.member_count + 1
				     : g->info.member_count - 1);
}

static void on_role(struct zx_bot *b, struct zx_str d, int gone)
{
	struct zx__bot_guild *g =
		zx__bot_guild_get(b, zx_json_get_u64(d, "guild_id"));
	struct zx_str role = zx_json_get(d, "role");

	if (!g)
		return;
	if (gone)
		zx__bot_guild_role(b, g, zx_json_get_u64(d, "role_id"), 0);
	else
		zx__bot_guild_role(b, g, zx_json_get_u64(role, "id"),
				   zx_json_get_u64(role, "permissions"));
}

static void on_guild_update(struct zx__bot_member *m, struct zx_str d)
{
	uint64_t id = zx_json_get_u64(d, "id");

	if (zx__bot_guild_get(m->bot, id))
		zx__bot_guild_update(m->bot, id, m->id, d);
}

/* Commands --------------------------------------------------------------- */

static void feed(struct zx_bot *b, const char *event, struct zx_str d)
{
	int err = zx_commands_feed(b->commands, event, d, zx_loop_now(b->loop),
				   zx_wall_clock());

	if (err)
		zx__bot_log(b, ZX_LOG_ERROR, "%s is lost: %s", event,
			    zx_strerror(err));
	zx__bot_pump(b);
}

static void keep_books(struct zx__bot_member *m, const struct zx_shard_out *o)
{
	struct zx_bot *b = m->bot;

	switch (o->event) {
	case ZX_EVENT_MESSAGE_CREATE:
		b->messages_seen++;
		feed(b, "MESSAGE_CREATE", o->text);
		break;
	case ZX_EVENT_INTERACTION_CREATE:
		feed(b, "INTERACTION_CREATE", o->text);
		break;
	case ZX_EVENT_GUILD_CREATE:
		on_guild_create(m, o->text);
		break;
	case ZX_EVENT_GUILD_UPDATE:
		on_guild_update(m, o->text);
		break;
	case ZX_EVENT_GUILD_DELETE:
		on_guild_delete(m, o->text);
		break;
	case ZX_EVENT_GUILD_MEMBER_ADD:
	case ZX_EVENT_GUILD_MEMBER_REMOVE:
		on_member(b, o->text, o->event == ZX_EVENT_GUILD_MEMBER_ADD);
		break;
	case ZX_EVENT_GUILD_ROLE_CREATE:
	case ZX_EVENT_GUILD_ROLE_UPDATE:
	case ZX_EVENT_GUILD_ROLE_DELETE:
		on_role(b, o->text, o->event == ZX_EVENT_GUILD_ROLE_DELETE);
		break;
	case ZX_EVENT_READY:
		on_ready(m, o->text);
		break;
	case ZX_EVENT_RESUMED:
		on_resumed(m);
		break;
	default:
		break;
	}
}

void zx__bot_dispatch(struct zx__bot_member *m, const struct zx_shard_out *o)
{
	struct zx_bot *b = m->bot;
	size_t i;

	keep_books(m, o);
	zx__bot_members_feed(m, o);
	for (i = 0; i < b->cog_count; i++)
		if (b->cogs[i].cog->event && b->cogs[i].started)
			b->cogs[i].cog->event(b, b->cogs[i].data, m->id,
					      o->event, o->text);
	if (!b->save_timer.slot)
		zx__bot_save_within(b, ZX__BOT_SAVE_MS);
}
