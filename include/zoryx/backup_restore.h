/* SPDX-License-Identifier: MIT
 *
 * backup_restore: the cog that keeps snapshots of servers. Captures them by
 * command and by schedule into the bot's state file, shows, compares, verifies,
 * exports and restores them: /backup, /backupcreate, /backuplist, ...
 *
 *   if (config->backup_restore)
 *           zx_bot_add_cog(bot, zx_cog_backup_restore());
 *
 * Settings are taken from the bot's zx_config: BACKUP_MAX_PER_GUILD,
 * BACKUP_COOLDOWN, BACKUP_AUTO_INTERVAL, BACKUP_RETENTION_DAYS. All calls are
 * of the loop's thread.
 */
#ifndef ZORYX_BACKUP_RESTORE_H
#define ZORYX_BACKUP_RESTORE_H

#include "zoryx/bot.h"
#include "zoryx/guild.h"

#ifdef __cplusplus
extern "C" {
#endif

ZX_API const struct zx_cog *zx_cog_backup_restore(void);

/* Where the host keeps exports that are too large to be posted. */
struct zx_backup_files {
	/* Makes a file; name: "backup_1_0123456789ab.json". */
	int (*open)(const char *name, void **file, void *ud);
	int (*write)(void *file, struct zx_str data, void *ud);
	/* keep 0: it failed, away with it. `where` gets what the bot's owner is
	 * told, its path. */
	int (*close)(void *file, int keep, char where[256], void *ud);
	void *ud;
};

struct zx_backup_options {
	size_t size;
	uint32_t jobs;	      /* captures at a time; 0 means 3, at most 16 */
	uint32_t progress_ms; /* between two edits of a progress message; 0
				 means 2.5 s */
	uint32_t look_ms;     /* how often schedule and retention are looked at;
				 0 means 60 s */
	uint32_t members_max; /* up to so many members come over the gateway; 0
				 means 75,000: above, by pages of REST */
	/* Where images are; copied. NULL: Discord's, or, when the configured
	 * API is not Discord's (http://), its /sandbox/cdn. */
	const char *cdn, *media;
	/* The largest part of an export, a plan or a report that is posted, in
	 * bytes; 0: what the server's boost tier allows, and 10 MiB of the
	 * latter two. */
	uint64_t upload_max;
	/* Must outlive the bot; NULL: larger ones are refused. */
	const struct zx_backup_files *files;
};
#define ZX_BACKUP_OPTIONS_INIT ZX__INIT(struct zx_backup_options)

/* After zx_bot_start, or in the `start` of a cog that was added later.
 * ZX_E_STATE when the cog is not there, ZX_E_NOMEM. */
ZX_API int zx_backup_configure(struct zx_bot *b,
			       const struct zx_backup_options *opt);

/* Creating ----------------------------------------------------------------- */

struct zx_backup_request {
	size_t size;
	uint64_t guild;
	uint64_t author;     /* 0: the bot */
	struct zx_str label; /* copied; at most 100 characters; empty: "Backup
				2026-02-18 12:34 UTC" */
	int automatic;	     /* marked; may be dropped to make room */
	int pinned;
	int beyond_limit; /* one more than BACKUP_MAX_PER_GUILD is all right:
			     the snapshot before a restore */
};
#define ZX_BACKUP_REQUEST_INIT ZX__INIT(struct zx_backup_request)

struct zx_backup_result {
	uint64_t guild;
	int err;	   /* ZX_OK: it is in the state file, durable */
	const char *error; /* a sentence; "" when all went well */
	char id[ZX_GUILD_ID_TEXT];
	uint64_t bytes;
	unsigned char hash[ZX_HASH];
	struct zx_guild_counts counts;
	uint32_t requests; /* of REST, images too */
	uint32_t images_reused;
	uint64_t took_ms;
};
/* Once per request that was begun; borrowed for the call. */
typedef void zx_backup_done(const struct zx_backup_result *r, void *ud);

/*
 * Captures a guild and stores it. ZX_E_STATE when the cog is not there or there
 * is no state file, ZX_E_NOTFOUND when the bot is not in that guild or another
 * process has it, ZX_E_BUSY while a backup of it is being made, ZX_E_LIMIT when
 * it has as many as may be (and no automatic one can make room), ZX_E_TOOBIG
 * (label), ZX_E_NOMEM. Audited; no cooldown.
 */
ZX_API int zx_backup_create(struct zx_bot *b,
			    const struct zx_backup_request *req,
			    zx_backup_done *done, void *ud);

enum zx_backup_phase {
	ZX_BACKUP_NONE,
	ZX_BACKUP_QUEUED, /* others are being made */
	ZX_BACKUP_READING,
	ZX_BACKUP_STORING
};
struct zx_backup_progress {
	enum zx_backup_phase phase;
	uint32_t requests, requests_known, images, images_known;
	uint64_t members, members_expected;
	uint32_t incomplete; /* could not be read */
	uint32_t held;	     /* 1: waits for Discord's rate limits */
	const char *doing;   /* constant, "channels" */
	uint64_t ms;	     /* so far */
};
/* Of what is being made of a guild. ZX_E_NOTFOUND when nothing is. */
ZX_API int zx_backup_progress(struct zx_bot *b, uint64_t guild,
			      struct zx_backup_progress *out);
/* Ends it with ZX_E_CANCELLED; nothing of it stays. ZX_E_NOTFOUND. */
ZX_API int zx_backup_cancel(struct zx_bot *b, uint64_t guild);

/* Each snapshot of a guild (0: of all), the newest first, until fn returns
 * nonzero, which is then returned; what it is given is borrowed for the call,
 * and it must not write. ZX_E_STATE. */
ZX_API int zx_backup_each(struct zx_bot *b, uint64_t guild,
			  int (*fn)(const struct zx_state_snapshot *snap,
				    void *ud),
			  void *ud);

#ifdef __cplusplus
}
#endif
#endif
