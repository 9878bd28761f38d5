/* SPDX-License-Identifier: MIT
 *
 * ipc: clusters that find each other. Frames, messages, sessions, and the two
 * roles: a hub (the primary) and its clients (the secondaries). Opens no
 * socket, reads no clock.
 *
 *   bytes -> frame -> message -> session -> hub or client -> application
 *
 * The wire format is the original's: a length of 4 bytes, big-endian, and that
 * many bytes of JSON. Between two of ours all of it runs inside TLS 1.2 with a
 * pre-shared key and an ephemeral exchange: both sides prove that they know the
 * secret, it is never sent, and what was recorded stays closed when the secret
 * leaks later. The hub tells the two apart by the first byte.
 *
 * Like every machine here: feed, tick(now), poll until there is no output,
 * deadline, free. zx_ipc_drain() polls for a transport; zoryx/net.h has the one
 * over TCP, zx_ipc_memory below one inside a process.
 */
#ifndef ZORYX_IPC_H
#define ZORYX_IPC_H

#include "zoryx/base.h"
#include "zoryx/json.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Frames ------------------------------------------------------------------- */

#define ZX_IPC_HEADER 4
#define ZX_IPC_FRAME_MAX 1000000 /* of a payload; the least is 1 */

/*
 * Cuts a stream into payloads. What lies whole in the input is handed out in
 * place; only what is cut is kept, in memory that grows as its bytes come and
 * not because a header announced them.
 */
struct zx_ipc_decoder {
	uint32_t max;	    /* of a payload; may be changed between frames */
	int err;	    /* sticky */
	struct zx_buf held; /* private: a header or payload not yet whole */
	uint32_t need;	    /* private: of the payload, 0: header not whole */
	int out;	    /* private: `held` is lent as a frame */
};

/* max: 0 means ZX_IPC_FRAME_MAX. Allocates nothing. */
ZX_API void zx_ipc_decoder_init(struct zx_ipc_decoder *d,
				const struct zx_alloc *a, uint32_t max);
ZX_API void zx_ipc_decoder_release(struct zx_ipc_decoder *d);
/*
 * Takes from *in up to the end of one frame. ZX_OK with *frame set, borrowed
 * until the next call and as long as the input; ZX_OK with an empty frame when
 * *in is used up; ZX_E_PROTOCOL for a length of 0, ZX_E_TOOBIG, ZX_E_NOMEM.
 */
ZX_API int zx_ipc_decode(struct zx_ipc_decoder *d, struct zx_str *in,
			 struct zx_str *frame);
/* Nonzero while a frame has begun and is not whole. */
ZX_API int zx_ipc_decoder_inside(const struct zx_ipc_decoder *d);
/* Writes the 4 bytes that go before a payload of n bytes. */
ZX_API void zx_ipc_header(unsigned char out[ZX_IPC_HEADER], uint32_t n);
/* Appends a whole frame. ZX_E_PROTOCOL when empty, ZX_E_TOOBIG, or out->err. */
ZX_API int zx_ipc_encode(struct zx_buf *out, struct zx_str payload);

/* Messages ----------------------------------------------------------------- */

/* X(enum suffix, wire name) */
#define ZX_IPC_OPS(X)                                                          \
	X(AUTH, "auth")                                                        \
	X(AUTH_RESPONSE, "auth_response")                                      \
	X(HEARTBEAT, "heartbeat")                                              \
	X(HEARTBEAT_ACK, "heartbeat_ack")                                      \
	X(STATS_BROADCAST, "stats_broadcast")                                  \
	X(STATS_REQUEST, "stats_request")                                      \
	X(GUILD_COUNT_REQUEST, "guild_count_request")                          \
	X(GUILD_COUNT_RESPONSE, "guild_count_response")                        \
	X(EVAL_REQUEST, "eval_request")                                        \
	X(EVAL_RESPONSE, "eval_response")                                      \
	X(CLUSTER_JOIN, "cluster_join")                                        \
	X(CLUSTER_LEAVE, "cluster_leave")                                      \
	X(BROADCAST_MESSAGE, "broadcast_message")

