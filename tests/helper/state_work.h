/* SPDX-License-Identifier: MIT
 *
 * state_work: a workload for a state file that follows from a seed, so that
 * after an accident one can tell what must be in it.
 */
#ifndef STATE_WORK_H
#define STATE_WORK_H

#include "zoryx/state.h"

/* Does operation i (create with room made, delete, pin, audit, setting). */
int state_work_do(struct zx_state *s, uint64_t seed, unsigned i);

/*
 * Is the state what it must be after n operations, of which one more may have
 * been under way? Every part of every snapshot is read and hashed. NULL when it
 * is, else what is wrong.
 */
const char *state_work_wrong(struct zx_state *s, uint64_t seed, unsigned n);

#endif
