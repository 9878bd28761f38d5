/* SPDX-License-Identifier: MIT
 *
 * The statements, each prepared once, and marks that make several of them one.
 */
#include "state/state_int.h"

#define COLUMNS                                                                \
	"guild,id,created,author,pinned,automatic,bytes,hash,manifest,"        \
	"label,notes,meta"

#define RESTORE                                                                \
	"n,guild,user,snapshot,safety,open,status,created,changed,hash,"       \
	"(SELECT coalesce(max(seq),0) FROM record WHERE restore=n),meta"

static const char *const sql[STATE_STMTS] = {
	[STATE_PUT] =
		"INSERT INTO kv(space,guild,key,value) VALUES(?1,?2,?3,?4)"
		" ON CONFLICT DO UPDATE SET value=excluded.value",
	[STATE_GET] = "SELECT value FROM kv"
		      " WHERE space=?1 AND guild=?2 AND key=?3",
	[STATE_DEL] = "DELETE FROM kv WHERE space=?1 AND guild=?2 AND key=?3",
	[STATE_EACH] = "SELECT guild,key,value FROM kv WHERE space=?1"
		       " ORDER BY guild,key",

	[STATE_DRAFT] = "INSERT INTO snapshot(guild) VALUES(?1)",
	[STATE_PART_FIND] = "SELECT id,bad FROM object WHERE hash=?1",
	[STATE_PART_PUT] = "INSERT INTO object(hash,size,packed,data)"
			   " VALUES(?1,?2,?3,?4)",
	[STATE_PART_HEAL] = "UPDATE object SET size=?2,packed=?3,data=?4,bad=0"
			    " WHERE hash=?1",
	[STATE_PART_LINK] =
		"INSERT OR IGNORE INTO part(snapshot,object)"
		" SELECT n,?2 FROM snapshot WHERE n=?1 AND id IS NULL",
	[STATE_PART_GET] = "SELECT size,packed,data FROM object WHERE hash=?1",
	[STATE_PART_BAD] = "UPDATE object SET bad=1 WHERE hash=?1",

	[STATE_SNAP_COUNT] = "SELECT count(*),"
			     " count(*) FILTER (WHERE id=?2)"
			     " FROM snapshot WHERE guild=?1"
			     " AND id IS NOT NULL",
	[STATE_SNAP_COMMIT] =
		"UPDATE snapshot SET id=?3,created=?4,author=?5,pinned=?6,"
		"automatic=?7,bytes=?8,hash=?9,manifest=?10,label=?11,"
		"notes=?12,meta=?13 WHERE n=?1 AND guild=?2 AND id IS NULL",
	[STATE_SNAP_LIST] = "SELECT " COLUMNS " FROM snapshot"
			    " WHERE (?1=0 OR guild=?1) AND id IS NOT NULL"
			    " ORDER BY created DESC,n DESC",
	[STATE_SNAP_GET] = "SELECT " COLUMNS " FROM snapshot"
			   " WHERE guild=?1 AND id=?2",
	[STATE_SNAP_UPDATE] = "UPDATE snapshot SET pinned=?3,label=?4,"
			      "notes=?5,meta=?6 WHERE guild=?1 AND id=?2",
	[STATE_SNAP_FIND] = "SELECT n FROM snapshot WHERE guild=?1 AND id=?2",
	[STATE_SNAP_TRASH] = "INSERT OR IGNORE INTO trash(object)"
			     " SELECT object FROM part WHERE snapshot=?1",
	[STATE_SNAP_UNLINK] = "DELETE FROM part WHERE snapshot=?1",
	[STATE_SNAP_DELETE] = "DELETE FROM snapshot WHERE n=?1",
	[STATE_TRASH_NEXT] = "SELECT object FROM trash LIMIT 1",
	[STATE_TRASH_DROP] = "DELETE FROM object WHERE id=?1 AND NOT EXISTS"
			     " (SELECT 1 FROM part WHERE object=?1)",
	[STATE_TRASH_DONE] = "DELETE FROM trash WHERE object=?1",

	[STATE_AUDIT_ADD] =
		"INSERT INTO audit(guild,seq,at,user,action,backup,details)"
		" VALUES(?1,(SELECT coalesce(max(seq),0)+1 FROM audit"
		" WHERE guild=?1),?2,?3,?4,?5,?6)",
	[STATE_AUDIT_TRIM] = "DELETE FROM audit WHERE guild=?1 AND seq<="
			     "(SELECT max(seq) FROM audit WHERE guild=?1)-?2",
	[STATE_AUDIT_LIST] = "SELECT seq,at,user,action,backup,details"
			     " FROM audit WHERE guild=?1"
			     " ORDER BY seq DESC LIMIT ?2",

	[STATE_LEASE_GET] = "SELECT owner,until FROM lease"
			    " WHERE space=?1 AND guild=?2",
	[STATE_LEASE_PUT] = "INSERT INTO lease(space,guild,owner,until)"
			    " VALUES(?1,?2,?3,?4) ON CONFLICT DO UPDATE"
			    " SET owner=excluded.owner,until=excluded.until",
	[STATE_LEASE_DEL] = "DELETE FROM lease WHERE space=?1 AND guild=?2",

	[STATE_RESTORE_NEW] =
		"INSERT INTO restore(guild,user,snapshot,safety,open,status,"
		"created,changed,hash,meta,plan)"
		" VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11)",
	[STATE_RESTORE_SET] =
		"UPDATE restore SET safety=?2,open=?3,status=?4,changed=?5,"
		"meta=?6 WHERE n=?1",
	[STATE_RESTORE_REPLAN] =
		"UPDATE restore SET plan=?2,hash=?3 WHERE n=?1",
	[STATE_RESTORE_GET] = "SELECT " RESTORE ",plan FROM restore WHERE n=?1",
	[STATE_RESTORE_OPEN] = "SELECT " RESTORE ",plan FROM restore"
			       " WHERE guild=?1 AND open",
	[STATE_RESTORE_LIST] = "SELECT " RESTORE " FROM restore"
			       " WHERE (?1=0 OR guild=?1) ORDER BY n DESC",
	[STATE_RESTORE_DROP] = "DELETE FROM restore WHERE n=?1",
	[STATE_RESTORE_USES] = "SELECT count(*) FROM restore WHERE open AND"
			       " (snapshot=?2 OR (guild=?1 AND safety=?2))",
	[STATE_RECORD_ADD] =
		"INSERT INTO record(restore,seq,data)"
		" SELECT n,(SELECT coalesce(max(seq),0)+1 FROM record"
		" WHERE restore=?1),?2 FROM restore WHERE n=?1",
	[STATE_RECORD_LIST] = "SELECT data FROM record WHERE restore=?1"
			      " ORDER BY seq",
	[STATE_RECORD_DROP] = "DELETE FROM record WHERE restore=?1",
};

