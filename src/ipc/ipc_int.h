/* SPDX-License-Identifier: MIT
 *
 * What the files of ipc share among themselves.
 */
#ifndef ZX__IPC_INT_H
#define ZX__IPC_INT_H

#include "base/base_int.h"
#include "zoryx/ipc.h"

/* Numbers ------------------------------------------------------------------ */

enum {					/* times in ms */
       ZX__IPC_AUTH_MS = 10 * 1000,	/* from connecting to being taken in */
       ZX__IPC_SILENCE_MS = 120 * 1000, /* without a frame */
       ZX__IPC_BODY_MS = 30 * 1000,	/* from a header to its payload's end */
       ZX__IPC_BEAT_MS = 30 * 1000,
       ZX__IPC_BLOCKED_MS = 10 * 1000, /* bytes wait and none goes */
       ZX__IPC_STOP_MS = 2 * 1000,
       ZX__IPC_RETRY_MS = 5 * 1000, /* doubled each time, up to */
       ZX__IPC_RETRY_MOST_MS = 120 * 1000,
       ZX__IPC_REQUEST_MS = 10 * 1000,
       ZX__IPC_THROTTLE_MS = 60 * 1000, /* doubled each time, up to */
       ZX__IPC_THROTTLE_MOST_MS = 15 * 60 * 1000
};

enum { ZX__IPC_PROTO = 1 }; /* in data.proto: what only a zoryx says */

enum {				  /* ceilings */
       ZX__IPC_AUTH_BYTES = 4096, /* a frame before authentication */
       ZX__IPC_NAME = 64,	  /* bytes of a cluster's name */
       ZX__IPC_OP_NAME = 64,	  /* bytes of an op */
       ZX__IPC_SHARDS = 4096,	  /* bytes of a peer's list of shards */
       ZX__IPC_ADDRESS = 46,
       ZX__IPC_PULL = 64 * 1024,    /* bytes of one write in one piece */
       ZX__IPC_PIECES = 256 * 1024, /* in several */
       ZX__IPC_CHUNK = 64 * 1024,
       ZX__IPC_CHUNK_FIRST = 4096,
       ZX__IPC_SPARES = 8,     /* chunks kept for the next burst */
       ZX__IPC_SLICES = 65536, /* pieces in one queue */
       ZX__IPC_RECORD = 16384, /* plain bytes of a TLS record */
       ZX__IPC_WINDOW = 10000, /* nonces of each half of a window */
       ZX__IPC_REQUESTS = 1024,
       ZX__IPC_EVENTS = 16384, /* joins and leaves nobody polled */
       ZX__IPC_FAILURES = 5,   /* of an address within THROTTLE_MS */
       ZX__IPC_ADDRESSES = 256 /* remembered for their failures */
};

/* message.c, text.c -------------------------------------------------------- */

/* A string as Python's json writes it: ASCII only. */
void zx__ipc_text(struct zx_buf *out, struct zx_str text);
/* A number as Python writes a float; not finite as null. */
void zx__ipc_float(struct zx_buf *out, double v);
/* The decoded text of a raw string, at most n - 1 bytes, ended by NUL; -1 when
 * it is none or does not fit. */
int zx__ipc_name_read(struct zx_str raw, char *out, size_t n);
/* May a cluster be called that? */
int zx__ipc_name_ok(struct zx_str name);
/* Room that zx__ipc_relay may use, and the bytes it has used. */
size_t zx__ipc_relay_room(const struct zx_ipc_message *m, struct zx_str source);
size_t zx__ipc_relay(char *to, const struct zx_ipc_message *m,
		     struct zx_str source);

/* queue.c: bytes that several peers may wait for ----------------------------
 */

struct zx__chunk {
	unsigned refs;
	uint32_t len, cap;
	char bytes[];
};

/* What the sessions of one machine share. */
struct zx__pool {
	const struct zx_alloc *alloc;
	struct zx__chunk *open;			 /* being filled */
	struct zx__chunk *spare[ZX__IPC_SPARES]; /* free, of full size */
	unsigned spares;
	char *stage;	   /* ZX__IPC_PULL bytes, made when needed */
	char *plain;	   /* ZX__IPC_RECORD bytes, likewise */
	size_t bytes, max; /* of all chunks */
};

struct zx__slice {
	struct zx__chunk *chunk;
	uint32_t off, len;
};

struct zx__queue {
	struct zx__slice *v; /* a ring; cap is a power of two */
	uint32_t head, n, cap;
	size_t bytes;
};

