/* SPDX-License-Identifier: MIT
 *
 * Keys and values, and transactions.
 */
#include "state/state_int.h"

/* The statement with its first parameter set. */
static int ready(struct zx_state *s, enum zx__state_stmt which,
		 const char *space, sqlite3_stmt **out)
{
	int err = zx__state_ready(s, which, out);

	if (err)
		return err;
	return zx__state_sqlite(
		s, sqlite3_bind_text(*out, 1, space, -1, SQLITE_STATIC),
		"preparing");
}

static void bind_key(sqlite3_stmt *st, uint64_t guild, const char *key)
{
	sqlite3_bind_int64(st, 2, zx__state_signed(guild));
	sqlite3_bind_text(st, 3, key, -1, SQLITE_STATIC);
}

int zx_state_put(struct zx_state *s, const char *space, uint64_t guild,
		 const char *key, struct zx_str value)
{
	sqlite3_stmt *st;
	int err;

	if (value.len > ZX__STATE_VALUE_MAX)
		return zx__state_fail(s, ZX_E_TOOBIG,
				      "%s/%s: %zu bytes, at most %d", space,
				      key, value.len, ZX__STATE_VALUE_MAX);
	err = ready(s, STATE_PUT, space, &st);
	if (err)
		return err;
	bind_key(st, guild, key);
	/* a NULL pointer would be stored as NULL, not as no bytes */
	sqlite3_bind_blob(st, 4, value.len ? value.ptr : "", (int)value.len,
			  SQLITE_STATIC);
	return zx__state_run(s, st, "saving");
}

int zx_state_get(struct zx_state *s, const char *space, uint64_t guild,
		 const char *key, struct zx_buf *out)
{
	sqlite3_stmt *st;
	int err = ready(s, STATE_GET, space, &st);
	int rc;

	if (err)
		return err;
	bind_key(st, guild, key);
	rc = sqlite3_step(st);
	err = zx__state_sqlite(s, rc, "reading");
	if (!err && rc == SQLITE_ROW) {
		const void *p = sqlite3_column_blob(st, 0);

		zx_buf_add(out, p, (size_t)sqlite3_column_bytes(st, 0));
		err = out->err;
	} else if (!err) {
		err = zx__state_fail(s, ZX_E_NOTFOUND, "%s/%s: not set", space,
				     key);
	}
	zx__state_reset(st);
	return err;
}

int zx_state_del(struct zx_state *s, const char *space, uint64_t guild,
		 const char *key)
{
	sqlite3_stmt *st;
	int err = ready(s, STATE_DEL, space, &st);

	if (err)
		return err;
	bind_key(st, guild, key);
	return zx__state_run(s, st, "removing");
}

static int give(sqlite3_stmt *st,
		int (*fn)(uint64_t guild, const char *key, struct zx_str value,
			  void *ud),
		void *ud)
{
	uint64_t guild = (uint64_t)sqlite3_column_int64(st, 0);
	struct zx_str value = { sqlite3_column_blob(st, 2),
				(size_t)sqlite3_column_bytes(st, 2) };

	return fn(guild, (const char *)sqlite3_column_text(st, 1), value, ud);
}

int zx_state_each(struct zx_state *s, const char *space,
		  int (*fn)(uint64_t guild, const char *key,
			    struct zx_str value, void *ud),
		  void *ud)
{
	sqlite3_stmt *st;
	int err = ready(s, STATE_EACH, space, &st);
	int stop = 0, rc = SQLITE_DONE;

	if (err)
		return err;
	while (!stop && (rc = sqlite3_step(st)) == SQLITE_ROW)
		stop = give(st, fn, ud);
	if (!stop)
		err = zx__state_sqlite(s, rc, "reading");
	zx__state_reset(st);
	return stop ? stop : err;
}

int zx_state_begin(struct zx_state *s)
{
	int err;

	if (s->in_txn)
		return zx__state_fail(s, ZX_E_STATE,
				      "%s: a transaction is open already",
				      s->path);
	err = zx__state_here(s);
	if (!err)
		err = zx__state_exec(s, "BEGIN IMMEDIATE", "saving");
	s->in_txn = !err;
	return err;
}

int zx_state_commit(struct zx_state *s)
{
	int err;

	if (!s->in_txn)
		return zx__state_fail(s, ZX_E_STATE,
				      "%s: no transaction is open", s->path);
	err = zx__state_here(s);
	if (!err)
		err = zx__state_exec(s, "COMMIT", "saving");
	if (err)
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	s->in_txn = 0;
	return err;
}

void zx_state_rollback(struct zx_state *s)
{
	if (!s->in_txn || !zx__state_is_ours(s))
		return;
	sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	s->in_txn = 0;
}
