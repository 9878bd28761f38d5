/* SPDX-License-Identifier: MIT
 *
 * What the two halves of the member collector share: asking (collect_ask.c) and
 * what comes of it (collect.c).
 */
#ifndef ZX__GATEWAY_COLLECT_H
#define ZX__GATEWAY_COLLECT_H

#include "gateway/gateway_int.h"

enum {
	TIMEOUT_MS = 30 * 1000,
	REQUESTS = 64,
	HELD = 16 << 20,
	CHUNKS = 100 * 1000, /* of one answer */
	FULL_MS = 30 * 1000, /* between two whole lists of one guild */
	FULL_SPARE_MS = 250, /* what counts is when they arrive */
	FULL_GUILDS = 256,   /* remembered */
	AGAIN_MS = 1000,     /* after a send that could not be */
	RESTARTS = 5,
	WAIT_MS = 10 * 60 * 1000 /* longest retry_after that is believed */
};

struct held { /* a chunk before its turn */
	struct held *next;
	uint32_t index;
	size_t len;
	char text[]; /* d */
};

enum stage {
	WAITING, /* to be sent at `at` */
	OFFERED, /* SEND was given out */
	SENT	 /* chunks are awaited until `at` */
};

struct request {
	struct request *next;
	uint64_t id, guild_id;
	uint32_t shard;
	void *ud;
	enum stage stage;
	int whole;   /* the whole list: limited per guild */
	int limited; /* RATE_LIMITED came once */
	int told;    /* RESTART is to be given out */
	unsigned restarts;
	int err; /* FAILED is to be given out */
	zx_time at;
	uint32_t index, count; /* the next chunk, of how many: 0 unknown */
	struct held *held;
	struct zx_buf text; /* d of op 8 */
};

struct full { /* when a guild's whole list was last asked for */
	uint64_t guild_id;
	zx_time at;
};

struct zx_members {
	struct zx_members_options opt;
	const struct zx_alloc *alloc;
	struct request *first;
	size_t count, held;
	uint32_t salt; /* so that no answer to another process fits */
	uint64_t ids;
	struct zx_str chunk; /* fed and not yet polled */
	struct request *chunk_of;
	struct held *given; /* freed with the next call */
	struct full full[FULL_GUILDS];
	zx_time now;
};

/* FAILED is given out next. */
static inline void zx__collect_fail(struct request *r, int err)
{
	r->err = err;
	r->at = 0;
}

struct request *zx__collect_find(const struct zx_members *m, uint64_t id);
void zx__collect_drop(struct zx_members *m, struct request *r);
void zx__collect_drop_held(struct zx_members *m, struct request *r);
/* When the whole list of a guild was last asked for. */
struct full *zx__collect_full(struct zx_members *m, uint64_t guild_id);
/* When the request may be sent; it is then taken for sent. */
zx_time zx__collect_turn(struct zx_members *m, const struct request *r,
			 zx_time at);

#endif
