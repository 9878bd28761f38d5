/* SPDX-License-Identifier: MIT
 *
 * What the files of rest share.
 *
 * A request belongs to a lane (method, route template and top-level resource),
 * a lane to a bucket. At first each lane has a bucket of its own; when answers
 * tell that two lanes have the same hash and resource, they share one. Waiting
 * requests stand in the bucket's queue, buckets that may send now in one of the
 * machine's ready lists, all others in the heap of wake times.
 */
#ifndef ZX__REST_INT_H
#define ZX__REST_INT_H

#include <stddef.h>

#include "rest/heap.h"
#include "rest/limits.h"
#include "rest/map.h"
#include "rest/route.h"
#include "zoryx/rest.h"

/* The thing a node lies in. */
#define zx__of(node, type, member)                                             \
	((type *)(void *)((char *)(node)-offsetof(type, member)))

struct zx__link {
	struct zx__link *next, *prev; /* NULL when in no list */
};

static inline void zx__list_init(struct zx__link *l)
{
	l->next = l->prev = l;
}

static inline int zx__list_empty(const struct zx__link *l)
{
	return l->next == l;
}

static inline void zx__list_put(struct zx__link *l, struct zx__link *n)
{
	n->prev = l->prev;
	n->next = l;
	l->prev->next = n;
	l->prev = n;
}

static inline void zx__list_cut(struct zx__link *n)
{
	if (!n->next)
		return;
	n->prev->next = n->next;
	n->next->prev = n->prev;
	n->next = n->prev = NULL;
}

/* Buckets of a class pass the same gates. */
enum zx__class {
	CLASS_URGENT,	    /* an interaction waits, no global limit */
	CLASS_URGENT_GATED, /* asked to be urgent, below the global limit */
	CLASS_EXEMPT,	    /* webhook tokens: no global limit */
	CLASS_GATED,	    /* all others */
	CLASS_OUTSIDE,	    /* not Discord's API */
	CLASSES,
	CLASS_NONE = CLASSES
};

struct zx__bucket {
	struct zx__mnode node;	  /* in zx_rest.buckets when key is set */
	struct zx__link ready;	  /* in a ready list */
	struct zx__hnode timer;	  /* in zx_rest.timers */
	struct zx__bucket *due;	  /* chain of those whose timer went off */
	struct zx__heap queue;	  /* requests by urgency and age */
	struct zx__heap patience; /* the same by when they give up */
	char *key;		  /* hash and resource, NULL before an answer */
	size_t key_len;
	enum zx__class class;
	uint32_t lanes;	    /* that share it */
	uint32_t in_flight; /* given out, not answered */
	int known;	    /* limit, left and window mean something */
	int unlimited;	    /* answers come without rate limit headers */
	int careful;	    /* after a 429: one at a time until it is over */
	int32_t limit;
	int32_t left;	    /* requests this window still takes, never more */
	uint32_t sends;	    /* sent in this window */
	uint64_t window_ms; /* the longest reset an answer named */
	uint64_t window;    /* names the window, over all buckets */
	zx_time reset_at;   /* 0 while no answer of this window told it */
	zx_time hold_until; /* after a 429 */
};

/* A sub-limit: requests of this shape wait, the rest of the lane does not. */
struct zx__hold {
	uint64_t shape;
	zx_time until;
};

struct zx__lane {
	struct zx__mnode node; /* in zx_rest.lanes */
	struct zx__link idle;  /* in zx_rest.idle, oldest first */
	struct zx__bucket *bucket;
	struct zx__route route;
	char *key; /* zx_rest_route's text, behind this struct */
	size_t key_len;
	uint32_t requests; /* that point here */
	uint32_t in_flight;
	uint32_t serial; /* answers to await one by one after a sub-limit */
	zx_time idle_since;
	struct zx__hold holds[ZX__REST_HOLDS];
	uint32_t denials; /* 403 in a row for want of a permission */
	int denied_code;
	zx_time denied_at, denied_until;
};