enum zx_ipc_op {
	ZX_IPC_OTHER, /* not listed: those of applications begin with "x_" */
#define ZX__X(name, text) ZX_IPC_##name,
	ZX_IPC_OPS(ZX__X)
#undef ZX__X
};

/* The wire name, "" for ZX_IPC_OTHER. */
ZX_API const char *zx_ipc_op_name(enum zx_ipc_op op);
ZX_API enum zx_ipc_op zx_ipc_op_find(struct zx_str name);

/*
 * A message where it lies. Members are raw JSON values, empty when absent; of
 * duplicates the last counts, as in the original.
 */
struct zx_ipc_message {
	enum zx_ipc_op op;
	struct zx_str name; /* of the op: inside of the quotes, as written */
	struct zx_str data; /* an object */
	struct zx_str source, target, timestamp, nonce;
	struct zx_str text; /* all of it */
	int plain; /* nothing but these members, each once, without escapes */
};

/*
 * Finds the members; `data` is skipped, not looked at. ZX_E_SYNTAX when it is
 * no JSON object, ZX_E_TYPE when op is no string or data no object (or absent).
 */
ZX_API int zx_ipc_message_scan(struct zx_str text, struct zx_ipc_message *out);
/*
 * The same message with this source instead of its own, appended. Bytes are
 * copied, not read again: data stays as it is. Members that the protocol does
 * not know are left out. `source` without quotes; it must need no escapes.
 */
ZX_API int zx_ipc_message_relay(struct zx_buf *out,
				const struct zx_ipc_message *m,
				struct zx_str source);
/*
 * Is the text JSON, but that NaN, Infinity and -Infinity may stand for a number
 * (Python writes them)? With `out` they come out as null in a copy there, and
 * *text becomes that copy; a text without them is not copied. ZX_E_SYNTAX,
 * ZX_E_TOOBIG (deeper than 64), ZX_E_NOMEM.
 */
ZX_API int zx_ipc_check(struct zx_str *text, struct zx_buf *out);

/* What goes around data. All but op and data may be empty. */
struct zx_ipc_envelope {
	struct zx_str op, data;	      /* data is JSON; empty means {} */
	struct zx_str source, target; /* text; empty target means "all" */
	zx_wall timestamp;
	struct zx_str nonce; /* text */
};
/* Appends what the original would write, byte for byte. */
ZX_API void zx_ipc_message_write(struct zx_buf *out,
				 const struct zx_ipc_envelope *e);

/* Secrets ------------------------------------------------------------------ */

#define ZX_IPC_SECRET_DEFAULT "change_me_please"

/*
 * May this secret be used on an address that only this machine reaches
 * (loopback) or on others? ZX_OK; ZX_E_AUTH for an empty one, and for the
 * default one outside of loopback. *warning (may be NULL) gets a sentence to
 * show, or NULL.
 */
ZX_API int zx_ipc_secret_check(struct zx_str secret, int loopback,
			       const char **warning);
/* Is it "localhost", 127.x.y.z or ::1? */
ZX_API int zx_ipc_is_loopback(const char *host);

/* Both roles --------------------------------------------------------------- */

/* What a cluster tells the others about itself. */
struct zx_ipc_status {
	uint64_t guilds, users;
	uint32_t shard_count;	/* over all clusters */
	const uint32_t *shards; /* those of this cluster, borrowed */
	size_t shards_len;
	double latency; /* seconds; not finite when unknown */
	double uptime;	/* seconds */
};

enum zx_ipc_role { ZX_IPC_HUB, ZX_IPC_CLIENT };

struct zx_ipc_options {
	size_t size;
	enum zx_ipc_role role;
	/* Of this cluster: 1 to 64 bytes of UTF-8 without control characters,
	 * quotes, backticks and backslashes, not "all". Copied. */
	const char *name;
	const char *secret; /* copied or only hashed; never empty */
	/*
	 * Hub: admit peers that speak clear text, as the original does. Client:
	 * fall back to clear text, with the secret in it, at a hub that does
	 * not know TLS. Whoever listens on the way then has the secret.
	 */
	int allow_legacy;
	int only_legacy; /* client: do not even try TLS */
	/*
	 * Where the hub is: to listen at, or to connect to. Copied, handed to
	 * the transport; a client needs both. Outside of loopback the default
	 * secret is refused and clear text is warned of; NULL is loopback.
	 */
	const char *host;
	unsigned port;
	/* Fills *out whenever the numbers are needed; NULL means zeros. */
	void (*status)(struct zx_ipc_status *out, void *ud);
	void *ud;
	const char *mode; /* in our stats; NULL: "server" or "client" */

