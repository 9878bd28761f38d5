/* SPDX-License-Identifier: MIT
 *
 * cut_vfs: a disk in memory for SQLite, whose power can be cut. What was not
 * synced is then there in part, sector by sector, in any order, or not.
 */
#ifndef CUT_VFS_H
#define CUT_VFS_H

#include "zoryx/base.h"

enum cut_fault {
	CUT_NONE,
	CUT_POWER,     /* nothing works from operation `at` on */
	CUT_IO_ONCE,   /* operation `at` fails */
	CUT_IO,	       /* all from `at` on fail */
	CUT_FULL_ONCE, /* a write that finds no room */
	CUT_FULL       /* no write finds room from `at` on */
};

/* Registers the VFS "cut" (not as the default). */
void cut_vfs_init(void);
/* Forgets all files. */
void cut_vfs_clear(void);
/* Keeps what is durable, and goes back to it. */
void cut_vfs_save(void);
void cut_vfs_load(void);
/* Plans a fault; operations (write, truncate, sync, delete, and for I/O errors
 * read) are counted from 1 from here. */
void cut_vfs_fault(enum cut_fault what, unsigned long at);
unsigned long cut_vfs_count(void);
/* The machine starts again after the cut. */
void cut_vfs_reboot(const struct zx_rand *r);
/* All that is durable of the main file, to be damaged. */
unsigned char *cut_vfs_bytes(const char *file, size_t *n);

#endif
