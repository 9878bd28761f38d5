/* SPDX-License-Identifier: MIT
 *
 * gateway: one shard's conversation with Discord, as a state machine, and the
 * queue that hands out identify turns. Opens no socket, reads no clock.
 *
 *   socket -> zx_shard_feed -> EVENT   -> application
 *             zx_shard_poll -> CONNECT, SEND, CLOSE -> socket
 *
 * The host calls feed, tick and the zx_shard_on_* notices with the time of its
 * loop turn, then polls until there is no output, then sleeps until
 * zx_shard_deadline(). Every rule is Discord's: developers/events/gateway.mdx
 * and developers/topics/opcodes-and-status-codes.mdx of discord-api-docs.
 */
#ifndef ZORYX_GATEWAY_H
#define ZORYX_GATEWAY_H

#include "zoryx/base.h"
#include "zoryx/json.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Intents (section "Gateway Intents"); the privileged three need a switch in
 * the developer portal. */
#define ZX_INTENT_GUILDS (1u << 0)
#define ZX_INTENT_GUILD_MEMBERS (1u << 1) /* privileged */
#define ZX_INTENT_GUILD_MODERATION (1u << 2)
#define ZX_INTENT_GUILD_EXPRESSIONS (1u << 3)
#define ZX_INTENT_INTEGRATIONS (1u << 4)
#define ZX_INTENT_WEBHOOKS (1u << 5)
#define ZX_INTENT_INVITES (1u << 6)
#define ZX_INTENT_VOICE_STATES (1u << 7)
#define ZX_INTENT_GUILD_PRESENCES (1u << 8) /* privileged */
#define ZX_INTENT_GUILD_MESSAGES (1u << 9)
#define ZX_INTENT_MESSAGE_REACTIONS (1u << 10)
#define ZX_INTENT_MESSAGE_TYPING (1u << 11)
#define ZX_INTENT_DIRECT_MESSAGES (1u << 12)
#define ZX_INTENT_DM_REACTIONS (1u << 13)
#define ZX_INTENT_DM_TYPING (1u << 14)
#define ZX_INTENT_MESSAGE_CONTENT (1u << 15) /* privileged */
#define ZX_INTENT_SCHEDULED_EVENTS (1u << 16)
#define ZX_INTENT_AUTOMOD_CONFIGURATION (1u << 20)
#define ZX_INTENT_AUTOMOD_EXECUTION (1u << 21)
#define ZX_INTENT_GUILD_POLLS (1u << 24)
#define ZX_INTENT_DM_POLLS (1u << 25)
#define ZX_INTENTS_PRIVILEGED                                                  \
	(ZX_INTENT_GUILD_MEMBERS | ZX_INTENT_GUILD_PRESENCES |                 \
	 ZX_INTENT_MESSAGE_CONTENT)

/*
 * Dispatch events known by name. X(enum suffix): the wire name is the suffix.
 * Others arrive as ZX_EVENT_UNKNOWN with the name in zx_shard_out.name.
 */
