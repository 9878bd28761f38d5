/* SPDX-License-Identifier: MIT
 *
 * Inside the guild module: hashing, canonical text and what its files share.
 */
#ifndef ZX_GUILD_INT_H
#define ZX_GUILD_INT_H

#include <mbedtls/sha256.h>

#include "zoryx/capture.h"
#include "zoryx/python.h"
#include "zoryx/retention.h"

enum {
	ZX__GUILD_VERSION = 1,	     /* of the document */
	ZX__GUILD_CHUNK = 256 << 10, /* bytes after which a chunk ends */
	ZX__GUILD_ITEM = 24 << 20,   /* bytes of one item */
	ZX__GUILD_BAG = 96 << 20,    /* bytes of a section held in memory */
	ZX__GUILD_INDEX = 64 << 20,  /* bytes of an index */
	ZX__GUILD_DEPTH = 64,	     /* of JSON */
	ZX__GUILD_IMAGES = 8192,     /* per snapshot */
	ZX__GUILD_MISSING = 4096
};

/* SHA-256 ------------------------------------------------------------------ */

void zx__sha_begin(mbedtls_sha256_context *c);
void zx__sha_add(mbedtls_sha256_context *c, const void *p, size_t n);
void zx__sha_end(mbedtls_sha256_context *c, unsigned char out[ZX_HASH]);

/* Canonical text ----------------------------------------------------------- */

/* What is done to the outermost object besides: lists end with NULL. */
struct zx__canon_rules {
	const char *const *drop;   /* members left out */
	const char *const *sorted; /* arrays whose order means nothing */
};

/* Appends; ZX_CANON_PLAIN. `rules` may be NULL. */
int zx__canon_item(struct zx_str json, const struct zx__canon_rules *rules,
		   const struct zx_alloc *a, struct zx_buf *out);

struct zx__canon {
	struct zx_buf out;
	enum zx_canon style;
	const struct zx_alloc *alloc;
	const struct zx__canon_rules *rules;
	int (*write)(struct zx_str piece, void *ud);
	void *ud;
	unsigned depth;
	int err;
};
/* One raw string or number in the style. */
void zx__canon_string(struct zx__canon *c, struct zx_str raw);
void zx__canon_number(struct zx__canon *c, struct zx_str raw);
/* Decodes a raw string (or key without quotes) so that its bytes sort as code
 * points do; a lone surrogate becomes the three bytes it would have. */
int zx__canon_decode(struct zx_str inside, struct zx_buf *out);

/* Base64 ------------------------------------------------------------------- */

/* Appends the bytes; ZX_E_SYNTAX unless padded and of the standard alphabet. */
int zx__base64_read(struct zx_str text, struct zx_buf *out);

/* Items -------------------------------------------------------------------- */

/* Digits of v to p, which has room for 20; behind the last. */
char *zx__put_u64(char *p, uint64_t v);
/* An item's canonical text; *id is what it is sorted by. */
int zx__item_normal(enum zx_section s, struct zx_str json,
		    const struct zx_alloc *a, struct zx_buf *out, uint64_t *id);
uint64_t zx__guild_mix(uint64_t x);
/* Goes on with a text. The journal of a restore depends on it. */
uint64_t zx__guild_mix_text(uint64_t v, struct zx_str text);
/* Nonzero when the item of GUILD has it. */
int zx__guild_feature(struct zx_str guild, const char *name);

/* Python files ------------------------------------------------------------- */

int zx__python_members(struct zx_str list, struct zx_guild_writer *w,
		       const struct zx_alloc *a);

#endif
