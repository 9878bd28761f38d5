/* SPDX-License-Identifier: MIT
 *
 * Lanes: a section cut into chunks where its ids say so, and the index of them.
 */
#include <inttypes.h>
#include <string.h>

#include "guild/writer_int.h"

/*
 * A chunk ends behind one item in so many on average. Small chunks share better
 * between snapshots, large ones compress better and make a shorter index. Which
 * item it is depends on its id alone: neither a change nor a new neighbour
 * moves the ends of other chunks.
 */
static unsigned spread(enum zx_section s)
{
	switch (s) {
	case ZX_SECTION_MEMBERS:
	case ZX_SECTION_BANS:
		return 32;
	case ZX_SECTION_CHANNELS:
		return 4;
	default:
		return 8;
	}
}

int zx__lane_cut(struct zx_guild_writer *w, enum zx_section s)
{
	struct zx__lane *l = &w->lane[s];
	unsigned char hash[ZX_HASH];
	int err;

	if (!l->chunk.len)
		return ZX_OK;
	err = zx__writer_put(w, zx_buf_str(&l->chunk), hash);
	if (err)
		return err;
	zx_buf_clear(&l->chunk);
	zx_buf_add(&l->index, hash, ZX_HASH);
	return l->index.err;
}

int zx__lane_added(struct zx_guild_writer *w, enum zx_section s, uint64_t id)
{
	struct zx__lane *l = &w->lane[s];

	if (l->chunk.err)
		return l->chunk.err;
	l->count++;
	l->last_id = id;
	if (zx__guild_mix(id) % spread(s) && l->chunk.len < ZX__GUILD_CHUNK)
		return ZX_OK;
	return zx__lane_cut(w, s);
}

int zx__lane_add(struct zx_guild_writer *w, enum zx_section s, uint64_t id,
		 struct zx_str item)
{
	struct zx__lane *l = &w->lane[s];
	int streamed = s == ZX_SECTION_MEMBERS || s == ZX_SECTION_BANS;

	if (streamed && l->count && id <= l->last_id)
		return zx__writer_fail(
			w, id == l->last_id ? ZX_E_EXISTS : ZX_E_STATE,
			"%s: %" PRIu64 " comes after %" PRIu64,
			zx_section_name(s), id, l->last_id);
	if (l->chunk.len)
		zx_buf_addch(&l->chunk, ',');
	zx_buf_adds(&l->chunk, item);
	zx_guild_counts_add(&w->counts, s, item);
	return zx__lane_added(w, s, id);
}
