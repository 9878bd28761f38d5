/* SPDX-License-Identifier: MIT
 *
 * restore_sim: a bot that restores a server, against the sandbox in virtual
 * time. Its process can be killed at any instant; what it stored stays, and
 * what was on its way to Discord may still arrive. A seed repeats a run
 * exactly.
 */
#ifndef RESTORE_SIM_H
#define RESTORE_SIM_H

#include <inttypes.h>

#include "helper/mem_store.h"
#include "helper/zx_test.h"
#include "zoryx/capture.h"
#include "zoryx/rest.h"
#include "zoryx/restore_run.h"
#include "zoryx/sandbox.h"

enum { SIM_FLIGHTS = 64, SIM_RECORDS = 20000 };

/* How often, in 1,000 requests. */
struct sim_faults {
	unsigned drop_before; /* lost on the way there */
	unsigned drop_after;  /* carried out, the answer is lost */
	unsigned e500_before, e500_after;
	unsigned limited; /* 429 */
	unsigned meddle;  /* somebody deletes a role or channel first */
};

struct sim_flight {
	uint64_t wire; /* 0: free */
	char method[8], path[512];
	char reason[600], type[120];
	char *body;
	size_t body_len;
	zx_time acts, answers;
	int acted, fault; /* index into struct sim_faults + 1 */
	struct zx_sandbox_reply reply;
};

struct sim {
	uint64_t seed;
	struct zx_sandbox *box;
	struct zx_prng prng;
	struct zx_rand rand;
	struct mem_store parts;
	struct zx_guild_store store;
	struct sim_faults faults;
	int quiet;     /* no faults just now */
	unsigned lose; /* the answer to that write is lost, from 1; 0: none */

	/* the process */
	struct zx_rest *rest;
	struct zx_capture *capture;
	struct zx_restore_run *run;
	struct sim_flight flights[SIM_FLIGHTS];
	int done, err; /* of the run or the capture */
	struct zx_guild_written written;

	/* what it stored */
	struct zx_buf journal[SIM_RECORDS];
	size_t records;
	struct zx_buf settings; /* of the bot */

	/* dying */
	uint64_t instants, kill_at; /* kill_at 0: lives on */
	int dead;
	unsigned lives;

	/* seen by the server */
	unsigned writes, meddled;
	unsigned denied; /* answers of 403 */
	char last[600];	 /* the last writes that were acted on */
	int trace;
};

void sim_open(struct sim *s, const char *kinds, uint64_t seed);
void sim_close(struct sim *s);
uint64_t sim_chance(struct sim *s, uint64_t below);

/* As any user (0: the bot), outside of the bot's process; the status. `body`
 * and what is in braces in path and body as in /sandbox/act; ' stands for ". */
int sim_as(struct sim *s, uint64_t user, uint64_t guild, const char *method,
	   const char *path, const char *body);

/* The same, whatever comes of it. */
int sim_quietly_as(struct sim *s, uint64_t user, uint64_t guild,
		   const char *method, const char *path, const char *body);

/* The control API of the sandbox. */
void sim_control(struct sim *s, const char *method, const char *path,
		 const char *body);
/* The bot's highest role. */
uint64_t sim_top_role(struct sim *s, uint64_t guild);

/* Reads the guild into the store. *manifest is appended to. */
void sim_capture(struct sim *s, uint64_t guild, struct zx_buf *manifest);

struct sim_snapshot {
	struct zx_buf manifest;
	struct zx_guild_reader r;
};
void sim_snapshot(struct sim *s, uint64_t guild, struct sim_snapshot *out);
void sim_snapshot_release(struct sim_snapshot *p);

/* Options of a restore into the guild, by what the bot is there. */
struct zx_restore_options sim_options(struct sim *s, uint64_t guild);

/* One life of the process: goes on with the plan until it is done (nonzero) or
 * killed at kill_at. */
int sim_live(struct sim *s, const struct zx_plan *plan);
/* Forgets the journal: another restore. */
void sim_forget(struct sim *s);
/* For tests that look between two steps: begins a life, does one step (0: it
 * is over), ends it. */
void sim_begin(struct sim *s, const struct zx_plan *plan);
int sim_step(struct sim *s);
void sim_end(struct sim *s);
/* Answers to what is on its way, without letting time pass beyond them. */
void sim_settle(struct sim *s);
/* A life, to be ended, that only looks for what is in doubt. */
void sim_reconcile(struct sim *s, const struct zx_plan *plan);

/* Checks (restore_sim_check.c) --------------------------------------------- */

/* From now on nobody may see a channel that the snapshot's guild hides from
 * them. Call it while that guild is as in the snapshot. */
void sim_watch(struct sim *s, uint64_t source, uint64_t target);
void sim_no_leak(struct sim *s);

/* Roles that members have now, to be had afterwards as well. */
struct sim_members;
struct sim_members *sim_members(struct sim *s, uint64_t guild);
/* Fails when a member has lost a role that still exists; frees. */
void sim_members_kept(struct sim *s, uint64_t guild, struct sim_members *m);

/* The guild is what the snapshot says but for ids; whatever differs is told.
 * `but` are words of which one in the line excuses it, NULL at the end. */
void sim_same(struct sim *s, const struct zx_guild_reader *snapshot,
	      uint64_t guild, const char *const *but);
/* How many operations a plan made now would have. */
uint32_t sim_differs(struct sim *s, const struct zx_guild_reader *snapshot,
		     uint64_t guild, const struct zx_restore_options *o,
		     const struct zx_idmap *ids, int tell);
/* No object of the guild is there more often than in the snapshot or, `before`,
 * in the guild before. */
void sim_not_twice(struct sim *s, const struct zx_guild_reader *snapshot,
		   const struct zx_guild_reader *before, uint64_t guild);

#endif
