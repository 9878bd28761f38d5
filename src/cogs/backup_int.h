/* SPDX-License-Identifier: MIT
 *
 * What the files of the backup cog share. What is shown is made by functions
 * from plain data, so that it can be tested without a bot.
 *
 * Every command is a constant of its own in the file that carries it out, and
 * is named in the list in backup.c.
 */
#ifndef ZX__BACKUP_INT_H
#define ZX__BACKUP_INT_H

#include <stdio.h>
#include <string.h>

#include "zoryx/backup_restore.h"
#include "zoryx/capture.h"
#include "zoryx/modal.h"
#include "zoryx/retention.h"

#define ZX__BACKUP_COG "Backup & Restore"

enum {
	ZX__BACKUP_LABEL = 100, /* characters */
	ZX__BACKUP_NOTE = 500,
	ZX__BACKUP_TYPED = 48, /* bytes of an id as it was typed */
	ZX__BACKUP_JOBS = 16,  /* at a time, at most */
	ZX__BACKUP_QUEUE = 10000,
	ZX__BACKUP_ASKED = 64,
	ZX__BACKUP_AMBER = 0xFFAA00
};

/* Commands ----------------------------------------------------------------- */

/* What acts (backup_*.c) */
extern const struct zx_command zx__backup_create_command;
extern const struct zx_command zx__backup_delete_command;
extern const struct zx_command zx__backup_pin_command;
extern const struct zx_command zx__backup_note_command;
extern const struct zx_command zx__backup_verify_command;
extern const struct zx_command zx__backup_schedule_command;
extern const struct zx_command zx__backup_export_command;
extern const struct zx_command zx__backup_settings_command;
/* What shows (backup_show*.c) */
extern const struct zx_command zx__backup_command;
extern const struct zx_command zx__backup_list_command;
extern const struct zx_command zx__backup_view_command;
extern const struct zx_command zx__backup_diff_command;
extern const struct zx_command zx__backup_stats_command;
/* restore*.c */
extern const struct zx_command zx__backup_restore_command;

/* The list in backup.c, for tests. */
extern const struct zx_command *const zx__backup_commands[];
extern const size_t zx__backup_command_count;

/* An option that takes the id of a backup, completed by
 * zx__backup_complete (backup_show_complete.c): .complete = that. */
#define ZX__BACKUP_ID_OPTION(option_name, text)                                \
	{                                                                      \
		.name = (option_name), .description = (text),                  \
		.type = ZX_OPTION_STRING, .required = 1, .autocomplete = 1     \
	}
void zx__backup_complete(struct zx_call *call, const char *option,
			 struct zx_str typed, struct zx_choices *out, void *ud);
struct zx__backup;
/*
 * The id that such an option means: the one that begins so, and that of
 * "latest"; what fits none stays as it was typed, cut. NULL when several begin
 * so, or the state file cannot be read, which was answered.
 */
const char *zx__backup_id(struct zx__backup *b, struct zx_call *call,
			  const char *option, char id[ZX__BACKUP_TYPED]);

/* The cog's data ----------------------------------------------------------- */

struct zx__backup_config {
	uint32_t max;	     /* per guild, 1 to 100 */
	uint32_t cooldown_s; /* 0: none */
	uint32_t auto_h;     /* 0: no schedules run */
	uint32_t keep_days;  /* 0: for ever */
};

struct zx__backup_job;
struct zx__backup_work;

struct zx__backup {
	struct zx_bot *bot;
	const struct zx_alloc *alloc;
	const struct zx_log *log;
	struct zx_state *state; /* never NULL while the cog is there */
	struct zx_backup_options opt;
	struct zx__backup_config config;
	char *cdn, *media;	     /* of opt, copied; NULL: Discord's */
	struct zx__backup_job *jobs; /* the first have their turn */
	size_t job_count;
	/* Whose members the gateway was asked for lately: a ring. */
	struct {
		uint64_t guild;
		zx_time at;
	} asked[ZX__BACKUP_ASKED];
	size_t asked_next;
	struct zx__backup_work *works; /* the first has its turn */
	uint64_t work_serial;
	zx_time work_ms; /* of a turn; 0: one step */
	struct zx_timer work_timer;
	struct zx_schedule *schedule;
	struct zx_timer look, clean;
	zx_wall cleaned;      /* retention was last applied */
	uint64_t *clean_list; /* guilds it is still to be applied to */
	size_t clean_count;
	int stopped;
	void *restore;	    /* restore.c's own; NULL until it makes it */
	void *show;	    /* of the panels; NULL until they make it */
	void *restore_show; /* of the restore's panel; the same */
};

/* Of the call's bot; answers and returns NULL when the cog is not there. */
struct zx__backup *zx__backup_of(struct zx_call *call);
/* The same without a call; NULL. */
struct zx__backup *zx__backup_in(struct zx_bot *bot);
/* Gives back what the panels hold (backup_panel_live.c). */
void zx__backup_show_free(struct zx__backup *b);
/* restore_kept.c, restore_flow.c: the same of the restore's panel, and where it
 * begins to follow restores. */
