/* SPDX-License-Identifier: MIT
 *
 * sandbox: a local Discord to try, test and benchmark bots offline. Gateway v10
 * and REST v10 on one loopback port, a page for people at "/", and calls for
 * tests. A library of its own (libzoryx_sandbox.a).
 *
 *   struct zx_sandbox *box;
 *   zx_sandbox_start(&box, NULL);                        // its own thread
 *   ... run a bot with zx_sandbox_token() on zx_sandbox_api_url() ...
 *   zx_sandbox_say(box, 0, 0, "!ping", NULL);            // as the owner
 *   zx_sandbox_expect(box, "POST /channels/{id}/messages", 2000, &body);
 *   zx_sandbox_stop(box);
 *
 * The one part of zoryx that starts a thread: it plays another computer. All
 * calls are safe from any thread. Listens on 127.0.0.1 only.
 */
#ifndef ZORYX_SANDBOX_H
#define ZORYX_SANDBOX_H

#include "zoryx/base.h"

#ifdef __cplusplus
extern "C" {
#endif

struct zx_sandbox;

struct zx_sandbox_options {
	size_t size;
	uint16_t port;	  /* 0 picks a free one */
	uint32_t guilds;  /* 0 means 3 */
	uint32_t members; /* per guild, with the named ones; 0 means 12 */
	uint32_t shards;  /* recommended in /gateway/bot; 0 means 1 */
	uint32_t max_concurrency; /* 0 means 1 */
	uint32_t heartbeat_ms;	  /* 0 means 41250 */
	uint64_t seed;		  /* of names, ids and jitter; 0 means 1 */
	const char *token;	  /* copied; NULL means the built-in one */
	uint64_t intents_refused; /* privileged intents that are switched off:
				     identify with one closes 4014 */
	int no_rate_limits;	  /* nonzero: no 429s and no bucket headers */
	uint32_t identify_limit;  /* of session_start_limit; 0 means 1000 */
};
#define ZX_SANDBOX_OPTIONS_INIT ZX__INIT(struct zx_sandbox_options)

/* Returns when it listens. ZX_E_INVALID, ZX_E_BUSY (port in use), ZX_E_IO,
 * ZX_E_NOMEM. */
ZX_API int zx_sandbox_start(struct zx_sandbox **out,
			    const struct zx_sandbox_options *opt) ZX_MUST_USE;
ZX_API void zx_sandbox_stop(struct zx_sandbox *box);

/* Constant while it runs. "http://127.0.0.1:PORT/api/v10",
 * "ws://127.0.0.1:PORT/gateway", "http://127.0.0.1:PORT/". */
ZX_API const char *zx_sandbox_api_url(const struct zx_sandbox *box);
ZX_API const char *zx_sandbox_gateway_url(const struct zx_sandbox *box);
ZX_API const char *zx_sandbox_page_url(const struct zx_sandbox *box);
ZX_API const char *zx_sandbox_token(const struct zx_sandbox *box);

/* People and places every sandbox has. */
enum zx_sandbox_who {
	ZX_SANDBOX_OWNER,  /* owns the bot (BOT_OWNER_ID) and the first guild */
	ZX_SANDBOX_ADMIN,  /* administrator of every guild */
	ZX_SANDBOX_MEMBER, /* ordinary member of every guild */
	ZX_SANDBOX_BOT	   /* the bot's own user */
};
ZX_API uint64_t zx_sandbox_user(struct zx_sandbox *box, enum zx_sandbox_who w);
/* The i-th guild, or 0; its channel of that name, or 0. */
ZX_API uint64_t zx_sandbox_guild(struct zx_sandbox *box, size_t i);
ZX_API uint64_t zx_sandbox_channel(struct zx_sandbox *box, uint64_t guild,
				   const char *name);

/*
 * A user writes a message. user 0: the owner; channel 0: #general of the first
 * guild. ZX_E_NOTFOUND, ZX_E_PERM.
 */
ZX_API int zx_sandbox_say(struct zx_sandbox *box, uint64_t user,
			  uint64_t channel, const char *text,
			  uint64_t *message_id);
/*
 * A user runs a slash command; `options` is a JSON object name -> value, or
 * NULL. ZX_E_NOTFOUND when the bot has no such command; ZX_E_PERM when the user
 * would not see it.
 */
ZX_API int zx_sandbox_slash(struct zx_sandbox *box, uint64_t user,
			    uint64_t channel, const char *command,
			    const char *options, uint64_t *interaction_id);
/* A user presses a component of a message; `values`: JSON array for selects, or
 * NULL. */
ZX_API int zx_sandbox_press(struct zx_sandbox *box, uint64_t user,
			    uint64_t message, const char *custom_id,
			    const char *values, uint64_t *interaction_id);
/* Dispatches an event as it is to the sessions of the shard (-1: all). */
ZX_API int zx_sandbox_inject(struct zx_sandbox *box, int shard,
			     const char *event, const char *d);

/*
 * Waits for the next REST request not yet expected that matches
 * "METHOD /path" where {id} matches one segment and * the rest; its body is
 * appended to `body` (may be NULL). ZX_E_TIMEOUT when none comes in time.
 */
ZX_API int zx_sandbox_expect(struct zx_sandbox *box, const char *request,
			     uint32_t timeout_ms, struct zx_buf *body);
/* Waits for the answer to an interaction: the message as its user sees it. */
ZX_API int zx_sandbox_answer(struct zx_sandbox *box, uint64_t interaction,
			     uint32_t timeout_ms, struct zx_buf *message);
/* Waits until `n` sessions are live (READY given). */
ZX_API int zx_sandbox_wait_ready(struct zx_sandbox *box, uint32_t n,
				 uint32_t timeout_ms);
/* JSON of the state: see GET /sandbox/state in docs/SANDBOX.md. */
ZX_API int zx_sandbox_state(struct zx_sandbox *box, struct zx_buf *out);

/* Faults ------------------------------------------------------------------- */

/*
 * Arms a fault by its JSON description, the same as POST /sandbox/faults:
 * {"fault":"close","code":4009}, {"fault":"op7"}, {"fault":"rest_429",
 * "route":"POST /channels/{id}/messages","scope":"user","retry_after":0.25,
 * "times":3} ... docs/SANDBOX.md lists all. ZX_E_INVALID names nothing known.
 */
ZX_API int zx_sandbox_fault(struct zx_sandbox *box, const char *json);

struct zx_sandbox_stats {
	uint64_t requests, rate_limited, invalid_requests;
	uint64_t connections, identifies, resumes, resumed, heartbeats;
	uint64_t dispatched, interactions, messages;
	uint32_t sessions_live;
	uint64_t violations; /* things a well-behaved bot does not do, e.g.
				identifies inside the 5 s window, requests in
				spite of a 429, sends before Hello; the texts
				are in the state */
};
ZX_API void zx_sandbox_stats(struct zx_sandbox *box,
			     struct zx_sandbox_stats *out);

#ifdef __cplusplus
}
#endif
#endif
