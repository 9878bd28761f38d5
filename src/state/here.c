/* SPDX-License-Identifier: MIT
 *
 * Is the file still the one that was opened, and is this the process that
 * opened it? SQLite itself would go on writing into a file that has no name any
 * more, and say that all is well.
 */
#include <sys/stat.h>
#include <unistd.h>

#include "state/state_int.h"

/* Of the path, not of a descriptor of ours: to close one would drop locks. It
 * was there a moment ago, and is ours alone. */
void zx__state_here_note(struct zx_state *s)
{
	struct stat st;

	s->pid = (int64_t)getpid();
	s->file_known = !s->vfs && !stat(s->path, &st);
	if (!s->file_known)
		return;
	s->file_dev = (uint64_t)st.st_dev;
	s->file_ino = (uint64_t)st.st_ino;
}

int zx__state_is_here(const struct zx_state *s)
{
	struct stat st;

	return !s->file_known ||
	       (!stat(s->path, &st) && (uint64_t)st.st_dev == s->file_dev &&
		(uint64_t)st.st_ino == s->file_ino);
}

int zx__state_is_ours(const struct zx_state *s)
{
	return !s->pid || s->pid == (int64_t)getpid();
}

int zx__state_here(struct zx_state *s)
{
	if (!zx__state_is_ours(s))
		return zx__state_fail(s, ZX_E_STATE,
				      "%s: was opened by another process, of "
				      "which this one is a fork: open it after "
				      "the fork, in one of them",
				      s->path);
	if (zx__state_is_here(s))
		return ZX_OK;
	if (!s->gone_told)
		zx_logf(s->log, ZX_LOG_ERROR, "state",
			"%s was deleted, moved or replaced: nothing is saved "
			"any more",
			s->path);
	s->gone_told = 1;
	return zx__state_fail(s, ZX_E_IO,
			      "%s: was deleted, moved or replaced while it was "
			      "in use; nothing is saved any more: put it (or a "
			      "copy of it) back and restart the bot",
			      s->path);
}
