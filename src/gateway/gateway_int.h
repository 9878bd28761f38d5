/* SPDX-License-Identifier: MIT
 *
 * What the files of gateway share among themselves.
 */
#ifndef ZX__GATEWAY_INT_H
#define ZX__GATEWAY_INT_H

#include "zoryx/gateway.h"

/* Numbers ------------------------------------------------------------------ */

/* A payload sent to Discord, in bytes (LM-01). */
#define ZX__SEND_BYTES 4096
/* Sends on one connection within the window, all opcodes counted (LM-02). */
#define ZX__SEND_LIMIT 120
#define ZX__SEND_WINDOW_MS 60000
/* Close code 4008 cuts the limit by a quarter each time, down to this. */
#define ZX__SEND_LIMIT_LEAST 30
/* Commands that may wait for the budget. */
#define ZX__SEND_WAITING 110
/* Bytes of a nonce that Discord gives back (GS-06). */
#define ZX__NONCE_BYTES 32

/* Heartbeat intervals are clamped to these. */
#define ZX__INTERVAL_LEAST_MS 1000
#define ZX__INTERVAL_MOST_MS 300000
/* How much must have come since the last beat for an overdue ACK to be
 * believed to stand behind it in the same stream (GW-10). */
#define ZX__FLOOD_BYTES ((uint64_t)1 << 20)

/* How long a socket may take to close after we asked. */
#define ZX__CLOSING_MS 2000
/* A connection that was live for so long ends a row of failures. */
#define ZX__STABLE_MS 10000
/* Failures at the resume URL before the main URL is tried (ID-04). */
#define ZX__RESUME_FAILURES 2
/* Times the same point of a session may break the stream decoder. */
#define ZX__STREAM_FAILURES 3
/* A sequence number that leaps further than this is not believed. */
#define ZX__SEQ_LEAP 1000000

/* Bytes of a gateway URL with its query, and of an error text. */
#define ZX__URL_BYTES 512
#define ZX__ERROR_BYTES 192

/* The close code that keeps the session. */
#define ZX__CLOSE_KEEP 4000
#define ZX__CLOSE_NONE 1006

enum zx__op {
	ZX__OP_DISPATCH = 0,
	ZX__OP_HEARTBEAT = 1,
	ZX__OP_IDENTIFY = 2,
	ZX__OP_RESUME = 6,
	ZX__OP_RECONNECT = 7,
	ZX__OP_MEMBERS = 8,
	ZX__OP_INVALID = 9,
	ZX__OP_HELLO = 10,
	ZX__OP_ACK = 11
};

/* Outputs that wait for poll, in the order in which it gives them. */
enum zx__pending {
	ZX__PEND_STATE = 1u << 0,
	ZX__PEND_SESSION = 1u << 1,
	ZX__PEND_EVENT = 1u << 2,
	ZX__PEND_TURN = 1u << 3,
	ZX__PEND_LOGIN = 1u << 4,
	ZX__PEND_BEAT = 1u << 5,
	ZX__PEND_COMMAND = 1u << 6,
	ZX__PEND_CLOSE = 1u << 7,
	ZX__PEND_CONNECT = 1u << 8,
	ZX__PEND_DEAD = 1u << 9
};
#define ZX__PEND_SENDS (ZX__PEND_LOGIN | ZX__PEND_BEAT | ZX__PEND_COMMAND)

/* Shard -------------------------------------------------------------------- */

/* What lives as long as one connection; cleared for each (GW-09). */
struct zx__link {
	int open;	   /* the socket is ours to write to */
	int hello;	   /* op 10 came: beats run, sends are allowed */
	int logged_in;	   /* op 2 or 6 was sent (ID-02) */
	int resume_host;   /* connected to the session's own URL */
	zx_time live_at;   /* READY or RESUMED came; NEVER before */
	zx_time next_beat; /* NEVER before HELLO */
	zx_time beat_at;   /* the oldest beat without an ACK; NEVER if none */
	zx_time again_at;  /* an extra beat, to confirm a latency; or NEVER */
	int extra;	   /* the last beat was that */
	int slow;	   /* the last round trip was */
	uint64_t interval_ms;
	int owed;	      /* the last regular beat has no ACK */
	int excused;	      /* regular beats since it that were let pass */
	uint64_t bytes;	      /* came since the last regular beat */
	uint64_t frame_bytes; /* of those, in complete messages */
	struct zx_inflate *inflate;
};

