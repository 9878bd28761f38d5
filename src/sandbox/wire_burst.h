/* SPDX-License-Identifier: MIT
 *
 * The texts of bursts.
 */
#ifndef ZX_WIRE_BURST_H
#define ZX_WIRE_BURST_H

#include "wire_int.h"

/* Digits of an id in a text; all that are made have so many. */
#define ZX__TEXT_ID 19

/* {"t":"NAME","s":            the first `head` bytes
 * ,"op":0,"d":{...}}          the rest; s belongs between them */
struct zx__text {
	size_t at, len; /* in zx__texts.all */
	size_t head;
	size_t id; /* where in the rest the id's digits are; 0: nowhere */
	const char *name;
};

struct zx__texts {
	struct zx_buf all;
	char *own_name; /* of the fault's "event" */
	struct zx__text *list;
	size_t n;
};

/* By the fault's "event" and "d", or its "kind". */
int zx__texts_make(struct zx__texts *t, struct zx__session *s,
		   const cJSON *args);
void zx__texts_release(struct zx__texts *t);

#endif
