/* SPDX-License-Identifier: MIT
 *
 * guild: what a server is, as a document. Captures it, keeps it in parts that
 * snapshots share, verifies, compares, and reads and writes the files of the
 * Python framework. Opens nothing: requests are polled, replies are fed, parts
 * go to a store of the host's (zx_state_object_put, or yours).
 *
 *   REST, chunks -> zx_capture -> zx_guild_writer -> parts + manifest -> store
 *   store -> zx_guild_reader -> verify, diff, document, restore
 *
 * A snapshot is a tree of SHA-256: the manifest names one index per section, an
 * index is the hashes of its chunks, a chunk is some items of the section in
 * canonical JSON. The hash of the manifest is that of the whole snapshot.
 * Chunks end where the ids say, so what did not change is the same chunk again.
 *
 * Ids and permissions are exact 64-bit values and decimal strings in the text,
 * as Discord sends them; fields and bits nobody here knows are kept.
 */
#ifndef ZORYX_GUILD_H
#define ZORYX_GUILD_H

#include "zoryx/base.h"
#include "zoryx/json.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Hashes ------------------------------------------------------------------- */

enum { ZX_HASH = 32, ZX_HASH_TEXT = 65, ZX_GUILD_ID_TEXT = 13 };

ZX_API void zx_sha256(struct zx_str data, unsigned char out[ZX_HASH]);
/* 64 lower-case digits and NUL. */
ZX_API void zx_hash_text(const unsigned char hash[ZX_HASH],
			 char out[ZX_HASH_TEXT]);
/* ZX_E_SYNTAX unless it is 64 hexadecimal digits. */
ZX_API int zx_hash_read(struct zx_str text, unsigned char out[ZX_HASH]);
/* A new name for a snapshot: 12 random lower-case hexadecimal digits and NUL.
 */
ZX_API void zx_guild_id_new(const struct zx_rand *r,
			    char out[ZX_GUILD_ID_TEXT]);
/* Nonzero when it is 12 lower-case hexadecimal digits. */
ZX_API int zx_guild_id_valid(struct zx_str id);

/* Canonical JSON -------------------------------------------------------- */

enum zx_canon {
	/* Keys in order of their bytes, no spaces, UTF-8, nothing escaped that
	 * need not be, whole numbers as they are, others shortest. */
	ZX_CANON_PLAIN,
	/* json.dumps(sort_keys=True) of Python: what its checksums are over. */
	ZX_CANON_PYTHON,
	/* json.dumps(indent=4): members stay in their order. */
	ZX_CANON_INDENT
};

/* Of equal keys the last one counts (ZX_CANON_INDENT takes keys to be unique);
 * a lone surrogate stays one. Written in pieces of about 32 KiB; a nonzero
 * result of `write` ends it and is returned. ZX_E_SYNTAX, ZX_E_TOOBIG (deeper
 * than 64), ZX_E_NOMEM. */
ZX_API int zx_canon(struct zx_str json, enum zx_canon style,
		    const struct zx_alloc *a,
		    int (*write)(struct zx_str piece, void *ud), void *ud);
/* The same, appended to a buffer. */
ZX_API int zx_canon_buf(struct zx_str json, enum zx_canon style,
			const struct zx_alloc *a, struct zx_buf *out);

/* Sections -------------------------------------------------------------- */

/*
 * X(enum suffix, name in the document), in the order of the document. BANS: id,
 * name, reason. BOT: settings of ours. IMAGES: id, key, sha256, size, type; the
 * bytes are parts of their own. INCOMPLETE: what could not be read, and why.
 * MEMBERS: id, name, nick, roles; no bots. RAW: the file it was imported from,
 * no JSON. ROLES: with @everyone and managed ones. WEBHOOKS: without tokens.
 * BOT, GUILD, ONBOARDING and WELCOME have one item.
 */
#define ZX_SECTIONS(X)                                                         \
	X(AUTOMOD, "automod")                                                  \
	X(BANS, "bans")                                                        \
	X(BOT, "bot")                                                          \
	X(CHANNELS, "channels")                                                \
	X(EMOJIS, "emojis")                                                    \
	X(EVENTS, "events")                                                    \
	X(GUILD, "guild")                                                      \
	X(IMAGES, "images")                                                    \
	X(INCOMPLETE, "incomplete")                                            \
	X(MEMBERS, "members")                                                  \
	X(ONBOARDING, "onboarding")                                            \
	X(RAW, "raw")                                                          \
	X(ROLES, "roles")                                                      \
	X(SOUNDBOARD, "soundboard")                                            \
	X(STICKERS, "stickers")                                                \
	X(WEBHOOKS, "webhooks")                                                \
	X(WELCOME, "welcome")

