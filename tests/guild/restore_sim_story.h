/* SPDX-License-Identifier: MIT
 *
 * restore_sim_story: a restore against the sandbox while others do something,
 * round after round.
 */
#ifndef RESTORE_SIM_STORY_H
#define RESTORE_SIM_STORY_H

#include "guild/restore_sim.h"

struct story {
	struct sim s;
	uint64_t source, target;
	struct sim_snapshot snap, before;
	struct zx_restore_options o;
	struct zx_plan *plan;
	struct zx_idmap ids;
	/* What others do, when so many writes were acted on; 0: nothing. */
	unsigned at;
	void (*others)(struct story *t);
};

/* Everything of a full server into an empty one. */
void story_begin(struct story *t);
/* `rewind`: into the same server, roles and channels as they were; `before`
 * (may be NULL) is what happens to it first. */
void story_begin_into(struct story *t, const char *kinds, unsigned what,
		      int rewind, void (*before)(struct story *t));
void story_end(struct story *t);
/* As the server is now. */
struct zx_plan *story_plan(struct story *t);
/* One life, in which others do what they do; nonzero when it came to the end.
 */
int story_live(struct story *t);
void story_remember(struct story *t);
/* The machine is done. Nonzero when there is something for another round. */
int story_another(struct story *t);
/* All rounds, through all kills. */
void story_carry_out(struct story *t);

uint32_t story_differs(struct story *t, int tell);
struct zx_restore_report story_report(struct story *t);
uint32_t story_acts(const struct zx_plan *p, enum zx_act act);
/* Somebody deletes two channels and a role of the target. */
void story_delete_some(struct story *t);
/* From now on that route is refused with 403. */
void story_refuse(struct story *t, const char *route);

#endif
