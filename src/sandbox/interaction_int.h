/* SPDX-License-Identifier: MIT
 *
 * Inside interactions: what a person gave, on its way into `data`.
 */
#ifndef ZX_SANDBOX_INTERACTION_INT_H
#define ZX_SANDBOX_INTERACTION_INT_H

#include "sandbox/option_type.h"
#include "sandbox/world_int.h"

struct ask {
	struct zx__world *w;
	struct zx__guild *g;
	const cJSON *channel;
	uint64_t user;
	const cJSON *values; /* {"name": value} */
	const char *focused; /* the option being typed, or NULL */
	cJSON *data;
	const char *why;
};

/* interaction_resolve.c */
/* A value of an option as it is sent; NULL when it is wrong (a->why may say
 * more). */
cJSON *zx__option_entity(struct ask *a, const cJSON *option, const cJSON *v,
			 int type);
cJSON *zx__option_file(struct ask *a, const cJSON *v);
/* Adds {id: v} to data.resolved.where; takes v. */
void zx__resolved_put(cJSON *data, const char *where, uint64_t id, cJSON *v);
/* true, or the word. */
int zx__as_bool(const cJSON *v);

#endif
