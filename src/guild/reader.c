/* SPDX-License-Identifier: MIT
 *
 * Walking a section.
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
