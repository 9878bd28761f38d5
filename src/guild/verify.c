/* SPDX-License-Identifier: MIT
 *
 * Verifying: every hash is computed again from what the store gives.
 */
#include <stdio.h>
#include <string.h>

#include "guild/guild_int.h"

struct verify {
	const struct zx_guild_store *store;
	struct zx_guild_verified *out;
	void (*bad)(const unsigned char hash[ZX_HASH], void *ud);
	void *ud;
	struct zx_buf part;
};

static void damaged(struct verify *v, const unsigned char hash[ZX_HASH],
		    const char *where, size_t nth)
{
	if (!v->out->damaged++) {
		snprintf(v->out->first, sizeof(v->out->first), "%s, part %zu",
			 where, nth);
		memcpy(v->out->first_hash, hash, ZX_HASH);
	}
	if (v->bad)
		v->bad(hash, v->ud);
}

/* The part in v->part; nonzero when it is what its hash says. */
static int part(struct verify *v, const unsigned char hash[ZX_HASH],
		const char *where, size_t nth)
{
	unsigned char got[ZX_HASH];
	int err;

	zx_buf_clear(&v->part);
	err = v->store->get(hash, &v->part, v->store->ud);
	v->out->parts++;
	if (!err && !v->part.err) {
		v->out->bytes += v->part.len;
		zx_sha256(zx_buf_str(&v->part), got);
		if (!memcmp(got, hash, ZX_HASH))
			return 1;
	}
	if (err == ZX_E_NOMEM || v->part.err == ZX_E_NOMEM) {
		v->part.err = ZX_E_NOMEM;
		return 0;
	}
	damaged(v, hash, where, nth);
	v->part.err = ZX_OK;
	return 0;
}

/* The images that a chunk of their section names. */
static int images(struct verify *v, const struct zx_alloc *a)
{
	struct zx_json_iter it;
	struct zx_buf list;
	size_t n = 0;
	int err;

	zx_buf_init(&list, a, ZX__GUILD_CHUNK + ZX__GUILD_ITEM + 2);
	zx_buf_addch(&list, '[');
	zx_buf_adds(&list, zx_buf_str(&v->part));
	zx_buf_addch(&list, ']');
	err = list.err;
	it = zx_json_each(zx_buf_str(&list));
	while (!err && zx_json_next(&it)) {
		unsigned char hash[ZX_HASH];

		if (zx_hash_read(zx_json_plain(zx_json_get(it.value, "sha256")),
				 hash))
			continue; /* cannot be: the chunk is as written */
		if (!part(v, hash, "image", n++))
			err = v->part.err;
	}
	zx_buf_release(&list);
	return err;
}

static int section(struct verify *v, const struct zx_guild_reader *r,
		   enum zx_section s)
{
	struct zx_buf index;
	int err = ZX_OK;

	if (!r->section[s].present)
		return ZX_OK;
	if (!part(v, r->section[s].index, zx_section_name(s), 0))
		return v->part.err;
	zx_buf_init(&index, r->alloc, ZX__GUILD_INDEX);
	zx_buf_adds(&index, zx_buf_str(&v->part));
	err = index.err;
	for (size_t at = 0; !err && at + ZX_HASH <= index.len; at += ZX_HASH) {
		unsigned char hash[ZX_HASH];

		memcpy(hash, index.ptr + at, ZX_HASH);
		if (!part(v, hash, zx_section_name(s), at / ZX_HASH + 1))
			err = v->part.err;
		else if (s == ZX_SECTION_IMAGES)
			err = images(v, r->alloc);
	}
	zx_buf_release(&index);
	return err;
}

int zx_guild_verify(struct zx_str manifest, const unsigned char hash[ZX_HASH],
		    const struct zx_guild_store *store,
		    const struct zx_alloc *a, struct zx_guild_verified *out,
		    void (*bad)(const unsigned char hash[ZX_HASH], void *ud),
		    void *ud)
{
	struct verify v = { store, out, bad, ud, { 0 } };
	unsigned char got[ZX_HASH];
	struct zx_guild_reader r;
	int err;

	memset(out, 0, sizeof(*out));
	zx_sha256(manifest, got);
	out->parts = 1;
	out->bytes = manifest.len;
	if (memcmp(got, hash, ZX_HASH) ||
	    zx_guild_open(&r, manifest, store, a)) {
		/* Nothing below it can be trusted to be what was meant. */
		damaged(&v, hash, "manifest", 0);
		return ZX_E_CORRUPT;
	}
	zx_buf_init(&v.part, a, ZX__GUILD_INDEX + ZX__GUILD_ITEM);
	err = ZX_OK;
	for (int i = 0; !err && i < ZX_SECTION_COUNT; i++)
		err = section(&v, &r, (enum zx_section)i);
	zx_buf_release(&v.part);
	if (err)
		return err;
	return out->damaged ? ZX_E_CORRUPT : ZX_OK;
}
