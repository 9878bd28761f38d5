/* SPDX-License-Identifier: MIT
 *
 * Snapshots: drafts, and what becomes of them.
 */
#include <stdio.h>
#include <string.h>

#include "state/state_int.h"

int zx_state_snap_begin(struct zx_state *s, uint64_t guild, uint64_t *draft)
{
	sqlite3_stmt *st;
	int err = zx__state_ready(s, STATE_DRAFT, &st);

	if (err)
		return err;
	sqlite3_bind_int64(st, 1, zx__state_signed(guild));
	err = zx__state_run(s, st, "saving");
	if (!err)
		*draft = (uint64_t)sqlite3_last_insert_rowid(s->db);
	return err;
}

static void bind_text(sqlite3_stmt *st, int i, struct zx_str v)
{
	sqlite3_bind_text(st, i, v.len ? v.ptr : "", (int)v.len, SQLITE_STATIC);
}

static void bind_blob(sqlite3_stmt *st, int i, struct zx_str v)
{
	sqlite3_bind_blob(st, i, v.len ? v.ptr : "", (int)v.len, SQLITE_STATIC);
}

static int room_for(struct zx_state *s, const struct zx_state_snapshot *snap,
		    unsigned max)
{
	sqlite3_stmt *st;
	int err = zx__state_ready(s, STATE_SNAP_COUNT, &st), rc;

	if (err)
		return err;
	sqlite3_bind_int64(st, 1, zx__state_signed(snap->guild));
	sqlite3_bind_text(st, 2, snap->id, -1, SQLITE_STATIC);
	rc = sqlite3_step(st);
	err = zx__state_sqlite(s, rc, "reading");
	if (rc == SQLITE_ROW && sqlite3_column_int64(st, 1))
		err = zx__state_fail(s, ZX_E_EXISTS,
				     "a snapshot %s is there already",
				     snap->id);
	else if (rc == SQLITE_ROW && max && sqlite3_column_int64(st, 0) >= max)
		err = zx__state_fail(s, ZX_E_LIMIT,
				     "there are %u snapshots already, which is "
				     "as many as may be",
				     max);
	zx__state_reset(st);
	return err;
}

static int fill_in(struct zx_state *s, uint64_t draft,
		   const struct zx_state_snapshot *snap)
{
	sqlite3_stmt *st;
	int err = zx__state_ready(s, STATE_SNAP_COMMIT, &st);

	if (err)
		return err;
	sqlite3_bind_int64(st, 1, (int64_t)draft);
	sqlite3_bind_int64(st, 2, zx__state_signed(snap->guild));
	sqlite3_bind_text(st, 3, snap->id, -1, SQLITE_STATIC);
	sqlite3_bind_int64(st, 4, snap->created);
	sqlite3_bind_int64(st, 5, zx__state_signed(snap->author));
	sqlite3_bind_int(st, 6, snap->pinned != 0);
	sqlite3_bind_int(st, 7, snap->automatic != 0);
	sqlite3_bind_int64(st, 8, zx__state_signed(snap->bytes));
	sqlite3_bind_blob(st, 9, snap->hash, 32, SQLITE_STATIC);
	bind_blob(st, 10, snap->manifest);
	bind_text(st, 11, snap->label);
	bind_text(st, 12, snap->notes);
	bind_blob(st, 13, snap->meta);
	err = zx__state_run(s, st, "saving a snapshot");
	if (!err && !sqlite3_changes(s->db))
		err = zx__state_fail(s, ZX_E_NOTFOUND, "no such draft");
	return err;
}

int zx_state_snap_commit(struct zx_state *s, uint64_t draft,
			 const struct zx_state_snapshot *snap, unsigned max)
{
	int err;

	if (strlen(snap->id) != 12)
		return zx__state_fail(s, ZX_E_INVALID,
				      "a snapshot's id has 12 digits");
	err = zx__state_mark(s);
	if (err)
		return err;
	err = room_for(s, snap, max);
	if (!err)
		err = fill_in(s, draft, snap);
	return zx__state_settle(s, err);
}

static struct zx_str text_at(sqlite3_stmt *st, int i)
{
	const void *p = sqlite3_column_blob(st, i);

