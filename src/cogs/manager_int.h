/* SPDX-License-Identifier: MIT
 *
 * What the files of the shard manager share. Tables and pages are made from
 * plain data, so that they can be tested without a bot.
 */
#ifndef ZX__MANAGER_INT_H
#define ZX__MANAGER_INT_H

#include <stdio.h>
#include <string.h>

#include "zoryx/shard_manager.h"
#include "zoryx/shard_monitor.h"

#define ZX__MGR_COG "Shard Manager"
#define ZX__MGR_TURN_ASK "x_turn_ask"
#define ZX__MGR_TURN_FORGET "x_turn_forget"
#define ZX__MGR_TURN "x_turn"
#define ZX__MGR_SHARDS "x_shards"
#define ZX__MGR_INVALID "x_invalid"

enum {
	ZX__MGR_NAME = 256 + 1,
	ZX__MGR_CLUSTERS = 1024,
	ZX__MGR_IDS = 16384,  /* shards of one cluster */
	ZX__MGR_ROWS = 1000,  /* of those, with their health */
	ZX__MGR_PAGE = 9,     /* clusters on a page of /clusters */
	ZX__MGR_LINES = 10,   /* clusters on a page of /ipcstatus */
	ZX__MGR_NOTES = 5,    /* latest happenings, for /ipcstatus */
	ZX__MGR_PENDING = 8,  /* broadcasts that wait for confirmation */
	ZX__MGR_TEXT = 500,   /* characters of a broadcast */
	ZX__MGR_ASKS = 16384, /* turns that wait */
	ZX__MGR_REASK_MS = 30000,
	ZX__MGR_RETRY_MS = 250
};

/* Clusters ------------------------------------------------------------------
 */

struct zx__mgr_cluster {
	char name[ZX__MGR_NAME];
	int there;     /* 0: it left, or is out of sight */
	int has_stats; /* 0: nothing was heard yet */
	uint64_t guilds, users;
	uint32_t shard_count; /* of the bot, as it says */
	uint32_t *ids;	      /* ascending, each once */
	size_t ids_n;
	double latency; /* seconds; negative: unknown */
	double uptime;
	zx_time since;	 /* it is, or is no longer, there */
	zx_time updated; /* its latest numbers */
	struct zx_monitor_shard *rows;
	size_t rows_n;
};

struct zx__mgr_table {
	const struct zx_alloc *alloc;
	struct zx__mgr_cluster *v; /* in order of coming */
	size_t n, cap;
};

void zx__mgr_table_release(struct zx__mgr_table *t);
struct zx__mgr_cluster *zx__mgr_find(const struct zx__mgr_table *t,
				     struct zx_str name);
/* Finds or adds; it is there. NULL without memory or room. */
struct zx__mgr_cluster *zx__mgr_join(struct zx__mgr_table *t,
				     struct zx_str name, zx_time now);
void zx__mgr_leave(struct zx__mgr_table *t, struct zx_str name, zx_time now);
/* Of its stats_broadcast. Values of other types count as 0. */
void zx__mgr_take_stats(struct zx__mgr_table *t, struct zx__mgr_cluster *c,
			struct zx_str data, zx_time now);
/* Its shards, from ZX__MGR_SHARDS. */
void zx__mgr_take_rows(struct zx__mgr_table *t, struct zx__mgr_cluster *c,
		       struct zx_str data);
void zx__mgr_put_rows(struct zx_buf *out, const struct zx_monitor_shard *rows,
		      size_t n);
/* Forgets those that have been away for so long. */
void zx__mgr_sweep(struct zx__mgr_table *t, uint32_t drop_ms, zx_time now);
int zx__mgr_sum(const struct zx__mgr_table *t, const struct zx__mgr_cluster *us,
		struct zx_manager_totals *out);
/* How long to wait from `wall` for the next slot of number `at` of `of`. */
uint64_t zx__mgr_slot_wait(zx_wall wall, uint32_t slot_ms, size_t at,
			   size_t of);

/* Pages ---------------------------------------------------------------------
 */

struct zx__mgr_peer { /* what the connection knows */
	char name[ZX__MGR_NAME], address[64];
	unsigned port;
	int secured, ours;
	zx_time since, heard;
};

