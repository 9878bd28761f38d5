/* SPDX-License-Identifier: MIT
 *
 * Inside the state module: the handle, and what its files share.
 */
#ifndef ZX_STATE_INT_H
#define ZX_STATE_INT_H

#include <sqlite3.h>

#include "zoryx/state.h"

enum zx__state_stmt {
	STATE_PUT,
	STATE_GET,
	STATE_DEL,
	STATE_EACH,
	STATE_STMTS
};

struct zx_state {
	sqlite3 *db;
	sqlite3_stmt *stmt[STATE_STMTS];
	const struct zx_alloc *alloc;
	const struct zx_log *log;
	char *path;
	int schema;
	int in_txn;
	char error[512];
};

enum {
	ZX__STATE_VALUE_MAX = 1 << 20, /* bytes of one value */
	ZX__STATE_APP_ID = 0x7a787279  /* "zxry" in the file's header */
};

/* Keeps a sentence for zx_state_error() and returns err. */
int zx__state_fail(struct zx_state *s, int err, const char *fmt, ...)
	ZX_PRINTF(3, 4);
/* Turns SQLite's result into ours, with its message behind `doing`. */
int zx__state_sqlite(struct zx_state *s, int rc, const char *doing);
/* Runs statements that return nothing. */
int zx__state_exec(struct zx_state *s, const char *sql, const char *doing);
/* The single integer of a query such as "PRAGMA user_version". */
int zx__state_int(struct zx_state *s, const char *sql, int64_t *out);
/* Brings the schema up to date in one transaction. */
int zx__state_migrate(struct zx_state *s);
/* The newest schema this build knows. */
int zx__state_newest(void);

#endif