enum zx__state {
	REQ_NEW,
	REQ_QUEUED, /* in its bucket's queue */
	REQ_PAUSED, /* alone until a time: backoff, sub-limit, RL-17 */
	REQ_OUT,    /* chosen, poll gives it out */
	REQ_WIRE,   /* given out, answer awaited */
	REQ_DONE    /* has its result; poll gives it out */
};

struct zx__req {
	struct zx__mnode by_id; /* in zx_rest.requests */
	struct zx__link all;	/* in zx_rest.all */
	struct zx__link out;	/* in zx_rest.out or .done */
	struct zx__hnode order; /* in the bucket's queue, or zx_rest.paused */
	struct zx__hnode patience;
	struct zx__lane *lane;
	enum zx__state state;
	int wire; /* given out and not answered, even if cancelled meanwhile */
	uint64_t id;
	enum zx_method method;
	unsigned flags;
	struct zx_str path, reason, body;
	char *body_mem; /* of a multipart body, else NULL */
	char boundary[48];
	uint64_t may_wait; /* what is left of max_wait_ms */
	zx_time queued_at, submitted_at, sent_at;
	uint32_t timeout_ms;
	size_t max_body;
	uint32_t attempts, limited, failures, max_failures;
	uint32_t send_no;  /* of the bucket's window when sent */
	uint32_t token_no; /* which token it carried */
	uint64_t window;
	struct zx_backoff backoff;
	void *ud;
	/* Result */
	int err, status, code;
	int lost; /* an attempt may have been carried out unseen */
	uint64_t would_wait_ms;
	zx_time done_at;
	const char *why; /* a constant text for people, NULL: from the body */
	char *reply;
	size_t reply_len;
};

struct zx__invalid {
	uint32_t limit;
	uint32_t slot[ZX__REST_INVALID_SLOTS], shared[ZX__REST_INVALID_SLOTS];
	uint64_t at; /* number of the newest slot since the start of time */
	uint64_t count, shared_count;
	int level, shared_warned;
	zx_time next; /* when slowed: the next request */
};

enum { INVALID_FINE, INVALID_WARN, INVALID_SLOW, INVALID_BLOCK };

struct zx__global {
	zx_time *sent; /* ring of the last `size` sends */
	uint32_t size, per_s, head, count;
	zx_time until; /* after a global 429 */
	zx_time cloud_until;
	uint64_t cloud_ms;  /* the pause, 0 when Cloudflare is content */
	zx_time cloud_from; /* requests sent before do not count twice */
};

/* What the headers of an answer say. Times in ms. */
struct zx__head {
	int has_limit, has_remaining, has_reset, has_retry;
	uint32_t limit, remaining;
	uint64_t reset_ms, retry_ms;
	struct zx_str bucket, scope;
	int global;
};

struct zx_rest {
	const struct zx_alloc *alloc;
	const struct zx_log *log;
	struct zx_rand rand;
	zx_time now;
	uint64_t seed; /* of hashes */
	char *token, *base_url, *user_agent;
	uint32_t max_in_flight, denied_ms;
	size_t max_queue, max_body;
	int closed, unauthorized;
	uint32_t token_no; /* grows with each new token */
	uint64_t next_id, next_window;

	struct zx__map requests, lanes, buckets, templates, gone;
	struct zx__link all;
	struct zx__link idle, template_age, gone_age;
	struct zx__link ready[CLASSES];
	struct zx__heap timers, paused;
	struct zx__link out_urgent, out, done;
	struct zx__req *last; /* its result was given out by the last call */
	unsigned turn;
	uint32_t in_flight; /* chosen or on the wire */
	uint32_t outside;   /* of them not to Discord's API */
	size_t bytes;	    /* bodies of all requests */
	size_t idle_count;  /* of the list idle */

	struct zx__global global;
	struct zx__invalid invalid;
	struct zx_rest_stats stats;
	struct zx_buf scratch, url, headers, text;
};

static inline struct zx__req *zx__req_of_order(struct zx__hnode *n)
{
	return n ? zx__of(n, struct zx__req, order) : NULL;
}

