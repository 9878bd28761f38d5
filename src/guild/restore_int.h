/* SPDX-License-Identifier: MIT
 *
 * Inside the executor of restores.
 */
#ifndef ZX_RESTORE_INT_H
#define ZX_RESTORE_INT_H

#include "guild/guild_int.h"

/* The journal ------------------------------------------------------------- */

enum {
	ZX__RECORD_SUM = 32,   /* hexadecimal digits before each record */
	ZX__RECORD_MAX = 65536 /* bytes */
};

enum zx__record_kind {
	ZX__RECORD_BEGIN, /* mark: of the plan */
	ZX__RECORD_TRY,	  /* the request of an operation goes out next */
	ZX__RECORD_DONE,  /* id: of what it made */
	ZX__RECORD_FAIL,  /* it will not be tried again */
	ZX__RECORD_DROP,  /* an answer is out of reach, or it is not needed */
	ZX__RECORD_END,
	ZX__RECORD_KINDS
};

struct zx__record {
	enum zx__record_kind kind;
	uint32_t op;
	zx_wall at;
	uint64_t id, mark;
	int err, status, code; /* err 0 or negative */
	struct zx_str why;
};

struct zx__journal {
	unsigned char chain[ZX_HASH];
	uint64_t count;
};

void zx__journal_init(struct zx__journal *j);
/* Appends one record to out. ZX_E_TOOBIG, ZX_E_NOMEM. */
int zx__journal_write(struct zx__journal *j, const struct zx__record *r,
		      const struct zx_alloc *a, struct zx_buf *out);
/* ZX_E_CORRUPT: it is not what was written, or not at its place. r->why is
 * appended to `why` and borrowed from it until it grows. */
int zx__journal_read(struct zx__journal *j, struct zx_str record,
		     struct zx__record *r, struct zx_buf *why);

#endif
