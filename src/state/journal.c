/* SPDX-License-Identifier: MIT
 *
 * Restores: their plans, and the journals of what became of them.
 */
#include <stdio.h>
#include <string.h>

#include "state/state_int.h"

static void bind_text(sqlite3_stmt *st, int i, const char *v)
{
	sqlite3_bind_text(st, i, v, -1, SQLITE_STATIC);
}

static void bind_blob(sqlite3_stmt *st, int i, struct zx_str v)
{
	sqlite3_bind_blob(st, i, v.len ? v.ptr : "", (int)v.len, SQLITE_STATIC);
}

static int size_ok(struct zx_state *s, const char *what, size_t len, int most)
{
	if (len <= (size_t)most)
		return ZX_OK;
	return zx__state_fail(s, ZX_E_TOOBIG, "%s of %zu bytes, at most %d",
			      what, len, most);
}

/* A second open one of a guild is what the unique index refuses. */
static int one_at_a_time(struct zx_state *s, int err)
{
	if (err != ZX_E_INVALID ||
	    sqlite3_extended_errcode(s->db) != SQLITE_CONSTRAINT_UNIQUE)
		return err;
	return zx__state_fail(s, ZX_E_BUSY,
			      "a restore of this guild is not over yet: finish "
			      "or cancel that first");
}

int zx_state_restore_begin(struct zx_state *s, const struct zx_state_restore *r,
			   uint64_t *n)
{
	sqlite3_stmt *st;
	int err = size_ok(s, "a plan", r->plan.len, ZX_STATE_PLAN_MAX);

	if (!err)
		err = size_ok(s, "meta", r->meta.len, ZX__STATE_VALUE_MAX);
	if (!err)
		err = zx__state_ready(s, STATE_RESTORE_NEW, &st);
	if (err)
		return err;
	sqlite3_bind_int64(st, 1, zx__state_signed(r->guild));
	sqlite3_bind_int64(st, 2, zx__state_signed(r->user));
	bind_text(st, 3, r->snapshot);
	bind_text(st, 4, r->safety);
	sqlite3_bind_int(st, 5, r->open != 0);
	sqlite3_bind_int(st, 6, r->status);
	sqlite3_bind_int64(st, 7, r->created);
	sqlite3_bind_int64(st, 8, r->created);
	sqlite3_bind_blob(st, 9, r->hash, sizeof(r->hash), SQLITE_STATIC);
	bind_blob(st, 10, r->meta);
	bind_blob(st, 11, r->plan);
	err = one_at_a_time(s, zx__state_run(s, st, "saving a restore"));
	if (!err)
		*n = (uint64_t)sqlite3_last_insert_rowid(s->db);
	return err;
}

static int not_there(struct zx_state *s, uint64_t n)
{
	return zx__state_fail(s, ZX_E_NOTFOUND, "no restore %llu",
			      (unsigned long long)n);
}

int zx_state_restore_set(struct zx_state *s, const struct zx_state_restore *r)
{
	sqlite3_stmt *st;
	int err = size_ok(s, "meta", r->meta.len, ZX__STATE_VALUE_MAX);

	if (!err)
		err = zx__state_ready(s, STATE_RESTORE_SET, &st);
	if (err)
		return err;
	sqlite3_bind_int64(st, 1, zx__state_signed(r->n));
	bind_text(st, 2, r->safety);
	sqlite3_bind_int(st, 3, r->open != 0);
	sqlite3_bind_int(st, 4, r->status);
	sqlite3_bind_int64(st, 5, r->changed);
	bind_blob(st, 6, r->meta);
	err = one_at_a_time(s, zx__state_run(s, st, "saving a restore"));
	if (!err && !sqlite3_changes(s->db))
		err = not_there(s, r->n);
	return err;
}

int zx_state_restore_replan(struct zx_state *s, uint64_t n, struct zx_str plan,
			    const unsigned char hash[32])
{
	sqlite3_stmt *st;
	int err = size_ok(s, "a plan", plan.len, ZX_STATE_PLAN_MAX);

	if (!err)
		err = zx__state_ready(s, STATE_RESTORE_REPLAN, &st);
	if (err)
		return err;
	sqlite3_bind_int64(st, 1, zx__state_signed(n));
	bind_blob(st, 2, plan);
	sqlite3_bind_blob(st, 3, hash, 32, SQLITE_STATIC);
	err = zx__state_run(s, st, "saving a restore");
	if (!err && !sqlite3_changes(s->db))
		err = not_there(s, n);
	return err;
}

/* Reading ------------------------------------------------------------------ */

static struct zx_str blob_at(sqlite3_stmt *st, int i)
{
	const void *p = sqlite3_column_blob(st, i);

	return (struct zx_str){ p, (size_t)sqlite3_column_bytes(st, i) };
}

