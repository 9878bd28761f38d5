/* SPDX-License-Identifier: MIT
 *
 * A restore in the hands of the bot, for the files that carry it out.
 */
#ifndef ZX__RESTORE_JOB_H
#define ZX__RESTORE_JOB_H

#include "cogs/restore_int.h"

enum {
	ZX__RESTORE_SLOTS = 16, /* requests at a time, as the machine has */
	ZX__RESTORE_TICK = 1000,
	ZX__RESTORE_AGAIN = 5000 /* ms until what is busy is tried again */
};

struct zx__restore_sent {
	struct zx__restore_job *job;
	uint32_t id;   /* of the machine; 0: free */
	uint64_t rest; /* of the REST client */
};

struct zx__restore_job {
	struct zx__restore_job *next;
	struct zx__backup *b;
	struct zx_state_restore row; /* without texts */
	struct zx__restore_ask ask;
	int asked; /* `ask` is filled */
	uint64_t takes_back, taken_back_by;
	struct zx_buf meta; /* the caller's own text */

	struct zx_plan *plan;
	struct zx_restore_run *run;
	enum zx__restore_phase phase;
	int err;
	char why[256];
	uint32_t differences;
	struct zx_buf lines;
	struct zx_buf member; /* the bot's, for the check */

	struct zx_timer timer;
	zx_time told;
	int gone;	 /* in no list any more; stays for answers */
	unsigned flying; /* requests, captures without an answer */
	int unavailable;
	struct zx__restore_sent sent[ZX__RESTORE_SLOTS];

	/* Looks for what was under way, for a plan back. */
	int settling;
	struct zx_plan *back; /* while it is seen what it would delete */
	char since[256];      /* what of that was changed meanwhile */
	zx__restore_planned *planned;
	void *planned_ud;
};

struct zx__restores {
	struct zx__restore_job *jobs;
	struct zx__restore_job *leaving; /* wait for answers nobody needs */
	struct zx__restore_job *shown;	 /* one that is over, looked at last */
	struct zx__restore_planning *plannings;
	zx__restore_changed *changed;
	void *changed_ud;
};

zx_time zx__restore_now(const struct zx__backup *b);
/* Made when it is not there; NULL without memory. */
struct zx__restores *zx__restores(struct zx__backup *b);
struct zx__restore_job *zx__restore_find(struct zx__backup *b, uint64_t guild);
/* In no list yet. */
struct zx__restore_job *zx__restore_make(struct zx__backup *b);
void zx__restore_keep(struct zx__restore_job *j);
/* A `write` that appends to the struct zx_buf at ud. */
int zx__restore_append(struct zx_str piece, void *ud);
/* Out of the list; freed when no answer can come any more. */
void zx__restore_drop(struct zx__restore_job *j);
void zx__restore_let_go(struct zx__restore_job *j);

/* restore_store.c */
/* Writes phase, err, why, safety and the check down; open unless OVER. */
int zx__restore_save(struct zx__restore_job *j);
/* A job as the state file has it: plan, journal read into a machine, STOPPED or
 * OVER. What is damaged is said in err and why. ZX_E_NOTFOUND, ZX_E_NOMEM. */
int zx__restore_load(struct zx__backup *b, uint64_t n,
		     struct zx__restore_job **out);
/* A new machine that has read the journal. */
int zx__restore_machine(struct zx__restore_job *j);
/* Roles it has made. */
uint32_t zx__restore_roles(const struct zx__restore_job *j);
void zx__restore_meta_write(const struct zx__restore_job *j,
			    struct zx_buf *out);

/* restore_run.c */
void zx__restore_tell(struct zx__restore_job *j);
void zx__restore_view_of(struct zx__restore_job *j, struct zx__restore_view *v);
void zx__restore_pump(struct zx__restore_job *j);
void zx__restore_on_timer(struct zx_timer *t, void *ud);
/* STOPPED, with what is known. */
void zx__restore_halt(struct zx__restore_job *j, int err, const char *why);
void zx__restore_finish(struct zx__restore_job *j);

/* restore_begin.c */
/* A new machine that has read the journal begins, or goes on. */
void zx__restore_set_going(struct zx__restore_job *j);

/* restore_check.c */
void zx__restore_check(struct zx__restore_job *j);
/* What was under way is known, or (err) cannot be. */
void zx__restore_settled(struct zx__restore_job *j, int err);

/* restore_again.c */
/* Nonzero when another round has begun; `live` is how the server is now. */
int zx__restore_again(struct zx__restore_job *j,
		      const struct zx_guild_reader *live);

/* restore_plan.c */
/* Plans as the ask says, for a bot that is `member` in `live`; id may be NULL.
 * why gets a sentence. */
int zx__restore_draw_up(struct zx__backup *b, const struct zx__restore_ask *ask,
			const struct zx_guild_reader *live,
			struct zx_str member, const char *id,
			struct zx_plan **out, char why[256]);
/* What is compared afterwards is planned with. */
int zx__restore_options(struct zx__backup *b, const struct zx__restore_ask *ask,
			struct zx_restore_options *o, struct zx_idmap *ids);
int zx__restore_find_self(const struct zx_guild_reader *live,
			  struct zx_str member, struct zx_restore_options *o);
void zx__restore_plannings_free(struct zx__backup *b);
/* Asks for the bot's own member; ud is given back in the result. */
int zx__restore_self(struct zx__backup *b, uint64_t guild, zx_rest_done *done,
		     void *ud);
/* Nonzero when both would do the same, but for who has which roles. */
int zx__restore_same(const struct zx_plan *a, const struct zx_plan *b);

/* restore_since.c */
int zx__restore_deletes_roles(const struct zx_plan *back);
/* Adds to `why` which roles that j->back deletes are others than the restore
 * made; `roles` are those of the server. */
void zx__restore_since_roles(const struct zx__restore_job *j,
			     struct zx_str roles, char *why, size_t size);

#endif