#define ZX_EVENTS(X)                                                           \
	X(APPLICATION_COMMAND_PERMISSIONS_UPDATE)                              \
	X(AUTO_MODERATION_ACTION_EXECUTION)                                    \
	X(AUTO_MODERATION_RULE_CREATE)                                         \
	X(AUTO_MODERATION_RULE_DELETE)                                         \
	X(AUTO_MODERATION_RULE_UPDATE)                                         \
	X(CHANNEL_CREATE)                                                      \
	X(CHANNEL_DELETE)                                                      \
	X(CHANNEL_INFO)                                                        \
	X(CHANNEL_PINS_UPDATE)                                                 \
	X(CHANNEL_UPDATE)                                                      \
	X(ENTITLEMENT_CREATE)                                                  \
	X(ENTITLEMENT_DELETE)                                                  \
	X(ENTITLEMENT_UPDATE)                                                  \
	X(GUILD_AUDIT_LOG_ENTRY_CREATE)                                        \
	X(GUILD_BAN_ADD)                                                       \
	X(GUILD_BAN_REMOVE)                                                    \
	X(GUILD_CREATE)                                                        \
	X(GUILD_DELETE)                                                        \
	X(GUILD_EMOJIS_UPDATE)                                                 \
	X(GUILD_INTEGRATIONS_UPDATE)                                           \
	X(GUILD_MEMBERS_CHUNK)                                                 \
	X(GUILD_MEMBER_ADD)                                                    \
	X(GUILD_MEMBER_REMOVE)                                                 \
	X(GUILD_MEMBER_UPDATE)                                                 \
	X(GUILD_ROLE_CREATE)                                                   \
	X(GUILD_ROLE_DELETE)                                                   \
	X(GUILD_ROLE_UPDATE)                                                   \
	X(GUILD_SCHEDULED_EVENT_CREATE)                                        \
	X(GUILD_SCHEDULED_EVENT_DELETE)                                        \
	X(GUILD_SCHEDULED_EVENT_UPDATE)                                        \
	X(GUILD_SCHEDULED_EVENT_USER_ADD)                                      \
	X(GUILD_SCHEDULED_EVENT_USER_REMOVE)                                   \
	X(GUILD_SOUNDBOARD_SOUNDS_UPDATE)                                      \
	X(GUILD_SOUNDBOARD_SOUND_CREATE)                                       \
	X(GUILD_SOUNDBOARD_SOUND_DELETE)                                       \
	X(GUILD_SOUNDBOARD_SOUND_UPDATE)                                       \
	X(GUILD_STICKERS_UPDATE)                                               \
	X(GUILD_UPDATE)                                                        \
	X(INTEGRATION_CREATE)                                                  \
	X(INTEGRATION_DELETE)                                                  \
	X(INTEGRATION_UPDATE)                                                  \
	X(INTERACTION_CREATE)                                                  \
	X(INVITE_CREATE)                                                       \
	X(INVITE_DELETE)                                                       \
	X(MESSAGE_CREATE)                                                      \
	X(MESSAGE_DELETE)                                                      \
	X(MESSAGE_DELETE_BULK)                                                 \
	X(MESSAGE_POLL_VOTE_ADD)                                               \
	X(MESSAGE_POLL_VOTE_REMOVE)                                            \
	X(MESSAGE_REACTION_ADD)                                                \
	X(MESSAGE_REACTION_REMOVE)                                             \
	X(MESSAGE_REACTION_REMOVE_ALL)                                         \
	X(MESSAGE_REACTION_REMOVE_EMOJI)                                       \
	X(MESSAGE_UPDATE)                                                      \
	X(PRESENCE_UPDATE)                                                     \
	X(RATE_LIMITED)                                                        \
	X(READY)                                                               \
	X(RESUMED)                                                             \
	X(SOUNDBOARD_SOUNDS)                                                   \
	X(STAGE_INSTANCE_CREATE)                                               \
	X(STAGE_INSTANCE_DELETE)                                               \
	X(STAGE_INSTANCE_UPDATE)                                               \
	X(SUBSCRIPTION_CREATE)                                                 \
	X(SUBSCRIPTION_DELETE)                                                 \
	X(SUBSCRIPTION_UPDATE)                                                 \
	X(THREAD_CREATE)                                                       \
	X(THREAD_DELETE)                                                       \
	X(THREAD_LIST_SYNC)                                                    \
	X(THREAD_MEMBERS_UPDATE)                                               \
	X(THREAD_MEMBER_UPDATE)                                                \
	X(THREAD_UPDATE)                                                       \
	X(TYPING_START)                                                        \
	X(USER_UPDATE)                                                         \
	X(VOICE_CHANNEL_EFFECT_SEND)                                           \
	X(VOICE_CHANNEL_START_TIME_UPDATE)                                     \
	X(VOICE_CHANNEL_STATUS_UPDATE)                                         \
	X(VOICE_SERVER_UPDATE)                                                 \
	X(VOICE_STATE_UPDATE)                                                  \
	X(WEBHOOKS_UPDATE)

enum zx_event {
	ZX_EVENT_UNKNOWN,
#define ZX__X(name) ZX_EVENT_##name,
	ZX_EVENTS(ZX__X)
#undef ZX__X
		ZX_EVENT_COUNT
};

