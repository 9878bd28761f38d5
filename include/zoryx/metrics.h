/* SPDX-License-Identifier: MIT
 *
 * metrics: what happens on each shard, how healthy it is, and when to say so.
 * Knows nothing of Discord and opens nothing: the host records, asks, and
 * carries alerts out.
 *
 *   host -> zx_metrics_record, _latency, _disconnected ... -> counters
 *        -> zx_health -> zx_alerts_feed -> RAISED, RECOVERED ... -> host
 *
 * Times are monotonic (zx_time); wall clock appears only where something is
 * shown or stored.
 */
#ifndef ZORYX_METRICS_H
#define ZORYX_METRICS_H

#include "zoryx/base.h"
#include "zoryx/json.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Counters ------------------------------------------------------------------
 */

/*
 * X(enum suffix, Prometheus name without prefix and _total, help text).
 * The first group are those of the Python framework's metrics file; the rest is
 * what only a gateway client knows.
 */
#define ZX_COUNTERS(X)                                                         \
	X(MESSAGES, "messages", "Messages seen")                               \
	X(COMMANDS, "commands", "Commands carried out")                        \
	X(GUILDS_JOINED, "guilds_joined", "Guilds joined")                     \
	X(GUILDS_LEFT, "guilds_left", "Guilds left")                           \
	X(CONNECTS, "connects", "New sessions (READY)")                        \
	X(DISCONNECTS, "disconnects", "Connections lost")                      \
	X(RESUMES, "resumes", "Sessions resumed")                              \
	X(ERRORS, "errors", "Failures of any kind")                            \
	X(EVENTS, "events", "Dispatches received")                             \
	X(IDENTIFIES, "identifies", "Identify turns used")                     \
	X(INVALID_SESSIONS, "invalid_sessions", "Sessions refused (op 9)")     \
	X(MISSED_ACKS, "missed_acks", "Heartbeats without an ACK")             \
	X(ZOMBIES, "zombies", "Silent connections that were closed")           \
	X(BYTES, "received_bytes", "Bytes received")

enum zx_counter {
#define ZX__X(name, prometheus, help) ZX_COUNT_##name,
	ZX_COUNTERS(ZX__X)
#undef ZX__X
		ZX_COUNTER_COUNT
};

enum {
	ZX_METRICS_WINDOW = 120, /* latency samples kept per shard */
	ZX_METRICS_CLOSES = 16,	 /* different close codes counted per shard */
	ZX_METRICS_KINDS = 128,	 /* event kinds counted per shard, at most */
	ZX_METRICS_MAX_SHARD = 100000 /* ids are below */
};

struct zx_metrics;

struct zx_metrics_options {
	size_t size;
	/* Names of the event kinds for zx_metrics_event; must outlive. */
	const char *const *kinds;
	size_t kind_count;  /* at most ZX_METRICS_KINDS */
	uint32_t threshold; /* failures in a row that are a warning; clamped
			       to 1..20, 0 means 3 */
	const struct zx_alloc *alloc;
	uint32_t recent_ms; /* a shard that is back stays a warning so long;
			       0 means 60 s */
};
#define ZX_METRICS_OPTIONS_INIT ZX__INIT(struct zx_metrics_options)

ZX_API int zx_metrics_new(struct zx_metrics **out,
			  const struct zx_metrics_options *opt) ZX_MUST_USE;
ZX_API void zx_metrics_free(struct zx_metrics *m);

/*
 * Only shards that were added exist: a process that runs shards 3 to 5 has no
 * shard 0. ZX_E_EXISTS, ZX_E_RANGE, ZX_E_NOMEM. Begins disconnected, without
 * counting that as downtime until the first connect.
 */
ZX_API int zx_metrics_add(struct zx_metrics *m, uint32_t shard, zx_time now);
/* Gone, e.g. after resharding. ZX_E_NOTFOUND. */
ZX_API int zx_metrics_remove(struct zx_metrics *m, uint32_t shard);
/* Everything of the shard back to the beginning, but for whether it is
 * connected now. */
ZX_API int zx_metrics_reset(struct zx_metrics *m, uint32_t shard, zx_time now);

/* Recording. Unknown shards are ignored. */
ZX_API void zx_metrics_count(struct zx_metrics *m, uint32_t shard,
			     enum zx_counter c, uint64_t n);
/* A dispatch: counts EVENTS and its kind, and is a sign of life. */
ZX_API void zx_metrics_event(struct zx_metrics *m, uint32_t shard,
			     unsigned kind, zx_time now);
/* A heartbeat was acknowledged: also a sign of life. */
ZX_API void zx_metrics_ack(struct zx_metrics *m, uint32_t shard, zx_time now);
/* A round trip was measured, once per ACK: what health is judged by. One that
 * is not finite or negative is none: it counts as a missed ACK. */
ZX_API void zx_metrics_latency(struct zx_metrics *m, uint32_t shard, double ms,
			       zx_time now);
