/* SPDX-License-Identifier: MIT
 *
 * The audit log, and leases.
 */
#include <string.h>

#include "state/state_int.h"

enum { AUDIT_MAX = 100000 }; /* per guild */

int zx_state_audit_add(struct zx_state *s, uint64_t guild,
		       const struct zx_state_audit *e)
{
	sqlite3_stmt *st;
	int err = zx__state_mark(s);

	if (err)
		return err;
	err = zx__state_ready(s, STATE_AUDIT_ADD, &st);
	if (!err) {
		sqlite3_bind_int64(st, 1, zx__state_signed(guild));
		sqlite3_bind_int64(st, 2, e->at);
		sqlite3_bind_int64(st, 3, zx__state_signed(e->user));
		sqlite3_bind_text(st, 4, e->action ? e->action : "", -1,
				  SQLITE_STATIC);
		sqlite3_bind_text(st, 5, e->backup ? e->backup : "", -1,
				  SQLITE_STATIC);
		sqlite3_bind_text(st, 6, e->details.len ? e->details.ptr : "",
				  (int)e->details.len, SQLITE_STATIC);
		err = zx__state_run(s, st, "saving");
	}
	if (!err)
		err = zx__state_ready(s, STATE_AUDIT_TRIM, &st);
	if (!err) {
		sqlite3_bind_int64(st, 1, zx__state_signed(guild));
		sqlite3_bind_int64(st, 2, AUDIT_MAX);
		err = zx__state_run(s, st, "saving");
	}
	return zx__state_settle(s, err);
}

static int give(sqlite3_stmt *st,
		int (*fn)(const struct zx_state_audit *entry, void *ud),
		void *ud)
{
	struct zx_state_audit e = {
		.seq = (uint64_t)sqlite3_column_int64(st, 0),
		.at = sqlite3_column_int64(st, 1),
		.user = (uint64_t)sqlite3_column_int64(st, 2),
		.action = (const char *)sqlite3_column_text(st, 3),
		.backup = (const char *)sqlite3_column_text(st, 4),
		.details = { (const char *)sqlite3_column_text(st, 5),
			     (size_t)sqlite3_column_bytes(st, 5) }
	};

	return fn(&e, ud);
}

int zx_state_audit_each(struct zx_state *s, uint64_t guild, unsigned limit,
			int (*fn)(const struct zx_state_audit *entry, void *ud),
			void *ud)
{
	sqlite3_stmt *st;
	int err = zx__state_ready(s, STATE_AUDIT_LIST, &st);
	int stop = 0, rc = SQLITE_DONE;

	if (err)
		return err;
	sqlite3_bind_int64(st, 1, zx__state_signed(guild));
	sqlite3_bind_int64(st, 2, limit ? (int64_t)limit : -1);
	while (!stop && (rc = sqlite3_step(st)) == SQLITE_ROW)
		stop = give(st, fn, ud);
	if (!stop)
		err = zx__state_sqlite(s, rc, "reading");
	zx__state_reset(st);
	return stop ? stop : err;
}

static void bind_lease(sqlite3_stmt *st, const char *space, uint64_t guild)
{
	sqlite3_bind_text(st, 1, space, -1, SQLITE_STATIC);
	sqlite3_bind_int64(st, 2, zx__state_signed(guild));
}

int zx_state_lease_get(struct zx_state *s, const char *space, uint64_t guild,
		       zx_wall now, zx_wall *until, struct zx_buf *owner)
{
	sqlite3_stmt *st;
	int err = zx__state_ready(s, STATE_LEASE_GET, &st), rc;

	if (err)
		return err;
	bind_lease(st, space, guild);
	rc = sqlite3_step(st);
	err = zx__state_sqlite(s, rc, "reading");
	if (rc == SQLITE_ROW && sqlite3_column_int64(st, 1) > now) {
		*until = sqlite3_column_int64(st, 1);
		if (owner)
			zx_buf_add(owner, sqlite3_column_text(st, 0),
				   (size_t)sqlite3_column_bytes(st, 0));
		err = owner ? owner->err : ZX_OK;
	} else if (!err) {
		err = zx__state_fail(s, ZX_E_NOTFOUND, "%s: nobody has it",
				     space);
	}
	zx__state_reset(st);
	return err;
}

static int write_lease(struct zx_state *s, const char *space, uint64_t guild,
		       const char *owner, zx_wall until, int give_back)
{
	sqlite3_stmt *st;
	int err = zx__state_ready(
		s, give_back ? STATE_LEASE_DEL : STATE_LEASE_PUT, &st);

	if (err)
		return err;
	bind_lease(st, space, guild);
	if (!give_back) {
		sqlite3_bind_text(st, 3, owner, -1, SQLITE_STATIC);
		sqlite3_bind_int64(st, 4, until);
	}
	return zx__state_run(s, st, "saving");
}

int zx_state_lease(struct zx_state *s, const char *space, uint64_t guild,
		   const char *owner, zx_wall now, zx_wall until)
{
	struct zx_buf holder;
	zx_wall held = 0;
	int err = zx__state_mark(s);

	if (err)
		return err;
	zx_buf_init(&holder, s->alloc, 0);
	err = zx_state_lease_get(s, space, guild, now, &held, &holder);
	if (!err && strcmp(zx_buf_cstr(&holder), owner))
		err = zx__state_fail(s, ZX_E_BUSY, "%s: %s has it", space,
				     zx_buf_cstr(&holder));
	else if (!err || err == ZX_E_NOTFOUND)
		err = write_lease(s, space, guild, owner, until, until <= now);
	zx_buf_release(&holder);
	return zx__state_settle(s, err);
}
