/* SPDX-License-Identifier: MIT
 *
 * Inside the control calls below /sandbox/.
 */
#ifndef ZX_SANDBOX_CONTROL_INT_H
#define ZX_SANDBOX_CONTROL_INT_H

#include "sandbox/world_int.h"

struct ctl {
	struct zx__world *w;
	struct zx__call call; /* for the helpers of answers and queries */
	const cJSON *body;
	uint64_t id; /* {id} of the path */
};

void zx__ctl_fail(struct ctl *k, int status, const char *message);
/* An error of the world as an answer. */
void zx__ctl_refuse(struct ctl *k, int err, const char *why);
/* The user who acts: of the body, of the query, or the owner. */
uint64_t zx__ctl_user(struct ctl *k);

/* control_message.c: what people do with messages */
void zx__ctl_list(struct ctl *k);
void zx__ctl_post(struct ctl *k);
void zx__ctl_dismiss(struct ctl *k);
void zx__ctl_react(struct ctl *k);
void zx__ctl_edit(struct ctl *k);
void zx__ctl_remove(struct ctl *k);
/* control_guild.c: servers, other people's acts, who sees what */
void zx__ctl_act(struct ctl *k);
void zx__ctl_seed(struct ctl *k);
void zx__ctl_quota(struct ctl *k);
void zx__ctl_viewers(struct ctl *k);
void zx__ctl_permissions(struct ctl *k);
void zx__ctl_watch(struct ctl *k);
void zx__ctl_watches(struct ctl *k);
void zx__ctl_unwatch(struct ctl *k);
/* A person writes; *why says what is wrong. */
int zx__say(struct zx__world *w, uint64_t user, uint64_t channel,
	    const char *text, uint64_t reference, struct zx__msg **out,
	    const char **why);

#endif
