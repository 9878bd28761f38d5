/* SPDX-License-Identifier: MIT
 *
 * Inside the machine that carries a plan out.
 */
#ifndef ZX_RESTORE_INT_H
#define ZX_RESTORE_INT_H

#include "guild/plan_int.h"
#include "zoryx/restore_run.h"

/* The journal ------------------------------------------------------------- */

enum {
	ZX__RECORD_SUM = 32,   /* hexadecimal digits before each record */
	ZX__RECORD_MAX = 65536 /* bytes */
};

enum zx__record_kind {
	ZX__RECORD_BEGIN, /* mark: of the plan */
	ZX__RECORD_TRY,	  /* the request of an operation goes out next */
	ZX__RECORD_DONE,  /* id and pairs: what it made */
	ZX__RECORD_FOUND, /* the same, seen in the server */
	ZX__RECORD_FAIL,  /* it was refused and will not be tried again */
	ZX__RECORD_STOP,  /* it will not be tried at all */
	ZX__RECORD_DROP,  /* it was certainly not carried out, and waits */
	ZX__RECORD_END,
	ZX__RECORD_KINDS
};

struct zx__record {
	enum zx__record_kind kind;
	uint32_t op;
	uint64_t id, mark;
	int err, status, code; /* err 0 or negative */
	uint32_t lost;
	struct zx_str why;
	struct zx_str pairs; /* JSON: [kind, "from", "to", kind, ...] */
};

struct zx__journal {
	unsigned char chain[ZX_HASH];
	uint64_t count;
};

void zx__journal_init(struct zx__journal *j);
/* Appends one record to out. ZX_E_TOOBIG, ZX_E_NOMEM. */
int zx__journal_write(struct zx__journal *j, const struct zx__record *r,
		      const struct zx_alloc *a, struct zx_buf *out);
/* ZX_E_CORRUPT: it is not what was written, or not at its place. r->why is
 * appended to `why` and borrowed from it until it grows; r->pairs is borrowed
 * from the record. */
int zx__journal_read(struct zx__journal *j, struct zx_str record,
		     struct zx__record *r, struct zx_buf *why);

/* The machine -------------------------------------------------------------- */

enum {
	ZX__RUN_SLOTS = 16,
	ZX__RUN_ORDER_MAX = 6,	  /* requests of one ORDER */
	ZX__RUN_SETTLE_MS = 2000, /* until a lost request has arrived */
	ZX__RUN_CANCEL_MS = 2000,
	ZX__RUN_WHY = 300,	    /* bytes of a message kept */
	ZX__RUN_TEXT_MAX = 16 << 20 /* of all messages */
};

enum zx__slot_state {
	ZX__SLOT_FREE,
	ZX__SLOT_READY, /* its intent is written: the request may go */
	ZX__SLOT_SENT,
	ZX__SLOT_LATER, /* tried again at `due` */
	ZX__SLOT_LOST,	/* whether it was done is looked for from `due` on */
	ZX__SLOT_LOOKING
};

struct zx__flight {
	enum zx__slot_state state;
	uint32_t op;	/* 1 based */
	uint32_t wire;	/* id of the request that is out, 0: none is */
	unsigned fails; /* answers that did not come */
	unsigned steps; /* requests of an ORDER */
	unsigned looks; /* 1: at the audit log, 2: at the list */
	int old;	/* begun by an earlier machine */
	zx_time due;
	uint64_t claim; /* id the audit log names */
	uint32_t lost;
	int of_guild;	      /* the request went to the guild itself */
	struct zx_buf answer; /* to the request before, of an ORDER */
};

struct zx__result {
	uint64_t made;
	uint32_t why, why_len; /* in texts */
	uint32_t lost;
	int32_t code;
	int16_t status;
	uint8_t outcome; /* enum zx_outcome */
	uint8_t act;	 /* enum zx_act, so that looking is quick */
	uint32_t requests;
	uint8_t phase, rate, flags;
	uint8_t tries; /* how often it was begun */
	uint8_t was;   /* AGAIN: FAILED or STOPPED */
};

