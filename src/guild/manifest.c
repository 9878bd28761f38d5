/* SPDX-License-Identifier: MIT
 *
 * The manifest: what a snapshot consists of; the root of its tree of hashes.
 */
#include <inttypes.h>
#include <string.h>

#include "guild/writer_int.h"

#define FORMAT "zoryx-guild"

static void put_counts(struct zx_json_writer *j,
		       const struct zx_guild_counts *n)
{
	/* In order of the names, as canonical text wants it. */
	zx_jw_obj(j, "counts");
	zx_jw_u64(j, "announcement", n->announcement);
	zx_jw_u64(j, "bans", n->bans);
	zx_jw_u64(j, "categories", n->categories);
	zx_jw_u64(j, "emojis", n->emojis);
	zx_jw_u64(j, "forum", n->forum);
	zx_jw_u64(j, "images", n->images);
	zx_jw_u64(j, "incomplete", n->incomplete);
	zx_jw_u64(j, "media", n->media);
	zx_jw_u64(j, "member_roles", n->member_roles);
	zx_jw_u64(j, "members", n->members);
	zx_jw_u64(j, "roles", n->roles);
	zx_jw_u64(j, "stage", n->stage);
	zx_jw_u64(j, "stickers", n->stickers);
	zx_jw_u64(j, "text", n->text);
	zx_jw_u64(j, "voice", n->voice);
	zx_jw_obj_end(j);
}

static int put_section(struct zx_guild_writer *w, struct zx_json_writer *j,
		       enum zx_section s)
{
	struct zx__lane *l = &w->lane[s];
	unsigned char hash[ZX_HASH];
	char text[ZX_HASH_TEXT];
	int err;

	if (!l->count)
		return ZX_OK;
	err = zx__writer_put(w, zx_buf_str(&l->index), hash);
	if (err)
		return err;
	w->bytes -= l->index.len; /* only what is in it counts */
	zx_hash_text(hash, text);
	zx_jw_obj(j, zx_section_name(s));
	zx_jw_u64(j, "count", l->count);
	zx_jw_cstr(j, "index", text);
	zx_jw_obj_end(j);
	return ZX_OK;
}

int zx__manifest_write(struct zx_guild_writer *w)
{
	struct zx_json_writer j;
	struct zx_buf stamp;
	int err = ZX_OK;

	zx_buf_init(&stamp, w->alloc, 64);
	zx_stamp_write(&stamp, w->captured_at);
	zx_jw_init(&j, &w->manifest);
	zx_jw_obj(&j, NULL);
	zx_jw_str(&j, "captured_at", zx_buf_str(&stamp));
	put_counts(&j, &w->counts);
	zx_jw_cstr(&j, "format", FORMAT);
	zx_jw_id(&j, "guild_id", w->guild);
	zx_jw_obj(&j, "sections");
	for (int i = 0; !err && i < ZX_SECTION_COUNT; i++)
		err = put_section(w, &j, (enum zx_section)i);
	zx_jw_obj_end(&j);
	zx_jw_u64(&j, "version", ZX__GUILD_VERSION);
	zx_jw_obj_end(&j);
	if (!err)
		err = stamp.err ? stamp.err : w->manifest.err;
	zx_buf_release(&stamp);
	return err;
}

static int read_section(struct zx_guild_reader *r, struct zx_str name,
			struct zx_str raw)
{
	enum zx_section s;

	/* One that a later version wrote: its parts are of no use here. */
	if (zx_section_find(name, &s))
		return ZX_E_VERSION;
	if (zx_json_u64(zx_json_get(raw, "count"), &r->section[s].count) ||
	    zx_hash_read(zx_json_plain(zx_json_get(raw, "index")),
			 r->section[s].index))
		return ZX_E_CORRUPT;
	r->section[s].present = 1;
	return ZX_OK;
}

static void read_counts(struct zx_guild_counts *n, struct zx_str raw)
{
#define ZX__X(name) n->name = zx_json_get_u64(raw, #name);
	ZX_GUILD_COUNTS(ZX__X)
#undef ZX__X
}

int zx_guild_open(struct zx_guild_reader *r, struct zx_str manifest,
		  const struct zx_guild_store *store, const struct zx_alloc *a)
{
	struct zx_json_iter it;
	int err = ZX_OK;

	memset(r, 0, sizeof(*r));
	r->store = *store;
	r->alloc = a;
	if (!store->get)
		return ZX_E_INVALID;
	if (zx_json_check(manifest, 8, NULL) ||
	    !zx_json_is(zx_json_get(manifest, "format"), FORMAT))
		return ZX_E_CORRUPT;
	if (zx_json_get_u64(manifest, "version") != ZX__GUILD_VERSION)
		return ZX_E_VERSION;
	if (zx_json_u64(zx_json_get(manifest, "guild_id"), &r->guild) ||
	    zx_stamp_read(zx_json_plain(zx_json_get(manifest, "captured_at")),
			  &r->captured_at))
		return ZX_E_CORRUPT;
	read_counts(&r->counts, zx_json_get(manifest, "counts"));
	it = zx_json_each(zx_json_get(manifest, "sections"));
	while (!err && zx_json_next(&it))
		err = read_section(r, it.key, it.value);
	return err;
}

uint64_t zx_guild_count(const struct zx_guild_reader *r, enum zx_section s)
{
	return (unsigned)s < ZX_SECTION_COUNT ? r->section[s].count : 0;
}