/* Texts are borrowed from the statement. */
static void read_row(sqlite3_stmt *st, struct zx_state_restore *o)
{
	struct zx_str hash = blob_at(st, 9);

	memset(o, 0, sizeof(*o));
	o->n = (uint64_t)sqlite3_column_int64(st, 0);
	o->guild = (uint64_t)sqlite3_column_int64(st, 1);
	o->user = (uint64_t)sqlite3_column_int64(st, 2);
	snprintf(o->snapshot, sizeof(o->snapshot), "%.*s",
		 ZX_ARG(blob_at(st, 3)));
	snprintf(o->safety, sizeof(o->safety), "%.*s", ZX_ARG(blob_at(st, 4)));
	o->open = sqlite3_column_int(st, 5);
	o->status = sqlite3_column_int(st, 6);
	o->created = sqlite3_column_int64(st, 7);
	o->changed = sqlite3_column_int64(st, 8);
	if (hash.len == sizeof(o->hash))
		memcpy(o->hash, hash.ptr, hash.len);
	o->records = (uint64_t)sqlite3_column_int64(st, 10);
	o->meta = blob_at(st, 11);
}

static int give(struct zx_state *s, sqlite3_stmt *st,
		struct zx_state_restore *out, struct zx_buf *text)
{
	size_t at = text->len;
	int rc = sqlite3_step(st);
	int err = zx__state_sqlite(s, rc, "reading");

	if (rc == SQLITE_ROW) {
		read_row(st, out);
		out->plan = blob_at(st, 12);
		zx_buf_adds(text, out->meta);
		zx_buf_adds(text, out->plan);
		/* the buffer may have moved: places last */
		out->meta.ptr = text->ptr ? text->ptr + at : "";
		out->plan.ptr = out->meta.ptr + out->meta.len;
		err = text->err;
	} else if (!err) {
		err = ZX_E_NOTFOUND;
	}
	zx__state_reset(st);
	return err;
}

int zx_state_restore_get(struct zx_state *s, uint64_t n,
			 struct zx_state_restore *out, struct zx_buf *text)
{
	sqlite3_stmt *st;
	int err = zx__state_ready(s, STATE_RESTORE_GET, &st);

	if (err)
		return err;
	sqlite3_bind_int64(st, 1, zx__state_signed(n));
	err = give(s, st, out, text);
	return err == ZX_E_NOTFOUND ? not_there(s, n) : err;
}

int zx_state_restore_open(struct zx_state *s, uint64_t guild,
			  struct zx_state_restore *out, struct zx_buf *text)
{
	sqlite3_stmt *st;
	int err = zx__state_ready(s, STATE_RESTORE_OPEN, &st);

	if (err)
		return err;
	sqlite3_bind_int64(st, 1, zx__state_signed(guild));
	err = give(s, st, out, text);
	if (err == ZX_E_NOTFOUND)
		err = zx__state_fail(s, err, "no restore is open");
	return err;
}

int zx_state_restore_each(struct zx_state *s, uint64_t guild,
			  int (*fn)(const struct zx_state_restore *r, void *ud),
			  void *ud)
{
	struct zx_state_restore row;
	sqlite3_stmt *st;
	int err = zx__state_ready(s, STATE_RESTORE_LIST, &st);
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

/* Journal ------------------------------------------------------------------ */

static int drop(struct zx_state *s, enum zx__state_stmt which, uint64_t n)
{
	sqlite3_stmt *st;
	int err = zx__state_ready(s, which, &st);

	if (err)
		return err;
	sqlite3_bind_int64(st, 1, zx__state_signed(n));
	return zx__state_run(s, st, "removing");
}

int zx_state_restore_delete(struct zx_state *s, uint64_t n)
{
	int err = zx__state_mark(s);

	if (err)
		return err;
	err = drop(s, STATE_RECORD_DROP, n);
	if (!err)
		err = drop(s, STATE_RESTORE_DROP, n);
	return zx__state_settle(s, err);
}

int zx_state_record(struct zx_state *s, uint64_t n, struct zx_str data)
{
	sqlite3_stmt *st;
	int err = size_ok(s, "a record", data.len, ZX_STATE_RECORD_MAX);

	if (!err)
		err = zx__state_ready(s, STATE_RECORD_ADD, &st);
	if (err)
		return err;
	sqlite3_bind_int64(st, 1, zx__state_signed(n));
	bind_blob(st, 2, data);
	err = zx__state_run(s, st, "saving a record");
	if (!err && !sqlite3_changes(s->db))
		err = not_there(s, n);
	return err;
}

int zx_state_record_each(struct zx_state *s, uint64_t n,
			 int (*fn)(struct zx_str data, void *ud), void *ud)
{
	sqlite3_stmt *st;
	int err = zx__state_ready(s, STATE_RECORD_LIST, &st);
	int stop = 0, rc = SQLITE_DONE;

	if (err)
		return err;
	sqlite3_bind_int64(st, 1, zx__state_signed(n));
	while (!stop && (rc = sqlite3_step(st)) == SQLITE_ROW)
		stop = fn(blob_at(st, 0), ud);
	if (!stop)
		err = zx__state_sqlite(s, rc, "reading");
	zx__state_reset(st);
	return stop ? stop : err;
}