enum zx_section {
#define ZX__X(name, text) ZX_SECTION_##name,
	ZX_SECTIONS(ZX__X)
#undef ZX__X
		ZX_SECTION_COUNT
};
ZX_API const char *zx_section_name(enum zx_section s);
/* ZX_E_NOTFOUND. */
ZX_API int zx_section_find(struct zx_str name, enum zx_section *out);

/* The host's store of parts. Both return ZX_OK or an error that goes back to
 * whoever called; `put` of what is there already does nothing; `get` appends.
 */
struct zx_guild_store {
	int (*put)(const unsigned char hash[ZX_HASH], struct zx_str data,
		   void *ud);
	int (*get)(const unsigned char hash[ZX_HASH], struct zx_buf *out,
		   void *ud);
	/* The snapshot has a part that is in the store from an earlier one;
	 * ZX_E_NOTFOUND when it is not. May be NULL. */
	int (*share)(const unsigned char hash[ZX_HASH], void *ud);
	void *ud;
};

/* Writing --------------------------------------------------------------- */

struct zx_guild_writer;

struct zx_guild_writer_options {
	size_t size;
	struct zx_guild_store store; /* put is needed */
	uint64_t guild;
	zx_wall captured_at; /* start of the capture */
	/* Nonzero: from a stranger. Two items of one id, a category inside a
	 * category and a channel inside a channel are then refused. */
	int strict;
	const struct zx_alloc *alloc;
};
#define ZX_GUILD_WRITER_OPTIONS_INIT ZX__INIT(struct zx_guild_writer_options)

/* Counted while writing; in the manifest under the same names. */
#define ZX_GUILD_COUNTS(X)                                                     \
	X(announcement)                                                        \
	X(categories)                                                          \
	X(forum)                                                               \
	X(media)                                                               \
	X(stage)                                                               \
	X(text)                                                                \
	X(voice)                                                               \
	X(roles)                                                               \
	X(emojis)                                                              \
	X(stickers)                                                            \
	X(members)                                                             \
	X(member_roles)                                                        \
	X(bans)                                                                \
	X(images)                                                              \
	X(incomplete)
struct zx_guild_counts {
#define ZX__X(name) uint64_t name;
	ZX_GUILD_COUNTS(ZX__X)
#undef ZX__X
};

/* "Manage Server": what Discord's client calls the permission of that bit
 * (topics/permissions.mdx); NULL for one of a newer kind. */
ZX_API const char *zx_permission_name(unsigned bit);

/* Counts one item, as the writer does; of some sections nothing is counted. */
ZX_API void zx_guild_counts_add(struct zx_guild_counts *n, enum zx_section s,
				struct zx_str item);

struct zx_guild_written {
	struct zx_str manifest; /* borrowed until the writer is freed */
	unsigned char hash[ZX_HASH];
	uint64_t bytes; /* of all sections and images, not compressed */
	struct zx_guild_counts counts;
};

struct zx_guild_member {
	uint64_t id;
	struct zx_str name;    /* UTF-8 */
	struct zx_str nick;    /* empty: none */
	const uint64_t *roles; /* ascending, without @everyone */
	size_t role_count;
};

ZX_API int
zx_guild_writer_new(struct zx_guild_writer **out,
		    const struct zx_guild_writer_options *opt) ZX_MUST_USE;
ZX_API void zx_guild_writer_free(struct zx_guild_writer *w);

/*
 * An object as Discord sends it. What changes by itself (last message, online
 * counts), whom the bot cannot know again, and tokens are left out; the rest is
 * kept. Items come in any order, but bans ascending by id. ZX_E_SYNTAX,
 * ZX_E_INVALID (no id), ZX_E_LIMIT (more of them than a server can have),
 * ZX_E_EXISTS, ZX_E_STATE, ZX_E_NOMEM, or what the store said. Members come
 * ascending, or ZX_E_STATE; a member may be given as an object, too.
 */
ZX_API int zx_guild_add(struct zx_guild_writer *w, enum zx_section s,
			struct zx_str json);
ZX_API int zx_guild_add_member(struct zx_guild_writer *w,
			       const struct zx_guild_member *m);
/* Bytes of an image or sound. key: "emojis/21", "icons/1/a_hash"; type:
 * "image/png"; id: whose it is. */