/* The wire name, "UNKNOWN" for 0 or out of range. */
ZX_API const char *zx_event_name(enum zx_event e);
/* ZX_EVENT_UNKNOWN when not listed. */
ZX_API enum zx_event zx_event_find(struct zx_str name);

/* The shard that gets a guild's events: (id >> 22) % count. count >= 1. */
static inline uint32_t zx_shard_of_guild(uint64_t guild_id, uint32_t count)
{
	return (uint32_t)((guild_id >> 22) % count);
}

/* Envelope ------------------------------------------------------------------
 */

struct zx_envelope {
	int op;	     /* -1 when absent */
	int has_seq; /* "s" was a number */
	int64_t seq;
	struct zx_str t; /* event name as written; empty when null */
	struct zx_str
		d; /* raw JSON, borrowed from the text; empty when absent */
};

/*
 * Finds op, s, t and the span of d. When op, s and t come before d, as Discord
 * sends them, d is not looked into: it is taken to be the last member and to
 * reach to the closing brace, at a cost that its size has no part in. (Should
 * other members follow, they are at the end of the slice d, where the getters
 * of json.h do not look.) Otherwise d is skipped as a whole.
 *
 * ZX_E_SYNTAX when the text is no object, has no usable op, or a value is of
 * the wrong kind. The inside of d is not checked. The first of duplicates wins.
 */
ZX_API int zx_envelope_scan(struct zx_str text, struct zx_envelope *out);

/* Stream decompression -------------------------------------------------------
 */

enum zx_compression {
	ZX_COMPRESS_NONE,
	ZX_COMPRESS_ZLIB_STREAM,
	ZX_COMPRESS_ZSTD_STREAM
};

/* "zlib-stream", "zstd-stream" or NULL for none: the URL's compress= value. */
ZX_API const char *zx_compression_name(enum zx_compression c);

/* One context per connection. */
struct zx_inflate;
/* max_out: ceiling of one decompressed message, 0 means 64 MiB. */
ZX_API int zx_inflate_new(struct zx_inflate **out, enum zx_compression c,
			  size_t max_out, const struct zx_alloc *a);
/*
 * Feeds one WebSocket message. On ZX_OK *text is the complete gateway message,
 * borrowed until the next call, or empty when more input is needed (zlib:
 * no 00 00 FF FF suffix yet). ZX_E_CORRUPT: broken stream; ZX_E_TOOBIG: over
 * max_out or an expansion of more than 1000:1 beyond 1 MiB. Both end the
 * stream: free it.
 */
ZX_API int zx_inflate_feed(struct zx_inflate *z, struct zx_str in,
			   struct zx_str *text);
/* Gives back the room of the last text, which is gone then: for a connection
 * that has little to say. Does nothing inside a message. */
ZX_API void zx_inflate_rest(struct zx_inflate *z);
ZX_API void zx_inflate_free(struct zx_inflate *z);

/* Sessions -------------------------------------------------------------------
 */

/* What resuming needs; plain data for storing. A session is only of use to a
 * shard of the same id, count, intents and token (ID-06). */
struct zx_session {
	char id[128];
	char resume_url[256];
	int64_t seq;
	uint32_t shard_id, shard_count;
	uint64_t intents;
	zx_wall at; /* when it was known to be alive */
};

/* Shard -----------------------------------------------------------------------
 */

enum zx_shard_state {
	ZX_SHARD_IDLE,	      /* not started */
	ZX_SHARD_BACKOFF,     /* waits before the next connection */
	ZX_SHARD_CONNECTING,  /* CONNECT was given out */
	ZX_SHARD_HELLO,	      /* socket open, waiting for op 10 */
	ZX_SHARD_QUEUED,      /* waits for an identify turn */
	ZX_SHARD_IDENTIFYING, /* op 2 sent, waiting for READY */
	ZX_SHARD_RESUMING,    /* op 6 sent, events may replay, until RESUMED */
	ZX_SHARD_READY,	      /* live */
	ZX_SHARD_CLOSING,     /* CLOSE was given out, waiting for the socket */
	ZX_SHARD_STOPPED,     /* by zx_shard_stop */
	ZX_SHARD_DEAD	      /* a close code that must not be retried */
};