/* n bytes to be filled in, in the open chunk; NULL: no memory, ceiling. */
char *zx__pool_room(struct zx__pool *p, size_t n, struct zx__slice *at);
/* n of them are used; at->len is set. */
void zx__pool_used(struct zx__pool *p, size_t n, struct zx__slice *at);
char *zx__pool_stage(struct zx__pool *p);
void zx__pool_release(struct zx__pool *p);

int zx__queue_add(struct zx__queue *q, struct zx__pool *p,
		  const struct zx__slice *s);
/* Up to `max` bytes in one piece, in the stage when they lie apart. */
struct zx_str zx__queue_peek(const struct zx__queue *q, struct zx__pool *p,
			     size_t max);
/* Up to `max` bytes in up to n pieces where they lie; how many pieces. */
size_t zx__queue_pieces(const struct zx__queue *q, size_t max, struct zx_str *v,
			size_t n);
void zx__queue_skip(struct zx__queue *q, struct zx__pool *p, size_t n);
void zx__queue_release(struct zx__queue *q, struct zx__pool *p);

/* window.c: nonces seen -----------------------------------------------------
 */

struct zx__window {
	uint64_t *now, *before;
	uint32_t n, cap, cap_before;
	zx_time since;
};
/* Nonzero when the nonce was seen before; remembers it. When memory is out it
 * forgets instead. */
int zx__window_seen(struct zx__window *w, const struct zx_alloc *a,
		    uint64_t seed, struct zx_str nonce, zx_time now);
void zx__window_release(struct zx__window *w, const struct zx_alloc *a);

/* keys.c ---------------------------------------------------------------------
 */

struct zx__tls_conf;
struct zx__tls_ops;

struct zx_ipc_keys {
	struct zx_ipc_options opt;     /* name, host, mode are our copies */
	unsigned char digest[32];      /* of the secret */
	char *secret;		       /* only for dialling in clear text */
	const struct zx__tls_ops *tls; /* NULL: clear text only */
	struct zx__tls_conf *conf;
	struct zx__pool pool;
	zx_wall wall;	 /* at */
	zx_time wall_at; /* this */
	char nonce[24];	 /* hexadecimal, drawn once */
	uint64_t nonces; /* counted behind it */
	uint64_t seed;
};

int zx__keys_equal(const unsigned char *a, const unsigned char *b, size_t n);
int zx__keys_digest(unsigned char out[32], struct zx_str text);
void zx__keys_status(const struct zx_ipc_keys *k, struct zx_ipc_status *s);
zx_wall zx__keys_wall(const struct zx_ipc_keys *k, zx_time now);
/* A whole message of our own. */
void zx__keys_message(struct zx_ipc_keys *k, struct zx_buf *out,
		      struct zx_str op, struct zx_str data,
		      struct zx_str target, zx_time now);

/* Makes keys and a machine with this encryption, or without any. */
int zx__keys_new(struct zx_ipc_keys **out, const struct zx_ipc_options *opt,
		 const struct zx__tls_ops *tls);
int zx__ipc_new(struct zx_ipc **out, const struct zx_ipc_options *opt,
		const struct zx__tls_ops *tls);

/* tls.c ----------------------------------------------------------------------
 * Reached through a table that only zx_ipc_new and zx_ipc_keys_new name, so
 * that a program with zx_ipc_new_clear is linked without a TLS library.
 */

struct zx__tls { /* what each implementation begins with */
	const struct zx__tls_ops *ops;
	const struct zx_alloc *alloc;
	struct zx_buf out; /* to be sent */
	int ready;	   /* the handshake is over */
};

struct zx__tls_ops {
	int (*conf_new)(struct zx__tls_conf **out, struct zx_ipc_keys *k,
			struct zx_str secret);
	void (*conf_free)(struct zx__tls_conf *c, const struct zx_alloc *a);
	int (*open)(struct zx__tls **out, struct zx_ipc_keys *k, int accepting);
	void (*free)(struct zx__tls *t);
	/*
	 * Takes bytes from *in; handshakes until ready, then decrypts up to
	 * `cap` bytes into `to`. ZX_OK with *n 0: more input is needed.
	 * ZX_E_AUTH: the secrets differ; ZX_E_CLOSED: the peer said goodbye;
	 * ZX_E_TLS.
	 */
	int (*read)(struct zx__tls *t, struct zx_str *in, char *to, size_t cap,
		    size_t *n);
	int (*write)(struct zx__tls *t, struct zx_str plain);
	void (*goodbye)(struct zx__tls *t);
};

