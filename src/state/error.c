/* SPDX-License-Identifier: MIT
 *
 * Errors of the state file: SQLite's codes as ours, and a sentence for people.
 */
#include <stdio.h>

#include "state/state_int.h"

int zx__state_fail(struct zx_state *s, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(s->error, sizeof(s->error), fmt, ap);
	va_end(ap);
	return err;
}

static int to_error(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return ZX_OK;
	case SQLITE_NOMEM:
		return ZX_E_NOMEM;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return ZX_E_BUSY;
	case SQLITE_FULL:
		return ZX_E_FULL;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return ZX_E_CORRUPT;
	case SQLITE_PERM:
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
	case SQLITE_AUTH:
		return ZX_E_PERM;
	case SQLITE_TOOBIG:
		return ZX_E_TOOBIG;
	case SQLITE_CONSTRAINT:
		return ZX_E_INVALID;
	default:
		return ZX_E_IO;
	}
}

static const char *advice(int err)
{
	switch (err) {
	case ZX_E_BUSY:
		return "; another process uses it (a bot that still runs?): "
		       "stop that one or choose another file";
	case ZX_E_FULL:
		return "; the disk is full: make room, nothing was lost";
	case ZX_E_CORRUPT:
		return "; it is left as it is: restore a copy of it, or move "
		       "it away to begin anew";
	case ZX_E_PERM:
		return "; check the owner and the mode of the file and its "
		       "folder";
	default:
		return "";
	}
}

int zx__state_sqlite(struct zx_state *s, int rc, const char *doing)
{
	int err = to_error(rc);
	const char *why = s->db ? sqlite3_errmsg(s->db) : sqlite3_errstr(rc);

	if (!err)
		return ZX_OK;
	return zx__state_fail(s, err, "%s: %s failed: %s%s", s->path, doing,
			      why, advice(err));
}

const char *zx_state_error(const struct zx_state *s)
{
	return s ? s->error : "";
}
