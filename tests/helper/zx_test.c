/* SPDX-License-Identifier: MIT
 *
 * zx_test: see the header.
 */
#include <sys/statvfs.h>
#include <unistd.h>

#include "helper/zx_test.h"

#define ROOM (48u << 20)

void zx_test_str(struct zx_str got, const char *want, const char *file,
		 int line)
{
	if (zx_str_is(got, want))
		return;
	print_error("got  \"%.*s\" (%zu bytes)\nwant \"%s\"\n", ZX_ARG(got),
		    got.len, want);
	_fail(file, line);
}

void zx_test_err(int got, int want, const char *file, int line)
{
	if (got == want)
		return;
	print_error("got %s (%d), want %s (%d)\n", zx_errname(got), got,
		    zx_errname(want), want);
	_fail(file, line);
}

struct zx_str zx_test_exact(struct zx_str s)
{
	char *p = malloc(s.len ? s.len : 1);

	assert_non_null(p);
	if (s.len)
		memcpy(p, s.ptr, s.len);
	/* An empty slice points behind its memory: nothing of it may be read.
	 */
	return (struct zx_str){ p, s.len };
}

int zx_test_split(struct zx_str all, size_t size, const struct zx_rand *r,
		  int (*feed)(struct zx_str piece, void *ud), void *ud)
{
	int err = 0;

	while (all.len && !err) {
		size_t n = size ? size : 1 + zx_rand_below(r, all.len);
		struct zx_str piece;

		if (n > all.len)
			n = all.len;
		piece = zx_test_exact((struct zx_str){ all.ptr, n });
		err = feed(piece, ud);
		free((void *)piece.ptr);
		all = zx_str_from(all, n);
	}
	return err;
}

const char *zx_test_dir(void)
{
	static const char memory[] = "/dev/shm";
	struct statvfs fs;

	/* Containers have a small one. */
	if (!access(memory, W_OK | X_OK) && !statvfs(memory, &fs) &&
	    (uint64_t)fs.f_bavail * fs.f_frsize >= ROOM)
		return memory;
	return "/tmp";
}
