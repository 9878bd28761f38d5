/* SPDX-License-Identifier: MIT
 *
 * restore_sim_many: a server whose channels have more overwrites than a request
 * takes, its restore, and what must hold afterwards.
 */
#ifndef RESTORE_SIM_MANY_H
#define RESTORE_SIM_MANY_H

#include "guild/restore_sim.h"

/* MANY_FAKE and on: people who are not in the server. MANY_ALWAYS: how many see
 * every channel, an administrator and the bot. */
enum { MANY_FAKE = 5000, MANY_SEE = 1024, MANY_SAY = 2048, MANY_ALWAYS = 2 };

#define MANY_VAULT "/channels/{channel:vault}"

struct many {
	struct sim s;
	uint64_t guild;
	struct sim_snapshot snap, before; /* before the restore */
	struct zx_restore_options o;
	struct zx_plan *plan;
};

/* As the bot, outside of the restore; `fmt` is the body, "" for none. */
void many_act(struct many *t, const char *method, const char *path,
	      const char *fmt, ...) ZX_PRINTF(4, 5);
void many_channel(struct many *t, int type, const char *name,
		  const char *parent);
/* `who`: "{role:In}", "{user:1}". */
void many_put(struct many *t, const char *name, const char *who, int member,
	      unsigned allow, unsigned deny);
/* For n people who are not here. */
void many_put_all(struct many *t, const char *name, unsigned n, unsigned allow,
		  unsigned deny);
void many_gone(struct many *t, const char *name, const char *who);

/* Everybody sees #vault but user 0 and some who are not here; those that deny
 * do not fit into a request. */
void many_vault(struct many *t);
/* Those of the role In see #den, but user 1. */
void many_den(struct many *t);
/* Many are let into Tickets, one by one. */
void many_tickets(struct many *t);
/* A category Attic, #box that is like it, and #lid that lets another in. */
void many_attic(struct many *t);

/* The server with what `make` makes is the snapshot, and watched; then the
 * paths of `lose` are deleted. Both end with NULL. */
void many_begin(struct many *t, void (*const *make)(struct many *t),
		const char *const *lose);
/* The vault, with `lose`. */
void many_begin_vault(struct many *t, const char *const *lose);
/* The vault and the den, both lost with a role that has to do with them. */
void many_begin_small(struct many *t);
void many_end(struct many *t);

void many_plan(struct many *t);
void many_carry_out(struct many *t);
/* It is killed at instant k, without a leak, and goes on: nonzero when it had
 * come to its end before. */
int many_killed_at(struct many *t, uint64_t k);
struct zx_restore_report many_report(struct many *t);
/* Nothing went wrong; says what did. */
void many_well(struct many *t);
/* The way back from a run that was ended: it is as it was before the restore.
 */
void many_undo(struct many *t);
/* As in the snapshot but for ids and places, and nothing is left to do. */
void many_as_it_was(struct many *t);
/* It is over, went well and is as it was; with many_end. */
void many_right(struct many *t);
/* How many see the channel. */
size_t many_viewers(struct many *t, const char *name);
void many_fault(struct many *t, const char *fmt, ...) ZX_PRINTF(2, 3);

#endif
