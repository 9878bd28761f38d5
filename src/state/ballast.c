/* SPDX-License-Identifier: MIT
 *
 * Ballast: on a full disk not even deleting works, because the journal needs
 * room. So a little of it is occupied while the state is open.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "state/state_int.h"

enum { SIZE = 1 << 20 };

static int name(const struct zx_state *s, char *out, size_t n)
{
	int len = snprintf(out, n, "%s-ballast", s->path);

	return len > 0 && (size_t)len < n;
}

void zx__state_ballast(struct zx_state *s)
{
	static const char block[4096]; /* zeros */
	char path[4096];
	int fd, bad = 0;

	if (s->vfs || !name(s, path, sizeof(path)))
		return;
	fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC | O_NOFOLLOW,
		  0600);
	if (fd < 0)
		return;
	/* Written, not only reserved: not every file system can reserve. */
	for (int i = 0; !bad && i < SIZE / (int)sizeof(block); i++)
		bad = write(fd, block, sizeof(block)) != sizeof(block);
	close(fd);
	s->ballast = 1;
}

void zx__state_ballast_drop(struct zx_state *s)
{
	char path[4096];

	if (!s->ballast || !name(s, path, sizeof(path)))
		return;
	/* It may be that of whoever took the file's place. */
	if (zx__state_is_here(s) || access(s->path, F_OK))
		unlink(path);
	s->ballast = 0;
}
