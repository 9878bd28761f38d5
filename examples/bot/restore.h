/* SPDX-License-Identifier: MIT
 *
 * restore --plan FILE --guild ID: what bringing a server back to a snapshot in
 * a file would do, without doing it.
 */
#ifndef RESTORE_H
#define RESTORE_H

#include "zoryx/bot.h"
#include "zoryx/restore.h"

/* The command line behind "restore". */
struct restore_args {
	const char *file;
	uint64_t guild;
	unsigned what; /* enum zx_restore_what */
	int role_sync, update;
	int json; /* the plan as a document */
};

/* 0, or -1 when it is not understood, which is told. */
int restore_args(int argc, char **argv, struct restore_args *out);
/* Gives the exit code. */
int restore_run(const struct zx_config *config,
		const struct restore_args *args);

/* Parts of snapshots, in memory. */
struct restore_parts {
	struct restore_part {
		unsigned char hash[ZX_HASH];
		struct zx_buf data;
	} * v;
	size_t n, cap;
};
struct zx_guild_store restore_store(struct restore_parts *p);
void restore_parts_free(struct restore_parts *p);

/* Opens a snapshot: a document of ours, or a file of the Python framework. 0,
 * or -1 when that is impossible, which is told. */
int restore_file(const char *path, struct restore_parts *p,
		 struct zx_guild_reader *out);

/* Reads the server as it is now, and who the bot is there, into the options. An
 * exit code; what went wrong is told. `snapshot` has images that need not be
 * downloaded again; `self`, to be released, has texts of the options. */
int restore_look(const struct zx_config *config,
		 const struct zx_guild_reader *snapshot,
		 struct restore_parts *p, struct zx_restore_options *opt,
		 struct zx_buf *self, struct zx_guild_reader *out);

void restore_show(const struct zx_plan *p);

#endif
