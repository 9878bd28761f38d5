/* SPDX-License-Identifier: MIT
 *
 * What the files of the shard monitor share. What is shown is made by functions
 * from plain data, so that it can be tested without a bot.
 */
#ifndef ZX__MONITOR_INT_H
#define ZX__MONITOR_INT_H

#include <stdio.h>
#include <string.h>

#include "zoryx/shard_monitor.h"

#define ZX__MON_COG "Shard Monitor"

enum {
	ZX__MON_PAGE = 15,	     /* shards on a page */
	ZX__MON_SHARDS = 10000,	     /* of one cluster, on a page */
	ZX__MON_OUTBOX = 16,	     /* alerts that wait to be sent */
	ZX__MON_WAIT_MS = 60 * 1000, /* of an alert for rate limits */
	ZX__MON_RETRY_MOST = 600 * 1000,
	ZX__MON_CLUSTERS = 24, /* in the selector, besides our own */
	ZX__MON_THRESHOLD = 3, /* by default */
	ZX__MON_THRESHOLD_MOST = 20
};

/* A shard of the bot: what of its statistics is counted already. */
struct zx__mon_seen {
	uint32_t id;
	enum zx_shard_state state;
	struct zx_shard_stats was;
	zx_time failed_at; /* NEVER: no failure that counts */
};

struct zx__mon_config {
	uint64_t channel; /* 0: alerts are off */
	uint32_t threshold;
};

/* An alert that waits to be sent. */
struct zx__mon_post {
	uint64_t id; /* in the state file; ascending */
	char *body;
};

struct zx__mon {
	struct zx_bot *bot;
	const struct zx_alloc *alloc;
	const struct zx_log *log;
	struct zx_metrics *metrics;
	struct zx_alerts *alerts;
	struct zx_monitor_options opt;
	struct zx__mon_config config;
	struct zx_timer collect, health, save, alert, retry;
	struct zx__mon_seen *seen; /* as in the bot's fleet */
	size_t seen_count;
	uint32_t *slot; /* shard id to place in seen plus 1 */
	size_t slots;

	struct zx__mon_post outbox[ZX__MON_OUTBOX]; /* the oldest first */
	size_t outbox_count;
	uint64_t outbox_next; /* id of the next one */
	int sending;	      /* the first of them is under way */
	int sent_void;	      /* what is under way is no longer in the outbox */
	int stopped;
	struct zx_backoff backoff;
	char send_error[160]; /* why the last alert did not go; "" it did */
	zx_wall saved_at;     /* 0: not yet */
	void *trial;	      /* a channel being tried, or NULL */

	const struct zx_monitor_clusters *clusters;
	struct zx_http_server *http;
};

/* Of the call's bot; answers and returns NULL when the cog is not there. */
struct zx__mon *zx__mon_of(struct zx_call *call);
void zx__mon_log(struct zx__mon *m, enum zx_log_level level, const char *fmt,
		 ...) ZX_PRINTF(3, 4);
uint32_t zx__mon_clamp(uint64_t threshold);
extern const char *const zx__mon_kinds[ZX_EVENT_COUNT];

/* monitor_watch.c: from the bot into metrics --------------------------------
 */
/* Brings the shards there in line with the bot's. */
int zx__mon_sync(struct zx__mon *m);
/* Takes over what is new in the statistics of every shard. */
void zx__mon_look(struct zx__mon *m);
/* The latency of every shard, as it is now, into its window. */
void zx__mon_sample(struct zx__mon *m);
/* The i-th shard's state; IDLE when there is none. */
enum zx_shard_state zx__mon_state_of(const struct zx__mon *m, uint32_t shard);
void zx__mon_on_event(struct zx_bot *bot, void *data, uint32_t shard,
		      enum zx_event event, struct zx_str d);
void zx__mon_on_state(struct zx_bot *bot, void *data, uint32_t shard,
		      enum zx_shard_state state);
void zx__mon_on_guild(struct zx_bot *bot, void *data, uint32_t shard,
		      int joined);
void zx__mon_on_command(struct zx_bot *bot, void *data,
			const struct zx_call *call);
void zx__mon_on_rest(struct zx_bot *bot, void *data, uint64_t guild,
		     const struct zx_rest_result *result);

/* monitor_tick.c: the clockwork ---------------------------------------------
 */
void zx__mon_clock_start(struct zx__mon *m);
void zx__mon_clock_stop(struct zx__mon *m);
/* Forgets incidents: those that last are told anew. */
int zx__mon_alerts_begin(struct zx__mon *m);

/* monitor_incident.c: what people were told, in the state file ---------------
 */
/* Brings it in line with the alerts; part of the caller's transaction, so that
 * a recovery and the end of its incident are one. */
void zx__mon_incidents_save(struct zx__mon *m);
/* Takes up what an earlier process told of the shard; what is older than a day
 * is dropped. ZX_E_NOMEM. */
