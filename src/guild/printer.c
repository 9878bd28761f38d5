/* SPDX-License-Identifier: MIT
 *
 * The whole snapshot as one document, piece by piece.
 */
#include <string.h>

#include "guild/guild_int.h"

enum { PIECE = 32 << 10 };

struct zx_guild_printer {
	const struct zx_guild_reader *r;
	struct zx_buf b;
	int begun, ended, err;
	int first;   /* no key was written yet */
	int section; /* the next to begin */
	struct zx_guild_cursor c;
	int open; /* c is in the section before it */
	uint64_t n;
};

int zx_guild_printer_new(struct zx_guild_printer **out,
			 const struct zx_guild_reader *r)
{
	struct zx_guild_printer *p = zx_new(r->alloc, sizeof(*p));

	*out = p;
	if (!p)
		return ZX_E_NOMEM;
	p->r = r;
	p->first = 1;
	zx_buf_init(&p->b, r->alloc, 2 * ZX__GUILD_ITEM);
	return ZX_OK;
}

void zx_guild_printer_free(struct zx_guild_printer *p)
{
	if (!p)
		return;
	if (p->open)
		zx_guild_cursor_release(&p->c);
	zx_buf_release(&p->b);
	zx_delete(p->r->alloc, p);
}

static void key(struct zx_guild_printer *p, const char *name)
{
	zx_buf_addf(&p->b, "%s\"%s\":", p->first ? "" : ",", name);
	p->first = 0;
}

/* What stands between the sections in order of the keys. */
static void before(struct zx_guild_printer *p, enum zx_section s)
{
	switch (s) {
	case ZX_SECTION_CHANNELS:
		key(p, "captured_at");
		zx_buf_addch(&p->b, '"');
		zx_stamp_write(&p->b, p->r->captured_at);
		zx_buf_addch(&p->b, '"');
		break;
	case ZX_SECTION_GUILD:
		key(p, "format");
		zx_buf_addc(&p->b, "\"zoryx-guild\"");
		break;
	case ZX_SECTION_IMAGES:
		key(p, "guild_id");
		zx_buf_addf(&p->b, "\"%llu\"", (unsigned long long)p->r->guild);
		break;
	case ZX_SECTION_WEBHOOKS:
		key(p, "version");
		zx_buf_addf(&p->b, "%d", ZX__GUILD_VERSION);
		break;
	default:
		break;
	}
}

static int next_section(struct zx_guild_printer *p)
{
	enum zx_section s = (enum zx_section)p->section++;

	before(p, s);
	if (s == ZX_SECTION_RAW)
		return ZX_OK;
	key(p, zx_section_name(s));
	zx_buf_addch(&p->b, '[');
	p->n = 0;
	p->open = 1;
	return zx_guild_cursor_init(&p->c, p->r, s);
}

/* An image with its bytes: {"data":…, and what its item says. */
static int image(struct zx_guild_printer *p, struct zx_str item)
{
	unsigned char hash[ZX_HASH];
	struct zx_buf bytes;
	int err;

	if (zx_hash_read(zx_json_plain(zx_json_get(item, "sha256")), hash))
		return ZX_E_CORRUPT;
	zx_buf_init(&bytes, p->r->alloc, ZX__GUILD_ITEM);
	err = p->r->store.get(hash, &bytes, p->r->store.ud);
	if (!err)
		err = bytes.err;
	if (!err) {
		zx_buf_addc(&p->b, "{\"data\":\"");
		zx_buf_add_base64(&p->b, bytes.ptr, bytes.len);
		zx_buf_addc(&p->b, "\",");
		zx_buf_adds(&p->b, zx_str_from(item, 1));
	}
	zx_buf_release(&bytes);
	return err;
}

static int next_item(struct zx_guild_printer *p)
{
	struct zx_str item;
	int got = zx_guild_next(&p->c, &item);

	if (got < 0)
		return got;
	if (!got) {
		zx_buf_addch(&p->b, ']');
		zx_guild_cursor_release(&p->c);
		p->open = 0;
		return ZX_OK;
	}
	if (p->n++)
		zx_buf_addch(&p->b, ',');
	if (p->section - 1 == ZX_SECTION_IMAGES)
		return image(p, item);
	zx_buf_adds(&p->b, item);
	return ZX_OK;
}

static int go_on(struct zx_guild_printer *p)
{
	if (!p->begun)
		zx_buf_addch(&p->b, '{');
	p->begun = 1;
	if (p->open)
		return next_item(p);
	if (p->section < ZX_SECTION_COUNT)
		return next_section(p);
	zx_buf_addch(&p->b, '}');
	p->ended = 1;
	return ZX_OK;
}

int zx_guild_printer_next(struct zx_guild_printer *p, size_t bytes,
			  struct zx_str *piece)
{
	zx_buf_clear(&p->b);
	while (!p->err && !p->ended && (!p->b.len || p->b.len < bytes)) {
		p->err = go_on(p);
		if (!p->err)
			p->err = p->b.err;
	}
	if (p->err)
		return p->err;
	*piece = zx_buf_str(&p->b);
	return p->b.len > 0;
}

int zx_guild_document(const struct zx_guild_reader *r,
		      int (*write)(struct zx_str piece, void *ud), void *ud)
{
	struct zx_guild_printer *p;
	struct zx_str piece;
	int got = 0;
	int err = zx_guild_printer_new(&p, r);

	while (!err && (got = zx_guild_printer_next(p, PIECE, &piece)) > 0)
		err = write(piece, ud);
	zx_guild_printer_free(p);
	return err ? err : got;
}