extern const struct zx__tls_ops zx__tls_mbed;

/* session.c, auth.c, outbox.c ------------------------------------------------
 */

enum zx__session_state {
	ZX__S_DIAL,	 /* dialling: no connection yet */
	ZX__S_FIRST,	 /* accepting: the first byte tells what it is */
	ZX__S_HANDSHAKE, /* TLS */
	ZX__S_AUTH,	 /* for auth or for its response */
	ZX__S_VERDICT,	 /* for accept or refuse */
	ZX__S_READY,
	ZX__S_CLOSING, /* what waits is sent first */
	ZX__S_DEAD
};

struct zx_ipc_session {
	struct zx_ipc_keys *k;
	struct zx__tls *tls;
	enum zx__session_state state;
	int accepting, legacy;
	int told;      /* DEAD was polled */
	int bye;       /* TLS's goodbye is written */
	int heard_any; /* bytes of the peer came */
	int slow;      /* dead because it did not read */
	struct zx_ipc_decoder in;
	struct zx__queue out;
	struct zx_str input;  /* as fed */
	struct zx_str stream; /* of frames */
	unsigned fed;	      /* frames since the last feed */
	zx_time now;
	zx_time auth_until, heard, body_at, moved_at, next_beat;
	uint64_t frames_in, frames_out, bytes_in, bytes_out, stats_left_out;
	int error;
	char text[240];
};

void zx__session_fail(struct zx_ipc_session *s, int err, const char *fmt, ...)
	ZX_PRINTF(3, 4);
/* outbox.c: a slice of the pool, `frames` of them, for this peer. */
int zx__session_queue(struct zx_ipc_session *s, const struct zx__slice *at,
		      int stats, zx_time now);
size_t zx__session_pieces(struct zx_ipc_session *s, struct zx_str *v, size_t n);
/* A message of our own. */
int zx__session_say(struct zx_ipc_session *s, struct zx_str op,
		    struct zx_str data, struct zx_str target);
int zx__session_pending(const struct zx_ipc_session *s);
/* auth.c */
void zx__auth_send(struct zx_ipc_session *s);
/* Looks at the first frame; ZX_OK when out is to be given to the host. */
int zx__auth_frame(struct zx_ipc_session *s, struct zx_str frame,
		   struct zx_ipc_session_out *out);
void zx__beat(struct zx_ipc_session *s);

/* ipc.c and the files around it ----------------------------------------------
 */

struct zx__link {
	uint32_t id;
	struct zx_ipc_session *s;
	char name[ZX__IPC_NAME + 1];
	uint32_t hash; /* of it */
	int up;	       /* registered under its name */
	int ours;
	int dirty; /* in x->dirty */
	char address[ZX__IPC_ADDRESS];
	unsigned port;
	zx_time since;
	uint64_t order; /* of accepting */
	uint64_t guilds;
	uint32_t shard_count;
	char *shards;
	struct zx__window window;
	uint32_t last_to; /* link of the last target */
};

/* Numbers of links that something is to be done with. */
struct zx__ids {
	uint32_t *v;
	size_t n, cap, from;
};
int zx__ids_reserve(struct zx__ids *l, const struct zx_alloc *a, size_t n);
void zx__ids_push(struct zx__ids *l, uint32_t id);
int zx__ids_pop(struct zx__ids *l, uint32_t *id);

struct zx__event {
	enum zx_ipc_out_kind kind;
	char name[ZX__IPC_NAME + 1];
	char *text;
};

struct zx__request {
	uint64_t id;
	zx_time until;
	enum zx_ipc_op op; /* of the answer */
	char op_name[ZX__IPC_OP_NAME];
	int done, error;
	size_t count;
	uint32_t *waiting; /* hashes of the clusters that have not answered */
	size_t waiting_len;
};

/* A remote address that failed to authenticate. */
struct zx__blame {
	char address[ZX__IPC_ADDRESS];
	zx_time since, until;
	unsigned failures, times;
};

struct zx_ipc {
	struct zx_ipc_keys *k;
	struct zx_ipc_options *opt; /* k's */
	zx_time now, due;
	struct zx__link **slots; /* by number */
	size_t slot_cap;
	uint32_t generation;
	uint64_t order;
	size_t links, strangers;
	struct zx__link **peers; /* up, in order of joining */
	size_t peers_n, peers_cap;
	size_t foreign; /* of them not ours */

