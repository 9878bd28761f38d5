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

/* Canonical JSON ------------------------------------------------------------
 */

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

/* Sections ------------------------------------------------------------------
 */

/* X(enum suffix, name in the document), in the order of the document. */
#define ZX_SECTIONS(X)                                                         \
	X(AUTOMOD, "automod")                                                  \
	X(BANS, "bans")		/* id, name, reason */                         \
	X(BOT, "bot")		/* settings of ours, one item */               \
	X(CHANNELS, "channels") /* with categories, without threads */         \
	X(EMOJIS, "emojis")                                                    \
	X(EVENTS, "events")                                                    \
	X(GUILD, "guild")   /* one item */                                     \
	X(IMAGES, "images") /* id, key, sha256, size, type; bytes apart */     \
	X(INCOMPLETE, "incomplete") /* what could not be read, and why */      \
	X(MEMBERS, "members")	    /* id, name, nick, roles; no bots */       \
	X(ONBOARDING, "onboarding") /* one item */                             \
	X(RAW, "raw")	  /* the file it was imported from; no JSON */         \
	X(ROLES, "roles") /* with @everyone and managed ones */                \
	X(SOUNDBOARD, "soundboard")                                            \
	X(STICKERS, "stickers")                                                \
	X(WEBHOOKS, "webhooks") /* without their tokens */                     \
	X(WELCOME, "welcome")	/* one item */

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

/* Writing -------------------------------------------------------------------
 */

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
#define ZX_GUILD_WRITER_OPTIONS_INIT                                           \
	{                                                                      \
		.size = sizeof(struct zx_guild_writer_options)                 \
	}

/* Counted while writing; in the manifest under the same names. */
#define ZX_GUILD_COUNTS(X)                                                     \
	X(announcement)                                                        \
	X(categories) X(forum) X(media) X(stage) X(text) X(voice) X(roles)     \
		X(emojis) X(stickers) X(members) X(member_roles) X(bans)       \
			X(images) X(incomplete)
struct zx_guild_counts {
#define ZX__X(name) uint64_t name;
	ZX_GUILD_COUNTS(ZX__X)
#undef ZX__X
};

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

/* Reading -------------------------------------------------------------------
 */

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
 * The whole snapshot as one canonical JSON document, in pieces; images with
 * their bytes in base64. A nonzero result of `write` ends it.
 */
ZX_API int zx_guild_document(const struct zx_guild_reader *r,
			     int (*write)(struct zx_str piece, void *ud),
			     void *ud);

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

/* Comparing -----------------------------------------------------------------
 */

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

/* Capturing -----------------------------------------------------------------
 */

struct zx_capture;

struct zx_capture_options {
	size_t size;
	struct zx_guild_store store; /* put is needed */
	uint64_t guild;
	zx_wall captured_at;
	/* JSON object of settings to be kept in the section bot; copied. */
	struct zx_str bot_settings;
	/* Appends the item of an earlier snapshot's images with this key and
	 * returns nonzero, so that it is not downloaded again. May be NULL. */
	int (*known)(struct zx_str key, struct zx_buf *item, void *ud);
	void *known_ud;
	unsigned in_flight;   /* requests at a time; 0 means 4, at most 8 */
	size_t image_max;     /* bytes of one image; 0 means 10 MiB */
	uint32_t members_max; /* up to so many members the gateway is asked for
				 chunks, held at about 150 bytes each; above,
				 or when it is silent, REST pages are read in
				 constant memory. 0: REST only */
	int no_members;	      /* the Members intent is missing: said so in the
				 snapshot, not asked for */
	const char *cdn;      /* copied; NULL: https://cdn.discordapp.com */
	const char *media;    /* NULL: https://media.discordapp.net */
	const struct zx_alloc *alloc;
};
#define ZX_CAPTURE_OPTIONS_INIT                                                \
	{                                                                      \
		.size = sizeof(struct zx_capture_options)                      \
	}

enum zx_capture_out_kind {
	ZX_CAPTURE_OUT_REQUEST, /* submit it, feed the reply */
	ZX_CAPTURE_OUT_MEMBERS, /* ask the gateway for all members (op 8, query
				   "", limit 0), give the chunks to
				   zx_capture_members */
	ZX_CAPTURE_OUT_DONE	/* once, at the end: err, or `written` */
};

struct zx_capture_out {
	enum zx_capture_out_kind kind;
	uint32_t id;	    /* REQUEST: to be named in feed */
	struct zx_str path; /* REQUEST: always a GET; borrowed until the next
			       call */
	int absolute;	    /* REQUEST: the path is a URL (of an image) */
	size_t max_body;
	int err;
	struct zx_guild_written written; /* borrowed until free */
};

