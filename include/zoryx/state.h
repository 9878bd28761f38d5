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
	const char *vfs; /* name of a VFS registered with SQLite, for tests and
			    odd places; NULL: files */
};
#define ZX_STATE_OPTIONS_INIT ZX__INIT(struct zx_state_options)

/*
 * Opens or makes the file and brings its schema up to date. *out is set also on
 * error (but for ZX_E_NOMEM), so that zx_state_error() can say in a sentence
 * what was wrong and what to do; close it then.
 * ZX_E_BUSY     another process owns it
 * ZX_E_VERSION  written by a newer zoryx
 * ZX_E_CORRUPT  no zoryx state file, or damaged (looked for in files up to 64
 * MiB); it is left as it is
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

/*
 * Writes are refused with ZX_E_IO when the file was deleted, moved or replaced
 * under the handle (SQLite itself would not notice), and with ZX_E_STATE in a
 * fork of the process that opened it, which may only close it.
 */

/* Several writes as one: all or none. Nesting is ZX_E_STATE. */
ZX_API int zx_state_begin(struct zx_state *s);
ZX_API int zx_state_commit(struct zx_state *s);
ZX_API void zx_state_rollback(struct zx_state *s);

/* Snapshots ---------------------------------------------------------------- */

/*
 * A snapshot consists of parts, known by the SHA-256 of their bytes (which the
 * caller computes), compressed, and shared with other snapshots. They are
 * written to a draft, each durable at once (zx_state_begin groups them); the
 * commit makes a snapshot of the draft or leaves it as it was. Drafts that were
 * not committed are gone at the next open.
 */
enum { ZX_STATE_PART_MAX = 32 << 20 /* bytes of one part */ };

struct zx_state_snapshot {
	uint64_t guild;
	char id[13]; /* 12 hexadecimal digits */
	zx_wall created;
	uint64_t author;
	int pinned, automatic;
	uint64_t bytes;		/* of the contents, not compressed */
	unsigned char hash[32]; /* of the manifest */
	struct zx_str manifest;
	struct zx_str label, notes; /* UTF-8 */
	struct zx_str meta;	    /* what else the caller wants to remember */
};

ZX_API int zx_state_snap_begin(struct zx_state *s, uint64_t guild,
			       uint64_t *draft);
/* What is there already is not written again, unless it was found damaged. */
ZX_API int zx_state_snap_part(struct zx_state *s, uint64_t draft,
			      const unsigned char hash[32], struct zx_str data);
/* Shares a part that is there; ZX_E_NOTFOUND (also for a damaged one). */
ZX_API int zx_state_snap_share(struct zx_state *s, uint64_t draft,
			       const unsigned char hash[32]);
/* max: snapshots the guild may have then, 0 for any number. ZX_E_LIMIT,
 * ZX_E_EXISTS when the id is taken, ZX_E_NOTFOUND when there is no such draft.
 */
ZX_API int zx_state_snap_commit(struct zx_state *s, uint64_t draft,
				const struct zx_state_snapshot *snap,
				unsigned max);
/* ZX_OK also when it was not there. */
ZX_API int zx_state_snap_abort(struct zx_state *s, uint64_t draft);
/* Each of a guild (0: of all guilds), the newest first; fn must not write. */
ZX_API int zx_state_snap_each(struct zx_state *s, uint64_t guild,
			      int (*fn)(const struct zx_state_snapshot *snap,
					void *ud),
			      void *ud);
/* One of a guild. Its texts are appended to `text` and borrowed from it.
 * ZX_E_NOTFOUND. */
ZX_API int zx_state_snap_get(struct zx_state *s, uint64_t guild, const char *id,
			     struct zx_state_snapshot *out,
			     struct zx_buf *text);
/* Stores pin, label, notes and meta as they are in `snap`. ZX_E_NOTFOUND. */
ZX_API int zx_state_snap_update(struct zx_state *s,
				const struct zx_state_snapshot *snap);
/* Works on a full disk too. ZX_E_NOTFOUND; ZX_E_BUSY while a restore that is
 * open needs it; pins are the caller's to respect. */
ZX_API int zx_state_snap_delete(struct zx_state *s, uint64_t guild,
				const char *id);
/* Appends the bytes of a part. ZX_E_NOTFOUND, ZX_E_CORRUPT. That they are what
 * the hash says is the caller's to check. */
ZX_API int zx_state_part_get(struct zx_state *s, const unsigned char hash[32],
			     struct zx_buf *out);
/* It was found damaged: the next snapshot that has it writes it anew. */
ZX_API int zx_state_part_bad(struct zx_state *s, const unsigned char hash[32]);

struct zx_state_usage {
	uint64_t parts;
	uint64_t bytes;	 /* of their contents, shared ones once */
	uint64_t stored; /* compressed, as in the file */
};
/* Of a guild's snapshots (parts shared with other guilds count too), 0: of
 * everything there is, drafts too. */
ZX_API int zx_state_usage(struct zx_state *s, uint64_t guild,
			  struct zx_state_usage *out);

/* Audit log ---------------------------------------------------------------- */

struct zx_state_audit {
	uint64_t seq; /* from 1 per guild, without gaps: none is lost in
			 silence */
	zx_wall at;
	uint64_t user;
	const char *action;
	const char *backup; /* "" for none */
	struct zx_str details;
};
/* seq is given by the store. Of more than 100,000 per guild the oldest go. */
ZX_API int zx_state_audit_add(struct zx_state *s, uint64_t guild,
			      const struct zx_state_audit *entry);