void zx__restore_show_free(struct zx__backup *b);
void zx__restore_show_start(struct zx__backup *b);
void zx__backup_log(struct zx__backup *b, enum zx_log_level level,
		    const char *fmt, ...) ZX_PRINTF(3, 4);

/* Rights (backup_rights.c) -------------------------------------------------
 * Owner of the bot: everything, everywhere. Administrators: everything in their
 * guild. Holders of the guild's backup role: create, and delete their own. */

enum zx__backup_rights {
	ZX__BACKUP_NOTHING,
	ZX__BACKUP_OWN, /* create, and delete what they created */
	ZX__BACKUP_ALL
};
enum zx__backup_rights zx__backup_rights(struct zx__backup *b,
					 const struct zx_call *call);
/* For zx_command.check of create and delete: nonzero, answered, for those who
 * have no rights. */
int zx__backup_check(struct zx_call *call, void *ud);

/* What an administrator sets per guild with /backupsettings. 0: none. */
struct zx__backup_choice {
	uint64_t role;	  /* the backup role */
	uint64_t channel; /* notifications */
};
int zx__backup_choice_get(struct zx__backup *b, uint64_t guild,
			  struct zx__backup_choice *out);
int zx__backup_choice_set(struct zx__backup *b, uint64_t guild,
			  const struct zx__backup_choice *c);

/* Store (backup_store.c) --------------------------------------------------- */

/* Flags of a snapshot, kept beside it and deleted with it. */
#define ZX__BACKUP_DAMAGED "damaged"   /* verify said so */
#define ZX__BACKUP_ACCEPTED "accepted" /* it is as small as it should be */
#define ZX__BACKUP_USED "used"	       /* a restore refers to it */

struct zx__backup_item {
	uint64_t guild;
	char id[ZX_GUILD_ID_TEXT];
	zx_wall created, captured; /* captured 0: the manifest is damaged */
	uint64_t author;	   /* 0: the bot */
	uint64_t bytes;		   /* of the contents, not compressed */
	int pinned, automatic;
	int damaged, accepted, used;
	int shrunk; /* more than 30 % below the good one before */
	unsigned char hash[ZX_HASH];
	struct zx_guild_counts counts;
	struct zx_str label, notes; /* UTF-8, as they were typed: escape them */
};

struct zx__backup_list {
	struct zx__backup_item *items; /* the newest first */
	size_t count;
	uint64_t bytes;	    /* of all */
	struct zx_buf text; /* private: labels and notes */
	const struct zx_alloc *alloc;
};
/* guild 0: all guilds. ZX_E_NOMEM or what the state says; release it in any
 * case. */
int zx__backup_list(struct zx__backup *b, uint64_t guild,
		    struct zx__backup_list *out);
void zx__backup_list_release(struct zx__backup_list *l);
/* By id, exact; NULL. */
const struct zx__backup_item *zx__backup_find(const struct zx__backup_list *l,
					      const char *id);
/* text, forum, stage ... without categories. */
uint64_t zx__backup_channels(const struct zx_guild_counts *c);

/* One snapshot, opened for reading its sections. */
struct zx__backup_open {
	struct zx_state_snapshot snap;
	struct zx_guild_reader reader;
	struct zx_buf text; /* private: what snap borrows */
};
/* ZX_E_NOTFOUND, ZX_E_CORRUPT (zx_state_error or the manifest), ZX_E_NOMEM.
 * Release it in any case. */
int zx__backup_open(struct zx__backup *b, uint64_t guild, const char *id,
		    struct zx__backup_open *out);
void zx__backup_open_release(struct zx__backup_open *o);
/* Whether it was deleted since it was opened. */
int zx__backup_is_gone(struct zx__backup *b, const struct zx_state_snapshot *s);
/* The store of the state file, to read from. */
struct zx_guild_store zx__backup_store(struct zx__backup *b);

int zx__backup_flag(struct zx__backup *b, uint64_t guild, const char *id,
		    const char *flag);
int zx__backup_flag_set(struct zx__backup *b, uint64_t guild, const char *id,
			const char *flag, int on);

int zx__backup_flags_drop(struct zx__backup *b, uint64_t guild, const char *id);
/* What the retention rule wants to know. */
struct zx_retained zx__backup_retained(const struct zx__backup_item *i);

/* Why a state call failed, a sentence for people. */
const char *zx__backup_why(struct zx__backup *b, int err);

/* Operations (backup_act.c): audited, notified, whoever asks ---------------
 * `why` gets a sentence when it does not work. */

struct zx__backup_actor {
	uint64_t user;
	enum zx__backup_rights rights;
};
struct zx__backup_actor zx__backup_actor(struct zx__backup *b,
					 const struct zx_call *call);
/* ZX_E_NOTFOUND, ZX_E_PERM (pinned, or not their own), or what the state says.
 */
int zx__backup_delete(struct zx__backup *b, struct zx__backup_actor who,
		      uint64_t guild, const char *id, char why[256]);
