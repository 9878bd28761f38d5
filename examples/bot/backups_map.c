/* SPDX-License-Identifier: MIT
 *
 * A file that may be as large as a server: not read, but looked at where it
 * lies. Of what is not being looked at, the system keeps what it has room for.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backups.h"

const char *backups_map(const char *path, struct backups_mapped *m)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	const char *why = NULL;
	struct stat st;

	memset(m, 0, sizeof(*m));
	if (fd < 0 || fstat(fd, &st))
		why = strerror(errno);
	else if (!S_ISREG(st.st_mode))
		why = "is no file";
	else if (st.st_size > ZX_PYTHON_FILE_MAX)
		why = "too large";
	else if (!st.st_size)
		why = "is empty";
	if (!why) {
		m->text.len = (size_t)st.st_size;
		m->at = mmap(NULL, m->text.len, PROT_READ, MAP_PRIVATE, fd, 0);
		if (m->at == MAP_FAILED)
			why = strerror(errno);
		m->text.ptr = m->at;
	}
	if (fd >= 0)
		close(fd);
	return why;
}

void backups_unread(const struct backups_mapped *m)
{
	(void)posix_madvise(m->at, m->text.len, POSIX_MADV_DONTNEED);
}
