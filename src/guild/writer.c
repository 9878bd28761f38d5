/* SPDX-License-Identifier: MIT
 *
 * Writing a snapshot: items in, parts and a manifest out.
 */
#include <stdio.h>
#include <string.h>

#include "guild/writer_int.h"

int zx__writer_fail(struct zx_guild_writer *w, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(w->error, sizeof(w->error), fmt, ap);
	va_end(ap);
	return err;
}

const char *zx_guild_writer_error(const struct zx_guild_writer *w)
{
	return w->error;
}

int zx__writer_put(struct zx_guild_writer *w, struct zx_str data,
		   unsigned char hash[ZX_HASH])
{
	int err;

	zx_sha256(data, hash);
	w->bytes += data.len;
	err = w->store.put(hash, data, w->store.ud);
	if (err)
		return zx__writer_fail(w, err, "the store refused a part: %s",
				       zx_strerror(err));
	return ZX_OK;
}

int zx_guild_writer_new(struct zx_guild_writer **out,
			const struct zx_guild_writer_options *opt)
{
	struct zx_guild_writer_options o = ZX_GUILD_WRITER_OPTIONS_INIT;
	struct zx_guild_writer *w;

	*out = NULL;
	if (!opt)
		return ZX_E_INVALID;
	memcpy(&o, opt, opt->size < sizeof(o) ? opt->size : sizeof(o));
	if (!o.store.put)
		return ZX_E_INVALID;
	w = zx_new(o.alloc, sizeof(*w));
	if (!w)
		return ZX_E_NOMEM;
	w->alloc = o.alloc;
	w->store = o.store;
	w->guild = o.guild;
	w->captured_at = o.captured_at;
	w->strict = o.strict;
	zx_buf_init(&w->scratch, o.alloc, ZX__GUILD_ITEM);
	zx_buf_init(&w->manifest, o.alloc, 0);
	for (int i = 0; i < ZX_SECTION_COUNT; i++) {
		zx_buf_init(&w->bag[i].text, o.alloc, ZX__GUILD_BAG);
		zx_buf_init(&w->lane[i].chunk, o.alloc,
			    ZX__GUILD_CHUNK + ZX__GUILD_ITEM);
		zx_buf_init(&w->lane[i].index, o.alloc, ZX__GUILD_INDEX);
	}
	*out = w;
	return ZX_OK;
}

void zx_guild_writer_free(struct zx_guild_writer *w)
{
	if (!w)
		return;
	for (int i = 0; i < ZX_SECTION_COUNT; i++) {
		zx_buf_release(&w->bag[i].text);
		zx_delete(w->alloc, w->bag[i].v);
		zx_buf_release(&w->lane[i].chunk);
		zx_buf_release(&w->lane[i].index);
	}
	zx_buf_release(&w->scratch);
	zx_buf_release(&w->manifest);
	zx_delete(w->alloc, w);
}

/* Sections that are too long to be held come in their order. */
static int streams(enum zx_section s)
{
	return s == ZX_SECTION_MEMBERS || s == ZX_SECTION_BANS;
}

int zx_guild_add(struct zx_guild_writer *w, enum zx_section s,
		 struct zx_str json)
{
	uint64_t id;
	int err;

	if ((unsigned)s >= ZX_SECTION_COUNT || s == ZX_SECTION_RAW)
		return ZX_E_INVALID;
	if (w->finished)
		return ZX_E_STATE;
	err = zx_json_check(json, ZX__GUILD_DEPTH, NULL);
	if (err)
		return zx__writer_fail(w, err, "%s: an item is no JSON",
				       zx_section_name(s));
	zx_buf_clear(&w->scratch);
	err = zx__item_normal(s, json, w->alloc, &w->scratch, &id);
	if (err)
		return zx__writer_fail(w, err, "%s: an item cannot be used: %s",
				       zx_section_name(s), zx_strerror(err));
	if (!streams(s))
		return zx__bag_add(w, s, id, zx_buf_str(&w->scratch));
	return zx__lane_add(w, s, id, zx_buf_str(&w->scratch));
}

/* {"id":…,"key":…,"sha256":…,"size":…,"type":…} */
int zx_guild_add_image(struct zx_guild_writer *w, uint64_t id,
		       struct zx_str key, const char *type, struct zx_str data)
{
	unsigned char hash[ZX_HASH];
	char text[ZX_HASH_TEXT];
	struct zx_json_writer jw;
	struct zx_buf b;
	int err;

	if (w->finished)
		return ZX_E_STATE;
	err = zx__writer_put(w, data, hash);
	if (err)
		return err;
	zx_hash_text(hash, text);
	zx_buf_init(&b, w->alloc, 0);
	zx_jw_init(&jw, &b);
	zx_jw_obj(&jw, NULL);
	zx_jw_id(&jw, "id", id);
	zx_jw_str(&jw, "key", key);
	zx_jw_cstr(&jw, "sha256", text);
	zx_jw_u64(&jw, "size", data.len);
	zx_jw_cstr(&jw, "type", type);
	zx_jw_obj_end(&jw);
	err = b.err;
	if (!err)
		err = zx_guild_add(w, ZX_SECTION_IMAGES, zx_buf_str(&b));
	zx_buf_release(&b);
	return err;
}

int zx_guild_add_known(struct zx_guild_writer *w, struct zx_str item)
{
	unsigned char hash[ZX_HASH];

	if (zx_hash_read(zx_json_plain(zx_json_get(item, "sha256")), hash) ||
	    !zx_json_plain(zx_json_get(item, "key")).len)
		return zx__writer_fail(w, ZX_E_INVALID,
				       "images: an item without key or hash");
	if (w->store.share) {
		int err = w->store.share(hash, w->store.ud);

		if (err)
			return err;
	}
	return zx_guild_add(w, ZX_SECTION_IMAGES, item);
}

int zx_guild_add_missing(struct zx_guild_writer *w, const char *what,
			 const char *why)
{
	struct zx_json_writer jw;
	struct zx_buf b;
	int err;

	zx_buf_init(&b, w->alloc, 0);
	zx_jw_init(&jw, &b);
	zx_jw_obj(&jw, NULL);
	zx_jw_cstr(&jw, "what", what);
	zx_jw_cstr(&jw, "why", why);
	zx_jw_obj_end(&jw);
	err = b.err;
	if (!err)
		err = zx_guild_add(w, ZX_SECTION_INCOMPLETE, zx_buf_str(&b));
	zx_buf_release(&b);
	return err;
}

int zx_guild_finish(struct zx_guild_writer *w, struct zx_guild_written *out)
{
	int err = ZX_OK;

	if (w->finished)
		return ZX_E_STATE;
	w->finished = 1;
	if (w->strict)
		err = zx__bag_check_channels(w);
	for (int i = 0; !err && i < ZX_SECTION_COUNT; i++) {
		err = zx__bag_empty(w, (enum zx_section)i);
		if (!err)
			err = zx__lane_cut(w, (enum zx_section)i);
	}
	if (!err)
		err = zx__manifest_write(w);
	if (err)
		return err;
	out->manifest = zx_buf_str(&w->manifest);
	zx_sha256(out->manifest, out->hash);
	out->bytes = w->bytes;
	out->counts = w->counts;
	return ZX_OK;
}
