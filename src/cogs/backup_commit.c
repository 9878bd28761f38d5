/* SPDX-License-Identifier: MIT
 *
 * backup_commit: a snapshot becomes one, or nothing has happened: what goes to
 * make room, the snapshot itself and the audit entry are one transaction.
 */
#include "cogs/backup_job.h"

/* Room --------------------------------------------------------------------- */

static int take_ids(struct zx__backup *b, const struct zx__backup_list *l,
		    const struct zx_retained *v, struct zx__backup_room *out)
{
	for (size_t i = 0; i < l->count; i++)
		out->drop_count += v[i].keep == ZX_DROP_COUNT;
	if (!out->drop_count)
		return ZX_OK;
	out->drop = zx_new(b->alloc, out->drop_count * sizeof(*out->drop));
	if (!out->drop)
		return ZX_E_NOMEM;
	out->drop_count = 0;
	for (size_t i = 0; i < l->count; i++)
		if (v[i].keep == ZX_DROP_COUNT)
			memcpy(out->drop[out->drop_count++], l->items[i].id,
			       sizeof(*out->drop));
	return ZX_OK;
}

static int judge(struct zx__backup *b, const struct zx__backup_list *l,
		 uint64_t extent, struct zx__backup_room *out)
{
	const struct zx_retention rule = { .max_count = b->config.max,
					   .room = 1,
					   .extent = extent,
					   .now = zx_wall_clock() };
	struct zx_retained *v = zx_new(b->alloc, (l->count + 1) * sizeof(*v));
	int err;

	if (!v)
		return ZX_E_NOMEM;
	for (size_t i = 0; i < l->count; i++)
		v[i] = zx__backup_retained(&l->items[i]);
	err = zx_retention(v, l->count, &rule);
	for (size_t i = 0; i < l->count; i++) {
		out->pinned += v[i].pinned != 0;
		out->manual += !v[i].pinned && !v[i].automatic;
		out->shrunk |= v[i].keep == ZX_KEEP_SHRUNK;
	}
	err = err ? ZX_E_LIMIT : take_ids(b, l, v, out);
	zx_delete(b->alloc, v);
	return err;
}

void zx__backup_room(struct zx__backup *b, uint64_t guild, uint64_t extent,
		     struct zx__backup_room *out)
{
	struct zx__backup_list l;

	memset(out, 0, sizeof(*out));
	out->err = zx__backup_list(b, guild, &l);
	out->count = l.count;
	if (!out->err && l.count >= b->config.max)
		out->err = judge(b, &l, extent, out);
	zx__backup_list_release(&l);
}

void zx__backup_room_why(const struct zx__backup *b,
			 const struct zx__backup_room *r, char why[256])
{
	if (r->err != ZX_E_LIMIT)
		snprintf(why, 256, "%s", zx_strerror(r->err));
	else if (r->shrunk)
		snprintf(why, 256,
			 "%zu of %u backups are kept, and none is dropped for "
			 "this one: the server has more than 30 %% fewer roles "
			 "and channels than the last good backup. If that is "
			 "how it should be, delete an older one",
			 r->count, b->config.max);
	else
		snprintf(why, 256,
			 "%zu of %u backups are kept (%zu pinned, %zu made by "
			 "hand), and no automatic one can go. Delete one with "
			 "/backupdelete",
			 r->count, b->config.max, r->pinned, r->manual);
}

/* Storing ------------------------------------------------------------------ */

static int make_room(struct zx__backup_job *j, const struct zx_guild_counts *c)
{
	struct zx__backup *b = j->b;
	struct zx__backup_room room;
	int err;

	if (j->req.beyond_limit)
		return ZX_OK;
	zx__backup_room(b, j->req.guild,
			c->roles + c->categories + zx__backup_channels(c),
			&room);
	err = room.err;
	if (err)
		zx__backup_room_why(b, &room, j->error);
	for (size_t i = 0; !err && i < room.drop_count; i++) {
		const char *id = room.drop[i];

		err = zx_state_snap_delete(b->state, j->req.guild, id);
		if (!err)
			err = zx__backup_flags_drop(b, j->req.guild, id);
		if (!err)
			zx__backup_audit(b, j->req.guild, 0, "cleanup", id,
					 "Made room: automatic, oldest of %zu",
					 room.count);
	}
	zx_delete(b->alloc, room.drop);
	return err;
}

static void default_label(const struct zx__backup_job *j, struct zx_buf *out)
{
	if (j->req.label.len) {
		zx_buf_adds(out, j->req.label);
		return;
	}
	zx_buf_addc(out, j->req.automatic ? "Auto-backup " : "Backup ");
	zx__backup_date(out, j->captured);
}

static int store(struct zx__backup_job *j, struct zx_str label)
{
	struct zx_state_snapshot s = { .guild = j->req.guild,
				       .created = zx_wall_clock(),
				       .author = j->req.author,
				       .pinned = j->req.pinned,
				       .automatic = j->req.automatic,
				       .bytes = j->written.bytes,
				       .manifest = j->written.manifest,
				       .label = label,
				       .meta = ZX_STR("{}") };
	struct zx_rand rand = zx_system_rand();
	struct zx_bot_info info;
	int err;

	zx_bot_info(j->b->bot, &info);
	if (!s.author)
		s.author = info.user_id;
	memcpy(s.hash, j->written.hash, sizeof(s.hash));
	do {
		zx_guild_id_new(&rand, s.id);
		err = zx_state_snap_commit(
			j->b->state, j->draft, &s,
			j->req.beyond_limit ? 0 : j->b->config.max);
	} while (err == ZX_E_EXISTS);
	if (err)
		return err;
	memcpy(j->id, s.id, sizeof(j->id));
	zx__backup_audit(j->b, j->req.guild, s.author, "create", s.id,
			 "%sLabel: %.*s", j->req.automatic ? "Automatic. " : "",
			 ZX_ARG(label));
	return ZX_OK;
}

int zx__backup_commit(struct zx__backup_job *j)
{
	struct zx_state *state = j->b->state;
	struct zx_buf label;
	int err;

	zx_buf_init(&label, j->b->alloc, 0);
	default_label(j, &label);
	err = label.err ? label.err : zx_state_begin(state);
	if (!err)
		err = make_room(j, &j->written.counts);
	if (!err)
		err = store(j, zx_buf_str(&label));
	if (!err)
		err = zx_state_commit(state);
	if (err && !j->error[0])
		snprintf(j->error, sizeof(j->error), "%s",
			 zx__backup_why(j->b, err));
	zx_state_rollback(state);
	zx_buf_release(&label);
	if (!err)
		j->draft = 0; /* it is the snapshot now */
	return err;
}
