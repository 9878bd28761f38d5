/* SPDX-License-Identifier: MIT
 *
 * Parts of snapshots: found by their hash, compressed where that helps.
 */
#include <string.h>

#include <zstd.h>

#include "state/state_int.h"

enum { LEVEL = 1 };

void zx__state_pack_free(struct zx_state *s)
{
	ZSTD_freeCCtx(s->zstd);
	ZSTD_freeDCtx(s->unzstd);
}

/* The packed bytes in b, or 0 when they would not be fewer by a sixteenth. */
static size_t pack(struct zx_state *s, struct zx_str data, struct zx_buf *b)
{
	size_t room = data.len - data.len / 16, n;
	char *p;

	if (!s->zstd)
		s->zstd = ZSTD_createCCtx();
	p = data.len >= 64 && s->zstd ? zx_buf_room(b, room) : NULL;
	if (!p)
		return 0;
	n = ZSTD_compressCCtx(s->zstd, p, room, data.ptr, data.len, LEVEL);
	return ZSTD_isError(n) ? 0 : n;
}

int zx__state_part_find(struct zx_state *s, const unsigned char hash[32],
			int64_t *row, int *bad)
{
	sqlite3_stmt *st;
	int err = zx__state_ready(s, STATE_PART_FIND, &st), rc;

	if (err)
		return err;
	sqlite3_bind_blob(st, 1, hash, 32, SQLITE_STATIC);
	rc = sqlite3_step(st);
	err = zx__state_sqlite(s, rc, "reading");
	if (rc == SQLITE_ROW) {
		*row = sqlite3_column_int64(st, 0);
		*bad = sqlite3_column_int(st, 1);
	} else if (!err) {
		err = zx__state_fail(s, ZX_E_NOTFOUND,
				     "%s: a part is not there", s->path);
	}
	zx__state_reset(st);
	return err;
}

static int write_part(struct zx_state *s, enum zx__state_stmt how,
		      const unsigned char hash[32], struct zx_str data)
{
	struct zx_buf b;
	sqlite3_stmt *st;
	size_t n;
	int err = zx__state_ready(s, how, &st);

	if (err)
		return err;
	zx_buf_init(&b, s->alloc, ZX_STATE_PART_MAX);
	n = pack(s, data, &b);
	err = b.err; /* which the release forgets */
	if (err) {
		zx_buf_release(&b);
		return zx__state_fail(s, err, "%s: no memory for a part",
				      s->path);
	}
	sqlite3_bind_blob(st, 1, hash, 32, SQLITE_STATIC);
	sqlite3_bind_int64(st, 2, (int64_t)data.len);
	sqlite3_bind_int(st, 3, n > 0);
	sqlite3_bind_blob(st, 4,
			  n	     ? b.ptr
			  : data.len ? data.ptr
				     : "",
			  (int)(n ? n : data.len), SQLITE_STATIC);
	err = zx__state_run(s, st, "saving a part");
	zx_buf_release(&b);
	return err;
}

static int link_part(struct zx_state *s, uint64_t draft, int64_t row)
{
	sqlite3_stmt *st;
	int err = zx__state_ready(s, STATE_PART_LINK, &st);

	if (err)
		return err;
	sqlite3_bind_int64(st, 1, (int64_t)draft);
	sqlite3_bind_int64(st, 2, row);
	return zx__state_run(s, st, "saving a part");
}

int zx_state_snap_part(struct zx_state *s, uint64_t draft,
		       const unsigned char hash[32], struct zx_str data)
{
	int64_t row = 0;
	int bad = 0, err, found;

	if (data.len > ZX_STATE_PART_MAX)
		return zx__state_fail(s, ZX_E_TOOBIG,
				      "%s: a part of %zu bytes, at most %d",
				      s->path, data.len, ZX_STATE_PART_MAX);
	err = zx__state_mark(s);
	if (err)
		return err;
	found = zx__state_part_find(s, hash, &row, &bad);
	if (found && found != ZX_E_NOTFOUND)
		return zx__state_settle(s, found);
	if (found || bad)
		err = write_part(s, found ? STATE_PART_PUT : STATE_PART_HEAL,
				 hash, data);
	if (!err && found)
		row = sqlite3_last_insert_rowid(s->db);
	if (!err)
		err = link_part(s, draft, row);
	return zx__state_settle(s, err);
}

int zx_state_snap_share(struct zx_state *s, uint64_t draft,
			const unsigned char hash[32])
{
	int64_t row;
	int bad, err = zx__state_part_find(s, hash, &row, &bad);

	if (!err && bad)
		err = ZX_E_NOTFOUND;
	return err ? err : link_part(s, draft, row);
}

static int unpack(struct zx_state *s, const void *p, size_t n, size_t size,
		  struct zx_buf *out)
{
	char *to = zx_buf_room(out, size);
	size_t got;

	if (!s->unzstd)
		s->unzstd = ZSTD_createDCtx();
	if (!to || !s->unzstd)
		return zx__state_fail(s, out->err ? out->err : ZX_E_NOMEM,
				      "%s: no room for a part", s->path);
	got = ZSTD_decompressDCtx(s->unzstd, to, size, p, n);
	if (ZSTD_isError(got) || got != size)
		return zx__state_fail(s, ZX_E_CORRUPT, "%s: a part is damaged",
				      s->path);
	out->len += size;
	out->ptr[out->len] = '\0';
	return ZX_OK;
}

static int give_part(struct zx_state *s, sqlite3_stmt *st, struct zx_buf *out)
{
	int64_t size = sqlite3_column_int64(st, 0);
	int packed = sqlite3_column_int(st, 1);
	const void *p = sqlite3_column_blob(st, 2);
	size_t n = (size_t)sqlite3_column_bytes(st, 2);

	/* A size from a damaged file must not be believed. */
	if (size < 0 || size > ZX_STATE_PART_MAX ||
	    (!packed && (size_t)size != n))
		return zx__state_fail(s, ZX_E_CORRUPT, "%s: a part is damaged",
				      s->path);
	if (packed)
		return unpack(s, p, n, (size_t)size, out);
	zx_buf_add(out, p, n);
	return out->err;
}

int zx_state_part_get(struct zx_state *s, const unsigned char hash[32],
		      struct zx_buf *out)
{
	sqlite3_stmt *st;
	int err = zx__state_ready(s, STATE_PART_GET, &st), rc;

	if (err)
		return err;
	sqlite3_bind_blob(st, 1, hash, 32, SQLITE_STATIC);
	rc = sqlite3_step(st);
	err = zx__state_sqlite(s, rc, "reading");
	if (rc == SQLITE_ROW)
		err = give_part(s, st, out);
	else if (!err)
		err = zx__state_fail(s, ZX_E_NOTFOUND,
				     "%s: a part is not there", s->path);
	zx__state_reset(st);
	return err;
}

int zx_state_part_bad(struct zx_state *s, const unsigned char hash[32])
{
	sqlite3_stmt *st;
	int err = zx__state_ready(s, STATE_PART_BAD, &st);

	if (err)
		return err;
	sqlite3_bind_blob(st, 1, hash, 32, SQLITE_STATIC);
	return zx__state_run(s, st, "saving");
}
