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
	STATE_DRAFT,
	STATE_PART_FIND,
	STATE_PART_PUT,
	STATE_PART_HEAL,
	STATE_PART_LINK,
	STATE_PART_GET,
	STATE_PART_BAD,
	STATE_SNAP_COUNT,
	STATE_SNAP_COMMIT,
	STATE_SNAP_LIST,
	STATE_SNAP_GET,
	STATE_SNAP_UPDATE,
	STATE_SNAP_FIND,
	STATE_SNAP_TRASH,
	STATE_SNAP_UNLINK,
	STATE_SNAP_DELETE,
	STATE_TRASH_NEXT,
	STATE_TRASH_DROP,
	STATE_TRASH_DONE,
	STATE_AUDIT_ADD,
	STATE_AUDIT_TRIM,
	STATE_AUDIT_LIST,
	STATE_LEASE_GET,
	STATE_LEASE_PUT,
	STATE_LEASE_DEL,
	STATE_RESTORE_NEW,
	STATE_RESTORE_SET,
	STATE_RESTORE_REPLAN,
	STATE_RESTORE_GET,
	STATE_RESTORE_OPEN,
	STATE_RESTORE_LIST,
	STATE_RESTORE_DROP,
	STATE_RESTORE_USES,
	STATE_RECORD_ADD,
	STATE_RECORD_LIST,
	STATE_RECORD_DROP,
	STATE_STMTS
};

struct zx_state {
	sqlite3 *db;
	sqlite3_stmt *stmt[STATE_STMTS];
	const struct zx_alloc *alloc;
	const struct zx_log *log;
	char *path;
	const char *vfs; /* of the options; only until it is open */
	void *zstd;	 /* what compresses and expands, made when needed */
	void *unzstd;
	int ballast; /* the side file is there */
	int64_t pid; /* that opened it; 0: not yet */
	uint64_t file_dev, file_ino;
	int file_known; /* of the two above */
	int gone_told;
	int schema;
	int in_txn;
	char error[512];
};

enum {
	ZX__STATE_VALUE_MAX = 1 << 20, /* bytes of one value */
	ZX__STATE_APP_ID = 0x7a787279  /* "zxry" in the file's header */
};

/* SQLite has signed integers; all 64 bits go there and back. */
static inline int64_t zx__state_signed(uint64_t v)
{
	return v > INT64_MAX ? (int64_t)(v - INT64_MAX - 1) + INT64_MIN
			     : (int64_t)v;
}

/* A prepared statement, made once. */
int zx__state_ready(struct zx_state *s, enum zx__state_stmt which,
		    sqlite3_stmt **out);
/* Steps once, for statements that return nothing, and resets. */
int zx__state_run(struct zx_state *s, sqlite3_stmt *st, const char *doing);
/* Resets and forgets what was bound. */
void zx__state_reset(sqlite3_stmt *st);
/* Several statements as one, also inside of a transaction. */
int zx__state_mark(struct zx_state *s);
/* Keeps what came since the mark, or undoes it when err is not 0; that error,
 * or why it cannot be kept. */
int zx__state_settle(struct zx_state *s, int err);

/* Room on the disk that is kept for deleting when nothing else is left. */
void zx__state_ballast(struct zx_state *s);
void zx__state_ballast_drop(struct zx_state *s);

/* Throws away what an earlier process did not finish. */
int zx__state_sweep(struct zx_state *s);
/* Removes objects that no snapshot has any more. */
int zx__state_collect(struct zx_state *s);
/* One object by hash: its row and whether it is damaged. */
int zx__state_part_find(struct zx_state *s, const unsigned char hash[32],
			int64_t *row, int *bad);
void zx__state_pack_free(struct zx_state *s);

/* here.c: remembers the file and the process; looks whether they are the same.
 * Before every write: ZX_OK, or an error and why. */
void zx__state_here_note(struct zx_state *s);
int zx__state_here(struct zx_state *s);
int zx__state_is_here(const struct zx_state *s);
int zx__state_is_ours(const struct zx_state *s);

/* Keeps a sentence for zx_state_error() and returns err. */
int zx__state_fail(struct zx_state *s, int err, const char *fmt, ...)
	ZX_PRINTF(3, 4);
/* Turns SQLite's result into ours, with its message behind `doing`. */
int zx__state_sqlite(struct zx_state *s, int rc, const char *doing);
/* Runs statements that return nothing. */
int zx__state_exec(struct zx_state *s, const char *sql, const char *doing);
/* The single integer of a query such as "PRAGMA user_version". */
int zx__state_int(struct zx_state *s, const char *sql, int64_t *out);
/* Looks for damage before anything is written to it, in files that are not too
 * large for that. */
int zx__state_sound(struct zx_state *s);
/* Brings the schema up to date in one transaction. */
int zx__state_migrate(struct zx_state *s);
/* The newest schema this build knows. */
int zx__state_newest(void);

#endif
