/* SPDX-License-Identifier: MIT
 *
 * cut_vfs: see the header.
 */
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "helper/cut_vfs.h"

enum { FILES = 8, SECTOR = 512 };

struct bytes {
	unsigned char *p;
	size_t n, cap;
};

/* A write (or truncate, with data NULL) that is not synced. */
struct pending {
	size_t at, n;
	unsigned char *data;
};

struct disk_file {
	char name[64]; /* "" : not used */
	int temp, exists, durable_exists;
	struct bytes now, durable, saved;
	int saved_exists;
	struct pending *v;
	size_t count, cap;
};

static struct {
	struct disk_file file[FILES];
	enum cut_fault fault;
	unsigned long at, ops;
	int dead;
} disk;

struct handle {
	sqlite3_file base;
	struct disk_file *f;
	int delete_on_close;
};

static void *need(void *p)
{
	if (!p)
		abort();
	return p;
}

static void resize(struct bytes *b, size_t n)
{
	if (n > b->cap) {
		b->cap = n * 2 + 4096;
		b->p = need(realloc(b->p, b->cap));
	}
	if (n > b->n)
		memset(b->p + b->n, 0, n - b->n);
	b->n = n;
}

static void copy(struct bytes *to, const struct bytes *from)
{
	to->n = 0;
	resize(to, from->n);
	if (from->n)
		memcpy(to->p, from->p, from->n);
}

static void forget(struct disk_file *f)
{
	for (size_t i = 0; i < f->count; i++)
		free(f->v[i].data);
	f->count = 0;
}

static void pend(struct disk_file *f, size_t at, size_t n, const void *data)
{
	if (f->temp)
		return;
	if (f->count == f->cap) {
		f->cap = f->cap ? 2 * f->cap : 64;
		f->v = need(realloc(f->v, f->cap * sizeof(*f->v)));
	}
	f->v[f->count] = (struct pending){ at, n, NULL };
	if (data) {
		f->v[f->count].data = need(malloc(n ? n : 1));
		memcpy(f->v[f->count].data, data, n);
	}
	f->count++;
}

/* The result this operation must have, or 0. */
static int fault(int writes, int reads)
{
	int hit;

	if (disk.dead)
		return SQLITE_IOERR;
	if (reads && disk.fault != CUT_IO && disk.fault != CUT_IO_ONCE)
		return 0;
	disk.ops++;
	hit = disk.fault != CUT_NONE && disk.ops >= disk.at;
	if ((disk.fault == CUT_IO_ONCE || disk.fault == CUT_FULL_ONCE) &&
	    disk.ops > disk.at)
		hit = 0;
	if (!hit)
		return 0;
	if (disk.fault == CUT_POWER)
		disk.dead = 1;
	if (disk.fault == CUT_FULL || disk.fault == CUT_FULL_ONCE)
		return writes ? SQLITE_FULL : 0;
	return SQLITE_IOERR;
}

static int f_close(sqlite3_file *file)
{
	struct handle *h = (struct handle *)file;

	if (h->delete_on_close || h->f->temp) {
		h->f->exists = 0;
		forget(h->f);
		h->f->now.n = 0;
		if (h->f->temp)
			h->f->name[0] = '\0';
	}
	return SQLITE_OK;
}