	unsigned max_peers;	     /* hub; 0: 1024 */
	unsigned max_strangers;	     /* not yet authenticated; 0: 256 */
	unsigned max_strangers_each; /* of one address; 0: 32 */
	size_t queue_soft; /* bytes; above, stats are left out. 4 MiB */
	size_t queue_hard; /* bytes; above, the peer goes. 16 MiB */
	size_t memory;	   /* of all queues together; 0: 64 MiB */

	const struct zx_alloc *alloc;
	struct zx_rand rand; /* required; for keys: from the system */
	const struct zx_log *log;
};
#define ZX_IPC_OPTIONS_INIT ZX__INIT(struct zx_ipc_options)

struct zx_ipc;

/* ZX_E_INVALID (name, port, rand missing), ZX_E_AUTH (the secret is empty, or
 * the default one outside of loopback; see zx_ipc_secret_check), ZX_E_NOMEM,
 * ZX_E_TLS (mbedTLS cannot start). */
ZX_API int zx_ipc_new(struct zx_ipc **out,
		      const struct zx_ipc_options *opt) ZX_MUST_USE;
/*
 * The same without encryption, for programs that shall carry no TLS library:
 * linked from archives, one that names this and not zx_ipc_new or
 * zx_ipc_keys_new has none in it. ZX_E_INVALID unless clear text is asked for:
 * a hub with allow_legacy, a client with only_legacy.
 */
ZX_API int zx_ipc_new_clear(struct zx_ipc **out,
			    const struct zx_ipc_options *opt) ZX_MUST_USE;
ZX_API void zx_ipc_free(struct zx_ipc *x);
/* The wall clock for messages; call it again from time to time. Nothing is
 * timed by it. */
ZX_API void zx_ipc_set_clock(struct zx_ipc *x, zx_wall wall, zx_time now);
/* Client: begin to connect. A hub needs no start. */
ZX_API int zx_ipc_start(struct zx_ipc *x, zx_time now);
/* Says goodbye and closes all links; ZX_IPC_OUT_STOPPED follows in 2 s or
 * less. */
ZX_API void zx_ipc_stop(struct zx_ipc *x, zx_time now);

/* Input ---- */

/*
 * A connection to the hub from `address` (an IP, shown and counted by). *link
 * is its number, never 0 and not used again soon. ZX_E_LIMIT: close it at once.
 */
ZX_API int zx_ipc_accepted(struct zx_ipc *x, const char *address, unsigned port,
			   zx_time now, uint32_t *link);
/* The connection a client asked for with ZX_IPC_OUT_DIAL is there. */
ZX_API void zx_ipc_opened(struct zx_ipc *x, uint32_t link, zx_time now);
/*
 * Bytes that came, borrowed until poll returns 0, which must be before the next
 * feed: else ZX_E_STATE. Bytes for a link that is gone are dropped.
 */
ZX_API int zx_ipc_feed(struct zx_ipc *x, uint32_t link, struct zx_str bytes,
		       zx_time now);
/* The connection is gone, or could not be made: `why` is for people, or NULL
 * for an orderly end. */
ZX_API void zx_ipc_closed(struct zx_ipc *x, uint32_t link, const char *why,
			  zx_time now);
ZX_API void zx_ipc_tick(struct zx_ipc *x, zx_time now);
ZX_API zx_time zx_ipc_deadline(const struct zx_ipc *x);

/* The next bytes to write, at most 64 KiB; empty when there are none. Borrowed
 * until the next call with x. */
ZX_API struct zx_str zx_ipc_pull(struct zx_ipc *x, uint32_t link);
/* The same where they lie, in up to n pieces, at most 256 KiB, for writev():
 * nothing is copied together. Returns how many pieces there are. */