ZX_API int zx_guild_add_image(struct zx_guild_writer *w, uint64_t id,
			      struct zx_str key, const char *type,
			      struct zx_str data);
/* An item of an earlier snapshot's images: its bytes are in the store, or
 * ZX_E_NOTFOUND. */
ZX_API int zx_guild_add_known(struct zx_guild_writer *w, struct zx_str item);
ZX_API int zx_guild_add_missing(struct zx_guild_writer *w, const char *what,
				const char *why);
/* The file a snapshot is imported from, to be exported again as it was. */
ZX_API int zx_guild_add_raw(struct zx_guild_writer *w, struct zx_str file);
/* Writes what is left. The writer can only be freed then. ZX_E_CORRUPT when
 * strict and channels are inside of one another. */
ZX_API int zx_guild_finish(struct zx_guild_writer *w,
			   struct zx_guild_written *out);
/* What the last failure was about, "" when nothing is known. */
ZX_API const char *zx_guild_writer_error(const struct zx_guild_writer *w);

/* Reading --------------------------------------------------------------- */

struct zx_guild_reader {
	uint64_t guild;
	zx_wall captured_at;
	struct zx_guild_counts counts;
	/* private */
	struct zx_guild_store store;
	const struct zx_alloc *alloc;
	struct {
		uint64_t count;
		int present;
		unsigned char index[ZX_HASH];
	} section[ZX_SECTION_COUNT];
};

/* Reads the manifest; nothing of it is borrowed. ZX_E_CORRUPT, ZX_E_VERSION. */
ZX_API int zx_guild_open(struct zx_guild_reader *r, struct zx_str manifest,
			 const struct zx_guild_store *store,
			 const struct zx_alloc *a) ZX_MUST_USE;
ZX_API uint64_t zx_guild_count(const struct zx_guild_reader *r,
			       enum zx_section s);

/* Walks a section with one chunk in memory. */
struct zx_guild_cursor {
	const struct zx_guild_reader *r; /* private, all of it */
	struct zx_buf index, chunk;
	size_t at;
	int raw, open;
	struct zx_json_iter it;
};
ZX_API int zx_guild_cursor_init(struct zx_guild_cursor *c,
				const struct zx_guild_reader *r,
				enum zx_section s);
ZX_API void zx_guild_cursor_release(struct zx_guild_cursor *c);
/* 1: *item is the next one, borrowed until the next call; 0: no more; negative:
 * an error. Items ascend by id. Of RAW, an item is the next bytes. */
ZX_API int zx_guild_next(struct zx_guild_cursor *c, struct zx_str *item);

struct zx_guild_verified {
	uint64_t parts, bytes; /* looked at */
	uint64_t damaged;      /* of them missing or not what their hash says */
	char first[96];	       /* where the first of them is */
	unsigned char first_hash[ZX_HASH];
};
/* Computes every hash again; *out is complete also when parts are damaged,
 * which is ZX_E_CORRUPT. ZX_E_NOMEM. `bad` (may be NULL) is told each damaged
 * part. */
ZX_API int
zx_guild_verify(struct zx_str manifest, const unsigned char hash[ZX_HASH],
		const struct zx_guild_store *store, const struct zx_alloc *a,
		struct zx_guild_verified *out,
		void (*bad)(const unsigned char hash[ZX_HASH], void *ud),
		void *ud);

/*
 * The same in steps, for whoever must not be held up. A step looks at parts
 * until `bytes` of them were read, but at least at one; *more is nonzero while
 * there are others. What is damaged is found (zx_guild_verifier_found), not an
 * error. Manifest and hash are borrowed by `new` alone, the store until `free`,
 * which may come at any time. ZX_E_NOMEM, which stays.
 */
struct zx_guild_verifier;
ZX_API int
zx_guild_verifier_new(struct zx_guild_verifier **out, struct zx_str manifest,
		      const unsigned char hash[ZX_HASH],
		      const struct zx_guild_store *store,
		      const struct zx_alloc *a,
		      void (*bad)(const unsigned char hash[ZX_HASH], void *ud),
		      void *ud) ZX_MUST_USE;
ZX_API void zx_guild_verifier_free(struct zx_guild_verifier *v);
ZX_API int zx_guild_verifier_step(struct zx_guild_verifier *v, size_t bytes,
				  int *more);
/* So far; borrowed until `free`. */
ZX_API const struct zx_guild_verified *
zx_guild_verifier_found(const struct zx_guild_verifier *v);