ZX_API const char *zx_shard_state_name(enum zx_shard_state s);

struct zx_shard_options {
	size_t size;
	const char *token; /* copied, wiped on free, never logged */
	uint64_t intents;
	uint32_t shard_id;
	uint32_t shard_count;	 /* 0 means 1 */
	const char *gateway_url; /* copied; the cached GET /gateway/bot url */
	enum zx_compression compress;
	struct zx_str presence; /* copied; JSON object for Identify, or empty */
	const char *os;		/* copied; properties.os, NULL means "linux" */
	uint32_t large_threshold;    /* 50 to 250; 0 means 50 */
	uint32_t hello_timeout_ms;   /* 0 means 15 s */
	uint32_t ready_timeout_ms;   /* 0 means 60 s; an ACK extends it */
	uint32_t connect_timeout_ms; /* 0 means 20 s, until zx_shard_on_open */
	uint32_t backoff_min_ms;     /* 0 means 1 s */
	uint32_t backoff_max_ms;     /* 0 means 60 s */
	uint32_t session_max_age_ms; /* 0 means 5 min without a connection */
	size_t max_message;	     /* inflated; 0 means 64 MiB */
	const struct zx_alloc *alloc;
	struct zx_rand rand;	  /* required */
	const struct zx_log *log; /* must outlive; NULL drops */
};
#define ZX_SHARD_OPTIONS_INIT ZX__INIT(struct zx_shard_options)

enum zx_shard_out_kind {
	ZX_SHARD_OUT_CONNECT,  /* open a WebSocket to `text` (a URL) */
	ZX_SHARD_OUT_SEND,     /* write `text` as one text message */
	ZX_SHARD_OUT_CLOSE,    /* close with `code`, or give up the attempt to
				  connect, then zx_shard_on_closed; after 2 s
				  the shard goes on without that */
	ZX_SHARD_OUT_IDENTIFY, /* wants a turn; answer zx_shard_grant, or forget
				  it when QUEUED is left */
	ZX_SHARD_OUT_EVENT,    /* a dispatch for the application */
	ZX_SHARD_OUT_STATE,    /* `state` was entered */
	ZX_SHARD_OUT_SESSION,  /* the session changed: zx_shard_session() */
	ZX_SHARD_OUT_DEAD /* will not be retried; `code`, reason in `text` */
};

/*
 * Slices are borrowed until the next call on the same shard but poll's own
 * outputs of one input stay valid until the next input. Outputs of one input
 * come in the order STATE, SESSION, EVENT, IDENTIFY, SEND, CLOSE, CONNECT,
 * DEAD.
 */
struct zx_shard_out {
	enum zx_shard_out_kind kind;
	int code;		   /* CLOSE, DEAD: close code */
	enum zx_shard_state state; /* STATE */
	enum zx_event event;	   /* EVENT */
	int replayed;		   /* EVENT: came between RESUME and RESUMED */
	int64_t seq;		   /* EVENT */
	struct zx_str name;	   /* EVENT: wire name */
	struct zx_str text;	   /* CONNECT, SEND, DEAD; EVENT: raw d */
	uint32_t generation;	   /* CONNECT: number of this connection */
};

/* Counted since new; never reset. */
struct zx_shard_stats {
	uint64_t events, unknown_events, bad_frames, bytes_in, bytes_inflated;
	uint64_t connects, connect_failures, identifies, resumes, resumed;
	uint64_t invalid_sessions, reconnect_requests, zombies;
	uint64_t beats, acks, sends, sends_refused;
	uint64_t missed_acks;  /* beats whose ACK was not there at the next */
	int last_close;	       /* 0 when none yet, 1006 for none given */
	uint64_t round_trips;  /* ACKs that said how long they took */
	double latency_ms;     /* of the last of them; negative: unknown */
	zx_time last_event_at; /* NEVER when none */
	zx_time ready_at;      /* NEVER when not READY */
};

struct zx_shard;

