/* SPDX-License-Identifier: MIT
 *
 * Opening, owning and closing the state file.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "state/state_int.h"

int zx__state_exec(struct zx_state *s, const char *sql, const char *doing)
{
	return zx__state_sqlite(s, sqlite3_exec(s->db, sql, NULL, NULL, NULL),
				doing);
}

int zx__state_int(struct zx_state *s, const char *sql, int64_t *out)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(s->db, sql, -1, &st, NULL);

	if (rc == SQLITE_OK) {
		rc = sqlite3_step(st);
		if (rc == SQLITE_ROW)
			*out = sqlite3_column_int64(st, 0);
	}
	sqlite3_finalize(st);
	return zx__state_sqlite(s, rc, "reading");
}

/* Makes the folders in front of the file's name, for their owner only. */
static int make_folders(struct zx_state *s)
{
	for (char *p = strchr(s->path + 1, '/'); p; p = strchr(p + 1, '/')) {
		int made;

		*p = 0;
		made = mkdir(s->path, 0700);
		*p = '/';
		if (made && errno != EEXIST)
			return zx__state_fail(
				s, errno == ENOSPC ? ZX_E_FULL : ZX_E_PERM,
				"%s: cannot make its folder: %s", s->path,
				strerror(errno));
	}
	return ZX_OK;
}

/* The file holds session ids, so it is made for its owner only. It is created
 * here and never opened here when it exists: closing a second descriptor would
 * drop the locks of another handle in this process. */
static int make_file(struct zx_state *s)
{
	struct stat st;
	int fd;

	if (!stat(s->path, &st)) {
		if (S_ISREG(st.st_mode))
			return ZX_OK;
		return zx__state_fail(
			s, ZX_E_PERM,
			"%s: is a folder or a device, not a file; "
			"give the state file another path",
			s->path);
	}
	fd = open(s->path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0) {
		close(fd);
		return ZX_OK;
	}
	if (errno == EEXIST)
		return ZX_OK;
	return zx__state_fail(s, errno == ENOSPC ? ZX_E_FULL : ZX_E_PERM,
			      "%s: cannot be made: %s; check that its folder "
			      "can be written",
			      s->path, strerror(errno));
}

enum { OWN_TRIES = 8, OWN_WAIT_MS = 20 };

/*
 * TRUNCATE and FULL lost nothing in simulated power cuts where the default
 * journal mode lost the last transaction; EXCLUSIVE keeps the lock from the
 * first write until close, so that two bots cannot share a file.
 */
static const char pragmas[] = "PRAGMA locking_mode=EXCLUSIVE;"
			      "PRAGMA journal_mode=TRUNCATE;"
			      "PRAGMA synchronous=FULL;"
			      "PRAGMA foreign_keys=ON;"
			      "PRAGMA trusted_schema=OFF;"
			      "PRAGMA cell_size_check=ON;";

/* Whose file is it, and how old? */
static int identify(struct zx_state *s)
{
	int64_t app = 0, version = 0, tables = 0;
	int err = zx__state_int(s, "PRAGMA application_id", &app);

	if (!err)
		err = zx__state_int(s, "PRAGMA user_version", &version);
	if (!err)
		err = zx__state_int(s, "SELECT count(*) FROM sqlite_schema",
				    &tables);
	if (err)
		return err;
	if (app != ZX__STATE_APP_ID && (app || version || tables))
		return zx__state_fail(
			s, ZX_E_CORRUPT,
			"%s: is a database of another program; it "
			"is left as it is: choose another path",
			s->path);
	if (version > zx__state_newest())
		return zx__state_fail(
			s, ZX_E_VERSION,
			"%s: was written by a newer zoryx (schema %d, this one "
			"knows %d); it is left as it is: run the newer program",
			s->path, (int)version, zx__state_newest());
	s->schema = (int)version;
	return ZX_OK;
}

static int open_db(struct zx_state *s, int read_only)
{
	int flags = read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
	int rc;

	if (s->vfs && !read_only)
		flags |= SQLITE_OPEN_CREATE;
	rc = sqlite3_open_v2(s->path, &s->db, flags | SQLITE_OPEN_NOMUTEX,
			     s->vfs);

	if (rc != SQLITE_OK)
		return zx__state_sqlite(s, rc, "opening");
	sqlite3_extended_result_codes(s->db, 1);
	/* Opened "for writing" a file without write permission is read-only in
	 * silence, and would fail only at the first setting to be saved. */
	if (!read_only && sqlite3_db_readonly(s->db, "main") == 1)
		return zx__state_fail(s, ZX_E_PERM,
				      "%s: cannot be written; check the owner "
				      "and the mode of the file and its folder",
				      s->path);
	return ZX_OK;
}

