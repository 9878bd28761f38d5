/* SPDX-License-Identifier: MIT
 *
 * state: everything a bot must remember, in one SQLite file. Survives kill -9
 * and power cuts: journal_mode=TRUNCATE, synchronous=FULL, one connection that
 * holds the file exclusively.
 *
 * A call that writes returns after the data is durable. The rest of the library
 * knows the store only by this narrow interface.
 */
#ifndef ZORYX_STATE_H
#define ZORYX_STATE_H

#include "zoryx/base.h"

#ifdef __cplusplus
extern "C" {
#endif

struct zx_state;

struct zx_state_options {
	size_t size;
	const char *path; /* the file; its folder is made when missing */
	int read_only;	  /* nonzero: no lock, no migration, no writes */
	const struct zx_alloc *alloc; /* for the handle; SQLite has its own */
	const struct zx_log *log;
};
#define ZX_STATE_OPTIONS_INIT                                                  \
	{                                                                      \
		.size = sizeof(struct zx_state_options)                        \
	}

/*
 * Opens or makes the file and brings its schema up to date. *out is set also on
 * error (but for ZX_E_NOMEM), so that zx_state_error() can say in a sentence
 * what was wrong and what to do; close it then.
 * ZX_E_BUSY     another process owns it
 * ZX_E_VERSION  written by a newer zoryx
 * ZX_E_CORRUPT  no zoryx state file, or damaged; it is left as it is
 * ZX_E_PERM     not readable or writable
 * ZX_E_FULL, ZX_E_IO, ZX_E_NOMEM
 */
ZX_API int zx_state_open(struct zx_state **out,
			 const struct zx_state_options *opt) ZX_MUST_USE;
ZX_API void zx_state_close(struct zx_state *s);
/* What the last failure was, "" when none; valid until the next call. */
ZX_API const char *zx_state_error(const struct zx_state *s);

/*
 * Key and value, in named spaces ("settings", "session", ...), per guild (0:
 * not of a guild). Values are bytes, at most 1 MiB.
 */
ZX_API int zx_state_put(struct zx_state *s, const char *space, uint64_t guild,
			const char *key, struct zx_str value);
/* Appends to out. ZX_E_NOTFOUND. */
ZX_API int zx_state_get(struct zx_state *s, const char *space, uint64_t guild,
			const char *key, struct zx_buf *out);
/* ZX_OK also when it was not there. */
ZX_API int zx_state_del(struct zx_state *s, const char *space, uint64_t guild,
			const char *key);
/* Each entry of a space in order of guild and key, until fn returns nonzero,
 * which is then returned. fn must not write. */
ZX_API int zx_state_each(struct zx_state *s, const char *space,
			 int (*fn)(uint64_t guild, const char *key,
				   struct zx_str value, void *ud),
			 void *ud);

/* Several writes as one: all or none. Nesting is ZX_E_STATE. */
ZX_API int zx_state_begin(struct zx_state *s);
ZX_API int zx_state_commit(struct zx_state *s);
ZX_API void zx_state_rollback(struct zx_state *s);

/* Looks for damage in the whole file. ZX_E_CORRUPT: zx_state_error says what.*/
ZX_API int zx_state_check(struct zx_state *s);
/* A consistent copy into a new file; ZX_E_EXISTS when it is there already. */
ZX_API int zx_state_copy(struct zx_state *s, const char *path);
/* Gives unused space back. */
ZX_API int zx_state_vacuum(struct zx_state *s);
ZX_API int zx_state_schema(const struct zx_state *s);

#ifdef __cplusplus
}
#endif
#endif