/*
 * ZX_E_INVALID (no token, url or rand; url not ws:// or wss://; shard_id >=
 * count; presence no JSON object), ZX_E_TOOBIG when Identify would be over 4096
 * bytes, ZX_E_NOMEM. Makes no output before zx_shard_start.
 */
ZX_API int zx_shard_new(struct zx_shard **out,
			const struct zx_shard_options *opt) ZX_MUST_USE;
ZX_API void zx_shard_free(struct zx_shard *s);

/* Begins connecting. ZX_E_STATE when it has begun already. */
ZX_API int zx_shard_start(struct zx_shard *s, zx_time now);

/*
 * Notices of the host about the connection that CONNECT asked for. Those of an
 * older generation are ignored, so a late callback of an old socket is
 * harmless (GW-09). `code` of closed: the peer's close code, 0 or 1006 when
 * there was none.
 */
ZX_API void zx_shard_on_open(struct zx_shard *s, uint32_t generation,
			     zx_time now);
ZX_API void zx_shard_on_closed(struct zx_shard *s, uint32_t generation,
			       int code, zx_time now);
ZX_API void zx_shard_on_failed(struct zx_shard *s, uint32_t generation,
			       const char *why, zx_time now);
/* Bytes came that are not yet a message: proves life (GW-10). */
ZX_API void zx_shard_on_bytes(struct zx_shard *s, uint32_t generation, size_t n,
			      zx_time now);

/*
 * One complete WebSocket message of that connection, compressed or not as the
 * options say; must stay as it is until the outputs were polled. A message that
 * cannot be used is counted and logged, never fatal. Returns ZX_E_NOMEM, or
 * ZX_E_STATE and does nothing when the event of the message before was not
 * polled yet.
 */
ZX_API int zx_shard_feed(struct zx_shard *s, uint32_t generation,
			 struct zx_str message, zx_time now);

/* The identify turn it asked for is here. Ignored when no longer wanted. */
ZX_API void zx_shard_grant(struct zx_shard *s, zx_time now);

/* To be called at or after the deadline; earlier is harmless. Only ZX_E_NOMEM
 * is returned; it may come from an earlier call that returns nothing. */
ZX_API int zx_shard_tick(struct zx_shard *s, zx_time now);
ZX_API zx_time zx_shard_deadline(const struct zx_shard *s);

/* 1 and the next output, or 0. */
ZX_API int zx_shard_poll(struct zx_shard *s, struct zx_shard_out *out);

/*
 * Queues one command, op and raw JSON d, within the send budget of 120 per
 * 60 s of which heartbeats keep a reserve (LM-02). It waits for RESUMED, and
 * what waits when a connection ends is sent on the next one. ZX_E_TOOBIG when
 * the payload is over 4096 bytes (LM-01), ZX_E_STATE when not READY or RESUMING
 * (GW-20), ZX_E_LIMIT when 110 wait already, ZX_E_SYNTAX when d is no JSON,
 * ZX_E_INVALID for an op that is not the application's to send or a Request
 * Guild Members (op 8) that Discord would ignore, ZX_E_PERM when that needs an
 * intent the shard has not (GS-05, GS-06), ZX_E_NOMEM.
 */
ZX_API int zx_shard_send(struct zx_shard *s, int op, struct zx_str d,
			 zx_time now);

/* A new /gateway/bot url, copied, used when there is no resume url.
 * ZX_E_INVALID when it is not ws:// or wss://, ZX_E_NOMEM. */
ZX_API int zx_shard_set_url(struct zx_shard *s, const char *url);

/*
 * Ends the conversation. resumable: closes with 4000 so that the session lives
 * on for the next process (ID-05); otherwise with 1000, and the bot goes
 * offline at once. Ends in STOPPED after zx_shard_on_closed or 2 s.
 */
ZX_API void zx_shard_stop(struct zx_shard *s, int resumable, zx_time now);

ZX_API enum zx_shard_state zx_shard_state(const struct zx_shard *s);
ZX_API uint32_t zx_shard_id(const struct zx_shard *s);
ZX_API const struct zx_shard_stats *zx_shard_stats(const struct zx_shard *s);
/* How long the oldest heartbeat without an ACK has waited for it; ms, 0: none
 * does. */
