/* SPDX-License-Identifier: MIT
 *
 * shard_monitor: the cog that watches the shards of this process. Feeds metrics
 * from the bot, judges health, tells a channel when something is wrong, and
 * shows it all: /shardmonitor, /sharddetails, /shardhealth, /shardalerts,
 * /shardreset, and http://127.0.0.1:METRICS_PORT/metrics.
 *
 *   if (config->shard_monitor)
 *           zx_bot_add_cog(bot, zx_cog_shard_monitor());
 */
#ifndef ZORYX_SHARD_MONITOR_H
#define ZORYX_SHARD_MONITOR_H

#include "zoryx/bot.h"
#include "zoryx/metrics.h"

#ifdef __cplusplus
extern "C" {
#endif

ZX_API const struct zx_cog *zx_cog_shard_monitor(void);

struct zx_monitor_options {
	size_t size;
	uint32_t collect_ms; /* the latency as it is goes into the window, whose
				120 samples are an hour; 0 means 30 s */
	uint32_t health_ms;  /* judges and alerts; 0 means 60 s */
	uint32_t save_ms;    /* to the state file; 0 means 5 min */
	/* An ACK that comes so long after the last failure ends the failures in
	 * a row, as a new connection does; 0 means 5 min. */
	uint32_t forgive_ms;
	/* First pause before an alert that could not be sent is tried again;
	 * 0 means 15 s. Later ones are longer, up to 10 min. */
	uint32_t retry_ms;
	/* Of the state machine of alerts; 0 means the defaults there. */
	uint32_t pending_ms, resolve_ms, group_ms, repeat_ms;
	/* A shard that is connected again stays a warning ("Recently
	 * disconnected") so long; 0 means 60 s. */
	uint32_t recent_ms;
};
#define ZX_MONITOR_OPTIONS_INIT ZX__INIT(struct zx_monitor_options)

/* After zx_bot_start, or in the `start` of a cog that was added later.
 * ZX_E_STATE when the cog is not there, ZX_E_NOMEM. */
ZX_API int zx_monitor_configure(struct zx_bot *b,
				const struct zx_monitor_options *opt);

/* What was recorded; NULL when the cog is not there. */
ZX_API struct zx_metrics *zx_monitor_metrics(struct zx_bot *b);

/* Clusters -----------------------------------------------------------------
 */

/* A shard as the dashboard shows it: plain data, made to be sent from one
 * cluster to another. */
struct zx_monitor_shard {
	uint32_t shard;
	enum zx_tier tier;
	char reason[96];		   /* "Healthy" */
	double current, min, average, max; /* ms; negative: unknown */
	double uptime;			   /* percent */
	uint64_t guilds, members, messages, commands, joined, left;
	uint64_t connects, disconnects, resumes, errors;
	uint64_t quiet_ms; /* since the last sign of life */
	int quiet_known;   /* 0: there was none yet */
};

/* The shards of this process in ascending order: fills up to `max` and returns
 * how many there are. */
ZX_API size_t zx_monitor_shards(struct zx_bot *b, struct zx_monitor_shard *out,
				size_t max);

/* The other clusters, as far as the shard manager knows them; this process is
 * not among them. Called while a page is rendered. */
struct zx_monitor_clusters {
	size_t (*count)(void *ud);
	/* Of the i-th; borrowed for the call. NULL: it has just gone. */
	const char *(*name)(size_t i, void *ud);
	/* As zx_monitor_shards. */
	size_t (*shards)(size_t i, struct zx_monitor_shard *out, size_t max,
			 void *ud);
	void *ud;
};
/* Gives the dashboard a selector of clusters. `c` must outlive the bot; NULL
 * takes it away. ZX_E_STATE when the cog is not there. */
ZX_API int zx_monitor_set_clusters(struct zx_bot *b,
				   const struct zx_monitor_clusters *c);

/* Files of the Python framework ----------------------------------------------
 */

/*
 * shard_metrics.json and alert_config.json from a state file, in its formats
 * (only ASCII); a text that there is nothing for stays empty. *shards (may be
 * NULL) is how many there are.
 */
ZX_API int zx_monitor_export(struct zx_state *s, struct zx_buf *metrics,
			     struct zx_buf *alerts, size_t *shards);
/* Takes such a text over; what the state file had for the same shards is
 * replaced. ZX_E_SYNTAX, ZX_E_INVALID (a value that makes no sense): nothing is
 * changed. */
ZX_API int zx_monitor_import_metrics(struct zx_state *s, struct zx_str json,
				     size_t *shards);
ZX_API int zx_monitor_import_alerts(struct zx_state *s, struct zx_str json);

#ifdef __cplusplus
}
#endif
#endif
