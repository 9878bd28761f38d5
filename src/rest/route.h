/* SPDX-License-Identifier: MIT
 *
 * route: from a path to the route it belongs to (RL-01, RL-02).
 */
#ifndef ZX__REST_ROUTE_H
#define ZX__REST_ROUTE_H

#include "zoryx/rest.h"

struct zx__route {
	size_t major_at;      /* top-level resource: where in the key, */
	size_t major_len;     /* 0 when the route has none */
	uint64_t webhook;     /* id of a webhook route, 0 for others */
	uint64_t token;	      /* hash of a webhook's token, 0 without one */
	int token_of_command; /* that token is an interaction's */
	int exempt;	      /* needs no token of the bot, no global limit */
	int urgent;	      /* an interaction waits for it */
	int emoji;    /* quota in headers is not to be believed (RL-10) */
	int original; /* names a message as "@original" */
};

/* Appends the key (zx_rest_route) to `key`, which must be empty. */
void zx__rest_route_read(enum zx_method m, struct zx_str path,
			 struct zx_buf *key, struct zx__route *out);

#endif
