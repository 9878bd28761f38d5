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
	const char *name;         /* file name shown in Discord */
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
	 * bucket. */
	ZX_REST_ABSOLUTE = (1u << 2),
	/* Before everything else in its queue: interaction answers. Set by
	 * itself for /interactions/. */
	ZX_REST_URGENT = (1u << 3)
};

struct zx_rest_request {
	size_t size;
	enum zx_method method;
	struct zx_str path;  /* copied; "/channels/1/messages?limit=5" */
	struct zx_str body;  /* copied; JSON, empty for none */
	struct zx_str reason;/* copied; audit log, 1-512 characters (RE-03) */
	const struct zx_file *files; /* copied; sent as files[n] (RE-07) */
	size_t file_count;           /* at most 10 */
	unsigned flags;              /* enum zx_rest_flag */
	uint32_t max_wait_ms; /* give up with ZX_E_WOULDWAIT when a rate limit
				 would hold it longer; 0 means 15 minutes */
	uint32_t timeout_ms;  /* of one attempt; 0 means 15 s */
	uint32_t retries;     /* 0 means 5; 1 means none */
	void *ud;             /* handed back in the result */
};
#define ZX_REST_REQUEST_INIT { .size = sizeof(struct zx_rest_request) }

struct zx_rest_result {
	uint64_t id;
	void *ud;
	int err;     /* ZX_OK for 2xx; ZX_E_REMOTE for other statuses;
			ZX_E_WOULDWAIT, ZX_E_LIMIT (invalid-request guard),
			ZX_E_AUTH (401, now or before), ZX_E_CANCELLED,
			ZX_E_TIMEOUT, ZX_E_CONNECT, ZX_E_TLS, ZX_E_IO,
			ZX_E_TOOBIG, ZX_E_CLOSED */
	int status;  /* HTTP status, 0 when none came */
	int code;    /* Discord's JSON error code, 0 when none */
	struct zx_str body;    /* borrowed until the next call */
	struct zx_str message; /* what was wrong, for people; borrowed */
	uint64_t would_wait_ms;/* with ZX_E_WOULDWAIT */
	uint32_t attempts;
	uint64_t took_ms;      /* submit to result */
	int maybe_done; /* the answer was lost after the request may have been
			   carried out; nothing was repeated (RL-15) */
};

/* What to put on the wire. Slices borrowed until the next call. */
struct zx_rest_wire {
	uint64_t id;
	enum zx_method method;
	struct zx_str url;          /* complete */
	struct zx_str headers;      /* lines "Name: value\r\n"; may hold the token */
	struct zx_str body;         /* JSON or multipart, empty for none */
	uint32_t timeout_ms;
	size_t max_body;            /* of the answer (RE-10) */
};

/* The answer. `headers`: lines "name: value" separated by LF or CRLF. */
struct zx_rest_reply {
	int err;     /* ZX_OK when a status came; else ZX_E_CONNECT (nothing was
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
	const char *token;      /* copied, wiped on free; NULL: no Authorization */
	const char *base_url;   /* copied; NULL means https://discord.com/api/v10 */
	const char *user_agent; /* copied; NULL means DiscordBot (url, version) */
	uint32_t global_per_s;  /* 0 means 50 */
	uint32_t max_in_flight; /* 0 means 32 */
	size_t max_queue;       /* requests waiting; 0 means 10,000 */
	size_t max_body;        /* of an answer; 0 means 8 MiB */
	uint32_t invalid_limit; /* 401, 403, 429 per 10 min; 0 means 10,000 */
	const struct zx_alloc *alloc;
	struct zx_rand rand;    /* required: backoff jitter, boundaries */
	const struct zx_log *log;
};
#define ZX_REST_OPTIONS_INIT { .size = sizeof(struct zx_rest_options) }

struct zx_rest_stats {
	uint64_t submitted, sent, done, failed, retries;
	uint64_t limited_user, limited_shared, limited_global; /* 429 by scope */
	uint64_t invalid; /* in the last 10 minutes */
	size_t waiting, in_flight, buckets;
	double latency_ms; /* of the last answer; negative when unknown */
	zx_time global_until; /* requests are held until then */
	int unauthorized;  /* a 401 has stopped the bot's requests (RL-12) */
};

struct zx_rest;

ZX_API int zx_rest_new(struct zx_rest **out, const struct zx_rest_options *opt,
		       zx_time now) ZX_MUST_USE;
/* Requests not finished are dropped without a result. */
ZX_API void zx_rest_free(struct zx_rest *r);

/*
 * Queues a request. *id (may be NULL) names it. ZX_E_INVALID (no path, control
 * characters, reason too long, more than 10 files), ZX_E_LIMIT (queue full),
 * ZX_E_CLOSED after zx_rest_close, ZX_E_NOMEM. Everything else, also what could
 * be known at once, comes as a result.
 */
ZX_API int zx_rest_submit(struct zx_rest *r, const struct zx_rest_request *req,
			  zx_time now, uint64_t *id);
/* Ends it with ZX_E_CANCELLED; ZX_E_NOTFOUND when it is done already. One that
 * is on the wire may still be carried out: its late answer is ignored. */
ZX_API int zx_rest_cancel(struct zx_rest *r, uint64_t id, zx_time now);

ZX_API int zx_rest_feed(struct zx_rest *r, uint64_t id,
			const struct zx_rest_reply *reply, zx_time now);
ZX_API int zx_rest_tick(struct zx_rest *r, zx_time now);
ZX_API int zx_rest_poll(struct zx_rest *r, struct zx_rest_out *out);
ZX_API zx_time zx_rest_deadline(const struct zx_rest *r);
/* Takes no more requests; those that wait end with ZX_E_CANCELLED. */
ZX_API void zx_rest_close(struct zx_rest *r, zx_time now);

ZX_API const struct zx_rest_stats *zx_rest_stats(struct zx_rest *r,
						 zx_time now);

/* Another token after a 401; lifts the stop. */
ZX_API int zx_rest_set_token(struct zx_rest *r, const char *token);

/*
 * The bucket key of a request before its hash is known: method, route template
 * and top-level resource (RL-01), e.g. "POST /channels/1/messages" and
 * "DELETE /channels/1/messages/{id}". For tests and logs.
 */
ZX_API int zx_rest_route(enum zx_method m, struct zx_str path,
			 struct zx_buf *out);

/*
 * Reads Discord's error body: code, message, and the first leaf of the form
 * error tree as "embeds.0.title: Must be 256 or fewer in length." Appends one
 * sentence to out. *code may be NULL.
 */
ZX_API void zx_rest_explain(struct zx_str body, int status, int *code,
			    struct zx_buf *out);

#ifdef __cplusplus
}
#endif
#endif
