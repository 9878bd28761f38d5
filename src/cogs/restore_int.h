/* SPDX-License-Identifier: MIT
 *
 * Restores as the bot carries them out: between the plan and its machine on one
 * side, REST, state file and snapshots on the other. Says nothing in a chat:
 * who shows restores hooks in here. All calls are of the loop's thread.
 *
 *   zx__restore_plan     reads the server, makes a plan        -> planned()
 *   zx__restore_begin    safety snapshot, journal, machine     -> changed()...
 *   zx__restore_undo     the way back as a plan                -> planned()
 *
 * A restore that was interrupted (the process died, the bot was stopped, it was
 * cancelled) stays in the state file, open, until it is carried on with
 * (zx__restore_go_on), given up (zx__restore_give_up) or, which ends it as
 * well, taken back (zx__restore_undo and zx__restore_begin). Nothing is carried
 * on with by itself.
 */
#ifndef ZX__RESTORE_COG_INT_H
#define ZX__RESTORE_COG_INT_H

#include "cogs/backup_int.h"
#include "zoryx/restore_run.h"

/* Planning ----------------------------------------------------------------- */

/* What somebody wants. */
struct zx__restore_ask {
	uint64_t guild;	 /* that is changed */
	uint64_t source; /* guild of the snapshot; 0: the same */
	char snapshot[ZX_GUILD_ID_TEXT];
	uint64_t user;
	unsigned what; /* enum zx_restore_what; 0: the default */
	int role_sync, update, mentions;
	/* The restore a plan of zx__restore_undo takes back; the snapshot and
	 * what follows do not matter then. 0: none */
	uint64_t takes_back;
};

/*
 * Once per call that returned ZX_OK. `plan` is the receiver's, to be freed with
 * zx_plan_free or given to zx__restore_begin; NULL with an error, then `why` is
 * a sentence for people.
 */
typedef void zx__restore_planned(int err, const char *why, struct zx_plan *plan,
				 void *ud);
/*
 * Reads the server (as a backup does, with its errors: ZX_E_BUSY while one is
 * being made, ZX_E_NOTFOUND when the bot is not there) and plans. ZX_E_NOTFOUND
 * or ZX_E_CORRUPT of the snapshot come to `done`.
 */
int zx__restore_plan(struct zx__backup *b, const struct zx__restore_ask *ask,
		     zx__restore_planned *done, void *ud);

/* A restore ---------------------------------------------------------------- */

enum zx__restore_phase {
	ZX__RESTORE_SAFETY,   /* the snapshot before it is being made */
	ZX__RESTORE_RUNNING,  /* also while paused */
	ZX__RESTORE_CHECKING, /* the server is read again; RUNNING may follow,
				 with another round: zx_plan_rounds */
	ZX__RESTORE_STOPPED,  /* open, nobody carries it out: see `why` */
	ZX__RESTORE_OVER      /* as far as it went */
};

/* Differences that are remembered of a check. */
enum { ZX__RESTORE_DIFFERENCES = 100 };

struct zx__restore_view {
	uint64_t n; /* its number in the state file */
	uint64_t guild, user;
	char snapshot[ZX_GUILD_ID_TEXT]; /* "" when it takes one back */
	char safety[ZX_GUILD_ID_TEXT];	 /* "" before there is one */
	zx_wall created;
	enum zx__restore_phase phase;
	int err;	 /* STOPPED, OVER: why; ZX_OK when it is simply over */
	const char *why; /* a sentence, "" for none */
	int undo;	 /* it takes another one back */
	uint64_t undone; /* by restore n; 0: it was not */
	const struct zx_plan *plan;
	/* The machine, for results and report. NULL in SAFETY. */
	const struct zx_restore_run *run;
	struct zx_restore_progress progress;
	/* After the check: what would still be done, at most
	 * ZX__RESTORE_DIFFERENCES lines; differences UINT32_MAX: not checked.
	 */
	uint32_t differences;
	const char *lines; /* separated by newlines */
};

/* Told of every change, RUNNING at most every progress_ms. `v` is borrowed for
 * the call. One hook for all; set it before restores begin. */
typedef void zx__restore_changed(const struct zx__restore_view *v, void *ud);
void zx__restore_hook(struct zx__backup *b, zx__restore_changed *fn, void *ud);

/*
 * Takes the plan over in any case and begins: writes it down (ZX_E_BUSY when
 * another restore of the guild is open: zx__restore_open says whose), makes the
 * safety snapshot, which is pinned, plans again on it to see whether the server
 * is still the one that was planned for, and sets the machine going. `ask` is
 * what the plan was made of. ZX_E_PERM: problems of the plan block it. `why`
 * gets a sentence. *n names it. `meta` is the caller's own, given back by
 * zx__restore_meta: where the message is that shows it.
 */
int zx__restore_begin(struct zx__backup *b, struct zx_plan *plan,
		      const struct zx__restore_ask *ask, struct zx_str meta,
		      uint64_t *n, char why[256]);

/* The open restore of a guild, or the one that was over last. ZX_E_NOTFOUND, or
 * what the state says. The view is borrowed until the loop turns. */
int zx__restore_open(struct zx__backup *b, uint64_t guild,
		     struct zx__restore_view *out);
int zx__restore_last(struct zx__backup *b, uint64_t guild,
		     struct zx__restore_view *out);
/* The caller's own text of a restore; replaced, appended. */
int zx__restore_meta_set(struct zx__backup *b, uint64_t n, struct zx_str meta);
int zx__restore_meta(struct zx__backup *b, uint64_t n, struct zx_buf *out);

/* Those of the guild's open one. ZX_E_NOTFOUND when there is none, ZX_E_STATE
 * when it is not that far. */
int zx__restore_pause(struct zx__backup *b, uint64_t guild, int paused);
/* Nothing more begins; at most 2 s later it is STOPPED with ZX_E_CANCELLED. */
int zx__restore_cancel(struct zx__backup *b, uint64_t guild);
/* A STOPPED one. */
int zx__restore_go_on(struct zx__backup *b, uint64_t guild, char why[256]);
/* A STOPPED one is over as it is. */
int zx__restore_give_up(struct zx__backup *b, uint64_t guild);

/*
 * The way back from restore n, which must not be running (ZX_E_BUSY). What was
 * under way when it stopped is looked for first, so `done` may take a moment.
 * Its `why` may be a warning although all is well: of channels that would be
 * deleted and in which somebody has written.
 * When the plan is begun, the one it takes back is over. ZX_E_STATE when it
 * takes one back itself, ZX_E_EXISTS when it was taken back already.
 */
int zx__restore_undo(struct zx__backup *b, uint64_t n,
		     zx__restore_planned *done, void *ud);

/* The report as text, in pieces. ZX_E_NOTFOUND. */
int zx__restore_text(struct zx__backup *b, uint64_t n,
		     int (*write)(struct zx_str piece, void *ud), void *ud);

/* Of the cog (backup.c) ---------------------------------------------------- */

/* Once the bot is ready: tells the hook of each restore that is open, STOPPED.
 * Journals of restores older than 30 days are forgotten. */
void zx__restores_start(struct zx__backup *b);
/* The bot ends: what runs is suspended. */
void zx__restores_stop(struct zx__backup *b);
void zx__restores_free(struct zx__backup *b);

#endif
