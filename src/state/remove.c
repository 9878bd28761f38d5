/* SPDX-License-Identifier: MIT
 *
 * Removing snapshots, and the parts that no other one has.
 */
#include "state/state_int.h"

enum { BATCH = 64 }; /* objects per transaction, so that none is long */

static int run_on(struct zx_state *s, enum zx__state_stmt which, int64_t v)
{
	sqlite3_stmt *st;
	int err = zx__state_ready(s, which, &st);

	if (err)
		return err;
	sqlite3_bind_int64(st, 1, v);
	return zx__state_run(s, st, "removing");
}

/* The single integer; ZX_E_NOTFOUND. */
static int query(struct zx_state *s, sqlite3_stmt *st, int64_t *out)
{
	int rc = sqlite3_step(st);
	int err = zx__state_sqlite(s, rc, "reading");

	if (rc == SQLITE_ROW)
		*out = sqlite3_column_int64(st, 0);
	else if (!err)
		err = ZX_E_NOTFOUND;
	zx__state_reset(st);
	return err;
}

static int collect_one(struct zx_state *s)
{
	sqlite3_stmt *st;
	int64_t object;
	int err = zx__state_ready(s, STATE_TRASH_NEXT, &st);

	if (!err)
		err = query(s, st, &object);
	if (!err)
		err = run_on(s, STATE_TRASH_DROP, object);
	if (!err)
		err = run_on(s, STATE_TRASH_DONE, object);
	return err;
}

int zx__state_collect(struct zx_state *s)
{
	int err = ZX_OK;

	while (!err) {
		int done = 0;

		err = zx__state_mark(s);
		if (err)
			return err;
		for (int i = 0; !err && i < BATCH; i++)
			err = collect_one(s);
		if (err == ZX_E_NOTFOUND) {
			done = 1;
			err = ZX_OK;
		}
		err = zx__state_settle(s, err);
		if (done)
			break;
	}
	return err;
}

/* Its parts lie in the trash until somebody has looked who else has them. */
static int remove_row(struct zx_state *s, int64_t n)
{
	int err = zx__state_mark(s);

	if (err)
		return err;
	err = run_on(s, STATE_SNAP_TRASH, n);
	if (!err)
		err = run_on(s, STATE_SNAP_UNLINK, n);
	if (!err)
		err = run_on(s, STATE_SNAP_DELETE, n);
	return zx__state_settle(s, err);
}

/* On a full disk there is the ballast, and parts that nobody needs. */
static int remove_surely(struct zx_state *s, int64_t n)
{
	int err = remove_row(s, n);

	if (err != ZX_E_FULL || !s->ballast)
		return err;
	zx__state_ballast_drop(s);
	return remove_row(s, n);
}

static int needed(struct zx_state *s, uint64_t guild, const char *id)
{
	sqlite3_stmt *st;
	int64_t n = 0;
	int err = zx__state_ready(s, STATE_RESTORE_USES, &st);

	if (err)
		return err;
	sqlite3_bind_int64(st, 1, zx__state_signed(guild));
	sqlite3_bind_text(st, 2, id, -1, SQLITE_STATIC);
	err = query(s, st, &n);
	if (!err && n)
		err = zx__state_fail(s, ZX_E_BUSY,
				     "snapshot %s is needed by a restore that "
				     "is not over: finish or cancel that first",
				     id);
	return err;
}

int zx_state_snap_delete(struct zx_state *s, uint64_t guild, const char *id)
{
	sqlite3_stmt *st;
	int64_t n;
	int err = needed(s, guild, id);

	if (!err)
		err = zx__state_ready(s, STATE_SNAP_FIND, &st);
	if (err)
		return err;
	sqlite3_bind_int64(st, 1, zx__state_signed(guild));
	sqlite3_bind_text(st, 2, id, -1, SQLITE_STATIC);
	err = query(s, st, &n);
	if (err == ZX_E_NOTFOUND)
		return zx__state_fail(s, err, "no snapshot %s", id);
	if (!err)
		err = remove_surely(s, n);
	if (err)
		return err;
	/* What is left of it is removed now or at the next open. */
	(void)zx__state_collect(s);
	if (!s->ballast)
		zx__state_ballast(s);
	return ZX_OK;
}

int zx_state_snap_abort(struct zx_state *s, uint64_t draft)
{
	int64_t id = 0;
	sqlite3_stmt *st = NULL;
	int err, rc;

	if (!s->db)
		return zx__state_fail(s, ZX_E_STATE, "%s: is not open",
				      s->path);
	rc = sqlite3_prepare_v2(s->db,
				"SELECT n FROM snapshot WHERE n=?1"
				" AND id IS NULL",
				-1, &st, NULL);
	err = zx__state_sqlite(s, rc, "reading");
	if (!err) {
		sqlite3_bind_int64(st, 1, (int64_t)draft);
		err = query(s, st, &id);
	}
	sqlite3_finalize(st);
	if (err == ZX_E_NOTFOUND)
		return ZX_OK;
	if (!err)
		err = remove_surely(s, id);
	if (!err)
		(void)zx__state_collect(s);
	return err;
}

int zx__state_sweep(struct zx_state *s)
{
	int64_t n = 0;
	int err;

	for (;;) {
		err = zx__state_int(s,
				    "SELECT coalesce(min(n),0) FROM snapshot"
				    " WHERE id IS NULL",
				    &n);
		if (err || !n)
			break;
		err = remove_row(s, n);
		if (err)
			break;
	}
	if (!err)
		err = zx__state_collect(s);
	/* It is only tidying up: on a full disk the bot still starts. */
	return err == ZX_E_FULL ? ZX_OK : err;
}