	struct zx__ids dirty, closes;
	struct zx__event *events; /* ring */
	size_t event_head, event_n, event_cap;
	struct zx__event lent;		 /* given out by the last poll */
	uint32_t reading;		 /* link with input, 0: none */
	struct zx_ipc_session_out frame; /* being looked at */
	struct zx_buf scratch, data, clean;
	char name[ZX__IPC_NAME + 1]; /* source of the frame, decoded */

	struct zx__request *requests;
	size_t requests_n, requests_cap;
	uint64_t request_id;

	struct zx__blame *blames;
	size_t blames_n, blames_cap;

	/* Client */
	uint32_t hub; /* link */
	int want_dial, fell_back, ever_up;
	unsigned tries;
	zx_time dial_at;
	char (*known)[ZX__IPC_NAME + 1];
	size_t known_n, known_cap;

	int stopping, stopped, draining;
	zx_time stop_at;
	struct zx_ipc_stats stats;
	char error[256];
};

/* links.c */
uint32_t zx__name_hash(struct zx_str name);
struct zx__link *zx__link_get(const struct zx_ipc *x, uint32_t id);
struct zx__link *zx__link_new(struct zx_ipc *x, int accepting, int legacy);
/* Frees it. `tell`: the transport does not know yet. */
void zx__link_drop(struct zx_ipc *x, struct zx__link *l, int tell);
void zx__link_touch(struct zx_ipc *x, struct zx__link *l);
struct zx__link *zx__link_named(const struct zx_ipc *x, struct zx_str name);
void zx__event_push(struct zx_ipc *x, enum zx_ipc_out_kind kind,
		    struct zx_str name, struct zx_str text);
void zx__trouble(struct zx_ipc *x, enum zx_log_level level, const char *fmt,
		 ...) ZX_PRINTF(3, 4);
/* ipc.c */
void zx__ipc_due(struct zx_ipc *x, zx_time at);

/* hub.c: called with frames of peers; nonzero when *out is to be given out. */
void zx__hub_auth(struct zx_ipc *x, struct zx__link *l,
		  const struct zx_ipc_message *m);
int zx__hub_message(struct zx_ipc *x, struct zx__link *l,
		    const struct zx_ipc_message *m, struct zx_ipc_out *out);
void zx__hub_left(struct zx_ipc *x, struct zx__link *l);
/* Sends a message of ours, whose payload lies in x->scratch. */
int zx__hub_send(struct zx_ipc *x, const char *target, int stats, size_t *n);

/* guard.c */
int zx__guard_admit(struct zx_ipc *x, const char *address);
void zx__guard_failed(struct zx_ipc *x, const char *address);

/* client.c */
void zx__client_ready(struct zx_ipc *x, struct zx__link *l,
		      const struct zx_ipc_message *m);
int zx__client_message(struct zx_ipc *x, struct zx__link *l,
		       const struct zx_ipc_message *m, struct zx_ipc_out *out);
void zx__client_lost(struct zx_ipc *x, int err, const char *why, int silent);
void zx__client_tick(struct zx_ipc *x);
int zx__client_send(struct zx_ipc *x, const char *target, int stats, size_t *n);
int zx__client_dial(struct zx_ipc *x, struct zx_ipc_out *out);
void zx__client_forget(struct zx_ipc *x);

/* local.c: a message that is for us. */
int zx__local(struct zx_ipc *x, struct zx_str from,
	      const struct zx_ipc_message *m, struct zx_ipc_out *out);
/* send.c: sends x->data (or data) as op to target, NULL for all. */
int zx__send(struct zx_ipc *x, struct zx_str op, const char *target,
	     struct zx_str data, size_t *n);
/* status.c */
void zx__stats_data(struct zx_ipc *x, struct zx_buf *out, struct zx_str tail);

/* request.c */
int zx__request_answer(struct zx_ipc *x, struct zx_str from,
		       const struct zx_ipc_message *m, struct zx_str data,
		       struct zx_ipc_out *out);
void zx__request_gone(struct zx_ipc *x, struct zx_str name);
void zx__request_fail_all(struct zx_ipc *x, int err);
void zx__request_tick(struct zx_ipc *x);
int zx__request_done(struct zx_ipc *x, struct zx_ipc_out *out);
void zx__request_release(struct zx_ipc *x);
/* Is it an op an application may send, and a peer may have passed on? */
int zx__op_passes(enum zx_ipc_op op, struct zx_str name);

#endif
