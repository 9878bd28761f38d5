/* SPDX-License-Identifier: MIT
 *
 * Verifying: every hash is computed again from what the store gives, part by
 * part, so that whoever has other things to do can do them in between.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "guild/guild_int.h"

enum { PART_COST = 512 }; /* bytes that a part costs besides its own */

struct zx_guild_verifier {
	struct zx_guild_store store;
	const struct zx_alloc *alloc;
	void (*bad)(const unsigned char hash[ZX_HASH], void *ud);
	void *ud;
	struct zx_guild_reader r;
	struct zx_guild_verified out;
	unsigned char hash[ZX_HASH]; /* of the manifest */
	int manifest_bad, begun, ended, err;
	int section;	     /* the next to begin */
	struct zx_buf index; /* of the one before it, up to `at` */
	size_t at;
	struct zx_buf part, images; /* images: those of a chunk, as an array */
	struct zx_json_iter it;
	int in_images;
	size_t nth;
	size_t cost;
};

int zx_guild_verifier_new(
	struct zx_guild_verifier **out, struct zx_str manifest,
	const unsigned char hash[ZX_HASH], const struct zx_guild_store *store,
	const struct zx_alloc *a,
	void (*bad)(const unsigned char hash[ZX_HASH], void *ud), void *ud)
{
	struct zx_guild_verifier *v = zx_new(a, sizeof(*v));
	unsigned char got[ZX_HASH];

	*out = v;
	if (!v)
		return ZX_E_NOMEM;
	v->store = *store;
	v->alloc = a;
	v->bad = bad;
	v->ud = ud;
	memcpy(v->hash, hash, ZX_HASH);
	zx_buf_init(&v->part, a, ZX__GUILD_INDEX + ZX__GUILD_ITEM);
	zx_buf_init(&v->index, a, ZX__GUILD_INDEX);
	zx_buf_init(&v->images, a, ZX__GUILD_CHUNK + ZX__GUILD_ITEM + 2);
	zx_sha256(manifest, got);
	v->out.parts = 1;
	v->out.bytes = manifest.len;
	v->manifest_bad = memcmp(got, hash, ZX_HASH) ||
			  zx_guild_open(&v->r, manifest, store, a);
	return ZX_OK;
}

void zx_guild_verifier_free(struct zx_guild_verifier *v)
{
	if (!v)
		return;
	zx_buf_release(&v->part);
	zx_buf_release(&v->index);
	zx_buf_release(&v->images);
	zx_delete(v->alloc, v);
}

const struct zx_guild_verified *
zx_guild_verifier_found(const struct zx_guild_verifier *v)
{
	return &v->out;
}

static void damaged(struct zx_guild_verifier *v,
		    const unsigned char hash[ZX_HASH], const char *where,
		    size_t nth)
{
	if (!v->out.damaged++) {
		snprintf(v->out.first, sizeof(v->out.first), "%s, part %zu",
			 where, nth);
		memcpy(v->out.first_hash, hash, ZX_HASH);
	}
	if (v->bad)
		v->bad(hash, v->ud);
}

/* The part in v->part; nonzero when it is what its hash says. */
static int part(struct zx_guild_verifier *v, const unsigned char hash[ZX_HASH],
		const char *where, size_t nth)
{
	unsigned char got[ZX_HASH];
	int err;

	zx_buf_clear(&v->part);
	err = v->store.get(hash, &v->part, v->store.ud);
	v->out.parts++;
	v->cost += PART_COST;
	if (!err && !v->part.err) {
		v->out.bytes += v->part.len;
		v->cost += v->part.len;
		zx_sha256(zx_buf_str(&v->part), got);
		if (!memcmp(got, hash, ZX_HASH))
			return 1;
	}
	if (err == ZX_E_NOMEM || v->part.err == ZX_E_NOMEM) {
		v->err = ZX_E_NOMEM;
		return 0;
	}
	damaged(v, hash, where, nth);
	v->part.err = ZX_OK;
	return 0;
}

/* The images that a chunk of their section names come next. */
static void begin_images(struct zx_guild_verifier *v)
{
	zx_buf_clear(&v->images);
	zx_buf_addch(&v->images, '[');
	zx_buf_adds(&v->images, zx_buf_str(&v->part));
	zx_buf_addch(&v->images, ']');
	v->err = v->images.err;
	v->it = zx_json_each(zx_buf_str(&v->images));
	v->in_images = 1;
	v->nth = 0;
}

static void next_image(struct zx_guild_verifier *v)
{
	unsigned char hash[ZX_HASH];

	v->in_images = zx_json_next(&v->it);
	/* Without a hash it cannot be: the chunk is as written. */
	if (v->in_images &&
	    !zx_hash_read(zx_json_plain(zx_json_get(v->it.value, "sha256")),
			  hash))
		(void)part(v, hash, "image", v->nth++);
}

static void next_chunk(struct zx_guild_verifier *v)
{
	enum zx_section s = (enum zx_section)(v->section - 1);
	unsigned char hash[ZX_HASH];

	memcpy(hash, v->index.ptr + v->at, ZX_HASH);
	v->at += ZX_HASH;
	if (part(v, hash, zx_section_name(s), v->at / ZX_HASH) &&
	    s == ZX_SECTION_IMAGES)
		begin_images(v);
}

static void next_section(struct zx_guild_verifier *v)
{
	int s = v->section++;

	zx_buf_clear(&v->index);
	v->at = 0;
	if (!v->r.section[s].present ||
	    !part(v, v->r.section[s].index, zx_section_name((enum zx_section)s),
		  0))
		return;
	zx_buf_adds(&v->index, zx_buf_str(&v->part));
	v->err = v->index.err;
}

static void go_on(struct zx_guild_verifier *v)
{
	if (!v->begun && v->manifest_bad) {
		/* Nothing below it can be trusted to be what was meant. */
		damaged(v, v->hash, "manifest", 0);
		v->section = ZX_SECTION_COUNT;
	}
	v->begun = 1;
	if (v->in_images)
		next_image(v);
	else if (v->at + ZX_HASH <= v->index.len)
		next_chunk(v);
	else if (v->section < ZX_SECTION_COUNT)
		next_section(v);
	else
		v->ended = 1;
}

int zx_guild_verifier_step(struct zx_guild_verifier *v, size_t bytes, int *more)
{
	v->cost = 0;
	do
		if (!v->ended && !v->err)
			go_on(v);
	while (!v->ended && !v->err && v->cost < bytes);
	*more = !v->ended && !v->err;
	return v->err;
}

int zx_guild_verify(struct zx_str manifest, const unsigned char hash[ZX_HASH],
		    const struct zx_guild_store *store,
		    const struct zx_alloc *a, struct zx_guild_verified *out,
		    void (*bad)(const unsigned char hash[ZX_HASH], void *ud),
		    void *ud)
{
	struct zx_guild_verifier *v;
	int more = 1;
	int err = zx_guild_verifier_new(&v, manifest, hash, store, a, bad, ud);

	memset(out, 0, sizeof(*out));
	while (!err && more)
		err = zx_guild_verifier_step(v, SIZE_MAX, &more);
	if (v)
		*out = v->out;
	zx_guild_verifier_free(v);
	if (err)
		return err;
	return out->damaged ? ZX_E_CORRUPT : ZX_OK;
}
