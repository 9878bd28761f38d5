/* SPDX-License-Identifier: MIT
 *
 * db check|vacuum|backup FILE: looks after the state file.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "backups.h"
#include "db.h"
#include "options.h"

struct check {
	struct zx_state *s;
	unsigned good, bad;
};

static int get(const unsigned char hash[ZX_HASH], struct zx_buf *b, void *ud)
{
	return zx_state_part_get(ud, hash, b);
}

static int verify(const struct zx_state_snapshot *snap, void *ud)
{
	struct check *c = ud;
	struct zx_guild_store st = { .get = get, .ud = c->s };
	struct zx_guild_verified v;

	if (!zx_guild_verify(snap->manifest, snap->hash, &st, NULL, &v, NULL,
			     NULL)) {
		c->good++;
		return 0;
	}
	c->bad++;
	printf("snapshot %s of server %llu is damaged: %s\n", snap->id,
	       (unsigned long long)snap->guild, v.first);
	return 0;
}

static int check(struct zx_state *s)
{
	struct check c = { .s = s };
	int err = zx_state_check(s);

	if (!err)
		err = zx_state_snap_each(s, 0, verify, &c);
	if (err)
		return err;
	printf("the file is sound; %u snapshot(s) verified, %u damaged\n",
	       c.good, c.bad);
	return c.bad ? ZX_E_CORRUPT : ZX_OK;
}

int db_run(const char *path, const char *verb, const char *file)
{
	struct zx_state_options o = ZX_STATE_OPTIONS_INIT;
	struct zx_state *s;
	struct stat st;
	int err;

	errno = 0;
	if (strcmp(verb, "backup") && file)
		path = file;
	if (stat(path, &st) || !st.st_size) {
		fprintf(stderr, "zoryx-bot: %s: %s\n", path,
			errno ? strerror(errno) : "is empty, no state file");
		return EXIT_BAD;
	}
	/* Opened for writing, so that what a crash left is undone first. */
	o.path = path;
	err = zx_state_open(&s, &o);
	if (!err && !strcmp(verb, "check"))
		err = check(s);
	else if (!err && !strcmp(verb, "vacuum"))
		err = zx_state_vacuum(s);
	else if (!err)
		err = zx_state_copy(s, file);
	if (err && (!s || *zx_state_error(s)))
		fprintf(stderr, "zoryx-bot: %s\n",
			s ? zx_state_error(s) : zx_strerror(err));
	zx_state_close(s);
	return err ? EXIT_BAD : EXIT_GOOD;
}