ZX_API size_t zx_ipc_pull_pieces(struct zx_ipc *x, uint32_t link,
				 struct zx_str *v, size_t n);
/* n of them were taken over by the transport. */
ZX_API void zx_ipc_wrote(struct zx_ipc *x, uint32_t link, size_t n,
			 zx_time now);

/* Output ---- */

enum zx_ipc_out_kind {
	/* For the transport. */
	ZX_IPC_OUT_DIAL,  /* connect `link` to host, port */
	ZX_IPC_OUT_FLUSH, /* there are bytes to pull for `link` */
	ZX_IPC_OUT_CLOSE, /* close `link`; zx_ipc_closed need not be called */
	/* For the application. */
	ZX_IPC_OUT_UP,	    /* client: the hub took us in; name is the hub's */
	ZX_IPC_OUT_DOWN,    /* client: not (any more); text says why */
	ZX_IPC_OUT_JOIN,    /* a cluster is there: name, text (its data) */
	ZX_IPC_OUT_LEAVE,   /* a cluster has gone: name */
	ZX_IPC_OUT_MESSAGE, /* message from `name`, for us: op, text */
	ZX_IPC_OUT_ANSWER,  /* to request `id` from `name`: text */
	ZX_IPC_OUT_DONE,    /* request `id` ends: error, count of answers */
	ZX_IPC_OUT_STOPPED  /* after zx_ipc_stop: all links are closed */
};

struct zx_ipc_out {
	enum zx_ipc_out_kind kind;
	uint32_t link;
	struct zx_str host;
	unsigned port;
	/* Borrowed until the next poll. */
	struct zx_str name; /* of a cluster, as text */
	struct zx_str text; /* data: JSON that was checked; or a reason */
	enum zx_ipc_op op;
	struct zx_str op_name;
	const struct zx_ipc_message *message; /* of MESSAGE: for zx_ipc_reply */
	uint64_t id;
	int error; /* DONE: ZX_OK, ZX_E_TIMEOUT, ZX_E_CLOSED */
	size_t count;
};

/* Returns 0 when there is no more output. */
ZX_API int zx_ipc_poll(struct zx_ipc *x, struct zx_ipc_out *out);

/* Talking ---- */

/*
 * Sends `data` (a JSON object, checked; empty means {}) to a cluster, or to all
 * others with target NULL. op: one the protocol relays, or your own, beginning
 * with "x_". ZX_E_INVALID for others, ZX_E_SYNTAX, ZX_E_TOOBIG, ZX_E_NOTFOUND
 * (no such cluster), ZX_E_STATE (not connected), ZX_E_LIMIT (queue full). *n
 * (may be NULL): to how many clusters, as far as we know.
 */
ZX_API int zx_ipc_send(struct zx_ipc *x, const char *op, const char *target,
		       struct zx_str data, zx_time now, size_t *n);
/* stats_broadcast with the numbers of `status`, to all or one. */
ZX_API int zx_ipc_send_stats(struct zx_ipc *x, const char *target, zx_time now);
/* broadcast_message; text over 500 characters is ZX_E_TOOBIG. */
ZX_API int zx_ipc_broadcast(struct zx_ipc *x, struct zx_str text,
			    struct zx_str author, uint64_t author_id,
			    zx_time now, size_t *n);
/*
 * Asks a cluster, or all with target NULL: ANSWER for each answer, then DONE
 * when all have answered, have gone, or timeout_ms (0: 10 s) is over. op ends
 * in "_request". *id (may be NULL) names it in what comes, 0 when it fails. The
 * errors of zx_ipc_send, and ZX_E_LIMIT (1024 are open).
 * stats, guild count and eval requests are answered by the library itself.
 */
ZX_API int zx_ipc_request(struct zx_ipc *x, const char *op, const char *target,
			  struct zx_str data, uint32_t timeout_ms, zx_time now,
			  uint64_t *id);
/* Answers the request in out->message, before the next poll. */
ZX_API int zx_ipc_reply(struct zx_ipc *x, const struct zx_ipc_out *out,
			struct zx_str data, zx_time now);

/* Looking ---- */

