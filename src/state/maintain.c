/* SPDX-License-Identifier: MIT
 *
 * Checking, copying and shrinking the state file.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "state/state_int.h"

/*
 * The check tells what it could not read as it tells damage, in words. A disk
 * that fails, or memory that is out, must not be taken for a damaged file:
 * people would throw it away.
 */
static int only_unread(const char *report)
{
	const char *code = strstr(report, "error code");

	code = code ? strpbrk(code, "0123456789") : NULL;
	if (code && (atoi(code) & 0xff) == SQLITE_NOMEM)
		return ZX_E_NOMEM;
	if (code && (atoi(code) & 0xff) == SQLITE_IOERR)
		return ZX_E_IO;
	return strstr(report, "failed to get page") ? ZX_E_IO : ZX_OK;
}

static int judge(struct zx_state *s, const char *report)
{
	static const char head[] = "*** in database main ***\n";
	int err = only_unread(report);

	if (!strncmp(report, head, sizeof(head) - 1))
		report += sizeof(head) - 1;
	if (err == ZX_E_NOMEM)
		return zx__state_fail(s, err, "%s: checking: out of memory",
				      s->path);
	if (err)
		return zx__state_fail(s, err,
				      "%s: cannot be read: %s; it is left as "
				      "it is: look after the disk, and keep a "
				      "copy of the file elsewhere",
				      s->path, report);
	return zx__state_fail(s, ZX_E_CORRUPT,
			      "%s: is damaged: %s; it is left as it is: "
			      "restore a copy of it, or move it away to begin "
			      "anew",
			      s->path, report);
}

/* Runs a pragma whose first row, if any, must be "ok". */
static int examine(struct zx_state *s, const char *pragma)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(s->db, pragma, -1, &st, NULL);
	int err = zx__state_sqlite(s, rc, "checking");

	if (!err) {
		rc = sqlite3_step(st);
		err = zx__state_sqlite(s, rc, "checking");
	}
	if (!err && rc == SQLITE_ROW) {
		const char *text = (const char *)sqlite3_column_text(st, 0);

		if (!text || strcmp(text, "ok"))
			err = judge(s, text ? text : "?");
	}
	sqlite3_finalize(st);
	return err;
}

/* A quarter of a second at the most: larger files are left to
 * zx_state_check(). */
#define SOUND_BYTES ((int64_t)64 << 20)

int zx__state_sound(struct zx_state *s)
{
	int64_t pages = 0, size = 0;
	int err = zx__state_int(s, "PRAGMA page_count", &pages);

	if (!err)
		err = zx__state_int(s, "PRAGMA page_size", &size);
	if (err || pages * size > SOUND_BYTES)
		return err;
	return examine(s, "PRAGMA quick_check(1)");
}

int zx_state_check(struct zx_state *s)
{
	int err = examine(s, "PRAGMA integrity_check(1)");

	return err ? err : examine(s, "PRAGMA foreign_key_check");
}

/* The copy gets its name only when it is complete and on the disk. */
static int publish(struct zx_state *s, const char *tmp, const char *path)
{
	int fd = open(tmp, O_RDONLY | O_CLOEXEC);
	int bad = fd < 0 || fsync(fd) || link(tmp, path);
	int why = errno;

	if (fd >= 0)
		close(fd);
	unlink(tmp);
	if (!bad)
		return ZX_OK;
	return zx__state_fail(s, why == EEXIST ? ZX_E_EXISTS : ZX_E_IO,
			      "%s: cannot be written: %s", path, strerror(why));
}

int zx_state_copy(struct zx_state *s, const char *path)
{
	char tmp[4096];
	sqlite3_stmt *st = NULL;
	int err, rc;

	if (!access(path, F_OK))
		return zx__state_fail(s, ZX_E_EXISTS,
				      "%s: exists already; nothing was "
				      "overwritten",
				      path);
	rc = snprintf(tmp, sizeof(tmp), "%s.part", path);
	if (rc < 0 || (size_t)rc >= sizeof(tmp))
		return zx__state_fail(s, ZX_E_TOOBIG, "the path is too long");
	unlink(tmp); /* of a copy that was interrupted */
	rc = sqlite3_prepare_v2(s->db, "VACUUM INTO ?1", -1, &st, NULL);
	if (rc == SQLITE_OK) {
		sqlite3_bind_text(st, 1, tmp, -1, SQLITE_STATIC);
		rc = sqlite3_step(st);
	}
	err = zx__state_sqlite(s, rc, "copying");
	sqlite3_finalize(st);
	if (err) {
		unlink(tmp);
		return err;
	}
	return publish(s, tmp, path);
}

int zx_state_vacuum(struct zx_state *s)
{
	int err = zx__state_here(s);

	return err ? err : zx__state_exec(s, "VACUUM", "shrinking");
}