/* A heartbeat has waited so long for its ACK by now (0: none waits). As soon as
 * that is longer than the last round trip, it is the latency: a shard that
 * slows down or freezes shows before its ACK comes. Holds until the next call,
 * round trip, connect or disconnect. */
ZX_API void zx_metrics_waiting(struct zx_metrics *m, uint32_t shard, double ms);
/* Takes the latency as it is now into the window of ZX_METRICS_WINDOW samples:
 * called every 30 s, the window is an hour. Does nothing while there is no
 * latency: not connected, or no round trip measured on this connection. */
ZX_API void zx_metrics_sample(struct zx_metrics *m, uint32_t shard);
/* resumed: the old session goes on. Ends the failures in a row, and forgets
 * the round trips of the connection before. */
ZX_API void zx_metrics_connected(struct zx_metrics *m, uint32_t shard,
				 int resumed, zx_time now, zx_wall wall);
/* Repeated notices of one outage count once. code: close code, 0 for none. */
ZX_API void zx_metrics_disconnected(struct zx_metrics *m, uint32_t shard,
				    int code, zx_time now, zx_wall wall);
/* Something failed; text is cut at 200 bytes. */
ZX_API void zx_metrics_failed(struct zx_metrics *m, uint32_t shard,
			      const char *text, zx_time now, zx_wall wall);
/* It works again: ends the failures in a row. */
ZX_API void zx_metrics_worked(struct zx_metrics *m, uint32_t shard);
ZX_API void zx_metrics_set_threshold(struct zx_metrics *m, uint32_t threshold);
ZX_API uint32_t zx_metrics_threshold(const struct zx_metrics *m);
/* As zx_metrics_options.recent_ms. */
ZX_API void zx_metrics_set_recent(struct zx_metrics *m, uint32_t recent_ms);

/* Reading -------------------------------------------------------------------
 */

/* Milliseconds; negative when unknown. */
struct zx_latency {
	size_t samples; /* in the window */
	double current; /* the last round trip, or what a heartbeat has
			   waited when that is longer; without either the
			   newest of the window */
	double min, max, average, p50, p95, p99; /* of the window */
	double recent; /* what health is judged by: the median of the last 3
			  round trips, or what a heartbeat has waited when
			  that is longer */
};

struct zx_shard_metrics {
	uint32_t shard;
	uint64_t counters[ZX_COUNTER_COUNT];
	int connected; /* now */
	int ever_connected;
	uint32_t failures; /* in a row */
	const char
		*last_error; /* "" when none; borrowed until the next change */
	zx_wall last_error_at, last_connect, last_disconnect; /* 0: never */
	zx_time last_sign; /* of life: dispatch or ACK; NEVER when none */
	zx_time since;	   /* added or reset */
	uint64_t down_ms;  /* since then, with the outage that lasts */
	double uptime;	   /* percent, 0 to 100 */
};

/* Shards in ascending order of id. */
ZX_API size_t zx_metrics_shards(const struct zx_metrics *m);
/* The i-th; ZX_E_NOTFOUND. */
ZX_API int zx_metrics_at(const struct zx_metrics *m, size_t i, zx_time now,
			 struct zx_shard_metrics *out);
ZX_API int zx_metrics_get(const struct zx_metrics *m, uint32_t shard,
			  zx_time now, struct zx_shard_metrics *out);
ZX_API int zx_metrics_latencies(const struct zx_metrics *m, uint32_t shard,
				struct zx_latency *out);
/* The same without percentiles (negative), which take sorting: for lists of
 * many shards. */
ZX_API int zx_metrics_latency_range(const struct zx_metrics *m, uint32_t shard,
				    struct zx_latency *out);
/* Events of a kind on a shard. */
ZX_API uint64_t zx_metrics_kind(const struct zx_metrics *m, uint32_t shard,
				unsigned kind);
/* How often connections closed with each code; at most ZX_METRICS_CLOSES
 * entries, the rest is under code -1. Returns their number. */
struct zx_close_count {
	int code;
	uint64_t count;
};
ZX_API size_t zx_metrics_closes(const struct zx_metrics *m, uint32_t shard,
				struct zx_close_count out[ZX_METRICS_CLOSES]);

/* Health --------------------------------------------------------------------
 */

enum zx_tier { ZX_HEALTHY, ZX_WARNING, ZX_CRITICAL };

enum zx_reason {
	ZX_REASON_NONE,
	ZX_REASON_DISCONNECTED, /* now: critical */
	ZX_REASON_FAILURES,	/* threshold: warning; 5 or more: critical */
	ZX_REASON_LATENCY,	/* over 1000 ms: warning; over 2000: critical */
	ZX_REASON_SILENT,	/* no sign of life for 5 minutes: warning */
	ZX_REASON_RECENT, /* connected again for less than recent_ms: warning */
	ZX_REASON_STARTING /* never connected yet: warning after 60 s */
};

