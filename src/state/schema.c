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

	/* 2: snapshots of parts they share, their audit log, locks */
	"CREATE TABLE object ("
	" id INTEGER PRIMARY KEY,"
	" hash BLOB NOT NULL UNIQUE,"
	" size INTEGER NOT NULL,"   /* of the bytes that were hashed */
	" packed INTEGER NOT NULL," /* 0: as it is, 1: zstd */
	" bad INTEGER NOT NULL DEFAULT 0,"
	" data BLOB NOT NULL"
	") STRICT;"
	"CREATE TABLE snapshot ("
	" n INTEGER PRIMARY KEY AUTOINCREMENT,"
	" guild INTEGER NOT NULL,"
	" id TEXT," /* NULL: a draft */
	" created INTEGER,"
	" author INTEGER,"
	" pinned INTEGER NOT NULL DEFAULT 0,"
	" automatic INTEGER NOT NULL DEFAULT 0,"
	" bytes INTEGER,"
	" hash BLOB,"
	" manifest BLOB,"
	" label TEXT,"
	" notes TEXT,"
	" meta BLOB"
	") STRICT;"
	"CREATE UNIQUE INDEX snapshot_id ON snapshot(guild, id)"
	" WHERE id IS NOT NULL;"
	"CREATE TABLE part ("
	" snapshot INTEGER NOT NULL REFERENCES snapshot(n),"
	" object INTEGER NOT NULL REFERENCES object(id),"
	" PRIMARY KEY (snapshot, object)"
	") STRICT, WITHOUT ROWID;"
	"CREATE INDEX part_object ON part(object);"
	/* objects that may have lost their last snapshot */
	"CREATE TABLE trash (object INTEGER PRIMARY KEY) STRICT;"
	"CREATE TABLE audit ("
	" guild INTEGER NOT NULL,"
	" seq INTEGER NOT NULL,"
	" at INTEGER NOT NULL,"
	" user INTEGER NOT NULL,"
	" action TEXT NOT NULL,"
	" backup TEXT NOT NULL,"
	" details TEXT NOT NULL,"
	" PRIMARY KEY (guild, seq)"
	") STRICT, WITHOUT ROWID;"
	"CREATE TABLE lease ("
	" space TEXT NOT NULL,"
	" guild INTEGER NOT NULL,"
	" owner TEXT NOT NULL,"
	" until INTEGER NOT NULL,"
	" PRIMARY KEY (space, guild)"
	") STRICT, WITHOUT ROWID;",

	/* 3: restores and their journals */
	"CREATE TABLE restore ("
	" n INTEGER PRIMARY KEY AUTOINCREMENT,"
	" guild INTEGER NOT NULL,"
	" user INTEGER NOT NULL,"
	" snapshot TEXT NOT NULL,"
	" safety TEXT NOT NULL DEFAULT '',"
	" open INTEGER NOT NULL,"
	" status INTEGER NOT NULL,"
	" created INTEGER NOT NULL,"
	" changed INTEGER NOT NULL,"
	" hash BLOB NOT NULL,"
	" meta BLOB NOT NULL,"
	" plan BLOB NOT NULL"
	") STRICT;"
	"CREATE INDEX restore_guild ON restore(guild);"
	/* one at a time, whatever happens in between */
	"CREATE UNIQUE INDEX restore_open ON restore(guild) WHERE open;"
	"CREATE TABLE record ("
	" restore INTEGER NOT NULL REFERENCES restore(n),"
	" seq INTEGER NOT NULL,"
	" data BLOB NOT NULL,"
	" PRIMARY KEY (restore, seq)"
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