struct zx_ipc_peer {
	struct zx_str name, address;
	unsigned port;
	int secured;	      /* TLS */
	int ours;	      /* says that it is a zoryx */
	zx_time since, heard; /* authenticated at; last frame */
	uint64_t guilds;      /* of its last heartbeat or auth */
	uint32_t shard_count;
	struct zx_str shards; /* JSON array of its auth */
	uint64_t frames_in, frames_out, bytes_in, bytes_out;
	size_t queued; /* bytes */
};
/* Hub: the i-th cluster in order of joining; borrowed until the next input.
 * ZX_E_NOTFOUND behind the last. A client has one: the hub. */
ZX_API int zx_ipc_peer(const struct zx_ipc *x, size_t i,
		       struct zx_ipc_peer *out);
/* All clusters this one knows to be there, without itself. Empty behind the
 * last; borrowed until the next input. */
ZX_API struct zx_str zx_ipc_known(const struct zx_ipc *x, size_t i);
ZX_API int zx_ipc_is_up(const struct zx_ipc *x);
/* As given to zx_ipc_new, with the defaults filled in and no secret. */
ZX_API const struct zx_ipc_options *zx_ipc_options(const struct zx_ipc *x);
/* For transports: their trouble, as zx_ipc_error() shall tell it; logged. */
ZX_API void zx_ipc_report(struct zx_ipc *x, const char *text);
/* The last trouble as a sentence, "" when there was none. */
ZX_API const char *zx_ipc_error(const struct zx_ipc *x);

struct zx_ipc_stats {
	uint64_t accepted, refused; /* connections; by ceiling or throttle */
	uint64_t auth_ok, auth_failed, auth_timeout;
	uint64_t frames_in, frames_out, bytes_in, bytes_out;
	uint64_t relayed;    /* messages passed on */
	uint64_t copied;     /* bytes copied for it */
	uint64_t duplicates; /* dropped: nonce seen before */
	uint64_t denied;     /* dropped: op that is not passed on */
	uint64_t no_peer;    /* dropped: target not there */
	uint64_t bad;	     /* messages nobody can read */
	uint64_t slow;	     /* peers dropped because they did not read */
	uint64_t stats_left_out;
	uint64_t replaced; /* by a newer connection of the same name */
	uint64_t silent;   /* peers dropped after 120 s */
	uint64_t late;	   /* answers nobody waited for any more */
	uint64_t dials;
};
ZX_API void zx_ipc_stats(const struct zx_ipc *x, struct zx_ipc_stats *out);

/* Transports --------------------------------------------------------------- */

/* What carries bytes between machines. Functions do not wait; they may call the
 * inputs of the machine, but not zx_ipc_feed and zx_ipc_drain. */
struct zx_ipc_transport {
	/* Later: zx_ipc_opened, or zx_ipc_closed with the reason. */
	void (*dial)(void *self, uint32_t link, const char *host,
		     unsigned port);
	void (*flush)(void *self, uint32_t link);
	void (*close)(void *self, uint32_t link);
	/* The machine wants a tick then. */
	void (*wake)(void *self, zx_time at);
};
/* Gets what is for the application; may send, request and reply. */
typedef void zx_ipc_handler(struct zx_ipc *x, const struct zx_ipc_out *out,
			    void *ud);
/* Polls until there is nothing. From inside a handler it does nothing: the
 * outer one goes on. */
ZX_API void zx_ipc_drain(struct zx_ipc *x, const struct zx_ipc_transport *t,
			 void *self, zx_ipc_handler *handler, void *ud);

/* Several machines in one process, each byte delivered by step. For tests and
 * for programs that have all clusters in one process. */
struct zx_ipc_memory;
ZX_API int zx_ipc_memory_new(struct zx_ipc_memory **out,
			     const struct zx_alloc *a) ZX_MUST_USE;
/* Frees the links, not the machines; those go after it. */
ZX_API void zx_ipc_memory_free(struct zx_ipc_memory *m);
/* Hubs are reached by their port; a client dials the one it names. */
ZX_API int zx_ipc_memory_attach(struct zx_ipc_memory *m, struct zx_ipc *x,
				unsigned port, zx_ipc_handler *handler,
				void *ud);
