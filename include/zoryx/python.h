/* SPDX-License-Identifier: MIT
 *
 * python: the backup files of the Python framework, read and written: snapshots
 * 2.x with their checksums, index, audit log, schedule.
 */
#ifndef ZORYX_PYTHON_H
#define ZORYX_PYTHON_H

#include "zoryx/guild.h"

#ifdef __cplusplus
extern "C" {
#endif

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

#ifdef __cplusplus
}
#endif
#endif