	return (struct zx_str){ p, (size_t)sqlite3_column_bytes(st, i) };
}

/* Texts are borrowed from the statement. */
static void read_row(sqlite3_stmt *st, struct zx_state_snapshot *o)
{
	struct zx_str hash = text_at(st, 7);

	memset(o, 0, sizeof(*o));
	o->guild = (uint64_t)sqlite3_column_int64(st, 0);
	snprintf(o->id, sizeof(o->id), "%.*s", ZX_ARG(text_at(st, 1)));
	o->created = sqlite3_column_int64(st, 2);
	o->author = (uint64_t)sqlite3_column_int64(st, 3);
	o->pinned = sqlite3_column_int(st, 4);
	o->automatic = sqlite3_column_int(st, 5);
	o->bytes = (uint64_t)sqlite3_column_int64(st, 6);
	if (hash.len == sizeof(o->hash))
		memcpy(o->hash, hash.ptr, hash.len);
	o->manifest = text_at(st, 8);
	o->label = text_at(st, 9);
	o->notes = text_at(st, 10);
	o->meta = text_at(st, 11);
}

int zx_state_snap_each(struct zx_state *s, uint64_t guild,
		       int (*fn)(const struct zx_state_snapshot *snap,
				 void *ud),
		       void *ud)
{
	struct zx_state_snapshot row;
	sqlite3_stmt *st;
	int err = zx__state_ready(s, STATE_SNAP_LIST, &st);
	int stop = 0, rc = SQLITE_DONE;

	if (err)
		return err;
	sqlite3_bind_int64(st, 1, zx__state_signed(guild));
	while (!stop && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		read_row(st, &row);
		stop = fn(&row, ud);
	}
	if (!stop)
		err = zx__state_sqlite(s, rc, "reading");
	zx__state_reset(st);
	return stop ? stop : err;
}

static void keep(struct zx_buf *text, struct zx_str *v)
{
	zx_buf_adds(text, *v);
}

static void place(const struct zx_buf *text, size_t *at, struct zx_str *v)
{
	v->ptr = text->ptr ? text->ptr + *at : "";
	*at += v->len;
}

int zx_state_snap_get(struct zx_state *s, uint64_t guild, const char *id,
		      struct zx_state_snapshot *out, struct zx_buf *text)
{
	size_t at = text->len;
	sqlite3_stmt *st;
	int err = zx__state_ready(s, STATE_SNAP_GET, &st), rc;

	if (err)
		return err;
	sqlite3_bind_int64(st, 1, zx__state_signed(guild));
	sqlite3_bind_text(st, 2, id, -1, SQLITE_STATIC);
	rc = sqlite3_step(st);
	err = zx__state_sqlite(s, rc, "reading");
	if (rc == SQLITE_ROW) {
		read_row(st, out);
		keep(text, &out->manifest);
		keep(text, &out->label);
		keep(text, &out->notes);
		keep(text, &out->meta);
		/* the buffer may have moved: places last */
		place(text, &at, &out->manifest);
		place(text, &at, &out->label);
		place(text, &at, &out->notes);
		place(text, &at, &out->meta);
		err = text->err;
	} else if (!err) {
		err = zx__state_fail(s, ZX_E_NOTFOUND, "no snapshot %s", id);
	}
	zx__state_reset(st);
	return err;
}

int zx_state_snap_update(struct zx_state *s,
			 const struct zx_state_snapshot *snap)
{
	sqlite3_stmt *st;
	int err = zx__state_ready(s, STATE_SNAP_UPDATE, &st);

	if (err)
		return err;
	sqlite3_bind_int64(st, 1, zx__state_signed(snap->guild));
	sqlite3_bind_text(st, 2, snap->id, -1, SQLITE_STATIC);
	sqlite3_bind_int(st, 3, snap->pinned != 0);
	bind_text(st, 4, snap->label);
	bind_text(st, 5, snap->notes);
	bind_blob(st, 6, snap->meta);
	err = zx__state_run(s, st, "saving");
	if (!err && !sqlite3_changes(s->db))
		err = zx__state_fail(s, ZX_E_NOTFOUND, "no snapshot %s",
				     snap->id);
	return err;
}
