/* SPDX-License-Identifier: MIT
 *
 * guild.db of the Python framework: a table guild_settings(key, value).
 */
#include <unistd.h>

#include "state/state_int.h"

static int foreign(struct zx_state *s, const char *path, sqlite3 *db, int rc)
{
	return zx__state_fail(s, rc == SQLITE_NOMEM ? ZX_E_NOMEM : ZX_E_CORRUPT,
			      "%s: %s", path,
			      db ? sqlite3_errmsg(db) : sqlite3_errstr(rc));
}

int zx_state_python_settings(struct zx_state *s, const char *path,
			     int (*fn)(const char *key, const char *value,
				       void *ud),
			     void *ud)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *st = NULL;
	int stop = 0, err = ZX_OK;
	int rc = sqlite3_open_v2(
		path, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_prepare_v2(db,
					"SELECT CAST(key AS TEXT),"
					" CAST(value AS TEXT)"
					" FROM guild_settings ORDER BY key"
					" LIMIT 1000",
					-1, &st, NULL);
	while (rc == SQLITE_OK || rc == SQLITE_ROW) {
		const char *k, *v;

		rc = sqlite3_step(st);
		if (rc != SQLITE_ROW)
			break;
		k = (const char *)sqlite3_column_text(st, 0);
		v = (const char *)sqlite3_column_text(st, 1);
		stop = fn(k ? k : "", v ? v : "", ud);
		if (stop)
			break;
	}
	if (!stop && rc != SQLITE_DONE)
		err = foreign(s, path, db, rc);
	sqlite3_finalize(st);
	sqlite3_close_v2(db);
	return stop ? stop : err;
}

static int insert_all(sqlite3 *db, const char *const *pairs)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_exec(db,
			      "BEGIN; CREATE TABLE guild_settings"
			      " (key TEXT PRIMARY KEY, value TEXT)",
			      NULL, NULL, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_prepare_v2(
			db, "INSERT INTO guild_settings VALUES(?1,?2)", -1, &st,
			NULL);
	for (; rc == SQLITE_OK && *pairs; pairs += 2) {
		sqlite3_bind_text(st, 1, pairs[0], -1, SQLITE_STATIC);
		sqlite3_bind_text(st, 2, pairs[1], -1, SQLITE_STATIC);
		rc = sqlite3_step(st);
		rc = rc == SQLITE_DONE ? sqlite3_reset(st) : rc;
	}
	sqlite3_finalize(st);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
	return rc;
}

int zx_state_python_settings_make(struct zx_state *s, const char *path,
				  const char *const *pairs)
{
	sqlite3 *db = NULL;
	int err = ZX_OK, rc;

	if (!access(path, F_OK))
		return zx__state_fail(s, ZX_E_EXISTS, "%s: exists already",
				      path);
	rc = sqlite3_open_v2(path, &db,
			     SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
				     SQLITE_OPEN_NOMUTEX,
			     NULL);
	if (rc == SQLITE_OK)
		rc = insert_all(db, pairs);
	if (rc != SQLITE_OK)
		err = foreign(s, path, db, rc);
	sqlite3_close_v2(db);
	return err;
}
