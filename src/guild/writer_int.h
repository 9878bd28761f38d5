/* SPDX-License-Identifier: MIT
 *
 * The writer of a snapshot, for the files that are one.
 */
#ifndef ZX_GUILD_WRITER_INT_H
#define ZX_GUILD_WRITER_INT_H

#include "guild/guild_int.h"

struct zx__entry {
	uint64_t id;
	size_t at, len; /* in the text of the bag */
};

/* The items of a section until they can be sorted. */
struct zx__bag {
	struct zx_buf text;
	struct zx__entry *v;
	size_t n, cap;
};

/* A section on its way to the store. */
struct zx__lane {
	struct zx_buf chunk, index;
	uint64_t count, last_id;
};

struct zx_guild_writer {
	const struct zx_alloc *alloc;
	struct zx_guild_store store;
	uint64_t guild;
	zx_wall captured_at;
	int strict, finished;
	struct zx__bag bag[ZX_SECTION_COUNT];
	struct zx__lane lane[ZX_SECTION_COUNT];
	struct zx_guild_counts counts;
	struct zx_buf scratch, manifest;
	uint64_t bytes;
	char error[128];
};

int zx__writer_fail(struct zx_guild_writer *w, int err, const char *fmt, ...)
	ZX_PRINTF(3, 4);
/* Hashes bytes, gives them to the store. */
int zx__writer_put(struct zx_guild_writer *w, struct zx_str data,
		   unsigned char hash[ZX_HASH]);

/* Lanes: items in ascending order. */
int zx__lane_add(struct zx_guild_writer *w, enum zx_section s, uint64_t id,
		 struct zx_str item);
/* Behind an item that was written to the chunk itself. */
int zx__lane_added(struct zx_guild_writer *w, enum zx_section s, uint64_t id);
/* Ends the chunk. */
int zx__lane_cut(struct zx_guild_writer *w, enum zx_section s);

/* Bags: items in any order. An item that was appended to the text at `at` is
 * taken in. */
int zx__bag_hold(const struct zx_alloc *a, struct zx__bag *b, uint64_t id,
		 size_t at);
void zx__bag_sort(struct zx__bag *b);
struct zx_str zx__bag_text(const struct zx__bag *b, size_t i);
int zx__bag_add(struct zx_guild_writer *w, enum zx_section s, uint64_t id,
		struct zx_str item);
int zx__bag_empty(struct zx_guild_writer *w, enum zx_section s);
/* ZX_E_CORRUPT: channels stand inside of one another. */
int zx__bag_check_channels(struct zx_guild_writer *w);

/* Appends a member as an item, behind a comma or not. */
void zx__member_put(struct zx_buf *b, const struct zx_guild_member *m,
		    int comma);

int zx__manifest_write(struct zx_guild_writer *w);

#endif