static int f_read(sqlite3_file *file, void *p, int n, sqlite3_int64 at)
{
	struct bytes *b = &((struct handle *)file)->f->now;
	size_t from = (size_t)at, len = (size_t)n, have;

	if (fault(0, 1))
		return SQLITE_IOERR_READ;
	have = from >= b->n ? 0 : b->n - from < len ? b->n - from : len;
	if (have)
		memcpy(p, b->p + from, have);
	memset((char *)p + have, 0, len - have);
	return have == len ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static int f_write(sqlite3_file *file, const void *p, int n, sqlite3_int64 at)
{
	struct disk_file *f = ((struct handle *)file)->f;
	size_t from = (size_t)at, len = (size_t)n;
	int rc = fault(1, 0);

	/* The power goes while it is being written: it may be there or not. */
	if (!rc || disk.dead) {
		if (!rc && from + len > f->now.n)
			resize(&f->now, from + len);
		if (!rc)
			memcpy(f->now.p + from, p, len);
		pend(f, from, len, p);
	}
	return rc == SQLITE_IOERR ? SQLITE_IOERR_WRITE : rc;
}

static int f_truncate(sqlite3_file *file, sqlite3_int64 n)
{
	struct disk_file *f = ((struct handle *)file)->f;

	if (fault(0, 0))
		return SQLITE_IOERR_TRUNCATE;
	resize(&f->now, (size_t)n);
	pend(f, (size_t)n, 0, NULL);
	return SQLITE_OK;
}

static int f_sync(sqlite3_file *file, int flags)
{
	struct disk_file *f = ((struct handle *)file)->f;

	(void)flags;
	if (fault(0, 0))
		return SQLITE_IOERR_FSYNC;
	copy(&f->durable, &f->now);
	f->durable_exists = 1;
	forget(f);
	return SQLITE_OK;
}

static int f_size(sqlite3_file *file, sqlite3_int64 *n)
{
	*n = (sqlite3_int64)((struct handle *)file)->f->now.n;
	return SQLITE_OK;
}

static int f_lock(sqlite3_file *file, int level)
{
	(void)file;
	(void)level;
	return SQLITE_OK;
}

static int f_reserved(sqlite3_file *file, int *out)
{
	(void)file;
	*out = 0;
	return SQLITE_OK;
}

static int f_control(sqlite3_file *file, int op, void *arg)
{
	(void)file;
	(void)op;
	(void)arg;
	return SQLITE_NOTFOUND;
}

static int f_sector(sqlite3_file *file)
{
	(void)file;
	return SECTOR;
}

static int f_device(sqlite3_file *file)
{
	(void)file;
	return 0;
}

static const sqlite3_io_methods methods = { .iVersion = 1,
					    .xClose = f_close,
					    .xRead = f_read,
					    .xWrite = f_write,
					    .xTruncate = f_truncate,
					    .xSync = f_sync,
					    .xFileSize = f_size,
					    .xLock = f_lock,
					    .xUnlock = f_lock,
					    .xCheckReservedLock = f_reserved,
					    .xFileControl = f_control,
					    .xSectorSize = f_sector,
					    .xDeviceCharacteristics =
						    f_device };

static struct disk_file *find(const char *name)
{
	for (int i = 0; i < FILES; i++)
		if (disk.file[i].name[0] && !strcmp(disk.file[i].name, name))
			return &disk.file[i];
	return NULL;
}

static struct disk_file *make(const char *name)
{
	static unsigned temp;

	for (int i = 0; i < FILES; i++) {
		struct disk_file *f = &disk.file[i];

		if (f->name[0])
			continue;
		f->temp = !name;
		if (name)
			strncpy(f->name, name, sizeof(f->name) - 1);
		else
			sqlite3_snprintf(sizeof(f->name), f->name, "temp%u",
					 temp++);
		return f;
	}
	abort();
}

static int v_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file,
		  int flags, int *out)
{
	struct handle *h = (struct handle *)file;
	struct disk_file *f = name ? find(name) : NULL;

	(void)vfs;
	h->base.pMethods = NULL;
	if (disk.dead)
		return SQLITE_CANTOPEN;
	if (!f || !f->exists) {
		if (name && !(flags & SQLITE_OPEN_CREATE))
			return SQLITE_CANTOPEN;
		f = f ? f : make(name);
		f->exists = 1;
		f->now.n = 0;
	}
	h->f = f;
	h->delete_on_close = flags & SQLITE_OPEN_DELETEONCLOSE;
	h->base.pMethods = &methods;
	if (out)
		*out = flags;
	return SQLITE_OK;
}

static int v_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
	struct disk_file *f = find(name);

	(void)vfs;
	if (fault(0, 0))
		return SQLITE_IOERR_DELETE;
	if (!f || !f->exists)
		return SQLITE_IOERR_DELETE_NOENT;
	f->exists = 0;
	f->now.n = 0;
	if (sync) {
		f->durable_exists = 0;
		f->durable.n = 0;
		forget(f);
	}
	return SQLITE_OK;
}

