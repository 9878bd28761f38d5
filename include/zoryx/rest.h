/* SPDX-License-Identifier: MIT
 *
 * rest: decides which HTTP request may go out when. Buckets learned from
 * Discord's headers, the global limit, the guard against the invalid-request
 * ban, retries. Opens no socket; the host (src/net/rest_curl.c, or yours) sends
 * what zx_rest_poll gives out and feeds the answers back.
 *
 * Rules: developers/topics/rate-limits.mdx and reference.mdx of
 * discord-api-docs; numbers RL-* and RE-* name the tests.
 */
#ifndef ZORYX_REST_H
#define ZORYX_REST_H

#include "zoryx/base.h"
#include "zoryx/json.h"

#ifdef __cplusplus
extern "C" {
#endif

enum zx_method { ZX_GET, ZX_POST, ZX_PUT, ZX_PATCH, ZX_DELETE };
ZX_API const char *zx_method_name(enum zx_method m);

struct zx_file {
	const char *name;	  /* file name shown in Discord */
	const char *content_type; /* NULL means application/octet-stream */
	struct zx_str data;
};

enum zx_rest_flag {
	/* No Authorization header, outside the global limit and the 401 stop:
	 * interaction callbacks and webhooks with a token. Set by itself for
	 * /interactions/ and /webhooks/{id}/{token} paths. */
	ZX_REST_NO_AUTH = (1u << 0),
	/* A POST that may be repeated after a lost answer, because the caller
	 * made it idempotent (nonce with enforce_nonce). */
	ZX_REST_IDEMPOTENT = (1u << 1),
	/* `path` is an absolute https URL (a CDN download): no token, no
	 * bucket. http only when base_url is http too (a local fake). */
	ZX_REST_ABSOLUTE = (1u << 2),
	/* Before everything else in its queue: interaction answers. Set by
	 * itself for /interactions/. May use the eighth of max_in_flight that
	 * is kept free for it. */
	ZX_REST_URGENT = (1u << 3),
	/* With a file: `body` is no payload but an object of texts, each a
	 * field of the form, and the file is its field "file": stickers. */
	ZX_REST_FORM = (1u << 4)
};

struct zx_rest_request {
	size_t size;
	enum zx_method method;
	struct zx_str path;   /* copied; "/channels/1/messages?limit=5", at most
				 4096 bytes, encoded as in a URL: letters from
				 outside belong through zx_buf_add_urlencoded */
	struct zx_str body;   /* copied; JSON, empty for none */
	struct zx_str reason; /* copied; audit log, 1-512 characters (RE-03) */
	const struct zx_file *files; /* copied; sent as files[n] (RE-07) */
	size_t file_count;	     /* at most 10 */
	unsigned flags;		     /* enum zx_rest_flag */
	uint32_t max_wait_ms; /* the longest it may wait in queues and for rate
				 limits, all told; ZX_E_WOULDWAIT as soon as it
				 is clear that it would be longer. The wire and
				 the pauses after a fault do not count. 0 means
				 15 minutes */
	uint32_t timeout_ms;  /* of one attempt; 0 means 15 s */
	uint32_t retries;     /* attempts that may fail by 5xx or transport; 0
				 means 5, 1 means none is repeated */
	void *ud;	      /* handed back in the result */
	size_t max_body;      /* of the answer; 0 means the options' */
};
#define ZX_REST_REQUEST_INIT ZX__INIT(struct zx_rest_request)

struct zx_rest_result {
	uint64_t id;
	void *ud;
	int err;    /* ZX_OK for 2xx; ZX_E_REMOTE for other statuses;
		       ZX_E_WOULDWAIT, ZX_E_LIMIT (invalid-request guard),
		       ZX_E_AUTH (401, now or before), ZX_E_CANCELLED,
		       ZX_E_TIMEOUT, ZX_E_CONNECT, ZX_E_TLS, ZX_E_IO,
		       ZX_E_TOOBIG (request over 25 MiB, or answer over
		       max_body), ZX_E_NOMEM (no room for the answer) */
	int status; /* HTTP status, 0 when none came. With ZX_E_REMOTE and
		       attempts 0 it is what Discord said before to the same
		       request: see denied_ms, and webhooks that are gone */
	int code;   /* Discord's JSON error code, 0 when none */
	struct zx_str body;	/* borrowed until the next call */
	struct zx_str message;	/* what was wrong, for people; borrowed */
	uint64_t would_wait_ms; /* with ZX_E_WOULDWAIT */
	uint32_t attempts;
	uint32_t failures; /* attempts that ended with a 5xx or on the way */
	uint64_t took_ms;  /* submit to result */
	int maybe_done; /* an answer was lost (or was a 5xx) after the request
			   may have been carried out: a POST is then not
			   repeated, a DELETE that was may now say 404 (RL-15)
			 */
};

/* What to put on the wire. Slices borrowed until the next call. */
struct zx_rest_wire {
	uint64_t id;
	enum zx_method method;
	struct zx_str url;     /* complete */
	struct zx_str headers; /* lines "Name: value\r\n"; may hold the token */
	struct zx_str body;    /* JSON or multipart, empty for none;
				  borrowed until the request is fed its
				  answer */
	uint32_t timeout_ms;
	size_t max_body; /* of the answer (RE-10) */
};

/* The answer. `headers`: lines "name: value" separated by LF or CRLF. */
struct zx_rest_reply {
	int err; /* ZX_OK when a status came; else ZX_E_CONNECT (nothing was
		    sent), ZX_E_TIMEOUT, ZX_E_IO, ZX_E_TLS, ZX_E_TOOBIG */
	int status;
	struct zx_str headers;
	struct zx_str body;
};

enum zx_rest_out_kind { ZX_REST_OUT_SEND, ZX_REST_OUT_DONE };

struct zx_rest_out {
	enum zx_rest_out_kind kind;
	struct zx_rest_wire wire;     /* SEND */
	struct zx_rest_result result; /* DONE */
};

struct zx_rest_options {
	size_t size;
	const char *token; /* copied, wiped on free; NULL: no Authorization */
	const char
		*base_url; /* copied; NULL means https://discord.com/api/v10 */
	const char
		*user_agent; /* copied; NULL means DiscordBot (url, version) */
	uint32_t global_per_s;	/* 0 means 50 */
	uint32_t max_in_flight; /* 0 means 32 */
	size_t max_queue;	/* requests waiting; 0 means 10,000. Their
				   bodies together stay under 256 MiB */
	size_t max_body;	/* of an answer; 0 means 8 MiB */
	uint32_t invalid_limit; /* 401, 403, 429 per 10 min; 0 means 10,000 */
	const struct zx_alloc *alloc;
	struct zx_rand rand;	  /* required: backoff jitter, boundaries */
	const struct zx_log *log; /* must outlive */
	uint32_t denied_ms; /* after three 403 with 50001 or 50013 for the same
			       method, route and top-level resource, further
			       ones are answered here for so long; one success
			       ends it. 0 means 60,000; UINT32_MAX: never */
};
#define ZX_REST_OPTIONS_INIT ZX__INIT(struct zx_rest_options)

struct zx_rest_stats {
	uint64_t submitted;
	uint64_t sent;	  /* attempts */
	uint64_t done;	  /* results, whatever they say */
	uint64_t failed;  /* of them with err other than ZX_OK */
	uint64_t retries; /* attempts after a 5xx or a transport error */
	uint64_t limited_user, limited_shared,
		limited_global; /* 429 by scope */
	uint64_t invalid; /* 401, 403 and 429 that count, last 10 minutes */
	size_t waiting;	  /* requests not on the wire: queued or paused */
	size_t in_flight;
	size_t buckets;	      /* known rate limit buckets, with the idle ones */
	double latency_ms;    /* of the last answer; negative when unknown */
	zx_time global_until; /* all but interaction and webhook-token requests
				 are held until then; in the past when not */
	zx_time blocked_until; /* all are: Cloudflare refused us (RL-16) */
	int unauthorized; /* a 401 has stopped the bot's requests (RL-12) */
};

struct zx_rest;

ZX_API int zx_rest_new(struct zx_rest **out, const struct zx_rest_options *opt,
		       zx_time now) ZX_MUST_USE;
/* Requests not finished are dropped without a result. */
ZX_API void zx_rest_free(struct zx_rest *r);

/*
 * Queues a request. *id (may be NULL) names it. ZX_E_INVALID (no path, bytes in
 * it that no URL has, "." or ".." in it, control characters, reason too long,
 * more than 10 files), ZX_E_LIMIT (queue full), ZX_E_CLOSED after
 * zx_rest_close, ZX_E_NOMEM. Everything else, also what could be known at once,
 * comes as a result. Each request ends in exactly one result.
 */
ZX_API int zx_rest_submit(struct zx_rest *r, const struct zx_rest_request *req,
			  zx_time now, uint64_t *id);
/* Ends it with ZX_E_CANCELLED; ZX_E_NOTFOUND when it is done already. One that
 * is on the wire may still be carried out; the host feeds its answer (or the
 * error of an aborted transfer) all the same, for the limits in its headers. */
ZX_API int zx_rest_cancel(struct zx_rest *r, uint64_t id, zx_time now);

/* The answer to what poll gave out with this id. ZX_E_NOTFOUND or ZX_E_STATE
 * when nothing of that id is on the wire. On ZX_E_NOMEM the result comes too,
 * without its body. */
ZX_API int zx_rest_feed(struct zx_rest *r, uint64_t id,
			const struct zx_rest_reply *reply, zx_time now);
ZX_API int zx_rest_tick(struct zx_rest *r, zx_time now);
/* 1: *out is filled; 0: nothing more now; ZX_E_NOMEM: may be called again.
 * What was given out as SEND must be answered with zx_rest_feed. */
ZX_API int zx_rest_poll(struct zx_rest *r, struct zx_rest_out *out);
/* When to call tick; ZX_TIME_NEVER when only an answer brings it on. */
ZX_API zx_time zx_rest_deadline(const struct zx_rest *r);
/* Takes no more requests; those that wait end with ZX_E_CANCELLED, those on the
 * wire with their answer. */
ZX_API void zx_rest_close(struct zx_rest *r, zx_time now);

ZX_API const struct zx_rest_stats *zx_rest_stats(struct zx_rest *r,
						 zx_time now);

/* Another token after a 401; lifts the stop. ZX_E_INVALID, ZX_E_NOMEM. */
ZX_API int zx_rest_set_token(struct zx_rest *r, const char *token);

/*
 * What other processes of the same bot or the same address know: holds all but
 * the exempt requests until `until` (RL-06, somebody else's global 429), counts
 * n invalid requests (RL-11), and sets this one's share of the global limit,
 * 1 to options.global_per_s (RL-09).
 */
ZX_API void zx_rest_hold(struct zx_rest *r, zx_time until, zx_time now);
ZX_API void zx_rest_add_invalid(struct zx_rest *r, uint32_t n, zx_time now);
ZX_API void zx_rest_set_global(struct zx_rest *r, uint32_t per_s, zx_time now);

/*
 * The bucket key of a request before its hash is known: method, route template
 * and top-level resource (RL-01), e.g. "POST /channels/1/messages" and
 * "DELETE /channels/1/messages/{id}". For tests and logs: a webhook's token
 * stands in it as a short hash, that of an interaction not at all.
 */
ZX_API int zx_rest_route(enum zx_method m, struct zx_str path,
			 struct zx_buf *out);

/*
 * Reads Discord's error body: code, message, and the first leaf of the form
 * error tree. Appends one line to out: "embeds.0.title: Must be 256 or fewer in
 * length. (HTTP 400, code 50035)", "Missing Permissions (HTTP 403, code 50013)"
 * or, without a JSON body, "Bad Gateway (HTTP 502)". *code may be NULL; it
 * becomes 0 when the body has none.
 */
ZX_API void zx_rest_explain(struct zx_str body, int status, int *code,
			    struct zx_buf *out);

#ifdef __cplusplus
}
#endif
#endif
