/* SPDX-License-Identifier: MIT
 *
 * Files for exports. They are written under another name first, so that one
 * that is there is complete.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exports.h"

struct export
{
	FILE *f;
	char path[1200], part[1210];
};

static int code(int err)
{
	return err == ENOSPC ? ZX_E_FULL : err == EACCES ? ZX_E_PERM : ZX_E_IO;
}

/* "data/exports", for the bot's owner only. */
static int folder(const struct zx_bot *bot, char out[1100])
{
	const struct zx_config *c = zx_bot_config(bot);
	const char *state = c && c->state_path ? c->state_path : "";
	const char *slash = strrchr(state, '/');

	snprintf(out, 1100, "%.*s%sexports", slash ? (int)(slash - state) : 0,
		 state, slash ? "/" : "");
	if (!mkdir(out, 0700) || errno == EEXIST)
		return ZX_OK;
	return code(errno);
}

static int begin(const char *name, void **file, void *ud)
{
	struct export *e = calloc(1, sizeof(*e));
	char dir[1100];
	int err, fd = -1;

	if (!e)
		return ZX_E_NOMEM;
	err = folder(ud, dir);
	snprintf(e->path, sizeof(e->path), "%s/%.90s", dir, name);
	snprintf(e->part, sizeof(e->part), "%s.part", e->path);
	if (!err)
		fd = open(e->part, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC,
			  0600);
	e->f = fd < 0 ? NULL : fdopen(fd, "wb");
	if (e->f) {
		*file = e;
		return ZX_OK;
	}
	err = err ? err : code(errno);
	if (fd >= 0)
		close(fd);
	free(e);
	return err;
}

static int more(void *file, struct zx_str data, void *ud)
{
	struct export *e = file;

	(void)ud;
	return fwrite(data.ptr, 1, data.len, e->f) == data.len ? ZX_OK
							       : code(errno);
}

static int end(void *file, int keep, char where[256], void *ud)
{
	struct export *e = file;
	int err = ZX_OK;

	(void)ud;
	if (fflush(e->f) || fsync(fileno(e->f)))
		err = code(errno);
	if (fclose(e->f) && !err)
		err = code(errno);
	if (keep && !err && rename(e->part, e->path))
		err = code(errno);
	if (!keep || err)
		unlink(e->part);
	snprintf(where, 256, "%.255s", e->path);
	free(e);
	return err;
}

static int start(struct zx_bot *bot, void **data)
{
	struct zx_backup_options o = ZX_BACKUP_OPTIONS_INIT;
	struct zx_backup_files *files = malloc(sizeof(*files));

	if (!files)
		return ZX_E_NOMEM;
	*files = (struct zx_backup_files){ begin, more, end, bot };
	*data = files;
	o.files = files;
	return zx_backup_configure(bot, &o);
}

const struct zx_cog exports_cog = {
	.name = "Exports",
	.start = start,
	.free = free,
};