ZX_API uint64_t zx_shard_waiting(const struct zx_shard *s, zx_time now);
/* The current session; ZX_E_NOTFOUND when there is none. `at` is left 0. */
ZX_API int zx_shard_session(const struct zx_shard *s, struct zx_session *out);
/* Before start only (ZX_E_STATE). ZX_E_INVALID when it belongs to another id,
 * count or intents; age (time since session.at) is the caller's to judge. */
ZX_API int zx_shard_set_session(struct zx_shard *s,
				const struct zx_session *session);
/* Details of the last trouble, "" when none. Never holds the token. */
ZX_API const char *zx_shard_error(const struct zx_shard *s);

/* What the reaction to a close code is; table of section 1.2. */
enum zx_close_action {
	ZX_CLOSE_RESUME,
	ZX_CLOSE_IDENTIFY, /* drop the session, then identify */
	ZX_CLOSE_STOP	   /* never retry */
};
ZX_API enum zx_close_action zx_close_action(int code);
/* A sentence for people: what it means and what to do. */
ZX_API const char *zx_close_text(int code);

/* Identify queue
 * ---------------------------------------------------------------- */

/*
 * Hands out identify turns: one per 5 s and key (shard_id % max_concurrency),
 * the lowest waiting shard first, inside the daily budget (LM-03, LM-04,
 * LM-06). When fewer than need + reserve turns remain as it is made or told new
 * limits, it gives none before the reset: a process that crashes and starts
 * again must not use up the day. With `remaining` and `reset_after_ms` both 0
 * the day counts as just begun.
 */
struct zx_identify_queue;

struct zx_identify_options {
	size_t size;
	uint32_t max_concurrency; /* 0 means 1 */
	uint32_t interval_ms;	  /* 0 means 5000 */
	uint32_t total;		  /* of session_start_limit; 0 means 1000 */
	uint32_t remaining;	  /* of session_start_limit */
	uint64_t reset_after_ms;
	uint32_t reserve; /* turns never given; 0 means total / 20 */
	uint32_t need;	  /* turns that the start takes; 0 means 1 */
	const struct zx_alloc *alloc;
};
#define ZX_IDENTIFY_OPTIONS_INIT ZX__INIT(struct zx_identify_options)

ZX_API int zx_identify_new(struct zx_identify_queue **out,
			   const struct zx_identify_options *opt,
			   zx_time now) ZX_MUST_USE;
ZX_API void zx_identify_free(struct zx_identify_queue *q);
/* Asks for a turn; a shard that waits already keeps its place. ZX_E_NOMEM, or
 * ZX_E_LIMIT when 65,536 wait. */
ZX_API int zx_identify_ask(struct zx_identify_queue *q, uint32_t shard_id,
			   zx_time now);
/* No longer wanted (the connection went). */
ZX_API void zx_identify_forget(struct zx_identify_queue *q, uint32_t shard_id);
/* 1 and a shard whose turn it is (counted as used), or 0. */
ZX_API int zx_identify_poll(struct zx_identify_queue *q, zx_time now,
			    uint32_t *shard_id);
ZX_API zx_time zx_identify_deadline(const struct zx_identify_queue *q);
/* Fresh numbers from GET /gateway/bot. */
ZX_API void zx_identify_limits(struct zx_identify_queue *q,
			       const struct zx_identify_options *opt,
			       zx_time now);
ZX_API uint32_t zx_identify_remaining(const struct zx_identify_queue *q);
ZX_API size_t zx_identify_waiting(const struct zx_identify_queue *q);

/* Member chunks
 * ---------------------------------------------------------------- */

/*
 * Asks for members over the gateway (op 8) and puts the GUILD_MEMBERS_CHUNKs
 * that answer in order (GS-05 to GS-08). One collector serves all shards of a
 * process; memory is bounded however the server behaves.
 *
 *   zx_members_ask -> SEND -> zx_shard_send(op 8) -> zx_members_sent
 *   events -> zx_members_feed -> CHUNK, CHUNK ... DONE, or FAILED
 */
struct zx_members;