struct zx_restore_run {
	const struct zx_plan *plan;
	const struct zx_alloc *alloc;
	struct zx_restore_run_options opt;
	uint32_t n;	   /* operations */
	unsigned round;	   /* that is carried out */
	size_t first, end; /* its operations */
	uint64_t mark;	   /* of the plan as far as this round */
	struct zx__result *results;
	struct {
		uint32_t first, end; /* indexes of its operations */
		uint32_t next;	     /* the first not begun, or beyond */
		uint32_t open;	     /* not over */
	} phase[ZX_PHASE_COUNT];
	unsigned denied[ZX_ACT_COUNT]; /* 403s so far */
	zx_time held[ZX_RATE_COUNT];   /* until then none begins */
	struct zx__flight slot[ZX__RUN_SLOTS];
	struct zx_idmap ids;
	struct zx__journal journal;
	struct zx_buf records; /* queued: length as 4 bytes, text */
	size_t records_at;
	struct zx_buf given; /* the record given out last */
	struct zx_buf texts, path, pairs;
	struct zx_plan_request req;
	uint32_t next_wire, op;
	zx_time now, began, ended_at, cancel_due;
	int replayed;	   /* a machine before it has begun the restore */
	int polled, begun; /* begun: the journal has its first record */
	int ended;	   /* the journal has its last one */
	int guarded;	   /* a GUARD failed: no channel may be made */
	unsigned silent;   /* operations in a row without any answer */
	int paused, unavailable;
	int stopping; /* ZX_E_CANCELLED or ZX_E_CLOSED */
	int err, over, told, moved;
	/* counters */
	uint32_t changing, done, failed, stopped;
	uint32_t requests, repeated, looks;
	/* For the time it takes: requests of operations that are not over; and
	 * of each class those out, those done, and ms in which some were out.
	 */
	uint32_t left[ZX_PHASE_COUNT][ZX_RATE_COUNT];
	struct {
		uint32_t out, done;
		uint64_t busy;
	} pace[ZX_RATE_COUNT];
};

/* restore_round.c */
/* Goes to round k of the plan, none of whose operations was begun. */
int zx__run_round(struct zx_restore_run *r, unsigned k);

/* restore_run.c */
struct zx__result *zx__run_result(struct zx_restore_run *r, uint32_t op);
struct zx_plan_op zx__run_op(const struct zx_restore_run *r, uint32_t op);
/* Keeps the first error; the machine is then done. */
int zx__run_fail(struct zx_restore_run *r, int err);
/* Writes a record to the queue and takes it in. */
void zx__run_record(struct zx_restore_run *r, const struct zx__record *rec);
void zx__run_free_slot(struct zx_restore_run *r, struct zx__flight *f);
/* Nothing further is sent; what is out ends, or is given up. */
void zx__run_stop(struct zx_restore_run *r, int err, zx_time now);

/* restore_eta.c */
/* Time goes on; before anything else that happens then. */
void zx__run_clock(struct zx_restore_run *r, zx_time now);
/* An operation is over. */
void zx__run_leave(struct zx_restore_run *r, const struct zx__result *res,
		   int sent);
uint64_t zx__run_eta(const struct zx_restore_run *r);

/* restore_apply.c: what a record means, written now or long ago. */
int zx__run_apply(struct zx_restore_run *r, const struct zx__record *rec);
/* What an answer says about ids, as `pairs` of a record in r->pairs. */
int zx__run_learn(struct zx_restore_run *r, uint32_t op, struct zx_str answer,
		  uint64_t *made);

/* restore_pick.c: the next operation to begin, 0 when there is none now. */
uint32_t zx__run_pick(struct zx_restore_run *r);
/* When a held class may go on. */
zx_time zx__run_held(const struct zx_restore_run *r);

/* restore_answer.c: the answer to an operation's own request. */
void zx__run_answer(struct zx_restore_run *r, struct zx__flight *f,
		    const struct zx_restore_reply *reply);
/* restore_look.c: was it done? */
void zx__run_lost(struct zx_restore_run *r, struct zx__flight *f, zx_time wait);
int zx__run_look(struct zx_restore_run *r, struct zx__flight *f,
		 struct zx_restore_out *out);
void zx__run_seen(struct zx_restore_run *r, struct zx__flight *f,
		  const struct zx_restore_reply *reply);
/* The answer says nothing: the same again after a while, growing with f->fails.
 */
zx_time zx__run_backoff(struct zx_restore_run *r, struct zx__flight *f);
/* It was refused, or nothing is known of it: not tried again. */
void zx__run_failed(struct zx_restore_run *r, struct zx__flight *f,
		    const struct zx_restore_reply *reply, const char *why);
/* It was certainly not carried out, and waits for its turn again. */
void zx__run_drop(struct zx_restore_run *r, struct zx__flight *f);

#endif