/* The times of the sends of the last minute, truncated to 32 bits. */
struct zx__window {
	uint32_t at[ZX__SEND_LIMIT];
	uint16_t first, count;
};

/* Commands, each a uint16_t of its length and its bytes. */
struct zx__commands {
	struct zx_buf bytes;
	size_t taken;	   /* bytes given out by poll already */
	unsigned waiting;  /* behind the budget */
	unsigned released; /* counted as sent, for poll to give out */
};

struct zx_shard {
	struct zx_shard_options opt; /* strings are our copies */
	char *token;

	enum zx_shard_state state;
	unsigned pending; /* enum zx__pending */
	int err;	  /* ZX_E_NOMEM for good */
	zx_time now;	  /* of the last input */
	zx_time until;	  /* when the state has lasted too long */
	uint32_t generation;
	struct zx__link link;

	struct zx_session session; /* id is empty when there is none */
	int has_seq;
	zx_time session_alive; /* when it was last known to be alive */
	unsigned resume_failures;
	int64_t broken_seq; /* where the stream decoder failed last */
	unsigned broken;    /* how often in a row it was there */

	struct zx_backoff backoff;
	uint64_t wait_ms; /* the least pause before the next connection */
	int stopping;	  /* zx_shard_stop was called */
	int close_code;	  /* for CLOSE and DEAD */

	struct zx__window window;
	unsigned send_limit;
	struct zx__commands commands;

	struct zx_buf text; /* of CONNECT or of the login; wiped after use */
	char beat[40];
	struct {
		struct zx_str name, d;
		int64_t seq;
		enum zx_event event;
		int replayed;
	} event;

	struct zx_shard_stats stats;
	char error[ZX__ERROR_BYTES];
};

/* shard.c */

/* Begins every input: remembers the time, lets go of what the last one lent. */
void zx__shard_input(struct zx_shard *s, zx_time now);
void zx__shard_enter(struct zx_shard *s, enum zx_shard_state state,
		     zx_time until);
/* Remembers `fmt` as the last trouble and logs it. */
void zx__shard_trouble(struct zx_shard *s, enum zx_log_level level,
		       const char *fmt, ...) ZX_PRINTF(3, 4);
/* Ends the use of the shard: ZX_E_NOMEM. */
int zx__shard_nomem(struct zx_shard *s);

/* connect.c */

int zx__gateway_url(struct zx_str url, int need_tls);
/* Asks for a connection to the URL that fits. */
int zx__connect(struct zx_shard *s);
/* Asks for the socket to be closed; the session stays as it is. */
void zx__close(struct zx_shard *s, int code);
/* The connection is gone: what follows depends on state and session. */
void zx__lost(struct zx_shard *s);

/* close.c */

/* Acts on the peer's close code; nonzero when the shard is dead now. */
int zx__close_react(struct zx_shard *s, int code);

/* session.c */

void zx__shard_forget(struct zx_shard *s);
/* Takes the session out of READY; ZX_E_PROTOCOL when something is missing. */
int zx__session_take(struct zx_shard *s, struct zx_str ready);
/* Is there a session that Discord may still know? */
int zx__session_usable(struct zx_shard *s);

/* login.c */

/* Writes the Identify or Resume that is due and asks for it to be sent. */
int zx__login(struct zx_shard *s, enum zx__op op);
/* Extends the wait for READY or RESUMED. */
void zx__login_extend(struct zx_shard *s);
/* READY or RESUMED came. */
void zx__login_done(struct zx_shard *s);
/* Bytes of the Identify of these options, or ZX_E_NOMEM. */
int zx__identify_size(const struct zx_shard *s, size_t *size);

