/* SPDX-License-Identifier: MIT
 *
 * The schema and its migrations. A migration is never edited once released;
 * the next one is added below it.
 */
#include <stdio.h>

#include "state/state_int.h"

static const char *const migrations[] = {
	/* 1: settings, sessions and other small things, by space and guild */
	"CREATE TABLE kv ("
	" space TEXT NOT NULL,"
	" guild INTEGER NOT NULL," /* 64 bits as they are; 0: no guild */
	" key TEXT NOT NULL,"
	" value BLOB NOT NULL,"
	" PRIMARY KEY (space, guild, key)"
	") STRICT, WITHOUT ROWID;",
};

int zx__state_newest(void)
{
	return (int)(sizeof(migrations) / sizeof(migrations[0]));
}

static int apply(struct zx_state *s, int from)
{
	char stamp[96];
	int err = ZX_OK;

	for (int i = from; !err && i < zx__state_newest(); i++)
		err = zx__state_exec(s, migrations[i], "migration");
	if (err)
		return err;
	snprintf(stamp, sizeof(stamp),
		 "PRAGMA application_id=%d; PRAGMA user_version=%d;",
		 ZX__STATE_APP_ID, zx__state_newest());
	return zx__state_exec(s, stamp, "migration");
}

int zx__state_migrate(struct zx_state *s)
{
	int from = s->schema;
	int err;

	if (from == zx__state_newest())
		return ZX_OK;
	err = zx__state_exec(s, "BEGIN IMMEDIATE", "migration");
	if (!err)
		err = apply(s, from);
	if (!err)
		err = zx__state_exec(s, "COMMIT", "migration");
	if (err) {
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
		return err;
	}
	s->schema = zx__state_newest();
	if (from)
		zx_logf(s->log, ZX_LOG_INFO, "state",
			"%s: schema brought from %d to %d", s->path, from,
			s->schema);
	return ZX_OK;
}