struct zx_health {
	enum zx_tier tier;
	enum zx_reason reason; /* of the tier: the worst, in the order above */
	char text[96];	       /* "High latency: 1500 ms", "Healthy" */
};

/*
 * The one classification: dashboard, alerts, Prometheus and emoji all show it.
 * A shard is judged by the median of its last three round trips, so that an old
 * spike does not colour an hour and a new one only while its ACK is waited for.
 */
ZX_API int zx_metrics_health(const struct zx_metrics *m, uint32_t shard,
			     zx_time now, struct zx_health *out);
ZX_API const char *
zx_tier_emoji(enum zx_tier t);			 /* green, yellow, red circle */
ZX_API const char *zx_tier_name(enum zx_tier t); /* "healthy" ... */

/* Text formats ----------------------------------------------------------------
 */

/* Prometheus text format 0.0.4: HELP and TYPE once per family, base units
 * (seconds, bytes), label shard. */
ZX_API int zx_metrics_prometheus(const struct zx_metrics *m, zx_time now,
				 struct zx_buf *out);
/* The Python framework's shard_metrics.json: same keys, finite numbers only;
 * what it does not know stands under "zoryx". */
ZX_API int zx_metrics_export(const struct zx_metrics *m, zx_time now,
			     zx_wall wall, struct zx_buf *out);
/* Takes the counters of such a text back into shards that exist here; added to
 * what is there, so that nothing counted since the start is lost. Shards that
 * are not ours are skipped. ZX_E_SYNTAX leaves everything as it was. */
ZX_API int zx_metrics_import(struct zx_metrics *m, struct zx_str json);

/* Alerts ----------------------------------------------------------------------
 */

/*
 * ok -> pending -> firing -> resolving -> ok, per shard. One alert per
 * incident, a repeat at most every repeat_ms, one recovery; a shard that flaps
 * stays firing. Several at once come as one output.
 */
struct zx_alerts;

struct zx_alerts_options {
	size_t size;
	uint32_t pending_ms; /* unhealthy that long before; 0 means 30 s */
	uint32_t resolve_ms; /* healthy that long before; 0 means 90 s */
	uint32_t group_ms;   /* collects what happens together; 0: 30 s */
	uint32_t repeat_ms;  /* 0 means 4 h */
	const struct zx_alloc *alloc;
};
#define ZX_ALERTS_OPTIONS_INIT ZX__INIT(struct zx_alerts_options)

enum { ZX_ALERT_SHARDS = 10 }; /* named one by one; more are summed up */

enum zx_alert_kind {
	ZX_ALERT_RAISED,   /* shards became unhealthy, or worse */
	ZX_ALERT_REPEATED, /* they still are */
	ZX_ALERT_RECOVERED
};

struct zx_alert_shard {
	uint32_t shard;
	struct zx_health health; /* RECOVERED: what it had been */
	uint64_t lasted_ms;	 /* since it began */
};

struct zx_alert {
	enum zx_alert_kind kind;
	enum zx_tier tier;			       /* the worst of them */
	size_t count;				       /* shards in all */
	size_t named;				       /* entries of shards[] */
	struct zx_alert_shard shards[ZX_ALERT_SHARDS]; /* the worst first */
};

ZX_API int zx_alerts_new(struct zx_alerts **out,
			 const struct zx_alerts_options *opt) ZX_MUST_USE;
ZX_API void zx_alerts_free(struct zx_alerts *a);
/* The health of a shard as it is now; call for each about once a minute. */
ZX_API int zx_alerts_feed(struct zx_alerts *a, uint32_t shard,
			  const struct zx_health *h, zx_time now);
/* The shard is gone: forgets it without a recovery. */
ZX_API void zx_alerts_forget(struct zx_alerts *a, uint32_t shard);
ZX_API int zx_alerts_tick(struct zx_alerts *a, zx_time now);
ZX_API int zx_alerts_poll(struct zx_alerts *a, struct zx_alert *out);
ZX_API zx_time zx_alerts_deadline(const struct zx_alerts *a);
/*
 * What is to be remembered for another process: the shard's incident that
 * people were told of, as zx_alerts_poll gave it out, and that is not over.
 * ZX_E_NOTFOUND when there is none.
 */
ZX_API int zx_alerts_told(const struct zx_alerts *a, uint32_t shard,
			  struct zx_alert_shard *out);
/*
 * Takes up an incident that another process told of, `was` as zx_alerts_told
 * gave it with lasted_ms brought up to now. It is not raised again; what is
 * worse is told, a repeat repeat_ms from now, and one recovery. ZX_E_EXISTS
 * when the shard has an incident here, ZX_E_INVALID when it was healthy,
 * ZX_E_NOMEM.
 */
ZX_API int zx_alerts_resume(struct zx_alerts *a,
			    const struct zx_alert_shard *was, zx_time now);
/* Shards that are firing now. */
ZX_API size_t zx_alerts_firing(const struct zx_alerts *a);

#ifdef __cplusplus
}
#endif
#endif