static inline struct zx__req *zx__req_of_patience(struct zx__hnode *n)
{
	return n ? zx__of(n, struct zx__req, patience) : NULL;
}

static inline struct zx_str zx__lane_name(const struct zx__lane *l)
{
	return (struct zx_str){ l->key, l->key_len < 120 ? l->key_len : 120 };
}

/* Nonzero when the request counts against the bot: it carries its token. */
static inline int zx__req_gated(const struct zx__req *q)
{
	return !(q->flags & (ZX_REST_NO_AUTH | ZX_REST_ABSOLUTE));
}

/* request.c: from submit to result ----------------------------------------- */
int zx__rest_req_new(struct zx__req **out, struct zx_rest *r,
		     const struct zx_rest_request *req);
void zx__rest_req_free(struct zx_rest *r, struct zx__req *q);
/* Gives it its result; whatever list or heap it is in, it leaves. The bucket
 * must be settled after. */
void zx__rest_req_finish(struct zx_rest *r, struct zx__req *q, int err,
			 const char *why);
/* The same with ZX_E_WOULDWAIT. */
void zx__rest_req_too_long(struct zx_rest *r, struct zx__req *q, uint64_t ms);
/* Into its bucket's queue, or ended when it must not or cannot be sent. */
void zx__rest_req_enqueue(struct zx_rest *r, struct zx__req *q);
/* Ends all that wait and that `match` picks. */
void zx__rest_req_sweep(struct zx_rest *r,
			int (*match)(const struct zx__req *q), int err,
			const char *why);
int zx__rest_req_any(const struct zx__req *q);
/* What was learned since makes sending it pointless: it was ended or paused. */
int zx__rest_req_answer_here(struct zx_rest *r, struct zx__req *q);
/* Leaves the queue for the wire or a pause: its time there counts. */
void zx__rest_req_unqueue(struct zx_rest *r, struct zx__req *q);
/* A pause because of a limit; it ends the request when it is longer than the
 * caller will wait. */
void zx__rest_req_wait(struct zx_rest *r, struct zx__req *q, uint64_t ms);
/* A pause for another reason. */
void zx__rest_req_pause(struct zx_rest *r, struct zx__req *q, uint64_t ms);

/* multipart.c */
/* One file, and an object of a few texts. */
int zx__rest_form_is_fine(const struct zx_rest_request *req);
size_t zx__rest_multipart_size(const struct zx_rest_request *req);
int zx__rest_multipart(struct zx_rest *r, struct zx__req *q,
		       const struct zx_rest_request *req);

/* lane.c ------------------------------------------------------------------- */
/* The lane of q's path, made when there is none. */
int zx__rest_lane_get(struct zx_rest *r, struct zx__req *q);
void zx__rest_lane_put(struct zx_rest *r, struct zx__lane *l);
/* Drops lanes nobody used for long, all with `all` set. */
void zx__rest_lane_expire(struct zx_rest *r, int all);
/* The answer named the lane's bucket. */
void zx__rest_lane_learn(struct zx_rest *r, struct zx__lane *l,
			 struct zx_str hash);
/* template.c: what hash a route template had last, over all resources. */
struct zx_str zx__rest_template_hash(struct zx_rest *r,
				     const struct zx__lane *l);
void zx__rest_template_learn(struct zx_rest *r, const struct zx__lane *l,
			     struct zx_str hash);
void zx__rest_template_release(struct zx_rest *r);

/* bucket.c ----------------------------------------------------------------- */
struct zx__bucket *zx__rest_bucket_new(struct zx_rest *r);
void zx__rest_bucket_free(struct zx_rest *r, struct zx__bucket *b);
int zx__rest_bucket_name(struct zx_rest *r, struct zx__bucket *b,
			 struct zx_str key);
struct zx__bucket *zx__rest_bucket_find(struct zx_rest *r, struct zx_str key);
/* Brings ready list, timer and the patience of its requests up to date; to be
 * called after every change. */