/* The newest first, at most `limit` (0: all). */
ZX_API int
zx_state_audit_each(struct zx_state *s, uint64_t guild, unsigned limit,
		    int (*fn)(const struct zx_state_audit *entry, void *ud),
		    void *ud);

/* Leases ------------------------------------------------------------------- */

/*
 * Locks and cooldowns: taken by an owner until a time, in named spaces, per
 * guild. The same owner may take it again. ZX_E_BUSY when another one has it.
 * An `until` that is not in the future gives it back.
 */
ZX_API int zx_state_lease(struct zx_state *s, const char *space, uint64_t guild,
			  const char *owner, zx_wall now, zx_wall until);
/* Who has it and until when; ZX_E_NOTFOUND when nobody does. */
ZX_API int zx_state_lease_get(struct zx_state *s, const char *space,
			      uint64_t guild, zx_wall now, zx_wall *until,
			      struct zx_buf *owner);

/* Restores ----------------------------------------------------------------- */

/*
 * A restore is a plan and the journal of what became of it: records that are
 * only added. A guild has at most one that is open, which the file itself sees
 * to: also after a restart, whoever asks. The snapshots an open one needs
 * cannot be deleted.
 */
enum {
	ZX_STATE_PLAN_MAX = 64 << 20, /* bytes of a plan */
	ZX_STATE_RECORD_MAX = 1 << 20
};

struct zx_state_restore {
	uint64_t n;	   /* given by the store, never given again */
	uint64_t guild;	   /* that is changed */
	uint64_t user;	   /* who wanted it */
	char snapshot[13]; /* that is restored; "" for none of this file */
	char safety[13];   /* how the guild was before; "" for none yet */
	int open;	   /* it is not over */
	int status;	   /* the caller's own */
	zx_wall created, changed;
	unsigned char hash[32]; /* of the plan, by the caller */
	uint64_t records;	/* so many are in its journal */
	struct zx_str meta;	/* what else the caller wants to remember */
	struct zx_str plan;
};

/* Begins one with all of `r` but n, changed and records; *n names it.
 * ZX_E_BUSY when the guild has an open one: see zx_state_restore_open. */
ZX_API int zx_state_restore_begin(struct zx_state *s,
				  const struct zx_state_restore *r,
				  uint64_t *n);
/* Stores safety, open, status, changed and meta as they are in `r`. ZX_E_BUSY
 * when it would be the second open one. ZX_E_NOTFOUND. */
ZX_API int zx_state_restore_set(struct zx_state *s,
				const struct zx_state_restore *r);
/* Puts another plan in the place of its own: one that has grown. ZX_E_TOOBIG,
 * ZX_E_NOTFOUND. */
ZX_API int zx_state_restore_replan(struct zx_state *s, uint64_t n,
				   struct zx_str plan,
				   const unsigned char hash[32]);
/* One, or the open one of a guild. Meta and plan are appended to `text` and
 * borrowed from it. ZX_E_NOTFOUND. */
ZX_API int zx_state_restore_get(struct zx_state *s, uint64_t n,
				struct zx_state_restore *out,
				struct zx_buf *text);
ZX_API int zx_state_restore_open(struct zx_state *s, uint64_t guild,
				 struct zx_state_restore *out,
				 struct zx_buf *text);
/* Each of a guild (0: of all), the newest first, without its plan; fn must not
 * write. */
ZX_API int zx_state_restore_each(struct zx_state *s, uint64_t guild,
				 int (*fn)(const struct zx_state_restore *r,
					   void *ud),
				 void *ud);
/* With its journal. ZX_OK also when it was not there. */
ZX_API int zx_state_restore_delete(struct zx_state *s, uint64_t n);
/* Adds a record. ZX_E_NOTFOUND. */
ZX_API int zx_state_record(struct zx_state *s, uint64_t n, struct zx_str data);
/* Each record in the order of their adding; fn must not write. */
ZX_API int zx_state_record_each(struct zx_state *s, uint64_t n,
				int (*fn)(struct zx_str data, void *ud),
				void *ud);

/* Looks for damage in the whole file. ZX_E_CORRUPT: zx_state_error says what.*/
ZX_API int zx_state_check(struct zx_state *s);
/* A consistent copy into a new file; ZX_E_EXISTS when it is there already. */
ZX_API int zx_state_copy(struct zx_state *s, const char *path);
/* The settings in a guild.db of the Python framework, read only. The texts are
 * borrowed for the call. ZX_E_CORRUPT when it is no such file. */
ZX_API int zx_state_python_settings(struct zx_state *s, const char *path,
				    int (*fn)(const char *key,
					      const char *value, void *ud),
				    void *ud);
/* Makes such a file with the keys and values of a NULL-terminated list of
 * pairs. ZX_E_EXISTS when it is there. */
ZX_API int zx_state_python_settings_make(struct zx_state *s, const char *path,
					 const char *const *pairs);
/* Gives unused space back. */
ZX_API int zx_state_vacuum(struct zx_state *s);
ZX_API int zx_state_schema(const struct zx_state *s);

#ifdef __cplusplus
}
#endif
#endif
