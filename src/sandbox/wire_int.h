/* SPDX-License-Identifier: MIT
 *
 * Inside the wire: connections, WebSocket frames, gateway sessions, faults.
 *
 * The wire is a plain poll() loop on non-blocking sockets rather than
 * libwebsockets: a fake Discord must be able to misbehave on purpose (masked
 * frames, half a frame and then silence, a reset instead of a close), which a
 * correct WebSocket server will not do.
 *
 * Everything runs with the sandbox's lock held. A connection is freed only by
 * zx__wire_serve(), so other threads may hold none across unlocking but may
 * write to any.
 */
#ifndef ZX_WIRE_INT_H
#define ZX_WIRE_INT_H

#include <poll.h>
#include <zlib.h>
#include <zstd.h>

#include "zoryx/json.h"

#include "sandbox_int.h"

/* Ceilings -------------------------------------------------------------------
 */

#define ZX__CONNS_MAX 8192
#define ZX__SESSIONS_MAX 8192
#define ZX__HEAD_MAX (64 * 1024)
#define ZX__BODY_MAX (30 * 1024 * 1024)
#define ZX__READ_STEP (64 * 1024)
/* A message for a connection with more than this unsent drops the reader. */
#define ZX__UNSENT_MAX (32u * 1024 * 1024)
/* Together with the largest message a fault can make. */
#define ZX__OUT_MAX (160u * 1024 * 1024)
#define ZX__FAULT_BYTES_MAX (64.0 * 1024 * 1024)
#define ZX__MESSAGE_MAX (64 * 1024) /* from a client, after joining */
#define ZX__PAYLOAD_MAX 4096	    /* of those, what Discord takes */
#define ZX__SENDS_MAX 120
#define ZX__SENDS_MS 60000
#define ZX__SESSION_MS (5 * 60 * 1000)
#define ZX__REPLAY_MAX 4096
#define ZX__REPLAY_BYTES (16u * 1024 * 1024)
#define ZX__VIOLATIONS_MAX 256
#define ZX__FAULTS_MAX 256
#define ZX__LATER_MAX 65536
#define ZX__IDLE_MS 75000
#define ZX__CLOSE_MS 2000

/* Compression -------------------------------------------------------------- */

enum zx__compress {
	ZX__COMPRESS_NONE,
	ZX__COMPRESS_ZLIB,
	ZX__COMPRESS_ZSTD,
	ZX__COMPRESS_PAYLOAD /* compress:true of Identify */
};

struct zx__stream {
	enum zx__compress kind;
	int open;
	z_stream z;
	ZSTD_CCtx *zstd;
};

int zx__stream_open(struct zx__stream *s, enum zx__compress kind);
void zx__stream_close(struct zx__stream *s);
/* Appends the compressed bytes of one message, complete up to its flush. */
int zx__stream_add(struct zx__stream *s, const void *p, size_t n,
		   struct zx_buf *out);
/* The same in pieces; `last` flushes. */
int zx__stream_piece(struct zx__stream *s, const void *p, size_t n, int last,
		     struct zx_buf *out);
/* One zlib stream of its own, as payload compression has it. */
int zx__deflate_whole(const void *p, size_t n, struct zx_buf *out);
const char *zx__compress_name(enum zx__compress kind);

/* Connections -------------------------------------------------------------- */

enum zx__conn_kind { ZX__CONN_HTTP, ZX__CONN_GATEWAY, ZX__CONN_LIVE };
enum zx__body_kind { ZX__BODY_NONE, ZX__BODY_LENGTH, ZX__BODY_CHUNKED };

/* The head of a request; slices of zx__http.head. */
struct zx__head {
	const char *method;
	struct zx_str path, query;
	int minor; /* of HTTP/1.x */
	struct zx_str host, origin, authorization, content_type, reason;
	struct zx_str user_agent, upgrade, connection, expect;
	struct zx_str content_length, transfer_encoding;
	struct zx_str ws_key, ws_version;
};

struct zx__http {
	struct zx_buf head; /* the head's bytes, empty while awaiting one */
	struct zx__head req;
	enum zx__body_kind body_kind;
	size_t body_left; /* of the body or of the current chunk */
	int chunk_state;
	struct zx_buf body;
	int keep_alive, head_only;
	int waiting; /* an answer is due later */
	uint64_t answer_at;
	struct zx__res late;
};