void zx__rest_bucket_settle(struct zx_rest *r, struct zx__bucket *b);
void zx__rest_bucket_take(struct zx_rest *r, struct zx__req *q);
void zx__rest_bucket_headers(struct zx_rest *r, const struct zx__req *q,
			     const struct zx__head *h, int status);
/* Ends the requests that have waited as long as they may. */
void zx__rest_bucket_expire(struct zx_rest *r, struct zx__bucket *b);
/* When the bucket as such lets the next one through: now or later. */
zx_time zx__rest_bucket_until(const struct zx__bucket *b, zx_time now);

/* queue.c: what may go out, goes. */
void zx__rest_pump(struct zx_rest *r);
zx_time zx__rest_pump_deadline(const struct zx_rest *r);

/* global.c ----------------------------------------------------------------- */
int zx__rest_global_init(struct zx_rest *r, uint32_t per_s);
/* When the gates let a request of this class through: now or later. */
zx_time zx__rest_global_when(const struct zx_rest *r, enum zx__class class);
void zx__rest_global_take(struct zx_rest *r, enum zx__class class);
void zx__rest_global_hold(struct zx_rest *r, zx_time until);
/* Cloudflare, not Discord, answered q. */
void zx__rest_cloud_hold(struct zx_rest *r, const struct zx__req *q,
			 uint64_t ms);
/* Discord answered q. */
void zx__rest_cloud_clear(struct zx_rest *r, const struct zx__req *q);

/* invalid.c ---------------------------------------------------------------- */
void zx__rest_invalid_roll(struct zx_rest *r);
void zx__rest_invalid_add(struct zx_rest *r, uint32_t n);
void zx__rest_invalid_add_shared(struct zx_rest *r);
/* Distance of two requests in ms; 0 unless slowed. */
uint64_t zx__rest_invalid_gap(const struct zx_rest *r);

/* The reactions to an answer; all are called by reply.c -------------------- */
void zx__rest_limit429(struct zx_rest *r, struct zx__req *q,
		       const struct zx__head *h, struct zx_str body);
/* limit429.c: ms that q must wait for a sub-limit met by another. */
uint64_t zx__rest_hold_left(struct zx_rest *r, const struct zx__req *q);
/* retry.c: nonzero when q will be tried again. */
int zx__rest_retry(struct zx_rest *r, struct zx__req *q, int err,
		   uint64_t wait_ms);
void zx__rest_index_wait(struct zx_rest *r, struct zx__req *q,
			 const struct zx__head *h, struct zx_str body);
/* auth.c */
void zx__rest_auth_stop(struct zx_rest *r);
int zx__rest_set_token(struct zx_rest *r, const char *token);
/* denied.c: RL-13 */
void zx__rest_denied_note(struct zx_rest *r, struct zx__req *q);
/* Nonzero when q was answered from what is known. */
int zx__rest_denied_now(struct zx_rest *r, struct zx__req *q);
/* gone.c: RL-14 */
void zx__rest_gone_note(struct zx_rest *r, const struct zx__req *q);
int zx__rest_gone_now(struct zx_rest *r, struct zx__req *q);
void zx__rest_gone_release(struct zx_rest *r);

/* head.c ------------------------------------------------------------------- */
void zx__rest_head_read(struct zx_str headers, struct zx__head *out);
/* Seconds with a fraction to ms, rounded up. ZX_E_SYNTAX. */
int zx__rest_seconds(struct zx_str s, uint64_t *ms);
/* retry_after of a JSON body; 0 when there is none. */
int zx__rest_retry_after(struct zx_str body, uint64_t *ms);
int zx__rest_is_json(struct zx_str body);

/* reply.c */
int zx__rest_reply(struct zx_rest *r, struct zx__req *q,
		   const struct zx_rest_reply *reply);
/* result.c, wire.c */
void zx__rest_result(struct zx_rest *r, struct zx__req *q,
		     struct zx_rest_result *out);
int zx__rest_wire(struct zx_rest *r, struct zx__req *q,
		  struct zx_rest_wire *out);

#endif