int zx__state_ready(struct zx_state *s, enum zx__state_stmt which,
		    sqlite3_stmt **out)
{
	int rc = SQLITE_OK;

	*out = NULL;
	if (!s->db)
		return zx__state_fail(s, ZX_E_STATE, "%s: is not open",
				      s->path);
	if (!zx__state_is_ours(s))
		return zx__state_here(s);
	/* After some faults SQLite undoes a transaction by itself; what follows
	 * must not be kept as if it stood alone. */
	if (s->in_txn && sqlite3_get_autocommit(s->db))
		return zx__state_fail(s, ZX_E_STATE,
				      "%s: the transaction was undone",
				      s->path);
	if (!s->stmt[which])
		rc = sqlite3_prepare_v3(s->db, sql[which], -1,
					SQLITE_PREPARE_PERSISTENT,
					&s->stmt[which], NULL);
	*out = s->stmt[which];
	return zx__state_sqlite(s, rc, "preparing");
}

void zx__state_reset(sqlite3_stmt *st)
{
	sqlite3_reset(st);
	sqlite3_clear_bindings(st);
}

int zx__state_run(struct zx_state *s, sqlite3_stmt *st, const char *doing)
{
	int err = zx__state_here(s);

	if (!err)
		err = zx__state_sqlite(s, sqlite3_step(st), doing);
	zx__state_reset(st);
	return err;
}

int zx__state_mark(struct zx_state *s)
{
	if (!s->db)
		return zx__state_fail(s, ZX_E_STATE, "%s: is not open",
				      s->path);
	return zx__state_exec(s, "SAVEPOINT zx", "saving");
}

int zx__state_settle(struct zx_state *s, int err)
{
	char first[sizeof(s->error)];

	if (!err) {
		err = zx__state_exec(s, "RELEASE zx", "saving");
		if (!err)
			return ZX_OK;
	}
	/* What went wrong first is what people want to read. */
	sqlite3_snprintf(sizeof(first), first, "%s", s->error);
	sqlite3_exec(s->db, "ROLLBACK TO zx; RELEASE zx", NULL, NULL, NULL);
	if (!s->in_txn && !sqlite3_get_autocommit(s->db))
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	sqlite3_snprintf(sizeof(s->error), s->error, "%s", first);
	return err;
}