/* Takes the lock that EXCLUSIVE then keeps. The mode comes first: what an
 * earlier process left is undone in it, by a journal that is not deleted. */
static int own(struct zx_state *s)
{
	int err = zx__state_exec(s, pragmas, "opening");

	if (!err)
		err = zx__state_exec(s, "BEGIN EXCLUSIVE; COMMIT", "opening");
	return err;
}

/*
 * Of two that want it at the same instant each may find half of a lock of the
 * other in its way. Only closing gives that half back; so both close, and try
 * again at different times.
 */
static int open_and_own(struct zx_state *s)
{
	unsigned char ms;
	int err = ZX_OK;

	for (int i = 0; i < OWN_TRIES; i++) {
		err = open_db(s, 0);
		zx__state_here_note(s);
		if (!err)
			err = own(s);
		if (err != ZX_E_BUSY)
			break;
		sqlite3_close_v2(s->db);
		s->db = NULL;
		sqlite3_randomness(1, &ms);
		sqlite3_sleep(1 + ms % OWN_WAIT_MS);
	}
	return err;
}

static int open_all(struct zx_state *s, int read_only)
{
	int err = ZX_OK;

	if (!read_only && !s->vfs) {
		err = make_folders(s);
		if (!err)
			err = make_file(s);
	}
	if (!err)
		err = read_only ? open_db(s, 1) : open_and_own(s);
	if (!err)
		err = identify(s);
	if (!err)
		err = zx__state_sound(s);
	if (!err && !read_only)
		err = zx__state_migrate(s);
	if (!err && !read_only)
		err = zx__state_sweep(s);
	if (!err && !read_only && !s->vfs)
		zx__state_ballast(s);
	if (!err && read_only && s->schema < zx__state_newest())
		err = zx__state_fail(s, ZX_E_VERSION,
				     "%s: has an older schema; start the bot "
				     "once so that it is brought up to date",
				     s->path);
	return err;
}

int zx_state_open(struct zx_state **out, const struct zx_state_options *opt)
{
	struct zx_state_options o = ZX_STATE_OPTIONS_INIT;
	struct zx_state *s;

	*out = NULL;
	if (!opt)
		return ZX_E_INVALID;
	memcpy(&o, opt, opt->size < sizeof(o) ? opt->size : sizeof(o));
	if (!o.path || !*o.path)
		return ZX_E_INVALID;
	s = zx_new(o.alloc, sizeof(*s));
	if (!s)
		return ZX_E_NOMEM;
	s->alloc = o.alloc;
	s->log = o.log;
	s->path = zx_str_dup(o.alloc, zx_str(o.path));
	if (!s->path) {
		zx_delete(o.alloc, s);
		return ZX_E_NOMEM;
	}
	*out = s;
	s->vfs = o.vfs;
	return open_all(s, o.read_only);
}

/*
 * One file is all there is: an empty journal goes, while the lock is still
 * ours. One that is not empty is what a failed rollback left; it must stay, or
 * the file is damaged. (To ask SQLite for another journal mode here would
 * remove it in both cases.)
 */
static void tidy(const struct zx_state *s)
{
	char journal[4096];
	struct stat st;
	int n = snprintf(journal, sizeof(journal), "%s-journal", s->path);

	if (!s->db || s->vfs || sqlite3_db_readonly(s->db, "main") ||
	    s->schema != zx__state_newest() || n < 0 ||
	    (size_t)n >= sizeof(journal) || !zx__state_is_here(s))
		return;
	if (!stat(journal, &st) && S_ISREG(st.st_mode) && !st.st_size)
		unlink(journal);
}

void zx_state_close(struct zx_state *s)
{
	if (!s)
		return;
	/* In a fork, what belongs to the other process is let be. */
	if (zx__state_is_ours(s)) {
		for (int i = 0; i < STATE_STMTS; i++)
			sqlite3_finalize(s->stmt[i]);
		zx_state_rollback(s);
		tidy(s);
		sqlite3_close_v2(s->db);
		zx__state_ballast_drop(s);
	}
	zx__state_pack_free(s);
	zx_delete(s->alloc, s->path);
	zx_delete(s->alloc, s);
}

int zx_state_schema(const struct zx_state *s)
{
	return s->schema;
}