ZX_API void zx_ipc_memory_detach(struct zx_ipc_memory *m, struct zx_ipc *x);
/* After calling x from outside. */
ZX_API void zx_ipc_memory_kick(struct zx_ipc_memory *m, struct zx_ipc *x);
/* Moves what is there in pieces of at most `piece` bytes (0: 64 KiB) and ticks
 * what is due. Returns nonzero when anything moved. */
ZX_API int zx_ipc_memory_step(struct zx_ipc_memory *m, size_t piece,
			      zx_time now);
/* When the next tick is due. */
ZX_API zx_time zx_ipc_memory_deadline(const struct zx_ipc_memory *m);
/* Ends every connection of x as a broken network does. */
ZX_API void zx_ipc_memory_cut(struct zx_ipc_memory *m, struct zx_ipc *x,
			      zx_time now);
/* x takes no bytes any more, or does again. */
ZX_API void zx_ipc_memory_freeze(struct zx_ipc_memory *m, struct zx_ipc *x,
				 int frozen);

/* Sessions ------------------------------------------------------------------
 */

/*
 * One connection without a hub: for hosts that want two peers and nothing else.
 * The accepting side decides about a name with accept or refuse.
 */
struct zx_ipc_session;
struct zx_ipc_keys; /* made of the secret, shared by sessions */

ZX_API int zx_ipc_keys_new(struct zx_ipc_keys **out,
			   const struct zx_ipc_options *opt) ZX_MUST_USE;
/* After the sessions. */
ZX_API void zx_ipc_keys_free(struct zx_ipc_keys *k);

enum zx_ipc_session_kind {
	ZX_IPC_SESSION_AUTH,	/* accepting: this peer knows the secret */
	ZX_IPC_SESSION_READY,	/* dialling: the peer took us in */
	ZX_IPC_SESSION_MESSAGE, /* after that */
	ZX_IPC_SESSION_BAD,	/* a frame that is no message: your decision */
	ZX_IPC_SESSION_DEAD	/* over; error and text say why */
};
struct zx_ipc_session_out {
	enum zx_ipc_session_kind kind;
	struct zx_ipc_message message; /* borrowed until the next poll */
	int error;
	const char *text;
};

/* The keys must outlive it. `legacy`: dialling in clear text. */
ZX_API int zx_ipc_session_new(struct zx_ipc_session **out,
			      struct zx_ipc_keys *keys, int accepting,
			      int legacy, zx_time now) ZX_MUST_USE;
ZX_API void zx_ipc_session_free(struct zx_ipc_session *s);
/* Dialling: the connection is there. `auth`: JSON of members to tell. */
ZX_API void zx_ipc_session_open(struct zx_ipc_session *s, zx_time now);
/* As zx_ipc_feed: poll until 0 before the next. */
ZX_API int zx_ipc_session_feed(struct zx_ipc_session *s, struct zx_str bytes,
			       zx_time now);
/* The stream has ended. */
ZX_API void zx_ipc_session_end(struct zx_ipc_session *s, const char *why);
ZX_API int zx_ipc_session_poll(struct zx_ipc_session *s,
			       struct zx_ipc_session_out *out);
ZX_API void zx_ipc_session_tick(struct zx_ipc_session *s, zx_time now);
ZX_API zx_time zx_ipc_session_deadline(const struct zx_ipc_session *s);
/* After AUTH; data is that of the auth_response. */
ZX_API int zx_ipc_session_accept(struct zx_ipc_session *s, struct zx_str data);
ZX_API int zx_ipc_session_refuse(struct zx_ipc_session *s, const char *why);
/* Queues a whole message. ZX_E_LIMIT when the queue is full. */
ZX_API int zx_ipc_session_send(struct zx_ipc_session *s, struct zx_str message,
			       zx_time now);
/* DEAD follows when the queue is empty. */
ZX_API void zx_ipc_session_close(struct zx_ipc_session *s);
ZX_API struct zx_str zx_ipc_session_pull(struct zx_ipc_session *s);
ZX_API void zx_ipc_session_wrote(struct zx_ipc_session *s, size_t n,
				 zx_time now);
ZX_API int zx_ipc_session_secured(const struct zx_ipc_session *s);

#ifdef __cplusplus
}
#endif
#endif
