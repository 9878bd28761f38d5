/* SPDX-License-Identifier: MIT
 *
 * The place of the state file: nothing else tells as surely whether a folder
 * can be written as a file made there, and removed at once. What the bot would
 * make is not made.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "place.h"

#ifndef PATH_MAX
#define PATH_MAX 4096
#endif

/* Of a path that is there: what is above it, "." and "/" included. */
static void go_up(char *path)
{
	char *slash = strrchr(path, '/');

	while (slash && slash > path && slash[-1] == '/')
		slash--;
	if (!slash)
		strcpy(path, ".");
	else
		slash[slash == path] = '\0';
}

/* A new name in it, for an instant. */
static int can_make_files(const char *folder)
{
	char name[PATH_MAX + 32];
	int fd;

	snprintf(name, sizeof(name), "%s/.zoryx-check-XXXXXX", folder);
	fd = mkstemp(name);
	if (fd < 0)
		return 0;
	close(fd);
	unlink(name);
	return 1;
}

static int file_there(const char *path, const struct stat *st, char *why,
		      size_t size)
{
	if (!S_ISREG(st->st_mode)) {
		snprintf(why, size,
			 "%s is a folder or a device, not a file; give the "
			 "state file another path",
			 path);
		return -1;
	}
	if (!access(path, R_OK | W_OK))
		return 0;
	snprintf(why, size,
		 "%s cannot be read and written: %s; check its owner and mode",
		 path, strerror(errno));
	return -1;
}

static int folder_there(const char *folder, int missing, char *why, size_t size)
{
	struct stat st;

	if (!stat(folder, &st) && !S_ISDIR(st.st_mode)) {
		snprintf(why, size,
			 "%s is a file, and the state file is to lie in a "
			 "folder of that name",
			 folder);
		return -1;
	}
	if (can_make_files(folder))
		return 0;
	snprintf(why, size, "%s in the folder %s: %s; check its owner and mode",
		 missing ? "no folder can be made" : "no file can be made",
		 folder, strerror(errno));
	return -1;
}

int place_try(const char *path, char *why, size_t size)
{
	char folder[PATH_MAX];
	struct stat st;
	int missing = 0;

	if (strlen(path) >= sizeof(folder)) {
		snprintf(why, size, "the path is over %d bytes long",
			 PATH_MAX - 1);
		return -1;
	}
	if (*path && path[strlen(path) - 1] == '/') {
		snprintf(why, size, "%s is a folder; name a file in it", path);
		return -1;
	}
	if (!stat(path, &st) && file_there(path, &st, why, size))
		return -1;
	snprintf(folder, sizeof(folder), "%s", path);
	go_up(folder);
	for (; strcmp(folder, ".") && stat(folder, &st) && errno == ENOENT;
	     missing = 1)
		go_up(folder);
	/* Below a file nothing can be: the file itself is to be named. */
	while (stat(folder, &st) && errno == ENOTDIR)
		go_up(folder);
	return folder_there(folder, missing, why, size);
}
