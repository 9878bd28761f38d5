/* SPDX-License-Identifier: MIT
 *
 * restore_run: carries a plan out. A machine: poll gives requests and records
 * for the journal, feed takes answers. It may be killed between any two calls;
 * another one, given the same plan and the records, goes on where it was.
 *
 *   zx_restore_run_new(plan) -> zx_restore_run_replay(record)... -> poll, feed
 */
#ifndef ZORYX_RESTORE_RUN_H
#define ZORYX_RESTORE_RUN_H

#include "zoryx/restore.h"

#ifdef __cplusplus
extern "C" {
#endif

struct zx_restore_run;

struct zx_restore_run_options {
	size_t size;
	struct zx_guild_store store; /* get: of the snapshot's images */
	unsigned in_flight; /* requests at a time; 0 means 4, at most 16 */
	/* After so many 403 (50001, 50013) to operations of one act the others
	 * of that act are not tried; 0 means 3. */
	unsigned denied_max;
	/* How often an operation is tried again whose request did not get an
	 * answer, or a 5xx; 0 means 5. Between them the machine waits. */
	unsigned tries;
	const struct zx_alloc *alloc;
	struct zx_rand rand; /* jitter of the waits; may have no function */
};
#define ZX_RESTORE_RUN_OPTIONS_INIT ZX__INIT(struct zx_restore_run_options)

/* Outputs ------------------------------------------------------------------ */

enum zx_restore_out_kind {
	/* Must be durable before the next poll: zx_state_record. When that
	 * fails: zx_restore_run_cancel, and poll no more until it is. */
	ZX_RESTORE_OUT_JOURNAL,
	ZX_RESTORE_OUT_REQUEST,	 /* submit it, feed the reply */
	ZX_RESTORE_OUT_HOST,	 /* apply `body`, settings of the host's; feed
				    the reply with err ZX_OK or an error */
	ZX_RESTORE_OUT_PROGRESS, /* it moved: look at zx_restore_run_progress.
				    At most one per poll round */
	ZX_RESTORE_OUT_DONE	 /* once, at the end: err */
};

struct zx_restore_out {
	enum zx_restore_out_kind kind;
	struct zx_str record; /* JOURNAL: one line of text, under 64 KiB.
				 Borrowed, as all of it, until the next call */
	uint32_t id;	      /* REQUEST, HOST: to be named in feed */
	uint32_t op;	      /* that it is for; 0: a look at the server */
	enum zx_plan_method method;
	struct zx_str path, body, reason; /* as in struct zx_plan_request */
	struct zx_str file, file_name, file_type;
	/* Nonzero: the REST client must not repeat it when its answer was lost
	 * (retries 1): the machine finds out first whether it was done. */
	int once;
	int err; /* DONE: ZX_OK, also when operations failed; ZX_E_CANCELLED;
		    ZX_E_CLOSED (suspended: the guild is out of reach, or the
		    bot was told to stop; may be resumed); ZX_E_NOMEM */
};

/* The reply: of struct zx_rest_result. */
struct zx_restore_reply {
	int err; /* ZX_OK for 2xx */
	int status, code;
	int maybe_done; /* no answer, or a 5xx: it may have been carried out */
	uint64_t would_wait_ms; /* ZX_E_WOULDWAIT: operations of that class are
				   held for so long (0: a minute) */
	struct zx_str body;
	struct zx_str message; /* what was wrong, for people */
};

/* The machine -------------------------------------------------------------- */

/* `plan` must outlive it. ZX_E_STATE when the plan is blocked. */
ZX_API int zx_restore_run_new(struct zx_restore_run **out,
			      const struct zx_plan *plan,
			      const struct zx_restore_run_options *opt,
			      zx_time now) ZX_MUST_USE;
ZX_API void zx_restore_run_free(struct zx_restore_run *r);
/*
 * Before the first poll: each record of the journal, in order. Operations that
 * were begun and have no result are looked for in the server before they are
 * tried again. ZX_E_CORRUPT when it is not of this plan, ZX_E_STATE after a
 * poll, ZX_E_NOMEM.
 */
ZX_API int zx_restore_run_replay(struct zx_restore_run *r,
				 struct zx_str record);

/* 1: *out is filled; 0: nothing now. An operation's intent is written to the
 * journal before its request comes, its result before what depends on it. */
ZX_API int zx_restore_run_poll(struct zx_restore_run *r,
			       struct zx_restore_out *out);
/* ZX_E_NOTFOUND when that id is not awaited. Other failures are in the report.
 */
ZX_API int zx_restore_run_feed(struct zx_restore_run *r, uint32_t id,
			       const struct zx_restore_reply *reply,
			       zx_time now);
ZX_API int zx_restore_run_tick(struct zx_restore_run *r, zx_time now);
ZX_API zx_time zx_restore_run_deadline(const struct zx_restore_run *r);

/* No further operation begins; those on the wire end, for at most 2 s. Then
 * DONE with ZX_E_CANCELLED; what waits for a retry is given up. The host takes
 * back what it has not sent yet (and feeds ZX_E_CANCELLED). The plan may be
 * resumed or undone. */
ZX_API void zx_restore_run_cancel(struct zx_restore_run *r, zx_time now);
/* The same with ZX_E_CLOSED: the process ends, the restore does not. */
ZX_API void zx_restore_run_suspend(struct zx_restore_run *r, zx_time now);
/* Nonzero: nothing further is sent until it is called with 0, but looks for
 * what was done when an answer was lost. */
ZX_API void zx_restore_run_pause(struct zx_restore_run *r, int paused,
				 zx_time now);
/* The guild is unavailable (nonzero) or back: as a pause of its own. */
ZX_API void zx_restore_run_unavailable(struct zx_restore_run *r,
				       int unavailable, zx_time now);

/* What became of it -------------------------------------------------------- */

/* Of an operation. */
enum zx_outcome {
	ZX_OUTCOME_WAITING,
	ZX_OUTCOME_RUNNING, /* begun; the answer is awaited or was lost */
	ZX_OUTCOME_DONE,
	ZX_OUTCOME_FOUND,   /* it was there already: made before a kill, or by
			       somebody else */
	ZX_OUTCOME_FAILED,  /* Discord said no: status, code, message */
	ZX_OUTCOME_STOPPED, /* not tried: what it depends on failed, or its
			       class was denied */
	ZX_OUTCOME_NOTHING, /* SKIP and IMPOSSIBLE */
	ZX_OUTCOME_AGAIN    /* it had failed or was not tried, and a round after
			       it has it, or what it was about, anew */
};

struct zx_restore_progress {
	uint32_t ops, done; /* operations that change something; over, well or
			       not */
	uint32_t failed, stopped;	   /* without AGAIN, as in the report */
	uint32_t requests, requests_known; /* sent; of the plan and its looks */
	uint32_t op;			   /* the one begun last; 0: none */
	enum zx_phase phase;
	int paused, reconciling, cancelled;
	/* From the plan's rates at first, then from what it took so far; 0 when
	 * it is over. */
	uint64_t eta_ms;
	uint64_t elapsed_ms; /* since new; without earlier runs */
};
ZX_API void zx_restore_run_progress(const struct zx_restore_run *r, zx_time now,
				    struct zx_restore_progress *out);

struct zx_restore_result {
	uint32_t op;
	enum zx_outcome outcome;
	int status, code;      /* Discord's, 0 when none */
	uint64_t made;	       /* id of what was made */
	uint32_t lost;	       /* ids left out (struct zx_plan_request) */
	struct zx_str message; /* borrowed until the next call */
};
/* ZX_E_NOTFOUND when there is no such operation. */
ZX_API int zx_restore_run_result(const struct zx_restore_run *r, uint32_t op,
				 struct zx_restore_result *out);

struct zx_restore_report {
	uint32_t created, updated, deleted, ordered; /* objects */
	uint32_t roles_added, roles_removed;	     /* of members */
	uint32_t members;			     /* touched by that */
	uint32_t found, failed, stopped;
	uint32_t skipped, impossible, downgraded; /* as planned */
	uint32_t requests, repeated;
	uint64_t took_ms; /* of this machine, until it was done */
};
ZX_API void zx_restore_run_report(const struct zx_restore_run *r, zx_time now,
				  struct zx_restore_report *out);
/* The whole report as text for a file: totals, then one line per operation that
 * was not simply done, then those that were. In pieces; a nonzero result of
 * `write` ends it. */
ZX_API int zx_restore_run_text(const struct zx_restore_run *r, zx_time now,
			       int (*write)(struct zx_str piece, void *ud),
			       void *ud);

/* The id map as it is now: matched, and made so far. Borrowed until the next
 * call. */
ZX_API const struct zx_idmap *
zx_restore_run_ids(const struct zx_restore_run *r);

/* Afterwards --------------------------------------------------------------- */

/*
 * Others may have deleted or changed things while it ran. `more` is a plan for
 * a capture made after it was DONE, `earlier` of its options having the ids of
 * this one. 1 when it holds something that another round may do (and there may
 * be one: ZX_PLAN_ROUNDS): what Discord refused, the last time it was tried,
 * does not count, nor what was set twice and is wanted still. 0, or ZX_E_NOMEM.
 *
 * Then zx_plan_add_round, and a new machine with that plan and the same
 * journal.
 */
ZX_API int zx_restore_run_another(const struct zx_restore_run *r,
				  const struct zx_plan *more);

/*
 * The way back, from a machine that is done or into which the journal was
 * replayed. What was begun without a result is looked for first: run the
 * machine until reconciling is 0, or ZX_E_STATE. As zx_plan_undo.
 */
ZX_API int zx_restore_run_undo(struct zx_plan **out,
			       const struct zx_restore_run *r,
			       const char *id) ZX_MUST_USE;

/*
 * Is the server as the snapshot says, as far as the plan went? `fresh` is a
 * capture after the restore. Calls `differs` (may be NULL) for each operation
 * that would still change something, were the restore planned again; *n is how
 * many. ZX_OK also when there are some.
 */
ZX_API int zx_restore_verify(const struct zx_guild_reader *snapshot,
			     const struct zx_guild_reader *fresh,
			     const struct zx_restore_options *opt,
			     const struct zx_idmap *ids, uint32_t *n,
			     int (*differs)(const struct zx_plan_op *op,
					    void *ud),
			     void *ud);

#ifdef __cplusplus
}
#endif
#endif