/* Toggles; *pinned is what it is now. */
int zx__backup_pin(struct zx__backup *b, struct zx__backup_actor who,
		   uint64_t guild, const char *id, int *pinned, char why[256]);
/* An empty note removes the one before, which is added to `was`. */
int zx__backup_note(struct zx__backup *b, struct zx__backup_actor who,
		    uint64_t guild, const char *id, struct zx_str note,
		    struct zx_buf *was, char why[256]);

/* Answers "not found" (private), naming the id and the nearest way on. */
void zx__backup_not_found(struct zx_call *call, const char *id);
/* A short private answer. */
void zx__backup_refuse(struct zx_call *call, uint32_t color, const char *title,
		       const char *fmt, ...) ZX_PRINTF(4, 5);
/* Asks before it deletes, in place of what is there (backup_delete.c). */
void zx__backup_ask_delete(struct zx__backup *b, struct zx_call *call,
			   const char *id);

/* What the answer to /backupcreate shows under way. */
void zx__backup_progress_render(const struct zx_backup_progress *p,
				struct zx_message *out);
void zx__backup_created_render(struct zx__backup *b,
			       const struct zx_backup_result *r,
			       struct zx_message *out);
/* Why zx_backup_create did not begin. */
void zx__backup_refuse_create(struct zx__backup *b, struct zx_call *call,
			      uint64_t guild, int err);
void zx__backup_refuse_cooldown(struct zx_call *call, uint64_t left_ms);
/* Cooldown of a guild's /backupcreate, ms; 0: free. */
uint64_t zx__backup_cooldown(struct zx__backup *b, uint64_t guild);

/* Audit (backup_tell.c) ----------------------------------------------------
 */
/* id "" for none. The details are cut at 500 bytes. A failure is logged. */
void zx__backup_audit(struct zx__backup *b, uint64_t guild, uint64_t user,
		      const char *action, const char *id, const char *fmt, ...)
	ZX_PRINTF(6, 7);
/* To the guild's notification channel, when there is one; takes what is in
 * `m`. */
void zx__backup_notify(struct zx__backup *b, uint64_t guild,
		       struct zx_message *m);

/* Jobs (backup_job.c) ------------------------------------------------------
 */
void zx__backup_jobs_stop(struct zx__backup *b);
void zx__backup_jobs_free(struct zx__backup *b);
/*
 * Reads a server for a comparison: as zx_backup_create does, with the same
 * errors (but for the limit and the label), into a draft of which nothing
 * stays. `done` is called once; the reader (NULL with an error, then `why` is a
 * sentence) may be read until it returns. Not audited, no cooldown.
 */
typedef void zx__backup_glance_fn(int err, const char *why,
				  const struct zx_guild_reader *r, void *ud);
int zx__backup_glance(struct zx__backup *b, uint64_t guild,
		      zx__backup_glance_fn *done, void *ud);
/* Inside `done`: what a copy of the reader reads stays, until
 * zx_state_snap_abort of this draft. */
uint64_t zx__backup_glance_keep(struct zx__backup *b, uint64_t guild);
/* The one with that `ud`, when it has not ended: `done` is called. */
void zx__backup_glance_cancel(struct zx__backup *b, uint64_t guild, void *ud);

/* Schedule (backup_schedule.c) ---------------------------------------------
 */
struct zx__backup_plan {
	int enabled;
	uint32_t hours;
	zx_wall last; /* success; 0: never */
	zx_wall next; /* 0: none */
};
int zx__backup_plan_get(struct zx__backup *b, uint64_t guild,
			struct zx__backup_plan *out);
/* Enabled or not, every so many hours; effective at once. */
int zx__backup_plan_set(struct zx__backup *b, uint64_t guild, int enabled,
			uint32_t hours);
/* Reads what is planned. */
int zx__backup_plans_load(struct zx__backup *b);
/* Begins what is due, and tells what is late. */
void zx__backup_plans_look(struct zx__backup *b);
/* Why automatic backups do not work just now; ZX_E_NOTFOUND when they do. */
int zx__backup_trouble(struct zx__backup *b, uint64_t guild,
		       struct zx_buf *out);
/* backup_clock.c: from when the bot is ready until it stops. */
void zx__backup_clock_start(struct zx__backup *b);
void zx__backup_clock_stop(struct zx__backup *b);

/* Texts (backup_text.c) ----------------------------------------------------
 */
/* "512 B", "1.5 KB", "2.25 MB" */
void zx__backup_size(struct zx_buf *out, uint64_t bytes);
/* "<@1>", or "the bot" for 0 */
void zx__backup_person(struct zx_buf *out, uint64_t user);
/* Label or note with its markdown made harmless, at most n characters. */
void zx__backup_safe(struct zx_buf *out, struct zx_str text, size_t n);
/* "2026-02-18 12:34 UTC" */
void zx__backup_date(struct zx_buf *out, zx_wall at);
/* The sentences of the section "incomplete", a line each, at most n. */
int zx__backup_incomplete(const struct zx_guild_reader *r, size_t n,
			  struct zx_buf *out);

#endif