/* beat.c */

/* Starts the beats of a connection. */
void zx__beat_start(struct zx_shard *s, uint64_t interval_ms);
/* A regular beat is due: sends it, or gives the connection up (GW-08). */
void zx__beat_due(struct zx_shard *s);
/* The extra one at link.again_at. */
void zx__beat_again(struct zx_shard *s);
/* The server asked for one (GW-07). */
void zx__beat_asked(struct zx_shard *s);
void zx__beat_acked(struct zx_shard *s);

/* send.c */

/* Counts one send that must not wait. */
void zx__send_count(struct zx_shard *s);
/* Nonzero when the window has no room even for the reserve. */
int zx__send_full(struct zx_shard *s);
/* Lets as many commands go as the budget has room for. */
void zx__send_release(struct zx_shard *s);
/* When the next command may go; NEVER when none waits. */
zx_time zx__send_when(const struct zx_shard *s);
/* The connection is gone: what was not given out waits again. */
void zx__send_hold(struct zx_shard *s);
/* The next released command. */
struct zx_str zx__send_next(struct zx_shard *s);
/* Drops what poll has given out. */
void zx__send_trim(struct zx_shard *s);

/* members.c */

/* Is `d` a Request Guild Members? ZX_E_INVALID, or ZX_E_PERM when it needs an
 * intent that is not among these, or ZX_E_NOMEM. */
int zx__members_check(struct zx_str d, uint64_t intents,
		      const struct zx_alloc *a);

/* op_*.c: one inbound opcode each. ZX_OK, or ZX_E_NOMEM. */

typedef int zx__op_fn(struct zx_shard *s, const struct zx_envelope *e);
zx__op_fn zx__op_dispatch, zx__op_heartbeat, zx__op_reconnect, zx__op_invalid,
	zx__op_hello, zx__op_ack;

/* Event names -------------------------------------------------------------- */

#define ZX__EVENT_SLOTS 512
#define ZX__EVENT_SHORTEST 5

/* Length and two letters tell all names apart; `w` spreads them over the slots.
 * The name has ZX__EVENT_SHORTEST bytes or more. */
static inline unsigned zx__event_slot(struct zx_str name,
				      const unsigned char w[3])
{
	const unsigned char *p = (const unsigned char *)name.ptr;
	unsigned h = (unsigned)name.len * w[0] + p[name.len / 3] * w[1] +
		     p[name.len - 4] * w[2];

	return (h ^ h >> 9) % ZX__EVENT_SLOTS;
}

/* Inflating ---------------------------------------------------------------- */

/* Bytes of the first output buffer, and of one that is kept for small
 * messages. */
#define ZX__INFLATE_FIRST 512
#define ZX__INFLATE_KEEP ((size_t)64 << 10)
/* Small messages in a row after which a large buffer is given back. */
#define ZX__INFLATE_CALM 4
/* Expansion that is taken for an attack, and the size from which it counts. */
#define ZX__INFLATE_RATIO 1000
#define ZX__INFLATE_TRUSTED ((size_t)1 << 20)
/* Window a zstd frame may ask for: 2 to the power of this, in bytes. */
#define ZX__ZSTD_WINDOW_LOG 25

struct zx__codec {
	const char *name; /* of the URL's compress= */
	/* The decoder's state, NULL when memory is out. */
	void *(*open)(const struct zx_alloc *a);
	/*
	 * Decodes *in, which it moves forward, to `to`, which has room for n
	 * bytes; *got is what was written. ZX_OK: *in is used up and *whole
	 * says whether the output ends a flush; ZX_E_WOULDWAIT: more room is
	 * needed; ZX_E_CORRUPT; ZX_E_NOMEM.
	 */
	int (*run)(void *state, struct zx_str *in, char *to, size_t n,
		   size_t *got, int *whole);
	void (*close)(void *state, const struct zx_alloc *a);
};

extern const struct zx__codec zx__codec_zlib, zx__codec_zstd;

#endif