struct zx_capture_progress {
	uint32_t requests, requests_known; /* done, and known to be needed */
	uint32_t images, images_known;
	uint64_t members, members_expected;
	uint32_t incomplete;
	const char *doing; /* constant: "members" */
};

/* The reply to a request: of struct zx_rest_result. */
struct zx_capture_reply {
	int err; /* ZX_OK for 2xx */
	int status, code;
	struct zx_str body;
};

ZX_API int zx_capture_new(struct zx_capture **out,
			  const struct zx_capture_options *opt,
			  zx_time now) ZX_MUST_USE;
ZX_API void zx_capture_free(struct zx_capture *c);
/* ZX_E_NOTFOUND when that id is not awaited. Other failures are told by DONE.
 */
ZX_API int zx_capture_feed(struct zx_capture *c, uint32_t id,
			   const struct zx_capture_reply *reply, zx_time now);
/* The d of a GUILD_MEMBERS_CHUNK; of other guilds or unasked ones nothing is
 * taken. */
ZX_API int zx_capture_members(struct zx_capture *c, struct zx_str d,
			      zx_time now);
ZX_API int zx_capture_tick(struct zx_capture *c, zx_time now);
ZX_API int zx_capture_poll(struct zx_capture *c, struct zx_capture_out *out);
ZX_API zx_time zx_capture_deadline(const struct zx_capture *c);
/* Ends it with ZX_E_CANCELLED. */
ZX_API void zx_capture_cancel(struct zx_capture *c);
ZX_API void zx_capture_progress(const struct zx_capture *c,
				struct zx_capture_progress *out);
/* A sentence about the failure, "" when none. */
ZX_API const char *zx_capture_error(const struct zx_capture *c);

/* Time ----------------------------------------------------------------------
 */

/* ISO 8601 as Python reads it; without a zone it is UTC. ZX_E_SYNTAX. */
ZX_API int zx_stamp_read(struct zx_str text, zx_wall *out);
/* "2026-02-18T12:34:56.123000+00:00", without a fraction when it is 0. */
ZX_API void zx_stamp_write(struct zx_buf *out, zx_wall t);

/* Files of the Python framework ---------------------------------------------
 */

enum {
	ZX_PYTHON_FILE_MAX = 256 << 20, /* bytes of a file that is read */
	ZX_PYTHON_AUDIT_MAX = 200,	/* entries the original keeps */
	ZX_CHECKSUM_TEXT = 17
};

/* The 16 digits over Python's canonical form; *bytes (may be NULL) is that
 * form's length, which the index calls size_bytes. */
ZX_API int zx_python_checksum(struct zx_str json, const struct zx_alloc *a,
			      char out[ZX_CHECKSUM_TEXT], uint64_t *bytes);

struct zx_python_snapshot {
	char version[16];
	zx_wall captured_at;
	uint64_t guild;
	char checksum[ZX_CHECKSUM_TEXT];
	uint64_t bytes; /* of the canonical form */
};
/* Looks at a snapshot file without taking anything over. ZX_E_SYNTAX,
 * ZX_E_VERSION (not 2.x), ZX_E_TOOBIG, ZX_E_INVALID; `why` gets a sentence. */
ZX_API int zx_python_inspect(struct zx_str file, const struct zx_alloc *a,
			     struct zx_python_snapshot *out, char why[128]);
/* Adds all of it, and the file itself, to a writer. `why` as above. */
ZX_API int zx_python_read(struct zx_str file, struct zx_guild_writer *w,
			  const struct zx_alloc *a, char why[128]);
/* The snapshot as a file of version 2.2.0: as it was when it was imported,
 * otherwise made anew. */
ZX_API int zx_python_write(const struct zx_guild_reader *r,
			   int (*write)(struct zx_str piece, void *ud),
			   void *ud);

/* An entry of index.json. Slices are borrowed from the text they were read in;
 * strings are raw JSON. */
struct zx_python_entry {
	char id[ZX_GUILD_ID_TEXT];
	struct zx_str label, notes;
	zx_wall timestamp; /* 0: not readable */
	uint64_t author;
	char checksum[ZX_CHECKSUM_TEXT];
	uint64_t size_bytes;
	int pinned, automatic;
	struct zx_str raw; /* the whole entry */
};
/* Each entry, the first (newest) first. One that cannot be used is told with
 * `e` NULL and a reason. ZX_E_SYNTAX when it is no array; what fn returns. */
ZX_API int zx_python_index(struct zx_str json,
			   int (*fn)(const struct zx_python_entry *e,
				     const char *why, void *ud),
			   void *ud);
/* Appends an entry as an object; `raw`, when not empty, is an entry that was
 * imported: its order and its unknown keys are kept. */
ZX_API int zx_python_entry_write(struct zx_buf *out,
				 const struct zx_python_entry *e,
				 const struct zx_guild_counts *counts,
				 struct zx_str guild_name_raw);

