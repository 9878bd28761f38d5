/* SPDX-License-Identifier: MIT
 *
 * backup_rights: who may do what with the backups of a guild.
 */
#include "cogs/backup_int.h"

#define SPACE "backup"

/* "123", or 0. */
static int id_get(struct zx__backup *b, uint64_t guild, const char *key,
		  uint64_t *out)
{
	struct zx_buf text;
	int err;

	*out = 0;
	zx_buf_init(&text, b->alloc, 0);
	err = zx_state_get(b->state, SPACE, guild, key, &text);
	if (!err)
		(void)zx_str_u64(zx_buf_str(&text), out);
	zx_buf_release(&text);
	return err == ZX_E_NOTFOUND ? ZX_OK : err;
}

static int id_set(struct zx__backup *b, uint64_t guild, const char *key,
		  uint64_t id)
{
	char text[24];

	if (!id)
		return zx_state_del(b->state, SPACE, guild, key);
	snprintf(text, sizeof(text), "%llu", (unsigned long long)id);
	return zx_state_put(b->state, SPACE, guild, key, zx_str(text));
}

int zx__backup_choice_get(struct zx__backup *b, uint64_t guild,
			  struct zx__backup_choice *out)
{
	int err = id_get(b, guild, "role", &out->role);
	int again = id_get(b, guild, "channel", &out->channel);

	return err ? err : again;
}

int zx__backup_choice_set(struct zx__backup *b, uint64_t guild,
			  const struct zx__backup_choice *c)
{
	int err = zx_state_begin(b->state);

	if (!err)
		err = id_set(b, guild, "role", c->role);
	if (!err)
		err = id_set(b, guild, "channel", c->channel);
	if (!err)
		err = zx_state_commit(b->state);
	zx_state_rollback(b->state);
	return err;
}

enum zx__backup_rights zx__backup_rights(struct zx__backup *b,
					 const struct zx_call *call)
{
	const struct zx_call_info *i = zx_call_info(call);
	struct zx__backup_choice c;

	if (i->is_owner)
		return ZX__BACKUP_ALL;
	if (!i->guild_id)
		return ZX__BACKUP_NOTHING;
	if (i->permissions & ZX_PERM_ADMINISTRATOR)
		return ZX__BACKUP_ALL;
	if (!zx__backup_choice_get(b, i->guild_id, &c) &&
	    zx_call_has_role(call, c.role))
		return ZX__BACKUP_OWN;
	return ZX__BACKUP_NOTHING;
}

int zx__backup_check(struct zx_call *call, void *ud)
{
	struct zx__backup *b = zx__backup_of(call);

	(void)ud;
	if (!b)
		return ZX_E_STATE;
	if (zx__backup_rights(b, call) != ZX__BACKUP_NOTHING)
		return 0;
	zx_fail(call, "❌ Permission Denied",
		"You need Administrator, the backup role of this server, or to "
		"be the bot owner");
	return ZX_E_PERM;
}

struct zx__backup_actor zx__backup_actor(struct zx__backup *b,
					 const struct zx_call *call)
{
	return (struct zx__backup_actor){ zx_call_info(call)->user_id,
					  zx__backup_rights(b, call) };
}
