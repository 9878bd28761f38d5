/* SPDX-License-Identifier: MIT
 *
 * The registry in the state file: a bot that resumes after a restart gets no
 * list of guilds, so it must remember them itself.
 */
#include "bot/bot_int.h"

#define SPACE "guild"
#define KEY "seen"

static void write_guild(struct zx_buf *out, const struct zx__bot_guild *g)
{
	struct zx_json_writer w;
	uint16_t i;

	zx_jw_init(&w, out);
	zx_jw_obj(&w, NULL);
	zx_jw_cstr(&w, "name", g->info.name);
	zx_jw_id(&w, "owner_id", g->info.owner_id);
	zx_jw_u64(&w, "member_count", g->info.member_count);
	zx_jw_bool(&w, "unavailable", g->info.unavailable);
	zx_jw_arr(&w, "roles");
	for (i = 0; i < g->role_count; i++) {
		zx_jw_obj(&w, NULL);
		zx_jw_id(&w, "id", g->roles[i].id);
		zx_jw_id(&w, "permissions", g->roles[i].bits);
		zx_jw_obj_end(&w);
	}
	zx_jw_arr_end(&w);
	zx_jw_obj_end(&w);
}

int zx__bot_guild_save(struct zx_bot *b, struct zx__bot_guild *g)
{
	struct zx_buf text;
	int err;

	zx_buf_init(&text, b->alloc, 0);
	write_guild(&text, g);
	err = text.err;
	if (!err)
		err = zx_state_put(b->state, SPACE, g->info.id, KEY,
				   zx_buf_str(&text));
	zx_buf_release(&text);
	if (err)
		return err;
	g->dirty = 0;
	b->guilds.dirty--;
	return ZX_OK;
}

void zx__bot_guild_forget(struct zx_bot *b, uint64_t id)
{
	if (b->state)
		zx_state_del(b->state, SPACE, id, KEY);
}

static int load_one(uint64_t id, const char *key, struct zx_str value, void *ud)
{
	struct zx_bot *b = ud;
	struct zx__bot_guild *g;

	(void)key;
	if (zx_json_check(value, 0, NULL))
		return ZX_OK; /* the guild's next event brings it back */
	if (zx__bot_guild_update(b, id, 0, value))
		return ZX_E_NOMEM;
	g = zx__bot_guild_get(b, id);
	zx__bot_guild_out(b, g, zx_json_get_bool(value, "unavailable"));
	g->dirty = 0;
	return ZX_OK;
}

int zx__bot_guilds_load(struct zx_bot *b)
{
	int err = zx_state_each(b->state, SPACE, load_one, b);

	b->guilds.dirty = 0;
	return err;
}
