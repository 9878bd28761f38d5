/* SPDX-License-Identifier: MIT
 *
 * A capture under way, for the files that carry it out.
 */
#ifndef ZX__BACKUP_JOB_H
#define ZX__BACKUP_JOB_H

#include "cogs/backup_int.h"

enum { ZX__JOB_SLOTS = 8 }; /* requests at a time, as zx_capture has */

struct zx__backup_sent {
	struct zx__backup_job *job;
	uint32_t id; /* of the capture; 0: free */
};

struct zx__backup_job {
	struct zx__backup_job *next;
	struct zx__backup *b;
	struct zx_backup_request req; /* label points into `label` */
	char label[ZX__BACKUP_LABEL * 4 + 1];
	zx_backup_done *done;
	zx__backup_glance_fn *glance; /* nothing is kept then */
	void *ud;

	enum zx_backup_phase phase;
	int ended;	 /* told; stays while answers may still come */
	int members;	 /* the gateway was asked and has not ended */
	unsigned flying; /* requests without an answer */
	struct zx__backup_sent sent[ZX__JOB_SLOTS];
	struct zx_capture *capture;
	struct zx_timer timer;
	uint64_t draft; /* 0: none */
	int grouped;	/* a transaction is open, within one call */
	zx_time begun, heard;
	zx_wall captured;
	uint32_t requests, reused;

	/* Images of the latest snapshot, a JSON array. */
	struct zx_buf known;

	char id[ZX_GUILD_ID_TEXT];
	struct zx_guild_written written;
	char error[256];
};

/* backup_job.c */
void zx__backup_job_run(struct zx__backup_job *j);
/* The job may be gone then. */
void zx__backup_job_fail(struct zx__backup_job *j, int err, const char *why);
void zx__backup_job_on_timer(struct zx_timer *t, void *ud);
/* backup_jobs.c: its memory goes when no answer can come any more. */
void zx__backup_job_let_go(struct zx__backup_job *j);
/* Begins one that waits, when there is one. */
void zx__backup_jobs_next(struct zx__backup *b);

/* backup_known.c */
int zx__backup_known_load(struct zx__backup_job *j);
/* For zx_capture_options.known. */
int zx__backup_known(struct zx_str key, struct zx_buf *item, void *ud);

/* backup_commit.c: the snapshot of the draft, what has to go for it, and the
 * audit entry, all or none. Fills j->id, or j->error. */
int zx__backup_commit(struct zx__backup_job *j);

/* Whether one more fits, when `extent` is what it holds (0: unknown). */
struct zx__backup_room {
	int err;    /* ZX_OK, ZX_E_LIMIT, or what went wrong */
	int shrunk; /* ZX_E_LIMIT because of that */
	size_t count, pinned, manual;
	size_t drop_count;		/* of ids */
	char (*drop)[ZX_GUILD_ID_TEXT]; /* to be freed */
};
void zx__backup_room(struct zx__backup *b, uint64_t guild, uint64_t extent,
		     struct zx__backup_room *out);
/* Why there is none, a sentence. */
void zx__backup_room_why(const struct zx__backup *b,
			 const struct zx__backup_room *r, char why[256]);

#endif
