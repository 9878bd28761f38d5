/* SPDX-License-Identifier: MIT
 *
 * Work on a whole snapshot, which may have hundreds of thousands of members:
 * some of it in each turn of the loop, so that heartbeats and answers go out in
 * between.
 */
#ifndef ZX__BACKUP_WORK_H
#define ZX__BACKUP_WORK_H

#include "cogs/backup_int.h"

enum {
	ZX__WORK_TURN_MS = 5,	   /* in one turn; the last step comes on top */
	ZX__WORK_SHOW_MS = 1000,   /* then people are told that it goes on */
	ZX__WORK_GUILD = 4,	   /* of a guild at a time */
	ZX__WORK_BYTES = 16 << 10, /* of a step */
	ZX__WORK_ITEMS = 1
};

struct zx__backup_work {
	struct zx_call *call;
	const char *title; /* while it goes on: "🔍 Verifying…" */
	char text[200];
	/* A step of about 0.1 ms; *more is nonzero while there are others. */
	int (*step)(struct zx__backup_work *w, int *more);
	/* Once: it is over, and `w` may go. why: a sentence, or "" when `err`
	 * is what a step said. */
	void (*end)(struct zx__backup_work *w, int err, const char *why);
	/* In place of a panel with `title`, `text` and Cancel; may be NULL. */
	void (*show)(struct zx__backup_work *w);
	/* private */
	struct zx__backup_work *next;
	struct zx__backup *b;
	uint64_t guild, serial;
	zx_time begun;
	int shown; /* that panel is what stands there */
	int known; /* the guild: an interaction may come before READY's list */
	int told;  /* something better than that stands there */
};

/* Begins in the next turn; the call is kept until `end` returns. ZX_E_BUSY when
 * the guild has too many, ZX_E_STATE when the bot stops, ZX_E_NOMEM: `end` is
 * not called then. */
int zx__backup_work_begin(struct zx__backup *b, struct zx__backup_work *w);
/* Why it did not begin. */
const char *zx__backup_work_why(int err);
/* Not from inside of step and end. */
void zx__backup_work_cancel(struct zx__backup_work *w, const char *why);
/* zx_fail, or the same in place of the panel. */
void zx__backup_work_fail(struct zx__backup_work *w, const char *title,
			  const char *fmt, ...) ZX_PRINTF(3, 4);
/* All of them: the bot stops. */
void zx__backup_works_stop(struct zx__backup *b);

#endif