struct zx__gw;

struct zx__conn {
	struct zx__conn *prev, *next;
	struct zx__wire *wire;
	uint64_t id; /* never reused, for what happens later */
	int fd;
	enum zx__conn_kind kind;
	int dead;    /* freed at the end of the turn */
	int reset;   /* with RST */
	int closing; /* 1: when all is written; 2: waits for the peer's end */
	int muted;   /* nothing more is ever written */
	int blocked; /* the socket took no more */
	uint64_t paused_until; /* not read until then */
	uint64_t due;	       /* closed then; ZX_TIME_NEVER */
	struct zx_buf in, out;
	size_t out_pos;
	struct zx__http http;
	/* WebSocket */
	struct zx_buf msg;
	int msg_open;
	int close_sent;
	size_t fragment;    /* 0: each message is one frame */
	unsigned next_bits; /* oddities of the next frame */
	struct zx__gw *gw;
	uint64_t live_user;
};

/* zx__conn.next_bits */
#define ZX__ODD_MASKED 1u
#define ZX__ODD_RSV 2u

struct zx__conn *zx__conn_add(struct zx__wire *wire, int fd);
void zx__conn_free(struct zx__conn *c);
struct zx__conn *zx__conn_find(struct zx__wire *wire, uint64_t id);
/* Dead at the end of the turn; with RST when `reset`. */
void zx__conn_kill(struct zx__conn *c, int reset);
/* Closes when everything is written. */
void zx__conn_finish(struct zx__conn *c);
size_t zx__conn_unsent(const struct zx__conn *c);
/* NULL when nothing may be written or memory is out; then raise out.len. */
char *zx__conn_room(struct zx__conn *c, size_t n);
void zx__conn_write(struct zx__conn *c, const void *p, size_t n);
void zx__conn_read(struct zx__conn *c);
void zx__conn_flush(struct zx__conn *c);
int zx__conn_paused(const struct zx__conn *c, uint64_t now);
/* Round trip as the system measured it, ms; 0 where it does not tell. */
double zx__conn_latency(const struct zx__conn *c);

/* HTTP --------------------------------------------------------------------- */

void zx__http_init(struct zx__http *h);
void zx__http_release(struct zx__http *h);
void zx__http_input(struct zx__conn *c);
/* Answers the request that has arrived. */
void zx__http_serve(struct zx__conn *c);
/* The delayed answer, when its time has come. */
void zx__http_tick(struct zx__conn *c, uint64_t now);
void zx__http_answer(struct zx__conn *c, int status, const char *type,
		     struct zx_str headers, struct zx_str body);
void zx__http_error(struct zx__conn *c, int status, const char *text);
/* Nonzero when s is an address of this machine, with or without a port. */
int zx__host_is_local(struct zx_str host);
/* The raw value of a query parameter, ptr NULL when absent. */
struct zx_str zx__query_get(struct zx_str query, const char *name);
int zx__http_wants_upgrade(const struct zx__head *h);
/* Answers 101 and makes it a gateway or live connection, or refuses. */
void zx__http_upgrade(struct zx__conn *c);

/* Base64 of SHA-1 of key and RFC 6455's GUID; out holds 28 characters. */
void zx__ws_accept(struct zx_str key, struct zx_buf *out);
void zx__sha1(const void *p, size_t n, unsigned char out[20]);

/* WebSocket frames -----------------------------------------------------------
 */

enum zx__ws_op {
	ZX__WS_CONT = 0,
	ZX__WS_TEXT = 1,
	ZX__WS_BINARY = 2,
	ZX__WS_CLOSE = 8,
	ZX__WS_PING = 9,
	ZX__WS_PONG = 10
};

/* Takes frames from c->in. */
void zx__ws_input(struct zx__conn *c);
/* A whole message; in frames of c->fragment bytes when that is set. */
void zx__ws_send(struct zx__conn *c, enum zx__ws_op op, const void *p,
		 size_t n);
/* Writes a frame's header to out (at most 10 bytes); returns its length. */
size_t zx__ws_header(unsigned char *out, unsigned first, size_t n);
/* Sends a close frame (code 0: an empty one) and soon closes. */
void zx__ws_close(struct zx__conn *c, int code, const char *reason);

/* Gateway ------------------------------------------------------------------ */

