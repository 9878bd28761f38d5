/* SPDX-License-Identifier: MIT
 *
 * Walking a section, and the whole snapshot as one document.
 */
#include <string.h>

#include "guild/guild_int.h"

int zx_guild_cursor_init(struct zx_guild_cursor *c,
			 const struct zx_guild_reader *r, enum zx_section s)
{
	int err = ZX_OK;

	memset(c, 0, sizeof(*c));
	c->r = r;
	c->raw = s == ZX_SECTION_RAW;
	zx_buf_init(&c->index, r->alloc, ZX__GUILD_INDEX);
	zx_buf_init(&c->chunk, r->alloc, ZX__GUILD_CHUNK + ZX__GUILD_ITEM + 2);
	if ((unsigned)s >= ZX_SECTION_COUNT)
		return ZX_E_INVALID;
	if (r->section[s].present)
		err = r->store.get(r->section[s].index, &c->index, r->store.ud);
	if (!err && (c->index.err || c->index.len % ZX_HASH))
		err = c->index.err ? c->index.err : ZX_E_CORRUPT;
	return err;
}

void zx_guild_cursor_release(struct zx_guild_cursor *c)
{
	zx_buf_release(&c->index);
	zx_buf_release(&c->chunk);
}

/* The next chunk, made an array so that it can be walked. */
static int load(struct zx_guild_cursor *c)
{
	unsigned char hash[ZX_HASH];
	int err;

	memcpy(hash, c->index.ptr + c->at, ZX_HASH);
	c->at += ZX_HASH;
	zx_buf_clear(&c->chunk);
	if (!c->raw)
		zx_buf_addch(&c->chunk, '[');
	err = c->r->store.get(hash, &c->chunk, c->r->store.ud);
	if (!c->raw)
		zx_buf_addch(&c->chunk, ']');
	if (!err)
		err = c->chunk.err;
	/* What the hash was made of is JSON; but it may be damaged since. */
	if (!err && !c->raw &&
	    zx_json_check(zx_buf_str(&c->chunk), ZX__GUILD_DEPTH, NULL))
		err = ZX_E_CORRUPT;
	if (!err)
		c->it = zx_json_each(zx_buf_str(&c->chunk));
	return err;
}

int zx_guild_next(struct zx_guild_cursor *c, struct zx_str *item)
{
	int err;

	for (;;) {
		if (!c->raw && c->open && zx_json_next(&c->it)) {
			*item = c->it.value;
			return 1;
		}
		if (c->at == c->index.len)
			return 0;
		err = load(c);
		if (err)
			return err;
		c->open = 1;
		if (c->raw) {
			*item = zx_buf_str(&c->chunk);
			return 1;
		}
	}
}

struct doc {
	const struct zx_guild_reader *r;
	int (*write)(struct zx_str piece, void *ud);
	void *ud;
	struct zx_buf b;
	int first;
};

static int flush(struct doc *d, size_t above)
{
	int err = d->b.err;

	if (!err && d->b.len > above) {
		err = d->write(zx_buf_str(&d->b), d->ud);
		zx_buf_clear(&d->b);
	}
	return err;
}

static void key(struct doc *d, const char *name)
{
	zx_buf_addf(&d->b, "%s\"%s\":", d->first ? "" : ",", name);
	d->first = 0;
}

/* An image with its bytes: {"data":…, and what its item says. */
static int image(struct doc *d, struct zx_str item)
{
	unsigned char hash[ZX_HASH];
	struct zx_buf bytes;
	int err;

	if (zx_hash_read(zx_json_plain(zx_json_get(item, "sha256")), hash))
		return ZX_E_CORRUPT;
	zx_buf_init(&bytes, d->r->alloc, ZX__GUILD_ITEM);
	err = d->r->store.get(hash, &bytes, d->r->store.ud);
	if (!err)
		err = bytes.err;
	if (!err) {
		zx_buf_addc(&d->b, "{\"data\":\"");
		zx_buf_add_base64(&d->b, bytes.ptr, bytes.len);
		zx_buf_addc(&d->b, "\",");
		zx_buf_adds(&d->b, zx_str_from(item, 1));
	}
	zx_buf_release(&bytes);
	return err;
}

static int section(struct doc *d, enum zx_section s)
{
	struct zx_guild_cursor c;
	struct zx_str item;
	int err = zx_guild_cursor_init(&c, d->r, s), got = 0, n = 0;

	key(d, zx_section_name(s));
	zx_buf_addch(&d->b, '[');
	while (!err && (got = zx_guild_next(&c, &item)) > 0) {
		if (n++)
			zx_buf_addch(&d->b, ',');
		if (s == ZX_SECTION_IMAGES)
			err = image(d, item);
		else
			zx_buf_adds(&d->b, item);
		if (!err)
			err = flush(d, 32 << 10);
	}
	zx_buf_addch(&d->b, ']');
	zx_guild_cursor_release(&c);
	return err ? err : got;
}

/* What stands between the sections in order of the keys. */
static void before(struct doc *d, enum zx_section s)
{
	switch (s) {
	case ZX_SECTION_CHANNELS:
		key(d, "captured_at");
		zx_buf_addch(&d->b, '"');
		zx_stamp_write(&d->b, d->r->captured_at);
		zx_buf_addch(&d->b, '"');
		break;
	case ZX_SECTION_GUILD:
		key(d, "format");
		zx_buf_addc(&d->b, "\"zoryx-guild\"");
		break;
	case ZX_SECTION_IMAGES:
		key(d, "guild_id");
		zx_buf_addf(&d->b, "\"%llu\"", (unsigned long long)d->r->guild);
		break;
	case ZX_SECTION_WEBHOOKS:
		key(d, "version");
		zx_buf_addf(&d->b, "%d", ZX__GUILD_VERSION);
		break;
	default:
		break;
	}
}

int zx_guild_document(const struct zx_guild_reader *r,
		      int (*write)(struct zx_str piece, void *ud), void *ud)
{
	struct doc d = { .r = r, .write = write, .ud = ud, .first = 1 };
	int err = ZX_OK;

	zx_buf_init(&d.b, r->alloc, 2 * ZX__GUILD_ITEM);
	zx_buf_addch(&d.b, '{');
	for (int i = 0; !err && i < ZX_SECTION_COUNT; i++) {
		before(&d, (enum zx_section)i);
		if (i != ZX_SECTION_RAW)
			err = section(&d, (enum zx_section)i);
	}
	zx_buf_addch(&d.b, '}');
	if (!err)
		err = flush(&d, 0);
	zx_buf_release(&d.b);
	return err;
}
