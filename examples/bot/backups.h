/* SPDX-License-Identifier: MIT
 *
 * Backups and guild settings of the Python framework, from and to its folder.
 */
#ifndef BACKUPS_H
#define BACKUPS_H

#include "zoryx/python.h"
#include "zoryx/state.h"

/* Each file is told on stdout. 0, or -1 when one of them was not taken or not
 * written. */
int backups_import(struct zx_state *s, const char *dir);
int backups_export(struct zx_state *s, const char *dir);

/* Where the state keeps what is not a snapshot: files as they were imported
 * (space, then the name as key), and the schedule in the original's form. */
#define BACKUPS_FILES "python"
#define BACKUPS_SPACE "backup"
#define BACKUPS_SCHEDULE "schedule"

/* Appends the file; 1, 0 when there is none, -1 when it cannot be read, which
 * is told. */
int backups_read(const char *path, struct zx_buf *out);

/* A file where it lies; the caller unmaps `at`. NULL, or why not. */
struct backups_mapped {
	struct zx_str text;
	void *at;
};
const char *backups_map(const char *path, struct backups_mapped *m);
/* Behind a pass over the whole file: its pages need not stay in memory. */
void backups_unread(const struct backups_mapped *m);

#endif