/* An event without its sequence number, shared by sessions and replays. */
struct zx__packet {
	unsigned refs;
	uint32_t name_len; /* data: the name, then d as JSON */
	size_t len;	   /* of d */
	char data[];
};

struct zx__packet *zx__packet_new(const char *event, const char *d, size_t len);
struct zx__packet *zx__packet_ref(struct zx__packet *b);
void zx__packet_unref(struct zx__packet *b);

struct zx__replay {
	uint64_t seq;
	struct zx__packet *blob;
};

/* Outlives its connection by ZX__SESSION_MS. */
struct zx__session {
	struct zx__session *prev, *next;
	struct zx__wire *wire;
	struct zx__conn *conn; /* NULL while dropped */
	char id[33];
	uint32_t shard, shards, large_threshold;
	uint64_t intents;
	int ready; /* READY was given */
	uint64_t dropped_at;
	uint64_t seq, evicted; /* last given; highest not in the buffer */
	struct zx__replay *ring;
	size_t ring_cap, ring_at, ring_n, ring_bytes;
	enum zx__compress compress;
};

struct zx__burst;

/* The gateway's side of a connection. */
struct zx__gw {
	struct zx__stream stream;
	enum zx__compress compress;
	struct zx__session *session;
	int authed; /* an Identify or Resume was taken */
	uint32_t interval_ms;
	uint64_t beat_due;
	uint64_t sends_at; /* start of the 60 s window */
	unsigned sends;
	int no_acks;
	uint64_t slow_acks; /* ms that an ACK comes later */
	size_t flood;	    /* bytes that go before the next ACK */
	struct zx__burst *burst;
	struct zx__list list; /* of members, on its way */
};

void zx__gw_open(struct zx__conn *c, struct zx_str query);
void zx__gw_free(struct zx__conn *c);
void zx__gw_message(struct zx__conn *c, struct zx_str text);
/* One message of the gateway, compressed as the connection has it. */
void zx__gw_write(struct zx__conn *c, const char *json, size_t n);
void zx__gw_writef(struct zx__conn *c, const char *fmt, ...) ZX_PRINTF(2, 3);
void zx__gw_dispatch(struct zx__conn *c, uint64_t seq,
		     const struct zx__packet *b);
/* Closes with a code; those that end the session remove it. */
void zx__gw_close(struct zx__conn *c, int code, const char *reason);
void zx__gw_ack(struct zx__conn *c);
void zx__gw_identify(struct zx__conn *c, const cJSON *d);
void zx__gw_resume(struct zx__conn *c, const cJSON *d);
void zx__gw_invalid_session(struct zx__conn *c, int resumable);

struct zx__session *zx__session_new(struct zx__wire *wire);
void zx__session_free(struct zx__session *s);
struct zx__session *zx__session_find(struct zx__wire *wire, const char *id);
/* The connection is gone; the session waits to be resumed. */
void zx__session_drop(struct zx__session *s);
/* Gives the blob the next number, keeps it for a replay and sends it. */
void zx__session_send(struct zx__session *s, struct zx__packet *b);
/* The same from a DOM. */
void zx__session_event(struct zx__session *s, const char *event,
		       const cJSON *d);
int zx__session_can_replay(const struct zx__session *s, uint64_t seq);
void zx__session_replay(struct zx__session *s, uint64_t seq, int times);
void zx__session_expire(struct zx__wire *wire, uint64_t now);
uint32_t zx__sessions_live(const struct zx__wire *wire);

/* The page's feed ------------------------------------------------------------
 */

void zx__live_open(struct zx__conn *c, struct zx_str query);
/* A gateway frame for the traffic view; the token is never in it. */
void zx__live_frame(struct zx__conn *c, const char *dir, struct zx_str json);

/* Faults --------------------------------------------------------------------
 */

struct zx__armed;

/* Uses up one time of an armed fault of that name, NULL when there is none.
 * shard -1: not known yet, any matches. Borrowed until the end of the turn. */
const cJSON *zx__fault_take(struct zx__wire *wire, const char *name,
			    int64_t shard);
/* A session has become live: what is armed for it happens. */
void zx__fault_ready(struct zx__conn *c);
void zx__fault_tick(struct zx__wire *wire, uint64_t now);
uint64_t zx__fault_due(const struct zx__wire *wire);
void zx__faults_list(const struct zx__wire *wire, cJSON *list);
void zx__faults_free(struct zx__wire *wire);
double zx__fault_number(const cJSON *args, const char *key, double otherwise);
const char *zx__fault_text(const cJSON *args, const char *key,
			   const char *otherwise);