/*
 * The whole snapshot as one canonical JSON document, in pieces; images with
 * their bytes in base64. A nonzero result of `write` ends it.
 */
ZX_API int zx_guild_document(const struct zx_guild_reader *r,
			     int (*write)(struct zx_str piece, void *ud),
			     void *ud);

/*
 * The same in steps. 1: *piece is the next one, borrowed until the next call
 * and of `bytes` or a bit more: at least one item; 0: no more; negative: an
 * error, which stays: what zx_guild_next says. `r` must outlive it.
 */
struct zx_guild_printer;
ZX_API int zx_guild_printer_new(struct zx_guild_printer **out,
				const struct zx_guild_reader *r) ZX_MUST_USE;
ZX_API void zx_guild_printer_free(struct zx_guild_printer *p);
ZX_API int zx_guild_printer_next(struct zx_guild_printer *p, size_t bytes,
				 struct zx_str *piece);

/*
 * Reads such a document (or any object of the same sections) in pieces of any
 * size into a writer. An item is at most 24 MiB. ZX_E_SYNTAX, ZX_E_TOOBIG,
 * ZX_E_VERSION, or what the writer says; zx_guild_parser_error has a sentence.
 */
struct zx_guild_parser;
ZX_API int zx_guild_parser_new(struct zx_guild_parser **out,
			       struct zx_guild_writer *w,
			       const struct zx_alloc *a) ZX_MUST_USE;
ZX_API void zx_guild_parser_free(struct zx_guild_parser *p);
ZX_API int zx_guild_parser_feed(struct zx_guild_parser *p, struct zx_str piece);
/* ZX_E_SYNTAX when the text ended in the middle. */
ZX_API int zx_guild_parser_end(struct zx_guild_parser *p);
ZX_API const char *zx_guild_parser_error(const struct zx_guild_parser *p);

/* Comparing ------------------------------------------------------------- */

enum zx_change_kind { ZX_CHANGE_ADDED, ZX_CHANGE_REMOVED, ZX_CHANGE_FIELD };

struct zx_change {
	enum zx_change_kind kind;
	enum zx_section section;
	uint64_t id;		/* of b, or of a when removed */
	uint64_t old_id;	/* of a; differs when matched by name */
	struct zx_str name;	/* raw JSON string, may be empty */
	struct zx_str path;	/* FIELD: "topic",
				   "permission_overwrites.123.allow" */
	struct zx_str from, to; /* FIELD: raw, empty when absent; otherwise the
				   item itself */
};

struct zx_diff {
	struct {
		uint64_t added, removed, changed, same;
	} section[ZX_SECTION_COUNT];
	uint64_t total; /* added + removed + changed items */
};

/*
 * What is different in b. Items are the same when their ids are, or else when
 * type and name are and no other item of either side has them. Ids of roles and
 * channels matched by name count as equal wherever they stand. `change` (may be
 * NULL) may end it with a nonzero result, which is returned. Images, RAW and
 * INCOMPLETE are not compared.
 */
ZX_API int zx_guild_diff(const struct zx_guild_reader *a,
			 const struct zx_guild_reader *b, struct zx_diff *out,
			 int (*change)(const struct zx_change *c, void *ud),
			 void *ud);

/*
 * The same in steps. A step looks at so many items, but at least at one; *more
 * is nonzero while there are others. What `change` ended it with is returned,
 * then and by every later step, as is an error: what zx_guild_next says. Both
 * readers must outlive it.
 */
struct zx_guild_differ;
ZX_API int zx_guild_differ_new(struct zx_guild_differ **out,
			       const struct zx_guild_reader *a,
			       const struct zx_guild_reader *b,
			       int (*change)(const struct zx_change *c,
					     void *ud),
			       void *ud) ZX_MUST_USE;
ZX_API void zx_guild_differ_free(struct zx_guild_differ *d);
ZX_API int zx_guild_differ_step(struct zx_guild_differ *d, size_t items,
				int *more);
/* Complete when there is no more; borrowed until `free`. */
ZX_API const struct zx_diff *
zx_guild_differ_sum(const struct zx_guild_differ *d);

/* Time ------------------------------------------------------------------ */

/* ISO 8601 as Python reads it; without a zone it is UTC. ZX_E_SYNTAX. */
ZX_API int zx_stamp_read(struct zx_str text, zx_wall *out);
/* "2026-02-18T12:34:56.123000+00:00", without a fraction when it is 0. */
ZX_API void zx_stamp_write(struct zx_buf *out, zx_wall t);

#ifdef __cplusplus
}
#endif
#endif
