/* SPDX-License-Identifier: MIT
 *
 * The bytes of an imported file, cut where their content says so: what two
 * files have in common is stored once, wherever it stands in them.
 */
#include "guild/writer_int.h"

enum { LEAST = 4 << 10, MOST = 64 << 10, MASK = (1 << 14) - 1 };

/* A sum over the last 64 bytes: each shifts out after 64 steps. */
static size_t cut(struct zx_str s, const uint64_t table[256])
{
	size_t most = s.len < MOST ? s.len : MOST;
	uint64_t sum = 0;

	for (size_t i = 0; i < most; i++) {
		sum = (sum << 1) + table[(unsigned char)s.ptr[i]];
		/* The upper bits have seen the most bytes. */
		if (i >= LEAST && !(sum >> 40 & MASK))
			return i + 1;
	}
	return most;
}

int zx_guild_add_raw(struct zx_guild_writer *w, struct zx_str file)
{
	struct zx__lane *l = &w->lane[ZX_SECTION_RAW];
	uint64_t table[256];
	int err = ZX_OK;

	if (w->finished || l->count)
		return ZX_E_STATE;
	for (unsigned i = 0; i < 256; i++)
		table[i] =
			zx__guild_mix((i + 1) * UINT64_C(0x9e3779b97f4a7c15));
	while (!err && file.len) {
		size_t n = cut(file, table);

		zx_buf_add(&l->chunk, file.ptr, n);
		err = l->chunk.err;
		if (!err)
			err = zx__lane_cut(w, ZX_SECTION_RAW);
		l->count++;
		file = zx_str_from(file, n);
	}
	return err;
}