static int v_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
	struct disk_file *f = find(name);

	(void)vfs;
	(void)flags;
	*out = f && f->exists;
	return SQLITE_OK;
}

static int v_path(sqlite3_vfs *vfs, const char *name, int n, char *out)
{
	(void)vfs;
	sqlite3_snprintf(n, out, "%s", name);
	return SQLITE_OK;
}

void cut_vfs_init(void)
{
	static sqlite3_vfs vfs;

	vfs = *sqlite3_vfs_find(NULL);
	vfs.iVersion = 1;
	vfs.pNext = NULL;
	vfs.zName = "cut";
	vfs.szOsFile = sizeof(struct handle);
	vfs.mxPathname = 60;
	vfs.xOpen = v_open;
	vfs.xDelete = v_delete;
	vfs.xAccess = v_access;
	vfs.xFullPathname = v_path;
	sqlite3_vfs_register(&vfs, 0);
}

void cut_vfs_clear(void)
{
	for (int i = 0; i < FILES; i++) {
		struct disk_file *f = &disk.file[i];

		forget(f);
		free(f->v);
		free(f->now.p);
		free(f->durable.p);
		free(f->saved.p);
	}
	memset(&disk, 0, sizeof(disk));
}

void cut_vfs_save(void)
{
	for (int i = 0; i < FILES; i++) {
		copy(&disk.file[i].saved, &disk.file[i].now);
		disk.file[i].saved_exists = disk.file[i].exists;
	}
}

void cut_vfs_load(void)
{
	for (int i = 0; i < FILES; i++) {
		struct disk_file *f = &disk.file[i];

		forget(f);
		copy(&f->now, &f->saved);
		copy(&f->durable, &f->saved);
		f->exists = f->durable_exists = f->saved_exists;
	}
	cut_vfs_fault(CUT_NONE, 0);
}

void cut_vfs_fault(enum cut_fault what, unsigned long at)
{
	disk.fault = what;
	disk.at = at;
	disk.ops = 0;
	disk.dead = 0;
}

unsigned long cut_vfs_count(void)
{
	return disk.ops;
}

/* Of a write, each sector may have arrived. */
static void arrive(struct bytes *b, const struct pending *w,
		   const struct zx_rand *r)
{
	if (!w->data) {
		if (zx_rand_below(r, 2))
			resize(b, w->at);
		return;
	}
	for (size_t k = 0; k < w->n; k += SECTOR) {
		size_t n = w->n - k < SECTOR ? w->n - k : SECTOR;

		if (!zx_rand_below(r, 2))
			continue;
		if (w->at + k + n > b->n)
			resize(b, w->at + k + n);
		memcpy(b->p + w->at + k, w->data + k, n);
	}
}

void cut_vfs_reboot(const struct zx_rand *r)
{
	for (int i = 0; i < FILES; i++) {
		struct disk_file *f = &disk.file[i];
		int all = zx_rand_below(r, 4) == 0;

		for (size_t k = f->count; k > 1; k--) {
			size_t other = (size_t)zx_rand_below(r, k);
			struct pending t = f->v[k - 1];

			if (all)
				break; /* in order, but with holes */
			f->v[k - 1] = f->v[other];
			f->v[other] = t;
		}
		for (size_t k = 0; k < f->count; k++)
			arrive(&f->durable, &f->v[k], r);
		if (f->count && !f->durable_exists)
			f->durable_exists = zx_rand_below(r, 2) != 0;
		else if (!f->exists && f->durable_exists)
			f->durable_exists = zx_rand_below(r, 2) != 0;
		forget(f);
		if (!f->durable_exists)
			f->durable.n = 0;
		copy(&f->now, &f->durable);
		f->exists = f->durable_exists;
	}
	cut_vfs_fault(CUT_NONE, 0);
}

unsigned char *cut_vfs_bytes(const char *file, size_t *n)
{
	struct disk_file *f = find(file);

	*n = f ? f->now.n : 0;
	return f ? f->now.p : NULL;
}
