/* SPDX-License-Identifier: MIT
 *
 * retention: which snapshots stay, and when the next one is due.
 */
#ifndef ZORYX_RETENTION_H
#define ZORYX_RETENTION_H

#include "zoryx/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Retention ------------------------------------------------------------- */

enum zx_keep {
	ZX_KEEP,	/* nothing is against it */
	ZX_KEEP_PINNED, /* would go, but is pinned */
	ZX_KEEP_LAST,	/* would go, but is the last good one */
	ZX_KEEP_USED,	/* would go, but a restore refers to it */
	ZX_KEEP_SHRUNK, /* would make room, but for one that has shrunk */
	ZX_DROP_AGE,
	ZX_DROP_COUNT
};

struct zx_retained {
	zx_wall created;
	uint64_t extent; /* roles and channels: how much server is in it */
	int pinned, automatic, used;
	int damaged;  /* verify said so: it is no good one */
	int accepted; /* a person said that it is as small as it should be */
	enum zx_keep keep; /* out */
	int shrunk;	   /* out: more than 30 % below the good one before */
};

struct zx_retention {
	uint32_t max_count; /* 0 means 25, at most 100 */
	uint32_t days;	    /* 0: any age */
	int room;	    /* nonzero: one more must fit */
	uint64_t extent;    /* of that one; 0: unknown */
	zx_wall now;
};

/*
 * Which go. Any order; by age all that are not pinned, by count automatic ones,
 * oldest first. Never the newest good one, never for the sake of one that has
 * shrunk by more than 30 %; those dated in the future have no age.
 * ZX_E_FULL: there is no room for one more.
 */
ZX_API int zx_retention(struct zx_retained *v, size_t n,
			const struct zx_retention *rule);

/* Schedule -------------------------------------------------------------- */

struct zx_schedule;

enum zx_schedule_out_kind {
	ZX_SCHEDULE_DUE, /* capture now; say how it went with _done */
	ZX_SCHEDULE_LATE /* two intervals without success; once per outage */
};
struct zx_schedule_out {
	enum zx_schedule_out_kind kind;
	uint64_t guild;
	zx_wall due; /* when it should have been */
};

ZX_API int zx_schedule_new(struct zx_schedule **out,
			   const struct zx_alloc *a) ZX_MUST_USE;
ZX_API void zx_schedule_free(struct zx_schedule *s);
/* Adds or changes a guild. `last`: the last success, 0 for none, then the first
 * one is due at once. hours: 1 to 168, else ZX_E_RANGE. ZX_E_LIMIT above
 * 100,000 guilds, ZX_E_NOMEM. */
ZX_API int zx_schedule_set(struct zx_schedule *s, uint64_t guild,
			   uint32_t hours, zx_wall last, zx_wall now);
ZX_API void zx_schedule_remove(struct zx_schedule *s, uint64_t guild);
/* It went well (then `last` is now `due`), or not: tried again after a quarter
 * of the interval, at most an hour. */
ZX_API void zx_schedule_done(struct zx_schedule *s, uint64_t guild, int ok,
			     zx_wall now);
ZX_API void zx_schedule_tick(struct zx_schedule *s, zx_wall now);
/* 1: *out is filled; 0: nothing more now. */
ZX_API int zx_schedule_poll(struct zx_schedule *s, struct zx_schedule_out *out);
/* When to call tick; INT64_MAX when there is nothing to wait for. */
ZX_API zx_wall zx_schedule_deadline(const struct zx_schedule *s);
/* The last success as it is to be stored; 0 when there is none. */
ZX_API zx_wall zx_schedule_last(const struct zx_schedule *s, uint64_t guild);

/* Milliseconds until the cooldown is over; 0: free. A clock that went back
 * never makes it longer than the cooldown. */
ZX_API uint64_t zx_cooldown_left(zx_wall last, uint32_t seconds, zx_wall now);

#ifdef __cplusplus
}
#endif
#endif