struct zx_members_options {
	size_t size;
	uint64_t intents;      /* as the shards identify with */
	uint32_t timeout_ms;   /* without a chunk; 0 means 30 s */
	uint32_t max_requests; /* at a time; 0 means 64 */
	size_t max_held;       /* bytes of chunks that came early; 0: 16 MiB */
	const struct zx_alloc *alloc;
	struct zx_rand rand; /* required */
	const struct zx_log *log;
};
#define ZX_MEMBERS_OPTIONS_INIT ZX__INIT(struct zx_members_options)

/* Either user_ids or query. A query of "" with limit 0 is the whole list, which
 * Discord gives once per guild and 30 s: the next one waits for that (GS-07).
 */
struct zx_members_request {
	size_t size;
	uint64_t guild_id;
	uint32_t shard;		  /* that has the guild */
	const char *query;	  /* copied; NULL with user_ids */
	uint32_t limit;		  /* with a query: up to 100, 0 with "" */
	const uint64_t *user_ids; /* copied */
	size_t user_id_count;	  /* up to 100 */
	int presences;
	void *ud;
};
#define ZX_MEMBERS_REQUEST_INIT ZX__INIT(struct zx_members_request)

enum zx_members_out_kind {
	ZX_MEMBERS_OUT_SEND,	/* op 8 on `shard` with `text` as d, then
				   zx_members_sent */
	ZX_MEMBERS_OUT_CHUNK,	/* the next one, each once and in order */
	ZX_MEMBERS_OUT_RESTART, /* a session was lost: forget the chunks so far,
				   they come again from the first */
	ZX_MEMBERS_OUT_DONE,
	ZX_MEMBERS_OUT_FAILED /* `err`: ZX_E_TIMEOUT, ZX_E_LIMIT (refused
				 twice for its rate), ZX_E_TOOBIG (over
				 max_held), ZX_E_PROTOCOL, ZX_E_CLOSED (five
				 restarts), ZX_E_NOMEM, or what sending gave */
};

/* Slices are borrowed until the next call. */
struct zx_members_out {
	enum zx_members_out_kind kind;
	uint64_t id, guild_id;
	void *ud;
	uint32_t shard;
	struct zx_str text;
	uint32_t index, count;	 /* CHUNK */
	struct zx_str members;	 /* CHUNK: raw JSON array */
	struct zx_str not_found; /* CHUNK: raw JSON array, or empty */
	struct zx_str presences; /* CHUNK: raw JSON array, or empty */
	int err;
};

/* ZX_E_INVALID (no rand), ZX_E_NOMEM. */
ZX_API int zx_members_new(struct zx_members **out,
			  const struct zx_members_options *opt) ZX_MUST_USE;
ZX_API void zx_members_free(struct zx_members *m);
/* ZX_E_INVALID, ZX_E_PERM (an intent is missing), ZX_E_TOOBIG (over 4096
 * bytes), ZX_E_LIMIT (max_requests), ZX_E_NOMEM. id may be NULL. */
ZX_API int zx_members_ask(struct zx_members *m,
			  const struct zx_members_request *req, zx_time now,
			  uint64_t *id);
/* What zx_shard_send returned for a SEND. After ZX_E_STATE and ZX_E_LIMIT it is
 * tried again when the shard is back, or in a second. */
ZX_API void zx_members_sent(struct zx_members *m, uint64_t id, int err,
			    zx_time now);
/* Every dispatch; those other than GUILD_MEMBERS_CHUNK and RATE_LIMITED, and
 * those that answer nobody here, are ignored. d must stay until the outputs
 * were polled. READY restarts what the shard was asked for. ZX_E_STATE when the
 * chunk before was not polled yet. */
ZX_API int zx_members_feed(struct zx_members *m, uint32_t shard,
			   enum zx_event event, struct zx_str d, zx_time now);
ZX_API void zx_members_cancel(struct zx_members *m, uint64_t id);
ZX_API void zx_members_tick(struct zx_members *m, zx_time now);
ZX_API int zx_members_poll(struct zx_members *m, struct zx_members_out *out);
ZX_API zx_time zx_members_deadline(const struct zx_members *m);
ZX_API size_t zx_members_count(const struct zx_members *m);

#ifdef __cplusplus
}
#endif
#endif