/* The acts; in wire_misbehave.c and wire_burst.c. */
typedef void zx__fault_act(struct zx__conn *c, const cJSON *args);
zx__fault_act zx__act_close, zx__act_drop, zx__act_op7, zx__act_op9;
zx__fault_act zx__act_no_acks, zx__act_ack_flood, zx__act_fragment;
zx__fault_act zx__act_garbage, zx__act_half_frame, zx__act_corrupt_stream;
zx__fault_act zx__act_truncate_stream, zx__act_bomb, zx__act_big_guild;
zx__fault_act zx__act_server_op1, zx__act_outage, zx__act_masked, zx__act_rsv;
zx__fault_act zx__act_slow_reader, zx__act_burst, zx__act_slow_acks;
/* The resume_gateway_url of READY, dead as the fault says. */
void zx__dead_url(struct zx__wire *wire, const char *how, struct zx_buf *out);

/* Bursts: what is produced while the reader takes it ------------------------
 */

/* Op 8, 31 and 43. */
void zx__gw_members(struct zx__conn *c, const cJSON *d);
void zx__gw_sounds(struct zx__conn *c, const cJSON *d);
void zx__gw_channel_info(struct zx__conn *c, const cJSON *d);
/* Sends on of a long list of members, while the reader takes it. */
void zx__list_step(struct zx__conn *c);
int zx__list_waits(const struct zx__conn *c);

/* Returns nonzero while there is more to write. */
int zx__burst_step(struct zx__conn *c, uint64_t now);
void zx__burst_free(struct zx__burst *b);
uint64_t zx__burst_due(const struct zx__conn *c);
/* Where frames go while compressed ones of a burst wait to be sent; or NULL. */
struct zx_buf *zx__burst_holds(struct zx__conn *c);
/* `bytes` of GUILD_CREATE and then the ACK. */
void zx__burst_flood(struct zx__conn *c, size_t bytes);

/* The wire -------------------------------------------------------------------
 */

struct zx__later {
	struct zx__later *next;
	uint64_t at, conn_id;
	zx__fault_act *run;
	cJSON *args; /* owned, may be NULL */
};

struct zx__wire {
	struct zx__world *world;
	struct zx_sandbox_options opt;
	struct zx_prng prng;
	uint16_t port;
	int listen_fd, wake[2]; /* -1 when offline */
	uint64_t virtual_ms;	/* the time when offline */
	int dead_fd[2];		/* bound but refusing; listening but silent */
	int in_turn;
	uint64_t accept_at; /* not before */
	uint64_t next_conn_id;
	struct zx__conn *conns;
	size_t n_conns;
	struct zx__session *sessions;
	size_t n_sessions;
	struct zx__armed *faults;
	size_t n_faults;
	struct zx__later *later;
	size_t n_later, n_live;
	uint64_t *identify_at; /* per key of max_concurrency, 0 for never */
	uint64_t world_due;
	int world_dirty; /* something happened, ask the world again */
	char *violations[ZX__VIOLATIONS_MAX];
	size_t n_violations;
	uint64_t traffic_n;
	struct zx_sandbox_stats stats;
	struct zx_buf scratch, packed; /* of one message */
	struct pollfd *polls;
	struct zx__conn **polled;
	size_t polls_cap, n_polls;
};

/* Listens; the world is set afterwards. */
int zx__wire_new(struct zx__wire **out, const struct zx_sandbox_options *opt);
void zx__wire_free(struct zx__wire *wire);
/* Fills wire->polls; returns the timeout for poll(). */
int zx__wire_prepare(struct zx__wire *wire);
/* After poll(): reads, answers, writes. */
void zx__wire_serve(struct zx__wire *wire);
/* Interrupts the poll(): another thread has changed something. */
void zx__wire_wake(struct zx__wire *wire);
void zx__wire_later(struct zx__wire *wire, uint64_t at, uint64_t conn_id,
		    zx__fault_act *run, cJSON *args);
/* Polite ends for all connections, as far as they go without waiting. */
void zx__wire_goodbye(struct zx__wire *wire);
/* Tells the world how many sessions are live, when that has changed. */
void zx__wire_online(struct zx__wire *wire);

#endif