struct zx_python_audit {
	zx_wall at;
	struct zx_str action; /* raw JSON strings */
	uint64_t user;
	char backup[ZX_GUILD_ID_TEXT]; /* "" when null */
	struct zx_str details;
	struct zx_str raw;
};
/* As zx_python_index, for audit_log.json. */
ZX_API int zx_python_audit(struct zx_str json,
			   int (*fn)(const struct zx_python_audit *e,
				     const char *why, void *ud),
			   void *ud);
ZX_API void zx_python_audit_write(struct zx_buf *out,
				  const struct zx_python_audit *e);

struct zx_backup_plan {
	int enabled;
	uint32_t hours;		 /* 1 to 168 */
	zx_wall last;		 /* success; 0: never */
	uint32_t retention_days; /* of the file; nobody uses it */
};
ZX_API int zx_python_schedule(struct zx_str json, struct zx_backup_plan *out);
ZX_API void zx_python_schedule_write(struct zx_buf *out,
				     const struct zx_backup_plan *p);

/* Retention -----------------------------------------------------------------
 */

enum zx_keep {
	ZX_KEEP,	/* nothing is against it */
	ZX_KEEP_PINNED, /* would go, but is pinned */
	ZX_KEEP_LAST,	/* would go, but is the last good one */
	ZX_KEEP_USED,	/* would go, but a restore refers to it */
	ZX_KEEP_SHRUNK, /* would make room, but for one that has shrunk */
	ZX_DROP_AGE,
	ZX_DROP_COUNT
};

struct zx_retained {
	zx_wall created;
	uint64_t extent; /* roles and channels: how much server is in it */
	int pinned, automatic, used;
	int damaged;  /* verify said so: it is no good one */
	int accepted; /* a person said that it is as small as it should be */
	enum zx_keep keep; /* out */
	int shrunk;	   /* out: more than 30 % below the good one before */
};

struct zx_retention {
	uint32_t max_count; /* 0 means 25, at most 100 */
	uint32_t days;	    /* 0: any age */
	int room;	    /* nonzero: one more must fit */
	uint64_t extent;    /* of that one; 0: unknown */
	zx_wall now;
};

/*
 * Which go. Any order; by age all that are not pinned, by count automatic ones,
 * oldest first. Never the newest good one, never for the sake of one that has
 * shrunk by more than 30 %; those dated in the future have no age.
 * ZX_E_FULL: there is no room for one more.
 */
ZX_API int zx_retention(struct zx_retained *v, size_t n,
			const struct zx_retention *rule);

/* Schedule ------------------------------------------------------------------
 */

struct zx_schedule;

enum zx_schedule_out_kind {
	ZX_SCHEDULE_DUE, /* capture now; say how it went with _done */
	ZX_SCHEDULE_LATE /* two intervals without success; once per outage */
};
struct zx_schedule_out {
	enum zx_schedule_out_kind kind;
	uint64_t guild;
	zx_wall due; /* when it should have been */
};

ZX_API int zx_schedule_new(struct zx_schedule **out,
			   const struct zx_alloc *a) ZX_MUST_USE;
ZX_API void zx_schedule_free(struct zx_schedule *s);
/* Adds or changes a guild. `last`: the last success, 0 for none, then the first
 * one is due at once. hours: 1 to 168, else ZX_E_RANGE. ZX_E_LIMIT above
 * 100,000 guilds, ZX_E_NOMEM. */
ZX_API int zx_schedule_set(struct zx_schedule *s, uint64_t guild,
			   uint32_t hours, zx_wall last, zx_wall now);
ZX_API void zx_schedule_remove(struct zx_schedule *s, uint64_t guild);
/* It went well (then `last` is now `due`), or not: tried again after a quarter
 * of the interval, at most an hour. */
ZX_API void zx_schedule_done(struct zx_schedule *s, uint64_t guild, int ok,
			     zx_wall now);
ZX_API void zx_schedule_tick(struct zx_schedule *s, zx_wall now);
/* 1: *out is filled; 0: nothing more now. */
ZX_API int zx_schedule_poll(struct zx_schedule *s, struct zx_schedule_out *out);
/* When to call tick; INT64_MAX when there is nothing to wait for. */
ZX_API zx_wall zx_schedule_deadline(const struct zx_schedule *s);
/* The last success as it is to be stored; 0 when there is none. */
ZX_API zx_wall zx_schedule_last(const struct zx_schedule *s, uint64_t guild);

/* Milliseconds until the cooldown is over; 0: free. A clock that went back
 * never makes it longer than the cooldown. */
ZX_API uint64_t zx_cooldown_left(zx_wall last, uint32_t seconds, zx_wall now);

#ifdef __cplusplus
}
#endif
#endif