struct zx__mgr_view {
	const char *mode; /* "server" or "client" */
	const char *host;
	unsigned port;
	size_t secret_len;
	const struct zx__mgr_cluster *us;
	const struct zx__mgr_table *table;
	const struct zx__mgr_peer *peers; /* server: clients; client: primary */
	size_t peers_n;
	struct zx_manager_totals totals;
	int up;
	const char *trouble; /* "" none */
	const char (*notes)[160];
	size_t notes_n;
	struct zx_ipc_stats stats;
	const char *user; /* who asked */
	size_t page;	  /* too high gives the last */
	zx_time now;
	zx_wall wall;
};
size_t zx__mgr_clusters_pages(const struct zx__mgr_view *v);
void zx__mgr_clusters_render(const struct zx__mgr_view *v,
			     struct zx_message *out);
size_t zx__mgr_status_pages(const struct zx__mgr_view *v);
void zx__mgr_status_render(const struct zx__mgr_view *v,
			   struct zx_message *out);
/* For a code block: without backticks and control characters. */
void zx__mgr_plain(struct zx_buf *out, struct zx_str text);
/* "0-2, 5", at most `most` parts. */
void zx__mgr_ranges(struct zx_buf *out, const uint32_t *ids, size_t n,
		    size_t most);

/* The cog -------------------------------------------------------------------
 */

struct zx__mgr_pending { /* a broadcast that waits for confirmation */
	uint64_t id;	 /* of the request; 0: free */
	struct zx_call *call;
	struct zx_buf names;
	size_t count, sent;
};

struct zx__mgr_ask { /* for a turn */
	uint32_t shard;
	int queued;		    /* primary: in the bot's queue */
	char cluster[ZX__MGR_NAME]; /* primary: whose */
};

struct zx__mgr {
	struct zx_bot *bot;
	const struct zx_alloc *alloc;
	const struct zx_log *log;
	const struct zx_config *config;
	struct zx_manager_options opt;
	struct zx_ipc *x;
	struct zx_ipc_conn *conn;
	char why[200]; /* there is no IPC */
	struct zx__mgr_table table;
	struct zx__mgr_cluster us;
	struct zx_timer stats, push, slot;
	int leaving;
	char notes[ZX__MGR_NOTES][160]; /* the latest first */
	size_t notes_n;

	struct zx__mgr_pending pending[ZX__MGR_PENDING];
	struct zx_bucket posts;

	struct zx_bot_gate gate;
	struct zx__mgr_ask *asks;
	size_t asks_n, asks_cap;
	zx_time alone_since; /* NEVER: the primary gives turns */
	zx_time asked_at;

	uint32_t share, invalid; /* of REST; not told yet */
	uint64_t limited;	 /* 429s that were counted */
	struct zx_monitor_clusters selector;
};

struct zx__mgr *zx__mgr_of(struct zx_call *call);
zx_time zx__mgr_now(const struct zx__mgr *m);
void zx__mgr_note(struct zx__mgr *m, const char *fmt, ...) ZX_PRINTF(2, 3);
int zx__mgr_is_primary(const struct zx__mgr *m);
/* Fills m->us. */
void zx__mgr_look(struct zx__mgr *m);

/* manager_ipc.c */
int zx__mgr_open(struct zx__mgr *m);
void zx__mgr_say_stats(struct zx__mgr *m);

/* manager_talk.c */
void zx__mgr_heard(struct zx__mgr *m, const struct zx_ipc_out *o);
void zx__mgr_answered(struct zx__mgr *m, const struct zx_ipc_out *o);
void zx__mgr_done(struct zx__mgr *m, const struct zx_ipc_out *o);
/* Lets go of the calls that still wait. */
void zx__mgr_talk_end(struct zx__mgr *m);

/* manager_turns.c */
void zx__mgr_turns_open(struct zx__mgr *m);
/* A message about turns. */
void zx__mgr_turns_heard(struct zx__mgr *m, const struct zx_ipc_out *o);
void zx__mgr_turns_up(struct zx__mgr *m);
void zx__mgr_turns_down(struct zx__mgr *m);
void zx__mgr_turns_left(struct zx__mgr *m, struct zx_str cluster);
void zx__mgr_on_push(struct zx_timer *t, void *ud);
void zx__mgr_on_slot(struct zx_timer *t, void *ud);

/* manager_share.c */
void zx__mgr_share(struct zx__mgr *m);
void zx__mgr_on_rest(struct zx_bot *bot, void *data, uint64_t guild,
		     const struct zx_rest_result *r);
void zx__mgr_share_tell(struct zx__mgr *m);

/* Commands */
void zx__mgr_clusters(struct zx_call *call, void *ud);
void zx__mgr_ipcstatus(struct zx_call *call, void *ud);
void zx__mgr_broadcastmsg(struct zx_call *call, void *ud);

#endif
