/* SPDX-License-Identifier: MIT
 *
 * backup_known: images that the latest snapshot of a guild has are not
 * downloaded again.
 */
#include "cogs/backup_job.h"

static int latest(const struct zx_state_snapshot *s, void *ud)
{
	memcpy(ud, s->id, sizeof(s->id));
	return 1;
}

static int read_items(struct zx__backup_job *j, const char *id)
{
	struct zx__backup_open o;
	struct zx_guild_cursor c;
	struct zx_str item;
	int err = zx__backup_open(j->b, j->req.guild, id, &o), got = 0;

	if (!err)
		err = zx_guild_cursor_init(&c, &o.reader, ZX_SECTION_IMAGES);
	if (!err) {
		zx_buf_addch(&j->known, '[');
		while ((got = zx_guild_next(&c, &item)) > 0) {
			zx_buf_addc(&j->known, j->known.len > 1 ? "," : "");
			zx_buf_adds(&j->known, item);
		}
		zx_buf_addch(&j->known, ']');
		zx_guild_cursor_release(&c);
	}
	zx__backup_open_release(&o);
	if (!err && got < 0)
		err = got;
	return err ? err : j->known.err;
}

int zx__backup_known_load(struct zx__backup_job *j)
{
	char id[13] = "";
	int err = zx_state_snap_each(j->b->state, j->req.guild, latest, id);

	if (!*id)
		return err;
	err = read_items(j, id);
	/* A damaged one is no help, and no reason to make no new one. */
	if (err && err != ZX_E_NOMEM) {
		zx_buf_clear(&j->known);
		err = ZX_OK;
	}
	return err;
}

int zx__backup_known(struct zx_str key, struct zx_buf *item, void *ud)
{
	const struct zx__backup_job *j = ud;
	struct zx_json_iter it = zx_json_each(zx_buf_str(&j->known));

	while (zx_json_next(&it)) {
		if (!zx_str_eq(zx_json_plain(zx_json_get(it.value, "key")),
			       key))
			continue;
		zx_buf_adds(item, it.value);
		return 1;
	}
	return 0;
}
