/* SPDX-License-Identifier: MIT
 *
 * How much room snapshots take.
 */
#include "state/state_int.h"

#define ONE                                                                    \
	"SELECT count(*),coalesce(sum(size),0),coalesce(sum(length(data)),0)"  \
	" FROM object WHERE id IN (SELECT p.object FROM snapshot s"            \
	" JOIN part p ON p.snapshot=s.n WHERE s.guild=?1 AND s.id IS NOT NULL)"
#define ALL                                                                    \
	"SELECT count(*),coalesce(sum(size),0),coalesce(sum(length(data)),0)"  \
	" FROM object"

int zx_state_usage(struct zx_state *s, uint64_t guild,
		   struct zx_state_usage *out)
{
	sqlite3_stmt *st = NULL;
	int rc, err;

	*out = (struct zx_state_usage){ .parts = 0 };
	if (!s->db)
		return zx__state_fail(s, ZX_E_STATE, "%s: is not open",
				      s->path);
	rc = sqlite3_prepare_v2(s->db, guild ? ONE : ALL, -1, &st, NULL);
	err = zx__state_sqlite(s, rc, "reading");
	if (!err && guild)
		sqlite3_bind_int64(st, 1, zx__state_signed(guild));
	if (!err) {
		rc = sqlite3_step(st);
		err = zx__state_sqlite(s, rc, "reading");
	}
	if (!err && rc == SQLITE_ROW) {
		out->parts = (uint64_t)sqlite3_column_int64(st, 0);
		out->bytes = (uint64_t)sqlite3_column_int64(st, 1);
		out->stored = (uint64_t)sqlite3_column_int64(st, 2);
	}
	sqlite3_finalize(st);
	return err;
}