int zx__mon_incident_load(struct zx__mon *m, uint32_t shard);
/* The shard is no longer ours. */
void zx__mon_incident_forget(struct zx__mon *m, uint32_t shard);

/* monitor_notice.c ----------------------------------------------------------
 */
void zx__mon_alert_render(struct zx__mon *m, const struct zx_alert *a,
			  zx_wall wall, struct zx_message *out);

/* monitor_outbox.c: alerts on their way -------------------------------------
 */
/* Renders and queues. */
void zx__mon_alert_post(struct zx__mon *m, const struct zx_alert *a);
void zx__mon_outbox_push(struct zx__mon *m); /* sends the first */
/* They are not to be sent any more. */
void zx__mon_outbox_clear(struct zx__mon *m);
/* Memory only: the state file keeps them for the next process. */
void zx__mon_outbox_free(struct zx__mon *m);
/* Takes the body; ZX_E_LIMIT does not. */
int zx__mon_outbox_add(struct zx__mon *m, uint64_t id, char *body);
void zx__mon_on_retry(struct zx_timer *t, void *ud);

/* monitor_store.c: the state file -------------------------------------------
 */
/* The alert configuration. */
int zx__mon_load(struct zx__mon *m);
/* Counters of a shard that has just been added. */
int zx__mon_restore(struct zx__mon *m, uint32_t shard);
int zx__mon_save(struct zx__mon *m);
int zx__mon_save_config(struct zx__mon *m);
/* What an earlier process did not get rid of. ZX_E_NOMEM. */
int zx__mon_outbox_load(struct zx__mon *m);
void zx__mon_outbox_save(struct zx__mon *m, const struct zx__mon_post *p);
void zx__mon_outbox_delete(struct zx__mon *m, uint64_t id);

/* monitor_http.c ------------------------------------------------------------
 */
void zx__mon_http_start(struct zx__mon *m);
int zx__mon_prometheus(struct zx__mon *m, struct zx_buf *out);

/* Views ---------------------------------------------------------------------
 */

enum zx__mon_tab {
	ZX__MON_OVERVIEW,
	ZX__MON_HEALTH,
	ZX__MON_LATENCY,
	ZX__MON_EVENTS
};

struct zx__mon_view {
	const struct zx_monitor_shard *shards; /* of one cluster, ascending */
	size_t count;
	uint32_t shard_count; /* of the bot */
	const char *cluster;  /* NULL: there is only this one */
	size_t page;	      /* from 0; too high gives the last */
	uint64_t alert_channel;
	uint32_t threshold;
	const char *alert_error; /* "" all well */
	const char *user;	 /* NULL, or who asked */
	zx_wall wall;
};
/* At least 1. */
size_t zx__mon_pages(const struct zx__mon_view *v, enum zx__mon_tab tab);
void zx__mon_render(const struct zx__mon_view *v, enum zx__mon_tab tab,
		    struct zx_message *out);
/* A field without the last newline; empties the text. */
void zx__mon_field(struct zx_message *out, int is_inline, const char *name,
		   struct zx_buf *text);
/* "3-5, 9" of ascending ids, at most `most` parts. */
void zx__mon_ranges(const struct zx_monitor_shard *s, size_t n, size_t most,
		    struct zx_buf *out);

/* monitor_view.c. cluster 0 is ours, the others follow from 1. */
int zx__mon_view_open(struct zx__mon *m, size_t cluster,
		      struct zx__mon_view *v);
void zx__mon_view_close(struct zx__mon *m, struct zx__mon_view *v);
/* The selector of clusters, when there are others. */
void zx__mon_view_select(struct zx__mon *m, size_t cluster,
			 struct zx_message *out);
/* As zx_monitor_shards, but for what the bot knows (guilds). */
size_t zx__mon_rows(const struct zx_metrics *m, zx_time now,
		    struct zx_monitor_shard *out, size_t max);

/* Everything there is to say about one shard. */
struct zx__mon_details {
	struct zx_monitor_shard shard;
	struct zx_shard_metrics metrics;
	struct zx_latency latency;
	struct zx_close_count closes[ZX_METRICS_CLOSES];
	size_t close_count;
	struct {
		const char *name;
		uint64_t count;
	} kinds[5]; /* the most frequent; name NULL: no more */
	uint32_t shard_count;
	zx_wall wall;
};
void zx__mon_details_render(const struct zx__mon_details *d,
			    struct zx_message *out);

/* Commands ------------------------------------------------------------------
 */
void zx__mon_shardmonitor(struct zx_call *call, void *ud);
void zx__mon_shardhealth(struct zx_call *call, void *ud);
void zx__mon_sharddetails(struct zx_call *call, void *ud);
void zx__mon_shardalerts(struct zx_call *call, void *ud);
void zx__mon_shardreset(struct zx_call *call, void *ud);
void zx__mon_not_found(struct zx__mon *m, struct zx_call *call, int64_t shard);

#endif
